// SPDX-License-Identifier: GPL-2.0-only
/* Mock VT-d: tests of primary fault logging */
#include "unit.h"

#define NFR	4

static int fault_init(struct kunit *test)
{
	struct mock_vtd_hw *hw = mock_vtd_hw_create(test);

	hw->m->cap = (hw->m->cap & ~VTD_CAP_NFR) |
		     FIELD_PREP(VTD_CAP_NFR, NFR - 1);
	mock_vtd_hw_start(hw);
	mock_vtd_hw_unmask(hw);
	test->priv = hw;
	return 0;
}

static u32 read_frcd(struct mock_vtd_hw *hw, unsigned int nr)
{
	return FIELD_GET(VTD_CAP_FRO, hw->m->cap) * 16 + nr * 16;
}

static u64 frcd_hi(struct mock_vtd_hw *hw, unsigned int nr)
{
	return hw_read64(hw, read_frcd(hw, nr) + 8);
}

static void read_fault(struct mock_vtd_hw *hw, u16 sid, u64 addr)
{
	const struct mock_req req = { .addr = addr, .sid = sid };

	mock_vtd_hw_fault(hw, &req, VTD_FR_READ, false);
}

static void clear_f(struct mock_vtd_hw *hw, unsigned int nr)
{
	hw_write64(hw, read_frcd(hw, nr) + 8, VTD_FRCD1_F);
}

struct field_case {
	const char *name;
	struct mock_req req;
	u64 hi;		/* without F, SID and FR */
};

static const struct field_case field_cases[] = {
	{ "read", { .at = MOCK_AT_UNTRANSLATED }, VTD_FRCD1_T1 },
	{ "write", { .write = true }, 0 },
	{ "translation request", { .at = MOCK_AT_TRANSLATION },
	  VTD_FRCD1_T1 | FIELD_PREP_CONST(VTD_FRCD1_AT, 1) },
	{ "translated write", { .at = MOCK_AT_TRANSLATED, .write = true },
	  FIELD_PREP_CONST(VTD_FRCD1_AT, 2) },
	{ "PASID", { .pasid = 0xabcde, .pasid_valid = true },
	  VTD_FRCD1_T1 | VTD_FRCD1_PP | FIELD_PREP_CONST(VTD_FRCD1_PV, 0xabcde) },
	{ "PASID 0", { .pasid_valid = true }, VTD_FRCD1_T1 | VTD_FRCD1_PP },
	{ "execute", { .pasid = 1, .pasid_valid = true, .exec = true },
	  VTD_FRCD1_T1 | VTD_FRCD1_PP | VTD_FRCD1_EXE |
	  FIELD_PREP_CONST(VTD_FRCD1_PV, 1) },
	{ "privileged write",
	  { .pasid = 1, .pasid_valid = true, .priv = true, .write = true },
	  VTD_FRCD1_PP | VTD_FRCD1_PRIV | FIELD_PREP_CONST(VTD_FRCD1_PV, 1) },
	{ "PASID's fields without PASID",
	  { .pasid = 0x123, .priv = true, .exec = true }, VTD_FRCD1_T1 },
};

KUNIT_ARRAY_PARAM_DESC(field, field_cases, name);

/* 11.4.7.6 */
static void fault_fields(struct kunit *test)
{
	const struct field_case *c = test->param_value;
	struct mock_vtd_hw *hw = test->priv;
	struct mock_req req = c->req;
	u64 hi;

	req.sid = 0xfe08;
	req.addr = 0x123456789abcdULL;
	mock_vtd_hw_fault(hw, &req, VTD_FR_SS_RSVD, false);

	hi = c->hi | VTD_FRCD1_F | FIELD_PREP(VTD_FRCD1_SID, 0xfe08) |
	     FIELD_PREP(VTD_FRCD1_FR, VTD_FR_SS_RSVD);
	KUNIT_EXPECT_EQ(test, frcd_hi(hw, 0), hi);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, read_frcd(hw, 0) + 8), lower_32_bits(hi));
	KUNIT_EXPECT_EQ(test, hw_read32(hw, read_frcd(hw, 0) + 12),
			upper_32_bits(hi));
	KUNIT_EXPECT_EQ(test, hw_read64(hw, read_frcd(hw, 0)),
			0x123456789a000ULL);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, read_frcd(hw, 0)), 0x6789a000);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, read_frcd(hw, 0) + 4), 0x12345);
}

