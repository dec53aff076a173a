/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Invalidation descriptors and table entries as plain values
 *
 * Everything here is a pure function of its arguments, in the CPU's byte order;
 * what is written to memory for the hardware is converted where it is written.
 */
#ifndef __INTEL_NESTED_DESC_H
#define __INTEL_NESTED_DESC_H

#include <linux/bitfield.h>
#include <linux/types.h>

#include <linux/iommu-nested/vtd.h>

#include "../../nested/cmd_words.h"

/* VT-d page sizes do not depend on the CPU's */
#define VTD_PAGE_SHIFT		12
#define VTD_PAGE_SIZE		BIT_ULL(VTD_PAGE_SHIFT)

/* Order of a range that is the whole address space */
#define VTD_AM_ALL		(64 - VTD_PAGE_SHIFT)

/**
 * struct vtd_pasid_entry - a PASID table entry
 * @w: its words
 */
struct vtd_pasid_entry {
	u64 w[VTD_PTE_WORDS];
};

/**
 * struct vtd_ctx - a scalable-mode context entry
 * @w: its words
 */
struct vtd_ctx {
	u64 w[VTD_CTX_WORDS];
};

/**
 * struct vtd_stage2 - what a PASID table entry says of stage-2
 * @root: physical address of the top table
 * @aw: VTD_AW_*
 * @ssade: set accessed and dirty bits
 * @pwsnp: snoop on page walks
 * @pgsnp: snoop on all accesses
 */
struct vtd_stage2 {
	u64 root;
	u8 aw;
	bool ssade;
	bool pwsnp;
	bool pgsnp;
};

/**
 * struct vtd_stage1 - what a PASID table entry says of stage-1
 * @root: address of the top table, a guest's if it is nested
 * @five_level: 57 bits, not 48
 * @sre: supervisor requests are allowed
 * @wpe: and respect write protection
 * @eafe: set extended accessed bits
 * @exec: what is said of execution: VTD_PTE2_ERE, VTD_PTE2_NXE and VTD_PTE2_SMEP
 * @pwsnp: snoop on page walks; if it is nested, what stage-2 says counts
 * @pgsnp: snoop on all accesses; if it is nested, also if stage-2 says so
 * @aw: zero, or what vtd_errata_aw() says; if it is nested, stage-2's counts
 */
struct vtd_stage1 {
	u64 root;
	bool five_level;
	bool sre;
	bool wpe;
	bool eafe;
	u64 exec;
	bool pwsnp;
	bool pgsnp;
	u8 aw;
};

static inline struct cmd_words vtd_desc_cc_global(void)
{
	return (struct cmd_words) {
		.w0 = FIELD_PREP(VTD_QI_TYPE_LO, VTD_QI_CC) |
		      FIELD_PREP(VTD_CC0_G, VTD_CC_GLOBAL),
	};
}

static inline struct cmd_words vtd_desc_cc_device(u16 sid)
{
	/* The context entries of scalable mode have no domain-id */
	return (struct cmd_words) {
		.w0 = FIELD_PREP(VTD_QI_TYPE_LO, VTD_QI_CC) |
		      FIELD_PREP(VTD_CC0_G, VTD_CC_DEVICE) |
		      FIELD_PREP(VTD_CC0_SID, sid),
	};
}

static inline struct cmd_words vtd_desc_pc_global(void)
{
	return (struct cmd_words) {
		.w0 = FIELD_PREP(VTD_QI_TYPE_LO, VTD_QI_PC) |
		      FIELD_PREP(VTD_PC0_G, VTD_PC_GLOBAL),
	};
}

static inline struct cmd_words vtd_desc_pc_pasid(u16 did, u32 pasid)
{
	return (struct cmd_words) {
		.w0 = FIELD_PREP(VTD_QI_TYPE_LO, VTD_QI_PC) |
		      FIELD_PREP(VTD_PC0_G, VTD_PC_PASID) |
		      FIELD_PREP(VTD_PC0_DID, did) |
		      FIELD_PREP(VTD_PC0_PASID, pasid),
	};
}

/* @drain: VTD_IOTLB0_DW and _DR as the unit's capabilities allow */
static inline struct cmd_words vtd_desc_iotlb_global(u64 drain)
{
	return (struct cmd_words) {
		.w0 = FIELD_PREP(VTD_QI_TYPE_LO, VTD_QI_IOTLB) |
		      FIELD_PREP(VTD_IOTLB0_G, VTD_IOTLB_GLOBAL) | drain,
	};
}

static inline struct cmd_words vtd_desc_iotlb_domain(u16 did, u64 drain)
{
	return (struct cmd_words) {
		.w0 = FIELD_PREP(VTD_QI_TYPE_LO, VTD_QI_IOTLB) |
		      FIELD_PREP(VTD_IOTLB0_G, VTD_IOTLB_DOMAIN) |
		      FIELD_PREP(VTD_IOTLB0_DID, did) | drain,
	};
}

