// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: the users of a domain, and walks through the units that it is used on
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/slab.h>

#include "../domain.h"
#include "../users.h"
#include "fake_unit.h"

#define PARENT	IOMMU_HWPT_ALLOC_NEST_PARENT

/**
 * struct three - a domain, and three units that it may be used on
 * @fake: the units, the oldest first
 * @edev: a device behind each
 * @p: the domain
 */
struct three {
	struct fake_unit *fake[3];
	struct vtd_device *edev[3];
	struct vtd_paging *p;
};

static void three_new(struct kunit *test, struct three *t)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(t->fake); i++) {
		t->fake[i] = fake_unit_new(test, FAKE_CAP, FAKE_ECAP);
		t->edev[i] = fake_device_new(test, t->fake[i], 0x10, 0, 0);
	}
	t->p = fake_paging_new(test, t->edev[0], PARENT);
}

static bool visits(const struct vtd_walk *walk, const struct three *t,
		   unsigned int i)
{
	return walk->at && walk->at->unit == &t->fake[i]->unit;
}

/* In the order of the units' ids, whatever the order of attaching was */
static void in_order(struct kunit *test)
{
	static const unsigned int order[] = { 1, 2, 0 };
	struct vtd_walk walk;
	struct three t;
	unsigned int i;

	three_new(test, &t);
	vtd_walk_begin(&walk, &t.p->users);
	KUNIT_EXPECT_FALSE(test, vtd_walk_has_next(&walk));
	KUNIT_EXPECT_FALSE(test, vtd_walk_next(&walk));
	for (i = 0; i < ARRAY_SIZE(order); i++)
		KUNIT_ASSERT_EQ(test, vtd_attach(t.edev[order[i]], 0,
						 &t.p->domain), 0);

	vtd_walk_begin(&walk, &t.p->users);
	for (i = 0; i < ARRAY_SIZE(order); i++) {
		KUNIT_EXPECT_TRUE(test, vtd_walk_has_next(&walk));
		KUNIT_EXPECT_TRUE(test, vtd_walk_next(&walk));
		KUNIT_EXPECT_TRUE(test, visits(&walk, &t, i));
	}
	KUNIT_EXPECT_FALSE(test, vtd_walk_has_next(&walk));
	KUNIT_EXPECT_FALSE(test, vtd_walk_next(&walk));

	vtd_detach(t.edev[1], 0);
	KUNIT_EXPECT_TRUE(test, vtd_walk_find(&walk, &t.p->users,
					      t.fake[2]->unit.id));
	KUNIT_EXPECT_TRUE(test, visits(&walk, &t, 2));
	vtd_walk_end(&walk);
	KUNIT_EXPECT_FALSE(test, vtd_walk_find(&walk, &t.p->users,
					       t.fake[1]->unit.id));
	KUNIT_EXPECT_NULL(test, walk.at);

	vtd_detach(t.edev[0], 0);
	vtd_detach(t.edev[2], 0);
	fake_paging_free(test, t.p);
}

/**
 * struct grace - somebody who waits for a grace period
 * @rcu: called after it
 * @done: completed then
 */
struct grace {
	struct rcu_head rcu;
	struct completion done;
};

static void grace_done(struct rcu_head *rcu)
{
	complete(&container_of(rcu, struct grace, rcu)->done);
}

/*
 * Returns when what was to be freed for a unit may be. It is called in a section of
 * another unit: to lockdep synchronize_srcu() of the one looks like that of the other.
 */
static void await_grace(struct vtd_unit *unit)
{
	struct grace grace;

	rcu_barrier();
	init_rcu_head_on_stack(&grace.rcu);
	init_completion(&grace.done);
	call_srcu(&unit->srcu, &grace.rcu, grace_done);
	wait_for_completion(&grace.done);
	destroy_rcu_head_on_stack(&grace.rcu);
}

/*
 * While a walk visits one unit, what it stands on is taken out of the lists, and
 * what is behind that is freed: another unit does not wait for the walk
 */
static void goes_behind_walk(struct kunit *test)
{
	struct vtd_unit_users *at;
	struct vtd_walk walk;
	struct three t;

	three_new(test, &t);
	KUNIT_ASSERT_EQ(test, vtd_attach(t.edev[0], 0, &t.p->domain), 0);
	KUNIT_ASSERT_EQ(test, vtd_attach(t.edev[1], 0, &t.p->domain), 0);
	KUNIT_ASSERT_EQ(test, vtd_attach(t.edev[2], 0, &t.p->domain), 0);

	vtd_walk_begin(&walk, &t.p->users);
	KUNIT_ASSERT_TRUE(test, vtd_walk_next(&walk));
	at = list_first_entry(&t.p->users.units, struct vtd_unit_users, node);
	vtd_detach(t.edev[0], 0);
	vtd_detach(t.edev[1], 0);
	await_grace(&t.fake[1]->unit);
	/* What it stands on is there still */
	KUNIT_EXPECT_PTR_EQ(test, walk.at, at);
	KUNIT_EXPECT_TRUE(test, visits(&walk, &t, 0));
	KUNIT_EXPECT_TRUE(test, list_empty(&walk.at->attachments));

	KUNIT_EXPECT_TRUE(test, vtd_walk_next(&walk));
	KUNIT_EXPECT_TRUE(test, visits(&walk, &t, 2));
	KUNIT_EXPECT_FALSE(test, vtd_walk_next(&walk));
	vtd_detach(t.edev[2], 0);
	fake_paging_free(test, t.p);
}

