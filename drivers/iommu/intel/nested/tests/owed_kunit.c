// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: what was lost of invalidations, and what waits until it is made up for
 */
#include <kunit/test.h>
#include <linux/jiffies.h>
#include <linux/sizes.h>

#include "../../../nested/cmd_ring_recover.h"
#include "../domain.h"
#include "../flush.h"
#include "../queue.h"
#include "fake_unit.h"

#define DRAIN	(VTD_IOTLB0_DW | VTD_IOTLB0_DR)
/* A domain with stage-2 tables */
#define STAGE2	IOMMU_HWPT_ALLOC_NEST_PARENT

/* As the DMA API has them, which may unmap where nobody can sleep */
static struct vtd_paging *dma_new(struct kunit *test, struct vtd_device *edev)
{
	struct vtd_paging *p = fake_paging_new(test, edev, STAGE2);

	p->domain.cookie_type = IOMMU_COOKIE_NONE;
	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &p->domain), 0);
	return p;
}

static int map(struct vtd_paging *p)
{
	return vtd_iotlb_sync_map(&p->domain, 0x1000, 0x1000);
}

/*
 * The disk is behind somebody's device-TLB, which takes its time: it gets no new
 * addresses until what it has lost is made up for, and nobody is to blame.
 */
static void disk_behind_devtlb(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *slow = fake_device_new(test, fake, 0x10, 0, 1);
	struct vtd_device *disk = fake_device_new(test, fake, 0x18, 0, 0);
	struct vtd_paging *g = fake_paging_new(test, slow, STAGE2);
	struct vtd_paging *d = dma_new(test, disk);
	struct cmd_ring *ring = &fake->unit.qi.ring;
	struct vtd_attach att = { .edev = slow };
	struct vtd_qi_batch guest;
	u32 head;

	fake_no_recovery(fake);
	ring->devtlb_timeout_us = 600 * USEC_PER_SEC;
	KUNIT_ASSERT_EQ(test, vtd_attach(slow, 0, &g->domain), 0);
	KUNIT_EXPECT_EQ(test, map(d), 0);
	fake->dead = true;
	vtd_qi_begin(&guest, &fake->unit, false);
	vtd_add_devtlb(&guest, &att, 0, VTD_AM_ALL);
	vtd_qi_push(&guest);
	KUNIT_EXPECT_EQ(test, vtd_paging_flush(d, 0x1000, 0x1fff, true),
			-ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, map(d), -ENOMEM);
	KUNIT_EXPECT_EQ(test, map(g), 0);

	/* It is not waited for twice */
	head = ring->head;
	KUNIT_EXPECT_EQ(test, vtd_paging_flush(d, 0x1000, 0x1fff, true),
			-ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, ring->head, head);

	fake->dead = false;
	fake_forget(fake);
	KUNIT_EXPECT_EQ(test, vtd_unit_recover(&fake->unit), 0);
	KUNIT_EXPECT_EQ(test, map(d), 0);
	FAKE_EXPECT(test, fake, vtd_desc_devtlb(0x10, 0, 1, 0, VTD_AM_ALL),
		    vtd_desc_iotlb_page(fake_did(disk, 0), 0x1000, 0, true,
					DRAIN),
		    vtd_desc_cc_global(), vtd_desc_pc_global(),
		    vtd_desc_iotlb_global(DRAIN));
	KUNIT_EXPECT_EQ(test, ring->resets, 0);
	KUNIT_EXPECT_EQ(test, slow->state, 0);

	KUNIT_EXPECT_EQ(test, vtd_qi_flush(&guest), 0);
	vtd_detach(slow, 0);
	vtd_detach(disk, 0);
	fake_paging_free(test, g);
	fake_paging_free(test, d);
}

/* The disk's unmap is behind it, and gives up */
static void lose_behind_devtlb(struct fake_unit *fake, struct cmd_words desc)
{
	if (FIELD_GET(VTD_QI_TYPE_LO, desc.w0) == VTD_QI_DTLB &&
	    FIELD_GET(VTD_DTLB0_SID, desc.w0) == 0x10)
		vtd_lose(&fake->unit);
}

