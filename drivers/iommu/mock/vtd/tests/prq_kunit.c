// SPDX-License-Identifier: GPL-2.0-only
/* Mock VT-d: tests of the page request queue */
#include <linux/io.h>

#include "unit.h"

#define ENTRIES		128	/* with PQS 0 */

struct prq {
	struct mock_vtd_hw *hw;
	__le64 *q;
};

static int prq_init(struct kunit *test)
{
	struct prq *prq;

	prq = kunit_kzalloc(test, sizeof(*prq), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, prq);
	prq->hw = mock_vtd_hw_create(test);
	mock_vtd_hw_start(prq->hw);
	mock_vtd_hw_unmask(prq->hw);
	mock_vtd_hw_tables(prq->hw,
			   VTD_CTX0_PASIDE | VTD_CTX0_DTE | VTD_CTX0_PRE);
	prq->q = mock_test_pages(test, 0);
	hw_write64(prq->hw, VTD_REG_PQA, virt_to_phys(prq->q));
	test->priv = prq;
	return 0;
}

static const struct mock_page_request prq_request = {
	.addr = 0x123456789000ULL,
	.sid = HW_SID,
	.pasid = HW_PASID,
	.pasid_valid = true,
	.write = true,
	.last = true,
	.prgi = 0x155,
};

static int send_request(struct prq *prq)
{
	return mock_vtd_hw_page_request(prq->hw, &prq_request);
}

struct desc_case {
	const char *name;
	struct mock_page_request preq;
	u64 words[2];
};

#define SID_WORD	(VTD_PREQ_TYPE | FIELD_PREP_CONST(VTD_PREQ0_RID, HW_SID))
#define PASID_WORD	(SID_WORD | VTD_PREQ0_PASID_P | \
			 FIELD_PREP_CONST(VTD_PREQ0_PASID, HW_PASID))

static const struct desc_case desc_cases[] = {
	{ "read", { .sid = HW_SID, .read = true, .addr = 0x1000 },
	  { SID_WORD, VTD_PREQ1_R | 0x1000 } },
	{ "write, last",
	  { .sid = HW_SID, .write = true, .last = true, .prgi = 0x1ff },
	  { SID_WORD, VTD_PREQ1_W | VTD_PREQ1_LPIG | VTD_PREQ1_PRGI } },
	{ "no PASID, its fields do not count",
	  { .sid = HW_SID, .pasid = 5, .exec = true, .priv = true, .read = true },
	  { SID_WORD, VTD_PREQ1_R } },
	{ "PASID",
	  { .sid = HW_SID, .pasid = HW_PASID, .pasid_valid = true, .read = true,
	    .write = true, .addr = 0xfffffffff000ULL },
	  { PASID_WORD, VTD_PREQ1_R | VTD_PREQ1_W | 0xfffffffff000ULL } },
	{ "execute, privileged",
	  { .sid = HW_SID, .pasid = HW_PASID, .pasid_valid = true, .read = true,
	    .exec = true, .priv = true, .prgi = 1 },
	  { PASID_WORD | VTD_PREQ0_EXE | VTD_PREQ0_PRIV, VTD_PREQ1_R | BIT(3) } },
	{ "stop marker",
	  { .sid = HW_SID, .pasid = HW_PASID, .pasid_valid = true, .last = true },
	  { PASID_WORD, VTD_PREQ1_LPIG } },
};

KUNIT_ARRAY_PARAM_DESC(desc, desc_cases, name);

static void prq_desc(struct kunit *test)
{
	const struct desc_case *c = test->param_value;
	struct prq *prq = test->priv;

	memset(prq->q, 0xff, 4096);
	KUNIT_EXPECT_EQ(test, mock_vtd_hw_page_request(prq->hw, &c->preq), 0);
	KUNIT_EXPECT_EQ(test, le64_to_cpu(prq->q[0]), c->words[0]);
	KUNIT_EXPECT_EQ(test, le64_to_cpu(prq->q[1]), c->words[1]);
	KUNIT_EXPECT_EQ(test, le64_to_cpu(prq->q[2]), 0);
	KUNIT_EXPECT_EQ(test, le64_to_cpu(prq->q[3]), 0);
	KUNIT_EXPECT_EQ(test, le64_to_cpu(prq->q[4]), ~0ULL);
	KUNIT_EXPECT_EQ(test, hw_read64(prq->hw, VTD_REG_PQT), 32);
	KUNIT_EXPECT_EQ(test, hw_read64(prq->hw, VTD_REG_PQH), 0);
	KUNIT_EXPECT_EQ(test, hw_read32(prq->hw, VTD_REG_PRS), VTD_PRS_PPR);
	KUNIT_EXPECT_EQ(test, prq->hw->nr_msi[MOCK_VTD_EVENT_PRQ], 1);
	KUNIT_EXPECT_EQ(test, prq->hw->nr_resp, 0);
}

