/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * What the kernel's iommufd has no types for: a vIOMMU for Intel VT-d
 *
 * The ioctls are those of <linux/iommufd.h>. The types are numbered far from the
 * kernel's own, and a driver that does not know one refuses it as any other: see
 * Documentation/rfc-vtd-viommu.rst.
 *
 * The objects take what a guest has in its memory as it is there, little-endian.
 * Section numbers are those of the VT-d specification, revision 5.10.
 */
#ifndef _UAPI_LINUX_IOMMUFD_NESTED_H
#define _UAPI_LINUX_IOMMUFD_NESTED_H

#include <linux/types.h>

/* IOMMU_VIOMMU_ALLOC: @type, with a struct iommu_viommu_intel_vtd as data */
#define IOMMU_VIOMMU_TYPE_INTEL_VTD		0x56540001
/* IOMMU_HWPT_ALLOC on that: @data_type, a struct iommu_hwpt_vtd_pasid_entry */
#define IOMMU_HWPT_DATA_VTD_PASID_ENTRY		0x56540001
/* IOMMU_HWPT_INVALIDATE of that: @data_type, struct iommu_viommu_vtd_invalidate */
#define IOMMU_VIOMMU_INVALIDATE_DATA_VTD	0x56540001
/* IOMMU_VEVENTQ_ALLOC on that: @type, a struct iommu_vevent_vtd */
#define IOMMU_VEVENTQ_TYPE_VTD			0x56540001

/* The newest version of what is in this file */
#define IOMMU_VIOMMU_VTD_VERSION		1

/**
 * struct iommu_viommu_intel_vtd - a VT-d unit of a guest
 * @version: in, the newest version that the VMM was written for; out, the one that
 *	is in effect, which is no newer
 * @flags: must be 0
 *
 * EINVAL for version 0 and for a parent that the unit cannot nest on, EOPNOTSUPP for
 * a flag.
 *
 * The guest's unit can do what the physical one can, or less. It has scalable mode
 * and stage-1 translation, and neither RID_PASID (ECAP.RPS) nor anything that the
 * structures below refuse. A vDEVICE of it has as @virt_id the source-id that the
 * guest has for the device: 16 bits.
 */
struct iommu_viommu_intel_vtd {
	__u32 version;
	__u32 flags;
};

/**
 * struct iommu_hwpt_vtd_pasid_entry - a guest's scalable-mode PASID table entry (9.6)
 * @entry: its eight words
 *
 * An entry that is not present makes a HWPT that blocks all DMA, and the guest hears
 * of that. Of one that is present the following is taken:
 *
 * FPD		no fault of stage-1 is given to the guest
 * PGTT		stage-1 only (1). Everything else the VMM does with other HWPTs
 * DID		the guest's own domain-id, by which it invalidates
 * SRE, ERE, WPE, NXE, SMEP, EAFE, FSPM, FSPTPTR
 *		stage-1; those that a capability stands for with that alone
 * PGSNP	with ECAP.SC
 * AW, PWSNP	means nothing for stage-1 on a stage-2, but drivers set it: AW up to 3,
 *		PWSNP with ECAP.SMPWCS
 *
 * EOPNOTSUPP for anything else that is not 0: reserved bits, PGTT 2 to 4, and what
 * the host decides, which is stage-2 (SSEE, SSADE, SSPTPTR) and memory types (CD,
 * EMTE, EMT, PWT, PCD, PAT). EINVAL for a value that the specification does not
 * have, for a bit without its capability, and for a table beyond the parent.
 */
struct iommu_hwpt_vtd_pasid_entry {
	__aligned_le64 entry[8];
};

/**
 * struct iommu_viommu_vtd_invalidate - a descriptor of a guest's invalidation queue (6.5.2)
 * @desc: the descriptor
 *
 * An entry of the array is 16 bytes long, the 128-bit descriptor, or 32, the 256-bit
 * one.
 *
 * Domain-ids are those of the guest's PASID table entries. One that no HWPT of the
 * vIOMMU has is not known. Source-ids are those of its vDEVICEs.
 *
 * iotlb_inv_dsc	global, domain, page: nested translations of all domains
 *			or of one
 * p_iotlb_inv_dsc	the same of a PASID, or of pages of it
 * dev_tlb_inv_dsc, p_dev_tlb_inv_dsc
 *			the device-TLB of a device that has ATS, and nothing of one
 *			that has not. MIP and PFSID are the host's
 * cc_inv_dsc, pc_inv_dsc
 *			are checked. A VMM that has been told of an entry's change
 *			makes it one of the device's HWPTs, and that invalidates
 * inv_wait_dsc		FN is kept. When the ioctl returns, all is complete that
 *			was in the array: the VMM writes the status and raises the
 *			interrupt
 *
 * EIO for everything else: another opcode, a reserved bit or value, an id that is not
 * known. Interrupt entries (iec_inv_dsc) are the VMM's, and page responses go to the
 * fault queue. The entries before that are done, @entry_num says how many.
 */
struct iommu_viommu_vtd_invalidate {
	__aligned_le64 desc[4];
};

/**
 * struct iommu_vevent_vtd - a fault of stage-1 as the guest's unit records it
 * @record: a fault recording register (11.4.7.6) with F set, and with the source-id
 *	that the guest has for the device
 *
 * Faults of stage-2 and of structures that are the host's are not among them.
 */
struct iommu_vevent_vtd {
	__aligned_le64 record[2];
};

#endif /* _UAPI_LINUX_IOMMUFD_NESTED_H */
