// SPDX-License-Identifier: GPL-2.0-only
/*
 * A PCI function is torn out: nothing finds it and it sends nothing from then on,
 * whoever uses it gets through that, it has nobody else wait, and it can be plugged in
 * again
 */
#include <pthread.h>

#include "harness.h"
#include "held.h"

#define IOVA		0x0000022220000000ull
#define WAIT_MS		20000
#define NEVER_MS	3600000
#define PASID		3

/* How long drivers wait unless they are told otherwise, in ms */
#define PATIENCE	1000
#define PATIENCE_DEVTLB	90000

FIXTURE(gone)
{
	struct rig rig;
	char name[PCI_NAME_LEN];
	uint64_t gpa;
};

FIXTURE_VARIANT(gone)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(gone, vtd)
{
	.cfg.nr_eps = 2,
	.cfg.ats = true,
	.cfg.pasid_bits = 8,
};

FIXTURE_VARIANT_ADD(gone, vtd_port)
{
	.cfg.nr_eps = 2,
	.cfg.ats = true,
	.cfg.port = "00:03.0",
};

FIXTURE_VARIANT_ADD(gone, smmu)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.nr_eps = 2,
	.cfg.ats = true,
	.cfg.pasid_bits = 8,
};

FIXTURE_VARIANT_ADD(gone, smmu_port)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.nr_eps = 2,
	.cfg.ats = true,
	.cfg.port = "00:03.0",
};

FIXTURE_SETUP(gone)
{
	RIG_FUNCTIONS(&self->rig, &variant->cfg);
}

static int patience(enum mock_type type, uint32_t ms, uint32_t devtlb_ms)
{
	return mock_driver_param(type, "timeout_ms", ms) ?:
	       mock_driver_param(type, "devtlb_timeout_ms", devtlb_ms);
}

FIXTURE_TEARDOWN(gone)
{
	EXPECT_EQ(0, rig_down(&self->rig));
	/* Not every driver has such parameters */
	patience(variant->cfg.type, PATIENCE, PATIENCE_DEVTLB);
}

/* Both endpoints can reach 1M of the guest's memory, by ATS */
static int up(FIXTURE_DATA(gone) *self)
{
	struct rig *r = &self->rig;
	unsigned int i;
	int rc;

	rc = rig_devices(r) ?: rig_guest(r) ?: rig_parent(r) ?: rig_nested(r) ?:
	     pci_name(&r->mock, 0, self->name);
	if (rc)
		return rc;
	self->gpa = guest_alloc(&r->guest, SZ_1M, PAGE_4K);
	if (!self->gpa)
		return -ENOMEM;
	rc = s1_map_range(&r->s1, IOVA, self->gpa, SZ_1M, S1_4K, S1_RW);
	util_fill(guest_ptr(&r->guest, self->gpa), PAGE_4K, 1);
	for (i = 0; i < 2 && !rc; i++)
		rc = ep_ats(&r->dev[i], MOCK_EP_ATS_ENABLE) ?: rig_sees(r, i, IOVA, 1);
	return rc;
}

static int tear_out(const struct mock *m, const char *ep)
{
	char attr[32];

	snprintf(attr, sizeof(attr), "%s/live", ep);
	return mock_set_text(m, attr, "gone");
}

/* Until its last user has let go, which takes no time of anybody's choosing */
static int plug_in(const struct mock *m, const char *ep)
{
	unsigned int i;
	int rc;

	for (i = 0; i < WAIT_MS; i++) {
		rc = mock_ep_plug(m, ep, true);
		if (rc != -EBUSY)
			return rc;
		usleep(1000);
	}
	return -ETIMEDOUT;
}

static int live_of(const struct mock *m, const char *ep)
{
	char text[16];
	int rc;

	rc = mock_ep_get_text(m, ep, "live", text, sizeof(text));
	return rc ?: atoi(text);
}

/* It is plugged in again, and the guest has it as it had it before */
static int comes_back(FIXTURE_DATA(gone) *self)
{
	struct rig *r = &self->rig;
	int rc;

	nest_forget_dev(&r->nest, r->dev[0].id);
	vdev_close(&r->dev[0]);
	rc = plug_in(&r->mock, "ep0") ?: rig_reopen(r, 0);
	if (rc)
		return rc;
	if (rig_sees(r, 0, IOVA, 1) != -EFAULT)
		return -EPERM;
	rc = vdev_attach_id(&r->dev[0], r->nested) ?:
	     ep_ats(&r->dev[0], MOCK_EP_ATS_ENABLE);
	return rc ?: rig_sees(r, 0, IOVA, 1);
}

