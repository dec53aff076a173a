// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest's TLB invalidation commands: each is needed, each does what it is for
 * and leaves alone what it is not for; by ranges too
 */
#include "harness.h"
#include "window.h"

#define WINDOW	0x00002a8540000000ull

FIXTURE(tlbi)
{
	struct rig rig;
	struct window w;
	struct s1 other;	/* another ASID at the same addresses */
	uint32_t hwpt;
	uint64_t other_gpa[2];
};

FIXTURE_VARIANT(tlbi)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(tlbi, pages_4K)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.granule = GRANULE_4K,
};

FIXTURE_VARIANT_ADD(tlbi, pages_16K)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.granule = GRANULE_16K,
	.cfg.guest_size = 16 * SZ_1M,
};

FIXTURE_VARIANT_ADD(tlbi, pages_64K)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.granule = GRANULE_64K,
	.cfg.guest_size = 16 * SZ_1M,
};

FIXTURE_VARIANT_ADD(tlbi, async)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.granule = GRANULE_4K,
	.cfg.async = true,
};

FIXTURE_SETUP(tlbi)
{
	struct rig_config cfg = variant->cfg;
	struct rig *r = &self->rig;
	unsigned int i;

	cfg.nr_eps = 2;
	RIG_UP(r, &cfg);
	ASSERT_EQ(0, window_create(&self->w, r, &r->s1, WINDOW));
	/* The second endpoint, with an ASID of its own */
	ASSERT_EQ(0, rig_s1(r, &self->other));
	for (i = 0; i < 2; i++) {
		self->other_gpa[i] = guest_alloc(&r->guest, 1ull << self->w.lg2,
						 1ull << self->w.lg2);
		ASSERT_NE(0, self->other_gpa[i]);
		util_fill(guest_ptr(&r->guest, self->other_gpa[i]), PAGE_4K,
			  70 + i);
	}
	ASSERT_EQ(0, rig_hwpt(r, &self->other, &self->hwpt));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[1], self->hwpt));
}

FIXTURE_TEARDOWN(tlbi)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

/* The window is stale, and so is the first page of the other ASID */
static int make_stale(FIXTURE_DATA(tlbi) *self)
{
	struct rig *r = &self->rig;
	int rc;

	rc = window_stale(&self->w, r);
	if (!rc)
		rc = s1_map(&self->other, WINDOW, self->other_gpa[0],
			    self->w.lg2, S1_RW);
	if (!rc)
		rc = nest_inv_all(&r->nest, &self->other, self->hwpt);
	if (!rc)
		rc = rig_sees(r, 1, WINDOW, 70);
	return rc ?: s1_map(&self->other, WINDOW, self->other_gpa[1],
			    self->w.lg2, S1_RW);
}

static int run(FIXTURE_DATA(tlbi) *self, smmu_cmd cmd)
{
	return dsi_command(self->rig.iommufd, self->rig.nest.viommu, cmd);
}

static bool other_is_stale(FIXTURE_DATA(tlbi) *self)
{
	return !rig_sees(&self->rig, 1, WINDOW, 70);
}

TEST_F(tlbi, by_address)
{
	const uint16_t asid = self->rig.s1.asid;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, make_stale(self));
		ASSERT_EQ(0, run(self, smmu_cmd_va(asid, window_at(&self->w, i),
						   i & 1)));
		EXPECT_EQ(WINDOW_PAGES,
			  window_check(&self->w, &self->rig, i, 1));
		EXPECT_TRUE(other_is_stale(self));
	}
	/* An ASID that nobody has, and the right one at another address */
	ASSERT_EQ(0, make_stale(self));
	ASSERT_EQ(0, run(self, smmu_cmd_va(asid + 100, WINDOW, true)));
	ASSERT_EQ(0, run(self, smmu_cmd_va(asid, WINDOW + SZ_1G, true)));
	EXPECT_EQ(WINDOW_PAGES, window_check(&self->w, &self->rig, 0, 0));
	EXPECT_TRUE(other_is_stale(self));
}

/* An address in all ASIDs */
TEST_F(tlbi, by_address_in_all)
{
	ASSERT_EQ(0, make_stale(self));
	ASSERT_EQ(0, run(self, smmu_cmd_vaa(WINDOW, true)));
	EXPECT_EQ(WINDOW_PAGES, window_check(&self->w, &self->rig, 0, 1));
	EXPECT_FALSE(other_is_stale(self));
	EXPECT_EQ(0, rig_sees(&self->rig, 1, WINDOW, 71));
}

