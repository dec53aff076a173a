// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command queue: one ring for each unit
 *
 * Commands of any number of producers go into the ring in the order of their
 * locking; each producer ends its own with a CMD_SYNC, rings the doorbell and
 * waits. A CMD_SYNC is consumed when all before it is complete, and so are all
 * earlier ones (4.7.3): one completed wait frees all positions up to its own.
 *
 * A unit with IDR0.MSI writes a word to memory when a CMD_SYNC is complete, so
 * that who waits polls memory. With others he polls CMDQ_CONS.
 */
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/ktime.h>
#include <linux/log2.h>
#include <linux/ratelimit.h>

#include "cmdq.h"
#include "trace.h"

/* log2 of commands in the ring, if the unit takes so many */
#define CMDQ_MAX_SHIFT	9

/* A batch, the wait behind it, and as much again for others */
#define CMDQ_MIN_SHIFT	(ilog2(SMMU3_BATCH) + 1)

/* Polls of the status word or CMDQ_CONS between two looks for errors */
#define CMDQ_POLLS	16

/* How long to spin before sleeping, when the caller can sleep */
#define CMDQ_SPIN_NS	(20 * NSEC_PER_USEC)

/* Errors to handle within one wait */
#define CMDQ_MAX_ERRORS	64

static void cmdq_doorbell(struct smmu3_unit *unit)
{
	struct smmu3_cmdq *q = &unit->cmdq;

	lockdep_assert_held(&q->lock);

	/* The hardware must see the commands before their number */
	dma_wmb();
	smmu3_write32(unit, SMMU_REG_CMDQ_PROD,
		      q->head & (2 * cmdq_slots(q) - 1));
	q->doorbells++;
}

static void cmdq_finish(struct cmdq_wait *wait)
{
	list_del(&wait->node);
	/* Pairs with the acquire in cmdq_await(); @wait may be gone after it */
	smp_store_release(&wait->done, true);
}

static bool cmdq_written(const struct smmu3_cmdq *q,
			 const struct cmdq_wait *wait)
{
	u32 slot = cmdq_slot(q, wait->pos);

	return le32_to_cpu(READ_ONCE(q->status[slot])) == wait->seq;
}

/* Everything below the result is consumed, as far as one can see */
static u32 cmdq_consumed(struct smmu3_unit *unit)
{
	struct smmu3_cmdq *q = &unit->cmdq;
	struct cmdq_wait *wait;
	u32 pos;

	if (q->status) {
		list_for_each_entry_reverse(wait, &q->waiters, node)
			if (cmdq_written(q, wait))
				return wait->pos + 1;
		return q->oldest;
	}

	pos = cmdq_position(q, smmu3_read32(unit, SMMU_REG_CMDQ_CONS));
	return cmdq_plausible(q, pos) ? pos : q->oldest;
}

/* Finish all waits that are complete, and free what is in front of them */
static void cmdq_reap(struct smmu3_unit *unit)
{
	struct smmu3_cmdq *q = &unit->cmdq;
	u32 pos = cmdq_consumed(unit);
	struct cmdq_wait *wait, *tmp;
	u32 done = pos - q->oldest;

	lockdep_assert_held(&q->lock);

	if (!done)
		return;
	/* What the hardware wrote before it must be visible */
	dma_rmb();
	list_for_each_entry_safe(wait, tmp, &q->waiters, node) {
		if (wait->pos - q->oldest >= done)
			break;
		cmdq_finish(wait);
	}
	q->oldest = pos;
}

/**
 * smmu3_cmdq_give_up - nobody gets an answer any more until smmu3_cmdq_reset()
 * @q: the queue, locked
 */
void smmu3_cmdq_give_up(struct smmu3_cmdq *q)
{
	struct cmdq_wait *wait, *tmp;

	lockdep_assert_held(&q->lock);

	WRITE_ONCE(q->stuck, true);
	list_for_each_entry_safe(wait, tmp, &q->waiters, node) {
		wait->err = -ETIMEDOUT;
		cmdq_finish(wait);
	}
}

static void cmdq_relax(bool atomic, ktime_t start)
{
	if (!atomic && ktime_to_ns(ktime_sub(ktime_get(), start)) > CMDQ_SPIN_NS)
		usleep_range(10, 50);
	else
		cpu_relax();
}

