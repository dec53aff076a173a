// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: page requests from the queue to whoever is asked, and their answers
 *
 * The core is not there: what it would be given is written down.
 */
#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/irq_sim.h>

#include "../domain.h"
#include "fake_pages.h"

#define DRAIN	(VTD_IOTLB0_DW | VTD_IOTLB0_DR)

/* Requests that nobody is asked about are invalid, if there is to be an answer */
static void pages_nobody(struct kunit *test)
{
	struct pages_test *t = pages_new(test);

	fake_page_request(t->fake, SID(0x10), PART(1, 5));
	fake_page_request(t->fake, SID(0x10), LAST(1, 6));
	fake_page_request(t->fake, SID(0x30), LAST(7, 6));
	fake_page_request(t->fake, SID(0x10) | PASID(5), LAST(2, 6));
	fake_page_request(t->fake, SID(0x10) | PASID(5), STOP(2));
	fake_page_request(t->fake, SID(0x10) & ~1ull, LAST(3, 6));
	pages_process(t);
	FAKE_EXPECT(test, t->fake, FAKE_FENCE, pages_response(0x10, 1, 1),
		    pages_response(0x30, 7, 1),
		    { .w0 = 5ull << 32 | 0x101019, .w1 = 2 << 3 });
	KUNIT_EXPECT_EQ(test, t->core.nr, 0);
	KUNIT_EXPECT_EQ(test, t->fake->pqh, 6 * 32);
	KUNIT_EXPECT_EQ(test, t->fake->prs, 0);
	KUNIT_EXPECT_EQ(test, atomic64_read(&t->fake->unit.prq.refused), 3);
	KUNIT_EXPECT_EQ(test, atomic64_read(&t->fake->unit.prq.dropped), 3);
	pages_free(test, t);
}

/* A group goes to the core when it is complete, in order, and without another's */
static void pages_groups(struct kunit *test)
{
	struct pages_test *t = pages_new(test);
	struct vtd_device *edev = t->edev[0];
	const struct iommu_fault_page_request *prm = t->core.prm;
	static const u64 addrs[] = { 0x1000, 0x3000, 0x5000, 0x2000, 0x4000 };
	unsigned int i;

	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &t->p[0]->domain), 0);
	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 5, &t->p[0]->domain), 0);
	KUNIT_EXPECT_EQ(test, t->core.devices, 1);
	fake_page_request(t->fake, SID(0x10), PART(1, 1));
	fake_page_request(t->fake, SID(0x10), PART(2, 2));
	fake_page_request(t->fake, SID(0x10), PART(1, 3));
	/* The same index, of a PASID: never one group */
	fake_page_request(t->fake, SID(0x10) | PASID(5), PART(2, 9));
	pages_process(t);
	KUNIT_EXPECT_EQ(test, t->core.nr, 0);
	fake_page_request(t->fake, SID(0x10), LAST(1, 5));
	fake_page_request(t->fake, SID(0x10), LAST(2, 4));
	pages_process(t);
	FAKE_EXPECT_NONE(test, t->fake);
	KUNIT_ASSERT_EQ(test, t->core.nr, 5);
	for (i = 0; i < 5; i++) {
		KUNIT_EXPECT_EQ(test, prm[i].addr, addrs[i]);
		KUNIT_EXPECT_EQ(test, prm[i].grpid, i < 3 ? 1 : 2);
		KUNIT_EXPECT_EQ(test, prm[i].pasid, IOMMU_NO_PASID);
		KUNIT_EXPECT_EQ(test, prm[i].perm, IOMMU_FAULT_PERM_READ);
		KUNIT_EXPECT_EQ(test, prm[i].flags,
				i == 2 || i == 4 ?
				IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE : 0);
	}
	pages_answer(t, edev, &prm[2], IOMMU_PAGE_RESP_SUCCESS);
	pages_answer(t, edev, &prm[4], IOMMU_PAGE_RESP_FAILURE);
	FAKE_EXPECT(test, t->fake, FAKE_FENCE, pages_response(0x10, 1, 0), FAKE_FENCE,
		    pages_response(0x10, 2, 0xf));
	KUNIT_EXPECT_EQ(test, edev->iopf.outstanding, 0);
	KUNIT_EXPECT_EQ(test, edev->iopf.nr_partial, 1);
	/* The end of a PASID takes what is that PASID's */
	fake_page_request(t->fake, SID(0x10), PART(2, 9));
	pages_process(t);
	KUNIT_EXPECT_EQ(test, edev->iopf.nr_partial, 2);
	vtd_detach(edev, 5);
	KUNIT_EXPECT_EQ(test, edev->iopf.nr_partial, 1);
	KUNIT_EXPECT_EQ(test, edev->iopf.partial[0].pasid, IOMMU_NO_PASID);
	KUNIT_EXPECT_EQ(test, t->core.devices, 1);
	vtd_detach(edev, 0);
	KUNIT_EXPECT_EQ(test, t->core.devices, 0);
	pages_free(test, t);
}

