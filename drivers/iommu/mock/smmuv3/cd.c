// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: from the SubstreamID to the context descriptor (5.3, 5.4) */
#include "walk.h"

/*
 * Where is the structure of a CD table that is at @addr? With stage 2, tables are
 * in IPA space (5.4.1).
 */
static u8 locate_structure(struct mock_smmu_walk *w, u64 addr, u64 *pa)
{
	static const struct mock_smmu_access fetch = {
		.class = SMMU_EVT_CLASS_CD,
		.read = true,
	};
	struct mock_smmu_leaf leaf;
	u8 id;

	*pa = addr;
	if (!w->ste->s2)
		return 0;
	id = mock_smmu_stage2(w, addr, &fetch, &leaf);
	if (!id)
		*pa = leaf.pa + (addr & (BIT_ULL(leaf.lg2) - 1));
	return id;
}

/* log2 of how many CDs a leaf table has, 0 for a linear table */
static u8 leaf_bits(const struct mock_smmu_ste *ste)
{
	if (!ste->s1cdmax)
		return 0;
	switch (ste->s1fmt) {
	case SMMU_S1FMT_4K_L2:
		return 6;
	case SMMU_S1FMT_64K_L2:
		return 10;
	default:
		return 0;
	}
}

/* 5.2: low bits of S1ContextPtr that must be 0 are taken to be 0 */
static u64 table_base(const struct mock_smmu_ste *ste, u8 lg2)
{
	return ste->s1ctxptr >> lg2 << lg2;
}

static u8 read_l1cd(struct mock_smmu_walk *w, u32 index, u8 bits, u64 *l1cd)
{
	u64 addr, pa;
	int ret;
	u8 id;

	if (mock_smmu_l1cd_lookup(w->m, w->sid, index, l1cd))
		return 0;
	addr = table_base(w->ste, max(6, w->ste->s1cdmax - bits + 3)) +
	       (u64)(index >> bits) * SMMU_L1CD_SIZE;
	id = locate_structure(w, addr, &pa);
	if (id)
		return id;
	ret = mock_smmu_read64(w->m, pa, l1cd);
	if (mock_walking(w->m->mi))
		mock_smmu_walk_l1cd(w, addr, pa, ret ? NULL : l1cd);
	if (ret)
		return mock_smmu_fault(w, SMMU_EVT_F_CD_FETCH, false, 0, pa);
	mock_smmu_l1cd_insert(w->m, w->sid, index, bits, *l1cd);
	return 0;
}

/* The SubstreamID of this event is the index that was to be fetched (7.3.9) */
static u8 bad_substream(struct mock_smmu_walk *w, u32 index)
{
	w->ev->ssv = true;
	w->ev->ssid = index;
	return SMMU_EVT_C_BAD_SUBSTREAMID;
}

/* Address of the CD with an index that is in range */
static u8 locate_cd(struct mock_smmu_walk *w, u32 index, u64 *addr)
{
	const struct mock_smmu_ste *ste = w->ste;
	u8 bits = leaf_bits(ste);
	u64 l1cd, table;
	u8 id;

	if (!bits) {
		*addr = table_base(ste, ste->s1cdmax + 6) +
			(u64)index * SMMU_CD_SIZE;
		return 0;
	}
	id = read_l1cd(w, index, bits, &l1cd);
	if (id)
		return id;
	table = l1cd & SMMU_L1CD_L2PTR;
	/* 3.4.3: beyond IAS, where stage 2 translates */
	if (!(l1cd & SMMU_L1CD_V) || table >> mock_smmu_oas(w->m))
		return bad_substream(w, index);
	table = table >> (bits + 6) << (bits + 6);
	*addr = table + (index & GENMASK(bits - 1, 0)) * SMMU_CD_SIZE;
	return 0;
}

static bool fault_model_illegal(struct mock_smmu *m,
				const struct mock_smmu_ste *ste, u64 w0)
{
	u8 model = FIELD_GET(SMMU_IDR0_STALL_MODEL, m->idr[0]);
	bool s = w0 & SMMU_CD0_S;

	if (ste->s1stalld && s)
		return true;
	if (m->idr[0] & SMMU_IDR0_TERM_MODEL && !(w0 & SMMU_CD0_A))
		return true;
	return (model == SMMU_STALL_MODEL_NONE && s) ||
	       (model == SMMU_STALL_MODEL_FORCE && !s);
}

