// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: stage 1, from a VA to an IPA, or through stage 2 at once */
#include "walk.h"

/* A table under the walk. It is cached when a descriptor was read from it */
struct step {
	struct mock_smmu_table table;
	u8 level;
	bool root;
	bool cached;
};

/* A descriptor in it */
struct entry {
	u64 addr;	/* as stage 1 has it */
	u64 pa;
	u64 val;
};

static const struct mock_smmu_half *request_half(const struct mock_smmu_walk *w)
{
	bool upper = w->va & BIT_ULL(55) && w->ste->world != MOCK_SMMU_WORLD_EL2;

	return &w->cd->half[upper];
}

/*
 * 3.4.1: bits above the input size are copies of bit 55, in EL2 without E2H they
 * are 0. A top byte to be ignored has been made so.
 */
static bool is_in_range(const struct mock_smmu_walk *w,
			const struct mock_smmu_half *half)
{
	u64 above = w->va >> half->tt.input;

	if (half == &w->cd->half[0])
		return !above;
	return above == U64_MAX >> half->tt.input;
}

static u8 stage1_fault(struct mock_smmu_walk *w, u8 id)
{
	return mock_smmu_fault(w, id, false, SMMU_EVT_CLASS_IN, 0);
}

static u8 walk_abort(struct mock_smmu_walk *w, u64 pa)
{
	return mock_smmu_fault(w, SMMU_EVT_F_WALK_EABT, false, SMMU_EVT_CLASS_TT, pa);
}

/* Find a descriptor's physical address; if all of its table is there, note it */
static u8 locate_desc(struct mock_smmu_walk *w, const struct mock_smmu_tt *tt,
		      struct step *step, struct entry *e)
{
	static const struct mock_smmu_access fetch = {
		.class = SMMU_EVT_CLASS_TT,
		.read = true,
	};
	u64 offset = mock_smmu_tt_offset(tt, step->level, w->va);
	struct mock_smmu_leaf leaf;
	u8 id;

	e->addr = step->table.addr + offset;
	if (step->table.located) {
		e->pa = step->table.pa + offset;
		return 0;
	}
	id = mock_smmu_stage2(w, e->addr, &fetch, &leaf);
	if (id)
		return id;
	e->pa = leaf.pa + (e->addr & (BIT_ULL(leaf.lg2) - 1));
	if (leaf.lg2 >= tt->granule && !step->root) {
		step->table.located = true;
		step->table.pa = e->pa - offset;
	}
	return 0;
}

static u8 read_entry(struct mock_smmu_walk *w, const struct mock_smmu_tt *tt,
		     struct step *step, struct entry *e)
{
	u8 id = locate_desc(w, tt, step, e);
	int ret;

	if (id)
		return id;
	ret = mock_smmu_desc_read(w->m, tt, e->pa, &e->val);
	if (mock_walking(w->m->mi))
		mock_smmu_walk_stage1(w, tt, &step->table, step->level, e->pa,
				      ret ? NULL : &e->val);
	if (ret)
		return walk_abort(w, e->pa);
	if (!step->root && !step->cached) {
		mock_smmu_walk1_insert(w, tt, &step->table);
		step->cached = true;
	}
	return 0;
}

/* Arm ARM D8.4.3: hierarchical permissions, if CD.HAD does not disable them */
static void stage1_descend(struct mock_smmu_walk *w,
			   const struct mock_smmu_half *half, struct step *step,
			   u64 desc)
{
	bool el2 = w->ste->world == MOCK_SMMU_WORLD_EL2;
	struct mock_smmu_table *t = &step->table;

	if (!half->had) {
		t->no_write |= !!(desc & SMMU_PTE_APTABLE_RO);
		t->uxn |= !!(desc & SMMU_PTE_UXNTABLE);
		t->no_user |= !el2 && desc & SMMU_PTE_APTABLE_EL0;
		t->pxn |= !el2 && desc & SMMU_PTE_PXNTABLE;
	}
	t->addr = mock_smmu_desc_addr(&half->tt, desc);
	t->pa = t->addr;
	t->located = !w->ste->s2;
	t->level = step->level;
	step->level++;
	step->root = false;
	step->cached = false;
}

