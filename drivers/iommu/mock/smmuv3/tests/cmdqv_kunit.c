// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: KUnit tests of a CMDQV's registers, and of which VINTF has which VCMDQ */
#include "cmdqv_unit.h"

static int cmdqv_init(struct kunit *test)
{
	mock_cmdqv_dut_create(test, false);
	return 0;
}

static void mock_cmdqv_param_test(struct kunit *test)
{
	struct mock_cmdqv_dut *dut = test->priv;

	KUNIT_EXPECT_EQ(test, cmdqv_read(dut, CMDQV_REG_PARAM), 0x4231);
	cmdqv_write(dut, CMDQV_REG_PARAM, 0);
	KUNIT_EXPECT_EQ(test, cmdqv_read(dut, CMDQV_REG_PARAM), 0x4231);
}

static void mock_cmdqv_enable_test(struct kunit *test)
{
	struct mock_cmdqv_dut *dut = test->priv;

	KUNIT_EXPECT_EQ(test, cmdqv_read(dut, CMDQV_REG_STATUS), 1);
	cmdqv_write(dut, CMDQV_REG_CONFIG, ~1);
	KUNIT_EXPECT_EQ(test, cmdqv_read(dut, CMDQV_REG_CONFIG), 0);
	KUNIT_EXPECT_EQ(test, cmdqv_read(dut, CMDQV_REG_STATUS), 0);
	cmdqv_write(dut, CMDQV_REG_STATUS, 1);
	KUNIT_EXPECT_EQ(test, cmdqv_read(dut, CMDQV_REG_STATUS), 0);
}

static void expect_enabled(struct mock_cmdqv_dut *dut, bool enabled)
{
	const u32 vintf = cmdqv_vintf_at(CMDQV_DUT_GUEST, CMDQV_VINTF_STATUS);
	struct kunit *test = dut->smmu->test;

	KUNIT_EXPECT_EQ(test, cmdqv_read(dut, cmdqv_queue_at(4, CMDQV_VCMDQ_STATUS)), enabled);
	KUNIT_EXPECT_EQ(test, cmdqv_read(dut, vintf), enabled);
	KUNIT_EXPECT_EQ(test, cmdqv_read(dut, CMDQV_REG_STATUS), enabled);
}

/* Registers that do not acknowledge, each kind of them, until they do */
static void mock_cmdqv_stall_test(struct kunit *test)
{
	struct mock_cmdqv_dut *dut = test->priv;

	mock_cmdqv_dut_vintf(dut, CMDQV_DUT_GUEST, false);
	mock_cmdqv_dut_queue(dut, 4, CMDQV_DUT_GUEST, 0);
	mock_smmu_dut_misbehave(dut->smmu, MOCK_MISBEHAVE_REG_STALL, 3);
	cmdqv_write(dut, cmdqv_queue_at(4, CMDQV_VCMDQ_CONFIG), 0);
	cmdqv_write(dut, cmdqv_vintf_at(CMDQV_DUT_GUEST, CMDQV_VINTF_CONFIG), 0);
	cmdqv_write(dut, CMDQV_REG_CONFIG, 0);
	expect_enabled(dut, true);
	mock_smmu_dut_misbehave(dut->smmu, MOCK_MISBEHAVE_REG_STALL, 0);
	expect_enabled(dut, false);
}

