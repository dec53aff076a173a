// SPDX-License-Identifier: GPL-2.0-only
/*
 * When the hardware does not answer
 *
 * A unit whose command queue stands still for longer than it may gets it reset.
 * What was in the queue is lost, so that all caches are invalidated with it: those
 * who wait for that then have what they wanted. The device that the queue stood
 * still for, if there is one, is blocked, see block.c; the others go on. If the
 * queue stays dead, translation is switched off, and with GBPA.ABORT all DMA
 * through the unit is aborted: no less is safe, for nothing can be forgotten.
 *
 * Nothing here waits without bound, and nothing needs to be asked for: what does
 * not answer is tried again after a time that doubles, and has what is attached to
 * it when it does.
 */
#include <linux/device.h>
#include <linux/jiffies.h>

#include "../../nested/cmd_ring_recover.h"
#include "cmdq.h"

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

/* A recovery that may ask every device once */
static void smmu3_begin_asking(struct smmu3_unit *unit)
{
	struct smmu3_device *sdev;

	unit->ask.spent_us = 0;
	unit->ask.silent_us = 0;
	list_for_each_entry(sdev, &unit->devices, node)
		sdev->asked = false;
}

static int smmu3_ask_device(struct smmu3_device *sdev)
{
	struct smmu3_batch batch;
	int ret;

	smmu3_batch_begin(&batch, sdev->unit, false);
	smmu3_add_atc_all(&batch, sdev);
	ret = smmu3_batch_flush(&batch);
	sdev->asked = !ret && !READ_ONCE(sdev->state);
	return ret;
}

static void smmu3_count_time(struct smmu3_device *sdev, ktime_t start)
{
	struct smmu3_ask *ask = &sdev->unit->ask;
	s64 us = ktime_us_delta(ktime_get(), start);

	ask->spent_us += us;
	if (!sdev->asked)
		ask->silent_us += us;
}

/* Who is slow and answers is as good as any other, within reason */
static bool smmu3_out_of_time(const struct smmu3_unit *unit)
{
	return unit->ask.silent_us >= unit->timeout_us ||
	       unit->ask.spent_us >= unit->devtlb_timeout_us;
}

static int smmu3_ask_devices(struct smmu3_unit *unit, bool own)
{
	struct smmu3_device *sdev;
	ktime_t start;
	int ret;

	list_for_each_entry(sdev, &unit->devices, node) {
		if (!sdev->ats_on || READ_ONCE(sdev->state) || sdev->asked ||
		    smmu3_device_own(sdev) != own)
			continue;
		if (!own && smmu3_out_of_time(unit)) {
			sdev->skipped = true;
			set_bit(SMMU3_DEV_FAILED, &sdev->state);
			continue;
		}
		start = ktime_get();
		ret = smmu3_ask_device(sdev);
		if (!own)
			smmu3_count_time(sdev, start);
		if (ret)
			return ret;
	}
	return 0;
}

/*
 * Those that do not answer are marked as failed, and blocked. What has answered in
 * this recovery is not asked again if that has to begin anew: its ATC was emptied
 * when the unit had forgotten what was lost.
 *
 * The kernel's own come first. When others were silent for longer than a unit may
 * be, or have taken as long as one device may, those that are left are not asked:
 * they are blocked, and come back when there is time for them, for the unit's mutex
 * is held and everybody waits.
 */
static int smmu3_flush_devices(struct smmu3_unit *unit, bool others)
{
	int ret = smmu3_ask_devices(unit, true);

	if (!ret && others)
		ret = smmu3_ask_devices(unit, false);
	return ret ?: smmu3_block_marked(unit);
}

/* With @others their ATCs, too */
static int smmu3_unit_forget(struct smmu3_unit *unit, bool others)
{
	int ret;

	ret = smmu3_unit_flush_all(unit);
	if (ret)
		return ret;
	smmu3_tags_forgotten(unit);
	cmd_ring_settle(&unit->cmdq.ring, CMD_OWED_DEVTLB);
	ret = smmu3_block_marked(unit) ?: smmu3_flush_devices(unit, others);
	if (ret)
		return ret;
	cmd_ring_settle(&unit->cmdq.ring, CMD_OWED_NONE);
	return 0;
}

/*
 * The unit has aborted everything, and may again do so. Nobody has asked devices
 * to forget anything meanwhile: they come back one by one.
 */
