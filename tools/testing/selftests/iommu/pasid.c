// SPDX-License-Identifier: GPL-2.0-only
/* PASIDs: each has an attachment of its own, and so have requests without one */
#include "harness.h"

#define IOVA		0x0000033330000000ull
#define PASID_A		1
#define PASID_B		0x12345
#define PASID_C		0xfffff
#define NONE		0

FIXTURE(pasid)
{
	struct rig rig;
	struct s1 s1b;
	uint32_t nested_b;
	uint32_t plain;
};

FIXTURE_VARIANT(pasid)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(pasid, usual)
{
	.cfg.pasid_bits = 20,
};

FIXTURE_VARIANT_ADD(pasid, w57)
{
	.cfg.pasid_bits = 20,
	.cfg.width = 57,
};

FIXTURE_VARIANT_ADD(pasid, ats)
{
	.cfg.pasid_bits = 20,
	.cfg.ats = true,
};

FIXTURE_VARIANT_ADD(pasid, async)
{
	.cfg.pasid_bits = 20,
	.cfg.async = true,
};

FIXTURE_SETUP(pasid)
{
	struct rig_config cfg = variant->cfg;
	struct rig *r = &self->rig;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	cfg.nested_flags = IOMMU_HWPT_ALLOC_PASID;
	cfg.parent_flags = IOMMU_HWPT_ALLOC_PASID;
	ASSERT_EQ(0, rig_up(r, &cfg));
	ASSERT_EQ(0, s1_create(&self->s1b, &r->guest, r->s1.levels));
	ASSERT_EQ(0, rig_hwpt(r, &self->s1b, &self->nested_b));
	ASSERT_EQ(0, dsi_hwpt_paging(r->iommufd, r->dev[0].id, r->ioas,
				     IOMMU_HWPT_ALLOC_PASID, &self->plain));
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	ASSERT_NE(0, rig_page(r, &self->s1b, IOVA, 2));
	ASSERT_EQ(0, ep_ats(&r->dev[0], cfg.ats ? MOCK_EP_ATS_ENABLE : 0));
}

FIXTURE_TEARDOWN(pasid)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

static int sees(struct rig *r, uint32_t pasid, uint64_t iova, uint64_t seed)
{
	int rc;

	rc = ep_pasid(&r->dev[0], pasid ? pasid | MOCK_EP_PASID_VALID : 0);
	if (!rc)
		rc = rig_sees(r, 0, iova, seed);
	return ep_pasid(&r->dev[0], 0) ?: rc;
}

/* Attached to a PASID only that PASID sees it, and only while it is */
TEST_F(pasid, life)
{
	struct rig *r = &self->rig;
	struct vdev *dev = &r->dev[0];

	EXPECT_EQ(0, sees(r, NONE, IOVA, 1));
	EXPECT_EQ(-EFAULT, sees(r, PASID_A, IOVA, 1));
	EXPECT_EQ(-EFAULT, sees(r, PASID_B, IOVA, 2));

	ASSERT_EQ(0, vdev_attach_pasid(dev, PASID_B, self->nested_b));
	EXPECT_EQ(0, sees(r, PASID_B, IOVA, 2));
	EXPECT_EQ(0, sees(r, NONE, IOVA, 1));
	EXPECT_EQ(-EFAULT, sees(r, PASID_A, IOVA, 2));
	EXPECT_EQ(-EBUSY, dsi_destroy(r->iommufd, self->nested_b));

	ASSERT_EQ(0, vdev_detach_pasid(dev, PASID_B));
	EXPECT_EQ(-EFAULT, sees(r, PASID_B, IOVA, 2));
	EXPECT_EQ(0, sees(r, NONE, IOVA, 1));
	EXPECT_EQ(0, dsi_destroy(r->iommufd, self->nested_b));
}

