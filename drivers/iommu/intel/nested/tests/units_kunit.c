// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: a domain on two units that differ, or of which one fails
 *
 * Each case is tried both ways round: what holds for the older unit, which all walks
 * visit first, holds for the newer one.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/workqueue.h>
#include <uapi/linux/iommufd.h>

#include "../domain.h"
#include "../flush.h"
#include "../recover.h"
#include "../users.h"
#include "fake_unit.h"

#define PARENT	IOMMU_HWPT_ALLOC_NEST_PARENT
#define DRAIN	(VTD_IOTLB0_DR | VTD_IOTLB0_DW)

/*
 * How long a thread that must wait is given to return instead, in ms. On a slow
 * machine a wrong driver may pass, never a right one fail.
 */
#define TEMPT	100

/**
 * struct two - a domain that is attached on two units
 * @fake: the units, the older first
 * @edev: a device behind each
 * @p: the domain
 */
struct two {
	struct fake_unit *fake[2];
	struct vtd_device *edev[2];
	struct vtd_paging *p;
};

static void two_forget(struct two *t)
{
	fake_forget(t->fake[0]);
	fake_forget(t->fake[1]);
}

static void two_attach(struct kunit *test, struct two *t, u32 flags)
{
	unsigned int i;

	t->p = fake_paging_new(test, t->edev[0], flags);
	for (i = 0; i < 2; i++)
		KUNIT_ASSERT_EQ(test, vtd_attach(t->edev[i], 0, &t->p->domain),
				0);
	two_forget(t);
}

static void two_new(struct kunit *test, struct two *t, u32 flags)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		t->fake[i] = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
		t->edev[i] = fake_device_new(test, t->fake[i], 0x10, 0, 0);
	}
	two_attach(test, t, flags);
}

/* As the DMA API has it, which may unmap where nobody can sleep */
static void two_atomic(struct two *t)
{
	fake_no_recovery(t->fake[0]);
	fake_no_recovery(t->fake[1]);
	t->p->domain.cookie_type = IOMMU_COOKIE_NONE;
}

static void two_free(struct kunit *test, struct two *t)
{
	vtd_detach(t->edev[0], 0);
	vtd_detach(t->edev[1], 0);
	fake_paging_free(test, t->p);
}

static struct cmd_words iotlb_page(struct vtd_device *edev, bool leaf)
{
	return vtd_desc_iotlb_page(fake_did(edev, 0), 0x1000, 0, leaf, DRAIN);
}

/* The device-TLB is asked, whichever unit it is behind */
static void one_has_devtlb(struct kunit *test)
{
	unsigned int i, has;
	struct two t;

	for (has = 0; has < 2; has++) {
		for (i = 0; i < 2; i++) {
			t.fake[i] = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
			t.edev[i] = fake_device_new(test, t.fake[i], 0x10, 0,
						    i == has);
		}
		two_attach(test, &t, PARENT);
		KUNIT_EXPECT_EQ(test, vtd_paging_flush(t.p, 0x1000, 0x1fff,
						       true), 0);
		FAKE_EXPECT(test, t.fake[has], iotlb_page(t.edev[has], true),
			    vtd_desc_devtlb(0x10, 0, 1, 0x1000, 0));
		FAKE_EXPECT(test, t.fake[!has], iotlb_page(t.edev[!has], true));
		two_free(test, &t);
	}
}

/* It is not done if it is not done on one of them */
static void one_does_not_forget(struct kunit *test)
{
	unsigned int dead;
	struct two t;

	for (dead = 0; dead < 2; dead++) {
		two_new(test, &t, PARENT);
		two_atomic(&t);
		t.fake[dead]->dead = true;
		KUNIT_EXPECT_EQ_MSG(test, vtd_paging_flush(t.p, 0x1000, 0x1fff,
							   true), -ETIMEDOUT,
				    "unit %u is dead", dead);
		FAKE_EXPECT(test, t.fake[!dead], iotlb_page(t.edev[!dead], true));
		KUNIT_EXPECT_FALSE(test, vtd_owes(&t.fake[!dead]->unit));

		t.fake[dead]->dead = false;
		vtd_unit_recover(&t.fake[dead]->unit);
		KUNIT_EXPECT_EQ(test, vtd_paging_flush(t.p, 0x1000, 0x1fff,
						       true), 0);
		two_free(test, &t);
	}
}

