// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock VT-d: the page request queue (7.4)
 */
#include <linux/bitfield.h>

#include "../phys.h"
#include "regs.h"

#define MOCK_VTD_PREQ_LEN	32

/*
 * Table 31: the last request of a group that is not queued is answered by the
 * hardware, others are dropped. A stop marker (last, for no access) is nothing
 * that a response belongs to.
 */
static void mock_vtd_prq_answer(struct mock_vtd *m,
				const struct mock_page_request *preq,
				enum mock_page_response code)
{
	if (!preq->last || (!preq->read && !preq->write))
		return;
	mock_vtd_send_page_response(m, preq->sid, preq->pasid_valid,
				    preq->pasid, preq->prgi, code);
}

static int mock_vtd_prq_write(struct mock_vtd *m, u64 pa,
			      const struct mock_page_request *preq)
{
	__le64 desc[4] = {};
	u64 word;

	word = FIELD_PREP(VTD_PREQ0_TYPE, VTD_PREQ_TYPE) |
	       FIELD_PREP(VTD_PREQ0_RID, preq->sid);
	if (preq->pasid_valid)
		word |= VTD_PREQ0_PASID_P |
			FIELD_PREP(VTD_PREQ0_PASID, preq->pasid) |
			FIELD_PREP(VTD_PREQ0_EXE, preq->exec) |
			FIELD_PREP(VTD_PREQ0_PRIV, preq->priv);
	desc[0] = cpu_to_le64(word);

	word = FIELD_PREP(VTD_PREQ1_R, preq->read) |
	       FIELD_PREP(VTD_PREQ1_W, preq->write) |
	       FIELD_PREP(VTD_PREQ1_LPIG, preq->last) |
	       FIELD_PREP(VTD_PREQ1_PRGI, preq->prgi) |
	       (preq->addr & VTD_PREQ1_ADDR);
	desc[1] = cpu_to_le64(word);
	return mock_phys_write(pa, desc, sizeof(desc));
}

/**
 * mock_vtd_page_request - take a page request message
 * @m: the unit
 * @preq: the message
 *
 * Return: 0 when it is in the queue. -ENOSPC when the queue has overflowed, and
 * -EFAULT when the tables or the queue itself do not permit it: it has then been
 * answered as far as it wants an answer.
 */
int mock_vtd_page_request(struct mock_vtd *m,
			  const struct mock_page_request *preq)
{
	u64 pqa = mock_vtd_reg64(m, VTD_REG_PQA);
	u32 tail = mock_vtd_reg64(m, VTD_REG_PQT);
	u32 size = 4096 << FIELD_GET(VTD_PQA_PQS, pqa);
	u32 next = (tail + MOCK_VTD_PREQ_LEN) % size;
	struct mock_vtd_fault fault = {};

	if (mock_vtd_page_request_check(m, preq, &fault)) {
		mock_recoverable_fate(m->mi, "refused by the tables");
		if (fault.reason)
			mock_vtd_fault_record_page_request(m, preq, &fault);
		mock_vtd_prq_answer(m, preq, MOCK_PAGE_INVALID);
		return -EFAULT;
	}

	if (mock_vtd_reg32(m, VTD_REG_PRS) & VTD_PRS_PRO) {
		mock_vtd_prq_answer(m, preq, MOCK_PAGE_SUCCESS);
		return -ENOSPC;
	}
	if (next == mock_vtd_reg64(m, VTD_REG_PQH)) {
		mock_vtd_event_set(m, MOCK_VTD_EVENT_PRQ, VTD_PRS_PRO);
		mock_vtd_prq_answer(m, preq, MOCK_PAGE_SUCCESS);
		return -ENOSPC;
	}

	/*
	 * Software that enables page requests without a queue, with a tail
	 * behind its end, or with one that is not memory: not defined. The
	 * request did not get into the queue, so it is answered like one that
	 * the tables do not permit.
	 */
	if (!m->regs->pq_set || tail >= size ||
	    mock_vtd_prq_write(m, (pqa & VTD_PQA_PQA) + tail, preq)) {
		mock_recoverable_fate(m->mi, "refused, there is no queue");
		mock_vtd_prq_answer(m, preq, MOCK_PAGE_INVALID);
		return -EFAULT;
	}
	mock_recoverable_put(m->mi, tail / MOCK_VTD_PREQ_LEN);
	mock_vtd_reg_set64(m, VTD_REG_PQT, next);
	mock_vtd_event_set(m, MOCK_VTD_EVENT_PRQ, VTD_PRS_PPR);
	return 0;
}

/**
 * mock_vtd_prq_head - software has moved the head of the queue
 * @m: the unit
 */
void mock_vtd_prq_head(struct mock_vtd *m)
{
	u32 size = 4096 << FIELD_GET(VTD_PQA_PQS, mock_vtd_reg64(m, VTD_REG_PQA));

	mock_recoverable_head(m->mi, false,
			      mock_vtd_reg64(m, VTD_REG_PQH) / MOCK_VTD_PREQ_LEN,
			      mock_vtd_reg64(m, VTD_REG_PQT) / MOCK_VTD_PREQ_LEN,
			      size / MOCK_VTD_PREQ_LEN - 1);
}
