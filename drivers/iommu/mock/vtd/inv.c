// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock VT-d: what the descriptors of the invalidation queue mean (6.5.2)
 */
#include <kunit/static_stub.h>
#include <linux/bitfield.h>
#include <linux/seq_buf.h>

#include "../phys.h"
#include "../trace.h"
#include "regs.h"
#include "walk.h"

/* The whole input address space, in pages */
#define MOCK_VTD_AM_ALL	52

/* 7.6.1, table 32: response codes other than these three are reserved */
static bool mock_vtd_pgrp_code_ok(u8 code)
{
	return code == VTD_PGRP_SUCCESS || code == VTD_PGRP_INVALID ||
	       code == VTD_PGRP_FAILURE;
}

/*
 * 6.5.2.5: with S set, the lowest clear bit of the address tells the size: bit
 * 12 clear is two pages, bit 12 set and bit 13 clear four, and so on. Without a
 * clear bit below 63 it is everything.
 */
static void mock_vtd_decode_range(u64 word, bool s, struct mock_vtd_inv *inv)
{
	u64 addr = word & VTD_DTLB1_ADDR;

	inv->lg2 = 12;
	if (s) {
		inv->lg2 += ffz(addr >> 12) + 1;
		if (inv->lg2 > 64)
			inv->lg2 = 64;
	}
	inv->addr = inv->lg2 >= 64 ? 0 : addr & GENMASK_ULL(63, inv->lg2);
}

static u8 mock_vtd_decode_cc(const struct mock_vtd *m, const u64 *d,
			     struct mock_vtd_inv *inv)
{
	if (d[0] & ~(VTD_QI_TYPE_LO | VTD_QI_TYPE_HI | VTD_CC0_G | VTD_CC0_DID |
		     VTD_CC0_SID | VTD_CC0_FM) || d[1])
		return VTD_IQEI_RSVD;
	inv->gran = FIELD_GET(VTD_CC0_G, d[0]);
	if (!inv->gran)
		return VTD_IQEI_RSVD;
	inv->did = mock_vtd_did(m, FIELD_GET(VTD_CC0_DID, d[0]));
	inv->sid = FIELD_GET(VTD_CC0_SID, d[0]);
	inv->fm = FIELD_GET(VTD_CC0_FM, d[0]);
	return 0;
}

static u8 mock_vtd_decode_pc(const struct mock_vtd *m, const u64 *d,
			     struct mock_vtd_inv *inv)
{
	if (d[0] & ~(VTD_QI_TYPE_LO | VTD_QI_TYPE_HI | VTD_PC0_G | VTD_PC0_DID |
		     VTD_PC0_PASID) || d[1])
		return VTD_IQEI_RSVD;
	inv->gran = FIELD_GET(VTD_PC0_G, d[0]);
	if (inv->gran != VTD_PC_DOMAIN && inv->gran != VTD_PC_PASID &&
	    inv->gran != VTD_PC_GLOBAL)
		return VTD_IQEI_RSVD;
	inv->did = mock_vtd_did(m, FIELD_GET(VTD_PC0_DID, d[0]));
	inv->pasid = FIELD_GET(VTD_PC0_PASID, d[0]);
	return 0;
}

static u8 mock_vtd_decode_iotlb(const struct mock_vtd *m, const u64 *d,
				struct mock_vtd_inv *inv)
{
	if (d[0] & ~(VTD_QI_TYPE_LO | VTD_QI_TYPE_HI | VTD_IOTLB0_G |
		     VTD_IOTLB0_DW | VTD_IOTLB0_DR | VTD_IOTLB0_DID) ||
	    d[1] & ~(VTD_IOTLB1_AM | VTD_IOTLB1_IH | VTD_IOTLB1_ADDR))
		return VTD_IQEI_RSVD;
	inv->gran = FIELD_GET(VTD_IOTLB0_G, d[0]);
	if (!inv->gran)
		return VTD_IQEI_RSVD;
	inv->did = mock_vtd_did(m, FIELD_GET(VTD_IOTLB0_DID, d[0]));
	if (inv->gran != VTD_IOTLB_PAGE)
		return 0;

