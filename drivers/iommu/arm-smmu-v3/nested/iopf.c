// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attachments whose domain has a handler of page faults
 *
 * As with the in-tree driver a device that can neither stall nor make page requests may
 * have such a domain too: its faults are those of any other.
 */
#include <linux/device.h>

#include "arm_smmu_v3_nested.h"
#include "domain.h"
#include "event.h"
#include "fault.h"

static unsigned int smmu3_stall_model(const struct smmu3_unit *unit)
{
	return FIELD_GET(SMMU_IDR0_STALL_MODEL, unit->idr[0]);
}

/**
 * smmu3_iopf_init - make the queue of page faults of a unit, if it can have any
 * @unit: the unit
 *
 * Return: 0 or -ENOMEM
 */
int smmu3_iopf_init(struct smmu3_unit *unit)
{
	if (smmu3_stall_model(unit) == SMMU_STALL_MODEL_NONE && !unit->priq.ring)
		return 0;
	unit->iopf = iopf_queue_alloc(dev_name(unit->dev));
	return unit->iopf ? 0 : -ENOMEM;
}

/**
 * smmu3_iopf_exit - free the queue of page faults of a unit
 * @unit: the unit, which no device is behind any more
 */
void smmu3_iopf_exit(struct smmu3_unit *unit)
{
	iopf_queue_free(unit->iopf);
	unit->iopf = NULL;
}

/**
 * smmu3_can_stall - may the faults of a device stall?
 * @sdev: the device
 *
 * Firmware says which device can wait for software. If the unit lets no transaction
 * fail at once nobody asks.
 *
 * Return: true if they may
 */
bool smmu3_can_stall(const struct smmu3_device *sdev)
{
	/* Nobody would hear of it */
	if (sdev->unit->quiet)
		return false;
	switch (smmu3_stall_model(sdev->unit)) {
	case SMMU_STALL_MODEL_BOTH:
		return device_property_read_bool(sdev->dev, "dma-can-stall");
	case SMMU_STALL_MODEL_FORCE:
		return true;
	default:
		return false;
	}
}

static int smmu3_iopf_add_device(struct smmu3_device *sdev)
{
	int ret;

	if (!sdev->faults)
		sdev->faults = smmu3_faults_new(sdev);
	if (!sdev->faults)
		return -ENOMEM;
	if (!sdev->nr_iopf) {
		ret = iopf_queue_add_device(sdev->unit->iopf, sdev->dev);
		if (ret)
			return ret;
	}
	sdev->nr_iopf++;
	return 0;
}

/**
 * smmu3_iopf_enable - have faults of an attachment go to its domain's handler
 * @att: the attachment, which nothing uses yet; all but this is filled in
 *
 * A device that uses ATS and can make page requests does that, and does not stall.
 *
 * Context: process context; the core's group mutex and the unit's mutex are held.
 * Return: 0 or -ENOMEM
 */
int smmu3_iopf_enable(struct smmu3_attach *att)
{
	struct smmu3_device *sdev = att->sdev;
	bool pri = att->ats && sdev->pri_able;
	bool stall = !pri && sdev->stall;
	int ret;

	lockdep_assert_held(&sdev->unit->lock);

	if (!pri && !stall)
		return 0;
	ret = smmu3_iopf_add_device(sdev);
	if (ret)
		return ret;
	att->iopf = true;
	att->stall = stall;
	att->pri = pri;
	if (stall)
		smmu3_stall_begin(sdev);
	else
		sdev->nr_pri++;
	/* An entry with S2S and EATS is illegal (5.2) */
	if (stall && att->tag == SMMU3_TAG_VMID)
		att->ats = false;
	return 0;
}

/**
 * smmu3_iopf_disable - undo smmu3_iopf_enable(), if it was done
 * @att: the attachment, with which nothing faults any more
 *
 * What was not answered is answered now.
 *
 * Context: process context; the core's group mutex and the unit's mutex are held.
 */
void smmu3_iopf_disable(struct smmu3_attach *att)
{
	struct smmu3_device *sdev = att->sdev;
	struct smmu3_unit *unit = sdev->unit;
	bool stall;

	lockdep_assert_held(&unit->lock);

	if (!att->iopf)
		return;
	att->iopf = false;
	stall = att->stall;
	/* What the unit has recorded becomes a fault, or is aborted, now */
	if (stall) {
		smmu3_evtq_pass(unit);
	} else {
		if (sdev->nr_pri == 1)
			smmu3_pri_stop(sdev);
		/* The device was allowed to make these: they are no failure of its own */
		smmu3_pri_settle(att);
		WRITE_ONCE(sdev->nr_pri, sdev->nr_pri - 1);
	}
	scoped_guard(mutex, &unit->event_lock) {
		WRITE_ONCE(att->stall, false);
		WRITE_ONCE(att->pri, false);
	}
	smmu3_faults_end(sdev->faults, att);
	if (stall)
		smmu3_stall_end(sdev);
	/* Nothing is handed up meanwhile: that takes the group's mutex */
	if (!--sdev->nr_iopf)
		iopf_queue_remove_device(unit->iopf, sdev->dev);
}

/**
 * smmu3_fault_owner - the attachment that a fault belongs to
 * @sdev: the device
 * @ssv: it has a SubstreamID
 * @ssid: that
 *
 * All SubstreamIDs of a guest's device are the guest's.
 *
 * Context: the unit's event mutex is held, in a read-side section of its @srcu.
 * Return: the attachment, or NULL if there is none
 */
const struct smmu3_attach *smmu3_fault_owner(struct smmu3_device *sdev, bool ssv,
					     u32 ssid)
{
	const struct smmu3_attach *rid = sdev->rid;

	lockdep_assert_held(&sdev->unit->event_lock);

	if (!ssv || (rid && rid->tag == SMMU3_TAG_GUEST))
		return rid;
	return xa_load(&sdev->pasids, ssid);
}
