// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: tests of what becomes of a request that faults (3.12, 5.5) */
#include "tables.h"

#define IOVA	0x0000123456789abcULL
#define GPA	0x0000003210987000ULL
#define PAGE	0x00003eb9c4d5e000ULL

static const struct {
	bool a;
	bool r;
	bool s;
	int ret;
	bool recorded;
} ars[] = {
	{ 0, 0, 0, -ENODATA, false },
	{ 0, 1, 0, -ENODATA, true },
	{ 1, 0, 0, -EFAULT, false },
	{ 1, 1, 0, -EFAULT, true },
	{ 0, 0, 1, -EINPROGRESS, true },
	{ 0, 1, 1, -EINPROGRESS, true },
	{ 1, 0, 1, -EINPROGRESS, true },
	{ 1, 1, 1, -EINPROGRESS, true },
};

/* One of the four faults that CD and STE configure, made by stage 1 */
static void make_fault(struct mock_smmu_rig_tree *s1, u8 id)
{
	u64 page = PAGE | RIG_PAGE1;

	switch (id) {
	case SMMU_EVT_F_TRANSLATION:
		page = 0;
		break;
	case SMMU_EVT_F_ADDR_SIZE:
		mock_smmu_rig_cd(s1->rig, RIG_SID)[0] &= ~SMMU_CD0_IPS;
		break;
	case SMMU_EVT_F_ACCESS:
		page &= ~SMMU_PTE_AF;
		break;
	case SMMU_EVT_F_PERMISSION:
		page |= SMMU_PTE_AP_RO;
		break;
	}
	mock_smmu_rig_map(s1, IOVA, 3, page);
}

static const u8 configurable[] = {
	SMMU_EVT_F_TRANSLATION, SMMU_EVT_F_ACCESS, SMMU_EVT_F_PERMISSION,
	SMMU_EVT_F_ADDR_SIZE,
};

static void fault_test_stage1(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *s1 = mock_smmu_rig_only_stage1(rig);
	u64 *cd = mock_smmu_rig_cd(rig, RIG_SID);
	int i, n;

	for (n = 0; n < ARRAY_SIZE(configurable); n++) {
		make_fault(s1, configurable[n]);
		for (i = 0; i < ARRAY_SIZE(ars); i++) {
			cd[0] &= ~(SMMU_CD0_A | SMMU_CD0_R | SMMU_CD0_S);
			cd[0] |= (ars[i].a ? SMMU_CD0_A : 0) |
				 (ars[i].r ? SMMU_CD0_R : 0) |
				 (ars[i].s ? SMMU_CD0_S : 0);
			KUNIT_EXPECT_EQ(test, ars[i].recorded ?
					configurable[n] : 0,
					mock_smmu_rig_write_anew(rig, IOVA,
								 NULL));
			KUNIT_EXPECT_EQ(test, ars[i].ret, rig->ret);
			KUNIT_EXPECT_EQ(test, ars[i].s, rig->ev.stall);
			KUNIT_EXPECT_FALSE(test, rig->ev.s2);
			KUNIT_EXPECT_FALSE(test, rig->ev.rnw);
		}
	}
}

/* 5.2: stage 2 has no A, it is always an abort; of CD.A, R, S it knows nothing */
static void fault_test_stage2(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *s1 = mock_smmu_rig_nested(rig);
	u64 *ste = mock_smmu_rig_ste(rig, RIG_SID);
	u64 *cd2 = mock_smmu_rig_desc(s1->s2, ste[0] & SMMU_STE0_S1CONTEXTPTR,
				      3);
	u64 *cd = mock_smmu_rig_cd(rig, RIG_SID);
	u64 good = *cd2;
	int i, class;

	mock_smmu_rig_map(s1, IOVA, 3, GPA | RIG_PAGE1);
	for (i = 0; i < ARRAY_SIZE(ars); i++) {
		if (ars[i].a)
			continue;
		ste[2] &= ~(SMMU_STE2_S2R | SMMU_STE2_S2S);
		ste[2] |= (ars[i].r ? SMMU_STE2_S2R : 0) |
			  (ars[i].s ? SMMU_STE2_S2S : 0);
		cd[0] ^= SMMU_CD0_A | SMMU_CD0_R;
		for (class = 0; class < 2; class++) {
			*cd2 = class ? good : 0;
			KUNIT_EXPECT_EQ(test, ars[i].recorded ?
					SMMU_EVT_F_TRANSLATION : 0,
					mock_smmu_rig_read_anew(rig, IOVA,
								NULL));
			KUNIT_EXPECT_EQ(test, ars[i].s ? -EINPROGRESS : -EFAULT,
					rig->ret);
			KUNIT_EXPECT_EQ(test, ars[i].s, rig->ev.stall);
			KUNIT_EXPECT_TRUE(test, rig->ev.s2);
			KUNIT_EXPECT_EQ(test, class ? SMMU_EVT_CLASS_IN :
						      SMMU_EVT_CLASS_CD,
					rig->ev.class);
		}
	}
}

