// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: the ring, and what it does when the hardware fails
 */
#include <kunit/test.h>
#include <linux/delay.h>

#include "../../../nested/cmd_ring_recover.h"
#include "../domain.h"
#include "../flush.h"
#include "../queue.h"
#include "fake_unit.h"

static void qi_order(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_qi_batch batch;
	unsigned int qs;

	vtd_qi_begin(&batch, &fake->unit, false);
	vtd_qi_add(&batch, vtd_desc_cc_global());
	vtd_qi_add(&batch, vtd_desc_pc_pasid(3, 4));
	vtd_qi_add(&batch, vtd_desc_iotlb_domain(3, 0));
	KUNIT_EXPECT_EQ(test, vtd_qi_flush(&batch), 0);
	FAKE_EXPECT(test, fake, vtd_desc_cc_global(), vtd_desc_pc_pasid(3, 4),
		    vtd_desc_iotlb_domain(3, 0));
	KUNIT_EXPECT_EQ(test, fake->waits, 1);
	KUNIT_EXPECT_EQ(test, fake->doorbells, 2);	/* enable, flush */
	/* 256-bit descriptors, in as many pages as the driver has slots for */
	KUNIT_EXPECT_TRUE(test, fake->iqa & VTD_IQA_DW);
	qs = FIELD_GET(VTD_IQA_QS, fake->iqa);
	KUNIT_EXPECT_EQ(test, qs, VTD_QI_QS);

	/* Nothing to do is nothing to wait for */
	KUNIT_EXPECT_EQ(test, vtd_qi_flush(&batch), 0);
	KUNIT_EXPECT_EQ(test, fake->waits, 1);
}

/* Many more than fit, in one batch: nothing lost, nothing out of order */
static void qi_wrap(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	unsigned int n = VTD_QI_SLOTS * 5 + 17, i;
	struct vtd_qi_batch batch;

	vtd_qi_begin(&batch, &fake->unit, false);
	for (i = 0; i < n; i++)
		vtd_qi_add(&batch, vtd_desc_pc_pasid(i & 0xffff, i));
	KUNIT_EXPECT_EQ(test, vtd_qi_flush(&batch), 0);
	KUNIT_ASSERT_EQ(test, fake->nr, n);
	for (i = 0; i < n; i++)
		KUNIT_ASSERT_EQ(test, fake->log[i].w0,
				vtd_desc_pc_pasid(i & 0xffff, i).w0);
	/* One wait for each time that the ring was full, and the last */
	KUNIT_EXPECT_LE(test, fake->waits, 6);
	KUNIT_EXPECT_LE(test, fake->doorbells, 7);
}

/* Batches of all sizes, so that each ends at each slot sometime */
static void qi_wrap_sizes(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	unsigned int size, round, i;
	struct vtd_qi_batch batch;

	for (size = 1; size <= 2 * CMD_BATCH + 1; size += 8) {
		for (round = 0; round < VTD_QI_SLOTS + 2; round++) {
			fake_forget(fake);
			vtd_qi_begin(&batch, &fake->unit, false);
			for (i = 0; i < size; i++)
				vtd_qi_add(&batch, vtd_desc_pc_pasid(1, i));
			KUNIT_ASSERT_EQ(test, vtd_qi_flush(&batch), 0);
			KUNIT_ASSERT_EQ(test, fake->nr, size);
			KUNIT_ASSERT_EQ(test, fake->log[size - 1].w0,
					vtd_desc_pc_pasid(1, size - 1).w0);
			KUNIT_ASSERT_EQ(test, fake->waits, 1);
			KUNIT_ASSERT_EQ(test, fake->doorbells, 1);
		}
	}
}

/* The word that a wait writes is never zero, which is what memory has at first */
static void qi_seq_wrap(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_qi_batch batch;
	int i;

	fake->unit.qi.ring.seq = U32_MAX - 2;
	vtd_qi_begin(&batch, &fake->unit, false);
	for (i = 0; i < 6; i++) {
		vtd_qi_add(&batch, vtd_desc_cc_global());
		KUNIT_EXPECT_EQ(test, vtd_qi_flush(&batch), 0);
		KUNIT_EXPECT_NE(test, fake->unit.qi.ring.seq, 0);
	}
	KUNIT_EXPECT_EQ(test, fake->nr, 6);
}

