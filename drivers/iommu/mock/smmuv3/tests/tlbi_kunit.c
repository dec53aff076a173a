// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: tests of what each TLB invalidation removes, and what not (4.4) */
#include "tables.h"

/*
 * X and Y are neighbours, Z is in a 2M block of another 1G region, G is a global
 * page of a third one
 */
#define X	0x0000001234566000ULL
#define Y	0x0000001234567000ULL
#define Z	0x0000005678a00000ULL
#define G	0x0000002468ace000ULL

enum { SID_A = 1, SID_B, SID_C, SID_D, SID_E, SID_F, SID_H };
enum { VMID1 = 0x11, VMID2 = 0x22, VMID3 = 0x23 };
enum { ASID1 = 0x100, ASID2 = 0x200, ASID_EL2 = 0x300 };

/*
 * Translations that are cached before an invalidation. A and B are two streams of
 * a guest (nested, equal VMIDs), C is another guest with the ASID of A, D has
 * stage 1 alone, and E stage 2 alone with the VMID and the tables of A. F is of
 * EL2, H of EL2 with E2H.
 */
static const struct label {
	u32 sid;
	u64 addr;
} labels[] = {
	/*  0: A */ { SID_A, X }, { SID_A, Y }, { SID_A, Z }, { SID_A, G },
	/*  4: B */ { SID_B, X },
	/*  5: C */ { SID_C, X },
	/*  6: D */ { SID_D, X },
	/*  7: E */ { SID_E, X }, { SID_E, Z },
	/*  9: F */ { SID_F, X },
	/* 10: H */ { SID_H, X }, { SID_H, G },
};

#define NR	ARRAY_SIZE(labels)
#define A	0x00f
#define A_X	0x001
#define A_Y	0x002
#define A_XY	0x003
#define A_Z	0x004
#define A_G	0x008
#define B	0x010
#define C	0x020
#define D	0x040
#define E	0x180
#define E_X	0x080
#define E_Z	0x100
#define F	0x200
#define H	0xc00
#define H_X	0x400
#define H_G	0x800
#define VM1	(A | B | E)
#define EL1	(VM1 | C | D)

struct tlbi_case {
	const char *name;
	struct mock_smmu_tlbi tlbi;
	u32 tlb;	/* labels that must be gone, all others must be there */
	u32 walk1;
	u32 walk2;
	bool e2h;
	u8 vmw;
};

#define TLBI(o, v, a, ad, l)	{ .op = SMMU_OP_TLBI_##o, .vmid = v, .asid = a, \
				  .addr = ad, .leaf = l }
