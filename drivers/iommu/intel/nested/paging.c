// SPDX-License-Identifier: GPL-2.0-only
/*
 * Paging domains: stage-2 tables of the kernel's page table library
 *
 * Those with stage-1 tables are in stage1.c; they share what is not about the
 * tables.
 */
#include <linux/generic_pt/iommu.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "domain.h"
#include "flush.h"
#include "intel_nested.h"
#include "recover.h"
#include "users.h"

static const struct iommu_domain_ops vtd_paging_ops;

/**
 * vtd_is_paging - the domain was made here
 * @domain: the domain
 *
 * Return: true if it was
 */
bool vtd_is_paging(const struct iommu_domain *domain)
{
	return domain->ops == &vtd_paging_ops || domain->ops == &vtd_stage1_ops;
}

/**
 * vtd_is_userspaces - does a domain belong to userspace?
 * @domain: the domain
 *
 * It does if iommufd has made it, or a container of VFIO's. The others are the
 * kernel's own: identity, and those of the DMA API.
 *
 * Return: true if it does
 */
bool vtd_is_userspaces(const struct iommu_domain *domain)
{
	return domain->type == IOMMU_DOMAIN_UNMANAGED ||
	       domain->type == IOMMU_DOMAIN_NESTED;
}

/**
 * vtd_stage2_width - the width of stage-2 input addresses
 * @cap: capability register
 * @level: set to the page table library's number of the top level
 *
 * The smallest table that has all addresses of the unit, or else the largest
 * that the unit can walk.
 *
 * Return: the number of bits, 0 if there is no table that the unit can walk
 */
unsigned int vtd_stage2_width(u64 cap, unsigned int *level)
{
	static const struct {
		u64 sagaw;
		unsigned int level;
		unsigned int bits;
	} tables[] = {
		{ VTD_CAP_SAGAW_3LVL, 2, 39 },
		{ VTD_CAP_SAGAW_4LVL, 3, 48 },
		{ VTD_CAP_SAGAW_5LVL, 4, 57 },
	};
	unsigned int mgaw = FIELD_GET(VTD_CAP_MGAW, cap) + 1;
	unsigned int bits = 0;
	int i;

	for (i = 0; i < ARRAY_SIZE(tables) && bits < mgaw; i++) {
		if (cap & tables[i].sagaw) {
			bits = tables[i].bits;
			*level = tables[i].level;
		}
	}
	return min(bits, mgaw);
}

static u64 vtd_pgsizes(u64 cap)
{
	u64 sizes = SZ_4K;

	if (cap & VTD_CAP_SSLPS_2M)
		sizes |= SZ_2M;
	if (cap & VTD_CAP_SSLPS_1G)
		sizes |= SZ_1G;
	return sizes;
}

static bool vtd_pt_has(const struct vtd_paging *paging, unsigned int feature)
{
	return paging->ss.vtdss_pt.common.features & BIT(feature);
}

static int vtd_stage2_compatible(struct vtd_paging *paging,
				 struct vtd_unit *unit)
{
	struct pt_iommu_vtdss_hw_info info;

	if (!(unit->ecap & VTD_ECAP_SSTS))
		return -EINVAL;
	pt_iommu_vtdss_hw_info(&paging->ss, &info);

	/* SAGAW and AW count levels alike: bit 1 is three levels, and so on */
	if (!(FIELD_GET(VTD_CAP_SAGAW, unit->cap) & BIT(info.aw)))
		return -EINVAL;
	if (paging->ss.vtdss_pt.common.max_vasz_lg2 >
	    FIELD_GET(VTD_CAP_MGAW, unit->cap) + 1)
		return -EINVAL;
	if (paging->domain.pgsize_bitmap & ~vtd_pgsizes(unit->cap))
		return -EINVAL;
	if (!(unit->ecap & VTD_ECAP_SMPWCS) &&
	    !vtd_pt_has(paging, PT_FEAT_DMA_INCOHERENT))
		return -EINVAL;
	if (!(unit->ecap & VTD_ECAP_SC) &&
	    vtd_pt_has(paging, PT_FEAT_VTDSS_FORCE_COHERENCE))
		return -EINVAL;
	if (!(unit->ecap & VTD_ECAP_SSADS) && paging->domain.dirty_ops)
		return -EINVAL;
	if (!(unit->ecap & VTD_ECAP_NEST) && paging->nest_parent)
		return -EINVAL;
	return 0;
}

/**
 * vtd_paging_compatible - check that a unit can use a domain
 * @paging: the domain, perhaps made for another unit
 * @unit: the unit
 *
 * Return: 0 or -EINVAL
 */
int vtd_paging_compatible(struct vtd_paging *paging, struct vtd_unit *unit)
{
	if (vtd_is_stage1(paging))
		return vtd_stage1_compatible(paging, unit);
	return vtd_stage2_compatible(paging, unit);
}

