/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rings of invalidation commands: putting them in, and waiting for them
 *
 * To be included by the one file of a driver that has the ring, after these were
 * defined: CMD_RING_METER as the driver's struct inval_meter, CMD_RING_OPS as its
 * struct cmd_ring_ops, which the file has, so that the calls are direct ones.
 */
#ifndef __LINUX_IOMMU_NESTED_CMD_RING_ENGINE_H
#define __LINUX_IOMMU_NESTED_CMD_RING_ENGINE_H

#include <linux/delay.h>
#include <linux/device.h>
#include <linux/ktime.h>
#include <linux/ratelimit.h>

#include <linux/iommu-nested/cmd_ring.h>

static const struct cmd_ring_ops CMD_RING_OPS;

/* Looks at a wait between two looks for errors */
#define CMD_RING_POLLS		16

/* How long to spin before sleeping, when the caller can sleep */
#define CMD_RING_SPIN_NS	(20 * NSEC_PER_USEC)

/* Errors to handle within one wait */
#define CMD_RING_MAX_ERRORS	64

static void cmd_ring_relax(bool atomic, ktime_t start)
{
	if (!atomic &&
	    ktime_to_ns(ktime_sub(ktime_get(), start)) > CMD_RING_SPIN_NS)
		usleep_range(10, 50);
	else
		cpu_relax();
}

/* Is it complete? Who sees it first finishes all that are */
static bool cmd_ring_done(struct cmd_ring *ring, struct cmd_wait *wait)
{
	u32 pos __uninitialized;

	/* Pairs with the release in cmd_ring_finish() */
	if (smp_load_acquire(&wait->done))
		return true;
	if (!CMD_RING_OPS.look(ring, wait, &pos))
		return false;
	guard(spinlock_irqsave)(&ring->lock);
	cmd_ring_reap_to(ring, pos);
	return wait->done;
}

static int cmd_ring_poll(struct cmd_ring *ring, struct cmd_wait *wait,
			 bool atomic)
{
	ktime_t start = ktime_get(), deadline;
	unsigned int errors = 0;
	unsigned int polls = 0;
	bool late;

	deadline = ktime_add_us(start, ring->timeout_us);
	while (!cmd_ring_done(ring, wait)) {
		late = ktime_after(ktime_get(), deadline);
		/* Being late may be ours: look once more before giving up */
		if ((++polls % CMD_RING_POLLS == 0 || late) &&
		    CMD_RING_OPS.handle_errors(ring) &&
		    errors++ < CMD_RING_MAX_ERRORS) {
			deadline = ktime_add_us(ktime_get(), ring->timeout_us);
			continue;
		}
		if (late) {
			guard(spinlock_irqsave)(&ring->lock);
			cmd_ring_reap(ring);
			if (!wait->done) {
				dev_err_ratelimited(ring->dev,
						    "the %s does not answer\n",
						    ring->name);
				cmd_ring_give_up(ring);
			}
			continue;
		}
		cmd_ring_relax(atomic, start);
	}
	return wait->err;
}

/* What is done at once has no use for a clock */
static int cmd_ring_await(struct cmd_ring *ring, struct cmd_wait *wait,
			  bool atomic)
{
	if (cmd_ring_done(ring, wait))
		return wait->err;
	return cmd_ring_poll(ring, wait, atomic);
}

/* Wait until somebody's completed wait has made room for another */
static int cmd_ring_await_room(struct cmd_ring *ring, bool atomic)
{
	ktime_t start = ktime_get(), deadline;

	deadline = ktime_add_us(start, ring->timeout_us);
	for (;;) {
		scoped_guard(spinlock_irqsave, &ring->lock) {
			cmd_ring_reap(ring);
			if (ring->stuck)
				return -ETIMEDOUT;
			if (cmd_ring_room(ring) > ring->spare)
				return 0;
			if (ktime_after(ktime_get(), deadline)) {
				cmd_ring_give_up(ring);
				return -ETIMEDOUT;
			}
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
	/* Never zero, which a word has that was not written */
	if (!++ring->seq)
		ring->seq++;
	*wait = (struct cmd_wait) {
		.seq = ring->seq,
		.first = batch->first,
		.pos = ring->head,
		.err = cmd_batch_was_refused(ring, batch) ? -EIO : 0,
	};
	list_add_tail(&wait->node, &ring->waiters);
	CMD_RING_OPS.write_wait(ring, wait);
	ring->head++;
	ring->cmds++;
	batch->pending = false;
}

/*
 * Put the commands of @batch into the ring, with a wait behind them if @wait.
 * Returns EAGAIN if the ring has no room. With @wait, @queued is set to the time
 * when they were in the ring, if anybody wants to know.
 */
static int cmd_ring_put(struct cmd_ring *ring, struct cmd_batch *batch,
			struct cmd_wait *wait, ktime_t *queued)
{
	ktime_t start = wait ? inval_time_start(&CMD_RING_METER) : 0;
	/* A push leaves room for the wait that follows it sometime */
	unsigned int slots = batch->nr + (wait ? 1 : 2) + ring->spare;

	guard(spinlock_irqsave)(&ring->lock);

	if (ring->stuck)
		return -ETIMEDOUT;
	if (cmd_ring_room(ring) < slots) {
		cmd_ring_reap(ring);
		if (cmd_ring_room(ring) < slots)
			return -EAGAIN;
	}

	if (!batch->pending) {
		batch->first = ring->head;
		batch->refused = ring->refused;
		batch->pending = true;
	}
	CMD_RING_OPS.write(ring, ring->head, batch->cmds, batch->nr);
	ring->head += batch->nr;
	ring->cmds += batch->nr;
	batch->nr = 0;

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
	/* Nobody looks at it before it is in the ring */
	struct cmd_wait wait __uninitialized;
	ktime_t start, end;
	int ret;

	ret = cmd_ring_put(ring, batch, &wait, &start);
	if (!ret) {
		ret = cmd_ring_await(ring, &wait, batch->atomic);
		end = inval_time_add(&CMD_RING_METER, &ring->time->hw, start);
		if (start && end)
			batch->spent += end - start;
	}
	return ret;
}

/*
 * The ring is full of what nobody rang the doorbell for, perhaps. A wait alone
 * does that; pushes leave room for it. If there is none then somebody waits.
 */
static int cmd_ring_make_room(struct cmd_ring *ring, struct cmd_batch *batch)
{
	unsigned int nr = batch->nr;
	int ret;

	batch->nr = 0;
	ret = cmd_ring_put_and_await(ring, batch);
	batch->nr = nr;
	if (ret == -EAGAIN)
		ret = cmd_ring_await_room(ring, batch->atomic);
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
		if (ret == -EAGAIN)
			ret = cmd_ring_make_room(ring, batch) ?: -EAGAIN;
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

	if (!batch->nr && !batch->pending)
		return 0;
	do {
		ret = cmd_ring_put_and_await(ring, batch);
		if (ret == -EAGAIN)
			ret = cmd_ring_make_room(ring, batch) ?: -EAGAIN;
	} while (ret == -EAGAIN);
	return ret;
}

/* An empty ring, which is unusable until its driver clears @stuck */
static void cmd_ring_init(struct cmd_ring *ring, struct device *dev,
			  const char *name, struct inval_time *time)
{
	spin_lock_init(&ring->lock);
	INIT_LIST_HEAD(&ring->waiters);
	ring->ops = &CMD_RING_OPS;
	ring->dev = dev;
	ring->name = name;
	ring->time = time;
	ring->stuck = true;
}

#endif /* __LINUX_IOMMU_NESTED_CMD_RING_ENGINE_H */
