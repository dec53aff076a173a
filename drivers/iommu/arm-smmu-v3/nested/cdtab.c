// SPDX-License-Identifier: GPL-2.0-only
/*
 * The context descriptors of a device: linear, or two levels
 *
 * The table is made when the first stage-1 domain is attached and is as large
 * as the device has PASIDs. It stays as long as the device does.
 */
#include <linux/device.h>
#include <linux/slab.h>

#include "arm_smmu_v3_nested.h"
#include "entry.h"
#include "queue.h"
#include "tables.h"

/* CDs in a table of the second level, as bits: 64K of memory */
#define CDTAB_SPLIT	10

/* More PASIDs than this have two levels, where the unit has them */
#define CDTAB_LINEAR	CDTAB_SPLIT

static size_t smmu3_cdtab_size(const struct smmu3_cdtab *tab)
{
	if (tab->l2)
		return SMMU_L1CD_SIZE << (tab->bits - CDTAB_SPLIT);
	return SMMU_CD_SIZE << tab->bits;
}

/**
 * smmu3_cdtab_max_bits - PASIDs that a table can have
 * @unit: the unit
 *
 * Return: the number of bits
 */
unsigned int smmu3_cdtab_max_bits(const struct smmu3_unit *unit)
{
	return unit->idr[0] & SMMU_IDR0_CD2L ? 20 : CDTAB_LINEAR;
}

/**
 * smmu3_cdtab_alloc - make the table of a device, empty
 * @sdev: the device
 *
 * Context: process context; the unit's mutex is held.
 * Return: 0 or -ENOMEM
 */
int smmu3_cdtab_alloc(struct smmu3_device *sdev)
{
	struct smmu3_cdtab *tab = &sdev->cdtab;

	lockdep_assert_held(&sdev->unit->lock);

	if (tab->table)
		return 0;

	tab->bits = sdev->pasid_bits;
	tab->fmt = SMMU_S1FMT_LINEAR;
	if (tab->bits > CDTAB_LINEAR) {
		tab->fmt = SMMU_S1FMT_64K_L2;
		tab->l2 = kcalloc(1U << (tab->bits - CDTAB_SPLIT),
				  sizeof(*tab->l2), GFP_KERNEL);
		if (!tab->l2)
			return -ENOMEM;
	}
	tab->table = iommu_alloc_pages_node_sz(dev_to_node(sdev->dev),
					       GFP_KERNEL,
					       smmu3_cdtab_size(tab));
	if (!tab->table) {
		kfree(tab->l2);
		tab->l2 = NULL;
		return -ENOMEM;
	}
	return 0;
}

/**
 * smmu3_cdtab_free - free the table of a device
 * @sdev: the device, whose entries do not refer to it any more
 */
void smmu3_cdtab_free(struct smmu3_device *sdev)
{
	struct smmu3_cdtab *tab = &sdev->cdtab;
	unsigned int i;

	if (tab->l2)
		for (i = 0; i < 1U << (tab->bits - CDTAB_SPLIT); i++)
			iommu_free_pages(tab->l2[i]);
	kfree(tab->l2);
	iommu_free_pages(tab->table);
	tab->l2 = NULL;
	tab->table = NULL;
}

static void smmu3_add_cfgi_cd(struct smmu3_batch *batch,
			      const struct smmu3_device *sdev, u32 pasid,
			      bool leaf)
{
	unsigned int i;

	for (i = 0; i < sdev->nr_sids; i++)
		smmu3_batch_add(batch, smmu3_cmd_cfgi_cd(sdev->sids[i], pasid,
							 leaf));
}

static int smmu3_cdtab_sync(struct smmu3_device *sdev, u32 pasid, bool leaf)
{
	struct smmu3_batch batch;

	smmu3_batch_begin(&batch, sdev->unit, false);
	smmu3_add_cfgi_cd(&batch, sdev, pasid, leaf);
	return smmu3_batch_flush(&batch);
}

/**
 * smmu3_cdtab_prepare - make room for the descriptor of a PASID
 * @sdev: the device
 * @pasid: the PASID, which the device has
 *
 * Context: process context; the unit's mutex is held.
 * Return: 0, -ENOMEM, -EIO or -ETIMEDOUT
 */
