// SPDX-License-Identifier: GPL-2.0-only
/*
 * (b) A guest maps pages, its device uses them, the guest unmaps them
 *
 * Nested, the VMM passes on the invalidation that ends it. Shadowed, the VMM
 * maps each page of the guest's into an IOAS and unmaps it again, as it has to
 * where hardware knows one stage. One endpoint is attached this way, another one
 * that way, so that a round has both.
 *
 * What the guest and its trap cost is the same for both and is left out.
 */
#include <errno.h>
#include <stdlib.h>

#include "bench.h"

#define PART	"map-unmap"
#define IOVA	0x100000000ull
#define MAX	64

enum { NESTED, SHADOWED };

/* Cycles in a try */
static const struct {
	unsigned int pages;
	unsigned int cycles[2];
} sizes[] = {
	{ 1, { 32, 16 } }, { 16, { 32, 1 } }, { MAX, { 16, 1 } },
};

#define TRIES	8

#define NR	ARRAY_SIZE(sizes)

struct size_series {
	struct series *nested;
	struct series *shadowed;
	struct series *ratio;
	struct series *kernel_ratio;
};

struct shadow {
	struct rig rig;
	uint32_t ioas;
	uint64_t gpa[MAX];
	uint64_t *entry[MAX];
	uint64_t pte[MAX];
	struct inval_array inv;
};

static uint64_t iova_of(unsigned int i)
{
	return IOVA + 2 * i * PAGE_4K;
}

static void nested_map(struct shadow *s, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		s1_set(s->entry[i], s->pte[i]);
}

static void nested_unmap(struct shadow *s, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		s1_set(s->entry[i], 0);
	inval_send(&s->inv, n);
}

static void shadow_map(struct shadow *s, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		must(dsi_ioas_map(s->rig.iommufd, s->ioas,
				  guest_ptr(&s->rig.guest, s->gpa[i]), PAGE_4K,
				  iova_of(i), DSI_RW), "mapping a page");
}

static void shadow_unmap(struct shadow *s, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		must(dsi_ioas_unmap(s->rig.iommufd, s->ioas, iova_of(i),
				    PAGE_4K), "unmapping a page");
}

static const struct {
	void (*map)(struct shadow *s, unsigned int n);
	void (*unmap)(struct shadow *s, unsigned int n);
} ways[] = {
	[NESTED] = { nested_map, nested_unmap },
	[SHADOWED] = { shadow_map, shadow_unmap },
};

/* It is the real thing: the device reaches a page while it is mapped, only */
static void check(struct shadow *s, unsigned int way)
{
	unsigned int i;

	ways[way].map(s, MAX);
	for (i = 0; i < MAX; i += MAX - 1)
		must(rig_sees(&s->rig, way, iova_of(i), i), "DMA to page %u", i);
	ways[way].unmap(s, MAX);
	for (i = 0; i < MAX; i += MAX - 1)
		must(rig_sees(&s->rig, way, iova_of(i), i) == -EFAULT ? 0 : -EIO,
		     "DMA to page %u, which is not mapped", i);
}

struct cycle {
	struct shadow *s;
	unsigned int way;
	unsigned int pages;
};

static void cycle(void *arg)
{
	const struct cycle *c = arg;

	ways[c->way].map(c->s, c->pages);
	ways[c->way].unmap(c->s, c->pages);
}

/* For a page, in ns */
static double sample(struct shadow *s, unsigned int way, unsigned int size)
{
	struct cycle c = { s, way, sizes[size].pages };

	return shortest(TRIES, sizes[size].cycles[way], cycle, &c) / c.pages;
}

static void setup(struct shadow *s)
{
	const struct setup setup = { .name = "bench-shadow", .nr_eps = 2 };
	struct rig *r = &s->rig;
	unsigned int i;

	setup_up(r, &setup);
	must(dsi_ioas_alloc(r->iommufd, &s->ioas), "an IOAS");
	must(vdev_attach_id(&r->dev[SHADOWED], s->ioas), "attaching to an IOAS");
	for (i = 0; i < MAX; i++) {
		/* The page itself, and the tables that lead to its entry */
		s->gpa[i] = rig_page(r, &r->s1, iova_of(i), i);
		must(s->gpa[i] ? 0 : -ENOMEM, "guest RAM");
		s->entry[i] = s1_entry(&r->s1, iova_of(i), 1);
		s->pte[i] = s1_get(s->entry[i]);
		s1_set(s->entry[i], 0);
	}
	inval_make(&s->inv, r, IOVA, MAX);
	must(rig_inv_all(r), "invalidating all");
}

static void new_series(struct size_series *of)
{
	unsigned int i;

	for (i = 0; i < NR; i++) {
		of[i].nested = series_new(PART, "ns", "page of %u, nested",
					  sizes[i].pages);
		of[i].shadowed = series_new(PART, "ns", "page of %u, shadowed",
					    sizes[i].pages);
		of[i].ratio = series_new(PART, "ratio",
					 "page of %u, shadowed to nested",
					 sizes[i].pages);
		of[i].kernel_ratio = series_new(PART, "ratio",
						"page of %u, shadowed to nested less system calls",
						sizes[i].pages);
	}
}

static void add(struct size_series *of, unsigned int size, double nested,
		double shadowed, double call)
{
	series_add(of[size].nested, nested);
	series_add(of[size].shadowed, shadowed);
	series_add(of[size].ratio, shadowed / nested);
	/* One call for all pages, against two calls for each */
	series_add(of[size].kernel_ratio, (shadowed - 2 * call) /
		   (nested - call / sizes[size].pages));
}

static void print(const struct size_series *of)
{
	unsigned int i;

	put_label(9, "pages at");
	put_text(8, "nested");
	put_gap(17);
	put_text(8, "shadowed");
	put_gap(17);
	put_text(8, "ratio");
	put_gap(17);
	put_text(12, "less system");
	put_end();
	put_label(9, "once");
	put_text(8, "us/page");
	put_gap(17);
	put_text(8, "us/page");
	put_gap(17 + 8 + 17);
	put_text(12, "calls");
	put_end();
	for (i = 0; i < NR; i++) {
		put_label(9, "%u", sizes[i].pages);
		put_spread_of(8, of[i].nested, 1000);
		put_spread_of(8, of[i].shadowed, 1000);
		put_spread(8, of[i].ratio);
		put_number(12, series_median(of[i].kernel_ratio));
		put_end();
	}
}

void bench_shadow(unsigned int rounds)
{
	static struct shadow s;
	struct size_series of[NR];
	unsigned int round, i;

	heading("(b) A guest maps and unmaps pages of 4K: nested, and shadowed in an IOAS");
	setup(&s);
	check(&s, NESTED);
	check(&s, SHADOWED);
	new_series(of);

	for (round = 0; round < rounds; round++) {
		struct overhead o = overhead_sample();

		for (i = 0; i < NR; i++) {
			unsigned int size = (i + round) % NR;
			double ns[2];

			ns[round % 2] = sample(&s, round % 2, size);
			ns[!(round % 2)] = sample(&s, !(round % 2), size);
			add(of, size, ns[NESTED], ns[SHADOWED], o.syscall);
		}
	}
	must(rig_down(&s.rig), "taking the instance down");
	free(s.inv.entries);
	print(of);
	summary_add("(b) one page mapped and unmapped, shadowed to nested, ratio",
		    series_median(of[0].ratio));
	summary_add("(b) each of 64 pages at once, shadowed to nested, ratio",
		    series_median(of[NR - 1].ratio));
	summary_add("(b)   the same less system calls, ratio",
		    series_median(of[NR - 1].kernel_ratio));
}
