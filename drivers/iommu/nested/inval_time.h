/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the time of user invalidations goes
 *
 * Each unit has a struct inval_time, each driver one struct inval_meter. It costs a
 * static branch, which is not taken until an administrator switches the meter on
 * through a unit's debugfs file.
 */
#ifndef __IOMMU_NESTED_INVAL_TIME_H
#define __IOMMU_NESTED_INVAL_TIME_H

#include <linux/atomic.h>
#include <linux/fs.h>
#include <linux/jump_label.h>
#include <linux/kstrtox.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/seq_file.h>
#include <linux/timekeeping.h>

/**
 * struct inval_time - sums of a unit, in ns
 * @copy: copying the requests from userspace
 * @convert: validating them and turning them into commands
 * @queue: putting commands into the ring
 * @hw: ringing the doorbell and waiting for the hardware
 * @entries: requests handled
 * @calls: calls
 */
struct inval_time {
	atomic64_t copy;
	atomic64_t convert;
	atomic64_t queue;
	atomic64_t hw;
	atomic64_t entries;
	atomic64_t calls;
};

/**
 * struct inval_meter - the measurement of a driver
 * @on: it is on
 * @clock: what reading the clock takes, in ns: each interval has one reading
 *	in it
 */
struct inval_meter {
	struct static_key_false on;
	unsigned int clock;
};

#define INVAL_METER_INIT { .on = STATIC_KEY_FALSE_INIT }

/**
 * inval_time_start - begin an interval
 * @meter: the driver's measurement
 *
 * Return: the time now, or 0 if times are not taken
 */
static __always_inline ktime_t inval_time_start(struct inval_meter *meter)
{
	return static_branch_unlikely(&meter->on) ? ktime_get() : 0;
}

/**
 * inval_time_add - end an interval
 * @meter: the driver's measurement
 * @sum: the interval is added to it, less what reading the clock takes
 * @start: its begin
 *
 * Return: the time now, or 0 if times are not taken
 */
static __always_inline ktime_t inval_time_add(struct inval_meter *meter,
					      atomic64_t *sum, ktime_t start)
{
	ktime_t now;

	if (!static_branch_unlikely(&meter->on))
		return 0;
	now = ktime_get();
	/* Switched on in between */
	if (start)
		atomic64_add(ktime_to_ns(ktime_sub(now, start)) - meter->clock,
			     sum);
	return now;
}

/**
 * inval_time_between - add an interval that has ended already
 * @meter: the driver's measurement
 * @sum: the interval is added to it, less what reading the clock takes
 * @start: its begin, as inval_time_start() returned it
 * @end: its end, likewise
 */
static __always_inline void inval_time_between(struct inval_meter *meter,
					       atomic64_t *sum, ktime_t start,
					       ktime_t end)
{
	/* Switched on or off in between */
	if (start && end)
		atomic64_add(ktime_to_ns(ktime_sub(end, start)) - meter->clock,
			     sum);
}

/**
 * inval_time_call - a call is done
 * @meter: the driver's measurement
 * @time: the unit's sums
 * @entries: requests that it handled
 */
static __always_inline void inval_time_call(struct inval_meter *meter,
					    struct inval_time *time, u32 entries)
{
	if (static_branch_unlikely(&meter->on)) {
		atomic64_add(entries, &time->entries);
		atomic64_inc(&time->calls);
	}
}

/**
 * inval_time_print - what reading the debugfs file gives
 * @s: the file
 * @meter: the driver's measurement
 * @time: the unit's sums
 */
static inline void inval_time_print(struct seq_file *s,
				    struct inval_meter *meter,
				    const struct inval_time *time)
{
	seq_printf(s, "enabled %d\n", static_key_enabled(&meter->on));
	seq_printf(s, "clock_ns %u\n", meter->clock);
	seq_printf(s, "calls %lld\n", atomic64_read(&time->calls));
	seq_printf(s, "entries %lld\n", atomic64_read(&time->entries));
	seq_printf(s, "copy_ns %lld\n", atomic64_read(&time->copy));
	seq_printf(s, "convert_ns %lld\n", atomic64_read(&time->convert));
	seq_printf(s, "queue_ns %lld\n", atomic64_read(&time->queue));
	seq_printf(s, "hw_ns %lld\n", atomic64_read(&time->hw));
}

/*
 * A clock may have a resolution that is coarser than what reading it takes, so
 * many readings are measured at once. What interferes makes it longer: the
 * shortest of some tries is right.
 */
static inline unsigned int inval_time_clock_cost(void)
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

/**
 * inval_time_switch - what writing the debugfs file does
 * @meter: the driver's measurement, switched on or off
 * @time: the unit's sums, cleared if it is switched on
 * @buf: "1" or "0", or what else is a truth value
 * @len: its length
 *
 * Return: @len, -EINVAL or -EFAULT
 */
static inline ssize_t inval_time_switch(struct inval_meter *meter,
					struct inval_time *time,
					const char __user *buf, size_t len)
{
	bool on;
	int ret;

	ret = kstrtobool_from_user(buf, len, &on);
	if (ret)
		return ret;

	if (!on) {
		static_branch_disable(&meter->on);
		return len;
	}
	memset(time, 0, sizeof(*time));
	meter->clock = inval_time_clock_cost();
	static_branch_enable(&meter->on);
	return len;
}

/*
 * Defines name_fops, of a debugfs file whose private data is a unit's sums;
 * @meter is the driver's struct inval_meter
 */
#define DEFINE_INVAL_TIME_ATTRIBUTE(name, meter)			\
static struct inval_meter * const name##_meter = &(meter);		\
									\
static int name##_show(struct seq_file *s, void *unused)		\
{									\
	inval_time_print(s, name##_meter, s->private);			\
	return 0;							\
}									\
									\
static ssize_t name##_write(struct file *file, const char __user *buf,	\
			    size_t len, loff_t *pos)			\
{									\
	return inval_time_switch(name##_meter,				\
				 file_inode(file)->i_private, buf, len); \
}									\
DEFINE_SHOW_STORE_ATTRIBUTE(name)

#endif /* __IOMMU_NESTED_INVAL_TIME_H */
