// SPDX-License-Identifier: GPL-2.0-only
/* Mock VT-d: tests of the register space */
#include "unit.h"

static int regs_init(struct kunit *test)
{
	struct mock_vtd_hw *hw = mock_vtd_hw_create(test);

	mock_vtd_hw_start(hw);
	test->priv = hw;
	return 0;
}

/* A register: its value after reset, and the bits that keep what is written */
struct reg_case {
	const char *name;
	u32 off;
	u64 reset;
	u64 rw;
	bool wide;
};

#define REG(reg, ...)	{ #reg, VTD_REG_##reg, __VA_ARGS__ }

static const struct reg_case reg_cases[] = {
	REG(GCMD),
	REG(GSTS),
	REG(RTADDR, .rw = 0xfffffffffffffc00, .wide = true),
	REG(FSTS),
	REG(FECTL, .reset = BIT(31), .rw = BIT(31)),
	REG(FEDATA, .rw = 0xffff),
	REG(FEADDR, .rw = 0xfffffffc),
	REG(FEUADDR, .rw = 0xffffffff),
	{ "reserved 0x30", 0x30 },
	{ "reserved 0x48", 0x48 },
	REG(AFLOG),
	REG(PMEN),
	REG(PLMBASE),
	REG(PLMLIMIT),
	REG(PHMBASE, .wide = true),
	REG(PHMLIMIT, .wide = true),
	REG(IQH, .wide = true),
	REG(IQT, .rw = 0x7fff0, .wide = true),
	REG(IQA, .rw = 0xfffffffffffff807, .wide = true),
	REG(ICS),
	REG(IECTL, .reset = BIT(31), .rw = BIT(31)),
	REG(IEDATA, .rw = 0xffff),
	REG(IEADDR, .rw = 0xfffffffc),
	REG(IEUADDR, .rw = 0xffffffff),
	REG(IQERCD, .wide = true),
	REG(IRTA, .wide = true),
	REG(PQH, .rw = 0x7ffe0, .wide = true),
	REG(PQT, .rw = 0x7ffe0, .wide = true),
	REG(PQA, .rw = 0xfffffffffffff007, .wide = true),
	REG(PRS),
	REG(PECTL, .reset = BIT(31), .rw = BIT(31)),
	REG(PEDATA, .rw = 0xffff),
	REG(PEADDR, .rw = 0xfffffffc),
	REG(PEUADDR, .rw = 0xffffffff),
	{ "MTRRCAP", 0x100, .wide = true },
};

KUNIT_ARRAY_PARAM_DESC(reg, reg_cases, name);

static void regs_access(struct kunit *test)
{
	const struct reg_case *c = test->param_value;
	struct mock_vtd_hw *hw = test->priv;
	u32 lo = lower_32_bits(c->rw), hi = upper_32_bits(c->rw);

	if (!c->wide) {
		KUNIT_EXPECT_EQ(test, hw_read32(hw, c->off), c->reset);
		hw_write32(hw, c->off, ~0U);
		KUNIT_EXPECT_EQ(test, hw_read32(hw, c->off), lo);
		hw_write32(hw, c->off, 0xa5a5a5a5);
		KUNIT_EXPECT_EQ(test, hw_read32(hw, c->off), lo & 0xa5a5a5a5);
		hw_write32(hw, c->off, 0);
		KUNIT_EXPECT_EQ(test, hw_read32(hw, c->off), 0);
		return;
	}

	KUNIT_EXPECT_EQ(test, hw_read64(hw, c->off), c->reset);
	hw_write64(hw, c->off, ~0ULL);
	KUNIT_EXPECT_EQ(test, hw_read64(hw, c->off), c->rw);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, c->off), lo);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, c->off + 4), hi);
	/* Each half alone */
	hw_write32(hw, c->off, 0);
	KUNIT_EXPECT_EQ(test, hw_read64(hw, c->off), (u64)hi << 32);
	hw_write32(hw, c->off, 0x5a5a5a5a);
	hw_write32(hw, c->off + 4, 0xa5a5a5a5);
	KUNIT_EXPECT_EQ(test, hw_read64(hw, c->off),
			c->rw & 0xa5a5a5a55a5a5a5aULL);
	hw_write64(hw, c->off, 0);
	KUNIT_EXPECT_EQ(test, hw_read64(hw, c->off), 0);
}

