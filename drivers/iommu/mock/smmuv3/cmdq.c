// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock SMMUv3: the command queue (4.1, 7.1)
 *
 * Commands are consumed in order, in the write to CMDQ_PROD or by a worker. An
 * error stops that: CMDQ_CONS points to the command that is to blame, CONS.ERR
 * says why and GERROR.CMDQ_ERR becomes active. When software acknowledges it,
 * consumption goes on with what is at that place then. A CMD_SYNC stays where it
 * is until all endpoints have answered (slow.c), or were given up.
 */
#include <linux/bitfield.h>

#include "regs.h"

/* Commands that the worker processes without letting others at the lock */
#define MOCK_SMMU_CMDQ_BATCH	32

static void mock_smmu_cmdq_error(struct mock_smmu *m, u8 cerror)
{
	u32 cons = mock_smmu_reg32(m, SMMU_REG_CMDQ_CONS) & ~SMMU_CMDQ_CONS_ERR;

	/* The reason is visible before the error is */
	mock_smmu_reg_set32(m, SMMU_REG_CMDQ_CONS,
			    cons | FIELD_PREP(SMMU_CMDQ_CONS_ERR, cerror));
	mock_smmu_gerror_set(m, SMMU_GERROR_CMDQ_ERR);
}

static void mock_smmu_cmdq_advance(struct mock_smmu *m,
				   const struct mock_smmu_queue *q)
{
	u32 err = mock_smmu_reg32(m, SMMU_REG_CMDQ_CONS) & SMMU_CMDQ_CONS_ERR;

	mock_smmu_reg_set32(m, SMMU_REG_CMDQ_CONS,
			    err | mock_smmu_queue_next(q, q->cons));
}

static u8 mock_smmu_cmdq_fetch(const struct mock_smmu *m,
			       const struct mock_smmu_queue *q,
			       struct mock_smmu_cmd *cmd)
{
	u64 words[SMMU_CMD_WORDS];

	if (mock_smmu_queue_read_cmd(q, q->cons, words))
		return SMMU_CERROR_ABT;
	return mock_smmu_cmd_decode(m, words, cmd);
}

static bool mock_smmu_cmdq_stopped(const struct mock_smmu *m)
{
	return !(m->cr0 & SMMU_CR0_CMDQEN) ||
	       mock_smmu_gerror_active(m, SMMU_GERROR_CMDQ_ERR) ||
	       m->mi->misbehave[MOCK_MISBEHAVE_CMD_STALL];
}

static enum mock_cmd_kind mock_smmu_cmd_kind(const struct mock_smmu_cmd *cmd)
{
	if (cmd->tlbi.op)
		return MOCK_CMD_TLB;
	switch (cmd->op) {
	case SMMU_OP_ATC_INV:
		return MOCK_CMD_DEVTLB;
	case SMMU_OP_CFGI_STE:
	case SMMU_OP_CFGI_STE_RANGE:
	case SMMU_OP_CFGI_CD:
	case SMMU_OP_CFGI_CD_ALL:
		return MOCK_CMD_CONTEXT;
	case SMMU_OP_SYNC:
		return MOCK_CMD_SYNC;
	default:
		return MOCK_CMD_OTHER;
	}
}

/* False if the command is not to be executed yet: it stays where it is */
static bool mock_smmu_cmdq_one(struct mock_smmu *m,
			       const struct mock_smmu_queue *q)
{
	struct mock_smmu_cmd cmd;
	u8 cerror;

	cerror = mock_smmu_cmdq_fetch(m, q, &cmd);
	if (!cerror && mock_misbehave_take(m->mi, MOCK_MISBEHAVE_CMD_ERROR))
		cerror = SMMU_CERROR_ILL;
	if (!cerror && cmd.op == SMMU_OP_SYNC && mock_reordering(m->mi))
		mock_smmu_reorder_drain(m);
	if (!cerror && !mock_slow_ready(m->mi, mock_smmu_cmd_kind(&cmd)))
		return false;
	if (!cerror)
		cerror = mock_reordering(m->mi) ?
			 mock_smmu_reorder(m, &cmd) :
			 mock_smmu_cmd_execute(m, &cmd);
	if (cerror) {
		mock_smmu_cmdq_error(m, cerror);
		return true;
	}

	mock_smmu_cmdq_advance(m, q);
	/* 3.18: who sees the signal sees that the CMD_SYNC was consumed */
	if (cmd.op == SMMU_OP_SYNC && cmd.cs == SMMU_SYNC_CS_IRQ)
		mock_smmu_sync_signal(m, cmd.addr, cmd.msi_data);
	return true;
}

