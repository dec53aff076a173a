// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * Trees of tables: many random calls, after each of which a walk finds what a list of
 * pages has; each allocation failing in turn; a walk that goes on meanwhile
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

#include "pending.h"
#include "pure.h"
#include "tables.h"

#define STEPS	100000

/* Allocations that can still be had before one fails, -1 for all */
static int allocs = -1;

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);

void *__wrap_calloc(size_t n, size_t size)
{
	if (!allocs)
		return NULL;
	if (allocs > 0)
		allocs--;
	return __real_calloc(n, size);
}

/* What a test of random calls has */
struct game {
	struct tables t;
	struct model m;
	struct walker w;
	struct pure_random r;
	struct ds_pending pending;
};

static void nothing(void *arg, uint64_t first, uint64_t last)
{
	(void)arg;
	(void)first;
	(void)last;
}

/* Caches are told */
static void settle(struct game *g)
{
	ds_table_reap(&g->t.table, nothing, NULL);
	ds_table_bury(&g->t.table);
	ds_pending_clear(&g->pending);
}

static int agrees(struct game *g, uint64_t iova)
{
	const struct model_page *want = model_find(&g->m, iova);
	struct walk_page got;

	if (iova >> g->m.width)
		return 0;
	switch (walker_walk(&g->w, iova, &got)) {
	case WALK_PAGE:
		CHECK(want && want->lg2 == got.lg2 && want->ipa == got.ipa);
		CHECK(want->writable == got.writable);
		return 0;
	case WALK_NOTHING:
		CHECK(!want);
		return 0;
	default:
		CHECK(!"a broken entry, or a table that is free");
	}
}

static int agrees_about(struct game *g, uint64_t iova, uint64_t len)
{
	unsigned int i;

	TRY(agrees(g, iova));
	TRY(agrees(g, iova + len - 1));
	TRY(agrees(g, iova + len));
	TRY(agrees(g, iova - 1));
	for (i = 0; i < 3; i++)
		TRY(agrees(g, iova + pure_below(&g->r, len)));
	return 0;
}

/* All of it, and no table more than it takes */
static int agrees_wholly(struct game *g)
{
	size_t i, pages, tables;

	for (i = 0; i < g->m.n; i++)
		TRY(agrees(g, g->m.pages[i].iova));
	CHECK(!walker_count(&g->w, &pages, &tables));
	CHECK(pages == g->m.n);
	settle(g);
	CHECK(!walker_count(&g->w, &pages, &tables));
	CHECK(pages == g->m.n);
	CHECK(tables == g->t.nr_live);
	return 0;
}

static uint64_t size_of(const struct game *g, unsigned int i)
{
	return 1ull << g->m.lg2[i];
}

/* Few places, so that calls meet: also at borders of the higher tables, and at the end */
static uint64_t some_iova(struct game *g)
{
	uint64_t large = size_of(g, 1), iova;

	switch (pure_below(&g->r, 4)) {
	case 0:
		iova = pure_below(&g->r, 4) * large;
		break;
	case 1:
		iova = pure_below(&g->r, 4) << 30;
		break;
	case 2:
		iova = (1ull << (g->m.width - 1)) - pure_below(&g->r, 3) * large;
		break;
	default:
		iova = (1ull << g->m.width) - (1 + pure_below(&g->r, 3)) * large;
	}
	if (pure_below(&g->r, 3))
		iova += pure_below(&g->r, 32) * size_of(g, 0);
	return iova;
}

static uint64_t some_len(struct game *g)
{
	uint64_t page = size_of(g, 0), r = pure_below(&g->r, 100);

	if (r < 70)
		return (1 + pure_below(&g->r, 24)) * page;
	if (r < 95)
		return (1 + pure_below(&g->r, 3)) * size_of(g, 1);
	if (r < 99)
		return size_of(g, 1) + pure_below(&g->r, 32) * page;
	return size_of(g, g->m.nr_lg2 - 1) + pure_below(&g->r, 3) * size_of(g, 1);
}

/* Mostly as far from a border of large pages as @iova */
static uint64_t some_ipa(struct game *g, uint64_t iova, uint64_t len)
{
	uint64_t ipa = (pure_below(&g->r, 64) << 30) + (iova & ((1ull << 30) - 1));

	if (len <= size_of(g, 1) && !pure_below(&g->r, 4))
		ipa += pure_below(&g->r, 64) * size_of(g, 0);
	return ipa;
}

