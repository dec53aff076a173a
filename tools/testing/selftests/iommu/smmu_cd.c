// SPDX-License-Identifier: GPL-2.0-only
/*
 * Context descriptors: one for each SubstreamID, in tables of every format, and
 * one for requests without; cached until the guest says that they have changed
 */
#include "harness.h"

#define IOVA	0x0000019990000000ull
#define SSIDS	10		/* log2 of how many the table has */
#define NONE	0

FIXTURE(cd)
{
	struct rig rig;
	struct smmu_cds cds;
	struct s1 s1[3];
	uint32_t hwpt;
};

FIXTURE_VARIANT(cd)
{
	unsigned int fmt;
	unsigned int dss;
	bool ats;
};

FIXTURE_VARIANT_ADD(cd, linear_terminate)
{
	.fmt = STE_FMT_LINEAR,
	.dss = STE_DSS_TERMINATE,
};

FIXTURE_VARIANT_ADD(cd, linear_bypass)
{
	.fmt = STE_FMT_LINEAR,
	.dss = STE_DSS_BYPASS,
};

FIXTURE_VARIANT_ADD(cd, linear_ssid0)
{
	.fmt = STE_FMT_LINEAR,
	.dss = STE_DSS_SSID0,
};

FIXTURE_VARIANT_ADD(cd, two_levels_4K)
{
	.fmt = STE_FMT_4K,
	.dss = STE_DSS_TERMINATE,
};

FIXTURE_VARIANT_ADD(cd, two_levels_4K_ssid0)
{
	.fmt = STE_FMT_4K,
	.dss = STE_DSS_SSID0,
};

FIXTURE_VARIANT_ADD(cd, two_levels_64K)
{
	.fmt = STE_FMT_64K,
	.dss = STE_DSS_SSID0,
};

FIXTURE_VARIANT_ADD(cd, ats)
{
	.fmt = STE_FMT_4K,
	.dss = STE_DSS_SSID0,
	.ats = true,
};

/* Descriptor @ssid becomes one of @s1, NULL: an invalid one */
static int set_cd(FIXTURE_DATA(cd) *self, uint32_t ssid, const struct s1 *s1)
{
	uint64_t *cd = smmu_cd(&self->cds, ssid);
	uint64_t val[CD_WORDS];

	if (!cd)
		return -ENOMEM;
	if (!s1) {
		smmu_cd_clear(cd);
		return 0;
	}
	smmu_cd_make(val, s1, NULL, s1->asid);
	smmu_cd_set(cd, val);
	return 0;
}

FIXTURE_SETUP(cd)
{
	const struct rig_config cfg = {
		.type = MOCK_SMMUV3,
		.pasid_bits = 12,
		.ats = variant->ats,
	};
	struct rig *r = &self->rig;
	struct iommu_hwpt_arm_smmuv3 vste;
	unsigned int i;

	RIG_UP(r, &cfg);
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, rig_s1(r, &self->s1[i]));
		ASSERT_NE(0, rig_page(r, &self->s1[i], IOVA, i));
	}
	ASSERT_EQ(0, smmu_cds_create(&self->cds, &r->guest, variant->fmt,
				     SSIDS));
	ASSERT_EQ(0, set_cd(self, 0, &self->s1[0]));
	ASSERT_EQ(0, set_cd(self, 1, &self->s1[1]));
	ASSERT_EQ(0, set_cd(self, 1023, &self->s1[2]));
	vste = smmu_vste_s1(&self->cds, STE1_DSS(variant->dss) |
					(variant->ats ? STE1_EATS(1) : 0));
	ASSERT_EQ(0, dsi_hwpt_vste(r->iommufd, r->dev[0].id, r->nest.viommu, 0,
				   &vste, &self->hwpt));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], self->hwpt));
	ASSERT_EQ(0, ep_ats(&r->dev[0], variant->ats));
}

FIXTURE_TEARDOWN(cd)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

static int sees(struct rig *r, uint32_t ssid, uint64_t iova, uint64_t seed)
{
	int rc;

	rc = ep_pasid(&r->dev[0], ssid | (ssid ? MOCK_EP_PASID_VALID : 0));
	if (!rc)
		rc = rig_sees(r, 0, iova, seed);
	return ep_pasid(&r->dev[0], 0) ?: rc;
}

static int run(struct rig *r, smmu_cmd cmd)
{
	return dsi_command(r->iommufd, r->nest.viommu, cmd);
}