/* Whoever has it open reads ones, and its DMA has ended when it is gone */
TEST_F(gone, at_work)
{
	struct rig *r = &self->rig;
	const struct mock *m = &r->mock;
	struct storm storm = { .dev = &r->dev[0], .iova = IOVA };
	uint8_t *mem, config[4];
	pthread_t thread;

	ASSERT_EQ(0, up(self));
	mem = guest_ptr(&r->guest, self->gpa);
	ASSERT_EQ(0, pthread_create(&thread, NULL, storm_run, &storm));
	usleep(20000);
	EXPECT_EQ(0, tear_out(m, "ep0"));
	memset(mem, 0x5a, SZ_1M);
	usleep(20000);
	storm.end = true;
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_TRUE(util_is_byte(mem, SZ_1M, 0x5a));

	EXPECT_EQ(0, live_of(m, "ep0"));
	EXPECT_EQ(UINT32_MAX, vdev_reg(&r->dev[0], MOCK_EP_STATUS));
	EXPECT_EQ(UINT32_MAX, vdev_config(&r->dev[0], 0x100, 4));
	EXPECT_EQ(UINT32_MAX, pci_config(self->name, PCI_CFG_VENDOR, 4));
	/* What is still there is its user's file: that is in nobody's way but its own */
	EXPECT_EQ(-ENODEV, tear_out(m, "ep0"));
	EXPECT_EQ(0, mock_ep_plug(m, "ep0", false));
	EXPECT_EQ(-EBUSY, mock_ep_plug(m, "ep0", true));
	EXPECT_EQ(-EBUSY, mock_set_live(m, false));
	vdev_read(&r->dev[0], VFIO_PCI_CONFIG_REGION_INDEX, 0, config, 4);
	vdev_reset(&r->dev[0]);
	util_fill(mem, PAGE_4K, 1);
	EXPECT_EQ(0, rig_sees(r, 1, IOVA, 1));
	EXPECT_EQ(0, comes_back(self));
	EXPECT_EQ(0, rig_sees(r, 1, IOVA, 1));
}

/* What both can reach changes, in stage-1 and in stage-2: the other one sees it at once */
static void others_go_on(FIXTURE_DATA(gone) *self, struct __test_metadata *_metadata)
{
	struct rig *r = &self->rig;

	EXPECT_EQ(0, rig_inv_all(r));
	EXPECT_EQ(0, rig_inv(r, IOVA, 1, true));
	EXPECT_EQ(0, rig_sees(r, 1, IOVA, 1));
	EXPECT_EQ(0, rig_unmap_guest(r));
	EXPECT_EQ(-EFAULT, rig_sees(r, 1, IOVA, 1));
	EXPECT_EQ(0, rig_map_guest(r));
	EXPECT_EQ(0, rig_inv_all(r));
	EXPECT_EQ(0, rig_sees(r, 1, IOVA, 1));
}

/* Its tables are taken away, and what is behind them, with nobody there to be told */
TEST_F(gone, attached)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, up(self));
	ASSERT_EQ(0, tear_out(&r->mock, "ep0"));
	others_go_on(self, _metadata);
	EXPECT_EQ(0, vdev_detach(&r->dev[0]));
	EXPECT_EQ(0, comes_back(self));
	EXPECT_EQ(0, rig_inv_all(r));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
}

/* It has another domain, and another one, and is closed with that */
TEST_F(gone, replaced)
{
	struct rig *r = &self->rig;
	struct s1 s1;
	uint32_t hwpt;

	ASSERT_EQ(0, up(self));
	ASSERT_EQ(0, rig_s1(r, &s1));
	ASSERT_EQ(0, rig_hwpt(r, &s1, &hwpt));
	ASSERT_EQ(0, tear_out(&r->mock, "ep0"));
	EXPECT_EQ(0, vdev_attach_id(&r->dev[0], hwpt));
	EXPECT_EQ(0, nest_inv_all(&r->nest, &s1, hwpt));
	EXPECT_EQ(0, vdev_attach_id(&r->dev[0], r->ioas));
	others_go_on(self, _metadata);
	EXPECT_EQ(0, vdev_attach_id(&r->dev[0], r->nested));
	others_go_on(self, _metadata);
	EXPECT_EQ(0, comes_back(self));
	EXPECT_EQ(0, rig_inv_all(r));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
}

