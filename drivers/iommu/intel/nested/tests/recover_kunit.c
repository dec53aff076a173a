// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: the order in which a device is blocked and brought back, and what others pay
 * for hardware that does not answer
 */
#include <kunit/test.h>
#include <linux/jiffies.h>

#include "../domain.h"
#include "../flush.h"
#include "../queue.h"
#include "../users.h"
#include "fake_unit.h"

#define DRAIN	(VTD_IOTLB0_DW | VTD_IOTLB0_DR)
/* A domain with stage-2 tables */
#define STAGE2	IOMMU_HWPT_ALLOC_NEST_PARENT

/**
 * struct watch - what is looked at while descriptors are executed
 * @edev: the device
 * @blocking: descriptors that invalidate its context entry
 * @early: it was said to be blocked already
 * @reviving: descriptors that invalidate what may be stale in it
 * @marked: it was said to be blocked, or failed, still
 * @present: its context entry was present
 */
struct watch {
	struct vtd_device *edev;
	unsigned int blocking;
	unsigned int early;
	unsigned int reviving;
	unsigned int marked;
	unsigned int present;
};

static void watch_blocking(struct fake_unit *fake, struct cmd_words desc)
{
	struct watch *w = fake->hook_data;
	u8 type = FIELD_GET(VTD_QI_TYPE_LO, desc.w0);

	if (type != VTD_QI_CC && type != VTD_QI_PC && type != VTD_QI_IOTLB)
		return;
	/* That of the unmap comes before it is known */
	if (fake_context_present(w->edev))
		return;
	w->blocking++;
	/* A flush must take it now neither for blocked nor for well */
	w->early += test_bit(VTD_DEV_BLOCKED, &w->edev->state) ||
		    !test_bit(VTD_DEV_FAILED, &w->edev->state);
}

static void watch_reviving(struct fake_unit *fake, struct cmd_words desc)
{
	struct watch *w = fake->hook_data;

	w->reviving++;
	w->marked += !vtd_devtlb_live(w->edev);
	w->present += fake_context_present(w->edev);
}

/* Everybody's time has come */
static void due(struct vtd_device *edev)
{
	edev->retry.at = jiffies;
	edev->unit->ask_after = jiffies;
}

static void order(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *bad = fake_device_new(test, fake, 0x10, 20, 1);
	struct vtd_paging *p = fake_paging_new(test, bad, STAGE2);
	struct watch w = { .edev = bad };

	fake_no_recovery(fake);
	KUNIT_ASSERT_EQ(test, vtd_attach(bad, 0, &p->domain), 0);
	fake->silent = true;
	fake->silent_sid = 0x10;
	fake->hook = watch_blocking;
	fake->hook_data = &w;
	vtd_paging_flush(p, 0x1000, 0x1fff, true);
	KUNIT_EXPECT_EQ(test, w.blocking, 3);
	KUNIT_EXPECT_EQ(test, w.early, 0);
	KUNIT_EXPECT_TRUE(test, test_bit(VTD_DEV_BLOCKED, &bad->state));
	KUNIT_EXPECT_FALSE(test, test_bit(VTD_DEV_FAILED, &bad->state));

	/* Found blocked: it is not asked, and nobody waits for anything */
	fake->hook = NULL;
	fake_forget(fake);
	vtd_paging_flush(p, 0x1000, 0x1fff, true);
	FAKE_EXPECT(test, fake,
		    vtd_desc_iotlb_page(fake_did(bad, 0), 0x1000, 0, true,
					DRAIN));

	fake->silent = false;
	fake->hook = watch_reviving;
	fake_forget(fake);
	due(bad);
	KUNIT_EXPECT_EQ(test, vtd_unit_recover(&fake->unit), 0);
	FAKE_EXPECT(test, fake, vtd_desc_cc_device(0x10), vtd_desc_pc_global(),
		    vtd_desc_iotlb_global(DRAIN),
		    vtd_desc_devtlb(0x10, 0, 1, 0, VTD_AM_ALL),
		    vtd_desc_pdevtlb_all(0x10, 0, 1));
	KUNIT_EXPECT_EQ(test, w.reviving, 5);
	KUNIT_EXPECT_EQ(test, w.marked, 0);
	KUNIT_EXPECT_EQ(test, w.present, 0);
	KUNIT_EXPECT_TRUE(test, fake_context_present(bad));
	KUNIT_EXPECT_EQ(test, bad->state, 0);
	KUNIT_EXPECT_EQ(test, fake_pgtt(bad, 0), VTD_PGTT_STAGE2);

	fake->hook = NULL;
	vtd_detach(bad, 0);
	fake_paging_free(test, p);
}

