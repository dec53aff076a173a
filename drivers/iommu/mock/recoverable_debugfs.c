// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: debugfs file "recoverable_faults"
 *
 * What is read is copied under the instance's lock and put into words without it, so
 * that the unit hardly notices.
 */
#include <linux/debugfs.h>
#include <linux/seq_buf.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "mock.h"

static void show_one(struct seq_file *m, const struct mock_iommu *mi,
		     const struct mock_recoverable *rec)
{
	char text[MOCK_RECOVERABLE_TEXT];
	struct seq_buf s;

	seq_buf_init(&s, text, sizeof(text));
	mock_recoverable_words(&s, mi, rec);
	mock_log_show_time(m, rec->ns);
	seq_printf(m, " %s\n", seq_buf_str(&s));
}

static int recoverable_faults_show(struct seq_file *m, void *unused)
{
	struct mock_iommu *mi = m->private;
	struct mock_recoverables *copy;
	u64 i;

	copy = kmalloc_obj(*copy);
	if (!copy)
		return -ENOMEM;
	scoped_guard(spinlock_irqsave, &mi->lock)
		memcpy(copy, &mi->recoverable, sizeof(*copy));
	i = mock_log_first(copy->nr, MOCK_RECOVERABLE_MAX);
	if (i)
		seq_printf(m, "%llu older ones are not remembered\n", i);
	for (; i < copy->nr; i++)
		show_one(m, mi, &copy->entry[i % MOCK_RECOVERABLE_MAX]);
	kfree(copy);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(recoverable_faults);

/**
 * mock_recoverable_show_waiting() - the faults that wait for their answer now
 * @m: where
 * @mi: the instance
 *
 * Context: &mock_iommu.lock is held
 */
void mock_recoverable_show_waiting(struct seq_file *m, struct mock_iommu *mi)
{
	const struct mock_recoverables *r = &mi->recoverable;
	bool any = false;
	u64 i;

	lockdep_assert_held(&mi->lock);
	for (i = mock_log_first(r->nr, MOCK_RECOVERABLE_MAX); i < r->nr; i++) {
		const struct mock_recoverable *rec =
			&r->entry[i % MOCK_RECOVERABLE_MAX];

		if (!mock_recoverable_waits(rec))
			continue;
		seq_puts(m, "waiting now: ");
		show_one(m, mi, rec);
		any = true;
	}
	if (!any)
		seq_puts(m, "waiting now: nothing\n");
}

/**
 * mock_recoverable_debugfs() - make the file "recoverable_faults"
 * @mi: the instance, which is live until the file is gone
 * @dir: where
 */
void mock_recoverable_debugfs(struct mock_iommu *mi, struct dentry *dir)
{
	debugfs_create_file("recoverable_faults", 0400, dir, mi,
			    &recoverable_faults_fops);
}
