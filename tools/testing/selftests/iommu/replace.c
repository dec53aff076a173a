// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a device is attached to changes: blocked, an IOAS, a nesting parent
 * itself, stage-1 A, stage-1 B. Nothing of what was before is left behind,
 * not even in a cache.
 */
#include "harness.h"

#define IOVA	0x0000123440000000ull
#define PAGES	8

/* What endpoint 0 can be attached to, and what it sees at IOVA there */
enum target { BLOCKED, PLAIN, PARENT, S1A, S1B, S1W, NR_TARGETS };

static const char *const target_name[] = {
	"blocked", "plain", "parent", "A", "B", "another width",
};

FIXTURE(replace)
{
	struct rig rig;
	struct s1 s1b;
	struct s1 s1w;
	uint32_t plain_ioas;
	struct guest plain;
	struct guest own;
	uint32_t hwpt[NR_TARGETS];
};

FIXTURE_VARIANT(replace)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(replace, sync)
{
};

FIXTURE_VARIANT_ADD(replace, async)
{
	.cfg.async = true,
};

FIXTURE_VARIANT_ADD(replace, caching_mode)
{
	.cfg.cap_set = VTD_CAP_CM,
};

FIXTURE_VARIANT_ADD(replace, ats)
{
	.cfg.ats = true,
};

FIXTURE_VARIANT_ADD(replace, smmu)
{
	.cfg.type = MOCK_SMMUV3,
};

FIXTURE_VARIANT_ADD(replace, smmu_async)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.async = true,
};

FIXTURE_VARIANT_ADD(replace, smmu_ats)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.ats = true,
};

/* RAM of its own for a target, with the target's pattern in every page */
static int add_ram(struct rig *r, struct guest *g, uint32_t ioas,
		   enum target who)
{
	unsigned int i;
	int rc;

	rc = guest_create(g, IOVA, PAGES * PAGE_4K);
	if (rc)
		return rc;
	for (i = 0; i < PAGES; i++)
		util_fill(g->va + i * PAGE_4K, PAGE_4K, who * 100 + i);
	return dsi_ioas_map(r->iommufd, ioas, g->va, g->size, g->gpa, DSI_RW);
}

static int add_s1(struct rig *r, struct s1 *s1, enum target who, uint32_t *hwpt)
{
	unsigned int i;

	for (i = 0; i < PAGES; i++)
		if (!rig_page(r, s1, IOVA + i * PAGE_4K, who * 100 + i))
			return -ENOMEM;
	return rig_hwpt(r, s1, hwpt);
}

FIXTURE_SETUP(replace)
{
	struct rig *r = &self->rig;

	RIG_PARENT(r, &variant->cfg);
	self->hwpt[PARENT] = r->nest.parent;
	ASSERT_EQ(0, add_ram(r, &self->own, r->ioas, PARENT));
	ASSERT_EQ(0, dsi_ioas_alloc(r->iommufd, &self->plain_ioas));
	ASSERT_EQ(0, add_ram(r, &self->plain, self->plain_ioas, PLAIN));
	ASSERT_EQ(0, dsi_hwpt_paging(r->iommufd, r->dev[0].id,
				     self->plain_ioas, 0, &self->hwpt[PLAIN]));

	ASSERT_EQ(0, rig_s1(r, &r->s1));
	ASSERT_EQ(0, rig_s1(r, &self->s1b));
	ASSERT_EQ(0, nest_s1(&r->nest, &self->s1w, &r->guest,
			     r->cfg.type == MOCK_VTD ? 57 : 46));
	ASSERT_EQ(0, add_s1(r, &r->s1, S1A, &self->hwpt[S1A]));
	ASSERT_EQ(0, add_s1(r, &self->s1b, S1B, &self->hwpt[S1B]));
	ASSERT_EQ(0, add_s1(r, &self->s1w, S1W, &self->hwpt[S1W]));
	ASSERT_EQ(0, ep_ats(&r->dev[0], r->cfg.ats ? MOCK_EP_ATS_ENABLE : 0));
}

