// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: answers to page requests reach the group that they are for, once, whatever becomes
 * of the queue
 */
#include <kunit/static_stub.h>
#include <kunit/test.h>

#include "../domain.h"
#include "../qi.h"
#include "fake_pages.h"

/* A device that was reset uses an index again: the old answer is not the new one's */
static void pages_index_again(struct kunit *test)
{
	struct pages_test *t = pages_new(test);
	struct iommu_fault_page_request old;
	struct vtd_device *edev = t->edev[0];
	unsigned int i;

	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &t->p[0]->domain), 0);
	fake_page_request(t->fake, SID(0x10), PART(1, 1));
	fake_page_request(t->fake, SID(0x10), LAST(1, 1));
	pages_process(t);
	old = t->core.prm[1];
	fake_page_request(t->fake, SID(0x10), LAST(1, 2));
	pages_process(t);
	KUNIT_EXPECT_EQ(test, t->core.nr, 1);
	KUNIT_EXPECT_EQ(test, edev->iopf.outstanding, 3);
	pages_answer(t, edev, &old, IOMMU_PAGE_RESP_INVALID);
	FAKE_EXPECT_NONE(test, t->fake);
	KUNIT_EXPECT_EQ(test, edev->iopf.outstanding, 1);
	pages_answer(t, edev, &t->core.prm[0], IOMMU_PAGE_RESP_SUCCESS);
	FAKE_EXPECT(test, t->fake, FAKE_FENCE, pages_response(0x10, 1, 0));
	/* And it makes no more than it was given in this way */
	for (i = 0; i < 20; i++)
		fake_page_request(t->fake, SID(0x10), LAST(1, i));
	pages_process(t);
	KUNIT_EXPECT_EQ(test, t->core.nr, 8);
	/* Whatever it has asked for it waits for one answer, and another device for its own */
	FAKE_EXPECT(test, t->fake, FAKE_FENCE, pages_response(0x10, 1, 1));
	fake_page_request(t->fake, SID(0x10), LAST(1, 1ull << 50));
	fake_page_request(t->fake, SID(0x20), LAST(1, 1ull << 50));
	fake_page_request(t->fake, SID(0x10), LAST(2, 1ull << 50));
	fake_page_request(t->fake, SID(0x10), STOP(2));
	edev->iopf.most = 9;
	fake_page_request(t->fake, SID(0x10), LAST(1, 3));
	pages_process(t);
	KUNIT_EXPECT_EQ(test, t->core.nr, 1);
	FAKE_EXPECT(test, t->fake, FAKE_FENCE, pages_response(0x20, 1, 1),
		    pages_response(0x10, 2, 1));
	vtd_detach(edev, 0);
	pages_free(test, t);
}

/* One that is refused at once ends what had its index before */
static void pages_index_refused(struct kunit *test)
{
	struct pages_test *t = pages_new(test);
	struct vtd_device *edev = t->edev[0];
	/* Not canonical; and more than it was given */
	static const u64 pages[] = { 1ull << 50, 2 };
	unsigned int i;

	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &t->p[0]->domain), 0);
	for (i = 0; i < 2; i++) {
		fake_page_request(t->fake, SID(0x10), LAST(1, 1));
		pages_process(t);
		KUNIT_ASSERT_EQ(test, t->core.nr, 1);
		edev->iopf.most = i ? 1 : 8;
		fake_page_request(t->fake, SID(0x10), LAST(1, pages[i]));
		vtd_prq_process(&t->fake->unit);
		KUNIT_ASSERT_EQ(test, t->core.nr, 1);
		FAKE_EXPECT(test, t->fake, FAKE_FENCE, pages_response(0x10, 1, 1));
		fake_forget(t->fake);
		pages_answer(t, edev, &t->core.prm[0], IOMMU_PAGE_RESP_SUCCESS);
		FAKE_EXPECT_NONE(test, t->fake);
		KUNIT_EXPECT_EQ(test, edev->iopf.outstanding, 0);
	}
	vtd_detach(edev, 0);
	pages_free(test, t);
}

