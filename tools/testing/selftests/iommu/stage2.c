// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stage-2 has the last word: its permissions under nested translation, its
 * mappings when they go, and its own translations without any stage-1
 */
#include "harness.h"

#define IOVA	0x0000066660000000ull
#define EXTRA	(RIG_GPA + SZ_1G)
#define PAGES	8

FIXTURE(stage2)
{
	struct rig rig;
	struct guest extra;	/* a second block of RAM, at EXTRA */
};

FIXTURE_VARIANT(stage2)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(stage2, usual)
{
};

FIXTURE_VARIANT_ADD(stage2, w57)
{
	.cfg.width = 57,
};

FIXTURE_VARIANT_ADD(stage2, ats)
{
	.cfg.ats = true,
};

FIXTURE_VARIANT_ADD(stage2, async)
{
	.cfg.async = true,
};

/* Stage-2 tables of other depths, and without large pages */
FIXTURE_VARIANT_ADD(stage2, four_levels)
{
	.cfg.cap_clear = VTD_CAP_SAGAW_5LVL | VTD_CAP_MGAW(63),
	.cfg.cap_set = VTD_CAP_MGAW(48 - 1),
};

FIXTURE_VARIANT_ADD(stage2, five_levels)
{
	.cfg.cap_clear = VTD_CAP_SAGAW_4LVL,
};

FIXTURE_VARIANT_ADD(stage2, no_large_pages)
{
	.cfg.cap_clear = VTD_CAP_SSLPS,
};

FIXTURE_VARIANT_ADD(stage2, no_page_selective_invalidation)
{
	.cfg.cap_clear = VTD_CAP_PSI | VTD_CAP_MAMV(63),
};

FIXTURE_VARIANT_ADD(stage2, w57_over_four_levels)
{
	.cfg.width = 57,
	.cfg.cap_clear = VTD_CAP_SAGAW_5LVL | VTD_CAP_MGAW(63),
	.cfg.cap_set = VTD_CAP_MGAW(48 - 1),
};

/* Hardware that also caches what is not present: mapping has to tell it */
FIXTURE_VARIANT_ADD(stage2, caching_mode)
{
	.cfg.cap_set = VTD_CAP_CM,
};

FIXTURE_VARIANT_ADD(stage2, smmu)
{
	.cfg.type = MOCK_SMMUV3,
};

FIXTURE_VARIANT_ADD(stage2, smmu_ats)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.ats = true,
};

FIXTURE_VARIANT_ADD(stage2, smmu_async)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.async = true,
};

/* Stage-2 tables that begin at another level, and without range commands */
FIXTURE_VARIANT_ADD(stage2, smmu_40_bits)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.idr[5] = { SMMU_IDR5_OAS, SMMU_OAS_40 },
};

FIXTURE_VARIANT_ADD(stage2, smmu_no_ranges)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.idr[3] = { SMMU_IDR3_RIL, 0 },
	.cfg.v3_1 = true,
};

FIXTURE_SETUP(stage2)
{
	struct rig_config cfg = variant->cfg;
	struct rig *r = &self->rig;
	unsigned int i;

	cfg.no_spr17 = true;
	RIG_UP(r, &cfg);
	ASSERT_EQ(0, guest_create(&self->extra, EXTRA, PAGES * PAGE_4K));
	for (i = 0; i < PAGES; i++) {
		util_fill(self->extra.va + i * PAGE_4K, PAGE_4K, 100 + i);
		ASSERT_EQ(0, s1_map(&r->s1, IOVA + i * PAGE_4K,
				    EXTRA + i * PAGE_4K, S1_4K, S1_RW));
	}
	ASSERT_EQ(0, ep_ats(&r->dev[0], r->cfg.ats ? MOCK_EP_ATS_ENABLE : 0));
}

FIXTURE_TEARDOWN(stage2)
{
	EXPECT_EQ(0, rig_down(&self->rig));
	guest_destroy(&self->extra);
}

static int map_extra(FIXTURE_DATA(stage2) *self, uint32_t perm)
{
	return dsi_ioas_map(self->rig.iommufd, self->rig.ioas, self->extra.va,
			    self->extra.size, EXTRA, perm);
}

/* What stage-1 permits, stage-2 may still refuse */
TEST_F(stage2, read_only)
{
	struct rig *r = &self->rig;
	struct ep_result res;

	EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA, 100));
	ASSERT_EQ(0, map_extra(self, DSI_RO));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 100));
	EXPECT_EQ(-EFAULT, ep_write(&r->dev[0], IOVA + 8, 16, 1, &res));
	EXPECT_EQ(MOCK_EP_FAULT_BLOCKED | MOCK_EP_FAULT_WRITE, res.fault);
	EXPECT_EQ(IOVA + 8, res.fault_addr);
	EXPECT_EQ(0, res.moved);
	EXPECT_TRUE(util_is_fill(self->extra.va, PAGE_4K, 100));
	/* A refused write has no dirty bit to show for it */
	EXPECT_FALSE(r->cfg.type == MOCK_VTD &&
		     s1_get(s1_entry(&r->s1, IOVA, 1)) & S1_D);
}

TEST_F(stage2, write_only)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, map_extra(self, IOMMU_IOAS_MAP_WRITEABLE));
	EXPECT_EQ(0, ep_write(&r->dev[0], IOVA, 16, 1, NULL));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA, 16, 0, NULL));
}

