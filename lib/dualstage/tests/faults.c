// SPDX-License-Identifier: GPL-2.0-only
/* Faults that reach the VMM: of tables, of entries; that were lost; pages that are asked for */
#include <endian.h>
#include <poll.h>
#include <stdio.h>

#include "inject.h"
#include "internal.h"
#include "test.h"
#include "world.h"

#define IOVA	0x0000123456789000ull
#define WAIT_MS	20000
/* What the library asks for, see faults.c there */
#define DEPTH	256

static const struct rig_config raw = { .type = MOCK_VTD };
static const struct rig_config smmu = { .type = MOCK_SMMUV3 };
static const struct rig_config smmu_two = { .type = MOCK_SMMUV3, .nr_eps = 2 };
static const struct rig_config raw_pri = { .type = MOCK_VTD, .ats = true, .pasid_bits = 8 };
static const struct rig_config smmu_pri = { .type = MOCK_SMMUV3, .ats = true };
static const struct rig_config smmu_stall = { .type = MOCK_SMMUV3, .platform = true };

static bool readable(struct ds_unit *unit, int ms)
{
	struct pollfd pfd = { .fd = ds_unit_fd(unit), .events = POLLIN };

	return pfd.fd >= 0 && poll(&pfd, 1, ms) == 1 && pfd.revents & POLLIN;
}

/* The next fault, which is there, or comes */
static int next(struct ds_unit *unit, struct ds_fault *fault)
{
	return readable(unit, WAIT_MS) ? ds_unit_read(unit, fault) : -ETIMEDOUT;
}

static bool is(const struct ds_fault *f, enum ds_fault_kind kind, struct ds_dev *dev,
	       unsigned int access, uint64_t addr)
{
	if (f->kind == kind && f->dev == dev && f->access == access && f->addr == addr &&
	    f->guest_id == WORLD_ID(0))
		return true;
	test_fail(__FILE__, __LINE__, "kind %d access %#x addr %#llx id %#llx", (int)f->kind,
		  f->access, (unsigned long long)f->addr, (unsigned long long)f->guest_id);
	return false;
}

/* One of each kind, with what it is about */
static void kinds(const struct rig_config *cfg)
{
	struct ds_fault f;
	struct world w;

	if (world_up(&w, cfg, 0))
		goto out;
	CHECK(!readable(w.unit, 0));
	REFUSED(-EAGAIN, ds_unit_read(w.unit, &f), "next fault");
	IS(-EFAULT, world_sees(&w, 0, IOVA, 1));
	IS(0, next(w.unit, &f));
	CHECK(is(&f, DS_FAULT_UNMAPPED, w.dev[0], DS_ACCESS_READ, IOVA));
	CHECK(f.pasid == DS_RID && f.raw_len == (cfg->type == MOCK_VTD ? 16 : 32));
	CHECK(!readable(w.unit, 0));
	IS(-EFAULT, ep_write(&w.vdev[0], IOVA, 16, 1, NULL));
	IS(0, next(w.unit, &f));
	CHECK(is(&f, DS_FAULT_UNMAPPED, w.dev[0], DS_ACCESS_WRITE, IOVA));
	IS(0, s1_map(&w.tables, IOVA, guest_alloc(&w.guest, PAGE_4K, PAGE_4K), S1_4K, S1_RO));
	IS(-EFAULT, ep_write(&w.vdev[0], IOVA, 16, 1, NULL));
	IS(0, next(w.unit, &f));
	CHECK(is(&f, DS_FAULT_PERMISSION, w.dev[0], DS_ACCESS_WRITE, IOVA));
	IS(-EAGAIN, ds_unit_read(w.unit, &f));
	REFUSED(-ENOENT, ds_respond(w.unit, 0, true), "cookie 0");
out:
	world_down(&w);
}

static void kinds_raw(void)
{
	kinds(&raw);
}

static void kinds_smmu(void)
{
	kinds(&smmu);
}

