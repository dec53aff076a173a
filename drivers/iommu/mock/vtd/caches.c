// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock VT-d: what is cached, under which tags, and what removes it (6.2, 6.5)
 *
 * The specification lets hardware drop any entry at any time and invalidate more
 * than it was asked for. This model does neither on its own: an entry goes when
 * the specification says that it must, so that software which forgets an
 * invalidation sees the stale entry every time.
 *
 *   cache                      found by (table 17)         removed by
 *   context                    source-id                   source-id
 *   PASID                      source-id, PASID            domain-id, PASID
 *   stage-1 paging structures  domain-id, PASID, address   the same
 *   stage-2 paging structures  domain-id, address          the same
 *   IOTLB                      source-id, [PASID],         domain-id, PGTT,
 *                              address                     PASID, address
 *
 * The IOTLB finds a translation without the context and PASID entries that it
 * came from. Its entries hold permissions for one privilege, so privilege is a
 * tag too where it comes with the request.
 *
 * Stage-1 entries that are global are not special: hardware ignores the G flag
 * (9.7, tables 36, 38 and 40).
 */
#include <linux/slab.h>

#include "walk.h"

static u64 iotlb_tag(const struct mock_vtd_walk *w)
{
	u64 tag = FIELD_PREP(MOCK_VTD_IOTLB_KEY_SID, w->sid);

	/* Entries of requests without PASID are not found by others */
	if (w->pasid_valid)
		tag |= MOCK_VTD_IOTLB_KEY_WITH_PASID |
		       FIELD_PREP(MOCK_VTD_IOTLB_KEY_PASID, w->pasid) |
		       FIELD_PREP(MOCK_VTD_IOTLB_KEY_PRIV, w->priv);
	return tag;
}

static u64 stage1_tag(const struct mock_vtd_walk *w)
{
	return FIELD_PREP(MOCK_VTD_FS_KEY_DID, w->pe.did) |
	       FIELD_PREP(MOCK_VTD_FS_KEY_PASID, w->pasid);
}

/**
 * mock_vtd_context_lookup() - look for the request's context entry
 * @w: the request, @w->ctx is filled if it is found
 *
 * Return: is it cached?
 */
bool mock_vtd_context_lookup(struct mock_vtd_walk *w)
{
	const struct mock_vtd_context *ctx;

	ctx = mock_caches_lookup(w->m->mi, w->m->caches->context, 0, w->sid, NULL);
	if (ctx)
		w->ctx = *ctx;
	return ctx;
}

/**
 * mock_vtd_context_insert() - cache the request's context entry
 * @w: the request
 */
void mock_vtd_context_insert(struct mock_vtd_walk *w)
{
	struct mock_vtd_context *ctx;

	ctx = mock_caches_insert(w->m->mi, w->m->caches->context, 0, w->sid, 0);
	if (ctx)
		*ctx = w->ctx;
}

/**
 * mock_vtd_pasid_lookup() - look for the request's PASID table entry
 * @w: the request, @w->pe is filled if it is found
 *
 * Return: is it cached?
 */
bool mock_vtd_pasid_lookup(struct mock_vtd_walk *w)
{
	const struct mock_vtd_pasid *pe;

	pe = mock_caches_lookup(w->m->mi, w->m->caches->pasid, w->sid, w->pasid, NULL);
	if (pe)
		w->pe = *pe;
	return pe;
}

/**
 * mock_vtd_pasid_insert() - cache the request's PASID table entry
 * @w: the request
 */
void mock_vtd_pasid_insert(struct mock_vtd_walk *w)
{
	struct mock_vtd_pasid *pe;

	pe = mock_caches_insert(w->m->mi, w->m->caches->pasid, w->sid, w->pasid, 0);
	if (pe)
		*pe = w->pe;
}

/**
 * mock_vtd_fs_lookup() - look for the lowest stage-1 table for the request's address
 * @w: the request
 * @table: filled if one is found
 *
 * Return: the table's level, 0 if there is none
 */
int mock_vtd_fs_lookup(struct mock_vtd_walk *w, struct mock_vtd_fs_table *table)
{
	const struct mock_vtd_fs_table *found;
	struct mock_cache_key key;

	found = mock_caches_lookup(w->m->mi, w->m->caches->stage1, stage1_tag(w), w->addr,
				   &key);
	if (!found)
		return 0;
	*table = *found;
	return MOCK_VTD_SHIFT_LEVEL(key.lg2) - 1;
}

