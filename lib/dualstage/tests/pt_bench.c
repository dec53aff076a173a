// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long mapping and unmapping take, on mock hardware: a table, no test. In UML a system
 * call is dear, so what counts is how few there are. The median of several rounds
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <sys/syscall.h>

#include "pt_world.h"

#define ROUNDS	9
#define TIMES	200
#define BATCH	64u

static struct pt_world p;

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static int map(unsigned int i, unsigned int n)
{
	return ds_pt_map(p.pt, PT_IOVA + i * PAGE_4K, RIG_GPA, n * PAGE_4K, DS_RW);
}

static int unmap(unsigned int i, unsigned int n, unsigned int flags)
{
	return ds_pt_unmap(p.pt, PT_IOVA + i * PAGE_4K, n * PAGE_4K, flags, NULL);
}

static int nothing(void)
{
	return syscall(SYS_getppid) < 0;
}

static int invalidation(void)
{
	return ds_inv(ds_pt_s1(p.pt), PT_IOVA, PAGE_4K, 0);
}

static int one(void)
{
	return map(0, 1) ?: unmap(0, 1, 0);
}

static int one_by_one(void)
{
	unsigned int i;
	int rc = 0;

	for (i = 0; i < BATCH && !rc; i++)
		rc = map(i, 1);
	for (i = 0; i < BATCH && !rc; i++)
		rc = unmap(i, 1, 0);
	return rc;
}

static int later(void)
{
	unsigned int i;
	int rc = 0;

	for (i = 0; i < BATCH && !rc; i++)
		rc = map(i, 1);
	for (i = 0; i < BATCH && !rc; i++)
		rc = unmap(i, 1, DS_LATER);
	return rc ?: ds_pt_sync(p.pt);
}

static int in_one_call(void)
{
	return map(0, BATCH) ?: unmap(0, BATCH, 0);
}

static const struct {
	const char *what;
	int (*run)(void);
	unsigned int per;	/* as many pages, or calls */
} benches[] = {
	{ "a system call that does nothing", nothing, 1 },
	{ "an invalidation alone", invalidation, 1 },
	{ "a page: map, unmap, sync", one, 1 },
	{ "64 pages: map, unmap and sync each", one_by_one, BATCH },
	{ "64 pages: map, unmap each, one sync", later, BATCH },
	{ "64 pages: one map, one unmap, one sync", in_one_call, BATCH },
};

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* ns for one, or -1 */
static double measure(int (*run)(void), unsigned int per)
{
	unsigned int times = TIMES / per + 1, i, k;
	uint64_t took[ROUNDS];

	for (i = 0; i < ROUNDS; i++) {
		took[i] = now();
		for (k = 0; k < times; k++)
			if (run())
				return -1;
		took[i] = now() - took[i];
	}
	qsort(took, ROUNDS, sizeof(took[0]), compare);
	return (double)took[ROUNDS / 2] / times / per;
}

static int bench(const char *name)
{
	unsigned int i;
	int bad = 0;

	if (pt_up(&p, pt_kind(name), 0))
		return 1;
	printf("%s: ns for a page\n", name);
	for (i = 0; i < ARRAY_SIZE(benches); i++) {
		double ns = measure(benches[i].run, benches[i].per);

		printf("  %-42s %10.0f\n", benches[i].what, ns);
		bad |= ns < 0;
	}
	pt_down(&p);
	return bad;
}

int main(void)
{
	return bench("vtd") | bench("vtd_raw") | bench("smmu") | bench("smmu_no_ril");
}
