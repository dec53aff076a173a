// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest's unit
 *
 * It is a view of one physical unit, on one stage-2: the devices that a guest has
 * there, by its own source-ids; its PASID table entries, each of which is a nested
 * domain, by its own domain-ids; its invalidation queue; and its faults.
 */
#include <linux/module.h>
#include <uapi/linux/iommufd_nested.h>

#include "../../nested/vevents.h"
#include "domain.h"
#include "guest.h"
#include "intel_nested.h"
#include "viommu.h"

/**
 * vtd_get_viommu_size - can there be a vIOMMU for a device?
 * @dev: the device
 * @type: the kind of vIOMMU
 *
 * Return: size of the structure, or 0 if there cannot
 */
size_t vtd_get_viommu_size(struct device *dev, enum iommu_viommu_type type)
{
	const struct vtd_device *edev = dev_iommu_priv_get(dev);

	if ((u32)type != IOMMU_VIOMMU_TYPE_INTEL_VTD ||
	    !(edev->unit->ecap & VTD_ECAP_NEST))
		return 0;
	return VIOMMU_STRUCT_SIZE(struct vtd_viommu, core);
}

static void vtd_viommu_destroy(struct iommufd_viommu *core)
{
	/* Nested domains and vDEVICEs of it are gone */
	vtd_viommu_exit(to_vtd_viommu(core));
	module_put(THIS_MODULE);
}

static const struct iommufd_viommu_ops vtd_viommu_ops = {
	.destroy = vtd_viommu_destroy,
	.alloc_domain_nested = vtd_viommu_alloc_nested,
	.cache_invalidate = vtd_viommu_invalidate,
	.vdevice_init = vtd_vdevice_init,
};

/**
 * vtd_viommu_setup - make the driver's part of a vIOMMU
 * @viommu: the vIOMMU, zeroed
 * @unit: its unit
 * @parent: its stage-2, which outlives it
 *
 * Return: 0; -EINVAL if the unit cannot nest on @parent, or -ENOMEM
 */
int vtd_viommu_setup(struct vtd_viommu *viommu, struct vtd_unit *unit,
		     struct vtd_paging *parent)
{
	int ret;

	if (!parent->nest_parent)
		return -EINVAL;
	ret = vtd_paging_compatible(parent, unit) ?:
	      vtd_errata_check_parent(unit, parent);
	if (ret)
		return ret;

	viommu->unit = unit;
	viommu->parent = parent;
	ret = vtd_vevents_init(viommu);
	if (ret)
		return ret;
	xa_init(&viommu->sids);
	xa_init(&viommu->dids);
	mutex_init(&viommu->lock);
	vtd_unit_get(unit);
	return 0;
}

/**
 * vtd_viommu_exit - undo vtd_viommu_setup()
 * @viommu: the vIOMMU, with nothing attached to it
 */
void vtd_viommu_exit(struct vtd_viommu *viommu)
{
	vevents_end(viommu->vevents);
	xa_destroy(&viommu->dids);
	xa_destroy(&viommu->sids);
	mutex_destroy(&viommu->lock);
	vtd_unit_put(viommu->unit);
}

/* There is one version: whoever knows a newer one is told of that */
static int vtd_viommu_agree(const struct iommu_user_data *user_data)
{
	struct iommu_viommu_intel_vtd arg;
	int ret;

	if (!user_data)
		return -EINVAL;
	ret = iommu_copy_struct_from_user(&arg, user_data,
					  IOMMU_VIOMMU_TYPE_INTEL_VTD, flags);
	if (ret)
		return ret;
	if (arg.flags)
		return -EOPNOTSUPP;
	if (!arg.version)
		return -EINVAL;
	arg.version = IOMMU_VIOMMU_VTD_VERSION;
	return iommu_copy_struct_to_user(user_data, &arg,
					 IOMMU_VIOMMU_TYPE_INTEL_VTD, flags);
}

/**
 * vtd_viommu_init - make a vIOMMU for iommufd
 * @core: the vIOMMU, of the size that vtd_get_viommu_size() gave
 * @parent: a nesting parent
 * @user_data: a struct iommu_viommu_intel_vtd of userspace's
 *
 * Return: as vtd_viommu_setup(); and -EINVAL, -EOPNOTSUPP or -EFAULT for @user_data
 */
int vtd_viommu_init(struct iommufd_viommu *core, struct iommu_domain *parent,
		    const struct iommu_user_data *user_data)
{
	int ret;

	if (!vtd_is_paging(parent))
		return -EINVAL;
	ret = vtd_viommu_agree(user_data);
	if (ret)
		return ret;
	ret = vtd_viommu_setup(to_vtd_viommu(core), to_vtd_unit(core->iommu_dev),
			       to_vtd_paging(parent));
	if (ret)
		return ret;

	core->ops = &vtd_viommu_ops;
	/* Our code destroys it, perhaps when no device of ours is left */
	__module_get(THIS_MODULE);
	return 0;
}