/* Accesses that are not aligned, and offsets where nothing is */
static void mock_cmdqv_nothing_test(struct kunit *test)
{
	static const u32 nothing[] = {
		0x000c, 0x0010, 0x0034, CMDQV_REG_CMDQ_ALLOC + 4 * CMDQV_DUT_QUEUES,
		0x0ffc, 0x1008, 0x1000 + CMDQV_REG_VINTF_STRIDE * CMDQV_DUT_VINTFS, 0xfffc,
		CMDQV_VCMDQ_PAGE0 + CMDQV_VCMDQ_STRIDE * CMDQV_DUT_QUEUES,
		CMDQV_VCMDQ_PAGE0 + 0x18, CMDQV_VCMDQ_PAGE1 + 0x10, CMDQV_VINTF_PAGES,
	};
	struct mock_cmdqv_dut *dut = test->priv;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(nothing); i++) {
		cmdqv_write(dut, nothing[i], U32_MAX);
		KUNIT_EXPECT_EQ_MSG(test, cmdqv_read(dut, nothing[i]), 0, "%#x", nothing[i]);
	}
	cmdqv_write(dut, cmdqv_queue_at(0, CMDQV_VCMDQ_PROD) + 2, U32_MAX);
	KUNIT_EXPECT_EQ(test, cmdqv_read(dut, cmdqv_queue_at(0, CMDQV_VCMDQ_PROD)), 0);
	KUNIT_EXPECT_EQ(test, cmdqv_read(dut, CMDQV_REG_PARAM + 1), 0);
	KUNIT_EXPECT_EQ(test, iommu_regs_read64(&dut->regs, CMDQV_REG_PARAM), 0);
	iommu_regs_write64(&dut->regs, cmdqv_queue_at(0, CMDQV_PAGE + 4), U64_MAX);
	KUNIT_EXPECT_EQ(test, iommu_regs_read64(&dut->regs, cmdqv_queue_at(0, CMDQV_PAGE)), 0);
}

/* Whose a VINTF is cannot be changed while it is enabled */
static void mock_cmdqv_vintf_test(struct kunit *test)
{
	const u32 config = cmdqv_vintf_at(1, CMDQV_VINTF_CONFIG);
	const u32 status = cmdqv_vintf_at(1, CMDQV_VINTF_STATUS);
	struct mock_cmdqv_dut *dut = test->priv;

	cmdqv_write(dut, config, U32_MAX & ~CMDQV_VINTF_CONFIG_EN);
	KUNIT_EXPECT_EQ(test, cmdqv_read(dut, config), 0x3fffe);
	KUNIT_EXPECT_EQ(test, cmdqv_read(dut, status), 0);
	cmdqv_write(dut, config, 0x2468 | CMDQV_VINTF_CONFIG_EN);
	KUNIT_EXPECT_EQ(test, cmdqv_read(dut, config), 0x2469);
	KUNIT_EXPECT_EQ(test, cmdqv_read(dut, status), 1);
	cmdqv_write(dut, config, U32_MAX);
	KUNIT_EXPECT_EQ(test, cmdqv_read(dut, config), 0x2469);
	cmdqv_write(dut, config, 0x1110);
	KUNIT_EXPECT_EQ(test, cmdqv_read(dut, config), 0x2468);
	cmdqv_write(dut, config, 0x1110);
	KUNIT_EXPECT_EQ(test, cmdqv_read(dut, config), 0x1110);
}

static void mock_cmdqv_sids_test(struct kunit *test)
{
	const u32 match = cmdqv_vintf_at(3, CMDQV_VINTF_SID_MATCH);
	const u32 replace = cmdqv_vintf_at(3, CMDQV_VINTF_SID_REPLACE);
	struct mock_cmdqv_dut *dut = test->priv;
	u32 i;

	for (i = 0; i < MOCK_CMDQV_MAX_SIDS; i++) {
		cmdqv_write(dut, match + 4 * i, U32_MAX - i);
		cmdqv_write(dut, replace + 4 * i, U32_MAX - i);
	}
	for (i = 0; i < MOCK_CMDQV_MAX_SIDS; i++) {
		KUNIT_EXPECT_EQ(test, cmdqv_read(dut, match + 4 * i), 0x1fffff - i);
		KUNIT_EXPECT_EQ(test, cmdqv_read(dut, replace + 4 * i), 0xfffff - i);
	}
	KUNIT_EXPECT_EQ(test, cmdqv_read(dut, cmdqv_vintf_at(2, CMDQV_VINTF_SID_MATCH)), 0);
}

