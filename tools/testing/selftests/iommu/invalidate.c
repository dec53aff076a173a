// SPDX-License-Identifier: GPL-2.0-only
/*
 * Invalidation: a translation that was changed is stale until it is
 * invalidated, gone afterwards, and its neighbours are left alone
 */
#include "harness.h"
#include "window.h"

#define WINDOW48	0x00002a8540000000ull
#define WINDOW57	0x0055aa8540000000ull
#define WINDOW39	0x0000002540000000ull

FIXTURE(inv)
{
	struct rig rig;
	struct window w;
};

FIXTURE_VARIANT(inv)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(inv, w48)
{
	.cfg.width = 48,
};

FIXTURE_VARIANT_ADD(inv, w57)
{
	.cfg.width = 57,
};

FIXTURE_VARIANT_ADD(inv, async)
{
	.cfg.async = true,
};

/* At most 32 pages with one command */
FIXTURE_VARIANT_ADD(inv, small_ranges)
{
	.cfg.cap_clear = VTD_CAP_MAMV(63),
	.cfg.cap_set = VTD_CAP_MAMV(5),
};

FIXTURE_VARIANT_ADD(inv, ats_not_used)
{
	.cfg.ats = true,
};

FIXTURE_VARIANT_ADD(inv, smmu)
{
	.cfg.type = MOCK_SMMUV3,
};

FIXTURE_VARIANT_ADD(inv, smmu_w39)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.width = 39,
};

FIXTURE_VARIANT_ADD(inv, smmu_async)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.async = true,
};

FIXTURE_VARIANT_ADD(inv, smmu_ats_not_used)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.ats = true,
};

static uint64_t window(unsigned int width)
{
	switch (width) {
	case 57:
		return WINDOW57;
	case 39:
		return WINDOW39;
	default:
		return WINDOW48;
	}
}

FIXTURE_SETUP(inv)
{
	struct rig *r = &self->rig;

	RIG_UP(r, &variant->cfg);
	ASSERT_EQ(0, window_create(&self->w, r, &r->s1, window(r->cfg.width)));
}

FIXTURE_TEARDOWN(inv)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

static int make_stale(FIXTURE_DATA(inv) *self)
{
	return window_stale(&self->w, &self->rig);
}

static unsigned int check_range(FIXTURE_DATA(inv) *self, unsigned int first,
				unsigned int count)
{
	return window_check(&self->w, &self->rig, first, count);
}

static int inv_range(FIXTURE_DATA(inv) *self, unsigned int first,
		     uint64_t count, bool leaf)
{
	return rig_inv(&self->rig, self->w.iova + first * PAGE_4K, count, leaf);
}

TEST_F(inv, stale_until_invalidated)
{
	struct rig *r = &self->rig;
	struct mock_stats before, after;

	ASSERT_EQ(0, make_stale(self));
	ASSERT_EQ(0, mock_stats(&r->mock, &before));
	EXPECT_EQ(WINDOW_PAGES, check_range(self, 0, 0));
	ASSERT_EQ(0, mock_stats(&r->mock, &after));
	EXPECT_EQ(before.iotlb_hits + WINDOW_PAGES, after.iotlb_hits);
	EXPECT_EQ(before.walk_refs, after.walk_refs);

	ASSERT_EQ(0, rig_inv_all(r));
	EXPECT_EQ(WINDOW_PAGES, check_range(self, 0, WINDOW_PAGES));
}

TEST_F(inv, single_page)
{
	static const unsigned int pages[] = { 0, 1, 7, 31, 32, WINDOW_PAGES - 1 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		ASSERT_EQ(0, make_stale(self));
		ASSERT_EQ(0, inv_range(self, pages[i], 1, i & 1));
		EXPECT_EQ(WINDOW_PAGES, check_range(self, pages[i], 1));
	}
}

