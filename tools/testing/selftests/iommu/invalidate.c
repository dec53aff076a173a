// SPDX-License-Identifier: GPL-2.0-only
/*
 * Invalidation: a translation that was changed is stale until it is
 * invalidated, gone afterwards, and its neighbours are left alone
 *
 * Every page of a window is read by the device, so that its translation is
 * cached; then all of them are changed in memory. Which pages the device sees
 * after that says exactly what an invalidation has reached.
 */
#include "harness.h"

#define WINDOW48	0x00002a8540000000ull
#define WINDOW57	0x0055aa8540000000ull
#define PAGES		64
#define OLD(i)		(1000 + (i))
#define NEW(i)		(2000 + (i))

FIXTURE(inv)
{
	struct rig rig;
	uint64_t iova;
	uint64_t old[PAGES];
	uint64_t new[PAGES];
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

FIXTURE_SETUP(inv)
{
	struct rig *r = &self->rig;
	unsigned int i;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_up(r, &variant->cfg));
	self->iova = r->cfg.width == 57 ? WINDOW57 : WINDOW48;
	for (i = 0; i < PAGES; i++) {
		self->old[i] = rig_page(r, &r->s1, self->iova + i * PAGE_4K,
					OLD(i));
		self->new[i] = rig_page(r, &r->s1, 0, NEW(i));
		ASSERT_NE(0, self->old[i]);
		ASSERT_NE(0, self->new[i]);
	}
}

FIXTURE_TEARDOWN(inv)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

/* All pages old, cached, and changed behind the caches' back */
static int make_stale(FIXTURE_DATA(inv) *self)
{
	struct rig *r = &self->rig;
	unsigned int i;
	int rc;

	for (i = 0; i < PAGES; i++)
		s1_map(&r->s1, self->iova + i * PAGE_4K, self->old[i], S1_4K,
		       S1_RW);
	rc = vmm_invalidate_all(r->iommufd, r->nested);
	for (i = 0; !rc && i < PAGES; i++)
		rc = rig_sees(r, 0, self->iova + i * PAGE_4K, OLD(i));
	for (i = 0; !rc && i < PAGES; i++)
		rc = s1_map(&r->s1, self->iova + i * PAGE_4K, self->new[i],
			    S1_4K, S1_RW);
	return rc;
}

/* Number of the first page that is not as it should be, PAGES if all are */
static unsigned int check_range(FIXTURE_DATA(inv) *self, unsigned int first,
				unsigned int count)
{
	unsigned int i;
	bool hit;

	for (i = 0; i < PAGES; i++) {
		hit = i >= first && i < first + count;
		if (rig_sees(&self->rig, 0, self->iova + i * PAGE_4K,
			     hit ? NEW(i) : OLD(i)))
			break;
	}
	return i;
}

static int inv_range(FIXTURE_DATA(inv) *self, unsigned int first,
		     uint64_t count, uint32_t flags)
{
	struct rig *r = &self->rig;

	return vmm_invalidate_range(r->iommufd, r->nested,
				    self->iova + first * PAGE_4K, count, flags);
}

TEST_F(inv, stale_until_invalidated)
{
	struct rig *r = &self->rig;
	struct mock_stats before, after;

	ASSERT_EQ(0, make_stale(self));
	ASSERT_EQ(0, mock_stats(&r->mock, &before));
	EXPECT_EQ(PAGES, check_range(self, 0, 0));
	ASSERT_EQ(0, mock_stats(&r->mock, &after));
	EXPECT_EQ(before.iotlb_hits + PAGES, after.iotlb_hits);
	EXPECT_EQ(before.walk_refs, after.walk_refs);

	ASSERT_EQ(0, vmm_invalidate_all(r->iommufd, r->nested));
	EXPECT_EQ(PAGES, check_range(self, 0, PAGES));
}

TEST_F(inv, single_page)
{
	static const unsigned int pages[] = { 0, 1, 7, 31, 32, PAGES - 1 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		ASSERT_EQ(0, make_stale(self));
		ASSERT_EQ(0, inv_range(self, pages[i], 1, i & 1));
		EXPECT_EQ(PAGES, check_range(self, pages[i], 1));
	}
}