/* What the guest has as an entry is not right: a fault of configuration */
static void entry_bad(void)
{
	const uint64_t entry[8] = { 0 };
	struct ds_fault f;
	struct world w;

	if (world_unit_up(&w, &raw, 0, 0))
		goto out;
	IS(0, ds_s1_vtd_entry(w.unit, w.dev[0], 0, entry, &w.s1));
	IS(0, ds_attach(w.dev[0], DS_RID, DS_STAGE1, w.s1));
	IS(-EFAULT, world_sees(&w, 0, IOVA, 1));
	IS(0, next(w.unit, &f));
	CHECK(f.kind == DS_FAULT_CONFIG && f.dev == w.dev[0]);
out:
	world_down(&w);
}

static void context_bad(void)
{
	struct ds_fault f;
	struct world w;
	uint64_t *cd;

	if (world_up(&w, &smmu, 0))
		goto out;
	cd = guest_ptr(&w.guest, w.tables.context);
	smmu_cd_clear(cd);
	IS(-EFAULT, world_sees(&w, 0, IOVA, 1));
	IS(0, next(w.unit, &f));
	CHECK(f.kind == DS_FAULT_CONFIG && f.dev == w.dev[0] && !f.addr);
out:
	world_down(&w);
}

/* A device that the unit does not have any more is not named */
static void gone(void)
{
	struct ds_fault f;
	struct world w;

	if (world_up(&w, &smmu_two, 0))
		goto out;
	IS(-EFAULT, world_sees(&w, 0, IOVA, 1));
	IS(0, next(w.unit, &f));
	CHECK(is(&f, DS_FAULT_UNMAPPED, w.dev[0], DS_ACCESS_READ, IOVA));
	IS(-EFAULT, world_sees(&w, 0, IOVA, 1));
	CHECK(readable(w.unit, WAIT_MS));
	IS(0, ds_unit_remove(w.unit, w.dev[0]));
	IS(0, ds_unit_read(w.unit, &f));
	CHECK(is(&f, DS_FAULT_UNMAPPED, NULL, DS_ACCESS_READ, IOVA));
out:
	world_down(&w);
}

static int make_faults(struct world *w, unsigned int n, uint64_t first)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (world_sees(w, 0, IOVA + (first + i) * PAGE_4K, 1) != -EFAULT)
			return -EPROTO;
	return 0;
}

/* Nobody reads: what is lost is told where it is missing, at the end or before the next */
static void lost(const struct rig_config *cfg)
{
	struct ds_fault f;
	struct world w;
	unsigned int i;

	if (world_up(&w, cfg, 0))
		goto out;
	IS(0, make_faults(&w, DEPTH + 10, 0));
	for (i = 0; i < DEPTH; i++) {
		IS(0, next(w.unit, &f));
		CHECK(is(&f, DS_FAULT_UNMAPPED, w.dev[0], DS_ACCESS_READ, IOVA + i * PAGE_4K));
	}
	IS(0, next(w.unit, &f));
	CHECK(f.kind == DS_FAULT_LOST && !f.dev && f.pasid == DS_RID);
	IS(-EAGAIN, ds_unit_read(w.unit, &f));
	/* And nothing is said to be lost of what comes then */
	IS(0, make_faults(&w, 1, 7));
	IS(0, next(w.unit, &f));
	CHECK(is(&f, DS_FAULT_UNMAPPED, w.dev[0], DS_ACCESS_READ, IOVA + 7 * PAGE_4K));

	IS(0, make_faults(&w, DEPTH + 10, 0));
	IS(0, next(w.unit, &f));
	IS(0, make_faults(&w, 1, 5000));
	for (i = 1; i < DEPTH; i++) {
		IS(0, next(w.unit, &f));
		CHECK(f.kind == DS_FAULT_UNMAPPED);
	}
	IS(0, next(w.unit, &f));
	CHECK(f.kind == DS_FAULT_LOST);
	/* That one is with the library already, and the descriptor says so */
	CHECK(readable(w.unit, 0));
	IS(0, ds_unit_read(w.unit, &f));
	CHECK(is(&f, DS_FAULT_UNMAPPED, w.dev[0], DS_ACCESS_READ, IOVA + 5000 * PAGE_4K));
	CHECK(!readable(w.unit, 0));
	IS(-EAGAIN, ds_unit_read(w.unit, &f));
out:
	world_down(&w);
}