TEST_F(tlbi, by_asid)
{
	ASSERT_EQ(0, make_stale(self));
	ASSERT_EQ(0, run(self, smmu_cmd_asid(self->rig.s1.asid + 100)));
	EXPECT_EQ(WINDOW_PAGES, window_check(&self->w, &self->rig, 0, 0));
	ASSERT_EQ(0, run(self, smmu_cmd_asid(self->rig.s1.asid)));
	EXPECT_EQ(WINDOW_PAGES,
		  window_check(&self->w, &self->rig, 0, WINDOW_PAGES));
	EXPECT_TRUE(other_is_stale(self));
	ASSERT_EQ(0, run(self, smmu_cmd_asid(self->other.asid)));
	EXPECT_EQ(0, rig_sees(&self->rig, 1, WINDOW, 71));
}

/* Everything of the guest, in the two ways that it has to say so */
TEST_F(tlbi, all)
{
	const smmu_cmd nsnh = { .cmd = { CMD_NSNH_ALL } };
	unsigned int i;

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, make_stale(self));
		ASSERT_EQ(0, run(self, i ? nsnh : smmu_cmd_all()));
		EXPECT_EQ(WINDOW_PAGES,
			  window_check(&self->w, &self->rig, 0, WINDOW_PAGES));
		EXPECT_EQ(0, rig_sees(&self->rig, 1, WINDOW, 71));
	}
}

/* The VMID that a guest writes is of no interest */
TEST_F(tlbi, vmid_is_forced)
{
	static const uint16_t vmids[] = { 1, 2, 3, 0x100, 0xffff };
	smmu_cmd cmd;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vmids); i++) {
		ASSERT_EQ(0, make_stale(self));
		cmd = smmu_cmd_va(self->rig.s1.asid, WINDOW, true);
		cmd.cmd[0] |= CMD0_VMID(vmids[i]);
		ASSERT_EQ(0, run(self, cmd));
		EXPECT_EQ(WINDOW_PAGES,
			  window_check(&self->w, &self->rig, 0, 1));
	}
}

/* (num + 1) * 2^scale granules, of the right granule */
TEST_F(tlbi, ranges)
{
	static const struct {
		unsigned int first;
		unsigned int num;
		unsigned int scale;
	} cases[] = {
		{ 0, 0, 1 }, { 3, 1, 0 }, { 5, 6, 0 }, { 0, 31, 1 },
		{ 7, 2, 2 }, { 16, 0, 4 }, { 1, 31, 0 }, { 60, 31, 3 },
		{ 8, 0, 5 },
	};
	struct rig *r = &self->rig;
	const unsigned int granule = self->w.lg2;
	unsigned int i, count;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		count = (cases[i].num + 1) << cases[i].scale;
		ASSERT_EQ(0, make_stale(self));
		ASSERT_EQ(0, run(self, smmu_cmd_range(r->s1.asid,
						      window_at(&self->w,
								cases[i].first),
						      granule, cases[i].num,
						      cases[i].scale, 0,
						      i & 1)));
		EXPECT_EQ(WINDOW_PAGES, window_check(&self->w, r,
						     cases[i].first, count))
			TH_LOG("%u pages from %u", count, cases[i].first);
		EXPECT_TRUE(other_is_stale(self));
	}
}

/* A hint of the level: the right one is enough, another one is not */
TEST_F(tlbi, level_hint)
{
	struct rig *r = &self->rig;
	const unsigned int granule = self->w.lg2;

	ASSERT_EQ(0, make_stale(self));
	ASSERT_EQ(0, run(self, smmu_cmd_range(r->s1.asid, WINDOW, granule, 0, 0,
					      2, true)));
	EXPECT_EQ(WINDOW_PAGES, window_check(&self->w, r, 0, 0));
	ASSERT_EQ(0, run(self, smmu_cmd_range(r->s1.asid, WINDOW, granule, 0, 0,
					      3, true)));
	EXPECT_EQ(WINDOW_PAGES, window_check(&self->w, r, 0, 1));
}

