// SPDX-License-Identifier: GPL-2.0-only
/* Mock IOMMU: hardware that takes its time */
#include <kunit/static_stub.h>
#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/slab.h>

#include "core.h"
#include "endpoint.h"
#include "mock.h"

/**
 * struct slow_inv - a message that its endpoint has not answered yet
 * @node: in &mock_slow.invs
 * @ep: the endpoint, %NULL: there will be no answer
 * @msg: the message
 * @asker: which command queue it is from
 * @sent: when it was sent
 * @lost: the unit does not wait for the answer any more
 */
struct slow_inv {
	struct hlist_node node;
	struct mock_endpoint *ep;
	struct mock_atc_inv msg;
	u16 asker;
	ktime_t sent;
	bool lost;
};

static struct mock_iommu *slow_to_iommu(struct mock_slow *s)
{
	return container_of(s, struct mock_iommu, slow);
}

/**
 * mock_slow_now() - what time is it?
 *
 * Return: the time since boot
 */
ktime_t mock_slow_now(void)
{
	KUNIT_STATIC_STUB_REDIRECT(mock_slow_now);
	return ktime_get();
}

/**
 * mock_slow_set_timer() - something will come to pass
 * @mi: the instance
 * @when: at that time; it may be in the past
 *
 * Context: &mock_iommu.lock is held
 */
void mock_slow_set_timer(struct mock_iommu *mi, ktime_t when)
{
	struct mock_slow *s = &mi->slow;

	KUNIT_STATIC_STUB_REDIRECT(mock_slow_set_timer, mi, when);
	lockdep_assert_held(&mi->lock);
	if (!s->running || (s->armed && s->armed <= when))
		return;
	s->armed = when;
	hrtimer_start(&s->timer, when, HRTIMER_MODE_ABS_SOFT);
}

static void inv_end(struct slow_inv *inv)
{
	hlist_del(&inv->node);
	kfree(inv);
}

static void inv_lose(struct mock_iommu *mi, struct slow_inv *inv)
{
	inv->lost = true;
	mi->slow.asker = inv->asker;
	mock_model_devtlb_lost(mi, inv->msg.sid);
}

/* True if it is answered now. When that, or giving it up, is to come: the timer */
static bool inv_answered(struct mock_iommu *mi, const struct slow_inv *inv,
			 ktime_t now)
{
	ktime_t due;

	if (!inv->ep)
		return false;
	due = ktime_add_ms(inv->sent, inv->ep->inv_delay_ms);
	if (now < due) {
		mock_slow_set_timer(mi, due);
		return false;
	}
	mock_ep_atc_invalidate(inv->ep, inv->msg.pasid_valid, inv->msg.pasid,
			       inv->msg.all_pasids, inv->msg.addr, inv->msg.lg2);
	return true;
}

static bool inv_out_of_time(struct mock_iommu *mi, const struct slow_inv *inv,
			    ktime_t now)
{
	const u32 limit = mi->slow.devtlb_limit_ms;
	ktime_t end;

	/* Without a limit, what is never answered is not waited for at all */
	if (!limit)
		return !inv->ep;
	end = ktime_add_ms(inv->sent, limit);
	if (now >= end)
		return true;
	mock_slow_set_timer(mi, end);
	return false;
}

static void invs_settle(struct mock_iommu *mi)
{
	const ktime_t now = mock_slow_now();
	struct hlist_node *next;
	struct slow_inv *inv;

	hlist_for_each_entry_safe(inv, next, &mi->slow.invs, node) {
		if (inv_answered(mi, inv, now)) {
			inv_end(inv);
			continue;
		}
		if (!inv->lost && inv_out_of_time(mi, inv, now))
			inv_lose(mi, inv);
		if (inv->lost && !inv->ep)
			inv_end(inv);
	}
}

/**
 * mock_slow_changed() - time has gone by, or something was configured anew
 * @mi: the instance
 *
 * Context: &mock_iommu.lock is held
 */
void mock_slow_changed(struct mock_iommu *mi)
{
	lockdep_assert_held(&mi->lock);
	invs_settle(mi);
	mock_model_resume(mi);
}

static enum hrtimer_restart slow_timer(struct hrtimer *timer)
{
	struct mock_slow *s = container_of(timer, struct mock_slow, timer);
	struct mock_iommu *mi = slow_to_iommu(s);

