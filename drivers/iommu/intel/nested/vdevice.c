// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest's source-ids
 *
 * Which device is behind one is kept by the vIOMMU, so that invalidations find it
 * without a lock: a look-up is in a read-side section of the unit's @srcu, which a
 * device outlives.
 */
#include "intel_nested.h"
#include "viommu.h"

static void vtd_vdevice_destroy(struct iommufd_vdevice *vdev)
{
	xa_erase(&to_vtd_viommu(vdev->viommu)->sids, vdev->virt_id);
}

/**
 * vtd_add_vsid - let a guest know a device by a source-id
 * @viommu: the guest's unit
 * @vsid: the source-id
 * @edev: the device
 *
 * The further source-ids of a device are the host's affair: they have no device-TLB,
 * and their faults are the device's.
 *
 * Return: 0; -EINVAL for what is no source-id, -EEXIST for one that is taken; -ENOMEM
 */
int vtd_add_vsid(struct vtd_viommu *viommu, u64 vsid, struct vtd_device *edev)
{
	int ret;

	if (vsid > U16_MAX)
		return -EINVAL;
	ret = xa_insert(&viommu->sids, vsid, edev, GFP_KERNEL_ACCOUNT);
	return ret == -EBUSY ? -EEXIST : ret;
}

/**
 * vtd_find_vsid - the source-id by which a guest knows a device
 * @viommu: the guest's unit
 * @edev: the device
 * @vsid: set to that
 *
 * Context: process context; no vDEVICE of the device's comes or goes.
 * Return: 0, or -ENOENT if it has none
 */
int vtd_find_vsid(struct vtd_viommu *viommu, const struct vtd_device *edev,
		  u16 *vsid)
{
	struct vtd_device *cur;
	unsigned long index;

	xa_for_each(&viommu->sids, index, cur) {
		if (cur == edev) {
			*vsid = index;
			return 0;
		}
	}
	return -ENOENT;
}

/**
 * vtd_vdevice_init - a guest gets a device
 * @vdev: the device, and the source-id that it has for the guest
 *
 * Context: process context.
 * Return: as vtd_add_vsid()
 */
int vtd_vdevice_init(struct iommufd_vdevice *vdev)
{
	struct device *dev = iommufd_vdevice_to_device(vdev);
	int ret;

	ret = vtd_add_vsid(to_vtd_viommu(vdev->viommu), vdev->virt_id,
			   dev_iommu_priv_get(dev));
	if (!ret)
		vdev->destroy = vtd_vdevice_destroy;
	return ret;
}
