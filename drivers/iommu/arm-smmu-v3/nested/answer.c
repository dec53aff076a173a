// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers to devices: CMD_RESUME and CMD_PRI_RESP
 *
 * A reset of the queue makes up for lost invalidations by forgetting everything, but
 * a device would wait for ever for an answer that was lost. So the driver keeps the
 * answer, and the recovery puts it into the queue again. The thread that answers
 * does not wait for that: it may have locks that a thread wants which has the unit's
 * mutex.
 *
 * No answer is sent twice. If the unit has consumed it the device has it, also if the
 * queue timed out for the CMD_SYNC behind it. Then the unit may have given the same
 * STAG to the next stalled transaction of the device, to which a second answer would
 * belong (4.7.1).
 */
#include <kunit/static_stub.h>
#include <linux/errno.h>
#include <linux/slab.h>

#include "arm_smmu_v3_nested.h"
#include "queue.h"
#include "recover.h"

/* Answers that are kept for each device: one with more requests at once is broken */
#define MOST	256

/**
 * struct kept_answer - an answer that was lost, and is to be sent again
 * @node: in the unit's list
 * @cmd: the answer
 * @epoch: what is answered was received in this one of the unit
 */
struct kept_answer {
	struct list_head node;
	struct cmd_words cmd;
	u32 epoch;
};

/**
 * smmu3_answer_send - put an answer into the queue
 * @unit: the unit
 * @cmd: the answer
 *
 * Context: as smmu3_answer().
 * Return: 0 if the unit has consumed it; -EIO if it was refused, -ETIMEDOUT if it is
 * lost
 */
int smmu3_answer_send(struct smmu3_unit *unit, struct cmd_words cmd)
{
	struct smmu3_batch batch;
	int ret;

	KUNIT_STATIC_STUB_REDIRECT(smmu3_answer_send, unit, cmd);
	smmu3_batch_begin(&batch, unit, false);
	smmu3_batch_add(&batch, cmd);
	ret = smmu3_batch_flush(&batch);
	return ret == -ETIMEDOUT && batch.cmds.taken ? 0 : ret;
}

static u32 smmu3_sid_of(struct cmd_words cmd)
{
	return FIELD_GET(SMMU_CMD0_SID, cmd.w0);
}

/* Each device has its own number, so that one device leaves room for the others */
static bool smmu3_has_most(struct smmu3_unit *unit, struct cmd_words cmd)
{
	const struct kept_answer *kept;
	u32 sid = smmu3_sid_of(cmd);
	unsigned int nr = 0;

	lockdep_assert_held(&unit->answers.lock);

	/* There are no more of these than STAGs, and a STAG without one is lost for good */
	if (FIELD_GET(SMMU_CMD0_OPCODE, cmd.w0) == SMMU_OP_RESUME)
		return false;
	list_for_each_entry(kept, &unit->answers.list, node)
		nr += smmu3_sid_of(kept->cmd) == sid;
	return nr >= MOST;
}

/*
 * What was stalled when translation was switched off was ended by that (6.3.9.6), and its
 * STAG may be that of another transaction by now. Page requests wait on.
 */
static bool smmu3_is_over(const struct smmu3_unit *unit, struct cmd_words cmd,
			  u32 epoch)
{
	return FIELD_GET(SMMU_CMD0_OPCODE, cmd.w0) == SMMU_OP_RESUME &&
	       epoch != READ_ONCE(unit->fault_epoch);
}

static int smmu3_answer_keep(struct smmu3_unit *unit, struct cmd_words cmd,
			     u32 epoch)
{
	struct kept_answer *kept = kmalloc_obj(*kept);

	if (!kept)
		return -ENOMEM;
	kept->cmd = cmd;
	kept->epoch = epoch;
	scoped_guard(spinlock, &unit->answers.lock) {
		if (smmu3_has_most(unit, cmd)) {
			kfree(kept);
			return -ENOMEM;
		}
		list_add_tail(&kept->node, &unit->answers.list);
	}
	/*
	 * If the queue is stuck there will be a recovery, which sends this too: it
	 * need not come sooner. If not, the recovery may be over already.
	 */
	smp_mb();
	if (!READ_ONCE(unit->cmdq.ring.stuck))
		smmu3_recover_soon(unit);
	else
		queue_delayed_work(system_dfl_wq, &unit->recover_work,
				   msecs_to_jiffies(BACKOFF_FIRST_MS));
	return 0;
}

/**
 * smmu3_answer - answer a device
 * @unit: the unit that it is behind
 * @cmd: the answer
 * @epoch: the unit's @fault_epoch when what it answers was received
 *
 * Context: process context, in a read-side section of the unit's @srcu, or with the
 * unit's mutex held.
 * Return: 0 if the device has it, or will have it when the queue was recovered;
 * -EIO or -ENOMEM
 */
int smmu3_answer(struct smmu3_unit *unit, struct cmd_words cmd, u32 epoch)
{
	int ret;

	if (smmu3_is_over(unit, cmd, epoch))
		return 0;
	ret = smmu3_answer_send(unit, cmd);
	/* If the hardware is gone no device waits any more */
	if (ret == -ETIMEDOUT && !READ_ONCE(unit->gone))
		ret = smmu3_answer_keep(unit, cmd, epoch);
	return ret;
}

/* A device that has left waits for nothing */
static bool smmu3_is_wanted(struct smmu3_unit *unit,
			    const struct kept_answer *kept)
{
	return xa_load(&unit->streams, smmu3_sid_of(kept->cmd)) &&
	       !smmu3_is_over(unit, kept->cmd, kept->epoch);
}

/**
 * smmu3_answers_resend - send the answers again that were lost
 * @unit: the unit, whose queue works again
 *
 * Context: process context; the unit's mutex is held.
 */
void smmu3_answers_resend(struct smmu3_unit *unit)
{
	struct kept_answer *kept, *tmp;
	LIST_HEAD(list);

	lockdep_assert_held(&unit->lock);

	scoped_guard(spinlock, &unit->answers.lock)
		list_splice_init(&unit->answers.list, &list);
	list_for_each_entry_safe(kept, tmp, &list, node) {
		/* The next recovery sends the rest */
		if (smmu3_is_wanted(unit, kept) &&
		    smmu3_answer_send(unit, kept->cmd) == -ETIMEDOUT)
			break;
		list_del(&kept->node);
		kfree(kept);
	}
	scoped_guard(spinlock, &unit->answers.lock)
		list_splice(&list, &unit->answers.list);
}

/**
 * smmu3_answers_init - a new unit has lost no answers
 * @unit: the unit
 */
void smmu3_answers_init(struct smmu3_unit *unit)
{
	spin_lock_init(&unit->answers.lock);
	INIT_LIST_HEAD(&unit->answers.list);
}

/**
 * smmu3_answers_exit - free answers that are not sent any more
 * @unit: the unit, which has no devices any more
 */
void smmu3_answers_exit(struct smmu3_unit *unit)
{
	struct kept_answer *kept, *tmp;

	list_for_each_entry_safe(kept, tmp, &unit->answers.list, node)
		kfree(kept);
	smmu3_answers_init(unit);
}
