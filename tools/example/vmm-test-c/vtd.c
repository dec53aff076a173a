// SPDX-License-Identifier: GPL-2.0-only
/* Intel VT-d: the guest's tables are known by their root alone */
#include <errno.h>

#include "vmm.h"

static void vtd_start(struct vmm *v, struct device *d, unsigned int devices)
{
	(void)v;
	(void)d;
	(void)devices;			/* there is nothing to be told before */
}

/* The guest has set a PASID table entry: its tables begin at d->root */
static void vtd_attach(struct vmm *v, struct device *d)
{
	struct iommu_hwpt_vtd_s1 s1 = { .addr_width = 48 };
	struct iommu_hwpt_alloc hwpt = {
		.size = sizeof(hwpt), .dev_id = d->id, .pt_id = v->parent,
		.data_type = IOMMU_HWPT_DATA_VTD_S1,
		.data_len = sizeof(s1), .data_uptr = (uintptr_t)&s1,
	};

	d->root = vmm_new_page(v);
	s1.pgtbl_addr = d->root;
	CALL(v->iommufd, IOMMU_HWPT_ALLOC, &hwpt);
	d->nested = hwpt.out_hwpt_id;
	vmm_attach(d, d->nested);
}

/* What the guest's driver does: four levels, entries present, writable, user (7) */
static void vtd_map(struct vmm *v, struct device *d, uint64_t iova, uint64_t gpa)
{
	uint64_t *entry, table = d->root;
	int shift;

	for (shift = 39; ; shift -= 9) {
		entry = (uint64_t *)vmm_ptr(v, table) + (iova >> shift) % 512;
		if (shift == 12)
			break;
		if (!*entry)
			*entry = vmm_new_page(v) | 7;
		table = *entry & ~(PAGE - 1);
	}
	*entry = gpa | 7;
}

/* The guest has put a PASID-based IOTLB invalidation of a page into its queue */
static int vtd_invalidate(struct vmm *v, struct device *d, uint64_t iova)
{
	struct iommu_hwpt_vtd_s1_invalidate page = {
		.addr = iova, .npages = 1, .flags = IOMMU_VTD_INV_FLAGS_LEAF,
	};
	struct iommu_hwpt_invalidate inv = {
		.size = sizeof(inv), .hwpt_id = d->nested,
		.data_type = IOMMU_HWPT_INVALIDATE_DATA_VTD_S1,
		.data_uptr = (uintptr_t)&page, .entry_len = sizeof(page),
		.entry_num = 1,
	};

	return ioctl(v->iommufd, IOMMU_HWPT_INVALIDATE, &inv) ? errno : 0;
}

/* iommufd reports no faults of VT-d; the host's log has them */
static void vtd_hear_of_fault(struct vmm *v, struct device *d, uint64_t iova)
{
	(void)v;
	(void)d;
	(void)iova;
}

const struct iommu vtd = {
	.name = "VT-d",
	.start = vtd_start,
	.attach = vtd_attach,
	.map = vtd_map,
	.invalidate = vtd_invalidate,
	.hear_of_fault = vtd_hear_of_fault,
};
