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

static int tag_alloc(struct ida *ida, unsigned int first, unsigned int bits)
{
	return ida_alloc_range(ida, first, (1U << bits) - 1, GFP_KERNEL);
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
 *
 * Return: the ASID, -ENOSPC or -ENOMEM
 */
int smmu3_asid_alloc(struct smmu3_unit *unit)
{
	return tag_alloc(&unit->asids, SMMU3_ASID_FIRST, unit->asid_bits);
}

/**
 * smmu3_asid_free - give back an ASID
 * @unit: the unit
 * @asid: the ASID, which nothing refers to
 *
 * Context: process context.
 */
void smmu3_asid_free(struct smmu3_unit *unit, u16 asid)
{
	if (tag_forgotten(unit, smmu3_cmd_tlbi_nh_asid(0, asid)))
		ida_free(&unit->asids, asid);
}

/**
 * smmu3_vmid_alloc - get a VMID of a unit
 * @unit: the unit
 *
 * Return: the VMID, -ENOSPC or -ENOMEM
 */
int smmu3_vmid_alloc(struct smmu3_unit *unit)
{
	return tag_alloc(&unit->vmids, SMMU3_VMID_FIRST, unit->vmid_bits);
}

/**
 * smmu3_vmid_free - give back a VMID
 * @unit: the unit
 * @vmid: the VMID, which nothing refers to
 *
 * Context: process context.
 */
void smmu3_vmid_free(struct smmu3_unit *unit, u16 vmid)
{
	if (tag_forgotten(unit, smmu3_cmd_tlbi_s12_vmall(vmid)))
		ida_free(&unit->vmids, vmid);
}
