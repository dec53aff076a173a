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

/**
 * enum smmu3_target - what a command of a guest is for
 * @SMMU3_FOR_NOTHING: a guest must not send it
 * @SMMU3_FOR_VMID: what the TLB has of the guest: its VMID is put in
 * @SMMU3_FOR_STREAM: the configuration of a stream: its StreamID is put in
 * @SMMU3_FOR_ATC: the ATC of a stream: the same
 */
enum smmu3_target {
	SMMU3_FOR_NOTHING,
	SMMU3_FOR_VMID,
	SMMU3_FOR_STREAM,
	SMMU3_FOR_ATC,
};

/**
 * struct smmu3_usercmd - a command that a guest may send
 * @w0: fields of the first word that it has on every unit, without the opcode
 * @w1: those of the second word
 * @target: what it is for
 * @op: the opcode that the unit gets
 * @asid: it has an ASID
 * @range: it has the fields of ranged invalidation
 * @ssid: it has a SubstreamID
 */
struct smmu3_usercmd {
	u64 w0;
	u64 w1;
	u8 target;
	u8 op;
	bool asid;
	bool range;
	bool ssid;
};

/* usercmd.c */
extern const struct smmu3_usercmd smmu3_usercmds[U8_MAX + 1];
void smmu3_rules_init(struct smmu3_rules *rules, const u32 idr[6]);
int smmu3_usercmd_check(const struct smmu3_rules *rules, struct cmd_words cmd);

/**
 * smmu3_usercmd_of - what is known of a command
 * @cmd: the command, any
 *
 * Return: that; its @target tells whether a guest may send it
 */
static inline const struct smmu3_usercmd *smmu3_usercmd_of(struct cmd_words cmd)
{
	return &smmu3_usercmds[FIELD_GET(SMMU_CMD0_OPCODE, cmd.w0)];
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
 * @cmd: a command for a VMID, which smmu3_usercmd_check() has let through
 * @vmid: the guest's VMID
 *
 * Return: the command for the unit
 */
static inline struct cmd_words smmu3_usercmd_set_vmid(struct cmd_words cmd,
						      u16 vmid)
{
	u8 op = smmu3_usercmd_of(cmd)->op;

	cmd.w0 &= ~(SMMU_CMD0_OPCODE | SMMU_TLBI0_VMID);
	cmd.w0 |= FIELD_PREP(SMMU_CMD0_OPCODE, op) |
		  FIELD_PREP(SMMU_TLBI0_VMID, vmid);
	return cmd;
}

/* vste.c */
int smmu3_vste_check(const u64 ste[2], u64 vste[2], bool *ats);

/* vevent.c */
bool smmu3_vevent_make(const u64 evt[SMMU_EVT_WORDS], u32 vsid,
		       u64 vevt[SMMU_EVT_WORDS]);

#endif /* __ARM_SMMU_V3_NESTED_GUEST_H */
