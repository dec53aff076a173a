// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: many devices that do not answer, which may all be one guest's
 */
#include <linux/delay.h>
#include <linux/sizes.h>
#include <uapi/linux/iommufd.h>

#include "../domain.h"
#include "../recover.h"
#include "fake_unit.h"

#define NEST	IOMMU_HWPT_ALLOC_NEST_PARENT
#define SID	5
#define NR	4

/* In ms: how long the queue stands still for one */
#define SILENCE	50

/* In jiffies: no test takes so long */
#define LATER	(1000 * HZ)

/**
 * struct many - a guest's devices
 * @fake: the unit
 * @sdev: the devices
 * @paging: what they have
 */
struct many {
	struct fake_unit *fake;
	struct smmu3_device *sdev[NR];
	struct smmu3_paging *paging;
};

static void many_up(struct kunit *test, struct many *m)
{
	unsigned int i;

	m->fake = sham_unit_new(test, 0, 0);
	m->fake->unit.ask.most = HZ;
	for (i = 0; i < NR; i++)
		m->sdev[i] = sham_device_new(test, m->fake, SID + i, 0, true);
	m->paging = sham_paging_new(test, m->sdev[0], NEST);
	for (i = 0; i < NR; i++)
		KUNIT_ASSERT_EQ(test, smmu3_attach(m->sdev[i], 0,
						   &m->paging->domain), 0);
	sham_map(test, m->paging, SZ_1G, 4 * SZ_4K);
}

static void many_down(struct kunit *test, struct many *m)
{
	unsigned int i;

	for (i = 0; i < NR; i++)
		smmu3_detach(m->sdev[i], 0);
	sham_recover(m->fake);
	sham_paging_free(test, m->paging);
}

/* How often one was asked */
static unsigned int asked(const struct many *m, unsigned int i)
{
	struct cmd_words cmd = smmu3_cmd_atc_inv_all(SID + i);
	unsigned int j, n = 0;

	for (j = 0; j < m->fake->nr; j++)
		n += m->fake->log[j].w0 == cmd.w0;
	return n;
}

static unsigned int all_asked(const struct many *m)
{
	return sham_count(m->fake, SMMU_OP_ATC_INV);
}

/* No device that is asked answers */
static void silent_spy(struct fake_unit *fake, struct cmd_words cmd)
{
	if (FIELD_GET(SMMU_CMD0_OPCODE, cmd.w0) != SMMU_OP_ATC_INV)
		return;
	fake->silent_sid = FIELD_GET(SMMU_CMD0_SID, cmd.w0);
}

static void recover(struct many *m)
{
	smmu3_recover_soon(&m->fake->unit);
	sham_recover(m->fake);
}

static void all_back(struct kunit *test, struct many *m)
{
	unsigned int i;

	m->fake->spy = NULL;
	m->fake->silent = false;
	m->fake->hung = false;
	for (i = 0; i < NR; i++)
		m->sdev[i]->retry = jiffies;
	m->fake->unit.ask.after = jiffies;
	recover(m);
	for (i = 0; i < NR; i++)
		KUNIT_EXPECT_EQ(test, m->sdev[i]->state, 0);
}

/* One question, a pause, and the next goes to another one */
static void one_at_a_time(struct kunit *test)
{
	struct smmu3_unit *unit;
	unsigned int i, n;
	struct many m;

	many_up(test, &m);
	unit = &m.fake->unit;
	unit->cmdq.ring.devtlb_timeout_us = SILENCE * USEC_PER_MSEC;
	m.fake->spy = silent_spy;
	m.fake->hung = true;
	for (i = 0; i < NR; i++)
		set_bit(SMMU3_DEV_FAILED, &m.sdev[i]->state);
	recover(&m);
	for (i = 0; i < NR; i++) {
		KUNIT_ASSERT_EQ(test, m.sdev[i]->state, FAKE_OUT);
		/* The last one waits for longest */
		m.sdev[i]->retry = jiffies - i;
	}

	for (n = 0; n < NR; n++) {
		unsigned long before = jiffies;

		sham_forget(m.fake);
		unit->ask.after = before;
		recover(&m);
		KUNIT_EXPECT_EQ(test, all_asked(&m), 1);
		KUNIT_EXPECT_EQ(test, asked(&m, NR - 1 - n), 1);
		/* However long it takes to get here */
		KUNIT_EXPECT_TRUE(test, time_after(unit->ask.after, before));
		unit->ask.after = jiffies + LATER;
		recover(&m);
		recover(&m);
		KUNIT_EXPECT_FALSE(test, unit->cmdq.ring.stuck);
		KUNIT_EXPECT_EQ(test, all_asked(&m), 1);
		/* Long enough for it not to be its turn again */
		m.sdev[NR - 1 - n]->retry = jiffies + 100 * HZ;
	}

	/* Nor does it help to attach something */
	sham_forget(m.fake);
	unit->ask.after = jiffies + LATER;
	m.sdev[1]->backoff = 0;
	KUNIT_EXPECT_EQ(test, smmu3_attach(m.sdev[1], 0, &m.paging->domain),
			-ETIMEDOUT);
	FAKE_EXPECT_NONE(test, m.fake);
	all_back(test, &m);
	many_down(test, &m);
}

