// SPDX-License-Identifier: GPL-2.0-only
/* Mock VT-d: tests of the look at the tables */
#include <linux/prandom.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>

#include "tables.h"

#define IOVA	0x00007a4567891abcULL
#define GPA	0x0000003210987000ULL
#define PA	0x0000000123456000ULL

/* What debugfs says of a request without PASID */
static const char *walk_text(struct rig *rig, u64 addr, bool write)
{
	struct mock_req req = rig_req(RIG_SID, addr, write);
	struct seq_file *s = mock_test_seq(rig->test);

	mock_walk_show(s, &rig->mi, NULL, &req);
	return mock_test_text(rig->test, s);
}

/* Both stages with a page at IOVA, of which the request would set all flags */
static struct rig_space *nested_space(struct rig *rig)
{
	struct rig_space *sp = rig_simple(rig, VTD_PGTT_NESTED);

	*rig_fs(sp, IOVA, 1) = GPA | RIG_FS_PAGE;
	*rig_ss(sp, GPA, 1) = PA | RIG_SS_RW;
	return sp;
}

static void walk_show_test_nested(struct kunit *test)
{
	struct rig *rig = rig_create(test);
	struct rig_space *sp = nested_space(rig);
	const char *text = walk_text(rig, IOVA, true);
	u64 l1 = *rig_fs(sp, IOVA, 2) & VTD_FS_ADDR;
	int level;

	mock_test_says(test, text,
		       "root entry, lower half table %#llx index %u: %#llx P CTP=%#llx\n",
		       rig->root, RIG_SID >> 8, *rig_root_word(rig, RIG_SID),
		       *rig_root_word(rig, RIG_SID) & VTD_ROOT_CTP);
	mock_test_says(test, text, "context entry table ");
	mock_test_says(test, text, " DTE PASIDE PRE PASIDDIRPTR=");
	mock_test_says(test, text, " RID_PASID=0x7\n");
	mock_test_says(test, text, "PASID directory entry table ");
	mock_test_says(test, text, "PGTT 3: nested, stage 1 and stage 2\n");
	for (level = 4; level >= 1; level--)
		mock_test_says(test, text, "(for stage 1 %#llx) index %llu:",
			       level == 4 ? sp->fs_root :
			       *rig_fs(sp, IOVA, level + 1) & VTD_FS_ADDR,
			       IOVA >> MOCK_VTD_LEVEL_SHIFT(level) & 511);
	/* The walk of stage 2 for a table is within that of stage 1 */
	mock_test_says(test, text, "\n    stage 2 of %#llx\n    stage-2 level 4 ", l1);
	mock_test_says(test, text, "\n    stage 2 of %#llx\n",
		       GPA + (IOVA & (SZ_4K - 1)));
	mock_test_says(test, text,
		       "%#llx P R/W U/S ADDR=%#llx; permits so far: user rwx\n",
		       GPA | RIG_FS_PAGE, GPA);
	mock_test_says(test, text, "%#llx R W ADDR=%#llx; permits so far: rw-\n",
		       PA | RIG_SS_RW, PA);
	mock_test_says(test, text, "a request would set A D in that entry\n");
	mock_test_says(test, text, "pa %#llx, 4K rw-\n", PA + (IOVA & (SZ_4K - 1)));
	mock_test_says(test, text, "no cache has an entry, the tables answer\n");
}

static void walk_show_test_fault(struct kunit *test)
{
	struct rig *rig = rig_create(test);
	struct rig_space *sp = nested_space(rig);
	const char *text;

	text = walk_text(rig, IOVA + SZ_4K, false);
	mock_test_says(test, text, "permits so far: nothing\n");
	mock_test_says(test, text, "fault: ");
	mock_test_says(test, text, "SFS.2 (0x71)");
	mock_test_says(test, text, "see VT-d 7.1.3; it would be recorded\n");

	/* 7.1.1 */
	*rig_pasid(rig, RIG_SID, RIG_RID_PASID) |= VTD_PTE0_FPD;
	text = walk_text(rig, IOVA + SZ_4K, false);
	mock_test_says(test, text, "it would not be recorded: FPD is set");

	*rig_fs(sp, IOVA, 2) = RIG_NOT_RAM | RIG_FS_TABLE;
	*rig_ss(sp, RIG_NOT_RAM, 1) = RIG_NOT_RAM | RIG_SS_RW;
	text = walk_text(rig, IOVA, false);
	mock_test_says(test, text, "cannot be read, there is no memory\n");
	mock_test_says(test, text, "SFS.1 (0x70)");
}

