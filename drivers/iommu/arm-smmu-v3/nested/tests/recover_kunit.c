// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: devices that do not answer are blocked, and come back
 */
#include <kunit/test-bug.h>
#include <linux/sizes.h>
#include <uapi/linux/iommufd.h>

#include "../domain.h"
#include "../flush.h"
#include "../recover.h"
#include "fake_unit.h"

#define NEST	IOMMU_HWPT_ALLOC_NEST_PARENT

/* A device with ATS that has one page mapped */
struct one {
	struct fake_unit *fake;
	struct smmu3_device *sdev;
	struct smmu3_paging *paging;
};

static void one_up(struct kunit *test, struct one *o)
{
	o->fake = sham_unit_new(test, 0, 0);
	o->sdev = sham_device_new(test, o->fake, 5, 0, true);
	o->paging = sham_paging_new(test, o->sdev, NEST);
	KUNIT_ASSERT_EQ(test, smmu3_attach(o->sdev, 0, &o->paging->domain), 0);
	sham_map(test, o->paging, SZ_1G, 4 * SZ_4K);
	o->fake->silent_sid = 5;
}

static void one_down(struct kunit *test, struct one *o)
{
	smmu3_detach(o->sdev, 0);
	sham_recover(o->fake);
	sham_paging_free(test, o->paging);
}

/* Everything that can be tried now, as if it was time for it */
static void try_now(struct one *o)
{
	o->sdev->retry = jiffies;
	o->fake->unit.ask.after = jiffies;
	smmu3_recover_soon(&o->fake->unit);
	sham_recover(o->fake);
}

static void backoff(struct kunit *test)
{
	static const struct {
		unsigned int last;
		unsigned int took;
		unsigned int next;
	} tries[] = {
		{ 0, 0, 100 }, { 1, 0, 100 }, { 50, 0, 100 }, { 51, 0, 102 },
		{ 100, 0, 200 }, { 30000, 0, 60000 }, { 60000, 0, 60000 },
		/* A device that holds the queue for long does so rarely */
		{ 0, 9, 100 }, { 0, 11, 110 }, { 100, 1000, 10000 },
		{ 0, 60000, 600000 }, { 60000, UINT_MAX, 600000 },
	};
	unsigned int i, ms = 0, sum = 0;

	for (i = 0; i < ARRAY_SIZE(tries); i++)
		KUNIT_EXPECT_EQ(test, smmu3_backoff(tries[i].last,
						    tries[i].took),
				tries[i].next);
	for (i = 0; i < 10; i++) {
		ms = smmu3_backoff(ms, 0);
		sum += ms;
	}
	KUNIT_EXPECT_EQ(test, sum, 100 * (BIT(10) - 1));
}

/* A device that does not answer when something is unmapped is blocked */
static void unmap_fails(struct kunit *test)
{
	struct smmu3_device *good;
	struct one o;

	one_up(test, &o);
	good = sham_device_new(test, o.fake, 6, 0, false);
	KUNIT_ASSERT_EQ(test, smmu3_attach(good, 0, &o.paging->domain), 0);
	o.fake->silent = true;
	sham_unmap(test, o.paging, SZ_1G, SZ_4K);
	sham_recover(o.fake);
	KUNIT_EXPECT_EQ(test, o.sdev->state, FAKE_OUT);
	KUNIT_EXPECT_EQ(test, sham_config(o.sdev), SMMU_STE_CONFIG_ABORT);
	KUNIT_EXPECT_FALSE(test, o.sdev->ats_on);
	KUNIT_EXPECT_EQ(test, good->state, 0);
	KUNIT_EXPECT_EQ(test, sham_config(good), SMMU_STE_CONFIG_S2);

	/* An attach asks it at once, and the next one not before it is time */
	KUNIT_EXPECT_EQ(test, smmu3_attach(o.sdev, 0, &o.paging->domain),
			-ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, sham_config(o.sdev), SMMU_STE_CONFIG_ABORT);
	o.sdev->retry = jiffies + HZ;
	sham_forget(o.fake);
	KUNIT_EXPECT_EQ(test, smmu3_attach(o.sdev, 0, &o.paging->domain),
			-ETIMEDOUT);
	FAKE_EXPECT_NONE(test, o.fake);

	o.fake->silent = false;
	o.sdev->retry = jiffies;
	KUNIT_EXPECT_EQ(test, smmu3_attach(o.sdev, 0, &o.paging->domain), 0);
	KUNIT_EXPECT_EQ(test, sham_config(o.sdev), SMMU_STE_CONFIG_S2);
	KUNIT_EXPECT_TRUE(test, o.sdev->ats_on);
	smmu3_detach(good, 0);
	one_down(test, &o);
}

