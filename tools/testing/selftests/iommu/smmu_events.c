// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a guest hears of its devices' faults: those of stage-1 and of its own
 * configuration, under the name that it has for the device, in their order, and
 * how many were lost. Of stage-2 and of others it hears nothing.
 */
#include "harness.h"

#define IOVA	0x0000047770000000ull
#define WAIT_MS	20000
#define QUIET	20

FIXTURE(event)
{
	struct rig rig;
	uint32_t id;
	int queue;
	uint32_t vsid;
	uint32_t seq;		/* of the next event */
	uint64_t cd0;		/* what a context descriptor has to have */
};

FIXTURE_VARIANT(event)
{
	bool async;
	bool stall;
};

FIXTURE_VARIANT_ADD(event, sync)
{
	.async = false,
};

FIXTURE_VARIANT_ADD(event, async)
{
	.async = true,
};

/* Hardware where every fault stalls: nobody answers, so the driver ends it */
FIXTURE_VARIANT_ADD(event, stall)
{
	.stall = true,
};

static int set_cd(FIXTURE_DATA(event) *self, uint64_t clear)
{
	struct rig *r = &self->rig;
	smmu_cmd cmd[] = {
		smmu_cmd_cd(self->vsid, 0, true),
		smmu_cmd_asid(r->s1.asid),
	};
	uint32_t num = ARRAY_SIZE(cmd);
	uint64_t cd[CD_WORDS];

	smmu_cd_make(cd, &r->s1, NULL, r->s1.asid);
	cd[0] = (cd[0] | self->cd0) & ~clear;
	smmu_cd_set(guest_ptr(&r->guest, r->s1.context), cd);
	return dsi_commands(r->iommufd, r->nest.viommu, cmd, &num);
}

FIXTURE_SETUP(event)
{
	const struct rig_config cfg = {
		.type = MOCK_SMMUV3,
		.nr_eps = 2,
		.pasid_bits = 8,
		.async = variant->async,
		.idr[0] = {
			variant->stall ? SMMU_IDR0_STALL | SMMU_IDR0_ATS |
					 SMMU_IDR0_PRI : 0,
			variant->stall ? SMMU_IDR0_FORCED_STALL : 0,
		},
	};
	struct rig *r = &self->rig;

	self->queue = -1;
	RIG_UP(r, &cfg);
	self->vsid = r->nest.devs[0].vsid;
	ASSERT_EQ(0, dsi_veventq(r->iommufd, r->nest.viommu, 64, &self->id,
				 &self->queue));
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	self->cd0 = variant->stall ? CD0_S : 0;
	ASSERT_EQ(0, set_cd(self, 0));
}

FIXTURE_TEARDOWN(event)
{
	struct dsi_vevent ev;

	/* None that nobody has expected */
	EXPECT_EQ(-EAGAIN, dsi_vevent(self->queue, QUIET, &ev));
	EXPECT_EQ(0, rig_sees(&self->rig, 0, IOVA, 1));
	close(self->queue);
	EXPECT_EQ(0, rig_down(&self->rig));
}

/* The next event, which is that of a fault of stage-1 */
static int next_fault(FIXTURE_DATA(event) *self, unsigned int id, uint32_t vsid,
		      uint64_t addr, uint64_t flags)
{
	const uint64_t all = EVT1_STALL | EVT1_PNU | EVT1_IND | EVT1_RNW |
			     EVT1_S2;
	struct dsi_vevent ev;
	int rc;

	rc = dsi_vevent(self->queue, WAIT_MS, &ev);
	if (rc)
		return rc;
	if (ev.flags || ev.sequence != self->seq)
		return -EPROTO;
	self->seq++;
	if ((ev.evt[0] & EVT0_ID) != id || EVT0_SID(ev.evt[0]) != vsid ||
	    ev.evt[0] & EVT0_SSV)
		return -ENOMSG;
	if ((ev.evt[1] & all) != flags || EVT1_STAG(ev.evt[1]) ||
	    EVT1_CLASS(ev.evt[1]) != EVT_CLASS_IN)
		return -EBADMSG;
	return ev.evt[2] == addr && !ev.evt[3] ? 0 : -EFAULT;
}

