// SPDX-License-Identifier: GPL-2.0-only
/* Dirty tracking: the bitmap has the pages that a device wrote, and no other */
#include "harness.h"

#define IOVA	0x0000077770000000ull
#define PAGES	128
#define WORDS	(PAGES / 64)

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
		ASSERT_EQ(0, vmm_hwpt_paging(r->iommufd, r->dev[0].id, r->ioas,
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

static int bitmap(FIXTURE_DATA(dirty) *self, uint32_t flags, uint64_t *bits)
{
	memset(bits, 0, WORDS * sizeof(*bits));
	return vmm_dirty_bitmap(self->rig.iommufd, self->hwpt, flags, self->gpa,
				PAGES * PAGE_4K, bits);
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

/* A large page of stage-2 is dirty as a whole, there is one bit for it */
static unsigned int reach(const struct rig *r)
{
	return r->cfg.guest_2m ? PAGES : 1;
}

TEST_F(dirty, what_was_written)
{
	static const unsigned int pages[] = { 0, 1, 5, 63, 64, 100, PAGES - 1 };
	struct rig *r = &self->rig;
	uint64_t bits[WORDS];
	unsigned int i, j;

	ASSERT_EQ(0, vmm_dirty_tracking(r->iommufd, self->hwpt, 1));
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
	ASSERT_EQ(0, vmm_dirty_tracking(r->iommufd, self->hwpt, 1));
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

	ASSERT_EQ(0, vmm_dirty_tracking(r->iommufd, self->hwpt, 1));
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
	ASSERT_EQ(0, vmm_dirty_tracking(r->iommufd, self->hwpt, 1));
	ASSERT_EQ(0, vmm_dirty_tracking(r->iommufd, self->hwpt, 1));
	ASSERT_EQ(0, bitmap(self, 0, bits));
	ASSERT_EQ(0, write_page(self, 3));
	ASSERT_EQ(0, bitmap(self, 0, bits));
	EXPECT_TRUE(is_set(bits, 3));

	ASSERT_EQ(0, vmm_dirty_tracking(r->iommufd, self->hwpt, 0));
	ASSERT_EQ(0, write_page(self, 4));
	ASSERT_EQ(0, bitmap(self, 0, bits));
	/* SMMUv3 goes on, and does no harm by it */
	EXPECT_FALSE(r->cfg.type == MOCK_VTD && is_set(bits, 4));

	ASSERT_EQ(0, vdev_detach(&r->dev[0]));
	ASSERT_EQ(0, vmm_dirty_tracking(r->iommufd, self->hwpt, 1));
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
	ASSERT_EQ(0, vmm_dirty_tracking(rig.iommufd, rig.nest.parent, 1));
	ASSERT_EQ(0, vmm_dirty_bitmap(rig.iommufd, rig.nest.parent, 0, RIG_GPA,
				      RIG_GUEST_SIZE, bits));
	memset(bits, 0, sizeof(bits));
	ASSERT_EQ(0, rig_sees(&rig, 0, IOVA, 1));
	ASSERT_EQ(0, vmm_dirty_bitmap(rig.iommufd, rig.nest.parent, 0, RIG_GPA,
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

	EXPECT_EQ(-EOPNOTSUPP, vmm_hwpt_paging(r->iommufd, r->dev[0].id,
					       r->ioas,
					       IOMMU_HWPT_ALLOC_DIRTY_TRACKING,
					       &hwpt));
	EXPECT_EQ(-EOPNOTSUPP,
		  vmm_hwpt_paging(r->iommufd, r->dev[0].id, r->ioas,
				  IOMMU_HWPT_ALLOC_DIRTY_TRACKING |
				  IOMMU_HWPT_ALLOC_NEST_PARENT, &hwpt));
	ASSERT_EQ(0, vmm_hwpt_paging(r->iommufd, r->dev[0].id, r->ioas, 0,
				     &hwpt));
	EXPECT_EQ(-EOPNOTSUPP, vmm_dirty_tracking(r->iommufd, hwpt, 1));
	EXPECT_EQ(-EOPNOTSUPP, vmm_dirty_bitmap(r->iommufd, hwpt, 0, RIG_GPA,
						PAGE_4K, &bit));
}

TEST_HARNESS_MAIN