/* More than it was given costs a device its own requests, and nobody else's */
static void pages_bound(struct kunit *test)
{
	struct pages_test *t = pages_new(test);
	struct iommu_fault_page_request first;
	struct vtd_device *edev = t->edev[0];
	unsigned int i;

	for (i = 0; i < 2; i++)
		KUNIT_ASSERT_EQ(test, vtd_attach(t->edev[i], 0,
						 &t->p[0]->domain), 0);
	/* Never the last one of a group, then the last ones */
	for (i = 0; i < 500; i++)
		fake_page_request(t->fake, SID(0x10), PART(i % 512, i));
	fake_page_request(t->fake, SID(0x20), LAST(3, 7));
	pages_process(t);
	FAKE_EXPECT_NONE(test, t->fake);
	KUNIT_EXPECT_EQ(test, edev->iopf.nr_partial, 8);
	KUNIT_ASSERT_EQ(test, t->core.nr, 1);
	KUNIT_EXPECT_EQ(test, t->core.prm[0].addr, 0x7000);
	/* One that comes when there is no room takes its group with it */
	fake_page_request(t->fake, SID(0x10), LAST(0, 1));
	pages_process(t);
	FAKE_EXPECT(test, t->fake, FAKE_FENCE, pages_response(0x10, 0, 1));
	KUNIT_EXPECT_EQ(test, edev->iopf.nr_partial, 7);
	vtd_detach(edev, 0);
	KUNIT_EXPECT_EQ(test, edev->iopf.nr_partial, 0);

	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &t->p[0]->domain), 0);
	for (i = 0; i < 10; i++)
		fake_page_request(t->fake, SID(0x10), LAST(i, i));
	fake_page_request(t->fake, SID(0x20), LAST(4, 7));
	pages_process(t);
	KUNIT_EXPECT_EQ(test, t->core.nr, 9);
	FAKE_EXPECT(test, t->fake, FAKE_FENCE, pages_response(0x10, 8, 1),
		    pages_response(0x10, 9, 1));
	KUNIT_EXPECT_EQ(test, edev->iopf.outstanding, 8);
	first = t->core.prm[0];
	pages_answer(t, edev, &first, IOMMU_PAGE_RESP_SUCCESS);
	fake_page_request(t->fake, SID(0x10), LAST(8, 8));
	pages_process(t);
	FAKE_EXPECT_NONE(test, t->fake);
	KUNIT_EXPECT_EQ(test, t->core.nr, 1);
	for (i = 0; i < 2; i++)
		vtd_detach(t->edev[i], 0);

	/* What is complete counts together with what is not */
	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &t->p[0]->domain), 0);
	/* Nobody answers what is left from before */
	edev->iopf.outstanding = 0;
	for (i = 0; i < 4; i++) {
		fake_page_request(t->fake, SID(0x10), PART(i, i));
		fake_page_request(t->fake, SID(0x10), LAST(10 + i, i));
	}
	fake_page_request(t->fake, SID(0x10), LAST(20, 1));
	pages_process(t);
	KUNIT_EXPECT_EQ(test, t->core.nr, 4);
	FAKE_EXPECT(test, t->fake, FAKE_FENCE, pages_response(0x10, 20, 1));
	vtd_detach(edev, 0);
	pages_free(test, t);
}