/* EL2 without E2H: one privilege, XN for it */
static u8 el2_perms(const struct mock_smmu_walk *w,
		    const struct mock_smmu_table *t, u64 desc, bool clean)
{
	bool ro = t->no_write || (desc & SMMU_PTE_AP_RO && !clean);
	bool xn = t->uxn || desc & SMMU_PTE_UXN || (w->cd->wxn && !ro);
	u8 perms = MOCK_SMMU_PERM_PR;

	if (!ro)
		perms |= MOCK_SMMU_PERM_PW;
	if (!xn)
		perms |= MOCK_SMMU_PERM_PX;
	return perms;
}

/* Arm ARM D8.4.1: AP, PXN, UXN, with PAN and WXN */
static u8 el1_perms(const struct mock_smmu_walk *w,
		    const struct mock_smmu_table *t, u64 desc, bool clean)
{
	bool ro = t->no_write || (desc & SMMU_PTE_AP_RO && !clean);
	bool user = !t->no_user && desc & SMMU_PTE_AP_EL0;
	bool pxn = t->pxn || desc & SMMU_PTE_PXN || (w->cd->wxn && !ro);
	bool uxn = t->uxn || desc & SMMU_PTE_UXN || (w->cd->wxn && user && !ro);
	u8 perms = 0;

	/* What can be written without privilege is never executed with it */
	if (!pxn && !(user && !ro))
		perms |= MOCK_SMMU_PERM_PX;
	if (!uxn)
		perms |= MOCK_SMMU_PERM_UX;
	if (user)
		perms |= MOCK_SMMU_PERM_UR | (ro ? 0 : MOCK_SMMU_PERM_UW);
	if (!user || !w->cd->pan)
		perms |= MOCK_SMMU_PERM_PR | (ro ? 0 : MOCK_SMMU_PERM_PW);
	return perms;
}

static void fill_leaf(struct mock_smmu_walk *w,
		      const struct mock_smmu_half *half,
		      const struct step *step, const struct entry *e,
		      struct mock_smmu_leaf *leaf)
{
	const struct mock_smmu_tt *tt = &half->tt;
	u8 lg2 = mock_smmu_desc_lg2(tt, e->val, step->level, w->va);
	bool clean = tt->hd && e->val & SMMU_PTE_DBM &&
		     e->val & SMMU_PTE_AP_RO && !step->table.no_write;
	bool el2 = w->ste->world == MOCK_SMMU_WORLD_EL2;

	*leaf = (struct mock_smmu_leaf){
		.pa = mock_smmu_desc_addr(tt, e->val) >> lg2 << lg2,
		.lg2 = lg2,
		.lg2_in = lg2,
		.perm1 = (el2 ? el2_perms : el1_perms)(w, &step->table, e->val,
						       clean),
		.perm2 = MOCK_SMMU_PERM_ALL,
		.clean1 = clean,
		.attr1 = mock_smmu_attr_stage1(w->cd->mair, e->val),
		.e0pd = half->e0pd,
		.global = !el2 && !(e->val & SMMU_PTE_NG),
		.nocache = mock_smmu_desc_no_cache(w->m, e->val, step->level),
		.level = step->level,
		.granule = tt->granule,
	};
}

/**
 * mock_smmu_check_stage1() - does stage 1 permit the request?
 * @w: the request
 * @leaf: the translation
 *
 * Return: 0 or an event
 */
u8 mock_smmu_check_stage1(struct mock_smmu_walk *w,
			  const struct mock_smmu_leaf *leaf)
{
	u8 need = 0;

	if (leaf->e0pd && !w->priv)
		return stage1_fault(w, SMMU_EVT_F_TRANSLATION);
	if (w->read)
		need |= w->priv ? MOCK_SMMU_PERM_PR : MOCK_SMMU_PERM_UR;
	if (w->write)
		need |= w->priv ? MOCK_SMMU_PERM_PW : MOCK_SMMU_PERM_UW;
	if (w->exec)
		need |= w->priv ? MOCK_SMMU_PERM_PX : MOCK_SMMU_PERM_UX;
	return need & ~leaf->perm1 ? stage1_fault(w, SMMU_EVT_F_PERMISSION) : 0;
}