TEST_F(inv, ranges)
{
	static const struct {
		unsigned int first;
		unsigned int count;
	} cases[] = {
		{ 0, 2 }, { 1, 2 }, { 3, 5 }, { 1, 62 }, { 16, 16 }, { 15, 34 },
		{ 0, WINDOW_PAGES }, { 7, 50 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		ASSERT_EQ(0, make_stale(self));
		ASSERT_EQ(0, inv_range(self, cases[i].first, cases[i].count,
				       i & 1));
		EXPECT_EQ(WINDOW_PAGES,
			  check_range(self, cases[i].first, cases[i].count))
			TH_LOG("%u pages from %u", cases[i].count,
			       cases[i].first);
	}
}

/* A range that begins before, or ends behind, what the device has cached */
TEST_F(inv, overlapping_ranges)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, make_stale(self));
	ASSERT_EQ(0, rig_inv(r, self->w.iova - 5 * PAGE_4K, 9, false));
	EXPECT_EQ(WINDOW_PAGES, check_range(self, 0, 4));

	ASSERT_EQ(0, make_stale(self));
	ASSERT_EQ(0, inv_range(self, WINDOW_PAGES - 3, 100, 0));
	EXPECT_EQ(WINDOW_PAGES, check_range(self, WINDOW_PAGES - 3, 3));

	ASSERT_EQ(0, make_stale(self));
	ASSERT_EQ(0, inv_range(self, WINDOW_PAGES, 256, 0));
	ASSERT_EQ(0, rig_inv(r, self->w.iova - 256 * PAGE_4K, 256, false));
	EXPECT_EQ(WINDOW_PAGES, check_range(self, 0, 0));
}

/* Ranges of all alignments and lengths, by chance but always the same */
TEST_F(inv, many_ranges)
{
	unsigned int first, count, i;
	uint64_t seed = 0x5eed;

	for (i = 0; i < 24; i++) {
		first = util_random(&seed) % WINDOW_PAGES;
		count = 1 + util_random(&seed) % (WINDOW_PAGES - first);
		ASSERT_EQ(0, make_stale(self));
		ASSERT_EQ(0, inv_range(self, first, count, i & 1));
		ASSERT_EQ(WINDOW_PAGES, check_range(self, first, count))
			TH_LOG("%u pages from %u", count, first);
	}
}

/* What was never present was never cached: mapping it needs no invalidation */
TEST_F(inv, not_present_is_not_cached)
{
	struct rig *r = &self->rig;
	const uint64_t iova = self->w.iova + 1000 * PAGE_4K;

	EXPECT_EQ(-EFAULT, rig_sees(r, 0, iova, WINDOW_NEW(3)));
	ASSERT_EQ(0, s1_map(&r->s1, iova, self->w.new[3], S1_4K, S1_RW));
	EXPECT_EQ(0, rig_sees(r, 0, iova, WINDOW_NEW(3)));
	/* And what is taken away is there until it is invalidated */
	s1_unmap(&r->s1, iova, S1_4K);
	EXPECT_EQ(0, rig_sees(r, 0, iova, WINDOW_NEW(3)));
	ASSERT_EQ(0, rig_inv(r, iova, 1, true));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, iova, WINDOW_NEW(3)));
}

/* A table of @level that maps all of its way down to @gpa at @iova; its GPA */
static uint64_t build_branch(struct rig *r, uint64_t iova, unsigned int level,
			     uint64_t gpa)
{
	struct s1 branch;

	if (s1_init(&branch, &r->guest, r->s1.format, 12 + 9 * level) ||
	    s1_map(&branch, iova, gpa, S1_4K, S1_RW))
		return 0;
	return branch.root;
}

/*
 * A table entry that is no leaf is changed. With LEAF the caller says that only
 * leaves were: paging-structure caches stay, and the old branch with them.
 */
