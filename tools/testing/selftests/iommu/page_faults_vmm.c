// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page faults of two VMMs: one is killed, loses its device or its unit, or never answers,
 * and the other one, and who has the device next, is paged in as always. The endpoints are
 * those of one unit.
 */
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "demand.h"
#include "harness.h"

/* How often the other one's memory is paged in */
#define ROUNDS	4

FIXTURE(vmms)
{
	struct demand d;	/* the instance */
	struct demand bad;	/* who has the first endpoint */
	struct demand good;	/* who has the second one, or the first one next */
	pid_t pid;		/* of a process that has the first endpoint */
	int ready;		/* what it says when it has begun */
};

FIXTURE_VARIANT(vmms)
{
	struct demand_config c;
};

FIXTURE_VARIANT_ADD(vmms, vtd) { .c = DEMAND_VTD };
FIXTURE_VARIANT_ADD(vmms, vtd_pasid) { .c = DEMAND_VTD_PASID };
FIXTURE_VARIANT_ADD(vmms, vtd_raw) { .c = DEMAND_VTD_RAW };
FIXTURE_VARIANT_ADD(vmms, smmu_pri) { .c = DEMAND_SMMU_PRI };
FIXTURE_VARIANT_ADD(vmms, smmu_pri_pasid) { .c = DEMAND_SMMU_PRI_PASID };
FIXTURE_VARIANT_ADD(vmms, smmu_stall) { .c = DEMAND_SMMU_STALL };
FIXTURE_VARIANT_ADD(vmms, smmu_stall_pasid) { .c = DEMAND_SMMU_STALL_PASID };

/* Can the driver do it? */
static int try_one(FIXTURE_DATA(vmms) *self, const struct demand_config *c,
		   const char **why)
{
	struct demand_config small = *c;
	int rc;

	/* Each VMM has its own, and there are many */
	small.cfg.guest_size = RIG_GUEST_SIZE;
	rc = demand_mock(&self->d, &small);
	*why = NULL;
	if (rc == -ENOENT && c->stall)
		*why = "endpoints of this mock do not stall";
	if (rc && !*why)
		return rc;
	if (!rc) {
		demand_share(&self->good, &self->d, 0);
		rc = demand_vmm(&self->good, 1, why);
		demand_leave(&self->good);
	}
	return *why ? demand_down(&self->d) : rc;
}

FIXTURE_SETUP(vmms)
{
	self->ready = -1;
	self->d.faults.queue = -1;
	self->bad.rig.iommufd = -1;
	self->good.rig.iommufd = -1;
	TRY_OR_SKIP(try_one(self, &variant->c, &why_));
	self->bad = self->d;
	self->good = self->d;
}

FIXTURE_TEARDOWN(vmms)
{
	if (self->pid > 0) {
		kill(self->pid, SIGKILL);
		waitpid(self->pid, NULL, 0);
	}
	demand_leave(&self->bad);
	demand_leave(&self->good);
	EXPECT_EQ(0, demand_down(&self->d));
}

/* A VMM of @nr endpoints from the @first one on */
static int begin(struct demand *d, const struct demand *of, unsigned int first,
		 unsigned int nr)
{
	const char *why;

	demand_share(d, of, first);
	return demand_vmm(d, nr, &why) ?: why ? -EOPNOTSUPP : 0;
}

/* In such a process: where it says that it has begun */
static int ready_fd = -1;

/* A process that is a VMM; when it has everything it does @fn, which does not return */
static int process(FIXTURE_DATA(vmms) *self, unsigned int nr, int (*fn)(struct demand *d))
{
	int ready[2];
	int rc;

	if (pipe(ready))
		return -errno;
	self->pid = fork();
	if (self->pid < 0)
		return -errno;
	if (!self->pid) {
		/* What is shared with the test is not for this */
		struct demand *d = malloc(sizeof(*d));

		close(ready[0]);
		ready_fd = ready[1];
		rc = d ? begin(d, &self->d, 0, nr) : -ENOMEM;
		if (!rc && nr > 1)
			rc = demand_start(d, 1, MOCK_EP_CMD_WRITE, 0, AREA(1), PAGE_4K);
		if (!rc)
			rc = fn(d);
		_exit(rc ? 1 : 0);
	}
	close(ready[1]);
	self->ready = ready[0];
	return 0;
}