/* What a flush of a domain finds out when there is nothing to be flushed */
static int told(struct vtd_unit *unit, struct vtd_paging *p)
{
	struct vtd_qi_batch batch;
	struct vtd_walk walk;
	int ret;

	if (!vtd_walk_find(&walk, &p->users, unit->id))
		return 0;
	vtd_qi_begin(&batch, unit, false);
	ret = vtd_finish(&batch, walk.at);
	vtd_walk_end(&walk);
	return ret;
}

/* Between tries it is neither asked nor used, and each call says so */
static void intervals(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *bad = fake_device_new(test, fake, 0x10, 0, 1);
	struct vtd_paging *p = fake_paging_new(test, bad, STAGE2);
	struct vtd_paging *q = fake_paging_new(test, bad, STAGE2);
	unsigned int i, ms = 100;

	fake_no_recovery(fake);
	KUNIT_ASSERT_EQ(test, vtd_attach(bad, 0, &p->domain), 0);
	KUNIT_EXPECT_EQ(test, told(&fake->unit, p), 0);
	fake->silent = true;
	fake->silent_sid = 0x10;
	vtd_paging_flush(p, 0x1000, 0x1fff, true);

	for (i = 0; i < 12; i++) {
		KUNIT_EXPECT_EQ(test, bad->retry.ms, ms);
		ms = min(2 * ms, 60000);
		/* However long this machine takes */
		bad->retry.at = jiffies + HZ * 1000;
		fake_forget(fake);
		KUNIT_EXPECT_EQ(test, vtd_attach(bad, 0, &q->domain),
				-ETIMEDOUT);
		KUNIT_EXPECT_GT(test, vtd_unit_recover(&fake->unit), 0);
		KUNIT_EXPECT_EQ(test, told(&fake->unit, p), -ETIMEDOUT);
		FAKE_EXPECT_NONE(test, fake);
		KUNIT_EXPECT_FALSE(test, fake_context_present(bad));

		due(bad);
		KUNIT_EXPECT_GT(test, vtd_unit_recover(&fake->unit), 0);
		KUNIT_EXPECT_TRUE(test, fake->nr);
		KUNIT_EXPECT_FALSE(test, fake_context_present(bad));
		KUNIT_EXPECT_EQ(test, told(&fake->unit, p), -ETIMEDOUT);
	}

	fake->silent = false;
	due(bad);
	KUNIT_EXPECT_EQ(test, vtd_unit_recover(&fake->unit), 0);
	KUNIT_EXPECT_TRUE(test, fake_context_present(bad));
	KUNIT_EXPECT_EQ(test, told(&fake->unit, p), 0);
	/* What was attached before is attached still */
	KUNIT_EXPECT_PTR_EQ(test, bad->rid->domain, &p->domain);

	/* Well for a moment is not well: the intervals go on growing */
	fake->silent = true;
	vtd_paging_flush(p, 0x1000, 0x1fff, true);
	KUNIT_EXPECT_EQ(test, bad->retry.ms, 60000);
	fake->silent = false;
	due(bad);
	KUNIT_EXPECT_EQ(test, vtd_unit_recover(&fake->unit), 0);

	vtd_detach(bad, 0);
	fake_paging_free(test, p);
	fake_paging_free(test, q);
}

