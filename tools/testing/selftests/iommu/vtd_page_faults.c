// SPDX-License-Identifier: GPL-2.0-only
/*
 * VT-d: page requests of devices that do not behave, groups of several, and what is
 * on its way when a domain goes
 */
#include <poll.h>
#include <unistd.h>

#include "faults.h"
#include "harness.h"

#define IOVA		0x0000099990000000ull
#define PASID		5
#define EPS		2
#define BAD		"ep0"
/* Page requests that the function can have outstanding, as its capability says */
#define MOST		32
/* More than the driver's queue holds */
#define FLOOD		"4096"
#define WAIT_MS		20000
#define QUIET_MS	50

FIXTURE(vtd_page_faults)
{
	struct rig rig;
	struct faults faults;
	uint32_t hwpt;		/* of the rig's stage-1, with the queue */
	uint32_t done;		/* MOCK_EP_DONE of the second endpoint */
};

FIXTURE_SETUP(vtd_page_faults)
{
	const struct rig_config cfg = {
		.nr_eps = EPS,
		.ats = true,
		.pasid_bits = 8,
		.parent_flags = IOMMU_HWPT_ALLOC_PASID,
		.nested_flags = IOMMU_HWPT_ALLOC_PASID,
	};
	struct rig *r = &self->rig;
	unsigned int i;
	uint64_t nr;

	self->faults.queue = -1;
	if (!mock_present())
		SKIP(return, NO_MOCK);
	ASSERT_EQ(0, rig_mock(r, &cfg));
	for (i = 0; i < EPS; i++)
		ASSERT_EQ(0, mock_ep_set(&r->mock, r->mock.endpoints[i], "pri", 1));
	ASSERT_EQ(0, rig_devices(r));
	if (mock_driver_count(&r->mock, "page_requests", &nr)) {
		rig_down(r);
		SKIP(return, "this driver does not count page requests");
	}
	ASSERT_EQ(0, rig_guest(r));
	ASSERT_EQ(0, rig_parent(r));
	ASSERT_EQ(0, rig_nested(r));
	ASSERT_EQ(0, faults_create(&self->faults, r->iommufd));
	ASSERT_EQ(0, nest_hwpt_fault(&r->nest, r->dev[0].id, cfg.nested_flags,
				     self->faults.id, &r->s1, &self->hwpt));
	for (i = 0; i < EPS; i++) {
		ASSERT_EQ(0, vdev_attach_id(&r->dev[i], self->hwpt));
		ASSERT_EQ(0, ep_ats(&r->dev[i],
				    MOCK_EP_ATS_ENABLE | MOCK_EP_ATS_PRI));
	}
}

FIXTURE_TEARDOWN(vtd_page_faults)
{
	if (self->faults.queue >= 0)
		close(self->faults.queue);
	EXPECT_EQ(0, rig_down(&self->rig));
}

static int sends(FIXTURE_DATA(vtd_page_faults) *self, const char *what)
{
	return mock_ep_pages(&self->rig.mock, BAD, what);
}

static uint64_t count(FIXTURE_DATA(vtd_page_faults) *self, const char *name)
{
	uint64_t val = UINT64_MAX;

	mock_driver_count(&self->rig.mock, name, &val);
	return val;
}

/* Wait until the driver has counted so many */
static int counted(FIXTURE_DATA(vtd_page_faults) *self, const char *name,
		   uint64_t val)
{
	unsigned int ms;

	for (ms = 0; ms < WAIT_MS; ms += 10) {
		if (count(self, name) == val)
			return 0;
		usleep(10000);
	}
	return -ETIMEDOUT;
}

/* So many responses of each code come, and no others */
static int told(FIXTURE_DATA(vtd_page_faults) *self, uint64_t success,
		uint64_t invalid)
{
	struct mock_responses res = {};
	unsigned int ms;
	int rc;

	for (ms = 0; ms < WAIT_MS; ms += 10) {
		rc = mock_ep_responses(&self->rig.mock, BAD, &res);
		if (rc)
			return rc;
		if (res.success > success || res.invalid > invalid || res.failure)
			return -EPROTO;
		if (res.success == success && res.invalid == invalid)
			return 0;
		usleep(10000);
	}
	return -ETIMEDOUT;
}

/* How many faults there are to be read, which are taken away */
static int unread(FIXTURE_DATA(vtd_page_faults) *self, uint32_t dev_id)
{
	struct iommu_hwpt_pgfault fault;
	int rc, nr = 0;

	while (!(rc = faults_read(&self->faults, QUIET_MS, &fault)))
		nr += fault.dev_id == dev_id;
	return rc == -EAGAIN ? nr : rc;
}

