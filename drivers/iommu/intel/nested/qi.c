// SPDX-License-Identifier: GPL-2.0-only
/*
 * The invalidation queue: one ring of descriptors for each unit
 *
 * Descriptors of any number of producers go into the ring in the order of
 * their locking; each producer ends its own with a wait descriptor, rings the
 * doorbell and waits. The hardware completes a wait only after everything
 * before it (6.5.2.8). So one completed wait completes all earlier ones as
 * well, and frees all slots up to its own.
 *
 * What can go wrong, and what is done (6.5.2.9, 6.5.2.10, 11.4.7.1):
 *
 * IQE	a descriptor was refused. The queue stops at it. It is replaced by a wait
 *	that nobody waits for, and its producer gets EIO.
 * ITE	a device did not answer a device-TLB invalidation. The device is marked
 *	as failed; waits that the hardware dropped are queued again.
 * none	the hardware does nothing within the unit's timeout. The queue is stuck:
 *	the producer gets ETIMEDOUT, others get it at once, until a reset.
 */
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/io.h>
#include <linux/ktime.h>
#include <linux/ratelimit.h>

#include "nested.h"
#include "trace.h"

/* Slots that only a recovery may use, to queue a dropped wait again */
#define QI_SPARE	8

/* Polls of the status word between two looks at the fault status register */
#define QI_POLLS	16

/* How long to spin before sleeping, when the caller can sleep */
#define QI_SPIN_NS	(20 * NSEC_PER_USEC)

/* Errors to handle within one wait. Each device fails at most once. */
#define QI_MAX_ERRORS	64

#define QI_ERRORS	(VTD_FSTS_IQE | VTD_FSTS_ICE | VTD_FSTS_ITE)

/**
 * struct qi_wait - somebody waits for all up to a slot
 * @node: in the queue's list
 * @seq: what the hardware writes
 * @first: first slot whose failure is his
 * @slot: slot of the wait descriptor, and index of its status word
 * @err: what to tell him
 * @done: set last; the waiter may be gone after that
 */
struct qi_wait {
	struct list_head node;
	u32 seq;
	unsigned int first;
	unsigned int slot;
	int err;
	bool done;
};

static unsigned int qi_next(unsigned int slot, unsigned int n)
{
	return (slot + n) % VTD_QI_SLOTS;
}

static unsigned int qi_distance(unsigned int from, unsigned int to)
{
	return (to - from) % VTD_QI_SLOTS;
}

static unsigned int qi_room(const struct vtd_qi *qi)
{
	return VTD_QI_SLOTS - 1 - qi_distance(qi->oldest, qi->head);
}

static void qi_write(struct vtd_qi *qi, unsigned int slot, struct vtd_desc desc)
{
	__le64 *p = qi->ring + slot * (VTD_QI_DESC_SIZE / sizeof(*p));

	p[0] = cpu_to_le64(desc.w0);
	p[1] = cpu_to_le64(desc.w1);
}

static struct vtd_desc qi_wait_desc(struct vtd_qi *qi, unsigned int slot,
				    u32 seq)
{
	return vtd_desc_wait(virt_to_phys(&qi->status[slot]), seq);
}

/* A wait that nobody waits for: what is left of a refused descriptor */
static struct vtd_desc qi_nop(struct vtd_qi *qi)
{
	return qi_wait_desc(qi, VTD_QI_SLOTS, 0);
}

static void qi_doorbell(struct vtd_unit *unit)
{
	struct vtd_qi *qi = &unit->qi;

	lockdep_assert_held(&qi->lock);

	/* The hardware must see the descriptors before their number */
	dma_wmb();
	vtd_write64(unit, VTD_REG_IQT, (u64)qi->head * VTD_QI_DESC_SIZE);
	qi->doorbells++;
}

static bool qi_written(const struct vtd_qi *qi, const struct qi_wait *wait)
{
	unsigned int slot = READ_ONCE(wait->slot);

	return le32_to_cpu(READ_ONCE(qi->status[slot])) == wait->seq;
}

