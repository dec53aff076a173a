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
static bool smmu_is_stop_marker(const struct mock_page_request *preq)
{
	return preq->pasid_valid && preq->last && !preq->read && !preq->write;
}

static void smmu_pri_answer(struct smmu_model *m,
			    const struct mock_page_request *preq, bool pasid,
			    enum mock_page_response code)
{
	if (!smmu_is_stop_marker(preq))
		smmu_send_page_response(m, preq->sid, pasid, preq->pasid,
					preq->prgi, code);
}

/* 8.2: no PASID in such a response */
static int smmu_pri_fail(struct smmu_model *m,
			 const struct mock_page_request *preq)
{
	smmu_pri_answer(m, preq, false, MOCK_PAGE_FAILURE);
	return -EFAULT;
}

/* 8.1: which of the errors found on the way to STE.PPAR are recorded */
static void smmu_pri_record(struct smmu_model *m,
			    const struct mock_page_request *preq,
			    struct smmu_event *ev)
{
	ev->ssv = preq->pasid_valid;
	ev->ssid = preq->pasid;
	if (!ev->id || !(m->cr2 & SMMU_CR2_REC_CFG_ATS))
		return;
	if (ev->id == SMMU_EVT_C_BAD_STREAMID &&
	    !(m->cr2 & SMMU_CR2_RECINVSID))
		return;
	smmu_event_record(m, ev);
}

static void smmu_pri_answer_overflow(struct smmu_model *m,
				     const struct mock_page_request *preq)
{
	bool substreams = FIELD_GET(SMMU_IDR1_SSIDSIZE, m->idr[1]);
	struct smmu_event ev = {};
	bool ppar = true;

	if (!preq->last || smmu_is_stop_marker(preq))
		return;
	if (!substreams || !preq->pasid_valid) {
		smmu_pri_answer(m, preq, false, MOCK_PAGE_SUCCESS);
		return;
	}
	if (!(m->idr[3] & SMMU_IDR3_PPS) &&
	    !smmu_ppar(m, preq->sid, &ppar, &ev)) {
		smmu_pri_record(m, preq, &ev);
		smmu_pri_answer(m, preq, false, MOCK_PAGE_FAILURE);
		return;
	}
	smmu_pri_answer(m, preq, ppar, MOCK_PAGE_SUCCESS);
}

static bool smmu_priq_overflowed(const struct smmu_model *m)
{
	return (smmu_reg32(m, SMMU_REG_PRIQ_PROD) ^
		smmu_reg32(m, SMMU_REG_PRIQ_CONS)) & SMMU_Q_OVFLG;
}

static bool smmu_priq_last_only(const struct smmu_model *m)
{
	return smmu_reg32(m, SMMU_REG_PRIQ_IRQ_CFG2) & SMMU_PRIQ_IRQ_CFG2_LO;
}

/* Unlike with the event queue, nothing is queued until it is acknowledged */
static int smmu_pri_overflow(struct smmu_model *m,
			     const struct mock_page_request *preq)
{
	u32 prod = smmu_reg32(m, SMMU_REG_PRIQ_PROD);

	if (!smmu_priq_overflowed(m))
		smmu_reg_set32(m, SMMU_REG_PRIQ_PROD, prod ^ SMMU_Q_OVFLG);
	smmu_pri_answer_overflow(m, preq);
	/* 6.3.36: such an interrupt is for a message that was received */
	if (preq->last && smmu_priq_last_only(m))
		smmu_irq_raise(m, SMMU_IRQ_PRIQ);
	return -ENOSPC;
}

static void smmu_pri_encode(const struct smmu_model *m,
			    const struct mock_page_request *preq, __le64 *raw)
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

static int smmu_pri_put(struct smmu_model *m, const struct smmu_queue *q,
			const struct mock_page_request *preq)
{
	u32 ovflg = smmu_reg32(m, SMMU_REG_PRIQ_PROD) & SMMU_Q_OVFLG;
	__le64 raw[SMMU_PRI_WORDS];

	smmu_pri_encode(m, preq, raw);
	if (mock_phys_write(smmu_queue_entry(q, SMMU_PRIQ, q->prod), raw,
			    sizeof(raw))) {
		smmu_gerror_set(m, SMMU_GERROR_PRIQ_ABT_ERR);
		return smmu_pri_fail(m, preq);
	}
	smmu_reg_set32(m, SMMU_REG_PRIQ_PROD,
		       ovflg | smmu_queue_next(q, q->prod));
	if (smmu_priq_last_only(m) ? preq->last : smmu_queue_empty(q))
		smmu_irq_raise(m, SMMU_IRQ_PRIQ);
	return 0;
}

/**
 * smmu_page_request - take a page request message
 * @m: the SMMU
 * @preq: the message
 *
 * Return: 0 when it is in the queue, -ENOSPC when the queue has overflowed,
 * -EFAULT when it cannot be used: it was then answered as far as it wants an
 * answer
 */
int smmu_page_request(struct smmu_model *m, const struct mock_page_request *preq)
{
	const u32 enabled = SMMU_CR0_SMMUEN | SMMU_CR0_PRIQEN;
	struct smmu_queue q;

	/* 6.3.9.5: the effective PRIQEN depends on SMMUEN */
	if ((m->cr0 & enabled) != enabled ||
	    smmu_gerror_active(m, SMMU_GERROR_PRIQ_ABT_ERR))
		return smmu_pri_fail(m, preq);

	smmu_queue_get(m, SMMU_PRIQ, &q);
	if (smmu_priq_overflowed(m) || smmu_queue_full(&q))
		return smmu_pri_overflow(m, preq);
	return smmu_pri_put(m, &q, preq);
}
