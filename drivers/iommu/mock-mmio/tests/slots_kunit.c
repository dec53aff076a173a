// SPDX-License-Identifier: GPL-2.0-only
/* Mock MMIO: KUnit tests of slots, in a window that nobody can map */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/irqflags.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/processor.h>
#include <linux/sched.h>

#include "../slots.h"

#define DEVICE_SIZE	0x1000

/**
 * struct slots_dut - a window, and a device to be in it
 * @window: the window
 * @dev: the device
 * @alive: it is connected, or will be at once
 * @late: accesses that reached it though it was not
 * @reads: accesses that it answered
 * @off: offset of the last access
 * @bytes: size of it
 * @val: what was written last
 */
struct slots_dut {
	struct mock_mmio_window window;
	struct mock_mmio_device dev;
	bool alive;
	unsigned int late;
	unsigned int reads;
	u32 off;
	unsigned int bytes;
	u64 val;
};

#define ANSWER	0x1122334455667788ULL

static u64 slots_device_read(struct mock_mmio_device *dev, u32 off,
			     unsigned int bytes)
{
	struct slots_dut *dut = container_of(dev, struct slots_dut, dev);
	unsigned int i;

	dut->late += !READ_ONCE(dut->alive);
	/* Long enough for the device to go meanwhile, if it could */
	for (i = 0; i < 1000; i++)
		cpu_relax();
	dut->late += !READ_ONCE(dut->alive);
	WRITE_ONCE(dut->reads, dut->reads + 1);
	dut->off = off;
	dut->bytes = bytes;
	return ANSWER;
}

static void slots_device_write(struct mock_mmio_device *dev, u32 off,
			       unsigned int bytes, u64 val)
{
	struct slots_dut *dut = container_of(dev, struct slots_dut, dev);

	dut->off = off;
	dut->bytes = bytes;
	dut->val = val;
}

static void slots_dut_free(void *dut)
{
	kvfree(dut);
}

static struct slots_dut *slots_dut_new(struct kunit *test)
{
	struct slots_dut *dut = kvzalloc_obj(*dut);

	KUNIT_ASSERT_NOT_NULL(test, dut);
	KUNIT_ASSERT_EQ(test,
			kunit_add_action_or_reset(test, slots_dut_free, dut), 0);
	mock_mmio_window_init(&dut->window);
	dut->alive = true;
	dut->dev = (struct mock_mmio_device){
		.size = DEVICE_SIZE,
		.read = slots_device_read,
		.write = slots_device_write,
	};
	return dut;
}

static struct mock_mmio_slot *slots_dut_take(struct kunit *test,
					     struct slots_dut *dut)
{
	struct mock_mmio_slot *slot = mock_mmio_slot_take(&dut->window, "dut", 1);

	KUNIT_ASSERT_FALSE(test, IS_ERR(slot));
	return slot;
}

static void slots_locate(struct kunit *test)
{
	static const struct {
		u64 offset, size;
		int ret;
		unsigned int nr;
		u32 off;
	} cases[] = {
		{ 0, 1, 0, 0, 0 },
		{ 0, SZ_16M, 0, 0, 0 },
		{ 0, SZ_16M + 1ULL, -EINVAL },
		{ 0, 0, -EINVAL },
		{ 1, SZ_16M, -EINVAL },
		{ 1, SZ_16M - 1, 0, 0, 1 },
		{ SZ_16M - 1, 1, 0, 0, SZ_16M - 1 },
		{ SZ_16M - 1, 2, -EINVAL },
		{ SZ_16M, 8, 0, 1, 0 },
		{ SZ_16M + 0x20001ULL, 4, 0, 1, 0x20001 },
		{ 31ULL * SZ_16M, SZ_16M, 0, 31, 0 },
		{ 32ULL * SZ_16M - 8, 8, 0, 31, SZ_16M - 8 },
		{ 32ULL * SZ_16M, 1, -EINVAL },
		{ 0, U64_MAX, -EINVAL },
		{ 8, U64_MAX - 7, -EINVAL },
		{ U64_MAX, 1, -EINVAL },
		{ U64_MAX - 7, 8, -EINVAL },
	};
	unsigned int i, nr;
	u32 off;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		int ret = mock_mmio_locate(cases[i].offset, cases[i].size, &nr,
					   &off);

		KUNIT_EXPECT_EQ_MSG(test, ret, cases[i].ret, "case %u", i);
		if (ret)
			continue;
		KUNIT_EXPECT_EQ_MSG(test, nr, cases[i].nr, "case %u", i);
		KUNIT_EXPECT_EQ_MSG(test, off, cases[i].off, "case %u", i);
	}
}

