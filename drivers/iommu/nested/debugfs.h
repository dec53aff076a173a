/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The directories of a driver and of its units in debugfs
 *
 * Each unit has three files:
 *
 * the queue's	state of the ring of commands, under the architecture's name for
 *		it, and what the driver adds to that
 * domains	what is attached to which PASID of which device
 * inval_time	where the time of user invalidations goes; writing 1 switches the
 *		measurement on for all units and clears the sums of this one,
 *		writing 0 switches it off. clock_ns is what reading the clock
 *		takes, which is taken off the sums already.
 */
#ifndef __IOMMU_NESTED_DEBUGFS_H
#define __IOMMU_NESTED_DEBUGFS_H

#include <linux/debugfs.h>
#include <linux/device.h>

#include "cmd_ring.h"
#include "inval_time.h"

/**
 * struct nested_debugfs - a driver in debugfs
 * @queue: the name of the file of a queue
 * @queue_fops: that file; its private data is the driver's unit
 * @domains_fops: the file of attachments, with the same
 * @inval_time_fops: see DEFINE_INVAL_TIME_ATTRIBUTE()
 * @root: the driver's directory
 */
struct nested_debugfs {
	const char *queue;
	const struct file_operations *queue_fops;
	const struct file_operations *domains_fops;
	const struct file_operations *inval_time_fops;
	struct dentry *root;
};

/**
 * nested_debugfs_init - make a driver's directory
 * @driver: the driver
 */
static inline void nested_debugfs_init(struct nested_debugfs *driver)
{
	driver->root = debugfs_create_dir(KBUILD_MODNAME, NULL);
}

/**
 * nested_debugfs_exit - remove a driver's directory
 * @driver: the driver
 */
static inline void nested_debugfs_exit(struct nested_debugfs *driver)
{
	debugfs_remove_recursive(driver->root);
}

/**
 * nested_debugfs_add - make the directory of a unit
 * @driver: the driver
 * @dev: the unit's device
 * @unit: the unit, as the driver's files know it
 * @time: where the unit's time goes
 *
 * Return: the directory, for debugfs_remove_recursive()
 */
static inline struct dentry *
nested_debugfs_add(const struct nested_debugfs *driver,
		   const struct device *dev, void *unit, struct inval_time *time)
{
	struct dentry *dir = debugfs_create_dir(dev_name(dev), driver->root);

	debugfs_create_file(driver->queue, 0400, dir, unit, driver->queue_fops);
	debugfs_create_file("domains", 0400, dir, unit, driver->domains_fops);
	debugfs_create_file("inval_time", 0600, dir, time,
			    driver->inval_time_fops);
	return dir;
}

/**
 * cmd_ring_print - what has happened to a ring
 * @s: the file
 * @ring: the ring, locked
 * @commands: what the architecture calls these
 */
static inline void cmd_ring_print(struct seq_file *s,
				  const struct cmd_ring *ring,
				  const char *commands)
{
	lockdep_assert_held(&ring->lock);

	seq_printf(s, "stuck %d\n", ring->stuck);
	seq_printf(s, "%s %llu\n", commands, ring->cmds);
	seq_printf(s, "doorbells %llu\n", ring->doorbells);
	seq_printf(s, "errors %llu\n", ring->errors);
	seq_printf(s, "resets %llu\n", ring->resets);
}

#endif /* __IOMMU_NESTED_DEBUGFS_H */
