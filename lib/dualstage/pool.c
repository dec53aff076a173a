// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/* Memory for tables, at IPAs that no guest has */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "pool.h"

/* From 64K to 2M */
#define CHUNK_LEAST	((size_t)64 << 10)
#define CHUNK_STEPS	5u

/**
 * struct ds_chunk - some memory in one piece
 * @prev: in the list that it is in
 * @next: likewise
 * @va: where it is
 * @ipa: where the hardware finds it
 * @len: so much
 * @pages: tables that it has room for
 * @used: tables that are in use
 * @taken: by table, a bit: it is in use
 */
struct ds_chunk {
	struct ds_chunk *prev;
	struct ds_chunk *next;
	unsigned char *va;
	uint64_t ipa;
	size_t len;
	unsigned int pages;
	unsigned int used;
	uint64_t taken[];
};

static void list_add(struct ds_chunk **list, struct ds_chunk *chunk)
{
	chunk->prev = NULL;
	chunk->next = *list;
	if (*list)
		(*list)->prev = chunk;
	*list = chunk;
}

static void list_del(struct ds_chunk **list, struct ds_chunk *chunk)
{
	if (chunk->prev)
		chunk->prev->next = chunk->next;
	else
		*list = chunk->next;
	if (chunk->next)
		chunk->next->prev = chunk->prev;
}

/* Twice as much with every chunk, and room for 16 tables at least */
static size_t chunk_len(const struct ds_pool *pool)
{
	size_t least = (size_t)16 << pool->granule;
	size_t len = CHUNK_LEAST << (pool->chunks < CHUNK_STEPS ? pool->chunks : CHUNK_STEPS);

	return len < least ? least : len;
}

static int chunk_new(struct ds_pool *pool)
{
	size_t len = chunk_len(pool);
	unsigned int pages = len >> pool->granule;
	struct ds_chunk *chunk;
	void *va;
	int rc;

	chunk = calloc(1, sizeof(*chunk) + (pages + 63) / 64 * sizeof(chunk->taken[0]));
	if (!chunk)
		return -ENOMEM;
	rc = pool->backing->get(pool->opaque, len, &va, &chunk->ipa);
	if (rc) {
		free(chunk);
		return rc;
	}
	chunk->va = va;
	chunk->len = len;
	chunk->pages = pages;
	pool->chunks++;
	pool->idle++;
	list_add(&pool->open, chunk);
	return 0;
}

/* It is in the list of those that have room */
static int chunk_free(struct ds_pool *pool, struct ds_chunk *chunk)
{
	int rc;

	rc = pool->backing->put(pool->opaque, chunk->va, chunk->ipa, chunk->len);
	if (rc)
		return rc;
	list_del(&pool->open, chunk);
	pool->chunks--;
	pool->idle--;
	free(chunk);
	return 0;
}

static unsigned int first_free(const struct ds_chunk *chunk)
{
	unsigned int i = 0;

	while (!~chunk->taken[i])
		i++;
	return i * 64 + __builtin_ctzll(~chunk->taken[i]);
}

static struct ds_pool *pool_of(struct ds_page_source *source)
{
	return (struct ds_pool *)((char *)source - offsetof(struct ds_pool, source));
}

static int page_get(struct ds_page_source *source, struct ds_page *page)
{
	struct ds_pool *pool = pool_of(source);
	struct ds_chunk *chunk;
	unsigned int i;
	size_t at;
	int rc;

	if (!pool->open) {
		rc = chunk_new(pool);
		if (rc)
			return rc;
	}
	chunk = pool->open;
	i = first_free(chunk);
	chunk->taken[i / 64] |= 1ull << (i % 64);
	if (!chunk->used++)
		pool->idle--;
	if (chunk->used == chunk->pages) {
		list_del(&pool->open, chunk);
		list_add(&pool->full, chunk);
	}
	at = (size_t)i << pool->granule;
	page->va = (uint64_t *)(chunk->va + at);
	page->ipa = chunk->ipa + at;
	page->owner = chunk;
	/* What a table was emptied of is zero, but devices in bypass can write there */
	memset(page->va, 0, (size_t)1 << pool->granule);
	return 0;
}

static void page_put(struct ds_page_source *source, const struct ds_page *page)
{
	struct ds_pool *pool = pool_of(source);
	struct ds_chunk *chunk = page->owner;
	unsigned int i = (page->ipa - chunk->ipa) >> pool->granule;

	chunk->taken[i / 64] &= ~(1ull << (i % 64));
	if (chunk->used == chunk->pages) {
		list_del(&pool->full, chunk);
		list_add(&pool->open, chunk);
	}
	if (--chunk->used)
		return;
	pool->idle++;
	if (pool->idle > 1)
		chunk_free(pool, chunk);
}

void ds_pool_init(struct ds_pool *pool, const struct ds_backing *backing, void *opaque,
		  unsigned int granule)
{
	*pool = (struct ds_pool){
		.source = { .get = page_get, .put = page_put },
		.backing = backing,
		.opaque = opaque,
		.granule = granule,
	};
}

int ds_pool_fini(struct ds_pool *pool)
{
	int rc = 0;

	while (pool->open && !rc)
		rc = chunk_free(pool, pool->open);
	return rc;
}
