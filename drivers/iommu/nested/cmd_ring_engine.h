/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rings of invalidation commands: putting them in, and waiting for them
 *
 * The one file of a driver that has the ring includes this, after it has defined
 * CMD_RING_METER as the driver's struct inval_meter and CMD_RING_OPS as its struct
 * cmd_ring_ops. The ops are in the same file, so that the compiler calls them directly.
 */
#ifndef __IOMMU_NESTED_CMD_RING_ENGINE_H
#define __IOMMU_NESTED_CMD_RING_ENGINE_H

#include <linux/delay.h>
#include <linux/device.h>
#include <linux/ktime.h>
#include <linux/ratelimit.h>

#include "cmd_ring.h"
#include "iommu_pages.h"

static const struct cmd_ring_ops CMD_RING_OPS;

/* Looks at a wait between two looks for errors */
#define CMD_RING_POLLS		16

/* How long to spin before sleeping, when the caller can sleep */
#define CMD_RING_SPIN_NS	(20 * NSEC_PER_USEC)

/* Errors to handle within one wait */
#define CMD_RING_MAX_ERRORS	64

/* How long to sleep at most between two looks at a wait */
#define CMD_RING_SLEEP_US	10000

/* The longer a wait has taken, the longer may it take to notice its end */
static void cmd_ring_relax(bool atomic, ktime_t start)
{
	s64 us;

	if (atomic ||
	    ktime_to_ns(ktime_sub(ktime_get(), start)) <= CMD_RING_SPIN_NS) {
		cpu_relax();
		return;
	}
	us = clamp(ktime_us_delta(ktime_get(), start) / 16, 10,
		   CMD_RING_SLEEP_US);
	usleep_range(us, us + 40);
}

/* Is the wait complete? The first waiter to see so finishes all that are. */
static bool cmd_ring_done(struct cmd_ring *ring, struct cmd_wait *wait)
{
	u32 pos __uninitialized;

	/* Pairs with the release in cmd_ring_finish() */
	if (smp_load_acquire(&wait->done))
		return true;
	if (!CMD_RING_OPS.look(ring, wait, &pos))
		return false;
	guard(spinlock_irqsave)(&ring->lock);
	/*
	 * Another waiter may have finished it meanwhile, or the ring may have
	 * been reset: then @pos says nothing about the positions of now.
	 */
	if (!wait->done && !wait->parked)
		cmd_ring_reap_to(ring, pos);
	return wait->done;
}

/**
 * struct cmd_clock - since when has a ring stood still?
 * @since: since then, as far as the owner has seen
 * @oldest: where it stood then
 */
struct cmd_clock {
	ktime_t since;
	u32 oldest;
};

static void cmd_clock_start(struct cmd_clock *clock, const struct cmd_ring *ring)
{
	clock->since = ktime_get();
	clock->oldest = READ_ONCE(ring->oldest);
}

/* Longer than it may? The clock starts anew with each step of the hardware. */
static bool cmd_clock_late(struct cmd_clock *clock, const struct cmd_ring *ring)
{
	unsigned int limit = ring->timeout_us;

	if (clock->oldest != READ_ONCE(ring->oldest)) {
		cmd_clock_start(clock, ring);
		return false;
	}
	if (cmd_ring_asks_devtlb(ring))
		limit = max(limit, ring->devtlb_timeout_us);
	return ktime_us_delta(ktime_get(), clock->since) > limit;
}

static void cmd_ring_late(struct cmd_ring *ring, const struct cmd_wait *wait)
{
	u32 oldest;

	guard(spinlock_irqsave)(&ring->lock);

	oldest = ring->oldest;
	cmd_ring_reap(ring);
	if (wait->done || ring->stuck || ring->oldest != oldest)
		return;
	dev_err_ratelimited(ring->dev, "the %s does not answer\n", ring->name);
	cmd_ring_give_up(ring);
}

/*
 * One device-TLB, or many in a row, may take longer than a caller can wait that
 * cannot sleep and has waited since @start. That is no reason to give up the ring:
 * all commands stay in it.
 */
static bool cmd_ring_too_long(const struct cmd_ring *ring, ktime_t start,
			      bool atomic)
{
	return atomic && cmd_ring_asks_devtlb(ring) &&
	       ktime_us_delta(ktime_get(), start) > ring->timeout_us;
}