TEST_F(inv, non_leaf)
{
	struct rig *r = &self->rig;
	uint64_t *entry, branch, old;
	unsigned int level;

	for (level = 2; level <= r->s1.levels; level++) {
		branch = build_branch(r, self->w.iova, level - 1, self->w.new[0]);
		ASSERT_NE(0, branch);
		ASSERT_EQ(0, rig_inv_all(r));
		ASSERT_EQ(0, rig_sees(r, 0, self->w.iova, WINDOW_OLD(0)));

		entry = s1_entry(&r->s1, self->w.iova, level);
		old = s1_get(entry);
		s1_set(entry, r->s1.format->table(branch));
		EXPECT_EQ(0, rig_sees(r, 0, self->w.iova, WINDOW_OLD(0)));
		ASSERT_EQ(0, inv_range(self, 0, 1, true));
		EXPECT_EQ(0, rig_sees(r, 0, self->w.iova, WINDOW_OLD(0)))
			TH_LOG("LEAF dropped an entry of level %u", level);
		ASSERT_EQ(0, inv_range(self, 0, 1, false));
		EXPECT_EQ(0, rig_sees(r, 0, self->w.iova, WINDOW_NEW(0)))
			TH_LOG("level %u", level);

		s1_set(entry, old);
		EXPECT_EQ(0, rig_sees(r, 0, self->w.iova, WINDOW_NEW(0)));
		ASSERT_EQ(0, rig_inv_all(r));
		EXPECT_EQ(0, rig_sees(r, 0, self->w.iova, WINDOW_OLD(0)));
	}
}

/* Paging-structure entries of another address stay, those of this one go */
TEST_F(inv, non_leaf_elsewhere)
{
	struct rig *r = &self->rig;
	uint64_t other = self->w.iova + SZ_2M;
	uint64_t *entry, branch;

	ASSERT_EQ(0, s1_map(&r->s1, other, self->w.old[1], S1_4K, S1_RW));
	ASSERT_EQ(0, s1_map(&r->s1, other + PAGE_4K, self->w.old[2], S1_4K,
			    S1_RW));
	branch = build_branch(r, other, 1, self->w.new[1]);
	ASSERT_NE(0, branch);
	ASSERT_EQ(0, rig_sees(r, 0, other, WINDOW_OLD(1)));
	entry = s1_entry(&r->s1, other, 2);
	s1_set(entry, r->s1.format->table(branch));

	/* A walk that starts at the cached table finds its other entries too */
	ASSERT_EQ(0, inv_range(self, 0, WINDOW_PAGES, 0));
	EXPECT_EQ(0, rig_sees(r, 0, other + PAGE_4K, WINDOW_OLD(2)));
	EXPECT_EQ(0, rig_sees(r, 0, other, WINDOW_OLD(1)));
	ASSERT_EQ(0, rig_inv(r, other, 1, false));
	EXPECT_EQ(0, rig_sees(r, 0, other, WINDOW_NEW(1)));
	EXPECT_EQ(0, rig_sees(r, 0, other + PAGE_4K, WINDOW_OLD(2)));
}

/* An IOTLB that is too small forgets by itself, and is never wrong for it */
FIXTURE(small)
{
	struct rig rig;
};

FIXTURE_VARIANT(small)
{
	enum mock_type type;
};

FIXTURE_VARIANT_ADD(small, vtd)
{
	.type = MOCK_VTD,
};

FIXTURE_VARIANT_ADD(small, smmu)
{
	.type = MOCK_SMMUV3,
};

FIXTURE_SETUP(small)
{
	const struct rig_config cfg = {
		.type = variant->type,
		.iotlb_entries = 4,
	};

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_mock(&self->rig, &cfg));
	ASSERT_EQ(0, mock_set(&self->rig.mock, "caches/pwc_entries", 2));
	ASSERT_EQ(0, mock_set(&self->rig.mock, "caches/config_entries", 1));
	ASSERT_EQ(0, mock_set(&self->rig.mock, "caches/evict_period", 3));
	ASSERT_EQ(0, mock_set(&self->rig.mock, "caches/evict_seed", 99));
	ASSERT_EQ(0, rig_devices(&self->rig));
	ASSERT_EQ(0, rig_guest(&self->rig));
	ASSERT_EQ(0, rig_parent(&self->rig));
	ASSERT_EQ(0, rig_nested(&self->rig));
}

