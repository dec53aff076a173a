/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * libdualstage, its lowest layer: iommufd objects as a VMM uses them
 *
 * Every function is one ioctl and returns 0 or a negative errno, without words. Who needs
 * a malformed call fills the structure and uses dsi_ioctl(). All of these: any thread.
 */
#ifndef DUALSTAGE_RAW_H
#define DUALSTAGE_RAW_H

#include <stddef.h>
#include <stdint.h>
#include <linux/iommufd.h>
#include <linux/iommufd_nested.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

#define DSI_RO	IOMMU_IOAS_MAP_READABLE
#define DSI_RW	(IOMMU_IOAS_MAP_READABLE | IOMMU_IOAS_MAP_WRITEABLE)

/* Returns a file descriptor, or a negative errno */
int dsi_open(void);
int dsi_ioctl(int fd, unsigned long cmd, void *arg);
int dsi_destroy(int fd, uint32_t id);

int dsi_ioas_alloc(int fd, uint32_t *ioas);
int dsi_ioas_map(int fd, uint32_t ioas, void *va, uint64_t len, uint64_t iova,
		 uint32_t perm);
int dsi_ioas_unmap(int fd, uint32_t ioas, uint64_t iova, uint64_t len);

int dsi_hw_info_vtd(int fd, uint32_t dev, struct iommu_hw_info_vtd *vtd,
		    struct iommu_hw_info *info);
int dsi_hw_info_smmuv3(int fd, uint32_t dev,
		       struct iommu_hw_info_arm_smmuv3 *smmu,
		       struct iommu_hw_info *info);

/* Of a type that a unit has besides the one that it gives unasked */
int dsi_hw_info_of(int fd, uint32_t dev, uint32_t type, void *data, size_t len);

/**
 * struct dsi_hwpt - what a HWPT is to be
 * @dev: device that it is for
 * @pt: IOAS, nesting parent or vIOMMU
 * @flags: IOMMU_HWPT_ALLOC_*
 * @fault: fault queue, 0 for none
 * @type: IOMMU_HWPT_DATA_*
 * @data: what is of this type
 * @len: size of @data in bytes
 */
struct dsi_hwpt {
	uint32_t dev;
	uint32_t pt;
	uint32_t flags;
	uint32_t fault;
	uint32_t type;
	const void *data;
	uint32_t len;
};

int dsi_hwpt(int fd, const struct dsi_hwpt *what, uint32_t *hwpt);
int dsi_hwpt_paging(int fd, uint32_t dev, uint32_t ioas, uint32_t flags,
		    uint32_t *hwpt);
int dsi_hwpt_nested(int fd, uint32_t dev, uint32_t parent, uint32_t flags,
		    const struct iommu_hwpt_vtd_s1 *s1, uint32_t *hwpt);
int dsi_hwpt_vste(int fd, uint32_t dev, uint32_t viommu, uint32_t flags,
		  const struct iommu_hwpt_arm_smmuv3 *vste, uint32_t *hwpt);

/* SMMUv3's objects: a guest's SMMU, its device there, its event queue */
int dsi_viommu(int fd, uint32_t dev, uint32_t parent, uint32_t *viommu);
int dsi_vdevice(int fd, uint32_t viommu, uint32_t dev, uint64_t virt_id,
		uint32_t *vdevice);
int dsi_veventq(int fd, uint32_t viommu, uint32_t depth, uint32_t *veventq,
		int *queue);

/* The same of another type */
int dsi_viommu_of(int fd, uint32_t dev, uint32_t parent, uint32_t type, void *data,
		  size_t len, uint32_t *viommu);
int dsi_veventq_of(int fd, uint32_t viommu, uint32_t type, uint32_t depth,
		   uint32_t *veventq, int *queue);

/* VT-d's objects: a guest's unit, what its PASID table entries are, its event queue */
int dsi_viommu_vtd(int fd, uint32_t dev, uint32_t parent, uint32_t *viommu);
int dsi_hwpt_entry(int fd, uint32_t dev, uint32_t viommu, uint32_t flags,
		   const struct iommu_hwpt_vtd_pasid_entry *entry, uint32_t *hwpt);
int dsi_veventq_vtd(int fd, uint32_t viommu, uint32_t depth, uint32_t *veventq,
		    int *queue);

/**
 * struct dsi_vevent - what a vEVENTQ gives
 * @flags: IOMMU_VEVENTQ_FLAG_LOST_EVENTS: there is no event, some were lost
 * @sequence: number of the event
 * @evt: event record
 */
struct dsi_vevent {
	uint32_t flags;
	uint32_t sequence;
	uint64_t evt[4];
};

/* The next one, -EAGAIN if there is none within @ms */
int dsi_vevent(int queue, int ms, struct dsi_vevent *ev);
/* The same of VT-d, whose events have two words */
int dsi_vevent_vtd(int queue, int ms, struct dsi_vevent *ev);

/* @num: in how many entries there are, out how many were done */
int dsi_invalidate(int fd, uint32_t hwpt,
		   const struct iommu_hwpt_vtd_s1_invalidate *entries,
		   uint32_t *num);
/* One entry, from the page of @iova on */
int dsi_invalidate_range(int fd, uint32_t hwpt, uint64_t iova, uint64_t npages,
			 uint32_t flags);
int dsi_invalidate_all(int fd, uint32_t hwpt);

/* As dsi_invalidate(), commands of a guest's SMMUv3 */
int dsi_commands(int fd, uint32_t viommu,
		 const struct iommu_viommu_arm_smmuv3_invalidate *cmds,
		 uint32_t *num);
/* One command */
int dsi_command(int fd, uint32_t viommu,
		struct iommu_viommu_arm_smmuv3_invalidate cmd);

/* Descriptors of a guest's VT-d unit, of @len bytes each; and one of 32 bytes */
int dsi_descriptors(int fd, uint32_t viommu, const void *descs, size_t len,
		    uint32_t *num);
int dsi_descriptor(int fd, uint32_t viommu,
		   struct iommu_viommu_vtd_invalidate desc);

int dsi_dirty_tracking(int fd, uint32_t hwpt, int enable);
int dsi_dirty_bitmap(int fd, uint32_t hwpt, uint32_t flags, uint64_t iova,
		     uint64_t len, uint64_t *bitmap);

/* Functions of the same kind for what the kernel has besides */
int dsi_ioas_map_file(int fd, uint32_t ioas, int file, uint64_t start, uint64_t len,
		      uint64_t iova, uint32_t perm);
int dsi_ioas_copy(int fd, uint32_t ioas, uint64_t iova, uint64_t len, uint32_t from,
		  uint64_t from_iova, uint32_t perm);
/* @num: in, for how many there is room; out, how many there are (also with -EMSGSIZE) */
int dsi_ioas_ranges(int fd, uint32_t ioas, struct iommu_iova_range *ranges, uint32_t *num);
/* A queue of page faults, and the file to read it from */
int dsi_fault_queue(int fd, uint32_t *faultq, int *file);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif

#endif /* DUALSTAGE_RAW_H */
