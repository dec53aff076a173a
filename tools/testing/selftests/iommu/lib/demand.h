/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A rig whose endpoints ask for pages that stage-1 does not map, by page requests (PRI) or
 * by transactions that stall, and a VMM that is asked
 */
#ifndef IOMMU_DEMAND_H
#define IOMMU_DEMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "faults.h"
#include "rig.h"

#define DEMAND_IOVA	0x0000099990000000ull
/* Where nothing else is, for each endpoint */
#define AREA(i)		(DEMAND_IOVA + (i) * SZ_1G)
#define DEMAND_PASID	5
#define DEMAND_EPS	3
/* The endpoint that has no fault queue */
#define OTHER		2
#define WAIT_MS		20000
#define QUIET_MS	50
/* Drivers have others of their own */
#define DEMAND_FLAGS	(IOMMU_PGFAULT_FLAGS_PASID_VALID | IOMMU_PGFAULT_FLAGS_LAST_PAGE)

/**
 * struct demand_config - what there is of these
 * @cfg: vendor, vIOMMU, and whether endpoints are platform devices
 * @stall: transactions stall; else there are page requests
 * @pasid: DMA is of a PASID
 */
struct demand_config {
	struct rig_config cfg;
	bool stall;
	bool pasid;
};

/* All of them: fixtures have a variant of each */
#define DEMAND_VTD \
	{ .cfg.type = MOCK_VTD }
#define DEMAND_VTD_PASID \
	{ .cfg.type = MOCK_VTD, .pasid = true }
/* Of a vIOMMU */
#define DEMAND_VTD_RAW \
	{ .cfg.type = MOCK_VTD, .cfg.raw = true }
#define DEMAND_SMMU_PRI \
	{ .cfg.type = MOCK_SMMUV3 }
#define DEMAND_SMMU_PRI_PASID \
	{ .cfg.type = MOCK_SMMUV3, .pasid = true }
#define DEMAND_SMMU_STALL \
	{ .cfg.type = MOCK_SMMUV3, .cfg.platform = true, .stall = true }
#define DEMAND_SMMU_STALL_PASID \
	{ .cfg.type = MOCK_SMMUV3, .cfg.platform = true, .stall = true, .pasid = true }

/**
 * struct demand - all of it
 * @rig: the rig
 * @faults: the queue
 * @pager: a thread that answers it, if one was started
 * @cds: SMMUv3: contexts of the guest's PASIDs
 * @hwpt: of the rig's stage-1, with the queue
 * @flags: that a fault has besides others
 * @pasid: that DMA is of, 0 for none
 * @stall: transactions stall
 * @lg2: of the pages that the pager maps
 * @done: MOCK_EP_DONE when the transfer began
 * @copy: what there is, or is to be, in the guest's memory
 */
struct demand {
	struct rig rig;
	struct faults faults;
	struct pager pager;
	struct smmu_cds cds;
	uint32_t hwpt;
	uint32_t flags;
	uint32_t pasid;
	bool stall;
	unsigned int lg2;
	uint32_t done[DEMAND_EPS];
	uint8_t copy[64 * PAGE_4K];
};

/* All return 0 or a negative errno unless they say something else. */

/* The instance, not live */
int demand_mock(struct demand *d, const struct demand_config *c);
/*
 * A VMM that has the first @nr endpoints, all but the one which is OTHER with a queue. If
 * the driver cannot have that @*why says so, and it returns 0.
 */
int demand_vmm(struct demand *d, unsigned int nr, const char **why);
/* All that a VMM has; the instance stays */
void demand_leave(struct demand *d);
/* @d is another VMM of the instance @of, which has no VMM itself; from endpoint @first on */
void demand_share(struct demand *d, const struct demand *of, unsigned int first);
/* Both, of all endpoints; what cannot be is taken down */
int demand_up(struct demand *d, const struct demand_config *c, const char **why);
int demand_down(struct demand *d);

/* A nested HWPT of the rig's stage-1 */
int demand_hwpt(struct demand *d, uint32_t fault, uint32_t *hwpt);
/* Where the guest's PASID is attached by the host, that has the queue */
int demand_attach(struct demand *d, unsigned int i, uint32_t hwpt);
int demand_detach(struct demand *d, unsigned int i);
/* Attached for the first time, and the endpoint is told to ask */
int demand_ready(struct demand *d, unsigned int i, uint32_t hwpt);

/* The guest maps a page, its content a pattern of its own; once */
int demand_map(struct demand *d, uint64_t iova);
/* What a pager does, with a struct demand: only what the device may have is there */
int demand_page_in(void *demand, const struct iommu_hwpt_pgfault *fault);
/* @size bytes at @iova of the guest's memory into @copy; false if some are not there */
bool demand_gather(struct demand *d, uint64_t iova, uint32_t size);
/* The CRC of what there will be when it is paged in */
uint32_t demand_crc(struct demand *d, uint64_t iova, uint32_t size);
/* The guest invalidates all that it has mapped; a device's cache knows of PASIDs */
int demand_forget(struct demand *d);

int demand_start(struct demand *d, unsigned int i, uint32_t command, uint64_t src,
		 uint64_t dst, uint32_t size);
int demand_wait(struct demand *d, unsigned int i, struct ep_result *res);
/* The device begins to write a page, and this is what it asks for */
int demand_asks(struct demand *d, unsigned int i, struct iommu_hwpt_pgfault *fault);
/* The same, and it is mapped, and the device finds it */
int demand_served(struct demand *d, unsigned int i);
/* All of @copy is read, and paged in as the device comes to it; then it is forgotten */
int demand_paging(struct demand *d, unsigned int i);
/* Whoever is not asked for anything is served as always */
int demand_others_work(struct demand *d);

#define EXPECT_ASKED(d, i, perm_, fault_) do { \
	EXPECT_EQ(IOMMU_PGFAULT_FLAGS_LAST_PAGE | (d)->flags, \
		  (fault_).flags & DEMAND_FLAGS); \
	EXPECT_EQ((d)->rig.dev[i].id, (fault_).dev_id); \
	EXPECT_EQ((d)->pasid, (fault_).pasid); \
	EXPECT_EQ(perm_, (fault_).perm); \
	EXPECT_EQ(AREA(i), (fault_).addr); \
	} while (0)

#endif /* IOMMU_DEMAND_H */
