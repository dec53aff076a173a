// SPDX-License-Identifier: GPL-2.0-only
/*
 * Root and context tables
 *
 * The root table has two pointers for each bus, to the context tables of its
 * lower and of its upper 128 functions (9.1, 9.4). A context table is allocated
 * when its first device comes, and stays until the unit goes.
 */
#include <linux/io.h>

#include "intel_nested.h"
#include "tables.h"

/**
 * vtd_ctx_encode - a present scalable-mode context entry
 * @dir: physical address of the PASID directory
 * @pasid_bits: width of the device's PASIDs, 0 without
 * @ats: the device may use a device-TLB
 * @pri: the device may make page requests
 *
 * A request without PASID is translated by the entry of PASID 0.
 *
 * Return: the entry
 */
struct vtd_ctx vtd_ctx_encode(u64 dir, u8 pasid_bits, bool ats, bool pri)
{
	/* The directory has 2^(PDTS + 7) entries, of 64 PASIDs each (9.4) */
	u8 pdts = max(pasid_bits, VTD_PASID_PDE_SHIFT + 7) -
		  (VTD_PASID_PDE_SHIFT + 7);

	return (struct vtd_ctx) {
		.w = {
			(dir & VTD_CTX0_PASIDDIRPTR) |
			FIELD_PREP(VTD_CTX0_PDTS, pdts) |
			(ats ? VTD_CTX0_DTE : 0) |
			(pasid_bits ? VTD_CTX0_PASIDE : 0) |
			(pri ? VTD_CTX0_PRE : 0) | VTD_CTX0_P,
			FIELD_PREP(VTD_CTX1_RID_PASID, IOMMU_NO_PASID),
		},
	};
}

/* Where the root table points to the context table of a source-id */
static __le64 *vtd_root_slot(struct vtd_unit *unit, u16 sid)
{
	u8 bus = sid >> 8, devfn = sid;

	return &unit->root[bus * 2 + devfn / VTD_CTX_ENTRIES];
}

static __le64 *vtd_context_entry(struct vtd_unit *unit, u16 sid)
{
	u64 slot = le64_to_cpu(*vtd_root_slot(unit, sid));
	__le64 *table = phys_to_virt(slot & VTD_ROOT_CTP);

	return table + (sid % VTD_CTX_ENTRIES) * VTD_CTX_WORDS;
}

/**
 * vtd_context_alloc - make sure that there is a context table
 * @unit: the unit
 * @sid: for this source-id
 *
 * Return: 0 or -ENOMEM
 */
int vtd_context_alloc(struct vtd_unit *unit, u16 sid)
{
	__le64 *slot = vtd_root_slot(unit, sid);
	void *table;

	lockdep_assert_held(&unit->lock);

	if (*slot)
		return 0;

	table = iommu_alloc_pages_node_sz(dev_to_node(unit->dev), GFP_KERNEL,
					  VTD_PAGE_SIZE);
	if (!table)
		return -ENOMEM;

	vtd_clean_cache(unit, table, VTD_PAGE_SIZE);
	/* The table is empty before the hardware can find it */
	dma_wmb();
	WRITE_ONCE(*slot, cpu_to_le64(virt_to_phys(table) | VTD_ROOT_P));
	vtd_clean_cache(unit, slot, sizeof(*slot));
	return 0;
}

static void vtd_context_entry_write(struct vtd_unit *unit, u16 sid,
				    const struct vtd_ctx *ctx)
{
	__le64 *entry = vtd_context_entry(unit, sid);
	int i;

	for (i = VTD_CTX_WORDS - 1; i > 0; i--)
		WRITE_ONCE(entry[i], cpu_to_le64(ctx->w[i]));
	vtd_clean_cache(unit, entry, VTD_CTX_WORDS * sizeof(*entry));
	/* The word with the present bit comes last */
	dma_wmb();
	WRITE_ONCE(entry[0], cpu_to_le64(ctx->w[0]));
	vtd_clean_cache(unit, entry, sizeof(*entry));
}

static void vtd_context_entry_clear(struct vtd_unit *unit, u16 sid)
{
	__le64 *entry = vtd_context_entry(unit, sid);
	int i;

	for (i = 0; i < VTD_CTX_WORDS; i++)
		WRITE_ONCE(entry[i], 0);
	vtd_clean_cache(unit, entry, VTD_CTX_WORDS * sizeof(*entry));
}

/**
 * vtd_context_set - let the hardware see a device's PASID directory
 * @edev: the device, whose context entries are not present
 *
 * No cache has such an entry, except where vtd_must_flush_new() says so: then
 * the caller invalidates it.
 */
void vtd_context_set(struct vtd_device *edev)
{
	struct vtd_ctx ctx = vtd_ctx_encode(virt_to_phys(edev->dir),
					    edev->pasid_bits, edev->ats_depth,
					    edev->pri);
	struct vtd_unit *unit = edev->unit;
	struct vtd_device *owner;
	unsigned long sid;

	lockdep_assert_held(&unit->lock);

	vtd_context_entry_write(unit, edev->sid, &ctx);
	xa_for_each(&unit->aliases, sid, owner)
		if (owner == edev)
			vtd_context_entry_write(unit, sid, &ctx);
}

/**
 * vtd_context_clear - make a device's context entries not present
 * @edev: the device
 *
 * The caller invalidates the context cache, and all that hangs on it.
 */
void vtd_context_clear(struct vtd_device *edev)
{
	struct vtd_unit *unit = edev->unit;
	struct vtd_device *owner;
	unsigned long sid;

	lockdep_assert_held(&unit->lock);

	vtd_context_entry_clear(unit, edev->sid);
	xa_for_each(&unit->aliases, sid, owner)
		if (owner == edev)
			vtd_context_entry_clear(unit, sid);
}

/**
 * vtd_context_free_all - free all context tables of a unit
 * @unit: the unit, which does not translate any more
 */
void vtd_context_free_all(struct vtd_unit *unit)
{
	int i;

	for (i = 0; i < VTD_ROOT_ENTRIES * 2; i++) {
		u64 slot = le64_to_cpu(unit->root[i]);

		if (slot)
			iommu_free_pages(phys_to_virt(slot & VTD_ROOT_CTP));
		unit->root[i] = 0;
	}
}
