// SPDX-License-Identifier: GPL-2.0-only
/*
 * The invalidation queue: one ring of descriptors for each unit
 *
 * All waits are fences, so that one completed wait completes all earlier ones as
 * well (6.5.2.12). A wait writes a word of its own slot's.
 */
#include "qi.h"
#include "trace.h"

#define CMD_RING_METER	vtd_meter
#define CMD_RING_OPS	qi_ops
#include "../../nested/cmd_ring_engine.h"
#include "../../nested/cmd_ring_recover.h"

/* Slots that only a recovery may use, to queue a dropped wait again */
#define QI_SPARE	8

/**
 * vtd_desc_fence - a wait that nobody waits for
 * @unit: the unit
 *
 * What comes after it is executed after what comes before it.
 *
 * Return: the descriptor
 */
struct cmd_words vtd_desc_fence(struct vtd_unit *unit)
{
	return vtd_desc_wait(virt_to_phys(unit->qi.unread), 0);
}

/**
 * vtd_desc_drain - a wait for page requests that nobody waits for
 * @unit: the unit, which can drain these
 *
 * What comes after it is executed after they are in their queue.
 *
 * Return: the descriptor
 */
struct cmd_words vtd_desc_drain(struct vtd_unit *unit)
{
	return vtd_desc_wait_drain(virt_to_phys(unit->qi.unread));
}

/**
 * vtd_qi_doorbell - tell the hardware how far the ring is filled
 * @ring: the ring, locked
 */
void vtd_qi_doorbell(struct cmd_ring *ring)
{
	/* The hardware must see the descriptors before their number */
	dma_wmb();
	vtd_write64(vtd_qi_unit(ring), VTD_REG_IQT,
		    (u64)cmd_ring_slot(ring, ring->head) * VTD_QI_DESC_SIZE);
}

static void vtd_qi_write_descs(struct cmd_ring *ring, u32 pos,
			       const struct cmd_words *cmds, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		cmd_ring_store(ring, pos + i, cmds[i]);
	trace_vtd_qi_submit(ring->dev, cmds, nr, cmd_ring_slot(ring, pos + nr));
}

static void vtd_qi_write_wait(struct cmd_ring *ring,
			      const struct cmd_wait *wait)
{
	u32 slot = cmd_ring_slot(ring, wait->pos);

	cmd_ring_store(ring, wait->pos,
		       vtd_desc_wait(virt_to_phys(&ring->status[slot]),
				     wait->seq));
}

/* A wait that is moved meanwhile has nothing behind its old place */
static bool vtd_qi_look(struct cmd_ring *ring, const struct cmd_wait *wait,
			u32 *pos)
{
	*pos = READ_ONCE(wait->pos) + 1;
	return cmd_ring_written(ring, wait);
}

static u32 vtd_qi_consumed(struct cmd_ring *ring)
{
	return cmd_ring_behind_written(ring);
}

/* What was fetched may have been done, also if no wait says so */
static u32 vtd_qi_taken(struct cmd_ring *ring)
{
	struct vtd_unit *unit = vtd_qi_unit(ring);

	return unit->qi.off ? unit->qi.stopped : vtd_qi_hw_position(unit);
}

static void vtd_qi_stuck(struct cmd_ring *ring)
{
	vtd_unit_kick(vtd_qi_unit(ring));
}

static const struct cmd_ring_ops qi_ops = {
	.write = vtd_qi_write_descs,
	.write_wait = vtd_qi_write_wait,
	.doorbell = vtd_qi_doorbell,
	.look = vtd_qi_look,
	.consumed = vtd_qi_consumed,
	.taken = vtd_qi_taken,
	.handle_errors = vtd_qi_handle_errors,
	.stuck = vtd_qi_stuck,
};

/**
 * vtd_qi_append - put a descriptor into the ring
 * @qi: the queue, locked, with room for it
 * @desc: the descriptor
 */
void vtd_qi_append(struct vtd_qi *qi, struct cmd_words desc)
{
	cmd_ring_store(&qi->ring, qi->ring.head, desc);
	qi->ring.head++;
	qi->ring.cmds++;
}

/**
 * vtd_qi_append_wait - put a wait into the ring once more
 * @qi: the queue, locked, with room for it
 * @wait: the wait
 */
void vtd_qi_append_wait(struct vtd_qi *qi, struct cmd_wait *wait)
{
	WRITE_ONCE(wait->pos, qi->ring.head);
	vtd_qi_write_wait(&qi->ring, wait);
	qi->ring.head++;
	qi->ring.cmds++;
}

/**
 * vtd_qi_push - move the descriptors of a batch into the ring
 * @batch: the batch
 *
 * It does not ring the doorbell, so that many pushes cost one. An error is
 * returned by the vtd_qi_flush() that must follow.
 *
 * Context: any if the batch is atomic, else process context. The caller is in
 * a read-side section of the unit's @srcu, or holds the unit's mutex.
 */
void vtd_qi_push(struct vtd_qi_batch *batch)
{
	cmd_batch_push(&batch->unit->qi.ring, &batch->cmds);
}