static void qi_refused(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_qi_batch batch;

	fake->refuse_type = VTD_QI_PC;
	vtd_qi_begin(&batch, &fake->unit, false);
	vtd_qi_add(&batch, vtd_desc_cc_global());
	vtd_qi_add(&batch, vtd_desc_pc_global());
	vtd_qi_add(&batch, vtd_desc_iotlb_global(0));
	KUNIT_EXPECT_EQ(test, vtd_qi_flush(&batch), -EIO);
	/* The others were executed, and the queue goes on */
	FAKE_EXPECT(test, fake, vtd_desc_cc_global(), FAKE_FENCE,
		    vtd_desc_iotlb_global(0));
	KUNIT_EXPECT_FALSE(test, fake->unit.qi.ring.stuck);

	fake_forget(fake);
	vtd_qi_add(&batch, vtd_desc_pc_global());
	KUNIT_EXPECT_EQ(test, vtd_qi_flush(&batch), 0);
	FAKE_EXPECT(test, fake, vtd_desc_pc_global());
}

/* Refused when another's doorbell had it executed, before its own wait */
static void qi_refused_early(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_qi_batch one, two;

	fake->refuse_type = VTD_QI_PC;
	vtd_qi_begin(&one, &fake->unit, false);
	vtd_qi_begin(&two, &fake->unit, false);
	vtd_qi_add(&one, vtd_desc_pc_global());
	vtd_qi_push(&one);
	vtd_qi_add(&two, vtd_desc_cc_global());
	KUNIT_EXPECT_EQ(test, vtd_qi_flush(&two), 0);
	KUNIT_EXPECT_EQ(test, vtd_qi_flush(&one), -EIO);
	FAKE_EXPECT(test, fake, FAKE_FENCE, vtd_desc_cc_global());
}

/* A refused wait is right, and is given again */
static void qi_refused_wait(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_qi_batch batch;

	fake->refuse_type = VTD_QI_WAIT;
	vtd_qi_begin(&batch, &fake->unit, false);
	vtd_qi_add(&batch, vtd_desc_cc_global());
	KUNIT_EXPECT_EQ(test, vtd_qi_flush(&batch), 0);
	KUNIT_EXPECT_EQ(test, fake->waits, 1);
}

/* Hardware that refuses everything for ever is as good as dead */
static void qi_refused_always(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_qi_batch batch;

	fake->refuse_type = VTD_QI_WAIT;
	fake->refuse_sticky = true;
	vtd_qi_begin(&batch, &fake->unit, false);
	vtd_qi_add(&batch, vtd_desc_cc_global());
	KUNIT_EXPECT_EQ(test, vtd_qi_flush(&batch), -ETIMEDOUT);
	KUNIT_EXPECT_TRUE(test, fake->unit.qi.ring.stuck);
}

static void qi_silent_device(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *bad = fake_device_new(test, fake, 0x10, 0, 1);
	struct vtd_device *good = fake_device_new(test, fake, 0x18, 0, 1);
	struct vtd_qi_batch batch;

	fake->silent = true;
	fake->silent_sid = 0x10;
	vtd_qi_begin(&batch, &fake->unit, false);
	vtd_qi_add(&batch, vtd_desc_devtlb(0x18, 0, 1, 0, 0));
	/* What is behind it is dropped with it, and queued again */
	vtd_qi_add(&batch, vtd_desc_devtlb(0x10, 0, 1, 0, 0));
	vtd_qi_add(&batch, vtd_desc_devtlb(0x18, 0, 1, 0x1000, 0));
	KUNIT_EXPECT_EQ(test, vtd_qi_flush(&batch), 0);
	KUNIT_EXPECT_TRUE(test, test_bit(VTD_DEV_FAILED, &bad->state));
	KUNIT_EXPECT_FALSE(test, test_bit(VTD_DEV_FAILED, &good->state));
	/* Twice what may not have been done the first time */
	FAKE_EXPECT(test, fake, vtd_desc_devtlb(0x18, 0, 1, 0, 0),
		    vtd_desc_devtlb(0x18, 0, 1, 0, 0),
		    vtd_desc_devtlb(0x18, 0, 1, 0x1000, 0));
}

