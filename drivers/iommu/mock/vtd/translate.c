// SPDX-License-Identifier: GPL-2.0-only
/* Mock VT-d: a request from its arrival to its translation or its fault */
#include "walk.h"

static bool in_interrupt_range(u64 addr)
{
	return addr >= VTD_INTR_ADDR_FIRST && addr <= VTD_INTR_ADDR_LAST;
}

static bool overlaps_interrupt_range(u64 addr, u8 lg2)
{
	u64 first = addr >> lg2 << lg2;
	u64 last = first + (BIT_ULL(lg2) - 1);

	return first <= VTD_INTR_ADDR_LAST && last >= VTD_INTR_ADDR_FIRST;
}

/* table 30, column "qualified": faults that FPD suppresses */
static bool is_qualified(u8 reason)
{
	switch (reason) {
	case VTD_FR_RTA_RSVD ... VTD_FR_CTX_ACCESS:
	case VTD_FR_PDE_ACCESS:
	case VTD_FR_PTE_ACCESS:
		return false;
	default:
		return true;
	}
}

/*
 * table 30: conditions under which a translation request completes successfully
 * without permission. The device can recover from these (7.1.2): no fault is
 * reported, with one exception.
 */
static bool is_recoverable(u8 reason)
{
	switch (reason) {
	case VTD_FR_PDE_NP:
	case VTD_FR_PTE_NP:
	case VTD_FR_PTE_ERE:
	case VTD_FR_PTE_SRE:
	case VTD_FR_FS_ACCESS ... VTD_FR_FS_NEST_AD_WRITE:
	case VTD_FR_FS_AD_NOSNOOP:
	case VTD_FR_FS_AD_UPDATE:
	case VTD_FR_SS_PERM:
	case VTD_FR_NON_CANONICAL:
	case VTD_FR_FS_US:
	case VTD_FR_FS_NX:
	case VTD_FR_ADDR_WIDTH:
	case VTD_FR_SS_OUT_WIDTH:
	case VTD_FR_SMEP:
		return true;
	default:
		return false;
	}
}

/* What can be said of a request before any table is read */
static u8 check_request(struct mock_vtd *m, const struct mock_req *req)
{
	u8 reason = mock_vtd_check_mode(m, req->pasid_valid);

	if (reason || !req->pasid_valid)
		return reason;
	if (req->exec && FIELD_GET(VTD_VER_MAX, m->ver) >= 8)
		return VTD_FR_RTA_EXEC;
	if (req->pasid >> (FIELD_GET(VTD_ECAP_PSS, m->ecap) + 1))
		return VTD_FR_PASID_SIZE;
	return 0;
}

/* The PASID table entry and what it says of privilege and execution */
static u8 find_entry(struct mock_vtd_walk *w)
{
	u8 reason = mock_vtd_find_pasid(w);

	if (reason)
		return reason;
	if (w->exec && !w->pe.ere)
		return VTD_FR_PTE_ERE;
	if (w->priv && !w->pe.sre)
		return VTD_FR_PTE_SRE;
	return 0;
}

/* 3.7: stage-2 alone */
static u8 walk_stage2(struct mock_vtd_walk *w, struct mock_vtd_leaf *leaf)
{
	u8 reason;

	if (w->addr >> w->pe.ss_width)
		return VTD_FR_SS_OUT_WIDTH;
	reason = mock_vtd_stage2_walk(w, w->addr, w->may_write, leaf);
	if (reason)
		return reason;
	leaf->exec = w->pe.ere && (!w->pe.ssee || leaf->exec);
	leaf->no_exec = w->pe.ere ? VTD_FR_FS_NX : VTD_FR_PTE_ERE;
	return mock_vtd_check_rights(w, leaf);
}

/*
 * 3.9: pass-through, without any check of access rights. 4.2.3 wants the largest
 * size of a page that the unit supports.
 */
static u8 pass_through(struct mock_vtd_walk *w, struct mock_vtd_leaf *leaf)
{
	if (w->addr >> MOCK_VTD_HAW)
		return VTD_FR_ADDR_WIDTH;
	leaf->lg2 = MOCK_VTD_LEVEL_SHIFT(2);
	if (w->m->cap & (VTD_CAP_FS1GP | VTD_CAP_SSLPS_1G))
		leaf->lg2 = MOCK_VTD_LEVEL_SHIFT(3);
	leaf->pa = w->addr >> leaf->lg2 << leaf->lg2;
	leaf->read = true;
	leaf->write = true;
	leaf->exec = w->pe.ere;
	leaf->no_exec = VTD_FR_PTE_ERE;
	leaf->dirty = true;
	return 0;
}

