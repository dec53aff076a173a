/* SPDX-License-Identifier: GPL-2.0-only */
/* The version of all modules of the project: CHANGELOG.md says what it has */
#ifndef __LINUX_IOMMU_NESTED_VERSION_H
#define __LINUX_IOMMU_NESTED_VERSION_H

#define IOMMU_NESTED_VERSION "0.2"

#endif /* __LINUX_IOMMU_NESTED_VERSION_H */
