// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: tests of translation requests and translated requests (3.9.1) */
#include "tables.h"

#define IOVA	0x0000123456789000ULL
#define GPA	0x0000003210987000ULL
#define PAGE	0x00003eb9c4d5e000ULL

struct ats {
	struct mock_smmu_rig *rig;
	struct mock_smmu_rig_tree *s1;
	u64 *ste;
	u64 *cd;
	u64 *leaf1;
	u64 *leaf2;
};

/* Both stages, two CDs; without SubstreamID the first one is used */
static void build_tables(struct kunit *test, struct ats *a, u8 eats)
{
	a->rig = mock_smmu_rig_create(test);
	a->s1 = mock_smmu_rig_nested(a->rig);
	a->ste = mock_smmu_rig_ste(a->rig, RIG_SID);
	a->cd = mock_smmu_rig_cd(a->rig, RIG_SID);
	a->leaf1 = mock_smmu_rig_desc(a->s1, IOVA, 3);
	*a->leaf1 = GPA | RIG_PAGE1;
	a->leaf2 = mock_smmu_rig_desc(a->s1->s2, GPA, 3);
	*a->leaf2 = PAGE | RIG_PAGE2;
	a->ste[0] |= FIELD_PREP(SMMU_STE0_S1CDMAX, 1);
	a->ste[1] = FIELD_PREP(SMMU_STE1_EATS, eats) |
		    FIELD_PREP(SMMU_STE1_S1DSS, SMMU_S1DSS_SSID0);
	mock_smmu_rig_set_cd(a->cd + SMMU_CD_WORDS, a->s1, RIG_ASID);
	a->rig->m.cr0 |= SMMU_CR0_ATSCHK;
}

static u8 ask_translation(struct ats *a, u64 addr, bool write,
			  struct mock_xlate *res)
{
	struct mock_req req = mock_smmu_rig_req(RIG_SID, addr, write);

	req.at = MOCK_AT_TRANSLATION;
	mock_smmu_rig_flush(a->rig);
	return mock_smmu_rig_send(a->rig, &req, res);
}

static u8 use_translated(struct ats *a, u64 addr, bool write,
			 struct mock_xlate *res)
{
	struct mock_req req = mock_smmu_rig_req(RIG_SID, addr, write);

	req.at = MOCK_AT_TRANSLATED;
	mock_smmu_rig_flush(a->rig);
	return mock_smmu_rig_send(a->rig, &req, res);
}

/* Success, but no access: R and W are 0, of the smallest size */
static void expect_no_access(struct ats *a, u64 addr)
{
	struct kunit *test = a->rig->test;
	struct mock_xlate res;

	KUNIT_EXPECT_EQ(test, ask_translation(a, addr, true, &res), 0);
	KUNIT_EXPECT_EQ(test, a->rig->ret, 0);
	KUNIT_EXPECT_FALSE(test, res.read || res.write || res.exec);
	KUNIT_EXPECT_EQ(test, res.lg2, 12);
}

