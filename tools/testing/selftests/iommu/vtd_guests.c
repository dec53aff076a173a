// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two guests on one VT-d unit that have everything alike: source-ids, domain-ids,
 * PASIDs, guest-physical addresses, IOVAs. They never meet: what the hardware has for
 * a domain-id is the host's.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "harness.h"

#define IOVA	0x0000025550000000ull
#define PAGES	4
#define DID	5
#define PASID	0x15

struct tenant {
	uint32_t ioas;
	struct nest nest;
	struct guest ram;
	struct s1 s1;
	uint32_t nested;
	uint32_t of_pasid;
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

/* Two units of one guest, over one stage-2 */
FIXTURE_VARIANT_ADD(guests, one_parent)
{
	.one_parent = true,
};

FIXTURE_VARIANT_ADD(guests, ats)
{
	.ats = true,
};

static int tenant_memory(struct rig *r, struct tenant *t, struct vdev *dev,
			 const struct tenant *share)
{
	int rc;

	if (share) {
		/* The upper half of the same RAM, and the same ids */
		t->ram = share->ram;
		t->ram.va += SZ_1M;
		t->ram.gpa += SZ_1M;
		t->ram.size = SZ_1M;
		t->ram.used = 0;
		t->ioas = share->ioas;
		t->nest.parent = share->nest.parent;
		return dsi_viommu_vtd(r->iommufd, dev->id, t->nest.parent,
				      &t->nest.viommu);
	}
	rc = guest_create(&t->ram, RIG_GPA, 2 * SZ_1M);
	if (!rc)
		rc = dsi_ioas_alloc(r->iommufd, &t->ioas);
	if (!rc)
		rc = dsi_ioas_map(r->iommufd, t->ioas, t->ram.va, t->ram.size,
				  t->ram.gpa, DSI_RW);
	return rc ?: nest_create(&t->nest, dev->id, t->ioas, 0);
}

static int tenant_make(struct rig *r, struct tenant *t, unsigned int who,
		       const struct tenant *share)
{
	struct iommu_hwpt_vtd_pasid_entry entry;
	struct vdev *dev = &r->dev[who];
	unsigned int i;
	uint64_t gpa;
	int rc;

	t->nest = (struct nest){
		.type = MOCK_VTD,
		.iommufd = r->iommufd,
		.ats = r->cfg.ats,
		.raw = true,
	};
	rc = tenant_memory(r, t, dev, share);
	if (!rc)
		rc = nest_add_dev(&t->nest, dev->id);
	if (!rc)
		rc = nest_s1(&t->nest, &t->s1, &t->ram, 48);
	t->s1.asid = DID;
	for (i = 0; !rc && i < PAGES; i++) {
		gpa = guest_alloc(&t->ram, PAGE_4K, PAGE_4K);
		util_fill(guest_ptr(&t->ram, gpa), PAGE_4K, who * 100 + i);
		rc = s1_map(&t->s1, IOVA + i * PAGE_4K, gpa, S1_4K, S1_RW);
	}
	entry = vtd_entry(&t->s1, DID, 0);
	if (!rc)
		rc = dsi_hwpt_entry(r->iommufd, dev->id, t->nest.viommu,
				    IOMMU_HWPT_ALLOC_PASID, &entry, &t->nested);
	if (!rc)
		rc = dsi_hwpt_entry(r->iommufd, dev->id, t->nest.viommu,
				    IOMMU_HWPT_ALLOC_PASID, &entry, &t->of_pasid);
	if (!rc)
		rc = vdev_attach_id(dev, t->nested);
	return rc ?: vdev_attach_pasid(dev, PASID, t->of_pasid);
}

FIXTURE_SETUP(guests)
{
	const struct rig_config cfg = {
		.nr_eps = 2,
		.pasid_bits = 8,
		.ats = variant->ats,
	};
	struct rig *r = &self->rig;
	const char *why;
	unsigned int i;

	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_mock(r, &cfg));
	why = rig_no_raw(r);
	if (why) {
		ASSERT_EQ(0, rig_down(r));
		SKIP(return, "%s", why);
	}
	ASSERT_EQ(0, rig_devices(r));
	ASSERT_EQ(0, tenant_make(r, &self->t[0], 0, NULL));
	ASSERT_EQ(0, tenant_make(r, &self->t[1], 1,
				 variant->one_parent ? &self->t[0] : NULL));
	ASSERT_EQ(self->t[0].nest.devs[0].vsid, self->t[1].nest.devs[0].vsid);
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, ep_ats(&r->dev[i], cfg.ats ? MOCK_EP_ATS_ENABLE : 0));
}

