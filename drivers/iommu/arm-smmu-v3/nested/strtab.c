// SPDX-License-Identifier: GPL-2.0-only
/*
 * The stream table: linear, or two levels with the second made on demand
 *
 * Every entry that there is aborts silently, unless a device is attached: what
 * is in the table is never garbage.
 */
#include <linux/device.h>
#include <linux/slab.h>

#include "arm_smmu_v3_nested.h"
#include "entry.h"
#include "queue.h"
#include "tables.h"

/* StreamIDs in a table of the second level, as bits: 16K of memory */
#define STRTAB_SPLIT		8

/* Memory for the table that is there from the beginning, as bits */
#define STRTAB_MAX_SHIFT	20

static unsigned int smmu3_strtab_l1_index(u32 sid)
{
	return sid >> STRTAB_SPLIT;
}

static size_t smmu3_strtab_size(const struct smmu3_strtab *tab)
{
	if (tab->two_level)
		return SMMU_L1STD_SIZE << (tab->sid_bits - STRTAB_SPLIT);
	return (size_t)SMMU_STE_SIZE << tab->sid_bits;
}

static void smmu3_strtab_fill_abort(__le64 *entry, unsigned int nr)
{
	struct smmu3_ste abort = smmu3_ste_abort();

	for (; nr--; entry += SMMU_STE_WORDS)
		entry[0] = cpu_to_le64(abort.w[0]);
}

/**
 * smmu3_strtab_init - make the stream table of a unit
 * @unit: the unit
 *
 * With more StreamIDs than fit the table has the lower ones. The hardware
 * aborts what is beyond.
 *
 * Return: 0 or -ENOMEM
 */
int smmu3_strtab_init(struct smmu3_unit *unit)
{
	unsigned int sid_bits = FIELD_GET(SMMU_IDR1_SIDSIZE, unit->idr[1]);
	u32 level = FIELD_GET(SMMU_IDR0_ST_LEVEL, unit->idr[0]);
	struct smmu3_strtab *tab = &unit->strtab;
	unsigned int max;

	/* Two levels are of no use with one table of the second */
	tab->two_level = level == SMMU_ST_LEVEL_2LVL && sid_bits > STRTAB_SPLIT;
	max = tab->two_level ?
	      STRTAB_MAX_SHIFT - ilog2(SMMU_L1STD_SIZE) + STRTAB_SPLIT :
	      STRTAB_MAX_SHIFT - ilog2(SMMU_STE_SIZE);
	tab->sid_bits = min(sid_bits, max);
	if (tab->sid_bits < sid_bits)
		dev_info(unit->dev, "StreamIDs have %u bits, %u are used\n",
			 sid_bits, tab->sid_bits);

	if (tab->two_level) {
		tab->l2 = kvcalloc(1U << (tab->sid_bits - STRTAB_SPLIT),
				   sizeof(*tab->l2), GFP_KERNEL);
		if (!tab->l2)
			return -ENOMEM;
	}
	tab->table = iommu_alloc_pages_node_sz(dev_to_node(unit->dev),
					       GFP_KERNEL,
					       smmu3_strtab_size(tab));
	if (!tab->table) {
		kvfree(tab->l2);
		tab->l2 = NULL;
		return -ENOMEM;
	}
	if (!tab->two_level)
		smmu3_strtab_fill_abort(tab->table, 1U << tab->sid_bits);
	return 0;
}

/**
 * smmu3_strtab_exit - free the stream table of a unit
 * @unit: the unit, which does not use it any more
 */
void smmu3_strtab_exit(struct smmu3_unit *unit)
{
	struct smmu3_strtab *tab = &unit->strtab;
	unsigned int i;

	if (tab->l2)
		for (i = 0; i < 1U << (tab->sid_bits - STRTAB_SPLIT); i++)
			iommu_free_pages(tab->l2[i]);
	kvfree(tab->l2);
	iommu_free_pages(tab->table);
	tab->l2 = NULL;
	tab->table = NULL;
}

/**
 * smmu3_strtab_program - tell a unit where its stream table is
 * @unit: the unit, whose translation is off
 */
void smmu3_strtab_program(struct smmu3_unit *unit)
{
	struct smmu3_strtab *tab = &unit->strtab;
	u32 cfg = FIELD_PREP(SMMU_STRTAB_CFG_LOG2SIZE, tab->sid_bits);

	if (tab->two_level)
		cfg |= FIELD_PREP(SMMU_STRTAB_CFG_FMT, SMMU_STRTAB_FMT_2LVL) |
		       FIELD_PREP(SMMU_STRTAB_CFG_SPLIT, STRTAB_SPLIT);
	smmu3_write64(unit, SMMU_REG_STRTAB_BASE,
		      SMMU_STRTAB_BASE_RA |
		      (virt_to_phys(tab->table) & SMMU_STRTAB_BASE_ADDR));
	smmu3_write32(unit, SMMU_REG_STRTAB_BASE_CFG, cfg);
}

/* The unit may have cached that there is none */
static int smmu3_strtab_l2_sync(struct smmu3_unit *unit, u32 sid)
{
	struct smmu3_batch batch;

	smmu3_batch_begin(&batch, unit, false);
	smmu3_batch_add(&batch, smmu3_cmd_cfgi_ste(sid, false));
	return smmu3_batch_flush(&batch);
}