/* Making up for what was lost does not have it lost again, and so on for ever */
static void comes_to_an_end(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *slow = fake_device_new(test, fake, 0x10, 0, 1);
	struct vtd_device *disk = fake_device_new(test, fake, 0x18, 0, 0);
	struct vtd_device *own = fake_device_new(test, fake, 0x20, 4, 1);
	struct vtd_paging *g = fake_paging_new(test, slow, STAGE2);
	struct vtd_paging *d = dma_new(test, disk);
	struct vtd_paging *p = fake_paging_new(test, own, STAGE2);
	unsigned int i;

	fake_no_recovery(fake);
	KUNIT_ASSERT_EQ(test, vtd_attach(slow, 0, &g->domain), 0);
	KUNIT_ASSERT_EQ(test, vtd_attach(own, 0, &d->domain), 0);
	vtd_lose(&fake->unit);
	fake->hook = lose_behind_devtlb;
	for (i = 0; i < 10 && vtd_owes(&fake->unit); i++)
		vtd_unit_recover(&fake->unit);
	KUNIT_EXPECT_FALSE(test, vtd_owes(&fake->unit));
	KUNIT_EXPECT_EQ(test, map(d), 0);
	KUNIT_EXPECT_TRUE(test, fake_executed(fake, vtd_desc_devtlb(0x20, 0, 1, 0,
								    VTD_AM_ALL)));

	/* A PASID is as good a reason to ask */
	p->domain.cookie_type = IOMMU_COOKIE_NONE;
	vtd_detach(own, 0);
	KUNIT_ASSERT_EQ(test, vtd_attach(own, 3, &p->domain), 0);
	fake_forget(fake);
	vtd_lose(&fake->unit);
	vtd_unit_recover(&fake->unit);
	KUNIT_EXPECT_TRUE(test, fake_executed(fake, vtd_desc_devtlb(0x20, 0, 1, 0,
								    VTD_AM_ALL)));
	vtd_detach(own, 3);
	vtd_detach(slow, 0);
	vtd_detach(disk, 0);
	fake_paging_free(test, g);
	fake_paging_free(test, d);
	fake_paging_free(test, p);
}

static void lose_another(struct fake_unit *fake, struct cmd_words desc)
{
	fake->hook = NULL;
	vtd_lose(&fake->unit);
}

/* What is lost while others are made up for can have been lost too late for that */
static void lost_meanwhile(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *disk = fake_device_new(test, fake, 0x18, 0, 0);
	struct vtd_paging *d = dma_new(test, disk);

	fake_no_recovery(fake);
	vtd_lose(&fake->unit);
	fake->hook = lose_another;
	vtd_unit_recover(&fake->unit);
	KUNIT_EXPECT_EQ(test, map(d), -ENOMEM);
	vtd_unit_recover(&fake->unit);
	KUNIT_EXPECT_EQ(test, map(d), 0);

	/* The same if the queue is reset */
	vtd_lose(&fake->unit);
	fake->hook = lose_another;
	WRITE_ONCE(fake->unit.qi.ring.stuck, true);
	vtd_unit_recover(&fake->unit);
	KUNIT_EXPECT_EQ(test, fake->unit.qi.ring.resets, 1);
	KUNIT_EXPECT_EQ(test, map(d), -ENOMEM);
	vtd_unit_recover(&fake->unit);
	KUNIT_EXPECT_EQ(test, map(d), 0);

	vtd_detach(disk, 0);
	fake_paging_free(test, d);
}

