// SPDX-License-Identifier: GPL-2.0-only
/*
 * Paging domains: stage-1 or stage-2 tables of the kernel's page table library
 *
 * A domain belongs to one unit, whose ASID or VMID it has.
 */
#include <linux/module.h>
#include <linux/slab.h>

#include "arm_smmu_v3_nested.h"
#include "domain.h"
#include "flush.h"

/* Without IDR5.VAX, and what the library makes of it on any machine */
#define STAGE1_BITS	48

static const struct iommu_domain_ops smmu3_paging_ops;

/**
 * smmu3_is_paging - the domain was made here
 * @domain: the domain
 *
 * Return: true if it was
 */
bool smmu3_is_paging(const struct iommu_domain *domain)
{
	return domain->ops == &smmu3_paging_ops;
}

/**
 * smmu3_can_nest - the unit has both stages at once
 * @unit: the unit
 *
 * Return: true if it has, and they are known to work together
 */
bool smmu3_can_nest(const struct smmu3_unit *unit)
{
	return unit->idr[0] & SMMU_IDR0_S1P && unit->idr[0] & SMMU_IDR0_S2P &&
	       !unit->no_nesting;
}

/**
 * smmu3_can_dirty - the unit marks what was written
 * @unit: the unit
 *
 * The library can read that from stage-1 tables alone.
 *
 * Return: true if it does
 */
bool smmu3_can_dirty(const struct smmu3_unit *unit)
{
	return unit->idr[0] & SMMU_IDR0_S1P &&
	       FIELD_GET(SMMU_IDR0_HTTU, unit->idr[0]) >=
		       SMMU_HTTU_ACCESS_DIRTY;
}

static const struct io_pgtable_cfg *
smmu3_table_cfg(const struct smmu3_paging *paging)
{
	return &io_pgtable_ops_to_pgtable(paging->ops)->cfg;
}

/**
 * smmu3_paging_stage2 - what an STE says of a domain
 * @paging: the domain, of stage-2
 * @s2: filled in
 */
void smmu3_paging_stage2(const struct smmu3_paging *paging,
			 struct smmu3_stage2 *s2)
{
	const struct io_pgtable_cfg *cfg = smmu3_table_cfg(paging);

	*s2 = (struct smmu3_stage2) {
		.vmid = paging->id,
		.ttb = cfg->arm_lpae_s2_cfg.vttbr,
		.tg = cfg->arm_lpae_s2_cfg.vtcr.tg,
		.t0sz = cfg->arm_lpae_s2_cfg.vtcr.tsz,
		.sl0 = cfg->arm_lpae_s2_cfg.vtcr.sl,
		.ps = cfg->arm_lpae_s2_cfg.vtcr.ps,
		.sh = cfg->arm_lpae_s2_cfg.vtcr.sh,
		.orgn = cfg->arm_lpae_s2_cfg.vtcr.orgn,
		.irgn = cfg->arm_lpae_s2_cfg.vtcr.irgn,
		.fwb = cfg->quirks & IO_PGTABLE_QUIRK_ARM_S2FWB,
	};
}

/**
 * smmu3_paging_stage1 - what a CD says of a domain
 * @paging: the domain, of stage-1
 * @s1: filled in; faults do not stall
 */
void smmu3_paging_stage1(const struct smmu3_paging *paging,
			 struct smmu3_stage1 *s1)
{
	const struct io_pgtable_cfg *cfg = smmu3_table_cfg(paging);

	*s1 = (struct smmu3_stage1) {
		.asid = paging->id,
		.ttb = cfg->arm_lpae_s1_cfg.ttbr,
		.mair = cfg->arm_lpae_s1_cfg.mair,
		.tg = cfg->arm_lpae_s1_cfg.tcr.tg,
		.t0sz = cfg->arm_lpae_s1_cfg.tcr.tsz,
		.ips = cfg->arm_lpae_s1_cfg.tcr.ips,
		.sh = cfg->arm_lpae_s1_cfg.tcr.sh,
		.orgn = cfg->arm_lpae_s1_cfg.tcr.orgn,
		.irgn = cfg->arm_lpae_s1_cfg.tcr.irgn,
		.dirty = cfg->quirks & IO_PGTABLE_QUIRK_ARM_HD,
	};
}

static void smmu3_tlb_flush_all(void *cookie)
{
	smmu3_paging_flush_all(cookie);
}

static void smmu3_tlb_flush_walk(unsigned long iova, size_t size,
				 size_t granule, void *cookie)
{
	smmu3_paging_flush(cookie, iova, iova + size - 1, granule, false);
}

static void smmu3_tlb_add_page(struct iommu_iotlb_gather *gather,
			       unsigned long iova, size_t granule, void *cookie)
{
	struct smmu3_paging *paging = cookie;

	iommu_iotlb_gather_add_page(&paging->domain, gather, iova, granule);
}

