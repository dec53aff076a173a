// SPDX-License-Identifier: GPL-2.0-only
/*
 * Isolation: endpoints, HWPTs, IOASes, iommufds and instances that have nothing
 * to do with each other share no translation, although all of them use the
 * same addresses
 */
#include "harness.h"

#define IOVA	0x0000055550000000ull
#define PAGES	4

/* Everything of one guest */
struct tenant {
	uint32_t ioas;
	struct nest nest;
	uint32_t nested;
	struct guest ram;
	struct s1 s1;
};

/* @who's pattern in new pages of its RAM, mapped at the IOVA */
static int map_pattern(struct tenant *t, struct s1 *s1, unsigned int who)
{
	uint64_t gpa;
	unsigned int i;
	int rc = 0;

	for (i = 0; !rc && i < PAGES; i++) {
		gpa = guest_alloc(&t->ram, PAGE_4K, PAGE_4K);
		util_fill(guest_ptr(&t->ram, gpa), PAGE_4K, who * 100 + i);
		rc = s1_map(s1, IOVA + i * PAGE_4K, gpa, S1_4K, S1_RW);
	}
	return rc;
}

/*
 * Every tenant has its RAM and tables at the same GPAs and maps the same IOVA;
 * with SMMUv3 StreamIDs and ASIDs are the same as well
 */
static int tenant_make(struct tenant *t, const struct rig_config *cfg,
		       int iommufd, uint32_t dev, unsigned int who)
{
	int rc;

	t->nest = (struct nest){
		.type = cfg->type,
		.iommufd = iommufd,
		.ats = cfg->ats,
	};
	rc = guest_create(&t->ram, RIG_GPA, SZ_1M);
	if (!rc)
		rc = dsi_ioas_alloc(iommufd, &t->ioas);
	if (!rc)
		rc = dsi_ioas_map(iommufd, t->ioas, t->ram.va, t->ram.size,
				  t->ram.gpa, DSI_RW);
	if (!rc)
		rc = nest_create(&t->nest, dev, t->ioas, 0);
	if (!rc)
		rc = nest_add_dev(&t->nest, dev);
	if (!rc)
		rc = nest_s1(&t->nest, &t->s1, &t->ram, 48);
	if (!rc)
		rc = map_pattern(t, &t->s1, who);
	return rc ?: nest_hwpt(&t->nest, dev, 0, &t->s1, &t->nested);
}

static int inv_all(const struct tenant *t)
{
	return nest_inv_all(&t->nest, &t->s1, t->nested);
}

/*
 * A device joins the guest @to: on SMMUv3 it has a vDEVICE in one guest at a
 * time, so it leaves @from with what that holds on to
 */
static int join(struct tenant *to, struct tenant *from, struct vdev *dev)
{
	int rc;

	if (to->nest.type == MOCK_VTD)
		return 0;
	rc = vdev_detach(dev);
	if (!rc)
		rc = dsi_destroy(from->nest.iommufd,
				 from->nest.devs[0].vdevice);
	if (!rc)
		nest_forget_dev(&from->nest, dev->id);
	return rc ?: nest_add_dev(&to->nest, dev->id);
}

static int sees(struct vdev *dev, unsigned int who)
{
	unsigned int i;
	int rc = 0;

	for (i = 0; !rc && i < PAGES; i++)
		rc = ep_sees(dev, IOVA + i * PAGE_4K, who * 100 + i);
	return rc;
}

/* Two endpoints of one instance in one iommufd */
FIXTURE(same_iommufd)
{
	struct rig rig;
	struct tenant t[2];
};

FIXTURE_VARIANT(same_iommufd)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(same_iommufd, usual)
{
	.cfg.nr_eps = 2,
};

FIXTURE_VARIANT_ADD(same_iommufd, ats)
{
	.cfg.nr_eps = 2,
	.cfg.ats = true,
};

FIXTURE_VARIANT_ADD(same_iommufd, smmu)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.nr_eps = 2,
};

FIXTURE_VARIANT_ADD(same_iommufd, smmu_ats)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.nr_eps = 2,
	.cfg.ats = true,
};

FIXTURE_SETUP(same_iommufd)
{
	struct rig *r = &self->rig;
	unsigned int i;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_mock(r, &variant->cfg));
	ASSERT_EQ(0, rig_devices(r));
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, tenant_make(&self->t[i], &r->cfg, r->iommufd,
					 r->dev[i].id, i));
		ASSERT_EQ(0, vdev_attach_id(&r->dev[i], self->t[i].nested));
		ASSERT_EQ(0, ep_ats(&r->dev[i], r->cfg.ats));
	}
}

