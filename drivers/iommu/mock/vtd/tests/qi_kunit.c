// SPDX-License-Identifier: GPL-2.0-only
/* Mock VT-d: tests of the invalidation queue's ring */
#include <linux/io.h>

#include "unit.h"

static int qi_init(struct kunit *test)
{
	struct mock_vtd_hw *hw = mock_vtd_hw_create(test);

	mock_vtd_hw_start(hw);
	mock_vtd_hw_unmask(hw);
	test->priv = hw;
	return 0;
}

struct ring_case {
	const char *name;
	unsigned int qs;
	bool wide;
};

static const struct ring_case ring_cases[] = {
	{ "128 bit, 1 page", 0, false },
	{ "128 bit, 2 pages", 1, false },
	{ "128 bit, 8 pages", 3, false },
	{ "256 bit, 1 page", 0, true },
	{ "256 bit, 2 pages", 1, true },
	{ "256 bit, 8 pages", 3, true },
};

KUNIT_ARRAY_PARAM_DESC(ring, ring_cases, name);

/* Bursts of all lengths up to a full queue, several times around */
static void qi_ring(struct kunit *test)
{
	const struct ring_case *c = test->param_value;
	struct mock_vtd_hw *hw = test->priv;
	unsigned int entries, burst, i;
	u32 val = 0;

	mock_vtd_hw_iq_enable(hw, c->qs, c->wide);
	entries = hw->iq_len / (c->wide ? 32 : 16);
	KUNIT_EXPECT_EQ(test, entries, (c->wide ? 128 : 256) << c->qs);

	for (burst = 1; burst < entries; burst += 1 + burst / 2) {
		for (i = 0; i < burst; i++)
			mock_vtd_hw_put_wait(hw, ++val, 0);
		mock_vtd_hw_bell(hw);
		mock_vtd_hw_expect_done(hw, val);
	}
	for (i = 0; i < entries - 1; i++)
		mock_vtd_hw_put_wait(hw, ++val, 0);
	mock_vtd_hw_bell(hw);
	mock_vtd_hw_expect_done(hw, val);
}

/* A 32-bit doorbell does; the upper half of the register is none */
static void qi_bell_halves(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;

	mock_vtd_hw_iq_enable(hw, 0, true);
	mock_vtd_hw_put_wait(hw, 5, 0);
	hw_write32(hw, VTD_REG_IQT + 4, ~0U);
	KUNIT_EXPECT_EQ(test, hw_status(hw), 0);
	hw_write32(hw, VTD_REG_IQT, hw->tail);
	mock_vtd_hw_expect_done(hw, 5);
}

/* A tail written before the queue was enabled counts when it is */
static void qi_enable(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;

	mock_vtd_hw_iq_enable(hw, 0, true);
	mock_vtd_hw_put_wait(hw, 1, 0);
	mock_vtd_hw_bell(hw);
	mock_vtd_hw_expect_done(hw, 1);

	/* Off: the head is 0, nothing is processed */
	mock_vtd_hw_gcmd(hw, VTD_GCMD_QIE, false);
	KUNIT_EXPECT_EQ(test, hw_head(hw), 0);
	mock_vtd_hw_put_wait(hw, 2, 0);
	mock_vtd_hw_bell(hw);
	KUNIT_EXPECT_EQ(test, hw_head(hw), 0);
	KUNIT_EXPECT_EQ(test, hw_status(hw), 1);

	mock_vtd_hw_gcmd(hw, VTD_GCMD_QIE, true);
	mock_vtd_hw_expect_done(hw, 2);
}

/* IQA is latched when the queue is enabled */
static void qi_latch(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;

	mock_vtd_hw_iq_enable(hw, 0, true);
	hw_write64(hw, VTD_REG_IQA, mock_test_no_ram(test) | 3);
	KUNIT_EXPECT_EQ(test, hw_read64(hw, VTD_REG_IQA), mock_test_no_ram(test) | 3);
	mock_vtd_hw_put_wait(hw, 1, 0);
	mock_vtd_hw_bell(hw);
	mock_vtd_hw_expect_done(hw, 1);
}

static void qi_tail(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;

	mock_vtd_hw_iq_enable(hw, 0, true);
	/* Behind the end, and still there when the error is cleared */
	hw_write64(hw, VTD_REG_IQT, 4096);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), VTD_FSTS_IQE);
	KUNIT_EXPECT_EQ(test, hw_iqei(hw), VTD_IQEI_TAIL);
	hw_write32(hw, VTD_REG_FSTS, VTD_FSTS_IQE);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), VTD_FSTS_IQE);
	KUNIT_EXPECT_EQ(test, hw->nr_msi[MOCK_VTD_EVENT_FAULT], 2);

	hw_write64(hw, VTD_REG_IQT, 16);
	KUNIT_EXPECT_EQ(test, hw_iqei(hw), VTD_IQEI_TAIL);
	hw_write32(hw, VTD_REG_FSTS, VTD_FSTS_IQE);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), VTD_FSTS_IQE);
	KUNIT_EXPECT_EQ(test, hw_iqei(hw), VTD_IQEI_TAIL_ALIGN);

	mock_vtd_hw_put_wait(hw, 9, 0);
	mock_vtd_hw_bell(hw);
	KUNIT_EXPECT_EQ(test, hw_status(hw), 0);
	hw_write32(hw, VTD_REG_FSTS, VTD_FSTS_IQE);
	mock_vtd_hw_expect_done(hw, 9);
}

