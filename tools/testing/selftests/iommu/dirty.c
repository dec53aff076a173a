// SPDX-License-Identifier: GPL-2.0-only
/* Dirty tracking: the bitmap has the pages that a device wrote, and no other */
#include "harness.h"

#define IOVA	0x0000077770000000ull
#define PAGES	128
#define BLOCK	(SZ_2M / PAGE_4K)
#define WORDS	(BLOCK / 64)

FIXTURE(dirty)
{
	struct rig rig;
	uint64_t gpa;		/* of the pages that are tracked */
	uint64_t iova;		/* what the device calls the first of them */
	uint32_t hwpt;		/* what is tracked */
};

FIXTURE_VARIANT(dirty)
{
	struct rig_config cfg;
	bool nested;
};

FIXTURE_VARIANT_ADD(dirty, plain)
{
	.cfg.ecap_set = VTD_ECAP_SSADS,
};

FIXTURE_VARIANT_ADD(dirty, nested)
{
	.cfg.ecap_set = VTD_ECAP_SSADS,
	.nested = true,
};

FIXTURE_VARIANT_ADD(dirty, nested_2M)
{
	.cfg.ecap_set = VTD_ECAP_SSADS,
	.cfg.guest_2m = true,
	.nested = true,
};

/* With SMMUv3 it is stage-1 that has it, so a nesting parent has it not */
FIXTURE_VARIANT_ADD(dirty, smmu_plain)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.idr[0] = { SMMU_IDR0_HTTU, SMMU_IDR0_HTTU_AD },
};

FIXTURE_SETUP(dirty)
{
	struct rig_config cfg = variant->cfg;
	struct rig *r = &self->rig;
	int rc;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	cfg.parent_flags = IOMMU_HWPT_ALLOC_DIRTY_TRACKING;
	ASSERT_EQ(0, rig_mock(r, &cfg));
	ASSERT_EQ(0, rig_devices(r));
	rc = rig_guest(r);
	if (rc == -ENOMEM && cfg.guest_2m) {
		rig_down(r);
		SKIP(return, "no physical memory in blocks of 2M");
	}
	ASSERT_EQ(0, rc);
	self->gpa = r->guest.gpa + SZ_2M;
	if (variant->nested) {
		ASSERT_EQ(0, rig_parent(r));
		ASSERT_EQ(0, rig_nested(r));
		ASSERT_EQ(0, s1_map_range(&r->s1, IOVA, self->gpa,
					  PAGES * PAGE_4K, S1_4K, S1_RW));
		self->hwpt = r->nest.parent;
		self->iova = IOVA;
	} else {
		ASSERT_EQ(0, dsi_hwpt_paging(r->iommufd, r->dev[0].id, r->ioas,
					     IOMMU_HWPT_ALLOC_DIRTY_TRACKING,
					     &self->hwpt));
		ASSERT_EQ(0, vdev_attach_id(&r->dev[0], self->hwpt));
		self->iova = self->gpa;
	}
}

FIXTURE_TEARDOWN(dirty)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

/* A large page of stage-2 is dirty as a whole, and is asked about as a whole */
static unsigned int reach(const struct rig *r)
{
	return r->cfg.guest_2m ? BLOCK : 1;
}

static int bitmap(FIXTURE_DATA(dirty) *self, uint32_t flags, uint64_t *bits)
{
	unsigned int pages = self->rig.cfg.guest_2m ? BLOCK : PAGES;

	memset(bits, 0, WORDS * sizeof(*bits));
	return dsi_dirty_bitmap(self->rig.iommufd, self->hwpt, flags, self->gpa,
				pages * PAGE_4K, bits);
}

static int write_page(FIXTURE_DATA(dirty) *self, unsigned int page)
{
	return ep_write(&self->rig.dev[0], self->iova + page * PAGE_4K + 40, 8,
			page + 1, NULL);
}

static bool is_set(const uint64_t *bits, unsigned int page)
{
	return bits[page / 64] >> (page % 64) & 1;
}

