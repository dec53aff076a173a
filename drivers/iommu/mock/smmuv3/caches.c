// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock SMMUv3: what is cached, and under which tags (3.17, 3.21, 16.2)
 *
 * The specification lets hardware drop any entry at any time and invalidate more
 * than it was asked for. This model does neither on its own: an entry goes when
 * the specification says that it must, so that software which forgets an
 * invalidation sees the stale entry every time. What goes is in tlbi.c.
 *
 *   cache                      found by
 *   STE                        StreamID
 *   level 1 stream table       StreamIDs that the descriptor covers
 *   CD                         StreamID, index
 *   level 1 CD table           StreamID, indexes that the descriptor covers
 *   tables of stage 1          StreamWorld, VMID, ASID, granule, VA
 *   tables of stage 2          VMID, granule, IPA
 *   TLB                        StreamWorld, VMID, ASID unless global, VA;
 *                              or VMID, IPA
 *
 * A structure is cached in whatever state it was when it was fetched; a fetch
 * that fails leaves nothing. The TLB has an entry for both stages together where
 * both translate, and besides one for each IPA that stage 2 was asked for: by
 * requests that stage 1 does not translate, by walks of stage 1, and by fetches of
 * CDs. 4.4.3 is about the difference: an invalidation by IPA does not find the
 * former.
 *
 * The granule is a tag of tables because it says how large they are: what was
 * cached as a table of 4K must not be read as one of 64K.
 */
#include <linux/slab.h>

#include "walk.h"

/**
 * mock_smmu_ste_lookup() - look for a STE
 * @m: the SMMU
 * @sid: StreamID
 *
 * Return: the STE, valid until the cache is changed, or NULL
 */
const struct mock_smmu_ste *mock_smmu_ste_lookup(struct mock_smmu *m, u32 sid)
{
	return mock_caches_lookup(m->mi, m->caches->ste, 0, sid, NULL);
}

/**
 * mock_smmu_ste_insert() - cache a STE
 * @m: the SMMU
 * @sid: StreamID
 * @ste: the STE
 */
void mock_smmu_ste_insert(struct mock_smmu *m, u32 sid,
			  const struct mock_smmu_ste *ste)
{
	struct mock_smmu_ste *to = mock_caches_insert(m->mi, m->caches->ste, 0, sid, 0);

	if (to)
		*to = *ste;
}

/**
 * mock_smmu_l1std_lookup() - look for a level 1 stream table descriptor
 * @m: the SMMU
 * @sid: StreamID
 * @l1std: filled if it is found
 *
 * Return: is it cached?
 */
bool mock_smmu_l1std_lookup(struct mock_smmu *m, u32 sid, u64 *l1std)
{
	const u64 *found = mock_caches_lookup(m->mi, m->caches->l1std, 0, sid, NULL);

	if (found)
		*l1std = *found;
	return found;
}

/**
 * mock_smmu_l1std_insert() - cache a level 1 stream table descriptor
 * @m: the SMMU
 * @sid: StreamID
 * @split: log2 of how many StreamIDs the descriptor covers
 * @l1std: the descriptor
 */
void mock_smmu_l1std_insert(struct mock_smmu *m, u32 sid, u8 split, u64 l1std)
{
	u64 *to = mock_caches_insert(m->mi, m->caches->l1std, 0, sid, split);

	if (to)
		*to = l1std;
}

/**
 * mock_smmu_cd_lookup() - look for a CD
 * @m: the SMMU
 * @sid: StreamID
 * @index: its index in the stream's CD table
 *
 * Return: the CD, valid until the cache is changed, or NULL
 */
const struct mock_smmu_cd *mock_smmu_cd_lookup(struct mock_smmu *m, u32 sid,
					       u32 index)
{
	return mock_caches_lookup(m->mi, m->caches->cd, sid, index, NULL);
}

/**
 * mock_smmu_cd_insert() - cache a CD
 * @m: the SMMU
 * @sid: StreamID
 * @index: its index in the stream's CD table
 * @cd: the CD
 */
void mock_smmu_cd_insert(struct mock_smmu *m, u32 sid, u32 index,
			 const struct mock_smmu_cd *cd)
{
	struct mock_smmu_cd *to =
		mock_caches_insert(m->mi, m->caches->cd, sid, index, 0);

	if (to)
		*to = *cd;
}

/**
 * mock_smmu_l1cd_lookup() - look for a level 1 context descriptor
 * @m: the SMMU
 * @sid: StreamID
 * @index: index of a CD
 * @l1cd: filled if it is found
 *
 * Return: is it cached?
 */
