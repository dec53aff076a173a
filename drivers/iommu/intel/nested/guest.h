/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What comes from a guest: its stage-1, and its invalidations
 */
#ifndef __INTEL_NESTED_GUEST_H
#define __INTEL_NESTED_GUEST_H

#include "intel_nested.h"

/* nested.c */
int vtd_stage1_validate(const struct iommu_hwpt_vtd_s1 *s1, u64 cap, u64 ecap,
			unsigned int stage2_width);
unsigned int vtd_parent_width(const struct vtd_paging *parent);
int vtd_nested_compatible(struct vtd_nested *nested, struct vtd_unit *unit);
void vtd_nested_stage1(const struct vtd_nested *nested,
		       struct vtd_stage1 *entry);
struct iommu_domain *vtd_nested_alloc(struct vtd_unit *unit,
				      struct vtd_paging *parent,
				      const struct iommu_hwpt_vtd_s1 *s1);
struct iommu_domain *
vtd_domain_alloc_nested(struct device *dev, struct iommu_domain *parent,
			u32 flags, const struct iommu_user_data *user_data);

/* invalidate.c */
int vtd_request_validate(const struct iommu_hwpt_vtd_s1_invalidate *req);
int vtd_cache_invalidate_user(struct iommu_domain *domain,
			      struct iommu_user_data_array *array);

#endif /* __INTEL_NESTED_GUEST_H */