TEST_F(event, translation)
{
	struct rig *r = &self->rig;

	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA + 0x5128, 8, 0, NULL));
	EXPECT_EQ(0, next_fault(self, EVT_F_TRANSLATION, self->vsid,
				IOVA + 0x5128, EVT1_RNW));
	EXPECT_EQ(-EFAULT, ep_write(&r->dev[0], IOVA + 0x6000, 8, 1, NULL));
	EXPECT_EQ(0, next_fault(self, EVT_F_TRANSLATION, self->vsid,
				IOVA + 0x6000, 0));
	/* Beyond the address space, and in the half that is switched off */
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], 1ull << 60, 8, 0, NULL));
	EXPECT_EQ(0, next_fault(self, EVT_F_TRANSLATION, self->vsid, 1ull << 60,
				EVT1_RNW));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], ~0xfffull, 8, 0, NULL));
	EXPECT_EQ(0, next_fault(self, EVT_F_TRANSLATION, self->vsid, ~0xfffull,
				EVT1_RNW));
}

TEST_F(event, permission)
{
	struct rig *r = &self->rig;
	const uint64_t gpa = s1_gpa(&r->s1, IOVA, 1);

	ASSERT_EQ(0, s1_map(&r->s1, IOVA + PAGE_4K, gpa, S1_4K, S1_RO));
	EXPECT_EQ(-EFAULT, ep_write(&r->dev[0], IOVA + 0x1010, 8, 1, NULL));
	EXPECT_EQ(0, next_fault(self, EVT_F_PERMISSION, self->vsid,
				IOVA + 0x1010, 0));
	ASSERT_EQ(0, s1_map(&r->s1, IOVA + 2 * PAGE_4K, gpa, S1_4K, S1_P));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA + 0x2010, 8, 0, NULL));
	EXPECT_EQ(0, next_fault(self, EVT_F_PERMISSION, self->vsid,
				IOVA + 0x2010, EVT1_RNW));
}

TEST_F(event, access)
{
	struct rig *r = &self->rig;
	uint64_t *pte = s1_entry(&r->s1, IOVA, 1);

	s1_set(pte, s1_get(pte) & ~PTE_AF);
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA + 4, 8, 0, NULL));
	EXPECT_EQ(0, next_fault(self, EVT_F_ACCESS, self->vsid, IOVA + 4,
				EVT1_RNW));
	s1_set(pte, s1_get(pte) | PTE_AF);
}

TEST_F(event, address_size)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, set_cd(self, CD0_IPS(7)));
	ASSERT_EQ(0, s1_map(&r->s1, IOVA + PAGE_4K, 1ull << 32, S1_4K, S1_RW));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA + 0x1008, 8, 0, NULL));
	EXPECT_EQ(0, next_fault(self, EVT_F_ADDR_SIZE, self->vsid,
				IOVA + 0x1008, EVT1_RNW));
	ASSERT_EQ(0, set_cd(self, 0));
}

/* The context descriptor that the guest has made is none */
TEST_F(event, configuration)
{
	struct rig *r = &self->rig;
	struct dsi_vevent ev;

	ASSERT_EQ(0, set_cd(self, CD0_V));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA, 8, 0, NULL));
	ASSERT_EQ(0, dsi_vevent(self->queue, WAIT_MS, &ev));
	EXPECT_EQ(EVT_C_BAD_CD, ev.evt[0] & EVT0_ID);
	EXPECT_EQ(self->vsid, EVT0_SID(ev.evt[0]));
	EXPECT_EQ(0, ev.sequence);
	EXPECT_EQ(0, ev.evt[1] | ev.evt[2] | ev.evt[3]);
	ASSERT_EQ(0, set_cd(self, 0));
}

