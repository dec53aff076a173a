// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dirty tracking, of stage-2 tables
 *
 * The page table library reads and clears the dirty bits of whole entries; see
 * drivers/iommu/nested/dirty.h for the rest. For that an entry has to be found,
 * which the library has no function for.
 */
#include <linux/generic_pt/iommu.h>
#include <linux/io.h>

#include "../../nested/dirty.h"
#include "domain.h"
#include "intel_nested.h"
#include "tables.h"

/* Bits of an address that a level takes, in a table of 512 entries */
#define LEVEL_BITS	9

static bool vtd_leaf_find(struct iommu_domain *domain, unsigned long iova,
			  struct dirty_leaf *leaf)
{
	struct pt_iommu_vtdss_hw_info info;
	unsigned int shift;
	phys_addr_t table;
	u64 entry;

	pt_iommu_vtdss_hw_info(&to_vtd_paging(domain)->ss, &info);
	table = info.ssptptr;
	/* AW 1 is three levels, and so on (9.6) */
	shift = VTD_PAGE_SHIFT + (info.aw + 1) * LEVEL_BITS;
	for (;;) {
		const __le64 *entries = phys_to_virt(table);

		entry = le64_to_cpu(READ_ONCE(entries[(iova >> shift) %
						      BIT(LEVEL_BITS)]));
		if (!(entry & (VTD_SS_R | VTD_SS_W)))
			return false;
		if (shift == VTD_PAGE_SHIFT || entry & VTD_SS_PS)
			break;
		table = entry & VTD_SS_ADDR;
		shift -= LEVEL_BITS;
	}
	leaf->first = iova & ~(BIT(shift) - 1);
	leaf->last = iova | (BIT(shift) - 1);
	leaf->dirty = entry & VTD_SS_D;
	return true;
}

static const struct dirty_table stage2_table = {
	.leaf = vtd_leaf_find,
	.read_and_clear = pt_iommu_vtdss_read_and_clear_dirty,
};

static int vtd_read_and_clear_dirty(struct iommu_domain *domain,
				    unsigned long iova, size_t size,
				    unsigned long flags,
				    struct iommu_dirty_bitmap *dirty)
{
	return dirty_read_and_clear(&stage2_table, domain, iova, size, flags,
				    dirty);
}

static int vtd_domain_set_dirty(struct vtd_paging *paging, bool on)
{
	struct vtd_unit_users *part;
	struct vtd_attach *att;
	int ret = 0, err;

	lockdep_assert_held(&paging->lock);

	list_for_each_entry(part, &paging->users.units, node) {
		list_for_each_entry(att, &part->attachments, node) {
			err = vtd_attach_change(att, vtd_pasid_set_ssade, on);
			ret = ret ?: err;
		}
		list_for_each_entry(att, &part->nested, parent_node) {
			err = vtd_attach_change(att, vtd_pasid_set_ssade, on);
			ret = ret ?: err;
		}
	}
	return ret;
}

/**
 * vtd_set_dirty_tracking - switch dirty bits of stage-2 on or off
 * @domain: a paging domain, perhaps with nested domains on it
 * @enable: on
 *
 * Context: process context.
 * Return: 0; -ETIMEDOUT or -EIO if the hardware failed, with everything as it
 * was and the failed devices blocked
 */
int vtd_set_dirty_tracking(struct iommu_domain *domain, bool enable)
{
	struct vtd_paging *paging = to_vtd_paging(domain);
	int ret;

	guard(mutex)(&paging->lock);

	if (paging->dirty == enable)
		return 0;
	ret = vtd_domain_set_dirty(paging, enable);
	if (ret)
		vtd_domain_set_dirty(paging, !enable);
	else
		paging->dirty = enable;
	return ret;
}

const struct iommu_dirty_ops vtd_dirty_ops = {
	.set_dirty_tracking = vtd_set_dirty_tracking,
	.read_and_clear_dirty = vtd_read_and_clear_dirty,
};

MODULE_IMPORT_NS("IOMMUFD");
