// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a guest hears of its devices' faults: those of stage-1 and of its own entry, as a
 * fault record of its unit, in their order, and how many were lost. Of stage-2 and of
 * others it hears nothing.
 */
#include "harness.h"

#define IOVA	0x0000047770000000ull
#define PASID	0x43
#define WAIT_MS	20000
#define QUIET	20

FIXTURE(event)
{
	struct rig rig;
	uint32_t id;
	int queue;
	uint32_t vsid;
	uint32_t seq;		/* of the next event */
};

FIXTURE_VARIANT(event)
{
	bool async;
	bool platform;
};

FIXTURE_VARIANT_ADD(event, sync)
{
	.async = false,
};

FIXTURE_VARIANT_ADD(event, async)
{
	.async = true,
};

FIXTURE_VARIANT_ADD(event, platform)
{
	.platform = true,
};

FIXTURE_SETUP(event)
{
	const struct rig_config cfg = {
		.nr_eps = 2,
		.pasid_bits = 8,
		.raw = true,
		.nested_flags = IOMMU_HWPT_ALLOC_PASID,
		.async = variant->async,
		.platform = variant->platform,
	};
	struct rig *r = &self->rig;

	self->queue = -1;
	RIG_UP(r, &cfg);
	self->vsid = r->nest.devs[0].vsid;
	ASSERT_EQ(0, dsi_veventq_vtd(r->iommufd, r->nest.viommu, 64, &self->id,
				     &self->queue));
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
}

FIXTURE_TEARDOWN(event)
{
	struct dsi_vevent ev;

	/* None that nobody has expected */
	EXPECT_EQ(-EAGAIN, dsi_vevent_vtd(self->queue, QUIET, &ev));
	EXPECT_EQ(0, rig_sees(&self->rig, 0, IOVA, 1));
	close(self->queue);
	EXPECT_EQ(0, rig_down(&self->rig));
}

/* The next event; @flags are all bits of the second word but the ids and the reason */
static int next_fault(FIXTURE_DATA(event) *self, unsigned int reason,
		      uint32_t vsid, uint64_t addr, uint64_t flags, uint32_t pasid)
{
	struct dsi_vevent ev;
	uint64_t want;
	int rc;

	rc = dsi_vevent_vtd(self->queue, WAIT_MS, &ev);
	if (rc)
		return rc;
	if (ev.flags || ev.sequence != self->seq)
		return -EPROTO;
	self->seq++;
	if (FR1_REASON(ev.evt[1]) != reason || FR1_SID(ev.evt[1]) != vsid)
		return -ENOMSG;
	want = FR1_F | flags | (uint64_t)reason << 32 | vsid |
	       (uint64_t)pasid << 40;
	if (ev.evt[1] != want)
		return -EBADMSG;
	return ev.evt[0] == (addr & ~(PAGE_4K - 1)) ? 0 : -EFAULT;
}

TEST_F(event, not_present)
{
	struct rig *r = &self->rig;

	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA + 0x5128, 8, 0, NULL));
	EXPECT_EQ(0, next_fault(self, FR_FS_NP, self->vsid, IOVA + 0x5128, FR1_T1,
				0));
	EXPECT_EQ(-EFAULT, ep_write(&r->dev[0], IOVA + 0x6000, 8, 1, NULL));
	EXPECT_EQ(0, next_fault(self, FR_FS_NP, self->vsid, IOVA + 0x6000, 0, 0));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[1], SZ_1G, 8, 0, NULL));
	EXPECT_EQ(0, next_fault(self, FR_FS_NP, r->nest.devs[1].vsid, SZ_1G,
				FR1_T1, 0));
}

TEST_F(event, permission)
{
	struct rig *r = &self->rig;
	const uint64_t gpa = s1_gpa(&r->s1, IOVA, 1);

	ASSERT_EQ(0, s1_map(&r->s1, IOVA + PAGE_4K, gpa, S1_4K, S1_RO));
	EXPECT_EQ(-EFAULT, ep_write(&r->dev[0], IOVA + 0x1010, 8, 1, NULL));
	EXPECT_EQ(0, next_fault(self, FR_WRITE, self->vsid, IOVA + 0x1010, 0, 0));
	ASSERT_EQ(0, s1_map(&r->s1, IOVA + 2 * PAGE_4K, gpa, S1_4K, S1_P));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA + 0x2010, 8, 0, NULL));
	EXPECT_EQ(0, next_fault(self, FR_FS_US, self->vsid, IOVA + 0x2010, FR1_T1,
				0));
}