/* The queue stands still, and goes on after a reset: nobody has anything stale */
static void reset_is_enough(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *one = fake_device_new(test, fake, 0x10, 0, 1);
	struct vtd_device *two = fake_device_new(test, fake, 0x18, 0, 0);
	struct vtd_paging *p = fake_paging_new(test, one, STAGE2);
	struct vtd_paging *q = fake_paging_new(test, two, STAGE2);

	KUNIT_ASSERT_EQ(test, vtd_attach(one, 0, &p->domain), 0);
	KUNIT_ASSERT_EQ(test, vtd_attach(two, 0, &q->domain), 0);
	fake_forget(fake);
	fake->dead = true;
	fake->until_reset = true;
	vtd_paging_flush(q, 0x1000, 0x1fff, true);
	KUNIT_EXPECT_FALSE(test, fake->dead);
	KUNIT_EXPECT_EQ(test, told(&fake->unit, q), 0);
	KUNIT_EXPECT_TRUE(test, fake_executed(fake, vtd_desc_iotlb_global(DRAIN)));
	KUNIT_EXPECT_EQ(test, fake->unit.qi.ring.resets, 1);

	/* A device-TLB is made up for too, before its flush returns */
	fake_forget(fake);
	fake->dead = true;
	vtd_paging_flush(p, 0x1000, 0x1fff, true);
	KUNIT_EXPECT_TRUE(test, fake_executed(fake,
					      vtd_desc_devtlb(0x10, 0, 1,
							      0x1000, 0)));
	KUNIT_EXPECT_EQ(test, one->state, 0);
	KUNIT_EXPECT_EQ(test, two->state, 0);
	KUNIT_EXPECT_TRUE(test, fake_context_present(one));
	KUNIT_EXPECT_TRUE(test, fake_context_present(two));

	vtd_detach(one, 0);
	vtd_detach(two, 0);
	fake_paging_free(test, p);
	fake_paging_free(test, q);
}

/* The second of three device-TLBs stands still, once */
static void stop_at_second(struct fake_unit *fake, struct cmd_words desc)
{
	if (FIELD_GET(VTD_QI_TYPE_LO, desc.w0) != VTD_QI_DTLB ||
	    FIELD_GET(VTD_DTLB0_SID, desc.w0) != 0x18)
		return;
	fake->hook = NULL;
	fake->dead = true;
	fake->until_reset = true;
}

static void stop_at_device(struct fake_unit *fake, struct cmd_words desc)
{
	if (FIELD_GET(VTD_QI_TYPE_LO, desc.w0) != VTD_QI_DTLB)
		return;
	fake->hook = NULL;
	fake->dead = true;
}

/* What a second reset loses is others', but nobody has asked a device meanwhile */
static void reset_goes_on(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *one = fake_device_new(test, fake, 0x10, 0, 1);
	struct vtd_device *two = fake_device_new(test, fake, 0x18, 0, 1);
	struct vtd_device *three = fake_device_new(test, fake, 0x20, 0, 1);

	fake_no_recovery(fake);
	/* There is time for a third one */
	fake->unit.qi.ring.devtlb_timeout_us = 500 * USEC_PER_MSEC;
	fake->hook = stop_at_second;
	WRITE_ONCE(fake->unit.qi.ring.stuck, true);
	vtd_unit_recover(&fake->unit);
	KUNIT_EXPECT_EQ(test, fake->unit.qi.ring.resets, 2);
	KUNIT_ASSERT_GE(test, fake->nr, 9);
	KUNIT_EXPECT_EQ(test, fake->log[0].w0, vtd_desc_cc_global().w0);
	KUNIT_EXPECT_EQ(test, fake->log[3].w0,
			vtd_desc_devtlb(0x10, 0, 1, 0, VTD_AM_ALL).w0);
	KUNIT_EXPECT_EQ(test, fake->log[5].w0, vtd_desc_cc_global().w0);
	KUNIT_EXPECT_EQ(test, fake->log[8].w0,
			vtd_desc_devtlb(0x20, 0, 1, 0, VTD_AM_ALL).w0);
	KUNIT_EXPECT_EQ(test, one->state, 0);
	KUNIT_EXPECT_NE(test, two->state, 0);
	KUNIT_EXPECT_EQ(test, three->state, 0);
}

