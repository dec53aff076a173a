// SPDX-License-Identifier: GPL-2.0-only
/* Mock VT-d: tests of translation requests, translated and page requests */
#include <linux/sizes.h>

#include "tables.h"

#define IOVA	0x0000123456789abcULL
#define GPA	0x0000003210987000ULL
#define PAGE	0x00003eb9c4d5e000ULL

enum outcome { ERROR, NOTHING, GRANTED };

/* Sends a translation request. @reason is what is reported */
static enum outcome ats_request(struct rig *rig, struct mock_req req,
				u8 *reason, struct mock_xlate *res)
{
	struct mock_xlate ignored;
	struct mock_vtd_fault fault;

	res = res ?: &ignored;
	req.at = MOCK_AT_TRANSLATION;
	mock_vtd_inval_all(&rig->m);
	if (rig_translate(rig, &req, res, &fault)) {
		*reason = fault.reason;
		return ERROR;
	}
	*reason = fault.reason;
	return res->read || res->write ? GRANTED : NOTHING;
}

enum place {
	IN_CONTEXT,
	IN_DIRECTORY,
	IN_PASID,
	IN_FS,
	IN_FS_UPPER,
	IN_SS,
	IN_SS_TABLE,
};

struct ats_case {
	const char *name;
	enum place place;
	u8 word;
	u64 clear;
	u64 set;
	enum outcome outcome;
	u8 reported;
	bool with_pasid;
};

/* table 30, the columns of translation requests */
static const struct ats_case ats_cases[] = {
	{ "nothing wrong", IN_CONTEXT, 0, 0, 0, GRANTED, 0 },
	{ "nothing wrong, PASID", IN_CONTEXT, 0, 0, 0, GRANTED, 0, true },
	{ "SCT.2", IN_CONTEXT, 0, VTD_CTX0_P, 0, ERROR, 0x41 },
	{ "SCT.3", IN_CONTEXT, 0, 0, BIT(8), ERROR, 0x42 },
	{ "SCT.5", IN_CONTEXT, 0, VTD_CTX0_DTE | VTD_CTX0_PRE, 0, ERROR, 0x44 },
	{ "SCT.6", IN_CONTEXT, 0, VTD_CTX0_PASIDE, 0, ERROR, 0x45, true },
	{ "SCT.9", IN_CONTEXT, 1, VTD_CTX1_RID_PASID, RIG_PASID, ERROR, 0x48, true },
	{ "SPD.1", IN_CONTEXT, 0, VTD_CTX0_PASIDDIRPTR, RIG_NOT_RAM, ERROR, 0x50 },
	{ "SPD.2", IN_DIRECTORY, 0, VTD_PDE_P, 0, NOTHING, 0 },
	{ "SPD.3", IN_DIRECTORY, 0, 0, BIT(2), ERROR, 0x52 },
	{ "SPT.1", IN_DIRECTORY, 0, VTD_PDE_SMPTBLPTR, RIG_NOT_RAM, ERROR, 0x58 },
	{ "SPT.2", IN_PASID, 0, VTD_PTE0_P, 0, NOTHING, 0 },
	{ "SPT.3", IN_PASID, 3, 0, 1, ERROR, 0x5a },
	{ "SPT.4", IN_PASID, 0, VTD_PTE0_PGTT, 0, ERROR, 0x5b },
	{ "SPT.6", IN_CONTEXT, 1, 0, VTD_CTX1_RID_PRIV, NOTHING, 0 },
	{ "SSS.1 of a table", IN_FS_UPPER, 0, VTD_FS_ADDR, 0x1000, ERROR, 0x78 },
	{ "SFS.2", IN_FS, 0, VTD_FS_P, 0, NOTHING, 0 },
	{ "SFS.3", IN_FS, 0, 0, BIT_ULL(51), NOTHING, 0 },
	{ "SFS.5", IN_FS, 0, 0, BIT_ULL(MOCK_VTD_HAW - 1), NOTHING, 0 },
	{ "SFS.8", IN_SS_TABLE, 0, VTD_SS_W, 0, NOTHING, 0 },
	{ "SFS.9", IN_PASID, 1, VTD_PTE1_PWSNP, 0, NOTHING, 0 },
	{ "SSS.2", IN_SS, 0, RIG_SS_RW, 0, NOTHING, 0 },
	{ "SSS.3", IN_SS, 0, 0, BIT_ULL(51), ERROR, 0x7a },
	{ "SGN.2", IN_FS, 0, VTD_FS_US, 0, NOTHING, 0 },
	{ "SGN.6 stage-1", IN_FS, 0, VTD_FS_RW, 0, GRANTED, 0 },
	{ "SGN.6 stage-2", IN_SS, 0, VTD_SS_W, 0, GRANTED, 0 },
	{ "SGN.7", IN_SS, 0, VTD_SS_R, 0, GRANTED, 0 },
	{ "SGN.8", IN_SS, 0, VTD_SS_ADDR, VTD_INTR_ADDR_FIRST, ERROR, 0x87 },
};

