/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rings of invalidation commands, with many producers
 *
 * Any number of producers put commands into the ring, in the order in which they
 * take its lock. Each producer puts a wait behind its commands, rings the doorbell
 * and waits. A wait completes after all commands in front of it: one completed wait
 * completes all earlier ones, and frees the ring up to its own place.
 *
 * A position counts commands since the latest reset, and wraps with its type. The
 * driver knows what a command and a wait look like, where the registers are and
 * what can go wrong: see struct cmd_ring_ops. The code that drivers have in common
 * is in cmd_ring_engine.h, for the one file that has the ring, and in
 * cmd_ring_recover.h, for the file that brings a ring back which stands still.
 */
#ifndef __IOMMU_NESTED_CMD_RING_H
#define __IOMMU_NESTED_CMD_RING_H

#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

#include "cmd_words.h"
#include "inval_time.h"

/* Commands that a producer collects before it takes the lock */
#define CMD_BATCH	32

struct cmd_ring;

/**
 * struct cmd_wait - a waiter for all commands up to a position
 * @node: in the ring's list
 * @seq: what the hardware writes, if it writes
 * @first: first position whose failure is the waiter's
 * @pos: position of the wait. A driver may move it, by WRITE_ONCE()
 * @err: what the waiter is told
 * @devtlb: one of the commands is for a device-TLB
 * @parks: the waiter can wait for the recovery of the ring
 * @parked: it does so: the ring has lost what it waits for
 * @taken: with ETIMEDOUT in @err, the hardware has consumed the commands nevertheless,
 *	where the driver can tell
 * @done: set last; the waiter may be gone after that
 */
struct cmd_wait {
	struct list_head node;
	u32 seq;
	u32 first;
	u32 pos;
	int err;
	bool devtlb;
	bool parks;
	bool parked;
	bool taken;
	bool done;
};

/**
 * struct cmd_ring_ops - what a driver knows of its hardware
 * @write: store @nr commands from a position on. Locked
 * @write_wait: store a wait at its position. Locked
 * @doorbell: tell the hardware the position behind the last command. Locked
 * @look: may a wait be complete? Without the lock. If so, everything in front of
 *	@pos is. The ring ignores a position where the hardware cannot be
 * @consumed: everything in front of the result is complete. Locked
 * @taken: the hardware has consumed everything in front of the result, if it is not
 *	complete. Locked; may be NULL
 * @handle_errors: see whether the hardware has stopped, and have it go on. Takes
 *	the lock. Returns whether it had
 * @stuck: nothing is queued any more: have the ring recovered sometime. Locked,
 *	in any context; may be NULL
 */
struct cmd_ring_ops {
	void (*write)(struct cmd_ring *ring, u32 pos,
		      const struct cmd_words *cmds, unsigned int nr);
	void (*write_wait)(struct cmd_ring *ring, const struct cmd_wait *wait);
	void (*doorbell)(struct cmd_ring *ring);
	bool (*look)(struct cmd_ring *ring, const struct cmd_wait *wait,
		     u32 *pos);
	u32 (*consumed)(struct cmd_ring *ring);
	u32 (*taken)(struct cmd_ring *ring);
	bool (*handle_errors)(struct cmd_ring *ring);
	void (*stuck)(struct cmd_ring *ring);
};

/**
 * enum cmd_owed - what a ring has lost in a reset, until it is made up for
 * @CMD_OWED_NONE: nothing
 * @CMD_OWED_DEVTLB: invalidations of device-TLBs
 * @CMD_OWED_ALL: invalidations of the unit's caches too
 */
enum cmd_owed {
	CMD_OWED_NONE,
	CMD_OWED_DEVTLB,
	CMD_OWED_ALL,
};

