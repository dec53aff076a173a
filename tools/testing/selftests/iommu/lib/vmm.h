/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * iommufd objects as a VMM uses them
 *
 * Every function is one ioctl and returns 0 or a negative errno. Tests that
 * need a malformed call fill the structure themselves and use vmm_ioctl().
 */
#ifndef IOMMU_VMM_H
#define IOMMU_VMM_H

#include <stddef.h>
#include <stdint.h>
#include <linux/iommufd.h>
#include <linux/iommufd_nested.h>

#define VMM_RO	IOMMU_IOAS_MAP_READABLE
#define VMM_RW	(IOMMU_IOAS_MAP_READABLE | IOMMU_IOAS_MAP_WRITEABLE)

/* Returns a file descriptor, or a negative errno */
int vmm_open(void);
int vmm_ioctl(int fd, unsigned long cmd, void *arg);
int vmm_destroy(int fd, uint32_t id);

int vmm_ioas_alloc(int fd, uint32_t *ioas);
int vmm_ioas_map(int fd, uint32_t ioas, void *va, uint64_t len, uint64_t iova,
		 uint32_t perm);
int vmm_ioas_unmap(int fd, uint32_t ioas, uint64_t iova, uint64_t len);

int vmm_hw_info_vtd(int fd, uint32_t dev, struct iommu_hw_info_vtd *vtd,
		    struct iommu_hw_info *info);
int vmm_hw_info_smmuv3(int fd, uint32_t dev,
		       struct iommu_hw_info_arm_smmuv3 *smmu,
		       struct iommu_hw_info *info);

/* Of a type that a unit has besides the one that it gives unasked */
int vmm_hw_info_of(int fd, uint32_t dev, uint32_t type, void *data, size_t len);

/**
 * struct vmm_hwpt - what a HWPT is to be
 * @dev: device that it is for
 * @pt: IOAS, nesting parent or vIOMMU
 * @flags: IOMMU_HWPT_ALLOC_*
 * @fault: fault queue, 0 for none
 * @type: IOMMU_HWPT_DATA_*
 * @data: what is of this type
 * @len: size of @data in bytes
 */
struct vmm_hwpt {
	uint32_t dev;
	uint32_t pt;
	uint32_t flags;
	uint32_t fault;
	uint32_t type;
	const void *data;
	uint32_t len;
};

int vmm_hwpt(int fd, const struct vmm_hwpt *what, uint32_t *hwpt);
int vmm_hwpt_paging(int fd, uint32_t dev, uint32_t ioas, uint32_t flags,
		    uint32_t *hwpt);
int vmm_hwpt_nested(int fd, uint32_t dev, uint32_t parent, uint32_t flags,
		    const struct iommu_hwpt_vtd_s1 *s1, uint32_t *hwpt);
int vmm_hwpt_vste(int fd, uint32_t dev, uint32_t viommu, uint32_t flags,
		  const struct iommu_hwpt_arm_smmuv3 *vste, uint32_t *hwpt);

/* SMMUv3's objects: a guest's SMMU, its device there, its event queue */
int vmm_viommu(int fd, uint32_t dev, uint32_t parent, uint32_t *viommu);
int vmm_vdevice(int fd, uint32_t viommu, uint32_t dev, uint64_t virt_id,
		uint32_t *vdevice);
int vmm_veventq(int fd, uint32_t viommu, uint32_t depth, uint32_t *veventq,
		int *queue);

/* The same of another type */
int vmm_viommu_of(int fd, uint32_t dev, uint32_t parent, uint32_t type, void *data,
		  size_t len, uint32_t *viommu);
int vmm_veventq_of(int fd, uint32_t viommu, uint32_t type, uint32_t depth,
		   uint32_t *veventq, int *queue);

/* VT-d's objects: a guest's unit, what its PASID table entries are, its event queue */
int vmm_viommu_vtd(int fd, uint32_t dev, uint32_t parent, uint32_t *viommu);
int vmm_hwpt_entry(int fd, uint32_t dev, uint32_t viommu, uint32_t flags,
		   const struct iommu_hwpt_vtd_pasid_entry *entry, uint32_t *hwpt);
int vmm_veventq_vtd(int fd, uint32_t viommu, uint32_t depth, uint32_t *veventq,
		    int *queue);

/**
 * struct vmm_vevent - what a vEVENTQ gives
 * @flags: IOMMU_VEVENTQ_FLAG_LOST_EVENTS: there is no event, some were lost
 * @sequence: number of the event
 * @evt: event record
 */
struct vmm_vevent {
	uint32_t flags;
	uint32_t sequence;
	uint64_t evt[4];
};

/* The next one, -EAGAIN if there is none within @ms */
int vmm_vevent(int queue, int ms, struct vmm_vevent *ev);
/* The same of VT-d, whose events have two words */
int vmm_vevent_vtd(int queue, int ms, struct vmm_vevent *ev);

/* @num: in how many entries there are, out how many were done */
int vmm_invalidate(int fd, uint32_t hwpt,
		   const struct iommu_hwpt_vtd_s1_invalidate *entries,
		   uint32_t *num);
/* One entry, from the page of @iova on */
int vmm_invalidate_range(int fd, uint32_t hwpt, uint64_t iova, uint64_t npages,
			 uint32_t flags);
int vmm_invalidate_all(int fd, uint32_t hwpt);

/* As vmm_invalidate(), commands of a guest's SMMUv3 */
int vmm_commands(int fd, uint32_t viommu,
		 const struct iommu_viommu_arm_smmuv3_invalidate *cmds,
		 uint32_t *num);
/* One command */
int vmm_command(int fd, uint32_t viommu,
		struct iommu_viommu_arm_smmuv3_invalidate cmd);

/* Descriptors of a guest's VT-d unit, of @len bytes each; and one of 32 bytes */
int vmm_descriptors(int fd, uint32_t viommu, const void *descs, size_t len,
		    uint32_t *num);
int vmm_descriptor(int fd, uint32_t viommu,
		   struct iommu_viommu_vtd_invalidate desc);

int vmm_dirty_tracking(int fd, uint32_t hwpt, int enable);
int vmm_dirty_bitmap(int fd, uint32_t hwpt, uint32_t flags, uint64_t iova,
		     uint64_t len, uint64_t *bitmap);

#endif /* IOMMU_VMM_H */
