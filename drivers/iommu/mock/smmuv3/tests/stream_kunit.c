// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: tests of the stream table, and of streams that are not translated */
#include "tables.h"

#define IOVA	0x0000123456789abcULL

/* 3.4, 6.3.15: what passes while the SMMU is disabled */
static void stream_test_disabled(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_req req = mock_smmu_rig_req(RIG_SID, IOVA, true);
	struct mock_xlate res;

	rig->m.cr0 = 0;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write(rig, IOVA, &res), 0);
	KUNIT_EXPECT_EQ(test, rig->ret, 0);
	KUNIT_EXPECT_EQ(test, res.pa, IOVA);
	KUNIT_EXPECT_TRUE(test, res.read && res.write);

	/* Beyond OAS: an abort without an event */
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write(rig, BIT_ULL(48), NULL), 0);
	KUNIT_EXPECT_EQ(test, rig->ret, -EFAULT);
	rig->m.idr[5] = FIELD_PREP(SMMU_IDR5_OAS, SMMU_OAS_40);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write(rig, IOVA, NULL), 0);
	KUNIT_EXPECT_EQ(test, rig->ret, -EFAULT);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write(rig, BIT_ULL(40) - 1, NULL),
			0);
	KUNIT_EXPECT_EQ(test, rig->ret, 0);

	rig->m.gbpa = SMMU_GBPA_ABORT;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(rig, 0, NULL), 0);
	KUNIT_EXPECT_EQ(test, rig->ret, -EFAULT);

	/* 3.9.1.2, 3.9.1.3: nothing of ATS */
	req.at = MOCK_AT_TRANSLATION;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_send(rig, &req, NULL),
			SMMU_EVT_F_BAD_ATS_TREQ);
	KUNIT_EXPECT_EQ(test, rig->ret, -EFAULT);
	req.at = MOCK_AT_TRANSLATED;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_send(rig, &req, NULL),
			SMMU_EVT_F_TRANSL_FORBIDDEN);
	KUNIT_EXPECT_EQ(test, rig->ret, -EFAULT);
	rig->m.idr[0] &= ~SMMU_IDR0_ATS;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_send(rig, &req, NULL), 0);
	KUNIT_EXPECT_EQ(test, rig->ret, -EFAULT);
}

/* 5.2: every value of Config without translation */
static void stream_test_config(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	u64 *ste = mock_smmu_rig_ste(rig, RIG_SID);
	struct mock_req req = mock_smmu_rig_req_ssid(RIG_SID, 0, IOVA, false);
	struct mock_xlate res;
	u8 config;

	for (config = 0; config < 4; config++) {
		/* Nothing else of it matters */
		memset(ste, 0xff, SMMU_STE_SIZE);
		ste[0] = ~SMMU_STE0_CONFIG |
			 FIELD_PREP(SMMU_STE0_CONFIG, config);
		KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(rig, IOVA, NULL),
				0);
		KUNIT_EXPECT_EQ(test, rig->ret, -EFAULT);
	}

	/* All S1 and S2 fields are ignored */
	ste[0] = ~SMMU_STE0_CONFIG |
		 FIELD_PREP(SMMU_STE0_CONFIG, SMMU_STE_CONFIG_BYPASS);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(rig, IOVA, &res), 0);
	KUNIT_EXPECT_EQ(test, rig->ret, 0);
	KUNIT_EXPECT_EQ(test, res.pa, IOVA);
	KUNIT_EXPECT_TRUE(test, res.read && res.write);
	/* 3.4 */
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(rig, BIT_ULL(48), NULL),
			SMMU_EVT_F_ADDR_SIZE);
	KUNIT_EXPECT_EQ(test, rig->ret, -EFAULT);
	KUNIT_EXPECT_FALSE(test, rig->ev.s2);
	KUNIT_EXPECT_EQ(test, rig->ev.class, SMMU_EVT_CLASS_IN);
	/* 5.2, S1Fmt: a SubstreamID needs stage 1 */
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_send(rig, &req, NULL),
			SMMU_EVT_C_BAD_SUBSTREAMID);

	ste[0] &= ~SMMU_STE0_V;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(rig, IOVA, NULL), 0);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(rig, IOVA, NULL),
			SMMU_EVT_C_BAD_STE);
	/* The invalid one is cached as well as the valid one was */
	ste[0] |= SMMU_STE0_V;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(rig, IOVA, NULL),
			SMMU_EVT_C_BAD_STE);
	mock_smmu_inval_ste(&rig->m, RIG_SID, 0, true);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(rig, IOVA, NULL), 0);
}

