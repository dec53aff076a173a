// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/* What caches have still to be told of a table */
#include <string.h>

#include "pending.h"

/* Does a range that ends at @last end before @first, and not just before it? */
static bool before(uint64_t last, uint64_t first)
{
	return last < first && first - last > 1;
}

/* The first range that does not end before @first */
static unsigned int place_of(const struct ds_pending *p, uint64_t first)
{
	unsigned int low = 0, high = p->n, mid;

	while (low < high) {
		mid = (low + high) / 2;
		if (before(p->ranges[mid].last, first))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

void ds_pending_add(struct ds_pending *p, uint64_t first, uint64_t last, bool tables)
{
	unsigned int at = place_of(p, first), end;
	struct ds_pending_range *r = &p->ranges[at];

	if (p->all)
		return;
	/* All that it touches becomes one with it */
	for (end = at; end < p->n && !before(last, p->ranges[end].first); end++) {
		if (p->ranges[end].first < first)
			first = p->ranges[end].first;
		if (p->ranges[end].last > last)
			last = p->ranges[end].last;
		tables |= p->ranges[end].tables;
	}
	if (end == at && p->n == DS_PENDING_MOST) {
		ds_pending_add_all(p);
		return;
	}
	memmove(r + 1, &p->ranges[end], (p->n - end) * sizeof(*r));
	p->n += 1 - (end - at);
	*r = (struct ds_pending_range){ first, last, tables };
}

void ds_pending_table(struct ds_pending *p, uint64_t first, uint64_t last)
{
	unsigned int i;

	for (i = place_of(p, first); i < p->n && p->ranges[i].first <= last; i++)
		if (p->ranges[i].last >= first)
			p->ranges[i].tables = true;
}

void ds_pending_add_all(struct ds_pending *p)
{
	p->n = 0;
	p->all = true;
}

void ds_pending_clear(struct ds_pending *p)
{
	p->n = 0;
	p->all = false;
}

bool ds_pending_any(const struct ds_pending *p)
{
	return p->all || p->n;
}

bool ds_pending_hits(const struct ds_pending *p, uint64_t first, uint64_t last)
{
	unsigned int i;

	if (p->all)
		return true;
	i = place_of(p, first);
	/* The one that ends just before it touches, but has nothing of it */
	if (i < p->n && p->ranges[i].last < first)
		i++;
	return i < p->n && p->ranges[i].first <= last;
}
