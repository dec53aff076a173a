// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: what invalidations of userspace's say to the unit
 */
#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/jiffies.h>
#include <linux/mman.h>
#include <linux/uaccess.h>
#include <uapi/linux/iommufd.h>

#include "../domain.h"
#include "../guest.h"
#include "../users.h"
#include "fake_unit.h"

#define PARENT	IOMMU_HWPT_ALLOC_NEST_PARENT

static struct iommu_hwpt_vtd_s1_invalidate __user *
user_requests(struct kunit *test,
	      const struct iommu_hwpt_vtd_s1_invalidate *reqs, size_t n)
{
	size_t size = PAGE_ALIGN(n * sizeof(*reqs));
	unsigned long addr;

	addr = kunit_vm_mmap(test, NULL, 0, size, PROT_READ | PROT_WRITE,
			     MAP_ANONYMOUS | MAP_PRIVATE, 0);
	if (!addr || IS_ERR_VALUE(addr))
		kunit_skip(test, "no user memory here");
	KUNIT_ASSERT_EQ(test, copy_to_user((void __user *)addr, reqs,
					   n * sizeof(*reqs)), 0);
	return (void __user *)addr;
}

static int invalidate(struct vtd_nested *n, void __user *uptr, u32 *num)
{
	struct iommu_user_data_array array = {
		.type = IOMMU_HWPT_INVALIDATE_DATA_VTD_S1,
		.uptr = uptr,
		.entry_len = sizeof(struct iommu_hwpt_vtd_s1_invalidate),
		.entry_num = *num,
	};
	int ret = vtd_cache_invalidate_user(&n->domain, &array);

	*num = array.entry_num;
	return ret;
}

/* A domain on several devices, PASIDs and units at once */
static void user_everywhere(struct kunit *test)
{
	static const struct iommu_hwpt_vtd_s1_invalidate reqs[] = {
		{ .addr = 0x3000, .npages = 3,
		  .flags = IOMMU_VTD_INV_FLAGS_LEAF },
		{ .addr = 0, .npages = U64_MAX },
	};
	struct fake_unit *a = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct fake_unit *b = fake_unit_new(test, FAKE_CAP & ~VTD_CAP_PSI,
					    FAKE_ECAP);
	struct vtd_device *a1 = fake_device_new(test, a, 0x10, 20, 1);
	struct vtd_device *a2 = fake_device_new(test, a, 0x18, 20, 1);
	struct vtd_device *b1 = fake_device_new(test, b, 0x10, 20, 0);
	struct vtd_paging *p = fake_paging_new(test, a1, PARENT);
	struct vtd_nested *n = fake_nested_new(test, a1, p, 0x5000);
	u32 num = ARRAY_SIZE(reqs);
	void __user *uptr = user_requests(test, reqs, num);
	u16 da, db;

	/* Attached to nothing: the requests are right, and that is all */
	KUNIT_EXPECT_EQ(test, invalidate(n, uptr, &num), 0);
	KUNIT_EXPECT_EQ(test, num, ARRAY_SIZE(reqs));

	KUNIT_ASSERT_EQ(test, vtd_attach(a1, 0, &n->domain), 0);
	KUNIT_ASSERT_EQ(test, vtd_attach(b1, 0, &n->domain), 0);
	KUNIT_ASSERT_EQ(test, vtd_attach(a2, 6, &n->domain), 0);
	KUNIT_ASSERT_EQ(test, vtd_attach(a2, 0, &n->domain), 0);
	da = fake_did(a1, 0);
	db = fake_did(b1, 0);
	fake_forget(a);
	fake_forget(b);
	KUNIT_EXPECT_EQ(test, invalidate(n, uptr, &num), 0);
	KUNIT_EXPECT_EQ(test, num, ARRAY_SIZE(reqs));

	FAKE_EXPECT(test, b, vtd_desc_piotlb_pasid(db, 0),
		    vtd_desc_piotlb_pasid(db, 0));
	/* Both devices have what PASID 0 left in the IOTLB in common */
	FAKE_EXPECT(test, a,
		    vtd_desc_piotlb_page(da, 6, 0x3000, 0, true),
		    vtd_desc_piotlb_page(da, 6, 0x4000, 1, true),
		    vtd_desc_piotlb_pasid(da, 6),
		    vtd_desc_pdevtlb(0x18, 0, 1, 6, 0x3000, 0),
		    vtd_desc_pdevtlb(0x18, 0, 1, 6, 0x4000, 1),
		    vtd_desc_pdevtlb(0x18, 0, 1, 6, 0, VTD_AM_ALL),
		    vtd_desc_piotlb_page(da, 0, 0x3000, 0, true),
		    vtd_desc_piotlb_page(da, 0, 0x4000, 1, true),
		    vtd_desc_piotlb_pasid(da, 0),
		    FAKE_FENCE,
		    vtd_desc_devtlb(0x18, 0, 1, 0x3000, 0),
		    vtd_desc_devtlb(0x18, 0, 1, 0x4000, 1),
		    vtd_desc_devtlb(0x18, 0, 1, 0, VTD_AM_ALL),
		    FAKE_FENCE,
		    vtd_desc_devtlb(0x10, 0, 1, 0x3000, 0),
		    vtd_desc_devtlb(0x10, 0, 1, 0x4000, 1),
		    vtd_desc_devtlb(0x10, 0, 1, 0, VTD_AM_ALL));
	KUNIT_EXPECT_EQ(test, a->waits, 1);

	vtd_detach(a1, 0);
	vtd_detach(a2, 0);
	vtd_detach(a2, 6);
	vtd_detach(b1, 0);
	n->domain.ops->free(&n->domain);
	fake_paging_free(test, p);
}

