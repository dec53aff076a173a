// SPDX-License-Identifier: GPL-2.0-only
/*
 * Invalidations: what a guest asks for
 *
 * A walk of a domain's attachments holds no lock here, see intel_nested.h. It visits one
 * unit after another, and a batch is for one of them: so there is one doorbell and
 * one wait for each unit.
 *
 * Userspace decides how long it takes to copy from its memory, so nothing is
 * held meanwhile that others wait for: each block is a walk of its own, and its
 * descriptors are in the queue before the walk leaves the unit. A detach from a
 * domain has its own descriptors behind them.
 */
#include <linux/rculist.h>

#include "../../nested/user_array.h"
#include "domain.h"
#include "flush.h"
#include "guest.h"
#include "intel_nested.h"
#include "queue.h"
#include "range.h"
#include "users.h"

/* Requests that are copied at once */
#define VTD_INV_BLOCK	32

/**
 * struct inv_call - a call of userspace's
 * @nested: the domain
 * @array: how far the call has got
 * @batch: descriptors for the unit that is visited, or for @open
 * @open: id of the unit that has descriptors in its queue for which nobody has
 *	waited yet, or 0
 */
struct inv_call {
	struct vtd_nested *nested;
	struct user_array_walk array;
	struct vtd_qi_batch batch;
	u64 open;
};

/**
 * vtd_request_validate - check a request of userspace's
 * @req: the request
 *
 * A range beyond the end of the address space is no error (nor is it upstream),
 * it means everything.
 *
 * Return: 0; -EOPNOTSUPP for what is not known, -EINVAL for what is not right
 */
int vtd_request_validate(const struct iommu_hwpt_vtd_s1_invalidate *req)
{
	if (req->flags & ~IOMMU_VTD_INV_FLAGS_LEAF || req->__reserved)
		return -EOPNOTSUPP;
	if (!IS_ALIGNED(req->addr, VTD_PAGE_SIZE) ||
	    (req->npages == U64_MAX && req->addr))
		return -EINVAL;
	return 0;
}

/* The pieces of a request on one unit; none of one that is not empty is all */
static unsigned int
vtd_request_pieces(const struct vtd_unit *unit,
		   const struct iommu_hwpt_vtd_s1_invalidate *req,
		   struct vtd_range *range)
{
	/* Pages up to the end of the address space */
	u64 rest = (0 - req->addr) >> VTD_PAGE_SHIFT;

	if (!(unit->cap & VTD_CAP_PSI) || req->npages > rest)
		return 0;
	return vtd_split_range(req->addr, req->npages, vtd_max_am(unit), range,
			       VTD_MAX_SPLIT);
}

static noinline_for_stack void
vtd_add_iotlb_request(struct vtd_qi_batch *batch, const struct vtd_attach *att,
		      const struct iommu_hwpt_vtd_s1_invalidate *req)
{
	bool leaf = req->flags & IOMMU_VTD_INV_FLAGS_LEAF;
	struct vtd_range range[VTD_MAX_SPLIT] __uninitialized;
	unsigned int n, i;

	n = vtd_request_pieces(batch->unit, req, range);
	for (i = 0; i < n; i++)
		vtd_qi_add(batch, vtd_desc_piotlb_page(att->did, att->pasid,
						       range[i].addr,
						       range[i].am, leaf));
	if (!n && req->npages)
		vtd_qi_add(batch, vtd_desc_piotlb_pasid(att->did, att->pasid));
}

static noinline_for_stack void
vtd_add_devtlb_request(struct vtd_qi_batch *batch, const struct vtd_attach *att,
		       const struct iommu_hwpt_vtd_s1_invalidate *req)
{
	struct vtd_range range[VTD_MAX_SPLIT] __uninitialized;
	unsigned int n, i;

	n = vtd_request_pieces(batch->unit, req, range);
	for (i = 0; i < n; i++)
		vtd_add_devtlb(batch, att, range[i].addr, range[i].am);
	if (!n && req->npages)
		vtd_add_devtlb(batch, att, 0, VTD_AM_ALL);
}