static u8 walk_tables(struct mock_vtd_walk *w, struct mock_vtd_leaf *leaf)
{
	switch (w->pe.pgtt) {
	case VTD_PGTT_STAGE1:
	case VTD_PGTT_NESTED:
		return mock_vtd_stage1_walk(w, leaf);
	case VTD_PGTT_STAGE2:
		return walk_stage2(w, leaf);
	default:
		return pass_through(w, leaf);
	}
}

static u64 output_address(const struct mock_vtd_walk *w,
			  const struct mock_vtd_leaf *leaf)
{
	return leaf->pa + (w->addr & (BIT_ULL(leaf->lg2) - 1));
}

/*
 * SGN.8: nothing translates to the interrupt range. A translation completion may
 * not even contain it; pass-through then yields a smaller region, since its size
 * is hardware's choice.
 */
static u8 check_output(const struct mock_vtd_walk *w,
		       struct mock_vtd_leaf *leaf)
{
	u64 pa = output_address(w, leaf);

	if (w->ats && leaf->pgtt == VTD_PGTT_PT) {
		while (leaf->lg2 > 12 && overlaps_interrupt_range(pa, leaf->lg2))
			leaf->lg2 -= 9;
		leaf->pa = pa >> leaf->lg2 << leaf->lg2;
	}
	return overlaps_interrupt_range(pa, w->ats ? leaf->lg2 : 0) ?
	       VTD_FR_INTR_ADDR : 0;
}

/*
 * 6.2.4.1: in caching mode, a stage-2 translation that does not exist may be
 * cached too, with the tags that it would have. Nested ones need not be: the
 * mode does not apply to stage-1.
 */
static bool cache_fault(const struct mock_vtd_walk *w, u8 reason)
{
	return w->m->cap & VTD_CAP_CM && w->pe.pgtt == VTD_PGTT_STAGE2 &&
	       (reason == VTD_FR_SS_PERM || reason == VTD_FR_SS_RSVD);
}

/* Otherwise, a translation that faults is not cached */
static u8 walk_and_cache(struct mock_vtd_walk *w, struct mock_vtd_leaf *leaf)
{
	u8 reason;

	reason = find_entry(w);
	if (reason)
		return reason;
	*leaf = (struct mock_vtd_leaf){ .pgtt = w->pe.pgtt };
	reason = walk_tables(w, leaf);
	if (!reason)
		reason = check_output(w, leaf);
	if (reason && !cache_fault(w, reason))
		return reason;
	if (reason)
		*leaf = (struct mock_vtd_leaf){ .lg2 = 12, .reason = reason };
	leaf->fpd = w->fpd;
	/*
	 * Table 6 of 3.10: PGSNP has all accesses snoop, whatever the type of
	 * translation. So has SNP of the page at stage-2, if there is a stage-2,
	 * nested or not.
	 */
	leaf->snp |= w->pe.pgsnp;
	leaf->pgtt = w->pe.pgtt;
	leaf->did = w->pe.did;
	leaf->pasid = w->pasid;
	mock_vtd_iotlb_insert(w, leaf);
	return reason;
}

/*
 * The IOTLB answers if it can. It can not for the first write to a page whose
 * dirty flag is not known to be set: that takes a walk (3.6.2, 3.7.2).
 */
static bool ask_iotlb(struct mock_vtd_walk *w, struct mock_vtd_leaf *leaf,
		      u8 *reason)
{
	if (!mock_vtd_iotlb_lookup(w, leaf))
		return false;
	if (w->may_write && leaf->write && !leaf->dirty)
		return false;
	w->m->stats.iotlb_hits++;
	w->fpd |= leaf->fpd;
	*reason = mock_vtd_check_rights(w, leaf);
	if (!*reason)
		*reason = check_output(w, leaf);
	return true;
}

/*
 * 3.15: without PASID, the interrupt address range is not translated. A write of
 * one DWORD is an interrupt request there, which is not the business of this
 * model: endpoints raise their interrupts by other means, and what comes here is
 * DMA of data. It is blocked, as all reads are, with the reason of an output
 * address in the range.
 */
static u8 translate_untranslated(struct mock_vtd_walk *w,
				 struct mock_vtd_leaf *leaf)
{
	u8 reason;

	if (!w->pasid_valid && in_interrupt_range(w->addr))
		return VTD_FR_INTR_ADDR;
	if (ask_iotlb(w, leaf, &reason))
		return reason;
	reason = mock_vtd_find_context(w);
	if (!reason)
		reason = mock_vtd_check_pasid(w);
	return reason ?: walk_and_cache(w, leaf);
}

