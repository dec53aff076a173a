// SPDX-License-Identifier: GPL-2.0-only
/* iommufd objects as a VMM uses them */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>

#include "util.h"
#include "vmm.h"

int vmm_open(void)
{
	int fd = open("/dev/iommu", O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int vmm_ioctl(int fd, unsigned long cmd, void *arg)
{
	return ioctl(fd, cmd, arg) ? -errno : 0;
}

int vmm_destroy(int fd, uint32_t id)
{
	struct iommu_destroy cmd = { .size = sizeof(cmd), .id = id };

	return vmm_ioctl(fd, IOMMU_DESTROY, &cmd);
}

int vmm_ioas_alloc(int fd, uint32_t *ioas)
{
	struct iommu_ioas_alloc cmd = { .size = sizeof(cmd) };
	int rc;

	rc = vmm_ioctl(fd, IOMMU_IOAS_ALLOC, &cmd);
	if (!rc)
		*ioas = cmd.out_ioas_id;
	return rc;
}

int vmm_ioas_map(int fd, uint32_t ioas, void *va, uint64_t len, uint64_t iova,
		 uint32_t perm)
{
	struct iommu_ioas_map cmd = {
		.size = sizeof(cmd),
		.flags = IOMMU_IOAS_MAP_FIXED_IOVA | perm,
		.ioas_id = ioas,
		.user_va = (uintptr_t)va,
		.length = len,
		.iova = iova,
	};

	return vmm_ioctl(fd, IOMMU_IOAS_MAP, &cmd);
}

int vmm_ioas_unmap(int fd, uint32_t ioas, uint64_t iova, uint64_t len)
{
	struct iommu_ioas_unmap cmd = {
		.size = sizeof(cmd),
		.ioas_id = ioas,
		.iova = iova,
		.length = len,
	};
	int rc;

	rc = vmm_ioctl(fd, IOMMU_IOAS_UNMAP, &cmd);
	if (!rc && cmd.length != len)
		return -EIO;
	return rc;
}

int vmm_hw_info_vtd(int fd, uint32_t dev, struct iommu_hw_info_vtd *vtd,
		    struct iommu_hw_info *info)
{
	struct iommu_hw_info cmd = {
		.size = sizeof(cmd),
		.dev_id = dev,
		.data_len = sizeof(*vtd),
		.data_uptr = (uintptr_t)vtd,
	};
	int rc;

	rc = vmm_ioctl(fd, IOMMU_GET_HW_INFO, &cmd);
	if (rc)
		return rc;
	if (info)
		*info = cmd;
	return cmd.out_data_type == IOMMU_HW_INFO_TYPE_INTEL_VTD ? 0 : -ENODEV;
}

int vmm_hwpt_paging(int fd, uint32_t dev, uint32_t ioas, uint32_t flags,
		    uint32_t *hwpt)
{
	struct iommu_hwpt_alloc cmd = {
		.size = sizeof(cmd),
		.flags = flags,
		.dev_id = dev,
		.pt_id = ioas,
		.data_type = IOMMU_HWPT_DATA_NONE,
	};
	int rc;

	rc = vmm_ioctl(fd, IOMMU_HWPT_ALLOC, &cmd);
	if (!rc)
		*hwpt = cmd.out_hwpt_id;
	return rc;
}

int vmm_hwpt_nested(int fd, uint32_t dev, uint32_t parent, uint32_t flags,
		    const struct iommu_hwpt_vtd_s1 *s1, uint32_t *hwpt)
{
	struct iommu_hwpt_alloc cmd = {
		.size = sizeof(cmd),
		.flags = flags,
		.dev_id = dev,
		.pt_id = parent,
		.data_type = IOMMU_HWPT_DATA_VTD_S1,
		.data_len = sizeof(*s1),
		.data_uptr = (uintptr_t)s1,
	};
	int rc;

	rc = vmm_ioctl(fd, IOMMU_HWPT_ALLOC, &cmd);
	if (!rc)
		*hwpt = cmd.out_hwpt_id;
	return rc;
}

int vmm_invalidate(int fd, uint32_t hwpt,
		   const struct iommu_hwpt_vtd_s1_invalidate *entries,
		   uint32_t *num)
{
	struct iommu_hwpt_invalidate cmd = {
		.size = sizeof(cmd),
		.hwpt_id = hwpt,
		.data_uptr = (uintptr_t)entries,
		.data_type = IOMMU_HWPT_INVALIDATE_DATA_VTD_S1,
		.entry_len = sizeof(*entries),
		.entry_num = *num,
	};
	int rc;

	rc = vmm_ioctl(fd, IOMMU_HWPT_INVALIDATE, &cmd);
	*num = cmd.entry_num;
	return rc;
}

int vmm_invalidate_range(int fd, uint32_t hwpt, uint64_t iova, uint64_t npages,
			 uint32_t flags)
{
	struct iommu_hwpt_vtd_s1_invalidate entry = {
		.addr = iova & ~(PAGE_4K - 1),
		.npages = npages,
		.flags = flags,
	};
	uint32_t num = 1;
	int rc;

	rc = vmm_invalidate(fd, hwpt, &entry, &num);
	if (!rc && num != 1)
		return -EIO;
	return rc;
}

int vmm_invalidate_all(int fd, uint32_t hwpt)
{
	return vmm_invalidate_range(fd, hwpt, 0, UINT64_MAX, 0);
}

int vmm_dirty_tracking(int fd, uint32_t hwpt, int enable)
{
	struct iommu_hwpt_set_dirty_tracking cmd = {
		.size = sizeof(cmd),
		.flags = enable ? IOMMU_HWPT_DIRTY_TRACKING_ENABLE : 0,
		.hwpt_id = hwpt,
	};

	return vmm_ioctl(fd, IOMMU_HWPT_SET_DIRTY_TRACKING, &cmd);
}

int vmm_dirty_bitmap(int fd, uint32_t hwpt, uint32_t flags, uint64_t iova,
		     uint64_t len, uint64_t *bitmap)
{
	struct iommu_hwpt_get_dirty_bitmap cmd = {
		.size = sizeof(cmd),
		.hwpt_id = hwpt,
		.flags = flags,
		.iova = iova,
		.length = len,
		.page_size = PAGE_4K,
		.data = (uintptr_t)bitmap,
	};

	return vmm_ioctl(fd, IOMMU_HWPT_GET_DIRTY_BITMAP, &cmd);
}
