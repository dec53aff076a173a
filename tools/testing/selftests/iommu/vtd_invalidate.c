// SPDX-License-Identifier: GPL-2.0-only
/* Invalidation as only VT-d has it: of an HWPT, by ranges, in few descriptors */
#include "harness.h"
#include "window.h"

#define WINDOW		0x00002a8540000000ull

FIXTURE(vtd_inv)
{
	struct rig rig;
	struct window w;
};

FIXTURE_VARIANT(vtd_inv)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(vtd_inv, usual)
{
};

FIXTURE_VARIANT_ADD(vtd_inv, w57)
{
	.cfg.width = 57,
};

FIXTURE_VARIANT_ADD(vtd_inv, async)
{
	.cfg.async = true,
};

/* At most 32 pages with one command */
FIXTURE_VARIANT_ADD(vtd_inv, small_ranges)
{
	.cfg.cap_clear = VTD_CAP_MAMV(63),
	.cfg.cap_set = VTD_CAP_MAMV(5),
};

FIXTURE_VARIANT_ADD(vtd_inv, ats_not_used)
{
	.cfg.ats = true,
};

FIXTURE_SETUP(vtd_inv)
{
	struct rig *r = &self->rig;

	RIG_UP(r, &variant->cfg);
	ASSERT_EQ(0, window_create(&self->w, r, &r->s1, WINDOW));
}

FIXTURE_TEARDOWN(vtd_inv)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

/* An array of entries: every one counts */
TEST_F(vtd_inv, arrays)
{
	struct iommu_hwpt_vtd_s1_invalidate entry[WINDOW_PAGES / 2];
	struct rig *r = &self->rig;
	uint32_t num = ARRAY_SIZE(entry);
	unsigned int i;

	memset(entry, 0, sizeof(entry));
	for (i = 0; i < num; i++) {
		entry[i].addr = self->w.iova + 2 * i * PAGE_4K;
		entry[i].npages = 1;
		entry[i].flags = i % 3 ? IOMMU_VTD_INV_FLAGS_LEAF : 0;
	}
	ASSERT_EQ(0, window_stale(&self->w, r));
	ASSERT_EQ(0, dsi_invalidate(r->iommufd, r->nested, entry, &num));
	ASSERT_EQ(ARRAY_SIZE(entry), num);
	for (i = 0; i < WINDOW_PAGES; i++)
		EXPECT_EQ(0, rig_sees(r, 0, self->w.iova + i * PAGE_4K,
				      i & 1 ? WINDOW_OLD(i) : WINDOW_NEW(i)));
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
TEST_F(vtd_inv, descriptors)
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
		blocks = fewest_blocks(self->w.iova / PAGE_4K + cases[i].first,
				       cases[i].count,
				       1ull << (cap >> 48 & 0x3f));
		ASSERT_EQ(0, mock_stats(&r->mock, &before));
		ASSERT_EQ(0, rig_inv(r, self->w.iova +
				     cases[i].first * PAGE_4K, cases[i].count,
				     false));
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
	ASSERT_EQ(0, rig_inv_all(r));
	ASSERT_EQ(0, mock_stats(&r->mock, &after));
	EXPECT_EQ(before.invalidations + (r->cfg.ats ? 2 : 1),
		  after.invalidations);
}

/* A HWPT that nothing is attached to has nothing in any cache */
TEST_F(vtd_inv, not_attached)
{
	struct rig *r = &self->rig;
	struct mock_stats before, after;
	uint32_t other;

	ASSERT_EQ(0, rig_hwpt(r, &r->s1, &other));
	ASSERT_EQ(0, window_stale(&self->w, r));
	ASSERT_EQ(0, mock_stats(&r->mock, &before));
	ASSERT_EQ(0, dsi_invalidate_all(r->iommufd, other));
	ASSERT_EQ(0, dsi_invalidate_range(r->iommufd, other, self->w.iova, WINDOW_PAGES,
					  0));
	ASSERT_EQ(0, mock_stats(&r->mock, &after));
	EXPECT_EQ(before.invalidations, after.invalidations);
	EXPECT_EQ(WINDOW_PAGES, window_check(&self->w, r, 0, 0));
}

TEST_HARNESS_MAIN
