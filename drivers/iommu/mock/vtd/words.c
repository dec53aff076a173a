// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock VT-d: fault reasons and descriptors in words
 *
 * Names are those of the specification: of conditions those of table 30 (7.1.3),
 * of descriptors and their fields those of 6.5.2 and 7.6.1.
 */
#include <linux/bitfield.h>
#include <linux/seq_buf.h>

#include "../core.h"
#include "regs.h"

#define REASON(_name, _text)	{ _name, _text, "VT-d 7.1.3" }

static const struct mock_reason vtd_reasons[] = {
	[VTD_FR_RTA_RSVD] = REASON("RTA.1",
		"RTADDR has a reserved bit set or a TTM that the unit does not have"),
	[VTD_FR_RTA_PASID] = REASON("RTA.2", "a request with PASID in legacy mode"),
	[VTD_FR_RTA_PGRP] = REASON("RTA.3", "a page request in legacy mode"),
	[VTD_FR_RTA_ABORT] = REASON("RTA.4", "RTADDR.TTM is abort-DMA mode"),
	[VTD_FR_RTA_EXEC] = REASON("RTA.5", "execute requested, which the unit does not support"),
	[VTD_FR_ROOT_ACCESS] = REASON("SRT.1", "the root entry cannot be read"),
	[VTD_FR_ROOT_NP] = REASON("SRT.2", "P of the root entry is 0"),
	[VTD_FR_ROOT_RSVD] = REASON("SRT.3", "the root entry has a reserved bit set"),
	[VTD_FR_CTX_ACCESS] = REASON("SCT.1", "the context entry cannot be read"),
	[VTD_FR_CTX_NP] = REASON("SCT.2", "P of the context entry is 0"),
	[VTD_FR_CTX_RSVD] = REASON("SCT.3", "the context entry has a reserved bit set"),
	[VTD_FR_CTX_INV] = REASON("SCT.4", "fields of the context entry contradict each other"),
	[VTD_FR_CTX_DTE] = REASON("SCT.5", "an ATS request, and DTE of the context entry is 0"),
	[VTD_FR_CTX_PASIDE] = REASON("SCT.6",
		"a request with PASID, and PASIDE of the context entry is 0"),
	[VTD_FR_CTX_PASID_RANGE] = REASON("SCT.7",
		"the PASID directory (PDTS) does not go up to this PASID"),
	[VTD_FR_CTX_PRE] = REASON("SCT.8", "a page request, and PRE of the context entry is 0"),
	[VTD_FR_CTX_RID_PASID] = REASON("SCT.9", "the PASID is the RID_PASID of the context entry"),
	[VTD_FR_CTX_EPTR] = REASON("SCT.10", "a translated request with PASID"),
	[VTD_FR_PDE_ACCESS] = REASON("SPD.1", "the PASID directory entry cannot be read"),
	[VTD_FR_PDE_NP] = REASON("SPD.2", "P of the PASID directory entry is 0"),
	[VTD_FR_PDE_RSVD] = REASON("SPD.3", "the PASID directory entry has a reserved bit set"),
	[VTD_FR_PTE_ACCESS] = REASON("SPT.1", "the PASID table entry cannot be read"),
	[VTD_FR_PTE_NP] = REASON("SPT.2", "P of the PASID table entry is 0"),
	[VTD_FR_PTE_RSVD] = REASON("SPT.3", "the PASID table entry has a reserved bit set"),
	[VTD_FR_PTE_INV] = REASON("SPT.4",
		"the PASID table entry asks for what the unit does not have (PGTT, AW, FSPM)"),
	[VTD_FR_PTE_ERE] = REASON("SPT.5",
		"execute requested, and ERE of the PASID table entry is 0"),
	[VTD_FR_PTE_SRE] = REASON("SPT.6",
		"a privileged request, and SRE of the PASID table entry is 0"),
	[VTD_FR_FS_ACCESS] = REASON("SFS.1", "a stage-1 entry cannot be read"),
	[VTD_FR_FS_NP] = REASON("SFS.2", "P of a stage-1 entry is 0: nothing is mapped"),
	[VTD_FR_FS_RSVD] = REASON("SFS.3", "a stage-1 entry has a reserved bit set"),
	[VTD_FR_FS_ROOT_ACCESS] = REASON("SFS.4",
		"an entry of the stage-1 root table cannot be read"),
	[VTD_FR_FS_NEST_WIDTH] = REASON("SFS.5",
		"a stage-1 entry refers to an address beyond stage-2"),
	[VTD_FR_FS_NEST_ROOT_READ] = REASON("SFS.6",
		"stage-2 does not let the stage-1 root table be read"),
	[VTD_FR_FS_NEST_READ] = REASON("SFS.7", "stage-2 does not let a stage-1 table be read"),
	[VTD_FR_FS_NEST_AD_WRITE] = REASON("SFS.8",
		"stage-2 does not let flags of a stage-1 entry be set"),
	[VTD_FR_SS_ACCESS] = REASON("SSS.1", "a stage-2 entry cannot be read"),
	[VTD_FR_SS_PERM] = REASON("SSS.2", "R and W of a stage-2 entry are 0: nothing is mapped"),
	[VTD_FR_SS_RSVD] = REASON("SSS.3", "a stage-2 entry has a reserved bit set"),
	[VTD_FR_SS_ROOT] = REASON("SSS.4", "an entry of the stage-2 root table cannot be read"),
	[VTD_FR_SS_AD_NOSNOOP] = REASON("SSS.5", "stage-2 flags are to be set without PWSNP"),
	[VTD_FR_SS_AD_UPDATE] = REASON("SSS.6", "flags of a stage-2 entry cannot be set"),
	[VTD_FR_NON_CANONICAL] = REASON("SGN.1", "the address is not canonical"),
	[VTD_FR_FS_US] = REASON("SGN.2", "a user request, and U/S of a stage-1 entry is 0"),
	[VTD_FR_FS_NX] = REASON("SGN.3", "no permission to execute"),
	[VTD_FR_ADDR_WIDTH] = REASON("SGN.4", "the address is beyond the host address width"),
	[VTD_FR_SS_OUT_WIDTH] = REASON("SGN.5",
		"the address is beyond what stage-2 translates (AW, CAP.MGAW)"),
	[VTD_FR_WRITE] = REASON("SGN.6", "no permission to write"),
	[VTD_FR_READ] = REASON("SGN.7", "no permission to read"),
	[VTD_FR_INTR_ADDR] = REASON("SGN.8",
		"the interrupt address range (0xfeexxxxx) is not for DMA"),
	[VTD_FR_SMEP] = REASON("SGN.9", "a privileged fetch from a user page, and SMEP is set"),
	[VTD_FR_PASID_SIZE] = REASON("SGN.10", "the PASID is wider than ECAP.PSS"),
	[VTD_FR_FS_AD_NOSNOOP] = REASON("SFS.9", "stage-1 flags are to be set without PWSNP"),
	[VTD_FR_FS_AD_UPDATE] = REASON("SFS.10", "flags of a stage-1 entry cannot be set"),
};