static void regs_caps(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;
	u64 cap = mock_vtd_cap_default(), ecap = mock_vtd_ecap_default();

	hw_write32(hw, VTD_REG_VER, 0);
	hw_write64(hw, VTD_REG_CAP, 0);
	hw_write64(hw, VTD_REG_ECAP, ~0ULL);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_VER), MOCK_VTD_VER_DEFAULT);
	KUNIT_EXPECT_EQ(test, hw_read64(hw, VTD_REG_CAP), cap);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_CAP), lower_32_bits(cap));
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_CAP + 4), upper_32_bits(cap));
	KUNIT_EXPECT_EQ(test, hw_read64(hw, VTD_REG_ECAP), ecap);
}

/* A 64-bit access to two 32-bit registers reaches both */
static void regs_pair(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;

	hw_write64(hw, VTD_REG_FECTL, 0x1234ULL << 32);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FECTL), 0);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FEDATA), 0x1234);
	KUNIT_EXPECT_EQ(test, hw_read64(hw, VTD_REG_FECTL), 0x1234ULL << 32);
}

static void regs_bad_access(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;
	u32 end = hw->unit.regs.size;

	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_CAP + 2), 0);
	KUNIT_EXPECT_EQ(test, hw_read64(hw, VTD_REG_CAP + 4), 0);
	hw_write32(hw, VTD_REG_FEADDR + 1, ~0U);
	hw_write64(hw, VTD_REG_FEDATA, ~0ULL);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FEDATA), 0);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FEADDR), 0);

	hw_write32(hw, end - 4, ~0U);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, end - 4), 0);
	hw_write64(hw, end, ~0ULL);
	KUNIT_EXPECT_EQ(test, hw_read64(hw, end), 0);
	hw_write32(hw, 0xfffffffc, ~0U);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, 0xfffffffc), 0);
}

/* Without page requests there are no registers for them */
static void regs_no_prs(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;
	u32 off;

	mock_vtd_hw_stop(hw);
	hw->m->ecap &= ~VTD_ECAP_PRS;
	mock_vtd_hw_start(hw);
	for (off = VTD_REG_PQH; off <= VTD_REG_PEUADDR; off += 4) {
		KUNIT_EXPECT_EQ(test, hw_read32(hw, off), 0);
		hw_write32(hw, off, ~0U);
		KUNIT_EXPECT_EQ(test, hw_read32(hw, off), 0);
	}
}

static void regs_gcmd(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;
	u64 root = virt_to_phys(mock_test_pages(test, 0)) |
		   FIELD_PREP(VTD_RTADDR_TTM, VTD_TTM_SCALABLE);

	hw_write64(hw, VTD_REG_RTADDR, root);
	KUNIT_EXPECT_EQ(test, hw->m->rtaddr, 0);
	hw_write32(hw, VTD_REG_GCMD, VTD_GCMD_SRTP);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_GSTS), VTD_GSTS_RTPS);
	KUNIT_EXPECT_EQ(test, hw->m->rtaddr, root);
	/* It is latched */
	hw_write64(hw, VTD_REG_RTADDR, 0);
	KUNIT_EXPECT_EQ(test, hw->m->rtaddr, root);

	hw_write32(hw, VTD_REG_GCMD, VTD_GCMD_TE);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_GSTS),
			VTD_GSTS_RTPS | VTD_GSTS_TES);
	KUNIT_EXPECT_TRUE(test, hw->m->te);

	/* TE stays as it is when the other changes */
	hw_write32(hw, VTD_REG_GCMD, VTD_GCMD_TE | VTD_GCMD_QIE);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_GSTS),
			VTD_GSTS_RTPS | VTD_GSTS_TES | VTD_GSTS_QIES);
	hw_write32(hw, VTD_REG_GCMD, VTD_GCMD_QIE);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_GSTS),
			VTD_GSTS_RTPS | VTD_GSTS_QIES);
	KUNIT_EXPECT_FALSE(test, hw->m->te);
	hw_write32(hw, VTD_REG_GCMD, 0);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_GSTS), VTD_GSTS_RTPS);
}

/* Two things at once are nothing; bits of what does not exist do not count */
static void regs_gcmd_one(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;

	hw_write32(hw, VTD_REG_GCMD, VTD_GCMD_TE | VTD_GCMD_QIE);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_GSTS), 0);
	hw_write32(hw, VTD_REG_GCMD, VTD_GCMD_TE | VTD_GCMD_SRTP);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_GSTS), 0);
	hw_write32(hw, VTD_REG_GCMD, VTD_GCMD_SFL | VTD_GCMD_EAFL |
		   VTD_GCMD_WBF | VTD_GCMD_IRE | VTD_GCMD_SIRTP | VTD_GCMD_CFI);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_GSTS), 0);
	hw_write32(hw, VTD_REG_GCMD, VTD_GCMD_QIE | VTD_GCMD_WBF | VTD_GCMD_IRE);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_GSTS), VTD_GSTS_QIES);
}

