/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rings of invalidation commands: bringing one back that stands still
 *
 * No waiter gives up on behalf of others. When one finds that the hardware has stood
 * still for longer than it may, nothing is queued any more. Waiters that can wait
 * do so until the driver has recovered the ring, with its own lock held::
 *
 *	cmd_ring_stop(ring);
 *	...have the hardware stop
 *	cmd_ring_park(ring);
 *	...have it start, empty
 *	cmd_ring_start(ring);
 *	...have the unit translate, if it does not
 *	cmd_ring_revive(ring);
 *	...invalidate all caches of the unit
 *	cmd_ring_settle(ring, CMD_OWED_DEVTLB);
 *	...and all device-TLBs; block the devices that do not answer
 *	cmd_ring_settle(ring, CMD_OWED_NONE);
 *
 * A driver that marks the devices of whoever was refused can leave out cmd_ring_revive().
 * Between the last two steps the ring takes no other invalidation of a device-TLB, so
 * that the driver knows which device it is that does not answer. A producer that can
 * wait waits; one that cannot sleep is told at once that it is not done.
 *
 * After that no cache holds anything that a producer wanted invalidated before, so all
 * waits were successful. If a step fails, the driver calls cmd_ring_fail(), and they
 * were not.
 */
#ifndef __IOMMU_NESTED_CMD_RING_RECOVER_H
#define __IOMMU_NESTED_CMD_RING_RECOVER_H

#include "cmd_ring.h"

/* Nothing is queued from now on */
static inline void cmd_ring_stop(struct cmd_ring *ring)
{
	guard(spinlock_irqsave)(&ring->lock);

	if (ring->stuck)
		return;
	WRITE_ONCE(ring->stuck, true);
	ring->owed = CMD_OWED_ALL;
}

/*
 * The hardware has stopped. Commands that it had not completed are lost: their
 * waiters wait for the recovery, or are told if they cannot.
 */
static inline void cmd_ring_park(struct cmd_ring *ring)
{
	struct cmd_wait *wait, *tmp;

	guard(spinlock_irqsave)(&ring->lock);

	cmd_ring_reap(ring);
	list_for_each_entry_safe(wait, tmp, &ring->waiters, node) {
		if (wait->parks) {
			WRITE_ONCE(wait->parked, true);
			list_move_tail(&wait->node, &ring->parked);
			continue;
		}
		cmd_ring_time_out(ring, wait);
	}
	ring->head = 0;
	ring->oldest = 0;
	ring->devtlb = 0;
	ring->resets++;
	/* The waiters whose commands were complete */
	wake_up_all(&ring->settled);
}

/* The hardware has started, with an empty ring. The first start owes nothing. */
static inline void cmd_ring_start(struct cmd_ring *ring)
{
	guard(spinlock_irqsave)(&ring->lock);

	if (ring->ended)
		return;
	if (!ring->resets) {
		ring->dead = false;
		ring->owed = CMD_OWED_NONE;
	}
	WRITE_ONCE(ring->stuck, false);
}

/*
 * The unit translates: what others bring from now on is taken again. To be called before
 * the invalidation that the recovery relies on, so that it makes up for all that was
 * refused.
 */
static inline void cmd_ring_revive(struct cmd_ring *ring)
{
	guard(spinlock_irqsave)(&ring->lock);

	if (!ring->stuck)
		ring->dead = false;
}

static inline void cmd_ring_wake(struct cmd_ring *ring, bool all, int err)
{
	struct cmd_wait *wait, *tmp;

	lockdep_assert_held(&ring->lock);

	list_for_each_entry_safe(wait, tmp, &ring->parked, node) {
		if (!all && wait->devtlb)
			continue;
		wait->err = err;
		cmd_ring_finish(wait);
	}
	wake_up_all(&ring->settled);
}

/*
 * All losses are made up for but @owed. If the ring stands still again then nothing
 * is, and the next recovery does it.
 */
static inline void cmd_ring_settle(struct cmd_ring *ring, enum cmd_owed owed)
{
	guard(spinlock_irqsave)(&ring->lock);

	if (ring->stuck)
		return;
	ring->owed = owed;
	ring->dead = false;
	cmd_ring_wake(ring, owed == CMD_OWED_NONE, 0);
}

/* The recovery has failed. Until one succeeds, waiters get an error at once. */
static inline void cmd_ring_fail(struct cmd_ring *ring)
{
	struct cmd_wait *wait, *tmp;

	guard(spinlock_irqsave)(&ring->lock);

	WRITE_ONCE(ring->stuck, true);
	ring->dead = true;
	ring->owed = CMD_OWED_ALL;
	list_for_each_entry_safe(wait, tmp, &ring->waiters, node) {
		wait->err = -ETIMEDOUT;
		cmd_ring_finish(wait);
	}
	cmd_ring_wake(ring, true, -ETIMEDOUT);
}

/* The ring is switched off for good */
static inline void cmd_ring_end(struct cmd_ring *ring)
{
	scoped_guard(spinlock_irqsave, &ring->lock)
		ring->ended = true;
	cmd_ring_fail(ring);
}

#endif /* __IOMMU_NESTED_CMD_RING_RECOVER_H */
