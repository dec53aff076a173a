// SPDX-License-Identifier: GPL-2.0-only
/*
 * PASID directories and tables
 *
 * An entry is computed as a value by a pure function, and installed by one
 * function that knows in which order the hardware may see its words.
 */
#include <linux/io.h>
#include <linux/log2.h>

#include "intel_nested.h"
#include "tables.h"

/**
 * vtd_pasid_identity - a PASID table entry for pass-through
 * @did: domain-id
 * @aw: the largest VTD_AW_* of the unit, which bounds the addresses (9.6); 0 if
 *	it has no stage-2, when the field is reserved
 *
 * Return: the entry
 */
struct vtd_pasid_entry vtd_pasid_identity(u16 did, u8 aw)
{
	return (struct vtd_pasid_entry) {
		.w = {
			FIELD_PREP(VTD_PTE0_PGTT, VTD_PGTT_PT) |
			FIELD_PREP(VTD_PTE0_AW, aw) | VTD_PTE0_P,
			FIELD_PREP(VTD_PTE1_DID, did),
		},
	};
}

static struct vtd_pasid_entry vtd_pasid_with_stage2(u64 pgtt, u16 did,
						    const struct vtd_stage2 *s2)
{
	return (struct vtd_pasid_entry) {
		.w = {
			(s2->root & VTD_PTE0_SSPTPTR) |
			FIELD_PREP(VTD_PTE0_PGTT, pgtt) |
			FIELD_PREP(VTD_PTE0_AW, s2->aw) |
			(s2->ssade ? VTD_PTE0_SSADE : 0) | VTD_PTE0_P,
			FIELD_PREP(VTD_PTE1_DID, did) |
			(s2->pwsnp ? VTD_PTE1_PWSNP : 0) |
			(s2->pgsnp ? VTD_PTE1_PGSNP : 0),
		},
	};
}

/**
 * vtd_pasid_stage2 - a PASID table entry for stage-2 alone
 * @did: domain-id
 * @s2: the stage-2
 *
 * Return: the entry
 */
struct vtd_pasid_entry vtd_pasid_stage2(u16 did, const struct vtd_stage2 *s2)
{
	return vtd_pasid_with_stage2(VTD_PGTT_STAGE2, did, s2);
}

static u64 vtd_pasid_stage1_word(const struct vtd_stage1 *s1)
{
	return (s1->root & VTD_PTE2_FSPTPTR) |
	       FIELD_PREP(VTD_PTE2_FSPM, s1->five_level ? VTD_FSPM_5LVL :
							  VTD_FSPM_4LVL) |
	       (s1->sre ? VTD_PTE2_SRE : 0) | (s1->wpe ? VTD_PTE2_WPE : 0) |
	       (s1->eafe ? VTD_PTE2_EAFE : 0) | s1->exec;
}

/**
 * vtd_pasid_stage1 - a PASID table entry for stage-1 alone
 * @did: domain-id
 * @s1: the stage-1
 *
 * The fields of stage-2 are left zero: they are reserved where there is none.
 *
 * Return: the entry
 */
struct vtd_pasid_entry vtd_pasid_stage1(u16 did, const struct vtd_stage1 *s1)
{
	return (struct vtd_pasid_entry) {
		.w = {
			FIELD_PREP(VTD_PTE0_PGTT, VTD_PGTT_STAGE1) |
			FIELD_PREP(VTD_PTE0_AW, s1->aw) | VTD_PTE0_P,
			FIELD_PREP(VTD_PTE1_DID, did) |
			(s1->pwsnp ? VTD_PTE1_PWSNP : 0) |
			(s1->pgsnp ? VTD_PTE1_PGSNP : 0),
			vtd_pasid_stage1_word(s1),
		},
	};
}

/**
 * vtd_pasid_nested - a PASID table entry for stage-1 on stage-2
 * @did: domain-id
 * @s2: the stage-2
 * @s1: the stage-1
 *
 * Return: the entry
 */