KUNIT_ARRAY_PARAM_DESC(ats, ats_cases, name);

static u64 *case_word(struct rig_space *sp, const struct ats_case *ac)
{
	u32 pasid = ac->with_pasid ? RIG_PASID : RIG_RID_PASID;
	struct rig *rig = sp->rig;

	switch (ac->place) {
	case IN_CONTEXT:
		return rig_context(rig, RIG_SID) + ac->word;
	case IN_DIRECTORY:
		return rig_directory(rig, RIG_SID, pasid);
	case IN_PASID:
		return rig_pasid(rig, RIG_SID, pasid) + ac->word;
	case IN_FS:
		return rig_fs(sp, IOVA, 1);
	case IN_FS_UPPER:
		return rig_fs(sp, IOVA, 2);
	case IN_SS:
		return rig_ss(sp, GPA, 1);
	default:
		return rig_ss(sp, *rig_fs(sp, IOVA, 2) & VTD_FS_ADDR, 1);
	}
}

static void ats_test_outcome(struct kunit *test)
{
	const struct ats_case *ac = test->param_value;
	struct rig *rig = rig_create(test);
	struct mock_req req = rig_req(RIG_SID, IOVA, true);
	struct rig_space *sp;
	u64 *word;
	u8 reason;

	/* AW is 46 bits at most by MGAW, so that SFS.5 can be met below HAW */
	rig->m.cap &= ~VTD_CAP_MGAW;
	rig->m.cap |= FIELD_PREP(VTD_CAP_MGAW, MOCK_VTD_HAW - 2);
	sp = rig_simple(rig, VTD_PGTT_NESTED);
	*rig_fs(sp, IOVA, 1) = GPA | RIG_FS_PAGE;
	*rig_ss(sp, GPA, 1) = PAGE | RIG_SS_RW;
	/* Where a wrong address of a stage-1 table leads */
	*rig_ss(sp, 0x1000, 2) = RIG_NOT_RAM | RIG_SS_RW;
	if (ac->with_pasid)
		req = rig_req_pasid(RIG_SID, RIG_PASID, IOVA, true);
	word = case_word(sp, ac);
	*word = (*word & ~ac->clear) | ac->set;
	KUNIT_EXPECT_EQ(test, ac->outcome,
			ats_request(rig, req, &reason, NULL));
	KUNIT_EXPECT_EQ(test, ac->reported, reason);
}

