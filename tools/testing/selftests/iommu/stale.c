// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is unmapped is out of reach, whoever else uses the same tables: guests or
 * address spaces beside it on one stage-2, PASIDs of one guest
 */
#include "harness.h"

#define IOVA	0x0000066660000000ull
#define SSID	5

FIXTURE(stale)
{
	struct rig rig;
	/* Another guest or address space on the same parent */
	struct nest nest;
	struct s1 s1;
	uint32_t hwpt;
};

FIXTURE_VARIANT(stale)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(stale, vtd)
{
	.cfg.pasid_bits = 8,
};

FIXTURE_VARIANT_ADD(stale, vtd_async)
{
	.cfg.pasid_bits = 8,
	.cfg.async = true,
};

FIXTURE_VARIANT_ADD(stale, vtd_ats)
{
	.cfg.pasid_bits = 8,
	.cfg.ats = true,
};

FIXTURE_VARIANT_ADD(stale, smmu)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.pasid_bits = 8,
};

FIXTURE_VARIANT_ADD(stale, smmu_async)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.pasid_bits = 8,
	.cfg.async = true,
};

FIXTURE_VARIANT_ADD(stale, smmu_ats)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.pasid_bits = 8,
	.cfg.ats = true,
};

FIXTURE_SETUP(stale)
{
	struct rig_config cfg = variant->cfg;
	struct rig *r = &self->rig;
	struct nest *n = &self->nest;
	unsigned int i;

	cfg.nr_eps = 2;
	/* With an SMMUv3 PASIDs are the guest's own affair */
	if (cfg.type == MOCK_VTD) {
		cfg.nested_flags = IOMMU_HWPT_ALLOC_PASID;
		cfg.parent_flags = IOMMU_HWPT_ALLOC_PASID;
	}
	RIG_UP(r, &cfg);
	*n = r->nest;
	n->nr_devs = 0;
	if (cfg.type == MOCK_SMMUV3) {
		/* Endpoint 1 moves to a guest of its own */
		ASSERT_EQ(0, vdev_detach(&r->dev[1]));
		ASSERT_EQ(0, dsi_destroy(r->iommufd, r->nest.devs[1].vdevice));
		nest_forget_dev(&r->nest, r->dev[1].id);
		ASSERT_EQ(0, dsi_viommu(r->iommufd, r->dev[1].id,
					r->nest.parent, &n->viommu));
		ASSERT_EQ(0, nest_add_dev(n, r->dev[1].id));
	}
	/* Which has the same ASIDs */
	n->asids = 0;
	ASSERT_EQ(0, nest_s1(n, &self->s1, &r->guest, r->cfg.width));
	ASSERT_EQ(0, nest_hwpt(n, r->dev[1].id, cfg.nested_flags, &self->s1,
			       &self->hwpt));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[1], self->hwpt));
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	ASSERT_NE(0, rig_page(r, &self->s1, IOVA, 2));
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, ep_ats(&r->dev[i],
				    cfg.ats ? MOCK_EP_ATS_ENABLE : 0));
		ASSERT_EQ(0, rig_sees(r, i, IOVA, 1 + i));
	}
}

FIXTURE_TEARDOWN(stale)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

/* Neither read nor written: RAM is as it was filled */
static int out_of_reach(struct rig *r, unsigned int dev, const struct s1 *s1,
			uint64_t seed)
{
	const void *ram = guest_ptr(&r->guest, s1_gpa(s1, IOVA, 1));

	if (ep_read(&r->dev[dev], IOVA, 8, 0, NULL) != -EFAULT)
		return -EEXIST;
	if (ep_write(&r->dev[dev], IOVA, 8, 77, NULL) != -EFAULT)
		return -EPERM;
	return util_is_fill(ram, PAGE_4K, seed) ? 0 : -EBADMSG;
}

/* All that is nested on it loses it, not only the first in the list */
TEST_F(stale, all_on_one_parent)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, rig_unmap_guest(r));
	EXPECT_EQ(0, out_of_reach(r, 0, &r->s1, 1));
	EXPECT_EQ(0, out_of_reach(r, 1, &self->s1, 2));
}

