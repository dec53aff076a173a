// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: KUnit tests of stalled transactions (3.12.2, 4.7.1, 4.7.2) */
#include <linux/io.h>

#include "unit.h"

#define RESUME		0x44ULL
#define STALL_TERM	0x45ULL
#define SID(n)		((u64)(n) << 32)
#define RETRY		BIT_ULL(12)
#define ABORT		BIT_ULL(13)

/* What the translation of a request that stalls ends with. The tag or -1 */
static int stall_request(struct mock_smmu_dut *dut, u32 sid)
{
	struct mock_smmu_event ev = {
		.id = 0x10, .sid = sid, .class = 2, .stall = true,
		.input_addr = 0x1000,
	};
	struct mock_xlate res = {};
	int ret;

	scoped_guard(spinlock_irq, &dut->mi->lock)
		ret = mock_smmu_stall(dut->m, &ev, &res);
	KUNIT_EXPECT_EQ(dut->test, ret, -EINPROGRESS);
	return res.stall_tag;
}

static u32 evt_prod(struct mock_smmu_dut *dut)
{
	return dut_read32(dut, SMMU_REG_EVTQ_PROD);
}

static struct mock_smmu_dut *stall_dut(struct kunit *test, u32 max)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_create(test);

	dut->m->idr[5] &= ~SMMU_IDR5_STALL_MAX;
	dut->m->idr[5] |= max << 16;
	mock_smmu_dut_start(dut);
	mock_smmu_dut_cmdq(dut, 4);
	mock_smmu_dut_evtq(dut, 4);
	mock_smmu_dut_cr0(dut, SMMU_CR0_SMMUEN, 0);
	return dut;
}

static void mock_smmu_stall_record_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = stall_dut(test, 16);
	int tag, i, other;

	tag = stall_request(dut, DUT_SID);
	KUNIT_EXPECT_EQ(test, evt_prod(dut), 1);
	KUNIT_EXPECT_EQ(test, dut_event(dut, 0, 1) & 0xffffffff,
			BIT(31) | tag);
	/* No two have the same STAG */
	for (i = 1; i < 8; i++) {
		other = stall_request(dut, DUT_SID + i);
		KUNIT_EXPECT_NE(test, other, tag);
		KUNIT_EXPECT_EQ(test, dut_event(dut, i, 1) & 0xffffffff,
				BIT(31) | other);
		tag = other;
	}
	KUNIT_EXPECT_EQ(test, dut->nr_resume, 0);
}

static void mock_smmu_stall_resume_test(struct kunit *test)
{
	static const struct {
		u64 bits;
		bool term_model;
		enum mock_stall how;
	} cases[] = {
		{ RETRY, false, MOCK_STALL_RETRY },
		{ RETRY | ABORT, false, MOCK_STALL_RETRY },
		{ ABORT, false, MOCK_STALL_ABORT },
		{ 0, false, MOCK_STALL_IGNORE },
		{ 0, true, MOCK_STALL_ABORT },
		{ ABORT, true, MOCK_STALL_ABORT },
		{ RETRY, true, MOCK_STALL_RETRY },
	};
	struct mock_smmu_dut *dut = stall_dut(test, 16);
	unsigned int i;
	int tag;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		dut->m->idr[0] &= ~BIT(26);
		if (cases[i].term_model)
			dut->m->idr[0] |= BIT(26);
		tag = stall_request(dut, DUT_SID);
		mock_smmu_dut_cmd(dut, RESUME | SID(DUT_SID) | cases[i].bits,
				  tag);
		mock_smmu_dut_expect_done(dut);
		KUNIT_EXPECT_EQ(test, dut->nr_resume, i + 1);
		KUNIT_EXPECT_EQ(test, dut->resume.sid, DUT_SID);
		KUNIT_EXPECT_EQ(test, dut->resume.stag, tag);
		KUNIT_EXPECT_EQ(test, dut->resume.how, cases[i].how);
		/* A second time it finds nothing */
		mock_smmu_dut_cmd(dut, RESUME | SID(DUT_SID) | cases[i].bits,
				  tag);
		mock_smmu_dut_expect_done(dut);
		KUNIT_EXPECT_EQ(test, dut->nr_resume, i + 1);
	}
}

