// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: from the StreamID to the stream table entry (3.3.1, 5.1, 5.2) */
#include "walk.h"

static u8 effective_log2size(struct mock_smmu *m)
{
	u8 log2size = FIELD_GET(SMMU_STRTAB_CFG_LOG2SIZE, m->strtab_cfg);
	u8 sidsize = FIELD_GET(SMMU_IDR1_SIDSIZE, m->idr[1]);

	return min(log2size, sidsize);
}

static bool is_two_level(struct mock_smmu *m)
{
	return FIELD_GET(SMMU_IDR0_ST_LEVEL, m->idr[0]) &&
	       FIELD_GET(SMMU_STRTAB_CFG_FMT, m->strtab_cfg) ==
	       SMMU_STRTAB_FMT_2LVL;
}

/* 6.3.25: other values than 6, 8 and 10 behave as 6 */
static u8 effective_split(struct mock_smmu *m)
{
	u8 split = FIELD_GET(SMMU_STRTAB_CFG_SPLIT, m->strtab_cfg);

	return split == 8 || split == 10 ? split : 6;
}

/*
 * 6.3.24: the SMMU aligns the table to its size, by the literal value of
 * LOG2SIZE. @lg2: log2 of an entry's size less the bits that do not index it.
 */
static u64 table_base(struct mock_smmu *m, int lg2)
{
	lg2 += FIELD_GET(SMMU_STRTAB_CFG_LOG2SIZE, m->strtab_cfg);
	lg2 = clamp(lg2, 6, 63);
	return (m->strtab_base & SMMU_STRTAB_BASE_ADDR) >> lg2 << lg2;
}

static u8 read_l1std(struct mock_smmu_walk *w, u8 split, u64 *l1std)
{
	u64 base = table_base(w->m, 3 - split);
	u64 pa = base + (u64)(w->sid >> split) * SMMU_L1STD_SIZE;
	bool aborts;

	if (mock_smmu_l1std_lookup(w->m, w->sid, l1std))
		return 0;
	aborts = pa >> mock_smmu_oas(w->m) || mock_smmu_read64(w->m, pa, l1std);
	if (mock_walking(w->m->mi))
		mock_smmu_walk_l1std(w, base, w->sid >> split,
				     aborts ? NULL : l1std);
	if (aborts)
		return mock_smmu_fault(w, SMMU_EVT_F_STE_FETCH, false, 0, pa);
	mock_smmu_l1std_insert(w->m, w->sid, split, *l1std);
	return 0;
}

/* 5.1: the StreamIDs that a level 1 descriptor has a table for */
static u8 locate_two_level(struct mock_smmu_walk *w, u64 *pa)
{
	u8 split = effective_split(w->m);
	u32 low = w->sid & GENMASK(split - 1, 0);
	u64 l1std;
	u8 id, span;

	id = read_l1std(w, split, &l1std);
	if (id)
		return id;
	span = FIELD_GET(SMMU_L1STD_SPAN, l1std);
	if (!span || span > split + 1 || low >> (span - 1))
		return SMMU_EVT_C_BAD_STREAMID;
	*pa = (l1std & SMMU_L1STD_L2PTR & ~(((u64)SMMU_STE_SIZE << (span - 1)) - 1)) +
	      low * SMMU_STE_SIZE;
	return 0;
}

static u8 locate_ste(struct mock_smmu_walk *w, u64 *pa)
{
	if (is_two_level(w->m))
		return locate_two_level(w, pa);
	*pa = table_base(w->m, 6) + (u64)w->sid * SMMU_STE_SIZE;
	return 0;
}

/* IgnoreSTESTRW() of 5.2.2 */
static bool strw_unused(struct mock_smmu *m, u8 config)
{
	return !(m->idr[0] & SMMU_IDR0_S1P) || !(m->idr[0] & SMMU_IDR0_HYP) ||
	       config != SMMU_STE_CONFIG_S1;
}

static u8 stall_model(struct mock_smmu *m)
{
	return FIELD_GET(SMMU_IDR0_STALL_MODEL, m->idr[0]);
}

