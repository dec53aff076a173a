// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: stage 2, from an IPA to a physical address */
#include "walk.h"

/* A table under the walk */
struct step {
	u64 pa;
	u8 level;
};

/* A descriptor in it */
struct entry {
	u64 pa;
	u64 val;
};

/* S2AP and XN of a block or page (Arm ARM D8.4) */
static u8 stage2_perms(struct mock_smmu *m, u64 desc, bool clean)
{
	bool xnx = m->idr[3] & SMMU_IDR3_XNX;
	u8 xn = FIELD_GET(SMMU_PTE_S2XN, desc);
	u8 perms = 0;

	if (desc & SMMU_PTE_S2AP_R)
		perms |= MOCK_SMMU_PERM_PR | MOCK_SMMU_PERM_UR;
	if (desc & SMMU_PTE_S2AP_W || clean)
		perms |= MOCK_SMMU_PERM_PW | MOCK_SMMU_PERM_UW;
	if (!xnx)
		return perms | (xn & 2 ? 0 : MOCK_SMMU_PERM_PX | MOCK_SMMU_PERM_UX);
	if (xn == 0 || xn == 1)
		perms |= MOCK_SMMU_PERM_UX;
	if (xn == 0 || xn == 3)
		perms |= MOCK_SMMU_PERM_PX;
	return perms;
}

static u8 stage2_fault(struct mock_smmu_walk *w, u8 id,
		       const struct mock_smmu_access *acc, u64 ipa)
{
	w->ev->ttrnw = !acc->write;
	return mock_smmu_fault(w, id, true, acc->class, ipa);
}

/**
 * mock_smmu_check_stage2() - does stage 2 permit an access?
 * @w: the request
 * @leaf: the translation
 * @ipa: the address that is accessed
 * @acc: what is asked for
 *
 * Return: 0 or an event
 */
u8 mock_smmu_check_stage2(struct mock_smmu_walk *w,
			  const struct mock_smmu_leaf *leaf, u64 ipa,
			  const struct mock_smmu_access *acc)
{
	u8 need = 0;

	if (acc->read)
		need |= acc->priv ? MOCK_SMMU_PERM_PR : MOCK_SMMU_PERM_UR;
	if (acc->write)
		need |= acc->priv ? MOCK_SMMU_PERM_PW : MOCK_SMMU_PERM_UW;
	if (acc->exec)
		need |= acc->priv ? MOCK_SMMU_PERM_PX : MOCK_SMMU_PERM_UX;
	if (need & ~leaf->perm2)
		return stage2_fault(w, SMMU_EVT_F_PERMISSION, acc, ipa);
	/* STE.S2PTW, for an access of the SMMU's own */
	if (acc->class != SMMU_EVT_CLASS_IN && w->ste->s2ptw &&
	    mock_smmu_attr_stage2_device(leaf->memattr2, w->ste->s2fwb))
		return stage2_fault(w, SMMU_EVT_F_PERMISSION, acc, ipa);
	return 0;
}

/* Must the walk change a writable-clean descriptor for this access? */
static bool needs_dirty(const struct mock_smmu_leaf *leaf,
			const struct mock_smmu_access *acc)
{
	u8 perm = acc->priv ? MOCK_SMMU_PERM_PW : MOCK_SMMU_PERM_UW;

	return acc->dirty && leaf->clean2 && leaf->perm2 & perm;
}

static void fill_leaf(struct mock_smmu_walk *w, const struct step *step,
		      const struct entry *e, u64 ipa,
		      struct mock_smmu_leaf *leaf)
{
	const struct mock_smmu_tt *tt = &w->ste->tt2;
	bool clean = tt->hd && e->val & SMMU_PTE_DBM &&
		     !(e->val & SMMU_PTE_S2AP_W);
	u8 lg2 = mock_smmu_desc_lg2(tt, e->val, step->level, ipa);

	*leaf = (struct mock_smmu_leaf){
		.pa = mock_smmu_desc_addr(tt, e->val) >> lg2 << lg2,
		.lg2 = lg2,
		.lg2_in = lg2,
		.perm1 = MOCK_SMMU_PERM_ALL,
		.perm2 = stage2_perms(w->m, e->val, clean),
		.clean2 = clean,
		.memattr2 = FIELD_GET(SMMU_PTE_S2MEMATTR, e->val),
		.sh2 = FIELD_GET(SMMU_PTE_SH, e->val),
		.nocache = mock_smmu_desc_no_cache(w->m, e->val, step->level),
		.level = step->level,
		.granule = tt->granule,
	};
}

/* 3.13: set the access flag, and make dirty what is to be written */
static int update_flags(struct mock_smmu_walk *w, const struct entry *e,
			const struct mock_smmu_access *acc,
			struct mock_smmu_leaf *leaf)
{
	u64 val = e->val | SMMU_PTE_AF;
	int ret;

	if (!w->ste->tt2.ha)
		val = e->val;
	if (needs_dirty(leaf, acc))
		val |= SMMU_PTE_S2AP_W;
	if (val == e->val)
		return 0;
	ret = mock_smmu_desc_update(w->m, &w->ste->tt2, e->pa, e->val, val);
	if (ret)
		return ret;
	leaf->clean2 = leaf->clean2 && !(val & SMMU_PTE_S2AP_W);
	return 0;
}

/*
 * A block or page. Returns an event, 0, or -EAGAIN if software changed the
 * descriptor meanwhile. 3.13.2: whether AF is set on a permission fault is
 * UNKNOWN, here it is not.
 */
