// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: what each invalidation removes (4.3, 4.4) */
#include "walk.h"

struct stream_selection {
	u32 first;
	u32 last;
};

/* Caches of CDs have the StreamID as their tag */
static bool match_stream(const struct mock_cache_key *key, const void *data,
			 const void *arg)
{
	const struct stream_selection *sel = arg;

	return key->tag >= sel->first && key->tag <= sel->last;
}

/**
 * mock_smmu_inval_ste() - invalidate STEs and all that was found by them (4.3.1, 4.3.2)
 * @m: the SMMU
 * @sid: StreamID
 * @range: log2 of the number of StreamIDs, so many low bits of @sid are ignored
 * @leaf: leave level 1 stream table descriptors alone
 *
 * Context: instance's lock held
 */
void mock_smmu_inval_ste(struct mock_smmu *m, u32 sid, u8 range, bool leaf)
{
	u32 mask = range ? GENMASK_ULL(range - 1, 0) : 0;
	const struct stream_selection sel = { sid & ~mask, sid | mask };
	struct mock_smmu_caches *c = m->caches;

	mock_cache_invalidate_range(c->ste, sel.first, sel.last, NULL, NULL);
	mock_cache_invalidate(c->cd, match_stream, &sel);
	mock_cache_invalidate(c->l1cd, match_stream, &sel);
	if (!leaf)
		mock_cache_invalidate_range(c->l1std, sel.first, sel.last, NULL,
					    NULL);
}

/**
 * mock_smmu_inval_cd() - invalidate CDs of a stream (4.3.3, 4.3.4)
 * @m: the SMMU
 * @sid: StreamID
 * @all: all of them, @ssid and @leaf do not count
 * @ssid: index of the CD
 * @leaf: leave level 1 context descriptors alone
 *
 * Context: instance's lock held
 */
void mock_smmu_inval_cd(struct mock_smmu *m, u32 sid, bool all, u32 ssid,
			bool leaf)
{
	const struct stream_selection sel = { sid, sid };
	u64 first = all ? 0 : ssid;
	u64 last = all ? U64_MAX : ssid;

	mock_cache_invalidate_range(m->caches->cd, first, last, match_stream,
				    &sel);
	if (all || !leaf)
		mock_cache_invalidate_range(m->caches->l1cd, first, last,
					    match_stream, &sel);
}

/*
 * What a TLB invalidation selects among the translations of a VA or of an IPA.
 * @ignore: bits of the tag that do not matter
 */
struct selection {
	u64 tag;
	u64 ignore;
	bool globals;
	u64 first;
	u64 last;
	u8 granule;
	u8 level;
};

static bool match_tag(const struct mock_cache_key *key,
		      const struct selection *sel)
{
	u64 ignore = sel->ignore | MOCK_SMMU_KEY_GRANULE;

	/* Entries for an IPA have neither, walk caches have no global ones */
	if (key->tag & MOCK_SMMU_KEY_GLOBAL) {
		if (!sel->globals)
			return false;
		ignore |= MOCK_SMMU_KEY_GLOBAL | MOCK_SMMU_KEY_ASET | MOCK_SMMU_KEY_ASID;
	}
	return !((key->tag ^ sel->tag) & ~ignore);
}

/*
 * An invalidation by address removes all that comes from the descriptor that the
 * address has, also where a part of it is cached (Arm ARM D8.14.5).
 */
static bool match_leaf(const struct mock_cache_key *key, const void *data,
		       const void *arg)
{
	const struct selection *sel = arg;
	const struct mock_smmu_leaf *leaf = data;
	const struct mock_cache_key whole = {
		.addr = key->addr >> leaf->lg2_in << leaf->lg2_in,
		.lg2 = leaf->lg2_in,
	};

	return match_tag(key, sel) &&
	       mock_cache_key_overlaps(&whole, sel->first, sel->last) &&
	       (!sel->granule || sel->granule == leaf->granule) &&
	       (!sel->level || sel->level == leaf->level);
}

/* 4.4.1.1: with a level hint, only tables above that level need to go */
static bool match_table(const struct mock_cache_key *key,
			const struct selection *sel, u8 level)
{
	return match_tag(key, sel) &&
	       (!sel->granule ||
		sel->granule == FIELD_GET(MOCK_SMMU_KEY_GRANULE, key->tag)) &&
	       (!sel->level || level < sel->level);
}

