// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock SMMUv3: ID registers, their defaults and what is allowed in them
 *
 * A check returns NULL, or what is wrong in a few words for the kernel log.
 */
#include <linux/bitfield.h>

#include "regs.h"

#define MOCK_SMMU_QUEUE_LOG2	12
#define MOCK_SMMU_STALLS	16

/**
 * mock_smmu_caps_default - ID registers as a server part has them
 * @m: the SMMU
 *
 * Without what is not modelled: 52-bit addresses, broadcast TLB maintenance,
 * AArch32 tables, translation requests by software, MPAM.
 */
void mock_smmu_caps_default(struct mock_smmu *m)
{
	m->idr[0] = SMMU_IDR0_S2P | SMMU_IDR0_S1P |
		    FIELD_PREP(SMMU_IDR0_TTF, SMMU_TTF_AARCH64) |
		    SMMU_IDR0_COHACC |
		    FIELD_PREP(SMMU_IDR0_HTTU, SMMU_HTTU_ACCESS_DIRTY) |
		    SMMU_IDR0_HYP | SMMU_IDR0_ATS | SMMU_IDR0_ASID16 |
		    SMMU_IDR0_MSI | SMMU_IDR0_SEV | SMMU_IDR0_PRI |
		    SMMU_IDR0_VMID16 | SMMU_IDR0_CD2L |
		    FIELD_PREP(SMMU_IDR0_TTENDIAN, SMMU_TTENDIAN_LE) |
		    FIELD_PREP(SMMU_IDR0_STALL_MODEL, SMMU_STALL_MODEL_BOTH) |
		    FIELD_PREP(SMMU_IDR0_ST_LEVEL, SMMU_ST_LEVEL_2LVL);
	m->idr[1] = FIELD_PREP(SMMU_IDR1_SIDSIZE, 20) |
		    FIELD_PREP(SMMU_IDR1_SSIDSIZE, 20) |
		    FIELD_PREP(SMMU_IDR1_PRIQS, MOCK_SMMU_QUEUE_LOG2) |
		    FIELD_PREP(SMMU_IDR1_EVENTQS, MOCK_SMMU_QUEUE_LOG2) |
		    FIELD_PREP(SMMU_IDR1_CMDQS, MOCK_SMMU_QUEUE_LOG2) |
		    SMMU_IDR1_ATTR_PERMS_OVR | SMMU_IDR1_ATTR_TYPES_OVR;
	m->idr[2] = 0;
	m->idr[3] = SMMU_IDR3_HAD | SMMU_IDR3_XNX | SMMU_IDR3_FWB |
		    SMMU_IDR3_STT | SMMU_IDR3_RIL |
		    FIELD_PREP(SMMU_IDR3_BBML, 2);
	m->idr[4] = 0;
	m->idr[5] = FIELD_PREP(SMMU_IDR5_OAS, SMMU_OAS_48) |
		    SMMU_IDR5_GRAN4K | SMMU_IDR5_GRAN16K | SMMU_IDR5_GRAN64K |
		    FIELD_PREP(SMMU_IDR5_VAX, SMMU_VAX_48) |
		    FIELD_PREP(SMMU_IDR5_STALL_MAX, MOCK_SMMU_STALLS);
	m->iidr = 0;
	m->aidr = FIELD_PREP(SMMU_AIDR_ARCH_MINOR, 2);
}

