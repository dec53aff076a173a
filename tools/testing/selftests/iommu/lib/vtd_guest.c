// SPDX-License-Identifier: GPL-2.0-only
/* What a guest's VT-d driver makes besides page tables */
#include <endian.h>

#include "util.h"
#include "vtd_guest.h"

struct iommu_hwpt_vtd_pasid_entry vtd_entry(const struct s1 *s1, uint16_t did,
					    uint64_t bits)
{
	/* AW as a kernel's driver has it, which means nothing for stage-1 */
	return (struct iommu_hwpt_vtd_pasid_entry){
		.entry = {
			htole64(PE0_P | PE0_PGTT(1) | PE0_AW(2)),
			htole64(PE1_DID(did)),
			htole64(s1->root | PE2_FSPM(s1->levels - 4) | bits),
		},
	};
}

vtd_desc vtd_desc_make(uint64_t w0, uint64_t w1)
{
	return (vtd_desc){ .desc = { htole64(w0), htole64(w1) } };
}

vtd_desc vtd_desc_iotlb_all(void)
{
	return vtd_desc_make(QI_IOTLB | QI0_G(1), 0);
}

vtd_desc vtd_desc_iotlb(uint16_t did)
{
	return vtd_desc_make(QI_IOTLB | QI0_G(2) | QI0_DID(did), 0);
}

vtd_desc vtd_desc_pasid(uint16_t did, uint32_t pasid)
{
	return vtd_desc_make(QI_PIOTLB | QI0_G(2) | QI0_DID(did) |
			     QI0_PASID(pasid), 0);
}

vtd_desc vtd_desc_pages(uint16_t did, uint32_t pasid, uint64_t addr,
			unsigned int am, bool leaf)
{
	return vtd_desc_make(QI_PIOTLB | QI0_G(3) | QI0_DID(did) |
			     QI0_PASID(pasid),
			     (addr & ~(PAGE_4K - 1)) | am | (leaf ? QI_IH : 0));
}

/* The lowest bit that is clear tells the size */
static uint64_t range_of(uint64_t addr, unsigned int lg2, uint64_t s)
{
	addr &= ~(PAGE_4K - 1);
	if (lg2 <= 12)
		return addr;
	if (lg2 >= 64)
		return (~0ull >> 1 & ~(PAGE_4K - 1)) | s;
	addr = addr >> lg2 << lg2;
	return addr | ((1ull << (lg2 - 1)) - PAGE_4K) | s;
}

vtd_desc vtd_desc_dtlb(uint16_t sid, uint64_t addr, unsigned int lg2)
{
	return vtd_desc_make(QI_DTLB | QI_DTLB0_SID(sid),
			     range_of(addr, lg2, QI_DTLB1_S));
}

vtd_desc vtd_desc_pdtlb(uint16_t sid, uint32_t pasid, uint64_t addr,
			unsigned int lg2)
{
	return vtd_desc_make(QI_PDTLB | QI_PDTLB0_SID(sid) | QI0_PASID(pasid),
			     range_of(addr, lg2, QI_PDTLB1_S));
}

vtd_desc vtd_desc_fence(void)
{
	return vtd_desc_make(QI_WAIT | QI_WAIT0_FN, 0);
}
