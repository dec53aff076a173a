// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: PCIe ATS, requests for translations and requests with them (3.9.1) */
#include "walk.h"

/*
 * STE.EATS as it counts: split-stage ATS wants translated requests to be checked,
 * and without translation there is no ATS. 0b11 needs a DPT.
 */
static u8 effective_eats(const struct mock_smmu_walk *w)
{
	const struct mock_smmu_ste *ste = w->ste;

	if (ste->config == SMMU_STE_CONFIG_BYPASS)
		return SMMU_EATS_ABORT;
	switch (ste->eats) {
	case SMMU_EATS_TRANS:
		return SMMU_EATS_TRANS;
	case SMMU_EATS_S1CHK:
		return w->m->cr0 & SMMU_CR0_ATSCHK ? SMMU_EATS_S1CHK :
						     SMMU_EATS_ABORT;
	default:
		return SMMU_EATS_ABORT;
	}
}

/* The smallest translation unit is the smallest granule (3.9.1) */
static u8 smallest_unit(struct mock_smmu *m)
{
	if (mock_smmu_granule_supported(m, 12))
		return 12;
	return mock_smmu_granule_supported(m, 14) ? 14 : 16;
}

/* 3.9.1.2, 3.9.1.3: such an event is recorded only where software wants it */
static int config_error(struct mock_smmu_walk *w, u8 id, bool wanted)
{
	if (wanted && w->m->cr2 & SMMU_CR2_REC_CFG_ATS)
		w->ev->id = id;
	else
		mock_smmu_unrecorded(w, id,
				     "not recorded: CR2 does not ask for it, for an ATS request");
	return -EFAULT;
}

/* 3.9.1.2: a completion with status CA */
static int completer_abort(struct mock_smmu_walk *w, u8 id)
{
	return config_error(w, id, id != SMMU_EVT_C_BAD_STREAMID ||
			    w->m->cr2 & SMMU_CR2_RECINVSID);
}

/* 3.9.1.2: a completion with status UR */
static int unsupported_request(struct mock_smmu_walk *w,
			       const struct mock_req *req)
{
	/* 7.3.6: attributes are those of the request, not of the STE */
	w->ev->pnu = req->pasid_valid && req->priv;
	w->ev->ind = req->pasid_valid && req->exec;
	w->ev->id = SMMU_EVT_F_BAD_ATS_TREQ;
	return -EFAULT;
}

/* 13.7.1 */
static void grant_access(const struct mock_smmu_walk *w,
			 const struct mock_req *req,
			 const struct mock_smmu_leaf *leaf,
			 struct mock_xlate *res)
{
	u8 perms = mock_smmu_permissions(w, leaf);
	bool exe = req->pasid_valid && req->exec;
	bool r = perms & MOCK_SMMU_PERM_PR;
	bool x = perms & MOCK_SMMU_PERM_PX;

	switch (w->ste->instcfg) {
	case SMMU_INSTCFG_INST:
		res->read = x;
		res->exec = exe && x;
		break;
	case SMMU_INSTCFG_DATA:
		res->read = r;
		res->exec = exe && r;
		break;
	default:
		res->read = r;
		res->exec = exe && r && x;
		break;
	}
	/* What is still writable-clean was not asked for, or not permitted */
	res->write = perms & MOCK_SMMU_PERM_PW && !leaf->clean1 && !leaf->clean2;
}

/**
 * mock_smmu_ats_request() - a translation request
 * @w: the request
 * @req: the same as it arrived
 * @res: the completion
 *
 * Return: 0, or -EFAULT for a completion with an error status
 */
int mock_smmu_ats_request(struct mock_smmu_walk *w, const struct mock_req *req,
			  struct mock_xlate *res)
{
	struct mock_smmu_leaf leaf;
	u64 out;
	u8 id;

	id = mock_smmu_find_ste(w);
	if (id)
		return completer_abort(w, id);
	if (!(w->ste->config & SMMU_STE_CONFIG_BYPASS)) {
		mock_smmu_unrecorded(w, 0, MOCK_SMMU_WHY_ABORT);
		return -EFAULT;
	}
	if (effective_eats(w) == SMMU_EATS_ABORT)
		return unsupported_request(w, req);
	id = mock_smmu_find_context(w);
	if (!id)
		id = mock_smmu_translate_by_stages(w, &leaf);
	if (id && !mock_smmu_is_translation_related(id))
		return completer_abort(w, id);

	res->priv = req->pasid_valid && req->priv;
	res->lg2 = smallest_unit(w->m);
	if (id)
		return 0;
	grant_access(w, req, &leaf, res);
	if (!res->read && !res->write)
		return 0;
	/* 13.6.3, 13.6.5: split-stage ATS gives the device an IPA */
	out = effective_eats(w) == SMMU_EATS_S1CHK ? leaf.ipa : leaf.pa;
	res->lg2 = leaf.lg2;
	res->pa = out + (w->addr & (BIT_ULL(leaf.lg2) - 1));
	return 0;
}

/* A PA, with which nothing more is to be done */
static int pass_address(struct mock_smmu_walk *w, struct mock_xlate *res)
{
	/* 3.9.1.1: too large an address is terminated without an event */
	if (w->addr >> mock_smmu_oas(w->m)) {
		mock_smmu_unrecorded(w, 0, "not recorded: the address is beyond the output size");
		return -EFAULT;
	}
	res->pa = w->addr;
	res->read = true;
	res->write = true;
	/* 13.6.1: its attributes are those that it came with */
	res->snooped = !w->no_snoop;
	return 0;
}

/* 13.6.3: an IPA, which stage 2 translates */
static int split_stage(struct mock_smmu_walk *w, struct mock_xlate *res)
{
	struct mock_smmu_access acc;
	struct mock_smmu_leaf leaf;
	u8 id, perms;

	mock_smmu_apply_overrides(w);
	acc = mock_smmu_request_access(w);
	id = mock_smmu_bypass_stage1(w);
	if (!id)
		id = mock_smmu_stage2(w, w->addr, &acc, &leaf);
	if (id)
		return mock_smmu_finish_fault(w, id);
	perms = mock_smmu_permissions(w, &leaf);
	res->pa = leaf.pa + (w->addr & (BIT_ULL(leaf.lg2) - 1));
	res->lg2 = leaf.lg2;
	res->read = !w->write || perms & MOCK_SMMU_PERM_PR;
	res->write = w->write || perms & MOCK_SMMU_PERM_PW;
	res->snooped = mock_smmu_is_snooped(w, &leaf);
	return 0;
}

/**
 * mock_smmu_ats_translated() - a request with a translated address
 * @w: the request
 * @res: the translation
 *
 * Return: 0 or -EFAULT
 */
int mock_smmu_ats_translated(struct mock_smmu_walk *w, struct mock_xlate *res)
{
	u8 id;

	if (!(w->m->cr0 & SMMU_CR0_ATSCHK))
		return pass_address(w, res);
	id = mock_smmu_find_ste(w);
	if (id)
		return config_error(w, id, true);
	if (!(w->ste->config & SMMU_STE_CONFIG_BYPASS)) {
		mock_smmu_unrecorded(w, 0, MOCK_SMMU_WHY_ABORT);
		return -EFAULT;
	}
	switch (effective_eats(w)) {
	case SMMU_EATS_TRANS:
		return pass_address(w, res);
	case SMMU_EATS_S1CHK:
		return split_stage(w, res);
	default:
		w->ev->id = SMMU_EVT_F_TRANSL_FORBIDDEN;
		return -EFAULT;
	}
}
