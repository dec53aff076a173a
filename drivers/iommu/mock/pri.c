// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: page requests of an endpoint (PCIe PRI)
 *
 * The endpoint has one DMA engine, so one request is outstanding at a time, a
 * group of its own. The engine waits for the response outside the instance's
 * lock, for a bounded time, and a reset ends the wait.
 */
#include <linux/jiffies.h>
#include <linux/lockdep.h>

#include "core.h"
#include "endpoint.h"

#define PRI_TIMEOUT		(5 * HZ)

/**
 * mock_pri_request() - send a page request
 * @ep: the endpoint
 * @req: the request that found no permission
 *
 * Context: &mock_iommu.lock is held
 * Return: -EAGAIN when a response is to be waited for by mock_pri_wait(),
 * -EREMOTEIO when the request was lost
 */
int mock_pri_request(struct mock_endpoint *ep, const struct mock_req *req)
{
	struct mock_ep_pri *pri = &ep->pri;
	struct mock_page_request preq = {
		.addr = req->addr & ~(u64)(SZ_4K - 1),
		.sid = req->sid,
		.pasid = req->pasid,
		.pasid_valid = req->pasid_valid,
		.read = !req->write,
		.write = req->write,
		.exec = req->exec,
		.priv = req->priv,
		.last = true,
		.prgi = pri->next,
	};

	lockdep_assert_held(&ep->mi->lock);
	pri->prgi = pri->next;
	pri->pasid = req->pasid;
	pri->addr = req->addr;
	pri->write = req->write;
	pri->next = (pri->next + 1) & MOCK_EP_PRI_INDEX;
	pri->waiting = true;
	pri->answered = false;
	/* A request that is not queued may have been answered by the IOMMU */
	if (mock_model_page_request(ep->mi, &preq) && !pri->answered) {
		pri->waiting = false;
		return -EREMOTEIO;
	}
	mock_again_begin(ep, req);
	return -EAGAIN;
}

/**
 * mock_pri_wait() - wait for the response to a page request
 * @ep: the endpoint
 *
 * Context: process context, sleeps
 * Return: 0 when it says success: try again; -EREMOTEIO when it says otherwise
 * or does not come, -ESHUTDOWN when the endpoint is reset
 */
int mock_pri_wait(struct mock_endpoint *ep)
{
	struct mock_ep_pri *pri = &ep->pri;

	wait_event_idle_timeout(ep->wait, READ_ONCE(pri->answered) ||
				READ_ONCE(ep->stop), PRI_TIMEOUT);

	guard(spinlock_irqsave)(&ep->mi->lock);
	pri->waiting = false;
	if (ep->stop)
		return -ESHUTDOWN;
	if (pri->answered && pri->code == MOCK_PAGE_SUCCESS)
		return 0;
	if (pri->answered)
		mock_again_forget(ep, pri->write);
	else
		mock_again_give_up(ep, pri->write, "no response came in time");
	return -EREMOTEIO;
}

static void pri_count(struct mock_ep_responses *got, u16 prgi,
		      enum mock_page_response code)
{
	got->prgi = prgi;
	switch (code) {
	case MOCK_PAGE_SUCCESS:
		got->success++;
		break;
	case MOCK_PAGE_INVALID:
		got->invalid++;
		break;
	case MOCK_PAGE_FAILURE:
		got->failure++;
		break;
	}
}

/**
 * mock_ep_page_response() - a page group response reaches the endpoint
 * @ep: the endpoint
 * @pasid_valid: the response has a PASID prefix
 * @pasid: its PASID
 * @prgi: index of the group
 * @code: response code
 *
 * A response that answers nothing is ignored, as a device does it.
 */
void mock_ep_page_response(struct mock_endpoint *ep, bool pasid_valid, u32 pasid,
			   u16 prgi, enum mock_page_response code)
{
	struct mock_ep_pri *pri = &ep->pri;

	lockdep_assert_held(&ep->mi->lock);
	pri_count(&pri->got, prgi, code);
	if (!pri->waiting || pri->answered || pri->prgi != prgi)
		return;
	if (pasid_valid && pasid != pri->pasid)
		return;
	/* What a function does that wants none is undefined (PCIe 10.5.2.3) */
	if (pasid_valid && !ep->config.caps.prg_response_pasid)
		return;
	pri->code = code;
	WRITE_ONCE(pri->answered, true);
	wake_up_all(&ep->wait);
}

/**
 * mock_page_response() - send a page group response
 * @mi: the instance
 * @sid: whom to
 * @pasid_valid: the response has a PASID prefix
 * @pasid: its PASID
 * @prgi: index of the group
 * @code: response code
 *
 * Context: &mock_iommu.lock is held
 */
void mock_page_response(struct mock_iommu *mi, u32 sid, bool pasid_valid,
			u32 pasid, u16 prgi, enum mock_page_response code)
{
	struct mock_endpoint *ep = mock_instance_endpoint(mi, sid);
	const struct mock_page_answer answer = {
		.sid = sid,
		.pasid = pasid,
		.pasid_valid = pasid_valid,
		.prgi = prgi,
		.code = code,
	};

	mock_recoverable_answered(mi, &answer);
	if (ep)
		mock_ep_page_response(ep, pasid_valid, pasid, prgi, code);
}