/* 3.13.5: to change a descriptor, stage 2 must permit writes to it */
static u8 check_update(struct mock_smmu_walk *w, const struct entry *e)
{
	static const struct mock_smmu_access update = {
		.class = SMMU_EVT_CLASS_TT,
		.write = true,
		.dirty = true,
	};
	struct mock_smmu_leaf leaf;

	return w->ste->s2 ? mock_smmu_stage2(w, e->addr, &update, &leaf) : 0;
}

/* 3.13: set the access flag, and make dirty what is to be written */
static int update_flags(struct mock_smmu_walk *w, const struct mock_smmu_tt *tt,
			const struct entry *e, struct mock_smmu_leaf *leaf)
{
	u8 both = leaf->perm1 & leaf->perm2;
	u64 val = e->val;
	int ret;

	if (tt->ha)
		val |= SMMU_PTE_AF;
	if (w->dirty && leaf->clean1 &&
	    both & (w->priv ? MOCK_SMMU_PERM_PW : MOCK_SMMU_PERM_UW))
		val &= ~SMMU_PTE_AP_RO;
	if (val == e->val)
		return 0;
	ret = check_update(w, e);
	if (ret)
		return ret;
	ret = mock_smmu_desc_update(w->m, tt, e->pa, e->val, val);
	if (ret == -EAGAIN)
		return ret;
	if (ret)
		return walk_abort(w, e->pa);
	leaf->clean1 = leaf->clean1 && val & SMMU_PTE_AP_RO;
	return 0;
}

/**
 * mock_smmu_request_access() - what a request asks of stage 2 for its own address
 * @w: the request
 *
 * Return: the access
 */
struct mock_smmu_access mock_smmu_request_access(const struct mock_smmu_walk *w)
{
	return (struct mock_smmu_access){
		.class = SMMU_EVT_CLASS_IN,
		.read = w->read,
		.write = w->write,
		.exec = w->exec,
		.dirty = w->dirty,
		.priv = w->priv,
	};
}

/* The page through stage 2, by the IPA that stage 1 yields */
static u8 nest_leaf(struct mock_smmu_walk *w, struct mock_smmu_leaf *leaf)
{
	struct mock_smmu_access acc = mock_smmu_request_access(w);
	u64 ipa = leaf->pa + (w->va & (BIT_ULL(leaf->lg2) - 1));
	struct mock_smmu_leaf leaf2;
	u8 id;

	/* 3.13.7.1: stage 1 must permit the write for which a page gets dirty */
	if (!(leaf->perm1 & (w->priv ? MOCK_SMMU_PERM_PW : MOCK_SMMU_PERM_UW)))
		acc.dirty = false;
	id = mock_smmu_stage2(w, ipa, &acc, &leaf2);
	if (id)
		return id;
	/* 4.4: one entry for both stages, of the smaller size */
	leaf->lg2 = min(leaf->lg2, leaf2.lg2);
	leaf->ipa = ipa >> leaf->lg2 << leaf->lg2;
	leaf->pa = (leaf2.pa + (ipa & (BIT_ULL(leaf2.lg2) - 1))) >>
		   leaf->lg2 << leaf->lg2;
	leaf->perm2 = leaf2.perm2;
	leaf->clean2 = leaf2.clean2;
	leaf->memattr2 = leaf2.memattr2;
	leaf->sh2 = leaf2.sh2;
	leaf->nocache |= leaf2.nocache;
	return 0;
}

/* 3.9.1.2: does stage 1 grant a translation request anything at all? */
static bool grants_something(const struct mock_smmu_walk *w,
			     const struct mock_smmu_leaf *leaf)
{
	u8 mine = w->priv ? MOCK_SMMU_PERM_PR | MOCK_SMMU_PERM_PW | MOCK_SMMU_PERM_PX :
			    MOCK_SMMU_PERM_UR | MOCK_SMMU_PERM_UW | MOCK_SMMU_PERM_UX;

	return leaf->perm1 & mine;
}

/*
 * The order of both stages. A request's flags are set by stage 1 before stage 2
 * is asked (Arm ARM, AArch64.TranslateAddress()). For a translation request
 * stage 2 comes first: what it does not let be written does not become dirty.
 */
