// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dirty tracking, of stage-1 tables
 *
 * The page table library reads and clears the dirty state of whole entries; see
 * drivers/iommu/nested/dirty.h for the rest. Of stage-2 tables it cannot, so
 * that a nesting parent is none that tracks dirty pages.
 */
#include "../../nested/dirty.h"
#include "arm_smmu_v3_nested.h"
#include "domain.h"

/* The page table library counts levels so that pages are in the last one */
#define LAST_LEVEL	3

static bool smmu3_leaf_find(struct iommu_domain *domain, unsigned long iova,
			    struct dirty_leaf *leaf)
{
	struct io_pgtable_ops *ops = to_smmu3_paging(domain)->ops;
	unsigned int page_shift = __ffs(domain->pgsize_bitmap);
	struct arm_lpae_io_pgtable_walk_data walk = {};
	unsigned int level = LAST_LEVEL;
	unsigned long mask;

	static_assert(ARRAY_SIZE(walk.ptes) == LAST_LEVEL + 1);
	if (ops->pgtable_walk(ops, iova, &walk))
		return false;
	/* The walk has left the entries on its way, and zeros behind the leaf */
	while (level && !walk.ptes[level])
		level--;

	mask = BIT(page_shift + (LAST_LEVEL - level) * (page_shift - 3)) - 1;
	leaf->first = iova & ~mask;
	leaf->last = iova | mask;
	leaf->dirty = walk.ptes[level] & SMMU_PTE_DBM &&
		      !(walk.ptes[level] & SMMU_PTE_AP_RO);
	return true;
}

static int smmu3_leaves_read_and_clear(struct iommu_domain *domain,
				       unsigned long iova, size_t size,
				       unsigned long flags,
				       struct iommu_dirty_bitmap *dirty)
{
	struct io_pgtable_ops *ops = to_smmu3_paging(domain)->ops;

	return ops->read_and_clear_dirty(ops, iova, size, flags, dirty);
}

static const struct dirty_table stage1_table = {
	.leaf = smmu3_leaf_find,
	.read_and_clear = smmu3_leaves_read_and_clear,
};

static int smmu3_read_and_clear_dirty(struct iommu_domain *domain,
				      unsigned long iova, size_t size,
				      unsigned long flags,
				      struct iommu_dirty_bitmap *dirty)
{
	return dirty_read_and_clear(&stage1_table, domain, iova, size, flags,
				    dirty);
}

static int smmu3_set_dirty_tracking(struct iommu_domain *domain, bool enabled)
{
	/* The hardware always marks; the core clears the marks before */
	return 0;
}

const struct iommu_dirty_ops smmu3_dirty_ops = {
	.set_dirty_tracking = smmu3_set_dirty_tracking,
	.read_and_clear_dirty = smmu3_read_and_clear_dirty,
};
