// SPDX-License-Identifier: GPL-2.0-only
/*
 * Invalidations: from ranges of pages to descriptors
 *
 * Who walks a domain's attachments here holds no lock, see nested.h. A batch is
 * for one unit; the lists keep attachments to devices of one unit together, so
 * that there is one doorbell and one wait for each unit.
 */
#include <linux/log2.h>
#include <linux/rculist.h>

#include <linux/iommu-nested/user_array.h>

#include "nested.h"

/* Requests that are copied at once */
#define VTD_INV_BLOCK	32

/**
 * vtd_split_range - split a range of pages into aligned powers of two
 * @addr: the first byte, 4K aligned
 * @npages: number of 4K pages, not zero; the range ends below 2^64
 * @mamv: log2 of the largest piece
 * @out: the pieces
 * @max: room in @out
 *
 * Taking from the front the largest piece that is aligned and fits makes the
 * fewest: any other cover splits one of these.
 *
 * Return: the number of pieces, or 0 if they are more than @max
 */
unsigned int vtd_split_range(u64 addr, u64 npages, unsigned int mamv,
			     struct vtd_range *out, unsigned int max)
{
	u64 page = addr >> VTD_PAGE_SHIFT;
	unsigned int n = 0;

	while (npages) {
		unsigned int am = min_t(unsigned int, mamv, __fls(npages));

		if (page)
			am = min_t(unsigned int, am, __ffs(page));
		if (n == max)
			return 0;
		out[n].addr = page << VTD_PAGE_SHIFT;
		out[n++].am = am;
		page += 1ULL << am;
		npages -= 1ULL << am;
	}
	return n;
}

/**
 * vtd_max_am - the largest range that a unit can invalidate at once
 * @unit: the unit
 *
 * Return: log2 of the number of pages
 */
unsigned int vtd_max_am(const struct vtd_unit *unit)
{
	unsigned int mamv = FIELD_GET(VTD_CAP_MAMV, unit->cap);

	return min(mamv, VTD_AM_ALL);
}

static bool devtlb_live(const struct vtd_device *vdev)
{
	/* One that failed is asked again when it is brought back */
	return vdev->ats_depth && !READ_ONCE(vdev->state);
}

/**
 * vtd_add_devtlb - invalidate a range of a device's device-TLB
 * @batch: gets the descriptor, if the device has a device-TLB
 * @att: whose device and PASID
 * @addr: the first byte
 * @am: log2 of the number of pages, VTD_AM_ALL for all
 */
void vtd_add_devtlb(struct vtd_qi_batch *batch, const struct vtd_attach *att,
		    u64 addr, u8 am)
{
	const struct vtd_device *vdev = att->vdev;

	if (!devtlb_live(vdev))
		return;
	batch->devtlb = true;
	if (att->pasid == IOMMU_NO_PASID)
		vtd_qi_add(batch, vtd_desc_devtlb(vdev->sid, vtd_pfsid(vdev),
						  vdev->ats_depth, addr, am));
	else
		vtd_qi_add(batch, vtd_desc_pdevtlb(vdev->sid, vtd_pfsid(vdev),
						   vdev->ats_depth, att->pasid,
						   addr, am));
}

/**
 * vtd_add_entry_flush - forget all that hangs on a PASID table entry
 * @batch: gets the descriptors
 * @att: whose entry
 *
 * After 6.5.3.3: the PASID cache, the IOTLB, the device-TLB. The table there has
 * a narrower invalidation of the IOTLB for pass-through, but one that the hardware
 * does not order before that of a device-TLB without PASID (6.5.2.12).
 */
void vtd_add_entry_flush(struct vtd_qi_batch *batch,
			 const struct vtd_attach *att)
{
	vtd_qi_add(batch, vtd_desc_pc_pasid(att->did, att->pasid));
	vtd_qi_add(batch, vtd_desc_iotlb_domain(att->did,
						vtd_drain(batch->unit)));
	vtd_add_devtlb(batch, att, 0, VTD_AM_ALL);
}

