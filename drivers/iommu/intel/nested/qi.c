// SPDX-License-Identifier: GPL-2.0-only
/*
 * The invalidation queue: one ring of descriptors for each unit
 *
 * Descriptors of any number of producers go into the ring in the order of
 * their locking; each producer ends its own with a wait descriptor, rings the
 * doorbell and waits. All waits are fences, so that one completed wait completes
 * all earlier ones as well (6.5.2.12), and frees all slots up to its own.
 */
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/ktime.h>
#include <linux/ratelimit.h>

#include "nested.h"
#include "qi.h"
#include "trace.h"

/* Slots that only a recovery may use, to queue a dropped wait again */
#define QI_SPARE	8

/* Polls of the status word between two looks at the fault status register */
#define QI_POLLS	16

/* How long to spin before sleeping, when the caller can sleep */
#define QI_SPIN_NS	(20 * NSEC_PER_USEC)

/* Errors to handle within one wait. Each device fails at most once. */
#define QI_MAX_ERRORS	64

/**
 * vtd_desc_fence - a wait that nobody waits for
 * @unit: the unit
 *
 * What comes after it is executed after what comes before it.
 *
 * Return: the descriptor
 */
struct vtd_desc vtd_desc_fence(struct vtd_unit *unit)
{
	return qi_wait_desc(&unit->qi, VTD_QI_SLOTS, 0);
}

/**
 * vtd_qi_doorbell - tell the hardware how far the ring is filled
 * @unit: the unit, whose queue is locked
 */
void vtd_qi_doorbell(struct vtd_unit *unit)
{
	struct vtd_qi *qi = &unit->qi;

	lockdep_assert_held(&qi->lock);

	/* The hardware must see the descriptors before their number */
	dma_wmb();
	vtd_write64(unit, VTD_REG_IQT, (u64)qi->head * VTD_QI_DESC_SIZE);
	qi->doorbells++;
}

static void qi_finish(struct qi_wait *wait)
{
	list_del(&wait->node);
	/* Pairs with the acquire in qi_await(); @wait may be gone after it */
	smp_store_release(&wait->done, true);
}

/**
 * vtd_qi_reap - finish all waits that are complete, and free their slots
 * @qi: the queue, locked
 */
void vtd_qi_reap(struct vtd_qi *qi)
{
	struct qi_wait *wait, *tmp, *last = NULL;

	lockdep_assert_held(&qi->lock);

	list_for_each_entry_reverse(wait, &qi->waiters, node) {
		if (qi_written(qi, wait)) {
			last = wait;
			break;
		}
	}
	if (!last)
		return;

	/* What the hardware wrote before the status must be visible */
	dma_rmb();
	qi->oldest = qi_next(last->slot, 1);
	list_for_each_entry_safe(wait, tmp, &qi->waiters, node) {
		bool end = wait == last;

		qi_finish(wait);
		if (end)
			break;
	}
}

/**
 * vtd_qi_give_up - nobody gets an answer any more until vtd_qi_reset()
 * @qi: the queue, locked
 */
void vtd_qi_give_up(struct vtd_qi *qi)
{
	struct qi_wait *wait, *tmp;

	lockdep_assert_held(&qi->lock);

	WRITE_ONCE(qi->stuck, true);
	list_for_each_entry_safe(wait, tmp, &qi->waiters, node) {
		wait->err = -ETIMEDOUT;
		qi_finish(wait);
	}
}

/**
 * vtd_qi_append - put a descriptor into the ring
 * @qi: the queue, locked, with room for it
 * @desc: the descriptor
 */
void vtd_qi_append(struct vtd_qi *qi, struct vtd_desc desc)
{
	qi_write(qi, qi->head, desc);
	qi->head = qi_next(qi->head, 1);
	qi->descs++;
}

/**
 * vtd_qi_append_wait - put a wait into the ring, perhaps once more
 * @qi: the queue, locked, with room for it
 * @wait: the wait
 */
