// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: a model, as the rest of the mock meets it
 *
 * An endpoint may outlive the unit by one last request, and a timer by one last
 * tick: nothing of that reaches a model that does not run.
 */
#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/seq_buf.h>

#include "core.h"
#include "trace.h"

/**
 * mock_model_start() - the hardware is switched on
 * @mi: the instance
 * @unit: what the platform says about the unit, is completed
 *
 * Context: process context, sleeps
 * Return: as &mock_model.start
 */
int mock_model_start(struct mock_iommu *mi, struct iommu_unit *unit)
{
	int ret = mi->model->start(mi, unit);

	if (ret)
		return ret;
	guard(spinlock_irq)(&mi->lock);
	mock_log_reset(mi);
	mock_recoverable_reset(mi);
	mi->running = true;
	return 0;
}

/**
 * mock_model_settle() - let some time pass, in which software asks for nothing more
 * @mi: the instance
 *
 * A worker that carries commands out may not have run yet when software gives up what
 * the commands are about. Hardware would have been done long before.
 *
 * Context: process context, sleeps
 */
void mock_model_settle(struct mock_iommu *mi)
{
	if (mi->model->settle)
		mi->model->settle(mi);
}

/**
 * mock_model_stop() - undo mock_model_start()
 * @mi: the instance
 *
 * Context: process context, sleeps
 */
void mock_model_stop(struct mock_iommu *mi)
{
	scoped_guard(spinlock_irq, &mi->lock)
		mi->running = false;
	mi->model->stop(mi);
}

static void trace_translate(struct mock_iommu *mi, const struct mock_req *req,
			    const struct mock_xlate *res, int ret)
{
	char text[MOCK_LOG_TEXT];
	struct seq_buf s;

	seq_buf_init(&s, text, sizeof(text));
	mock_translate_words(&s, mi, req, res, ret);
	trace_mock_translate(mi, req, ret, seq_buf_str(&s));
}

/**
 * mock_model_translate() - an endpoint makes a request
 * @mi: the instance
 * @req: the request
 * @res: its translation
 *
 * Context: &mock_iommu.lock is held
 * Return: as &mock_model.translate
 */
int mock_model_translate(struct mock_iommu *mi, const struct mock_req *req,
			 struct mock_xlate *res)
{
	int ret;

	lockdep_assert_held(&mi->lock);
	if (!mi->running)
		return -EFAULT;
	ret = mi->model->translate(mi, req, res);
	if (trace_mock_translate_enabled())
		trace_translate(mi, req, res, ret);
	return ret;
}

/**
 * mock_model_speculate() - the unit translates what nobody has asked for
 * @mi: the instance, of a model that can
 * @req: request as there might be one
 * @res: its translation
 *
 * Context: &mock_iommu.lock is held
 * Return: as &mock_model.speculate
 */
int mock_model_speculate(struct mock_iommu *mi, const struct mock_req *req,
			 struct mock_xlate *res)
{
	lockdep_assert_held(&mi->lock);
	return mi->running ? mi->model->speculate(mi, req, res) : -EFAULT;
}

/**
 * mock_model_stall_gone() - an endpoint gave a stalled request up
 * @mi: the instance
 * @sid: StreamID of the endpoint
 * @tag: what &mock_xlate.stall_tag was
 *
 * Context: &mock_iommu.lock is held
 */
void mock_model_stall_gone(struct mock_iommu *mi, u32 sid, u16 tag)
{
	lockdep_assert_held(&mi->lock);
	if (mi->running && mi->model->stall_gone)
		mi->model->stall_gone(mi, sid, tag);
}

/**
 * mock_model_page_request() - an endpoint sends a page request message
 * @mi: the instance
 * @preq: the message
 *
 * Context: &mock_iommu.lock is held
 * Return: as &mock_model.page_request
 */
int mock_model_page_request(struct mock_iommu *mi,
			    const struct mock_page_request *preq)
{
	int ret = -EFAULT;

	lockdep_assert_held(&mi->lock);
	if (!mi->running)
		return ret;
	mock_recoverable_asks(mi);
	if (mi->model->page_request)
		ret = mi->model->page_request(mi, preq);
	mock_recoverable_asked(mi, preq, ret);
	return ret;
}

/**
 * mock_model_misbehave() - have the hardware misbehave, or stop that
 * @mi: the instance
 * @what: how
 * @count: how often, %U32_MAX for ever
 *
 * What had stopped may go on.
 */
void mock_model_misbehave(struct mock_iommu *mi, enum mock_misbehave what,
			  u32 count)
{
	guard(spinlock_irqsave)(&mi->lock);
	mi->misbehave[what] = count;
	if (count || !mi->running)
		return;
	if (what == MOCK_MISBEHAVE_CMD_STALL)
		mock_model_resume(mi);
	else if (what == MOCK_MISBEHAVE_REG_STALL && mi->model->acknowledge)
		mi->model->acknowledge(mi);
}

/**
 * mock_model_resume() - commands may be carried out that could not
 * @mi: the instance
 *
 * Context: &mock_iommu.lock is held
 */
void mock_model_resume(struct mock_iommu *mi)
{
	lockdep_assert_held(&mi->lock);
	if (mi->running && mi->model->resume)
		mi->model->resume(mi);
}

/**
 * mock_model_devtlb_lost() - an endpoint does not answer an invalidation
 * @mi: the instance
 * @sid: source-id or StreamID of the endpoint
 *
 * Context: &mock_iommu.lock is held
 */
void mock_model_devtlb_lost(struct mock_iommu *mi, u32 sid)
{
	lockdep_assert_held(&mi->lock);
	if (mi->running && mi->model->devtlb_lost)
		mi->model->devtlb_lost(mi, sid);
}
