// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * A walk as the specifications describe it: the VT-d specification 9.7, and Arm ARM
 * D8.3 with the stages counted as there, from 0 or 1 at the root to 3
 */
#include <endian.h>
#include <stdio.h>

#include "walker.h"

#define BIT(n)		(1ull << (n))
#define MASK(hi, lo)	((~0ull >> (63 - (hi))) & (~0ull << (lo)))

enum what {
	NOTHING,
	TABLE,
	PAGE,
	BROKEN,
};

/* One entry. @below: log2 of what it stands for; @last: it is of the last level */
struct entry {
	enum what what;
	uint64_t address;
	bool writable;
};

static unsigned int granule_of(enum walker_kind kind)
{
	switch (kind) {
	case WALK_VMSA_16K:
		return 14;
	case WALK_VMSA_64K:
		return 16;
	default:
		return 12;
	}
}

/* The tables here belong to a unit with 52 bits of address: 63:52 are XD and ignored */
static struct entry decode_vtd(uint64_t e, unsigned int below)
{
	struct entry to = { .what = BROKEN, .writable = e & BIT(1) };

	if (!(e & BIT(0)))
		return (struct entry){ .what = e ? BROKEN : NOTHING };
	/* User, and accessed: the hardware is to have nothing to write */
	if (!(e & BIT(2)) || !(e & BIT(5)) || e & BIT(63))
		return to;
	if (below == 12 || e & BIT(7)) {
		/* 9.7: in the last level bit 7 is PAT, in larger pages bit 12; those are 2M, 1G */
		if (below == 12 ? e & BIT(7) : below > 30 || e & MASK(below - 1, 12))
			return to;
		if (to.writable != !!(e & BIT(6)))
			return to;
		to.what = PAGE;
		to.address = e & MASK(51, below);
		return to;
	}
	to.what = to.writable ? TABLE : BROKEN;
	to.address = e & MASK(51, 12);
	return to;
}

static bool block_allowed(unsigned int granule, unsigned int below)
{
	switch (granule) {
	case 12:
		return below == 21 || below == 30;
	case 14:
		return below == 25;
	default:
		return below == 29;
	}
}

static struct entry decode_vmsa(uint64_t e, unsigned int below, unsigned int granule)
{
	struct entry to = { .what = BROKEN, .writable = !(e & BIT(7)) };
	bool last = below == granule;

	if (!(e & BIT(0)))
		return (struct entry){ .what = e ? BROKEN : NOTHING };
	if (!last && e & BIT(1)) {
		/* Nothing is taken away by the hierarchy, and all else is ignored or 0 */
		if (e & ~(3ull | MASK(47, granule)))
			return to;
		to.what = TABLE;
		to.address = e & MASK(47, granule);
		return to;
	}
	if (last ? !(e & BIT(1)) : !block_allowed(granule, below))
		return to;
	/* AttrIndx 0, NS 0, AP[1], inner shareable, accessed, not global, never executed */
	if (e & (MASK(4, 2) | BIT(5) | BIT(51) | BIT(52)) || !(e & BIT(6)) ||
	    (e & MASK(9, 8)) != MASK(9, 8) || !(e & BIT(10)) || !(e & BIT(11)) ||
	    !(e & BIT(53)) || !(e & BIT(54)) || e & MASK(63, 55) || e & MASK(50, 48))
		return to;
	if (below > 12 && e & MASK(below - 1, 12))
		return to;
	to.what = PAGE;
	to.address = e & MASK(47, below);
	return to;
}

static struct entry decode(const struct walker *w, uint64_t e, unsigned int below)
{
	if (w->kind == WALK_VTD_4 || w->kind == WALK_VTD_5)
		return decode_vtd(e, below);
	return decode_vmsa(e, below, granule_of(w->kind));
}

/* log2 of what an entry of the root stands for */
static unsigned int top(const struct walker *w)
{
	unsigned int granule = granule_of(w->kind), below = granule;

	switch (w->kind) {
	case WALK_VTD_4:
		return 39;
	case WALK_VTD_5:
		return 48;
	default:
		while (below + granule - 3 < w->width)
			below += granule - 3;
		return below;
	}
}

/* One load, as the hardware does it */
static uint64_t load(const uint64_t *table, unsigned int i)
{
	return le64toh(__atomic_load_n(&table[i], __ATOMIC_ACQUIRE));
}

enum walk_result walker_walk(const struct walker *w, uint64_t iova, struct walk_page *page)
{
	unsigned int stride = granule_of(w->kind) - 3, below = top(w);
	uint64_t table = w->root;
	const uint64_t *entries;
	struct entry e;

	for (;; below -= stride) {
		entries = w->at(w->opaque, table);
		if (!entries)
			return WALK_BROKEN;
		e = decode(w, load(entries, iova >> below & MASK(stride - 1, 0)), below);
		if (e.what != TABLE)
			break;
		table = e.address;
	}
	if (e.what == NOTHING)
		return WALK_NOTHING;
	if (e.what == BROKEN)
		return WALK_BROKEN;
	*page = (struct walk_page){ e.address, below, e.writable };
	return WALK_PAGE;
}

static int count(const struct walker *w, uint64_t table, unsigned int below, size_t *pages,
		 size_t *tables)
{
	unsigned int stride = granule_of(w->kind) - 3, i;
	const uint64_t *entries = w->at(w->opaque, table);
	struct entry e;

	if (!entries)
		return -1;
	++*tables;
	for (i = 0; i < 1u << stride; i++) {
		e = decode(w, load(entries, i), below);
		if (e.what == BROKEN)
			return -1;
		*pages += e.what == PAGE;
		if (e.what == TABLE && count(w, e.address, below - stride, pages, tables))
			return -1;
	}
	return 0;
}

int walker_count(const struct walker *w, size_t *pages, size_t *tables)
{
	*pages = 0;
	*tables = 0;
	return count(w, w->root, top(w), pages, tables);
}
