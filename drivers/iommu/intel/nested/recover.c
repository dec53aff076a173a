// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recovery of a unit whose queue does not answer
 *
 * The driver resets a queue that is stuck. The descriptors in it are lost, so the
 * driver then invalidates all caches, and the waiters are told that all is done. If
 * the queue stays dead, the driver sets the root table pointer, which makes the unit
 * forget what it has cached without the queue. A device that does not answer is
 * blocked, see block.c.
 *
 * Nothing here waits without bound. The recovery tries everything again by itself,
 * at growing intervals, until it works. An attach in between tries at once, except
 * with a device whose device-TLB was silent: such an attach could make the queue
 * wait over and over, and other devices with it.
 */
#include <linux/device.h>

#include "../../nested/cmd_ring_recover.h"
#include "domain.h"
#include "flush.h"
#include "queue.h"
#include "retry.h"

/**
 * vtd_unit_kick - have the recovery look after a unit soon
 * @unit: the unit
 *
 * Context: any.
 */
void vtd_unit_kick(struct vtd_unit *unit)
{
	mod_delayed_work(system_long_wq, &unit->recover_work, 0);
}

/**
 * vtd_unit_flush_all - invalidate all caches of a unit
 * @unit: the unit
 *
 * The order is that of the structures: a cache that is filled through another one is
 * invalidated after it.
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

static int vtd_unit_restart(struct vtd_unit *unit)
{
	int ret;

	ret = vtd_qi_reset(unit) ?: vtd_unit_flush_all(unit);
	if (!ret && unit->aborting) {
		ret = vtd_set_root(unit, VTD_TTM_SCALABLE) ?:
		      vtd_unit_flush_all(unit);
		unit->aborting = ret;
	}
	if (!ret)
		WRITE_ONCE(unit->stale, false);
	return ret;
}

/*
 * Invalidate the device-TLB of one device. If it is silent the queue is reset once
 * more: that loses descriptors of others too, but none for a device-TLB.
 */
static int vtd_flush_device(struct vtd_device *edev)
{
	struct vtd_unit *unit = edev->unit;
	struct vtd_qi_batch batch;
	int ret;

	vtd_qi_begin(&batch, unit, false);
	vtd_add_devtlb_all(&batch, edev);
	if (!vtd_qi_flush(&batch))
		return 0;
	vtd_device_silent(edev);
	ret = vtd_unit_restart(unit);
	if (!ret)
		cmd_ring_settle(&unit->qi.ring, CMD_OWED_DEVTLB);
	return ret;
}

/* A device of the kernel's own is not silent on purpose, a user's may be */
static bool vtd_device_is_userspaces(const struct vtd_device *edev)
{
	return !edev->rid || vtd_is_userspaces(edev->rid->domain);
}

/*
 * The devices are asked one by one: if the queue stands still again, the device that
 * was just asked is to blame. A device that gives a wrong answer is marked by the
 * queue. After a second reset the loop goes on with the next device: no other thread
 * has put an invalidation of a device-TLB into the queue meanwhile, see
 * cmd_ring_recover.h.
 *
 * All other threads wait for that. When the users' devices have taken as long as two
 * devices may, those that are left are blocked instead, until it is their turn to be
 * asked.
 */
static int vtd_flush_devices(struct vtd_unit *unit, bool users)
{
	unsigned long end = jiffies +
			    2 * usecs_to_jiffies(unit->qi.ring.devtlb_timeout_us);
	struct vtd_device *edev;
	unsigned long sid;
	int ret;

	xa_for_each(&unit->devices, sid, edev) {
		if (!vtd_devtlb_live(edev) ||
		    vtd_device_is_userspaces(edev) != users)
			continue;
		if (users && time_after_eq(jiffies, end)) {
			edev->skipped = true;
			set_bit(VTD_DEV_FAILED, &edev->state);
			continue;
		}
		ret = vtd_flush_device(edev);
		if (ret)
			return ret;
	}
	return 0;
}

/*
 * The queue is dead, and the caches may still have what is gone from the tables.
 * With CAP.ESRTPS a unit forgets everything when the driver sets the root table
 * pointer, to the same table too (11.4.4.1); devices that are not blocked go on.
 * Without CAP.ESRTPS the driver has the unit abort all DMA until the queue works
 * again, if the unit can do that.
 */
