/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Devices of other drivers
 *
 * When what is attached to a device is replaced, the core calls the new domain's driver
 * without a look at whose the device is. Userspace can ask for that where the
 * IOMMUs of two drivers are in one machine: an IOAS has domains of both. For a PASID, and
 * where nothing was attached, the core looks.
 */
#ifndef __IOMMU_NESTED_FOREIGN_H
#define __IOMMU_NESTED_FOREIGN_H

#include <linux/iommu.h>

/* Is the device behind an IOMMU of a driver that has other ops? */
static inline bool iommu_is_foreign(const struct device *dev, const struct iommu_ops *ops)
{
	return dev->iommu->iommu_dev->ops != ops;
}

#endif /* __IOMMU_NESTED_FOREIGN_H */
