// SPDX-License-Identifier: GPL-2.0-only
/*
 * Invalidations: what the host has changed
 *
 * A walk of a domain's attachments holds no lock here, see intel_nested.h. It visits one
 * unit after another, and has a batch for each: so there is one doorbell and one
 * wait for each unit.
 */
#include <linux/rculist.h>

#include "domain.h"
#include "flush.h"
#include "intel_nested.h"
#include "queue.h"
#include "range.h"
#include "recover.h"
#include "users.h"

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
	const struct vtd_device *edev = att->edev;

	if (!vtd_devtlb_live(edev))
		return;
	if (att->pasid == IOMMU_NO_PASID)
		vtd_qi_add_devtlb(batch, edev,
				  vtd_desc_devtlb(edev->sid, vtd_pfsid(edev),
						  edev->ats_depth, addr, am));
	else
		vtd_qi_add_devtlb(batch, edev,
				  vtd_desc_pdevtlb(edev->sid, vtd_pfsid(edev),
						   edev->ats_depth, att->pasid,
						   addr, am));
}

/**
 * vtd_add_devtlb_all - invalidate all that is in a device's device-TLB
 * @batch: gets the descriptors
 * @edev: the device, which has a device-TLB
 */
void vtd_add_devtlb_all(struct vtd_qi_batch *batch,
			const struct vtd_device *edev)
{
	u16 pfsid = vtd_pfsid(edev);

	vtd_qi_add_devtlb(batch, edev,
			  vtd_desc_devtlb(edev->sid, pfsid, edev->ats_depth, 0,
					  VTD_AM_ALL));
	if (edev->pasid_bits)
		vtd_qi_add_devtlb(batch, edev,
				  vtd_desc_pdevtlb_all(edev->sid, pfsid,
						       edev->ats_depth));
}

/*
 * After 6.5.3.3: the PASID cache, the IOTLB, the device-TLB. The table there has
 * a narrower invalidation of the IOTLB for pass-through, but one that the hardware
 * does not order before that of a device-TLB without PASID (6.5.2.12).
 */
static int vtd_entry_forget(const struct vtd_attach *att)
{
	struct vtd_device *edev = att->edev;
	struct vtd_qi_batch batch;
	int ret;

	vtd_qi_begin(&batch, edev->unit, false);
	vtd_qi_add(&batch, vtd_desc_pc_pasid(att->did, att->pasid));
	vtd_qi_add(&batch, vtd_desc_iotlb_domain(att->did,
						 vtd_drain(edev->unit)));
	ret = vtd_qi_flush(&batch);
	if (ret)
		return ret;
	vtd_add_devtlb(&batch, att, 0, VTD_AM_ALL);
	ret = vtd_qi_flush(&batch);
	if (!ret && vtd_device_failed(edev))
		return -ETIMEDOUT;
	return ret;
}

/**
 * vtd_entry_flush - forget all that hangs on a PASID table entry
 * @att: whose entry
 *
 * Context: process context; the unit's mutex is held.
 * Return: 0, -EIO or -ETIMEDOUT, when the device is to be blocked
 */
int vtd_entry_flush(const struct vtd_attach *att)
{
	int ret = vtd_entry_forget(att);

	/* The queue stands still for one that was torn out: a reset does all of it */
	if (ret == -ETIMEDOUT && vtd_device_unplugged(att->edev))
		return vtd_device_recover(att->edev);
	return ret;
}

/**
 * vtd_add_context_flush - forget all that hangs on a context entry
 * @batch: gets the descriptors
 * @edev: whose entry
 *
 * The table of 6.5.3.3 has it by domain; which ones these were is not worth
 * remembering. The device-TLB is left to the caller.
 */
void vtd_add_context_flush(struct vtd_qi_batch *batch,
			   const struct vtd_device *edev)
{
	struct vtd_device *owner;
	unsigned long sid;

	vtd_qi_add(batch, vtd_desc_cc_device(edev->sid));
	xa_for_each(&edev->unit->aliases, sid, owner)
		if (owner == edev)
			vtd_qi_add(batch, vtd_desc_cc_device(sid));
	vtd_qi_add(batch, vtd_desc_pc_global());
	vtd_qi_add(batch, vtd_desc_iotlb_global(vtd_drain(batch->unit)));
}

