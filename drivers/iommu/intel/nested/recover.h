/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Units and devices that have failed: what units owe, and how all of them come back
 */
#ifndef __INTEL_NESTED_RECOVER_H
#define __INTEL_NESTED_RECOVER_H

#include <linux/atomic.h>
#include <linux/iommu.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct vtd_device;
struct vtd_paging;
struct vtd_unit;

/**
 * struct vtd_retry - when the driver tries again what has failed
 * @ms: the interval in ms, 0 for a try at once
 * @at: jiffies of the next try; or of the last successful one
 */
struct vtd_retry {
	unsigned int ms;
	unsigned long at;
};

/**
 * struct vtd_owed - invalidations that a unit owes
 * @lost: how many were lost, having no waiter; wraps
 * @caches: up to which of these the unit's own caches were invalidated since.
 *	Changed with the unit's mutex held
 * @devtlbs: the same for device-TLBs; never ahead of @caches
 * @lock: protects @held
 * @held: what is withheld until then
 */
struct vtd_owed {
	atomic_t lost;
	u32 caches;
	u32 devtlbs;
	spinlock_t lock; /* see above */
	struct list_head held;
};

/**
 * struct vtd_held - something that is withheld, since a unit may go on to use it
 * @node: in the unit's list
 * @lost: up to which loss the unit has to make up first
 * @release: releases it. Process context; the unit's mutex is held, or the unit
 *	has stopped
 */
struct vtd_held {
	struct list_head node;
	u32 lost;
	void (*release)(struct vtd_held *held);
};

/**
 * struct vtd_withheld - tables of a domain that are withheld
 * @lock: protects the rest
 * @units: how many times they were withheld because of a unit, and not released
 * @freed: the domain itself was freed
 * @pages: tables that were taken out of it
 */
struct vtd_withheld {
	spinlock_t lock; /* see above */
	unsigned int units;
	bool freed;
	struct iommu_pages_list pages;
};

/* owed.c */
void vtd_owed_init(struct vtd_unit *unit);
void vtd_owed_exit(struct vtd_unit *unit);
void vtd_lose(struct vtd_unit *unit);
bool vtd_owes(const struct vtd_unit *unit);
bool vtd_owes_caches(const struct vtd_unit *unit);
bool vtd_may_be_stale(const struct vtd_device *edev);
u32 vtd_owed_begin(struct vtd_unit *unit);
void vtd_owed_done(struct vtd_unit *unit, u32 lost, bool devtlbs);
void vtd_hold(struct vtd_unit *unit, struct vtd_held *held,
	      void (*release)(struct vtd_held *held));
void vtd_withheld_init(struct vtd_withheld *withheld);
void vtd_withhold(struct vtd_paging *paging, struct vtd_unit *unit);
void vtd_withhold_pages(struct vtd_paging *paging,
			struct iommu_pages_list *pages);
bool vtd_withhold_all(struct vtd_paging *paging);

/* recover.c */
void vtd_unit_recover_init(struct vtd_unit *unit);
int vtd_unit_flush_all(struct vtd_unit *unit);
void vtd_unit_reset_or_forget(struct vtd_unit *unit);
int vtd_device_recover(struct vtd_device *edev);
void vtd_unit_kick(struct vtd_unit *unit);
unsigned long vtd_unit_recover(struct vtd_unit *unit);

/* block.c */
void vtd_unit_block_failed(struct vtd_unit *unit);
void vtd_device_mark_failed(struct vtd_device *edev);
void vtd_device_block_now(struct vtd_device *edev);
void vtd_unit_failed(struct vtd_unit *unit, bool atomic);
int vtd_device_unblock(struct vtd_device *edev);

#endif /* __INTEL_NESTED_RECOVER_H */