/**
 * mock_vtd_fs_insert() - cache what a stage-1 entry refers to
 * @w: the request
 * @level: level of the entry
 * @table: the table that it refers to
 */
void mock_vtd_fs_insert(struct mock_vtd_walk *w, int level,
			const struct mock_vtd_fs_table *table)
{
	struct mock_vtd_fs_table *to;

	to = mock_caches_insert(w->m->mi, w->m->caches->stage1, stage1_tag(w), w->addr,
				MOCK_VTD_LEVEL_SHIFT(level));
	if (to)
		*to = *table;
}

/**
 * mock_vtd_ss_lookup() - look for the lowest stage-2 table for an address
 * @w: the request
 * @gpa: the address
 * @table: filled if one is found
 *
 * Return: the table's level, 0 if there is none
 */
int mock_vtd_ss_lookup(struct mock_vtd_walk *w, u64 gpa,
		       struct mock_vtd_ss_table *table)
{
	const struct mock_vtd_ss_table *found;
	struct mock_cache_key key;

	found = mock_caches_lookup(w->m->mi, w->m->caches->stage2, w->pe.did, gpa, &key);
	if (!found)
		return 0;
	*table = *found;
	return MOCK_VTD_SHIFT_LEVEL(key.lg2) - 1;
}

/**
 * mock_vtd_ss_insert() - cache what a stage-2 entry refers to
 * @w: the request
 * @gpa: an address under the entry
 * @level: level of the entry
 * @table: the table that it refers to
 */
void mock_vtd_ss_insert(struct mock_vtd_walk *w, u64 gpa, int level,
			const struct mock_vtd_ss_table *table)
{
	struct mock_vtd_ss_table *to;

	to = mock_caches_insert(w->m->mi, w->m->caches->stage2, w->pe.did, gpa,
				MOCK_VTD_LEVEL_SHIFT(level));
	if (to)
		*to = *table;
}

/**
 * mock_vtd_iotlb_lookup() - look for the request's translation
 * @w: the request
 * @leaf: filled if it is found
 *
 * Return: is it cached?
 */
bool mock_vtd_iotlb_lookup(struct mock_vtd_walk *w, struct mock_vtd_leaf *leaf)
{
	const struct mock_vtd_leaf *found;

	found = mock_caches_lookup(w->m->mi, w->m->caches->iotlb, iotlb_tag(w), w->addr,
				   NULL);
	if (found)
		*leaf = *found;
	return found;
}

/**
 * mock_vtd_iotlb_insert() - cache the request's translation
 * @w: the request
 * @leaf: the translation
 */
void mock_vtd_iotlb_insert(struct mock_vtd_walk *w,
			   const struct mock_vtd_leaf *leaf)
{
	struct mock_vtd_leaf *to;

	to = mock_caches_insert(w->m->mi, w->m->caches->iotlb, iotlb_tag(w), w->addr,
				leaf->lg2);
	if (to)
		*to = *leaf;
}

/* What an invalidation selects */
struct selection {
	u64 did;
	u32 pasid;
	u64 first;
	u64 last;
};

/* Hardware ignores bits of domain-ids that CAP.ND does not have */
static struct selection select_did(struct mock_vtd *m, u16 did)
{
	u8 bits = 4 + 2 * FIELD_GET(VTD_CAP_ND, m->cap);

	return (struct selection){
		.did = bits < 16 ? did & GENMASK(bits - 1, 0) : did,
	};
}

/* AM: so many low bits of the page number are masked (table 22) */
static void select_range(struct selection *sel, u64 addr, u8 am)
{
	u64 mask = am < 52 ? GENMASK_ULL(11 + am, 0) : U64_MAX;

	sel->first = addr & ~mask;
	sel->last = addr | mask;
}

static bool leaf_is_stage1(const struct mock_vtd_leaf *leaf)
{
	return leaf->pgtt == VTD_PGTT_STAGE1 || leaf->pgtt == VTD_PGTT_NESTED;
}

/* table 21: low bits of the source-id that the function mask covers */
static const u8 function_mask[] = { 0x0, 0x4, 0x6, 0x7 };

struct device_selection {
	u16 sid;
	u16 ignore;
};

static bool match_device(const struct mock_cache_key *key, const void *data,
			 const void *arg)
{
	const struct device_selection *sel = arg;

	return !((key->addr ^ sel->sid) & ~sel->ignore & 0xffff);
}