FIXTURE_TEARDOWN(same_iommufd)
{
	EXPECT_EQ(0, rig_down(&self->rig));
	guest_destroy(&self->t[0].ram);
	guest_destroy(&self->t[1].ram);
}

TEST_F(same_iommufd, own_memory_only)
{
	struct rig *r = &self->rig;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		EXPECT_EQ(0, sees(&r->dev[0], 0));
		EXPECT_EQ(0, sees(&r->dev[1], 1));
	}
	/* A write reaches one's own page, and the other's stays as it is */
	ASSERT_EQ(0, ep_write(&r->dev[0], IOVA, 100, 5, NULL));
	EXPECT_EQ(-EBADMSG, sees(&r->dev[0], 0));
	EXPECT_EQ(0, sees(&r->dev[1], 1));
}

/* The invalidation of one leaves the other's caches as they are */
TEST_F(same_iommufd, invalidation)
{
	struct rig *r = &self->rig;
	struct mock_stats before, after;

	EXPECT_EQ(0, sees(&r->dev[0], 0));
	EXPECT_EQ(0, sees(&r->dev[1], 1));
	s1_unmap(&self->t[0].s1, IOVA, S1_4K);
	s1_unmap(&self->t[1].s1, IOVA, S1_4K);
	ASSERT_EQ(0, inv_all(&self->t[0]));
	EXPECT_EQ(-EFAULT, sees(&r->dev[0], 0));
	ASSERT_EQ(0, mock_stats(&r->mock, &before));
	EXPECT_EQ(0, sees(&r->dev[1], 1));
	ASSERT_EQ(0, mock_stats(&r->mock, &after));
	EXPECT_EQ(before.walk_refs, after.walk_refs);
	ASSERT_EQ(0, inv_all(&self->t[1]));
	EXPECT_EQ(-EFAULT, sees(&r->dev[1], 1));
}

/* One is moved, detached, closed: the other does not notice */
TEST_F(same_iommufd, attachment)
{
	struct rig *r = &self->rig;

	EXPECT_EQ(0, sees(&r->dev[1], 1));
	ASSERT_EQ(0, join(&self->t[1], &self->t[0], &r->dev[0]));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], self->t[1].nested));
	EXPECT_EQ(0, sees(&r->dev[0], 1));
	EXPECT_EQ(0, sees(&r->dev[1], 1));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], self->t[0].ioas));
	EXPECT_EQ(-EFAULT, sees(&r->dev[0], 0));
	if (r->cfg.type == MOCK_SMMUV3)
		ASSERT_EQ(0, dsi_destroy(r->iommufd,
					 self->t[1].nest.devs[1].vdevice));
	nest_forget_dev(&self->t[1].nest, r->dev[0].id);
	ASSERT_EQ(0, nest_add_dev(&self->t[0].nest, r->dev[0].id));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], self->t[0].nested));
	EXPECT_EQ(0, sees(&r->dev[0], 0));
	EXPECT_EQ(0, sees(&r->dev[1], 1));
	ASSERT_EQ(0, vdev_detach(&r->dev[0]));
	EXPECT_EQ(-EFAULT, sees(&r->dev[0], 0));
	EXPECT_EQ(0, sees(&r->dev[1], 1));
	vdev_close(&r->dev[0]);
	EXPECT_EQ(0, sees(&r->dev[1], 1));
	ASSERT_EQ(0, rig_open_dev(&r->mock, 0, r->iommufd, &r->dev[0]));
	EXPECT_EQ(-EFAULT, sees(&r->dev[0], 0));
}

/* Both on one HWPT: an invalidation reaches what either has cached */
TEST_F(same_iommufd, shared_hwpt)
{
	struct rig *r = &self->rig;
	unsigned int i;

	ASSERT_EQ(0, join(&self->t[0], &self->t[1], &r->dev[1]));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[1], self->t[0].nested));
	for (i = 0; i < 2; i++)
		EXPECT_EQ(0, sees(&r->dev[i], 0));
	s1_unmap(&self->t[0].s1, IOVA, S1_4K);
	for (i = 0; i < 2; i++)
		EXPECT_EQ(0, sees(&r->dev[i], 0));
	ASSERT_EQ(0, nest_inv(&self->t[0].nest, &self->t[0].s1,
			      self->t[0].nested, IOVA, 1, true));
	for (i = 0; i < 2; i++)
		EXPECT_EQ(-EFAULT, sees(&r->dev[i], 0));
	/* One leaves, and invalidations go on for the other */
	ASSERT_EQ(0, vdev_detach(&r->dev[0]));
	s1_unmap(&self->t[0].s1, IOVA + PAGE_4K, S1_4K);
	ASSERT_EQ(0, inv_all(&self->t[0]));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[1], IOVA + PAGE_4K, 4, 0, NULL));
	EXPECT_EQ(-EBADMSG,
		  ep_read(&r->dev[1], IOVA + 2 * PAGE_4K, 4, 0, NULL));
}

