// SPDX-License-Identifier: GPL-2.0-only
/* Mock VT-d: tests of the rules for capability registers */
#include <kunit/test.h>

#include "../regs.h"

/* A change of the defaults and the rule that it breaks; "" breaks none */
struct caps_case {
	const char *rule;
	u64 cap_set;
	u64 cap_clear;
	u64 ecap_set;
	u64 ecap_clear;
	u32 ver;
	bool alone;	/* the register's own check finds it */
};

#define FRO(off)	FIELD_PREP_CONST(VTD_CAP_FRO, (off) / 16)
#define IRO(off)	FIELD_PREP_CONST(VTD_ECAP_IRO, (off) / 16)
#define MGAW(bits)	FIELD_PREP_CONST(VTD_CAP_MGAW, (bits) - 1)

static const struct caps_case caps_cases[] = {
	{ "" },

	/* VER */
	{ "VER: reserved bits", .ver = 0x160, .alone = true },
	{ "VER: major version 0", .ver = 0x01, .alone = true },
	{ "", .ver = 0x10 },

	/* CAP alone */
	{ "CAP: reserved bits", BIT_ULL(13), .alone = true },
	{ "CAP: reserved bits", BIT_ULL(23), .alone = true },
	{ "CAP: reserved bits", BIT_ULL(58), .alone = true },
	{ "CAP.ND: reserved value", VTD_CAP_ND, .alone = true },
	{ "", 0, VTD_CAP_ND },
	{ "CAP.AFL: advanced fault logging is not modelled", VTD_CAP_AFL,
	  .alone = true },
	{ "CAP.PLMR, PHMR: protected memory is not modelled", VTD_CAP_PLMR,
	  .alone = true },
	{ "CAP.PLMR, PHMR: protected memory is not modelled", VTD_CAP_PHMR,
	  .alone = true },
	{ "CAP.PI: posted interrupts are not modelled", VTD_CAP_PI,
	  .alone = true },
	{ "CAP.ECMDS: enhanced commands are not modelled", VTD_CAP_ECMDS,
	  .alone = true },
	{ "CAP.ESIRTPS: interrupt remapping is not modelled", VTD_CAP_ESIRTPS,
	  .alone = true },
	{ "CAP.SAGAW: reserved bits", BIT_ULL(8), .alone = true },
	{ "CAP.SAGAW: reserved bits", BIT_ULL(12), .alone = true },
	{ "CAP.MGAW: wider than the widest of SAGAW", 0, VTD_CAP_SAGAW_5LVL,
	  .alone = true },
	{ "CAP.MGAW: wider than the widest of SAGAW", VTD_CAP_SAGAW_3LVL | MGAW(40),
	  VTD_CAP_SAGAW | VTD_CAP_MGAW, .alone = true },
	{ "", VTD_CAP_SAGAW_3LVL | MGAW(39), VTD_CAP_SAGAW | VTD_CAP_MGAW },
	{ "", MGAW(48), VTD_CAP_SAGAW_5LVL | VTD_CAP_MGAW },
	{ "CAP.MGAW: out of range", 0, VTD_CAP_MGAW, .alone = true },
	{ "CAP.SSLPS: reserved bits", BIT_ULL(36), .alone = true },
	{ "CAP.SSLPS: 1G without 2M", 0, VTD_CAP_SSLPS_2M, .alone = true },
	{ "", 0, VTD_CAP_SSLPS_1G },
	{ "", 0, VTD_CAP_SSLPS },
	{ "CAP.FRO: overlaps other registers", 0, VTD_CAP_FRO, .alone = true },
	{ "CAP.FRO: overlaps other registers", FRO(0xe0), VTD_CAP_FRO,
	  .alone = true },
	{ "", FRO(0xf0), VTD_CAP_FRO },
	{ "", 0, VTD_CAP_NFR },
	{ "", 0, VTD_CAP_PSI },
	{ "", VTD_CAP_CM },
	{ "", 0, VTD_CAP_ESRTPS },

	/* ECAP alone */
	{ "ECAP: reserved bits", .ecap_set = BIT_ULL(5), .alone = true },
	{ "ECAP: reserved bits", .ecap_set = BIT_ULL(63), .alone = true },
	{ "ECAP.IR, EIM, MHMV: interrupt remapping is not modelled",
	  .ecap_set = VTD_ECAP_IR, .alone = true },
	{ "ECAP.IR, EIM, MHMV: interrupt remapping is not modelled",
	  .ecap_set = VTD_ECAP_EIM, .alone = true },
	{ "ECAP.IR, EIM, MHMV: interrupt remapping is not modelled",
	  .ecap_set = VTD_ECAP_MHMV, .alone = true },
	{ "ECAP.MTS: memory types are not modelled", .ecap_set = VTD_ECAP_MTS,
	  .alone = true },
	{ "ECAP.DIT: throttling is not modelled", .ecap_set = VTD_ECAP_DIT,
	  .alone = true },
	{ "ECAP.VCS: virtual commands are not modelled",
	  .ecap_set = VTD_ECAP_VCS, .alone = true },
	{ "ECAP.PMS: performance monitoring is not modelled",
	  .ecap_set = VTD_ECAP_PMS, .alone = true },
	{ "ECAP.SMTS: needs QI", .ecap_clear = VTD_ECAP_QI, .alone = true },
	{ "ECAP.DT: needs QI", .ecap_clear = U64_MAX, .ecap_set = VTD_ECAP_DT,
	  .alone = true },
	{ "ECAP.FSTS: needs SMTS", .ecap_clear = VTD_ECAP_SMTS, .alone = true },
	{ "ECAP.SSTS: needs SMTS",
	  .ecap_clear = VTD_ECAP_SMTS | VTD_ECAP_FSTS, .alone = true },
	{ "ECAP.NEST: needs SMTS, FSTS and SSTS",
	  .ecap_clear = VTD_ECAP_FSTS | VTD_ECAP_EAFS, .alone = true },
	{ "ECAP.NEST: needs SMTS, FSTS and SSTS",
	  .ecap_clear = VTD_ECAP_SSTS | VTD_ECAP_SSADS, .alone = true },
	{ "", .ecap_clear = VTD_ECAP_NEST },
	{ "ECAP.SSADS: needs SSTS and SMPWCS",
	  .ecap_clear = VTD_ECAP_SSTS | VTD_ECAP_NEST, .alone = true },
	{ "ECAP.SSADS: needs SSTS and SMPWCS", .ecap_clear = VTD_ECAP_SMPWCS,
	  .alone = true },
	{ "ECAP.EAFS: needs FSTS and SMPWCS",
	  .ecap_clear = VTD_ECAP_FSTS | VTD_ECAP_NEST, .alone = true },
	{ "ECAP.EAFS: needs FSTS and SMPWCS",
	  .ecap_clear = VTD_ECAP_SMPWCS | VTD_ECAP_SSADS, .alone = true },
	{ "", .ecap_clear = VTD_ECAP_SMPWCS | VTD_ECAP_SSADS | VTD_ECAP_EAFS },
	{ "ECAP.SMPWCS: needs SMTS", .ecap_clear = U64_MAX,
	  .ecap_set = VTD_ECAP_QI | VTD_ECAP_SMPWCS, .alone = true },
	{ "ECAP.RPS: needs SMTS", .ecap_clear = U64_MAX,
	  .ecap_set = VTD_ECAP_RPS, .alone = true },
	{ "ECAP.SRS: needs SMTS", .ecap_clear = U64_MAX,
	  .ecap_set = VTD_ECAP_SRS, .alone = true },
	{ "ECAP.RPRIVS: needs SRS",
	  .ecap_set = VTD_ECAP_RPRIVS, .ecap_clear = VTD_ECAP_SRS,
	  .alone = true },
	{ "", .ecap_set = VTD_ECAP_RPRIVS },
	{ "ECAP.PASID: needs SMTS", .ecap_clear = U64_MAX,
	  .ecap_set = VTD_ECAP_PASID, .alone = true },
	{ "ECAP.PSS: needs SMTS", .ecap_clear = U64_MAX,
	  .ecap_set = VTD_ECAP_PSS, .alone = true },
	{ "", .ecap_clear = VTD_ECAP_PASID },
	{ "ECAP.PSS: more than 20 bits",
	  .ecap_set = FIELD_PREP_CONST(VTD_ECAP_PSS, 20), .ecap_clear = VTD_ECAP_PSS,
	  .alone = true },
	{ "ECAP.ERS: needs PASID", .ecap_set = VTD_ECAP_ERS,
	  .ecap_clear = VTD_ECAP_PASID, .alone = true },
	{ "", .ecap_set = VTD_ECAP_ERS },
	{ "ECAP.PRS: needs DT and SMTS",
	  .ecap_clear = VTD_ECAP_DT | VTD_ECAP_PDS | VTD_ECAP_NWFS,
	  .alone = true },
	{ "", .ecap_clear = VTD_ECAP_PRS },
	{ "ECAP.PDS: needs DT", .ecap_clear = VTD_ECAP_DT | VTD_ECAP_PRS,
	  .alone = true },
	{ "ECAP.NWFS: needs DT",
	  .ecap_clear = VTD_ECAP_DT | VTD_ECAP_PRS | VTD_ECAP_PDS,
	  .alone = true },
	{ "", .ecap_clear = VTD_ECAP_DT | VTD_ECAP_PRS | VTD_ECAP_PDS |
			    VTD_ECAP_NWFS },
	{ "ECAP.SMTS: a unit without scalable mode is not modelled",
	  .ecap_clear = U64_MAX, .ecap_set = VTD_ECAP_QI, .alone = true },
	{ "ECAP: neither FSTS nor SSTS", .ecap_clear = U64_MAX,
	  .ecap_set = VTD_ECAP_QI | VTD_ECAP_SMTS, .alone = true },
	{ "ECAP.IRO: overlaps other registers", .ecap_clear = VTD_ECAP_IRO,
	  .alone = true },
	{ "ECAP.IRO: overlaps other registers", .ecap_clear = VTD_ECAP_IRO,
	  .ecap_set = IRO(0xe0), .alone = true },
	{ "", .ecap_clear = VTD_ECAP_IRO, .ecap_set = IRO(0xf0) },

	/* Together */
	{ "CAP.RWBF: needs ECAP.SMTS to be clear", VTD_CAP_RWBF },
	{ "CAP.DWD, DRD: always set from major version 2", 0, VTD_CAP_DWD },
	{ "CAP.DWD, DRD: always set from major version 2", 0, VTD_CAP_DRD },
	{ "", 0, VTD_CAP_DRD, .ver = 0x10 },
	{ "ECAP.ERS: always clear from major version 8",
	  .ecap_set = VTD_ECAP_ERS, .ver = 0x80 },
	{ "CAP.SAGAW: empty, with ECAP.SSTS", 0, VTD_CAP_SAGAW },
	{ "CAP.SAGAW: needs ECAP.SSTS from major version 6", 0, VTD_CAP_SSLPS,
	  .ecap_clear = VTD_ECAP_SSTS | VTD_ECAP_NEST | VTD_ECAP_SSADS },
	{ "", 0, VTD_CAP_SSLPS, .ver = 0x50,
	  .ecap_clear = VTD_ECAP_SSTS | VTD_ECAP_NEST | VTD_ECAP_SSADS },
	/* Legacy mode may have large pages although scalable mode has no stage-2 */
	{ "", 0, VTD_CAP_SAGAW,
	  .ecap_clear = VTD_ECAP_SSTS | VTD_ECAP_NEST | VTD_ECAP_SSADS },
	{ "", 0, VTD_CAP_SAGAW | VTD_CAP_SSLPS,
	  .ecap_clear = VTD_ECAP_SSTS | VTD_ECAP_NEST | VTD_ECAP_SSADS },
	{ "CAP.FS1GP, FS5LP: need ECAP.FSTS", 0, VTD_CAP_FS5LP,
	  .ecap_clear = VTD_ECAP_FSTS | VTD_ECAP_NEST | VTD_ECAP_EAFS },
	{ "CAP.FS1GP, FS5LP: need ECAP.FSTS", 0, VTD_CAP_FS1GP,
	  .ecap_clear = VTD_ECAP_FSTS | VTD_ECAP_NEST | VTD_ECAP_EAFS },
	{ "", 0, VTD_CAP_FS1GP | VTD_CAP_FS5LP,
	  .ecap_clear = VTD_ECAP_FSTS | VTD_ECAP_NEST | VTD_ECAP_EAFS },
	{ "CAP.FRO: overlaps ECAP.IRO", FRO(0x500), VTD_CAP_FRO },
	/* 8 fault recording registers end at the IOTLB registers, or behind */
	{ "", FRO(0x480), VTD_CAP_FRO },
	{ "CAP.FRO: overlaps ECAP.IRO", FRO(0x490), VTD_CAP_FRO },
	{ "", FRO(0x510), VTD_CAP_FRO },
};