static u8 send_sid(struct mock_smmu_rig *rig, u32 sid)
{
	struct mock_req req = mock_smmu_rig_req(sid, IOVA, false);

	mock_smmu_rig_flush(rig);
	return mock_smmu_rig_send(rig, &req, NULL);
}

static u64 bypass_ste(void)
{
	return SMMU_STE0_V |
	       FIELD_PREP(SMMU_STE0_CONFIG, SMMU_STE_CONFIG_BYPASS);
}

/* 3.3.1.1, 6.3.24, 6.3.25 */
static void stream_test_linear(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	u32 sid;

	for (sid = 0; sid < 64; sid++)
		*mock_smmu_rig_ste(rig, sid) = bypass_ste();
	KUNIT_EXPECT_EQ(test, send_sid(rig, 0), 0);
	KUNIT_EXPECT_EQ(test, send_sid(rig, 63), 0);
	KUNIT_EXPECT_EQ(test, rig->ret, 0);
	KUNIT_EXPECT_EQ(test, send_sid(rig, 64), SMMU_EVT_C_BAD_STREAMID);
	KUNIT_EXPECT_EQ(test, send_sid(rig, U32_MAX), SMMU_EVT_C_BAD_STREAMID);
	/* RECINVSID: recorded or not, it is an abort */
	rig->m.cr2 = 0;
	KUNIT_EXPECT_EQ(test, send_sid(rig, 64), 0);
	KUNIT_EXPECT_EQ(test, rig->ret, -EFAULT);
	rig->m.cr2 = SMMU_CR2_RECINVSID;

	/* The table is aligned to its size */
	rig->m.strtab_base += SMMU_STE_SIZE * 16;
	KUNIT_EXPECT_EQ(test, send_sid(rig, 63), 0);
	rig->m.strtab_cfg = 4;
	KUNIT_EXPECT_EQ(test, send_sid(rig, 15), 0);
	KUNIT_EXPECT_EQ(test, send_sid(rig, 16), SMMU_EVT_C_BAD_STREAMID);
	*mock_smmu_rig_ste(rig, 16) = 0;
	KUNIT_EXPECT_EQ(test, send_sid(rig, 0), SMMU_EVT_C_BAD_STE);
	/* SIDSIZE bounds LOG2SIZE, but for the alignment */
	rig->m.strtab_base = rig->strtab;
	rig->m.strtab_cfg = 6;
	rig->m.idr[1] = FIELD_PREP(SMMU_IDR1_SIDSIZE, 3);
	KUNIT_EXPECT_EQ(test, send_sid(rig, 7), 0);
	KUNIT_EXPECT_EQ(test, send_sid(rig, 8), SMMU_EVT_C_BAD_STREAMID);
	/* Without two-level tables, FMT is reserved */
	rig->m.idr[0] &= ~SMMU_IDR0_ST_LEVEL;
	rig->m.strtab_cfg |= FIELD_PREP(SMMU_STRTAB_CFG_FMT,
					SMMU_STRTAB_FMT_2LVL);
	KUNIT_EXPECT_EQ(test, send_sid(rig, 7), 0);
}

static void stream_test_fetch_abort(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *s2 = mock_smmu_rig_only_stage2(rig);
	u64 pa;

	mock_smmu_rig_map(s2, IOVA, 3, RIG_PAGE2);
	rig->m.strtab_base = RIG_NOT_RAM;
	pa = RIG_NOT_RAM + RIG_SID * SMMU_STE_SIZE;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(rig, IOVA, NULL),
			SMMU_EVT_F_STE_FETCH);
	KUNIT_EXPECT_EQ(test, rig->ret, -EFAULT);
	KUNIT_EXPECT_EQ(test, pa, rig->ev.addr2);
	/* 3.21.3: of that, nothing is cached */
	rig->m.strtab_base = rig->strtab;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(rig, IOVA, NULL), 0);

	/* 3.4.3: an address beyond OAS */
	rig->m.strtab_base = BIT_ULL(50);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(rig, IOVA, NULL),
			SMMU_EVT_F_STE_FETCH);
	rig->m.strtab_base = rig->strtab;
	rig->mi.misbehave[MOCK_MISBEHAVE_WALK_ABORT] = 1;
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(rig, IOVA, NULL),
			SMMU_EVT_F_STE_FETCH);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(rig, IOVA, NULL), 0);
}

