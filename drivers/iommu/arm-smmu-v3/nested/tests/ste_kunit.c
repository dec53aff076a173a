// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: stream table entries and context descriptors, bit for bit
 */
#include <kunit/test.h>

#include "../entry.h"

static const struct smmu3_ste_env nothing;
static const struct smmu3_ste_env everything = {
	.ats = true, .attr_ovr = true, .no_stall = true,
};

static const struct smmu3_stage2 some_stage2 = {
	.vmid = 0xabcd, .ttb = 0x00fedcba98765000, .tg = SMMU_TG0_64K,
	.t0sz = 24, .sl0 = 1, .ps = 4, .sh = 3, .orgn = 2, .irgn = 1,
};

static void expect_words(struct kunit *test, const u64 *w, u64 w0, u64 w1,
			 u64 w2, u64 w3)
{
	u64 used[ENTRY_WORDS];
	int i;

	KUNIT_EXPECT_EQ(test, w[0], w0);
	KUNIT_EXPECT_EQ(test, w[1], w1);
	KUNIT_EXPECT_EQ(test, w[2], w2);
	KUNIT_EXPECT_EQ(test, w[3], w3);
	/* What is set is used: or the writer would not see it change */
	smmu3_ste_used(w, used);
	for (i = 0; i < ENTRY_WORDS; i++) {
		if (i > 3)
			KUNIT_EXPECT_EQ(test, w[i], 0);
		KUNIT_EXPECT_EQ(test, w[i] & ~used[i], 0);
	}
}

static void abort_and_bypass(struct kunit *test)
{
	expect_words(test, smmu3_ste_abort().w, 0x1, 0, 0, 0);
	expect_words(test, smmu3_ste_bypass(&nothing).w, 0x9, 0, 0, 0);
	/* SHCFG [45:44]: as it comes in. No ATS without translation. */
	expect_words(test, smmu3_ste_bypass(&everything).w, 0x9,
		     0x0000100000000000, 0, 0);
}

static void ste_stage1(struct kunit *test)
{
	struct smmu3_cdref cds = {
		.table = 0x0012345678abc000,
		.fmt = SMMU_S1FMT_64K_L2,
		.bits = 20,
		.s1dss = SMMU_S1DSS_SSID0,
	};

	/* S1CIR, S1COR write-back, S1CSH inner shareable */
	expect_words(test, smmu3_ste_stage1(&nothing, &cds).w,
		     0xa012345678abc02b, 0xd6, 0, 0);
	/* S1STALLD [27], EATS [29:28] */
	expect_words(test, smmu3_ste_stage1(&everything, &cds).w,
		     0xa012345678abc02b, 0x180000d6, 0, 0);
	cds.s1dss = SMMU_S1DSS_BYPASS;
	expect_words(test, smmu3_ste_stage1(&everything, &cds).w,
		     0xa012345678abc02b, 0x1000180000d5, 0, 0);
	cds.s1dss = SMMU_S1DSS_TERMINATE;
	expect_words(test, smmu3_ste_stage1(&nothing, &cds).w,
		     0xa012345678abc02b, 0xd4, 0, 0);
}

static void stage2(struct kunit *test)
{
	struct smmu3_ste_env stall = { .stall = true };
	struct smmu3_stage2 fwb = some_stage2;

	/*
	 * S2T0SZ 24, S2SL0 1, S2IR0 1, S2OR0 2, S2SH0 3, S2TG 1, S2PS 4;
	 * S2AA64 [51], S2PTW [54], S2R [58]
	 */
	expect_words(test, smmu3_ste_stage2(&nothing, &some_stage2).w,
		     0xd, 0, 0x044c79580000abcd, 0x00fedcba98765000);
	expect_words(test, smmu3_ste_stage2(&everything, &some_stage2).w,
		     0xd, 0x100010000000, 0x044c79580000abcd,
		     0x00fedcba98765000);
	/* S2S [57] */
	expect_words(test, smmu3_ste_stage2(&stall, &some_stage2).w,
		     0xd, 0, 0x064c79580000abcd, 0x00fedcba98765000);
	fwb.fwb = true;
	expect_words(test, smmu3_ste_stage2(&nothing, &fwb).w,
		     0xd, 0x2000000, 0x044c79580000abcd, 0x00fedcba98765000);
}