/* FI has as many bits as the widest address, PASIDs exist with ECAP.PASID only */
static void fault_reserved(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;
	const struct mock_req req = {
		.addr = ~0ULL,
		.sid = 1,
		.pasid = 5,
		.pasid_valid = true,
	};

	mock_vtd_hw_fault(hw, &req, VTD_FR_NON_CANONICAL, false);
	KUNIT_EXPECT_EQ(test, hw_read64(hw, read_frcd(hw, 0)),
			0x1fffffffffff000ULL);

	mock_vtd_hw_stop(hw);
	hw->m->cap &= ~(VTD_CAP_FS5LP | VTD_CAP_SAGAW_5LVL | VTD_CAP_MGAW);
	hw->m->cap |= FIELD_PREP(VTD_CAP_MGAW, 48 - 1);
	hw->m->ecap &= ~VTD_ECAP_PASID;
	mock_vtd_hw_start(hw);
	mock_vtd_hw_fault(hw, &req, VTD_FR_NON_CANONICAL, false);
	KUNIT_EXPECT_EQ(test, hw_read64(hw, read_frcd(hw, 0)),
			0xfffffffff000ULL);
	KUNIT_EXPECT_FALSE(test, frcd_hi(hw, 0) & (VTD_FRCD1_PP | VTD_FRCD1_PV));
}

/* The registers are a ring; FRI is the first pending one */
static void fault_ring(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;
	unsigned int i;
	u32 fsts;

	/* More than once around */
	for (i = 0; i < 3 * NFR; i++) {
		read_fault(hw, 0x100 + i, 0x1000 * i);
		fsts = VTD_FSTS_PPF | FIELD_PREP(VTD_FSTS_FRI, i % NFR);
		KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), fsts);
		KUNIT_EXPECT_EQ(test, frcd_hi(hw, i % NFR) & VTD_FRCD1_SID,
				0x100 + i);
		clear_f(hw, i % NFR);
		KUNIT_EXPECT_FALSE(test, hw_read32(hw, VTD_REG_FSTS) &
				   VTD_FSTS_PPF);
	}
	KUNIT_EXPECT_EQ(test, hw->nr_msi[MOCK_VTD_EVENT_FAULT], 3 * NFR);

	/* FRI stays at the first as long as one is pending */
	read_fault(hw, 1, 0);
	read_fault(hw, 2, 0);
	clear_f(hw, 0);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), VTD_FSTS_PPF);
	read_fault(hw, 3, 0);
	KUNIT_EXPECT_EQ(test, frcd_hi(hw, 2) & VTD_FRCD1_SID, 3);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), VTD_FSTS_PPF);
	KUNIT_EXPECT_EQ(test, hw->nr_msi[MOCK_VTD_EVENT_FAULT], 3 * NFR + 1);
}

