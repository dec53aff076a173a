// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page requests of a device: whom they are given to, and how many it may have
 *
 * The core gives a group of requests to the handler of the domain that it knows to be
 * attached. It believes every driver that asks only about PASIDs that have a handler,
 * and only while the device is in its queue. So the driver knows by itself, and keeps for
 * each PASID one of these in struct vtd_iopf @pasids:
 *
 * nothing	Nobody is asked: requests are invalid.
 * VTD_ASK	The core is asked.
 * VTD_LATER	Another domain is being attached: the device is to ask again.
 * a handle	The core is asked, as soon as it knows the attachment by another handle.
 *
 * The requests of a group stay here until the last one has come, and are given to the
 * core all at once. So an overflow of the queue, or the end of a PASID, takes back no
 * more than what it concerns, and a device that completes no group costs only the room
 * that it was given.
 */
#include <kunit/static_stub.h>
#include <linux/device.h>
#include <linux/slab.h>

#include "../../nested/attach_handle.h"
#include "intel_nested.h"
#include "trace.h"

#define VTD_ASK		xa_mk_value(0)
#define VTD_LATER	xa_mk_value(1)

/**
 * vtd_iopf_join - have the core know that a device makes page requests
 * @edev: the device
 *
 * Return: 0, -EBUSY or -ENOMEM
 */
int vtd_iopf_join(struct vtd_device *edev)
{
	KUNIT_STATIC_STUB_REDIRECT(vtd_iopf_join, edev);
	return iopf_queue_add_device(edev->unit->prq.iopf, edev->dev);
}

/**
 * vtd_iopf_leave - undo vtd_iopf_join()
 * @edev: the device
 *
 * The core answers what nobody has taken from it yet.
 */
void vtd_iopf_leave(struct vtd_device *edev)
{
	KUNIT_STATIC_STUB_REDIRECT(vtd_iopf_leave, edev);
	iopf_queue_remove_device(edev->unit->prq.iopf, edev->dev);
}

/**
 * vtd_iopf_report - give a page request to the core
 * @edev: the device that has made it
 * @event: the request
 *
 * The core answers the last one of a group if nobody else does.
 */
void vtd_iopf_report(struct vtd_device *edev, struct iopf_fault *event)
{
	KUNIT_STATIC_STUB_REDIRECT(vtd_iopf_report, edev, event);
	iommu_report_device_fault(edev->dev, event);
}

/**
 * vtd_iopf_handle - by which handle the core knows an attachment
 * @edev: the device
 * @pasid: the PASID
 *
 * Return: as iommu_handle_now()
 */
struct iommu_attach_handle *vtd_iopf_handle(struct vtd_device *edev, u32 pasid)
{
	KUNIT_STATIC_STUB_REDIRECT(vtd_iopf_handle, edev, pasid);
	return iommu_handle_now(edev->dev, pasid);
}

/**
 * vtd_iopf_init - a device makes no page requests yet
 * @edev: the device
 */
void vtd_iopf_init(struct vtd_device *edev)
{
	mutex_init(&edev->iopf.lock);
	spin_lock_init(&edev->iopf.count_lock);
	xa_init(&edev->iopf.pasids);
}

/**
 * vtd_iopf_free - free what a device has for its page requests
 * @edev: the device, for which no answer comes any more
 */
void vtd_iopf_free(struct vtd_device *edev)
{
	xa_destroy(&edev->iopf.pasids);
	kvfree(edev->iopf.partial);
	kvfree(edev->iopf.groups);
}

static int vtd_iopf_alloc(struct vtd_iopf *iopf)
{
	if (!iopf->partial)
		iopf->partial = kvzalloc_objs(*iopf->partial, iopf->most,
					      GFP_KERNEL_ACCOUNT);
	if (!iopf->groups)
		iopf->groups = kvzalloc_objs(*iopf->groups, VTD_PREQ_GROUPS,
					     GFP_KERNEL_ACCOUNT);
	return iopf->partial && iopf->groups ? 0 : -ENOMEM;
}