#define RANGE(o, v, a, ad, l, t, n, s, tl) \
	{ .op = SMMU_OP_TLBI_##o, .vmid = v, .asid = a, .addr = ad, .leaf = l, \
	  .tg = SMMU_TLBI_TG_##t, .num = n, .scale = s, .ttl = tl }

static const struct tlbi_case tlbi_cases[] = {
	{ "NH_ALL", TLBI(NH_ALL, VMID1, 0, 0, 0), A | B, A | B },
	{ "NH_ALL, other guest", TLBI(NH_ALL, VMID2, 0, 0, 0), C, C },
	{ "NH_ALL, stage 1", TLBI(NH_ALL, VMID3, 0, 0, 0), D, D },
	{ "NH_ALL, nobody", TLBI(NH_ALL, 0, 0, 0, 0) },
	{ "NH_ALL, VMW", TLBI(NH_ALL, VMID2, 0, 0, 0), C | D, C | D, .vmw = 1 },
	{ "NH_ALL, wider VMW", TLBI(NH_ALL, VMID1 ^ 7, 0, 0, 0), A | B, A | B,
	  .vmw = 3 },
	{ "NH_ALL, widest VMW", TLBI(NH_ALL, VMID1 ^ 15, 0, 0, 0), A | B, A | B,
	  .vmw = 4 },
	{ "NH_ALL, reserved VMW", TLBI(NH_ALL, VMID1 ^ 1, 0, 0, 0), .vmw = 5 },
	{ "NH_ASID", TLBI(NH_ASID, VMID1, ASID1, 0, 0), A & ~A_G, A },
	{ "NH_ASID 2", TLBI(NH_ASID, VMID1, ASID2, 0, 0), B, B },
	{ "NH_ASID, other guest", TLBI(NH_ASID, VMID2, ASID1, 0, 0), C, C },
	{ "NH_ASID, nobody", TLBI(NH_ASID, VMID2, ASID2, 0, 0) },

	{ "NH_VA leaf", TLBI(NH_VA, VMID1, ASID1, X, 1), A_X },
	{ "NH_VA", TLBI(NH_VA, VMID1, ASID1, X, 0), A_X, A_XY },
	{ "NH_VA, other ASID", TLBI(NH_VA, VMID1, ASID2, X, 0), B, B },
	{ "NH_VA, no such ASID", TLBI(NH_VA, VMID1, 5, X, 0) },
	{ "NH_VA, other guest", TLBI(NH_VA, VMID2, ASID1, X, 0), C, C },
	{ "NH_VA, block", TLBI(NH_VA, VMID1, ASID1, Z + 0x123000, 1), A_Z },
	{ "NH_VA, beyond block", TLBI(NH_VA, VMID1, ASID1, Z + SZ_2M, 1) },
	{ "NH_VA, global", TLBI(NH_VA, VMID1, ASID1, G, 1), A_G },
	{ "NH_VA, global, any ASID", TLBI(NH_VA, VMID1, 5, G, 1), A_G },
	{ "NH_VAA leaf", TLBI(NH_VAA, VMID1, 0, X, 1), A_X | B },
	{ "NH_VAA", TLBI(NH_VAA, VMID1, 0, X, 0), A_X | B, A_XY | B },
	{ "NH_VAA, global", TLBI(NH_VAA, VMID1, 0, G, 1), A_G },
	{ "NH_VAA, VMW", TLBI(NH_VAA, VMID3, 0, X, 1), C | D, .vmw = 1 },

	{ "range of 2", RANGE(NH_VAA, VMID1, 0, X, 1, 4K, 1, 0, 0), A_XY | B },
	{ "range of 1, TTL", RANGE(NH_VA, VMID1, ASID1, Y, 1, 4K, 0, 0, 3), A_Y },
	{ "range of 1 before", RANGE(NH_VA, VMID1, ASID1, X - SZ_4K, 1, 4K, 0, 0, 3) },
	{ "range, other TTL", RANGE(NH_VAA, VMID1, 0, 0, 1, 4K, 31, 31, 1) },
	{ "range, TTL 3", RANGE(NH_VAA, VMID1, 0, 0, 1, 4K, 31, 31, 3),
	  A_XY | A_G | B },
	{ "range, TTL 2", RANGE(NH_VAA, VMID1, 0, 0, 0, 4K, 31, 31, 2), A_Z,
	  A_Z },
	{ "range, all", RANGE(NH_VAA, VMID1, 0, 0, 0, 4K, 31, 31, 0), A | B,
	  A | B },
	{ "range, other granule", RANGE(NH_VAA, VMID1, 0, 0, 0, 64K, 31, 31, 0) },
	{ "range, ASID", RANGE(NH_VA, VMID1, ASID2, 0, 1, 4K, 31, 31, 0),
	  A_G | B },
	{ "range does not wrap",
	  RANGE(NH_VAA, VMID1, 0, ~0xfffULL, 1, 4K, 31, 31, 0) },

	{ "S2_IPA leaf", TLBI(S2_IPA, VMID1, 0, X, 1), E_X },
	{ "S2_IPA", TLBI(S2_IPA, VMID1, 0, X, 0), E_X, 0, A_XY | B | E_X },
	{ "S2_IPA, block", TLBI(S2_IPA, VMID1, 0, Z + 0x1000, 1), E_Z },
	{ "S2_IPA, other guest", TLBI(S2_IPA, VMID2, 0, X, 0), 0, 0, C },
	{ "S2_IPA, nobody", TLBI(S2_IPA, VMID3, 0, X, 0) },
	{ "S2_IPA, TTL 3", RANGE(S2_IPA, VMID1, 0, 0, 1, 4K, 31, 31, 3), E_X },
	{ "S2_IPA, TTL 2", RANGE(S2_IPA, VMID1, 0, 0, 1, 4K, 31, 31, 2), E_Z },
	{ "S2_IPA, other granule", RANGE(S2_IPA, VMID1, 0, 0, 0, 16K, 31, 31, 0) },
	{ "S2_IPA, all", RANGE(S2_IPA, VMID1, 0, 0, 0, 4K, 31, 31, 0), E, 0,
	  VM1 },
	{ "S2_IPA, VMW", TLBI(S2_IPA, VMID1 ^ 1, 0, X, 1), E_X, .vmw = 1 },
	{ "S12_VMALL", TLBI(S12_VMALL, VMID1, 0, 0, 0), VM1, A | B, VM1 },
	{ "S12_VMALL, other guest", TLBI(S12_VMALL, VMID2, 0, 0, 0), C, C, C },
	{ "NSNH_ALL", TLBI(NSNH_ALL, 0, 0, 0, 0), EL1, A | B | C | D, VM1 | C },

	{ "EL2_ALL", TLBI(EL2_ALL, 0, 0, 0, 0), F | H, F | H },
	{ "EL2_ALL, E2H", TLBI(EL2_ALL, 0, 0, 0, 0), F | H, F | H, .e2h = true },
	{ "EL2_VA", TLBI(EL2_VA, 0, 5, X, 1), F },
	{ "EL2_VA, E2H", TLBI(EL2_VA, 0, ASID_EL2, X, 0), H_X, H_X, .e2h = true },
	{ "EL2_VA, E2H, ASID", TLBI(EL2_VA, 0, 5, X, 0), .e2h = true },
	{ "EL2_VA, E2H, global", TLBI(EL2_VA, 0, 5, G, 1), H_G, .e2h = true },
	{ "EL2_VAA", TLBI(EL2_VAA, 0, 0, X, 0), F, F },
	{ "EL2_VAA, E2H", TLBI(EL2_VAA, 0, 0, X, 1), H_X, .e2h = true },
	{ "EL2_ASID", TLBI(EL2_ASID, 0, ASID_EL2, 0, 0), H_X, H },
	{ "EL2_ASID, nobody", TLBI(EL2_ASID, 0, ASID1, 0, 0) },
};

static void tlbi_to_desc(const struct tlbi_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(tlbi, tlbi_cases, tlbi_to_desc);

static bool is_hit(struct mock_smmu_rig *rig, int nr)
{
	struct mock_req req = mock_smmu_rig_req(labels[nr].sid, labels[nr].addr, true);
	u64 before = rig->m.stats.iotlb_hits;
	struct mock_xlate res;

	KUNIT_EXPECT_EQ(rig->test, mock_smmu_rig_send(rig, &req, &res), 0);
	KUNIT_EXPECT_EQ(rig->test, labels[nr].addr, res.pa);
	return rig->m.stats.iotlb_hits != before;
}

/* Lowest level of tables that the walk caches know, -1: none */
static int walk_level(struct mock_smmu_rig *rig, int nr, bool s2)
{
	struct mock_smmu_event ev;
	struct mock_smmu_walk w = {
		.m = &rig->m,
		.ev = &ev,
		.sid = labels[nr].sid,
		.addr = labels[nr].addr,
	};
	struct mock_smmu_table2 table2;
	struct mock_smmu_table table;

	KUNIT_EXPECT_EQ(rig->test, mock_smmu_find_ste(&w), 0);
	if (s2)
		return w.ste->s2 &&
		       mock_smmu_walk2_lookup(&w, w.addr, &table2) ?
		       table2.level : -1;
	if (!w.ste->s1)
		return -1;
	KUNIT_EXPECT_EQ(rig->test, mock_smmu_find_context(&w), 0);
	return mock_smmu_walk1_lookup(&w, &w.cd->half[0].tt, &table) ?
	       table.level : -1;
}

static void map_all(struct mock_smmu_rig_tree *tree, u64 page, u64 block,
		    u64 global)
{
	mock_smmu_rig_map(tree, X, 3, X | page);
	mock_smmu_rig_map(tree, Y, 3, Y | page);
	mock_smmu_rig_map(tree, Z, 2, Z | block);
	mock_smmu_rig_map(tree, G, 3, G | global);
}

static struct mock_smmu_rig_tree *guest_tables(struct mock_smmu_rig *rig)
{
	struct mock_smmu_rig_tree *s2 = mock_smmu_rig_stage2(rig, 12, 48, 0);

	map_all(s2, RIG_PAGE2, RIG_BLOCK2, RIG_PAGE2);
	return s2;
}

static void add_stage1_stream(struct mock_smmu_rig *rig, u32 sid,
			      struct mock_smmu_rig_tree *s2, u16 vmid, u16 asid,
			      u8 strw)
{
	struct mock_smmu_rig_tree *s1 = mock_smmu_rig_stage1(rig, 12, 48, s2);
	u64 cd = mock_smmu_rig_alloc(rig, s2, 0);

	map_all(s1, RIG_PAGE1, RIG_BLOCK1, RIG_PAGE1 & ~SMMU_PTE_NG);
	mock_smmu_rig_set_cd(mock_smmu_rig_at(rig, cd), s1, asid);
	mock_smmu_rig_set_stage1(rig, sid, cd, 0);
	mock_smmu_rig_ste(rig, sid)[1] = FIELD_PREP(SMMU_STE1_STRW, strw);
	if (s2)
		mock_smmu_rig_set_stage2(rig, sid, s2, vmid);
	else
		mock_smmu_rig_ste(rig, sid)[2] =
			FIELD_PREP(SMMU_STE2_S2VMID, vmid);
}

/* Two guests on one SMMU, more than the rig's default caches have room for */
static struct mock_smmu_rig *fill_caches(struct kunit *test)
{
	const struct mock_cache_params params = {
		.iotlb_entries = 256,
		.pwc_entries = 256,
		.config_entries = 64,
	};
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *one = guest_tables(rig),
				  *two = guest_tables(rig);
	int i;

	/* IPAs of structures differ, they are known by address alone */
	two->next += SZ_1G;
	mock_smmu_caches_destroy(&rig->m);
	KUNIT_ASSERT_EQ(test, mock_smmu_caches_create(&rig->m, &params), 0);
	add_stage1_stream(rig, SID_A, one, VMID1, ASID1, 0);
	add_stage1_stream(rig, SID_B, one, VMID1, ASID2, 0);
	add_stage1_stream(rig, SID_C, two, VMID2, ASID1, 0);
	add_stage1_stream(rig, SID_D, NULL, VMID3, ASID1, 0);
	mock_smmu_rig_set_stage2(rig, SID_E, one, VMID1);
	add_stage1_stream(rig, SID_F, NULL, 0, ASID_EL2, SMMU_STRW_EL2);
	add_stage1_stream(rig, SID_H, NULL, 0, ASID_EL2, SMMU_STRW_EL2);
	for (i = 0; i < NR; i++) {
		/* E2H is cached with the STE (3.17.5) */
		rig->m.cr2 &= ~SMMU_CR2_E2H;
		rig->m.cr2 |= labels[i].sid == SID_H ? SMMU_CR2_E2H : 0;
		is_hit(rig, i);
	}
	for (i = 0; i < NR; i++)
		KUNIT_EXPECT_TRUE_MSG(test, is_hit(rig, i), "label %d", i);
	return rig;
}

static void tlbi_test_commands(struct kunit *test)
{
	const struct tlbi_case *c = test->param_value;
	struct mock_smmu_rig *rig = fill_caches(test);
	int before[2][NR], i;

	for (i = 0; i < NR; i++) {
		before[0][i] = walk_level(rig, i, false);
		before[1][i] = walk_level(rig, i, true);
	}
	rig->m.cr2 &= ~SMMU_CR2_E2H;
	rig->m.cr2 |= c->e2h ? SMMU_CR2_E2H : 0;
	rig->m.cr0 |= FIELD_PREP(SMMU_CR0_VMW, c->vmw);
	mock_smmu_inval_tlb(&rig->m, &c->tlbi);
	/* The tables first: a miss in the TLB brings them back */
	for (i = 0; i < NR; i++) {
		KUNIT_EXPECT_EQ_MSG(test, c->walk1 & BIT(i) ? -1 : before[0][i],
				    walk_level(rig, i, false), "label %d", i);
		KUNIT_EXPECT_EQ_MSG(test, c->walk2 & BIT(i) ? -1 : before[1][i],
				    walk_level(rig, i, true), "label %d", i);
	}
	/* Stage 2 alone before both stages, whose walks ask it for the same IPAs */
	for (i = NR - 1; i >= 0; i--)
		KUNIT_EXPECT_EQ_MSG(test, !(c->tlb & BIT(i)), is_hit(rig, i),
				    "label %d", i);
}

/* 4.3: commands for configuration leave translations alone */
static void tlbi_test_cfgi(struct kunit *test)
{
	struct mock_smmu_rig *rig = fill_caches(test);
	int i;

	rig->m.cr2 &= ~SMMU_CR2_E2H;
	mock_smmu_inval_cd(&rig->m, SID_A, true, 0, false);
	mock_smmu_inval_ste(&rig->m, SID_D, 0, false);
	for (i = 0; i < NR; i++)
		KUNIT_EXPECT_TRUE_MSG(test, is_hit(rig, i), "label %d", i);
	mock_smmu_inval_all(&rig->m);
	for (i = 0; i < 7; i++)
		KUNIT_EXPECT_FALSE_MSG(test, is_hit(rig, i), "label %d", i);
}

/* IDR3.RIL: without it, there are neither ranges nor hints */
static void tlbi_test_no_ril(struct kunit *test)
{
	struct mock_smmu_rig *rig = fill_caches(test);
	const struct mock_smmu_tlbi range =
		RANGE(NH_VAA, VMID1, 0, X, 1, 64K, 31, 31, 1);

	rig->m.idr[3] &= ~SMMU_IDR3_RIL;
	mock_smmu_inval_tlb(&rig->m, &range);
	KUNIT_EXPECT_FALSE(test, is_hit(rig, 0));
	KUNIT_EXPECT_TRUE(test, is_hit(rig, 1));
	KUNIT_EXPECT_FALSE(test, is_hit(rig, 4));
}

static struct kunit_case tlbi_test_cases[] = {
	KUNIT_CASE_PARAM(tlbi_test_commands, tlbi_gen_params),
	KUNIT_CASE(tlbi_test_cfgi),
	KUNIT_CASE(tlbi_test_no_ril),
	{}
};

static struct kunit_suite tlbi_test_suite = {
	.name = "iommu_mock_smmuv3_tlbi",
	.test_cases = tlbi_test_cases,
};

kunit_test_suite(tlbi_test_suite);