static void mock_cmdqv_int_mask_test(struct kunit *test)
{
	struct mock_cmdqv_dut *dut = test->priv;

	cmdqv_write(dut, CMDQV_REG_VI_INT_MASK, U32_MAX);
	cmdqv_write(dut, CMDQV_REG_VI_INT_MASK + 4, U32_MAX);
	KUNIT_EXPECT_EQ(test, cmdqv_read(dut, CMDQV_REG_VI_INT_MASK), 0xf);
	KUNIT_EXPECT_EQ(test, cmdqv_read(dut, CMDQV_REG_VI_INT_MASK + 4), 0);
}

static u32 alloc_read(struct mock_cmdqv_dut *dut, u32 nr)
{
	return cmdqv_read(dut, CMDQV_REG_CMDQ_ALLOC + 4 * nr);
}

static u32 alloc_write(struct mock_cmdqv_dut *dut, u32 nr, u32 val)
{
	cmdqv_write(dut, CMDQV_REG_CMDQ_ALLOC + 4 * nr, val);
	return alloc_read(dut, nr) & CMDQV_ALLOC_ALLOCATED;
}

/* In ascending order of logical numbers, and back in descending order */
static void mock_cmdqv_alloc_order_test(struct kunit *test)
{
	struct mock_cmdqv_dut *dut = test->priv;

	mock_cmdqv_dut_vintf(dut, 1, false);
	KUNIT_EXPECT_FALSE(test, alloc_write(dut, 7, cmdqv_alloc_of(1, 1)));
	KUNIT_EXPECT_TRUE(test, alloc_write(dut, 5, cmdqv_alloc_of(1, 0)));
	KUNIT_EXPECT_TRUE(test, alloc_write(dut, 7, cmdqv_alloc_of(1, 1)));
	KUNIT_EXPECT_TRUE(test, alloc_write(dut, 2, cmdqv_alloc_of(1, 2)));
	KUNIT_EXPECT_FALSE(test, alloc_write(dut, 1, cmdqv_alloc_of(1, 4)));
	KUNIT_EXPECT_TRUE(test, alloc_write(dut, 5, cmdqv_alloc_of(1, 0) & ~1));
	KUNIT_EXPECT_TRUE(test, alloc_write(dut, 7, cmdqv_alloc_of(1, 1) & ~1));
	KUNIT_EXPECT_FALSE(test, alloc_write(dut, 2, cmdqv_alloc_of(1, 2) & ~1));
	KUNIT_EXPECT_FALSE(test, alloc_write(dut, 7, cmdqv_alloc_of(1, 1) & ~1));
	KUNIT_EXPECT_FALSE(test, alloc_write(dut, 5, cmdqv_alloc_of(1, 0) & ~1));
	/* Of a VINTF that is not enabled it is no matter */
	KUNIT_EXPECT_TRUE(test, alloc_write(dut, 7, cmdqv_alloc_of(3, 1)));
}

static void mock_cmdqv_alloc_refused_test(struct kunit *test)
{
	struct mock_cmdqv_dut *dut = test->priv;

	KUNIT_EXPECT_TRUE(test, alloc_write(dut, 0, cmdqv_alloc_of(1, 0)));
	/* What is somebody's already, on either side */
	KUNIT_EXPECT_FALSE(test, alloc_write(dut, 1, cmdqv_alloc_of(1, 0)));
	KUNIT_EXPECT_TRUE(test, alloc_write(dut, 0, cmdqv_alloc_of(2, 0)));
	KUNIT_EXPECT_EQ(test, alloc_read(dut, 0), cmdqv_alloc_of(1, 0));
	/* A VINTF that is not there */
	KUNIT_EXPECT_FALSE(test, alloc_write(dut, 1, cmdqv_alloc_of(CMDQV_DUT_VINTFS, 0)));
	KUNIT_EXPECT_FALSE(test, alloc_write(dut, 1, cmdqv_alloc_of(63, 0)));
	/* Bits that are none */
	alloc_write(dut, 3, ~(u32)CMDQV_ALLOC_ALLOCATED);
	KUNIT_EXPECT_EQ(test, alloc_read(dut, 3), 0x1f80fe);
}