/**
 * mock_vtd_reason - a fault reason in words
 * @reason: VTD_FR_*, or 0
 *
 * Return: what it means
 */
const struct mock_reason *mock_vtd_reason(u8 reason)
{
	static const struct mock_reason none = {
		"no reason", "the request is not supported while translation is off",
		"VT-d 4.2.1",
	};

	if (reason >= ARRAY_SIZE(vtd_reasons) || !vtd_reasons[reason].name)
		return &none;
	return &vtd_reasons[reason];
}

/**
 * mock_vtd_reason_stage - which stage is to blame for a fault?
 * @reason: VTD_FR_*
 *
 * Return: 1, 2, or 0 for none
 */
u8 mock_vtd_reason_stage(u8 reason)
{
	switch (reason) {
	case VTD_FR_FS_ACCESS ... VTD_FR_FS_NEST_AD_WRITE:
	case VTD_FR_FS_AD_NOSNOOP:
	case VTD_FR_FS_AD_UPDATE:
	case VTD_FR_NON_CANONICAL:
	case VTD_FR_FS_US:
	case VTD_FR_SMEP:
		return 1;
	case VTD_FR_SS_ACCESS ... VTD_FR_SS_AD_UPDATE:
	case VTD_FR_SS_OUT_WIDTH:
		return 2;
	default:
		return 0;
	}
}

