/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest's stage-1 page tables, built in the guest's RAM
 *
 * This is the guest's own code: what the IOMMU driver of a guest kernel does.
 * The tables of both vendors are trees of tables of 64-bit entries; how wide a
 * level is and what an entry looks like is in a struct s1_format. Levels count
 * from 1 (the table whose entries map the smallest pages) up to the root.
 */
#ifndef IOMMU_S1_H
#define IOMMU_S1_H

#include <stdbool.h>
#include <stdint.h>

#include "guest.h"

/*
 * What a mapping permits, in any format. The values are those of VT-d; further
 * bits are ones of the format itself, and go into the entry as they are.
 */
#define S1_P		(1ull << 0)	/* present */
#define S1_W		(1ull << 1)	/* may be written */
#define S1_U		(1ull << 2)	/* not only for privileged requests */
#define S1_G		(1ull << 8)	/* the same in every address space */
#define S1_XD		(1ull << 63)	/* no instructions */

/* An ordinary page of a user */
#define S1_RW		(S1_P | S1_W | S1_U)
#define S1_RO		(S1_P | S1_U)

#define S1_4K		12
#define S1_2M		21
#define S1_1G		30

/**
 * struct s1_format - what the entries of a kind of tables look like
 * @granule: log2 of the size of a table and of the smallest page
 * @leaf: entry of @level that maps @gpa, @bits as above
 * @table: entry that refers to a table
 * @is_table: is this entry of a @level above 1 one that refers to a table?
 * @address: GPA in an entry
 */
struct s1_format {
	unsigned int granule;
	uint64_t (*leaf)(uint64_t gpa, unsigned int level, uint64_t bits);
	uint64_t (*table)(uint64_t gpa);
	bool (*is_table)(uint64_t entry);
	uint64_t (*address)(uint64_t entry);
};

/**
 * struct s1 - one tree of stage-1 tables
 * @g: the RAM it is in
 * @format: of its entries
 * @levels: how many there are
 * @width: addresses have so many bits, those above do not matter here
 * @root: GPA of the root table
 * @context: SMMUv3: GPA of the table whose context descriptor has it
 * @asid: SMMUv3: the ASID there
 */
struct s1 {
	struct guest *g;
	const struct s1_format *format;
	unsigned int levels;
	unsigned int width;
	uint64_t root;
	uint64_t context;
	uint16_t asid;
};

/* All return 0 or -ENOMEM when the guest has no RAM left */
int s1_init(struct s1 *s1, struct guest *g, const struct s1_format *format,
	    unsigned int width);
/* Map one page of 2^@lg2 bytes, whatever was mapped there */
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

/* Of a page of 2^@lg2 bytes */
unsigned int s1_level_of(const struct s1 *s1, unsigned int lg2);
/* GPA of the page at @iova, whose entry is of @level */
uint64_t s1_gpa(const struct s1 *s1, uint64_t iova, unsigned int level);

#endif /* IOMMU_S1_H */