static void ats_test_full(struct kunit *test)
{
	struct mock_xlate res;
	struct ats a;

	build_tables(test, &a, SMMU_EATS_TRANS);
	KUNIT_EXPECT_EQ(test, ask_translation(&a, IOVA, true, &res), 0);
	KUNIT_EXPECT_EQ(test, res.pa, PAGE);
	KUNIT_EXPECT_EQ(test, res.lg2, 12);
	KUNIT_EXPECT_TRUE(test, res.read && res.write);
	KUNIT_EXPECT_FALSE(test, res.exec || res.priv || res.global);
	/* 13.7.1: a dirty page may be written even if that was not asked for */
	KUNIT_EXPECT_EQ(test, ask_translation(&a, IOVA, false, &res), 0);
	KUNIT_EXPECT_TRUE(test, res.read && res.write);
	KUNIT_EXPECT_EQ(test, use_translated(&a, PAGE + 5, true, &res), 0);
	KUNIT_EXPECT_EQ(test, res.pa, PAGE + 5);

	/* 3.9.1.2: translation-related faults of either stage */
	expect_no_access(&a, BIT_ULL(52));
	expect_no_access(&a, IOVA + SZ_4K);
	*a.leaf1 &= ~SMMU_PTE_AF;
	expect_no_access(&a, IOVA);
	*a.leaf1 = (GPA + SZ_4K) | RIG_PAGE1;
	expect_no_access(&a, IOVA);
	*a.leaf1 = GPA | RIG_PAGE1;
	*a.leaf2 &= ~SMMU_PTE_AF;
	expect_no_access(&a, IOVA);
	*a.leaf2 = PAGE | RIG_PAGE2;
	a.ste[2] &= ~SMMU_STE2_S2PS;
	a.ste[2] |= FIELD_PREP(SMMU_STE2_S2PS, SMMU_OAS_40);
	expect_no_access(&a, IOVA);
	a.ste[2] |= FIELD_PREP(SMMU_STE2_S2PS, SMMU_OAS_48);
	/* Of the CD's fetch and of the walk of stage 1, permission too */
	*mock_smmu_rig_desc(a.s1->s2, a.s1->root, 3) &= ~SMMU_PTE_S2AP_R;
	expect_no_access(&a, IOVA);
	*mock_smmu_rig_desc(a.s1->s2, a.s1->root, 3) |= SMMU_PTE_S2AP_R;
	*mock_smmu_rig_desc(a.s1->s2, a.ste[0] & SMMU_STE0_S1CONTEXTPTR, 3) &=
		~SMMU_PTE_S2AP_R;
	expect_no_access(&a, IOVA);
	/* CD.S and S2S mean nothing to it, nor does CD.A */
	*mock_smmu_rig_desc(a.s1->s2, a.ste[0] & SMMU_STE0_S1CONTEXTPTR, 3) |=
		SMMU_PTE_S2AP_R;
	a.cd[0] |= SMMU_CD0_S;
	a.cd[0] &= ~SMMU_CD0_A;
	expect_no_access(&a, IOVA + SZ_4K);
}

