// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a VMM is told of the hardware
 */
#include <linux/slab.h>
#include <uapi/linux/iommufd.h>

#include "intel_nested.h"

/**
 * vtd_hw_info - report the unit of a device
 * @dev: the device
 * @length: set to the length of the report
 * @type: the type that is asked for, set to the one that is given
 *
 * Return: struct iommu_hw_info_vtd, to be freed by the caller; -EOPNOTSUPP if
 * another type is asked for, or -ENOMEM
 */
void *vtd_hw_info(struct device *dev, u32 *length,
		  enum iommu_hw_info_type *type)
{
	struct vtd_device *edev = dev_iommu_priv_get(dev);
	struct iommu_hw_info_vtd *info;

	if (*type != IOMMU_HW_INFO_TYPE_DEFAULT &&
	    *type != IOMMU_HW_INFO_TYPE_INTEL_VTD)
		return ERR_PTR(-EOPNOTSUPP);

	info = kzalloc_obj(*info);
	if (!info)
		return ERR_PTR(-ENOMEM);

	info->flags = vtd_errata_hw_info_flags(edev->unit);
	info->cap_reg = edev->unit->cap;
	info->ecap_reg = edev->unit->ecap;
	*length = sizeof(*info);
	*type = IOMMU_HW_INFO_TYPE_INTEL_VTD;
	return info;
}