TEST_F(dirty, what_was_written)
{
	static const unsigned int pages[] = { 0, 1, 5, 63, 64, 100, PAGES - 1 };
	struct rig *r = &self->rig;
	uint64_t bits[WORDS];
	unsigned int i, j;

	ASSERT_EQ(0, dsi_dirty_tracking(r->iommufd, self->hwpt, 1));
	ASSERT_EQ(0, bitmap(self, 0, bits));
	ASSERT_EQ(0, bitmap(self, 0, bits));
	EXPECT_TRUE(util_is_byte(bits, sizeof(bits), 0));

	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		ASSERT_EQ(0, write_page(self, pages[i]));
		ASSERT_EQ(0, bitmap(self, 0, bits));
		for (j = 0; j < PAGES; j++)
			EXPECT_EQ(j / reach(r) == pages[i] / reach(r),
				  is_set(bits, j))
				TH_LOG("page %u, bit %u", pages[i], j);
		/* Read and cleared; and the same page is found again */
		ASSERT_EQ(0, bitmap(self, 0, bits));
		EXPECT_TRUE(util_is_byte(bits, sizeof(bits), 0));
		ASSERT_EQ(0, write_page(self, pages[i]));
		ASSERT_EQ(0, bitmap(self, 0, bits));
		EXPECT_TRUE(is_set(bits, pages[i]));
	}
}

/* Reads make nothing dirty where no stage-1 is in the way */
TEST_F(dirty, reads)
{
	struct rig *r = &self->rig;
	uint64_t bits[WORDS];
	unsigned int i;

	/* Stage-1 tables are in a large page of their own */
	ASSERT_EQ(0, dsi_dirty_tracking(r->iommufd, self->hwpt, 1));
	ASSERT_EQ(0, bitmap(self, 0, bits));
	for (i = 0; i < PAGES; i += 9)
		EXPECT_EQ(-EBADMSG,
			  ep_read(&r->dev[0], self->iova + i * PAGE_4K, 4, 0,
				  NULL));
	ASSERT_EQ(0, bitmap(self, 0, bits));
	EXPECT_TRUE(util_is_byte(bits, sizeof(bits), 0));
}

/* Looked at without clearing: it is there the next time */
TEST_F(dirty, no_clear)
{
	struct rig *r = &self->rig;
	uint64_t bits[WORDS];

	ASSERT_EQ(0, dsi_dirty_tracking(r->iommufd, self->hwpt, 1));
	ASSERT_EQ(0, bitmap(self, 0, bits));
	ASSERT_EQ(0, write_page(self, 7));
	ASSERT_EQ(0, bitmap(self, IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR, bits));
	EXPECT_TRUE(is_set(bits, 7));
	ASSERT_EQ(0, bitmap(self, IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR, bits));
	EXPECT_TRUE(is_set(bits, 7));
	ASSERT_EQ(0, bitmap(self, 0, bits));
	EXPECT_TRUE(is_set(bits, 7));
	ASSERT_EQ(0, bitmap(self, 0, bits));
	EXPECT_FALSE(is_set(bits, 7));
}

/* Switched on while the device runs, off and on again, attached later */
TEST_F(dirty, on_and_off)
{
	struct rig *r = &self->rig;
	uint64_t bits[WORDS];
	uint32_t at = variant->nested ? r->nested : self->hwpt;

	ASSERT_EQ(0, write_page(self, 3));
	ASSERT_EQ(0, dsi_dirty_tracking(r->iommufd, self->hwpt, 1));
	ASSERT_EQ(0, dsi_dirty_tracking(r->iommufd, self->hwpt, 1));
	ASSERT_EQ(0, bitmap(self, 0, bits));
	ASSERT_EQ(0, write_page(self, 3));
	ASSERT_EQ(0, bitmap(self, 0, bits));
	EXPECT_TRUE(is_set(bits, 3));

	ASSERT_EQ(0, dsi_dirty_tracking(r->iommufd, self->hwpt, 0));
	ASSERT_EQ(0, write_page(self, 4));
	ASSERT_EQ(0, bitmap(self, 0, bits));
	/* SMMUv3 goes on, and does no harm by it */
	EXPECT_FALSE(r->cfg.type == MOCK_VTD && is_set(bits, 4));

	ASSERT_EQ(0, vdev_detach(&r->dev[0]));
	ASSERT_EQ(0, dsi_dirty_tracking(r->iommufd, self->hwpt, 1));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], at));
	ASSERT_EQ(0, bitmap(self, 0, bits));
	ASSERT_EQ(0, write_page(self, 5));
	ASSERT_EQ(0, bitmap(self, 0, bits));
	EXPECT_TRUE(is_set(bits, 5));
}

