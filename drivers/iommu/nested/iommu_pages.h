/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory for tables and queues
 *
 * The core exports these functions for IOMMU drivers, but its header,
 * iommu-pages.h, is not installed with a kernel's headers.
 */
#ifndef __IOMMU_NESTED_IOMMU_PAGES_H
#define __IOMMU_NESTED_IOMMU_PAGES_H

#include <linux/iommu.h>
#include <linux/types.h>

void *iommu_alloc_pages_node_sz(int nid, gfp_t gfp, size_t size);
void iommu_free_pages(void *virt);
void iommu_put_pages_list(struct iommu_pages_list *list);

#endif /* __IOMMU_NESTED_IOMMU_PAGES_H */
