// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults: a record in words
 *
 * What has gone wrong is said of the structure in which the walk has ended, as chapter
 * 7 groups the fault conditions. The number of the reason stands behind it, for
 * whoever has the specification at hand.
 */
#include "fault_text.h"

/* Indexed by the fault reason (7.1.3) */
static const char *const vtd_fault_reasons[] = {
	[VTD_FR_RTA_RSVD] = "root table address: a reserved bit is set",
	[VTD_FR_RTA_PASID] = "root table address: a PASID in legacy mode",
	[VTD_FR_RTA_PGRP] = "root table address: a page request in legacy mode",
	[VTD_FR_RTA_ABORT] = "root table address: the unit aborts all DMA",
	[VTD_FR_RTA_EXEC] = "root table address: a request to execute",
	[VTD_FR_ROOT_ACCESS] = "root entry: cannot be read",
	[VTD_FR_ROOT_NP] = "root entry: not present",
	[VTD_FR_ROOT_RSVD] = "root entry: a reserved bit is set",
	[VTD_FR_CTX_ACCESS] = "context entry: cannot be read",
	[VTD_FR_CTX_NP] = "context entry: not present",
	[VTD_FR_CTX_RSVD] = "context entry: a reserved bit is set",
	[VTD_FR_CTX_INV] = "context entry: a value that the unit does not know",
	[VTD_FR_CTX_DTE] = "context entry: the device may not use ATS",
	[VTD_FR_CTX_PASIDE] = "context entry: the device may not use PASIDs",
	[VTD_FR_CTX_PASID_RANGE] = "context entry: the PASID is beyond the directory",
	[VTD_FR_CTX_PRE] = "context entry: the device may make no page requests",
	[VTD_FR_CTX_RID_PASID] = "context entry: the PASID is that of requests without one",
	[VTD_FR_CTX_EPTR] = "context entry: a translated request with a PASID",
	[VTD_FR_PDE_ACCESS] = "PASID directory entry: cannot be read",
	[VTD_FR_PDE_NP] = "PASID directory entry: not present",
	[VTD_FR_PDE_RSVD] = "PASID directory entry: a reserved bit is set",
	[VTD_FR_PTE_ACCESS] = "PASID table entry: cannot be read",
	[VTD_FR_PTE_NP] = "PASID table entry: not present",
	[VTD_FR_PTE_RSVD] = "PASID table entry: a reserved bit is set",
	[VTD_FR_PTE_INV] = "PASID table entry: a value that the unit does not know",
	[VTD_FR_PTE_ERE] = "PASID table entry: no request to execute is allowed",
	[VTD_FR_PTE_SRE] = "PASID table entry: no supervisor request is allowed",
	[VTD_FR_FS_ACCESS] = "stage-1 entry: cannot be read",
	[VTD_FR_FS_NP] = "stage-1 entry: not present",
	[VTD_FR_FS_RSVD] = "stage-1 entry: a reserved bit is set",
	[VTD_FR_FS_ROOT_ACCESS] = "stage-1 entry: the top table cannot be read",
	[VTD_FR_FS_NEST_WIDTH] = "stage-1 entry: its address is beyond stage-2",
	[VTD_FR_FS_NEST_ROOT_READ] = "stage-1 entry: stage-2 does not let the top table be read",
	[VTD_FR_FS_NEST_READ] = "stage-1 entry: stage-2 does not let a table be read",
	[VTD_FR_FS_NEST_AD_WRITE] = "stage-1 entry: stage-2 does not let a flag be written",
	[VTD_FR_SS_ACCESS] = "stage-2 entry: cannot be read",
	[VTD_FR_SS_PERM] = "stage-2 entry: neither readable nor writable",
	[VTD_FR_SS_RSVD] = "stage-2 entry: a reserved bit is set",
	[VTD_FR_SS_ROOT] = "stage-2 entry: the top table cannot be read",
	[VTD_FR_SS_AD_NOSNOOP] = "stage-2 entry: its flags are not in coherent memory",
	[VTD_FR_SS_AD_UPDATE] = "stage-2 entry: a flag cannot be written",
	[VTD_FR_NON_CANONICAL] = "access: the address is not canonical",
	[VTD_FR_FS_US] = "access: stage-1 allows supervisors only",
	[VTD_FR_FS_NX] = "access: stage-1 allows no execution",
	[VTD_FR_ADDR_WIDTH] = "access: the address is beyond what the machine has",
	[VTD_FR_SS_OUT_WIDTH] = "access: the address is beyond stage-2",
	[VTD_FR_WRITE] = "access: no permission to write",
	[VTD_FR_READ] = "access: no permission to read",
	[VTD_FR_INTR_ADDR] = "access: the result is an address of interrupts",
	[VTD_FR_SMEP] = "access: a supervisor would execute a user's memory",
	[VTD_FR_PASID_SIZE] = "access: the PASID is longer than the unit's",
	[VTD_FR_FS_AD_NOSNOOP] = "stage-1 entry: its flags are not in coherent memory",
	[VTD_FR_FS_AD_UPDATE] = "stage-1 entry: a flag cannot be written",
};

/* T1 and T2 (11.4.14) */
static const char *vtd_fault_request(u64 hi)
{
	if (hi & VTD_FRCD1_T1)
		return hi & VTD_FRCD1_T2 ? "atomic" : "read";
	return hi & VTD_FRCD1_T2 ? "page request" : "write";
}

/**
 * vtd_fault_text - a fault record in words
 * @buf: for the text, without a newline at its end
 * @size: of @buf; VTD_FAULT_TEXT is enough
 * @device: name of the device, or NULL if it is not known
 * @lo: the record's lower half
 * @hi: its upper half
 */
void vtd_fault_text(char *buf, size_t size, const char *device, u64 lo, u64 hi)
{
	u8 reason = FIELD_GET(VTD_FRCD1_FR, hi);
	const char *why = NULL;
	char pasid[24] = "";

	if (reason < ARRAY_SIZE(vtd_fault_reasons))
		why = vtd_fault_reasons[reason];
	if (hi & VTD_FRCD1_PP)
		snprintf(pasid, sizeof(pasid), " PASID %#llx",
			 FIELD_GET(VTD_FRCD1_PV, hi));
	snprintf(buf, size,
		 "DMA %s fault: %s, source-id %#06llx%s address %#llx: %s, reason %#x",
		 vtd_fault_request(hi), device ?: "unknown device",
		 FIELD_GET(VTD_FRCD1_SID, hi), pasid, lo & VTD_FRCD0_FI,
		 why ?: "unknown", reason);
}