/**
 * mock_vtd_inval_context() - context-cache invalidation (6.5.2.1)
 * @m: the unit
 * @gran: VTD_CC_x
 * @did: ignored, scalable mode does not tag context entries by domain-id
 * @sid: source-id
 * @fm: function mask
 */
void mock_vtd_inval_context(struct mock_vtd *m, u8 gran, u16 did, u16 sid,
			    u8 fm)
{
	struct device_selection sel = { .sid = sid };

	switch (gran) {
	case VTD_CC_GLOBAL:
	case VTD_CC_DOMAIN:	/* processed as global in scalable mode */
		mock_cache_invalidate_all(m->caches->context);
		break;
	case VTD_CC_DEVICE:
		sel.ignore = function_mask[fm % ARRAY_SIZE(function_mask)];
		mock_cache_invalidate(m->caches->context, match_device, &sel);
		break;
	}
}

static bool match_pasid_did(const struct mock_cache_key *key, const void *data,
			    const void *arg)
{
	const struct selection *sel = arg;
	const struct mock_vtd_pasid *pe = data;

	return pe->did == sel->did;
}

/*
 * What faults has no domain-id yet. Software that makes it present names the new one, or
 * the reserved one: it is gone either way, and more may go than was asked for.
 */
static bool match_pasid(const struct mock_cache_key *key, const void *data,
			const void *arg)
{
	const struct mock_vtd_pasid *pe = data;

	return pe->reason || match_pasid_did(key, data, arg);
}

/**
 * mock_vtd_inval_pasid_cache() - PASID-cache invalidation (6.5.2.2)
 * @m: the unit
 * @gran: VTD_PC_x
 * @did: domain-id
 * @pasid: PASID
 */
void mock_vtd_inval_pasid_cache(struct mock_vtd *m, u8 gran, u16 did, u32 pasid)
{
	struct selection sel = select_did(m, did);

	switch (gran) {
	case VTD_PC_GLOBAL:
		mock_cache_invalidate_all(m->caches->pasid);
		break;
	case VTD_PC_DOMAIN:
		mock_cache_invalidate(m->caches->pasid, match_pasid_did, &sel);
		break;
	case VTD_PC_PASID:
		/* PASIDs are the addresses of this cache */
		mock_cache_invalidate_range(m->caches->pasid, pasid, pasid,
					    match_pasid, &sel);
		break;
	}
}

static bool match_iotlb_did(const struct mock_cache_key *key, const void *data,
			    const void *arg)
{
	const struct selection *sel = arg;
	const struct mock_vtd_leaf *leaf = data;

	return leaf->did == sel->did;
}

static bool match_iotlb_did_stage1(const struct mock_cache_key *key,
				   const void *data, const void *arg)
{
	return match_iotlb_did(key, data, arg) && leaf_is_stage1(data);
}

static bool match_iotlb_pasid(const struct mock_cache_key *key,
			      const void *data, const void *arg)
{
	const struct selection *sel = arg;
	const struct mock_vtd_leaf *leaf = data;

	return leaf->did == sel->did && leaf->pasid == sel->pasid;
}

static bool match_iotlb_pasid_stage1(const struct mock_cache_key *key,
				     const void *data, const void *arg)
{
	return match_iotlb_pasid(key, data, arg) && leaf_is_stage1(data);
}

static bool match_fs_did(const struct mock_cache_key *key, const void *data,
			 const void *arg)
{
	const struct selection *sel = arg;

	return FIELD_GET(MOCK_VTD_FS_KEY_DID, key->tag) == sel->did;
}

static bool match_fs_pasid(const struct mock_cache_key *key, const void *data,
			   const void *arg)
{
	const struct selection *sel = arg;

	return FIELD_GET(MOCK_VTD_FS_KEY_DID, key->tag) == sel->did &&
	       FIELD_GET(MOCK_VTD_FS_KEY_PASID, key->tag) == sel->pasid;
}

static bool match_ss_did(const struct mock_cache_key *key, const void *data,
			 const void *arg)
{
	const struct selection *sel = arg;

	return key->tag == sel->did;
}

/*
 * 6.5.2.3, table 23, page-selective: the address is one of stage-2, and stage-1
 * and nested translations are tagged by addresses of stage-1. So all of these of
 * the domain go, and their paging-structure entries too, IH or not.
 */
