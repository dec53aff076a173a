// SPDX-License-Identifier: GPL-2.0-only
/* Mock VT-d: tests of what the unit remembers, and of its words */
#include <linux/seq_buf.h>
#include <linux/seq_file.h>

#include "unit.h"

static const struct {
	u64 desc[MOCK_LOG_CMD_WORDS];
	const char *words;
} log_descs[] = {
	{ { VTD_QI_CC | FIELD_PREP_CONST(VTD_CC0_G, VTD_CC_DEVICE) |
	    FIELD_PREP_CONST(VTD_CC0_DID, 5) | FIELD_PREP_CONST(VTD_CC0_SID, 0x310) |
	    FIELD_PREP_CONST(VTD_CC0_FM, 3) },
	  "cc_inv_dsc G=device DID=0x5 SID=0x310 FM=3" },
	{ { VTD_QI_IOTLB | FIELD_PREP_CONST(VTD_IOTLB0_G, VTD_IOTLB_GLOBAL) },
	  "iotlb_inv_dsc G=global DID=0x0" },
	{ { VTD_QI_IOTLB | FIELD_PREP_CONST(VTD_IOTLB0_G, VTD_IOTLB_PAGE) |
	    FIELD_PREP_CONST(VTD_IOTLB0_DID, 5), 0x12345000 | VTD_IOTLB1_IH | 2 },
	  "iotlb_inv_dsc G=page DID=0x5 ADDR=0x12345000 AM=2 IH=1" },
	{ { VTD_QI_PIOTLB | FIELD_PREP_CONST(VTD_PIOTLB0_G, VTD_PIOTLB_PAGE) |
	    FIELD_PREP_CONST(VTD_PIOTLB0_DID, 5) | FIELD_PREP_CONST(VTD_PIOTLB0_PASID, 9),
	    0x7000 },
	  "p_iotlb_inv_dsc G=page DID=0x5 PASID=0x9 ADDR=0x7000 AM=0 IH=0" },
	{ { VTD_QI_PC | FIELD_PREP_CONST(VTD_PC0_G, VTD_PC_PASID) |
	    FIELD_PREP_CONST(VTD_PC0_DID, 5) | FIELD_PREP_CONST(VTD_PC0_PASID, 9) },
	  "pc_inv_dsc G=PASID DID=0x5 PASID=0x9" },
	{ { VTD_QI_PC | FIELD_PREP_CONST(VTD_PC0_G, 2) },
	  "pc_inv_dsc G=reserved DID=0x0 PASID=0x0" },
	{ { VTD_QI_DTLB | FIELD_PREP_CONST(VTD_DTLB0_SID, 0x310), 0x7000 | VTD_DTLB1_S },
	  "dev_tlb_inv_dsc SID=0x310 ADDR=0x7000 S=1" },
	{ { VTD_QI_PDTLB | FIELD_PREP_CONST(VTD_PDTLB0_SID, 0x310) |
	    FIELD_PREP_CONST(VTD_PDTLB0_PASID, 9), 0x7000 | VTD_PDTLB1_G },
	  "p_dev_tlb_inv_dsc SID=0x310 PASID=0x9 G=1 ADDR=0x7000 S=0" },
	{ { VTD_QI_WAIT | VTD_WAIT0_SW | VTD_WAIT0_FN |
	    FIELD_PREP_CONST(VTD_WAIT0_DATA, 0x42), 0x1000 },
	  "inv_wait_dsc FN SW STATUS_DATA=0x42 STATUS_ADDR=0x1000" },
	{ { VTD_QI_PGRP_RESP | FIELD_PREP_CONST(VTD_PGRP0_RID, 0x310) |
	    VTD_PGRP0_PASID_P | FIELD_PREP_CONST(VTD_PGRP0_PASID, 9) |
	    FIELD_PREP_CONST(VTD_PGRP0_CODE, VTD_PGRP_FAILURE),
	    FIELD_PREP_CONST(VTD_PGRP1_PRGI, 3) },
	  "page_grp_resp_dsc RID=0x310 PASID=0x9 PRGI=0x3 RESP=failure" },
	{ { VTD_QI_IEC }, "iec_inv_dsc" },
	{ { 0xf, 0x1234 }, "unknown type 0xf (0xf 0x1234)" },
};

static void log_test_descriptors(struct kunit *test)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(log_descs); i++)
		mock_test_words(test, mock_vtd_command_words, log_descs[i].desc,
				log_descs[i].words);
}

/* Whatever software writes is words that fit */
static void log_test_hostile(struct kunit *test)
{
	mock_test_words_hostile(test, mock_vtd_command_words);
}

