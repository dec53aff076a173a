// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page requests of SMMUv3, which the kernel's own driver has not got: those of functions
 * and of platform devices; and of devices that do not behave, in groups of several
 */
#include <poll.h>
#include <unistd.h>

#include "asker.h"
#include "harness.h"
#include "held.h"

#define IOVA	0x0000033330000000ull
/* Page requests that the function can have outstanding, as its capability says */
#define MOST	32
/* More than the driver's queue holds */
#define FLOOD	"1024"
#define WAIT_MS	20000
#define QUIET	50

struct transfer {
	struct vdev *dev;
	uint64_t addr;
	struct ep_result res;
};

/* @vste has page requests go to @queue */
static int hwpt_with_queue(struct rig *r, const struct iommu_hwpt_arm_smmuv3 *vste,
			   uint32_t queue, uint32_t *hwpt)
{
	const struct dsi_hwpt what = {
		.dev = r->dev[0].id,
		.pt = r->nest.viommu,
		.fault = queue,
		.type = IOMMU_HWPT_DATA_ARM_SMMUV3,
		.data = vste,
		.len = sizeof(*vste),
	};

	return dsi_hwpt(r->iommufd, &what, hwpt);
}

static int transfer(void *arg)
{
	struct transfer *t = arg;

	return ep_write(t->dev, t->addr, PAGE_4K, 5, &t->res);
}

FIXTURE(request)
{
	struct rig rig;
	struct faults faults;
	uint32_t hwpt;
	struct job dma;
	struct transfer transfer;
};

FIXTURE_VARIANT(request)
{
	bool platform;
	uint32_t ssid;
};

/* A PCI function, whose interface the driver switches on */
FIXTURE_VARIANT_ADD(request, function)
{
	.platform = false,
};

FIXTURE_VARIANT_ADD(request, platform)
{
	.platform = true,
};

FIXTURE_VARIANT_ADD(request, function_pasid)
{
	.ssid = 3,
};

FIXTURE_SETUP(request)
{
	const struct rig_config cfg = {
		.type = MOCK_SMMUV3,
		.ats = true,
		.pasid_bits = variant->ssid ? 8 : 0,
		.platform = variant->platform,
	};
	struct iommu_hwpt_arm_smmuv3 vste;
	struct rig *r = &self->rig;
	struct smmu_cds cds;
	uint64_t cd[CD_WORDS];

	self->faults.queue = -1;
	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_mock(r, &cfg));
	ASSERT_EQ(0, mock_ep_set(&r->mock, "ep0", "pri", 1));
	ASSERT_EQ(0, rig_devices(r));
	ASSERT_EQ(0, rig_guest(r));
	ASSERT_EQ(0, rig_parent(r));
	ASSERT_EQ(0, rig_nested(r));
	ASSERT_EQ(0, faults_create(&self->faults, r->iommufd));
	vste = nest_vste(&r->nest, &r->s1);
	if (variant->ssid) {
		ASSERT_EQ(0, smmu_cds_create(&cds, &r->guest, STE_FMT_LINEAR, 3));
		smmu_cd_make(cd, &r->s1, NULL, r->s1.asid);
		smmu_cd_set(smmu_cd(&cds, variant->ssid), cd);
		vste = smmu_vste_s1(&cds, STE1_DSS(STE_DSS_TERMINATE) |
					  STE1_EATS(1));
	}
	ASSERT_EQ(0, hwpt_with_queue(r, &vste, self->faults.id, &self->hwpt));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], self->hwpt));
	ASSERT_EQ(0, ep_ats(&r->dev[0], MOCK_EP_ATS_ENABLE | MOCK_EP_ATS_PRI));
	if (variant->ssid)
		ASSERT_EQ(0, ep_pasid(&r->dev[0], variant->ssid |
						  MOCK_EP_PASID_VALID));
}

FIXTURE_TEARDOWN(request)
{
	struct iommu_hwpt_pgfault fault;

	if (self->faults.queue >= 0)
		EXPECT_EQ(-EAGAIN, faults_read(&self->faults, 0, &fault));
	close(self->faults.queue);
	EXPECT_EQ(0, rig_down(&self->rig));
}

static int request(FIXTURE_DATA(request) *self, uint32_t ssid, uint64_t iova,
		   struct iommu_hwpt_pgfault *fault)
{
	int rc;

	self->transfer = (struct transfer){
		.dev = &self->rig.dev[0], .addr = iova,
	};
	rc = job_start(&self->dma, transfer, &self->transfer) ?:
	     faults_read(&self->faults, WAIT_MS, fault);
	if (rc)
		return rc;
	if (fault->addr != iova || fault->perm != IOMMU_PGFAULT_PERM_WRITE ||
	    fault->pasid != ssid || job_done(&self->dma))
		return -EPROTO;
	return 0;
}

