// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocking devices that do not answer, and bringing them back
 *
 * A device that may hold stale translations is blocked as a whole: its stream table
 * entries abort. When no cache has anything else of the entries, the device is marked
 * as out, and nobody needs to ask it to forget anything.
 *
 * A thread that invalidates takes no lock, and leaves out a device that has a mark:
 *
 *	change the tables;	smp_mb();
 *	invalidate the TLB, and wait for it;
 *	if the device has no mark: have it invalidate its ATC, and wait for it
 *
 * and the thread that brings the device back goes the other way round:
 *
 *	take the marks away;	smp_mb();
 *	invalidate its configuration and its translations, and wait for that;
 *	have it invalidate all of its ATC, and wait for it;
 *	make its entries present
 *
 * If two threads do so at once, at least one of them sees what the other has written.
 * If the first sees no mark it has the ATC invalidated itself. If it sees a mark, its
 * change was in the tables, and the TLB had forgotten what was there before, before
 * the second invalidated anything: what the device finds when its entries are present
 * is the tables as they are after the change.
 *
 * Any other mark says that the device will be out soon. A thread that has seen such a
 * mark does not return before the device is out, or was brought back as above, see
 * smmu3_finish().
 *
 * A device that was torn out has nothing stale, whatever its marks are: nobody has it
 * invalidate anything, or waits until it is out. If it is out it stays so.
 */
#include <linux/device.h>
#include <linux/jiffies.h>

#include "arm_smmu_v3_nested.h"
#include "domain.h"
#include "flush.h"
#include "queue.h"
#include "recover.h"
#include "tables.h"

/* A device that fails again so soon, in ms, is not asked at once */
#define RELAPSE		60000

static bool smmu3_marked(const struct smmu3_device *sdev)
{
	unsigned long state = READ_ONCE(sdev->state);

	return state & BIT(SMMU3_DEV_FAILED) ||
	       (state && !(state & BIT(SMMU3_DEV_OUT)));
}

/* The work asks the device soon; an attach may at once, if it has worked for some time */
static void smmu3_first_try(struct smmu3_device *sdev)
{
	unsigned long relapse = sdev->back + msecs_to_jiffies(RELAPSE);

	/* It was blocked for want of time: as far as anybody knows it works */
	if (sdev->skipped) {
		sdev->skipped = false;
		sdev->retry = jiffies;
		return;
	}
	if (sdev->backoff && time_before(jiffies, relapse))
		sdev->backoff = smmu3_backoff(sdev->backoff, 0);
	else
		sdev->backoff = 0;
	sdev->retry = jiffies + msecs_to_jiffies(max(sdev->backoff,
						     BACKOFF_FIRST_MS));
}

static int smmu3_device_block(struct smmu3_device *sdev)
{
	struct smmu3_unit *unit = sdev->unit;
	struct smmu3_batch batch;
	int ret = 0;

	if (!test_bit(SMMU3_DEV_BLOCKED, &sdev->state)) {
		set_bit(SMMU3_DEV_BLOCKED, &sdev->state);
		smmu3_first_try(sdev);
		/* It comes back without being asked for */
		smmu3_recover_soon(unit);
		dev_err_ratelimited(sdev->dev, "all DMA is blocked\n");
	}
	clear_bit(SMMU3_DEV_FAILED, &sdev->state);
	if (sdev->ats_on)
		smmu3_ats_stop(sdev);
	WRITE_ONCE(sdev->ats_on, false);
	smmu3_device_abort(sdev);

	/* A unit that aborts everything forgets everything before it translates again */
	if (!unit->aborts) {
		smmu3_batch_begin(&batch, unit, false);
		smmu3_add_cfgi(&batch, sdev);
		ret = smmu3_batch_flush(&batch);
	}
	if (!ret)
		set_bit(SMMU3_DEV_OUT, &sdev->state);
	return ret;
}

/**
 * smmu3_block_marked - block all devices of a unit that are marked
 * @unit: the unit
 *
 * Context: process context; the unit's mutex is held.
 * Return: 0; -EIO or -ETIMEDOUT if the unit has forgotten nothing
 */
int smmu3_block_marked(struct smmu3_unit *unit)
{
	struct smmu3_device *sdev;
	int err, ret = 0;
	bool again;

	lockdep_assert_held(&unit->lock);

	/*
	 * While one device is blocked another can fail; each is blocked once. If the
	 * unit does not take it for one of them, the entries of the others are to
	 * abort nevertheless.
	 */
	do {
		again = false;
		list_for_each_entry(sdev, &unit->devices, node) {
			if (!smmu3_marked(sdev))
				continue;
			/* It was blocked while it was asked whether it works */
			if (test_bit(SMMU3_DEV_OUT, &sdev->state)) {
				clear_bit(SMMU3_DEV_FAILED, &sdev->state);
				continue;
			}
			err = smmu3_device_block(sdev);
			ret = ret ?: err;
			again = true;
		}
	} while (again && !ret);
	return ret;
}

static bool smmu3_is_own(const struct smmu3_attach *att)
{
	return att && att->paging && !att->viommu &&
	       smmu3_is_atomic(att->paging);
}

/**
 * smmu3_device_own - is a device the kernel's own?
 * @sdev: the device
 *
 * Context: process context; the unit's mutex is held.
 * Return: true if it is
 */