/*
 * A look without the lock, so that many may wait without disturbing others. The
 * queue cannot be more than its length beyond a wait that is not finished.
 */
static bool cmdq_maybe_done(struct smmu3_unit *unit,
			    const struct cmdq_wait *wait)
{
	struct smmu3_cmdq *q = &unit->cmdq;
	u32 beyond;

	if (q->status)
		return cmdq_written(q, wait);
	beyond = (smmu3_read32(unit, SMMU_REG_CMDQ_CONS) - wait->pos) &
		 (2 * cmdq_slots(q) - 1);
	return beyond && beyond <= cmdq_slots(q);
}

static int cmdq_await(struct smmu3_unit *unit, struct cmdq_wait *wait,
		      bool atomic)
{
	ktime_t start = ktime_get(), deadline;
	struct smmu3_cmdq *q = &unit->cmdq;
	unsigned int errors = 0;
	unsigned int polls = 0;
	bool late;

	deadline = ktime_add_us(start, unit->timeout_us);
	/* Pairs with the release in cmdq_finish() */
	while (!smp_load_acquire(&wait->done)) {
		if (cmdq_maybe_done(unit, wait)) {
			guard(spinlock_irqsave)(&q->lock);
			cmdq_reap(unit);
			if (wait->done)
				break;
		}
		late = ktime_after(ktime_get(), deadline);
		/* Being late may be ours: look once more before giving up */
		if ((++polls % CMDQ_POLLS == 0 || late) &&
		    smmu3_gerror_handle(unit) && errors++ < CMDQ_MAX_ERRORS) {
			deadline = ktime_add_us(ktime_get(), unit->timeout_us);
			continue;
		}
		if (late) {
			guard(spinlock_irqsave)(&q->lock);
			cmdq_reap(unit);
			if (!wait->done) {
				dev_err_ratelimited(unit->dev,
						    "the command queue does not answer\n");
				smmu3_cmdq_give_up(q);
			}
			continue;
		}
		cmdq_relax(atomic, start);
	}
	return wait->err;
}

/* Wait until somebody's completed wait has made room for another */
static int cmdq_await_room(struct smmu3_unit *unit, bool atomic)
{
	ktime_t start = ktime_get(), deadline;
	struct smmu3_cmdq *q = &unit->cmdq;

	deadline = ktime_add_us(start, unit->timeout_us);
	for (;;) {
		scoped_guard(spinlock_irqsave, &q->lock) {
			cmdq_reap(unit);
			if (q->stuck)
				return -ETIMEDOUT;
			if (cmdq_room(q))
				return 0;
			if (ktime_after(ktime_get(), deadline)) {
				smmu3_cmdq_give_up(q);
				return -ETIMEDOUT;
			}
		}
		smmu3_gerror_handle(unit);
		cmdq_relax(atomic, start);
	}
}

/* One of what the batch has in the ring was refused, as far as one can tell */
static bool cmdq_was_refused(const struct smmu3_batch *batch)
{
	const struct smmu3_cmdq *q = &batch->unit->cmdq;

	return q->refused - batch->refused > 1 ||
	       (q->refused != batch->refused &&
		q->refused_pos - batch->first < q->head - batch->first);
}

static void cmdq_add_wait(struct smmu3_batch *batch, struct cmdq_wait *wait)
{
	struct smmu3_cmdq *q = &batch->unit->cmdq;

	/* Never zero, which a word has that was not written */
	if (!++q->seq)
		q->seq++;
	*wait = (struct cmdq_wait) {
		.seq = q->seq,
		.first = batch->first,
		.pos = q->head,
		.err = cmdq_was_refused(batch) ? -EIO : 0,
	};
	list_add_tail(&wait->node, &q->waiters);
	cmdq_write(q, q->head, cmdq_sync(q, q->head, q->seq));
	q->head++;
	q->cmds++;
	batch->pending = false;
}

/*
 * Put the commands of @batch into the ring, with a wait behind them if @wait.
 * Returns EAGAIN if the ring has no room. With @wait, @queued is set to the time
 * when they were in the ring, if anybody wants to know.
 */
