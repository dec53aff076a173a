// SPDX-License-Identifier: GPL-2.0-only
/*
 * When the hardware does not answer
 *
 * A device that may hold translations it should not have is blocked as a whole:
 * its stream table entries abort. A unit whose command queue is stuck gets it reset.
 * What was in the queue is lost, so that all caches are invalidated with it. If the
 * queue stays dead, translation is switched off, and with GBPA.ABORT all DMA
 * through the unit is aborted.
 *
 * Nothing here waits without bound, and nothing is tried again by itself: the
 * next attach does.
 */
#include <linux/device.h>

#include "nested.h"

/**
 * smmu3_unit_flush_all - invalidate all caches of a unit
 * @unit: the unit
 *
 * Context: process context.
 * Return: 0, -EIO or -ETIMEDOUT
 */
int smmu3_unit_flush_all(struct smmu3_unit *unit)
{
	struct smmu3_batch batch;

	smmu3_batch_begin(&batch, unit, false);
	smmu3_batch_add(&batch, smmu3_cmd_cfgi_all());
	/* What is not cached any more must not make new translations */
	smmu3_batch_add(&batch, smmu3_cmd_sync());
	if (unit->idr[0] & SMMU_IDR0_HYP)
		smmu3_batch_add(&batch, smmu3_cmd_tlbi_el2_all());
	smmu3_batch_add(&batch, smmu3_cmd_tlbi_nsnh_all());
	return smmu3_batch_flush(&batch);
}

/* Those that do not answer are marked as failed by the queue */
static int flush_devices(struct smmu3_unit *unit)
{
	struct smmu3_batch batch;
	struct smmu3_device *sdev;

	smmu3_batch_begin(&batch, unit, false);
	list_for_each_entry(sdev, &unit->devices, node)
		if (sdev->ats_on && !READ_ONCE(sdev->state))
			smmu3_add_atc_all(&batch, sdev);
	return smmu3_batch_flush(&batch);
}

static int unit_restart(struct smmu3_unit *unit)
{
	int ret;

	ret = smmu3_cmdq_reset(unit) ?: smmu3_unit_flush_all(unit);
	if (!ret && unit->dead) {
		ret = smmu3_hw_resume(unit);
		unit->dead = ret;
	}
	return ret ?: flush_devices(unit);
}

static int unit_reset(struct smmu3_unit *unit)
{
	int ret;

	dev_warn_ratelimited(unit->dev, "resetting the command queue\n");
	ret = unit_restart(unit);
	if (!ret)
		return 0;

	unit->dead = true;
	if (smmu3_hw_abort(unit))
		dev_err_ratelimited(unit->dev, "the unit is dead, stale translations may be in use\n");
	else
		dev_err_ratelimited(unit->dev, "the command queue is dead, all DMA is aborted\n");
	return ret;
}

static void device_block(struct smmu3_device *sdev)
{
	struct smmu3_unit *unit = sdev->unit;
	struct smmu3_batch batch;

	set_bit(SMMU3_DEV_BLOCKED, &sdev->state);
	clear_bit(SMMU3_DEV_FAILED, &sdev->state);
	clear_bit(SMMU3_DEV_SUSPECT, &sdev->state);
	WRITE_ONCE(sdev->untold, 1);
	if (sdev->ats_on)
		smmu3_ats_stop(sdev);
	sdev->ats_on = false;
	smmu3_device_abort(sdev);
	dev_err_ratelimited(sdev->dev, "all DMA is blocked\n");

	smmu3_batch_begin(&batch, unit, false);
	smmu3_add_cfgi(&batch, sdev);
	if (smmu3_batch_flush(&batch))
		unit_reset(unit);
}