bool smmu3_device_own(struct smmu3_device *sdev)
{
	struct smmu3_attach *att;
	unsigned long pasid;

	if (smmu3_is_own(sdev->rid))
		return true;
	xa_for_each(&sdev->pasids, pasid, att)
		if (smmu3_is_own(att))
			return true;
	return false;
}

/**
 * smmu3_device_due - when may a blocked device be asked?
 * @sdev: the device
 * @retry: not before that, in jiffies
 *
 * Context: process context; the unit's mutex is held.
 * Return: when, in jiffies
 */
unsigned long smmu3_device_due(struct smmu3_device *sdev, unsigned long retry)
{
	unsigned long after = READ_ONCE(sdev->unit->ask.after);

	if (sdev->ats_able && !smmu3_device_own(sdev) &&
	    time_after(after, retry))
		return after;
	return retry;
}

/**
 * smmu3_next_due - which of the blocked devices of a unit is to be asked first?
 * @unit: the unit
 *
 * If several may be asked at the same time, it is the one that has waited longest. One
 * that was torn out is never asked.
 *
 * Context: process context; the unit's mutex is held.
 * Return: the device, or NULL if there is none
 */
struct smmu3_device *smmu3_next_due(struct smmu3_unit *unit)
{
	struct smmu3_device *sdev, *next = NULL;
	unsigned long due, first = 0;

	lockdep_assert_held(&unit->lock);

	list_for_each_entry(sdev, &unit->devices, node) {
		if (!test_bit(SMMU3_DEV_OUT, &sdev->state) ||
		    smmu3_device_unplugged(sdev))
			continue;
		due = smmu3_device_due(sdev, sdev->retry);
		if (!next || time_before(due, first) ||
		    (due == first && time_before(sdev->retry, next->retry))) {
			next = sdev;
			first = due;
		}
	}
	return next;
}

/* Forget all translations that there may be for a device */
static void smmu3_add_tags(struct smmu3_batch *batch, struct smmu3_device *sdev)
{
	struct smmu3_attach *att;
	unsigned long pasid;

	if (sdev->rid)
		smmu3_add_tag(batch, sdev->rid);
	xa_for_each(&sdev->pasids, pasid, att)
		smmu3_add_tag(batch, att);
}

static int smmu3_device_forget(struct smmu3_device *sdev)
{
	struct smmu3_batch batch;
	int ret;

	smmu3_batch_begin(&batch, sdev->unit, false);
	smmu3_add_cfgi(&batch, sdev);
	smmu3_batch_add(&batch, smmu3_cmd_sync());
	smmu3_add_tags(&batch, sdev);
	ret = smmu3_batch_flush(&batch);
	if (!ret && sdev->ats_able) {
		smmu3_add_atc_all(&batch, sdev);
		ret = smmu3_batch_flush(&batch);
	}
	if (!ret && smmu3_device_failed(sdev))
		ret = -ETIMEDOUT;
	return ret;
}

static int smmu3_device_try(struct smmu3_device *sdev)
{
	int ret;

	/* With this mark nobody takes it for back before it is */
	set_bit(SMMU3_DEV_ASKED, &sdev->state);
	clear_bit(SMMU3_DEV_FAILED, &sdev->state);
	clear_bit(SMMU3_DEV_BLOCKED, &sdev->state);
	clear_bit(SMMU3_DEV_OUT, &sdev->state);
	/* Pairs with the barrier of a thread that invalidates: see the top */
	smp_mb();

	ret = smmu3_device_forget(sdev);
	if (ret) {
		/* Its entries abort, and have done so all the time */
		set_bit(SMMU3_DEV_OUT, &sdev->state);
		set_bit(SMMU3_DEV_BLOCKED, &sdev->state);
		clear_bit(SMMU3_DEV_FAILED, &sdev->state);
		clear_bit(SMMU3_DEV_ASKED, &sdev->state);
		return ret;
	}
	ret = smmu3_device_update(sdev, sdev->rid);
	clear_bit(SMMU3_DEV_ASKED, &sdev->state);
	if (ret) {
		set_bit(SMMU3_DEV_FAILED, &sdev->state);
		smmu3_unit_block_failed(sdev->unit);
		return ret;
	}
	dev_info_ratelimited(sdev->dev, "DMA is possible again\n");
	return 0;
}

/**
 * smmu3_device_unblock - try to bring a blocked device back
 * @sdev: the device, which is out
 *
 * What is attached to it is in its entries again. If it does not answer the
 * next try is put off.
 *
 * Context: process context; the unit's mutex is held.
 * Return: 0; -EIO or -ETIMEDOUT with the device still blocked
 */
int smmu3_device_unblock(struct smmu3_device *sdev)
{
	unsigned long start = jiffies;
	int ret;

	lockdep_assert_held(&sdev->unit->lock);

	ret = smmu3_device_try(sdev);
	if (ret) {
		sdev->backoff = smmu3_backoff(sdev->backoff,
					      jiffies_to_msecs(jiffies - start));
		sdev->retry = jiffies + msecs_to_jiffies(sdev->backoff);
	} else {
		sdev->back = jiffies;
		/* Not zero: the next time may be a relapse */
		sdev->backoff = max(sdev->backoff, 1);
	}
	return ret;
}
