// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: in which order a unit sees its entries, what they say of snooping, and
 * when a user's domain may be attached
 */
#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/sizes.h>
#include <uapi/linux/iommufd.h>

#include "../domain.h"
#include "../tables.h"
#include "fake_unit.h"

#define PARENT	IOMMU_HWPT_ALLOC_NEST_PARENT

/**
 * struct order_watch - what a unit that does not snoop sees of an entry
 * @words: how many words it has
 * @entry: the entry
 * @want: what it will be
 * @early: its present bit was seen while other words were not there yet
 * @rest: all but the word with the present bit were seen, and that was not present
 * @present: the whole entry was seen after that
 */
struct order_watch {
	unsigned int words;
	__le64 *entry;
	u64 want[8];
	bool early;
	bool rest;
	bool present;
};

static bool covers(const void *addr, size_t size, const void *p)
{
	return p >= addr && p < addr + size;
}

/* The first bit of an entry of any kind is its present bit */
static void watch_clean(const struct vtd_unit *unit, void *addr, size_t size)
{
	struct order_watch *w = kunit_get_current_test()->priv;
	bool present, same = true;
	unsigned int i;

	if (!covers(addr, size, w->entry))
		return;
	present = le64_to_cpu(w->entry[0]) & 1;
	for (i = 1; i < w->words; i++)
		same &= le64_to_cpu(w->entry[i]) == w->want[i];
	if (present && !w->rest)
		w->early = true;
	if (!present && same && covers(addr, size, &w->entry[w->words - 1]))
		w->rest = true;
	if (present && same && w->rest)
		w->present = true;
}

static struct order_watch *watch_new(struct kunit *test, __le64 *entry,
				     unsigned int words)
{
	struct order_watch *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, w);
	w->entry = entry;
	w->words = words;
	/* As it is now it will be again */
	for (i = 0; i < words; i++)
		w->want[i] = le64_to_cpu(entry[i]);
	test->priv = w;
	return w;
}

static void watch_expect(struct kunit *test, const struct order_watch *w)
{
	KUNIT_EXPECT_FALSE(test, w->early);
	KUNIT_EXPECT_TRUE(test, w->rest);
	KUNIT_EXPECT_TRUE(test, w->present);
}

/* All other words of a PASID table entry are there before it is present */
static void pasid_entry_order(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP,
					       FAKE_ECAP & ~VTD_ECAP_C);
	struct vtd_device *edev = fake_device_new(test, fake, 0x10, 20, 0);
	struct vtd_paging *p = fake_paging_new(test, edev, PARENT);
	struct vtd_nested *n = fake_nested_new(test, edev, p, 0x5000);
	const u32 pasids[] = { 0, 9 };
	struct order_watch *w;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pasids); i++) {
		KUNIT_ASSERT_EQ(test, vtd_attach(edev, pasids[i], &n->domain), 0);
		w = watch_new(test, vtd_pasid_slot(edev, pasids[i], false),
			      VTD_PTE_WORDS);
		KUNIT_ASSERT_TRUE(test, w->want[0] & VTD_PTE0_P);
		KUNIT_ASSERT_NE(test, w->want[2], 0);
		vtd_detach(edev, pasids[i]);
		kunit_activate_static_stub(test, vtd_clean_cache, watch_clean);
		KUNIT_EXPECT_EQ(test, vtd_attach(edev, pasids[i], &n->domain), 0);
		kunit_deactivate_static_stub(test, vtd_clean_cache);
		watch_expect(test, w);
		vtd_detach(edev, pasids[i]);
	}
	n->domain.ops->free(&n->domain);
	fake_paging_free(test, p);
}

/* So it is with a context entry */
static void context_entry_order(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP,
					       FAKE_ECAP & ~VTD_ECAP_C);
	struct vtd_device *edev = fake_device_new(test, fake, 0x10, 20, 0);
	u64 table = le64_to_cpu(fake->unit.root[0]) & VTD_ROOT_CTP;
	__le64 *entry = (__le64 *)phys_to_virt(table) + 0x10 * VTD_CTX_WORDS;
	struct order_watch *w = watch_new(test, entry, VTD_CTX_WORDS);

	KUNIT_ASSERT_TRUE(test, w->want[0] & VTD_CTX0_P);
	guard(mutex)(&fake->unit.lock);
	vtd_context_clear(edev);
	kunit_activate_static_stub(test, vtd_clean_cache, watch_clean);
	vtd_context_set(edev);
	kunit_deactivate_static_stub(test, vtd_clean_cache);
	/* RID_PASID is PASID 0: the second word is zero anyway */
	watch_expect(test, w);
}

static bool enforce(struct vtd_paging *p)
{
	return p->domain.ops->enforce_cache_coherency(&p->domain);
}

static bool snoops(struct vtd_device *edev, u32 pasid)
{
	return fake_pasid_word(edev, pasid, 1) & VTD_PTE1_PGSNP;
}

