// SPDX-License-Identifier: GPL-2.0-only
/*
 * Order: on a unit that executes commands in any order that is permitted, and
 * fetches what nobody has asked for, what is gone is gone nevertheless
 */
#include "harness.h"

#define IOVA	0x0000055550000000ull
#define SEEDS	20
#define ROUNDS	6
/* Guest-physical addresses that come and go */
#define GPA	(RIG_GPA + SZ_1G)

FIXTURE(reorder)
{
	struct rig rig;
};

FIXTURE_VARIANT(reorder)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(reorder, vtd)
{
	.cfg.type = MOCK_VTD,
};

FIXTURE_VARIANT_ADD(reorder, vtd_ats)
{
	.cfg.type = MOCK_VTD,
	.cfg.ats = true,
};

FIXTURE_VARIANT_ADD(reorder, smmu)
{
	.cfg.type = MOCK_SMMUV3,
};

FIXTURE_VARIANT_ADD(reorder, smmu_ats)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.ats = true,
};

FIXTURE_SETUP(reorder)
{
}

FIXTURE_TEARDOWN(reorder)
{
}

static int up(struct rig *r, const struct rig_config *usual, uint32_t seed)
{
	struct rig_config cfg = *usual;
	int rc;

	cfg.reorder_seed = seed;
	rc = rig_up(r, &cfg);
	return rc ?: ep_ats(&r->dev[0], cfg.ats ? MOCK_EP_ATS_ENABLE : 0);
}

static int seen(struct rig *r, uint64_t seed, const char *what)
{
	int rc = rig_sees(r, 0, IOVA, seed);

	if (rc)
		printf("# %s: %d\n", what, rc);
	return rc;
}

/* The guest maps another page, and says so */
static int guest_changes(struct rig *r)
{
	unsigned int i;
	int rc = 0;

	for (i = 0; !rc && i < ROUNDS; i++) {
		if (!rig_page(r, &r->s1, IOVA, 100 + i))
			return -ENOMEM;
		rc = i % 2 ? rig_inv(r, IOVA, 1, true) : rig_inv_all(r);
		rc = rc ?: seen(r, 100 + i, "the guest's new page");
	}
	return rc;
}

TEST_F(reorder, guest_changes)
{
	uint32_t seed;

	for (seed = 1; seed <= SEEDS; seed++) {
		ASSERT_EQ(0, up(&self->rig, &variant->cfg, seed));
		EXPECT_EQ(0, guest_changes(&self->rig))
			TH_LOG("seed %u", seed);
		ASSERT_EQ(0, rig_down(&self->rig));
	}
}

/* The host takes a page away, and puts another one in its place */
static int host_changes(struct rig *r, struct guest ram[2])
{
	unsigned int i;
	int rc;

	rc = s1_map(&r->s1, IOVA, GPA, S1_4K, S1_RW);
	for (i = 0; !rc && i < ROUNDS; i++) {
		struct guest *g = &ram[i % 2];

		util_fill(g->va, PAGE_4K, 100 + i);
		rc = dsi_ioas_map(r->iommufd, r->ioas, g->va, g->size, GPA,
				  DSI_RW);
		rc = rc ?: seen(r, 100 + i, "the host's new page");
		rc = rc ?: dsi_ioas_unmap(r->iommufd, r->ioas, GPA, g->size);
		if (!rc && rig_sees(r, 0, IOVA, 100 + i) != -EFAULT)
			rc = -EPROTO;
	}
	return rc;
}

TEST_F(reorder, host_changes)
{
	struct rig *r = &self->rig;
	struct guest ram[2];
	uint32_t seed;

	for (seed = 1; seed <= SEEDS; seed++) {
		ASSERT_EQ(0, guest_create(&ram[0], GPA, PAGE_4K));
		ASSERT_EQ(0, guest_create(&ram[1], GPA, PAGE_4K));
		ASSERT_EQ(0, up(r, &variant->cfg, seed));
		EXPECT_EQ(0, host_changes(r, ram))
			TH_LOG("seed %u", seed);
		ASSERT_EQ(0, rig_down(r));
		guest_destroy(&ram[0]);
		guest_destroy(&ram[1]);
	}
}

/* One domain after the other, and none */
static int replaced(struct rig *r)
{
	uint32_t hwpt[2] = { r->nested };
	struct vdev *v = &r->dev[0];
	struct s1 other;
	unsigned int i;
	int rc;

	rc = rig_s1(r, &other);
	if (!rc && (!rig_page(r, &r->s1, IOVA, 1) ||
		    !rig_page(r, &other, IOVA, 2)))
		rc = -ENOMEM;
	rc = rc ?: rig_hwpt(r, &other, &hwpt[1]);
	rc = rc ?: rig_inv_all(r);
	rc = rc ?: seen(r, 1, "the first");
	for (i = 0; !rc && i < ROUNDS; i++) {
		rc = vdev_attach_id(v, hwpt[(i + 1) % 2]);
		rc = rc ?: seen(r, 1 + (i + 1) % 2, "the other one");
	}
	rc = rc ?: vdev_detach(v);
	if (!rc && rig_sees(r, 0, IOVA, 1) != -EFAULT)
		rc = -EPROTO;
	rc = rc ?: vdev_attach_id(v, hwpt[1]);
	return rc ?: seen(r, 2, "after none");
}

TEST_F(reorder, replaced)
{
	uint32_t seed;

	for (seed = 1; seed <= SEEDS; seed++) {
		ASSERT_EQ(0, up(&self->rig, &variant->cfg, seed));
		EXPECT_EQ(0, replaced(&self->rig))
			TH_LOG("seed %u", seed);
		ASSERT_EQ(0, rig_down(&self->rig));
	}
}

/*
 * SMMUv3: the guest points its CD to other tables and invalidates its STE, which
 * is as before: the CD goes before the ATC, or the old tables come back
 */
static int same_entry(struct rig *r)
{
	uint64_t cd[CD_WORDS];
	struct s1 other[2];
	uint32_t hwpt;
	unsigned int i;
	int rc;

	rc = rig_s1(r, &other[0]);
	rc = rc ?: rig_s1(r, &other[1]);
	for (i = 0; !rc && i < ROUNDS; i++) {
		struct s1 *s1 = &other[i % 2];

		if (!rig_page(r, s1, IOVA, 100 + i))
			return -ENOMEM;
		smmu_cd_make(cd, s1, NULL, 50 + i);
		smmu_cd_set(guest_ptr(&r->guest, r->s1.context), cd);
		rc = rig_hwpt(r, &r->s1, &hwpt);
		rc = rc ?: vdev_attach_id(&r->dev[0], hwpt);
		rc = rc ?: seen(r, 100 + i, "by the new CD");
	}
	return rc;
}

TEST_F(reorder, same_entry)
{
	uint32_t seed;

	if (variant->cfg.type != MOCK_SMMUV3)
		SKIP(return, "there are no CDs");
	for (seed = 1; seed <= SEEDS; seed++) {
		ASSERT_EQ(0, up(&self->rig, &variant->cfg, seed));
		EXPECT_EQ(0, same_entry(&self->rig))
			TH_LOG("seed %u", seed);
		ASSERT_EQ(0, rig_down(&self->rig));
	}
}

TEST_HARNESS_MAIN
