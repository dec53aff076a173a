// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: a function that was torn out has others wait for nothing, whenever that was
 */
#include <kunit/test.h>
#include <linux/jiffies.h>

#include "../domain.h"
#include "../flush.h"
#include "../queue.h"
#include "../users.h"
#include "fake_unit.h"

#define DRAIN	(VTD_IOTLB0_DW | VTD_IOTLB0_DR)
#define STAGE2	IOMMU_HWPT_ALLOC_NEST_PARENT
#define OUT_SID	0x10
#define IN_SID	0x18

/**
 * struct pair - two devices that share a domain, one of which is torn out
 * @fake: the unit
 * @pdev: the function that is torn out
 * @out: its device
 * @in: the other one
 * @p: what both have
 * @q: another domain
 */
struct pair {
	struct fake_unit *fake;
	struct pci_dev *pdev;
	struct vtd_device *out;
	struct vtd_device *in;
	struct vtd_paging *p;
	struct vtd_paging *q;
};

/* With @recovery, the unit is recovered by itself */
static void pair_up_with(struct kunit *test, struct pair *s, bool recovery)
{
	s->fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	s->pdev = fake_function_new(test);
	s->out = fake_device_new(test, s->fake, OUT_SID, 20, 1);
	RCU_INIT_POINTER(s->out->here, &s->pdev->dev);
	s->in = fake_device_new(test, s->fake, IN_SID, 0, 1);
	s->p = fake_paging_new(test, s->out, STAGE2);
	s->q = fake_paging_new(test, s->out, STAGE2);
	KUNIT_ASSERT_EQ(test, vtd_attach(s->out, 0, &s->p->domain), 0);
	KUNIT_ASSERT_EQ(test, vtd_attach(s->in, 0, &s->p->domain), 0);
	if (!recovery)
		fake_no_recovery(s->fake);
	fake_forget(s->fake);
	s->fake->hook_data = s;
}

static void pair_up(struct kunit *test, struct pair *s)
{
	pair_up_with(test, s, false);
}

static void pair_down(struct kunit *test, struct pair *s)
{
	s->fake->hook = NULL;
	s->fake->look = NULL;
	s->fake->silent = false;
	vtd_detach(s->out, 0);
	vtd_detach(s->in, 0);
	fake_paging_free(test, s->p);
	fake_paging_free(test, s->q);
}

/* What a flush of the domain that both share says */
static int flush_pair(struct pair *s)
{
	struct vtd_qi_batch batch;
	struct vtd_walk walk;
	int ret = 0;

	vtd_paging_flush(s->p, 0x1000, 0x1fff, true);
	if (vtd_walk_find(&walk, &s->p->users, s->fake->unit.id)) {
		vtd_qi_begin(&batch, &s->fake->unit, false);
		ret = vtd_finish(&batch, walk.at);
		vtd_walk_end(&walk);
	}
	return ret;
}

/* All that a flush does: the other one is asked, and nobody else */
static void expect_flush(struct kunit *test, struct pair *s)
{
	fake_forget(s->fake);
	KUNIT_EXPECT_EQ(test, flush_pair(s), 0);
	FAKE_EXPECT(test, s->fake,
		    vtd_desc_iotlb_page(fake_did(s->in, 0), 0x1000, 0, true,
					DRAIN),
		    vtd_desc_devtlb(IN_SID, 0, 1, 0x1000, 0));
	KUNIT_EXPECT_EQ(test, s->in->state, 0);
	KUNIT_EXPECT_TRUE(test, fake_context_present(s->in));
}

static unsigned int times_asked(const struct fake_unit *fake, u16 sid)
{
	unsigned int i, nr = 0;

	for (i = 0; i < fake->nr; i++) {
		u64 w0 = fake->log[i].w0;
		u8 type = FIELD_GET(VTD_QI_TYPE_LO, w0);

		nr += (type == VTD_QI_DTLB && FIELD_GET(VTD_DTLB0_SID, w0) == sid) ||
		      (type == VTD_QI_PDTLB && FIELD_GET(VTD_PDTLB0_SID, w0) == sid);
	}
	return nr;
}

