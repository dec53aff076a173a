// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: units that are gone, that do not stop, and at the end of the machine
 */
#include <kunit/test.h>

#include "../../../nested/suspend.h"
#include "../domain.h"
#include "../event.h"
#include "../fault.h"
#include "../queue.h"
#include "../recover.h"
#include "fake_unit.h"

/* More than any function may read before it sees that nobody answers */
#define MANY_READS	100000
#define FEW_READS	16
/* While a thread waits, which takes as long as the machine makes it */
#define WAITING_READS	(MANY_READS / 100)

static int flush(struct smmu3_unit *unit, unsigned int nr)
{
	struct smmu3_batch batch;

	smmu3_batch_begin(&batch, unit, false);
	while (nr--)
		smmu3_batch_add(&batch, smmu3_cmd_tlbi_nsnh_all());
	return smmu3_batch_flush(&batch);
}

static int gone_flush_once(struct smmu3_unit *unit)
{
	return flush(unit, 1);
}

/* Queues seem to be full of records that are not there */
static void gone_queues(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	struct smmu3_unit *unit = &fake->unit;

	fake->reads = 0;
	fake->gone = MANY_READS;
	KUNIT_EXPECT_EQ(test, smmu3_evtq_drain(unit), 0);
	KUNIT_EXPECT_EQ(test, smmu3_priq_drain(unit), 0);
	KUNIT_EXPECT_LE(test, fake->reads, FEW_READS);
	KUNIT_EXPECT_EQ(test, unit->evtq.overflows, 0);
	fake->gone = 0;
}

/* All errors seem to be there: nobody is blamed, and nobody waits for long */
static void gone_a_command(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	struct smmu3_unit *unit = &fake->unit;

	fake->dead = true;
	fake->reads = 0;
	fake->gone = MANY_READS;
	KUNIT_EXPECT_EQ(test, gone_flush_once(unit), -ETIMEDOUT);
	KUNIT_EXPECT_LE(test, fake->reads, WAITING_READS);
	KUNIT_EXPECT_EQ(test, unit->cmdq.ring.errors, 0);
	fake->gone = 0;
}

/* Without messages: CONS seems to say that all is done */
static void gone_cons(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, SMMU_IDR0_MSI);
	struct cmd_ring *ring = &fake->unit.cmdq.ring;
	const u32 last = 2 * ring->size - 1;
	u32 oldest, now;

	/* All ones is where the queue will be when a command and its wait are done */
	while ((ring->head & last) != last - 2)
		KUNIT_ASSERT_EQ(test,
				flush(&fake->unit, ring->head & 1 ? 1 : 2), 0);
	fake->dead = true;
	fake->gone = MANY_READS;
	KUNIT_EXPECT_EQ(test, gone_flush_once(&fake->unit), -ETIMEDOUT);
	/* Nor may their places be given to others */
	scoped_guard(spinlock_irqsave, &ring->lock) {
		oldest = ring->oldest;
		cmd_ring_reap(ring);
		now = ring->oldest;
	}
	KUNIT_EXPECT_EQ(test, now, oldest);
	fake->gone = 0;
}

static void gone_cr0(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);

	fake->reads = 0;
	fake->gone = MANY_READS;
	KUNIT_EXPECT_EQ(test, smmu3_cr0(&fake->unit, SMMU_CR0_SMMUEN, 0),
			-ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, smmu3_cr0(&fake->unit, 0, SMMU_CR0_SMMUEN),
			-ETIMEDOUT);
	KUNIT_EXPECT_LE(test, fake->reads, FEW_READS);
	fake->gone = 0;
}

/* One more event for each that is handled: a caller with locks must not handle all */
static void endless_events(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	struct smmu3_device *sdev = sham_device_new(test, fake, 0x10, 0, false);
	struct smmu3_attach att = { .sdev = sdev, .iopf = true, .stall = true };

	sdev->nr_iopf = 2;
	sdev->nr_stall = 2;
	sdev->faults = smmu3_faults_new(sdev);
	KUNIT_ASSERT_NOT_NULL(test, sdev->faults);
	fake->events = 2000;
	scoped_guard(mutex, &fake->unit.lock)
		smmu3_iopf_disable(&att);
	KUNIT_EXPECT_GE(test, fake->events, 2000 - FEW_READS);
	KUNIT_EXPECT_GE(test, fake->unit.evtq.records, 1);
	/* A caller without locks does */
	KUNIT_EXPECT_GE(test, smmu3_evtq_drain(&fake->unit), 1000);
	KUNIT_EXPECT_EQ(test, fake->events, 0);
}