/* It is reset, and its domain comes back: an answer from before does not reach it */
static void pages_abandoned(struct kunit *test)
{
	struct pages_test *t = pages_new(test);
	struct iommu_fault_page_request old;
	struct vtd_device *edev = t->edev[0];

	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &t->p[0]->domain), 0);
	/* Of the last index that there is */
	fake_page_request(t->fake, SID(0x10), LAST(511, 1));
	pages_process(t);
	old = t->core.prm[0];
	vtd_iopf_abandon(edev);
	fake_page_request(t->fake, SID(0x10), PART(1, 2));
	pages_process(t);
	pages_answer(t, edev, &old, IOMMU_PAGE_RESP_INVALID);
	FAKE_EXPECT_NONE(test, t->fake);
	KUNIT_EXPECT_EQ(test, edev->iopf.outstanding, 0);
	vtd_detach(edev, 0);
	pages_free(test, t);
}

/* An answer that was lost with the queue is given when it works again, once */
static void pages_answer_lost(struct kunit *test)
{
	struct pages_test *t = pages_new(test);
	struct vtd_device *edev = t->edev[0];
	struct vtd_unit *unit = edev->unit;

	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &t->p[0]->domain), 0);
	fake_page_request(t->fake, SID(0x10), LAST(1, 1));
	pages_process(t);
	t->fake->dead = true;
	t->fake->until_reset = true;
	pages_answer(t, edev, &t->core.prm[0], IOMMU_PAGE_RESP_SUCCESS);
	FAKE_EXPECT_NONE(test, t->fake);
	KUNIT_EXPECT_FALSE(test, list_empty(&unit->prq.kept));
	vtd_unit_recover(unit);
	KUNIT_EXPECT_TRUE(test, fake_executed(t->fake, pages_response(0x10, 1, 0)));
	KUNIT_EXPECT_EQ(test, atomic64_read(&unit->prq.resent), 1);
	KUNIT_EXPECT_TRUE(test, list_empty(&unit->prq.kept));
	fake_forget(t->fake);
	vtd_unit_recover(unit);
	KUNIT_EXPECT_FALSE(test, fake_executed(t->fake, pages_response(0x10, 1, 0)));

	/* Answers given here are kept, too; not those of a device that has left */
	t->fake->dead = true;
	fake_page_request(t->fake, SID(0x20), LAST(1, 1));
	fake_page_request(t->fake, SID(0x30), LAST(1, 1));
	pages_process(t);
	vtd_unit_recover(unit);
	KUNIT_EXPECT_TRUE(test, fake_executed(t->fake, pages_response(0x20, 1, 1)));
	KUNIT_EXPECT_FALSE(test, fake_executed(t->fake, pages_response(0x30, 1, 1)));
	vtd_detach(edev, 0);
	pages_free(test, t);
}

/* So many of a descriptor were executed */
static unsigned int pages_count(const struct fake_unit *fake, struct cmd_words desc)
{
	unsigned int i, nr = 0;

	for (i = 0; i < fake->nr; i++)
		nr += fake->log[i].w0 == desc.w0 && fake->log[i].w1 == desc.w1;
	return nr;
}

static void pages_ask(struct pages_test *t, u64 last)
{
	fake_page_request(t->fake, SID(0x10), last);
	vtd_prq_process(&t->fake->unit);
}

/* An answer to a group with the index 1 is lost, and kept; nothing else is */
static void pages_keep_answer(struct kunit *test, struct pages_test *t)
{
	t->core.nr = 0;
	pages_ask(t, LAST(1, 1));
	KUNIT_ASSERT_EQ(test, t->core.nr, 1);
	t->fake->dead = true;
	t->fake->until_reset = true;
	fake_forget(t->fake);
	pages_answer(t, t->edev[0], &t->core.prm[0], IOMMU_PAGE_RESP_SUCCESS);
	KUNIT_ASSERT_EQ(test, list_count_nodes(&t->fake->unit.prq.kept), 1);
}