static int cmdq_put(struct smmu3_batch *batch, struct cmdq_wait *wait,
		    ktime_t *queued)
{
	struct smmu3_unit *unit = batch->unit;
	struct smmu3_cmdq *q = &unit->cmdq;
	ktime_t start = wait ? smmu3_timing_start() : 0;
	/* A push leaves room for the wait that follows it sometime */
	unsigned int slots = batch->nr + (wait ? 1 : 2);
	unsigned int i;

	guard(spinlock_irqsave)(&q->lock);

	if (q->stuck)
		return -ETIMEDOUT;
	if (cmdq_room(q) < slots) {
		cmdq_reap(unit);
		if (cmdq_room(q) < slots)
			return -EAGAIN;
	}

	if (!batch->pending) {
		batch->first = q->head;
		batch->refused = q->refused;
		batch->pending = true;
	}
	for (i = 0; i < batch->nr; i++)
		cmdq_write(q, q->head + i, batch->cmds[i]);
	q->head += batch->nr;
	q->cmds += batch->nr;
	trace_smmu3_cmdq_submit(unit->dev, batch->cmds, batch->nr,
				cmdq_slot(q, q->head));
	batch->nr = 0;

	if (wait) {
		cmdq_add_wait(batch, wait);
		*queued = smmu3_timing_add(&unit->timing.queue, start);
		if (start && *queued)
			batch->spent += *queued - start + smmu3_meter.clock;
		cmdq_doorbell(unit);
	}
	return 0;
}

static int cmdq_put_and_await(struct smmu3_batch *batch)
{
	struct cmdq_wait wait;
	ktime_t start, end;
	int ret;

	ret = cmdq_put(batch, &wait, &start);
	if (!ret) {
		ret = cmdq_await(batch->unit, &wait, batch->atomic);
		end = smmu3_timing_add(&batch->unit->timing.hw, start);
		if (start && end)
			batch->spent += end - start;
	}
	return ret;
}

/*
 * The ring is full of what nobody rang the doorbell for, perhaps. A wait alone
 * does that; pushes leave room for it. If there is none then somebody waits.
 */
static int cmdq_make_room(struct smmu3_batch *batch)
{
	unsigned int nr = batch->nr;
	int ret;

	batch->nr = 0;
	ret = cmdq_put_and_await(batch);
	batch->nr = nr;
	if (ret == -EAGAIN)
		ret = cmdq_await_room(batch->unit, batch->atomic);
	return ret;
}

static int cmdq_put_all(struct smmu3_batch *batch)
{
	int ret;

	do {
		ret = cmdq_put_and_await(batch);
		if (ret == -EAGAIN)
			ret = cmdq_make_room(batch) ?: -EAGAIN;
	} while (ret == -EAGAIN);
	return ret;
}

/**
 * smmu3_batch_push - move the commands of a batch into the ring
 * @batch: the batch
 *
 * It does not ring the doorbell, so that many pushes cost one. An error is
 * returned by the smmu3_batch_flush() that must follow.
 *
 * Context: any if the batch is atomic, else process context. The caller is in
 * a read-side section of smmu3_srcu, or holds the unit's mutex.
 */
void smmu3_batch_push(struct smmu3_batch *batch)
{
	ktime_t start, end;
	int ret;

	do {
		start = smmu3_timing_start();
		ret = cmdq_put(batch, NULL, NULL);
		if (ret == -EAGAIN)
			ret = cmdq_make_room(batch) ?: -EAGAIN;
	} while (ret == -EAGAIN);
	/* Unlike in cmdq_put(), the unlocking can be counted too */
	end = smmu3_timing_add(&batch->unit->timing.queue, start);
	if (start && end)
		batch->spent += end - start + smmu3_meter.clock;
	if (ret && !batch->error)
		batch->error = ret;
	batch->nr = 0;
}

/**
 * smmu3_batch_flush - put a batch into the ring and wait until all of it is done
 * @batch: the batch, empty afterwards
 *
 * Context: as smmu3_batch_push().
 * Return: 0; -EIO if the hardware refused a command; -ETIMEDOUT if it did not
 * answer. A device that did not answer is not an error here: it is marked with
 * SMMU3_DEV_FAILED.
 */
int smmu3_batch_flush(struct smmu3_batch *batch)
{
	int ret = 0;

	if (batch->nr || batch->pending)
		ret = cmdq_put_all(batch);
	if (batch->error)
		ret = batch->error;
	smmu3_batch_empty(batch);
	return ret;
}

/**
 * smmu3_cmdq_enable - start the queue, empty
 * @unit: the unit, whose queue is not enabled
 *
 * Context: process context.
 * Return: 0 or -ETIMEDOUT
 */
