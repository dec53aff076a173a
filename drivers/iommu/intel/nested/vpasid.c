// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PASID table entry of a guest's
 *
 * It comes as it is in the guest's memory (9.6). The guest's unit has stage-1 only;
 * what the entry of the unit says of stage-2, of the domain-id and of memory types is
 * the host's, and a guest that sets a bit there is refused rather than ignored.
 */
#include <linux/errno.h>
#include <linux/minmax.h>

#include "vpasid.h"

/* The table pointer has no more bits, however wide stage-2 is (9.6) */
#define VPASID_MAX_HAW	52U

/* A driver sets these, and for stage-1 they mean nothing */
#define VPASID0_KNOWN \
	(VTD_PTE0_P | VTD_PTE0_FPD | VTD_PTE0_AW | VTD_PTE0_PGTT)
#define VPASID1_KNOWN	(VTD_PTE1_DID | VTD_PTE1_PWSNP | VTD_PTE1_PGSNP)
#define VPASID2_EXEC	(VTD_PTE2_ERE | VTD_PTE2_NXE | VTD_PTE2_SMEP)
#define VPASID2_KNOWN \
	(VTD_PTE2_SRE | VTD_PTE2_FSPM | VTD_PTE2_WPE | VPASID2_EXEC | \
	 VTD_PTE2_EAFE | VTD_PTE2_FSPTPTR)

static bool vtd_vpasid_unknown(const u64 *entry)
{
	unsigned int i;

	if (entry[0] & ~VPASID0_KNOWN || entry[1] & ~VPASID1_KNOWN ||
	    entry[2] & ~VPASID2_KNOWN)
		return true;
	for (i = 3; i < VTD_PTE_WORDS; i++)
		if (entry[i])
			return true;

	switch (FIELD_GET(VTD_PTE0_PGTT, entry[0])) {
	case VTD_PGTT_STAGE2:
	case VTD_PGTT_NESTED:
	case VTD_PGTT_PT:
		return true;
	default:
		return false;
	}
}

/* Bits that are reserved on a unit without their capability */
static bool vtd_vpasid_incapable(const u64 *entry, u64 cap, u64 ecap)
{
	if (entry[1] & VTD_PTE1_PWSNP && !(ecap & VTD_ECAP_SMPWCS))
		return true;
	if (entry[1] & VTD_PTE1_PGSNP && !(ecap & VTD_ECAP_SC))
		return true;
	if (entry[2] & VTD_PTE2_SRE && !(ecap & VTD_ECAP_SRS))
		return true;
	if (entry[2] & VTD_PTE2_ERE && !(ecap & VTD_ECAP_ERS))
		return true;
	if (entry[2] & VTD_PTE2_EAFE && !(ecap & VTD_ECAP_EAFS))
		return true;
	return FIELD_GET(VTD_PTE2_FSPM, entry[2]) == VTD_FSPM_5LVL &&
	       !(cap & VTD_CAP_FS5LP);
}

/**
 * vtd_vpasid_decode - check a guest's PASID table entry, and say what it means
 * @entry: its words
 * @cap: capability register of the unit
 * @ecap: extended capability register
 * @stage2_width: bits of the addresses that the parent translates
 * @to: filled in
 *
 * Return: 0; -EOPNOTSUPP for what is not known or is the host's, -EINVAL for what is
 * not right
 */
int vtd_vpasid_decode(const u64 *entry, u64 cap, u64 ecap,
		      unsigned int stage2_width, struct vtd_vpasid *to)
{
	u64 fspm = FIELD_GET(VTD_PTE2_FSPM, entry[2]);

	*to = (struct vtd_vpasid) { .silent = entry[0] & VTD_PTE0_FPD };
	/* The hardware looks at nothing else then (9.6) */
	if (!(entry[0] & VTD_PTE0_P))
		return 0;

	if (vtd_vpasid_unknown(entry))
		return -EOPNOTSUPP;
	if (FIELD_GET(VTD_PTE0_PGTT, entry[0]) != VTD_PGTT_STAGE1 ||
	    FIELD_GET(VTD_PTE0_AW, entry[0]) > VTD_AW_57BIT ||
	    fspm > VTD_FSPM_5LVL ||
	    vtd_vpasid_incapable(entry, cap, ecap))
		return -EINVAL;
	if ((entry[2] & VTD_PTE2_FSPTPTR) >> min(stage2_width, VPASID_MAX_HAW))
		return -EINVAL;

	to->present = true;
	to->did = FIELD_GET(VTD_PTE1_DID, entry[1]);
	to->s1 = (struct vtd_stage1) {
		.root = entry[2] & VTD_PTE2_FSPTPTR,
		.five_level = fspm == VTD_FSPM_5LVL,
		.sre = entry[2] & VTD_PTE2_SRE,
		.wpe = entry[2] & VTD_PTE2_WPE,
		.eafe = entry[2] & VTD_PTE2_EAFE,
		.exec = entry[2] & VPASID2_EXEC,
		.pgsnp = entry[1] & VTD_PTE1_PGSNP,
	};
	return 0;
}