static bool ats_illegal(struct mock_smmu *m, const u64 *w, u8 config)
{
	bool s2s = w[2] & SMMU_STE2_S2S;

	if (!(m->idr[0] & SMMU_IDR0_ATS) || config == SMMU_STE_CONFIG_BYPASS)
		return false;
	switch (FIELD_GET(SMMU_STE1_EATS, w[1])) {
	case SMMU_EATS_S1CHK:
		return config != SMMU_STE_CONFIG_NESTED || s2s ||
		       m->idr[0] & SMMU_IDR0_NS1ATS;
	case SMMU_EATS_TRANS:
		return config != SMMU_STE_CONFIG_S1 && s2s;
	default:
		return false;
	}
}

static bool stage1_illegal(struct mock_smmu *m, const u64 *w)
{
	u8 ssidsize = FIELD_GET(SMMU_IDR1_SSIDSIZE, m->idr[1]);
	u8 s1cdmax = FIELD_GET(SMMU_STE0_S1CDMAX, w[0]);
	u8 fmt = FIELD_GET(SMMU_STE0_S1FMT, w[0]);

	if (w[1] & SMMU_STE1_S1STALLD && stall_model(m) != SMMU_STALL_MODEL_BOTH)
		return true;
	if (ssidsize && s1cdmax > ssidsize)
		return true;
	if (ssidsize && s1cdmax && !(m->idr[0] & SMMU_IDR0_CD2L) &&
	    (fmt == SMMU_S1FMT_4K_L2 || fmt == SMMU_S1FMT_64K_L2))
		return true;
	/* 3.4.3: the same for an IPA, IAS being OAS */
	return (w[0] & SMMU_STE0_S1CONTEXTPTR) >> mock_smmu_oas(m);
}

/*
 * AArch64.S2InvalidSL() of the Arm ARM: start levels that the granule and the
 * size of physical addresses do not have.
 */
static bool decode_start(struct mock_smmu *m, u8 sl0, struct mock_smmu_tt *tt)
{
	u8 oas = mock_smmu_oas(m);

	switch (tt->granule) {
	case 12:
		if ((sl0 == 2 && oas < 44) ||
		    (sl0 == 3 && !(m->idr[3] & SMMU_IDR3_STT)))
			return false;
		tt->start = sl0 == 3 ? 3 : 2 - sl0;
		return true;
	case 14:
		if (sl0 == 3 || (sl0 == 2 && oas < 42))
			return false;
		break;
	default:
		if (sl0 == 3 || (sl0 == 2 && oas < 44))
			return false;
		break;
	}
	tt->start = 3 - sl0;
	return true;
}

/* AArch64.S2InconsistentSL(): up to 16 tables are concatenated */
static bool start_consistent(const struct mock_smmu_tt *tt)
{
	u8 least = mock_smmu_tt_shift(tt, tt->start) + 1;
	u8 most = least + (tt->granule - 3 - 1) + 4;

	return tt->input >= least && tt->input <= most;
}

static bool t0sz_valid(struct mock_smmu *m, u8 t0sz, u8 granule)
{
	u8 most = 39;
	u8 least;

	if (m->idr[3] & SMMU_IDR3_STT)
		most = granule == 16 ? 47 : 48;
	/* A 64K granule could have 52 bits if IAS had them */
	least = max(16, 64 - mock_smmu_oas(m));
	return t0sz >= least && t0sz <= most;
}

/* Decode and check S2TG, S2T0SZ, S2SL0, S2PS, S2TTB */
static bool decode_stage2_tables(struct mock_smmu *m, const u64 *w,
				 struct mock_smmu_tt *tt)
{
	u64 ttb = w[3] & SMMU_STE3_S2TTB;
	u8 t0sz = FIELD_GET(SMMU_STE2_S2T0SZ, w[2]);

