// SPDX-License-Identifier: GPL-2.0-only
/* Mock VT-d: from the source-id to the PASID table entry (3.4.3) */
#include "../phys.h"
#include "walk.h"

/**
 * mock_vtd_walk_read64() - read an entry of a table
 * @m: the unit
 * @pa: its physical address
 * @val: where to
 *
 * Return: 0, or -EFAULT when the access aborts
 */
int mock_vtd_walk_read64(struct mock_vtd *m, u64 pa, u64 *val)
{
	m->stats.walk_refs++;
	if (mock_misbehave_take(m->mi, MOCK_MISBEHAVE_WALK_ABORT))
		return -EFAULT;
	return mock_phys_read64(pa, val);
}

static int read_words(u64 pa, u64 *words, u32 nr)
{
	int ret = 0;
	u32 i;

	for (i = 0; i < nr && !ret; i++)
		ret = mock_phys_read64(pa + i * sizeof(u64), &words[i]);
	return ret;
}

/**
 * mock_vtd_walk_read() - read an entry that is wider than 64 bits
 * @m: the unit
 * @pa: its physical address
 * @words: where to
 * @nr: how many 64-bit words it has, up to VTD_PTE_WORDS
 *
 * Hardware fetches such an entry at once. So that software which changes one
 * with writes of 128 bits (6.2.3.1) is not seen half-way, it is read until two
 * readings agree.
 *
 * Return: 0, or -EFAULT when the access aborts
 */
int mock_vtd_walk_read(struct mock_vtd *m, u64 pa, u64 *words, u32 nr)
{
	u64 again[VTD_PTE_WORDS];
	int tries = MOCK_VTD_MAX_RETRIES;

	m->stats.walk_refs++;
	if (mock_misbehave_take(m->mi, MOCK_MISBEHAVE_WALK_ABORT))
		return -EFAULT;
	do {
		if (read_words(pa, words, nr) || read_words(pa, again, nr))
			return -EFAULT;
	} while (memcmp(words, again, nr * sizeof(u64)) && --tries);
	return 0;
}

/**
 * mock_vtd_check_mode() - can the root table be used? (RTA.1 to RTA.4)
 * @m: the unit
 * @pasid_valid: the request has a PASID
 *
 * The model has no legacy mode. The specification has no name for that: it is
 * reported as a value of RTADDR that the hardware does not support.
 *
 * Return: 0 or a fault reason
 */
u8 mock_vtd_check_mode(struct mock_vtd *m, bool pasid_valid)
{
	switch (FIELD_GET(VTD_RTADDR_TTM, m->rtaddr)) {
	case VTD_TTM_SCALABLE:
		return m->ecap & VTD_ECAP_SMTS ? 0 : VTD_FR_RTA_RSVD;
	case VTD_TTM_ABORT_DMA:
		return m->ecap & VTD_ECAP_ADMS ? VTD_FR_RTA_ABORT :
						 VTD_FR_RTA_RSVD;
	case VTD_TTM_LEGACY:
		return pasid_valid ? VTD_FR_RTA_PASID : VTD_FR_RTA_RSVD;
	default:
		return VTD_FR_RTA_RSVD;
	}
}

/* 9.2: find the context table, half a bus each */
static u8 read_root(struct mock_vtd_walk *w, u64 *table)
{
	u64 root = w->m->rtaddr & VTD_RTADDR_RTA;
	u64 entry;
	int ret;

	root += (w->sid >> 8) * 16 + (w->sid & 0x80 ? 8 : 0);
	ret = mock_vtd_walk_read64(w->m, root, &entry);
	if (mock_walking(w->m->mi))
		mock_vtd_walk_root(w, ret ? NULL : &entry);
	if (ret)
		return VTD_FR_ROOT_ACCESS;
	if (!(entry & VTD_ROOT_P))
		return VTD_FR_ROOT_NP;
	if (entry & (VTD_ROOT_RSVD | MOCK_VTD_PTR_RSVD))
		return VTD_FR_ROOT_RSVD;
	*table = entry & VTD_ROOT_CTP;
	return 0;
}

/* 9.4: fields are reserved where the feature is absent */
static bool context_reserved(u64 ecap, const u64 *ce)
{
	u64 rsvd0 = VTD_CTX0_RSVD | MOCK_VTD_PTR_RSVD;
	u64 rsvd1 = VTD_CTX1_RSVD;

	if (!(ecap & VTD_ECAP_DT))
		rsvd0 |= VTD_CTX0_DTE;
	if (!(ecap & VTD_ECAP_PASID))
		rsvd0 |= VTD_CTX0_PASIDE;
	if (!(ecap & VTD_ECAP_PRS))
		rsvd0 |= VTD_CTX0_PRE;
	if (!(ecap & VTD_ECAP_RPS))
		rsvd1 |= VTD_CTX1_RID_PASID;
	if (!(ecap & VTD_ECAP_RPRIVS))
		rsvd1 |= VTD_CTX1_RID_PRIV;
	return (ce[0] & rsvd0) || (ce[1] & rsvd1) || ce[2] || ce[3];
}

