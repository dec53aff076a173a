// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock VT-d: descriptors in any order that the specification permits (6.5.2.12)
 *
 * A descriptor that is fetched is postponed until a wait needs it. What hardware
 * orders by itself:
 *
 *   IOTLB, PASID-based IOTLB   after context- and PASID-cache in front of them
 *   PASID-cache                after context-cache
 *   device-TLB                 after IOTLB
 *   PASID-based device-TLB     after IOTLB and PASID-based IOTLB
 *   wait                       after all between it and the wait in front of it
 *   all                        after a wait in front of them that is a fence
 *
 * So a PASID-based IOTLB invalidation may well come after the one of a device-TLB
 * without PASID that is behind it. Page group responses wait for nothing and for
 * nobody. Both of a device-TLB also come after invalidations of the interrupt entry
 * cache, which a unit without interrupt remapping refuses.
 */
#include <linux/bitfield.h>

#include "regs.h"
#include "walk.h"

/* What has to be complete before a descriptor, by type */
static const u16 mock_vtd_comes_after[] = {
	[VTD_QI_PC] = BIT(VTD_QI_CC),
	[VTD_QI_IOTLB] = BIT(VTD_QI_CC) | BIT(VTD_QI_PC),
	[VTD_QI_PIOTLB] = BIT(VTD_QI_CC) | BIT(VTD_QI_PC),
	[VTD_QI_DTLB] = BIT(VTD_QI_IOTLB),
	[VTD_QI_PDTLB] = BIT(VTD_QI_IOTLB) | BIT(VTD_QI_PIOTLB),
};

static u16 comes_after(u8 type)
{
	return type < ARRAY_SIZE(mock_vtd_comes_after) ?
	       mock_vtd_comes_after[type] : 0;
}

/* Those that nothing in front of them holds up, by place */
static u64 find_eligible(const struct mock_vtd_pending *p)
{
	bool since_wait = false;
	u64 places = 0;
	u16 ahead = 0;
	u32 i;

	for (i = 0; i < p->nr; i++) {
		u8 type = p->inv[i].type;

		if (type == VTD_QI_WAIT) {
			if (!since_wait)
				places |= BIT_ULL(i);
			since_wait = false;
			continue;
		}
		if (!(ahead & comes_after(type)))
			places |= BIT_ULL(i);
		ahead |= BIT(type);
		since_wait = true;
	}
	return places;
}

static bool waits_pending(const struct mock_vtd_pending *p)
{
	u32 i;

	for (i = 0; i < p->nr; i++)
		if (p->inv[i].type == VTD_QI_WAIT)
			return true;
	return false;
}

static void execute_one(struct mock_vtd *m)
{
	struct mock_vtd_pending *p = &m->regs->pending;
	struct mock_vtd_inv inv;

	mock_reorder_take(m->mi, p->inv, sizeof(inv), &p->nr, find_eligible(p),
			  &inv);
	mock_vtd_qi_execute(m, &inv);
}

/**
 * mock_vtd_reorder_drain - execute all that is postponed
 * @m: the unit, of an instance that reorders
 */
void mock_vtd_reorder_drain(struct mock_vtd *m)
{
	mock_reorder_begin(m->mi);
	while (m->regs->pending.nr)
		execute_one(m);
	mock_speculate(m->mi, true);
}

/**
 * mock_vtd_reorder_idle - there is nothing more to fetch
 * @m: the unit, of an instance that reorders
 *
 * A wait need not be a fence, but it completes.
 */
void mock_vtd_reorder_idle(struct mock_vtd *m)
{
	struct mock_vtd_pending *p = &m->regs->pending;

	mock_reorder_begin(m->mi);
	while (waits_pending(p))
		execute_one(m);
}

static bool devtlb_pending(const struct mock_vtd_pending *p)
{
	u32 i;

	for (i = 0; i < p->nr; i++)
		if (p->inv[i].type == VTD_QI_DTLB ||
		    p->inv[i].type == VTD_QI_PDTLB)
			return true;
	return false;
}

/**
 * mock_vtd_reorder_wait - a descriptor is at the head of the queue
 * @m: the unit, of an instance that reorders
 * @inv: the descriptor, decoded
 *
 * A wait that is a fence needs all that is postponed. So does any wait for
 * devices, which take their time: what becomes of it is not for this file.
 */
void mock_vtd_reorder_wait(struct mock_vtd *m, const struct mock_vtd_inv *inv)
{
	if (inv->type == VTD_QI_WAIT &&
	    (inv->wait_fn || devtlb_pending(&m->regs->pending)))
		mock_vtd_reorder_drain(m);
}

/**
 * mock_vtd_reorder - a descriptor was fetched, after mock_vtd_reorder_wait()
 * @m: the unit, of an instance that reorders
 * @inv: the descriptor, decoded
 */
void mock_vtd_reorder(struct mock_vtd *m, const struct mock_vtd_inv *inv)
{
	struct mock_vtd_pending *p = &m->regs->pending;

	if (inv->type == VTD_QI_PGRP_RESP ||
	    (inv->type == VTD_QI_WAIT && !p->nr)) {
		mock_vtd_qi_execute(m, inv);
		return;
	}
	if (p->nr == MOCK_REORDER_POOL) {
		mock_reorder_begin(m->mi);
		execute_one(m);
	}
	p->inv[p->nr++] = *inv;
}

/**
 * mock_vtd_speculate - fetch what no request has asked for
 * @mi: the instance
 * @req: request as there might be one
 * @res: its translation
 *
 * Configuration is fetched although the IOTLB may not need it.
 *
 * Return: 0, or -EFAULT if there is no translation
 */
int mock_vtd_speculate(struct mock_iommu *mi, const struct mock_req *req,
		       struct mock_xlate *res)
{
	struct mock_vtd *m = mi->priv;
	struct mock_vtd_fault ignored;
	struct mock_vtd_walk w = {
		.m = m,
		.addr = req->addr,
		.sid = req->sid,
		.pasid = req->pasid_valid ? req->pasid : 0,
		.pasid_valid = req->pasid_valid,
	};

	if (!m->te)
		return -EFAULT;
	if (!mock_vtd_check_mode(m, req->pasid_valid) &&
	    !mock_vtd_find_context(&w) && !mock_vtd_check_pasid(&w))
		mock_vtd_find_pasid(&w);
	return mock_vtd_translate(m, req, res, &ignored);
}