static void cmd_ring_leave(struct cmd_ring *ring, struct cmd_wait *wait)
{
	guard(spinlock_irqsave)(&ring->lock);

	cmd_ring_reap(ring);
	if (wait->done)
		return;
	wait->err = -ETIMEDOUT;
	cmd_ring_finish(wait);
}

static int cmd_ring_poll(struct cmd_ring *ring, struct cmd_wait *wait,
			 bool atomic)
{
	ktime_t start = ktime_get();
	unsigned int errors = 0;
	unsigned int polls = 0;
	struct cmd_clock clock;
	bool late;

	cmd_clock_start(&clock, ring);
	while (!cmd_ring_done(ring, wait)) {
		/* From here on the recovery finishes the wait */
		if ((READ_ONCE(ring->stuck) && wait->parks) ||
		    READ_ONCE(wait->parked)) {
			/* As in cmd_ring_done() */
			wait_event_idle(ring->settled, smp_load_acquire(&wait->done));
			break;
		}
		late = cmd_clock_late(&clock, ring);
		/* This thread may have been the slow one: look once more */
		if ((++polls % CMD_RING_POLLS == 0 || late) &&
		    CMD_RING_OPS.handle_errors(ring) &&
		    errors++ < CMD_RING_MAX_ERRORS) {
			cmd_clock_start(&clock, ring);
			continue;
		}
		if (late)
			cmd_ring_late(ring, wait);
		else if (cmd_ring_too_long(ring, start, atomic))
			cmd_ring_leave(ring, wait);
		else
			cmd_ring_relax(atomic, start);
	}
	return wait->err;
}

/* A wait that is done at once is spared the reading of a clock */
static int cmd_ring_await(struct cmd_ring *ring, struct cmd_wait *wait,
			  bool atomic)
{
	if (cmd_ring_done(ring, wait))
		return wait->err;
	return cmd_ring_poll(ring, wait, atomic);
}

/* Has the ring lost anything of what the batch can have wanted so far? */
static bool cmd_ring_owes(const struct cmd_ring *ring,
			  const struct cmd_batch *batch)
{
	return ring->owed == CMD_OWED_ALL ||
	       (ring->owed == CMD_OWED_DEVTLB && batch->devtlb);
}

/*
 * The ring has lost some commands of the batch, or did not take them. Wait until the
 * recovery has made up for all that was lost. Commands that the batch has put into
 * the ring since the latest reset are still there, and the caller waits for them.
 */
static int cmd_ring_await_recovery(struct cmd_ring *ring,
				   struct cmd_batch *batch)
{
	struct cmd_wait wait = {
		.devtlb = batch->devtlb,
		.parks = true,
		.parked = true,
	};

	scoped_guard(spinlock_irqsave, &ring->lock) {
		if (ring->dead)
			return -ETIMEDOUT;
		if (!cmd_ring_owes(ring, batch)) {
			if (batch->resets != ring->resets)
				batch->pending = false;
			return 0;
		}
		if (!batch->parks)
			return -ETIMEDOUT;
		list_add_tail(&wait.node, &ring->parked);
	}
	/* Pairs with the release in cmd_ring_finish() */
	wait_event_idle(ring->settled, smp_load_acquire(&wait.done));
	/* Without an error, the caller tries again and sees what was made up for */
	return wait.err;
}

/* Wait until a completed wait has made room */
static int cmd_ring_await_room(struct cmd_ring *ring, bool atomic)
{
	ktime_t start = ktime_get();
	struct cmd_clock clock;

	cmd_clock_start(&clock, ring);
	for (;;) {
		scoped_guard(spinlock_irqsave, &ring->lock) {
			cmd_ring_reap(ring);
			if (ring->stuck)
				return -ESTALE;
			if (cmd_ring_room(ring) > ring->spare)
				return 0;
			if (cmd_clock_late(&clock, ring)) {
				cmd_ring_give_up(ring);
				return -ESTALE;
			}
			if (cmd_ring_too_long(ring, start, atomic))
				return -ETIMEDOUT;
		}
		CMD_RING_OPS.handle_errors(ring);
		cmd_ring_relax(atomic, start);
	}
}

/* One of what the batch has in the ring was refused, as far as one can tell */
static bool cmd_batch_was_refused(const struct cmd_ring *ring,
				  const struct cmd_batch *batch)
{
	return ring->refused - batch->refused > 1 ||
	       (ring->refused != batch->refused &&
		ring->refused_pos - batch->first < ring->head - batch->first);
}

