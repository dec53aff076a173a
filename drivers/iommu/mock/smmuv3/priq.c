// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock SMMUv3: the PRI queue (chapter 8)
 *
 * A page request that does not get into the queue is answered by the SMMU
 * itself: with a failure when the queue is disabled or aborted, with success
 * when it has overflowed, so that the endpoint tries again.
 */
#include <linux/bitfield.h>

#include "../phys.h"
#include "regs.h"

/* "Stop PASID": last, for no access, with a PASID. Nothing to respond to */
static bool mock_smmu_is_stop_marker(const struct mock_page_request *preq)
{
	return preq->pasid_valid && preq->last && !preq->read && !preq->write;
}

static void mock_smmu_pri_answer(struct mock_smmu *m,
				 const struct mock_page_request *preq,
				 bool pasid, enum mock_page_response code)
{
	if (!mock_smmu_is_stop_marker(preq))
		mock_smmu_send_page_response(m, preq->sid, pasid, preq->pasid,
					     preq->prgi, code);
}

/* 8.2: no PASID in such a response */
static int mock_smmu_pri_fail(struct mock_smmu *m,
			      const struct mock_page_request *preq)
{
	mock_smmu_pri_answer(m, preq, false, MOCK_PAGE_FAILURE);
	return -EFAULT;
}

/* 8.1: which of the errors found on the way to STE.PPAR are recorded */
static void mock_smmu_pri_record(struct mock_smmu *m,
				 const struct mock_page_request *preq,
				 struct mock_smmu_event *ev)
{
	ev->ssv = preq->pasid_valid;
	ev->ssid = preq->pasid;
	ev->page_request = true;
	ev->rnw = !preq->write;
	ev->input_addr = preq->addr;
	if (!ev->id || !(m->cr2 & SMMU_CR2_REC_CFG_ATS))
		return;
	if (ev->id == SMMU_EVT_C_BAD_STREAMID &&
	    !(m->cr2 & SMMU_CR2_RECINVSID))
		return;
	mock_smmu_event_record(m, ev);
}

static void mock_smmu_pri_answer_overflow(struct mock_smmu *m,
					  const struct mock_page_request *preq)
{
	bool substreams = FIELD_GET(SMMU_IDR1_SSIDSIZE, m->idr[1]);
	struct mock_smmu_event ev = {};
	bool ppar = true;

	if (!preq->last || mock_smmu_is_stop_marker(preq))
		return;
	if (!substreams || !preq->pasid_valid) {
		mock_smmu_pri_answer(m, preq, false, MOCK_PAGE_SUCCESS);
		return;
	}
	if (!(m->idr[3] & SMMU_IDR3_PPS) &&
	    !mock_smmu_ppar(m, preq->sid, &ppar, &ev)) {
		mock_smmu_pri_record(m, preq, &ev);
		mock_smmu_pri_answer(m, preq, false, MOCK_PAGE_FAILURE);
		return;
	}
	mock_smmu_pri_answer(m, preq, ppar, MOCK_PAGE_SUCCESS);
}

static bool mock_smmu_priq_overflowed(const struct mock_smmu *m)
{
	return (mock_smmu_reg32(m, SMMU_REG_PRIQ_PROD) ^
		mock_smmu_reg32(m, SMMU_REG_PRIQ_CONS)) & SMMU_Q_OVFLG;
}

static bool mock_smmu_priq_last_only(const struct mock_smmu *m)
{
	return mock_smmu_reg32(m, SMMU_REG_PRIQ_IRQ_CFG2) &
	       SMMU_PRIQ_IRQ_CFG2_LO;
}

/* Unlike with the event queue, nothing is queued until it is acknowledged */
static int mock_smmu_pri_overflow(struct mock_smmu *m,
				  const struct mock_page_request *preq)
{
	u32 prod = mock_smmu_reg32(m, SMMU_REG_PRIQ_PROD);

	if (!mock_smmu_priq_overflowed(m))
		mock_smmu_reg_set32(m, SMMU_REG_PRIQ_PROD, prod ^ SMMU_Q_OVFLG);
	mock_smmu_pri_answer_overflow(m, preq);
	/* 6.3.36: such an interrupt is for a message that was received */
	if (preq->last && mock_smmu_priq_last_only(m))
		mock_smmu_irq_raise(m, MOCK_SMMU_IRQ_PRIQ);
	return -ENOSPC;
}

