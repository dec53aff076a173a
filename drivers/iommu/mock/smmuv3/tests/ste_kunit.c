// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: tests of what makes a STE ILLEGAL (5.2.2) */
#include "tables.h"

#define IOVA	0x0000123456789abcULL

#define S1	SMMU_STE_CONFIG_S1
#define S2	SMMU_STE_CONFIG_S2
#define NEST	SMMU_STE_CONFIG_NESTED
#define BYPASS	SMMU_STE_CONFIG_BYPASS

#define EATS(x)		FIELD_PREP_CONST(SMMU_STE1_EATS, x)
#define STRW(x)		FIELD_PREP_CONST(SMMU_STE1_STRW, x)
#define CDMAX(x)	FIELD_PREP_CONST(SMMU_STE0_S1CDMAX, x)
#define FMT(x)		FIELD_PREP_CONST(SMMU_STE0_S1FMT, x)
#define HTTU(x)		FIELD_PREP_CONST(SMMU_IDR0_HTTU, x)
#define STALL(x)	FIELD_PREP_CONST(SMMU_IDR0_STALL_MODEL, x)
#define ENDIAN(x)	FIELD_PREP_CONST(SMMU_IDR0_TTENDIAN, x)
#define OAS(x)		FIELD_PREP_CONST(SMMU_IDR5_OAS, x)
#define SSIDSIZE(x)	FIELD_PREP_CONST(SMMU_IDR1_SSIDSIZE, x)
#define PS(x)		FIELD_PREP_CONST(SMMU_STE2_S2PS, x)
#define TG(x)		FIELD_PREP_CONST(SMMU_STE2_S2TG, x)
#define VMID(x)		FIELD_PREP_CONST(SMMU_STE2_S2VMID, x)

struct change {
	u8 word;
	u64 clear;
	u64 set;
};

struct ste_case {
	const char *name;
	u8 config;
	bool illegal;
	struct change ste[2];
	struct change idr;
};

