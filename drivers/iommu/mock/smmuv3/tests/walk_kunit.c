// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: tests of the walks' geometry: granules, levels, sizes (Arm ARM D8.2) */
#include "tables.h"

#define OUT	0x00003eb9c0000000ULL	/* aligned for every block but 1G ones */

struct geometry {
	const char *name;
	u8 granule;
	u8 input;
	u8 start;
};

/* Stage 2, whose starting level is chosen: concatenated tables */
static const struct geometry stage2[] = {
	{ "4K 48/0", 12, 48, 0 }, { "4K 40/0", 12, 40, 0 },
	{ "4K 43/1, 16 tables", 12, 43, 1 }, { "4K 40/1, 2 tables", 12, 40, 1 },
	{ "4K 39/1", 12, 39, 1 }, { "4K 31/1", 12, 31, 1 },
	{ "4K 34/2, 16 tables", 12, 34, 2 }, { "4K 30/2", 12, 30, 2 },
	{ "4K 25/3, 16 tables", 12, 25, 3 }, { "4K 21/3", 12, 21, 3 },
	{ "16K 48/1", 14, 48, 1 }, { "16K 37/1", 14, 37, 1 },
	{ "16K 40/2, 16 tables", 14, 40, 2 }, { "16K 36/2", 14, 36, 2 },
	{ "16K 29/3, 16 tables", 14, 29, 3 }, { "16K 25/3", 14, 25, 3 },
	{ "64K 48/1", 16, 48, 1 }, { "64K 43/1", 16, 43, 1 },
	{ "64K 46/2, 16 tables", 16, 46, 2 }, { "64K 42/2", 16, 42, 2 },
	{ "64K 33/3, 16 tables", 16, 33, 3 }, { "64K 29/3", 16, 29, 3 },
};

/* Stage 1, whose starting level follows from the size */
static const struct geometry stage1[] = {
	{ "4K 48", 12, 48, 0 }, { "4K 40", 12, 40, 0 }, { "4K 39", 12, 39, 1 },
	{ "4K 31", 12, 31, 1 }, { "4K 30", 12, 30, 2 }, { "4K 22", 12, 22, 2 },
	{ "4K 21", 12, 21, 3 }, { "4K 16", 12, 16, 3 },
	{ "16K 48", 14, 48, 0 }, { "16K 47", 14, 47, 1 }, { "16K 37", 14, 37, 1 },
	{ "16K 36", 14, 36, 2 }, { "16K 26", 14, 26, 2 }, { "16K 25", 14, 25, 3 },
	{ "16K 16", 14, 16, 3 },
	{ "64K 48", 16, 48, 1 }, { "64K 43", 16, 43, 1 }, { "64K 42", 16, 42, 2 },
	{ "64K 30", 16, 30, 2 }, { "64K 29", 16, 29, 3 }, { "64K 17", 16, 17, 3 },
};

static void geometry_to_desc(const struct geometry *g, char *desc)
{
	strscpy(desc, g->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(stage2, stage2, geometry_to_desc);

KUNIT_ARRAY_PARAM(stage1, stage1, geometry_to_desc);

static bool has_block(u8 granule, u8 level)
{
	return level == 2 || (level == 1 && granule == 12);
}

/* A page at both ends of the space, and what is beyond it */
static void check_pages(struct mock_smmu_rig *rig,
			struct mock_smmu_rig_tree *tree, u64 base, u64 page)
{
	struct kunit *test = rig->test;
	u64 size = BIT_ULL(tree->granule);
	u64 last = base | (GENMASK_ULL(tree->input - 1, 0) & ~(size - 1));
	struct mock_xlate res;

	mock_smmu_rig_map(tree, base, 3, OUT | page);
	mock_smmu_rig_map(tree, last, 3, (OUT + size) | page);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(rig, base + 0x123, &res), 0);
	KUNIT_EXPECT_EQ(test, res.pa, OUT + 0x123);
	KUNIT_EXPECT_EQ(test, tree->granule, res.lg2);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write(rig, last + size - 1, &res),
			0);
	KUNIT_EXPECT_EQ(test, OUT + 2 * size - 1, res.pa);
	/* The neighbours of the pages are not mapped, if they have any */
	if (tree->input == tree->granule + 1)
		return;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(rig, base + size, NULL),
			SMMU_EVT_F_TRANSLATION);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(rig, last - 1, NULL),
			SMMU_EVT_F_TRANSLATION);
}

