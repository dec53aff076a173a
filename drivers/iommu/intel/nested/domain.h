/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Domains with tables of the kernel's, and attaching domains
 */
#ifndef __INTEL_NESTED_DOMAIN_H
#define __INTEL_NESTED_DOMAIN_H

#include "intel_nested.h"

/* tag.c */
void vtd_dids_init(struct vtd_unit *unit);
int vtd_did_get(struct vtd_attach *att);
void vtd_did_put(const struct vtd_attach *att);

/* paging.c */
bool vtd_is_paging(const struct iommu_domain *domain);
bool vtd_is_userspaces(const struct iommu_domain *domain);
struct iommu_domain *vtd_paging_alloc(struct vtd_unit *unit, u32 flags);
struct vtd_paging *vtd_paging_new(struct vtd_unit *unit);
void vtd_paging_delete(struct vtd_paging *paging);
void vtd_paging_destroy(struct vtd_paging *paging);
void vtd_paging_free(struct iommu_domain *domain);
void vtd_iotlb_sync(struct iommu_domain *domain,
		    struct iommu_iotlb_gather *gather);
void vtd_flush_iotlb_all(struct iommu_domain *domain);
int vtd_iotlb_sync_map(struct iommu_domain *domain, unsigned long iova,
		       size_t size);
bool vtd_can_snoop(struct vtd_paging *paging);
struct iommu_domain *
vtd_domain_alloc_paging_flags(struct device *dev, u32 flags,
			      const struct iommu_user_data *user_data);
int vtd_paging_compatible(struct vtd_paging *paging, struct vtd_unit *unit);
void vtd_paging_stage2(struct vtd_paging *paging, struct vtd_unit *unit,
		       struct vtd_stage2 *s2);
unsigned int vtd_stage2_width(u64 cap, unsigned int *level);

/* stage1.c */
extern const struct iommu_domain_ops vtd_stage1_ops;
struct vtd_paging *vtd_stage1_alloc(struct vtd_unit *unit, u32 flags);
int vtd_stage1_compatible(struct vtd_paging *paging, struct vtd_unit *unit);
void vtd_paging_stage1(struct vtd_paging *paging, struct vtd_unit *unit,
		       struct vtd_stage1 *s1);
unsigned int vtd_stage1_width(u64 cap, unsigned int *level);

static inline bool vtd_is_stage1(const struct vtd_paging *paging)
{
	return paging->domain.ops == &vtd_stage1_ops;
}

/* attach.c */
extern struct iommu_domain vtd_identity_domain;
extern struct iommu_domain vtd_blocked_domain;
int vtd_attach(struct vtd_device *edev, u32 pasid, struct iommu_domain *domain);
void vtd_detach(struct vtd_device *edev, u32 pasid);
int vtd_attach_dev(struct iommu_domain *domain, struct device *dev,
		   struct iommu_domain *old);
int vtd_set_dev_pasid(struct iommu_domain *domain, struct device *dev,
		      ioasid_t pasid, struct iommu_domain *old);
struct vtd_attach *vtd_attached(struct vtd_device *edev, u32 pasid);
int vtd_attach_change(struct vtd_attach *att,
		      void (*change)(struct vtd_device *edev, __le64 *entry,
				     bool on), bool on);
void vtd_enforce_page_snoop(struct vtd_paging *paging);

/* dirty.c */
extern const struct iommu_dirty_ops vtd_dirty_ops;
int vtd_set_dirty_tracking(struct iommu_domain *domain, bool enable);

#endif /* __INTEL_NESTED_DOMAIN_H */
