// SPDX-License-Identifier: GPL-2.0-only
/* A guest's stage-1 page tables, built in the guest's RAM */
#include <errno.h>
#include <stddef.h>

#include "s1.h"
#include "util.h"

static unsigned int level_shift(const struct s1 *s1, unsigned int level)
{
	unsigned int granule = s1->format->granule;

	return granule + (granule - 3) * (level - 1);
}

/* The root may have fewer entries: there are no more bits in an address */
static unsigned int index_of(const struct s1 *s1, uint64_t iova,
			     unsigned int level)
{
	unsigned int entries = 1u << (s1->format->granule - 3);

	iova &= (1ull << s1->width) - 1;
	return (iova >> level_shift(s1, level)) & (entries - 1);
}

static uint64_t table_size(const struct s1 *s1)
{
	return 1ull << s1->format->granule;
}

unsigned int s1_level_of(const struct s1 *s1, unsigned int lg2)
{
	unsigned int granule = s1->format->granule;

	return (lg2 - granule) / (granule - 3) + 1;
}

int s1_init(struct s1 *s1, struct guest *g, const struct s1_format *format,
	    unsigned int width)
{
	*s1 = (struct s1){ .g = g, .format = format, .width = width };
	s1->levels = s1_level_of(s1, width - 1);
	s1->root = guest_alloc(g, table_size(s1), table_size(s1));
	return s1->root ? 0 : -ENOMEM;
}

void s1_set(uint64_t *entry, uint64_t val)
{
	__atomic_store_n(entry, val, __ATOMIC_RELEASE);
}

uint64_t s1_get(const uint64_t *entry)
{
	return __atomic_load_n(entry, __ATOMIC_ACQUIRE);
}

uint64_t *s1_entry(const struct s1 *s1, uint64_t iova, unsigned int level)
{
	uint64_t *table = guest_ptr(s1->g, s1->root);
	unsigned int at;
	uint64_t entry;

	for (at = s1->levels; at > level; at--) {
		entry = s1_get(&table[index_of(s1, iova, at)]);
		if (!s1->format->is_table(entry))
			return NULL;
		table = guest_ptr(s1->g, s1->format->address(entry));
		if (!table)
			return NULL;
	}
	return &table[index_of(s1, iova, level)];
}

uint64_t s1_gpa(const struct s1 *s1, uint64_t iova, unsigned int level)
{
	uint64_t *entry = s1_entry(s1, iova, level);

	return entry ? s1->format->address(s1_get(entry)) : 0;
}

int s1_map(struct s1 *s1, uint64_t iova, uint64_t gpa, unsigned int lg2,
	   uint64_t bits)
{
	uint64_t *table = guest_ptr(s1->g, s1->root);
	unsigned int leaf = s1_level_of(s1, lg2);
	unsigned int at;
	uint64_t *entry;
	uint64_t next;

	for (at = s1->levels; at > leaf; at--) {
		entry = &table[index_of(s1, iova, at)];
		if (!s1->format->is_table(*entry)) {
			next = guest_alloc(s1->g, table_size(s1),
					   table_size(s1));
			if (!next)
				return -ENOMEM;
			s1_set(entry, s1->format->table(next));
		}
		table = guest_ptr(s1->g, s1->format->address(*entry));
	}
	s1_set(&table[index_of(s1, iova, leaf)],
	       s1->format->leaf(gpa, leaf, bits));
	return 0;
}

int s1_map_range(struct s1 *s1, uint64_t iova, uint64_t gpa, uint64_t len,
		 unsigned int lg2, uint64_t bits)
{
	uint64_t off;
	int rc;

	for (off = 0; off < len; off += 1ull << lg2) {
		rc = s1_map(s1, iova + off, gpa + off, lg2, bits);
		if (rc)
			return rc;
	}
	return 0;
}

void s1_unmap(struct s1 *s1, uint64_t iova, unsigned int lg2)
{
	uint64_t *entry = s1_entry(s1, iova, s1_level_of(s1, lg2));

	if (entry)
		s1_set(entry, 0);
}
