// SPDX-License-Identifier: GPL-2.0-only
/*
 * DMA that would go round the processors' caches: of a device whose requests say
 * that they need not snoop, or of a guest that maps its memory so. Where a driver
 * promises that there is none (enforce_cache_coherency; the memory types of a
 * guest), the unit has to be told, and the endpoint counts what it is told
 */
#include "harness.h"

#define IOVA		0x0000077770000000ull
#define SIZE		0x3000
#define DST		0x8000
#define WINDOW		(16 * PAGE_4K)
#define PASID		0x31

#define DEVCTL		8
#define NOSNOOP_EN	0x0800

/* Indexes in the MAIR of smmu_cd_make(). Bit 0 of an index would be S1_U */
#define ATTR_WB		0
#define ATTR_NC		2
#define ATTR_DEVICE	4

enum kind {
	IOAS,		/* what iommufd makes by itself */
	PLAIN,		/* a paging HWPT without flags */
	DIRTY,
	PARENT,
	NESTED,
	NESTED_PASID,
};

FIXTURE(no_snoop)
{
	struct rig rig;
	struct vdev *dev;
	uint64_t gpa;
	uint64_t iova;
};

FIXTURE_VARIANT(no_snoop)
{
	struct rig_config cfg;
	enum kind kind;
	bool unsaid;
	bool snoops;
};

/* VT-d with ECAP.SC: everything snoops */
FIXTURE_VARIANT_ADD(no_snoop, ioas)
{
	.kind = IOAS,
	.snoops = true,
};

FIXTURE_VARIANT_ADD(no_snoop, stage1)
{
	.kind = PLAIN,
	.snoops = true,
};

FIXTURE_VARIANT_ADD(no_snoop, stage1_ats)
{
	.kind = PLAIN,
	.snoops = true,
	.cfg.ats = true,
};

FIXTURE_VARIANT_ADD(no_snoop, stage2)
{
	.kind = DIRTY,
	.snoops = true,
};

FIXTURE_VARIANT_ADD(no_snoop, stage2_ats)
{
	.kind = DIRTY,
	.snoops = true,
	.cfg.ats = true,
};

FIXTURE_VARIANT_ADD(no_snoop, parent)
{
	.kind = PARENT,
	.snoops = true,
};

FIXTURE_VARIANT_ADD(no_snoop, nested)
{
	.kind = NESTED,
	.snoops = true,
};

FIXTURE_VARIANT_ADD(no_snoop, nested_ats)
{
	.kind = NESTED,
	.snoops = true,
	.cfg.ats = true,
};

FIXTURE_VARIANT_ADD(no_snoop, nested_pasid)
{
	.kind = NESTED_PASID,
	.snoops = true,
	.cfg.pasid_bits = 8,
	.cfg.parent_flags = IOMMU_HWPT_ALLOC_PASID,
	.cfg.nested_flags = IOMMU_HWPT_ALLOC_PASID,
};

/* Without it nobody is promised anything, and nothing may be set that it needs */
FIXTURE_VARIANT_ADD(no_snoop, no_sc_ioas)
{
	.kind = IOAS,
	.cfg.ecap_clear = VTD_ECAP_SC,
};

FIXTURE_VARIANT_ADD(no_snoop, no_sc_stage1)
{
	.kind = PLAIN,
	.cfg.ecap_clear = VTD_ECAP_SC,
};

FIXTURE_VARIANT_ADD(no_snoop, no_sc_stage1_ats)
{
	.kind = PLAIN,
	.cfg.ecap_clear = VTD_ECAP_SC,
	.cfg.ats = true,
};

FIXTURE_VARIANT_ADD(no_snoop, no_sc_stage2)
{
	.kind = DIRTY,
	.cfg.ecap_clear = VTD_ECAP_SC,
};

FIXTURE_VARIANT_ADD(no_snoop, no_sc_nested)
{
	.kind = NESTED,
	.cfg.ecap_clear = VTD_ECAP_SC,
};

FIXTURE_VARIANT_ADD(no_snoop, no_sc_nested_ats)
{
	.kind = NESTED,
	.cfg.ecap_clear = VTD_ECAP_SC,
	.cfg.ats = true,
};

/* No unit of Arm's can: S2FWB is about memory types, No Snoop comes after it */
FIXTURE_VARIANT_ADD(no_snoop, smmu_ioas)
{
	.kind = IOAS,
	.cfg.type = MOCK_SMMUV3,
};