/*
 * A reset has the mutex of the unit: not for as long as all of them are silent. What
 * was not asked is blocked, and asked later; what has answered is not asked again;
 * the kernel's own comes first, wherever it is in the list.
 */
static void reset_is_short(struct kunit *test)
{
	struct smmu3_device *own, *good;
	struct smmu3_paging *dma;
	struct smmu3_unit *unit;
	struct many m;
	unsigned int i;

	many_up(test, &m);
	unit = &m.fake->unit;
	own = sham_device_new(test, m.fake, SID + NR, 0, true);
	dma = sham_paging_new(test, own, 0);
	dma->domain.cookie_type = IOMMU_COOKIE_NONE;
	KUNIT_ASSERT_EQ(test, smmu3_attach(own, 0, &dma->domain), 0);
	good = m.sdev[0];

	/* All but the first of the guest's, and the kernel's */
	sham_forget(m.fake);
	m.fake->silent_sid = SID + 1;
	m.fake->hung = true;
	unit->cmdq.ring.stuck = true;
	unit->cmdq.ring.owed = CMD_OWED_ALL;
	recover(&m);
	KUNIT_EXPECT_FALSE(test, unit->dead);
	KUNIT_EXPECT_EQ(test, asked(&m, NR), 1);
	KUNIT_EXPECT_EQ(test, own->state, 0);
	KUNIT_EXPECT_EQ(test, asked(&m, 0), 1);
	KUNIT_EXPECT_EQ(test, good->state, 0);
	KUNIT_EXPECT_EQ(test, asked(&m, 1), 1);
	KUNIT_EXPECT_GT(test, m.sdev[1]->retry, jiffies);
	for (i = 1; i < NR; i++)
		KUNIT_EXPECT_EQ(test, m.sdev[i]->state, FAKE_OUT);
	for (i = 2; i < NR; i++) {
		KUNIT_EXPECT_EQ(test, asked(&m, i), 0);
		/* They are not to blame */
		KUNIT_EXPECT_TRUE(test, time_before_eq(m.sdev[i]->retry,
						       jiffies));
	}
	KUNIT_EXPECT_EQ(test, unit->cmdq.ring.owed, CMD_OWED_NONE);

	/* One that is well is asked before the one that was silent */
	sham_forget(m.fake);
	for (i = 1; i < NR; i++)
		m.sdev[i]->retry = jiffies - i;
	m.sdev[1]->retry = jiffies;
	unit->ask.after = jiffies;
	recover(&m);
	for (i = 2; i < NR; i++) {
		/* And again, if the reset for the other one comes so soon */
		KUNIT_EXPECT_GE(test, asked(&m, i), 1);
		KUNIT_EXPECT_EQ(test, m.sdev[i]->state, 0);
	}
	all_back(test, &m);
	smmu3_detach(own, 0);
	many_down(test, &m);
	sham_paging_free(test, dma);
}

static void takes_its_time(struct fake_unit *fake, struct cmd_words cmd)
{
	if (FIELD_GET(SMMU_CMD0_OPCODE, cmd.w0) == SMMU_OP_ATC_INV)
		udelay(5);
}

/* Devices that take longer than a unit may, and answer, are all asked */
static void slow_is_not_silent(struct kunit *test)
{
	struct smmu3_unit *unit;
	struct many m;
	unsigned int i;

	many_up(test, &m);
	unit = &m.fake->unit;
	sham_forget(m.fake);
	m.fake->spy = takes_its_time;
	unit->timeout_us = 1;
	unit->devtlb_timeout_us = 60 * USEC_PER_SEC;
	unit->cmdq.ring.stuck = true;
	unit->cmdq.ring.owed = CMD_OWED_ALL;
	/* Those that are left out would not come back at once */
	unit->ask.after = jiffies + LATER;
	recover(&m);
	m.fake->spy = NULL;
	KUNIT_EXPECT_GT(test, unit->ask.spent_us, 1);
	for (i = 0; i < NR; i++) {
		KUNIT_EXPECT_EQ(test, asked(&m, i), 1);
		KUNIT_EXPECT_EQ(test, m.sdev[i]->state, 0);
	}
	all_back(test, &m);
	many_down(test, &m);
}

