// SPDX-License-Identifier: GPL-2.0-only
/*
 * Domain-ids, and the attachments that have them
 *
 * The hardware tags what it caches with the domain-id that it found in the
 * PASID table entry, and what stage-1 has a part in with the PASID too (6.2.1).
 * So a paging domain has a domain-id of its own on each unit that it is used on;
 * and two nested domains have different ones only where they are attached to
 * the same PASID, of different devices. What is invalidated for a guest's stage-1
 * is that stage-1's alone, on all devices it is attached to; and a guest needs no
 * more domain-ids than it has devices, and one to replace a domain by another,
 * however many PASIDs it uses. No nested domain shares one with its parent or
 * with what is on another, for what is cached of stage-2 has the domain-id alone.
 */
#include <linux/rculist.h>
#include <linux/slab.h>

#include "domain.h"
#include "intel_nested.h"
#include "recover.h"
#include "users.h"

/**
 * struct vtd_did - a domain-id
 * @node: in the list of the domain, or of the parent of nested ones
 * @unit: whose domain-id it is
 * @share: the device that it was got for
 * @did: the domain-id
 * @users: attachments with it
 * @busy: some other domain has it with the PASID that is looked for
 * @held: withholds it until its unit has forgotten it
 */
struct vtd_did {
	struct list_head node;
	struct vtd_unit *unit;
	struct tag_share *share;
	u16 did;
	unsigned int users;
	bool busy;
	struct vtd_held held;
};

static struct list_head *vtd_did_list(struct iommu_domain *domain)
{
	if (domain->type == IOMMU_DOMAIN_NESTED)
		return &to_vtd_nested(domain)->parent->nested_dids;
	return &to_vtd_paging(domain)->dids;
}

static struct vtd_did *vtd_did_find(struct list_head *dids,
				    const struct vtd_unit *unit, u16 id)
{
	struct vtd_did *did;

	list_for_each_entry(did, dids, node)
		if (did->unit == unit && did->did == id)
			return did;
	return NULL;
}

/* Marks those that other domains have with the same PASID */
static void vtd_dids_mark_busy(struct vtd_paging *parent,
			       const struct vtd_attach *att)
{
	const struct vtd_attach *cur;
	struct vtd_did *did;

	list_for_each_entry(did, &parent->nested_dids, node)
		did->busy = did->unit != att->vdev->unit;
	list_for_each_entry(cur, &att->parent_users->nested, parent_node) {
		if (cur->pasid != att->pasid || cur->domain == att->domain)
			continue;
		did = vtd_did_find(&parent->nested_dids, cur->vdev->unit,
				   cur->did);
		if (!WARN_ON(!did))
			did->busy = true;
	}
}

/* One that is in use and that an attachment may have too, or NULL */
static struct vtd_did *vtd_did_share(const struct vtd_attach *att)
{
	struct list_head *dids = vtd_did_list(att->domain);
	struct vtd_unit *unit = att->vdev->unit;
	const struct vtd_attach *cur;
	struct vtd_did *did;

	if (att->domain->type != IOMMU_DOMAIN_NESTED) {
		list_for_each_entry(did, dids, node)
			if (did->unit == unit)
				return did;
		return NULL;
	}

	/* What the domain has on the PASID already is invalidated at once */
	list_for_each_entry(cur, &att->users->attachments, node)
		if (cur->pasid == att->pasid)
			return vtd_did_find(dids, unit, cur->did);

	vtd_dids_mark_busy(to_vtd_nested(att->domain)->parent, att);
	list_for_each_entry(did, dids, node)
		if (!did->busy)
			return did;
	return NULL;
}

/**
 * vtd_is_users - does a domain belong to userspace?
 * @domain: the domain
 *
 * It does if iommufd has made it, or a container of VFIO's. The others are the
 * kernel's own: identity, and those of the DMA API.
 *
 * Return: true if it does
 */
bool vtd_is_users(const struct iommu_domain *domain)
{
	return domain->type == IOMMU_DOMAIN_UNMANAGED ||
	       domain->type == IOMMU_DOMAIN_NESTED;
}

/**
 * vtd_dids_init - find out which domain-ids a unit has
 * @unit: the unit
 */
void vtd_dids_init(struct vtd_unit *unit)
{
	/* 2^(4 + 2 * ND) of them, in a field of 16 bits */
	unsigned int last = (16U << (2 * FIELD_GET(VTD_CAP_ND, unit->cap))) - 1;

	tag_pool_set_range(&unit->dids, VTD_DID_FIRST, min(last, U16_MAX));
}

/* Gives @att a domain-id, to be given back with vtd_did_put() */
static int vtd_did_get(struct vtd_attach *att)
{
	struct vtd_unit *unit = att->vdev->unit;
	struct vtd_did *did = vtd_did_share(att);
	int id;

	if (did) {
		did->users++;
		att->did = did->did;
		return 0;
	}

	did = kzalloc_obj(*did, GFP_KERNEL_ACCOUNT);
	if (!did)
		return -ENOMEM;

	id = tag_alloc(&unit->dids, att->vdev->share, vtd_is_users(att->domain));
	if (id < 0) {
		kfree(did);
		return id;
	}
	did->unit = unit;
	did->share = att->vdev->share;
	did->did = id;
	did->users = 1;
	list_add(&did->node, vtd_did_list(att->domain));
	att->did = id;
	return 0;
}