/* Nobody needs to attach anything for it to have what it had */
static void back_by_itself(struct kunit *test)
{
	struct smmu3_paging *other;
	struct one o;
	u64 vmid;

	one_up(test, &o);
	other = sham_paging_new(test, o.sdev, NEST);
	o.fake->silent = true;
	KUNIT_EXPECT_EQ(test, smmu3_attach(o.sdev, 0, &other->domain),
			-ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, o.sdev->state, FAKE_OUT);
	/* What the core believes */
	KUNIT_ASSERT_NOT_NULL(test, o.sdev->rid);
	KUNIT_EXPECT_PTR_EQ(test, o.sdev->rid->domain, &o.paging->domain);

	try_now(&o);
	KUNIT_EXPECT_EQ(test, o.sdev->state, FAKE_OUT);
	o.fake->silent = false;
	try_now(&o);
	KUNIT_EXPECT_EQ(test, o.sdev->state, 0);
	KUNIT_EXPECT_EQ(test, sham_config(o.sdev), SMMU_STE_CONFIG_S2);
	vmid = FIELD_GET(SMMU_STE2_S2VMID, sham_ste(o.sdev, 2));
	KUNIT_EXPECT_EQ(test, vmid, o.paging->id);
	KUNIT_EXPECT_TRUE(test, o.sdev->ats_on);
	KUNIT_EXPECT_TRUE(test, list_empty(&other->attachments));
	sham_paging_free(test, other);
	one_down(test, &o);
}

/* The same with a PASID, whose descriptor had been changed already */
static void pasid_back_by_itself(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	struct smmu3_device *sdev = sham_device_new(test, fake, 5, 4, true);
	struct smmu3_paging *old = sham_paging_new(test, sdev, 0);
	struct smmu3_paging *new = sham_paging_new(test, sdev, 0);
	struct one o = { .fake = fake, .sdev = sdev };
	u64 asid;

	KUNIT_ASSERT_EQ(test, smmu3_attach(sdev, 3, &old->domain), 0);
	fake->silent = true;
	fake->silent_sid = 5;
	KUNIT_EXPECT_EQ(test, smmu3_attach(sdev, 3, &new->domain), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, sdev->nr_pasids, 1);
	fake->silent = false;
	try_now(&o);
	KUNIT_EXPECT_EQ(test, sdev->state, 0);
	KUNIT_EXPECT_EQ(test, sham_config(sdev), SMMU_STE_CONFIG_S1);
	KUNIT_EXPECT_TRUE(test, sham_cd(sdev, 3, 0) & SMMU_CD0_V);
	asid = FIELD_GET(SMMU_CD0_ASID, sham_cd(sdev, 3, 0));
	KUNIT_EXPECT_EQ(test, asid, old->id);

	/* A detachment does not fail: it has nothing when it comes back */
	fake->silent = true;
	smmu3_detach(sdev, 3);
	KUNIT_EXPECT_EQ(test, sdev->nr_pasids, 0);
	fake->silent = false;
	try_now(&o);
	KUNIT_EXPECT_EQ(test, sdev->state, 0);
	KUNIT_EXPECT_EQ(test, sham_config(sdev), SMMU_STE_CONFIG_ABORT);
	KUNIT_EXPECT_EQ(test, sham_cd(sdev, 3, 0) & SMMU_CD0_V, 0);
	sham_paging_free(test, old);
	sham_paging_free(test, new);
}

