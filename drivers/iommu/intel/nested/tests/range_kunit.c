// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: splitting of ranges
 */
#include <kunit/test.h>
#include <linux/log2.h>

#include "../intel_nested.h"
#include "../range.h"

#define RANGE_PAGES	64

/*
 * The fewest aligned pieces of at most 2^mamv pages for [first, first + n): by
 * dynamic programming over all of them, not by the rule that the driver has.
 */
static unsigned int fewest(unsigned int first, unsigned int n,
			   unsigned int mamv)
{
	unsigned int best[RANGE_PAGES + 1] = {};
	unsigned int end, am;

	for (end = 1; end <= n; end++) {
		best[end] = UINT_MAX;
		for (am = 0; am <= mamv && 1U << am <= end; am++) {
			unsigned int start = first + end - (1U << am);

			if (IS_ALIGNED(start, 1U << am))
				best[end] = min(best[end],
						best[end - (1U << am)] + 1);
		}
	}
	return best[n];
}

static void range_check(struct kunit *test, u64 addr, u64 npages,
			unsigned int mamv, unsigned int want)
{
	static struct vtd_range out[2 * 64];
	u64 next = addr;
	unsigned int n, i;

	n = vtd_split_range(addr, npages, mamv, out, ARRAY_SIZE(out));
	KUNIT_ASSERT_EQ_MSG(test, n, want, "addr %#llx npages %llu mamv %u",
			    addr, npages, mamv);
	for (i = 0; i < n; i++) {
		u64 size = VTD_PAGE_SIZE << out[i].am;

		KUNIT_ASSERT_EQ(test, out[i].addr, next);
		KUNIT_ASSERT_LE(test, out[i].am, mamv);
		KUNIT_ASSERT_TRUE(test, IS_ALIGNED(out[i].addr, size));
		next += size;
	}
	KUNIT_ASSERT_EQ(test, next, addr + (npages << VTD_PAGE_SHIFT));

	/* One piece less than it needs is not enough room */
	KUNIT_ASSERT_EQ(test, vtd_split_range(addr, npages, mamv, out, n - 1),
			0);
	KUNIT_ASSERT_EQ(test, vtd_split_range(addr, npages, mamv, out, n), n);
}

/* All alignments and lengths up to 64 pages, at several places */
static void range_exhaustive(struct kunit *test)
{
	static const u64 bases[] = {
		0, 1ULL << 30, 0x7fffffffULL << 20, ~0ULL << 47,
	};
	unsigned int first, n, mamv, b;

	for (mamv = 0; mamv <= 7; mamv++)
		for (first = 0; first < RANGE_PAGES; first++)
			for (n = 1; n <= RANGE_PAGES; n++) {
				unsigned int want = fewest(first, n, mamv);

				for (b = 0; b < ARRAY_SIZE(bases); b++)
					range_check(test, bases[b] +
						    ((u64)first << VTD_PAGE_SHIFT),
						    n, mamv, want);
			}
}

static void range_large(struct kunit *test)
{
	/* The whole address space is one piece, if a piece can be so large */
	range_check(test, 0, 1ULL << 52, 52, 1);
	range_check(test, 0, 1ULL << 52, 51, 2);
	/* The worst there is: one page short at both ends */
	range_check(test, VTD_PAGE_SIZE, (1ULL << 52) - 2, 52, 102);
	/* 1 GiB by 2 MiB */
	range_check(test, 1ULL << 30, 1ULL << 18, 12, 64);
	/* Up to the last page */
	range_check(test, ~0xfffULL, 1, 52, 1);
	range_check(test, ~0x3fffULL, 4, 52, 1);
}

static void range_none(struct kunit *test)
{
	struct vtd_range out[1];

	KUNIT_EXPECT_EQ(test, vtd_split_range(0x1000, 0, 9, out, 1), 0);
	KUNIT_EXPECT_EQ(test, vtd_split_range(0x1000, 2, 9, out, 1), 0);
	KUNIT_EXPECT_EQ(test, vtd_split_range(0x1000, 1, 9, out, 0), 0);
}

static struct kunit_case range_cases[] = {
	KUNIT_CASE_SLOW(range_exhaustive),
	KUNIT_CASE(range_large),
	KUNIT_CASE(range_none),
	{}
};

static struct kunit_suite range_suite = {
	.name = "intel_nested_range",
	.test_cases = range_cases,
};

kunit_test_suite(range_suite);
