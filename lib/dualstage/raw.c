// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/* iommufd and VFIO, an ioctl a function */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <dualstage_raw.h>

#define PAGE_4K	4096ull

int dsi_open(void)
{
	int fd = open("/dev/iommu", O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int dsi_ioctl(int fd, unsigned long cmd, void *arg)
{
	return ioctl(fd, cmd, arg) ? -errno : 0;
}

int dsi_destroy(int fd, uint32_t id)
{
	struct iommu_destroy cmd = { .size = sizeof(cmd), .id = id };

	return dsi_ioctl(fd, IOMMU_DESTROY, &cmd);
}

int dsi_ioas_alloc(int fd, uint32_t *ioas)
{
	struct iommu_ioas_alloc cmd = { .size = sizeof(cmd) };
	int rc;

	rc = dsi_ioctl(fd, IOMMU_IOAS_ALLOC, &cmd);
	if (!rc)
		*ioas = cmd.out_ioas_id;
	return rc;
}

int dsi_ioas_map(int fd, uint32_t ioas, void *va, uint64_t len, uint64_t iova,
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

	return dsi_ioctl(fd, IOMMU_IOAS_MAP, &cmd);
}

int dsi_ioas_unmap(int fd, uint32_t ioas, uint64_t iova, uint64_t len)
{
	struct iommu_ioas_unmap cmd = {
		.size = sizeof(cmd),
		.ioas_id = ioas,
		.iova = iova,
		.length = len,
	};
	int rc;

	rc = dsi_ioctl(fd, IOMMU_IOAS_UNMAP, &cmd);
	if (!rc && cmd.length != len)
		return -EIO;
	return rc;
}

static int hw_info(int fd, uint32_t dev, uint32_t flags, uint32_t type, void *data,
		   size_t len, struct iommu_hw_info *info)
{
	struct iommu_hw_info cmd = {
		.size = sizeof(cmd),
		.flags = flags,
		.dev_id = dev,
		.data_len = len,
		.data_uptr = (uintptr_t)data,
		.in_data_type = flags & IOMMU_HW_INFO_FLAG_INPUT_TYPE ? type : 0,
	};
	int rc;

	rc = dsi_ioctl(fd, IOMMU_GET_HW_INFO, &cmd);
	if (rc)
		return rc;
	if (info)
		*info = cmd;
	return cmd.out_data_type == type ? 0 : -ENODEV;
}

int dsi_hw_info_vtd(int fd, uint32_t dev, struct iommu_hw_info_vtd *vtd,
		    struct iommu_hw_info *info)
{
	return hw_info(fd, dev, 0, IOMMU_HW_INFO_TYPE_INTEL_VTD, vtd, sizeof(*vtd),
		       info);
}

int dsi_hw_info_smmuv3(int fd, uint32_t dev,
		       struct iommu_hw_info_arm_smmuv3 *smmu,
		       struct iommu_hw_info *info)
{
	return hw_info(fd, dev, 0, IOMMU_HW_INFO_TYPE_ARM_SMMUV3, smmu,
		       sizeof(*smmu), info);
}

int dsi_hw_info_of(int fd, uint32_t dev, uint32_t type, void *data, size_t len)
{
	return hw_info(fd, dev, IOMMU_HW_INFO_FLAG_INPUT_TYPE, type, data, len, NULL);
}

int dsi_hwpt(int fd, const struct dsi_hwpt *what, uint32_t *hwpt)
{
	struct iommu_hwpt_alloc cmd = {
		.size = sizeof(cmd),
		.flags = what->flags,
		.dev_id = what->dev,
		.pt_id = what->pt,
		.data_type = what->type,
		.data_len = what->len,
		.data_uptr = (uintptr_t)what->data,
	};
	int rc;

	if (what->fault) {
		cmd.flags |= IOMMU_HWPT_FAULT_ID_VALID;
		cmd.fault_id = what->fault;
	}
	rc = dsi_ioctl(fd, IOMMU_HWPT_ALLOC, &cmd);
	if (!rc)
		*hwpt = cmd.out_hwpt_id;
	return rc;
}

int dsi_hwpt_paging(int fd, uint32_t dev, uint32_t ioas, uint32_t flags,
		    uint32_t *hwpt)
{
	const struct dsi_hwpt what = {
		.dev = dev,
		.pt = ioas,
		.flags = flags,
		.type = IOMMU_HWPT_DATA_NONE,
	};

	return dsi_hwpt(fd, &what, hwpt);
}

int dsi_hwpt_nested(int fd, uint32_t dev, uint32_t parent, uint32_t flags,
		    const struct iommu_hwpt_vtd_s1 *s1, uint32_t *hwpt)
{
	const struct dsi_hwpt what = {
		.dev = dev,
		.pt = parent,
		.flags = flags,
		.type = IOMMU_HWPT_DATA_VTD_S1,
		.data = s1,
		.len = sizeof(*s1),
	};

	return dsi_hwpt(fd, &what, hwpt);
}

int dsi_hwpt_vste(int fd, uint32_t dev, uint32_t viommu, uint32_t flags,
		  const struct iommu_hwpt_arm_smmuv3 *vste, uint32_t *hwpt)
{
	const struct dsi_hwpt what = {
		.dev = dev,
		.pt = viommu,
		.flags = flags,
		.type = IOMMU_HWPT_DATA_ARM_SMMUV3,
		.data = vste,
		.len = sizeof(*vste),
	};

	return dsi_hwpt(fd, &what, hwpt);
}

int dsi_hwpt_entry(int fd, uint32_t dev, uint32_t viommu, uint32_t flags,
		   const struct iommu_hwpt_vtd_pasid_entry *entry, uint32_t *hwpt)
{
	const struct dsi_hwpt what = {
		.dev = dev,
		.pt = viommu,
		.flags = flags,
		.type = IOMMU_HWPT_DATA_VTD_PASID_ENTRY,
		.data = entry,
		.len = sizeof(*entry),
	};

	return dsi_hwpt(fd, &what, hwpt);
}

int dsi_viommu_of(int fd, uint32_t dev, uint32_t parent, uint32_t type, void *data,
		  size_t len, uint32_t *viommu)
{
	struct iommu_viommu_alloc cmd = {
		.size = sizeof(cmd),
		.type = type,
		.dev_id = dev,
		.hwpt_id = parent,
		.data_len = len,
		.data_uptr = (uintptr_t)data,
	};
	int rc;

	rc = dsi_ioctl(fd, IOMMU_VIOMMU_ALLOC, &cmd);
	if (!rc)
		*viommu = cmd.out_viommu_id;
	return rc;
}

int dsi_viommu(int fd, uint32_t dev, uint32_t parent, uint32_t *viommu)
{
	return dsi_viommu_of(fd, dev, parent, IOMMU_VIOMMU_TYPE_ARM_SMMUV3, NULL, 0,
			     viommu);
}

int dsi_viommu_vtd(int fd, uint32_t dev, uint32_t parent, uint32_t *viommu)
{
	struct iommu_viommu_intel_vtd data = {
		.version = IOMMU_VIOMMU_VTD_VERSION,
	};

	return dsi_viommu_of(fd, dev, parent, IOMMU_VIOMMU_TYPE_INTEL_VTD, &data,
			     sizeof(data), viommu);
}

int dsi_vdevice(int fd, uint32_t viommu, uint32_t dev, uint64_t virt_id,
		uint32_t *vdevice)
{
	struct iommu_vdevice_alloc cmd = {
		.size = sizeof(cmd),
		.viommu_id = viommu,
		.dev_id = dev,
		.virt_id = virt_id,
	};
	int rc;

	rc = dsi_ioctl(fd, IOMMU_VDEVICE_ALLOC, &cmd);
	if (!rc)
		*vdevice = cmd.out_vdevice_id;
	return rc;
}

int dsi_veventq_of(int fd, uint32_t viommu, uint32_t type, uint32_t depth,
		   uint32_t *veventq, int *queue)
{
	struct iommu_veventq_alloc cmd = {
		.size = sizeof(cmd),
		.viommu_id = viommu,
		.type = type,
		.veventq_depth = depth,
	};
	int rc;

	rc = dsi_ioctl(fd, IOMMU_VEVENTQ_ALLOC, &cmd);
	if (!rc) {
		*veventq = cmd.out_veventq_id;
		*queue = cmd.out_veventq_fd;
	}
	return rc;
}

int dsi_veventq(int fd, uint32_t viommu, uint32_t depth, uint32_t *veventq,
		int *queue)
{
	return dsi_veventq_of(fd, viommu, IOMMU_VEVENTQ_TYPE_ARM_SMMUV3, depth, veventq,
			      queue);
}

int dsi_veventq_vtd(int fd, uint32_t viommu, uint32_t depth, uint32_t *veventq,
		    int *queue)
{
	return dsi_veventq_of(fd, viommu, IOMMU_VEVENTQ_TYPE_VTD, depth, veventq,
			      queue);
}

static int next_vevent(int queue, int ms, unsigned int words,
		       struct dsi_vevent *ev)
{
	struct {
		struct iommufd_vevent_header header;
		__le64 evt[4];
	} buf = { 0 };
	const ssize_t size = sizeof(buf.header) + words * sizeof(buf.evt[0]);
	struct pollfd pfd = { .fd = queue, .events = POLLIN };
	unsigned int i;
	ssize_t len;

	if (poll(&pfd, 1, ms) != 1)
		return -EAGAIN;
	len = read(queue, &buf, size);
	if (len < 0)
		return -errno;
	if (!len)
		return -EAGAIN;
	memset(ev, 0, sizeof(*ev));
	ev->flags = buf.header.flags;
	ev->sequence = buf.header.sequence;
	if (ev->flags & IOMMU_VEVENTQ_FLAG_LOST_EVENTS)
		return len == sizeof(buf.header) ? 0 : -EPROTO;
	for (i = 0; i < words; i++)
		ev->evt[i] = le64toh(buf.evt[i]);
	return len == size ? 0 : -EPROTO;
}

int dsi_vevent(int queue, int ms, struct dsi_vevent *ev)
{
	return next_vevent(queue, ms, 4, ev);
}

int dsi_vevent_vtd(int queue, int ms, struct dsi_vevent *ev)
{
	return next_vevent(queue, ms, 2, ev);
}

static int invalidate(int fd, uint32_t id, uint32_t type, const void *entries,
		      size_t len, uint32_t *num)
{
	struct iommu_hwpt_invalidate cmd = {
		.size = sizeof(cmd),
		.hwpt_id = id,
		.data_uptr = (uintptr_t)entries,
		.data_type = type,
		.entry_len = len,
		.entry_num = *num,
	};
	int rc;

	rc = dsi_ioctl(fd, IOMMU_HWPT_INVALIDATE, &cmd);
	*num = cmd.entry_num;
	return rc;
}

int dsi_invalidate(int fd, uint32_t hwpt,
		   const struct iommu_hwpt_vtd_s1_invalidate *entries,
		   uint32_t *num)
{
	return invalidate(fd, hwpt, IOMMU_HWPT_INVALIDATE_DATA_VTD_S1, entries,
			  sizeof(*entries), num);
}

int dsi_commands(int fd, uint32_t viommu,
		 const struct iommu_viommu_arm_smmuv3_invalidate *cmds,
		 uint32_t *num)
{
	return invalidate(fd, viommu, IOMMU_VIOMMU_INVALIDATE_DATA_ARM_SMMUV3,
			  cmds, sizeof(*cmds), num);
}

int dsi_command(int fd, uint32_t viommu,
		struct iommu_viommu_arm_smmuv3_invalidate cmd)
{
	uint32_t num = 1;
	int rc;

	rc = dsi_commands(fd, viommu, &cmd, &num);
	if (rc)
		return num ? -EPROTO : rc;
	return num == 1 ? 0 : -EPROTO;
}

int dsi_descriptors(int fd, uint32_t viommu, const void *descs, size_t len,
		    uint32_t *num)
{
	return invalidate(fd, viommu, IOMMU_VIOMMU_INVALIDATE_DATA_VTD, descs,
			  len, num);
}

int dsi_descriptor(int fd, uint32_t viommu,
		   struct iommu_viommu_vtd_invalidate desc)
{
	uint32_t num = 1;
	int rc;

	rc = dsi_descriptors(fd, viommu, &desc, sizeof(desc), &num);
	if (rc)
		return num ? -EPROTO : rc;
	return num == 1 ? 0 : -EPROTO;
}

int dsi_invalidate_range(int fd, uint32_t hwpt, uint64_t iova, uint64_t npages,
			 uint32_t flags)
{
	struct iommu_hwpt_vtd_s1_invalidate entry = {
		.addr = iova & ~(PAGE_4K - 1),
		.npages = npages,
		.flags = flags,
	};
	uint32_t num = 1;
	int rc;

	rc = dsi_invalidate(fd, hwpt, &entry, &num);
	if (!rc && num != 1)
		return -EIO;
	return rc;
}

int dsi_invalidate_all(int fd, uint32_t hwpt)
{
	return dsi_invalidate_range(fd, hwpt, 0, UINT64_MAX, 0);
}

int dsi_dirty_tracking(int fd, uint32_t hwpt, int enable)
{
	struct iommu_hwpt_set_dirty_tracking cmd = {
		.size = sizeof(cmd),
		.flags = enable ? IOMMU_HWPT_DIRTY_TRACKING_ENABLE : 0,
		.hwpt_id = hwpt,
	};

	return dsi_ioctl(fd, IOMMU_HWPT_SET_DIRTY_TRACKING, &cmd);
}

int dsi_dirty_bitmap(int fd, uint32_t hwpt, uint32_t flags, uint64_t iova,
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

	return dsi_ioctl(fd, IOMMU_HWPT_GET_DIRTY_BITMAP, &cmd);
}

int dsi_ioas_map_file(int fd, uint32_t ioas, int file, uint64_t start, uint64_t len,
		      uint64_t iova, uint32_t perm)
{
	struct iommu_ioas_map_file cmd = {
		.size = sizeof(cmd),
		.flags = IOMMU_IOAS_MAP_FIXED_IOVA | perm,
		.ioas_id = ioas,
		.fd = file,
		.start = start,
		.length = len,
		.iova = iova,
	};

	return dsi_ioctl(fd, IOMMU_IOAS_MAP_FILE, &cmd);
}

int dsi_ioas_copy(int fd, uint32_t ioas, uint64_t iova, uint64_t len, uint32_t from,
		  uint64_t from_iova, uint32_t perm)
{
	struct iommu_ioas_copy cmd = {
		.size = sizeof(cmd),
		.flags = IOMMU_IOAS_MAP_FIXED_IOVA | perm,
		.dst_ioas_id = ioas,
		.src_ioas_id = from,
		.length = len,
		.dst_iova = iova,
		.src_iova = from_iova,
	};

	return dsi_ioctl(fd, IOMMU_IOAS_COPY, &cmd);
}

int dsi_ioas_ranges(int fd, uint32_t ioas, struct iommu_iova_range *ranges, uint32_t *num)
{
	struct iommu_ioas_iova_ranges cmd = {
		.size = sizeof(cmd),
		.ioas_id = ioas,
		.num_iovas = *num,
		.allowed_iovas = (uintptr_t)ranges,
	};
	int rc;

	rc = dsi_ioctl(fd, IOMMU_IOAS_IOVA_RANGES, &cmd);
	*num = cmd.num_iovas;
	return rc;
}

int dsi_fault_queue(int fd, uint32_t *faultq, int *file)
{
	struct iommu_fault_alloc cmd = { .size = sizeof(cmd) };
	int rc;

	rc = dsi_ioctl(fd, IOMMU_FAULT_QUEUE_ALLOC, &cmd);
	if (!rc) {
		*faultq = cmd.out_fault_id;
		*file = cmd.out_fault_fd;
	}
	return rc;
}