TEST_F(request, answered)
{
	struct iommu_hwpt_pgfault fault = {};
	struct rig *r = &self->rig;
	unsigned int i;

	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, request(self, variant->ssid, IOVA + i * PAGE_4K,
				     &fault));
		ASSERT_NE(0, rig_page(r, &r->s1, IOVA + i * PAGE_4K, i));
		ASSERT_EQ(0, faults_answer(&self->faults, fault.cookie,
					   IOMMUFD_PAGE_RESP_SUCCESS));
		EXPECT_EQ(0, job_join(&self->dma));
		EXPECT_EQ(PAGE_4K, self->transfer.res.moved);
	}
}

TEST_F(request, refused)
{
	struct iommu_hwpt_pgfault fault = {};
	struct rig *r = &self->rig;

	ASSERT_EQ(0, request(self, variant->ssid, IOVA, &fault));
	ASSERT_EQ(0, faults_answer(&self->faults, fault.cookie,
				   IOMMUFD_PAGE_RESP_INVALID));
	EXPECT_EQ(-EFAULT, job_join(&self->dma));
	EXPECT_TRUE(self->transfer.res.fault & MOCK_EP_FAULT_PRI);
	/* It asks again the next time */
	ASSERT_EQ(0, request(self, variant->ssid, IOVA, &fault));
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	ASSERT_EQ(0, faults_answer(&self->faults, fault.cookie,
				   IOMMUFD_PAGE_RESP_SUCCESS));
	EXPECT_EQ(0, job_join(&self->dma));
}

TEST_F(request, detached)
{
	struct iommu_hwpt_pgfault fault = {};
	struct rig *r = &self->rig;

	ASSERT_EQ(0, request(self, variant->ssid, IOVA, &fault));
	ASSERT_EQ(0, vdev_detach(&r->dev[0]));
	EXPECT_EQ(-EFAULT, job_join(&self->dma));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], self->hwpt));
	ASSERT_EQ(0, request(self, variant->ssid, IOVA, &fault));
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	ASSERT_EQ(0, faults_answer(&self->faults, fault.cookie,
				   IOMMUFD_PAGE_RESP_SUCCESS));
	EXPECT_EQ(0, job_join(&self->dma));
}

/* What has no handler may make none: it is told that, and does not wait */
TEST_F(request, no_handler)
{
	struct iommu_hwpt_pgfault fault = {};
	struct rig *r = &self->rig;

	if (variant->ssid)
		SKIP(return, "its stage-1 has no SubstreamIDs without it");
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], r->nested));
	EXPECT_EQ(-EFAULT, ep_write(&r->dev[0], IOVA, 8, 1, NULL));
	EXPECT_EQ(-EAGAIN, faults_read(&self->faults, QUIET, &fault));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], self->hwpt));
	ASSERT_EQ(0, request(self, 0, IOVA, &fault));
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
	ASSERT_EQ(0, faults_answer(&self->faults, fault.cookie,
				   IOMMUFD_PAGE_RESP_SUCCESS));
	EXPECT_EQ(0, job_join(&self->dma));
}

/* --- Devices that do not behave, and one beside them */

FIXTURE(pri)
{
	struct asker asker;
};

FIXTURE_SETUP(pri)
{
	const struct rig_config cfg = {
		.type = MOCK_SMMUV3,
		.nr_eps = ASKER_EPS,
		.ats = true,
		.pasid_bits = 8,
	};
	struct iommu_hwpt_arm_smmuv3 vste;
	struct asker *a = &self->asker;
	int rc;

	a->faults.queue = -1;
	if (!mock_present())
		SKIP(return, NO_MOCK);
	rc = asker_up(a, &cfg);
	if (rc == -EOPNOTSUPP)
		SKIP(return, "this driver does not count page requests");
	ASSERT_EQ(0, rc);
	vste = nest_vste(&a->rig.nest, &a->rig.s1);
	ASSERT_EQ(0, hwpt_with_queue(&a->rig, &vste, a->faults.id, &a->hwpt));
	ASSERT_EQ(0, asker_attach(a));
}

FIXTURE_TEARDOWN(pri)
{
	EXPECT_EQ(0, asker_down(&self->asker));
}