TEST_F(inv, ranges)
{
	static const struct {
		unsigned int first;
		unsigned int count;
	} cases[] = {
		{ 0, 2 }, { 1, 2 }, { 3, 5 }, { 1, 62 }, { 16, 16 }, { 15, 34 },
		{ 0, PAGES }, { 7, 50 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		ASSERT_EQ(0, make_stale(self));
		ASSERT_EQ(0, inv_range(self, cases[i].first, cases[i].count,
				       i & 1));
		EXPECT_EQ(PAGES, check_range(self, cases[i].first,
					     cases[i].count))
			TH_LOG("%u pages from %u", cases[i].count,
			       cases[i].first);
	}
}

/* A range that begins before, or ends behind, what the device has cached */
TEST_F(inv, overlapping_ranges)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, make_stale(self));
	ASSERT_EQ(0, vmm_invalidate_range(r->iommufd, r->nested,
					  self->iova - 5 * PAGE_4K, 9, 0));
	EXPECT_EQ(PAGES, check_range(self, 0, 4));

	ASSERT_EQ(0, make_stale(self));
	ASSERT_EQ(0, inv_range(self, PAGES - 3, 100, 0));
	EXPECT_EQ(PAGES, check_range(self, PAGES - 3, 3));

	ASSERT_EQ(0, make_stale(self));
	ASSERT_EQ(0, inv_range(self, PAGES, 256, 0));
	ASSERT_EQ(0, vmm_invalidate_range(r->iommufd, r->nested,
					  self->iova - 256 * PAGE_4K, 256, 0));
	EXPECT_EQ(PAGES, check_range(self, 0, 0));
}

/* An array of entries: every one counts */
TEST_F(inv, arrays)
{
	struct iommu_hwpt_vtd_s1_invalidate entry[PAGES / 2];
	struct rig *r = &self->rig;
	uint32_t num = ARRAY_SIZE(entry);
	unsigned int i;

	memset(entry, 0, sizeof(entry));
	for (i = 0; i < num; i++) {
		entry[i].addr = self->iova + 2 * i * PAGE_4K;
		entry[i].npages = 1;
		entry[i].flags = i % 3 ? IOMMU_VTD_INV_FLAGS_LEAF : 0;
	}
	ASSERT_EQ(0, make_stale(self));
	ASSERT_EQ(0, vmm_invalidate(r->iommufd, r->nested, entry, &num));
	ASSERT_EQ(ARRAY_SIZE(entry), num);
	for (i = 0; i < PAGES; i++)
		EXPECT_EQ(0, rig_sees(r, 0, self->iova + i * PAGE_4K,
				      i & 1 ? OLD(i) : NEW(i)));
}

/* Fewest aligned blocks of a power of two, up to @max, that make up a range */
static unsigned int fewest_blocks(uint64_t page, uint64_t count, uint64_t max)
{
	unsigned int blocks = 0;
	uint64_t size;

	while (count) {
		size = page ? page & -page : max;
		while (size > count || size > max)
			size /= 2;
		page += size;
		count -= size;
		blocks++;
	}
	return blocks;
}

/* Hardware gets as few commands as the range allows, and one for everything */
TEST_F(inv, descriptors)
{
	static const struct {
		unsigned int first;
		unsigned int count;
	} cases[] = {
		{ 0, 1 }, { 0, 64 }, { 1, 1 }, { 1, 63 }, { 3, 5 }, { 7, 50 },
		{ 0, 512 }, { 1, 510 }, { 0, 511 }, { 5, 1234 },
	};
	struct rig *r = &self->rig;
	struct mock_stats before, after;
	unsigned int blocks, i;
	uint64_t cap;

	ASSERT_EQ(0, mock_get(&r->mock, "cap", &cap));
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		blocks = fewest_blocks(self->iova / PAGE_4K + cases[i].first,
				       cases[i].count,
				       1ull << (cap >> 48 & 0x3f));
		ASSERT_EQ(0, mock_stats(&r->mock, &before));
		ASSERT_EQ(0, inv_range(self, cases[i].first, cases[i].count,
				       0));
		ASSERT_EQ(0, mock_stats(&r->mock, &after));
		after.invalidations -= before.invalidations;
		/* Where that is a great many, one for everything will do */
		if (blocks > 8 && after.invalidations <= 1u + r->cfg.ats)
			continue;
		/* One more for each at most where there is a device-TLB */
		EXPECT_LE(blocks + r->cfg.ats, after.invalidations);
		EXPECT_GE(blocks * (1 + r->cfg.ats), after.invalidations)
			TH_LOG("%u pages from %u", cases[i].count,
			       cases[i].first);
	}
	ASSERT_EQ(0, mock_stats(&r->mock, &before));
	ASSERT_EQ(0, vmm_invalidate_all(r->iommufd, r->nested));
	ASSERT_EQ(0, mock_stats(&r->mock, &after));
	EXPECT_EQ(before.invalidations + (r->cfg.ats ? 2 : 1),
		  after.invalidations);
}