/* A device is asked after it has left: the others have nothing to do with it */
static void qi_silent_gone(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *edev = fake_device_new(test, fake, 0x10, 0, 1);
	struct vtd_qi_batch batch;

	fake->silent = true;
	fake->silent_sid = 0x18;
	vtd_qi_begin(&batch, &fake->unit, false);
	vtd_qi_add(&batch, vtd_desc_devtlb(0x18, 0, 1, 0, 0));
	vtd_qi_add(&batch, vtd_desc_devtlb(0x10, 0, 1, 0, 0));
	KUNIT_EXPECT_EQ(test, vtd_qi_flush(&batch), 0);
	KUNIT_EXPECT_EQ(test, edev->state, 0);
	FAKE_EXPECT(test, fake, vtd_desc_devtlb(0x10, 0, 1, 0, 0));
}

/* Hardware that does not say which device has not answered: it can be any */
static void qi_silent_unnamed(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *ats = fake_device_new(test, fake, 0x10, 0, 1);
	struct vtd_device *other = fake_device_new(test, fake, 0x18, 0, 1);
	struct vtd_device *none = fake_device_new(test, fake, 0x20, 0, 0);
	struct vtd_qi_batch batch;

	fake->silent = true;
	fake->silent_sid = 0x10;
	fake->unnamed = true;
	vtd_qi_begin(&batch, &fake->unit, false);
	vtd_qi_add(&batch, vtd_desc_devtlb(0x10, 0, 1, 0, 0));
	KUNIT_EXPECT_EQ(test, vtd_qi_flush(&batch), 0);
	KUNIT_EXPECT_TRUE(test, test_bit(VTD_DEV_FAILED, &ats->state));
	KUNIT_EXPECT_TRUE(test, test_bit(VTD_DEV_FAILED, &other->state));
	KUNIT_EXPECT_EQ(test, none->state, 0);
}

/*
 * Two producers, one of which has descriptors before and after the other's, and
 * hardware that has fetched @ahead more when it stops
 */
static void shared_queue(struct kunit *test, unsigned int start,
			 unsigned int ahead)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *bad = fake_device_new(test, fake, 0x10, 0, 1);
	struct vtd_qi_batch one, two;
	unsigned int i;

	for (i = 0; i < VTD_QI_SLOTS / 2 - start; i++) {
		vtd_qi_begin(&one, &fake->unit, false);
		vtd_qi_add(&one, vtd_desc_iotlb_global(0));
		KUNIT_ASSERT_EQ(test, vtd_qi_flush(&one), 0);
	}
	fake_forget(fake);

	fake->silent = true;
	fake->silent_sid = 0x10;
	fake->ahead = ahead;
	vtd_qi_begin(&one, &fake->unit, false);
	vtd_qi_begin(&two, &fake->unit, false);
	vtd_qi_add(&one, vtd_desc_pc_pasid(1, 1));
	vtd_qi_add(&one, vtd_desc_devtlb(0x10, 0, 1, 0, 0));
	vtd_qi_add(&one, vtd_desc_pc_pasid(1, 2));
	vtd_qi_push(&one);
	vtd_qi_add(&two, vtd_desc_pc_pasid(2, 1));
	vtd_qi_add(&two, vtd_desc_devtlb(0x10, 0, 1, 0, 0));
	vtd_qi_add(&two, vtd_desc_pc_pasid(2, 2));
	KUNIT_ASSERT_EQ(test, vtd_qi_flush(&two), 0);
	for (i = 1; i <= 2; i++)
		KUNIT_ASSERT_TRUE(test, fake_executed(fake,
						      vtd_desc_pc_pasid(2, i)));
	KUNIT_ASSERT_TRUE(test, test_bit(VTD_DEV_FAILED, &bad->state));

	vtd_qi_add(&one, vtd_desc_pc_pasid(1, 3));
	KUNIT_ASSERT_EQ(test, vtd_qi_flush(&one), 0);
	for (i = 1; i <= 3; i++)
		KUNIT_ASSERT_TRUE(test, fake_executed(fake,
						      vtd_desc_pc_pasid(1, i)));
	KUNIT_ASSERT_FALSE(test, fake->unit.qi.ring.stuck);
	KUNIT_ASSERT_TRUE(test, list_empty(&fake->unit.qi.ring.waiters));
}

static void qi_silent_device_shared(struct kunit *test)
{
	unsigned int ahead, start;

	/* The ring wraps at each place of what is queued */
	for (start = 0; start < 6; start++)
		for (ahead = 0; ahead < 12; ahead++)
			shared_queue(test, start, ahead);
}