/* Bits that must be clear: reserved, or for what is not modelled */
static const struct {
	u8 reg;
	u32 bits;
	const char *why;
} mock_smmu_idr_refused[] = {
	{ 0, BIT(31) | BIT(29), "IDR0: reserved bits" },
	{ 0, BIT(30), "IDR0.RME_IMPL: not modelled" },
	{ 0, SMMU_IDR0_BTM, "IDR0.BTM: broadcasts of processors are not modelled" },
	{ 0, SMMU_IDR0_DORMHINT, "IDR0.DORMHINT: not modelled" },
	{ 0, SMMU_IDR0_ATOS | SMMU_IDR0_VATOS,
	  "IDR0.ATOS, VATOS: not modelled" },
	{ 1, SMMU_IDR1_ECMDQ, "IDR1.ECMDQ: not modelled" },
	{ 1, SMMU_IDR1_QUEUES_PRESET | SMMU_IDR1_TABLES_PRESET | SMMU_IDR1_REL,
	  "IDR1: preset tables and queues are not modelled" },
	{ 2, U32_MAX, "IDR2: reserved bits, without IDR0.VATOS" },
	{ 3, GENMASK(31, 24) | BIT(6) | GENMASK(1, 0), "IDR3: reserved bits" },
	{ 3, SMMU_IDR3_PBHA | SMMU_IDR3_MPAM | SMMU_IDR3_DPT | GENMASK(23, 16),
	  "IDR3: PBHA, MPAM, DPT, and what SMMUv3.4 has are not modelled" },
	{ 5, GENMASK(15, 12) | BIT(9) | BIT(3), "IDR5: reserved bits" },
	{ 5, SMMU_IDR5_DS | BIT(8) | SMMU_IDR5_VAX,
	  "IDR5.DS, D128, VAX: addresses of 52 bits are not modelled" },
};

static const char *mock_smmu_idr0_check(u32 val)
{
	if (FIELD_GET(SMMU_IDR0_TTF, val) != SMMU_TTF_AARCH64)
		return "IDR0.TTF: only VMSAv8-64 is modelled";
	if (FIELD_GET(SMMU_IDR0_HTTU, val) == SMMU_HTTU_ACCESS_DIRTY_HAFT)
		return "IDR0.HTTU: flags of table descriptors are not modelled";
	if (FIELD_GET(SMMU_IDR0_TTENDIAN, val) == 1)
		return "IDR0.TTENDIAN: reserved value";
	if (FIELD_GET(SMMU_IDR0_STALL_MODEL, val) > SMMU_STALL_MODEL_FORCE)
		return "IDR0.STALL_MODEL: reserved value";
	if (FIELD_GET(SMMU_IDR0_ST_LEVEL, val) > SMMU_ST_LEVEL_2LVL)
		return "IDR0.ST_LEVEL: reserved value";
	return NULL;
}

static const char *mock_smmu_idr1_check(u32 val)
{
	if (FIELD_GET(SMMU_IDR1_SIDSIZE, val) > 32)
		return "IDR1.SIDSIZE: more than 32";
	if (FIELD_GET(SMMU_IDR1_SSIDSIZE, val) > 20)
		return "IDR1.SSIDSIZE: more than 20";
	if (FIELD_GET(SMMU_IDR1_CMDQS, val) > SMMU_MAX_QUEUE_LOG2 ||
	    FIELD_GET(SMMU_IDR1_EVENTQS, val) > SMMU_MAX_QUEUE_LOG2 ||
	    FIELD_GET(SMMU_IDR1_PRIQS, val) > SMMU_MAX_QUEUE_LOG2)
		return "IDR1.CMDQS, EVENTQS, PRIQS: more than 19";
	return NULL;
}

static const char *mock_smmu_idr5_check(u32 val)
{
	if (FIELD_GET(SMMU_IDR5_OAS, val) > SMMU_OAS_48)
		return "IDR5.OAS: addresses of 52 bits are not modelled";
	if (!(val & (SMMU_IDR5_GRAN4K | SMMU_IDR5_GRAN16K | SMMU_IDR5_GRAN64K)))
		return "IDR5: no granule";
	return NULL;
}

/**
 * mock_smmu_idr_check - what is wrong with a value for an IDR, seen alone
 * @n: which one, 0 to 5
 * @val: the value
 *
 * Return: NULL if nothing is
 */
