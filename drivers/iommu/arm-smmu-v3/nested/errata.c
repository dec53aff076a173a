// SPDX-License-Identifier: GPL-2.0-only
/*
 * Errata of implementations
 *
 * Where the kernel's own driver leaves something out, or does something twice,
 * so do we: it knows the errata's documents, which are not public.
 *
 * MMU-600 before r2p0, MMU-700 before r1p1: no nested translation (1209401;
 * 2268618, 2812531).
 *
 * MMU-700 before r1p1: no full batch of commands without a CMD_SYNC at its end
 * (2812531).
 *
 * Tegra264 (T264-SMMU-3): a CMD_TLBI or CMD_CFGI, also after its CMD_SYNC, may
 * leave entries behind. Both are done again. IIDR does not tell such a unit, its
 * firmware does.
 *
 * Cavium CN9900: the registers of page 1 are in page 0.
 *
 * MMU-700, MMU-L1 and MMU-S3 must not take part in the CPUs' broadcast
 * invalidations: no unit does here.
 */
#include <linux/of.h>

#include "arm_smmu_v3_nested.h"
#include "queue.h"

#define IMPLEMENTER_ARM		0x43b
#define PRODUCT_MMU_600		0x483
#define PRODUCT_MMU_700		0x487

static void smmu3_probe_iidr(struct smmu3_unit *unit)
{
	unsigned int revision = FIELD_GET(SMMU_IIDR_REVISION, unit->iidr);
	unsigned int variant = FIELD_GET(SMMU_IIDR_VARIANT, unit->iidr);

	if (FIELD_GET(SMMU_IIDR_IMPLEMENTER, unit->iidr) != IMPLEMENTER_ARM)
		return;
	switch (FIELD_GET(SMMU_IIDR_PRODUCTID, unit->iidr)) {
	case PRODUCT_MMU_600:
		unit->no_nesting = variant < 2;
		break;
	case PRODUCT_MMU_700:
		/* Of later variants only their r?p0 are not known to be right */
		unit->no_nesting = variant < 1 || revision < 1;
		unit->sync_batches = unit->no_nesting;
		break;
	}
}

/**
 * smmu3_errata_page0_only - have the registers of page 1 to be looked for in page 0?
 * @dev: the unit's device
 *
 * Return: true if firmware says so
 */
bool smmu3_errata_page0_only(const struct device *dev)
{
	return of_property_read_bool(dev->of_node,
				     "cavium,cn9900-broken-page1-regspace");
}

/**
 * smmu3_errata_probe - find out which errata a unit has
 * @unit: the unit, whose IIDR was read
 */
void smmu3_errata_probe(struct smmu3_unit *unit)
{
	const struct device_node *np = unit->dev->of_node;

	unit->no_nesting = false;
	unit->sync_batches = false;
	smmu3_probe_iidr(unit);
	unit->repeat = of_device_is_compatible(np, "nvidia,tegra264-smmu");
	unit->page0_only = smmu3_errata_page0_only(unit->dev);
	/* With all of it every command goes the slow way */
	unit->reserve = unit->repeat ? CMD_BATCH : unit->sync_batches;
}

static bool smmu3_is_invalidation(struct cmd_words cmd)
{
	u8 op = FIELD_GET(SMMU_CMD0_OPCODE, cmd.w0);

	return (op >= SMMU_OP_CFGI_STE && op <= SMMU_OP_CFGI_VMS_PIDM) ||
	       (op >= SMMU_OP_TLBI_NH_ALL && op <= SMMU_OP_TLBI_NSNH_ALL);
}

static void smmu3_batch_append(struct smmu3_batch *batch, struct cmd_words cmd)
{
	struct cmd_batch *cmds = &batch->cmds;
	bool sync = batch->unit->sync_batches;

	if (cmds->nr + sync == CMD_BATCH) {
		if (sync)
			cmds->cmds[cmds->nr++] = smmu3_cmd_sync();
		smmu3_batch_push(batch);
	}
	cmds->cmds[cmds->nr++] = cmd;
}

/**
 * smmu3_batch_add_slow - smmu3_batch_add() when the batch is full, or the unit has
 *	errata
 * @batch: the batch
 * @cmd: the command
 *
 * Context: as smmu3_batch_push().
 */
void smmu3_batch_add_slow(struct smmu3_batch *batch, struct cmd_words cmd)
{
	smmu3_batch_append(batch, cmd);
	if (!batch->unit->repeat || !smmu3_is_invalidation(cmd))
		return;
	/* The first is complete before the second begins */
	smmu3_batch_append(batch, smmu3_cmd_sync());
	smmu3_batch_append(batch, cmd);
}
