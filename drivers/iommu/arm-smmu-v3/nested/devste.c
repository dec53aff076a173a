// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the entries of a device are to say, by what is attached to it
 */
#include "arm_smmu_v3_nested.h"
#include "domain.h"
#include "tables.h"
#include "viommu.h"

static void smmu3_device_env(const struct smmu3_device *sdev,
			     const struct smmu3_attach *rid,
			     struct smmu3_ste_env *env)
{
	const struct smmu3_unit *unit = sdev->unit;
	u32 model = FIELD_GET(SMMU_IDR0_STALL_MODEL, unit->idr[0]);
	bool handled = rid && rid->stall;

	*env = (struct smmu3_ste_env) {
		.ats = sdev->ats_on,
		.attr_ovr = unit->idr[1] & SMMU_IDR1_ATTR_TYPES_OVR,
		/* What the unit is forced to it cannot be kept from */
		.stall = model == SMMU_STALL_MODEL_FORCE ||
			 (handled && rid->tag == SMMU3_TAG_VMID),
		/*
		 * Of a device that can wait a guest's context descriptors may say so,
		 * whether there is a handler or not: without one it is aborted as soon
		 * as its event is read.
		 */
		.no_stall = model == SMMU_STALL_MODEL_BOTH && !sdev->stall,
		.ppar = sdev->nr_pri && sdev->pasid_bits,
	};
}

static struct smmu3_ste smmu3_stage1_ste(const struct smmu3_device *sdev,
					 const struct smmu3_ste_env *env,
					 u8 s1dss)
{
	struct smmu3_cdref cds = {
		.table = virt_to_phys(sdev->cdtab.table),
		.fmt = sdev->cdtab.fmt,
		.bits = sdev->cdtab.bits,
		.s1dss = s1dss,
	};

	return smmu3_ste_stage1(env, &cds);
}

/**
 * smmu3_device_ste - what the entries of a device are to be
 * @sdev: the device, with its PASIDs
 * @rid: what is or will be attached to requests without PASID, or NULL
 *
 * Context: process context; the unit's mutex is held.
 * Return: the entry
 */
struct smmu3_ste smmu3_device_ste(const struct smmu3_device *sdev,
				  const struct smmu3_attach *rid)
{
	struct smmu3_ste_env env;
	struct smmu3_stage2 s2;

	smmu3_device_env(sdev, rid, &env);
	if (smmu3_is_stage1(rid))
		return smmu3_stage1_ste(sdev, &env, SMMU_S1DSS_SSID0);
	/* PASIDs want context descriptors, what has none is not to use them */
	if (sdev->nr_pasids)
		return smmu3_stage1_ste(sdev, &env, rid ? SMMU_S1DSS_BYPASS :
						    SMMU_S1DSS_TERMINATE);
	if (!rid)
		return smmu3_ste_abort();
	if (rid->tag == SMMU3_TAG_NONE)
		return smmu3_ste_bypass(&env);

	smmu3_paging_stage2(rid->paging, &s2);
	s2.vmid = rid->id;
	if (rid->tag == SMMU3_TAG_VMID)
		return smmu3_ste_stage2(&env, &s2);
	return smmu3_ste_nested(&env, &s2, to_smmu3_nested(rid->domain)->vste);
}

/**
 * smmu3_device_cd - what the context descriptor of an attachment is to be
 * @sdev: the device
 * @att: the attachment, of stage-1 of the kernel's
 *
 * Return: the descriptor
 */
struct smmu3_cd smmu3_device_cd(const struct smmu3_device *sdev,
				const struct smmu3_attach *att)
{
	struct smmu3_stage1 s1;

	smmu3_paging_stage1(to_smmu3_paging(att->domain), &s1);
	s1.stall = att->stall ||
		   FIELD_GET(SMMU_IDR0_STALL_MODEL, sdev->unit->idr[0]) ==
			   SMMU_STALL_MODEL_FORCE;
	return smmu3_cd_stage1(&s1);
}
