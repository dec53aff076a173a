/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Tables in memory that a test looks after, and what is to be in them */
#ifndef DS_TABLES_H
#define DS_TABLES_H

#include <stdbool.h>
#include <stddef.h>

#include "pool.h"
#include "dualstage.h"
#include "format.h"
#include "table.h"
#include "walker.h"

/* IPAs of tables begin here */
#define TABLES_IPA	(1ull << 38)
#define TABLES_SLOT	(64ull << 10)
#define TABLES_SLOTS	16384u
#define TABLES_KINDS	5

/**
 * struct tables - tables, and the memory they are in
 * @source: counts what goes to the pool and comes back; first, see tables.c
 * @kind: of tables
 * @format: of @table
 * @pool: where @source gets memory
 * @table: what is tested
 * @memory: for all chunks that there can be
 * @slot: of that, by TABLES_SLOT: it is in use
 * @live: by table: the pool has given it out
 * @nr_live: how many
 * @mapped: bytes of chunks
 * @fail: chunks that can still be had before one fails, -1 for all
 * @stuck: none comes back
 */
struct tables {
	struct ds_page_source source;
	enum walker_kind kind;
	struct ds_format format;
	struct ds_pool pool;
	struct ds_table table;
	unsigned char *memory;
	bool slot[TABLES_SLOTS];
	bool *live;
	size_t nr_live;
	size_t mapped;
	int fail;
	bool stuck;
};

extern const char *const tables_kinds[TABLES_KINDS];

/* What hardware with such tables says of itself */
void tables_caps(enum walker_kind kind, struct ds_caps *caps);
/* The pool and the format; then ds_table_init() is possible */
int tables_memory(struct tables *t, enum walker_kind kind);
int tables_init(struct tables *t, enum walker_kind kind);
/* 0, or -1 if something did not come back */
int tables_fini(struct tables *t);
/* Only live tables can be walked */
void tables_walker(struct tables *t, struct walker *w);

/**
 * struct model_page - one page that is mapped
 */
struct model_page {
	uint64_t iova;
	uint64_t ipa;
	unsigned int lg2;
	bool writable;
};

/**
 * struct model - what is to be mapped, without tables
 * @lg2: sizes of pages, ascending
 * @nr_lg2: how many sizes
 * @width: of an IOVA
 * @out_width: of an IPA
 * @pages: ascending
 * @n: how many
 * @room: for so many
 */
struct model {
	unsigned int lg2[3];
	unsigned int nr_lg2;
	unsigned int width;
	unsigned int out_width;
	struct model_page *pages;
	size_t n;
	size_t room;
};

void model_init(struct model *m, const struct tables *t);
void model_fini(struct model *m);
/* What ds_table_map() is to return; and it is done if that is 0 */
int model_map(struct model *m, uint64_t iova, uint64_t ipa, uint64_t len, bool writable);
int model_unmap(struct model *m, uint64_t iova, uint64_t len, struct ds_taken *taken);
/* The page that @iova is in, or NULL */
const struct model_page *model_find(const struct model *m, uint64_t iova);

#endif /* DS_TABLES_H */
