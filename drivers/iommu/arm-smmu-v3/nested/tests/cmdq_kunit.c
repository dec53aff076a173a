// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: the command queue, and its recovery from errors
 */
#include <kunit/test.h>
#include <linux/kthread.h>

#include "../../../nested/cmd_ring_recover.h"
#include "../queue.h"
#include "fake_unit.h"

static struct cmd_words some(u16 vmid)
{
	return smmu3_cmd_tlbi_s12_vmall(vmid);
}

static int run(struct smmu3_unit *unit, unsigned int nr)
{
	struct smmu3_batch batch;
	unsigned int i;

	guard(srcu)(&unit->srcu);

	smmu3_batch_begin(&batch, unit, false);
	for (i = 0; i < nr; i++)
		smmu3_batch_add(&batch, some(i));
	return smmu3_batch_flush(&batch);
}

static void one_sync_for_a_batch(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);

	KUNIT_EXPECT_EQ(test, run(&fake->unit, 1), 0);
	FAKE_EXPECT(test, fake, some(0));
	KUNIT_EXPECT_EQ(test, fake->syncs, 1);
	KUNIT_EXPECT_EQ(test, fake->doorbells, 1);

	sham_forget(fake);
	KUNIT_EXPECT_EQ(test, run(&fake->unit, CMD_BATCH * 3 + 1), 0);
	KUNIT_EXPECT_EQ(test, fake->nr, CMD_BATCH * 3 + 1);
	KUNIT_EXPECT_EQ(test, fake->syncs, 1);
	KUNIT_EXPECT_EQ(test, fake->doorbells, 1);

	/* Nothing to wait for */
	sham_forget(fake);
	KUNIT_EXPECT_EQ(test, run(&fake->unit, 0), 0);
	KUNIT_EXPECT_EQ(test, fake->doorbells, 0);
}

static void cmdq_in_order(struct kunit *test, struct fake_unit *fake,
			  unsigned int nr)
{
	unsigned int i, want = 0;

	for (i = 0; i < fake->nr; i++) {
		if (FIELD_GET(SMMU_CMD0_OPCODE, fake->log[i].w0) ==
		    SMMU_OP_SYNC)
			continue;
		KUNIT_ASSERT_EQ(test, fake->log[i].w0, some(want).w0);
		want++;
	}
	KUNIT_EXPECT_EQ(test, want, nr);
}

/* More than the ring has room for, and around its end many times */
static void wraps(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	unsigned int slots = 1U << fake->unit.cmdq.shift;
	unsigned int i;

	KUNIT_EXPECT_EQ(test, run(&fake->unit, 3 * slots), 0);
	cmdq_in_order(test, fake, 3 * slots);
	for (i = 0; i < 5 * slots; i++) {
		sham_forget(fake);
		KUNIT_ASSERT_EQ(test, run(&fake->unit, i % 7), 0);
		cmdq_in_order(test, fake, i % 7);
	}
}

/* The same without messages: completion is what CMDQ_CONS says */
static void wraps_by_register(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, SMMU_IDR0_MSI);
	unsigned int slots = 1U << fake->unit.cmdq.shift;
	unsigned int i;

	KUNIT_EXPECT_NULL(test, fake->unit.cmdq.ring.status);
	KUNIT_EXPECT_EQ(test, run(&fake->unit, 3 * slots), 0);
	cmdq_in_order(test, fake, 3 * slots);
	for (i = 0; i < 5 * slots; i++) {
		sham_forget(fake);
		KUNIT_ASSERT_EQ(test, run(&fake->unit, i % 7), 0);
		cmdq_in_order(test, fake, i % 7);
	}
}

static void refused(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);

	fake->refuse_op = SMMU_OP_TLBI_S12_VMALL;
	KUNIT_EXPECT_EQ(test, run(&fake->unit, 3), -EIO);
	/* The others are executed all the same */
	FAKE_EXPECT(test, fake, FAKE_FENCE, some(1), some(2));
	KUNIT_EXPECT_EQ(test, fake->unit.cmdq.ring.refused, 1);

	/* And it is not the next one's fault */
	sham_forget(fake);
	KUNIT_EXPECT_EQ(test, run(&fake->unit, 1), 0);
	FAKE_EXPECT(test, fake, some(0));
}

