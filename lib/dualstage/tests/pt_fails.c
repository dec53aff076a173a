// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stage-1 that the library makes, when calls fail that it makes itself: each in turn, and
 * those whose failure leaves something to be done; and pages that are asked for
 */
#include <poll.h>
#include <linux/iommufd.h>

#include "inject.h"
#include "pt_world.h"

#define SEED	100
#define OTHER	900
#define WAIT_MS	20000

/* A table is made, or nothing of it is left and there are words for it */
static void new_of(const struct pt_kind *kind)
{
	unsigned int n, before;
	struct ds_pt *pt;
	struct pt_world p;
	int rc;

	if (!pt_unit(&p, kind)) {
		before = ds_objects(p.w.ctx);
		for (n = 1;; n++) {
			inject_arm(INJECT_IOCTL | INJECT_MEMORY, n, ENOMEM);
			rc = INJECTED(ds_pt_new(p.w.unit, p.w.dev[0], 0, &pt));
			inject_disarm();
			if (!rc)
				break;
			IS(-ENOMEM, rc);
			CHECK(*ds_why());
			CHECK(ds_objects(p.w.ctx) == before);
		}
		/* A table, its root, memory for it, and the stage-1 */
		CHECK(n > 5);
		IS(0, ds_pt_free(pt));
		/* All of the library's memory is the guest's to have, if that could be */
		IS(0, ds_ram_unmap_all(p.w.ram));
	}
	pt_down(&p);
}

static void new_in_turn(void)
{
	pt_each(new_of);
}

/* As many tables as @n, and some more */
static int map_tables(struct pt_world *p, unsigned int n)
{
	const uint64_t large = 1ull << p->kind->lg2[1];

	return ds_pt_map(p->pt, PT_IOVA - n / 2 * large, RIG_GPA + pt_page(p), n * large, DS_RW);
}

/* So many that chunks come and go, too */
static int map_much(struct pt_world *p)
{
	return map_tables(p, 40);
}

static void map_of(const struct pt_kind *kind)
{
	struct pt_world p;
	uint64_t bytes;
	unsigned int n;
	int rc;

	if (!pt_up(&p, kind, 0)) {
		CHECK(pt_map(&p, 0, SEED));
		for (n = 1;; n++) {
			inject_arm(INJECT_IOCTL | INJECT_MEMORY, n, ENOMEM);
			rc = INJECTED(map_much(&p));
			inject_disarm();
			if (!rc)
				break;
			IS(-ENOMEM, rc);
			CHECK(*ds_why());
			IS(0, ds_pt_unmap(p.pt, PT_IOVA >> 1, PT_IOVA, 0, &bytes));
			CHECK(!bytes);
			pt_all_see(&p, 0, 0, SEED);
		}
		CHECK(n > 40);
		IS(-EEXIST, map_much(&p));
		IS(0, ds_pt_unmap(p.pt, PT_IOVA >> 1, PT_IOVA, 0, &bytes));
		CHECK(bytes == 40ull << kind->lg2[1]);
		/* There are no IPAs left for tables: the words are whose they are */
		inject_arm_ioctl(IOMMU_IOAS_MAP, 1, ENOSPC);
		IS(-ENOSPC, INJECTED(map_tables(&p, 800)));
		inject_disarm();
		pt_all_see(&p, 0, 0, SEED);
	}
	pt_down(&p);
}

static void map_in_turn(void)
{
	map_of(pt_kind("vtd"));
	map_of(pt_kind("smmu"));
	map_of(pt_kind("smmu_64k"));
	map_of(pt_kind("vtd_cm"));
}

