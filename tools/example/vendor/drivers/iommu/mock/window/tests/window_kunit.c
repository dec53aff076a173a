// SPDX-License-Identifier: GPL-2.0-only
/* Mock window IOMMU: KUnit tests, from the place of a driver */
#include <linux/bitfield.h>
#include <linux/io.h>
#include <linux/sizes.h>

#include <linux/iommu-nested/window.h>

#include "../../tests/unit.h"
#include "../window.h"

#define SID	0x105
#define OUT	0x40000000ULL

struct rig {
	struct mock_instance inst;
	struct iommu_unit unit;
	__le64 *table;
};

static void put_entry(struct rig *rig, u64 entry)
{
	rig->table[SID] = cpu_to_le64(entry);
}

static int window_init(struct kunit *test)
{
	struct rig *rig = kunit_kzalloc(test, sizeof(*rig), GFP_KERNEL);
	struct iommu_regs *regs = &rig->unit.regs;

	if (!rig)
		return -ENOMEM;
	test->priv = rig;
	mock_test_unit_create(test, &rig->inst, &mock_window_model);
	mock_test_unit_start(test, &rig->inst.mi, &rig->unit);
	rig->table = mock_test_pages(test, 0);
	iommu_regs_write64(regs, WINDOW_REG_TABLE, virt_to_phys(rig->table));
	iommu_regs_write64(regs, WINDOW_REG_CTRL, WINDOW_CTRL_E);
	return 0;
}

static int request(struct rig *rig, u64 addr, bool write,
		   struct mock_xlate *res)
{
	const struct mock_req req = { .addr = addr, .sid = SID, .write = write };

	guard(spinlock_irqsave)(&rig->inst.mi.lock);
	return mock_model_translate(&rig->inst.mi, &req, res);
}

/* 1, 3 */
static void window_translates(struct kunit *test)
{
	struct rig *rig = test->priv;
	struct mock_xlate res;

	put_entry(rig, OUT | WINDOW_ENTRY_W | WINDOW_ENTRY_V);
	KUNIT_ASSERT_EQ(test, request(rig, 0x1ff123, true, &res), 0);
	KUNIT_EXPECT_EQ(test, res.pa, OUT + 0x1ff123);
	KUNIT_EXPECT_TRUE(test, res.write);
	KUNIT_EXPECT_EQ(test, request(rig, SZ_2M, true, &res), -EFAULT);
}

/* 3, 5: the first fault is kept until it is acknowledged */
static void window_faults(struct kunit *test)
{
	struct rig *rig = test->priv;
	struct iommu_regs *regs = &rig->unit.regs;
	struct mock_xlate res;

	put_entry(rig, OUT | WINDOW_ENTRY_V);
	KUNIT_EXPECT_EQ(test, request(rig, 0x3000, false, &res), 0);
	KUNIT_EXPECT_FALSE(test, res.write);
	KUNIT_EXPECT_EQ(test, request(rig, 0x3000, true, &res), -EFAULT);
	KUNIT_EXPECT_EQ(test, request(rig, SZ_2M, false, &res), -EFAULT);
	KUNIT_EXPECT_EQ(test, iommu_regs_read64(regs, WINDOW_REG_FAULT),
			WINDOW_FAULT_F | WINDOW_FAULT_W |
			FIELD_PREP(WINDOW_FAULT_SID, SID));
	KUNIT_EXPECT_EQ(test, iommu_regs_read64(regs, WINDOW_REG_FAULT_ADDR),
			0x3000);
	iommu_regs_write64(regs, WINDOW_REG_FAULT, WINDOW_FAULT_F);
	KUNIT_EXPECT_EQ(test, request(rig, SZ_2M, false, &res), -EFAULT);
	KUNIT_EXPECT_EQ(test, iommu_regs_read64(regs, WINDOW_REG_FAULT_ADDR),
			SZ_2M);
}

/* 4: a forgotten invalidation is seen each time; another's does not help */
static void window_caches(struct kunit *test)
{
	struct rig *rig = test->priv;
	struct iommu_regs *regs = &rig->unit.regs;
	struct mock_xlate res;

	/* What is not valid is not cached */
	KUNIT_EXPECT_EQ(test, request(rig, 0, false, &res), -EFAULT);
	put_entry(rig, OUT | WINDOW_ENTRY_V);
	KUNIT_EXPECT_EQ(test, request(rig, 0, false, &res), 0);
	put_entry(rig, 0);
	KUNIT_EXPECT_EQ(test, request(rig, 0, false, &res), 0);
	iommu_regs_write64(regs, WINDOW_REG_INV, SID + 1);
	KUNIT_EXPECT_EQ(test, request(rig, 0, false, &res), 0);
	iommu_regs_write64(regs, WINDOW_REG_INV, SID);
	KUNIT_EXPECT_EQ(test, request(rig, 0, false, &res), -EFAULT);
}

/* 3: without translation nothing is blocked */
static void window_disabled(struct kunit *test)
{
	struct rig *rig = test->priv;
	struct mock_xlate res;

	iommu_regs_write64(&rig->unit.regs, WINDOW_REG_CTRL, 0);
	KUNIT_EXPECT_EQ(test, request(rig, OUT, true, &res), 0);
	KUNIT_EXPECT_EQ(test, res.pa, OUT);
}

/* It misbehaves on request, and a unit that is gone translates nothing */
static void window_aborts(struct kunit *test)
{
	struct rig *rig = test->priv;
	struct mock_iommu *mi = &rig->inst.mi;
	struct mock_xlate res;

	put_entry(rig, OUT | WINDOW_ENTRY_V);
	mock_model_misbehave(mi, MOCK_MISBEHAVE_WALK_ABORT, 1);
	KUNIT_EXPECT_EQ(test, request(rig, 0, false, &res), -EFAULT);
	KUNIT_EXPECT_EQ(test, request(rig, 0, false, &res), 0);
	mock_test_unit_stop(mi);
	KUNIT_EXPECT_EQ(test, request(rig, 0, false, &res), -EFAULT);
}

static struct kunit_case window_cases[] = {
	KUNIT_CASE(window_translates),
	KUNIT_CASE(window_faults),
	KUNIT_CASE(window_caches),
	KUNIT_CASE(window_disabled),
	KUNIT_CASE(window_aborts),
	{}
};

static struct kunit_suite window_suite = {
	.name = "iommu_mock_window_window",
	.init = window_init,
	.test_cases = window_cases,
};

kunit_test_suite(window_suite);