/* 4.2.3: what a completion says */
static void ats_test_completion(struct kunit *test)
{
	struct rig *rig = rig_create(test);
	struct rig_space *sp = rig_simple(rig, VTD_PGTT_NESTED);
	struct mock_req req = rig_req_pasid(RIG_SID, RIG_PASID, IOVA, true);
	u64 *leaf = rig_fs(sp, IOVA, 1);
	struct mock_xlate res;
	u8 reason;

	*leaf = GPA | RIG_FS_PAGE | VTD_FS_G;
	*rig_ss(sp, GPA, 1) = PAGE | RIG_SS_RW;

	KUNIT_EXPECT_EQ(test, ats_request(rig, req, &reason, &res), GRANTED);
	KUNIT_EXPECT_EQ(test, PAGE + (IOVA & 0xfff), res.pa);
	KUNIT_EXPECT_EQ(test, res.lg2, 12);
	KUNIT_EXPECT_TRUE(test, res.read && res.write);
	KUNIT_EXPECT_FALSE(test, res.global || res.priv || res.exec ||
			   res.untranslated_only);
	/* 4.2.3.1: it counts as a write */
	KUNIT_EXPECT_TRUE(test, *leaf & VTD_FS_D);

	/* No Write: read only, and no dirty flag */
	*leaf &= ~VTD_FS_D;
	req.write = false;
	KUNIT_EXPECT_EQ(test, ats_request(rig, req, &reason, &res), GRANTED);
	KUNIT_EXPECT_TRUE(test, res.read && !res.write);
	KUNIT_EXPECT_FALSE(test, *leaf & VTD_FS_D);
	/* Ignored by a unit that does not know the flag */
	rig->m.ecap &= ~VTD_ECAP_NWFS;
	KUNIT_EXPECT_EQ(test, ats_request(rig, req, &reason, &res), GRANTED);
	KUNIT_EXPECT_TRUE(test, res.read && res.write);
	KUNIT_EXPECT_TRUE(test, *leaf & VTD_FS_D);

	/* Not writable: effective permission, no dirty flag */
	*leaf &= ~(VTD_FS_D | VTD_FS_RW);
	req.write = true;
	KUNIT_EXPECT_EQ(test, ats_request(rig, req, &reason, &res), GRANTED);
	KUNIT_EXPECT_TRUE(test, res.read && !res.write);
	KUNIT_EXPECT_FALSE(test, *leaf & VTD_FS_D);

	/* Privileged: PRIV in any case, permissions if SRE allows it */
	req.priv = true;
	KUNIT_EXPECT_EQ(test, ats_request(rig, req, &reason, &res), NOTHING);
	KUNIT_EXPECT_TRUE(test, res.priv);
	rig_pasid(rig, RIG_SID, RIG_PASID)[2] |= VTD_PTE2_SRE;
	KUNIT_EXPECT_EQ(test, ats_request(rig, req, &reason, &res), GRANTED);
	KUNIT_EXPECT_TRUE(test, res.priv && res.write);
}

/* The IOTLB serves translation requests too, but the context entry comes first */
static void ats_test_iotlb(struct kunit *test)
{
	struct rig *rig = rig_create(test);
	struct rig_space *sp = rig_simple(rig, VTD_PGTT_STAGE2);
	struct mock_req req = rig_req(RIG_SID, GPA, false);

	*rig_ss(sp, GPA, 1) = PAGE | RIG_SS_RW;
	KUNIT_EXPECT_EQ(test, rig_write(rig, GPA, NULL), 0);
	*rig_ss(sp, GPA, 1) = 0;
	req.at = MOCK_AT_TRANSLATION;
	KUNIT_EXPECT_EQ(test, rig_send(rig, &req, NULL), 0);
	KUNIT_EXPECT_EQ(test, rig->m.stats.iotlb_hits, 1);
	*rig_context(rig, RIG_SID) &= ~(VTD_CTX0_DTE | VTD_CTX0_PRE);
	KUNIT_EXPECT_EQ(test, rig_send(rig, &req, NULL), 0);
	mock_vtd_inval_context(&rig->m, VTD_CC_DEVICE, 0, RIG_SID, 0);
	KUNIT_EXPECT_EQ(test, rig_send(rig, &req, NULL), VTD_FR_CTX_DTE);
	/* An untranslated request still finds the stale translation */
	KUNIT_EXPECT_EQ(test, rig_write(rig, GPA, NULL), 0);
}

