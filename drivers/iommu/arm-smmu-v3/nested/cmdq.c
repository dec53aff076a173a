// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command queue: one ring for each unit
 *
 * A CMD_SYNC is consumed when all before it is complete, and so are all earlier
 * ones (4.7.3). A unit with IDR0.MSI writes a word to memory then, and the waiter
 * polls memory. With other units the waiter polls CMDQ_CONS.
 */
#include <linux/log2.h>

#include "../../nested/cmd_ring_recover.h"

#include "recover.h"
#include "cmdq.h"
#include "trace.h"

#define CMD_RING_METER	smmu3_meter
#define CMD_RING_OPS	cmdq_ops
#include "../../nested/cmd_ring_engine.h"

/* log2 of commands in the ring, if the unit takes so many */
#define CMDQ_MAX_SHIFT	9

/* A batch, the wait behind it, and as much again for others */
#define CMDQ_MIN_SHIFT	(ilog2(CMD_BATCH) + 1)

/*
 * A batch that has waited for the recovery goes into the ring as it is, without the
 * devices that the recovery has blocked: they would have the queue stand still once
 * more. The caller looks for marks when all is done, see smmu3_finish().
 */
static struct cmd_words smmu3_cmdq_unless_blocked(struct smmu3_unit *unit,
						  struct cmd_words cmd)
{
	struct smmu3_device *sdev = smmu3_atc_device(unit, cmd);

	if (!sdev || smmu3_atc_live(sdev))
		return cmd;
	return smmu3_cmd_sync();
}

static void smmu3_cmdq_write_cmds(struct cmd_ring *ring, u32 pos,
				  const struct cmd_words *cmds, unsigned int nr)
{
	struct smmu3_unit *unit = smmu3_cmdq_unit(ring);
	unsigned int i;

	for (i = 0; i < nr; i++) {
		struct cmd_words cmd = cmds[i];

		if (unlikely(ring->resets))
			cmd = smmu3_cmdq_unless_blocked(unit, cmd);
		cmd_ring_store(ring, pos + i, cmd);
	}
	trace_smmu3_cmdq_submit(ring->dev, cmds, nr,
				cmd_ring_slot(ring, pos + nr));
}

static void smmu3_cmdq_write_wait(struct cmd_ring *ring,
				  const struct cmd_wait *wait)
{
	struct cmd_words cmd = smmu3_cmd_sync();
	u32 slot = cmd_ring_slot(ring, wait->pos);

	if (ring->status)
		cmd = smmu3_cmd_sync_msi(virt_to_phys(&ring->status[slot]),
					 wait->seq);
	cmd_ring_store(ring, wait->pos, cmd);
}

static void smmu3_cmdq_doorbell(struct cmd_ring *ring)
{
	/* The hardware must see the commands before their number */
	dma_wmb();
	smmu3_write32(smmu3_cmdq_unit(ring), SMMU_REG_CMDQ_PROD,
		      ring->head & (2 * ring->slots - 1));
}

/*
 * Without the lock, so that many may wait without disturbing others. The queue
 * cannot be more than its length beyond a wait that is not finished.
 */
static bool smmu3_cmdq_look(struct cmd_ring *ring, const struct cmd_wait *wait,
			    u32 *pos)
{
	u32 cons, beyond;

	if (ring->status) {
		*pos = wait->pos + 1;
		return cmd_ring_written(ring, wait);
	}
	cons = smmu3_read32(smmu3_cmdq_unit(ring), SMMU_REG_CMDQ_CONS);
	beyond = (cons - wait->pos) & (2 * ring->slots - 1);
	*pos = wait->pos + beyond;
	return beyond && beyond <= ring->slots && cons != SMMU3_NO_ANSWER;
}

static u32 smmu3_cmdq_taken(struct cmd_ring *ring)
{
	u32 cons = smmu3_read32(smmu3_cmdq_unit(ring), SMMU_REG_CMDQ_CONS);

	if (cons == SMMU3_NO_ANSWER)
		return ring->oldest;
	return smmu3_cmdq_position(ring, cons);
}

static u32 smmu3_cmdq_consumed(struct cmd_ring *ring)
{
	if (ring->status)
		return cmd_ring_behind_written(ring);
	/* Each CMD_SYNC in front of it is complete */
	return smmu3_cmdq_taken(ring);
}

