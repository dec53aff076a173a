// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: page requests of an endpoint that does not behave
 *
 * What is written to the file is sent as it is, whatever the endpoint was told and
 * whatever it waits for: groups of several requests, indexes that are in use, more
 * requests than it was given. Nothing waits for the responses; they are counted.
 */
#include <linux/debugfs.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "core.h"
#include "endpoint.h"

#define PRI_LINE	80
/* Twice what the largest queue of this project's drivers holds */
#define PRI_COUNT	8192

static int pri_access(const char *access, struct mock_page_request *preq)
{
	for (; *access; access++) {
		switch (*access) {
		case '-':
			break;
		case 'r':
			preq->read = true;
			break;
		case 'w':
			preq->write = true;
			break;
		case 'x':
			preq->exec = true;
			break;
		case 'p':
			preq->priv = true;
			break;
		case 'l':
			preq->last = true;
			break;
		default:
			return -EINVAL;
		}
	}
	return 0;
}

/* "index address access [pasid or - [count]]" */
static int pri_parse(const char *line, struct mock_page_request *preq,
		     unsigned int *count)
{
	char access[8], pasid[12] = "-";
	unsigned int prgi;
	int nr;

	*count = 1;
	nr = sscanf(line, "%u %llx %7s %11s %u", &prgi, &preq->addr, access,
		    pasid, count);
	if (nr < 3 || prgi > MOCK_EP_PRI_INDEX || !*count || *count > PRI_COUNT)
		return -EINVAL;
	preq->prgi = prgi;
	if (strcmp(pasid, "-")) {
		if (kstrtou32(pasid, 0, &preq->pasid))
			return -EINVAL;
		preq->pasid_valid = true;
	}
	return pri_access(access, preq);
}

/* Each of the next index, and for the next page. Nobody else gets in between. */
static void pri_send(struct mock_endpoint *ep, struct mock_page_request *preq,
		     unsigned int count)
{
	guard(spinlock_irqsave)(&ep->mi->lock);

	preq->sid = ep->config.sid;
	for (; count--; preq->addr += SZ_4K) {
		mock_model_page_request(ep->mi, preq);
		if (preq->last)
			preq->prgi = (preq->prgi + 1) & MOCK_EP_PRI_INDEX;
	}
}

static ssize_t page_requests_write(struct file *file, const char __user *buf,
				   size_t size, loff_t *pos)
{
	struct seq_file *m = file->private_data;
	struct mock_page_request preq = {};
	char line[PRI_LINE];
	unsigned int count;
	int ret;

	if (size >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, buf, size))
		return -EFAULT;
	line[size] = '\0';
	ret = pri_parse(line, &preq, &count);
	if (ret)
		return ret;
	pri_send(m->private, &preq, count);
	return size;
}

static int page_requests_show(struct seq_file *m, void *unused)
{
	struct mock_endpoint *ep = m->private;
	const struct mock_ep_responses *got = &ep->pri.got;

	guard(spinlock_irqsave)(&ep->mi->lock);
	seq_printf(m, "success %llu\n", got->success);
	seq_printf(m, "invalid %llu\n", got->invalid);
	seq_printf(m, "failure %llu\n", got->failure);
	seq_printf(m, "index %u\n", got->prgi);
	return 0;
}

static int page_requests_open(struct inode *inode, struct file *file)
{
	return single_open(file, page_requests_show, inode->i_private);
}

static const struct file_operations page_requests_fops = {
	.owner = THIS_MODULE,
	.open = page_requests_open,
	.read = seq_read,
	.write = page_requests_write,
	.llseek = seq_lseek,
	.release = single_release,
};

/**
 * mock_pri_debugfs() - add an endpoint's file
 * @ep: the endpoint
 * @dir: its directory
 */
void mock_pri_debugfs(struct mock_endpoint *ep, struct dentry *dir)
{
	debugfs_create_file("page_requests", 0600, dir, ep, &page_requests_fops);
}