static int smmu3_unit_resume(struct smmu3_unit *unit)
{
	struct smmu3_device *sdev;
	int ret;

	list_for_each_entry(sdev, &unit->devices, node) {
		if (sdev->ats_on)
			set_bit(SMMU3_DEV_FAILED, &sdev->state);
	}
	ret = smmu3_block_marked(unit) ?: smmu3_unit_flush_all(unit);
	if (ret)
		return ret;
	WRITE_ONCE(unit->aborts, false);
	ret = smmu3_hw_resume(unit);
	if (ret)
		return ret;
	unit->dead = false;
	list_for_each_entry(sdev, &unit->devices, node) {
		sdev->backoff = 0;
		sdev->retry = jiffies;
	}
	return 0;
}

static int smmu3_unit_restart(struct smmu3_unit *unit)
{
	int ret;

	ret = smmu3_cmdq_reset(unit);
	if (!ret && unit->dead)
		ret = smmu3_unit_resume(unit);
	return ret ?: smmu3_unit_forget(unit, true);
}

static void smmu3_unit_die(struct smmu3_unit *unit)
{
	unit->dead = true;
	WRITE_ONCE(unit->aborts, !smmu3_hw_abort(unit));
	if (unit->aborts) {
		dev_err_ratelimited(unit->dev, "the command queue is dead, all DMA is aborted\n");
		smmu3_pages_off(unit);
	} else {
		dev_err_ratelimited(unit->dev, "the unit is dead, stale translations may be in use\n");
		smmu3_pages_failed(unit);
	}
	smmu3_block_marked(unit);
	cmd_ring_fail(&unit->cmdq.ring);
}

/* In how many jiffies a dead unit is tried again, at least 1 */
static unsigned long smmu3_until_retry(const struct smmu3_unit *unit)
{
	unsigned long now = jiffies;

	return time_after(unit->retry, now) ? unit->retry - now : 1;
}

/* Each time that it stands still for a device there is one less to stand still for */
static int smmu3_unit_reset(struct smmu3_unit *unit)
{
	unsigned long start = jiffies;
	int ret;

	smmu3_pages_begin(unit);
	smmu3_begin_asking(unit);
	smmu3_gerror_stuck(unit);
	do {
		dev_warn_ratelimited(unit->dev, "resetting the command queue\n");
		ret = smmu3_unit_restart(unit);
	} while (ret && smmu3_gerror_stuck(unit));
	if (!ret) {
		smmu3_pages_forgotten(unit);
		unit->backoff = 0;
		/* The answers that were lost are the work's, whoever has done this */
		smmu3_recover_soon(unit);
		return 0;
	}
	smmu3_unit_die(unit);
	unit->backoff = smmu3_backoff(unit->backoff,
				      jiffies_to_msecs(jiffies - start));
	unit->retry = jiffies + msecs_to_jiffies(unit->backoff);
	/* Not sooner, if it is to be sooner already */
	queue_delayed_work(system_unbound_wq, &unit->recover_work,
			   smmu3_until_retry(unit));
	return ret;
}

/**
 * smmu3_unit_block_failed - block all failed devices of a unit
 * @unit: the unit
 *
 * A unit that is dead already is reset when it is time for that.
 *
 * Context: process context; the unit's mutex is held.
 */
void smmu3_unit_block_failed(struct smmu3_unit *unit)
{
	lockdep_assert_held(&unit->lock);

	if (smmu3_block_marked(unit) && !unit->dead)
		smmu3_unit_reset(unit);
}

/*
 * What a refused command may have left behind, or one that was given up. If that
 * cannot be done either, those wait for it who have ATC invalidations: a reset has it
 * done, or tells them.
 *
 * Of others' ATCs nothing is lost without a mark. They are not asked: behind one that
 * takes its time something is given up again, and that would never end.
 */
static int smmu3_make_up(struct smmu3_unit *unit)
{
	int ret;

	if (!smmu3_pages_begin(unit))
		return 0;
	smmu3_begin_asking(unit);
	ret = smmu3_unit_forget(unit, false);
	if (ret)
		return smmu3_unit_reset(unit);
	smmu3_pages_forgotten(unit);
	return 0;
}