/* The lowest, one in the middle, the highest: in other tables each */
TEST_F(pasid, many)
{
	static const uint32_t pasids[] = { 1, 2, 63, 64, 65, 4095, 4096,
					   0x12345, 0x80000, 0xffffe, 0xfffff };
	struct rig *r = &self->rig;
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(pasids); i++) {
		ASSERT_EQ(0, vdev_attach_pasid(&r->dev[0], pasids[i],
					       i & 1 ? r->nested :
						       self->nested_b));
		for (j = 0; j < ARRAY_SIZE(pasids); j++)
			ASSERT_EQ(j <= i ? 0 : -EFAULT,
				  sees(r, pasids[j], IOVA, j & 1 ? 1 : 2));
	}
	for (i = 0; i < ARRAY_SIZE(pasids); i++) {
		ASSERT_EQ(0, vdev_detach_pasid(&r->dev[0], pasids[i]));
		for (j = 0; j < ARRAY_SIZE(pasids); j++)
			ASSERT_EQ(j > i ? 0 : -EFAULT,
				  sees(r, pasids[j], IOVA, j & 1 ? 1 : 2));
	}
}

TEST_F(pasid, replace)
{
	struct rig *r = &self->rig;
	struct vdev *dev = &r->dev[0];
	unsigned int i;

	util_fill(guest_ptr(&r->guest, r->guest.gpa + SZ_1M), PAGE_4K, 3);
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, vdev_attach_pasid(dev, PASID_B, r->nested));
		EXPECT_EQ(0, sees(r, PASID_B, IOVA, 1));
		EXPECT_EQ(-EFAULT, sees(r, PASID_B, r->guest.gpa + SZ_1M, 3));
		ASSERT_EQ(0, vdev_attach_pasid(dev, PASID_B, self->nested_b));
		EXPECT_EQ(0, sees(r, PASID_B, IOVA, 2));
		ASSERT_EQ(0, vdev_attach_pasid(dev, PASID_B, self->plain));
		EXPECT_EQ(0, sees(r, PASID_B, r->guest.gpa + SZ_1M, 3));
		EXPECT_EQ(-EFAULT, sees(r, PASID_B, IOVA, 2));
		EXPECT_EQ(0, sees(r, NONE, IOVA, 1));
	}
	/* The PASID outlives the attachment of the device itself */
	ASSERT_EQ(0, vdev_attach_pasid(dev, PASID_B, self->nested_b));
	ASSERT_EQ(0, vdev_detach(dev));
	EXPECT_EQ(-EFAULT, sees(r, NONE, IOVA, 1));
	EXPECT_EQ(0, sees(r, PASID_B, IOVA, 2));
	ASSERT_EQ(0, vdev_attach_id(dev, r->nested));
	EXPECT_EQ(0, sees(r, NONE, IOVA, 1));
	EXPECT_EQ(0, sees(r, PASID_B, IOVA, 2));
}

/* One HWPT at two PASIDs and at none: an invalidation reaches all three */
TEST_F(pasid, invalidate)
{
	static const uint32_t at[] = { NONE, PASID_A, PASID_B };
	struct rig *r = &self->rig;
	uint64_t gpa;
	unsigned int i;

	ASSERT_EQ(0, vdev_attach_pasid(&r->dev[0], PASID_A, r->nested));
	ASSERT_EQ(0, vdev_attach_pasid(&r->dev[0], PASID_B, r->nested));
	ASSERT_EQ(0, vdev_attach_pasid(&r->dev[0], PASID_C, self->nested_b));
	for (i = 0; i < ARRAY_SIZE(at); i++)
		EXPECT_EQ(0, sees(r, at[i], IOVA, 1));
	EXPECT_EQ(0, sees(r, PASID_C, IOVA, 2));

	gpa = rig_page(r, &r->s1, 0, 11);
	s1_set(s1_entry(&r->s1, IOVA, 1), gpa | S1_RW);
	gpa = rig_page(r, &r->s1, 0, 12);
	s1_set(s1_entry(&self->s1b, IOVA, 1), gpa | S1_RW);
	for (i = 0; i < ARRAY_SIZE(at); i++)
		EXPECT_EQ(0, sees(r, at[i], IOVA, 1));
	ASSERT_EQ(0, dsi_invalidate_range(r->iommufd, r->nested, IOVA, 1,
					  IOMMU_VTD_INV_FLAGS_LEAF));
	for (i = 0; i < ARRAY_SIZE(at); i++)
		EXPECT_EQ(0, sees(r, at[i], IOVA, 11));
	EXPECT_EQ(0, sees(r, PASID_C, IOVA, 2));
	ASSERT_EQ(0, dsi_invalidate_all(r->iommufd, self->nested_b));
	EXPECT_EQ(0, sees(r, PASID_C, IOVA, 12));
}