static bool httu_illegal(struct mock_smmu *m, u64 w0)
{
	u8 httu = FIELD_GET(SMMU_IDR0_HTTU, m->idr[0]);

	if (w0 & SMMU_CD0_HD && httu < SMMU_HTTU_ACCESS_DIRTY)
		return true;
	return w0 & SMMU_CD0_HA && httu < SMMU_HTTU_ACCESS;
}

/* CDTxSZInvalid() of 5.4.2, with input addresses of 48 bits */
static bool txsz_valid(struct mock_smmu *m, u8 txsz, u8 granule)
{
	u8 most = 39;

	if (m->idr[3] & SMMU_IDR3_STT)
		most = granule == 16 ? 47 : 48;
	return txsz >= 16 && txsz <= most;
}

/* What differs between TTB0 and TTB1 */
struct half_fields {
	u8 txsz;
	u8 granule;
	u64 ttb;
};

static bool decode_tables(struct mock_smmu *m, const struct half_fields *f,
			  struct mock_smmu_tt *tt)
{
	u8 stride;

	tt->granule = f->granule;
	if (!mock_smmu_granule_supported(m, tt->granule) ||
	    !txsz_valid(m, f->txsz, tt->granule) || f->ttb >> tt->output)
		return false;
	tt->input = 64 - f->txsz;
	stride = tt->granule - 3;
	tt->start = 3 - (tt->input - 1 - tt->granule) / stride;
	tt->base = mock_smmu_tt_align(f->ttb, tt);
	return true;
}

static bool decode_half0(struct mock_smmu *m, const u64 *w,
			 struct mock_smmu_half *half)
{
	const struct half_fields f = {
		.txsz = FIELD_GET(SMMU_CD0_T0SZ, w[0]),
		.granule = mock_smmu_tg0_granule(FIELD_GET(SMMU_CD0_TG0, w[0])),
		.ttb = w[1] & SMMU_CD1_TTB0,
	};

	half->tbi = w[0] & SMMU_CD0_TBI0;
	half->had = m->idr[3] & SMMU_IDR3_HAD && w[1] & SMMU_CD1_HAD0;
	half->e0pd = m->idr[3] & SMMU_IDR3_E0PD && w[1] & SMMU_CD1_E0PD0;
	return half->disabled || decode_tables(m, &f, &half->tt);
}

static bool decode_half1(struct mock_smmu *m, const u64 *w,
			 struct mock_smmu_half *half)
{
	const struct half_fields f = {
		.txsz = FIELD_GET(SMMU_CD0_T1SZ, w[0]),
		.granule = mock_smmu_tg1_granule(FIELD_GET(SMMU_CD0_TG1, w[0])),
		.ttb = w[2] & SMMU_CD2_TTB1,
	};

	half->tbi = w[0] & SMMU_CD0_TBI1;
	half->had = m->idr[3] & SMMU_IDR3_HAD && w[2] & SMMU_CD2_HAD1;
	half->e0pd = m->idr[3] & SMMU_IDR3_E0PD && w[2] & SMMU_CD2_E0PD1;
	return half->disabled || decode_tables(m, &f, &half->tt);
}

/* Fields for both halves. EPD and E0PD do not exist for EL2 without E2H */
static void decode_halves(const struct mock_smmu_ste *ste, struct mock_smmu *m,
			  const u64 *w, struct mock_smmu_cd *cd)
{
	bool el2 = ste->world == MOCK_SMMU_WORLD_EL2;
	int i;

	cd->half[0].disabled = !el2 && w[0] & SMMU_CD0_EPD0;
	cd->half[1].disabled = el2 || w[0] & SMMU_CD0_EPD1;
	for (i = 0; i < 2; i++) {
		struct mock_smmu_tt *tt = &cd->half[i].tt;

		tt->output =
			mock_smmu_output_size(m, FIELD_GET(SMMU_CD0_IPS, w[0]));
		tt->be = w[0] & SMMU_CD0_ENDI;
		tt->affd = w[0] & SMMU_CD0_AFFD;
		tt->ha = w[0] & SMMU_CD0_HA;
		tt->hd = tt->ha && w[0] & SMMU_CD0_HD;
	}
}

