// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: faults that software can recover from, and their way
 *
 * Only such faults come here, and none of them needs memory or more than one look
 * at the ring.
 */
#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/seq_buf.h>
#include <linux/string.h>

#include "endpoint.h"
#include "trace.h"

/* The oldest one that is remembered */
static u64 first_number(const struct mock_recoverables *r)
{
	return mock_log_first(r->nr, MOCK_RECOVERABLE_MAX);
}

static struct mock_recoverable *entry_of(struct mock_recoverables *r, u64 number)
{
	return &r->entry[number % MOCK_RECOVERABLE_MAX];
}

static void trace_step(struct mock_iommu *mi, const struct mock_recoverable *rec,
		       const struct mock_step *step)
{
	char text[MOCK_LOG_TEXT];
	struct seq_buf s;

	seq_buf_init(&s, text, sizeof(text));
	mock_recoverable_request_words(&s, mi, rec);
	if (step)
		mock_recoverable_step_words(&s, rec, step);
	else
		mock_recoverable_fate_words(&s, rec);
	trace_mock_recoverable(mi, rec, seq_buf_str(&s));
}

static bool has_step(const struct mock_recoverable *rec, enum mock_step_kind kind)
{
	u8 i;

	for (i = 0; i < rec->nr_steps; i++)
		if (rec->step[i].kind == kind)
			return true;
	return false;
}

/* Each kind is told once, so that there is room for all of them */
static void add_step(struct mock_iommu *mi, struct mock_recoverable *rec,
		     enum mock_step_kind kind, const char *how, bool by_unit)
{
	struct mock_step *step;

	if (has_step(rec, kind))
		return;
	step = &rec->step[rec->nr_steps++];
	*step = (struct mock_step){
		.ns = ktime_get_ns(),
		.how = how,
		.kind = kind,
		.by_unit = by_unit,
	};
	if (trace_mock_recoverable_enabled())
		trace_step(mi, rec, step);
}

static void leave_queue(struct mock_recoverables *r, struct mock_recoverable *rec)
{
	if (rec->in_queue)
		r->in_queue--;
	rec->in_queue = false;
}

/* In the place of the oldest one; what the model has said of its record is used up */
static struct mock_recoverable *add_entry(struct mock_iommu *mi)
{
	struct mock_recoverables *r = &mi->recoverable;
	struct mock_recoverable *rec = entry_of(r, r->nr++);

	lockdep_assert_held(&mi->lock);
	leave_queue(r, rec);
	memset(rec, 0, sizeof(*rec));
	rec->ns = ktime_get_ns();
	rec->queued = r->put;
	rec->in_queue = r->put;
	rec->place = r->place;
	rec->fate = r->fate;
	r->in_queue += r->put;
	r->put = false;
	r->fate = NULL;
	return rec;
}

/**
 * mock_recoverable_reset() - the instance goes live: nothing has happened yet
 * @mi: the instance
 */
void mock_recoverable_reset(struct mock_iommu *mi)
{
	lockdep_assert_held(&mi->lock);
	memset(&mi->recoverable, 0, sizeof(mi->recoverable));
}

/**
 * mock_recoverable_put() - the record of a page request or a stall is in its queue
 * @mi: the instance
 * @place: where
 *
 * Called by the model while it is at that request.
 */
void mock_recoverable_put(struct mock_iommu *mi, u32 place)
{
	mi->recoverable.put = true;
	mi->recoverable.place = place;
}

/**
 * mock_recoverable_fate() - why there is no record in a queue
 * @mi: the instance
 * @fate: the reason, constant text
 *
 * Called by the model while it is at that request.
 */
void mock_recoverable_fate(struct mock_iommu *mi, const char *fate)
{
	mi->recoverable.fate = fate;
}

/**
 * mock_recoverable_head() - software has moved the head of a queue
 * @mi: the instance
 * @stalls: it is the queue that records of stalls are in, not that of page requests
 * @head: the place that it looks at next
 * @tail: the place that the unit uses next
 * @mask: of the bits that such a place has
 */