FIXTURE_TEARDOWN(replace)
{
	EXPECT_EQ(0, rig_down(&self->rig));
	guest_destroy(&self->own);
	guest_destroy(&self->plain);
}

static int go_to(FIXTURE_DATA(replace) *self, enum target to)
{
	struct vdev *dev = &self->rig.dev[0];

	return to == BLOCKED ? vdev_detach(dev) :
			       vdev_attach_id(dev, self->hwpt[to]);
}

/* Every page, twice: walked and from the cache */
static int check(FIXTURE_DATA(replace) *self, enum target at)
{
	unsigned int i;
	int rc;

	for (i = 0; i < 2 * PAGES; i++) {
		rc = rig_sees(&self->rig, 0, IOVA + (i % PAGES) * PAGE_4K,
			      at * 100 + i % PAGES);
		if (at == BLOCKED)
			rc = rc == -EFAULT ? 0 : rc ?: -EPROTO;
		if (rc)
			return rc;
	}
	return 0;
}

/* From everything to everything else */
TEST_F(replace, all_pairs)
{
	struct rig *r = &self->rig;
	enum target from, to;

	for (from = BLOCKED; from < NR_TARGETS; from++) {
		for (to = BLOCKED; to < NR_TARGETS; to++) {
			ASSERT_EQ(0, go_to(self, from));
			ASSERT_EQ(0, check(self, from))
				TH_LOG("at %s", target_name[from]);
			ASSERT_EQ(0, go_to(self, to));
			ASSERT_EQ(0, check(self, to))
				TH_LOG("%s to %s", target_name[from],
				       target_name[to]);
		}
	}
	EXPECT_EQ(0, vdev_detach(&r->dev[0]));
}

/* A cache cannot hold what nothing maps any more: look at it */
TEST_F(replace, no_remains)
{
	struct rig *r = &self->rig;
	struct mock_stats before, after;
	unsigned int i;

	ASSERT_EQ(0, go_to(self, S1A));
	ASSERT_EQ(0, check(self, S1A));
	ASSERT_EQ(0, go_to(self, S1B));
	ASSERT_EQ(0, mock_stats(&r->mock, &before));
	for (i = 0; i < PAGES; i++)
		EXPECT_EQ(0, rig_sees(r, 0, IOVA + i * PAGE_4K,
				      S1B * 100 + i));
	ASSERT_EQ(0, mock_stats(&r->mock, &after));
	/* One that fetches what nobody asked for has found the new ones */
	if (mock_reorders())
		return;
	EXPECT_EQ(before.iotlb_hits, after.iotlb_hits);
	EXPECT_LE(before.walk_refs + PAGES, after.walk_refs);
}

/*
 * A while ago, and A again: what it changed meanwhile is found at once. With
 * SMMUv3 what belongs to an ASID stays, as in a CPU, and the guest invalidates
 */
TEST_F(replace, back_again)
{
	struct rig *r = &self->rig;
	uint64_t gpa;

	ASSERT_EQ(0, go_to(self, S1A));
	ASSERT_EQ(0, check(self, S1A));
	ASSERT_EQ(0, go_to(self, S1B));
	gpa = rig_page(r, &r->s1, 0, 777);
	ASSERT_EQ(0, s1_map(&r->s1, IOVA, gpa, S1_4K, S1_RW));
	ASSERT_EQ(0, check(self, S1B));
	if (r->cfg.type == MOCK_SMMUV3) {
		ASSERT_EQ(0, go_to(self, S1A));
		EXPECT_EQ(0, rig_sees(r, 0, IOVA, S1A * 100));
		ASSERT_EQ(0, go_to(self, S1B));
		ASSERT_EQ(0, rig_inv(r, IOVA, 1, true));
	}
	ASSERT_EQ(0, go_to(self, S1A));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 777));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA + PAGE_4K, S1A * 100 + 1));
}