int smmu3_cmdq_enable(struct smmu3_unit *unit)
{
	struct smmu3_cmdq *q = &unit->cmdq;
	int ret;

	scoped_guard(spinlock_irqsave, &q->lock) {
		q->head = 0;
		q->oldest = 0;
		q->aborts = 0;
		memset(q->ring, 0, cmdq_slots(q) * SMMU_CMD_SIZE);
		if (q->status)
			memset(q->status, 0,
			       cmdq_slots(q) * sizeof(*q->status));
	}

	smmu3_write64(unit, SMMU_REG_CMDQ_BASE,
		      SMMU_Q_BASE_RWA |
		      (virt_to_phys(q->ring) & SMMU_Q_BASE_ADDR) |
		      FIELD_PREP(SMMU_Q_BASE_LOG2SIZE, q->shift));
	smmu3_write32(unit, SMMU_REG_CMDQ_PROD, 0);
	smmu3_write32(unit, SMMU_REG_CMDQ_CONS, 0);
	/* An error of before must not stop it (7.1) */
	smmu3_gerror_handle(unit);

	ret = smmu3_cr0(unit, SMMU_CR0_CMDQEN, 0);
	if (!ret)
		WRITE_ONCE(q->stuck, false);
	return ret;
}

/**
 * smmu3_cmdq_disable - stop the queue
 * @unit: the unit
 *
 * Whoever still waits gets ETIMEDOUT, and whoever comes later too.
 *
 * Context: process context.
 * Return: 0 or -ETIMEDOUT
 */
int smmu3_cmdq_disable(struct smmu3_unit *unit)
{
	scoped_guard(spinlock_irqsave, &unit->cmdq.lock)
		smmu3_cmdq_give_up(&unit->cmdq);

	return smmu3_cr0(unit, 0, SMMU_CR0_CMDQEN);
}

/**
 * smmu3_cmdq_reset - stop the queue and start it anew
 * @unit: the unit
 *
 * What was queued is lost: the caller invalidates all caches after it.
 *
 * Context: process context.
 * Return: 0 or -ETIMEDOUT
 */
int smmu3_cmdq_reset(struct smmu3_unit *unit)
{
	int ret;

	unit->cmdq.resets++;
	ret = smmu3_cmdq_disable(unit);
	if (ret)
		return ret;
	return smmu3_cmdq_enable(unit);
}

/**
 * smmu3_cmdq_init - allocate the queue of a unit
 * @unit: the unit
 *
 * It is unusable until smmu3_cmdq_enable().
 *
 * Return: 0, -ENOMEM, or -ENODEV if the unit's queue is too short
 */
int smmu3_cmdq_init(struct smmu3_unit *unit)
{
	u32 max = FIELD_GET(SMMU_IDR1_CMDQS, unit->idr[1]);
	struct smmu3_cmdq *q = &unit->cmdq;

	spin_lock_init(&q->lock);
	INIT_LIST_HEAD(&q->waiters);
	q->stuck = true;
	q->shift = min(max, CMDQ_MAX_SHIFT);
	if (q->shift < CMDQ_MIN_SHIFT) {
		dev_err(unit->dev, "a command queue of %u entries is too short\n",
			1U << q->shift);
		return -ENODEV;
	}

	q->ring = iommu_alloc_pages_node_sz(dev_to_node(unit->dev), GFP_KERNEL,
					    cmdq_slots(q) * SMMU_CMD_SIZE);
	if (unit->idr[0] & SMMU_IDR0_MSI)
		q->status = iommu_alloc_pages_node_sz(dev_to_node(unit->dev),
						      GFP_KERNEL,
						      cmdq_slots(q) *
						      sizeof(*q->status));
	if (!q->ring || (unit->idr[0] & SMMU_IDR0_MSI && !q->status)) {
		smmu3_cmdq_exit(unit);
		return -ENOMEM;
	}
	return 0;
}

/**
 * smmu3_cmdq_exit - free the queue of a unit
 * @unit: the unit, whose queue is disabled
 */
void smmu3_cmdq_exit(struct smmu3_unit *unit)
{
	iommu_free_pages(unit->cmdq.ring);
	iommu_free_pages(unit->cmdq.status);
	unit->cmdq.ring = NULL;
	unit->cmdq.status = NULL;
}