/* A block at every level of the tree: where there is none, it is invalid */
static void check_blocks(struct mock_smmu_rig *rig,
			 struct mock_smmu_rig_tree *tree, u64 base, u64 block)
{
	struct kunit *test = rig->test;
	u8 level;

	for (level = tree->start; level < 3; level++) {
		u8 shift = mock_smmu_rig_shift(tree, level);
		u64 addr = base + BIT_ULL(shift) + 0x5678;
		u64 out = OUT >> shift << shift;
		struct mock_xlate res;

		if (shift + 1 >= tree->input)
			addr = base + 0x5678;
		mock_smmu_rig_map(tree, addr, level, out | block);
		mock_smmu_rig_flush(rig);
		if (!has_block(tree->granule, level)) {
			KUNIT_EXPECT_EQ(test,
					mock_smmu_rig_read(rig, addr, NULL),
					SMMU_EVT_F_TRANSLATION);
			mock_smmu_rig_map(tree, addr, level, 0);
			continue;
		}
		KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(rig, addr, &res), 0);
		KUNIT_EXPECT_EQ(test, out + 0x5678, res.pa);
		KUNIT_EXPECT_EQ(test, shift, res.lg2);
		/* Bits between the granule and the block are not an address */
		if (shift > tree->granule)
			mock_smmu_rig_map(tree, addr, level,
					  out | block | BIT_ULL(shift - 1));
		mock_smmu_rig_flush(rig);
		KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(rig, addr, &res), 0);
		KUNIT_EXPECT_EQ(test, out + 0x5678, res.pa);
		mock_smmu_rig_map(tree, addr, level, 0);
	}
	/* At level 3, a block's type is reserved */
	mock_smmu_rig_map(tree, base, 3, OUT | block);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(rig, base, NULL),
			SMMU_EVT_F_TRANSLATION);
}

static void check_beyond(struct mock_smmu_rig *rig, u8 input, bool s2)
{
	struct kunit *test = rig->test;
	int bit;

	for (bit = input; bit < 48; bit++) {
		KUNIT_EXPECT_EQ(test,
				mock_smmu_rig_read(rig, BIT_ULL(bit), NULL),
				SMMU_EVT_F_TRANSLATION);
		KUNIT_EXPECT_EQ(test, s2, rig->ev.s2);
	}
	/* 3.4: stage 1 is not there to translate these */
	for (; bit < 64; bit++) {
		KUNIT_EXPECT_EQ(test, s2 ? SMMU_EVT_F_ADDR_SIZE :
					   SMMU_EVT_F_TRANSLATION,
				mock_smmu_rig_read(rig, BIT_ULL(bit), NULL));
		KUNIT_EXPECT_FALSE(test, rig->ev.s2);
	}
}

static void walk_test_stage2(struct kunit *test)
{
	const struct geometry *g = test->param_value;
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *tree;

	tree = mock_smmu_rig_stage2(rig, g->granule, g->input, g->start);
	mock_smmu_rig_set_stage2(rig, RIG_SID, tree, RIG_VMID);
	check_pages(rig, tree, 0, RIG_PAGE2);
	check_blocks(rig, tree, 0, RIG_BLOCK2);
	check_beyond(rig, g->input, true);
	/* S2TTB is aligned to the size of all concatenated tables */
	mock_smmu_rig_map(tree, 0, 3, OUT | RIG_PAGE2);
	mock_smmu_rig_ste(rig, RIG_SID)[3] +=
		8ULL << (g->input - mock_smmu_rig_shift(tree, g->start) - 1);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(rig, 0, NULL), 0);
}

