/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest's stage-1 page tables, built in the guest's RAM
 *
 * This is the guest's own code: what the VT-d driver of a guest kernel does.
 * Entries are those of section 9.7 of the VT-d specification. Levels count
 * from 1 (the table whose entries map 4K) to 4 or 5 (the root).
 */
#ifndef IOMMU_VTD_PT_H
#define IOMMU_VTD_PT_H

#include <stdint.h>

#include "guest.h"

#define S1_P		(1ull << 0)
#define S1_W		(1ull << 1)
#define S1_U		(1ull << 2)
#define S1_A		(1ull << 5)
#define S1_D		(1ull << 6)
#define S1_PS		(1ull << 7)
#define S1_G		(1ull << 8)
#define S1_EA		(1ull << 10)
#define S1_XD		(1ull << 63)
#define S1_ADDR		0x000ffffffffff000ull

/* An ordinary page of a user; a table */
#define S1_RW		(S1_P | S1_W | S1_U)
#define S1_RO		(S1_P | S1_U)

#define S1_4K		12
#define S1_2M		21
#define S1_1G		30

/**
 * struct s1 - one tree of stage-1 tables
 * @g: the RAM it is in
 * @levels: 4 or 5
 * @root: GPA of the root table
 */
struct s1 {
	struct guest *g;
	unsigned int levels;
	uint64_t root;
};

/* All return 0 or -ENOMEM when the guest has no RAM left */
int s1_create(struct s1 *s1, struct guest *g, unsigned int levels);
/* Map one page of 2^@lg2 bytes; @bits are those of its entry */
int s1_map(struct s1 *s1, uint64_t iova, uint64_t gpa, unsigned int lg2,
	   uint64_t bits);
int s1_map_range(struct s1 *s1, uint64_t iova, uint64_t gpa, uint64_t len,
		 unsigned int lg2, uint64_t bits);

/* The entry for @iova in its table of @level, NULL if there is no such table */
uint64_t *s1_entry(const struct s1 *s1, uint64_t iova, unsigned int level);
/* Change an entry as a CPU does: one 64-bit store */
void s1_set(uint64_t *entry, uint64_t val);
uint64_t s1_get(const uint64_t *entry);
/* Take the page of 2^@lg2 bytes at @iova away */
void s1_unmap(struct s1 *s1, uint64_t iova, unsigned int lg2);

static inline unsigned int s1_level(unsigned int lg2)
{
	return (lg2 - 12) / 9 + 1;
}

#endif /* IOMMU_VTD_PT_H */
