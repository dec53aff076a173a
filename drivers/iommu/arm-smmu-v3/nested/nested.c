// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nested domains: a guest's stage-1 on a stage-2 of ours
 *
 * A guest's change of its STE arrives as a new domain, which replaces the one
 * before it: a nested domain never changes.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <uapi/linux/iommufd.h>

#include "arm_smmu_v3_nested.h"
#include "domain.h"
#include "guest.h"
#include "viommu.h"

static void smmu3_nested_free(struct iommu_domain *domain)
{
	kfree(to_smmu3_nested(domain));
	module_put(THIS_MODULE);
}

/* Nothing of a guest's is attached to one PASID alone: it owns the CD table */
static const struct iommu_domain_ops nested_ops = {
	.attach_dev = smmu3_attach_dev,
	.free = smmu3_nested_free,
};

/**
 * smmu3_nested_new - make a nested domain
 * @viommu: the guest's SMMU, which outlives it
 * @arg: the guest's STE, as userspace sent it
 *
 * Return: the domain; -EIO for an STE that a guest cannot have, or -ENOMEM
 */
struct iommu_domain *smmu3_nested_new(struct smmu3_viommu *viommu,
				      const struct iommu_hwpt_arm_smmuv3 *arg)
{
	const u64 ste[2] = {
		le64_to_cpu(arg->ste[0]), le64_to_cpu(arg->ste[1]),
	};
	struct smmu3_nested *nested;
	u64 vste[2];
	bool ats;
	int ret;

	ret = smmu3_vste_check(ste, vste, &ats);
	if (ret)
		return ERR_PTR(ret);

	nested = kzalloc_obj(*nested, GFP_KERNEL_ACCOUNT);
	if (!nested)
		return ERR_PTR(-ENOMEM);

	nested->domain.type = IOMMU_DOMAIN_NESTED;
	nested->domain.ops = &nested_ops;
	nested->viommu = viommu;
	nested->vste[0] = vste[0];
	nested->vste[1] = vste[1];
	nested->ats = ats;
	/* Our code frees it, perhaps when no device of ours is left */
	__module_get(THIS_MODULE);
	return &nested->domain;
}

/**
 * smmu3_alloc_domain_nested - make a nested domain for iommufd
 * @core: the guest's SMMU
 * @flags: none is known
 * @user_data: a struct iommu_hwpt_arm_smmuv3 of userspace's
 *
 * Return: the domain; -EOPNOTSUPP for a flag; -EINVAL for another type or
 * length; -EIO for an STE that a guest cannot have; -EFAULT or -ENOMEM
 */
struct iommu_domain *
smmu3_alloc_domain_nested(struct iommufd_viommu *core, u32 flags,
			  const struct iommu_user_data *user_data)
{
	struct iommu_hwpt_arm_smmuv3 arg;
	int ret;

	if (flags)
		return ERR_PTR(-EOPNOTSUPP);

	ret = iommu_copy_struct_from_user(&arg, user_data,
					  IOMMU_HWPT_DATA_ARM_SMMUV3, ste);
	if (ret)
		return ERR_PTR(ret);
	return smmu3_nested_new(to_smmu3_viommu(core), &arg);
}

/**
 * smmu3_nested_prepare - see whether a nested domain can be attached
 * @att: the attachment, whose vIOMMU and virtual StreamID are filled in
 *
 * Invalidations and events need the StreamID by which a guest knows its device. A
 * guest whose SMMU is off has none yet, and needs none: its STE is then one that
 * the VMM made up, which has no stage-1.
 *
 * Context: process context; the unit's mutex is held.
 * Return: 0; -EINVAL for a device behind another unit, -EBUSY if PASIDs of the
 * device are in use by the host; -ENOENT for a stage-1 with no vDEVICE, unless it is
 * attached again after a reset: then its guest hears of no event
 */
int smmu3_nested_prepare(struct smmu3_attach *att)
{
	struct smmu3_nested *nested = to_smmu3_nested(att->domain);
	struct smmu3_viommu *viommu = nested->viommu;

	if (viommu->unit != att->sdev->unit)
		return -EINVAL;
	if (att->sdev->nr_pasids)
		return -EBUSY;

	att->viommu = viommu;
	att->vsid_valid = !smmu3_find_vsid(viommu, att->sdev, &att->vsid);
	/* The core takes no failure when it puts back what a reset took away */
	if (!att->vsid_valid && !att->back &&
	    FIELD_GET(SMMU_STE0_CONFIG, nested->vste[0]) == SMMU_STE_CONFIG_S1)
		return -ENOENT;
	return 0;
}