	if (!(m->cap & VTD_CAP_PSI))
		return VTD_IQEI_RSVD;
	inv->ih = d[1] & VTD_IOTLB1_IH;
	inv->am = FIELD_GET(VTD_IOTLB1_AM, d[1]);
	if (inv->am > FIELD_GET(VTD_CAP_MAMV, m->cap))
		return VTD_IQEI_RSVD;
	inv->am = min(inv->am, MOCK_VTD_AM_ALL);
	inv->addr = d[1] & VTD_IOTLB1_ADDR;
	return 0;
}

static u8 mock_vtd_decode_piotlb(const struct mock_vtd *m, const u64 *d,
				 struct mock_vtd_inv *inv)
{
	if (d[0] & ~(VTD_QI_TYPE_LO | VTD_QI_TYPE_HI | VTD_PIOTLB0_G |
		     VTD_PIOTLB0_DID | VTD_PIOTLB0_PASID) ||
	    d[1] & ~(VTD_PIOTLB1_AM | VTD_PIOTLB1_IH | VTD_PIOTLB1_ADDR))
		return VTD_IQEI_RSVD;
	inv->gran = FIELD_GET(VTD_PIOTLB0_G, d[0]);
	if (inv->gran != VTD_PIOTLB_PASID && inv->gran != VTD_PIOTLB_PAGE)
		return VTD_IQEI_RSVD;
	inv->did = mock_vtd_did(m, FIELD_GET(VTD_PIOTLB0_DID, d[0]));
	inv->pasid = FIELD_GET(VTD_PIOTLB0_PASID, d[0]);
	if (inv->gran != VTD_PIOTLB_PAGE)
		return 0;
	inv->ih = d[1] & VTD_PIOTLB1_IH;

	/*
	 * 11.4.2: PSI and MAMV are about the IOTLB descriptor; this one takes
	 * any mask on every unit with scalable mode.
	 */
	inv->am = FIELD_GET(VTD_PIOTLB1_AM, d[1]);
	inv->am = min(inv->am, MOCK_VTD_AM_ALL);
	inv->addr = d[1] & VTD_PIOTLB1_ADDR;
	return 0;
}

/* PFSID is reserved on a unit that does not throttle (ECAP.DIT) */
static u8 mock_vtd_decode_dtlb(const struct mock_vtd *m, const u64 *d,
			       struct mock_vtd_inv *inv)
{
	if (d[0] & ~(VTD_QI_TYPE_LO | VTD_QI_TYPE_HI | VTD_DTLB0_MIP |
		     VTD_DTLB0_SID) ||
	    d[1] & ~(VTD_DTLB1_S | VTD_DTLB1_ADDR))
		return VTD_IQEI_RSVD;
	inv->sid = FIELD_GET(VTD_DTLB0_SID, d[0]);
	mock_vtd_decode_range(d[1], d[1] & VTD_DTLB1_S, inv);
	return 0;
}

static u8 mock_vtd_decode_pdtlb(const struct mock_vtd *m, const u64 *d,
				struct mock_vtd_inv *inv)
{
	if (d[0] & ~(VTD_QI_TYPE_LO | VTD_QI_TYPE_HI | VTD_PDTLB0_MIP |
		     VTD_PDTLB0_SID | VTD_PDTLB0_PASID) ||
	    d[1] & ~(VTD_PDTLB1_G | VTD_PDTLB1_S | VTD_PDTLB1_ADDR))
		return VTD_IQEI_RSVD;
	inv->sid = FIELD_GET(VTD_PDTLB0_SID, d[0]);
	inv->pasid = FIELD_GET(VTD_PDTLB0_PASID, d[0]);
	inv->pasid_valid = true;
	inv->all_pasids = d[1] & VTD_PDTLB1_G;
	mock_vtd_decode_range(d[1], d[1] & VTD_PDTLB1_S, inv);
	return 0;
}

static u8 mock_vtd_decode_wait(const struct mock_vtd *m, const u64 *d,
			       struct mock_vtd_inv *inv)
{
	u64 known = VTD_QI_TYPE_LO | VTD_QI_TYPE_HI | VTD_WAIT0_IF |
		    VTD_WAIT0_SW | VTD_WAIT0_FN | VTD_WAIT0_DATA;