/* 7.5: one interrupt until both status bits were clear */
static void prq_event(struct kunit *test)
{
	struct prq *prq = test->priv;
	struct mock_vtd_hw *hw = prq->hw;

	send_request(prq);
	send_request(prq);
	KUNIT_EXPECT_EQ(test, hw->nr_msi[MOCK_VTD_EVENT_PRQ], 1);
	hw_write32(hw, VTD_REG_PRS, VTD_PRS_PPR);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_PRS), 0);
	send_request(prq);
	KUNIT_EXPECT_EQ(test, hw->nr_msi[MOCK_VTD_EVENT_PRQ], 2);

	hw_write32(hw, VTD_REG_PRS, VTD_PRS_PPR);
	hw_write32(hw, VTD_REG_PECTL, VTD_ECTL_IM);
	send_request(prq);
	KUNIT_EXPECT_EQ(test, hw->nr_msi[MOCK_VTD_EVENT_PRQ], 2);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_PECTL),
			VTD_ECTL_IM | VTD_ECTL_IP);
	hw_write32(hw, VTD_REG_PECTL, 0);
	KUNIT_EXPECT_EQ(test, hw->nr_msi[MOCK_VTD_EVENT_PRQ], 3);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_PECTL), 0);

	hw_write32(hw, VTD_REG_PRS, VTD_PRS_PPR);
	hw_write32(hw, VTD_REG_PECTL, VTD_ECTL_IM);
	send_request(prq);
	hw_write32(hw, VTD_REG_PRS, VTD_PRS_PPR);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_PECTL), VTD_ECTL_IM);
}

/* The tail wraps, and stays one behind the head at most */
static void prq_wrap(struct kunit *test)
{
	struct prq *prq = test->priv;
	struct mock_vtd_hw *hw = prq->hw;
	unsigned int i;

	for (i = 0; i < 3 * ENTRIES; i++) {
		KUNIT_ASSERT_EQ(test, send_request(prq), 0);
		KUNIT_ASSERT_EQ(test, hw_read64(hw, VTD_REG_PQT),
				(i + 1) % ENTRIES * 32);
		hw_write64(hw, VTD_REG_PQH, (i + 1) % ENTRIES * 32);
	}
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_PRS), VTD_PRS_PPR);
}

/* PQS 1 is two pages */
static void prq_size(struct kunit *test)
{
	struct prq *prq = test->priv;
	struct mock_vtd_hw *hw = prq->hw;
	unsigned int i;

	prq->q = mock_test_pages(test, 1);
	hw_write64(hw, VTD_REG_PQA, virt_to_phys(prq->q) | 1);
	for (i = 0; i < 2 * ENTRIES - 1; i++)
		KUNIT_ASSERT_EQ(test, send_request(prq), 0);
	KUNIT_EXPECT_EQ(test, send_request(prq), -ENOSPC);
	KUNIT_EXPECT_EQ(test, le64_to_cpu(prq->q[4 * (2 * ENTRIES - 2)]), PASID_WORD);
	KUNIT_EXPECT_EQ(test, le64_to_cpu(prq->q[4 * (2 * ENTRIES - 1)]), 0);
}