static bool smmu3_cmdq_handle_errors(struct cmd_ring *ring)
{
	return smmu3_gerror_handle(smmu3_cmdq_unit(ring));
}

static void smmu3_cmdq_stuck(struct cmd_ring *ring)
{
	smmu3_recover_soon(smmu3_cmdq_unit(ring));
}

static const struct cmd_ring_ops cmdq_ops = {
	.write = smmu3_cmdq_write_cmds,
	.write_wait = smmu3_cmdq_write_wait,
	.doorbell = smmu3_cmdq_doorbell,
	.look = smmu3_cmdq_look,
	.consumed = smmu3_cmdq_consumed,
	.taken = smmu3_cmdq_taken,
	.handle_errors = smmu3_cmdq_handle_errors,
	.stuck = smmu3_cmdq_stuck,
};

/*
 * What is behind it is not in front of the same CMD_SYNC as the ATC invalidations
 * of the batch. There is room: see smmu3_batch_add_atc().
 */
static void smmu3_batch_end_atc(struct smmu3_batch *batch)
{
	batch->atc = NULL;
	batch->cmds.cmds[batch->cmds.nr++] = smmu3_cmd_sync();
}

/**
 * smmu3_batch_add_atc - add an ATC invalidation
 * @batch: the batch
 * @sdev: the device that it is for
 * @cmd: the command
 *
 * When a CMD_SYNC waits in vain for an ATC, nothing tells for which. So no CMD_SYNC
 * ever has those of two devices to wait for, whatever else is in the ring: before
 * those of another device, before other commands (smmu3_batch_other()), and at
 * the end of what is pushed there is one.
 */
void smmu3_batch_add_atc(struct smmu3_batch *batch, struct smmu3_device *sdev,
			 struct cmd_words cmd)
{
	if (batch->atc && batch->atc != sdev)
		smmu3_batch_end_atc(batch);
	/* The last place is for the CMD_SYNC */
	if (batch->cmds.nr >= CMD_BATCH - 1)
		smmu3_batch_push(batch);
	batch->atc = sdev;
	batch->cmds.devtlb = true;
	batch->cmds.cmds[batch->cmds.nr++] = cmd;
}

/**
 * smmu3_batch_other - what comes next is no ATC invalidation
 * @batch: the batch, which may have some
 */
void smmu3_batch_other(struct smmu3_batch *batch)
{
	if (batch->atc)
		smmu3_batch_end_atc(batch);
}

/**
 * smmu3_batch_push - move the commands of a batch into the ring
 * @batch: the batch
 *
 * It does not ring the doorbell, so that many pushes cost one. An error is
 * returned by the smmu3_batch_flush() that must follow.
 *
 * Context: any if the batch is atomic, else process context. The caller is in
 * a read-side section of the unit's @srcu, or holds the unit's mutex.
 */
void smmu3_batch_push(struct smmu3_batch *batch)
{
	smmu3_batch_other(batch);
	cmd_batch_push(&batch->unit->cmdq.ring, &batch->cmds);
}

/**
 * smmu3_batch_flush - put a batch into the ring and wait until all of it is done
 * @batch: the batch, empty afterwards
 *
 * Context: as smmu3_batch_push().
 * Return: 0; -EIO if the hardware refused a command; -ETIMEDOUT if it did not
 * answer. A device that did not answer is not an error here: it is marked with
 * SMMU3_DEV_FAILED.
 */
int smmu3_batch_flush(struct smmu3_batch *batch)
{
	bool asks = batch->cmds.devtlb;
	unsigned long start = jiffies;
	int ret;

	ret = cmd_batch_wait(&batch->unit->cmdq.ring, &batch->cmds);
	if (asks)
		smmu3_ask_took(&batch->unit->ask, start);
	if (batch->cmds.error)
		ret = batch->cmds.error;
	cmd_batch_empty(&batch->cmds);
	batch->atc = NULL;
	return ret;
}

/**
 * smmu3_cmdq_enable - start the queue, empty
 * @unit: the unit, whose queue is not enabled
 *
 * New commands are served from now on. Those that wait for the recovery are not:
 * the caller tells the ring when it has made up for what was lost.
 *
 * Context: process context.
 * Return: 0 or -ETIMEDOUT
 */