/* 13.7: permissions that are granted, by the table's examples */
static void ats_test_permissions(struct kunit *test)
{
	static const struct {
		u64 leaf;
		bool write;
		bool exe;
		bool priv;
		u8 instcfg;
		bool r;
		bool w;
		bool x;
	} tries[] = {
		{ SMMU_PTE_AP_EL0 | SMMU_PTE_AP_RO, false, false, false, 0, 1, 0, 0 },
		{ SMMU_PTE_AP_EL0, true, false, false, 0, 1, 1, 0 },
		{ 0, true, false, true, 0, 1, 1, 0 },
		{ SMMU_PTE_AP_EL0 | SMMU_PTE_UXN, true, true, false, 0, 1, 1, 0 },
		{ SMMU_PTE_AP_EL0, true, true, false, 0, 1, 1, 1 },
		/* Execute only: nothing, unless all reads are instructions */
		{ 0, true, true, false, 0, 0, 0, 0 },
		{ 0, true, true, false, 3, 1, 0, 1 },
		{ 0, true, false, false, 3, 1, 0, 0 },
		{ SMMU_PTE_AP_EL0 | SMMU_PTE_UXN, true, true, false, 3, 0, 1, 0 },
		/* All are data: execution is reading */
		{ SMMU_PTE_AP_EL0 | SMMU_PTE_UXN, true, true, false, 2, 1, 1, 1 },
		{ SMMU_PTE_AP_EL0 | SMMU_PTE_UXN, true, false, false, 2, 1, 1, 0 },
	};
	struct mock_xlate res;
	struct ats a;
	int i;

	build_tables(test, &a, SMMU_EATS_TRANS);
	for (i = 0; i < ARRAY_SIZE(tries); i++) {
		struct mock_req req;

		req = mock_smmu_rig_req_ssid(RIG_SID, 1, IOVA, tries[i].write);
		req.at = MOCK_AT_TRANSLATION;
		req.exec = tries[i].exe;
		req.priv = tries[i].priv;
		a.ste[1] &= ~SMMU_STE1_INSTCFG;
		a.ste[1] |= FIELD_PREP(SMMU_STE1_INSTCFG, tries[i].instcfg);
		*a.leaf1 = GPA | (RIG_PAGE1 & ~SMMU_PTE_AP_EL0) | tries[i].leaf;
		mock_smmu_rig_flush(a.rig);
		KUNIT_EXPECT_EQ(test, mock_smmu_rig_send(a.rig, &req, &res), 0);
		KUNIT_EXPECT_EQ_MSG(test, tries[i].r, res.read, "case %d", i);
		KUNIT_EXPECT_EQ_MSG(test, tries[i].w, res.write, "case %d", i);
		KUNIT_EXPECT_EQ_MSG(test, tries[i].x, res.exec, "case %d", i);
		KUNIT_EXPECT_EQ(test, tries[i].priv, res.priv);
	}
	/* PRIVCFG decides, but the answer has the request's privilege */
	a.ste[1] = FIELD_PREP(SMMU_STE1_EATS, SMMU_EATS_TRANS) |
		   FIELD_PREP(SMMU_STE1_S1DSS, SMMU_S1DSS_SSID0) |
		   FIELD_PREP(SMMU_STE1_PRIVCFG, SMMU_PRIVCFG_PRIV);
	*a.leaf1 = GPA | (RIG_PAGE1 & ~SMMU_PTE_AP_EL0);
	KUNIT_EXPECT_EQ(test, ask_translation(&a, IOVA, true, &res), 0);
	KUNIT_EXPECT_TRUE(test, res.read && res.write);
	KUNIT_EXPECT_FALSE(test, res.priv);
}

/* 3.9.1.2: nothing granted by stage 1, stage 2 is not asked */
static void ats_test_no_grant(struct kunit *test)
{
	struct mock_xlate res;
	struct ats a;

	build_tables(test, &a, SMMU_EATS_TRANS);
	*a.leaf1 = GPA | (RIG_PAGE1 & ~SMMU_PTE_AP_EL0) | SMMU_PTE_UXN;
	*mock_smmu_rig_desc(a.s1->s2, GPA, 1) = RIG_NOT_RAM | RIG_TABLE;
	KUNIT_EXPECT_EQ(test, ask_translation(&a, IOVA, true, &res), 0);
	KUNIT_EXPECT_EQ(test, a.rig->ret, 0);
	KUNIT_EXPECT_FALSE(test, res.read || res.write);
	/* 13.7: nor is an access flag set */
	a.cd[0] |= SMMU_CD0_HA;
	*a.leaf1 &= ~SMMU_PTE_AF;
	KUNIT_EXPECT_EQ(test, ask_translation(&a, IOVA, true, &res), 0);
	KUNIT_EXPECT_FALSE(test, *a.leaf1 & SMMU_PTE_AF);
	*a.leaf1 = GPA | RIG_PAGE1;
	KUNIT_EXPECT_EQ(test, ask_translation(&a, IOVA, true, &res), 0);
	KUNIT_EXPECT_EQ(test, a.rig->ret, -EFAULT);
}

