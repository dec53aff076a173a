// SPDX-License-Identifier: GPL-2.0-only
/*
 * What can be looked at: /sys/kernel/debug/intel_nested/<unit>/
 *
 * qi		state of the invalidation queue
 * domains	what is attached to which PASID of which device
 * inval_time	where the time of user invalidations goes; writing 1 switches the
 *		measurement on for all units and clears the sums of this one,
 *		writing 0 switches it off. clock_ns is what reading the clock
 *		takes, which is taken off the sums already.
 */
#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include "nested.h"

struct inval_meter vtd_meter = INVAL_METER_INIT;

static struct dentry *vtd_debugfs_root;

static int qi_show(struct seq_file *s, void *unused)
{
	struct vtd_unit *unit = s->private;
	struct cmd_ring *ring = &unit->qi.ring;

	guard(spinlock_irqsave)(&ring->lock);

	seq_printf(s, "slots %u\n", VTD_QI_SLOTS);
	seq_printf(s, "head %u\n", ring->head % VTD_QI_SLOTS);
	seq_printf(s, "oldest %u\n", ring->oldest % VTD_QI_SLOTS);
	seq_printf(s, "stuck %d\n", ring->stuck);
	seq_printf(s, "descriptors %llu\n", ring->cmds);
	seq_printf(s, "doorbells %llu\n", ring->doorbells);
	seq_printf(s, "errors %llu\n", ring->errors);
	seq_printf(s, "resets %llu\n", ring->resets);
	seq_printf(s, "faults %lld\n", atomic64_read(&unit->faults));
	seq_printf(s, "fault_overflows %lld\n",
		   atomic64_read(&unit->fault_overflows));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(qi);

static const char *domain_name(const struct iommu_domain *domain)
{
	if (domain == &vtd_identity_domain)
		return "identity";
	if (domain->type == IOMMU_DOMAIN_NESTED)
		return "nested";
	return "paging";
}

static void domains_line(struct seq_file *s, const struct vtd_device *vdev,
			 const struct vtd_attach *att)
{
	seq_printf(s, "%s sid %#06x pasid %u did %u %s%s\n",
		   dev_name(vdev->dev), vdev->sid, att->pasid, att->did,
		   domain_name(att->domain),
		   test_bit(VTD_DEV_BLOCKED, &vdev->state) ? " blocked" : "");
}

static int domains_show(struct seq_file *s, void *unused)
{
	struct vtd_unit *unit = s->private;
	unsigned long sid, pasid;
	struct vtd_device *vdev;
	struct vtd_attach *att;

	guard(mutex)(&unit->lock);

	xa_for_each(&unit->devices, sid, vdev) {
		if (vdev->rid)
			domains_line(s, vdev, vdev->rid);
		xa_for_each(&vdev->pasids, pasid, att)
			domains_line(s, vdev, att);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(domains);

DEFINE_INVAL_TIME_ATTRIBUTE(inval_time, vtd_meter);

/**
 * vtd_debugfs_add - make the directory of a unit
 * @unit: the unit
 */
void vtd_debugfs_add(struct vtd_unit *unit)
{
	unit->debugfs = debugfs_create_dir(dev_name(unit->dev),
					   vtd_debugfs_root);
	debugfs_create_file("qi", 0400, unit->debugfs, unit, &qi_fops);
	debugfs_create_file("domains", 0400, unit->debugfs, unit,
			    &domains_fops);
	debugfs_create_file("inval_time", 0600, unit->debugfs, &unit->timing,
			    &inval_time_fops);
}

/**
 * vtd_debugfs_del - remove the directory of a unit
 * @unit: the unit
 */
void vtd_debugfs_del(struct vtd_unit *unit)
{
	debugfs_remove_recursive(unit->debugfs);
}

/**
 * vtd_debugfs_init - make the driver's directory
 */
void vtd_debugfs_init(void)
{
	vtd_debugfs_root = debugfs_create_dir("intel_nested", NULL);
}

/**
 * vtd_debugfs_exit - remove the driver's directory
 */
void vtd_debugfs_exit(void)
{
	debugfs_remove_recursive(vtd_debugfs_root);
}