/**
 * vtd_paging_stage2 - what the PASID table entries of a domain say of stage-2
 * @paging: the domain
 * @unit: the unit whose entries they are
 * @s2: filled in
 *
 * Context: the domain's mutex is held.
 */
void vtd_paging_stage2(struct vtd_paging *paging, struct vtd_unit *unit,
		       struct vtd_stage2 *s2)
{
	struct pt_iommu_vtdss_hw_info info;

	lockdep_assert_held(&paging->lock);

	pt_iommu_vtdss_hw_info(&paging->ss, &info);
	*s2 = (struct vtd_stage2) {
		.root = info.ssptptr,
		.aw = info.aw,
		.ssade = paging->dirty,
		/* Reserved without SMPWCS, and without SC */
		.pwsnp = unit->ecap & VTD_ECAP_SMPWCS,
		.pgsnp = vtd_pt_has(paging, PT_FEAT_VTDSS_FORCE_COHERENCE),
	};
}

/**
 * vtd_paging_new - what all paging domains have
 * @unit: the unit it is for
 *
 * Return: the domain without tables and operations, or NULL
 */
struct vtd_paging *vtd_paging_new(struct vtd_unit *unit)
{
	struct vtd_paging *paging = kzalloc_obj(*paging, GFP_KERNEL_ACCOUNT);

	if (!paging)
		return NULL;
	mutex_init(&paging->lock);
	vtd_withheld_init(&paging->withheld);
	vtd_users_init(&paging->users);
	INIT_LIST_HEAD(&paging->dids);
	INIT_LIST_HEAD(&paging->nested_dids);
	paging->iommu.iommu_device = get_device(unit->dev);
	paging->iommu.nid = dev_to_node(unit->dev);
	/* Our code frees it, perhaps when no device of ours is left */
	__module_get(THIS_MODULE);
	return paging;
}

/**
 * vtd_paging_delete - undo vtd_paging_new()
 * @paging: the domain, without tables
 */
void vtd_paging_delete(struct vtd_paging *paging)
{
	put_device(paging->iommu.iommu_device);
	mutex_destroy(&paging->lock);
	kfree(paging);
	module_put(THIS_MODULE);
}

static struct vtd_paging *vtd_stage2_alloc(struct vtd_unit *unit, u32 flags)
{
	bool nest_parent = flags & IOMMU_HWPT_ALLOC_NEST_PARENT;
	bool dirty = flags & IOMMU_HWPT_ALLOC_DIRTY_TRACKING;
	struct pt_iommu_vtdss_cfg cfg = {};
	struct vtd_paging *paging;
	int ret;

	if (!(unit->ecap & VTD_ECAP_SSTS))
		return ERR_PTR(-EOPNOTSUPP);
	if (flags & ~(IOMMU_HWPT_ALLOC_NEST_PARENT |
		      IOMMU_HWPT_ALLOC_DIRTY_TRACKING |
		      IOMMU_HWPT_ALLOC_PASID))
		return ERR_PTR(-EOPNOTSUPP);
	if (nest_parent && !(unit->ecap & VTD_ECAP_NEST))
		return ERR_PTR(-EOPNOTSUPP);
	if (dirty && !(unit->ecap & VTD_ECAP_SSADS))
		return ERR_PTR(-EOPNOTSUPP);

	paging = vtd_paging_new(unit);
	if (!paging)
		return ERR_PTR(-ENOMEM);
	paging->nest_parent = nest_parent;

	cfg.common.hw_max_vasz_lg2 = vtd_stage2_width(unit->cap, &cfg.top_level);
	cfg.common.hw_max_oasz_lg2 = 52;
	cfg.common.features = BIT(PT_FEAT_FLUSH_RANGE) |
			      vtd_errata_pt_features(unit, nest_parent);
	if (!(unit->ecap & VTD_ECAP_SMPWCS))
		cfg.common.features |= BIT(PT_FEAT_DMA_INCOHERENT);
	paging->domain.ops = &vtd_paging_ops;
	if (dirty)
		paging->domain.dirty_ops = &vtd_dirty_ops;

	ret = pt_iommu_vtdss_init(&paging->ss, &cfg, GFP_KERNEL_ACCOUNT);
	if (ret) {
		vtd_paging_delete(paging);
		return ERR_PTR(ret);
	}
	paging->domain.pgsize_bitmap &= vtd_pgsizes(unit->cap);
	return paging;
}

/**
 * vtd_paging_alloc - make a paging domain
 * @unit: the unit it is for
 * @flags: IOMMU_HWPT_ALLOC_NEST_PARENT, _DIRTY_TRACKING and _PASID are known
 *
 * It has stage-1 tables if the unit walks such and @flags ask for nothing that
 * takes stage-2. Userspace sees which it is: by the addresses that may be mapped,
 * and by whether memory that is mapped for writing only can be read.
 *
 * Return: the domain; -EOPNOTSUPP if the unit cannot do it, or -ENOMEM
 */