/* The test goes on when the process is at what the test is about */
static int say_ready(void)
{
	return write(ready_fd, "", 1) == 1 ? 0 : -EIO;
}

static int until_ready(FIXTURE_DATA(vmms) *self)
{
	char c;

	return read(self->ready, &c, 1) == 1 ? 0 : -EPROTO;
}

/* It was killed, and has not ended by itself */
static int died(FIXTURE_DATA(vmms) *self)
{
	int status;
	int rc = waitpid(self->pid, &status, 0) == self->pid ? 0 : -ECHILD;

	self->pid = 0;
	close(self->ready);
	self->ready = -1;
	return rc ?: WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? 0 : -EPROTO;
}

static int killed(FIXTURE_DATA(vmms) *self)
{
	int rc = kill(self->pid, SIGKILL) ? -errno : 0;

	return died(self) ?: rc;
}

/* Who has the first endpoints next */
static int next_one(FIXTURE_DATA(vmms) *self, unsigned int nr)
{
	unsigned int i;
	int rc = begin(&self->bad, &self->d, 0, nr);

	for (i = 0; !rc && i < nr; i++)
		rc = demand_served(&self->bad, i) ?: demand_paging(&self->bad, i);
	demand_leave(&self->bad);
	return rc;
}

static int dies_unread(struct demand *d)
{
	struct pollfd pfd = { .fd = d->faults.queue, .events = POLLIN };
	int rc = demand_start(d, 0, MOCK_EP_CMD_WRITE, 0, AREA(0), PAGE_4K);

	if (!rc && poll(&pfd, 1, WAIT_MS) != 1)
		rc = -ETIMEDOUT;
	return rc ?: kill(getpid(), SIGKILL);
}

static int dies_asked(struct demand *d)
{
	struct iommu_hwpt_pgfault fault;

	return demand_asks(d, 0, &fault) ?: kill(getpid(), SIGKILL);
}

/* With two endpoints that wait, of which it has read one, or none */
TEST_F(vmms, killed)
{
	unsigned int i;

	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, process(self, 2, i & 1 ? dies_asked : dies_unread));
		EXPECT_EQ(0, died(self));
		ASSERT_EQ(0, next_one(self, 2));
	}
}

static int waits(struct demand *d)
{
	struct iommu_hwpt_pgfault fault;
	int rc = demand_asks(d, 0, &fault) ?: say_ready();

	while (!rc)
		pause();
	return rc;
}

/* The other one's fault waits as well, and is answered after that */
TEST_F(vmms, killed_beside)
{
	struct iommu_hwpt_pgfault fault = {};
	struct ep_result res = {};
	struct demand *good = &self->good;

	ASSERT_EQ(0, begin(good, &self->d, 1, 1));
	ASSERT_EQ(0, process(self, 1, waits));
	ASSERT_EQ(0, until_ready(self));
	ASSERT_EQ(0, demand_asks(good, 0, &fault));
	EXPECT_ASKED(good, 0, IOMMU_PGFAULT_PERM_WRITE, fault);
	EXPECT_EQ(0, killed(self));
	EXPECT_EQ(good->done[0], vdev_reg(&good->rig.dev[0], MOCK_EP_DONE));
	ASSERT_EQ(0, demand_map(good, fault.addr));
	ASSERT_EQ(0, faults_answer(&good->faults, fault.cookie, IOMMUFD_PAGE_RESP_SUCCESS));
	ASSERT_EQ(0, demand_wait(good, 0, &res));
	ASSERT_TRUE(demand_gather(good, AREA(0), PAGE_4K));
	EXPECT_EQ(res.checksum, util_crc32(good->copy, PAGE_4K));
	s1_unmap(&good->rig.s1, AREA(0), S1_4K);
	ASSERT_EQ(0, demand_forget(good));
	EXPECT_EQ(0, demand_paging(good, 0));
	EXPECT_EQ(0, next_one(self, 1));
	EXPECT_EQ(0, demand_served(good, 0));
}

