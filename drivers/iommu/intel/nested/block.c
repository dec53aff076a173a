// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices that do not answer: out, and in again
 *
 * A device that may hold translations it should not have is blocked as a whole:
 * its context entry is made not present, with which the unit aborts requests
 * and translated requests alike.
 *
 * Who flushes changes the tables, and after a full barrier reads the marks of a
 * device to see whether its device-TLB is to be asked:
 *
 * none		He asks.
 * FAILED	He does not, for it may take a minute. He does not return either,
 *		before he has seen the device blocked: see vtd_finish().
 * BLOCKED	The hardware cannot translate for the device: there is nothing
 *		to ask.
 *
 * So a device is BLOCKED only when its context entry is not present and no cache
 * has it any more, and FAILED until then. When it comes back the marks go first.
 * A full barrier later the IOTLB, the paging-structure caches and the whole
 * device-TLB are invalidated, and the entry is made present last. Who still saw
 * a mark read it before that barrier, so his change of the tables, which is in
 * front of his own, is seen by all that is looked up after the invalidation: he
 * has left nothing stale. Who saw none has asked.
 */
#include <linux/device.h>

#include "nested.h"
#include "retry.h"

/* It is blocked: no cache has its context entry */
static void device_set_blocked(struct vtd_device *vdev)
{
	/* The hardware is done with it, and then the mark is seen */
	smp_mb__before_atomic();
	set_bit(VTD_DEV_BLOCKED, &vdev->state);
	/* In no moment it has neither mark */
	clear_bit(VTD_DEV_FAILED, &vdev->state);
	clear_bit(VTD_DEV_REVIVING, &vdev->state);
	vtd_unit_kick(vdev->unit);
}

static void device_block(struct vtd_device *vdev)
{
	struct vtd_unit *unit = vdev->unit;
	struct vtd_qi_batch batch;

	vtd_context_clear(vdev);
	vtd_qi_begin(&batch, unit, false);
	vtd_add_context_flush(&batch, vdev);
	if (vtd_qi_flush(&batch))
		vtd_unit_reset_or_forget(unit);
	dev_err_ratelimited(vdev->dev, "all DMA is blocked\n");
	vtd_retry_failed(&vdev->retry);
	device_set_blocked(vdev);
}

/**
 * vtd_unit_block_failed - block all failed devices of a unit
 * @unit: the unit
 *
 * Context: process context; the unit's mutex is held.
 */
void vtd_unit_block_failed(struct vtd_unit *unit)
{
	struct vtd_device *vdev;
	unsigned long sid;
	bool again;

	lockdep_assert_held(&unit->lock);

	/* Blocking one can find another: each is blocked once */
	do {
		again = false;
		xa_for_each(&unit->devices, sid, vdev) {
			if (test_bit(VTD_DEV_FAILED, &vdev->state)) {
				device_block(vdev);
				again = true;
			}
		}
	} while (again);
}

/**
 * vtd_device_mark_failed - a device may hold stale translations
 * @vdev: the device. One that is blocked forgets everything before it comes back
 *
 * Context: any.
 */
void vtd_device_mark_failed(struct vtd_device *vdev)
{
	if (!test_bit(VTD_DEV_BLOCKED, &vdev->state))
		set_bit(VTD_DEV_FAILED, &vdev->state);
}

/**
 * vtd_device_block_now - block a device, whatever the hardware still has of it
 * @vdev: the device, which comes back by itself
 *
 * Context: process context; the unit's mutex is held.
 */
void vtd_device_block_now(struct vtd_device *vdev)
{
	vtd_device_mark_failed(vdev);
	vtd_unit_block_failed(vdev->unit);
}

/**
 * vtd_unit_failed - devices of a unit were marked as failed
 * @unit: the unit
 * @atomic: the caller cannot sleep: it happens soon
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
 * @vdev: the device
 *
 * See the top of this file for the order.
 *
 * Context: process context; the unit's mutex is held.
 * Return: 0, or -EIO or -ETIMEDOUT with the device still blocked
 */
int vtd_device_unblock(struct vtd_device *vdev)
{
	struct vtd_unit *unit = vdev->unit;
	unsigned long began = jiffies;
	struct vtd_qi_batch batch;
	int ret;

	vdev->skipped = false;
	set_bit(VTD_DEV_REVIVING, &vdev->state);
	clear_bit(VTD_DEV_BLOCKED, &vdev->state);
	/* Pairs with the barrier between a change of tables and its flush */
	smp_mb__after_atomic();

	vtd_qi_begin(&batch, unit, false);
	vtd_add_context_flush(&batch, vdev);
	ret = vtd_qi_flush(&batch);
	if (!ret && vdev->ats_depth) {
		vtd_add_devtlb_all(&batch, vdev);
		ret = vtd_qi_flush(&batch);
	}
	if (!ret && test_bit(VTD_DEV_FAILED, &vdev->state))
		ret = -ETIMEDOUT;
	/* Else that is for the reset to count */
	if (!unit->qi.ring.stuck)
		vtd_ask_later(unit, jiffies - began);
	if (ret) {
		vtd_retry_later_still(&vdev->retry, began);
		device_set_blocked(vdev);
		return ret;
	}

	vdev->retry.at = jiffies;
	vtd_context_set(vdev);
	if (vtd_must_flush_new(unit)) {
		vtd_add_context_flush(&batch, vdev);
		ret = vtd_qi_flush(&batch);
		if (ret) {
			device_block(vdev);
			return ret;
		}
	}
	clear_bit(VTD_DEV_REVIVING, &vdev->state);
	dev_info_ratelimited(vdev->dev, "DMA is possible again\n");
	return 0;
}
