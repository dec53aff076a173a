// SPDX-License-Identifier: GPL-2.0-only
/* Mock IOMMU: tests of the cache container */
#include <kunit/test.h>
#include <linux/sizes.h>

#include "../cache.h"

#define CAPACITY	8

static void destroy_cache(void *c)
{
	mock_cache_destroy(c);
}

static struct mock_cache *make_cache(struct kunit *test, u32 capacity,
				     u32 period, u32 seed)
{
	struct mock_cache *c;

	c = mock_cache_create(capacity, sizeof(u64), period, seed);
	KUNIT_ASSERT_NOT_NULL(test, c);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, destroy_cache, c),
			0);
	return c;
}

static void put_entry(struct kunit *test, struct mock_cache *c, u64 tag,
		      u64 addr, u8 lg2, u64 val)
{
	u64 *data = mock_cache_insert(c, tag, addr, lg2);

	KUNIT_ASSERT_NOT_NULL(test, data);
	KUNIT_EXPECT_EQ(test, *data, 0);
	*data = val;
}

/* Value of the entry found, 0 if there is none */
static u64 get_value(struct mock_cache *c, u64 tag, u64 addr)
{
	const u64 *data = mock_cache_peek(c, tag, addr, NULL);

	return data ? *data : 0;
}

static void cache_test_lookup(struct kunit *test)
{
	struct mock_cache *c = make_cache(test, CAPACITY, 0, 0);
	struct mock_cache_key key;
	u64 *data;

	KUNIT_EXPECT_NULL(test, mock_cache_lookup(c, 1, 0x1000, NULL));
	put_entry(test, c, 1, 0x1fff, 12, 11);
	put_entry(test, c, 2, 0x1000, 12, 22);
	put_entry(test, c, 1, 0xfffffffffffff000, 12, 33);

	data = mock_cache_lookup(c, 1, 0x1234, &key);
	KUNIT_ASSERT_NOT_NULL(test, data);
	KUNIT_EXPECT_EQ(test, *data, 11);
	KUNIT_EXPECT_EQ(test, key.tag, 1);
	KUNIT_EXPECT_EQ(test, key.addr, 0x1000);
	KUNIT_EXPECT_EQ(test, key.lg2, 12);
	KUNIT_EXPECT_EQ(test, mock_cache_key_last(&key), 0x1fff);
	KUNIT_EXPECT_EQ(test, get_value(c, 2, 0x1000), 22);
	KUNIT_EXPECT_EQ(test, get_value(c, 1, U64_MAX), 33);
	KUNIT_EXPECT_EQ(test, get_value(c, 1, 0x2000), 0);
	KUNIT_EXPECT_EQ(test, get_value(c, 1, 0xfff), 0);
	KUNIT_EXPECT_EQ(test, get_value(c, 3, 0x1000), 0);
	KUNIT_EXPECT_EQ(test, mock_cache_stats(c)->hits, 1);
	KUNIT_EXPECT_EQ(test, mock_cache_stats(c)->misses, 1);
	KUNIT_EXPECT_EQ(test, mock_cache_stats(c)->inserts, 3);
	KUNIT_EXPECT_EQ(test, mock_cache_count(c), 3);
}

static void cache_test_overwrite(struct kunit *test)
{
	struct mock_cache *c = make_cache(test, CAPACITY, 0, 0);

	put_entry(test, c, 1, 0x1000, 12, 1);
	put_entry(test, c, 1, 0x1008, 12, 2);
	KUNIT_EXPECT_EQ(test, mock_cache_count(c), 1);
	KUNIT_EXPECT_EQ(test, get_value(c, 1, 0x1000), 2);
	/* Another size is another entry */
	put_entry(test, c, 1, 0x1000, 13, 3);
	KUNIT_EXPECT_EQ(test, mock_cache_count(c), 2);
}

static u64 peek_larger(struct mock_cache *c, u64 tag, u64 addr, u8 lg2)
{
	const u64 *found = mock_cache_peek_larger(c, tag, addr, lg2);

	return found ? *found : 0;
}