/* The window is full when all slots are taken, and one that is given back is next */
static void slots_all_taken(struct kunit *test)
{
	struct slots_dut *dut = slots_dut_new(test);
	struct mock_mmio_slot *slot[MOCK_MMIO_NR_SLOTS];
	unsigned int i;

	for (i = 0; i < MOCK_MMIO_NR_SLOTS; i++) {
		slot[i] = slots_dut_take(test, dut);
		KUNIT_EXPECT_EQ(test, mock_mmio_slot_offset(slot[i]),
				(u64)i * MOCK_MMIO_SLOT_SIZE);
	}
	KUNIT_EXPECT_EQ(test, PTR_ERR(mock_mmio_slot_take(&dut->window, "more", 1)),
			-ENOSPC);
	mock_mmio_give(slot[17]);
	mock_mmio_give(slot[5]);
	KUNIT_EXPECT_PTR_EQ(test, slots_dut_take(test, dut), slot[5]);
	KUNIT_EXPECT_PTR_EQ(test, slots_dut_take(test, dut), slot[17]);
	KUNIT_EXPECT_EQ(test, PTR_ERR(mock_mmio_slot_take(&dut->window, "more", 1)),
			-ENOSPC);
}

/* Whoever has mapped a slot does not meet who comes next */
static void slots_mapped(struct kunit *test)
{
	struct slots_dut *dut = slots_dut_new(test);
	struct mock_mmio_slot *slot = slots_dut_take(test, dut), *one, *two, *none;
	u32 off;

	KUNIT_EXPECT_EQ(test, mock_mmio_slot_map(&dut->window, 0, DEVICE_SIZE,
						 &one, &off), 0);
	KUNIT_EXPECT_PTR_EQ(test, one, slot);
	KUNIT_EXPECT_EQ(test, off, 0);
	KUNIT_EXPECT_EQ(test, mock_mmio_slot_map(&dut->window, 8, 4, &two, &off),
			0);
	KUNIT_EXPECT_PTR_EQ(test, two, slot);
	KUNIT_EXPECT_EQ(test, off, 8);
	KUNIT_EXPECT_EQ(test, mock_mmio_slot_map(&dut->window, MOCK_MMIO_SIZE, 4,
						 &none, &off), -EINVAL);

	mock_mmio_give(slot);
	KUNIT_EXPECT_PTR_EQ(test, slots_dut_take(test, dut), slot + 1);
	mock_mmio_slot_unmap(one);
	KUNIT_EXPECT_PTR_EQ(test, slots_dut_take(test, dut), slot + 2);
	mock_mmio_slot_unmap(two);
	KUNIT_EXPECT_PTR_EQ(test, slots_dut_take(test, dut), slot);
}

