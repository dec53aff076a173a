// SPDX-License-Identifier: GPL-2.0-only
/*
 * ASIDs and VMIDs, what the TLB tags translations with
 *
 * One is given back when no cache has anything of it. If that cannot be had, for
 * the hardware does not answer, it is lost: nobody else may get it.
 */
#include <linux/device.h>
#include <linux/ratelimit.h>

#include "nested.h"

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

static bool tag_forgotten(struct smmu3_unit *unit, struct smmu3_cmd cmd)
{
	struct smmu3_batch batch;

	/* With the hardware all its caches are gone */
	if (unit->gone)
		return true;

	guard(srcu)(&smmu3_srcu);

	smmu3_batch_begin(&batch, unit, false);
	smmu3_batch_add(&batch, cmd);
	if (!smmu3_batch_flush(&batch))
		return true;
	dev_err_ratelimited(unit->dev, "an ASID or VMID is lost\n");
	return false;
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
	if (tag_forgotten(unit, smmu3_cmd_tlbi_nh_asid(0, asid)))
		tag_free(&unit->asids, share, asid);
	else
		tag_lose(share);
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
	if (tag_forgotten(unit, smmu3_cmd_tlbi_s12_vmall(vmid)))
		tag_free(&unit->vmids, share, vmid);
	else
		tag_lose(share);
}