/* New entries are invalidated if one of the units needs that */
static void one_must_flush_new(struct kunit *test)
{
	static const u64 caps[] = { VTD_CAP_CM, VTD_CAP_RWBF };
	unsigned int i, c, must;
	struct two t;

	two_new(test, &t, PARENT);
	KUNIT_EXPECT_EQ(test, vtd_iotlb_sync_map(&t.p->domain, 0x1000, 0x1000),
			0);
	FAKE_EXPECT_NONE(test, t.fake[0]);
	FAKE_EXPECT_NONE(test, t.fake[1]);
	two_free(test, &t);

	for (c = 0; c < ARRAY_SIZE(caps); c++) {
		for (must = 0; must < 2; must++) {
			for (i = 0; i < 2; i++) {
				u64 cap = FAKE_CAP | (i == must ? caps[c] : 0);

				t.fake[i] = fake_unit_new(test, cap, FAKE_ECAP);
				t.edev[i] = fake_device_new(test, t.fake[i],
							    0x10, 0, 0);
			}
			two_attach(test, &t, PARENT);
			KUNIT_EXPECT_EQ(test,
					vtd_iotlb_sync_map(&t.p->domain, 0x1000,
							   0x1000), 0);
			FAKE_EXPECT(test, t.fake[must],
				    iotlb_page(t.edev[must], false));
			two_free(test, &t);
		}
	}
}

/* The DMA API gets no new address while one of them may have the old one */
static void one_may_be_stale(struct kunit *test)
{
	unsigned int stale;
	struct two t;

	for (stale = 0; stale < 2; stale++) {
		two_new(test, &t, PARENT);
		two_atomic(&t);
		KUNIT_EXPECT_EQ(test, vtd_iotlb_sync_map(&t.p->domain, 0x1000,
							 0x1000), 0);
		vtd_lose(&t.fake[stale]->unit);
		KUNIT_EXPECT_EQ_MSG(test, vtd_iotlb_sync_map(&t.p->domain,
							     0x1000, 0x1000),
				    -ENOMEM, "unit %u", stale);
		vtd_unit_recover(&t.fake[stale]->unit);
		KUNIT_EXPECT_EQ(test, vtd_iotlb_sync_map(&t.p->domain, 0x1000,
							 0x1000), 0);
		two_free(test, &t);
	}
}

static bool has_ssade(struct vtd_device *edev)
{
	return fake_pasid_word(edev, 0, 0) & VTD_PTE0_SSADE;
}

/* Both units set dirty bits, or neither does */
static void dirty_on_both(struct kunit *test)
{
	struct iommu_domain *domain;
	unsigned int i, dead;
	struct two t;

	two_new(test, &t, PARENT | IOMMU_HWPT_ALLOC_DIRTY_TRACKING);
	domain = &t.p->domain;
	KUNIT_EXPECT_EQ(test, vtd_set_dirty_tracking(domain, true), 0);
	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_TRUE(test, has_ssade(t.edev[i]));
		FAKE_EXPECT(test, t.fake[i],
			    vtd_desc_pc_pasid(fake_did(t.edev[i], 0), 0),
			    vtd_desc_iotlb_domain(fake_did(t.edev[i], 0),
						  DRAIN));
	}
	KUNIT_EXPECT_EQ(test, vtd_set_dirty_tracking(domain, false), 0);
	KUNIT_EXPECT_FALSE(test, has_ssade(t.edev[0]));
	KUNIT_EXPECT_FALSE(test, has_ssade(t.edev[1]));
	two_free(test, &t);

	for (dead = 0; dead < 2; dead++) {
		two_new(test, &t, PARENT | IOMMU_HWPT_ALLOC_DIRTY_TRACKING);
		fake_no_recovery(t.fake[dead]);
		t.fake[dead]->dead = true;
		KUNIT_EXPECT_EQ_MSG(test,
				    vtd_set_dirty_tracking(&t.p->domain, true),
				    -ETIMEDOUT, "unit %u is dead", dead);
		KUNIT_EXPECT_FALSE(test, t.p->dirty);
		KUNIT_EXPECT_FALSE(test, has_ssade(t.edev[0]));
		KUNIT_EXPECT_FALSE(test, has_ssade(t.edev[1]));
		/* Only the device behind that unit is blocked */
		KUNIT_EXPECT_FALSE(test, fake_context_present(t.edev[dead]));
		KUNIT_EXPECT_TRUE(test, fake_context_present(t.edev[!dead]));

		t.fake[dead]->dead = false;
		t.fake[dead]->unit.retry.ms = 0;
		vtd_unit_recover(&t.fake[dead]->unit);
		two_free(test, &t);
	}
}

static bool enforce(struct vtd_paging *p)
{
	return p->domain.ops->enforce_cache_coherency(&p->domain);
}

static bool has_pgsnp(struct vtd_device *edev)
{
	return fake_pasid_word(edev, 0, 1) & VTD_PTE1_PGSNP;
}

