// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: a function that was torn out has others wait for nothing, whenever that was
 */
#include <linux/sizes.h>
#include <uapi/linux/iommufd.h>

#include "../domain.h"
#include "../flush.h"
#include "../queue.h"
#include "../recover.h"
#include "fake_unit.h"

#define NEST	IOMMU_HWPT_ALLOC_NEST_PARENT
#define OUT_SID	5
#define IN_SID	6

/**
 * struct pair - two devices that share a domain, one of which is torn out
 * @fake: the unit
 * @pdev: the function that is torn out
 * @out: its device
 * @in: the other one
 * @paging: what both have
 * @other: another domain
 */
struct pair {
	struct fake_unit *fake;
	struct pci_dev *pdev;
	struct smmu3_device *out;
	struct smmu3_device *in;
	struct smmu3_paging *paging;
	struct smmu3_paging *other;
};

static void sham_pair_up(struct kunit *test, struct pair *s)
{
	s->fake = sham_unit_new(test, 0, 0);
	s->pdev = fake_function_new(test);
	s->out = sham_device_new(test, s->fake, OUT_SID, 0, true);
	s->in = sham_device_new(test, s->fake, IN_SID, 0, true);
	s->paging = sham_paging_new(test, s->out, NEST);
	s->other = sham_paging_new(test, s->out, NEST);
	KUNIT_ASSERT_EQ(test, smmu3_attach(s->out, 0, &s->paging->domain), 0);
	KUNIT_ASSERT_EQ(test, smmu3_attach(s->in, 0, &s->paging->domain), 0);
	s->out->dev = &s->pdev->dev;
	s->fake->silent_sid = OUT_SID;
	s->fake->spied = s->out;
	sham_forget(s->fake);
}

static void try_now(struct pair *s)
{
	s->out->retry = jiffies;
	s->in->retry = jiffies;
	s->fake->unit.ask.after = jiffies;
	smmu3_recover_soon(&s->fake->unit);
	sham_recover(s->fake);
}

static void sham_pair_down(struct kunit *test, struct pair *s)
{
	s->fake->spy = NULL;
	s->fake->silent = false;
	s->fake->hung = false;
	try_now(s);
	smmu3_detach(s->out, 0);
	smmu3_detach(s->in, 0);
	sham_recover(s->fake);
	sham_paging_free(test, s->paging);
	sham_paging_free(test, s->other);
}

/* What a flush of the domain that both share says */
static int sham_flush(struct pair *s)
{
	struct smmu3_paging *paging = s->paging;

	smmu3_paging_flush(paging, SZ_1G, SZ_1G + SZ_4K - 1, SZ_4K, true);
	guard(srcu)(&paging->unit->srcu);
	return smmu3_finish(paging, NULL, 0);
}

static unsigned int asked(const struct pair *s, u32 sid)
{
	unsigned int i, n = 0;

	for (i = 0; i < s->fake->nr; i++) {
		u64 w0 = s->fake->log[i].w0;

		n += FIELD_GET(SMMU_CMD0_OPCODE, w0) == SMMU_OP_ATC_INV &&
		     FIELD_GET(SMMU_CMD0_SID, w0) == sid;
	}
	return n;
}

/* A flush asks the other one, and nobody else */
static void sham_expect_flush(struct kunit *test, struct pair *s)
{
	sham_forget(s->fake);
	KUNIT_EXPECT_EQ(test, sham_flush(s), 0);
	KUNIT_EXPECT_EQ(test, asked(s, OUT_SID), 0);
	KUNIT_EXPECT_EQ(test, asked(s, IN_SID), 1);
	KUNIT_EXPECT_EQ(test, sham_count(s->fake, SMMU_OP_TLBI_S2_IPA), 1);
	KUNIT_EXPECT_EQ(test, s->in->state, 0);
	KUNIT_EXPECT_EQ(test, sham_config(s->in), SMMU_STE_CONFIG_S2);
}