static void all_refused(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, SMMU_IDR0_MSI);

	fake->refuse_op = SMMU_OP_TLBI_S12_VMALL;
	fake->refuse_sticky = true;
	KUNIT_EXPECT_EQ(test, run(&fake->unit, 50), -EIO);
	KUNIT_EXPECT_EQ(test, fake->unit.cmdq.ring.refused, 50);
	KUNIT_EXPECT_EQ(test, sham_count(fake, SMMU_OP_TLBI_S12_VMALL), 0);
	fake->refuse_op = 0;
	KUNIT_EXPECT_EQ(test, run(&fake->unit, 1), 0);
}

/* A command of one producer is refused while others wait */
static void refused_is_his(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	struct smmu3_batch mine, other;

	guard(srcu)(&fake->unit.srcu);

	smmu3_batch_begin(&mine, &fake->unit, false);
	smmu3_batch_add(&mine, some(1));
	smmu3_batch_push(&mine);
	smmu3_batch_begin(&other, &fake->unit, false);
	smmu3_batch_add(&other, smmu3_cmd_tlbi_nh_all(2));
	fake->refuse_op = SMMU_OP_TLBI_NH_ALL;
	KUNIT_EXPECT_EQ(test, smmu3_batch_flush(&other), -EIO);
	smmu3_batch_add(&mine, some(3));
	/* It lies between the two of mine, and cannot be told from them */
	KUNIT_EXPECT_EQ(test, smmu3_batch_flush(&mine), -EIO);

	smmu3_batch_add(&mine, some(4));
	KUNIT_EXPECT_EQ(test, smmu3_batch_flush(&mine), 0);
}

/* A refused CMD_SYNC is given once more: it is right */
static void sync_refused(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);

	fake->refuse_op = SMMU_OP_SYNC;
	KUNIT_EXPECT_EQ(test, run(&fake->unit, 2), 0);
	FAKE_EXPECT(test, fake, some(0), some(1));
	KUNIT_EXPECT_EQ(test, fake->syncs, 1);
}

/* What becomes of the queue is for the test to say, and not for the recovery */
static void alone(struct fake_unit *fake)
{
	disable_delayed_work_sync(&fake->unit.recover_work);
}

static void fetch_aborts(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);

	alone(fake);
	fake->aborts = 3;
	KUNIT_EXPECT_EQ(test, run(&fake->unit, 2), 0);
	FAKE_EXPECT(test, fake, some(0), some(1));

	fake->aborts = UINT_MAX;
	KUNIT_EXPECT_EQ(test, run(&fake->unit, 2), -ETIMEDOUT);
	KUNIT_EXPECT_TRUE(test, fake->unit.cmdq.ring.stuck);
	fake->aborts = 0;
	KUNIT_EXPECT_EQ(test, smmu3_cmdq_reset(&fake->unit), 0);
	KUNIT_EXPECT_EQ(test, run(&fake->unit, 2), 0);
}

static void atc_unanswered(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	struct smmu3_device *good, *bad, *late;
	struct smmu3_batch batch;

	good = sham_device_new(test, fake, 1, 0, true);
	bad = sham_device_new(test, fake, 2, 0, true);
	late = sham_device_new(test, fake, 3, 0, true);
	fake->silent = true;
	fake->silent_sid = 2;

	scoped_guard(srcu, &fake->unit.srcu) {
		smmu3_batch_begin(&batch, &fake->unit, false);
		smmu3_batch_add_atc(&batch, good, smmu3_cmd_atc_inv_all(1));
		smmu3_batch_other(&batch);
		smmu3_batch_add(&batch, some(9));
		smmu3_batch_add_atc(&batch, bad, smmu3_cmd_atc_inv_all(2));
		smmu3_batch_add_atc(&batch, late, smmu3_cmd_atc_inv_all(3));
		/* The hardware goes on: it is the device that has failed */
		KUNIT_EXPECT_EQ(test, smmu3_batch_flush(&batch), 0);
	}
	sham_recover(fake);
	KUNIT_EXPECT_EQ(test, good->state, 0);
	KUNIT_EXPECT_EQ(test, late->state, 0);
	KUNIT_EXPECT_EQ(test, bad->state, FAKE_OUT);
	KUNIT_EXPECT_TRUE(test, sham_executed(fake, some(9)));
}

/* Between two CMD_SYNCs there are ATC invalidations of one device at most */
static void expect_told_apart(struct kunit *test, const struct fake_unit *fake)
{
	struct cmd_words cmd;
	u32 sid, cur = 0;
	unsigned int i;

	for (i = 0; i < fake->nr; i++) {
		cmd = fake->log[i];
		if (FIELD_GET(SMMU_CMD0_OPCODE, cmd.w0) == SMMU_OP_SYNC)
			cur = 0;
		if (FIELD_GET(SMMU_CMD0_OPCODE, cmd.w0) != SMMU_OP_ATC_INV)
			continue;
		sid = FIELD_GET(SMMU_CMD0_SID, cmd.w0);
		KUNIT_EXPECT_TRUE(test, !cur || cur == sid);
		cur = sid;
	}
}

