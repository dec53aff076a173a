// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices of a guest's SMMU that do not answer: each is found out, its guest is
 * told as long as it is so, and it has what is attached to it when it answers
 */
#include "harness.h"

#define IOVA	0x0000044440000000ull
#define OLD	1
#define NEW	9
#define SPARE	5

FIXTURE(back)
{
	struct rig rig;
	uint64_t page[2];	/* what IOVA shows at first, and another */
	struct s1 s1;
	uint32_t spare;		/* a HWPT of other tables, which show SPARE */
};

FIXTURE_VARIANT(back)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(back, sync)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.nr_eps = 2,
	.cfg.ats = true,
};

FIXTURE_VARIANT_ADD(back, async)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.nr_eps = 2,
	.cfg.ats = true,
	.cfg.async = true,
};

/* Longer than any test */
#define NEVER_MS	3600000

FIXTURE_SETUP(back)
{
	struct rig *r = &self->rig;
	unsigned int i;

	RIG_UP(r, &variant->cfg);
	self->page[0] = rig_page(r, &r->s1, IOVA, OLD);
	ASSERT_NE(0, self->page[0]);
	self->page[1] = rig_page(r, &r->s1, 0, NEW);
	ASSERT_EQ(0, rig_s1(r, &self->s1));
	ASSERT_NE(0, rig_page(r, &self->s1, IOVA, SPARE));
	ASSERT_EQ(0, rig_hwpt(r, &self->s1, &self->spare));
	for (i = 0; i < r->cfg.nr_eps; i++) {
		ASSERT_EQ(0, ep_ats(&r->dev[i], MOCK_EP_ATS_ENABLE));
		ASSERT_EQ(0, rig_sees(r, i, IOVA, OLD));
	}
	ASSERT_EQ(0, mock_devtlb_limit(&r->mock, 20));
}

FIXTURE_TEARDOWN(back)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

static int show(FIXTURE_DATA(back) *self, unsigned int which)
{
	return s1_map(&self->rig.s1, IOVA, self->page[which], S1_4K, S1_RW);
}

/*
 * The guest's commands for the page: TLB, and the ATCs of both devices. Its CMD_SYNC
 * between them is the end of a call: only that keeps an ATC from asking too early.
 */
static int invalidate(FIXTURE_DATA(back) *self)
{
	struct rig *r = &self->rig;
	const smmu_cmd tlbi = smmu_cmd_va(r->s1.asid, IOVA, true);
	const smmu_cmd atc[] = {
		smmu_cmd_atc(r->nest.devs[0].vsid, 0, IOVA, 12),
		smmu_cmd_atc(r->nest.devs[1].vsid, 0, IOVA, 12),
		smmu_cmd_atc(r->nest.devs[0].vsid, 0, IOVA, 12),
	};
	uint32_t num = 1;
	int rc, err;

	rc = dsi_commands(r->iommufd, r->nest.viommu, &tlbi, &num);
	num = ARRAY_SIZE(atc);
	err = dsi_commands(r->iommufd, r->nest.viommu, atc, &num);
	return rc ?: err;
}

/* Nothing else is done for it to come back than to ask whether it is */
static int wait_for_it(FIXTURE_DATA(back) *self)
{
	int rc;

	while ((rc = rig_inv_all(&self->rig)) == -ETIMEDOUT)
		usleep(10000);
	return rc;
}

static int hang(FIXTURE_DATA(back) *self, unsigned int dev, bool hung)
{
	char name[8];

	snprintf(name, sizeof(name), "ep%u", dev);
	return mock_ep_inv_delay(&self->rig.mock, name, hung ? NEVER_MS : 0);
}

