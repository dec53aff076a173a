// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page request queue of a unit (7.4)
 *
 * Whoever finds requests in it takes them out: the interrupt's thread, and whoever waits
 * until a PASID has none left, who does not depend on the thread's turn.
 */
#include <linux/device.h>
#include <linux/interrupt.h>
#include <linux/ratelimit.h>

#include "firmware.h"
#include "flush.h"
#include "intel_nested.h"
#include "queue.h"
#include "trace.h"

/* Records after which the unit is told that there is room, and others get the CPU */
/* All answers of a batch are put into the invalidation queue at once, behind a fence */
#define VTD_PRQ_BATCH	(CMD_BATCH - 1)

/* How often a drain begins again as the queue has overflowed meanwhile */
#define VTD_PRQ_DRAINS	8

/**
 * struct vtd_prq_pass - answers that are given at once, while the queue is read
 * @unit: the unit
 * @nr: how many
 * @answers: the answers
 */
struct vtd_prq_pass {
	struct vtd_unit *unit;
	unsigned int nr;
	struct cmd_words answers[VTD_PRQ_BATCH];
};

static void vtd_prq_pass_flush(struct vtd_prq_pass *pass)
{
	if (pass->nr)
		vtd_answer(pass->unit, pass->answers, pass->nr);
	pass->nr = 0;
}

/* The device asks again with an index, and waits for one answer */
static void vtd_prq_pass_forget(struct vtd_prq_pass *pass, const struct vtd_preq *last)
{
	unsigned int i, nr = 0;

	for (i = 0; i < pass->nr; i++)
		if (!vtd_answer_is_of(pass->answers[i], last->sid, last->prgi))
			pass->answers[nr++] = pass->answers[i];
	pass->nr = nr;
}

/* Only the last request of a group is answered */
static void vtd_prq_settle(struct vtd_prq_pass *pass, const struct vtd_preq *req,
			   enum vtd_preq_fate fate)
{
	struct vtd_prq *prq = &pass->unit->prq;

	if (fate == VTD_PREQ_TAKE)
		return;
	if (fate == VTD_PREQ_DROP || !req->last) {
		atomic64_inc(&prq->dropped);
		return;
	}
	atomic64_inc(fate == VTD_PREQ_AGAIN ? &prq->again : &prq->refused);
	pass->answers[pass->nr++] =
		vtd_preq_answer(req, fate == VTD_PREQ_AGAIN ? VTD_PGRP_SUCCESS :
							      VTD_PGRP_INVALID);
}

static void vtd_prq_record(struct vtd_prq_pass *pass, const __le64 *record)
{
	struct vtd_preq req = vtd_preq_decode(record);
	struct vtd_unit *unit = pass->unit;
	enum vtd_preq_fate fate;
	struct vtd_device *edev;

	atomic64_inc(&unit->prq.requests);
	edev = xa_load(&unit->devices, req.sid);
	fate = vtd_preq_judge(&req, unit->cap, unit->ecap,
			      edev ? edev->pasid_bits : 0);
	if (fate != VTD_PREQ_DROP && req.last)
		vtd_prq_pass_forget(pass, &req);
	if (fate == VTD_PREQ_TAKE)
		fate = edev ? vtd_iopf_take(edev, &req) : VTD_PREQ_REFUSE;
	else if (fate == VTD_PREQ_REFUSE && edev && req.last)
		vtd_iopf_refused(edev, &req);
	trace_vtd_page_request(unit->dev, &req, fate);
	vtd_prq_settle(pass, &req, fate);
}

static void vtd_prq_tell_head(struct vtd_unit *unit)
{
	/* The records were read before the unit may write others over them */
	mb();
	vtd_write64(unit, VTD_REG_PQH, unit->prq.head);
}

/* Take out what is in front of @tail */
static void vtd_prq_read(struct vtd_prq_pass *pass, u32 tail)
{
	struct vtd_unit *unit = pass->unit;
	struct vtd_prq *prq = &unit->prq;
	unsigned int nr = 0;

	/* The records are as they are behind what was read of the tail */
	dma_rmb();
	while (prq->head != tail) {
		vtd_prq_record(pass, prq->mem + prq->head / sizeof(*prq->mem));
		prq->head = (prq->head + VTD_PREQ_SIZE) % VTD_PRQ_SIZE;
		if (++nr % VTD_PRQ_BATCH)
			continue;
		vtd_prq_tell_head(unit);
		vtd_prq_pass_flush(pass);
		cond_resched();
	}
	vtd_prq_tell_head(unit);
	vtd_prq_pass_flush(pass);
}

