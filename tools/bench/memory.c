// SPDX-License-Identifier: GPL-2.0-only
/*
 * (e) Memory
 *
 * The kernel's own counts, while more and more objects of a kind are made. A
 * round is the growth by a batch of them, divided by their number: what was
 * free in slabs before is soon used up. What an object of iommufd's takes is in
 * it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define PART		"memory"
enum { INSTANCE, INSTANCE_EP, PARENT, VIOMMU, NESTED_HWPT, PASID_ATTACH, NR };

/* @batch: how many in a round */
static const struct {
	const char *name;
	unsigned int batch;
} kinds[NR] = {
	[INSTANCE] = { "instance, live, default caches", 4 },
	[INSTANCE_EP] = { "the same, with an endpoint in use", 4 },
	[PARENT] = { "nesting parent of 4 MiB of guest RAM", 64 },
	[VIOMMU] = { "vIOMMU", 512 },
	[NESTED_HWPT] = { "nested HWPT", 2000 },
	[PASID_ATTACH] = { "nested HWPT, attached to a PASID", 512 },
};

struct memory_series {
	struct series *all;
	struct series *slab;
	struct series *tables;
	struct series *other;
};

static void add(const struct memory_series *of, unsigned int kind,
		const struct memory *before, const struct memory *after)
{
	double slab = after->slab - before->slab;
	double tables = after->tables - before->tables;
	double other = after->other - before->other;
	double n = kinds[kind].batch;

	series_add(of[kind].all, (slab + tables + other) / n);
	series_add(of[kind].slab, slab / n);
	series_add(of[kind].tables, tables / n);
	series_add(of[kind].other, other / n);
}

static void *array(size_t n, size_t size)
{
	void *p = calloc(n, size);

	must(p ? 0 : -ENOMEM, "memory for %zu", n);
	/* So that it does not take memory in between */
	memset(p, 0xff, n * size);
	return p;
}

static void make_instance(struct rig *r, unsigned int kind, unsigned int i)
{
	char name[32];
	const struct setup setup = {
		.name = name,
		.nr_eps = kind == INSTANCE_EP,
	};

	snprintf(name, sizeof(name), "bench-mem%u", i);
	setup_mock(r, &setup);
	must(rig_devices(r), "%s", name);
}

static void grow_instances(const struct memory_series *of, unsigned int kind,
			   unsigned int rounds)
{
	unsigned int batch = kinds[kind].batch, n = rounds * batch, i;
	struct rig *r = array(n, sizeof(*r));
	struct memory before, after;

	before = memory_now();
	for (i = 0; i < n; i++) {
		make_instance(&r[i], kind, i);
		if (i % batch != batch - 1)
			continue;
		after = memory_now();
		add(of, kind, &before, &after);
		before = after;
	}
	for (i = 0; i < n; i++)
		must(rig_down(&r[i]), "taking an instance down");
	free(r);
}

static void make_hwpt(struct rig *r, unsigned int kind, unsigned int i,
		      uint32_t *hwpt)
{
	if (kind == PARENT) {
		must(dsi_hwpt_paging(r->iommufd, r->dev[0].id, r->ioas,
				     IOMMU_HWPT_ALLOC_NEST_PARENT |
				     r->cfg.parent_flags, hwpt),
		     "nesting parent %u", i);
		return;
	}
	if (kind == VIOMMU) {
		must(dsi_viommu(r->iommufd, r->dev[0].id, r->nest.parent, hwpt),
		     "vIOMMU %u", i);
		return;
	}
	must(rig_hwpt(r, &r->s1, hwpt), "nested HWPT %u", i);
	if (kind == PASID_ATTACH)
		must(vdev_attach_pasid(&r->dev[0], 1 + i, *hwpt),
		     "attaching to PASID %u", 1 + i);
}

static void drop_hwpt(struct rig *r, unsigned int kind, unsigned int i,
		      uint32_t hwpt)
{
	if (kind == PASID_ATTACH)
		must(vdev_detach_pasid(&r->dev[0], 1 + i),
		     "detaching PASID %u", 1 + i);
	must(dsi_destroy(r->iommufd, hwpt), "destroying HWPT %u", i);
}

static void grow_hwpts(struct rig *r, const struct memory_series *of,
		       unsigned int kind, unsigned int rounds)
{
	unsigned int batch = kinds[kind].batch, n = rounds * batch, i;
	uint32_t *hwpt = array(n, sizeof(*hwpt));
	struct memory before, after;

	before = memory_now();
	for (i = 0; i < n; i++) {
		make_hwpt(r, kind, i, &hwpt[i]);
		if (i % batch != batch - 1)
			continue;
		after = memory_now();
		add(of, kind, &before, &after);
		before = after;
	}
	for (i = 0; i < n; i++)
		drop_hwpt(r, kind, i, hwpt[i]);
	free(hwpt);
}

static void print(const struct memory_series *of)
{
	unsigned int i;

	put_label(36, "bytes for one");
	put_text(9, "all");
	put_gap(21);
	put_text(9, "slab");
	put_text(14, "IOMMU tables");
	put_text(8, "other");
	put_end();
	for (i = 0; i < NR; i++) {
		struct stats st = series_stats(of[i].all);

		if (!st.n)
			continue;
		put_label(36, "%s", kinds[i].name);
		put_text(9, "%.0f", st.median);
		put_label(19, "[%.0f..%.0f]", st.q1, st.q3);
		put_text(9, "%.0f", series_median(of[i].slab));
		put_text(14, "%.0f", series_median(of[i].tables));
		put_text(8, "%.0f", series_median(of[i].other));
		put_end();
	}
}

void bench_memory(unsigned int rounds)
{
	const struct setup setup = {
		.name = "bench-memory",
		.nr_eps = 1,
		.pasid_bits = 20,
	};
	struct memory_series of[NR];
	unsigned int i;
	struct rig r;

	heading("(e) Memory");
	for (i = 0; i < NR; i++) {
		const char *name = kinds[i].name;

		of[i].all = series_new(PART, "bytes", "%s", name);
		of[i].slab = series_new(PART, "bytes", "%s, slab", name);
		of[i].tables = series_new(PART, "bytes", "%s, IOMMU tables",
					  name);
		of[i].other = series_new(PART, "bytes", "%s, other", name);
	}
	grow_instances(of, INSTANCE, rounds);
	grow_instances(of, INSTANCE_EP, rounds);
	setup_up(&r, &setup);
	grow_hwpts(&r, of, PARENT, rounds);
	if (vendor == MOCK_SMMUV3)
		grow_hwpts(&r, of, VIOMMU, rounds);
	grow_hwpts(&r, of, NESTED_HWPT, rounds);
	if (vendor == MOCK_VTD)
		grow_hwpts(&r, of, PASID_ATTACH, rounds);
	must(rig_down(&r), "taking %s down", setup.name);
	print(of);
	summary_add("(e) a nesting parent of 4 MiB, bytes",
		    series_median(of[PARENT].all));
	summary_add("(e) a nested HWPT, bytes",
		    series_median(of[NESTED_HWPT].all));
}
