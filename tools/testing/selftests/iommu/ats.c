// SPDX-License-Identifier: GPL-2.0-only
/*
 * ATS: the endpoint asks for translations and keeps them in a cache of its
 * own, which an invalidation has to reach as well
 */
#include "harness.h"

#define IOVA	0x0000099990000000ull
#define PAGES	32
#define OLD(i)	(1000 + (i))
#define NEW(i)	(2000 + (i))

FIXTURE(ats)
{
	struct rig rig;
	struct vdev *dev;
	uint64_t new[PAGES];
};

FIXTURE_VARIANT(ats)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(ats, usual)
{
	.cfg.ats = true,
};

FIXTURE_VARIANT_ADD(ats, w57)
{
	.cfg.ats = true,
	.cfg.width = 57,
};

FIXTURE_VARIANT_ADD(ats, async)
{
	.cfg.ats = true,
	.cfg.async = true,
};

FIXTURE_VARIANT_ADD(ats, smmu)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.ats = true,
};

FIXTURE_VARIANT_ADD(ats, smmu_async)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.ats = true,
	.cfg.async = true,
};

FIXTURE_SETUP(ats)
{
	struct rig *r = &self->rig;
	unsigned int i;

	RIG_UP(r, &variant->cfg);
	self->dev = &r->dev[0];
	for (i = 0; i < PAGES; i++) {
		ASSERT_NE(0, rig_page(r, &r->s1, IOVA + i * PAGE_4K, OLD(i)));
		self->new[i] = rig_page(r, &r->s1, 0, NEW(i));
		ASSERT_NE(0, self->new[i]);
	}
	ASSERT_EQ(0, ep_ats(self->dev, MOCK_EP_ATS_ENABLE));
}

FIXTURE_TEARDOWN(ats)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

static int read_all(FIXTURE_DATA(ats) *self, unsigned int first,
		    unsigned int count)
{
	unsigned int i;
	int rc = 0;

	for (i = 0; !rc && i < PAGES; i++)
		rc = rig_sees(&self->rig, 0, IOVA + i * PAGE_4K,
			      i >= first && i < first + count ? NEW(i) :
								OLD(i));
	return rc;
}

static void change_all(FIXTURE_DATA(ats) *self)
{
	struct s1 *s1 = &self->rig.s1;
	unsigned int i;

	for (i = 0; i < PAGES; i++)
		s1_map(s1, IOVA + i * PAGE_4K, self->new[i], S1_4K, S1_RW);
}

/* The second time it does not ask */
TEST_F(ats, cached_in_the_device)
{
	struct vdev *v = self->dev;
	uint32_t hits, misses;

	ASSERT_EQ(0, read_all(self, 0, 0));
	misses = vdev_reg(v, MOCK_EP_ATC_MISSES);
	hits = vdev_reg(v, MOCK_EP_ATC_HITS);
	EXPECT_EQ(PAGES, misses + hits);
	/* It may have asked of its own accord */
	if (!mock_reorders())
		EXPECT_EQ(0, hits);
	ASSERT_EQ(0, read_all(self, 0, 0));
	EXPECT_EQ(misses, vdev_reg(v, MOCK_EP_ATC_MISSES));
	EXPECT_EQ(hits + PAGES, vdev_reg(v, MOCK_EP_ATC_HITS));
}

/* Stale in both caches, then in neither; and exactly the range that was asked */
TEST_F(ats, invalidated_with_the_iotlb)
{
	static const struct {
		unsigned int first;
		unsigned int count;
		uint32_t flags;
	} cases[] = {
		{ 0, PAGES, 0 }, { 0, 1, 0 }, { 5, 1, 1 }, { 3, 7, 0 },
		{ 16, 16, 1 }, { 1, 30, 0 },
	};
	struct rig *r = &self->rig;
	uint32_t invs;
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		for (j = 0; j < PAGES; j++)
			rig_page(r, &r->s1, IOVA + j * PAGE_4K, OLD(j));
		ASSERT_EQ(0, rig_inv_all(r));
		ASSERT_EQ(0, read_all(self, 0, 0));
		change_all(self);
		ASSERT_EQ(0, read_all(self, 0, 0));
		invs = vdev_reg(self->dev, MOCK_EP_ATC_INVS);
		ASSERT_EQ(0, rig_inv(r, IOVA + cases[i].first * PAGE_4K,
				     cases[i].count, cases[i].flags));
		EXPECT_LT(invs, vdev_reg(self->dev, MOCK_EP_ATC_INVS));
		EXPECT_EQ(0, read_all(self, cases[i].first, cases[i].count))
			TH_LOG("%u pages from %u", cases[i].count,
			       cases[i].first);
	}
}