/* Nothing that comes later switches anything on, and nothing is left behind */
static void gone_ended(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	struct smmu3_device *sdev = sham_device_new(test, fake, 0x10, 0, false);
	struct smmu3_unit *unit = &fake->unit;

	smmu3_hw_end(unit);
	KUNIT_EXPECT_EQ(test, fake->regs[SMMU_REG_CR0 / 4], 0);
	KUNIT_EXPECT_EQ(test, fake->regs[SMMU_REG_GBPA / 4], 0);

	KUNIT_EXPECT_EQ(test, gone_flush_once(unit), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, smmu3_cmdq_reset(unit), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, smmu3_hw_resume(unit), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, smmu3_hw_abort(unit), -ETIMEDOUT);
	set_bit(SMMU3_DEV_FAILED, &sdev->state);
	scoped_guard(mutex, &unit->lock)
		KUNIT_EXPECT_NE(test, smmu3_device_recover(sdev), 0);
	KUNIT_EXPECT_EQ(test, fake->regs[SMMU_REG_CR0 / 4], 0);
	KUNIT_EXPECT_EQ(test, fake->regs[SMMU_REG_GBPA / 4], 0);
}

static void left_as_found(struct kunit *test)
{
	static const struct {
		u32 cr0;
		u32 gbpa;
		u32 want;
	} cases[] = {
		{ 0, 0, 0 },
		{ 0, SMMU_GBPA_MTCFG, SMMU_GBPA_MTCFG },
		{ 0, SMMU_GBPA_ABORT, SMMU_GBPA_ABORT },
		/* Its devices know addresses that mean something else now */
		{ SMMU_CR0_SMMUEN, 0, SMMU_GBPA_ABORT },
	};
	struct fake_unit *fake = sham_unit_off(test);
	struct smmu3_unit *unit = &fake->unit;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, smmu3_hw_probe(unit), 0);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		fake->regs[SMMU_REG_CR0 / 4] = cases[i].cr0;
		fake->regs[SMMU_REG_GBPA / 4] = cases[i].gbpa;
		KUNIT_ASSERT_EQ(test, smmu3_hw_quiesce(unit), 0);
		KUNIT_EXPECT_TRUE(test, fake->regs[SMMU_REG_GBPA / 4] &
				  SMMU_GBPA_ABORT);
		smmu3_hw_leave(unit);
		KUNIT_EXPECT_EQ_MSG(test, fake->regs[SMMU_REG_GBPA / 4],
				    cases[i].want, "case %u", i);
	}
}

/* After a crash devices fault all the time */
static void quiet(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	struct smmu3_unit *unit = &fake->unit;
	u32 cr0;

	smmu3_hw_stop(unit);
	unit->quiet = true;
	KUNIT_EXPECT_EQ(test, smmu3_hw_start(unit), 0);
	cr0 = fake->regs[SMMU_REG_CR0 / 4];
	KUNIT_EXPECT_EQ(test, cr0 & (SMMU_CR0_EVENTQEN | SMMU_CR0_PRIQEN), 0);
	KUNIT_EXPECT_TRUE(test, cr0 & SMMU_CR0_SMMUEN);
	KUNIT_EXPECT_TRUE(test, cr0 & SMMU_CR0_ATSCHK);
}

/* Nobody would hear of what waits */
static void quiet_nothing_waits(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	struct smmu3_device *sdev = sham_device_new(test, fake, 0x10, 0, true);
	struct smmu3_unit *unit = &fake->unit;

	unit->idr[0] &= ~SMMU_IDR0_STALL_MODEL;
	unit->idr[0] |= FIELD_PREP(SMMU_IDR0_STALL_MODEL, SMMU_STALL_MODEL_FORCE);
	KUNIT_EXPECT_TRUE(test, smmu3_can_stall(sdev));
	unit->quiet = true;
	KUNIT_EXPECT_FALSE(test, smmu3_can_stall(sdev));
	KUNIT_EXPECT_FALSE(test, smmu3_pri_able(sdev));
}

/* Units would come back without what they had in their registers */
static void gone_no_suspend(struct kunit *test)
{
	LIST_HEAD(units);
	LIST_HEAD(unit);

	KUNIT_EXPECT_EQ(test, units_check_suspend(&units), 0);
	list_add(&unit, &units);
	KUNIT_EXPECT_EQ(test, units_check_suspend(&units), -EOPNOTSUPP);
}

static struct kunit_case gone_cases[] = {
	KUNIT_CASE(gone_queues),
	KUNIT_CASE(gone_a_command),
	KUNIT_CASE(gone_cons),
	KUNIT_CASE(gone_cr0),
	KUNIT_CASE(endless_events),
	KUNIT_CASE(gone_ended),
	KUNIT_CASE(left_as_found),
	KUNIT_CASE(quiet),
	KUNIT_CASE(quiet_nothing_waits),
	KUNIT_CASE(gone_no_suspend),
	{}
};

static struct kunit_suite gone_suite = {
	.name = "arm_smmu_v3_nested_gone",
	.test_cases = gone_cases,
};

kunit_test_suite(gone_suite);
