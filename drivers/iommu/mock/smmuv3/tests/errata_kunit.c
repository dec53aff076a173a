// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: KUnit tests of implementations that are not as they should be */
#include <linux/io.h>

#include "unit.h"

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
	for (i = 0; i <= MOCK_SMMU_NR_SKIPPED; i++) {
		words[1] = i;
		KUNIT_EXPECT_TRUE(test, mock_smmu_skip(skips, words));
	}
	mock_smmu_skips_complete(skips);
	for (i = 1; i <= MOCK_SMMU_NR_SKIPPED; i++) {
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

/* 63 are collected, which a CMD_SYNC or the end of the queue completes */
static void errata_collect_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_create(test);
	int i;

	dut->m->errata.mmu700 = true;
	mock_smmu_dut_start(dut);
	mock_smmu_dut_cmdq(dut, 5);
	for (i = 0; i < 63; i++)
		expect_done(dut, i & 1 ? CMD_TLBI_ALL : CMD_CFGI_STE, 0, 0);
	expect_done(dut, CMD_SYNC, 0, 63);
	expect_done(dut, CMD_SYNC, 0, 63);
	for (i = 0; i < 64 + 5; i++)
		expect_done(dut, CMD_TLBI_S12, 0, 63);
	expect_done(dut, CMD_SYNC, 0, 63 + 6);

	/* ATCs are another matter */
	mock_smmu_dut_cr0(dut, SMMU_CR0_SMMUEN, 0);
	mock_smmu_dut_cmd(dut, CMD_ATC_INV | SID(DUT_SID), SMMU_ATC_SIZE_ALL);
	KUNIT_EXPECT_EQ(test, dut->nr_atc, 1);
	expect_done(dut, CMD_TLBI_ALL, 0, 70);
	mock_smmu_dut_cr0(dut, 0, SMMU_CR0_CMDQEN);
	KUNIT_EXPECT_EQ(test, dut->m->stats.invalidations, 71);
}

/* The last registers of both pages that are the architecture's, and what is behind */
static void errata_strays_test(struct kunit *test)
{
	static const u32 inside[] = { 0x0, 0xdf8, 0x10000, 0x100a8, 0x10df8 };
	static const u32 outside[] = {
		0xe00, 0xffc, 0x1000, 0x2000, 0xfffc, 0x10e00, 0x11000,
		0x1fffc, 0x20000,
	};
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);
	u64 nr = 0;
	int i;

	for (i = 0; i < ARRAY_SIZE(inside); i++) {
		dut_read32(dut, inside[i]);
		dut_write32(dut, inside[i], 0);
		dut_read64(dut, inside[i]);
		dut_write64(dut, inside[i], 0);
		KUNIT_EXPECT_EQ(test, dut->m->hw->strays, 0);
	}
	for (i = 0; i < ARRAY_SIZE(outside); i++) {
		dut_read32(dut, outside[i]);
		dut_write32(dut, outside[i], 0);
		KUNIT_EXPECT_EQ(test, dut->m->hw->strays, nr + 2);
		KUNIT_EXPECT_EQ(test, dut->m->hw->stray_off, outside[i]);
		dut_read64(dut, outside[i] & ~7U);
		dut_write64(dut, outside[i] & ~7U, 0);
		nr += 4;
		KUNIT_EXPECT_EQ(test, dut->m->hw->strays, nr);
	}
}

/* How many bytes of registers there are, as firmware says it */
static u32 errata_regs_said(struct mock_smmu_dut *dut)
{
	struct mock_firmware fw = {};

	mock_smmuv3_model.firmware(dut->m->mi, &fw);
	return fw.regs_size;
}

