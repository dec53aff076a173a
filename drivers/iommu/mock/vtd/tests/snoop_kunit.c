// SPDX-License-Identifier: GPL-2.0-only
/* Mock VT-d: tests of what makes an access snoop the processors' caches (3.10) */
#include "tables.h"

#define IOVA	0x0000123456789000ULL
#define GPA	0x0000003210987000ULL
#define PAGE	0x00003eb9c4d5e000ULL

struct space {
	struct rig *rig;
	u64 *pe;
	u64 *ss;	/* stage-2's entry of the page, if there is one */
	u64 addr;
};

static void build_space(struct kunit *test, struct space *s, u8 pgtt)
{
	struct rig_space *sp;

	s->rig = rig_create(test);
	sp = rig_simple(s->rig, pgtt);
	s->pe = rig_pasid(s->rig, RIG_SID, RIG_RID_PASID);
	s->ss = NULL;
	s->addr = IOVA;
	switch (pgtt) {
	case VTD_PGTT_STAGE1:
		*rig_fs(sp, IOVA, 1) = PAGE | RIG_FS_PAGE;
		break;
	case VTD_PGTT_NESTED:
		*rig_fs(sp, IOVA, 1) = GPA | RIG_FS_PAGE;
		s->ss = rig_ss(sp, GPA, 1);
		break;
	case VTD_PGTT_STAGE2:
		s->ss = rig_ss(sp, IOVA, 1);
		break;
	default:
		s->addr = PAGE;
		break;
	}
	if (s->ss)
		*s->ss = PAGE | RIG_SS_RW;
}

static void set_to(u64 *word, u64 bit, bool on)
{
	*word = on ? *word | bit : *word & ~bit;
}

struct snoop_case {
	const char *name;
	u8 pgtt;
	bool pgsnp;
	bool snp;
	bool forced;
};

static const struct snoop_case snoop_cases[] = {
	{ "stage-1", VTD_PGTT_STAGE1, false, false, false },
	{ "stage-1, PGSNP", VTD_PGTT_STAGE1, true, false, true },
	{ "stage-2", VTD_PGTT_STAGE2, false, false, false },
	{ "stage-2, SNP", VTD_PGTT_STAGE2, false, true, true },
	{ "stage-2, PGSNP", VTD_PGTT_STAGE2, true, false, true },
	{ "stage-2, both", VTD_PGTT_STAGE2, true, true, true },
	{ "nested", VTD_PGTT_NESTED, false, false, false },
	{ "nested, SNP", VTD_PGTT_NESTED, false, true, true },
	{ "nested, PGSNP", VTD_PGTT_NESTED, true, false, true },
	{ "nested, both", VTD_PGTT_NESTED, true, true, true },
	{ "pass-through", VTD_PGTT_PT, false, false, false },
	{ "pass-through, PGSNP", VTD_PGTT_PT, true, false, true },
};

KUNIT_ARRAY_PARAM_DESC(snoop, snoop_cases, name);

/* With and without No Snoop, by a walk and by the IOTLB; and asked for by ATS */
static void snoop_test_forced(struct kunit *test)
{
	const struct snoop_case *c = test->param_value;
	struct mock_xlate res;
	struct mock_req req;
	struct space s;
	int again;

	build_space(test, &s, c->pgtt);
	set_to(&s.pe[1], VTD_PTE1_PGSNP, c->pgsnp);
	if (s.ss)
		set_to(s.ss, VTD_SS_SNP, c->snp);
	req = rig_req(RIG_SID, s.addr, true);
	for (again = 0; again < 2; again++) {
		req.no_snoop = false;
		KUNIT_EXPECT_EQ(test, rig_send(s.rig, &req, &res), 0);
		KUNIT_EXPECT_TRUE(test, res.snooped);
		req.no_snoop = true;
		KUNIT_EXPECT_EQ(test, rig_send(s.rig, &req, &res), 0);
		KUNIT_EXPECT_EQ(test, c->forced, res.snooped);
		KUNIT_EXPECT_FALSE(test, res.must_snoop);
	}
	req.at = MOCK_AT_TRANSLATION;
	KUNIT_EXPECT_EQ(test, rig_send(s.rig, &req, &res), 0);
	KUNIT_EXPECT_EQ(test, c->forced, res.must_snoop);
}

/* SNP is cached with the translation, PGSNP with the entry and with that */
static void snoop_test_cached(struct kunit *test)
{
	struct mock_xlate res;
	struct mock_req req;
	struct space s;

	build_space(test, &s, VTD_PGTT_STAGE2);
	req = rig_req(RIG_SID, IOVA, false);
	req.no_snoop = true;
	KUNIT_EXPECT_EQ(test, rig_send(s.rig, &req, &res), 0);
	set_to(s.ss, VTD_SS_SNP, true);
	KUNIT_EXPECT_EQ(test, rig_send(s.rig, &req, &res), 0);
	KUNIT_EXPECT_FALSE(test, res.snooped);
	mock_vtd_inval_all(&s.rig->m);
	KUNIT_EXPECT_EQ(test, rig_send(s.rig, &req, &res), 0);
	KUNIT_EXPECT_TRUE(test, res.snooped);
}

/* Where no table is asked, the request alone says it */
static void snoop_test_untouched(struct kunit *test)
{
	struct mock_xlate res;
	struct mock_req req;
	struct space s;

	build_space(test, &s, VTD_PGTT_STAGE2);
	req = rig_req(RIG_SID, PAGE, false);
	req.at = MOCK_AT_TRANSLATED;
	KUNIT_EXPECT_EQ(test, rig_send(s.rig, &req, &res), 0);
	KUNIT_EXPECT_TRUE(test, res.snooped);
	req.no_snoop = true;
	KUNIT_EXPECT_EQ(test, rig_send(s.rig, &req, &res), 0);
	KUNIT_EXPECT_FALSE(test, res.snooped);
	/* 4.2.1: translation is off */
	s.rig->m.te = false;
	req.at = MOCK_AT_UNTRANSLATED;
	KUNIT_EXPECT_EQ(test, rig_send(s.rig, &req, &res), 0);
	KUNIT_EXPECT_FALSE(test, res.snooped);
	req.no_snoop = false;
	KUNIT_EXPECT_EQ(test, rig_send(s.rig, &req, &res), 0);
	KUNIT_EXPECT_TRUE(test, res.snooped);
}

static struct kunit_case snoop_test_cases[] = {
	KUNIT_CASE_PARAM(snoop_test_forced, snoop_gen_params),
	KUNIT_CASE(snoop_test_cached),
	KUNIT_CASE(snoop_test_untouched),
	{}
};

static struct kunit_suite snoop_test_suite = {
	.name = "iommu_mock_vtd_snoop",
	.test_cases = snoop_test_cases,
};

kunit_test_suite(snoop_test_suite);