static void walk_show_test_cached(struct kunit *test)
{
	struct rig *rig = rig_create(test);
	struct rig_space *sp = nested_space(rig);
	const char *text;

	KUNIT_ASSERT_EQ(test, rig_read(rig, IOVA, NULL), 0);
	/* The table says something else now, the IOTLB has not heard of it */
	*rig_fs(sp, IOVA, 1) = 0;
	text = walk_text(rig, IOVA, false);
	mock_test_says(test, text, "cached: iotlb sid=0110 ");
	mock_test_says(test, text, "cached: context sid=0110 ");
	mock_test_says(test, text, "cached: pasid sid=0110 ");
	mock_test_says(test, text, "cached: stage1 did=0123 ");
	mock_test_says(test, text, "    cached: stage2 did=0123 ");
	mock_test_says(test, text, "SFS.2 (0x71)");
	mock_test_says(test, text, "iotlb has an entry, and is asked before these tables\n");
	KUNIT_EXPECT_EQ(test, rig_read(rig, IOVA, NULL), 0);

	mock_vtd_inval_all(&rig->m);
	text = walk_text(rig, IOVA, false);
	mock_test_says_not(test, text, "cached: ");
	KUNIT_EXPECT_EQ(test, rig_read(rig, IOVA, NULL), VTD_FR_FS_NP);
}

static void walk_show_test_off(struct kunit *test)
{
	struct rig *rig = rig_create(test);

	rig->m.te = false;
	mock_test_says(test, walk_text(rig, IOVA, true),
		       "translation is off (GSTS.TES is 0)\n");
	rig->mi.running = false;
	mock_test_says(test, walk_text(rig, IOVA, true), "the unit is off\n");
}

/* A count of errors to inject is for requests */
static void walk_show_test_misbehave(struct kunit *test)
{
	struct rig *rig = rig_create(test);

	nested_space(rig);
	rig->mi.misbehave[MOCK_MISBEHAVE_WALK_ABORT] = 1;
	mock_test_says(test, walk_text(rig, IOVA, true), "result: ");
	KUNIT_EXPECT_EQ(test, rig->mi.misbehave[MOCK_MISBEHAVE_WALK_ABORT], 1);
	KUNIT_EXPECT_EQ(test, rig_read(rig, IOVA, NULL), VTD_FR_ROOT_ACCESS);
}