	guard(spinlock_irqsave)(&mi->lock);
	s->armed = 0;
	if (s->running)
		mock_slow_changed(mi);
	return HRTIMER_NORESTART;
}

/**
 * mock_slow_poll() - software looks at the hardware with interrupts off
 * @mi: the instance
 *
 * On the only processor no timer tells then that time has gone by.
 *
 * Context: &mock_iommu.lock is held
 */
void mock_slow_poll(struct mock_iommu *mi)
{
	struct mock_slow *s = &mi->slow;

	lockdep_assert_held(&mi->lock);
	if (!s->running || !s->armed || mock_slow_now() < s->armed)
		return;
	s->armed = 0;
	mock_slow_changed(mi);
}

/**
 * mock_slow_init() - an instance is made
 * @mi: the instance
 */
void mock_slow_init(struct mock_iommu *mi)
{
	INIT_HLIST_HEAD(&mi->slow.invs);
	hrtimer_setup(&mi->slow.timer, slow_timer, CLOCK_MONOTONIC,
		      HRTIMER_MODE_ABS_SOFT);
}

/**
 * mock_slow_start() - the instance goes live, and is not slow
 * @mi: the instance
 *
 * Context: process, without locks
 */
void mock_slow_start(struct mock_iommu *mi)
{
	struct mock_slow *s = &mi->slow;

	guard(spinlock_irqsave)(&mi->lock);
	s->hold = MOCK_CMD_OTHER;
	s->passed = false;
	s->since = 0;
	s->sync_delay_ms = 0;
	s->devtlb_limit_ms = 0;
	s->armed = 0;
	s->running = true;
}

/**
 * mock_slow_stop() - undo mock_slow_start()
 * @mi: the instance; no driver uses it any more
 *
 * When it returns the timer does not run, and never will.
 *
 * Context: process, without locks
 */
void mock_slow_stop(struct mock_iommu *mi)
{
	struct mock_slow *s = &mi->slow;
	struct hlist_node *next;
	struct slow_inv *inv;

	scoped_guard(spinlock_irqsave, &mi->lock) {
		s->running = false;
		hlist_for_each_entry_safe(inv, next, &s->invs, node)
			inv_end(inv);
	}
	hrtimer_cancel(&s->timer);
}

/* The command at the head is looked at for the first time, or is held */
static bool slow_held(struct mock_slow *s, enum mock_cmd_kind kind)
{
	if (s->hold == MOCK_CMD_OTHER)
		return false;
	if (!s->hold_left)
		return true;
	return s->hold == kind && !--s->hold_left;
}

static bool slow_sync_ready(struct mock_iommu *mi)
{
	struct mock_slow *s = &mi->slow;
	ktime_t due;

	/* The timer runs for each of them */
	if (mock_slow_outstanding(mi, 0))
		return false;
	if (!s->since)
		s->since = mock_slow_now();
	due = ktime_add_ms(s->since, s->sync_delay_ms);
	if (mock_slow_now() >= due)
		return true;
	mock_slow_set_timer(mi, due);
	return false;
}

/**
 * mock_slow_ready() - may the command at the head of the queue be executed?
 * @mi: the instance
 * @kind: what the command is for
 *
 * If it may not, it stays where it is, and the model asks again when
 * &mock_model.resume is called. If it may, the next question is about the next
 * command.
 *
 * Context: &mock_iommu.lock is held
 * Return: it may
 */
bool mock_slow_ready(struct mock_iommu *mi, enum mock_cmd_kind kind)
{
	struct mock_slow *s = &mi->slow;

	lockdep_assert_held(&mi->lock);
	if (!s->running)
		return true;
	if (!s->passed && slow_held(s, kind))
		return false;
	s->passed = true;
	if (kind == MOCK_CMD_SYNC && !slow_sync_ready(mi))
		return false;
	s->passed = false;
	s->since = 0;
	return true;
}

/**
 * mock_slow_outstanding() - does a command queue wait for an answer?
 * @mi: the instance
 * @asker: the queue
 *
 * 0 is the unit's own, for which mock_slow_ready() asks. A model asks for any other, and
 * does so again when &mock_model.resume is called.
 *
 * Context: &mock_iommu.lock is held
 * Return: it does
 */
bool mock_slow_outstanding(struct mock_iommu *mi, u16 asker)
{
	const struct slow_inv *inv;

	lockdep_assert_held(&mi->lock);
	hlist_for_each_entry(inv, &mi->slow.invs, node)
		if (!inv->lost && inv->asker == asker)
			return true;
	return false;
}