/* Caches are not told: devices go on, and nothing takes the place until they are */
static void sync_of(const struct pt_kind *kind)
{
	struct pt_world p;
	uint64_t page, bytes;

	if (!pt_up(&p, kind, 0)) {
		page = pt_page(&p);
		CHECK(pt_map(&p, PT_IOVA, SEED));
		pt_all_see(&p, 0, PT_IOVA, SEED);
		inject_arm_ioctl(IOMMU_HWPT_INVALIDATE, 1, EIO);
		IS(-EIO, INJECTED(ds_pt_unmap(p.pt, PT_IOVA, page, 0, &bytes)));
		inject_disarm();
		CHECK(bytes == page && *ds_why());
		pt_all_see(&p, 0, PT_IOVA, SEED);
		inject_arm_ioctl(IOMMU_HWPT_INVALIDATE, 1, EIO);
		IS(-EIO, INJECTED(ds_pt_map(p.pt, PT_IOVA, pt_fill(&p, OTHER), page, DS_RW)));
		inject_disarm();
		inject_arm_ioctl(IOMMU_HWPT_INVALIDATE, 1, EIO);
		IS(-EIO, INJECTED(ds_pt_sync(p.pt)));
		inject_disarm();
		pt_all_see(&p, 0, PT_IOVA, SEED);
		IS(0, ds_pt_sync(p.pt));
		pt_all_see(&p, -EFAULT, PT_IOVA, SEED);
		IS(0, ds_pt_unmap(p.pt, PT_IOVA, page, 0, &bytes));
		CHECK(!bytes);
		/* What is pending goes with the table */
		CHECK(pt_map(&p, PT_IOVA, SEED));
		IS(0, ds_pt_unmap(p.pt, PT_IOVA, page, DS_LATER, NULL));
	}
	pt_down(&p);
}

static void sync_fails(void)
{
	pt_each(sync_of);
}

/* Hardware that may remember that nothing is there was not told */
static void np_fails(void)
{
	struct pt_world p;

	if (!pt_up(&p, pt_kind("vtd_cm"), 0)) {
		inject_arm_ioctl(IOMMU_HWPT_INVALIDATE, 1, EIO);
		IS(-EIO, INJECTED(ds_pt_map(p.pt, PT_IOVA, pt_fill(&p, SEED), PAGE_4K,
					    DS_RW)));
		inject_disarm();
		pt_all_see(&p, -EFAULT, PT_IOVA, SEED);
		CHECK(pt_map(&p, PT_IOVA, OTHER));
		pt_all_see(&p, 0, PT_IOVA, OTHER);
	}
	pt_down(&p);
}

/* Whatever fails of it, it is there until it is gone */
static void free_of(const struct pt_kind *kind)
{
	unsigned int n, before;
	struct pt_world p;
	int rc, hit;

	if (!pt_up(&p, kind, 0)) {
		for (n = 0; n < PT_DEVS; n++)
			IS(0, ds_attach(p.w.dev[n], DS_RID, DS_BLOCKED, NULL));
		IS(0, ds_pt_free(p.pt));
		before = ds_objects(p.w.ctx);
		for (n = 1, hit = 1; hit; n++) {
			IS(0, ds_pt_new(p.w.unit, p.w.dev[0], 0, &p.pt));
			IS(0, map_much(&p));
			inject_arm(INJECT_IOCTL, n, EBUSY);
			rc = INJECTED(ds_pt_free(p.pt));
			hit = inject_hit(NULL);
			inject_disarm();
			/* Memory that does not go back is tried again at the end */
			if (rc) {
				CHECK(hit && *ds_why());
				CHECK(ds_objects(p.w.ctx) > before);
				REFUSED(-EBUSY, ds_unit_free(p.w.unit), "");
				IS(0, ds_pt_free(p.pt));
			}
			p.pt = NULL;
			CHECK(ds_objects(p.w.ctx) == before);
		}
		/* A stage-1 and two chunks at least */
		CHECK(n > 4);
	}
	pt_down(&p);
}

static void free_in_turn(void)
{
	free_of(pt_kind("vtd"));
	free_of(pt_kind("vtd_raw"));
	free_of(pt_kind("smmu"));
}

/* Before its ASID is another's, the TLBs have nothing of it */
static void asid_is_clean(void)
{
	struct ds_pt *other;
	struct pt_world p;

	if (!pt_up(&p, pt_kind("smmu"), 0)) {
		IS(0, ds_pt_new(p.w.unit, p.w.dev[0], 0, &other));
		inject_arm_ioctl(IOMMU_HWPT_INVALIDATE, 1, EIO);
		IS(-EIO, INJECTED(ds_pt_free(other)));
		inject_disarm();
		IS(0, ds_pt_free(other));
	}
	pt_down(&p);
}

