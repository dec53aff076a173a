// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: tests of what only both stages together can meet (7.3.22) */
#include "tables.h"

#define IOVA	0x0000123456789abcULL
#define GPA	0x0000003210987000ULL
#define PAGE	0x00003eb9c4d5e000ULL

struct nest {
	struct mock_smmu_rig *rig;
	struct mock_smmu_rig_tree *s1;
	struct mock_smmu_rig_tree *s2;
	u64 *leaf1;
	u64 *leaf2;		/* of the page */
	u64 *tables2[4];	/* of the stage-1 table with that level */
	u64 tables[4];		/* its IPA */
	u64 *cd2;		/* of the CD */
	u64 *ste;
};

static void build_tables(struct kunit *test, struct nest *n)
{
	int level;

	n->rig = mock_smmu_rig_create(test);
	n->s1 = mock_smmu_rig_nested(n->rig);
	n->s2 = n->s1->s2;
	n->leaf1 = mock_smmu_rig_desc(n->s1, IOVA, 3);
	*n->leaf1 = GPA | RIG_PAGE1;
	n->leaf2 = mock_smmu_rig_desc(n->s2, GPA, 3);
	*n->leaf2 = PAGE | RIG_PAGE2;
	n->ste = mock_smmu_rig_ste(n->rig, RIG_SID);
	for (level = 0; level <= 3; level++) {
		n->tables[level] = level ? *mock_smmu_rig_desc(n->s1, IOVA, level - 1) &
					   SMMU_PTE_ADDR : n->s1->root;
		n->tables2[level] =
			mock_smmu_rig_desc(n->s2, n->tables[level], 3);
	}
	n->cd2 = mock_smmu_rig_desc(n->s2, n->ste[0] & SMMU_STE0_S1CONTEXTPTR,
				    3);
}

static u64 descriptor_ipa(struct nest *n, int level)
{
	return n->tables[level] + ((IOVA >> (39 - 9 * level)) & 511) * 8;
}

/* The page, at every size that the stages can have */
static void nested_test_sizes(struct kunit *test)
{
	static const struct {
		u8 level1;
		u8 level2;
		u8 lg2;
	} tries[] = {
		{ 3, 3, 12 }, { 2, 3, 12 }, { 3, 2, 12 }, { 2, 2, 21 },
		{ 1, 2, 21 }, { 2, 1, 21 }, { 1, 1, 30 },
	};
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *s1 = mock_smmu_rig_nested(rig);
	struct mock_xlate res;
	int i, again;

	for (i = 0; i < ARRAY_SIZE(tries); i++) {
		/* Another 512G for each, so that blocks are not in the way */
		u64 iova = (u64)(i + 1) << 39 | (IOVA & GENMASK_ULL(29, 0));
		u64 gpa = (u64)(i + 20) << 39 | SZ_1G | 0x2468a000;
		u64 pa = (u64)(i + 40) << 39 | SZ_1G * 3ULL | 0x13579000;
		u8 shift1 = mock_smmu_rig_shift(s1, tries[i].level1);
		u8 shift2 = mock_smmu_rig_shift(s1, tries[i].level2);
		u64 mid = (gpa >> shift1 << shift1) |
			  (iova & GENMASK_ULL(shift1 - 1, 0));

		mock_smmu_rig_map(s1, iova, tries[i].level1,
				  gpa >> shift1 << shift1 |
				  (tries[i].level1 == 3 ? RIG_PAGE1 :
							  RIG_BLOCK1));
		mock_smmu_rig_map(s1->s2, mid, tries[i].level2,
				  pa >> shift2 << shift2 |
				  (tries[i].level2 == 3 ? RIG_PAGE2 :
							  RIG_BLOCK2));
		/* By a walk, and by the TLB */
		for (again = 0; again < 2; again++) {
			KUNIT_EXPECT_EQ(test,
					mock_smmu_rig_read(rig, iova, &res), 0);
			KUNIT_EXPECT_EQ(test, tries[i].lg2, res.lg2);
			KUNIT_EXPECT_EQ(test, (pa >> shift2 << shift2) |
					(mid & GENMASK_ULL(shift2 - 1, 0)),
					res.pa);
		}
	}
	KUNIT_EXPECT_EQ(test, ARRAY_SIZE(tries), rig->m.stats.iotlb_hits);
}

