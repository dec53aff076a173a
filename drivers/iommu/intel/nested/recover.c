// SPDX-License-Identifier: GPL-2.0-only
/*
 * When the hardware does not answer
 *
 * A device that may hold translations it should not have is blocked as a whole:
 * its context entry is made not present, with which the unit aborts requests
 * and translated requests alike. A unit whose queue is stuck gets it reset. What
 * was in the queue is lost, so that all caches are invalidated with it. If the
 * queue stays dead, setting the root table pointer makes the unit forget what it
 * has cached without it.
 *
 * Nothing here waits without bound, and nothing is tried again by itself: the
 * next attach does.
 */
#include <linux/device.h>

#include <linux/iommu-nested/cmd_ring_recover.h>

#include "nested.h"

static void add_devtlb_all(struct vtd_qi_batch *batch,
			   const struct vtd_device *vdev)
{
	u16 pfsid = vtd_pfsid(vdev);

	batch->cmds.devtlb = true;
	vtd_qi_add(batch, vtd_desc_devtlb(vdev->sid, pfsid, vdev->ats_depth, 0,
					  VTD_AM_ALL));
	if (vdev->pasid_bits)
		vtd_qi_add(batch, vtd_desc_pdevtlb_all(vdev->sid, pfsid,
						       vdev->ats_depth));
}

/**
 * vtd_unit_flush_all - invalidate all caches of a unit
 * @unit: the unit
 *
 * The order is that of the structures: what is found through another cache must
 * go after it.
 *
 * Context: process context.
 * Return: 0, -EIO or -ETIMEDOUT
 */
int vtd_unit_flush_all(struct vtd_unit *unit)
{
	struct vtd_qi_batch batch;

	vtd_qi_begin(&batch, unit, false);
	vtd_qi_add(&batch, vtd_desc_cc_global());
	vtd_qi_add(&batch, vtd_desc_pc_global());
	vtd_qi_add(&batch, vtd_desc_iotlb_global(vtd_drain(unit)));
	return vtd_qi_flush(&batch);
}

/* Those that do not answer are marked as failed by the queue */
static int flush_devices(struct vtd_unit *unit)
{
	struct vtd_qi_batch batch;
	struct vtd_device *vdev;
	unsigned long sid;

	vtd_qi_begin(&batch, unit, false);
	xa_for_each(&unit->devices, sid, vdev)
		if (vdev->ats_depth && !READ_ONCE(vdev->state))
			add_devtlb_all(&batch, vdev);
	return vtd_qi_flush(&batch);
}

/*
 * The queue is dead, and the caches still have what the tables have no more.
 * With CAP.ESRTPS a unit forgets all when it is given a root table, the same
 * again (11.4.4.1); devices that are not blocked go on. Else all DMA is aborted
 * until the queue comes back, where the unit can do that.
 */
static void unit_forget(struct vtd_unit *unit)
{
	int ret = -EOPNOTSUPP;

	if (unit->cap & VTD_CAP_ESRTPS) {
		ret = vtd_set_root(unit, VTD_TTM_SCALABLE);
	} else if (unit->ecap & VTD_ECAP_ADMS) {
		ret = vtd_set_root(unit, VTD_TTM_ABORT_DMA);
		unit->aborting = true;
	}
	dev_err_ratelimited(unit->dev, "the invalidation queue is dead, %s\n",
			    ret ? "stale translations may be in use" :
			    unit->aborting ? "all DMA is aborted" :
			    "caches are empty nevertheless");
}

static int unit_restart(struct vtd_unit *unit)
{
	int ret;

	ret = vtd_qi_reset(unit) ?: vtd_unit_flush_all(unit);
	if (!ret && unit->aborting) {
		ret = vtd_set_root(unit, VTD_TTM_SCALABLE) ?:
		      vtd_unit_flush_all(unit);
		unit->aborting = ret;
	}
	if (ret)
		return ret;
	cmd_ring_settle(&unit->qi.ring, CMD_OWED_DEVTLB);
	ret = flush_devices(unit);
	if (!ret)
		cmd_ring_settle(&unit->qi.ring, CMD_OWED_NONE);
	return ret;
}

static int unit_reset(struct vtd_unit *unit)
{
	int ret;

	dev_warn_ratelimited(unit->dev, "resetting the invalidation queue\n");
	ret = unit_restart(unit);
	if (ret) {
		unit_forget(unit);
		cmd_ring_fail(&unit->qi.ring);
	}
	return ret;
}

static void device_block(struct vtd_device *vdev)
{
	struct vtd_unit *unit = vdev->unit;
	struct vtd_qi_batch batch;

	set_bit(VTD_DEV_BLOCKED, &vdev->state);
	clear_bit(VTD_DEV_FAILED, &vdev->state);
	vtd_context_clear(vdev);
	dev_err_ratelimited(vdev->dev, "all DMA is blocked\n");

	vtd_qi_begin(&batch, unit, false);
	vtd_add_context_flush(&batch, vdev);
	if (vtd_qi_flush(&batch))
		unit_reset(unit);
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
 * vtd_unit_failed - devices of a unit were marked as failed
 * @unit: the unit
 * @atomic: the caller cannot sleep: it happens soon
 *
 * Context: any if @atomic; else process context without the unit's mutex.
 */
void vtd_unit_failed(struct vtd_unit *unit, bool atomic)
{
	if (atomic) {
		schedule_work(&unit->fail_work);
		return;
	}
	guard(mutex)(&unit->lock);
	vtd_unit_block_failed(unit);
}

/**
 * vtd_fail_work - the work of vtd_unit_failed() when it could not sleep
 * @work: in the unit
 */
void vtd_fail_work(struct work_struct *work)
{
	vtd_unit_failed(container_of(work, struct vtd_unit, fail_work), false);
}

static int device_unblock(struct vtd_device *vdev)
{
	struct vtd_unit *unit = vdev->unit;
	struct vtd_qi_batch batch;
	int ret;

	vtd_qi_begin(&batch, unit, false);
	if (vdev->ats_depth)
		add_devtlb_all(&batch, vdev);
	ret = vtd_qi_flush(&batch);
	if (test_and_clear_bit(VTD_DEV_FAILED, &vdev->state))
		ret = ret ?: -ETIMEDOUT;
	if (ret)
		return ret;

	vtd_context_set(vdev);
	if (vtd_must_flush_new(unit)) {
		vtd_add_context_flush(&batch, vdev);
		ret = vtd_qi_flush(&batch);
		if (ret) {
			vtd_context_clear(vdev);
			return ret;
		}
	}
	clear_bit(VTD_DEV_BLOCKED, &vdev->state);
	dev_info_ratelimited(vdev->dev, "DMA is possible again\n");
	return 0;
}

/**
 * vtd_device_recover - bring a device back that was blocked
 * @vdev: the device, or its unit, has failed
 *
 * Context: process context; the unit's mutex is held.
 * Return: 0, or -EIO or -ETIMEDOUT with the device still blocked
 */
int vtd_device_recover(struct vtd_device *vdev)
{
	struct vtd_unit *unit = vdev->unit;
	int ret = 0;

	lockdep_assert_held(&unit->lock);

	vtd_unit_block_failed(unit);
	if (unit->qi.ring.stuck) {
		ret = unit_reset(unit);
		vtd_unit_block_failed(unit);
	}
	if (!ret && test_bit(VTD_DEV_BLOCKED, &vdev->state))
		ret = device_unblock(vdev);
	return ret;
}