FIXTURE_VARIANT_ADD(no_snoop, smmu_parent)
{
	.kind = PARENT,
	.cfg.type = MOCK_SMMUV3,
};

FIXTURE_VARIANT_ADD(no_snoop, smmu_nested)
{
	.kind = NESTED,
	.cfg.type = MOCK_SMMUV3,
};

/* Who does not say No Snoop snoops, through whatever tables of the kernel's */
FIXTURE_VARIANT_ADD(no_snoop, smmu_snooping_ioas)
{
	.kind = IOAS,
	.cfg.type = MOCK_SMMUV3,
	.snoops = true,
	.unsaid = true,
};

FIXTURE_VARIANT_ADD(no_snoop, smmu_snooping_parent)
{
	.kind = PARENT,
	.cfg.type = MOCK_SMMUV3,
	.snoops = true,
	.unsaid = true,
};

static int attach_paging(FIXTURE_DATA(no_snoop) *self, uint32_t flags)
{
	struct rig *r = &self->rig;
	uint32_t hwpt;
	int rc;

	rc = dsi_hwpt_paging(r->iommufd, self->dev->id, r->ioas, flags, &hwpt);
	return rc ?: vdev_attach_id(self->dev, hwpt);
}

static int attach_nested(FIXTURE_DATA(no_snoop) *self, bool pasid)
{
	struct rig *r = &self->rig;
	int rc;

	rc = rig_parent(r);
	if (!rc)
		rc = rig_nested(r);
	if (!rc)
		rc = s1_map_range(&r->s1, IOVA, self->gpa, WINDOW, S1_4K,
				  S1_RW);
	self->iova = IOVA;
	if (rc || !pasid)
		return rc;
	rc = vdev_attach_pasid(self->dev, PASID, r->nested);
	return rc ?: ep_pasid(self->dev, MOCK_EP_PASID_VALID | PASID);
}

static int attach(FIXTURE_DATA(no_snoop) *self, enum kind kind)
{
	uint32_t ioas = self->rig.ioas;

	switch (kind) {
	case IOAS:
		return vdev_attach(self->dev, &ioas);
	case PLAIN:
		return attach_paging(self, 0);
	case DIRTY:
		return attach_paging(self, IOMMU_HWPT_ALLOC_DIRTY_TRACKING);
	case PARENT:
		return attach_paging(self, IOMMU_HWPT_ALLOC_NEST_PARENT);
	default:
		return attach_nested(self, kind == NESTED_PASID);
	}
}

FIXTURE_SETUP(no_snoop)
{
	struct rig *r = &self->rig;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	self->dev = &r->dev[0];
	ASSERT_EQ(0, rig_mock(r, &variant->cfg));
	ASSERT_EQ(0, mock_ep_set(&r->mock, r->mock.endpoints[0], "no_snoop",
				 !variant->unsaid));
	ASSERT_EQ(0, rig_devices(r));
	ASSERT_EQ(0, rig_guest(r));
	self->gpa = guest_alloc(&r->guest, WINDOW, PAGE_4K);
	ASSERT_NE(0, self->gpa);
	self->iova = self->gpa;
	ASSERT_EQ(0, attach(self, variant->kind));
	ASSERT_EQ(0, ep_ats(self->dev,
			    variant->cfg.ats ? MOCK_EP_ATS_ENABLE : 0));
}

FIXTURE_TEARDOWN(no_snoop)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

/* The device copies from one end of the window to the other */
static int copies(struct rig *r, uint64_t gpa, uint64_t iova, uint64_t seed)
{
	uint8_t *ram = guest_ptr(&r->guest, gpa);
	int rc;

	util_fill(ram, SIZE, seed);
	memset(ram + DST, 0, SIZE);
	rc = ep_copy(&r->dev[0], iova, iova + DST, SIZE, NULL);
	if (!rc && !util_is_fill(ram + DST, SIZE, seed))
		rc = -EBADMSG;
	return rc;
}

TEST_F(no_snoop, dma)
{
	struct mock_non_snooped ns;
	struct rig *r = &self->rig;
	const char *ep = r->mock.endpoints[0];

	ASSERT_EQ(0, mock_ep_non_snooped(&r->mock, ep, &ns));
	EXPECT_EQ(0, ns.reads + ns.writes);
	ASSERT_EQ(0, copies(r, self->gpa, self->iova, 1));
	ASSERT_EQ(0, mock_ep_non_snooped(&r->mock, ep, &ns));
	EXPECT_EQ(variant->snoops ? 0 : SIZE / PAGE_4K, ns.reads);
	EXPECT_EQ(variant->snoops ? 0 : SIZE / PAGE_4K, ns.writes);
	EXPECT_EQ(variant->snoops ? 0 : self->iova + DST + SIZE - PAGE_4K,
		  ns.addr);
}