FIXTURE_TEARDOWN(guests)
{
	EXPECT_EQ(0, rig_down(&self->rig));
	guest_destroy(&self->t[0].ram);
	if (!variant->one_parent)
		guest_destroy(&self->t[1].ram);
}

/* Without PASID, and with one */
static int sees(struct rig *r, unsigned int who)
{
	struct vdev *dev = &r->dev[who];
	unsigned int i, with;
	int rc = 0, back;

	for (with = 0; !rc && with < 2; with++) {
		rc = ep_pasid(dev, with ? PASID | MOCK_EP_PASID_VALID : 0);
		for (i = 0; !rc && i < PAGES; i++)
			rc = rig_sees(r, who, IOVA + i * PAGE_4K, who * 100 + i);
	}
	back = ep_pasid(dev, 0);
	return rc ?: back;
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
	const vtd_desc desc[] = {
		vtd_desc_iotlb_all(),
		vtd_desc_iotlb(DID),
		vtd_desc_make(QI_IOTLB | QI0_G(3) | QI0_DID(DID), IOVA | 40),
		vtd_desc_pasid(DID, 0),
		vtd_desc_pasid(DID, PASID),
		vtd_desc_pages(DID, 0, IOVA, 63, false),
		vtd_desc_pages(DID, PASID, IOVA, 63, false),
		vtd_desc_make(QI_CC | QI0_G(1), 0),
		vtd_desc_make(QI_PC | QI0_G(3), 0),
		vtd_desc_make(QI_PC | QI0_G(0) | QI0_DID(DID), 0),
		vtd_desc_dtlb(vsid, 0, 64),
		vtd_desc_pdtlb(vsid, PASID, 0, 64),
	};
	struct mock_stats before, after;
	unsigned int i;
	uint32_t num;

	EXPECT_EQ(0, sees(r, 0));
	EXPECT_EQ(0, sees(r, 1));
	for (i = 0; i < PAGES; i++) {
		s1_unmap(&self->t[0].s1, IOVA + i * PAGE_4K, S1_4K);
		s1_unmap(&self->t[1].s1, IOVA + i * PAGE_4K, S1_4K);
	}
	num = ARRAY_SIZE(desc);
	ASSERT_EQ(0, dsi_descriptors(r->iommufd, self->t[0].nest.viommu, desc,
				     sizeof(*desc), &num));
	EXPECT_EQ(-EFAULT, sees(r, 0));
	/* And domain-ids that the hardware has, but not the guest */
	for (i = 0; i < 16; i++)
		EXPECT_EQ(i == DID ? 0 : -EIO,
			  dsi_descriptor(r->iommufd, self->t[0].nest.viommu,
					 vtd_desc_iotlb(i)));
	ASSERT_EQ(0, mock_stats(&r->mock, &before));
	EXPECT_EQ(0, sees(r, 1));
	ASSERT_EQ(0, mock_stats(&r->mock, &after));
	EXPECT_EQ(before.walk_refs, after.walk_refs);
	num = ARRAY_SIZE(desc);
	ASSERT_EQ(0, dsi_descriptors(r->iommufd, self->t[1].nest.viommu, desc,
				     sizeof(*desc), &num));
	EXPECT_EQ(-EFAULT, sees(r, 1));
}