/* Ranges of all alignments and lengths, by chance but always the same */
TEST_F(inv, many_ranges)
{
	unsigned int first, count, i;
	uint64_t seed = 0x5eed;

	for (i = 0; i < 24; i++) {
		first = util_random(&seed) % PAGES;
		count = 1 + util_random(&seed) % (PAGES - first);
		ASSERT_EQ(0, make_stale(self));
		ASSERT_EQ(0, inv_range(self, first, count, i & 1));
		ASSERT_EQ(PAGES, check_range(self, first, count))
			TH_LOG("%u pages from %u", count, first);
	}
}

/* What was never present was never cached: mapping it needs no invalidation */
TEST_F(inv, not_present_is_not_cached)
{
	struct rig *r = &self->rig;
	const uint64_t iova = self->iova + 1000 * PAGE_4K;

	EXPECT_EQ(-EFAULT, rig_sees(r, 0, iova, NEW(3)));
	ASSERT_EQ(0, s1_map(&r->s1, iova, self->new[3], S1_4K, S1_RW));
	EXPECT_EQ(0, rig_sees(r, 0, iova, NEW(3)));
	/* And what is taken away is there until it is invalidated */
	s1_unmap(&r->s1, iova, S1_4K);
	EXPECT_EQ(0, rig_sees(r, 0, iova, NEW(3)));
	ASSERT_EQ(0, vmm_invalidate_range(r->iommufd, r->nested, iova, 1,
					  IOMMU_VTD_INV_FLAGS_LEAF));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, iova, NEW(3)));
}

/* A table of @level that maps all of its way down to @gpa at @iova; its GPA */
static uint64_t build_branch(struct rig *r, uint64_t iova, unsigned int level,
			     uint64_t gpa)
{
	struct s1 branch = { .g = &r->guest, .levels = level };

	branch.root = guest_alloc(&r->guest, PAGE_4K, PAGE_4K);
	if (!branch.root || s1_map(&branch, iova, gpa, S1_4K, S1_RW))
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
		branch = build_branch(r, self->iova, level - 1, self->new[0]);
		ASSERT_NE(0, branch);
		ASSERT_EQ(0, vmm_invalidate_all(r->iommufd, r->nested));
		ASSERT_EQ(0, rig_sees(r, 0, self->iova, OLD(0)));

		entry = s1_entry(&r->s1, self->iova, level);
		old = s1_get(entry);
		s1_set(entry, branch | S1_RW);
		EXPECT_EQ(0, rig_sees(r, 0, self->iova, OLD(0)));
		ASSERT_EQ(0, inv_range(self, 0, 1, IOMMU_VTD_INV_FLAGS_LEAF));
		EXPECT_EQ(0, rig_sees(r, 0, self->iova, OLD(0)))
			TH_LOG("LEAF dropped an entry of level %u", level);
		ASSERT_EQ(0, inv_range(self, 0, 1, 0));
		EXPECT_EQ(0, rig_sees(r, 0, self->iova, NEW(0)))
			TH_LOG("level %u", level);

		s1_set(entry, old);
		EXPECT_EQ(0, rig_sees(r, 0, self->iova, NEW(0)));
		ASSERT_EQ(0, vmm_invalidate_all(r->iommufd, r->nested));
		EXPECT_EQ(0, rig_sees(r, 0, self->iova, OLD(0)));
	}
}

/* Paging-structure entries of another address stay, those of this one go */
TEST_F(inv, non_leaf_elsewhere)
{
	struct rig *r = &self->rig;
	uint64_t other = self->iova + SZ_2M;
	uint64_t *entry, branch;

	ASSERT_EQ(0, s1_map(&r->s1, other, self->old[1], S1_4K, S1_RW));
	ASSERT_EQ(0, s1_map(&r->s1, other + PAGE_4K, self->old[2], S1_4K,
			    S1_RW));
	branch = build_branch(r, other, 1, self->new[1]);
	ASSERT_NE(0, branch);
	ASSERT_EQ(0, rig_sees(r, 0, other, OLD(1)));
	entry = s1_entry(&r->s1, other, 2);
	s1_set(entry, branch | S1_RW);

	/* A walk that starts at the cached table finds its other entries too */
	ASSERT_EQ(0, inv_range(self, 0, PAGES, 0));
	EXPECT_EQ(0, rig_sees(r, 0, other + PAGE_4K, OLD(2)));
	EXPECT_EQ(0, rig_sees(r, 0, other, OLD(1)));
	ASSERT_EQ(0, vmm_invalidate_range(r->iommufd, r->nested, other, 1, 0));
	EXPECT_EQ(0, rig_sees(r, 0, other, NEW(1)));
	EXPECT_EQ(0, rig_sees(r, 0, other + PAGE_4K, OLD(2)));
}