/* Who may use ATS: STE.EATS, Config, ATSCHK */
static void ats_test_enable(struct kunit *test)
{
	static const struct {
		u8 eats;
		bool atschk;
		u8 ask;
		u8 use;
	} tries[] = {
		{ 0, 0, SMMU_EVT_F_BAD_ATS_TREQ, 0 },
		{ 0, 1, SMMU_EVT_F_BAD_ATS_TREQ, SMMU_EVT_F_TRANSL_FORBIDDEN },
		{ 1, 0, 0, 0 },
		{ 1, 1, 0, 0 },
		{ 2, 0, SMMU_EVT_F_BAD_ATS_TREQ, 0 },
		{ 2, 1, 0, 0 },
		{ 3, 0, SMMU_EVT_F_BAD_ATS_TREQ, 0 },
		{ 3, 1, SMMU_EVT_F_BAD_ATS_TREQ, SMMU_EVT_F_TRANSL_FORBIDDEN },
	};
	struct mock_xlate res;
	struct ats a;
	int i;

	build_tables(test, &a, 0);
	for (i = 0; i < ARRAY_SIZE(tries); i++) {
		a.ste[1] &= ~SMMU_STE1_EATS;
		a.ste[1] |= FIELD_PREP(SMMU_STE1_EATS, tries[i].eats);
		a.rig->m.cr0 &= ~SMMU_CR0_ATSCHK;
		a.rig->m.cr0 |= tries[i].atschk ? SMMU_CR0_ATSCHK : 0;
		KUNIT_EXPECT_EQ(test, tries[i].ask,
				ask_translation(&a, IOVA, true, &res));
		KUNIT_EXPECT_EQ(test, tries[i].ask ? -EFAULT : 0, a.rig->ret);
		KUNIT_EXPECT_FALSE(test, tries[i].ask && a.rig->ev.rnw);
		/* Split-stage: by stage 2, what is mapped there is the IPA */
		KUNIT_EXPECT_EQ(test, tries[i].use,
				use_translated(&a, tries[i].eats == 2 &&
					       tries[i].atschk ? GPA : PAGE,
					       false, &res));
		KUNIT_EXPECT_EQ(test, tries[i].use ? -EFAULT : 0, a.rig->ret);
		if (!tries[i].use)
			KUNIT_EXPECT_EQ(test, res.pa, PAGE);
	}

	/* Bypass: as if EATS was 0. Abort: silent */
	a.rig->m.cr0 |= SMMU_CR0_ATSCHK;
	a.ste[1] = FIELD_PREP(SMMU_STE1_EATS, SMMU_EATS_TRANS);
	a.ste[0] &= ~SMMU_STE0_CONFIG;
	a.ste[0] |= FIELD_PREP(SMMU_STE0_CONFIG, SMMU_STE_CONFIG_BYPASS);
	KUNIT_EXPECT_EQ(test, ask_translation(&a, IOVA, true, &res),
			SMMU_EVT_F_BAD_ATS_TREQ);
	KUNIT_EXPECT_EQ(test, use_translated(&a, IOVA, true, &res),
			SMMU_EVT_F_TRANSL_FORBIDDEN);
	a.rig->m.cr0 &= ~SMMU_CR0_ATSCHK;
	KUNIT_EXPECT_EQ(test, use_translated(&a, IOVA, true, &res), 0);
	KUNIT_EXPECT_EQ(test, a.rig->ret, 0);
	/* 3.9.1.1: an address check there is in any case */
	KUNIT_EXPECT_EQ(test, use_translated(&a, BIT_ULL(48), true, &res), 0);
	KUNIT_EXPECT_EQ(test, a.rig->ret, -EFAULT);
	a.rig->m.cr0 |= SMMU_CR0_ATSCHK;
	a.ste[0] &= ~SMMU_STE0_CONFIG;
	KUNIT_EXPECT_EQ(test, ask_translation(&a, IOVA, true, &res), 0);
	KUNIT_EXPECT_EQ(test, a.rig->ret, -EFAULT);
	KUNIT_EXPECT_EQ(test, use_translated(&a, IOVA, true, &res), 0);
	KUNIT_EXPECT_EQ(test, a.rig->ret, -EFAULT);

	/* An SMMU without ATS */
	a.rig->m.idr[0] &= ~SMMU_IDR0_ATS;
	a.ste[0] |= FIELD_PREP(SMMU_STE0_CONFIG, SMMU_STE_CONFIG_NESTED);
	KUNIT_EXPECT_EQ(test, ask_translation(&a, IOVA, true, &res), 0);
	KUNIT_EXPECT_EQ(test, a.rig->ret, -EFAULT);
}

