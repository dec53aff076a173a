// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: tests of permissions (13.4, Arm ARM D8.4) */
#include "tables.h"

#define IOVA	0x0000123456789000ULL
#define PAGE	0x00003eb9c4d5e000ULL

/* What a request of each kind gets: bits as MOCK_SMMU_PERM_x */
static u8 granted_perms(struct mock_smmu_rig *rig, bool s2)
{
	u8 got = 0;
	int bit;

	for (bit = 0; bit < 6; bit++) {
		struct mock_req req =
			s2 ? mock_smmu_rig_req(RIG_SID, IOVA, false) :
			     mock_smmu_rig_req_ssid(RIG_SID, 0, IOVA, false);
		u64 *ste = mock_smmu_rig_ste(rig, RIG_SID);
		bool priv = bit < 3;
		u8 id;

		/* Without a SubstreamID, the STE says what the request is */
		req.write = bit % 3 == 1;
		req.exec = bit % 3 == 2;
		req.priv = priv;
		if (s2)
			ste[1] = FIELD_PREP(SMMU_STE1_PRIVCFG, priv ? 3 : 2) |
				 FIELD_PREP(SMMU_STE1_INSTCFG,
					    bit % 3 == 2 ? 3 : 2);
		mock_smmu_inval_ste(&rig->m, RIG_SID, 0, false);
		id = mock_smmu_rig_send(rig, &req, NULL);
		if (!id)
			got |= BIT(bit);
		else
			KUNIT_EXPECT_EQ(rig->test, id, SMMU_EVT_F_PERMISSION);
		if (id) {
			KUNIT_EXPECT_EQ(rig->test, s2, rig->ev.s2);
			KUNIT_EXPECT_EQ(rig->test, rig->ev.class,
					SMMU_EVT_CLASS_IN);
		}
	}
	return got;
}

static u8 granted_anew(struct mock_smmu_rig *rig, bool s2)
{
	u8 first;

	mock_smmu_rig_flush(rig);
	first = granted_perms(rig, s2);
	/* The TLB says the same as the walk */
	KUNIT_EXPECT_EQ(rig->test, first, granted_perms(rig, s2));
	return first;
}

#define PR	MOCK_SMMU_PERM_PR
#define PW	MOCK_SMMU_PERM_PW
#define PX	MOCK_SMMU_PERM_PX
#define UR	MOCK_SMMU_PERM_UR
#define UW	MOCK_SMMU_PERM_UW
#define UX	MOCK_SMMU_PERM_UX
#define EL0	SMMU_PTE_AP_EL0
#define RO	SMMU_PTE_AP_RO
#define PXN	SMMU_PTE_PXN
#define UXN	SMMU_PTE_UXN

struct perm1_case {
	u64 table;
	u64 leaf;
	u64 cd;
	u8 perms;
};

static const struct perm1_case perm1_cases[] = {
	/* AP, with everything executable */
	{ 0, 0, 0, PR | PW | PX | UX },
	{ 0, EL0, 0, PR | PW | UR | UW | UX },
	{ 0, RO, 0, PR | PX | UX },
	{ 0, RO | EL0, 0, PR | PX | UR | UX },
	/* PXN, UXN */
	{ 0, RO | EL0 | PXN, 0, PR | UR | UX },
	{ 0, RO | EL0 | UXN, 0, PR | PX | UR },
	{ 0, RO | EL0 | PXN | UXN, 0, PR | UR },
	/* WXN */
	{ 0, 0, SMMU_CD0_WXN, PR | PW | UX },
	{ 0, EL0, SMMU_CD0_WXN, PR | PW | UR | UW },
	{ 0, RO | EL0, SMMU_CD0_WXN, PR | PX | UR | UX },
	/* UWXN is ignored (5.4) */
	{ 0, RO | EL0, SMMU_CD0_UWXN, PR | PX | UR | UX },
	/* PAN: data only */
	{ 0, EL0, SMMU_CD0_PAN, UR | UW | UX },
	{ 0, RO | EL0, SMMU_CD0_PAN, PX | UR | UX },
	{ 0, 0, SMMU_CD0_PAN, PR | PW | PX | UX },
	/* Tables above */
	{ SMMU_PTE_APTABLE_RO, EL0, 0, PR | PX | UR | UX },
	{ SMMU_PTE_APTABLE_RO, EL0, SMMU_CD0_WXN, PR | PX | UR | UX },
	{ SMMU_PTE_APTABLE_EL0, EL0, 0, PR | PW | PX | UX },
	{ SMMU_PTE_APTABLE_EL0, EL0, SMMU_CD0_PAN, PR | PW | PX | UX },
	{ SMMU_PTE_APTABLE_EL0 | SMMU_PTE_APTABLE_RO, EL0, 0, PR | PX | UX },
	{ SMMU_PTE_PXNTABLE, RO | EL0, 0, PR | UR | UX },
	{ SMMU_PTE_UXNTABLE, RO | EL0, 0, PR | PX | UR },
};