static void lost_raw(void)
{
	lost(&raw);
}

static void lost_smmu(void)
{
	lost(&smmu);
}

/* An event that was told of and not read goes with the unit */
static void unread(void)
{
	struct ds_fault f;
	struct world w;

	if (!world_up(&w, &smmu, 0)) {
		IS(0, make_faults(&w, DEPTH + 10, 0));
		IS(0, next(w.unit, &f));
	}
	world_down(&w);
}

static int pages_up(struct world *w, const struct rig_config *cfg, const char *attr,
		    unsigned int flags)
{
	if (world_mock_of(w, cfg, attr) || world_ram(w, 0) || world_dev(w, 0) ||
	    world_unit(w, flags))
		return -1;
	w->nest.stall = !cfg->ats;
	if (world_s1(w, DS_S1_FAULTS))
		return -1;
	IS(0, ds_attach(w->dev[0], DS_RID, DS_STAGE1, w->s1));
	if (cfg->ats)
		IS(0, ep_ats(&w->vdev[0], MOCK_EP_ATS_ENABLE | MOCK_EP_ATS_PRI));
	return 0;
}

static uint32_t start(struct world *w, uint64_t iova)
{
	uint32_t done = vdev_reg(&w->vdev[0], MOCK_EP_DONE);

	IS(0, ep_start(&w->vdev[0], MOCK_EP_CMD_WRITE, 0, iova, 64));
	return done;
}

/* The device waits for a page, and goes on when it is there; or is stopped */
static void pages(const struct rig_config *cfg, const char *attr, unsigned int flags)
{
	struct ds_fault f;
	struct world w;
	uint32_t done;

	if (pages_up(&w, cfg, attr, flags))
		goto out;
	done = start(&w, IOVA);
	IS(0, next(w.unit, &f));
	CHECK(f.kind == DS_FAULT_PAGE && f.dev == w.dev[0] && f.guest_id == WORLD_ID(0));
	CHECK(f.access == (DS_ACCESS_WRITE | DS_ACCESS_LAST) && f.pasid == DS_RID);
	CHECK(f.addr == IOVA && !f.raw_len);
	CHECK(world_page(&w, &w.tables, IOVA, 1));
	REFUSED(-ENOENT, ds_respond(w.unit, f.cookie + 1, true), "waits");
	IS(0, ds_respond(w.unit, f.cookie, true));
	IS(0, ep_wait(&w.vdev[0], done, NULL));
	REFUSED(-ENOENT, ds_respond(w.unit, f.cookie, true), "waits");
	done = start(&w, IOVA + SZ_1M);
	IS(0, next(w.unit, &f));
	CHECK(f.addr == IOVA + SZ_1M);
	IS(0, ds_respond(w.unit, f.cookie, false));
	IS(-EFAULT, ep_wait(&w.vdev[0], done, NULL));
	/* What is attached in its place answers */
	done = start(&w, IOVA + 2 * SZ_1M);
	IS(0, next(w.unit, &f));
	IS(0, ds_attach(w.dev[0], DS_RID, DS_BYPASS, NULL));
	REFUSED(-ENOENT, ds_respond(w.unit, f.cookie, true), "waits");
	IS(-EFAULT, ep_wait(&w.vdev[0], done, NULL));
out:
	world_down(&w);
}

static void pages_vtd(void)
{
	pages(&raw_pri, "pri", DS_UNIT_NO_RAW);
}

