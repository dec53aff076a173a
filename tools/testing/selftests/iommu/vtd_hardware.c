// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices that do harm behind a VT-d unit whose driver does not know of them. Each
 * is tried as what it is, and as one that gives itself out for another, where the
 * harm has to be seen, or the test would prove nothing.
 */
#include "harness.h"

#define IOVA	0x0000033330000000ull
#define PASID	0x21

/* QAT of Sapphire Rapids: what it is told to forget once it may keep */
FIXTURE(twice)
{
	struct rig rig;
};

FIXTURE_VARIANT(twice)
{
	unsigned int device;
	bool async;
	unsigned int delay_ms;
};

FIXTURE_VARIANT_ADD(twice, first)
{
	.device = 0x4940,
};

FIXTURE_VARIANT_ADD(twice, last)
{
	.device = 0x4943,
};

FIXTURE_VARIANT_ADD(twice, async)
{
	.device = 0x4942,
	.async = true,
};

FIXTURE_VARIANT_ADD(twice, slow)
{
	.device = 0x4941,
	.delay_ms = 20,
};

FIXTURE_VARIANT_ADD(twice, hidden)
{
};

FIXTURE_SETUP(twice)
{
	const struct rig_config cfg = {
		.type = MOCK_VTD,
		.ats = true,
		.pasid_bits = 8,
		.async = variant->async,
		.parent_flags = IOMMU_HWPT_ALLOC_PASID,
		.nested_flags = IOMMU_HWPT_ALLOC_PASID,
	};
	struct rig *r = &self->rig;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_mock(r, &cfg));
	ASSERT_EQ(0, mock_ep_set(&r->mock, "ep0", "errata_inv_twice", 1));
	if (variant->device) {
		ASSERT_EQ(0, mock_ep_set(&r->mock, "ep0", "vendor_id", 0x8086));
		ASSERT_EQ(0, mock_ep_set(&r->mock, "ep0", "device_id",
					 variant->device));
	}
	ASSERT_EQ(0, rig_devices(r));
	EXPECT_EQ(variant->device ?: 0xb500,
		  vdev_config(&r->dev[0], PCI_CFG_DEVICE, 2));
	ASSERT_EQ(0, rig_guest(r));
	ASSERT_EQ(0, rig_parent(r));
	ASSERT_EQ(0, rig_nested(r));
	ASSERT_EQ(0, ep_ats(&r->dev[0], MOCK_EP_ATS_ENABLE));
	ASSERT_EQ(0, mock_ep_inv_delay(&r->mock, "ep0", variant->delay_ms));
}

FIXTURE_TEARDOWN(twice)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

/* What reading is to give when it was invalidated */
#define GONE	(variant->device ? -EFAULT : 0)

/* The host unmaps what the device has read */
TEST_F(twice, unmap)
{
	struct rig *r = &self->rig;
	uint64_t gpa = rig_page(r, &r->s1, 0, 1);

	ASSERT_NE(0, gpa);
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], r->ioas));
	ASSERT_EQ(0, rig_sees(r, 0, gpa, 1));
	ASSERT_EQ(0, rig_unmap_guest(r));
	EXPECT_EQ(GONE, rig_sees(r, 0, gpa, 1));
}

/* Likewise, of a parent: what the device has read it had by its guest's tables */
TEST_F(twice, unmap_parent)
{
	struct rig *r = &self->rig;

	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	ASSERT_EQ(0, rig_sees(r, 0, IOVA, 1));
	ASSERT_EQ(0, rig_unmap_guest(r));
	EXPECT_EQ(GONE, rig_sees(r, 0, IOVA, 1));
}

/* The guest unmaps: a page, and everything */
TEST_F(twice, guest_unmap)
{
	struct rig *r = &self->rig;
	unsigned int i;

	for (i = 0; i < 8; i++) {
		ASSERT_NE(0, rig_page(r, &r->s1, IOVA + i * PAGE_4K, i));
		ASSERT_EQ(0, rig_sees(r, 0, IOVA + i * PAGE_4K, i));
	}
	s1_unmap(&r->s1, IOVA, S1_4K);
	ASSERT_EQ(0, rig_inv(r, IOVA, 1, true));
	EXPECT_EQ(GONE, rig_sees(r, 0, IOVA, 0));
	for (i = 1; i < 8; i++) {
		EXPECT_EQ(0, rig_sees(r, 0, IOVA + i * PAGE_4K, i));
		s1_unmap(&r->s1, IOVA + i * PAGE_4K, S1_4K);
	}
	ASSERT_EQ(0, rig_inv_all(r));
	for (i = 1; i < 8; i++)
		EXPECT_EQ(GONE, rig_sees(r, 0, IOVA + i * PAGE_4K, i));
}

/* Of a PASID: other messages to the device */
TEST_F(twice, pasid)
{
	struct rig *r = &self->rig;

	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	ASSERT_EQ(0, vdev_attach_pasid(&r->dev[0], PASID, r->nested));
	ASSERT_EQ(0, ep_pasid(&r->dev[0], MOCK_EP_PASID_VALID | PASID));
	ASSERT_EQ(0, rig_sees(r, 0, IOVA, 1));
	s1_unmap(&r->s1, IOVA, S1_4K);
	ASSERT_EQ(0, rig_inv(r, IOVA, 1, true));
	EXPECT_EQ(GONE, rig_sees(r, 0, IOVA, 1));
	ASSERT_EQ(0, vdev_detach_pasid(&r->dev[0], PASID));
}

/* Another HWPT instead of the first, with other memory at the same place */
TEST_F(twice, replace)
{
	struct rig *r = &self->rig;
	struct s1 other;
	uint32_t hwpt;

	ASSERT_EQ(0, rig_s1(r, &other));
	ASSERT_EQ(0, rig_hwpt(r, &other, &hwpt));
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	ASSERT_NE(0, rig_page(r, &other, IOVA, 2));
	ASSERT_EQ(0, rig_sees(r, 0, IOVA, 1));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], hwpt));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, variant->device ? 2 : 1));
}

/* A device that has not answered comes back, and has forgotten what it was to forget */
TEST_F(twice, comes_back)
{
	struct rig *r = &self->rig;
	unsigned int tries = 0;

	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA + PAGE_4K, 2));
	ASSERT_EQ(0, rig_sees(r, 0, IOVA, 1));
	ASSERT_EQ(0, mock_misbehave(&r->mock, "devtlb_timeout", MOCK_FOR_EVER));
	s1_unmap(&r->s1, IOVA, S1_4K);
	EXPECT_EQ(-ETIMEDOUT, rig_inv(r, IOVA, 1, true));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA, 1));
	ASSERT_EQ(0, mock_misbehave(&r->mock, "devtlb_timeout", 0));
	while (rig_sees(r, 0, IOVA + PAGE_4K, 2) && tries++ < 12000)
		usleep(10000);
	ASSERT_EQ(0, rig_sees(r, 0, IOVA + PAGE_4K, 2));
	EXPECT_EQ(GONE, rig_sees(r, 0, IOVA, 1));
}

TEST_HARNESS_MAIN
