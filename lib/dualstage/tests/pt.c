// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stage-1 that the library makes, on all kinds of mock hardware: whose caches keep what
 * they have until they are told, so what is forgotten to be told is seen every time
 */
#include "../internal.h"
#include "pt_world.h"

#define SEED	100
#define OTHER	900

static void life_of(const struct pt_kind *kind)
{
	struct pt_world p;
	uint64_t bytes, page;
	unsigned int i;

	if (!pt_up(&p, kind, 0)) {
		page = pt_page(&p);
		pt_all_see(&p, -EFAULT, PT_IOVA, SEED);
		for (i = 0; i < 3; i++) {
			CHECK(pt_map(&p, PT_IOVA, SEED + 20 * i));
			CHECK(pt_map(&p, PT_IOVA - page, OTHER + 20 * i));
			pt_all_see(&p, 0, PT_IOVA, SEED + 20 * i);
			pt_all_see(&p, 0, PT_IOVA - page, OTHER + 20 * i);
			IS(0, ds_pt_unmap(p.pt, PT_IOVA, page, 0, &bytes));
			CHECK(bytes == page);
			pt_all_see(&p, -EFAULT, PT_IOVA, SEED);
			pt_all_see(&p, 0, PT_IOVA - page, OTHER + 20 * i);
			/* What is not there is passed over, wherever it is */
			IS(0, ds_pt_unmap(p.pt, 0, -page, 0, &bytes));
			CHECK(bytes == page);
			pt_all_see(&p, -EFAULT, PT_IOVA - page, OTHER);
			IS(0, ds_pt_unmap(p.pt, PT_IOVA, page, 0, &bytes));
			CHECK(bytes == 0);
		}
	}
	pt_down(&p);
}

static void life(void)
{
	pt_each(life_of);
}

/* A page of every size, and no half of it goes */
static void size_of(struct pt_world *p, unsigned int lg2)
{
	uint64_t size = 1ull << lg2, ipa = pt_fill(p, SEED), off = ipa & (size - 1), bytes;
	uint64_t page = pt_page(p);

	IS(0, ds_pt_map(p->pt, PT_IOVA, ipa - off, size, DS_RW));
	pt_all_see(p, 0, PT_IOVA + off, SEED);
	IS(-EEXIST, ds_pt_map(p->pt, PT_IOVA + size - page, ipa, 2 * page, DS_RW));
	if (size > page) {
		REFUSED(-EINVAL, ds_pt_unmap(p->pt, PT_IOVA + off, page, 0, &bytes), "whole");
		CHECK(!bytes);
		IS(-EINVAL, ds_pt_unmap(p->pt, PT_IOVA, size - page, 0, NULL));
		IS(-EINVAL, ds_pt_unmap(p->pt, PT_IOVA + page, size, 0, NULL));
	}
	pt_all_see(p, 0, PT_IOVA + off, SEED);
	IS(0, ds_pt_unmap(p->pt, PT_IOVA, size, 0, &bytes));
	CHECK(bytes == size);
	pt_all_see(p, -EFAULT, PT_IOVA + off, SEED);
}

static void sizes_of(const struct pt_kind *kind)
{
	struct ds_caps caps;
	struct pt_world p;
	unsigned int i;

	if (!pt_up(&p, kind, 0)) {
		IS(0, ds_dev_caps(p.w.dev[0], &caps));
		for (i = 0; kind->lg2[i]; i++) {
			CHECK(caps.s1_pages >> kind->lg2[i] & 1);
			size_of(&p, kind->lg2[i]);
		}
	}
	pt_down(&p);
}

static void sizes(void)
{
	pt_each(sizes_of);
}