/* The index is asked for again before the queue works: the kept answer is not that one's */
static void pages_kept_index_again(struct kunit *test)
{
	struct pages_test *t = pages_new(test);
	struct vtd_unit *unit = &t->fake->unit;

	KUNIT_ASSERT_EQ(test, vtd_attach(t->edev[0], 0, &t->p[0]->domain), 0);
	/* Another index is another group's */
	pages_keep_answer(test, t);
	pages_ask(t, LAST(2, 1));
	pages_ask(t, PART(1, 1));
	KUNIT_EXPECT_EQ(test, list_count_nodes(&unit->prq.kept), 1);
	pages_ask(t, LAST(1, 1));
	KUNIT_ASSERT_EQ(test, t->core.nr, 4);
	KUNIT_EXPECT_TRUE(test, list_empty(&unit->prq.kept));
	vtd_unit_recover(unit);
	KUNIT_EXPECT_EQ(test, pages_count(t->fake, pages_response(0x10, 1, 0)), 0);
	pages_answer(t, t->edev[0], &t->core.prm[3], IOMMU_PAGE_RESP_INVALID);
	KUNIT_EXPECT_EQ(test, pages_count(t->fake, pages_response(0x10, 1, 1)), 1);

	/* It is refused, as it is not canonical, or as there are too many: one is kept */
	pages_keep_answer(test, t);
	pages_ask(t, LAST(1, 1ull << 50));
	KUNIT_EXPECT_EQ(test, list_count_nodes(&unit->prq.kept), 1);
	t->edev[0]->iopf.most = 0;
	pages_ask(t, LAST(1, 1));
	KUNIT_EXPECT_EQ(test, list_count_nodes(&unit->prq.kept), 1);
	vtd_unit_recover(unit);
	KUNIT_EXPECT_EQ(test, pages_count(t->fake, pages_response(0x10, 1, 0)), 0);
	KUNIT_EXPECT_EQ(test, pages_count(t->fake, pages_response(0x10, 1, 1)), 1);
	vtd_detach(t->edev[0], 0);
	pages_free(test, t);
}

/* A device that was reset waits for no answer; another one does */
static void pages_kept_abandoned(struct kunit *test)
{
	struct pages_test *t = pages_new(test);
	struct vtd_unit *unit = &t->fake->unit;

	KUNIT_ASSERT_EQ(test, vtd_attach(t->edev[0], 0, &t->p[0]->domain), 0);
	pages_keep_answer(test, t);
	fake_page_request(t->fake, SID(0x20), LAST(1, 1));
	vtd_prq_process(unit);
	KUNIT_EXPECT_EQ(test, list_count_nodes(&unit->prq.kept), 2);
	vtd_iopf_abandon(t->edev[0]);
	vtd_unit_recover(unit);
	KUNIT_EXPECT_EQ(test, pages_count(t->fake, pages_response(0x10, 1, 0)), 0);
	KUNIT_EXPECT_EQ(test, pages_count(t->fake, pages_response(0x20, 1, 1)), 1);
	KUNIT_EXPECT_EQ(test, atomic64_read(&unit->prq.resent), 1);
	vtd_detach(t->edev[0], 0);
	pages_free(test, t);
}

/* What asks again while its answer is being given, or is reset */
static struct pages_test *pages_asked_now;
static bool pages_reset_now;

static int pages_lost_as_it_asks(struct vtd_unit *unit, const struct cmd_words *answers,
				 unsigned int nr)
{
	struct pages_test *t = pages_asked_now;

	pages_asked_now = NULL;
	if (t && pages_reset_now)
		vtd_iopf_abandon(t->edev[0]);
	else if (t)
		pages_ask(t, LAST(1, 1));
	return -ETIMEDOUT;
}

/* It is given to nobody, whether it was given for the first time, or once more */
static void pages_asked_meanwhile(struct kunit *test)
{
	struct pages_test *t = pages_new(test);
	struct vtd_unit *unit = &t->fake->unit;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		pages_reset_now = i & 2;
		KUNIT_ASSERT_EQ(test, vtd_attach(t->edev[0], 0, &t->p[0]->domain), 0);
		t->core.nr = 0;
		if (i & 1)
			pages_keep_answer(test, t);
		else
			pages_ask(t, LAST(1, 1));
		KUNIT_ASSERT_EQ(test, t->core.nr, 1);
		pages_asked_now = t;
		kunit_activate_static_stub(test, vtd_answer_send, pages_lost_as_it_asks);
		if (i & 1)
			vtd_unit_recover(unit);
		else
			pages_answer(t, t->edev[0], &t->core.prm[0],
				     IOMMU_PAGE_RESP_SUCCESS);
		kunit_deactivate_static_stub(test, vtd_answer_send);
		KUNIT_EXPECT_PTR_EQ(test, pages_asked_now, NULL);
		KUNIT_EXPECT_TRUE(test, list_empty(&unit->prq.kept));
		KUNIT_EXPECT_TRUE(test, list_empty(&unit->prq.flights));
		vtd_detach(t->edev[0], 0);
	}
	vtd_unit_recover(unit);
	KUNIT_EXPECT_EQ(test, pages_count(t->fake, pages_response(0x10, 1, 0)), 0);
	pages_free(test, t);
}