/* 3.9.1.2, 3.9.1.3: configuration errors, recorded if REC_CFG_ATS says so */
static void ats_test_config_errors(struct kunit *test)
{
	struct mock_xlate res;
	struct ats a;
	int rec;

	build_tables(test, &a, SMMU_EATS_TRANS);
	for (rec = 0; rec < 2; rec++) {
		u64 ste1 = a.ste[1], ste0 = a.ste[0], cd0 = a.cd[0];
		u64 top = *mock_smmu_rig_desc(a.s1, IOVA, 0);

		a.rig->m.cr2 = SMMU_CR2_RECINVSID |
			       (rec ? SMMU_CR2_REC_CFG_ATS : 0);
		a.ste[0] &= ~SMMU_STE0_V;
		KUNIT_EXPECT_EQ(test, rec ? SMMU_EVT_C_BAD_STE : 0,
				ask_translation(&a, IOVA, true, &res));
		KUNIT_EXPECT_EQ(test, a.rig->ret, -EFAULT);
		KUNIT_EXPECT_EQ(test, rec ? SMMU_EVT_C_BAD_STE : 0,
				use_translated(&a, PAGE, true, &res));
		KUNIT_EXPECT_EQ(test, a.rig->ret, -EFAULT);
		a.ste[0] = ste0;
		a.ste[1] &= ~SMMU_STE1_S1DSS;
		KUNIT_EXPECT_EQ(test, rec ? SMMU_EVT_F_STREAM_DISABLED : 0,
				ask_translation(&a, IOVA, true, &res));
		KUNIT_EXPECT_EQ(test, a.rig->ret, -EFAULT);
		/* Of a translated request, substreams are not looked at */
		KUNIT_EXPECT_EQ(test, use_translated(&a, PAGE, true, &res), 0);
		KUNIT_EXPECT_EQ(test, a.rig->ret, 0);
		a.ste[1] = ste1;
		a.cd[0] = 0;
		KUNIT_EXPECT_EQ(test, rec ? SMMU_EVT_C_BAD_CD : 0,
				ask_translation(&a, IOVA, true, &res));
		KUNIT_EXPECT_EQ(test, a.rig->ret, -EFAULT);
		a.cd[0] = cd0;
		*mock_smmu_rig_desc(a.s1->s2, a.s1->root, 3) ^= BIT_ULL(47);
		KUNIT_EXPECT_EQ(test, rec ? SMMU_EVT_F_WALK_EABT : 0,
				ask_translation(&a, IOVA, true, &res));
		KUNIT_EXPECT_EQ(test, a.rig->ret, -EFAULT);
		*mock_smmu_rig_desc(a.s1->s2, a.s1->root, 3) ^= BIT_ULL(47);
		KUNIT_EXPECT_EQ(test, top, *mock_smmu_rig_desc(a.s1, IOVA, 0));

		/* RECINVSID concerns translation requests only */
		a.rig->m.strtab_cfg = 1;
		KUNIT_EXPECT_EQ(test, rec ? SMMU_EVT_C_BAD_STREAMID : 0,
				ask_translation(&a, IOVA, true, &res));
		a.rig->m.cr2 &= ~SMMU_CR2_RECINVSID;
		KUNIT_EXPECT_EQ(test, ask_translation(&a, IOVA, true, &res), 0);
		KUNIT_EXPECT_EQ(test, a.rig->ret, -EFAULT);
		KUNIT_EXPECT_EQ(test, rec ? SMMU_EVT_C_BAD_STREAMID : 0,
				use_translated(&a, PAGE, true, &res));
		KUNIT_EXPECT_EQ(test, a.rig->ret, -EFAULT);
		a.rig->m.strtab_cfg = 6;
	}
}