static void nested(struct kunit *test)
{
	/* S1Fmt 1, context pointer, S1CDMax 3, all attributes */
	const u64 vste[2] = { 0x180000007654325b, 0x80000fd };

	/* MEV [19] is ours */
	expect_words(test, smmu3_ste_nested(&nothing, &some_stage2, vste).w,
		     0x180000007654325f, 0x80800fd, 0x044c79580000abcd,
		     0x00fedcba98765000);
	expect_words(test, smmu3_ste_nested(&everything, &some_stage2, vste).w,
		     0x180000007654325f, 0x1000180800fd, 0x044c79580000abcd,
		     0x00fedcba98765000);
}

/* Nothing else than stage-1 comes from a guest, whatever it says */
static void nested_hostile(struct kunit *test)
{
	const u64 vste[2] = {
		~SMMU_STE0_CONFIG |
			FIELD_PREP(SMMU_STE0_CONFIG, SMMU_STE_CONFIG_S1),
		~0ULL,
	};

	expect_words(test, smmu3_ste_nested(&nothing, &some_stage2, vste).w,
		     0xf8ffffffffffffff, 0x80800ff, 0x044c79580000abcd,
		     0x00fedcba98765000);
}

static void nested_configs(struct kunit *test)
{
	struct smmu3_ste s2 = smmu3_ste_stage2(&nothing, &some_stage2);
	struct smmu3_ste abort = smmu3_ste_abort();
	u64 config;

	for (config = 0; config < 8; config++) {
		u64 vste[2] = {
			SMMU_STE0_V | FIELD_PREP(SMMU_STE0_CONFIG, config),
		};
		struct smmu3_ste ste;

		ste = smmu3_ste_nested(&nothing, &some_stage2, vste);
		if (config == SMMU_STE_CONFIG_BYPASS)
			KUNIT_EXPECT_MEMEQ(test, &ste, &s2, sizeof(ste));
		else if (config != SMMU_STE_CONFIG_S1)
			KUNIT_EXPECT_MEMEQ(test, &ste, &abort, sizeof(ste));

		vste[0] &= ~SMMU_STE0_V;
		ste = smmu3_ste_nested(&nothing, &some_stage2, vste);
		KUNIT_EXPECT_MEMEQ(test, &ste, &abort, sizeof(ste));
	}
}

static void context_descriptor(struct kunit *test)
{
	struct smmu3_stage1 s1 = {
		.asid = 0xbeef, .ttb = 0x000fedcba9876000, .mair = 0xff0444,
		.tg = SMMU_TG0_16K, .t0sz = 17, .ips = 5, .sh = 3, .orgn = 2,
		.irgn = 1,
	};
	struct smmu3_cd cd = smmu3_cd_stage1(&s1);
	u64 used[ENTRY_WORDS];

	/* V [31], EPD1 [30], AA64 [41], R [45], A [46], ASET [47] */
	KUNIT_EXPECT_EQ(test, cd.w[0], 0xbeefe205c0003991);
	KUNIT_EXPECT_EQ(test, cd.w[1], 0x000fedcba9876000);
	KUNIT_EXPECT_EQ(test, cd.w[2], 0);
	KUNIT_EXPECT_EQ(test, cd.w[3], 0xff0444);
	smmu3_cd_used(cd.w, used);
	KUNIT_EXPECT_EQ(test, cd.w[0] & ~used[0], 0);
	/* The upper half has no tables */
	KUNIT_EXPECT_EQ(test, used[2], 0);

	/* HD [42], HA [43], S [44] */
	s1.dirty = true;
	s1.stall = true;
	KUNIT_EXPECT_EQ(test, smmu3_cd_stage1(&s1).w[0], 0xbeeffe05c0003991);
}

static struct kunit_case ste_cases[] = {
	KUNIT_CASE(abort_and_bypass),
	KUNIT_CASE(ste_stage1),
	KUNIT_CASE(stage2),
	KUNIT_CASE(nested),
	KUNIT_CASE(nested_hostile),
	KUNIT_CASE(nested_configs),
	KUNIT_CASE(context_descriptor),
	{}
};

static struct kunit_suite ste_suite = {
	.name = "arm_smmu_v3_nested_ste",
	.test_cases = ste_cases,
};

kunit_test_suite(ste_suite);