/* A source-id is a guest's own name; the other's device is out of reach */
TEST_F(guests, names)
{
	struct rig *r = &self->rig;
	struct tenant *t = self->t;
	uint32_t vdevice;
	unsigned int i;

	/* A second name for the first one's device in the second guest */
	EXPECT_EQ(-EEXIST, dsi_vdevice(r->iommufd, t[1].nest.viommu,
				       r->dev[0].id, 0x99, &vdevice));
	for (i = 0; i < 2; i++)
		EXPECT_EQ(-EIO, dsi_descriptor(r->iommufd, t[1].nest.viommu,
					       vtd_desc_dtlb(RIG_SID(i), 0, 64)));
	/* Without its device, the first guest's name is nobody's there */
	ASSERT_EQ(0, vdev_detach_pasid(&r->dev[0], PASID));
	ASSERT_EQ(0, vdev_detach(&r->dev[0]));
	ASSERT_EQ(0, dsi_destroy(r->iommufd, t[0].nest.devs[0].vdevice));
	EXPECT_EQ(-EIO, dsi_descriptor(r->iommufd, t[0].nest.viommu,
				       vtd_desc_dtlb(t[0].nest.devs[0].vsid, 0,
						     64)));
	EXPECT_EQ(0, dsi_descriptor(r->iommufd, t[1].nest.viommu,
				    vtd_desc_dtlb(t[1].nest.devs[0].vsid, 0, 64)));
	EXPECT_EQ(0, sees(r, 1));
	/* And a HWPT of one guest is not for a device of the other */
	EXPECT_EQ(-ENOENT, vdev_attach_id(&r->dev[1], t[0].nested));
	EXPECT_EQ(-ENOENT, vdev_attach_pasid(&r->dev[1], PASID + 1,
					     t[0].of_pasid));
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
		ASSERT_EQ(0, dsi_veventq_vtd(r->iommufd, self->t[i].nest.viommu, 8,
					     &id, &queue[i]));
	/* A translation request that finds nothing is no fault */
	ASSERT_EQ(0, ep_ats(&r->dev[1], 0));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[1], IOVA + SZ_1G, 8, 0, NULL));
	ASSERT_EQ(0, dsi_vevent_vtd(queue[1], 20000, &ev));
	EXPECT_EQ(FR_FS_NP, FR1_REASON(ev.evt[1]));
	EXPECT_EQ(IOVA + SZ_1G, ev.evt[0]);
	EXPECT_EQ(-EAGAIN, dsi_vevent_vtd(queue[0], 20, &ev));
	for (i = 0; i < 2; i++)
		close(queue[i]);
}

/* A guest that faults without end, and one whose few faults are not lost */
TEST_F(guests, storm)
{
	struct rig *r = &self->rig;
	struct dsi_vevent ev;
	unsigned int i, k;
	uint32_t id[2];
	int queue[2];

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, ep_ats(&r->dev[i], 0));
		ASSERT_EQ(0, dsi_veventq_vtd(r->iommufd, self->t[i].nest.viommu, 2,
					     &id[i], &queue[i]));
	}
	for (i = 0; i < 20; i++) {
		for (k = 0; k < 100; k++)
			ASSERT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA + SZ_1G +
						   k * PAGE_4K, 8, 0, NULL));
		ASSERT_EQ(-EFAULT, ep_read(&r->dev[1], IOVA + SZ_1G + i * PAGE_4K,
					   8, 0, NULL));
		ASSERT_EQ(0, dsi_vevent_vtd(queue[1], 20000, &ev))
			TH_LOG("round %u", i);
		EXPECT_EQ(0, ev.flags);
		EXPECT_EQ(i, ev.sequence);
		EXPECT_EQ(IOVA + SZ_1G + i * PAGE_4K, ev.evt[0]);
	}
	for (i = 0; i < 2; i++)
		close(queue[i]);
	EXPECT_EQ(0, sees(r, 0));
	EXPECT_EQ(0, sees(r, 1));
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
	ASSERT_EQ(0, dsi_destroy(r->iommufd, t->of_pasid));
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

/* Several HWPTs with one domain-id of the guest's: an invalidation reaches them all */
TEST_F(guests, one_name_for_two)
{
	struct iommu_hwpt_vtd_pasid_entry entry;
	struct tenant *t = &self->t[0];
	struct rig *r = &self->rig;
	struct s1 other;
	uint32_t hwpt;
	uint64_t gpa;

	/* Other tables on another PASID, and the same name */
	ASSERT_EQ(0, nest_s1(&t->nest, &other, &t->ram, 48));
	gpa = guest_alloc(&t->ram, PAGE_4K, PAGE_4K);
	util_fill(guest_ptr(&t->ram, gpa), PAGE_4K, 77);
	ASSERT_EQ(0, s1_map(&other, IOVA, gpa, S1_4K, S1_RW));
	entry = vtd_entry(&other, DID, 0);
	ASSERT_EQ(0, dsi_hwpt_entry(r->iommufd, r->dev[0].id, t->nest.viommu,
				    IOMMU_HWPT_ALLOC_PASID, &entry, &hwpt));
	ASSERT_EQ(0, vdev_attach_pasid(&r->dev[0], PASID + 1, hwpt));
	ASSERT_EQ(0, ep_ats(&r->dev[0], 0));
	ASSERT_EQ(0, ep_pasid(&r->dev[0], (PASID + 1) | MOCK_EP_PASID_VALID));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 77));
	EXPECT_EQ(0, sees(r, 0));
	s1_unmap(&other, IOVA, S1_4K);
	s1_unmap(&t->s1, IOVA, S1_4K);
	ASSERT_EQ(0, ep_pasid(&r->dev[0], (PASID + 1) | MOCK_EP_PASID_VALID));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 77));
	ASSERT_EQ(0, dsi_descriptor(r->iommufd, t->nest.viommu,
				    vtd_desc_iotlb(DID)));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA, 77));
	ASSERT_EQ(0, ep_pasid(&r->dev[0], 0));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA, 0));
	/* One of them goes, the name stays */
	ASSERT_EQ(0, vdev_detach_pasid(&r->dev[0], PASID + 1));
	ASSERT_EQ(0, dsi_destroy(r->iommufd, hwpt));
	EXPECT_EQ(0, dsi_descriptor(r->iommufd, t->nest.viommu,
				    vtd_desc_iotlb(DID)));
}

