// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: domains that a unit may still have something of that is gone from them
 */
#include <linux/sizes.h>
#include <uapi/linux/iommufd.h>

#include "../domain.h"
#include "../flush.h"
#include "../queue.h"
#include "../recover.h"
#include "fake_unit.h"

#define NEST	IOMMU_HWPT_ALLOC_NEST_PARENT
#define SID	5
#define OWN_SID	6

/* In ms: nobody waits for that long */
#define LONG	20000

/* A guest's device with ATS, and one of the kernel's own without */
struct two {
	struct fake_unit *fake;
	struct smmu3_device *sdev;
	struct smmu3_paging *paging;
	struct smmu3_device *own;
	struct smmu3_paging *dma;
};

static void two_up(struct kunit *test, struct two *t)
{
	t->fake = sham_unit_new(test, 0, 0);
	t->sdev = sham_device_new(test, t->fake, SID, 0, true);
	t->own = sham_device_new(test, t->fake, OWN_SID, 0, false);
	t->paging = sham_paging_new(test, t->sdev, NEST);
	t->dma = sham_paging_new(test, t->own, 0);
	t->dma->domain.cookie_type = IOMMU_COOKIE_NONE;
	KUNIT_ASSERT_EQ(test, smmu3_attach(t->sdev, 0, &t->paging->domain), 0);
	KUNIT_ASSERT_EQ(test, smmu3_attach(t->own, 0, &t->dma->domain), 0);
	sham_map(test, t->paging, SZ_1G, 4 * SZ_4K);
	sham_map(test, t->dma, SZ_1G, 4 * SZ_4K);
	t->fake->silent_sid = SID;
}

static void two_down(struct kunit *test, struct two *t)
{
	smmu3_detach(t->sdev, 0);
	smmu3_detach(t->own, 0);
	sham_recover(t->fake);
	sham_paging_free(test, t->paging);
	sham_paging_free(test, t->dma);
}

/* The disk's unmap is behind it, and gives up */
static void lose_behind_atc(struct fake_unit *fake, struct cmd_words cmd)
{
	if (FIELD_GET(SMMU_CMD0_OPCODE, cmd.w0) == SMMU_OP_ATC_INV &&
	    FIELD_GET(SMMU_CMD0_SID, cmd.w0) == SID)
		smmu3_doubt(to_smmu3_paging(fake->spied->rid->domain));
}

/* Making up for what was lost does not have it lost again, and so on for ever */
static void doubt_comes_to_an_end(struct kunit *test)
{
	struct two t;
	unsigned int i;

	two_up(test, &t);
	t.fake->spied = t.own;
	t.fake->spy = lose_behind_atc;
	smmu3_doubt(t.dma);
	for (i = 0; i < 10 && smmu3_in_doubt(t.dma); i++) {
		smmu3_recover_soon(&t.fake->unit);
		sham_recover(t.fake);
	}
	KUNIT_EXPECT_FALSE(test, smmu3_in_doubt(t.dma));
	t.fake->spy = NULL;
	two_down(test, &t);
}

static void work_off(struct two *t)
{
	disable_delayed_work_sync(&t->fake->unit.recover_work);
}

static void try_now(struct two *t)
{
	t->sdev->retry = jiffies;
	t->fake->unit.ask.after = jiffies;
	smmu3_recover_soon(&t->fake->unit);
	sham_recover(t->fake);
}

static void work_on(struct two *t)
{
	enable_delayed_work(&t->fake->unit.recover_work);
	try_now(t);
}

static int map_page(struct smmu3_paging *paging, u64 iova)
{
	size_t mapped = 0;

	return paging->domain.ops->map_pages(&paging->domain, iova, 0x10000000,
					     SZ_4K, 1, IOMMU_READ, GFP_ATOMIC,
					     &mapped);
}

/* A guest's device has the queue stand still, and no thread waits for it */
static void hang(struct two *t)
{
	struct smmu3_unit *unit = &t->fake->unit;
	struct smmu3_batch batch;

	unit->cmdq.ring.devtlb_timeout_us = LONG * USEC_PER_MSEC;
	t->fake->hung = true;
	smmu3_batch_begin(&batch, unit, false);
	smmu3_add_atc_all(&batch, t->sdev);
	smmu3_batch_push(&batch);
}

static void hang_no_more(struct two *t)
{
	t->fake->hung = false;
	t->fake->unanswered = false;
}

/*
 * A caller that cannot sleep leaves its invalidation behind a silent device's: the
 * core gives the addresses to the next user, which must not get what the TLB has of
 * them.
 */
