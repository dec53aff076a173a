// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: tests of substreams and of CD tables (5.2, 5.3) */
#include "tables.h"

#define IOVA	0x0000123456789000ULL
#define PAGE	0x00003eb9c4d5e000ULL

static u8 send_ssid(struct mock_smmu_rig *rig, int ssid, struct mock_xlate *res)
{
	struct mock_req req =
		ssid < 0 ? mock_smmu_rig_req(RIG_SID, IOVA, false) :
			   mock_smmu_rig_req_ssid(RIG_SID, ssid, IOVA, false);

	return mock_smmu_rig_send(rig, &req, res);
}

static u8 send_anew(struct mock_smmu_rig *rig, int ssid)
{
	mock_smmu_rig_flush(rig);
	return send_ssid(rig, ssid, NULL);
}

/* An address space that has one page, at @pa */
static struct mock_smmu_rig_tree *
one_page_space(struct mock_smmu_rig *rig, struct mock_smmu_rig_tree *s2, u64 pa)
{
	struct mock_smmu_rig_tree *tree = mock_smmu_rig_stage1(rig, 12, 48, s2);

	mock_smmu_rig_map(tree, IOVA, 3, pa | RIG_PAGE1);
	return tree;
}

static void set_s1dss(struct mock_smmu_rig *rig, u8 s1dss)
{
	mock_smmu_rig_ste(rig, RIG_SID)[1] = FIELD_PREP(SMMU_STE1_S1DSS, s1dss);
}

static void set_fmt(struct mock_smmu_rig *rig, u8 fmt)
{
	mock_smmu_rig_ste(rig, RIG_SID)[0] |= FIELD_PREP(SMMU_STE0_S1FMT, fmt);
}

/* 5.2, S1DSS, and 7.3.9, 7.3.7: who may come with and without a SubstreamID */
static void substream_test_s1dss(struct kunit *test)
{
	static const struct {
		u8 s1dss;
		u8 without;
		u8 zero;
		bool bypass;
	} tries[] = {
		{ SMMU_S1DSS_TERMINATE, SMMU_EVT_F_STREAM_DISABLED, 0 },
		{ SMMU_S1DSS_BYPASS, 0, 0, true },
		{ SMMU_S1DSS_SSID0, 0, SMMU_EVT_F_STREAM_DISABLED },
		{ 3, SMMU_EVT_F_STREAM_DISABLED, 0 },
	};
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	u64 cds = mock_smmu_rig_alloc(rig, NULL, 0);
	struct mock_xlate res;
	int i;

	for (i = 0; i < 8; i++)
		mock_smmu_rig_set_cd(mock_smmu_rig_at(rig,
						      cds + i * SMMU_CD_SIZE),
				     one_page_space(rig, NULL,
						    PAGE + i * SZ_4K), i);
	mock_smmu_rig_set_stage1(rig, RIG_SID, cds, 3);
	for (i = 0; i < ARRAY_SIZE(tries); i++) {
		set_s1dss(rig, tries[i].s1dss);
		KUNIT_EXPECT_EQ(test, tries[i].without, send_anew(rig, -1));
		KUNIT_EXPECT_EQ(test, tries[i].zero, send_anew(rig, 0));
		KUNIT_EXPECT_EQ(test, send_ssid(rig, 7, &res), 0);
		KUNIT_EXPECT_EQ(test, res.pa, PAGE + 7 * SZ_4K);
		KUNIT_EXPECT_EQ(test, send_ssid(rig, 8, NULL),
				SMMU_EVT_C_BAD_SUBSTREAMID);
		KUNIT_EXPECT_EQ(test, rig->ev.ssid, 8);
		KUNIT_EXPECT_EQ(test, send_ssid(rig, 0xfffff, NULL),
				SMMU_EVT_C_BAD_SUBSTREAMID);
		if (tries[i].without)
			continue;
		KUNIT_EXPECT_EQ(test, send_ssid(rig, -1, &res), 0);
		KUNIT_EXPECT_EQ(test, tries[i].bypass ? IOVA : PAGE, res.pa);
	}
	/* Stage 1 is skipped: 3.4 */
	set_s1dss(rig, SMMU_S1DSS_BYPASS);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read_anew(rig, BIT_ULL(48), NULL),
			SMMU_EVT_F_ADDR_SIZE);

	/* One CD: no substreams, whatever S1DSS and S1Fmt */
	mock_smmu_rig_set_stage1(rig, RIG_SID, cds, 0);
	set_s1dss(rig, SMMU_S1DSS_TERMINATE);
	set_fmt(rig, SMMU_S1FMT_4K_L2);
	KUNIT_EXPECT_EQ(test, send_anew(rig, -1), 0);
	KUNIT_EXPECT_EQ(test, send_anew(rig, 0), SMMU_EVT_C_BAD_SUBSTREAMID);
	/* The same for an SMMU that has none */
	mock_smmu_rig_set_stage1(rig, RIG_SID, cds, 3);
	rig->m.idr[1] &= ~SMMU_IDR1_SSIDSIZE;
	KUNIT_EXPECT_EQ(test, send_anew(rig, -1), 0);
	KUNIT_EXPECT_EQ(test, send_anew(rig, 0), SMMU_EVT_C_BAD_SUBSTREAMID);
}