static void vtd_did_release(struct vtd_held *held)
{
	struct vtd_did *did = container_of(held, struct vtd_did, held);

	tag_free(&did->unit->dids, did->share, did->did);
	kfree(did);
}

/* The caches have forgotten what @att has left, if that is possible at all */
static void vtd_did_put(const struct vtd_attach *att)
{
	struct vtd_unit *unit = att->vdev->unit;
	struct vtd_did *did = vtd_did_find(vtd_did_list(att->domain), unit,
					   att->did);

	if (WARN_ON(!did) || --did->users)
		return;
	list_del(&did->node);
	if (!READ_ONCE(unit->stale)) {
		vtd_did_release(&did->held);
		return;
	}
	vtd_hold(unit, &did->held, vtd_did_release);
	vtd_withhold(vtd_domain_paging(att->domain), unit);
}

/**
 * vtd_domain_users - the users of a domain
 * @domain: the domain
 *
 * Return: that, or NULL for the static domains
 */
struct vtd_users *vtd_domain_users(struct iommu_domain *domain)
{
	if (domain->type == IOMMU_DOMAIN_NESTED)
		return &to_vtd_nested(domain)->users;
	if (vtd_is_paging(domain))
		return &to_vtd_paging(domain)->users;
	return NULL;
}

/**
 * vtd_domain_paging - the paging domain that a domain is, or is nested on
 * @domain: the domain
 *
 * Return: the domain itself if it is a paging domain, the parent of a nested
 * domain, NULL for the static domains
 */
struct vtd_paging *vtd_domain_paging(struct iommu_domain *domain)
{
	if (domain->type == IOMMU_DOMAIN_NESTED)
		return to_vtd_nested(domain)->parent;
	if (vtd_is_paging(domain))
		return to_vtd_paging(domain);
	return NULL;
}

/*
 * Both lists of a unit keep together what one invalidation covers, so that a walk
 * sends it once: it only compares an attachment with the one before it. A new one
 * is put before its like, or else before all others.
 */
static struct list_head *vtd_list_place(struct list_head *head,
					const struct vtd_attach *att)
{
	struct vtd_attach *cur;

	list_for_each_entry(cur, head, node)
		if (cur->pasid == att->pasid)
			return &cur->node;
	return head->next;
}

static struct list_head *vtd_nested_place(struct list_head *head,
					  const struct vtd_attach *att)
{
	struct vtd_attach *cur;

	list_for_each_entry(cur, head, parent_node)
		if (cur->did == att->did)
			return &cur->parent_node;
	return head->next;
}

static void vtd_parts_put(struct vtd_attach *att)
{
	if (att->users)
		vtd_unit_users_put(att->users);
	if (att->parent_users)
		vtd_unit_users_put(att->parent_users);
}

static int vtd_parts_get(struct vtd_attach *att)
{
	struct iommu_domain *domain = att->domain;
	struct vtd_unit *unit = att->vdev->unit;

	att->users = vtd_unit_users_get(vtd_domain_users(domain), unit);
	if (!att->users)
		return -ENOMEM;
	if (domain->type != IOMMU_DOMAIN_NESTED)
		return 0;
	att->parent_users =
		vtd_unit_users_get(&to_vtd_nested(domain)->parent->users, unit);
	return att->parent_users ? 0 : -ENOMEM;
}

/**
 * vtd_attach_link - make an attachment known to its domain
 * @att: the attachment
 *
 * From now on invalidations reach it. It gets its domain-id here. On failure it
 * is freed.
 *
 * Context: process context; the mutex of its vtd_domain_paging() is held.
 * Return: 0, -ENOMEM or -ENOSPC
 */
int vtd_attach_link(struct vtd_attach *att)
{
	int ret;

	if (!vtd_domain_users(att->domain)) {
		att->did = VTD_DID_IDENTITY;
		return 0;
	}

	ret = vtd_parts_get(att) ?: vtd_did_get(att);
	if (ret) {
		vtd_parts_put(att);
		kfree(att);
		return ret;
	}

	list_add_tail_rcu(&att->node,
			  vtd_list_place(&att->users->attachments, att));
	if (att->parent_users)
		list_add_tail_rcu(&att->parent_node,
				  vtd_nested_place(&att->parent_users->nested,
						   att));
	return 0;
}

static void vtd_attach_free(struct rcu_head *rcu)
{
	kfree(container_of(rcu, struct vtd_attach, rcu));
}

/**
 * vtd_attach_unlink - forget an attachment, and free it sometime
 * @att: the attachment, which the hardware has forgotten
 *
 * Context: process context; the mutex of its vtd_domain_paging() is held.
 */
void vtd_attach_unlink(struct vtd_attach *att)
{
	if (att->users) {
		list_del_rcu(&att->node);
		if (att->parent_users)
			list_del_rcu(&att->parent_node);
		vtd_did_put(att);
		vtd_parts_put(att);
	}
	if (att != &att->vdev->rid_identity)
		call_srcu(&att->vdev->unit->srcu, &att->rcu, vtd_attach_free);
}
