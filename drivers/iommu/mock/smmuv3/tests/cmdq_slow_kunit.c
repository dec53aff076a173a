// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: KUnit tests of a command queue that has to wait */
#include <kunit/static_stub.h>
#include <linux/io.h>

#include "../../tests/slow_kunit.h"
#include "unit.h"

#define CMD_CFGI_ALL	0x04ULL
#define CMD_ATC_INV	(0x40ULL | (u64)SLOW_SID << 32)
#define CMD_SYNC	0x46ULL
#define CMD_TLBI_ALL	0x30ULL
#define CS_IRQ		BIT_ULL(12)
#define MSI_DATA(n)	((u64)(n) << 32)
#define SIZE_ALL	52
#define RANGE_ALL	31

#define ERR_ATC_SYNC	3

struct cmdq_slow {
	struct mock_smmu_dut *dut;
	struct slow_bench *bench;
};

static int send_late(struct mock_smmu *m, const struct mock_smmu_cmd *cmd)
{
	struct cmdq_slow *s = kunit_get_current_test()->priv;

	return slow_bench_send(s->bench);
}

static int cmdq_slow_init(struct kunit *test)
{
	struct cmdq_slow *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, s);
	test->priv = s;
	s->dut = mock_smmu_dut_live(test);
	s->bench = slow_bench_create(test, s->dut->mi);
	mock_smmu_dut_cmdq(s->dut, 4);
	mock_smmu_dut_cr0(s->dut, SMMU_CR0_SMMUEN, 0);
	kunit_activate_static_stub(test, mock_smmu_send_atc_invalidate,
				   send_late);
	return 0;
}

static u32 read_cons(struct mock_smmu_dut *dut)
{
	return dut_read32(dut, SMMU_REG_CMDQ_CONS) & 0x1f;
}

static u32 read_word(struct mock_smmu_dut *dut)
{
	return le32_to_cpu(READ_ONCE(*dut->word));
}

static void put_sync(struct mock_smmu_dut *dut, u32 data)
{
	mock_smmu_dut_put(dut, CMD_SYNC | CS_IRQ | MSI_DATA(data),
			  virt_to_phys(dut->word));
}

/* It is at CMD_SYNC until the endpoint has answered, what is behind it waits */
static void mock_smmu_cmdq_slow_answer_test(struct kunit *test)
{
	struct cmdq_slow *s = test->priv;
	struct mock_smmu_dut *dut = s->dut;

	s->bench->ep.inv_delay_ms = 40;
	mock_smmu_dut_put(dut, CMD_ATC_INV, SIZE_ALL);
	mock_smmu_dut_put(dut, CMD_TLBI_ALL, 0);
	put_sync(dut, 1);
	mock_smmu_dut_put(dut, CMD_TLBI_ALL, 0);
	put_sync(dut, 2);
	mock_smmu_dut_bell(dut);
	KUNIT_EXPECT_EQ(test, read_cons(dut), 2);
	KUNIT_EXPECT_EQ(test, dut->m->stats.invalidations, 2);
	slow_bench_wait(s->bench, 39);
	KUNIT_EXPECT_EQ(test, read_cons(dut), 2);
	KUNIT_EXPECT_EQ(test, read_word(dut), 0);
	KUNIT_EXPECT_TRUE(test, slow_bench_hit(s->bench));
	slow_bench_wait(s->bench, 1);
	mock_smmu_dut_expect_done(dut);
	KUNIT_EXPECT_EQ(test, read_word(dut), 2);
	KUNIT_EXPECT_FALSE(test, slow_bench_hit(s->bench));
}

/* 4.7.3: CMD_SYNC fails, and succeeds when it is fetched again */
static void mock_smmu_cmdq_slow_limit_test(struct kunit *test)
{
	struct cmdq_slow *s = test->priv;
	struct mock_smmu_dut *dut = s->dut;
	unsigned int round;

	slow_bench_set(s->bench, &dut->mi->slow.devtlb_limit_ms, 20);
	s->bench->ep.inv_delay_ms = 1000;
	for (round = 0; round < 2; round++) {
		/* One that comes too late, and one that never comes */
		s->bench->silent = round;
		mock_smmu_dut_put(dut, CMD_ATC_INV, SIZE_ALL);
		put_sync(dut, round + 1);
		mock_smmu_dut_bell(dut);
		slow_bench_wait(s->bench, 19);
		KUNIT_EXPECT_EQ(test, read_cons(dut), 2 * round + 1);
		KUNIT_EXPECT_EQ(test, dut_gerror(dut), 0);
		slow_bench_wait(s->bench, 1);
		mock_smmu_dut_expect_error(dut, 2 * round + 1, ERR_ATC_SYNC);
		KUNIT_EXPECT_EQ(test, read_word(dut), round);
		mock_smmu_dut_ack(dut);
		mock_smmu_dut_expect_done(dut);
		KUNIT_EXPECT_EQ(test, read_word(dut), round + 1);
		KUNIT_EXPECT_TRUE(test, slow_bench_hit(s->bench));
	}
}