/* Sometimes a call is wrong in itself */
static void spoil(struct game *g, uint64_t *addr, uint64_t *len)
{
	switch (pure_below(&g->r, 200)) {
	case 0:
		*addr += size_of(g, 0) / 2;
		break;
	case 1:
		*len -= 1;
		break;
	case 2:
		*len = 0;
		break;
	case 3:
		*addr += 1ull << g->m.width;
		break;
	case 4:
		*addr = -size_of(g, 1);
		break;
	case 5:
		*len = -size_of(g, 0);
		break;
	}
}

static int step_map(struct game *g)
{
	uint64_t iova = some_iova(g), len = some_len(g), ipa;
	bool writable = pure_below(&g->r, 2);
	int want;

	ipa = some_ipa(g, iova, len);
	spoil(g, &iova, &len);
	if (!pure_below(&g->r, 200))
		ipa = (1ull << g->m.out_width) - size_of(g, 0);
	if (len && ds_pending_hits(&g->pending, iova, iova + (len - 1)))
		settle(g);
	want = model_map(&g->m, iova, ipa, len, writable);
	CHECK(want == ds_table_map(&g->t.table, iova, ipa, len,
				   DS_READ | (writable ? DS_WRITE : 0)));
	CHECK(!g->t.table.spare);
	return want == -EINVAL || want == -ERANGE ? 0 : agrees_about(g, iova, len);
}

static int step_unmap(struct game *g)
{
	struct ds_taken want, got;
	uint64_t iova = some_iova(g), len = some_len(g);
	int rc;

	if (g->m.n && pure_below(&g->r, 2)) {
		iova = g->m.pages[pure_below(&g->r, g->m.n)].iova;
		len = pure_below(&g->r, 2) ? some_len(g) : 4 * size_of(g, 1);
	}
	spoil(g, &iova, &len);
	if (!pure_below(&g->r, 500)) {
		iova = 0;
		len = 1ull << g->m.width;
	}
	rc = model_unmap(&g->m, iova, len, &want);
	CHECK(rc == ds_table_unmap(&g->t.table, iova, len, &got));
	CHECK(got.bytes == want.bytes && got.first == want.first && got.last == want.last);
	if (got.bytes)
		ds_pending_add(&g->pending, got.first, got.last, false);
	return rc ? 0 : agrees_about(g, iova, len);
}

static int play(struct game *g)
{
	unsigned int i;

	for (i = 0; i < STEPS; i++) {
		if (pure_below(&g->r, 2))
			TRY(step_map(g));
		else
			TRY(step_unmap(g));
		if (!pure_below(&g->r, 16))
			settle(g);
		if (i % 2000 == 0)
			TRY(agrees_wholly(g));
	}
	return agrees_wholly(g);
}

static int random_calls(enum walker_kind kind)
{
	static struct game g;
	int rc;

	g.r.state = 0x9e3779b97f4a7c15ull + kind;
	CHECK(!tables_init(&g.t, kind));
	model_init(&g.m, &g.t);
	tables_walker(&g.t, &g.w);
	rc = play(&g);
	model_fini(&g.m);
	return tables_fini(&g.t) ? -1 : rc;
}

static int random_vtd_4(void)
{
	return random_calls(WALK_VTD_4);
}

static int random_vtd_5(void)
{
	return random_calls(WALK_VTD_5);
}

static int random_vmsa_4k(void)
{
	return random_calls(WALK_VMSA_4K);
}

static int random_vmsa_16k(void)
{
	return random_calls(WALK_VMSA_16K);
}

static int random_vmsa_64k(void)
{
	return random_calls(WALK_VMSA_64K);
}

/* A range that takes new tables of every level on both sides of a border */
static int map_across(struct tables *t)
{
	uint64_t page = 1ull << t->format.granule;

	return ds_table_map(&t->table, (1ull << (t->format.width - 1)) - 40 * page, page,
			    80 * page, DS_RW);
}

/* One page is there, and nothing else is when a map has failed */
static int nothing_else(struct tables *t)
{
	size_t pages, tables;
	struct walker w;

	tables_walker(t, &w);
	CHECK(!walker_count(&w, &pages, &tables));
	CHECK(pages == 1 && tables == t->nr_live && !t->table.spare);
	return 0;
}

static int map_fails(struct tables *t, int *counter)
{
	uint64_t page = 1ull << t->format.granule;
	int n, rc;

	CHECK(!ds_table_map(&t->table, 0, 0, page, DS_RW));
	for (n = 0;; n++) {
		*counter = n;
		rc = map_across(t);
		*counter = -1;
		if (!rc)
			break;
		CHECK(rc == -ENOMEM);
		TRY(nothing_else(t));
	}
	CHECK(n > 0);
	return 0;
}