void mock_recoverable_head(struct mock_iommu *mi, bool stalls, u32 head,
			   u32 tail, u32 mask)
{
	struct mock_recoverables *r = &mi->recoverable;
	u64 i;

	if (!r->in_queue)
		return;
	for (i = first_number(r); i < r->nr; i++) {
		struct mock_recoverable *rec = entry_of(r, i);

		if (!rec->in_queue || rec->stall != stalls ||
		    !mock_place_taken(rec->place, head, tail, mask))
			continue;
		leave_queue(r, rec);
		add_step(mi, rec, MOCK_STEP_TAKEN, NULL, false);
	}
}

/**
 * mock_recoverable_queue_gone() - a queue was set up anew, nobody takes what was there
 * @mi: the instance
 * @stalls: it is the queue that records of stalls are in, not that of page requests
 */
void mock_recoverable_queue_gone(struct mock_iommu *mi, bool stalls)
{
	struct mock_recoverables *r = &mi->recoverable;
	u64 i;

	if (!r->in_queue)
		return;
	for (i = first_number(r); i < r->nr; i++)
		if (entry_of(r, i)->stall == stalls)
			leave_queue(r, entry_of(r, i));
}

/**
 * mock_recoverable_ending() - stalled requests are ended, not answered, from now on
 * @mi: the instance
 * @why: why, constant text; %NULL: they are answered again
 */
void mock_recoverable_ending(struct mock_iommu *mi, const char *why)
{
	mi->recoverable.ending = why;
}

/**
 * mock_recoverable_asks() - the model gets a page request next
 * @mi: the instance
 *
 * What it answers until mock_recoverable_asked(), it answers by itself.
 */
void mock_recoverable_asks(struct mock_iommu *mi)
{
	struct mock_recoverables *r = &mi->recoverable;

	r->asking = true;
	r->answered = false;
	r->put = false;
	r->fate = NULL;
}

static bool same_group(const struct mock_recoverable *rec, u32 sid, u16 prgi)
{
	return !rec->stall && rec->sid == sid && rec->group == prgi;
}

static void complete_group(struct mock_iommu *mi, const struct mock_recoverable *last)
{
	struct mock_recoverables *r = &mi->recoverable;
	u64 i;

	for (i = first_number(r); i < r->nr; i++) {
		struct mock_recoverable *rec = entry_of(r, i);

		if (same_group(rec, last->sid, last->group) && !rec->last &&
		    rec->pasid_valid == last->pasid_valid &&
		    rec->pasid == last->pasid)
			add_step(mi, rec, MOCK_STEP_COMPLETE, NULL, false);
	}
}

static const char *code_name(u8 code)
{
	switch (code) {
	case MOCK_PAGE_SUCCESS:
		return "success";
	case MOCK_PAGE_INVALID:
		return "invalid";
	default:
		return "failure";
	}
}

static bool is_of_group(const struct mock_recoverable *rec,
			const struct mock_page_answer *answer)
{
	return same_group(rec, answer->sid, answer->prgi) &&
	       (!answer->pasid_valid || rec->pasid == answer->pasid);
}

/* The group whose last request is that before @end, if there was one */
static void answer_group(struct mock_iommu *mi, const struct mock_page_answer *answer,
			 u64 end, bool by_unit)
{
	struct mock_recoverables *r = &mi->recoverable;
	u64 i;

	for (i = end; i > first_number(r); i--) {
		struct mock_recoverable *rec = entry_of(r, i - 1);

		if (!is_of_group(rec, answer))
			continue;
		if (i < end && rec->last)
			break;
		add_step(mi, rec, MOCK_STEP_ANSWERED, code_name(answer->code), by_unit);
	}
}

/*
 * Which one software answers: the newest complete group that waits, because a device
 * which uses an index again waits for nothing else that had it. What was given up may
 * be answered late, which is not to be taken for an answer to what waits.
 */
static u64 end_of_group(struct mock_recoverables *r,
			const struct mock_page_answer *answer)
{
	u64 i, late = 0;

	for (i = r->nr; i > first_number(r); i--) {
		const struct mock_recoverable *rec = entry_of(r, i - 1);

		if (!rec->last || !is_of_group(rec, answer))
			continue;
		if (mock_recoverable_waits(rec))
			return i;
		if (!late && has_step(rec, MOCK_STEP_GIVEN_UP) &&
		    !has_step(rec, MOCK_STEP_ANSWERED))
			late = i;
	}
	return late ?: r->nr;
}