void vtd_qi_append_wait(struct vtd_qi *qi, struct qi_wait *wait)
{
	WRITE_ONCE(wait->slot, qi->head);
	vtd_qi_append(qi, qi_wait_desc(qi, qi->head, wait->seq));
}

static void qi_relax(bool atomic, ktime_t start)
{
	if (!atomic && ktime_to_ns(ktime_sub(ktime_get(), start)) > QI_SPIN_NS)
		usleep_range(10, 50);
	else
		cpu_relax();
}

static int qi_await(struct vtd_unit *unit, struct qi_wait *wait, bool atomic)
{
	ktime_t start = ktime_get(), deadline;
	struct vtd_qi *qi = &unit->qi;
	unsigned int errors = 0;
	unsigned int polls = 0;
	bool late;

	deadline = ktime_add_us(start, unit->timeout_us);
	/* Pairs with the release in qi_finish() */
	while (!smp_load_acquire(&wait->done)) {
		if (qi_written(qi, wait)) {
			guard(spinlock_irqsave)(&qi->lock);
			vtd_qi_reap(qi);
			continue;
		}
		late = ktime_after(ktime_get(), deadline);
		/* Being late may be ours: look once more before giving up */
		if ((++polls % QI_POLLS == 0 || late) &&
		    vtd_qi_handle_errors(unit) && errors++ < QI_MAX_ERRORS) {
			deadline = ktime_add_us(ktime_get(), unit->timeout_us);
			continue;
		}
		if (late) {
			guard(spinlock_irqsave)(&qi->lock);
			vtd_qi_reap(qi);
			if (!wait->done) {
				dev_err_ratelimited(unit->dev,
						    "the invalidation queue does not answer\n");
				vtd_qi_give_up(qi);
			}
			continue;
		}
		qi_relax(atomic, start);
	}
	return wait->err;
}

/* Wait until somebody's completed wait has made room for another */
static int qi_await_room(struct vtd_unit *unit, bool atomic)
{
	ktime_t start = ktime_get(), deadline;
	struct vtd_qi *qi = &unit->qi;

	deadline = ktime_add_us(start, unit->timeout_us);
	for (;;) {
		scoped_guard(spinlock_irqsave, &qi->lock) {
			vtd_qi_reap(qi);
			if (qi->stuck)
				return -ETIMEDOUT;
			if (qi_room(qi) > QI_SPARE)
				return 0;
			if (ktime_after(ktime_get(), deadline)) {
				vtd_qi_give_up(qi);
				return -ETIMEDOUT;
			}
		}
		vtd_qi_handle_errors(unit);
		qi_relax(atomic, start);
	}
}

/* One of what the batch has in the ring was refused, as far as one can tell */
static bool qi_was_refused(const struct vtd_qi_batch *batch)
{
	const struct vtd_qi *qi = &batch->unit->qi;

	return qi->refused - batch->refused > 1 ||
	       (qi->refused != batch->refused &&
		qi_distance(batch->first, qi->refused_slot) <
		qi_distance(batch->first, qi->head));
}

/*
 * Put the descriptors of @batch into the ring, with a wait behind them if
 * @wait. Returns EAGAIN if the ring has no room. With @wait, @queued is set to
 * the time when they were in the ring, if anybody wants to know.
 */
