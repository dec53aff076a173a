/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When that is tried again which has failed, and when devices are asked that may not
 * answer
 */
#ifndef __INTEL_NESTED_RETRY_H
#define __INTEL_NESTED_RETRY_H

#include <linux/jiffies.h>
#include <linux/minmax.h>

#include "nested.h"

/* Intervals between tries: each is twice the one before */
#define VTD_RETRY_FIRST_MS	100
#define VTD_RETRY_MAX_MS	(60 * MSEC_PER_SEC)

/* Who is asked for t is left alone for so many times t: others need the queue */
#define VTD_RETRY_SHARE	10

/* Who was well for so long starts with the first again */
#define VTD_RETRY_FORGIVE_MS	(15 * 60 * MSEC_PER_SEC)

static inline void vtd_retry_later(struct vtd_retry *retry)
{
	retry->ms = retry->ms ? min(2 * retry->ms, VTD_RETRY_MAX_MS) :
				VTD_RETRY_FIRST_MS;
	retry->at = jiffies + msecs_to_jiffies(retry->ms);
}

/* A try that began at @began has failed */
static inline void vtd_retry_later_still(struct vtd_retry *retry,
					 unsigned long began)
{
	unsigned long took = jiffies - began;

	vtd_retry_later(retry);
	retry->at += min(took, msecs_to_jiffies(VTD_RETRY_MAX_MS)) *
		     VTD_RETRY_SHARE;
}

static inline bool vtd_retry_due(const struct vtd_retry *retry)
{
	return !retry->ms || time_after_eq(jiffies, retry->at);
}

/* It has failed, and was well since the last success */
static inline void vtd_retry_failed(struct vtd_retry *retry)
{
	if (time_after(jiffies,
		       retry->at + msecs_to_jiffies(VTD_RETRY_FORGIVE_MS)))
		retry->ms = 0;
	vtd_retry_later(retry);
}

static inline unsigned long vtd_retry_until(const struct vtd_retry *retry)
{
	long left = retry->at - jiffies;

	return vtd_retry_due(retry) || left < 1 ? 1 : left;
}

/* The queue has stood still for so long: then others have it for as long */
static inline void vtd_ask_later(struct vtd_unit *unit, unsigned long took)
{
	unsigned long now = jiffies;

	if (time_before(unit->ask_after, now))
		unit->ask_after = now;
	unit->ask_after += took;
}

/* It was silent, or may be: there was no time to find out */
static inline bool vtd_may_be_silent(const struct vtd_device *vdev)
{
	return READ_ONCE(vdev->silent) || vdev->skipped;
}

/*
 * May a device be asked whether it is well? For as long as one that is silent keeps
 * the queue waiting, none of them is asked after it: they must not have it for more
 * than half of the time, however many they are.
 */
static inline bool vtd_may_ask(const struct vtd_device *vdev)
{
	return vtd_retry_due(&vdev->retry) &&
	       (!vtd_may_be_silent(vdev) ||
		time_after_eq(jiffies, vdev->unit->ask_after));
}

static inline unsigned long vtd_until_asked(const struct vtd_device *vdev)
{
	long left = vdev->unit->ask_after - jiffies;
	unsigned long next = vtd_retry_until(&vdev->retry);

	if (vtd_may_be_silent(vdev) && left > 0)
		next = max(next, (unsigned long)left);
	return next;
}

#endif /* __INTEL_NESTED_RETRY_H */
