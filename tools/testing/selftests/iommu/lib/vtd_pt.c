// SPDX-License-Identifier: GPL-2.0-only
/* Stage-1 tables of VT-d */
#include "vtd_pt.h"

static uint64_t leaf(uint64_t gpa, unsigned int level, uint64_t bits)
{
	return gpa | bits | (level > 1 ? S1_PS : 0);
}

static uint64_t table(uint64_t gpa)
{
	return gpa | S1_RW;
}

static bool is_table(uint64_t entry)
{
	return (entry & (S1_P | S1_PS)) == S1_P;
}

static uint64_t address(uint64_t entry)
{
	return entry & S1_ADDR;
}

static const struct s1_format vtd_format = {
	.granule = 12,
	.leaf = leaf,
	.table = table,
	.is_table = is_table,
	.address = address,
};

int s1_create(struct s1 *s1, struct guest *g, unsigned int levels)
{
	return s1_init(s1, g, &vtd_format, 12 + 9 * levels);
}
