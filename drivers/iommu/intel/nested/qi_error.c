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
 * none	the hardware does nothing for longer than it may. The queue is stuck:
 *	nothing is put into it until a reset. If it waits for one device-TLB, that
 *	device is marked as failed.
 *
 * A device that was torn out cannot answer, and need not: it gets no mark.
 */
#include <linux/device.h>
#include <linux/ratelimit.h>

#include "qi.h"

static void vtd_qi_refused(struct vtd_unit *unit, u64 record)
{
	struct vtd_qi *qi = &unit->qi;
	u32 pos = vtd_qi_hw_position(unit);
	struct cmd_words desc = cmd_ring_load(&qi->ring, pos);

	dev_err_ratelimited(unit->dev,
			    "descriptor %#llx %#llx was refused, reason %llu\n",
			    desc.w0, desc.w1,
			    FIELD_GET(VTD_IQERCD_IQEI, record));

	if (!cmd_ring_refused(&qi->ring, pos))
		cmd_ring_store(&qi->ring, pos, vtd_desc_fence(unit));
	dma_wmb();
}

/**
 * vtd_device_silent - mark a device whose device-TLB does not answer
 * @edev: the device
 *
 * Context: any; the caller is in a read-side section of the unit's @srcu, or holds the
 * unit's mutex.
 */
void vtd_device_silent(struct vtd_device *edev)
{
	if (vtd_device_unplugged(edev))
		return;
	/* Its struct device may be gone, see vtd_device_delete() */
	dev_err_ratelimited(edev->unit->dev,
			    "a device-TLB invalidation was not answered by %s, source-id %#06x\n",
			    edev->name, edev->sid);
	WRITE_ONCE(edev->silent, true);
	set_bit(VTD_DEV_FAILED, &edev->state);
}

static bool vtd_qi_devtlb_sid(struct cmd_words desc, u16 *sid)
{
	switch (FIELD_GET(VTD_QI_TYPE_LO, desc.w0)) {
	case VTD_QI_DTLB:
		*sid = FIELD_GET(VTD_DTLB0_SID, desc.w0);
		return true;
	case VTD_QI_PDTLB:
		*sid = FIELD_GET(VTD_PDTLB0_SID, desc.w0);
		return true;
	default:
		return false;
	}
}

/* Is it an invalidation of a device-TLB, and whose? */
static bool vtd_qi_is_devtlb(struct vtd_unit *unit, struct cmd_words desc,
			     struct vtd_device **edev)
{
	u16 sid;

	if (!vtd_qi_devtlb_sid(desc, &sid))
		return false;
	*edev = xa_load(&unit->devices, sid);
	return true;
}

/* Is there an invalidation for a device that is not there in what was fetched? */
static bool vtd_qi_has_asked_nobody(struct vtd_unit *unit)
{
	struct cmd_ring *ring = &unit->qi.ring;
	u32 pos, stop = vtd_qi_hw_position(unit);
	struct vtd_device *edev;

	lockdep_assert_held(&ring->lock);

	if (!cmd_ring_plausible(ring, stop))
		return false;
	for (pos = ring->oldest; pos != stop; pos++)
		if (vtd_qi_is_devtlb(unit, cmd_ring_load(ring, pos), &edev) &&
		    (!edev || vtd_device_unplugged(edev)))
			return true;
	return false;
}

/*
 * A device is freed after a grace period of its unit's @srcu, and with the unit's
 * mutex held before that; every waiter has one of the two.
 */
static void vtd_qi_device_failed(struct vtd_unit *unit, u16 sid)
{
	struct vtd_device *edev = xa_load(&unit->devices, sid);
	unsigned long index;

	if (edev) {
		vtd_device_silent(edev);
		return;
	}

	/*
	 * A walk may have put its descriptors into the queue after the device that
	 * they are for had left, or before it was torn out. No other device is to blame
	 * for that. If one of them is silent too, that comes out when it is asked again.
	 */
	if (vtd_qi_has_asked_nobody(unit))
		return;

	/* Hardware that does not say which device: it can be any */
	dev_err_ratelimited(unit->dev,
			    "a device-TLB invalidation was not answered, by unknown source-id %#06x\n",
			    sid);
	xa_for_each(&unit->devices, index, edev)
		if (vtd_devtlb_live(edev))
			vtd_device_silent(edev);
}

static struct cmd_wait *vtd_qi_find_wait(struct cmd_ring *ring, u32 pos)
{
	struct cmd_wait *wait;

	list_for_each_entry(wait, &ring->waiters, node)
		if (wait->pos == pos)
			return wait;
	return NULL;
}