/* A reserved bit of a large page, and an address that is none */
TEST_F(event, malformed)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, s1_map(&r->s1, IOVA + SZ_1G, RIG_GPA + SZ_64K, S1_2M, S1_RW));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA + SZ_1G + 8, 8, 0, NULL));
	EXPECT_EQ(0, next_fault(self, FR_FS_RSVD, self->vsid, IOVA + SZ_1G, FR1_T1,
				0));
	/* The register has 57 bits of an address */
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], 1ull << 50, 8, 0, NULL));
	EXPECT_EQ(0, next_fault(self, FR_NON_CANONICAL, self->vsid, 1ull << 50,
				FR1_T1, 0));
}

/* With a PASID, and privileged where the guest's entry does not have that */
TEST_F(event, pasids)
{
	struct iommu_hwpt_vtd_pasid_entry entry;
	struct rig *r = &self->rig;
	uint32_t hwpt;

	entry = vtd_entry(&r->s1, 9, 0);
	ASSERT_EQ(0, dsi_hwpt_entry(r->iommufd, r->dev[0].id, r->nest.viommu,
				    IOMMU_HWPT_ALLOC_PASID, &entry, &hwpt));
	ASSERT_EQ(0, vdev_attach_pasid(&r->dev[0], PASID, hwpt));
	ASSERT_EQ(0, ep_pasid(&r->dev[0], PASID | MOCK_EP_PASID_VALID));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA + 0x3000, 8, 0, NULL));
	EXPECT_EQ(0, next_fault(self, FR_FS_NP, self->vsid, IOVA + 0x3000,
				FR1_T1 | FR1_PP, PASID));
	ASSERT_EQ(0, ep_pasid(&r->dev[0], PASID | MOCK_EP_PASID_VALID |
					  MOCK_EP_PASID_PRIV));
	EXPECT_EQ(-EFAULT, ep_write(&r->dev[0], IOVA, 8, 0, NULL));
	EXPECT_EQ(0, next_fault(self, FR_PTE_SRE, self->vsid, IOVA,
				FR1_PP | FR1_PRIV, PASID));
	/* A PASID that nothing is attached to is the host's */
	ASSERT_EQ(0, ep_pasid(&r->dev[0], (PASID + 1) | MOCK_EP_PASID_VALID));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA, 8, 0, NULL));
	ASSERT_EQ(0, vdev_detach_pasid(&r->dev[0], PASID));
	ASSERT_EQ(0, ep_pasid(&r->dev[0], PASID | MOCK_EP_PASID_VALID));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA, 8, 0, NULL));
	ASSERT_EQ(0, ep_pasid(&r->dev[0], 0));
}

/* An entry of the guest's that is not present, and one that wants to hear of nothing */
TEST_F(event, entries)
{
	struct iommu_hwpt_vtd_pasid_entry entry = vtd_entry(&self->rig.s1, 9, 0);
	struct rig *r = &self->rig;
	uint32_t hwpt[3];
	unsigned int i;

	entry.entry[0] |= PE0_FPD;
	ASSERT_EQ(0, dsi_hwpt_entry(r->iommufd, r->dev[0].id, r->nest.viommu, 0,
				    &entry, &hwpt[0]));
	entry.entry[0] &= ~PE0_P;
	ASSERT_EQ(0, dsi_hwpt_entry(r->iommufd, r->dev[0].id, r->nest.viommu, 0,
				    &entry, &hwpt[1]));
	entry.entry[0] &= ~PE0_FPD;
	ASSERT_EQ(0, dsi_hwpt_entry(r->iommufd, r->dev[0].id, r->nest.viommu, 0,
				    &entry, &hwpt[2]));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, vdev_attach_id(&r->dev[0], hwpt[i]));
		EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA + SZ_1M, 8, 0, NULL));
	}
	EXPECT_EQ(0, next_fault(self, FR_PTE_NP, self->vsid, IOVA + SZ_1M, FR1_T1,
				0));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], r->nested));
}

