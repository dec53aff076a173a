/* SPDX-License-Identifier: GPL-2.0-only */
/* What of a VMM this test is about: a guest's memory, its devices, its IOMMU */
#ifndef VMM_H
#define VMM_H

#include <err.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <linux/iommufd.h>
#include <linux/vfio.h>

#define PAGE	4096ull
#define PAGES	64
#define GPA	0x80000000ull		/* where the guest has its memory */

struct vmm {
	int iommufd;
	uint8_t *ram;			/* the guest's memory: PAGES pages */
	unsigned int used;		/* pages of it that are in use */
	uint32_t parent;		/* stage-2 */
	uint32_t viommu;		/* SMMUv3 only: the guest's SMMU, */
	int events;			/* and its event queue */
	const struct iommu *iommu;
};

struct device {
	int fd;
	uint32_t id;			/* what the iommufd calls it */
	uint32_t number;		/* what the guest calls it */
	uint32_t nested;		/* its stage-1: an object of the iommufd, */
	uint64_t root;			/* and the guest's table of the top level */
};

/* What differs between vendors */
struct iommu {
	const char *name;
	void (*start)(struct vmm *v, struct device *d, unsigned int devices);
	void (*attach)(struct vmm *v, struct device *d);
	void (*map)(struct vmm *v, struct device *d, uint64_t iova, uint64_t gpa);
	int (*invalidate)(struct vmm *v, struct device *d, uint64_t iova);
	void (*hear_of_fault)(struct vmm *v, struct device *d, uint64_t iova);
};

extern const struct iommu vtd, smmuv3;

/* For calls that do not fail unless something is wrong */
#define CALL(fd, cmd, arg) do { \
	if (ioctl(fd, cmd, arg)) \
		err(1, "%s", #cmd); \
	} while (0)

/* vmm.c */
void vmm_start(struct vmm *v);
void vmm_add_device(struct vmm *v, struct device *d, const char *path);
void vmm_attach(struct device *d, uint32_t hwpt);
const struct iommu *vmm_iommu_of(struct vmm *v, struct device *d);
uint64_t vmm_new_page(struct vmm *v);
void *vmm_ptr(struct vmm *v, uint64_t gpa);

/* endpoint.c: a driver of the device, such as a guest has */
bool endpoint_copies(struct device *d, uint64_t from, uint64_t to);
bool endpoint_was_stopped_at(struct device *d, uint64_t iova);

/* unit.c: the hardware's bad day */
void unit_hangs(bool hangs);

#endif
