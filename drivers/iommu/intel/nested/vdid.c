// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest's domain-ids
 *
 * Those of its PASID table entries are names that it alone knows: two guests may have
 * the same, and what the hardware has instead is in tag.c. Several domains of a
 * guest may have one. An invalidation finds them without a lock, in a read-side section
 * of the unit's @srcu.
 */
#include <linux/rculist.h>
#include <linux/slab.h>

#include "intel_nested.h"
#include "viommu.h"

static struct vtd_vdid *vtd_vdid_get(struct vtd_viommu *viommu, u16 did)
{
	struct vtd_vdid *vdid = xa_load(&viommu->dids, did);
	int ret;

	if (vdid)
		return vdid;
	vdid = kzalloc_obj(*vdid, GFP_KERNEL_ACCOUNT);
	if (!vdid)
		return NULL;
	INIT_LIST_HEAD(&vdid->domains);
	ret = xa_insert(&viommu->dids, did, vdid, GFP_KERNEL_ACCOUNT);
	if (ret) {
		kfree(vdid);
		return NULL;
	}
	return vdid;
}

/**
 * vtd_vdid_add - let a guest's invalidations find a domain
 * @nested: the domain, with a domain-id of the guest's
 *
 * Context: process context.
 * Return: 0 or -ENOMEM
 */
int vtd_vdid_add(struct vtd_nested *nested)
{
	struct vtd_vdid *vdid;

	guard(mutex)(&nested->viommu->lock);

	vdid = vtd_vdid_get(nested->viommu, nested->vpasid.did);
	if (!vdid)
		return -ENOMEM;
	list_add_tail_rcu(&nested->did_node, &vdid->domains);
	return 0;
}

static void vtd_vdid_free(struct rcu_head *rcu)
{
	kfree(container_of(rcu, struct vtd_vdid, rcu));
}

/**
 * vtd_vdid_del - undo vtd_vdid_add()
 * @nested: the domain, which is freed after a grace period of the unit's @srcu
 *
 * Context: process context.
 */
void vtd_vdid_del(struct vtd_nested *nested)
{
	struct vtd_viommu *viommu = nested->viommu;
	struct vtd_vdid *vdid;

	guard(mutex)(&viommu->lock);

	vdid = xa_load(&viommu->dids, nested->vpasid.did);
	list_del_rcu(&nested->did_node);
	if (!list_empty(&vdid->domains))
		return;
	xa_erase(&viommu->dids, nested->vpasid.did);
	call_srcu(&viommu->unit->srcu, &vdid->rcu, vtd_vdid_free);
}
