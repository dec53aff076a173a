// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two guests on one SMMU that have everything alike: StreamIDs, ASIDs,
 * guest-physical addresses, IOVAs. They never meet: the VMID is the host's.
 */
#include "harness.h"

#define IOVA	0x0000025550000000ull
#define PAGES	4

struct tenant {
	uint32_t ioas;
	struct nest nest;
	struct guest ram;
	struct s1 s1;
	uint32_t nested;
};

FIXTURE(guests)
{
	struct rig rig;
	struct tenant t[2];
};

FIXTURE_VARIANT(guests)
{
	bool one_parent;
	bool ats;
};

FIXTURE_VARIANT_ADD(guests, own_parents)
{
	.one_parent = false,
};

/* Two SMMUs of one guest, over one stage-2 */
FIXTURE_VARIANT_ADD(guests, one_parent)
{
	.one_parent = true,
};

FIXTURE_VARIANT_ADD(guests, ats)
{
	.ats = true,
};

static int tenant_make(struct rig *r, struct tenant *t, unsigned int who,
		       const struct tenant *share)
{
	struct vdev *dev = &r->dev[who];
	uint64_t gpa;
	unsigned int i;
	int rc = 0;

	t->nest = (struct nest){
		.type = MOCK_SMMUV3,
		.iommufd = r->iommufd,
		.ats = r->cfg.ats,
	};
	if (share) {
		/* The upper half of the same RAM, and the same ASID */
		t->ram = share->ram;
		t->ram.va += SZ_1M;
		t->ram.gpa += SZ_1M;
		t->ram.size = SZ_1M;
		t->ram.used = 0;
		t->ioas = share->ioas;
		t->nest.parent = share->nest.parent;
		rc = dsi_viommu(r->iommufd, dev->id, t->nest.parent,
				&t->nest.viommu);
	} else {
		rc = guest_create(&t->ram, RIG_GPA, 2 * SZ_1M);
		if (!rc)
			rc = dsi_ioas_alloc(r->iommufd, &t->ioas);
		if (!rc)
			rc = dsi_ioas_map(r->iommufd, t->ioas, t->ram.va,
					  t->ram.size, t->ram.gpa, DSI_RW);
		if (!rc)
			rc = nest_create(&t->nest, dev->id, t->ioas, 0);
	}
	if (!rc)
		rc = nest_add_dev(&t->nest, dev->id);
	if (!rc)
		rc = nest_s1(&t->nest, &t->s1, &t->ram, 48);
	for (i = 0; !rc && i < PAGES; i++) {
		gpa = guest_alloc(&t->ram, PAGE_4K, PAGE_4K);
		util_fill(guest_ptr(&t->ram, gpa), PAGE_4K, who * 100 + i);
		rc = s1_map(&t->s1, IOVA + i * PAGE_4K, gpa, S1_4K, S1_RW);
	}
	if (!rc)
		rc = nest_hwpt(&t->nest, dev->id, 0, &t->s1, &t->nested);
	return rc ?: vdev_attach_id(dev, t->nested);
}

FIXTURE_SETUP(guests)
{
	const struct rig_config cfg = {
		.type = MOCK_SMMUV3,
		.nr_eps = 2,
		.ats = variant->ats,
	};
	struct rig *r = &self->rig;
	unsigned int i;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_mock(r, &cfg));
	ASSERT_EQ(0, rig_devices(r));
	ASSERT_EQ(0, tenant_make(r, &self->t[0], 0, NULL));
	ASSERT_EQ(0, tenant_make(r, &self->t[1], 1,
				 variant->one_parent ? &self->t[0] : NULL));
	ASSERT_EQ(self->t[0].s1.asid, self->t[1].s1.asid);
	ASSERT_EQ(self->t[0].nest.devs[0].vsid, self->t[1].nest.devs[0].vsid);
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, ep_ats(&r->dev[i], cfg.ats));
}

FIXTURE_TEARDOWN(guests)
{
	EXPECT_EQ(0, rig_down(&self->rig));
	guest_destroy(&self->t[0].ram);
	if (!variant->one_parent)
		guest_destroy(&self->t[1].ram);
}

