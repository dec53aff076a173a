// SPDX-License-Identifier: GPL-2.0-only
/*
 * (a) Invalidation through the ioctl
 *
 * Every entry is one page of its own, as a guest sends them that unmaps pages
 * here and there. The call is timed from outside with the driver's own account
 * switched off, and its account is taken from further calls.
 *
 * The driver copies entries in blocks. What a copy of one entry by itself costs
 * is in the account of an array of one.
 */
#include <errno.h>
#include <stdlib.h>

#include "bench.h"

#define PART	"invalidate"
#define IOVA	0x100000000ull

/* Calls in a try, so that one takes a few times 100 us with each size */
static const struct {
	unsigned int entries;
	unsigned int calls;
} sizes[] = {
	{ 1, 48 }, { 16, 48 }, { 256, 12 }, { 4096, 1 },
};

/* The driver's clock may be coarse (256 ns on UML): many short intervals do */
#define TRIES		8
#define ACCOUNTS	15

#define NR	ARRAY_SIZE(sizes)
#define FIRST	0
#define LAST	(NR - 1)

enum share { COPY, CONVERT, QUEUE, MODEL, SHARES };

static const char * const share_names[SHARES] = {
	[COPY] = "  copy from userspace, in blocks",
	[CONVERT] = "  convert: validate, make descriptors",
	[QUEUE] = "  queue: descriptors into the ring",
	[MODEL] = "  model: doorbell to completion",
};

/* Of one size of array: per call, in ns */
struct size_series {
	struct series *call;
	struct series *share[SHARES];
};

/* Of one more entry, in ns; and ratios */
struct entry_series {
	struct series *call;
	struct series *share[SHARES];
	struct series *outside;
	struct series *own;
	struct series *own_to_copy;
	struct series *own_to_lone_copy;
};

struct call {
	const struct rig *rig;
	struct inval_array array;
	unsigned int nr;
};

static void invalidate(void *arg)
{
	const struct call *call = arg;

	inval_send(&call->array, call->nr);
}

static struct inval_time account(struct call *call, unsigned int calls)
{
	struct inval_time t;
	unsigned int i;

	inval_time_start(&call->rig->mock);
	for (i = 0; i < calls; i++)
		invalidate(call);
	t = inval_time_stop(&call->rig->mock);
	must(t.calls == calls && t.entries == calls * call->nr ? 0 : -EIO,
	     "the driver counts %llu calls, %llu entries",
	     (unsigned long long)t.calls, (unsigned long long)t.entries);
	return t;
}

static void sample(struct call *call, unsigned int calls,
		   const struct size_series *s)
{
	double shares[SHARES][ACCOUNTS];
	struct inval_time t;
	unsigned int i;

	series_add(s->call, shortest(TRIES, calls, invalidate, call));

	for (i = 0; i < ACCOUNTS; i++) {
		t = account(call, calls);
		shares[COPY][i] = (double)t.copy / calls;
		shares[CONVERT][i] = (double)t.convert / calls;
		shares[QUEUE][i] = (double)t.queue / calls;
		shares[MODEL][i] = (double)t.hw / calls;
	}
	/* None of them is long enough for much to happen in it */
	for (i = 0; i < SHARES; i++)
		series_add(s->share[i], stats_of(shares[i], ACCOUNTS).median);
}

static double marginal(const struct series *one, const struct series *many)
{
	return (series_last(many) - series_last(one)) /
	       (sizes[LAST].entries - sizes[FIRST].entries);
}

static void add_entry(struct entry_series *e, const struct size_series *of)
{
	double own, inside = 0;
	unsigned int i;

	series_add(e->call, marginal(of[FIRST].call, of[LAST].call));
	for (i = 0; i < SHARES; i++) {
		series_add(e->share[i], marginal(of[FIRST].share[i],
						 of[LAST].share[i]));
		inside += series_last(e->share[i]);
	}
	series_add(e->outside, series_last(e->call) - inside);
	own = series_last(e->share[CONVERT]) + series_last(e->share[QUEUE]);
	series_add(e->own, own);
	series_add(e->own_to_copy, own / series_last(e->share[COPY]));
	series_add(e->own_to_lone_copy,
		   own / series_last(of[FIRST].share[COPY]));
}