/* The queue is dead, and tried in a minute again: caches are emptied without it */
static void dead_forgets(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP | VTD_CAP_ESRTPS,
					       FAKE_ECAP);
	struct vtd_device *disk = fake_device_new(test, fake, 0x18, 0, 0);
	struct vtd_device *ats = fake_device_new(test, fake, 0x20, 0, 1);
	struct vtd_paging *d = dma_new(test, disk);
	struct vtd_paging *a = dma_new(test, ats);
	u64 resets;

	fake_no_recovery(fake);
	fake->dead = true;
	vtd_paging_flush(d, 0x1000, 0x1fff, true);
	KUNIT_EXPECT_GT(test, vtd_unit_recover(&fake->unit), 0);
	KUNIT_EXPECT_EQ(test, fake->roots, 1);
	KUNIT_EXPECT_EQ(test, map(d), 0);
	/* No device-TLB is, that way */
	KUNIT_EXPECT_EQ(test, map(a), -ENOMEM);

	resets = fake->unit.qi.ring.resets;
	fake->unit.retry.ms = 60 * MSEC_PER_SEC;
	fake->unit.retry.at = jiffies + 60 * HZ;
	vtd_paging_flush(d, 0x1000, 0x1fff, true);
	KUNIT_EXPECT_EQ(test, map(d), -ENOMEM);
	vtd_unit_recover(&fake->unit);
	KUNIT_EXPECT_EQ(test, fake->roots, 2);
	KUNIT_EXPECT_EQ(test, fake->unit.qi.ring.resets, resets);
	KUNIT_EXPECT_EQ(test, map(d), 0);
	/* And not more often than something is lost */
	vtd_unit_recover(&fake->unit);
	KUNIT_EXPECT_EQ(test, fake->roots, 2);

	fake->dead = false;
	fake->unit.retry.ms = 0;
	KUNIT_EXPECT_EQ(test, vtd_unit_recover(&fake->unit), 0);
	KUNIT_EXPECT_EQ(test, map(a), 0);
	vtd_detach(disk, 0);
	vtd_detach(ats, 0);
	fake_paging_free(test, d);
	fake_paging_free(test, a);
}

/* It has failed, and is not blocked yet */
static void failed_maps_nothing(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *ats = fake_device_new(test, fake, 0x20, 0, 1);
	struct vtd_paging *a = dma_new(test, ats);

	fake_no_recovery(fake);
	fake->silent = true;
	fake->silent_sid = 0x20;
	vtd_paging_flush(a, 0x1000, 0x1fff, true);
	KUNIT_ASSERT_TRUE(test, test_bit(VTD_DEV_FAILED, &ats->state));
	KUNIT_EXPECT_EQ(test, map(a), -ENOMEM);
	fake->silent = false;
	vtd_detach(ats, 0);
	fake_paging_free(test, a);
}

/* A dead unit may have the address of a PASID directory, or forgets it otherwise */
static void device_withheld(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_unit *unit = &fake->unit;
	struct vtd_device *edev;

	fake_no_recovery(fake);
	edev = vtd_device_new(fake_dev_new(test, "goes"), unit, 0x18);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, edev);
	fake->dead = true;
	vtd_device_delete(edev);
	KUNIT_EXPECT_NULL(test, xa_load(&unit->devices, 0x18));
	KUNIT_EXPECT_TRUE(test, unit->stale);
	KUNIT_ASSERT_TRUE(test, list_is_singular(&unit->owed.held));
	KUNIT_EXPECT_NOT_NULL(test, edev->dir);

	fake->dead = false;
	unit->retry.ms = 0;
	KUNIT_EXPECT_EQ(test, vtd_unit_recover(unit), 0);
	KUNIT_EXPECT_TRUE(test, list_empty(&unit->owed.held));

	unit->cap |= VTD_CAP_ESRTPS;
	edev = vtd_device_new(fake_dev_new(test, "forgotten"), unit, 0x18);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, edev);
	fake->dead = true;
	vtd_device_delete(edev);
	KUNIT_EXPECT_GE(test, fake->roots, 1);
	KUNIT_EXPECT_TRUE(test, list_empty(&unit->owed.held));
}

/* The same if it was known for a moment only */
static void new_device_withheld(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP | VTD_CAP_CM,
					       FAKE_ECAP);
	struct vtd_unit *unit = &fake->unit;

	fake_no_recovery(fake);
	fake->dead = true;
	KUNIT_EXPECT_EQ(test, PTR_ERR(vtd_device_new(fake_dev_new(test, "new"),
						     unit, 0x18)), -ETIMEDOUT);
	KUNIT_EXPECT_TRUE(test, list_is_singular(&unit->owed.held));
	fake->dead = false;
	unit->retry.ms = 0;
	KUNIT_EXPECT_EQ(test, vtd_unit_recover(unit), 0);
	KUNIT_EXPECT_TRUE(test, list_empty(&unit->owed.held));
}