	/*
	 * PD drains page requests. The model has none under way: an endpoint's
	 * request is in the queue or answered before anything else happens.
	 */
	if (m->ecap & VTD_ECAP_PDS)
		known |= VTD_WAIT0_PD;
	if (d[0] & ~known || d[1] & ~VTD_WAIT1_ADDR)
		return VTD_IQEI_RSVD;
	inv->wait_if = d[0] & VTD_WAIT0_IF;
	inv->wait_sw = d[0] & VTD_WAIT0_SW;
	inv->wait_fn = d[0] & VTD_WAIT0_FN;
	inv->data = FIELD_GET(VTD_WAIT0_DATA, d[0]);
	inv->addr = d[1] & VTD_WAIT1_ADDR & ~MOCK_VTD_PTR_RSVD;
	return 0;
}

static u8 mock_vtd_decode_pgrp(const struct mock_vtd *m, const u64 *d,
			       struct mock_vtd_inv *inv)
{
	if (d[0] & ~(VTD_QI_TYPE_LO | VTD_QI_TYPE_HI | VTD_PGRP0_PASID_P |
		     VTD_PGRP0_CODE | VTD_PGRP0_RID | VTD_PGRP0_PASID) ||
	    d[1] & ~(VTD_PGRP1_PRGI | VTD_PGRP1_IGN))
		return VTD_IQEI_RSVD;
	inv->code = FIELD_GET(VTD_PGRP0_CODE, d[0]);
	if (!mock_vtd_pgrp_code_ok(inv->code))
		return VTD_IQEI_RSVD;
	inv->sid = FIELD_GET(VTD_PGRP0_RID, d[0]);
	inv->pasid_valid = d[0] & VTD_PGRP0_PASID_P;
	inv->pasid = FIELD_GET(VTD_PGRP0_PASID, d[0]);
	inv->prgi = FIELD_GET(VTD_PGRP1_PRGI, d[1]);
	return 0;
}

/* A descriptor type, and the ECAP bits without which it does not exist */
static const struct {
	u8 (*decode)(const struct mock_vtd *m, const u64 *d,
		     struct mock_vtd_inv *inv);
	u64 needs;
	bool scalable;
} mock_vtd_inv_types[] = {
	[VTD_QI_CC] = { mock_vtd_decode_cc },
	[VTD_QI_IOTLB] = { mock_vtd_decode_iotlb },
	[VTD_QI_DTLB] = { mock_vtd_decode_dtlb, VTD_ECAP_DT },
	[VTD_QI_WAIT] = { mock_vtd_decode_wait },
	[VTD_QI_PIOTLB] = { mock_vtd_decode_piotlb, .scalable = true },
	[VTD_QI_PC] = { mock_vtd_decode_pc, .scalable = true },
	[VTD_QI_PDTLB] = { mock_vtd_decode_pdtlb, VTD_ECAP_DT,
			   .scalable = true },
	[VTD_QI_PGRP_RESP] = { mock_vtd_decode_pgrp, VTD_ECAP_PRS,
			       .scalable = true },
};

/**
 * mock_vtd_inv_decode - decode and check a descriptor
 * @m: the unit
 * @desc: the descriptor, in CPU byte order
 * @wide: it has four words, otherwise two
 * @inv: filled when it is valid
 *
 * Return: 0, or VTD_IQEI_* that tells what is wrong with it
 */
u8 mock_vtd_inv_decode(const struct mock_vtd *m, const u64 *desc, bool wide,
		       struct mock_vtd_inv *inv)
{
	u8 type = mock_vtd_desc_type(desc);
	u8 ttm = FIELD_GET(VTD_RTADDR_TTM, m->rtaddr);

	memset(inv, 0, sizeof(*inv));
	inv->type = type;
	memcpy(inv->words, desc, (wide ? 4 : 2) * sizeof(*desc));
	if (type >= ARRAY_SIZE(mock_vtd_inv_types) ||
	    !mock_vtd_inv_types[type].decode)
		return VTD_IQEI_TYPE;
	if ((m->ecap & mock_vtd_inv_types[type].needs) !=
	    mock_vtd_inv_types[type].needs)
		return VTD_IQEI_TYPE;
	if (mock_vtd_inv_types[type].scalable && ttm == VTD_TTM_LEGACY)
		return VTD_IQEI_TYPE;
	if (wide && (desc[2] || desc[3]))
		return VTD_IQEI_RSVD;
	return mock_vtd_inv_types[type].decode(m, desc, inv);
}