/**
 * vtd_add_context_flush - forget all that hangs on a context entry
 * @batch: gets the descriptors
 * @vdev: whose entry
 *
 * The table of 6.5.3.3 has it by domain; which ones these were is not worth
 * remembering. The device-TLB is left to the caller.
 */
void vtd_add_context_flush(struct vtd_qi_batch *batch,
			   const struct vtd_device *vdev)
{
	struct vtd_device *owner;
	unsigned long sid;

	vtd_qi_add(batch, vtd_desc_cc_device(vdev->sid));
	xa_for_each(&vdev->unit->aliases, sid, owner)
		if (owner == vdev)
			vtd_qi_add(batch, vtd_desc_cc_device(sid));
	vtd_qi_add(batch, vtd_desc_pc_global());
	vtd_qi_add(batch, vtd_desc_iotlb_global(vtd_drain(batch->unit)));
}

/* The pieces of a range on one unit; none means everything */
struct vtd_pieces {
	const struct vtd_unit *unit;
	unsigned int n;
	struct vtd_range range[VTD_MAX_SPLIT];
};

static void pieces_of(struct vtd_pieces *pieces, const struct vtd_unit *unit,
		      u64 first, u64 last)
{
	u64 npages = (last >> VTD_PAGE_SHIFT) - (first >> VTD_PAGE_SHIFT) + 1;

	pieces->unit = unit;
	pieces->n = 0;
	if (unit->cap & VTD_CAP_PSI)
		pieces->n = vtd_split_range(first, npages, vtd_max_am(unit),
					    pieces->range, VTD_MAX_SPLIT);
}

static void add_stage1(struct vtd_qi_batch *batch, const struct vtd_attach *att,
		       const struct vtd_pieces *pieces, bool leaf)
{
	unsigned int i;

	for (i = 0; i < pieces->n; i++)
		vtd_qi_add(batch, vtd_desc_piotlb_page(att->did, att->pasid,
						       pieces->range[i].addr,
						       pieces->range[i].am,
						       leaf));
	if (!pieces->n)
		vtd_qi_add(batch, vtd_desc_piotlb_pasid(att->did, att->pasid));
}

static void add_stage2(struct vtd_qi_batch *batch, u16 did,
		       const struct vtd_pieces *pieces, bool leaf)
{
	u64 drain = vtd_drain(batch->unit);
	unsigned int i;

	for (i = 0; i < pieces->n; i++)
		vtd_qi_add(batch, vtd_desc_iotlb_page(did,
						      pieces->range[i].addr,
						      pieces->range[i].am,
						      leaf, drain));
	if (!pieces->n)
		vtd_qi_add(batch, vtd_desc_iotlb_domain(did, drain));
}

static void add_devtlb_pieces(struct vtd_qi_batch *batch,
			      const struct vtd_attach *att,
			      const struct vtd_pieces *pieces)
{
	unsigned int i;

	for (i = 0; i < pieces->n; i++)
		vtd_add_devtlb(batch, att, pieces->range[i].addr,
			       pieces->range[i].am);
	if (!pieces->n)
		vtd_add_devtlb(batch, att, 0, VTD_AM_ALL);
}

/*
 * What is cached of stage-2 is found by the domain-id alone, once for a unit;
 * of stage-1 by the PASID too, and that is not ordered before device-TLBs of
 * requests without PASID, see add_devtlb_requests().
 */
static void add_paging(struct vtd_qi_batch *batch, const struct vtd_attach *att,
		       const struct vtd_attach *prev,
		       const struct vtd_pieces *pieces, bool leaf, bool stage1)
{
	bool same_unit = prev && prev->vdev->unit == att->vdev->unit;

	if (!stage1) {
		if (!same_unit)
			add_stage2(batch, att->did, pieces, leaf);
	} else {
		if (!same_unit || prev->pasid != att->pasid)
			add_stage1(batch, att, pieces, leaf);
		if (devtlb_live(att->vdev) && att->pasid == IOMMU_NO_PASID)
			vtd_qi_add(batch, vtd_desc_fence(batch->unit));
	}
	add_devtlb_pieces(batch, att, pieces);
}