/* Stage 1 by TTB0, then the same tree by TTB1 */
static void walk_test_stage1(struct kunit *test)
{
	const struct geometry *g = test->param_value;
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	u64 cd = mock_smmu_rig_alloc(rig, NULL, 0);
	struct mock_smmu_rig_tree *tree;
	u64 upper;

	tree = mock_smmu_rig_stage1(rig, g->granule, g->input, NULL);
	KUNIT_EXPECT_EQ(test, g->start, tree->start);
	mock_smmu_rig_set_cd(mock_smmu_rig_at(rig, cd), tree, RIG_ASID);
	mock_smmu_rig_set_stage1(rig, RIG_SID, cd, 0);
	check_pages(rig, tree, 0, RIG_PAGE1);
	check_blocks(rig, tree, 0, RIG_BLOCK1);
	check_beyond(rig, g->input, false);
	mock_smmu_rig_map(tree, 0, 3, OUT | RIG_PAGE1);
	if (g->input - mock_smmu_rig_shift(tree, g->start) > 1) {
		*(mock_smmu_rig_at(rig, cd) + 1) +=
			8ULL
			<< (g->input - mock_smmu_rig_shift(tree, g->start) - 1);
		KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(rig, 0, NULL), 0);
	}

	upper = ~GENMASK_ULL(g->input - 1, 0);
	mock_smmu_rig_set_ttb1(mock_smmu_rig_at(rig, cd), tree);
	*mock_smmu_rig_at(rig, cd) |= SMMU_CD0_EPD0;
	mock_smmu_rig_flush(rig);
	check_pages(rig, tree, upper, RIG_PAGE1);
	check_blocks(rig, tree, upper, RIG_BLOCK1);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(rig, 0, NULL),
			SMMU_EVT_F_TRANSLATION);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(rig, upper - 1, NULL),
			SMMU_EVT_F_TRANSLATION);
	KUNIT_EXPECT_EQ(test,
			mock_smmu_rig_read(rig, upper ^ BIT_ULL(60), NULL),
			SMMU_EVT_F_TRANSLATION);
}

/* 3.4.1: top byte ignored, in each half by itself */
static void walk_test_tbi(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *s1 = mock_smmu_rig_only_stage1(rig);
	u64 *cd = mock_smmu_rig_cd(rig, RIG_SID);
	u64 low = 0x123456789000ULL;
	u64 high = low | GENMASK_ULL(63, 48);
	u64 tag = 0x5aULL << 56;
	struct mock_xlate res;
	int tbi;

	mock_smmu_rig_map(s1, low, 3, OUT | RIG_PAGE1);
	mock_smmu_rig_set_ttb1(cd, s1);
	for (tbi = 0; tbi < 4; tbi++) {
		cd[0] &= ~SMMU_CD0_TBI;
		cd[0] |= FIELD_PREP(SMMU_CD0_TBI, tbi);
		mock_smmu_rig_flush(rig);
		KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(rig, low, &res), 0);
		KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(rig, high, &res), 0);
		KUNIT_EXPECT_EQ(test, tbi & 1 ? 0 : SMMU_EVT_F_TRANSLATION,
				mock_smmu_rig_read(rig, low | tag, NULL));
		KUNIT_EXPECT_EQ(test, tbi & 2 ? 0 : SMMU_EVT_F_TRANSLATION,
				mock_smmu_rig_read(rig, high ^ tag, NULL));
		/* Bits below the top byte count */
		KUNIT_EXPECT_EQ(test,
				mock_smmu_rig_read(rig, low | BIT_ULL(50), NULL),
				SMMU_EVT_F_TRANSLATION);
		KUNIT_EXPECT_EQ(test,
				mock_smmu_rig_read(rig, high ^ BIT_ULL(50),
						   NULL),
				SMMU_EVT_F_TRANSLATION);
	}
	/* EL2 has one half, and only zeros above it */
	mock_smmu_rig_ste(rig, RIG_SID)[1] = FIELD_PREP(SMMU_STE1_STRW, SMMU_STRW_EL2);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(rig, low | tag, NULL), 0);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(rig, high, NULL),
			SMMU_EVT_F_TRANSLATION);
	cd[0] &= ~SMMU_CD0_TBI;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(rig, low | tag, NULL),
			SMMU_EVT_F_TRANSLATION);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(rig, low, NULL), 0);
	/* EPD0 does not exist there, with E2H it does */
	cd[0] |= SMMU_CD0_EPD0;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(rig, low, NULL), 0);
	rig->m.cr2 |= SMMU_CR2_E2H;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(rig, low, NULL),
			SMMU_EVT_F_TRANSLATION);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(rig, high, NULL), 0);
}

/* Output addresses at every level against IPS, S2PS and OAS */
static void check_output(struct mock_smmu_rig *rig,
			 struct mock_smmu_rig_tree *tree, bool s2)
{
	struct kunit *test = rig->test;
	u64 addr = 0x123456789000ULL;
	u8 level;