struct racer {
	struct rig *r;
	const struct nest *nest;
	atomic_bool stop;
	atomic_int bad;
	atomic_uint calls;
};

static void *invalidates(void *arg)
{
	struct racer *race = arg;
	const uint16_t vsid = race->nest->devs[0].vsid;
	const vtd_desc desc[] = {
		vtd_desc_iotlb(DID), vtd_desc_pages(DID, 0, IOVA, 0, true),
		vtd_desc_dtlb(vsid, 0, 64), vtd_desc_fence(),
		vtd_desc_pasid(DID, PASID), vtd_desc_pdtlb(vsid, PASID, 0, 64),
		vtd_desc_iotlb_all(),
	};
	uint32_t num;
	int rc;

	while (!race->stop) {
		num = ARRAY_SIZE(desc);
		rc = dsi_descriptors(race->r->iommufd, race->nest->viommu, desc,
				     sizeof(*desc), &num);
		if (rc || num != ARRAY_SIZE(desc))
			race->bad = rc ?: -EPROTO;
		race->calls++;
	}
	return NULL;
}

static void *listens(void *arg)
{
	struct racer *race = arg;
	struct dsi_vevent ev;
	uint32_t id;
	int queue, rc;

	while (!race->stop) {
		rc = dsi_veventq_vtd(race->r->iommufd, race->nest->viommu, 2, &id,
				     &queue);
		if (!rc) {
			while (!dsi_vevent_vtd(queue, 1, &ev) && !race->stop)
				;
			close(queue);
			rc = dsi_destroy(race->r->iommufd, id);
		}
		if (rc)
			race->bad = rc;
		race->calls++;
	}
	return NULL;
}

/* A guest's entry changes while it invalidates, faults, and its VMM comes and goes */
TEST_F(guests, all_at_once)
{
	struct iommu_hwpt_vtd_pasid_entry entry;
	struct tenant *t = &self->t[0];
	struct rig *r = &self->rig;
	struct racer race[2] = {
		{ .r = r, .nest = &t->nest }, { .r = r, .nest = &t->nest },
	};
	uint32_t hwpt, last = t->nested;
	pthread_t thread[2];
	unsigned int i;

	ASSERT_EQ(0, pthread_create(&thread[0], NULL, invalidates, &race[0]));
	ASSERT_EQ(0, pthread_create(&thread[1], NULL, listens, &race[1]));
	entry = vtd_entry(&t->s1, DID, 0);
	for (i = 0; i < 100; i++) {
		EXPECT_EQ(0, dsi_hwpt_entry(r->iommufd, r->dev[0].id,
					    t->nest.viommu,
					    IOMMU_HWPT_ALLOC_PASID, &entry,
					    &hwpt));
		EXPECT_EQ(0, vdev_attach_id(&r->dev[0], hwpt));
		EXPECT_EQ(0, dsi_destroy(r->iommufd, last));
		last = hwpt;
		EXPECT_EQ(0, rig_sees(r, 0, IOVA, 0));
		EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA + SZ_1G, 8, 0, NULL));
	}
	for (i = 0; i < 2; i++) {
		race[i].stop = true;
		ASSERT_EQ(0, pthread_join(thread[i], NULL));
		EXPECT_EQ(0, race[i].bad);
		EXPECT_LT(0, race[i].calls);
	}
	EXPECT_EQ(0, sees(r, 0));
	EXPECT_EQ(0, sees(r, 1));
}

