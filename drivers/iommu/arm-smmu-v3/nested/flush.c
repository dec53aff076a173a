// SPDX-License-Identifier: GPL-2.0-only
/*
 * Invalidation of what is cached of a domain
 *
 * The walk of a domain's attachments here takes no lock, see arm_smmu_v3_nested.h.
 * The list keeps attachments with the same tag together, so that each tag is
 * invalidated once.
 */
#include <linux/log2.h>
#include <linux/rculist.h>

#include "arm_smmu_v3_nested.h"
#include "domain.h"
#include "flush.h"
#include "queue.h"
#include "range.h"
#include "recover.h"
#include "viommu.h"

static void smmu3_add_atc(struct smmu3_batch *batch, struct smmu3_device *sdev,
			  u64 w0, u64 addr, unsigned int size)
{
	unsigned int i;

	for (i = 0; i < sdev->nr_sids; i++)
		smmu3_batch_add_atc(batch, sdev, (struct cmd_words) {
			.w0 = SMMU_OP_ATC_INV | w0 |
			      FIELD_PREP(SMMU_CMD0_SID, sdev->sids[i]),
			.w1 = FIELD_PREP(SMMU_ATC1_SIZE, size) |
			      (addr & SMMU_ATC1_ADDR),
		});
}

/**
 * smmu3_add_atc_all - have a device forget all that is in its ATC
 * @batch: gets the commands
 * @sdev: the device, which does ATS
 */
void smmu3_add_atc_all(struct smmu3_batch *batch, struct smmu3_device *sdev)
{
	smmu3_add_atc(batch, sdev, 0, 0, SMMU_ATC_SIZE_ALL);
	if (sdev->pasid_bits)
		smmu3_add_atc(batch, sdev, SMMU_CMD0_SSV | SMMU_ATC0_GLOBAL, 0,
			      SMMU_ATC_SIZE_ALL);
}

/**
 * smmu3_add_atc_pasid - have a device forget what is in its ATC of an attachment
 * @batch: gets the commands, if there is an ATC
 * @att: the attachment
 * @first: the first byte
 * @last: the last byte
 */
void smmu3_add_atc_pasid(struct smmu3_batch *batch,
			 const struct smmu3_attach *att, u64 first, u64 last)
{
	struct smmu3_device *sdev = att->sdev;
	unsigned int size;
	u64 addr, w0 = 0;

	if (!att->ats || !smmu3_atc_live(sdev))
		return;
	if (att->pasid != IOMMU_NO_PASID)
		w0 = SMMU_CMD0_SSV | FIELD_PREP(SMMU_CMD0_SSID, att->pasid);
	size = smmu3_atc_span(first, last, &addr);
	smmu3_add_atc(batch, sdev, w0, addr, size);
}

/**
 * smmu3_add_tag - forget all translations with the tag of an attachment
 * @batch: gets the command
 * @att: the attachment
 */
void smmu3_add_tag(struct smmu3_batch *batch, const struct smmu3_attach *att)
{
	switch (att->tag) {
	case SMMU3_TAG_ASID:
		smmu3_batch_add(batch, smmu3_cmd_tlbi_nh_asid(0, att->id));
		break;
	case SMMU3_TAG_VMID:
	case SMMU3_TAG_GUEST:
		smmu3_batch_add(batch, smmu3_cmd_tlbi_s12_vmall(att->id));
		break;
	case SMMU3_TAG_NONE:
		break;
	}
}

static struct cmd_words smmu3_page_cmd(const struct smmu3_attach *att)
{
	if (att->tag == SMMU3_TAG_ASID)
		return (struct cmd_words) {
			.w0 = SMMU_OP_TLBI_NH_VA |
			      FIELD_PREP(SMMU_TLBI0_ASID, att->id),
		};
	return (struct cmd_words) {
		.w0 = SMMU_OP_TLBI_S2_IPA |
		      FIELD_PREP(SMMU_TLBI0_VMID, att->id),
	};
}

static bool smmu3_same_tag(const struct smmu3_attach *a,
			   const struct smmu3_attach *b)
{
	return a->tag == b->tag && a->id == b->id;
}

/* Some attachment of @paging, and of @viommu if that is not NULL */
static bool smmu3_concerns(const struct smmu3_attach *att,
			   const struct smmu3_viommu *viommu)
{
	return !viommu || att->viommu == viommu;
}

/* Marked, and not blocked for certain yet */
static bool smmu3_is_pending(unsigned long state)
{
	return state && !(state & BIT(SMMU3_DEV_OUT));
}