static int invalidate(void *arg)
{
	return rig_inv_all(arg);
}

/* One of its PASIDs shares memory with the other one */
TEST_F(gone, with_a_pasid)
{
	struct rig *r = &self->rig;
	uint32_t hwpt[2];
	unsigned int i;

	if (!variant->cfg.pasid_bits)
		SKIP(return, "it has no PASIDs");
	ASSERT_EQ(0, rig_devices(r));
	ASSERT_EQ(0, rig_guest(r));
	util_fill(guest_ptr(&r->guest, RIG_GPA), PAGE_4K, 1);
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, dsi_hwpt_paging(r->iommufd, r->dev[0].id, r->ioas,
					     IOMMU_HWPT_ALLOC_PASID, &hwpt[i]));
		ASSERT_EQ(0, vdev_attach_id(&r->dev[i], hwpt[0]));
		ASSERT_EQ(0, ep_ats(&r->dev[i], MOCK_EP_ATS_ENABLE));
		ASSERT_EQ(0, rig_sees(r, i, RIG_GPA, 1));
	}
	ASSERT_EQ(0, vdev_attach_pasid(&r->dev[0], PASID, hwpt[1]));
	ASSERT_EQ(0, ep_pasid(&r->dev[0], PASID | MOCK_EP_PASID_VALID));
	ASSERT_EQ(0, rig_sees(r, 0, RIG_GPA, 1));

	ASSERT_EQ(0, tear_out(&r->mock, "ep0"));
	EXPECT_EQ(0, rig_unmap_guest(r));
	EXPECT_EQ(-EFAULT, rig_sees(r, 1, RIG_GPA, 1));
	EXPECT_EQ(0, vdev_attach_pasid(&r->dev[0], PASID, hwpt[0]));
	EXPECT_EQ(0, vdev_attach_pasid(&r->dev[0], PASID + 1, hwpt[1]));
	EXPECT_EQ(0, vdev_detach_pasid(&r->dev[0], PASID));
	EXPECT_EQ(0, rig_map_guest(r));
	EXPECT_EQ(0, rig_sees(r, 1, RIG_GPA, 1));
	vdev_close(&r->dev[0]);
	EXPECT_EQ(0, plug_in(&r->mock, "ep0"));
}

/* It did not answer, and was blocked; then it is torn out, and is missed no more */
TEST_F(gone, blocked_before)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, up(self));
	ASSERT_EQ(0, mock_devtlb_limit(&r->mock, 200));
	ASSERT_EQ(0, mock_ep_inv_delay(&r->mock, "ep0", NEVER_MS));
	EXPECT_EQ(-ETIMEDOUT, rig_inv_all(r));
	EXPECT_EQ(-EFAULT, rig_sees(r, 0, IOVA, 1));
	EXPECT_EQ(-ETIMEDOUT, rig_inv_all(r));
	ASSERT_EQ(0, tear_out(&r->mock, "ep0"));
	others_go_on(self, _metadata);
	EXPECT_EQ(0, vdev_attach_id(&r->dev[0], r->ioas));
	EXPECT_EQ(0, vdev_attach_id(&r->dev[0], r->nested));
	others_go_on(self, _metadata);
	EXPECT_EQ(0, vdev_detach(&r->dev[0]));
	ASSERT_EQ(0, mock_ep_inv_delay(&r->mock, "ep0", 0));
	EXPECT_EQ(0, comes_back(self));
}

/* It is asked, and goes; or has gone when it is asked */
TEST_F(gone, invalidation_under_way)
{
	struct rig *r = &self->rig;
	unsigned int round;
	struct job inv;

	ASSERT_EQ(0, up(self));
	for (round = 0; round < 2; round++) {
		ASSERT_EQ(0, round ? mock_ep_inv_delay(&r->mock, "ep0", NEVER_MS) :
				     mock_hold(&r->mock, "devtlb", 1));
		ASSERT_EQ(0, job_start(&inv, invalidate, r));
		usleep(100000);
		ASSERT_EQ(0, round ? 0 : mock_wait_held(&r->mock));
		EXPECT_FALSE(job_done(&inv));
		ASSERT_EQ(0, tear_out(&r->mock, "ep0"));
		ASSERT_EQ(0, round ? 0 : mock_go(&r->mock));
		EXPECT_EQ(0, job_join(&inv));
		others_go_on(self, _metadata);
		EXPECT_EQ(0, comes_back(self));
		EXPECT_EQ(0, rig_inv_all(r));
		EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	}
}

