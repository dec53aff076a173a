// SPDX-License-Identifier: GPL-2.0-only
/* Mock IOMMU: debugfs files that make hardware slow */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/kstrtox.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "endpoint.h"
#include "mock.h"

static const char * const kind_names[MOCK_CMD_NR] = {
	[MOCK_CMD_DEVTLB] = "devtlb",
	[MOCK_CMD_CONTEXT] = "context",
	[MOCK_CMD_TLB] = "tlb",
	[MOCK_CMD_SYNC] = "sync",
};

static void show_hold(struct seq_file *m, const struct mock_slow *s)
{
	if (s->hold == MOCK_CMD_OTHER)
		seq_puts(m, "off\n");
	else if (s->hold_left)
		seq_printf(m, "armed %s %u\n", kind_names[s->hold],
			   s->hold_left);
	else
		seq_printf(m, "held %s\n", kind_names[s->hold]);
}

static int hold_show(struct seq_file *m, void *unused)
{
	struct mock_iommu *mi = m->private;

	guard(spinlock_irqsave)(&mi->lock);
	show_hold(m, &mi->slow);
	return 0;
}

/**
 * mock_slow_show() - what keeps the queue from going on, errors aside
 * @mi: the instance, with its lock held
 * @m: where
 */
void mock_slow_show(const struct mock_iommu *mi, struct seq_file *m)
{
	if (mi->misbehave[MOCK_MISBEHAVE_CMD_STALL])
		seq_puts(m, "cmd_stall on\n");
	seq_puts(m, "hold ");
	show_hold(m, &mi->slow);
}

static int hold_open(struct inode *inode, struct file *file)
{
	return single_open(file, hold_show, inode->i_private);
}

static int hold_parse(char *text, enum mock_cmd_kind *kind, u32 *nth)
{
	char *name = strsep(&text, " ");
	int i;

	*kind = MOCK_CMD_OTHER;
	*nth = 1;
	if (!strcmp(name, "go"))
		return text ? -EINVAL : 0;
	i = match_string(kind_names + 1, MOCK_CMD_NR - 1, name);
	if (i < 0)
		return -EINVAL;
	*kind = i + 1;
	if (text && kstrtou32(text, 0, nth))
		return -EINVAL;
	return *nth ? 0 : -EINVAL;
}

static ssize_t hold_write(struct file *file, const char __user *buf,
			  size_t count, loff_t *ppos)
{
	struct mock_iommu *mi = file_inode(file)->i_private;
	enum mock_cmd_kind kind;
	char text[32];
	u32 nth;
	int ret;

	if (count >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, buf, count))
		return -EFAULT;
	text[count] = 0;
	ret = hold_parse(strim(text), &kind, &nth);
	if (ret)
		return ret;
	guard(spinlock_irqsave)(&mi->lock);
	mock_slow_hold(mi, kind, nth);
	return count;
}

static const struct file_operations hold_fops = {
	.owner = THIS_MODULE,
	.open = hold_open,
	.read = seq_read,
	.write = hold_write,
	.llseek = seq_lseek,
	.release = single_release,
};

/* Also of what is under way already */
static int ms_store(struct mock_iommu *mi, u32 *ms, u64 val)
{
	if (val > U32_MAX)
		return -EINVAL;
	guard(spinlock_irqsave)(&mi->lock);
	*ms = val;
	mock_slow_changed(mi);
	return 0;
}

static int sync_delay_get(void *data, u64 *val)
{
	struct mock_iommu *mi = data;

	*val = READ_ONCE(mi->slow.sync_delay_ms);
	return 0;
}

static int sync_delay_set(void *data, u64 val)
{
	struct mock_iommu *mi = data;

	return ms_store(mi, &mi->slow.sync_delay_ms, val);
}

DEFINE_DEBUGFS_ATTRIBUTE(sync_delay_fops, sync_delay_get, sync_delay_set,
			 "%llu\n");

static int devtlb_limit_get(void *data, u64 *val)
{
	struct mock_iommu *mi = data;

	*val = READ_ONCE(mi->slow.devtlb_limit_ms);
	return 0;
}

static int devtlb_limit_set(void *data, u64 val)
{
	struct mock_iommu *mi = data;

	return ms_store(mi, &mi->slow.devtlb_limit_ms, val);
}

DEFINE_DEBUGFS_ATTRIBUTE(devtlb_limit_fops, devtlb_limit_get, devtlb_limit_set,
			 "%llu\n");

static int inv_delay_get(void *data, u64 *val)
{
	struct mock_endpoint *ep = data;

	*val = READ_ONCE(ep->inv_delay_ms);
	return 0;
}

static int inv_delay_set(void *data, u64 val)
{
	struct mock_endpoint *ep = data;

	return ms_store(ep->mi, &ep->inv_delay_ms, val);
}

DEFINE_DEBUGFS_ATTRIBUTE(inv_delay_fops, inv_delay_get, inv_delay_set,
			 "%llu\n");

/**
 * mock_slow_debugfs() - add an instance's files
 * @mi: the instance, which is live until the files are gone
 * @misbehave: its directory for such things
 */
void mock_slow_debugfs(struct mock_iommu *mi, struct dentry *misbehave)
{
	debugfs_create_file("hold", 0600, misbehave, mi, &hold_fops);
	debugfs_create_file("sync_delay_ms", 0600, misbehave, mi,
			    &sync_delay_fops);
	debugfs_create_file("devtlb_limit_ms", 0600, misbehave, mi,
			    &devtlb_limit_fops);
}

/**
 * mock_slow_debugfs_endpoint() - add an endpoint's files
 * @ep: the endpoint
 * @dir: its directory
 */
void mock_slow_debugfs_endpoint(struct mock_endpoint *ep, struct dentry *dir)
{
	debugfs_create_file("inv_delay_ms", 0600, dir, ep, &inv_delay_fops);
}
