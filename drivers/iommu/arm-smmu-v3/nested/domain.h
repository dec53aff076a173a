/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Domains with tables of the kernel's, attaching domains, and their tags
 */
#ifndef __ARM_SMMU_V3_NESTED_DOMAIN_H
#define __ARM_SMMU_V3_NESTED_DOMAIN_H

#include "arm_smmu_v3_nested.h"
#include "desc.h"

/* paging.c */
bool smmu3_can_nest(const struct smmu3_unit *unit);
bool smmu3_can_dirty(const struct smmu3_unit *unit);
bool smmu3_is_paging(const struct iommu_domain *domain);
struct iommu_domain *smmu3_paging_alloc(struct smmu3_unit *unit,
					struct smmu3_device *sdev, u32 flags);
struct iommu_domain *
smmu3_domain_alloc_paging_flags(struct device *dev, u32 flags,
				const struct iommu_user_data *user_data);
void smmu3_paging_stage2(const struct smmu3_paging *paging,
			 struct smmu3_stage2 *s2);
void smmu3_paging_stage1(const struct smmu3_paging *paging,
			 struct smmu3_stage1 *s1);

/* dirty.c */
extern const struct iommu_dirty_ops smmu3_dirty_ops;

/* tag.c */
void smmu3_tags_init(struct smmu3_unit *unit);
int smmu3_vmid_alloc(struct smmu3_unit *unit, struct tag_share *share);
void smmu3_vmid_free(struct smmu3_unit *unit, struct tag_share *share,
		     u16 vmid);
int smmu3_asid_alloc(struct smmu3_unit *unit, struct tag_share *share);
void smmu3_asid_free(struct smmu3_unit *unit, struct tag_share *share,
		     u16 asid);
void smmu3_tags_forgotten(struct smmu3_unit *unit);

/* devste.c */
struct smmu3_ste smmu3_device_ste(const struct smmu3_device *sdev,
				  const struct smmu3_attach *rid);
struct smmu3_cd smmu3_device_cd(const struct smmu3_device *sdev,
				const struct smmu3_attach *att);

/* Is it stage-1 of the kernel's? */
static inline bool smmu3_is_stage1(const struct smmu3_attach *att)
{
	return att && att->tag == SMMU3_TAG_ASID;
}

/* attach.c */
extern struct iommu_domain smmu3_identity_domain;
extern struct iommu_domain smmu3_blocked_domain;
int smmu3_attach(struct smmu3_device *sdev, u32 pasid,
		 struct iommu_domain *domain);
void smmu3_detach(struct smmu3_device *sdev, u32 pasid);
int smmu3_attach_dev(struct iommu_domain *domain, struct device *dev,
		     struct iommu_domain *old);
int smmu3_set_dev_pasid(struct iommu_domain *domain, struct device *dev,
			ioasid_t pasid, struct iommu_domain *old);
int smmu3_device_update(struct smmu3_device *sdev,
			const struct smmu3_attach *rid);

#endif /* __ARM_SMMU_V3_NESTED_DOMAIN_H */
