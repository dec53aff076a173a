// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock SMMUv3: a request whose STE is known
 *
 * Which context it is for, its translation by the stages that its configuration
 * asks for, and what becomes of it if it faults: for translate.c and ats.c alike.
 */
#include "walk.h"

/**
 * mock_smmu_is_translation_related() - is it one of the faults that CD and STE configure?
 * @id: an event
 *
 * Return: whether it is (5.5)
 */
bool mock_smmu_is_translation_related(u8 id)
{
	switch (id) {
	case SMMU_EVT_F_TRANSLATION:
	case SMMU_EVT_F_ADDR_SIZE:
	case SMMU_EVT_F_ACCESS:
	case SMMU_EVT_F_PERMISSION:
		return true;
	default:
		return false;
	}
}

/* 5.5: stall, or terminate and record or not */
static int apply_fault_model(struct mock_smmu_walk *w, u8 id, bool stall,
			     bool record, bool abort, const char *why)
{
	if (stall) {
		w->ev->id = id;
		w->ev->stall = true;
		return -EINPROGRESS;
	}
	if (record)
		w->ev->id = id;
	else
		mock_smmu_unrecorded(w, id, why);
	return abort ? -EFAULT : -ENODATA;
}

/**
 * mock_smmu_finish_fault() - what becomes of a request that faults
 * @w: the request
 * @id: the event
 *
 * Return: -EFAULT, -EINPROGRESS or -ENODATA, see mock_smmu_translate()
 */
int mock_smmu_finish_fault(struct mock_smmu_walk *w, u8 id)
{
	if (mock_smmu_is_translation_related(id) && !w->bypass_fault) {
		if (w->ev->s2)
			return apply_fault_model(w, id, w->ste->s2s,
						 w->ste->s2r, true,
						 "not recorded: STE.S2R is 0");
		return apply_fault_model(w, id, w->cd->s, w->cd->r, w->cd->a,
					 "not recorded: CD.R is 0");
	}
	if (id != SMMU_EVT_C_BAD_STREAMID || w->m->cr2 & SMMU_CR2_RECINVSID)
		w->ev->id = id;
	else
		mock_smmu_unrecorded(w, id, "not recorded: CR2.RECINVSID is 0");
	return -EFAULT;
}

/* 5.2, S1DSS and S1CDMax: may the request be made, and does stage 1 translate it? */
static u8 check_substream(struct mock_smmu_walk *w)
{
	const struct mock_smmu_ste *ste = w->ste;

	w->s1 = ste->s1;
	if (w->ssv) {
		if (!ste->s1cdmax || w->ssid >> ste->s1cdmax)
			return SMMU_EVT_C_BAD_SUBSTREAMID;
		if (!w->ssid && ste->s1dss == SMMU_S1DSS_SSID0)
			return SMMU_EVT_F_STREAM_DISABLED;
		return 0;
	}
	if (!ste->s1cdmax)
		return 0;
	switch (ste->s1dss) {
	case SMMU_S1DSS_BYPASS:
		w->s1 = false;
		return 0;
	case SMMU_S1DSS_SSID0:
		return 0;
	default:
		return SMMU_EVT_F_STREAM_DISABLED;
	}
}

/**
 * mock_smmu_apply_overrides() - privilege and instruction as the STE has them (13.1.4)
 * @w: the request, whose STE is known
 *
 * A write is data whatever the STE says (13.1.2). What INSTCFG means for a
 * translation request is said in ats.c.
 */
void mock_smmu_apply_overrides(struct mock_smmu_walk *w)
{
	const struct mock_smmu_ste *ste = w->ste;

	if (ste->privcfg == SMMU_PRIVCFG_UNPRIV)
		w->priv = false;
	else if (ste->privcfg == SMMU_PRIVCFG_PRIV)
		w->priv = true;
	if (w->read && ste->instcfg == SMMU_INSTCFG_DATA)
		w->exec = false;
	else if (w->read && ste->instcfg == SMMU_INSTCFG_INST)
		w->exec = true;
	/* A fetch of an instruction needs no read permission */
	w->read = w->read && !w->exec;
	w->ev->pnu = w->priv;
	w->ev->ind = w->exec;
	w->ev->mev = ste->mev;
}

/* TBI: the top byte is replaced by copies of bit 55, or by zeros */
static u64 stage1_address(const struct mock_smmu_walk *w)
{
	bool upper = w->addr & BIT_ULL(55);

	if (w->ste->world == MOCK_SMMU_WORLD_EL2)
		return w->cd->half[0].tbi ? w->addr & GENMASK_ULL(55, 0) :
					    w->addr;
	return w->cd->half[upper].tbi ? (u64)sign_extend64(w->addr, 55) :
					w->addr;
}

