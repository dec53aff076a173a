/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What almost every test starts from: an instance with endpoints, an iommufd,
 * guest RAM in an IOAS, a nesting parent, and stage-1 tables; of either vendor.
 *
 * The steps build on each other; a test takes as many as it needs. Every step
 * returns 0 or a negative errno and rig_down() undoes whatever was done.
 */
#ifndef IOMMU_RIG_H
#define IOMMU_RIG_H

#include <dualstage_raw.h>

#include "cmdqv.h"
#include "ep.h"
#include "guest.h"
#include "mock.h"
#include "nest.h"
#include "util.h"
#include "vdev.h"
#include "vtd_guest.h"
#include "vtd_pt.h"
#include "smmu_guest.h"
#include "smmu_pt.h"

#define RIG_MAX_EPS	4
#define RIG_GPA		0x40000000ull
#define RIG_GUEST_SIZE	(4 * SZ_1M)
#define RIG_WIDTH	48
/* Source-id or StreamID of endpoint @i */
#define RIG_SID(i)	(0x0100 + 8 * (i))
/* 1M of guest-physical addresses, where an SMMUv3's guest finds doorbells */
#define SW_MSI		0x08000000ull

/**
 * struct rig_config - what differs from the usual; 0 is the usual everywhere
 * @type: vendor
 * @cap_clear: VT-d: bits to clear in CAP
 * @cap_set: VT-d: bits to set in CAP
 * @ecap_clear: VT-d: bits to clear in ECAP
 * @ecap_set: VT-d: bits to set in ECAP
 * @idr: SMMUv3: bits to clear, and then to set, in each of IDR0 to IDR5
 * @v3_1: SMMUv3: the unit is one of version 3.1, which need not have all that
 *	later ones must
 * @unsafe_memory_types: SMMUv3: guests also on a unit without S2FWB
 * @nr_eps: endpoints, 1 if it is 0
 * @sid: source-id or StreamID of the first endpoint, if it is not 0
 * @pasid_bits: PASID bits of every endpoint
 * @ats: every endpoint has ATS, and the guest switches it on
 * @no_spr17: VT-d: the unit does not have the erratum, so that a nesting parent
 *	may have read-only mappings
 * @cmdqv: SMMUv3: guests have command queues of their own, as on a Tegra241
 * @async: commands are processed asynchronously
 * @port: root port that all endpoints are behind, as functions; %NULL for none
 * @platform: endpoints are platform devices, wherever they could be PCI functions
 * @reorder_seed: the unit does in any order what has none
 * @iotlb_entries: capacity of the IOTLB, 0 for the default
 * @guest_size: size of guest RAM, RIG_GUEST_SIZE if it is 0
 * @guest_2m: guest RAM is of physical 2M blocks
 * @perm: permission of guest RAM in the IOAS, DSI_RW if it is 0
 * @parent_flags: flags of the parent besides NEST_PARENT
 * @nested_flags: flags of nested HWPTs
 * @width: address width of stage-1, 48 if it is 0
 * @s1_flags: VT-d: IOMMU_VTD_S1_* of stage-1
 * @raw: VT-d: the guest has a vIOMMU and vDEVICEs, as an SMMUv3's guest does
 * @granule: SMMUv3: log2 of the granule of stage-1, 4K if it is 0
 */
struct rig_config {
	enum mock_type type;
	uint64_t cap_clear;
	uint64_t cap_set;
	uint64_t ecap_clear;
	uint64_t ecap_set;
	struct {
		uint32_t clear;
		uint32_t set;
	} idr[6];
	bool v3_1;
	bool unsafe_memory_types;
	unsigned int nr_eps;
	uint32_t sid;
	unsigned int pasid_bits;
	bool ats;
	bool no_spr17;
	bool cmdqv;
	bool async;
	const char *port;
	bool platform;
	uint32_t reorder_seed;
	unsigned int iotlb_entries;
	uint64_t guest_size;
	bool guest_2m;
	uint32_t perm;
	uint32_t parent_flags;
	uint32_t nested_flags;
	unsigned int width;
	uint64_t s1_flags;
	bool raw;
	unsigned int granule;
};

