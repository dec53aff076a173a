// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest's StreamIDs
 *
 * Which device is behind one is kept by the vIOMMU, so that invalidations find
 * it without a lock: a look-up is in a read-side section of the unit's @srcu, which a
 * device outlives.
 */
#include "arm_smmu_v3_nested.h"
#include "viommu.h"

static void smmu3_vdevice_destroy(struct iommufd_vdevice *vdev)
{
	xa_erase(&to_smmu3_viommu(vdev->viommu)->streams, vdev->virt_id);
}

/**
 * smmu3_add_stream - let a guest know a device by a StreamID
 * @viommu: the guest's SMMU
 * @vsid: the StreamID
 * @sdev: the device
 *
 * Return: 0; -EINVAL for what is no StreamID, -EEXIST for one that is taken,
 * -EOPNOTSUPP for a device that has several, since a guest could not invalidate
 * what all of them have cached; -ENOMEM
 */
int smmu3_add_stream(struct smmu3_viommu *viommu, u64 vsid,
		     struct smmu3_device *sdev)
{
	int ret;

	if (vsid > U32_MAX)
		return -EINVAL;
	if (sdev->nr_sids != 1)
		return -EOPNOTSUPP;

	ret = xa_insert(&viommu->streams, vsid, sdev, GFP_KERNEL_ACCOUNT);
	return ret == -EBUSY ? -EEXIST : ret;
}

/**
 * smmu3_find_vsid - the StreamID by which a guest knows a device
 * @viommu: the guest's SMMU
 * @sdev: the device
 * @vsid: set to that
 *
 * Context: process context; no vDEVICE of the device's comes or goes.
 * Return: 0, or -ENOENT if it has none
 */
int smmu3_find_vsid(struct smmu3_viommu *viommu,
		    const struct smmu3_device *sdev, u32 *vsid)
{
	struct smmu3_device *cur;
	unsigned long index;

	xa_for_each(&viommu->streams, index, cur) {
		if (cur == sdev) {
			*vsid = index;
			return 0;
		}
	}
	return -ENOENT;
}

/**
 * smmu3_vdevice_init - a guest gets a device
 * @vdev: the device, and the StreamID that it has for the guest
 *
 * Context: process context.
 * Return: as smmu3_add_stream()
 */
int smmu3_vdevice_init(struct iommufd_vdevice *vdev)
{
	struct device *dev = iommufd_vdevice_to_device(vdev);
	int ret;

	ret = smmu3_add_stream(to_smmu3_viommu(vdev->viommu), vdev->virt_id,
			       dev_iommu_priv_get(dev));
	if (!ret)
		vdev->destroy = smmu3_vdevice_destroy;
	return ret;
}