struct vtd_pasid_entry vtd_pasid_nested(u16 did, const struct vtd_stage2 *s2,
					const struct vtd_stage1 *s1)
{
	struct vtd_pasid_entry pe =
		vtd_pasid_with_stage2(VTD_PGTT_NESTED, did, s2);

	pe.w[1] |= s1->pgsnp ? VTD_PTE1_PGSNP : 0;
	pe.w[2] = vtd_pasid_stage1_word(s1);
	return pe;
}

static unsigned int vtd_dir_entries(const struct vtd_device *edev)
{
	return 1U << max(edev->pasid_bits - VTD_PASID_PDE_SHIFT, 7);
}

/**
 * vtd_pasid_dir_alloc - allocate a device's PASID directory
 * @edev: the device
 *
 * The table of PASID 0 comes with it, so that attaching a domain to requests
 * without PASID needs no memory.
 *
 * Return: 0 or -ENOMEM
 */
int vtd_pasid_dir_alloc(struct vtd_device *edev)
{
	edev->dir_size = vtd_dir_entries(edev) * sizeof(*edev->dir);
	edev->dir = iommu_alloc_pages_node_sz(dev_to_node(edev->unit->dev),
					      GFP_KERNEL, edev->dir_size);
	if (!edev->dir)
		return -ENOMEM;
	vtd_clean_cache(edev->unit, edev->dir, edev->dir_size);

	if (!vtd_pasid_slot(edev, IOMMU_NO_PASID, true)) {
		vtd_pasid_dir_free(edev);
		return -ENOMEM;
	}
	return 0;
}

/**
 * vtd_pasid_dir_free - free a device's PASID directory and tables
 * @edev: the device, whose context entry is not present in any cache
 */
void vtd_pasid_dir_free(struct vtd_device *edev)
{
	unsigned int i;

	for (i = 0; i < vtd_dir_entries(edev); i++) {
		u64 pde = le64_to_cpu(edev->dir[i]);

		if (pde)
			iommu_free_pages(phys_to_virt(pde & VTD_PDE_SMPTBLPTR));
	}
	iommu_free_pages(edev->dir);
	edev->dir = NULL;
}

/**
 * vtd_pasid_slot - find the PASID table entry of a PASID
 * @edev: the device
 * @pasid: the PASID, within the device's width
 * @alloc: allocate the table if there is none
 *
 * A table stays until the device goes. A new one needs no invalidation by
 * itself: the entry in it does, where that is needed at all.
 *
 * Context: with @alloc, process context, and the unit's mutex is held unless
 * no other thread knows the device yet.
 * Return: the entry, or NULL if there is none
 */
__le64 *vtd_pasid_slot(struct vtd_device *edev, u32 pasid, bool alloc)
{
	__le64 *slot = &edev->dir[pasid >> VTD_PASID_PDE_SHIFT];
	u64 pde = le64_to_cpu(READ_ONCE(*slot));
	__le64 *table;

	if (pde) {
		table = phys_to_virt(pde & VTD_PDE_SMPTBLPTR);
	} else {
		if (!alloc)
			return NULL;
		table = iommu_alloc_pages_node_sz(dev_to_node(edev->unit->dev),
						  GFP_KERNEL_ACCOUNT,
						  VTD_PASID_TBL_ENTRIES *
						  VTD_PTE_WORDS *
						  sizeof(*table));
		if (!table)
			return NULL;
		vtd_clean_cache(edev->unit, table, VTD_PAGE_SIZE);
		/* The table is empty before the hardware can find it */
		dma_wmb();
		WRITE_ONCE(*slot, cpu_to_le64(virt_to_phys(table) | VTD_PDE_P));
		vtd_clean_cache(edev->unit, slot, sizeof(*slot));
	}
	return table + (pasid % VTD_PASID_TBL_ENTRIES) * VTD_PTE_WORDS;
}

