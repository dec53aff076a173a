// SPDX-License-Identifier: GPL-2.0-only
/*
 * Descriptors of a guest's invalidation queue: which ones it may send
 *
 * None goes to the unit's queue as it is, since all guests share that, and it stops at
 * a descriptor that the hardware refuses (6.5.2.11). Here it is found out what one
 * asks for; what the hardware would refuse is refused: types, bits and values that
 * are reserved on the unit.
 *
 * Interrupt entries are not this object's, nor are answers to page requests, which
 * have a way of their own with what identifies the request.
 */
#include <linux/errno.h>
#include <linux/kernel.h>

#include "vpasid.h"

#define VQI0_TYPE	(VTD_QI_TYPE_LO | VTD_QI_TYPE_HI)

/**
 * vtd_vqi_ignored - bits of a source-id that a function mask covers (6.5.2.1)
 * @fm: the mask
 *
 * Return: the bits
 */
u16 vtd_vqi_ignored(u8 fm)
{
	/* The upper ones of the function number's bits are the last to count */
	return fm ? 7 & ~(7 >> fm) : 0;
}

/* Scalable mode has no domain-ids in context entries (6.5.2.1) */
static int vtd_vqi_context(const u64 *desc, struct vtd_vqi *to)
{
	u64 gran = FIELD_GET(VTD_CC0_G, desc[0]);

	if (desc[0] & ~(VQI0_TYPE | VTD_CC0_G | VTD_CC0_DID | VTD_CC0_SID |
			VTD_CC0_FM) || desc[1] || !gran)
		return -EIO;
	to->has_sid = gran == VTD_CC_DEVICE;
	to->sid = FIELD_GET(VTD_CC0_SID, desc[0]);
	to->fm = FIELD_GET(VTD_CC0_FM, desc[0]);
	return 0;
}

static int vtd_vqi_pasid_cache(const u64 *desc, struct vtd_vqi *to)
{
	u64 gran = FIELD_GET(VTD_PC0_G, desc[0]);

	if (desc[0] & ~(VQI0_TYPE | VTD_PC0_G | VTD_PC0_DID | VTD_PC0_PASID) ||
	    desc[1])
		return -EIO;
	switch (gran) {
	case VTD_PC_GLOBAL:
		return 0;
	case VTD_PC_DOMAIN:
	case VTD_PC_PASID:
		to->has_did = true;
		to->did = FIELD_GET(VTD_PC0_DID, desc[0]);
		return 0;
	default:
		return -EIO;
	}
}

/*
 * Page-selective, the address is one of stage-2, and all that stage-1 has a part in
 * goes with the domain-id (6.5.2.3, table 23). The guest's unit has no stage-2.
 */
static int vtd_vqi_iotlb(const u64 *desc, u64 cap, struct vtd_vqi *to)
{
	if (desc[0] & ~(VQI0_TYPE | VTD_IOTLB0_G | VTD_IOTLB0_DW |
			VTD_IOTLB0_DR | VTD_IOTLB0_DID) ||
	    desc[1] & ~(VTD_IOTLB1_AM | VTD_IOTLB1_IH | VTD_IOTLB1_ADDR))
		return -EIO;
	switch (FIELD_GET(VTD_IOTLB0_G, desc[0])) {
	case VTD_IOTLB_GLOBAL:
		to->kind = VTD_VQI_ALL;
		return 0;
	case VTD_IOTLB_PAGE:
		if (!(cap & VTD_CAP_PSI) ||
		    FIELD_GET(VTD_IOTLB1_AM, desc[1]) >
		    FIELD_GET(VTD_CAP_MAMV, cap))
			return -EIO;
		break;
	case VTD_IOTLB_DOMAIN:
		break;
	default:
		return -EIO;
	}
	to->kind = VTD_VQI_DOMAIN;
	to->has_did = true;
	to->did = FIELD_GET(VTD_IOTLB0_DID, desc[0]);
	return 0;
}

static int vtd_vqi_piotlb(const u64 *desc, struct vtd_vqi *to)
{
	u64 gran = FIELD_GET(VTD_PIOTLB0_G, desc[0]);

	if (desc[0] & ~(VQI0_TYPE | VTD_PIOTLB0_G | VTD_PIOTLB0_DID |
			VTD_PIOTLB0_PASID) ||
	    desc[1] & ~(VTD_PIOTLB1_AM | VTD_PIOTLB1_IH | VTD_PIOTLB1_ADDR))
		return -EIO;
	if (gran != VTD_PIOTLB_PASID && gran != VTD_PIOTLB_PAGE)
		return -EIO;
	to->kind = gran == VTD_PIOTLB_PAGE ? VTD_VQI_PAGES : VTD_VQI_PASID;
	to->has_did = true;
	to->did = FIELD_GET(VTD_PIOTLB0_DID, desc[0]);
	to->pasid = FIELD_GET(VTD_PIOTLB0_PASID, desc[0]);
	to->am = FIELD_GET(VTD_PIOTLB1_AM, desc[1]);
	to->leaf = desc[1] & VTD_PIOTLB1_IH;
	return 0;
}