TEST_F(cd, each_its_own)
{
	struct rig *r = &self->rig;
	unsigned int round;

	for (round = 0; round < 2; round++) {
		EXPECT_EQ(0, sees(r, 1, IOVA, 1));
		EXPECT_EQ(0, sees(r, 1023, IOVA, 2));
		/* Not valid, in a table that is there, and in one that is not */
		EXPECT_EQ(-EFAULT, sees(r, 2, IOVA, 1));
		EXPECT_EQ(-EFAULT, sees(r, 512, IOVA, 1));
		/* Behind the table */
		EXPECT_EQ(-EFAULT, sees(r, 1024, IOVA, 1));
		EXPECT_EQ(-EFAULT, sees(r, 4095, IOVA, 1));
	}
}

/* What S1DSS says of requests without SubstreamID, and of 0 with one */
TEST_F(cd, without_substream)
{
	struct rig *r = &self->rig;
	const uint64_t gpa = guest_alloc(&r->guest, PAGE_4K, PAGE_4K);

	ASSERT_NE(0, gpa);
	util_fill(guest_ptr(&r->guest, gpa), PAGE_4K, 9);
	switch (variant->dss) {
	case STE_DSS_TERMINATE:
		EXPECT_EQ(-EFAULT, sees(r, NONE, IOVA, 0));
		EXPECT_EQ(-EFAULT, sees(r, NONE, gpa, 9));
		break;
	case STE_DSS_BYPASS:
		/* Stage-1 only: stage-2 is for them as well */
		EXPECT_EQ(0, sees(r, NONE, gpa, 9));
		EXPECT_EQ(-EFAULT, sees(r, NONE, IOVA, 0));
		EXPECT_EQ(-EFAULT, sees(r, NONE, r->guest.gpa + r->guest.size,
					0));
		EXPECT_EQ(-EFAULT, sees(r, NONE, guest_phys(r->guest.va), 0));
		break;
	case STE_DSS_SSID0:
		EXPECT_EQ(0, sees(r, NONE, IOVA, 0));
		EXPECT_EQ(-EFAULT, sees(r, NONE, gpa, 9));
		break;
	}
	/* Substream 0 is one only while it does not stand for "without" */
	ASSERT_EQ(0, ep_pasid(&r->dev[0], MOCK_EP_PASID_VALID));
	EXPECT_EQ(variant->dss == STE_DSS_SSID0 ? -EFAULT : 0,
		  rig_sees(r, 0, IOVA, 0));
	ASSERT_EQ(0, ep_pasid(&r->dev[0], 0));
	EXPECT_EQ(0, sees(r, 1, IOVA, 1));
}

/* Changed in memory, a descriptor is the old one until CFGI_CD */
TEST_F(cd, cached)
{
	struct rig *r = &self->rig;
	const uint32_t vsid = r->nest.devs[0].vsid;
	unsigned int leaf;

	for (leaf = 0; leaf < 2; leaf++) {
		ASSERT_EQ(0, set_cd(self, 1, &self->s1[1]));
		ASSERT_EQ(0, run(r, smmu_cmd_cd(vsid, 1, false)));
		ASSERT_EQ(0, run(r, smmu_cmd_atc(vsid, 1, 0, 64)));
		ASSERT_EQ(0, sees(r, 1, IOVA, 1));
		ASSERT_EQ(0, sees(r, 1023, IOVA, 2));
		ASSERT_EQ(0, set_cd(self, 1, &self->s1[2]));
		ASSERT_EQ(0, set_cd(self, 1023, &self->s1[1]));
		ASSERT_EQ(0, run(r, smmu_cmd_atc(vsid, 1, 0, 64)));
		ASSERT_EQ(0, run(r, smmu_cmd_atc(vsid, 1023, 0, 64)));
		EXPECT_EQ(0, sees(r, 1, IOVA, 1));
		/* Invalidating translations, or another descriptor, is not it */
		ASSERT_EQ(0, run(r, smmu_cmd_all()));
		ASSERT_EQ(0, run(r, smmu_cmd_cd(vsid, 3, leaf)));
		EXPECT_EQ(0, sees(r, 1, IOVA, 1));
		ASSERT_EQ(0, run(r, smmu_cmd_cd(vsid, 1, leaf)));
		ASSERT_EQ(0, run(r, smmu_cmd_atc(vsid, 1, 0, 64)));
		EXPECT_EQ(0, sees(r, 1, IOVA, 2));
		EXPECT_EQ(0, sees(r, 1023, IOVA, 2));

		ASSERT_EQ(0, set_cd(self, 1023, &self->s1[2]));
		ASSERT_EQ(0, run(r, smmu_cmd_cd_all(vsid)));
		ASSERT_EQ(0, run(r, smmu_cmd_atc(vsid, 1023, 0, 64)));
	}
}