static void mock_smmu_cmdq_slow_hold_test(struct kunit *test)
{
	struct cmdq_slow *s = test->priv;
	struct mock_smmu_dut *dut = s->dut;

	slow_bench_hold(s->bench, MOCK_CMD_DEVTLB, 1);
	mock_smmu_dut_put(dut, CMD_TLBI_ALL, 0);
	mock_smmu_dut_put(dut, CMD_ATC_INV, SIZE_ALL);
	put_sync(dut, 1);
	mock_smmu_dut_bell(dut);
	KUNIT_EXPECT_EQ(test, read_cons(dut), 1);
	KUNIT_EXPECT_EQ(test, dut->m->stats.invalidations, 1);
	KUNIT_EXPECT_TRUE(test, slow_bench_hit(s->bench));
	slow_bench_hold(s->bench, MOCK_CMD_SYNC, 1);
	KUNIT_EXPECT_EQ(test, read_cons(dut), 2);
	KUNIT_EXPECT_FALSE(test, slow_bench_hit(s->bench));
	KUNIT_EXPECT_EQ(test, read_word(dut), 0);
	slow_bench_hold(s->bench, MOCK_CMD_OTHER, 1);
	mock_smmu_dut_expect_done(dut);
	KUNIT_EXPECT_EQ(test, read_word(dut), 1);

	slow_bench_hold(s->bench, MOCK_CMD_CONTEXT, 2);
	mock_smmu_dut_put(dut, CMD_CFGI_ALL, RANGE_ALL);
	mock_smmu_dut_put(dut, CMD_CFGI_ALL, RANGE_ALL);
	mock_smmu_dut_bell(dut);
	KUNIT_EXPECT_EQ(test, read_cons(dut), 4);
	slow_bench_hold(s->bench, MOCK_CMD_TLB, 1);
	KUNIT_EXPECT_EQ(test, read_cons(dut), 5);
	mock_smmu_dut_cmd(dut, CMD_TLBI_ALL, 0);
	KUNIT_EXPECT_EQ(test, read_cons(dut), 5);
	slow_bench_hold(s->bench, MOCK_CMD_OTHER, 1);
	mock_smmu_dut_expect_done(dut);
}

/* Off and on: it waits for nothing of before */
static void mock_smmu_cmdq_slow_disable_test(struct kunit *test)
{
	struct cmdq_slow *s = test->priv;
	struct mock_smmu_dut *dut = s->dut;

	s->bench->ep.inv_delay_ms = 100;
	mock_smmu_dut_put(dut, CMD_ATC_INV, SIZE_ALL);
	put_sync(dut, 1);
	mock_smmu_dut_bell(dut);
	KUNIT_EXPECT_EQ(test, read_cons(dut), 1);
	mock_smmu_dut_cr0(dut, 0, SMMU_CR0_CMDQEN);
	KUNIT_EXPECT_EQ(test, read_cons(dut), 1);
	mock_smmu_dut_cmdq(dut, 4);
	put_sync(dut, 2);
	mock_smmu_dut_bell(dut);
	mock_smmu_dut_expect_done(dut);
	KUNIT_EXPECT_EQ(test, read_word(dut), 2);
	KUNIT_EXPECT_TRUE(test, slow_bench_hit(s->bench));

	slow_bench_hold(s->bench, MOCK_CMD_SYNC, 1);
	put_sync(dut, 3);
	mock_smmu_dut_bell(dut);
	KUNIT_EXPECT_EQ(test, read_word(dut), 2);
	mock_smmu_dut_cr0(dut, 0, SMMU_CR0_CMDQEN);
	mock_smmu_dut_cr0(dut, SMMU_CR0_CMDQEN, 0);
	mock_smmu_dut_expect_done(dut);
	KUNIT_EXPECT_EQ(test, read_word(dut), 3);
	slow_bench_wait(s->bench, 100);
	KUNIT_EXPECT_FALSE(test, slow_bench_hit(s->bench));
	KUNIT_EXPECT_EQ(test, dut_gerror(dut), 0);
}

static void mock_smmu_cmdq_slow_syncs_test(struct kunit *test)
{
	struct cmdq_slow *s = test->priv;
	struct mock_smmu_dut *dut = s->dut;

	slow_bench_set(s->bench, &dut->mi->slow.sync_delay_ms, 10);
	put_sync(dut, 1);
	mock_smmu_dut_put(dut, CMD_TLBI_ALL, 0);
	put_sync(dut, 2);
	mock_smmu_dut_bell(dut);
	KUNIT_EXPECT_EQ(test, read_cons(dut), 0);
	slow_bench_wait(s->bench, 10);
	KUNIT_EXPECT_EQ(test, read_word(dut), 1);
	KUNIT_EXPECT_EQ(test, read_cons(dut), 2);
	slow_bench_wait(s->bench, 10);
	mock_smmu_dut_expect_done(dut);
	KUNIT_EXPECT_EQ(test, read_word(dut), 2);
}

static struct kunit_case mock_smmu_cmdq_slow_cases[] = {
	KUNIT_CASE(mock_smmu_cmdq_slow_answer_test),
	KUNIT_CASE(mock_smmu_cmdq_slow_limit_test),
	KUNIT_CASE(mock_smmu_cmdq_slow_hold_test),
	KUNIT_CASE(mock_smmu_cmdq_slow_disable_test),
	KUNIT_CASE(mock_smmu_cmdq_slow_syncs_test),
	{}
};

static struct kunit_suite mock_smmu_cmdq_slow_suite = {
	.name = "iommu_mock_smmuv3_cmdq_slow",
	.init = cmdq_slow_init,
	.test_cases = mock_smmu_cmdq_slow_cases,
};

kunit_test_suite(mock_smmu_cmdq_slow_suite);