/**
 * struct rig - all of it
 * @cfg: how it was asked for
 * @mock: the instance
 * @iommufd: file descriptor of the iommufd
 * @dev: the endpoints, all bound to @iommufd
 * @ioas: where @guest is mapped at its GPA
 * @nest: the guest's IOMMU, with the nesting parent on @ioas
 * @guest: guest RAM
 * @s1: stage-1 tables, empty
 * @nested: HWPT of @s1 on the parent
 */
struct rig {
	struct rig_config cfg;
	struct mock mock;
	int iommufd;
	struct vdev dev[RIG_MAX_EPS];
	uint32_t ioas;
	struct nest nest;
	struct guest guest;
	struct s1 s1;
	uint32_t nested;
};

/* An instance, configured but not live */
int rig_mock(struct rig *r, const struct rig_config *cfg);
/* Live; and all its endpoints open, bound and ready for DMA */
int rig_devices(struct rig *r);
/* Guest RAM, mapped into an IOAS */
int rig_guest(struct rig *r);
/* It is unmapped from that, and mapped again */
int rig_unmap_guest(struct rig *r);
int rig_map_guest(struct rig *r);
/* The nesting parent; for SMMUv3 a vIOMMU and vDEVICEs too */
int rig_parent(struct rig *r);
/* Stage-1, its HWPT, and every endpoint attached to it */
int rig_nested(struct rig *r);
/* All of the above */
int rig_up(struct rig *r, const struct rig_config *cfg);
/*
 * As above, up to the parent without @nested. If the machine cannot have such a
 * rig, *@why says so, nothing is left to be taken down, and it returns 0
 */
int rig_try(struct rig *r, const struct rig_config *cfg, bool nested,
	    const char **why);
/* All but the instance, which others may have endpoints of */
void rig_leave(struct rig *r);
/* -EBUSY and others when something did not let itself be taken down */
int rig_down(struct rig *r);
/* Why its units cannot give guests command queues, NULL if they can */
const char *rig_no_cmdqv(const struct rig *r);
/* VT-d: why guests cannot have a vIOMMU, NULL if they can */
const char *rig_no_raw(const struct rig *r);
/* SMMUv3: have the driver take guests where hardware lets them bypass caches */
int rig_unsafe_memory_types(bool on);

/* Name of the VFIO device of endpoint @i */
int rig_vfio_name(const struct mock *m, unsigned int i, char *buf, size_t size);
/* Open the VFIO device of endpoint @i on @iommufd, bus mastering on */
int rig_open_dev(const struct mock *m, unsigned int i, int iommufd,
		 struct vdev *dev);
/* Open endpoint @i again, which was closed, and make the guest know it */
int rig_reopen(struct rig *r, unsigned int i);
/* Further stage-1 tables, and a HWPT on the same parent */
int rig_s1(struct rig *r, struct s1 *s1);
int rig_hwpt(struct rig *r, const struct s1 *s1, uint32_t *hwpt);

/* As nest_inv() and nest_inv_all(), of the rig's own stage-1 */
int rig_inv(struct rig *r, uint64_t iova, uint64_t npages, bool leaf);
int rig_inv_all(struct rig *r);

/* A page of guest RAM with pattern @seed, mapped at @iova; its GPA, or 0 */
uint64_t rig_page(struct rig *r, struct s1 *s1, uint64_t iova, uint64_t seed);
/*
 * Endpoint @dev reads the page at @iova by DMA: 0 when it finds the pattern of
 * @seed there, -EBADMSG when it finds something else, -EFAULT when it is blocked
 */
int rig_sees(struct rig *r, unsigned int dev, uint64_t iova, uint64_t seed);

#endif /* IOMMU_RIG_H */
