// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a VMM is told of the hardware
 */
#include <linux/slab.h>
#include <uapi/linux/iommufd.h>

#include "arm_smmu_v3_nested.h"

#ifdef SMMU3_HW_INFO_ERRATA
/*
 * Erratum T264-SMMU-3: one invalidation and SYNC may leave entries behind. A
 * guest that has a command queue of its own must know.
 */
static u32 smmu3_errata_flags(const struct smmu3_unit *unit)
{
	return unit->repeat ? IOMMU_HW_INFO_ARM_SMMUV3_ERRATA_REPEAT_TLBI_CFGI :
			      0;
}
#else
/* The kernel's uAPI has no such flag yet */
static u32 smmu3_errata_flags(const struct smmu3_unit *unit)
{
	return 0;
}
#endif

/**
 * smmu3_hw_info - report the unit of a device
 * @dev: the device
 * @length: set to the length of the report
 * @type: the type that is asked for, set to the one that is given
 *
 * The registers are given as they are. Which of their fields mean anything to a
 * guest is in the kernel's uAPI.
 *
 * Return: struct iommu_hw_info_arm_smmuv3, to be freed by the caller;
 * -EOPNOTSUPP if another type is asked for, or -ENOMEM
 */
void *smmu3_hw_info(struct device *dev, u32 *length,
		    enum iommu_hw_info_type *type)
{
	struct smmu3_device *sdev = dev_iommu_priv_get(dev);
	struct iommu_hw_info_arm_smmuv3 *info;
	struct smmu3_unit *unit = sdev->unit;

	if (*type != IOMMU_HW_INFO_TYPE_DEFAULT &&
	    *type != IOMMU_HW_INFO_TYPE_ARM_SMMUV3)
		return ERR_PTR(-EOPNOTSUPP);

	info = kzalloc_obj(*info);
	if (!info)
		return ERR_PTR(-ENOMEM);

	static_assert(sizeof(info->idr) == sizeof(unit->idr));
	memcpy(info->idr, unit->idr, sizeof(info->idr));
	info->iidr = unit->iidr;
	info->aidr = unit->aidr;
	info->flags = smmu3_errata_flags(unit);
	*length = sizeof(*info);
	*type = IOMMU_HW_INFO_TYPE_ARM_SMMUV3;
	return info;
}