/* Reasons have names, sections and text; what is none has those of none */
static void log_test_reasons(struct kunit *test)
{
	static const u8 some[] = {
		VTD_FR_RTA_RSVD, VTD_FR_ROOT_NP, VTD_FR_CTX_NP, VTD_FR_PDE_NP,
		VTD_FR_PTE_NP, VTD_FR_FS_NP, VTD_FR_SS_PERM, VTD_FR_SMEP,
		VTD_FR_PASID_SIZE, VTD_FR_FS_AD_UPDATE,
	};
	const struct mock_reason *none = mock_vtd_reason(0);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(some); i++)
		KUNIT_EXPECT_PTR_NE(test, mock_vtd_reason(some[i]), none);
	for (i = 0; i < 256; i++) {
		const struct mock_reason *why = mock_vtd_reason(i);

		KUNIT_EXPECT_GT(test, strlen(why->name), 0);
		KUNIT_EXPECT_GT(test, strlen(why->text), 0);
		KUNIT_EXPECT_GT(test, strlen(why->section), 0);
	}
	KUNIT_EXPECT_STREQ(test, mock_vtd_reason(VTD_FR_FS_NP)->name, "SFS.2");
	KUNIT_EXPECT_EQ(test, mock_vtd_reason_stage(VTD_FR_FS_NP), 1);
	KUNIT_EXPECT_EQ(test, mock_vtd_reason_stage(VTD_FR_SS_PERM), 2);
	KUNIT_EXPECT_EQ(test, mock_vtd_reason_stage(VTD_FR_CTX_NP), 0);
}

static const struct mock_fault *last_fault(struct mock_vtd_hw *hw)
{
	const struct mock_log *log = &hw->mi->log;

	KUNIT_ASSERT_GT(hw->test, log->nr_faults, 0);
	return &log->fault[(log->nr_faults - 1) % MOCK_LOG_FAULTS];
}

static void log_test_faults(struct kunit *test)
{
	struct mock_vtd_hw *hw = mock_vtd_hw_create(test);
	struct mock_req req = {
		.addr = 0x123456789abc, .sid = HW_SID, .pasid = HW_PASID,
		.pasid_valid = true, .write = true,
	};
	const struct mock_fault *fault;
	char text[MOCK_LOG_TEXT];
	struct seq_buf s;
	u32 i;

	mock_vtd_hw_start(hw);
	mock_vtd_hw_fault(hw, &req, VTD_FR_SS_PERM, false);
	fault = last_fault(hw);
	KUNIT_EXPECT_EQ(test, fault->addr, req.addr);
	KUNIT_EXPECT_EQ(test, fault->stage, 2);
	KUNIT_EXPECT_GT(test, fault->ns, 0);
	seq_buf_init(&s, text, sizeof(text));
	mock_fault_words(&s, hw->mi, fault);
	KUNIT_EXPECT_STREQ(test, seq_buf_str(&s),
			   "no endpoint (source-id 0x310) PASID 0x9: write of 0x123456789abc: stage 2: SSS.2 (0x79), R and W of a stage-2 entry are 0: nothing is mapped; see VT-d 7.1.3; recorded");

	mock_vtd_hw_fault(hw, &req, VTD_FR_SS_PERM, false);
	KUNIT_EXPECT_NOT_NULL(test, strstr(last_fault(hw)->fate, "pending"));
	mock_vtd_hw_fault(hw, &req, VTD_FR_SS_PERM, true);
	KUNIT_EXPECT_NOT_NULL(test, strstr(last_fault(hw)->fate, "FPD"));
	for (i = 0; i < 300 && !(hw_read32(hw, VTD_REG_FSTS) & VTD_FSTS_PFO); i++) {
		req.sid++;
		mock_vtd_hw_fault(hw, &req, VTD_FR_SS_PERM, false);
	}
	KUNIT_EXPECT_NOT_NULL(test, strstr(last_fault(hw)->fate, "in use"));
	mock_vtd_hw_fault(hw, &req, VTD_FR_SS_PERM, false);
	KUNIT_EXPECT_NOT_NULL(test, strstr(last_fault(hw)->fate, "still set"));

	/* A ring: what is older goes */
	for (i = 0; i < MOCK_LOG_FAULTS; i++)
		mock_vtd_hw_fault(hw, &req, VTD_FR_CTX_NP, false);
	for (i = 0; i < MOCK_LOG_FAULTS; i++)
		KUNIT_EXPECT_EQ(test, hw->mi->log.fault[i].number,
				VTD_FR_CTX_NP);
}

static struct mock_queue_view *view_queue(struct mock_vtd_hw *hw,
					  const char **text)
{
	struct mock_queue_view *view =
		kunit_kzalloc(hw->test, sizeof(*view), GFP_KERNEL);
	struct seq_file *s = mock_test_seq(hw->test);

	KUNIT_ASSERT_NOT_NULL(hw->test, view);
	scoped_guard(spinlock_irqsave, &hw->mi->lock)
		mock_vtd_queue_show(hw->mi, s, view);
	*text = mock_test_text(hw->test, s);
	return view;
}