/* What the core has attached in any case is there when the unit is */
static void core_domain(struct kunit *test)
{
	struct one o;

	one_up(test, &o);
	o.fake->dead = true;
	KUNIT_EXPECT_EQ(test, smmu3_attach(o.sdev, 0, &smmu3_identity_domain),
			-ETIMEDOUT);
	KUNIT_EXPECT_TRUE(test, o.fake->unit.dead);
	KUNIT_EXPECT_TRUE(test, list_empty(&o.paging->attachments));
	o.fake->dead = false;
	try_now(&o);
	KUNIT_EXPECT_FALSE(test, o.fake->unit.dead);
	KUNIT_EXPECT_EQ(test, o.sdev->state, 0);
	KUNIT_EXPECT_EQ(test, sham_config(o.sdev), SMMU_STE_CONFIG_BYPASS);
	one_down(test, &o);
}

/* The core takes no failure for an answer when it ends the reset of a function */
static void back_after_reset(struct kunit *test)
{
	struct one o;

	one_up(test, &o);
	smmu3_detach(o.sdev, 0);
	o.fake->silent = true;
	o.fake->silent_sid = 5;
	o.fake->dead = true;
	/* That is no device of PCI's: only a note says that there was a reset */
	KUNIT_EXPECT_EQ(test, smmu3_attach(o.sdev, 0, &o.paging->domain),
			-ETIMEDOUT);
	KUNIT_EXPECT_NULL(test, o.sdev->rid);
	xa_store(&o.sdev->was, 0, &o.paging->domain, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, smmu3_attach(o.sdev, 0, &o.paging->domain), 0);
	KUNIT_EXPECT_NE(test, o.sdev->state, 0);
	KUNIT_ASSERT_NOT_NULL(test, o.sdev->rid);
	KUNIT_EXPECT_PTR_EQ(test, o.sdev->rid->domain, &o.paging->domain);
	/* Once: the next time it is somebody's wish */
	KUNIT_EXPECT_TRUE(test, xa_empty(&o.sdev->was));
	KUNIT_EXPECT_EQ(test, smmu3_attach(o.sdev, 0, &o.paging->domain),
			-ETIMEDOUT);

	o.fake->dead = false;
	o.fake->silent = false;
	try_now(&o);
	KUNIT_EXPECT_EQ(test, o.sdev->state, 0);
	KUNIT_EXPECT_EQ(test, sham_config(o.sdev), SMMU_STE_CONFIG_S2);
	one_down(test, &o);
}

/* In what order things happen: see block.c */
static void order_spy(struct fake_unit *fake, struct cmd_words cmd)
{
	struct kunit *test = kunit_get_current_test();
	struct smmu3_device *sdev = fake->spied;

	switch (FIELD_GET(SMMU_CMD0_OPCODE, cmd.w0)) {
	case SMMU_OP_ATC_INV:
		/* An invalidation now asks it too, and it finds nothing */
		KUNIT_EXPECT_EQ(test, sdev->state, BIT(SMMU3_DEV_ASKED));
		KUNIT_EXPECT_EQ(test, sham_config(sdev), SMMU_STE_CONFIG_ABORT);
		KUNIT_EXPECT_GT(test, sham_count(fake, SMMU_OP_CFGI_STE), 0);
		KUNIT_EXPECT_EQ(test, sham_count(fake, SMMU_OP_TLBI_S12_VMALL),
				1);
		KUNIT_EXPECT_GE(test, fake->syncs, 2);
		break;
	case SMMU_OP_TLBI_S12_VMALL:
		/* A cached entry could have it translated again */
		KUNIT_EXPECT_GE(test, fake->syncs, 1);
		KUNIT_EXPECT_EQ(test, sdev->state, BIT(SMMU3_DEV_ASKED));
		KUNIT_EXPECT_EQ(test, sham_config(sdev), SMMU_STE_CONFIG_ABORT);
		break;
	}
}

static void unblocking_order(struct kunit *test)
{
	struct one o;

	one_up(test, &o);
	o.fake->silent = true;
	sham_unmap(test, o.paging, SZ_1G, SZ_4K);
	sham_recover(o.fake);
	KUNIT_ASSERT_EQ(test, o.sdev->state, FAKE_OUT);
	o.fake->silent = false;
	sham_forget(o.fake);
	o.fake->spied = o.sdev;
	o.fake->spy = order_spy;
	o.sdev->backoff = 0;
	scoped_guard(mutex, &o.fake->unit.lock)
		KUNIT_EXPECT_EQ(test, smmu3_device_recover(o.sdev), 0);
	o.fake->spy = NULL;
	KUNIT_EXPECT_EQ(test, sham_count(o.fake, SMMU_OP_ATC_INV), 1);
	KUNIT_EXPECT_EQ(test, sham_config(o.sdev), SMMU_STE_CONFIG_S2);
	one_down(test, &o);
}