/* A device is closed, and opened again by the same VMM */
TEST_F(vmms, device_is_closed)
{
	struct iommu_hwpt_pgfault fault = {};
	struct demand *bad = &self->bad, *good = &self->good;

	ASSERT_EQ(0, begin(good, &self->d, 1, 1));
	ASSERT_EQ(0, begin(bad, &self->d, 0, 1));
	ASSERT_EQ(0, demand_asks(bad, 0, &fault));
	nest_forget_dev(&bad->rig.nest, bad->rig.dev[0].id);
	vdev_close(&bad->rig.dev[0]);
	EXPECT_EQ(-EINVAL, faults_answer(&bad->faults, fault.cookie,
					 IOMMUFD_PAGE_RESP_SUCCESS));
	EXPECT_EQ(0, demand_paging(good, 0));
	ASSERT_EQ(0, rig_reopen(&bad->rig, 0));
	ASSERT_EQ(0, demand_ready(bad, 0, bad->hwpt));
	EXPECT_EQ(0, demand_served(bad, 0));
	EXPECT_EQ(0, demand_paging(bad, 0));
}

/* So is the unit, whose HWPTs and queue are still there */
TEST_F(vmms, unit_goes)
{
	struct iommu_hwpt_pgfault fault = {};
	struct demand *bad = &self->bad, *good = &self->good;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, begin(bad, &self->d, 0, 1));
		/* The first time nobody has read it */
		ASSERT_EQ(0, i ? demand_asks(bad, 0, &fault) :
				 demand_start(bad, 0, MOCK_EP_CMD_WRITE, 0, AREA(0),
					      PAGE_4K));
		EXPECT_EQ(-EBUSY, mock_set_live(&self->d.rig.mock, false));
		vdev_close(&bad->rig.dev[0]);
		ASSERT_EQ(0, mock_set_live(&self->d.rig.mock, false));
		EXPECT_EQ(-EINVAL, faults_answer(&bad->faults, fault.cookie,
						 IOMMUFD_PAGE_RESP_SUCCESS));
		ASSERT_EQ(0, begin(good, &self->d, 0, 1));
		EXPECT_EQ(0, demand_served(good, 0));
		demand_leave(bad);
		EXPECT_EQ(0, demand_paging(good, 0));
		demand_leave(good);
	}
}

/* Until its last user has let go */
static int plug_in(const struct mock *m, const char *ep)
{
	unsigned int i;
	int rc = -EBUSY;

	for (i = 0; i < WAIT_MS && rc == -EBUSY; i++) {
		usleep(1000);
		rc = mock_ep_plug(m, ep, true);
	}
	return rc;
}

/* A function is torn out while its fault waits; what is said to that is for nobody */
TEST_F(vmms, torn_out)
{
	const struct mock *m = &self->d.rig.mock;
	struct iommu_hwpt_pgfault fault = {};
	struct demand *bad = &self->bad, *good = &self->good;
	unsigned int i;
	int rc;

	ASSERT_EQ(0, begin(good, &self->d, 1, 1));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, begin(bad, &self->d, 0, 1));
		ASSERT_EQ(0, i ? demand_asks(bad, 0, &fault) :
				 demand_start(bad, 0, MOCK_EP_CMD_WRITE, 0, AREA(0),
					      PAGE_4K));
		rc = mock_set_text(m, "ep0/live", "gone");
		if (rc == -EOPNOTSUPP)
			SKIP(return, "the endpoint is no PCI function");
		ASSERT_EQ(0, rc);
		EXPECT_EQ(0, demand_served(good, 0));
		if (i == 2)
			EXPECT_EQ(0, faults_answer(&bad->faults, fault.cookie,
						   IOMMUFD_PAGE_RESP_SUCCESS));
		EXPECT_EQ(0, demand_paging(good, 0));
		demand_leave(bad);
		ASSERT_EQ(0, plug_in(m, "ep0"));
		EXPECT_EQ(0, next_one(self, 1));
	}
}

