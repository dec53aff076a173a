// SPDX-License-Identifier: GPL-2.0-only
/* The guest's memory and devices, the same for all vendors */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "vmm.h"

void vmm_start(struct vmm *v)
{
	v->iommufd = open("/dev/iommu", O_RDWR);
	if (v->iommufd < 0)
		err(1, "/dev/iommu");
	v->ram = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (v->ram == MAP_FAILED)
		err(1, "guest memory");
}

uint64_t vmm_new_page(struct vmm *v)
{
	if (v->used == PAGES)
		errx(1, "the guest has no more memory");
	return GPA + v->used++ * PAGE;
}

void *vmm_ptr(struct vmm *v, uint64_t gpa)
{
	return v->ram + (gpa - GPA);
}

/* Stage-2: the guest's memory, for all of its devices behind one IOMMU */
static void make_parent(struct vmm *v, struct device *d)
{
	struct iommu_ioas_alloc ioas = { .size = sizeof(ioas) };
	struct iommu_ioas_map map = {
		.size = sizeof(map),
		.flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE |
			 IOMMU_IOAS_MAP_WRITEABLE,
		.iova = GPA, .length = PAGES * PAGE, .user_va = (uintptr_t)v->ram,
	};
	struct iommu_hwpt_alloc hwpt = {
		.size = sizeof(hwpt), .dev_id = d->id,
		.flags = IOMMU_HWPT_ALLOC_NEST_PARENT,
	};

	CALL(v->iommufd, IOMMU_IOAS_ALLOC, &ioas);
	map.ioas_id = ioas.out_ioas_id;
	hwpt.pt_id = ioas.out_ioas_id;
	CALL(v->iommufd, IOMMU_IOAS_MAP, &map);
	CALL(v->iommufd, IOMMU_HWPT_ALLOC, &hwpt);
	v->parent = hwpt.out_hwpt_id;
}

/* Until the guest has an IOMMU driver, a device's addresses are the guest's own */
void vmm_add_device(struct vmm *v, struct device *d, const char *path)
{
	struct vfio_device_bind_iommufd bind = {
		.argsz = sizeof(bind), .iommufd = v->iommufd,
	};

	d->fd = open(path, O_RDWR);
	if (d->fd < 0)
		err(1, "%s", path);
	CALL(d->fd, VFIO_DEVICE_BIND_IOMMUFD, &bind);
	d->id = bind.out_devid;
	if (!v->parent)
		make_parent(v, d);
	vmm_attach(d, v->parent);
}

/* Replaces what was attached; DMA never sees a moment with neither */
void vmm_attach(struct device *d, uint32_t hwpt)
{
	struct vfio_device_attach_iommufd_pt at = {
		.argsz = sizeof(at), .pt_id = hwpt,
	};

	CALL(d->fd, VFIO_DEVICE_ATTACH_IOMMUFD_PT, &at);
}

/* Whose IOMMU is it? A VMM shows its guest one of the same vendor. */
const struct iommu *vmm_iommu_of(struct vmm *v, struct device *d)
{
	union {
		struct iommu_hw_info_vtd vtd;
		struct iommu_hw_info_arm_smmuv3 smmuv3;
	} regs = { 0 };
	struct iommu_hw_info info = {
		.size = sizeof(info), .dev_id = d->id,
		.data_len = sizeof(regs), .data_uptr = (uintptr_t)&regs,
	};

	CALL(v->iommufd, IOMMU_GET_HW_INFO, &info);
	switch (info.out_data_type) {
	case IOMMU_HW_INFO_TYPE_INTEL_VTD:
		if (!(regs.vtd.ecap_reg & 1ull << 26))		/* ECAP.NEST */
			errx(1, "this VT-d has no nested translation");
		return &vtd;
	case IOMMU_HW_INFO_TYPE_ARM_SMMUV3:
		if (!(regs.smmuv3.idr[5] & 1 << 4))		/* IDR5.GRAN4K */
			errx(1, "this SMMUv3 has no granules of 4K");
		return &smmuv3;
	}
	errx(1, "an IOMMU of type %u: that vendor is not known here",
	     info.out_data_type);
}
