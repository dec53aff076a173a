// SPDX-License-Identifier: GPL-2.0-only
/*
 * Global errors, those of the command queue first of all
 *
 * What can go wrong with commands, and what is done (4.1.3, 7.1):
 *
 * CERROR_ILL	a command was refused. The queue stops at it. It is replaced by a
 *	CMD_SYNC that nobody waits for, and its producer gets EIO.
 * CERROR_ABT	the command could not be read. It is tried again some times.
 * CERROR_ATC_INV_SYNC	a CMD_SYNC waited for a CMD_ATC_INV that its device did
 *	not answer. All since the CMD_SYNC before are for one device, as
 *	smmu3_batch_add_atc() sees to: it is marked as failed, unless it was torn out
 *	and need not answer. The CMD_SYNC is tried again, for what else it waits for.
 * none		the hardware does nothing for as long as it may take. The queue is
 *	stuck until a reset, see recover.c. If it stands where a device has not
 *	answered that is what has failed.
 *
 * Each waiter for the queue looks for its errors, for a wait must not depend on an
 * interrupt, which may be lost, or be held up by the waiter.
 */
#include <linux/device.h>
#include <linux/ratelimit.h>

#include "cmdq.h"
#include "recover.h"

/* Aborted fetches of one command in a row */
#define CMDQ_MAX_ABORTS	8

static void smmu3_cmdq_refused(struct smmu3_unit *unit, u32 pos)
{
	struct cmd_ring *ring = &unit->cmdq.ring;
	struct cmd_words cmd = cmd_ring_load(ring, pos);

	dev_err_ratelimited(unit->dev, "command %#llx %#llx was refused, reason %u (CERROR_ILL)\n",
			    cmd.w0, cmd.w1, SMMU_CERROR_ILL);

	if (!cmd_ring_refused(ring, pos))
		cmd_ring_store(ring, pos, smmu3_cmd_sync());
}

static void smmu3_cmdq_aborted(struct smmu3_unit *unit, u32 pos)
{
	struct smmu3_cmdq *q = &unit->cmdq;

	if (q->abort_pos != pos)
		q->aborts = 0;
	q->abort_pos = pos;
	if (++q->aborts < CMDQ_MAX_ABORTS)
		return;
	dev_err_ratelimited(unit->dev, "the command queue cannot be read\n");
	cmd_ring_give_up(&q->ring);
}

/**
 * smmu3_atc_device - which device has a command for its ATC?
 * @unit: the unit
 * @cmd: the command, any
 *
 * A device is freed after a grace period of the unit's @srcu, and with the mutex of
 * its unit held before that; every waiter has one of the two. The interrupt
 * handler has none, and leaves it to them.
 *
 * Return: the device, or NULL if it is none for an ATC
 */
struct smmu3_device *smmu3_atc_device(struct smmu3_unit *unit,
				      struct cmd_words cmd)
{
	if (FIELD_GET(SMMU_CMD0_OPCODE, cmd.w0) != SMMU_OP_ATC_INV)
		return NULL;
	return xa_load(&unit->streams, FIELD_GET(SMMU_CMD0_SID, cmd.w0));
}

/* The first position behind the CMD_SYNC before @pos */
static u32 smmu3_after_sync(const struct cmd_ring *ring, u32 pos)
{
	u32 n;

	for (n = 1; n < ring->slots; n++) {
		struct cmd_words cmd = cmd_ring_load(ring, pos - n);
		u8 op = FIELD_GET(SMMU_CMD0_OPCODE, cmd.w0);

		/* Zero is what the ring was filled with at first */
		if (op == SMMU_OP_SYNC || !op)
			break;
	}
	return pos - n + 1;
}

/*
 * The device that was asked between two positions has not answered. Returns whether
 * that is news: it is not asked any more from now on.
 */
static bool smmu3_atc_failed(struct smmu3_unit *unit, u32 begin, u32 end)
{
	bool news = false, torn_out = false;
	struct smmu3_device *sdev;
	u32 i;

	for (i = begin; i != end; i++) {
		struct cmd_words cmd = cmd_ring_load(&unit->cmdq.ring, i);

		sdev = smmu3_atc_device(unit, cmd);
		if (!sdev)
			continue;
		if (smmu3_device_unplugged(sdev)) {
			torn_out = true;
			continue;
		}
		if (test_and_set_bit(SMMU3_DEV_FAILED, &sdev->state))
			continue;
		dev_err_ratelimited(unit->dev,
				    "an ATC invalidation was not answered by %s, StreamID %#llx\n",
				    dev_name(sdev->dev),
				    FIELD_GET(SMMU_CMD0_SID, cmd.w0));
		news = true;
	}
	/* It may not be where its producer looks */
	if (news)
		smmu3_recover_soon(unit);
	return news || torn_out;
}

/**
 * smmu3_gerror_stuck - mark the device that a queue stands still for
 * @unit: the unit
 *
 * The queue stands at a CMD_SYNC that waits for it, or at an invalidation that it
 * does not take.
 *
 * Context: process context; the unit's mutex is held.
 * Return: true if it stands still, for a device that had no mark or was torn out
 */
