// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: tests of what the SMMU remembers, and of its words */
#include <linux/seq_buf.h>
#include <linux/seq_file.h>

#include "unit.h"

#define SID	0x12345

#define TLBI(_op)	(SMMU_OP_TLBI_##_op | FIELD_PREP_CONST(SMMU_TLBI0_VMID, 7) | \
			 FIELD_PREP_CONST(SMMU_TLBI0_ASID, 9))
#define STREAM(_op)	(SMMU_OP_##_op | FIELD_PREP_CONST(SMMU_CMD0_SID, SID))
#define SUBSTREAM	(SMMU_CMD0_SSV | FIELD_PREP_CONST(SMMU_CMD0_SSID, 3))

static const struct {
	u64 words[SMMU_CMD_WORDS];
	const char *text;
} log_cmds[] = {
	{ { TLBI(NH_VA), 0x7000 | SMMU_TLBI1_LEAF },
	  "CMD_TLBI_NH_VA VMID=0x7 ASID=0x9 VA=0x7000 Leaf=1" },
	{ { TLBI(NH_VAA) | FIELD_PREP_CONST(SMMU_TLBI0_NUM, 3) |
	    FIELD_PREP_CONST(SMMU_TLBI0_SCALE, 1),
	    0x7000 | FIELD_PREP_CONST(SMMU_TLBI1_TG, 1) | FIELD_PREP_CONST(SMMU_TLBI1_TTL, 3) },
	  "CMD_TLBI_NH_VAA VMID=0x7 VA=0x7000 Leaf=0 TG=1 TTL=3 NUM=3 SCALE=1" },
	{ { TLBI(NH_ASID) }, "CMD_TLBI_NH_ASID VMID=0x7 ASID=0x9" },
	{ { TLBI(S12_VMALL) }, "CMD_TLBI_S12_VMALL VMID=0x7" },
	{ { TLBI(S2_IPA), 0x7000 }, "CMD_TLBI_S2_IPA VMID=0x7 IPA=0x7000 Leaf=0" },
	{ { SMMU_OP_TLBI_NSNH_ALL }, "CMD_TLBI_NSNH_ALL" },
	{ { STREAM(CFGI_STE), SMMU_CFGI1_LEAF },
	  "CMD_CFGI_STE StreamID=0x12345 Leaf=1" },
	{ { STREAM(CFGI_STE_RANGE), 4 },
	  "CMD_CFGI_STE_RANGE StreamID=0x12345 Range=4" },
	{ { STREAM(CFGI_STE_RANGE), SMMU_CFGI_RANGE_ALL },
	  "CMD_CFGI_STE_RANGE Range=31 (CMD_CFGI_ALL)" },
	{ { STREAM(CFGI_CD) | FIELD_PREP_CONST(SMMU_CMD0_SSID, 3) },
	  "CMD_CFGI_CD StreamID=0x12345 SubstreamID=0x3 Leaf=0" },
	{ { STREAM(ATC_INV) | SUBSTREAM, 0x7000 | 2 },
	  "CMD_ATC_INV StreamID=0x12345 SubstreamID=0x3 Addr=0x7000 Size=2" },
	{ { STREAM(ATC_INV), SMMU_ATC_SIZE_ALL },
	  "CMD_ATC_INV StreamID=0x12345 Size=52 (everything)" },
	{ { STREAM(PRI_RESP), FIELD_PREP_CONST(SMMU_PRI_RESP1_PRGINDEX, 5) |
	    FIELD_PREP_CONST(SMMU_PRI_RESP1_RESP, SMMU_PRI_RESP_SUCCESS) },
	  "CMD_PRI_RESP StreamID=0x12345 PRGIndex=0x5 Resp=success" },
	{ { STREAM(RESUME) | SMMU_RESUME0_AC, 0x21 },
	  "CMD_RESUME StreamID=0x12345 STAG=0x21 Action=retry" },
	{ { SMMU_OP_SYNC | FIELD_PREP_CONST(SMMU_SYNC0_CS, SMMU_SYNC_CS_IRQ) |
	    FIELD_PREP_CONST(SMMU_SYNC0_MSIDATA, 0x42), 0x1000 },
	  "CMD_SYNC CS=SIG_IRQ MSIAddress=0x1000 MSIData=0x42" },
	{ { 0xff, 0x1234 }, "unknown opcode 0xff (0xff 0x1234)" },
};

static void log_test_commands(struct kunit *test)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(log_cmds); i++)
		mock_test_words(test, mock_smmu_command_words, log_cmds[i].words, log_cmds[i].text);
}

/* Whatever software writes is words that fit */
static void log_test_hostile(struct kunit *test)
{
	mock_test_words_hostile(test, mock_smmu_command_words);
}

static const struct mock_fault *last_fault(struct mock_smmu_dut *dut)
{
	const struct mock_log *log = &dut->mi->log;

	KUNIT_ASSERT_GT(dut->test, log->nr_faults, 0);
	return &log->fault[(log->nr_faults - 1) % MOCK_LOG_FAULTS];
}

static void record(struct mock_smmu_dut *dut, u8 id)
{
	struct mock_smmu_event ev = {
		.id = id,
		.sid = SID,
		.input_addr = 0x123456789abc,
		.s2 = true,
		.class = SMMU_EVT_CLASS_TT,
		.ttrnw = true,
		.addr2 = 0x7000,
	};

	guard(spinlock_irqsave)(&dut->mi->lock);
	mock_smmu_event_record(dut->m, &ev);
}