/* False if the unit is gone */
static bool vtd_prq_tail(struct vtd_unit *unit, u32 *tail)
{
	u64 val = vtd_read64(unit, VTD_REG_PQT);

	*tail = (val & VTD_PQ_PTR) % VTD_PRQ_SIZE;
	return val != U64_MAX;
}

/*
 * The queue was full, and requests were lost; no other is queued until that is cleared.
 * What is still in the queue is older, so that it comes first.
 */
static void vtd_prq_overflowed(struct vtd_prq_pass *pass)
{
	struct vtd_unit *unit = pass->unit;
	u32 tail;

	if (!vtd_prq_tail(unit, &tail))
		return;
	vtd_prq_read(pass, tail);
	vtd_iopf_discard(unit);
	atomic64_inc(&unit->prq.overflows);
	dev_err_ratelimited(unit->dev, "there were more page requests than the queue can hold\n");
	vtd_write32(unit, VTD_REG_PRS, VTD_PRS_PRO);
}

/**
 * vtd_prq_process - take all page requests out of a unit's queue that are there now
 * @unit: the unit
 *
 * Those that come meanwhile make an interrupt of their own: one device that never stops
 * keeps nobody here.
 *
 * Context: process context.
 * Return: true if the queue had overflowed
 */
bool vtd_prq_process(struct vtd_unit *unit)
{
	struct vtd_prq_pass pass = { .unit = unit };
	u32 tail, prs;

	guard(srcu)(&unit->srcu);
	guard(mutex)(&unit->prq.lock);

	if (!unit->prq.mem)
		return false;
	/* Before the tail is read, so that what comes behind it makes an interrupt */
	vtd_write32(unit, VTD_REG_PRS, VTD_PRS_PPR);
	if (!vtd_prq_tail(unit, &tail))
		return false;
	vtd_prq_read(&pass, tail);
	prs = vtd_read32(unit, VTD_REG_PRS);
	if (prs == VTD_NO_ANSWER || !(prs & VTD_PRS_PRO))
		return false;
	vtd_prq_overflowed(&pass);
	return true;
}

static irqreturn_t vtd_prq_irq(int irq, void *data)
{
	/* Messages are edges, see vtd_fault_irq() */
	return IRQ_WAKE_THREAD;
}

static irqreturn_t vtd_prq_thread(int irq, void *data)
{
	vtd_prq_process(data);
	return IRQ_HANDLED;
}

/**
 * vtd_prq_drain - have no page request, and no answer, of an attachment under way
 * @att: the attachment, which the hardware has forgotten
 *
 * These are the steps of 7.10: a fence behind the answers that were given; an
 * invalidation of the device-TLB, which reaches the device behind these, and behind
 * whose completion no request of the device's is that is older; a wait that drains what
 * is in the unit into the queue. Should the queue overflow meanwhile, all of it again.
 *
 * If the invalidation queue does not answer, or the device does not, nothing is lost: a
 * request that comes late finds nobody who is asked.
 *
 * Context: process context.
 */
void vtd_prq_drain(const struct vtd_attach *att)
{
	struct vtd_unit *unit = att->edev->unit;
	struct vtd_qi_batch batch;
	unsigned int i;
	int ret;

	for (i = 0; i < VTD_PRQ_DRAINS; i++) {
		scoped_guard(srcu, &unit->srcu) {
			vtd_qi_begin(&batch, unit, false);
			vtd_qi_add(&batch, vtd_desc_fence(unit));
			vtd_qi_add(&batch, vtd_desc_iotlb_domain(att->did,
								 vtd_drain(unit)));
			vtd_add_devtlb(&batch, att, 0, VTD_AM_ALL);
			vtd_qi_add(&batch, vtd_desc_drain(unit));
			ret = vtd_qi_flush(&batch);
		}
		if (!vtd_prq_process(unit) || ret)
			break;
	}
}

/**
 * vtd_prq_prepare - a new unit has no page request queue yet
 * @unit: the unit
 */
void vtd_prq_prepare(struct vtd_unit *unit)
{
	mutex_init(&unit->prq.lock);
	spin_lock_init(&unit->prq.kept_lock);
	INIT_LIST_HEAD(&unit->prq.kept);
	INIT_LIST_HEAD(&unit->prq.flights);
}