/* 5.5: anything else is an abort and recorded, whatever the flags */
static void fault_test_others(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *s1 = mock_smmu_rig_only_stage1(rig);
	u64 *ste = mock_smmu_rig_ste(rig, RIG_SID);
	u64 *cd = mock_smmu_rig_cd(rig, RIG_SID);
	u64 good_ste = ste[0];
	u64 good_cd;

	cd[0] &= ~(SMMU_CD0_A | SMMU_CD0_R);
	cd[0] |= SMMU_CD0_S;
	good_cd = cd[0];
	mock_smmu_rig_map(s1, IOVA, 2, RIG_NOT_RAM | RIG_TABLE);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(rig, IOVA, NULL),
			SMMU_EVT_F_WALK_EABT);
	KUNIT_EXPECT_EQ(test, rig->ret, -EFAULT);
	KUNIT_EXPECT_FALSE(test, rig->ev.stall);
	cd[0] = 0;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(rig, IOVA, NULL),
			SMMU_EVT_C_BAD_CD);
	KUNIT_EXPECT_EQ(test, rig->ret, -EFAULT);
	cd[0] = good_cd;
	ste[0] = good_ste & ~SMMU_STE0_V;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(rig, IOVA, NULL),
			SMMU_EVT_C_BAD_STE);
	KUNIT_EXPECT_EQ(test, rig->ret, -EFAULT);
	/* 3.12: an address that stage 1 lets through, too large */
	ste[0] = good_ste | FIELD_PREP(SMMU_STE0_S1CDMAX, 1);
	ste[1] = FIELD_PREP(SMMU_STE1_S1DSS, SMMU_S1DSS_BYPASS);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(rig, BIT_ULL(48), NULL),
			SMMU_EVT_F_ADDR_SIZE);
	KUNIT_EXPECT_EQ(test, rig->ret, -EFAULT);
	KUNIT_EXPECT_FALSE(test, rig->ev.stall);
}

/* 5.4.1: A, R and S are not cached with translations, nor S2R and S2S */
static void fault_test_not_in_tlb(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *s1 = mock_smmu_rig_only_stage1(rig);
	u64 *cd = mock_smmu_rig_cd(rig, RIG_SID);

	mock_smmu_rig_map(s1, IOVA, 3, PAGE | RIG_PAGE1 | SMMU_PTE_AP_RO);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(rig, IOVA, NULL), 0);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write(rig, IOVA, NULL),
			SMMU_EVT_F_PERMISSION);
	KUNIT_EXPECT_EQ(test, rig->ret, -EFAULT);
	cd[0] &= ~SMMU_CD0_A;
	cd[0] |= SMMU_CD0_S;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write(rig, IOVA, NULL),
			SMMU_EVT_F_PERMISSION);
	KUNIT_EXPECT_EQ(test, rig->ret, -EFAULT);
	mock_smmu_inval_cd(&rig->m, RIG_SID, false, 0, true);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write(rig, IOVA, NULL),
			SMMU_EVT_F_PERMISSION);
	KUNIT_EXPECT_EQ(test, rig->ret, -EINPROGRESS);
}

/* A retried request meets what is there then (3.12.2) */
static void fault_test_retry(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *s1 = mock_smmu_rig_only_stage1(rig);

	mock_smmu_rig_cd(rig, RIG_SID)[0] |= SMMU_CD0_S;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(rig, IOVA, NULL),
			SMMU_EVT_F_TRANSLATION);
	KUNIT_EXPECT_EQ(test, rig->ret, -EINPROGRESS);
	mock_smmu_rig_map(s1, IOVA, 3, PAGE | RIG_PAGE1);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(rig, IOVA, NULL), 0);
	KUNIT_EXPECT_EQ(test, rig->ret, 0);
}

static struct kunit_case fault_test_cases[] = {
	KUNIT_CASE(fault_test_stage1),
	KUNIT_CASE(fault_test_stage2),
	KUNIT_CASE(fault_test_others),
	KUNIT_CASE(fault_test_not_in_tlb),
	KUNIT_CASE(fault_test_retry),
	{}
};

static struct kunit_suite fault_test_suite = {
	.name = "iommu_mock_smmuv3_fault",
	.test_cases = fault_test_cases,
};

kunit_test_suite(fault_test_suite);
