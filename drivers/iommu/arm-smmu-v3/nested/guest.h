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
int smmu3_usercmd_check(const struct smmu3_rules *rules, struct cmd_words cmd);

/**
 * smmu3_usercmd_has_sid - is a command for one stream?
 * @cmd: a command that smmu3_usercmd_check() let through
 *
 * Return: true if it names a StreamID, false if a VMID has to be put in
 */
static inline bool smmu3_usercmd_has_sid(struct cmd_words cmd)
{
	switch (FIELD_GET(SMMU_CMD0_OPCODE, cmd.w0)) {
	case SMMU_OP_ATC_INV:
	case SMMU_OP_CFGI_CD:
	case SMMU_OP_CFGI_CD_ALL:
		return true;
	default:
		return false;
	}
}

/**
 * smmu3_usercmd_set_sid - have a command be for the stream behind a virtual one
 * @cmd: a command that has a StreamID
 * @sid: the real one
 *
 * Return: the command for the unit
 */
static inline struct cmd_words smmu3_usercmd_set_sid(struct cmd_words cmd,
						     u32 sid)
{
	cmd.w0 &= ~SMMU_CMD0_SID;
	cmd.w0 |= FIELD_PREP(SMMU_CMD0_SID, sid);
	return cmd;
}

/**
 * smmu3_usercmd_set_vmid - keep an invalidation of the TLB within a guest
 * @cmd: a command that has no StreamID
 * @vmid: the guest's VMID
 *
 * A guest's "all VMIDs" are its own one.
 *
 * Return: the command for the unit
 */
static inline struct cmd_words smmu3_usercmd_set_vmid(struct cmd_words cmd,
						      u16 vmid)
{
	if (FIELD_GET(SMMU_CMD0_OPCODE, cmd.w0) == SMMU_OP_TLBI_NSNH_ALL)
		return smmu3_cmd_tlbi_nh_all(vmid);
	cmd.w0 &= ~SMMU_TLBI0_VMID;
	cmd.w0 |= FIELD_PREP(SMMU_TLBI0_VMID, vmid);
	return cmd;
}

/* vste.c */
int smmu3_vste_check(const u64 ste[2], u64 vste[2], bool *ats);

/* vevent.c */
bool smmu3_vevent_make(const u64 evt[SMMU_EVT_WORDS], u32 vsid,
		       u64 vevt[SMMU_EVT_WORDS]);

#endif /* __ARM_SMMU_V3_NESTED_GUEST_H */