static void mock_smmu_pri_encode(const struct mock_smmu *m,
				 const struct mock_page_request *preq,
				 __le64 *raw)
{
	bool ssv = preq->pasid_valid &&
		   FIELD_GET(SMMU_IDR1_SSIDSIZE, m->idr[1]);
	u64 word;

	word = FIELD_PREP(SMMU_PRI0_SID, preq->sid) |
	       FIELD_PREP(SMMU_PRI0_READ, preq->read) |
	       FIELD_PREP(SMMU_PRI0_WRITE, preq->write) |
	       FIELD_PREP(SMMU_PRI0_LAST, preq->last);
	if (ssv)
		word |= SMMU_PRI0_SSV | FIELD_PREP(SMMU_PRI0_SSID, preq->pasid) |
			FIELD_PREP(SMMU_PRI0_EXEC, preq->exec) |
			FIELD_PREP(SMMU_PRI0_PRIV, preq->priv);
	raw[0] = cpu_to_le64(word);
	raw[1] = cpu_to_le64(FIELD_PREP(SMMU_PRI1_PRGINDEX, preq->prgi) |
			     (preq->addr & SMMU_PRI1_ADDR));
}

static int mock_smmu_pri_put(struct mock_smmu *m,
			     const struct mock_smmu_queue *q,
			     const struct mock_page_request *preq)
{
	u32 ovflg = mock_smmu_reg32(m, SMMU_REG_PRIQ_PROD) & SMMU_Q_OVFLG;
	__le64 raw[SMMU_PRI_WORDS];

	mock_smmu_pri_encode(m, preq, raw);
	if (mock_phys_write(mock_smmu_queue_entry(q, MOCK_SMMU_PRIQ, q->prod), raw,
			    sizeof(raw))) {
		mock_recoverable_fate(m->mi, "refused, the queue is not in memory (PRIQ_ABT_ERR)");
		mock_smmu_gerror_set(m, SMMU_GERROR_PRIQ_ABT_ERR);
		return mock_smmu_pri_fail(m, preq);
	}
	mock_recoverable_put(m->mi, q->prod);
	mock_smmu_reg_set32(m, SMMU_REG_PRIQ_PROD,
			    ovflg | mock_smmu_queue_next(q, q->prod));
	if (mock_smmu_priq_last_only(m) ? preq->last : mock_smmu_queue_empty(q))
		mock_smmu_irq_raise(m, MOCK_SMMU_IRQ_PRIQ);
	return 0;
}

/**
 * mock_smmu_page_request - take a page request message
 * @m: the SMMU
 * @preq: the message
 *
 * Return: 0 when it is in the queue, -ENOSPC when the queue has overflowed,
 * -EFAULT when it cannot be used: it was then answered as far as it wants an
 * answer
 */
int mock_smmu_page_request(struct mock_smmu *m, const struct mock_page_request *preq)
{
	const u32 enabled = SMMU_CR0_SMMUEN | SMMU_CR0_PRIQEN;
	struct mock_smmu_queue q;

	/* 6.3.9.5: the effective PRIQEN depends on SMMUEN */
	if ((m->cr0 & enabled) != enabled) {
		mock_recoverable_fate(m->mi, "refused, the queue is off (SMMUEN, PRIQEN)");
		return mock_smmu_pri_fail(m, preq);
	}
	if (mock_smmu_gerror_active(m, SMMU_GERROR_PRIQ_ABT_ERR)) {
		mock_recoverable_fate(m->mi, "refused, PRIQ_ABT_ERR is not acknowledged");
		return mock_smmu_pri_fail(m, preq);
	}

	mock_smmu_queue_get(m, MOCK_SMMU_PRIQ, &q);
	if (mock_smmu_priq_overflowed(m) || mock_smmu_queue_full(&q))
		return mock_smmu_pri_overflow(m, preq);
	return mock_smmu_pri_put(m, &q, preq);
}