#define USER_MANY	1000

/* Long arrays: one doorbell and one wait for each time the ring is full */
static void user_many(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *edev = fake_device_new(test, fake, 0x10, 0, 0);
	struct vtd_paging *p = fake_paging_new(test, edev, PARENT);
	struct vtd_nested *n = fake_nested_new(test, edev, p, 0x5000);
	struct iommu_hwpt_vtd_s1_invalidate *reqs;
	u32 num = USER_MANY, i, bad;
	void __user *uptr;

	reqs = kunit_kcalloc(test, USER_MANY, sizeof(*reqs), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, reqs);
	for (i = 0; i < USER_MANY; i++) {
		reqs[i].addr = (u64)i << VTD_PAGE_SHIFT;
		reqs[i].npages = 1;
	}
	uptr = user_requests(test, reqs, USER_MANY);
	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &n->domain), 0);

	fake_forget(fake);
	KUNIT_EXPECT_EQ(test, invalidate(n, uptr, &num), 0);
	KUNIT_EXPECT_EQ(test, num, USER_MANY);
	KUNIT_ASSERT_EQ(test, fake->nr, USER_MANY);
	for (i = 0; i < USER_MANY; i++)
		KUNIT_ASSERT_EQ(test, fake->log[i].w1, reqs[i].addr);
	KUNIT_EXPECT_LE(test, fake->waits, 1 + USER_MANY / (VTD_QI_SLOTS / 2));
	KUNIT_EXPECT_EQ(test, fake->waits, fake->doorbells);

	/* A bad one anywhere: all before it are done, and no other */
	for (bad = 0; bad < 100; bad++) {
		struct iommu_hwpt_vtd_s1_invalidate wrong = { .flags = 2 };
		void __user *at = uptr + bad * sizeof(wrong);

		KUNIT_ASSERT_EQ(test, copy_to_user(at, &wrong, sizeof(wrong)),
				0);
		num = 100;
		fake_forget(fake);
		KUNIT_EXPECT_EQ(test, invalidate(n, uptr, &num), -EOPNOTSUPP);
		KUNIT_ASSERT_EQ(test, num, bad);
		KUNIT_ASSERT_EQ(test, fake->nr, bad);
		KUNIT_ASSERT_EQ(test, copy_to_user(at, &reqs[bad],
						   sizeof(wrong)), 0);
	}

	/* Memory that ends within the array does the same */
	num = USER_MANY;
	i = PAGE_ALIGN(USER_MANY * sizeof(*reqs)) / sizeof(*reqs);
	bad = 5;
	fake_forget(fake);
	KUNIT_EXPECT_EQ(test, invalidate(n, uptr + (i - bad) * sizeof(*reqs),
					 &num), -EFAULT);
	KUNIT_EXPECT_EQ(test, num, bad);

	vtd_detach(edev, 0);
	n->domain.ops->free(&n->domain);
	fake_paging_free(test, p);
}