static const char *granularity(const char * const *names, size_t nr, u8 gran)
{
	return gran < nr && names[gran] ? names[gran] : "reserved";
}

static void words_cc(struct seq_buf *s, const u64 *d)
{
	static const char * const names[] = {
		[VTD_CC_GLOBAL] = "global",
		[VTD_CC_DOMAIN] = "domain",
		[VTD_CC_DEVICE] = "device",
	};

	seq_buf_printf(s, "cc_inv_dsc G=%s DID=%#llx SID=%#llx FM=%llu",
		       granularity(names, ARRAY_SIZE(names),
				   FIELD_GET(VTD_CC0_G, d[0])),
		       FIELD_GET(VTD_CC0_DID, d[0]),
		       FIELD_GET(VTD_CC0_SID, d[0]),
		       FIELD_GET(VTD_CC0_FM, d[0]));
}

static void words_pc(struct seq_buf *s, const u64 *d)
{
	static const char * const names[] = {
		[VTD_PC_DOMAIN] = "domain",
		[VTD_PC_PASID] = "PASID",
		[VTD_PC_GLOBAL] = "global",
	};

	seq_buf_printf(s, "pc_inv_dsc G=%s DID=%#llx PASID=%#llx",
		       granularity(names, ARRAY_SIZE(names),
				   FIELD_GET(VTD_PC0_G, d[0])),
		       FIELD_GET(VTD_PC0_DID, d[0]),
		       FIELD_GET(VTD_PC0_PASID, d[0]));
}

static void words_iotlb(struct seq_buf *s, const u64 *d)
{
	static const char * const names[] = {
		[VTD_IOTLB_GLOBAL] = "global",
		[VTD_IOTLB_DOMAIN] = "domain",
		[VTD_IOTLB_PAGE] = "page",
	};
	u8 gran = FIELD_GET(VTD_IOTLB0_G, d[0]);

	seq_buf_printf(s, "iotlb_inv_dsc G=%s DID=%#llx",
		       granularity(names, ARRAY_SIZE(names), gran),
		       FIELD_GET(VTD_IOTLB0_DID, d[0]));
	if (gran == VTD_IOTLB_PAGE)
		seq_buf_printf(s, " ADDR=%#llx AM=%llu IH=%d",
			       d[1] & VTD_IOTLB1_ADDR,
			       FIELD_GET(VTD_IOTLB1_AM, d[1]),
			       !!(d[1] & VTD_IOTLB1_IH));
}

static void words_piotlb(struct seq_buf *s, const u64 *d)
{
	static const char * const names[] = {
		[VTD_PIOTLB_PASID] = "PASID",
		[VTD_PIOTLB_PAGE] = "page",
	};
	u8 gran = FIELD_GET(VTD_PIOTLB0_G, d[0]);

	seq_buf_printf(s, "p_iotlb_inv_dsc G=%s DID=%#llx PASID=%#llx",
		       granularity(names, ARRAY_SIZE(names), gran),
		       FIELD_GET(VTD_PIOTLB0_DID, d[0]),
		       FIELD_GET(VTD_PIOTLB0_PASID, d[0]));
	if (gran == VTD_PIOTLB_PAGE)
		seq_buf_printf(s, " ADDR=%#llx AM=%llu IH=%d",
			       d[1] & VTD_PIOTLB1_ADDR,
			       FIELD_GET(VTD_PIOTLB1_AM, d[1]),
			       !!(d[1] & VTD_PIOTLB1_IH));
}

static void words_dtlb(struct seq_buf *s, const u64 *d)
{
	seq_buf_printf(s, "dev_tlb_inv_dsc SID=%#llx ADDR=%#llx S=%d",
		       FIELD_GET(VTD_DTLB0_SID, d[0]), d[1] & VTD_DTLB1_ADDR,
		       !!(d[1] & VTD_DTLB1_S));
}