static const struct iommu_flush_ops flush_ops = {
	.tlb_flush_all = smmu3_tlb_flush_all,
	.tlb_flush_walk = smmu3_tlb_flush_walk,
	.tlb_add_page = smmu3_tlb_add_page,
};

static int smmu3_tables_alloc(struct smmu3_paging *paging, bool dirty)
{
	struct smmu3_unit *unit = paging->unit;
	struct io_pgtable_cfg cfg = {
		.pgsize_bitmap = unit->pgsizes,
		.ias = paging->stage1 ? STAGE1_BITS : unit->oas,
		.oas = unit->oas,
		.coherent_walk = true,
		.tlb = &flush_ops,
		.alloc = smmu3_page_alloc,
		.free = smmu3_page_free,
		.iommu_dev = unit->dev,
	};

	if (dirty)
		cfg.quirks |= IO_PGTABLE_QUIRK_ARM_HD;
	/*
	 * A guest's memory types must not win over those of our mappings: where
	 * the unit can see to that, it does.
	 */
	if (paging->nest_parent && unit->idr[3] & SMMU_IDR3_FWB)
		cfg.quirks |= IO_PGTABLE_QUIRK_ARM_S2FWB;

	paging->ops = alloc_io_pgtable_ops(paging->stage1 ? ARM_64_LPAE_S1 :
							    ARM_64_LPAE_S2,
					   &cfg, paging);
	if (!paging->ops)
		return -ENOMEM;

	paging->domain.pgsize_bitmap = cfg.pgsize_bitmap;
	paging->domain.geometry.aperture_end = BIT_ULL(cfg.ias) - 1;
	paging->domain.geometry.force_aperture = true;
	return 0;
}

/* Which stage is it to be? As the kernel does it, with nothing said */
static int smmu3_choose_stage(const struct smmu3_unit *unit, u32 flags,
			      bool *stage1)
{
	bool s1p = unit->idr[0] & SMMU_IDR0_S1P;

	*stage1 = s1p;
	switch (flags) {
	case 0:
		return 0;
	case IOMMU_HWPT_ALLOC_NEST_PARENT:
		*stage1 = false;
		return smmu3_can_nest(unit) ? 0 : -EOPNOTSUPP;
	case IOMMU_HWPT_ALLOC_PASID:
		return s1p ? 0 : -EOPNOTSUPP;
	case IOMMU_HWPT_ALLOC_DIRTY_TRACKING:
	case IOMMU_HWPT_ALLOC_DIRTY_TRACKING | IOMMU_HWPT_ALLOC_PASID:
		return smmu3_can_dirty(unit) ? 0 : -EOPNOTSUPP;
	default:
		return -EOPNOTSUPP;
	}
}

/**
 * smmu3_paging_alloc - make a paging domain
 * @unit: the unit it is for
 * @sdev: the device whose share of ASIDs or VMIDs it takes from, or NULL
 * @flags: IOMMU_HWPT_ALLOC_NEST_PARENT, or _DIRTY_TRACKING and _PASID
 *
 * Return: the domain; -EOPNOTSUPP if the unit cannot do it, -ENOMEM, or -ENOSPC
 * if it has no more ASIDs or VMIDs
 */
struct iommu_domain *smmu3_paging_alloc(struct smmu3_unit *unit,
					struct smmu3_device *sdev, u32 flags)
{
	bool dirty = flags & IOMMU_HWPT_ALLOC_DIRTY_TRACKING;
	struct smmu3_paging *paging;
	bool stage1;
	int ret;

	ret = smmu3_choose_stage(unit, flags, &stage1);
	if (ret)
		return ERR_PTR(ret);

	paging = kzalloc_obj(*paging, GFP_KERNEL_ACCOUNT);
	if (!paging)
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&paging->attachments);
	paging->unit = unit;
	paging->stage1 = stage1;
	paging->nest_parent = flags & IOMMU_HWPT_ALLOC_NEST_PARENT;
	paging->domain.type = IOMMU_DOMAIN_UNMANAGED;
	paging->domain.ops = &smmu3_paging_ops;
	if (dirty)
		paging->domain.dirty_ops = &smmu3_dirty_ops;

	if (sdev)
		paging->share = stage1 ? sdev->asids : sdev->vmids;
	ret = stage1 ? smmu3_asid_alloc(unit, paging->share) :
		       smmu3_vmid_alloc(unit, paging->share);
	if (ret < 0)
		goto err_free;
	paging->id = ret;
	ret = smmu3_doubt_init(paging);
	if (ret)
		goto err_id;
	ret = smmu3_tables_alloc(paging, dirty);
	if (ret)
		goto err_doubt;

	smmu3_unit_get(unit);
	/* Our code frees it, perhaps when no device of ours is left */
	__module_get(THIS_MODULE);
	return &paging->domain;