static void torn_not_asked(struct kunit *test)
{
	struct smmu3_unit *unit;
	struct pair s;

	sham_pair_up(test, &s);
	unit = &s.fake->unit;
	fake_function_tear_out(s.pdev);
	sham_expect_flush(test, &s);
	/* Nor when it is replaced or detached, nor by the recovery */
	sham_forget(s.fake);
	KUNIT_EXPECT_EQ(test, smmu3_attach(s.out, 0, &s.other->domain), 0);
	KUNIT_EXPECT_EQ(test, smmu3_attach(s.out, 0, &s.paging->domain), 0);
	scoped_guard(spinlock_irqsave, &unit->cmdq.ring.lock) {
		unit->cmdq.ring.stuck = true;
		unit->cmdq.ring.owed = CMD_OWED_ALL;
	}
	try_now(&s);
	KUNIT_EXPECT_FALSE(test, unit->cmdq.ring.stuck);
	KUNIT_EXPECT_EQ(test, asked(&s, IN_SID), 1);
	smmu3_detach(s.out, 0);
	KUNIT_EXPECT_EQ(test, asked(&s, OUT_SID), 0);
	KUNIT_EXPECT_EQ(test, s.out->state, 0);
	sham_pair_down(test, &s);
}

/* It is torn out as soon as it is asked */
static void tear_out(struct fake_unit *fake, struct cmd_words cmd)
{
	if (FIELD_GET(SMMU_CMD0_OPCODE, cmd.w0) != SMMU_OP_ATC_INV ||
	    FIELD_GET(SMMU_CMD0_SID, cmd.w0) != OUT_SID)
		return;
	fake->spy = NULL;
	fake_function_tear_out(to_pci_dev(fake->spied->dev));
}

/* With @hung the queue stands still, else it says that there was no answer */
static void while_asked_by(struct kunit *test, bool hung)
{
	struct pair s;

	sham_pair_up(test, &s);
	s.fake->silent = !hung;
	s.fake->hung = hung;
	s.fake->spy = tear_out;
	KUNIT_EXPECT_EQ(test, sham_flush(&s), 0);
	KUNIT_EXPECT_EQ(test, asked(&s, OUT_SID), 1);
	KUNIT_EXPECT_EQ(test, s.fake->unit.cmdq.ring.resets, hung);
	KUNIT_EXPECT_GE(test, asked(&s, IN_SID), 1);
	KUNIT_EXPECT_EQ(test, s.out->state, 0);
	sham_expect_flush(test, &s);
	sham_pair_down(test, &s);
}

static void torn_while_asked(struct kunit *test)
{
	while_asked_by(test, false);
	while_asked_by(test, true);
}

/* A replacement does what it is asked for: no invalidation is missing */
static void replaced_by(struct kunit *test, bool hung)
{
	struct pair s;
	u64 vmid;

	sham_pair_up(test, &s);
	s.fake->silent = !hung;
	s.fake->hung = hung;
	s.fake->spy = tear_out;
	KUNIT_EXPECT_EQ(test, smmu3_attach(s.out, 0, &s.other->domain), 0);
	KUNIT_EXPECT_EQ(test, s.fake->unit.cmdq.ring.resets, hung);
	KUNIT_EXPECT_FALSE(test, s.fake->unit.cmdq.ring.stuck);
	if (hung)
		KUNIT_EXPECT_TRUE(test, sham_completed(s.fake,
						       smmu3_cmd_tlbi_nsnh_all()));
	vmid = FIELD_GET(SMMU_STE2_S2VMID, sham_ste(s.out, 2));
	KUNIT_EXPECT_EQ(test, vmid, s.other->id);
	KUNIT_EXPECT_PTR_EQ(test, s.out->rid->domain, &s.other->domain);
	KUNIT_EXPECT_EQ(test, s.out->state, 0);
	sham_expect_flush(test, &s);
	sham_pair_down(test, &s);
}

static void replaced(struct kunit *test)
{
	replaced_by(test, false);
	replaced_by(test, true);
}

/* The recovery asks it, and it is torn out: the recovery goes on with the others */
static void while_recovered(struct kunit *test)
{
	struct smmu3_unit *unit;
	struct pair s;

	sham_pair_up(test, &s);
	unit = &s.fake->unit;
	s.fake->hung = true;
	s.fake->spy = tear_out;
	scoped_guard(spinlock_irqsave, &unit->cmdq.ring.lock) {
		unit->cmdq.ring.stuck = true;
		unit->cmdq.ring.owed = CMD_OWED_ALL;
	}
	try_now(&s);
	KUNIT_EXPECT_FALSE(test, unit->dead);
	KUNIT_EXPECT_FALSE(test, unit->cmdq.ring.stuck);
	KUNIT_EXPECT_EQ(test, unit->cmdq.ring.resets, 2);
	KUNIT_EXPECT_EQ(test, asked(&s, OUT_SID), 1);
	KUNIT_EXPECT_EQ(test, asked(&s, IN_SID), 1);
	KUNIT_EXPECT_EQ(test, s.out->state, 0);
	sham_expect_flush(test, &s);
	sham_pair_down(test, &s);
}

