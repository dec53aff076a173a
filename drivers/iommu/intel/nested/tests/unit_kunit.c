// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: units that are gone, and units at the end of the machine
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/sizes.h>

#include "../../../nested/suspend.h"
#include "../domain.h"
#include "../firmware.h"
#include "../flush.h"
#include "../queue.h"
#include "fake_unit.h"

/* More than any function may read before it sees that nobody answers */
#define MANY_READS	100000
#define FEW_READS	16

static int flush_once(struct vtd_unit *unit)
{
	struct vtd_qi_batch batch;

	vtd_qi_begin(&batch, unit, false);
	vtd_qi_add(&batch, vtd_desc_cc_global());
	return vtd_qi_flush(&batch);
}

/* All records seem to be there, again and again */
static void gone_faults(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);

	fake->reads = 0;
	fake->gone = MANY_READS;
	KUNIT_EXPECT_EQ(test, vtd_fault_drain(&fake->unit), 0);
	KUNIT_EXPECT_LE(test, fake->reads, FEW_READS);
	fake->gone = 0;
}

/* Commands seem to have taken effect */
static void gone_commands(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_unit *unit = &fake->unit;

	fake->reads = 0;
	fake->gone = MANY_READS;
	KUNIT_EXPECT_EQ(test, vtd_set_root(unit, VTD_TTM_SCALABLE), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, vtd_qi_reset(unit), -ETIMEDOUT);
	KUNIT_EXPECT_LE(test, fake->reads, FEW_READS);
	KUNIT_EXPECT_TRUE(test, unit->qi.ring.stuck);
	fake->gone = 0;
}

/* All errors seem to be there: nobody is blamed, and nobody waits for long */
static void gone_queue(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *edev = fake_device_new(test, fake, 0x10, 0, 4);
	struct vtd_unit *unit = &fake->unit;

	fake->dead = true;
	fake->reads = 0;
	fake->gone = MANY_READS;
	KUNIT_EXPECT_EQ(test, flush_once(unit), -ETIMEDOUT);
	KUNIT_EXPECT_LE(test, fake->reads, FEW_READS);
	KUNIT_EXPECT_EQ(test, unit->qi.ring.errors, 0);
	KUNIT_EXPECT_EQ(test, edev->state, 0);
	fake->gone = 0;
}

/* Nothing that comes later switches anything on */
static void ended(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *edev = fake_device_new(test, fake, 0x10, 0, 0);
	struct vtd_unit *unit = &fake->unit;

	fake->gsts |= VTD_GSTS_TES;
	vtd_hw_end(unit);
	KUNIT_EXPECT_EQ(test, fake->gsts & (VTD_GSTS_TES | VTD_GSTS_QIES), 0);
	KUNIT_EXPECT_EQ(test, fake->iqa, 0);

	fake->roots = 0;
	KUNIT_EXPECT_EQ(test, flush_once(unit), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, vtd_qi_reset(unit), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, vtd_set_root(unit, VTD_TTM_SCALABLE), -ETIMEDOUT);
	set_bit(VTD_DEV_FAILED, &edev->state);
	scoped_guard(mutex, &unit->lock)
		KUNIT_EXPECT_NE(test, vtd_device_recover(edev), 0);
	KUNIT_EXPECT_EQ(test, fake->gsts & (VTD_GSTS_TES | VTD_GSTS_QIES), 0);
	KUNIT_EXPECT_EQ(test, fake->roots, 0);
}

static bool somebody_waits(struct vtd_unit *unit)
{
	struct cmd_ring *ring = &unit->qi.ring;

	guard(spinlock_irqsave)(&ring->lock);
	return !list_empty(&ring->waiters);
}

/* The end does not wait for a recovery that waits for a device-TLB */
static void ended_meanwhile(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *edev = fake_device_new(test, fake, 0x10, 0, 1);
	struct vtd_unit *unit = &fake->unit;

	unit->qi.ring.timeout_us = 15 * USEC_PER_SEC;
	unit->qi.ring.devtlb_timeout_us = 15 * USEC_PER_SEC;
	fake->dead = true;
	set_bit(VTD_DEV_BLOCKED, &edev->state);
	vtd_unit_kick(unit);
	while (!somebody_waits(unit))
		usleep_range(100, 1000);
	vtd_hw_end(unit);
	KUNIT_EXPECT_TRUE(test, test_bit(VTD_DEV_BLOCKED, &edev->state));
	/* After a wait to the end it would be left alone for ten times that */
	KUNIT_EXPECT_TRUE(test, time_before(edev->retry.at,
					    jiffies + 10 * 15 * HZ));
}

