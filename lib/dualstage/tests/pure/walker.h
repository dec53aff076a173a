/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * A walk as the specifications describe it, of memory that a test has: it shares nothing
 * with the code that makes the tables
 */
#ifndef DS_WALKER_H
#define DS_WALKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum walker_kind {
	WALK_VTD_4,
	WALK_VTD_5,
	WALK_VMSA_4K,
	WALK_VMSA_16K,
	WALK_VMSA_64K,
};

/**
 * struct walker - whose tables, and where they are
 * @kind: of tables
 * @root: IPA of the root
 * @width: bits of an IOVA
 * @at: the table at an IPA, NULL if there is none: a walk must not come there
 * @opaque: for @at
 */
struct walker {
	enum walker_kind kind;
	uint64_t root;
	unsigned int width;
	const uint64_t *(*at)(void *opaque, uint64_t ipa);
	void *opaque;
};

enum walk_result {
	WALK_NOTHING,
	WALK_PAGE,
	WALK_BROKEN,		/* an entry that the specification does not allow */
};

/**
 * struct walk_page - what a walk ends at
 * @ipa: where the page begins
 * @lg2: log2 of its size
 * @writable: may be written
 */
struct walk_page {
	uint64_t ipa;
	unsigned int lg2;
	bool writable;
};

enum walk_result walker_walk(const struct walker *w, uint64_t iova, struct walk_page *page);
/* Every entry of every table: how many pages, how many tables; -1 if one is broken */
int walker_count(const struct walker *w, size_t *pages, size_t *tables);

#endif /* DS_WALKER_H */