/*
 * The marks that devices have, all in one; 0 most of the time. Those of a device that
 * was torn out are of no interest any more.
 */
static unsigned long smmu3_marks(struct smmu3_paging *paging,
				 const struct smmu3_viommu *viommu)
{
	unsigned long state, all = 0;
	struct smmu3_attach *att;

	list_for_each_entry_srcu(att, &paging->attachments, node,
				 srcu_read_lock_held(&paging->unit->srcu)) {
		state = READ_ONCE(att->sdev->state);
		if (likely(!state) || !smmu3_concerns(att, viommu) ||
		    smmu3_device_unplugged(att->sdev))
			continue;
		all |= state;
		if (smmu3_is_pending(state))
			all |= BIT(SMMU3_DEV_FAILED);
	}
	return all;
}

/* Commands were refused: nobody knows what these have cached */
static void smmu3_mark_failed(struct smmu3_paging *paging,
			      const struct smmu3_viommu *viommu)
{
	struct smmu3_attach *att;

	list_for_each_entry_srcu(att, &paging->attachments, node,
				 srcu_read_lock_held(&paging->unit->srcu))
		if (smmu3_concerns(att, viommu))
			set_bit(SMMU3_DEV_FAILED, &att->sdev->state);
}

/**
 * smmu3_is_atomic - a domain may be unmapped where nobody can sleep
 * @paging: the domain
 *
 * iommufd maps and unmaps in process context, and so does VFIO without it, which
 * nobody else's domains have the cookie of. Of others, the DMA API first of all,
 * one cannot know. So these are the kernel's own.
 *
 * Return: true if it may
 */
bool smmu3_is_atomic(const struct smmu3_paging *paging)
{
	switch (paging->domain.cookie_type) {
	case IOMMU_COOKIE_IOMMUFD:
	case IOMMU_COOKIE_DMA_MSI:
		return false;
	default:
		return true;
	}
}

/*
 * A caller that was told that the queue is dead relies on a recovery since, or on
 * the unit translating nothing. A unit that cannot be stopped either may have
 * anything.
 */
static bool smmu3_is_lost(const struct smmu3_unit *unit)
{
	return READ_ONCE(unit->cmdq.ring.dead) && smmu3_translates(unit);
}

static void smmu3_finish_sleeping(struct smmu3_paging *paging,
				  const struct smmu3_viommu *viommu, int err)
{
	struct smmu3_unit *unit = paging->unit;

	guard(mutex)(&unit->lock);

	if (err == -EIO)
		smmu3_mark_failed(paging, viommu);
	if (err && smmu3_is_lost(unit)) {
		smmu3_mark_failed(paging, viommu);
		smmu3_recover_doubt(paging);
	}
	smmu3_unit_block_failed(unit);
}

/**
 * smmu3_finish - block the devices that keep stale translations
 * @paging: the domain that something was invalidated of
 * @viommu: only the devices of this vIOMMU are concerned, or NULL
 * @err: what smmu3_batch_flush() said
 *
 * ETIMEDOUT means that the queue has lost commands: the recovery makes up for them,
 * or has all DMA aborted, and no device is to blame; but if it can do neither, all
 * are blocked as well as it goes. Devices that have not answered are marked. Refused
 * commands are the fault of those whose translations they were for, but not of the
 * DMA API's, which the host itself lives on: for these the recovery invalidates
 * everything, and nothing is mapped until it has.
 *
 * Context: in a read-side section of the unit's @srcu; any if the domain is not
 * iommufd's, else process context without the unit's mutex.
 * Return: 0; -EIO or -ETIMEDOUT if the hardware failed, or if a device is blocked.
 * Where nobody can sleep devices may be blocked a little later.
 */
int smmu3_finish(struct smmu3_paging *paging, const struct smmu3_viommu *viommu,
		 int err)
{
	unsigned long found;

	found = smmu3_marks(paging, viommu);
	if (likely(!err && !found))
		return 0;
	/* With the hardware all that it had cached is gone */
	if (READ_ONCE(paging->unit->gone))
		return 0;
	if (err || found & BIT(SMMU3_DEV_FAILED)) {
		if (smmu3_is_atomic(paging))
			smmu3_recover_doubt(paging);
		else
			smmu3_finish_sleeping(paging, viommu, err);
	}
	/* Also if it has come back meanwhile, and has forgotten everything */
	return err ?: -ETIMEDOUT;
}

