// SPDX-License-Identifier: GPL-2.0-only
/* Mock VT-d: tests of the descriptors of the invalidation queue */
#include <kunit/static_stub.h>

#include "unit.h"

static struct mock_vtd_inv last_inv;
static unsigned int nr_inv;

static int record_inv(struct mock_vtd *m, const struct mock_vtd_inv *inv)
{
	last_inv = *inv;
	nr_inv++;
	return 0;
}

static int qi_desc_init(struct kunit *test)
{
	struct mock_vtd_hw *hw = mock_vtd_hw_create(test);

	hw->m->cap &= ~VTD_CAP_MAMV;
	hw->m->cap |= FIELD_PREP(VTD_CAP_MAMV, 18);
	mock_vtd_hw_start(hw);
	mock_vtd_hw_unmask(hw);
	mock_vtd_hw_scalable(hw);
	mock_vtd_hw_iq_enable(hw, 0, true);
	nr_inv = 0;
	kunit_activate_static_stub(test, mock_vtd_inv_execute, record_inv);
	test->priv = hw;
	return 0;
}

struct desc_case {
	const char *name;
	u64 words[2];
	struct mock_vtd_inv inv;
};

#define F(mask, val)	FIELD_PREP_CONST(mask, val)

static const struct desc_case desc_cases[] = {
	{ "context-cache, global", { VTD_QI_CC | F(VTD_CC0_G, 1) },
	  { .type = VTD_QI_CC, .gran = 1 } },
	{ "context-cache, domain",
	  { VTD_QI_CC | F(VTD_CC0_G, 2) | F(VTD_CC0_DID, 0xfedc) },
	  { .type = VTD_QI_CC, .gran = 2, .did = 0xfedc } },
	{ "context-cache, device",
	  { VTD_QI_CC | F(VTD_CC0_G, 3) | F(VTD_CC0_DID, 1) |
	    F(VTD_CC0_SID, 0x8765) | F(VTD_CC0_FM, 2) },
	  { .type = VTD_QI_CC, .gran = 3, .did = 1, .sid = 0x8765, .fm = 2 } },
	{ "PASID-cache, domain", { VTD_QI_PC | F(VTD_PC0_DID, 0x1234) },
	  { .type = VTD_QI_PC, .did = 0x1234 } },
	{ "PASID-cache, PASID",
	  { VTD_QI_PC | F(VTD_PC0_G, 1) | F(VTD_PC0_DID, 2) |
	    F(VTD_PC0_PASID, 0xfffff) },
	  { .type = VTD_QI_PC, .gran = 1, .did = 2, .pasid = 0xfffff } },
	{ "PASID-cache, global", { VTD_QI_PC | F(VTD_PC0_G, 3) },
	  { .type = VTD_QI_PC, .gran = 3 } },
	{ "IOTLB, global", { VTD_QI_IOTLB | F(VTD_IOTLB0_G, 1) },
	  { .type = VTD_QI_IOTLB, .gran = 1 } },
	{ "IOTLB, domain; the second word is ignored",
	  { VTD_QI_IOTLB | F(VTD_IOTLB0_G, 2) | F(VTD_IOTLB0_DID, 7) |
	    VTD_IOTLB0_DR | VTD_IOTLB0_DW, 0xfffffffffffff07f },
	  { .type = VTD_QI_IOTLB, .gran = 2, .did = 7 } },
	{ "IOTLB, page",
	  { VTD_QI_IOTLB | F(VTD_IOTLB0_G, 3) | F(VTD_IOTLB0_DID, 7),
	    0x123456789000 | VTD_IOTLB1_IH | 18 },
	  { .type = VTD_QI_IOTLB, .gran = 3, .did = 7, .am = 18, .ih = true,
	    .addr = 0x123456789000 } },
	{ "PASID-based IOTLB, PASID; the second word is ignored",
	  { VTD_QI_PIOTLB | F(VTD_PIOTLB0_G, 2) | F(VTD_PIOTLB0_DID, 7) |
	    F(VTD_PIOTLB0_PASID, 0x12345), 0x507f },
	  { .type = VTD_QI_PIOTLB, .gran = 2, .did = 7, .pasid = 0x12345 } },
	{ "PASID-based IOTLB, page, a mask above MAMV",
	  { VTD_QI_PIOTLB | F(VTD_PIOTLB0_G, 3) | F(VTD_PIOTLB0_DID, 7) |
	    F(VTD_PIOTLB0_PASID, 1), 0xffff800000000000 | 36 },
	  { .type = VTD_QI_PIOTLB, .gran = 3, .did = 7, .pasid = 1, .am = 36,
	    .addr = 0xffff800000000000 } },
	{ "PASID-based IOTLB, page, everything",
	  { VTD_QI_PIOTLB | F(VTD_PIOTLB0_G, 3), VTD_PIOTLB1_IH | 63 },
	  { .type = VTD_QI_PIOTLB, .gran = 3, .am = 52, .ih = true } },
	{ "device-TLB, 4K",
	  { VTD_QI_DTLB | F(VTD_DTLB0_SID, 0xabcd) | VTD_DTLB0_MIP, 0x3000 },
	  { .type = VTD_QI_DTLB, .sid = 0xabcd, .addr = 0x3000, .lg2 = 12 } },
	{ "device-TLB, 8K",
	  { VTD_QI_DTLB | F(VTD_DTLB0_SID, 1), 0x6000 | VTD_DTLB1_S },
	  { .type = VTD_QI_DTLB, .sid = 1, .addr = 0x6000, .lg2 = 13 } },
	{ "device-TLB, 16K",
	  { VTD_QI_DTLB | F(VTD_DTLB0_SID, 1), 0xd000 | VTD_DTLB1_S },
	  { .type = VTD_QI_DTLB, .sid = 1, .addr = 0xc000, .lg2 = 14 } },
	{ "device-TLB, 2M",
	  { VTD_QI_DTLB | F(VTD_DTLB0_SID, 1), 0x4ff000 | VTD_DTLB1_S },
	  { .type = VTD_QI_DTLB, .sid = 1, .addr = 0x400000, .lg2 = 21 } },
	{ "device-TLB, lower half",
	  { VTD_QI_DTLB, 0x3ffffffffffff000 | VTD_DTLB1_S },
	  { .type = VTD_QI_DTLB, .lg2 = 63 } },
	{ "device-TLB, everything",
	  { VTD_QI_DTLB, 0x7ffffffffffff000 | VTD_DTLB1_S },
	  { .type = VTD_QI_DTLB, .lg2 = 64 } },
	{ "device-TLB, every bit set",
	  { VTD_QI_DTLB, 0xfffffffffffff000 | VTD_DTLB1_S },
	  { .type = VTD_QI_DTLB, .lg2 = 64 } },
	{ "PASID-based device-TLB",
	  { VTD_QI_PDTLB | F(VTD_PDTLB0_SID, 0xabcd) | VTD_PDTLB0_MIP |
	    F(VTD_PDTLB0_PASID, 0x54321), 0x7000 },
	  { .type = VTD_QI_PDTLB, .sid = 0xabcd, .pasid = 0x54321,
	    .pasid_valid = true, .addr = 0x7000, .lg2 = 12 } },
	{ "PASID-based device-TLB, global, 8K",
	  { VTD_QI_PDTLB | F(VTD_PDTLB0_SID, 1),
	    VTD_PDTLB1_G | VTD_PDTLB1_S },
	  { .type = VTD_QI_PDTLB, .sid = 1, .pasid_valid = true,
	    .all_pasids = true, .lg2 = 13 } },
	{ "wait, nothing", { VTD_QI_WAIT }, { .type = VTD_QI_WAIT } },
	{ "wait, everything",
	  { VTD_QI_WAIT | VTD_WAIT0_IF | VTD_WAIT0_SW | VTD_WAIT0_FN |
	    VTD_WAIT0_PD | F(VTD_WAIT0_DATA, 0xdeadbeef), 0x123456789abc },
	  { .type = VTD_QI_WAIT, .wait_if = true, .wait_sw = true,
	    .wait_fn = true, .data = 0xdeadbeef, .addr = 0x123456789abc } },
	{ "wait, address bits beyond the host's width are ignored",
	  { VTD_QI_WAIT | VTD_WAIT0_SW, 0xffffc00000001004 },
	  { .type = VTD_QI_WAIT, .wait_sw = true, .addr = 0x1004 } },
	{ "page group response",
	  { VTD_QI_PGRP_RESP | F(VTD_PGRP0_RID, 0x4321) |
	    F(VTD_PGRP0_CODE, VTD_PGRP_INVALID), F(VTD_PGRP1_PRGI, 0x1aa) },
	  { .type = VTD_QI_PGRP_RESP, .sid = 0x4321, .prgi = 0x1aa,
	    .code = VTD_PGRP_INVALID } },
	{ "page group response with PASID, a bit that is ignored",
	  { VTD_QI_PGRP_RESP | VTD_PGRP0_PASID_P | F(VTD_PGRP0_PASID, 0xfffff) |
	    F(VTD_PGRP0_CODE, VTD_PGRP_FAILURE), VTD_PGRP1_IGN },
	  { .type = VTD_QI_PGRP_RESP, .pasid_valid = true, .pasid = 0xfffff,
	    .code = VTD_PGRP_FAILURE } },
};