/* A group of three is one thing to be answered, with one response */
TEST_F(pri, group)
{
	struct iommu_hwpt_pgfault fault[4] = {};
	struct pollfd pfd = { .fd = self->asker.faults.queue, .events = POLLIN };
	unsigned int i;

	ASSERT_EQ(0, asker_sends(&self->asker, "7 1000 r"));
	ASSERT_EQ(0, asker_sends(&self->asker, "8 9000 r"));
	ASSERT_EQ(0, asker_sends(&self->asker, "7 2000 w"));
	ASSERT_EQ(0, asker_counted(&self->asker, "page_requests", 3));
	EXPECT_EQ(0, poll(&pfd, 1, QUIET));
	ASSERT_EQ(0, asker_sends(&self->asker, "7 3000 rwl"));
	ASSERT_EQ(1, poll(&pfd, 1, WAIT_MS));
	ASSERT_EQ(3 * sizeof(fault[0]),
		  read(self->asker.faults.queue, fault, sizeof(fault)));
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(0x1000 * (i + 1), fault[i].addr);
		EXPECT_EQ(7, fault[i].grpid);
		EXPECT_EQ(fault[0].cookie, fault[i].cookie);
		EXPECT_EQ(i == 2 ? IOMMU_PGFAULT_FLAGS_LAST_PAGE : 0,
			  fault[i].flags);
	}
	EXPECT_EQ(IOMMU_PGFAULT_PERM_READ, fault[0].perm);
	EXPECT_EQ(IOMMU_PGFAULT_PERM_WRITE, fault[1].perm);
	EXPECT_EQ(IOMMU_PGFAULT_PERM_READ | IOMMU_PGFAULT_PERM_WRITE,
		  fault[2].perm);
	ASSERT_EQ(0, faults_answer(&self->asker.faults, fault[0].cookie,
				   IOMMUFD_PAGE_RESP_SUCCESS));
	EXPECT_EQ(0, asker_told(&self->asker, 1, 0));
	EXPECT_EQ(0, asker_works(&self->asker, 1));
}

/* What makes no sense is answered by the driver, if it is to be answered */
TEST_F(pri, bad_requests)
{
	/* For no access, alone and in a group, which is refused for that */
	ASSERT_EQ(0, asker_sends(&self->asker, "1 1000 l"));
	EXPECT_EQ(0, asker_told(&self->asker, 0, 1));
	ASSERT_EQ(0, asker_sends(&self->asker, "2 1000 -"));
	ASSERT_EQ(0, asker_sends(&self->asker, "2 2000 rl"));
	EXPECT_EQ(0, asker_told(&self->asker, 0, 2));
	/* Of two PASIDs: the answer is for that of the last one */
	ASSERT_EQ(0, asker_sends(&self->asker, "3 1000 r 4"));
	ASSERT_EQ(0, asker_sends(&self->asker, "3 1000 rl 5"));
	EXPECT_EQ(0, asker_told(&self->asker, 0, 3));
	/* A stop marker */
	ASSERT_EQ(0, asker_sends(&self->asker, "1 1000 l 9"));
	ASSERT_EQ(0, asker_counted(&self->asker, "page_requests", 6));
	EXPECT_EQ(0, asker_unread(&self->asker, self->asker.rig.dev[0].id));
	EXPECT_EQ(0, asker_told(&self->asker, 0, 3));
	EXPECT_EQ(0, asker_works(&self->asker, 1));
}

/* A group that is never complete, then many: the device has used up what it was given */
TEST_F(pri, never_the_last)
{
	struct rig *r = &self->asker.rig;
	char line[32];
	unsigned int i;

	for (i = 0; i < 10; i++)
		ASSERT_EQ(0, asker_sends(&self->asker, "3 1000 r - 100"));
	ASSERT_EQ(0, asker_counted(&self->asker, "page_requests", 1000));
	EXPECT_EQ(1, asker_count(&self->asker, "faults_excess"));
	for (i = 0; i < 2 * MOST; i++) {
		snprintf(line, sizeof(line), "%u 1000 r", 100 + i);
		ASSERT_EQ(0, asker_sends(&self->asker, line));
	}
	ASSERT_EQ(0, asker_counted(&self->asker, "page_requests", 1000 + 2 * MOST));
	EXPECT_EQ(1 + MOST, asker_count(&self->asker, "faults_excess"));
	EXPECT_EQ(0, asker_unread(&self->asker, r->dev[0].id));
	EXPECT_EQ(0, asker_works(&self->asker, 1));
	EXPECT_EQ(0, asker_works(&self->asker, 1));
	/* The end of one of them comes after all */
	ASSERT_EQ(0, asker_sends(&self->asker, "3 1000 rl"));
	EXPECT_EQ(0, asker_told(&self->asker, 0, 1));
	/* It can begin again with another domain */
	EXPECT_EQ(0, vdev_detach(&r->dev[0]));
	EXPECT_EQ(0, vdev_attach_id(&r->dev[0], self->asker.hwpt));
	ASSERT_EQ(0, asker_sends(&self->asker, "3 1000 rl"));
	EXPECT_EQ(1, asker_unread(&self->asker, r->dev[0].id));
}

