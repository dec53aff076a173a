// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: when memory that was a table may be something else
 */
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <uapi/linux/iommufd.h>

#include "../domain.h"
#include "fake_unit.h"

#define STAGE2		IOMMU_HWPT_ALLOC_NEST_PARENT
#define LEVEL_BITS	9

/* The lowest table of 4K pages that has an address */
static void *lowest_table(struct vtd_paging *p, u64 iova)
{
	struct pt_iommu_vtdss_hw_info info;
	unsigned int shift;
	__le64 *table;

	pt_iommu_vtdss_hw_info(&p->ss, &info);
	table = phys_to_virt(info.ssptptr);
	for (shift = VTD_PAGE_SHIFT + (info.aw + 1) * LEVEL_BITS;
	     shift > VTD_PAGE_SHIFT; shift -= LEVEL_BITS) {
		u64 entry = le64_to_cpu(table[(iova >> shift) %
					      BIT(LEVEL_BITS)]);

		table = phys_to_virt(entry & VTD_SS_ADDR);
	}
	return table;
}

/**
 * enum how - how does the unit not answer?
 * @WELL: it does
 * @DEAD: its queue does not
 * @GONE: it takes no commands either
 */
enum how {
	WELL,
	DEAD,
	GONE,
};

/* Is a table that an unmap has made superfluous free after it? */
static bool is_freed(struct kunit *test, u64 cap, enum how how, bool atomic)
{
	struct fake_unit *fake = fake_unit_new(test, cap, FAKE_ECAP);
	struct vtd_device *edev = fake_device_new(test, fake, 0x10, 0, 0);
	struct vtd_paging *p = fake_paging_new(test, edev, STAGE2);
	struct page *page;
	bool freed;
	void *table;

	if (atomic) {
		p->domain.cookie_type = IOMMU_COOKIE_NONE;
		fake_no_recovery(fake);
	}
	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &p->domain), 0);
	KUNIT_ASSERT_EQ(test, iommu_map(&p->domain, SZ_1G, SZ_4K, SZ_2M,
					IOMMU_READ, GFP_KERNEL), 0);
	table = lowest_table(p, SZ_1G);
	page = virt_to_page(table);
	get_page(page);

	fake->dead = how != WELL;
	fake->gcmd_dead = how == GONE;
	KUNIT_EXPECT_EQ(test, iommu_unmap(&p->domain, SZ_1G, SZ_2M), SZ_2M);
	freed = page_count(page) == 1;

	/* At the latest when the unit has recovered */
	fake->gcmd_dead = false;
	fake->dead = false;
	vtd_detach(edev, 0);
	fake->unit.retry.ms = 0;
	vtd_unit_recover(&fake->unit);
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	KUNIT_EXPECT_TRUE(test, list_empty(&fake->unit.owed.held));
	put_page(page);
	fake_paging_free(test, p);
	return freed;
}

static void tables_freed(struct kunit *test)
{
	const u64 plain = FAKE_CAP, forgets = FAKE_CAP | VTD_CAP_ESRTPS;

	KUNIT_EXPECT_TRUE(test, is_freed(test, plain, WELL, false));
	KUNIT_EXPECT_TRUE(test, is_freed(test, plain, WELL, true));
	/* Its devices are blocked when the unmap returns */
	KUNIT_EXPECT_TRUE(test, is_freed(test, forgets, DEAD, false));
	/* Nobody can see to that here: the unit may walk the table for long */
	KUNIT_EXPECT_FALSE(test, is_freed(test, forgets, DEAD, true));
	KUNIT_EXPECT_FALSE(test, is_freed(test, plain, DEAD, false));
	KUNIT_EXPECT_FALSE(test, is_freed(test, forgets, GONE, false));
}

static struct kunit_case paging_cases[] = {
	KUNIT_CASE(tables_freed),
	{}
};

static struct kunit_suite paging_suite = {
	.name = "intel_nested_paging",
	.test_cases = paging_cases,
};

kunit_test_suite(paging_suite);
