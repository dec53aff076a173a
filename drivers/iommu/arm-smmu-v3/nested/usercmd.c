// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands of a guest's: which ones it may send, and what becomes of them
 *
 * They go to the queue that all guests share, and that stops at a command which
 * the hardware refuses. So whatever may be refused (4.1.3) is refused here:
 * opcodes and fields that are not known, bits that the unit reserves, and
 * combinations that are. Addresses and IDs that are out of range do not belong
 * to that: their effect is not predictable (4.1.7), but stays within the VMID
 * and the StreamID that are put in.
 */
#include <linux/errno.h>

#include "guest.h"

/* log2 of the pages of all addresses; hardware may refuse larger ones (4.5.1) */
#define ATC_MAX_SIZE	SMMU_ATC_SIZE_ALL

/* All that is known of them, by opcode */
const struct smmu3_usercmd smmu3_usercmds[U8_MAX + 1] = {
	[SMMU_OP_CFGI_CD] = {
		.target = SMMU3_FOR_STREAM,
		.op = SMMU_OP_CFGI_CD,
		.w0 = SMMU_CMD0_SID,
		.w1 = SMMU_CFGI1_LEAF,
		.ssid = true,
	},
	[SMMU_OP_CFGI_CD_ALL] = {
		.target = SMMU3_FOR_STREAM,
		.op = SMMU_OP_CFGI_CD_ALL,
		.w0 = SMMU_CMD0_SID,
	},
	[SMMU_OP_TLBI_NH_ALL] = {
		.target = SMMU3_FOR_VMID,
		.op = SMMU_OP_TLBI_NH_ALL,
		.w0 = SMMU_TLBI0_VMID,
	},
	[SMMU_OP_TLBI_NH_ASID] = {
		.target = SMMU3_FOR_VMID,
		.op = SMMU_OP_TLBI_NH_ASID,
		.w0 = SMMU_TLBI0_VMID,
		.asid = true,
	},
	[SMMU_OP_TLBI_NH_VA] = {
		.target = SMMU3_FOR_VMID,
		.op = SMMU_OP_TLBI_NH_VA,
		.w0 = SMMU_TLBI0_VMID,
		.w1 = SMMU_TLBI1_LEAF | SMMU_TLBI1_VA,
		.asid = true,
		.range = true,
	},
	[SMMU_OP_TLBI_NH_VAA] = {
		.target = SMMU3_FOR_VMID,
		.op = SMMU_OP_TLBI_NH_VAA,
		.w0 = SMMU_TLBI0_VMID,
		.w1 = SMMU_TLBI1_LEAF | SMMU_TLBI1_VA,
		.range = true,
	},
	/* A guest's "all VMIDs" are its own one */
	[SMMU_OP_TLBI_NSNH_ALL] = {
		.target = SMMU3_FOR_VMID,
		.op = SMMU_OP_TLBI_NH_ALL,
	},
	[SMMU_OP_ATC_INV] = {
		.target = SMMU3_FOR_ATC,
		.op = SMMU_OP_ATC_INV,
		.w0 = SMMU_CMD0_SID,
		.w1 = SMMU_ATC1_SIZE | SMMU_ATC1_ADDR,
		.ssid = true,
	},
};

/**
 * smmu3_rules_init - find out which fields of commands a unit has
 * @rules: filled in
 * @idr: SMMU_IDR0 to SMMU_IDR5
 */
void smmu3_rules_init(struct smmu3_rules *rules, const u32 idr[6])
{
	bool ds = idr[5] & SMMU_IDR5_DS;

	/* The upper half is reserved without ASID16 (4.4) */
	*rules = (struct smmu3_rules) {
		.asid = idr[0] & SMMU_IDR0_ASID16 ?
			SMMU_TLBI0_ASID : FIELD_PREP(SMMU_TLBI0_ASID, U8_MAX),
		.ats = idr[0] & SMMU_IDR0_ATS,
		.level1_16k = ds,
	};
	if (idr[3] & SMMU_IDR3_RIL) {
		rules->range0 = SMMU_TLBI0_NUM | SMMU_TLBI0_SCALE |
				(ds ? SMMU_TLBI0_SCALE_DS : 0);
		rules->range1 = SMMU_TLBI1_TG | SMMU_TLBI1_TTL;
	}
	if (FIELD_GET(SMMU_IDR1_SSIDSIZE, idr[1]))
		rules->ssid = SMMU_CMD0_SSID;
}

/* Combinations that 4.4.1.1 reserves, of a unit that has these fields */
static bool smmu3_range_reserved(const struct smmu3_rules *rules,
				 struct cmd_words cmd)
{
	u64 tg = FIELD_GET(SMMU_TLBI1_TG, cmd.w1);
	u64 ttl = FIELD_GET(SMMU_TLBI1_TTL, cmd.w1);
	u64 range = cmd.w0 & rules->range0;

	if (tg == SMMU_TLBI_TG_NONE)
		return range || ttl;
	if (tg == SMMU_TLBI_TG_16K && ttl == 1 && !rules->level1_16k)
		return true;
	return !range && !ttl;
}

/**
 * smmu3_usercmd_check - may a guest send a command?
 * @rules: which fields the unit has
 * @cmd: the command
 *
 * A field for a VMID may have any value, since it is replaced.
 *
 * Return: 0 or -EIO
 */
int smmu3_usercmd_check(const struct smmu3_rules *rules, struct cmd_words cmd)
{
	const struct smmu3_usercmd *known = smmu3_usercmd_of(cmd);
	u64 w0 = SMMU_CMD0_OPCODE | known->w0, w1 = known->w1;

	if (known->target == SMMU3_FOR_NOTHING)
		return -EIO;
	if (known->asid)
		w0 |= rules->asid;
	if (known->range) {
		if (rules->range1 && smmu3_range_reserved(rules, cmd))
			return -EIO;
		w0 |= rules->range0;
		w1 |= rules->range1;
	}
	if (known->ssid)
		w0 |= rules->ssid;
	if (known->target == SMMU3_FOR_ATC) {
		if (!rules->ats ||
		    FIELD_GET(SMMU_ATC1_SIZE, cmd.w1) > ATC_MAX_SIZE)
			return -EIO;
		/* Without SSV the SubstreamID and this are ignored, not reserved */
		if (rules->ssid)
			w0 |= SMMU_CMD0_SSV | SMMU_ATC0_GLOBAL;
	}
	return (cmd.w0 & ~w0) || (cmd.w1 & ~w1) ? -EIO : 0;
}