static void cmd_ring_add_wait(struct cmd_ring *ring, struct cmd_batch *batch,
			      struct cmd_wait *wait)
{
	/* Never zero: a word that the hardware has not written is zero */
	if (!++ring->seq)
		ring->seq++;
	*wait = (struct cmd_wait) {
		.seq = ring->seq,
		.first = batch->first,
		.pos = ring->head,
		.err = cmd_batch_was_refused(ring, batch) ? -EIO : 0,
		.devtlb = batch->devtlb,
		.parks = batch->parks,
	};
	list_add_tail(&wait->node, &ring->waiters);
	CMD_RING_OPS.write_wait(ring, wait);
	ring->head++;
	ring->cmds++;
	batch->pending = false;
}

/*
 * Cannot the ring take the batch now? A ring that was dead works some time before its
 * unit translates again, and a caller who waits for the recovery takes success to mean
 * that the unit does. While the recovery asks device-TLBs, one by one, no other thread
 * asks any. If one did, the recovery would blame the device that it asks for the
 * silence of the other. The batches of the recovery itself are neither atomic nor do
 * they park.
 */
static bool cmd_ring_refuses(const struct cmd_ring *ring,
			     const struct cmd_batch *batch)
{
	return ring->stuck || (ring->dead && batch->parks) ||
	       (batch->pending && batch->resets != ring->resets) ||
	       (batch->devtlb && (batch->parks || batch->atomic) &&
		ring->owed != CMD_OWED_NONE);
}

/*
 * Put the commands of @batch into the ring, with a wait behind them if @wait.
 * Returns EAGAIN if the ring has no room, ESTALE if it stands still, has lost what
 * the batch had in it, or is being recovered from that. With @wait, @queued is set
 * to the time when they were in the ring, if times are taken.
 */
static int cmd_ring_put(struct cmd_ring *ring, struct cmd_batch *batch,
			struct cmd_wait *wait, ktime_t *queued)
{
	ktime_t start = wait ? inval_time_start(&CMD_RING_METER) : 0;
	/* A push leaves room for the wait that follows it sometime */
	unsigned int slots = batch->nr + (wait ? 1 : 2) + ring->spare;

	guard(spinlock_irqsave)(&ring->lock);

	if (cmd_ring_refuses(ring, batch))
		return -ESTALE;
	if (cmd_ring_room(ring) < slots) {
		cmd_ring_reap(ring);
		if (cmd_ring_room(ring) < slots)
			return -EAGAIN;
	}

	if (!batch->pending) {
		batch->first = ring->head;
		batch->refused = ring->refused;
		batch->resets = ring->resets;
		batch->pending = true;
	}
	CMD_RING_OPS.write(ring, ring->head, batch->cmds, batch->nr);
	ring->head += batch->nr;
	ring->cmds += batch->nr;
	batch->nr = 0;
	if (batch->devtlb)
		WRITE_ONCE(ring->devtlb, ring->head);

	if (wait) {
		cmd_ring_add_wait(ring, batch, wait);
		*queued = inval_time_add(&CMD_RING_METER, &ring->time->queue,
					 start);
		if (start && *queued)
			batch->spent += *queued - start + CMD_RING_METER.clock;
		CMD_RING_OPS.doorbell(ring);
		ring->doorbells++;
	}
	return 0;
}

static int cmd_ring_put_and_await(struct cmd_ring *ring,
				  struct cmd_batch *batch)
{
	/* It is not read before it is in the ring */
	struct cmd_wait wait __uninitialized;
	ktime_t start, end;
	int ret;

	ret = cmd_ring_put(ring, batch, &wait, &start);
	if (!ret) {
		ret = cmd_ring_await(ring, &wait, batch->atomic);
		batch->taken = wait.taken;
		end = inval_time_add(&CMD_RING_METER, &ring->time->hw, start);
		if (start && end)
			batch->spent += end - start;
	}
	return ret;
}

/*
 * The ring is full, perhaps of commands for which the doorbell was not rung yet. A
 * wait alone rings it, and pushes leave room for one. If there is no room for a wait
 * then another thread waits already.
 */
