// SPDX-License-Identifier: GPL-2.0-only
/*
 * Paging domains of stage-1 tables, of the kernel's page table library
 *
 * Stage-1 is what guests have when it is nested. Alone, and in the kernel's
 * hands, it does what stage-2 does, less dirty tracking, and it cannot be a
 * nesting parent; where neither is asked for it is preferred, as the in-tree
 * driver prefers it. All requests are user requests: the library sets the U/S bit
 * in all entries, and SRE and what goes with it stay off.
 */
#include <linux/generic_pt/iommu.h>
#include <linux/sizes.h>

#include "domain.h"
#include "intel_nested.h"

/**
 * vtd_stage1_width - the width of stage-1 input addresses
 * @cap: capability register
 * @level: set to the page table library's number of the top level
 *
 * Addresses are canonical, so that of the width that is returned half of the
 * addresses are used. They must be less than what CAP.MGAW says, too (3.6).
 *
 * Return: the number of bits, the sign included
 */
unsigned int vtd_stage1_width(u64 cap, unsigned int *level)
{
	unsigned int mgaw = FIELD_GET(VTD_CAP_MGAW, cap) + 1;

	if (mgaw > 48 && cap & VTD_CAP_FS5LP) {
		*level = 4;
		return min(mgaw, 57U);
	}
	*level = 3;
	return min(mgaw, 48U);
}

static u64 vtd_stage1_pgsizes(u64 cap)
{
	return SZ_4K | SZ_2M | (cap & VTD_CAP_FS1GP ? SZ_1G : 0);
}

/**
 * vtd_stage1_compatible - check that a unit can use a stage-1 paging domain
 * @paging: the domain, perhaps made for another unit
 * @unit: the unit
 *
 * Return: 0 or -EINVAL
 */
int vtd_stage1_compatible(struct vtd_paging *paging, struct vtd_unit *unit)
{
	const struct pt_common *common = &paging->fs.x86_64_pt.common;
	struct pt_iommu_x86_64_hw_info info;

	pt_iommu_x86_64_hw_info(&paging->fs, &info);

	if (!(unit->ecap & VTD_ECAP_FSTS))
		return -EINVAL;
	if (info.levels > 4 && !(unit->cap & VTD_CAP_FS5LP))
		return -EINVAL;
	if (common->max_vasz_lg2 > FIELD_GET(VTD_CAP_MGAW, unit->cap) + 1)
		return -EINVAL;
	if (paging->domain.pgsize_bitmap & ~vtd_stage1_pgsizes(unit->cap))
		return -EINVAL;
	if (!(unit->ecap & VTD_ECAP_SMPWCS) &&
	    !(common->features & BIT(PT_FEAT_DMA_INCOHERENT)))
		return -EINVAL;
	if (!(unit->ecap & VTD_ECAP_SC) && paging->pgsnp)
		return -EINVAL;
	return 0;
}

/**
 * vtd_paging_stage1 - what the PASID table entries of a domain say of stage-1
 * @paging: the domain, with stage-1 tables
 * @unit: the unit whose entries they are
 * @s1: filled in
 *
 * Context: the domain's mutex is held.
 */
void vtd_paging_stage1(struct vtd_paging *paging, struct vtd_unit *unit,
		       struct vtd_stage1 *s1)
{
	struct pt_iommu_x86_64_hw_info info;

	lockdep_assert_held(&paging->lock);

	pt_iommu_x86_64_hw_info(&paging->fs, &info);
	*s1 = (struct vtd_stage1) {
		.root = info.gcr3_pt,
		.five_level = info.levels > 4,
		/* Reserved without SMPWCS, and without SC */
		.pwsnp = unit->ecap & VTD_ECAP_SMPWCS,
		.pgsnp = paging->pgsnp,
		.aw = vtd_errata_aw(unit, info.levels > 4),
	};
}

/**
 * vtd_stage1_alloc - make a paging domain of stage-1 tables
 * @unit: the unit
 * @flags: IOMMU_HWPT_ALLOC_PASID is known; what takes stage-2 is not there
 *
 * Return: the domain; -EOPNOTSUPP for another flag, and for a unit without
 * stage-1; or -ENOMEM
 */
struct vtd_paging *vtd_stage1_alloc(struct vtd_unit *unit, u32 flags)
{
	struct pt_iommu_x86_64_cfg cfg = {};
	struct vtd_paging *paging;
	int ret;

	if (flags & ~IOMMU_HWPT_ALLOC_PASID || !(unit->ecap & VTD_ECAP_FSTS))
		return ERR_PTR(-EOPNOTSUPP);

	paging = vtd_paging_new(unit);
	if (!paging)
		return ERR_PTR(-ENOMEM);

	cfg.common.hw_max_vasz_lg2 = vtd_stage1_width(unit->cap, &cfg.top_level);
	cfg.common.hw_max_oasz_lg2 = 52;
	cfg.common.features = BIT(PT_FEAT_SIGN_EXTEND) |
			      BIT(PT_FEAT_FLUSH_RANGE);
	if (!(unit->ecap & VTD_ECAP_SMPWCS))
		cfg.common.features |= BIT(PT_FEAT_DMA_INCOHERENT);
	paging->domain.ops = &vtd_stage1_ops;

	ret = pt_iommu_x86_64_init(&paging->fs, &cfg, GFP_KERNEL_ACCOUNT);
	if (ret) {
		vtd_paging_delete(paging);
		return ERR_PTR(ret);
	}
	paging->domain.pgsize_bitmap &= vtd_stage1_pgsizes(unit->cap);
	return paging;
}

/*
 * Stage-1 entries cannot say that an access snoops: the PASID table entry does.
 * VFIO's containers ask for it after the first attach.
 */
static bool vtd_stage1_enforce_cache_coherency(struct iommu_domain *domain)
{
	struct vtd_paging *paging = to_vtd_paging(domain);

	guard(mutex)(&paging->lock);

	if (!vtd_can_snoop(paging))
		return false;
	if (!paging->pgsnp)
		vtd_enforce_page_snoop(paging);
	return true;
}

const struct iommu_domain_ops vtd_stage1_ops = {
	IOMMU_PT_DOMAIN_OPS(x86_64),
	.attach_dev = vtd_attach_dev,
	.set_dev_pasid = vtd_set_dev_pasid,
	.flush_iotlb_all = vtd_flush_iotlb_all,
	.iotlb_sync = vtd_iotlb_sync,
	.iotlb_sync_map = vtd_iotlb_sync_map,
	.enforce_cache_coherency = vtd_stage1_enforce_cache_coherency,
	.free = vtd_paging_free,
};
