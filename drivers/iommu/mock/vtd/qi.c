// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock VT-d: the invalidation queue (6.5.2)
 *
 * Descriptors are processed in order, in the doorbell write or by a worker.
 * Three errors are reported in FSTS:
 *
 * IQE: hardware does not understand the tail or the descriptor that the head
 *	points to. Nothing is fetched until software clears the bit; then the
 *	same place is looked at again.
 * ITE: a device did not answer a device-TLB invalidation in time. A time-out is
 *	long, so all that could be fetched meanwhile was: the rest of the queue, or
 *	as far as a fence. The waits among it were pending; they are aborted,
 *	neither status nor interrupt ever comes from them. Nothing is fetched
 *	until software clears the bit; the head is behind what was fetched.
 *	Where it does take time (slow.c), the head stays at the first wait until
 *	all devices have answered, or one was given up.
 * ICE: a device sent an invalid completion. Processing goes on.
 */
#include <linux/bitfield.h>

#include "../phys.h"
#include "regs.h"

/* Descriptors that the worker processes without letting others at the lock */
#define MOCK_VTD_QI_BATCH	32

static void mock_vtd_qi_time_out(struct mock_vtd *m)
{
	u64 rcd = mock_vtd_reg64(m, VTD_REG_IQERCD) & ~VTD_IQERCD_ITESID;

	m->regs->ite = false;
	rcd |= FIELD_PREP(VTD_IQERCD_ITESID, m->regs->ite_sid);
	mock_vtd_reg_set64(m, VTD_REG_IQERCD, rcd);
	mock_vtd_event_set(m, MOCK_VTD_EVENT_FAULT, VTD_FSTS_ITE);
}

static void mock_vtd_qi_lost(struct mock_vtd *m, u16 sid)
{
	if (m->regs->ite)
		return;
	m->regs->ite = true;
	m->regs->ite_sid = sid;
}

static void mock_vtd_qi_error(struct mock_vtd *m, u8 iqei)
{
	u64 rcd = mock_vtd_reg64(m, VTD_REG_IQERCD) & ~VTD_IQERCD_IQEI;

	rcd |= FIELD_PREP(VTD_IQERCD_IQEI, iqei);
	mock_vtd_reg_set64(m, VTD_REG_IQERCD, rcd);
	mock_vtd_event_set(m, MOCK_VTD_EVENT_FAULT, VTD_FSTS_IQE);
	/* What was waiting for a device still times out */
	if (m->regs->ite)
		mock_vtd_qi_time_out(m);
}

static void mock_vtd_qi_completion_error(struct mock_vtd *m, u16 sid)
{
	u64 rcd = mock_vtd_reg64(m, VTD_REG_IQERCD) & ~VTD_IQERCD_ICESID;

	rcd |= FIELD_PREP(VTD_IQERCD_ICESID, sid);
	mock_vtd_reg_set64(m, VTD_REG_IQERCD, rcd);
	mock_vtd_event_set(m, MOCK_VTD_EVENT_FAULT, VTD_FSTS_ICE);
}

/* 11.4.9.2: 0, or what is wrong with the tail pointer */
static u8 mock_vtd_qi_check_tail(const struct mock_vtd *m)
{
	u32 tail = mock_vtd_reg64(m, VTD_REG_IQT);

	if (tail >= m->regs->iq_size)
		return VTD_IQEI_TAIL;
	if (m->regs->iq_wide && !IS_ALIGNED(tail, 32))
		return VTD_IQEI_TAIL_ALIGN;
	return 0;
}

/* 6.5.2: 0, or what is wrong with the mode that the unit is in */
static u8 mock_vtd_qi_check_mode(const struct mock_vtd *m)
{
	switch (FIELD_GET(VTD_RTADDR_TTM, m->rtaddr)) {
	case VTD_TTM_LEGACY:
		return 0;
	case VTD_TTM_SCALABLE:
		break;
	case VTD_TTM_ABORT_DMA:
		if (m->ecap & VTD_ECAP_ADMS)
			break;
		fallthrough;
	default:
		return VTD_IQEI_TTM;
	}
	/* 128-bit descriptors are for legacy mode */
	return m->regs->iq_wide ? 0 : VTD_IQEI_WIDTH;
}

static u8 mock_vtd_qi_fetch(const struct mock_vtd *m, u32 head,
			    struct mock_vtd_inv *inv)
{
	bool wide = m->regs->iq_wide;
	unsigned int i;
	__le64 raw[4];
	u64 desc[4];
	u8 iqei;

	iqei = mock_vtd_qi_check_mode(m);
	if (iqei)
		return iqei;
	if (mock_phys_read(m->regs->iq_base + head, raw, wide ? 32 : 16))
		return VTD_IQEI_FETCH;
	for (i = 0; i < (wide ? 4 : 2); i++)
		desc[i] = le64_to_cpu(raw[i]);
	return mock_vtd_inv_decode(m, desc, wide, inv);
}

