// SPDX-License-Identifier: GPL-2.0-only
/*
 * Several threads in the library at once, as its header allows it. This is built twice:
 * with the sanitizers of the other tests, and with that of data races
 */
#include <pthread.h>

#include "test.h"
#include "world.h"

#define IOVA	0x0000123456789000ull
#define FREE	(RIG_GPA + SZ_1G)
#define MAPPERS	4

static uint8_t page[PAGE_4K] __attribute__((aligned(4096)));

/* A thread's world, and what went wrong there: test_fail() is for one thread */
struct job {
	struct world *w;
	unsigned int i;
	int rc;
	int line;
};

#define DO(call) do { \
	if (!job->rc) { \
		job->rc = (call); \
		job->line = __LINE__; \
	} \
	} while (0)

static void run(struct job *jobs, unsigned int n, void *(*fn)(void *arg))
{
	pthread_t t[MAPPERS + 2];
	unsigned int i;

	for (i = 0; i < n; i++)
		CHECK(!pthread_create(&t[i], NULL, fn, &jobs[i]));
	for (i = 0; i < n; i++) {
		CHECK(!pthread_join(t[i], NULL));
		if (jobs[i].rc)
			test_fail(__FILE__, jobs[i].line, "thread %u: %d", i, jobs[i].rc);
	}
}

static void *map_and_unmap(void *arg)
{
	struct job *job = arg;
	struct ds_ram *ram = job->w->ram;
	const uint64_t ipa = FREE + job->i * 4 * PAGE_4K;
	struct ds_range ranges[8];
	unsigned int i;
	size_t n;

	for (i = 0; i < 200 && !job->rc; i++) {
		DO(ds_ram_map(ram, ipa, PAGE_4K, page, i & 1 ? DS_READ : DS_RW));
		DO(ds_ram_map(ram, ipa + 2 * PAGE_4K, PAGE_4K, page, DS_RW));
		/* Somebody else's: refused, with words of this thread's */
		DO(ds_ram_map(ram, RIG_GPA, PAGE_4K, page, DS_RW) != -EEXIST);
		DO(!strstr(ds_why(), "mapped there"));
		n = 8;
		DO(ds_ram_ranges(ram, ranges, &n));
		ds_ram_left_out(ram);
		DO(ds_ram_unmap(ram, ipa, 3 * PAGE_4K));
	}
	return NULL;
}

/* Threads that map and unmap side by side do not see each other's */
static void mapping(void)
{
	const struct rig_config cfg = { .type = MOCK_VTD };
	struct job jobs[MAPPERS] = { 0 };
	struct world w;
	unsigned int i;

	if (!world_unit_up(&w, &cfg, 0, 0)) {
		for (i = 0; i < MAPPERS; i++)
			jobs[i] = (struct job){ .w = &w, .i = i };
		run(jobs, MAPPERS, map_and_unmap);
		REFUSED(-ENOENT, ds_ram_unmap(w.ram, FREE, SZ_1G), "nothing");
	}
	world_down(&w);
}

static void *invalidate(void *arg)
{
	struct job *job = arg;
	struct ds_unit *unit = job->w->unit;
	struct ds_dev *dev = job->w->dev[1];
	unsigned int i;

	/* The last one has the device, the others invalidate */
	for (i = 0; i < (job->i ? 300u : 20u) && !job->rc; i++) {
		if (job->i) {
			DO(ds_inv(job->w->s1, IOVA, PAGE_4K, 0));
			DO(ds_inv_all(job->w->s1));
			DO(ds_respond(unit, 1, true) != -ENOENT);
			continue;
		}
		DO(ds_attach(dev, DS_RID, i & 1 ? DS_BYPASS : DS_STAGE1,
			     i & 1 ? NULL : job->w->s1));
		DO(ds_unit_move(unit, dev, 0x1000 + i));
		DO(ds_unit_remove(unit, dev));
		DO(ds_unit_add(unit, dev, 0x100 + i));
	}
	return NULL;
}

static void invalidating(enum mock_type type)
{
	const struct rig_config cfg = { .type = type, .ats = true, .nr_eps = 2 };
	struct job jobs[3] = { 0 };
	struct world w;
	unsigned int i;

	if (!world_up(&w, &cfg, 0)) {
		for (i = 0; i < 3; i++)
			jobs[i] = (struct job){ .w = &w, .i = i };
		run(jobs, 3, invalidate);
	}
	world_down(&w);
}

static void invalidating_vtd(void)
{
	invalidating(MOCK_VTD);
}

static void invalidating_smmu(void)
{
	invalidating(MOCK_SMMUV3);
}

static void *own_unit(void *arg)
{
	struct job *job = arg;
	struct ds_dev *dev = job->w->dev[job->i];
	struct ds_unit *unit = NULL;
	struct ds_fault fault;
	struct ds_pt *pt = NULL;
	unsigned int i;

	for (i = 0; i < 15 && !job->rc; i++) {
		DO(ds_unit_new(job->w->ram, dev, 0, &unit));
		DO(ds_unit_add(unit, dev, 5));
		DO(ds_pt_new(unit, dev, 0, &pt));
		DO(ds_pt_map(pt, SZ_1G, RIG_GPA, SZ_1M, DS_READ | DS_WRITE));
		DO(ds_attach(dev, DS_RID, DS_STAGE1, ds_pt_s1(pt)));
		DO(ds_pt_unmap(pt, SZ_1G, SZ_1M, 0, NULL));
		DO(ds_unit_read(unit, &fault) != -EAGAIN);
		DO(ds_unit_remove(unit, dev));
		DO(ds_pt_free(pt));
		DO(ds_unit_free(unit));
	}
	return NULL;
}

/* Units come and go on one memory, each with its own device and thread */
static void units(enum mock_type type)
{
	const struct rig_config cfg = { .type = type, .nr_eps = 2 };
	struct job jobs[2] = { 0 };
	struct world w;
	unsigned int i;

	if (!world_mock(&w, &cfg) && !world_ram(&w, 0) && !world_dev(&w, 0) &&
	    !world_dev(&w, 1)) {
		for (i = 0; i < 2; i++)
			jobs[i] = (struct job){ .w = &w, .i = i };
		run(jobs, 2, own_unit);
	}
	world_down(&w);
}

static void units_vtd(void)
{
	units(MOCK_VTD);
}

static void units_smmu(void)
{
	units(MOCK_SMMUV3);
}

static const struct test tests[] = {
	{ "mapping", mapping }, { "invalidating_vtd", invalidating_vtd },
	{ "invalidating_smmu", invalidating_smmu }, { "units_vtd", units_vtd },
	{ "units_smmu", units_smmu },
};

int main(void)
{
	return test_main(tests, ARRAY_SIZE(tests));
}