static void not_asked(struct kunit *test)
{
	struct vtd_nested *n;
	struct pair s;

	pair_up(test, &s);
	fake_function_tear_out(s.pdev);
	expect_flush(test, &s);
	/* Nor when it is replaced or detached, nor by the recovery */
	fake_forget(s.fake);
	n = fake_nested_new(test, s.out, s.p, 0x4000);
	KUNIT_EXPECT_EQ(test, vtd_attach(s.out, 5, &n->domain), 0);
	KUNIT_EXPECT_EQ(test, vtd_attach(s.out, 0, &s.q->domain), 0);
	KUNIT_EXPECT_EQ(test, vtd_attach(s.out, 5, &s.q->domain), 0);
	vtd_detach(s.out, 5);
	vtd_detach(s.out, 0);
	WRITE_ONCE(s.fake->unit.qi.ring.stuck, true);
	KUNIT_EXPECT_EQ(test, vtd_unit_recover(&s.fake->unit), 0);
	KUNIT_EXPECT_EQ(test, times_asked(s.fake, OUT_SID), 0);
	KUNIT_EXPECT_EQ(test, times_asked(s.fake, IN_SID), 1);
	KUNIT_EXPECT_EQ(test, s.out->state, 0);
	KUNIT_EXPECT_FALSE(test, vtd_may_be_stale(s.out));
	n->domain.ops->free(&n->domain);
	pair_down(test, &s);
}

/* Whoever waits for its answer finds it torn out when there is none */
static void torn_out_when_late(struct fake_unit *fake)
{
	struct pair *s = fake->hook_data;

	if (fake->fsts & VTD_FSTS_ITE)
		fake_function_tear_out(s->pdev);
}

static void while_asked(struct kunit *test)
{
	struct pair s;
	int unnamed;

	for (unnamed = 0; unnamed < 2; unnamed++) {
		pair_up(test, &s);
		s.fake->silent = true;
		s.fake->silent_sid = OUT_SID;
		s.fake->unnamed = unnamed;
		s.fake->look = torn_out_when_late;
		KUNIT_EXPECT_EQ(test, flush_pair(&s), 0);
		KUNIT_EXPECT_TRUE(test, vtd_device_unplugged(s.out));
		KUNIT_EXPECT_EQ(test, s.out->state, 0);
		KUNIT_EXPECT_FALSE(test, s.out->silent);
		KUNIT_EXPECT_TRUE(test,
				  fake_executed(s.fake,
						vtd_desc_devtlb(IN_SID, 0, 1,
								0x1000, 0)));
		expect_flush(test, &s);
		pair_down(test, &s);
	}
}

/* Another one that is silent at the same time is found out all the same */
static void other_is_silent(struct kunit *test)
{
	struct pair s;
	int unnamed;

	for (unnamed = 0; unnamed < 2; unnamed++) {
		pair_up(test, &s);
		s.fake->silent = true;
		s.fake->silent_sid = IN_SID;
		s.fake->unnamed = unnamed;
		s.fake->look = torn_out_when_late;
		KUNIT_EXPECT_EQ(test, flush_pair(&s), -ETIMEDOUT);
		KUNIT_EXPECT_TRUE(test, test_bit(VTD_DEV_BLOCKED, &s.in->state));
		KUNIT_EXPECT_FALSE(test, fake_context_present(s.in));
		KUNIT_EXPECT_EQ(test, s.out->state, 0);
		pair_down(test, &s);
	}
}

/* The queue stands still for it, and it is torn out in the meantime */
static void stop_and_tear_out(struct fake_unit *fake, struct cmd_words desc)
{
	struct pair *s = fake->hook_data;

	if (FIELD_GET(VTD_QI_TYPE_LO, desc.w0) != VTD_QI_DTLB ||
	    FIELD_GET(VTD_DTLB0_SID, desc.w0) != OUT_SID)
		return;
	fake->hook = NULL;
	fake->dead = true;
	fake->until_reset = true;
	fake_function_tear_out(s->pdev);
}

static void stands_still(struct kunit *test)
{
	struct pair s;

	pair_up_with(test, &s, true);
	s.fake->hook = stop_and_tear_out;
	vtd_paging_flush(s.p, 0x1000, 0x1fff, true);
	KUNIT_EXPECT_EQ(test, s.fake->unit.qi.ring.resets, 1);
	KUNIT_EXPECT_EQ(test, times_asked(s.fake, OUT_SID), 1);
	KUNIT_EXPECT_EQ(test, s.out->state, 0);
	expect_flush(test, &s);
	pair_down(test, &s);
}

/* A replacement does what it is asked for: no invalidation is missing */
static void replace_stands_still(struct kunit *test)
{
	struct pair s;

	pair_up(test, &s);
	s.fake->hook = stop_and_tear_out;
	KUNIT_EXPECT_EQ(test, vtd_attach(s.out, 0, &s.q->domain), 0);
	KUNIT_EXPECT_EQ(test, s.fake->unit.qi.ring.resets, 1);
	KUNIT_EXPECT_TRUE(test, fake_executed(s.fake, vtd_desc_pc_global()));
	KUNIT_EXPECT_TRUE(test, fake_executed(s.fake,
					      vtd_desc_iotlb_global(DRAIN)));
	KUNIT_EXPECT_FALSE(test, s.fake->unit.qi.ring.stuck);
	KUNIT_EXPECT_PTR_EQ(test, s.out->rid->domain, &s.q->domain);
	KUNIT_EXPECT_EQ(test, s.out->state, 0);
	expect_flush(test, &s);
	pair_down(test, &s);
}