/* Without a sync what is cached stays, and what is not is gone at once */
static void later_of(const struct pt_kind *kind)
{
	struct pt_world p;
	uint64_t page;

	if (!pt_up(&p, kind, 0)) {
		page = pt_page(&p);
		CHECK(pt_map(&p, PT_IOVA, SEED));
		CHECK(pt_map(&p, PT_IOVA + page, OTHER));
		pt_all_see(&p, 0, PT_IOVA, SEED);
		IS(0, ds_pt_unmap(p.pt, PT_IOVA, 2 * page, DS_LATER, NULL));
		pt_all_see(&p, 0, PT_IOVA, SEED);
		pt_all_see(&p, -EFAULT, PT_IOVA + page, OTHER);
		IS(0, ds_pt_sync(p.pt));
		pt_all_see(&p, -EFAULT, PT_IOVA, SEED);
		/* What takes its place is never hidden by what was there */
		CHECK(pt_map(&p, PT_IOVA, SEED));
		pt_all_see(&p, 0, PT_IOVA, SEED);
		IS(0, ds_pt_unmap(p.pt, PT_IOVA, page, DS_LATER, NULL));
		CHECK(pt_map(&p, PT_IOVA, OTHER));
		pt_all_see(&p, 0, PT_IOVA, OTHER);
	}
	pt_down(&p);
}

static void later(void)
{
	pt_each(later_of);
}

/*
 * A table is empty and waits to be freed: what is mapped in its place, if only beside what
 * was there last, is found at once
 */
static void beside_of(const struct pt_kind *kind)
{
	uint64_t page, large;
	struct pt_world p;

	if (!pt_up(&p, kind, 0)) {
		page = pt_page(&p);
		large = 1ull << kind->lg2[1];
		CHECK(pt_map(&p, PT_IOVA, SEED));
		pt_all_see(&p, 0, PT_IOVA, SEED);
		IS(0, ds_pt_unmap(p.pt, PT_IOVA, page, DS_LATER, NULL));
		CHECK(pt_map(&p, PT_IOVA + page, OTHER));
		pt_all_see(&p, 0, PT_IOVA + page, OTHER);
		/* The same of a table above it */
		IS(0, ds_pt_unmap(p.pt, PT_IOVA + page, page, DS_LATER, NULL));
		CHECK(pt_map(&p, PT_IOVA + large, SEED));
		pt_all_see(&p, 0, PT_IOVA + large, SEED);
		/* And of several at once */
		CHECK(pt_map(&p, PT_IOVA + 3 * large, SEED));
		pt_all_see(&p, 0, PT_IOVA + 3 * large, SEED);
		IS(0, ds_pt_unmap(p.pt, PT_IOVA, 4 * large, DS_LATER, NULL));
		CHECK(pt_map(&p, PT_IOVA + 4 * large - page, OTHER));
		pt_all_see(&p, 0, PT_IOVA + 4 * large - page, OTHER);
		CHECK(pt_map(&p, PT_IOVA + large + page, SEED));
		pt_all_see(&p, 0, PT_IOVA + large + page, SEED);
	}
	pt_down(&p);
}

static void beside(void)
{
	pt_each(beside_of);
}

/*
 * The table of one region is empty, goes, and comes back as that of another: who still
 * has where it was would find there what is mapped elsewhere.
 */
static void tables_go_of(const struct pt_kind *kind)
{
	struct pt_world p;
	uint64_t large, page;
	unsigned int i;

	if (!pt_up(&p, kind, 0)) {
		page = pt_page(&p);
		large = 1ull << kind->lg2[1];
		for (i = 0; i < 4; i++) {
			uint64_t here = PT_IOVA + i * large;

			CHECK(pt_map(&p, here, SEED + 20 * i));
			CHECK(pt_map(&p, here + page, OTHER));
			pt_all_see(&p, 0, here, SEED + 20 * i);
			if (i)
				pt_all_see(&p, -EFAULT, here - large, 0);
			IS(0, ds_pt_unmap(p.pt, here, page, 0, NULL));
			IS(0, ds_pt_unmap(p.pt, here + page, page, 0, NULL));
			pt_all_see(&p, -EFAULT, here, SEED);
		}
		/* A large page takes the place of a table, and the other way */
		CHECK(pt_map(&p, PT_IOVA, SEED));
		pt_all_see(&p, 0, PT_IOVA, SEED);
		IS(0, ds_pt_unmap(p.pt, PT_IOVA, page, DS_LATER, NULL));
		size_of(&p, kind->lg2[1]);
		CHECK(pt_map(&p, PT_IOVA, OTHER));
		pt_all_see(&p, 0, PT_IOVA, OTHER);
	}
	pt_down(&p);
}

