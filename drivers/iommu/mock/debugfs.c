// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: debugfs
 *
 *   iommu-mock/<instance>/                      counters, caches, and the
 *                                               model's own files
 *   iommu-mock/<instance>/misbehave/            how often to misbehave, and
 *                                               what is slow (slow_debugfs.c)
 *   iommu-mock/<instance>/endpoints/<name>/     what the ATC holds, how slow
 *                                               it is, what DMA went round the
 *                                               processors' caches, and page
 *                                               requests that it should not make
 */
#include <linux/debugfs.h>
#include <linux/kstrtox.h>
#include <linux/seq_file.h>

#include "core.h"
#include "walk.h"

static const char * const misbehave_names[MOCK_MISBEHAVE_NR] = {
	[MOCK_MISBEHAVE_CMD_ERROR] = "cmd_error",
	[MOCK_MISBEHAVE_CMD_STALL] = "cmd_stall",
	[MOCK_MISBEHAVE_DEVTLB_TIMEOUT] = "devtlb_timeout",
	[MOCK_MISBEHAVE_WALK_ABORT] = "walk_abort",
	[MOCK_MISBEHAVE_IRQ_LOST] = "irq_lost",
	[MOCK_MISBEHAVE_REG_STALL] = "reg_stall",
};

static struct dentry *mock_debugfs_root;

/**
 * mock_show_field() - show a field of a register, unless it is 0
 * @s: where
 * @name: name of the field
 * @mask: its place
 * @val: the register
 */
void mock_show_field(struct seq_file *s, const char *name, u64 mask, u64 val)
{
	u64 field = (val & mask) >> __ffs64(mask);

	if (field)
		seq_printf(s, " %s=%#llx", name, field);
}

/**
 * mock_show_fields() - show the fields of a register that are not 0
 * @s: where
 * @fields: fields of all registers
 * @nr: how many there are
 * @off: offset of the register
 * @val: the register
 */
void mock_show_fields(struct seq_file *s, const struct mock_reg_field *fields,
		      size_t nr, u32 off, u64 val)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (fields[i].off == off)
			mock_show_field(s, fields[i].name, fields[i].mask, val);
}

static int misbehave_get(void *data, u64 *val)
{
	struct mock_misbehave_file *file = data;
	struct mock_iommu *mi = &file->inst->mi;

	guard(spinlock_irqsave)(&mi->lock);
	*val = mi->misbehave[file->what];
	return 0;
}

/* -1 is for ever, as is U32_MAX */
static int misbehave_set(void *data, u64 val)
{
	struct mock_misbehave_file *file = data;
	struct mock_iommu *mi = &file->inst->mi;
	u32 count = val;

	if (val > U32_MAX && val != U64_MAX)
		return -EINVAL;
	mock_model_misbehave(mi, file->what, count);
	return 0;
}

DEFINE_DEBUGFS_ATTRIBUTE_SIGNED(misbehave_fops, misbehave_get, misbehave_set,
				"%llu\n");

static int atc_show(struct seq_file *m, void *unused)
{
	struct mock_endpoint *ep = m->private;

	guard(spinlock_irqsave)(&ep->mi->lock);
	mock_atc_show(ep, m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(atc);

static int non_snooped_show(struct seq_file *m, void *unused)
{
	const struct mock_endpoint *ep = m->private;
	const struct mock_ep_non_snooped *ns = &ep->non_snooped;

	guard(spinlock_irqsave)(&ep->mi->lock);
	seq_printf(m, "reads %llu\n", ns->reads);
	seq_printf(m, "writes %llu\n", ns->writes);
	seq_printf(m, "addr %#llx\n", ns->addr);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(non_snooped);

static int stats_show(struct seq_file *m, void *unused)
{
	struct mock_iommu *mi = m->private;
	const struct mock_stats *stats = mi->stats;

	guard(spinlock_irqsave)(&mi->lock);
	seq_printf(m, "translations %llu\n", stats->translations);
	seq_printf(m, "iotlb_hits %llu\n", stats->iotlb_hits);
	seq_printf(m, "walk_refs %llu\n", stats->walk_refs);
	seq_printf(m, "invalidations %llu\n", stats->invalidations);
	seq_printf(m, "faults %llu\n", stats->faults);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stats);

/**
 * mock_debugfs_register() - make the directory iommu-mock
 */
void __init mock_debugfs_register(void)
{
	mock_debugfs_root = debugfs_create_dir("iommu-mock", NULL);
}

/**
 * mock_debugfs_unregister() - undo mock_debugfs_register()
 */
void mock_debugfs_unregister(void)
{
	debugfs_remove(mock_debugfs_root);
}

/**
 * mock_debugfs_add_endpoint() - an endpoint of a live instance is there
 * @item: the endpoint
 */
void mock_debugfs_add_endpoint(struct mock_ep_item *item)
{
	item->debugfs = debugfs_create_dir(item->ep.name,
					   item->inst->debugfs_endpoints);
	debugfs_create_file("atc", 0400, item->debugfs, &item->ep, &atc_fops);
	debugfs_create_file("non_snooped", 0400, item->debugfs, &item->ep,
			    &non_snooped_fops);
	mock_pri_debugfs(&item->ep, item->debugfs);
	mock_slow_debugfs_endpoint(&item->ep, item->debugfs);
}

/**
 * mock_debugfs_remove_endpoint() - undo mock_debugfs_add_endpoint()
 * @item: the endpoint
 */
void mock_debugfs_remove_endpoint(struct mock_ep_item *item)
{
	debugfs_remove(item->debugfs);
	item->debugfs = NULL;
}

/**
 * mock_debugfs_add() - the instance goes live
 * @inst: the instance
 */
void mock_debugfs_add(struct mock_instance *inst)
{
	struct dentry *dir, *sub;
	struct mock_ep_item *item;
	int i;

	dir = debugfs_create_dir(config_item_name(&inst->group.cg_item),
				 mock_debugfs_root);
	inst->debugfs = dir;

	sub = debugfs_create_dir("misbehave", dir);
	for (i = 0; i < MOCK_MISBEHAVE_NR; i++) {
		struct mock_misbehave_file *file = &inst->misbehave_files[i];

		file->inst = inst;
		file->what = i;
		debugfs_create_file(misbehave_names[i], 0600, sub, file,
				    &misbehave_fops);
	}
	mock_slow_debugfs(&inst->mi, sub);

	inst->debugfs_endpoints = debugfs_create_dir("endpoints", dir);
	list_for_each_entry(item, &inst->endpoints, list)
		mock_debugfs_add_endpoint(item);

	debugfs_create_file("stats", 0400, dir, &inst->mi, &stats_fops);
	mock_caches_debugfs(&inst->mi, dir);
	mock_log_debugfs(&inst->mi, dir);
	mock_recoverable_debugfs(&inst->mi, dir);
	mock_walk_debugfs(&inst->mi, dir);
	if (inst->mi.model->debugfs)
		inst->mi.model->debugfs(&inst->mi, dir);
}

/**
 * mock_debugfs_remove() - undo mock_debugfs_add()
 * @inst: the instance
 */
void mock_debugfs_remove(struct mock_instance *inst)
{
	struct mock_ep_item *item;

	debugfs_remove(inst->debugfs);
	inst->debugfs = NULL;
	inst->debugfs_endpoints = NULL;
	list_for_each_entry(item, &inst->endpoints, list)
		item->debugfs = NULL;
}
