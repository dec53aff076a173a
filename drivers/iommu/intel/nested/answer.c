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
 * may have made a new request with the same group index since. Nor is one that is kept
 * when the device has asked again with its index, or was reset: it waits for another
 * answer, or for none. So whoever gives answers has them in a list of the unit as long as
 * it does not know what becomes of them, and there, too, they are forgotten.
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

/* It is lost, unless it is too late for it */
static void vtd_answer_keep(struct vtd_unit *unit, const struct vtd_flight *flight,
			    unsigned int i)
{
	struct cmd_words answer = flight->answers[i];
	struct vtd_kept *kept = kmalloc_obj(*kept);

	if (!kept) {
		dev_err_ratelimited(unit->dev, "no memory to keep an answer for source-id %#06x\n",
				    vtd_answer_sid(answer));
		return;
	}
	kept->answer = answer;
	scoped_guard(spinlock, &unit->prq.kept_lock) {
		if (!test_bit(i, flight->over) &&
		    !vtd_answer_has_most(unit, vtd_answer_sid(answer))) {
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
 * vtd_answer_begin - answers are going to be given
 * @unit: the unit
 * @flight: filled in for vtd_answer_give() and vtd_answer_end()
 * @answers: page group responses
 * @nr: how many
 *
 * From now on they can be forgotten. Whoever finds out whether they are waited for does
 * so after it.
 */
void vtd_answer_begin(struct vtd_unit *unit, struct vtd_flight *flight,
		      const struct cmd_words *answers, unsigned int nr)
{
	*flight = (struct vtd_flight) { .answers = answers, .nr = nr };
	guard(spinlock)(&unit->prq.kept_lock);
	list_add(&flight->node, &unit->prq.flights);
}

/**
 * vtd_answer_give - answer devices
 * @unit: the unit that they are behind
 * @flight: of vtd_answer_begin()
 *
 * Context: as vtd_answer().
 */
void vtd_answer_give(struct vtd_unit *unit, const struct vtd_flight *flight)
{
	unsigned int i;

	if (vtd_answer_send(unit, flight->answers, flight->nr) != -ETIMEDOUT)
		return;
	for (i = 0; i < flight->nr; i++)
		/* After the end of the unit nothing is translated, or asked for */
		if (!READ_ONCE(unit->qi.ring.ended) &&
		    vtd_answer_wanted(unit, flight->answers[i]))
			vtd_answer_keep(unit, flight, i);
}

/**
 * vtd_answer_end - answers were given, or are kept
 * @unit: the unit
 * @flight: of vtd_answer_begin()
 */
void vtd_answer_end(struct vtd_unit *unit, struct vtd_flight *flight)
{
	guard(spinlock)(&unit->prq.kept_lock);
	list_del(&flight->node);
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
	struct vtd_flight flight;

	vtd_answer_begin(unit, &flight, answers, nr);
	vtd_answer_give(unit, &flight);
	vtd_answer_end(unit, &flight);
}

/**
 * vtd_answer_is_of - is an answer one to a group?
 * @answer: the answer
 * @sid: source-id of the device
 * @prgi: index of the group, or %VTD_PREQ_ALL
 *
 * Return: true if it is
 */
bool vtd_answer_is_of(struct cmd_words answer, u16 sid, int prgi)
{
	return vtd_answer_sid(answer) == sid &&
	       (prgi == VTD_PREQ_ALL || FIELD_GET(VTD_PGRP1_PRGI, answer.w1) == prgi);
}

/**
 * vtd_answers_forget - nobody waits for an answer any more that was not given yet
 * @unit: the unit
 * @sid: source-id of the device
 * @prgi: index of the group, or %VTD_PREQ_ALL
 *
 * Context: any but that of an interrupt.
 */
void vtd_answers_forget(struct vtd_unit *unit, u16 sid, int prgi)
{
	struct vtd_kept *kept, *tmp;
	struct vtd_flight *flight;
	unsigned int i;

	guard(spinlock)(&unit->prq.kept_lock);

	list_for_each_entry_safe(kept, tmp, &unit->prq.kept, node) {
		if (!vtd_answer_is_of(kept->answer, sid, prgi))
			continue;
		list_del(&kept->node);
		kfree(kept);
	}
	list_for_each_entry(flight, &unit->prq.flights, node)
		for (i = 0; i < flight->nr; i++)
			if (vtd_answer_is_of(flight->answers[i], sid, prgi))
				__set_bit(i, flight->over);
}

/* Take the first one out of those that are kept */
static struct vtd_kept *vtd_kept_begin(struct vtd_unit *unit, struct vtd_flight *flight)
{
	struct vtd_kept *kept;

	guard(spinlock)(&unit->prq.kept_lock);

	kept = list_first_entry_or_null(&unit->prq.kept, struct vtd_kept, node);
	if (!kept)
		return NULL;
	list_del(&kept->node);
	*flight = (struct vtd_flight) { .answers = &kept->answer, .nr = 1 };
	list_add(&flight->node, &unit->prq.flights);
	return kept;
}

/* It was given; or is lost once more, and is the first one again */
static void vtd_kept_end(struct vtd_unit *unit, struct vtd_flight *flight,
			 struct vtd_kept *kept, bool lost)
{
	scoped_guard(spinlock, &unit->prq.kept_lock) {
		list_del(&flight->node);
		if (lost && !test_bit(0, flight->over)) {
			list_add(&kept->node, &unit->prq.kept);
			kept = NULL;
		}
	}
	kfree(kept);
}

/**
 * vtd_answers_resend - give the answers once more that were lost
 * @unit: the unit, whose queue works
 *
 * What is lost meanwhile has its own recovery.
 *
 * Context: process context; the unit's mutex is held.
 */
void vtd_answers_resend(struct vtd_unit *unit)
{
	struct vtd_flight flight;
	struct vtd_kept *kept;
	bool lost = false;
	size_t nr;

	lockdep_assert_held(&unit->lock);

	scoped_guard(spinlock, &unit->prq.kept_lock)
		nr = list_count_nodes(&unit->prq.kept);
	/* The next recovery gives the rest */
	for (; nr && !lost; nr--) {
		kept = vtd_kept_begin(unit, &flight);
		if (!kept)
			break;
		if (vtd_answer_wanted(unit, kept->answer)) {
			lost = vtd_answer_send(unit, &kept->answer, 1) == -ETIMEDOUT;
			if (!lost)
				atomic64_inc(&unit->prq.resent);
		}
		vtd_kept_end(unit, &flight, kept, lost);
	}
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