/*
 * All commands for the TLB. Returns false if there are none. @ats is set if some
 * device has an ATC.
 */
static bool smmu3_add_tlb(struct smmu3_batch *batch,
			  struct smmu3_paging *paging,
			  const struct smmu3_range *range, bool *ats)
{
	const struct smmu3_attach *prev = NULL;
	struct smmu3_attach *att;
	bool guests = false;

	list_for_each_entry_srcu(att, &paging->attachments, node,
				 srcu_read_lock_held(&paging->unit->srcu)) {
		struct smmu3_range todo;
		struct cmd_words cmd;

		*ats |= att->ats;
		if (prev && smmu3_same_tag(prev, att))
			continue;
		prev = att;
		guests |= att->tag == SMMU3_TAG_GUEST;
		if (!range) {
			smmu3_add_tag(batch, att);
			continue;
		}
		cmd = smmu3_page_cmd(att);
		todo = *range;
		while (todo.left)
			smmu3_batch_add(batch, smmu3_range_next(&todo, cmd));
	}
	if (!guests || !range)
		return prev;

	/*
	 * What a guest's stage-1 and our stage-2 make together cannot be found by
	 * its stage-2 address: all of it goes, when stage-2 alone is gone
	 * already, or it could come back.
	 */
	smmu3_batch_add(batch, smmu3_cmd_sync());
	prev = NULL;
	list_for_each_entry_srcu(att, &paging->attachments, node,
				 srcu_read_lock_held(&paging->unit->srcu)) {
		if (att->tag != SMMU3_TAG_GUEST || (prev && smmu3_same_tag(prev, att)))
			continue;
		prev = att;
		smmu3_batch_add(batch, smmu3_cmd_tlbi_nh_all(att->id));
	}
	return true;
}

/*
 * An ATC is filled from the TLB, so it comes after the TLB is done (4.5.1). The
 * two are waited for apart, so that a caller without an ATC waits for none. What a
 * guest's device has in its ATC has addresses of the guest's stage-1.
 */
static int smmu3_flush_atcs(struct smmu3_batch *batch,
			    struct smmu3_paging *paging, u64 first, u64 last)
{
	struct smmu3_attach *att;

	/* Pairs with the one of smmu3_device_try(): see smmu3_atc_live() */
	smp_mb();
	list_for_each_entry_srcu(att, &paging->attachments, node,
				 srcu_read_lock_held(&paging->unit->srcu)) {
		if (att->tag != SMMU3_TAG_GUEST)
			smmu3_add_atc_pasid(batch, att, first, last);
		else if (att->ats && smmu3_atc_live(att->sdev))
			smmu3_add_atc_all(batch, att->sdev);
	}
	return smmu3_batch_flush(batch);
}

/**
 * smmu3_paging_flush - forget a range of a domain
 * @paging: the domain
 * @first: the first byte
 * @last: the last byte
 * @granule: size of the leaf entries that are gone
 * @leaf: only leaf entries are gone
 *
 * Context: any, if the domain is not iommufd's.
 */
void smmu3_paging_flush(struct smmu3_paging *paging, u64 first, u64 last,
			size_t granule, bool leaf)
{
	struct smmu3_unit *unit = paging->unit;
	struct smmu3_range range;
	/* Commands are read only where they were written */
	struct smmu3_batch batch __uninitialized;
	bool small, ats = false;
	int ret;

	/* A device that is attached after this sees the tables as they are now */
	smp_mb();
	guard(srcu)(&unit->srcu);

	small = smmu3_range_init(&range, first, last, granule,
				 __ffs(paging->domain.pgsize_bitmap),
				 unit->idr[3] & SMMU_IDR3_RIL, leaf);
	smmu3_batch_begin(&batch, unit, smmu3_is_atomic(paging));
	batch.cmds.parks = !batch.cmds.atomic;
	if (!smmu3_add_tlb(&batch, paging, small ? &range : NULL, &ats))
		return;
	ret = smmu3_batch_flush(&batch);
	if (!ret && ats)
		ret = smmu3_flush_atcs(&batch, paging, first, last);
	smmu3_finish(paging, NULL, ret);
}

/**
 * smmu3_paging_flush_all - forget a domain
 * @paging: the domain
 *
 * Context: any, if the domain is not iommufd's.
 */
void smmu3_paging_flush_all(struct smmu3_paging *paging)
{
	smmu3_paging_flush(paging, 0, U64_MAX, PAGE_SIZE, false);
}