/* Domain-ids of the hardware: one HWPT of a guest's needs none before it is attached */
TEST(domain_ids_run_out)
{
	const struct rig_config cfg = {
		.cap_clear = VTD_CAP_ND,
		.pasid_bits = 8,
		.nr_eps = 2,
		.raw = true,
		.nested_flags = IOMMU_HWPT_ALLOC_PASID,
	};
	struct iommu_hwpt_vtd_pasid_entry entry;
	unsigned int i, n = 0;
	struct rig rig;
	uint32_t hwpt;

	RIG_UP(&rig, &cfg);
	ASSERT_NE(0, rig_page(&rig, &rig.s1, IOVA, 1));
	/* 16 of them. Those of the guest are names: it may have as many as it likes */
	for (i = 0; i < 200; i++) {
		entry = vtd_entry(&rig.s1, 1000 + i, 0);
		ASSERT_EQ(0, dsi_hwpt_entry(rig.iommufd, rig.dev[0].id,
					    rig.nest.viommu,
					    IOMMU_HWPT_ALLOC_PASID, &entry,
					    &hwpt));
		ASSERT_EQ(0, vdev_attach_pasid(&rig.dev[0], 1 + i, hwpt));
		n++;
	}
	ASSERT_EQ(0, ep_pasid(&rig.dev[0], 77 | MOCK_EP_PASID_VALID));
	EXPECT_EQ(0, rig_sees(&rig, 0, IOVA, 1));
	ASSERT_NE(0, rig_page(&rig, &rig.s1, IOVA, 2));
	EXPECT_EQ(0, dsi_descriptor(rig.iommufd, rig.nest.viommu,
				    vtd_desc_iotlb(1000 + 75)));
	EXPECT_EQ(0, rig_sees(&rig, 0, IOVA, 1));
	EXPECT_EQ(0, dsi_descriptor(rig.iommufd, rig.nest.viommu,
				    vtd_desc_iotlb(1000 + 76)));
	EXPECT_EQ(0, rig_sees(&rig, 0, IOVA, 2));
	ASSERT_EQ(0, ep_pasid(&rig.dev[0], 0));
	/* The other device has room too */
	EXPECT_EQ(0, rig_sees(&rig, 1, IOVA, 2));
	for (i = 0; i < n; i++)
		ASSERT_EQ(0, vdev_detach_pasid(&rig.dev[0], 1 + i));
	EXPECT_EQ(0, rig_down(&rig));
}

/* Guests of two units: what was made for one of them is not for the other */
TEST(two_units)
{
	const struct rig_config cfg = { .raw = true };
	struct vdev dev = { .fd = -1 };
	uint32_t viommu, id;
	struct mock other;
	struct rig rig;

	RIG_UP(&rig, &cfg);
	ASSERT_EQ(0, mock_create(&other, MOCK_VTD, "kst-other"));
	ASSERT_EQ(0, mock_add_endpoint(&other, "ep0", RIG_SID(0)));
	ASSERT_EQ(0, mock_set_live(&other, true));
	ASSERT_EQ(0, rig_open_dev(&other, 0, rig.iommufd, &dev));

	/* A parent may be on several units, a guest's unit is of one */
	EXPECT_EQ(-EINVAL, dsi_vdevice(rig.iommufd, rig.nest.viommu, dev.id, 5,
				       &id));
	EXPECT_EQ(-EINVAL, vdev_attach_id(&dev, rig.nested));
	EXPECT_EQ(0, dsi_viommu_vtd(rig.iommufd, dev.id, rig.nest.parent,
				    &viommu));
	EXPECT_EQ(0, dsi_vdevice(rig.iommufd, viommu, dev.id,
				 rig.nest.devs[0].vsid, &id));
	EXPECT_EQ(-EINVAL, vdev_attach_id(&dev, rig.nested));
	vdev_close(&dev);
	/* A vIOMMU may be left when its unit has gone */
	EXPECT_EQ(0, mock_destroy(&other));
	EXPECT_EQ(0, dsi_descriptor(rig.iommufd, viommu, vtd_desc_iotlb_all()));
	EXPECT_EQ(0, dsi_destroy(rig.iommufd, viommu));
	EXPECT_EQ(0, rig_down(&rig));
}

TEST_HARNESS_MAIN