/* What is stale at a PASID must not come back when the PASID is used again */
TEST_F(pasid, no_remains)
{
	struct rig *r = &self->rig;
	uint64_t gpa;

	ASSERT_EQ(0, vdev_attach_pasid(&r->dev[0], PASID_A, r->nested));
	EXPECT_EQ(0, sees(r, PASID_A, IOVA, 1));
	ASSERT_EQ(0, vdev_detach_pasid(&r->dev[0], PASID_A));
	gpa = rig_page(r, &r->s1, 0, 11);
	s1_set(s1_entry(&r->s1, IOVA, 1), gpa | S1_RW);
	ASSERT_EQ(0, vdev_attach_pasid(&r->dev[0], PASID_A, r->nested));
	EXPECT_EQ(0, sees(r, PASID_A, IOVA, 11));
}

TEST_F(pasid, errors)
{
	struct rig *r = &self->rig;
	struct vdev *dev = &r->dev[0];
	struct iommu_hwpt_vtd_s1 data = nest_vtd_data(&r->nest, &r->s1);
	uint32_t no_pasid, no_pasid_plain;

	/* Only HWPTs that were made for it, beside only such ones */
	ASSERT_EQ(0, dsi_hwpt_nested(r->iommufd, dev->id, r->nest.parent, 0, &data,
				     &no_pasid));
	ASSERT_EQ(0, dsi_hwpt_paging(r->iommufd, dev->id, r->ioas, 0,
				     &no_pasid_plain));
	EXPECT_EQ(-EINVAL, vdev_attach_pasid(dev, PASID_A, no_pasid));
	EXPECT_EQ(-EINVAL, vdev_attach_pasid(dev, PASID_A, no_pasid_plain));
	ASSERT_EQ(0, vdev_attach_id(dev, no_pasid));
	EXPECT_EQ(-EINVAL, vdev_attach_pasid(dev, PASID_A, r->nested));
	ASSERT_EQ(0, vdev_attach_id(dev, r->nested));
	ASSERT_EQ(0, vdev_attach_pasid(dev, PASID_A, r->nested));
	EXPECT_EQ(-EINVAL, vdev_attach_id(dev, no_pasid));

	/* PASID 0 is that of requests without; others there are 2^20 of */
	EXPECT_NE(0, vdev_attach_pasid(dev, 0, r->nested));
	EXPECT_EQ(-EINVAL, vdev_attach_pasid(dev, 1u << 20, r->nested));
	EXPECT_NE(0, vdev_attach_pasid(dev, UINT32_MAX, r->nested));
	EXPECT_EQ(-ENOENT, vdev_attach_pasid(dev, PASID_B, 0x7ffffff0));
	EXPECT_EQ(-EINVAL, vdev_attach_pasid(dev, PASID_B, dev->id));
	/* Nothing of that changed anything */
	EXPECT_EQ(0, sees(r, NONE, IOVA, 1));
	EXPECT_EQ(0, sees(r, PASID_A, IOVA, 1));
	EXPECT_EQ(-EFAULT, sees(r, PASID_B, IOVA, 1));
	/* What is not attached can be detached */
	EXPECT_EQ(0, vdev_detach_pasid(dev, PASID_B));
}

/* Everything attached, and the device or the VMM goes away */
TEST_F(pasid, closed_while_attached)
{
	struct rig *r = &self->rig;
	uint32_t pasid;

	for (pasid = 1; pasid < 100; pasid += 7)
		ASSERT_EQ(0, vdev_attach_pasid(&r->dev[0], pasid,
					       self->nested_b));
	EXPECT_EQ(0, sees(r, 1, IOVA, 2));
	vdev_close(&r->dev[0]);
	ASSERT_EQ(0, rig_open_dev(&r->mock, 0, r->iommufd, &r->dev[0]));
	for (pasid = 1; pasid < 100; pasid += 7)
		EXPECT_EQ(-EFAULT, sees(r, pasid, IOVA, 2));
	ASSERT_EQ(0, vdev_attach_pasid(&r->dev[0], 1, self->nested_b));
	EXPECT_EQ(0, sees(r, 1, IOVA, 2));
}

