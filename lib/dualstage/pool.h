/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Memory for tables, at IPAs that no guest has
 *
 * It comes in chunks, which grow with what is there. A chunk that is empty goes back,
 * but for one, so that a table that comes and goes does not make a chunk come and go. One
 * that does not go back is kept, and used again.
 */
#ifndef DS_POOL_H
#define DS_POOL_H

#include <stddef.h>
#include <stdint.h>

#include "table.h"

/**
 * struct ds_backing - where a pool has its chunks from
 * @get: @len bytes, all zero, at an IPA that is a multiple of @len, a power of two; 0 or a
 *	negative errno
 * @put: they come back; 0, or a negative errno if they do not
 */
struct ds_backing {
	int (*get)(void *opaque, size_t len, void **va, uint64_t *ipa);
	int (*put)(void *opaque, void *va, uint64_t ipa, size_t len);
};

struct ds_chunk;

/**
 * struct ds_pool - memory for tables
 * @source: for a struct ds_table
 * @backing: where chunks come from
 * @opaque: goes to @backing
 * @granule: log2 of a table's size
 * @open: chunks that have room
 * @full: chunks that have none
 * @chunks: how many there are
 * @idle: how many of them are empty
 */
struct ds_pool {
	struct ds_page_source source;
	const struct ds_backing *backing;
	void *opaque;
	unsigned int granule;
	struct ds_chunk *open;
	struct ds_chunk *full;
	unsigned int chunks;
	unsigned int idle;
};

void ds_pool_init(struct ds_pool *pool, const struct ds_backing *backing, void *opaque,
		  unsigned int granule);
/* Everything has come back. 0, or as the backing says: then it may be called again */
int ds_pool_fini(struct ds_pool *pool);

#endif /* DS_POOL_H */
