// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: KUnit tests of a CMDQV that userspace has mapped */
#include "cmdqv_unit.h"

#define GUEST	5	/* VCMDQ of a guest */
#define ASID(x)	((u64)SMMU_OP_TLBI_NH_ASID | (u64)(x) << 48)

static int cmdqv_page_init(struct kunit *test)
{
	struct mock_cmdqv_dut *dut = mock_cmdqv_dut_create(test, true);
	u32 i;

	mock_cmdqv_dut_vintf(dut, CMDQV_DUT_GUEST, false);
	mock_cmdqv_dut_queue(dut, GUEST, CMDQV_DUT_GUEST, 0);
	for (i = 0; i < 8; i++)
		mock_cmdqv_dut_put(dut, GUEST, i, ASID(i), 0);
	return 0;
}

/* A word of VCMDQ @lvcmdq as the guest finds it */
static __le32 *page_word(struct mock_cmdqv_dut *dut, u32 lvcmdq, u32 off)
{
	return dut->memory + cmdqv_lvcmdq_at(CMDQV_DUT_GUEST, lvcmdq, off);
}

static u32 page_read(struct mock_cmdqv_dut *dut, u32 off)
{
	return le32_to_cpu(READ_ONCE(*page_word(dut, 0, off)));
}

static void page_write(struct mock_cmdqv_dut *dut, u32 off, u32 val)
{
	WRITE_ONCE(*page_word(dut, 0, off), cpu_to_le32(val));
}

/* True if there was something */
static bool page_poll(struct kunit *test)
{
	struct mock_cmdqv_dut *dut = test->priv;
	bool busy;

	guard(spinlock_irqsave)(&dut->smmu->mi->lock);
	KUNIT_EXPECT_TRUE(test, mock_cmdqv_page_poll(dut->smmu->m->cmdqv, &busy));
	return busy;
}

static void mock_cmdqv_page_prod_test(struct kunit *test)
{
	struct mock_cmdqv_dut *dut = test->priv;

	KUNIT_EXPECT_EQ(test, page_read(dut, CMDQV_VCMDQ_STATUS), 1);
	KUNIT_EXPECT_FALSE(test, page_poll(test));
	page_write(dut, CMDQV_VCMDQ_PROD, 3);
	KUNIT_EXPECT_EQ(test, dut->nr_cmds, 0);
	KUNIT_EXPECT_TRUE(test, page_poll(test));
	KUNIT_EXPECT_EQ(test, dut->nr_cmds, 3);
	KUNIT_EXPECT_EQ(test, page_read(dut, CMDQV_VCMDQ_CONS), 3);
	/* The kernel sees the same */
	KUNIT_EXPECT_EQ(test, cmdqv_read(dut, cmdqv_queue_at(GUEST, CMDQV_VCMDQ_PROD)), 3);
	KUNIT_EXPECT_FALSE(test, page_poll(test));
}

/* What the kernel writes, the guest sees at once */
static void mock_cmdqv_page_kernel_test(struct kunit *test)
{
	struct mock_cmdqv_dut *dut = test->priv;

	cmdqv_write(dut, cmdqv_lvcmdq_at(CMDQV_DUT_GUEST, 0, CMDQV_VCMDQ_CONFIG), 0);
	KUNIT_EXPECT_EQ(test, page_read(dut, CMDQV_VCMDQ_CONFIG), 0);
	KUNIT_EXPECT_EQ(test, page_read(dut, CMDQV_VCMDQ_STATUS), 0);
	cmdqv_write(dut, cmdqv_lvcmdq_at(CMDQV_DUT_GUEST, 0, CMDQV_VCMDQ_PROD), 7);
	KUNIT_EXPECT_EQ(test, page_read(dut, CMDQV_VCMDQ_PROD), 7);
	KUNIT_EXPECT_FALSE(test, page_poll(test));
}

/* Of both, the guest's write is later: it is found when it is looked for */
static void mock_cmdqv_page_race_test(struct kunit *test)
{
	struct mock_cmdqv_dut *dut = test->priv;

	page_write(dut, CMDQV_VCMDQ_PROD, 2);
	cmdqv_write(dut, cmdqv_lvcmdq_at(CMDQV_DUT_GUEST, 0, CMDQV_VCMDQ_PROD), 1);
	KUNIT_EXPECT_EQ(test, page_read(dut, CMDQV_VCMDQ_PROD), 2);
	KUNIT_EXPECT_TRUE(test, page_poll(test));
	KUNIT_EXPECT_EQ(test, dut->nr_cmds, 2);
	KUNIT_EXPECT_EQ(test, page_read(dut, CMDQV_VCMDQ_CONS), 2);
}