/* 16 domain-ids, of which two are not for domains */
static const struct rig_config few_ids = {
	.cap_clear = VTD_CAP_ND,
	.nr_eps = 2,
	.pasid_bits = 20,
	.nested_flags = IOMMU_HWPT_ALLOC_PASID,
	.parent_flags = IOMMU_HWPT_ALLOC_PASID,
};

/* A HWPT for device @dev that has page @page of guest RAM at IOVA */
static int page_hwpt(struct rig *r, int fd, uint32_t dev, unsigned int page,
		     uint32_t *hwpt)
{
	uint8_t *va = r->guest.va + r->guest.size - (page + 1) * PAGE_4K;
	uint32_t ioas;
	int rc;

	util_fill(va, PAGE_4K, page);
	rc = dsi_ioas_alloc(fd, &ioas);
	if (!rc)
		rc = dsi_ioas_map(fd, ioas, va, PAGE_4K, IOVA, DSI_RW);
	return rc ?: dsi_hwpt_paging(fd, dev, ioas, IOMMU_HWPT_ALLOC_PASID,
				     hwpt);
}

/*
 * A unit with few domain-ids: who comes when they have run out is refused, and
 * all others go on; who leaves makes room. Whoever has another device, and
 * comes last, has some that nobody else could take.
 */
TEST(domain_ids_run_out)
{
	uint32_t hwpt[20], others[2];
	unsigned int i, n;
	struct vdev other;
	struct rig rig;
	int fd;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_up(&rig, &few_ids));
	vdev_close(&rig.dev[1]);
	ASSERT_NE(0, rig_page(&rig, &rig.s1, IOVA, 99));
	for (i = 0; i < ARRAY_SIZE(hwpt); i++)
		ASSERT_EQ(0, page_hwpt(&rig, rig.iommufd, rig.dev[0].id, i,
				       &hwpt[i]));
	for (n = 0; n < ARRAY_SIZE(hwpt); n++)
		if (vdev_attach_pasid(&rig.dev[0], n + 1, hwpt[n]))
			break;
	/* Two are set aside, or so; the endpoint's own stage-1 has one */
	ASSERT_LT(8, n);
	ASSERT_GT(16, n);
	EXPECT_EQ(-ENOSPC, vdev_attach_pasid(&rig.dev[0], n + 1, hwpt[n]));
	EXPECT_EQ(-ENOSPC, vdev_attach_id(&rig.dev[0], hwpt[n]));
	EXPECT_EQ(0, sees(&rig, NONE, IOVA, 99));
	for (i = 0; i < n; i++)
		EXPECT_EQ(0, sees(&rig, i + 1, IOVA, i));
	/* One that has one already needs no other */
	EXPECT_EQ(0, vdev_attach_pasid(&rig.dev[0], 1000, hwpt[0]));
	EXPECT_EQ(0, sees(&rig, 1000, IOVA, 0));

	fd = dsi_open();
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, rig_open_dev(&rig.mock, 1, fd, &other));
	for (i = 0; i < ARRAY_SIZE(others); i++)
		ASSERT_EQ(0, page_hwpt(&rig, fd, other.id, 50 + i, &others[i]));
	EXPECT_EQ(0, vdev_attach_id(&other, others[0]));
	EXPECT_EQ(0, vdev_attach_pasid(&other, 1, others[1]));
	rig.dev[1] = other;
	EXPECT_EQ(0, rig_sees(&rig, 1, IOVA, 50));
	EXPECT_EQ(-ENOSPC, vdev_attach_pasid(&rig.dev[0], n + 1, hwpt[n]));

	EXPECT_EQ(0, vdev_detach_pasid(&rig.dev[0], 3));
	EXPECT_EQ(0, vdev_attach_pasid(&rig.dev[0], n + 1, hwpt[n]));
	EXPECT_EQ(0, sees(&rig, n + 1, IOVA, n));
	EXPECT_EQ(-EFAULT, sees(&rig, 3, IOVA, 2));
	vdev_close(&rig.dev[1]);
	close(fd);
	EXPECT_EQ(0, rig_down(&rig));
}

