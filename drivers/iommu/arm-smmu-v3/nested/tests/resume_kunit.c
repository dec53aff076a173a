// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: a unit that stood still, or was dead, and what it is asked before it goes on
 *
 * All of it happens in the test's own thread, so that a spy can ask for the test.
 */
#include <kunit/test-bug.h>
#include <linux/sizes.h>
#include <uapi/linux/iommufd.h>

#include "../domain.h"
#include "../flush.h"
#include "../queue.h"
#include "../recover.h"
#include "fake_unit.h"

#define NEST	IOMMU_HWPT_ALLOC_NEST_PARENT

/**
 * struct still - a unit that stands still, with devices
 * @fake: the unit
 * @ats: two with ATS
 * @plain: one without
 * @paging: what is attached to all of them
 * @tlb: a waiter for the TLB
 * @atc: a waiter for an ATC
 * @entries_forgotten: the unit has last forgotten all entries when the first device's
 *	was one that aborts
 * @translates: it was switched on so often
 */
struct still {
	struct fake_unit *fake;
	struct smmu3_device *ats[2];
	struct smmu3_device *plain;
	struct smmu3_paging *paging;
	struct cmd_wait tlb;
	struct cmd_wait atc;
	bool entries_forgotten;
	unsigned int translates;
};

static void give_up(struct fake_unit *fake)
{
	struct cmd_ring *ring = &fake->unit.cmdq.ring;

	guard(spinlock_irqsave)(&ring->lock);
	cmd_ring_give_up(ring);
}

static struct smmu3_device *still_device(struct kunit *test, struct still *s,
					 u32 sid, bool ats)
{
	struct smmu3_device *sdev = sham_device_new(test, s->fake, sid, 0, ats);

	if (!s->paging)
		s->paging = sham_paging_new(test, sdev, NEST);
	KUNIT_ASSERT_EQ(test, smmu3_attach(sdev, 0, &s->paging->domain), 0);
	return sdev;
}

static void still_up(struct kunit *test, struct still *s)
{
	*s = (struct still) { .fake = sham_unit_new(test, 0, 0) };
	test->priv = s;
	s->ats[0] = still_device(test, s, 5, true);
	s->ats[1] = still_device(test, s, 6, true);
	s->plain = still_device(test, s, 7, false);
	s->fake->spied = s->ats[0];
	disable_delayed_work_sync(&s->fake->unit.recover_work);
	give_up(s->fake);
	sham_forget(s->fake);
}

static void still_down(struct kunit *test, struct still *s)
{
	s->fake->spy = NULL;
	s->fake->watch = NULL;
	smmu3_detach(s->ats[0], 0);
	smmu3_detach(s->ats[1], 0);
	smmu3_detach(s->plain, 0);
	sham_paging_free(test, s->paging);
}

static int recover(struct smmu3_device *sdev)
{
	guard(mutex)(&sdev->unit->lock);
	return smmu3_device_recover(sdev);
}

/* A thread whose invalidation was lost waits until that is made up for */
static void park(struct fake_unit *fake, struct cmd_wait *wait, bool devtlb)
{
	struct cmd_ring *ring = &fake->unit.cmdq.ring;

	*wait = (struct cmd_wait) {
		.devtlb = devtlb,
		.parks = true,
		.parked = true,
	};
	guard(spinlock_irqsave)(&ring->lock);
	list_add_tail(&wait->node, &ring->parked);
}

static void told_spy(struct fake_unit *fake, struct cmd_words cmd)
{
	struct kunit *test = kunit_get_current_test();
	struct still *s = test->priv;

	switch (FIELD_GET(SMMU_CMD0_OPCODE, cmd.w0)) {
	case SMMU_OP_CFGI_STE_RANGE:
	case SMMU_OP_TLBI_NSNH_ALL:
		KUNIT_EXPECT_FALSE(test, s->tlb.done);
		KUNIT_EXPECT_FALSE(test, s->atc.done);
		break;
	case SMMU_OP_ATC_INV:
		/* A waiter without an ATC waits for none */
		KUNIT_EXPECT_TRUE(test, s->tlb.done);
		fallthrough;
	case SMMU_OP_CFGI_STE:
		/* It has not answered, or is not blocked, yet */
		KUNIT_EXPECT_FALSE(test, s->atc.done);
		break;
	}
}

