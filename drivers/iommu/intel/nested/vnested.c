// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nested domains made of a guest's PASID table entry
 *
 * A guest's change of an entry arrives as a new domain, which replaces the one before
 * it: a nested domain never changes.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <uapi/linux/iommufd_nested.h>

#include "domain.h"
#include "guest.h"
#include "intel_nested.h"
#include "users.h"
#include "viommu.h"

static void vtd_vnested_free_rcu(struct rcu_head *rcu)
{
	kfree(container_of(rcu, struct vtd_nested, rcu));
}

static void vtd_vnested_free(struct iommu_domain *domain)
{
	struct vtd_nested *nested = to_vtd_nested(domain);

	if (nested->vpasid.present)
		vtd_vdid_del(nested);
	call_srcu(&nested->viommu->unit->srcu, &nested->rcu,
		  vtd_vnested_free_rcu);
	module_put(THIS_MODULE);
}

/* A guest invalidates by the vIOMMU, not by the domain */
static const struct iommu_domain_ops vtd_vnested_ops = {
	.attach_dev = vtd_attach_dev,
	.set_dev_pasid = vtd_set_dev_pasid,
	.free = vtd_vnested_free,
};

/**
 * vtd_vnested_new - make a nested domain
 * @viommu: the guest's unit, which outlives it
 * @entry: the guest's PASID table entry
 *
 * Return: the domain; as vtd_vpasid_decode(), or -ENOMEM
 */
struct iommu_domain *vtd_vnested_new(struct vtd_viommu *viommu, const u64 *entry)
{
	struct vtd_nested *nested;
	struct vtd_vpasid vpasid;
	int ret;

	ret = vtd_vpasid_decode(entry, viommu->unit->cap, viommu->unit->ecap,
				vtd_parent_width(viommu->parent), &vpasid);
	if (ret)
		return ERR_PTR(ret);

	nested = kzalloc_obj(*nested, GFP_KERNEL_ACCOUNT);
	if (!nested)
		return ERR_PTR(-ENOMEM);
	nested->domain.type = IOMMU_DOMAIN_NESTED;
	nested->domain.ops = &vtd_vnested_ops;
	nested->parent = viommu->parent;
	nested->viommu = viommu;
	nested->vpasid = vpasid;
	nested->vevents = viommu->vevents;
	vtd_users_init(&nested->users);
	if (vpasid.present && vtd_vdid_add(nested)) {
		kfree(nested);
		return ERR_PTR(-ENOMEM);
	}
	/* Our code frees it, perhaps when no device of ours is left */
	__module_get(THIS_MODULE);
	return &nested->domain;
}

/**
 * vtd_viommu_alloc_nested - make a nested domain for iommufd
 * @core: the guest's unit
 * @flags: IOMMU_HWPT_ALLOC_PASID is known
 * @user_data: a struct iommu_hwpt_vtd_pasid_entry of userspace's
 *
 * Return: the domain; -EOPNOTSUPP for what is not known or is the host's, -EINVAL
 * for what is not right, -EFAULT or -ENOMEM
 */
struct iommu_domain *
vtd_viommu_alloc_nested(struct iommufd_viommu *core, u32 flags,
			const struct iommu_user_data *user_data)
{
	struct iommu_hwpt_vtd_pasid_entry arg;
	u64 entry[VTD_PTE_WORDS];
	unsigned int i;
	int ret;

	if (flags & ~IOMMU_HWPT_ALLOC_PASID)
		return ERR_PTR(-EOPNOTSUPP);
	if (user_data->type != IOMMU_HWPT_DATA_VTD_PASID_ENTRY)
		return ERR_PTR(-EOPNOTSUPP);

	ret = iommu_copy_struct_from_user(&arg, user_data,
					  IOMMU_HWPT_DATA_VTD_PASID_ENTRY,
					  entry);
	if (ret)
		return ERR_PTR(ret);
	static_assert(ARRAY_SIZE(arg.entry) == ARRAY_SIZE(entry));
	for (i = 0; i < ARRAY_SIZE(entry); i++)
		entry[i] = le64_to_cpu(arg.entry[i]);
	return vtd_vnested_new(to_vtd_viommu(core), entry);
}

/**
 * vtd_vnested_prepare - see whether a domain of a guest's unit can be attached
 * @att: the attachment, @viommu and @vsid of which are filled in
 *
 * Invalidations and faults need the source-id by which the guest knows the device.
 *
 * Context: process context; no vDEVICE of the device's comes or goes.
 * Return: 0; -EINVAL for a device behind another unit, -ENOENT for one that has no
 * vDEVICE, unless it is attached again after a reset: then its guest hears of no fault
 */
int vtd_vnested_prepare(struct vtd_attach *att)
{
	struct vtd_viommu *viommu;
	int ret;

	if (!att->nested || !att->nested->viommu)
		return 0;
	viommu = att->nested->viommu;
	if (viommu->unit != att->edev->unit)
		return -EINVAL;
	att->viommu = viommu;
	ret = vtd_find_vsid(viommu, att->edev, &att->vsid);
	att->vsid_valid = !ret;
	/* The core takes no failure when it puts back what a reset took away */
	return att->back ? 0 : ret;
}
