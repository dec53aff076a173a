// SPDX-License-Identifier: GPL-2.0-only
/*
 * VT-d without stage-2: what an IOAS has then are stage-1 tables of the
 * kernel's, and there is no nesting
 */
#include "harness.h"

#define PASID	0x54
#define PAGES	16

#define NO_STAGE2_CAP	(7ull << 9 | VTD_CAP_SSLPS)	/* SAGAW */
#define NO_STAGE2_ECAP	(VTD_ECAP_SSTS | VTD_ECAP_SSADS | VTD_ECAP_NEST)

FIXTURE(vtd_stage1)
{
	struct rig rig;
	uint32_t hwpt;
};

FIXTURE_VARIANT(vtd_stage1)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(vtd_stage1, five_levels)
{
};

FIXTURE_VARIANT_ADD(vtd_stage1, four_levels)
{
	.cfg.cap_clear = VTD_CAP_FS5LP,
};

FIXTURE_VARIANT_ADD(vtd_stage1, width_39)
{
	.cfg.cap_clear = VTD_CAP_MGAW(63),
	.cfg.cap_set = VTD_CAP_MGAW(39 - 1),
};

FIXTURE_VARIANT_ADD(vtd_stage1, ats)
{
	.cfg.ats = true,
};

FIXTURE_VARIANT_ADD(vtd_stage1, caching_mode)
{
	.cfg.cap_set = VTD_CAP_CM,
};

FIXTURE_VARIANT_ADD(vtd_stage1, no_page_selective_invalidation)
{
	.cfg.cap_clear = VTD_CAP_PSI | VTD_CAP_MAMV(63),
};

FIXTURE_VARIANT_ADD(vtd_stage1, async)
{
	.cfg.async = true,
};

FIXTURE_SETUP(vtd_stage1)
{
	struct rig_config cfg = variant->cfg;
	struct rig *r = &self->rig;
	unsigned int i;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	cfg.cap_clear |= NO_STAGE2_CAP;
	cfg.ecap_clear |= NO_STAGE2_ECAP;
	cfg.pasid_bits = 8;
	cfg.nr_eps = 2;
	ASSERT_EQ(0, rig_mock(r, &cfg));
	ASSERT_EQ(0, rig_devices(r));
	ASSERT_EQ(0, rig_guest(r));
	for (i = 0; i < PAGES; i++)
		util_fill(r->guest.va + i * PAGE_4K, PAGE_4K, 100 + i);
	ASSERT_EQ(0, dsi_hwpt_paging(r->iommufd, r->dev[0].id, r->ioas,
				     IOMMU_HWPT_ALLOC_PASID, &self->hwpt));
	for (i = 0; i < cfg.nr_eps; i++) {
		ASSERT_EQ(0, vdev_attach_id(&r->dev[i], self->hwpt));
		ASSERT_EQ(0, ep_ats(&r->dev[i],
				    cfg.ats ? MOCK_EP_ATS_ENABLE : 0));
	}
}

FIXTURE_TEARDOWN(vtd_stage1)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

static uint64_t gpa(unsigned int page)
{
	return RIG_GPA + page * PAGE_4K;
}

/* What is mapped is seen, written and copied, and nothing else is */
TEST_F(vtd_stage1, dma)
{
	struct rig *r = &self->rig;
	unsigned int i;

	for (i = 0; i < PAGES; i++)
		EXPECT_EQ(0, rig_sees(r, i % 2, gpa(i), 100 + i));
	ASSERT_EQ(0, ep_copy(&r->dev[0], gpa(1), gpa(5), 3 * PAGE_4K, NULL));
	for (i = 0; i < 3; i++)
		EXPECT_EQ(0, rig_sees(r, 1, gpa(5 + i), 101 + i));
	EXPECT_EQ(0, memcmp(r->guest.va + PAGE_4K, r->guest.va + 5 * PAGE_4K,
			    3 * PAGE_4K));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, RIG_GPA - PAGE_4K, 100));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, RIG_GPA + r->guest.size, 100));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, 0, 100));
}

/* A page that is read-only is not written */
TEST_F(vtd_stage1, read_only)
{
	const uint64_t at = RIG_GPA + SZ_1G;
	struct rig *r = &self->rig;

	ASSERT_EQ(0, dsi_ioas_map(r->iommufd, r->ioas, r->guest.va, PAGE_4K, at,
				  DSI_RO));
	EXPECT_EQ(0, rig_sees(r, 0, at, 100));
	EXPECT_EQ(-EFAULT, ep_write(&r->dev[0], at, PAGE_4K, 7, NULL));
	EXPECT_EQ(0, rig_sees(r, 0, at, 100));
}

/* After an unmap no device finds the page, whatever it had cached */
TEST_F(vtd_stage1, unmap)
{
	const uint64_t at = RIG_GPA + SZ_1G;
	struct rig *r = &self->rig;
	unsigned int i;

	for (i = 0; i < PAGES; i++)
		ASSERT_EQ(0, dsi_ioas_map(r->iommufd, r->ioas,
					  r->guest.va + i * PAGE_4K, PAGE_4K,
					  at + i * PAGE_4K, DSI_RW));
	for (i = 0; i < PAGES; i++) {
		ASSERT_EQ(0, rig_sees(r, 0, at + i * PAGE_4K, 100 + i));
		ASSERT_EQ(0, rig_sees(r, 1, at + i * PAGE_4K, 100 + i));
	}
	for (i = 0; i < PAGES; i += 2)
		ASSERT_EQ(0, dsi_ioas_unmap(r->iommufd, r->ioas,
					    at + i * PAGE_4K, PAGE_4K));
	for (i = 0; i < PAGES; i++) {
		int want = i % 2 ? 0 : -EFAULT;

		EXPECT_EQ(want, rig_sees(r, 0, at + i * PAGE_4K, 100 + i));
		EXPECT_EQ(want, rig_sees(r, 1, at + i * PAGE_4K, 100 + i));
	}
	/* What comes in its place is found at once */
	ASSERT_EQ(0, dsi_ioas_map(r->iommufd, r->ioas, r->guest.va + PAGE_4K,
				  PAGE_4K, at, DSI_RW));
	EXPECT_EQ(0, rig_sees(r, 0, at, 101));
	EXPECT_EQ(0, rig_sees(r, 1, at, 101));
}