/* What one device has begun is not over because another one's is, with the same index */
static void pages_others_partial(struct kunit *test)
{
	struct pages_test *t = pages_new(test);
	unsigned int i;

	for (i = 0; i < 2; i++)
		KUNIT_ASSERT_EQ(test, vtd_attach(t->edev[i], 0, &t->p[0]->domain), 0);
	fake_page_request(t->fake, SID(0x10), PART(1, 1));
	/* Complete, not canonical, and more than it was given */
	fake_page_request(t->fake, SID(0x20), LAST(1, 2));
	fake_page_request(t->fake, SID(0x20), PART(1, 3));
	fake_page_request(t->fake, SID(0x20), LAST(1, 1ull << 50));
	for (i = 0; i < 20; i++)
		fake_page_request(t->fake, SID(0x20), LAST(1, 4));
	pages_process(t);
	KUNIT_EXPECT_EQ(test, t->edev[0]->iopf.nr_partial, 1);
	KUNIT_EXPECT_EQ(test, t->edev[1]->iopf.nr_partial, 0);
	/* And the end of the other one */
	fake_page_request(t->fake, SID(0x20), PART(1, 5));
	vtd_detach(t->edev[1], 0);
	vtd_iopf_exit(t->edev[1]);
	fake_page_request(t->fake, SID(0x10), LAST(1, 6));
	pages_process(t);
	KUNIT_ASSERT_EQ(test, t->core.nr, 2);
	KUNIT_EXPECT_EQ(test, t->core.prm[0].addr, 0x1000);
	KUNIT_EXPECT_EQ(test, t->core.prm[1].addr, 0x6000);
	vtd_detach(t->edev[0], 0);
	pages_free(test, t);
}

/* It was fetched, and lost, when a device-TLB did not answer: it is queued again */
static void pages_answer_after_timeout(struct kunit *test)
{
	struct pages_test *t = pages_new(test);
	struct vtd_unit *unit = &t->fake->unit;
	const struct cmd_words answer = pages_response(0x20, 1, 0);
	struct vtd_qi_batch batch;
	unsigned int ahead;

	t->fake->silent = true;
	t->fake->silent_sid = 0x10;
	for (ahead = 0; ahead < 6; ahead++) {
		fake_forget(t->fake);
		t->fake->ahead = ahead;
		clear_bit(VTD_DEV_FAILED, &t->edev[0]->state);
		scoped_guard(srcu, &unit->srcu) {
			/* In the queue, and the doorbell is the answer's */
			vtd_qi_begin(&batch, unit, false);
			vtd_qi_add(&batch, vtd_desc_devtlb(0x10, 0, 1, 0, 0));
			vtd_qi_push(&batch);
			vtd_answer(unit, &answer, 1);
			KUNIT_EXPECT_EQ(test, pages_count(t->fake, answer), 1);
			KUNIT_EXPECT_TRUE(test, list_empty(&unit->prq.kept));
			KUNIT_EXPECT_EQ(test, vtd_qi_flush(&batch), 0);
		}
		KUNIT_EXPECT_TRUE(test, test_bit(VTD_DEV_FAILED, &t->edev[0]->state));
		KUNIT_EXPECT_EQ(test, pages_count(t->fake, answer), 1);
	}
	t->fake->silent = false;
	pages_free(test, t);
}

/* The unit fetches all that it is given, and does nothing any more */
static void pages_hang(struct fake_unit *fake, struct cmd_words desc)
{
	fake->iqh = fake->iqt;
	fake->dead = true;
	fake->hook = NULL;
}

