// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock VT-d: primary fault logging (7.2.1)
 *
 * The fault recording registers are a ring. Hardware fills the next one as long
 * as software has cleared its F bit, else the fault is lost and PFO says so;
 * nothing is recorded then until software clears PFO. While a fault of a
 * source-id is pending, further ones of the same source-id are not recorded.
 */
#include <linux/bitfield.h>
#include <linux/slab.h>

#include "regs.h"

/* Request types, T1:T2 of a fault recording register */
enum mock_vtd_fault_type {
	MOCK_VTD_FAULT_WRITE,
	MOCK_VTD_FAULT_PAGE_REQUEST,
	MOCK_VTD_FAULT_READ,
};

/* Values of the AT field */
enum {
	MOCK_VTD_AT_UNTRANSLATED,
	MOCK_VTD_AT_TRANSLATION,
	MOCK_VTD_AT_TRANSLATED,
};

/**
 * mock_vtd_frcd_offset - where the fault recording registers are
 * @cap: value of CAP
 *
 * Return: offset in bytes
 */
u32 mock_vtd_frcd_offset(u64 cap)
{
	return FIELD_GET(VTD_CAP_FRO, cap) * 16;
}

/**
 * mock_vtd_frcd_create - make the fault recording registers
 * @m: the unit
 *
 * Return: 0 or -ENOMEM
 */
int mock_vtd_frcd_create(struct mock_vtd *m)
{
	struct mock_vtd_regs *regs = m->regs;

	regs->frcd_nr = FIELD_GET(VTD_CAP_NFR, m->cap) + 1;
	regs->frcd = kzalloc_objs(*regs->frcd, regs->frcd_nr);
	return regs->frcd ? 0 : -ENOMEM;
}

/**
 * mock_vtd_frcd_destroy - free the fault recording registers
 * @m: the unit
 */
void mock_vtd_frcd_destroy(struct mock_vtd *m)
{
	kfree(m->regs->frcd);
	m->regs->frcd = NULL;
	m->regs->frcd_nr = 0;
}

/**
 * mock_vtd_frcd_read32 - read 32 bits of the fault recording registers
 * @m: the unit
 * @off: offset from the first of them
 *
 * Return: the value
 */
u32 mock_vtd_frcd_read32(const struct mock_vtd *m, u32 off)
{
	const struct mock_vtd_frcd *frcd = &m->regs->frcd[off / sizeof(*frcd)];
	u64 val = off & 8 ? frcd->hi : frcd->lo;

	return off & 4 ? upper_32_bits(val) : lower_32_bits(val);
}

/**
 * mock_vtd_frcd_write32 - write 32 bits of the fault recording registers
 * @m: the unit
 * @off: offset from the first of them
 * @val: the value
 *
 * The only bit that can be written is F, to clear it. When the last one is
 * clear, no fault is pending any more.
 */
void mock_vtd_frcd_write32(struct mock_vtd *m, u32 off, u32 val)
{
	struct mock_vtd_regs *regs = m->regs;
	unsigned int i;

	if ((off & 0xc) != 0xc || !(val & upper_32_bits(VTD_FRCD1_F)))
		return;

	regs->frcd[off / sizeof(*regs->frcd)].hi &= ~VTD_FRCD1_F;
	for (i = 0; i < regs->frcd_nr; i++)
		if (regs->frcd[i].hi & VTD_FRCD1_F)
			return;
	mock_vtd_event_clear(m, MOCK_VTD_EVENT_FAULT, VTD_FSTS_PPF);
}

/* Is a fault of this source-id pending already? */
static bool mock_vtd_fault_collapses(const struct mock_vtd_regs *regs, u64 hi)
{
	unsigned int i;

	for (i = 0; i < regs->frcd_nr; i++)
		if ((regs->frcd[i].hi & VTD_FRCD1_F) &&
		    !((regs->frcd[i].hi ^ hi) & VTD_FRCD1_SID))
			return true;
	return false;
}

/* Returns what became of the fault, in words */
static const char *mock_vtd_fault_log(struct mock_vtd *m, u64 lo, u64 hi)
{
	u32 fsts = mock_vtd_reg32(m, VTD_REG_FSTS);
	struct mock_vtd_regs *regs = m->regs;
	struct mock_vtd_frcd *frcd = &regs->frcd[regs->frcd_next];

	if (fsts & VTD_FSTS_PFO)
		return "lost: FSTS.PFO is still set";
	if (mock_vtd_fault_collapses(regs, hi))
		return "not recorded: one of this source-id is pending (VT-d 7.2.1)";
	if (frcd->hi & VTD_FRCD1_F) {
		mock_vtd_event_set(m, MOCK_VTD_EVENT_FAULT, VTD_FSTS_PFO);
		return "lost: all fault recording registers are in use, FSTS.PFO is set";
	}

	frcd->lo = lo;
	frcd->hi = hi | VTD_FRCD1_F;
	/* FRI is the first one that software has to look at */
	if (!(fsts & VTD_FSTS_PPF)) {
		fsts &= ~VTD_FSTS_FRI;
		fsts |= FIELD_PREP(VTD_FSTS_FRI, regs->frcd_next);
		mock_vtd_reg_set32(m, VTD_REG_FSTS, fsts);
	}
	regs->frcd_next = (regs->frcd_next + 1) % regs->frcd_nr;
	mock_vtd_event_set(m, MOCK_VTD_EVENT_FAULT, VTD_FSTS_PPF);
	return "recorded";
}