KUNIT_ARRAY_PARAM_DESC(desc, desc_cases, name);

static void qi_desc_valid(struct kunit *test)
{
	const struct desc_case *c = test->param_value;
	struct mock_vtd_hw *hw = test->priv;
	struct mock_vtd_inv want;

	mock_vtd_hw_put(hw, c->words[0], c->words[1]);
	mock_vtd_hw_bell(hw);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), 0);
	KUNIT_EXPECT_EQ(test, hw_head(hw), 1);
	KUNIT_ASSERT_EQ(test, nr_inv, 1);
	want = c->inv;
	want.words[0] = c->words[0];
	want.words[1] = c->words[1];
	KUNIT_EXPECT_MEMEQ(test, &last_inv, &want, sizeof(last_inv));
}

/* What a descriptor has fields for, by type; all other bits are reserved */
struct rsvd_case {
	const char *name;
	u64 valid[2];
	u64 known[2];
};

#define TYPE_BITS	(VTD_QI_TYPE_LO | VTD_QI_TYPE_HI)

static const struct rsvd_case rsvd_cases[] = {
	{ "context-cache", { VTD_QI_CC | F(VTD_CC0_G, 1) },
	  { TYPE_BITS | 0x0003ffffffff0030 } },
	{ "IOTLB", { VTD_QI_IOTLB | F(VTD_IOTLB0_G, 3) },
	  { TYPE_BITS | 0xffff00f0, 0xfffffffffffff07f } },
	{ "PASID-based IOTLB", { VTD_QI_PIOTLB | F(VTD_PIOTLB0_G, 3) },
	  { TYPE_BITS | 0x000fffffffff0030, 0xfffffffffffff07f } },
	{ "PASID-cache", { VTD_QI_PC | F(VTD_PC0_G, 3) },
	  { TYPE_BITS | 0x000fffffffff0030 } },
	{ "device-TLB", { VTD_QI_DTLB },
	  { TYPE_BITS | 0x0000ffff001f0000, 0xfffffffffffff001 } },
	{ "PASID-based device-TLB", { VTD_QI_PDTLB },
	  { TYPE_BITS | 0x000fffffffff01f0, 0xfffffffffffff801 } },
	{ "wait", { VTD_QI_WAIT }, { TYPE_BITS | 0xffffffff000000f0, ~3ULL } },
	{ "page group response", { VTD_QI_PGRP_RESP },
	  { TYPE_BITS | 0x000ffffffffff010, 0xffc } },
};