/**
 * struct cmd_ring - a ring
 * @lock: protects all of it; interrupts off. Held for the time of copying
 *	commands, never while waiting
 * @ops: the driver's part
 * @dev: the unit's device, for messages
 * @name: what the ring is, for messages
 * @time: the unit's sums of where the time goes
 * @timeout_us: how long the hardware may stand still
 * @devtlb_timeout_us: how long if it may be waiting for a device-TLB
 * @slots: places in the memory of the queue, a power of two
 * @place: words that a place has
 * @mem: that memory, which the hardware reads
 * @status: for each slot the word that a wait in it writes, little-endian; NULL if
 *	no wait writes one. Written by the hardware
 * @size: how many commands can be in it
 * @spare: how many of these are kept for the recovery from errors
 * @head: position of the next command
 * @oldest: position of the oldest command that may not be complete
 * @devtlb: position behind the latest invalidation of a device-TLB
 * @seq: data of the latest wait
 * @waiters: waits that have not completed, oldest first
 * @parked: waits for the recovery of the ring
 * @settled: where these sleep
 * @stuck: the hardware did not answer; nothing is queued until a reset
 * @dead: nor did it after a reset: waiters are told so at once
 * @ended: it is switched off for good
 * @owed: what it has lost
 * @refused: commands that the hardware refused
 * @refused_pos: position of the latest of these
 * @cmds: commands queued so far, waits included
 * @doorbells: times that the doorbell was rung
 * @errors: errors handled
 * @resets: times that the ring was reset
 */
struct cmd_ring {
	spinlock_t lock; /* see above */
	const struct cmd_ring_ops *ops;
	struct device *dev;
	const char *name;
	struct inval_time *time;
	unsigned int timeout_us;
	unsigned int devtlb_timeout_us;
	unsigned int slots;
	unsigned int place;
	__le64 *mem;
	__le32 *status;
	unsigned int size;
	unsigned int spare;
	u32 head;
	u32 oldest;
	u32 devtlb;
	u32 seq;
	struct list_head waiters;
	struct list_head parked;
	wait_queue_head_t settled;
	bool stuck;
	bool dead;
	bool ended;
	enum cmd_owed owed;
	unsigned int refused;
	u32 refused_pos;
	u64 cmds;
	u64 doorbells;
	u64 errors;
	u64 resets;
};

/**
 * struct cmd_batch - commands on their way to a ring
 * @atomic: the caller cannot sleep
 * @parks: the caller can wait until the ring is recovered: it holds no lock that
 *	the recovery takes. Set after cmd_batch_begin()
 * @devtlb: some are for a device-TLB. For the driver to set
 * @pending: some are in the ring that no wait of this batch covers
 * @first: position of the first of these
 * @refused: how many commands the hardware had refused then
 * @resets: how often the ring had been reset then
 * @error: what went wrong before the wait
 * @taken: of commands that were not complete in time, see struct cmd_wait
 * @spent: time that it took to get here, if the owner wants to know
 * @nr: commands in @cmds
 * @cmds: commands that are not in the ring yet
 */
struct cmd_batch {
	bool atomic;
	bool parks;
	bool devtlb;
	bool pending;
	u32 first;
	unsigned int refused;
	u64 resets;
	int error;
	bool taken;
	ktime_t spent;
	unsigned int nr;
	struct cmd_words cmds[CMD_BATCH];
};

static inline void cmd_batch_empty(struct cmd_batch *batch)
{
	batch->devtlb = false;
	batch->pending = false;
	batch->error = 0;
	batch->nr = 0;
}

static inline void cmd_batch_begin(struct cmd_batch *batch, bool atomic)
{
	batch->atomic = atomic;
	batch->parks = false;
	batch->taken = false;
	batch->spent = 0;
	cmd_batch_empty(batch);
}

static inline u32 cmd_ring_slot(const struct cmd_ring *ring, u32 pos)
{
	return pos & (ring->slots - 1);
}

static inline void cmd_ring_store(const struct cmd_ring *ring, u32 pos,
				  struct cmd_words cmd)
{
	cmd_words_store(ring->mem + cmd_ring_slot(ring, pos) * ring->place, cmd);
}

static inline struct cmd_words cmd_ring_load(const struct cmd_ring *ring,
					     u32 pos)
{
	return cmd_words_load(ring->mem +
			      cmd_ring_slot(ring, pos) * ring->place);
}

/* Has the hardware written the word of a wait? */
static inline bool cmd_ring_written(const struct cmd_ring *ring,
				    const struct cmd_wait *wait)
{
	u32 slot = cmd_ring_slot(ring, READ_ONCE(wait->pos));

	return le32_to_cpu(READ_ONCE(ring->status[slot])) == wait->seq;
}