static void user_array_checks(struct kunit *test)
{
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *edev = fake_device_new(test, fake, 0x10, 0, 0);
	struct vtd_paging *p = fake_paging_new(test, edev, PARENT);
	struct vtd_nested *n = fake_nested_new(test, edev, p, 0x5000);
	struct iommu_user_data_array array = {
		.type = IOMMU_HWPT_INVALIDATE_DATA_VTD_S1,
	};
	const struct iommu_hwpt_vtd_s1_invalidate req = { .npages = 1 };

	array.uptr = user_requests(test, &req, 1);

	/* An empty array asks whether the type is known */
	KUNIT_EXPECT_EQ(test, vtd_cache_invalidate_user(&n->domain, &array), 0);
	KUNIT_EXPECT_EQ(test, array.entry_num, 0);
	array.type = IOMMU_VIOMMU_INVALIDATE_DATA_ARM_SMMUV3;
	KUNIT_EXPECT_EQ(test, vtd_cache_invalidate_user(&n->domain, &array),
			-EINVAL);
	array.type = IOMMU_HWPT_INVALIDATE_DATA_VTD_S1;
	array.entry_num = 1;
	for (array.entry_len = 8; array.entry_len <= 40; array.entry_len += 16) {
		bool known = array.entry_len == 24;

		array.entry_num = 1;
		KUNIT_EXPECT_EQ(test, vtd_cache_invalidate_user(&n->domain,
								&array),
				known ? 0 : -EINVAL);
		KUNIT_EXPECT_EQ(test, array.entry_num, known);
	}
	n->domain.ops->free(&n->domain);
	fake_paging_free(test, p);
}

/* A guest with one device, and a request of it that invalidates everything */
struct user_guest {
	struct fake_unit *fake;
	struct vtd_device *edev;
	struct vtd_paging *parent;
	struct vtd_nested *nested;
	void __user *uptr;
};

static void user_guest_up(struct kunit *test, struct user_guest *g)
{
	static const struct iommu_hwpt_vtd_s1_invalidate req = {
		.addr = 0, .npages = U64_MAX,
	};

	g->fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	g->edev = fake_device_new(test, g->fake, 0x10, 0, 1);
	g->parent = fake_paging_new(test, g->edev, PARENT);
	g->nested = fake_nested_new(test, g->edev, g->parent, 0x5000);
	g->uptr = user_requests(test, &req, 1);
	KUNIT_ASSERT_EQ(test, vtd_attach(g->edev, 0, &g->nested->domain), 0);
}

static void user_guest_down(struct kunit *test, struct user_guest *g)
{
	vtd_detach(g->edev, 0);
	g->nested->domain.ops->free(&g->nested->domain);
	fake_paging_free(test, g->parent);
}