static void cache_test_large_pages(struct kunit *test)
{
	struct mock_cache *c = make_cache(test, CAPACITY, 0, 0);

	put_entry(test, c, 1, 0x40212345, 30, 30);
	put_entry(test, c, 1, 0x40212345, 21, 21);
	put_entry(test, c, 1, 0x40212345, 12, 12);

	/* The smallest region that has the address */
	KUNIT_EXPECT_EQ(test, get_value(c, 1, 0x40212fff), 12);
	KUNIT_EXPECT_EQ(test, get_value(c, 1, 0x40213000), 21);
	KUNIT_EXPECT_EQ(test, get_value(c, 1, 0x40200000), 21);
	KUNIT_EXPECT_EQ(test, get_value(c, 1, 0x40400000), 30);
	KUNIT_EXPECT_EQ(test, get_value(c, 1, 0x7fffffff), 30);
	KUNIT_EXPECT_EQ(test, get_value(c, 1, 0x80000000), 0);
	KUNIT_EXPECT_EQ(test, get_value(c, 1, 0x3fffffff), 0);

	/* The next larger one */
	KUNIT_EXPECT_EQ(test, peek_larger(c, 1, 0x40212345, 12), 21);
	KUNIT_EXPECT_EQ(test, peek_larger(c, 1, 0x40212345, 21), 30);
	KUNIT_EXPECT_EQ(test, peek_larger(c, 1, 0x40400000, 0), 30);
	KUNIT_EXPECT_EQ(test, peek_larger(c, 1, 0x40212345, 30), 0);
	KUNIT_EXPECT_EQ(test, peek_larger(c, 2, 0x40212345, 12), 0);

	/* A region is all of the address space but for its first bit */
	put_entry(test, c, 1, 0, 63, 63);
	KUNIT_EXPECT_EQ(test, get_value(c, 1, 0x80000000), 63);
	KUNIT_EXPECT_EQ(test, get_value(c, 1, BIT_ULL(63)), 0);
}

static void cache_test_lru(struct kunit *test)
{
	struct mock_cache *c = make_cache(test, CAPACITY, 0, 0);
	u64 i;

	for (i = 0; i < CAPACITY; i++)
		put_entry(test, c, 0, i * SZ_4K, 12, i + 1);
	/* 0 is used, a peek at 1 does not count: 1 is the oldest now */
	KUNIT_EXPECT_NOT_NULL(test, mock_cache_lookup(c, 0, 0, NULL));
	KUNIT_EXPECT_EQ(test, get_value(c, 0, SZ_4K), 2);
	put_entry(test, c, 0, CAPACITY * SZ_4K, 12, 100);

	KUNIT_EXPECT_EQ(test, mock_cache_count(c), CAPACITY);
	KUNIT_EXPECT_EQ(test, get_value(c, 0, 0), 1);
	KUNIT_EXPECT_EQ(test, get_value(c, 0, SZ_4K), 0);
	for (i = 2; i < CAPACITY; i++)
		KUNIT_EXPECT_EQ(test, i + 1, get_value(c, 0, i * SZ_4K));
	KUNIT_EXPECT_EQ(test, get_value(c, 0, CAPACITY * SZ_4K), 100);
	KUNIT_EXPECT_EQ(test, mock_cache_stats(c)->replaced, 1);
}

static void cache_test_no_capacity(struct kunit *test)
{
	struct mock_cache *c = make_cache(test, 0, 1, 0);

	KUNIT_EXPECT_NULL(test, mock_cache_insert(c, 0, 0, 12));
	KUNIT_EXPECT_NULL(test, mock_cache_lookup(c, 0, 0, NULL));
	KUNIT_EXPECT_EQ(test, mock_cache_invalidate_all(c), 0);
	KUNIT_EXPECT_EQ(test,
			mock_cache_invalidate_range(c, 0, U64_MAX, NULL, NULL),
			0);
	KUNIT_EXPECT_EQ(test, mock_cache_count(c), 0);
}

static bool match_tag(const struct mock_cache_key *key, const void *data,
		      const void *arg)
{
	return key->tag == *(const u64 *)arg;
}

static bool match_odd(const struct mock_cache_key *key, const void *data,
		      const void *arg)
{
	return *(const u64 *)data & 1;
}