/* Stage-1 tables are written by the walk itself: their pages are dirty too */
TEST(walk_makes_tables_dirty)
{
	const struct rig_config cfg = {
		.ecap_set = VTD_ECAP_SSADS,
		.parent_flags = IOMMU_HWPT_ALLOC_DIRTY_TRACKING,
	};
	uint64_t bits[RIG_GUEST_SIZE / PAGE_4K / 64] = {};
	uint64_t leaf_table;
	struct rig rig;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_up(&rig, &cfg));
	ASSERT_NE(0, rig_page(&rig, &rig.s1, IOVA, 1));
	leaf_table = s1_get(s1_entry(&rig.s1, IOVA, 2)) & S1_ADDR;
	ASSERT_EQ(0, dsi_dirty_tracking(rig.iommufd, rig.nest.parent, 1));
	ASSERT_EQ(0, dsi_dirty_bitmap(rig.iommufd, rig.nest.parent, 0, RIG_GPA,
				      RIG_GUEST_SIZE, bits));
	memset(bits, 0, sizeof(bits));
	ASSERT_EQ(0, rig_sees(&rig, 0, IOVA, 1));
	ASSERT_EQ(0, dsi_dirty_bitmap(rig.iommufd, rig.nest.parent, 0, RIG_GPA,
				      RIG_GUEST_SIZE, bits));
	EXPECT_TRUE(is_set(bits, (rig.s1.root - RIG_GPA) / PAGE_4K));
	EXPECT_TRUE(is_set(bits, (leaf_table - RIG_GPA) / PAGE_4K));
	EXPECT_EQ(0, rig_down(&rig));
}

/* A unit that cannot do it says so */
FIXTURE(unit_without)
{
	struct rig rig;
};

FIXTURE_VARIANT(unit_without)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(unit_without, vtd)
{
	.cfg.ecap_clear = VTD_ECAP_SSADS,
};

FIXTURE_VARIANT_ADD(unit_without, smmu)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.idr[0] = { SMMU_IDR0_HTTU, 0 },
};

FIXTURE_SETUP(unit_without)
{
	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_mock(&self->rig, &variant->cfg));
	ASSERT_EQ(0, rig_devices(&self->rig));
	ASSERT_EQ(0, rig_guest(&self->rig));
}

FIXTURE_TEARDOWN(unit_without)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

TEST_F(unit_without, refuses)
{
	struct rig *r = &self->rig;
	uint64_t bit = 0;
	uint32_t hwpt;

	EXPECT_EQ(-EOPNOTSUPP, dsi_hwpt_paging(r->iommufd, r->dev[0].id,
					       r->ioas,
					       IOMMU_HWPT_ALLOC_DIRTY_TRACKING,
					       &hwpt));
	EXPECT_EQ(-EOPNOTSUPP,
		  dsi_hwpt_paging(r->iommufd, r->dev[0].id, r->ioas,
				  IOMMU_HWPT_ALLOC_DIRTY_TRACKING |
				  IOMMU_HWPT_ALLOC_NEST_PARENT, &hwpt));
	ASSERT_EQ(0, dsi_hwpt_paging(r->iommufd, r->dev[0].id, r->ioas, 0,
				     &hwpt));
	EXPECT_EQ(-EOPNOTSUPP, dsi_dirty_tracking(r->iommufd, hwpt, 1));
	EXPECT_EQ(-EOPNOTSUPP, dsi_dirty_bitmap(r->iommufd, hwpt, 0, RIG_GPA,
						PAGE_4K, &bit));
}

/*
 * Who asks about a part of a large page learns of what was written there, and
 * the other part is not lost
 */
FIXTURE(part)
{
	struct rig rig;
	uint64_t gpa;		/* of two large pages */
	uint64_t iova;		/* what the device calls them */
	uint32_t hwpt;
};

FIXTURE_VARIANT(part)
{
	struct rig_config cfg;
	bool nested;
};

FIXTURE_VARIANT_ADD(part, plain)
{
	.cfg.ecap_set = VTD_ECAP_SSADS,
};

FIXTURE_VARIANT_ADD(part, nested)
{
	.cfg.ecap_set = VTD_ECAP_SSADS,
	.nested = true,
};

FIXTURE_VARIANT_ADD(part, smmu_plain)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.idr[0] = { SMMU_IDR0_HTTU, SMMU_IDR0_HTTU_AD },
};

FIXTURE_SETUP(part)
{
	struct rig_config cfg = variant->cfg;
	struct rig *r = &self->rig;
	int rc;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	cfg.parent_flags = IOMMU_HWPT_ALLOC_DIRTY_TRACKING;
	cfg.guest_size = 3 * SZ_2M;
	cfg.guest_2m = true;
	ASSERT_EQ(0, rig_mock(r, &cfg));
	ASSERT_EQ(0, rig_devices(r));
	rc = rig_guest(r);
	if (rc == -ENOMEM) {
		rig_down(r);
		SKIP(return, "no physical memory in blocks of 2M");
	}
	ASSERT_EQ(0, rc);
	self->gpa = r->guest.gpa + SZ_2M;
	self->iova = self->gpa;
	if (variant->nested) {
		ASSERT_EQ(0, rig_parent(r));
		ASSERT_EQ(0, rig_nested(r));
		ASSERT_EQ(0, s1_map_range(&r->s1, IOVA, self->gpa, 2 * SZ_2M,
					  S1_2M, S1_RW));
		self->hwpt = r->nest.parent;
		self->iova = IOVA;
	} else {
		ASSERT_EQ(0, dsi_hwpt_paging(r->iommufd, r->dev[0].id, r->ioas,
					     IOMMU_HWPT_ALLOC_DIRTY_TRACKING,
					     &self->hwpt));
		ASSERT_EQ(0, vdev_attach_id(&r->dev[0], self->hwpt));
	}
	ASSERT_EQ(0, dsi_dirty_tracking(r->iommufd, self->hwpt, 1));
}