/* Hardware that may be mapped too often finds no room, however many slots are free */
static void slots_room(struct kunit *test)
{
	struct slots_dut *dut = slots_dut_new(test);
	struct mock_mmio_slot *big, *rest;

	KUNIT_EXPECT_EQ(test, PTR_ERR(mock_mmio_slot_take(&dut->window, "huge",
							  MOCK_MMIO_NR_MAPS + 1)),
			-ENOSPC);
	big = mock_mmio_slot_take(&dut->window, "big", MOCK_MMIO_NR_MAPS - 2);
	KUNIT_ASSERT_FALSE(test, IS_ERR(big));
	KUNIT_EXPECT_EQ(test, PTR_ERR(mock_mmio_slot_take(&dut->window, "more", 3)),
			-ENOSPC);
	rest = mock_mmio_slot_take(&dut->window, "rest", 2);
	KUNIT_ASSERT_FALSE(test, IS_ERR(rest));
	KUNIT_EXPECT_EQ(test, PTR_ERR(mock_mmio_slot_take(&dut->window, "more", 1)),
			-ENOSPC);
	/* What has gone but is mapped still takes as much as that */
	big->maps = 3;
	mock_mmio_give(big);
	KUNIT_EXPECT_EQ(test, PTR_ERR(mock_mmio_slot_take(&dut->window, "more",
							  MOCK_MMIO_NR_MAPS - 4)),
			-ENOSPC);
	KUNIT_EXPECT_FALSE(test, IS_ERR(mock_mmio_slot_take(&dut->window, "fits",
							    MOCK_MMIO_NR_MAPS - 5)));
}

/* All of them mapped and none of them taken is full as well */
static void slots_forgotten(struct kunit *test)
{
	struct slots_dut *dut = slots_dut_new(test);
	struct mock_mmio_slot *slot = NULL;
	unsigned int i;
	u32 off;

	for (i = 0; i < MOCK_MMIO_NR_SLOTS; i++)
		KUNIT_ASSERT_EQ(test,
				mock_mmio_slot_map(&dut->window,
						   (u64)i * MOCK_MMIO_SLOT_SIZE,
						   8, &slot, &off), 0);
	KUNIT_EXPECT_EQ(test, PTR_ERR(mock_mmio_slot_take(&dut->window, "more", 1)),
			-ENOSPC);
	mock_mmio_slot_unmap(slot);
	KUNIT_EXPECT_PTR_EQ(test, slots_dut_take(test, dut), slot);
}

/* Nothing, all of a device, and nothing again */
static void slots_access(struct kunit *test)
{
	struct slots_dut *dut = slots_dut_new(test);
	struct mock_mmio_slot *slot = slots_dut_take(test, dut);
	unsigned int bytes;

	KUNIT_EXPECT_EQ(test, mock_mmio_slot_read(slot, 0, 4), U64_MAX);
	mock_mmio_slot_write(slot, 0, 4, 1);
	KUNIT_EXPECT_EQ(test, dut->bytes, 0);

	KUNIT_ASSERT_EQ(test, mock_mmio_connect(slot, &dut->dev), 0);
	for (bytes = 1; bytes <= 8; bytes *= 2) {
		u32 last = DEVICE_SIZE - bytes;

		KUNIT_EXPECT_EQ(test, mock_mmio_slot_read(slot, 3, bytes), ANSWER);
		KUNIT_EXPECT_EQ(test, dut->off, 3);
		KUNIT_EXPECT_EQ(test, dut->bytes, bytes);
		mock_mmio_slot_write(slot, last, bytes, 7);
		KUNIT_EXPECT_EQ(test, dut->off, last);
		KUNIT_EXPECT_EQ(test, dut->val, 7);

		/* An end that is not the device's makes it nobody's */
		KUNIT_EXPECT_EQ(test, mock_mmio_slot_read(slot, last + 1, bytes),
				U64_MAX);
		KUNIT_EXPECT_EQ(test, mock_mmio_slot_read(slot, U32_MAX, bytes),
				U64_MAX);
		mock_mmio_slot_write(slot, last + 1, bytes, 8);
		mock_mmio_slot_write(slot, U32_MAX, bytes, 8);
		KUNIT_EXPECT_EQ(test, dut->off, last);
		KUNIT_EXPECT_EQ(test, dut->val, 7);
	}

	mock_mmio_disconnect(slot);
	dut->alive = false;
	dut->reads = 0;
	dut->val = 0;
	for (bytes = 1; bytes <= 8; bytes *= 2) {
		KUNIT_EXPECT_EQ(test, mock_mmio_slot_read(slot, 0, bytes), U64_MAX);
		mock_mmio_slot_write(slot, 0, bytes, 9);
	}
	KUNIT_EXPECT_EQ(test, dut->reads, 0);
	KUNIT_EXPECT_EQ(test, dut->val, 0);
}