static void cache_test_invalidate(struct kunit *test)
{
	struct mock_cache *c = make_cache(test, CAPACITY, 0, 0);
	u64 i, tag = 1;

	for (i = 0; i < CAPACITY; i++)
		put_entry(test, c, i % 3, i * SZ_4K, 12, i + 1);
	KUNIT_EXPECT_EQ(test, mock_cache_invalidate(c, match_tag, &tag), 3);
	for (i = 0; i < CAPACITY; i++)
		KUNIT_EXPECT_EQ(test, i % 3 == 1 ? 0 : i + 1,
				get_value(c, i % 3, i * SZ_4K));
	/* 1, 3, 7 are left of the odd ones */
	KUNIT_EXPECT_EQ(test, mock_cache_invalidate(c, match_odd, NULL), 3);
	KUNIT_EXPECT_EQ(test, mock_cache_count(c), 2);
	KUNIT_EXPECT_EQ(test, mock_cache_invalidate_all(c), 2);
	KUNIT_EXPECT_EQ(test, mock_cache_count(c), 0);
	KUNIT_EXPECT_EQ(test, mock_cache_stats(c)->invalidated, 8);
	/* And they can all be used again */
	for (i = 0; i < CAPACITY; i++)
		put_entry(test, c, 0, i * SZ_4K, 12, i + 1);
	KUNIT_EXPECT_EQ(test, mock_cache_stats(c)->replaced, 0);
}

struct range_case {
	const char *name;
	u64 first;
	u64 last;
	u32 gone;	/* bit n: entry n */
};

/*
 * Entries: 0 4K at 0, 1 4K at 1f_f000, 2 2M at 20_0000, 3 4K at 20_0000, 4 1G at
 * 4000_0000, 5 4K at the top
 */
static const struct range_case range_cases[] = {
	{ "one page", 0, 0xfff, 0x01 },
	{ "one byte", 0x1fff00, 0x1fff00, 0x02 },
	{ "none", 0x1000, 0x1fefff, 0x00 },
	{ "part of a large page", 0x3ff000, 0x3fffff, 0x04 },
	{ "both sizes", 0x200000, 0x200fff, 0x0c },
	{ "beside", 0x400000, 0x3fffffff, 0x00 },
	{ "across", 0x1ff000, 0x200fff, 0x0e },
	{ "last byte", 0x7fffffff, 0x80000000, 0x10 },
	{ "top", U64_MAX, U64_MAX, 0x20 },
	{ "everything", 0, U64_MAX, 0x3f },
	{ "reversed", 1, 0, 0x00 },
};

KUNIT_ARRAY_PARAM_DESC(range, range_cases, name);

static void cache_test_invalidate_range(struct kunit *test)
{
	static const struct mock_cache_key keys[] = {
		{ 1, 0, 12 },
		{ 1, 0x1ff000, 12 },
		{ 2, 0x200000, 21 },
		{ 3, 0x200000, 12 },
		{ 1, 0x40000000, 30 },
		{ 2, U64_MAX - 0xfff, 12 },
	};
	const struct range_case *rc = test->param_value;
	/* Look-ups for the small one, a scan for the other one */
	struct mock_cache *c = make_cache(test, 64, 0, 0);
	u64 i, tag = 2;

	for (i = 0; i < ARRAY_SIZE(keys); i++)
		put_entry(test, c, keys[i].tag, keys[i].addr, keys[i].lg2,
			  i + 1);
	KUNIT_EXPECT_EQ(test, hweight32(rc->gone & 0x24),
			mock_cache_invalidate_range(c, rc->first, rc->last,
						    match_tag, &tag));
	KUNIT_EXPECT_EQ(test, hweight32(rc->gone & ~0x24),
			mock_cache_invalidate_range(c, rc->first, rc->last,
						    NULL, NULL));
	for (i = 0; i < ARRAY_SIZE(keys); i++)
		KUNIT_EXPECT_EQ(test, rc->gone & BIT(i) ? 0 : i + 1,
				get_value(c, keys[i].tag, keys[i].addr));
}

/* A range that has more regions than a number can tell */
static void cache_test_whole_range(struct kunit *test)
{
	struct mock_cache *c = make_cache(test, CAPACITY, 0, 0);

	put_entry(test, c, 0, 0x1234, 0, 1);
	put_entry(test, c, 0, U64_MAX, 0, 2);
	KUNIT_EXPECT_EQ(test,
			mock_cache_invalidate_range(c, 1, U64_MAX - 1, NULL,
						    NULL),
			1);
	KUNIT_EXPECT_EQ(test,
			mock_cache_invalidate_range(c, 0, U64_MAX, NULL, NULL),
			1);
}