/* More than it may have, each to be answered: those above its share are, at once */
TEST_F(pri, too_many)
{
	struct iommu_hwpt_pgfault fault = {};
	struct rig *r = &self->asker.rig;
	unsigned int i;

	ASSERT_EQ(0, asker_sends(&self->asker, "0 1000 rl - 128"));
	EXPECT_EQ(0, asker_told(&self->asker, 0, 128 - MOST));
	for (i = 0; i < MOST; i++) {
		ASSERT_EQ(0, faults_read(&self->asker.faults, WAIT_MS, &fault));
		EXPECT_EQ(0x1000 * (i + 1), fault.addr);
	}
	EXPECT_EQ(0, asker_works(&self->asker, 1));
	/* Nobody answers what is left */
	EXPECT_EQ(0, vdev_detach(&r->dev[0]));
	EXPECT_EQ(0, asker_told(&self->asker, 0, 128));
	EXPECT_EQ(0, asker_unread(&self->asker, r->dev[0].id));
	EXPECT_EQ(0, vdev_attach_id(&r->dev[0], self->asker.hwpt));
	ASSERT_EQ(0, asker_sends(&self->asker, "0 1000 rl"));
	EXPECT_EQ(1, asker_unread(&self->asker, r->dev[0].id));
}

/* An index that is in use: the answer to the first is not for the second */
TEST_F(pri, index_in_use)
{
	struct iommu_hwpt_pgfault first = {}, second = {};

	ASSERT_EQ(0, asker_sends(&self->asker, "4 1000 rl"));
	ASSERT_EQ(0, faults_read(&self->asker.faults, WAIT_MS, &first));
	ASSERT_EQ(0, asker_sends(&self->asker, "4 2000 rl"));
	ASSERT_EQ(0, faults_read(&self->asker.faults, WAIT_MS, &second));
	EXPECT_NE(first.cookie, second.cookie);
	EXPECT_EQ(0, faults_answer(&self->asker.faults, first.cookie,
				   IOMMUFD_PAGE_RESP_INVALID));
	EXPECT_EQ(0, faults_answer(&self->asker.faults, second.cookie,
				   IOMMUFD_PAGE_RESP_SUCCESS));
	EXPECT_EQ(0, asker_told(&self->asker, 1, 0));
}

/*
 * The queue overflows, and the unit answers for the driver: "success", with which a device
 * asks again. The driver acknowledges it, and nobody loses more than a try. The writer of
 * the file is not interrupted, but the driver may run on another processor: then it takes
 * more than one flood.
 */
TEST_F(pri, overflow)
{
	struct mock_responses res = {};
	unsigned int i;

	/* Its end will be lost */
	ASSERT_EQ(0, asker_sends(&self->asker, "500 1000 r"));
	for (i = 0; i < 50 && !asker_count(&self->asker, "page_request_overflows"); i++) {
		ASSERT_EQ(0, asker_sends(&self->asker, "0 1000 rl - " FLOOD));
		usleep(100000);
	}
	EXPECT_LT(0, asker_count(&self->asker, "page_request_overflows"));
	ASSERT_EQ(0, mock_ep_responses(&self->asker.rig.mock, ASKER_BAD, &res));
	EXPECT_LT(0, res.success);
	EXPECT_EQ(0, res.failure);
	EXPECT_EQ(0, asker_works(&self->asker, 1));
	EXPECT_EQ(0, asker_works(&self->asker, 1));
	EXPECT_EQ(0, vdev_detach(&self->asker.rig.dev[0]));
	EXPECT_EQ(0, asker_works(&self->asker, 1));
	/* And the one that has flooded it */
	EXPECT_EQ(0, vdev_attach_id(&self->asker.rig.dev[0], self->asker.hwpt));
	EXPECT_EQ(0, asker_works(&self->asker, 0));
}

/* The end of an attachment waits for no interrupt: it finds what is in the queue */
TEST_F(pri, drained)
{
	struct rig *r = &self->asker.rig;

	ASSERT_EQ(0, mock_misbehave(&r->mock, "irq_lost", 1));
	ASSERT_EQ(0, asker_sends(&self->asker, "1 1000 rl"));
	usleep(QUIET * 1000);
	EXPECT_EQ(0, asker_count(&self->asker, "page_requests"));
	EXPECT_EQ(0, vdev_detach(&r->dev[0]));
	EXPECT_EQ(1, asker_count(&self->asker, "page_requests"));
	/* It was allowed to ask, so that it is not told to ask no more */
	EXPECT_EQ(0, asker_told(&self->asker, 0, 1));
	EXPECT_EQ(0, asker_unread(&self->asker, r->dev[0].id));
	EXPECT_EQ(0, asker_works(&self->asker, 1));
}

TEST_HARNESS_MAIN