static void not_mapped_again(struct kunit *test)
{
	struct smmu3_unit *unit;
	struct two t;

	two_up(test, &t);
	unit = &t.fake->unit;
	work_off(&t);
	hang(&t);
	sham_forget(t.fake);
	sham_unmap(test, t.dma, SZ_1G, SZ_4K);
	KUNIT_ASSERT_EQ(test, sham_count(t.fake, SMMU_OP_TLBI_NH_VA), 0);
	KUNIT_EXPECT_FALSE(test, unit->cmdq.ring.stuck);
	KUNIT_EXPECT_EQ(test, map_page(t.dma, SZ_1G), -ENOMEM);
	/* Nothing of others is in doubt */
	KUNIT_EXPECT_EQ(test, map_page(t.paging, SZ_2G), 0);

	/* Nor is it over when the unit has begun to forget it */
	scoped_guard(mutex, &unit->lock) {
		KUNIT_EXPECT_TRUE(test, smmu3_pages_begin(unit));
		KUNIT_EXPECT_EQ(test, map_page(t.dma, SZ_1G), -ENOMEM);
		smmu3_pages_failed(unit);
	}
	KUNIT_EXPECT_EQ(test, map_page(t.dma, SZ_1G), -ENOMEM);

	hang_no_more(&t);
	work_on(&t);
	KUNIT_EXPECT_GT(test, sham_count(t.fake, SMMU_OP_TLBI_NSNH_ALL), 0);
	KUNIT_EXPECT_EQ(test, map_page(t.dma, SZ_1G), 0);
	two_down(test, &t);
}

/* A device that was not asked, and is not blocked yet, has it in its ATC */
static void not_with_a_mark(struct kunit *test)
{
	struct two t;

	two_up(test, &t);
	t.paging->domain.cookie_type = IOMMU_COOKIE_NONE;
	work_off(&t);
	set_bit(SMMU3_DEV_FAILED, &t.sdev->state);
	sham_unmap(test, t.paging, SZ_1G, SZ_4K);
	KUNIT_EXPECT_EQ(test, map_page(t.paging, SZ_1G), -ENOMEM);
	work_on(&t);
	KUNIT_EXPECT_EQ(test, map_page(t.paging, SZ_1G), 0);
	two_down(test, &t);
}

/* A unit that can be neither brought back nor stopped */
static void not_aborting(struct kunit *test)
{
	struct smmu3_unit *unit;
	struct two t;

	two_up(test, &t);
	unit = &t.fake->unit;
	t.fake->dead = true;
	t.fake->cr0_dead = true;
	sham_unmap(test, t.paging, SZ_1G, SZ_4K);
	sham_recover(t.fake);
	KUNIT_EXPECT_TRUE(test, unit->dead);
	KUNIT_EXPECT_FALSE(test, unit->aborts);
	/* As good as it goes: its entry, which may be cached, and a mark for good */
	KUNIT_EXPECT_EQ(test, sham_config(t.sdev), SMMU_STE_CONFIG_ABORT);
	KUNIT_EXPECT_EQ(test, t.sdev->state, BIT(SMMU3_DEV_BLOCKED));
	KUNIT_EXPECT_EQ(test, map_page(t.paging, SZ_1G), -ENOMEM);
	/* What has nothing to do with it goes on */
	KUNIT_EXPECT_EQ(test, t.own->state, 0);
	KUNIT_EXPECT_EQ(test, map_page(t.dma, SZ_2G), 0);

	/* It may use what is stale: whatever is unmapped has it tried at once */
	unit->retry = jiffies + 600 * HZ;
	t.fake->nr_writes = 0;
	smmu3_recover_soon(unit);
	flush_delayed_work(&unit->recover_work);
	KUNIT_EXPECT_GT(test, t.fake->nr_writes, 0);
	KUNIT_EXPECT_TRUE(test, unit->dead);

	t.fake->dead = false;
	t.fake->cr0_dead = false;
	try_now(&t);
	try_now(&t);
	KUNIT_EXPECT_FALSE(test, unit->dead);
	KUNIT_EXPECT_EQ(test, t.sdev->state, 0);
	KUNIT_EXPECT_EQ(test, sham_config(t.sdev), SMMU_STE_CONFIG_S2);
	KUNIT_EXPECT_EQ(test, map_page(t.paging, SZ_1G), 0);
	KUNIT_EXPECT_TRUE(test, t.fake->regs[SMMU_REG_CR0 / 4] &
			  SMMU_CR0_SMMUEN);
	two_down(test, &t);
}

