// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock SMMUv3: translation table descriptors of VMSAv8-64, what both stages have
 * in common (Arm ARM D8.2, D8.3)
 */
#include <linux/bits.h>
#include <linux/string.h>
#include <linux/swab.h>

#include "../phys.h"
#include "walk.h"

/**
 * mock_smmu_read64() - read one word of a table
 * @m: the SMMU
 * @pa: its physical address
 * @val: where to
 *
 * Return: 0, or -EFAULT when the access aborts
 */
int mock_smmu_read64(struct mock_smmu *m, u64 pa, u64 *val)
{
	m->stats.walk_refs++;
	if (mock_misbehave_take(m->mi, MOCK_MISBEHAVE_WALK_ABORT))
		return -EFAULT;
	return mock_phys_read64(pa, val);
}

/**
 * mock_smmu_read_words() - read a structure that is wider than 64 bits
 * @m: the SMMU
 * @pa: its physical address
 * @words: where to
 * @nr: how many 64-bit words it has
 *
 * 3.21.3: the words are read one by one. Software that changes more than one of a
 * structure that is in use can see the mixture used.
 *
 * Return: 0, or -EFAULT when the access aborts
 */
int mock_smmu_read_words(struct mock_smmu *m, u64 pa, u64 *words, u32 nr)
{
	int ret = 0;
	u32 i;

	m->stats.walk_refs++;
	if (mock_misbehave_take(m->mi, MOCK_MISBEHAVE_WALK_ABORT))
		return -EFAULT;
	for (i = 0; i < nr && !ret; i++)
		ret = mock_phys_read64(pa + i * sizeof(u64), &words[i]);
	return ret;
}

/**
 * mock_smmu_oas() - output address size (3.4)
 * @m: the SMMU
 *
 * The intermediate address size is the same, since there are no AArch32 tables.
 *
 * Return: bits of a physical address
 */
u8 mock_smmu_oas(struct mock_smmu *m)
{
	return mock_smmu_output_size(m, FIELD_GET(SMMU_IDR5_OAS, m->idr[5]));
}

/**
 * mock_smmu_output_size() - effective value of CD.IPS or STE.S2PS
 * @m: the SMMU
 * @ps: the field
 *
 * Return: bits of an output address, not more than the SMMU has
 */
u8 mock_smmu_output_size(struct mock_smmu *m, u8 ps)
{
	static const u8 bits[] = { 32, 36, 40, 42, 44, 48 };
	u8 oas = FIELD_GET(SMMU_IDR5_OAS, m->idr[5]);

	return bits[min3(ps, oas, (u8)SMMU_OAS_48)];
}

/**
 * mock_smmu_granule_supported() - does the SMMU have this granule?
 * @m: the SMMU
 * @granule: log2 of its size, 0 for a reserved encoding
 *
 * Return: whether it does
 */
bool mock_smmu_granule_supported(struct mock_smmu *m, u8 granule)
{
	switch (granule) {
	case 12:
		return m->idr[5] & SMMU_IDR5_GRAN4K;
	case 14:
		return m->idr[5] & SMMU_IDR5_GRAN16K;
	case 16:
		return m->idr[5] & SMMU_IDR5_GRAN64K;
	default:
		return false;
	}
}

/**
 * mock_smmu_tg0_granule() - decode CD.TG0 or STE.S2TG
 * @tg: the field
 *
 * Return: log2 of the granule, 0 if reserved
 */
u8 mock_smmu_tg0_granule(u8 tg)
{
	switch (tg) {
	case SMMU_TG0_4K:
		return 12;
	case SMMU_TG0_16K:
		return 14;
	case SMMU_TG0_64K:
		return 16;
	default:
		return 0;
	}
}

/**
 * mock_smmu_tg1_granule() - decode CD.TG1
 * @tg: the field
 *
 * Return: log2 of the granule, 0 if reserved
 */
u8 mock_smmu_tg1_granule(u8 tg)
{
	switch (tg) {
	case SMMU_TG1_4K:
		return 12;
	case SMMU_TG1_16K:
		return 14;
	case SMMU_TG1_64K:
		return 16;
	default:
		return 0;
	}
}

/**
 * mock_smmu_endian_supported() - may tables have this byte order?
 * @m: the SMMU
 * @be: big-endian
 *
 * Return: whether they may
 */
bool mock_smmu_endian_supported(struct mock_smmu *m, bool be)
{
	switch (FIELD_GET(SMMU_IDR0_TTENDIAN, m->idr[0])) {
	case SMMU_TTENDIAN_LE:
		return !be;
	case SMMU_TTENDIAN_BE:
		return be;
	default:
		return true;
	}
}

/**
 * mock_smmu_tt_offset() - where in its table is the descriptor for an address?
 * @tt: the tables
 * @level: level of the table
 * @addr: input address
 *
 * At the starting level, the table has as many descriptors as the input size
 * asks for: fewer than a granule holds, or more if stage 2 concatenates tables.
 *
 * Return: offset in bytes
 */
u64 mock_smmu_tt_offset(const struct mock_smmu_tt *tt, u8 level, u64 addr)
{
	u8 bits = tt->granule - 3;

	if (level == tt->start)
		bits = tt->input - mock_smmu_tt_shift(tt, level);
	return ((addr >> mock_smmu_tt_shift(tt, level)) &
		GENMASK_ULL(bits - 1, 0)) *
	       sizeof(u64);
}