/**
 * mock_recoverable_asked() - a page request was sent
 * @mi: the instance
 * @preq: the request
 * @ret: what &mock_model.page_request returned
 */
void mock_recoverable_asked(struct mock_iommu *mi,
			    const struct mock_page_request *preq, int ret)
{
	struct mock_recoverables *r = &mi->recoverable;
	struct mock_recoverable *rec;

	if (ret && !r->fate)
		r->fate = ret == -ENOSPC ? "not queued, the queue has overflowed" :
					   "refused";
	rec = add_entry(mi);
	rec->addr = preq->addr;
	rec->sid = preq->sid;
	rec->pasid = preq->pasid;
	rec->pasid_valid = preq->pasid_valid;
	rec->group = preq->prgi;
	rec->read = preq->read;
	rec->write = preq->write;
	rec->exec = preq->exec;
	rec->priv = preq->priv;
	rec->last = preq->last;
	if (trace_mock_recoverable_enabled())
		trace_step(mi, rec, NULL);
	if (rec->last)
		complete_group(mi, rec);
	r->asking = false;
	/* The unit answers the group of the request that came now */
	if (r->answered)
		answer_group(mi, &r->answer, r->nr, true);
}

/**
 * mock_recoverable_answered() - a response to page requests is sent
 * @mi: the instance
 * @answer: the response
 */
void mock_recoverable_answered(struct mock_iommu *mi,
			       const struct mock_page_answer *answer)
{
	struct mock_recoverables *r = &mi->recoverable;

	/* To a request that is noted after it */
	if (r->asking) {
		r->answer = *answer;
		r->answered = true;
		return;
	}
	answer_group(mi, answer, end_of_group(r, answer), false);
}

/**
 * mock_recoverable_stalled() - a request was stalled
 * @mi: the instance
 * @req: the request
 * @tag: the model's name for it
 */
void mock_recoverable_stalled(struct mock_iommu *mi, const struct mock_req *req,
			      u16 tag)
{
	struct mock_recoverable *rec = add_entry(mi);

	rec->stall = true;
	rec->addr = req->addr;
	rec->sid = req->sid;
	rec->pasid = req->pasid;
	rec->pasid_valid = req->pasid_valid;
	rec->group = tag;
	rec->read = !req->write;
	rec->write = req->write;
	rec->exec = req->exec;
	rec->priv = req->priv;
	if (trace_mock_recoverable_enabled())
		trace_step(mi, rec, NULL);
}

/* The newest one with that tag, which is not answered */
static struct mock_recoverable *find_stall(struct mock_recoverables *r, u32 sid,
					   u16 tag)
{
	u64 i;

	for (i = r->nr; i > first_number(r); i--) {
		struct mock_recoverable *rec = entry_of(r, i - 1);

		if (rec->stall && rec->sid == sid && rec->group == tag &&
		    !has_step(rec, MOCK_STEP_RESUMED))
			return rec;
	}
	return NULL;
}

static const char *stall_name(u8 how)
{
	switch (how) {
	case MOCK_STALL_RETRY:
		return "retry";
	case MOCK_STALL_ABORT:
		return "abort";
	default:
		return "terminate, the endpoint is not told";
	}
}

/**
 * mock_recoverable_resumed() - it is decided what becomes of a stalled request
 * @mi: the instance
 * @sid: whose it is
 * @tag: its tag
 * @how: &enum mock_stall
 *
 * What has no record waits for the unit alone, so nobody else can have decided.
 */
void mock_recoverable_resumed(struct mock_iommu *mi, u32 sid, u16 tag, u8 how)
{
	struct mock_recoverables *r = &mi->recoverable;
	struct mock_recoverable *rec = find_stall(r, sid, tag);

	if (!rec)
		return;
	if (r->ending)
		add_step(mi, rec, MOCK_STEP_GIVEN_UP, r->ending, false);
	else
		add_step(mi, rec, MOCK_STEP_RESUMED, stall_name(how), !rec->queued);
}