/* Two trees of one guest, for two devices of it */
TEST_F(same_iommufd, two_stage1_one_parent)
{
	struct rig *r = &self->rig;
	struct tenant *t = &self->t[0];
	struct s1 other;
	uint32_t hwpt;
	unsigned int i;

	ASSERT_EQ(0, join(t, &self->t[1], &r->dev[1]));
	ASSERT_EQ(0, nest_s1(&t->nest, &other, &t->ram, 48));
	ASSERT_EQ(0, map_pattern(t, &other, 7));
	ASSERT_EQ(0, nest_hwpt(&t->nest, r->dev[1].id, 0, &other, &hwpt));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[1], hwpt));
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(0, sees(&r->dev[0], 0));
		EXPECT_EQ(0, sees(&r->dev[1], 7));
	}
	s1_unmap(&t->s1, IOVA, S1_4K);
	s1_unmap(&other, IOVA, S1_4K);
	ASSERT_EQ(0, nest_inv_all(&t->nest, &other, hwpt));
	/* The devices' own caches are one each, and SMMUv3 emptied both */
	if (r->cfg.type == MOCK_VTD || !r->cfg.ats)
		EXPECT_EQ(0, sees(&r->dev[0], 0));
	EXPECT_EQ(-EFAULT, sees(&r->dev[1], 7));
}

/* Two endpoints in two iommufds */
FIXTURE(two_iommufds)
{
	struct rig rig;
	int fd[2];
	struct vdev dev[2];
	struct tenant t[2];
};

FIXTURE_VARIANT(two_iommufds)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(two_iommufds, vtd)
{
	.cfg.nr_eps = 2,
};

FIXTURE_VARIANT_ADD(two_iommufds, smmu)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.nr_eps = 2,
};

FIXTURE_SETUP(two_iommufds)
{
	const struct rig_config cfg = variant->cfg;
	unsigned int i;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	for (i = 0; i < 2; i++) {
		self->fd[i] = -1;
		self->dev[i].fd = -1;
	}
	ASSERT_EQ(0, rig_mock(&self->rig, &cfg));
	ASSERT_EQ(0, mock_set_live(&self->rig.mock, true));
	for (i = 0; i < 2; i++) {
		self->fd[i] = dsi_open();
		ASSERT_GE(self->fd[i], 0);
		ASSERT_EQ(0, rig_open_dev(&self->rig.mock, i, self->fd[i],
					  &self->dev[i]));
		ASSERT_EQ(0, tenant_make(&self->t[i], &cfg, self->fd[i],
					 self->dev[i].id, i));
		ASSERT_EQ(0, vdev_attach_id(&self->dev[i], self->t[i].nested));
	}
}

FIXTURE_TEARDOWN(two_iommufds)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		vdev_close(&self->dev[i]);
		close(self->fd[i]);
		guest_destroy(&self->t[i].ram);
	}
	EXPECT_EQ(0, rig_down(&self->rig));
}

TEST_F(two_iommufds, own_memory_only)
{
	unsigned int i;

	for (i = 0; i < 3; i++) {
		EXPECT_EQ(0, sees(&self->dev[0], 0));
		EXPECT_EQ(0, sees(&self->dev[1], 1));
	}
	s1_unmap(&self->t[0].s1, IOVA, S1_4K);
	s1_unmap(&self->t[1].s1, IOVA, S1_4K);
	ASSERT_EQ(0, inv_all(&self->t[0]));
	EXPECT_EQ(-EFAULT, sees(&self->dev[0], 0));
	EXPECT_EQ(0, sees(&self->dev[1], 1));
}

/* One VMM's objects, or its devices, are not there for the other */
TEST_F(two_iommufds, foreign_ids)
{
	struct tenant *t = self->t;
	/* What the first one's objects would be if the second one had them */
	struct nest foreign = t[1].nest;
	uint32_t spare, i, hwpt;

	/* Ids count up in each iommufd: make some that only the first has */
	for (i = 0; i < 8; i++)
		ASSERT_EQ(0, nest_hwpt(&t[0].nest, self->dev[0].id, 0, &t[0].s1,
				       &spare));
	EXPECT_EQ(-ENOENT, vdev_attach_id(&self->dev[1], spare));
	foreign.viommu = spare;
	EXPECT_EQ(-ENOENT, nest_inv_all(&foreign, &t[1].s1, spare));
	EXPECT_EQ(-ENOENT, dsi_destroy(self->fd[1], spare));
	EXPECT_EQ(-ENOENT, nest_hwpt(&t[1].nest, spare, 0, &t[0].s1, &hwpt));
	foreign.parent = spare;
	EXPECT_EQ(-EINVAL, nest_hwpt(&foreign, self->dev[1].id, 0, &t[0].s1,
				     &hwpt));
	EXPECT_EQ(0, sees(&self->dev[0], 0));
	EXPECT_EQ(0, sees(&self->dev[1], 1));
}