static int both_stages(struct mock_smmu_walk *w, const struct mock_smmu_tt *tt,
		       const struct entry *e, struct mock_smmu_leaf *leaf)
{
	int ret;

	/* 13.7: what is not granted is not accessed */
	if (w->ats && !grants_something(w, leaf)) {
		leaf->perm2 = 0;
		leaf->nocache = true;
		return 0;
	}
	if (!w->ste->s2)
		return update_flags(w, tt, e, leaf);
	if (!w->ats)
		return update_flags(w, tt, e, leaf) ?: nest_leaf(w, leaf);
	ret = nest_leaf(w, leaf);
	return ret ?: update_flags(w, tt, e, leaf);
}

/* A block or page. Returns an event, 0, or -EAGAIN, see stage2.c */
static int use_leaf(struct mock_smmu_walk *w, const struct mock_smmu_half *half,
		    const struct step *step, const struct entry *e,
		    struct mock_smmu_leaf *leaf)
{
	const struct mock_smmu_tt *tt = &half->tt;
	int ret;

	if (!(e->val & SMMU_PTE_AF) && !tt->ha && !tt->affd)
		return stage1_fault(w, SMMU_EVT_F_ACCESS);
	fill_leaf(w, half, step, e, leaf);
	ret = mock_smmu_check_stage1(w, leaf);
	if (!ret)
		ret = both_stages(w, tt, e, leaf);
	/* What lacks permission can be cached, what lacks AF not */
	else if (!w->ste->s2 && (e->val & SMMU_PTE_AF || !tt->ha))
		mock_smmu_tlb_insert(w, leaf);
	if (!ret)
		mock_smmu_tlb_insert(w, leaf);
	return ret;
}

/* Read and use one descriptor. @done is set at a block or page */
static int use_entry(struct mock_smmu_walk *w,
		     const struct mock_smmu_half *half, struct step *step,
		     struct mock_smmu_leaf *leaf, bool *done)
{
	const struct mock_smmu_tt *tt = &half->tt;
	enum mock_smmu_desc kind;
	struct entry e;
	u8 id;

	id = read_entry(w, tt, step, &e);
	if (id)
		return id;
	kind = mock_smmu_desc_kind(tt, e.val, step->level);
	if (kind == MOCK_SMMU_DESC_INVALID)
		return stage1_fault(w, SMMU_EVT_F_TRANSLATION);
	if (mock_smmu_desc_addr(tt, e.val) >> tt->output)
		return stage1_fault(w, SMMU_EVT_F_ADDR_SIZE);
	*done = kind == MOCK_SMMU_DESC_LEAF;
	if (*done)
		return use_leaf(w, half, step, &e, leaf);
	stage1_descend(w, half, step, e.val);
	return 0;
}

static void stage1_first_step(struct mock_smmu_walk *w,
			      const struct mock_smmu_tt *tt, struct step *step)
{
	*step = (struct step){};
	step->cached = mock_smmu_walk1_lookup(w, tt, &step->table);
	if (step->cached) {
		step->level = step->table.level + 1;
		return;
	}
	step->root = true;
	step->level = tt->start;
	step->table = (struct mock_smmu_table){
		.addr = tt->base,
		.pa = tt->base,
		.located = !w->ste->s2,
	};
}

/**
 * mock_smmu_stage1() - translate the request's address by stage 1, and stage 2 too if
 *	that is configured
 * @w: the request
 * @leaf: filled
 *
 * Return: 0, or an event, lack of permission included
 */
u8 mock_smmu_stage1(struct mock_smmu_walk *w, struct mock_smmu_leaf *leaf)
{
	const struct mock_smmu_half *half = request_half(w);
	int retries = MOCK_SMMU_MAX_RETRIES;
	struct step step;
	bool done = false;

	if (half->disabled || !is_in_range(w, half) || (half->e0pd && !w->priv))
		return stage1_fault(w, SMMU_EVT_F_TRANSLATION);
	stage1_first_step(w, &half->tt, &step);
	while (!done) {
		int ret = use_entry(w, half, &step, leaf, &done);

		if (ret > 0)
			return ret;
		if (ret == -EAGAIN) {
			done = false;
			if (!--retries)
				return walk_abort(w, step.table.pa);
		}
	}
	return 0;
}
