// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock SMMUv3: memory attributes (13), as far as they decide whether an access
 * looks into the processors' caches
 *
 * A type is one byte as in MAIR: 0x0_ is Device, else the outer and the inner
 * cacheability. What is said of allocation is dropped, it changes nothing here.
 */
#include "walk.h"

#define ATTR_WB		0xff
#define ATTR_NC		0x44

#define CACHE_NC	0x4
#define CACHE_WT	0xb
#define CACHE_WB	0xf

static bool is_device(u8 mair)
{
	return !(mair & 0xf0);
}

/* One half of MAIR's byte, of a Normal type */
static u8 cache_kind(u8 half)
{
	if (half == CACHE_NC)
		return CACHE_NC;
	return half & 4 ? CACHE_WB : CACHE_WT;
}

/* One half of stage 2's MemAttr, the encoding without S2FWB */
static u8 cache_kind2(u8 half)
{
	switch (half) {
	case 2:
		return CACHE_WT;
	case 3:
		return CACHE_WB;
	default:
		return CACHE_NC;
	}
}

static u8 memattr_to_mair(u8 memattr)
{
	if (!(memattr & 0xc))
		return (memattr & 3) << 2;
	return cache_kind2(memattr >> 2) << 4 | cache_kind2(memattr & 3);
}

/* What is not cacheable is shared by all */
static struct mock_smmu_attr new_attr(u8 mair, u8 sh)
{
	if (is_device(mair) || mair == ATTR_NC)
		sh = SMMU_SH_OSH;
	return (struct mock_smmu_attr){ .mair = mair, .sh = sh };
}

/**
 * mock_smmu_attr_stage1() - the attributes that stage 1 gives
 * @mair: CD.MAIR
 * @desc: the descriptor of a block or page
 *
 * Return: the attributes
 */
struct mock_smmu_attr mock_smmu_attr_stage1(u64 mair, u64 desc)
{
	u8 attr = mair >> (8 * FIELD_GET(SMMU_PTE_ATTRINDX, desc));

	if (!is_device(attr))
		attr = cache_kind(attr >> 4) << 4 | cache_kind(attr & 0xf);
	return new_attr(attr, FIELD_GET(SMMU_PTE_SH, desc));
}

/**
 * mock_smmu_attr_override() - the attributes of a request itself (13.1.4)
 * @mtcfg: the memory type is overridden
 * @memattr: by this one
 * @shcfg: override of the shareability
 *
 * A request of PCIe is one to write-back cacheable, inner shareable memory
 * (13.6.1), whatever its No Snoop attribute: that has its effect in the end.
 *
 * Return: the attributes
 */
struct mock_smmu_attr mock_smmu_attr_override(bool mtcfg, u8 memattr, u8 shcfg)
{
	return new_attr(mtcfg ? memattr_to_mair(memattr) : ATTR_WB,
			shcfg == SMMU_SHCFG_INCOMING ? SMMU_SH_ISH : shcfg);
}

/* The weaker of both: less cached, less reordered */
static u8 combine_types(u8 a, u8 b)
{
	if (is_device(a) && is_device(b))
		return min(a, b);
	if (is_device(a))
		return a;
	if (is_device(b))
		return b;
	return min(a >> 4, b >> 4) << 4 | min(a & 0xf, b & 0xf);
}

/* Arm ARM, stage 2 with FWB: what stage 1 says counts only if stage 2 says so */
static u8 combine_fwb(u8 mair, u8 memattr)
{
	switch (memattr & 7) {
	case 7:
		return mair;
	case 6:
		return ATTR_WB;
	case 5:
		return is_device(mair) ? mair : ATTR_NC;
	default:
		return (memattr & 3) << 2;
	}
}

/* Outer shareable is more than inner, that more than not at all */
static u8 combine_sh(u8 a, u8 b)
{
	if (a == SMMU_SH_OSH || b == SMMU_SH_OSH)
		return SMMU_SH_OSH;
	return a == SMMU_SH_ISH || b == SMMU_SH_ISH ? SMMU_SH_ISH : SMMU_SH_NSH;
}

/**
 * mock_smmu_attr_combine() - the attributes of both stages together (13.1.5)
 * @s1: of stage 1, or of the request if that does not translate
 * @memattr: S2MemAttr of stage 2's descriptor
 * @sh: SH there
 * @fwb: STE.S2FWB
 *
 * Return: the attributes
 */
struct mock_smmu_attr mock_smmu_attr_combine(struct mock_smmu_attr s1,
					     u8 memattr, u8 sh, bool fwb)
{
	u8 mair = fwb ? combine_fwb(s1.mair, memattr) :
			combine_types(s1.mair, memattr_to_mair(memattr));

	return new_attr(mair, combine_sh(s1.sh, sh));
}

/**
 * mock_smmu_attr_stage2_device() - does stage 2 make Device memory of what is none?
 * @memattr: S2MemAttr of its descriptor
 * @fwb: STE.S2FWB
 *
 * Return: it does
 */
bool mock_smmu_attr_stage2_device(u8 memattr, bool fwb)
{
	struct mock_smmu_attr s1 = new_attr(ATTR_WB, SMMU_SH_ISH);

	s1 = mock_smmu_attr_combine(s1, memattr, SMMU_SH_ISH, fwb);
	return is_device(s1.mair);
}

/**
 * mock_smmu_attr_snooped() - does an access look into the processors' caches?
 * @attr: its attributes in the end
 * @no_snoop: PCIe's No Snoop attribute
 *
 * No Snoop makes Normal memory non-cacheable after all else (13.6.1), S2FWB or
 * not. That a root complex ignores it (CANWBS of the IORT) is not modelled.
 *
 * Return: it does: it is cacheable, and shared with them
 */
bool mock_smmu_attr_snooped(struct mock_smmu_attr attr, bool no_snoop)
{
	return !no_snoop && !is_device(attr.mair) &&
	       attr.mair >> 4 != CACHE_NC && (attr.mair & 0xf) != CACHE_NC &&
	       attr.sh != SMMU_SH_NSH;
}

/**
 * mock_smmu_is_snooped() - does a request look into the processors' caches?
 * @w: the request
 * @leaf: its translation
 *
 * Return: it does
 */
bool mock_smmu_is_snooped(const struct mock_smmu_walk *w,
			  const struct mock_smmu_leaf *leaf)
{
	struct mock_smmu_attr attr = w->s1 ? leaf->attr1 : w->ste->input;

	if (w->ste->s2)
		attr = mock_smmu_attr_combine(attr, leaf->memattr2, leaf->sh2,
					      w->ste->s2fwb);
	return mock_smmu_attr_snooped(attr, w->no_snoop);
}