/* Substreams: one that the table has not, and requests that have to have one */
TEST_F(event, substreams)
{
	struct rig *r = &self->rig;
	struct iommu_hwpt_arm_smmuv3 vste;
	struct smmu_cds cds;
	uint64_t cd[CD_WORDS];
	struct dsi_vevent ev;
	uint32_t hwpt;

	ASSERT_EQ(0, smmu_cds_create(&cds, &r->guest, STE_FMT_LINEAR, 3));
	smmu_cd_make(cd, &r->s1, NULL, r->s1.asid);
	cd[0] |= self->cd0;
	smmu_cd_set(smmu_cd(&cds, 5), cd);
	vste = smmu_vste_s1(&cds, STE1_DSS(STE_DSS_TERMINATE));
	ASSERT_EQ(0, dsi_hwpt_vste(r->iommufd, r->dev[0].id, r->nest.viommu, 0,
				   &vste, &hwpt));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], hwpt));

	ASSERT_EQ(0, ep_pasid(&r->dev[0], 5 | MOCK_EP_PASID_VALID |
					  MOCK_EP_PASID_PRIV));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA + 0x3000, 8, 0, NULL));
	ASSERT_EQ(0, dsi_vevent(self->queue, WAIT_MS, &ev));
	EXPECT_EQ(EVT_F_TRANSLATION, ev.evt[0] & EVT0_ID);
	EXPECT_EQ(EVT0_SSV, ev.evt[0] & EVT0_SSV);
	EXPECT_EQ(5, EVT0_SSID(ev.evt[0]));
	EXPECT_EQ(self->vsid, EVT0_SID(ev.evt[0]));
	EXPECT_EQ(EVT1_PNU | EVT1_RNW, ev.evt[1] & (EVT1_PNU | EVT1_RNW));

	ASSERT_EQ(0, ep_pasid(&r->dev[0], 200 | MOCK_EP_PASID_VALID));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA, 8, 0, NULL));
	ASSERT_EQ(0, dsi_vevent(self->queue, WAIT_MS, &ev));
	EXPECT_EQ(EVT_C_BAD_SUBSTREAMID, ev.evt[0] & EVT0_ID);
	EXPECT_EQ(200, EVT0_SSID(ev.evt[0]));
	EXPECT_EQ(self->vsid, EVT0_SID(ev.evt[0]));

	ASSERT_EQ(0, ep_pasid(&r->dev[0], 0));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA, 8, 0, NULL));
	ASSERT_EQ(0, dsi_vevent(self->queue, WAIT_MS, &ev));
	EXPECT_EQ(EVT_F_STREAM_DISABLED, ev.evt[0] & EVT0_ID);
	EXPECT_EQ(self->vsid, EVT0_SID(ev.evt[0]));
	EXPECT_EQ(2, ev.sequence);
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
	EXPECT_EQ(0, next_fault(self, EVT_F_TRANSLATION, self->vsid,
				IOVA + 0x7000, EVT1_RNW));
}

/* Two devices of the guest, each by its own name, in the order of the faults */
TEST_F(event, in_order)
{
	struct rig *r = &self->rig;
	unsigned int i;

	for (i = 0; i < 50; i++)
		EXPECT_EQ(-EFAULT, ep_read(&r->dev[i & 1],
					   IOVA + SZ_1G + i * PAGE_4K, 8, 0,
					   NULL));
	/* Without braces the assertion would be looked at after the loop */
	for (i = 0; i < 50; i++) {
		ASSERT_EQ(0, next_fault(self, EVT_F_TRANSLATION,
					r->nest.devs[i & 1].vsid,
					IOVA + SZ_1G + i * PAGE_4K, EVT1_RNW))
			TH_LOG("event %u", i);
	}
}

/* A device that the guest has no name for, and one that is not nested */
TEST_F(event, nobody_to_tell)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], r->nest.parent));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA, 8, 0, NULL));
	ASSERT_EQ(0, vdev_detach(&r->dev[0]));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA + 8, 8, 0, NULL));
	ASSERT_EQ(0, dsi_destroy(r->iommufd, r->nest.devs[0].vdevice));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], r->ioas));
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA + 16, 8, 0, NULL));
	/* The other one has one */
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[1], IOVA + 0x8000, 8, 0, NULL));
	EXPECT_EQ(0, next_fault(self, EVT_F_TRANSLATION, r->nest.devs[1].vsid,
				IOVA + 0x8000, EVT1_RNW));
	nest_forget_dev(&r->nest, r->dev[0].id);
	ASSERT_EQ(0, nest_add_dev(&r->nest, r->dev[0].id));
	self->vsid = r->nest.devs[1].vsid;
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], r->nested));
	/* Under its new name */
	EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA + 0x9000, 8, 0, NULL));
	EXPECT_EQ(0, next_fault(self, EVT_F_TRANSLATION, self->vsid,
				IOVA + 0x9000, EVT1_RNW));
}

/* Entries that are invalid or abort: physical ones that say nothing */
TEST_F(event, aborted)
{
	struct rig *r = &self->rig;
	const struct iommu_hwpt_arm_smmuv3 abort = smmu_vste(STE_ABORT);
	const struct iommu_hwpt_arm_smmuv3 invalid = {};
	const struct iommu_hwpt_arm_smmuv3 *const vstes[] = { &abort, &invalid };
	uint32_t hwpt;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, dsi_hwpt_vste(r->iommufd, r->dev[0].id,
					   r->nest.viommu, 0, vstes[i],
					   &hwpt));
		ASSERT_EQ(0, vdev_attach_id(&r->dev[0], hwpt));
		EXPECT_EQ(-EFAULT, ep_read(&r->dev[0], IOVA, 8, 0, NULL));
	}
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], r->nested));
}

