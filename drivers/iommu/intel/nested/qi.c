// SPDX-License-Identifier: GPL-2.0-only
/*
 * The invalidation queue: one ring of descriptors for each unit
 *
 * Descriptors of any number of producers go into the ring in the order of
 * their locking; each producer ends its own with a wait descriptor, rings the
 * doorbell and waits. All waits are fences, so that one completed wait completes
 * all earlier ones as well (6.5.2.12), and frees all slots up to its own.
 *
 * What can go wrong, and what is done (6.5.2.11):
 *
 * IQE	a descriptor was refused. The queue stops at it. It is replaced by a wait
 *	that nobody waits for, and its producer gets EIO.
 * ITE	a device did not answer a device-TLB invalidation. The device is marked
 *	as failed. The hardware stops, and may have dropped all that it had
 *	fetched and not completed: that is queued again, less what is for the
 *	device.
 * ICE	a device gave a wrong answer to a device-TLB invalidation. It is marked
 *	as failed. The hardware goes on as if nothing had happened.
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

static struct vtd_desc qi_read(const struct vtd_qi *qi, unsigned int slot)
{
	const __le64 *p = qi->ring + slot * (VTD_QI_DESC_SIZE / sizeof(*p));

	return (struct vtd_desc) {
		.w0 = le64_to_cpu(p[0]),
		.w1 = le64_to_cpu(p[1]),
	};
}

/* The slot that the hardware fetches next */
static unsigned int qi_hw_head(struct vtd_unit *unit)
{
	u64 iqh = vtd_read64(unit, VTD_REG_IQH);

	/* Whatever it says, it is a slot */
	return (iqh & VTD_IQ_PTR) / VTD_QI_DESC_SIZE % VTD_QI_SLOTS;
}

static struct vtd_desc qi_wait_desc(struct vtd_qi *qi, unsigned int slot,
				    u32 seq)
{
	return vtd_desc_wait(virt_to_phys(&qi->status[slot]), seq);
}

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

static void qi_refused(struct vtd_unit *unit, u64 record)
{
	struct vtd_qi *qi = &unit->qi;
	unsigned int head = qi_hw_head(unit);
	struct vtd_desc desc = qi_read(qi, head);
	struct qi_wait *wait;
	bool is_wait = false;

	dev_err_ratelimited(unit->dev,
			    "descriptor %#llx %#llx was refused, reason %llu\n",
			    desc.w0, desc.w1,
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
		qi_write(qi, head, vtd_desc_fence(unit));
	/* For batches whose wait is not in the ring yet */
	qi->refused_slot = head;
	qi->refused++;
	dma_wmb();
}

/*
 * A device is freed after a grace period of vtd_srcu, and with the mutex of its
 * unit held before that; everyone who waits has one of the two.
 */
static void qi_device_failed(struct vtd_unit *unit, u16 sid)
{
	struct vtd_device *vdev = xa_load(&unit->devices, sid);
	unsigned long index;

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

static void qi_append(struct vtd_qi *qi, struct vtd_desc desc)
{
	qi_write(qi, qi->head, desc);
	qi->head = qi_next(qi->head, 1);
	qi->descs++;
}

static void qi_append_wait(struct vtd_qi *qi, struct qi_wait *wait)
{
	WRITE_ONCE(wait->slot, qi->head);
	qi_append(qi, qi_wait_desc(qi, qi->head, wait->seq));
}

static struct qi_wait *qi_find_wait(struct vtd_qi *qi, unsigned int slot)
{
	struct qi_wait *wait;

	list_for_each_entry(wait, &qi->waiters, node)
		if (wait->slot == slot)
			return wait;
	return NULL;
}

/* A device-TLB invalidation for a device that does not answer */
static bool qi_is_hopeless(struct vtd_unit *unit, struct vtd_desc desc)
{
	struct vtd_device *vdev;
	u16 sid;

	switch (FIELD_GET(VTD_QI_TYPE_LO, desc.w0)) {
	case VTD_QI_DTLB:
		sid = FIELD_GET(VTD_DTLB0_SID, desc.w0);
		break;
	case VTD_QI_PDTLB:
		sid = FIELD_GET(VTD_PDTLB0_SID, desc.w0);
		break;
	default:
		return false;
	}
	vdev = xa_load(&unit->devices, sid);
	return !vdev || test_bit(VTD_DEV_FAILED, &vdev->state);
}

/*
 * Whatever was fetched and not completed may be lost: take it from the front of
 * the ring and put it behind what was not fetched yet. Each slot is read before
 * the end of the ring can reach it.
 */
static void qi_requeue(struct vtd_unit *unit)
{
	struct vtd_qi *qi = &unit->qi;
	unsigned int stop = qi_hw_head(unit);
	struct qi_wait *wait, *last = NULL;
	unsigned int fetched;

	qi_reap(qi);
	fetched = qi_distance(qi->oldest, stop);
	if (fetched > qi_distance(qi->oldest, qi->head)) {
		dev_err_ratelimited(unit->dev, "the queue is not where it can be\n");
		qi_give_up(qi);
		return;
	}
	while (fetched--) {
		unsigned int slot = qi->oldest;
		struct vtd_desc desc = qi_read(qi, slot);

		qi->oldest = qi_next(slot, 1);
		wait = qi_find_wait(qi, slot);
		if (wait) {
			wait->first = stop;
			qi_append_wait(qi, wait);
			last = wait;
		} else if (!qi_is_hopeless(unit, desc)) {
			qi_append(qi, desc);
		}
	}

	/* Who has his wait in front of that now waits for it as well */
	wait = last ? list_next_entry(last, node) :
		      list_first_entry(&qi->waiters, struct qi_wait, node);
	list_for_each_entry_from(wait, &qi->waiters, node) {
		if (!qi_room(qi)) {
			qi_give_up(qi);
			break;
		}
		qi_append_wait(qi, wait);
	}
	qi_doorbell(unit);
}

/* Returns true if there was an error */
static bool qi_handle_errors(struct vtd_unit *unit)
{
	struct vtd_qi *qi = &unit->qi;
	u64 record;
	u32 fsts;

	guard(spinlock_irqsave)(&qi->lock);

	fsts = vtd_read32(unit, VTD_REG_FSTS) & QI_ERRORS;
	if (!fsts)
		return false;

	qi->errors++;
	record = vtd_read64(unit, VTD_REG_IQERCD);
	if (fsts & VTD_FSTS_IQE)
		qi_refused(unit, record);
	if (fsts & VTD_FSTS_ICE)
		qi_device_failed(unit, FIELD_GET(VTD_IQERCD_ICESID, record));
	if (fsts & VTD_FSTS_ITE) {
		qi_device_failed(unit, FIELD_GET(VTD_IQERCD_ITESID, record));
		qi_requeue(unit);
	}
	/* The queue goes on with this */
	vtd_write32(unit, VTD_REG_FSTS, fsts);
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
			.err = qi_was_refused(batch) ? -EIO : 0,
		};
		list_add_tail(&wait->node, &qi->waiters);
		qi_append_wait(qi, wait);
		*queued = vtd_timing_add(&unit->timing.queue, start);
		qi_doorbell(unit);
		qi_reap(qi);
		batch->pending = false;
	}
	if (start && *queued)
		batch->spent += *queued - start + vtd_timing_clock;
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
		qi_handle_errors(batch->unit);
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