/* 11.4.7.6: FI is as wide as the widest address that the unit translates */
static u64 mock_vtd_frcd_lo(const struct mock_vtd *m, u64 addr)
{
	u32 sagaw = FIELD_GET(VTD_CAP_SAGAW, m->cap);
	u32 width = sagaw ? 30 + 9 * (fls(sagaw) - 1) : 0;

	if (m->ecap & VTD_ECAP_FSTS)
		width = max(width, m->cap & VTD_CAP_FS5LP ? 57 : 48);
	return addr & VTD_FRCD0_FI & GENMASK_ULL(width - 1, 0);
}

static u64 mock_vtd_frcd_hi(u32 sid, enum mock_vtd_fault_type type, u8 at,
			    u8 reason)
{
	return FIELD_PREP(VTD_FRCD1_SID, sid) |
	       FIELD_PREP(VTD_FRCD1_T1, type >> 1) |
	       FIELD_PREP(VTD_FRCD1_T2, type & 1) |
	       FIELD_PREP(VTD_FRCD1_AT, at) |
	       FIELD_PREP(VTD_FRCD1_FR, reason);
}

/* What a PASID brings along. A unit that knows none has no such fields */
static u64 mock_vtd_frcd_hi_pasid(const struct mock_vtd *m, u32 pasid,
				  bool exec, bool priv)
{
	if (!(m->ecap & VTD_ECAP_PASID))
		return 0;
	return VTD_FRCD1_PP | FIELD_PREP(VTD_FRCD1_PV, pasid) |
	       FIELD_PREP(VTD_FRCD1_EXE, exec) |
	       FIELD_PREP(VTD_FRCD1_PRIV, priv);
}

static u8 mock_vtd_frcd_at(enum mock_at at)
{
	switch (at) {
	case MOCK_AT_TRANSLATION:
		return MOCK_VTD_AT_TRANSLATION;
	case MOCK_AT_TRANSLATED:
		return MOCK_VTD_AT_TRANSLATED;
	default:
		return MOCK_VTD_AT_UNTRANSLATED;
	}
}

/**
 * mock_vtd_fault_describe - a fault as instances know it
 * @req: the request
 * @fault: why it was blocked
 * @log: filled, as if it was not recorded
 */
void mock_vtd_fault_describe(const struct mock_req *req,
			     const struct mock_vtd_fault *fault,
			     struct mock_fault *log)
{
	*log = (struct mock_fault){
		.addr = req->addr,
		.why = mock_vtd_reason(fault->reason),
		.fate = fault->fpd ?
			"not recorded: FPD is set in an entry on the way (VT-d 7.1.1)" :
			"not recorded",
		.sid = req->sid,
		.pasid = req->pasid,
		.number = fault->reason,
		.stage = mock_vtd_reason_stage(fault->reason),
		.at = req->at,
		.pasid_valid = req->pasid_valid,
		.write = req->write,
		.exec = req->exec && !req->write,
		.priv = req->priv,
	};
}

/**
 * mock_vtd_fault_record - record that a request was blocked
 * @m: the unit
 * @req: the request
 * @fault: why it was blocked
 */
void mock_vtd_fault_record(struct mock_vtd *m, const struct mock_req *req,
			   const struct mock_vtd_fault *fault)
{
	struct mock_fault log;
	u64 hi;

	m->stats.faults++;
	mock_vtd_fault_describe(req, fault, &log);
	if (fault->fpd) {
		mock_log_fault(m->mi, &log);
		return;
	}

	hi = mock_vtd_frcd_hi(req->sid, req->write ? MOCK_VTD_FAULT_WRITE : MOCK_VTD_FAULT_READ,
			      mock_vtd_frcd_at(req->at), fault->reason);
	if (req->pasid_valid)
		hi |= mock_vtd_frcd_hi_pasid(m, req->pasid,
					     req->exec && !req->write,
					     req->priv);
	log.fate = mock_vtd_fault_log(m, mock_vtd_frcd_lo(m, fault->addr), hi);
	mock_log_fault(m->mi, &log);
}

/**
 * mock_vtd_fault_record_page_request - record that a page request was not accepted
 * @m: the unit
 * @preq: the page request
 * @fault: why it was not
 */
void mock_vtd_fault_record_page_request(struct mock_vtd *m,
					const struct mock_page_request *preq,
					const struct mock_vtd_fault *fault)
{
	const struct mock_req req = {
		.addr = preq->addr,
		.sid = preq->sid,
		.pasid = preq->pasid,
		.pasid_valid = preq->pasid_valid,
		.write = preq->write,
		.exec = preq->exec,
		.priv = preq->priv,
	};
	struct mock_fault log;
	u64 hi;

	m->stats.faults++;
	mock_vtd_fault_describe(&req, fault, &log);
	log.page_request = true;
	if (fault->fpd) {
		mock_log_fault(m->mi, &log);
		return;
	}

	hi = mock_vtd_frcd_hi(preq->sid, MOCK_VTD_FAULT_PAGE_REQUEST,
			      MOCK_VTD_AT_UNTRANSLATED, fault->reason);
	if (preq->pasid_valid)
		hi |= mock_vtd_frcd_hi_pasid(m, preq->pasid, false, preq->priv);
	log.fate = mock_vtd_fault_log(m, mock_vtd_frcd_lo(m, preq->addr), hi);
	mock_log_fault(m->mi, &log);
}
