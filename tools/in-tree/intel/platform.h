/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The platform that the kernel's VT-d driver finds units in: each is a device that
 * was added after the kernel had booted, with a _DSM that has its structures
 */
#ifndef IN_TREE_INTEL_PLATFORM_H
#define IN_TREE_INTEL_PLATFORM_H

#include <linux/list.h>
#include <linux/platform_device.h>
#include <linux/types.h>

#include <linux/iommu-nested/unit.h>

/**
 * struct in_tree_unit - a unit
 * @node: in the list of all
 * @pdev: its device
 * @platform: what the platform says of it
 * @regs: physical address of its registers
 * @table: its ACPI table, DMAR
 * @len: bytes of that
 */
struct in_tree_unit {
	struct list_head node;
	struct platform_device *pdev;
	const struct iommu_unit *platform;
	phys_addr_t regs;
	u8 *table;
	size_t len;
};

/* platform.c */
struct in_tree_unit *in_tree_unit_find(phys_addr_t regs);

/* irq.c */
int in_tree_irq_init(void);

#endif /* IN_TREE_INTEL_PLATFORM_H */
