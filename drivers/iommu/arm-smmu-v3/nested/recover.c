// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recovery of a unit whose command queue does not answer
 *
 * The driver resets a command queue that stands still for longer than it may. The
 * commands in it are lost, so the driver then invalidates all caches: after that
 * the waiters have what they wanted. If the queue stood still for a device, that
 * device is blocked, see block.c; the others go on. If the queue stays dead, the
 * driver switches translation off, and by GBPA.ABORT the unit aborts all DMA: less
 * would not be safe, since the unit cannot be made to forget anything.
 *
 * Nothing here waits without bound, and nobody has to ask for a recovery: what does
 * not answer is tried again after a time that doubles, and when it answers it gets
 * what is attached to it.
 */
#include <linux/device.h>
#include <linux/jiffies.h>

#include "../../nested/cmd_ring_recover.h"
#include "cmdq.h"
#include "domain.h"
#include "flush.h"
#include "recover.h"

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

/* Begin a recovery, in which every device may be asked once */
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

/* A device that is slow and answers is as good as any other, within reason */
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
		    smmu3_device_own(sdev) != own || smmu3_device_unplugged(sdev))
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
 * Ask all devices to empty their ATCs. Devices that do not answer are marked as
 * failed, and blocked. If the recovery has to begin anew, a device that has answered
 * in it already is not asked again: it emptied its ATC after the unit had forgotten
 * what was lost.
 *
 * The kernel's own devices come first. The unit's mutex is held, and all other
 * threads wait. So when the users' devices were silent for longer than a unit may be,
 * or have taken together as long as one device may, those that are left are not
 * asked: they are blocked, and come back when there is time for them.
 */
static int smmu3_flush_devices(struct smmu3_unit *unit, bool others)
{
	int ret = smmu3_ask_devices(unit, true);

	if (!ret && others)
		ret = smmu3_ask_devices(unit, false);
	return ret ?: smmu3_block_marked(unit);
}

/* Have the unit forget everything, and the kernel's own ATCs; with @others all ATCs */
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
 * Have a unit translate again that has aborted everything. In the meantime no device
 * was asked to forget anything, so each is blocked, and comes back by itself.
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
	if (ret)
		return ret;
	cmd_ring_revive(&unit->cmdq.ring);
	return smmu3_unit_forget(unit, true);
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
	if (unit->aborts)
		smmu3_stalls_over(unit);
}

/* In how many jiffies a dead unit is tried again, at least 1 */
static unsigned long smmu3_until_retry(const struct smmu3_unit *unit)
{
	unsigned long now = jiffies;

	return time_after(unit->retry, now) ? unit->retry - now : 1;
}

/*
 * The loop ends: each time that the queue stands still for a device, that is blocked or
 * was torn out, and not asked again
 */
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
		/* The work sends lost answers again, also if an attach has come here */
		smmu3_recover_soon(unit);
		return 0;
	}
	smmu3_unit_die(unit);
	unit->backoff = smmu3_backoff(unit->backoff,
				      jiffies_to_msecs(jiffies - start));
	unit->retry = jiffies + msecs_to_jiffies(unit->backoff);
	/* If the work is pending already it stays so */
	queue_delayed_work(system_dfl_wq, &unit->recover_work,
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
 * Make up for commands that were refused or given up, by having the unit forget
 * everything. If that fails too, threads with invalidations of ATCs wait for it: a
 * reset does it, or tells them that it cannot be done.
 *
 * Invalidations of users' ATCs are not lost unless the device has a mark. These
 * devices are not asked: if one takes its time, commands behind it are given up in
 * turn, and this would never end.
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

/* Try what can be tried now. Returns in how many jiffies there is more to try, or 0. */
static unsigned long smmu3_unit_recover(struct smmu3_unit *unit)
{
	unsigned long next = 0, now, due;
	struct smmu3_device *sdev;

	/*
	 * Every unmap in the meantime asks for a recovery, which is no reason to try
	 * a dead unit sooner that aborts everything: it forgets everything before it
	 * translates again. One that could not be made to abort may use what is stale,
	 * and is tried whenever there is more of that.
	 */
	if (unit->aborts && time_before(jiffies, unit->retry)) {
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
		/* The reset is the next thing to do: others wait for the queue */
		if (unit->cmdq.ring.stuck)
			return 1;
	}
	if (smmu3_make_up(unit))
		return smmu3_until_retry(unit);
	smmu3_answers_resend(unit);
	return unit->cmdq.ring.stuck ? 1 : next;
}

/**
 * smmu3_recover_soon - have the recovery look after a unit soon
 * @unit: the unit
 *
 * Context: any.
 */
void smmu3_recover_soon(struct smmu3_unit *unit)
{
	mod_delayed_work(system_dfl_wq, &unit->recover_work, 0);
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
 * smmu3_recover_doubt - have a unit forget everything, soon, since it may have
 *	something cached of a domain that is gone from it
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
 * smmu3_recover_work - the work of smmu3_recover_soon(), which queues itself again as
 *	long as anything does not answer
 * @work: in the unit
 */
void smmu3_recover_work(struct work_struct *work)
{
	struct smmu3_unit *unit = container_of(to_delayed_work(work),
					       struct smmu3_unit, recover_work);
	unsigned long next;

	guard(mutex)(&unit->lock);

	next = smmu3_unit_recover(unit);
	/* If somebody has asked for it meanwhile it is queued already, and sooner */
	if (next)
		queue_delayed_work(system_dfl_wq, &unit->recover_work, next);
}

/**
 * smmu3_recover_end - end the use of a unit's queue and its recovery
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
 * An attach does not have a device asked more often. Only the first time after the
 * device was blocked it is asked at once, unless another one was just asked in vain.
 *
 * Context: process context; the unit's mutex is held.
 * Return: 0, also if it was torn out, and stays blocked; or -EIO or -ETIMEDOUT with the
 * device still blocked
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
	if (!ret && test_bit(SMMU3_DEV_OUT, &sdev->state) &&
	    !smmu3_device_unplugged(sdev)) {
		due = smmu3_device_due(sdev, sdev->backoff ? sdev->retry :
							     jiffies);
		if (time_after(due, jiffies))
			return -ETIMEDOUT;
		ret = smmu3_device_unblock(sdev);
		/* It was torn out while it was asked */
		if (ret && smmu3_device_unplugged(sdev))
			ret = unit->cmdq.ring.stuck ? smmu3_unit_reset(unit) : 0;
	}
	/* The work does the rest */
	if (ret)
		smmu3_recover_soon(unit);
	return ret;
}
