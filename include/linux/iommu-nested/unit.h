/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a platform tells a driver about an IOMMU: the platform data of its
 * platform device, beside the memory resource that has the registers. Firmware
 * tables say the same on a machine that has the hardware.
 */
#ifndef __LINUX_IOMMU_NESTED_UNIT_H
#define __LINUX_IOMMU_NESTED_UNIT_H

#include <linux/iommu-nested/regs.h>

/* Platform device (and driver) names of units */
#define IOMMU_UNIT_VTD_NAME	"vtd-unit"
#define IOMMU_UNIT_SMMUV3_NAME	"arm-smmu-v3-nested"

/* Index of the interrupts of a VT-d unit */
enum {
	IOMMU_UNIT_VTD_IRQ_FAULT,	/* fault event */
	IOMMU_UNIT_VTD_IRQ_INV,		/* invalidation completion event */
	IOMMU_UNIT_VTD_IRQ_PRQ,		/* page request event */
	IOMMU_UNIT_VTD_NR_IRQS,
};

/* Index of the interrupts of an SMMUv3 */
enum {
	IOMMU_UNIT_SMMUV3_IRQ_EVTQ,	/* event queue not empty */
	IOMMU_UNIT_SMMUV3_IRQ_GERROR,	/* global error */
	IOMMU_UNIT_SMMUV3_IRQ_PRIQ,	/* PRI queue not empty */
	IOMMU_UNIT_SMMUV3_IRQ_SYNC,	/* CMD_SYNC completed */
	IOMMU_UNIT_SMMUV3_NR_IRQS,
};

#define IOMMU_UNIT_MAX_IRQS	4

/**
 * struct iommu_unit_irq - one interrupt of a unit
 * @irq: Linux interrupt number, 0 if there is none
 * @msi_addr: message address that raises @irq, to be programmed into the unit if
 *	it signals by messages. A unit with wired interrupts needs none
 * @msi_data: message data that raises @irq
 */
struct iommu_unit_irq {
	unsigned int irq;
	u64 msi_addr;
	u32 msi_data;
};

/**
 * struct iommu_unit - an IOMMU as the platform describes it
 * @regs: how to reach the registers where they are at no address, because the kernel
 *	cannot show a model's there. Else all zero: they are the device's resource
 * @irqs: interrupts, indexed by the architecture's IOMMU_UNIT_*_IRQ_* values. All zero
 *	where the unit's node in the device tree has them
 * @errata: bits of IOMMU_UNIT_ERRATUM_*
 *
 * The endpoints behind the unit refer to it from their firmware node by the
 * property "iommus" with one argument cell, the source-id or StreamID. Further
 * properties of an endpoint: "pasid-num-bits" (u32), "ats-supported" (boolean),
 * "ats-queue-depth" (u32, 1 to 32), "pri-supported" (boolean); "vendor-id" and
 * "device-id" (u32), as Open Firmware has them of a PCI function.
 *
 * The firmware nodes of VT-d are software nodes; those of SMMUv3 are in the
 * device tree, the unit's with "#iommu-cells" = 1.
 */
struct iommu_unit {
	struct iommu_regs regs;
	struct iommu_unit_irq irqs[IOMMU_UNIT_MAX_IRQS];
	u32 errata;
};

/* Intel document 772415, SPR17: A/D set through a read-only stage-2 mapping */
#define IOMMU_UNIT_ERRATUM_SPR17	BIT(0)
/* QEMU: AW of a PASID table entry is the width of stage-1, without stage-2 */
#define IOMMU_UNIT_ERRATUM_STAGE1_AW	BIT(1)

#endif /* __LINUX_IOMMU_NESTED_UNIT_H */