static bool decode_asid(struct mock_smmu *m, const struct mock_smmu_ste *ste,
			const u64 *w, struct mock_smmu_cd *cd)
{
	u16 asid = FIELD_GET(SMMU_CD0_ASID, w[0]);

	if (ste->world == MOCK_SMMU_WORLD_EL2)
		return true;
	if (!(m->idr[0] & SMMU_IDR0_ASID16) && asid >> 8)
		return false;
	cd->asid = asid;
	return true;
}

/* 5.4.2, in its order. Returns false if the CD is ILLEGAL */
static bool decode_cd(struct mock_smmu *m, const struct mock_smmu_ste *ste,
		      const u64 *w, struct mock_smmu_cd *cd)
{
	bool el2 = ste->world == MOCK_SMMU_WORLD_EL2;

	if (!(w[0] & SMMU_CD0_V))
		return false;
	if (fault_model_illegal(m, ste, w[0]))
		return false;
	decode_halves(ste, m, w, cd);
	if ((!cd->half[0].disabled || !cd->half[1].disabled) &&
	    !mock_smmu_endian_supported(m, w[0] & SMMU_CD0_ENDI))
		return false;
	/* Tables of AArch32 are not supported (IDR0.TTF) */
	if (!(w[0] & SMMU_CD0_AA64))
		return false;
	if (httu_illegal(m, w[0]) || !decode_asid(m, ste, w, cd))
		return false;
	if (!decode_half0(m, w, &cd->half[0]) ||
	    !decode_half1(m, w, &cd->half[1]))
		return false;
	if (el2) {
		cd->half[0].e0pd = false;
		cd->half[1].tbi = false;
	}
	cd->aset = w[0] & SMMU_CD0_ASET;
	cd->wxn = w[0] & SMMU_CD0_WXN;
	cd->pan = !el2 && w[0] & SMMU_CD0_PAN;
	cd->a = w[0] & SMMU_CD0_A;
	cd->r = w[0] & SMMU_CD0_R;
	cd->s = w[0] & SMMU_CD0_S;
	cd->mair = FIELD_GET(SMMU_CD3_MAIR, w[3]);
	return true;
}

static u8 fetch_cd(struct mock_smmu_walk *w, u32 index)
{
	u64 words[SMMU_CD_WORDS];
	u64 addr, pa;
	int ret;
	u8 id;

	id = locate_cd(w, index, &addr);
	if (!id)
		id = locate_structure(w, addr, &pa);
	if (id)
		return id;
	ret = mock_smmu_read_words(w->m, pa, words, SMMU_CD_WORDS);
	if (mock_walking(w->m->mi))
		mock_smmu_walk_cd(w, addr, pa, ret ? NULL : words);
	if (ret)
		return mock_smmu_fault(w, SMMU_EVT_F_CD_FETCH, false, 0, pa);
	w->cd_mem = (struct mock_smmu_cd){};
	if (!decode_cd(w->m, w->ste, words, &w->cd_mem))
		w->cd_mem = (struct mock_smmu_cd){ .illegal = true };
	w->cd = &w->cd_mem;
	/* 5.4.1: cached in whatever state */
	mock_smmu_cd_insert(w->m, w->sid, index, w->cd);
	return 0;
}

/**
 * mock_smmu_find_cd() - find the CD of a request
 * @w: the request, whose STE has stage 1 and enough CDs for @w->ssid; @w->cd is
 *	set unless it could not be fetched
 *
 * Return: 0 or an event
 */
u8 mock_smmu_find_cd(struct mock_smmu_walk *w)
{
	u8 id = 0;

	w->cd = mock_smmu_cd_lookup(w->m, w->sid, w->ssid);
	if (!w->cd)
		id = fetch_cd(w, w->ssid);
	if (!id && w->cd->illegal)
		id = SMMU_EVT_C_BAD_CD;
	return id;
}