/* The position behind the last wait whose word the hardware has written */
static inline u32 cmd_ring_behind_written(const struct cmd_ring *ring)
{
	const struct cmd_wait *wait;

	lockdep_assert_held(&ring->lock);

	list_for_each_entry_reverse(wait, &ring->waiters, node)
		if (cmd_ring_written(ring, wait))
			return wait->pos + 1;
	return ring->oldest;
}

static inline u32 cmd_ring_room(const struct cmd_ring *ring)
{
	return ring->size - (ring->head - ring->oldest);
}

/* A place where the hardware can be, with the commands that it was given */
static inline bool cmd_ring_plausible(const struct cmd_ring *ring, u32 pos)
{
	return pos - ring->oldest <= ring->head - ring->oldest;
}

/* Is it possible that the hardware waits for a device-TLB? */
static inline bool cmd_ring_asks_devtlb(const struct cmd_ring *ring)
{
	u32 behind = READ_ONCE(ring->devtlb) - READ_ONCE(ring->oldest);

	return behind && behind <= ring->size;
}

static inline void cmd_ring_finish(struct cmd_wait *wait)
{
	list_del(&wait->node);
	/* Pairs with the waiter's acquire; @wait may be gone after it */
	smp_store_release(&wait->done, true);
}

/* Finish all waits in front of @pos, and free their places */
static inline void cmd_ring_reap_to(struct cmd_ring *ring, u32 pos)
{
	struct cmd_wait *wait, *tmp;
	u32 done = pos - ring->oldest;

	lockdep_assert_held(&ring->lock);

	if (!done || !cmd_ring_plausible(ring, pos))
		return;
	/* What the hardware wrote before it must be visible */
	dma_rmb();
	list_for_each_entry_safe(wait, tmp, &ring->waiters, node) {
		if (wait->pos - ring->oldest >= done)
			break;
		cmd_ring_finish(wait);
	}
	ring->oldest = pos;
}

/* Finish all waits that are complete */
static inline void cmd_ring_reap(struct cmd_ring *ring)
{
	cmd_ring_reap_to(ring, ring->ops->consumed(ring));
}

/* The commands of a wait were not complete in time */
static inline void cmd_ring_time_out(struct cmd_ring *ring,
				     struct cmd_wait *wait)
{
	u32 at;

	lockdep_assert_held(&ring->lock);

	if (ring->ops->taken) {
		at = ring->ops->taken(ring);
		wait->taken = cmd_ring_plausible(ring, at) &&
			      wait->pos - ring->oldest <= at - ring->oldest;
	}
	wait->err = -ETIMEDOUT;
	cmd_ring_finish(wait);
}

/*
 * The hardware does not answer: nothing is queued until the ring is reset. A waiter
 * that can wait for the reset does, and may get its answer late.
 */
static inline void cmd_ring_give_up(struct cmd_ring *ring)
{
	struct cmd_wait *wait, *tmp;

	lockdep_assert_held(&ring->lock);

	WRITE_ONCE(ring->stuck, true);
	ring->owed = CMD_OWED_ALL;
	list_for_each_entry_safe(wait, tmp, &ring->waiters, node) {
		if (!wait->parks)
			cmd_ring_time_out(ring, wait);
	}
	if (ring->ops->stuck)
		ring->ops->stuck(ring);
}

/*
 * The hardware has refused the command at @pos. Returns whether that is a wait. A
 * wait is well-formed, and the driver gives it to the hardware once more; the driver
 * replaces any other command by a harmless one.
 */
static inline bool cmd_ring_refused(struct cmd_ring *ring, u32 pos)
{
	struct cmd_wait *wait;
	bool is_wait = false;

	lockdep_assert_held(&ring->lock);

	list_for_each_entry(wait, &ring->waiters, node) {
		if (wait->pos == pos)
			is_wait = true;
		else if (pos - wait->first < wait->pos - wait->first)
			wait->err = -EIO;
	}
	/* For batches whose wait is not in the ring yet */
	ring->refused_pos = pos;
	ring->refused++;
	return is_wait;
}

#endif /* __IOMMU_NESTED_CMD_RING_H */