	tt->granule = mock_smmu_tg0_granule(FIELD_GET(SMMU_STE2_S2TG, w[2]));
	if (!mock_smmu_granule_supported(m, tt->granule))
		return false;
	tt->output = mock_smmu_output_size(m, FIELD_GET(SMMU_STE2_S2PS, w[2]));
	if (ttb >> tt->output)
		return false;
	if (!t0sz_valid(m, t0sz, tt->granule))
		return false;
	tt->input = 64 - t0sz;
	if (!decode_start(m, FIELD_GET(SMMU_STE2_S2SL0, w[2]), tt) ||
	    !start_consistent(tt))
		return false;
	tt->base = mock_smmu_tt_align(ttb, tt);
	return true;
}

/* Decode and check what concerns stage 2 */
static bool decode_stage2(struct mock_smmu *m, const u64 *w,
			  struct mock_smmu_ste *ste)
{
	u8 httu = FIELD_GET(SMMU_IDR0_HTTU, m->idr[0]);
	bool ha = w[2] & SMMU_STE2_S2HA;
	bool hd = w[2] & SMMU_STE2_S2HD;
	bool be = w[2] & SMMU_STE2_S2ENDI;

	ste->s2s = w[2] & SMMU_STE2_S2S;
	ste->s2r = w[2] & SMMU_STE2_S2R;
	ste->s2ptw = w[2] & SMMU_STE2_S2PTW;
	ste->s2fwb = m->idr[3] & SMMU_IDR3_FWB && w[1] & SMMU_STE1_S2FWB;
	if (ste->s2s && stall_model(m) == SMMU_STALL_MODEL_NONE)
		return false;
	if (!ste->s2s && stall_model(m) == SMMU_STALL_MODEL_FORCE)
		return false;
	/* Tables of AArch32 are not supported (IDR0.TTF) */
	if (!(w[2] & SMMU_STE2_S2AA64))
		return false;
	if ((ha || hd) && httu < SMMU_HTTU_ACCESS)
		return false;
	if (hd && httu < SMMU_HTTU_ACCESS_DIRTY)
		return false;
	if (!decode_stage2_tables(m, w, &ste->tt2))
		return false;
	if (!mock_smmu_endian_supported(m, be))
		return false;
	ste->tt2.be = be;
	ste->tt2.affd = w[2] & SMMU_STE2_S2AFFD;
	ste->tt2.ha = ha;
	ste->tt2.hd = ha && hd;
	return true;
}

/* IgnoreSTES2VMID() of 5.2.2, for a stream that translates */
static bool decode_vmid(struct mock_smmu *m, const u64 *w,
			struct mock_smmu_ste *ste)
{
	u16 vmid = FIELD_GET(SMMU_STE2_S2VMID, w[2]);

	if (!(m->idr[0] & SMMU_IDR0_S2P) || ste->world != MOCK_SMMU_WORLD_EL1)
		return true;
	if (!(m->idr[0] & SMMU_IDR0_VMID16) && vmid >> 8)
		return false;
	ste->vmid = vmid;
	return true;
}

static bool decode_world(struct mock_smmu *m, const u64 *w,
			 struct mock_smmu_ste *ste)
{
	ste->world = MOCK_SMMU_WORLD_EL1;
	if (strw_unused(m, ste->config))
		return true;
	switch (FIELD_GET(SMMU_STE1_STRW, w[1])) {
	case SMMU_STRW_NSEL1:
		return true;
	case SMMU_STRW_EL2:
		ste->world = m->cr2 & SMMU_CR2_E2H ? MOCK_SMMU_WORLD_E2H :
						     MOCK_SMMU_WORLD_EL2;
		return true;
	default:
		return false;
	}
}

/* Fields that every stream has that lets requests through */
static void decode_common(struct mock_smmu *m, const u64 *w,
			  struct mock_smmu_ste *ste)
{
	ste->mev = w[1] & SMMU_STE1_MEV;
	ste->ppar = w[1] & SMMU_STE1_PPAR;
	ste->eats = FIELD_GET(SMMU_STE1_EATS, w[1]);
	if (m->idr[1] & SMMU_IDR1_ATTR_PERMS_OVR) {
		ste->privcfg = FIELD_GET(SMMU_STE1_PRIVCFG, w[1]);
		ste->instcfg = FIELD_GET(SMMU_STE1_INSTCFG, w[1]);
	}
	ste->input = mock_smmu_attr_override(false, 0, SMMU_SHCFG_INCOMING);
	if (m->idr[1] & SMMU_IDR1_ATTR_TYPES_OVR)
		ste->input = mock_smmu_attr_override(w[1] & SMMU_STE1_MTCFG,
						     FIELD_GET(SMMU_STE1_MEMATTR, w[1]),
						     FIELD_GET(SMMU_STE1_SHCFG, w[1]));
}