static void pages_raw(void)
{
	pages(&raw_pri, "pri", 0);
}

static void pages_smmu(void)
{
	pages(&smmu_pri, "pri", 0);
}

static void pages_stall(void)
{
	pages(&smmu_stall, "can_stall", 0);
}

/* A group is read as a whole, however large, and handed out one by one */
static void groups(void)
{
	const struct mock *m;
	struct ds_fault f;
	struct world w;
	unsigned int i, n = 20;
	char what[64];

	if (pages_up(&w, &raw_pri, "pri", 0))
		goto out;
	m = &w.rig.mock;
	for (i = 1; i <= n; i++) {
		snprintf(what, sizeof(what), "7 %x000 r%s", i, i == n ? "l" : "");
		IS(0, mock_ep_pages(m, "ep0", what));
	}
	for (i = 1; i <= n && !next(w.unit, &f); i++) {
		CHECK(f.kind == DS_FAULT_PAGE && f.addr == i * PAGE_4K && f.group == 7);
		CHECK(f.access == (DS_ACCESS_READ | (i == n ? DS_ACCESS_LAST : 0)));
	}
	CHECK(i == n + 1);
	CHECK(!readable(w.unit, 0));
	IS(0, ds_respond(w.unit, f.cookie, true));
	/* One with a PASID that is attached, too */
	IS(0, ds_attach(w.dev[0], 5, DS_STAGE1, w.s1));
	IS(0, mock_ep_pages(m, "ep0", "3 9000 wl 5"));
	IS(0, next(w.unit, &f));
	CHECK(f.pasid == 5 && f.access == (DS_ACCESS_WRITE | DS_ACCESS_LAST));
	IS(0, ds_respond(w.unit, f.cookie, false));
out:
	world_down(&w);
}

/* Faults without end do not keep a page request waiting */
static void in_turns(void)
{
	struct ds_s1 *plain = NULL;
	struct s1 tables;
	struct ds_fault f;
	struct world w;
	unsigned int i, pages = 0;

	if (pages_up(&w, &raw_pri, "pri", 0))
		goto out;
	IS(0, mock_ep_pages(&w.rig.mock, "ep0", "1 1000 rl"));
	IS(0, mock_ep_pages(&w.rig.mock, "ep0", "2 2000 rl"));
	IS(0, next(w.unit, &f));
	CHECK(f.kind == DS_FAULT_PAGE);
	IS(0, ds_respond(w.unit, f.cookie, true));
	/* Its PASID has stage-1 whose faults are events */
	IS(0, world_s1_of(&w, 0, &tables, &plain));
	IS(0, ds_attach(w.dev[0], 5, DS_STAGE1, plain));
	IS(0, ep_ats(&w.vdev[0], 0));
	IS(0, ep_pasid(&w.vdev[0], 5 | MOCK_EP_PASID_VALID));
	IS(0, make_faults(&w, 8, 0));
	CHECK(readable(w.unit, WAIT_MS));
	for (i = 0; i < 2; i++) {
		IS(0, next(w.unit, &f));
		pages += f.kind == DS_FAULT_PAGE;
		if (f.kind == DS_FAULT_PAGE)
			IS(0, ds_respond(w.unit, f.cookie, true));
		else
			CHECK(f.kind == DS_FAULT_UNMAPPED && f.pasid == 5);
	}
	CHECK(pages == 1);
	IS(0, ds_attach(w.dev[0], 5, DS_BLOCKED, NULL));
	IS(0, ds_s1_free(plain));
out:
	world_down(&w);
}