static bool mock_vtd_inv_is_devtlb(const struct mock_vtd_inv *inv)
{
	return inv->type == VTD_QI_DTLB || inv->type == VTD_QI_PDTLB;
}

static enum mock_cmd_kind mock_vtd_inv_kind(const struct mock_vtd_inv *inv)
{
	switch (inv->type) {
	case VTD_QI_DTLB:
	case VTD_QI_PDTLB:
		return MOCK_CMD_DEVTLB;
	case VTD_QI_CC:
	case VTD_QI_PC:
		return MOCK_CMD_CONTEXT;
	case VTD_QI_IOTLB:
	case VTD_QI_PIOTLB:
		return MOCK_CMD_TLB;
	case VTD_QI_WAIT:
		return MOCK_CMD_SYNC;
	default:
		return MOCK_CMD_OTHER;
	}
}

static const char aborted[] = "aborted, an invalidation before it was not answered";

static void mock_vtd_qi_log(struct mock_vtd *m, const struct mock_vtd_inv *inv,
			    const char *outcome)
{
	mock_log_done(m->mi, inv->words, ARRAY_SIZE(inv->words), outcome);
}

/**
 * mock_vtd_qi_execute - execute a descriptor whose turn it is
 * @m: the unit
 * @inv: the descriptor, decoded
 */
void mock_vtd_qi_execute(struct mock_vtd *m, const struct mock_vtd_inv *inv)
{
	const char *outcome = "done";
	int ret;

	/* A wait that is behind a lost invalidation never completes */
	if (inv->type == VTD_QI_WAIT && m->regs->ite) {
		mock_vtd_qi_log(m, inv, aborted);
		return;
	}

	ret = mock_vtd_inv_execute(m, inv);
	if (ret == -ETIMEDOUT) {
		mock_vtd_qi_lost(m, inv->sid);
		outcome = "not answered";
	} else if (ret == -EINPROGRESS) {
		outcome = "sent, the answer is waited for";
	}
	mock_vtd_qi_log(m, inv, outcome);
}

/* False if the descriptor was not consumed: the head stays */
static bool mock_vtd_qi_one(struct mock_vtd *m, const struct mock_vtd_inv *inv)
{
	if (mock_misbehave_take(m->mi, MOCK_MISBEHAVE_CMD_ERROR)) {
		if (!mock_vtd_inv_is_devtlb(inv)) {
			mock_vtd_qi_error(m, VTD_IQEI_NONE);
			return false;
		}
		mock_vtd_qi_completion_error(m, inv->sid);
		mock_vtd_qi_log(m, inv, "invalid completion");
		return true;
	}

	if (mock_reordering(m->mi))
		mock_vtd_reorder_wait(m, inv);
	/* It never completes, see mock_vtd_qi_execute() */
	if (inv->type == VTD_QI_WAIT && m->regs->ite) {
		mock_vtd_qi_log(m, inv, aborted);
		return true;
	}

	if (!mock_slow_ready(m->mi, mock_vtd_inv_kind(inv)))
		return false;
	if (mock_reordering(m->mi))
		mock_vtd_reorder(m, inv);
	else
		mock_vtd_qi_execute(m, inv);
	return true;
}

static bool mock_vtd_qi_stopped(const struct mock_vtd *m)
{
	return !(mock_vtd_reg32(m, VTD_REG_GSTS) & VTD_GSTS_QIES) ||
	       (mock_vtd_reg32(m, VTD_REG_FSTS) &
		(VTD_FSTS_IQE | VTD_FSTS_ITE)) ||
	       m->mi->misbehave[MOCK_MISBEHAVE_CMD_STALL];
}

/* Process up to @budget descriptors. True if there is more to do */
static bool mock_vtd_qi_run(struct mock_vtd *m, unsigned int budget)
{
	u32 len = m->regs->iq_wide ? 32 : 16;
	struct mock_vtd_inv inv;
	u32 head;
	u8 iqei;

	if (mock_vtd_qi_stopped(m))
		return false;
	iqei = mock_vtd_qi_check_tail(m);
	if (iqei) {
		mock_vtd_qi_error(m, iqei);
		return false;
	}

	head = mock_vtd_reg64(m, VTD_REG_IQH);
	while (head != mock_vtd_reg64(m, VTD_REG_IQT)) {
		if (mock_vtd_qi_stopped(m))
			return false;
		if (!budget--)
			return true;

		iqei = mock_vtd_qi_fetch(m, head, &inv);
		if (iqei) {
			mock_vtd_qi_error(m, iqei);
			return false;
		}
		if (!mock_vtd_qi_one(m, &inv))
			return false;
		head = (head + len) % m->regs->iq_size;
		mock_vtd_reg_set64(m, VTD_REG_IQH, head);

		if (inv.type == VTD_QI_WAIT && inv.wait_fn && m->regs->ite)
			break;
	}
	if (mock_reordering(m->mi))
		mock_vtd_reorder_idle(m);
	if (m->regs->ite)
		mock_vtd_qi_time_out(m);
	return false;
}

