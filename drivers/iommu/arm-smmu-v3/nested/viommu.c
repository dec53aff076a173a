// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest's SMMU
 *
 * It has a VMID of its own, other than that of the stage-2 that it is on: two of
 * them on one stage-2 have different stage-1 tables under equal ASIDs, and what
 * one invalidates must be its own alone. An unmap from the stage-2 invalidates
 * all VMIDs that are attached with it.
 */
#include <linux/dma-map-ops.h>
#include <linux/module.h>
#include <uapi/linux/iommufd.h>

#include "../../nested/vevents.h"
#include "arm_smmu_v3_nested.h"
#include "domain.h"
#include "guest.h"
#include "viommu.h"

static bool unsafe_guest_memory_types;
module_param(unsafe_guest_memory_types, bool, 0644);
MODULE_PARM_DESC(unsafe_guest_memory_types,
		 "Guests also where hardware lets them choose memory types that bypass the caches: they may read what other owners left in memory (devices that are dma-coherent only)");

/*
 * A guest says in its tables how memory is cached, and the host does no cache
 * maintenance for it. So the hardware must not look beside the caches, where
 * memory may still have what its last owner wrote: because stage-2 overrides what
 * a guest says, or because firmware vouches for all that the device does.
 *
 * That a device is coherent as such is no more than the default of its requests:
 * stage-1 may turn that to non-cacheable. Emulated units have no caches to go
 * past, so there is a parameter for them.
 */
static bool smmu3_guest_safe(const struct smmu3_device *sdev)
{
	if (sdev->unit->idr[3] & SMMU_IDR3_FWB || smmu3_device_canwbs(sdev))
		return true;
	return READ_ONCE(unsafe_guest_memory_types) &&
	       dev_is_dma_coherent(sdev->dev);
}

/**
 * smmu3_get_viommu_size - can there be a vIOMMU for a device?
 * @dev: the device
 * @type: the kind of vIOMMU
 *
 * Return: size of the structure, or 0 if there cannot
 */
size_t smmu3_get_viommu_size(struct device *dev, enum iommu_viommu_type type)
{
	struct smmu3_device *sdev = dev_iommu_priv_get(dev);

	if (type != IOMMU_VIOMMU_TYPE_ARM_SMMUV3 ||
	    !smmu3_can_nest(sdev->unit) || !smmu3_guest_safe(sdev))
		return 0;
	return VIOMMU_STRUCT_SIZE(struct smmu3_viommu, core);
}

static void smmu3_viommu_destroy(struct iommufd_viommu *core)
{
	struct smmu3_viommu *viommu = to_smmu3_viommu(core);

	/* Nested domains and vDEVICEs of it are gone */
	smmu3_viommu_exit(viommu);
	module_put(THIS_MODULE);
}

static const struct iommufd_viommu_ops viommu_ops = {
	.destroy = smmu3_viommu_destroy,
	.alloc_domain_nested = smmu3_alloc_domain_nested,
	.cache_invalidate = smmu3_cache_invalidate,
	.vdevice_init = smmu3_vdevice_init,
};

/**
 * smmu3_viommu_setup - make the driver's part of a vIOMMU
 * @viommu: the vIOMMU, zeroed
 * @unit: its unit
 * @parent: its stage-2, a nesting parent which outlives it
 *
 * Return: 0; -EINVAL if @parent is not for it, -ENOSPC if there are no more
 * VMIDs, or -ENOMEM
 */
int smmu3_viommu_setup(struct smmu3_viommu *viommu, struct smmu3_unit *unit,
		       struct smmu3_paging *parent)
{
	int vmid, ret;

	if (parent->unit != unit || !parent->nest_parent)
		return -EINVAL;

	vmid = smmu3_vmid_alloc(unit, parent->share);
	if (vmid < 0)
		return vmid;
	viommu->unit = unit;
	ret = smmu3_vevents_init(viommu);
	if (ret) {
		smmu3_vmid_free(unit, parent->share, vmid);
		return ret;
	}

	viommu->parent = parent;
	viommu->vmid = vmid;
	smmu3_rules_init(&viommu->rules, unit->idr);
	xa_init(&viommu->streams);
	return 0;
}

/**
 * smmu3_viommu_exit - undo smmu3_viommu_setup()
 * @viommu: the vIOMMU, with nothing attached to it
 */
void smmu3_viommu_exit(struct smmu3_viommu *viommu)
{
	vevents_end(viommu->vevents);
	smmu3_vmid_free(viommu->unit, viommu->parent->share, viommu->vmid);
	xa_destroy(&viommu->streams);
}

/**
 * smmu3_viommu_init - make a vIOMMU for iommufd
 * @core: the vIOMMU, of the size that smmu3_get_viommu_size() gave
 * @parent: a nesting parent
 * @user_data: nothing is known that could be in it
 *
 * Return: as smmu3_viommu_setup()
 */
int smmu3_viommu_init(struct iommufd_viommu *core, struct iommu_domain *parent,
		      const struct iommu_user_data *user_data)
{
	int ret;

	if (!smmu3_is_paging(parent))
		return -EINVAL;
	ret = smmu3_viommu_setup(to_smmu3_viommu(core),
				 to_smmu3_unit(core->iommu_dev),
				 to_smmu3_paging(parent));
	if (ret)
		return ret;

	core->ops = &viommu_ops;
	/* Our code destroys it, perhaps when no device of ours is left */
	__module_get(THIS_MODULE);
	return 0;
}
