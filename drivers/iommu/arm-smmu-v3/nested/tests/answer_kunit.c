// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: what a reset of the queue loses, or would have done once more
 */
#include <kunit/static_stub.h>
#include <linux/sizes.h>
#include <uapi/linux/iommufd.h>

#include "../flush.h"
#include "../queue.h"
#include "../recover.h"
#include "fake_unit.h"

#define SID	5
#define STAG	0x1234

static struct cmd_words resume(u32 sid)
{
	return smmu3_cmd_resume(sid, STAG, true, false);
}

/* A unit that dies ends what is stalled, but not what was requested */
static struct cmd_words response(u32 sid)
{
	return smmu3_cmd_pri_resp(sid, false, 0, 3, SMMU_PRI_RESP_SUCCESS);
}

static int respond(struct fake_unit *fake, u32 sid)
{
	guard(srcu)(&fake->unit.srcu);
	return smmu3_answer(&fake->unit, response(sid), 0);
}

static int answer(struct fake_unit *fake, u32 sid)
{
	guard(srcu)(&fake->unit.srcu);
	return smmu3_answer(&fake->unit, resume(sid), fake->unit.fault_epoch);
}

static void recover(struct fake_unit *fake)
{
	smmu3_recover_soon(&fake->unit);
	sham_recover(fake);
}

/* Nobody else would tell the device, and it waits */
static void answer_lost(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);

	sham_device_new(test, fake, SID, 0, false);
	fake->dead = true;
	KUNIT_EXPECT_EQ(test, respond(fake, SID), 0);
	/* One that is gone meanwhile waits no more */
	KUNIT_EXPECT_EQ(test, respond(fake, SID + 1), 0);
	recover(fake);
	KUNIT_EXPECT_EQ(test, sham_count(fake, SMMU_OP_PRI_RESP), 0);

	fake->dead = false;
	recover(fake);
	KUNIT_EXPECT_EQ(test, sham_count(fake, SMMU_OP_PRI_RESP), 1);
	KUNIT_EXPECT_TRUE(test, sham_executed(fake, response(SID)));
	KUNIT_EXPECT_TRUE(test, list_empty(&fake->unit.answers.list));

	/* Once is enough, and what is refused is not better for trying again */
	recover(fake);
	KUNIT_EXPECT_EQ(test, sham_count(fake, SMMU_OP_PRI_RESP), 1);
	fake->refuse_op = SMMU_OP_PRI_RESP;
	KUNIT_EXPECT_EQ(test, respond(fake, SID), -EIO);
	KUNIT_EXPECT_TRUE(test, list_empty(&fake->unit.answers.list));
}

static void stops_again(struct fake_unit *fake, struct cmd_words cmd)
{
	if (FIELD_GET(SMMU_CMD0_OPCODE, cmd.w0) == SMMU_OP_PRI_RESP)
		fake->dead = true;
}

/* It fails as they are sent again: the next recovery sends the rest, and no more */
static void answer_lost_again(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	unsigned int i;

	for (i = 0; i < 3; i++)
		sham_device_new(test, fake, SID + i, 0, false);
	fake->dead = true;
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, respond(fake, SID + i), 0);
	recover(fake);
	KUNIT_EXPECT_EQ(test, list_count_nodes(&fake->unit.answers.list), 3);
	fake->dead = false;
	fake->spy = stops_again;
	sham_forget(fake);
	recover(fake);
	KUNIT_EXPECT_TRUE(test, sham_executed(fake, response(SID)));
	KUNIT_EXPECT_EQ(test, list_count_nodes(&fake->unit.answers.list), 2);
	fake->dead = false;
	fake->spy = NULL;
	sham_forget(fake);
	recover(fake);
	KUNIT_EXPECT_EQ(test, sham_count(fake, SMMU_OP_PRI_RESP), 2);
	KUNIT_EXPECT_TRUE(test, sham_executed(fake, response(SID + 1)));
	KUNIT_EXPECT_TRUE(test, sham_executed(fake, response(SID + 2)));
	KUNIT_EXPECT_TRUE(test, list_empty(&fake->unit.answers.list));
}