/* What each stage permits is permitted by both, and who says no is recorded */
static void nested_test_rights(struct kunit *test)
{
	struct nest n;

	build_tables(test, &n);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write(n.rig, IOVA, NULL), 0);
	*n.leaf2 &= ~SMMU_PTE_S2AP_W;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write_anew(n.rig, IOVA, NULL),
			SMMU_EVT_F_PERMISSION);
	KUNIT_EXPECT_TRUE(test, n.rig->ev.s2);
	KUNIT_EXPECT_EQ(test, n.rig->ev.class, SMMU_EVT_CLASS_IN);
	KUNIT_EXPECT_EQ(test, GPA | 0xabc, n.rig->ev.addr2);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(n.rig, IOVA, NULL), 0);
	/* The same by the TLB */
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write(n.rig, IOVA, NULL),
			SMMU_EVT_F_PERMISSION);
	KUNIT_EXPECT_TRUE(test, n.rig->ev.s2);
	KUNIT_EXPECT_EQ(test, GPA | 0xabc, n.rig->ev.addr2);

	/* Stage 1 is asked first */
	*n.leaf1 |= SMMU_PTE_AP_RO;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write_anew(n.rig, IOVA, NULL),
			SMMU_EVT_F_PERMISSION);
	KUNIT_EXPECT_FALSE(test, n.rig->ev.s2);
	*n.leaf2 = 0;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write_anew(n.rig, IOVA, NULL),
			SMMU_EVT_F_PERMISSION);
	KUNIT_EXPECT_FALSE(test, n.rig->ev.s2);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(n.rig, IOVA, NULL),
			SMMU_EVT_F_TRANSLATION);
	KUNIT_EXPECT_TRUE(test, n.rig->ev.s2);
	KUNIT_EXPECT_EQ(test, n.rig->ev.class, SMMU_EVT_CLASS_IN);
	KUNIT_EXPECT_EQ(test, GPA | 0xabc, n.rig->ev.addr2);
	KUNIT_EXPECT_EQ(test, n.rig->ev.input_addr, IOVA);
}

/* 7.3.22, 2: faults of stage 2 for each table of stage 1 */
static void nested_test_tables(struct kunit *test)
{
	struct nest n;
	int level;

	build_tables(test, &n);
	for (level = 0; level <= 3; level++) {
		static const struct {
			u64 clear;
			u64 set;
			u8 id;
		} tries[] = {
			{ SMMU_PTE_VALID, 0, SMMU_EVT_F_TRANSLATION },
			{ SMMU_PTE_AF, 0, SMMU_EVT_F_ACCESS },
			{ SMMU_PTE_S2AP_R, 0, SMMU_EVT_F_PERMISSION },
		};
		u64 good = *n.tables2[level];
		int i;

		for (i = 0; i < ARRAY_SIZE(tries); i++) {
			*n.tables2[level] = good & ~tries[i].clear;
			KUNIT_EXPECT_EQ(test, tries[i].id,
					mock_smmu_rig_write_anew(n.rig, IOVA,
								 NULL));
			KUNIT_EXPECT_TRUE(test, n.rig->ev.s2);
			KUNIT_EXPECT_EQ(test, n.rig->ev.class,
					SMMU_EVT_CLASS_TT);
			KUNIT_EXPECT_EQ(test, descriptor_ipa(&n, level),
					n.rig->ev.addr2);
			KUNIT_EXPECT_TRUE(test, n.rig->ev.ttrnw);
			KUNIT_EXPECT_FALSE(test, n.rig->ev.rnw);
		}
		/* A descriptor of stage 1 that is nowhere: stage 1's abort */
		*n.tables2[level] = RIG_NOT_RAM | RIG_PAGE2;
		KUNIT_EXPECT_EQ(test,
				mock_smmu_rig_read_anew(n.rig, IOVA, NULL),
				SMMU_EVT_F_WALK_EABT);
		KUNIT_EXPECT_FALSE(test, n.rig->ev.s2);
		KUNIT_EXPECT_EQ(test, n.rig->ev.class, SMMU_EVT_CLASS_TT);
		KUNIT_EXPECT_EQ(test, RIG_NOT_RAM +
				(descriptor_ipa(&n, level) & 0xfff),
				n.rig->ev.addr2);
		*n.tables2[level] = good;
		KUNIT_EXPECT_EQ(test,
				mock_smmu_rig_read_anew(n.rig, IOVA, NULL), 0);
	}
	/* A descriptor of stage 2 that is nowhere */
	*mock_smmu_rig_desc(n.s2, n.tables[3], 1) = RIG_NOT_RAM | RIG_TABLE;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(n.rig, IOVA, NULL),
			SMMU_EVT_F_WALK_EABT);
	KUNIT_EXPECT_TRUE(test, n.rig->ev.s2);
	KUNIT_EXPECT_EQ(test, n.rig->ev.class, SMMU_EVT_CLASS_CD);
}