/* PFSID is reserved on a unit that does not throttle (ECAP.DIT) */
static int vtd_vqi_devtlb(const u64 *desc, u64 ecap, struct vtd_vqi *to)
{
	u64 known = VQI0_TYPE | VTD_DTLB0_MIP | VTD_DTLB0_SID;

	if (ecap & VTD_ECAP_DIT)
		known |= VTD_DTLB0_PFSID_LO | VTD_DTLB0_PFSID_HI;
	if (!(ecap & VTD_ECAP_DT) || desc[0] & ~known ||
	    desc[1] & ~(VTD_DTLB1_S | VTD_DTLB1_ADDR))
		return -EIO;
	to->kind = VTD_VQI_DEVTLB;
	to->has_sid = true;
	to->sid = FIELD_GET(VTD_DTLB0_SID, desc[0]);
	return 0;
}

static int vtd_vqi_pdevtlb(const u64 *desc, u64 ecap, struct vtd_vqi *to)
{
	u64 known = VQI0_TYPE | VTD_PDTLB0_MIP | VTD_PDTLB0_SID |
		    VTD_PDTLB0_PASID;

	if (ecap & VTD_ECAP_DIT)
		known |= VTD_PDTLB0_PFSID_LO | VTD_PDTLB0_PFSID_HI;
	if (!(ecap & VTD_ECAP_DT) || desc[0] & ~known ||
	    desc[1] & ~(VTD_PDTLB1_G | VTD_PDTLB1_S | VTD_PDTLB1_ADDR))
		return -EIO;
	to->kind = VTD_VQI_PDEVTLB;
	to->has_sid = true;
	to->sid = FIELD_GET(VTD_PDTLB0_SID, desc[0]);
	to->pasid = FIELD_GET(VTD_PDTLB0_PASID, desc[0]);
	return 0;
}

/*
 * Where the status goes is the VMM's memory. That page requests are drained (PD) is
 * so when the VMM has read them.
 */
static int vtd_vqi_wait(const u64 *desc, u64 ecap, struct vtd_vqi *to)
{
	u64 known = VQI0_TYPE | VTD_WAIT0_IF | VTD_WAIT0_SW | VTD_WAIT0_FN |
		    VTD_WAIT0_DATA;

	if (ecap & VTD_ECAP_PDS)
		known |= VTD_WAIT0_PD;
	if (desc[0] & ~known || desc[1] & ~VTD_WAIT1_ADDR)
		return -EIO;
	to->kind = desc[0] & VTD_WAIT0_FN ? VTD_VQI_FENCE : VTD_VQI_NOTHING;
	return 0;
}

/**
 * vtd_vqi_decode - check a descriptor of a guest's, and say what it asks for
 * @desc: its four words; the last two are zero of one that has 128 bits
 * @cap: capability register of the unit
 * @ecap: extended capability register
 * @to: filled in
 *
 * Return: 0 or -EIO
 */
int vtd_vqi_decode(const u64 *desc, u64 cap, u64 ecap, struct vtd_vqi *to)
{
	*to = (struct vtd_vqi) { .w1 = desc[1] };
	if (desc[0] & VTD_QI_TYPE_HI || desc[2] || desc[3])
		return -EIO;

	switch (FIELD_GET(VTD_QI_TYPE_LO, desc[0])) {
	case VTD_QI_PIOTLB:
		return vtd_vqi_piotlb(desc, to);
	case VTD_QI_IOTLB:
		return vtd_vqi_iotlb(desc, cap, to);
	case VTD_QI_DTLB:
		return vtd_vqi_devtlb(desc, ecap, to);
	case VTD_QI_PDTLB:
		return vtd_vqi_pdevtlb(desc, ecap, to);
	case VTD_QI_WAIT:
		return vtd_vqi_wait(desc, ecap, to);
	case VTD_QI_CC:
		return vtd_vqi_context(desc, to);
	case VTD_QI_PC:
		return vtd_vqi_pasid_cache(desc, to);
	default:
		return -EIO;
	}
}