static void tables_go(void)
{
	pt_each(tables_go_of);
}

/* What is read-only can be read; "write only" is not a thing that hardware has */
static void access_of(const struct pt_kind *kind)
{
	uint64_t page, ipa;
	struct pt_world p;

	if (!pt_up(&p, kind, 0)) {
		page = pt_page(&p);
		ipa = pt_fill(&p, SEED);
		IS(0, ds_pt_map(p.pt, PT_IOVA, ipa, page, DS_READ));
		IS(0, ds_pt_map(p.pt, PT_IOVA + page, ipa, page, DS_WRITE));
		pt_all_see(&p, 0, PT_IOVA, SEED);
		IS(-EFAULT, ep_write(&p.w.vdev[0], PT_IOVA, 64, 1, NULL));
		pt_all_see(&p, 0, PT_IOVA, SEED);
		IS(0, ep_write(&p.w.vdev[0], PT_IOVA + page, 64, 1, NULL));
		IS(-EBADMSG, pt_sees(&p, 0, PT_IOVA, SEED));
	}
	pt_down(&p);
}

static void access_kinds(void)
{
	pt_each(access_of);
}

/* More places than are remembered one by one */
static void many_of(const struct pt_kind *kind)
{
	const unsigned int n = 100;
	uint64_t page, ipa, bytes;
	struct pt_world p;
	unsigned int i;

	if (!pt_up(&p, kind, 0)) {
		page = pt_page(&p);
		ipa = pt_fill(&p, SEED);
		for (i = 0; i < n; i++)
			IS(0, ds_pt_map(p.pt, PT_IOVA + 3 * i * page, ipa, page, DS_RW));
		for (i = 0; i < n; i++)
			IS(0, pt_sees(&p, 0, PT_IOVA + 3 * i * page, SEED));
		for (i = 0; i < n; i++) {
			IS(0, ds_pt_unmap(p.pt, PT_IOVA + 3 * i * page, page, DS_LATER,
					  &bytes));
			CHECK(bytes == page);
		}
		IS(0, pt_sees(&p, 0, PT_IOVA, SEED));
		IS(0, ds_pt_sync(p.pt));
		for (i = 0; i < n; i++)
			IS(-EFAULT, pt_sees(&p, 0, PT_IOVA + 3 * i * page, SEED));
		/* And as many in one piece */
		for (i = 0; i < n; i++)
			IS(0, ds_pt_map(p.pt, PT_IOVA + i * page, ipa, page, DS_RW));
		IS(0, pt_sees(&p, 1, PT_IOVA, SEED));
		IS(0, pt_sees(&p, 1, PT_IOVA + (n - 1) * page, SEED));
		IS(0, ds_pt_unmap(p.pt, PT_IOVA, n * page, 0, &bytes));
		CHECK(bytes == n * page);
		for (i = 0; i < n; i++)
			IS(-EFAULT, pt_sees(&p, 1, PT_IOVA + i * page, SEED));
	}
	pt_down(&p);
}

static void many(void)
{
	pt_each(many_of);
}