static void log_test_faults(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);
	char text[MOCK_LOG_TEXT];
	struct seq_buf s;

	record(dut, SMMU_EVT_F_TRANSLATION);
	KUNIT_EXPECT_NOT_NULL(test, strstr(last_fault(dut)->fate, "EVENTQEN"));
	mock_smmu_dut_evtq(dut, 1);
	record(dut, SMMU_EVT_F_TRANSLATION);
	seq_buf_init(&s, text, sizeof(text));
	mock_fault_words(&s, dut->mi, last_fault(dut));
	KUNIT_EXPECT_STREQ(test, seq_buf_str(&s),
			   "no endpoint (StreamID 0x12345): write of 0x123456789abc: stage 2: F_TRANSLATION (0x10), nothing is mapped, for the read of a stage-1 descriptor (CLASS TT), IPA 0x7000; see SMMUv3 7.3.13; recorded");
	record(dut, SMMU_EVT_C_BAD_CD);
	KUNIT_EXPECT_STREQ(test, last_fault(dut)->fate, "recorded");
	KUNIT_EXPECT_EQ(test, last_fault(dut)->stage, 0);
	record(dut, SMMU_EVT_C_BAD_CD);
	KUNIT_EXPECT_NOT_NULL(test, strstr(last_fault(dut)->fate, "full"));
}

/* A request that is terminated and not recorded is remembered, and why */
static void log_test_unrecorded(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);
	const struct mock_req req = { .addr = 0x1000, .sid = SID };
	struct mock_xlate res;

	dut->m->gbpa |= SMMU_GBPA_ABORT;
	scoped_guard(spinlock_irqsave, &dut->mi->lock)
		KUNIT_EXPECT_EQ(test, mock_model_translate(dut->mi, &req, &res),
				-EFAULT);
	KUNIT_EXPECT_NOT_NULL(test, strstr(last_fault(dut)->fate, "GBPA.ABORT"));
	KUNIT_EXPECT_EQ(test, last_fault(dut)->number, 0);

	dut->m->gbpa &= ~SMMU_GBPA_ABORT;
	scoped_guard(spinlock_irqsave, &dut->mi->lock)
		KUNIT_EXPECT_EQ(test, mock_model_translate(dut->mi, &req, &res), 0);
	KUNIT_EXPECT_EQ(test, dut->mi->log.nr_faults, 1);
}

static struct mock_queue_view *view_queue(struct mock_smmu_dut *dut,
					  const char **text)
{
	struct mock_queue_view *view =
		kunit_kzalloc(dut->test, sizeof(*view), GFP_KERNEL);
	struct seq_file *s = mock_test_seq(dut->test);

	KUNIT_ASSERT_NOT_NULL(dut->test, view);
	scoped_guard(spinlock_irqsave, &dut->mi->lock)
		mock_smmu_queue_show(dut->mi, s, view);
	*text = mock_test_text(dut->test, s);
	return view;
}

static void log_test_queue(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);
	const struct mock_log *log = &dut->mi->log;
	struct mock_queue_view *view;
	const char *text;
	u32 i;

	mock_smmu_dut_cmdq(dut, 8);
	mock_smmu_dut_cmd(dut, log_cmds[5].words[0], 0);
	KUNIT_ASSERT_EQ(test, log->nr_done, 1);
	mock_test_words(test, mock_smmu_command_words, log->done[0].words, log_cmds[5].text);
	KUNIT_EXPECT_STREQ(test, log->done[0].outcome, "done");

	mock_smmu_dut_misbehave(dut, MOCK_MISBEHAVE_CMD_STALL, 1);
	for (i = 0; i < 100; i++)
		mock_smmu_dut_put(dut, log_cmds[5].words[0], 0);
	mock_smmu_dut_bell(dut);
	view = view_queue(dut, &text);
	KUNIT_EXPECT_EQ(test, view->nr, MOCK_LOG_PENDING);
	KUNIT_EXPECT_EQ(test, view->more, 100 - MOCK_LOG_PENDING);
	KUNIT_EXPECT_EQ(test, view->pending[0].index, 1);
	mock_test_words(test, mock_smmu_command_words, view->pending[0].words, log_cmds[5].text);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "PROD 101 CONS 1\n"));

	mock_smmu_dut_misbehave(dut, MOCK_MISBEHAVE_CMD_STALL, 0);
	KUNIT_EXPECT_EQ(test, log->nr_done, 101);
	view = view_queue(dut, &text);
	KUNIT_EXPECT_EQ(test, view->nr, 0);
}

static void log_test_queue_errors(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);
	struct mock_queue_view *view;
	const char *text;

	mock_smmu_dut_cmdq(dut, 4);
	mock_smmu_dut_put(dut, 0xff, 0);
	mock_smmu_dut_bell(dut);
	view = view_queue(dut, &text);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "CERROR_ILL"));
	KUNIT_EXPECT_EQ(test, view->nr, 1);

	/* Indexes that no queue has */
	dut_write32(dut, SMMU_REG_CMDQ_PROD, 0x1f);
	view = view_queue(dut, &text);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "not those of a queue"));
	KUNIT_EXPECT_EQ(test, view->nr, 0);
}

static struct kunit_case log_test_cases[] = {
	KUNIT_CASE(log_test_commands),
	KUNIT_CASE(log_test_hostile),
	KUNIT_CASE(log_test_faults),
	KUNIT_CASE(log_test_unrecorded),
	KUNIT_CASE(log_test_queue),
	KUNIT_CASE(log_test_queue_errors),
	{}
};

static struct kunit_suite log_test_suite = {
	.name = "iommu_mock_smmuv3_log",
	.test_cases = log_test_cases,
};

kunit_test_suite(log_test_suite);
