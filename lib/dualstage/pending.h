/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* What caches have still to be told of a table: ranges, few of them, and else all of it */
#ifndef DS_PENDING_H
#define DS_PENDING_H

#include <stdbool.h>
#include <stdint.h>

#define DS_PENDING_MOST	64

/**
 * struct ds_pending_range - caches may have something of this
 * @first: from here
 * @last: up to and with here
 * @tables: not only of entries that map pages
 */
struct ds_pending_range {
	uint64_t first;
	uint64_t last;
	bool tables;
};

/**
 * struct ds_pending - what caches have still to be told
 * @n: how many ranges
 * @all: they would be too many: everything
 * @ranges: ascending, and none touches the next
 */
struct ds_pending {
	unsigned int n;
	bool all;
	struct ds_pending_range ranges[DS_PENDING_MOST];
};

void ds_pending_add(struct ds_pending *pending, uint64_t first, uint64_t last, bool tables);
/* A table for these addresses is not there any more: some of them are pending */
void ds_pending_table(struct ds_pending *pending, uint64_t first, uint64_t last);
void ds_pending_add_all(struct ds_pending *pending);
void ds_pending_clear(struct ds_pending *pending);
bool ds_pending_any(const struct ds_pending *pending);
/* May caches have something between @first and @last? */
bool ds_pending_hits(const struct ds_pending *pending, uint64_t first, uint64_t last);

#endif /* DS_PENDING_H */
