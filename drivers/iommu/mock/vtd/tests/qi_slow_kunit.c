// SPDX-License-Identifier: GPL-2.0-only
/* Mock VT-d: tests of an invalidation queue that has to wait */
#include <kunit/static_stub.h>

#include "../../tests/slow_kunit.h"
#include "unit.h"

struct qi_slow {
	struct mock_vtd_hw *hw;
	struct slow_bench *bench;
};

static int send_late(struct mock_vtd *m, const struct mock_vtd_inv *inv)
{
	struct qi_slow *s = kunit_get_current_test()->priv;

	return slow_bench_send(s->bench);
}

static int qi_slow_init(struct kunit *test)
{
	struct qi_slow *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, s);
	test->priv = s;
	s->hw = mock_vtd_hw_create(test);
	mock_vtd_hw_start(s->hw);
	mock_vtd_hw_unmask(s->hw);
	s->bench = slow_bench_create(test, s->hw->mi);
	mock_vtd_hw_iq_enable(s->hw, 0, false);
	kunit_activate_static_stub(test, mock_vtd_send_atc_invalidate,
				   send_late);
	return 0;
}

static void put_devtlb(struct mock_vtd_hw *hw)
{
	mock_vtd_hw_put(hw, VTD_QI_DTLB | FIELD_PREP(VTD_DTLB0_SID, SLOW_SID),
			VTD_DTLB1_S | VTD_DTLB1_ADDR);
}

static void put_iotlb(struct mock_vtd_hw *hw)
{
	mock_vtd_hw_put(hw, VTD_QI_IOTLB | FIELD_PREP(VTD_IOTLB0_G, VTD_IOTLB_GLOBAL),
			0);
}

/* The head is at the wait until the device has answered, what is behind it waits */
static void qi_slow_answer(struct kunit *test)
{
	struct qi_slow *s = test->priv;
	struct mock_vtd_hw *hw = s->hw;

	s->bench->ep.inv_delay_ms = 40;
	put_devtlb(hw);
	put_iotlb(hw);
	mock_vtd_hw_put_wait(hw, 1, VTD_WAIT0_IF);
	put_iotlb(hw);
	mock_vtd_hw_put_wait(hw, 2, 0);
	mock_vtd_hw_bell(hw);
	KUNIT_EXPECT_EQ(test, hw_head(hw), 2);
	KUNIT_EXPECT_EQ(test, hw->m->stats.invalidations, 2);
	slow_bench_wait(s->bench, 39);
	KUNIT_EXPECT_EQ(test, hw_head(hw), 2);
	KUNIT_EXPECT_EQ(test, hw_status(hw), 0);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_ICS), 0);
	KUNIT_EXPECT_TRUE(test, slow_bench_hit(s->bench));

	slow_bench_wait(s->bench, 1);
	mock_vtd_hw_expect_done(hw, 2);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_ICS), VTD_ICS_IWC);
	KUNIT_EXPECT_EQ(test, hw->nr_msi[MOCK_VTD_EVENT_INV], 1);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), 0);
	KUNIT_EXPECT_FALSE(test, slow_bench_hit(s->bench));
}

/* Who polls with interrupts off finds that time has gone by, though no timer ran */
static void qi_slow_polled(struct kunit *test)
{
	struct qi_slow *s = test->priv;
	struct mock_vtd_hw *hw = s->hw;
	unsigned long flags;
	u32 early, late;

	s->bench->ep.inv_delay_ms = 40;
	put_devtlb(hw);
	mock_vtd_hw_put_wait(hw, 1, 0);
	mock_vtd_hw_bell(hw);
	hw->mi->slow.running = true;
	hw->mi->slow.armed = s->bench->timer;

	local_irq_save(flags);
	s->bench->now = ktime_add_ms(s->bench->now, 39);
	hw_read32(hw, VTD_REG_FSTS);
	early = hw_status(hw);
	s->bench->now = ktime_add_ms(s->bench->now, 1);
	hw_read32(hw, VTD_REG_FSTS);
	late = hw_status(hw);
	local_irq_restore(flags);
	hw->mi->slow.running = false;
	KUNIT_EXPECT_EQ(test, early, 0);
	KUNIT_EXPECT_EQ(test, late, 1);
}

