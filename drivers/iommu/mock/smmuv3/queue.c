// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock SMMUv3: circular queues (3.5.1)
 *
 * An index has one bit more than the queue needs, the wrap flag: equal indexes
 * are an empty queue, indexes that differ in nothing but the flag a full one.
 */
#include <linux/bitfield.h>

#include "../phys.h"
#include "regs.h"

static const struct {
	u32 base;
	u32 prod;
	u32 cons;
	u32 max;	/* field of IDR1 */
	u8 entry;	/* size in bytes */
} mock_smmu_queues[] = {
	[MOCK_SMMU_CMDQ] = {
		SMMU_REG_CMDQ_BASE, SMMU_REG_CMDQ_PROD, SMMU_REG_CMDQ_CONS,
		SMMU_IDR1_CMDQS, SMMU_CMD_SIZE,
	},
	[MOCK_SMMU_EVTQ] = {
		SMMU_REG_EVTQ_BASE, SMMU_REG_EVTQ_PROD, SMMU_REG_EVTQ_CONS,
		SMMU_IDR1_EVENTQS, SMMU_EVT_SIZE,
	},
	[MOCK_SMMU_PRIQ] = {
		SMMU_REG_PRIQ_BASE, SMMU_REG_PRIQ_PROD, SMMU_REG_PRIQ_CONS,
		SMMU_IDR1_PRIQS, SMMU_PRI_SIZE,
	},
};

/* 6.3.26: a size beyond what there is room for counts as that */
static u8 mock_smmu_queue_lg2(const struct mock_smmu *m,
			      enum mock_smmu_queue_id id)
{
	u32 max_mask = mock_smmu_queues[id].max;
	u32 max = (m->idr[1] & max_mask) >> __ffs(max_mask);
	u32 lg2 = FIELD_GET(SMMU_Q_BASE_LOG2SIZE,
			    mock_smmu_reg64(m, mock_smmu_queues[id].base));

	return min(lg2, max);
}

/**
 * mock_smmu_queue_mask - bits of an index register that have a meaning
 * @m: the SMMU
 * @id: the queue
 *
 * Return: index and wrap flag
 */
u32 mock_smmu_queue_mask(const struct mock_smmu *m, enum mock_smmu_queue_id id)
{
	return GENMASK(mock_smmu_queue_lg2(m, id), 0);
}

/**
 * mock_smmu_queue_get - look at a queue's registers
 * @m: the SMMU
 * @id: the queue
 * @q: filled
 */
void mock_smmu_queue_get(const struct mock_smmu *m, enum mock_smmu_queue_id id,
			 struct mock_smmu_queue *q)
{
	u64 base = mock_smmu_reg64(m, mock_smmu_queues[id].base) &
		   SMMU_Q_BASE_ADDR;
	u32 mask = mock_smmu_queue_mask(m, id);
	u64 size;

	q->lg2 = mock_smmu_queue_lg2(m, id);
	q->prod = mock_smmu_reg32(m, mock_smmu_queues[id].prod) & mask;
	q->cons = mock_smmu_reg32(m, mock_smmu_queues[id].cons) & mask;
	/* The SMMU aligns the base to the queue's size, at least to 32 bytes */
	size = (u64)mock_smmu_queues[id].entry << q->lg2;
	q->base = mock_smmu_pa(m, base) & ~(max(size, 32ULL) - 1);
}

static u32 mock_smmu_queue_used(const struct mock_smmu_queue *q)
{
	return (q->prod - q->cons) & GENMASK(q->lg2, 0);
}

/**
 * mock_smmu_queue_empty - is there nothing to consume?
 * @q: the queue
 *
 * Return: there is nothing
 */
bool mock_smmu_queue_empty(const struct mock_smmu_queue *q)
{
	return !mock_smmu_queue_used(q);
}

/**
 * mock_smmu_queue_consistent - can the indexes be those of a queue?
 * @q: the queue
 *
 * Return: they can
 */
bool mock_smmu_queue_consistent(const struct mock_smmu_queue *q)
{
	return mock_smmu_queue_used(q) <= BIT(q->lg2);
}

/**
 * mock_smmu_queue_full - is there no room to produce?
 * @q: the queue; with inconsistent indexes it counts as full
 *
 * Return: there is none
 */
bool mock_smmu_queue_full(const struct mock_smmu_queue *q)
{
	return mock_smmu_queue_used(q) >= BIT(q->lg2);
}

/**
 * mock_smmu_queue_entry - where an entry is
 * @q: the queue
 * @id: which of the queues it is
 * @idx: index, with or without wrap flag
 *
 * Return: its physical address
 */
u64 mock_smmu_queue_entry(const struct mock_smmu_queue *q,
			  enum mock_smmu_queue_id id, u32 idx)
{
	return q->base +
	       (u64)(idx & (BIT(q->lg2) - 1)) * mock_smmu_queues[id].entry;
}

/**
 * mock_smmu_queue_read_cmd - what a command is
 * @q: a command queue
 * @idx: index, with or without wrap flag
 * @words: filled, in CPU byte order
 *
 * Return: 0, or what mock_phys_read() says where there is no memory
 */
int mock_smmu_queue_read_cmd(const struct mock_smmu_queue *q, u32 idx,
			     u64 words[static SMMU_CMD_WORDS])
{
	__le64 raw[SMMU_CMD_WORDS];
	unsigned int i;
	int ret;

	ret = mock_phys_read(mock_smmu_queue_entry(q, MOCK_SMMU_CMDQ, idx), raw,
			     sizeof(raw));
	for (i = 0; i < SMMU_CMD_WORDS && !ret; i++)
		words[i] = le64_to_cpu(raw[i]);
	return ret;
}

/**
 * mock_smmu_queue_next - the index after another one
 * @q: the queue
 * @idx: index with wrap flag
 *
 * Return: index with wrap flag
 */
u32 mock_smmu_queue_next(const struct mock_smmu_queue *q, u32 idx)
{
	return (idx + 1) & GENMASK(q->lg2, 0);
}

/**
 * mock_smmu_queue_head - software has moved the head of a queue that the SMMU fills
 * @m: the SMMU
 * @id: the queue
 */
void mock_smmu_queue_head(struct mock_smmu *m, enum mock_smmu_queue_id id)
{
	struct mock_smmu_queue q;

	mock_smmu_queue_get(m, id, &q);
	mock_recoverable_head(m->mi, id == MOCK_SMMU_EVTQ, q.cons, q.prod,
			      GENMASK(q.lg2, 0));
}
