// SPDX-License-Identifier: GPL-2.0-only
/* Mock IOMMU: what the units under test of all models have in common */
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>

#include <kunit/static_stub.h>

#include "../phys.h"
#include "../reorder.h"
#include "unit.h"

static void unit_destroy(void *data)
{
	struct mock_iommu *mi = data;

	mock_test_unit_stop(mi);
	mi->model->destroy(mi);
}

/**
 * mock_test_unit_create - make a unit that is not live, as it is by default
 * @test: the test, the unit goes with it
 * @inst: the instance, zeroed
 * @model: what it is of
 */
void mock_test_unit_create(struct kunit *test, struct mock_instance *inst,
			   const struct mock_model *model)
{
	struct mock_iommu *mi = &inst->mi;

	INIT_LIST_HEAD(&inst->endpoints);
	spin_lock_init(&mi->lock);
	mi->model = model;
	mi->cache_params = (struct mock_cache_params){
		.iotlb_entries = 16,
		.pwc_entries = 16,
		.config_entries = 16,
		.atc_entries = 16,
	};
	KUNIT_ASSERT_EQ(test, model->create(mi), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, unit_destroy, mi),
			0);
}

/**
 * mock_test_unit_start - the unit goes live
 * @test: the test
 * @mi: the instance
 * @unit: is completed
 */
void mock_test_unit_start(struct kunit *test, struct mock_iommu *mi,
			  struct iommu_unit *unit)
{
	KUNIT_ASSERT_EQ(test, mock_model_start(mi, unit), 0);
}

/**
 * mock_test_unit_stop - the unit goes down if it is live
 * @mi: the instance
 */
void mock_test_unit_stop(struct mock_iommu *mi)
{
	if (mi->running)
		mock_model_stop(mi);
}

static void reorder_destroy(void *mi)
{
	mock_reorder_destroy(mi);
}

/**
 * mock_test_reorder - the unit will reorder, by the same seed each time
 * @test: the test
 * @mi: the instance, which is not live
 */
void mock_test_reorder(struct kunit *test, struct mock_iommu *mi)
{
	mi->reorder_seed = 1;
	KUNIT_ASSERT_EQ(test, mock_reorder_create(mi), 0);
	KUNIT_ASSERT_EQ(test,
			kunit_add_action_or_reset(test, reorder_destroy, mi), 0);
}

struct block {
	struct list_head node;
	unsigned long addr;
	unsigned int order;
};

/* Of the test that runs: KUnit runs one at a time. */
static LIST_HEAD(blocks);

static void block_free(void *data)
{
	struct block *block = data;

	list_del(&block->node);
	free_pages(block->addr, block->order);
}

/**
 * mock_test_pages - memory for tables and queues
 * @test: the test, the memory goes with it
 * @order: 2^order pages
 *
 * Return: the memory, zeroed, aligned to its size
 */
void *mock_test_pages(struct kunit *test, unsigned int order)
{
	struct block *block = kunit_kzalloc(test, sizeof(*block), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, block);
	block->order = order;
	block->addr = __get_free_pages(GFP_KERNEL | __GFP_ZERO, order);
	KUNIT_ASSERT_NE(test, block->addr, 0);
	list_add(&block->node, &blocks);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, block_free, block),
			0);
	return (void *)block->addr;
}

static bool is_ours(u64 pa)
{
	const struct block *block;
	u64 start;

	list_for_each_entry(block, &blocks, node) {
		start = virt_to_phys((void *)block->addr);
		if (pa >= start && pa - start < PAGE_SIZE << block->order)
			return true;
	}
	return false;
}

/**
 * mock_test_confine - from now on there is no RAM but the test's
 * @test: the test
 *
 * What a test spoils at random in its tables may lead a unit anywhere: to
 * memory that is free, or in which something else than a table would get an
 * accessed flag. Accesses that leave what mock_test_pages() gave abort.
 */
void mock_test_confine(struct kunit *test)
{
	kunit_activate_static_stub(test, mock_phys_is_ram, is_ours);
}

/**
 * mock_test_no_ram - an address that is not memory
 * @test: the test
 *
 * Return: a physical address, aligned for any queue
 */
u64 mock_test_no_ram(struct kunit *test)
{
	u64 pa = BIT_ULL(45);

	KUNIT_ASSERT_NULL(test, pfn_to_online_page(PHYS_PFN(pa)));
	return pa;
}

/**
 * mock_test_seq - something to print into, as debugfs does it
 * @test: the test, it goes with it
 *
 * Return: a seq_file
 */
struct seq_file *mock_test_seq(struct kunit *test)
{
	struct seq_file *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, s);
	s->size = SZ_32K;
	s->buf = kunit_kzalloc(test, s->size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, s->buf);
	return s;
}

/**
 * mock_test_text - what was printed
 * @test: the test
 * @s: where; is empty then, and the text is there until more is printed
 *
 * Return: the text
 */
const char *mock_test_text(struct kunit *test, struct seq_file *s)
{
	KUNIT_ASSERT_FALSE(test, seq_has_overflowed(s));
	s->buf[s->count] = 0;
	s->count = 0;
	return s->buf;
}

/**
 * mock_test_says - expect that a text has something in it
 * @test: the test
 * @text: the text
 * @fmt: what
 */
void mock_test_says(struct kunit *test, const char *text, const char *fmt, ...)
{
	char *what = kunit_kzalloc(test, SZ_1K, GFP_KERNEL);
	va_list args;

	KUNIT_ASSERT_NOT_NULL(test, what);
	va_start(args, fmt);
	vsnprintf(what, SZ_1K, fmt, args);
	va_end(args);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, what),
				  "\"%s\" is not in:\n%s", what, text);
}

/**
 * mock_test_says_not - expect that a text does not have something in it
 * @test: the test
 * @text: the text
 * @what: what
 */
void mock_test_says_not(struct kunit *test, const char *text, const char *what)
{
	KUNIT_EXPECT_NULL_MSG(test, strstr(text, what), "\"%s\" is in:\n%s",
			      what, text);
}