static int qi_put(struct vtd_qi_batch *batch, struct qi_wait *wait,
		  ktime_t *queued)
{
	struct vtd_unit *unit = batch->unit;
	struct vtd_qi *qi = &unit->qi;
	ktime_t start = wait ? vtd_timing_start() : 0;
	unsigned int slots = batch->nr + 1;
	unsigned int i;

	guard(spinlock_irqsave)(&qi->lock);

	if (qi->stuck)
		return -ETIMEDOUT;
	/* A push leaves room for the wait that follows it sometime */
	if (qi_room(qi) < slots + (wait ? 0 : 1) + QI_SPARE) {
		vtd_qi_reap(qi);
		if (qi_room(qi) < slots + (wait ? 0 : 1) + QI_SPARE)
			return -EAGAIN;
	}

	if (!batch->pending) {
		batch->first = qi->head;
		batch->refused = qi->refused;
		batch->pending = true;
	}
	for (i = 0; i < batch->nr; i++)
		qi_write(qi, qi_next(qi->head, i), batch->descs[i]);
	qi->head = qi_next(qi->head, batch->nr);
	qi->descs += batch->nr;
	trace_qi_submit(unit->dev, batch->descs, batch->nr, qi->head);
	batch->nr = 0;

	if (wait) {
		/* Never zero, which a word has that was not written */
		if (!++qi->seq)
			qi->seq++;
		*wait = (struct qi_wait) {
			.seq = qi->seq,
			.first = batch->first,
			.err = qi_was_refused(batch) ? -EIO : 0,
		};
		list_add_tail(&wait->node, &qi->waiters);
		vtd_qi_append_wait(qi, wait);
		*queued = vtd_timing_add(&unit->timing.queue, start);
		if (start && *queued)
			batch->spent += *queued - start + vtd_meter.clock;
		vtd_qi_doorbell(unit);
		vtd_qi_reap(qi);
		batch->pending = false;
	}
	return 0;
}

static int qi_put_and_await(struct vtd_qi_batch *batch)
{
	struct qi_wait wait;
	ktime_t start, end;
	int ret;

	ret = qi_put(batch, &wait, &start);
	if (!ret) {
		ret = qi_await(batch->unit, &wait, batch->atomic);
		end = vtd_timing_add(&batch->unit->timing.hw, start);
		if (start && end)
			batch->spent += end - start;
	}
	return ret;
}

/*
 * The ring is full of what nobody rang the doorbell for, perhaps. A wait alone
 * does that; pushes leave room for it. If there is none then somebody waits.
 */
static int qi_make_room(struct vtd_qi_batch *batch)
{
	unsigned int nr = batch->nr;
	int ret;

	batch->nr = 0;
	ret = qi_put_and_await(batch);
	batch->nr = nr;
	if (ret == -EAGAIN)
		ret = qi_await_room(batch->unit, batch->atomic);
	return ret;
}

static int qi_sync(struct vtd_qi_batch *batch)
{
	int ret;

	do {
		ret = qi_put_and_await(batch);
		if (ret == -EAGAIN)
			ret = qi_make_room(batch) ?: -EAGAIN;
	} while (ret == -EAGAIN);
	return ret;
}

/**
 * vtd_qi_push - move the descriptors of a batch into the ring
 * @batch: the batch
 *
 * It does not ring the doorbell, so that many pushes cost one. An error is
 * returned by the vtd_qi_flush() that must follow.
 *
 * Context: any if the batch is atomic, else process context. The caller is in
 * a read-side section of vtd_srcu, or holds the unit's mutex.
 */
void vtd_qi_push(struct vtd_qi_batch *batch)
{
	ktime_t start, end;
	int ret;

	do {
		start = vtd_timing_start();
		ret = qi_put(batch, NULL, NULL);
		if (ret == -EAGAIN)
			ret = qi_make_room(batch) ?: -EAGAIN;
	} while (ret == -EAGAIN);
	/* Unlike in qi_put(), the unlocking can be counted too */
	end = vtd_timing_add(&batch->unit->timing.queue, start);
	if (start && end)
		batch->spent += end - start + vtd_meter.clock;
	if (ret && !batch->error)
		batch->error = ret;
	batch->nr = 0;
}

/**
 * vtd_qi_flush - put a batch into the ring and wait until all of it is done
 * @batch: the batch, empty afterwards
 *
 * Context: as vtd_qi_push().
 * Return: 0; -EIO if the hardware refused a descriptor; -ETIMEDOUT if it did
 * not answer. A device that did not answer, or not rightly, is not an error here:
 * it is marked with VTD_DEV_FAILED.
 */