/* A 128-bit queue may end at a multiple of 16 */
static void qi_tail_narrow(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;

	mock_vtd_hw_iq_enable(hw, 0, false);
	mock_vtd_hw_put_wait(hw, 1, 0);
	KUNIT_EXPECT_EQ(test, hw->tail, 16);
	mock_vtd_hw_bell(hw);
	mock_vtd_hw_expect_done(hw, 1);
}

static void qi_fetch(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;

	hw_write64(hw, VTD_REG_IQA, mock_test_no_ram(test) | VTD_IQA_DW);
	mock_vtd_hw_gcmd(hw, VTD_GCMD_QIE, true);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), 0);
	hw_write64(hw, VTD_REG_IQT, 32);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), VTD_FSTS_IQE);
	KUNIT_EXPECT_EQ(test, hw_iqei(hw), VTD_IQEI_FETCH);
}

/* Table 26: which descriptors there are in which mode */
static void qi_modes(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;
	u32 val = 0;

	/* Legacy mode, as after reset: both widths, no descriptors with PASID */
	mock_vtd_hw_iq_enable(hw, 0, true);
	mock_vtd_hw_put_wait(hw, ++val, 0);
	mock_vtd_hw_put(hw, VTD_QI_PC | FIELD_PREP(VTD_PC0_G, VTD_PC_GLOBAL),
			0);
	mock_vtd_hw_bell(hw);
	KUNIT_EXPECT_EQ(test, hw_status(hw), val);
	KUNIT_EXPECT_EQ(test, hw_iqei(hw), VTD_IQEI_TYPE);
	/* It is valid in scalable mode */
	mock_vtd_hw_scalable(hw);
	mock_vtd_hw_put_wait(hw, ++val, 0);
	mock_vtd_hw_bell(hw);
	hw_write32(hw, VTD_REG_FSTS, VTD_FSTS_IQE);
	mock_vtd_hw_expect_done(hw, val);

	/* 128 bits are not */
	mock_vtd_hw_gcmd(hw, VTD_GCMD_QIE, false);
	mock_vtd_hw_iq_enable(hw, 0, false);
	mock_vtd_hw_put_wait(hw, ++val, 0);
	mock_vtd_hw_bell(hw);
	KUNIT_EXPECT_EQ(test, hw_iqei(hw), VTD_IQEI_WIDTH);
	KUNIT_EXPECT_EQ(test, hw_head(hw), 0);
}

/* Nothing is processed in a mode that does not exist */
static void qi_mode_invalid(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;
	u64 ttm;

	mock_vtd_hw_iq_enable(hw, 0, true);
	for (ttm = 2; ttm <= 3; ttm++) {
		hw_write64(hw, VTD_REG_RTADDR, FIELD_PREP(VTD_RTADDR_TTM, ttm));
		mock_vtd_hw_gcmd(hw, VTD_GCMD_SRTP, true);
		mock_vtd_hw_put_wait(hw, ttm, 0);
		mock_vtd_hw_bell(hw);
		KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), VTD_FSTS_IQE);
		KUNIT_EXPECT_EQ(test, hw_iqei(hw), VTD_IQEI_TTM);
		mock_vtd_hw_scalable(hw);
		hw_write32(hw, VTD_REG_FSTS, VTD_FSTS_IQE);
		mock_vtd_hw_expect_done(hw, ttm);
	}
}

/* Abort-DMA mode is like scalable mode here, where there is one */
static void qi_mode_abort(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;

	mock_vtd_hw_stop(hw);
	hw->m->ecap |= VTD_ECAP_ADMS;
	mock_vtd_hw_start(hw);
	hw_write64(hw, VTD_REG_RTADDR,
		   FIELD_PREP(VTD_RTADDR_TTM, VTD_TTM_ABORT_DMA));
	mock_vtd_hw_gcmd(hw, VTD_GCMD_SRTP, true);
	mock_vtd_hw_iq_enable(hw, 0, true);
	mock_vtd_hw_put(hw, VTD_QI_PC | FIELD_PREP(VTD_PC0_G, VTD_PC_GLOBAL),
			0);
	mock_vtd_hw_put_wait(hw, 1, 0);
	mock_vtd_hw_bell(hw);
	mock_vtd_hw_expect_done(hw, 1);
}

static struct kunit_case qi_ring_test_cases[] = {
	KUNIT_CASE_PARAM(qi_ring, ring_gen_params),
	KUNIT_CASE(qi_bell_halves),
	KUNIT_CASE(qi_enable),
	KUNIT_CASE(qi_latch),
	KUNIT_CASE(qi_tail),
	KUNIT_CASE(qi_tail_narrow),
	KUNIT_CASE(qi_fetch),
	KUNIT_CASE(qi_modes),
	KUNIT_CASE(qi_mode_invalid),
	KUNIT_CASE(qi_mode_abort),
	{}
};

static struct kunit_suite qi_ring_test_suite = {
	.name = "iommu_mock_vtd_qi",
	.init = qi_init,
	.test_cases = qi_ring_test_cases,
};

kunit_test_suite(qi_ring_test_suite);