static int sees(struct rig *r, unsigned int who)
{
	unsigned int i;
	int rc = 0;

	for (i = 0; !rc && i < PAGES; i++)
		rc = rig_sees(r, who, IOVA + i * PAGE_4K, who * 100 + i);
	return rc;
}

TEST_F(guests, own_memory_only)
{
	struct rig *r = &self->rig;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		EXPECT_EQ(0, sees(r, 0));
		EXPECT_EQ(0, sees(r, 1));
	}
	ASSERT_EQ(0, ep_write(&r->dev[0], IOVA, 100, 5, NULL));
	EXPECT_EQ(-EBADMSG, sees(r, 0));
	EXPECT_EQ(0, sees(r, 1));
}

/* Nothing that a guest can say invalidates what the other one has cached */
TEST_F(guests, invalidation)
{
	struct rig *r = &self->rig;
	const uint32_t vsid = self->t[0].nest.devs[0].vsid;
	smmu_cmd cmd[] = {
		smmu_cmd_va(self->t[0].s1.asid, IOVA, false),
		smmu_cmd_vaa(IOVA, false),
		smmu_cmd_asid(self->t[0].s1.asid),
		smmu_cmd_all(),
		{ .cmd = { CMD_NSNH_ALL } },
		smmu_cmd_cd(vsid, 0, false),
		smmu_cmd_cd_all(vsid),
		smmu_cmd_atc(vsid, 0, 0, 64),
	};
	struct mock_stats before, after;
	unsigned int vmid;
	uint32_t num;

	EXPECT_EQ(0, sees(r, 0));
	EXPECT_EQ(0, sees(r, 1));
	s1_unmap(&self->t[0].s1, IOVA, S1_4K);
	s1_unmap(&self->t[1].s1, IOVA, S1_4K);
	/* With every VMID that there may be, too */
	for (vmid = 0; vmid < 8; vmid++) {
		unsigned int i;

		for (i = 0; i < 4; i++)
			cmd[i].cmd[0] = (cmd[i].cmd[0] & ~CMD0_VMID(0xffff)) |
					CMD0_VMID(vmid);
		num = ARRAY_SIZE(cmd);
		ASSERT_EQ(0, dsi_commands(r->iommufd, self->t[0].nest.viommu,
					  cmd, &num));
	}
	EXPECT_EQ(-EFAULT, sees(r, 0));
	ASSERT_EQ(0, mock_stats(&r->mock, &before));
	EXPECT_EQ(0, sees(r, 1));
	ASSERT_EQ(0, mock_stats(&r->mock, &after));
	EXPECT_EQ(before.walk_refs, after.walk_refs);
	ASSERT_EQ(0, nest_inv_all(&self->t[1].nest, &self->t[1].s1,
				  self->t[1].nested));
	EXPECT_EQ(-EFAULT, sees(r, 1));
}

/* A StreamID is a guest's own name; the other's device is out of reach */
TEST_F(guests, names)
{
	struct rig *r = &self->rig;
	struct tenant *t = self->t;
	uint32_t vdevice;

	/* A second name for the first one's device in the second guest */
	EXPECT_EQ(-EEXIST, dsi_vdevice(r->iommufd, t[1].nest.viommu,
				       r->dev[0].id, 0x99, &vdevice));
	EXPECT_EQ(-EIO, dsi_command(r->iommufd, t[1].nest.viommu,
				    smmu_cmd_cd_all(RIG_SID(0))));
	EXPECT_EQ(-EIO, dsi_command(r->iommufd, t[1].nest.viommu,
				    smmu_cmd_cd_all(RIG_SID(1))));
	/* Without its device, the first guest's name is nobody's there */
	ASSERT_EQ(0, vdev_detach(&r->dev[0]));
	ASSERT_EQ(0, dsi_destroy(r->iommufd, t[0].nest.devs[0].vdevice));
	EXPECT_EQ(-EIO, dsi_command(r->iommufd, t[0].nest.viommu,
				    smmu_cmd_cd_all(t[0].nest.devs[0].vsid)));
	EXPECT_EQ(0, dsi_command(r->iommufd, t[1].nest.viommu,
				 smmu_cmd_cd_all(t[1].nest.devs[0].vsid)));
	EXPECT_EQ(0, sees(r, 1));
	/* And a HWPT of one guest is not for a device of the other */
	EXPECT_EQ(-ENOENT, vdev_attach_id(&r->dev[1], t[0].nested));
	EXPECT_EQ(0, sees(r, 1));
}

