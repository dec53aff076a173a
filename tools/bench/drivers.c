// SPDX-License-Identifier: GPL-2.0-only
/*
 * (f) This project's driver and the kernel's own, on units that are alike
 *
 * In a round the unit of one driver comes, does all operations and goes, and then that
 * of the other: the kernel asks one driver at a time whether PCI functions are behind
 * a VT-d. Which of them is the first changes from round to round. A round gives a
 * ratio, ours to theirs.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench.h"

#define PART		"drivers"
#define TRIES		8
#define INV_IOVA	0x100000000ull
#define MAP_IOVA	0x200000000ull
/* Nothing is mapped there at stage-1 */
#define NO_IOVA		0x300000000ull
#define MAX_ENTRIES	4096

enum { OURS, THEIRS, DRIVERS };
enum { NESTED_A, NESTED_B, PARENT, HWPTS };
/* Endpoints: one with a guest behind it, one of the host's own */
enum { GUEST, HOST };

/**
 * struct side - a unit, with all that is done by its driver
 * @rig: the instance, its first endpoint attached to a nested HWPT
 * @inv: invalidations of one page each
 * @hwpt: two nested HWPTs, and the parent
 * @ioas: where the second endpoint is attached
 * @events: SMMUv3: vEVENTQ, a file descriptor
 */
struct side {
	struct rig rig;
	struct inval_array inv;
	uint32_t hwpt[HWPTS];
	uint32_t ioas;
	int events;
};

static void invalidate(struct side *s, unsigned int nr)
{
	inval_send(&s->inv, nr);
}

static void attach(struct side *s, unsigned int which)
{
	must(vdev_attach_id(&s->rig.dev[GUEST], s->hwpt[which]), "an attach");
}

/* And back */
static void replace(struct side *s, unsigned int by)
{
	attach(s, by);
	attach(s, NESTED_A);
}

static void detach_attach(struct side *s, unsigned int to)
{
	must(vdev_detach(&s->rig.dev[GUEST]), "a detach");
	attach(s, to);
}

static void alloc_nested(struct side *s, unsigned int nothing __attribute__((unused)))
{
	uint32_t hwpt;

	must(rig_hwpt(&s->rig, &s->rig.s1, &hwpt), "a nested HWPT");
	must(dsi_destroy(s->rig.iommufd, hwpt), "the end of a nested HWPT");
}

static void alloc_paging(struct side *s, unsigned int nothing __attribute__((unused)))
{
	uint32_t hwpt;

	must(dsi_hwpt_paging(s->rig.iommufd, s->rig.dev[HOST].id, s->ioas, 0, &hwpt),
	     "a paging HWPT");
	must(dsi_destroy(s->rig.iommufd, hwpt), "the end of a paging HWPT");
}

static void map_unmap(struct side *s, uint32_t ioas, uint64_t size)
{
	must(dsi_ioas_map(s->rig.iommufd, ioas, guest_ptr(&s->rig.guest, RIG_GPA), size,
			  MAP_IOVA, DSI_RW), "mapping %llu bytes",
	     (unsigned long long)size);
	must(dsi_ioas_unmap(s->rig.iommufd, ioas, MAP_IOVA, size), "unmapping them");
}

static void map_host(struct side *s, unsigned int size)
{
	map_unmap(s, s->ioas, size);
}

static void map_parent(struct side *s, unsigned int size)
{
	map_unmap(s, s->rig.ioas, size);
}

/* As far as somebody is told of it, who is not the kernel log */
static void fault(struct side *s, unsigned int nothing __attribute__((unused)))
{
	struct dsi_vevent ev;
	struct ep_result res;

	must(ep_read(&s->rig.dev[GUEST], NO_IOVA, 64, 0, &res) == -EFAULT ? 0 : -EIO,
	     "a DMA that has no translation");
	if (s->events >= 0)
		must(dsi_vevent(s->events, 10000, &ev), "the event of a fault");
}

static const struct op {
	const char *name;
	unsigned int times;
	void (*run)(struct side *s, unsigned int arg);
	unsigned int arg;
} ops[] = {
	{ "invalidate 1 page of a guest's", 48, invalidate, 1 },
	{ "invalidate 16 of them in a call", 48, invalidate, 16 },
	{ "invalidate 256", 12, invalidate, 256 },
	{ "invalidate 4096", 1, invalidate, MAX_ENTRIES },
	{ "replace nested by nested, and back", 16, replace, NESTED_B },
	{ "replace nested by parent, and back", 16, replace, PARENT },
	{ "detach, attach nested", 16, detach_attach, NESTED_A },
	{ "nested HWPT: allocate, destroy", 16, alloc_nested, 0 },
	{ "paging HWPT: allocate, destroy", 8, alloc_paging, 0 },
	{ "map, unmap 4K", 16, map_host, PAGE_4K },
	{ "map, unmap 2M in pages of 4K", 1, map_host, 2 * SZ_1M },
	{ "map, unmap 4K under a guest", 16, map_parent, PAGE_4K },
	{ "map, unmap 2M under a guest", 1, map_parent, 2 * SZ_1M },
	{ "a guest's fault", 16, fault, 0 },
};