/* The other endpoint asks, is answered, and its transfer goes on */
static int other_works(FIXTURE_DATA(vtd_page_faults) *self)
{
	struct rig *r = &self->rig;
	struct iommu_hwpt_pgfault fault = {};
	struct vdev *dev = &r->dev[1];
	int rc;

	self->done = vdev_reg(dev, MOCK_EP_DONE);
	rc = ep_start(dev, MOCK_EP_CMD_WRITE, 0, IOVA, PAGE_4K);
	/* What the first one has asked for is in front of it */
	do {
		rc = rc ?: faults_read(&self->faults, WAIT_MS, &fault);
	} while (!rc && fault.dev_id != dev->id);
	if (!rc && !rig_page(r, &r->s1, IOVA, 1))
		rc = -ENOMEM;
	rc = rc ?: faults_answer(&self->faults, fault.cookie,
				 IOMMUFD_PAGE_RESP_SUCCESS) ?:
	     ep_wait(dev, self->done, NULL);
	s1_unmap(&r->s1, IOVA, S1_4K);
	return rc ?: nest_inv_all(&r->nest, &r->s1, self->hwpt);
}

/* A group of three is one thing to be answered, with one response */
TEST_F(vtd_page_faults, group)
{
	struct iommu_hwpt_pgfault fault[4] = {};
	struct pollfd pfd = { .fd = self->faults.queue, .events = POLLIN };
	unsigned int i;

	ASSERT_EQ(0, sends(self, "7 1000 r"));
	ASSERT_EQ(0, sends(self, "8 9000 r"));
	ASSERT_EQ(0, sends(self, "7 2000 w"));
	ASSERT_EQ(0, counted(self, "page_requests", 3));
	EXPECT_EQ(0, poll(&pfd, 1, QUIET_MS));
	ASSERT_EQ(0, sends(self, "7 3000 rwl"));
	ASSERT_EQ(1, poll(&pfd, 1, WAIT_MS));
	ASSERT_EQ(3 * sizeof(fault[0]),
		  read(self->faults.queue, fault, sizeof(fault)));
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
	ASSERT_EQ(0, faults_answer(&self->faults, fault[0].cookie,
				   IOMMUFD_PAGE_RESP_SUCCESS));
	EXPECT_EQ(0, told(self, 1, 0));
	EXPECT_EQ(0, other_works(self));
}

/* What cannot be right is answered by the driver, if it is to be answered */
TEST_F(vtd_page_faults, bad_requests)
{
	struct rig *r = &self->rig;

	/* Not canonical; PASIDs without a domain are refused by the unit itself */
	ASSERT_EQ(0, sends(self, "1 100000000000000 rl"));
	EXPECT_EQ(0, told(self, 0, 1));
	ASSERT_EQ(0, sends(self, "1 1000 rl 9"));
	EXPECT_EQ(0, told(self, 0, 2));
	/* A stop marker, and a request for nothing */
	ASSERT_EQ(0, sends(self, "1 1000 l"));
	ASSERT_EQ(0, sends(self, "1 1000 -"));
	ASSERT_EQ(0, counted(self, "page_dropped", 2));
	EXPECT_EQ(0, unread(self, r->dev[0].id));
	EXPECT_EQ(0, told(self, 0, 2));
	EXPECT_EQ(0, other_works(self));
}

/* Groups that are never complete: the device has used up what it was given */
TEST_F(vtd_page_faults, never_the_last)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, sends(self, "3 1000 r - 1000"));
	ASSERT_EQ(0, counted(self, "page_requests", 1000));
	EXPECT_LE(1000 / (MOST + 1), count(self, "page_excess"));
	EXPECT_EQ(0, unread(self, r->dev[0].id));
	EXPECT_EQ(0, other_works(self));
	EXPECT_EQ(0, other_works(self));
	/* It can begin again with another domain */
	EXPECT_EQ(0, vdev_detach(&r->dev[0]));
	EXPECT_EQ(0, vdev_attach_id(&r->dev[0], self->hwpt));
	ASSERT_EQ(0, sends(self, "3 1000 rl"));
	EXPECT_EQ(1, unread(self, r->dev[0].id));
}

/* Requests without end, each to be answered: those above its share are, at once */
TEST_F(vtd_page_faults, too_many)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, sends(self, "0 1000 rl - 512"));
	EXPECT_EQ(0, told(self, 0, 512 - MOST));
	EXPECT_EQ(0, other_works(self));
	/* Nobody has read, or answered, what is left */
	EXPECT_EQ(0, vdev_detach(&r->dev[0]));
	EXPECT_EQ(0, told(self, 0, 512));
	EXPECT_EQ(0, unread(self, r->dev[0].id));
	EXPECT_EQ(0, vdev_attach_id(&r->dev[0], self->hwpt));
	ASSERT_EQ(0, sends(self, "0 1000 rl"));
	EXPECT_EQ(1, unread(self, r->dev[0].id));
}