/* S.1, S.2 */
static void ats_test_interrupt_range(struct kunit *test)
{
	struct rig *rig = rig_create(test);
	struct mock_req req = rig_req(RIG_SID, VTD_INTR_ADDR_FIRST, true);
	struct mock_xlate res;
	u8 reason;

	rig_simple(rig, VTD_PGTT_PT);
	KUNIT_EXPECT_EQ(test, ats_request(rig, req, &reason, &res), GRANTED);
	KUNIT_EXPECT_TRUE(test, !res.read && res.write && res.untranslated_only);
	req.write = false;
	KUNIT_EXPECT_EQ(test, ats_request(rig, req, &reason, &res), NOTHING);
	KUNIT_EXPECT_FALSE(test, res.untranslated_only);
	*rig_context(rig, RIG_SID) &= ~(VTD_CTX0_DTE | VTD_CTX0_PRE);
	KUNIT_EXPECT_EQ(test, ats_request(rig, req, &reason, &res), ERROR);
	KUNIT_EXPECT_EQ(test, reason, VTD_FR_CTX_DTE);
}

/* Pass-through: large, but never with the interrupt range inside */
static void ats_test_pass_through(struct kunit *test)
{
	static const struct {
		u64 addr;
		u8 lg2;
	} cases[] = {
		{ 0x12345678, 30 },
		{ 0x100000000, 30 },
		{ 0xc0000000, 21 },
		{ 0xfed00000, 21 },
		{ 0xfee00000 - SZ_4K, 21 },
		{ 0xfef00000, 12 },
		{ 0xffffffff, 21 },
	};
	struct rig *rig = rig_create(test);
	struct mock_xlate res;
	u8 reason;
	int i;

	rig_simple(rig, VTD_PGTT_PT);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct mock_req req = rig_req(RIG_SID, cases[i].addr, true);

		KUNIT_EXPECT_EQ(test, ats_request(rig, req, &reason, &res),
				GRANTED);
		KUNIT_EXPECT_EQ_MSG(test, cases[i].lg2, res.lg2, "%llx",
				    cases[i].addr);
		KUNIT_EXPECT_EQ(test, cases[i].addr, res.pa);
	}
}

/* SGN.8.2: other translations may not contain it either */
static void ats_test_large_page(struct kunit *test)
{
	struct rig *rig = rig_create(test);
	struct rig_space *sp = rig_simple(rig, VTD_PGTT_STAGE2);
	struct mock_req req = rig_req(RIG_SID, 0x300000, false);
	u8 reason;

	*rig_ss(sp, 0x200000, 2) = 0xfee00000 | RIG_SS_RW | VTD_SS_PS;
	KUNIT_EXPECT_EQ(test, ats_request(rig, req, &reason, NULL), ERROR);
	KUNIT_EXPECT_EQ(test, reason, VTD_FR_INTR_ADDR);
	/* An untranslated request is beside it. Its page may be cached, then */
	KUNIT_EXPECT_EQ(test, rig_read(rig, 0x300000, NULL), 0);
	req.at = MOCK_AT_TRANSLATION;
	KUNIT_EXPECT_EQ(test, rig_send(rig, &req, NULL), VTD_FR_INTR_ADDR);
	KUNIT_EXPECT_EQ(test, rig->m.stats.iotlb_hits, 1);
}

