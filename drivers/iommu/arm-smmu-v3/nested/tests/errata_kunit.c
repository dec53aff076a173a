// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: errata of implementations, and what firmware knows better
 */
#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/ioport.h>
#include <linux/sizes.h>

#include "../domain.h"
#include "../event.h"
#include "../queue.h"
#include "fake_unit.h"

/* Product, variant and revision, of Arm's */
#define IIDR(product, variant, revision) \
	((product) << 20 | (variant) << 16 | (revision) << 12 | 0x43b)

static void by_iidr(struct kunit *test)
{
	static const struct {
		u32 iidr;
		bool nests;
		bool syncs;
	} cases[] = {
		{ IIDR(0x483U, 0, 0), false, false },
		{ IIDR(0x483U, 1, 2), false, false },
		{ IIDR(0x483U, 2, 0), true, false },
		{ IIDR(0x487U, 0, 0), false, true },
		{ IIDR(0x487U, 0, 1), false, true },
		{ IIDR(0x487U, 1, 0), false, true },
		{ IIDR(0x487U, 1, 1), true, false },
		/* Others, and the same products of another implementer */
		{ IIDR(0x48aU, 0, 0), true, false },
		{ IIDR(0x498U, 0, 0), true, false },
		{ 0x48300436, true, false },
		{ 0x48700436, true, false },
		{ 0, true, false },
	};
	struct fake_unit *fake = sham_unit_off(test);
	struct smmu3_unit *unit = &fake->unit;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		fake->regs[SMMU_REG_IIDR / 4] = cases[i].iidr;
		KUNIT_ASSERT_EQ(test, smmu3_hw_probe(unit), 0);
		KUNIT_EXPECT_EQ_MSG(test, smmu3_can_nest(unit), cases[i].nests,
				    "IIDR %#x", cases[i].iidr);
		KUNIT_EXPECT_EQ_MSG(test, unit->sync_batches, cases[i].syncs,
				    "IIDR %#x", cases[i].iidr);
	}
}

/* The longest run of commands without a CMD_SYNC of any kind behind them */
static unsigned int longest_run(struct fake_unit *fake)
{
	unsigned int i, run = 0, longest = 0;

	for (i = 0; i < fake->nr; i++) {
		if (FIELD_GET(SMMU_CMD0_OPCODE, fake->log[i].w0) ==
		    SMMU_OP_SYNC)
			run = 0;
		else
			longest = max(longest, ++run);
	}
	return longest;
}

static void batches_end_with_sync(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	struct smmu3_unit *unit = &fake->unit;
	const unsigned int n = 10 * CMD_BATCH;
	struct smmu3_batch batch;
	unsigned int i;

	fake->regs[SMMU_REG_IIDR / 4] = IIDR(0x487U, 1, 0);
	KUNIT_ASSERT_EQ(test, smmu3_hw_probe(unit), 0);
	smmu3_batch_begin(&batch, unit, false);
	for (i = 0; i < n; i++)
		smmu3_batch_add(&batch, smmu3_cmd_tlbi_nh_asid(0, i));
	KUNIT_EXPECT_EQ(test, smmu3_batch_flush(&batch), 0);
	KUNIT_EXPECT_EQ(test, sham_count(fake, SMMU_OP_TLBI_NH_ASID), n);
	KUNIT_EXPECT_LT(test, longest_run(fake), CMD_BATCH);
}

/* All of it twice, and a CMD_SYNC before the second time */
static void repeated(struct kunit *test)
{
	const struct cmd_words cfgi = smmu3_cmd_cfgi_ste(5, true);
	const struct cmd_words tlbi = smmu3_cmd_tlbi_nh_asid(0, 7);
	const struct cmd_words resume = smmu3_cmd_resume(1, 2, false, true);
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	struct smmu3_unit *unit = &fake->unit;
	struct smmu3_batch batch;
	unsigned int i;

	unit->repeat = true;
	unit->reserve = CMD_BATCH;
	smmu3_batch_begin(&batch, unit, false);
	smmu3_batch_add(&batch, cfgi);
	smmu3_batch_add(&batch, smmu3_cmd_sync());
	smmu3_batch_add(&batch, tlbi);
	smmu3_batch_add(&batch, resume);
	KUNIT_EXPECT_EQ(test, smmu3_batch_flush(&batch), 0);
	FAKE_EXPECT(test, fake, cfgi, FAKE_FENCE, cfgi, FAKE_FENCE, tlbi,
		    FAKE_FENCE, tlbi, resume);

	/* Whatever is in the batch already */
	sham_forget(fake);
	smmu3_batch_begin(&batch, unit, false);
	for (i = 0; i < 5 * CMD_BATCH + 1; i++)
		smmu3_batch_add(&batch, tlbi);
	KUNIT_EXPECT_EQ(test, smmu3_batch_flush(&batch), 0);
	KUNIT_EXPECT_EQ(test, sham_count(fake, SMMU_OP_TLBI_NH_ASID),
			2 * (5 * CMD_BATCH + 1));
	KUNIT_EXPECT_EQ(test, longest_run(fake), 2);
}

