// SPDX-License-Identifier: GPL-2.0-only
/*
 * Errata
 *
 * SPR17 of Intel document 772415: under nested translation the hardware may set
 * accessed and dirty bits of stage-1 entries although stage-2 maps their page
 * read-only. So on a unit that has it nothing may be mapped read-only in a
 * nesting parent. The page table library refuses such mappings with
 * PT_FEAT_VTDSS_FORCE_WRITEABLE; what is left is to give that to all parents,
 * and to take no parent from elsewhere that was made without it. Units that ACPI
 * describes are all taken to have it (acpi.c); of others the platform says so.
 *
 * QEMU, up to 11.1 at least: it takes the width of stage-1 addresses from AW of
 * the PASID table entry, which is reserved on units without stage-2 (9.6). What
 * the unit says of itself does not tell it from one that is right: below major
 * version 6 such a unit may have widths in CAP.SAGAW. The firmware's table does.
 *
 * QAT of Sapphire Rapids, 8086:4940 to 4943: it may keep translations that it was
 * told to forget, unless it is told again.
 *
 * VMD: a device whose driver makes a PCI segment of its own behind it. What is
 * there sends with the source-id of the VMD, and the core does not know of it: it
 * is given physical addresses. So the VMD is passed through while the host
 * drives it.
 */
#include <linux/pci_ids.h>

#include "intel_nested.h"

static bool vtd_has_spr17(const struct vtd_unit *unit)
{
	return unit->platform.errata & IOMMU_UNIT_ERRATUM_SPR17;
}

/**
 * vtd_errata_devtlb_twice - is a device to be told twice what to forget?
 * @vendor: its vendor
 * @device: its device-id
 *
 * Return: true if it is
 */
bool vtd_errata_devtlb_twice(u16 vendor, u16 device)
{
	return vendor == PCI_VENDOR_ID_INTEL && (device & ~3) == 0x4940;
}

/**
 * vtd_errata_vmd - do others send with a device's source-id, unknown to the core?
 * @vendor: its vendor
 * @device: its device-id
 *
 * Return: true if it is a VMD
 */
bool vtd_errata_vmd(u16 vendor, u16 device)
{
	static const u16 vmds[] = {
		PCI_DEVICE_ID_INTEL_VMD_201D, PCI_DEVICE_ID_INTEL_VMD_28C0,
		PCI_DEVICE_ID_INTEL_VMD_9A0B, 0x467f, 0x4c3d, 0xa77f, 0x7d0b,
		0xad0b, 0xb60b, 0xb06f, 0xb07f,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vmds); i++)
		if (vendor == PCI_VENDOR_ID_INTEL && device == vmds[i])
			return true;
	return false;
}

/**
 * vtd_errata_hw_info_flags - errata that a VMM must know
 * @unit: the unit
 *
 * Return: flags of struct iommu_hw_info_vtd
 */
u32 vtd_errata_hw_info_flags(const struct vtd_unit *unit)
{
	return vtd_has_spr17(unit) ? IOMMU_HW_INFO_VTD_ERRATA_772415_SPR17 : 0;
}

/**
 * vtd_errata_aw - an address width for a unit that wants one in stage-1
 * @unit: the unit
 * @five_level: for stage-1 tables of five levels
 *
 * Return: VTD_AW_*, or 0 as it should be
 */
u8 vtd_errata_aw(const struct vtd_unit *unit, bool five_level)
{
	u8 aw = five_level ? VTD_AW_57BIT : VTD_AW_48BIT;

	if (!(unit->platform.errata & IOMMU_UNIT_ERRATUM_STAGE1_AW) ||
	    unit->ecap & VTD_ECAP_SSTS ||
	    !(FIELD_GET(VTD_CAP_SAGAW, unit->cap) & BIT(aw)))
		return 0;
	return aw;
}

/**
 * vtd_errata_pt_features - what a new stage-2 table must refuse
 * @unit: the unit it is made for
 * @nest_parent: it can become a parent
 *
 * Return: bits of PT_FEAT_*
 */
unsigned int vtd_errata_pt_features(const struct vtd_unit *unit,
				    bool nest_parent)
{
	return vtd_has_spr17(unit) && nest_parent ?
		       BIT(PT_FEAT_VTDSS_FORCE_WRITEABLE) : 0;
}

/**
 * vtd_errata_check_parent - may this be a parent of nested domains on a unit?
 * @unit: the unit
 * @parent: the nesting parent, perhaps made for another unit
 *
 * Return: 0, or -EINVAL if it may have read-only mappings that harm
 */
int vtd_errata_check_parent(const struct vtd_unit *unit,
			    const struct vtd_paging *parent)
{
	if (!vtd_has_spr17(unit) ||
	    parent->ss.vtdss_pt.common.features &
		    BIT(PT_FEAT_VTDSS_FORCE_WRITEABLE))
		return 0;
	return -EINVAL;
}
