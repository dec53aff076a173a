/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Commands and table entries as values, and how they are made
 *
 * Everything here is pure: no state, no memory but its arguments. Values are in
 * the CPU's byte order; the code that writes them to memory converts them.
 */
#ifndef __ARM_SMMU_V3_NESTED_DESC_H
#define __ARM_SMMU_V3_NESTED_DESC_H

#include <linux/bitfield.h>
#include <linux/types.h>

#include <linux/iommu-nested/smmuv3.h>

#include "../../nested/cmd_words.h"

/**
 * struct smmu3_ste - a stream table entry
 * @w: its words
 */
struct smmu3_ste {
	u64 w[SMMU_STE_WORDS];
};

/**
 * struct smmu3_cd - a context descriptor
 * @w: its words
 */
struct smmu3_cd {
	u64 w[SMMU_CD_WORDS];
};

/**
 * struct smmu3_stage2 - what an STE says of stage-2
 * @vmid: VMID
 * @ttb: physical address of the tables
 * @tg: granule, SMMU_TG0_*
 * @t0sz: 64 less the width of input addresses
 * @sl0: start level as the field encodes it
 * @ps: width of output addresses as the field encodes it
 * @sh: shareability of table walks
 * @orgn: outer cacheability of table walks
 * @irgn: inner cacheability of table walks
 * @fwb: memory types are in the forced write-back encoding
 */
struct smmu3_stage2 {
	u16 vmid;
	u64 ttb;
	u8 tg;
	u8 t0sz;
	u8 sl0;
	u8 ps;
	u8 sh;
	u8 orgn;
	u8 irgn;
	bool fwb;
};

/**
 * struct smmu3_stage1 - what a CD says of stage-1
 * @asid: ASID
 * @ttb: physical address of the tables
 * @mair: memory attributes
 * @tg: granule, SMMU_TG0_*
 * @t0sz: 64 less the width of input addresses
 * @ips: width of output addresses as the field encodes it
 * @sh: shareability of table walks
 * @orgn: outer cacheability of table walks
 * @irgn: inner cacheability of table walks
 * @dirty: hardware sets access flags and dirty state
 * @stall: faults stall
 */
struct smmu3_stage1 {
	u16 asid;
	u64 ttb;
	u64 mair;
	u8 tg;
	u8 t0sz;
	u8 ips;
	u8 sh;
	u8 orgn;
	u8 irgn;
	bool dirty;
	bool stall;
};

/**
 * struct smmu3_cdref - what an STE says of its context descriptors
 * @table: physical address of the CD table
 * @fmt: SMMU_S1FMT_*
 * @bits: log2 of the number of CDs
 * @s1dss: SMMU_S1DSS_*, what requests without SubstreamID get
 */
struct smmu3_cdref {
	u64 table;
	u8 fmt;
	u8 bits;
	u8 s1dss;
};

/**
 * struct smmu3_ste_env - what the unit and the device have to do with an STE
 * @ats: the device may do ATS
 * @attr_ovr: IDR1.ATTR_TYPES_OVR: shareability is as the STE says
 * @stall: faults of the device stall
 * @no_stall: faults can stall, and nobody would have them go on
 * @ppar: what the unit answers by itself to page requests has their SubstreamID
 */
struct smmu3_ste_env {
	bool ats;
	bool attr_ovr;
	bool stall;
	bool no_stall;
	bool ppar;
};

/* ste.c */
struct smmu3_ste smmu3_ste_abort(void);
struct smmu3_ste smmu3_ste_bypass(const struct smmu3_ste_env *env);
struct smmu3_ste smmu3_ste_stage1(const struct smmu3_ste_env *env,
				  const struct smmu3_cdref *cds);
struct smmu3_ste smmu3_ste_stage2(const struct smmu3_ste_env *env,
				  const struct smmu3_stage2 *s2);
struct smmu3_ste smmu3_ste_nested(const struct smmu3_ste_env *env,
				  const struct smmu3_stage2 *s2,
				  const u64 vste[2]);

/* cd.c */
struct smmu3_cd smmu3_cd_stage1(const struct smmu3_stage1 *s1);

static inline struct cmd_words smmu3_cmd_cfgi_ste(u32 sid, bool leaf)
{
	return (struct cmd_words) {
		.w0 = SMMU_OP_CFGI_STE | FIELD_PREP(SMMU_CMD0_SID, sid),
		.w1 = leaf ? SMMU_CFGI1_LEAF : 0,
	};
}

static inline struct cmd_words smmu3_cmd_cfgi_all(void)
{
	return (struct cmd_words) {
		.w0 = SMMU_OP_CFGI_STE_RANGE,
		.w1 = FIELD_PREP(SMMU_CFGI1_RANGE, SMMU_CFGI_RANGE_ALL),
	};
}

