// SPDX-License-Identifier: GPL-2.0-only
/*
 * What can be looked at: /sys/kernel/debug/arm_smmu_v3_nested/<unit>/
 *
 * cmdq		state of the command queue, and of those of events and requests
 * domains	what is attached to which PASID of which device
 * inval_time	where the time of user invalidations goes; writing 1 switches the
 *		measurement on for all units and clears the sums of this one,
 *		writing 0 switches it off. clock_ns is what reading the clock
 *		takes, which is taken off the sums already.
 */
#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include "nested.h"

struct inval_meter smmu3_meter = INVAL_METER_INIT;

static struct dentry *smmu3_debugfs_root;

static int cmdq_show(struct seq_file *s, void *unused)
{
	struct smmu3_unit *unit = s->private;
	struct smmu3_cmdq *q = &unit->cmdq;
	struct cmd_ring *ring = &q->ring;

	guard(spinlock_irqsave)(&ring->lock);

	seq_printf(s, "slots %u\n", 1U << q->shift);
	seq_printf(s, "head %u\n", ring->head);
	seq_printf(s, "oldest %u\n", ring->oldest);
	seq_printf(s, "completion %s\n", q->status ? "memory" : "register");
	seq_printf(s, "stuck %d\n", ring->stuck);
	seq_printf(s, "dead %d\n", unit->dead);
	seq_printf(s, "commands %llu\n", ring->cmds);
	seq_printf(s, "doorbells %llu\n", ring->doorbells);
	seq_printf(s, "errors %llu\n", ring->errors);
	seq_printf(s, "refused %u\n", ring->refused);
	seq_printf(s, "resets %llu\n", ring->resets);
	seq_printf(s, "global_errors %lld\n", atomic64_read(&unit->gerrors));
	seq_printf(s, "events %llu\n", unit->evtq.records);
	seq_printf(s, "event_overflows %llu\n", unit->evtq.overflows);
	seq_printf(s, "page_requests %llu\n", unit->priq.records);
	seq_printf(s, "page_request_overflows %llu\n", unit->priq.overflows);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(cmdq);

static const char *domain_name(const struct smmu3_attach *att)
{
	switch (att->tag) {
	case SMMU3_TAG_ASID:
		return "stage-1 asid";
	case SMMU3_TAG_VMID:
		return "stage-2 vmid";
	case SMMU3_TAG_GUEST:
		return "nested vmid";
	default:
		return "identity";
	}
}

static void domains_line(struct seq_file *s, const struct smmu3_device *sdev,
			 const struct smmu3_attach *att)
{
	seq_printf(s, "%s sid %#x pasid %u %s %u%s%s\n", dev_name(sdev->dev),
		   sdev->sids[0], att->pasid, domain_name(att), att->id,
		   sdev->ats_on ? " ats" : "",
		   test_bit(SMMU3_DEV_BLOCKED, &sdev->state) ? " blocked" : "");
}

static int domains_show(struct seq_file *s, void *unused)
{
	struct smmu3_unit *unit = s->private;
	struct smmu3_device *sdev;
	struct smmu3_attach *att;
	unsigned long pasid;

	guard(mutex)(&unit->lock);

	list_for_each_entry(sdev, &unit->devices, node) {
		if (sdev->rid)
			domains_line(s, sdev, sdev->rid);
		xa_for_each(&sdev->pasids, pasid, att)
			domains_line(s, sdev, att);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(domains);

DEFINE_INVAL_TIME_ATTRIBUTE(inval_time, smmu3_meter);

/**
 * smmu3_debugfs_add - make the directory of a unit
 * @unit: the unit
 */
void smmu3_debugfs_add(struct smmu3_unit *unit)
{
	unit->debugfs = debugfs_create_dir(dev_name(unit->dev),
					   smmu3_debugfs_root);
	debugfs_create_file("cmdq", 0400, unit->debugfs, unit, &cmdq_fops);
	debugfs_create_file("domains", 0400, unit->debugfs, unit,
			    &domains_fops);
	debugfs_create_file("inval_time", 0600, unit->debugfs, &unit->timing,
			    &inval_time_fops);
}

/**
 * smmu3_debugfs_del - remove the directory of a unit
 * @unit: the unit
 */
void smmu3_debugfs_del(struct smmu3_unit *unit)
{
	debugfs_remove_recursive(unit->debugfs);
}

/**
 * smmu3_debugfs_init - make the driver's directory
 */
void smmu3_debugfs_init(void)
{
	smmu3_debugfs_root = debugfs_create_dir("arm_smmu_v3_nested", NULL);
}

/**
 * smmu3_debugfs_exit - remove the driver's directory
 */
void smmu3_debugfs_exit(void)
{
	debugfs_remove_recursive(smmu3_debugfs_root);
}