/* A device that takes long is left alone for long, so that others get on */
static void intervals_share(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *bad = fake_device_new(test, fake, 0x10, 0, 1);
	struct vtd_paging *p = fake_paging_new(test, bad, STAGE2);
	unsigned long began;

	fake_no_recovery(fake);
	KUNIT_ASSERT_EQ(test, vtd_attach(bad, 0, &p->domain), 0);
	fake->silent = true;
	fake->silent_sid = 0x10;
	vtd_paging_flush(p, 0x1000, 0x1fff, true);
	KUNIT_ASSERT_TRUE(test, test_bit(VTD_DEV_BLOCKED, &bad->state));

	fake->silent = false;
	fake->hook = stop_at_device;
	fake->unit.qi.ring.devtlb_timeout_us = 300 * USEC_PER_MSEC;
	due(bad);
	bad->retry.ms = 100;
	began = jiffies;
	KUNIT_EXPECT_GT(test, vtd_unit_recover(&fake->unit), 0);
	KUNIT_EXPECT_TRUE(test, test_bit(VTD_DEV_BLOCKED, &bad->state));
	KUNIT_EXPECT_EQ(test, bad->retry.ms, 200);
	/* That it took at least as long is no matter of how fast we are */
	KUNIT_EXPECT_TRUE(test, time_after_eq(bad->retry.at, began +
					      msecs_to_jiffies(10 * 300)));

	/* The reset finds out once more which device it waited for */
	fake->dead = false;
	fake->unit.retry.ms = 0;
	vtd_unit_recover(&fake->unit);
	due(bad);
	KUNIT_EXPECT_EQ(test, vtd_unit_recover(&fake->unit), 0);
	vtd_detach(bad, 0);
	fake_paging_free(test, p);
}

/* It stays dead: devices that have asked are out, others and the kernel are not */
static void who_is_blocked(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *asks = fake_device_new(test, fake, 0x10, 0, 0);
	struct vtd_device *idle = fake_device_new(test, fake, 0x18, 0, 0);
	struct vtd_device *disk = fake_device_new(test, fake, 0x20, 0, 0);
	struct vtd_paging *p = fake_paging_new(test, asks, STAGE2);
	struct vtd_paging *q = fake_paging_new(test, idle, STAGE2);
	struct vtd_paging *d = fake_paging_new(test, disk, STAGE2);

	d->domain.cookie_type = IOMMU_COOKIE_NONE;
	KUNIT_ASSERT_EQ(test, vtd_attach(asks, 0, &p->domain), 0);
	KUNIT_ASSERT_EQ(test, vtd_attach(idle, 0, &q->domain), 0);
	KUNIT_ASSERT_EQ(test, vtd_attach(disk, 0, &d->domain), 0);
	fake->dead = true;
	vtd_paging_flush(p, 0x1000, 0x1fff, true);
	vtd_paging_flush(d, 0x1000, 0x1fff, true);
	KUNIT_EXPECT_EQ(test, told(&fake->unit, p), -ETIMEDOUT);
	KUNIT_EXPECT_FALSE(test, fake_context_present(asks));
	KUNIT_EXPECT_TRUE(test, fake_context_present(idle));
	KUNIT_EXPECT_TRUE(test, fake_context_present(disk));
	KUNIT_EXPECT_EQ(test, idle->state, 0);
	KUNIT_EXPECT_EQ(test, disk->state, 0);

	/* All comes back by itself, and what was not done is made up for */
	fake_no_recovery(fake);
	fake->dead = false;
	fake_forget(fake);
	fake->unit.retry.ms = 0;
	asks->retry.ms = 0;
	KUNIT_EXPECT_EQ(test, vtd_unit_recover(&fake->unit), 0);
	KUNIT_EXPECT_TRUE(test, fake_executed(fake, vtd_desc_iotlb_global(DRAIN)));
	KUNIT_EXPECT_EQ(test, told(&fake->unit, p), 0);
	KUNIT_EXPECT_TRUE(test, fake_context_present(asks));
	KUNIT_EXPECT_FALSE(test, vtd_owes(&fake->unit));

	vtd_detach(asks, 0);
	vtd_detach(idle, 0);
	vtd_detach(disk, 0);
	fake_paging_free(test, p);
	fake_paging_free(test, q);
	fake_paging_free(test, d);
}