/* It is out when its entry is forgotten, not when it is written */
static void block_spy(struct fake_unit *fake, struct cmd_words cmd)
{
	struct kunit *test = kunit_get_current_test();
	struct smmu3_device *sdev = fake->spied;

	if (FIELD_GET(SMMU_CMD0_OPCODE, cmd.w0) != SMMU_OP_CFGI_STE)
		return;
	KUNIT_EXPECT_EQ(test, sham_config(sdev), SMMU_STE_CONFIG_ABORT);
	KUNIT_EXPECT_FALSE(test, test_bit(SMMU3_DEV_OUT, &sdev->state));
	KUNIT_EXPECT_NE(test, sdev->state, 0);
}

/* A caller that leaves a marked device out returns when it is blocked */
static void mark_is_not_enough(struct kunit *test)
{
	struct one o;

	one_up(test, &o);
	set_bit(SMMU3_DEV_FAILED, &o.sdev->state);
	sham_forget(o.fake);
	o.fake->spied = o.sdev;
	o.fake->spy = block_spy;
	sham_unmap(test, o.paging, SZ_1G, SZ_4K);
	o.fake->spy = NULL;
	KUNIT_EXPECT_EQ(test, o.sdev->state, FAKE_OUT);
	KUNIT_EXPECT_EQ(test, sham_count(o.fake, SMMU_OP_ATC_INV), 0);
	KUNIT_EXPECT_EQ(test, sham_count(o.fake, SMMU_OP_CFGI_STE), 1);

	try_now(&o);
	KUNIT_ASSERT_EQ(test, o.sdev->state, 0);
	one_down(test, &o);
}

static void mark_spy(struct fake_unit *fake, struct cmd_words cmd)
{
	if (FIELD_GET(SMMU_CMD0_OPCODE, cmd.w0) == SMMU_OP_TLBI_S2_IPA)
		fake->spied->state = 0;
}

/* The mark counts when the TLB is done: before, the ATC could be filled again */
static void mark_after_tlb(struct kunit *test)
{
	struct one o;

	one_up(test, &o);
	sham_forget(o.fake);
	o.sdev->state = FAKE_OUT;
	o.fake->spied = o.sdev;
	o.fake->spy = mark_spy;
	sham_unmap(test, o.paging, SZ_1G, SZ_4K);
	o.fake->spy = NULL;
	KUNIT_EXPECT_EQ(test, sham_count(o.fake, SMMU_OP_ATC_INV), 1);
	one_down(test, &o);
}

/* As long as a device is blocked, each invalidation reports it */
static void told_every_time(struct kunit *test)
{
	unsigned int i;
	struct one o;

	one_up(test, &o);
	o.fake->silent = true;
	sham_unmap(test, o.paging, SZ_1G, SZ_4K);
	sham_recover(o.fake);
	for (i = 0; i < 3; i++) {
		guard(srcu)(&o.fake->unit.srcu);
		KUNIT_EXPECT_EQ(test, smmu3_finish(o.paging, NULL, 0),
				-ETIMEDOUT);
		KUNIT_EXPECT_EQ(test, smmu3_finish(o.paging, NULL, -EIO), -EIO);
	}
	o.fake->silent = false;
	sham_recover(o.fake);
	try_now(&o);
	scoped_guard(srcu, &o.fake->unit.srcu)
		KUNIT_EXPECT_EQ(test, smmu3_finish(o.paging, NULL, 0), 0);
	one_down(test, &o);
}