FIXTURE_TEARDOWN(part)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

/*
 * The pages from @first on: how many of these the bitmap has, if it has all or
 * none of them and nothing was written beside it; else -1
 */
static int ask(FIXTURE_DATA(part) *self, uint32_t flags, unsigned int first,
	       unsigned int nr)
{
	uint64_t bits[2 * WORDS + 2] = {};
	unsigned int i, count = 0;

	if (dsi_dirty_bitmap(self->rig.iommufd, self->hwpt, flags,
			     self->gpa + first * PAGE_4K, nr * PAGE_4K,
			     bits + 1))
		return -1;
	for (i = 0; i < nr; i++)
		count += is_set(bits + 1, i);
	for (i = 0; i < ARRAY_SIZE(bits); i++)
		count -= __builtin_popcountll(bits[i]);
	/* What is set outside makes it less than zero */
	if (count)
		return -1;
	for (i = 0; i < nr; i++)
		count += is_set(bits + 1, i);
	return count;
}

static int put(FIXTURE_DATA(part) *self, unsigned int page)
{
	return ep_write(&self->rig.dev[0], self->iova + page * PAGE_4K, 1, page,
			NULL);
}

TEST_F(part, nothing_is_lost)
{
	const unsigned int half = BLOCK / 2;

	ASSERT_EQ(0, ask(self, 0, 0, 2 * BLOCK));
	ASSERT_EQ(0, put(self, half + 128));
	/* First part, second part, in the middle, over the end, all of it */
	EXPECT_EQ(half, ask(self, 0, 0, half));
	EXPECT_EQ(half, ask(self, 0, half, half));
	EXPECT_EQ(64, ask(self, 0, 192, 64));
	EXPECT_EQ(1, ask(self, 0, half + 128, 1));
	EXPECT_EQ(half, ask(self, 0, half, BLOCK));
	EXPECT_EQ(BLOCK, ask(self, IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR, 0,
			     2 * BLOCK));
	EXPECT_EQ(BLOCK, ask(self, 0, 0, BLOCK + half));
	/* Now it has been asked about as a whole */
	EXPECT_EQ(0, ask(self, 0, 0, BLOCK + half));
	EXPECT_EQ(0, ask(self, 0, half, half));

	/* Parts of two of them, of which only one was written to */
	ASSERT_EQ(0, put(self, BLOCK));
	EXPECT_EQ(half, ask(self, 0, half, BLOCK));
	EXPECT_EQ(half, ask(self, 0, BLOCK + half, half));
	EXPECT_EQ(BLOCK, ask(self, 0, half, half + BLOCK));
	EXPECT_EQ(0, ask(self, 0, 0, 2 * BLOCK));

	/* And the bit of an entry is set again after it was cleared */
	ASSERT_EQ(0, put(self, BLOCK));
	EXPECT_EQ(BLOCK, ask(self, 0, 0, 2 * BLOCK));
}

/*
 * What the kernel itself makes of some queries, whatever the driver does: the
 * user guide has a table of it. A kernel that does better is no failure.
 */
FIXTURE(kernel)
{
	struct rig rig;
	uint32_t ioas;
	uint32_t hwpt;
};

FIXTURE_VARIANT(kernel)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(kernel, vtd)
{
	.cfg.ecap_set = VTD_ECAP_SSADS,
};

FIXTURE_VARIANT_ADD(kernel, smmu)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.idr[0] = { SMMU_IDR0_HTTU, SMMU_IDR0_HTTU_AD },
};

