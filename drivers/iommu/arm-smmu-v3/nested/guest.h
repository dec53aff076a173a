/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What comes from a guest, and what goes to it
 *
 * All of it is pure: what a guest's entries and commands may say is decided
 * from the capabilities of the unit alone.
 */
#ifndef __ARM_SMMU_V3_NESTED_GUEST_H
#define __ARM_SMMU_V3_NESTED_GUEST_H

#include <linux/types.h>

#include "desc.h"

/**
 * struct smmu3_rules - which fields of a guest's commands a unit has
 * @asid: bits of an ASID
 * @range0: those of ranged invalidation in the first word, 0 without
 * @range1: the same in the second word
 * @ssid: bits of a SubstreamID, 0 without
 * @ats: it has ATC_INV
 * @level1_16k: level 1 of 16K tables has leaves
 */
struct smmu3_rules {
	u64 asid;
	u64 range0;
	u64 range1;
	u64 ssid;
	bool ats;
	bool level1_16k;
};

/* usercmd.c */
void smmu3_rules_init(struct smmu3_rules *rules, const u32 idr[6]);
int smmu3_usercmd_check(const struct smmu3_rules *rules, struct smmu3_cmd cmd);
bool smmu3_usercmd_has_sid(struct smmu3_cmd cmd);
struct smmu3_cmd smmu3_usercmd_set_sid(struct smmu3_cmd cmd, u32 sid);
struct smmu3_cmd smmu3_usercmd_set_vmid(struct smmu3_cmd cmd, u16 vmid);

/* vste.c */
int smmu3_vste_check(const u64 ste[2], u64 vste[2], bool *ats);

/* vevent.c */
bool smmu3_vevent_make(const u64 evt[SMMU_EVT_WORDS], u32 vsid,
		       u64 vevt[SMMU_EVT_WORDS]);

#endif /* __ARM_SMMU_V3_NESTED_GUEST_H */