static u8 decode_context(struct mock_vtd_walk *w, const u64 *ce)
{
	struct mock_vtd_context *ctx = &w->ctx;

	/* FPD counts whatever P says */
	ctx->fpd = ce[0] & VTD_CTX0_FPD;
	if (!(ce[0] & VTD_CTX0_P))
		return VTD_FR_CTX_NP;
	if (context_reserved(w->m->ecap, ce))
		return VTD_FR_CTX_RSVD;

	ctx->dte = ce[0] & VTD_CTX0_DTE;
	ctx->paside = ce[0] & VTD_CTX0_PASIDE;
	ctx->pre = ce[0] & VTD_CTX0_PRE;
	ctx->pasid_dir = ce[0] & VTD_CTX0_PASIDDIRPTR;
	ctx->pasid_count = BIT(FIELD_GET(VTD_CTX0_PDTS, ce[0]) + 7 +
			       VTD_PASID_PDE_SHIFT);
	ctx->rid_pasid = FIELD_GET(VTD_CTX1_RID_PASID, ce[1]);
	ctx->rid_priv = ce[1] & VTD_CTX1_RID_PRIV;

	/* SCT.4: inconsistent programming */
	if (ctx->pre && !ctx->dte)
		return VTD_FR_CTX_INV;
	if (ctx->rid_pasid >= ctx->pasid_count)
		return VTD_FR_CTX_INV;
	return 0;
}

static u8 fetch_context(struct mock_vtd_walk *w)
{
	u64 ce[VTD_CTX_WORDS];
	u64 table;
	u8 reason;
	int ret;

	reason = read_root(w, &table);
	if (reason)
		return reason;
	ret = mock_vtd_walk_read(w->m, table + (w->sid & 0x7f) * sizeof(ce), ce,
				 VTD_CTX_WORDS);
	if (mock_walking(w->m->mi))
		mock_vtd_walk_context(w, table, ret ? NULL : ce);
	if (ret)
		return VTD_FR_CTX_ACCESS;

	w->ctx.reason = decode_context(w, ce);
	/* 6.2.2: what faults is not cached, unless in caching mode */
	if (!w->ctx.reason || w->m->cap & VTD_CAP_CM)
		mock_vtd_context_insert(w);
	return w->ctx.reason;
}

/**
 * mock_vtd_find_context() - find the context entry of a request
 * @w: the request, @w->ctx is filled
 *
 * Return: 0 or a fault reason
 */
u8 mock_vtd_find_context(struct mock_vtd_walk *w)
{
	u8 reason;

	if (mock_vtd_context_lookup(w))
		reason = w->ctx.reason;
	else
		reason = fetch_context(w);
	w->fpd |= w->ctx.fpd;
	return reason;
}

/**
 * mock_vtd_check_pasid() - which PASID translates, and may it be used?
 * @w: the request with its context entry
 *
 * 9.4: a request without PASID is processed as one with RID_PASID, and with the
 * privilege of RID_PRIV. Without ECAP.RPS and ECAP.RPRIVS these are 0, since the
 * fields are reserved.
 *
 * Return: 0 or a fault reason
 */
u8 mock_vtd_check_pasid(struct mock_vtd_walk *w)
{
	if (!w->pasid_valid) {
		w->pasid = w->ctx.rid_pasid;
		w->priv = w->ctx.rid_priv;
		return 0;
	}
	if (!w->ctx.paside)
		return VTD_FR_CTX_PASIDE;
	if (w->pasid >= w->ctx.pasid_count)
		return VTD_FR_CTX_PASID_RANGE;
	if (w->pasid == w->ctx.rid_pasid)
		return VTD_FR_CTX_RID_PASID;
	return 0;
}

/* 9.5 */
static u8 read_directory(struct mock_vtd_walk *w, u64 *table)
{
	u64 entry, pa;
	int ret;

	pa = w->ctx.pasid_dir + (w->pasid >> VTD_PASID_PDE_SHIFT) * sizeof(u64);
	ret = mock_vtd_walk_read64(w->m, pa, &entry);
	if (mock_walking(w->m->mi))
		mock_vtd_walk_directory(w, ret ? NULL : &entry);
	if (ret)
		return VTD_FR_PDE_ACCESS;
	w->pe.fpd |= !!(entry & VTD_PDE_FPD);
	if (!(entry & VTD_PDE_P))
		return VTD_FR_PDE_NP;
	if (entry & (VTD_PDE_RSVD | MOCK_VTD_PTR_RSVD))
		return VTD_FR_PDE_RSVD;
	*table = entry & VTD_PDE_SMPTBLPTR;
	return 0;
}