/* Devices that keep translations themselves */
static void ats_on(const char *name)
{
	struct pt_kind kind = *pt_kind(name);
	struct pt_world p;
	uint64_t page;
	unsigned int i;

	kind.cfg.ats = true;
	test_context(name);
	if (!pt_up(&p, &kind, DS_PT_ATS)) {
		page = pt_page(&p);
		for (i = 0; i < PT_DEVS; i++)
			IS(0, ep_ats(&p.w.vdev[i], MOCK_EP_ATS_ENABLE));
		CHECK(pt_map(&p, PT_IOVA, SEED));
		pt_all_see(&p, 0, PT_IOVA, SEED);
		IS(0, ds_pt_unmap(p.pt, PT_IOVA, page, DS_LATER, NULL));
		pt_all_see(&p, 0, PT_IOVA, SEED);
		IS(0, ds_pt_sync(p.pt));
		pt_all_see(&p, -EFAULT, PT_IOVA, SEED);
		CHECK(pt_map(&p, PT_IOVA, OTHER));
		pt_all_see(&p, 0, PT_IOVA, OTHER);
		for (i = 0; i < PT_DEVS; i++)
			IS(0, ep_ats(&p.w.vdev[i], 0));
	}
	pt_down(&p);
}

static void ats(void)
{
	ats_on("vtd");
	ats_on("vtd_raw");
	ats_on("smmu");
	ats_on("smmu_no_ril");
}

static int pasid_sees(struct pt_world *p, uint32_t pasid, uint64_t seed)
{
	int rc;

	IS(0, ep_pasid(&p->w.vdev[0], pasid | MOCK_EP_PASID_VALID));
	rc = pt_sees(p, 0, PT_IOVA, seed);
	IS(0, ep_pasid(&p->w.vdev[0], 0));
	return rc;
}

/* A PASID has another table than the device itself, at the same address */
static void pasid_on(const char *name)
{
	struct ds_pt *other = NULL;
	struct pt_world p;

	test_context(name);
	if (!pt_up(&p, pt_kind(name), 0)) {
		IS(0, ds_pt_new(p.w.unit, p.w.dev[0], 0, &other));
		IS(0, ds_attach(p.w.dev[0], 7, DS_STAGE1, ds_pt_s1(other)));
		IS(0, ds_pt_map(other, PT_IOVA, pt_fill(&p, OTHER), pt_page(&p), DS_RW));
		CHECK(pt_map(&p, PT_IOVA, SEED));
		pt_all_see(&p, 0, PT_IOVA, SEED);
		IS(0, pasid_sees(&p, 7, OTHER));
		IS(-EFAULT, pasid_sees(&p, 8, OTHER));
		IS(0, ds_pt_unmap(other, PT_IOVA, pt_page(&p), 0, NULL));
		IS(-EFAULT, pasid_sees(&p, 7, OTHER));
		pt_all_see(&p, 0, PT_IOVA, SEED);
		REFUSED(-EBUSY, ds_pt_free(other), "attached");
		IS(0, ds_attach(p.w.dev[0], 7, DS_BLOCKED, NULL));
		IS(0, ds_pt_free(other));
	}
	pt_down(&p);
}

/* On an SMMUv3 a stage-1 is of a whole stream: the kernel attaches it to no PASID */
static void pasid_refused(const char *name)
{
	struct pt_world p;

	test_context(name);
	if (!pt_up(&p, pt_kind(name), 0)) {
		CHECK(ds_attach(p.w.dev[0], 7, DS_STAGE1, ds_pt_s1(p.pt)) < 0);
		CHECK(*ds_why());
		CHECK(pt_map(&p, PT_IOVA, SEED));
		IS(-EFAULT, pasid_sees(&p, 7, SEED));
		pt_all_see(&p, 0, PT_IOVA, SEED);
	}
	pt_down(&p);
}

static void pasid(void)
{
	pasid_on("vtd");
	pasid_on("vtd_raw");
	pasid_refused("smmu");
}