/* The wait completes, as if all were well */
static void qi_wrong_answer(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *bad = fake_device_new(test, fake, 0x10, 0, 1);
	struct vtd_attach att = { .edev = bad };
	struct vtd_qi_batch batch;

	fake->silent = true;
	fake->silent_sid = 0x10;
	fake->wrong = true;
	vtd_qi_begin(&batch, &fake->unit, false);
	vtd_add_devtlb(&batch, &att, 0, 0);
	KUNIT_EXPECT_EQ(test, vtd_qi_flush(&batch), 0);
	KUNIT_EXPECT_TRUE(test, test_bit(VTD_DEV_FAILED, &bad->state));
	KUNIT_EXPECT_EQ(test, fake->fsts, 0);
}

static void qi_dead(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_qi_batch batch;

	/* The resets are those of the test */
	fake_no_recovery(fake);
	fake->dead = true;
	vtd_qi_begin(&batch, &fake->unit, false);
	vtd_qi_add(&batch, vtd_desc_cc_global());
	KUNIT_EXPECT_EQ(test, vtd_qi_flush(&batch), -ETIMEDOUT);

	/* Nobody else waits for it, not even for room */
	vtd_qi_add(&batch, vtd_desc_cc_global());
	KUNIT_EXPECT_EQ(test, vtd_qi_flush(&batch), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, fake->doorbells, 2);

	/* A reset that the hardware does not answer leaves it so */
	fake->gcmd_dead = true;
	KUNIT_EXPECT_EQ(test, vtd_qi_reset(&fake->unit), -ETIMEDOUT);
	KUNIT_EXPECT_TRUE(test, fake->unit.qi.ring.stuck);

	fake->gcmd_dead = false;
	fake->dead = false;
	KUNIT_EXPECT_EQ(test, vtd_qi_reset(&fake->unit), 0);
	fake_forget(fake);
	vtd_qi_add(&batch, vtd_desc_pc_global());
	KUNIT_EXPECT_EQ(test, vtd_qi_flush(&batch), 0);
	/* What was queued before is gone */
	FAKE_EXPECT(test, fake, vtd_desc_pc_global());
}

static void qi_dead_when_full(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_qi_batch batch;
	unsigned int i;

	fake_no_recovery(fake);
	fake->dead = true;
	vtd_qi_begin(&batch, &fake->unit, true);
	for (i = 0; i < VTD_QI_SLOTS * 2; i++)
		vtd_qi_add(&batch, vtd_desc_cc_global());
	KUNIT_EXPECT_EQ(test, vtd_qi_flush(&batch), -ETIMEDOUT);
}

static int qi_one(struct vtd_unit *unit, bool parks)
{
	struct vtd_qi_batch batch;

	vtd_qi_begin(&batch, unit, false);
	batch.cmds.parks = parks;
	vtd_qi_add(&batch, vtd_desc_cc_global());
	return vtd_qi_flush(&batch);
}

/* The queue works before the unit does: no caller takes one for the other */
static void qi_dead_until_settled(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct cmd_ring *ring = &fake->unit.qi.ring;

	fake_no_recovery(fake);
	cmd_ring_fail(ring);
	KUNIT_ASSERT_EQ(test, vtd_qi_reset(&fake->unit), 0);
	KUNIT_EXPECT_EQ(test, qi_one(&fake->unit, true), -ETIMEDOUT);
	/* That of the recovery itself */
	KUNIT_EXPECT_EQ(test, qi_one(&fake->unit, false), 0);
	cmd_ring_settle(ring, CMD_OWED_DEVTLB);
	KUNIT_EXPECT_EQ(test, qi_one(&fake->unit, true), 0);
}

/**
 * struct flusher - a thread that has a batch done, and can wait for a recovery
 * @work: does it
 * @unit: the unit
 * @batch: the batch
 * @ret: what it was told
 */
struct flusher {
	struct work_struct work;
	struct vtd_unit *unit;
	struct vtd_qi_batch batch;
	int ret;
};

static void flusher_work(struct work_struct *work)
{
	struct flusher *flusher = container_of(work, struct flusher, work);

	guard(srcu)(&flusher->unit->srcu);
	flusher->ret = vtd_qi_flush(&flusher->batch);
}

static void flusher_begin(struct flusher *flusher, struct vtd_unit *unit)
{
	INIT_WORK_ONSTACK(&flusher->work, flusher_work);
	flusher->unit = unit;
	vtd_qi_begin(&flusher->batch, unit, false);
	flusher->batch.cmds.parks = true;
}