/* Two are asked by one array: it is one of them that is blocked */
TEST_F(back, one_of_two)
{
	struct rig *r = &self->rig;
	unsigned int bad, good;

	for (bad = 0; bad < 2; bad++) {
		good = !bad;
		ASSERT_EQ(0, show(self, 1));
		ASSERT_EQ(0, hang(self, bad, true));
		EXPECT_EQ(-ETIMEDOUT, invalidate(self));
		EXPECT_EQ(0, rig_sees(r, good, IOVA, NEW));
		EXPECT_EQ(-EFAULT, ep_read(&r->dev[bad], IOVA, 8, 0, NULL));
		EXPECT_EQ(-EFAULT, ep_write(&r->dev[bad], IOVA, 8, 0, NULL));
		EXPECT_EQ(0, rig_sees(r, good, IOVA, NEW));

		ASSERT_EQ(0, hang(self, bad, false));
		EXPECT_EQ(0, wait_for_it(self));
		EXPECT_EQ(0, rig_sees(r, bad, IOVA, NEW));
		ASSERT_EQ(0, show(self, 0));
		EXPECT_EQ(0, invalidate(self));
		EXPECT_EQ(0, rig_sees(r, bad, IOVA, OLD));
		EXPECT_EQ(0, rig_sees(r, good, IOVA, OLD));
	}
}

/* Each call says so, and does what is to be done for the others */
TEST_F(back, told_each_time)
{
	struct rig *r = &self->rig;
	unsigned int i;

	ASSERT_EQ(0, hang(self, 1, true));
	for (i = 0; i < 8; i++) {
		ASSERT_EQ(0, show(self, i & 1));
		EXPECT_EQ(-ETIMEDOUT, invalidate(self));
		EXPECT_EQ(0, rig_sees(r, 0, IOVA, i & 1 ? NEW : OLD));
		EXPECT_EQ(-EFAULT, ep_read(&r->dev[1], IOVA, 8, 0, NULL));
		/* Also those that ask the other one alone, or none */
		EXPECT_EQ(-ETIMEDOUT, rig_inv_all(r));
	}
	ASSERT_EQ(0, hang(self, 1, false));
	EXPECT_EQ(0, wait_for_it(self));
	EXPECT_EQ(0, rig_sees(r, 1, IOVA, NEW));
}

/* To attach what is attached does nothing, and nothing needs to be done */
TEST_F(back, same_hwpt)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, show(self, 1));
	ASSERT_EQ(0, hang(self, 0, true));
	EXPECT_EQ(-ETIMEDOUT, invalidate(self));
	EXPECT_EQ(0, vdev_attach_id(&r->dev[0], r->nested));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA, 8, 0, NULL));
	ASSERT_EQ(0, hang(self, 0, false));
	EXPECT_EQ(0, wait_for_it(self));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, NEW));
}

/* After a replacement that failed it is what it was before */
TEST_F(back, failed_replace)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, hang(self, 0, true));
	EXPECT_EQ(-ETIMEDOUT, vdev_attach_id(&r->dev[0], self->spare));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA, 8, 0, NULL));
	EXPECT_EQ(-EBUSY, dsi_destroy(r->iommufd, r->nested));
	EXPECT_EQ(0, rig_sees(r, 1, IOVA, OLD));
	ASSERT_EQ(0, show(self, 1));
	ASSERT_EQ(0, hang(self, 0, false));
	EXPECT_EQ(0, wait_for_it(self));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, NEW));
	EXPECT_EQ(0, vdev_attach_id(&r->dev[0], self->spare));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, SPARE));
}

/* A detached device is blocked either way, and can be used when it answers */
TEST_F(back, detached)
{
	struct rig *r = &self->rig;
	int rc;

	ASSERT_EQ(0, hang(self, 0, true));
	EXPECT_EQ(0, vdev_detach(&r->dev[0]));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA, 8, 0, NULL));
	/* It is nobody's: its guest's other device goes on, and without errors */
	ASSERT_EQ(0, show(self, 1));
	EXPECT_EQ(0, rig_inv_all(r));
	EXPECT_EQ(0, rig_sees(r, 1, IOVA, NEW));
	EXPECT_EQ(-ETIMEDOUT, vdev_attach_id(&r->dev[0], r->nested));
	ASSERT_EQ(0, hang(self, 0, false));
	while ((rc = vdev_attach_id(&r->dev[0], self->spare)) == -ETIMEDOUT)
		usleep(10000);
	EXPECT_EQ(0, rc);
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, SPARE));
}

TEST_HARNESS_MAIN