/* Kernels without these queues; and queues that fail when they are read */
static void no_queues(void)
{
	struct ds_fault f;
	struct world w;

	if (world_mock(&w, &smmu) || world_ram(&w, 0) || world_dev(&w, 0))
		goto out;
	inject_arm_ioctl(IOMMU_VEVENTQ_ALLOC, 1, ENOTTY);
	inject_on();
	if (world_unit(&w, 0))
		goto out;
	inject_disarm();
	CHECK(w.unit->events < 0 && w.unit->pages >= 0);
	CHECK(ds_unit_fd(w.unit) >= 0);
	REFUSED(-EAGAIN, ds_unit_read(w.unit, &f), "next");
	world_leave(&w);
	if (world_ram(&w, 0) || world_dev(&w, 0))
		goto out;
	inject_arm_ioctl(IOMMU_FAULT_QUEUE_ALLOC, 1, ENOTTY);
	inject_on();
	if (world_unit(&w, DS_UNIT_NO_RAW))
		goto out;
	inject_disarm();
	REFUSED(-EOPNOTSUPP, world_s1_of(&w, DS_S1_FAULTS, &w.tables, &w.s1), "no queues");
	w.s1 = NULL;
	REFUSED(-ENOENT, ds_respond(w.unit, 0, true), "no page requests");
	REFUSED(-EAGAIN, ds_unit_read(w.unit, &f), "next");
out:
	inject_disarm();
	world_down(&w);
}

static void neither(void)
{
	struct ds_fault f;
	struct world w;

	if (world_mock(&w, &raw) || world_ram(&w, 0) || world_dev(&w, 0))
		goto out;
	inject_arm_ioctl(IOMMU_FAULT_QUEUE_ALLOC, 1, EOPNOTSUPP);
	inject_on();
	if (world_unit(&w, DS_UNIT_NO_RAW))
		goto out;
	inject_disarm();
	REFUSED(-EOPNOTSUPP, ds_unit_fd(w.unit), "neither");
	REFUSED(-EAGAIN, ds_unit_read(w.unit, &f), "next");
out:
	inject_disarm();
	world_down(&w);
}

static void failing_queues(void)
{
	struct ds_fault f;
	struct world w;

	if (pages_up(&w, &raw_pri, "pri", 0))
		goto out;
	IS(0, mock_ep_pages(&w.rig.mock, "ep0", "1 1000 rl"));
	CHECK(readable(w.unit, WAIT_MS));
	inject_arm(INJECT_FILES, 1, EIO);
	REFUSED(-EIO, INJECTED(ds_unit_read(w.unit, &f)), "next fault");
	inject_arm(INJECT_MEMORY, 1, ENOMEM);
	IS(0, INJECTED(ds_unit_read(w.unit, &f)));
	inject_disarm();
	inject_arm(INJECT_FILES, 1, EIO);
	REFUSED(-EIO, INJECTED(ds_respond(w.unit, f.cookie, true)), "response");
	inject_disarm();
	IS(0, ds_respond(w.unit, f.cookie, true));
	/* A group for which there is never room, as the kernel says, ends in words */
	inject_arm(INJECT_FILES, 1, EINVAL);
	inject_all();
	REFUSED(-EPROTO, INJECTED(ds_unit_read(w.unit, &f)), "next fault");
	inject_disarm();
	IS(-EAGAIN, ds_unit_read(w.unit, &f));
out:
	inject_disarm();
	world_down(&w);
}

static const struct test tests[] = {
	{ "kinds_raw", kinds_raw }, { "kinds_smmu", kinds_smmu }, { "entry_bad", entry_bad },
	{ "context_bad", context_bad }, { "gone", gone }, { "lost_raw", lost_raw },
	{ "lost_smmu", lost_smmu }, { "unread", unread }, { "pages_vtd", pages_vtd },
	{ "pages_raw", pages_raw }, { "pages_smmu", pages_smmu },
	{ "pages_stall", pages_stall }, { "groups", groups }, { "in_turns", in_turns },
	{ "no_queues", no_queues }, { "neither", neither },
	{ "failing_queues", failing_queues },
};

int main(void)
{
	return test_main(tests, ARRAY_SIZE(tests));
}
