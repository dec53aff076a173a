// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocking devices that do not answer, and bringing them back
 *
 * A device that may hold stale translations is blocked as a whole: the driver makes
 * its context entry not present, so that the unit aborts all its requests,
 * translated ones included.
 *
 * A flush changes the tables, and after a full barrier it reads the marks of each
 * device. They say whether it has to invalidate the device-TLB:
 *
 * none		The flush invalidates the device-TLB.
 * FAILED	The flush leaves it out, since the device may take a minute to answer.
 *		But the flush does not return before the device is blocked, see
 *		vtd_finish().
 * BLOCKED	The flush leaves it out, since the hardware cannot translate for the
 *		device.
 *
 * So a device is BLOCKED only when its context entry is not present and no cache
 * has that entry any more, and it is FAILED until then. To bring a device back the
 * driver first clears the marks. After a full barrier it invalidates the IOTLB, the
 * paging-structure caches and the whole device-TLB, and last it makes the context
 * entry present. If a flush still sees a mark, it has read the mark before the
 * driver's barrier. Its change of the tables is in front of its own barrier, so
 * whatever the hardware looks up after the driver's invalidation is the tables as
 * they are after the change: nothing stale is left. If a flush sees no mark, it has
 * invalidated the device-TLB itself.
 *
 * A device that was torn out has nothing stale, whatever its marks are: no flush leaves
 * it for later, or waits until it is blocked. If it is blocked it stays so.
 */
#include <linux/device.h>

#include "flush.h"
#include "queue.h"
#include "retry.h"
#include "tables.h"

/* The device is blocked: no cache has its context entry */
static void vtd_device_set_blocked(struct vtd_device *edev)
{
	/* The hardware has forgotten the entry before anybody sees the mark */
	smp_mb__before_atomic();
	set_bit(VTD_DEV_BLOCKED, &edev->state);
	/* There is no moment in which the device has neither mark */
	clear_bit(VTD_DEV_FAILED, &edev->state);
	clear_bit(VTD_DEV_REVIVING, &edev->state);
	vtd_unit_kick(edev->unit);
}

static void vtd_device_block(struct vtd_device *edev)
{
	struct vtd_unit *unit = edev->unit;
	struct vtd_qi_batch batch;

	vtd_context_clear(edev);
	vtd_qi_begin(&batch, unit, false);
	vtd_add_context_flush(&batch, edev);
	if (vtd_qi_flush(&batch))
		vtd_unit_reset_or_forget(unit);
	dev_err_ratelimited(edev->dev, "all DMA is blocked\n");
	vtd_retry_failed(&edev->retry);
	vtd_device_set_blocked(edev);
}

/**
 * vtd_unit_block_failed - block all failed devices of a unit
 * @unit: the unit
 *
 * Context: process context; the unit's mutex is held.
 */
void vtd_unit_block_failed(struct vtd_unit *unit)
{
	struct vtd_device *edev;
	unsigned long sid;
	bool again;

	lockdep_assert_held(&unit->lock);

	/* While one device is blocked another can fail; each is blocked once */
	do {
		again = false;
		xa_for_each(&unit->devices, sid, edev) {
			if (test_bit(VTD_DEV_FAILED, &edev->state)) {
				vtd_device_block(edev);
				again = true;
			}
		}
	} while (again);
}

/**
 * vtd_device_mark_failed - a device may hold stale translations
 * @edev: the device. If it is blocked it gets no mark, since it forgets everything
 *	before it comes back
 *
 * Context: any.
 */
void vtd_device_mark_failed(struct vtd_device *edev)
{
	if (!test_bit(VTD_DEV_BLOCKED, &edev->state))
		set_bit(VTD_DEV_FAILED, &edev->state);
}

/**
 * vtd_device_block_now - block a device, whatever the hardware still has of it
 * @edev: the device, which the recovery brings back by itself
 *
 * Context: process context; the unit's mutex is held.
 */
void vtd_device_block_now(struct vtd_device *edev)
{
	vtd_device_mark_failed(edev);
	vtd_unit_block_failed(edev->unit);
}

/**
 * vtd_unit_failed - devices of a unit were marked as failed
 * @unit: the unit
 * @atomic: the caller cannot sleep: the recovery blocks them soon
 *
 * Context: any if @atomic; else process context without the unit's mutex.
 */
void vtd_unit_failed(struct vtd_unit *unit, bool atomic)
{
	if (atomic) {
		vtd_unit_kick(unit);
		return;
	}
	guard(mutex)(&unit->lock);
	vtd_unit_block_failed(unit);
}

/**
 * vtd_device_unblock - try to bring a blocked device back
 * @edev: the device
 *
 * The top of this file explains the order.
 *
 * Context: process context; the unit's mutex is held.
 * Return: 0, or -EIO or -ETIMEDOUT with the device still blocked
 */
int vtd_device_unblock(struct vtd_device *edev)
{
	struct vtd_unit *unit = edev->unit;
	unsigned long began = jiffies;
	struct vtd_qi_batch batch;
	int ret;

	edev->skipped = false;
	set_bit(VTD_DEV_REVIVING, &edev->state);
	clear_bit(VTD_DEV_BLOCKED, &edev->state);
	/* Pairs with the barrier between a change of tables and its flush */
	smp_mb__after_atomic();

	vtd_qi_begin(&batch, unit, false);
	vtd_add_context_flush(&batch, edev);
	ret = vtd_qi_flush(&batch);
	if (!ret && edev->ats_depth) {
		vtd_add_devtlb_all(&batch, edev);
		ret = vtd_qi_flush(&batch);
	}
	if (!ret && vtd_device_failed(edev))
		ret = -ETIMEDOUT;
	/* If the queue is stuck the reset counts the time */
	if (!unit->qi.ring.stuck)
		vtd_ask_later(unit, jiffies - began);
	if (ret) {
		vtd_retry_later_still(&edev->retry, began);
		vtd_device_set_blocked(edev);
		return ret;
	}

	edev->retry.at = jiffies;
	vtd_context_set(edev);
	if (vtd_must_flush_new(unit)) {
		vtd_add_context_flush(&batch, edev);
		ret = vtd_qi_flush(&batch);
		if (ret) {
			vtd_device_block(edev);
			return ret;
		}
	}
	clear_bit(VTD_DEV_REVIVING, &edev->state);
	dev_info_ratelimited(edev->dev, "DMA is possible again\n");
	return 0;
}