static void caps_case_desc(const struct caps_case *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%td: %s", c - caps_cases,
		 *c->rule ? c->rule : "valid");
}

KUNIT_ARRAY_PARAM(caps, caps_cases, caps_case_desc);

static void caps_rule(struct kunit *test)
{
	const struct caps_case *c = test->param_value;
	u64 cap = (mock_vtd_cap_default() & ~c->cap_clear) | c->cap_set;
	u64 ecap = (mock_vtd_ecap_default() & ~c->ecap_clear) | c->ecap_set;
	u64 ver = c->ver ?: MOCK_VTD_VER_DEFAULT;
	const char *alone;

	/* A case that clears everything still has a place for registers */
	if (c->ecap_clear == U64_MAX)
		ecap |= IRO(0x500);

	KUNIT_EXPECT_STREQ(test, mock_vtd_caps_check(cap, ecap, ver) ?: "",
			   c->rule);

	alone = mock_vtd_ver_check(ver) ?: mock_vtd_cap_check(cap) ?: mock_vtd_ecap_check(ecap);
	KUNIT_EXPECT_STREQ(test, alone ?: "", c->alone ? c->rule : "");
}

/* 11.4: whole pages that hold both blocks of registers */
static void caps_space(struct kunit *test)
{
	u64 cap = mock_vtd_cap_default(), ecap = mock_vtd_ecap_default();

	KUNIT_EXPECT_EQ(test, mock_vtd_regs_space(cap, ecap), 0x1000);
	cap = (cap & ~(VTD_CAP_FRO | VTD_CAP_NFR)) | FRO(0xf80);
	cap |= FIELD_PREP(VTD_CAP_NFR, 7);
	KUNIT_EXPECT_EQ(test, mock_vtd_regs_space(cap, ecap), 0x1000);
	cap ^= FIELD_PREP(VTD_CAP_NFR, 7 ^ 8);
	KUNIT_EXPECT_EQ(test, mock_vtd_regs_space(cap, ecap), 0x2000);
	ecap = (ecap & ~VTD_ECAP_IRO) | IRO(0x3ff0);
	KUNIT_EXPECT_EQ(test, mock_vtd_regs_space(cap, ecap), 0x4000);
}

static struct kunit_case caps_test_cases[] = {
	KUNIT_CASE_PARAM(caps_rule, caps_gen_params),
	KUNIT_CASE(caps_space),
	{}
};

static struct kunit_suite caps_test_suite = {
	.name = "iommu_mock_vtd_caps",
	.test_cases = caps_test_cases,
};

kunit_test_suite(caps_test_suite);