/* The kernel's own device is not blocked for a command that was refused */
static void refused_for_the_kernel(struct kunit *test)
{
	struct one o;

	one_up(test, &o);
	sham_forget(o.fake);
	o.paging->domain.cookie_type = IOMMU_COOKIE_NONE;
	o.fake->refuse_op = SMMU_OP_TLBI_S2_IPA;
	sham_unmap(test, o.paging, SZ_1G, SZ_4K);
	KUNIT_EXPECT_EQ(test, o.sdev->state, 0);
	sham_recover(o.fake);
	KUNIT_EXPECT_EQ(test, o.sdev->state, 0);
	KUNIT_EXPECT_EQ(test, sham_config(o.sdev), SMMU_STE_CONFIG_S2);
	/* The unit and the device forget everything instead */
	KUNIT_EXPECT_TRUE(test, sham_executed(o.fake, smmu3_cmd_tlbi_nsnh_all()));
	KUNIT_EXPECT_TRUE(test, sham_executed(o.fake, smmu3_cmd_atc_inv_all(5)));

	/* A guest's is */
	o.paging->domain.cookie_type = IOMMU_COOKIE_IOMMUFD;
	o.fake->refuse_op = SMMU_OP_TLBI_S2_IPA;
	sham_unmap(test, o.paging, SZ_1G + SZ_4K, SZ_4K);
	KUNIT_EXPECT_EQ(test, o.sdev->state, FAKE_OUT);
	one_down(test, &o);
}

/* A unit that was not asked to the end may still walk a table that is gone */
static void tables_kept(struct kunit *test)
{
	struct delayed_work *work;
	struct smmu3_unit *unit;
	struct list_head *kept;
	struct one o;

	one_up(test, &o);
	unit = &o.fake->unit;
	kept = &o.paging->doubt->pages;
	work = &unit->recover_work;
	disable_delayed_work_sync(work);
	o.paging->domain.cookie_type = IOMMU_COOKIE_NONE;
	o.fake->dead = true;
	sham_unmap_table(test, o.paging);
	KUNIT_EXPECT_TRUE(test, list_is_singular(kept));

	/* Not if there is something new since it has begun to forget */
	scoped_guard(mutex, &unit->lock) {
		KUNIT_EXPECT_TRUE(test, smmu3_pages_begin(unit));
		smmu3_doubt(o.paging);
		smmu3_pages_forgotten(unit);
	}
	KUNIT_EXPECT_TRUE(test, list_is_singular(kept));

	o.fake->dead = false;
	enable_delayed_work(work);
	smmu3_recover_soon(unit);
	sham_recover(o.fake);
	KUNIT_EXPECT_GT(test, sham_count(o.fake, SMMU_OP_TLBI_NSNH_ALL), 0);
	KUNIT_EXPECT_TRUE(test, list_empty(kept));
	KUNIT_EXPECT_FALSE(test, o.paging->doubt->on);

	/* And as long as all goes well nothing is kept */
	o.paging->domain.cookie_type = IOMMU_COOKIE_IOMMUFD;
	sham_map(test, o.paging, SZ_1G, SZ_4K);
	sham_unmap_table(test, o.paging);
	KUNIT_EXPECT_TRUE(test, list_empty(kept));
	one_down(test, &o);
}

/* Each reset of a unit switches its queue off */
static unsigned int resets(const struct fake_unit *fake)
{
	unsigned int i, nr = 0;

	for (i = 0; i < fake->nr_writes; i++)
		nr += fake->writes[i] == SMMU_REG_CR0;
	return nr;
}

/* Unmaps of the kernel's own ask a unit that is dead for nothing before it is time */
static void dead_until_retry(struct kunit *test)
{
	struct delayed_work *work;
	struct smmu3_unit *unit;
	unsigned int i;
	struct one o;

	one_up(test, &o);
	unit = &o.fake->unit;
	work = &unit->recover_work;
	o.paging->domain.cookie_type = IOMMU_COOKIE_NONE;
	o.fake->dead = true;
	sham_unmap(test, o.paging, SZ_1G, SZ_4K);
	sham_recover(o.fake);
	KUNIT_ASSERT_TRUE(test, unit->dead);
	KUNIT_EXPECT_TRUE(test, unit->aborts);
	unit->retry = jiffies + 600 * HZ;

	o.fake->nr_writes = 0;
	for (i = 1; i < 4; i++) {
		sham_unmap(test, o.paging, SZ_1G + i * SZ_4K, SZ_4K);
		/* It has all been asked for: it has the rest of its time to wait */
		flush_work(&work->work);
		KUNIT_EXPECT_TRUE(test, delayed_work_pending(work));
		KUNIT_EXPECT_FALSE(test, time_before(work->timer.expires,
						     unit->retry));
		cancel_delayed_work_sync(work);
	}
	KUNIT_EXPECT_EQ(test, resets(o.fake), 0);
	/* Nobody sees what is stale: nothing is translated */
	KUNIT_EXPECT_TRUE(test, unit->aborts);
	KUNIT_EXPECT_FALSE(test, o.fake->regs[SMMU_REG_CR0 / 4] &
			   SMMU_CR0_SMMUEN);

	/* When it is time it has forgotten them before it translates again */
	o.fake->dead = false;
	sham_forget(o.fake);
	try_now(&o);
	KUNIT_EXPECT_FALSE(test, unit->dead);
	KUNIT_EXPECT_GT(test, resets(o.fake), 0);
	KUNIT_EXPECT_GT(test, sham_count(o.fake, SMMU_OP_TLBI_NSNH_ALL), 0);
	KUNIT_EXPECT_FALSE(test, o.paging->doubt->on);
	try_now(&o);
	KUNIT_EXPECT_EQ(test, o.sdev->state, 0);
	o.paging->domain.cookie_type = IOMMU_COOKIE_IOMMUFD;
	one_down(test, &o);
}

