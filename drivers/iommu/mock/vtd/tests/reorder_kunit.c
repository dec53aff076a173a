// SPDX-License-Identifier: GPL-2.0-only
/* Mock VT-d: KUnit tests of the order in which descriptors are executed */
#include <kunit/static_stub.h>

#include "unit.h"

#define ROUNDS		64

/* Types of the descriptors that were executed, in that order */
struct log {
	struct mock_vtd_hw *hw;
	u8 type[256];
	u32 nr;
};

static int log_execute(struct mock_vtd *m, const struct mock_vtd_inv *inv)
{
	struct log *log = kunit_get_current_test()->priv;

	if (log->nr < ARRAY_SIZE(log->type))
		log->type[log->nr++] = inv->type;
	return 0;
}

static int reorder_init(struct kunit *test)
{
	struct log *log = kunit_kzalloc(test, sizeof(*log), GFP_KERNEL);

	if (!log)
		return -ENOMEM;
	log->hw = mock_vtd_hw_create(test);
	mock_test_reorder(test, log->hw->mi);
	mock_vtd_hw_start(log->hw);
	mock_vtd_hw_scalable(log->hw);
	mock_vtd_hw_iq_enable(log->hw, 0, true);
	test->priv = log;
	kunit_activate_static_stub(test, mock_vtd_inv_execute, log_execute);
	return 0;
}

static void put_desc(struct log *log, u8 type)
{
	u64 gran = type == VTD_QI_DTLB || type == VTD_QI_PDTLB ? 0 :
		   type == VTD_QI_PIOTLB ? FIELD_PREP(VTD_PIOTLB0_G,
						      VTD_PIOTLB_PASID) :
		   FIELD_PREP(VTD_CC0_G, VTD_CC_GLOBAL);

	if (type == VTD_QI_PC)
		gran = FIELD_PREP(VTD_PC0_G, VTD_PC_GLOBAL);
	mock_vtd_hw_put(log->hw, FIELD_PREP(VTD_QI_TYPE_LO, type & 0xf) |
			FIELD_PREP(VTD_QI_TYPE_HI, type >> 4) | gran, 0);
}

/* Where a type was executed; they are all different but for waits */
static u32 place_of(struct kunit *test, u8 type)
{
	struct log *log = test->priv;
	u32 i;

	for (i = 0; i < log->nr; i++)
		if (log->type[i] == type)
			return i;
	KUNIT_FAIL(test, "type %u was not executed", type);
	return 0;
}

struct pair_case {
	const char *name;
	u8 first;
	u8 second;
	bool ordered;
};

static const struct pair_case pair_cases[] = {
	{ "context, PASID", VTD_QI_CC, VTD_QI_PC, true },
	{ "context, IOTLB", VTD_QI_CC, VTD_QI_IOTLB, true },
	{ "context, PASID-based IOTLB", VTD_QI_CC, VTD_QI_PIOTLB, true },
	{ "PASID, IOTLB", VTD_QI_PC, VTD_QI_IOTLB, true },
	{ "PASID, PASID-based IOTLB", VTD_QI_PC, VTD_QI_PIOTLB, true },
	{ "IOTLB, device-TLB", VTD_QI_IOTLB, VTD_QI_DTLB, true },
	{ "IOTLB, PASID-based device-TLB", VTD_QI_IOTLB, VTD_QI_PDTLB, true },
	{ "both PASID-based", VTD_QI_PIOTLB, VTD_QI_PDTLB, true },
	{ "PASID-based IOTLB, device-TLB", VTD_QI_PIOTLB, VTD_QI_DTLB, false },
	{ "IOTLB, PASID", VTD_QI_IOTLB, VTD_QI_PC, false },
	{ "IOTLB, context", VTD_QI_IOTLB, VTD_QI_CC, false },
	{ "PASID, context", VTD_QI_PC, VTD_QI_CC, false },
	{ "device-TLB, IOTLB", VTD_QI_DTLB, VTD_QI_IOTLB, false },
	{ "context, device-TLB", VTD_QI_CC, VTD_QI_DTLB, false },
	{ "IOTLB, PASID-based IOTLB", VTD_QI_IOTLB, VTD_QI_PIOTLB, false },
};

