// SPDX-License-Identifier: GPL-2.0-only
/*
 * ASIDs and VMIDs, what the TLB tags translations with
 *
 * One is given back when no cache has anything of it. If that cannot be had, for
 * the hardware does not answer, nobody else may get it until the unit has recovered,
 * and has forgotten everything.
 */
#include <linux/device.h>
#include <linux/ratelimit.h>

#include "arm_smmu_v3_nested.h"
#include "domain.h"
#include "queue.h"
#include "recover.h"

/**
 * smmu3_tags_init - find out which ASIDs and VMIDs a unit has
 * @unit: the unit
 */
void smmu3_tags_init(struct smmu3_unit *unit)
{
	tag_pool_set_range(&unit->asids, SMMU3_ASID_FIRST,
			   BIT(unit->asid_bits) - 1);
	tag_pool_set_range(&unit->vmids, SMMU3_VMID_FIRST,
			   BIT(unit->vmid_bits) - 1);
}

/* Which of the two kinds a lost one is, above its 16 bits */
#define LOST_VMID	BIT(16)

/* The mutex keeps out the recovery, which gives back all that is lost */
static void smmu3_tag_lost(struct smmu3_unit *unit, struct tag_share *share,
			   unsigned long which)
{
	void *entry = share ? (void *)share : xa_mk_value(0);

	guard(mutex)(&unit->lock);

	if (xa_err(xa_store(&unit->lost_tags, which, entry, GFP_KERNEL))) {
		dev_err_ratelimited(unit->dev, "an ASID or VMID is lost\n");
		tag_lose(share);
	}
	smmu3_recover_all(unit);
}

static bool smmu3_tag_forgotten(struct smmu3_unit *unit, struct cmd_words cmd)
{
	struct smmu3_batch batch;

	/* With the hardware all its caches are gone */
	if (unit->gone)
		return true;

	guard(srcu)(&unit->srcu);

	smmu3_batch_begin(&batch, unit, false);
	batch.cmds.parks = true;
	smmu3_batch_add(&batch, cmd);
	return !smmu3_batch_flush(&batch);
}

/**
 * smmu3_tags_forgotten - nothing is cached of what was lost
 * @unit: the unit, which has invalidated everything under its mutex
 *
 * Context: process context; the unit's mutex is held.
 */
void smmu3_tags_forgotten(struct smmu3_unit *unit)
{
	unsigned long which;
	void *entry;

	lockdep_assert_held(&unit->lock);

	xa_for_each(&unit->lost_tags, which, entry) {
		xa_erase(&unit->lost_tags, which);
		tag_free(which & LOST_VMID ? &unit->vmids : &unit->asids,
			 xa_is_value(entry) ? NULL : entry, (u16)which);
	}
}

/**
 * smmu3_asid_alloc - get an ASID of a unit, for stage-1 without stage-2
 * @unit: the unit
 * @share: of the device that it is for, or NULL
 *
 * Return: the ASID, -ENOSPC or -ENOMEM
 */
int smmu3_asid_alloc(struct smmu3_unit *unit, struct tag_share *share)
{
	return tag_alloc(&unit->asids, share, true);
}

/**
 * smmu3_asid_free - give back an ASID
 * @unit: the unit
 * @share: what it was got with
 * @asid: the ASID, which nothing refers to
 *
 * Context: process context.
 */
void smmu3_asid_free(struct smmu3_unit *unit, struct tag_share *share, u16 asid)
{
	if (smmu3_tag_forgotten(unit, smmu3_cmd_tlbi_nh_asid(0, asid)))
		tag_free(&unit->asids, share, asid);
	else
		smmu3_tag_lost(unit, share, asid);
}

/**
 * smmu3_vmid_alloc - get a VMID of a unit
 * @unit: the unit
 * @share: of the device that it is for, or NULL
 *
 * Return: the VMID, -ENOSPC or -ENOMEM
 */
int smmu3_vmid_alloc(struct smmu3_unit *unit, struct tag_share *share)
{
	return tag_alloc(&unit->vmids, share, true);
}

/**
 * smmu3_vmid_free - give back a VMID
 * @unit: the unit
 * @share: what it was got with
 * @vmid: the VMID, which nothing refers to
 *
 * Context: process context.
 */
void smmu3_vmid_free(struct smmu3_unit *unit, struct tag_share *share, u16 vmid)
{
	if (smmu3_tag_forgotten(unit, smmu3_cmd_tlbi_s12_vmall(vmid)))
		tag_free(&unit->vmids, share, vmid);
	else
		smmu3_tag_lost(unit, share, LOST_VMID | vmid);
}