/* A page that is gone is gone for a device that has translated it before */
TEST_F(ats, unmapped)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, read_all(self, 0, 0));
	s1_unmap(&r->s1, IOVA, S1_4K);
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, OLD(0)));
	ASSERT_EQ(0, rig_inv(r, IOVA, 1, true));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA, OLD(0)));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA + PAGE_4K, OLD(1)));
}

/* So is all of stage-2, whatever stage-1 made of it */
TEST_F(ats, stage2_unmapped)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, read_all(self, 0, 0));
	ASSERT_EQ(0, rig_unmap_guest(r));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA, OLD(0)));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA + PAGE_4K, OLD(1)));
}

TEST_F(ats, detached)
{
	struct rig *r = &self->rig;
	char atc[256];

	ASSERT_EQ(0, read_all(self, 0, 0));
	ASSERT_EQ(0, vdev_detach(self->dev));
	ASSERT_EQ(0, mock_debugfs(&r->mock, "endpoints/ep0/atc", atc,
				  sizeof(atc)));
	EXPECT_STREQ("", atc);
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA, OLD(0)));
	ASSERT_EQ(0, vdev_attach_id(self->dev, r->nested));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, OLD(0)));
}

/* Permissions are part of what is cached, and more are asked for */
TEST_F(ats, permissions)
{
	struct rig *r = &self->rig;
	uint64_t gpa = s1_gpa(&r->s1, IOVA, 1);

	ASSERT_EQ(0, s1_map(&r->s1, IOVA, gpa, S1_4K, S1_RO));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, OLD(0)));
	EXPECT_EQ(-EFAULT, ep_write(self->dev, IOVA, 8, 1, NULL));
	ASSERT_EQ(0, s1_map(&r->s1, IOVA, gpa, S1_4K, S1_RW));
	ASSERT_EQ(0, rig_inv(r, IOVA, 1, true));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, OLD(0)));
	EXPECT_EQ(0, ep_write(self->dev, IOVA, 8, 1, NULL));
	if (r->cfg.type == MOCK_VTD) {
		EXPECT_EQ(S1_A | S1_D, s1_get(s1_entry(&r->s1, IOVA, 1)) &
				       (S1_A | S1_D));
	}
}

/* Switched off in the device, it asks each time again */
TEST_F(ats, off_again)
{
	struct rig *r = &self->rig;
	uint32_t hits;
	char atc[256];

	ASSERT_EQ(0, read_all(self, 0, 0));
	hits = vdev_reg(self->dev, MOCK_EP_ATC_HITS);
	ASSERT_EQ(0, ep_ats(self->dev, 0));
	ASSERT_EQ(0, read_all(self, 0, 0));
	EXPECT_EQ(hits, vdev_reg(self->dev, MOCK_EP_ATC_HITS));
	/* A reset empties the device's cache */
	ASSERT_EQ(0, mock_debugfs(&r->mock, "endpoints/ep0/atc", atc,
				  sizeof(atc)));
	EXPECT_STRNE("", atc);
	ASSERT_EQ(0, vdev_reset(self->dev));
	ASSERT_EQ(0, mock_debugfs(&r->mock, "endpoints/ep0/atc", atc,
				  sizeof(atc)));
	EXPECT_STREQ("", atc);
	change_all(self);
	ASSERT_EQ(0, rig_inv_all(r));
	ASSERT_EQ(0, ep_ats(self->dev, MOCK_EP_ATS_ENABLE));
	EXPECT_EQ(0, read_all(self, 0, PAGES));
}

/*
 * Who may not use ATS may not: an endpoint behind a unit that does not have it,
 * whether it asks for translations or sends what it claims they are
 */
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
	.cfg.ecap_clear = VTD_ECAP_DT | VTD_ECAP_PRS | VTD_ECAP_PDS |
			  (1ull << 33),
	/* A function sends no request that was not switched on in it */
	.cfg.platform = true,
};

