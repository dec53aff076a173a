// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers to devices: page group responses
 *
 * A reset of the invalidation queue makes up for lost invalidations by forgetting
 * everything, but a device would wait for ever for an answer that was lost. So the
 * driver keeps the answer, and the recovery gives it once more. Who answers does not
 * wait for that.
 *
 * An answer that the unit has fetched is not given again: the device may have it, and
 * may have made a new request with the same group index since.
 */
#include <kunit/static_stub.h>
#include <linux/device.h>
#include <linux/slab.h>

#include "intel_nested.h"
#include "queue.h"
#include "recover.h"
#include "trace.h"

/**
 * struct vtd_kept - an answer that was lost
 * @node: in the unit's list
 * @answer: the answer
 */
struct vtd_kept {
	struct list_head node;
	struct cmd_words answer;
};

static u16 vtd_answer_sid(struct cmd_words answer)
{
	return FIELD_GET(VTD_PGRP0_RID, answer.w0);
}

/* Does a device wait for it? One that was torn out, or has left, does not. */
static bool vtd_answer_wanted(struct vtd_unit *unit, struct cmd_words answer)
{
	const struct vtd_device *edev =
		xa_load(&unit->devices, vtd_answer_sid(answer));

	return edev && !vtd_device_unplugged(edev);
}

static void vtd_answer_trace(struct vtd_unit *unit, struct cmd_words answer,
			     int ret)
{
	const struct vtd_preq req = {
		.sid = vtd_answer_sid(answer),
		.prgi = FIELD_GET(VTD_PGRP1_PRGI, answer.w1),
		.pasid = FIELD_GET(VTD_PGRP0_PASID, answer.w0),
		.pasid_valid = answer.w0 & VTD_PGRP0_PASID_P,
	};

	trace_vtd_page_response(unit->dev, &req,
				FIELD_GET(VTD_PGRP0_CODE, answer.w0), ret);
}

/**
 * vtd_answer_send - put answers into the queue
 * @unit: the unit
 * @answers: page group responses
 * @nr: how many
 *
 * Context: as vtd_answer().
 * Return: 0 if the unit has fetched them; -EIO if one was refused, -ETIMEDOUT if they
 * are lost
 */
int vtd_answer_send(struct vtd_unit *unit, const struct cmd_words *answers,
		    unsigned int nr)
{
	struct vtd_qi_batch batch;
	unsigned int i;
	int ret;

	KUNIT_STATIC_STUB_REDIRECT(vtd_answer_send, unit, answers, nr);
	vtd_qi_begin(&batch, unit, false);
	/*
	 * When a device-TLB times out all that was fetched after it is queued once more.
	 * So none is waited for between an answer and its wait.
	 */
	vtd_qi_add(&batch, vtd_desc_fence(unit));
	for (i = 0; i < nr; i++)
		vtd_qi_add(&batch, answers[i]);
	ret = vtd_qi_flush(&batch);
	if (ret == -ETIMEDOUT && batch.cmds.taken)
		ret = 0;
	if (trace_vtd_page_response_enabled())
		for (i = 0; i < nr; i++)
			vtd_answer_trace(unit, answers[i], ret);
	return ret;
}

/* Each device has its own number, so that one leaves room for the others */
static bool vtd_answer_has_most(struct vtd_unit *unit, u16 sid)
{
	const struct vtd_kept *kept;
	unsigned int nr = 0;

	lockdep_assert_held(&unit->prq.kept_lock);

	list_for_each_entry(kept, &unit->prq.kept, node)
		nr += vtd_answer_sid(kept->answer) == sid;
	return nr >= VTD_PREQ_GROUPS;
}

static void vtd_answer_keep(struct vtd_unit *unit, struct cmd_words answer)
{
	struct vtd_kept *kept = kmalloc_obj(*kept);

	if (!kept) {
		dev_err_ratelimited(unit->dev, "no memory to keep an answer for source-id %#06x\n",
				    vtd_answer_sid(answer));
		return;
	}
	kept->answer = answer;
	scoped_guard(spinlock, &unit->prq.kept_lock) {
		if (!vtd_answer_has_most(unit, vtd_answer_sid(answer))) {
			list_add_tail(&kept->node, &unit->prq.kept);
			kept = NULL;
		}
	}
	kfree(kept);
	/*
	 * If the queue is stuck its recovery is due already, at the time that it has
	 * chosen. If not, that may be over.
	 */
	smp_mb();
	if (!READ_ONCE(unit->qi.ring.stuck))
		vtd_unit_kick(unit);
}

/**
 * vtd_answer - answer devices
 * @unit: the unit that they are behind
 * @answers: page group responses
 * @nr: how many
 *
 * Context: process context, in a read-side section of the unit's @srcu, or with the
 * unit's mutex held.
 */
void vtd_answer(struct vtd_unit *unit, const struct cmd_words *answers,
		unsigned int nr)
{
	unsigned int i;

	if (vtd_answer_send(unit, answers, nr) != -ETIMEDOUT)
		return;
	for (i = 0; i < nr; i++)
		/* After the end of the unit nothing is translated, or asked for */
		if (!READ_ONCE(unit->qi.ring.ended) &&
		    vtd_answer_wanted(unit, answers[i]))
			vtd_answer_keep(unit, answers[i]);
}

/**
 * vtd_answers_resend - give the answers once more that were lost
 * @unit: the unit, whose queue works
 *
 * Context: process context; the unit's mutex is held.
 */
void vtd_answers_resend(struct vtd_unit *unit)
{
	struct vtd_kept *kept, *tmp;
	LIST_HEAD(list);

	lockdep_assert_held(&unit->lock);

	scoped_guard(spinlock, &unit->prq.kept_lock)
		list_splice_init(&unit->prq.kept, &list);
	list_for_each_entry_safe(kept, tmp, &list, node) {
		if (vtd_answer_wanted(unit, kept->answer)) {
			/* The next recovery gives the rest */
			if (vtd_answer_send(unit, &kept->answer, 1) == -ETIMEDOUT)
				break;
			atomic64_inc(&unit->prq.resent);
		}
		list_del(&kept->node);
		kfree(kept);
	}
	scoped_guard(spinlock, &unit->prq.kept_lock)
		list_splice(&list, &unit->prq.kept);
}

/**
 * vtd_answers_free - forget answers that are not given any more
 * @unit: the unit, which no device is behind any more
 */
void vtd_answers_free(struct vtd_unit *unit)
{
	struct vtd_kept *kept, *tmp;

	list_for_each_entry_safe(kept, tmp, &unit->prq.kept, node)
		kfree(kept);
	INIT_LIST_HEAD(&unit->prq.kept);
}
