// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the descriptors of a guest do: each shows in what a device reads, from the unit's
 * caches and from its own, without PASID and with one; and of an array with a bad one
 * those before it are done
 */
#include "harness.h"

#define IOVA	0x10000000ull
#define PAGES	4
#define PASID	0x21
/* Of the same tables, by another name of the guest's and by a PASID */
#define OTHER	0xabcd

FIXTURE(effect)
{
	struct rig rig;
	uint32_t vsid;
	uint16_t did;
	uint64_t old[PAGES];
	uint64_t new[PAGES];
	uint32_t of_pasid;
};

FIXTURE_VARIANT(effect)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(effect, usual)
{
};

FIXTURE_VARIANT_ADD(effect, ats)
{
	.cfg.ats = true,
};

FIXTURE_VARIANT_ADD(effect, async)
{
	.cfg.ats = true,
	.cfg.async = true,
};

/* At most 32 pages with one descriptor */
FIXTURE_VARIANT_ADD(effect, small_ranges)
{
	.cfg.cap_clear = VTD_CAP_MAMV(63),
	.cfg.cap_set = VTD_CAP_MAMV(5),
};

FIXTURE_VARIANT_ADD(effect, no_ranges)
{
	.cfg.cap_clear = VTD_CAP_PSI | VTD_CAP_MAMV(63),
};

FIXTURE_SETUP(effect)
{
	struct rig_config cfg = variant->cfg;
	struct iommu_hwpt_vtd_pasid_entry entry;
	struct rig *r = &self->rig;
	unsigned int i;

	cfg.nr_eps = 2;
	cfg.pasid_bits = 8;
	cfg.raw = true;
	cfg.nested_flags = IOMMU_HWPT_ALLOC_PASID;
	RIG_UP(r, &cfg);
	self->vsid = r->nest.devs[0].vsid;
	self->did = r->s1.asid;
	for (i = 0; i < PAGES; i++) {
		self->old[i] = rig_page(r, &r->s1, IOVA + i * PAGE_4K, i);
		self->new[i] = rig_page(r, &r->s1, 0, 100 + i);
		ASSERT_NE(0, self->old[i]);
		ASSERT_NE(0, self->new[i]);
	}
	entry = vtd_entry(&r->s1, OTHER, 0);
	ASSERT_EQ(0, dsi_hwpt_entry(r->iommufd, r->dev[0].id, r->nest.viommu,
				    IOMMU_HWPT_ALLOC_PASID, &entry,
				    &self->of_pasid));
	ASSERT_EQ(0, vdev_attach_pasid(&r->dev[0], PASID, self->of_pasid));
	if (cfg.ats)
		for (i = 0; i < 2; i++)
			ASSERT_EQ(0, ep_ats(&r->dev[i], MOCK_EP_ATS_ENABLE));
}

/* Whatever was tried, the hardware has not found an error, and works */
FIXTURE_TEARDOWN(effect)
{
	struct rig *r = &self->rig;
	uint64_t errors = 1;

	EXPECT_EQ(0, mock_driver_count(&r->mock, "errors", &errors));
	EXPECT_EQ(0, errors);
	EXPECT_EQ(0, ep_pasid(&r->dev[0], 0));
	EXPECT_EQ(0, s1_map(&r->s1, IOVA, self->new[0], S1_4K, S1_RW));
	EXPECT_EQ(0, rig_inv_all(r));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 100));
	EXPECT_EQ(0, rig_down(r));
}

static int run_desc(FIXTURE_DATA(effect) *self, vtd_desc desc)
{
	return dsi_descriptor(self->rig.iommufd, self->rig.nest.viommu, desc);
}

/* All pages are old in the caches, and new in memory. @pasid: by that */
static int make_stale(FIXTURE_DATA(effect) *self, bool ats, bool pasid)
{
	struct rig *r = &self->rig;
	unsigned int i;
	int rc;

	for (i = 0, rc = 0; !rc && i < PAGES; i++)
		rc = s1_map(&r->s1, IOVA + i * PAGE_4K, self->old[i], S1_4K,
			    S1_RW);
	if (!rc)
		rc = run_desc(self, vtd_desc_iotlb_all());
	if (!rc && ats)
		rc = run_desc(self, vtd_desc_dtlb(self->vsid, 0, 64)) ?:
		     run_desc(self, vtd_desc_pdtlb(self->vsid, PASID, 0, 64));
	if (!rc)
		rc = ep_pasid(&r->dev[0], pasid ? PASID | MOCK_EP_PASID_VALID : 0);
	for (i = 0; !rc && i < PAGES; i++)
		rc = rig_sees(r, 0, IOVA + i * PAGE_4K, i);
	for (i = 0; !rc && i < PAGES; i++)
		rc = s1_map(&r->s1, IOVA + i * PAGE_4K, self->new[i], S1_4K,
			    S1_RW);
	/* Nothing has told the hardware yet */
	for (i = 0; !rc && i < PAGES; i++)
		rc = rig_sees(r, 0, IOVA + i * PAGE_4K, i);
	return rc;
}