static int vtd_iopf_enqueue(struct vtd_device *edev)
{
	struct vtd_iopf *iopf = &edev->iopf;
	int ret;

	lockdep_assert_held(&iopf->lock);

	if (iopf->queued)
		return 0;
	ret = vtd_iopf_alloc(iopf);
	if (!ret)
		ret = vtd_iopf_join(edev);
	iopf->queued = !ret;
	return ret;
}

static void vtd_iopf_dequeue(struct vtd_device *edev)
{
	struct vtd_iopf *iopf = &edev->iopf;

	lockdep_assert_held(&iopf->lock);

	if (!iopf->queued || !xa_empty(&iopf->pasids))
		return;
	vtd_iopf_leave(edev);
	iopf->queued = false;
}

/* Forget incomplete groups: all, those of a PASID, or the one that @req is of */
static void vtd_iopf_forget(struct vtd_iopf *iopf, const u32 *pasid,
			    const struct vtd_preq *req)
{
	unsigned int i, nr = 0;

	lockdep_assert_held(&iopf->lock);

	for (i = 0; i < iopf->nr_partial; i++) {
		const struct vtd_preq *cur = &iopf->partial[i];

		if ((pasid && cur->pasid != *pasid) ||
		    (req && !vtd_preq_same_group(cur, req)))
			iopf->partial[nr++] = *cur;
	}
	iopf->nr_partial = nr;
}

/**
 * vtd_iopf_prepare - another domain is going to be attached to a PASID
 * @edev: the device
 * @pasid: the PASID, IOMMU_NO_PASID for requests without
 * @domain: the domain, %NULL for none, which cannot fail
 * @change: filled in for vtd_iopf_finish() or vtd_iopf_undo(), one of which follows
 *
 * Context: process context, nobody else changes this device's PASIDs.
 * Return: 0; -ENODEV if the domain has a handler and the device makes no page requests,
 * or -ENOMEM
 */
int vtd_iopf_prepare(struct vtd_device *edev, u32 pasid,
		     const struct iommu_domain *domain,
		     struct vtd_iopf_change *change)
{
	bool wants = domain && domain->iopf_handler;
	struct vtd_iopf *iopf = &edev->iopf;
	int ret = 0;

	*change = (struct vtd_iopf_change) {};
	if (wants && !edev->pri)
		return -ENODEV;
	guard(mutex)(&iopf->lock);

	change->was = xa_load(&iopf->pasids, pasid);
	change->any = wants || change->was;
	if (!change->any)
		return 0;
	if (!domain) {
		/* It had a place: this needs no memory */
		xa_erase(&iopf->pasids, pasid);
	} else {
		if (wants)
			ret = vtd_iopf_enqueue(edev);
		ret = ret ?: xa_err(xa_store(&iopf->pasids, pasid, VTD_LATER,
					     GFP_KERNEL_ACCOUNT));
		if (ret) {
			vtd_iopf_dequeue(edev);
			return ret;
		}
	}
	vtd_iopf_forget(iopf, &pasid, NULL);
	return 0;
}

/**
 * vtd_iopf_finish - another domain was attached to a PASID
 * @edev: the device
 * @pasid: the PASID
 * @domain: the domain, %NULL for none
 * @old: what was attached before, which the hardware has forgotten; or %NULL
 * @change: of vtd_iopf_prepare()
 *
 * When it returns nobody is asked any more about requests for what was attached before.
 * What is unanswered of these is answered by whoever was asked.
 *
 * Context: process context, nobody else changes this device's PASIDs.
 */