TEST_F(cd, all_at_once)
{
	struct rig *r = &self->rig;
	const uint32_t vsid = r->nest.devs[0].vsid;

	ASSERT_EQ(0, sees(r, 1, IOVA, 1));
	ASSERT_EQ(0, sees(r, 1023, IOVA, 2));
	ASSERT_EQ(0, set_cd(self, 1, &self->s1[2]));
	ASSERT_EQ(0, set_cd(self, 1023, &self->s1[1]));
	ASSERT_EQ(0, run(r, smmu_cmd_atc(vsid, 1, 0, 64)));
	ASSERT_EQ(0, run(r, smmu_cmd_atc(vsid, 1023, 0, 64)));
	EXPECT_EQ(0, sees(r, 1, IOVA, 1));
	EXPECT_EQ(0, sees(r, 1023, IOVA, 2));
	ASSERT_EQ(0, run(r, smmu_cmd_cd_all(vsid)));
	ASSERT_EQ(0, run(r, smmu_cmd_atc(vsid, 1, 0, 64)));
	ASSERT_EQ(0, run(r, smmu_cmd_atc(vsid, 1023, 0, 64)));
	EXPECT_EQ(0, sees(r, 1, IOVA, 2));
	EXPECT_EQ(0, sees(r, 1023, IOVA, 1));
}

/* A descriptor that was invalid is kept as that, too */
TEST_F(cd, made_valid_and_invalid)
{
	struct rig *r = &self->rig;
	const uint32_t vsid = r->nest.devs[0].vsid;

	EXPECT_EQ(-EFAULT, sees(r, 2, IOVA, 1));
	ASSERT_EQ(0, set_cd(self, 2, &self->s1[1]));
	ASSERT_EQ(0, run(r, smmu_cmd_cd(vsid, 2, false)));
	EXPECT_EQ(0, sees(r, 2, IOVA, 1));
	ASSERT_EQ(0, set_cd(self, 2, NULL));
	EXPECT_EQ(0, sees(r, 2, IOVA, 1));
	ASSERT_EQ(0, run(r, smmu_cmd_cd(vsid, 2, true)));
	ASSERT_EQ(0, run(r, smmu_cmd_atc(vsid, 2, 0, 64)));
	EXPECT_EQ(-EFAULT, sees(r, 2, IOVA, 1));
	/* The other ones go on */
	EXPECT_EQ(0, sees(r, 1, IOVA, 1));
	EXPECT_EQ(0, sees(r, 1023, IOVA, 2));
}

/* A leaf table that comes later: its reference was cached as none */
TEST_F(cd, new_leaf_table)
{
	struct rig *r = &self->rig;
	const uint32_t vsid = r->nest.devs[0].vsid;

	EXPECT_EQ(-EFAULT, sees(r, 512, IOVA, 1));
	ASSERT_EQ(0, set_cd(self, 512, &self->s1[1]));
	ASSERT_EQ(0, run(r, smmu_cmd_cd(vsid, 512, false)));
	EXPECT_EQ(0, sees(r, 512, IOVA, 1));
}

/* An ASID is one address space, whichever substream uses it */
TEST_F(cd, shared_asid)
{
	struct rig *r = &self->rig;
	const uint32_t vsid = r->nest.devs[0].vsid;

	ASSERT_EQ(0, set_cd(self, 3, &self->s1[1]));
	ASSERT_EQ(0, run(r, smmu_cmd_cd(vsid, 3, false)));
	EXPECT_EQ(0, sees(r, 1, IOVA, 1));
	EXPECT_EQ(0, sees(r, 3, IOVA, 1));
	s1_unmap(&self->s1[1], IOVA, S1_4K);
	EXPECT_EQ(0, sees(r, 3, IOVA, 1));
	ASSERT_EQ(0, run(r, smmu_cmd_va(self->s1[1].asid, IOVA, true)));
	ASSERT_EQ(0, run(r, smmu_cmd_atc(vsid, 1, IOVA, 12)));
	ASSERT_EQ(0, run(r, smmu_cmd_atc(vsid, 3, IOVA, 12)));
	EXPECT_EQ(-EFAULT, sees(r, 1, IOVA, 1));
	EXPECT_EQ(-EFAULT, sees(r, 3, IOVA, 1));
	EXPECT_EQ(0, sees(r, 1023, IOVA, 2));
}