static void inval_iotlb_page(struct mock_vtd *m, const struct selection *sel,
			     bool ih)
{
	struct mock_vtd_caches *c = m->caches;

	mock_cache_invalidate_range(c->iotlb, sel->first, sel->last,
				    match_iotlb_did, sel);
	mock_cache_invalidate(c->iotlb, match_iotlb_did_stage1, sel);
	mock_cache_invalidate(c->stage1, match_fs_did, sel);
	if (!ih)
		mock_cache_invalidate_range(c->stage2, sel->first, sel->last,
					    match_ss_did, sel);
}

/**
 * mock_vtd_inval_iotlb() - IOTLB invalidation (6.5.2.3, table 23)
 * @m: the unit
 * @gran: VTD_IOTLB_x
 * @did: domain-id
 * @addr: address within the range, bits beyond CAP.MGAW are ignored
 * @am: address mask
 * @ih: invalidation hint: only leaf entries of stage-2 were changed
 */
void mock_vtd_inval_iotlb(struct mock_vtd *m, u8 gran, u16 did, u64 addr, u8 am,
			  bool ih)
{
	u8 mgaw = FIELD_GET(VTD_CAP_MGAW, m->cap) + 1;
	struct selection sel = select_did(m, did);
	struct mock_vtd_caches *c = m->caches;

	switch (gran) {
	case VTD_IOTLB_GLOBAL:
		mock_cache_invalidate_all(c->iotlb);
		mock_cache_invalidate_all(c->stage1);
		mock_cache_invalidate_all(c->stage2);
		break;
	case VTD_IOTLB_DOMAIN:
		mock_cache_invalidate(c->iotlb, match_iotlb_did, &sel);
		mock_cache_invalidate(c->stage1, match_fs_did, &sel);
		mock_cache_invalidate(c->stage2, match_ss_did, &sel);
		break;
	case VTD_IOTLB_PAGE:
		addr &= U64_MAX >> (64 - mgaw);
		select_range(&sel, addr, am);
		inval_iotlb_page(m, &sel, ih);
		break;
	}
}

/**
 * mock_vtd_inval_piotlb() - PASID-based IOTLB invalidation (6.5.2.4, table 24)
 * @m: the unit
 * @gran: VTD_PIOTLB_x
 * @did: domain-id
 * @pasid: PASID
 * @addr: stage-1 address within the range, canonical
 * @am: address mask
 * @ih: invalidation hint: only leaf entries of stage-1 were changed
 *
 * Page-selective, it leaves stage-2 and pass-through translations alone. Cached
 * stage-2 paging-structure entries stay in any case.
 */
void mock_vtd_inval_piotlb(struct mock_vtd *m, u8 gran, u16 did, u32 pasid,
			   u64 addr, u8 am, bool ih)
{
	struct selection sel = select_did(m, did);
	struct mock_vtd_caches *c = m->caches;

	sel.pasid = pasid;
	switch (gran) {
	case VTD_PIOTLB_PASID:
		mock_cache_invalidate(c->iotlb, match_iotlb_pasid, &sel);
		mock_cache_invalidate(c->stage1, match_fs_pasid, &sel);
		break;
	case VTD_PIOTLB_PAGE:
		select_range(&sel, addr, am);
		mock_cache_invalidate_range(c->iotlb, sel.first, sel.last,
					    match_iotlb_pasid_stage1, &sel);
		if (!ih)
			mock_cache_invalidate_range(c->stage1, sel.first,
						    sel.last, match_fs_pasid,
						    &sel);
		break;
	}
}

/**
 * mock_vtd_inval_all() - invalidate all translation caches
 * @m: the unit
 *
 * 6.6: done by hardware on GCMD.SRTP if CAP.ESRTPS is set.
 */
void mock_vtd_inval_all(struct mock_vtd *m)
{
	mock_caches_invalidate_all(&m->mi->caches);
}

/**
 * mock_vtd_caches_destroy() - free the caches
 * @m: the unit
 */
void mock_vtd_caches_destroy(struct mock_vtd *m)
{
	mock_caches_destroy(&m->mi->caches);
	m->caches = NULL;
}

/**
 * mock_vtd_caches_create() - allocate the caches
 * @m: the unit
 * @p: capacities and retention
 *
 * Context: process context, sleeps
 * Return: 0 or -ENOMEM
 */
int mock_vtd_caches_create(struct mock_vtd *m,
			   const struct mock_cache_params *p)
{
	int ret = mock_caches_create(&m->mi->caches, mock_vtd_cache_descs,
				     MOCK_VTD_NR_CACHES, sizeof(*m->caches), p);

	m->caches = (struct mock_vtd_caches *)m->mi->caches.cache;
	return ret;
}