/* The next fault, which comes */
static int next(struct ds_unit *unit, struct ds_fault *f)
{
	struct pollfd pfd = { .fd = ds_unit_fd(unit), .events = POLLIN };

	return poll(&pfd, 1, WAIT_MS) == 1 ? ds_unit_read(unit, f) : -ETIMEDOUT;
}

/* A device waits for a page until it is mapped */
static void pages(const struct rig_config *cfg, const char *attr, unsigned int unit_flags)
{
	const unsigned int flags = DS_PT_FAULTS | (cfg->ats ? DS_PT_ATS : 0);
	struct ds_pt *pt = NULL;
	struct ds_fault f;
	struct world w;
	uint32_t done;

	if (world_mock_of(&w, cfg, attr) || world_ram(&w, 0) || world_dev(&w, 0) ||
	    world_unit(&w, unit_flags))
		goto out;
	IS(0, ds_pt_new(w.unit, w.dev[0], flags, &pt));
	IS(0, ds_attach(w.dev[0], DS_RID, DS_STAGE1, ds_pt_s1(pt)));
	if (cfg->ats)
		IS(0, ep_ats(&w.vdev[0], MOCK_EP_ATS_ENABLE | MOCK_EP_ATS_PRI));
	done = vdev_reg(&w.vdev[0], MOCK_EP_DONE);
	IS(0, ep_start(&w.vdev[0], MOCK_EP_CMD_WRITE, 0, PT_IOVA, 64));
	IS(0, next(w.unit, &f));
	CHECK(f.kind == DS_FAULT_PAGE && f.addr == PT_IOVA && f.dev == w.dev[0]);
	CHECK(f.access == (DS_ACCESS_WRITE | DS_ACCESS_LAST));
	IS(0, ds_pt_map(pt, PT_IOVA, RIG_GPA, PAGE_4K, DS_RW));
	IS(0, ds_respond(w.unit, f.cookie, true));
	IS(0, ep_wait(&w.vdev[0], done, NULL));
	IS(0, ds_pt_unmap(pt, PT_IOVA, PAGE_4K, 0, NULL));
	done = vdev_reg(&w.vdev[0], MOCK_EP_DONE);
	IS(0, ep_start(&w.vdev[0], MOCK_EP_CMD_WRITE, 0, PT_IOVA, 64));
	IS(0, next(w.unit, &f));
	IS(0, ds_respond(w.unit, f.cookie, false));
	IS(-EFAULT, ep_wait(&w.vdev[0], done, NULL));
	if (cfg->ats)
		IS(0, ep_ats(&w.vdev[0], 0));
	IS(0, ds_attach(w.dev[0], DS_RID, DS_BLOCKED, NULL));
	IS(0, ds_pt_free(pt));
out:
	world_down(&w);
}

static void pages_are_asked_for(void)
{
	const struct rig_config vtd = { .type = MOCK_VTD, .ats = true, .pasid_bits = 8 };
	const struct rig_config smmu = { .type = MOCK_SMMUV3, .ats = true };
	const struct rig_config stall = { .type = MOCK_SMMUV3, .platform = true };

	test_context("vtd");
	pages(&vtd, "pri", DS_UNIT_NO_RAW);
	test_context("vtd_raw");
	pages(&vtd, "pri", 0);
	test_context("smmu");
	pages(&smmu, "pri", 0);
	test_context("smmu, stalls");
	pages(&stall, "can_stall", 0);
}

static const struct test tests[] = {
	{ "new_in_turn", new_in_turn },
	{ "map_in_turn", map_in_turn },
	{ "sync_fails", sync_fails },
	{ "np_fails", np_fails },
	{ "free_in_turn", free_in_turn },
	{ "asid_is_clean", asid_is_clean },
	{ "pages_are_asked_for", pages_are_asked_for },
};

int main(void)
{
	return test_main(tests, ARRAY_SIZE(tests));
}