/* 13.6.3: the device gets an IPA, and stage 2 translates that */
static void ats_test_split(struct kunit *test)
{
	struct mock_xlate res;
	struct ats a;

	build_tables(test, &a, SMMU_EATS_S1CHK);
	KUNIT_EXPECT_EQ(test, ask_translation(&a, IOVA, true, &res), 0);
	KUNIT_EXPECT_EQ(test, res.pa, GPA);
	KUNIT_EXPECT_TRUE(test, res.read && res.write);
	KUNIT_EXPECT_EQ(test, use_translated(&a, GPA + 0x123, true, &res), 0);
	KUNIT_EXPECT_EQ(test, res.pa, PAGE + 0x123);

	/* Permissions of both stages, when asked and when used */
	*a.leaf2 &= ~SMMU_PTE_S2AP_W;
	KUNIT_EXPECT_EQ(test, ask_translation(&a, IOVA, true, &res), 0);
	KUNIT_EXPECT_FALSE(test, res.write);
	KUNIT_EXPECT_EQ(test, use_translated(&a, GPA, false, &res), 0);
	KUNIT_EXPECT_EQ(test, use_translated(&a, GPA, true, &res),
			SMMU_EVT_F_PERMISSION);
	KUNIT_EXPECT_EQ(test, a.rig->ret, -EFAULT);
	KUNIT_EXPECT_TRUE(test, a.rig->ev.s2);
	KUNIT_EXPECT_EQ(test, a.rig->ev.class, SMMU_EVT_CLASS_IN);
	KUNIT_EXPECT_EQ(test, use_translated(&a, PAGE, true, &res),
			SMMU_EVT_F_TRANSLATION);
	a.ste[2] &= ~SMMU_STE2_S2R;
	KUNIT_EXPECT_EQ(test, use_translated(&a, PAGE, true, &res), 0);
	KUNIT_EXPECT_EQ(test, a.rig->ret, -EFAULT);
	/* The check against IAS is stage 1's */
	KUNIT_EXPECT_EQ(test, use_translated(&a, BIT_ULL(48), true, &res),
			SMMU_EVT_F_ADDR_SIZE);
	KUNIT_EXPECT_FALSE(test, a.rig->ev.s2);
	KUNIT_EXPECT_EQ(test, a.rig->ret, -EFAULT);
	/* 13.7: overrides count when it is used, too */
	*a.leaf2 = PAGE | RIG_PAGE2 | FIELD_PREP(SMMU_PTE_S2XN, 2);
	a.ste[1] |= FIELD_PREP(SMMU_STE1_INSTCFG, SMMU_INSTCFG_INST);
	a.ste[2] |= SMMU_STE2_S2R;
	KUNIT_EXPECT_EQ(test, use_translated(&a, GPA, false, &res),
			SMMU_EVT_F_PERMISSION);
	KUNIT_EXPECT_TRUE(test, a.rig->ev.ind);
	KUNIT_EXPECT_EQ(test, use_translated(&a, GPA, true, &res), 0);
}