/* If the unit is gone no device waits any more */
static void answer_to_nobody(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);

	sham_device_new(test, fake, SID, 0, false);
	fake->dead = true;
	WRITE_ONCE(fake->unit.gone, true);
	KUNIT_EXPECT_EQ(test, respond(fake, SID), -ETIMEDOUT);
	KUNIT_EXPECT_TRUE(test, list_empty(&fake->unit.answers.list));
	WRITE_ONCE(fake->unit.gone, false);
}

/* The queue stands still as soon as it has consumed the answer */
static void stops_behind(struct fake_unit *fake, struct cmd_words cmd)
{
	if (FIELD_GET(SMMU_CMD0_OPCODE, cmd.w0) == SMMU_OP_RESUME)
		fake->dead = true;
}

/* The device has it: a second one would be the next transaction's */
static void consumed(struct kunit *test, u32 idr0_clear)
{
	struct fake_unit *fake = sham_unit_new(test, 0, idr0_clear);

	sham_device_new(test, fake, SID, 0, false);
	fake->spy = stops_behind;
	KUNIT_EXPECT_EQ(test, answer(fake, SID), 0);
	KUNIT_EXPECT_TRUE(test, fake->unit.cmdq.ring.stuck ||
			  fake->unit.cmdq.ring.resets);
	KUNIT_EXPECT_TRUE(test, list_empty(&fake->unit.answers.list));
	fake->spy = NULL;
	fake->dead = false;
	recover(fake);
	KUNIT_EXPECT_FALSE(test, fake->unit.cmdq.ring.stuck);
	KUNIT_EXPECT_EQ(test, sham_count(fake, SMMU_OP_RESUME), 1);
}

static void consumed_without_sync(struct kunit *test)
{
	consumed(test, 0);
	/* The waiter polls CMDQ_CONS */
	consumed(test, SMMU_IDR0_MSI);
}

/* The queue was reset, and works again, before the one that answered is told */
static int lost_and_recovered(struct smmu3_unit *unit, struct cmd_words cmd)
{
	return -ETIMEDOUT;
}

/* It does not wait until some other device is asked whether it is well */
static void told_late(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	struct delayed_work *work = &fake->unit.recover_work;

	sham_device_new(test, fake, SID, 0, false);
	queue_delayed_work(system_dfl_wq, work, 600 * HZ);
	kunit_activate_static_stub(test, smmu3_answer_send, lost_and_recovered);
	KUNIT_EXPECT_EQ(test, answer(fake, SID), 0);
	kunit_deactivate_static_stub(test, smmu3_answer_send);
	flush_work(&work->work);
	KUNIT_EXPECT_EQ(test, sham_count(fake, SMMU_OP_RESUME), 1);
	KUNIT_EXPECT_TRUE(test, list_empty(&fake->unit.answers.list));
	cancel_delayed_work_sync(work);
}

/* Nor if it is an attach that brings the queue back, and not the work */
static void brought_back_by_attach(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	struct smmu3_device *sdev = sham_device_new(test, fake, SID, 0, false);
	struct delayed_work *work = &fake->unit.recover_work;

	fake->dead = true;
	KUNIT_EXPECT_EQ(test, respond(fake, SID), 0);
	recover(fake);
	KUNIT_ASSERT_TRUE(test, fake->unit.cmdq.ring.dead);
	fake->dead = false;
	queue_delayed_work(system_dfl_wq, work, 600 * HZ);
	scoped_guard(mutex, &fake->unit.lock)
		KUNIT_EXPECT_EQ(test, smmu3_device_recover(sdev), 0);
	flush_work(&work->work);
	KUNIT_EXPECT_EQ(test, sham_count(fake, SMMU_OP_PRI_RESP), 1);
	KUNIT_EXPECT_TRUE(test, list_empty(&fake->unit.answers.list));
	cancel_delayed_work_sync(work);
}

