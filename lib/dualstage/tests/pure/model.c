// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/* What is to be mapped: a list of pages */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tables.h"

void model_init(struct model *m, const struct tables *t)
{
	static const struct {
		unsigned int lg2[3];
		unsigned int n;
	} sizes[TABLES_KINDS] = {
		{ { 12, 21, 30 }, 3 }, { { 12, 21, 30 }, 3 }, { { 12, 21, 30 }, 3 },
		{ { 14, 25 }, 2 }, { { 16, 29 }, 2 },
	};
	static const unsigned int widths[TABLES_KINDS] = { 47, 56, 48, 48, 48 };

	*m = (struct model){
		.nr_lg2 = sizes[t->kind].n,
		.width = widths[t->kind],
		.out_width = 48,
	};
	memcpy(m->lg2, sizes[t->kind].lg2, sizeof(m->lg2));
}

void model_fini(struct model *m)
{
	free(m->pages);
}

static uint64_t last_of(const struct model_page *page)
{
	return page->iova + (1ull << page->lg2) - 1;
}

/* The first page that does not end before @iova */
static size_t place_of(const struct model *m, uint64_t iova)
{
	size_t low = 0, high = m->n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (last_of(&m->pages[mid]) < iova)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const struct model_page *model_find(const struct model *m, uint64_t iova)
{
	size_t i = place_of(m, iova);

	return i < m->n && m->pages[i].iova <= iova ? &m->pages[i] : NULL;
}

static int check(const struct model *m, uint64_t addr, uint64_t len, unsigned int width)
{
	if (!len || addr % (1ull << m->lg2[0]) || len % (1ull << m->lg2[0]) ||
	    addr + (len - 1) < addr)
		return -EINVAL;
	return addr + (len - 1) < 1ull << width ? 0 : -ERANGE;
}

/* The largest page that can be at the beginning of this */
static unsigned int largest(const struct model *m, uint64_t iova, uint64_t ipa, uint64_t len)
{
	unsigned int i = m->nr_lg2 - 1;

	while ((iova | ipa) % (1ull << m->lg2[i]) || len < 1ull << m->lg2[i])
		i--;
	return m->lg2[i];
}

static void make_room(struct model *m, size_t i, size_t n)
{
	if (m->n + n > m->room) {
		m->room = (m->n + n) * 2;
		m->pages = realloc(m->pages, m->room * sizeof(*m->pages));
		if (!m->pages)
			abort();
	}
	memmove(&m->pages[i + n], &m->pages[i], (m->n - i) * sizeof(*m->pages));
	m->n += n;
}

int model_map(struct model *m, uint64_t iova, uint64_t ipa, uint64_t len, bool writable)
{
	size_t i = place_of(m, iova), n = 0;
	uint64_t off;
	const int from = check(m, iova, len, m->width), to = check(m, ipa, len, m->out_width);

	if (from == -EINVAL || to == -EINVAL)
		return -EINVAL;
	if (from || to)
		return -ERANGE;
	if (i < m->n && m->pages[i].iova <= iova + len - 1)
		return -EEXIST;
	for (off = 0; off < len; n++)
		off += 1ull << largest(m, iova + off, ipa + off, len - off);
	make_room(m, i, n);
	for (off = 0; off < len; i++) {
		unsigned int lg2 = largest(m, iova + off, ipa + off, len - off);

		m->pages[i] = (struct model_page){ iova + off, ipa + off, lg2, writable };
		off += 1ull << lg2;
	}
	return 0;
}

int model_unmap(struct model *m, uint64_t iova, uint64_t len, struct ds_taken *taken)
{
	size_t i = place_of(m, iova), end, k;

	*taken = (struct ds_taken){ 0 };
	if (check(m, iova, len, m->width) == -EINVAL)
		return -EINVAL;
	for (end = i; end < m->n && m->pages[end].iova <= iova + len - 1; end++)
		;
	if (end == i)
		return 0;
	if (m->pages[i].iova < iova || last_of(&m->pages[end - 1]) > iova + len - 1)
		return -EINVAL;
	taken->first = m->pages[i].iova;
	taken->last = last_of(&m->pages[end - 1]);
	for (k = i; k < end; k++)
		taken->bytes += 1ull << m->pages[k].lg2;
	memmove(&m->pages[i], &m->pages[end], (m->n - end) * sizeof(*m->pages));
	m->n -= end - i;
	return 0;
}