/*
 * Stage-1 of many PASIDs takes few domain-ids, and none sees what another has:
 * neither on the same device, nor on another one with the same PASID, nor after
 * one was replaced by another
 */
TEST(nested_share_domain_ids)
{
	enum { N = 40 };
	uint32_t hwpt[N];
	struct s1 s1[N];
	unsigned int i;
	struct rig rig;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_up(&rig, &few_ids));
	for (i = 0; i < N; i++) {
		ASSERT_EQ(0, s1_create(&s1[i], &rig.guest, 4));
		ASSERT_NE(0, rig_page(&rig, &s1[i], IOVA, i));
		ASSERT_EQ(0, rig_hwpt(&rig, &s1[i], &hwpt[i]));
		ASSERT_EQ(0, vdev_attach_pasid(&rig.dev[0], i + 1, hwpt[i]));
		/* The same PASIDs of another device, in another order */
		if (i >= N / 2)
			ASSERT_EQ(0, vdev_attach_pasid(&rig.dev[1],
						       N - i, hwpt[i]));
	}
	for (i = 0; i < N; i++) {
		EXPECT_EQ(0, sees(&rig, i + 1, IOVA, i));
		if (i >= N / 2) {
			ASSERT_EQ(0, ep_pasid(&rig.dev[1], (N - i) |
					      MOCK_EP_PASID_VALID));
			EXPECT_EQ(0, rig_sees(&rig, 1, IOVA, i));
		}
	}

	/* Each is replaced by its neighbour, and then taken away */
	for (i = 0; i + 1 < N; i++) {
		ASSERT_EQ(0, vdev_attach_pasid(&rig.dev[0], i + 1,
					       hwpt[i + 1]));
		EXPECT_EQ(0, sees(&rig, i + 1, IOVA, i + 1));
		EXPECT_EQ(0, sees(&rig, i + 2, IOVA, i + 1));
	}
	for (i = 0; i < N; i += 2)
		ASSERT_EQ(0, vdev_detach_pasid(&rig.dev[0], i + 1));
	for (i = 0; i + 1 < N; i++)
		EXPECT_EQ(i % 2 ? 0 : -EFAULT,
			  sees(&rig, i + 1, IOVA, i + 1));
	for (i = 0; i < N; i += 2) {
		ASSERT_EQ(0, vdev_attach_pasid(&rig.dev[0], i + 1,
					       hwpt[N - 1 - i]));
		EXPECT_EQ(0, sees(&rig, i + 1, IOVA, N - 1 - i));
	}

	/* What a guest forgets of one is forgotten, of others it is not */
	for (i = 1; i < 4; i += 2)
		s1_unmap(&s1[i + 1], IOVA, S1_4K);
	ASSERT_EQ(0, dsi_invalidate_all(rig.iommufd, hwpt[2]));
	EXPECT_EQ(-EFAULT, sees(&rig, 2, IOVA, 2));
	EXPECT_EQ(0, sees(&rig, 4, IOVA, 4));

	/* Of stage-2 all of it is */
	ASSERT_EQ(0, rig_unmap_guest(&rig));
	for (i = 0; i < N; i++)
		EXPECT_EQ(-EFAULT, sees(&rig, i + 1, IOVA, i));
	for (i = N / 2; i < N; i++) {
		ASSERT_EQ(0, ep_pasid(&rig.dev[1],
				      (N - i) | MOCK_EP_PASID_VALID));
		EXPECT_EQ(-EFAULT, rig_sees(&rig, 1, IOVA, i));
	}
	EXPECT_EQ(0, rig_down(&rig));
}

/*
 * Privileged requests: they are for PASIDs, and only for stage-1 that allows
 * them (SRE). Write protection is the supervisor's too when WPE says so.
 */
FIXTURE(priv)
{
	struct rig rig;
};

FIXTURE_VARIANT(priv)
{
	uint64_t flags;
};

FIXTURE_VARIANT_ADD(priv, none)
{
	.flags = 0,
};

FIXTURE_VARIANT_ADD(priv, sre)
{
	.flags = IOMMU_VTD_S1_SRE,
};

