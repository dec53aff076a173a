// SPDX-License-Identifier: GPL-2.0-only
/*
 * Queues that the hardware fills and the driver empties (3.5)
 */
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/ratelimit.h>

#include "arm_smmu_v3_nested.h"
#include "event.h"

/* Records that are freed at once */
#define OUTQ_CHUNK	16

/* Records before others get the CPU */
#define OUTQ_PATIENCE	4096

static u32 smmu3_outq_mask(const struct smmu3_outq *q)
{
	/* The index, and the wrap bit above it */
	return (2U << q->shift) - 1;
}

/**
 * smmu3_outq_init - allocate a queue
 * @unit: the unit
 * @q: the queue
 * @shift: log2 of the records that it is to have
 * @size: bytes in a record
 * @prod: offset of the PROD register
 * @cons_reg: offset of the CONS register
 *
 * Return: 0 or -ENOMEM
 */
int smmu3_outq_init(struct smmu3_unit *unit, struct smmu3_outq *q,
		    unsigned int shift, unsigned int size, u32 prod,
		    u32 cons_reg)
{
	mutex_init(&q->lock);
	q->shift = shift;
	q->size = size;
	q->prod = prod - (unit->page0_only ? SMMU_PAGE1 : 0);
	q->cons_reg = cons_reg - (unit->page0_only ? SMMU_PAGE1 : 0);
	q->ring = iommu_alloc_pages_node_sz(dev_to_node(unit->dev), GFP_KERNEL,
					    (size_t)size << shift);
	return q->ring ? 0 : -ENOMEM;
}

/**
 * smmu3_outq_exit - free a queue
 * @q: the queue, which the hardware does not use any more
 */
void smmu3_outq_exit(struct smmu3_outq *q)
{
	if (!q->ring)
		return;
	iommu_free_pages(q->ring);
	q->ring = NULL;
	mutex_destroy(&q->lock);
}

/**
 * smmu3_outq_start - give a queue to the hardware, empty
 * @unit: the unit
 * @q: the queue
 * @base: offset of the BASE register
 * @enable: bit of CR0
 *
 * Context: process context.
 * Return: 0 or -ETIMEDOUT
 */
int smmu3_outq_start(struct smmu3_unit *unit, struct smmu3_outq *q, u32 base,
		     u32 enable)
{
	q->cons = 0;
	smmu3_write64(unit, base,
		      SMMU_Q_BASE_RWA |
		      (virt_to_phys(q->ring) & SMMU_Q_BASE_ADDR) |
		      FIELD_PREP(SMMU_Q_BASE_LOG2SIZE, q->shift));
	smmu3_write32(unit, q->prod, 0);
	smmu3_write32(unit, q->cons_reg, 0);
	return smmu3_cr0(unit, enable, 0);
}

static void smmu3_outq_update(struct smmu3_unit *unit, struct smmu3_outq *q)
{
	/* The hardware may write what was read now */
	mb();
	smmu3_write32(unit, q->cons_reg, q->cons);
}

static void smmu3_outq_overflow(struct smmu3_unit *unit, struct smmu3_outq *q,
				u32 prod)
{
	if (!((prod ^ q->cons) & SMMU_Q_OVFLG))
		return;
	q->overflows++;
	/* As long as it is not acknowledged there is nothing new in the PRI queue (8.1) */
	if (q->lost)
		q->lost(unit);
	/* Acknowledged by being equal; then it goes on (7.4) */
	q->cons ^= SMMU_Q_OVFLG;
	smmu3_outq_update(unit, q);
	dev_err_ratelimited(unit->dev, "the %s queue was full: records were lost\n",
			    q == &unit->evtq ? "event" : "PRI");
}

static unsigned int smmu3_outq_pass_to(struct smmu3_unit *unit,
				       struct smmu3_outq *q, u32 prod,
				       void (*handle)(struct smmu3_unit *unit,
						      const u64 *record))
{
	unsigned int words = q->size / sizeof(u64);
	unsigned int n = 0, i;
	u64 record[SMMU_EVT_WORDS];

	/* Records must not be read before their number */
	dma_rmb();
	while ((q->cons ^ prod) & smmu3_outq_mask(q)) {
		u32 slot = q->cons & (smmu3_outq_mask(q) >> 1);

		for (i = 0; i < words; i++)
			record[i] = le64_to_cpu(q->ring[slot * words + i]);
		handle(unit, record);
		q->records++;
		q->cons = (q->cons & SMMU_Q_OVFLG) |
			  ((q->cons + 1) & smmu3_outq_mask(q));
		if (++n % OUTQ_CHUNK == 0)
			smmu3_outq_update(unit, q);
		/* Whatever PROD is, it ends */
		if (n > smmu3_outq_mask(q))
			break;
	}
	if (n % OUTQ_CHUNK)
		smmu3_outq_update(unit, q);
	return n;
}

/**
 * smmu3_outq_pass - handle the records that a queue has now
 * @unit: the unit
 * @q: the queue
 * @handle: is given each record, its words in the CPU's byte order
 *
 * It ends, however many the hardware adds meanwhile.
 *
 * Context: process context.
 * Return: how many there were
 */
unsigned int smmu3_outq_pass(struct smmu3_unit *unit, struct smmu3_outq *q,
			     void (*handle)(struct smmu3_unit *unit,
					    const u64 *record))
{
	unsigned int n;
	u32 prod;

	guard(mutex)(&q->lock);

	prod = smmu3_read32(unit, q->prod);
	if (prod == SMMU3_NO_ANSWER)
		return 0;
	n = smmu3_outq_pass_to(unit, q, prod, handle);
	smmu3_outq_overflow(unit, q, prod);
	return n;
}

/**
 * smmu3_outq_drain - handle all records of a queue
 * @unit: the unit
 * @q: the queue
 * @handle: is given each record, its words in the CPU's byte order
 *
 * A caller that wants no more than a pass is not kept waiting for the end of it.
 *
 * Context: process context.
 * Return: how many there were
 */
unsigned int smmu3_outq_drain(struct smmu3_unit *unit, struct smmu3_outq *q,
			      void (*handle)(struct smmu3_unit *unit,
					     const u64 *record))
{
	unsigned int found = 0, breath = 0, n;

	while ((n = smmu3_outq_pass(unit, q, handle))) {
		found += n;
		/* A device that never stops must not own the CPU */
		if (found - breath > OUTQ_PATIENCE) {
			breath = found;
			usleep_range(1000, 2000);
		}
	}
	return found;
}