/* A unit that aborts everything walks no tables */
static void kept_no_longer(struct kunit *test)
{
	struct two t;

	two_up(test, &t);
	work_off(&t);
	t.fake->dead = true;
	sham_unmap_table(test, t.dma);
	KUNIT_EXPECT_TRUE(test, list_is_singular(&t.dma->doubt->pages));
	work_on(&t);
	KUNIT_EXPECT_TRUE(test, t.fake->unit.aborts);
	KUNIT_EXPECT_TRUE(test, list_empty(&t.dma->doubt->pages));
	KUNIT_EXPECT_EQ(test, map_page(t.dma, SZ_1G), 0);
	sham_unmap_table(test, t.dma);
	KUNIT_EXPECT_TRUE(test, list_empty(&t.dma->doubt->pages));

	t.fake->dead = false;
	try_now(&t);
	KUNIT_EXPECT_FALSE(test, t.fake->unit.aborts);
	KUNIT_EXPECT_FALSE(test, t.dma->doubt->on);
	two_down(test, &t);
}

/* What one keeps is no matter of another's */
static void each_for_itself(struct kunit *test)
{
	struct two t;

	two_up(test, &t);
	work_off(&t);
	smmu3_recover_doubt(t.dma);
	sham_unmap_table(test, t.paging);
	KUNIT_EXPECT_TRUE(test, list_empty(&t.paging->doubt->pages));
	KUNIT_EXPECT_TRUE(test, list_empty(&t.dma->doubt->pages));
	KUNIT_EXPECT_TRUE(test, list_is_singular(&t.fake->unit.pages.waiting));
	work_on(&t);
	two_down(test, &t);
}

/* A domain goes: what is kept of it goes when the unit has forgotten it */
static void orphan(struct kunit *test)
{
	struct smmu3_paging *gone;
	struct smmu3_unit *unit;
	struct two t;

	two_up(test, &t);
	unit = &t.fake->unit;
	work_off(&t);
	gone = sham_paging_new(test, t.own, 0);
	sham_map(test, gone, SZ_1G, SZ_4K);
	smmu3_recover_doubt(gone);
	sham_paging_free(test, gone);
	KUNIT_EXPECT_TRUE(test, list_is_singular(&unit->pages.waiting));
	work_on(&t);
	KUNIT_EXPECT_TRUE(test, list_empty(&unit->pages.waiting));
	KUNIT_EXPECT_TRUE(test, list_empty(&unit->pages.asked));
	two_down(test, &t);
}

/*
 * A unit that refuses to have its devices forget: those with ATC invalidations
 * wait for that, and are not left waiting.
 */
static void refused_to_the_end(struct kunit *test)
{
	struct smmu3_unit *unit;
	struct two t;

	two_up(test, &t);
	unit = &t.fake->unit;
	/* Of others' devices nothing is asked for */
	t.paging->domain.cookie_type = IOMMU_COOKIE_NONE;
	t.fake->refuse_op = SMMU_OP_ATC_INV;
	t.fake->refuse_sticky = true;
	smmu3_recover_doubt(t.dma);
	/* It must not be tried again: then the device is out, and all is well */
	flush_work(&unit->recover_work.work);
	cancel_delayed_work_sync(&unit->recover_work);
	KUNIT_EXPECT_TRUE(test, unit->cmdq.ring.dead ||
			  unit->cmdq.ring.owed == CMD_OWED_NONE);
	KUNIT_EXPECT_GT(test, unit->backoff, 0);

	t.fake->refuse_op = 0;
	t.fake->refuse_sticky = false;
	try_now(&t);
	try_now(&t);
	KUNIT_EXPECT_FALSE(test, unit->dead);
	KUNIT_EXPECT_EQ(test, t.sdev->state, 0);
	two_down(test, &t);
}

/* VFIO's own domains, without iommufd: every unmap can sleep */
static void vfio_sleeps(struct kunit *test)
{
	struct two t;

	two_up(test, &t);
	t.paging->domain.cookie_type = IOMMU_COOKIE_DMA_MSI;
	work_off(&t);
	t.fake->silent = true;
	sham_unmap(test, t.paging, SZ_1G, SZ_4K);
	KUNIT_EXPECT_EQ(test, t.sdev->state, FAKE_OUT);
	t.fake->silent = false;
	work_on(&t);
	KUNIT_EXPECT_EQ(test, t.sdev->state, 0);
	two_down(test, &t);
}

static struct kunit_case doubt_cases[] = {
	KUNIT_CASE(not_mapped_again),
	KUNIT_CASE(doubt_comes_to_an_end),
	KUNIT_CASE(not_with_a_mark),
	KUNIT_CASE(not_aborting),
	KUNIT_CASE(kept_no_longer),
	KUNIT_CASE(each_for_itself),
	KUNIT_CASE(orphan),
	KUNIT_CASE(refused_to_the_end),
	KUNIT_CASE(vfio_sleeps),
	{}
};

static struct kunit_suite doubt_suite = {
	.name = "arm_smmu_v3_nested_doubt",
	.test_cases = doubt_cases,
};

kunit_test_suite(doubt_suite);