FIXTURE_TEARDOWN(small)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

TEST_F(small, evicts)
{
	struct rig *r = &self->rig;
	struct mock_stats before, after;
	unsigned int i, round;

	for (i = 0; i < 16; i++)
		ASSERT_NE(0, rig_page(r, &r->s1, WINDOW48 + i * PAGE_4K, i));
	ASSERT_EQ(0, mock_stats(&r->mock, &before));
	for (round = 0; round < 3; round++)
		for (i = 0; i < 16; i++)
			EXPECT_EQ(0, rig_sees(r, 0, WINDOW48 + i * PAGE_4K, i));
	ASSERT_EQ(0, mock_stats(&r->mock, &after));
	/* At most 4 of 16 can still be there when their turn comes again */
	EXPECT_LE(after.iotlb_hits - before.iotlb_hits, 2 * 4);

	for (i = 0; i < 16; i++)
		s1_unmap(&r->s1, WINDOW48 + i * PAGE_4K, S1_4K);
	ASSERT_EQ(0, rig_inv_all(r));
	for (i = 0; i < 16; i++)
		EXPECT_EQ(-EFAULT, rig_sees(r, 0, WINDOW48 + i * PAGE_4K, i));
}

/* Large pages: 2M of stage-1, and stage-2 with pages of 4K or of 2M */
FIXTURE(large)
{
	struct rig rig;
	uint64_t iova;
	uint64_t block[3];	/* GPAs of 2M each; the tables are elsewhere */
};

FIXTURE_VARIANT(large)
{
	enum mock_type type;
	bool guest_2m;
};

FIXTURE_VARIANT_ADD(large, s2_4K)
{
	.guest_2m = false,
};

FIXTURE_VARIANT_ADD(large, s2_2M)
{
	.guest_2m = true,
};

FIXTURE_VARIANT_ADD(large, smmu_s2_4K)
{
	.type = MOCK_SMMUV3,
	.guest_2m = false,
};

FIXTURE_VARIANT_ADD(large, smmu_s2_2M)
{
	.type = MOCK_SMMUV3,
	.guest_2m = true,
};

#define SAMPLES	5
static const unsigned int sample[SAMPLES] = { 0, 1, 255, 300, 511 };

FIXTURE_SETUP(large)
{
	const struct rig_config cfg = {
		.type = variant->type,
		.guest_2m = variant->guest_2m,
		.guest_size = 8 * SZ_1M,
	};
	struct rig *r = &self->rig;
	unsigned int i, j;

	RIG_UP(r, &cfg);
	self->iova = WINDOW48;
	for (i = 0; i < 3; i++) {
		self->block[i] = r->guest.gpa + (i + 1) * SZ_2M;
		for (j = 0; j < SAMPLES; j++)
			util_fill(guest_ptr(&r->guest, self->block[i] +
					    sample[j] * PAGE_4K),
				  PAGE_4K, 100 * i + j);
	}
	ASSERT_EQ(0, s1_map(&r->s1, self->iova, self->block[0], S1_2M, S1_RW));
	ASSERT_EQ(0, s1_map(&r->s1, self->iova + SZ_2M, self->block[1], S1_2M,
			    S1_RW));
}

FIXTURE_TEARDOWN(large)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

/* Does the device see block @block at page number @page of the window? */
static int sees_block(FIXTURE_DATA(large) *self, unsigned int page,
		      unsigned int block)
{
	unsigned int i;
	int rc = 0;

	for (i = 0; !rc && i < SAMPLES; i++)
		rc = rig_sees(&self->rig, 0,
			      self->iova + (page + sample[i]) * PAGE_4K,
			      100 * block + i);
	return rc;
}