/* 6.5.2.10: the waits are aborted, the device is named, the queue goes on later */
static void qi_slow_limit(struct kunit *test)
{
	struct qi_slow *s = test->priv;
	struct mock_vtd_hw *hw = s->hw;
	unsigned int round;

	slow_bench_set(s->bench, &hw->mi->slow.devtlb_limit_ms, 20);
	for (round = 0; round < 2; round++) {
		/* One that comes too late, and one that never comes */
		s->bench->silent = round;
		s->bench->ep.inv_delay_ms = 1000;
		put_devtlb(hw);
		mock_vtd_hw_put_wait(hw, 1 + round, VTD_WAIT0_IF);
		mock_vtd_hw_put_wait(hw, 11 + round, 0);
		mock_vtd_hw_bell(hw);
		slow_bench_wait(s->bench, 19);
		KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), 0);
		KUNIT_EXPECT_NE(test, hw_read64(hw, VTD_REG_IQH), hw->tail);

		slow_bench_wait(s->bench, 1);
		KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS),
				VTD_FSTS_ITE);
		KUNIT_EXPECT_EQ(test, hw_itesid(hw), SLOW_SID);
		KUNIT_EXPECT_EQ(test, hw_read64(hw, VTD_REG_IQH), hw->tail);
		KUNIT_EXPECT_EQ(test, hw_status(hw), round * 3);
		KUNIT_EXPECT_EQ(test, hw->nr_msi[MOCK_VTD_EVENT_INV], 0);
		KUNIT_EXPECT_EQ(test, hw->nr_msi[MOCK_VTD_EVENT_FAULT], round + 1);
		KUNIT_EXPECT_TRUE(test, slow_bench_hit(s->bench));

		mock_vtd_hw_put_wait(hw, 3, 0);
		mock_vtd_hw_bell(hw);
		hw_write32(hw, VTD_REG_FSTS, VTD_FSTS_ITE);
		mock_vtd_hw_expect_done(hw, 3);
	}
}

/* Reported as well when there was no wait, or an error had stopped the queue */
static void qi_slow_limit_alone(struct kunit *test)
{
	struct qi_slow *s = test->priv;
	struct mock_vtd_hw *hw = s->hw;

	s->bench->silent = true;
	slow_bench_set(s->bench, &hw->mi->slow.devtlb_limit_ms, 20);
	put_devtlb(hw);
	mock_vtd_hw_bell(hw);
	KUNIT_EXPECT_EQ(test, hw_read64(hw, VTD_REG_IQH), hw->tail);
	slow_bench_wait(s->bench, 20);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), VTD_FSTS_ITE);
	hw_write32(hw, VTD_REG_FSTS, VTD_FSTS_ITE);

	put_devtlb(hw);
	mock_vtd_hw_put(hw, 0, 0);
	mock_vtd_hw_bell(hw);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), VTD_FSTS_IQE);
	slow_bench_wait(s->bench, 20);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS),
			VTD_FSTS_IQE | VTD_FSTS_ITE);
}

static void qi_slow_hold(struct kunit *test)
{
	struct qi_slow *s = test->priv;
	struct mock_vtd_hw *hw = s->hw;

	slow_bench_hold(s->bench, MOCK_CMD_DEVTLB, 1);
	put_iotlb(hw);
	put_devtlb(hw);
	mock_vtd_hw_put_wait(hw, 1, 0);
	mock_vtd_hw_bell(hw);
	KUNIT_EXPECT_EQ(test, hw_head(hw), 1);
	KUNIT_EXPECT_EQ(test, hw->m->stats.invalidations, 1);
	KUNIT_EXPECT_TRUE(test, slow_bench_hit(s->bench));
	slow_bench_hold(s->bench, MOCK_CMD_SYNC, 1);
	KUNIT_EXPECT_EQ(test, hw_head(hw), 2);
	KUNIT_EXPECT_FALSE(test, slow_bench_hit(s->bench));
	KUNIT_EXPECT_EQ(test, hw_status(hw), 0);
	slow_bench_hold(s->bench, MOCK_CMD_OTHER, 1);
	mock_vtd_hw_expect_done(hw, 1);

	slow_bench_hold(s->bench, MOCK_CMD_CONTEXT, 2);
	mock_vtd_hw_put(hw, VTD_QI_CC | FIELD_PREP(VTD_CC0_G, VTD_CC_GLOBAL),
			0);
	mock_vtd_hw_put(hw, VTD_QI_CC | FIELD_PREP(VTD_CC0_G, VTD_CC_GLOBAL),
			0);
	mock_vtd_hw_bell(hw);
	KUNIT_EXPECT_EQ(test, hw_head(hw), 4);
	slow_bench_hold(s->bench, MOCK_CMD_TLB, 1);
	KUNIT_EXPECT_EQ(test, hw_head(hw), 5);
	put_iotlb(hw);
	mock_vtd_hw_bell(hw);
	KUNIT_EXPECT_EQ(test, hw_head(hw), 5);
	slow_bench_hold(s->bench, MOCK_CMD_OTHER, 1);
	KUNIT_EXPECT_EQ(test, hw_head(hw), 6);
}