/* A dead unit may have tables and the domain-id of a domain that nobody uses */
static void domain_withheld(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *edev = fake_device_new(test, fake, 0x18, 0, 0);
	struct vtd_paging *p = fake_paging_new(test, edev, STAGE2);
	struct vtd_unit *unit = &fake->unit;

	fake_no_recovery(fake);
	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &p->domain), 0);
	fake->dead = true;
	vtd_detach(edev, 0);
	KUNIT_EXPECT_TRUE(test, unit->stale);
	fake_paging_free(test, p);
	KUNIT_EXPECT_EQ(test, unit->dids.used, 1);
	KUNIT_ASSERT_EQ(test, list_count_nodes(&unit->owed.held), 2);
	KUNIT_EXPECT_TRUE(test, p->withheld.freed);
	KUNIT_EXPECT_EQ(test, p->withheld.units, 1);

	fake->dead = false;
	unit->retry.ms = 0;
	vtd_unit_recover(unit);
	KUNIT_EXPECT_EQ(test, unit->dids.used, 0);
	KUNIT_EXPECT_TRUE(test, list_empty(&unit->owed.held));
}

static void count_devtlbs(struct fake_unit *fake, struct cmd_words desc)
{
	unsigned int *asked = fake->hook_data;

	if (FIELD_GET(VTD_QI_TYPE_LO, desc.w0) != VTD_QI_DTLB)
		return;
	++*asked;
	fake->dead = true;
	fake->until_reset = true;
}

#define SILENT		9
#define SILENT_MS	100

/* However many devices of a user do not answer, others get the queue, too */
static void many_silent(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *bad[SILENT];
	struct vtd_unit *unit = &fake->unit;
	unsigned int i, asked = 0;
	unsigned long began, next;

	fake_no_recovery(fake);
	unit->qi.ring.devtlb_timeout_us = SILENT_MS * USEC_PER_MSEC;
	for (i = 0; i < SILENT; i++) {
		bad[i] = fake_device_new(test, fake, 8 * i, 0, 1);
		set_bit(VTD_DEV_BLOCKED, &bad[i]->state);
		bad[i]->silent = true;
	}
	fake->hook = count_devtlbs;
	fake->hook_data = &asked;
	began = jiffies;
	vtd_unit_recover(unit);
	KUNIT_EXPECT_EQ(test, asked, 1);
	KUNIT_EXPECT_TRUE(test, unit->qi.ring.stuck);

	/* The queue comes back at once, and is left alone for as long as it stood */
	unit->ask_after = jiffies;
	next = vtd_unit_recover(unit);
	KUNIT_EXPECT_FALSE(test, unit->qi.ring.stuck);
	KUNIT_EXPECT_EQ(test, asked, 1);
	KUNIT_EXPECT_TRUE(test, time_after_eq(unit->ask_after, began +
					      msecs_to_jiffies(2 * SILENT_MS)));
	KUNIT_EXPECT_GT(test, next, 0);
	/* Not by an attach either */
	unit->ask_after = jiffies + HZ * 1000;
	scoped_guard(mutex, &unit->lock)
		KUNIT_EXPECT_EQ(test, vtd_device_recover(bad[1]), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, asked, 1);
	KUNIT_EXPECT_GT(test, vtd_unit_recover(unit), HZ * 10);

	/* A device that was not silent does not wait for that */
	fake->hook = NULL;
	bad[1]->silent = false;
	vtd_unit_recover(unit);
	KUNIT_EXPECT_EQ(test, bad[1]->state, 0);
	KUNIT_EXPECT_NE(test, bad[2]->state, 0);
	unit->ask_after = jiffies;
	vtd_unit_recover(unit);
	KUNIT_EXPECT_EQ(test, bad[2]->state, 0);
}