/* Block 2 replaces block 0; the block beside it is not touched */
TEST_F(large, range_of_the_page)
{
	struct rig *r = &self->rig;
	struct mock_stats before, after;

	ASSERT_EQ(0, sees_block(self, 0, 0));
	ASSERT_EQ(0, sees_block(self, 512, 1));
	ASSERT_EQ(0, s1_map(&r->s1, self->iova, self->block[2], S1_2M, S1_RW));
	ASSERT_EQ(0, s1_map(&r->s1, self->iova + SZ_2M, self->block[2], S1_2M,
			    S1_RW));
	EXPECT_EQ(0, sees_block(self, 0, 0));

	ASSERT_EQ(0, rig_inv(r, self->iova, 512, true));
	EXPECT_EQ(0, sees_block(self, 0, 2));
	ASSERT_EQ(0, mock_stats(&r->mock, &before));
	EXPECT_EQ(0, sees_block(self, 512, 1));
	ASSERT_EQ(0, mock_stats(&r->mock, &after));
	EXPECT_EQ(before.iotlb_hits + SAMPLES, after.iotlb_hits);
	EXPECT_EQ(before.walk_refs, after.walk_refs);
}

/* A range that begins in one large page and ends in the next has both */
TEST_F(large, range_across)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, sees_block(self, 0, 0));
	ASSERT_EQ(0, sees_block(self, 512, 1));
	ASSERT_EQ(0, s1_map(&r->s1, self->iova, self->block[1], S1_2M, S1_RW));
	ASSERT_EQ(0, s1_map(&r->s1, self->iova + SZ_2M, self->block[2], S1_2M,
			    S1_RW));
	ASSERT_EQ(0, rig_inv(r, self->iova, 1024, false));
	EXPECT_EQ(0, sees_block(self, 0, 1));
	EXPECT_EQ(0, sees_block(self, 512, 2));
}

/*
 * One page of a large one: where the cache has it in one piece (both stages
 * are large) it goes as a whole, as no part of an entry can be kept. SMMUv3
 * counts by what stage-1 has: there it always does
 */
TEST_F(large, one_page_of_it)
{
	struct rig *r = &self->rig;
	unsigned int i;

	ASSERT_EQ(0, sees_block(self, 0, 0));
	ASSERT_EQ(0, s1_map(&r->s1, self->iova, self->block[2], S1_2M, S1_RW));
	ASSERT_EQ(0, rig_inv(r, self->iova + 255 * PAGE_4K, 1, true));
	for (i = 0; i < SAMPLES; i++)
		EXPECT_EQ(0, rig_sees(r, 0, self->iova + sample[i] * PAGE_4K,
				      variant->type || variant->guest_2m ||
				      sample[i] == 255 ? 200 + i : i))
			TH_LOG("page %u", sample[i]);
}

/* A large page is split: its entry becomes a table */
TEST_F(large, split)
{
	struct rig *r = &self->rig;
	struct s1 table;
	unsigned int i;

	ASSERT_EQ(0, s1_init(&table, &r->guest, r->s1.format, S1_2M));
	for (i = 0; i < 512; i++)
		ASSERT_EQ(0, s1_map(&table, self->iova + i * PAGE_4K,
				    self->block[2] + i * PAGE_4K, S1_4K,
				    S1_RW));
	ASSERT_EQ(0, sees_block(self, 0, 0));
	s1_set(s1_entry(&r->s1, self->iova, 2),
	       r->s1.format->table(table.root));
	EXPECT_EQ(0, sees_block(self, 0, 0));
	ASSERT_EQ(0, rig_inv(r, self->iova, 512, false));
	EXPECT_EQ(0, sees_block(self, 0, 2));
	s1_unmap(&r->s1, self->iova + 300 * PAGE_4K, S1_4K);
	ASSERT_EQ(0, rig_inv(r, self->iova + 300 * PAGE_4K, 1, true));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, self->iova + 300 * PAGE_4K, 203));
	EXPECT_EQ(0, rig_sees(r, 0, self->iova + 255 * PAGE_4K, 202));
}

TEST_HARNESS_MAIN
