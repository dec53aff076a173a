// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: commands for a range cover it, all of it, and no more than they must
 */
#include <kunit/test.h>
#include <linux/sizes.h>

#include "../range.h"

#define SOME_CMD \
	((struct cmd_words) { \
		.w0 = SMMU_OP_TLBI_S2_IPA | FIELD_PREP(SMMU_TLBI0_VMID, 7) })

/* The granule that TG says, as log2; 0 for none */
static unsigned int cmd_granule(struct cmd_words cmd)
{
	switch (FIELD_GET(SMMU_TLBI1_TG, cmd.w1)) {
	case SMMU_TLBI_TG_4K:
		return 12;
	case SMMU_TLBI_TG_16K:
		return 14;
	case SMMU_TLBI_TG_64K:
		return 16;
	default:
		return 0;
	}
}

static u64 cmd_bytes(struct cmd_words cmd)
{
	return (FIELD_GET(SMMU_TLBI0_NUM, cmd.w0) + 1)
	       << FIELD_GET(SMMU_TLBI0_SCALE, cmd.w0) << cmd_granule(cmd);
}

/* Takes all commands of a range, which must cover [first, last] gaplessly */
static unsigned int cover(struct kunit *test, struct smmu3_range *range,
			  u64 first, u64 last, bool ril)
{
	u64 begin = range->addr, next = begin, len;
	unsigned int n = 0;

	while (range->left) {
		struct cmd_words cmd = smmu3_range_next(range, SOME_CMD);
		u64 addr = cmd.w1 & SMMU_TLBI1_VA;
		u64 vmid = FIELD_GET(SMMU_TLBI0_VMID, cmd.w0);

		n++;
		KUNIT_ASSERT_LE(test, n, 600);
		KUNIT_EXPECT_EQ(test, addr, next);
		KUNIT_EXPECT_EQ(test, vmid, 7);
		len = ril ? cmd_bytes(cmd) : range->step;
		next = addr + len;
		if (ril)
			/* One page without a level is reserved */
			KUNIT_EXPECT_TRUE(test,
					  cmd.w0 & (SMMU_TLBI0_NUM |
						    SMMU_TLBI0_SCALE) ||
					  cmd.w1 & SMMU_TLBI1_TTL);
		else
			KUNIT_EXPECT_EQ(test, cmd.w1 & (SMMU_TLBI1_TG |
							SMMU_TLBI1_TTL), 0);
	}
	KUNIT_EXPECT_LE(test, begin, first);
	KUNIT_EXPECT_GT(test, next, last);
	/* A page more at most, where a single one cannot be said */
	KUNIT_EXPECT_LE(test, next - 1 - last, 2ULL << range->page_shift);
	return n;
}

static void ranges(struct kunit *test)
{
	static const struct {
		u64 first;
		u64 size;
		unsigned int cmds;
		bool leaf;
	} cases[] = {
		{ 0, SZ_4K, 1, true },
		{ 0, SZ_4K, 1, false },
		{ 0x7000, 31 * SZ_4K, 1, true },
		{ 0x7000, 32 * SZ_4K, 1, true },
		/* 33: the first page, and 32; without a level 34 = 17 * 2 */
		{ 0x7000, 33 * SZ_4K, 2, true },
		{ 0x7000, 33 * SZ_4K, 1, false },
		{ 0x7000, SZ_2M, 1, true },
		{ 0x7000, SZ_2M - SZ_4K, 2, true },
		{ 0x100000000, SZ_1G + SZ_4K, 2, true },
		/* Every fifth bit of the number of pages */
		{ 0x123456000, 0x84210842ULL << 12, 7, true },
		{ 0, 1ULL << 47, 1, false },
	};
	struct smmu3_range range;
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		u64 last = cases[i].first + cases[i].size - 1;

		KUNIT_ASSERT_TRUE(test,
				  smmu3_range_init(&range, cases[i].first, last,
						   SZ_4K, 12, true,
						   cases[i].leaf));
		n = cover(test, &range, cases[i].first, last, true);
		KUNIT_EXPECT_EQ_MSG(test, n, cases[i].cmds, "case %u", i);
	}
}

static void ranges_of_everything(struct kunit *test)
{
	struct smmu3_range range;

	KUNIT_EXPECT_FALSE(test, smmu3_range_init(&range, 0, U64_MAX, SZ_4K, 12,
						  true, false));
	KUNIT_EXPECT_FALSE(test, smmu3_range_init(&range, 0, U64_MAX, SZ_4K, 12,
						  false, false));
	KUNIT_EXPECT_FALSE(test, smmu3_range_init(&range, 0, BIT_ULL(48) - 1,
						  SZ_4K, 12, true, true));
}

