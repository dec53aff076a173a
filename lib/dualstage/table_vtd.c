// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/* Stage-1 tables of VT-d: sections 9.7 and 3.6 of its specification */
#include <errno.h>

#include "format.h"

#define CAP_FS1GP	(1ull << 56)
#define ECAP_SMPWCS	(1ull << 48)

#define ENTRY_P		(1ull << 0)
#define ENTRY_W		(1ull << 1)
#define ENTRY_US	(1ull << 2)
#define ENTRY_A		(1ull << 5)
#define ENTRY_D		(1ull << 6)
#define ENTRY_PS	(1ull << 7)

/*
 * Accessed and dirty are set from the beginning, so the hardware has no reason to write.
 * What is present can be read: there is no way to say "write only".
 */
static uint64_t leaf(uint64_t ipa, unsigned int level, unsigned int prot)
{
	uint64_t entry = ipa | ENTRY_P | ENTRY_US | ENTRY_A;

	if (prot & DS_WRITE)
		entry |= ENTRY_W | ENTRY_D;
	return level > 1 ? entry | ENTRY_PS : entry;
}

static uint64_t table(uint64_t ipa)
{
	return ipa | ENTRY_P | ENTRY_W | ENTRY_US | ENTRY_A;
}

/*
 * Addresses have to be canonical (3.6): the top bit of what the levels have is the same
 * as all bits above it, and so it is 0 in whatever an IOVA can be here.
 */
static unsigned int low_half(unsigned int levels)
{
	return 12 + 9 * levels - 1;
}

int ds_format_vtd(const struct ds_caps *caps, struct ds_format *format, const char **why)
{
	unsigned int levels = 4;

	/* The entries are written by the CPU, which does not flush its caches for it */
	if (!(caps->vtd.ecap_reg & ECAP_SMPWCS)) {
		*why = "the IOMMU does not snoop the CPU's caches when it walks (ECAP.SMPWCS)";
		return -EOPNOTSUPP;
	}
	if (caps->s1_levels & 1u << 5 && caps->s1_bits > low_half(4) + 1) {
		levels = 5;
	} else if (!(caps->s1_levels & 1u << 4)) {
		*why = "the IOMMU has no stage-1 tables of 4 levels";
		return -EOPNOTSUPP;
	}
	*format = (struct ds_format){
		.granule = 12,
		.levels = levels,
		.width = low_half(levels),
		.out_width = caps->s2_bits < 52 ? caps->s2_bits : 52,
		.leaves = 1u << 1 | 1u << 2,
		.leaf = leaf,
		.table = table,
	};
	if (caps->s1_bits < format->width)
		format->width = caps->s1_bits;
	if (caps->vtd.cap_reg & CAP_FS1GP)
		format->leaves |= 1u << 3;
	return 0;
}

struct iommu_hwpt_vtd_s1 ds_vtd_s1(const struct ds_format *format, uint64_t root)
{
	return (struct iommu_hwpt_vtd_s1){
		.pgtbl_addr = root,
		.addr_width = 12 + 9 * format->levels,
	};
}
