/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When the driver tries again what has failed, and when it asks devices that may not
 * answer
 */
#ifndef __INTEL_NESTED_RETRY_H
#define __INTEL_NESTED_RETRY_H

#include <linux/jiffies.h>
#include <linux/minmax.h>

#include "../../nested/backoff.h"
#include "intel_nested.h"

/* A device that has worked for so long begins with the first interval again */
#define VTD_RETRY_FORGIVE_MS	(15 * 60 * MSEC_PER_SEC)

/**
 * vtd_retry_later - a try has failed: wait for twice as long as the last time
 * @retry: the device's or the unit's
 */
static inline void vtd_retry_later(struct vtd_retry *retry)
{
	retry->ms = backoff_next_ms(retry->ms);
	retry->at = jiffies + msecs_to_jiffies(retry->ms);
}

/**
 * vtd_retry_later_still - a try has failed: wait, also for the time that it took
 * @retry: the device's
 * @began: jiffies when the try began
 */
static inline void vtd_retry_later_still(struct vtd_retry *retry,
					 unsigned long began)
{
	unsigned long took = jiffies - began;

	vtd_retry_later(retry);
	retry->at += backoff_share(took, msecs_to_jiffies(BACKOFF_LAST_MS));
}

/**
 * vtd_retry_due - is it time for a try?
 * @retry: the device's or the unit's
 *
 * Return: true if it is
 */
static inline bool vtd_retry_due(const struct vtd_retry *retry)
{
	return !retry->ms || time_after_eq(jiffies, retry->at);
}

/**
 * vtd_retry_failed - a device has failed that has worked since its last recovery
 * @retry: the device's
 */
static inline void vtd_retry_failed(struct vtd_retry *retry)
{
	if (time_after(jiffies,
		       retry->at + msecs_to_jiffies(VTD_RETRY_FORGIVE_MS)))
		retry->ms = 0;
	vtd_retry_later(retry);
}

/**
 * vtd_retry_until - how long to wait for the next try
 * @retry: the device's or the unit's
 *
 * Return: in jiffies, at least 1
 */
static inline unsigned long vtd_retry_until(const struct vtd_retry *retry)
{
	long left = retry->at - jiffies;

	return vtd_retry_due(retry) || left < 1 ? 1 : left;
}

/**
 * vtd_ask_later - the queue of a unit has stood still for a device
 * @unit: the unit
 * @took: for how long, in jiffies
 *
 * No device that may be silent is asked for as long, so that the others have the
 * queue.
 */
static inline void vtd_ask_later(struct vtd_unit *unit, unsigned long took)
{
	unsigned long now = jiffies;

	if (time_before(unit->ask_after, now))
		unit->ask_after = now;
	unit->ask_after += took;
}

/**
 * vtd_may_be_silent - may a device not answer when it is asked?
 * @edev: the device
 *
 * Return: true if it was silent before, or if there was no time to find out
 */
static inline bool vtd_may_be_silent(const struct vtd_device *edev)
{
	return READ_ONCE(edev->silent) || edev->skipped;
}

/**
 * vtd_may_ask - may a device be asked now whether it works again?
 * @edev: the device
 *
 * After a silent device has kept the queue waiting, no other one that may be silent
 * is asked for as long: all of them together must not have the queue for more than
 * half of the time, however many they are. One that was torn out is never asked.
 *
 * Context: process context; the unit's mutex is held.
 * Return: true if it may
 */
static inline bool vtd_may_ask(const struct vtd_device *edev)
{
	return vtd_retry_due(&edev->retry) && !vtd_device_unplugged(edev) &&
	       (!vtd_may_be_silent(edev) ||
		time_after_eq(jiffies, edev->unit->ask_after));
}

/**
 * vtd_until_asked - how long to wait until a device may be asked
 * @edev: the device
 *
 * Return: in jiffies, at least 1
 */
static inline unsigned long vtd_until_asked(const struct vtd_device *edev)
{
	long left = edev->unit->ask_after - jiffies;
	unsigned long next = vtd_retry_until(&edev->retry);

	if (vtd_may_be_silent(edev) && left > 0)
		next = max(next, (unsigned long)left);
	return next;
}

#endif /* __INTEL_NESTED_RETRY_H */