static void level_hints(struct kunit *test)
{
	static const struct {
		size_t granule;
		unsigned int page_shift;
		unsigned int ttl;
		unsigned int tg;
	} cases[] = {
		{ SZ_4K, 12, 3, SMMU_TLBI_TG_4K },
		{ SZ_2M, 12, 2, SMMU_TLBI_TG_4K },
		{ SZ_1G, 12, 1, SMMU_TLBI_TG_4K },
		{ SZ_16K, 14, 3, SMMU_TLBI_TG_16K },
		{ SZ_32M, 14, 2, SMMU_TLBI_TG_16K },
		{ SZ_64K, 16, 3, SMMU_TLBI_TG_64K },
		{ SZ_512M, 16, 2, SMMU_TLBI_TG_64K },
	};
	struct smmu3_range range;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		u64 first = SZ_1G, last = first + cases[i].granule - 1;
		struct cmd_words cmd;
		u64 ttl, tg;

		KUNIT_ASSERT_TRUE(test,
				  smmu3_range_init(&range, first, last,
						   cases[i].granule,
						   cases[i].page_shift, true,
						   true));
		cmd = smmu3_range_next(&range, SOME_CMD);
		ttl = FIELD_GET(SMMU_TLBI1_TTL, cmd.w1);
		tg = FIELD_GET(SMMU_TLBI1_TG, cmd.w1);
		KUNIT_EXPECT_EQ(test, ttl, cases[i].ttl);
		KUNIT_EXPECT_EQ(test, tg, cases[i].tg);
		KUNIT_EXPECT_EQ(test, cmd_bytes(cmd), cases[i].granule);
		KUNIT_EXPECT_TRUE(test, cmd.w1 & SMMU_TLBI1_LEAF);

		/* What is more than leaves can have been at any level */
		KUNIT_ASSERT_TRUE(test,
				  smmu3_range_init(&range, first, last,
						   cases[i].granule,
						   cases[i].page_shift, true,
						   false));
		cmd = smmu3_range_next(&range, SOME_CMD);
		KUNIT_EXPECT_EQ(test, cmd.w1 & SMMU_TLBI1_TTL, 0);
		KUNIT_EXPECT_FALSE(test, cmd.w1 & SMMU_TLBI1_LEAF);
	}
}

static void pages(struct kunit *test)
{
	struct smmu3_range range;
	unsigned int n;

	KUNIT_ASSERT_TRUE(test, smmu3_range_init(&range, 0x5000, 0x14fff, SZ_4K,
						 12, false, true));
	n = cover(test, &range, 0x5000, 0x14fff, false);
	KUNIT_EXPECT_EQ(test, n, 16);

	/* One command for each leaf, if all are large */
	KUNIT_ASSERT_TRUE(test, smmu3_range_init(&range, SZ_1G,
						 SZ_1G + 3 * SZ_2M - 1, SZ_2M,
						 12, false, true));
	n = cover(test, &range, SZ_1G, SZ_1G + 3 * SZ_2M - 1, false);
	KUNIT_EXPECT_EQ(test, n, 3);

	/* Tables that are gone can have had leaves of any size in them */
	KUNIT_EXPECT_FALSE(test, smmu3_range_init(&range, SZ_1G,
						  SZ_1G + SZ_2M - 1, SZ_2M, 12,
						  false, false));
}

static void atc_spans(struct kunit *test)
{
	static const struct {
		u64 first;
		u64 last;
		u64 addr;
		unsigned int size;
	} cases[] = {
		{ 0x5000, 0x5fff, 0x5000, 0 },
		{ 0x4000, 0x5fff, 0x4000, 1 },
		{ 0x5000, 0x6fff, 0x4000, 2 },
		/* The worst: two pages around the middle */
		{ 0x7fffffff000, 0x80000000fff, 0, 32 },
		{ SZ_1G, SZ_1G + SZ_2M - 1, SZ_1G, 9 },
		{ 0, U64_MAX, 0, SMMU_ATC_SIZE_ALL },
		{ BIT_ULL(63) - SZ_4K, BIT_ULL(63) + SZ_4K, 0,
		  SMMU_ATC_SIZE_ALL },
	};
	unsigned int i;
	u64 addr;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		KUNIT_EXPECT_EQ_MSG(test, smmu3_atc_span(cases[i].first,
							 cases[i].last, &addr),
				    cases[i].size, "case %u", i);
		KUNIT_EXPECT_EQ_MSG(test, addr, cases[i].addr, "case %u", i);
	}
}

static struct kunit_case range_cases[] = {
	KUNIT_CASE(ranges),
	KUNIT_CASE(ranges_of_everything),
	KUNIT_CASE(level_hints),
	KUNIT_CASE(pages),
	KUNIT_CASE(atc_spans),
	{}
};

static struct kunit_suite range_suite = {
	.name = "arm_smmu_v3_nested_range",
	.test_cases = range_cases,
};

kunit_test_suite(range_suite);