static void slots_device_sizes(struct kunit *test)
{
	struct slots_dut *dut = slots_dut_new(test);
	struct mock_mmio_slot *slot = slots_dut_take(test, dut);

	dut->dev.size = MOCK_MMIO_SLOT_SIZE + 1;
	KUNIT_EXPECT_EQ(test, mock_mmio_connect(slot, &dut->dev), -EINVAL);
	KUNIT_EXPECT_EQ(test, mock_mmio_slot_read(slot, 0, 8), U64_MAX);
	dut->dev.size = MOCK_MMIO_SLOT_SIZE;
	KUNIT_EXPECT_EQ(test, mock_mmio_connect(slot, &dut->dev), 0);
	KUNIT_EXPECT_EQ(test,
			mock_mmio_slot_read(slot, MOCK_MMIO_SLOT_SIZE - 8, 8),
			ANSWER);
	mock_mmio_disconnect(slot);
	/* It is smaller than what is read of it */
	dut->dev.size = 4;
	KUNIT_EXPECT_EQ(test, mock_mmio_connect(slot, &dut->dev), 0);
	KUNIT_EXPECT_EQ(test, mock_mmio_slot_read(slot, 0, 8), U64_MAX);
	KUNIT_EXPECT_EQ(test, mock_mmio_slot_read(slot, 0, 4), ANSWER);
	mock_mmio_disconnect(slot);
}

/* Software that does not look whether the hardware is still there */
static int slots_reader(void *data)
{
	struct mock_mmio_slot *slot = data;
	unsigned int bad = 0, i;
	unsigned long flags;

	for (i = 0; !kthread_should_stop(); i++) {
		u64 val;

		if (i & 1)
			local_irq_save(flags);
		val = mock_mmio_slot_read(slot, 0, 8);
		if (i & 1)
			local_irq_restore(flags);
		bad += val != ANSWER && val != U64_MAX;
		cond_resched();
	}
	return bad;
}

/* Once it is disconnected, nobody is at the device and nobody gets there */
static void slots_late(struct kunit *test)
{
	struct slots_dut *dut = slots_dut_new(test);
	struct mock_mmio_slot *slot = slots_dut_take(test, dut);
	struct task_struct *reader;
	unsigned int i, before, tries;

	reader = kthread_run(slots_reader, slot, "slots_reader");
	KUNIT_ASSERT_FALSE(test, IS_ERR(reader));
	for (i = 0; i < 50; i++) {
		before = READ_ONCE(dut->reads);
		WRITE_ONCE(dut->alive, true);
		KUNIT_EXPECT_EQ(test, mock_mmio_connect(slot, &dut->dev), 0);
		for (tries = 0; READ_ONCE(dut->reads) == before && tries < 10000; tries++)
			usleep_range(50, 100);
		mock_mmio_disconnect(slot);
		WRITE_ONCE(dut->alive, false);
		usleep_range(50, 100);
	}
	KUNIT_EXPECT_EQ(test, kthread_stop(reader), 0);
	KUNIT_EXPECT_EQ(test, dut->late, 0);
	KUNIT_EXPECT_GE(test, dut->reads, 50);
}

static struct kunit_case slots_cases[] = {
	KUNIT_CASE(slots_locate),
	KUNIT_CASE(slots_all_taken),
	KUNIT_CASE(slots_room),
	KUNIT_CASE(slots_mapped),
	KUNIT_CASE(slots_forgotten),
	KUNIT_CASE(slots_access),
	KUNIT_CASE(slots_device_sizes),
	KUNIT_CASE(slots_late),
	{}
};

static struct kunit_suite slots_suite = {
	.name = "iommu_mock_mmio_slots",
	.test_cases = slots_cases,
};

kunit_test_suite(slots_suite);