static int each_alloc_fails(void)
{
	static struct tables t;
	unsigned int kind;
	int n, rc;

	for (kind = 0; kind < TABLES_KINDS; kind++) {
		CHECK(!tables_memory(&t, kind));
		for (n = 0;; n++) {
			allocs = n;
			rc = ds_table_init(&t.table, &t.format, &t.source);
			allocs = -1;
			if (!rc)
				break;
			CHECK(rc == -ENOMEM && !t.nr_live && !t.table.root);
			CHECK(t.pool.chunks == t.pool.idle);
		}
		/* A chunk, a table, and its children */
		CHECK(n >= 2);
		TRY(map_fails(&t, &allocs));
		CHECK(!tables_fini(&t));
	}
	return 0;
}

/* Chunks of 16 tables and more: so many that one call takes a few */
static int each_chunk_fails(void)
{
	static struct tables t;
	uint64_t step;
	int n, rc;

	CHECK(!tables_memory(&t, WALK_VTD_4));
	t.fail = 0;
	CHECK(ds_table_init(&t.table, &t.format, &t.source) == -ENOMEM);
	t.fail = -1;
	CHECK(!ds_table_init(&t.table, &t.format, &t.source));
	step = 1ull << 21;
	CHECK(!ds_table_map(&t.table, 0, 0, 4096, DS_RW));
	for (n = 0;; n++) {
		t.fail = n;
		rc = ds_table_map(&t.table, 1ull << 40, 4096, 400 * step, DS_RW);
		if (!rc)
			break;
		CHECK(rc == -ENOMEM);
		TRY(nothing_else(&t));
		CHECK(t.pool.idle <= 1);
	}
	CHECK(n >= 3);
	return tables_fini(&t);
}

/* What is mapped and unmapped in turns makes no chunk come and go */
static int pool_keeps_one(void)
{
	static struct tables t;
	struct ds_taken taken;
	unsigned int i;

	CHECK(!tables_init(&t, WALK_VMSA_4K));
	/* All of the first chunk: a root and 15 more */
	CHECK(!ds_table_map(&t.table, 0, 4096, 13ull << 21, DS_RW));
	CHECK(t.nr_live == 16 && t.pool.chunks == 1 && !t.pool.open);
	t.fail = 1;
	for (i = 0; i < 100; i++) {
		CHECK(!ds_table_map(&t.table, 1ull << 29, 4096, 4096, DS_RW));
		CHECK(!ds_table_unmap(&t.table, 1ull << 29, 4096, &taken));
		CHECK(t.nr_live == 17);
		ds_table_reap(&t.table, nothing, NULL);
		ds_table_bury(&t.table);
		CHECK(t.nr_live == 16 && t.pool.chunks == 2);
	}
	return tables_fini(&t);
}

/* A chunk that does not go back is used again, and asked for at the end */
static int chunk_stays(void)
{
	static struct tables t;
	struct ds_taken taken;

	CHECK(!tables_init(&t, WALK_VTD_4));
	t.stuck = true;
	CHECK(!ds_table_map(&t.table, 0, 4096, 400ull << 21, DS_RW));
	CHECK(!ds_table_unmap(&t.table, 0, 400ull << 21, &taken));
	ds_table_reap(&t.table, nothing, NULL);
	ds_table_bury(&t.table);
	CHECK(t.nr_live == 1 && t.pool.idle == t.pool.chunks - 1 && t.pool.idle > 1);
	t.fail = 0;
	CHECK(!ds_table_map(&t.table, 0, 4096, 400ull << 21, DS_RW));
	ds_table_fini(&t.table);
	CHECK(ds_pool_fini(&t.pool) == -EBUSY && t.pool.chunks > 1);
	t.stuck = false;
	return tables_fini(&t);
}

struct died {
	unsigned int n;
	uint64_t first[4];
	uint64_t last[4];
};

static void died(void *arg, uint64_t first, uint64_t last)
{
	struct died *d = arg;

	if (d->n < 4) {
		d->first[d->n] = first;
		d->last[d->n] = last;
	}
	d->n++;
}