static void page0_only(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_off(test);
	struct smmu3_unit *unit = &fake->unit;

	KUNIT_ASSERT_EQ(test, smmu3_hw_probe(unit), 0);
	unit->page0_only = true;
	KUNIT_ASSERT_EQ(test, smmu3_evtq_init(unit), 0);
	KUNIT_ASSERT_EQ(test, smmu3_priq_init(unit), 0);
	KUNIT_EXPECT_EQ(test, unit->evtq.prod, 0xa8);
	KUNIT_EXPECT_EQ(test, unit->evtq.cons_reg, 0xac);
	KUNIT_EXPECT_EQ(test, unit->priq.prod, 0xc8);
	KUNIT_EXPECT_EQ(test, unit->priq.cons_reg, 0xcc);
}

static void incoherent(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_off(test);

	fake->unit.incoherent = true;
	KUNIT_EXPECT_EQ(test, smmu3_hw_probe(&fake->unit), -ENODEV);
}

/* Somewhere that nobody has anything */
#define SOMEWHERE	0xfedc00000000ULL

static const struct resource somewhere = {
	.start = SOMEWHERE,
	.end = SOMEWHERE + SZ_128K - 1,
	.flags = IORESOURCE_MEM,
};

/* Performance monitors have registers in the same pages */
static void claim(struct kunit *test)
{
	struct device *dev = kunit_device_register(test, "smmu-registers");
	struct device *other = kunit_device_register(test, "smmu-registers-too");

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, other);
	KUNIT_ASSERT_NOT_NULL(test, request_mem_region(SOMEWHERE + 0x2000,
						       SZ_4K, "pmcg"));
	KUNIT_ASSERT_NOT_NULL(test, request_mem_region(SOMEWHERE + 0x12000,
						       SZ_4K, "pmcg"));
	KUNIT_EXPECT_EQ(test, smmu3_claim_regs(dev, &somewhere, false), 0);
	/* Its own are its own */
	KUNIT_EXPECT_EQ(test, smmu3_claim_regs(other, &somewhere, false),
			-EBUSY);
	release_mem_region(SOMEWHERE + 0x2000, SZ_4K);
	release_mem_region(SOMEWHERE + 0x12000, SZ_4K);
}

static void claim_page0(struct kunit *test)
{
	const struct resource page0 = {
		.start = SOMEWHERE,
		.end = SOMEWHERE + SZ_64K - 1,
		.flags = IORESOURCE_MEM,
	};
	struct device *dev = kunit_device_register(test, "smmu-registers-page0");

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	KUNIT_EXPECT_EQ(test, smmu3_claim_regs(dev, &page0, false), -EINVAL);
	KUNIT_ASSERT_NOT_NULL(test, request_mem_region(SOMEWHERE + SMMU_PAGE1,
						       SZ_64K, "another"));
	KUNIT_EXPECT_EQ(test, smmu3_claim_regs(dev, &somewhere, true), 0);
	release_mem_region(SOMEWHERE + SMMU_PAGE1, SZ_64K);
}

static struct kunit_case errata_cases[] = {
	KUNIT_CASE(by_iidr),
	KUNIT_CASE(batches_end_with_sync),
	KUNIT_CASE(repeated),
	KUNIT_CASE(page0_only),
	KUNIT_CASE(incoherent),
	KUNIT_CASE(claim),
	KUNIT_CASE(claim_page0),
	{}
};

static struct kunit_suite errata_suite = {
	.name = "arm_smmu_v3_nested_errata",
	.test_cases = errata_cases,
};

kunit_test_suite(errata_suite);