bool mock_smmu_l1cd_lookup(struct mock_smmu *m, u32 sid, u32 index, u64 *l1cd)
{
	const u64 *found = mock_caches_lookup(m->mi, m->caches->l1cd, sid, index, NULL);

	if (found)
		*l1cd = *found;
	return found;
}

/**
 * mock_smmu_l1cd_insert() - cache a level 1 context descriptor
 * @m: the SMMU
 * @sid: StreamID
 * @index: index of a CD
 * @bits: log2 of how many CDs the descriptor covers
 * @l1cd: the descriptor
 */
void mock_smmu_l1cd_insert(struct mock_smmu *m, u32 sid, u32 index, u8 bits,
			   u64 l1cd)
{
	u64 *to = mock_caches_insert(m->mi, m->caches->l1cd, sid, index, bits);

	if (to)
		*to = l1cd;
}

static u64 regime_tag(const struct mock_smmu_walk *w)
{
	return FIELD_PREP(MOCK_SMMU_KEY_VMID, w->ste->vmid) |
	       FIELD_PREP(MOCK_SMMU_KEY_WORLD, w->ste->world);
}

static u64 asid_tag(const struct mock_smmu_walk *w)
{
	return regime_tag(w) | FIELD_PREP(MOCK_SMMU_KEY_ASID, w->cd->asid);
}

/* 3.17.1: global entries are found by requests of the same ASID set */
static u64 global_tag(const struct mock_smmu_walk *w)
{
	return regime_tag(w) | MOCK_SMMU_KEY_GLOBAL |
	       (w->cd->aset ? MOCK_SMMU_KEY_ASET : 0);
}

static u64 ipa_tag(const struct mock_smmu_walk *w)
{
	return FIELD_PREP(MOCK_SMMU_KEY_VMID, w->ste->vmid) | MOCK_SMMU_KEY_IPA;
}

/**
 * mock_smmu_walk1_lookup() - look for the lowest stage-1 table for the request's VA
 * @w: the request
 * @tt: the tables
 * @table: filled if one is found
 *
 * Return: is there one?
 */
bool mock_smmu_walk1_lookup(struct mock_smmu_walk *w,
			    const struct mock_smmu_tt *tt,
			    struct mock_smmu_table *table)
{
	u64 tag = asid_tag(w) | FIELD_PREP(MOCK_SMMU_KEY_GRANULE, tt->granule);
	const struct mock_smmu_table *found;

	found = mock_caches_lookup(w->m->mi, w->m->caches->walk1, tag, w->va, NULL);
	if (found)
		*table = *found;
	return found;
}

/**
 * mock_smmu_walk1_insert() - cache what a stage-1 table descriptor refers to
 * @w: the request
 * @tt: the tables
 * @table: the table
 */
void mock_smmu_walk1_insert(struct mock_smmu_walk *w,
			    const struct mock_smmu_tt *tt,
			    const struct mock_smmu_table *table)
{
	u64 tag = asid_tag(w) | FIELD_PREP(MOCK_SMMU_KEY_GRANULE, tt->granule);
	struct mock_smmu_table *to;

	to = mock_caches_insert(w->m->mi, w->m->caches->walk1, tag, w->va,
				mock_smmu_tt_shift(tt, table->level));
	if (to)
		*to = *table;
}

/**
 * mock_smmu_walk2_lookup() - look for the lowest stage-2 table for an IPA
 * @w: the request
 * @ipa: the IPA
 * @table: filled if one is found
 *
 * Return: is there one?
 */
bool mock_smmu_walk2_lookup(struct mock_smmu_walk *w, u64 ipa,
			    struct mock_smmu_table2 *table)
{
	u64 tag = ipa_tag(w) |
		  FIELD_PREP(MOCK_SMMU_KEY_GRANULE, w->ste->tt2.granule);
	const struct mock_smmu_table2 *found;

	found = mock_caches_lookup(w->m->mi, w->m->caches->walk2, tag, ipa, NULL);
	if (found)
		*table = *found;
	return found;
}

/**
 * mock_smmu_walk2_insert() - cache what a stage-2 table descriptor refers to
 * @w: the request
 * @ipa: an IPA that the descriptor covers
 * @table: the table
 */
void mock_smmu_walk2_insert(struct mock_smmu_walk *w, u64 ipa,
			    const struct mock_smmu_table2 *table)
{
	const struct mock_smmu_tt *tt = &w->ste->tt2;
	u64 tag = ipa_tag(w) | FIELD_PREP(MOCK_SMMU_KEY_GRANULE, tt->granule);
	struct mock_smmu_table2 *to;

	to = mock_caches_insert(w->m->mi, w->m->caches->walk2, tag, ipa,
				mock_smmu_tt_shift(tt, table->level));
	if (to)
		*to = *table;
}

