/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage-1 tables of SMMUv3: VMSAv8-64, the ones of an Arm processor (Arm ARM D8)
 *
 * Levels count as in s1.h; level 1 is the architecture's level 3.
 */
#ifndef IOMMU_SMMU_PT_H
#define IOMMU_SMMU_PT_H

#include "s1.h"

#define PTE_VALID	(1ull << 0)
#define PTE_TABLE	(1ull << 1)	/* in level 1: a page */
#define PTE_ATTR(i)	((i) * (1ull << 2))
#define PTE_EL0		(1ull << 6)	/* AP[1]: not only for privileged */
#define PTE_RO		(1ull << 7)	/* AP[2] */
#define PTE_SH_INNER	(3ull << 8)
#define PTE_AF		(1ull << 10)
#define PTE_NG		(1ull << 11)
#define PTE_DBM		(1ull << 51)
#define PTE_CONT	(1ull << 52)
#define PTE_PXN		(1ull << 53)
#define PTE_UXN		(1ull << 54)
/* Of tables, for all that is below */
#define PTE_PXN_TABLE	(1ull << 59)
#define PTE_UXN_TABLE	(1ull << 60)
#define PTE_PRIV_TABLE	(1ull << 61)	/* APTable[0] */
#define PTE_RO_TABLE	(1ull << 62)	/* APTable[1] */

/* log2 of granules, and of what an entry of level 2 maps in each */
#define GRANULE_4K	12
#define GRANULE_16K	14
#define GRANULE_64K	16
#define BLOCK_2M	21
#define BLOCK_32M	25
#define BLOCK_512M	29

/* @granule: one of the above. Returns 0, -ENOMEM or -EINVAL */
int smmu_pt_create(struct s1 *s1, struct guest *g, unsigned int granule,
		   unsigned int width);

/* log2 of how many entries of @level make up a contiguous range */
unsigned int smmu_pt_cont(const struct s1 *s1, unsigned int level);
/*
 * As s1_map(), with pages of 2^@lg2 bytes, for one contiguous range of them;
 * both addresses are aligned to it
 */
int smmu_pt_map_cont(struct s1 *s1, uint64_t iova, uint64_t gpa,
		     unsigned int lg2, uint64_t bits);

#endif /* IOMMU_SMMU_PT_H */