/* A look by the model itself, without the words of its result */
static int look_at(struct rig *rig, const struct mock_req *req,
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

/* The entries that a request for IOVA meets */
#define NR_ENTRIES	40

static u32 entries_on_the_way(struct rig_space *sp, u64 **entry)
{
	struct rig *rig = sp->rig;
	u32 nr = 0;
	int level, l;
	u32 i;

	entry[nr++] = rig_root_word(rig, RIG_SID);
	for (i = 0; i < 2; i++)
		entry[nr++] = rig_context(rig, RIG_SID) + i;
	entry[nr++] = rig_directory(rig, RIG_SID, RIG_RID_PASID);
	for (i = 0; i < 3; i++)
		entry[nr++] = rig_pasid(rig, RIG_SID, RIG_RID_PASID) + i;
	for (level = 4; level >= 1; level--)
		entry[nr++] = rig_fs(sp, IOVA, level);
	for (l = 4; l >= 1; l--)
		entry[nr++] = rig_ss(sp, GPA, l);
	for (level = 3; level >= 1; level--)
		for (l = 4; l >= 1; l--)
			entry[nr++] = rig_ss(sp, *rig_fs(sp, IOVA, level + 1) &
					     VTD_FS_ADDR, l);
	KUNIT_ASSERT_LE(rig->test, nr, NR_ENTRIES);
	return nr;
}

static struct mock_req random_request(struct rnd_state *rnd)
{
	u32 bits = prandom_u32_state(rnd);
	struct mock_req req = rig_req(RIG_SID, IOVA, bits & 1);

	if (bits & 0x30)
		req.addr += SZ_4K;
	if (!(bits & 0xc)) {
		req.pasid = RIG_PASID;
		req.pasid_valid = true;
		req.priv = bits & 0x100;
	}
	return req;
}

/* What a look said, 0 or an error */
static int expect_same(struct rig *rig, const struct mock_req *req,
		       struct seq_file *s)
{
	struct kunit *test = rig->test;
	struct mock_vtd_fault vtd_fault;
	struct mock_xlate looked, res;
	struct mock_fault fault;
	int ret, really;

	ret = look_at(rig, req, &looked, &fault, s);
	KUNIT_EXPECT_GT(test, strlen(mock_test_text(test, s)), 0);
	mock_vtd_inval_all(&rig->m);
	really = rig_translate(rig, req, &res, &vtd_fault);
	KUNIT_EXPECT_EQ(test, ret, really);
	KUNIT_EXPECT_EQ(test, fault.number, vtd_fault.reason);
	if (ret || really)
		return ret;
	mock_test_same(test, &looked, &res);
	return 0;
}

/* Whatever the tables contain: a look says what a request would meet, and no more */
static void walk_show_test_agrees(struct kunit *test)
{
	struct rig *rig = rig_create(test);
	struct rig_space *sp = nested_space(rig);
	struct seq_file *s = mock_test_seq(test);
	u64 *entry[NR_ENTRIES];
	struct rnd_state rnd;
	u32 faults = 0;
	u32 i, nr;

	nr = entries_on_the_way(sp, entry);
	mock_test_confine(test);
	prandom_seed_state(&rnd, 20);
	for (i = 0; i < 2000; i++) {
		struct mock_req req = random_request(&rnd);
		u64 *word = entry[prandom_u32_state(&rnd) % nr];
		u64 saved = *word;

		*word = mock_test_spoilt(&rnd, saved);
		faults += !!expect_same(rig, &req, s);
		*word = saved;
	}
	/* It was about faults and about translations */
	KUNIT_EXPECT_GT(test, faults, 400);
	KUNIT_EXPECT_LT(test, faults, 1800);
}

static void walk_show_test_unchanged(struct kunit *test)
{
	struct rig *rig = rig_create(test);
	struct mock_cache_stats before[MOCK_VTD_NR_CACHES];
	struct mock_stats stats;
	u32 crc, i;

	nested_space(rig);
	rig_read(rig, IOVA, NULL);
	for (i = 0; i < MOCK_VTD_NR_CACHES; i++)
		before[i] = *mock_cache_stats(rig->m.caches->all[i]);
	stats = rig->m.stats;
	crc = rig_crc(rig);

	walk_text(rig, IOVA, true);
	walk_text(rig, IOVA + SZ_4K, false);

	KUNIT_EXPECT_EQ(test, rig_crc(rig), crc);
	KUNIT_EXPECT_MEMEQ(test, &rig->m.stats, &stats, sizeof(stats));
	for (i = 0; i < MOCK_VTD_NR_CACHES; i++)
		KUNIT_EXPECT_MEMEQ(test, mock_cache_stats(rig->m.caches->all[i]),
				   &before[i], sizeof(before[i]));
	KUNIT_EXPECT_EQ(test, rig->mi.log.nr_faults, 0);
	/* Dirty is not set yet: a write does so, and memory differs then */
	KUNIT_EXPECT_EQ(test, rig_write(rig, IOVA, NULL), 0);
	KUNIT_EXPECT_NE(test, rig_crc(rig), crc);
}

static struct kunit_case walk_show_test_cases[] = {
	KUNIT_CASE(walk_show_test_nested),
	KUNIT_CASE(walk_show_test_fault),
	KUNIT_CASE(walk_show_test_cached),
	KUNIT_CASE(walk_show_test_off),
	KUNIT_CASE(walk_show_test_misbehave),
	KUNIT_CASE(walk_show_test_agrees),
	KUNIT_CASE(walk_show_test_unchanged),
	{}
};

static struct kunit_suite walk_show_test_suite = {
	.name = "iommu_mock_vtd_walk_show",
	.test_cases = walk_show_test_cases,
};

kunit_test_suite(walk_show_test_suite);