/* What is to be coherent is, for every kind of entry: PGSNP (9.6) */
static void snooping(struct kunit *test)
{
	struct fake_unit *both = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct fake_unit *first = fake_unit_new(test, FAKE_CAP, FAKE_ECAP &
						~(VTD_ECAP_SSTS |
						  VTD_ECAP_NEST |
						  VTD_ECAP_SSADS));
	struct vtd_device *edev = fake_device_new(test, both, 0x10, 20, 0);
	struct vtd_device *only = fake_device_new(test, first, 0x10, 20, 0);
	struct vtd_paging *parent = fake_paging_new(test, edev, PARENT);
	struct vtd_paging *plain = fake_paging_new(test, edev, 0);
	struct vtd_paging *stage1 = fake_paging_new(test, only, 0);
	struct vtd_nested *n = fake_nested_new(test, edev, parent, 0x5000);

	KUNIT_ASSERT_TRUE(test, vtd_is_stage1(stage1));
	KUNIT_ASSERT_FALSE(test, vtd_is_stage1(parent));
	/* Not where nobody asks for it */
	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &parent->domain), 0);
	KUNIT_EXPECT_FALSE(test, snoops(edev, 0));
	vtd_detach(edev, 0);
	KUNIT_ASSERT_EQ(test, vtd_attach(only, 0, &stage1->domain), 0);
	KUNIT_EXPECT_FALSE(test, snoops(only, 0));
	vtd_detach(only, 0);

	KUNIT_EXPECT_TRUE(test, enforce(parent));
	KUNIT_EXPECT_TRUE(test, enforce(plain));
	KUNIT_EXPECT_TRUE(test, enforce(stage1));
	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &parent->domain), 0);
	KUNIT_EXPECT_TRUE(test, snoops(edev, 0));
	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &n->domain), 0);
	KUNIT_EXPECT_TRUE(test, snoops(edev, 0));
	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 9, &plain->domain), 0);
	KUNIT_EXPECT_TRUE(test, snoops(edev, 9));
	KUNIT_ASSERT_EQ(test, vtd_attach(only, 0, &stage1->domain), 0);
	KUNIT_EXPECT_TRUE(test, snoops(only, 0));
	vtd_detach(only, 0);
	vtd_detach(edev, 9);
	vtd_detach(edev, 0);

	n->domain.ops->free(&n->domain);
	fake_paging_free(test, parent);
	fake_paging_free(test, plain);
	fake_paging_free(test, stage1);
}

/* A unit that cannot snoop is not said to: ECAP.SC */
static void no_snooping(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP,
					       FAKE_ECAP & ~VTD_ECAP_SC);
	struct fake_unit *first = fake_unit_new(test, FAKE_CAP, FAKE_ECAP &
						~(VTD_ECAP_SSTS | VTD_ECAP_SC |
						  VTD_ECAP_NEST |
						  VTD_ECAP_SSADS));
	struct vtd_device *edev = fake_device_new(test, fake, 0x10, 20, 0);
	struct vtd_device *only = fake_device_new(test, first, 0x10, 20, 0);
	struct vtd_paging *parent = fake_paging_new(test, edev, PARENT);
	struct vtd_paging *stage1 = fake_paging_new(test, only, 0);
	struct vtd_nested *n = fake_nested_new(test, edev, parent, 0x5000);

	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &parent->domain), 0);
	KUNIT_EXPECT_FALSE(test, enforce(parent));
	KUNIT_EXPECT_FALSE(test, snoops(edev, 0));
	/* Nor if only nested domains use it */
	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &n->domain), 0);
	KUNIT_EXPECT_FALSE(test, enforce(parent));
	KUNIT_EXPECT_FALSE(test, snoops(edev, 0));
	KUNIT_ASSERT_EQ(test, vtd_attach(only, 0, &stage1->domain), 0);
	KUNIT_EXPECT_FALSE(test, enforce(stage1));
	KUNIT_EXPECT_FALSE(test, snoops(only, 0));
	vtd_detach(only, 0);
	vtd_detach(edev, 0);

	n->domain.ops->free(&n->domain);
	fake_paging_free(test, parent);
	fake_paging_free(test, stage1);
}

/* A user's device that is not translated yet could reach all memory */
static void translation_first(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *edev = fake_device_new(test, fake, 0x10, 20, 0);
	struct vtd_paging *users = fake_paging_new(test, edev, PARENT);
	struct vtd_paging *kernels = fake_paging_new(test, edev, PARENT);
	struct vtd_nested *n = fake_nested_new(test, edev, users, 0x5000);
	const u32 pasids[] = { 0, 9 };
	unsigned int i;

	users->domain.type = IOMMU_DOMAIN_UNMANAGED;
	kernels->domain.type = IOMMU_DOMAIN_DMA;
	fake->unit.translating = false;
	for (i = 0; i < ARRAY_SIZE(pasids); i++) {
		KUNIT_EXPECT_EQ(test, vtd_attach(edev, pasids[i],
						 &users->domain), -EBUSY);
		KUNIT_EXPECT_EQ(test, vtd_attach(edev, pasids[i], &n->domain),
				-EBUSY);
		KUNIT_EXPECT_EQ(test, fake_pgtt(edev, pasids[i]), 0);
	}
	/* The kernel's own are what the unit is started with */
	KUNIT_EXPECT_EQ(test, vtd_attach(edev, 0, &vtd_identity_domain), 0);
	KUNIT_EXPECT_EQ(test, vtd_attach(edev, 0, &kernels->domain), 0);
	KUNIT_EXPECT_EQ(test, fake_pgtt(edev, 0), VTD_PGTT_STAGE2);

	fake->unit.translating = true;
	KUNIT_EXPECT_EQ(test, vtd_attach(edev, 0, &users->domain), 0);
	KUNIT_EXPECT_EQ(test, vtd_attach(edev, 9, &n->domain), 0);
	vtd_detach(edev, 9);
	vtd_detach(edev, 0);
	n->domain.ops->free(&n->domain);
	fake_paging_free(test, users);
	fake_paging_free(test, kernels);
}

static struct kunit_case order_cases[] = {
	KUNIT_CASE(pasid_entry_order),
	KUNIT_CASE(context_entry_order),
	KUNIT_CASE(snooping),
	KUNIT_CASE(no_snooping),
	KUNIT_CASE(translation_first),
	{}
};

static struct kunit_suite order_suite = {
	.name = "intel_nested_order",
	.test_cases = order_cases,
};

kunit_test_suite(order_suite);