static int cmd_ring_make_room(struct cmd_ring *ring, struct cmd_batch *batch)
{
	unsigned int nr = batch->nr;
	int ret;

	batch->nr = 0;
	ret = cmd_ring_put_and_await(ring, batch);
	batch->nr = nr;
	/* That was the wait alone: none of these is in the ring */
	batch->taken = false;
	if (ret == -EAGAIN)
		ret = cmd_ring_await_room(ring, batch->atomic);
	return ret;
}

/*
 * Handle @ret, which putting the batch into the ring has returned. Returns EAGAIN if
 * the batch is to be put once more.
 */
static int cmd_batch_retry(struct cmd_ring *ring, struct cmd_batch *batch,
			   int ret)
{
	if (ret == -EAGAIN)
		ret = cmd_ring_make_room(ring, batch) ?: -EAGAIN;
	if (ret == -ESTALE) {
		ret = cmd_ring_await_recovery(ring, batch);
		if (ret)
			batch->pending = false;
		ret = ret ?: -EAGAIN;
	}
	return ret;
}

/* Move the commands of a batch into the ring, without the doorbell */
static void cmd_batch_push(struct cmd_ring *ring, struct cmd_batch *batch)
{
	ktime_t start, end;
	int ret;

	do {
		start = inval_time_start(&CMD_RING_METER);
		ret = cmd_ring_put(ring, batch, NULL, NULL);
		if (unlikely(ret))
			ret = cmd_batch_retry(ring, batch, ret);
	} while (ret == -EAGAIN);
	/* Unlike with a wait, the unlocking can be counted too */
	end = inval_time_add(&CMD_RING_METER, &ring->time->queue, start);
	if (start && end)
		batch->spent += end - start + CMD_RING_METER.clock;
	if (ret && !batch->error)
		batch->error = ret;
	batch->nr = 0;
}

/* Put a batch into the ring, and wait until all of it is done */
static int cmd_batch_wait(struct cmd_ring *ring, struct cmd_batch *batch)
{
	int ret = 0;

	while (batch->nr || batch->pending) {
		ret = cmd_ring_put_and_await(ring, batch);
		if (unlikely(ret))
			ret = cmd_batch_retry(ring, batch, ret);
		if (ret != -EAGAIN)
			return ret;
		/* The recovery can have done all of it */
		ret = 0;
	}
	return ret;
}

/* The hardware does not use the memory, which is as it was when it was new */
static void cmd_ring_clear(struct cmd_ring *ring)
{
	lockdep_assert_held(&ring->lock);

	memset(ring->mem, 0, ring->slots * ring->place * sizeof(*ring->mem));
	if (ring->status)
		memset(ring->status, 0, ring->slots * sizeof(*ring->status));
}

static void cmd_ring_free(struct cmd_ring *ring)
{
	iommu_free_pages(ring->mem);
	iommu_free_pages(ring->status);
	ring->mem = NULL;
	ring->status = NULL;
}

/*
 * Gives a ring its memory: @slots of @place words each, and @status words for the
 * hardware to write, the first of which are the slots'. Returns 0 or -ENOMEM.
 */
static int cmd_ring_alloc(struct cmd_ring *ring, unsigned int slots,
			  unsigned int place, unsigned int status)
{
	int node = dev_to_node(ring->dev);

	ring->slots = slots;
	ring->place = place;
	ring->mem = iommu_alloc_pages_node_sz(node, GFP_KERNEL,
					      slots * place * sizeof(*ring->mem));
	if (status)
		ring->status = iommu_alloc_pages_node_sz(node, GFP_KERNEL,
							 status *
							 sizeof(*ring->status));
	if (!ring->mem || (status && !ring->status)) {
		cmd_ring_free(ring);
		return -ENOMEM;
	}
	return 0;
}

/* An empty ring, which is unusable until its driver clears @stuck */
static void cmd_ring_init(struct cmd_ring *ring, struct device *dev,
			  const char *name, struct inval_time *time)
{
	spin_lock_init(&ring->lock);
	INIT_LIST_HEAD(&ring->waiters);
	INIT_LIST_HEAD(&ring->parked);
	init_waitqueue_head(&ring->settled);
	ring->ops = &CMD_RING_OPS;
	ring->dev = dev;
	ring->name = name;
	ring->time = time;
	ring->stuck = true;
	ring->dead = true;
	ring->owed = CMD_OWED_ALL;
}

#endif /* __IOMMU_NESTED_CMD_RING_ENGINE_H */