static void
vtd_add_iotlb_requests(struct vtd_qi_batch *batch, const struct vtd_attach *att,
		       const struct iommu_hwpt_vtd_s1_invalidate *reqs,
		       unsigned int nr)
{
	/* What most are is one page: one store of two words */
	struct cmd_words desc = vtd_desc_piotlb_page(att->did, att->pasid, 0, 0,
						     false);
	const struct iommu_hwpt_vtd_s1_invalidate *req;
	bool psi = batch->unit->cap & VTD_CAP_PSI;

	for (req = reqs; req < reqs + nr; req++) {
		if (likely(psi && req->npages == 1)) {
			desc.w1 = req->addr;
			if (req->flags & IOMMU_VTD_INV_FLAGS_LEAF)
				desc.w1 |= VTD_PIOTLB1_IH;
			vtd_qi_add(batch, desc);
		} else {
			vtd_add_iotlb_request(batch, att, req);
		}
	}
}

/*
 * The device may ask for a translation again as soon as it has forgotten it, so
 * the IOTLB comes first. The hardware sees to that order for PASIDs only
 * (6.5.2.12).
 */
static void
vtd_add_devtlb_requests(struct vtd_qi_batch *batch,
			const struct vtd_attach *att,
			const struct iommu_hwpt_vtd_s1_invalidate *reqs,
			unsigned int nr)
{
	unsigned int i;

	if (!vtd_devtlb_live(att->edev))
		return;
	if (att->pasid == IOMMU_NO_PASID)
		vtd_qi_add(batch, vtd_desc_fence(batch->unit));
	for (i = 0; i < nr; i++)
		vtd_add_devtlb_request(batch, att, &reqs[i]);
}

/* Queue @nr requests for everything on a unit that the domain is attached to */
static void vtd_add_block(struct vtd_qi_batch *batch,
			  const struct vtd_unit_users *at,
			  const struct iommu_hwpt_vtd_s1_invalidate *reqs,
			  unsigned int nr)
{
	const struct vtd_attach *prev = NULL;
	struct vtd_attach *att;

	vtd_for_each_attach(att, at) {
		/* Devices of one unit share what has the PASID for a tag */
		if (!prev || prev->pasid != att->pasid)
			vtd_add_iotlb_requests(batch, att, reqs, nr);
		vtd_add_devtlb_requests(batch, att, reqs, nr);
		prev = att;
	}
}

static unsigned int
vtd_valid_requests(const struct iommu_hwpt_vtd_s1_invalidate *reqs,
		   unsigned int nr, int *ret)
{
	unsigned int i;
	u64 bad = 0;

	/* Are all of them good? That takes no branch for each of them. */
	for (i = 0; i < nr; i++)
		bad |= (reqs[i].flags & ~IOMMU_VTD_INV_FLAGS_LEAF) |
		       reqs[i].__reserved |
		       (reqs[i].addr & (VTD_PAGE_SIZE - 1)) |
		       ((reqs[i].npages == U64_MAX) & (reqs[i].addr != 0));
	if (likely(!bad))
		return nr;

	for (i = 0; i < nr; i++) {
		int err = vtd_request_validate(&reqs[i]);

		if (err) {
			*ret = err;
			break;
		}
	}
	return i;
}

/*
 * Begin the walk of a block. The last block has left a batch open for a unit. If that
 * unit is not the first one any more, its batch is waited for here. The unit may have
 * gone meanwhile, if nothing is attached to devices of it any more. Then nobody has
 * to wait for what is in its queue: the detach has waited for that.
 */
static int vtd_begin_block(struct inv_call *call, struct vtd_walk *walk)
{
	const struct vtd_users *users = &call->nested->users;
	int ret = 0;

	vtd_walk_begin(walk, users);
	vtd_walk_next(walk);
	if (!call->open || (walk->at && walk->id == call->open))
		return 0;

	vtd_walk_end(walk);
	if (vtd_walk_find(walk, users, call->open))
		ret = vtd_finish(&call->batch, walk->at);
	vtd_walk_end(walk);
	call->open = 0;

	vtd_walk_begin(walk, users);
	vtd_walk_next(walk);
	return ret;
}