/* It was blocked before: nothing is owed to it, and it stays so without being asked */
static void torn_blocked_before(struct kunit *test)
{
	struct pair s;

	sham_pair_up(test, &s);
	s.fake->silent = true;
	KUNIT_EXPECT_EQ(test, sham_flush(&s), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, s.out->state, FAKE_OUT);
	fake_function_tear_out(s.pdev);
	sham_expect_flush(test, &s);
	sham_forget(s.fake);
	try_now(&s);
	FAKE_EXPECT_NONE(test, s.fake);
	scoped_guard(mutex, &s.fake->unit.lock)
		KUNIT_EXPECT_NULL(test, smmu3_next_due(&s.fake->unit));
	KUNIT_EXPECT_EQ(test, smmu3_attach(s.out, 0, &s.other->domain), 0);
	KUNIT_EXPECT_EQ(test, asked(&s, OUT_SID), 0);
	KUNIT_EXPECT_EQ(test, s.out->state, FAKE_OUT);
	KUNIT_EXPECT_EQ(test, sham_config(s.out), SMMU_STE_CONFIG_ABORT);
	sham_pair_down(test, &s);
}

/* Asked whether it works again, it is torn out: that is no failure of an attach */
static void torn_unblocked_too_late(struct kunit *test)
{
	struct pair s;

	sham_pair_up(test, &s);
	s.fake->silent = true;
	KUNIT_EXPECT_EQ(test, sham_flush(&s), -ETIMEDOUT);
	sham_recover(s.fake);
	s.fake->silent = false;
	s.fake->hung = true;
	s.fake->spy = tear_out;
	s.out->backoff = 0;
	s.fake->unit.ask.after = jiffies;
	KUNIT_EXPECT_EQ(test, smmu3_attach(s.out, 0, &s.other->domain), 0);
	KUNIT_EXPECT_FALSE(test, s.fake->unit.cmdq.ring.stuck);
	KUNIT_EXPECT_EQ(test, sham_config(s.out), SMMU_STE_CONFIG_ABORT);
	sham_expect_flush(test, &s);
	sham_pair_down(test, &s);
}

/* Marked, and torn out before it is blocked: nobody waits for that */
static void torn_marked_before(struct kunit *test)
{
	struct pair s;

	sham_pair_up(test, &s);
	set_bit(SMMU3_DEV_FAILED, &s.out->state);
	fake_function_tear_out(s.pdev);
	sham_expect_flush(test, &s);
	KUNIT_EXPECT_EQ(test, s.out->state, BIT(SMMU3_DEV_FAILED));
	KUNIT_EXPECT_EQ(test, smmu3_attach(s.out, 0, &s.other->domain), 0);
	KUNIT_EXPECT_EQ(test, asked(&s, OUT_SID), 0);
	sham_pair_down(test, &s);
}

/* Others than PCI functions are not torn out, and a failure is not the end of one */
static void torn_others(struct kunit *test)
{
	struct pair s;

	sham_pair_up(test, &s);
	KUNIT_EXPECT_FALSE(test, smmu3_device_unplugged(s.in));
	KUNIT_EXPECT_FALSE(test, smmu3_device_unplugged(s.out));
	s.pdev->error_state = pci_channel_io_frozen;
	KUNIT_EXPECT_FALSE(test, smmu3_device_unplugged(s.out));
	fake_function_tear_out(s.pdev);
	KUNIT_EXPECT_TRUE(test, smmu3_device_unplugged(s.out));
	/* The silence of another one counts as before */
	s.fake->silent = true;
	s.fake->silent_sid = IN_SID;
	KUNIT_EXPECT_EQ(test, sham_flush(&s), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, s.in->state, FAKE_OUT);
	KUNIT_EXPECT_EQ(test, s.out->state, 0);
	sham_pair_down(test, &s);
}

static struct kunit_case unplugged_cases[] = {
	KUNIT_CASE(torn_not_asked),
	KUNIT_CASE(torn_while_asked),
	KUNIT_CASE(replaced),
	KUNIT_CASE(while_recovered),
	KUNIT_CASE(torn_blocked_before),
	KUNIT_CASE(torn_unblocked_too_late),
	KUNIT_CASE(torn_marked_before),
	KUNIT_CASE(torn_others),
	{}
};

static struct kunit_suite unplugged_suite = {
	.name = "arm_smmu_v3_nested_unplugged",
	.test_cases = unplugged_cases,
};

kunit_test_suite(unplugged_suite);
