// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: requests of an endpoint that the IOMMU has stalled
 *
 * The endpoint has one DMA engine, so one request is stalled at a time. The
 * engine waits outside the instance's lock, for as long as it takes: a stall has
 * no time limit on hardware either. A reset ends the wait.
 */
#include <linux/lockdep.h>

#include "core.h"
#include "endpoint.h"

/**
 * mock_stall_begin() - a request was stalled
 * @ep: the endpoint
 * @req: the request
 * @tag: the model's name for it
 *
 * Context: &mock_iommu.lock is held
 */
void mock_stall_begin(struct mock_endpoint *ep, const struct mock_req *req,
		      u16 tag)
{
	lockdep_assert_held(&ep->mi->lock);
	ep->stall = (struct mock_ep_stall){
		.tag = tag,
		.addr = req->addr,
		.write = req->write,
		.waiting = true,
	};
	mock_recoverable_stalled(ep->mi, req, tag);
	mock_again_begin(ep, req);
}

/**
 * mock_stall_wait() - wait until it is known what becomes of a stalled request
 * @ep: the endpoint
 *
 * Context: process context, sleeps
 * Return: 0: try again; -EFAULT: it was aborted; -ENODATA: it was terminated
 * without the endpoint being told; -ESHUTDOWN: the endpoint is reset
 */
int mock_stall_wait(struct mock_endpoint *ep)
{
	struct mock_ep_stall *stall = &ep->stall;

	wait_event_idle(ep->wait, READ_ONCE(stall->resumed) ||
			READ_ONCE(ep->stop));

	guard(spinlock_irqsave)(&ep->mi->lock);
	stall->waiting = false;
	if (ep->stop) {
		if (!stall->resumed)
			mock_model_stall_gone(ep->mi, ep->config.sid,
					      stall->tag);
		return -ESHUTDOWN;
	}
	if (stall->how != MOCK_STALL_RETRY)
		mock_again_forget(ep, stall->write);
	switch (stall->how) {
	case MOCK_STALL_RETRY:
		return 0;
	case MOCK_STALL_IGNORE:
		return -ENODATA;
	default:
		return -EFAULT;
	}
}

static bool stall_pending(const struct mock_endpoint *ep)
{
	return ep->stall.waiting && !ep->stall.resumed;
}

/**
 * mock_ep_stall_resume() - the IOMMU decides about a stalled request
 * @ep: the endpoint
 * @how: what becomes of it
 *
 * Context: &mock_iommu.lock is held
 * Return: the endpoint had one
 */
bool mock_ep_stall_resume(struct mock_endpoint *ep, enum mock_stall how)
{
	lockdep_assert_held(&ep->mi->lock);
	if (!stall_pending(ep))
		return false;
	mock_recoverable_resumed(ep->mi, ep->config.sid, ep->stall.tag, how);
	ep->stall.how = how;
	WRITE_ONCE(ep->stall.resumed, true);
	wake_up_all(&ep->wait);
	return true;
}

/**
 * mock_stall_pending() - is a tag that of a stalled request?
 * @mi: the instance
 * @tag: the tag
 *
 * Context: &mock_iommu.lock is held
 * Return: it is, and may not be given to another one
 */
bool mock_stall_pending(struct mock_iommu *mi, u16 tag)
{
	struct mock_ep_item *item;

	lockdep_assert_held(&mi->lock);
	list_for_each_entry(item, &mock_to_instance(mi)->endpoints, list)
		if (stall_pending(&item->ep) && item->ep.stall.tag == tag)
			return true;
	return false;
}

/**
 * mock_stall_resume() - decide about a stalled request
 * @mi: the instance
 * @sid: whose it is
 * @tag: its tag
 * @how: what becomes of it
 *
 * Context: &mock_iommu.lock is held
 * Return: there was such a request
 */
bool mock_stall_resume(struct mock_iommu *mi, u32 sid, u16 tag,
		       enum mock_stall how)
{
	struct mock_endpoint *ep = mock_instance_endpoint(mi, sid);

	if (ep && ep->stall.tag == tag && mock_ep_stall_resume(ep, how))
		return true;
	/* It comes too late */
	mock_recoverable_resumed(mi, sid, tag, how);
	return false;
}

/**
 * mock_stall_resume_stream() - decide about all stalled requests of an endpoint
 * @mi: the instance
 * @sid: whose they are
 * @how: what becomes of them
 *
 * Context: &mock_iommu.lock is held
 */
void mock_stall_resume_stream(struct mock_iommu *mi, u32 sid,
			      enum mock_stall how)
{
	struct mock_endpoint *ep = mock_instance_endpoint(mi, sid);

	if (ep)
		mock_ep_stall_resume(ep, how);
}

/**
 * mock_stall_resume_all() - decide about all stalled requests
 * @mi: the instance
 * @how: what becomes of them
 *
 * Context: &mock_iommu.lock is held
 */
void mock_stall_resume_all(struct mock_iommu *mi, enum mock_stall how)
{
	struct mock_ep_item *item;

	list_for_each_entry(item, &mock_to_instance(mi)->endpoints, list)
		mock_ep_stall_resume(&item->ep, how);
}
