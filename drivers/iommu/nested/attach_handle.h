/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose a page request is, as the core sees it
 *
 * A driver attaches a domain before the core says so: for a moment the core would give a
 * request to the handler of the domain before, which may be freed meanwhile. So a driver
 * asks first. The function is exported in the namespace IOMMUFD_INTERNAL, but declared
 * in a header of the core's own.
 */
#ifndef __IOMMU_NESTED_ATTACH_HANDLE_H
#define __IOMMU_NESTED_ATTACH_HANDLE_H

#include <linux/device.h>
#include <linux/err.h>
#include <linux/iommu.h>

struct iommu_attach_handle *
iommu_attach_handle_get(struct iommu_group *group, ioasid_t pasid,
			unsigned int type);

/**
 * iommu_handle_now - by which handle the core knows an attachment
 * @dev: the device, which has not left its group
 * @pasid: the PASID, IOMMU_NO_PASID for requests without
 *
 * Context: any. What it points to may be freed, unless the group's mutex is held.
 * Return: the handle, %NULL if there is none
 */
static inline struct iommu_attach_handle *iommu_handle_now(struct device *dev,
							   u32 pasid)
{
	struct iommu_attach_handle *handle;

	if (!dev->iommu_group)
		return NULL;
	handle = iommu_attach_handle_get(dev->iommu_group, pasid, 0);
	return IS_ERR(handle) ? NULL : handle;
}

#endif /* __IOMMU_NESTED_ATTACH_HANDLE_H */
