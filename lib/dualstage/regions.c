// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * What is mapped where: a tree of ranges that do not overlap
 *
 * Ranges that overlap are equal to the tree's order, so that looking a range up finds
 * what is in its way. The kernel knows all of this but for what is left out; it is known
 * here so that a call can be refused before it has done a part.
 */
#include <search.h>
#include <stdlib.h>

#include "internal.h"

static int compare(const void *a, const void *b)
{
	const struct ds_range *x = a, *y = b;

	if (x->last < y->first)
		return -1;
	return x->first > y->last;
}

struct ds_region *ds_region_find(struct ds_ram *ram, uint64_t first, uint64_t last)
{
	const struct ds_range range = { first, last };
	void *node = tfind(&range, &ram->regions, compare);

	return node ? *(struct ds_region **)node : NULL;
}

int ds_region_add(struct ds_ram *ram, struct ds_region *r)
{
	void *node = tsearch(r, &ram->regions, compare);
	const struct ds_region *there;

	if (!node)
		return ds_fail(ENOMEM, "there is no memory for a region");
	there = *(struct ds_region **)node;
	if (there != r)
		return ds_fail(EEXIST, "IPA %#llx to %#llx: %s there already",
			       (unsigned long long)there->range.first,
			       (unsigned long long)there->range.last,
			       there->out ? "a region that is left out is" : "it is mapped");
	if (r->out)
		ram->left_out += r->range.last - r->range.first + 1;
	return 0;
}

void ds_region_del(struct ds_ram *ram, struct ds_region *r)
{
	if (r->out)
		ram->left_out -= r->range.last - r->range.first + 1;
	tdelete(r, &ram->regions, compare);
	free(r);
}

int ds_region_each(struct ds_ram *ram, uint64_t first, uint64_t last,
		   int (*fn)(struct ds_region *r, void *arg), void *arg)
{
	struct ds_region *r = ds_region_find(ram, first, last);
	int rc = 0;

	if (!r)
		return 0;
	/* What is found is the topmost in the tree, so this is as deep as the tree */
	if (r->range.first > first)
		rc = ds_region_each(ram, first, r->range.first - 1, fn, arg);
	if (!rc)
		rc = fn(r, arg);
	if (!rc && r->range.last < last)
		rc = ds_region_each(ram, r->range.last + 1, last, fn, arg);
	return rc;
}

bool ds_region_cut(struct ds_ram *ram, uint64_t first, uint64_t last)
{
	const struct ds_region *r = ds_region_find(ram, first, first);

	if (r && r->range.first < first)
		return true;
	r = ds_region_find(ram, last, last);
	return r && r->range.last > last;
}
