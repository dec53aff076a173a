/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers that a TLB tags translations with, of which a unit has so many and no
 * more: domain-ids, ASIDs and VMIDs
 *
 * One user with one device could use up all of them, and others could not attach
 * anything any more. So the pool keeps some for each device of the unit. A user who
 * has used those of its own devices gets more only from those that are not kept.
 * Domains of the kernel's own take any that is free, since the kernel has no use for
 * a failure.
 */
#ifndef __IOMMU_NESTED_TAG_POOL_H
#define __IOMMU_NESTED_TAG_POOL_H

#include <linux/idr.h>
#include <linux/kref.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

/**
 * struct tag_pool - the numbers of a unit
 * @ida: those in use
 * @first: the first one
 * @last: the last one
 * @lock: protects the following, and what is in shares
 * @used: how many are in use, or were lost
 * @each: how many are kept for each device
 * @kept: how many that is for all devices, less those that they have
 */
struct tag_pool {
	struct ida ida;
	unsigned int first;
	unsigned int last;
	spinlock_t lock; /* see above */
	unsigned int used;
	unsigned int each;
	unsigned int kept;
};

/**
 * struct tag_share - what a device has of them
 * @ref: the device, and each of the numbers
 * @used: how many it has
 * @gone: the device has gone, while others use what was got for it
 */
struct tag_share {
	struct kref ref;
	unsigned int used;
	bool gone;
};

static inline unsigned int tag_pool_size(const struct tag_pool *pool)
{
	return pool->last - pool->first + 1;
}

/**
 * tag_pool_init - a unit has no numbers yet, and no devices
 * @pool: its pool, zeroed
 */
static inline void tag_pool_init(struct tag_pool *pool)
{
	ida_init(&pool->ida);
	spin_lock_init(&pool->lock);
}

/**
 * tag_pool_set_range - it is known which numbers a unit has
 * @pool: its pool
 * @first: the first number
 * @last: the last number
 *
 * To replace one domain by another takes two numbers for a moment, so that no
 * fewer than two are of use to a device.
 *
 * Context: there are no devices yet.
 */
static inline void tag_pool_set_range(struct tag_pool *pool,
				      unsigned int first, unsigned int last)
{
	pool->first = first;
	pool->last = last;
	pool->each = clamp(tag_pool_size(pool) / 16, 2U, 64U);
}

static inline void tag_pool_exit(struct tag_pool *pool)
{
	ida_destroy(&pool->ida);
}

/* What is kept for a device that has not got it yet */
static inline unsigned int tag_share_kept(const struct tag_pool *pool,
					  const struct tag_share *share)
{
	if (share->gone || share->used >= pool->each)
		return 0;
	return pool->each - share->used;
}

/**
 * tag_share_new - a device comes
 * @pool: the pool of its unit
 *
 * Return: its share, or NULL for want of memory
 */
static inline struct tag_share *tag_share_new(struct tag_pool *pool)
{
	struct tag_share *share = kzalloc_obj(*share);

	if (!share)
		return NULL;
	kref_init(&share->ref);
	guard(spinlock)(&pool->lock);
	pool->kept += pool->each;
	return share;
}

static inline void tag_share_release(struct kref *ref)
{
	kfree(container_of(ref, struct tag_share, ref));
}

/**
 * tag_share_del - a device goes
 * @pool: the pool of its unit
 * @share: its share, or NULL
 */
static inline void tag_share_del(struct tag_pool *pool, struct tag_share *share)
{
	if (!share)
		return;
	scoped_guard(spinlock, &pool->lock) {
		pool->kept -= tag_share_kept(pool, share);
		share->gone = true;
	}
	kref_put(&share->ref, tag_share_release);
}

/* A number more, or less if not @more, is in use */
static inline void tag_pool_count(struct tag_pool *pool,
				  struct tag_share *share, bool more)
{
	lockdep_assert_held(&pool->lock);

	pool->used += more ? 1 : -1;
	if (!share)
		return;
	pool->kept -= tag_share_kept(pool, share);
	share->used += more ? 1 : -1;
	pool->kept += tag_share_kept(pool, share);
}

static inline void tag_uncount(struct tag_pool *pool, struct tag_share *share)
{
	scoped_guard(spinlock, &pool->lock)
		tag_pool_count(pool, share, false);
	if (share)
		kref_put(&share->ref, tag_share_release);
}

/**
 * tag_alloc - get a number
 * @pool: the pool
 * @share: of the device that it is for, or NULL
 * @user: it is for a user's domain
 *
 * Context: process context.
 * Return: the number; -ENOSPC if there is none, or none for this device; -ENOMEM
 */
static inline int tag_alloc(struct tag_pool *pool, struct tag_share *share,
			    bool user)
{
	int id;

	scoped_guard(spinlock, &pool->lock) {
		unsigned int left = tag_pool_size(pool) - pool->used;

		if (!left || (user && left <= pool->kept &&
			      !(share && tag_share_kept(pool, share))))
			return -ENOSPC;
		tag_pool_count(pool, share, true);
		if (share)
			kref_get(&share->ref);
	}
	id = ida_alloc_range(&pool->ida, pool->first, pool->last, GFP_KERNEL);
	if (id < 0)
		tag_uncount(pool, share);
	return id;
}

/**
 * tag_free - give a number back
 * @pool: the pool
 * @share: what it was got with
 * @id: the number, which nothing is tagged with
 */
static inline void tag_free(struct tag_pool *pool, struct tag_share *share,
			    unsigned int id)
{
	ida_free(&pool->ida, id);
	tag_uncount(pool, share);
}

/**
 * tag_lose - never give a number out again
 * @share: what it was got with
 */
static inline void tag_lose(struct tag_share *share)
{
	if (share)
		kref_put(&share->ref, tag_share_release);
}

#endif /* __IOMMU_NESTED_TAG_POOL_H */
