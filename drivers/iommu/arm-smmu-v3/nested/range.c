// SPDX-License-Identifier: GPL-2.0-only
/*
 * From ranges of addresses to commands
 *
 * With IDR3.RIL one command covers (NUM + 1) * 2^SCALE pages (4.4.1.1), so that a
 * range takes as many as its number of pages has groups of five bits. Without, it
 * takes one for each page.
 */
#include <linux/align.h>
#include <linux/log2.h>
#include <linux/minmax.h>

#include "range.h"

/* Commands for the pages of a range, before all of a tag is invalidated */
#define RANGE_MAX_CMDS	128

/* NUM has five bits, and says one less */
#define RANGE_NUM_BITS	5

/* SCALE has five bits as well, if IDR5.DS does not say more */
#define RANGE_MAX_SCALE	31UL

static u8 smmu3_tg_code(unsigned int page_shift)
{
	switch (page_shift) {
	case 14:
		return SMMU_TLBI_TG_16K;
	case 16:
		return SMMU_TLBI_TG_64K;
	default:
		return SMMU_TLBI_TG_4K;
	}
}

/* The level of the table that has entries of @shift: 3 is that of pages */
static u8 smmu3_level_of(unsigned int page_shift, unsigned int shift)
{
	unsigned int bits = page_shift - 3;

	return 3 - (shift - page_shift) / bits;
}

/**
 * smmu3_range_init - describe a range whose translations are to be invalidated
 * @range: filled in
 * @first: the first byte
 * @last: the last byte
 * @granule: size of the leaf entries that are gone
 * @page_shift: log2 of the smallest page
 * @ril: the unit knows ranges
 * @leaf: only leaf entries are gone
 *
 * What is not leaf entries alone may have been at any level.
 *
 * Return: true, or false if it takes so many commands that it is better to
 * invalidate everything
 */
bool smmu3_range_init(struct smmu3_range *range, u64 first, u64 last,
		      size_t granule, unsigned int page_shift, bool ril,
		      bool leaf)
{
	unsigned int shift = page_shift;

	/* Without ranges one command for each leaf entry is enough */
	if (leaf && granule > BIT(page_shift))
		shift = ilog2(granule);

	range->page_shift = page_shift;
	range->ril = ril;
	range->leaf = leaf;
	range->ttl = ril && leaf ? smmu3_level_of(page_shift, shift) : 0;
	range->step = BIT_ULL(ril ? page_shift : shift);
	range->addr = ALIGN_DOWN(first, BIT_ULL(shift));
	range->left = ((last - range->addr) >> shift) + 1;
	/* The whole address space has no number */
	if (!range->left)
		return false;
	if (!ril)
		return range->left <= RANGE_MAX_CMDS;

	range->left <<= shift - page_shift;
	/* One page, with no level, is reserved */
	if (!range->ttl && (range->left & GENMASK(RANGE_NUM_BITS - 1, 0)) == 1)
		range->left++;
	return range->left >> (RANGE_MAX_SCALE + RANGE_NUM_BITS) == 0;
}

/**
 * smmu3_range_next - take the next command of a range
 * @range: the range, with something left
 * @cmd: a TLBI by address, without one
 *
 * Return: the command
 */
struct cmd_words smmu3_range_next(struct smmu3_range *range,
				  struct cmd_words cmd)
{
	cmd.w1 |= range->addr & SMMU_TLBI1_VA;
	if (range->leaf)
		cmd.w1 |= SMMU_TLBI1_LEAF;

	if (!range->ril) {
		range->addr += range->step;
		range->left--;
	} else {
		unsigned int scale = min(__ffs64(range->left), RANGE_MAX_SCALE);
		u64 num = (range->left >> scale) &
			  GENMASK(RANGE_NUM_BITS - 1, 0);

		cmd.w0 |= FIELD_PREP(SMMU_TLBI0_NUM, num - 1) |
			  FIELD_PREP(SMMU_TLBI0_SCALE, scale);
		cmd.w1 |= FIELD_PREP(SMMU_TLBI1_TG,
				     smmu3_tg_code(range->page_shift)) |
			  FIELD_PREP(SMMU_TLBI1_TTL, range->ttl);
		range->addr += num << scale << range->page_shift;
		range->left -= num << scale;
	}
	return cmd;
}

/**
 * smmu3_atc_span - the aligned power of two that covers a range
 * @first: the first byte
 * @last: the last byte
 * @addr: set to the first byte of it
 *
 * An invalidation of an ATC has no other shape (4.5.1). It can cover a lot more
 * than the range, which costs the device some translations; several of them would
 * cost as many messages to it.
 *
 * Return: log2 of its number of 4K pages, SMMU_ATC_SIZE_ALL for everything
 */
unsigned int smmu3_atc_span(u64 first, u64 last, u64 *addr)
{
	unsigned int shift = fls64((first >> 12) ^ (last >> 12));

	if (shift >= SMMU_ATC_SIZE_ALL) {
		*addr = 0;
		return SMMU_ATC_SIZE_ALL;
	}
	*addr = first & ~GENMASK_ULL(shift + 11, 0);
	return shift;
}