/* A HWPT that nothing is attached to has nothing in any cache */
TEST_F(inv, not_attached)
{
	struct rig *r = &self->rig;
	struct mock_stats before, after;
	uint32_t other;

	ASSERT_EQ(0, rig_hwpt(r, &r->s1, &other));
	ASSERT_EQ(0, make_stale(self));
	ASSERT_EQ(0, mock_stats(&r->mock, &before));
	ASSERT_EQ(0, vmm_invalidate_all(r->iommufd, other));
	ASSERT_EQ(0, vmm_invalidate_range(r->iommufd, other, self->iova, PAGES,
					  0));
	ASSERT_EQ(0, mock_stats(&r->mock, &after));
	EXPECT_EQ(before.invalidations, after.invalidations);
	EXPECT_EQ(PAGES, check_range(self, 0, 0));
}

/* An IOTLB that is too small forgets by itself, and is never wrong for it */
FIXTURE(small)
{
	struct rig rig;
};

FIXTURE_SETUP(small)
{
	const struct rig_config cfg = { .iotlb_entries = 4 };

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
	ASSERT_EQ(0, vmm_invalidate_all(r->iommufd, r->nested));
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

#define SAMPLES	5
static const unsigned int sample[SAMPLES] = { 0, 1, 255, 300, 511 };

FIXTURE_SETUP(large)
{
	const struct rig_config cfg = {
		.guest_2m = variant->guest_2m,
		.guest_size = 8 * SZ_1M,
	};
	struct rig *r = &self->rig;
	unsigned int i, j;
	int rc;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_mock(r, &cfg));
	ASSERT_EQ(0, rig_devices(r));
	rc = rig_guest(r);
	if (rc == -ENOMEM && variant->guest_2m) {
		rig_down(r);
		SKIP(return, "no physical memory in blocks of 2M");
	}
	ASSERT_EQ(0, rc);
	ASSERT_EQ(0, rig_parent(r));
	ASSERT_EQ(0, rig_nested(r));

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

	ASSERT_EQ(0, vmm_invalidate_range(r->iommufd, r->nested, self->iova,
					  512, IOMMU_VTD_INV_FLAGS_LEAF));
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
	ASSERT_EQ(0, vmm_invalidate_range(r->iommufd, r->nested, self->iova,
					  1024, 0));
	EXPECT_EQ(0, sees_block(self, 0, 1));
	EXPECT_EQ(0, sees_block(self, 512, 2));
}

/*
 * One page of a large one: where the cache has it in one piece (both stages
 * are large) it goes as a whole, as no part of an entry can be kept
 */
TEST_F(large, one_page_of_it)
{
	struct rig *r = &self->rig;
	unsigned int i;

	ASSERT_EQ(0, sees_block(self, 0, 0));
	ASSERT_EQ(0, s1_map(&r->s1, self->iova, self->block[2], S1_2M, S1_RW));
	ASSERT_EQ(0, vmm_invalidate_range(r->iommufd, r->nested,
					  self->iova + 255 * PAGE_4K, 1,
					  IOMMU_VTD_INV_FLAGS_LEAF));
	for (i = 0; i < SAMPLES; i++)
		EXPECT_EQ(0, rig_sees(r, 0, self->iova + sample[i] * PAGE_4K,
				      variant->guest_2m || sample[i] == 255 ?
				      200 + i : i))
			TH_LOG("page %u", sample[i]);
}

/* A large page is split: its entry becomes a table */
TEST_F(large, split)
{
	struct rig *r = &self->rig;
	struct s1 table = { .g = &r->guest, .levels = 1 };
	unsigned int i;

	table.root = guest_alloc(&r->guest, PAGE_4K, PAGE_4K);
	ASSERT_NE(0, table.root);
	for (i = 0; i < 512; i++)
		ASSERT_EQ(0, s1_map(&table, self->iova + i * PAGE_4K,
				    self->block[2] + i * PAGE_4K, S1_4K,
				    S1_RW));
	ASSERT_EQ(0, sees_block(self, 0, 0));
	s1_set(s1_entry(&r->s1, self->iova, 2), table.root | S1_RW);
	EXPECT_EQ(0, sees_block(self, 0, 0));
	ASSERT_EQ(0, vmm_invalidate_range(r->iommufd, r->nested, self->iova,
					  512, 0));
	EXPECT_EQ(0, sees_block(self, 0, 2));
	s1_unmap(&r->s1, self->iova + 300 * PAGE_4K, S1_4K);
	ASSERT_EQ(0, vmm_invalidate_range(r->iommufd, r->nested,
					  self->iova + 300 * PAGE_4K, 1, 1));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, self->iova + 300 * PAGE_4K, 203));
	EXPECT_EQ(0, rig_sees(r, 0, self->iova + 255 * PAGE_4K, 202));
}

TEST_HARNESS_MAIN
