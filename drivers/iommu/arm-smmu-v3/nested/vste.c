// SPDX-License-Identifier: GPL-2.0-only
/*
 * The stream table entry of a guest's
 *
 * Of its eight words a guest sends the two that stage-1 is in. What they may say
 * is what the kernel's uAPI lists; the rest of the entry is the host's.
 */
#include <linux/errno.h>

#include "guest.h"

/*
 * Of S1ContextPtr 55:6 a guest has 51:6, as with the in-tree driver: what is
 * above means something only in addresses of 56 bits
 */
#define VSTE0_S1CONTEXTPTR	(SMMU_STE0_S1CONTEXTPTR & GENMASK_ULL(51, 0))
#define VSTE0_ALLOWED \
	(SMMU_STE0_V | SMMU_STE0_CONFIG | SMMU_STE0_S1FMT | \
	 VSTE0_S1CONTEXTPTR | SMMU_STE0_S1CDMAX)
#define VSTE1_ALLOWED \
	(SMMU_STE1_S1DSS | SMMU_STE1_S1CIR | SMMU_STE1_S1COR | \
	 SMMU_STE1_S1CSH | SMMU_STE1_S1STALLD | SMMU_STE1_EATS)

/**
 * smmu3_vste_check - check a guest's STE
 * @ste: the first two words of it
 * @vste: set to what is left of it: without EATS, and zero if it is not valid
 * @ats: set to whether devices may use ATS. Without stage-1 a guest has no
 *	say in that
 *
 * An allowed field that has a value which the unit does not know is let through:
 * it makes the entry illegal for the unit, and the guest gets the event.
 *
 * Return: 0 or -EIO
 */
int smmu3_vste_check(const u64 ste[2], u64 vste[2], bool *ats)
{
	u64 eats = FIELD_GET(SMMU_STE1_EATS, ste[1]);

	*ats = true;
	vste[0] = 0;
	vste[1] = 0;
	/* Then nothing else in it means anything (5.2) */
	if (!(ste[0] & SMMU_STE0_V))
		return 0;

	if (ste[0] & ~VSTE0_ALLOWED || ste[1] & ~VSTE1_ALLOWED)
		return -EIO;
	/* Of split-stage ATS the second stage would have to be ours */
	if (eats != SMMU_EATS_ABORT && eats != SMMU_EATS_TRANS)
		return -EIO;

	switch (FIELD_GET(SMMU_STE0_CONFIG, ste[0])) {
	case SMMU_STE_CONFIG_ABORT:
	case SMMU_STE_CONFIG_BYPASS:
		break;
	case SMMU_STE_CONFIG_S1:
		*ats = eats == SMMU_EATS_TRANS;
		break;
	default:
		return -EIO;
	}
	vste[0] = ste[0];
	vste[1] = ste[1] & ~SMMU_STE1_EATS;
	return 0;
}
