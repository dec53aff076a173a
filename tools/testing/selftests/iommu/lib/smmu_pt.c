// SPDX-License-Identifier: GPL-2.0-only
/* Stage-1 tables of SMMUv3 */
#include <errno.h>

#include "smmu_pt.h"
#include "util.h"

/* Bits 47 to 12; with large granules the low ones of these are zero */
#define ADDRESS		0x0000fffffffff000ull
#define ABSTRACT	(S1_P | S1_W | S1_U | S1_G | S1_XD)

static uint64_t leaf(uint64_t gpa, unsigned int level, uint64_t bits)
{
	uint64_t pte = gpa | (bits & ~ABSTRACT);

	if (!(bits & S1_P))
		return 0;
	pte |= PTE_VALID | PTE_AF | PTE_SH_INNER;
	if (level == 1)
		pte |= PTE_TABLE;
	if (!(bits & S1_W))
		pte |= PTE_RO;
	if (bits & S1_U)
		pte |= PTE_EL0;
	if (!(bits & S1_G))
		pte |= PTE_NG;
	if (bits & S1_XD)
		pte |= PTE_UXN | PTE_PXN;
	return pte;
}

static uint64_t table(uint64_t gpa)
{
	return gpa | PTE_VALID | PTE_TABLE;
}

static bool is_table(uint64_t entry)
{
	return (entry & (PTE_VALID | PTE_TABLE)) == (PTE_VALID | PTE_TABLE);
}

static uint64_t address(uint64_t entry)
{
	return entry & ADDRESS;
}

#define FORMAT(granule_) { \
	.granule = granule_, \
	.leaf = leaf, \
	.table = table, \
	.is_table = is_table, \
	.address = address, \
	}

static const struct s1_format formats[] = {
	FORMAT(GRANULE_4K), FORMAT(GRANULE_16K), FORMAT(GRANULE_64K),
};

int smmu_pt_create(struct s1 *s1, struct guest *g, unsigned int granule,
		   unsigned int width)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(formats); i++)
		if (formats[i].granule == granule)
			return s1_init(s1, g, &formats[i], width);
	return -EINVAL;
}

/* Arm ARM D8.7.1, the Contiguous bit */
unsigned int smmu_pt_cont(const struct s1 *s1, unsigned int level)
{
	switch (s1->format->granule) {
	case GRANULE_16K:
		return level == 1 ? 7 : 5;
	case GRANULE_64K:
		return 5;
	default:
		return 4;
	}
}

int smmu_pt_map_cont(struct s1 *s1, uint64_t iova, uint64_t gpa,
		     unsigned int lg2, uint64_t bits)
{
	unsigned int level = s1_level_of(s1, lg2);

	return s1_map_range(s1, iova, gpa,
			    1ull << (lg2 + smmu_pt_cont(s1, level)), lg2,
			    bits | PTE_CONT);
}
