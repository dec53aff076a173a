// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest's invalidation queue
 *
 * A block of descriptors is copied, checked and converted at a time. What names a
 * domain-id of the guest's becomes an invalidation of each domain-id and PASID that
 * domains with that have on the unit; what names a device goes to that device. One
 * wait at the end of the array completes them all.
 *
 * Userspace decides how long it takes to copy from its memory, so nothing is held
 * meanwhile that others wait for. Domains and devices are looked up in a read-side
 * section for each block, and its descriptors are in the queue before the section
 * ends: those that remove a device come behind them. The unit may go between two
 * blocks, and with it all that was cached.
 */
#include <linux/rculist.h>
#include <uapi/linux/iommufd_nested.h>

#include "../../nested/user_array.h"
#include "flush.h"
#include "guest.h"
#include "intel_nested.h"
#include "queue.h"
#include "range.h"
#include "users.h"
#include "viommu.h"

/* A 128-bit descriptor, and a 256-bit one */
#define VINV_SHORT	(2 * sizeof(u64))
#define VINV_LONG	sizeof(struct iommu_viommu_vtd_invalidate)

/* Bytes that are copied at once: half as many descriptors if they are long */
#define VINV_BLOCK	(16 * VINV_LONG)

/**
 * struct vinv_call - a call of userspace's
 * @viommu: the guest's unit
 * @array: how far the call has got
 * @batch: descriptors for the unit
 * @iotlb: there are some of the IOTLB since the last fence
 * @any: there are some at all since then
 * @gone: the unit has gone: its ring is freed after a grace period, and devices with it
 */
struct vinv_call {
	struct vtd_viommu *viommu;
	struct user_array_walk array;
	struct vtd_qi_batch batch;
	bool iotlb;
	bool any;
	bool gone;
};

static void vtd_vinv_add(struct vinv_call *call, struct cmd_words desc)
{
	if (unlikely(call->gone))
		return;
	vtd_qi_add(&call->batch, desc);
	call->iotlb = true;
	call->any = true;
}

static void vtd_vinv_fence(struct vinv_call *call)
{
	if (call->any && !call->gone)
		vtd_qi_add(&call->batch, vtd_desc_fence(call->batch.unit));
	call->iotlb = false;
	call->any = false;
}

/* Bits of a stage-1 address that are used, and the sign that all above are copies of */
#define VINV_CANONICAL	57

static bool vtd_vinv_is_canonical(u64 addr)
{
	return sign_extend64(addr, VINV_CANONICAL - 1) == (s64)addr;
}

/* A range that the unit may not take becomes everything that has the PASID */
static struct cmd_words vtd_vinv_desc(const struct vtd_unit *unit,
				      const struct vtd_attach *att,
				      const struct vtd_vqi *req)
{
	u64 addr = req->w1 & VTD_PIOTLB1_ADDR;

	if (req->kind != VTD_VQI_PAGES || !(unit->cap & VTD_CAP_PSI) ||
	    req->am > vtd_max_am(unit) || !vtd_vinv_is_canonical(addr))
		return vtd_desc_piotlb_pasid(att->did, att->pasid);
	addr &= ~((VTD_PAGE_SIZE << req->am) - 1);
	return vtd_desc_piotlb_page(att->did, att->pasid, addr, req->am,
				    req->leaf);
}

/* Those with the same PASID are together in the list, and have one domain-id */
static void vtd_vinv_add_domain(struct vinv_call *call,
				const struct vtd_nested *nested,
				const struct vtd_vqi *req)
{
	const struct vtd_unit *unit = call->viommu->unit;
	const struct vtd_attach *prev = NULL;
	const struct vtd_unit_users *at;
	struct vtd_attach *att;

	at = vtd_users_on(&nested->users, unit);
	vtd_for_each_attach(att, at) {
		if (req->kind != VTD_VQI_DOMAIN && att->pasid != req->pasid)
			continue;
		if (!prev || prev->pasid != att->pasid)
			vtd_vinv_add(call, vtd_vinv_desc(unit, att, req));
		prev = att;
	}
}

