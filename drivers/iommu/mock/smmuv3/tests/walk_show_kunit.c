// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: tests of the look at the tables */
#include <linux/prandom.h>
#include <linux/seq_file.h>

#include "tables.h"

#define VA	0x00007a4567891abcULL
#define IPA	0x0000003210987000ULL
#define PA	0x0000000123456000ULL

static const char *walk_text(struct mock_smmu_rig *rig, u64 addr, bool write)
{
	struct mock_req req = mock_smmu_rig_req(RIG_SID, addr, write);
	struct seq_file *s = mock_test_seq(rig->test);

	mock_walk_show(s, &rig->mi, NULL, &req);
	return mock_test_text(rig->test, s);
}

/* Both stages with a page at VA */
static struct mock_smmu_rig_tree *nested_space(struct mock_smmu_rig *rig)
{
	struct mock_smmu_rig_tree *s1 = mock_smmu_rig_nested(rig);

	mock_smmu_rig_map(s1, VA, 3, IPA | RIG_PAGE1);
	mock_smmu_rig_map(s1->s2, IPA, 3, PA | RIG_PAGE2);
	return s1;
}

static void walk_show_test_nested(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *s1 = nested_space(rig);
	const char *text = walk_text(rig, VA, true);
	u64 cd = *mock_smmu_rig_ste(rig, RIG_SID) & SMMU_STE0_S1CONTEXTPTR;

	mock_test_says(test, text, "STE at %#llx: ",
		       rig->strtab + RIG_SID * SMMU_STE_SIZE);
	mock_test_says(test, text, " S2VMID=0x1234 ");
	mock_test_says(test, text, "Config 7: nested, stage 1 and stage 2\n");
	/* The CD is found by stage 2, as all tables of stage 1 are */
	mock_test_says(test, text, "\n    stage 2 of %#llx\n", cd);
	mock_test_says(test, text, "(for stage 1 %#llx): ", cd);
	mock_test_says(test, text, " ASID=0x5678 TTB0=%#llx\n", s1->root);
	mock_test_says(test, text, "(for stage 1 %#llx) index %llu: ", s1->root,
		       VA >> 39 & 511);
	mock_test_says(test, text, "; a table; permits so far: user rw\n");
	mock_test_says(test, text, " AF AP[1] nG address=%#llx; a block or page;", IPA);
	mock_test_says(test, text, "; a block or page; permits so far: user rw\n");
	mock_test_says(test, text, "\n    stage 2 of %#llx\n",
		       IPA + (VA & (SZ_4K - 1)));
	mock_test_says(test, text, "address=%#llx; a block or page; permits so far: rw\n", PA);
	mock_test_says(test, text, "pa %#llx, 4K rw", PA + (VA & (SZ_4K - 1)));
	mock_test_says(test, text, "no cache has an entry, the tables answer\n");
}

static void walk_show_test_fault(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *s1 = nested_space(rig);
	const char *text;

	text = walk_text(rig, VA + SZ_4K, false);
	mock_test_says(test, text, "; invalid; permits so far: nothing\n");
	mock_test_says(test, text, "stage 1: F_TRANSLATION (0x10), nothing is mapped");
	mock_test_says(test, text, "see SMMUv3 7.3.13; it would be recorded\n");

	*mock_smmu_rig_cd(rig, RIG_SID) &= ~SMMU_CD0_R;
	mock_test_says(test, walk_text(rig, VA + SZ_4K, false),
		       "not recorded: CD.R is 0");

	/* A table of stage 1 that stage 2 does not map */
	mock_smmu_rig_map(s1, VA, 0, 0x6000000000 | RIG_TABLE);
	text = walk_text(rig, VA, false);
	mock_test_says(test, text, "stage 2: F_TRANSLATION (0x10)");
	mock_test_says(test, text, "the read of a stage-1 descriptor (CLASS TT)");
	mock_test_says(test, text, "IPA 0x6000000");

	*mock_smmu_rig_ste(rig, RIG_SID) = SMMU_STE0_V;
	mock_test_says(test, walk_text(rig, VA, false), "STE.Config is abort");
	*mock_smmu_rig_ste(rig, RIG_SID) = 0;
	mock_test_says(test, walk_text(rig, VA, false), "C_BAD_STE (0x4)");
}

static void walk_show_test_flags(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *s1 = mock_smmu_rig_only_stage1(rig);
	u64 desc = (PA | RIG_PAGE1 | SMMU_PTE_DBM | SMMU_PTE_AP_RO) & ~SMMU_PTE_AF;

	*mock_smmu_rig_cd(rig, RIG_SID) |= SMMU_CD0_HA | SMMU_CD0_HD;
	mock_smmu_rig_map(s1, VA, 3, desc);
	mock_test_says(test, walk_text(rig, VA, true),
		       "a request would make that descriptor %#llx: set AF make it dirty\n",
		       (desc | SMMU_PTE_AF) & ~SMMU_PTE_AP_RO);
	KUNIT_EXPECT_EQ(test, *mock_smmu_rig_desc(s1, VA, 3), desc);
}