/*
 * Is there another entry for an address that has one? At break-before-make level 2
 * hardware settles that by itself (here: the smaller region is the one that
 * counts), at levels 0 and 1 it may be a fault (3.21.1, 7.3.17): here it is one.
 * What differs by the Contiguous bit alone is no conflict at any level.
 */
static bool is_conflict(struct mock_smmu_walk *w, u64 tag, u64 addr,
			const struct mock_cache_key *key,
			const struct mock_smmu_leaf *leaf)
{
	const struct mock_smmu_leaf *other;

	if (FIELD_GET(SMMU_IDR3_BBML, w->m->idr[3]) >= 2)
		return false;
	other = mock_cache_peek_larger(w->m->caches->tlb, tag, addr, key->lg2);
	return other && (other->level != leaf->level ||
			 other->granule != leaf->granule);
}

static u8 tlb_lookup(struct mock_smmu_walk *w, u64 tag, u64 addr,
		     const struct mock_smmu_leaf **leaf)
{
	struct mock_cache_key key;

	*leaf = mock_caches_lookup(w->m->mi, w->m->caches->tlb, tag, addr, &key);
	return *leaf && is_conflict(w, tag, addr, &key, *leaf) ?
	       SMMU_EVT_F_TLB_CONFLICT : 0;
}

/**
 * mock_smmu_tlb_lookup() - look for the translation of the request's VA
 * @w: the request
 * @leaf: set to it, valid until the TLB is changed, or to NULL
 *
 * Return: 0 or an event
 */
u8 mock_smmu_tlb_lookup(struct mock_smmu_walk *w,
			const struct mock_smmu_leaf **leaf)
{
	u8 id = tlb_lookup(w, asid_tag(w), w->va, leaf);

	if (*leaf || w->ste->world == MOCK_SMMU_WORLD_EL2)
		return id;
	return tlb_lookup(w, global_tag(w), w->va, leaf);
}

/**
 * mock_smmu_tlb_insert() - cache the translation of the request's VA
 * @w: the request
 * @leaf: the translation
 */
void mock_smmu_tlb_insert(struct mock_smmu_walk *w,
			  const struct mock_smmu_leaf *leaf)
{
	struct mock_smmu_caches *c = w->m->caches;
	struct mock_smmu_leaf *to;

	if (leaf->nocache)
		return;
	to = mock_caches_insert(w->m->mi, c->tlb,
				leaf->global ? global_tag(w) : asid_tag(w),
				w->va, leaf->lg2);
	if (!to)
		return;
	*to = *leaf;
	if (leaf->lg2 != leaf->lg2_in)
		c->lg2_split = max(c->lg2_split, leaf->lg2_in);
}

/**
 * mock_smmu_tlb2_lookup() - look for the translation of an IPA
 * @w: the request
 * @ipa: the IPA
 * @leaf: set to it, valid until the TLB is changed, or to NULL
 *
 * Return: 0 or an event
 */
u8 mock_smmu_tlb2_lookup(struct mock_smmu_walk *w, u64 ipa,
			 const struct mock_smmu_leaf **leaf)
{
	return tlb_lookup(w, ipa_tag(w), ipa, leaf);
}

/**
 * mock_smmu_tlb2_insert() - cache the translation of an IPA
 * @w: the request
 * @ipa: the IPA
 * @leaf: the translation
 */
void mock_smmu_tlb2_insert(struct mock_smmu_walk *w, u64 ipa,
			   const struct mock_smmu_leaf *leaf)
{
	struct mock_smmu_leaf *to;

	if (leaf->nocache)
		return;
	to = mock_caches_insert(w->m->mi, w->m->caches->tlb, ipa_tag(w), ipa, leaf->lg2);
	if (to)
		*to = *leaf;
}

/**
 * mock_smmu_caches_destroy() - free the caches
 * @m: the SMMU
 */
void mock_smmu_caches_destroy(struct mock_smmu *m)
{
	mock_caches_destroy(&m->mi->caches);
	m->caches = NULL;
}

/**
 * mock_smmu_caches_create() - allocate the caches
 * @m: the SMMU
 * @p: capacities and retention
 *
 * Context: process context, sleeps
 * Return: 0 or -ENOMEM
 */
int mock_smmu_caches_create(struct mock_smmu *m,
			    const struct mock_cache_params *p)
{
	int ret = mock_caches_create(&m->mi->caches, mock_smmu_cache_descs,
				     MOCK_SMMU_NR_CACHES, sizeof(*m->caches), p);

	m->caches = (struct mock_smmu_caches *)m->mi->caches.cache;
	return ret;
}