/* The queue may stand still for a device, or for all of its own */
static void told_when_it_is_true(struct kunit *test)
{
	unsigned int i;
	struct still s;

	for (i = 0; i < 2; i++) {
		still_up(test, &s);
		park(s.fake, &s.tlb, false);
		park(s.fake, &s.atc, true);
		s.fake->silent_sid = 5;
		s.fake->silent = i;
		s.fake->spy = told_spy;
		KUNIT_EXPECT_EQ(test, recover(s.plain), 0);
		s.fake->spy = NULL;
		KUNIT_EXPECT_EQ(test, sham_count(s.fake, SMMU_OP_ATC_INV), 2);
		KUNIT_EXPECT_TRUE(test, s.tlb.done);
		KUNIT_EXPECT_EQ(test, s.tlb.err, 0);
		KUNIT_EXPECT_TRUE(test, s.atc.done);
		KUNIT_EXPECT_EQ(test, s.atc.err, 0);
		KUNIT_EXPECT_EQ(test, s.ats[0]->state, i ? FAKE_OUT : 0);
		KUNIT_EXPECT_EQ(test, s.ats[1]->state, 0);
		s.fake->silent = false;
		still_down(test, &s);
	}
}

/* Whichever device is asked, the queue stands still */
static void all_hang_spy(struct fake_unit *fake, struct cmd_words cmd)
{
	if (FIELD_GET(SMMU_CMD0_OPCODE, cmd.w0) == SMMU_OP_ATC_INV)
		fake->silent_sid = FIELD_GET(SMMU_CMD0_SID, cmd.w0);
}

/* It stands still again, for devices: it is reset until it does not */
static void reset_again(struct kunit *test)
{
	struct still s;
	u64 resets;

	still_up(test, &s);
	resets = s.fake->unit.cmdq.ring.resets;
	s.fake->hung = true;
	s.fake->spy = all_hang_spy;
	KUNIT_EXPECT_EQ(test, recover(s.plain), 0);
	KUNIT_EXPECT_FALSE(test, s.fake->unit.dead);
	KUNIT_EXPECT_FALSE(test, s.fake->unit.cmdq.ring.stuck);
	/* The first one is for nobody, the others for devices */
	KUNIT_EXPECT_GE(test, s.fake->unit.cmdq.ring.resets, resets + 2);
	KUNIT_EXPECT_EQ(test, s.ats[0]->state, FAKE_OUT);
	KUNIT_EXPECT_EQ(test, s.ats[1]->state, FAKE_OUT);
	KUNIT_EXPECT_EQ(test, s.plain->state, 0);
	KUNIT_EXPECT_EQ(test, sham_config(s.plain), SMMU_STE_CONFIG_S2);
	KUNIT_EXPECT_TRUE(test, s.fake->regs[SMMU_REG_CR0 / 4] &
			  SMMU_CR0_SMMUEN);
	s.fake->hung = false;
	still_down(test, &s);
}

/* It stands where the device is known: that one is not asked once more */
static void blamed_at_once(struct kunit *test)
{
	struct smmu3_batch batch;
	struct still s;
	u64 resets;

	still_up(test, &s);
	KUNIT_ASSERT_EQ(test, recover(s.plain), 0);
	s.fake->silent_sid = 5;
	s.fake->hung = true;
	smmu3_batch_begin(&batch, &s.fake->unit, false);
	smmu3_add_atc_all(&batch, s.ats[0]);
	scoped_guard(mutex, &s.fake->unit.lock)
		KUNIT_EXPECT_EQ(test, smmu3_batch_flush(&batch), -ETIMEDOUT);
	KUNIT_EXPECT_TRUE(test, s.fake->unit.cmdq.ring.stuck);
	sham_forget(s.fake);
	resets = s.fake->unit.cmdq.ring.resets;
	KUNIT_EXPECT_EQ(test, recover(s.plain), 0);
	KUNIT_EXPECT_EQ(test, s.fake->unit.cmdq.ring.resets, resets + 1);
	KUNIT_EXPECT_FALSE(test, sham_executed(s.fake,
					       smmu3_cmd_atc_inv_all(5)));
	KUNIT_EXPECT_EQ(test, s.ats[0]->state, FAKE_OUT);
	KUNIT_EXPECT_EQ(test, s.ats[1]->state, 0);
	s.fake->hung = false;
	still_down(test, &s);
}

