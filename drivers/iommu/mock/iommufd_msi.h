/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mock IOMMU: what iommufd has for interrupt controllers
 *
 * It is exported to modules in the namespace IOMMUFD, but declared in a header of
 * the IOMMU core's own.
 */
#ifndef __IOMMU_MOCK_IOMMUFD_MSI_H
#define __IOMMU_MOCK_IOMMUFD_MSI_H

#include <linux/types.h>

struct iommu_domain;
struct msi_desc;

int iommufd_sw_msi(struct iommu_domain *domain, struct msi_desc *desc,
		   phys_addr_t msi_addr);

#endif /* __IOMMU_MOCK_IOMMUFD_MSI_H */