/* The STAG alone does not select a transaction: it may come from a guest */
static void mock_smmu_stall_other_stream_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = stall_dut(test, 16);
	int a, b;

	a = stall_request(dut, DUT_SID);
	b = stall_request(dut, DUT_SID + 1);
	mock_smmu_dut_cmd(dut, RESUME | SID(DUT_SID + 1) | RETRY, a);
	mock_smmu_dut_cmd(dut, RESUME | SID(DUT_SID) | RETRY, b);
	mock_smmu_dut_cmd(dut, RESUME | SID(DUT_SID) | RETRY, 0xffff);
	mock_smmu_dut_cmd(dut, STALL_TERM | SID(DUT_SID + 2), 0);
	KUNIT_EXPECT_EQ(test, dut->nr_resume, 0);
	mock_smmu_dut_cmd(dut, STALL_TERM | SID(DUT_SID + 1), 0);
	KUNIT_EXPECT_EQ(test, dut->nr_resume, 1);
	KUNIT_EXPECT_EQ(test, dut->resume.sid, DUT_SID + 1);
	KUNIT_EXPECT_EQ(test, dut->resume.stag, b);
	KUNIT_EXPECT_EQ(test, dut->resume.how, MOCK_STALL_ABORT);
	mock_smmu_dut_cmd(dut, RESUME | SID(DUT_SID) | RETRY, a);
	KUNIT_EXPECT_EQ(test, dut->nr_resume, 2);
	mock_smmu_dut_expect_done(dut);
}

/* IDR5.STALL_MAX: no more records than that without an answer */
static void mock_smmu_stall_max_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = stall_dut(test, 2);
	int a, b, c;

	a = stall_request(dut, DUT_SID);
	b = stall_request(dut, DUT_SID + 1);
	KUNIT_EXPECT_LT(test, a, 2);
	KUNIT_EXPECT_LT(test, b, 2);
	c = stall_request(dut, DUT_SID + 2);
	KUNIT_EXPECT_GE(test, c, 2);
	KUNIT_EXPECT_EQ(test, evt_prod(dut), 2);
	/* One without a record cannot be resumed */
	mock_smmu_dut_cmd(dut, RESUME | SID(DUT_SID + 2) | RETRY, c);
	KUNIT_EXPECT_EQ(test, dut->nr_resume, 0);

	/* It is tried again when a STAG is free */
	mock_smmu_dut_cmd(dut, RESUME | SID(DUT_SID) | ABORT, a);
	KUNIT_EXPECT_EQ(test, dut->nr_resume, 2);
	KUNIT_EXPECT_EQ(test, dut->resume.sid, DUT_SID + 2);
	KUNIT_EXPECT_EQ(test, dut->resume.stag, c);
	KUNIT_EXPECT_EQ(test, dut->resume.how, MOCK_STALL_RETRY);
	KUNIT_EXPECT_EQ(test, stall_request(dut, DUT_SID + 2), a);
	KUNIT_EXPECT_EQ(test, evt_prod(dut), 3);
}

/* Every tag is taken, also those for transactions without a record */
static void mock_smmu_stall_all_tags_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = stall_dut(test, 0xffff);
	int a, b;

	mock_smmu_dut_cr0(dut, 0, SMMU_CR0_EVENTQEN);
	a = stall_request(dut, DUT_SID);
	b = stall_request(dut, DUT_SID + 1);
	KUNIT_EXPECT_EQ(test, a, 0xffff);
	KUNIT_EXPECT_EQ(test, b, 0);
	mock_smmu_dut_cr0(dut, SMMU_CR0_EVENTQEN, 0);
	KUNIT_EXPECT_EQ(test, dut->nr_resume, 2);
}