static int use_leaf(struct mock_smmu_walk *w, const struct step *step,
		    const struct entry *e, u64 ipa,
		    const struct mock_smmu_access *acc,
		    struct mock_smmu_leaf *leaf)
{
	const struct mock_smmu_tt *tt = &w->ste->tt2;
	int ret;

	if (!(e->val & SMMU_PTE_AF) && !tt->ha && !tt->affd)
		return stage2_fault(w, SMMU_EVT_F_ACCESS, acc, ipa);
	fill_leaf(w, step, e, ipa, leaf);
	ret = mock_smmu_check_stage2(w, leaf, ipa, acc);
	if (ret) {
		/* What lacks permission can be cached, what lacks AF not */
		if (e->val & SMMU_PTE_AF || !tt->ha)
			mock_smmu_tlb2_insert(w, ipa, leaf);
		return ret;
	}
	switch (update_flags(w, e, acc, leaf)) {
	case 0:
		mock_smmu_tlb2_insert(w, ipa, leaf);
		return 0;
	case -EAGAIN:
		return -EAGAIN;
	default:
		mock_smmu_fault(w, 0, true, acc->class, e->pa);
		return SMMU_EVT_F_WALK_EABT;
	}
}

/* Read and use one descriptor. @done is set at a block or page */
static int use_entry(struct mock_smmu_walk *w, struct step *step, u64 ipa,
		     const struct mock_smmu_access *acc,
		     struct mock_smmu_leaf *leaf, bool *done)
{
	const struct mock_smmu_tt *tt = &w->ste->tt2;
	enum mock_smmu_desc kind;
	struct entry e;
	u64 out;
	int ret;

	e.pa = step->pa + mock_smmu_tt_offset(tt, step->level, ipa);
	ret = mock_smmu_desc_read(w->m, tt, e.pa, &e.val);
	if (mock_walking(w->m->mi))
		mock_smmu_walk_stage2(w, ipa, step->level, e.pa,
				      ret ? NULL : &e.val);
	if (ret)
		return mock_smmu_fault(w, SMMU_EVT_F_WALK_EABT, true,
				       acc->class, e.pa);
	kind = mock_smmu_desc_kind(tt, e.val, step->level);
	if (kind == MOCK_SMMU_DESC_INVALID)
		return stage2_fault(w, SMMU_EVT_F_TRANSLATION, acc, ipa);
	out = mock_smmu_desc_addr(tt, e.val);
	if (out >> tt->output)
		return stage2_fault(w, SMMU_EVT_F_ADDR_SIZE, acc, ipa);
	*done = kind == MOCK_SMMU_DESC_LEAF;
	if (*done)
		return use_leaf(w, step, &e, ipa, acc, leaf);
	mock_smmu_walk2_insert(w, ipa, &(struct mock_smmu_table2){
		.pa = out,
		.level = step->level,
	});
	step->pa = out;
	step->level++;
	return 0;
}

static u8 stage2_walk(struct mock_smmu_walk *w, u64 ipa,
		      const struct mock_smmu_access *acc,
		      struct mock_smmu_leaf *leaf)
{
	const struct mock_smmu_tt *tt = &w->ste->tt2;
	int retries = MOCK_SMMU_MAX_RETRIES;
	struct mock_smmu_table2 table;
	struct step step = { .pa = tt->base, .level = tt->start };
	bool done = false;

	if (ipa >> tt->input)
		return stage2_fault(w, SMMU_EVT_F_TRANSLATION, acc, ipa);
	if (mock_smmu_walk2_lookup(w, ipa, &table)) {
		step.pa = table.pa;
		step.level = table.level + 1;
	}
	while (!done) {
		int ret = use_entry(w, &step, ipa, acc, leaf, &done);

		if (ret > 0)
			return ret;
		if (ret == -EAGAIN) {
			done = false;
			/* The update is an access that never succeeds */
			if (!--retries)
				return mock_smmu_fault(w, SMMU_EVT_F_WALK_EABT,
						       true, acc->class,
						       step.pa);
		}
	}
	return 0;
}

static u8 descend_stage2(struct mock_smmu_walk *w, u64 ipa,
			 const struct mock_smmu_access *acc,
			 struct mock_smmu_leaf *leaf)
{
	const struct mock_smmu_leaf *found;
	u8 id;

	id = mock_smmu_tlb2_lookup(w, ipa, &found);
	/* 7.3.17: without CLASS */
	if (id)
		return mock_smmu_fault(w, id, true, 0, ipa);
	if (!found || needs_dirty(found, acc))
		return stage2_walk(w, ipa, acc, leaf);
	/* The request's own address, not one of a table */
	if (acc->class == SMMU_EVT_CLASS_IN && !w->s1)
		w->m->stats.iotlb_hits++;
	*leaf = *found;
	return mock_smmu_check_stage2(w, leaf, ipa, acc);
}

/**
 * mock_smmu_stage2() - translate an address by stage 2
 * @w: the request
 * @ipa: the address
 * @acc: what is asked for
 * @leaf: filled
 *
 * Return: 0 or an event
 */
u8 mock_smmu_stage2(struct mock_smmu_walk *w, u64 ipa,
		    const struct mock_smmu_access *acc,
		    struct mock_smmu_leaf *leaf)
{
	bool nested = w->ste->s1;
	u8 id;

	if (!mock_walking(w->m->mi))
		return descend_stage2(w, ipa, acc, leaf);
	if (nested)
		mock_walk_enter(w->m->mi);
	mock_walk_line(w->m->mi, "stage 2 of %#llx", ipa);
	id = descend_stage2(w, ipa, acc, leaf);
	if (nested)
		mock_walk_leave(w->m->mi);
	return id;
}
