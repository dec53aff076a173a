// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/* What caches have still to be told, against one flag a page */
#include <string.h>

#include "pending.h"
#include "pure.h"

#define PAGES	600u
#define NONE	0
#define LEAF	1
#define TABLE	2

struct flags {
	unsigned char of[PAGES];
};

/* Ascending, apart, and no more than there is room for */
static int in_order(const struct ds_pending *p)
{
	unsigned int i;

	CHECK(p->n <= DS_PENDING_MOST && !(p->all && p->n));
	for (i = 0; i < p->n; i++) {
		CHECK(p->ranges[i].first <= p->ranges[i].last);
		CHECK(!i || p->ranges[i - 1].last + 1 < p->ranges[i].first);
	}
	return 0;
}

/* Every page that was added is in a range, tables too, and nothing else is */
static int covers(const struct ds_pending *p, const struct flags *f)
{
	unsigned int page, i;

	for (page = 0; page < PAGES; page++) {
		uint64_t addr = (uint64_t)page << 12;
		unsigned int found = NONE;

		for (i = 0; i < p->n; i++)
			if (addr >= p->ranges[i].first && addr <= p->ranges[i].last)
				found = p->ranges[i].tables ? TABLE : LEAF;
		CHECK(!!found == !!f->of[page]);
		CHECK(found >= f->of[page]);
		CHECK(ds_pending_hits(p, addr, addr + 4095) == !!found);
	}
	return 0;
}

static unsigned int runs(const struct flags *f)
{
	unsigned int page, n = 0;

	for (page = 0; page < PAGES; page++)
		n += f->of[page] && (!page || !f->of[page - 1]);
	return n;
}

static int random_ranges(void)
{
	struct pure_random r = { 7 };
	struct ds_pending p = { 0 };
	struct flags f = { { 0 } };
	unsigned int step, all = 0;

	for (step = 0; step < 100000; step++) {
		unsigned int page = pure_below(&r, PAGES);
		unsigned int n = 1 + pure_below(&r, pure_below(&r, 8) ? 2 : 20), i;
		bool tables = !pure_below(&r, 8);

		if (page + n > PAGES)
			n = PAGES - page;
		for (i = page; i < page + n; i++)
			if (f.of[i] < LEAF + tables)
				f.of[i] = LEAF + tables;
		ds_pending_add(&p, (uint64_t)page << 12, ((uint64_t)(page + n) << 12) - 1,
			       tables);
		TRY(in_order(&p));
		CHECK(ds_pending_any(&p));
		CHECK(p.all == (runs(&f) > DS_PENDING_MOST));
		if (!p.all)
			CHECK(p.n == runs(&f));
		if (!p.all && step % 16 == 0)
			TRY(covers(&p, &f));
		all += p.all;
		if (p.all || !pure_below(&r, 200)) {
			CHECK(!p.all || ds_pending_hits(&p, 0, 0));
			ds_pending_clear(&p);
			memset(&f, 0, sizeof(f));
			CHECK(!ds_pending_any(&p));
		}
	}
	CHECK(all > 100);
	return 0;
}

/* Where addresses end */
static int ends(void)
{
	struct ds_pending p = { 0 };

	ds_pending_add(&p, UINT64_MAX - 4095, UINT64_MAX, false);
	ds_pending_add(&p, 0, 4095, false);
	CHECK(p.n == 2 && !p.ranges[0].first);
	CHECK(ds_pending_hits(&p, UINT64_MAX, UINT64_MAX));
	CHECK(!ds_pending_hits(&p, 4096, UINT64_MAX - 4096));
	ds_pending_add(&p, 4096, UINT64_MAX - 4096, true);
	CHECK(p.n == 1 && !p.ranges[0].first && p.ranges[0].last == UINT64_MAX);
	CHECK(p.ranges[0].tables);
	ds_pending_add_all(&p);
	CHECK(p.all && !p.n && ds_pending_any(&p));
	ds_pending_add(&p, 0, 4095, false);
	CHECK(p.all && !p.n);
	return 0;
}

/* Of what is pending, that which a table was for; and nothing beside it */
static int tables(void)
{
	struct ds_pending p = { 0 };
	unsigned int i;

	for (i = 0; i < 8; i++)
		ds_pending_add(&p, i * 0x2000, i * 0x2000 + 0xfff, false);
	ds_pending_table(&p, 0x5000, 0x8fff);
	for (i = 0; i < 8; i++)
		CHECK(p.ranges[i].tables == (i == 3 || i == 4));
	ds_pending_table(&p, 0xe800, UINT64_MAX);
	CHECK(p.ranges[7].tables && !p.ranges[6].tables);
	ds_pending_add_all(&p);
	ds_pending_table(&p, 0, UINT64_MAX);
	CHECK(p.all && !p.n);
	return 0;
}

int main(void)
{
	static const struct pure_test tests[] = {
		{ "pending.random_ranges", random_ranges },
		{ "pending.ends", ends },
		{ "pending.tables", tables },
	};

	return pure_main(tests, ARRAY_SIZE(tests));
}