/**
 * mock_smmu_tt_align() - align the address of a starting-level table to its size
 * @base: as CD.TTBx or STE.S2TTB have it
 * @tt: the tables, @tt->base is not used
 *
 * Return: the address that is used
 */
u64 mock_smmu_tt_align(u64 base, const struct mock_smmu_tt *tt)
{
	u8 lg2 = tt->input - mock_smmu_tt_shift(tt, tt->start) + 3;

	return base >> lg2 << lg2;
}

/* 52-bit addresses aside, which level has blocks depends on the granule alone */
static bool level_has_blocks(const struct mock_smmu_tt *tt, u8 level)
{
	return level == 2 || (level == 1 && tt->granule == 12);
}

/**
 * mock_smmu_desc_kind() - what is a descriptor?
 * @tt: the tables
 * @desc: the descriptor
 * @level: its level
 *
 * Return: kind, invalid for a block where there can be none
 */
enum mock_smmu_desc mock_smmu_desc_kind(const struct mock_smmu_tt *tt, u64 desc,
					u8 level)
{
	if (!(desc & SMMU_PTE_VALID))
		return MOCK_SMMU_DESC_INVALID;
	if (level == 3)
		return desc & SMMU_PTE_TABLE ? MOCK_SMMU_DESC_LEAF :
					       MOCK_SMMU_DESC_INVALID;
	if (desc & SMMU_PTE_TABLE)
		return MOCK_SMMU_DESC_TABLE;
	return level_has_blocks(tt, level) ? MOCK_SMMU_DESC_LEAF : MOCK_SMMU_DESC_INVALID;
}

/**
 * mock_smmu_desc_addr() - output address of a descriptor
 * @tt: the tables
 * @desc: the descriptor
 *
 * Return: address, not yet aligned to the size of a block
 */
u64 mock_smmu_desc_addr(const struct mock_smmu_tt *tt, u64 desc)
{
	return desc & GENMASK_ULL(47, tt->granule);
}

/* Arm ARM D8.6.1: log2 of how many descriptors the Contiguous bit joins */
static u8 contiguous_bits(const struct mock_smmu_tt *tt, u8 level)
{
	switch (tt->granule) {
	case 12:
		return 4;
	case 14:
		return level == 3 ? 7 : 5;
	default:
		return 5;
	}
}

/**
 * mock_smmu_desc_lg2() - size of the region that a block or page descriptor maps
 * @tt: the tables
 * @desc: the descriptor
 * @level: its level
 * @addr: input address
 *
 * The Contiguous bit counts where the descriptor's own address does not give the
 * lie to it: then all its neighbours are taken on trust.
 *
 * Return: log2 of the size
 */
u8 mock_smmu_desc_lg2(const struct mock_smmu_tt *tt, u64 desc, u8 level,
		      u64 addr)
{
	u8 shift = mock_smmu_tt_shift(tt, level);
	u8 lg2 = shift + contiguous_bits(tt, level);

	if (!(desc & SMMU_PTE_CONT) || lg2 > tt->input)
		return shift;
	return (addr ^ mock_smmu_desc_addr(tt, desc)) &
	       GENMASK_ULL(lg2 - 1, shift) ? shift : lg2;
}

/**
 * mock_smmu_desc_no_cache() - may the descriptor not be cached? (3.21.1.2)
 * @m: the SMMU
 * @desc: a block or page descriptor
 * @level: its level
 *
 * Return: it is a block with nT at break-before-make level 1
 */
bool mock_smmu_desc_no_cache(struct mock_smmu *m, u64 desc, u8 level)
{
	return FIELD_GET(SMMU_IDR3_BBML, m->idr[3]) == 1 && level < 3 &&
	       desc & SMMU_PTE_NT;
}

/**
 * mock_smmu_desc_read() - read a descriptor
 * @m: the SMMU
 * @tt: the tables
 * @pa: its physical address
 * @desc: where to
 *
 * Return: 0, or -EFAULT when the access aborts
 */
int mock_smmu_desc_read(struct mock_smmu *m, const struct mock_smmu_tt *tt,
			u64 pa, u64 *desc)
{
	int ret = mock_smmu_read64(m, pa, desc);

	if (!ret && tt->be)
		*desc = swab64(*desc);
	return ret;
}

/**
 * mock_smmu_desc_update() - change a descriptor that was read before, atomically
 * @m: the SMMU
 * @tt: the tables
 * @pa: its physical address
 * @old: what was read
 * @new: what it becomes
 *
 * Return: 0, -EAGAIN if software changed it meanwhile, -EFAULT when the access
 *	aborts
 */
int mock_smmu_desc_update(struct mock_smmu *m, const struct mock_smmu_tt *tt,
			  u64 pa, u64 old, u64 new)
{
	/* 3.13: a speculative access may set no dirty state, and need set no AF */
	if (mock_speculating(m->mi))
		return -EFAULT;
	if (mock_walking(m->mi)) {
		mock_smmu_walk_update(m, old, new);
		return 0;
	}
	m->stats.walk_refs++;
	if (tt->be)
		return mock_phys_cmpxchg64(pa, swab64(old), swab64(new));
	return mock_phys_cmpxchg64(pa, old, new);
}
