// SPDX-License-Identifier: GPL-2.0-only
/* Mock MMIO: KUnit tests of slots with memory behind, as software maps them */
#include <kunit/test.h>
#include <linux/container_of.h>
#include <linux/io.h>
#include <linux/mm.h>

#include "../slots.h"

#define SIZE		SZ_64K
#define ANSWER		0xc0ffee

struct memory_dut {
	struct mock_mmio_device dev;
	struct mock_mmio_slot *slot;
	u64 written;
};

static u64 memory_device_read(struct mock_mmio_device *dev, u32 off, unsigned int bytes)
{
	return ANSWER + off;
}

static void memory_device_write(struct mock_mmio_device *dev, u32 off, unsigned int bytes,
				u64 val)
{
	container_of(dev, struct memory_dut, dev)->written = val;
}

static int mock_mmio_memory_init(struct kunit *test)
{
	struct memory_dut *dut = kunit_kzalloc(test, sizeof(*dut), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, dut);
	dut->dev = (struct mock_mmio_device){
		.size = SIZE,
		.read = memory_device_read,
		.write = memory_device_write,
	};
	test->priv = dut;
	dut->slot = mock_mmio_take_memory("kunit", 1, SIZE);
	KUNIT_ASSERT_FALSE(test, IS_ERR(dut->slot));
	KUNIT_ASSERT_EQ(test, mock_mmio_connect(dut->slot, &dut->dev), 0);
	return 0;
}

static void mock_mmio_memory_exit(struct kunit *test)
{
	struct memory_dut *dut = test->priv;

	if (!dut || IS_ERR_OR_NULL(dut->slot))
		return;
	mock_mmio_disconnect(dut->slot);
	mock_mmio_give(dut->slot);
}

/* The kernel finds the device, and who has the pages finds these */
static void mock_mmio_memory_both_test(struct kunit *test)
{
	struct memory_dut *dut = test->priv;
	u8 *memory = mock_mmio_memory(dut->slot);
	void __iomem *base = ioremap(mock_mmio_address(dut->slot), SIZE);

	KUNIT_ASSERT_TRUE(test, base);
	KUNIT_EXPECT_EQ(test, readl(base + 0x100), ANSWER + 0x100);
	writel(7, base + 0x104);
	KUNIT_EXPECT_EQ(test, dut->written, 7);
	KUNIT_EXPECT_NULL(test, memchr_inv(memory, 0, SIZE));
	memset(memory, 1, SIZE);
	KUNIT_EXPECT_EQ(test, readl(base + SIZE - 4), ANSWER + SIZE - 4);
	iounmap(base);
}

static void mock_mmio_memory_address_test(struct kunit *test)
{
	struct memory_dut *dut = test->priv;
	void *memory = mock_mmio_memory(dut->slot);
	phys_addr_t addr = mock_mmio_address(dut->slot);

	KUNIT_EXPECT_EQ(test, addr, page_to_phys(virt_to_page(memory)));
	KUNIT_EXPECT_TRUE(test, IS_ALIGNED(addr, PAGE_SIZE));
	KUNIT_EXPECT_TRUE(test, PageReserved(virt_to_page(memory)));
	KUNIT_EXPECT_TRUE(test, PageReserved(virt_to_page(memory + SIZE - 1)));
	KUNIT_EXPECT_PTR_EQ(test, mock_mmio_memory_find(&mock_mmio_window, addr, SIZE),
			    dut->slot);
	KUNIT_EXPECT_NULL(test, mock_mmio_memory_find(&mock_mmio_window, addr - 1, 8));
	KUNIT_EXPECT_NULL(test, mock_mmio_memory_find(&mock_mmio_window, addr, U64_MAX));
	KUNIT_EXPECT_NULL(test, mock_mmio_memory_find(&mock_mmio_window, addr, 0));
}

/* Whoever comes next has the same pages, without what was there */
static void mock_mmio_memory_again_test(struct kunit *test)
{
	struct memory_dut *dut = test->priv;
	phys_addr_t addr = mock_mmio_address(dut->slot);
	struct mock_mmio_slot *other;

	other = mock_mmio_take_memory("kunit-2", 1, SIZE);
	KUNIT_ASSERT_FALSE(test, IS_ERR(other));
	KUNIT_EXPECT_NE(test, mock_mmio_address(other), addr);
	mock_mmio_give(other);

	memset(mock_mmio_memory(dut->slot), 0xa5, SIZE);
	mock_mmio_disconnect(dut->slot);
	mock_mmio_give(dut->slot);
	dut->slot = mock_mmio_take_memory("kunit", 1, SIZE / 2);
	KUNIT_ASSERT_FALSE(test, IS_ERR(dut->slot));
	KUNIT_EXPECT_NULL(test, memchr_inv(mock_mmio_memory(dut->slot), 0, SIZE / 2));

	/* Also if it is larger */
	mock_mmio_give(dut->slot);
	dut->slot = mock_mmio_take_memory("kunit", 1, MOCK_MMIO_MEMORY_SIZE);
	KUNIT_ASSERT_FALSE(test, IS_ERR(dut->slot));
	KUNIT_EXPECT_EQ(test, resource_size(&dut->slot->resource), MOCK_MMIO_MEMORY_SIZE);
	KUNIT_EXPECT_EQ(test, PTR_ERR(mock_mmio_take_memory("kunit-2", 1,
							    MOCK_MMIO_MEMORY_SIZE + 1)),
			-EINVAL);
}

/* A driver that has not unmapped it does not reach the next device */
static void mock_mmio_memory_forgotten_test(struct kunit *test)
{
	struct memory_dut *dut = test->priv;
	struct mock_mmio_slot *old = dut->slot;
	void __iomem *base = ioremap(mock_mmio_address(old), SIZE);

	KUNIT_ASSERT_TRUE(test, base);
	mock_mmio_disconnect(old);
	mock_mmio_give(old);
	dut->slot = mock_mmio_take_memory("kunit", 1, SIZE);
	KUNIT_EXPECT_PTR_NE(test, dut->slot, old);
	KUNIT_EXPECT_EQ(test, readl(base), U32_MAX);
	iounmap(base);
}

/* It is refused before anything is allocated */
static void mock_mmio_memory_room_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, PTR_ERR(mock_mmio_take_memory("kunit", MOCK_MMIO_NR_MAPS + 1,
							    SIZE)), -ENOSPC);
}

static struct kunit_case mock_mmio_memory_cases[] = {
	KUNIT_CASE(mock_mmio_memory_both_test),
	KUNIT_CASE(mock_mmio_memory_address_test),
	KUNIT_CASE(mock_mmio_memory_again_test),
	KUNIT_CASE(mock_mmio_memory_forgotten_test),
	KUNIT_CASE(mock_mmio_memory_room_test),
	{}
};

static struct kunit_suite mock_mmio_memory_suite = {
	.name = "iommu_mock_mmio_memory",
	.init = mock_mmio_memory_init,
	.exit = mock_mmio_memory_exit,
	.test_cases = mock_mmio_memory_cases,
};

kunit_test_suite(mock_mmio_memory_suite);
