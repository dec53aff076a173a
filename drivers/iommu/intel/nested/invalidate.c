// SPDX-License-Identifier: GPL-2.0-only
/*
 * Invalidations: what a guest asks for
 *
 * The walk of a domain's attachments here takes no lock, see nested.h. A batch is
 * for one unit; the lists keep attachments to devices of one unit together, so
 * that there is one doorbell and one wait for each unit.
 *
 * Userspace decides how long it takes to copy from its memory, so nothing is
 * held meanwhile that others wait for: there is a read-side section for each
 * block, and the descriptors of it are in the queue before the section ends.
 * The descriptors of a detach come behind them.
 */
#include <linux/rculist.h>

#include "../../nested/user_array.h"
#include "nested.h"

/* Requests that are copied at once */
#define VTD_INV_BLOCK	32

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
static unsigned int request_pieces(const struct vtd_unit *unit,
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
add_iotlb_request(struct vtd_qi_batch *batch, const struct vtd_attach *att,
		  const struct iommu_hwpt_vtd_s1_invalidate *req)
{
	bool leaf = req->flags & IOMMU_VTD_INV_FLAGS_LEAF;
	struct vtd_range range[VTD_MAX_SPLIT] __uninitialized;
	unsigned int n, i;

	n = request_pieces(batch->unit, req, range);
	for (i = 0; i < n; i++)
		vtd_qi_add(batch, vtd_desc_piotlb_page(att->did, att->pasid,
						       range[i].addr,
						       range[i].am, leaf));
	if (!n && req->npages)
		vtd_qi_add(batch, vtd_desc_piotlb_pasid(att->did, att->pasid));
}

static noinline_for_stack void
add_devtlb_request(struct vtd_qi_batch *batch, const struct vtd_attach *att,
		   const struct iommu_hwpt_vtd_s1_invalidate *req)
{
	struct vtd_range range[VTD_MAX_SPLIT] __uninitialized;
	unsigned int n, i;

	n = request_pieces(batch->unit, req, range);
	for (i = 0; i < n; i++)
		vtd_add_devtlb(batch, att, range[i].addr, range[i].am);
	if (!n && req->npages)
		vtd_add_devtlb(batch, att, 0, VTD_AM_ALL);
}

static void add_iotlb_requests(struct vtd_qi_batch *batch,
			       const struct vtd_attach *att,
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
			add_iotlb_request(batch, att, req);
		}
	}
}

/*
 * The device may ask for a translation again as soon as it has forgotten it, so
 * the IOTLB comes first. The hardware sees to that order for PASIDs only
 * (6.5.2.12).
 */
static void add_devtlb_requests(struct vtd_qi_batch *batch,
				const struct vtd_attach *att,
				const struct iommu_hwpt_vtd_s1_invalidate *reqs,
				unsigned int nr)
{
	unsigned int i;

	if (!vtd_devtlb_live(att->vdev))
		return;
	if (att->pasid == IOMMU_NO_PASID)
		vtd_qi_add(batch, vtd_desc_fence(batch->unit));
	for (i = 0; i < nr; i++)
		add_devtlb_request(batch, att, &reqs[i]);
}

/* Queue @nr requests for everything the domain is attached to */
static int add_block(struct vtd_qi_batch *batch, struct vtd_nested *nested,
		     const struct iommu_hwpt_vtd_s1_invalidate *reqs,
		     unsigned int nr)
{
	const struct vtd_attach *prev = NULL;
	struct vtd_attach *att;
	int ret = 0;

	list_for_each_entry_srcu(att, &nested->users.attachments, node,
				 srcu_read_lock_held(&vtd_srcu)) {
		/* Devices of one unit share what has the PASID for a tag */
		bool first_of_tag = !prev ||
				    prev->vdev->unit != att->vdev->unit ||
				    prev->pasid != att->pasid;
		int err;

		err = vtd_switch_unit(batch, att->vdev->unit, &nested->users,
				      NULL);
		ret = ret ?: err;
		if (first_of_tag)
			add_iotlb_requests(batch, att, reqs, nr);
		add_devtlb_requests(batch, att, reqs, nr);
		prev = att;
	}
	return ret;
}

static unsigned int
valid_requests(const struct iommu_hwpt_vtd_s1_invalidate *reqs,
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

static struct inval_time *nested_timing(struct vtd_nested *nested)
{
	static struct inval_time unattached;
	struct vtd_attach *att;

	att = list_first_or_null_rcu(&nested->users.attachments,
				     struct vtd_attach, node);
	return att ? &att->vdev->unit->timing : &unattached;
}

/*
 * The unit of a batch may have gone since the last block, if nothing is attached
 * to devices of it any more. Then there is no need to wait for what is in its queue:
 * the detach has waited.
 */
static void resume_batch(struct vtd_qi_batch *batch, struct vtd_nested *nested)
{
	struct vtd_attach *att;

	list_for_each_entry_srcu(att, &nested->users.attachments, node,
				 srcu_read_lock_held(&vtd_srcu))
		if (att->vdev->unit == batch->unit)
			return;
	vtd_qi_begin(batch, NULL, false);
	batch->cmds.parks = true;
}

/*
 * The @nr requests of @reqs, whose copying began at @start; and after the last
 * ones a wait for all of them
 */
static int do_block(struct vtd_qi_batch *batch, struct vtd_nested *nested,
		    struct user_array_walk *walk,
		    const struct iommu_hwpt_vtd_s1_invalidate *reqs,
		    unsigned int nr, ktime_t start)
{
	struct inval_time *timing;
	int ret, bad = 0;
	bool more;

	guard(srcu)(&vtd_srcu);

	timing = nested_timing(nested);
	start = vtd_timing_add(&timing->copy, start);
	resume_batch(batch, nested);
	nr = valid_requests(reqs, nr, &bad);
	ret = add_block(batch, nested, reqs, nr);
	user_array_did(walk, nr, bad);
	more = user_array_more(walk) && !ret;
	if (more && batch->cmds.nr)
		vtd_qi_push(batch);
	/* Less what it took to move full batches into the ring */
	vtd_timing_add(&timing->convert, start + batch->cmds.spent);
	batch->cmds.spent = 0;
	if (more)
		return 0;

	ret = vtd_finish(batch, &nested->users, NULL) ?: ret;
	inval_time_call(&vtd_meter, timing, walk->done);
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
	struct vtd_nested *nested = to_vtd_nested(domain);
	struct vtd_qi_batch batch __uninitialized;
	struct user_array_walk walk;
	unsigned int nr;
	ktime_t start;
	int ret;

	ret = user_array_begin(&walk, array, IOMMU_HWPT_INVALIDATE_DATA_VTD_S1);
	if (ret)
		return ret;
	/* There has been one version of it so far, and upstream takes no more */
	if (walk.total && walk.entry_len != sizeof(*reqs))
		return -EINVAL;

	/* A device that is found blocked sees the tables as they are now */
	smp_mb();
	/* The first block begins it */
	batch.unit = NULL;
	while (user_array_more(&walk) && !ret) {
		start = vtd_timing_start();
		nr = user_array_copy(&walk, reqs, sizeof(*reqs), VTD_INV_BLOCK);
		ret = do_block(&batch, nested, &walk, reqs, nr, start);
	}
	return user_array_end(&walk, array, ret);
}