static void ats_test_translated(struct kunit *test)
{
	struct rig *rig = rig_create(test);
	struct mock_req req = rig_req(RIG_SID, PAGE + 0x123, true);
	struct mock_xlate res;

	rig_simple(rig, VTD_PGTT_STAGE2);
	req.at = MOCK_AT_TRANSLATED;
	KUNIT_EXPECT_EQ(test, rig_send(rig, &req, &res), 0);
	KUNIT_EXPECT_EQ(test, res.pa, PAGE + 0x123);
	KUNIT_EXPECT_EQ(test, res.lg2, 12);
	KUNIT_EXPECT_TRUE(test, res.read && res.write);
	req.addr = VTD_INTR_ADDR_LAST;
	KUNIT_EXPECT_EQ(test, rig_send(rig, &req, &res), VTD_FR_INTR_ADDR);
	req.addr = BIT_ULL(MOCK_VTD_HAW);
	KUNIT_EXPECT_EQ(test, rig_send(rig, &req, &res), VTD_FR_ADDR_WIDTH);
	req.addr = PAGE;
	req.pasid_valid = true;
	req.pasid = RIG_PASID;
	KUNIT_EXPECT_EQ(test, rig_send(rig, &req, &res), VTD_FR_CTX_EPTR);
	req.pasid_valid = false;
	*rig_context(rig, RIG_SID) &= ~(VTD_CTX0_DTE | VTD_CTX0_PRE);
	mock_vtd_inval_all(&rig->m);
	KUNIT_EXPECT_EQ(test, rig_send(rig, &req, &res), VTD_FR_CTX_DTE);
	req.sid++;
	KUNIT_EXPECT_EQ(test, rig_send(rig, &req, &res), VTD_FR_CTX_NP);
}

static u8 page_request(struct rig *rig, bool with_pasid, u64 addr)
{
	const struct mock_page_request preq = {
		.addr = addr,
		.sid = RIG_SID,
		.pasid = RIG_PASID,
		.pasid_valid = with_pasid,
		.last = true,
	};
	struct mock_vtd_fault fault;
	int ret;

	scoped_guard(spinlock_irqsave, &rig->mi.lock)
		ret = mock_vtd_page_request_check(&rig->m, &preq, &fault);
	KUNIT_EXPECT_EQ(rig->test, fault.reason ? -EFAULT : 0, ret);
	return fault.reason;
}

static void ats_test_page_request(struct kunit *test)
{
	struct rig *rig = rig_create(test);
	u64 *ce;

	rig_simple(rig, VTD_PGTT_STAGE2);
	ce = rig_context(rig, RIG_SID);
	KUNIT_EXPECT_EQ(test, page_request(rig, false, GPA), 0);
	KUNIT_EXPECT_EQ(test, page_request(rig, true, GPA), 0);
	ce[0] &= ~VTD_CTX0_PASIDE;
	mock_vtd_inval_all(&rig->m);
	KUNIT_EXPECT_EQ(test, page_request(rig, true, GPA), VTD_FR_CTX_PASIDE);
	ce[0] &= ~VTD_CTX0_PRE;
	mock_vtd_inval_all(&rig->m);
	KUNIT_EXPECT_EQ(test, page_request(rig, false, GPA), VTD_FR_CTX_PRE);
	ce[0] |= VTD_CTX0_PRE;
	*rig_pasid(rig, RIG_SID, RIG_RID_PASID) = 0;
	mock_vtd_inval_all(&rig->m);
	KUNIT_EXPECT_EQ(test, page_request(rig, false, GPA), VTD_FR_PTE_NP);
	rig->m.rtaddr = rig->root;
	KUNIT_EXPECT_EQ(test, page_request(rig, false, GPA), VTD_FR_RTA_PGRP);
}

static struct kunit_case ats_test_cases[] = {
	KUNIT_CASE_PARAM(ats_test_outcome, ats_gen_params),
	KUNIT_CASE(ats_test_completion),
	KUNIT_CASE(ats_test_iotlb),
	KUNIT_CASE(ats_test_interrupt_range),
	KUNIT_CASE(ats_test_pass_through),
	KUNIT_CASE(ats_test_large_page),
	KUNIT_CASE(ats_test_translated),
	KUNIT_CASE(ats_test_page_request),
	{}
};

static struct kunit_suite ats_test_suite = {
	.name = "iommu_mock_vtd_ats",
	.test_cases = ats_test_cases,
};

kunit_test_suite(ats_test_suite);