/* The hardware fails under an invalidation */
static void user_dead(struct kunit *test)
{
	struct user_guest g;
	u32 num = 1;

	user_guest_up(test, &g);
	g.fake->dead = true;
	KUNIT_EXPECT_EQ(test, invalidate(g.nested, g.uptr, &num), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, num, 0);
	KUNIT_EXPECT_FALSE(test, fake_context_present(g.edev));
	g.fake->dead = false;

	KUNIT_ASSERT_EQ(test, vtd_attach(g.edev, 0, &g.parent->domain), 0);
	KUNIT_ASSERT_EQ(test, vtd_attach(g.edev, 0, &g.nested->domain), 0);
	KUNIT_EXPECT_TRUE(test, fake_context_present(g.edev));

	g.fake->silent = true;
	g.fake->silent_sid = 0x10;
	num = 1;
	KUNIT_EXPECT_EQ(test, invalidate(g.nested, g.uptr, &num), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, num, 0);
	KUNIT_EXPECT_FALSE(test, fake_context_present(g.edev));
	g.fake->silent = false;

	user_guest_down(test, &g);
}

/*
 * The queue stands still and is cured by a reset, which takes what was in it:
 * the caller waits for that and has what it asked for, and so has its device.
 */
static void user_reset(struct kunit *test)
{
	struct user_guest g;
	u32 num = 1;

	user_guest_up(test, &g);
	g.fake->dead = true;
	g.fake->until_reset = true;
	KUNIT_EXPECT_EQ(test, invalidate(g.nested, g.uptr, &num), 0);
	KUNIT_EXPECT_EQ(test, num, 1);
	KUNIT_EXPECT_EQ(test, g.fake->unit.qi.ring.resets, 1);
	KUNIT_EXPECT_EQ(test, g.edev->state, 0);
	KUNIT_EXPECT_TRUE(test, fake_context_present(g.edev));

	user_guest_down(test, &g);
}

/* More than a block, so that the unit has a batch open for the next one */
#define USER_BLOCKS	40

/**
 * struct between - what happens between the blocks of a call
 * @walks: walks that have begun
 * @at: which of them it happens in front of
 * @attach: a device that is attached to @domain then, or NULL
 * @detach: a device that is detached then, or NULL
 * @domain: the domain
 * @cured: a silent device that answers again and has recovered two walks later, or
 *	NULL
 */
struct between {
	unsigned int walks;
	unsigned int at;
	struct vtd_device *attach;
	struct vtd_device *detach;
	struct iommu_domain *domain;
	struct vtd_device *cured;
};

static struct between between;

static void device_cure(struct vtd_device *edev)
{
	struct vtd_unit *unit = edev->unit;

	container_of(unit, struct fake_unit, unit)->silent = false;
	edev->retry.ms = 0;
	unit->ask_after = jiffies;
	vtd_unit_recover(unit);
}

static void walk_begin(struct vtd_walk *walk, const struct vtd_users *users)
{
	if (++between.walks == between.at) {
		if (between.detach)
			vtd_detach(between.detach, 0);
		if (between.attach)
			vtd_attach(between.attach, 0, between.domain);
	}
	if (between.cured && between.walks == between.at + 2)
		device_cure(between.cured);
	walk->users = users;
	walk->at = NULL;
	walk->id = 0;
}

/* Successive pages, from address 0 on */
static int invalidate_pages(struct kunit *test, struct vtd_nested *n, u32 *num)
{
	struct iommu_hwpt_vtd_s1_invalidate *reqs;
	u32 i;

	reqs = kunit_kcalloc(test, *num, sizeof(*reqs), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, reqs);
	for (i = 0; i < *num; i++) {
		reqs[i].addr = (u64)i << VTD_PAGE_SHIFT;
		reqs[i].npages = 1;
	}
	return invalidate(n, user_requests(test, reqs, *num), num);
}

static int invalidate_while(struct kunit *test, struct vtd_nested *n,
			    struct between what, u32 *num)
{
	int ret;

	between = what;
	between.domain = &n->domain;
	kunit_activate_static_stub(test, vtd_walk_begin, walk_begin);
	ret = invalidate_pages(test, n, num);
	kunit_deactivate_static_stub(test, vtd_walk_begin);
	return ret;
}