KUNIT_ARRAY_PARAM_DESC(pair, pair_cases, name);

/* Two descriptors, either way round unless the specification orders them */
static void reorder_pair(struct kunit *test)
{
	const struct pair_case *c = test->param_value;
	struct log *log = test->priv;
	u32 swapped = 0, i;

	for (i = 0; i < ROUNDS; i++) {
		log->nr = 0;
		put_desc(log, c->first);
		put_desc(log, c->second);
		/* They are fetched, and nothing has to happen yet */
		mock_vtd_hw_bell(log->hw);
		KUNIT_ASSERT_EQ(test, hw_read64(log->hw, VTD_REG_IQH),
				log->hw->tail);
		KUNIT_ASSERT_EQ(test, log->nr, 0);
		mock_vtd_hw_put_wait(log->hw, i, VTD_WAIT0_FN);
		mock_vtd_hw_bell(log->hw);
		KUNIT_ASSERT_EQ(test, log->nr, 3);
		KUNIT_EXPECT_EQ(test, log->type[2], VTD_QI_WAIT);
		swapped += place_of(test, c->first) > place_of(test, c->second);
	}
	if (c->ordered) {
		KUNIT_EXPECT_EQ(test, swapped, 0);
	} else {
		KUNIT_EXPECT_GT(test, swapped, 0);
		KUNIT_EXPECT_LT(test, swapped, ROUNDS);
	}
}

/* What is behind a wait may be executed before it, unless it is a fence */
static void reorder_wait(struct kunit *test)
{
	struct log *log = test->priv;
	u32 early = 0, i;

	for (i = 0; i < ROUNDS; i++) {
		log->nr = 0;
		put_desc(log, VTD_QI_CC);
		mock_vtd_hw_put_wait(log->hw, i, 0);
		put_desc(log, VTD_QI_PC);
		mock_vtd_hw_bell(log->hw);
		/* Context-cache before PASID-cache, and before the wait */
		KUNIT_EXPECT_EQ(test, log->type[0], VTD_QI_CC);
		early += log->type[1] == VTD_QI_PC;
		mock_vtd_hw_put_wait(log->hw, i, VTD_WAIT0_FN);
		mock_vtd_hw_bell(log->hw);
		KUNIT_EXPECT_EQ(test, log->nr, 4);
	}
	KUNIT_EXPECT_GT(test, early, 0);

	for (i = 0; i < ROUNDS; i++) {
		log->nr = 0;
		put_desc(log, VTD_QI_PIOTLB);
		mock_vtd_hw_put_wait(log->hw, i, VTD_WAIT0_FN);
		put_desc(log, VTD_QI_DTLB);
		mock_vtd_hw_put_wait(log->hw, i, VTD_WAIT0_FN);
		mock_vtd_hw_bell(log->hw);
		KUNIT_ASSERT_EQ(test, log->nr, 4);
		KUNIT_EXPECT_EQ(test, log->type[0], VTD_QI_PIOTLB);
		KUNIT_EXPECT_EQ(test, log->type[2], VTD_QI_DTLB);
	}
}

/* Nothing is lost, however much is postponed, and when the queue is switched off */
static void reorder_all(struct kunit *test)
{
	struct log *log = test->priv;
	u32 i;

	for (i = 0; i < MOCK_REORDER_POOL + 20; i++)
		put_desc(log, VTD_QI_IOTLB);
	mock_vtd_hw_bell(log->hw);
	KUNIT_EXPECT_EQ(test, log->nr, 20);
	mock_vtd_hw_gcmd(log->hw, VTD_GCMD_QIE, false);
	KUNIT_EXPECT_EQ(test, log->nr, MOCK_REORDER_POOL + 20);
}

static struct kunit_case reorder_cases[] = {
	KUNIT_CASE_PARAM(reorder_pair, pair_gen_params),
	KUNIT_CASE(reorder_wait),
	KUNIT_CASE(reorder_all),
	{}
};

static struct kunit_suite reorder_suite = {
	.name = "iommu_mock_vtd_reorder",
	.init = reorder_init,
	.test_cases = reorder_cases,
};

kunit_test_suite(reorder_suite);