static inline struct cmd_words smmu3_cmd_cfgi_cd(u32 sid, u32 ssid, bool leaf)
{
	return (struct cmd_words) {
		.w0 = SMMU_OP_CFGI_CD | FIELD_PREP(SMMU_CMD0_SID, sid) |
		      FIELD_PREP(SMMU_CMD0_SSID, ssid),
		.w1 = leaf ? SMMU_CFGI1_LEAF : 0,
	};
}

/* All of the EL1 entries of all VMIDs, both stages */
static inline struct cmd_words smmu3_cmd_tlbi_nsnh_all(void)
{
	return (struct cmd_words) { .w0 = SMMU_OP_TLBI_NSNH_ALL };
}

static inline struct cmd_words smmu3_cmd_tlbi_el2_all(void)
{
	return (struct cmd_words) { .w0 = SMMU_OP_TLBI_EL2_ALL };
}

/* Stage-1 of a VMID, all ASIDs */
static inline struct cmd_words smmu3_cmd_tlbi_nh_all(u16 vmid)
{
	return (struct cmd_words) {
		.w0 = SMMU_OP_TLBI_NH_ALL | FIELD_PREP(SMMU_TLBI0_VMID, vmid),
	};
}

static inline struct cmd_words smmu3_cmd_tlbi_nh_asid(u16 vmid, u16 asid)
{
	return (struct cmd_words) {
		.w0 = SMMU_OP_TLBI_NH_ASID | FIELD_PREP(SMMU_TLBI0_VMID, vmid) |
		      FIELD_PREP(SMMU_TLBI0_ASID, asid),
	};
}

/* Both stages of a VMID */
static inline struct cmd_words smmu3_cmd_tlbi_s12_vmall(u16 vmid)
{
	return (struct cmd_words) {
		.w0 = SMMU_OP_TLBI_S12_VMALL | FIELD_PREP(SMMU_TLBI0_VMID, vmid),
	};
}

/* All of a device's ATC, whatever the SubstreamID (4.5.1) */
static inline struct cmd_words smmu3_cmd_atc_inv_all(u32 sid)
{
	return (struct cmd_words) {
		.w0 = SMMU_OP_ATC_INV | FIELD_PREP(SMMU_CMD0_SID, sid),
		.w1 = FIELD_PREP(SMMU_ATC1_SIZE, SMMU_ATC_SIZE_ALL),
	};
}

static inline struct cmd_words smmu3_cmd_resume(u32 sid, u16 stag, bool retry,
						bool abort)
{
	return (struct cmd_words) {
		.w0 = SMMU_OP_RESUME | FIELD_PREP(SMMU_CMD0_SID, sid) |
		      (retry ? SMMU_RESUME0_AC : 0) |
		      (abort ? SMMU_RESUME0_AB : 0),
		.w1 = FIELD_PREP(SMMU_RESUME1_STAG, stag),
	};
}

static inline struct cmd_words smmu3_cmd_stall_term(u32 sid)
{
	return (struct cmd_words) {
		.w0 = SMMU_OP_STALL_TERM | FIELD_PREP(SMMU_CMD0_SID, sid),
	};
}

static inline struct cmd_words smmu3_cmd_pri_resp(u32 sid, bool ssv, u32 ssid,
						  u16 prg, u8 resp)
{
	return (struct cmd_words) {
		.w0 = SMMU_OP_PRI_RESP | FIELD_PREP(SMMU_CMD0_SID, sid) |
		      (ssv ? SMMU_CMD0_SSV | FIELD_PREP(SMMU_CMD0_SSID, ssid) :
			     0),
		.w1 = FIELD_PREP(SMMU_PRI_RESP1_PRGINDEX, prg) |
		      FIELD_PREP(SMMU_PRI_RESP1_RESP, resp),
	};
}

/* A SYNC that nobody waits for */
static inline struct cmd_words smmu3_cmd_sync(void)
{
	return (struct cmd_words) {
		.w0 = SMMU_OP_SYNC | FIELD_PREP(SMMU_SYNC0_CS,
						SMMU_SYNC_CS_NONE),
	};
}

/* A SYNC that writes @data to @addr when all before it is complete */
static inline struct cmd_words smmu3_cmd_sync_msi(u64 addr, u32 data)
{
	return (struct cmd_words) {
		.w0 = SMMU_OP_SYNC | FIELD_PREP(SMMU_SYNC0_CS,
						SMMU_SYNC_CS_IRQ) |
		      FIELD_PREP(SMMU_SYNC0_MSH, SMMU_SH_ISH) |
		      FIELD_PREP(SMMU_SYNC0_MSIATTR, SMMU_MEMATTR_OIWB) |
		      FIELD_PREP(SMMU_SYNC0_MSIDATA, data),
		.w1 = addr & SMMU_SYNC1_MSIADDR,
	};
}

#endif /* __ARM_SMMU_V3_NESTED_DESC_H */