static int invalidate_between(struct kunit *test, struct vtd_nested *n,
			      unsigned int at, struct vtd_device *attach,
			      struct vtd_device *detach)
{
	struct between what = { .at = at, .attach = attach, .detach = detach };
	u32 num = USER_BLOCKS;
	int ret = invalidate_while(test, n, what, &num);

	KUNIT_EXPECT_EQ(test, num, USER_BLOCKS);
	return ret;
}

/* How many invalidations of successive pages, from the @first on, a unit has executed */
static unsigned int pages_done(const struct fake_unit *fake, u64 first)
{
	unsigned int i, nr = 0;

	for (i = 0; i < fake->nr; i++)
		if (FIELD_GET(VTD_QI_TYPE_LO, fake->log[i].w0) == VTD_QI_PIOTLB &&
		    fake->log[i].w1 == (first + nr) << VTD_PAGE_SHIFT)
			nr++;
	return nr;
}

/*
 * Between two blocks the domain comes to a unit that is older than the one with an
 * open batch, or leaves that, or both
 */
static void user_units_change(struct kunit *test)
{
	struct fake_unit *old = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
	struct vtd_device *o = fake_device_new(test, old, 0x10, 0, 0);
	struct vtd_device *edev = fake_device_new(test, fake, 0x10, 0, 0);
	struct vtd_paging *p = fake_paging_new(test, edev, PARENT);
	struct vtd_nested *n = fake_nested_new(test, edev, p, 0x5000);

	/* The first block is waited for before the second is for the other unit */
	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &n->domain), 0);
	fake_forget(fake);
	fake_forget(old);
	KUNIT_EXPECT_EQ(test, invalidate_between(test, n, 2, o, NULL), 0);
	KUNIT_EXPECT_EQ(test, pages_done(fake, 0), USER_BLOCKS);
	KUNIT_EXPECT_EQ(test, fake->nr, USER_BLOCKS);
	KUNIT_EXPECT_EQ(test, fake->waits, 2);
	KUNIT_EXPECT_EQ(test, pages_done(old, 32), USER_BLOCKS - 32);

	/* Both blocks on both units */
	fake_forget(fake);
	fake_forget(old);
	KUNIT_EXPECT_EQ(test, invalidate_between(test, n, 0, NULL, NULL), 0);
	KUNIT_EXPECT_EQ(test, pages_done(fake, 0), USER_BLOCKS);
	KUNIT_EXPECT_EQ(test, pages_done(old, 0), USER_BLOCKS);
	KUNIT_EXPECT_EQ(test, fake->waits, 2);
	KUNIT_EXPECT_EQ(test, old->waits, 2);

	/* The one with the open batch is left: the detach has waited */
	fake_forget(fake);
	fake_forget(old);
	KUNIT_EXPECT_EQ(test, invalidate_between(test, n, 2, NULL, edev), 0);
	KUNIT_EXPECT_EQ(test, pages_done(fake, 0), 32);
	KUNIT_EXPECT_EQ(test, pages_done(old, 0), USER_BLOCKS);

	/* And then there is none */
	KUNIT_EXPECT_EQ(test, invalidate_between(test, n, 2, NULL, o), 0);

	/* From one to the other */
	KUNIT_ASSERT_EQ(test, vtd_attach(edev, 0, &n->domain), 0);
	fake_forget(fake);
	fake_forget(old);
	KUNIT_EXPECT_EQ(test, invalidate_between(test, n, 2, o, edev), 0);
	KUNIT_EXPECT_EQ(test, pages_done(fake, 0), 32);
	KUNIT_EXPECT_EQ(test, pages_done(old, 32), USER_BLOCKS - 32);

	vtd_detach(o, 0);
	n->domain.ops->free(&n->domain);
	fake_paging_free(test, p);
}

/**
 * struct user_two - a guest with a device behind each of two units
 * @fake: the units, the older first
 * @edev: the devices, which have device-TLBs
 * @p: the stage-2
 * @n: the guest's domain, attached nowhere yet
 */