static void vtd_unit_forget(struct vtd_unit *unit)
{
	u32 lost = vtd_owed_begin(unit);
	int ret = -EOPNOTSUPP;

	if (unit->cap & VTD_CAP_ESRTPS) {
		ret = vtd_set_root(unit, VTD_TTM_SCALABLE);
	} else if (unit->ecap & VTD_ECAP_ADMS) {
		ret = vtd_set_root(unit, VTD_TTM_ABORT_DMA);
		unit->aborting = true;
	}
	WRITE_ONCE(unit->stale, ret);
	if (!ret)
		vtd_owed_done(unit, lost, false);
	dev_err_ratelimited(unit->dev, "the invalidation queue is dead, %s\n",
			    ret ? "stale translations may be in use" :
			    unit->aborting ? "all DMA is aborted" :
			    "caches are empty nevertheless");
}

static int vtd_unit_reset(struct vtd_unit *unit)
{
	struct cmd_ring *ring = &unit->qi.ring;
	u32 lost = vtd_owed_begin(unit);
	unsigned long began = jiffies;
	int ret;

	/* The queue is switched off for good */
	if (ring->ended)
		return -ETIMEDOUT;

	dev_warn_ratelimited(unit->dev, "resetting the invalidation queue\n");
	if (ring->stuck && cmd_ring_asks_devtlb(ring))
		vtd_ask_later(unit, usecs_to_jiffies(ring->devtlb_timeout_us));
	ret = vtd_unit_restart(unit);
	if (!ret) {
		/* The unit's own caches are empty; device-TLBs are not yet */
		vtd_owed_done(unit, lost, false);
		cmd_ring_settle(ring, CMD_OWED_DEVTLB);
		ret = vtd_flush_devices(unit, false) ?:
		      vtd_flush_devices(unit, true);
	}
	vtd_ask_later(unit, jiffies - began);
	if (!ret) {
		cmd_ring_settle(ring, CMD_OWED_NONE);
		vtd_owed_done(unit, lost, true);
		vtd_answers_resend(unit);
		unit->retry.ms = 0;
		return 0;
	}
	vtd_unit_forget(unit);
	/* The waiters are told after the caches are empty */
	cmd_ring_fail(ring);
	vtd_retry_later(&unit->retry);
	vtd_unit_kick(unit);
	return ret;
}

/**
 * vtd_unit_reset_or_forget - the queue of a unit did not take what blocks a device
 * @unit: the unit
 *
 * A queue that was dead a moment ago is not reset again for each device.
 *
 * Context: process context; the unit's mutex is held.
 */
void vtd_unit_reset_or_forget(struct vtd_unit *unit)
{
	if (unit->qi.ring.dead && !vtd_retry_due(&unit->retry))
		vtd_unit_forget(unit);
	else
		vtd_unit_reset(unit);
}

/**
 * vtd_device_recover - bring a device back that was blocked
 * @edev: the device, or its unit, has failed
 *
 * Context: process context; the unit's mutex is held.
 * Return: 0, also if it was torn out, and stays blocked; or -EIO or -ETIMEDOUT with the
 * device still blocked
 */
int vtd_device_recover(struct vtd_device *edev)
{
	struct vtd_unit *unit = edev->unit;
	int ret = 0;

	lockdep_assert_held(&unit->lock);

	vtd_unit_block_failed(unit);
	if (unit->qi.ring.stuck) {
		ret = vtd_unit_reset(unit);
		vtd_unit_block_failed(unit);
	}
	if (ret || !test_bit(VTD_DEV_BLOCKED, &edev->state) ||
	    vtd_device_unplugged(edev))
		return ret;
	if (vtd_may_be_silent(edev) && !vtd_may_ask(edev))
		return -ETIMEDOUT;
	ret = vtd_device_unblock(edev);
	if (!ret || !vtd_device_unplugged(edev))
		return ret;
	/* It was torn out while it was asked */
	return unit->qi.ring.stuck ? vtd_unit_reset(unit) : 0;
}

/* Jiffies until something is to be tried, or 0 */
static unsigned long vtd_next_try(struct vtd_unit *unit)
{
	unsigned long next = MAX_JIFFY_OFFSET;
	struct vtd_device *edev;
	unsigned long sid;

	if (unit->qi.ring.ended)
		return 0;
	if (unit->qi.ring.stuck)
		return vtd_retry_until(&unit->retry);
	xa_for_each(&unit->devices, sid, edev)
		if (test_bit(VTD_DEV_BLOCKED, &edev->state) &&
		    !vtd_device_unplugged(edev))
			next = min(next, vtd_until_asked(edev));
	return next == MAX_JIFFY_OFFSET ? 0 : next;
}

