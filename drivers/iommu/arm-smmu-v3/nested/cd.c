// SPDX-License-Identifier: GPL-2.0-only
/*
 * Context descriptors: what they are to say, and which bits of one are used
 */
#include "entry.h"

/* Ignored when EPD0 is set */
#define CD0_TTB0 \
	(SMMU_CD0_T0SZ | SMMU_CD0_TG0 | SMMU_CD0_IR0 | SMMU_CD0_OR0 | \
	 SMMU_CD0_SH0)
#define CD1_TTB0 \
	(SMMU_CD1_NSCFG0 | SMMU_CD1_HAD0 | SMMU_CD1_E0PD0 | SMMU_CD1_TTB0)

/* Ignored when EPD1 is set */
#define CD0_TTB1 \
	(SMMU_CD0_T1SZ | SMMU_CD0_TG1 | SMMU_CD0_IR1 | SMMU_CD0_OR1 | \
	 SMMU_CD0_SH1)

/**
 * smmu3_cd_stage1 - tables of the kernel's in the lower half
 * @s1: the stage-1
 *
 * Transactions in the upper half of the address space fault. ASET keeps
 * broadcast invalidations of the CPUs' own ASIDs from it.
 *
 * Return: the descriptor
 */
struct smmu3_cd smmu3_cd_stage1(const struct smmu3_stage1 *s1)
{
	struct smmu3_cd cd = {};

	cd.w[0] = SMMU_CD0_V | SMMU_CD0_AA64 | SMMU_CD0_EPD1 |
		  SMMU_CD0_R | SMMU_CD0_A | SMMU_CD0_ASET |
		  FIELD_PREP(SMMU_CD0_T0SZ, s1->t0sz) |
		  FIELD_PREP(SMMU_CD0_TG0, s1->tg) |
		  FIELD_PREP(SMMU_CD0_IR0, s1->irgn) |
		  FIELD_PREP(SMMU_CD0_OR0, s1->orgn) |
		  FIELD_PREP(SMMU_CD0_SH0, s1->sh) |
		  FIELD_PREP(SMMU_CD0_IPS, s1->ips) |
		  FIELD_PREP(SMMU_CD0_ASID, s1->asid) |
		  (s1->dirty ? SMMU_CD0_HA | SMMU_CD0_HD : 0) |
		  (s1->stall ? SMMU_CD0_S : 0);
	cd.w[1] = s1->ttb & SMMU_CD1_TTB0;
	cd.w[3] = s1->mair;
	return cd;
}

/**
 * smmu3_cd_used - which bits of a descriptor the hardware looks at
 * @w: the descriptor
 * @used: set to these
 */
void smmu3_cd_used(const u64 *w, u64 *used)
{
	memset(used, 0, SMMU_CD_SIZE);
	used[0] = SMMU_CD0_V;
	if (!(w[0] & SMMU_CD0_V))
		return;

	memset(used, 0xff, SMMU_CD_SIZE);
	if (w[0] & SMMU_CD0_EPD0) {
		used[0] &= ~CD0_TTB0;
		used[1] &= ~CD1_TTB0;
	}
	if (w[0] & SMMU_CD0_EPD1) {
		used[0] &= ~CD0_TTB1;
		used[2] = 0;
	}
}