	for (level = 0; level <= 3; level++) {
		u64 good = *mock_smmu_rig_desc(tree, addr, level);

		mock_smmu_rig_map(tree, addr, level, good | BIT_ULL(40));
		KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(rig, addr, NULL),
				SMMU_EVT_F_ADDR_SIZE);
		KUNIT_EXPECT_EQ(test, s2, rig->ev.s2);
		KUNIT_EXPECT_EQ(test, rig->ev.class, SMMU_EVT_CLASS_IN);
		mock_smmu_rig_map(tree, addr, level, good);
		KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(rig, addr, NULL),
				0);
	}
}

static void walk_test_output_size(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *tree = mock_smmu_rig_only_stage2(rig);
	u64 *word = &mock_smmu_rig_ste(rig, RIG_SID)[2];

	mock_smmu_rig_map(tree, 0x123456789000ULL, 3, SZ_1G | RIG_PAGE2);
	*word &= ~SMMU_STE2_S2PS;
	*word |= FIELD_PREP(SMMU_STE2_S2PS, SMMU_OAS_40);
	check_output(rig, tree, true);

	rig = mock_smmu_rig_create(test);
	tree = mock_smmu_rig_only_stage1(rig);
	mock_smmu_rig_map(tree, 0x123456789000ULL, 3, SZ_1G | RIG_PAGE1);
	word = mock_smmu_rig_cd(rig, RIG_SID);
	*word &= ~SMMU_CD0_IPS;
	*word |= FIELD_PREP(SMMU_CD0_IPS, SMMU_OAS_40);
	check_output(rig, tree, false);
	/* More than OAS is OAS */
	*word |= SMMU_CD0_IPS;
	rig->m.idr[5] &= ~SMMU_IDR5_OAS;
	rig->m.idr[5] |= FIELD_PREP(SMMU_IDR5_OAS, SMMU_OAS_40);
	check_output(rig, tree, false);
}

/* Aborts at every level, and invalid descriptors */
static void walk_test_aborts(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	u64 addr = 0x123456789000ULL;
	struct mock_smmu_rig_tree *trees[2];
	int i;
	u8 level;

	trees[0] = mock_smmu_rig_only_stage1(rig);
	mock_smmu_rig_map(trees[0], addr, 3, OUT | RIG_PAGE1);
	for (i = 0; i < 2; i++) {
		if (i) {
			trees[1] = mock_smmu_rig_only_stage2(rig);
			mock_smmu_rig_ste(rig, RIG_SID)[0] = SMMU_STE0_V |
				FIELD_PREP(SMMU_STE0_CONFIG, SMMU_STE_CONFIG_S2);
			mock_smmu_rig_map(trees[1], addr, 3, OUT | RIG_PAGE2);
		}
		for (level = 0; level <= 3; level++) {
			u64 good = *mock_smmu_rig_desc(trees[i], addr, level);

			mock_smmu_rig_map(trees[i], addr, level,
					  good & ~SMMU_PTE_VALID);
			KUNIT_EXPECT_EQ(test,
					mock_smmu_rig_read_anew(rig, addr, NULL),
					SMMU_EVT_F_TRANSLATION);
			KUNIT_EXPECT_EQ(test, i, rig->ev.s2);
			KUNIT_EXPECT_EQ(test, rig->ev.class, SMMU_EVT_CLASS_IN);
			if (i)
				KUNIT_EXPECT_EQ(test, addr, rig->ev.addr2);
			if (level == 3) {
				mock_smmu_rig_map(trees[i], addr, level, good);
				break;
			}
			mock_smmu_rig_map(trees[i], addr, level,
					  RIG_NOT_RAM | RIG_TABLE);
			KUNIT_EXPECT_EQ(test,
					mock_smmu_rig_read_anew(rig, addr, NULL),
					SMMU_EVT_F_WALK_EABT);
			KUNIT_EXPECT_EQ(test, rig->ret, -EFAULT);
			KUNIT_EXPECT_EQ(test, i, rig->ev.s2);
			KUNIT_EXPECT_EQ(test, i ? SMMU_EVT_CLASS_IN :
						  SMMU_EVT_CLASS_TT,
					rig->ev.class);
			KUNIT_EXPECT_EQ(test, RIG_NOT_RAM +
					((addr >> (39 - 9 * (level + 1))) & 511) * 8,
					rig->ev.addr2);
			mock_smmu_rig_map(trees[i], addr, level, good);
		}
		KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(rig, addr, NULL),
				0);
	}
}