/* F is the only bit that can be written, and only cleared, and only by a 1 */
static void fault_rw1c(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;
	u64 lo, hi;

	/* It can not be set */
	clear_f(hw, 0);
	KUNIT_EXPECT_EQ(test, frcd_hi(hw, 0), 0);

	read_fault(hw, 0x77, 0x5000);
	lo = hw_read64(hw, read_frcd(hw, 0));
	hi = frcd_hi(hw, 0);
	hw_write64(hw, read_frcd(hw, 0), ~0ULL);
	hw_write32(hw, read_frcd(hw, 0) + 8, ~0U);
	hw_write64(hw, read_frcd(hw, 0) + 8, ~VTD_FRCD1_F);
	KUNIT_EXPECT_EQ(test, hw_read64(hw, read_frcd(hw, 0)), lo);
	KUNIT_EXPECT_EQ(test, frcd_hi(hw, 0), hi);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), VTD_FSTS_PPF);

	hw_write32(hw, read_frcd(hw, 0) + 12, BIT(31));
	KUNIT_EXPECT_EQ(test, frcd_hi(hw, 0), hi & ~VTD_FRCD1_F);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), 0);

	/* Behind the last one is nothing */
	hw_write64(hw, read_frcd(hw, NFR) + 8, ~0ULL);
	KUNIT_EXPECT_EQ(test, hw_read64(hw, read_frcd(hw, NFR)), 0);
}

static void fault_overflow(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;
	unsigned int i;

	for (i = 0; i < NFR; i++)
		read_fault(hw, i, 0);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), VTD_FSTS_PPF);
	read_fault(hw, 0x50, 0);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS),
			VTD_FSTS_PPF | VTD_FSTS_PFO);
	KUNIT_EXPECT_EQ(test, frcd_hi(hw, 0) & VTD_FRCD1_SID, 0);

	/* Room alone does not help, PFO must be cleared */
	for (i = 0; i < NFR; i++)
		clear_f(hw, i);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), VTD_FSTS_PFO);
	read_fault(hw, 0x51, 0);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), VTD_FSTS_PFO);

	/* PPF can not be written */
	hw_write32(hw, VTD_REG_FSTS, VTD_FSTS_PFO | VTD_FSTS_PPF);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), 0);
	KUNIT_EXPECT_EQ(test, hw->nr_msi[MOCK_VTD_EVENT_FAULT], 1);

	/* It goes on where it was */
	read_fault(hw, 0x52, 0);
	KUNIT_EXPECT_EQ(test, frcd_hi(hw, 0) & VTD_FRCD1_SID, 0x52);
	KUNIT_EXPECT_EQ(test, hw->nr_msi[MOCK_VTD_EVENT_FAULT], 2);
}

/* PFO with another register than the next one free: still no room */
static void fault_overflow_gap(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;
	unsigned int i;

	for (i = 0; i < NFR; i++)
		read_fault(hw, i, 0);
	clear_f(hw, 2);
	read_fault(hw, 0x50, 0);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS),
			VTD_FSTS_PPF | VTD_FSTS_PFO);
	KUNIT_EXPECT_EQ(test, frcd_hi(hw, 2) & VTD_FRCD1_SID, 2);
}

/* While a fault of a source-id is pending, no other of it is recorded */
static void fault_collapse(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;

	read_fault(hw, 0x10, 0x1000);
	read_fault(hw, 0x11, 0x2000);
	read_fault(hw, 0x10, 0x3000);
	read_fault(hw, 0x11, 0x3000);
	KUNIT_EXPECT_EQ(test, hw_read64(hw, read_frcd(hw, 0)), 0x1000);
	KUNIT_EXPECT_EQ(test, hw_read64(hw, read_frcd(hw, 1)), 0x2000);
	KUNIT_EXPECT_EQ(test, frcd_hi(hw, 2), 0);

	clear_f(hw, 0);
	read_fault(hw, 0x10, 0x4000);
	KUNIT_EXPECT_EQ(test, hw_read64(hw, read_frcd(hw, 2)), 0x4000);
}

static void fault_fpd(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;
	const struct mock_req req = { .sid = 1 };

	mock_vtd_hw_fault(hw, &req, VTD_FR_READ, true);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), 0);
	KUNIT_EXPECT_EQ(test, frcd_hi(hw, 0), 0);
	KUNIT_EXPECT_EQ(test, hw->nr_msi[MOCK_VTD_EVENT_FAULT], 0);
}