/* The unit keeps a stalled transaction until it is answered, however many there are */
static void every_stag(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	unsigned int i;

	sham_device_new(test, fake, SID, 0, false);
	fake->dead = true;
	KUNIT_EXPECT_EQ(test, answer(fake, SID), 0);
	recover(fake);
	KUNIT_ASSERT_TRUE(test, fake->unit.cmdq.ring.dead);
	for (i = 1; i < 600; i++)
		KUNIT_ASSERT_EQ(test, answer(fake, SID), 0);
	KUNIT_EXPECT_EQ(test, list_count_nodes(&fake->unit.answers.list), i);
}

/* A device that asks for pages without end does not have all of memory */
static void bounded(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	unsigned int i;
	int ret = 0;

	sham_device_new(test, fake, SID, 0, false);
	sham_device_new(test, fake, SID + 1, 0, false);
	fake->dead = true;
	KUNIT_EXPECT_EQ(test, respond(fake, SID), 0);
	recover(fake);
	KUNIT_ASSERT_TRUE(test, fake->unit.cmdq.ring.dead);
	for (i = 0; i < 1000 && !ret; i++)
		ret = respond(fake, SID);
	KUNIT_EXPECT_EQ(test, ret, -ENOMEM);
	KUNIT_EXPECT_EQ(test, list_count_nodes(&fake->unit.answers.list), i);

	/* Another one's are no fewer for that */
	KUNIT_EXPECT_EQ(test, respond(fake, SID + 1), 0);
	KUNIT_EXPECT_EQ(test, respond(fake, SID), -ENOMEM);
}

/* A batch that was made before a device was blocked, and is put in after */
static void blocked_meanwhile(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	struct smmu3_device *sdev = sham_device_new(test, fake, SID, 0, true);
	struct smmu3_unit *unit = &fake->unit;
	struct smmu3_batch batch;

	unit->cmdq.ring.stuck = true;
	unit->cmdq.ring.owed = CMD_OWED_ALL;
	recover(fake);
	KUNIT_ASSERT_FALSE(test, unit->cmdq.ring.stuck);

	sham_forget(fake);
	guard(srcu)(&unit->srcu);
	smmu3_batch_begin(&batch, unit, false);
	smmu3_batch_add(&batch, smmu3_cmd_tlbi_nh_all(1));
	smmu3_add_atc_all(&batch, sdev);
	sdev->state = FAKE_OUT;
	KUNIT_EXPECT_EQ(test, smmu3_batch_flush(&batch), 0);
	KUNIT_EXPECT_EQ(test, sham_count(fake, SMMU_OP_ATC_INV), 0);
	KUNIT_EXPECT_EQ(test, sham_count(fake, SMMU_OP_TLBI_NH_ALL), 1);

	/* One that is asked whether it is well must be */
	sdev->state = BIT(SMMU3_DEV_ASKED);
	smmu3_batch_begin(&batch, unit, false);
	smmu3_add_atc_all(&batch, sdev);
	KUNIT_EXPECT_EQ(test, smmu3_batch_flush(&batch), 0);
	KUNIT_EXPECT_EQ(test, sham_count(fake, SMMU_OP_ATC_INV), 1);
	sdev->state = 0;
}

static struct kunit_case answer_cases[] = {
	KUNIT_CASE(answer_lost),
	KUNIT_CASE(answer_lost_again),
	KUNIT_CASE(answer_to_nobody),
	KUNIT_CASE(consumed_without_sync),
	KUNIT_CASE(told_late),
	KUNIT_CASE(brought_back_by_attach),
	KUNIT_CASE(every_stag),
	KUNIT_CASE(bounded),
	KUNIT_CASE(blocked_meanwhile),
	{}
};

static struct kunit_suite answer_suite = {
	.name = "arm_smmu_v3_nested_answer",
	.test_cases = answer_cases,
};

kunit_test_suite(answer_suite);