/**
 * struct asks - what is seen when devices are asked one by one
 * @nr: how many were asked
 * @owed: what the ring owed when the last one was
 */
struct asks {
	unsigned int nr;
	enum cmd_owed owed;
};

static void stop_at_first(struct fake_unit *fake, struct cmd_words desc)
{
	struct asks *asks = fake->hook_data;

	if (FIELD_GET(VTD_QI_TYPE_LO, desc.w0) != VTD_QI_DTLB)
		return;
	asks->owed = fake->unit.qi.ring.owed;
	if (asks->nr++)
		return;
	fake->dead = true;
	fake->until_reset = true;
}

/* A caller without device-TLB does not wait for a second one that is asked */
static void bystanders_first(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *two;
	struct asks asks = {};

	fake_device_new(test, fake, 0x10, 0, 1);
	two = fake_device_new(test, fake, 0x18, 0, 1);
	fake_no_recovery(fake);
	/* There is time for a second one */
	fake->unit.qi.ring.devtlb_timeout_us = 500 * USEC_PER_MSEC;
	fake->hook = stop_at_first;
	fake->hook_data = &asks;
	WRITE_ONCE(fake->unit.qi.ring.stuck, true);
	vtd_unit_recover(&fake->unit);
	KUNIT_EXPECT_EQ(test, asks.nr, 2);
	KUNIT_EXPECT_EQ(test, asks.owed, CMD_OWED_DEVTLB);
	KUNIT_EXPECT_EQ(test, two->state, 0);
}

/* Only the recovery asks device-TLBs, one by one, while it does that */
static void atomic_keeps_out(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *edev = fake_device_new(test, fake, 0x10, 0, 1);
	struct cmd_ring *ring = &fake->unit.qi.ring;
	struct vtd_attach att = { .edev = edev };
	struct vtd_qi_batch batch;

	ring->owed = CMD_OWED_DEVTLB;
	vtd_qi_begin(&batch, &fake->unit, true);
	vtd_add_devtlb(&batch, &att, 0, VTD_AM_ALL);
	KUNIT_EXPECT_EQ(test, vtd_qi_flush(&batch), -ETIMEDOUT);
	FAKE_EXPECT_NONE(test, fake);
	vtd_qi_add(&batch, vtd_desc_iotlb_domain(7, DRAIN));
	KUNIT_EXPECT_EQ(test, vtd_qi_flush(&batch), 0);

	vtd_qi_begin(&batch, &fake->unit, false);
	vtd_add_devtlb(&batch, &att, 0, VTD_AM_ALL);
	KUNIT_EXPECT_EQ(test, vtd_qi_flush(&batch), 0);
	cmd_ring_settle(ring, CMD_OWED_NONE);
}

/* All stand still, and are cured of it by a reset */
static void all_stop(struct fake_unit *fake, struct cmd_words desc)
{
	if (FIELD_GET(VTD_QI_TYPE_LO, desc.w0) != VTD_QI_DTLB ||
	    FIELD_GET(VTD_DTLB0_SID, desc.w0) == 8 * SILENT)
		return;
	++*(unsigned int *)fake->hook_data;
	fake->dead = true;
	fake->until_reset = true;
}