/* A guest asks for its device's faults to stall, and that cannot do it */
TEST_F(event, stalls_not_offered)
{
	struct rig *r = &self->rig;
	struct dsi_vevent ev;

	/* It is the other way round where every fault stalls */
	self->cd0 ^= CD0_S;
	ASSERT_EQ(0, set_cd(self, 0));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA, 1));
	ASSERT_EQ(0, dsi_vevent(self->queue, WAIT_MS, &ev));
	EXPECT_EQ(EVT_C_BAD_CD, ev.evt[0] & EVT0_ID);
	EXPECT_EQ(self->vsid, EVT0_SID(ev.evt[0]));
	self->cd0 ^= CD0_S;
	ASSERT_EQ(0, set_cd(self, 0));
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
	const struct rig_config cfg = { .type = MOCK_SMMUV3 };
	struct rig *r = &self->rig;

	self->queue = -1;
	RIG_UP(r, &cfg);
	ASSERT_EQ(0, dsi_veventq(r->iommufd, r->nest.viommu, 4, &self->id,
				 &self->queue));
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
}

FIXTURE_TEARDOWN(lost)
{
	close(self->queue);
	EXPECT_EQ(0, rig_sees(&self->rig, 0, IOVA, 1));
	EXPECT_EQ(0, rig_down(&self->rig));
}

static int fault(FIXTURE_DATA(lost) *self, unsigned int i)
{
	int rc = ep_read(&self->rig.dev[0], IOVA + SZ_1G + i * PAGE_4K, 8, 0,
			 NULL);

	return rc == -EFAULT ? 0 : -EPROTO;
}

/* The driver has reported so many: what comes after that is no race */
static int wait_events(FIXTURE_DATA(lost) *self, uint64_t events)
{
	uint64_t val = 0;
	int rc = 0;

	while (!rc && val < events) {
		rc = mock_driver_count(&self->rig.mock, "events", &val);
		usleep(1000);
	}
	if (rc != -ENOENT)
		return rc;
	/* The kernel's own driver does not count */
	usleep(500000);
	return 0;
}

TEST_F(lost, counted)
{
	struct dsi_vevent ev;
	unsigned int i;

	for (i = 0; i < 10; i++)
		ASSERT_EQ(0, fault(self, i));
	ASSERT_EQ(0, wait_events(self, 10));
	usleep(10000);
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, dsi_vevent(self->queue, WAIT_MS, &ev));
		EXPECT_EQ(0, ev.flags);
		EXPECT_EQ(i, ev.sequence);
		EXPECT_EQ(IOVA + SZ_1G + i * PAGE_4K, ev.evt[2]);
	}
	ASSERT_EQ(0, dsi_vevent(self->queue, WAIT_MS, &ev));
	EXPECT_EQ(IOMMU_VEVENTQ_FLAG_LOST_EVENTS, ev.flags);
	EXPECT_EQ(-EAGAIN, dsi_vevent(self->queue, QUIET, &ev));

	/* It goes on, and the gap in the numbers says how many are missing */
	ASSERT_EQ(0, fault(self, 20));
	ASSERT_EQ(0, dsi_vevent(self->queue, WAIT_MS, &ev));
	EXPECT_EQ(0, ev.flags);
	EXPECT_EQ(10, ev.sequence);
	EXPECT_EQ(IOVA + SZ_1G + 20 * PAGE_4K, ev.evt[2]);
}

/* A guest that faults without end hurts nobody but itself */
TEST_F(lost, storm)
{
	struct rig *r = &self->rig;
	struct dsi_vevent ev;
	unsigned int i, seen = 0;

	for (i = 0; i < 2000; i++)
		ASSERT_EQ(0, fault(self, i));
	while (!dsi_vevent(self->queue, QUIET, &ev))
		seen++;
	EXPECT_LE(4, seen);
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	ASSERT_EQ(0, fault(self, 5000));
	ASSERT_EQ(0, dsi_vevent(self->queue, WAIT_MS, &ev));
	EXPECT_EQ(IOVA + SZ_1G + 5000 * PAGE_4K, ev.evt[2]);
}

/* Buffers that are too small for an event, and that have room for several */
TEST_F(lost, reading)
{
	struct iommufd_vevent_header header;
	uint8_t buf[256];
	unsigned int i;

	EXPECT_EQ(0, read(self->queue, buf, sizeof(buf)));
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, fault(self, i));
	ASSERT_EQ(0, wait_events(self, 3));
	usleep(10000);
	EXPECT_EQ(-1, read(self->queue, buf, 4));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, read(self->queue, buf, 39));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(40, read(self->queue, buf, 41));
	EXPECT_EQ(80, read(self->queue, buf, sizeof(buf)));
	memcpy(&header, buf + 40, sizeof(header));
	EXPECT_EQ(2, header.sequence);
	EXPECT_EQ(0, read(self->queue, buf, sizeof(buf)));
	EXPECT_EQ(-1, write(self->queue, buf, 40));
}

TEST_HARNESS_MAIN
