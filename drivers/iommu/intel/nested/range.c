// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ranges of pages: the aligned powers of two that descriptors can name
 */
#include <linux/log2.h>

#include "intel_nested.h"
#include "range.h"

/**
 * vtd_split_range - split a range of pages into aligned powers of two
 * @addr: the first byte, 4K aligned
 * @npages: number of 4K pages, not zero; the range ends below 2^64
 * @mamv: log2 of the largest piece
 * @out: the pieces
 * @max: room in @out
 *
 * Taking from the front the largest piece that is aligned and fits makes the
 * fewest: any other cover splits one of these.
 *
 * Return: the number of pieces, or 0 if they are more than @max
 */
unsigned int vtd_split_range(u64 addr, u64 npages, unsigned int mamv,
			     struct vtd_range *out, unsigned int max)
{
	u64 page = addr >> VTD_PAGE_SHIFT;
	unsigned int n = 0;

	while (npages) {
		unsigned int am = min_t(unsigned int, mamv, __fls(npages));

		if (page)
			am = min_t(unsigned int, am, __ffs(page));
		if (n == max)
			return 0;
		out[n].addr = page << VTD_PAGE_SHIFT;
		out[n++].am = am;
		page += 1ULL << am;
		npages -= 1ULL << am;
	}
	return n;
}

/**
 * vtd_max_am - the largest range that a unit can invalidate at once
 * @unit: the unit
 *
 * Return: log2 of the number of pages
 */
unsigned int vtd_max_am(const struct vtd_unit *unit)
{
	unsigned int mamv = FIELD_GET(VTD_CAP_MAMV, unit->cap);

	return min(mamv, VTD_AM_ALL);
}

/**
 * vtd_pieces_of - the pieces of a range on one unit
 * @pieces: filled in; none means everything
 * @unit: the unit
 * @first: the first byte
 * @last: the last byte
 */
void vtd_pieces_of(struct vtd_pieces *pieces, const struct vtd_unit *unit,
		   u64 first, u64 last)
{
	u64 npages = (last >> VTD_PAGE_SHIFT) - (first >> VTD_PAGE_SHIFT) + 1;

	pieces->unit = unit;
	pieces->n = 0;
	if (unit->cap & VTD_CAP_PSI)
		pieces->n = vtd_split_range(first, npages, vtd_max_am(unit),
					    pieces->range, VTD_MAX_SPLIT);
}