/**
 * vtd_qi_flush - put a batch into the ring and wait until all of it is done
 * @batch: the batch, empty afterwards
 *
 * Context: as vtd_qi_push().
 * Return: 0; -EIO if the hardware refused a descriptor; -ETIMEDOUT if it did
 * not answer. A device that did not answer, or not rightly, is not an error here:
 * it is marked with VTD_DEV_FAILED.
 */
int vtd_qi_flush(struct vtd_qi_batch *batch)
{
	struct cmd_ring *ring = &batch->unit->qi.ring;
	int ret;

	ret = cmd_batch_wait(ring, &batch->cmds);
	/* A wrong answer does not keep the wait from completing */
	if (!ret && batch->cmds.devtlb)
		vtd_qi_handle_errors(ring);
	if (batch->cmds.error)
		ret = batch->cmds.error;
	cmd_batch_empty(&batch->cmds);
	return ret;
}

/**
 * vtd_qi_enable - start the queue, empty
 * @unit: the unit, whose queue is not enabled
 *
 * Context: process context.
 * Return: 0 or -ETIMEDOUT
 */
int vtd_qi_enable(struct vtd_unit *unit)
{
	struct vtd_qi *qi = &unit->qi;
	int ret;

	/* What was in it has been reaped or parked */
	scoped_guard(spinlock_irqsave, &qi->ring.lock) {
		cmd_ring_clear(&qi->ring);
		qi->off = false;
	}

	vtd_write64(unit, VTD_REG_IQT, 0);
	/* Scalable mode takes 256-bit descriptors (6.5.2) */
	vtd_write64(unit, VTD_REG_IQA,
		    (virt_to_phys(qi->ring.mem) & VTD_IQA_IQA) |
		    VTD_IQA_DW | FIELD_PREP(VTD_IQA_QS, VTD_QI_QS));
	vtd_write32(unit, VTD_REG_FSTS, QI_ERRORS);

	ret = vtd_gcmd(unit, VTD_GCMD_QIE, 0, VTD_GSTS_QIES, VTD_GSTS_QIES);
	if (!ret)
		cmd_ring_start(&qi->ring);
	return ret;
}

static int vtd_qi_hw_off(struct vtd_unit *unit)
{
	return vtd_gcmd(unit, 0, VTD_GCMD_QIE, VTD_GSTS_QIES, 0);
}

/**
 * vtd_qi_end - queue nothing any more
 * @unit: the unit
 *
 * All waiters, present and future, get ETIMEDOUT.
 */
void vtd_qi_end(struct vtd_unit *unit)
{
	cmd_ring_end(&unit->qi.ring);
}

/**
 * vtd_qi_disable - stop the queue for good
 * @unit: the unit
 *
 * All waiters, present and future, get ETIMEDOUT.
 *
 * Context: process context.
 * Return: 0 or -ETIMEDOUT
 */
int vtd_qi_disable(struct vtd_unit *unit)
{
	cmd_ring_end(&unit->qi.ring);
	return vtd_qi_hw_off(unit);
}

/**
 * vtd_qi_reset - stop the queue and start it anew
 * @unit: the unit
 *
 * What was queued is lost: the caller then invalidates all caches, and settles
 * with the waiters.
 *
 * Context: process context, nobody else gives commands.
 * Return: 0 or -ETIMEDOUT
 */
int vtd_qi_reset(struct vtd_unit *unit)
{
	int ret;

	cmd_ring_stop(&unit->qi.ring);
	vtd_qi_blame(unit);
	scoped_guard(spinlock_irqsave, &unit->qi.ring.lock) {
		/* Switched off, it does not say where it was */
		unit->qi.stopped = vtd_qi_hw_position(unit);
		unit->qi.off = true;
	}
	ret = vtd_qi_hw_off(unit);
	if (ret)
		return ret;
	cmd_ring_park(&unit->qi.ring);
	return vtd_qi_enable(unit);
}

/**
 * vtd_qi_init - allocate the queue of a unit
 * @unit: the unit
 *
 * It is unusable until vtd_qi_enable().
 *
 * Return: 0 or -ENOMEM
 */
int vtd_qi_init(struct vtd_unit *unit)
{
	struct vtd_qi *qi = &unit->qi;
	int ret;

	cmd_ring_init(&qi->ring, unit->dev, "invalidation queue",
		      &unit->timing);
	qi->ring.timeout_us = unit->timeout_us;
	qi->ring.devtlb_timeout_us = unit->devtlb_timeout_us;
	/* A full one would look like an empty one */
	qi->ring.size = VTD_QI_SLOTS - 1;
	qi->ring.spare = QI_SPARE;

	ret = cmd_ring_alloc(&qi->ring, VTD_QI_SLOTS,
			     VTD_QI_DESC_SIZE / sizeof(*qi->ring.mem),
			     VTD_QI_SLOTS + 1);
	if (ret)
		return ret;
	qi->unread = &qi->ring.status[VTD_QI_SLOTS];
	return 0;
}

/**
 * vtd_qi_exit - free the queue of a unit
 * @unit: the unit, whose queue is disabled
 */
void vtd_qi_exit(struct vtd_unit *unit)
{
	cmd_ring_free(&unit->qi.ring);
}