static void walk_show_test_two_levels(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	const char *text;
	u64 l1;

	nested_space(rig);
	/* StreamIDs and SubstreamIDs by two levels each */
	l1 = mock_smmu_rig_pages(rig, 0);
	*mock_smmu_rig_word(l1) = rig->strtab | FIELD_PREP(SMMU_L1STD_SPAN, 7);
	rig->m.strtab_base = l1;
	rig->m.strtab_cfg = FIELD_PREP(SMMU_STRTAB_CFG_FMT, SMMU_STRTAB_FMT_2LVL) |
			    FIELD_PREP(SMMU_STRTAB_CFG_SPLIT, 6) | 10;
	text = walk_text(rig, VA, false);
	mock_test_says(test, text, "descriptor table %#llx index 0: %#llx Span=0x7 L2Ptr=%#llx\n",
		       l1, *mock_smmu_rig_word(l1), rig->strtab);
	mock_test_says(test, text, "result: ");
	*mock_smmu_rig_word(l1) = 0;
	mock_test_says(test, walk_text(rig, VA, false), "C_BAD_STREAMID (0x2)");
}

static void walk_show_test_cached(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *s1 = nested_space(rig);
	const char *text;

	KUNIT_ASSERT_EQ(test, mock_smmu_rig_read(rig, VA, NULL), 0);
	mock_smmu_rig_map(s1, VA, 3, 0);
	text = walk_text(rig, VA, false);
	mock_test_says(test, text, "cached: ste sid=00000011 ");
	mock_test_says(test, text, "cached: cd sid=00000011 ");
	mock_test_says(test, text, "cached: tlb va vmid=1234 ");
	mock_test_says(test, text, "    cached: tlb ipa vmid=1234 ");
	mock_test_says(test, text, "cached: stage1 vmid=1234 ");
	mock_test_says(test, text, "tlb has an entry, and is asked before these tables\n");
	mock_test_says(test, text, "F_TRANSLATION");
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(rig, VA, NULL), 0);

	mock_smmu_rig_flush(rig);
	mock_test_says_not(test, walk_text(rig, VA, false), "cached: ");
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_read(rig, VA, NULL),
			SMMU_EVT_F_TRANSLATION);
}

static void walk_show_test_off(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);

	rig->m.cr0 = 0;
	rig->m.gbpa = SMMU_GBPA_ABORT;
	mock_test_says(test, walk_text(rig, VA, true), "GBPA.ABORT is 1\n");
	rig->mi.running = false;
	mock_test_says(test, walk_text(rig, VA, true), "the unit is off\n");
}

static int look_at(struct mock_smmu_rig *rig, const struct mock_req *req,
		   struct mock_xlate *res, struct mock_fault *fault,
		   struct seq_file *s)
{
	struct mock_walk walk = { .s = s };
	int ret;

	*fault = (struct mock_fault){};
	guard(spinlock_irqsave)(&rig->mi.lock);
	rig->mi.walk = &walk;
	ret = rig->mi.model->walk(&rig->mi, req, res, fault);
	rig->mi.walk = NULL;
	return ret;
}

/* The words that a request for VA meets: of the STE and the CD, and descriptors */
#define NR_ENTRIES		40
#define FIRST_DESCRIPTOR	8

static u32 entries_on_the_way(struct mock_smmu_rig_tree *s1, u64 **entry)
{
	struct mock_smmu_rig *rig = s1->rig;
	u32 nr = 0;
	u8 level, l;
	u32 i;

	for (i = 0; i < 4; i++)
		entry[nr++] = mock_smmu_rig_ste(rig, RIG_SID) + i;
	for (i = 0; i < 4; i++)
		entry[nr++] = mock_smmu_rig_cd(rig, RIG_SID) + i;
	KUNIT_ASSERT_EQ(rig->test, nr, FIRST_DESCRIPTOR);
	for (level = 0; level < 4; level++)
		entry[nr++] = mock_smmu_rig_desc(s1, VA, level);
	for (l = 0; l < 4; l++)
		entry[nr++] = mock_smmu_rig_desc(s1->s2, IPA, l);
	for (level = 0; level < 3; level++)
		for (l = 0; l < 4; l++)
			entry[nr++] = mock_smmu_rig_desc(s1->s2,
							 *mock_smmu_rig_desc(s1, VA, level) &
							 SMMU_PTE_ADDR, l);
	KUNIT_ASSERT_LE(rig->test, nr, NR_ENTRIES);
	return nr;
}

/*
 * Contiguous says of a descriptor's neighbours what they do not say themselves: where
 * that is not so, an entry that the walk itself has cached answers for them or does
 * not, and software may rely on neither (Arm ARM D8.6.1).
 */
static u64 spoilt_word(struct rnd_state *rnd, u64 saved, bool descriptor)
{
	u64 word = mock_test_spoilt(rnd, saved);

	if (!descriptor)
		return word;
	return (word & ~SMMU_PTE_CONT) | (saved & SMMU_PTE_CONT);
}