/* 3.12.2: what cannot be recorded waits, and does not overflow the queue */
static void mock_smmu_stall_queue_full_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = stall_dut(test, 64);
	unsigned int i;

	for (i = 0; i < 16; i++)
		stall_request(dut, DUT_SID + i);
	KUNIT_EXPECT_EQ(test, evt_prod(dut), 16);
	stall_request(dut, 0x200);
	stall_request(dut, 0x201);
	KUNIT_EXPECT_EQ(test, evt_prod(dut), 16);
	KUNIT_EXPECT_EQ(test, dut->nr_resume, 0);
	/* Software consumes a record: those that wait are tried again */
	dut_write32(dut, SMMU_REG_EVTQ_CONS, 1);
	KUNIT_EXPECT_EQ(test, dut->nr_resume, 2);
	KUNIT_EXPECT_EQ(test, dut->resume.how, MOCK_STALL_RETRY);
	stall_request(dut, 0x200);
	KUNIT_EXPECT_EQ(test, evt_prod(dut), 17);
	stall_request(dut, 0x201);
	KUNIT_EXPECT_EQ(test, evt_prod(dut), 17);
	/* One that waits is terminated by CMD_STALL_TERM as well */
	mock_smmu_dut_cmd(dut, STALL_TERM | SID(0x201), 0);
	KUNIT_EXPECT_EQ(test, dut->nr_resume, 3);
	KUNIT_EXPECT_EQ(test, dut->resume.sid, 0x201);
	KUNIT_EXPECT_EQ(test, dut->resume.how, MOCK_STALL_ABORT);
}

/* Enabling the queue and acknowledging its abort make it writable, too */
static void mock_smmu_stall_writable_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = stall_dut(test, 16);

	mock_smmu_dut_cr0(dut, 0, SMMU_CR0_EVENTQEN);
	stall_request(dut, DUT_SID);
	KUNIT_EXPECT_EQ(test, evt_prod(dut), 0);
	mock_smmu_dut_cr0(dut, SMMU_CR0_EVENTQEN, 0);
	KUNIT_EXPECT_EQ(test, dut->nr_resume, 1);

	mock_smmu_dut_cr0(dut, 0, SMMU_CR0_EVENTQEN);
	dut_write64(dut, SMMU_REG_EVTQ_BASE, mock_test_no_ram(test) | 4);
	mock_smmu_dut_cr0(dut, SMMU_CR0_EVENTQEN, 0);
	/* 7.2.2: the record is lost, the transaction stays */
	stall_request(dut, DUT_SID);
	KUNIT_EXPECT_EQ(test, dut_gerror(dut), BIT(2));
	stall_request(dut, DUT_SID + 1);
	KUNIT_EXPECT_EQ(test, dut->nr_resume, 1);
	mock_smmu_dut_ack(dut);
	KUNIT_EXPECT_EQ(test, dut->nr_resume, 2);
	KUNIT_EXPECT_EQ(test, dut->resume.sid, DUT_SID + 1);
	/* As 7.2.2 tells software to do */
	mock_smmu_dut_cmd(dut, STALL_TERM | SID(DUT_SID), 0);
	KUNIT_EXPECT_EQ(test, dut->nr_resume, 3);
}

/* 6.3.9.6 */
static void mock_smmu_stall_smmuen_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = stall_dut(test, 2);

	stall_request(dut, DUT_SID);
	stall_request(dut, DUT_SID + 1);
	stall_request(dut, DUT_SID + 2);
	mock_smmu_dut_cr0(dut, 0, SMMU_CR0_SMMUEN);
	KUNIT_EXPECT_EQ(test, dut->nr_resume, 3);
	KUNIT_EXPECT_EQ(test, dut->resume.how, MOCK_STALL_ABORT);
	/* All STAGs are free */
	mock_smmu_dut_cr0(dut, SMMU_CR0_SMMUEN, 0);
	KUNIT_EXPECT_LT(test, stall_request(dut, DUT_SID), 2);
	KUNIT_EXPECT_LT(test, stall_request(dut, DUT_SID), 2);
	/* Going down leaves nobody waiting */
	mock_smmu_dut_stop(dut);
	KUNIT_EXPECT_EQ(test, dut->nr_resume, 5);
}