static void decode_stage1(struct mock_smmu *m, const u64 *w,
			  struct mock_smmu_ste *ste)
{
	ste->s1ctxptr = w[0] & SMMU_STE0_S1CONTEXTPTR;
	ste->s1stalld = w[1] & SMMU_STE1_S1STALLD;
	if (!FIELD_GET(SMMU_IDR1_SSIDSIZE, m->idr[1]))
		return;
	ste->s1cdmax = FIELD_GET(SMMU_STE0_S1CDMAX, w[0]);
	ste->s1fmt = FIELD_GET(SMMU_STE0_S1FMT, w[0]);
	ste->s1dss = FIELD_GET(SMMU_STE1_S1DSS, w[1]);
}

/* 5.2.2, in its order. Returns false if the STE is ILLEGAL */
static bool decode_ste(struct mock_smmu *m, const u64 *w,
		       struct mock_smmu_ste *ste)
{
	if (!(w[0] & SMMU_STE0_V))
		return false;
	ste->config = FIELD_GET(SMMU_STE0_CONFIG, w[0]);
	if (!(ste->config & SMMU_STE_CONFIG_BYPASS))
		return true;
	ste->s1 = ste->config & 1;
	ste->s2 = ste->config & 2;
	decode_common(m, w, ste);
	if (ste->s1 && !(m->idr[0] & SMMU_IDR0_S1P))
		return false;
	if (ste->s2 && !(m->idr[0] & SMMU_IDR0_S2P))
		return false;
	if (ats_illegal(m, w, ste->config))
		return false;
	if (!decode_world(m, w, ste))
		return false;
	if (ste->s1) {
		if (stage1_illegal(m, w))
			return false;
		decode_stage1(m, w, ste);
	}
	if (ste->s2 && !decode_stage2(m, w, ste))
		return false;
	return (!ste->s1 && !ste->s2) || decode_vmid(m, w, ste);
}

static u8 fetch_ste(struct mock_smmu_walk *w)
{
	u64 words[SMMU_STE_WORDS];
	bool aborts;
	u64 pa;
	u8 id;

	id = locate_ste(w, &pa);
	if (id)
		return id;
	aborts = pa >> mock_smmu_oas(w->m) ||
		 mock_smmu_read_words(w->m, pa, words, SMMU_STE_WORDS);
	if (mock_walking(w->m->mi))
		mock_smmu_walk_ste(w, pa, aborts ? NULL : words);
	if (aborts)
		return mock_smmu_fault(w, SMMU_EVT_F_STE_FETCH, false, 0, pa);
	w->ste_mem = (struct mock_smmu_ste){};
	if (!decode_ste(w->m, words, &w->ste_mem))
		w->ste_mem = (struct mock_smmu_ste){ .illegal = true };
	w->ste = &w->ste_mem;
	/* 5.2.1: cached in whatever state */
	mock_smmu_ste_insert(w->m, w->sid, w->ste);
	return 0;
}

/**
 * mock_smmu_find_ste() - find the STE of a request
 * @w: the request, @w->ste is set unless it could not be fetched
 *
 * Return: 0 or an event
 */
u8 mock_smmu_find_ste(struct mock_smmu_walk *w)
{
	u8 id = 0;

	if ((u64)w->sid >> effective_log2size(w->m))
		return SMMU_EVT_C_BAD_STREAMID;
	w->ste = mock_smmu_ste_lookup(w->m, w->sid);
	if (!w->ste)
		id = fetch_ste(w);
	if (!id && w->ste->illegal)
		id = SMMU_EVT_C_BAD_STE;
	return id;
}
