// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: tests of memory attributes, and of what they mean for caches */
#include "tables.h"

#define IOVA	0x0000123456789000ULL
#define GPA	0x0000003210987000ULL
#define PAGE	0x00003eb9c4d5e000ULL

#define WB	0xff
#define WT	0xbb
#define NC	0x44
#define MIXED	0x4f		/* outer non-cacheable, inner write-back */
#define DEV_NGNRNE	0x00
#define DEV_NGNRE	0x04
#define DEV_GRE	0x0c
#define NSH	SMMU_SH_NSH
#define OSH	SMMU_SH_OSH
#define ISH	SMMU_SH_ISH

struct combine_case {
	const char *name;
	u8 mair1;
	u8 sh1;
	u8 memattr;
	u8 sh2;
	u8 mair;
	u8 sh;
	bool fwb;
	bool snooped;
};

/* Arm ARM, "Combining stage 1 and stage 2 memory type attributes" */
static const struct combine_case combine_cases[] = {
	{ "WB, WB", WB, ISH, 0xf, ISH, WB, ISH, false, true },
	{ "WB, WT", WB, ISH, 0xa, ISH, WT, ISH, false, true },
	{ "WT, WB", WT, ISH, 0xf, ISH, WT, ISH, false, true },
	{ "WB, NC", WB, ISH, 0x5, ISH, NC, OSH, false, false },
	{ "NC, WB", NC, OSH, 0xf, ISH, NC, OSH, false, false },
	{ "WB, Device", WB, ISH, 0x1, NSH, DEV_NGNRE, OSH, false, false },
	{ "Device, WB", DEV_GRE, OSH, 0xf, ISH, DEV_GRE, OSH, false, false },
	{ "Device, Device", DEV_GRE, OSH, 0x0, NSH, DEV_NGNRNE, OSH, false, false },
	{ "WB, outer NC", WB, ISH, 0x7, ISH, MIXED, ISH, false, false },
	{ "WB not shared, WB", WB, NSH, 0xf, NSH, WB, NSH, false, false },
	{ "WB not shared, WB shared", WB, NSH, 0xf, ISH, WB, ISH, false, true },
	{ "WB shared, WB not shared", WB, ISH, 0xf, NSH, WB, ISH, false, true },
	{ "WB outer, WB inner", WB, OSH, 0xf, ISH, WB, OSH, false, true },
	{ "FWB: NC, WB", NC, OSH, 0x6, ISH, WB, OSH, true, true },
	{ "FWB: Device, WB", DEV_NGNRE, OSH, 0x6, ISH, WB, OSH, true, true },
	{ "FWB: WT, WB", WT, ISH, 0x6, ISH, WB, ISH, true, true },
	{ "FWB: WB not shared, WB", WB, NSH, 0x6, ISH, WB, ISH, true, true },
	{ "FWB: NC, as stage 1", NC, OSH, 0x7, ISH, NC, OSH, true, false },
	{ "FWB: WB, as stage 1", WB, ISH, 0x7, ISH, WB, ISH, true, true },
	{ "FWB: Device, as stage 1", DEV_GRE, OSH, 0x7, ISH, DEV_GRE, OSH, true, false },
	{ "FWB: WB, NC", WB, ISH, 0x5, ISH, NC, OSH, true, false },
	{ "FWB: Device, NC", DEV_GRE, OSH, 0x5, ISH, DEV_GRE, OSH, true, false },
	{ "FWB: WB, Device", WB, ISH, 0x1, NSH, DEV_NGNRE, OSH, true, false },
	{ "FWB: Device, Device", DEV_NGNRNE, OSH, 0x3, NSH, DEV_GRE, OSH, true, false },
};

KUNIT_ARRAY_PARAM_DESC(combine, combine_cases, name);

static void attr_test_combine(struct kunit *test)
{
	const struct combine_case *c = test->param_value;
	struct mock_smmu_attr attr = { .mair = c->mair1, .sh = c->sh1 };

	attr = mock_smmu_attr_combine(attr, c->memattr, c->sh2, c->fwb);
	KUNIT_EXPECT_EQ(test, c->mair, attr.mair);
	KUNIT_EXPECT_EQ(test, c->sh, attr.sh);
	KUNIT_EXPECT_EQ(test, c->snooped, mock_smmu_attr_snooped(attr, false));
	/* 13.6.1: nothing brings back what No Snoop takes away */
	KUNIT_EXPECT_FALSE(test, mock_smmu_attr_snooped(attr, true));
}

static void attr_test_stage1(struct kunit *test)
{
	static const struct {
		u8 mair;
		u8 kind;
	} tries[] = {
		{ 0x00, DEV_NGNRNE }, { 0x04, DEV_NGNRE }, { 0x0c, DEV_GRE }, { 0x44, NC },
		/* With hints, and transient */
		{ 0xff, WB }, { 0xee, WB }, { 0x77, WB }, { 0xbb, WT },
		{ 0x88, WT }, { 0x33, WT }, { 0x4e, MIXED },
	};
	int i, index;

	for (i = 0; i < ARRAY_SIZE(tries); i++) {
		for (index = 0; index < 8; index++) {
			u64 mair = ~(0xffULL << (8 * index)) |
				   (u64)tries[i].mair << (8 * index);
			u64 desc = FIELD_PREP(SMMU_PTE_ATTRINDX, index) |
				   FIELD_PREP(SMMU_PTE_SH, ISH);
			struct mock_smmu_attr attr =
				mock_smmu_attr_stage1(mair, desc);
			bool shared = tries[i].kind == NC ||
				      !(tries[i].kind & 0xf0);

			KUNIT_EXPECT_EQ(test, tries[i].kind, attr.mair);
			KUNIT_EXPECT_EQ(test, shared ? OSH : ISH, attr.sh);
		}
	}
}

