// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: KUnit tests of the rules for ID registers */
#include "unit.h"

#define IIDR	6
#define AIDR	7

/* A change of the defaults and the rule that it breaks; "" breaks none */
struct caps_case {
	const char *rule;
	struct {
		u8 reg;
		u32 set;
		u32 clear;
	} change[3];
	bool alone;	/* the register's own check finds it */
};

/* Numbers are those of 6.3.1 to 6.3.8 */
static const struct caps_case caps_cases[] = {
	{ "" },

	/* IDR0 alone */
	{ "IDR0: reserved bits", {{ 0, BIT(31) }}, true },
	{ "IDR0: reserved bits", {{ 0, BIT(29) }}, true },
	{ "IDR0.RME_IMPL: not modelled", {{ 0, BIT(30) }}, true },
	{ "IDR0.BTM: broadcasts of processors are not modelled",
	  {{ 0, BIT(5) }}, true },
	{ "IDR0.DORMHINT: not modelled", {{ 0, BIT(8) }}, true },
	{ "IDR0.ATOS, VATOS: not modelled", {{ 0, BIT(15) }}, true },
	{ "IDR0.ATOS, VATOS: not modelled", {{ 0, BIT(20) }}, true },
	{ "", {{ 0, BIT(17) }} },
	{ "IDR0.VMW: needs S2P", {{ 0, BIT(17), BIT(0) }} },
	{ "IDR0.TTF: only VMSAv8-64 is modelled", {{ 0, BIT(2) }}, true },
	{ "IDR0.TTF: only VMSAv8-64 is modelled", {{ 0, BIT(2), BIT(3) }},
	  true },
	{ "IDR0.TTF: only VMSAv8-64 is modelled", {{ 0, 0, BIT(3) }}, true },
	{ "IDR0.HTTU: flags of table descriptors are not modelled",
	  {{ 0, BIT(6) }}, true },
	{ "", {{ 0, BIT(6), BIT(7) }} },
	{ "", {{ 0, 0, BIT(7) }} },
	{ "IDR0.TTENDIAN: reserved value", {{ 0, BIT(21), BIT(22) }}, true },
	{ "", {{ 0, BIT(21) }} },
	{ "", {{ 0, 0, BIT(22) }} },
	{ "IDR0.STALL_MODEL: reserved value", {{ 0, BIT(24) | BIT(25) }},
	  true },
	{ "IDR0.ST_LEVEL: reserved value", {{ 0, BIT(28) }}, true },
	{ "IDR0.ST_LEVEL: reserved value", {{ 0, BIT(28), BIT(27) }}, true },
	{ "", {{ 0, 0, BIT(4) }} },
	{ "", {{ 0, 0, BIT(12) | BIT(18) }} },
	{ "", {{ 0, 0, BIT(13) | BIT(14) }} },
	{ "", {{ 0, BIT(26) }} },
	{ "", {{ 0, BIT(11) | BIT(23) }} },

	/* IDR0, features of features */
	{ "", {{ 0, 0, BIT(16) }} },
	{ "IDR0.PRI: needs ATS", {{ 0, 0, BIT(10) }} },
	{ "", {{ 0, 0, BIT(10) | BIT(16) }} },
	{ "IDR0.ATSRECERR: needs ATS",
	  {{ 0, BIT(23), BIT(10) | BIT(16) }} },
	{ "IDR0.NS1ATS: needs ATS, S1P and S2P",
	  {{ 0, BIT(11), BIT(10) | BIT(16) }} },
	{ "IDR0.HYP: needs S1P and S2P", {{ 0, 0, BIT(0) }} },
	{ "IDR0.HYP: needs S1P and S2P", {{ 0, 0, BIT(1) }} },
	{ "IDR0.CD2L: needs S1P", {{ 0, 0, BIT(1) | BIT(9) }} },
	{ "IDR0: neither S1P nor S2P",
	  {{ 0, 0, BIT(0) | BIT(1) | BIT(9) | BIT(19) }} },
	{ "", {{ 0, 0, BIT(0) | BIT(9) }} },
	{ "", {{ 0, 0, BIT(1) | BIT(9) | BIT(19) }, { 3, 0, BIT(2) }} },
	{ "IDR3.HAD: needs IDR0.S1P", {{ 0, 0, BIT(1) | BIT(9) | BIT(19) }} },
	{ "IDR3.PTWNNC: needs IDR0.S2P",
	  {{ 0, 0, BIT(0) | BIT(9) }, { 3, BIT(14) }} },
	{ "IDR0.HYP: set from SMMUv3.2 with both stages", {{ 0, 0, BIT(9) }} },
	{ "", {{ 0, 0, BIT(9) }, { AIDR, 1, 0xf }} },

	/* IDR1 */
	{ "IDR1.SIDSIZE: more than 32", {{ 1, 33, 0x3f }}, true },
	{ "", {{ 1, 32, 0x3f }} },
	{ "", {{ 1, 0, 0x3f }} },
	{ "IDR0.ST_LEVEL: 2-level tables needed from SIDSIZE 7",
	  {{ 0, 0, BIT(27) }, { 1, 7, 0x3f }} },
	{ "", {{ 0, 0, BIT(27) }, { 1, 6, 0x3f }} },
	{ "IDR1.SSIDSIZE: more than 20", {{ 1, 21 << 6, 0x1f << 6 }}, true },
	{ "", {{ 1, 0, 0x1f << 6 }} },
	{ "IDR1.CMDQS, EVENTQS, PRIQS: more than 19",
	  {{ 1, 20 << 11, 0x1f << 11 }}, true },
	{ "IDR1.CMDQS, EVENTQS, PRIQS: more than 19",
	  {{ 1, 20 << 16, 0x1f << 16 }}, true },
	{ "IDR1.CMDQS, EVENTQS, PRIQS: more than 19",
	  {{ 1, 20 << 21, 0x1f << 21 }}, true },
	{ "", {{ 1, 19 << 11 | 19 << 16 | 19 << 21, GENMASK(25, 11) }} },
	{ "", {{ 1, 0, GENMASK(25, 11) }} },
	{ "", {{ 1, 0, BIT(26) | BIT(27) }} },
	{ "IDR1: preset tables and queues are not modelled",
	  {{ 1, BIT(28) }}, true },
	{ "IDR1: preset tables and queues are not modelled",
	  {{ 1, BIT(29) }}, true },
	{ "IDR1: preset tables and queues are not modelled",
	  {{ 1, BIT(30) }}, true },
	{ "IDR1.ECMDQ: not modelled", {{ 1, BIT(31) }}, true },

	/* IDR2, IDR4 */
	{ "IDR2: reserved bits, without IDR0.VATOS", {{ 2, 1 }}, true },
	{ "IDR2: reserved bits, without IDR0.VATOS", {{ 2, BIT(31) }}, true },
	{ "", {{ 4, 0xffffffff }} },

	/* IDR3, by version */
	{ "IDR3: reserved bits", {{ 3, BIT(0) }}, true },
	{ "IDR3: reserved bits", {{ 3, BIT(6) }}, true },
	{ "IDR3: reserved bits", {{ 3, BIT(24) }}, true },
	{ "IDR3: PBHA, MPAM, DPT, and what SMMUv3.4 has are not modelled",
	  {{ 3, BIT(3) }}, true },
	{ "IDR3: PBHA, MPAM, DPT, and what SMMUv3.4 has are not modelled",
	  {{ 3, BIT(7) }}, true },
	{ "IDR3: PBHA, MPAM, DPT, and what SMMUv3.4 has are not modelled",
	  {{ 3, BIT(15) }}, true },
	{ "IDR3: PBHA, MPAM, DPT, and what SMMUv3.4 has are not modelled",
	  {{ 3, BIT(16) }}, true },
	{ "IDR3: PBHA, MPAM, DPT, and what SMMUv3.4 has are not modelled",
	  {{ 3, BIT(23) }}, true },
	{ "IDR3.BBML: reserved value", {{ 3, BIT(11) }}, true },
	{ "", {{ 3, BIT(11), BIT(12) }} },
	{ "IDR3.BBML: not 0 from SMMUv3.2", {{ 3, 0, BIT(12) }} },
	{ "", {{ 3, 0, BIT(12) }, { AIDR, 1, 0xf }} },
	{ "IDR3.RIL: set from SMMUv3.2", {{ 3, 0, BIT(10) }} },
	{ "", {{ 3, 0, BIT(10) }, { AIDR, 1, 0xf }} },
	{ "IDR3.FWB: set from SMMUv3.2", {{ 3, 0, BIT(8) }} },
	{ "", {{ 3, 0, BIT(8) }, { AIDR, 1, 0xf }} },
	{ "IDR3.HAD: set from SMMUv3.1 with stage 1",
	  {{ 3, 0, BIT(2) }, { AIDR, 1, 0xf }} },
	{ "IDR3.XNX: set from SMMUv3.1 with stage 2, clear in SMMUv3.0",
	  {{ 3, 0, BIT(4) }, { AIDR, 1, 0xf }} },
	{ "IDR3.XNX: set from SMMUv3.1 with stage 2, clear in SMMUv3.0",
	  {{ AIDR, 0, 0xf }} },
	{ "", {{ 3, 0, BIT(2) | BIT(4) }, { AIDR, 0, 0xf }} },
	{ "IDR3.E0PD: set from SMMUv3.3", {{ AIDR, 3, 0xf }} },
	{ "IDR3.PTWNNC: set from SMMUv3.3 with stage 2",
	  {{ 3, BIT(13) }, { AIDR, 3, 0xf }} },
	{ "", {{ 3, BIT(13) | BIT(14) }, { AIDR, 3, 0xf }} },
	{ "", {{ 3, 0, BIT(9) }} },
	{ "", {{ 3, BIT(5) }} },
	{ "IDR3.PPS: needs IDR0.PRI and IDR1.SSIDSIZE",
	  {{ 3, BIT(5) }, { 0, 0, BIT(16) }} },
	{ "IDR3.PPS: needs IDR0.PRI and IDR1.SSIDSIZE",
	  {{ 3, BIT(5) }, { 1, 0, 0x1f << 6 }} },

	/* IDR5 */
	{ "IDR5: reserved bits", {{ 5, BIT(3) }}, true },
	{ "IDR5: reserved bits", {{ 5, BIT(9) }}, true },
	{ "IDR5: reserved bits", {{ 5, BIT(12) }}, true },
	{ "IDR5: reserved bits", {{ 5, BIT(15) }}, true },
	{ "IDR5.DS, D128, VAX: addresses of 52 bits are not modelled",
	  {{ 5, BIT(7) }}, true },
	{ "IDR5.DS, D128, VAX: addresses of 52 bits are not modelled",
	  {{ 5, BIT(8) }}, true },
	{ "IDR5.DS, D128, VAX: addresses of 52 bits are not modelled",
	  {{ 5, BIT(10) }}, true },
	{ "IDR5.OAS: addresses of 52 bits are not modelled",
	  {{ 5, 6, 7 }}, true },
	{ "IDR5.OAS: addresses of 52 bits are not modelled",
	  {{ 5, 7, 7 }}, true },
	{ "", {{ 5, 0, 7 }} },
	{ "IDR5: no granule", {{ 5, 0, 0x70 }}, true },
	{ "", {{ 5, 0, 0x30 }} },
	{ "", {{ 5, 0, 0x60 }} },
	{ "", {{ 5, 0xffff0000 }} },
	{ "IDR5.STALL_MAX: 0 with the stall model", {{ 5, 0, 0xffff0000 }} },
	{ "IDR5.STALL_MAX: 0 without the stall model", {{ 0, BIT(24) }} },
	{ "", {{ 0, BIT(24) }, { 5, 0, 0xffff0000 }} },
	{ "IDR0.STALL_MODEL: not forced on an SMMU with PCI devices",
	  {{ 0, BIT(25) }} },
	{ "", {{ 0, BIT(25), BIT(10) | BIT(16) }} },

	/* IIDR, AIDR */
	{ "IIDR: bit 7 is always 0", {{ IIDR, BIT(7) }}, true },
	{ "", {{ IIDR, 0x4834043b }} },
	{ "AIDR: reserved bits", {{ AIDR, BIT(8) }}, true },
	{ "AIDR: not an SMMUv3", {{ AIDR, BIT(4) }}, true },
	{ "AIDR: SMMUv3.4 and later are not modelled", {{ AIDR, 4, 0xf }},
	  true },
};