/* In ms: a thread that waits for it is late */
#define LONG	20000

/* A unit goes while its recovery waits for a device: nobody waits for that */
static void end_while_asking(struct kunit *test)
{
	struct cmd_ring *ring;
	struct one o;

	one_up(test, &o);
	ring = &o.fake->unit.cmdq.ring;
	o.fake->silent = true;
	sham_unmap(test, o.paging, SZ_1G, SZ_4K);
	sham_recover(o.fake);
	KUNIT_ASSERT_EQ(test, o.sdev->state, FAKE_OUT);

	o.fake->hung = true;
	ring->devtlb_timeout_us = LONG * USEC_PER_MSEC;
	o.sdev->retry = jiffies;
	smmu3_recover_soon(&o.fake->unit);
	while (!READ_ONCE(o.fake->unanswered) &&
	       work_busy(&o.fake->unit.recover_work.work))
		schedule_timeout_uninterruptible(1);
	smmu3_recover_end(&o.fake->unit);
	KUNIT_EXPECT_TRUE(test, ring->ended);
	KUNIT_EXPECT_EQ(test, o.sdev->state, FAKE_OUT);
	/* It counts how long it took */
	KUNIT_EXPECT_LT(test, o.sdev->backoff, LONG * BACKOFF_SHARE);
	one_down(test, &o);
}

static void recover_now(void *data)
{
	struct fake_unit *fake = data;

	/* The devices of the test are gone already */
	KUNIT_EXPECT_TRUE(kunit_get_current_test(),
			  list_empty(&fake->unit.devices));
	smmu3_recover_soon(&fake->unit);
	sham_recover(fake);
}

/* A test that ends with a blocked device: its unit has a recovery after it */
static void left_blocked(struct kunit *test)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	struct smmu3_device *sdev;

	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, recover_now,
							fake), 0);
	sdev = sham_device_new(test, fake, 5, 0, true);
	set_bit(SMMU3_DEV_FAILED, &sdev->state);
	smmu3_recover_soon(&fake->unit);
	sham_recover(fake);
	KUNIT_EXPECT_EQ(test, sdev->state, FAKE_OUT);
	sdev->retry = jiffies;
}

static struct kunit_case recover_cases[] = {
	KUNIT_CASE(backoff),
	KUNIT_CASE(unmap_fails),
	KUNIT_CASE(back_by_itself),
	KUNIT_CASE(pasid_back_by_itself),
	KUNIT_CASE(core_domain),
	KUNIT_CASE(back_after_reset),
	KUNIT_CASE(unblocking_order),
	KUNIT_CASE(mark_is_not_enough),
	KUNIT_CASE(mark_after_tlb),
	KUNIT_CASE(told_every_time),
	KUNIT_CASE(refused_for_the_kernel),
	KUNIT_CASE(tables_kept),
	KUNIT_CASE(dead_until_retry),
	KUNIT_CASE(end_while_asking),
	KUNIT_CASE(left_blocked),
	{}
};

static struct kunit_suite recover_suite = {
	.name = "arm_smmu_v3_nested_recover",
	.test_cases = recover_cases,
};

kunit_test_suite(recover_suite);
