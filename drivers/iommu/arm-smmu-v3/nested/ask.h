/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How often a unit asks devices that may not answer
 *
 * While one is asked the queue stands still for everybody. However many there
 * are, who may belong to one and the same guest: after a question that took t, none
 * is asked for as long, so that others have the queue for half of the time at
 * least. That is beside what each device waits for, see smmu3_backoff().
 */
#ifndef __ARM_SMMU_V3_NESTED_ASK_H
#define __ARM_SMMU_V3_NESTED_ASK_H

#include <linux/compiler.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/types.h>

/**
 * struct smmu3_ask - of a unit
 * @after: no device is asked whether it is well before that, in jiffies
 * @most: what @after is ahead at most, in jiffies
 * @spent_us: how long this recovery has waited for devices of others than the
 *	kernel, protected by the unit's mutex
 * @silent_us: how long of that for devices that did not answer
 */
struct smmu3_ask {
	unsigned long after;
	unsigned long most;
	u64 spent_us;
	u64 silent_us;
};

static inline void smmu3_ask_init(struct smmu3_ask *ask,
				  unsigned int devtlb_timeout_us)
{
	ask->after = jiffies;
	ask->most = usecs_to_jiffies(devtlb_timeout_us);
}

/**
 * smmu3_ask_took - somebody has waited for the answer of a device
 * @ask: of the unit
 * @start: since when, in jiffies
 *
 * Context: any. Of two at once one may not be seen, who then waited no longer.
 */
static inline void smmu3_ask_took(struct smmu3_ask *ask, unsigned long start)
{
	unsigned long now = jiffies, after;

	/* Most of the time it is none: nobody writes what all have cached */
	if (likely(now - start < 2))
		return;
	after = now + min(now - start, ask->most);
	if (time_after(after, READ_ONCE(ask->after)))
		WRITE_ONCE(ask->after, after);
}

#endif /* __ARM_SMMU_V3_NESTED_ASK_H */