/* An index that is in use: the answer to the first is not for the second */
TEST_F(vtd_page_faults, index_in_use)
{
	struct iommu_hwpt_pgfault first = {}, second = {};

	ASSERT_EQ(0, sends(self, "4 1000 rl"));
	ASSERT_EQ(0, faults_read(&self->faults, WAIT_MS, &first));
	ASSERT_EQ(0, sends(self, "4 2000 rl"));
	ASSERT_EQ(0, faults_read(&self->faults, WAIT_MS, &second));
	EXPECT_NE(first.cookie, second.cookie);
	EXPECT_EQ(0, faults_answer(&self->faults, first.cookie,
				   IOMMUFD_PAGE_RESP_INVALID));
	EXPECT_EQ(0, faults_answer(&self->faults, second.cookie,
				   IOMMUFD_PAGE_RESP_SUCCESS));
	EXPECT_EQ(0, told(self, 1, 0));
}

/*
 * The queue overflows, and the unit answers for the driver. Nobody loses more than one
 * try, and it works again. The writer of the file is not interrupted, but the
 * driver may run on another processor: then it takes more than one flood.
 */
TEST_F(vtd_page_faults, overflow)
{
	unsigned int i;

	for (i = 0; i < 50 && !count(self, "page_overflows"); i++) {
		ASSERT_EQ(0, sends(self, "0 1000 rl - " FLOOD));
		usleep(100000);
	}
	EXPECT_LT(0, count(self, "page_overflows"));
	EXPECT_EQ(0, other_works(self));
	EXPECT_EQ(0, other_works(self));
	EXPECT_EQ(0, vdev_detach(&self->rig.dev[0]));
	EXPECT_EQ(0, other_works(self));
}

/* The end of an attachment waits for no interrupt: it finds what is in the queue */
TEST_F(vtd_page_faults, drained)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, mock_misbehave(&r->mock, "irq_lost", 1));
	ASSERT_EQ(0, sends(self, "1 1000 rl"));
	usleep(QUIET_MS * 1000);
	EXPECT_EQ(0, count(self, "page_requests"));
	EXPECT_EQ(0, vdev_detach(&r->dev[0]));
	EXPECT_EQ(1, count(self, "page_requests"));
	EXPECT_EQ(0, told(self, 0, 1));
	EXPECT_EQ(0, unread(self, r->dev[0].id));
	EXPECT_EQ(0, other_works(self));
}

/* So does that of a PASID, and other PASIDs' requests are still theirs */
TEST_F(vtd_page_faults, pasid_drained)
{
	struct iommu_hwpt_pgfault fault = {};
	struct rig *r = &self->rig;

	ASSERT_EQ(0, vdev_attach_pasid(&r->dev[0], PASID, self->hwpt));
	ASSERT_EQ(0, vdev_attach_pasid(&r->dev[0], PASID + 1, self->hwpt));
	ASSERT_EQ(0, mock_misbehave(&r->mock, "irq_lost", 1));
	ASSERT_EQ(0, sends(self, "1 1000 rl 5"));
	ASSERT_EQ(0, sends(self, "2 2000 rl 6"));
	ASSERT_EQ(0, sends(self, "3 3000 rl"));
	EXPECT_EQ(0, vdev_detach_pasid(&r->dev[0], PASID));
	EXPECT_EQ(0, told(self, 0, 1));
	ASSERT_EQ(0, faults_read(&self->faults, WAIT_MS, &fault));
	EXPECT_EQ(PASID + 1, fault.pasid);
	EXPECT_EQ(0x2000, fault.addr);
	ASSERT_EQ(0, faults_read(&self->faults, WAIT_MS, &fault));
	EXPECT_EQ(0x3000, fault.addr);
	EXPECT_EQ(0, fault.flags & IOMMU_PGFAULT_FLAGS_PASID_VALID);
	EXPECT_EQ(0, vdev_detach_pasid(&r->dev[0], PASID + 1));
	EXPECT_EQ(0, told(self, 0, 2));
}

/* An answer that is lost with the invalidation queue is given when it was recovered */
TEST_F(vtd_page_faults, answer_is_not_lost)
{
	struct iommu_hwpt_pgfault fault = {};
	struct rig *r = &self->rig;
	unsigned int ms;

	ASSERT_EQ(0, sends(self, "1 1000 rl"));
	ASSERT_EQ(0, faults_read(&self->faults, WAIT_MS, &fault));
	ASSERT_EQ(0, mock_misbehave(&r->mock, "cmd_stall", 1));
	EXPECT_EQ(0, faults_answer(&self->faults, fault.cookie,
				   IOMMUFD_PAGE_RESP_SUCCESS));
	/* Now it is lost */
	for (ms = 0; ms < WAIT_MS && !count(self, "resets"); ms += 10)
		usleep(10000);
	EXPECT_LT(0, count(self, "resets"));
	EXPECT_EQ(0, told(self, 0, 0));
	ASSERT_EQ(0, mock_misbehave(&r->mock, "cmd_stall", 0));
	EXPECT_EQ(0, counted(self, "page_resent", 1));
	EXPECT_EQ(0, told(self, 1, 0));
	EXPECT_EQ(0, other_works(self));
}

TEST_HARNESS_MAIN