/* Mark all devices of @unit in the lists of @users and @nested as failed */
static void mark_failed(struct vtd_users *users, struct list_head *nested,
			const struct vtd_unit *unit)
{
	struct vtd_attach *att;

	list_for_each_entry_srcu(att, &users->attachments, node,
				 srcu_read_lock_held(&vtd_srcu))
		if (att->vdev->unit == unit)
			set_bit(VTD_DEV_FAILED, &att->vdev->state);
	if (!nested)
		return;
	list_for_each_entry_srcu(att, nested, parent_node,
				 srcu_read_lock_held(&vtd_srcu))
		if (att->vdev->unit == unit)
			set_bit(VTD_DEV_FAILED, &att->vdev->state);
}

static bool any_failed(struct vtd_users *users, struct list_head *nested,
		       const struct vtd_unit *unit)
{
	struct vtd_attach *att;

	list_for_each_entry_srcu(att, &users->attachments, node,
				 srcu_read_lock_held(&vtd_srcu))
		if (att->vdev->unit == unit &&
		    test_bit(VTD_DEV_FAILED, &att->vdev->state))
			return true;
	if (!nested)
		return false;
	list_for_each_entry_srcu(att, nested, parent_node,
				 srcu_read_lock_held(&vtd_srcu))
		if (att->vdev->unit == unit &&
		    test_bit(VTD_DEV_FAILED, &att->vdev->state))
			return true;
	return false;
}

/* Wait for @batch, and see to it that who keeps stale translations is blocked */
static int finish_batch(struct vtd_qi_batch *batch, struct vtd_users *users,
			struct list_head *nested)
{
	struct vtd_unit *unit = batch->unit;
	int ret;

	if (!unit)
		return 0;
	ret = vtd_qi_flush(batch);
	if (ret)
		mark_failed(users, nested, unit);
	else if (any_failed(users, nested, unit))
		ret = -ETIMEDOUT;
	if (ret)
		vtd_unit_failed(unit, batch->cmds.atomic);
	return ret;
}

/* Have @batch be for @unit. What it has for another one is waited for. */
static int switch_unit(struct vtd_qi_batch *batch, struct vtd_unit *unit,
		       struct vtd_users *users, struct list_head *nested)
{
	int ret = 0;

	if (batch->unit == unit)
		return 0;
	ret = finish_batch(batch, users, nested);
	batch->unit = unit;
	return ret;
}

/*
 * iommufd maps and unmaps in process context. Of others, the DMA API first of
 * all, one cannot know.
 */
static bool is_atomic(const struct vtd_paging *paging)
{
	return paging->domain.cookie_type != IOMMU_COOKIE_IOMMUFD;
}

/**
 * vtd_paging_flush - forget a range of a paging domain
 * @paging: the domain
 * @first: the first byte
 * @last: the last byte
 * @leaf: only leaf entries have changed
 *
 * What nested translation has cached cannot be found by its stage-2 address:
 * all of it goes, of all domains that are nested on this one. So does what it
 * has left in device-TLBs.
 *
 * Context: any, if the domain is not iommufd's.
 */