FIXTURE_VARIANT_ADD(priv, wpe)
{
	.flags = IOMMU_VTD_S1_SRE | IOMMU_VTD_S1_WPE,
};

FIXTURE_SETUP(priv)
{
	const struct rig_config cfg = {
		.pasid_bits = 20,
		.nested_flags = IOMMU_HWPT_ALLOC_PASID,
		.parent_flags = IOMMU_HWPT_ALLOC_PASID,
		.s1_flags = variant->flags,
	};
	struct rig *r = &self->rig;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_up(r, &cfg));
	ASSERT_EQ(0, vdev_attach_pasid(&r->dev[0], PASID_A, r->nested));
}

FIXTURE_TEARDOWN(priv)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

TEST_F(priv, supervisor)
{
	const uint32_t user = PASID_A | MOCK_EP_PASID_VALID;
	const uint32_t priv = user | MOCK_EP_PASID_PRIV;
	bool sre = variant->flags & IOMMU_VTD_S1_SRE;
	bool wpe = variant->flags & IOMMU_VTD_S1_WPE;
	const uint64_t su = IOVA, ro = IOVA + PAGE_4K;
	struct rig *r = &self->rig;
	struct vdev *dev = &r->dev[0];

	ASSERT_NE(0, rig_page(r, &r->s1, su, 1));
	ASSERT_NE(0, rig_page(r, &r->s1, ro, 2));
	s1_set(s1_entry(&r->s1, su, 1), s1_get(s1_entry(&r->s1, su, 1)) &
					~S1_U);
	s1_set(s1_entry(&r->s1, ro, 1), s1_get(s1_entry(&r->s1, ro, 1)) &
					~(S1_W | S1_U));

	ASSERT_EQ(0, ep_pasid(dev, user));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, su, 1));
	EXPECT_EQ(-EFAULT, ep_write(dev, su, 16, 1, NULL));
	ASSERT_EQ(0, ep_pasid(dev, priv));
	EXPECT_EQ(sre ? 0 : -EFAULT, rig_sees(r, 0, su, 1));
	EXPECT_EQ(sre ? 0 : -EFAULT, rig_sees(r, 0, ro, 2));
	EXPECT_EQ(sre ? 0 : -EFAULT, ep_write(dev, su, 16, 1, NULL));
	EXPECT_EQ(sre && !wpe ? 0 : -EFAULT, ep_write(dev, ro, 16, 1, NULL));
	/* What privilege has cached is still not for users */
	ASSERT_EQ(0, ep_pasid(dev, user));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, su, 1));
	EXPECT_EQ(-EFAULT, ep_write(dev, ro, 16, 1, NULL));
}

/* An endpoint that has fewer PASIDs, and one that has none */
FIXTURE(few)
{
	struct rig rig;
};

FIXTURE_VARIANT(few)
{
	unsigned int bits;
};

FIXTURE_VARIANT_ADD(few, none)
{
	.bits = 0,
};

FIXTURE_VARIANT_ADD(few, four)
{
	.bits = 4,
};

FIXTURE_SETUP(few)
{
	const struct rig_config cfg = {
		.pasid_bits = variant->bits,
		.nested_flags = IOMMU_HWPT_ALLOC_PASID,
		.parent_flags = IOMMU_HWPT_ALLOC_PASID,
	};

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_up(&self->rig, &cfg));
	ASSERT_NE(0, rig_page(&self->rig, &self->rig.s1, IOVA, 1));
}

FIXTURE_TEARDOWN(few)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

/*
 * A PASID that the endpoint cannot have is refused; where it has none at all,
 * the core has nothing to attach and the endpoint makes no such request
 */
TEST_F(few, range)
{
	struct rig *r = &self->rig;
	uint32_t pasid;

	for (pasid = 1; pasid < 40; pasid++) {
		bool good = !variant->bits || !(pasid >> variant->bits);

		EXPECT_EQ(good ? 0 : -EINVAL,
			  vdev_attach_pasid(&r->dev[0], pasid, r->nested))
			TH_LOG("PASID %u", pasid);
		EXPECT_EQ(pasid >> variant->bits ? -EIO : 0,
			  sees(r, pasid, IOVA, 1))
			TH_LOG("PASID %u", pasid);
	}
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
}

TEST_HARNESS_MAIN