/* A PASID has its own attachment of the same tables */
TEST_F(vtd_stage1, pasid)
{
	struct rig *r = &self->rig;
	struct vdev *dev = &r->dev[0];

	ASSERT_EQ(0, ep_pasid(dev, PASID | MOCK_EP_PASID_VALID));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, gpa(0), 100));
	ASSERT_EQ(0, vdev_attach_pasid(dev, PASID, self->hwpt));
	EXPECT_EQ(0, rig_sees(r, 0, gpa(0), 100));
	ASSERT_EQ(0, dsi_ioas_unmap(r->iommufd, r->ioas, RIG_GPA,
				    r->guest.size));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, gpa(0), 100));
	ASSERT_EQ(0, dsi_ioas_map(r->iommufd, r->ioas, r->guest.va,
				  r->guest.size, RIG_GPA, DSI_RW));
	EXPECT_EQ(0, rig_sees(r, 0, gpa(0), 100));
	ASSERT_EQ(0, vdev_detach_pasid(dev, PASID));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, gpa(0), 100));
	ASSERT_EQ(0, ep_pasid(dev, 0));
	EXPECT_EQ(0, rig_sees(r, 0, gpa(0), 100));
}

/* Detached, a device sees nothing; the other one goes on */
TEST_F(vtd_stage1, detach)
{
	struct rig *r = &self->rig;

	EXPECT_EQ(0, rig_sees(r, 0, gpa(3), 103));
	ASSERT_EQ(0, vdev_detach(&r->dev[0]));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, gpa(3), 103));
	EXPECT_EQ(0, rig_sees(r, 1, gpa(3), 103));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], self->hwpt));
	EXPECT_EQ(0, rig_sees(r, 0, gpa(3), 103));
}

/* The first and the last page of what may be used: all of it is canonical */
TEST_F(vtd_stage1, wide_addresses)
{
	const unsigned int bits = variant->cfg.cap_set & VTD_CAP_MGAW(63) ? 39 :
				  variant->cfg.cap_clear & VTD_CAP_FS5LP ? 48 :
				  57;
	struct rig *r = &self->rig;
	struct iommu_iova_range range[8];
	struct iommu_ioas_iova_ranges cmd = {
		.size = sizeof(cmd),
		.num_iovas = ARRAY_SIZE(range),
		.allowed_iovas = (uintptr_t)range,
		.ioas_id = r->ioas,
	};
	unsigned int i;
	uint64_t at;

	ASSERT_EQ(0, dsi_ioctl(r->iommufd, IOMMU_IOAS_IOVA_RANGES, &cmd));
	ASSERT_LT(0, cmd.num_iovas);
	EXPECT_EQ((1ull << (bits - 1)) - 1, range[cmd.num_iovas - 1].last);
	for (i = 0; i < 2 * cmd.num_iovas; i++) {
		at = i & 1 ? range[i / 2].last + 1 - PAGE_4K : range[i / 2].start;
		ASSERT_EQ(0, dsi_ioas_map(r->iommufd, r->ioas, r->guest.va +
					  (i % PAGES) * PAGE_4K, PAGE_4K, at,
					  DSI_RW)) {
			TH_LOG("at %#llx", (unsigned long long)at);
		}
		EXPECT_EQ(0, rig_sees(r, 0, at, 100 + i % PAGES))
			TH_LOG("at %#llx", (unsigned long long)at);
	}
}

/* What takes stage-2 is not there, and the errno says so */
TEST_F(vtd_stage1, no_nesting)
{
	const struct iommu_hwpt_vtd_s1 s1 = {
		.pgtbl_addr = RIG_GPA, .addr_width = 48,
	};
	struct iommu_hw_info_vtd vtd;
	struct rig *r = &self->rig;
	struct iommu_hw_info info;
	uint32_t hwpt;

	ASSERT_EQ(0, dsi_hw_info_vtd(r->iommufd, r->dev[0].id, &vtd, &info));
	EXPECT_EQ(0, vtd.ecap_reg & NO_STAGE2_ECAP);
	EXPECT_EQ(0, info.out_capabilities & IOMMU_HW_CAP_DIRTY_TRACKING);
	EXPECT_EQ(-EOPNOTSUPP, dsi_hwpt_paging(r->iommufd, r->dev[0].id, r->ioas,
					       IOMMU_HWPT_ALLOC_NEST_PARENT,
					       &hwpt));
	EXPECT_EQ(-EOPNOTSUPP, dsi_hwpt_paging(r->iommufd, r->dev[0].id, r->ioas,
					       IOMMU_HWPT_ALLOC_DIRTY_TRACKING,
					       &hwpt));
	EXPECT_EQ(-EINVAL, dsi_hwpt_nested(r->iommufd, r->dev[0].id, self->hwpt,
					   0, &s1, &hwpt));
	EXPECT_EQ(0, rig_sees(r, 0, gpa(0), 100));
}

TEST_HARNESS_MAIN