/* An array: every command counts, however many there are */
TEST_F(tlbi, arrays)
{
	const unsigned int nr = 1000;
	struct rig *r = &self->rig;
	smmu_cmd *cmd = calloc(nr, sizeof(*cmd));
	unsigned int i, page;
	uint32_t num = nr;

	ASSERT_NE(NULL, cmd);
	/* Odd pages of the window, and a great many others */
	for (i = 0; i < nr; i++) {
		page = i * 2 + 1;
		cmd[nr - 1 - i] = smmu_cmd_va(r->s1.asid,
					      window_at(&self->w, page), i % 3);
	}
	ASSERT_EQ(0, make_stale(self));
	ASSERT_EQ(0, dsi_commands(r->iommufd, r->nest.viommu, cmd, &num));
	ASSERT_EQ(nr, num);
	for (i = 0; i < WINDOW_PAGES; i++)
		EXPECT_EQ(0, i & 1 ? window_new(&self->w, r, i) :
				     window_old(&self->w, r, i));
	free(cmd);
}

/* Pages that are the same in all ASIDs are none of an ASID's own */
TEST_F(tlbi, global_pages)
{
	struct rig *r = &self->rig;
	const struct window *w = &self->w;

	ASSERT_EQ(0, make_stale(self));
	ASSERT_EQ(0, run(self, smmu_cmd_asid(r->s1.asid)));
	ASSERT_EQ(0, s1_map(&r->s1, WINDOW, w->old[0], w->lg2, S1_RW | S1_G));
	ASSERT_EQ(0, window_old(w, r, 0));
	ASSERT_EQ(0, s1_map(&r->s1, WINDOW, w->new[0], w->lg2, S1_RW | S1_G));
	ASSERT_EQ(0, run(self, smmu_cmd_asid(r->s1.asid)));
	EXPECT_EQ(0, window_old(w, r, 0));
	ASSERT_EQ(0, run(self, smmu_cmd_va(r->s1.asid, WINDOW, true)));
	EXPECT_EQ(0, window_new(w, r, 0));
}

/* As few commands reach the hardware as were sent */
TEST_F(tlbi, one_command_each)
{
	struct rig *r = &self->rig;
	struct mock_stats before, after;
	smmu_cmd cmd[100];
	uint32_t num = ARRAY_SIZE(cmd);
	unsigned int i;

	for (i = 0; i < num; i++)
		cmd[i] = smmu_cmd_va(r->s1.asid, window_at(&self->w, i), true);
	ASSERT_EQ(0, mock_stats(&r->mock, &before));
	ASSERT_EQ(0, dsi_commands(r->iommufd, r->nest.viommu, cmd, &num));
	ASSERT_EQ(0, mock_stats(&r->mock, &after));
	EXPECT_EQ(before.invalidations + ARRAY_SIZE(cmd), after.invalidations);
}

/* Hardware without ranges refuses them, and the driver does so before it */
FIXTURE(no_ranges)
{
	struct rig rig;
	struct window w;
};

FIXTURE_SETUP(no_ranges)
{
	const struct rig_config cfg = {
		.type = MOCK_SMMUV3,
		.idr[3] = { SMMU_IDR3_RIL, 0 },
		.v3_1 = true,
	};

	RIG_UP(&self->rig, &cfg);
	ASSERT_EQ(0, window_create(&self->w, &self->rig, &self->rig.s1,
				   WINDOW));
}

FIXTURE_TEARDOWN(no_ranges)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

TEST_F(no_ranges, refused)
{
	struct rig *r = &self->rig;
	const uint32_t viommu = r->nest.viommu;
	const smmu_cmd range = smmu_cmd_range(r->s1.asid, WINDOW, 12, 3, 0, 0,
					      true);
	const smmu_cmd hint = smmu_cmd_range(r->s1.asid, WINDOW, 12, 0, 0, 3,
					     true);

	ASSERT_EQ(0, window_stale(&self->w, r));
	EXPECT_EQ(-EIO, dsi_command(r->iommufd, viommu, range));
	EXPECT_EQ(-EIO, dsi_command(r->iommufd, viommu, hint));
	EXPECT_EQ(WINDOW_PAGES, window_check(&self->w, r, 0, 0));
	EXPECT_EQ(0, dsi_command(r->iommufd, viommu,
				 smmu_cmd_va(r->s1.asid, WINDOW, true)));
	EXPECT_EQ(WINDOW_PAGES, window_check(&self->w, r, 0, 1));
}

TEST_HARNESS_MAIN