static bool flusher_parked(struct flusher *flusher)
{
	struct cmd_ring *ring = &flusher->unit->qi.ring;

	guard(spinlock_irqsave)(&ring->lock);
	return !list_empty(&ring->parked);
}

static void flusher_start(struct flusher *flusher)
{
	schedule_work(&flusher->work);
	while (!flusher_parked(flusher) && work_busy(&flusher->work))
		usleep_range(100, 1000);
}

static void flusher_end(struct flusher *flusher)
{
	flush_work(&flusher->work);
	destroy_work_on_stack(&flusher->work);
}

/* The recovery asks device-TLBs one by one: none that can wait is in between */
static void qi_recovery_alone(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *edev = fake_device_new(test, fake, 0x10, 0, 1);
	struct cmd_ring *ring = &fake->unit.qi.ring;
	struct vtd_attach att = { .edev = edev };
	struct flusher flusher;

	cmd_ring_settle(ring, CMD_OWED_DEVTLB);
	flusher_begin(&flusher, &fake->unit);
	vtd_add_devtlb(&flusher.batch, &att, 0, VTD_AM_ALL);
	flusher_start(&flusher);
	FAKE_EXPECT_NONE(test, fake);
	cmd_ring_settle(ring, CMD_OWED_NONE);
	flusher_end(&flusher);
	KUNIT_EXPECT_EQ(test, flusher.ret, 0);
	FAKE_EXPECT(test, fake, vtd_desc_devtlb(0x10, 0, 1, 0, VTD_AM_ALL));

	/* What asks none is */
	cmd_ring_settle(ring, CMD_OWED_DEVTLB);
	fake_forget(fake);
	flusher_begin(&flusher, &fake->unit);
	vtd_qi_add(&flusher.batch, vtd_desc_pc_global());
	flusher_start(&flusher);
	FAKE_EXPECT(test, fake, vtd_desc_pc_global());
	cmd_ring_settle(ring, CMD_OWED_NONE);
	flusher_end(&flusher);
	KUNIT_EXPECT_EQ(test, flusher.ret, 0);
}

/* A thread is told of what it has in the queue, though it has waited since */
static void qi_recovery_between(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *edev = fake_device_new(test, fake, 0x10, 0, 1);
	struct cmd_ring *ring = &fake->unit.qi.ring;
	struct vtd_attach att = { .edev = edev };
	struct flusher flusher;

	cmd_ring_settle(ring, CMD_OWED_DEVTLB);
	fake->refuse_type = VTD_QI_PC;
	flusher_begin(&flusher, &fake->unit);
	vtd_qi_add(&flusher.batch, vtd_desc_pc_global());
	vtd_qi_push(&flusher.batch);
	vtd_add_devtlb(&flusher.batch, &att, 0, VTD_AM_ALL);
	flusher_start(&flusher);
	FAKE_EXPECT_NONE(test, fake);
	cmd_ring_settle(ring, CMD_OWED_NONE);
	flusher_end(&flusher);
	KUNIT_EXPECT_EQ(test, flusher.ret, -EIO);
	FAKE_EXPECT(test, fake, FAKE_FENCE,
		    vtd_desc_devtlb(0x10, 0, 1, 0, VTD_AM_ALL));
}

static struct kunit_case qi_cases[] = {
	KUNIT_CASE(qi_order),
	KUNIT_CASE(qi_wrap),
	KUNIT_CASE(qi_wrap_sizes),
	KUNIT_CASE(qi_seq_wrap),
	KUNIT_CASE(qi_refused),
	KUNIT_CASE(qi_refused_early),
	KUNIT_CASE(qi_refused_wait),
	KUNIT_CASE(qi_refused_always),
	KUNIT_CASE(qi_silent_device),
	KUNIT_CASE(qi_silent_gone),
	KUNIT_CASE(qi_silent_unnamed),
	KUNIT_CASE(qi_silent_device_shared),
	KUNIT_CASE(qi_wrong_answer),
	KUNIT_CASE(qi_dead),
	KUNIT_CASE(qi_dead_when_full),
	KUNIT_CASE(qi_dead_until_settled),
	KUNIT_CASE(qi_recovery_alone),
	KUNIT_CASE(qi_recovery_between),
	{}
};

static struct kunit_suite qi_suite = {
	.name = "intel_nested_qi",
	.test_cases = qi_cases,
};

kunit_test_suite(qi_suite);