/* The way by look-ups and the scan find the same, whatever the range */
static void cache_test_range_is_scan(struct kunit *test)
{
	u64 first, len, i;

	for (first = 0; first < 12; first++) {
		for (len = 1; len <= 12; len++) {
			struct mock_cache *c = mock_cache_create(64, 8, 0, 0);
			u32 gone = 0;

			KUNIT_ASSERT_NOT_NULL(test, c);
			for (i = 0; i < 12; i++) {
				put_entry(test, c, i & 1, i, i % 3, 1);
				gone += (i >> i % 3 << i % 3) < first + len &&
					(i >> i % 3 << i % 3) + (1 << i % 3) > first;
			}
			/* These make a scan dearer than look-ups */
			for (i = 0; i < 40 * (first & 1); i++)
				put_entry(test, c, 9, 1000 + i, 0, 1);
			/* 9 and 6 insert what 10 and 7 had inserted */
			gone -= 12 + 40 * (first & 1) - mock_cache_count(c);
			KUNIT_EXPECT_EQ(test, gone,
					mock_cache_invalidate_range(c, first, first + len - 1,
								    NULL, NULL));
			mock_cache_destroy(c);
		}
	}
}

/* Which of the entries 0 to 7 are left after some look-ups? */
static u32 survivors(struct kunit *test, u32 period, u32 seed)
{
	struct mock_cache *c = make_cache(test, CAPACITY, period, seed);
	u32 i, left = 0;

	for (i = 0; i < CAPACITY; i++)
		put_entry(test, c, 0, (u64)i * SZ_4K, 12, 1);
	for (i = 0; i < 20; i++)
		mock_cache_lookup(c, 1, 0, NULL);
	for (i = 0; i < CAPACITY; i++)
		left |= get_value(c, 0, (u64)i * SZ_4K) << i;
	KUNIT_EXPECT_EQ(test, CAPACITY - hweight32(left),
			mock_cache_stats(c)->evicted);
	return left;
}

static void cache_test_eviction(struct kunit *test)
{
	u32 seed, first, differ = 0;

	/* Never, always, and now and then */
	KUNIT_EXPECT_EQ(test, survivors(test, 0, 1), 0xff);
	KUNIT_EXPECT_EQ(test, survivors(test, 1, 1), 0);
	first = survivors(test, 5, 1);
	KUNIT_EXPECT_NE(test, first, 0xff);
	KUNIT_EXPECT_NE(test, first, 0);
	/* The same seed strikes the same entries, another one others */
	KUNIT_EXPECT_EQ(test, first, survivors(test, 5, 1));
	for (seed = 2; seed < 10; seed++)
		differ += survivors(test, 5, seed) != first;
	KUNIT_EXPECT_GE(test, differ, 6);
}

static void add_value(const struct mock_cache_key *key, const void *data,
		      void *arg)
{
	u64 *sum = arg;

	*sum = *sum * 10 + *(const u64 *)data;
}

static void cache_test_for_each(struct kunit *test)
{
	struct mock_cache *c = make_cache(test, CAPACITY, 0, 0);
	u64 sum = 0, i;

	for (i = 1; i < 5; i++)
		put_entry(test, c, 0, i * SZ_4K, 12, i);
	mock_cache_lookup(c, 0, 2 * SZ_4K, NULL);
	mock_cache_for_each(c, add_value, &sum);
	KUNIT_EXPECT_EQ(test, sum, 2431);
}

static struct kunit_case cache_test_cases[] = {
	KUNIT_CASE(cache_test_lookup),
	KUNIT_CASE(cache_test_overwrite),
	KUNIT_CASE(cache_test_large_pages),
	KUNIT_CASE(cache_test_lru),
	KUNIT_CASE(cache_test_no_capacity),
	KUNIT_CASE(cache_test_invalidate),
	KUNIT_CASE_PARAM(cache_test_invalidate_range, range_gen_params),
	KUNIT_CASE(cache_test_whole_range),
	KUNIT_CASE(cache_test_range_is_scan),
	KUNIT_CASE(cache_test_eviction),
	KUNIT_CASE(cache_test_for_each),
	{}
};

static struct kunit_suite cache_test_suite = {
	.name = "iommu_mock_cache",
	.test_cases = cache_test_cases,
};

kunit_test_suite(cache_test_suite);