/* The last one of a group cannot be right: its group is over, and leaves nothing behind */
static void pages_refused_last(struct kunit *test)
{
	struct pages_test *t = pages_new(test);
	struct vtd_device *edev = t->edev[0];
	unsigned int i;

	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &t->p[0]->domain), 0);
	for (i = 0; i < 20; i++) {
		fake_page_request(t->fake, SID(0x10), PART(i, 1));
		/* Beyond the addresses that there are */
		fake_page_request(t->fake, SID(0x10), LAST(i, 1ull << 50));
	}
	pages_process(t);
	KUNIT_EXPECT_EQ(test, edev->iopf.nr_partial, 0);
	KUNIT_EXPECT_EQ(test, t->core.nr, 0);
	KUNIT_EXPECT_EQ(test, atomic64_read(&t->fake->unit.prq.refused), 20);
	fake_page_request(t->fake, SID(0x10), LAST(1, 7));
	pages_process(t);
	KUNIT_ASSERT_EQ(test, t->core.nr, 1);
	KUNIT_EXPECT_EQ(test, t->core.prm[0].addr, 0x7000);
	/* One in the middle is left out, and the device asks for that again */
	fake_page_request(t->fake, SID(0x10), PART(2, 1));
	fake_page_request(t->fake, SID(0x10), PART(2, 1ull << 50));
	fake_page_request(t->fake, SID(0x10), LAST(2, 3));
	pages_process(t);
	KUNIT_ASSERT_EQ(test, t->core.nr, 2);
	KUNIT_EXPECT_EQ(test, t->core.prm[0].addr, 0x1000);
	KUNIT_EXPECT_EQ(test, t->core.prm[1].addr, 0x3000);
	vtd_detach(edev, 0);
	pages_free(test, t);
}

/* Until the core knows the new domain, nobody is asked about its requests */
static void pages_replaced(struct kunit *test)
{
	struct pages_test *t = pages_new(test);
	struct vtd_device *edev = t->edev[0];

	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &t->p[0]->domain), 0);
	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &t->p[1]->domain), 0);
	fake_page_request(t->fake, SID(0x10), LAST(1, 1));
	pages_process(t);
	KUNIT_EXPECT_EQ(test, t->core.nr, 0);
	FAKE_EXPECT(test, t->fake, FAKE_FENCE, pages_response(0x10, 1, 0));
	t->core.handle = NULL;
	fake_page_request(t->fake, SID(0x10), LAST(1, 1));
	pages_process(t);
	KUNIT_EXPECT_EQ(test, t->core.nr, 0);
	FAKE_EXPECT(test, t->fake, FAKE_FENCE, pages_response(0x10, 1, 0));
	KUNIT_EXPECT_EQ(test, atomic64_read(&t->fake->unit.prq.again), 2);
	t->core.handle = &t->handle[1];
	fake_page_request(t->fake, SID(0x10), LAST(1, 1));
	pages_process(t);
	KUNIT_EXPECT_EQ(test, t->core.nr, 1);
	FAKE_EXPECT_NONE(test, t->fake);

	/* What a reset takes away and puts back is known by the same handle */
	vtd_detach(edev, 0);
	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &t->p[1]->domain), 0);
	fake_page_request(t->fake, SID(0x10), LAST(1, 1));
	pages_process(t);
	KUNIT_EXPECT_EQ(test, t->core.nr, 1);

	/* One without a handler */
	t->p[0]->domain.iopf_handler = NULL;
	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &t->p[0]->domain), 0);
	KUNIT_EXPECT_EQ(test, t->core.devices, 0);
	fake_page_request(t->fake, SID(0x10), LAST(1, 1));
	pages_process(t);
	KUNIT_EXPECT_EQ(test, t->core.nr, 0);
	FAKE_EXPECT(test, t->fake, FAKE_FENCE, pages_response(0x10, 1, 1));
	vtd_detach(edev, 0);
	pages_free(test, t);
}