static bool match_walk1(const struct mock_cache_key *key, const void *data,
			const void *arg)
{
	const struct mock_smmu_table *table = data;

	return match_table(key, arg, table->level);
}

static bool match_walk2(const struct mock_cache_key *key, const void *data,
			const void *arg)
{
	const struct mock_smmu_table2 *table = data;

	return match_table(key, arg, table->level);
}

/*
 * 3.17.6: VMID wildcards, up to 4 bits (6.3.9). Without stage 2, translations have
 * no VMID (4.4.2)
 */
static void select_vmid(struct mock_smmu *m, u16 vmid, struct selection *sel)
{
	u8 vmw = FIELD_GET(SMMU_CR0_VMW, m->cr0);

	if (!(m->idr[0] & SMMU_IDR0_S2P)) {
		sel->ignore |= MOCK_SMMU_KEY_VMID;
		return;
	}
	sel->tag |= FIELD_PREP(MOCK_SMMU_KEY_VMID, vmid);
	if (vmw && vmw <= 4 && m->idr[0] & SMMU_IDR0_VMW)
		sel->ignore |= FIELD_PREP(MOCK_SMMU_KEY_VMID, GENMASK(vmw - 1, 0));
}

/* 4.4.1.1: a range, or the entries that the address is in */
static void select_range(struct mock_smmu *m, const struct mock_smmu_tlbi *tlbi,
			 struct selection *sel)
{
	static const u8 granules[] = { 0, 12, 14, 16 };
	u64 bytes;

	sel->first = tlbi->addr;
	sel->last = tlbi->addr;
	if (!(m->idr[3] & SMMU_IDR3_RIL) || tlbi->tg == SMMU_TLBI_TG_NONE)
		return;
	sel->granule = granules[tlbi->tg];
	sel->level = tlbi->ttl;
	bytes = ((tlbi->num + 1ULL) << tlbi->scale) << sel->granule;
	/* The range does not wrap */
	if (check_add_overflow(sel->first, bytes - 1, &sel->last))
		sel->last = U64_MAX;
}

/* Everything of a regime that is not narrowed down afterwards */
static struct selection select_world(enum mock_smmu_world world)
{
	return (struct selection){
		.tag = FIELD_PREP(MOCK_SMMU_KEY_WORLD, world),
		.ignore = MOCK_SMMU_KEY_ASID,
		.globals = true,
		.last = U64_MAX,
	};
}

static void select_asid(u16 asid, struct selection *sel)
{
	sel->tag |= FIELD_PREP(MOCK_SMMU_KEY_ASID, asid);
	sel->ignore &= ~MOCK_SMMU_KEY_ASID;
}

/* Translations of VAs, and tables of stage 1 */
static void inval_stage1(struct mock_smmu *m, const struct selection *sel,
			 bool leaf)
{
	u64 part = m->caches->lg2_split ?
		   GENMASK_ULL(m->caches->lg2_split - 1, 0) : 0;

	mock_cache_invalidate_range(m->caches->tlb, sel->first & ~part,
				    sel->last | part, match_leaf, sel);
	if (!leaf)
		mock_cache_invalidate_range(m->caches->walk1, sel->first,
					    sel->last, match_walk1, sel);
}

/* Translations of IPAs, and tables of stage 2 */
static void inval_stage2(struct mock_smmu *m, struct selection sel, bool leaf)
{
	sel.tag |= MOCK_SMMU_KEY_IPA;
	mock_cache_invalidate_range(m->caches->tlb, sel.first, sel.last,
				    match_leaf, &sel);
	if (!leaf)
		mock_cache_invalidate_range(m->caches->walk2, sel.first,
					    sel.last, match_walk2, &sel);
}