/* Two tables have one address in two ways, and one that comes later has neither */
static void apart_of(const struct pt_kind *kind)
{
	struct ds_pt *other = NULL;
	struct pt_world p;
	unsigned int i;

	if (!pt_up(&p, kind, 0)) {
		CHECK(pt_map(&p, PT_IOVA, SEED));
		for (i = 0; i < 3; i++) {
			IS(0, ds_pt_new(p.w.unit, p.w.dev[1], 0, &other));
			IS(0, ds_attach(p.w.dev[1], DS_RID, DS_STAGE1, ds_pt_s1(other)));
			IS(0, pt_sees(&p, 0, PT_IOVA, SEED));
			IS(-EFAULT, pt_sees(&p, 1, PT_IOVA, OTHER));
			IS(0, ds_pt_map(other, PT_IOVA, pt_fill(&p, OTHER), pt_page(&p),
					DS_RW));
			IS(0, pt_sees(&p, 0, PT_IOVA, SEED));
			IS(0, pt_sees(&p, 1, PT_IOVA, OTHER));
			REFUSED(-EBUSY, ds_pt_free(other), "attached");
			REFUSED(-EBUSY, ds_unit_free(p.w.unit), "device");
			IS(0, ds_attach(p.w.dev[1], DS_RID, DS_STAGE1, ds_pt_s1(p.pt)));
			/* With all that was mapped in it */
			IS(0, ds_pt_free(other));
			IS(0, pt_sees(&p, 1, PT_IOVA, SEED));
		}
	}
	pt_down(&p);
}

static void apart(void)
{
	pt_each(apart_of);
}

static void refused_of(const struct pt_kind *kind)
{
	struct ds_range own;
	struct ds_pt *other;
	struct ds_caps caps;
	struct pt_world p;
	uint64_t page, end;

	if (!pt_up(&p, kind, 0)) {
		page = pt_page(&p);
		IS(0, ds_dev_caps(p.w.dev[0], &caps));
		IS(0, ds_ram_private(p.w.ram, &own));
		end = 1ull << caps.s1_bits;
		IS(0, ds_pt_map(p.pt, end - page, RIG_GPA, page, DS_RW));
		REFUSED(-EEXIST, ds_pt_map(p.pt, end - 2 * page, RIG_GPA, 2 * page, DS_RW),
			"something is mapped");
		REFUSED(-ERANGE, ds_pt_map(p.pt, end, RIG_GPA, page, DS_RW), "bits");
		IS(-ERANGE, ds_pt_map(p.pt, end - page, RIG_GPA, 2 * page, DS_RW));
		IS(-ERANGE, ds_pt_map(p.pt, 0, 1ull << caps.s2_bits, page, DS_RW));
		REFUSED(-ERANGE, ds_pt_map(p.pt, 0, own.first, page, DS_RW), "own");
		IS(-ERANGE, ds_pt_map(p.pt, 0, own.first - page, 2 * page, DS_RW));
		IS(-ERANGE, ds_pt_map(p.pt, 0, own.last - page + 1, page, DS_RW));
		IS(0, ds_pt_map(p.pt, 0, own.first - page, page, DS_RW));
		REFUSED(-EINVAL, ds_pt_map(p.pt, page, RIG_GPA, page / 2, DS_RW), "pages");
		IS(-EINVAL, ds_pt_map(p.pt, page, RIG_GPA, 0, DS_RW));
		IS(-EINVAL, ds_pt_map(p.pt, page / 2, RIG_GPA, page, DS_RW));
		IS(-EINVAL, ds_pt_map(p.pt, page, RIG_GPA + page / 2, page, DS_RW));
		IS(-EINVAL, ds_pt_map(p.pt, -page, RIG_GPA, 2 * page, DS_RW));
		REFUSED(-EINVAL, ds_pt_map(p.pt, page, RIG_GPA, page, 0), "access");
		IS(-EINVAL, ds_pt_map(p.pt, page, RIG_GPA, page, 4));
		IS(-EINVAL, ds_pt_unmap(p.pt, 0, 0, 0, NULL));
		IS(-EINVAL, ds_pt_unmap(p.pt, page / 2, page, 0, NULL));
		REFUSED(-EOPNOTSUPP, ds_pt_unmap(p.pt, 0, page, 2, NULL), "flags");
		REFUSED(-EBUSY, ds_s1_free(ds_pt_s1(p.pt)), "attached");
		REFUSED(-EOPNOTSUPP, ds_pt_new(p.w.unit, p.w.dev[0], 4, &other), "flags");
		if (!kind->cfg.ats)
			REFUSED(-EOPNOTSUPP, ds_pt_new(p.w.unit, p.w.dev[0], DS_PT_ATS,
						       &other), "ATS");
		/* Nothing of all that has changed anything */
		IS(0, ds_pt_unmap(p.pt, 0, end, 0, &end));
		CHECK(end == 2 * page);
		IS(0, ds_attach(p.w.dev[1], DS_RID, DS_BLOCKED, NULL));
		IS(0, ds_unit_remove(p.w.unit, p.w.dev[1]));
		REFUSED(-EINVAL, ds_pt_new(p.w.unit, p.w.dev[1], 0, &other), "not in the unit");
		IS(0, ds_unit_add(p.w.unit, p.w.dev[1], WORLD_ID(1)));
	}
	pt_down(&p);
}