/* The hardware fails: the old domain is still asked */
static void pages_not_replaced(struct kunit *test)
{
	struct pages_test *t = pages_new(test);
	struct vtd_device *edev = t->edev[0];

	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &t->p[0]->domain), 0);
	t->fake->dead = true;
	KUNIT_EXPECT_NE(test, vtd_attach(edev, 0, &t->p[1]->domain), 0);
	KUNIT_EXPECT_NE(test, vtd_attach(t->edev[1], 0, &t->p[1]->domain), 0);
	KUNIT_EXPECT_EQ(test, t->core.devices, 1);
	t->fake->dead = false;
	fake_page_request(t->fake, SID(0x10), LAST(1, 1));
	pages_process(t);
	KUNIT_EXPECT_EQ(test, t->core.nr, 1);
	vtd_detach(edev, 0);
	t->edev[1]->pri = false;
	KUNIT_EXPECT_EQ(test, vtd_attach(t->edev[1], 0, &t->p[0]->domain),
			-ENODEV);
	pages_free(test, t);
}

static int pages_core_busy(struct vtd_device *edev)
{
	return -EBUSY;
}

/* The core does not take it: nothing has changed */
static void pages_not_joined(struct kunit *test)
{
	struct pages_test *t = pages_new(test);
	struct vtd_device *edev = t->edev[0];

	kunit_deactivate_static_stub(test, vtd_iopf_join);
	kunit_activate_static_stub(test, vtd_iopf_join, pages_core_busy);
	KUNIT_EXPECT_EQ(test, vtd_attach(edev, 0, &t->p[0]->domain), -EBUSY);
	KUNIT_EXPECT_EQ(test, t->core.devices, 0);
	KUNIT_EXPECT_FALSE(test, edev->iopf.queued);
	KUNIT_EXPECT_TRUE(test, xa_empty(&edev->iopf.pasids));
	fake_page_request(t->fake, SID(0x10), LAST(1, 1));
	pages_process(t);
	FAKE_EXPECT(test, t->fake, FAKE_FENCE, pages_response(0x10, 1, 1));
	pages_free(test, t);
}

/* It leaves with something attached: the core is not asked, and knows of it no more */
static void pages_left(struct kunit *test)
{
	struct pages_test *t = pages_new(test);
	struct vtd_device *edev = t->edev[0];

	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &t->p[0]->domain), 0);
	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 5, &t->p[0]->domain), 0);
	fake_page_request(t->fake, SID(0x10), PART(1, 1));
	pages_process(t);
	vtd_iopf_exit(edev);
	KUNIT_EXPECT_EQ(test, t->core.devices, 0);
	KUNIT_EXPECT_EQ(test, edev->iopf.nr_partial, 0);
	fake_page_request(t->fake, SID(0x10), LAST(1, 1));
	fake_page_request(t->fake, SID(0x10) | PASID(5), LAST(2, 1));
	pages_process(t);
	KUNIT_EXPECT_EQ(test, t->core.nr, 0);
	KUNIT_EXPECT_EQ(test, t->fake->nr, 3);
	vtd_detach(edev, 5);
	vtd_detach(edev, 0);
	pages_free(test, t);
}

/* Comes when the unit is told to drain */
static void pages_late(struct fake_unit *fake, struct cmd_words desc)
{
	if (desc.w0 == FAKE_DRAIN.w0)
		fake_page_request(fake, SID(0x10), LAST(1, 1));
}