static void log_test_queue(struct kunit *test)
{
	struct mock_vtd_hw *hw = mock_vtd_hw_create(test);
	struct mock_queue_view *view;
	const struct mock_log *log;
	const char *text;
	u32 i;

	mock_vtd_hw_start(hw);
	view_queue(hw, &text);
	KUNIT_EXPECT_STREQ(test, text, "invalidation queue off\n");
	mock_vtd_hw_scalable(hw);
	mock_vtd_hw_iq_enable(hw, 0, true);

	mock_vtd_hw_put(hw, log_descs[0].desc[0], log_descs[0].desc[1]);
	mock_vtd_hw_put_wait(hw, 1, 0);
	mock_vtd_hw_bell(hw);
	log = &hw->mi->log;
	KUNIT_ASSERT_EQ(test, log->nr_done, 2);
	mock_test_words(test, mock_vtd_command_words, log->done[0].words, log_descs[0].words);
	KUNIT_EXPECT_STREQ(test, log->done[0].outcome, "done");

	mock_vtd_hw_misbehave(hw, MOCK_MISBEHAVE_CMD_STALL, 1);
	for (i = 0; i < 100; i++)
		mock_vtd_hw_put(hw, log_descs[1].desc[0], 0);
	mock_vtd_hw_bell(hw);
	view = view_queue(hw, &text);
	KUNIT_EXPECT_EQ(test, view->nr, MOCK_LOG_PENDING);
	KUNIT_EXPECT_EQ(test, view->more, 100 - MOCK_LOG_PENDING);
	KUNIT_EXPECT_EQ(test, view->pending[0].index, 2);
	mock_test_words(test, mock_vtd_command_words, view->pending[0].words, log_descs[1].words);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "head 2 tail 102\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "errors none\n"));

	mock_vtd_hw_misbehave(hw, MOCK_MISBEHAVE_CMD_STALL, 0);
	KUNIT_EXPECT_EQ(test, log->nr_done, 102);
	view = view_queue(hw, &text);
	KUNIT_EXPECT_EQ(test, view->nr, 0);
}

static void log_test_queue_errors(struct kunit *test)
{
	struct mock_vtd_hw *hw = mock_vtd_hw_create(test);
	struct mock_queue_view *view;
	const char *text;

	mock_vtd_hw_start(hw);
	mock_vtd_hw_scalable(hw);
	mock_vtd_hw_iq_enable(hw, 0, true);
	mock_vtd_hw_put(hw, 0xf, 0);
	mock_vtd_hw_bell(hw);
	view = view_queue(hw, &text);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "IQEI 3: invalid descriptor type"));
	KUNIT_EXPECT_EQ(test, view->nr, 1);

	/* A tail that the head never meets */
	hw_write64(hw, VTD_REG_IQT, 4096);
	view = view_queue(hw, &text);
	KUNIT_EXPECT_EQ(test, view->nr, 0);

	/* A queue where there is no memory */
	mock_vtd_hw_gcmd(hw, VTD_GCMD_QIE, false);
	hw_write64(hw, VTD_REG_IQT, 0);
	hw_write32(hw, VTD_REG_FSTS, VTD_FSTS_IQE);
	hw_write64(hw, VTD_REG_IQA, mock_test_no_ram(test) | VTD_IQA_DW);
	mock_vtd_hw_gcmd(hw, VTD_GCMD_QIE, true);
	hw_write64(hw, VTD_REG_IQT, 32);
	view = view_queue(hw, &text);
	KUNIT_ASSERT_EQ(test, view->nr, 1);
	KUNIT_EXPECT_TRUE(test, view->pending[0].aborts);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "IQEI 2: the descriptor cannot be read"));
}

static void log_test_outcomes(struct kunit *test)
{
	struct mock_vtd_hw *hw = mock_vtd_hw_create(test);
	const struct mock_log *log = &hw->mi->log;

	mock_vtd_hw_start(hw);
	mock_vtd_hw_scalable(hw);
	mock_vtd_hw_iq_enable(hw, 0, true);
	hw->atc_timeout = 1;
	mock_vtd_hw_put(hw, log_descs[6].desc[0], log_descs[6].desc[1]);
	mock_vtd_hw_put_wait(hw, 1, 0);
	mock_vtd_hw_bell(hw);
	KUNIT_ASSERT_EQ(test, log->nr_done, 2);
	KUNIT_EXPECT_STREQ(test, log->done[0].outcome, "not answered");
	KUNIT_EXPECT_NOT_NULL(test, strstr(log->done[1].outcome, "aborted"));
}

static struct kunit_case log_test_cases[] = {
	KUNIT_CASE(log_test_descriptors),
	KUNIT_CASE(log_test_hostile),
	KUNIT_CASE(log_test_reasons),
	KUNIT_CASE(log_test_faults),
	KUNIT_CASE(log_test_queue),
	KUNIT_CASE(log_test_queue_errors),
	KUNIT_CASE(log_test_outcomes),
	{}
};

static struct kunit_suite log_test_suite = {
	.name = "iommu_mock_vtd_log",
	.test_cases = log_test_cases,
};

kunit_test_suite(log_test_suite);
