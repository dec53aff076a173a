/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SMMUs of guests: their objects of iommufd's
 */
#ifndef __ARM_SMMU_V3_NESTED_VIOMMU_H
#define __ARM_SMMU_V3_NESTED_VIOMMU_H

#include <linux/iommufd.h>

#include "arm_smmu_v3_nested.h"
#include "guest.h"

struct smmu3_batch;
struct vevents;

/**
 * struct smmu3_viommu - an SMMU of a guest
 * @core: iommufd's view
 * @unit: the unit
 * @parent: its stage-2
 * @vmid: its VMID, other than that of @parent
 * @rules: what the commands of the guest may say
 * @vevents: its events
 * @streams: its devices, by the StreamIDs that the guest knows. A look-up
 *	without a vDEVICE at hand is in a read-side section of the unit's @srcu
 */
struct smmu3_viommu {
	struct iommufd_viommu core;
	struct smmu3_unit *unit;
	struct smmu3_paging *parent;
	u16 vmid;
	struct smmu3_rules rules;
	struct vevents *vevents;
	struct xarray streams;
};

/**
 * struct smmu3_nested - a domain made of a guest's STE
 * @domain: the core's view
 * @viommu: the guest's SMMU
 * @vste: the first two words of the guest's STE, validated, without EATS
 * @ats: the guest enables ATS
 */
struct smmu3_nested {
	struct iommu_domain domain;
	struct smmu3_viommu *viommu;
	u64 vste[2];
	bool ats;
};

static inline struct smmu3_nested *to_smmu3_nested(struct iommu_domain *domain)
{
	return container_of(domain, struct smmu3_nested, domain);
}

static inline struct smmu3_viommu *to_smmu3_viommu(struct iommufd_viommu *viommu)
{
	return container_of(viommu, struct smmu3_viommu, core);
}

/* nested.c */
struct iommu_domain *smmu3_nested_new(struct smmu3_viommu *viommu,
				      const struct iommu_hwpt_arm_smmuv3 *arg);
struct iommu_domain *
smmu3_alloc_domain_nested(struct iommufd_viommu *core, u32 flags,
			  const struct iommu_user_data *user_data);
int smmu3_nested_prepare(struct smmu3_attach *att);

/* viommu.c */
size_t smmu3_get_viommu_size(struct device *dev, enum iommu_viommu_type type);
int smmu3_viommu_init(struct iommufd_viommu *core, struct iommu_domain *parent,
		      const struct iommu_user_data *user_data);
int smmu3_viommu_setup(struct smmu3_viommu *viommu, struct smmu3_unit *unit,
		       struct smmu3_paging *parent);
void smmu3_viommu_exit(struct smmu3_viommu *viommu);

/* vdevice.c */
int smmu3_add_stream(struct smmu3_viommu *viommu, u64 vsid,
		     struct smmu3_device *sdev);
int smmu3_find_vsid(struct smmu3_viommu *viommu,
		    const struct smmu3_device *sdev, u32 *vsid);
int smmu3_vdevice_init(struct iommufd_vdevice *vdev);

/* invalidate.c */
int smmu3_add_usercmd(struct smmu3_batch *batch, struct smmu3_viommu *viommu,
		      struct cmd_words cmd);
int smmu3_cache_invalidate(struct iommufd_viommu *core,
			   struct iommu_user_data_array *array);

/* vevent.c */
struct vevents *smmu3_vevents_find(const struct smmu3_attach *att);
bool smmu3_vevent_give(struct vevents *q, const u64 *evt, u32 vsid);
int smmu3_vevents_init(struct smmu3_viommu *viommu);

#endif /* __ARM_SMMU_V3_NESTED_VIOMMU_H */
