// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers to devices: CMD_RESUME and CMD_PRI_RESP
 *
 * Unlike an invalidation, an answer that a reset of the queue has lost is not
 * made up for by forgetting everything: the device would wait for it for ever. It
 * is kept, and put into the queue by the recovery. Who answers does not wait for
 * that, for he may have locks that somebody wants who has the unit's mutex.
 *
 * An answer for which the queue has timed out was not taken: what is complete when
 * the queue is given up counts as done. One that comes twice nevertheless does
 * nothing, for nobody has asked (4.7.1).
 */
#include <kunit/static_stub.h>
#include <linux/errno.h>
#include <linux/slab.h>

#include "nested.h"

/* Answers that are kept of a device: one that has asked more often at once is ill */
#define MOST	256

/**
 * struct kept_answer - an answer that was lost
 * @node: in the unit's list
 * @cmd: the answer
 */
struct kept_answer {
	struct list_head node;
	struct cmd_words cmd;
};

/**
 * smmu3_answer_send - put an answer into the queue
 * @unit: the unit
 * @cmd: the answer
 *
 * Context: as smmu3_answer().
 * Return: 0; -EIO if it was refused, -ETIMEDOUT if it is lost
 */
int smmu3_answer_send(struct smmu3_unit *unit, struct cmd_words cmd)
{
	struct smmu3_batch batch;

	KUNIT_STATIC_STUB_REDIRECT(smmu3_answer_send, unit, cmd);
	smmu3_batch_begin(&batch, unit, false);
	smmu3_batch_add(&batch, cmd);
	return smmu3_batch_flush(&batch);
}

static u32 smmu3_sid_of(struct cmd_words cmd)
{
	return FIELD_GET(SMMU_CMD0_SID, cmd.w0);
}

/* One device must not leave others without: each has a number of its own */
static bool smmu3_has_most(struct smmu3_unit *unit, u32 sid)
{
	const struct kept_answer *kept;
	unsigned int nr = 0;

	lockdep_assert_held(&unit->answers.lock);

	list_for_each_entry(kept, &unit->answers.list, node)
		nr += smmu3_sid_of(kept->cmd) == sid;
	return nr >= MOST;
}

static int smmu3_answer_keep(struct smmu3_unit *unit, struct cmd_words cmd)
{
	struct kept_answer *kept = kmalloc_obj(*kept);

	if (!kept)
		return -ENOMEM;
	kept->cmd = cmd;
	scoped_guard(spinlock, &unit->answers.lock) {
		if (smmu3_has_most(unit, smmu3_sid_of(cmd))) {
			kfree(kept);
			return -ENOMEM;
		}
		list_add_tail(&kept->node, &unit->answers.list);
	}
	/*
	 * Who finds the queue stuck is in time for the recovery that there will be,
	 * and must not have that sooner. Else it may be over already.
	 */
	smp_mb();
	if (!READ_ONCE(unit->cmdq.ring.stuck))
		smmu3_recover_soon(unit);
	else
		queue_delayed_work(system_unbound_wq, &unit->recover_work,
				   msecs_to_jiffies(SMMU3_BACKOFF_FIRST));
	return 0;
}

/**
 * smmu3_answer - answer a device
 * @unit: the unit that it is behind
 * @cmd: the answer
 *
 * Context: process context, in a read-side section of the unit's @srcu, or with the
 * unit's mutex held.
 * Return: 0 if the device has it, or will have it when the queue was recovered;
 * -EIO or -ENOMEM
 */
int smmu3_answer(struct smmu3_unit *unit, struct cmd_words cmd)
{
	int ret;

	ret = smmu3_answer_send(unit, cmd);
	/* With the hardware all that waited is gone */
	if (ret == -ETIMEDOUT && !READ_ONCE(unit->gone))
		ret = smmu3_answer_keep(unit, cmd);
	return ret;
}

/* A device that is gone waits for nothing */
static bool smmu3_is_wanted(struct smmu3_unit *unit, struct cmd_words cmd)
{
	return xa_load(&unit->streams, smmu3_sid_of(cmd));
}

/**
 * smmu3_answers_resend - put into the queue what was lost
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
		/* The next recovery is for the rest */
		if (smmu3_is_wanted(unit, kept->cmd) &&
		    smmu3_answer_send(unit, kept->cmd) == -ETIMEDOUT)
			break;
		list_del(&kept->node);
		kfree(kept);
	}
	scoped_guard(spinlock, &unit->answers.lock)
		list_splice(&list, &unit->answers.list);
}

/**
 * smmu3_answers_init - a unit has lost nothing
 * @unit: the unit
 */
void smmu3_answers_init(struct smmu3_unit *unit)
{
	spin_lock_init(&unit->answers.lock);
	INIT_LIST_HEAD(&unit->answers.list);
}

/**
 * smmu3_answers_exit - free what nobody will be answered
 * @unit: the unit, which has no devices any more
 */
void smmu3_answers_exit(struct smmu3_unit *unit)
{
	struct kept_answer *kept, *tmp;

	list_for_each_entry_safe(kept, tmp, &unit->answers.list, node)
		kfree(kept);
	smmu3_answers_init(unit);
}