/* Registers that cannot be written, and bits that are none */
static void mock_cmdqv_page_read_only_test(struct kunit *test)
{
	static const u32 want[CMDQV_VCMDQ_NR_WORDS] = { 0, 0, 1, 1, 0, 0 };
	struct mock_cmdqv_dut *dut = test->priv;
	u32 i;

	for (i = 0; i < CMDQV_VCMDQ_NR_WORDS; i++) {
		/* GERRORN has a bit, which would be an error that nobody has made */
		page_write(dut, 4 * i, 0xfff00000 | want[i]);
		KUNIT_EXPECT_TRUE(test, page_poll(test));
		KUNIT_EXPECT_EQ_MSG(test, page_read(dut, 4 * i), want[i], "word %u", i);
		KUNIT_EXPECT_FALSE(test, page_poll(test));
	}
	page_write(dut, CMDQV_VCMDQ_CONS, 5);
	page_write(dut, CMDQV_VCMDQ_STATUS, 0);
	page_write(dut, CMDQV_VCMDQ_GERROR, 1);
	KUNIT_EXPECT_TRUE(test, page_poll(test));
	for (i = 0; i < CMDQV_VCMDQ_NR_WORDS; i++)
		KUNIT_EXPECT_EQ(test, page_read(dut, 4 * i), want[i]);
	KUNIT_EXPECT_EQ(test, dut->nr_cmds, 0);
}

/* Off, indexes to zero, and on: all of it before it is looked at */
static void mock_cmdqv_page_restart_test(struct kunit *test)
{
	struct mock_cmdqv_dut *dut = test->priv;

	page_write(dut, CMDQV_VCMDQ_PROD, 3);
	page_poll(test);
	page_write(dut, CMDQV_VCMDQ_CONFIG, 0);
	page_write(dut, CMDQV_VCMDQ_PROD, 0);
	page_write(dut, CMDQV_VCMDQ_CONS, 0);
	page_poll(test);
	KUNIT_EXPECT_EQ(test, page_read(dut, CMDQV_VCMDQ_STATUS), 0);
	KUNIT_EXPECT_EQ(test, page_read(dut, CMDQV_VCMDQ_CONS), 0);
	KUNIT_EXPECT_EQ(test, dut->nr_cmds, 3);
	page_write(dut, CMDQV_VCMDQ_CONS, 1);
	page_write(dut, CMDQV_VCMDQ_PROD, 2);
	page_write(dut, CMDQV_VCMDQ_CONFIG, 1);
	page_poll(test);
	KUNIT_EXPECT_EQ(test, page_read(dut, CMDQV_VCMDQ_STATUS), 1);
	KUNIT_EXPECT_EQ(test, dut->nr_cmds, 4);
	KUNIT_EXPECT_EQ(test, page_read(dut, CMDQV_VCMDQ_CONS), 2);
}

static void mock_cmdqv_page_error_test(struct kunit *test)
{
	struct mock_cmdqv_dut *dut = test->priv;

	mock_cmdqv_dut_put(dut, GUEST, 1, 0xff, 0);
	page_write(dut, CMDQV_VCMDQ_PROD, 3);
	page_poll(test);
	KUNIT_EXPECT_EQ(test, page_read(dut, CMDQV_VCMDQ_GERROR), 1);
	KUNIT_EXPECT_EQ(test, page_read(dut, CMDQV_VCMDQ_CONS), 1 | SMMU_CERROR_ILL << 24);
	KUNIT_EXPECT_EQ(test, dut->nr_irqs, 1);
	mock_cmdqv_dut_put(dut, GUEST, 1, SMMU_OP_SYNC, 0);
	page_write(dut, CMDQV_VCMDQ_GERRORN, 1);
	page_poll(test);
	KUNIT_EXPECT_EQ(test, page_read(dut, CMDQV_VCMDQ_CONS) & 0xff, 3);
	KUNIT_EXPECT_EQ(test, dut->nr_irqs, 1);
}

/* So many at a time, however many there are */
static void mock_cmdqv_page_batch_test(struct kunit *test)
{
	struct mock_cmdqv_dut *dut = test->priv;
	u32 prod = 0, i;

	for (i = 0; i < 20; i++) {
		prod = (prod + 8) % 16;
		page_write(dut, CMDQV_VCMDQ_PROD, prod);
		KUNIT_EXPECT_TRUE(test, page_poll(test));
		KUNIT_EXPECT_EQ(test, dut->nr_cmds, 8 * (i + 1));
	}
}

