// SPDX-License-Identifier: GPL-2.0-only
/*
 * Domain-ids, and the lists of who uses a domain
 *
 * The hardware tags what it caches with the domain-id that it found in the
 * PASID table entry. Each domain has its own on each unit that it is used on,
 * a nested domain another than its parent: so what is invalidated for a guest's
 * stage-1 is that stage-1's alone, on all devices it is attached to.
 */
#include <linux/slab.h>

#include "nested.h"

DEFINE_SRCU(vtd_srcu);

/**
 * struct vtd_did - a domain's domain-id on one unit
 * @node: in the domain's list
 * @unit: the unit
 * @did: the domain-id
 * @users: attachments to devices of the unit
 */
struct vtd_did {
	struct list_head node;
	struct vtd_unit *unit;
	u16 did;
	unsigned int users;
};

static struct vtd_did *did_find(struct vtd_users *users, struct vtd_unit *unit)
{
	struct vtd_did *did;

	list_for_each_entry(did, &users->dids, node)
		if (did->unit == unit)
			return did;
	return NULL;
}

/**
 * vtd_did_get - get a domain's domain-id on a unit
 * @users: the domain's users
 * @unit: the unit
 *
 * Context: process context; the mutex of its vtd_domain_paging() is held.
 * Return: the domain-id, to be given back with vtd_did_put(); -ENOMEM, or
 * -ENOSPC if the unit has no more
 */
int vtd_did_get(struct vtd_users *users, struct vtd_unit *unit)
{
	/* 2^(4 + 2 * ND) of them, in a field of 16 bits */
	unsigned int last = (16U << (2 * FIELD_GET(VTD_CAP_ND, unit->cap))) - 1;
	struct vtd_did *did = did_find(users, unit);
	int id;

	if (did) {
		did->users++;
		return did->did;
	}

	did = kzalloc_obj(*did, GFP_KERNEL_ACCOUNT);
	if (!did)
		return -ENOMEM;

	id = ida_alloc_range(&unit->dids, VTD_DID_FIRST, min(last, U16_MAX),
			     GFP_KERNEL);
	if (id < 0) {
		kfree(did);
		return id;
	}
	did->unit = unit;
	did->did = id;
	did->users = 1;
	list_add(&did->node, &users->dids);
	return id;
}

/**
 * vtd_did_put - give back a domain's domain-id on a unit
 * @users: the domain's users
 * @unit: the unit, whose caches have forgotten what this user left
 *
 * Context: process context; the mutex of its vtd_domain_paging() is held.
 */
void vtd_did_put(struct vtd_users *users, struct vtd_unit *unit)
{
	struct vtd_did *did = did_find(users, unit);

	if (WARN_ON(!did) || --did->users)
		return;
	list_del(&did->node);
	ida_free(&unit->dids, did->did);
	kfree(did);
}

/**
 * vtd_users_init - nobody uses a domain yet
 * @users: the domain's users
 */
void vtd_users_init(struct vtd_users *users)
{
	INIT_LIST_HEAD(&users->attachments);
	INIT_LIST_HEAD(&users->dids);
}

/**
 * vtd_domain_users - who uses a domain
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
 * Both lists keep together what one invalidation covers, so that a walk sends
 * it once: it only compares an attachment with the one before it. A new one is
 * put before its like, or else before the first of its unit.
 */
static struct list_head *list_place(struct list_head *head,
				    const struct vtd_attach *att)
{
	struct vtd_attach *cur;

	list_for_each_entry(cur, head, node)
		if (cur->vdev->unit == att->vdev->unit &&
		    cur->pasid == att->pasid)
			return &cur->node;
	list_for_each_entry(cur, head, node)
		if (cur->vdev->unit == att->vdev->unit)
			return &cur->node;
	return head;
}

static struct list_head *nested_place(struct list_head *head,
				      const struct vtd_attach *att)
{
	struct vtd_attach *cur;

	list_for_each_entry(cur, head, parent_node)
		if (cur->vdev->unit == att->vdev->unit && cur->did == att->did)
			return &cur->parent_node;
	list_for_each_entry(cur, head, parent_node)
		if (cur->vdev->unit == att->vdev->unit)
			return &cur->parent_node;
	return head;
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
	struct vtd_users *users = vtd_domain_users(att->domain);
	int did;

	if (!users) {
		att->did = VTD_DID_IDENTITY;
		return 0;
	}

	did = vtd_did_get(users, att->vdev->unit);
	if (did < 0) {
		kfree(att);
		return did;
	}
	att->did = did;

	list_add_tail_rcu(&att->node, list_place(&users->attachments, att));
	if (att->domain->type == IOMMU_DOMAIN_NESTED) {
		struct vtd_paging *parent = to_vtd_nested(att->domain)->parent;

		list_add_tail_rcu(&att->parent_node,
				  nested_place(&parent->nested, att));
	}
	return 0;
}

static void attach_free(struct rcu_head *rcu)
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
	struct vtd_users *users = vtd_domain_users(att->domain);

	if (users) {
		list_del_rcu(&att->node);
		if (att->domain->type == IOMMU_DOMAIN_NESTED)
			list_del_rcu(&att->parent_node);
		vtd_did_put(users, att->vdev->unit);
	}
	if (att != &att->vdev->rid_identity)
		call_srcu(&vtd_srcu, &att->rcu, attach_free);
}