/* Nothing is promised of snooping that one of them cannot do */
static void one_cannot_snoop(struct kunit *test)
{
	static const u32 kinds[] = { 0, PARENT };
	unsigned int i, k, lacks;
	struct two t;

	for (k = 0; k < ARRAY_SIZE(kinds); k++) {
		for (lacks = 0; lacks < 2; lacks++) {
			for (i = 0; i < 2; i++) {
				u64 not = i == lacks ? VTD_ECAP_SC : 0;

				t.fake[i] = fake_unit_new(test, FAKE_CAP,
							  FAKE_ECAP & ~not);
				t.edev[i] = fake_device_new(test, t.fake[i],
							    0x10, 0, 0);
			}
			two_attach(test, &t, kinds[k]);
			KUNIT_EXPECT_FALSE_MSG(test, enforce(t.p), "unit %u",
					       lacks);
			KUNIT_EXPECT_FALSE(test, has_pgsnp(t.edev[0]));
			KUNIT_EXPECT_FALSE(test, has_pgsnp(t.edev[1]));

			/* When that one has gone it can be promised */
			vtd_detach(t.edev[lacks], 0);
			KUNIT_EXPECT_TRUE(test, enforce(t.p));
			two_free(test, &t);
		}
	}
}

/* The entries of both say it, where the entry is what says it */
static void snoop_on_both(struct kunit *test)
{
	struct two t;
	unsigned int i;

	two_new(test, &t, 0);
	KUNIT_ASSERT_TRUE(test, vtd_is_stage1(t.p));
	KUNIT_EXPECT_TRUE(test, enforce(t.p));
	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_TRUE(test, has_pgsnp(t.edev[i]));
		FAKE_EXPECT(test, t.fake[i],
			    vtd_desc_pc_pasid(fake_did(t.edev[i], 0), 0),
			    vtd_desc_iotlb_domain(fake_did(t.edev[i], 0),
						  DRAIN));
	}
	two_free(test, &t);
}

/**
 * struct unit_goes - a thread that waits for the readers of a unit that goes
 * @work: does it
 * @unit: the unit
 * @left: the reader has left the unit
 * @waited: @left, when the wait was over
 * @done: it is over
 */
struct unit_goes {
	struct work_struct work;
	struct vtd_unit *unit;
	bool left;
	bool waited;
	struct completion done;
};

static void unit_goes_work(struct work_struct *work)
{
	struct unit_goes *goes = container_of(work, struct unit_goes, work);

	vtd_readers_wait(goes->unit);
	goes->waited = READ_ONCE(goes->left);
	complete(&goes->done);
}

/* A unit that goes waits for the walk that visits it, also if that began elsewhere */
static void unit_goes_behind_walk(struct kunit *test)
{
	struct unit_goes goes = {};
	struct vtd_walk walk;
	struct two t;

	two_new(test, &t, PARENT);
	goes.unit = &t.fake[1]->unit;
	init_completion(&goes.done);
	INIT_WORK_ONSTACK(&goes.work, unit_goes_work);

	vtd_walk_begin(&walk, &t.p->users);
	KUNIT_EXPECT_TRUE(test, vtd_walk_next(&walk));
	KUNIT_EXPECT_TRUE(test, vtd_walk_next(&walk));
	KUNIT_EXPECT_PTR_EQ(test, walk.at->unit, goes.unit);
	/* As it is when the unit goes */
	vtd_detach(t.edev[1], 0);
	queue_work(system_dfl_wq, &goes.work);
	KUNIT_EXPECT_FALSE(test, wait_for_completion_timeout(&goes.done,
							     msecs_to_jiffies(TEMPT)));
	WRITE_ONCE(goes.left, true);
	vtd_walk_end(&walk);

	flush_work(&goes.work);
	KUNIT_EXPECT_TRUE(test, goes.waited);
	destroy_work_on_stack(&goes.work);
	two_free(test, &t);
}

static struct kunit_case units_cases[] = {
	KUNIT_CASE(one_has_devtlb),
	KUNIT_CASE(one_does_not_forget),
	KUNIT_CASE(one_must_flush_new),
	KUNIT_CASE(one_may_be_stale),
	KUNIT_CASE(dirty_on_both),
	KUNIT_CASE(one_cannot_snoop),
	KUNIT_CASE(snoop_on_both),
	KUNIT_CASE(unit_goes_behind_walk),
	{}
};

static struct kunit_suite units_suite = {
	.name = "intel_nested_units",
	.test_cases = units_cases,
};

kunit_test_suite(units_suite);