/* Whatever can be tried now. Returns in how many jiffies there is more, or 0. */
static unsigned long smmu3_unit_recover(struct smmu3_unit *unit)
{
	unsigned long next = 0, now, due;
	struct smmu3_device *sdev;

	/*
	 * Whatever is unmapped meanwhile asks for a recovery: that is no reason to
	 * try a unit sooner that is dead. It aborts everything, and forgets it first.
	 */
	if (unit->dead && time_before(jiffies, unit->retry)) {
		smmu3_unit_block_failed(unit);
		return smmu3_until_retry(unit);
	}
	if (unit->cmdq.ring.stuck && smmu3_unit_reset(unit))
		return smmu3_until_retry(unit);
	smmu3_unit_block_failed(unit);

	while ((sdev = smmu3_next_due(unit))) {
		due = smmu3_device_due(sdev, sdev->retry);
		now = jiffies;
		if (time_after(due, now)) {
			next = due - now;
			break;
		}
		smmu3_device_unblock(sdev);
		/* Others must not wait for the queue longer than it takes */
		if (unit->cmdq.ring.stuck)
			return 1;
	}
	if (smmu3_make_up(unit))
		return smmu3_until_retry(unit);
	smmu3_answers_resend(unit);
	return unit->cmdq.ring.stuck ? 1 : next;
}

/**
 * smmu3_recover_soon - have the recovery of a unit look after it
 * @unit: the unit
 *
 * Context: any.
 */
void smmu3_recover_soon(struct smmu3_unit *unit)
{
	mod_delayed_work(system_unbound_wq, &unit->recover_work, 0);
}

/**
 * smmu3_recover_all - have a unit forget everything, soon
 * @unit: the unit
 *
 * Context: any.
 */
void smmu3_recover_all(struct smmu3_unit *unit)
{
	smmu3_pages_owe(unit);
	smmu3_recover_soon(unit);
}

/**
 * smmu3_recover_doubt - have a unit forget everything, soon, for a domain that it may
 *	have something of that is gone from it
 * @paging: the domain
 *
 * Context: any.
 */
void smmu3_recover_doubt(struct smmu3_paging *paging)
{
	smmu3_doubt(paging);
	smmu3_recover_soon(paging->unit);
}

/**
 * smmu3_recover_work - the work of smmu3_recover_soon(), which asks for itself again
 *	as long as anything does not answer
 * @work: in the unit
 */
void smmu3_recover_work(struct work_struct *work)
{
	struct smmu3_unit *unit = container_of(to_delayed_work(work),
					       struct smmu3_unit, recover_work);
	unsigned long next;

	guard(mutex)(&unit->lock);

	next = smmu3_unit_recover(unit);
	/* Who has asked meanwhile wants it sooner */
	if (next)
		queue_delayed_work(system_unbound_wq, &unit->recover_work, next);
}

/**
 * smmu3_recover_end - the queue of a unit is not used any more, nor brought back
 * @unit: the unit
 *
 * It does not wait for the hardware.
 *
 * Context: process context, without the unit's mutex.
 */
void smmu3_recover_end(struct smmu3_unit *unit)
{
	/* The work may be waiting for a device, with the unit's mutex held */
	cmd_ring_end(&unit->cmdq.ring);
	disable_delayed_work_sync(&unit->recover_work);
}

/**
 * smmu3_device_recover - bring a device back that was blocked
 * @sdev: the device, which has failed, or whose unit has
 *
 * A device is not asked more often because somebody attaches something to it, but
 * for the first time after it was blocked, if no other one has just been asked in
 * vain.
 *
 * Context: process context; the unit's mutex is held.
 * Return: 0, or -EIO or -ETIMEDOUT with the device still blocked
 */
int smmu3_device_recover(struct smmu3_device *sdev)
{
	struct smmu3_unit *unit = sdev->unit;
	unsigned long due;
	int ret = 0;

	lockdep_assert_held(&unit->lock);

	if (unit->cmdq.ring.stuck)
		ret = smmu3_unit_reset(unit);
	else
		smmu3_unit_block_failed(unit);
	if (!ret && test_bit(SMMU3_DEV_OUT, &sdev->state)) {
		due = smmu3_device_due(sdev, sdev->backoff ? sdev->retry :
							     jiffies);
		if (time_after(due, jiffies))
			return -ETIMEDOUT;
		ret = smmu3_device_unblock(sdev);
	}
	/* Whatever is left to do */
	if (ret)
		smmu3_recover_soon(unit);
	return ret;
}