/* Off and on: it waits for nothing of before */
static void qi_slow_disable(struct kunit *test)
{
	struct qi_slow *s = test->priv;
	struct mock_vtd_hw *hw = s->hw;

	s->bench->ep.inv_delay_ms = 100;
	put_devtlb(hw);
	mock_vtd_hw_put_wait(hw, 1, 0);
	mock_vtd_hw_bell(hw);
	KUNIT_EXPECT_EQ(test, hw_head(hw), 1);
	mock_vtd_hw_gcmd(hw, VTD_GCMD_QIE, false);
	mock_vtd_hw_iq_enable(hw, 0, false);
	mock_vtd_hw_put_wait(hw, 2, 0);
	mock_vtd_hw_bell(hw);
	mock_vtd_hw_expect_done(hw, 2);
	KUNIT_EXPECT_TRUE(test, slow_bench_hit(s->bench));

	slow_bench_hold(s->bench, MOCK_CMD_SYNC, 1);
	mock_vtd_hw_put_wait(hw, 3, 0);
	mock_vtd_hw_bell(hw);
	KUNIT_EXPECT_EQ(test, hw_status(hw), 2);
	mock_vtd_hw_gcmd(hw, VTD_GCMD_QIE, false);
	mock_vtd_hw_iq_enable(hw, 0, false);
	mock_vtd_hw_put_wait(hw, 4, 0);
	mock_vtd_hw_bell(hw);
	mock_vtd_hw_expect_done(hw, 4);
	slow_bench_wait(s->bench, 100);
	KUNIT_EXPECT_FALSE(test, slow_bench_hit(s->bench));
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), 0);
}

static void qi_slow_waits(struct kunit *test)
{
	struct qi_slow *s = test->priv;
	struct mock_vtd_hw *hw = s->hw;

	slow_bench_set(s->bench, &hw->mi->slow.sync_delay_ms, 10);
	put_iotlb(hw);
	mock_vtd_hw_put_wait(hw, 1, 0);
	put_iotlb(hw);
	mock_vtd_hw_put_wait(hw, 2, 0);
	mock_vtd_hw_bell(hw);
	KUNIT_EXPECT_EQ(test, hw_head(hw), 1);
	slow_bench_wait(s->bench, 10);
	KUNIT_EXPECT_EQ(test, hw_status(hw), 1);
	KUNIT_EXPECT_EQ(test, hw_head(hw), 3);
	slow_bench_wait(s->bench, 10);
	mock_vtd_hw_expect_done(hw, 2);
}

static struct kunit_case qi_slow_cases[] = {
	KUNIT_CASE(qi_slow_answer),
	KUNIT_CASE(qi_slow_polled),
	KUNIT_CASE(qi_slow_limit),
	KUNIT_CASE(qi_slow_limit_alone),
	KUNIT_CASE(qi_slow_hold),
	KUNIT_CASE(qi_slow_disable),
	KUNIT_CASE(qi_slow_waits),
	{}
};

static struct kunit_suite qi_slow_suite = {
	.name = "iommu_mock_vtd_qi_slow",
	.init = qi_slow_init,
	.test_cases = qi_slow_cases,
};

kunit_test_suite(qi_slow_suite);