static void qi_finish(struct qi_wait *wait)
{
	list_del(&wait->node);
	/* Pairs with the acquire in qi_await(); @wait may be gone after it */
	smp_store_release(&wait->done, true);
}

/* Finish all waits that are complete, and free their slots */
static void qi_reap(struct vtd_qi *qi)
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

/* Nobody gets an answer any more until vtd_qi_reset() */
static void qi_give_up(struct vtd_qi *qi)
{
	struct qi_wait *wait, *tmp;

	lockdep_assert_held(&qi->lock);

	WRITE_ONCE(qi->stuck, true);
	list_for_each_entry_safe(wait, tmp, &qi->waiters, node) {
		wait->err = -ETIMEDOUT;
		qi_finish(wait);
	}
}

static void qi_refused(struct vtd_unit *unit)
{
	struct vtd_qi *qi = &unit->qi;
	unsigned int head = FIELD_GET(VTD_IQ_PTR, vtd_read64(unit, VTD_REG_IQH)) *
			    16 / VTD_QI_DESC_SIZE;
	u64 record = vtd_read64(unit, VTD_REG_IQERCD);
	const __le64 *desc = qi->ring + head * (VTD_QI_DESC_SIZE / sizeof(*desc));
	struct qi_wait *wait;
	bool is_wait = false;

	dev_err_ratelimited(unit->dev,
			    "descriptor %#llx %#llx was refused, reason %llu\n",
			    le64_to_cpu(desc[0]), le64_to_cpu(desc[1]),
			    FIELD_GET(VTD_IQERCD_IQEI, record));

	list_for_each_entry(wait, &qi->waiters, node) {
		/* Waits are right: the hardware gets it once more */
		if (wait->slot == head)
			is_wait = true;
		else if (qi_distance(wait->first, head) <
			 qi_distance(wait->first, wait->slot))
			wait->err = -EIO;
	}
	if (!is_wait)
		qi_write(qi, head, qi_nop(qi));
	/* For batches whose wait is not in the ring yet */
	qi->refused_slot = head;
	qi->refused++;
	dma_wmb();
}

static void qi_device_failed(struct vtd_unit *unit)
{
	u16 sid = FIELD_GET(VTD_IQERCD_ITESID, vtd_read64(unit, VTD_REG_IQERCD));
	struct vtd_device *vdev;
	unsigned long index;

	/*
	 * A device is freed after a grace period of vtd_srcu, and only its
	 * unit's mutex may do that; everyone who waits has one of the two.
	 */
	vdev = xa_load(&unit->devices, sid);
	if (vdev) {
		dev_err_ratelimited(vdev->dev,
				    "a device-TLB invalidation was not answered\n");
		set_bit(VTD_DEV_FAILED, &vdev->state);
		return;
	}

	/* Hardware that does not say which device: it can be any */
	dev_err_ratelimited(unit->dev,
			    "a device-TLB invalidation was not answered, source-id %#06x\n",
			    sid);
	xa_for_each(&unit->devices, index, vdev)
		if (vdev->ats_depth)
			set_bit(VTD_DEV_FAILED, &vdev->state);
}

/* Waits that were fetched but not completed are lost: queue the latest again */
static void qi_requeue(struct vtd_unit *unit)
{
	struct vtd_qi *qi = &unit->qi;
	unsigned int head = FIELD_GET(VTD_IQ_PTR, vtd_read64(unit, VTD_REG_IQH)) *
			    16 / VTD_QI_DESC_SIZE;
	struct qi_wait *last;

	qi_reap(qi);
	if (list_empty(&qi->waiters))
		return;

	last = list_last_entry(&qi->waiters, struct qi_wait, node);
	if (qi_distance(qi->oldest, last->slot) >= qi_distance(qi->oldest, head))
		return;

	if (!qi_room(qi)) {
		qi_give_up(qi);
		return;
	}
	WRITE_ONCE(last->slot, qi->head);
	qi_write(qi, qi->head, qi_wait_desc(qi, qi->head, last->seq));
	qi->head = qi_next(qi->head, 1);
	qi->descs++;
	qi_doorbell(unit);
}

