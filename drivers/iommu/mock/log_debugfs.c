// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: debugfs files of what happened last
 *
 * What is read is copied under the instance's lock and put into words without
 * it, so that the unit hardly notices.
 */
#include <linux/debugfs.h>
#include <linux/math64.h>
#include <linux/seq_buf.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/time64.h>

#include "core.h"

/**
 * mock_log_show_time() - when something happened
 * @m: where
 * @ns: the time
 */
void mock_log_show_time(struct seq_file *m, u64 ns)
{
	u32 rest;
	u64 s = div_u64_rem(ns, NSEC_PER_SEC, &rest);

	seq_printf(m, "[%5llu.%09u]", s, rest);
}

static void show_fault(struct seq_file *m, struct mock_iommu *mi,
		       const struct mock_fault *fault)
{
	char text[MOCK_LOG_TEXT];
	struct seq_buf s;

	seq_buf_init(&s, text, sizeof(text));
	mock_fault_words(&s, mi, fault);
	mock_log_show_time(m, fault->ns);
	seq_printf(m, " %s\n", seq_buf_str(&s));
}

static int last_faults_show(struct seq_file *m, void *unused)
{
	struct mock_iommu *mi = m->private;
	struct mock_log *log;
	u64 i;

	log = kmalloc_obj(*log);
	if (!log)
		return -ENOMEM;
	scoped_guard(spinlock_irqsave, &mi->lock)
		memcpy(log, &mi->log, sizeof(*log));
	i = mock_log_first(log->nr_faults, MOCK_LOG_FAULTS);
	if (i)
		seq_printf(m, "%llu older ones are not remembered\n", i);
	for (; i < log->nr_faults; i++)
		show_fault(m, mi, &log->fault[i % MOCK_LOG_FAULTS]);
	kfree(log);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(last_faults);

/**
 * mock_queue_view_add() - there is one more pending command
 * @view: the queue
 *
 * Return: what to fill, zeroed, or %NULL if there is no more room
 */
struct mock_pending_cmd *mock_queue_view_add(struct mock_queue_view *view)
{
	if (view->nr == MOCK_LOG_PENDING)
		return NULL;
	view->pending[view->nr] = (struct mock_pending_cmd){};
	return &view->pending[view->nr++];
}

static void show_command(struct seq_file *m, struct mock_iommu *mi,
			 const u64 *words)
{
	char text[MOCK_LOG_TEXT];
	struct seq_buf s;

	seq_buf_init(&s, text, sizeof(text));
	mi->model->command_words(&s, words);
	seq_puts(m, seq_buf_str(&s));
}

static void show_pending(struct seq_file *m, struct mock_iommu *mi,
			 const struct mock_queue_view *view)
{
	u32 i;

	seq_printf(m, "pending %u\n", view->nr + view->more);
	for (i = 0; i < view->nr; i++) {
		const struct mock_pending_cmd *cmd = &view->pending[i];

		if (cmd->fetched)
			seq_puts(m, "  fetched: ");
		else
			seq_printf(m, "  %7u: ", cmd->index);
		if (cmd->aborts)
			seq_puts(m, "cannot be read, there is no memory");
		else
			show_command(m, mi, cmd->words);
		seq_putc(m, '\n');
	}
	if (view->more)
		seq_printf(m, "  and %u more\n", view->more);
}

static void show_done(struct seq_file *m, struct mock_iommu *mi,
		      const struct mock_log *log)
{
	u64 i = mock_log_first(log->nr_done, MOCK_LOG_COMMANDS);

	seq_printf(m, "done %llu\n", log->nr_done);
	for (; i < log->nr_done; i++) {
		const struct mock_done *done = &log->done[i % MOCK_LOG_COMMANDS];

		seq_puts(m, "  ");
		mock_log_show_time(m, done->ns);
		seq_putc(m, ' ');
		show_command(m, mi, done->words);
		seq_printf(m, ": %s\n", done->outcome);
	}
}

/* A copy of what a queue is like */
struct queue_copy {
	struct mock_queue_view view;
	struct mock_log log;
};

static int queue_show(struct seq_file *m, void *unused)
{
	struct mock_iommu *mi = m->private;
	struct queue_copy *copy;

	copy = kzalloc_obj(*copy);
	if (!copy)
		return -ENOMEM;
	scoped_guard(spinlock_irqsave, &mi->lock) {
		mi->model->queue(mi, m, &copy->view);
		copy->log = mi->log;
		mock_slow_show(mi, m);
	}
	show_pending(m, mi, &copy->view);
	show_done(m, mi, &copy->log);
	kfree(copy);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(queue);

/**
 * mock_log_debugfs() - make the files "last_faults" and, if there is one, "queue"
 * @mi: the instance, which is live until the files are gone
 * @dir: where
 */
void mock_log_debugfs(struct mock_iommu *mi, struct dentry *dir)
{
	debugfs_create_file("last_faults", 0400, dir, mi, &last_faults_fops);
	if (mi->model->queue)
		debugfs_create_file("queue", 0400, dir, mi, &queue_fops);
}