/* How many references a request takes: 0 if caches have all of it */
static u64 count_refs(struct mock_vtd_hw *hw)
{
	u64 before = hw->m->stats.walk_refs;

	KUNIT_EXPECT_EQ(hw->test, mock_vtd_hw_translate(hw, 0x8000), 0);
	return hw->m->stats.walk_refs - before;
}

/* 6.6: SRTP empties the caches with ESRTPS only; disabling does it always */
static void regs_gcmd_caches(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;

	mock_vtd_hw_tables(hw, VTD_CTX0_PASIDE);
	KUNIT_EXPECT_GT(test, count_refs(hw), 0);
	KUNIT_EXPECT_EQ(test, count_refs(hw), 0);
	mock_vtd_hw_gcmd(hw, VTD_GCMD_SRTP, true);
	KUNIT_EXPECT_GT(test, count_refs(hw), 0);
	KUNIT_EXPECT_EQ(test, count_refs(hw), 0);
	mock_vtd_hw_gcmd(hw, VTD_GCMD_TE, false);
	mock_vtd_hw_gcmd(hw, VTD_GCMD_TE, true);
	KUNIT_EXPECT_GT(test, count_refs(hw), 0);

	mock_vtd_hw_stop(hw);
	hw->m->cap &= ~VTD_CAP_ESRTPS;
	mock_vtd_hw_start(hw);
	mock_vtd_hw_tables(hw, VTD_CTX0_PASIDE);
	KUNIT_EXPECT_GT(test, count_refs(hw), 0);
	mock_vtd_hw_gcmd(hw, VTD_GCMD_SRTP, true);
	KUNIT_EXPECT_EQ(test, count_refs(hw), 0);
}

static void regs_stall(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;

	mock_vtd_hw_scalable(hw);
	mock_vtd_hw_misbehave(hw, MOCK_MISBEHAVE_REG_STALL, U32_MAX);
	hw_write64(hw, VTD_REG_RTADDR, 0x5000);
	hw_write32(hw, VTD_REG_GCMD, VTD_GCMD_SRTP);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_GSTS), 0);
	KUNIT_EXPECT_NE(test, hw->m->rtaddr, 0x5000);
	mock_vtd_hw_misbehave(hw, MOCK_MISBEHAVE_REG_STALL, 0);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_GSTS), VTD_GSTS_RTPS);
	KUNIT_EXPECT_EQ(test, hw->m->rtaddr, 0x5000);

	/* One that is lost, and software that tries again */
	mock_vtd_hw_misbehave(hw, MOCK_MISBEHAVE_REG_STALL, 1);
	hw_write32(hw, VTD_REG_GCMD, VTD_GCMD_QIE);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_GSTS), VTD_GSTS_RTPS);
	hw_write32(hw, VTD_REG_GCMD, VTD_GCMD_QIE);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_GSTS),
			VTD_GSTS_RTPS | VTD_GSTS_QIES);
	/* The lost one does not come back */
	mock_vtd_hw_gcmd(hw, VTD_GCMD_QIE, false);
	mock_vtd_hw_misbehave(hw, MOCK_MISBEHAVE_REG_STALL, 0);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_GSTS), VTD_GSTS_RTPS);
}

static u8 run_ccmd(struct mock_vtd_hw *hw, u64 gran)
{
	u64 val;

	hw_write64(hw, VTD_REG_CCMD, VTD_CCMD_ICC |
		   FIELD_PREP(VTD_CCMD_CIRG, gran));
	val = hw_read64(hw, VTD_REG_CCMD);
	KUNIT_EXPECT_FALSE(hw->test, val & VTD_CCMD_ICC);
	return FIELD_GET(VTD_CCMD_CAIG, val);
}

static u8 run_iotlb(struct mock_vtd_hw *hw, u64 gran, u64 iva)
{
	u32 iro = FIELD_GET(VTD_ECAP_IRO, hw->m->ecap) * 16;
	u64 val;

	hw_write64(hw, iro, iva);
	/* The upper half alone is what starts it */
	hw_write32(hw, iro + 8, ~0U);
	hw_write32(hw, iro + 12, upper_32_bits(VTD_IOTLB_REG_IVT |
					       FIELD_PREP(VTD_IOTLB_REG_IIRG,
							  gran)));
	val = hw_read64(hw, iro + 8);
	KUNIT_EXPECT_FALSE(hw->test, val & VTD_IOTLB_REG_IVT);
	return FIELD_GET(VTD_IOTLB_REG_IAIG, val);
}