/* A replacement that is refused changes nothing */
TEST_F(replace, failed)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, go_to(self, S1A));
	ASSERT_EQ(0, check(self, S1A));
	EXPECT_EQ(-ENOENT, vdev_attach_id(&r->dev[0], 0x7ffffff0));
	EXPECT_EQ(-EINVAL, vdev_attach_id(&r->dev[0], r->dev[0].id));
	EXPECT_EQ(0, check(self, S1A));
	EXPECT_EQ(-EBUSY, dsi_destroy(r->iommufd, self->hwpt[S1A]));
	EXPECT_EQ(0, dsi_destroy(r->iommufd, self->hwpt[S1B]));
}

/* Before an attachment, after it, and when the device is reset: blocked */
TEST_F(replace, blocked)
{
	struct rig *r = &self->rig;
	uint64_t phys = guest_phys(self->plain.va);
	struct ep_result res;
	unsigned int i;

	ASSERT_NE(0, phys);
	for (i = 0; i < 3; i++) {
		/* Neither translated by anything, nor passed through */
		EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA, 1, 0, &res));
		EXPECT_EQ(MOCK_EP_FAULT_BLOCKED, res.fault);
		EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], phys, 1, 0, &res));
		EXPECT_EQ(MOCK_EP_FAULT_BLOCKED, res.fault);
		EXPECT_EQ(-EFAULT, ep_write(&r->dev[0], phys, 1, 0, &res));

		ASSERT_EQ(0, go_to(self, i == 1 ? PLAIN : S1A));
		EXPECT_EQ(0, check(self, i == 1 ? PLAIN : S1A));
		EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], phys, 1, 0, &res));
		ASSERT_EQ(0, go_to(self, BLOCKED));
	}
	for (i = 0; i < PAGES; i++)
		EXPECT_TRUE(util_is_fill(self->plain.va + i * PAGE_4K, PAGE_4K,
					 PLAIN * 100 + i));
}

/* Replaced while transfers run: each byte is from one side or from the other */
TEST_F(replace, under_load)
{
	struct rig *r = &self->rig;
	const uint32_t size = PAGES * PAGE_4K;
	uint64_t out_gpa[PAGES];
	struct ep_result res;
	uint32_t done;
	unsigned int i, j;
	uint8_t *page;
	int rc;

	/* The copy's destination: the same in both */
	for (j = 0; j < PAGES; j++) {
		out_gpa[j] = rig_page(r, &r->s1, IOVA + SZ_1G + j * PAGE_4K, 1);
		ASSERT_EQ(0, s1_map(&self->s1b, IOVA + SZ_1G + j * PAGE_4K,
				    out_gpa[j], S1_4K, S1_RW));
	}
	ASSERT_EQ(0, go_to(self, S1A));
	for (i = 0; i < 40; i++) {
		done = vdev_reg(&r->dev[0], MOCK_EP_DONE);
		ASSERT_EQ(0, ep_start(&r->dev[0], MOCK_EP_CMD_COPY, IOVA,
				      IOVA + SZ_1G, size));
		ASSERT_EQ(0, go_to(self, i & 1 ? S1A : S1B));
		rc = ep_wait(&r->dev[0], done, &res);
		/* Between A and B it may find nothing at all */
		ASSERT_TRUE(!rc || rc == -EFAULT) TH_LOG("ended with %d", rc);
		for (j = 0; !rc && j < PAGES; j++) {
			page = guest_ptr(&r->guest, out_gpa[j]);
			EXPECT_TRUE(util_is_fill(page, PAGE_4K,
						 S1A * 100 + j) ||
				    util_is_fill(page, PAGE_4K, S1B * 100 + j));
		}
		EXPECT_EQ(0, check(self, i & 1 ? S1A : S1B));
	}
}

TEST_HARNESS_MAIN