/*
 * Whatever is in a batch, however long it is, and whatever else is in the ring.
 * Without IDR0.MSI the log has all CMD_SYNCs.
 */
static void atc_told_apart(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, SMMU_IDR0_MSI);
	struct smmu3_batch batch, other;
	struct smmu3_device *dev[2];
	unsigned int i, nr = 0;

	dev[0] = sham_device_new(test, fake, 1, 0, true);
	dev[1] = sham_device_new(test, fake, 2, 0, true);
	sham_forget(fake);

	guard(srcu)(&fake->unit.srcu);

	smmu3_batch_begin(&batch, &fake->unit, false);
	smmu3_batch_begin(&other, &fake->unit, false);
	for (i = 0; i < 200; i++) {
		unsigned int which = i / 37 & 1;

		if (i % 50 > 40) {
			smmu3_batch_other(&batch);
			smmu3_batch_add(&batch, some(i));
			continue;
		}
		smmu3_batch_add_atc(&batch, dev[which],
				    smmu3_cmd_atc_inv_all(which + 1));
		nr++;
		/* Another producer's comes next in the ring whenever it can */
		smmu3_batch_add_atc(&other, dev[!which],
				    smmu3_cmd_atc_inv_all(!which + 1));
		KUNIT_EXPECT_EQ(test, smmu3_batch_flush(&other), 0);
		nr++;
	}
	KUNIT_EXPECT_EQ(test, smmu3_batch_flush(&batch), 0);
	KUNIT_EXPECT_EQ(test, sham_count(fake, SMMU_OP_ATC_INV), nr);
	expect_told_apart(test, fake);
}

/* The queue stands still for a device: that is blocked, nothing else */
static void stuck_for_a_device(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	struct smmu3_device *good, *bad;
	struct smmu3_batch batch;

	good = sham_device_new(test, fake, 1, 0, true);
	bad = sham_device_new(test, fake, 2, 0, true);
	good->ats_on = true;
	bad->ats_on = true;
	fake->hung = true;
	fake->silent_sid = 2;

	scoped_guard(srcu, &fake->unit.srcu) {
		smmu3_batch_begin(&batch, &fake->unit, false);
		smmu3_batch_add_atc(&batch, good, smmu3_cmd_atc_inv_all(1));
		smmu3_batch_add_atc(&batch, bad, smmu3_cmd_atc_inv_all(2));
		smmu3_batch_add_atc(&batch, good, smmu3_cmd_atc_inv_all(1));
		/* It is not for this one to say what the recovery will do */
		KUNIT_EXPECT_EQ(test, smmu3_batch_flush(&batch), -ETIMEDOUT);
	}
	sham_recover(fake);
	KUNIT_EXPECT_FALSE(test, fake->unit.dead);
	KUNIT_EXPECT_FALSE(test, fake->unit.cmdq.ring.stuck);
	KUNIT_EXPECT_EQ(test, good->state, 0);
	KUNIT_EXPECT_EQ(test, bad->state, FAKE_OUT);
	KUNIT_EXPECT_EQ(test, run(&fake->unit, 2), 0);
}

static void dead(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);

	alone(fake);
	fake->dead = true;
	KUNIT_EXPECT_EQ(test, run(&fake->unit, 2), -ETIMEDOUT);
	/* Nobody waits for it again */
	sham_forget(fake);
	KUNIT_EXPECT_EQ(test, run(&fake->unit, 2), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, fake->doorbells, 0);

	fake->dead = false;
	KUNIT_EXPECT_EQ(test, smmu3_cmdq_reset(&fake->unit), 0);
	sham_forget(fake);
	KUNIT_EXPECT_EQ(test, run(&fake->unit, 2), 0);
	FAKE_EXPECT(test, fake, some(0), some(1));
	KUNIT_EXPECT_EQ(test, fake->unit.cmdq.ring.resets, 1);
}

/*
 * Another waiter finishes all that is complete. Then the queue is reset, and is
 * given commands that it does not execute, up to where it was and beyond.
 */