/* The same registers are in the page of all VCMDQs and in that of the VINTF */
static void mock_cmdqv_alias_test(struct kunit *test)
{
	const u64 base = 0xabcdef000 | 5;
	struct mock_cmdqv_dut *dut = test->priv;
	u32 i;

	alloc_write(dut, 6, cmdqv_alloc_of(2, 0));
	for (i = 0; i < 2; i++) {
		u32 here = i ? cmdqv_queue_at(6, 0) : cmdqv_lvcmdq_at(2, 0, 0);
		u32 there = i ? cmdqv_lvcmdq_at(2, 0, 0) : cmdqv_queue_at(6, 0);

		cmdqv_write(dut, here + CMDQV_VCMDQ_PROD, 0x123 + i);
		cmdqv_write(dut, here + CMDQV_VCMDQ_CONS, 0x456 + i);
		iommu_regs_write64(&dut->regs, here + CMDQV_PAGE + CMDQV_VCMDQ_BASE,
				   base + ((u64)i << 40));
		KUNIT_EXPECT_EQ(test, cmdqv_read(dut, there + CMDQV_VCMDQ_PROD), 0x123 + i);
		KUNIT_EXPECT_EQ(test, cmdqv_read(dut, there + CMDQV_VCMDQ_CONS), 0x456 + i);
		KUNIT_EXPECT_EQ(test,
				iommu_regs_read64(&dut->regs,
						  there + CMDQV_PAGE + CMDQV_VCMDQ_BASE),
				base + ((u64)i << 40));
	}
	/* Gone from there, it is only here */
	alloc_write(dut, 6, 0);
	KUNIT_EXPECT_EQ(test, cmdqv_read(dut, cmdqv_lvcmdq_at(2, 0, CMDQV_VCMDQ_PROD)), 0);
	KUNIT_EXPECT_EQ(test, cmdqv_read(dut, cmdqv_queue_at(6, CMDQV_VCMDQ_PROD)), 0x124);
}

static void mock_cmdqv_config_test(struct kunit *test)
{
	struct mock_cmdqv_config config = { .on = true };

	mock_cmdqv_config_default(&config);
	KUNIT_EXPECT_NULL(test, mock_cmdqv_config_check(&config));
	config.vintfs = MOCK_CMDQV_MAX_VINTFS;
	config.vcmdqs = MOCK_CMDQV_MAX_VINTFS;
	KUNIT_EXPECT_NULL(test, mock_cmdqv_config_check(&config));
	KUNIT_EXPECT_EQ(test, mock_cmdqv_size(&config), 0x230000);
	config.vcmdqs /= 2;
	KUNIT_EXPECT_NOT_NULL(test, mock_cmdqv_config_check(&config));
	config.on = false;
	KUNIT_EXPECT_NULL(test, mock_cmdqv_config_check(&config));
}

static struct kunit_case mock_cmdqv_cases[] = {
	KUNIT_CASE(mock_cmdqv_param_test),
	KUNIT_CASE(mock_cmdqv_enable_test),
	KUNIT_CASE(mock_cmdqv_stall_test),
	KUNIT_CASE(mock_cmdqv_nothing_test),
	KUNIT_CASE(mock_cmdqv_vintf_test),
	KUNIT_CASE(mock_cmdqv_sids_test),
	KUNIT_CASE(mock_cmdqv_int_mask_test),
	KUNIT_CASE(mock_cmdqv_alloc_order_test),
	KUNIT_CASE(mock_cmdqv_alloc_refused_test),
	KUNIT_CASE(mock_cmdqv_alias_test),
	KUNIT_CASE(mock_cmdqv_config_test),
	{}
};

static struct kunit_suite mock_cmdqv_suite = {
	.name = "iommu_mock_smmuv3_cmdqv",
	.init = cmdqv_init,
	.test_cases = mock_cmdqv_cases,
};

kunit_test_suite(mock_cmdqv_suite);