static void new_series(struct size_series *of, struct entry_series *e)
{
	unsigned int i, j;

	for (i = 0; i < NR; i++) {
		of[i].call = series_new(PART, "ns", "call of %u",
					sizes[i].entries);
		for (j = 0; j < SHARES; j++)
			of[i].share[j] = series_new(PART, "ns",
						    "call of %u,%s",
						    sizes[i].entries,
						    share_names[j] + 1);
	}
	e->call = series_new(PART, "ns", "entry");
	for (j = 0; j < SHARES; j++)
		e->share[j] = series_new(PART, "ns", "entry,%s",
					 share_names[j] + 1);
	e->outside = series_new(PART, "ns", "entry, outside the account");
	e->own = series_new(PART, "ns", "entry, convert and queue");
	e->own_to_copy = series_new(PART, "ratio",
				    "entry, convert and queue to copy");
	e->own_to_lone_copy = series_new(PART, "ratio",
					 "entry, convert and queue to a copy by itself");
}

static void print_calls(const struct size_series *of,
			const struct series *nothing)
{
	unsigned int i, j;

	put_gap(10);
	put_text(8, "call");
	put_gap(17);
	put_text(10, "for each");
	put_text(40, "of it in the driver, ns");
	put_end();
	put_label(8, "entries");
	put_text(8, "us");
	put_gap(17);
	put_text(10, "entry, ns");
	put_text(12, "copy");
	put_text(10, "convert");
	put_text(10, "queue");
	put_text(10, "model");
	put_end();
	put_label(8, "none");
	put_spread_of(8, nothing, 1000);
	put_end();
	for (i = 0; i < NR; i++) {
		put_label(8, "%u", sizes[i].entries);
		put_spread_of(8, of[i].call, 1000);
		put_number(10, series_median(of[i].call) / sizes[i].entries);
		for (j = 0; j < SHARES; j++)
			put_number(j ? 10 : 12, series_median(of[i].share[j]));
		put_end();
	}
}

static void put_row(const char *label, const struct series *s)
{
	put_label(44, "%s", label);
	put_spread(9, s);
}

static void print_entry(const struct entry_series *e)
{
	unsigned int i;

	put_row("one entry more (4096 against 1), ns", e->call);
	put_end();
	for (i = 0; i < SHARES; i++) {
		put_row(share_names[i], e->share[i]);
		put_end();
	}
	put_row("  the rest: iommufd, locks, user memory", e->outside);
	put_end();
}

static void put_verdict(const struct series *ratio)
{
	put_text(0, " %s", series_median(ratio) < 1 ? "smaller" : "larger");
	put_end();
}

static void print_ratio(const struct size_series *of,
			const struct entry_series *e)
{
	const struct series *lone = of[FIRST].share[COPY];

	put_row("the driver's own: convert + queue, ns", e->own);
	put_end();
	put_row("  to the copy of an entry by itself", e->own_to_lone_copy);
	put_verdict(e->own_to_lone_copy);
	put_row("  to its part of a block's copy", e->own_to_copy);
	put_verdict(e->own_to_copy);
	note("A copy takes %.0f ns for one entry and %.0f ns for 16: what it costs is the call.",
	     series_median(lone), series_median(of[1].share[COPY]));
	note("Most of queue is the lock: interrupts off and on are system calls of UML's host.");
}

void bench_invalidate(unsigned int rounds)
{
	const struct setup setup = { .name = "bench-inv", .nr_eps = 1 };
	struct size_series of[NR];
	struct entry_series entry;
	struct series *nothing;
	unsigned int round, i;
	struct call call;
	struct rig r;

	heading("(a) Invalidation through the ioctl: one endpoint, each entry a page of its own");
	setup_up(&r, &setup);
	call = (struct call){ .rig = &r };
	inval_make(&call.array, &r, IOVA, sizes[LAST].entries);
	nothing = series_new(PART, "ns", "call of 0");
	new_series(of, &entry);

	for (round = 0; round < rounds; round++) {
		overhead_sample();
		call.nr = 0;
		series_add(nothing, shortest(TRIES, sizes[FIRST].calls,
					     invalidate, &call));
		for (i = 0; i < NR; i++) {
			unsigned int size = (i + round) % NR;

			call.nr = sizes[size].entries;
			sample(&call, sizes[size].calls, &of[size]);
		}
		add_entry(&entry, of);
	}
	free(call.array.entries);
	must(rig_down(&r), "taking %s down", setup.name);

	print_calls(of, nothing);
	put_end();
	print_entry(&entry);
	print_ratio(of, &entry);
	summary_add("(a) an invalidation of one page, us",
		    series_median(of[FIRST].call) / 1000);
	summary_add("(a) one entry more in a call, ns",
		    series_median(entry.call));
	summary_add("(a)   of that the driver's own: convert and queue, ns",
		    series_median(entry.own));
	summary_add("(a)   that, to the copy of an entry by itself, ratio",
		    series_median(entry.own_to_lone_copy));
}