/* Whichever came last */
TEST_F(stale, attached_again)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, vdev_detach(&r->dev[0]));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], r->nested));
	ASSERT_EQ(0, rig_sees(r, 0, IOVA, 1));
	ASSERT_EQ(0, rig_unmap_guest(r));
	EXPECT_EQ(0, out_of_reach(r, 0, &r->s1, 1));
	EXPECT_EQ(0, out_of_reach(r, 1, &self->s1, 2));
}

/*
 * Nobody is attached with its tag when memory is unmapped: what is cached under
 * that tag went before, though others on the same parent have stayed
 */
TEST_F(stale, unmapped_while_detached)
{
	struct rig *r = &self->rig;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		const struct s1 *s1 = i ? &self->s1 : &r->s1;
		uint32_t hwpt = i ? self->hwpt : r->nested;

		ASSERT_EQ(0, vdev_detach(&r->dev[i]));
		ASSERT_EQ(0, rig_unmap_guest(r));
		ASSERT_EQ(0, vdev_attach_id(&r->dev[i], hwpt));
		EXPECT_EQ(0, out_of_reach(r, i, s1, 1 + i));
		ASSERT_EQ(0, rig_map_guest(r));
		ASSERT_EQ(0, rig_sees(r, 0, IOVA, 1));
		ASSERT_EQ(0, rig_sees(r, 1, IOVA, 2));
	}
}

static int with_pasid(struct rig *r, uint64_t seed)
{
	int rc;

	rc = ep_pasid(&r->dev[0], SSID | MOCK_EP_PASID_VALID);
	if (!rc)
		rc = rig_sees(r, 0, IOVA, seed);
	return ep_pasid(&r->dev[0], 0) ?: rc;
}

/* Endpoint 0 has the rig's stage-1 with a PASID */
static int use_pasid(struct rig *r)
{
	struct iommu_hwpt_arm_smmuv3 vste;
	uint64_t cd[CD_WORDS];
	struct smmu_cds cds;
	uint32_t hwpt;
	int rc;

	if (r->cfg.type == MOCK_VTD)
		return vdev_attach_pasid(&r->dev[0], SSID, r->nested);
	rc = smmu_cds_create(&cds, &r->guest, STE_FMT_LINEAR, 4);
	if (rc)
		return rc;
	smmu_cd_make(cd, &r->s1, NULL, r->s1.asid);
	smmu_cd_set(smmu_cd(&cds, SSID), cd);
	vste = smmu_vste_s1(&cds, r->cfg.ats ? STE1_EATS(1) : 0);
	rc = dsi_hwpt_vste(r->iommufd, r->dev[0].id, r->nest.viommu, 0, &vste,
			   &hwpt);
	return rc ?: vdev_attach_id(&r->dev[0], hwpt);
}

/* What a device has kept of PASIDs goes as well */
TEST_F(stale, with_pasid)
{
	struct rig *r = &self->rig;
	const void *ram = guest_ptr(&r->guest, s1_gpa(&r->s1, IOVA, 1));

	ASSERT_EQ(0, use_pasid(r));
	ASSERT_EQ(0, with_pasid(r, 1));
	ASSERT_EQ(0, with_pasid(r, 1));
	ASSERT_EQ(0, rig_unmap_guest(r));
	EXPECT_EQ(-EFAULT, with_pasid(r, 1));
	ASSERT_EQ(0, ep_pasid(&r->dev[0], SSID | MOCK_EP_PASID_VALID));
	EXPECT_EQ(-EFAULT, ep_write(&r->dev[0], IOVA, 8, 77, NULL));
	ASSERT_EQ(0, ep_pasid(&r->dev[0], 0));
	EXPECT_TRUE(util_is_fill(ram, PAGE_4K, 1));
	/* Detached, nothing of it is left in the device */
	ASSERT_EQ(0, rig_map_guest(r));
	ASSERT_EQ(0, with_pasid(r, 1));
	ASSERT_EQ(0, r->cfg.type == MOCK_VTD ?
		     vdev_detach_pasid(&r->dev[0], SSID) :
		     vdev_detach(&r->dev[0]));
	EXPECT_EQ(-EFAULT, with_pasid(r, 1));
}

TEST_HARNESS_MAIN