/* With both stages, S1DSS 1 leaves stage 2; stage 2 alone has no substreams */
static void substream_test_skip_nested(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *s1 = mock_smmu_rig_nested(rig);
	struct mock_xlate res;

	mock_smmu_rig_map(s1->s2, IOVA, 3, PAGE | RIG_PAGE2);
	mock_smmu_rig_ste(rig, RIG_SID)[0] |= FIELD_PREP(SMMU_STE0_S1CDMAX, 1);
	set_s1dss(rig, SMMU_S1DSS_BYPASS);
	KUNIT_EXPECT_EQ(test, send_ssid(rig, -1, &res), 0);
	KUNIT_EXPECT_EQ(test, res.pa, PAGE);
	KUNIT_EXPECT_EQ(test, send_ssid(rig, 0, NULL), SMMU_EVT_F_TRANSLATION);
	KUNIT_EXPECT_FALSE(test, rig->ev.s2);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(rig, BIT_ULL(50), NULL),
			SMMU_EVT_F_ADDR_SIZE);
	KUNIT_EXPECT_FALSE(test, rig->ev.s2);

	mock_smmu_rig_ste(rig, RIG_SID)[0] &= ~FIELD_PREP(SMMU_STE0_CONFIG, 1);
	KUNIT_EXPECT_EQ(test, send_anew(rig, -1), 0);
	KUNIT_EXPECT_EQ(test, send_anew(rig, 0), SMMU_EVT_C_BAD_SUBSTREAMID);
	KUNIT_EXPECT_EQ(test, send_anew(rig, 1), SMMU_EVT_C_BAD_SUBSTREAMID);
}

/* 5.2, S1ContextPtr: a linear table is aligned to its size */
static void substream_test_linear(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	u64 cds = mock_smmu_rig_alloc(rig, NULL, 1);
	struct mock_xlate res;

	mock_smmu_rig_set_cd(mock_smmu_rig_at(rig, cds + 127 * SMMU_CD_SIZE),
			     one_page_space(rig, NULL, PAGE), 1);
	mock_smmu_rig_set_stage1(rig, RIG_SID, cds | 5 * SMMU_CD_SIZE, 7);
	KUNIT_EXPECT_EQ(test, send_ssid(rig, 127, &res), 0);
	KUNIT_EXPECT_EQ(test, res.pa, PAGE);
	KUNIT_EXPECT_EQ(test, send_ssid(rig, 126, NULL), SMMU_EVT_C_BAD_CD);
	/* S1Fmt 3 is linear */
	set_fmt(rig, 3);
	KUNIT_EXPECT_EQ(test, send_anew(rig, 127), 0);
	/* 3.21.3: a fetch that fails is not cached */
	rig->mi.misbehave[MOCK_MISBEHAVE_WALK_ABORT] = 1;
	KUNIT_EXPECT_EQ(test, send_ssid(rig, 3, NULL), SMMU_EVT_F_CD_FETCH);
	KUNIT_EXPECT_EQ(test, cds + 3 * SMMU_CD_SIZE, rig->ev.addr2);
	KUNIT_EXPECT_EQ(test, send_ssid(rig, 3, NULL), SMMU_EVT_C_BAD_CD);
	mock_smmu_rig_set_stage1(rig, RIG_SID, RIG_NOT_RAM, 7);
	KUNIT_EXPECT_EQ(test, send_anew(rig, 9), SMMU_EVT_F_CD_FETCH);
	KUNIT_EXPECT_EQ(test, rig->ev.addr2, RIG_NOT_RAM + 9 * SMMU_CD_SIZE);
}