/* Nobody is to blame: it is not reset over and over */
static void dead_at_once(struct kunit *test)
{
	struct still s;
	u64 resets;

	still_up(test, &s);
	resets = s.fake->unit.cmdq.ring.resets;
	s.fake->dead = true;
	KUNIT_EXPECT_EQ(test, recover(s.plain), -ETIMEDOUT);
	KUNIT_EXPECT_TRUE(test, s.fake->unit.dead);
	KUNIT_EXPECT_EQ(test, s.fake->unit.cmdq.ring.resets, resets + 1);
	KUNIT_EXPECT_EQ(test, s.ats[0]->state, 0);
	KUNIT_EXPECT_EQ(test, s.plain->state, 0);
	s.fake->dead = false;
	KUNIT_EXPECT_EQ(test, recover(s.plain), 0);
	still_down(test, &s);
}

static void resume_spy(struct fake_unit *fake, struct cmd_words cmd)
{
	struct kunit *test = kunit_get_current_test();
	struct smmu3_device *sdev = fake->spied;
	struct still *s = test->priv;

	switch (FIELD_GET(SMMU_CMD0_OPCODE, cmd.w0)) {
	case SMMU_OP_CFGI_STE_RANGE:
		s->entries_forgotten = sham_config(sdev) ==
				       SMMU_STE_CONFIG_ABORT;
		break;
	case SMMU_OP_TLBI_NSNH_ALL:
		/* What is refused is made up for by this, so nothing is from here on */
		KUNIT_EXPECT_EQ(test, fake->unit.cmdq.ring.dead, !s->translates);
		break;
	case SMMU_OP_ATC_INV:
		if (FIELD_GET(SMMU_CMD0_SID, cmd.w0) == sdev->sids[0])
			KUNIT_EXPECT_EQ(test, sham_config(sdev),
					SMMU_STE_CONFIG_ABORT);
		break;
	}
}

/* As of a guest, which takes success to mean that its device is at work */
static int resume_guest(struct smmu3_unit *unit)
{
	struct smmu3_batch batch;

	guard(srcu)(&unit->srcu);

	smmu3_batch_begin(&batch, unit, false);
	batch.cmds.parks = true;
	smmu3_batch_add(&batch, smmu3_cmd_tlbi_nh_all(1));
	return smmu3_batch_flush(&batch);
}

/*
 * While it was dead nothing was invalidated: when it translates again its caches are
 * empty, and it lets nobody in whose ATC may not be. Until then its queue, which
 * works, is the recovery's alone.
 */
static void resume_watch(struct fake_unit *fake, u32 off, u32 val)
{
	struct kunit *test = kunit_get_current_test();
	struct still *s = test->priv;

	if (off != SMMU_REG_CR0 || !(val & SMMU_CR0_SMMUEN) ||
	    fake->regs[SMMU_REG_CR0 / 4] & SMMU_CR0_SMMUEN)
		return;
	s->translates++;
	KUNIT_EXPECT_TRUE(test, sham_completed(fake, smmu3_cmd_cfgi_all()));
	KUNIT_EXPECT_TRUE(test, sham_completed(fake,
					       smmu3_cmd_tlbi_nsnh_all()));
	KUNIT_EXPECT_TRUE(test, sham_completed(fake,
					       smmu3_cmd_tlbi_el2_all()));
	KUNIT_EXPECT_TRUE(test, s->entries_forgotten);
	KUNIT_EXPECT_EQ(test, sham_config(s->ats[0]), SMMU_STE_CONFIG_ABORT);
	KUNIT_EXPECT_EQ(test, sham_config(s->ats[1]), SMMU_STE_CONFIG_ABORT);
	/* It has no cache of its own */
	KUNIT_EXPECT_EQ(test, sham_config(s->plain), SMMU_STE_CONFIG_S2);
	KUNIT_EXPECT_FALSE(test, fake->unit.cmdq.ring.stuck);
	KUNIT_EXPECT_EQ(test, resume_guest(&fake->unit), -ETIMEDOUT);
}

