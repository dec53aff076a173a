// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: arrays of userspace's
 */
#include <kunit/test.h>
#include <linux/mman.h>
#include <linux/uaccess.h>

#include "../../../nested/user_array.h"

#define TYPE	1
#define SIZE	16
#define BLOCK	4

struct entry {
	u64 w[SIZE / sizeof(u64)];
};

static u8 __user *user_bytes(struct kunit *test, size_t size)
{
	unsigned long addr;

	addr = kunit_vm_mmap(test, NULL, 0, PAGE_ALIGN(size),
			     PROT_READ | PROT_WRITE,
			     MAP_ANONYMOUS | MAP_PRIVATE, 0);
	if (!addr || IS_ERR_VALUE(addr))
		kunit_skip(test, "no user memory here");
	return (u8 __user *)addr;
}

/* Entry i has i + 1 in its first word, and in its last if it has more than one */
static void fill(struct kunit *test, u8 __user *uptr, size_t len,
		 unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		const u64 n = i + 1;

		KUNIT_ASSERT_EQ(test, copy_to_user(uptr + i * len, &n,
						   sizeof(n)), 0);
		if (len >= SIZE)
			KUNIT_ASSERT_EQ(test, copy_to_user(uptr + i * len + 8,
							   &n, sizeof(n)), 0);
	}
}

/*
 * Walks all of @array, and takes the entry with @bad in its first word for a
 * bad one. Returns what a driver would.
 */
static int walk_all(struct kunit *test, struct iommu_user_data_array *array,
		    u64 bad, int hw)
{
	struct user_array_walk walk;
	struct entry block[BLOCK];
	u64 expect = 0;
	int ret;

	ret = user_array_begin(&walk, array, TYPE);
	KUNIT_EXPECT_EQ(test, array->entry_num, 0);
	if (ret)
		return ret;
	while (user_array_more(&walk)) {
		unsigned int nr, i;

		memset(block, 0xff, sizeof(block));
		nr = user_array_copy(&walk, block, SIZE, BLOCK);
		KUNIT_EXPECT_LE(test, nr, BLOCK);
		for (i = 0; i < nr && block[i].w[0] != bad; i++) {
			KUNIT_EXPECT_EQ(test, block[i].w[0], ++expect);
			KUNIT_EXPECT_EQ(test, block[i].w[1],
					array->entry_len < SIZE ? 0 : expect);
		}
		user_array_did(&walk, i, i < nr ? -EIO : 0);
	}
	KUNIT_EXPECT_EQ(test, expect, walk.done);
	return user_array_end(&walk, array, hw);
}

static void every_number(struct kunit *test)
{
	struct iommu_user_data_array array = { .type = TYPE };
	static const size_t lens[] = { 8, SIZE, 24, 64 };
	unsigned int len, nr, bad;

	array.uptr = user_bytes(test, 4096);
	for (len = 0; len < ARRAY_SIZE(lens); len++) {
		array.entry_len = lens[len];
		KUNIT_ASSERT_EQ(test, clear_user(array.uptr, 4096), 0);
		fill(test, array.uptr, lens[len], 3 * BLOCK);
		for (nr = 0; nr <= 3 * BLOCK; nr++) {
			array.entry_num = nr;
			KUNIT_EXPECT_EQ(test, walk_all(test, &array, 0, 0), 0);
			KUNIT_EXPECT_EQ(test, array.entry_num, nr);
			for (bad = 1; bad <= nr; bad++) {
				array.entry_num = nr;
				KUNIT_EXPECT_EQ(test, walk_all(test, &array,
							       bad, 0), -EIO);
				KUNIT_EXPECT_EQ(test, array.entry_num, bad - 1);
			}
			array.entry_num = nr;
			KUNIT_EXPECT_EQ(test, walk_all(test, &array, 0,
						       -ETIMEDOUT), -ETIMEDOUT);
			KUNIT_EXPECT_EQ(test, array.entry_num, 0);
		}
	}
}

static void another_type(struct kunit *test)
{
	struct iommu_user_data_array array = {
		.type = TYPE + 1,
		.entry_len = SIZE,
		.entry_num = 3,
	};

	KUNIT_EXPECT_EQ(test, walk_all(test, &array, 0, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, array.entry_num, 0);
}

/* Something behind the end of an entry as the driver knows it */
static void longer_not_zero(struct kunit *test)
{
	struct iommu_user_data_array array = {
		.type = TYPE,
		.entry_len = 24,
	};
	const u8 one = 1;
	unsigned int i;

	array.uptr = user_bytes(test, 4096);
	fill(test, array.uptr, 24, 3 * BLOCK);
	for (i = 0; i < 3 * BLOCK; i++) {
		u8 __user *at = array.uptr + i * 24 + 23;

		KUNIT_ASSERT_EQ(test, copy_to_user(at, &one, 1), 0);
		array.entry_num = 3 * BLOCK;
		KUNIT_EXPECT_EQ(test, walk_all(test, &array, 0, 0), -E2BIG);
		KUNIT_EXPECT_EQ(test, array.entry_num, i);
		KUNIT_ASSERT_EQ(test, clear_user(at, 1), 0);
	}
}

/*
 * Memory ends within the array. Whole blocks before its end are taken; of the
 * last one, an architecture may copy less than there is.
 */
static void memory_ends(struct kunit *test)
{
	static const size_t lens[] = { 8, SIZE, 24 };
	struct iommu_user_data_array array = { .type = TYPE };
	u8 __user *uptr = user_bytes(test, PAGE_SIZE);
	unsigned int len, have;

	for (len = 0; len < ARRAY_SIZE(lens); len++) {
		array.entry_len = lens[len];
		for (have = 0; have <= 2 * BLOCK; have++) {
			unsigned int full = rounddown(have, BLOCK);
			size_t size = have * lens[len] + 4;

			array.uptr = uptr + PAGE_SIZE - size;
			KUNIT_ASSERT_EQ(test, clear_user(uptr, PAGE_SIZE), 0);
			fill(test, array.uptr, lens[len], have);
			array.entry_num = 2 * BLOCK + 1;
			KUNIT_EXPECT_EQ(test, walk_all(test, &array, 0, 0),
					-EFAULT);
			KUNIT_EXPECT_LE(test, array.entry_num, have);
			KUNIT_EXPECT_GE(test, array.entry_num, full);
			if (!full)
				continue;
			/* A bad one before that is what counts */
			array.entry_num = 2 * BLOCK + 1;
			KUNIT_EXPECT_EQ(test, walk_all(test, &array, full, 0),
					-EIO);
			KUNIT_EXPECT_EQ(test, array.entry_num, full - 1);
		}
	}
}

static struct kunit_case user_array_cases[] = {
	KUNIT_CASE(every_number),
	KUNIT_CASE(another_type),
	KUNIT_CASE(longer_not_zero),
	KUNIT_CASE(memory_ends),
	{}
};

static struct kunit_suite user_array_suite = {
	.name = "arm_smmu_v3_nested_user_array",
	.test_cases = user_array_cases,
};

kunit_test_suite(user_array_suite);