/* The same for the CD, which is fetched before anything else */
static void nested_test_cd(struct kunit *test)
{
	struct nest n;
	u64 ipa, good;

	build_tables(test, &n);
	good = *n.cd2;
	ipa = n.ste[0] & SMMU_STE0_S1CONTEXTPTR;
	*n.cd2 &= ~SMMU_PTE_VALID;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write(n.rig, IOVA, NULL),
			SMMU_EVT_F_TRANSLATION);
	KUNIT_EXPECT_TRUE(test, n.rig->ev.s2);
	KUNIT_EXPECT_EQ(test, n.rig->ev.class, SMMU_EVT_CLASS_CD);
	KUNIT_EXPECT_EQ(test, ipa, n.rig->ev.addr2);
	/* 3.21.3: not cached, no CFGI_CD is needed */
	*n.cd2 = good & ~SMMU_PTE_S2AP_R;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write(n.rig, IOVA, NULL),
			SMMU_EVT_F_PERMISSION);
	*n.cd2 = RIG_NOT_RAM | RIG_PAGE2;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write_anew(n.rig, IOVA, NULL),
			SMMU_EVT_F_CD_FETCH);
	KUNIT_EXPECT_EQ(test, RIG_NOT_RAM + (ipa & 0xfff), n.rig->ev.addr2);
	/* To read it, read permission is enough */
	*n.cd2 = good & ~SMMU_PTE_S2AP_W;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write_anew(n.rig, IOVA, NULL), 0);
	/* An IPA that stage 2 does not take */
	n.ste[2] &= ~(SMMU_STE2_S2T0SZ | SMMU_STE2_S2SL0);
	n.ste[2] |= FIELD_PREP(SMMU_STE2_S2T0SZ, 64 - 40) |
		    FIELD_PREP(SMMU_STE2_S2SL0, 2);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write_anew(n.rig, IOVA, NULL), 0);
	n.ste[0] |= BIT_ULL(41);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write_anew(n.rig, IOVA, NULL),
			SMMU_EVT_F_TRANSLATION);
	KUNIT_EXPECT_EQ(test, n.rig->ev.class, SMMU_EVT_CLASS_CD);
	KUNIT_EXPECT_EQ(test, ipa | BIT_ULL(41), n.rig->ev.addr2);
}

/* 3.4: what stage 1 yields against IPS, then against what stage 2 takes */
static void nested_test_ipa_size(struct kunit *test)
{
	struct nest n;
	int level;

	build_tables(test, &n);
	n.ste[2] &= ~(SMMU_STE2_S2T0SZ | SMMU_STE2_S2SL0);
	n.ste[2] |= FIELD_PREP(SMMU_STE2_S2T0SZ, 64 - 40) |
		    FIELD_PREP(SMMU_STE2_S2SL0, 2);
	for (level = 0; level <= 3; level++) {
		u64 *desc = mock_smmu_rig_desc(n.s1, IOVA, level);
		u64 *cd = mock_smmu_rig_cd(n.rig, RIG_SID);
		u64 good = *desc;

		*desc |= BIT_ULL(40);
		KUNIT_EXPECT_EQ(test,
				mock_smmu_rig_read_anew(n.rig, IOVA, NULL),
				SMMU_EVT_F_TRANSLATION);
		KUNIT_EXPECT_TRUE(test, n.rig->ev.s2);
		KUNIT_EXPECT_EQ(test, level == 3 ? SMMU_EVT_CLASS_IN :
						   SMMU_EVT_CLASS_TT,
				n.rig->ev.class);
		cd[0] &= ~SMMU_CD0_IPS;
		cd[0] |= FIELD_PREP(SMMU_CD0_IPS, SMMU_OAS_40);
		KUNIT_EXPECT_EQ(test,
				mock_smmu_rig_read_anew(n.rig, IOVA, NULL),
				SMMU_EVT_F_ADDR_SIZE);
		KUNIT_EXPECT_FALSE(test, n.rig->ev.s2);
		cd[0] |= FIELD_PREP(SMMU_CD0_IPS, SMMU_OAS_48);
		*desc = good;
	}
}