/* A full queue, and a wait alone was fetched from it: the answer was not in it */
static void pages_answer_behind_wait(struct kunit *test)
{
	struct pages_test *t = pages_new(test);
	struct vtd_unit *unit = &t->fake->unit;
	const struct cmd_words answer = pages_response(0x20, 1, 0);
	struct cmd_ring *ring = &unit->qi.ring;
	struct vtd_qi_batch batch;

	scoped_guard(srcu, &unit->srcu) {
		vtd_qi_begin(&batch, unit, false);
		/* A push leaves room for two waits */
		while (cmd_ring_room(ring) >= 3 + ring->spare) {
			vtd_qi_add(&batch, vtd_desc_iotlb_global(0));
			vtd_qi_push(&batch);
		}
		t->fake->hook = pages_hang;
		t->fake->until_reset = true;
		vtd_answer(unit, &answer, 1);
		KUNIT_EXPECT_PTR_EQ(test, t->fake->hook, NULL);
		KUNIT_EXPECT_EQ(test, pages_count(t->fake, answer), 0);
		KUNIT_EXPECT_FALSE(test, list_empty(&unit->prq.kept));
	}
	vtd_unit_recover(unit);
	KUNIT_EXPECT_EQ(test, pages_count(t->fake, answer), 1);
	KUNIT_EXPECT_TRUE(test, list_empty(&unit->prq.kept));
	pages_free(test, t);
}

/* With it in the queue it may have been given, and is not given again */
static void pages_answer_taken(struct kunit *test)
{
	struct pages_test *t = pages_new(test);
	struct vtd_unit *unit = &t->fake->unit;
	const struct cmd_words answer = pages_response(0x20, 1, 0);

	t->fake->hook = pages_hang;
	t->fake->until_reset = true;
	scoped_guard(srcu, &unit->srcu)
		vtd_answer(unit, &answer, 1);
	KUNIT_EXPECT_PTR_EQ(test, t->fake->hook, NULL);
	KUNIT_EXPECT_TRUE(test, list_empty(&unit->prq.kept));
	vtd_unit_recover(unit);
	KUNIT_EXPECT_EQ(test, pages_count(t->fake, answer), 0);
	pages_free(test, t);
}

/* With the PASID of the requests; and none to a device that was torn out */
static void pages_answer_given(struct kunit *test)
{
	struct pages_test *t = pages_new(test);
	struct vtd_device *edev = t->edev[0];

	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 5, &t->p[0]->domain), 0);
	fake_page_request(t->fake, SID(0x10) | PASID(5), LAST(1, 1));
	fake_page_request(t->fake, SID(0x10) | PASID(5), LAST(2, 1));
	pages_process(t);
	KUNIT_ASSERT_EQ(test, t->core.nr, 2);
	pages_answer(t, edev, &t->core.prm[0], IOMMU_PAGE_RESP_SUCCESS);
	FAKE_EXPECT(test, t->fake, FAKE_FENCE,
		    { .w0 = 5ull << 32 | 0x100019, .w1 = 1 << 3 });
	fake_forget(t->fake);
	RCU_INIT_POINTER(edev->here, NULL);
	pages_answer(t, edev, &t->core.prm[1], IOMMU_PAGE_RESP_SUCCESS);
	FAKE_EXPECT_NONE(test, t->fake);
	KUNIT_EXPECT_EQ(test, edev->iopf.outstanding, 0);
	RCU_INIT_POINTER(edev->here, edev->dev);
	vtd_detach(edev, 5);
	pages_free(test, t);
}

/* The queue stands still as soon as it has fetched an answer */
static void pages_answer_stops(struct fake_unit *fake, struct cmd_words desc)
{
	if (FIELD_GET(VTD_QI_TYPE_LO, desc.w0) == VTD_QI_PGRP_RESP)
		fake->dead = true;
}

