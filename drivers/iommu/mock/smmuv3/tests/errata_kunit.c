// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: KUnit tests of implementations that are not as they should be */
#include "dut.h"

#define CMD_SYNC	0x46ULL
#define CMD_TLBI_ALL	0x30ULL
#define CMD_TLBI_S12	0x28ULL
#define CMD_CFGI_STE	0x03ULL
#define CMD_ATC_INV	0x40ULL
#define SID(n)		((u64)(n) << 32)

static struct mock_smmu_dut *tegra264(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_create(test);

	dut->m->errata.tegra264 = true;
	mock_smmu_dut_start(dut);
	mock_smmu_dut_cmdq(dut, 5);
	return dut;
}

static void expect_done(struct mock_smmu_dut *dut, u64 w0, u64 w1, u64 nr)
{
	mock_smmu_dut_cmd(dut, w0, w1);
	mock_smmu_dut_expect_done(dut);
	KUNIT_EXPECT_EQ(dut->test, dut->m->stats.invalidations, nr);
}

/* The second after a CMD_SYNC is carried out, then all begins anew */
static void errata_twice_test(struct kunit *test)
{
	static const u64 cmds[] = {
		CMD_TLBI_ALL, CMD_TLBI_S12 | SID(3), CMD_CFGI_STE | SID(3),
	};
	struct mock_smmu_dut *dut = tegra264(test);
	u64 nr = 0;
	int i, round;

	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		for (round = 0; round < 3; round++) {
			expect_done(dut, cmds[i], 0, nr);
			expect_done(dut, cmds[i], 0, nr);
			expect_done(dut, CMD_SYNC, 0, nr);
			expect_done(dut, cmds[i], 0, ++nr);
		}
	}
}

/* Another command, or the same for another, does not stand for it */
static void errata_each_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = tegra264(test);

	expect_done(dut, CMD_CFGI_STE | SID(3), 0, 0);
	expect_done(dut, CMD_TLBI_S12 | SID(3), 0, 0);
	expect_done(dut, CMD_SYNC, 0, 0);
	expect_done(dut, CMD_CFGI_STE | SID(4), 0, 0);
	expect_done(dut, CMD_CFGI_STE | SID(3), 1, 0);
	expect_done(dut, CMD_TLBI_S12 | SID(4), 0, 0);
	expect_done(dut, CMD_CFGI_STE | SID(3), 0, 1);
	expect_done(dut, CMD_TLBI_S12 | SID(3), 0, 2);
}

/* It is about the SMMU's caches, not about those of endpoints */
static void errata_atc_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = tegra264(test);

	mock_smmu_dut_cr0(dut, SMMU_CR0_SMMUEN, 0);
	mock_smmu_dut_cmd(dut, CMD_ATC_INV | SID(DUT_SID), SMMU_ATC_SIZE_ALL);
	KUNIT_EXPECT_EQ(test, dut->nr_atc, 1);
}

static void errata_ring_test(struct kunit *test)
{
	struct mock_smmu_skips *skips;
	u64 words[SMMU_CMD_WORDS] = { CMD_TLBI_ALL };
	u32 i;

	skips = kunit_kzalloc(test, sizeof(*skips), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, skips);
	for (i = 0; i <= SMMU_NR_SKIPPED; i++) {
		words[1] = i;
		KUNIT_EXPECT_TRUE(test, mock_smmu_skip(skips, words));
	}
	mock_smmu_skips_complete(skips);
	for (i = 1; i <= SMMU_NR_SKIPPED; i++) {
		words[1] = i;
		KUNIT_EXPECT_FALSE(test, mock_smmu_skip(skips, words));
	}
	/* The oldest was forgotten */
	words[1] = 0;
	KUNIT_EXPECT_TRUE(test, mock_smmu_skip(skips, words));
	mock_smmu_skips_complete(skips);
	KUNIT_EXPECT_FALSE(test, mock_smmu_skip(skips, words));
}

/* A reset SMMU has left nothing behind */
static void errata_live_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = tegra264(test);

	expect_done(dut, CMD_TLBI_ALL, 0, 0);
	expect_done(dut, CMD_SYNC, 0, 0);
	mock_smmu_dut_stop(dut);
	mock_smmu_dut_start(dut);
	mock_smmu_dut_cmdq(dut, 5);
	expect_done(dut, CMD_TLBI_ALL, 0, 0);

	mock_smmu_dut_stop(dut);
	dut->m->errata.tegra264 = false;
	mock_smmu_dut_start(dut);
	mock_smmu_dut_cmdq(dut, 5);
	expect_done(dut, CMD_TLBI_ALL, 0, 1);
}

/* What is hidden is there, and firmware does not say it */
static void errata_firmware_test(struct kunit *test)
{
	const struct mock_smmu_errata none = {};
	const struct mock_smmu_errata said = { .tegra264 = true };
	const struct mock_smmu_errata both = {
		.tegra264 = true,
		.tegra264_hidden = true,
	};
	const struct mock_smmu_errata hidden = { .tegra264_hidden = true };
	struct mock_firmware fw = {};

	mock_smmu_errata_firmware(&none, &fw);
	mock_smmu_errata_firmware(&both, &fw);
	mock_smmu_errata_firmware(&hidden, &fw);
	KUNIT_EXPECT_NULL(test, fw.variant);
	mock_smmu_errata_firmware(&said, &fw);
	KUNIT_EXPECT_STREQ(test, fw.variant, "nvidia,tegra264-smmu");

	KUNIT_EXPECT_FALSE(test, mock_smmu_errata_skips(&none, CMD_TLBI_ALL));
	KUNIT_EXPECT_TRUE(test, mock_smmu_errata_skips(&both, CMD_TLBI_ALL));
	KUNIT_EXPECT_TRUE(test, mock_smmu_errata_skips(&hidden, CMD_TLBI_ALL));
	KUNIT_EXPECT_TRUE(test, mock_smmu_errata_skips(&said, CMD_TLBI_ALL));
	KUNIT_EXPECT_FALSE(test, mock_smmu_errata_skips(&said, CMD_ATC_INV));
	KUNIT_EXPECT_FALSE(test, mock_smmu_errata_skips(&said, CMD_SYNC));
}

static struct kunit_case mock_smmu_errata_test_cases[] = {
	KUNIT_CASE(errata_twice_test),
	KUNIT_CASE(errata_each_test),
	KUNIT_CASE(errata_atc_test),
	KUNIT_CASE(errata_ring_test),
	KUNIT_CASE(errata_live_test),
	KUNIT_CASE(errata_firmware_test),
	{}
};

static struct kunit_suite mock_smmu_errata_suite = {
	.name = "iommu_mock_smmuv3_errata",
	.test_cases = mock_smmu_errata_test_cases,
};

kunit_test_suite(mock_smmu_errata_suite);