/* Nobody waits for all of them, nor is the kernel's own device blocked for that */
static void many_in_a_reset(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *bad[SILENT], *own;
	struct vtd_unit *unit = &fake->unit;
	unsigned int i, asked = 0;
	struct vtd_paging *d;

	fake_no_recovery(fake);
	unit->qi.ring.devtlb_timeout_us = SILENT_MS * USEC_PER_MSEC;
	for (i = 0; i < SILENT; i++)
		bad[i] = fake_device_new(test, fake, 8 * i, 0, 1);
	own = fake_device_new(test, fake, 8 * SILENT, 0, 1);
	d = dma_new(test, own);
	d->domain.type = IOMMU_DOMAIN_DMA;

	fake->hook = all_stop;
	fake->hook_data = &asked;
	WRITE_ONCE(unit->qi.ring.stuck, true);
	vtd_unit_recover(unit);
	/* Two use up the time, as far as one can tell */
	KUNIT_EXPECT_GE(test, asked, 2);
	KUNIT_EXPECT_LT(test, asked, SILENT);
	KUNIT_EXPECT_FALSE(test, unit->qi.ring.stuck);
	KUNIT_EXPECT_EQ(test, own->state, 0);
	for (i = 0; i < SILENT; i++)
		KUNIT_EXPECT_TRUE(test, test_bit(VTD_DEV_BLOCKED,
						 &bad[i]->state));
	/* A device that was not asked is not taken for silent */
	KUNIT_EXPECT_TRUE(test, bad[0]->silent);
	KUNIT_EXPECT_FALSE(test, bad[SILENT - 1]->silent);

	/* They have had their time: others get the queue before the next is asked */
	for (i = 0; i < SILENT; i++)
		bad[i]->retry.ms = 0;
	unit->ask_after = jiffies + HZ * 1000;
	asked = 0;
	KUNIT_EXPECT_GT(test, vtd_unit_recover(unit), HZ * 10);
	scoped_guard(mutex, &unit->lock)
		KUNIT_EXPECT_EQ(test, vtd_device_recover(bad[SILENT - 1]),
				-ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, asked, 0);

	fake->hook = NULL;
	for (i = 0; i < SILENT - 1; i++)
		bad[i]->retry = (struct vtd_retry) {
			.ms = 1,
			.at = jiffies + HZ * 1000,
		};
	unit->ask_after = jiffies;
	vtd_unit_recover(unit);
	KUNIT_EXPECT_EQ(test, bad[SILENT - 1]->state, 0);
	vtd_detach(own, 0);
	d->domain.type = IOMMU_DOMAIN_UNMANAGED;
	fake_paging_free(test, d);
}

/* How the DMA API fares while a device-TLB is asked */
struct mapped_meanwhile {
	struct vtd_paging *paging;
	int ret;
};

static void map_behind_devtlb(struct fake_unit *fake, struct cmd_words desc)
{
	struct mapped_meanwhile *mapped = fake->hook_data;

	if (FIELD_GET(VTD_QI_TYPE_LO, desc.w0) == VTD_QI_DTLB)
		mapped->ret = map(mapped->paging);
}

/* A disk without a device-TLB does not wait for the device-TLBs of others */
static void caches_first(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *slow = fake_device_new(test, fake, 0x10, 0, 1);
	struct vtd_device *disk = fake_device_new(test, fake, 0x18, 0, 0);
	struct mapped_meanwhile mapped = { .ret = 1 };

	fake_no_recovery(fake);
	mapped.paging = dma_new(test, disk);
	vtd_lose(&fake->unit);
	KUNIT_EXPECT_EQ(test, map(mapped.paging), -ENOMEM);
	fake->hook = map_behind_devtlb;
	fake->hook_data = &mapped;
	WRITE_ONCE(fake->unit.qi.ring.stuck, true);
	vtd_unit_recover(&fake->unit);
	KUNIT_EXPECT_EQ(test, slow->state, 0);
	KUNIT_EXPECT_EQ(test, mapped.ret, 0);
	KUNIT_EXPECT_EQ(test, map(mapped.paging), 0);
	vtd_detach(disk, 0);
	fake_paging_free(test, mapped.paging);
}

static struct kunit_case owed_cases[] = {
	KUNIT_CASE(disk_behind_devtlb),
	KUNIT_CASE(comes_to_an_end),
	KUNIT_CASE(lost_meanwhile),
	KUNIT_CASE(dead_forgets),
	KUNIT_CASE(failed_maps_nothing),
	KUNIT_CASE(device_withheld),
	KUNIT_CASE(new_device_withheld),
	KUNIT_CASE(domain_withheld),
	KUNIT_CASE(many_silent),
	KUNIT_CASE(many_in_a_reset),
	KUNIT_CASE(bystanders_first),
	KUNIT_CASE(caches_first),
	KUNIT_CASE(atomic_keeps_out),
	{}
};

static struct kunit_suite owed_suite = {
	.name = "intel_nested_owed",
	.test_cases = owed_cases,
};

kunit_test_suite(owed_suite);