/* The steps of 7.10; and what is still on its way finds nobody */
static void pages_drained(struct kunit *test)
{
	struct pages_test *t = pages_new(test);
	struct vtd_device *edev = t->edev[0];
	u16 did;

	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &t->p[0]->domain), 0);
	did = fake_did(edev, 0);
	fake_forget(t->fake);
	t->core.nr = 0;
	t->fake->hook = pages_late;
	vtd_detach(edev, 0);
	FAKE_EXPECT(test, t->fake, vtd_desc_pc_pasid(did, 0),
		    vtd_desc_iotlb_domain(did, DRAIN),
		    vtd_desc_devtlb(0x10, 0, 1, 0, VTD_AM_ALL),
		    FAKE_FENCE, vtd_desc_iotlb_domain(did, DRAIN),
		    vtd_desc_devtlb(0x10, 0, 1, 0, VTD_AM_ALL), FAKE_DRAIN,
		    FAKE_FENCE, pages_response(0x10, 1, 1));
	KUNIT_EXPECT_EQ(test, t->core.nr, 0);
	KUNIT_EXPECT_EQ(test, t->fake->pqh, t->fake->pqt);

	/* One that is replaced: the device is to ask whoever is next */
	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &t->p[0]->domain), 0);
	fake_forget(t->fake);
	t->core.nr = 0;
	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &t->p[1]->domain), 0);
	KUNIT_EXPECT_TRUE(test, fake_executed(t->fake, pages_response(0x10, 1, 0)));
	KUNIT_EXPECT_EQ(test, t->core.nr, 0);
	vtd_detach(edev, 0);

	/* Without a handler there is nothing to drain */
	t->fake->hook = NULL;
	t->p[0]->domain.iopf_handler = NULL;
	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &t->p[0]->domain), 0);
	fake_forget(t->fake);
	vtd_detach(edev, 0);
	KUNIT_EXPECT_FALSE(test, fake_executed(t->fake, FAKE_DRAIN));
	pages_free(test, t);
}

/* Whenever the unit drains, or has answered 0x30, another device fills the queue */
static void pages_flood(struct fake_unit *fake, struct cmd_words desc)
{
	unsigned int i, *left = fake->hook_data;

	if ((desc.w0 != FAKE_DRAIN.w0 && desc.w0 != pages_response(0x30, 1, 1).w0) ||
	    !*left)
		return;
	--*left;
	for (i = 0; i <= VTD_PRQ_SIZE / 32; i++)
		fake_page_request(fake, SID(0x20), PART(i % 512, i));
}

static unsigned int pages_drains(const struct fake_unit *fake)
{
	unsigned int i, nr = 0;

	for (i = 0; i < fake->nr; i++)
		nr += fake->log[i].w0 == FAKE_DRAIN.w0;
	return nr;
}

/* An overflow of the queue meanwhile begins a drain again, but not for ever */
static void pages_drain_overflow(struct kunit *test)
{
	struct pages_test *t = pages_new(test);
	struct vtd_device *edev = t->edev[0];
	unsigned int left = 2;

	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &t->p[0]->domain), 0);
	fake_forget(t->fake);
	t->fake->hook = pages_flood;
	t->fake->hook_data = &left;
	vtd_detach(edev, 0);
	KUNIT_EXPECT_EQ(test, pages_drains(t->fake), 3);

	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &t->p[0]->domain), 0);
	fake_forget(t->fake);
	left = 1000;
	vtd_detach(edev, 0);
	KUNIT_EXPECT_GT(test, pages_drains(t->fake), 3);
	KUNIT_EXPECT_LT(test, pages_drains(t->fake), 20);
	KUNIT_EXPECT_EQ(test, t->fake->prs & VTD_PRS_PRO, 0);
	t->fake->hook = NULL;
	pages_free(test, t);
}