/* The context entry, which must allow the device to use ATS (SCT.5) */
static u8 find_ats_context(struct mock_vtd_walk *w)
{
	u8 reason = mock_vtd_find_context(w);

	if (!reason && !w->ctx.dte)
		reason = VTD_FR_CTX_DTE;
	return reason;
}

/* 4.2.3: a translation request. The context entry must allow it first */
static u8 translate_request(struct mock_vtd_walk *w, struct mock_vtd_leaf *leaf)
{
	u8 reason;

	reason = find_ats_context(w);
	if (reason)
		return reason;
	reason = mock_vtd_check_pasid(w);
	if (reason)
		return reason;
	if (ask_iotlb(w, leaf, &reason))
		return reason;
	return walk_and_cache(w, leaf);
}

/* 4.2.5: the address is translated already, the device is checked only */
static u8 check_translated(struct mock_vtd_walk *w, struct mock_vtd_leaf *leaf)
{
	u8 reason;

	reason = find_ats_context(w);
	if (reason)
		return reason;
	/* ECAP.PTRS is not supported: EPTR is 0 */
	if (w->pasid_valid)
		return VTD_FR_CTX_EPTR;
	if (w->addr >> MOCK_VTD_HAW)
		return VTD_FR_ADDR_WIDTH;
	if (in_interrupt_range(w->addr))
		return VTD_FR_INTR_ADDR;
	*leaf = (struct mock_vtd_leaf){
		.pa = w->addr >> 12 << 12,
		.lg2 = 12,
		.read = true,
		.write = true,
	};
	return 0;
}

static u8 translate_by_type(struct mock_vtd_walk *w, const struct mock_req *req,
			    struct mock_vtd_leaf *leaf)
{
	u8 reason = check_request(w->m, req);

	if (reason)
		return reason;
	switch (req->at) {
	case MOCK_AT_UNTRANSLATED:
		return translate_untranslated(w, leaf);
	case MOCK_AT_TRANSLATION:
		return translate_request(w, leaf);
	default:
		return check_translated(w, leaf);
	}
}

/*
 * 4.2.3.1: with ECAP.NWFS, a translation request without the No Write flag
 * counts as a read and a write, one with it as a read. Without ECAP.NWFS the
 * flag is ignored. In neither case is lack of permission a fault.
 */
static void init_walk(struct mock_vtd_walk *w, struct mock_vtd *m,
		      const struct mock_req *req)
{
	bool ats = req->at == MOCK_AT_TRANSLATION;

	*w = (struct mock_vtd_walk){
		.m = m,
		.addr = req->addr,
		.sid = req->sid,
		.pasid = req->pasid_valid ? req->pasid : 0,
		.pasid_valid = req->pasid_valid,
		.ats = ats,
		.priv = req->pasid_valid && req->priv,
		.exec = req->pasid_valid && req->exec,
		.need_exec = !ats && req->pasid_valid && req->exec,
		.need_read = !ats && !req->write,
		.need_write = !ats && req->write,
		.may_write = req->write || (ats && !(m->ecap & VTD_ECAP_NWFS)),
	};
}

/* 6.5.3.1, table 27: a page request implies that caches are out of date */
static void invalidate_for_page_request(struct mock_vtd_walk *w)
{
	switch (w->pe.pgtt) {
	case VTD_PGTT_STAGE1:
		mock_vtd_inval_piotlb(w->m, VTD_PIOTLB_PAGE, w->pe.did,
				      w->pasid, w->addr, 0, false);
		break;
	case VTD_PGTT_NESTED:
		mock_vtd_inval_iotlb(w->m, VTD_IOTLB_DOMAIN, w->pe.did, 0, 0,
				     false);
		break;
	default:
		mock_vtd_inval_iotlb(w->m, VTD_IOTLB_PAGE, w->pe.did, w->addr,
				     0, false);
		break;
	}
}

static u8 check_page_request(struct mock_vtd_walk *w)
{
	u8 reason = mock_vtd_check_mode(w->m, w->pasid_valid);

	if (FIELD_GET(VTD_RTADDR_TTM, w->m->rtaddr) == VTD_TTM_LEGACY)
		return VTD_FR_RTA_PGRP;
	if (reason)
		return reason;
	reason = mock_vtd_find_context(w);
	if (reason)
		return reason;
	if (!w->ctx.pre)
		return VTD_FR_CTX_PRE;
	reason = mock_vtd_check_pasid(w);
	return reason ?: mock_vtd_find_pasid(w);
}

static void fill_fault(struct mock_vtd_fault *fault,
		       const struct mock_vtd_walk *w, u8 reason)
{
	fault->reason = reason;
	fault->fpd = w->fpd && is_qualified(reason);
}