/* 7.3: IP while masked; sent when unmasked, taken back when all is serviced */
static void fault_masked(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;

	hw_write32(hw, VTD_REG_FECTL, VTD_ECTL_IM);
	read_fault(hw, 1, 0);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FECTL),
			VTD_ECTL_IM | VTD_ECTL_IP);
	KUNIT_EXPECT_EQ(test, hw->nr_msi[MOCK_VTD_EVENT_FAULT], 0);
	hw_write32(hw, VTD_REG_FECTL, 0);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FECTL), 0);
	KUNIT_EXPECT_EQ(test, hw->nr_msi[MOCK_VTD_EVENT_FAULT], 1);
	/* Once */
	hw_write32(hw, VTD_REG_FECTL, VTD_ECTL_IM);
	hw_write32(hw, VTD_REG_FECTL, 0);
	KUNIT_EXPECT_EQ(test, hw->nr_msi[MOCK_VTD_EVENT_FAULT], 1);
	clear_f(hw, 0);

	hw_write32(hw, VTD_REG_FECTL, VTD_ECTL_IM);
	read_fault(hw, 1, 0);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FECTL),
			VTD_ECTL_IM | VTD_ECTL_IP);
	clear_f(hw, 1);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FECTL), VTD_ECTL_IM);
	hw_write32(hw, VTD_REG_FECTL, 0);
	KUNIT_EXPECT_EQ(test, hw->nr_msi[MOCK_VTD_EVENT_FAULT], 1);
}

/* 7.2.1: the index starts over when translation is disabled */
static void fault_index_reset(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;

	mock_vtd_hw_tables(hw, 0);
	read_fault(hw, 1, 0);
	clear_f(hw, 0);
	mock_vtd_hw_gcmd(hw, VTD_GCMD_TE, false);
	mock_vtd_hw_gcmd(hw, VTD_GCMD_TE, true);
	read_fault(hw, 2, 0);
	KUNIT_EXPECT_EQ(test, frcd_hi(hw, 0) & VTD_FRCD1_SID, 2);
}

/* From a request to the register */
static void fault_translate(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;
	u64 hi;

	mock_vtd_hw_scalable(hw);
	KUNIT_EXPECT_EQ(test, mock_vtd_hw_translate(hw, 0x8000), 0);
	mock_vtd_hw_gcmd(hw, VTD_GCMD_TE, true);
	KUNIT_EXPECT_EQ(test, mock_vtd_hw_translate(hw, 0x8000), -EFAULT);
	hi = VTD_FRCD1_F | VTD_FRCD1_T1 | VTD_FRCD1_PP |
	     FIELD_PREP(VTD_FRCD1_SID, HW_SID) |
	     FIELD_PREP(VTD_FRCD1_PV, HW_PASID) |
	     FIELD_PREP(VTD_FRCD1_FR, VTD_FR_ROOT_NP);
	KUNIT_EXPECT_EQ(test, frcd_hi(hw, 0), hi);
	KUNIT_EXPECT_EQ(test, hw_read64(hw, read_frcd(hw, 0)), 0x8000);
	KUNIT_EXPECT_EQ(test, hw->m->stats.faults, 1);
}

static struct kunit_case fault_test_cases[] = {
	KUNIT_CASE_PARAM(fault_fields, field_gen_params),
	KUNIT_CASE(fault_reserved),
	KUNIT_CASE(fault_ring),
	KUNIT_CASE(fault_rw1c),
	KUNIT_CASE(fault_overflow),
	KUNIT_CASE(fault_overflow_gap),
	KUNIT_CASE(fault_collapse),
	KUNIT_CASE(fault_fpd),
	KUNIT_CASE(fault_masked),
	KUNIT_CASE(fault_index_reset),
	KUNIT_CASE(fault_translate),
	{}
};

static struct kunit_suite fault_test_suite = {
	.name = "iommu_mock_vtd_fault",
	.init = fault_init,
	.test_cases = fault_test_cases,
};

kunit_test_suite(fault_test_suite);