bool smmu3_gerror_stuck(struct smmu3_unit *unit)
{
	struct smmu3_cmdq *q = &unit->cmdq;
	u32 pos;

	lockdep_assert_held(&unit->lock);

	guard(spinlock_irqsave)(&q->ring.lock);

	pos = smmu3_cmdq_position(&q->ring, smmu3_read32(unit, SMMU_REG_CMDQ_CONS));
	if (!q->ring.stuck || !cmd_ring_plausible(&q->ring, pos) ||
	    pos == q->ring.head)
		return false;
	return smmu3_atc_failed(unit, smmu3_after_sync(&q->ring, pos), pos + 1);
}

static void smmu3_cmdq_error(struct smmu3_unit *unit)
{
	struct smmu3_cmdq *q = &unit->cmdq;
	u32 cons = smmu3_read32(unit, SMMU_REG_CMDQ_CONS);
	u32 pos = smmu3_cmdq_position(&q->ring, cons);

	q->ring.errors++;
	if (q->ring.stuck)
		return;
	if (!cmd_ring_plausible(&q->ring, pos)) {
		dev_err_ratelimited(unit->dev, "the command queue is not where it can be\n");
		cmd_ring_give_up(&q->ring);
		return;
	}

	switch (FIELD_GET(SMMU_CMDQ_CONS_ERR, cons)) {
	case SMMU_CERROR_NONE:
		break;
	case SMMU_CERROR_ABT:
		smmu3_cmdq_aborted(unit, pos);
		break;
	case SMMU_CERROR_ATC_INV_SYNC:
		smmu3_atc_failed(unit, smmu3_after_sync(&unit->cmdq.ring, pos),
				 pos);
		break;
	case SMMU_CERROR_ILL:
	default:
		smmu3_cmdq_refused(unit, pos);
		break;
	}
	/* It is read again when the error is acknowledged */
	dma_wmb();
}

static void smmu3_gerror_report(struct smmu3_unit *unit, u32 active)
{
	static const struct {
		u32 bit;
		const char *what;
	} errors[] = {
		{ SMMU_GERROR_EVENTQ_ABT_ERR, "an event could not be written" },
		{ SMMU_GERROR_PRIQ_ABT_ERR, "a page request could not be written" },
		{ SMMU_GERROR_MSI_CMDQ_ABT_ERR, "a CMD_SYNC could not write its message" },
		{ SMMU_GERROR_MSI_EVENTQ_ABT_ERR, "the event queue could not write its message" },
		{ SMMU_GERROR_MSI_PRIQ_ABT_ERR, "the PRI queue could not write its message" },
		{ SMMU_GERROR_MSI_GERROR_ABT_ERR, "this could not write its message" },
		{ SMMU_GERROR_SFM_ERR, "the unit is in service failure mode" },
		{ SMMU_GERROR_CMDQP_ERR, "command queue control page" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(errors); i++)
		if (active & errors[i].bit)
			dev_err_ratelimited(unit->dev, "global error: %s\n",
					    errors[i].what);
}

static u32 smmu3_gerror_take(struct smmu3_unit *unit, u32 which)
{
	u32 gerror, active;

	gerror = smmu3_read32(unit, SMMU_REG_GERROR);
	if (!((gerror ^ READ_ONCE(unit->gerrorn)) & which))
		return 0;

	guard(spinlock_irqsave)(&unit->cmdq.ring.lock);

	gerror = smmu3_read32(unit, SMMU_REG_GERROR);
	if (gerror == SMMU3_NO_ANSWER) {
		/* Nothing of it is an error: the unit is gone */
		cmd_ring_give_up(&unit->cmdq.ring);
		return 0;
	}
	active = (gerror ^ unit->gerrorn) & which;
	if (!active)
		return 0;

	if (active & SMMU_GERROR_CMDQ_ERR)
		smmu3_cmdq_error(unit);
	smmu3_gerror_report(unit, active);
	atomic64_inc(&unit->gerrors);
	WRITE_ONCE(unit->gerrorn, unit->gerrorn ^ active);
	smmu3_write32(unit, SMMU_REG_GERRORN, unit->gerrorn);
	return active;
}

/**
 * smmu3_gerror_handle - see whether the hardware has stopped, and have it go on
 * @unit: the unit
 *
 * Context: any; the caller is in a read-side section of the unit's @srcu, or holds the
 * unit's mutex.
 * Return: true if there was an error of the command queue
 */
bool smmu3_gerror_handle(struct smmu3_unit *unit)
{
	return smmu3_gerror_take(unit, SMMU_GERROR_MASK) & SMMU_GERROR_CMDQ_ERR;
}

/**
 * smmu3_gerror_irq - handle the interrupt of global errors
 * @unit: the unit
 *
 * The errors of the command queue are left to its waiters, who need to know.
 *
 * Context: any.
 * Return: true if there was an error
 */
bool smmu3_gerror_irq(struct smmu3_unit *unit)
{
	return smmu3_gerror_take(unit,
				 SMMU_GERROR_MASK & ~SMMU_GERROR_CMDQ_ERR);
}