struct iommu_domain *vtd_paging_alloc(struct vtd_unit *unit, u32 flags)
{
	struct vtd_paging *paging = vtd_stage1_alloc(unit, flags);

	if (paging == ERR_PTR(-EOPNOTSUPP))
		paging = vtd_stage2_alloc(unit, flags);
	return IS_ERR(paging) ? ERR_CAST(paging) : &paging->domain;
}

/**
 * vtd_domain_alloc_paging_flags - make a paging domain for a device
 * @dev: the device
 * @flags: as vtd_paging_alloc()
 * @user_data: there is none for this kind
 *
 * Return: as vtd_paging_alloc()
 */
struct iommu_domain *
vtd_domain_alloc_paging_flags(struct device *dev, u32 flags,
			      const struct iommu_user_data *user_data)
{
	struct vtd_device *edev = dev_iommu_priv_get(dev);

	if (user_data)
		return ERR_PTR(-EOPNOTSUPP);
	return vtd_paging_alloc(edev->unit, flags);
}

/**
 * vtd_paging_destroy - free a paging domain with its tables
 * @paging: the domain, whose tables no unit uses any more
 */
void vtd_paging_destroy(struct vtd_paging *paging)
{
	pt_iommu_deinit(&paging->iommu);
	vtd_paging_delete(paging);
}

/**
 * vtd_paging_free - free a paging domain
 * @domain: the domain, which nobody uses any more
 *
 * It stays as it is for a while if a unit has not forgotten it.
 */
void vtd_paging_free(struct iommu_domain *domain)
{
	struct vtd_paging *paging = to_vtd_paging(domain);

	if (!vtd_withhold_all(paging))
		vtd_paging_destroy(paging);
}

/**
 * vtd_iotlb_sync - the core has unmapped something
 * @domain: the paging domain
 * @gather: what
 */
void vtd_iotlb_sync(struct iommu_domain *domain,
		    struct iommu_iotlb_gather *gather)
{
	bool leaf = list_empty(&gather->freelist.pages);
	struct vtd_paging *paging = to_vtd_paging(domain);

	/* A gather that met nothing starts after its end */
	if (gather->start <= gather->end)
		vtd_paging_flush(paging, gather->start, gather->end, leaf);
	/* What a unit may still use for a table is used for nothing else */
	vtd_withhold_pages(paging, &gather->freelist);
}

/**
 * vtd_flush_iotlb_all - the core wants all of a domain forgotten
 * @domain: the paging domain
 */
void vtd_flush_iotlb_all(struct iommu_domain *domain)
{
	vtd_paging_flush(to_vtd_paging(domain), 0, U64_MAX, false);
}

/**
 * vtd_iotlb_sync_map - the core has mapped something
 * @domain: the paging domain
 * @iova: the first byte
 * @size: and how many
 *
 * Return: 0; or -ENOMEM for the DMA API if what was there before may still be in use
 */
int vtd_iotlb_sync_map(struct iommu_domain *domain, unsigned long iova,
		       size_t size)
{
	return vtd_paging_flush_new(to_vtd_paging(domain), iova,
				    iova + size - 1);
}

/**
 * vtd_can_snoop - can all units that use a domain snoop on all accesses?
 * @paging: the domain, locked
 *
 * Return: true if they can
 */
bool vtd_can_snoop(struct vtd_paging *paging)
{
	struct vtd_unit_users *part;

	lockdep_assert_held(&paging->lock);

	list_for_each_entry(part, &paging->users.units, node)
		if (!(part->unit->ecap & VTD_ECAP_SC))
			return false;
	return true;
}

static bool vtd_enforce_cache_coherency(struct iommu_domain *domain)
{
	struct vtd_paging *paging = to_vtd_paging(domain);

	guard(mutex)(&paging->lock);

	if (!vtd_can_snoop(paging))
		return false;
	/* The page table library puts it into each leaf from now on */
	paging->ss.vtdss_pt.common.features |=
		BIT(PT_FEAT_VTDSS_FORCE_COHERENCE);
	return true;
}

static const struct iommu_domain_ops vtd_paging_ops = {
	IOMMU_PT_DOMAIN_OPS(vtdss),
	.attach_dev = vtd_attach_dev,
	.set_dev_pasid = vtd_set_dev_pasid,
	.flush_iotlb_all = vtd_flush_iotlb_all,
	.iotlb_sync = vtd_iotlb_sync,
	.iotlb_sync_map = vtd_iotlb_sync_map,
	.enforce_cache_coherency = vtd_enforce_cache_coherency,
	.free = vtd_paging_free,
};

MODULE_IMPORT_NS("GENERIC_PT_IOMMU");
