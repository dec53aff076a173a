/* SPDX-License-Identifier: GPL-2.0-only */
/* The RAM of a guest, as its VMM has it: GPAs, and where they are in memory */
#ifndef IOMMU_GUEST_H
#define IOMMU_GUEST_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct guest - guest RAM, one block
 * @va: where the VMM has it
 * @gpa: where the guest sees it
 * @size: its size in bytes
 * @used: what guest_alloc() gave out
 */
struct guest {
	uint8_t *va;
	uint64_t gpa;
	uint64_t size;
	uint64_t used;
};

/* 0 or a negative errno */
int guest_create(struct guest *g, uint64_t gpa, uint64_t size);
/*
 * As above, and each aligned 2M of the block is 2M of physical memory in one
 * piece, so that stage-2 can map it with a large page. -ENOMEM if the kernel's
 * memory is too fragmented for that
 */
int guest_create_2m(struct guest *g, uint64_t gpa, uint64_t size);
/*
 * As guest_create(), and of any two pages of the block that follow one another
 * the second is the lower one in physical memory: no two are in one piece
 */
int guest_create_scattered(struct guest *g, uint64_t gpa, uint64_t size);
void guest_destroy(struct guest *g);

/* The GPA of zeroed memory that nobody uses yet; 0 when there is no more */
uint64_t guest_alloc(struct guest *g, uint64_t size, uint64_t align);
/* The same, a page that has the pattern of @seed */
uint64_t guest_page(struct guest *g, uint64_t seed);
/* NULL if @gpa is not in the guest's RAM */
void *guest_ptr(const struct guest *g, uint64_t gpa);

/* Physical address behind an address of this process, 0 if there is none */
uint64_t guest_phys(const void *va);

#endif /* IOMMU_GUEST_H */