static void takes_more(struct fake_unit *fake, struct cmd_words cmd)
{
	ktime_t start = ktime_get();

	if (FIELD_GET(SMMU_CMD0_OPCODE, cmd.w0) != SMMU_OP_ATC_INV)
		return;
	while (ktime_us_delta(ktime_get(), start) < 10)
		cpu_relax();
}

/*
 * Devices that answer in a reset, but take together as long as one device may: those
 * that are left are not asked. All of the kernel's own are, however long they take.
 */
static void slow_has_an_end(struct kunit *test)
{
	struct smmu3_device *own[2];
	struct smmu3_paging *dma;
	struct smmu3_unit *unit;
	struct many m;
	unsigned int i;

	many_up(test, &m);
	unit = &m.fake->unit;
	for (i = 0; i < ARRAY_SIZE(own); i++)
		own[i] = sham_device_new(test, m.fake, SID + NR + i, 0, true);
	dma = sham_paging_new(test, own[0], 0);
	dma->domain.cookie_type = IOMMU_COOKIE_NONE;
	for (i = 0; i < ARRAY_SIZE(own); i++)
		KUNIT_ASSERT_EQ(test, smmu3_attach(own[i], 0, &dma->domain), 0);

	sham_forget(m.fake);
	m.fake->spy = takes_more;
	/* The queue itself may take as long as it likes, and nobody is silent */
	unit->timeout_us = 60 * USEC_PER_SEC;
	unit->devtlb_timeout_us = 1;
	unit->cmdq.ring.stuck = true;
	unit->cmdq.ring.owed = CMD_OWED_ALL;
	/* Those that are left out do not come back at once */
	unit->ask.after = jiffies + LATER;
	recover(&m);
	KUNIT_EXPECT_FALSE(test, unit->dead);
	for (i = 0; i < ARRAY_SIZE(own); i++) {
		KUNIT_EXPECT_EQ(test, asked(&m, NR + i), 1);
		KUNIT_EXPECT_EQ(test, own[i]->state, 0);
	}
	KUNIT_EXPECT_EQ(test, asked(&m, 0), 1);
	KUNIT_EXPECT_EQ(test, m.sdev[0]->state, 0);
	for (i = 1; i < NR; i++) {
		KUNIT_EXPECT_EQ(test, asked(&m, i), 0);
		KUNIT_EXPECT_EQ(test, m.sdev[i]->state, FAKE_OUT);
		/* They are not to blame */
		KUNIT_EXPECT_EQ(test, m.sdev[i]->backoff, 0);
	}
	all_back(test, &m);
	for (i = 0; i < ARRAY_SIZE(own); i++)
		smmu3_detach(own[i], 0);
	many_down(test, &m);
	sham_paging_free(test, dma);
}

static void took(struct kunit *test)
{
	struct smmu3_ask ask;
	unsigned long now;

	smmu3_ask_init(&ask, 1000 * USEC_PER_MSEC);
	now = jiffies;
	/* An answer that came soon is none to wait after */
	smmu3_ask_took(&ask, jiffies);
	KUNIT_EXPECT_TRUE(test, time_before_eq(ask.after, now));
	smmu3_ask_took(&ask, now - HZ / 2);
	KUNIT_EXPECT_TRUE(test, time_in_range(ask.after, now + HZ / 2,
					      now + HZ));
	/* A shorter one does not take it back, and there is an end */
	smmu3_ask_took(&ask, jiffies - HZ / 10);
	KUNIT_EXPECT_TRUE(test, time_after_eq(ask.after, now + HZ / 2));
	smmu3_ask_took(&ask, jiffies - 100 * HZ);
	KUNIT_EXPECT_TRUE(test, time_before_eq(ask.after, jiffies + HZ));
}

static struct kunit_case ask_cases[] = {
	KUNIT_CASE(took),
	KUNIT_CASE(one_at_a_time),
	KUNIT_CASE(reset_is_short),
	KUNIT_CASE(slow_is_not_silent),
	KUNIT_CASE(slow_has_an_end),
	{}
};

static struct kunit_suite ask_suite = {
	.name = "arm_smmu_v3_nested_ask",
	.test_cases = ask_cases,
};

kunit_test_suite(ask_suite);