/* EVENTQ_CONS and PRIQ_CONS are where page 0 has nothing else */
static void errata_page0_test(struct kunit *test)
{
	static const u32 regs[] = { 0xac, 0xcc };
	struct mock_smmu_dut *dut = mock_smmu_dut_create(test);
	int i;

	dut->m->errata.cn9900 = true;
	mock_smmu_dut_start(dut);
	KUNIT_EXPECT_EQ(test, errata_regs_said(dut), 0x10000);
	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		dut_write32(dut, regs[i], 5);
		KUNIT_EXPECT_EQ(test, dut_read32(dut, regs[i]), 5);
		KUNIT_EXPECT_EQ(test, dut->m->hw->strays, 4 * i);
		dut_write32(dut, 0x10000 | regs[i], 6);
		KUNIT_EXPECT_EQ(test, dut_read32(dut, 0x10000 | regs[i]),
				U32_MAX);
		dut_write64(dut, 0x10000 | (regs[i] & ~7U), 7);
		KUNIT_EXPECT_EQ(test, dut_read64(dut, 0x10000 | (regs[i] & ~7U)),
				U64_MAX);
		KUNIT_EXPECT_EQ(test, dut->m->hw->strays, 4 * (i + 1));
		KUNIT_EXPECT_EQ(test, dut_read32(dut, regs[i]), 5);
	}
	mock_smmu_dut_stop(dut);

	dut->m->errata.cn9900 = false;
	mock_smmu_dut_start(dut);
	KUNIT_EXPECT_EQ(test, errata_regs_said(dut), 0x20000);
	dut_write32(dut, 0xac, 5);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, 0xac), 0);
}

/* Events are taken from the queue by the registers of page 0 */
static void errata_page0_event_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_create(test);
	struct mock_smmu_event ev = { .id = SMMU_EVT_F_STREAM_DISABLED };
	u32 i;

	dut->m->errata.cn9900_hidden = true;
	KUNIT_EXPECT_EQ(test, errata_regs_said(dut), 0x20000);
	mock_smmu_dut_start(dut);
	dut_write32(dut, 0xa8, 0);
	dut_write32(dut, 0xac, 0);
	dut_write64(dut, SMMU_REG_EVTQ_BASE,
		    virt_to_phys(mock_test_pages(test, 0)) | 1);
	mock_smmu_dut_cr0(dut, SMMU_CR0_EVENTQEN, 0);
	for (i = 0; i < 4; i++) {
		ev.sid = i;
		scoped_guard(spinlock_irqsave, &dut->mi->lock)
			mock_smmu_event_record(dut->m, &ev);
		KUNIT_EXPECT_EQ(test, dut_read32(dut, 0xa8), (i + 1) & 3);
		dut_write32(dut, 0xac, (i + 1) & 3);
	}
	KUNIT_EXPECT_EQ(test, dut->m->hw->strays, 0);
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

static void errata_firmware_page0_test(struct kunit *test)
{
	struct mock_smmu_errata e = {};
	struct mock_firmware fw = {};

	KUNIT_EXPECT_FALSE(test, mock_smmu_errata_page0_only(&e));
	e.cn9900_hidden = true;
	KUNIT_EXPECT_TRUE(test, mock_smmu_errata_page0_only(&e));
	e.cn9900 = true;
	mock_smmu_errata_firmware(&e, &fw);
	KUNIT_EXPECT_NULL(test, fw.flag);
	e.cn9900_hidden = false;
	KUNIT_EXPECT_TRUE(test, mock_smmu_errata_page0_only(&e));
	mock_smmu_errata_firmware(&e, &fw);
	KUNIT_EXPECT_STREQ(test, fw.flag, "cavium,cn9900-broken-page1-regspace");
	KUNIT_EXPECT_NULL(test, fw.variant);
}

static struct kunit_case mock_smmu_errata_test_cases[] = {
	KUNIT_CASE(errata_twice_test),
	KUNIT_CASE(errata_each_test),
	KUNIT_CASE(errata_atc_test),
	KUNIT_CASE(errata_ring_test),
	KUNIT_CASE(errata_live_test),
	KUNIT_CASE(errata_collect_test),
	KUNIT_CASE(errata_strays_test),
	KUNIT_CASE(errata_page0_test),
	KUNIT_CASE(errata_page0_event_test),
	KUNIT_CASE(errata_firmware_test),
	KUNIT_CASE(errata_firmware_page0_test),
	{}
};

static struct kunit_suite mock_smmu_errata_suite = {
	.name = "iommu_mock_smmuv3_errata",
	.test_cases = mock_smmu_errata_test_cases,
};

kunit_test_suite(mock_smmu_errata_suite);