static void words_pdtlb(struct seq_buf *s, const u64 *d)
{
	seq_buf_printf(s, "p_dev_tlb_inv_dsc SID=%#llx PASID=%#llx G=%d ADDR=%#llx S=%d",
		       FIELD_GET(VTD_PDTLB0_SID, d[0]),
		       FIELD_GET(VTD_PDTLB0_PASID, d[0]),
		       !!(d[1] & VTD_PDTLB1_G), d[1] & VTD_PDTLB1_ADDR,
		       !!(d[1] & VTD_PDTLB1_S));
}

static void words_wait(struct seq_buf *s, const u64 *d)
{
	seq_buf_puts(s, "inv_wait_dsc");
	mock_words_field(s, "IF", VTD_WAIT0_IF, d[0]);
	mock_words_field(s, "FN", VTD_WAIT0_FN, d[0]);
	mock_words_field(s, "PD", VTD_WAIT0_PD, d[0]);
	if (d[0] & VTD_WAIT0_SW)
		seq_buf_printf(s, " SW STATUS_DATA=%#llx STATUS_ADDR=%#llx",
			       FIELD_GET(VTD_WAIT0_DATA, d[0]),
			       d[1] & VTD_WAIT1_ADDR);
}

static void words_pgrp(struct seq_buf *s, const u64 *d)
{
	static const char * const names[16] = {
		[VTD_PGRP_SUCCESS] = "success",
		[VTD_PGRP_INVALID] = "invalid",
		[VTD_PGRP_FAILURE] = "failure",
	};

	seq_buf_printf(s, "page_grp_resp_dsc RID=%#llx",
		       FIELD_GET(VTD_PGRP0_RID, d[0]));
	if (d[0] & VTD_PGRP0_PASID_P)
		seq_buf_printf(s, " PASID=%#llx",
			       FIELD_GET(VTD_PGRP0_PASID, d[0]));
	seq_buf_printf(s, " PRGI=%#llx RESP=%s",
		       FIELD_GET(VTD_PGRP1_PRGI, d[1]),
		       granularity(names, ARRAY_SIZE(names),
				   FIELD_GET(VTD_PGRP0_CODE, d[0])));
}

/**
 * mock_vtd_command_words - a descriptor of the invalidation queue in words
 * @s: where
 * @d: the descriptor, as software has written it: it may be anything
 */
void mock_vtd_command_words(struct seq_buf *s, const u64 *d)
{
	static void (* const words[])(struct seq_buf *s, const u64 *d) = {
		[VTD_QI_CC] = words_cc,
		[VTD_QI_IOTLB] = words_iotlb,
		[VTD_QI_DTLB] = words_dtlb,
		[VTD_QI_WAIT] = words_wait,
		[VTD_QI_PIOTLB] = words_piotlb,
		[VTD_QI_PC] = words_pc,
		[VTD_QI_PDTLB] = words_pdtlb,
		[VTD_QI_PGRP_RESP] = words_pgrp,
	};
	u8 type = mock_vtd_desc_type(d);

	if (type == VTD_QI_IEC)
		seq_buf_puts(s, "iec_inv_dsc");
	else if (type < ARRAY_SIZE(words) && words[type])
		words[type](s, d);
	else
		seq_buf_printf(s, "unknown type %#x (%#llx %#llx)", type, d[0],
			       d[1]);
}

/* 11.4.9.9 */
static const char * const iqei_words[] = {
	[VTD_IQEI_NONE] = "no reason given",
	[VTD_IQEI_TAIL] = "the tail is beyond the queue",
	[VTD_IQEI_FETCH] = "the descriptor cannot be read",
	[VTD_IQEI_TYPE] = "invalid descriptor type",
	[VTD_IQEI_RSVD] = "a reserved field is not 0",
	[VTD_IQEI_WIDTH] = "descriptors of 128 bits in scalable mode",
	[VTD_IQEI_TAIL_ALIGN] = "the tail is not aligned to 32 bytes",
	[VTD_IQEI_TTM] = "RTADDR.TTM is invalid",
};

/**
 * mock_vtd_iqei_words - what is wrong with a descriptor
 * @iqei: VTD_IQEI_*
 *
 * Return: it in words
 */
const char *mock_vtd_iqei_words(u8 iqei)
{
	return granularity(iqei_words, ARRAY_SIZE(iqei_words), iqei);
}