/**
 * mock_vtd_qi_kick - there may be something to do for the queue
 * @m: the unit
 */
void mock_vtd_qi_kick(struct mock_vtd *m)
{
	if (m->regs->wq)
		queue_work(m->regs->wq, &m->regs->work);
	else
		mock_vtd_qi_run(m, UINT_MAX);
}

/**
 * mock_vtd_qi_poll - software looks at a register with interrupts off
 * @m: the unit
 *
 * Who waits like that for the queue may be on the only processor, where no worker and
 * no timer runs meanwhile. Hardware needs none: it is further every time that it is
 * looked at.
 */
void mock_vtd_qi_poll(struct mock_vtd *m)
{
	mock_slow_poll(m->mi);
	if (m->regs->wq)
		mock_vtd_qi_run(m, 1);
}

/**
 * mock_vtd_qi_devtlb_lost - a device did not answer an invalidation in time
 * @m: the unit
 * @sid: source-id of the device
 *
 * The caller lets the queue go on, which aborts the waits and reports it. A queue
 * that an error has stopped does not: it is reported at once.
 */
void mock_vtd_qi_devtlb_lost(struct mock_vtd *m, u16 sid)
{
	mock_vtd_qi_lost(m, sid);
	if (mock_vtd_reg32(m, VTD_REG_FSTS) & VTD_FSTS_IQE)
		mock_vtd_qi_time_out(m);
}

static void mock_vtd_qi_work(struct work_struct *work)
{
	struct mock_vtd_regs *regs =
		container_of(work, struct mock_vtd_regs, work);
	struct mock_vtd *m = regs->model;
	bool more;

	do {
		spin_lock_irq(&m->mi->lock);
		more = mock_vtd_qi_run(m, MOCK_VTD_QI_BATCH);
		spin_unlock_irq(&m->mi->lock);
		cond_resched();
	} while (more);
}

/**
 * mock_vtd_iq_enable - software has set GCMD.QIE
 * @m: the unit
 *
 * The queue's place and form are those of now, whatever IQA says later.
 */
void mock_vtd_iq_enable(struct mock_vtd *m)
{
	u64 iqa = mock_vtd_reg64(m, VTD_REG_IQA);

	m->regs->iq_base = iqa & VTD_IQA_IQA;
	m->regs->iq_size = 4096 << FIELD_GET(VTD_IQA_QS, iqa);
	m->regs->iq_wide = iqa & VTD_IQA_DW;
	mock_vtd_qi_kick(m);
}

/**
 * mock_vtd_iq_disable - software has cleared GCMD.QIE
 * @m: the unit
 *
 * 11.4.9.1: the head is 0 while the queue is off.
 */
void mock_vtd_iq_disable(struct mock_vtd *m)
{
	if (mock_reordering(m->mi))
		mock_vtd_reorder_drain(m);
	m->regs->ite = false;
	mock_slow_forget(m->mi);
	mock_vtd_reg_set64(m, VTD_REG_IQH, 0);
}

/**
 * mock_vtd_qi_create - prepare the queue's processing
 * @m: the unit
 *
 * Context: process, without locks.
 * Return: 0 or -ENOMEM
 */
int mock_vtd_qi_create(struct mock_vtd *m)
{
	struct mock_vtd_regs *regs = m->regs;

	INIT_WORK(&regs->work, mock_vtd_qi_work);
	if (!m->mi->async_commands)
		return 0;
	/* Somebody may wait for an invalidation to reclaim memory */
	regs->wq = alloc_ordered_workqueue("iommu_mock_vtd", WQ_MEM_RECLAIM);
	return regs->wq ? 0 : -ENOMEM;
}

/**
 * mock_vtd_qi_settle - wait until the worker has nothing to do
 * @m: the unit
 *
 * Context: process, without locks.
 */
void mock_vtd_qi_settle(struct mock_vtd *m)
{
	if (m->regs->wq)
		flush_workqueue(m->regs->wq);
}

/**
 * mock_vtd_qi_destroy - stop the queue's processing
 * @m: the unit
 *
 * Context: process, without locks.
 */
void mock_vtd_qi_destroy(struct mock_vtd *m)
{
	spin_lock_irq(&m->mi->lock);
	mock_vtd_reg_set32(m, VTD_REG_GSTS, 0);
	spin_unlock_irq(&m->mi->lock);
	if (m->regs->wq)
		destroy_workqueue(m->regs->wq);
	m->regs->wq = NULL;
}
