// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: chance and speculation of an instance that reorders
 *
 * The same seed and the same accesses give the same run. What is speculated on
 * are the requests that endpoints have made of late and pages beside theirs: so
 * what a stale entry would harm is fetched again at the worst moment, which is
 * right before and right after each invalidation.
 */
#include <linux/bitops.h>
#include <linux/lockdep.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "core.h"
#include "reorder.h"

/**
 * mock_reorder_create() - the instance goes live
 * @mi: the instance, with its seed
 *
 * Context: process context, sleeps
 * Return: 0 or -ENOMEM
 */
int mock_reorder_create(struct mock_iommu *mi)
{
	if (!mi->reorder_seed)
		return 0;
	mi->reorder = kzalloc_obj(*mi->reorder);
	if (!mi->reorder)
		return -ENOMEM;
	prandom_seed_state(&mi->reorder->rnd, mi->reorder_seed);
	return 0;
}

/**
 * mock_reorder_destroy() - undo mock_reorder_create()
 * @mi: the instance; nobody makes requests of it any more
 */
void mock_reorder_destroy(struct mock_iommu *mi)
{
	kfree(mi->reorder);
	mi->reorder = NULL;
}

/**
 * mock_reorder_chance() - draw
 * @mi: the instance
 * @period: how seldom
 *
 * Return: true in 1 of @period calls
 */
bool mock_reorder_chance(struct mock_iommu *mi, u32 period)
{
	return !(prandom_u32_state(&mi->reorder->rnd) % period);
}

/**
 * mock_reorder_begin() - choose how the postponed commands are executed
 * @mi: the instance
 *
 * In half of all cases as far the wrong way round as may be: of two commands that
 * software has not ordered, the second one is first.
 */
void mock_reorder_begin(struct mock_iommu *mi)
{
	mi->reorder->backwards = mock_reorder_chance(mi, 2);
}

/**
 * mock_reorder_pick() - which of the postponed commands is next?
 * @mi: the instance
 * @eligible: those that may be, by their place in the order of the queue; not 0
 *
 * Return: its place
 */
u32 mock_reorder_pick(struct mock_iommu *mi, u64 eligible)
{
	struct mock_reorder *r = mi->reorder;
	u32 skip;

	if (r->backwards)
		return __fls(eligible);
	skip = prandom_u32_state(&r->rnd) % hweight64(eligible);
	while (skip--)
		eligible &= eligible - 1;
	return __ffs64(eligible);
}

/**
 * mock_reorder_take() - take one of the postponed commands, to execute it
 * @mi: the instance
 * @pool: the commands, in the order of the queue
 * @size: of one
 * @nr: how many there are, is one less then
 * @eligible: those that may be next, by their place; not 0
 * @cmd: set to the command
 */
void mock_reorder_take(struct mock_iommu *mi, void *pool, size_t size, u32 *nr,
		       u64 eligible, void *cmd)
{
	u32 place = mock_reorder_pick(mi, eligible);
	void *from = pool + place * size;

	memcpy(cmd, from, size);
	--*nr;
	memmove(from, from + size, (*nr - place) * size);
	mock_speculate(mi, *nr < MOCK_REORDER_THOROUGH);
}

static bool same_page(const struct mock_req *a, const struct mock_req *b)
{
	return a->addr / SZ_4K == b->addr / SZ_4K && a->sid == b->sid &&
	       a->pasid_valid == b->pasid_valid && a->pasid == b->pasid &&
	       a->priv == b->priv && a->at == b->at;
}

/**
 * mock_reorder_note() - an endpoint makes a request
 * @mi: the instance
 * @req: the request
 *
 * A translated one has no translation that could be fetched.
 */
void mock_reorder_note(struct mock_iommu *mi, const struct mock_req *req)
{
	struct mock_reorder *r = mi->reorder;
	u32 i;

	lockdep_assert_held(&mi->lock);
	if (req->at == MOCK_AT_TRANSLATED)
		return;
	for (i = 0; i < r->nr_recent; i++)
		if (same_page(&r->recent[i], req))
			break;
	if (i == r->nr_recent) {
		r->nr_recent = min(r->nr_recent + 1, MOCK_REORDER_RECENT);
		i = r->nr_recent - 1;
	}
	memmove(&r->recent[1], &r->recent[0], i * sizeof(*req));
	r->recent[0] = *req;
}

/**
 * mock_reorder_forget() - an endpoint is reset: it has no plans any more
 * @mi: the instance
 * @sid: its source-id or StreamID
 *
 * The IOMMU may go on speculating on what it did, but none of that is for its
 * ATC.
 */
void mock_reorder_forget(struct mock_iommu *mi, u32 sid)
{
	struct mock_reorder *r = mi->reorder;
	u32 i, kept = 0;

	lockdep_assert_held(&mi->lock);
	for (i = 0; i < r->nr_recent; i++)
		if (r->recent[i].sid != sid ||
		    r->recent[i].at != MOCK_AT_TRANSLATION)
			r->recent[kept++] = r->recent[i];
	r->nr_recent = kept;
}

/* What the request asks for may be missing; a read may be there nevertheless */
static int fetch_ahead(struct mock_iommu *mi, struct mock_req *req,
		       struct mock_xlate *res)
{
	const bool write = req->write;
	int ret;

	*res = (struct mock_xlate){};
	if (req->at == MOCK_AT_TRANSLATION)
		return mock_model_speculate(mi, req, res);
	req->write = false;
	ret = mock_model_speculate(mi, req, res);
	if (!ret || !write)
		return ret;
	req->write = true;
	return mock_model_speculate(mi, req, res);
}

static void speculate_at(struct mock_iommu *mi, const struct mock_req *what,
			 u64 addr)
{
	struct mock_endpoint *ep = NULL;
	struct mock_req req = *what;
	struct mock_xlate res;

	req.addr = addr;
	if (req.at == MOCK_AT_TRANSLATION)
		ep = mock_instance_endpoint(mi, req.sid);
	/* If the endpoint has it, the unit still may fetch it for itself */
	if (!fetch_ahead(mi, &req, &res) && ep && mock_atc_wants(ep, &req) &&
	    (res.read || res.write) && !res.untranslated_only)
		mock_atc_insert(ep, &req, &res);
}

/**
 * mock_speculate() - fetch what nobody has asked for
 * @mi: the instance
 * @all: for every recent request, otherwise for one of them
 *
 * The IOMMU fetches configuration and translations for its caches, endpoints ask
 * for translations for their ATCs: of what they have used, and of one page beside
 * it. Where there is none, nobody hears of it. Counters of the model stay as they
 * are.
 */
void mock_speculate(struct mock_iommu *mi, bool all)
{
	struct mock_reorder *r = mi->reorder;
	struct mock_stats stats;
	u64 beside;
	u32 one, i;

	lockdep_assert_held(&mi->lock);
	if (!r->nr_recent || !mi->model->speculate)
		return;
	stats = *mi->stats;
	r->speculating = true;
	one = prandom_u32_state(&r->rnd) % r->nr_recent;
	for (i = all ? 0 : one; i < (all ? r->nr_recent : one + 1); i++)
		speculate_at(mi, &r->recent[i], r->recent[i].addr);
	beside = mock_reorder_chance(mi, 2) ? SZ_4K : -(u64)SZ_4K;
	speculate_at(mi, &r->recent[one], r->recent[one].addr + beside);
	r->speculating = false;
	*mi->stats = stats;
}