/* --- One that never ends, and the other one is paged in all the same */

static void others_are_paged_in(FIXTURE_DATA(vmms) *self,
				struct __test_metadata *_metadata, int (*fn)(struct demand *d))
{
	struct demand *good = &self->good;
	unsigned int i;

	ASSERT_EQ(0, begin(good, &self->d, 1, 1));
	ASSERT_EQ(0, process(self, 1, fn));
	ASSERT_EQ(0, until_ready(self));
	for (i = 0; i < ROUNDS; i++) {
		EXPECT_EQ(0, demand_served(good, 0));
		EXPECT_EQ(0, demand_paging(good, 0));
	}
	EXPECT_EQ(0, killed(self));
	EXPECT_EQ(0, next_one(self, 1));
}

/* An endpoint gives up after some time, or some tries: then it begins again */
static int goes_on(struct demand *d)
{
	if (vdev_reg(&d->rig.dev[0], MOCK_EP_DONE) == d->done[0])
		return 0;
	return demand_start(d, 0, MOCK_EP_CMD_WRITE, 0, AREA(0), PAGE_4K);
}

/* Transfers without end, and nobody reads what they ask for */
static int never_answers(struct demand *d)
{
	int rc = demand_start(d, 0, MOCK_EP_CMD_WRITE, 0, AREA(0), PAGE_4K);

	for (rc = rc ?: say_ready(); !rc; rc = goes_on(d))
		usleep(1000);
	return rc;
}

TEST_F(vmms, never_answers)
{
	others_are_paged_in(self, _metadata, never_answers);
}

static int answers_nothing(struct demand *d, const struct iommu_hwpt_pgfault *fault)
{
	return faults_answer(&d->faults, fault->cookie, IOMMUFD_PAGE_RESP_SUCCESS);
}

/* All that is asked for is said to be there, and is not: it is asked for again */
static int maps_nothing(struct demand *d)
{
	struct iommu_hwpt_pgfault fault;
	int rc = demand_asks(d, 0, &fault) ?: answers_nothing(d, &fault) ?:
		 say_ready();

	while (!rc) {
		rc = faults_read(&d->faults, 10, &fault);
		if (!rc)
			rc = answers_nothing(d, &fault);
		else if (rc == -EAGAIN)
			rc = goes_on(d);
	}
	return rc;
}

TEST_F(vmms, maps_nothing)
{
	others_are_paged_in(self, _metadata, maps_nothing);
}

/* More page requests than the queue holds, again and again */
static int flood(struct demand *d, const char *what)
{
	const struct mock *m = &d->rig.mock;
	int rc = mock_ep_pages(m, m->endpoints[0], what) ?: say_ready();

	/* An endpoint gives up after some tries: it is to have a chance with each */
	for (; !rc; usleep(2000))
		rc = mock_ep_pages(m, m->endpoints[0], what);
	return rc;
}

static int floods(struct demand *d)
{
	return flood(d, "0 1000 rl - 4096");
}

static int floods_without_end(struct demand *d)
{
	return flood(d, "0 1000 r - 4096");
}

TEST_F(vmms, floods)
{
	if (variant->c.stall)
		SKIP(return, "it makes no page requests");
	others_are_paged_in(self, _metadata, floods);
}

TEST_F(vmms, floods_without_end)
{
	if (variant->c.stall)
		SKIP(return, "it makes no page requests");
	others_are_paged_in(self, _metadata, floods_without_end);
}

TEST_HARNESS_MAIN