static int vtd_vinv_add_did(struct vinv_call *call, const struct vtd_vqi *req)
{
	struct vtd_viommu *viommu = call->viommu;
	const struct vtd_vdid *vdid = xa_load(&viommu->dids, req->did);
	const struct vtd_nested *nested;

	if (!vdid)
		return -EIO;
	if (req->kind == VTD_VQI_NOTHING)
		return 0;
	list_for_each_entry_srcu(nested, &vdid->domains, did_node,
				 srcu_read_lock_held(&viommu->unit->srcu))
		vtd_vinv_add_domain(call, nested, req);
	return 0;
}

static void vtd_vinv_add_all(struct vinv_call *call)
{
	const struct vtd_viommu *viommu = call->viommu;
	const struct vtd_attach *prev = NULL;
	const struct vtd_unit_users *at;
	struct vtd_attach *att;

	at = vtd_users_on(&viommu->parent->users, viommu->unit);
	vtd_for_each_nested(att, at) {
		if (att->viommu != viommu)
			continue;
		if (!prev || prev->did != att->did || prev->pasid != att->pasid)
			vtd_vinv_add(call, vtd_desc_piotlb_pasid(att->did,
								 att->pasid));
		prev = att;
	}
}

/* Is a device known among those that a function mask covers? */
static bool vtd_vinv_knows(struct vtd_viommu *viommu,
			   const struct vtd_vqi *req)
{
	u16 ignored = vtd_vqi_ignored(req->fm);
	unsigned int i;

	for (i = 0; i < 8; i++)
		if (!(i & ~ignored) &&
		    xa_load(&viommu->sids, (req->sid & ~ignored) | i))
			return true;
	return false;
}

/*
 * The device may ask for a translation again as soon as it has forgotten it, so the
 * IOTLB comes first. The hardware sees to that order for PASIDs only (6.5.2.12).
 */
static int vtd_vinv_add_devtlb(struct vinv_call *call, const struct vtd_vqi *req)
{
	struct vtd_device *edev = xa_load(&call->viommu->sids, req->sid);
	struct cmd_words desc;

	if (!edev)
		return -EIO;
	if (unlikely(call->gone))
		return 0;
	/* A device that has none, or not so wide ones, need not answer */
	if (req->kind == VTD_VQI_PDEVTLB && req->pasid >> edev->pasid_bits)
		return -EIO;
	if (req->kind == VTD_VQI_PDEVTLB && !edev->pasid_bits)
		return -EIO;
	if (!vtd_devtlb_live(edev))
		return 0;

	if (req->kind == VTD_VQI_DEVTLB) {
		if (call->iotlb)
			vtd_vinv_fence(call);
		desc = vtd_desc_devtlb(edev->sid, vtd_pfsid(edev),
				       edev->ats_depth, 0, 0);
	} else {
		desc = vtd_desc_pdevtlb(edev->sid, vtd_pfsid(edev),
					edev->ats_depth, req->pasid, 0, 0);
	}
	desc.w1 = req->w1;
	vtd_qi_add_devtlb(&call->batch, edev, desc);
	call->any = true;
	return 0;
}

static int vtd_vinv_add_one(struct vinv_call *call, const u64 *desc)
{
	const struct vtd_unit *unit = call->viommu->unit;
	struct vtd_vqi req;
	int ret;

	ret = vtd_vqi_decode(desc, unit->cap, unit->ecap, &req);
	if (unlikely(ret))
		return ret;

	if (req.has_did)
		return vtd_vinv_add_did(call, &req);
	switch (req.kind) {
	case VTD_VQI_ALL:
		vtd_vinv_add_all(call);
		return 0;
	case VTD_VQI_DEVTLB:
	case VTD_VQI_PDEVTLB:
		return vtd_vinv_add_devtlb(call, &req);
	case VTD_VQI_FENCE:
		vtd_vinv_fence(call);
		return 0;
	default:
		return !req.has_sid || vtd_vinv_knows(call->viommu, &req) ?
		       0 : -EIO;
	}
}