/**
 * mock_recoverable_waits() - is the answer to come still?
 * @rec: the fault
 *
 * Return: it is, and somebody waits for it
 */
bool mock_recoverable_waits(const struct mock_recoverable *rec)
{
	if (has_step(rec, MOCK_STEP_GIVEN_UP))
		return false;
	if (rec->stall)
		return !has_step(rec, MOCK_STEP_RESUMED);
	/* What asks for nothing is not answered */
	return rec->queued && (rec->read || rec->write) &&
	       !has_step(rec, MOCK_STEP_ANSWERED);
}

/**
 * mock_again_begin() - the latest fault's access is to be tried again
 * @ep: the endpoint
 * @req: the access
 */
void mock_again_begin(struct mock_endpoint *ep, const struct mock_req *req)
{
	lockdep_assert_held(&ep->mi->lock);
	ep->again[req->write] = (struct mock_again){
		.due = true,
		.number = ep->mi->recoverable.nr - 1,
		.addr = req->addr,
	};
}

/**
 * mock_again_forget() - an access is not to be tried again, as the answer has told
 * @ep: the endpoint
 * @write: the access is a write
 */
void mock_again_forget(struct mock_endpoint *ep, bool write)
{
	lockdep_assert_held(&ep->mi->lock);
	ep->again[write].due = false;
}

/* %NULL if it is not remembered any more */
static struct mock_recoverable *again_entry(struct mock_iommu *mi,
					    const struct mock_again *again)
{
	struct mock_recoverables *r = &mi->recoverable;

	if (again->number < first_number(r) || again->number >= r->nr)
		return NULL;
	return entry_of(r, again->number);
}

/**
 * mock_again_give_up() - an access will not be tried again
 * @ep: the endpoint
 * @write: the access is a write
 * @why: why, constant text
 */
void mock_again_give_up(struct mock_endpoint *ep, bool write, const char *why)
{
	struct mock_again *again = &ep->again[write];
	struct mock_recoverable *rec;

	lockdep_assert_held(&ep->mi->lock);
	rec = again->due ? again_entry(ep->mi, again) : NULL;
	again->due = false;
	if (rec)
		add_step(ep->mi, rec, MOCK_STEP_GIVEN_UP, why, false);
}

/**
 * mock_again_end() - a transfer has ended before its end
 * @ep: the endpoint
 */
void mock_again_end(struct mock_endpoint *ep)
{
	const char *why = ep->stop ? "the endpoint was reset" :
				     "the transfer has failed";

	mock_again_give_up(ep, false, why);
	mock_again_give_up(ep, true, why);
}

/**
 * mock_again_take() - an access is made
 * @ep: the endpoint
 * @addr: its address
 * @write: it is a write
 *
 * Return: what the access is another try of, for mock_again_tried()
 */
struct mock_again mock_again_take(struct mock_endpoint *ep, u64 addr, bool write)
{
	struct mock_again *due = &ep->again[write];
	struct mock_again again = {};

	if (likely(!due->due) || due->addr != addr)
		return again;
	again = *due;
	due->due = false;
	return again;
}

/**
 * mock_again_tried() - an access was made
 * @ep: the endpoint
 * @again: what mock_again_take() has returned
 * @ret: what came of it: 0, -EAGAIN or -EINPROGRESS for another fault, -ENODATA if
 *	it was terminated without the endpoint being told, or another errno
 */
void mock_again_tried(struct mock_endpoint *ep, const struct mock_again *again,
		      int ret)
{
	struct mock_recoverable *rec;
	const char *how;

	if (likely(!again->due))
		return;
	switch (ret) {
	case 0:
		how = "done";
		break;
	case -EAGAIN:
	case -EINPROGRESS:
		how = "another request";
		break;
	case -ENODATA:
		how = "terminated, the endpoint is not told";
		break;
	default:
		how = "faulted";
		break;
	}
	rec = again_entry(ep->mi, again);
	if (rec)
		add_step(ep->mi, rec, MOCK_STEP_TRIED, how, false);
}