/* Process up to @budget commands. True if there is more to do */
static bool mock_smmu_cmdq_run(struct mock_smmu *m, unsigned int budget)
{
	struct mock_smmu_queue q;

	while (!mock_smmu_cmdq_stopped(m)) {
		mock_smmu_queue_get(m, MOCK_SMMU_CMDQ, &q);
		if (mock_smmu_queue_empty(&q) ||
		    !mock_smmu_queue_consistent(&q))
			return false;
		if (!budget--)
			return true;
		if (!mock_smmu_cmdq_one(m, &q))
			return false;
	}
	return false;
}

/* As mock_smmu_cmdq_run(), of each queue */
static bool mock_smmu_cmdq_all(struct mock_smmu *m, unsigned int budget)
{
	bool more = mock_smmu_cmdq_run(m, budget);

	return mock_cmdqv_run(m, budget) || more;
}

/**
 * mock_smmu_cmdq_kick - there may be something to do for the queue
 * @m: the SMMU
 */
void mock_smmu_cmdq_kick(struct mock_smmu *m)
{
	if (m->hw->wq)
		queue_work(m->hw->wq, &m->hw->work);
	else
		mock_smmu_cmdq_all(m, UINT_MAX);
}

/**
 * mock_smmu_cmdq_polled - software looks how far the queue is, and nobody else runs
 * @m: the SMMU
 *
 * With one processor, which waits with interrupts off, the worker would never be.
 */
void mock_smmu_cmdq_polled(struct mock_smmu *m)
{
	if (m->hw->wq)
		mock_smmu_cmdq_all(m, MOCK_SMMU_CMDQ_BATCH);
}

/**
 * mock_smmu_cmdq_disabled - software has cleared CR0.CMDQEN
 * @m: the SMMU
 *
 * What was consumed is completed.
 */
void mock_smmu_cmdq_disabled(struct mock_smmu *m)
{
	if (mock_reordering(m->mi))
		mock_smmu_reorder_drain(m);
	mock_smmu_collected_drain(m);
	mock_slow_forget(m->mi);
}

static void mock_smmu_cmdq_work(struct work_struct *work)
{
	struct mock_smmu_hw *hw = container_of(work, struct mock_smmu_hw, work);
	struct mock_smmu *m = hw->model;
	bool more;

	do {
		scoped_guard(spinlock_irq, &m->mi->lock)
			more = mock_smmu_cmdq_all(m, MOCK_SMMU_CMDQ_BATCH);
		cond_resched();
	} while (more);
}

/**
 * mock_smmu_cmdq_create - prepare the queue's processing
 * @m: the SMMU
 *
 * Context: process, without locks.
 * Return: 0 or -ENOMEM
 */
int mock_smmu_cmdq_create(struct mock_smmu *m)
{
	INIT_WORK(&m->hw->work, mock_smmu_cmdq_work);
	if (!m->mi->async_commands)
		return 0;
	/* Somebody may wait for an invalidation to reclaim memory */
	m->hw->wq = alloc_ordered_workqueue("iommu_mock_smmu", WQ_MEM_RECLAIM);
	return m->hw->wq ? 0 : -ENOMEM;
}

/**
 * mock_smmu_cmdq_settle - wait until the worker has nothing to do
 * @m: the SMMU
 *
 * Context: process, without locks.
 */
void mock_smmu_cmdq_settle(struct mock_smmu *m)
{
	if (m->hw->wq)
		flush_workqueue(m->hw->wq);
}

/**
 * mock_smmu_cmdq_destroy - stop the queue's processing
 * @m: the SMMU, its queue is disabled
 *
 * Context: process, without locks.
 */
void mock_smmu_cmdq_destroy(struct mock_smmu *m)
{
	if (m->hw->wq)
		destroy_workqueue(m->hw->wq);
	m->hw->wq = NULL;
}