/**
 * mock_vtd_page_request_check() - may this page request be queued? (7.4.1)
 * @m: the unit
 * @preq: the page request
 * @fault: filled when not; its reason is 0 for a request that is unsupported
 *	because translation is off
 *
 * If it may, the caches that a translation of its address can be in are
 * invalidated (6.5.3.1), even if there turns out to be no room in the queue.
 *
 * Context: instance's lock held
 * Return: 0 or -EFAULT
 */
int mock_vtd_page_request_check(struct mock_vtd *m,
				const struct mock_page_request *preq,
				struct mock_vtd_fault *fault)
{
	struct mock_vtd_walk w = {
		.m = m,
		.addr = preq->addr,
		.sid = preq->sid,
		.pasid = preq->pasid_valid ? preq->pasid : 0,
		.pasid_valid = preq->pasid_valid,
	};
	u8 reason;

	lockdep_assert_held(&m->mi->lock);
	*fault = (struct mock_vtd_fault){ .addr = preq->addr };
	if (!m->te)
		return -EFAULT;
	reason = check_page_request(&w);
	if (reason) {
		fill_fault(fault, &w, reason);
		return -EFAULT;
	}
	invalidate_for_page_request(&w);
	return 0;
}

static void fill_result(struct mock_xlate *res, const struct mock_vtd_walk *w,
			const struct mock_req *req,
			const struct mock_vtd_leaf *leaf)
{
	res->pa = output_address(w, leaf);
	res->lg2 = leaf->lg2;
	res->read = leaf->read;
	res->write = leaf->write;
	res->exec = w->exec && leaf->exec;
	/*
	 * 3.10: No Snoop counts where nothing forces snooping. The N bit of a
	 * translation completion is set by the same rule (4.2.3).
	 */
	res->snooped = leaf->snp || !req->no_snoop;
	res->must_snoop = w->ats && leaf->snp;
	/* 4.2.3: PRIV as it was requested, not what RID_PRIV made of it */
	res->priv = req->pasid_valid && req->priv;
	if (w->ats && !w->may_write)
		res->write = false;
}

/* S.1, S.2: an interrupt must be sent untranslated, whatever tables say */
static bool is_interrupt_translation(const struct mock_req *req)
{
	return req->at == MOCK_AT_TRANSLATION && !req->pasid_valid &&
	       in_interrupt_range(req->addr);
}

static int interrupt_translation(struct mock_vtd_walk *w,
				 const struct mock_req *req,
				 struct mock_xlate *res,
				 struct mock_vtd_fault *fault)
{
	u8 reason = check_request(w->m, req);

	if (!reason)
		reason = find_ats_context(w);
	if (reason) {
		fill_fault(fault, w, reason);
		return -EFAULT;
	}
	res->write = w->may_write;
	res->untranslated_only = w->may_write;
	return 0;
}

/* 4.2.1: while translation is off, only untranslated requests are supported */
static int translate_bypass(const struct mock_req *req, struct mock_xlate *res)
{
	if (req->at != MOCK_AT_UNTRANSLATED)
		return -EFAULT;
	res->pa = req->addr;
	res->read = true;
	res->write = true;
	res->snooped = !req->no_snoop;
	return 0;
}

/**
 * mock_vtd_translate() - translate a request
 * @m: the unit
 * @req: the request
 * @res: the translation
 * @fault: what to report, if its reason is not 0
 *
 * Context: instance's lock held
 * Return: 0, or -EFAULT if the request is blocked. See &mock_model.translate for
 *	translation requests
 */
int mock_vtd_translate(struct mock_vtd *m, const struct mock_req *req,
		       struct mock_xlate *res, struct mock_vtd_fault *fault)
{
	struct mock_vtd_leaf leaf;
	struct mock_vtd_walk w;
	u8 reason;

	lockdep_assert_held(&m->mi->lock);
	m->stats.translations++;
	*res = (struct mock_xlate){ .lg2 = 12 };
	*fault = (struct mock_vtd_fault){ .addr = req->addr };
	if (!m->te) {
		if (mock_walking(m->mi))
			mock_walk_line(m->mi, "translation is off (GSTS.TES is 0)");
		return translate_bypass(req, res);
	}

	init_walk(&w, m, req);
	if (is_interrupt_translation(req))
		return interrupt_translation(&w, req, res, fault);
	reason = translate_by_type(&w, req, &leaf);
	if (!reason) {
		fill_result(res, &w, req, &leaf);
		return 0;
	}
	if (req->at == MOCK_AT_TRANSLATION && is_recoverable(reason)) {
		res->priv = req->pasid_valid && req->priv;
		if (reason == VTD_FR_FS_AD_UPDATE)
			fill_fault(fault, &w, reason);
		return 0;
	}
	fill_fault(fault, &w, reason);
	return -EFAULT;
}
