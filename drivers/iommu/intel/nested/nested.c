// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nested domains: a guest's stage-1 on a stage-2 of ours
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <uapi/linux/iommufd.h>

#include "domain.h"
#include "guest.h"
#include "intel_nested.h"
#include "users.h"

/* The table pointer has no more bits, however wide stage-2 is (9.6) */
#define VTD_MAX_HAW	52U

#define VTD_S1_FLAGS	(IOMMU_VTD_S1_SRE | IOMMU_VTD_S1_EAFE | IOMMU_VTD_S1_WPE)

/**
 * vtd_stage1_validate - check a guest's stage-1 against what a unit can do
 * @s1: what userspace sent
 * @cap: capability register
 * @ecap: extended capability register
 * @stage2_width: bits of the addresses that the parent translates
 *
 * IOMMU_VTD_S1_WPE without _SRE is no error: it says how supervisor requests
 * are treated, and without SRE there are none.
 *
 * Return: 0; -EOPNOTSUPP for what is not known, -EINVAL for what is not right
 */
int vtd_stage1_validate(const struct iommu_hwpt_vtd_s1 *s1, u64 cap, u64 ecap,
			unsigned int stage2_width)
{
	if (s1->flags & ~(u64)VTD_S1_FLAGS || s1->__reserved)
		return -EOPNOTSUPP;

	if (s1->flags & IOMMU_VTD_S1_SRE && !(ecap & VTD_ECAP_SRS))
		return -EINVAL;
	if (s1->flags & IOMMU_VTD_S1_EAFE && !(ecap & VTD_ECAP_EAFS))
		return -EINVAL;

	switch (s1->addr_width) {
	case 48:
		break;
	case 57:
		if (!(cap & VTD_CAP_FS5LP))
			return -EINVAL;
		break;
	default:
		return -EINVAL;
	}

	if (!IS_ALIGNED(s1->pgtbl_addr, VTD_PAGE_SIZE) ||
	    s1->pgtbl_addr >> min(stage2_width, VTD_MAX_HAW))
		return -EINVAL;
	return 0;
}

/**
 * vtd_parent_width - the width of the addresses that a parent translates
 * @parent: the parent
 *
 * Return: that
 */
unsigned int vtd_parent_width(const struct vtd_paging *parent)
{
	return parent->ss.vtdss_pt.common.max_vasz_lg2;
}

/**
 * vtd_nested_compatible - check that a unit can use a nested domain
 * @nested: the domain, perhaps made for another unit
 * @unit: the unit
 *
 * Return: 0 or -EINVAL
 */
int vtd_nested_compatible(struct vtd_nested *nested, struct vtd_unit *unit)
{
	int ret;

	ret = vtd_paging_compatible(nested->parent, unit) ?:
	      vtd_errata_check_parent(unit, nested->parent);
	/* Those of a guest's unit are for that unit only, see vnested.c */
	if (ret || nested->viommu)
		return ret;
	return vtd_stage1_validate(&nested->s1, unit->cap, unit->ecap,
				   vtd_parent_width(nested->parent));
}

/**
 * vtd_nested_stage1 - what the PASID table entries of a domain say of stage-1
 * @nested: the domain
 * @entry: filled in
 */
void vtd_nested_stage1(const struct vtd_nested *nested, struct vtd_stage1 *entry)
{
	const struct iommu_hwpt_vtd_s1 *s1 = &nested->s1;

	if (nested->viommu) {
		*entry = nested->vpasid.s1;
		return;
	}
	*entry = (struct vtd_stage1) {
		.root = s1->pgtbl_addr,
		.five_level = s1->addr_width == 57,
		.sre = s1->flags & IOMMU_VTD_S1_SRE,
		.wpe = s1->flags & IOMMU_VTD_S1_SRE &&
		       s1->flags & IOMMU_VTD_S1_WPE,
		.eafe = s1->flags & IOMMU_VTD_S1_EAFE,
	};
}

static void vtd_nested_free(struct iommu_domain *domain)
{
	kfree(to_vtd_nested(domain));
	module_put(THIS_MODULE);
}

static const struct iommu_domain_ops vtd_nested_ops = {
	.attach_dev = vtd_attach_dev,
	.set_dev_pasid = vtd_set_dev_pasid,
	.cache_invalidate_user = vtd_cache_invalidate_user,
	.free = vtd_nested_free,
};

/**
 * vtd_nested_alloc - make a nested domain
 * @unit: the unit it is for
 * @parent: the stage-2, a nesting parent
 * @s1: the stage-1, as userspace sent it
 *
 * Return: the domain; -EOPNOTSUPP for what is not known, -EINVAL for what is
 * not right, or -ENOMEM
 */
struct iommu_domain *vtd_nested_alloc(struct vtd_unit *unit,
				      struct vtd_paging *parent,
				      const struct iommu_hwpt_vtd_s1 *s1)
{
	struct vtd_nested *nested;
	int ret;

	ret = vtd_stage1_validate(s1, unit->cap, unit->ecap,
				  vtd_parent_width(parent)) ?:
	      vtd_paging_compatible(parent, unit) ?:
	      vtd_errata_check_parent(unit, parent);
	if (ret)
		return ERR_PTR(ret);

	nested = kzalloc_obj(*nested, GFP_KERNEL_ACCOUNT);
	if (!nested)
		return ERR_PTR(-ENOMEM);

	nested->domain.type = IOMMU_DOMAIN_NESTED;
	nested->domain.ops = &vtd_nested_ops;
	nested->parent = parent;
	nested->s1 = *s1;
	vtd_users_init(&nested->users);
	/* Our code frees it, perhaps when no device of ours is left */
	__module_get(THIS_MODULE);
	return &nested->domain;
}

/**
 * vtd_domain_alloc_nested - make a nested domain for a device
 * @dev: the device it is for
 * @parent: the stage-2, which outlives the new domain
 * @flags: IOMMU_HWPT_ALLOC_PASID is known
 * @user_data: a struct iommu_hwpt_vtd_s1 of userspace's
 *
 * Return: the domain; -EOPNOTSUPP for what is not known or not supported,
 * -EINVAL for what is not right, -EFAULT or -ENOMEM
 */
struct iommu_domain *
vtd_domain_alloc_nested(struct device *dev, struct iommu_domain *parent,
			u32 flags, const struct iommu_user_data *user_data)
{
	struct vtd_device *edev = dev_iommu_priv_get(dev);
	struct vtd_unit *unit = edev->unit;
	struct iommu_hwpt_vtd_s1 s1;
	int ret;

	if (!(unit->ecap & VTD_ECAP_NEST) || flags & ~IOMMU_HWPT_ALLOC_PASID)
		return ERR_PTR(-EOPNOTSUPP);
	if (user_data->type != IOMMU_HWPT_DATA_VTD_S1)
		return ERR_PTR(-EOPNOTSUPP);
	if (!vtd_is_paging(parent) || !to_vtd_paging(parent)->nest_parent)
		return ERR_PTR(-EINVAL);

	ret = iommu_copy_struct_from_user(&s1, user_data,
					  IOMMU_HWPT_DATA_VTD_S1, __reserved);
	if (ret)
		return ERR_PTR(ret);
	return vtd_nested_alloc(unit, to_vtd_paging(parent), &s1);
}