/* STE.S2PTW: Device memory, in both encodings */
static void nested_test_ptw(struct kunit *test)
{
	static const struct {
		u8 memattr;
		bool device;
		bool device_fwb;
	} tries[] = {
		{ 0x0, true, true }, { 0x1, true, true }, { 0x2, true, true },
		{ 0x3, true, true }, { 0x5, false, false },
		{ 0x6, false, false }, { 0x7, false, false },
		{ 0x9, false, true }, { 0xb, false, true },
		{ 0xf, false, false },
	};
	struct nest n;
	int i, fwb;

	build_tables(test, &n);
	for (i = 0; i < 2 * ARRAY_SIZE(tries); i++) {
		int c = i / 2;
		u64 attr = FIELD_PREP(SMMU_PTE_S2MEMATTR, tries[c].memattr);
		u64 *where[] = { n.tables2[2], n.cd2 };
		u8 classes[] = { SMMU_EVT_CLASS_TT, SMMU_EVT_CLASS_CD };
		int w;

		fwb = i & 1;
		n.ste[1] = fwb ? SMMU_STE1_S2FWB : 0;
		for (w = 0; w < 2; w++) {
			u64 good = *where[w];
			bool device = fwb ? tries[c].device_fwb :
					    tries[c].device;

			*where[w] = (good & ~SMMU_PTE_S2MEMATTR) | attr;
			n.ste[2] &= ~SMMU_STE2_S2PTW;
			KUNIT_EXPECT_EQ(test,
					mock_smmu_rig_read_anew(n.rig, IOVA,
								NULL),
					0);
			n.ste[2] |= SMMU_STE2_S2PTW;
			KUNIT_EXPECT_EQ_MSG(test,
					    device ? SMMU_EVT_F_PERMISSION : 0,
					    mock_smmu_rig_read_anew(n.rig, IOVA,
								    NULL),
					    "MemAttr %x FWB %d",
					    tries[c].memattr, fwb);
			if (device) {
				KUNIT_EXPECT_TRUE(test, n.rig->ev.s2);
				KUNIT_EXPECT_EQ(test, classes[w],
						n.rig->ev.class);
			}
			*where[w] = good;
		}
	}
	/* Without IDR3.FWB the bit of the STE is nothing */
	n.rig->m.idr[3] &= ~SMMU_IDR3_FWB;
	*n.tables2[2] &= ~SMMU_PTE_S2MEMATTR;
	*n.tables2[2] |= FIELD_PREP(SMMU_PTE_S2MEMATTR, 0x9);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(n.rig, IOVA, NULL), 0);
	/* The page itself may be Device memory */
	*n.leaf2 &= ~SMMU_PTE_S2MEMATTR;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(n.rig, IOVA, NULL), 0);
}

/* Stage-1 tables larger than stage-2 pages lie anywhere, page by page */
static void nested_test_scattered(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *s2 = mock_smmu_rig_only_stage2(rig);
	struct mock_smmu_rig_tree *s1 = mock_smmu_rig_stage1(rig, 16, 48, s2);
	u64 cd = mock_smmu_rig_alloc(rig, s2, 0);
	u64 table, moved;
	struct mock_xlate res;
	int i;

	mock_smmu_rig_set_cd(mock_smmu_rig_at(rig, cd), s1, RIG_ASID);
	mock_smmu_rig_set_stage1(rig, RIG_SID, cd, 0);
	mock_smmu_rig_map(s2, GPA & ~0xffffULL, 2, SZ_2M | RIG_BLOCK2);
	/* A page in the first and in the last 4K of the same level 3 table */
	mock_smmu_rig_map(s1, 0, 3, (GPA & ~0xffffULL) | RIG_PAGE1);
	mock_smmu_rig_map(s1, SZ_512M - SZ_64K, 3,
			  (GPA & ~0xffffULL) | RIG_PAGE1);
	table = *mock_smmu_rig_desc(s1, 0, 2) & GENMASK_ULL(47, 16);
	/* Move the last 4K of the table elsewhere */
	moved = mock_smmu_rig_pages(rig, 0);
	memcpy(mock_smmu_rig_word(moved), mock_smmu_rig_at(rig, table + 15 * SZ_4K), SZ_4K);
	memset(mock_smmu_rig_at(rig, table + 15 * SZ_4K), 0, SZ_4K);
	mock_smmu_rig_map(s2, table + 15 * SZ_4K, 3, moved | RIG_PAGE2);
	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(rig, 0, &res), 0);
		KUNIT_EXPECT_EQ(test,
				mock_smmu_rig_read(rig, SZ_512M - SZ_64K, &res),
				0);
		KUNIT_EXPECT_EQ(test, res.lg2, 12 + 4);
	}
}