/*
 * A block on the unit that is visited, of which the clock was read at @start. Unless
 * something has failed, with @err, the last unit's batch is left open for the next
 * block.
 */
static int vtd_unit_block(struct inv_call *call, const struct vtd_walk *walk,
			  const struct iommu_hwpt_vtd_s1_invalidate *reqs,
			  unsigned int nr, ktime_t start, int err)
{
	bool more = user_array_more(&call->array) && !err;
	struct vtd_unit *unit = walk->at->unit;
	struct vtd_qi_batch *batch = &call->batch;
	bool open;
	int ret;

	if (!call->open) {
		vtd_qi_begin(batch, unit, false);
		batch->cmds.parks = true;
	}
	vtd_add_block(batch, walk->at, reqs, nr);
	open = more && !vtd_walk_has_next(walk);
	if (open && batch->cmds.nr)
		vtd_qi_push(batch);
	/* Less what it took to move full batches into the ring */
	vtd_timing_add(&unit->timing.convert, start + batch->cmds.spent);
	batch->cmds.spent = 0;
	call->open = open ? walk->id : 0;
	if (open)
		return 0;

	ret = vtd_finish(batch, walk->at);
	if (!more || ret)
		inval_time_call(&vtd_meter, &unit->timing, call->array.done);
	return ret;
}

/*
 * The @nr requests of @reqs, whose copying began at @start; and after the last
 * ones a wait for all of them
 */
static int vtd_do_block(struct inv_call *call,
			const struct iommu_hwpt_vtd_s1_invalidate *reqs,
			unsigned int nr, ktime_t start)
{
	ktime_t copied = vtd_timing_start();
	struct vtd_walk walk;
	int ret, err, bad = 0;

	ret = vtd_begin_block(call, &walk);
	if (walk.at)
		inval_time_between(&vtd_meter, &walk.at->unit->timing.copy,
				   start, copied);
	start = vtd_timing_start();
	nr = vtd_valid_requests(reqs, nr, &bad);
	user_array_did(&call->array, nr, bad);
	while (walk.at) {
		err = vtd_unit_block(call, &walk, reqs, nr, start, ret);
		ret = ret ?: err;
		/* A unit that has come since then has nothing to forget */
		if (call->open)
			vtd_walk_end(&walk);
		else
			vtd_walk_next(&walk);
		start = vtd_timing_start();
	}
	return ret;
}

/**
 * vtd_cache_invalidate_user - a guest has changed its stage-1
 * @domain: the nested domain
 * @array: the requests; on return its entry_num says how many are done
 *
 * Requests are copied in blocks, and put into the ring block by block; the
 * doorbell rings once at the end, or when the ring is full.
 *
 * Context: process context.
 * Return: 0; -EINVAL, -EOPNOTSUPP or -EFAULT for the first bad request, when
 * those before it are done; -ETIMEDOUT or -EIO if the hardware failed, or has
 * failed before, when the device is blocked
 */
int vtd_cache_invalidate_user(struct iommu_domain *domain,
			      struct iommu_user_data_array *array)
{
	struct iommu_hwpt_vtd_s1_invalidate reqs[VTD_INV_BLOCK] __uninitialized;
	struct inv_call call __uninitialized;
	unsigned int nr;
	ktime_t start;
	int ret;

	ret = user_array_begin(&call.array, array,
			       IOMMU_HWPT_INVALIDATE_DATA_VTD_S1);
	if (ret)
		return ret;
	/* There has been one version of it so far, and upstream takes no more */
	if (call.array.total && call.array.entry_len != sizeof(*reqs))
		return -EINVAL;
	call.nested = to_vtd_nested(domain);
	call.open = 0;

	/* A device that is found blocked sees the tables as they are now */
	smp_mb();
	while (user_array_more(&call.array) && !ret) {
		start = vtd_timing_start();
		nr = user_array_copy(&call.array, reqs, sizeof(*reqs),
				     VTD_INV_BLOCK);
		ret = vtd_do_block(&call, reqs, nr, start);
	}
	return user_array_end(&call.array, array, ret);
}