/**
 * mock_smmu_find_context() - what is to be done with a request, and by which CD
 * @w: the request, whose STE is known
 *
 * Return: 0 or an event
 */
u8 mock_smmu_find_context(struct mock_smmu_walk *w)
{
	u8 id = check_substream(w);

	if (id)
		return id;
	mock_smmu_apply_overrides(w);
	if (!w->s1)
		return 0;
	id = mock_smmu_find_cd(w);
	if (id)
		return id;
	/* 13.4.1: without E2H, EL2 has one privilege */
	if (w->ste->world == MOCK_SMMU_WORLD_EL2)
		w->priv = true;
	w->va = stage1_address(w);
	return 0;
}

/**
 * mock_smmu_bypass_stage1() - check an address that stage 1 lets through (3.4)
 * @w: the request
 *
 * Return: 0 or an event, in which CD.A, R and S have no say (3.12)
 */
u8 mock_smmu_bypass_stage1(struct mock_smmu_walk *w)
{
	if (!(w->addr >> mock_smmu_oas(w->m)))
		return 0;
	w->bypass_fault = true;
	return mock_smmu_fault(w, SMMU_EVT_F_ADDR_SIZE, false,
			       SMMU_EVT_CLASS_IN, 0);
}

static u8 translate_stage2_only(struct mock_smmu_walk *w,
				struct mock_smmu_leaf *leaf)
{
	const struct mock_smmu_access acc = mock_smmu_request_access(w);
	u8 id;

	id = mock_smmu_bypass_stage1(w);
	if (id)
		return id;
	id = mock_smmu_stage2(w, w->addr, &acc, leaf);
	if (!id)
		leaf->ipa = w->addr >> leaf->lg2 << leaf->lg2;
	return id;
}

/* No table says a size: 2M is as good as any, and saves translation requests */
static u8 translate_identity(struct mock_smmu_walk *w,
			     struct mock_smmu_leaf *leaf)
{
	*leaf = (struct mock_smmu_leaf){
		.pa = w->addr >> 21 << 21,
		.lg2 = 21,
		.perm1 = MOCK_SMMU_PERM_ALL,
		.perm2 = MOCK_SMMU_PERM_ALL,
	};
	return mock_smmu_bypass_stage1(w);
}

/*
 * The TLB answers if it can. It can not for the first write to what is
 * writable-clean: that takes a walk.
 */
static bool is_usable(const struct mock_smmu_walk *w,
		      const struct mock_smmu_leaf *leaf)
{
	return !w->dirty || (!leaf->clean1 && !leaf->clean2);
}

static u8 translate_stage1(struct mock_smmu_walk *w,
			   struct mock_smmu_leaf *leaf)
{
	const struct mock_smmu_leaf *found;
	struct mock_smmu_access acc;
	u8 id;

	id = mock_smmu_tlb_lookup(w, &found);
	/* 7.3.17: without CLASS */
	if (id)
		return mock_smmu_fault(w, id, false, 0, 0);
	if (!found || !is_usable(w, found))
		return mock_smmu_stage1(w, leaf);
	w->m->stats.iotlb_hits++;
	*leaf = *found;
	id = mock_smmu_check_stage1(w, leaf);
	if (id || !w->ste->s2)
		return id;
	acc = mock_smmu_request_access(w);
	return mock_smmu_check_stage2(w, leaf, leaf->ipa |
				      (w->va & (BIT_ULL(leaf->lg2) - 1)), &acc);
}

/**
 * mock_smmu_translate_by_stages() - translate a request by the stages that it is for
 * @w: the request after mock_smmu_find_context()
 * @leaf: filled
 *
 * Return: 0 or an event
 */
u8 mock_smmu_translate_by_stages(struct mock_smmu_walk *w,
				 struct mock_smmu_leaf *leaf)
{
	if (w->s1)
		return translate_stage1(w, leaf);
	if (w->ste->s2)
		return translate_stage2_only(w, leaf);
	return translate_identity(w, leaf);
}

/**
 * mock_smmu_permissions() - what a translation permits at the request's privilege
 * @w: the request
 * @leaf: its translation
 *
 * Return: MOCK_SMMU_PERM_PR, MOCK_SMMU_PERM_PW, MOCK_SMMU_PERM_PX, whatever the privilege is
 */
u8 mock_smmu_permissions(const struct mock_smmu_walk *w,
			 const struct mock_smmu_leaf *leaf)
{
	u8 both = leaf->perm1 & leaf->perm2;

	return w->priv ? both : both >> 3;
}
