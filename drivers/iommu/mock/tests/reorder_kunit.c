// SPDX-License-Identifier: GPL-2.0-only
/* Mock IOMMU: KUnit tests of the reordering's chance and memory */
#include <kunit/test.h>
#include <linux/bitops.h>
#include <linux/sizes.h>

#include "../reorder.h"

static void destroy_instance(void *mi)
{
	mock_reorder_destroy(mi);
}

static struct mock_iommu *make_instance(struct kunit *test, u32 seed)
{
	struct mock_iommu *mi = kunit_kzalloc(test, sizeof(*mi), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, mi);
	spin_lock_init(&mi->lock);
	mi->reorder_seed = seed;
	KUNIT_ASSERT_EQ(test, mock_reorder_create(mi), 0);
	KUNIT_ASSERT_EQ(test,
			kunit_add_action_or_reset(test, destroy_instance, mi),
			0);
	return mi;
}

/* Without a seed there is no reordering at all */
static void reorder_off(struct kunit *test)
{
	struct mock_iommu *mi = make_instance(test, 0);

	KUNIT_EXPECT_FALSE(test, mock_reordering(mi));
	KUNIT_EXPECT_FALSE(test, mock_speculating(mi));
}

/* The same seed gives the same order, another one another order */
static void reorder_seeded(struct kunit *test)
{
	struct mock_iommu *a = make_instance(test, 7),
			  *b = make_instance(test, 7);
	struct mock_iommu *c = make_instance(test, 8);
	bool differs = false;
	int i;

	for (i = 0; i < 100; i++) {
		u32 pick;

		mock_reorder_begin(a);
		mock_reorder_begin(b);
		mock_reorder_begin(c);
		pick = mock_reorder_pick(a, U64_MAX);
		KUNIT_EXPECT_EQ(test, mock_reorder_pick(b, U64_MAX), pick);
		differs |= mock_reorder_pick(c, U64_MAX) != pick;
	}
	KUNIT_EXPECT_TRUE(test, differs);
}

/* What may be next and nothing else, and each of it at some time */
static void reorder_pick(struct kunit *test)
{
	static const u64 sets[] = {
		BIT_ULL(0), BIT_ULL(63), 0x5, 0x8000000000000001, 0xf0f0,
	};
	struct mock_iommu *mi = make_instance(test, 1);
	int i, n;

	for (i = 0; i < ARRAY_SIZE(sets); i++) {
		u64 seen = 0;

		for (n = 0; n < 1000; n++) {
			u32 pick;

			mock_reorder_begin(mi);
			pick = mock_reorder_pick(mi, sets[i]);
			KUNIT_ASSERT_LT(test, pick, 64);
			if (mi->reorder->backwards)
				KUNIT_EXPECT_EQ(test, pick,
						fls64(sets[i]) - 1);
			seen |= BIT_ULL(pick);
		}
		KUNIT_EXPECT_EQ(test, seen, sets[i]);
	}
}

static void note_request(struct mock_iommu *mi, u32 sid, u64 addr,
			 enum mock_at at)
{
	const struct mock_req req = { .sid = sid, .addr = addr, .at = at };

	guard(spinlock_irqsave)(&mi->lock);
	mock_reorder_note(mi, &req);
}

/* Each page once, the last one first, the oldest go */
static void reorder_recent(struct kunit *test)
{
	struct mock_iommu *mi = make_instance(test, 1);
	struct mock_reorder *r = mi->reorder;
	int i;

	note_request(mi, 1, 0x1008, MOCK_AT_UNTRANSLATED);
	note_request(mi, 1, 0x2000, MOCK_AT_UNTRANSLATED);
	note_request(mi, 1, 0x1010, MOCK_AT_UNTRANSLATED);
	KUNIT_ASSERT_EQ(test, r->nr_recent, 2);
	KUNIT_EXPECT_EQ(test, r->recent[0].addr, 0x1010);
	KUNIT_EXPECT_EQ(test, r->recent[1].addr, 0x2000);
	/* Another device's, and one by ATS, are others */
	note_request(mi, 2, 0x1000, MOCK_AT_UNTRANSLATED);
	note_request(mi, 1, 0x1000, MOCK_AT_TRANSLATION);
	KUNIT_EXPECT_EQ(test, r->nr_recent, 4);
	note_request(mi, 1, 0x7000, MOCK_AT_TRANSLATED);
	KUNIT_EXPECT_EQ(test, r->nr_recent, 4);

	for (i = 0; i < 2 * MOCK_REORDER_RECENT; i++)
		note_request(mi, 3, i * SZ_4K, MOCK_AT_UNTRANSLATED);
	KUNIT_ASSERT_EQ(test, r->nr_recent, MOCK_REORDER_RECENT);
	for (i = 0; i < MOCK_REORDER_RECENT; i++)
		KUNIT_EXPECT_EQ(test, r->recent[i].addr,
				(2 * MOCK_REORDER_RECENT - 1 - i) * SZ_4K);
}

/* A reset device asks for nothing; the unit may go on */
static void reorder_forget(struct kunit *test)
{
	struct mock_iommu *mi = make_instance(test, 1);
	struct mock_reorder *r = mi->reorder;

	note_request(mi, 1, 0x1000, MOCK_AT_TRANSLATION);
	note_request(mi, 1, 0x1000, MOCK_AT_UNTRANSLATED);
	note_request(mi, 2, 0x1000, MOCK_AT_TRANSLATION);
	scoped_guard(spinlock_irqsave, &mi->lock)
		mock_reorder_forget(mi, 1);
	KUNIT_ASSERT_EQ(test, r->nr_recent, 2);
	KUNIT_EXPECT_EQ(test, r->recent[0].sid, 2);
	KUNIT_EXPECT_EQ(test, r->recent[1].at, MOCK_AT_UNTRANSLATED);
}

static struct kunit_case reorder_cases[] = {
	KUNIT_CASE(reorder_off),
	KUNIT_CASE(reorder_seeded),
	KUNIT_CASE(reorder_pick),
	KUNIT_CASE(reorder_recent),
	KUNIT_CASE(reorder_forget),
	{}
};

static struct kunit_suite reorder_suite = {
	.name = "iommu_mock_reorder",
	.test_cases = reorder_cases,
};

kunit_test_suite(reorder_suite);
