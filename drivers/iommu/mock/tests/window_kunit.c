// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: memory space of functions: accesses of whatever size, to whoever has the address */
#include <kunit/test.h>
#include <linux/pci.h>
#include <linux/string.h>

#include "../core.h"
#include "../pci_host.h"

#define BARS		0x4001000000ULL
#define OTHER_BARS	(BARS + 0x10000)
#define BAR0		(BARS + MOCK_FN_BAR0)
#define BAR2		(BARS + MOCK_FN_BAR2)

/**
 * struct window_bench - an instance with two functions, as far as its window knows them
 * @inst: the instance
 * @host: its host bridges
 * @item: the functions
 */
struct window_bench {
	struct mock_instance inst;
	struct mock_host host;
	struct mock_ep_item item[2];
};

static void window_stop(void *data)
{
	struct mock_ep_item *item = data;

	mock_fn_stop(&item->ep);
	mock_endpoint_stop(&item->ep);
}

static void window_add(struct kunit *test, struct window_bench *b, unsigned int i, u64 bars)
{
	struct mock_ep_item *item = &b->item[i];

	item->inst = &b->inst;
	mock_endpoint_init(&item->ep, &b->inst.mi);
	item->ep.name = "window";
	item->ep.config.caps.function = true;
	KUNIT_ASSERT_EQ(test, mock_endpoint_start(&item->ep), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, window_stop, item), 0);
	mock_fn_start(&item->ep, bars, 0);
	mock_fn_config_write(&item->ep, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	list_add_tail(&item->list, &b->inst.endpoints);
}

static struct window_bench *window_create(struct kunit *test)
{
	struct window_bench *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, b);
	spin_lock_init(&b->inst.mi.lock);
	INIT_LIST_HEAD(&b->inst.endpoints);
	b->host.inst = &b->inst;
	window_add(test, b, 0, BARS);
	window_add(test, b, 1, OTHER_BARS);
	return b;
}

static u64 ones(unsigned int bytes)
{
	return GENMASK_ULL(bytes * 8 - 1, 0);
}

/* Of any size at any alignment it is the bytes that single ones find there */
static void window_reads(struct kunit *test)
{
	struct window_bench *b = window_create(test);
	unsigned int off, bytes, i;

	mock_host_window_store(&b->host, BAR0 + MOCK_EP_LOWER_SRC_ADDR, 8,
			       0x8877665544332211ULL);
	for (off = 0; off < 0x40; off++) {
		for (bytes = 1; bytes <= 8; bytes++) {
			u64 want = 0;

			for (i = 0; i < bytes; i++)
				want |= mock_host_window_load(&b->host, BAR0 + off + i, 1)
					<< i * 8;
			KUNIT_EXPECT_EQ(test, want,
					mock_host_window_load(&b->host, BAR0 + off, bytes));
		}
	}
	KUNIT_EXPECT_EQ(test, mock_host_window_load(&b->host,
						    BAR0 + MOCK_EP_LOWER_SRC_ADDR + 3, 3),
			0x665544);
}

/* And no byte is written but those */
static void window_writes(struct kunit *test)
{
	struct window_bench *b = window_create(test);
	const u64 reg = BAR0 + MOCK_EP_LOWER_SRC_ADDR;
	unsigned int off, bytes;

	for (off = 0; off < 8; off++) {
		for (bytes = 1; bytes <= 8 - off; bytes++) {
			u64 old = 0x0807060504030201ULL, mask = ones(bytes) << off * 8;

			mock_host_window_store(&b->host, reg, 8, old);
			mock_host_window_store(&b->host, reg + off, bytes,
					       0xf8f7f6f5f4f3f2f1ULL & ones(bytes));
			KUNIT_EXPECT_EQ(test, mock_host_window_load(&b->host, reg, 8),
					(old & ~mask) |
					(0xf8f7f6f5f4f3f2f1ULL << off * 8 & mask));
		}
	}
	/* What is beside them is as it was, and so is the other function */
	KUNIT_EXPECT_EQ(test, mock_host_window_load(&b->host,
						    BAR0 + MOCK_EP_LOWER_DST_ADDR, 8), 0);
	KUNIT_EXPECT_EQ(test, mock_host_window_load(&b->host, OTHER_BARS + MOCK_FN_BAR0 +
						    MOCK_EP_LOWER_SRC_ADDR, 8), 0);
}

/* Each part of an access finds what is there, or nobody */
static void window_edges(struct kunit *test)
{
	struct window_bench *b = window_create(test);
	const u64 end = BAR0 + MOCK_PCI_FN_BAR_SIZE;

	KUNIT_EXPECT_EQ(test, mock_host_window_load(&b->host, end - 4, 8),
			0xffffffff00000000ULL);
	KUNIT_EXPECT_EQ(test, mock_host_window_load(&b->host, end - 1, 2), 0xff00);
	KUNIT_EXPECT_EQ(test, mock_host_window_load(&b->host, BAR2 - 2, 4), 0x0000ffff);
	KUNIT_EXPECT_EQ(test, mock_host_window_load(&b->host, end, 8), U64_MAX);
	KUNIT_EXPECT_EQ(test, mock_host_window_load(&b->host, BARS, 1), 0xff);
	KUNIT_EXPECT_EQ(test, mock_host_window_load(&b->host, 0, 8), U64_MAX);
	/* A write to nobody ends there; one that begins there does not */
	mock_host_window_store(&b->host, end, 8, 0);
	mock_host_window_store(&b->host, BAR2 - 4, 8, 0x1234567800000000ULL);
	KUNIT_EXPECT_EQ(test, mock_host_window_load(&b->host, BAR2, 4), 0x12345678);
}

/* Nobody answers for a function that is gone, for none of the sizes */
static void window_gone(struct kunit *test)
{
	struct window_bench *b = window_create(test);
	struct mock_endpoint *ep = &b->item[0].ep;
	const u64 reg = BAR0 + MOCK_EP_LOWER_SRC_ADDR;
	unsigned int bytes;

	mock_host_window_store(&b->host, reg, 8, 0x0102030405060708ULL);
	mock_fn_stop(ep);
	for (bytes = 1; bytes <= 8; bytes++) {
		KUNIT_EXPECT_EQ(test, mock_host_window_load(&b->host, reg, bytes),
				ones(bytes));
		mock_host_window_store(&b->host, reg, bytes, 0);
	}
	KUNIT_EXPECT_NE(test, mock_host_window_load(&b->host, OTHER_BARS + MOCK_FN_BAR0 +
						    MOCK_EP_EXT_MAGIC, 4), U32_MAX);
	mock_fn_start(ep, BARS, 0);
	KUNIT_EXPECT_EQ(test, mock_host_window_load(&b->host, reg, 8), 0x0102030405060708ULL);
	mock_fn_config_write(ep, PCI_COMMAND, 2, 0);
	KUNIT_EXPECT_EQ(test, mock_host_window_load(&b->host, reg, 2), 0xffff);
}

static struct kunit_case window_cases[] = {
	KUNIT_CASE(window_reads),
	KUNIT_CASE(window_writes),
	KUNIT_CASE(window_edges),
	KUNIT_CASE(window_gone),
	{}
};

static struct kunit_suite window_suite = {
	.name = "iommu_mock_window",
	.test_cases = window_cases,
};

kunit_test_suite(window_suite);