/* It fails as they are given again: the next recovery gives the rest, and no more */
static void pages_answer_lost_again(struct kunit *test)
{
	struct pages_test *t = pages_new(test);
	struct vtd_unit *unit = &t->fake->unit;
	unsigned int i;

	t->fake->dead = true;
	t->fake->until_reset = true;
	for (i = 0; i < 3; i++)
		fake_page_request(t->fake, SID(0x10), LAST(i, 1));
	pages_process(t);
	KUNIT_EXPECT_EQ(test, list_count_nodes(&unit->prq.kept), 3);
	t->fake->hook = pages_answer_stops;
	vtd_unit_recover(unit);
	KUNIT_EXPECT_TRUE(test, fake_executed(t->fake, pages_response(0x10, 0, 1)));
	KUNIT_EXPECT_EQ(test, list_count_nodes(&unit->prq.kept), 2);
	t->fake->hook = NULL;
	fake_forget(t->fake);
	vtd_unit_recover(unit);
	KUNIT_EXPECT_FALSE(test, fake_executed(t->fake, pages_response(0x10, 0, 1)));
	KUNIT_EXPECT_TRUE(test, fake_executed(t->fake, pages_response(0x10, 1, 1)));
	KUNIT_EXPECT_TRUE(test, fake_executed(t->fake, pages_response(0x10, 2, 1)));
	KUNIT_EXPECT_TRUE(test, list_empty(&unit->prq.kept));
	KUNIT_EXPECT_EQ(test, atomic64_read(&unit->prq.resent), 3);
	pages_free(test, t);
}

/* The queue was reset, and works again, before the one that answers is told */
static int pages_answer_recovered(struct vtd_unit *unit, const struct cmd_words *answers,
				  unsigned int nr)
{
	return -ETIMEDOUT;
}

/* Nobody else comes to give it */
static void pages_answer_told_late(struct kunit *test)
{
	struct pages_test *t = pages_new(test);
	struct delayed_work *work = &t->fake->unit.recover_work;

	enable_delayed_work(work);
	queue_delayed_work(system_long_wq, work, 600 * HZ);
	kunit_activate_static_stub(test, vtd_answer_send, pages_answer_recovered);
	fake_page_request(t->fake, SID(0x10), LAST(1, 1));
	pages_process(t);
	kunit_deactivate_static_stub(test, vtd_answer_send);
	flush_work(&work->work);
	KUNIT_EXPECT_TRUE(test, fake_executed(t->fake, pages_response(0x10, 1, 1)));
	KUNIT_EXPECT_TRUE(test, list_empty(&t->fake->unit.prq.kept));
	cancel_delayed_work_sync(work);
	pages_free(test, t);
}

/* A device that asks without end does not have all of memory, nor another one's share */
static void pages_answer_bounded(struct kunit *test)
{
	struct pages_test *t = pages_new(test);
	struct vtd_unit *unit = &t->fake->unit;
	unsigned int i;

	t->fake->dead = true;
	for (i = 0; i < 1000; i++) {
		fake_page_request(t->fake, SID(0x10), LAST(i % 512, 1));
		if (i % 100 == 99)
			pages_process(t);
	}
	KUNIT_EXPECT_EQ(test, list_count_nodes(&unit->prq.kept), VTD_PREQ_GROUPS);
	fake_page_request(t->fake, SID(0x20), LAST(1, 1));
	pages_process(t);
	KUNIT_EXPECT_EQ(test, list_count_nodes(&unit->prq.kept), VTD_PREQ_GROUPS + 1);
	/* None is kept for after the end of the unit */
	vtd_answers_free(unit);
	vtd_qi_end(unit);
	fake_page_request(t->fake, SID(0x20), LAST(2, 1));
	pages_process(t);
	KUNIT_EXPECT_TRUE(test, list_empty(&unit->prq.kept));
	pages_free(test, t);
}

static struct kunit_case answers_cases[] = {
	KUNIT_CASE(pages_index_again),
	KUNIT_CASE(pages_index_refused),
	KUNIT_CASE(pages_abandoned),
	KUNIT_CASE(pages_answer_lost),
	KUNIT_CASE(pages_kept_index_again),
	KUNIT_CASE(pages_kept_abandoned),
	KUNIT_CASE(pages_asked_meanwhile),
	KUNIT_CASE(pages_others_partial),
	KUNIT_CASE(pages_answer_after_timeout),
	KUNIT_CASE(pages_answer_behind_wait),
	KUNIT_CASE(pages_answer_taken),
	KUNIT_CASE(pages_answer_given),
	KUNIT_CASE(pages_answer_lost_again),
	KUNIT_CASE(pages_answer_told_late),
	KUNIT_CASE(pages_answer_bounded),
	{}
};

static struct kunit_suite answers_suite = {
	.name = "intel_nested_answers",
	.test_cases = answers_cases,
};

kunit_test_suite(answers_suite);