/* Table 31: the last of a group is answered with success, others are dropped */
static void prq_overflow(struct kunit *test)
{
	struct mock_page_request not_last = prq_request;
	struct mock_page_request stop = prq_request;
	struct prq *prq = test->priv;
	struct mock_vtd_hw *hw = prq->hw;
	unsigned int i;

	not_last.last = false;
	stop.write = false;

	for (i = 0; i < ENTRIES - 1; i++)
		KUNIT_ASSERT_EQ(test, send_request(prq), 0);
	KUNIT_EXPECT_EQ(test, hw->nr_resp, 0);
	KUNIT_EXPECT_EQ(test, send_request(prq), -ENOSPC);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_PRS),
			VTD_PRS_PPR | VTD_PRS_PRO);
	KUNIT_EXPECT_EQ(test, hw_read64(hw, VTD_REG_PQT), (ENTRIES - 1) * 32);
	KUNIT_EXPECT_EQ(test, hw->nr_resp, 1);
	KUNIT_EXPECT_EQ(test, hw->resp.sid, HW_SID);
	KUNIT_EXPECT_TRUE(test, hw->resp.pasid_valid);
	KUNIT_EXPECT_EQ(test, hw->resp.pasid, HW_PASID);
	KUNIT_EXPECT_EQ(test, hw->resp.prgi, 0x155);
	KUNIT_EXPECT_EQ(test, hw->resp.code, MOCK_PAGE_SUCCESS);
	KUNIT_EXPECT_EQ(test, hw->nr_msi[MOCK_VTD_EVENT_PRQ], 1);

	KUNIT_EXPECT_EQ(test, mock_vtd_hw_page_request(hw, &not_last), -ENOSPC);
	KUNIT_EXPECT_EQ(test, mock_vtd_hw_page_request(hw, &stop), -ENOSPC);
	KUNIT_EXPECT_EQ(test, hw->nr_resp, 1);

	/* Room does not help while PRO is set */
	hw_write64(hw, VTD_REG_PQH, (ENTRIES - 1) * 32);
	KUNIT_EXPECT_EQ(test, send_request(prq), -ENOSPC);
	KUNIT_EXPECT_EQ(test, hw->nr_resp, 2);
	hw_write32(hw, VTD_REG_PRS, VTD_PRS_PRO);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_PRS), VTD_PRS_PPR);
	KUNIT_EXPECT_EQ(test, send_request(prq), 0);
	KUNIT_EXPECT_EQ(test, hw_read64(hw, VTD_REG_PQT), 0);
}

/* PRO is an interrupt condition too, when software has cleared PPR before */
static void prq_overflow_event(struct kunit *test)
{
	struct prq *prq = test->priv;
	struct mock_vtd_hw *hw = prq->hw;
	unsigned int i;

	for (i = 0; i < ENTRIES - 1; i++)
		send_request(prq);
	hw_write32(hw, VTD_REG_PRS, VTD_PRS_PPR);
	KUNIT_EXPECT_EQ(test, send_request(prq), -ENOSPC);
	KUNIT_EXPECT_EQ(test, hw->nr_msi[MOCK_VTD_EVENT_PRQ], 2);

	/* While it is set, an interrupt that is pending stays so */
	hw_write32(hw, VTD_REG_PRS, VTD_PRS_PPR | VTD_PRS_PRO);
	hw_write32(hw, VTD_REG_PECTL, VTD_ECTL_IM);
	KUNIT_EXPECT_EQ(test, send_request(prq), -ENOSPC);
	hw_write32(hw, VTD_REG_PRS, VTD_PRS_PPR);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_PECTL),
			VTD_ECTL_IM | VTD_ECTL_IP);
	hw_write32(hw, VTD_REG_PRS, VTD_PRS_PRO);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_PECTL), VTD_ECTL_IM);
}

static void expect_invalid(struct prq *prq)
{
	struct mock_vtd_hw *hw = prq->hw;
	unsigned int before = hw->nr_resp;

	KUNIT_EXPECT_EQ(hw->test, send_request(prq), -EFAULT);
	KUNIT_EXPECT_EQ(hw->test, hw->nr_resp, before + 1);
	KUNIT_EXPECT_EQ(hw->test, hw->resp.code, MOCK_PAGE_INVALID);
	KUNIT_EXPECT_EQ(hw->test, hw_read64(hw, VTD_REG_PQT), 0);
	KUNIT_EXPECT_EQ(hw->test, hw_read32(hw, VTD_REG_PRS), 0);
}

/* Tables that do not permit it: a fault and an answer (tables 30 and 31) */
static void prq_tables(struct kunit *test)
{
	struct prq *prq = test->priv;
	struct mock_vtd_hw *hw = prq->hw;
	u32 frcd = FIELD_GET(VTD_CAP_FRO, hw->m->cap) * 16;
	struct mock_page_request not_last = prq_request;
	u64 hi;

	mock_vtd_hw_gcmd(hw, VTD_GCMD_TE, false);
	mock_vtd_hw_tables(hw, VTD_CTX0_PASIDE | VTD_CTX0_DTE);
	expect_invalid(prq);

	hi = VTD_FRCD1_F | VTD_FRCD1_T2 | VTD_FRCD1_PP |
	     FIELD_PREP(VTD_FRCD1_SID, HW_SID) |
	     FIELD_PREP(VTD_FRCD1_PV, HW_PASID) |
	     FIELD_PREP(VTD_FRCD1_FR, VTD_FR_CTX_PRE);
	KUNIT_EXPECT_EQ(test, hw_read64(hw, frcd + 8), hi);
	KUNIT_EXPECT_EQ(test, hw_read64(hw, frcd), prq_request.addr);
	KUNIT_EXPECT_EQ(test, hw->nr_msi[MOCK_VTD_EVENT_FAULT], 1);

	/* Dropped without an answer */
	not_last.last = false;
	KUNIT_EXPECT_EQ(test, mock_vtd_hw_page_request(hw, &not_last), -EFAULT);
	KUNIT_EXPECT_EQ(test, hw->nr_resp, 1);

	/* Translation off: answered, but no fault */
	hw_write64(hw, frcd + 8, VTD_FRCD1_F);
	mock_vtd_hw_gcmd(hw, VTD_GCMD_TE, false);
	expect_invalid(prq);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), 0);
}