static u32 *caps_reg(struct mock_smmu *m, u8 reg)
{
	return reg == IIDR ? &m->iidr : reg == AIDR ? &m->aidr : &m->idr[reg];
}

static const char *caps_alone(const struct mock_smmu *m, u8 reg)
{
	if (reg == IIDR)
		return mock_smmu_iidr_check(m->iidr);
	if (reg == AIDR)
		return mock_smmu_aidr_check(m->aidr);
	return mock_smmu_idr_check(reg, m->idr[reg]);
}

static void mock_smmu_caps_case(struct kunit *test)
{
	const struct caps_case *c = test->param_value;
	struct mock_smmu m = {};
	const char *why;
	unsigned int i;

	mock_smmu_caps_default(&m);
	for (i = 0; i < ARRAY_SIZE(c->change); i++) {
		u32 *reg = caps_reg(&m, c->change[i].reg);

		*reg = (*reg & ~c->change[i].clear) | c->change[i].set;
	}
	KUNIT_EXPECT_STREQ(test, mock_smmu_caps_check(&m) ?: "", c->rule);
	for (i = 0; i < ARRAY_SIZE(c->change); i++) {
		why = caps_alone(&m, c->change[i].reg);
		if (c->alone && !i)
			KUNIT_EXPECT_STREQ(test, why ?: "", c->rule);
		else if (!c->alone)
			KUNIT_EXPECT_NULL(test, why);
	}
}

