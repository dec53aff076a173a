// SPDX-License-Identifier: GPL-2.0-only
/*
 * Domain-ids, which the hardware tags what it caches with
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
#include <linux/slab.h>

#include "domain.h"
#include "intel_nested.h"
#include "recover.h"

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

static struct list_head *vtd_did_list(const struct vtd_attach *att)
{
	return att->nested ? &att->paging->nested_dids : &att->paging->dids;
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
		did->busy = did->unit != att->edev->unit;
	list_for_each_entry(cur, &att->parent_users->nested, parent_node) {
		if (cur->pasid != att->pasid || cur->domain == att->domain)
			continue;
		did = vtd_did_find(&parent->nested_dids, cur->edev->unit,
				   cur->did);
		if (!WARN_ON(!did))
			did->busy = true;
	}
}

/* One that is in use and that an attachment may have too, or NULL */
static struct vtd_did *vtd_did_share(const struct vtd_attach *att)
{
	struct list_head *dids = vtd_did_list(att);
	struct vtd_unit *unit = att->edev->unit;
	const struct vtd_attach *cur;
	struct vtd_did *did;

	if (!att->nested) {
		list_for_each_entry(did, dids, node)
			if (did->unit == unit)
				return did;
		return NULL;
	}

	/* What the domain has on the PASID already is invalidated at once */
	list_for_each_entry(cur, &att->users->attachments, node)
		if (cur->pasid == att->pasid)
			return vtd_did_find(dids, unit, cur->did);

	vtd_dids_mark_busy(att->paging, att);
	list_for_each_entry(did, dids, node)
		if (!did->busy)
			return did;
	return NULL;
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

/**
 * vtd_did_get - give an attachment a domain-id
 * @att: the attachment, of a domain with tables
 *
 * Context: process context; the mutex of its @paging is held.
 * Return: 0, -ENOMEM or -ENOSPC
 */
int vtd_did_get(struct vtd_attach *att)
{
	struct vtd_unit *unit = att->edev->unit;
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

	id = tag_alloc(&unit->dids, att->edev->share,
		       vtd_is_userspaces(att->domain));
	if (id < 0) {
		kfree(did);
		return id;
	}
	did->unit = unit;
	did->share = att->edev->share;
	did->did = id;
	did->users = 1;
	list_add(&did->node, vtd_did_list(att));
	att->did = id;
	return 0;
}

static void vtd_did_release(struct vtd_held *held)
{
	struct vtd_did *did = container_of(held, struct vtd_did, held);

	tag_free(&did->unit->dids, did->share, did->did);
	kfree(did);
}

/**
 * vtd_did_put - an attachment does not need its domain-id any more
 * @att: the attachment. The caches have forgotten what it has left, if that is
 *	possible at all
 *
 * Context: as vtd_did_get().
 */
void vtd_did_put(const struct vtd_attach *att)
{
	struct vtd_unit *unit = att->edev->unit;
	struct vtd_did *did = vtd_did_find(vtd_did_list(att), unit,
					   att->did);

	if (WARN_ON(!did) || --did->users)
		return;
	list_del(&did->node);
	if (!READ_ONCE(unit->stale)) {
		vtd_did_release(&did->held);
		return;
	}
	vtd_hold(unit, &did->held, vtd_did_release);
	vtd_withhold(att->paging, unit);
}