/* The end of one VMM is not the end of the other */
TEST_F(two_iommufds, one_ends)
{
	EXPECT_EQ(0, sees(&self->dev[0], 0));
	EXPECT_EQ(0, sees(&self->dev[1], 1));
	vdev_close(&self->dev[0]);
	close(self->fd[0]);
	self->fd[0] = -1;
	EXPECT_EQ(0, sees(&self->dev[1], 1));
	s1_unmap(&self->t[1].s1, IOVA, S1_4K);
	ASSERT_EQ(0, inv_all(&self->t[1]));
	EXPECT_EQ(-EFAULT, sees(&self->dev[1], 1));
}

/* Two instances, an endpoint each with the same source-id, one iommufd */
struct pair {
	struct rig rig;
	struct mock other;
	struct vdev dev;
	struct tenant t[2];
};

static int pair_up(struct pair *p, const struct rig_config *one,
		   const struct rig_config *other)
{
	struct rig *r = &p->rig;
	int rc;

	p->dev.fd = -1;
	rc = rig_mock(r, one);
	if (!rc)
		rc = rig_devices(r);
	if (!rc)
		rc = mock_create(&p->other, other->type, "kst-other");
	if (!rc)
		rc = mock_add_endpoint(&p->other, "ep0", RIG_SID(0));
	if (!rc)
		rc = mock_set_live(&p->other, true);
	if (!rc)
		rc = rig_open_dev(&p->other, 0, r->iommufd, &p->dev);
	if (!rc)
		rc = tenant_make(&p->t[0], one, r->iommufd, r->dev[0].id, 0);
	if (!rc)
		rc = tenant_make(&p->t[1], other, r->iommufd, p->dev.id, 1);
	if (!rc)
		rc = vdev_attach_id(&r->dev[0], p->t[0].nested);
	return rc ?: vdev_attach_id(&p->dev, p->t[1].nested);
}

/* HWPTs go before their units do, but for the test that is about that */
static int pair_down(struct pair *p)
{
	int rc, other;

	vdev_close(&p->dev);
	rc = rig_down(&p->rig);
	other = mock_destroy(&p->other);
	guest_destroy(&p->t[0].ram);
	guest_destroy(&p->t[1].ram);
	return rc ?: other;
}

FIXTURE(two_instances)
{
	struct pair p;
};

FIXTURE_VARIANT(two_instances)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(two_instances, vtd)
{
	.cfg.type = MOCK_VTD,
};

FIXTURE_VARIANT_ADD(two_instances, smmu)
{
	.cfg.type = MOCK_SMMUV3,
};

FIXTURE_SETUP(two_instances)
{
	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, pair_up(&self->p, &variant->cfg, &variant->cfg));
}

FIXTURE_TEARDOWN(two_instances)
{
	EXPECT_EQ(0, pair_down(&self->p));
}

TEST_F(two_instances, own_memory_only)
{
	struct rig *r = &self->p.rig;
	struct mock_stats one, other, after;

	EXPECT_EQ(0, sees(&r->dev[0], 0));
	EXPECT_EQ(0, sees(&self->p.dev, 1));
	/* They count for themselves */
	ASSERT_EQ(0, mock_stats(&r->mock, &one));
	ASSERT_EQ(0, mock_stats(&self->p.other, &other));
	EXPECT_EQ(0, sees(&self->p.dev, 1));
	ASSERT_EQ(0, inv_all(&self->p.t[1]));
	ASSERT_EQ(0, mock_stats(&r->mock, &after));
	EXPECT_EQ(0, memcmp(&one, &after, sizeof(one)));
	ASSERT_EQ(0, mock_stats(&self->p.other, &after));
	EXPECT_EQ(other.translations + PAGES, after.translations);
	EXPECT_EQ(other.invalidations + 1, after.invalidations);
}