/* 9.6, third to eighth word: stage-1, and the HPT that the model does not have */
static bool pasid_reserved_high(u64 ecap, const u64 *pe)
{
	u64 rsvd2 = VTD_PTE2_RSVD | MOCK_VTD_PTR_RSVD;
	int i;

	if (!(ecap & VTD_ECAP_SRS))
		rsvd2 |= VTD_PTE2_SRE;
	if (!(ecap & VTD_ECAP_ERS))
		rsvd2 |= VTD_PTE2_ERE;
	if (!(ecap & VTD_ECAP_EAFS))
		rsvd2 |= VTD_PTE2_EAFE;
	if (!(ecap & VTD_ECAP_FSTS))
		rsvd2 |= VTD_PTE2_WPE | VTD_PTE2_FSPM | VTD_PTE2_FSPTPTR;
	if (pe[2] & rsvd2)
		return true;
	for (i = 3; i < VTD_PTE_WORDS; i++) {
		if (pe[i])
			return true;
	}
	return false;
}

/* 9.6: fields are reserved where the feature is absent */
static bool pasid_reserved(struct mock_vtd *m, const u64 *pe)
{
	u8 did_bits = 4 + 2 * FIELD_GET(VTD_CAP_ND, m->cap);
	u64 rsvd0 = VTD_PTE0_RSVD | MOCK_VTD_PTR_RSVD;
	u64 rsvd1 = VTD_PTE1_RSVD;

	if (!(m->ecap & VTD_ECAP_ERS))
		rsvd0 |= VTD_PTE0_SSEE;
	/* Not AW: drivers set it for stage-1 and pass-through, which are there all the same */
	if (!(m->ecap & VTD_ECAP_SSTS))
		rsvd0 |= VTD_PTE0_SSADE | VTD_PTE0_SSPTPTR;
	if (!(m->ecap & VTD_ECAP_SSADS))
		rsvd0 |= VTD_PTE0_SSADE;
	if (did_bits < 16)
		rsvd1 |= FIELD_PREP(VTD_PTE1_DID, GENMASK(15, did_bits));
	if (!(m->ecap & VTD_ECAP_SMPWCS))
		rsvd1 |= VTD_PTE1_PWSNP;
	if (!(m->ecap & VTD_ECAP_SC))
		rsvd1 |= VTD_PTE1_PGSNP;
	if (!(m->ecap & VTD_ECAP_MTS))
		rsvd1 |= VTD_PTE1_CD | VTD_PTE1_EMTE | VTD_PTE1_EMT |
			 VTD_PTE1_PWT | VTD_PTE1_PCD | VTD_PTE1_PAT;
	return (pe[0] & rsvd0) || (pe[1] & rsvd1) ||
	       pasid_reserved_high(m->ecap, pe);
}

static void decode_pasid(struct mock_vtd *m, const u64 *pe,
			 struct mock_vtd_pasid *to)
{
	u8 mgaw = FIELD_GET(VTD_CAP_MGAW, m->cap) + 1;

	to->ssptptr = pe[0] & VTD_PTE0_SSPTPTR;
	to->fsptptr = pe[2] & VTD_PTE2_FSPTPTR;
	to->did = FIELD_GET(VTD_PTE1_DID, pe[1]);
	to->pgtt = FIELD_GET(VTD_PTE0_PGTT, pe[0]);
	to->fs_levels = 4 + FIELD_GET(VTD_PTE2_FSPM, pe[2]);
	to->ss_levels = 2 + FIELD_GET(VTD_PTE0_AW, pe[0]);
	to->ss_width = min(12 + 9 * to->ss_levels, mgaw);
	to->sre = pe[2] & VTD_PTE2_SRE;
	to->ere = pe[2] & VTD_PTE2_ERE;
	to->wpe = pe[2] & VTD_PTE2_WPE;
	to->nxe = pe[2] & VTD_PTE2_NXE;
	to->smep = pe[2] & VTD_PTE2_SMEP;
	to->eafe = pe[2] & VTD_PTE2_EAFE;
	to->ssade = pe[0] & VTD_PTE0_SSADE;
	to->ssee = pe[0] & VTD_PTE0_SSEE;
	/* PWSNP is reserved without ECAP.SMPWCS: 0 then */
	to->snoop = pe[1] & VTD_PTE1_PWSNP;
	/* PGSNP likewise without ECAP.SC */
	to->pgsnp = pe[1] & VTD_PTE1_PGSNP;
}

