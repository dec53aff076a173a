/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mock IOMMU: hardware that does in any order what has none
 *
 * An instance with a seed (attribute reorder_seed) postpones its commands and
 * executes them in an order of its own as far as the architecture lets it, and
 * fetches translations and configuration that nobody has asked for. Who forgets a
 * fence, or invalidates caches in the wrong order, then finds stale entries.
 *
 * What is ordered is the model's to know (vtd/reorder.c, smmuv3/reorder.c).
 * Everything here runs under &mock_iommu.lock unless a function says otherwise.
 */
#ifndef __IOMMU_MOCK_REORDER_H
#define __IOMMU_MOCK_REORDER_H

#include <linux/prandom.h>

#include "mock.h"

/* Commands that can be postponed at a time, bits of a u64 */
#define MOCK_REORDER_POOL	64

/* Requests that are remembered */
#define MOCK_REORDER_RECENT	16

/*
 * With so many postponed commands every recent request is speculated on before
 * each of them; with more of them only one is, or a long queue takes seconds
 */
#define MOCK_REORDER_THOROUGH	8

/**
 * struct mock_reorder - an instance's reordering
 * @rnd: all that is left to chance comes from here
 * @speculating: a translation is made that nobody asked for: no fault, no event,
 *	no write to a table may come of it
 * @backwards: commands are executed last first, where that is permitted,
 *	otherwise in random order
 * @recent: requests of endpoints, the last one first, each once
 * @nr_recent: how many there are
 */
struct mock_reorder {
	struct rnd_state rnd;
	bool speculating;
	bool backwards;
	struct mock_req recent[MOCK_REORDER_RECENT];
	u32 nr_recent;
};

int mock_reorder_create(struct mock_iommu *mi);
void mock_reorder_destroy(struct mock_iommu *mi);
bool mock_reorder_chance(struct mock_iommu *mi, u32 period);
void mock_reorder_begin(struct mock_iommu *mi);
u32 mock_reorder_pick(struct mock_iommu *mi, u64 eligible);
void mock_reorder_take(struct mock_iommu *mi, void *pool, size_t size, u32 *nr,
		       u64 eligible, void *cmd);
void mock_reorder_note(struct mock_iommu *mi, const struct mock_req *req);
void mock_reorder_forget(struct mock_iommu *mi, u32 sid);
void mock_speculate(struct mock_iommu *mi, bool all);

/* Does the instance reorder? If not, no other function here is called */
static inline bool mock_reordering(const struct mock_iommu *mi)
{
	return mi->reorder;
}

/* Is this a translation that nobody asked for? */
static inline bool mock_speculating(const struct mock_iommu *mi)
{
	return mi->reorder && mi->reorder->speculating;
}

#endif /* __IOMMU_MOCK_REORDER_H */