err_doubt:
	smmu3_doubt_exit(paging);
err_id:
	if (stage1)
		smmu3_asid_free(unit, paging->share, paging->id);
	else
		smmu3_vmid_free(unit, paging->share, paging->id);
err_free:
	kfree(paging);
	return ERR_PTR(ret);
}

/**
 * smmu3_domain_alloc_paging_flags - make a paging domain for a device
 * @dev: the device
 * @flags: as smmu3_paging_alloc()
 * @user_data: there is none for this kind
 *
 * Return: as smmu3_paging_alloc()
 */
struct iommu_domain *
smmu3_domain_alloc_paging_flags(struct device *dev, u32 flags,
				const struct iommu_user_data *user_data)
{
	struct smmu3_device *sdev = dev_iommu_priv_get(dev);

	if (user_data)
		return ERR_PTR(-EOPNOTSUPP);
	return smmu3_paging_alloc(sdev->unit, sdev, flags);
}

static void smmu3_paging_free(struct iommu_domain *domain)
{
	struct smmu3_paging *paging = to_smmu3_paging(domain);
	struct smmu3_unit *unit = paging->unit;

	free_io_pgtable_ops(paging->ops);
	smmu3_doubt_exit(paging);
	if (paging->stage1)
		smmu3_asid_free(unit, paging->share, paging->id);
	else
		smmu3_vmid_free(unit, paging->share, paging->id);
	kfree(paging);
	smmu3_unit_put(unit);
	module_put(THIS_MODULE);
}

static int smmu3_paging_map(struct iommu_domain *domain, unsigned long iova,
			    phys_addr_t paddr, size_t pgsize, size_t pgcount,
			    int prot, gfp_t gfp, size_t *mapped)
{
	struct smmu3_paging *paging = to_smmu3_paging(domain);
	struct io_pgtable_ops *ops = paging->ops;

	/* To the DMA API: it may work later */
	if (smmu3_in_doubt(paging))
		return -ENOMEM;
	return ops->map_pages(ops, iova, paddr, pgsize, pgcount, prot, gfp,
			      mapped);
}

static size_t smmu3_paging_unmap(struct iommu_domain *domain,
				 unsigned long iova, size_t pgsize,
				 size_t pgcount,
				 struct iommu_iotlb_gather *gather)
{
	struct io_pgtable_ops *ops = to_smmu3_paging(domain)->ops;

	return ops->unmap_pages(ops, iova, pgsize, pgcount, gather);
}

static phys_addr_t smmu3_paging_iova_to_phys(struct iommu_domain *domain,
					     dma_addr_t iova)
{
	struct io_pgtable_ops *ops = to_smmu3_paging(domain)->ops;

	return ops->iova_to_phys(ops, iova);
}

static void smmu3_paging_iotlb_sync(struct iommu_domain *domain,
				    struct iommu_iotlb_gather *gather)
{
	struct smmu3_paging *paging = to_smmu3_paging(domain);

	/* One that met nothing starts after its end */
	if (gather->start > gather->end)
		return;
	/* Dirty bits that were cleared can have been in leaves of any size */
	smmu3_paging_flush(paging, gather->start, gather->end,
			   gather->pgsize ?: BIT(__ffs(domain->pgsize_bitmap)),
			   gather->pgsize);
}

static void smmu3_paging_flush_iotlb_all(struct iommu_domain *domain)
{
	smmu3_paging_flush_all(to_smmu3_paging(domain));
}

/* Whether DMA that says it does not snoop does it nevertheless */
static bool smmu3_paging_enforce_cache_coherency(struct iommu_domain *domain)
{
	struct smmu3_paging *paging = to_smmu3_paging(domain);
	struct smmu3_attach *att;

	guard(mutex)(&paging->unit->lock);

	list_for_each_entry(att, &paging->attachments, node)
		if (!smmu3_device_canwbs(att->sdev))
			return false;
	paging->enforce_coherency = true;
	return true;
}

static const struct iommu_domain_ops smmu3_paging_ops = {
	.attach_dev = smmu3_attach_dev,
	.set_dev_pasid = smmu3_set_dev_pasid,
	.map_pages = smmu3_paging_map,
	.unmap_pages = smmu3_paging_unmap,
	.flush_iotlb_all = smmu3_paging_flush_iotlb_all,
	.iotlb_sync = smmu3_paging_iotlb_sync,
	.iova_to_phys = smmu3_paging_iova_to_phys,
	.enforce_cache_coherency = smmu3_paging_enforce_cache_coherency,
	.free = smmu3_paging_free,
};
