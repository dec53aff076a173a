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
#include <linux/kstrtox.h>
#include <linux/math64.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>

#include "nested.h"

DEFINE_STATIC_KEY_FALSE(vtd_timing_on);

/* What reading the clock takes, in ns: each interval has one reading in it */
unsigned int vtd_timing_clock;

static struct dentry *vtd_debugfs_root;

static int qi_show(struct seq_file *s, void *unused)
{
	struct vtd_unit *unit = s->private;
	struct vtd_qi *qi = &unit->qi;

	guard(spinlock_irqsave)(&qi->lock);

	seq_printf(s, "slots %u\n", VTD_QI_SLOTS);
	seq_printf(s, "head %u\n", qi->head);
	seq_printf(s, "oldest %u\n", qi->oldest);
	seq_printf(s, "stuck %d\n", qi->stuck);
	seq_printf(s, "descriptors %llu\n", qi->descs);
	seq_printf(s, "doorbells %llu\n", qi->doorbells);
	seq_printf(s, "errors %llu\n", qi->errors);
	seq_printf(s, "resets %llu\n", qi->resets);
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

static int inval_time_show(struct seq_file *s, void *unused)
{
	struct vtd_unit *unit = s->private;
	struct vtd_timing *t = &unit->timing;

	seq_printf(s, "enabled %d\n", static_key_enabled(&vtd_timing_on));
	seq_printf(s, "clock_ns %u\n", vtd_timing_clock);
	seq_printf(s, "calls %lld\n", atomic64_read(&t->calls));
	seq_printf(s, "entries %lld\n", atomic64_read(&t->entries));
	seq_printf(s, "copy_ns %lld\n", atomic64_read(&t->copy));
	seq_printf(s, "convert_ns %lld\n", atomic64_read(&t->convert));
	seq_printf(s, "queue_ns %lld\n", atomic64_read(&t->queue));
	seq_printf(s, "hw_ns %lld\n", atomic64_read(&t->hw));
	return 0;
}

static int inval_time_open(struct inode *inode, struct file *file)
{
	return single_open(file, inval_time_show, inode->i_private);
}

/*
 * A clock may have a resolution that is coarser than what reading it takes, so
 * many readings are measured at once. What interferes makes it longer: the
 * shortest of some tries is right.
 */
static unsigned int clock_cost(void)
{
	s64 best = NSEC_PER_SEC;
	unsigned int try, i;
	ktime_t start;

	for (try = 0; try < 8; try++) {
		start = ktime_get();
		for (i = 0; i < 999; i++)
			ktime_get();
		best = min(best, ktime_to_ns(ktime_sub(ktime_get(), start)));
	}
	return div_s64(best, 1000);
}

static ssize_t inval_time_write(struct file *file, const char __user *buf,
				size_t len, loff_t *pos)
{
	struct vtd_unit *unit = file_inode(file)->i_private;
	bool on;
	int ret;

	ret = kstrtobool_from_user(buf, len, &on);
	if (ret)
		return ret;

	if (!on) {
		static_branch_disable(&vtd_timing_on);
		return len;
	}
	memset(&unit->timing, 0, sizeof(unit->timing));
	vtd_timing_clock = clock_cost();
	static_branch_enable(&vtd_timing_on);
	return len;
}

static const struct file_operations inval_time_fops = {
	.owner = THIS_MODULE,
	.open = inval_time_open,
	.read = seq_read,
	.write = inval_time_write,
	.llseek = seq_lseek,
	.release = single_release,
};

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
	debugfs_create_file("inval_time", 0600, unit->debugfs, unit,
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
