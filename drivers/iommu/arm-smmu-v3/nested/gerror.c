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
 *	not answer. If all since the CMD_SYNC before are for one device it is marked
 *	as failed. If not, nobody says which: all are suspects, and are asked one by
 *	one later. The CMD_SYNC is tried again, for what else it waits for.
 * none		the hardware does nothing within the unit's timeout. The queue is
 *	stuck: its producers get ETIMEDOUT until a reset.
 *
 * Whoever waits for the queue looks for its errors, for a wait must not depend on
 * an interrupt that may be lost, or be held up by who waits.
 */
#include <linux/device.h>
#include <linux/ratelimit.h>

#include "cmdq.h"

/* Aborted fetches of one command in a row */
#define CMDQ_MAX_ABORTS	8

static void cmdq_refused(struct smmu3_unit *unit, u32 pos)
{
	struct smmu3_cmdq *q = &unit->cmdq;
	struct smmu3_cmd cmd = cmdq_read(q, pos);

	dev_err_ratelimited(unit->dev, "command %#llx %#llx was refused\n",
			    cmd.w0, cmd.w1);

	if (!cmd_ring_refused(&q->ring, pos)) {
		cmd = smmu3_cmd_sync();
		cmdq_write(q, pos, cmd.w0, cmd.w1);
	}
}

static void cmdq_aborted(struct smmu3_unit *unit, u32 pos)
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

/*
 * The device of the ATC invalidation at @pos, if it is one. A device is freed
 * after a grace period of smmu3_srcu, and with the mutex of its unit held before
 * that; everyone who waits has one of the two. The interrupt handler has none, and
 * leaves it to them.
 */
static struct smmu3_device *atc_device(struct smmu3_unit *unit,
				       struct smmu3_cmd cmd)
{
	if (FIELD_GET(SMMU_CMD0_OPCODE, cmd.w0) != SMMU_OP_ATC_INV)
		return NULL;
	return xa_load(&unit->streams, FIELD_GET(SMMU_CMD0_SID, cmd.w0));
}

/* The first position behind the CMD_SYNC before @pos */
static u32 after_sync(const struct smmu3_cmdq *q, u32 pos)
{
	u32 n;

	for (n = 1; n < cmdq_slots(q); n++) {
		struct smmu3_cmd cmd = cmdq_read(q, pos - n);
		u8 op = FIELD_GET(SMMU_CMD0_OPCODE, cmd.w0);

		/* Zero is what the ring was filled with at first */
		if (op == SMMU_OP_SYNC || !op)
			break;
	}
	return pos - n + 1;
}

static void cmdq_atc_failed(struct smmu3_unit *unit, u32 pos)
{
	struct smmu3_cmdq *q = &unit->cmdq;
	struct smmu3_device *sdev, *first = NULL;
	u32 begin = after_sync(q, pos), i;
	int bit = SMMU3_DEV_FAILED;

	for (i = begin; i != pos; i++) {
		sdev = atc_device(unit, cmdq_read(q, i));
		if (sdev && first && sdev != first)
			bit = SMMU3_DEV_SUSPECT;
		first = first ?: sdev;
	}
	for (i = begin; i != pos; i++) {
		sdev = atc_device(unit, cmdq_read(q, i));
		if (sdev)
			set_bit(bit, &sdev->state);
	}
	if (!first)
		return;
	dev_err_ratelimited(first->dev, "an ATC invalidation of this%s was not answered\n",
			    bit == SMMU3_DEV_SUSPECT ? " or another device" :
						       " device");
	/* It may not be where its producer looks */
	schedule_work(&unit->fail_work);
}

static void cmdq_error(struct smmu3_unit *unit)
{
	struct smmu3_cmdq *q = &unit->cmdq;
	u32 cons = smmu3_read32(unit, SMMU_REG_CMDQ_CONS);
	u32 pos = cmdq_position(q, cons);

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
		cmdq_aborted(unit, pos);
		break;
	case SMMU_CERROR_ATC_INV_SYNC:
		cmdq_atc_failed(unit, pos);
		break;
	case SMMU_CERROR_ILL:
	default:
		cmdq_refused(unit, pos);
		break;
	}
	/* It is read again when the error is acknowledged */
	dma_wmb();
}

static void gerror_report(struct smmu3_unit *unit, u32 active)
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

static u32 gerror_handle(struct smmu3_unit *unit, u32 which)
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
		cmdq_error(unit);
	gerror_report(unit, active);
	atomic64_inc(&unit->gerrors);
	WRITE_ONCE(unit->gerrorn, unit->gerrorn ^ active);
	smmu3_write32(unit, SMMU_REG_GERRORN, unit->gerrorn);
	return active;
}

/**
 * smmu3_gerror_handle - see whether the hardware has stopped, and have it go on
 * @unit: the unit
 *
 * Context: any; the caller is in a read-side section of smmu3_srcu, or holds the
 * unit's mutex.
 * Return: true if there was an error of the command queue
 */
bool smmu3_gerror_handle(struct smmu3_unit *unit)
{
	return gerror_handle(unit, SMMU_GERROR_MASK) & SMMU_GERROR_CMDQ_ERR;
}

/**
 * smmu3_gerror_irq - handle the interrupt of global errors
 * @unit: the unit
 *
 * The errors of the command queue are left to who waits for it: they need to
 * know.
 *
 * Context: any.
 * Return: true if there was an error
 */
bool smmu3_gerror_irq(struct smmu3_unit *unit)
{
	return gerror_handle(unit, SMMU_GERROR_MASK & ~SMMU_GERROR_CMDQ_ERR);
}