static void caps_desc(const struct caps_case *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s reg %u set %#x clear %#x",
		 c->rule, c->change[0].reg, c->change[0].set,
		 c->change[0].clear);
}

KUNIT_ARRAY_PARAM(caps, caps_cases, caps_desc);

/* An SMMU with such registers does not go live */
static void mock_smmu_caps_live_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_create(test);
	struct mock_firmware fw = {};

	dut->m->idr[0] &= ~BIT(10);
	KUNIT_EXPECT_EQ(test, mock_model_start(dut->mi, &dut->unit),
			-EINVAL);
	KUNIT_EXPECT_NULL(test, dut->m->hw);
	dut->m->idr[0] |= BIT(10);
	mock_smmu_dut_start(dut);
	mock_smmuv3_model.firmware(dut->mi, &fw);
	KUNIT_EXPECT_TRUE(test, fw.coherent);
	mock_smmu_dut_stop(dut);
	dut->m->dma_coherent = false;
	mock_smmuv3_model.firmware(dut->mi, &fw);
	KUNIT_EXPECT_FALSE(test, fw.coherent);
	dut->m->dma_coherent = true;
	dut->m->idr[0] &= ~BIT(4);
	mock_smmu_dut_start(dut);
	mock_smmuv3_model.firmware(dut->mi, &fw);
	KUNIT_EXPECT_FALSE(test, fw.coherent);
}

static struct kunit_case mock_smmu_caps_test_cases[] = {
	KUNIT_CASE_PARAM(mock_smmu_caps_case, caps_gen_params),
	KUNIT_CASE(mock_smmu_caps_live_test),
	{}
};

static struct kunit_suite mock_smmu_caps_suite = {
	.name = "iommu_mock_smmuv3_caps",
	.test_cases = mock_smmu_caps_test_cases,
};

kunit_test_suite(mock_smmu_caps_suite);