/* 4.4.2: NH_ALL, NH_ASID, NH_VA and NH_VAA */
static void inval_nh(struct mock_smmu *m, const struct mock_smmu_tlbi *tlbi)
{
	struct selection sel = select_world(MOCK_SMMU_WORLD_EL1);
	bool leaf = false;

	select_vmid(m, tlbi->vmid, &sel);
	switch (tlbi->op) {
	case SMMU_OP_TLBI_NH_ASID:
		select_asid(tlbi->asid, &sel);
		sel.globals = false;
		break;
	case SMMU_OP_TLBI_NH_VA:
		select_asid(tlbi->asid, &sel);
		fallthrough;
	case SMMU_OP_TLBI_NH_VAA:
		select_range(m, tlbi, &sel);
		leaf = tlbi->leaf;
		break;
	}
	inval_stage1(m, &sel, leaf);
}

/* 4.4.2: EL2_VA and EL2_VAA are for the regime that CR2.E2H selects */
static void inval_el2_va(struct mock_smmu *m, const struct mock_smmu_tlbi *tlbi)
{
	bool e2h = m->cr2 & SMMU_CR2_E2H;
	struct selection sel = select_world(e2h ? MOCK_SMMU_WORLD_E2H :
						  MOCK_SMMU_WORLD_EL2);

	if (e2h && tlbi->op == SMMU_OP_TLBI_EL2_VA)
		select_asid(tlbi->asid, &sel);
	select_range(m, tlbi, &sel);
	inval_stage1(m, &sel, tlbi->leaf);
}

static void inval_el2_all(struct mock_smmu *m)
{
	struct selection sel = select_world(MOCK_SMMU_WORLD_EL2);

	inval_stage1(m, &sel, false);
	sel = select_world(MOCK_SMMU_WORLD_E2H);
	inval_stage1(m, &sel, false);
}

static void inval_el2_asid(struct mock_smmu *m, u16 asid)
{
	struct selection sel = select_world(MOCK_SMMU_WORLD_E2H);

	select_asid(asid, &sel);
	sel.globals = false;
	inval_stage1(m, &sel, false);
}

/* 4.4.3: S2_IPA does not touch what was found by a VA */
static void inval_s2(struct mock_smmu *m, const struct mock_smmu_tlbi *tlbi)
{
	struct selection sel = select_world(MOCK_SMMU_WORLD_EL1);
	bool leaf = false;

	if (tlbi->op == SMMU_OP_TLBI_NSNH_ALL)
		sel.ignore |= MOCK_SMMU_KEY_VMID;
	else
		select_vmid(m, tlbi->vmid, &sel);
	if (tlbi->op == SMMU_OP_TLBI_S2_IPA) {
		select_range(m, tlbi, &sel);
		leaf = tlbi->leaf;
	} else {
		inval_stage1(m, &sel, false);
	}
	inval_stage2(m, sel, leaf);
}

/**
 * mock_smmu_inval_tlb() - invalidate translations (4.4)
 * @m: the SMMU
 * @tlbi: which; what makes a command illegal has been checked
 *
 * Context: instance's lock held
 */
void mock_smmu_inval_tlb(struct mock_smmu *m, const struct mock_smmu_tlbi *tlbi)
{
	switch (tlbi->op) {
	case SMMU_OP_TLBI_NH_ALL:
	case SMMU_OP_TLBI_NH_ASID:
	case SMMU_OP_TLBI_NH_VA:
	case SMMU_OP_TLBI_NH_VAA:
		inval_nh(m, tlbi);
		break;
	case SMMU_OP_TLBI_EL2_ALL:
		inval_el2_all(m);
		break;
	case SMMU_OP_TLBI_EL2_ASID:
		inval_el2_asid(m, tlbi->asid);
		break;
	case SMMU_OP_TLBI_EL2_VA:
	case SMMU_OP_TLBI_EL2_VAA:
		inval_el2_va(m, tlbi);
		break;
	case SMMU_OP_TLBI_S12_VMALL:
	case SMMU_OP_TLBI_S2_IPA:
	case SMMU_OP_TLBI_NSNH_ALL:
		inval_s2(m, tlbi);
		break;
	}
}

/**
 * mock_smmu_inval_all() - empty all caches, as a reset does
 * @m: the SMMU
 *
 * Context: instance's lock held
 */
void mock_smmu_inval_all(struct mock_smmu *m)
{
	mock_caches_invalidate_all(&m->mi->caches);
	m->caches->lg2_split = 0;
}