/**
 * vtd_qi_blame - mark the device whose device-TLB the queue waits for
 * @unit: the unit, whose queue is still on
 *
 * It can only be one whose invalidation was fetched, and is not known to be
 * complete. If there are several nobody is marked: all are asked one by one
 * after the reset.
 *
 * Context: process context; the unit's mutex is held.
 */
void vtd_qi_blame(struct vtd_unit *unit)
{
	struct vtd_device *edev, *found = NULL;
	struct cmd_ring *ring = &unit->qi.ring;
	u32 pos, stop;

	guard(spinlock_irqsave)(&ring->lock);

	cmd_ring_reap(ring);
	stop = vtd_qi_hw_position(unit);
	if (!cmd_ring_asks_devtlb(ring) || !cmd_ring_plausible(ring, stop))
		return;
	for (pos = ring->oldest; pos != stop; pos++) {
		if (!vtd_qi_is_devtlb(unit, cmd_ring_load(ring, pos), &edev) ||
		    !edev)
			continue;
		if (found && found != edev)
			return;
		found = edev;
	}
	if (found)
		vtd_device_silent(found);
}

/*
 * Whatever was fetched and not completed may be lost: take it from the front of
 * the ring and put it behind what was not fetched yet. Each slot is read before
 * the end of the ring can reach it.
 */
static void vtd_qi_requeue(struct vtd_unit *unit)
{
	struct vtd_qi *qi = &unit->qi;
	struct cmd_wait *wait, *last = NULL;
	struct cmd_ring *ring = &qi->ring;
	struct vtd_device *edev;
	u32 stop;

	cmd_ring_reap(ring);
	stop = vtd_qi_hw_position(unit);
	if (!cmd_ring_plausible(ring, stop)) {
		dev_err_ratelimited(unit->dev, "the queue is not where it can be\n");
		cmd_ring_give_up(ring);
		return;
	}
	while (ring->oldest != stop) {
		u32 pos = ring->oldest++;
		struct cmd_words desc = cmd_ring_load(ring, pos);

		wait = vtd_qi_find_wait(ring, pos);
		if (wait) {
			wait->first = stop;
			vtd_qi_append_wait(qi, wait);
			last = wait;
		} else if (!vtd_qi_is_devtlb(unit, desc, &edev)) {
			vtd_qi_append(qi, desc);
		} else if (edev && vtd_devtlb_live(edev)) {
			/* Others are blocked anyway, or have gone */
			vtd_qi_append(qi, desc);
			WRITE_ONCE(ring->devtlb, ring->head);
		}
	}

	/* A waiter with its wait in front of that now waits for it as well */
	wait = last ? list_next_entry(last, node) :
		      list_first_entry(&ring->waiters, struct cmd_wait, node);
	list_for_each_entry_from(wait, &ring->waiters, node) {
		if (!cmd_ring_room(ring)) {
			cmd_ring_give_up(ring);
			break;
		}
		vtd_qi_append_wait(qi, wait);
	}
	vtd_qi_doorbell(ring);
	ring->doorbells++;
}

/**
 * vtd_qi_handle_errors - see whether the hardware has stopped, and have it go on
 * @ring: the ring of a unit
 *
 * Context: any; the caller is in a read-side section of the unit's @srcu, or
 * holds the unit's mutex.
 * Return: true if there was an error
 */
bool vtd_qi_handle_errors(struct cmd_ring *ring)
{
	struct vtd_unit *unit = vtd_qi_unit(ring);
	u64 record;
	u32 fsts;

	guard(spinlock_irqsave)(&ring->lock);

	fsts = vtd_read32(unit, VTD_REG_FSTS);
	if (fsts == VTD_NO_ANSWER) {
		/* Nothing of it is an error: the unit is gone */
		cmd_ring_give_up(ring);
		return false;
	}
	fsts &= QI_ERRORS;
	if (!fsts)
		return false;

	ring->errors++;
	record = vtd_read64(unit, VTD_REG_IQERCD);
	if (fsts & VTD_FSTS_IQE)
		vtd_qi_refused(unit, record);
	if (fsts & VTD_FSTS_ICE)
		vtd_qi_device_failed(unit,
				     FIELD_GET(VTD_IQERCD_ICESID, record));
	if (fsts & VTD_FSTS_ITE) {
		vtd_qi_device_failed(unit,
				     FIELD_GET(VTD_IQERCD_ITESID, record));
		vtd_qi_requeue(unit);
	}
	/* The queue goes on with this */
	vtd_write32(unit, VTD_REG_FSTS, fsts);
	return true;
}