static const struct ste_case ste_cases[] = {
	{ "stage 1", S1 }, { "stage 2", S2 }, { "nested", NEST },
	{ "bypass", BYPASS },
	{ "invalid stage 1", S1, true, { { 0, SMMU_STE0_V } } },
	{ "invalid stage 2", S2, true, { { 0, SMMU_STE0_V } } },

	{ "no stage 1", S1, true, .idr = { 0, SMMU_IDR0_S1P } },
	{ "no stage 1, nested", NEST, true, .idr = { 0, SMMU_IDR0_S1P } },
	{ "no stage 1, stage 2", S2, false, .idr = { 0, SMMU_IDR0_S1P } },
	{ "no stage 2", S2, true, .idr = { 0, SMMU_IDR0_S2P } },
	{ "no stage 2, nested", NEST, true, .idr = { 0, SMMU_IDR0_S2P } },
	{ "no stage 2, stage 1", S1, false, .idr = { 0, SMMU_IDR0_S2P } },

	{ "split ATS", NEST, false, { { 1, 0, EATS(2) } } },
	{ "split ATS, stage 1", S1, true, { { 1, 0, EATS(2) } } },
	{ "split ATS, stage 2", S2, true, { { 1, 0, EATS(2) } } },
	{ "split ATS, bypass", BYPASS, false, { { 1, 0, EATS(2) } } },
	{ "split ATS, S2S", NEST, true,
	  { { 1, 0, EATS(2) }, { 2, 0, SMMU_STE2_S2S } } },
	{ "split ATS, NS1ATS", NEST, true, { { 1, 0, EATS(2) } },
	  { 0, 0, SMMU_IDR0_NS1ATS } },
	{ "split ATS, no ATS", S1, false, { { 1, 0, EATS(2) } },
	  { 0, SMMU_IDR0_ATS } },
	{ "full ATS", NEST, false, { { 1, 0, EATS(1) } } },
	{ "full ATS, S2S, nested", NEST, true,
	  { { 1, 0, EATS(1) }, { 2, 0, SMMU_STE2_S2S } } },
	{ "full ATS, S2S, stage 2", S2, true,
	  { { 1, 0, EATS(1) }, { 2, 0, SMMU_STE2_S2S } } },
	{ "full ATS, S2S, stage 1", S1, false,
	  { { 1, 0, EATS(1) }, { 2, 0, SMMU_STE2_S2S } } },
	{ "EATS 3", S1, false, { { 1, 0, EATS(3) } } },

	{ "STRW 1", S1, true, { { 1, 0, STRW(1) } } },
	{ "STRW 2", S1, false, { { 1, 0, STRW(2) } } },
	{ "STRW 3", S1, true, { { 1, 0, STRW(3) } } },
	{ "STRW 1, no HYP", S1, false, { { 1, 0, STRW(1) } },
	  { 0, SMMU_IDR0_HYP } },
	{ "STRW 3, nested", NEST, false, { { 1, 0, STRW(3) } } },
	{ "STRW 3, stage 2", S2, false, { { 1, 0, STRW(3) } } },
	{ "STRW 3, bypass", BYPASS, false, { { 1, 0, STRW(3) } } },

	{ "S1STALLD", S1, false, { { 1, 0, SMMU_STE1_S1STALLD } } },
	{ "S1STALLD, terminate", S1, true, { { 1, 0, SMMU_STE1_S1STALLD } },
	  { 0, 0, STALL(1) } },
	{ "S1STALLD, stall", S1, true, { { 1, 0, SMMU_STE1_S1STALLD } },
	  { 0, 0, STALL(2) } },
	{ "S1STALLD, stage 2", S2, false, { { 1, 0, SMMU_STE1_S1STALLD } },
	  { 0, 0, STALL(1) } },

	{ "S1CDMax 20", S1, false, { { 0, 0, CDMAX(20) } } },
	{ "S1CDMax 21", S1, true, { { 0, 0, CDMAX(21) } } },
	{ "S1CDMax 9 of 8", S1, true, { { 0, 0, CDMAX(9) } },
	  { 1, SMMU_IDR1_SSIDSIZE, SSIDSIZE(8) } },
	{ "S1CDMax 31 of 0", S1, false, { { 0, 0, CDMAX(31) } },
	  { 1, SMMU_IDR1_SSIDSIZE } },
	{ "S1CDMax 31, stage 2", S2, false, { { 0, 0, CDMAX(31) } } },
	{ "S1Fmt 1", S1, false, { { 0, 0, CDMAX(3) | FMT(1) } } },
	{ "S1Fmt 1, no CD2L", S1, true, { { 0, 0, CDMAX(3) | FMT(1) } },
	  { 0, SMMU_IDR0_CD2L } },
	{ "S1Fmt 2, no CD2L", S1, true, { { 0, 0, CDMAX(3) | FMT(2) } },
	  { 0, SMMU_IDR0_CD2L } },
	{ "S1Fmt 3, no CD2L", S1, false, { { 0, 0, CDMAX(3) | FMT(3) } },
	  { 0, SMMU_IDR0_CD2L } },
	{ "S1Fmt 1, no substreams", S1, false, { { 0, 0, FMT(1) } },
	  { 0, SMMU_IDR0_CD2L } },
	{ "S1ContextPtr", S1, true, { { 0, 0, BIT_ULL(48) } } },
	{ "S1ContextPtr, nested", NEST, true, { { 0, 0, BIT_ULL(55) } } },
	{ "S1ContextPtr, stage 2", S2, false, { { 0, 0, BIT_ULL(48) } } },

	{ "S2FWB", S2, false, { { 1, 0, SMMU_STE1_S2FWB } } },
	{ "S2S", S2, false, { { 2, 0, SMMU_STE2_S2S } } },
	{ "S2S, terminate", S2, true, { { 2, 0, SMMU_STE2_S2S } },
	  { 0, 0, STALL(1) } },
	{ "S2S, stall", S2, false, { { 2, 0, SMMU_STE2_S2S } },
	  { 0, 0, STALL(2) } },
	{ "no S2S, stall", S2, true, .idr = { 0, 0, STALL(2) } },
	{ "no S2S, stall, stage 1", S1, false, .idr = { 0, 0, STALL(2) } },
	{ "AArch32", S2, true, { { 2, SMMU_STE2_S2AA64 } } },
	{ "AArch32, stage 1", S1, false, { { 2, SMMU_STE2_S2AA64 } } },

	{ "S2HA", S2, false, { { 2, 0, SMMU_STE2_S2HA } },
	  { 0, SMMU_IDR0_HTTU, HTTU(1) } },
	{ "S2HA, no HTTU", S2, true, { { 2, 0, SMMU_STE2_S2HA } },
	  { 0, SMMU_IDR0_HTTU } },
	{ "S2HD", S2, false, { { 2, 0, SMMU_STE2_S2HD } } },
	{ "S2HD, no HTTU", S2, true, { { 2, 0, SMMU_STE2_S2HD } },
	  { 0, SMMU_IDR0_HTTU } },
	{ "S2HD, access only", S2, true,
	  { { 2, 0, SMMU_STE2_S2HA | SMMU_STE2_S2HD } },
	  { 0, SMMU_IDR0_HTTU, HTTU(1) } },

	{ "S2TG 3", S2, true, { { 2, 0, TG(3) } } },
	{ "no 4K", S2, true, .idr = { 5, SMMU_IDR5_GRAN4K } },
	{ "no 4K, stage 1", S1, false, .idr = { 5, SMMU_IDR5_GRAN4K } },
	{ "S2TTB beyond S2PS", S2, true,
	  { { 2, SMMU_STE2_S2PS, PS(2) }, { 3, 0, BIT_ULL(40) } } },
	{ "S2TTB within S2PS", S2, false,
	  { { 2, SMMU_STE2_S2PS, PS(3) }, { 3, 0, BIT_ULL(40) } } },
	{ "S2TTB beyond OAS", S2, true, { { 3, 0, BIT_ULL(48) } } },
	{ "S2PS 7", S2, false, { { 2, 0, PS(7) } } },
	{ "S2TTB, S2PS more than OAS", S2, true,
	  { { 2, SMMU_STE2_S2T0SZ, 21ULL << 32 }, { 3, 0, BIT_ULL(44) } },
	  { 5, SMMU_IDR5_OAS, OAS(4) } },
	{ "S2TTB ignored", S1, false, { { 3, 0, BIT_ULL(48) } } },

	{ "big-endian", S2, false, { { 2, 0, SMMU_STE2_S2ENDI } } },
	{ "big-endian on little", S2, true, { { 2, 0, SMMU_STE2_S2ENDI } },
	  { 0, 0, ENDIAN(2) } },
	{ "little-endian on big", S2, true, .idr = { 0, 0, ENDIAN(3) } },
	{ "big-endian on big", S2, false, { { 2, 0, SMMU_STE2_S2ENDI } },
	  { 0, 0, ENDIAN(3) } },

	{ "VMID, 8 bits", S2, true, { { 2, SMMU_STE2_S2VMID, VMID(256) } },
	  { 0, SMMU_IDR0_VMID16 } },
	{ "VMID 255, 8 bits", S2, false, { { 2, SMMU_STE2_S2VMID, VMID(255) } },
	  { 0, SMMU_IDR0_VMID16 } },
	{ "VMID, 8 bits, stage 1", S1, true, { { 2, 0, VMID(256) } },
	  { 0, SMMU_IDR0_VMID16 } },
	{ "VMID, 8 bits, EL2", S1, false,
	  { { 2, 0, VMID(256) }, { 1, 0, STRW(2) } },
	  { 0, SMMU_IDR0_VMID16 } },
	{ "VMID, no stage 2", S1, false, { { 2, 0, VMID(256) } },
	  { 0, SMMU_IDR0_VMID16 | SMMU_IDR0_S2P } },
	{ "VMID, bypass", BYPASS, false, { { 2, 0, VMID(256) } },
	  { 0, SMMU_IDR0_VMID16 } },
};