KUNIT_ARRAY_PARAM_DESC(rsvd, rsvd_cases, name);

/* Each reserved bit alone, in each of the four words */
static void qi_desc_rsvd(struct kunit *test)
{
	const struct rsvd_case *c = test->param_value;
	struct mock_vtd_hw *hw = test->priv;
	unsigned int bit, tried = 0;

	for (bit = 0; bit < 256; bit++) {
		u64 words[4] = { c->valid[0], c->valid[1] };
		u32 at = hw->tail;

		if (bit < 128 && (c->known[bit / 64] & BIT_ULL(bit % 64)))
			continue;
		words[bit / 64] |= BIT_ULL(bit % 64);
		mock_vtd_hw_put4(hw, words);
		mock_vtd_hw_bell(hw);
		KUNIT_EXPECT_EQ_MSG(test, hw_read32(hw, VTD_REG_FSTS), VTD_FSTS_IQE,
				    "bit %u", bit);
		KUNIT_EXPECT_EQ_MSG(test, hw_iqei(hw), VTD_IQEI_RSVD, "bit %u", bit);
		KUNIT_EXPECT_EQ(test, hw_read64(hw, VTD_REG_IQH), at);

		/* Put right, it is processed when software clears the error */
		words[bit / 64] &= ~BIT_ULL(bit % 64);
		hw->tail = at;
		mock_vtd_hw_put4(hw, words);
		hw_write32(hw, VTD_REG_FSTS, VTD_FSTS_IQE);
		KUNIT_EXPECT_EQ(test, hw_read64(hw, VTD_REG_IQH), hw->tail);
		KUNIT_EXPECT_EQ(test, nr_inv, ++tried);
	}
	KUNIT_EXPECT_GE(test, tried, 128);
}

struct bad_case {
	const char *name;
	u64 words[2];
	u8 iqei;
	u64 cap_clear;
	u64 ecap_clear;
};