/* 13.6.4, 13.6.5: without SubstreamID stage 1 is skipped */
static void ats_test_skip(struct kunit *test)
{
	struct mock_xlate res;
	struct mock_req req;
	struct ats a;

	build_tables(test, &a, SMMU_EATS_TRANS);
	a.ste[1] = FIELD_PREP(SMMU_STE1_EATS, SMMU_EATS_TRANS) |
		   FIELD_PREP(SMMU_STE1_S1DSS, SMMU_S1DSS_BYPASS);
	KUNIT_EXPECT_EQ(test, ask_translation(&a, GPA, true, &res), 0);
	KUNIT_EXPECT_EQ(test, res.pa, PAGE);
	expect_no_access(&a, IOVA);
	expect_no_access(&a, BIT_ULL(48));
	/* With one it is not */
	req = mock_smmu_rig_req_ssid(RIG_SID, 1, IOVA, true);
	req.at = MOCK_AT_TRANSLATION;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_send(a.rig, &req, &res), 0);
	KUNIT_EXPECT_EQ(test, res.pa, PAGE);

	a.ste[1] ^= SMMU_STE1_EATS;	/* split-stage */
	KUNIT_EXPECT_EQ(test, ask_translation(&a, GPA, true, &res), 0);
	KUNIT_EXPECT_EQ(test, res.pa, GPA);
	KUNIT_EXPECT_EQ(test, res.lg2, 12);
	*a.leaf2 &= ~SMMU_PTE_S2AP_W;
	KUNIT_EXPECT_EQ(test, ask_translation(&a, GPA, true, &res), 0);
	KUNIT_EXPECT_TRUE(test, res.read);
	KUNIT_EXPECT_FALSE(test, res.write);

	/* Stage 1 alone: as if there was no translation */
	a.ste[1] ^= SMMU_STE1_EATS;
	a.ste[0] ^= FIELD_PREP(SMMU_STE0_CONFIG, 2);
	KUNIT_EXPECT_EQ(test, ask_translation(&a, IOVA, true, &res), 0);
	KUNIT_EXPECT_EQ(test, res.pa, IOVA);
	KUNIT_EXPECT_TRUE(test, res.read && res.write);
	KUNIT_EXPECT_FALSE(test, res.exec);
	expect_no_access(&a, BIT_ULL(48));
}

/* 3.9.1: the smallest translation unit is the smallest granule */
static void ats_test_stu(struct kunit *test)
{
	static const struct {
		u32 without;
		u8 lg2;
	} tries[] = {
		{ 0, 12 }, { SMMU_IDR5_GRAN4K, 14 },
		{ SMMU_IDR5_GRAN4K | SMMU_IDR5_GRAN16K, 16 },
	};
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *s1 = mock_smmu_rig_stage1(rig, 16, 48, NULL);
	u64 cd = mock_smmu_rig_alloc(rig, NULL, 0);
	struct mock_xlate res;
	int i;

	mock_smmu_rig_set_cd(mock_smmu_rig_at(rig, cd), s1, RIG_ASID);
	mock_smmu_rig_set_stage1(rig, RIG_SID, cd, 0);
	mock_smmu_rig_ste(rig, RIG_SID)[1] = FIELD_PREP(SMMU_STE1_EATS,
							SMMU_EATS_TRANS);
	for (i = 0; i < ARRAY_SIZE(tries); i++) {
		struct mock_req req = mock_smmu_rig_req(RIG_SID, IOVA, true);

		req.at = MOCK_AT_TRANSLATION;
		rig->m.idr[5] &= ~tries[i].without;
		mock_smmu_rig_flush(rig);
		KUNIT_EXPECT_EQ(test, mock_smmu_rig_send(rig, &req, &res), 0);
		KUNIT_EXPECT_EQ(test, rig->ret, 0);
		KUNIT_EXPECT_EQ(test, tries[i].lg2, res.lg2);
	}
}

static struct kunit_case ats_test_cases[] = {
	KUNIT_CASE(ats_test_full),
	KUNIT_CASE(ats_test_permissions),
	KUNIT_CASE(ats_test_no_grant),
	KUNIT_CASE(ats_test_enable),
	KUNIT_CASE(ats_test_config_errors),
	KUNIT_CASE(ats_test_split),
	KUNIT_CASE(ats_test_skip),
	KUNIT_CASE(ats_test_stu),
	{}
};

static struct kunit_suite ats_test_suite = {
	.name = "iommu_mock_smmuv3_ats",
	.test_cases = ats_test_cases,
};

kunit_test_suite(ats_test_suite);