/* 6.5.1: legacy mode, queue off, major version up to 5 */
static void regs_reg_inv(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;
	u64 gran;

	/* Version 6 does not do it */
	KUNIT_EXPECT_EQ(test, run_ccmd(hw, VTD_CC_GLOBAL), 0);
	KUNIT_EXPECT_EQ(test, run_iotlb(hw, VTD_IOTLB_GLOBAL, 0), 0);

	mock_vtd_hw_stop(hw);
	hw->m->ver = 0x50;
	hw->m->cap = (hw->m->cap & ~VTD_CAP_MAMV) | FIELD_PREP(VTD_CAP_MAMV, 9);
	mock_vtd_hw_start(hw);
	for (gran = 0; gran <= 3; gran++) {
		KUNIT_EXPECT_EQ(test, run_ccmd(hw, gran), gran);
		KUNIT_EXPECT_EQ(test, run_iotlb(hw, gran, 0x5000 | 9), gran);
	}
	KUNIT_EXPECT_EQ(test, run_iotlb(hw, VTD_IOTLB_PAGE, 10), 0);

	mock_vtd_hw_iq_enable(hw, 0, false);
	KUNIT_EXPECT_EQ(test, run_ccmd(hw, VTD_CC_GLOBAL), 0);
	KUNIT_EXPECT_EQ(test, run_iotlb(hw, VTD_IOTLB_GLOBAL, 0), 0);
	mock_vtd_hw_gcmd(hw, VTD_GCMD_QIE, false);
	KUNIT_EXPECT_EQ(test, run_ccmd(hw, VTD_CC_GLOBAL), VTD_CC_GLOBAL);

	mock_vtd_hw_scalable(hw);
	KUNIT_EXPECT_EQ(test, run_ccmd(hw, VTD_CC_GLOBAL), 0);
	KUNIT_EXPECT_EQ(test, run_iotlb(hw, VTD_IOTLB_GLOBAL, 0), 0);
}

/* A configuration against the rules does not go live */
static void regs_start_invalid(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;

	mock_vtd_hw_stop(hw);
	hw->m->ecap &= ~VTD_ECAP_SMTS;
	KUNIT_EXPECT_EQ(test, mock_model_start(hw->mi, &hw->unit), -EINVAL);
	KUNIT_EXPECT_NULL(test, hw->m->regs);
	/* What comes from an endpoint now is blocked */
	KUNIT_EXPECT_EQ(test, mock_vtd_hw_translate(hw, 0), -EFAULT);
}

/* Nothing is left from an earlier life */
static void regs_restart(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;

	mock_vtd_hw_tables(hw, VTD_CTX0_PASIDE);
	mock_vtd_hw_iq_enable(hw, 0, true);
	mock_vtd_hw_unmask(hw);
	KUNIT_EXPECT_EQ(test, mock_vtd_hw_translate(hw, 0), 0);
	mock_vtd_hw_stop(hw);
	mock_vtd_hw_start(hw);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_GSTS), 0);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FECTL), VTD_ECTL_IM);
	KUNIT_EXPECT_EQ(test, hw_read64(hw, VTD_REG_RTADDR), 0);
	KUNIT_EXPECT_EQ(test, hw->m->stats.translations, 0);
	KUNIT_EXPECT_FALSE(test, hw->m->te);
	KUNIT_EXPECT_EQ(test, hw->m->rtaddr, 0);
}

static struct kunit_case regs_test_cases[] = {
	KUNIT_CASE_PARAM(regs_access, reg_gen_params),
	KUNIT_CASE(regs_caps),
	KUNIT_CASE(regs_pair),
	KUNIT_CASE(regs_bad_access),
	KUNIT_CASE(regs_no_prs),
	KUNIT_CASE(regs_gcmd),
	KUNIT_CASE(regs_gcmd_one),
	KUNIT_CASE(regs_gcmd_caches),
	KUNIT_CASE(regs_stall),
	KUNIT_CASE(regs_reg_inv),
	KUNIT_CASE(regs_start_invalid),
	KUNIT_CASE(regs_restart),
	{}
};

static struct kunit_suite regs_test_suite = {
	.name = "iommu_mock_vtd_regs",
	.init = regs_init,
	.test_cases = regs_test_cases,
};

kunit_test_suite(regs_test_suite);