static void mock_vtd_wait_complete(struct mock_vtd *m,
				   const struct mock_vtd_inv *inv)
{
	/* A write to what is not RAM goes nowhere */
	if (inv->wait_sw)
		mock_phys_write32(inv->addr, inv->data);
	if (inv->wait_if)
		mock_vtd_event_set(m, MOCK_VTD_EVENT_INV, VTD_ICS_IWC);
}

static void trace_desc(struct mock_iommu *mi, const struct mock_vtd_inv *inv)
{
	char text[MOCK_LOG_TEXT];
	struct seq_buf s;

	seq_buf_init(&s, text, sizeof(text));
	mock_vtd_command_words(&s, inv->words);
	trace_mock_vtd_desc(mi, inv->type, seq_buf_str(&s));
}

/**
 * mock_vtd_inv_execute - do what a descriptor asks for
 * @m: the unit
 * @inv: the descriptor, decoded
 *
 * Return: 0; -ETIMEDOUT if an endpoint did not answer, -EINPROGRESS if it has
 * not yet
 */
int mock_vtd_inv_execute(struct mock_vtd *m, const struct mock_vtd_inv *inv)
{
	KUNIT_STATIC_STUB_REDIRECT(mock_vtd_inv_execute, m, inv);

	if (trace_mock_vtd_desc_enabled())
		trace_desc(m->mi, inv);
	switch (inv->type) {
	case VTD_QI_WAIT:
		mock_vtd_wait_complete(m, inv);
		return 0;
	case VTD_QI_PGRP_RESP:
		mock_vtd_send_page_response(m, inv->sid, inv->pasid_valid,
					    inv->pasid, inv->prgi,
					    (enum mock_page_response)inv->code);
		return 0;
	}

	m->stats.invalidations++;
	switch (inv->type) {
	case VTD_QI_CC:
		mock_vtd_inval_context(m, inv->gran, inv->did, inv->sid,
				       inv->fm);
		return 0;
	case VTD_QI_PC:
		mock_vtd_inval_pasid_cache(m, inv->gran, inv->did, inv->pasid);
		return 0;
	case VTD_QI_IOTLB:
		mock_vtd_inval_iotlb(m, inv->gran, inv->did, inv->addr, inv->am,
				     inv->ih);
		return 0;
	case VTD_QI_PIOTLB:
		mock_vtd_inval_piotlb(m, inv->gran, inv->did, inv->pasid,
				      inv->addr, inv->am, inv->ih);
		return 0;
	default:
		return mock_vtd_send_atc_invalidate(m, inv);
	}
}

/**
 * mock_vtd_send_msi - send one of the unit's own interrupts
 * @m: the unit
 * @addr: message address
 * @data: message data
 */
void mock_vtd_send_msi(struct mock_vtd *m, u64 addr, u32 data)
{
	KUNIT_STATIC_STUB_REDIRECT(mock_vtd_send_msi, m, addr, data);
	mock_iommu_msi(m->mi, addr, data);
}

/**
 * mock_vtd_send_atc_invalidate - send an invalidation request to an endpoint
 * @m: the unit
 * @inv: VTD_QI_DTLB or VTD_QI_PDTLB, decoded
 *
 * Return: 0 when the endpoint has answered; -EINPROGRESS; or -ETIMEDOUT. Nobody
 * answers for an endpoint that does not exist.
 */
int mock_vtd_send_atc_invalidate(struct mock_vtd *m,
				 const struct mock_vtd_inv *inv)
{
	KUNIT_STATIC_STUB_REDIRECT(mock_vtd_send_atc_invalidate, m, inv);
	return mock_atc_invalidate(m->mi, inv->sid, inv->pasid_valid,
				   inv->pasid, inv->all_pasids, inv->addr,
				   inv->lg2);
}

/**
 * mock_vtd_send_page_response - send a page response message to an endpoint
 * @m: the unit
 * @sid: source-id
 * @pasid_valid: there is a PASID
 * @pasid: the PASID
 * @prgi: page request group index
 * @code: response code
 */
void mock_vtd_send_page_response(struct mock_vtd *m, u32 sid, bool pasid_valid,
				 u32 pasid, u16 prgi,
				 enum mock_page_response code)
{
	KUNIT_STATIC_STUB_REDIRECT(mock_vtd_send_page_response, m, sid,
				   pasid_valid, pasid, prgi, code);
	mock_page_response(m->mi, sid, pasid_valid, pasid, prgi, code);
}