/* A level 1 table of one page, LOG2SIZE is such that it is all of it */
static u64 *two_level(struct mock_smmu_rig *rig, u8 split)
{
	u64 l1 = mock_smmu_rig_pages(rig, 0);

	rig->m.strtab_base = l1;
	rig->m.strtab_cfg = FIELD_PREP(SMMU_STRTAB_CFG_FMT,
				       SMMU_STRTAB_FMT_2LVL) |
			    FIELD_PREP(SMMU_STRTAB_CFG_SPLIT, split) |
			    FIELD_PREP(SMMU_STRTAB_CFG_LOG2SIZE, 14);
	return mock_smmu_rig_word(l1);
}

static u64 make_l1std(u64 table, u8 span)
{
	return table | FIELD_PREP(SMMU_L1STD_SPAN, span);
}

/* 5.1: spans */
static void stream_test_two_level(struct kunit *test)
{
	static const struct {
		u8 field;
		u8 split;
	} splits[] = {
		{ 6, 6 }, { 8, 8 }, { 10, 10 }, { 0, 6 }, { 7, 6 }, { 31, 6 },
	};
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	u64 l2 = mock_smmu_rig_pages(rig, 4);
	u32 i, n;

	for (n = 0; n < 1024; n++)
		*mock_smmu_rig_word(l2 + n * SMMU_STE_SIZE) = bypass_ste();
	for (i = 0; i < ARRAY_SIZE(splits); i++) {
		u64 *l1 = two_level(rig, splits[i].field);
		u8 split = splits[i].split;
		u32 first = 3 << split;
		u8 span;

		KUNIT_EXPECT_EQ(test, send_sid(rig, first),
				SMMU_EVT_C_BAD_STREAMID);
		for (span = 1; span <= split + 1; span++) {
			u32 stes = 1 << (span - 1);

			l1[3] = make_l1std(l2, span);
			KUNIT_EXPECT_EQ(test, send_sid(rig, first), 0);
			KUNIT_EXPECT_EQ(test, rig->ret, 0);
			KUNIT_EXPECT_EQ(test, send_sid(rig, first + stes - 1),
					0);
			KUNIT_EXPECT_EQ(test, send_sid(rig, first + stes),
					SMMU_EVT_C_BAD_STREAMID);
			KUNIT_EXPECT_EQ(test, send_sid(rig, first - 1),
					SMMU_EVT_C_BAD_STREAMID);
		}
		/* Out of bounds given the split, and reserved */
		for (; span < 32; span++) {
			l1[3] = make_l1std(l2, span);
			KUNIT_EXPECT_EQ(test, send_sid(rig, first),
					SMMU_EVT_C_BAD_STREAMID);
		}
	}
}

static void stream_test_two_level_fetch(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	u64 *l1 = two_level(rig, 6);
	u64 l2 = mock_smmu_rig_pages(rig, 0);

	/* The table is aligned to its size, here 4 STEs */
	*mock_smmu_rig_word(l2) = bypass_ste();
	l1[0] = make_l1std(l2 + 3 * SMMU_STE_SIZE, 3);
	KUNIT_EXPECT_EQ(test, send_sid(rig, 0), 0);
	KUNIT_EXPECT_EQ(test, send_sid(rig, 3), SMMU_EVT_C_BAD_STE);

	l1[0] = make_l1std(RIG_NOT_RAM, 3);
	KUNIT_EXPECT_EQ(test, send_sid(rig, 2), SMMU_EVT_F_STE_FETCH);
	KUNIT_EXPECT_EQ(test, rig->ev.addr2, RIG_NOT_RAM + 2 * SMMU_STE_SIZE);
	l1[0] = make_l1std(BIT_ULL(49), 3);
	KUNIT_EXPECT_EQ(test, send_sid(rig, 2), SMMU_EVT_F_STE_FETCH);
	rig->m.strtab_base = RIG_NOT_RAM;
	KUNIT_EXPECT_EQ(test, send_sid(rig, 64), SMMU_EVT_F_STE_FETCH);
	KUNIT_EXPECT_EQ(test, rig->ev.addr2, RIG_NOT_RAM + 8);
	/* The level 1 table is aligned too: 2^(14 - 6) descriptors */
	rig->m.strtab_base = virt_to_phys(l1) + 1024;
	l1[0] = make_l1std(l2, 1);
	KUNIT_EXPECT_EQ(test, send_sid(rig, 0), 0);
	KUNIT_EXPECT_EQ(test, (send_sid(rig, 64), rig->ret), -EFAULT);
}