/* A stream of 2 CDs, of which requests use the first */
static struct mock_smmu_rig_tree *build_stream(struct mock_smmu_rig *rig)
{
	struct mock_smmu_rig_tree *s1 = mock_smmu_rig_only_stage1(rig);

	mock_smmu_rig_ste(rig, RIG_SID)[0] |= FIELD_PREP(SMMU_STE0_S1CDMAX, 1);
	mock_smmu_rig_map(s1, IOVA, 3, PAGE | RIG_PAGE1);
	return s1;
}

static void perm_test_stage1(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *s1 = build_stream(rig);
	u64 *cd = mock_smmu_rig_cd(rig, RIG_SID);
	u64 good = cd[0];
	u8 level;
	int i;

	for (i = 0; i < ARRAY_SIZE(perm1_cases); i++) {
		const struct perm1_case *c = &perm1_cases[i];

		cd[0] = good | c->cd;
		cd[1] &= ~SMMU_CD1_HAD0;
		mock_smmu_rig_map(s1, IOVA, 3,
				  PAGE | (RIG_PAGE1 & ~EL0) | c->leaf);
		/* In any of the tables */
		for (level = 0; level < 3; level++) {
			*mock_smmu_rig_desc(s1, IOVA, level) |= c->table;
			KUNIT_EXPECT_EQ_MSG(test, c->perms,
					    granted_anew(rig, false),
					    "case %d level %u", i, level);
			*mock_smmu_rig_desc(s1, IOVA, level) &= ~c->table;
		}
		/* HAD: as if there were none */
		if (!c->table)
			continue;
		*mock_smmu_rig_desc(s1, IOVA, 1) |= c->table;
		cd[1] |= SMMU_CD1_HAD0;
		KUNIT_EXPECT_NE_MSG(test, c->perms, granted_anew(rig, false),
				    "case %d", i);
		rig->m.idr[3] &= ~SMMU_IDR3_HAD;
		KUNIT_EXPECT_EQ(test, c->perms, granted_anew(rig, false));
		rig->m.idr[3] |= SMMU_IDR3_HAD;
		*mock_smmu_rig_desc(s1, IOVA, 1) &= ~c->table;
	}
}

/* 13.4.1: EL2 without E2H has one privilege, bits for the other do nothing */
static void perm_test_el2(struct kunit *test)
{
	static const struct perm1_case cases[] = {
		{ 0, 0, 0, PR | PW | PX | UR | UW | UX },
		{ 0, RO, 0, PR | PX | UR | UX },
		{ 0, RO | PXN, SMMU_CD0_PAN, PR | PX | UR | UX },
		{ 0, EL0 | UXN, 0, PR | PW | UR | UW },
		{ 0, 0, SMMU_CD0_WXN, PR | PW | UR | UW },
		{ SMMU_PTE_APTABLE_RO, 0, 0, PR | PX | UR | UX },
		{ SMMU_PTE_UXNTABLE, 0, 0, PR | PW | UR | UW },
		{ SMMU_PTE_APTABLE_EL0 | SMMU_PTE_PXNTABLE, 0, 0,
		  PR | PW | PX | UR | UW | UX },
	};
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *s1 = build_stream(rig);
	u64 *cd = mock_smmu_rig_cd(rig, RIG_SID);
	u64 good = cd[0];
	int i;

	mock_smmu_rig_ste(rig, RIG_SID)[1] = FIELD_PREP(SMMU_STE1_STRW,
							SMMU_STRW_EL2);
	cd[1] |= SMMU_CD1_E0PD0;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		cd[0] = good | cases[i].cd;
		mock_smmu_rig_map(s1, IOVA, 3,
				  PAGE | (RIG_PAGE1 & ~EL0) | cases[i].leaf);
		*mock_smmu_rig_desc(s1, IOVA, 1) |= cases[i].table;
		KUNIT_EXPECT_EQ_MSG(test, cases[i].perms,
				    granted_anew(rig, false), "case %d", i);
		*mock_smmu_rig_desc(s1, IOVA, 1) &= ~cases[i].table;
	}
	/* With E2H they do: E0PD is in force, and AP[1] */
	rig->m.cr2 |= SMMU_CR2_E2H;
	cd[0] = good;
	cd[1] &= ~SMMU_CD1_E0PD0;
	mock_smmu_rig_map(s1, IOVA, 3, PAGE | (RIG_PAGE1 & ~EL0));
	KUNIT_EXPECT_EQ(test, granted_anew(rig, false), PR | PW | PX | UX);
}

