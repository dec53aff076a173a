// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page faults of devices whose transactions may stall
 *
 * A fault of a domain with a handler is the handler's: the transaction waits in
 * the unit until a CMD_RESUME says whether it is tried again. The event says
 * which StreamID, the answer does not: only devices with one are taken.
 */
#include <linux/device.h>

#include "arm_smmu_v3_nested.h"
#include "domain.h"
#include "event.h"

/**
 * smmu3_iopf_init - make the queue of page faults of a unit, if it can stall
 * @unit: the unit
 *
 * Return: 0 or -ENOMEM
 */
int smmu3_iopf_init(struct smmu3_unit *unit)
{
	if (FIELD_GET(SMMU_IDR0_STALL_MODEL, unit->idr[0]) ==
	    SMMU_STALL_MODEL_NONE)
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
 * smmu3_iopf_enable - have faults of an attachment go to its domain's handler
 * @att: the attachment
 *
 * Context: process context; the unit's mutex is held.
 * Return: 0; -ENODEV if the device's faults do not stall, or -ENOMEM
 */
int smmu3_iopf_enable(struct smmu3_attach *att)
{
	struct smmu3_device *sdev = att->sdev;
	int ret;

	lockdep_assert_held(&sdev->unit->lock);

	/* Stage-2 would have no handler for what a guest's stage-1 is */
	if (!sdev->stall || sdev->nr_sids != 1 || att->tag != SMMU3_TAG_ASID)
		return -ENODEV;
	if (!sdev->nr_iopf) {
		ret = iopf_queue_add_device(sdev->unit->iopf, sdev->dev);
		if (ret)
			return ret;
	}
	sdev->nr_iopf++;
	att->iopf = true;
	return 0;
}

/**
 * smmu3_iopf_disable - undo smmu3_iopf_enable(), if it was done
 * @att: the attachment, with which nothing stalls any more
 *
 * What has not been handled is aborted.
 *
 * Context: process context; the unit's mutex is held.
 */
void smmu3_iopf_disable(struct smmu3_attach *att)
{
	struct smmu3_device *sdev = att->sdev;

	lockdep_assert_held(&sdev->unit->lock);

	if (!att->iopf)
		return;
	att->iopf = false;
	/* What the unit has recorded becomes a fault, or is aborted, now */
	smmu3_evtq_pass(sdev->unit);
	if (!--sdev->nr_iopf)
		iopf_queue_remove_device(sdev->unit->iopf, sdev->dev);
}

/**
 * smmu3_iopf_report - hand a stalled transaction to the fault handler
 * @sdev: the device
 * @evt: the event
 *
 * Context: process context; the unit's event mutex is held.
 * Return: true if it will be answered, or is already
 */
bool smmu3_iopf_report(struct smmu3_device *sdev, const u64 *evt)
{
	struct iopf_fault fault = {
		.fault = {
			.type = IOMMU_FAULT_PAGE_REQ,
			.prm = {
				.flags = IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE,
				.grpid = FIELD_GET(SMMU_EVT1_STAG, evt[1]),
				.addr = evt[2],
			},
		},
	};
	struct iommu_fault_page_request *prm = &fault.fault.prm;

	if (!READ_ONCE(sdev->nr_iopf) || evt[1] & SMMU_EVT1_S2)
		return false;

	prm->perm = evt[1] & SMMU_EVT1_RNW ? IOMMU_FAULT_PERM_READ :
					     IOMMU_FAULT_PERM_WRITE;
	if (evt[1] & SMMU_EVT1_IND)
		prm->perm |= IOMMU_FAULT_PERM_EXEC;
	if (evt[1] & SMMU_EVT1_PNU)
		prm->perm |= IOMMU_FAULT_PERM_PRIV;
	if (evt[0] & SMMU_EVT0_SSV) {
		prm->flags |= IOMMU_FAULT_PAGE_REQUEST_PASID_VALID;
		prm->pasid = FIELD_GET(SMMU_EVT0_SSID, evt[0]);
	}
	/* If nobody is there to handle it the core has it aborted */
	iommu_report_device_fault(sdev->dev, &fault);
	return true;
}

/**
 * smmu3_page_response - have a stalled transaction go on, or abort it
 * @dev: the device
 * @fault: the fault
 * @resp: the answer to it
 *
 * Context: process context.
 */
void smmu3_page_response(struct device *dev, struct iopf_fault *fault,
			 struct iommu_page_response *resp)
{
	struct smmu3_device *sdev = dev_iommu_priv_get(dev);
	bool retry = resp->code == IOMMU_PAGE_RESP_SUCCESS;

	guard(srcu)(&sdev->unit->srcu);

	if (smmu3_answer(sdev->unit, smmu3_cmd_resume(sdev->sids[0],
						      resp->grpid, retry,
						      !retry)))
		dev_err_ratelimited(dev, "a stalled transaction cannot be ended\n");
}
