/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The IOMMU that a guest has, of either vendor, and what its VMM makes for it:
 * a nesting parent, and for SMMUv3 a vIOMMU on it with a vDEVICE for each device; for
 * VT-d the same if that is asked for
 *
 * A nested HWPT stands for one tree of stage-1 tables. For SMMUv3 it is what a
 * stream table entry says whose context descriptor has that tree, with an ASID
 * that no other tree of the guest has.
 *
 * Functions return 0 or a negative errno.
 */
#ifndef IOMMU_NEST_H
#define IOMMU_NEST_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/iommufd.h>

#include "mock.h"
#include "s1.h"

#define NEST_MAX_DEVS	8
/* The guest's name for a device: none that the host has */
#define NEST_VSID(i)	(0x7700u + 3 * (i))

/**
 * struct nest_dev - a device of the guest
 * @dev: its object in the iommufd
 * @vsid: StreamID that the guest has for it
 * @vdevice: the vDEVICE
 */
struct nest_dev {
	uint32_t dev;
	uint32_t vsid;
	uint32_t vdevice;
};

/**
 * struct nest - all of it
 * @type: vendor
 * @iommufd: where the objects are
 * @parent: nesting parent
 * @viommu: SMMUv3: the guest's SMMU
 * @nr_devs: how many of @devs there are
 * @devs: SMMUv3: the guest's devices
 * @vsids: SMMUv3: how many StreamIDs the guest has had so far
 * @cmdqv: SMMUv3: the vIOMMU is one with queues of the guest's own
 * @vintf: SMMUv3: how these are mapped
 * @raw: VT-d: the guest has a vIOMMU, too, and vDEVICEs
 * @ats: the guest switches ATS on
 * @s1_flags: VT-d: IOMMU_VTD_S1_* of stage-1
 * @granule: SMMUv3: log2 of the granule of stage-1, 0 for 4K
 * @stall: SMMUv3: faults of stage-1 stall, as its context descriptors have it
 * @asids: SMMUv3: how many the guest has given out
 */
struct nest {
	enum mock_type type;
	int iommufd;
	uint32_t parent;
	uint32_t viommu;
	unsigned int nr_devs;
	struct nest_dev devs[NEST_MAX_DEVS];
	unsigned int vsids;
	bool cmdqv;
	struct iommu_viommu_tegra241_cmdqv vintf;
	bool raw;
	bool ats;
	uint64_t s1_flags;
	unsigned int granule;
	bool stall;
	uint16_t asids;
};

/* Nesting parent on @ioas, and vIOMMU; @flags besides NEST_PARENT */
int nest_create(struct nest *n, uint32_t dev, uint32_t ioas, uint32_t flags);
/* A vDEVICE where there are such; once for each device, before it is attached */
int nest_add_dev(struct nest *n, uint32_t dev);
/* The device was closed, its vDEVICE went with it */
void nest_forget_dev(struct nest *n, uint32_t dev);
/* vDEVICEs and the vIOMMU: what else holds on to the parent */
int nest_drop_viommu(struct nest *n);

/* Empty tables, with addresses of @width bits */
int nest_s1(struct nest *n, struct s1 *s1, struct guest *g, unsigned int width);
/* What IOMMU_HWPT_ALLOC is told of @s1 */
struct iommu_hwpt_vtd_s1 nest_vtd_data(const struct nest *n,
				       const struct s1 *s1);
struct iommu_hwpt_arm_smmuv3 nest_vste(const struct nest *n,
				       const struct s1 *s1);
/* A nested HWPT of @s1 for device @dev */
int nest_hwpt(const struct nest *n, uint32_t dev, uint32_t flags,
	      const struct s1 *s1, uint32_t *hwpt);
/* The same, whose page faults go to the queue @fault, if it is not 0 */
int nest_hwpt_fault(const struct nest *n, uint32_t dev, uint32_t flags,
		    uint32_t fault, const struct s1 *s1, uint32_t *hwpt);

/*
 * The guest invalidates @npages pages of 4K of @s1, whose nested HWPT is @hwpt,
 * in all caches; @leaf: only what maps pages. Where the vendor leaves devices'
 * caches to the guest, these are invalidated too, if it has switched ATS on.
 */
int nest_inv(const struct nest *n, const struct s1 *s1, uint32_t hwpt,
	     uint64_t iova, uint64_t npages, bool leaf);
int nest_inv_all(const struct nest *n, const struct s1 *s1, uint32_t hwpt);

#endif /* IOMMU_NEST_H */