/* What was there goes with the queue, and with the VINTF */
static void mock_cmdqv_page_clear_test(struct kunit *test)
{
	const u32 config = FIELD_PREP(CMDQV_VINTF_CONFIG_VMID, CMDQV_DUT_VMID);
	struct mock_cmdqv_dut *dut = test->priv;
	void *page = page_word(dut, 0, 0);

	memset(page, 0xa5, CMDQV_PAGE);
	cmdqv_write(dut, CMDQV_REG_CMDQ_ALLOC + 4 * GUEST, 0);
	KUNIT_EXPECT_NULL(test, memchr_inv(page, 0, CMDQV_VCMDQ_STRIDE));
	KUNIT_EXPECT_NULL(test, memchr_inv(page + CMDQV_VCMDQ_STRIDE, 0xa5,
					   CMDQV_PAGE - CMDQV_VCMDQ_STRIDE));
	cmdqv_write(dut, cmdqv_vintf_at(CMDQV_DUT_GUEST, CMDQV_VINTF_CONFIG), config);
	KUNIT_EXPECT_NULL(test, memchr_inv(page, 0, CMDQV_PAGE));
	memset(page, 0xa5, CMDQV_PAGE);
	cmdqv_write(dut, cmdqv_vintf_at(CMDQV_DUT_GUEST, CMDQV_VINTF_CONFIG), config | 1);
	KUNIT_EXPECT_NULL(test, memchr_inv(page, 0, CMDQV_PAGE));
}

/* Of the hypervisor's queues nobody looks, and of one that is nobody's */
static void mock_cmdqv_page_watched_test(struct kunit *test)
{
	struct mock_cmdqv_dut *dut = test->priv;
	struct mock_cmdqv *v = dut->smmu->m->cmdqv;
	bool busy;

	cmdqv_write(dut, CMDQV_REG_CMDQ_ALLOC + 4 * GUEST, 0);
	mock_cmdqv_dut_vintf(dut, CMDQV_DUT_HYP, true);
	mock_cmdqv_dut_queue(dut, 0, CMDQV_DUT_HYP, 0);
	*(__le32 *)(dut->memory + cmdqv_lvcmdq_at(CMDQV_DUT_HYP, 0, CMDQV_VCMDQ_PROD)) =
		cpu_to_le32(1);
	scoped_guard(spinlock_irqsave, &dut->smmu->mi->lock)
		KUNIT_EXPECT_FALSE(test, mock_cmdqv_page_poll(v, &busy));
	KUNIT_EXPECT_FALSE(test, busy);
	KUNIT_EXPECT_EQ(test, dut->nr_cmds, 0);
}

/* What a guest writes where it has no queue does nothing to one that it gets */
static void mock_cmdqv_page_early_test(struct kunit *test)
{
	struct mock_cmdqv_dut *dut = test->priv;
	__le32 *prod = page_word(dut, 1, CMDQV_VCMDQ_PROD);

	WRITE_ONCE(*prod, cpu_to_le32(1));
	WRITE_ONCE(*page_word(dut, 1, CMDQV_VCMDQ_CONFIG), cpu_to_le32(CMDQV_VCMDQ_EN));
	page_poll(test);
	cmdqv_write(dut, CMDQV_REG_CMDQ_ALLOC + 4 * (GUEST + 1),
		    cmdqv_alloc_of(CMDQV_DUT_GUEST, 1));
	KUNIT_EXPECT_FALSE(test, page_poll(test));
	KUNIT_EXPECT_EQ(test, le32_to_cpu(READ_ONCE(*prod)), 0);
	KUNIT_EXPECT_EQ(test, cmdqv_read(dut, cmdqv_queue_at(GUEST + 1, CMDQV_VCMDQ_STATUS)),
			0);
	KUNIT_EXPECT_EQ(test, cmdqv_read(dut, cmdqv_queue_at(GUEST + 1, CMDQV_VCMDQ_PROD)),
			0);
}

static struct kunit_case mock_cmdqv_page_cases[] = {
	KUNIT_CASE(mock_cmdqv_page_prod_test),
	KUNIT_CASE(mock_cmdqv_page_kernel_test),
	KUNIT_CASE(mock_cmdqv_page_race_test),
	KUNIT_CASE(mock_cmdqv_page_read_only_test),
	KUNIT_CASE(mock_cmdqv_page_restart_test),
	KUNIT_CASE(mock_cmdqv_page_error_test),
	KUNIT_CASE(mock_cmdqv_page_batch_test),
	KUNIT_CASE(mock_cmdqv_page_clear_test),
	KUNIT_CASE(mock_cmdqv_page_watched_test),
	KUNIT_CASE(mock_cmdqv_page_early_test),
	{}
};

static struct kunit_suite mock_cmdqv_page_suite = {
	.name = "iommu_mock_smmuv3_cmdqv_page",
	.init = cmdqv_page_init,
	.test_cases = mock_cmdqv_page_cases,
};

kunit_test_suite(mock_cmdqv_page_suite);