/* It was blocked before: nothing is owed to it, and it stays so without being asked */
static void blocked_before(struct kunit *test)
{
	struct pair s;

	pair_up(test, &s);
	s.fake->silent = true;
	s.fake->silent_sid = OUT_SID;
	KUNIT_EXPECT_EQ(test, flush_pair(&s), -ETIMEDOUT);
	KUNIT_EXPECT_TRUE(test, test_bit(VTD_DEV_BLOCKED, &s.out->state));
	KUNIT_EXPECT_GT(test, vtd_unit_recover(&s.fake->unit), 0);

	fake_function_tear_out(s.pdev);
	expect_flush(test, &s);
	fake_forget(s.fake);
	s.out->retry.at = jiffies;
	s.fake->unit.ask_after = jiffies;
	KUNIT_EXPECT_EQ(test, vtd_unit_recover(&s.fake->unit), 0);
	FAKE_EXPECT_NONE(test, s.fake);
	KUNIT_EXPECT_EQ(test, vtd_attach(s.out, 0, &s.q->domain), 0);
	vtd_detach(s.out, 0);
	KUNIT_EXPECT_EQ(test, times_asked(s.fake, OUT_SID), 0);
	KUNIT_EXPECT_TRUE(test, test_bit(VTD_DEV_BLOCKED, &s.out->state));
	KUNIT_EXPECT_FALSE(test, fake_context_present(s.out));
	pair_down(test, &s);
}

/* Asked whether it works again, it is torn out: that is no failure of an attach */
static void unblocked_too_late(struct kunit *test)
{
	struct pair s;

	pair_up(test, &s);
	s.fake->silent = true;
	s.fake->silent_sid = OUT_SID;
	KUNIT_EXPECT_EQ(test, flush_pair(&s), -ETIMEDOUT);
	s.fake->silent = false;
	s.fake->hook = stop_and_tear_out;
	s.out->retry.at = jiffies;
	s.fake->unit.ask_after = jiffies;
	KUNIT_EXPECT_EQ(test, vtd_attach(s.out, 0, &s.q->domain), 0);
	KUNIT_EXPECT_FALSE(test, s.fake->unit.qi.ring.stuck);
	KUNIT_EXPECT_FALSE(test, fake_context_present(s.out));
	expect_flush(test, &s);
	pair_down(test, &s);
}

/* Marked, and torn out before it is blocked: nobody waits for that */
static void marked_before(struct kunit *test)
{
	struct pair s;

	pair_up(test, &s);
	vtd_device_mark_failed(s.out);
	KUNIT_EXPECT_TRUE(test, vtd_may_be_stale(s.out));
	fake_function_tear_out(s.pdev);
	expect_flush(test, &s);
	KUNIT_EXPECT_FALSE(test, vtd_may_be_stale(s.out));
	KUNIT_EXPECT_EQ(test, vtd_attach(s.out, 0, &s.q->domain), 0);
	KUNIT_EXPECT_EQ(test, vtd_unit_recover(&s.fake->unit), 0);
	KUNIT_EXPECT_EQ(test, times_asked(s.fake, OUT_SID), 0);
	pair_down(test, &s);
}

/* Others than PCI functions are not torn out, and one that has left is not looked at */
static void others(struct kunit *test)
{
	struct pair s;

	pair_up(test, &s);
	KUNIT_EXPECT_FALSE(test, vtd_device_unplugged(s.in));
	KUNIT_EXPECT_FALSE(test, vtd_device_unplugged(s.out));
	s.pdev->error_state = pci_channel_io_frozen;
	KUNIT_EXPECT_FALSE(test, vtd_device_unplugged(s.out));
	RCU_INIT_POINTER(s.out->here, NULL);
	KUNIT_EXPECT_TRUE(test, vtd_device_unplugged(s.out));
	pair_down(test, &s);
}

static struct kunit_case unplugged_cases[] = {
	KUNIT_CASE(not_asked),
	KUNIT_CASE(while_asked),
	KUNIT_CASE(other_is_silent),
	KUNIT_CASE(stands_still),
	KUNIT_CASE(replace_stands_still),
	KUNIT_CASE(blocked_before),
	KUNIT_CASE(unblocked_too_late),
	KUNIT_CASE(marked_before),
	KUNIT_CASE(others),
	{}
};

static struct kunit_suite unplugged_suite = {
	.name = "intel_nested_unplugged",
	.test_cases = unplugged_cases,
};

kunit_test_suite(unplugged_suite);