/* Each hears of its own device */
TEST_F(guests, events)
{
	struct rig *r = &self->rig;
	struct dsi_vevent ev;
	unsigned int i;
	uint32_t id;
	int queue[2];

	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, dsi_veventq(r->iommufd, self->t[i].nest.viommu, 8,
					 &id, &queue[i]));
	/* A translation request that finds nothing is no fault */
	ASSERT_EQ(0, ep_ats(&r->dev[1], 0));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[1], IOVA + SZ_1G, 8, 0, NULL));
	ASSERT_EQ(0, dsi_vevent(queue[1], 20000, &ev));
	EXPECT_EQ(EVT_F_TRANSLATION, ev.evt[0] & EVT0_ID);
	EXPECT_EQ(IOVA + SZ_1G, ev.evt[2]);
	EXPECT_EQ(-EAGAIN, dsi_vevent(queue[0], 20, &ev));
	for (i = 0; i < 2; i++)
		close(queue[i]);
}

/* One goes, and leaves the other as it was */
TEST_F(guests, one_ends)
{
	struct rig *r = &self->rig;
	struct tenant *t = &self->t[0];

	EXPECT_EQ(0, sees(r, 0));
	EXPECT_EQ(0, sees(r, 1));
	vdev_close(&r->dev[0]);
	nest_forget_dev(&t->nest, t->nest.devs[0].dev);
	ASSERT_EQ(0, dsi_destroy(r->iommufd, t->nested));
	ASSERT_EQ(0, nest_drop_viommu(&t->nest));
	EXPECT_EQ(variant->one_parent ? -EBUSY : 0,
		  dsi_destroy(r->iommufd, t->nest.parent));
	EXPECT_EQ(0, sees(r, 1));
}

/* What stage-2 loses, every guest over it loses */
TEST_F(guests, stage2)
{
	struct rig *r = &self->rig;
	struct tenant *t = &self->t[0];

	EXPECT_EQ(0, sees(r, 0));
	EXPECT_EQ(0, sees(r, 1));
	ASSERT_EQ(0, dsi_ioas_unmap(r->iommufd, t->ioas, RIG_GPA, 2 * SZ_1M));
	EXPECT_EQ(-EFAULT, sees(r, 0));
	EXPECT_EQ(variant->one_parent ? -EFAULT : 0, sees(r, 1));
}

/* Guests of two SMMUs: what was made for one of them is not for the other */
TEST(two_units)
{
	const struct rig_config cfg = { .type = MOCK_SMMUV3 };
	struct vdev dev = { .fd = -1 };
	uint32_t parent, viommu, id;
	struct mock other;
	struct rig rig;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_up(&rig, &cfg));
	ASSERT_EQ(0, mock_create(&other, MOCK_SMMUV3, "kst-other"));
	ASSERT_EQ(0, mock_add_endpoint(&other, "ep0", RIG_SID(0)));
	ASSERT_EQ(0, mock_set_live(&other, true));
	ASSERT_EQ(0, rig_open_dev(&other, 0, rig.iommufd, &dev));

	EXPECT_EQ(-EINVAL, dsi_viommu(rig.iommufd, dev.id, rig.nest.parent,
				      &id));
	EXPECT_EQ(-EINVAL, dsi_vdevice(rig.iommufd, rig.nest.viommu, dev.id, 5,
				       &id));
	EXPECT_EQ(-EINVAL, vdev_attach_id(&dev, rig.nested));
	ASSERT_EQ(0, dsi_hwpt_paging(rig.iommufd, dev.id, rig.ioas,
				     IOMMU_HWPT_ALLOC_NEST_PARENT, &parent));
	EXPECT_EQ(0, dsi_viommu(rig.iommufd, dev.id, parent, &viommu));
	EXPECT_EQ(0, dsi_vdevice(rig.iommufd, viommu, dev.id,
				 rig.nest.devs[0].vsid, &id));
	vdev_close(&dev);
	/* HWPTs go before their units do */
	EXPECT_EQ(0, rig_down(&rig));
	EXPECT_EQ(0, mock_destroy(&other));
}