static struct mock_req random_request(struct rnd_state *rnd)
{
	u32 bits = prandom_u32_state(rnd);
	struct mock_req req = mock_smmu_rig_req(RIG_SID, VA, bits & 1);

	if (!(bits & 0x30))
		req.addr += SZ_4K;
	if (!(bits & 0x1c0))
		req = mock_smmu_rig_req_ssid(RIG_SID, 3, VA, bits & 1);
	return req;
}

static void expect_same(struct mock_smmu_rig *rig, const struct mock_req *req,
			struct seq_file *s)
{
	struct kunit *test = rig->test;
	struct mock_xlate looked, res;
	struct mock_fault fault;
	int ret;
	u8 id;

	ret = look_at(rig, req, &looked, &fault, s);
	KUNIT_EXPECT_GT(test, strlen(mock_test_text(test, s)), 0);
	mock_smmu_rig_flush(rig);
	id = mock_smmu_rig_send(rig, req, &res);
	KUNIT_EXPECT_EQ(test, ret, rig->ret);
	KUNIT_EXPECT_EQ(test, fault.number, id ?: rig->ev.unrecorded);
	/* What is not recorded is told why */
	if (ret)
		KUNIT_EXPECT_NOT_NULL(test, fault.why);
	if (ret || rig->ret)
		return;
	mock_test_same(test, &looked, &res);
}

/* Whatever the tables contain: a look says what a request would meet, and no more */
static void walk_show_test_agrees(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_smmu_rig_tree *s1 = nested_space(rig);
	struct seq_file *s = mock_test_seq(test);
	u64 *entry[NR_ENTRIES];
	struct rnd_state rnd;
	u32 faults = 0;
	u32 i, nr;

	nr = entries_on_the_way(s1, entry);
	mock_test_confine(test);
	prandom_seed_state(&rnd, 20);
	for (i = 0; i < 2000; i++) {
		struct mock_req req = random_request(&rnd);
		u32 which = prandom_u32_state(&rnd) % nr;
		u64 *word = entry[which];
		u64 saved = *word;

		*word = spoilt_word(&rnd, saved, which >= FIRST_DESCRIPTOR);
		expect_same(rig, &req, s);
		faults += !!rig->ret;
		*word = saved;
	}
	/* It was about faults and about translations */
	KUNIT_EXPECT_GT(test, faults, 400);
	KUNIT_EXPECT_LT(test, faults, 1800);
}

static void walk_show_test_unchanged(struct kunit *test)
{
	struct mock_smmu_rig *rig = mock_smmu_rig_create(test);
	struct mock_cache_stats before[MOCK_SMMU_NR_CACHES];
	struct mock_smmu_rig_tree *s1 = nested_space(rig);
	struct mock_stats stats;
	u32 crc, i;

	*mock_smmu_rig_cd(rig, RIG_SID) |= SMMU_CD0_HA | SMMU_CD0_HD;
	mock_smmu_rig_map(s1, VA, 3,
			  IPA | RIG_PAGE1 | SMMU_PTE_DBM | SMMU_PTE_AP_RO);
	mock_smmu_rig_read(rig, VA, NULL);
	for (i = 0; i < MOCK_SMMU_NR_CACHES; i++)
		before[i] = *mock_cache_stats(rig->m.caches->all[i]);
	stats = rig->m.stats;
	crc = mock_smmu_rig_crc(rig);

	walk_text(rig, VA, true);
	walk_text(rig, VA + SZ_4K, false);

	KUNIT_EXPECT_EQ(test, mock_smmu_rig_crc(rig), crc);
	KUNIT_EXPECT_MEMEQ(test, &rig->m.stats, &stats, sizeof(stats));
	for (i = 0; i < MOCK_SMMU_NR_CACHES; i++)
		KUNIT_EXPECT_MEMEQ(test, mock_cache_stats(rig->m.caches->all[i]),
				   &before[i], sizeof(before[i]));
	KUNIT_EXPECT_EQ(test, rig->mi.log.nr_faults, 0);
	KUNIT_EXPECT_EQ(test, mock_smmu_rig_write(rig, VA, NULL), 0);
	KUNIT_EXPECT_NE(test, mock_smmu_rig_crc(rig), crc);
}

static struct kunit_case walk_show_test_cases[] = {
	KUNIT_CASE(walk_show_test_nested),
	KUNIT_CASE(walk_show_test_fault),
	KUNIT_CASE(walk_show_test_flags),
	KUNIT_CASE(walk_show_test_two_levels),
	KUNIT_CASE(walk_show_test_cached),
	KUNIT_CASE(walk_show_test_off),
	KUNIT_CASE(walk_show_test_agrees),
	KUNIT_CASE(walk_show_test_unchanged),
	{}
};

static struct kunit_suite walk_show_test_suite = {
	.name = "iommu_mock_smmuv3_walk_show",
	.test_cases = walk_show_test_cases,
};

kunit_test_suite(walk_show_test_suite);