int smmu3_cmdq_enable(struct smmu3_unit *unit)
{
	struct smmu3_cmdq *q = &unit->cmdq;
	int ret;

	scoped_guard(spinlock_irqsave, &q->ring.lock) {
		q->ring.head = 0;
		q->ring.oldest = 0;
		q->aborts = 0;
		cmd_ring_clear(&q->ring);
	}

	smmu3_write64(unit, SMMU_REG_CMDQ_BASE,
		      SMMU_Q_BASE_RWA |
		      (virt_to_phys(q->ring.mem) & SMMU_Q_BASE_ADDR) |
		      FIELD_PREP(SMMU_Q_BASE_LOG2SIZE, q->shift));
	smmu3_write32(unit, SMMU_REG_CMDQ_PROD, 0);
	smmu3_write32(unit, SMMU_REG_CMDQ_CONS, 0);
	/* An error of before must not stop it (7.1) */
	smmu3_gerror_handle(unit);

	ret = smmu3_cr0(unit, SMMU_CR0_CMDQEN, 0);
	if (!ret)
		cmd_ring_start(&q->ring);
	return ret;
}

/**
 * smmu3_cmdq_ready - the queue has lost nothing, or all is made up for
 * @unit: the unit, whose queue is enabled, with nothing cached
 *
 * Return: 0
 */
int smmu3_cmdq_ready(struct smmu3_unit *unit)
{
	cmd_ring_settle(&unit->cmdq.ring, CMD_OWED_NONE);
	return 0;
}

/**
 * smmu3_cmdq_disable - stop the queue
 * @unit: the unit
 *
 * All waiters, present and future, get ETIMEDOUT.
 *
 * Context: process context.
 * Return: 0 or -ETIMEDOUT
 */
int smmu3_cmdq_disable(struct smmu3_unit *unit)
{
	cmd_ring_fail(&unit->cmdq.ring);

	return smmu3_cr0(unit, 0, SMMU_CR0_CMDQEN);
}

/**
 * smmu3_cmdq_reset - stop the queue and start it anew
 * @unit: the unit
 *
 * What was queued is lost: the caller then invalidates all caches, and tells the
 * ring, whose waiters wait for that.
 *
 * Context: process context; the unit's mutex is held.
 * Return: 0 or -ETIMEDOUT
 */
int smmu3_cmdq_reset(struct smmu3_unit *unit)
{
	int ret;

	cmd_ring_stop(&unit->cmdq.ring);
	ret = smmu3_cr0(unit, 0, SMMU_CR0_CMDQEN);
	if (ret)
		return ret;
	cmd_ring_park(&unit->cmdq.ring);
	return smmu3_cmdq_enable(unit);
}

/**
 * smmu3_cmdq_init - allocate the queue of a unit
 * @unit: the unit
 *
 * It is unusable until smmu3_cmdq_enable().
 *
 * Return: 0, -ENOMEM, or -ENODEV if the unit's queue is too short
 */
int smmu3_cmdq_init(struct smmu3_unit *unit)
{
	u32 max = FIELD_GET(SMMU_IDR1_CMDQS, unit->idr[1]);
	struct smmu3_cmdq *q = &unit->cmdq;
	unsigned int slots;

	cmd_ring_init(&q->ring, unit->dev, "command queue",
		      &unit->timing);
	q->ring.timeout_us = unit->timeout_us;
	q->ring.devtlb_timeout_us = unit->devtlb_timeout_us;
	q->shift = min(max, CMDQ_MAX_SHIFT);
	if (q->shift < CMDQ_MIN_SHIFT) {
		dev_err(unit->dev, "a command queue of %u entries is too short\n",
			1U << q->shift);
		return -ENODEV;
	}

	smmu3_ask_init(&unit->ask, unit->devtlb_timeout_us);
	slots = 1U << q->shift;
	q->ring.size = slots;
	return cmd_ring_alloc(&q->ring, slots, SMMU_CMD_WORDS,
			      unit->idr[0] & SMMU_IDR0_MSI ? slots : 0);
}

/**
 * smmu3_cmdq_exit - free the queue of a unit
 * @unit: the unit, whose queue is disabled
 */
void smmu3_cmdq_exit(struct smmu3_unit *unit)
{
	cmd_ring_free(&unit->cmdq.ring);
}
