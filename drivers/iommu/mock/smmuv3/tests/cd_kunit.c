// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: tests of what makes a CD ILLEGAL (5.4.2) */
#include "tables.h"

#define IOVA	0x0000123456789abcULL

#define TG0(x)		FIELD_PREP_CONST(SMMU_CD0_TG0, x)
#define TG1(x)		FIELD_PREP_CONST(SMMU_CD0_TG1, x)
#define T0SZ(x)		FIELD_PREP_CONST(SMMU_CD0_T0SZ, x)
#define T1SZ(x)		FIELD_PREP_CONST(SMMU_CD0_T1SZ, x)
#define IPS(x)		FIELD_PREP_CONST(SMMU_CD0_IPS, x)
#define ASID(x)		FIELD_PREP_CONST(SMMU_CD0_ASID, x)
#define HTTU(x)		FIELD_PREP_CONST(SMMU_IDR0_HTTU, x)
#define STALL(x)	FIELD_PREP_CONST(SMMU_IDR0_STALL_MODEL, x)
#define ENDIAN(x)	FIELD_PREP_CONST(SMMU_IDR0_TTENDIAN, x)
#define EPD0		SMMU_CD0_EPD0
#define EPD1		SMMU_CD0_EPD1

struct change {
	u8 word;
	u64 clear;
	u64 set;
};

/* Both halves have valid tables to begin with */
struct cd_case {
	const char *name;
	bool illegal;
	struct change cd[2];
	struct change idr;
	u64 ste1;
};

#define EL2	FIELD_PREP_CONST(SMMU_STE1_STRW, SMMU_STRW_EL2)

static const struct cd_case cd_cases[] = {
	{ "valid" },
	{ "V", true, { { 0, SMMU_CD0_V } } },
	{ "stall", false, { { 0, 0, SMMU_CD0_S } } },
	{ "stall, S1STALLD", true, { { 0, 0, SMMU_CD0_S } },
	  .ste1 = SMMU_STE1_S1STALLD },
	{ "stall, terminate model", true, { { 0, 0, SMMU_CD0_S } },
	  { 0, 0, STALL(1) } },
	{ "stall, stall model", false, { { 0, 0, SMMU_CD0_S } },
	  { 0, 0, STALL(2) } },
	{ "no stall, stall model", true, .idr = { 0, 0, STALL(2) } },
	{ "RAZ/WI", false, { { 0, SMMU_CD0_A } } },
	{ "RAZ/WI, TERM_MODEL", true, { { 0, SMMU_CD0_A } },
	  { 0, 0, SMMU_IDR0_TERM_MODEL } },

	{ "big-endian", false, { { 0, 0, SMMU_CD0_ENDI } } },
	{ "big-endian on little", true, { { 0, 0, SMMU_CD0_ENDI } },
	  { 0, 0, ENDIAN(2) } },
	{ "little-endian on big", true, .idr = { 0, 0, ENDIAN(3) } },
	{ "endian, EPD0", true, { { 0, 0, SMMU_CD0_ENDI | EPD0 } },
	  { 0, 0, ENDIAN(2) } },
	{ "endian, EPD0 and EPD1", false,
	  { { 0, 0, SMMU_CD0_ENDI | EPD0 | EPD1 } }, { 0, 0, ENDIAN(2) } },
	{ "AArch32", true, { { 0, SMMU_CD0_AA64 } } },

	{ "HA", false, { { 0, 0, SMMU_CD0_HA } }, { 0, SMMU_IDR0_HTTU, HTTU(1) } },
	{ "HA, no HTTU", true, { { 0, 0, SMMU_CD0_HA } }, { 0, SMMU_IDR0_HTTU } },
	{ "HD", false, { { 0, 0, SMMU_CD0_HD } } },
	{ "HD, access only", true, { { 0, 0, SMMU_CD0_HD } },
	  { 0, SMMU_IDR0_HTTU, HTTU(1) } },
	{ "HD, no HTTU", true, { { 0, 0, SMMU_CD0_HD } }, { 0, SMMU_IDR0_HTTU } },

	{ "ASID, 8 bits", true, { { 0, SMMU_CD0_ASID, ASID(256) } },
	  { 0, SMMU_IDR0_ASID16 } },
	{ "ASID 255, 8 bits", false, { { 0, SMMU_CD0_ASID, ASID(255) } },
	  { 0, SMMU_IDR0_ASID16 } },
	{ "ASID, 8 bits, EL2", false, { { 0, SMMU_CD0_ASID, ASID(256) } },
	  { 0, SMMU_IDR0_ASID16 }, EL2 },

	{ "T0SZ 15", true, { { 0, SMMU_CD0_T0SZ, T0SZ(15) } } },
	{ "T0SZ 48", false, { { 0, SMMU_CD0_T0SZ, T0SZ(48) } } },
	{ "T0SZ 49", true, { { 0, SMMU_CD0_T0SZ, T0SZ(49) } } },
	{ "T0SZ 39, no STT", false, { { 0, SMMU_CD0_T0SZ, T0SZ(39) } },
	  { 3, SMMU_IDR3_STT } },
	{ "T0SZ 40, no STT", true, { { 0, SMMU_CD0_T0SZ, T0SZ(40) } },
	  { 3, SMMU_IDR3_STT } },
	{ "T0SZ 47, 64K", false,
	  { { 0, SMMU_CD0_T0SZ, T0SZ(47) | TG0(SMMU_TG0_64K) } } },
	{ "T0SZ 48, 64K", true,
	  { { 0, SMMU_CD0_T0SZ, T0SZ(48) | TG0(SMMU_TG0_64K) } } },
	{ "T0SZ 15, EPD0", false, { { 0, SMMU_CD0_T0SZ, T0SZ(15) | EPD0 } } },
	{ "T0SZ 15, EPD0, EL2", true, { { 0, SMMU_CD0_T0SZ, T0SZ(15) | EPD0 } },
	  .ste1 = EL2 },
	{ "T1SZ 15", true, { { 0, SMMU_CD0_T1SZ, T1SZ(15) } } },
	{ "T1SZ 15, EPD1", false, { { 0, SMMU_CD0_T1SZ, T1SZ(15) | EPD1 } } },
	{ "T1SZ 15, EL2", false, { { 0, SMMU_CD0_T1SZ, T1SZ(15) } },
	  .ste1 = EL2 },

	{ "TG0 3", true, { { 0, 0, TG0(3) } } },
	{ "TG0 3, EPD0", false, { { 0, 0, TG0(3) | EPD0 } } },
	{ "TG1 0", true, { { 0, SMMU_CD0_TG1 } } },
	{ "TG1 0, EPD1", false, { { 0, SMMU_CD0_TG1, EPD1 } } },
	{ "TG1 0, EL2", false, { { 0, SMMU_CD0_TG1 } }, .ste1 = EL2 },
	{ "no 4K", true, .idr = { 5, SMMU_IDR5_GRAN4K } },
	{ "TG0 16K", false, { { 0, 0, TG0(SMMU_TG0_16K) } } },
	{ "TG0 16K, unsupported", true, { { 0, 0, TG0(SMMU_TG0_16K) } },
	  { 5, SMMU_IDR5_GRAN16K } },
	{ "TG1 64K, unsupported", true, { { 0, 0, TG1(SMMU_TG1_64K) } },
	  { 5, SMMU_IDR5_GRAN64K } },

	{ "TTB0 beyond IPS", true,
	  { { 0, SMMU_CD0_IPS, IPS(2) }, { 1, 0, BIT_ULL(40) } } },
	{ "TTB0 within IPS", false,
	  { { 0, SMMU_CD0_IPS, IPS(3) }, { 1, 0, BIT_ULL(40) } } },
	{ "TTB0, EPD0", false, { { 0, 0, EPD0 }, { 1, 0, BIT_ULL(50) } } },
	{ "TTB0 beyond OAS", true, { { 0, 0, IPS(7) }, { 1, 0, BIT_ULL(48) } } },
	{ "TTB1 beyond OAS", true, { { 0, 0, IPS(7) }, { 2, 0, BIT_ULL(48) } } },
	{ "TTB1, EPD1", false, { { 0, 0, EPD1 }, { 2, 0, BIT_ULL(50) } } },
	{ "TTB1, EL2", false, { { 0 }, { 2, 0, BIT_ULL(50) } }, .ste1 = EL2 },
};