static void vtd_add_stage1(struct vtd_qi_batch *batch,
			   const struct vtd_attach *att,
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

static void vtd_add_stage2(struct vtd_qi_batch *batch, u16 did,
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

static void vtd_add_devtlb_pieces(struct vtd_qi_batch *batch,
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
 * of stage-1 by the PASID too.
 */
static void vtd_add_paging(struct vtd_qi_batch *batch,
			   const struct vtd_attach *att,
			   const struct vtd_attach *prev,
			   const struct vtd_pieces *pieces, bool leaf,
			   bool stage1)
{
	if (!stage1) {
		if (!prev)
			vtd_add_stage2(batch, att->did, pieces, leaf);
	} else if (!prev || prev->pasid != att->pasid) {
		vtd_add_stage1(batch, att, pieces, leaf);
	}
}

/* Those of a device that was torn out are of no interest any more */
static unsigned long vtd_marks_of_device(const struct vtd_device *edev)
{
	unsigned long marks = READ_ONCE(edev->state);

	return likely(!marks) || vtd_device_unplugged(edev) ? 0 : marks;
}

/* Marks of all devices of the unit in the lists; with @viommu those of that */
static unsigned long vtd_marks_of(const struct vtd_unit_users *at,
				  const struct vtd_viommu *viommu)
{
	struct vtd_attach *att;
	unsigned long marks = 0;

	vtd_for_each_attach(att, at)
		if (!viommu || att->viommu == viommu)
			marks |= vtd_marks_of_device(att->edev);
	vtd_for_each_nested(att, at)
		if (!viommu || att->viommu == viommu)
			marks |= vtd_marks_of_device(att->edev);
	return marks;
}

static void vtd_mark_all_failed(const struct vtd_unit_users *at,
				const struct vtd_viommu *viommu)
{
	struct vtd_attach *att;

	vtd_for_each_attach(att, at)
		if (!viommu || att->viommu == viommu)
			vtd_device_mark_failed(att->edev);
	vtd_for_each_nested(att, at)
		if (!viommu || att->viommu == viommu)
			vtd_device_mark_failed(att->edev);
}

static void vtd_batch_undone(struct vtd_qi_batch *batch)
{
	batch->undone = true;
	if (batch->tables)
		vtd_withhold(batch->tables, batch->unit);
}

/*
 * What @batch has asked for was not done. A user's devices are blocked. Others,
 * the machine's disk among them, are not to be the victims of a user's device:
 * the unit forgets all, see owed.c.
 */
static void vtd_batch_failed(struct vtd_qi_batch *batch,
			     const struct vtd_unit_users *at,
			     const struct vtd_viommu *viommu)
{
	if (!batch->cmds.atomic) {
		vtd_mark_all_failed(at, viommu);
		return;
	}
	vtd_lose(batch->unit);
	vtd_batch_undone(batch);
}

/*
 * Another caller has lost something behind a device-TLB already, which has not
 * answered yet: there is no point in spinning for as long as that one did.
 */
static bool vtd_is_hopeless(const struct vtd_qi_batch *batch)
{
	return batch->cmds.atomic && vtd_owes(batch->unit) &&
	       cmd_ring_asks_devtlb(&batch->unit->qi.ring) &&
	       (batch->cmds.nr || batch->cmds.pending);
}

static int vtd_batch_wait(struct vtd_qi_batch *batch)
{
	if (likely(!vtd_is_hopeless(batch)))
		return vtd_qi_flush(batch);
	cmd_batch_empty(&batch->cmds);
	return -ETIMEDOUT;
}

/**
 * vtd_finish_for - wait for a batch, and see to it that a device that keeps stale
 *	translations is blocked
 * @batch: the batch
 * @at: the users of the domain whose translations it is about, on the batch's unit;
 *	or NULL if there are none
 * @viommu: only the devices of this vIOMMU are concerned, or NULL
 *
 * Context: in a read-side section of the unit's @srcu; as the batch is.
 * Return: 0; -EIO or -ETIMEDOUT if the hardware failed, or has failed before and
 * a device is still blocked. It is, or will be soon if the batch is atomic.
 */
int vtd_finish_for(struct vtd_qi_batch *batch, const struct vtd_unit_users *at,
		   const struct vtd_viommu *viommu)
{
	struct vtd_unit *unit = batch->unit;
	unsigned long marks;
	int ret;

	ret = vtd_batch_wait(batch);
	if (unlikely(ret))
		vtd_batch_failed(batch, at, viommu);
	marks = vtd_marks_of(at, viommu);
	if (likely(!marks))
		return ret;
	/* The devices that were not asked since they have failed, and the rest */
	if (marks & BIT(VTD_DEV_FAILED))
		vtd_unit_failed(unit, batch->cmds.atomic);
	if (ret && READ_ONCE(unit->stale))
		vtd_batch_undone(batch);
	return ret ?: -ETIMEDOUT;
}

/**
 * vtd_is_atomic - a domain may be unmapped where nobody can sleep
 * @paging: the domain
 *
 * iommufd maps and unmaps in process context. Of others, the DMA API first of
 * all, one cannot know.
 *
 * Return: true if it may
 */
bool vtd_is_atomic(const struct vtd_paging *paging)
{
	return paging->domain.cookie_type != IOMMU_COOKIE_IOMMUFD;
}

static void vtd_begin_flush(struct vtd_qi_batch *batch, struct vtd_unit *unit,
			    const struct vtd_paging *paging)
{
	vtd_qi_begin(batch, unit, vtd_is_atomic(paging));
	batch->cmds.parks = !batch->cmds.atomic;
}

/* Returns true if a device-TLB may have it too */
static bool vtd_add_iotlb(struct vtd_qi_batch *batch,
			  const struct vtd_unit_users *at,
			  const struct vtd_pieces *pieces, bool leaf,
			  bool stage1)
{
	const struct vtd_attach *prev = NULL;
	struct vtd_attach *att;
	bool ats = false;

	vtd_for_each_attach(att, at) {
		vtd_add_paging(batch, att, prev, pieces, leaf, stage1);
		ats |= att->edev->ats_depth;
		prev = att;
	}

	prev = NULL;
	vtd_for_each_nested(att, at) {
		if (!prev || prev->did != att->did)
			vtd_qi_add(batch,
				   vtd_desc_iotlb_domain(att->did,
							 vtd_drain(batch->unit)));
		ats |= att->edev->ats_depth;
		prev = att;
	}
	return ats;
}

/* Sets @ats if a device-TLB may have it too. Returns ETIMEDOUT if it is not done. */
static noinline_for_stack int
vtd_flush_iotlb(struct vtd_paging *paging, u64 first, u64 last, bool leaf, bool *ats)
{
	struct vtd_qi_batch batch;
	struct vtd_pieces pieces;
	struct vtd_walk walk;
	bool undone = false;

	*ats = false;
	vtd_for_each_unit(&walk, &paging->users) {
		vtd_begin_flush(&batch, walk.at->unit, paging);
		batch.tables = leaf ? NULL : paging;
		vtd_pieces_of(&pieces, batch.unit, first, last);
		*ats |= vtd_add_iotlb(&batch, walk.at, &pieces, leaf,
				      vtd_is_stage1(paging));
		vtd_finish(&batch, walk.at);
		undone |= batch.undone;
	}
	return undone ? -ETIMEDOUT : 0;
}

static noinline_for_stack void
vtd_flush_devtlbs(struct vtd_paging *paging, u64 first, u64 last)
{
	struct vtd_qi_batch batch;
	struct vtd_pieces pieces;
	struct vtd_attach *att;
	struct vtd_walk walk;

	vtd_for_each_unit(&walk, &paging->users) {
		vtd_begin_flush(&batch, walk.at->unit, paging);
		vtd_pieces_of(&pieces, batch.unit, first, last);
		vtd_for_each_attach(att, walk.at)
			vtd_add_devtlb_pieces(&batch, att, &pieces);
		vtd_for_each_nested(att, walk.at)
			vtd_add_devtlb(&batch, att, 0, VTD_AM_ALL);
		vtd_finish(&batch, walk.at);
	}
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
 * Device-TLBs come when all that they are filled from is done, with a wait of
 * their own: others behind it in the queue do not wait for a slow one before its
 * turn, and one that does not answer is alone with its failure.
 *
 * Context: any, if the domain is not iommufd's.
 * Return: 0, when no unit uses a table any more that was taken out of the domain;
 * or -ETIMEDOUT if one may, until it has recovered
 */
int vtd_paging_flush(struct vtd_paging *paging, u64 first, u64 last, bool leaf)
{
	bool ats;
	int ret;

	/*
	 * A device that is attached after this sees the tables as they are now; and
	 * so does one that is found blocked, see block.c
	 */
	smp_mb();
	ret = vtd_flush_iotlb(paging, first, last, leaf, &ats);
	if (ats)
		vtd_flush_devtlbs(paging, first, last);
	return ret;
}

/**
 * vtd_paging_flush_new - let units see new entries of a domain
 * @paging: the domain
 * @first: the first byte
 * @last: the last byte
 *
 * Most need nothing, see vtd_must_flush_new(). The DMA API, which may have been given
 * an address that a unit still translates as before, is told so: with ENOMEM, after
 * which it tries again later. A user gets its own memory at most, and its device is
 * blocked.
 *
 * Context: any, if the domain is not iommufd's.
 * Return: 0; or -ENOMEM if what was there before may still be in use
 */
int vtd_paging_flush_new(struct vtd_paging *paging, u64 first, u64 last)
{
	bool need = false, stale = false;
	struct vtd_attach *att;
	struct vtd_walk walk;

	vtd_for_each_unit(&walk, &paging->users) {
		need |= vtd_must_flush_new(walk.at->unit);
		vtd_for_each_attach(att, walk.at)
			stale |= vtd_may_be_stale(att->edev);
	}
	if (need)
		stale |= vtd_paging_flush(paging, first, last, false);
	return stale && vtd_is_atomic(paging) ? -ENOMEM : 0;
}