/* Privilege and execution, which only requests with a SubstreamID have */
FIXTURE(priv)
{
	struct rig rig;
	uint32_t hwpt;
};

FIXTURE_VARIANT(priv)
{
	uint64_t cd0;
};

FIXTURE_VARIANT_ADD(priv, plain)
{
	.cd0 = 0,
};

FIXTURE_VARIANT_ADD(priv, wxn)
{
	.cd0 = CD0_WXN,
};

FIXTURE_VARIANT_ADD(priv, uwxn)
{
	.cd0 = CD0_UWXN,
};

FIXTURE_SETUP(priv)
{
	const struct rig_config cfg = { .type = MOCK_SMMUV3, .pasid_bits = 4 };
	struct rig *r = &self->rig;
	struct iommu_hwpt_arm_smmuv3 vste;
	struct smmu_cds cds;
	uint64_t cd[CD_WORDS];

	RIG_UP(r, &cfg);
	ASSERT_EQ(0, smmu_cds_create(&cds, &r->guest, STE_FMT_LINEAR, 4));
	smmu_cd_make(cd, &r->s1, NULL, r->s1.asid);
	cd[0] |= variant->cd0;
	smmu_cd_set(smmu_cd(&cds, 1), cd);
	vste = smmu_vste_s1(&cds, 0);
	ASSERT_EQ(0, dsi_hwpt_vste(r->iommufd, r->dev[0].id, r->nest.viommu, 0,
				   &vste, &self->hwpt));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], self->hwpt));
}

FIXTURE_TEARDOWN(priv)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

/*
 * All of AP[2:1], PXN and UXN, and what requests of both kinds may do. What may
 * be written without privilege is not executed with it; WXN takes execution from
 * what may be written, UWXN from privilege what others may write
 */
TEST_F(priv, every_permission)
{
	struct rig *r = &self->rig;
	struct vdev *dev = &r->dev[0];
	const uint32_t ssid = 1 | MOCK_EP_PASID_VALID;
	uint64_t gpa = rig_page(r, &r->s1, 0, 1);
	unsigned int i;

	ASSERT_NE(0, gpa);
	for (i = 0; i < 16; i++) {
		bool el0 = i & 1, ro = i & 2, pxn = i & 4, uxn = i & 8;
		bool wxn = variant->cd0 & CD0_WXN;
		bool uwxn = variant->cd0 & CD0_UWXN;
		uint64_t iova = IOVA + i * PAGE_4K;
		bool uw = el0 && !ro, pw = !ro;
		bool ux = !uxn && !(wxn && uw);
		bool px = !pxn && !uw && !(wxn && pw) && !(uwxn && uw);
		uint64_t bits = S1_P | (ro ? 0 : S1_W) | (el0 ? S1_U : 0) |
				(pxn ? PTE_PXN : 0) | (uxn ? PTE_UXN : 0);

		ASSERT_EQ(0, s1_map(&r->s1, iova, gpa, S1_4K, bits));
#define EXPECT_ACCESS(ok, who, call) do { \
		ASSERT_EQ(0, ep_pasid(dev, ssid | (who))); \
		EXPECT_EQ((ok) ? 0 : -EFAULT, call) \
			TH_LOG("case %#x, " #who ", " #call, i); \
		} while (0)
		EXPECT_ACCESS(el0, 0, rig_sees(r, 0, iova, 1));
		EXPECT_ACCESS(true, MOCK_EP_PASID_PRIV,
			      rig_sees(r, 0, iova, 1));
		EXPECT_ACCESS(ux, MOCK_EP_PASID_EXEC, rig_sees(r, 0, iova, 1));
		EXPECT_ACCESS(px, MOCK_EP_PASID_PRIV | MOCK_EP_PASID_EXEC,
			      rig_sees(r, 0, iova, 1));
		EXPECT_ACCESS(uw, 0, ep_write(dev, iova, 8, 1, NULL));
		EXPECT_ACCESS(pw, MOCK_EP_PASID_PRIV,
			      ep_write(dev, iova, 8, 1, NULL));
#undef EXPECT_ACCESS
		util_fill(guest_ptr(&r->guest, gpa), PAGE_4K, 1);
	}
	ASSERT_EQ(0, ep_pasid(dev, 0));
}

TEST_HARNESS_MAIN