struct two_level_case {
	const char *name;
	u8 fmt;
	u8 bits;
	bool nested;
};

static const struct two_level_case two_level_cases[] = {
	{ "4K", SMMU_S1FMT_4K_L2, 6 },
	{ "64K", SMMU_S1FMT_64K_L2, 10 },
	{ "4K nested", SMMU_S1FMT_4K_L2, 6, true },
	{ "64K nested", SMMU_S1FMT_64K_L2, 10, true },
};

static void two_level_to_desc(const struct two_level_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(two_level, two_level_cases, two_level_to_desc);

/* 5.2, S1Fmt, and 5.3 */
static void substream_test_two_level(struct kunit *test)
{
	const struct two_level_case *c = test->param_value;
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *s2 =
		c->nested ? mock_smmu_rig_only_stage2(rig) : NULL;
	u64 l1 = mock_smmu_rig_alloc(rig, s2, 0);
	u64 l2 = mock_smmu_rig_alloc(rig, s2, c->bits - 6);
	u32 ssid = (5 << c->bits) + 3;
	struct mock_xlate res;

	if (s2)
		mock_smmu_rig_map(s2, PAGE, 3, PAGE | RIG_PAGE2);
	mock_smmu_rig_set_cd(mock_smmu_rig_at(rig, l2 + 3 * SMMU_CD_SIZE),
			     one_page_space(rig, s2, PAGE), 1);
	*mock_smmu_rig_at(rig, l1 + 5 * 8) = l2 | SMMU_L1CD_V;
	/* The level 1 table of 8 descriptors is aligned to 64 bytes */
	mock_smmu_rig_set_stage1(rig, RIG_SID, l1, c->bits + 3);
	set_fmt(rig, c->fmt);
	KUNIT_EXPECT_EQ(test, send_ssid(rig, ssid, &res), 0);
	KUNIT_EXPECT_EQ(test, res.pa, PAGE);
	KUNIT_EXPECT_EQ(test, send_ssid(rig, ssid + 1, NULL),
			SMMU_EVT_C_BAD_CD);
	KUNIT_EXPECT_EQ(test, send_ssid(rig, 3, NULL),
			SMMU_EVT_C_BAD_SUBSTREAMID);
	KUNIT_EXPECT_EQ(test, rig->ev.ssid, 3);

	/* To its size, if that is more: 512 bytes */
	mock_smmu_rig_set_stage1(rig, RIG_SID, l1 + 64, c->bits + 6);
	set_fmt(rig, c->fmt);
	KUNIT_EXPECT_EQ(test, send_anew(rig, ssid), 0);
	/* Few enough CDs: index 0 */
	*mock_smmu_rig_at(rig, l1) = l2 | SMMU_L1CD_V;
	mock_smmu_rig_set_stage1(rig, RIG_SID, l1, 2);
	set_fmt(rig, c->fmt);
	KUNIT_EXPECT_EQ(test, send_anew(rig, 3), 0);

	/* 7.3.9: L2Ptr out of range, also for S1DSS 2 and no SubstreamID */
	*mock_smmu_rig_at(rig, l1) = BIT_ULL(48) | SMMU_L1CD_V;
	KUNIT_EXPECT_EQ(test, send_anew(rig, 3), SMMU_EVT_C_BAD_SUBSTREAMID);
	set_s1dss(rig, SMMU_S1DSS_SSID0);
	KUNIT_EXPECT_EQ(test, send_anew(rig, -1), SMMU_EVT_C_BAD_SUBSTREAMID);
	KUNIT_EXPECT_EQ(test, rig->ev.ssid, 0);

	*mock_smmu_rig_at(rig, l1) = RIG_NOT_RAM | SMMU_L1CD_V;
	KUNIT_EXPECT_EQ(test, s2 ? SMMU_EVT_F_TRANSLATION : SMMU_EVT_F_CD_FETCH,
			send_anew(rig, 3));
	if (s2)
		KUNIT_EXPECT_EQ(test, rig->ev.class, SMMU_EVT_CLASS_CD);
	KUNIT_EXPECT_EQ(test, c->nested, rig->ev.s2);
	KUNIT_EXPECT_EQ(test, rig->ev.addr2, RIG_NOT_RAM + 3 * SMMU_CD_SIZE);
}

/* 4.3.3, 4.3.4, 5.3.1: what is cached of it, and what removes it */
static void substream_test_caches(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	u64 l1 = mock_smmu_rig_alloc(rig, NULL, 0);
	u64 l2 = mock_smmu_rig_alloc(rig, NULL, 0);
	struct mock_smmu_rig_tree *sp = one_page_space(rig, NULL, PAGE);
	struct mock_smmu *m = &rig->m;
	u64 *cd;

	mock_smmu_rig_set_stage1(rig, RIG_SID, l1, 8);
	set_fmt(rig, SMMU_S1FMT_4K_L2);
	mock_smmu_rig_set_stage1(rig, RIG_SID2, l1, 8);
	/* An invalid descriptor stays */
	KUNIT_EXPECT_EQ(test, send_ssid(rig, 64, NULL),
			SMMU_EVT_C_BAD_SUBSTREAMID);
	*mock_smmu_rig_at(rig, l1 + 8) = l2 | SMMU_L1CD_V;
	KUNIT_EXPECT_EQ(test, send_ssid(rig, 64, NULL),
			SMMU_EVT_C_BAD_SUBSTREAMID);
	mock_smmu_inval_cd(m, RIG_SID, false, 64, true);
	KUNIT_EXPECT_EQ(test, send_ssid(rig, 64, NULL),
			SMMU_EVT_C_BAD_SUBSTREAMID);
	mock_smmu_inval_cd(m, RIG_SID, false, 63, false);
	mock_smmu_inval_cd(m, RIG_SID2, false, 64, false);
	KUNIT_EXPECT_EQ(test, send_ssid(rig, 64, NULL),
			SMMU_EVT_C_BAD_SUBSTREAMID);
	mock_smmu_inval_cd(m, RIG_SID, false, 127, false);
	KUNIT_EXPECT_EQ(test, send_ssid(rig, 64, NULL), SMMU_EVT_C_BAD_CD);

	/* So does an invalid CD */
	cd = mock_smmu_rig_at(rig, l2);
	mock_smmu_rig_set_cd(cd, sp, RIG_ASID);
	mock_smmu_rig_set_cd(cd + SMMU_CD_WORDS, sp, RIG_ASID);
	KUNIT_EXPECT_EQ(test, send_ssid(rig, 64, NULL), SMMU_EVT_C_BAD_CD);
	mock_smmu_inval_cd(m, RIG_SID, false, 65, true);
	KUNIT_EXPECT_EQ(test, send_ssid(rig, 64, NULL), SMMU_EVT_C_BAD_CD);
	mock_smmu_inval_cd(m, RIG_SID, false, 64, true);
	KUNIT_EXPECT_EQ(test, send_ssid(rig, 64, NULL), 0);
	KUNIT_EXPECT_EQ(test, send_ssid(rig, 65, NULL), 0);

	/* A valid one, too: all CDs of the stream, with their descriptors */
	cd[0] &= ~SMMU_CD0_V;
	cd[SMMU_CD_WORDS] &= ~SMMU_CD0_V;
	KUNIT_EXPECT_EQ(test, send_ssid(rig, 64, NULL), 0);
	mock_smmu_inval_cd(m, RIG_SID2, true, 0, false);
	KUNIT_EXPECT_EQ(test, send_ssid(rig, 64, NULL), 0);
	mock_smmu_inval_cd(m, RIG_SID, false, 64, false);
	KUNIT_EXPECT_EQ(test, send_ssid(rig, 64, NULL), SMMU_EVT_C_BAD_CD);
	KUNIT_EXPECT_EQ(test, send_ssid(rig, 65, NULL), 0);
	*mock_smmu_rig_at(rig, l1 + 8) = 0;
	mock_smmu_inval_cd(m, RIG_SID, true, 0, true);
	KUNIT_EXPECT_EQ(test, send_ssid(rig, 65, NULL),
			SMMU_EVT_C_BAD_SUBSTREAMID);

	/* 4.3.1: an STE has its CDs with it */
	*mock_smmu_rig_at(rig, l1 + 8) = l2 | SMMU_L1CD_V;
	mock_smmu_inval_ste(m, RIG_SID2, 0, false);
	KUNIT_EXPECT_EQ(test, send_ssid(rig, 65, NULL),
			SMMU_EVT_C_BAD_SUBSTREAMID);
	mock_smmu_inval_ste(m, RIG_SID, 0, true);
	KUNIT_EXPECT_EQ(test, send_ssid(rig, 65, NULL), SMMU_EVT_C_BAD_CD);
}

/* 4.2: prefetched configuration is cached like any other */
static void substream_test_prefetch(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *s1 = mock_smmu_rig_only_stage1(rig);
	u64 *cd = mock_smmu_rig_cd(rig, RIG_SID);
	struct mock_smmu_event ev;
	bool ppar;

	mock_smmu_rig_map(s1, IOVA, 3, PAGE | RIG_PAGE1);
	scoped_guard(spinlock_irqsave, &rig->mi.lock)
		mock_smmu_prefetch(&rig->m, RIG_SID, false, 0);
	cd[0] = 0;
	mock_smmu_rig_ste(rig, RIG_SID)[0] = 0;
	KUNIT_EXPECT_EQ(test, send_ssid(rig, -1, NULL), 0);

	/* 8.1 */
	guard(spinlock_irqsave)(&rig->mi.lock);
	KUNIT_EXPECT_TRUE(test, mock_smmu_ppar(&rig->m, RIG_SID, &ppar, &ev));
	KUNIT_EXPECT_FALSE(test, ppar);
	mock_smmu_rig_flush(rig);
	KUNIT_EXPECT_FALSE(test, mock_smmu_ppar(&rig->m, RIG_SID, &ppar, &ev));
	KUNIT_EXPECT_EQ(test, ev.id, SMMU_EVT_C_BAD_STE);
	mock_smmu_rig_ste(rig, RIG_SID2)[0] = SMMU_STE0_V |
		FIELD_PREP(SMMU_STE0_CONFIG, SMMU_STE_CONFIG_BYPASS);
	mock_smmu_rig_ste(rig, RIG_SID2)[1] = SMMU_STE1_PPAR;
	KUNIT_EXPECT_TRUE(test, mock_smmu_ppar(&rig->m, RIG_SID2, &ppar, &ev));
	KUNIT_EXPECT_TRUE(test, ppar);
	KUNIT_EXPECT_FALSE(test, mock_smmu_ppar(&rig->m, 1234, &ppar, &ev));
	KUNIT_EXPECT_EQ(test, ev.id, SMMU_EVT_C_BAD_STREAMID);
}

static struct kunit_case substream_test_cases[] = {
	KUNIT_CASE(substream_test_s1dss),
	KUNIT_CASE(substream_test_skip_nested),
	KUNIT_CASE(substream_test_linear),
	KUNIT_CASE_PARAM(substream_test_two_level, two_level_gen_params),
	KUNIT_CASE(substream_test_caches),
	KUNIT_CASE(substream_test_prefetch),
	{}
};

static struct kunit_suite substream_test_suite = {
	.name = "iommu_mock_smmuv3_substream",
	.test_cases = substream_test_cases,
};

kunit_test_suite(substream_test_suite);