static inline struct cmd_words vtd_desc_iotlb_page(u16 did, u64 addr, u8 am,
						   bool leaf, u64 drain)
{
	return (struct cmd_words) {
		.w0 = FIELD_PREP(VTD_QI_TYPE_LO, VTD_QI_IOTLB) |
		      FIELD_PREP(VTD_IOTLB0_G, VTD_IOTLB_PAGE) |
		      FIELD_PREP(VTD_IOTLB0_DID, did) | drain,
		.w1 = (addr & VTD_IOTLB1_ADDR) |
		      FIELD_PREP(VTD_IOTLB1_AM, am) |
		      (leaf ? VTD_IOTLB1_IH : 0),
	};
}

static inline struct cmd_words vtd_desc_piotlb_pasid(u16 did, u32 pasid)
{
	return (struct cmd_words) {
		.w0 = FIELD_PREP(VTD_QI_TYPE_LO, VTD_QI_PIOTLB) |
		      FIELD_PREP(VTD_PIOTLB0_G, VTD_PIOTLB_PASID) |
		      FIELD_PREP(VTD_PIOTLB0_DID, did) |
		      FIELD_PREP(VTD_PIOTLB0_PASID, pasid),
	};
}

static inline struct cmd_words vtd_desc_piotlb_page(u16 did, u32 pasid,
						    u64 addr, u8 am, bool leaf)
{
	return (struct cmd_words) {
		.w0 = FIELD_PREP(VTD_QI_TYPE_LO, VTD_QI_PIOTLB) |
		      FIELD_PREP(VTD_PIOTLB0_G, VTD_PIOTLB_PAGE) |
		      FIELD_PREP(VTD_PIOTLB0_DID, did) |
		      FIELD_PREP(VTD_PIOTLB0_PASID, pasid),
		.w1 = (addr & VTD_PIOTLB1_ADDR) |
		      FIELD_PREP(VTD_PIOTLB1_AM, am) |
		      (leaf ? VTD_PIOTLB1_IH : 0),
	};
}

/*
 * A device-TLB range of more than a page is given by the lowest address bit
 * that is zero, all below it being one (6.5.2.5). The address of 2^am pages is
 * aligned to their size.
 */
static inline u64 vtd_devtlb_addr(u64 addr, u8 am)
{
	if (!am)
		return addr;
	return addr | ((1ULL << (VTD_PAGE_SHIFT + am - 1)) - VTD_PAGE_SIZE);
}

/* @depth is 1 to 32, and 32 is encoded as 0 */
static inline struct cmd_words vtd_desc_devtlb(u16 sid, u16 pfsid, u8 depth,
					       u64 addr, u8 am)
{
	return (struct cmd_words) {
		.w0 = FIELD_PREP(VTD_QI_TYPE_LO, VTD_QI_DTLB) |
		      FIELD_PREP(VTD_DTLB0_MIP, depth & 0x1f) |
		      FIELD_PREP(VTD_DTLB0_SID, sid) |
		      FIELD_PREP(VTD_DTLB0_PFSID_LO, pfsid & 0xf) |
		      FIELD_PREP(VTD_DTLB0_PFSID_HI, pfsid >> 4),
		.w1 = vtd_devtlb_addr(addr, am) | (am ? VTD_DTLB1_S : 0),
	};
}

static inline struct cmd_words vtd_desc_pdevtlb(u16 sid, u16 pfsid, u8 depth,
						u32 pasid, u64 addr, u8 am)
{
	return (struct cmd_words) {
		.w0 = FIELD_PREP(VTD_QI_TYPE_LO, VTD_QI_PDTLB) |
		      FIELD_PREP(VTD_PDTLB0_MIP, depth & 0x1f) |
		      FIELD_PREP(VTD_PDTLB0_SID, sid) |
		      FIELD_PREP(VTD_PDTLB0_PASID, pasid) |
		      FIELD_PREP(VTD_PDTLB0_PFSID_LO, pfsid & 0xf) |
		      FIELD_PREP(VTD_PDTLB0_PFSID_HI, pfsid >> 4),
		.w1 = vtd_devtlb_addr(addr, am) | (am ? VTD_PDTLB1_S : 0),
	};
}

/* Everything in the device-TLB of every PASID */
static inline struct cmd_words vtd_desc_pdevtlb_all(u16 sid, u16 pfsid,
						    u8 depth)
{
	struct cmd_words desc =
		vtd_desc_pdevtlb(sid, pfsid, depth, 0, 0, VTD_AM_ALL);

	desc.w1 |= VTD_PDTLB1_G;
	return desc;
}

/*
 * A wait by itself is for what comes after the wait before it. With a fence in
 * each it is for all that comes before it (6.5.2.12).
 */
static inline struct cmd_words vtd_desc_wait(u64 addr, u32 data)
{
	return (struct cmd_words) {
		.w0 = FIELD_PREP(VTD_QI_TYPE_LO, VTD_QI_WAIT) | VTD_WAIT0_SW |
		      VTD_WAIT0_FN | FIELD_PREP(VTD_WAIT0_DATA, data),
		.w1 = addr & VTD_WAIT1_ADDR,
	};
}

/*
 * A wait that has all page requests in the queue that came before it. With its fence
 * nothing comes before that is done (6.5.2.9).
 */
static inline struct cmd_words vtd_desc_wait_drain(u64 addr)
{
	struct cmd_words desc = vtd_desc_wait(addr, 0);

	desc.w0 |= VTD_WAIT0_PD;
	return desc;
}

#endif /* __INTEL_NESTED_DESC_H */