/* The kernel's own invalidation is refused: nobody waits, the unit forgets all */
static void lost(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *disk = fake_device_new(test, fake, 0x20, 0, 0);
	struct vtd_paging *d = fake_paging_new(test, disk, STAGE2);

	fake_no_recovery(fake);
	d->domain.cookie_type = IOMMU_COOKIE_NONE;
	KUNIT_ASSERT_EQ(test, vtd_attach(disk, 0, &d->domain), 0);
	fake->refuse_type = VTD_QI_IOTLB;
	vtd_paging_flush(d, 0x1000, 0x1fff, true);
	KUNIT_EXPECT_TRUE(test, vtd_owes(&fake->unit));
	fake_forget(fake);
	KUNIT_EXPECT_EQ(test, vtd_unit_recover(&fake->unit), 0);
	FAKE_EXPECT(test, fake, vtd_desc_cc_global(), vtd_desc_pc_global(),
		    vtd_desc_iotlb_global(DRAIN));
	KUNIT_EXPECT_FALSE(test, vtd_owes(&fake->unit));
	KUNIT_EXPECT_EQ(test, disk->state, 0);

	vtd_detach(disk, 0);
	fake_paging_free(test, d);
}

/* Switched off for good is not switched on again by the recovery */
static void ended(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *edev = fake_device_new(test, fake, 0x10, 0, 0);
	struct vtd_paging *p = fake_paging_new(test, edev, STAGE2);

	fake_no_recovery(fake);
	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &p->domain), 0);
	KUNIT_EXPECT_EQ(test, vtd_qi_disable(&fake->unit), 0);
	vtd_paging_flush(p, 0x1000, 0x1fff, true);
	KUNIT_EXPECT_EQ(test, vtd_unit_recover(&fake->unit), 0);
	KUNIT_EXPECT_FALSE(test, fake->gsts & VTD_GSTS_QIES);
	vtd_detach(edev, 0);
	KUNIT_EXPECT_FALSE(test, fake->gsts & VTD_GSTS_QIES);
	fake_paging_free(test, p);
}

/*
 * The disk is behind a guest's device-TLB. No caller that cannot sleep waits for as
 * long as that may take, and the queue, which is not to blame, goes on.
 */
static void atomic_behind_devtlb(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *slow = fake_device_new(test, fake, 0x10, 0, 1);
	struct vtd_attach att = { .edev = slow };
	struct vtd_qi_batch guest, disk;

	fake_no_recovery(fake);
	fake->unit.qi.ring.devtlb_timeout_us = 600 * USEC_PER_SEC;
	fake->dead = true;
	vtd_qi_begin(&guest, &fake->unit, false);
	vtd_add_devtlb(&guest, &att, 0, VTD_AM_ALL);
	vtd_qi_push(&guest);

	vtd_qi_begin(&disk, &fake->unit, true);
	vtd_qi_add(&disk, vtd_desc_iotlb_domain(7, DRAIN));
	KUNIT_EXPECT_EQ(test, vtd_qi_flush(&disk), -ETIMEDOUT);
	KUNIT_EXPECT_FALSE(test, fake->unit.qi.ring.stuck);
	KUNIT_EXPECT_TRUE(test, list_empty(&fake->unit.qi.ring.waiters));
	KUNIT_EXPECT_EQ(test, slow->state, 0);

	/* It is done all the same, in its turn */
	fake_forget(fake);
	fake->dead = false;
	KUNIT_EXPECT_EQ(test, vtd_qi_flush(&guest), 0);
	FAKE_EXPECT(test, fake, vtd_desc_devtlb(0x10, 0, 1, 0, VTD_AM_ALL),
		    vtd_desc_iotlb_domain(7, DRAIN));
}

#define PROGRESS_US	5000

/* One of many device-TLBs has answered. It has taken its time. */
static void one_answers(struct fake_unit *fake)
{
	struct cmd_ring *ring = &fake->unit.qi.ring;
	ktime_t *last = fake->hook_data;

	if (ktime_us_delta(ktime_get(), *last) < PROGRESS_US ||
	    !cmd_ring_asks_devtlb(ring))
		return;
	*last = ktime_get();
	ring->oldest++;
}