FIXTURE_VARIANT_ADD(unit_without, smmu)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.idr[0] = { SMMU_IDR0_ATS | SMMU_IDR0_NS1ATS | SMMU_IDR0_PRI, 0 },
	.cfg.platform = true,
};

FIXTURE_SETUP(unit_without)
{
	struct rig *r = &self->rig;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_mock(r, &variant->cfg));
	/* The device has it all the same */
	ASSERT_EQ(0, mock_ep_set(&r->mock, "ep0", "ats", 1));
	ASSERT_EQ(0, mock_ep_set(&r->mock, "ep0", "ats_raw", 1));
	ASSERT_EQ(0, rig_devices(r));
	ASSERT_EQ(0, rig_guest(r));
	ASSERT_EQ(0, rig_parent(r));
	ASSERT_EQ(0, rig_nested(r));
}

FIXTURE_TEARDOWN(unit_without)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

TEST_F(unit_without, refused)
{
	struct rig *r = &self->rig;
	struct iommu_hw_info info = {
		.size = sizeof(info),
		.dev_id = r->dev[0].id,
	};
	struct ep_result res;
	uint64_t phys;

	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	phys = guest_phys(r->guest.va);
	ASSERT_NE(0, phys);
	ASSERT_EQ(0, dsi_ioctl(r->iommufd, IOMMU_GET_HW_INFO, &info));
	EXPECT_NE(0, info.out_capabilities &
		     IOMMU_HW_CAP_PCI_ATS_NOT_SUPPORTED);
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	ASSERT_EQ(0, ep_ats(&r->dev[0], MOCK_EP_ATS_ENABLE));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA, 8, 0, &res));
	EXPECT_EQ(MOCK_EP_FAULT_BLOCKED, res.fault);
	ASSERT_EQ(0, ep_ats(&r->dev[0], MOCK_EP_ATS_RAW));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], phys, 8, 0, &res));
	EXPECT_EQ(-EFAULT, ep_write(&r->dev[0], phys, 8, 1, &res));
	ASSERT_EQ(0, ep_ats(&r->dev[0], 0));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
}

FIXTURE(device)
{
	struct rig rig;
};

FIXTURE_VARIANT(device)
{
	enum mock_type type;
};

FIXTURE_VARIANT_ADD(device, vtd)
{
	.type = MOCK_VTD,
};

FIXTURE_VARIANT_ADD(device, smmu)
{
	.type = MOCK_SMMUV3,
};

FIXTURE_SETUP(device)
{
	(void)self;
	(void)variant;
	if (!mock_present())
		SKIP(return, NO_MOCK);
}

FIXTURE_TEARDOWN(device)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

/*
 * With ATS the unit believes the device. One whose configuration does not say
 * that it lies does not, whatever its registers are told.
 */
TEST_F(device, honest)
{
	const struct rig_config cfg = { .type = variant->type, .ats = true };
	struct rig *r = &self->rig;
	uint64_t phys;

	ASSERT_EQ(0, rig_up(r, &cfg));
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	phys = guest_phys(r->guest.va);
	ASSERT_NE(0, phys);
	ASSERT_EQ(0, ep_ats(&r->dev[0], MOCK_EP_ATS_RAW));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], phys, 8, 0, NULL));
	EXPECT_EQ(-EFAULT, ep_write(&r->dev[0], phys, 8, 1, NULL));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
}

/* An endpoint without the capability does not do it, whatever it is told */
TEST_F(device, without_ats)
{
	const struct rig_config cfg = { .type = variant->type };
	struct rig *r = &self->rig;

	ASSERT_EQ(0, rig_up(r, &cfg));
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	ASSERT_EQ(0, ep_ats(&r->dev[0],
			    MOCK_EP_ATS_ENABLE | MOCK_EP_ATS_RAW));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	EXPECT_EQ(0, vdev_reg(&r->dev[0], MOCK_EP_ATC_MISSES));
	EXPECT_EQ(0, vdev_reg(&r->dev[0], MOCK_EP_ATC_HITS));
}

TEST_HARNESS_MAIN