static u8 send_again(struct mock_smmu_rig *rig, u32 sid)
{
	struct mock_req req = mock_smmu_rig_req(sid, IOVA, false);

	return mock_smmu_rig_send(rig, &req, NULL);
}

/* 4.3.1, 4.3.2, 5.1.1: what is cached of it, and what removes it */
static void stream_test_caches(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	u64 *l1 = two_level(rig, 6);
	u64 l2 = mock_smmu_rig_pages(rig, 0);

	*mock_smmu_rig_word(l2) = bypass_ste();
	*mock_smmu_rig_word(l2 + SMMU_STE_SIZE) = bypass_ste();
	KUNIT_EXPECT_EQ(test, send_again(rig, 64), SMMU_EVT_C_BAD_STREAMID);
	l1[1] = make_l1std(l2, 7);
	KUNIT_EXPECT_EQ(test, send_again(rig, 64), SMMU_EVT_C_BAD_STREAMID);
	mock_smmu_inval_ste(&rig->m, 64, 0, true);
	KUNIT_EXPECT_EQ(test, send_again(rig, 64), SMMU_EVT_C_BAD_STREAMID);
	/* Leaf is 0: by any StreamID that the descriptor covers */
	mock_smmu_inval_ste(&rig->m, 128, 0, false);
	KUNIT_EXPECT_EQ(test, send_again(rig, 64), SMMU_EVT_C_BAD_STREAMID);
	mock_smmu_inval_ste(&rig->m, 127, 0, false);
	KUNIT_EXPECT_EQ(test, send_again(rig, 64), 0);
	KUNIT_EXPECT_EQ(test, send_again(rig, 65), 0);

	/* The STE of 64 alone */
	*mock_smmu_rig_word(l2) = 0;
	*mock_smmu_rig_word(l2 + SMMU_STE_SIZE) = 0;
	mock_smmu_inval_ste(&rig->m, 64, 0, true);
	KUNIT_EXPECT_EQ(test, send_again(rig, 64), SMMU_EVT_C_BAD_STE);
	KUNIT_EXPECT_EQ(test, send_again(rig, 65), 0);
	/* A range has the level 1 descriptors with it */
	l1[1] = 0;
	mock_smmu_inval_ste(&rig->m, 65, 0, true);
	KUNIT_EXPECT_EQ(test, send_again(rig, 65), SMMU_EVT_C_BAD_STE);
	mock_smmu_inval_ste(&rig->m, 66, 1, false);
	KUNIT_EXPECT_EQ(test, send_again(rig, 65), SMMU_EVT_C_BAD_STE);
	mock_smmu_inval_ste(&rig->m, 65, 1, false);
	KUNIT_EXPECT_EQ(test, send_again(rig, 65), SMMU_EVT_C_BAD_STREAMID);
	l1[1] = make_l1std(l2, 7);
	mock_smmu_inval_ste(&rig->m, 12345, 32, false);
	KUNIT_EXPECT_EQ(test, send_again(rig, 65), SMMU_EVT_C_BAD_STE);
}

static struct kunit_case stream_test_cases[] = {
	KUNIT_CASE(stream_test_disabled),
	KUNIT_CASE(stream_test_config),
	KUNIT_CASE(stream_test_linear),
	KUNIT_CASE(stream_test_fetch_abort),
	KUNIT_CASE(stream_test_two_level),
	KUNIT_CASE(stream_test_two_level_fetch),
	KUNIT_CASE(stream_test_caches),
	{}
};

static struct kunit_suite stream_test_suite = {
	.name = "iommu_mock_smmuv3_stream",
	.test_cases = stream_test_cases,
};

kunit_test_suite(stream_test_suite);