/* 5.4, E0PD: a translation fault without privilege, in TLB or not */
static void perm_test_e0pd(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_req user, priv;
	u64 *cd;

	build_stream(rig);
	cd = mock_smmu_rig_cd(rig, RIG_SID);
	user = mock_smmu_rig_req_ssid(RIG_SID, 0, IOVA, false);
	priv = user;
	priv.priv = true;
	cd[1] |= SMMU_CD1_E0PD0;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_send(rig, &user, NULL),
			SMMU_EVT_F_TRANSLATION);
	KUNIT_EXPECT_FALSE(test, rig->ev.s2);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_send(rig, &priv, NULL), 0);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_send(rig, &user, NULL),
			SMMU_EVT_F_TRANSLATION);
	rig->m.idr[3] &= ~SMMU_IDR3_E0PD;
	mock_smmu_rig_flush(rig);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_send(rig, &user, NULL), 0);
}

static void perm_test_stage2(struct kunit *test)
{
	static const struct {
		u64 s2ap;
		u8 xn;
		u8 perms;
		u8 without_xnx;
	} cases[] = {
		{ 0, 0, PX | UX, PX | UX },
		{ 0, 2, 0, 0 },
		{ SMMU_PTE_S2AP_R, 0, PR | UR | PX | UX, PR | UR | PX | UX },
		{ SMMU_PTE_S2AP_R, 1, PR | UR | UX, PR | UR | PX | UX },
		{ SMMU_PTE_S2AP_R, 2, PR | UR, PR | UR },
		{ SMMU_PTE_S2AP_R, 3, PR | UR | PX, PR | UR },
		{ SMMU_PTE_S2AP_W, 2, PW | UW, PW | UW },
		{ SMMU_PTE_S2AP_R | SMMU_PTE_S2AP_W, 2, PR | UR | PW | UW,
		  PR | UR | PW | UW },
	};
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *s2 = mock_smmu_rig_only_stage2(rig);
	u64 page = RIG_PAGE2 & ~(SMMU_PTE_S2AP_R | SMMU_PTE_S2AP_W);
	int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		mock_smmu_rig_map(s2, IOVA, 3, PAGE | page | cases[i].s2ap |
				  FIELD_PREP(SMMU_PTE_S2XN, cases[i].xn));
		rig->m.idr[3] |= SMMU_IDR3_XNX;
		KUNIT_EXPECT_EQ_MSG(test, cases[i].perms,
				    granted_anew(rig, true), "case %d", i);
		KUNIT_EXPECT_EQ(test, rig->ev.id ? rig->ev.addr2 : IOVA, IOVA);
		rig->m.idr[3] &= ~SMMU_IDR3_XNX;
		KUNIT_EXPECT_EQ_MSG(test, cases[i].without_xnx,
				    granted_anew(rig, true), "case %d", i);
	}
}

/* What a translation lets a request see of its permissions */
static void perm_test_result(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *s1 = build_stream(rig);
	struct mock_req req = mock_smmu_rig_req_ssid(RIG_SID, 0, IOVA, false);
	struct mock_xlate res;

	mock_smmu_rig_map(s1, IOVA, 3, PAGE | RIG_PAGE1 | RO | UXN);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_send(rig, &req, &res), 0);
	KUNIT_EXPECT_TRUE(test, res.read);
	KUNIT_EXPECT_FALSE(test, res.write || res.exec || res.priv);
	req.priv = true;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_send(rig, &req, &res), 0);
	KUNIT_EXPECT_TRUE(test, res.read && res.exec && res.priv);
	KUNIT_EXPECT_FALSE(test, res.write);
}

static struct kunit_case perm_test_cases[] = {
	KUNIT_CASE(perm_test_stage1),
	KUNIT_CASE(perm_test_el2),
	KUNIT_CASE(perm_test_e0pd),
	KUNIT_CASE(perm_test_stage2),
	KUNIT_CASE(perm_test_result),
	{}
};

static struct kunit_suite perm_test_suite = {
	.name = "iommu_mock_smmuv3_perm",
	.test_cases = perm_test_cases,
};

kunit_test_suite(perm_test_suite);