/* Lost requests: incomplete groups go, those in the queue are older and are not */
static void pages_overflow(struct kunit *test)
{
	struct pages_test *t = pages_new(test);
	struct vtd_unit *unit = &t->fake->unit;
	unsigned int i;

	for (i = 0; i < 2; i++)
		KUNIT_ASSERT_EQ(test, vtd_attach(t->edev[i], 0,
						 &t->p[0]->domain), 0);
	fake_page_request(t->fake, SID(0x10), PART(1, 1));
	fake_page_request(t->fake, SID(0x20), LAST(1, 1));
	for (i = 0; i < VTD_PRQ_SIZE / 32; i++)
		fake_page_request(t->fake, SID(0x20), PART(9, i));
	KUNIT_EXPECT_TRUE(test, t->fake->prs & VTD_PRS_PRO);
	pages_process(t);
	KUNIT_EXPECT_EQ(test, t->core.nr, 1);
	KUNIT_EXPECT_EQ(test, t->fake->prs, 0);
	KUNIT_EXPECT_EQ(test, t->fake->pqh, t->fake->pqt);
	KUNIT_EXPECT_EQ(test, t->edev[0]->iopf.nr_partial, 0);
	KUNIT_EXPECT_EQ(test, t->edev[1]->iopf.nr_partial, 0);
	KUNIT_EXPECT_EQ(test, atomic64_read(&unit->prq.overflows), 1);
	/* It works as before */
	fake_page_request(t->fake, SID(0x10), LAST(1, 2));
	pages_process(t);
	KUNIT_EXPECT_EQ(test, t->core.nr, 1);
	for (i = 0; i < 2; i++)
		vtd_detach(t->edev[i], 0);
	pages_free(test, t);
}

/* It overflows while what there was is answered: the rest is older than what was lost */
static void pages_overflow_meanwhile(struct kunit *test)
{
	struct pages_test *t = pages_new(test);
	unsigned int left = 1;

	KUNIT_ASSERT_EQ(test, vtd_attach(t->edev[1], 0, &t->p[0]->domain), 0);
	fake_page_request(t->fake, SID(0x30), LAST(1, 1));
	t->fake->hook = pages_flood;
	t->fake->hook_data = &left;
	pages_process(t);
	KUNIT_EXPECT_EQ(test, left, 0);
	KUNIT_EXPECT_EQ(test, atomic64_read(&t->fake->unit.prq.overflows), 1);
	KUNIT_EXPECT_EQ(test, t->fake->pqh, t->fake->pqt);
	KUNIT_EXPECT_EQ(test, t->edev[1]->iopf.nr_partial, 0);
	t->fake->hook = NULL;
	vtd_detach(t->edev[1], 0);
	pages_free(test, t);
}

/* One device never stops; the pass ends with what there was when it began */
static void pages_endless(struct fake_unit *fake)
{
	fake_page_request(fake, SID(0x20), LAST(2, 2));
}

static void pages_pass_ends(struct kunit *test)
{
	struct pages_test *t = pages_new(test);
	unsigned int i;

	t->fake->pull = pages_endless;
	for (i = 0; i < 5000; i++)
		pages_process(t);
	KUNIT_EXPECT_EQ(test, atomic64_read(&t->fake->unit.prq.requests), 5000);
	KUNIT_EXPECT_EQ(test, t->fake->pulls, 5000);
	/* There is an interrupt to come for what has come meanwhile */
	KUNIT_EXPECT_TRUE(test, t->fake->prs & VTD_PRS_PPR);
	pages_free(test, t);
}

/* A unit that has gone says all ones, which is no place in the queue */
static void pages_gone(struct kunit *test)
{
	struct pages_test *t = pages_new(test);

	fake_page_request(t->fake, SID(0x10), LAST(1, 1));
	t->fake->gone = 1;
	pages_process(t);
	KUNIT_EXPECT_EQ(test, atomic64_read(&t->fake->unit.prq.requests), 0);
	t->fake->gone = 0;
	pages_process(t);
	KUNIT_EXPECT_EQ(test, atomic64_read(&t->fake->unit.prq.requests), 1);
	pages_free(test, t);
}

