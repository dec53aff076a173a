// SPDX-License-Identifier: GPL-2.0-only
/* A guest's stage-1 page tables, built in the guest's RAM */
#include <errno.h>
#include <stddef.h>

#include "util.h"
#include "vtd_pt.h"

static unsigned int index_of(uint64_t iova, unsigned int level)
{
	return (iova >> (12 + 9 * (level - 1))) & 0x1ff;
}

int s1_create(struct s1 *s1, struct guest *g, unsigned int levels)
{
	s1->g = g;
	s1->levels = levels;
	s1->root = guest_alloc(g, PAGE_4K, PAGE_4K);
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
		entry = s1_get(&table[index_of(iova, at)]);
		if (!(entry & S1_P) || (entry & S1_PS))
			return NULL;
		table = guest_ptr(s1->g, entry & S1_ADDR);
		if (!table)
			return NULL;
	}
	return &table[index_of(iova, level)];
}

int s1_map(struct s1 *s1, uint64_t iova, uint64_t gpa, unsigned int lg2,
	   uint64_t bits)
{
	uint64_t *table = guest_ptr(s1->g, s1->root);
	unsigned int leaf = s1_level(lg2);
	unsigned int at;
	uint64_t *entry;
	uint64_t next;

	for (at = s1->levels; at > leaf; at--) {
		entry = &table[index_of(iova, at)];
		if (!(*entry & S1_P)) {
			next = guest_alloc(s1->g, PAGE_4K, PAGE_4K);
			if (!next)
				return -ENOMEM;
			s1_set(entry, next | S1_RW);
		}
		table = guest_ptr(s1->g, *entry & S1_ADDR);
	}
	s1_set(&table[index_of(iova, leaf)],
	       gpa | bits | (leaf > 1 ? S1_PS : 0));
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
	uint64_t *entry = s1_entry(s1, iova, s1_level(lg2));

	if (entry)
		s1_set(entry, 0);
}
