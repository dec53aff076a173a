// SPDX-License-Identifier: GPL-2.0-only
/*
 * VT-d: page requests of devices that do not behave, groups of several, and what is
 * on its way when a domain goes
 */
#include <poll.h>
#include <unistd.h>

#include "asker.h"
#include "harness.h"

#define PASID		5
/* Page requests that the function can have outstanding, as its capability says */
#define MOST		32
/* More than the driver's queue holds */
#define FLOOD		"4096"
#define WAIT_MS		20000
#define QUIET_MS	50

FIXTURE(vtd_page_faults)
{
	struct asker asker;
};

FIXTURE_SETUP(vtd_page_faults)
{
	const struct rig_config cfg = {
		.nr_eps = ASKER_EPS,
		.ats = true,
		.pasid_bits = 8,
		.parent_flags = IOMMU_HWPT_ALLOC_PASID,
		.nested_flags = IOMMU_HWPT_ALLOC_PASID,
	};
	struct asker *a = &self->asker;
	int rc;

	a->faults.queue = -1;
	if (!mock_present())
		SKIP(return, NO_MOCK);
	rc = asker_up(a, &cfg);
	if (rc == -EOPNOTSUPP)
		SKIP(return, "this driver does not count page requests");
	ASSERT_EQ(0, rc);
	ASSERT_EQ(0, nest_hwpt_fault(&a->rig.nest, a->rig.dev[0].id, cfg.nested_flags,
				     a->faults.id, &a->rig.s1, &a->hwpt));
	ASSERT_EQ(0, asker_attach(a));
}

FIXTURE_TEARDOWN(vtd_page_faults)
{
	EXPECT_EQ(0, asker_down(&self->asker));
}