/* Which pages are new, as bits; all others have to be old */
static int new_pages(FIXTURE_DATA(effect) *self)
{
	struct rig *r = &self->rig;
	unsigned int i;
	int bits = 0;

	for (i = 0; i < PAGES; i++) {
		if (!rig_sees(r, 0, IOVA + i * PAGE_4K, 100 + i))
			bits |= 1 << i;
		else if (rig_sees(r, 0, IOVA + i * PAGE_4K, i))
			return -EPROTO;
	}
	return bits;
}

#define ALL	((1 << PAGES) - 1)
/* A descriptor that the unit has not */
#define NOT	-1

/*
 * What each descriptor takes out of the unit's caches, without PASID and with one. The
 * device's own are told last, so that they do not hide what is stale in the unit.
 */
TEST_F(effect, every_command)
{
	const bool psi = !(variant->cfg.cap_clear & VTD_CAP_PSI);
	const bool small = variant->cfg.cap_clear & VTD_CAP_MAMV(63);
	const bool ats = variant->cfg.ats;
	const uint16_t did = self->did;
	const struct {
		vtd_desc desc;
		int plain;	/* pages that are new then, without PASID */
		int pasid;	/* and with PASID */
	} cmds[] = {
		{ vtd_desc_iotlb_all(), ALL, ALL },
		{ vtd_desc_iotlb(did), ALL, 0 },
		{ vtd_desc_iotlb(OTHER), 0, ALL },
		{ vtd_desc_make(QI_IOTLB | QI0_G(3) | QI0_DID(did), IOVA),
		  psi ? ALL : NOT, 0 },
		{ vtd_desc_make(QI_IOTLB | QI0_G(3) | QI0_DID(OTHER),
				IOVA | QI_IH | 2), psi ? 0 : NOT, ALL },
		{ vtd_desc_pasid(did, 0), ALL, 0 },
		{ vtd_desc_pasid(did, PASID), 0, 0 },
		{ vtd_desc_pasid(OTHER, 0), 0, 0 },
		{ vtd_desc_pasid(OTHER, PASID), 0, ALL },
		{ vtd_desc_pages(did, 0, IOVA, 0, true), psi ? 1 : ALL, 0 },
		{ vtd_desc_pages(did, 0, IOVA + 2 * PAGE_4K, 0, false),
		  psi ? 4 : ALL, 0 },
		{ vtd_desc_pages(did, 0, IOVA + 3 * PAGE_4K, 1, true),
		  psi ? 0xc : ALL, 0 },
		{ vtd_desc_pages(OTHER, PASID, IOVA + PAGE_4K, 0, true), 0,
		  psi ? 2 : ALL },
		{ vtd_desc_pages(OTHER, PASID, IOVA + SZ_1M, 2, true), 0,
		  psi ? 0 : ALL },
		/* More than the unit takes at once, of pages far away */
		{ vtd_desc_pages(did, 0, 1ull << 40, 9, true),
		  psi && !small ? 0 : ALL, 0 },
		{ vtd_desc_pages(did, 0, 1ull << 40, 63, true), ALL, 0 },
		/* What is no address of stage-1 */
		{ vtd_desc_pages(did, 0, 1ull << 60, 0, true), ALL, 0 },
		{ vtd_desc_make(QI_CC | QI0_G(1), 0), 0, 0 },
		{ vtd_desc_make(QI_CC | QI0_G(3) | QI_CC0_SID(self->vsid), 0), 0,
		  0 },
		{ vtd_desc_make(QI_PC | QI0_G(3), 0), 0, 0 },
		{ vtd_desc_make(QI_PC | QI0_G(1) | QI0_DID(did), 0), 0, 0 },
		{ vtd_desc_fence(), 0, 0 },
		{ vtd_desc_make(QI_WAIT | QI_WAIT0_SW | QI_WAIT0_IF, 0x1000), 0,
		  0 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		if (cmds[i].plain == NOT)
			continue;
		ASSERT_EQ(0, make_stale(self, ats, false));
		ASSERT_EQ(0, run_desc(self, cmds[i].desc));
		if (ats)
			ASSERT_EQ(0, run_desc(self, vtd_desc_dtlb(self->vsid, 0,
								  64)));
		EXPECT_EQ(cmds[i].plain, new_pages(self))
			TH_LOG("descriptor %u", i);
		ASSERT_EQ(0, make_stale(self, ats, true));
		ASSERT_EQ(0, run_desc(self, cmds[i].desc));
		if (ats)
			ASSERT_EQ(0, run_desc(self, vtd_desc_pdtlb(self->vsid,
								   PASID, 0,
								   64)));
		EXPECT_EQ(cmds[i].pasid, new_pages(self))
			TH_LOG("descriptor %u, PASID", i);
	}
}

/* What each takes out of a device-TLB, when the unit has forgotten all */
TEST_F(effect, device_tlbs)
{
	const uint16_t sid = self->vsid, other = self->rig.nest.devs[1].vsid;
	const struct {
		vtd_desc desc;
		int plain;
		int pasid;
	} cmds[] = {
		{ vtd_desc_dtlb(sid, 0, 64), ALL, 0 },
		{ vtd_desc_dtlb(sid, IOVA, 12), 1, 0 },
		{ vtd_desc_dtlb(sid, IOVA + 3 * PAGE_4K, 13), 0xc, 0 },
		{ vtd_desc_dtlb(sid, IOVA, 14), ALL, 0 },
		{ vtd_desc_dtlb(sid, IOVA + SZ_1G, 20), 0, 0 },
		{ vtd_desc_dtlb(other, 0, 64), 0, 0 },
		{ vtd_desc_pdtlb(sid, PASID, 0, 64), 0, ALL },
		{ vtd_desc_pdtlb(sid, PASID + 1, 0, 64), 0, 0 },
		{ vtd_desc_pdtlb(sid, PASID, IOVA + PAGE_4K, 12), 0, 2 },
		{ vtd_desc_make(QI_PDTLB | QI_PDTLB0_SID(sid),
				QI_PDTLB1_G | QI_PDTLB1_S |
				(~0ull >> 1 & ~(PAGE_4K - 1))), 0, ALL },
		/* MIP is the host's */
		{ vtd_desc_make(QI_DTLB | QI_DTLB0_SID(sid) | 0x1full << 16,
				IOVA), 1, 0 },
	};
	unsigned int i;

	if (!variant->cfg.ats)
		SKIP(return, "no ATS");
	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		vtd_desc descs[] = { vtd_desc_iotlb_all(), cmds[i].desc };
		struct rig *r = &self->rig;
		uint32_t num = 2;

		ASSERT_EQ(0, make_stale(self, true, false));
		ASSERT_EQ(0, dsi_descriptors(r->iommufd, r->nest.viommu, descs,
					     sizeof(*descs), &num));
		EXPECT_EQ(cmds[i].plain, new_pages(self))
			TH_LOG("descriptor %u", i);
		ASSERT_EQ(0, make_stale(self, true, true));
		num = 2;
		ASSERT_EQ(0, dsi_descriptors(r->iommufd, r->nest.viommu, descs,
					     sizeof(*descs), &num));
		EXPECT_EQ(cmds[i].pasid, new_pages(self))
			TH_LOG("descriptor %u, PASID", i);
	}
}