int vtd_qi_flush(struct vtd_qi_batch *batch)
{
	int ret = 0;

	if (batch->nr || batch->pending)
		ret = qi_sync(batch);
	/* A wrong answer does not keep the wait from completing */
	if (!ret && batch->devtlb)
		vtd_qi_handle_errors(batch->unit);
	if (batch->error)
		ret = batch->error;
	vtd_qi_empty(batch);
	return ret;
}

/**
 * vtd_qi_enable - start the queue, empty
 * @unit: the unit, whose queue is not enabled
 *
 * Context: process context.
 * Return: 0 or -ETIMEDOUT
 */
int vtd_qi_enable(struct vtd_unit *unit)
{
	struct vtd_qi *qi = &unit->qi;
	int ret;

	scoped_guard(spinlock_irqsave, &qi->lock) {
		qi->head = 0;
		qi->oldest = 0;
		memset(qi->ring, 0, VTD_QI_SLOTS * VTD_QI_DESC_SIZE);
		memset(qi->status, 0, (VTD_QI_SLOTS + 1) * sizeof(*qi->status));
	}

	vtd_write64(unit, VTD_REG_IQT, 0);
	/* Scalable mode takes 256-bit descriptors (6.5.2) */
	vtd_write64(unit, VTD_REG_IQA, (virt_to_phys(qi->ring) & VTD_IQA_IQA) |
		    VTD_IQA_DW | FIELD_PREP(VTD_IQA_QS, VTD_QI_QS));
	vtd_write32(unit, VTD_REG_FSTS, QI_ERRORS);

	ret = vtd_gcmd(unit, VTD_GCMD_QIE, 0, VTD_GSTS_QIES, VTD_GSTS_QIES);
	if (!ret)
		WRITE_ONCE(qi->stuck, false);
	return ret;
}

/**
 * vtd_qi_disable - stop the queue
 * @unit: the unit
 *
 * Whoever still waits gets ETIMEDOUT, and whoever comes later too.
 *
 * Context: process context.
 * Return: 0 or -ETIMEDOUT
 */
int vtd_qi_disable(struct vtd_unit *unit)
{
	scoped_guard(spinlock_irqsave, &unit->qi.lock)
		vtd_qi_give_up(&unit->qi);

	return vtd_gcmd(unit, 0, VTD_GCMD_QIE, VTD_GSTS_QIES, 0);
}

/**
 * vtd_qi_reset - stop the queue and start it anew
 * @unit: the unit
 *
 * What was queued is lost: the caller invalidates all caches after it.
 *
 * Context: process context.
 * Return: 0 or -ETIMEDOUT
 */
int vtd_qi_reset(struct vtd_unit *unit)
{
	int ret;

	unit->qi.resets++;
	ret = vtd_qi_disable(unit);
	if (ret)
		return ret;
	return vtd_qi_enable(unit);
}

/**
 * vtd_qi_init - allocate the queue of a unit
 * @unit: the unit
 *
 * It is unusable until vtd_qi_enable().
 *
 * Return: 0 or -ENOMEM
 */
int vtd_qi_init(struct vtd_unit *unit)
{
	struct vtd_qi *qi = &unit->qi;

	spin_lock_init(&qi->lock);
	INIT_LIST_HEAD(&qi->waiters);
	qi->stuck = true;

	qi->ring = iommu_alloc_pages_node_sz(dev_to_node(unit->dev), GFP_KERNEL,
					     VTD_QI_SLOTS * VTD_QI_DESC_SIZE);
	qi->status = iommu_alloc_pages_node_sz(dev_to_node(unit->dev),
					       GFP_KERNEL,
					       (VTD_QI_SLOTS + 1) *
					       sizeof(*qi->status));
	if (!qi->ring || !qi->status) {
		vtd_qi_exit(unit);
		return -ENOMEM;
	}
	return 0;
}

/**
 * vtd_qi_exit - free the queue of a unit
 * @unit: the unit, whose queue is disabled
 */
void vtd_qi_exit(struct vtd_unit *unit)
{
	iommu_free_pages(unit->qi.ring);
	iommu_free_pages(unit->qi.status);
	unit->qi.ring = NULL;
	unit->qi.status = NULL;
}
