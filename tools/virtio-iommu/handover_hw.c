// SPDX-License-Identifier: GPL-2.0-only
/* Tables that a guest makes itself: what the hardware is, and is told */
#include <endian.h>
#include <string.h>

#include <dualstage.h>

#include "backend.h"
#include "handover.h"

_Static_assert(offsetof(struct virtio_iommu_req_attach_table, tail) == 124, "as in the draft");
_Static_assert(offsetof(struct virtio_iommu_req_invalidate, tail) == 60, "as in the draft");

/* Stream table entry (SMMUv3 5.2): stage-1 alone, tables cached and inner shareable */
#define STE0_V		(1ull << 0)
#define STE0_S1		(5ull << 1)
#define STE1_CIR_WB	(1ull << 2)
#define STE1_COR_WB	(1ull << 4)
#define STE1_CSH_INNER	(3ull << 6)

#define CMD_CFGI_CD_ALL	0x06ull

struct smmu_property {
	struct virtio_iommu_probe_property head;
	uint8_t reserved[4];
	uint64_t idr[6];
};

struct vtd_property {
	struct virtio_iommu_probe_property head;
	uint8_t reserved[4];
	uint64_t cap;
	uint64_t ecap;
};

static struct virtio_iommu_probe_property head_of(uint16_t type, size_t size)
{
	return (struct virtio_iommu_probe_property) {
		.type = htole16(type),
		.length = htole16(size - sizeof(struct virtio_iommu_probe_property)),
	};
}

/* IDR2 and IDR4 have nothing that a guest would need */
size_t handover_describe_smmu(const struct iommu_hw_info_arm_smmuv3 *info, uint8_t *property)
{
	struct smmu_property p = {
		.head = head_of(VIRTIO_IOMMU_PROBE_HW_SMMU3, sizeof(p)),
		.idr = {
			[0] = htole64(info->idr[0]),
			[1] = htole64(info->idr[1]),
			[3] = htole64(info->idr[3]),
			[5] = htole64(info->idr[5]),
		},
	};

	_Static_assert(sizeof(p) <= VIOMMU_PROPERTY_MAX, "there is room for it");
	memcpy(property, &p, sizeof(p));
	return sizeof(p);
}

size_t handover_describe_vtd(const struct iommu_hw_info_vtd *info, uint8_t *property)
{
	struct vtd_property p = {
		.head = head_of(VIRTIO_IOMMU_PROBE_HW_VTD, sizeof(p)),
		.cap = htole64(info->cap_reg),
		.ecap = htole64(info->ecap_reg),
	};

	memcpy(property, &p, sizeof(p));
	return sizeof(p);
}

void handover_ste(const struct viommu_handed *tables, uint64_t ste[2])
{
	ste[0] = htole64(tables->ste[0] | STE0_V | STE0_S1);
	ste[1] = htole64(tables->ste[1] | STE1_CIR_WB | STE1_COR_WB | STE1_CSH_INNER);
}

void handover_forget_cds(uint64_t sid, uint64_t cmd[2])
{
	cmd[0] = htole64(CMD_CFGI_CD_ALL | sid << 32);
	cmd[1] = 0;
}
