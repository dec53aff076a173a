// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page requests: what a record says, and whether it can be right
 */
#include <linux/bitops.h>
#include <linux/iommu.h>

#include "intel_nested.h"
#include "preq.h"

/**
 * vtd_preq_decode - read a record of the page request queue
 * @record: VTD_PREQ_WORDS words. Reserved fields may have any value
 *
 * Without a PASID there is neither execution nor privilege to be asked for (7.4.1).
 *
 * Return: the request
 */
struct vtd_preq vtd_preq_decode(const __le64 *record)
{
	u64 w0 = le64_to_cpu(READ_ONCE(record[0]));
	u64 w1 = le64_to_cpu(READ_ONCE(record[1]));
	struct vtd_preq req = {
		.addr = w1 & VTD_PREQ1_ADDR,
		.pasid = IOMMU_NO_PASID,
		.sid = FIELD_GET(VTD_PREQ0_RID, w0),
		.prgi = FIELD_GET(VTD_PREQ1_PRGI, w1),
		.perm = (w1 & VTD_PREQ1_R ? IOMMU_FAULT_PERM_READ : 0) |
			(w1 & VTD_PREQ1_W ? IOMMU_FAULT_PERM_WRITE : 0),
		.pasid_valid = w0 & VTD_PREQ0_PASID_P,
		.last = w1 & VTD_PREQ1_LPIG,
		.known = FIELD_GET(VTD_PREQ0_TYPE, w0) == VTD_PREQ_TYPE,
	};

	if (req.pasid_valid) {
		req.pasid = FIELD_GET(VTD_PREQ0_PASID, w0);
		req.perm |= (w0 & VTD_PREQ0_EXE ? IOMMU_FAULT_PERM_EXEC : 0) |
			    (w0 & VTD_PREQ0_PRIV ? IOMMU_FAULT_PERM_PRIV : 0);
	}
	return req;
}

/* 3.6: what a stage-1 table translates is sign-extended */
static bool vtd_is_canonical(u64 addr, u64 cap)
{
	unsigned int top = cap & VTD_CAP_FS5LP ? 56 : 47;

	return sign_extend64(addr, top) == (s64)addr;
}

/**
 * vtd_preq_judge - can a page request be right?
 * @req: the request
 * @cap: capability register of the unit
 * @ecap: its extended capability register
 * @pasid_bits: width of the device's PASIDs, 0 without
 *
 * The last one of a group that wants no access is a stop marker: the device has done
 * with the PASID, and waits for nothing (PCIe 10.4.1.2.1). PASID 0 is that of requests
 * without one.
 *
 * Return: VTD_PREQ_TAKE, _DROP or _REFUSE
 */
enum vtd_preq_fate vtd_preq_judge(const struct vtd_preq *req, u64 cap, u64 ecap,
				  u8 pasid_bits)
{
	if (!req->known)
		return VTD_PREQ_DROP;
	if (!(req->perm & (IOMMU_FAULT_PERM_READ | IOMMU_FAULT_PERM_WRITE)))
		return VTD_PREQ_DROP;
	if (!vtd_is_canonical(req->addr, cap))
		return VTD_PREQ_REFUSE;
	if (req->perm & IOMMU_FAULT_PERM_PRIV && !(ecap & VTD_ECAP_SRS))
		return VTD_PREQ_REFUSE;
	if (req->perm & IOMMU_FAULT_PERM_EXEC && !(ecap & VTD_ECAP_ERS))
		return VTD_PREQ_REFUSE;
	if (req->pasid_valid &&
	    (req->pasid == IOMMU_NO_PASID || req->pasid >> pasid_bits))
		return VTD_PREQ_REFUSE;
	return VTD_PREQ_TAKE;
}

/**
 * vtd_preq_answer - the response to a group of page requests
 * @req: any request of the group
 * @code: VTD_PGRP_*
 *
 * It has a PASID if the request had one (7.6.1).
 *
 * Return: the descriptor
 */
struct cmd_words vtd_preq_answer(const struct vtd_preq *req, u8 code)
{
	return (struct cmd_words) {
		.w0 = FIELD_PREP(VTD_QI_TYPE_LO, VTD_QI_PGRP_RESP) |
		      (req->pasid_valid ? VTD_PGRP0_PASID_P : 0) |
		      FIELD_PREP(VTD_PGRP0_CODE, code) |
		      FIELD_PREP(VTD_PGRP0_RID, req->sid) |
		      FIELD_PREP(VTD_PGRP0_PASID,
				 req->pasid_valid ? req->pasid : 0),
		.w1 = FIELD_PREP(VTD_PGRP1_PRGI, req->prgi),
	};
}