/* It goes while the queue stands still, which is brought back without it */
TEST_F(gone, queue_stands_still)
{
	struct rig *r = &self->rig;
	uint64_t resets;
	struct job inv;

	ASSERT_EQ(0, patience(variant->cfg.type, PATIENCE, PATIENCE));
	ASSERT_EQ(0, up(self));
	ASSERT_EQ(0, mock_hold(&r->mock, "sync", 1));
	ASSERT_EQ(0, job_start(&inv, invalidate, r));
	ASSERT_EQ(0, mock_wait_held(&r->mock));
	ASSERT_EQ(0, tear_out(&r->mock, "ep0"));
	EXPECT_EQ(0, job_join(&inv));
	EXPECT_EQ(0, mock_driver_count(&r->mock, "resets", &resets));
	EXPECT_LE(1, resets);
	others_go_on(self, _metadata);
	EXPECT_EQ(0, comes_back(self));
	EXPECT_EQ(0, rig_inv_all(r));
}

/* With nobody using it, it is removed by itself */
TEST_F(gone, idle)
{
	const struct mock *m = &self->rig.mock;
	unsigned int i, round;

	ASSERT_EQ(0, mock_set_live(m, true));
	for (round = 0; round < 5; round++) {
		ASSERT_EQ(0, pci_name(m, 0, self->name));
		ASSERT_TRUE(pci_there(self->name));
		ASSERT_EQ(0, tear_out(m, "ep0"));
		for (i = 0; pci_there(self->name) && i < WAIT_MS; i++)
			usleep(1000);
		EXPECT_FALSE(pci_there(self->name));
		ASSERT_EQ(0, pci_rescan());
		EXPECT_FALSE(pci_there(self->name));
		EXPECT_EQ(0, plug_in(m, "ep0"));
	}
	/* And with its instance, however far that has come */
	ASSERT_EQ(0, tear_out(m, "ep1"));
	for (i = 0; mock_set_live(m, false) && i < WAIT_MS; i++)
		usleep(1000);
	EXPECT_GT(WAIT_MS, i);
	EXPECT_EQ(0, mock_set_live(m, true));
	EXPECT_EQ(1, live_of(m, "ep1"));
}

/* A driver of the kernel's is told as VFIO is */
TEST_F(gone, other_driver)
{
	const struct mock *m = &self->rig.mock;
	char text[32];

	ASSERT_EQ(0, mock_set_text(m, "ep0/driver_override", "pci-endpoint-test"));
	ASSERT_EQ(0, mock_set_live(m, true));
	ASSERT_EQ(0, pci_name(m, 0, self->name));
	ASSERT_EQ(0, pci_driver(self->name, text, sizeof(text)));
	ASSERT_STREQ("pci-endpoint-test", text);
	ASSERT_EQ(0, tear_out(m, "ep0"));
	EXPECT_EQ(0, plug_in(m, "ep0"));
	ASSERT_EQ(0, pci_driver(self->name, text, sizeof(text)));
	EXPECT_STREQ("pci-endpoint-test", text);
}

/* What cannot be torn out stays as it is */
TEST_F(gone, refused)
{
	const struct mock *m = &self->rig.mock;

	EXPECT_EQ(-ENODEV, tear_out(m, "ep0"));
	ASSERT_EQ(0, mock_set_live(m, true));
	EXPECT_EQ(-EINVAL, mock_set_text(m, "ep0/live", "going"));
	EXPECT_EQ(1, live_of(m, "ep0"));
	ASSERT_EQ(0, mock_ep_plug(m, "ep0", false));
	EXPECT_EQ(-ENODEV, tear_out(m, "ep0"));
	ASSERT_EQ(0, mock_set_live(m, false));
	ASSERT_EQ(0, mock_set_text(m, "bus", "platform"));
	ASSERT_EQ(0, mock_set_live(m, true));
	EXPECT_EQ(-EOPNOTSUPP, tear_out(m, "ep0"));
	EXPECT_EQ(1, live_of(m, "ep0"));
}

TEST_HARNESS_MAIN