/* One HWPT for devices of both, as far as it goes: invalidated on both */
TEST_F(two_instances, shared_hwpt)
{
	struct rig *r = &self->p.rig;
	int rc;

	rc = vdev_attach_id(&self->p.dev, self->p.t[0].nested);
	if (rc) {
		/* Or not at all, and nothing has changed */
		EXPECT_EQ(-EINVAL, rc);
		EXPECT_EQ(0, sees(&self->p.dev, 1));
		return;
	}
	EXPECT_EQ(0, sees(&r->dev[0], 0));
	EXPECT_EQ(0, sees(&self->p.dev, 0));
	s1_unmap(&self->p.t[0].s1, IOVA, S1_4K);
	EXPECT_EQ(0, sees(&self->p.dev, 0));
	ASSERT_EQ(0, nest_inv(&self->p.t[0].nest, &self->p.t[0].s1,
			      self->p.t[0].nested, IOVA, 1, false));
	EXPECT_EQ(-EFAULT, sees(&r->dev[0], 0));
	EXPECT_EQ(-EFAULT, sees(&self->p.dev, 0));
}

TEST_F(two_instances, one_goes)
{
	struct rig *r = &self->p.rig;

	EXPECT_EQ(0, sees(&r->dev[0], 0));
	EXPECT_EQ(-EBUSY, mock_set_live(&self->p.other, false));
	vdev_close(&self->p.dev);
	EXPECT_EQ(0, mock_set_live(&self->p.other, false));
	EXPECT_EQ(0, sees(&r->dev[0], 0));
	/* Its HWPTs are still there, and harmless */
	EXPECT_EQ(0, inv_all(&self->p.t[1]));
	EXPECT_EQ(0, dsi_destroy(r->iommufd, self->p.t[1].nested));
	nest_forget_dev(&self->p.t[1].nest, self->p.t[1].nest.devs[0].dev);
	EXPECT_EQ(0, nest_drop_viommu(&self->p.t[1].nest));
	EXPECT_EQ(0, dsi_destroy(r->iommufd, self->p.t[1].nest.parent));
	EXPECT_EQ(0, sees(&r->dev[0], 0));
}

/* A VT-d unit and an SMMUv3, in one iommufd */
FIXTURE(two_vendors)
{
	struct pair p;
};

FIXTURE_SETUP(two_vendors)
{
	const struct rig_config vtd = { .type = MOCK_VTD };
	const struct rig_config smmu = { .type = MOCK_SMMUV3 };

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, pair_up(&self->p, &vtd, &smmu));
}

FIXTURE_TEARDOWN(two_vendors)
{
	EXPECT_EQ(0, pair_down(&self->p));
}

/* What is the other one's is refused, in place of what is attached, which stays */
TEST_F(two_vendors, of_the_other)
{
	struct vdev *dev[] = { &self->p.rig.dev[0], &self->p.dev };
	unsigned int i;

	for (i = 0; i < 2; i++) {
		EXPECT_EQ(-EINVAL, vdev_attach_id(dev[i], self->p.t[!i].nested));
		EXPECT_EQ(-EINVAL, vdev_attach_id(dev[i], self->p.t[!i].nest.parent));
		EXPECT_EQ(0, sees(dev[i], i));
		EXPECT_EQ(0, vdev_detach(dev[i]));
		EXPECT_EQ(-EINVAL, vdev_attach_id(dev[i], self->p.t[!i].nest.parent));
		EXPECT_EQ(0, vdev_attach_id(dev[i], self->p.t[i].nested));
		EXPECT_EQ(0, sees(dev[i], i));
	}
}

/* An IOAS has tables for each: a device that comes gets its own, whoever was there first */
TEST_F(two_vendors, one_ioas)
{
	struct vdev *dev[] = { &self->p.rig.dev[0], &self->p.dev };
	struct guest *ram = &self->p.t[0].ram;
	uint64_t gpa = guest_alloc(ram, PAGE_4K, PAGE_4K);
	unsigned int first, i;

	ASSERT_NE(0, gpa);
	util_fill(guest_ptr(ram, gpa), PAGE_4K, 7);
	for (first = 0; first < 2; first++) {
		for (i = 0; i < 2; i++) {
			EXPECT_EQ(0, vdev_attach_id(dev[first ^ i], self->p.t[0].ioas));
			EXPECT_EQ(0, ep_read(dev[first ^ i], gpa, PAGE_4K,
					     util_crc32(guest_ptr(ram, gpa), PAGE_4K), NULL));
		}
		for (i = 0; i < 2; i++) {
			EXPECT_EQ(0, vdev_attach_id(dev[i], self->p.t[i].nested));
			EXPECT_EQ(0, sees(dev[i], i));
		}
	}
}

TEST_HARNESS_MAIN