/* Unmapped below a stage-1 that still maps it: gone, from all caches */
TEST_F(stage2, unmap)
{
	struct rig *r = &self->rig;
	unsigned int i;

	for (i = 0; i < PAGES; i++)
		ASSERT_NE(0, rig_page(r, &r->s1, IOVA + SZ_2M + i * PAGE_4K,
				      i));
	ASSERT_EQ(0, map_extra(self, DSI_RW));
	for (i = 0; i < PAGES; i++) {
		EXPECT_EQ(0, rig_sees(r, 0, IOVA + i * PAGE_4K, 100 + i));
		EXPECT_EQ(0, rig_sees(r, 0, IOVA + SZ_2M + i * PAGE_4K, i));
	}
	ASSERT_EQ(0, dsi_ioas_unmap(r->iommufd, r->ioas, EXTRA,
				    self->extra.size));
	for (i = 0; i < PAGES; i++) {
		EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA + i * PAGE_4K, 4,
					   0, NULL));
		EXPECT_EQ(-EFAULT, ep_write(&r->dev[0], IOVA + i * PAGE_4K, 4,
					    1, NULL));
		EXPECT_EQ(0, rig_sees(r, 0, IOVA + SZ_2M + i * PAGE_4K, i));
		EXPECT_TRUE(util_is_fill(self->extra.va + i * PAGE_4K, PAGE_4K,
					 100 + i));
	}
}

/* The same GPA again, with other memory behind it */
TEST_F(stage2, remap)
{
	struct rig *r = &self->rig;
	struct guest other;

	ASSERT_EQ(0, guest_create(&other, EXTRA, PAGE_4K));
	util_fill(other.va, PAGE_4K, 500);
	ASSERT_EQ(0, map_extra(self, DSI_RW));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 100));
	ASSERT_EQ(0, dsi_ioas_unmap(r->iommufd, r->ioas, EXTRA,
				    self->extra.size));
	ASSERT_EQ(0, dsi_ioas_map(r->iommufd, r->ioas, other.va, PAGE_4K, EXTRA,
				  DSI_RW));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 500));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA + PAGE_4K, 101));
	EXPECT_TRUE(util_is_fill(self->extra.va, PAGE_4K, 100));
	guest_destroy(&other);
}

/* The RAM that a stage-1 itself is in goes away */
TEST_F(stage2, tables_unmapped)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, map_extra(self, DSI_RW));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 100));
	ASSERT_EQ(0, rig_unmap_guest(r));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA, 100));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA + PAGE_4K, 101));
	ASSERT_EQ(0, rig_map_guest(r));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 100));
}

/* The parent by itself: GPAs are IOVAs */
TEST_F(stage2, parent_alone)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, map_extra(self, DSI_RW));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], r->nest.parent));
	EXPECT_EQ(0, rig_sees(r, 0, EXTRA, 100));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA, 100));
	EXPECT_EQ(0, rig_sees(r, 0, EXTRA + PAGE_4K, 101));
	ASSERT_EQ(0, dsi_ioas_unmap(r->iommufd, r->ioas, EXTRA,
				    self->extra.size));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, EXTRA, 100));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, EXTRA + PAGE_4K, 101));
}

/* 1M that messages of interrupts are for */
static uint64_t msi_range(const struct rig *r)
{
	return r->cfg.type == MOCK_SMMUV3 ? SW_MSI : 0xfee00000;
}

/* As much as a transfer can be, at IOVAs far apart, all of it checked */
TEST_F(stage2, wide_addresses)
{
	struct rig *r = &self->rig;
	struct iommu_iova_range range[8];
	struct iommu_ioas_iova_ranges cmd = {
		.size = sizeof(cmd),
		.num_iovas = ARRAY_SIZE(range),
		.allowed_iovas = (uintptr_t)range,
	};
	const uint64_t msi = msi_range(r);
	uint64_t iova;
	unsigned int i;

	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], r->nest.parent));
	cmd.ioas_id = r->ioas;
	ASSERT_EQ(0, dsi_ioctl(r->iommufd, IOMMU_IOAS_IOVA_RANGES, &cmd));
	ASSERT_LT(0, cmd.num_iovas);
	/* The first and the last page of each range that may be used */
	for (i = 0; i < 2 * cmd.num_iovas; i++) {
		iova = i & 1 ? range[i / 2].last + 1 - PAGE_4K :
			       range[i / 2].start;
		ASSERT_EQ(0, dsi_ioas_map(r->iommufd, r->ioas, self->extra.va +
					  (i % PAGES) * PAGE_4K, PAGE_4K, iova,
					  DSI_RW)) {
			TH_LOG("at %#llx", (unsigned long long)iova);
		}
		EXPECT_EQ(0, rig_sees(r, 0, iova, 100 + i % PAGES))
			TH_LOG("at %#llx", (unsigned long long)iova);
	}
	/* The interrupt range is in none of them */
	for (i = 0; i < cmd.num_iovas; i++)
		EXPECT_TRUE(range[i].last < msi || range[i].start >= msi + SZ_1M);
	EXPECT_NE(0, dsi_ioas_map(r->iommufd, r->ioas, self->extra.va, PAGE_4K,
				  msi, DSI_RW));
}

/* Stage-1 that points into the interrupt range, and requests that go there */
TEST_F(stage2, interrupt_range)
{
	struct rig *r = &self->rig;
	const uint64_t msi = msi_range(r);
	struct ep_result res;

	ASSERT_EQ(0, s1_map(&r->s1, IOVA + SZ_1G, msi, S1_4K, S1_RW));
	EXPECT_EQ(-EFAULT, ep_write(&r->dev[0], IOVA + SZ_1G, 4, 1, &res));
	EXPECT_EQ(0, res.moved);
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA + SZ_1G, 4, 0, &res));
	EXPECT_NE(0, ep_read(&r->dev[0], msi, 4, 0, &res));
	EXPECT_EQ(0, res.moved);
}

TEST_HARNESS_MAIN