/* Every pair of granules */
static void nested_test_granules(struct kunit *test)
{
	static const struct {
		u8 granule;
		u8 start;
	} kinds[] = { { 12, 0 }, { 14, 1 }, { 16, 1 } };
	int i;

	for (i = 0; i < 9; i++) {
		struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
		u8 g1 = kinds[i / 3].granule, g2 = kinds[i % 3].granule;
		struct mock_smmu_rig_tree *s1, *s2;
		struct mock_xlate res;
		u64 cd;

		s2 = mock_smmu_rig_stage2(rig, g2, 48, kinds[i % 3].start);
		mock_smmu_rig_set_stage2(rig, RIG_SID, s2, RIG_VMID);
		s1 = mock_smmu_rig_stage1(rig, g1, 48, s2);
		cd = mock_smmu_rig_alloc(rig, s2, 0);
		mock_smmu_rig_set_cd(mock_smmu_rig_at(rig, cd), s1, RIG_ASID);
		mock_smmu_rig_set_stage1(rig, RIG_SID, cd, 0);
		mock_smmu_rig_map(s1, 0x123450000, 3, 0x7650000 | RIG_PAGE1);
		mock_smmu_rig_map(s2, 0x7650000, 3, 0x3eb9c4d50000 | RIG_PAGE2);
		KUNIT_EXPECT_EQ(test,
				mock_smmu_rig_read(rig, 0x123450678, &res), 0);
		KUNIT_EXPECT_EQ(test, res.pa, 0x3eb9c4d50678ULL);
		KUNIT_EXPECT_EQ(test, min(g1, g2), res.lg2);
	}
}

/* How many references a walk makes, and how the caches save them */
static void nested_test_references(struct kunit *test)
{
	static const struct mock_cache_params no_caches = {};
	struct mock_smmu_tlbi va = {
		.op = SMMU_OP_TLBI_NH_VA,
		.vmid = RIG_VMID,
		.asid = RIG_ASID,
		.addr = IOVA & ~0xfffULL,
		.leaf = true,
	};
	struct mock_stats *st;
	struct nest n;
	u64 before;

	build_tables(test, &n);
	st = &n.rig->m.stats;
	/*
	 * STE; 4 of stage 2 for the CD, and the CD; its neighbours in IPA space
	 * are the tables, 1 each and their descriptor; 3 of stage 2 for the page
	 */
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(n.rig, IOVA, NULL), 0);
	KUNIT_EXPECT_EQ(test, st->walk_refs, 1 + 4 + 1 + 4 * 2 + 4 - 1);
	KUNIT_EXPECT_EQ(test, st->iotlb_hits, 0);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(n.rig, IOVA, NULL), 0);
	KUNIT_EXPECT_EQ(test, st->iotlb_hits, 1);
	KUNIT_EXPECT_EQ(test, st->walk_refs, 17);
	/* The stage-1 descriptor alone */
	mock_smmu_inval_tlb(&n.rig->m, &va);
	before = st->walk_refs;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(n.rig, IOVA, NULL), 0);
	KUNIT_EXPECT_EQ(test, before + 1, st->walk_refs);
	/* With stage 1's tables gone too */
	va.leaf = false;
	mock_smmu_inval_tlb(&n.rig->m, &va);
	before = st->walk_refs;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(n.rig, IOVA, NULL), 0);
	KUNIT_EXPECT_EQ(test, before + 4, st->walk_refs);

	/* An SMMU without any cache makes all of them, every time */
	mock_smmu_caches_destroy(&n.rig->m);
	KUNIT_ASSERT_EQ(test, mock_smmu_caches_create(&n.rig->m, &no_caches),
			0);
	before = st->walk_refs;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(n.rig, IOVA, NULL), 0);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(n.rig, IOVA, NULL), 0);
	KUNIT_EXPECT_EQ(test, before + 2 * (1 + 4 + 1 + 4 * 5 + 4),
			st->walk_refs);
}

static struct kunit_case nested_test_cases[] = {
	KUNIT_CASE(nested_test_sizes),
	KUNIT_CASE(nested_test_rights),
	KUNIT_CASE(nested_test_tables),
	KUNIT_CASE(nested_test_cd),
	KUNIT_CASE(nested_test_ipa_size),
	KUNIT_CASE(nested_test_ptw),
	KUNIT_CASE(nested_test_scattered),
	KUNIT_CASE(nested_test_granules),
	KUNIT_CASE(nested_test_references),
	{}
};

static struct kunit_suite nested_test_suite = {
	.name = "iommu_mock_smmuv3_nested",
	.test_cases = nested_test_cases,
};

kunit_test_suite(nested_test_suite);