/* Many that answer, one after another, are too long for it as well */
static void atomic_behind_many(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *slow = fake_device_new(test, fake, 0x10, 0, 1);
	struct vtd_attach att = { .edev = slow };
	struct vtd_qi_batch guest, disk;
	ktime_t last = ktime_get();
	unsigned int i;

	fake_no_recovery(fake);
	fake->unit.qi.ring.devtlb_timeout_us = 600 * USEC_PER_SEC;
	fake->dead = true;
	vtd_qi_begin(&guest, &fake->unit, false);
	for (i = 0; i < CMD_BATCH; i++)
		vtd_add_devtlb(&guest, &att, 0, VTD_AM_ALL);
	vtd_qi_push(&guest);

	fake->hook_data = &last;
	fake->look = one_answers;
	vtd_qi_begin(&disk, &fake->unit, true);
	vtd_qi_add(&disk, vtd_desc_iotlb_domain(7, DRAIN));
	KUNIT_EXPECT_EQ(test, vtd_qi_flush(&disk), -ETIMEDOUT);
	fake->look = NULL;
	/* One look more than there is time for, at the most */
	KUNIT_EXPECT_LE(test, fake->unit.qi.ring.oldest,
			fake->unit.qi.ring.timeout_us / PROGRESS_US + 1);
	KUNIT_EXPECT_FALSE(test, fake->unit.qi.ring.stuck);
	fake->dead = false;
	KUNIT_EXPECT_EQ(test, vtd_qi_flush(&guest), 0);
}

/* The core takes no failure for an answer when it ends the reset of a function */
static void reset_puts_back(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *edev = fake_device_new(test, fake, 0x10, 20, 0);
	struct vtd_paging *p = fake_paging_new(test, edev, STAGE2);

	fake_no_recovery(fake);
	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &p->domain), 0);
	vtd_detach(edev, 0);
	fake->dead = true;
	/* What was not there needs no invalidation, what is taken away does */
	KUNIT_EXPECT_EQ(test, vtd_attach(edev, 0, &p->domain), 0);
	vtd_detach(edev, 0);
	KUNIT_EXPECT_FALSE(test, fake_context_present(edev));
	/* That is no device of PCI's: only a note says that there was a reset */
	KUNIT_EXPECT_EQ(test, vtd_attach(edev, 0, &p->domain), -ETIMEDOUT);
	KUNIT_EXPECT_NULL(test, edev->rid);
	xa_store(&edev->was, 0, &p->domain, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, vtd_attach(edev, 0, &p->domain), 0);
	KUNIT_EXPECT_FALSE(test, fake_context_present(edev));
	KUNIT_ASSERT_NOT_NULL(test, edev->rid);
	KUNIT_EXPECT_PTR_EQ(test, edev->rid->domain, &p->domain);
	/* Once: the next time it is somebody's wish */
	KUNIT_EXPECT_TRUE(test, xa_empty(&edev->was));
	KUNIT_EXPECT_EQ(test, vtd_attach(edev, 0, &p->domain), -ETIMEDOUT);

	fake->dead = false;
	fake_forget(fake);
	scoped_guard(mutex, &fake->unit.lock)
		KUNIT_EXPECT_EQ(test, vtd_device_recover(edev), 0);
	KUNIT_EXPECT_TRUE(test, fake_context_present(edev));
	KUNIT_EXPECT_EQ(test, fake_pgtt(edev, 0), VTD_PGTT_STAGE2);
	vtd_detach(edev, 0);
	fake_paging_free(test, p);
}

static struct kunit_case recover_cases[] = {
	KUNIT_CASE(order),
	KUNIT_CASE(reset_puts_back),
	KUNIT_CASE(intervals),
	KUNIT_CASE(reset_is_enough),
	KUNIT_CASE(reset_goes_on),
	KUNIT_CASE(intervals_share),
	KUNIT_CASE(who_is_blocked),
	KUNIT_CASE(lost),
	KUNIT_CASE(ended),
	KUNIT_CASE(atomic_behind_devtlb),
	KUNIT_CASE(atomic_behind_many),
	{}
};

static struct kunit_suite recover_suite = {
	.name = "intel_nested_recover",
	.test_cases = recover_cases,
};

kunit_test_suite(recover_suite);
