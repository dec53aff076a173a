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
 *
 * Nor is an answer to page requests sent that is kept when the device has asked again
 * with the index of the group, or was reset: it waits for another answer, or for none.
 * So whoever sends an answer has it in a list of the unit as long as it does not know what
 * becomes of it, and there, too, it is forgotten.
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
	const struct smmu3_answer *kept;
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

/* It is lost, unless it is too late for it */
static int smmu3_answer_keep(struct smmu3_unit *unit,
			     const struct smmu3_answer *answer)
{
	struct smmu3_answer *kept = kmalloc_obj(*kept);
	bool over, full;

	if (!kept)
		return -ENOMEM;
	scoped_guard(spinlock, &unit->answers.lock) {
		over = answer->over;
		full = smmu3_has_most(unit, answer->cmd);
		if (!over && !full) {
			*kept = *answer;
			list_add_tail(&kept->node, &unit->answers.list);
		}
	}
	if (over || full) {
		kfree(kept);
		return over ? 0 : -ENOMEM;
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
 * smmu3_answer_begin - an answer is going to be given
 * @unit: the unit
 * @answer: filled in for smmu3_answer_give() and smmu3_answer_end()
 * @cmd: the command
 * @epoch: the unit's @fault_epoch when what it answers was received
 *
 * From now on it can be forgotten. Whoever finds out whether it is waited for does so
 * after it.
 */
void smmu3_answer_begin(struct smmu3_unit *unit, struct smmu3_answer *answer,
			struct cmd_words cmd, u32 epoch)
{
	*answer = (struct smmu3_answer) { .cmd = cmd, .epoch = epoch };
	guard(spinlock)(&unit->answers.lock);
	list_add(&answer->node, &unit->answers.flights);
}

/**
 * smmu3_answer_give - answer a device
 * @unit: the unit that it is behind
 * @answer: of smmu3_answer_begin()
 *
 * Context: as smmu3_answer().
 * Return: as smmu3_answer()
 */
int smmu3_answer_give(struct smmu3_unit *unit, const struct smmu3_answer *answer)
{
	int ret;

	if (smmu3_is_over(unit, answer->cmd, answer->epoch))
		return 0;
	ret = smmu3_answer_send(unit, answer->cmd);
	/* If the hardware is gone no device waits any more */
	if (ret == -ETIMEDOUT && !READ_ONCE(unit->gone))
		ret = smmu3_answer_keep(unit, answer);
	return ret;
}

/**
 * smmu3_answer_end - an answer was given, or is kept
 * @unit: the unit
 * @answer: of smmu3_answer_begin()
 */
void smmu3_answer_end(struct smmu3_unit *unit, struct smmu3_answer *answer)
{
	guard(spinlock)(&unit->answers.lock);
	list_del(&answer->node);
}

/**
 * smmu3_answer - answer a device
 * @unit: the unit that it is behind
 * @cmd: the answer
 * @epoch: the unit's @fault_epoch when what it answers was received
 *
 * Context: process context, in a read-side section of the unit's @srcu, or with the
 * unit's mutex held.
 * Return: 0 if the device has it, will have it when the queue was recovered, or does not
 * wait for it any more; -EIO or -ENOMEM
 */
int smmu3_answer(struct smmu3_unit *unit, struct cmd_words cmd, u32 epoch)
{
	struct smmu3_answer answer;
	int ret;

	smmu3_answer_begin(unit, &answer, cmd, epoch);
	ret = smmu3_answer_give(unit, &answer);
	smmu3_answer_end(unit, &answer);
	return ret;
}

static bool smmu3_answer_is_of(struct cmd_words cmd, u32 sid, int index)
{
	return FIELD_GET(SMMU_CMD0_OPCODE, cmd.w0) == SMMU_OP_PRI_RESP &&
	       smmu3_sid_of(cmd) == sid &&
	       (index == SMMU3_INDEX_ALL ||
		FIELD_GET(SMMU_PRI_RESP1_PRGINDEX, cmd.w1) == index);
}

/**
 * smmu3_answers_forget - nobody waits for an answer to page requests any more that was
 *	not sent yet
 * @unit: the unit
 * @sid: StreamID that has asked
 * @index: index of the group, or %SMMU3_INDEX_ALL
 *
 * Context: any but that of an interrupt.
 */
void smmu3_answers_forget(struct smmu3_unit *unit, u32 sid, int index)
{
	struct smmu3_answer *answer, *tmp;

	guard(spinlock)(&unit->answers.lock);

	list_for_each_entry_safe(answer, tmp, &unit->answers.list, node) {
		if (!smmu3_answer_is_of(answer->cmd, sid, index))
			continue;
		list_del(&answer->node);
		kfree(answer);
	}
	list_for_each_entry(answer, &unit->answers.flights, node)
		if (smmu3_answer_is_of(answer->cmd, sid, index))
			answer->over = true;
}

/* A device that has left waits for nothing */
static bool smmu3_is_wanted(struct smmu3_unit *unit,
			    const struct smmu3_answer *kept)
{
	return xa_load(&unit->streams, smmu3_sid_of(kept->cmd)) &&
	       !smmu3_is_over(unit, kept->cmd, kept->epoch);
}

/* Take the first one out of those that are kept */
static struct smmu3_answer *smmu3_kept_begin(struct smmu3_unit *unit)
{
	struct smmu3_answer *kept;

	guard(spinlock)(&unit->answers.lock);

	kept = list_first_entry_or_null(&unit->answers.list, struct smmu3_answer, node);
	if (kept)
		list_move(&kept->node, &unit->answers.flights);
	return kept;
}

/* It was sent; or is lost once more, and is the first one again */
static void smmu3_kept_end(struct smmu3_unit *unit, struct smmu3_answer *kept, bool lost)
{
	scoped_guard(spinlock, &unit->answers.lock) {
		if (lost && !kept->over) {
			list_move(&kept->node, &unit->answers.list);
			return;
		}
		list_del(&kept->node);
	}
	kfree(kept);
}

/**
 * smmu3_answers_resend - send the answers again that were lost
 * @unit: the unit, whose queue works again
 *
 * What is lost meanwhile has its own recovery.
 *
 * Context: process context; the unit's mutex is held.
 */
void smmu3_answers_resend(struct smmu3_unit *unit)
{
	struct smmu3_answer *kept;
	bool lost = false;
	size_t nr;

	lockdep_assert_held(&unit->lock);

	scoped_guard(spinlock, &unit->answers.lock)
		nr = list_count_nodes(&unit->answers.list);
	/* The next recovery sends the rest */
	for (; nr && !lost; nr--) {
		kept = smmu3_kept_begin(unit);
		if (!kept)
			break;
		lost = smmu3_is_wanted(unit, kept) &&
		       smmu3_answer_send(unit, kept->cmd) == -ETIMEDOUT;
		smmu3_kept_end(unit, kept, lost);
	}
}

/**
 * smmu3_answers_init - a new unit has lost no answers
 * @unit: the unit
 */
void smmu3_answers_init(struct smmu3_unit *unit)
{
	spin_lock_init(&unit->answers.lock);
	INIT_LIST_HEAD(&unit->answers.list);
	INIT_LIST_HEAD(&unit->answers.flights);
}

/**
 * smmu3_answers_exit - free answers that are not sent any more
 * @unit: the unit, which has no devices any more
 */
void smmu3_answers_exit(struct smmu3_unit *unit)
{
	struct smmu3_answer *kept, *tmp;

	list_for_each_entry_safe(kept, tmp, &unit->answers.list, node)
		kfree(kept);
	smmu3_answers_init(unit);
}