int smmu3_cdtab_prepare(struct smmu3_device *sdev, u32 pasid)
{
	struct smmu3_cdtab *tab = &sdev->cdtab;
	__le64 *l2;
	int ret;

	ret = smmu3_cdtab_alloc(sdev);
	if (ret || !tab->l2 || tab->l2[pasid >> CDTAB_SPLIT])
		return ret;

	l2 = iommu_alloc_pages_node_sz(dev_to_node(sdev->dev), GFP_KERNEL,
				       SMMU_CD_SIZE << CDTAB_SPLIT);
	if (!l2)
		return -ENOMEM;
	tab->l2[pasid >> CDTAB_SPLIT] = l2;

	/* The table must be visible before the pointer to it is */
	dma_wmb();
	WRITE_ONCE(tab->table[pasid >> CDTAB_SPLIT],
		   cpu_to_le64((virt_to_phys(l2) & SMMU_L1CD_L2PTR) |
			       SMMU_L1CD_V));
	/* The unit may have cached that there is none */
	return smmu3_cdtab_sync(sdev, pasid, false);
}

/**
 * smmu3_cdtab_entry - find the descriptor of a PASID
 * @sdev: the device
 * @pasid: the PASID
 *
 * Context: the unit's mutex is held.
 * Return: the descriptor, NULL if there is none
 */
__le64 *smmu3_cdtab_entry(struct smmu3_device *sdev, u32 pasid)
{
	struct smmu3_cdtab *tab = &sdev->cdtab;
	__le64 *l2;

	if (!tab->table || pasid >> tab->bits)
		return NULL;
	if (!tab->l2)
		return tab->table + pasid * SMMU_CD_WORDS;
	l2 = tab->l2[pasid >> CDTAB_SPLIT];
	if (!l2)
		return NULL;
	return l2 + (pasid & ((1U << CDTAB_SPLIT) - 1)) * SMMU_CD_WORDS;
}

struct cd_ctx {
	struct smmu3_device *sdev;
	u32 pasid;
};

static int smmu3_cd_sync(void *data)
{
	struct cd_ctx *ctx = data;

	return smmu3_cdtab_sync(ctx->sdev, ctx->pasid, true);
}

static const struct smmu3_entry_ops cd_ops = {
	.used = smmu3_cd_used,
	.sync = smmu3_cd_sync,
};

/**
 * smmu3_device_write_cd - change a descriptor of a device
 * @sdev: the device
 * @pasid: the PASID, for which smmu3_cdtab_prepare() succeeded
 * @cd: what it is to be; NULL for one that is not valid
 *
 * Context: process context; the unit's mutex is held.
 * Return: 0; -EIO or -ETIMEDOUT with the descriptor in any state
 */
int smmu3_device_write_cd(struct smmu3_device *sdev, u32 pasid,
			  const struct smmu3_cd *cd)
{
	static const struct smmu3_cd none;
	struct cd_ctx ctx = { .sdev = sdev, .pasid = pasid };

	lockdep_assert_held(&sdev->unit->lock);

	return smmu3_entry_write(&cd_ops, &ctx,
				 smmu3_cdtab_entry(sdev, pasid),
				 cd ? cd->w : none.w);
}

/**
 * smmu3_device_put_cd - change a descriptor of a device that is blocked
 * @sdev: the device
 * @pasid: the PASID, which may have no descriptor if @cd is NULL
 * @cd: what it is to be; NULL for one that is not valid
 *
 * It only writes memory: what is cached is invalidated before the device is not
 * blocked any more.
 *
 * Context: the unit's mutex is held.
 */
void smmu3_device_put_cd(struct smmu3_device *sdev, u32 pasid,
			 const struct smmu3_cd *cd)
{
	__le64 *entry = smmu3_cdtab_entry(sdev, pasid);
	int i;

	lockdep_assert_held(&sdev->unit->lock);

	if (!entry)
		return;
	/* Should anything still look at it, it is not valid */
	WRITE_ONCE(entry[0], 0);
	if (!cd)
		return;
	dma_wmb();
	for (i = 1; i < SMMU_CD_WORDS; i++)
		WRITE_ONCE(entry[i], cpu_to_le64(cd->w[i]));
	dma_wmb();
	WRITE_ONCE(entry[0], cpu_to_le64(cd->w[0]));
}
