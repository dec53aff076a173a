// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stalled transactions (3.12.2)
 *
 * A fault of an attachment with a handler waits in the unit until a CMD_RESUME says
 * whether it is tried again. Its event has a STAG, of which a unit has no more than
 * IDR5.STALL_MAX: what finds none waits without an event until one is given back, other
 * devices' transactions too. So no device has more than its share of them, which is the
 * same for each device that has a handler. What is beyond it is aborted at once, and if
 * the share becomes smaller so is what has waited longest.
 *
 * What stalls and has no handler is aborted as soon as its event is read.
 */
#include <linux/device.h>
#include <linux/slab.h>

#include "arm_smmu_v3_nested.h"
#include "event.h"
#include "fault.h"
#include "queue.h"
#include "trace.h"

/**
 * smmu3_stall_share - how many stalled transactions each device may have
 * @unit: the unit
 *
 * Lost answers are kept for no more than SMMU3_FAULTS_MOST of them, see answer.c.
 *
 * Return: that, at least 1
 */
unsigned int smmu3_stall_share(const struct smmu3_unit *unit)
{
	unsigned int all = FIELD_GET(SMMU_IDR5_STALL_MAX, unit->idr[5]);

	return clamp(all / max(READ_ONCE(unit->nr_stall_devs), 1), 1,
		     SMMU3_FAULTS_MOST);
}

/* The number of devices that share has changed */
static void smmu3_stall_share_out(struct smmu3_unit *unit)
{
	unsigned int share = smmu3_stall_share(unit);
	struct smmu3_device *sdev;

	list_for_each_entry(sdev, &unit->devices, node)
		if (sdev->nr_stall)
			smmu3_faults_trim(sdev->faults, share);
}

/**
 * smmu3_stall_begin - an attachment whose faults stall begins
 * @sdev: the device
 *
 * Context: process context; the unit's mutex is held.
 */
void smmu3_stall_begin(struct smmu3_device *sdev)
{
	struct smmu3_unit *unit = sdev->unit;

	lockdep_assert_held(&unit->lock);

	if (sdev->nr_stall++)
		return;
	WRITE_ONCE(unit->nr_stall_devs, unit->nr_stall_devs + 1);
	smmu3_stall_share_out(unit);
}

/*
 * What is stalled and has no STAG has no event that could be answered. It would have one
 * some time, when the StreamID is perhaps another device's. If the queue does not answer,
 * that event's transaction is aborted when it is read.
 */
static void smmu3_stall_term(struct smmu3_device *sdev)
{
	struct smmu3_batch batch;
	unsigned int i;

	smmu3_batch_begin(&batch, sdev->unit, false);
	for (i = 0; i < sdev->nr_sids; i++)
		smmu3_batch_add(&batch, smmu3_cmd_stall_term(sdev->sids[i]));
	smmu3_batch_flush(&batch);
}

/**
 * smmu3_stall_end - such an attachment has ended
 * @sdev: the device, whose entry has nothing stall any more if this was the last
 *
 * The last one's end is that of everything that is stalled (4.7.2).
 *
 * Context: process context; the unit's mutex is held.
 */
void smmu3_stall_end(struct smmu3_device *sdev)
{
	struct smmu3_unit *unit = sdev->unit;

	lockdep_assert_held(&unit->lock);

	if (--sdev->nr_stall)
		return;
	WRITE_ONCE(unit->nr_stall_devs, unit->nr_stall_devs - 1);
	smmu3_stall_term(sdev);
}

/**
 * smmu3_stalls_over - the unit has ended everything that was stalled
 * @unit: the unit, which does not translate (6.3.9.6)
 *
 * Answers to that would be for others: STAGs are given out anew. What was recorded before
 * is read before anything else can be.
 *
 * Context: process context; the unit's mutex is held.
 */
void smmu3_stalls_over(struct smmu3_unit *unit)
{
	lockdep_assert_held(&unit->lock);

	smmu3_evtq_pass(unit);
	WRITE_ONCE(unit->fault_epoch, unit->fault_epoch + 1);
}

/**
 * smmu3_stall_perm - what a stalled transaction needs
 * @evt: its event
 *
 * Return: IOMMU_FAULT_PERM_*
 */
u32 smmu3_stall_perm(const u64 *evt)
{
	u32 perm = evt[1] & SMMU_EVT1_RNW ? IOMMU_FAULT_PERM_READ :
					    IOMMU_FAULT_PERM_WRITE;

	if (evt[1] & SMMU_EVT1_IND)
		perm |= IOMMU_FAULT_PERM_EXEC;
	if (evt[1] & SMMU_EVT1_PNU)
		perm |= IOMMU_FAULT_PERM_PRIV;
	return perm;
}

/*
 * Is a fault one that the handler is for? On stage-1 of a guest's, stage-2 is the
 * host's, which has no handler for it: its address would be one that the guest has not
 * asked for.
 */
static bool smmu3_stall_handled(const struct smmu3_attach *att, const u64 *evt)
{
	if (!att || !READ_ONCE(att->stall))
		return false;
	return !(evt[1] & SMMU_EVT1_S2) || att->tag == SMMU3_TAG_VMID;
}

/**
 * smmu3_stall_take - have a stalled transaction handed to the handler of faults
 * @sdev: the device
 * @evt: the event
 *
 * Context: process context; the unit's event mutex is held.
 * Return: true if it will be answered; false if the caller is to abort it
 */
bool smmu3_stall_take(struct smmu3_device *sdev, const u64 *evt)
{
	bool ssv = evt[0] & SMMU_EVT0_SSV;
	u32 ssid = FIELD_GET(SMMU_EVT0_SSID, evt[0]);
	const struct smmu3_attach *att;
	struct smmu3_fault *fault;

	lockdep_assert_held(&sdev->unit->event_lock);

	guard(srcu)(&sdev->unit->srcu);

	att = smmu3_fault_owner(sdev, ssv, ssid);
	if (!smmu3_stall_handled(att, evt))
		return false;
	fault = smmu3_fault_new(sdev->unit, 1);
	if (!fault)
		return false;
	fault->att = att;
	fault->sid = FIELD_GET(SMMU_EVT0_SID, evt[0]);
	fault->ssv = ssv;
	fault->ssid = ssv ? ssid : 0;
	fault->tag = FIELD_GET(SMMU_EVT1_STAG, evt[1]);
	fault->nr = 1;
	fault->pages[0].addr = evt[2];
	fault->pages[0].perm = smmu3_stall_perm(evt);
	trace_smmu3_fault_received(sdev->faults, fault);
	if (smmu3_fault_add(sdev->faults, fault, smmu3_stall_share(sdev->unit)))
		return true;
	kfree(fault);
	return false;
}