/* A group of three is one thing to be answered, with one response */
TEST_F(vtd_page_faults, group)
{
	struct iommu_hwpt_pgfault fault[4] = {};
	struct pollfd pfd = { .fd = self->asker.faults.queue, .events = POLLIN };
	unsigned int i;

	ASSERT_EQ(0, asker_sends(&self->asker, "7 1000 r"));
	ASSERT_EQ(0, asker_sends(&self->asker, "8 9000 r"));
	ASSERT_EQ(0, asker_sends(&self->asker, "7 2000 w"));
	ASSERT_EQ(0, asker_counted(&self->asker, "page_requests", 3));
	EXPECT_EQ(0, poll(&pfd, 1, QUIET_MS));
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

/* What cannot be right is answered by the driver, if it is to be answered */
TEST_F(vtd_page_faults, bad_requests)
{
	struct rig *r = &self->asker.rig;

	/* Not canonical; PASIDs without a domain are refused by the unit itself */
	ASSERT_EQ(0, asker_sends(&self->asker, "1 100000000000000 rl"));
	EXPECT_EQ(0, asker_told(&self->asker, 0, 1));
	ASSERT_EQ(0, asker_sends(&self->asker, "1 1000 rl 9"));
	EXPECT_EQ(0, asker_told(&self->asker, 0, 2));
	/* A stop marker, and a request for nothing */
	ASSERT_EQ(0, asker_sends(&self->asker, "1 1000 l"));
	ASSERT_EQ(0, asker_sends(&self->asker, "1 1000 -"));
	ASSERT_EQ(0, asker_counted(&self->asker, "page_dropped", 2));
	EXPECT_EQ(0, asker_unread(&self->asker, r->dev[0].id));
	EXPECT_EQ(0, asker_told(&self->asker, 0, 2));
	EXPECT_EQ(0, asker_works(&self->asker, 1));
}

/* Groups that are never complete: the device has used up what it was given */
TEST_F(vtd_page_faults, never_the_last)
{
	struct rig *r = &self->asker.rig;

	ASSERT_EQ(0, asker_sends(&self->asker, "3 1000 r - 1000"));
	ASSERT_EQ(0, asker_counted(&self->asker, "page_requests", 1000));
	EXPECT_LE(1000 / (MOST + 1), asker_count(&self->asker, "page_excess"));
	EXPECT_EQ(0, asker_unread(&self->asker, r->dev[0].id));
	EXPECT_EQ(0, asker_works(&self->asker, 1));
	EXPECT_EQ(0, asker_works(&self->asker, 1));
	/* It can begin again with another domain */
	EXPECT_EQ(0, vdev_detach(&r->dev[0]));
	EXPECT_EQ(0, vdev_attach_id(&r->dev[0], self->asker.hwpt));
	ASSERT_EQ(0, asker_sends(&self->asker, "3 1000 rl"));
	EXPECT_EQ(1, asker_unread(&self->asker, r->dev[0].id));
}

/* Requests without end, each to be answered: those above its share are, at once */
TEST_F(vtd_page_faults, too_many)
{
	struct rig *r = &self->asker.rig;

	ASSERT_EQ(0, asker_sends(&self->asker, "0 1000 rl - 512"));
	EXPECT_EQ(0, asker_told(&self->asker, 0, 512 - MOST));
	EXPECT_EQ(0, asker_works(&self->asker, 1));
	/* Nobody has read, or answered, what is left */
	EXPECT_EQ(0, vdev_detach(&r->dev[0]));
	EXPECT_EQ(0, asker_told(&self->asker, 0, 512));
	EXPECT_EQ(0, asker_unread(&self->asker, r->dev[0].id));
	EXPECT_EQ(0, vdev_attach_id(&r->dev[0], self->asker.hwpt));
	ASSERT_EQ(0, asker_sends(&self->asker, "0 1000 rl"));
	EXPECT_EQ(1, asker_unread(&self->asker, r->dev[0].id));
}

/* An index that is in use: the answer to the first is not for the second */
TEST_F(vtd_page_faults, index_in_use)
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
 * The queue overflows, and the unit answers for the driver. Nobody loses more than one
 * try, and it works again. The writer of the file is not interrupted, but the
 * driver may run on another processor: then it takes more than one flood.
 */
TEST_F(vtd_page_faults, overflow)
{
	unsigned int i;

	for (i = 0; i < 50 && !asker_count(&self->asker, "page_overflows"); i++) {
		ASSERT_EQ(0, asker_sends(&self->asker, "0 1000 rl - " FLOOD));
		usleep(100000);
	}
	EXPECT_LT(0, asker_count(&self->asker, "page_overflows"));
	EXPECT_EQ(0, asker_works(&self->asker, 1));
	EXPECT_EQ(0, asker_works(&self->asker, 1));
	EXPECT_EQ(0, vdev_detach(&self->asker.rig.dev[0]));
	EXPECT_EQ(0, asker_works(&self->asker, 1));
}

/* The end of an attachment waits for no interrupt: it finds what is in the queue */
TEST_F(vtd_page_faults, drained)
{
	struct rig *r = &self->asker.rig;

	ASSERT_EQ(0, mock_misbehave(&r->mock, "irq_lost", 1));
	ASSERT_EQ(0, asker_sends(&self->asker, "1 1000 rl"));
	usleep(QUIET_MS * 1000);
	EXPECT_EQ(0, asker_count(&self->asker, "page_requests"));
	EXPECT_EQ(0, vdev_detach(&r->dev[0]));
	EXPECT_EQ(1, asker_count(&self->asker, "page_requests"));
	EXPECT_EQ(0, asker_told(&self->asker, 0, 1));
	EXPECT_EQ(0, asker_unread(&self->asker, r->dev[0].id));
	EXPECT_EQ(0, asker_works(&self->asker, 1));
}

/* So does that of a PASID, and other PASIDs' requests are still theirs */
TEST_F(vtd_page_faults, pasid_drained)
{
	struct iommu_hwpt_pgfault fault = {};
	struct rig *r = &self->asker.rig;

	ASSERT_EQ(0, vdev_attach_pasid(&r->dev[0], PASID, self->asker.hwpt));
	ASSERT_EQ(0, vdev_attach_pasid(&r->dev[0], PASID + 1, self->asker.hwpt));
	ASSERT_EQ(0, mock_misbehave(&r->mock, "irq_lost", 1));
	ASSERT_EQ(0, asker_sends(&self->asker, "1 1000 rl 5"));
	ASSERT_EQ(0, asker_sends(&self->asker, "2 2000 rl 6"));
	ASSERT_EQ(0, asker_sends(&self->asker, "3 3000 rl"));
	EXPECT_EQ(0, vdev_detach_pasid(&r->dev[0], PASID));
	EXPECT_EQ(0, asker_told(&self->asker, 0, 1));
	ASSERT_EQ(0, faults_read(&self->asker.faults, WAIT_MS, &fault));
	EXPECT_EQ(PASID + 1, fault.pasid);
	EXPECT_EQ(0x2000, fault.addr);
	ASSERT_EQ(0, faults_read(&self->asker.faults, WAIT_MS, &fault));
	EXPECT_EQ(0x3000, fault.addr);
	EXPECT_EQ(0, fault.flags & IOMMU_PGFAULT_FLAGS_PASID_VALID);
	EXPECT_EQ(0, vdev_detach_pasid(&r->dev[0], PASID + 1));
	EXPECT_EQ(0, asker_told(&self->asker, 0, 2));
}

/* An answer that is lost with the invalidation queue is given when it was recovered */
TEST_F(vtd_page_faults, answer_is_not_lost)
{
	struct iommu_hwpt_pgfault fault = {};
	struct rig *r = &self->asker.rig;
	unsigned int ms;

	ASSERT_EQ(0, asker_sends(&self->asker, "1 1000 rl"));
	ASSERT_EQ(0, faults_read(&self->asker.faults, WAIT_MS, &fault));
	ASSERT_EQ(0, mock_misbehave(&r->mock, "cmd_stall", 1));
	EXPECT_EQ(0, faults_answer(&self->asker.faults, fault.cookie,
				   IOMMUFD_PAGE_RESP_SUCCESS));
	/* Now it is lost */
	for (ms = 0; ms < WAIT_MS && !asker_count(&self->asker, "resets"); ms += 10)
		usleep(10000);
	EXPECT_LT(0, asker_count(&self->asker, "resets"));
	EXPECT_EQ(0, asker_told(&self->asker, 0, 0));
	ASSERT_EQ(0, mock_misbehave(&r->mock, "cmd_stall", 0));
	EXPECT_EQ(0, asker_counted(&self->asker, "page_resent", 1));
	EXPECT_EQ(0, asker_told(&self->asker, 1, 0));
	EXPECT_EQ(0, asker_works(&self->asker, 1));
}

TEST_HARNESS_MAIN