/* Who is empty dies from the bottom up; who was filled again does not */
static int reaped(void)
{
	const uint64_t at = 3ull << 39 | 5ull << 30 | 7ull << 21;
	static struct tables t;
	struct ds_taken taken;
	struct died d = { 0 };

	CHECK(!tables_init(&t, WALK_VTD_4));
	CHECK(!ds_table_map(&t.table, at, 4096, 4096, DS_RW));
	CHECK(t.nr_live == 4);
	CHECK(!ds_table_unmap(&t.table, at, 4096, &taken));
	CHECK(!ds_table_map(&t.table, at + 4096, 4096, 4096, DS_RW));
	CHECK(!ds_table_unmap(&t.table, at + 4096, 4096, &taken));
	CHECK(!ds_table_map(&t.table, at + 8192, 4096, 4096, DS_RW));
	ds_table_reap(&t.table, died, &d);
	CHECK(!d.n && !t.table.empty && !t.table.dead && t.nr_live == 4);
	CHECK(!ds_table_unmap(&t.table, at + 8192, 4096, &taken));
	ds_table_reap(&t.table, died, &d);
	CHECK(d.n == 3 && t.nr_live == 4);
	CHECK(d.first[0] == at && d.last[0] == at + (1ull << 21) - 1);
	CHECK(d.first[1] == at >> 30 << 30 && d.last[1] == d.first[1] + (1ull << 30) - 1);
	CHECK(d.first[2] == at >> 39 << 39 && d.last[2] == d.first[2] + (1ull << 39) - 1);
	ds_table_bury(&t.table);
	CHECK(t.nr_live == 1);
	return tables_fini(&t);
}

/* Hardware that walks while tables change */
struct hardware {
	struct tables *t;
	pthread_rwlock_t caches;
	atomic_bool stop;
	atomic_ulong found;
	atomic_bool bad;
};

#define FAR	(1ull << 33)

static void *hardware(void *opaque)
{
	struct pure_random r = { 42 };
	struct hardware *h = opaque;
	struct walk_page page;
	struct walker w;
	unsigned int i;

	tables_walker(h->t, &w);
	while (!atomic_load(&h->stop)) {
		pthread_rwlock_rdlock(&h->caches);
		for (i = 0; i < 64; i++) {
			uint64_t iova = pure_below(&r, 4ull << 21);
			enum walk_result got = walker_walk(&w, iova, &page);

			if (got == WALK_NOTHING)
				continue;
			if (got == WALK_PAGE &&
			    page.ipa == ((iova + FAR) >> page.lg2 << page.lg2))
				atomic_fetch_add(&h->found, 1);
			else
				atomic_store(&h->bad, true);
		}
		pthread_rwlock_unlock(&h->caches);
	}
	return NULL;
}

/* Dead tables are buried when nobody walks: that is what an invalidation is for */
static void change(struct hardware *h, struct pure_random *r)
{
	uint64_t iova = pure_below(r, 4 * 512) << 12;
	uint64_t len = (1 + pure_below(r, 64)) << 12;
	struct ds_taken taken;

	if (!pure_below(r, 8)) {
		iova = iova >> 21 << 21;
		len = 1ull << 21;
	}
	if (pure_below(r, 2))
		ds_table_map(&h->t->table, iova, iova + FAR, len, DS_RW);
	else
		ds_table_unmap(&h->t->table, iova, len, &taken);
	if (!pure_below(r, 4)) {
		ds_table_reap(&h->t->table, nothing, NULL);
		pthread_rwlock_wrlock(&h->caches);
		ds_table_bury(&h->t->table);
		pthread_rwlock_unlock(&h->caches);
	}
}

static int walked_meanwhile(void)
{
	struct hardware h = { .caches = PTHREAD_RWLOCK_INITIALIZER };
	static struct tables t;
	struct pure_random r = { 43 };
	pthread_t thread;
	unsigned int i;

	h.t = &t;
	CHECK(!tables_init(&t, WALK_VTD_4));
	CHECK(!pthread_create(&thread, NULL, hardware, &h));
	for (i = 0; i < 20000 || !atomic_load(&h.found); i++)
		change(&h, &r);
	atomic_store(&h.stop, true);
	pthread_join(thread, NULL);
	CHECK(!atomic_load(&h.bad));
	return tables_fini(&t);
}

int main(void)
{
	static const struct pure_test tests[] = {
		{ "table.random_vtd_4", random_vtd_4 },
		{ "table.random_vtd_5", random_vtd_5 },
		{ "table.random_vmsa_4k", random_vmsa_4k },
		{ "table.random_vmsa_16k", random_vmsa_16k },
		{ "table.random_vmsa_64k", random_vmsa_64k },
		{ "table.each_alloc_fails", each_alloc_fails },
		{ "table.each_chunk_fails", each_chunk_fails },
		{ "table.pool_keeps_one", pool_keeps_one },
		{ "table.chunk_stays", chunk_stays },
		{ "table.reaped", reaped },
		{ "table.walked_meanwhile", walked_meanwhile },
	};

	return pure_main(tests, ARRAY_SIZE(tests));
}