/* Units would come back without what they had in their registers */
static void no_suspend(struct kunit *test)
{
	LIST_HEAD(units);
	LIST_HEAD(unit);

	KUNIT_EXPECT_EQ(test, units_check_suspend(&units), 0);
	list_add(&unit, &units);
	KUNIT_EXPECT_EQ(test, units_check_suspend(&units), -EOPNOTSUPP);
}

/* All that a device-TLB is told, in the order of what it is told */
static void devtlb_twice(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *edev = fake_device_new(test, fake, 0x10, 8, 4);
	struct vtd_paging *paging = fake_paging_new(test, edev, 0);
	struct cmd_words rid, pasid;
	unsigned int i, nr = 0;

	edev->devtlb_twice = true;
	KUNIT_ASSERT_EQ(test, vtd_attach(edev, IOMMU_NO_PASID, &paging->domain),
			0);
	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 3, &paging->domain), 0);
	fake_forget(fake);
	vtd_paging_flush(paging, 0, SZ_4K - 1, true);
	rid = vtd_desc_devtlb(0x10, vtd_pfsid(edev), 4, 0, 0);
	pasid = vtd_desc_pdevtlb(0x10, vtd_pfsid(edev), 4, 3, 0, 0);
	for (i = 0; i < fake->nr; i++) {
		struct cmd_words desc = fake->log[i];

		nr += (desc.w0 == rid.w0 && desc.w1 == rid.w1) ||
		      (desc.w0 == pasid.w0 && desc.w1 == pasid.w1);
	}
	KUNIT_EXPECT_EQ(test, nr, 4);
	vtd_detach(edev, 3);
	vtd_detach(edev, IOMMU_NO_PASID);
	fake_paging_free(test, paging);
}

static void quirks(struct kunit *test)
{
	unsigned int id;

	for (id = 0x4930; id < 0x4950; id++)
		KUNIT_EXPECT_EQ(test, vtd_errata_devtlb_twice(0x8086, id),
				id >= 0x4940 && id <= 0x4943);
	KUNIT_EXPECT_FALSE(test, vtd_errata_devtlb_twice(0x8087, 0x4940));

	KUNIT_EXPECT_TRUE(test, vtd_errata_vmd(0x8086, 0x201d));
	KUNIT_EXPECT_TRUE(test, vtd_errata_vmd(0x8086, 0xb07f));
	KUNIT_EXPECT_FALSE(test, vtd_errata_vmd(0x8086, 0x201e));
	KUNIT_EXPECT_FALSE(test, vtd_errata_vmd(0x1b36, 0x201d));
}

/* What is behind a VMD sends with its source-id, and knows physical addresses */
static void vmd_is_passed_through(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *edev = fake_device_new(test, fake, 0x10, 0, 0);
	struct dev_iommu iommu = { .priv = edev };
	struct device *dev = edev->dev;

	dev->iommu = &iommu;
	KUNIT_EXPECT_EQ(test, vtd_iommu_ops.def_domain_type(dev), 0);
	edev->identity = true;
	KUNIT_EXPECT_EQ(test, vtd_iommu_ops.def_domain_type(dev),
			IOMMU_DOMAIN_IDENTITY);
	dev->iommu = NULL;
}

/* What a driver has not done yet it may do later, except if it never does */
static void drivers_before_us(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, vtd_may_do_dma(false, true, false));
	KUNIT_EXPECT_TRUE(test, vtd_may_do_dma(true, true, false));
	KUNIT_EXPECT_TRUE(test, vtd_may_do_dma(true, false, false));
	KUNIT_EXPECT_TRUE(test, vtd_may_do_dma(true, true, true));
	KUNIT_EXPECT_FALSE(test, vtd_may_do_dma(true, false, true));
}

static struct kunit_case unit_cases[] = {
	KUNIT_CASE(gone_faults),
	KUNIT_CASE(gone_commands),
	KUNIT_CASE(gone_queue),
	KUNIT_CASE(ended),
	KUNIT_CASE(ended_meanwhile),
	KUNIT_CASE(no_suspend),
	KUNIT_CASE(devtlb_twice),
	KUNIT_CASE(quirks),
	KUNIT_CASE(vmd_is_passed_through),
	KUNIT_CASE(drivers_before_us),
	{}
};

static struct kunit_suite unit_suite = {
	.name = "intel_nested_unit",
	.test_cases = unit_cases,
};

kunit_test_suite(unit_suite);
