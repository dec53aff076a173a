// SPDX-License-Identifier: GPL-2.0-only
/*
 * Errors of the invalidation queue
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
#include <linux/device.h>
#include <linux/ratelimit.h>

#include "qi.h"

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

	vtd_qi_reap(qi);
	fetched = qi_distance(qi->oldest, stop);
	if (fetched > qi_distance(qi->oldest, qi->head)) {
		dev_err_ratelimited(unit->dev, "the queue is not where it can be\n");
		vtd_qi_give_up(qi);
		return;
	}
	while (fetched--) {
		unsigned int slot = qi->oldest;
		struct vtd_desc desc = qi_read(qi, slot);

		qi->oldest = qi_next(slot, 1);
		wait = qi_find_wait(qi, slot);
		if (wait) {
			wait->first = stop;
			vtd_qi_append_wait(qi, wait);
			last = wait;
		} else if (!qi_is_hopeless(unit, desc)) {
			vtd_qi_append(qi, desc);
		}
	}

	/* Who has his wait in front of that now waits for it as well */
	wait = last ? list_next_entry(last, node) :
		      list_first_entry(&qi->waiters, struct qi_wait, node);
	list_for_each_entry_from(wait, &qi->waiters, node) {
		if (!qi_room(qi)) {
			vtd_qi_give_up(qi);
			break;
		}
		vtd_qi_append_wait(qi, wait);
	}
	vtd_qi_doorbell(unit);
}

/**
 * vtd_qi_handle_errors - see whether the hardware has stopped, and have it go on
 * @unit: the unit
 *
 * Context: any; the caller is in a read-side section of vtd_srcu, or holds the
 * unit's mutex.
 * Return: true if there was an error
 */
bool vtd_qi_handle_errors(struct vtd_unit *unit)
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