/* Stage-2 is the host's: of what is not in it a guest hears nothing */
TEST_F(event, stage2_is_not_told)
{
	struct rig *r = &self->rig;
	uint64_t *top = s1_entry(&r->s1, IOVA + SZ_1G * 600, r->s1.levels);

	ASSERT_EQ(0, s1_map(&r->s1, IOVA + PAGE_4K, 8 * SZ_1G, S1_4K, S1_RW));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA + PAGE_4K, 8, 0, NULL));
	EXPECT_EQ(-EFAULT, ep_write(&r->dev[0], IOVA + PAGE_4K, 8, 0, NULL));
	/* A table that is not in stage-2 */
	s1_set(top, r->s1.format->table(8 * SZ_1G));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA + SZ_1G * 600, 8, 0, NULL));
	/* Behind those, one that is the guest's own */
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA + 0x7000, 8, 0, NULL));
	EXPECT_EQ(0, next_fault(self, FR_FS_NP, self->vsid, IOVA + 0x7000, FR1_T1,
				0));
}

/* Two devices of the guest, each by its own name, in the order of the faults */
TEST_F(event, in_order)
{
	struct rig *r = &self->rig;
	unsigned int i;

	for (i = 0; i < 50; i++) {
		ASSERT_EQ(-EFAULT, ep_read(&r->dev[i & 1],
					   IOVA + SZ_1G + i * PAGE_4K, 8, 0,
					   NULL));
		/* While one of a device is pending, others of it are not recorded */
		ASSERT_EQ(0, next_fault(self, FR_FS_NP, r->nest.devs[i & 1].vsid,
					IOVA + SZ_1G + i * PAGE_4K, FR1_T1, 0))
			TH_LOG("event %u", i);
	}
}

/* A device that the guest has no name for, and one that is not nested by it */
TEST_F(event, nobody_to_tell)
{
	struct rig *r = &self->rig;
	const struct iommu_hwpt_vtd_s1 s1 = nest_vtd_data(&r->nest, &r->s1);
	uint32_t hwpt;

	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], r->nest.parent));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA, 8, 0, NULL));
	/* A VMM that has made the HWPT by itself has no vIOMMU to hear by */
	ASSERT_EQ(0, dsi_hwpt_nested(r->iommufd, r->dev[0].id, r->nest.parent, 0,
				     &s1, &hwpt));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], hwpt));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA + SZ_1G, 8, 0, NULL));
	ASSERT_EQ(0, vdev_detach(&r->dev[0]));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA + 8, 8, 0, NULL));
	ASSERT_EQ(0, dsi_destroy(r->iommufd, r->nest.devs[0].vdevice));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], r->ioas));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA + 16, 8, 0, NULL));
	/* The other one has one */
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[1], IOVA + 0x8000, 8, 0, NULL));
	EXPECT_EQ(0, next_fault(self, FR_FS_NP, r->nest.devs[1].vsid,
				IOVA + 0x8000, FR1_T1, 0));
	nest_forget_dev(&r->nest, r->dev[0].id);
	ASSERT_EQ(0, nest_add_dev(&r->nest, r->dev[0].id));
	self->vsid = r->nest.devs[1].vsid;
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], r->nested));
	/* Under its new name */
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA + 0x9000, 8, 0, NULL));
	EXPECT_EQ(0, next_fault(self, FR_FS_NP, self->vsid, IOVA + 0x9000, FR1_T1,
				0));
}

/* More than there is room for: the first are there, and how many are missing */
FIXTURE(lost)
{
	struct rig rig;
	uint32_t id;
	int queue;
};

FIXTURE_SETUP(lost)
{
	const struct rig_config cfg = { .raw = true };
	struct rig *r = &self->rig;

	self->queue = -1;
	RIG_UP(r, &cfg);
	ASSERT_EQ(0, dsi_veventq_vtd(r->iommufd, r->nest.viommu, 4, &self->id,
				     &self->queue));
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
}

FIXTURE_TEARDOWN(lost)
{
	close(self->queue);
	EXPECT_EQ(0, rig_sees(&self->rig, 0, IOVA, 1));
	EXPECT_EQ(0, rig_down(&self->rig));
}

/* The @nth fault, which the driver has read before this returns */
static int fault(FIXTURE_DATA(lost) *self, unsigned int nth, uint64_t addr)
{
	uint64_t val = 0;
	int rc;

	rc = ep_read(&self->rig.dev[0], addr, 8, 0, NULL);
	if (rc != -EFAULT)
		return -EPROTO;
	for (rc = 0; !rc && val < nth; usleep(1000))
		rc = mock_driver_count(&self->rig.mock, "faults", &val);
	return rc;
}