/* Returns true if there was an error */
static bool qi_handle_errors(struct vtd_unit *unit)
{
	struct vtd_qi *qi = &unit->qi;
	u32 fsts;

	guard(spinlock_irqsave)(&qi->lock);

	fsts = vtd_read32(unit, VTD_REG_FSTS) & QI_ERRORS;
	if (!fsts)
		return false;

	qi->errors++;
	if (fsts & VTD_FSTS_IQE)
		qi_refused(unit);
	if (fsts & VTD_FSTS_ITE)
		qi_device_failed(unit);
	/* The queue goes on with this */
	vtd_write32(unit, VTD_REG_FSTS, fsts);
	if (fsts & (VTD_FSTS_ITE | VTD_FSTS_ICE))
		qi_requeue(unit);
	return true;
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

	deadline = ktime_add_us(start, unit->timeout_us);
	/* Pairs with the release in qi_finish() */
	while (!smp_load_acquire(&wait->done)) {
		if (qi_written(qi, wait)) {
			guard(spinlock_irqsave)(&qi->lock);
			qi_reap(qi);
			continue;
		}
		if (++polls % QI_POLLS == 0 && qi_handle_errors(unit) &&
		    errors++ < QI_MAX_ERRORS)
			deadline = ktime_add_us(ktime_get(), unit->timeout_us);
		if (ktime_after(ktime_get(), deadline)) {
			guard(spinlock_irqsave)(&qi->lock);
			qi_reap(qi);
			if (!wait->done) {
				dev_err_ratelimited(unit->dev,
						    "the invalidation queue does not answer\n");
				qi_give_up(qi);
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
			qi_reap(qi);
			if (qi->stuck)
				return -ETIMEDOUT;
			if (qi_room(qi) > QI_SPARE)
				return 0;
			if (ktime_after(ktime_get(), deadline)) {
				qi_give_up(qi);
				return -ETIMEDOUT;
			}
		}
		qi_handle_errors(unit);
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
 * @wait. Returns EAGAIN if the ring has no room. @queued is set to the time
 * when they were in the ring, if anybody wants to know.
 */
static int qi_put(struct vtd_qi_batch *batch, struct qi_wait *wait,
		  ktime_t *queued)
{
	struct vtd_unit *unit = batch->unit;
	struct vtd_qi *qi = &unit->qi;
	unsigned int slots = batch->nr + 1;
	ktime_t start = vtd_timing_start();
	unsigned int i;

	guard(spinlock_irqsave)(&qi->lock);

	if (qi->stuck)
		return -ETIMEDOUT;
	/* A push leaves room for the wait that follows it sometime */
	if (qi_room(qi) < slots + (wait ? 0 : 1) + QI_SPARE) {
		qi_reap(qi);
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

	if (!wait) {
		*queued = vtd_timing_add(&unit->timing.queue, start);
	} else {
		/* Never zero, which a word has that was not written */
		if (!++qi->seq)
			qi->seq++;
		*wait = (struct qi_wait) {
			.seq = qi->seq,
			.first = batch->first,
			.slot = qi->head,
			.err = qi_was_refused(batch) ? -EIO : 0,
		};
		list_add_tail(&wait->node, &qi->waiters);
		qi_write(qi, qi->head, qi_wait_desc(qi, qi->head, wait->seq));
		qi->head = qi_next(qi->head, 1);
		qi->descs++;
		*queued = vtd_timing_add(&unit->timing.queue, start);
		qi_doorbell(unit);
		qi_reap(qi);
		batch->pending = false;
	}
	if (start && *queued)
		batch->spent += *queued - start;
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
	ktime_t queued;
	int ret;

	do {
		ret = qi_put(batch, NULL, &queued);
		if (ret == -EAGAIN)
			ret = qi_make_room(batch) ?: -EAGAIN;
	} while (ret == -EAGAIN);
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
 * not answer. A device that did not answer is not an error here: it is marked
 * with VTD_DEV_FAILED.
 */
int vtd_qi_flush(struct vtd_qi_batch *batch)
{
	int ret = 0;

	if (batch->nr || batch->pending)
		ret = qi_sync(batch);
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
		qi_give_up(&unit->qi);

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