void vtd_iopf_finish(struct vtd_device *edev, u32 pasid,
		     const struct iommu_domain *domain,
		     const struct vtd_attach *old,
		     const struct vtd_iopf_change *change)
{
	struct vtd_iopf *iopf = &edev->iopf;
	struct iommu_attach_handle *now;

	if (!change->any)
		return;
	if (change->was && old)
		vtd_prq_drain(old);
	guard(mutex)(&iopf->lock);

	if (domain && domain->iopf_handler) {
		/* The caller has the group's mutex: this handle is not freed */
		now = vtd_iopf_handle(edev, pasid);
		/* It has its place: this needs no memory */
		xa_store(&iopf->pasids, pasid,
			 now && now->domain != domain ? (void *)now : VTD_ASK,
			 GFP_KERNEL);
		return;
	}
	xa_erase(&iopf->pasids, pasid);
	vtd_iopf_dequeue(edev);
}

/**
 * vtd_iopf_undo - what was attached to a PASID before still is
 * @edev: the device
 * @pasid: the PASID
 * @change: of vtd_iopf_prepare()
 *
 * Context: process context, nobody else changes this device's PASIDs.
 */
void vtd_iopf_undo(struct vtd_device *edev, u32 pasid,
		   const struct vtd_iopf_change *change)
{
	struct vtd_iopf *iopf = &edev->iopf;

	if (!change->any)
		return;
	guard(mutex)(&iopf->lock);

	if (change->was) {
		xa_store(&iopf->pasids, pasid, change->was, GFP_KERNEL);
		return;
	}
	xa_erase(&iopf->pasids, pasid);
	vtd_iopf_dequeue(edev);
}

/**
 * vtd_iopf_exit - nobody is asked about page requests of a device any more
 * @edev: the device, which is blocked and leaves
 *
 * Context: process context.
 */
void vtd_iopf_exit(struct vtd_device *edev)
{
	struct vtd_iopf *iopf = &edev->iopf;
	unsigned long pasid;
	void *state;

	guard(mutex)(&iopf->lock);

	xa_for_each(&iopf->pasids, pasid, state)
		xa_erase(&iopf->pasids, pasid);
	vtd_iopf_forget(iopf, NULL, NULL);
	vtd_iopf_dequeue(edev);
}

/* May the core be asked? */
static enum vtd_preq_fate vtd_iopf_whom(struct vtd_device *edev,
					const struct vtd_preq *req)
{
	void *state = xa_load(&edev->iopf.pasids, req->pasid);
	struct iommu_attach_handle *now;

	lockdep_assert_held(&edev->iopf.lock);

	if (!state)
		return VTD_PREQ_REFUSE;
	if (state == VTD_LATER)
		return VTD_PREQ_AGAIN;
	now = vtd_iopf_handle(edev, req->pasid);
	if (!now || now == state)
		return VTD_PREQ_AGAIN;
	return VTD_PREQ_TAKE;
}

/* More than the device was given? Only itself is to suffer from that. */
static bool vtd_iopf_has_most(struct vtd_iopf *iopf)
{
	guard(spinlock)(&iopf->count_lock);
	return iopf->outstanding + iopf->nr_partial >= iopf->most;
}

/* Returns the number of the group, of @nr requests */
static u64 vtd_iopf_count(struct vtd_iopf *iopf, u16 prgi, unsigned int nr)
{
	guard(spinlock)(&iopf->count_lock);
	iopf->outstanding += nr;
	iopf->groups[prgi] = (struct vtd_iopf_group) {
		.at = ktime_get(),
		.seq = ++iopf->seq,
	};
	return iopf->seq;
}

/*
 * The last request of a group: what had its index before and was not answered, or has an
 * answer that the unit has not got, is nothing that the device waits for any more. The
 * index alone tells a group from the others of its function, whatever their PASIDs are:
 * an answer may have to have none (PCIe 10.5.2.3, "PRG Response PASID Required").
 */
static void vtd_iopf_supersede(struct vtd_device *edev, const struct vtd_preq *last)
{
	struct vtd_iopf *iopf = &edev->iopf;

	scoped_guard(spinlock, &iopf->count_lock)
		if (iopf->groups)
			iopf->groups[last->prgi].seq = 0;
	vtd_answers_forget(edev->unit, last->sid, last->prgi);
}