/* VMIDs of 8 bits: who comes when they have run out is refused, who leaves makes room */
TEST(vmids_run_out)
{
	const struct rig_config cfg = {
		.type = MOCK_SMMUV3,
		.idr[0] = { SMMU_IDR0_VMID16, 0 },
	};
	uint32_t id[300], last;
	unsigned int n;
	struct rig rig;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_up(&rig, &cfg));
	ASSERT_NE(0, rig_page(&rig, &rig.s1, IOVA, 1));
	for (n = 0; n < ARRAY_SIZE(id); n++)
		if (dsi_viommu(rig.iommufd, rig.dev[0].id, rig.nest.parent,
			       &id[n]))
			break;
	EXPECT_LT(200, n);
	EXPECT_GT(256, n);
	EXPECT_EQ(-ENOSPC, dsi_viommu(rig.iommufd, rig.dev[0].id,
				      rig.nest.parent, &last));
	EXPECT_EQ(0, rig_sees(&rig, 0, IOVA, 1));
	ASSERT_EQ(0, dsi_destroy(rig.iommufd, id[7]));
	EXPECT_EQ(0, dsi_viommu(rig.iommufd, rig.dev[0].id, rig.nest.parent,
				&id[7]));
	EXPECT_EQ(0, rig_down(&rig));
}

/*
 * ASIDs and VMIDs of 8 bits, all of which somebody wants: whoever has another
 * device, and comes last, has some that nobody else could take
 */
TEST(some_are_kept_for_others)
{
	const struct rig_config cfg = {
		.type = MOCK_SMMUV3,
		.nr_eps = 2,
		.pasid_bits = 8,
		.idr[0] = { SMMU_IDR0_VMID16 | SMMU_IDR0_ASID16, 0 },
	};
	uint32_t id, ioas, parent;
	unsigned int n, m;
	struct vdev other;
	struct rig rig;
	int fd;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_up(&rig, &cfg));
	vdev_close(&rig.dev[1]);
	for (n = 0; n < 300; n++)
		if (dsi_viommu(rig.iommufd, rig.dev[0].id, rig.nest.parent,
			       &id))
			break;
	EXPECT_LT(100, n);
	EXPECT_GT(255, n);
	for (m = 0; m < 300; m++)
		if (dsi_hwpt_paging(rig.iommufd, rig.dev[0].id, rig.ioas, 0,
				    &id))
			break;
	EXPECT_LT(100, m);
	EXPECT_GT(255, m);

	fd = dsi_open();
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, rig_open_dev(&rig.mock, 1, fd, &other));
	ASSERT_EQ(0, dsi_ioas_alloc(fd, &ioas));
	ASSERT_EQ(0, dsi_ioas_map(fd, ioas, rig.guest.va, PAGE_4K, SZ_1G,
				  DSI_RW));
	util_fill(rig.guest.va, PAGE_4K, 7);
	EXPECT_EQ(0, dsi_hwpt_paging(fd, other.id, ioas,
				     IOMMU_HWPT_ALLOC_NEST_PARENT, &parent));
	EXPECT_EQ(0, dsi_viommu(fd, other.id, parent, &id));
	EXPECT_EQ(0, dsi_hwpt_paging(fd, other.id, ioas, 0, &id));
	EXPECT_EQ(0, vdev_attach_id(&other, id));
	rig.dev[1] = other;
	EXPECT_EQ(0, rig_sees(&rig, 1, SZ_1G, 7));
	EXPECT_EQ(-ENOSPC, dsi_viommu(rig.iommufd, rig.dev[0].id,
				      rig.nest.parent, &id));
	EXPECT_EQ(-ENOSPC, dsi_hwpt_paging(rig.iommufd, rig.dev[0].id,
					   rig.ioas, 0, &id));
	vdev_close(&rig.dev[1]);
	close(fd);
	EXPECT_EQ(0, rig_down(&rig));
}

TEST_HARNESS_MAIN