static void dies(struct kunit *test, struct still *s)
{
	still_up(test, s);
	s->fake->dead = true;
	KUNIT_ASSERT_EQ(test, recover(s->plain), -ETIMEDOUT);
	KUNIT_ASSERT_TRUE(test, s->fake->unit.dead);
	KUNIT_ASSERT_EQ(test, s->fake->regs[SMMU_REG_CR0 / 4] &
			SMMU_CR0_SMMUEN, 0);
	KUNIT_ASSERT_TRUE(test, s->fake->regs[SMMU_REG_GBPA / 4] &
			  SMMU_GBPA_ABORT);
	sham_forget(s->fake);
	s->fake->dead = false;
}

static void translates_again(struct kunit *test)
{
	struct still s;

	dies(test, &s);
	s.fake->spy = resume_spy;
	s.fake->watch = resume_watch;
	KUNIT_EXPECT_EQ(test, recover(s.ats[0]), 0);
	s.fake->watch = NULL;
	s.fake->spy = NULL;
	KUNIT_EXPECT_FALSE(test, s.fake->unit.dead);
	KUNIT_EXPECT_EQ(test, s.translates, 1);
	KUNIT_EXPECT_EQ(test, resume_guest(&s.fake->unit), 0);
	KUNIT_EXPECT_EQ(test, s.ats[0]->state, 0);
	KUNIT_EXPECT_TRUE(test, sham_completed(s.fake,
					       smmu3_cmd_atc_inv_all(5)));
	KUNIT_EXPECT_EQ(test, sham_config(s.ats[0]), SMMU_STE_CONFIG_S2);
	/* The other one is out until it is asked */
	KUNIT_EXPECT_EQ(test, s.ats[1]->state, FAKE_OUT);
	KUNIT_EXPECT_FALSE(test, sham_executed(s.fake,
					       smmu3_cmd_atc_inv_all(6)));
	KUNIT_EXPECT_EQ(test, recover(s.ats[1]), 0);
	KUNIT_EXPECT_EQ(test, sham_config(s.ats[1]), SMMU_STE_CONFIG_S2);
	still_down(test, &s);
}

/* What it would have answered before that is nobody's guess: all are asked now */
static void asked_at_once(struct kunit *test)
{
	struct still s;

	dies(test, &s);
	s.ats[0]->backoff = BACKOFF_LAST_MS;
	s.ats[0]->retry = jiffies + msecs_to_jiffies(BACKOFF_LAST_MS);
	KUNIT_EXPECT_EQ(test, recover(s.plain), 0);
	KUNIT_EXPECT_EQ(test, s.ats[0]->state, FAKE_OUT);
	KUNIT_EXPECT_EQ(test, s.ats[0]->backoff, 0);
	KUNIT_EXPECT_TRUE(test, time_after_eq(jiffies, s.ats[0]->retry));
	KUNIT_EXPECT_EQ(test, recover(s.ats[0]), 0);
	still_down(test, &s);
}

/* It works, but what it has in its caches is what it has refused to forget */
static void stays_dead(struct kunit *test)
{
	static const u8 ops[] = { SMMU_OP_CFGI_STE_RANGE, SMMU_OP_TLBI_NSNH_ALL };
	struct still s;
	unsigned int i;

	dies(test, &s);
	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		s.fake->refuse_op = ops[i];
		KUNIT_EXPECT_EQ(test, recover(s.plain), -EIO);
		KUNIT_EXPECT_TRUE(test, s.fake->unit.dead);
		KUNIT_EXPECT_TRUE(test, s.fake->unit.cmdq.ring.stuck);
		KUNIT_EXPECT_EQ(test, s.fake->regs[SMMU_REG_CR0 / 4] &
				SMMU_CR0_SMMUEN, 0);
	}
	KUNIT_EXPECT_EQ(test, recover(s.plain), 0);
	KUNIT_EXPECT_FALSE(test, s.fake->unit.dead);
	still_down(test, &s);
}

static struct kunit_case resume_cases[] = {
	KUNIT_CASE(told_when_it_is_true),
	KUNIT_CASE(reset_again),
	KUNIT_CASE(blamed_at_once),
	KUNIT_CASE(dead_at_once),
	KUNIT_CASE(translates_again),
	KUNIT_CASE(asked_at_once),
	KUNIT_CASE(stays_dead),
	{}
};

static struct kunit_suite resume_suite = {
	.name = "arm_smmu_v3_nested_resume",
	.test_cases = resume_cases,
};

kunit_test_suite(resume_suite);