/**
 * smmu3_strtab_prepare - make room for the entry of a StreamID
 * @unit: the unit
 * @sid: the StreamID
 *
 * Context: process context; the unit's mutex is held.
 * Return: 0; -ERANGE if the table has no such StreamID; -ENOMEM, -EIO or
 * -ETIMEDOUT
 */
int smmu3_strtab_prepare(struct smmu3_unit *unit, u32 sid)
{
	struct smmu3_strtab *tab = &unit->strtab;
	__le64 *l2;

	lockdep_assert_held(&unit->lock);

	if (tab->sid_bits < 32 && sid >> tab->sid_bits)
		return -ERANGE;
	if (!tab->two_level || tab->l2[smmu3_strtab_l1_index(sid)])
		return 0;

	l2 = iommu_alloc_pages_node_sz(dev_to_node(unit->dev), GFP_KERNEL,
				       SMMU_STE_SIZE << STRTAB_SPLIT);
	if (!l2)
		return -ENOMEM;
	smmu3_strtab_fill_abort(l2, 1U << STRTAB_SPLIT);
	tab->l2[smmu3_strtab_l1_index(sid)] = l2;

	/* The table must be visible before the pointer to it is */
	dma_wmb();
	WRITE_ONCE(tab->table[smmu3_strtab_l1_index(sid)],
		   cpu_to_le64((virt_to_phys(l2) & SMMU_L1STD_L2PTR) |
			       FIELD_PREP(SMMU_L1STD_SPAN, STRTAB_SPLIT + 1)));
	return smmu3_strtab_l2_sync(unit, sid);
}

/**
 * smmu3_strtab_entry - find the entry of a StreamID
 * @unit: the unit
 * @sid: the StreamID, for which smmu3_strtab_prepare() succeeded
 *
 * Return: the entry
 */
__le64 *smmu3_strtab_entry(struct smmu3_unit *unit, u32 sid)
{
	struct smmu3_strtab *tab = &unit->strtab;

	if (!tab->two_level)
		return tab->table + (size_t)sid * SMMU_STE_WORDS;
	return tab->l2[smmu3_strtab_l1_index(sid)] +
	       (sid & ((1U << STRTAB_SPLIT) - 1)) * SMMU_STE_WORDS;
}

struct ste_ctx {
	struct smmu3_unit *unit;
	u32 sid;
};

static int smmu3_ste_sync(void *data)
{
	struct ste_ctx *ctx = data;
	struct smmu3_batch batch;

	smmu3_batch_begin(&batch, ctx->unit, false);
	smmu3_batch_add(&batch, smmu3_cmd_cfgi_ste(ctx->sid, true));
	return smmu3_batch_flush(&batch);
}

static const struct smmu3_entry_ops ste_ops = {
	.used = smmu3_ste_used,
	.harmless = smmu3_ste_harmless,
	/* Unlike an entry that is not valid it makes no events */
	.pause = SMMU_STE0_V | FIELD_PREP_CONST(SMMU_STE0_CONFIG,
						SMMU_STE_CONFIG_ABORT),
	.sync = smmu3_ste_sync,
};

/**
 * smmu3_add_cfgi - forget what is cached of the configuration of a device
 * @batch: gets the commands
 * @sdev: the device
 *
 * Its context descriptors go with its stream table entries (4.3.1).
 */
void smmu3_add_cfgi(struct smmu3_batch *batch, const struct smmu3_device *sdev)
{
	unsigned int i;

	for (i = 0; i < sdev->nr_sids; i++)
		smmu3_batch_add(batch, smmu3_cmd_cfgi_ste(sdev->sids[i], true));
}

/**
 * smmu3_device_write_ste - change all entries of a device
 * @sdev: the device
 * @ste: what they are to be
 *
 * Context: process context; the unit's mutex is held.
 * Return: 0; -EIO or -ETIMEDOUT with the entries in any state
 */
int smmu3_device_write_ste(struct smmu3_device *sdev,
			   const struct smmu3_ste *ste)
{
	struct ste_ctx ctx = { .unit = sdev->unit };
	unsigned int i;
	int ret = 0;

	lockdep_assert_held(&sdev->unit->lock);

	for (i = 0; i < sdev->nr_sids && !ret; i++) {
		ctx.sid = sdev->sids[i];
		ret = smmu3_entry_write(&ste_ops, &ctx,
					smmu3_strtab_entry(sdev->unit, ctx.sid),
					ste->w);
	}
	return ret;
}

/**
 * smmu3_device_abort - have all entries of a device abort
 * @sdev: the device
 *
 * It only writes memory: the caller invalidates what is cached.
 *
 * Context: the unit's mutex is held.
 */
void smmu3_device_abort(struct smmu3_device *sdev)
{
	struct smmu3_ste abort = smmu3_ste_abort();
	unsigned int i;

	lockdep_assert_held(&sdev->unit->lock);

	for (i = 0; i < sdev->nr_sids; i++)
		WRITE_ONCE(*smmu3_strtab_entry(sdev->unit, sdev->sids[i]),
			   cpu_to_le64(abort.w[0]));
	/* Before the commands that have it read again */
	dma_wmb();
}