/* Somebody answers a group. Is it one that the device waits for, and for how many us? */
static bool vtd_iopf_uncount(struct vtd_iopf *iopf, u16 prgi, u64 seq,
			     unsigned int nr, s64 *us)
{
	struct vtd_iopf_group *group = &iopf->groups[prgi];

	guard(spinlock)(&iopf->count_lock);
	iopf->outstanding -= nr;
	if (group->seq != seq)
		return false;
	group->seq = 0;
	*us = ktime_us_delta(ktime_get(), group->at);
	return true;
}

static void vtd_iopf_event(const struct vtd_preq *req, struct iopf_fault *event)
{
	*event = (struct iopf_fault) {
		.fault.type = IOMMU_FAULT_PAGE_REQ,
		.fault.prm.addr = req->addr,
		.fault.prm.pasid = req->pasid,
		.fault.prm.grpid = req->prgi,
		.fault.prm.perm = req->perm,
		.fault.prm.flags =
			(req->last ? IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE : 0) |
			(req->pasid_valid ? IOMMU_FAULT_PAGE_REQUEST_PASID_VALID :
					    0),
	};
}

/*
 * Give a group to the core, which answers it if nobody else does. What is private in a
 * request comes back with the answer, and is seen by nobody else.
 */
static void vtd_iopf_give(struct vtd_device *edev, const struct vtd_preq *last)
{
	struct vtd_iopf *iopf = &edev->iopf;
	struct iopf_fault event;
	unsigned int i, nr = 1;
	u64 seq;

	for (i = 0; i < iopf->nr_partial; i++)
		nr += vtd_preq_same_group(&iopf->partial[i], last);
	seq = vtd_iopf_count(iopf, last->prgi, nr);
	atomic64_inc(&edev->unit->prq.groups);
	trace_vtd_page_group(edev->unit->dev, last, nr);

	for (i = 0; i < iopf->nr_partial; i++) {
		if (!vtd_preq_same_group(&iopf->partial[i], last))
			continue;
		vtd_iopf_event(&iopf->partial[i], &event);
		/* Without memory for it the device asks for that page again */
		vtd_iopf_report(edev, &event);
	}
	vtd_iopf_forget(iopf, NULL, last);
	vtd_iopf_event(last, &event);
	event.fault.prm.private_data[0] = seq;
	event.fault.prm.private_data[1] = nr;
	vtd_iopf_report(edev, &event);
}

/**
 * vtd_iopf_take - take a page request of a device
 * @edev: the device
 * @req: the request, which can be right
 *
 * What a device has outstanding is no more than it was given: a device that does not keep
 * to that gets its answer at once. If it uses the index of a group again that is not
 * answered yet then it was reset, or is broken: it waits for the new group alone, and the
 * answer to the old one, which still counts, is kept from it.
 *
 * Context: process context, in a read-side section of the unit's @srcu.
 * Return: VTD_PREQ_TAKE if nothing is to be done with it any more; else what is to
 * become of it
 */
enum vtd_preq_fate vtd_iopf_take(struct vtd_device *edev,
				 const struct vtd_preq *req)
{
	struct vtd_iopf *iopf = &edev->iopf;
	enum vtd_preq_fate fate;

	guard(mutex)(&iopf->lock);

	if (req->last)
		vtd_iopf_supersede(edev, req);
	fate = vtd_iopf_whom(edev, req);
	if (fate == VTD_PREQ_TAKE && vtd_iopf_has_most(iopf)) {
		atomic64_inc(&edev->unit->prq.excess);
		fate = VTD_PREQ_REFUSE;
	}
	if (fate != VTD_PREQ_TAKE)
		vtd_iopf_forget(iopf, NULL, req);
	else if (!req->last)
		iopf->partial[iopf->nr_partial++] = *req;
	else
		vtd_iopf_give(edev, req);
	return fate;
}

/**
 * vtd_iopf_refused - the last request of a group cannot be right
 * @edev: the device that has made it
 * @req: the request, which is answered with "invalid": so is its whole group
 *
 * Context: process context, in a read-side section of the unit's @srcu.
 */
