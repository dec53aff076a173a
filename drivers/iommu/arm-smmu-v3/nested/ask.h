/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How often the driver asks devices that may not answer
 *
 * While a device is asked whether it works the queue may stand still for all others.
 * Many such devices may belong to one guest. So after a question that took t the
 * driver asks no device for as long: others have the queue for at least half of the
 * time. Besides, each device has intervals of its own, see smmu3_backoff().
 */
#ifndef __ARM_SMMU_V3_NESTED_ASK_H
#define __ARM_SMMU_V3_NESTED_ASK_H

#include <linux/compiler.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/types.h>

/**
 * struct smmu3_ask - when the devices of a unit may be asked
 * @after: no device is asked whether it works before that, in jiffies
 * @most: what @after is ahead at most, in jiffies
 * @spent_us: how long this recovery has waited for users' devices, protected by the
 *	unit's mutex
 * @silent_us: the part of that for devices that did not answer
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
 * smmu3_ask_took - a thread has waited for the answer of a device
 * @ask: of the unit
 * @start: since when, in jiffies
 *
 * Context: any. Of two calls at the same time one may have no effect.
 */
static inline void smmu3_ask_took(struct smmu3_ask *ask, unsigned long start)
{
	unsigned long now = jiffies, after;

	/* Mostly it was short: then the line that all have cached is not written */
	if (likely(now - start < 2))
		return;
	after = now + min(now - start, ask->most);
	if (time_after(after, READ_ONCE(ask->after)))
		WRITE_ONCE(ask->after, after);
}

#endif /* __ARM_SMMU_V3_NESTED_ASK_H */