TEST_F(lost, counted)
{
	struct dsi_vevent ev;
	unsigned int i;

	for (i = 0; i < 10; i++)
		ASSERT_EQ(0, fault(self, i + 1, IOVA + SZ_1G + i * PAGE_4K));
	usleep(10000);
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, dsi_vevent_vtd(self->queue, WAIT_MS, &ev));
		EXPECT_EQ(0, ev.flags);
		EXPECT_EQ(i, ev.sequence);
		EXPECT_EQ(IOVA + SZ_1G + i * PAGE_4K, ev.evt[0]);
	}
	ASSERT_EQ(0, dsi_vevent_vtd(self->queue, WAIT_MS, &ev));
	EXPECT_EQ(IOMMU_VEVENTQ_FLAG_LOST_EVENTS, ev.flags);
	EXPECT_EQ(-EAGAIN, dsi_vevent_vtd(self->queue, QUIET, &ev));

	/* It goes on, and the gap in the numbers says how many are missing */
	ASSERT_EQ(0, fault(self, 11, IOVA + SZ_1G));
	ASSERT_EQ(0, dsi_vevent_vtd(self->queue, WAIT_MS, &ev));
	EXPECT_EQ(0, ev.flags);
	EXPECT_EQ(10, ev.sequence);
}

/* A guest that faults without end hurts nobody but itself */
TEST_F(lost, storm)
{
	struct rig *r = &self->rig;
	unsigned int i, seen = 0;
	struct dsi_vevent ev;

	for (i = 0; i < 2000; i++)
		ASSERT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA + SZ_1G, 8, 0, NULL));
	while (!dsi_vevent_vtd(self->queue, QUIET, &ev))
		seen++;
	EXPECT_LE(4, seen);
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	ASSERT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA + 2 * SZ_1G, 8, 0, NULL));
	ASSERT_EQ(0, dsi_vevent_vtd(self->queue, WAIT_MS, &ev));
	EXPECT_EQ(IOVA + 2 * SZ_1G, ev.evt[0]);
}

/* Buffers that are too small for an event, and that have room for several */
TEST_F(lost, reading)
{
	struct iommufd_vevent_header header;
	uint8_t buf[256];
	unsigned int i;

	EXPECT_EQ(0, read(self->queue, buf, sizeof(buf)));
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, fault(self, i + 1, IOVA + SZ_1G));
	usleep(10000);
	EXPECT_EQ(-1, read(self->queue, buf, 4));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, read(self->queue, buf, 23));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(24, read(self->queue, buf, 25));
	EXPECT_EQ(48, read(self->queue, buf, sizeof(buf)));
	memcpy(&header, buf + 24, sizeof(header));
	EXPECT_EQ(2, header.sequence);
	EXPECT_EQ(0, read(self->queue, buf, sizeof(buf)));
	EXPECT_EQ(-1, write(self->queue, buf, 24));
}

/* Without a vEVENTQ, or with one of another kind, the host hears of it */
TEST(no_queue)
{
	const struct rig_config cfg = { .raw = true };
	struct dsi_vevent ev;
	struct rig rig;
	uint64_t val = 0;
	uint32_t id;
	int queue;

	RIG_UP(&rig, &cfg);
	ASSERT_NE(0, rig_page(&rig, &rig.s1, IOVA, 1));
	EXPECT_EQ(-EFAULT, ep_read(&rig.dev[0], IOVA + SZ_1G, 8, 0, NULL));
	ASSERT_EQ(0, dsi_veventq(rig.iommufd, rig.nest.viommu, 4, &id, &queue));
	EXPECT_EQ(-EFAULT, ep_read(&rig.dev[0], IOVA + SZ_1G, 8, 0, NULL));
	while (val < 2)
		ASSERT_EQ(0, mock_driver_count(&rig.mock, "faults", &val));
	EXPECT_EQ(-EAGAIN, dsi_vevent(queue, QUIET, &ev));
	close(queue);
	EXPECT_EQ(0, rig_sees(&rig, 0, IOVA, 1));
	EXPECT_EQ(0, rig_down(&rig));
}

TEST_HARNESS_MAIN