static bool vtd_may_owe(const struct vtd_attach *att)
{
	return att && att->paging && vtd_is_atomic(att->paging);
}

/*
 * Can an invalidation of this device-TLB have been lost? Only for a domain that is
 * not iommufd's: for iommufd's domains the driver waits, or marks the devices. A
 * device is not asked without need: if it takes its time, invalidations behind it are
 * given up, that is lost, in turn, and this would never end.
 */
static bool vtd_device_may_owe(struct vtd_device *edev)
{
	struct vtd_attach *att;
	unsigned long pasid;

	if (vtd_may_owe(edev->rid))
		return true;
	xa_for_each(&edev->pasids, pasid, att)
		if (vtd_may_owe(att))
			return true;
	return false;
}

/*
 * Make up for invalidations that were given up. The queue works, and may have them
 * in it still: that is no reason to reset it, nor to blame a device that takes its
 * time.
 */
static void vtd_make_up(struct vtd_unit *unit)
{
	u32 lost = vtd_owed_begin(unit);
	struct vtd_qi_batch batch;
	struct vtd_device *edev;
	unsigned long sid;
	int ret;

	ret = vtd_unit_flush_all(unit);
	if (!ret) {
		/* What concerns no device-TLB need not wait for these */
		vtd_owed_done(unit, lost, false);
		vtd_qi_begin(&batch, unit, false);
		xa_for_each(&unit->devices, sid, edev)
			if (vtd_devtlb_live(edev) && vtd_device_may_owe(edev))
				vtd_add_devtlb_all(&batch, edev);
		ret = vtd_qi_flush(&batch);
	}
	if (ret)
		vtd_unit_reset(unit);
	else
		vtd_owed_done(unit, lost, true);
}

/*
 * The queue is stuck. If it is too early to reset it, the caches are emptied without
 * it at least, for those that wait for that.
 */
static void vtd_bring_back(struct vtd_unit *unit)
{
	const struct cmd_ring *ring = &unit->qi.ring;

	if (vtd_retry_due(&unit->retry))
		vtd_unit_reset(unit);
	else if (ring->dead && !ring->ended && vtd_owes_caches(unit))
		vtd_unit_forget(unit);
}

/**
 * vtd_unit_recover - block the devices of a unit that have failed, and bring back
 *	those that were blocked, and the unit itself
 * @unit: the unit
 *
 * Context: process context.
 * Return: in how many jiffies to call it again, or 0 if everything works
 */
unsigned long vtd_unit_recover(struct vtd_unit *unit)
{
	struct vtd_device *edev;
	unsigned long sid;

	guard(mutex)(&unit->lock);

	vtd_unit_block_failed(unit);
	if (unit->qi.ring.stuck)
		vtd_bring_back(unit);
	else if (vtd_owes(unit))
		vtd_make_up(unit);
	if (!unit->qi.ring.stuck)
		vtd_answers_resend(unit);
	xa_for_each(&unit->devices, sid, edev)
		if (!unit->qi.ring.stuck &&
		    test_bit(VTD_DEV_BLOCKED, &edev->state) && vtd_may_ask(edev))
			vtd_device_unblock(edev);
	vtd_unit_block_failed(unit);
	return vtd_next_try(unit);
}

/* The work of vtd_unit_kick() */
static void vtd_recover_work(struct work_struct *work)
{
	struct vtd_unit *unit = container_of(to_delayed_work(work),
					     struct vtd_unit, recover_work);
	unsigned long next = vtd_unit_recover(unit);

	/* vtd_unit_kick() may have been called meanwhile: not later than it wants */
	if (next)
		queue_delayed_work(system_long_wq, &unit->recover_work, next);
}

/**
 * vtd_unit_recover_init - prepare a new unit for its recovery
 * @unit: the unit
 */
void vtd_unit_recover_init(struct vtd_unit *unit)
{
	vtd_owed_init(unit);
	unit->ask_after = jiffies;
	INIT_DELAYED_WORK(&unit->recover_work, vtd_recover_work);
}