static void refused(void)
{
	pt_each(refused_of);
}

/* The CPU writes entries, and flushes no caches: hardware that does not snoop is refused */
static void not_coherent(void)
{
	struct ds_pt *pt;
	struct pt_world p;

	if (!pt_unit(&p, pt_kind("vtd"))) {
		p.w.unit->caps.vtd.ecap_reg = 0;
		REFUSED(-EOPNOTSUPP, ds_pt_new(p.w.unit, p.w.dev[0], 0, &pt), "snoop");
	}
	pt_down(&p);
	if (!pt_unit(&p, pt_kind("smmu"))) {
		p.w.unit->caps.smmu.idr[0] = 0;
		REFUSED(-EOPNOTSUPP, ds_pt_new(p.w.unit, p.w.dev[0], 0, &pt), "snoop");
	}
	pt_down(&p);
}

/* There are 256 ASIDs, and as many tables */
static void asids(void)
{
	struct pt_kind kind = *pt_kind("smmu");
	struct ds_pt *pt[256] = { NULL }, *more;
	struct pt_world p;
	unsigned int i, n;

	kind.cfg.idr[0].clear = SMMU_IDR0_ASID16;
	if (!pt_unit(&p, &kind)) {
		n = ds_objects(p.w.ctx);
		for (i = 0; i < ARRAY_SIZE(pt); i++)
			IS(0, ds_pt_new(p.w.unit, p.w.dev[0], 0, &pt[i]));
		REFUSED(-ENOSPC, ds_pt_new(p.w.unit, p.w.dev[0], 0, &more), "ASIDs");
		REFUSED(-EBUSY, ds_unit_free(p.w.unit), "");
		/* One in the middle is free, and is found */
		IS(0, ds_pt_free(pt[100]));
		IS(0, ds_pt_new(p.w.unit, p.w.dev[0], 0, &pt[100]));
		REFUSED(-ENOSPC, ds_pt_new(p.w.unit, p.w.dev[0], 0, &more), "ASIDs");
		for (i = 0; i < ARRAY_SIZE(pt); i++)
			IS(0, ds_pt_free(pt[i]));
		CHECK(ds_objects(p.w.ctx) == n);
	}
	pt_down(&p);
}

/* In caching mode hardware may remember that there is nothing, and only there */
static uint64_t told_by_a_map(const char *name)
{
	struct mock_stats before = { 0 }, after = { 0 };
	struct pt_world p;

	test_context(name);
	if (!pt_up(&p, pt_kind(name), 0)) {
		pt_all_see(&p, -EFAULT, PT_IOVA, SEED);
		IS(0, mock_stats(&p.w.rig.mock, &before));
		CHECK(pt_map(&p, PT_IOVA, SEED));
		IS(0, mock_stats(&p.w.rig.mock, &after));
		pt_all_see(&p, 0, PT_IOVA, SEED);
	}
	pt_down(&p);
	return after.invalidations - before.invalidations;
}