static void ste_to_desc(const struct ste_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(ste, ste_cases, ste_to_desc);

static void build_ste(struct mock_smmu_rig *rig, u8 config)
{
	switch (config) {
	case S1:
		mock_smmu_rig_only_stage1(rig);
		break;
	case S2:
		mock_smmu_rig_only_stage2(rig);
		break;
	case NEST:
		mock_smmu_rig_nested(rig);
		break;
	default:
		mock_smmu_rig_ste(rig, RIG_SID)[0] = SMMU_STE0_V |
			FIELD_PREP(SMMU_STE0_CONFIG, BYPASS);
		break;
	}
}

static void ste_test_legal(struct kunit *test)
{
	const struct ste_case *c = test->param_value;
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	u64 *ste = mock_smmu_rig_ste(rig, RIG_SID);
	int i;

	build_ste(rig, c->config);
	for (i = 0; i < 2; i++) {
		ste[c->ste[i].word] &= ~c->ste[i].clear;
		ste[c->ste[i].word] |= c->ste[i].set;
	}
	rig->m.idr[c->idr.word] &= ~(u32)c->idr.clear;
	rig->m.idr[c->idr.word] |= c->idr.set;
	mock_smmu_rig_read(rig, IOVA, NULL);
	KUNIT_EXPECT_EQ(test, c->illegal, rig->ev.id == SMMU_EVT_C_BAD_STE);
	/* As it is cached */
	mock_smmu_rig_read(rig, IOVA, NULL);
	KUNIT_EXPECT_EQ(test, c->illegal, rig->ev.id == SMMU_EVT_C_BAD_STE);
}

/* Arm ARM D8.2: input sizes that a starting level of stage 2 takes */
static const struct start {
	u8 granule;
	u8 tg;
	u8 sl0;
	u8 least;
	u8 most;
	u8 oas;		/* starting level needs physical addresses of this size */
} starts[] = {
	{ 12, SMMU_TG0_4K, 2, 40, 48, 44 }, { 12, SMMU_TG0_4K, 1, 31, 43, 32 },
	{ 12, SMMU_TG0_4K, 0, 22, 34, 32 }, { 12, SMMU_TG0_4K, 3, 16, 25, 32 },
	{ 14, SMMU_TG0_16K, 2, 37, 48, 42 }, { 14, SMMU_TG0_16K, 1, 26, 40, 32 },
	{ 14, SMMU_TG0_16K, 0, 16, 29, 32 }, { 14, SMMU_TG0_16K, 3, 1, 0, 32 },
	{ 16, SMMU_TG0_64K, 2, 43, 48, 44 }, { 16, SMMU_TG0_64K, 1, 30, 46, 32 },
	{ 16, SMMU_TG0_64K, 0, 17, 33, 32 }, { 16, SMMU_TG0_64K, 3, 1, 0, 32 },
};

static const struct {
	u8 field;
	u8 bits;
} sizes[] = { { 0, 32 }, { 1, 36 }, { 2, 40 }, { 3, 42 }, { 4, 44 }, { 5, 48 } };

static bool start_legal(const struct start *s, u8 input, u8 oas, bool stt)
{
	if (input < s->least || input > s->most || oas < s->oas || input > oas)
		return false;
	/* IDR3.STT: T0SZ of more than 39, and level 3 of 4K */
	return stt || (input >= 25 && (s->granule != 12 || s->sl0 != 3));
}

static void ste_test_start_level(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	u64 *ste = mock_smmu_rig_ste(rig, RIG_SID);
	int i, o, t0sz, stt;

	mock_smmu_rig_only_stage2(rig);
	/* 16 concatenated tables of the largest granule: all of it is ours */
	ste[3] = mock_smmu_rig_pages(rig, 8);
	for (i = 0; i < ARRAY_SIZE(starts) * ARRAY_SIZE(sizes) * 2; i++) {
		const struct start *s = &starts[i % ARRAY_SIZE(starts)];

		o = i / ARRAY_SIZE(starts) % ARRAY_SIZE(sizes);
		stt = i / (ARRAY_SIZE(starts) * ARRAY_SIZE(sizes));
		rig->m.idr[5] &= ~SMMU_IDR5_OAS;
		rig->m.idr[5] |= FIELD_PREP(SMMU_IDR5_OAS, sizes[o].field);
		rig->m.idr[3] &= ~SMMU_IDR3_STT;
		rig->m.idr[3] |= stt ? SMMU_IDR3_STT : 0;
		for (t0sz = 0; t0sz < 64; t0sz++) {
			ste[2] &= ~(SMMU_STE2_S2T0SZ | SMMU_STE2_S2SL0 |
				    SMMU_STE2_S2TG);
			ste[2] |= FIELD_PREP(SMMU_STE2_S2T0SZ, t0sz) |
				  FIELD_PREP(SMMU_STE2_S2SL0, s->sl0) |
				  FIELD_PREP(SMMU_STE2_S2TG, s->tg);
			mock_smmu_rig_read_anew(rig, 0, NULL);
			KUNIT_EXPECT_EQ_MSG(test,
					    start_legal(s, 64 - t0sz,
							sizes[o].bits, stt),
					    rig->ev.id != SMMU_EVT_C_BAD_STE,
					    "granule %u SL0 %u T0SZ %d OAS %u STT %d",
					    s->granule, s->sl0, t0sz,
					    sizes[o].bits, stt);
		}
	}
}

/* 5.2, MEV; 13.1.4: what the STE makes of privilege and instruction */
static void ste_test_overrides(struct kunit *test)
{
	static const struct {
		u8 privcfg;
		u8 instcfg;
		bool write;
		bool pnu[2];	/* of an unprivileged and of a privileged request */
		bool ind[2];	/* of one for data and of one for an instruction */
	} tries[] = {
		{ 0, 0, false, { 0, 1 }, { 0, 1 } },
		{ 1, 1, false, { 0, 1 }, { 0, 1 } },
		{ 2, 2, false, { 0, 0 }, { 0, 0 } },
		{ 3, 3, false, { 1, 1 }, { 1, 1 } },
		{ 0, 3, true, { 0, 1 }, { 0, 0 } },
		{ 3, 0, true, { 1, 1 }, { 0, 0 } },
	};
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	u64 *ste = mock_smmu_rig_ste(rig, RIG_SID);
	int i, n;

	mock_smmu_rig_only_stage1(rig);
	mock_smmu_rig_set_stage1(rig, RIG_SID, *ste & SMMU_STE0_S1CONTEXTPTR,
				 1);
	for (i = 0; i < ARRAY_SIZE(tries); i++) {
		ste[1] = FIELD_PREP(SMMU_STE1_PRIVCFG, tries[i].privcfg) |
			 FIELD_PREP(SMMU_STE1_INSTCFG, tries[i].instcfg) |
			 (i & 1 ? SMMU_STE1_MEV : 0);
		for (n = 0; n < 2; n++) {
			struct mock_req req;

			req = mock_smmu_rig_req_ssid(RIG_SID, 0, IOVA,
						     tries[i].write);
			req.priv = n;
			req.exec = n;
			mock_smmu_rig_flush(rig);
			KUNIT_EXPECT_EQ(test,
					mock_smmu_rig_send(rig, &req, NULL),
					SMMU_EVT_F_TRANSLATION);
			KUNIT_EXPECT_EQ(test, tries[i].pnu[n], rig->ev.pnu);
			KUNIT_EXPECT_EQ(test, tries[i].ind[n], rig->ev.ind);
			KUNIT_EXPECT_EQ(test, !tries[i].write, rig->ev.rnw);
			KUNIT_EXPECT_EQ(test, i & 1, rig->ev.mev);
			KUNIT_EXPECT_TRUE(test, rig->ev.ssv);
		}
	}
	/* IDR1.ATTR_PERMS_OVR: there are no overrides. Without PASID: data */
	rig->m.idr[1] &= ~SMMU_IDR1_ATTR_PERMS_OVR;
	ste[1] = FIELD_PREP(SMMU_STE1_PRIVCFG, 3) |
		 FIELD_PREP(SMMU_STE1_INSTCFG, 3) |
		 FIELD_PREP(SMMU_STE1_S1DSS, SMMU_S1DSS_SSID0);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(rig, IOVA, NULL),
			SMMU_EVT_F_TRANSLATION);
	KUNIT_EXPECT_FALSE(test, rig->ev.pnu || rig->ev.ind || rig->ev.ssv);
}

static struct kunit_case ste_test_cases[] = {
	KUNIT_CASE_PARAM(ste_test_legal, ste_gen_params),
	KUNIT_CASE(ste_test_start_level),
	KUNIT_CASE(ste_test_overrides),
	{}
};

static struct kunit_suite ste_test_suite = {
	.name = "iommu_mock_smmuv3_ste",
	.test_cases = ste_test_cases,
};

kunit_test_suite(ste_test_suite);