/* A queue that is not one */
static void prq_unusable(struct kunit *test)
{
	struct prq *prq = test->priv;
	struct mock_vtd_hw *hw = prq->hw;

	hw_write64(hw, VTD_REG_PQA, mock_test_no_ram(test));
	expect_invalid(prq);

	/* Never set up */
	mock_vtd_hw_stop(hw);
	mock_vtd_hw_start(hw);
	mock_vtd_hw_tables(hw, VTD_CTX0_PASIDE | VTD_CTX0_DTE | VTD_CTX0_PRE);
	expect_invalid(prq);

	/* The tail is behind its end */
	hw_write64(hw, VTD_REG_PQA, virt_to_phys(prq->q));
	hw_write64(hw, VTD_REG_PQT, 4096);
	KUNIT_EXPECT_EQ(test, send_request(prq), -EFAULT);
	KUNIT_EXPECT_EQ(test, hw->resp.code, MOCK_PAGE_INVALID);
}

/* Software has taken what is in front of the head, but not what it sets up anew */
static void prq_taken(struct kunit *test)
{
	struct prq *prq = test->priv;
	struct mock_vtd_hw *hw = prq->hw;
	const struct mock_recoverables *r = &hw->mi->recoverable;
	unsigned int i;

	for (i = 0; i < ENTRIES - 2; i++) {
		send_request(prq);
		hw_write64(hw, VTD_REG_PQH, hw_read64(hw, VTD_REG_PQT));
	}
	KUNIT_EXPECT_EQ(test, r->in_queue, 0);
	for (i = 0; i < 5; i++)
		send_request(prq);
	KUNIT_EXPECT_EQ(test, hw_read64(hw, VTD_REG_PQT), 3 * 32);
	KUNIT_EXPECT_EQ(test, r->in_queue, 5);
	hw_write64(hw, VTD_REG_PQH, 32);
	KUNIT_EXPECT_EQ(test, r->in_queue, 2);
	hw_write64(hw, VTD_REG_PQH, 32);
	KUNIT_EXPECT_EQ(test, r->in_queue, 2);
	hw_write64(hw, VTD_REG_PQH, 2 * 32);
	KUNIT_EXPECT_EQ(test, r->in_queue, 1);
	i = (r->nr - 2) % MOCK_RECOVERABLE_MAX;
	KUNIT_EXPECT_EQ(test, r->entry[i].nr_steps, 1);
	KUNIT_EXPECT_EQ(test, r->entry[i].step[0].kind, MOCK_STEP_TAKEN);

	hw_write64(hw, VTD_REG_PQT, 0);
	KUNIT_EXPECT_EQ(test, r->in_queue, 0);
	i = (r->nr - 1) % MOCK_RECOVERABLE_MAX;
	KUNIT_EXPECT_EQ(test, r->entry[i].nr_steps, 0);
}

static struct kunit_case prq_test_cases[] = {
	KUNIT_CASE_PARAM(prq_desc, desc_gen_params),
	KUNIT_CASE(prq_event),
	KUNIT_CASE(prq_wrap),
	KUNIT_CASE(prq_size),
	KUNIT_CASE(prq_overflow),
	KUNIT_CASE(prq_overflow_event),
	KUNIT_CASE(prq_tables),
	KUNIT_CASE(prq_unusable),
	KUNIT_CASE(prq_taken),
	{}
};

static struct kunit_suite prq_test_suite = {
	.name = "iommu_mock_vtd_prq",
	.init = prq_init,
	.test_cases = prq_test_cases,
};

kunit_test_suite(prq_test_suite);