/* The device is told not to say so: Enable No Snoop of Device Control */
TEST_F(no_snoop, not_enabled)
{
	struct rig *r = &self->rig;
	struct mock_non_snooped ns;
	uint32_t at, val;

	at = vdev_capability(self->dev, PCI_CAP_EXP);
	ASSERT_NE(0, at);
	val = vdev_config(self->dev, at + DEVCTL, 2);
	EXPECT_NE(0, val & NOSNOOP_EN);
	ASSERT_EQ(0, vdev_set_config(self->dev, at + DEVCTL, val & ~NOSNOOP_EN,
				     2));
	ASSERT_EQ(0, copies(r, self->gpa, self->iova, 2));
	ASSERT_EQ(0, mock_ep_non_snooped(&r->mock, r->mock.endpoints[0], &ns));
	EXPECT_EQ(0, ns.reads);
	EXPECT_EQ(0, ns.writes);
}

/* A guest's own mapping of its memory, by a device that always snoops */
FIXTURE(guest_type)
{
	struct rig rig;
	uint64_t gpa;
};

FIXTURE_VARIANT(guest_type)
{
	struct rig_config cfg;
	unsigned int attr;
	bool snoops;
};

/* Only a unit of version 3.1 may be without: later ones have RIL and BBML, too */
#define NO_FWB	{ SMMU_IDR3_RIL | SMMU_IDR3_FWB | 3u << 11, 0 }

/* With S2FWB it does not matter what the guest says */
FIXTURE_VARIANT_ADD(guest_type, write_back)
{
	.cfg.type = MOCK_SMMUV3,
	.attr = ATTR_WB,
	.snoops = true,
};

FIXTURE_VARIANT_ADD(guest_type, non_cacheable)
{
	.cfg.type = MOCK_SMMUV3,
	.attr = ATTR_NC,
	.snoops = true,
};

FIXTURE_VARIANT_ADD(guest_type, device)
{
	.cfg.type = MOCK_SMMUV3,
	.attr = ATTR_DEVICE,
	.snoops = true,
};

/* Without it does: this is what unsafe_guest_memory_types is about */
FIXTURE_VARIANT_ADD(guest_type, no_s2fwb_write_back)
{
	.cfg.type = MOCK_SMMUV3,
	.attr = ATTR_WB,
	.snoops = true,
	.cfg.idr[3] = NO_FWB,
	.cfg.v3_1 = true,
	.cfg.unsafe_memory_types = true,
};

FIXTURE_VARIANT_ADD(guest_type, no_s2fwb_non_cacheable)
{
	.cfg.type = MOCK_SMMUV3,
	.attr = ATTR_NC,
	.cfg.idr[3] = NO_FWB,
	.cfg.v3_1 = true,
	.cfg.unsafe_memory_types = true,
};

FIXTURE_VARIANT_ADD(guest_type, no_s2fwb_device)
{
	.cfg.type = MOCK_SMMUV3,
	.attr = ATTR_DEVICE,
	.cfg.idr[3] = NO_FWB,
	.cfg.v3_1 = true,
	.cfg.unsafe_memory_types = true,
};

FIXTURE_SETUP(guest_type)
{
	struct rig *r = &self->rig;

	RIG_UP(r, &variant->cfg);
	self->gpa = guest_alloc(&r->guest, WINDOW, PAGE_4K);
	ASSERT_NE(0, self->gpa);
	ASSERT_EQ(0, s1_map_range(&r->s1, IOVA, self->gpa, WINDOW, S1_4K,
				  S1_RW | PTE_ATTR(variant->attr)));
}

FIXTURE_TEARDOWN(guest_type)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

TEST_F(guest_type, dma)
{
	struct rig *r = &self->rig;
	struct mock_non_snooped ns;

	ASSERT_EQ(0, copies(r, self->gpa, IOVA, 3));
	ASSERT_EQ(0, mock_ep_non_snooped(&r->mock, r->mock.endpoints[0], &ns));
	EXPECT_EQ(variant->snoops ? 0 : SIZE / PAGE_4K, ns.reads);
	EXPECT_EQ(variant->snoops ? 0 : SIZE / PAGE_4K, ns.writes);
}

TEST_HARNESS_MAIN
