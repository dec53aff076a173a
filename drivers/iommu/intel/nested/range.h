/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From ranges of addresses to aligned pieces
 */
#ifndef __INTEL_NESTED_RANGE_H
#define __INTEL_NESTED_RANGE_H

#include <linux/types.h>

struct vtd_unit;

/* range.c */
#define VTD_MAX_SPLIT		16

/**
 * struct vtd_range - an aligned power of two of pages
 * @addr: the first byte
 * @am: log2 of the number of 4K pages
 */
struct vtd_range {
	u64 addr;
	u8 am;
};

/**
 * struct vtd_pieces - the pieces of a range on one unit
 * @unit: the unit
 * @n: how many; none means everything
 * @range: the pieces
 */
struct vtd_pieces {
	const struct vtd_unit *unit;
	unsigned int n;
	struct vtd_range range[VTD_MAX_SPLIT];
};

unsigned int vtd_split_range(u64 addr, u64 npages, unsigned int mamv,
			     struct vtd_range *out, unsigned int max);
unsigned int vtd_max_am(const struct vtd_unit *unit);
void vtd_pieces_of(struct vtd_pieces *pieces, const struct vtd_unit *unit,
		   u64 first, u64 last);

#endif /* __INTEL_NESTED_RANGE_H */