void vtd_iopf_refused(struct vtd_device *edev, const struct vtd_preq *req)
{
	guard(mutex)(&edev->iopf.lock);
	vtd_iopf_supersede(edev, req);
	vtd_iopf_forget(&edev->iopf, NULL, req);
}

/**
 * vtd_iopf_abandon - a device waits for nothing any more that it has asked for
 * @edev: the device, a function that is being reset
 *
 * The core goes on with its handlers, whose answers come too late.
 *
 * Context: any.
 */
void vtd_iopf_abandon(struct vtd_device *edev)
{
	struct vtd_iopf *iopf = &edev->iopf;
	unsigned int i;

	scoped_guard(spinlock, &iopf->count_lock)
		for (i = 0; iopf->groups && i < VTD_PREQ_GROUPS; i++)
			iopf->groups[i].seq = 0;
	vtd_answers_forget(edev->unit, edev->sid, VTD_PREQ_ALL);
}

/**
 * vtd_iopf_discard - the last request of any group may have been lost
 * @unit: the unit, whose queue has overflowed
 *
 * The unit has answered these (7.5). The devices ask again for what is missing.
 *
 * Context: process context, in a read-side section of the unit's @srcu.
 */
void vtd_iopf_discard(struct vtd_unit *unit)
{
	struct vtd_device *edev;
	unsigned long sid;

	xa_for_each(&unit->devices, sid, edev) {
		guard(mutex)(&edev->iopf.lock);
		vtd_iopf_forget(&edev->iopf, NULL, NULL);
	}
}

static u8 vtd_page_code(u32 code)
{
	switch (code) {
	case IOMMU_PAGE_RESP_SUCCESS:
		return VTD_PGRP_SUCCESS;
	case IOMMU_PAGE_RESP_INVALID:
		return VTD_PGRP_INVALID;
	default:
		return VTD_PGRP_FAILURE;
	}
}

/**
 * vtd_iopf_answer - somebody answers a group of page requests
 * @edev: the device that has made them
 * @prm: the last one of the group, as it was given to the core
 * @code: IOMMU_PAGE_RESP_*
 *
 * Context: process context, in a read-side section of the unit's @srcu.
 */
void vtd_iopf_answer(struct vtd_device *edev,
		     const struct iommu_fault_page_request *prm, u32 code)
{
	const struct vtd_preq req = {
		.addr = prm->addr,
		.pasid = prm->pasid,
		.sid = edev->sid,
		.prgi = prm->grpid,
		.pasid_valid = prm->flags & IOMMU_FAULT_PAGE_REQUEST_PASID_VALID,
		.last = true,
	};
	struct cmd_words answer = vtd_preq_answer(&req, vtd_page_code(code));
	struct vtd_unit *unit = edev->unit;
	struct vtd_flight flight;
	s64 us;

	vtd_answer_begin(unit, &flight, &answer, 1);
	if (vtd_iopf_uncount(&edev->iopf, req.prgi, prm->private_data[0],
			     prm->private_data[1], &us)) {
		trace_vtd_page_answer(unit->dev, &req, vtd_page_code(code), us);
		atomic64_inc(&unit->prq.answers);
		if (!vtd_device_unplugged(edev))
			vtd_answer_give(unit, &flight);
	}
	vtd_answer_end(unit, &flight);
}

/**
 * vtd_page_response - the answer to a group of page requests
 * @dev: the device that has made them
 * @evt: the last request of the group
 * @msg: the answer
 *
 * Context: process context; the core's lock for the device is held.
 */
void vtd_page_response(struct device *dev, struct iopf_fault *evt,
		       struct iommu_page_response *msg)
{
	struct vtd_device *edev = dev_iommu_priv_get(dev);

	guard(srcu)(&edev->unit->srcu);
	vtd_iopf_answer(edev, &evt->fault.prm, msg->code);
}
