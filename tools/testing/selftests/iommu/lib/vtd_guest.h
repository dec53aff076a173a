/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a guest's VT-d driver makes besides page tables: PASID table entries and
 * descriptors of the invalidation queue; and what it reads of fault records. Sections
 * 9.6, 6.5.2 and 11.4.7.6 of the specification.
 */
#ifndef IOMMU_VTD_GUEST_H
#define IOMMU_VTD_GUEST_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/iommufd_nested.h>

#include "s1.h"

/* PASID table entry: words 0, 1 and 2 */
#define PE0_P			(1ull << 0)
#define PE0_FPD			(1ull << 1)
#define PE0_AW(x)		((uint64_t)(x) << 2)
#define PE0_SSEE		(1ull << 5)
#define PE0_PGTT(x)		((uint64_t)(x) << 6)
#define PE0_SSADE		(1ull << 9)
#define PE1_DID(x)		((uint64_t)(x))
#define PE1_PWSNP		(1ull << 23)
#define PE1_PGSNP		(1ull << 24)
#define PE2_SRE			(1ull << 0)
#define PE2_ERE			(1ull << 1)
#define PE2_FSPM(x)		((uint64_t)(x) << 2)
#define PE2_WPE			(1ull << 4)
#define PE2_NXE			(1ull << 5)
#define PE2_SMEP		(1ull << 6)
#define PE2_EAFE		(1ull << 7)

/* Types of descriptors, and what their first word has */
#define QI_CC			0x1
#define QI_IOTLB		0x2
#define QI_DTLB			0x3
#define QI_IEC			0x4
#define QI_WAIT			0x5
#define QI_PIOTLB		0x6
#define QI_PC			0x7
#define QI_PDTLB		0x8
#define QI_PGRP_RESP		0x9
#define QI0_G(x)		((uint64_t)(x) << 4)
#define QI0_DID(x)		((uint64_t)(x) << 16)
#define QI0_PASID(x)		((uint64_t)(x) << 32)
#define QI_CC0_SID(x)		((uint64_t)(x) << 32)
#define QI_CC0_FM(x)		((uint64_t)(x) << 48)
#define QI_DTLB0_SID(x)		((uint64_t)(x) << 32)
#define QI_PDTLB0_SID(x)	((uint64_t)(x) << 16)
#define QI_WAIT0_IF		(1ull << 4)
#define QI_WAIT0_SW		(1ull << 5)
#define QI_WAIT0_FN		(1ull << 6)
#define QI_WAIT0_PD		(1ull << 7)
#define QI_DTLB1_S		(1ull << 0)
#define QI_PDTLB1_G		(1ull << 0)
#define QI_PDTLB1_S		(1ull << 11)
#define QI_IH			(1ull << 6)

/* Fault records: the second word; and reasons (7.1.3) */
#define FR1_SID(w)		((uint16_t)(w))
#define FR1_T2			(1ull << 28)
#define FR1_PRIV		(1ull << 29)
#define FR1_EXE			(1ull << 30)
#define FR1_PP			(1ull << 31)
#define FR1_REASON(w)		((uint8_t)((w) >> 32))
#define FR1_PASID(w)		((uint32_t)((w) >> 40) & 0xfffff)
#define FR1_AT(w)		((unsigned int)((w) >> 60) & 3)
#define FR1_T1			(1ull << 62)
#define FR1_F			(1ull << 63)
#define FR_PTE_NP		0x59
#define FR_PTE_SRE		0x5d
#define FR_FS_NP		0x71
#define FR_FS_RSVD		0x72
#define FR_NON_CANONICAL	0x80
#define FR_FS_US		0x81
#define FR_WRITE		0x85

typedef struct iommu_viommu_vtd_invalidate vtd_desc;

/* An entry of @s1 with the guest's domain-id @did, and @bits in its third word */
struct iommu_hwpt_vtd_pasid_entry vtd_entry(const struct s1 *s1, uint16_t did,
					    uint64_t bits);

vtd_desc vtd_desc_make(uint64_t w0, uint64_t w1);
vtd_desc vtd_desc_iotlb_all(void);
vtd_desc vtd_desc_iotlb(uint16_t did);
/* Of a PASID; and 2^@am pages of it */
vtd_desc vtd_desc_pasid(uint16_t did, uint32_t pasid);
vtd_desc vtd_desc_pages(uint16_t did, uint32_t pasid, uint64_t addr,
			unsigned int am, bool leaf);
/* 2^@lg2 bytes from @addr of a device's device-TLB; 64 for all of them */
vtd_desc vtd_desc_dtlb(uint16_t sid, uint64_t addr, unsigned int lg2);
vtd_desc vtd_desc_pdtlb(uint16_t sid, uint32_t pasid, uint64_t addr,
			unsigned int lg2);
vtd_desc vtd_desc_fence(void);

#endif /* IOMMU_VTD_GUEST_H */