static bool pgtt_supported(u64 ecap, u8 pgtt)
{
	switch (pgtt) {
	case VTD_PGTT_STAGE1:
		return ecap & VTD_ECAP_FSTS;
	case VTD_PGTT_STAGE2:
		return ecap & VTD_ECAP_SSTS;
	case VTD_PGTT_NESTED:
		return ecap & VTD_ECAP_NEST;
	case VTD_PGTT_PT:
		return ecap & VTD_ECAP_PT;
	default:
		return false;
	}
}

/* SPT.4.1: SAGAW has a bit for each value of AW */
static bool stage2_supported(struct mock_vtd *m, const u64 *pe)
{
	u8 aw = FIELD_GET(VTD_PTE0_AW, pe[0]);

	return aw >= VTD_AW_39BIT && aw <= VTD_AW_57BIT &&
	       FIELD_GET(VTD_CAP_SAGAW, m->cap) & BIT(aw);
}

/* SPT.4.3 */
static bool stage1_supported(struct mock_vtd *m, const u64 *pe)
{
	switch (FIELD_GET(VTD_PTE2_FSPM, pe[2])) {
	case VTD_FSPM_4LVL:
		return true;
	case VTD_FSPM_5LVL:
		return m->cap & VTD_CAP_FS5LP;
	default:
		return false;
	}
}

/* SPT.4: programming that the unit does not support */
static bool pasid_supported(struct mock_vtd *m, const u64 *pe,
			    const struct mock_vtd_pasid *to)
{
	bool stage1 = to->pgtt == VTD_PGTT_STAGE1 ||
		      to->pgtt == VTD_PGTT_NESTED;
	bool stage2 = to->pgtt == VTD_PGTT_STAGE2 ||
		      to->pgtt == VTD_PGTT_NESTED;

	if (!pgtt_supported(m->ecap, to->pgtt))
		return false;
	if (stage2 && !stage2_supported(m, pe))
		return false;
	if (stage1 && !stage1_supported(m, pe))
		return false;
	return to->pgtt != VTD_PGTT_NESTED || !(to->fsptptr >> to->ss_width);
}

static u8 read_pasid_entry(struct mock_vtd_walk *w, u64 table)
{
	u64 pe[VTD_PTE_WORDS];
	u64 pa = table + (w->pasid % VTD_PASID_TBL_ENTRIES) * sizeof(pe);
	int ret;

	ret = mock_vtd_walk_read(w->m, pa, pe, VTD_PTE_WORDS);
	if (mock_walking(w->m->mi))
		mock_vtd_walk_pasid(w, table, ret ? NULL : pe);
	if (ret)
		return VTD_FR_PTE_ACCESS;
	w->pe.fpd |= !!(pe[0] & VTD_PTE0_FPD);
	if (!(pe[0] & VTD_PTE0_P))
		return VTD_FR_PTE_NP;
	if (pasid_reserved(w->m, pe))
		return VTD_FR_PTE_RSVD;
	decode_pasid(w->m, pe, &w->pe);
	return pasid_supported(w->m, pe, &w->pe) ? 0 : VTD_FR_PTE_INV;
}

static u8 fetch_pasid(struct mock_vtd_walk *w)
{
	u64 table;
	u8 reason;

	w->pe = (struct mock_vtd_pasid){ .fpd = w->ctx.fpd };
	reason = read_directory(w, &table);
	if (!reason)
		reason = read_pasid_entry(w, table);
	if (!reason) {
		mock_vtd_pasid_insert(w);
		return 0;
	}
	/* 6.2.3: cached in caching mode, under no domain-id that is software's */
	if (w->m->cap & VTD_CAP_CM && reason != VTD_FR_PDE_ACCESS &&
	    reason != VTD_FR_PTE_ACCESS) {
		w->pe = (struct mock_vtd_pasid){ .fpd = w->pe.fpd, .reason = reason };
		mock_vtd_pasid_insert(w);
	}
	return reason;
}

/**
 * mock_vtd_find_pasid() - find the PASID table entry of a request
 * @w: the request after mock_vtd_check_pasid(), @w->pe is filled
 *
 * Return: 0 or a fault reason
 */
u8 mock_vtd_find_pasid(struct mock_vtd_walk *w)
{
	u8 reason;

	if (mock_vtd_pasid_lookup(w))
		reason = w->pe.reason;
	else
		reason = fetch_pasid(w);
	w->fpd |= w->pe.fpd;
	return reason;
}