/* The descriptors before a bad one are done, those behind it are not */
TEST_F(effect, partial)
{
	const vtd_desc bad[] = {
		vtd_desc_make(QI_IEC, 0), vtd_desc_iotlb(0xfff0),
		vtd_desc_dtlb(1, 0, 64), vtd_desc_make(QI_WAIT, 1),
	};
	const bool psi = !(variant->cfg.cap_clear & VTD_CAP_PSI);
	struct rig *r = &self->rig;
	vtd_desc desc[PAGES];
	unsigned int at, i;
	uint32_t num;

	/* One for the pages of the device-TLB would have to be among them */
	if (variant->cfg.ats)
		SKIP(return, "not with ATS");
	for (at = 0; at < PAGES; at++) {
		ASSERT_EQ(0, make_stale(self, false, false));
		for (i = 0; i < PAGES; i++)
			desc[i] = vtd_desc_pages(self->did, 0, IOVA + i * PAGE_4K,
						 0, true);
		desc[at] = bad[at];
		num = PAGES;
		EXPECT_EQ(-EIO, dsi_descriptors(r->iommufd, r->nest.viommu, desc,
						sizeof(*desc), &num));
		EXPECT_EQ(at, num);
		EXPECT_EQ(!psi && at ? ALL : (1 << at) - 1, new_pages(self))
			TH_LOG("bad at %u", at);
	}
}

/* A device-TLB that does not answer is its own guest's affair */
TEST(silent_device)
{
	const struct rig_config cfg = {
		.nr_eps = 2,
		.ats = true,
		.raw = true,
	};
	vtd_desc desc;
	struct rig rig;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, mock_driver_param(MOCK_VTD, "devtlb_timeout_ms", 500));
	RIG_UP(&rig, &cfg);
	ASSERT_NE(0, rig_page(&rig, &rig.s1, IOVA, 1));
	ASSERT_EQ(0, ep_ats(&rig.dev[0], MOCK_EP_ATS_ENABLE));
	EXPECT_EQ(0, rig_sees(&rig, 0, IOVA, 1));
	ASSERT_EQ(0, mock_misbehave(&rig.mock, "devtlb_timeout", 1));
	desc = vtd_desc_dtlb(rig.nest.devs[0].vsid, 0, 64);
	EXPECT_EQ(-ETIMEDOUT, dsi_descriptor(rig.iommufd, rig.nest.viommu, desc));
	EXPECT_EQ(0, rig_sees(&rig, 1, IOVA, 1));
	ASSERT_EQ(0, mock_driver_param(MOCK_VTD, "devtlb_timeout_ms", 90000));
	EXPECT_EQ(0, rig_down(&rig));
}

TEST_HARNESS_MAIN