/**
 * mock_slow_disown() - a command queue besides the unit's own was switched off
 * @mi: the instance
 * @asker: the queue: what it waits for, the unit's own waits for from now on
 *
 * Context: &mock_iommu.lock is held
 */
void mock_slow_disown(struct mock_iommu *mi, u16 asker)
{
	struct slow_inv *inv;

	lockdep_assert_held(&mi->lock);
	hlist_for_each_entry(inv, &mi->slow.invs, node)
		if (inv->asker == asker)
			inv->asker = 0;
}

/**
 * mock_slow_forget() - the queue was switched off
 * @mi: the instance
 *
 * The command that it stood in front of is gone, and with it the hold. Nobody
 * waits for endpoints any more; these do what they were told all the same.
 *
 * Context: &mock_iommu.lock is held
 */
void mock_slow_forget(struct mock_iommu *mi)
{
	struct mock_slow *s = &mi->slow;
	struct hlist_node *next;
	struct slow_inv *inv;

	lockdep_assert_held(&mi->lock);
	if (!s->hold_left)
		s->hold = MOCK_CMD_OTHER;
	s->passed = false;
	s->since = 0;
	hlist_for_each_entry_safe(inv, next, &s->invs, node) {
		inv->lost = true;
		if (!inv->ep)
			inv_end(inv);
	}
}

/**
 * mock_slow_hold() - let the queue stand still in front of a command
 * @mi: the instance
 * @kind: what the command is for; %MOCK_CMD_OTHER: do not
 * @nth: how many of that kind are to come until it, at least 1. One that the
 *	queue stands in front of now is let go, and does not count
 *
 * Context: &mock_iommu.lock is held
 */
void mock_slow_hold(struct mock_iommu *mi, enum mock_cmd_kind kind, u32 nth)
{
	struct mock_slow *s = &mi->slow;

	lockdep_assert_held(&mi->lock);
	if (s->hold != MOCK_CMD_OTHER && !s->hold_left)
		s->passed = true;
	s->hold = kind;
	s->hold_left = nth;
	mock_model_resume(mi);
}

/**
 * mock_slow_send() - send an invalidation message that is not answered at once
 * @mi: the instance
 * @ep: who answers it when its delay is over, %NULL: nobody will
 * @msg: the message
 *
 * Context: &mock_iommu.lock is held
 * Return: -EINPROGRESS; 0 when it is answered after all; -ETIMEDOUT when it never
 * will be
 */
int mock_slow_send(struct mock_iommu *mi, struct mock_endpoint *ep,
		   const struct mock_atc_inv *msg)
{
	struct mock_slow *s = &mi->slow;
	struct slow_inv *inv;
	ktime_t now;

	lockdep_assert_held(&mi->lock);
	inv = s->running && (ep || s->devtlb_limit_ms) ?
	      kzalloc_obj(*inv, GFP_ATOMIC) : NULL;
	if (!inv) {
		if (!ep)
			return -ETIMEDOUT;
		return mock_ep_atc_invalidate(ep, msg->pasid_valid, msg->pasid,
					      msg->all_pasids, msg->addr,
					      msg->lg2);
	}
	now = mock_slow_now();
	inv->ep = ep;
	inv->msg = *msg;
	inv->asker = s->asker;
	inv->sent = now;
	hlist_add_head(&inv->node, &s->invs);
	if (ep)
		mock_slow_set_timer(mi, ktime_add_ms(now, ep->inv_delay_ms));
	if (s->devtlb_limit_ms)
		mock_slow_set_timer(mi, ktime_add_ms(now, s->devtlb_limit_ms));
	return -EINPROGRESS;
}

/**
 * mock_slow_endpoint_gone() - an endpoint was unplugged
 * @ep: the endpoint: what it has not answered, it never will
 *
 * Context: &mock_iommu.lock is held
 */
void mock_slow_endpoint_gone(struct mock_endpoint *ep)
{
	struct mock_iommu *mi = ep->mi;
	struct slow_inv *inv;

	lockdep_assert_held(&mi->lock);
	hlist_for_each_entry(inv, &mi->slow.invs, node)
		if (inv->ep == ep)
			inv->ep = NULL;
	mock_slow_changed(mi);
}