/* It fails alone, or it has forgotten all that it was to forget */
static void device_ask_again(struct smmu3_device *sdev)
{
	struct smmu3_batch batch;

	if (!sdev->ats_on)
		return;
	smmu3_batch_begin(&batch, sdev->unit, false);
	/* Only what is asked from here on can be its fault */
	smmu3_batch_add(&batch, smmu3_cmd_sync());
	smmu3_add_atc_all(&batch, sdev);
	if (smmu3_batch_flush(&batch))
		set_bit(SMMU3_DEV_FAILED, &sdev->state);
}

/**
 * smmu3_unit_block_failed - block all failed devices of a unit
 * @unit: the unit
 *
 * Context: process context; the unit's mutex is held.
 */
void smmu3_unit_block_failed(struct smmu3_unit *unit)
{
	struct smmu3_device *sdev;
	bool again;

	lockdep_assert_held(&unit->lock);

	/* Blocking one can find another: each is blocked once */
	do {
		again = false;
		list_for_each_entry(sdev, &unit->devices, node) {
			if (test_and_clear_bit(SMMU3_DEV_SUSPECT,
					       &sdev->state))
				device_ask_again(sdev);
			if (!test_bit(SMMU3_DEV_FAILED, &sdev->state))
				continue;
			device_block(sdev);
			again = true;
		}
	} while (again);
}

/**
 * smmu3_unit_failed - devices of a unit were marked as failed
 * @unit: the unit
 * @atomic: the caller cannot sleep: it happens soon
 *
 * Context: any if @atomic; else process context without the unit's mutex.
 */
void smmu3_unit_failed(struct smmu3_unit *unit, bool atomic)
{
	if (atomic) {
		schedule_work(&unit->fail_work);
		return;
	}
	guard(mutex)(&unit->lock);
	smmu3_unit_block_failed(unit);
}

/**
 * smmu3_fail_work - the work of smmu3_unit_failed() when it could not sleep
 * @work: in the unit
 */
void smmu3_fail_work(struct work_struct *work)
{
	smmu3_unit_failed(container_of(work, struct smmu3_unit, fail_work),
			  false);
}

static int device_unblock(struct smmu3_device *sdev)
{
	struct smmu3_batch batch;
	int ret;

	smmu3_batch_begin(&batch, sdev->unit, false);
	smmu3_add_cfgi(&batch, sdev);
	if (sdev->ats_able) {
		smmu3_batch_add(&batch, smmu3_cmd_sync());
		smmu3_add_atc_all(&batch, sdev);
	}
	ret = smmu3_batch_flush(&batch);
	/* Who else has something in front of the same CMD_SYNC does not matter */
	if (test_and_clear_bit(SMMU3_DEV_FAILED, &sdev->state) |
	    test_and_clear_bit(SMMU3_DEV_SUSPECT, &sdev->state))
		ret = ret ?: -ETIMEDOUT;
	if (ret)
		return ret;

	clear_bit(SMMU3_DEV_BLOCKED, &sdev->state);
	WRITE_ONCE(sdev->untold, 0);
	ret = smmu3_device_update(sdev, sdev->rid);
	if (ret) {
		set_bit(SMMU3_DEV_BLOCKED, &sdev->state);
		smmu3_device_abort(sdev);
		return ret;
	}
	dev_info_ratelimited(sdev->dev, "DMA is possible again\n");
	return 0;
}

/**
 * smmu3_device_recover - bring a device back that was blocked
 * @sdev: the device, which has failed, or whose unit has
 *
 * Context: process context; the unit's mutex is held.
 * Return: 0, or -EIO or -ETIMEDOUT with the device still blocked
 */
int smmu3_device_recover(struct smmu3_device *sdev)
{
	struct smmu3_unit *unit = sdev->unit;
	int ret = 0;

	lockdep_assert_held(&unit->lock);

	smmu3_unit_block_failed(unit);
	if (unit->cmdq.ring.stuck) {
		ret = unit_reset(unit);
		smmu3_unit_block_failed(unit);
	}
	if (!ret && test_bit(SMMU3_DEV_BLOCKED, &sdev->state))
		ret = device_unblock(sdev);
	return ret;
}
