/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Units of guests: their objects of iommufd's
 */
#ifndef __INTEL_NESTED_VIOMMU_H
#define __INTEL_NESTED_VIOMMU_H

#include <linux/iommufd.h>

#include "intel_nested.h"
#include "vpasid.h"

struct vevents;

/**
 * struct vtd_viommu - a unit of a guest
 * @core: iommufd's view
 * @unit: the unit
 * @parent: its stage-2
 * @vevents: faults on their way to the guest
 * @sids: its devices, by the source-ids that the guest knows. A look-up without a
 *	vDEVICE at hand is in a read-side section of the unit's @srcu
 * @lock: protects changes of @dids
 * @dids: its domains, as struct vtd_vdid, by the domain-ids that the guest has for
 *	them; found as in @sids
 */
struct vtd_viommu {
	struct iommufd_viommu core;
	struct vtd_unit *unit;
	struct vtd_paging *parent;
	struct vevents *vevents;
	struct xarray sids;
	struct mutex lock; /* see above */
	struct xarray dids;
};

/**
 * struct vtd_vdid - a domain-id of a guest's
 * @domains: the nested domains that have it
 * @rcu: frees it
 */
struct vtd_vdid {
	struct list_head domains;
	struct rcu_head rcu;
};

static inline struct vtd_viommu *to_vtd_viommu(struct iommufd_viommu *viommu)
{
	return container_of(viommu, struct vtd_viommu, core);
}

/* viommu.c */
size_t vtd_get_viommu_size(struct device *dev, enum iommu_viommu_type type);
int vtd_viommu_init(struct iommufd_viommu *core, struct iommu_domain *parent,
		    const struct iommu_user_data *user_data);
int vtd_viommu_setup(struct vtd_viommu *viommu, struct vtd_unit *unit,
		     struct vtd_paging *parent);
void vtd_viommu_exit(struct vtd_viommu *viommu);

/* vdevice.c */
int vtd_add_vsid(struct vtd_viommu *viommu, u64 vsid, struct vtd_device *edev);
int vtd_find_vsid(struct vtd_viommu *viommu, const struct vtd_device *edev,
		  u16 *vsid);
int vtd_vdevice_init(struct iommufd_vdevice *vdev);

/* vdid.c */
int vtd_vdid_add(struct vtd_nested *nested);
void vtd_vdid_del(struct vtd_nested *nested);

/* vnested.c */
struct iommu_domain *vtd_vnested_new(struct vtd_viommu *viommu, const u64 *entry);
struct iommu_domain *
vtd_viommu_alloc_nested(struct iommufd_viommu *core, u32 flags,
			const struct iommu_user_data *user_data);
int vtd_vnested_prepare(struct vtd_attach *att);

/* vinvalidate.c */
int vtd_viommu_invalidate(struct iommufd_viommu *core,
			  struct iommu_user_data_array *array);

/* vevent.c */
int vtd_vevents_init(struct vtd_viommu *viommu);
struct vevents *vtd_vevents_find(struct vtd_device *edev, u64 lo, u64 hi,
				 u16 *vsid, bool *silent);
bool vtd_vevent_give(struct vevents *q, u64 lo, u64 hi, u16 vsid);

#endif /* __INTEL_NESTED_VIOMMU_H */