/* How many descriptors are good, which are in the batch then */
static unsigned int vtd_vinv_add_block(struct vinv_call *call,
				       const __le64 *block, unsigned int nr,
				       int *ret)
{
	const unsigned int words = call->array.entry_len / sizeof(*block);
	unsigned int i, j;

	for (i = 0; i < nr; i++) {
		u64 desc[4] = {};

		for (j = 0; j < words; j++)
			desc[j] = le64_to_cpu(block[i * words + j]);
		*ret = vtd_vinv_add_one(call, desc);
		if (*ret)
			break;
	}
	return i;
}

static int vtd_vinv_finish(struct vinv_call *call)
{
	const struct vtd_viommu *viommu = call->viommu;

	return vtd_finish_for(&call->batch,
			      vtd_users_on(&viommu->parent->users, viommu->unit),
			      viommu);
}

/*
 * The @nr descriptors of @block, copied last; and after the last ones a wait for all
 * of them
 */
static int vtd_vinv_do_block(struct vinv_call *call, const __le64 *block,
			     unsigned int nr)
{
	struct vtd_unit *unit = call->viommu->unit;
	ktime_t start;
	bool more;
	int bad = 0;

	guard(srcu)(&unit->srcu);

	start = vtd_timing_start();
	/* Nothing of it is touched from then on, and nothing is cached */
	call->gone = READ_ONCE(unit->qi.ring.ended);
	if (call->gone)
		cmd_batch_empty(&call->batch.cmds);
	nr = vtd_vinv_add_block(call, block, nr, &bad);
	user_array_did(&call->array, nr, bad);
	more = user_array_more(&call->array);
	if (more && call->batch.cmds.nr)
		vtd_qi_push(&call->batch);
	/* Less what it took to move full batches into the ring */
	vtd_timing_add(&unit->timing.convert, start + call->batch.cmds.spent);
	call->batch.cmds.spent = 0;
	return more || call->gone ? 0 : vtd_vinv_finish(call);
}

/**
 * vtd_viommu_invalidate - a guest has changed its tables
 * @core: the guest's unit
 * @array: its descriptors; on return its entry_num says how many are done
 *
 * Context: process context.
 * Return: 0; -EINVAL for another type or length, -EIO or -EFAULT for the first bad
 * descriptor, when those before it are done; -ETIMEDOUT or -EIO if the hardware
 * failed, or has failed before, when devices that may be affected are blocked
 */
int vtd_viommu_invalidate(struct iommufd_viommu *core,
			  struct iommu_user_data_array *array)
{
	__le64 block[VINV_BLOCK / sizeof(__le64)] __uninitialized;
	struct inval_time *timing = &to_vtd_viommu(core)->unit->timing;
	struct vinv_call call __uninitialized;
	int ret;

	ret = user_array_begin(&call.array, array,
			       IOMMU_VIOMMU_INVALIDATE_DATA_VTD);
	if (ret)
		return ret;
	if (call.array.total && call.array.entry_len != VINV_SHORT &&
	    call.array.entry_len != VINV_LONG)
		return -EINVAL;
	call.viommu = to_vtd_viommu(core);
	call.iotlb = false;
	call.any = false;

	/* A device that is found blocked sees the tables as they are now */
	smp_mb();
	vtd_qi_begin(&call.batch, call.viommu->unit, false);
	call.batch.cmds.parks = true;
	while (user_array_more(&call.array)) {
		ktime_t start = vtd_timing_start();
		unsigned int nr;

		nr = user_array_copy(&call.array, block, call.array.entry_len,
				     VINV_BLOCK / call.array.entry_len);
		vtd_timing_add(&timing->copy, start);
		ret = vtd_vinv_do_block(&call, block, nr);
	}

	inval_time_call(&vtd_meter, timing, call.array.done);
	return user_array_end(&call.array, array, ret);
}