static void reset_behind_look(struct fake_unit *fake)
{
	struct smmu3_unit *unit = &fake->unit;
	struct cmd_ring *ring = &unit->cmdq.ring;
	u32 stale = ring->head;
	struct smmu3_batch batch;

	scoped_guard(spinlock_irqsave, &ring->lock)
		cmd_ring_reap(ring);
	scoped_guard(mutex, &unit->lock)
		smmu3_cmdq_reset(unit);
	cmd_ring_settle(ring, CMD_OWED_NONE);
	fake->dead = true;
	while (ring->head <= stale) {
		smmu3_batch_begin(&batch, unit, false);
		smmu3_batch_add(&batch, some(0));
		smmu3_batch_push(&batch);
	}
}

/*
 * A waiter finds its commands complete, and gets the lock after a reset: the
 * position that it has read says nothing of the commands of after.
 */
static void looked_before_reset(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, SMMU_IDR0_MSI);
	struct cmd_ring *ring = &fake->unit.cmdq.ring;

	alone(fake);
	fake->peek = reset_behind_look;
	KUNIT_EXPECT_EQ(test, run(&fake->unit, 3), 0);
	KUNIT_EXPECT_EQ(test, ring->resets, 1);
	KUNIT_EXPECT_GT(test, ring->head, 0);
	KUNIT_EXPECT_EQ(test, ring->oldest, 0);

	fake->dead = false;
	KUNIT_EXPECT_EQ(test, run(&fake->unit, 1), 0);
	KUNIT_EXPECT_EQ(test, ring->oldest, ring->head);
}

/* A register that says nonsense is not believed */
static void implausible(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, SMMU_IDR0_MSI);

	alone(fake);
	fake->dead = true;
	fake->cmdq_cons = 300;
	KUNIT_EXPECT_EQ(test, run(&fake->unit, 2), -ETIMEDOUT);
	fake->gerror ^= SMMU_GERROR_CMDQ_ERR;
	smmu3_gerror_irq(&fake->unit);
	KUNIT_EXPECT_TRUE(test, fake->unit.cmdq.ring.stuck);
}

struct producer {
	struct fake_unit *fake;
	u16 first;
	unsigned int rounds;
	int ret;
};

static int produce(void *data)
{
	struct producer *p = data;
	struct smmu3_batch batch;
	unsigned int i;
	int idx;

	for (i = 0; i < p->rounds && !p->ret; i++) {
		idx = srcu_read_lock(&p->fake->unit.srcu);
		smmu3_batch_begin(&batch, &p->fake->unit, false);
		smmu3_batch_add(&batch, some(p->first + i));
		if (i % 3 == 0)
			smmu3_batch_push(&batch);
		cond_resched();
		p->ret = smmu3_batch_flush(&batch);
		srcu_read_unlock(&p->fake->unit.srcu, idx);
	}
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static void many_producers(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	struct producer producers[4] = {};
	struct task_struct *tasks[4];
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(tasks); i++) {
		producers[i] = (struct producer) {
			.fake = fake, .first = i * 1000, .rounds = 300,
		};
		tasks[i] = kthread_run(produce, &producers[i], "producer");
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, tasks[i]);
	}
	for (i = 0; i < ARRAY_SIZE(tasks); i++) {
		/* It must have run before it is told to stop */
		while (READ_ONCE(producers[i].ret) == 0 &&
		       !sham_executed(fake, some(i * 1000 + 299)))
			schedule_timeout_uninterruptible(1);
		kthread_stop(tasks[i]);
		KUNIT_EXPECT_EQ(test, producers[i].ret, 0);
	}
	for (i = 0; i < ARRAY_SIZE(tasks); i++)
		for (j = 0; j < 300; j++)
			KUNIT_ASSERT_TRUE(test,
					  sham_executed(fake,
							some(i * 1000 + j)));
	KUNIT_EXPECT_EQ(test, fake->nr, 1200);
}

static struct kunit_case cmdq_cases[] = {
	KUNIT_CASE(one_sync_for_a_batch),
	KUNIT_CASE(wraps),
	KUNIT_CASE(wraps_by_register),
	KUNIT_CASE(refused),
	KUNIT_CASE(all_refused),
	KUNIT_CASE(refused_is_his),
	KUNIT_CASE(sync_refused),
	KUNIT_CASE(fetch_aborts),
	KUNIT_CASE(atc_unanswered),
	KUNIT_CASE(atc_told_apart),
	KUNIT_CASE(stuck_for_a_device),
	KUNIT_CASE(dead),
	KUNIT_CASE(looked_before_reset),
	KUNIT_CASE(implausible),
	KUNIT_CASE_SLOW(many_producers),
	{}
};

static struct kunit_suite cmdq_suite = {
	.name = "arm_smmu_v3_nested_cmdq",
	.test_cases = cmdq_cases,
};

kunit_test_suite(cmdq_suite);