#define NR	ARRAY_SIZE(ops)

static int side_up(struct side *s, unsigned int which)
{
	const struct setup setup = {
		.name = which == OURS ? "bench-ours" : "bench-theirs",
		.nr_eps = 2,
	};
	struct rig *r = &s->rig;
	uint32_t id;
	struct s1 b;
	int rc;

	setup_mock(r, &setup);
	must(mock_set_text(&r->mock, "driver", which == OURS ? "nested" : "in-tree"),
	     "the driver of %s", r->mock.name);
	rc = rig_devices(r);
	if (rc)
		return rc;
	must(rig_guest(r), "guest RAM");
	must(rig_parent(r), "the nesting parent");
	must(rig_nested(r), "the nested HWPT");
	must(rig_s1(r, &b), "a second stage-1");
	s->hwpt[NESTED_A] = r->nested;
	must(rig_hwpt(r, &b, &s->hwpt[NESTED_B]), "a second nested HWPT");
	s->hwpt[PARENT] = r->nest.parent;

	must(dsi_ioas_alloc(r->iommufd, &s->ioas), "an IOAS");
	must(vdev_attach_id(&r->dev[HOST], s->ioas), "attaching to an IOAS");
	s->events = -1;
	if (vendor == MOCK_SMMUV3)
		must(dsi_veventq(r->iommufd, r->nest.viommu, 64, &id, &s->events),
		     "a vEVENTQ");
	inval_make(&s->inv, r, INV_IOVA, MAX_ENTRIES);
	return 0;
}

static void side_down(struct side *s)
{
	free(s->inv.entries);
	/* It has the iommufd live on */
	if (s->events >= 0)
		close(s->events);
	must(rig_down(&s->rig), "taking %s down", s->rig.mock.name);
}

static void print(struct series *(*of)[DRIVERS], struct series *const *ratio)
{
	unsigned int i;

	put_gap(36);
	put_text(9, "ours");
	put_gap(17);
	put_text(9, "in-tree");
	put_gap(17);
	put_text(8, "ratio");
	put_end();
	put_gap(36);
	put_text(9, "us");
	put_gap(17);
	put_text(9, "us");
	put_end();
	for (i = 0; i < NR; i++) {
		put_label(36, "%s", ops[i].name);
		put_spread_of(9, of[i][OURS], 1000);
		put_spread_of(9, of[i][THEIRS], 1000);
		put_spread(8, ratio[i]);
		put_end();
	}
}

struct call {
	struct side *side;
	const struct op *op;
};

static void run_op(void *arg)
{
	const struct call *call = arg;

	call->op->run(call->side, call->op->arg);
}

/* false if the driver is not there */
static bool sample(unsigned int which, struct series *(*of)[DRIVERS])
{
	static struct side side;
	unsigned int i;

	if (side_up(&side, which)) {
		must(rig_down(&side.rig), "taking %s down", side.rig.mock.name);
		return false;
	}
	for (i = 0; i < NR; i++) {
		struct call call = { &side, &ops[i] };

		series_add(of[i][which],
			   shortest(TRIES, ops[i].times, run_op, &call));
	}
	side_down(&side);
	return true;
}

static bool measure(unsigned int rounds, struct series *(*of)[DRIVERS],
		    struct series **ratio)
{
	unsigned int round, turn, i;

	for (round = 0; round < rounds; round++) {
		overhead_sample();
		for (turn = 0; turn < DRIVERS; turn++)
			if (!sample((turn + round) % DRIVERS, of))
				return false;
		for (i = 0; i < NR; i++)
			series_add(ratio[i], series_last(of[i][OURS]) /
					     series_last(of[i][THEIRS]));
	}
	return true;
}

void bench_drivers(unsigned int rounds)
{
	static const char * const names[] = { "ours", "in-tree" };
	struct series *of[NR][DRIVERS], *ratio[NR];
	unsigned int i, which;

	heading("(f) This project's driver and the kernel's own, on units that are alike");
	for (i = 0; i < NR; i++) {
		for (which = 0; which < DRIVERS; which++)
			of[i][which] = series_new(PART, "ns", "%s, %s", ops[i].name,
						  names[which]);
		ratio[i] = series_new(PART, "ratio", "%s, ours to in-tree", ops[i].name);
	}
	if (!measure(rounds, of, ratio)) {
		note("The kernel's own is not there: it does not compile for each kernel.");
		return;
	}
	print(of, ratio);
	summary_add("(f) 256 invalidations in a call, ours to in-tree, ratio",
		    series_median(ratio[2]));
	summary_add("(f) replace nested by nested, ours to in-tree, ratio",
		    series_median(ratio[4]));
	summary_add("(f) map and unmap of 2M in 4K, ours to in-tree, ratio",
		    series_median(ratio[10]));
}