/* The endpoint gave up: the STAG is in use until software has answered */
static void mock_smmu_stall_gone_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = stall_dut(test, 1);
	int a, b;

	a = stall_request(dut, DUT_SID);
	scoped_guard(spinlock_irq, &dut->mi->lock)
		mock_model_stall_gone(dut->mi, DUT_SID, a);
	b = stall_request(dut, DUT_SID);
	KUNIT_EXPECT_NE(test, a, b);
	/* One without a record is forgotten at once */
	scoped_guard(spinlock_irq, &dut->mi->lock)
		mock_model_stall_gone(dut->mi, DUT_SID, b);
	mock_smmu_dut_cmd(dut, RESUME | SID(DUT_SID) | RETRY, a);
	KUNIT_EXPECT_EQ(test, dut->nr_resume, 1);
	KUNIT_EXPECT_EQ(test, stall_request(dut, DUT_SID), a);
}

/* What the endpoint notes of a stall comes after what the SMMU tells of its record */
static void stall_note(struct mock_smmu_dut *dut)
{
	const struct mock_req req = { .addr = 0x1000, .sid = DUT_SID };
	int tag = stall_request(dut, DUT_SID);

	guard(spinlock_irq)(&dut->mi->lock);
	mock_recoverable_stalled(dut->mi, &req, tag);
}

static void mock_smmu_stall_taken_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = stall_dut(test, 3);
	const struct mock_recoverables *r = &dut->mi->recoverable;
	u32 i;

	for (i = 0; i < 4; i++)
		stall_note(dut);
	KUNIT_EXPECT_EQ(test, r->in_queue, 3);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, r->entry[i].place, i);
	KUNIT_EXPECT_FALSE(test, r->entry[3].queued);
	KUNIT_EXPECT_STREQ(test, r->entry[3].fate, "its record waits for a tag");
	dut_write32(dut, SMMU_REG_EVTQ_CONS, 2);
	KUNIT_EXPECT_EQ(test, r->in_queue, 1);
	KUNIT_EXPECT_EQ(test, r->entry[1].nr_steps, 1);
	KUNIT_EXPECT_EQ(test, r->entry[2].nr_steps, 0);

	mock_smmu_dut_cr0(dut, 0, SMMU_CR0_EVENTQEN);
	stall_note(dut);
	KUNIT_EXPECT_STREQ(test, r->entry[4].fate,
			   "its record waits for room in the event queue");
	dut_write32(dut, SMMU_REG_EVTQ_PROD, 0);
	KUNIT_EXPECT_EQ(test, r->in_queue, 0);
	KUNIT_EXPECT_EQ(test, r->entry[2].nr_steps, 0);
}

static struct kunit_case mock_smmu_stall_cases[] = {
	KUNIT_CASE(mock_smmu_stall_record_test),
	KUNIT_CASE(mock_smmu_stall_resume_test),
	KUNIT_CASE(mock_smmu_stall_other_stream_test),
	KUNIT_CASE(mock_smmu_stall_max_test),
	KUNIT_CASE(mock_smmu_stall_all_tags_test),
	KUNIT_CASE(mock_smmu_stall_queue_full_test),
	KUNIT_CASE(mock_smmu_stall_writable_test),
	KUNIT_CASE(mock_smmu_stall_smmuen_test),
	KUNIT_CASE(mock_smmu_stall_gone_test),
	KUNIT_CASE(mock_smmu_stall_taken_test),
	{}
};

static struct kunit_suite mock_smmu_stall_suite = {
	.name = "iommu_mock_smmuv3_stall",
	.test_cases = mock_smmu_stall_cases,
};

kunit_test_suite(mock_smmu_stall_suite);