/* Pages 0 to 7 and 16 to 23 of memory that begins at address 0 */
FIXTURE_SETUP(kernel)
{
	struct rig *r = &self->rig;
	int fd;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_mock(r, &variant->cfg));
	ASSERT_EQ(0, rig_devices(r));
	ASSERT_EQ(0, rig_guest(r));
	fd = r->iommufd;
	ASSERT_EQ(0, dsi_ioas_alloc(fd, &self->ioas));
	ASSERT_EQ(0, dsi_ioas_map(fd, self->ioas, r->guest.va, 8 * PAGE_4K, 0,
				  DSI_RW));
	ASSERT_EQ(0, dsi_ioas_map(fd, self->ioas, r->guest.va, 8 * PAGE_4K,
				  16 * PAGE_4K, DSI_RW));
	ASSERT_EQ(0, dsi_hwpt_paging(fd, r->dev[0].id, self->ioas,
				     IOMMU_HWPT_ALLOC_DIRTY_TRACKING,
				     &self->hwpt));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], self->hwpt));
	ASSERT_EQ(0, dsi_dirty_tracking(fd, self->hwpt, 1));
	ASSERT_EQ(0, ep_write(&r->dev[0], 3 * PAGE_4K, 8, 1, NULL));
	ASSERT_EQ(0, ep_write(&r->dev[0], 18 * PAGE_4K, 8, 1, NULL));
}

FIXTURE_TEARDOWN(kernel)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

static int ask_kernel(FIXTURE_DATA(kernel) *self, uint64_t iova, uint64_t len,
		      uint64_t *bits)
{
	return dsi_dirty_bitmap(self->rig.iommufd, self->hwpt, 0, iova, len,
				bits);
}

/* What is behind a gap is not looked at, and neither is it lost */
TEST_F(kernel, range_with_a_gap)
{
	uint64_t bits = 0;
	int rc;

	rc = ask_kernel(self, 0, 24 * PAGE_4K, &bits);
	EXPECT_TRUE(rc == -EINVAL || (!rc && bits & 1 << 3));
	EXPECT_FALSE(bits & 1 << 18);
	bits = 0;
	EXPECT_EQ(0, ask_kernel(self, 16 * PAGE_4K, 8 * PAGE_4K, &bits));
	EXPECT_EQ(1 << 2, bits);
}

/* A bitmap that is none: the bits are lost */
TEST_F(kernel, no_bitmap)
{
	uint64_t bits = 0;
	int rc;

	rc = ask_kernel(self, 0, 8 * PAGE_4K, NULL);
	EXPECT_TRUE(!rc || rc == -EFAULT);
	EXPECT_EQ(0, ask_kernel(self, 0, 8 * PAGE_4K, &bits));
	EXPECT_TRUE(rc || !bits);
}

/*
 * Nothing asked about, from address 0: a kernel that does not refuse it clears
 * everything up to a gap. From anywhere else it has no last address.
 */
TEST_F(kernel, no_length)
{
	static uint64_t room[1024];
	uint64_t bits = 0;
	int rc;

	rc = ask_kernel(self, 0, 0, room);
	EXPECT_TRUE(!rc || rc == -EINVAL);
	EXPECT_EQ(rc ?: -EOVERFLOW, ask_kernel(self, PAGE_4K, 0, room));
	EXPECT_EQ(0, ask_kernel(self, 0, 8 * PAGE_4K, &bits));
	EXPECT_EQ(rc ? 1 << 3 : 0, bits);
}

/* With SMMUv3 it is stage-1 that has it: a nesting parent has it not */
TEST(smmu_parent)
{
	const struct rig_config cfg = {
		.type = MOCK_SMMUV3,
		.idr[0] = { SMMU_IDR0_HTTU, SMMU_IDR0_HTTU_AD },
	};
	struct iommu_hw_info_arm_smmuv3 smmu;
	struct iommu_hw_info info;
	uint32_t hwpt;
	struct rig r;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_mock(&r, &cfg));
	ASSERT_EQ(0, rig_devices(&r));
	ASSERT_EQ(0, rig_guest(&r));
	ASSERT_EQ(0, dsi_hw_info_smmuv3(r.iommufd, r.dev[0].id, &smmu, &info));
	EXPECT_TRUE(info.out_capabilities & IOMMU_HW_CAP_DIRTY_TRACKING);
	EXPECT_EQ(-EOPNOTSUPP,
		  dsi_hwpt_paging(r.iommufd, r.dev[0].id, r.ioas,
				  IOMMU_HWPT_ALLOC_NEST_PARENT |
				  IOMMU_HWPT_ALLOC_DIRTY_TRACKING, &hwpt));
	EXPECT_EQ(0, dsi_hwpt_paging(r.iommufd, r.dev[0].id, r.ioas,
				     IOMMU_HWPT_ALLOC_DIRTY_TRACKING, &hwpt));
	EXPECT_EQ(0, rig_down(&r));
}

TEST_HARNESS_MAIN