/**
 * vtd_pasid_read - what a PASID table entry is
 * @entry: the entry
 *
 * Return: its words
 */
struct vtd_pasid_entry vtd_pasid_read(const __le64 *entry)
{
	struct vtd_pasid_entry pe;
	int i;

	for (i = 0; i < VTD_PTE_WORDS; i++)
		pe.w[i] = le64_to_cpu(READ_ONCE(entry[i]));
	return pe;
}

/**
 * vtd_pasid_write - install a PASID table entry
 * @edev: the device
 * @entry: where; not present now, neither in memory nor in a cache
 * @pe: the entry, or NULL to leave zeros
 */
void vtd_pasid_write(struct vtd_device *edev, __le64 *entry,
		     const struct vtd_pasid_entry *pe)
{
	int i;

	lockdep_assert_held(&edev->unit->lock);

	for (i = VTD_PTE_WORDS - 1; i > 0; i--)
		WRITE_ONCE(entry[i], cpu_to_le64(pe ? pe->w[i] : 0));
	vtd_clean_cache(edev->unit, entry, VTD_PTE_WORDS * sizeof(*entry));
	/*
	 * The word with the present bit comes last, after all stores that this
	 * thread made to the tables it points to, and after the attachment is
	 * in the domain's lists: a later change of the tables must find it.
	 */
	smp_mb();
	WRITE_ONCE(entry[0], cpu_to_le64(pe ? pe->w[0] : 0));
	vtd_clean_cache(edev->unit, entry, sizeof(*entry));
}

/**
 * vtd_pasid_clear_present - make a PASID table entry not present
 * @edev: the device
 * @entry: the entry
 *
 * The rest of the entry is left alone until the caches forgot it.
 *
 * Return: true if it was present: the caller invalidates the caches
 */
bool vtd_pasid_clear_present(struct vtd_device *edev, __le64 *entry)
{
	u64 word = le64_to_cpu(READ_ONCE(entry[0]));

	lockdep_assert_held(&edev->unit->lock);

	if (!(word & VTD_PTE0_P))
		return false;
	WRITE_ONCE(entry[0], cpu_to_le64(word & ~VTD_PTE0_P));
	vtd_clean_cache(edev->unit, entry, sizeof(*entry));
	return true;
}

/**
 * vtd_pasid_set_ssade - switch accessed and dirty bits of stage-2 on or off
 * @edev: the device
 * @entry: a present entry with stage-2
 * @on: on
 *
 * It is a bit that may change while the entry is present, if the caches are
 * invalidated afterwards (6.5.3.3).
 */
void vtd_pasid_set_ssade(struct vtd_device *edev, __le64 *entry, bool on)
{
	u64 word = le64_to_cpu(READ_ONCE(entry[0])) & ~VTD_PTE0_SSADE;

	lockdep_assert_held(&edev->unit->lock);

	WRITE_ONCE(entry[0], cpu_to_le64(word | (on ? VTD_PTE0_SSADE : 0)));
	vtd_clean_cache(edev->unit, entry, sizeof(*entry));
}

/**
 * vtd_pasid_set_pgsnp - switch snooping of all accesses on or off
 * @edev: the device
 * @entry: a present entry of stage-1 tables
 * @on: on
 *
 * As vtd_pasid_set_ssade().
 */
void vtd_pasid_set_pgsnp(struct vtd_device *edev, __le64 *entry, bool on)
{
	u64 word = le64_to_cpu(READ_ONCE(entry[1])) & ~VTD_PTE1_PGSNP;

	lockdep_assert_held(&edev->unit->lock);

	WRITE_ONCE(entry[1], cpu_to_le64(word | (on ? VTD_PTE1_PGSNP : 0)));
	vtd_clean_cache(edev->unit, entry, VTD_PTE_WORDS * sizeof(*entry));
}