const char *mock_smmu_idr_check(unsigned int n, u32 val)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(mock_smmu_idr_refused); i++)
		if (mock_smmu_idr_refused[i].reg == n &&
		    (mock_smmu_idr_refused[i].bits & val))
			return mock_smmu_idr_refused[i].why;
	switch (n) {
	case 0:
		return mock_smmu_idr0_check(val);
	case 1:
		return mock_smmu_idr1_check(val);
	case 3:
		return FIELD_GET(SMMU_IDR3_BBML, val) > 2 ?
		       "IDR3.BBML: reserved value" : NULL;
	case 5:
		return mock_smmu_idr5_check(val);
	default:
		/* IDR4 is whatever the implementation likes */
		return NULL;
	}
}

/**
 * mock_smmu_iidr_check - what is wrong with a value for IIDR
 * @val: the value
 *
 * Return: NULL if nothing is
 */
const char *mock_smmu_iidr_check(u32 val)
{
	return val & BIT(7) ? "IIDR: bit 7 is always 0" : NULL;
}

/**
 * mock_smmu_aidr_check - what is wrong with a value for AIDR
 * @val: the value
 *
 * Return: NULL if nothing is
 */
const char *mock_smmu_aidr_check(u32 val)
{
	if (val & ~(u32)(SMMU_AIDR_ARCH_MINOR | SMMU_AIDR_ARCH_MAJOR))
		return "AIDR: reserved bits";
	if (FIELD_GET(SMMU_AIDR_ARCH_MAJOR, val))
		return "AIDR: not an SMMUv3";
	if (FIELD_GET(SMMU_AIDR_ARCH_MINOR, val) > 3)
		return "AIDR: SMMUv3.4 and later are not modelled";
	return NULL;
}

/* A feature, and what it is nothing without; all of it in IDR0 */
static const struct mock_need mock_smmu_idr0_needs[] = {
	{ SMMU_IDR0_VMW, SMMU_IDR0_S2P, "IDR0.VMW: needs S2P" },
	{ SMMU_IDR0_PRI, SMMU_IDR0_ATS, "IDR0.PRI: needs ATS" },
	{ SMMU_IDR0_ATSRECERR, SMMU_IDR0_ATS, "IDR0.ATSRECERR: needs ATS" },
	{ SMMU_IDR0_NS1ATS, SMMU_IDR0_ATS | SMMU_IDR0_S1P | SMMU_IDR0_S2P,
	  "IDR0.NS1ATS: needs ATS, S1P and S2P" },
	{ SMMU_IDR0_HYP, SMMU_IDR0_S1P | SMMU_IDR0_S2P,
	  "IDR0.HYP: needs S1P and S2P" },
	{ SMMU_IDR0_CD2L, SMMU_IDR0_S1P, "IDR0.CD2L: needs S1P" },
};

/* Bits of IDR3 that a version makes mandatory, with a stage if it says so */
static const struct {
	u32 bit;
	u32 stage;	/* of IDR0, 0: with any */
	u8 minor;
	bool alone;	/* without the stage, and before that version, RES0 */
	const char *why;
} mock_smmu_idr3_since[] = {
	{ SMMU_IDR3_HAD, SMMU_IDR0_S1P, 1, false,
	  "IDR3.HAD: set from SMMUv3.1 with stage 1" },
	{ SMMU_IDR3_XNX, SMMU_IDR0_S2P, 1, true,
	  "IDR3.XNX: set from SMMUv3.1 with stage 2, clear in SMMUv3.0" },
	{ SMMU_IDR3_FWB, 0, 2, false, "IDR3.FWB: set from SMMUv3.2" },
	{ SMMU_IDR3_RIL, 0, 2, false, "IDR3.RIL: set from SMMUv3.2" },
	{ SMMU_IDR3_BBML, 0, 2, false, "IDR3.BBML: not 0 from SMMUv3.2" },
	{ SMMU_IDR3_E0PD, 0, 3, false, "IDR3.E0PD: set from SMMUv3.3" },
	{ SMMU_IDR3_PTWNNC, SMMU_IDR0_S2P, 3, false,
	  "IDR3.PTWNNC: set from SMMUv3.3 with stage 2" },
};