static void cd_to_desc(const struct cd_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(cd, cd_cases, cd_to_desc);

static void cd_test_legal(struct kunit *test)
{
	const struct cd_case *c = test->param_value;
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	u64 *cd;
	int i;

	mock_smmu_rig_only_stage1(rig);
	cd = mock_smmu_rig_cd(rig, RIG_SID);
	mock_smmu_rig_set_ttb1(cd, mock_smmu_rig_stage1(rig, 12, 48, NULL));
	mock_smmu_rig_ste(rig, RIG_SID)[1] = c->ste1;
	for (i = 0; i < 2; i++) {
		cd[c->cd[i].word] &= ~c->cd[i].clear;
		cd[c->cd[i].word] |= c->cd[i].set;
	}
	rig->m.idr[c->idr.word] &= ~(u32)c->idr.clear;
	rig->m.idr[c->idr.word] |= c->idr.set;
	mock_smmu_rig_read(rig, IOVA, NULL);
	KUNIT_EXPECT_EQ(test, c->illegal, rig->ev.id == SMMU_EVT_C_BAD_CD);
	/* As it is cached */
	mock_smmu_rig_read(rig, IOVA, NULL);
	KUNIT_EXPECT_EQ(test, c->illegal, rig->ev.id == SMMU_EVT_C_BAD_CD);
}

static struct kunit_case cd_test_cases[] = {
	KUNIT_CASE_PARAM(cd_test_legal, cd_gen_params),
	{}
};

static struct kunit_suite cd_test_suite = {
	.name = "iommu_mock_smmuv3_cd",
	.test_cases = cd_test_cases,
};

kunit_test_suite(cd_test_suite);