void vtd_paging_flush(struct vtd_paging *paging, u64 first, u64 last, bool leaf)
{
	const struct vtd_attach *prev = NULL;
	struct vtd_qi_batch batch;
	struct vtd_pieces pieces;
	struct vtd_attach *att;

	/* Who attaches after this sees the tables as they are now */
	smp_mb();
	guard(srcu)(&vtd_srcu);

	pieces.unit = NULL;
	vtd_qi_begin(&batch, NULL, is_atomic(paging));
	list_for_each_entry_srcu(att, &paging->users.attachments, node,
				 srcu_read_lock_held(&vtd_srcu)) {
		struct vtd_unit *unit = att->vdev->unit;

		switch_unit(&batch, unit, &paging->users, &paging->nested);
		if (pieces.unit != unit)
			pieces_of(&pieces, unit, first, last);
		add_paging(&batch, att, prev, &pieces, leaf,
			   vtd_is_stage1(paging));
		prev = att;
	}

	prev = NULL;
	list_for_each_entry_srcu(att, &paging->nested, parent_node,
				 srcu_read_lock_held(&vtd_srcu)) {
		struct vtd_unit *unit = att->vdev->unit;

		switch_unit(&batch, unit, &paging->users, &paging->nested);
		if (!prev || prev->vdev->unit != unit || prev->did != att->did)
			vtd_qi_add(&batch,
				   vtd_desc_iotlb_domain(att->did,
							 vtd_drain(unit)));
		vtd_add_devtlb(&batch, att, 0, VTD_AM_ALL);
		prev = att;
	}
	finish_batch(&batch, &paging->users, &paging->nested);
}

/**
 * vtd_paging_flush_new - let units see new entries of a domain
 * @paging: the domain
 * @first: the first byte
 * @last: the last byte
 *
 * Most need nothing, see vtd_must_flush_new().
 *
 * Context: any, if the domain is not iommufd's.
 */
void vtd_paging_flush_new(struct vtd_paging *paging, u64 first, u64 last)
{
	struct vtd_attach *att;
	bool need = false;

	scoped_guard(srcu, &vtd_srcu) {
		list_for_each_entry_srcu(att, &paging->users.attachments, node,
					 srcu_read_lock_held(&vtd_srcu))
			need |= vtd_must_flush_new(att->vdev->unit);
		list_for_each_entry_srcu(att, &paging->nested, parent_node,
					 srcu_read_lock_held(&vtd_srcu))
			need |= vtd_must_flush_new(att->vdev->unit);
	}
	if (need)
		vtd_paging_flush(paging, first, last, false);
}

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
	struct vtd_desc desc = vtd_desc_piotlb_page(att->did, att->pasid, 0, 0,
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

	if (!devtlb_live(att->vdev))
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

		err = switch_unit(batch, att->vdev->unit, &nested->users, NULL);
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
 * those before it are done; -ETIMEDOUT or -EIO if the hardware failed, when the
 * device is blocked
 */
int vtd_cache_invalidate_user(struct iommu_domain *domain,
			      struct iommu_user_data_array *array)
{
	struct iommu_hwpt_vtd_s1_invalidate reqs[VTD_INV_BLOCK] __uninitialized;
	struct vtd_nested *nested = to_vtd_nested(domain);
	struct vtd_qi_batch batch __uninitialized;
	struct user_array_walk walk;
	struct inval_time *timing;
	int ret, err = 0;

	ret = user_array_begin(&walk, array, IOMMU_HWPT_INVALIDATE_DATA_VTD_S1);
	if (ret)
		return ret;
	/* There has been one version of it so far, and upstream takes no more */
	if (walk.total && walk.entry_len != sizeof(*reqs))
		return -EINVAL;

	guard(srcu)(&vtd_srcu);

	timing = nested_timing(nested);
	vtd_qi_begin(&batch, NULL, false);
	while (user_array_more(&walk) && !err) {
		ktime_t start = vtd_timing_start();
		unsigned int nr;

		nr = user_array_copy(&walk, reqs, sizeof(*reqs), VTD_INV_BLOCK);
		start = vtd_timing_add(&timing->copy, start);
		nr = valid_requests(reqs, nr, &ret);
		err = add_block(&batch, nested, reqs, nr);
		/* Less what it took to move full batches into the ring */
		vtd_timing_add(&timing->convert, start + batch.cmds.spent);
		batch.cmds.spent = 0;
		user_array_did(&walk, nr, ret);
	}
	err = finish_batch(&batch, &nested->users, NULL) ?: err;

	inval_time_call(&vtd_meter, timing, walk.done);
	return user_array_end(&walk, array, err);
}