static const char *mock_smmu_version_check(const struct mock_smmu *m)
{
	u8 minor = FIELD_GET(SMMU_AIDR_ARCH_MINOR, m->aidr);
	const u32 stages = SMMU_IDR0_S1P | SMMU_IDR0_S2P;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(mock_smmu_idr3_since); i++) {
		u32 stage = mock_smmu_idr3_since[i].stage;
		bool set = m->idr[3] & mock_smmu_idr3_since[i].bit;

		if (!set && minor >= mock_smmu_idr3_since[i].minor &&
		    (m->idr[0] & stage) == stage)
			return mock_smmu_idr3_since[i].why;
		if (set && mock_smmu_idr3_since[i].alone &&
		    minor < mock_smmu_idr3_since[i].minor)
			return mock_smmu_idr3_since[i].why;
	}
	if (minor >= 2 && (m->idr[0] & stages) == stages &&
	    !(m->idr[0] & SMMU_IDR0_HYP))
		return "IDR0.HYP: set from SMMUv3.2 with both stages";
	return NULL;
}

static const char *mock_smmu_stall_check(const struct mock_smmu *m)
{
	u32 model = FIELD_GET(SMMU_IDR0_STALL_MODEL, m->idr[0]);
	u32 max = FIELD_GET(SMMU_IDR5_STALL_MAX, m->idr[5]);

	if (model == SMMU_STALL_MODEL_NONE && max)
		return "IDR5.STALL_MAX: 0 without the stall model";
	if (model != SMMU_STALL_MODEL_NONE && !max)
		return "IDR5.STALL_MAX: 0 with the stall model";
	if (model == SMMU_STALL_MODEL_FORCE && (m->idr[0] & SMMU_IDR0_ATS))
		return "IDR0.STALL_MODEL: not forced on an SMMU with PCI devices";
	return NULL;
}

static const char *mock_smmu_needs_check(const struct mock_smmu *m)
{
	u32 idr0 = m->idr[0];
	const char *why;

	why = mock_need_missing(mock_smmu_idr0_needs,
				ARRAY_SIZE(mock_smmu_idr0_needs), idr0);
	if (why)
		return why;
	if (!(idr0 & (SMMU_IDR0_S1P | SMMU_IDR0_S2P)))
		return "IDR0: neither S1P nor S2P";
	if (FIELD_GET(SMMU_IDR1_SIDSIZE, m->idr[1]) >= 7 &&
	    FIELD_GET(SMMU_IDR0_ST_LEVEL, idr0) == SMMU_ST_LEVEL_LINEAR)
		return "IDR0.ST_LEVEL: 2-level tables needed from SIDSIZE 7";
	if (!(idr0 & SMMU_IDR0_S1P) && (m->idr[3] & SMMU_IDR3_HAD))
		return "IDR3.HAD: needs IDR0.S1P";
	if (!(idr0 & SMMU_IDR0_S2P) && (m->idr[3] & SMMU_IDR3_PTWNNC))
		return "IDR3.PTWNNC: needs IDR0.S2P";
	if ((m->idr[3] & SMMU_IDR3_PPS) &&
	    (!(idr0 & SMMU_IDR0_PRI) ||
	     !FIELD_GET(SMMU_IDR1_SSIDSIZE, m->idr[1])))
		return "IDR3.PPS: needs IDR0.PRI and IDR1.SSIDSIZE";
	return NULL;
}

/**
 * mock_smmu_caps_check - what is wrong with the ID registers of an SMMU
 * @m: the SMMU
 *
 * Return: NULL if nothing is
 */
const char *mock_smmu_caps_check(const struct mock_smmu *m)
{
	const char *why = NULL;
	unsigned int n;

	for (n = 0; n < MOCK_SMMU_NR_IDR && !why; n++)
		why = mock_smmu_idr_check(n, m->idr[n]);
	if (!why)
		why = mock_smmu_iidr_check(m->iidr);
	if (!why)
		why = mock_smmu_aidr_check(m->aidr);
	if (!why)
		why = mock_smmu_needs_check(m);
	if (!why)
		why = mock_smmu_stall_check(m);
	return why ?: mock_smmu_version_check(m);
}