static void caching_mode(void)
{
	CHECK(told_by_a_map("vtd_cm") > 0);
	CHECK(told_by_a_map("vtd") == 0);
	CHECK(told_by_a_map("smmu") == 0);
}

/* How many invalidations the unit sees for 64 pages in one piece */
static uint64_t told_by_unmaps(const char *name, unsigned int flags)
{
	struct mock_stats before = { 0 }, after = { 0 };
	struct pt_world p;
	unsigned int i;

	test_context(name);
	if (!pt_up(&p, pt_kind(name), 0)) {
		for (i = 0; i < 64; i++)
			IS(0, ds_pt_map(p.pt, PT_IOVA + i * PAGE_4K, RIG_GPA, PAGE_4K, DS_RW));
		IS(0, mock_stats(&p.w.rig.mock, &before));
		for (i = 0; i < 64; i++)
			IS(0, ds_pt_unmap(p.pt, PT_IOVA + (i ^ 5) * PAGE_4K, PAGE_4K, flags,
					  NULL));
		IS(0, ds_pt_sync(p.pt));
		IS(0, mock_stats(&p.w.rig.mock, &after));
	}
	pt_down(&p);
	return after.invalidations - before.invalidations;
}

static void together(void)
{
	CHECK(told_by_unmaps("vtd", 0) >= 64);
	CHECK(told_by_unmaps("vtd", DS_LATER) <= 2);
	CHECK(told_by_unmaps("smmu", 0) >= 64);
	CHECK(told_by_unmaps("smmu", DS_LATER) <= 2);
	CHECK(told_by_unmaps("smmu_no_ril", DS_LATER) <= 65);
}

/* A device in bypass reaches the tables. What it does there is its guest's own misfortune */
static void scribbled_of(const struct pt_kind *kind)
{
	struct ds_range own;
	struct pt_world p;
	uint64_t page, bytes;
	unsigned int i;

	if (!pt_up(&p, kind, 0)) {
		page = pt_page(&p);
		CHECK(pt_map(&p, PT_IOVA, SEED));
		pt_all_see(&p, 0, PT_IOVA, SEED);
		IS(0, ds_ram_private(p.w.ram, &own));
		IS(0, ds_attach(p.w.dev[1], DS_RID, DS_BYPASS, NULL));
		for (i = 0; i < 16; i++)
			IS(0, ep_write(&p.w.vdev[1], own.first + i * PAGE_4K, PAGE_4K, i,
				       NULL));
		IS(0, ds_attach(p.w.dev[1], DS_RID, DS_STAGE1, ds_pt_s1(p.pt)));
		IS(-EEXIST, ds_pt_map(p.pt, PT_IOVA, RIG_GPA, page, DS_RW));
		IS(0, ds_pt_map(p.pt, PT_IOVA + page, RIG_GPA, page, DS_RW));
		IS(0, ds_pt_unmap(p.pt, PT_IOVA, 2 * page, 0, &bytes));
		CHECK(bytes == 2 * page);
	}
	pt_down(&p);
}

static void scribbled(void)
{
	pt_each(scribbled_of);
}

static const struct test tests[] = {
	{ "life", life },
	{ "sizes", sizes },
	{ "later", later },
	{ "beside", beside },
	{ "tables_go", tables_go },
	{ "access", access_kinds },
	{ "many", many },
	{ "ats", ats },
	{ "pasid", pasid },
	{ "apart", apart },
	{ "refused", refused },
	{ "not_coherent", not_coherent },
	{ "asids", asids },
	{ "caching_mode", caching_mode },
	{ "together", together },
	{ "scribbled", scribbled },
};

int main(void)
{
	return test_main(tests, ARRAY_SIZE(tests));
}
