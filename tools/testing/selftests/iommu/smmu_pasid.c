// SPDX-License-Identifier: GPL-2.0-only
/*
 * SubstreamIDs of SMMUv3: each has an attachment of its own beside the device's.
 * The driver makes context descriptors for them, in tables of one level or two.
 */
#include "harness.h"

#define IOVA		(RIG_GPA + SZ_1M)
#define PASID_A		1
#define PASID_B		0x12345
#define NONE		0
/* One IOAS of their own for each of these, which finds its seed at IOVA */
#define NR		2

FIXTURE(smmu_pasid)
{
	struct rig rig;
	uint32_t plain;
	uint32_t ioas[NR];
	uint32_t hwpt[NR];
};

FIXTURE_VARIANT(smmu_pasid)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(smmu_pasid, usual)
{
	.cfg.pasid_bits = 20,
};

FIXTURE_VARIANT_ADD(smmu_pasid, one_level)
{
	.cfg.pasid_bits = 20,
	.cfg.idr[0] = { SMMU_IDR0_CD2L, 0 },
	.cfg.idr[1] = { SMMU_IDR1_SSIDSIZE, 8 << 6 },
};

FIXTURE_VARIANT_ADD(smmu_pasid, ats)
{
	.cfg.pasid_bits = 20,
	.cfg.ats = true,
};

FIXTURE_VARIANT_ADD(smmu_pasid, async)
{
	.cfg.pasid_bits = 20,
	.cfg.async = true,
};

FIXTURE_SETUP(smmu_pasid)
{
	struct rig_config cfg = variant->cfg;
	struct rig *r = &self->rig;
	unsigned int i;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	cfg.type = MOCK_SMMUV3;
	ASSERT_EQ(0, rig_mock(r, &cfg));
	ASSERT_EQ(0, rig_devices(r));
	ASSERT_EQ(0, rig_guest(r));
	util_fill(guest_ptr(&r->guest, IOVA), PAGE_4K, 100);
	ASSERT_EQ(0, dsi_hwpt_paging(r->iommufd, r->dev[0].id, r->ioas,
				     IOMMU_HWPT_ALLOC_PASID, &self->plain));
	for (i = 0; i < NR; i++) {
		uint8_t *page = guest_ptr(&r->guest, IOVA + (i + 1) * PAGE_4K);

		util_fill(page, PAGE_4K, i);
		ASSERT_EQ(0, dsi_ioas_alloc(r->iommufd, &self->ioas[i]));
		ASSERT_EQ(0, dsi_ioas_map(r->iommufd, self->ioas[i], page,
					  PAGE_4K, IOVA, DSI_RW));
		ASSERT_EQ(0, dsi_hwpt_paging(r->iommufd, r->dev[0].id,
					     self->ioas[i],
					     IOMMU_HWPT_ALLOC_PASID,
					     &self->hwpt[i]));
	}
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], self->plain));
	ASSERT_EQ(0, ep_ats(&r->dev[0], cfg.ats ? MOCK_EP_ATS_ENABLE : 0));
}

FIXTURE_TEARDOWN(smmu_pasid)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

static uint32_t pasid_b(const struct rig *r)
{
	/* With one level the table has room for 8 bits */
	return r->cfg.idr[1].clear ? 0xff : PASID_B;
}

static int sees(struct rig *r, uint32_t pasid, uint64_t seed)
{
	int rc;

	rc = ep_pasid(&r->dev[0], pasid ? pasid | MOCK_EP_PASID_VALID : 0);
	if (!rc)
		rc = rig_sees(r, 0, IOVA, seed);
	return ep_pasid(&r->dev[0], 0) ?: rc;
}