struct user_two {
	struct fake_unit *fake[2];
	struct vtd_device *edev[2];
	struct vtd_paging *p;
	struct vtd_nested *n;
};

static void user_two_up(struct kunit *test, struct user_two *t)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		t->fake[i] = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
		t->edev[i] = fake_device_new(test, t->fake[i], 0x10, 0, 1);
		t->fake[i]->silent_sid = 0x10;
		fake_no_recovery(t->fake[i]);
	}
	t->p = fake_paging_new(test, t->edev[0], PARENT);
	t->n = fake_nested_new(test, t->edev[0], t->p, 0x5000);
}

static void user_two_attach(struct kunit *test, struct user_two *t)
{
	unsigned int i;

	for (i = 0; i < 2; i++)
		KUNIT_ASSERT_EQ(test, vtd_attach(t->edev[i], 0, &t->n->domain),
				0);
}

static void user_two_down(struct kunit *test, struct user_two *t)
{
	vtd_detach(t->edev[0], 0);
	vtd_detach(t->edev[1], 0);
	t->n->domain.ops->free(&t->n->domain);
	fake_paging_free(test, t->p);
}

/*
 * A device is silent behind one unit or the other, or one behind each: the guest is
 * told, whichever it is, and each such device is blocked when it is told
 */
static void user_one_fails(struct kunit *test)
{
	/* One block, and more, of which the last unit is not waited for at once */
	static const u32 nums[] = { 1, USER_BLOCKS };
	unsigned int i, k, silent;
	struct user_two t;
	u32 num;

	for (k = 0; k < ARRAY_SIZE(nums); k++) {
		for (silent = 1; silent < 4; silent++) {
			user_two_up(test, &t);
			user_two_attach(test, &t);
			for (i = 0; i < 2; i++)
				t.fake[i]->silent = silent & BIT(i);
			num = nums[k];
			KUNIT_EXPECT_EQ_MSG(test,
					    invalidate_pages(test, t.n, &num),
					    -ETIMEDOUT, "units %u", silent);
			KUNIT_EXPECT_EQ(test, num, 0);
			for (i = 0; i < 2; i++) {
				KUNIT_EXPECT_EQ_MSG(test,
						    fake_context_present(t.edev[i]),
						    !(silent & BIT(i)),
						    "unit %u of %u", i, silent);
				t.fake[i]->silent = false;
			}
			user_two_down(test, &t);
		}
	}
}

/*
 * A device was silent in the first block, behind the unit with the open batch, and
 * has recovered before that unit is visited for the second: the guest is told
 */
static void user_open_fails(struct kunit *test)
{
	struct between what = { .at = 2 };
	u32 num = USER_BLOCKS;
	struct user_two t;

	user_two_up(test, &t);
	KUNIT_ASSERT_EQ(test, vtd_attach(t.edev[1], 0, &t.n->domain), 0);
	t.fake[1]->silent = true;
	what.attach = t.edev[0];
	what.cured = t.edev[1];
	KUNIT_EXPECT_EQ(test, invalidate_while(test, t.n, what, &num),
			-ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, num, 0);
	/* Nothing else would have told */
	KUNIT_EXPECT_EQ(test, between.walks, 4);
	KUNIT_EXPECT_EQ(test, t.edev[1]->state, 0);
	KUNIT_EXPECT_EQ(test, t.edev[0]->state, 0);
	user_two_down(test, &t);
}

static struct kunit_case user_cases[] = {
	KUNIT_CASE(user_everywhere),
	KUNIT_CASE(user_many),
	KUNIT_CASE(user_array_checks),
	KUNIT_CASE(user_dead),
	KUNIT_CASE(user_reset),
	KUNIT_CASE(user_units_change),
	KUNIT_CASE(user_one_fails),
	KUNIT_CASE(user_open_fails),
	{}
};

static struct kunit_suite user_suite = {
	.name = "intel_nested_user",
	.test_cases = user_cases,
};

kunit_test_suite(user_suite);
