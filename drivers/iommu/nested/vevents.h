/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events on their way from a unit to a guest
 *
 * iommufd can keep the reporter of an event waiting as long as userspace wants, for
 * it makes a vEVENTQ with its lock held over a copy to userspace. So each vIOMMU has a
 * queue and a thread of work of its own, with no lock of the driver's and no
 * reference to what is attached: only events of this guest wait for it.
 *
 * Who finds the queue of a guest does so in a read-side section of an srcu_struct of
 * the driver's, and takes a reference. The last one to drop its reference has it freed
 * after a grace period.
 */
#ifndef __IOMMU_NESTED_VEVENTS_H
#define __IOMMU_NESTED_VEVENTS_H

#include <linux/jiffies.h>
#include <linux/kref.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

/* Events that wait for the work */
#define VEVENTS_MAX	64

/* How long the unit's events wait for a work that could go on */
#define VEVENTS_PATIENCE	msecs_to_jiffies(20)

/* Words of the longest record that a unit makes */
#define VEVENT_WORDS	4

/**
 * struct vevent - an event
 * @record: the unit's
 * @vid: what the guest calls the device
 */
struct vevent {
	u64 record[VEVENT_WORDS];
	u32 vid;
};

/**
 * struct vevents - events on their way to a guest
 * @ref: its vIOMMU, and threads that are about to add an event
 * @srcu: in a section of which it is found
 * @owner: the vIOMMU; the work alone may use it
 * @report: hands an event to iommufd, or sees to it that the host learns of it
 * @wq: runs @work
 * @work: calls @report
 * @rcu: frees it
 * @lock: protects the following
 * @room: woken when there is room
 * @closed: no event is taken any more, and the work is or will be done
 * @stuck: there was no room for long, and the work has not gone on since
 * @first: the oldest event
 * @nr: how many there are
 * @events: these
 */
struct vevents {
	struct kref ref;
	struct srcu_struct *srcu;
	void *owner;
	void (*report)(void *owner, const struct vevent *event);
	struct workqueue_struct *wq;
	struct work_struct work;
	struct rcu_head rcu;
	spinlock_t lock; /* see above */
	wait_queue_head_t room;
	bool closed;
	bool stuck;
	unsigned int first;
	unsigned int nr;
	struct vevent events[VEVENTS_MAX];
};

static inline bool vevents_get(struct vevents *q, struct vevent *event)
{
	guard(spinlock)(&q->lock);

	q->stuck = false;
	if (!q->nr)
		return false;
	*event = q->events[q->first];
	q->first = (q->first + 1) % VEVENTS_MAX;
	q->nr--;
	wake_up(&q->room);
	return true;
}

static inline void vevents_work(struct work_struct *work)
{
	struct vevents *q = container_of(work, struct vevents, work);
	struct vevent event;

	while (vevents_get(q, &event))
		q->report(q->owner, &event);
}

static inline bool vevents_has_room(struct vevents *q)
{
	guard(spinlock)(&q->lock);

	return q->nr < VEVENTS_MAX || q->stuck || q->closed;
}

static inline bool vevents_add(struct vevents *q, const struct vevent *event)
{
	guard(spinlock)(&q->lock);

	if (q->closed)
		return false;
	if (q->nr == VEVENTS_MAX) {
		q->stuck = true;
		return false;
	}
	q->events[(q->first + q->nr++) % VEVENTS_MAX] = *event;
	queue_work(q->wq, &q->work);
	return true;
}

/**
 * vevents_give - let a guest have an event
 * @q: the guest's queue
 * @event: the event
 *
 * Context: process context, without a lock, and in no read-side section: others wait a
 * moment for a guest that has many, but not again and again for one that keeps its
 * own waiting.
 * Return: true, when @report is called for it; or false if it cannot be taken
 */
static inline bool vevents_give(struct vevents *q, const struct vevent *event)
{
	wait_event_timeout(q->room, vevents_has_room(q), VEVENTS_PATIENCE);
	return vevents_add(q, event);
}

static inline void vevents_free(struct rcu_head *rcu)
{
	kfree(container_of(rcu, struct vevents, rcu));
}

static inline void vevents_release(struct kref *ref)
{
	struct vevents *q = container_of(ref, struct vevents, ref);

	call_srcu(q->srcu, &q->rcu, vevents_free);
}

/**
 * vevents_put - drop a reference
 * @q: the queue
 */
static inline void vevents_put(struct vevents *q)
{
	kref_put(&q->ref, vevents_release);
}

/**
 * vevents_new - be ready for the events of a guest
 * @name: of the thread
 * @srcu: in a section of which the queue is found
 * @owner: the vIOMMU
 * @report: see struct vevents
 *
 * Return: the queue, or NULL without memory
 */
static inline struct vevents *
vevents_new(const char *name, struct srcu_struct *srcu, void *owner,
	    void (*report)(void *owner, const struct vevent *event))
{
	struct vevents *q = kzalloc_obj(*q, GFP_KERNEL_ACCOUNT);

	if (!q)
		return NULL;
	q->wq = alloc_ordered_workqueue("%s", 0, name);
	if (!q->wq) {
		kfree(q);
		return NULL;
	}
	kref_init(&q->ref);
	q->srcu = srcu;
	q->owner = owner;
	q->report = report;
	INIT_WORK(&q->work, vevents_work);
	spin_lock_init(&q->lock);
	init_waitqueue_head(&q->room);
	return q;
}

/**
 * vevents_end - take no event any more, and report those that are left
 * @q: the queue, of whose vIOMMU nothing is attached
 *
 * Nobody makes a vEVENTQ of it any more, so that the work cannot be kept waiting.
 *
 * Context: process context.
 */
static inline void vevents_end(struct vevents *q)
{
	scoped_guard(spinlock, &q->lock)
		q->closed = true;
	wake_up(&q->room);
	destroy_workqueue(q->wq);
	vevents_put(q);
}

#endif /* __IOMMU_NESTED_VEVENTS_H */