static const struct bad_case bad_cases[] = {
	{ "type 0", { 0 }, VTD_IQEI_TYPE },
	{ "type 10", { 10 }, VTD_IQEI_TYPE },
	{ "type 17", { F(VTD_QI_TYPE_HI, 1) | 1 }, VTD_IQEI_TYPE },
	{ "type 127", { TYPE_BITS }, VTD_IQEI_TYPE },
	{ "interrupt entry cache, without ECAP.IR", { VTD_QI_IEC },
	  VTD_IQEI_TYPE },
	{ "device-TLB without ECAP.DT", { VTD_QI_DTLB }, VTD_IQEI_TYPE, 0,
	  VTD_ECAP_DT },
	{ "PASID-based device-TLB without ECAP.DT", { VTD_QI_PDTLB },
	  VTD_IQEI_TYPE, 0, VTD_ECAP_DT },
	{ "page group response without ECAP.PRS", { VTD_QI_PGRP_RESP },
	  VTD_IQEI_TYPE, 0, VTD_ECAP_PRS },
	{ "page group response, code 2",
	  { VTD_QI_PGRP_RESP | F(VTD_PGRP0_CODE, 2) }, VTD_IQEI_RSVD },
	{ "page group response, code 14",
	  { VTD_QI_PGRP_RESP | F(VTD_PGRP0_CODE, 14) }, VTD_IQEI_RSVD },
	{ "context-cache, granularity 0", { VTD_QI_CC }, VTD_IQEI_RSVD },
	{ "IOTLB, granularity 0", { VTD_QI_IOTLB }, VTD_IQEI_RSVD },
	{ "PASID-cache, granularity 2", { VTD_QI_PC | F(VTD_PC0_G, 2) },
	  VTD_IQEI_RSVD },
	{ "PASID-based IOTLB, granularity 0", { VTD_QI_PIOTLB }, VTD_IQEI_RSVD },
	{ "PASID-based IOTLB, granularity 1",
	  { VTD_QI_PIOTLB | F(VTD_PIOTLB0_G, 1) }, VTD_IQEI_RSVD },
	{ "IOTLB, mask above MAMV",
	  { VTD_QI_IOTLB | F(VTD_IOTLB0_G, 3), 19 }, VTD_IQEI_RSVD },
	{ "IOTLB, page, without CAP.PSI",
	  { VTD_QI_IOTLB | F(VTD_IOTLB0_G, 3) }, VTD_IQEI_RSVD, VTD_CAP_PSI },
	{ "wait with PD, without ECAP.PDS", { VTD_QI_WAIT | VTD_WAIT0_PD },
	  VTD_IQEI_RSVD, 0, VTD_ECAP_PDS },
};

KUNIT_ARRAY_PARAM_DESC(bad, bad_cases, name);

static void qi_desc_bad(struct kunit *test)
{
	const struct bad_case *c = test->param_value;
	struct mock_vtd_hw *hw = test->priv;

	hw->m->cap &= ~c->cap_clear;
	hw->m->ecap &= ~c->ecap_clear;
	mock_vtd_hw_put(hw, c->words[0], c->words[1]);
	mock_vtd_hw_bell(hw);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), VTD_FSTS_IQE);
	KUNIT_EXPECT_EQ(test, hw_iqei(hw), c->iqei);
	KUNIT_EXPECT_EQ(test, hw_head(hw), 0);
	KUNIT_EXPECT_EQ(test, nr_inv, 0);
	KUNIT_EXPECT_EQ(test, hw->nr_msi[MOCK_VTD_EVENT_FAULT], 1);
}

/* Bits of a domain-id that CAP.ND does not have are ignored */
static void qi_desc_nd(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;

	hw->m->cap &= ~VTD_CAP_ND;	/* 4 bits */
	mock_vtd_hw_put(hw, VTD_QI_PC | FIELD_PREP(VTD_PC0_DID, 0xfff5), 0);
	mock_vtd_hw_bell(hw);
	KUNIT_EXPECT_EQ(test, last_inv.did, 5);
}

static struct kunit_case qi_desc_test_cases[] = {
	KUNIT_CASE_PARAM(qi_desc_valid, desc_gen_params),
	KUNIT_CASE_PARAM(qi_desc_rsvd, rsvd_gen_params),
	KUNIT_CASE_PARAM(qi_desc_bad, bad_gen_params),
	KUNIT_CASE(qi_desc_nd),
	{}
};

static struct kunit_suite qi_desc_test_suite = {
	.name = "iommu_mock_vtd_inv",
	.init = qi_desc_init,
	.test_cases = qi_desc_test_cases,
};

kunit_test_suite(qi_desc_test_suite);
