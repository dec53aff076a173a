/* SPDX-License-Identifier: GPL-2.0-only */
/* Stage-1 tables of VT-d: section 9.7 of its specification */
#ifndef IOMMU_VTD_PT_H
#define IOMMU_VTD_PT_H

#include "s1.h"

#define S1_A		(1ull << 5)
#define S1_D		(1ull << 6)
#define S1_PS		(1ull << 7)
#define S1_EA		(1ull << 10)
#define S1_ADDR		0x000ffffffffff000ull

/* @levels: 4 or 5. Returns 0, or -ENOMEM */
int s1_create(struct s1 *s1, struct guest *g, unsigned int levels);

static inline unsigned int s1_level(unsigned int lg2)
{
	return (lg2 - 12) / 9 + 1;
}

#endif /* IOMMU_VTD_PT_H */