/* A walk does not turn round for a unit that comes behind it */
static void comes_meanwhile(struct kunit *test)
{
	struct vtd_walk walk;
	struct three t;

	three_new(test, &t);
	KUNIT_ASSERT_EQ(test, vtd_attach(t.edev[1], 0, &t.p->domain), 0);
	vtd_walk_begin(&walk, &t.p->users);
	KUNIT_ASSERT_TRUE(test, vtd_walk_next(&walk));
	KUNIT_ASSERT_EQ(test, vtd_attach(t.edev[0], 0, &t.p->domain), 0);
	KUNIT_EXPECT_FALSE(test, vtd_walk_has_next(&walk));
	KUNIT_ASSERT_EQ(test, vtd_attach(t.edev[2], 0, &t.p->domain), 0);
	KUNIT_EXPECT_TRUE(test, vtd_walk_has_next(&walk));
	KUNIT_EXPECT_TRUE(test, vtd_walk_next(&walk));
	KUNIT_EXPECT_TRUE(test, visits(&walk, &t, 2));
	KUNIT_EXPECT_FALSE(test, vtd_walk_next(&walk));

	vtd_detach(t.edev[0], 0);
	vtd_detach(t.edev[1], 0);
	vtd_detach(t.edev[2], 0);
	fake_paging_free(test, t.p);
}

/* A nested domain's attachments are the parent's too, unit by unit */
static void nested_too(struct kunit *test)
{
	struct vtd_nested *n;
	struct vtd_walk walk;
	struct three t;

	three_new(test, &t);
	n = fake_nested_new(test, t.edev[0], t.p, 0x5000);
	KUNIT_ASSERT_EQ(test, vtd_attach(t.edev[1], 0, &n->domain), 0);
	KUNIT_ASSERT_EQ(test, vtd_attach(t.edev[0], 0, &t.p->domain), 0);

	vtd_walk_begin(&walk, &t.p->users);
	KUNIT_ASSERT_TRUE(test, vtd_walk_next(&walk));
	KUNIT_EXPECT_TRUE(test, visits(&walk, &t, 0));
	KUNIT_EXPECT_FALSE(test, list_empty(&walk.at->attachments));
	KUNIT_EXPECT_TRUE(test, list_empty(&walk.at->nested));
	KUNIT_ASSERT_TRUE(test, vtd_walk_next(&walk));
	KUNIT_EXPECT_TRUE(test, visits(&walk, &t, 1));
	KUNIT_EXPECT_TRUE(test, list_empty(&walk.at->attachments));
	KUNIT_EXPECT_FALSE(test, list_empty(&walk.at->nested));
	vtd_walk_end(&walk);

	/* The part stays as long as either has something in it */
	KUNIT_ASSERT_EQ(test, vtd_attach(t.edev[1], 0, &t.p->domain), 0);
	KUNIT_EXPECT_TRUE(test, list_empty(&n->users.units));
	KUNIT_EXPECT_TRUE(test, vtd_walk_find(&walk, &t.p->users,
					      t.fake[1]->unit.id));
	KUNIT_EXPECT_FALSE(test, list_empty(&walk.at->attachments));
	KUNIT_EXPECT_TRUE(test, list_empty(&walk.at->nested));
	vtd_walk_end(&walk);

	vtd_detach(t.edev[0], 0);
	vtd_detach(t.edev[1], 0);
	n->domain.ops->free(&n->domain);
	fake_paging_free(test, t.p);
}

/*
 * Domains that leave the domain-ids alone that are kept for other devices: all of
 * userspace's, of iommufd and of VFIO's containers, but not the DMA API's
 */
static void domain_ids_are_kept(struct kunit *test)
{
	static const struct {
		unsigned int type;
		enum iommu_domain_cookie_type cookie;
		int ret;
	} kinds[] = {
		{ IOMMU_DOMAIN_UNMANAGED, IOMMU_COOKIE_IOMMUFD, -ENOSPC },
		{ IOMMU_DOMAIN_UNMANAGED, IOMMU_COOKIE_NONE, -ENOSPC },
		{ IOMMU_DOMAIN_DMA, IOMMU_COOKIE_NONE, 0 },
	};
	/* 16 domain-ids, of which two are not for domains */
	struct fake_unit *fake = fake_unit_new(test, FAKE_CAP & ~VTD_CAP_ND,
					       FAKE_ECAP);
	struct vtd_device *edev = fake_device_new(test, fake, 0x10, 0, 0);
	struct tag_share *share[7];
	struct vtd_paging *p;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(share); i++) {
		share[i] = tag_share_new(&fake->unit.dids);
		KUNIT_ASSERT_NOT_NULL(test, share[i]);
	}
	/* Two for each */
	KUNIT_ASSERT_EQ(test, fake->unit.dids.kept, 14);
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		p = fake_paging_new(test, edev, PARENT);
		p->domain.type = kinds[i].type;
		p->domain.cookie_type = kinds[i].cookie;
		KUNIT_EXPECT_EQ(test, vtd_attach(edev, 0, &p->domain),
				kinds[i].ret);
		vtd_detach(edev, 0);
		fake_paging_free(test, p);
	}
	for (i = 0; i < ARRAY_SIZE(share); i++)
		tag_share_del(&fake->unit.dids, share[i]);
}

static struct kunit_case users_cases[] = {
	KUNIT_CASE(in_order),
	KUNIT_CASE(goes_behind_walk),
	KUNIT_CASE(comes_meanwhile),
	KUNIT_CASE(nested_too),
	KUNIT_CASE(domain_ids_are_kept),
	{}
};

static struct kunit_suite users_suite = {
	.name = "intel_nested_users",
	.test_cases = users_cases,
};

kunit_test_suite(users_suite);