/* TTENDIAN: tables of the other byte order */
static void walk_test_endian(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *s2 = mock_smmu_rig_stage2(rig, 12, 48, 0);
	u64 addr = 0x123456789000ULL;
	struct mock_smmu_rig_tree *s1;
	struct mock_xlate res;
	u64 cd;

	s2->be = true;
	mock_smmu_rig_set_stage2(rig, RIG_SID, s2, RIG_VMID);
	s1 = mock_smmu_rig_stage1(rig, 12, 48, s2);
	s1->be = true;
	cd = mock_smmu_rig_alloc(rig, s2, 0);
	mock_smmu_rig_set_cd(mock_smmu_rig_at(rig, cd), s1, RIG_ASID);
	mock_smmu_rig_set_stage1(rig, RIG_SID, cd, 0);
	mock_smmu_rig_map(s1, addr, 3, SZ_1G | RIG_PAGE1);
	mock_smmu_rig_map(s2, SZ_1G, 3, OUT | RIG_PAGE2);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(rig, addr, &res), 0);
	KUNIT_EXPECT_EQ(test, res.pa, OUT);
	/* Read as little-endian they are nonsense */
	*mock_smmu_rig_at(rig, cd) &= ~SMMU_CD0_ENDI;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(rig, addr, NULL),
			SMMU_EVT_F_TRANSLATION);
	KUNIT_EXPECT_FALSE(test, rig->ev.s2);
}

/* Arm ARM D8.6.1: the Contiguous bit makes one entry of several descriptors */
static void walk_test_contiguous(struct kunit *test)
{
	static const struct {
		u8 granule;
		u8 level;
		u8 lg2;
	} tries[] = {
		{ 12, 3, 16 }, { 12, 2, 25 }, { 12, 1, 34 },
		{ 14, 3, 21 }, { 14, 2, 30 }, { 16, 3, 21 }, { 16, 2, 34 },
	};
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	u64 addr = 0x123400000000ULL;
	struct mock_xlate res;
	int i;

	for (i = 0; i < ARRAY_SIZE(tries); i++) {
		struct mock_smmu_rig_tree *tree;
		u8 level = tries[i].level;
		u64 desc = addr | SMMU_PTE_CONT;
		u64 size;

		tree = mock_smmu_rig_stage2(rig, tries[i].granule, 48,
					    tries[i].granule == 12 ? 0 : 1);
		size = BIT_ULL(mock_smmu_rig_shift(tree, level));
		mock_smmu_rig_set_stage2(rig, RIG_SID, tree, RIG_VMID);
		desc |= level == 3 ? RIG_PAGE2 : RIG_BLOCK2;
		mock_smmu_rig_map(tree, addr, level, desc);
		mock_smmu_rig_flush(rig);
		KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(rig, addr, &res), 0);
		KUNIT_EXPECT_EQ(test, tries[i].lg2, res.lg2);
		/* The neighbours are taken on trust */
		KUNIT_EXPECT_EQ(test,
				mock_smmu_rig_read(rig, addr + size, &res), 0);
		KUNIT_EXPECT_EQ(test, addr + size, res.pa);
		KUNIT_EXPECT_EQ(test,
				mock_smmu_rig_read_anew(rig, addr + size, NULL),
				SMMU_EVT_F_TRANSLATION);
		/* A descriptor that cannot be part of such a run */
		mock_smmu_rig_map(tree, addr, level, desc + size);
		KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(rig, addr, &res), 0);
		KUNIT_EXPECT_EQ(test, addr + size, res.pa);
		KUNIT_EXPECT_EQ(test, mock_smmu_rig_shift(tree, level),
				res.lg2);
	}
}

static struct kunit_case walk_test_cases[] = {
	KUNIT_CASE_PARAM(walk_test_stage2, stage2_gen_params),
	KUNIT_CASE_PARAM(walk_test_stage1, stage1_gen_params),
	KUNIT_CASE(walk_test_tbi),
	KUNIT_CASE(walk_test_output_size),
	KUNIT_CASE(walk_test_aborts),
	KUNIT_CASE(walk_test_endian),
	KUNIT_CASE(walk_test_contiguous),
	{}
};

static struct kunit_suite walk_test_suite = {
	.name = "iommu_mock_smmuv3_walk",
	.test_cases = walk_test_cases,
};

kunit_test_suite(walk_test_suite);