static void vtd_prq_mask(struct vtd_unit *unit, bool mask)
{
	vtd_write32(unit, VTD_REG_PECTL, mask ? VTD_ECTL_IM : 0);
	/* Posted writes: it must have arrived */
	vtd_read32(unit, VTD_REG_PECTL);
}

static int vtd_prq_alloc(struct vtd_unit *unit)
{
	struct vtd_prq *prq = &unit->prq;

	prq->iopf = iopf_queue_alloc(dev_name(unit->dev));
	if (!prq->iopf)
		return -ENOMEM;
	prq->mem = iommu_alloc_pages_node_sz(dev_to_node(unit->dev), GFP_KERNEL,
					     VTD_PRQ_SIZE);
	if (!prq->mem) {
		iopf_queue_free(prq->iopf);
		prq->iopf = NULL;
		return -ENOMEM;
	}
	return 0;
}

static void vtd_prq_free(struct vtd_unit *unit)
{
	struct vtd_prq *prq = &unit->prq;

	iommu_free_pages(prq->mem);
	iopf_queue_free(prq->iopf);
	prq->mem = NULL;
	prq->iopf = NULL;
}

/* What another kernel has left there is nobody's */
static void vtd_prq_start(struct vtd_unit *unit)
{
	struct vtd_prq *prq = &unit->prq;

	vtd_write64(unit, VTD_REG_PQH, 0);
	vtd_write64(unit, VTD_REG_PQT, 0);
	vtd_write64(unit, VTD_REG_PQA,
		    (virt_to_phys(prq->mem) & VTD_PQA_PQA) |
		    FIELD_PREP(VTD_PQA_PQS, VTD_PRQ_QS));
	/* Where the tail is not ours to write it may be anywhere */
	vtd_prq_tail(unit, &prq->head);
	vtd_prq_tell_head(unit);
	vtd_write32(unit, VTD_REG_PRS, VTD_PRS_PPR | VTD_PRS_PRO);
}

/**
 * vtd_prq_init - have devices behind a unit make page requests, if it can take them
 * @unit: the unit, which does not translate yet
 *
 * Without an interrupt none makes any. That drains cannot be waited for is the same: a
 * PASID could not be used again.
 *
 * Context: process context.
 * Return: 0, also if there are to be none; -ENOMEM, or the error of requesting the
 * interrupt
 */
int vtd_prq_init(struct vtd_unit *unit)
{
	const struct iommu_unit_irq *irq =
		&unit->platform.irqs[IOMMU_UNIT_VTD_IRQ_PRQ];
	int ret;

	if (!(unit->ecap & VTD_ECAP_PRS))
		return 0;
	vtd_prq_mask(unit, true);
	if (!(unit->ecap & VTD_ECAP_PDS))
		return 0;
	if (!dev_get_platdata(unit->dev))
		vtd_irq_alloc(unit, IOMMU_UNIT_VTD_IRQ_PRQ);
	if (!irq->irq) {
		dev_warn(unit->dev, "no interrupt for page requests: no device makes any\n");
		return 0;
	}
	ret = vtd_prq_alloc(unit);
	if (ret)
		goto err_irq;
	ret = request_threaded_irq(irq->irq, vtd_prq_irq, vtd_prq_thread, 0,
				   dev_name(unit->dev), unit);
	if (ret)
		goto err_free;
	vtd_prq_start(unit);
	vtd_irq_program(unit, IOMMU_UNIT_VTD_IRQ_PRQ);
	vtd_prq_mask(unit, false);
	return 0;

err_free:
	vtd_prq_free(unit);
err_irq:
	vtd_irq_free(unit, IOMMU_UNIT_VTD_IRQ_PRQ);
	return ret;
}

/**
 * vtd_prq_exit - undo vtd_prq_init()
 * @unit: the unit, which does not translate any more and has no devices
 *
 * Context: process context.
 */
void vtd_prq_exit(struct vtd_unit *unit)
{
	vtd_answers_free(unit);
	if (!unit->prq.mem)
		return;
	vtd_prq_mask(unit, true);
	free_irq(unit->platform.irqs[IOMMU_UNIT_VTD_IRQ_PRQ].irq, unit);
	vtd_irq_free(unit, IOMMU_UNIT_VTD_IRQ_PRQ);
	vtd_write64(unit, VTD_REG_PQA, 0);
	vtd_write64(unit, VTD_REG_PQH, 0);
	vtd_prq_free(unit);
}