TEST_F(smmu_pasid, life)
{
	struct rig *r = &self->rig;
	uint32_t b = pasid_b(r);

	EXPECT_EQ(0, sees(r, NONE, 100));
	EXPECT_EQ(-EFAULT, sees(r, PASID_A, 0));

	ASSERT_EQ(0, vdev_attach_pasid(&r->dev[0], PASID_A, self->hwpt[0]));
	ASSERT_EQ(0, vdev_attach_pasid(&r->dev[0], b, self->hwpt[1]));
	EXPECT_EQ(0, sees(r, PASID_A, 0));
	EXPECT_EQ(0, sees(r, b, 1));
	EXPECT_EQ(0, sees(r, NONE, 100));
	EXPECT_EQ(-EFAULT, sees(r, 2, 0));
	EXPECT_EQ(-EBUSY, dsi_destroy(r->iommufd, self->hwpt[0]));

	ASSERT_EQ(0, vdev_detach_pasid(&r->dev[0], PASID_A));
	EXPECT_EQ(-EFAULT, sees(r, PASID_A, 0));
	EXPECT_EQ(0, sees(r, b, 1));
	EXPECT_EQ(0, sees(r, NONE, 100));
	EXPECT_EQ(0, dsi_destroy(r->iommufd, self->hwpt[0]));
}

TEST_F(smmu_pasid, replace)
{
	struct rig *r = &self->rig;
	uint32_t b = pasid_b(r);
	unsigned int i;

	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, vdev_attach_pasid(&r->dev[0], b,
					       self->hwpt[i % NR]));
		EXPECT_EQ(0, sees(r, b, i % NR));
		EXPECT_EQ(0, sees(r, NONE, 100));
	}
}

/* What was mapped at a PASID and is not any more must not be found there */
TEST_F(smmu_pasid, unmapped)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, vdev_attach_pasid(&r->dev[0], PASID_A, self->hwpt[0]));
	EXPECT_EQ(0, sees(r, PASID_A, 0));
	ASSERT_EQ(0, dsi_ioas_unmap(r->iommufd, self->ioas[0], IOVA, PAGE_4K));
	EXPECT_EQ(-EFAULT, sees(r, PASID_A, 0));
	EXPECT_EQ(0, sees(r, NONE, 100));
	ASSERT_EQ(0, dsi_ioas_map(r->iommufd, self->ioas[0],
				  guest_ptr(&r->guest, IOVA + 2 * PAGE_4K),
				  PAGE_4K, IOVA, DSI_RW));
	EXPECT_EQ(0, sees(r, PASID_A, 1));
}

TEST_F(smmu_pasid, errors)
{
	struct rig *r = &self->rig;
	struct vdev *dev = &r->dev[0];
	uint32_t no_pasid;

	ASSERT_EQ(0, dsi_hwpt_paging(r->iommufd, dev->id, self->ioas[1], 0,
				     &no_pasid));
	EXPECT_EQ(-EINVAL, vdev_attach_pasid(dev, PASID_A, no_pasid));
	EXPECT_NE(0, vdev_attach_pasid(dev, 0, self->hwpt[0]));
	EXPECT_EQ(-EINVAL, vdev_attach_pasid(dev, 1u << 20, self->hwpt[0]));
	EXPECT_EQ(-ENOENT, vdev_attach_pasid(dev, PASID_A, 0x7ffffff0));
	EXPECT_EQ(0, sees(r, NONE, 100));
	EXPECT_EQ(-EFAULT, sees(r, PASID_A, 0));
	/* What is not attached can be detached */
	EXPECT_EQ(0, vdev_detach_pasid(dev, PASID_A));
}

TEST_F(smmu_pasid, closed_while_attached)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, vdev_attach_pasid(&r->dev[0], PASID_A, self->hwpt[0]));
	EXPECT_EQ(0, sees(r, PASID_A, 0));
	vdev_close(&r->dev[0]);
	ASSERT_EQ(0, rig_open_dev(&r->mock, 0, r->iommufd, &r->dev[0]));
	EXPECT_EQ(-EFAULT, sees(r, PASID_A, 0));
}

TEST_HARNESS_MAIN