/* The fields of STE and GBPA */
static void attr_test_override(struct kunit *test)
{
	struct mock_smmu_attr attr;

	attr = mock_smmu_attr_override(false, 0, SMMU_SHCFG_INCOMING);
	KUNIT_EXPECT_EQ(test, attr.mair, WB);
	KUNIT_EXPECT_EQ(test, attr.sh, ISH);
	KUNIT_EXPECT_TRUE(test, mock_smmu_attr_snooped(attr, false));
	KUNIT_EXPECT_FALSE(test, mock_smmu_attr_snooped(attr, true));
	attr = mock_smmu_attr_override(false, 0, NSH);
	KUNIT_EXPECT_FALSE(test, mock_smmu_attr_snooped(attr, false));
	attr = mock_smmu_attr_override(true, 0x5, SMMU_SHCFG_INCOMING);
	KUNIT_EXPECT_EQ(test, attr.mair, NC);
	attr = mock_smmu_attr_override(true, 0xf, OSH);
	KUNIT_EXPECT_EQ(test, attr.mair, WB);
	KUNIT_EXPECT_EQ(test, attr.sh, OSH);
}

static bool is_snooped(struct mock_smmu_rig *rig, bool no_snoop)
{
	struct mock_req req = mock_smmu_rig_req(RIG_SID, IOVA, true);
	struct mock_xlate res = {};

	req.no_snoop = no_snoop;
	KUNIT_EXPECT_EQ(rig->test, mock_smmu_rig_send(rig, &req, &res), 0);
	return res.snooped;
}

/* From MAIR and both descriptors to the request, by a walk and by the TLB */
static void attr_test_nested(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *s1 = mock_smmu_rig_nested(rig);
	u64 *ste = mock_smmu_rig_ste(rig, RIG_SID);
	u64 *leaf1 = mock_smmu_rig_desc(s1, IOVA, 3);
	u64 *leaf2 = mock_smmu_rig_desc(s1->s2, GPA, 3);
	u64 *cd = mock_smmu_rig_cd(rig, RIG_SID);
	int fwb, i;

	rig->m.idr[3] |= SMMU_IDR3_FWB;
	cd[3] = NC << 8 | WB;
	for (fwb = 0; fwb < 2; fwb++) {
		u64 memattr = fwb ? 0x6 : 0xf;

		ste[1] &= ~SMMU_STE1_S2FWB;
		ste[1] |= fwb ? SMMU_STE1_S2FWB : 0;
		*leaf2 = (PAGE | RIG_PAGE2) & ~SMMU_PTE_S2MEMATTR;
		*leaf2 |= FIELD_PREP(SMMU_PTE_S2MEMATTR, memattr) |
			  FIELD_PREP(SMMU_PTE_SH, ISH);
		for (i = 0; i < 2; i++) {
			*leaf1 = GPA | RIG_PAGE1 | FIELD_PREP(SMMU_PTE_SH, ISH) |
				 FIELD_PREP(SMMU_PTE_ATTRINDX, i);
			mock_smmu_rig_flush(rig);
			KUNIT_EXPECT_EQ(test, !i || fwb, is_snooped(rig, false));
			KUNIT_EXPECT_EQ(test, !i || fwb, is_snooped(rig, false));
			KUNIT_EXPECT_FALSE(test, is_snooped(rig, true));
		}
	}
}

/* Stage 2 alone: what the request is, or what the STE makes of it */
static void attr_test_stage2(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *s2 = mock_smmu_rig_only_stage2(rig);
	u64 *ste = mock_smmu_rig_ste(rig, RIG_SID);

	rig->m.idr[1] |= SMMU_IDR1_ATTR_TYPES_OVR;
	mock_smmu_rig_map(s2, IOVA, 3, PAGE | RIG_PAGE2);
	ste[1] &= ~(SMMU_STE1_SHCFG | SMMU_STE1_MTCFG);
	ste[1] |= FIELD_PREP(SMMU_STE1_SHCFG, SMMU_SHCFG_INCOMING);
	mock_smmu_rig_flush(rig);
	KUNIT_EXPECT_TRUE(test, is_snooped(rig, false));
	KUNIT_EXPECT_FALSE(test, is_snooped(rig, true));
	/* Nobody says that it is shared */
	ste[1] &= ~SMMU_STE1_SHCFG;
	mock_smmu_rig_flush(rig);
	KUNIT_EXPECT_FALSE(test, is_snooped(rig, false));
	/* The unit cannot override */
	rig->m.idr[1] &= ~SMMU_IDR1_ATTR_TYPES_OVR;
	mock_smmu_rig_flush(rig);
	KUNIT_EXPECT_TRUE(test, is_snooped(rig, false));
}

static struct kunit_case attr_test_cases[] = {
	KUNIT_CASE_PARAM(attr_test_combine, combine_gen_params),
	KUNIT_CASE(attr_test_stage1),
	KUNIT_CASE(attr_test_override),
	KUNIT_CASE(attr_test_nested),
	KUNIT_CASE(attr_test_stage2),
	{}
};

static struct kunit_suite attr_test_suite = {
	.name = "iommu_mock_smmuv3_attr",
	.test_cases = attr_test_cases,
};

kunit_test_suite(attr_test_suite);
