// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/* What the hardware's records of faults say */
#include <string.h>

#include "internal.h"

/* Fault recording register of VT-d (11.4.7.6), second word; the first is the page */
#define FR1_SID(w)	((w) & 0xffff)
#define FR1_T2		(1ull << 28)
#define FR1_PRIV	(1ull << 29)
#define FR1_EXE		(1ull << 30)
#define FR1_PP		(1ull << 31)
#define FR1_REASON(w)	((unsigned int)((w) >> 32) & 0xff)
#define FR1_PASID(w)	((uint32_t)((w) >> 40) & 0xfffff)
#define FR1_T1		(1ull << 62)

/* Reasons (7.1.3) */
#define FR_PTE_NP	0x59
#define FR_PTE_RSVD	0x5a
#define FR_PTE_INV	0x5b
#define FR_PTE_ERE	0x5c
#define FR_PTE_SRE	0x5d
#define FR_FS_ACCESS	0x70
#define FR_FS_NP	0x71
#define FR_FS_RSVD	0x72
#define FR_FS_AD_WRITE	0x77
#define FR_NON_CANONICAL 0x80
#define FR_FS_US	0x81
#define FR_FS_NX	0x82
#define FR_WRITE	0x85
#define FR_READ		0x86
#define FR_SMEP		0x88

/* Event record of SMMUv3 (7.3) */
#define EVT0_ID(w)	((unsigned int)(w) & 0xff)
#define EVT0_SSV	(1ull << 11)
#define EVT0_SSID(w)	((uint32_t)((w) >> 12) & 0xfffff)
#define EVT0_SID(w)	((w) >> 32)
#define EVT1_PNU	(1ull << 33)
#define EVT1_IND	(1ull << 34)
#define EVT1_RNW	(1ull << 35)

#define C_BAD_STE	0x04
#define F_STREAM_DISABLED 0x06
#define C_BAD_SUBSTREAMID 0x08
#define C_BAD_CD	0x0a
#define F_TRANSLATION	0x10
#define F_ADDR_SIZE	0x11
#define F_ACCESS	0x12
#define F_PERMISSION	0x13

static enum ds_fault_kind vtd_kind(unsigned int reason)
{
	switch (reason) {
	case FR_FS_NP:
	case FR_NON_CANONICAL:
		return DS_FAULT_UNMAPPED;
	case FR_PTE_ERE:
	case FR_PTE_SRE:
	case FR_FS_US:
	case FR_FS_NX:
	case FR_WRITE:
	case FR_READ:
	case FR_SMEP:
		return DS_FAULT_PERMISSION;
	case FR_PTE_NP:
	case FR_PTE_RSVD:
	case FR_PTE_INV:
	case FR_FS_RSVD:
		return DS_FAULT_CONFIG;
	default:
		/* Tables that the hardware cannot read are the guest's doing, too */
		return reason >= FR_FS_ACCESS && reason <= FR_FS_AD_WRITE ?
		       DS_FAULT_CONFIG : DS_FAULT_OTHER;
	}
}

void ds_fault_vtd(const uint64_t record[2], struct ds_fault *fault)
{
	const uint64_t w = record[1];

	fault->kind = vtd_kind(FR1_REASON(w));
	/*
	 * T1 and T2: 0 a write, 1 a page request, which does not say, 2 a read, 3 an atomic
	 * operation, which is both
	 */
	if (w & FR1_T1)
		fault->access |= DS_ACCESS_READ;
	if (!(w & FR1_T1) == !(w & FR1_T2))
		fault->access |= DS_ACCESS_WRITE;
	if (w & FR1_PP && w & FR1_EXE)
		fault->access |= DS_ACCESS_EXEC;
	if (w & FR1_PP && w & FR1_PRIV)
		fault->access |= DS_ACCESS_PRIV;
	fault->guest_id = FR1_SID(w);
	if (w & FR1_PP)
		fault->pasid = FR1_PASID(w);
	fault->addr = record[0] & ~(DS_PAGE - 1);
	memcpy(fault->raw, record, 2 * sizeof(*record));
	fault->raw_len = 2 * sizeof(*record);
}

static enum ds_fault_kind smmu_kind(unsigned int id)
{
	switch (id) {
	case F_TRANSLATION:
		return DS_FAULT_UNMAPPED;
	case F_ACCESS:
	case F_PERMISSION:
		return DS_FAULT_PERMISSION;
	case C_BAD_STE:
	case F_STREAM_DISABLED:
	case C_BAD_SUBSTREAMID:
	case C_BAD_CD:
	case F_ADDR_SIZE:
		return DS_FAULT_CONFIG;
	default:
		return DS_FAULT_OTHER;
	}
}

void ds_fault_smmu(const uint64_t record[4], struct ds_fault *fault)
{
	const unsigned int id = EVT0_ID(record[0]);

	fault->kind = smmu_kind(id);
	fault->guest_id = EVT0_SID(record[0]);
	if (record[0] & EVT0_SSV)
		fault->pasid = EVT0_SSID(record[0]);
	/* Only records of translations have an address */
	if (id >= F_TRANSLATION && id <= F_PERMISSION) {
		fault->access = record[1] & EVT1_RNW ? DS_ACCESS_READ : DS_ACCESS_WRITE;
		if (record[1] & EVT1_IND)
			fault->access |= DS_ACCESS_EXEC;
		if (record[1] & EVT1_PNU)
			fault->access |= DS_ACCESS_PRIV;
		fault->addr = record[2];
	}
	memcpy(fault->raw, record, 4 * sizeof(*record));
	fault->raw_len = 4 * sizeof(*record);
}