/* A unit that cannot drain them takes none; nor does one without an interrupt */
static void pages_none(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP | VTD_ECAP_PRS);
	struct vtd_unit *unit = &fake->unit;

	/* One that there is not, of a unit whose interrupts are not for us to make */
	unit->platform.irqs[IOMMU_UNIT_VTD_IRQ_PRQ].irq = INT_MAX;
	unit->dev->platform_data = fake;
	KUNIT_EXPECT_EQ(test, vtd_prq_init(unit), 0);
	KUNIT_EXPECT_PTR_EQ(test, unit->prq.mem, NULL);
	unit->ecap |= VTD_ECAP_PDS;
	KUNIT_EXPECT_EQ(test, vtd_prq_init(unit), -EINVAL);
	KUNIT_EXPECT_PTR_EQ(test, unit->prq.mem, NULL);
	KUNIT_EXPECT_PTR_EQ(test, unit->prq.iopf, NULL);
	unit->platform.irqs[IOMMU_UNIT_VTD_IRQ_PRQ].irq = 0;
	KUNIT_EXPECT_EQ(test, vtd_prq_init(unit), 0);
	KUNIT_EXPECT_PTR_EQ(test, unit->prq.mem, NULL);
	unit->dev->platform_data = NULL;
}

/* An overflow that another kernel has left would have the unit drop every request */
static void pages_left_over(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP | VTD_ECAP_PRS);
	struct vtd_unit *unit = &fake->unit;
	struct irq_domain *irqs;

	if (!IS_ENABLED(CONFIG_IRQ_SIM))
		kunit_skip(test, "no simulated interrupts in this kernel");
	irqs = irq_domain_create_sim(NULL, 1);
	KUNIT_ASSERT_FALSE(test, IS_ERR(irqs));
	unit->ecap |= VTD_ECAP_PDS;
	unit->dev->platform_data = fake;
	unit->platform.irqs[IOMMU_UNIT_VTD_IRQ_PRQ].irq = irq_create_mapping(irqs, 0);
	fake->prs = VTD_PRS_PPR | VTD_PRS_PRO;
	KUNIT_EXPECT_EQ(test, vtd_prq_init(unit), 0);
	KUNIT_EXPECT_NOT_NULL(test, unit->prq.mem);
	KUNIT_EXPECT_EQ(test, fake->prs, 0);
	vtd_prq_exit(unit);
	unit->dev->platform_data = NULL;
	irq_dispose_mapping(unit->platform.irqs[IOMMU_UNIT_VTD_IRQ_PRQ].irq);
	unit->platform.irqs[IOMMU_UNIT_VTD_IRQ_PRQ].irq = 0;
	irq_domain_remove_sim(irqs);
}

static struct kunit_case pages_cases[] = {
	KUNIT_CASE(pages_nobody),
	KUNIT_CASE(pages_groups),
	KUNIT_CASE(pages_bound),
	KUNIT_CASE(pages_refused_last),
	KUNIT_CASE(pages_replaced),
	KUNIT_CASE(pages_not_replaced),
	KUNIT_CASE(pages_not_joined),
	KUNIT_CASE(pages_left),
	KUNIT_CASE(pages_drained),
	KUNIT_CASE(pages_drain_overflow),
	KUNIT_CASE(pages_overflow),
	KUNIT_CASE(pages_overflow_meanwhile),
	KUNIT_CASE(pages_pass_ends),
	KUNIT_CASE(pages_gone),
	KUNIT_CASE(pages_none),
	KUNIT_CASE(pages_left_over),
	{}
};

static struct kunit_suite pages_suite = {
	.name = "intel_nested_pages",
	.test_cases = pages_cases,
};

kunit_test_suite(pages_suite);
