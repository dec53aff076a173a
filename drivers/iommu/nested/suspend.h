/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sleep in which units lose their power
 */
#ifndef __IOMMU_NESTED_SUSPEND_H
#define __IOMMU_NESTED_SUSPEND_H

#include <linux/errno.h>
#include <linux/list.h>
#include <linux/printk.h>

/**
 * units_check_suspend - refuse to lose what units have in their registers
 * @units: the list of the driver's units
 *
 * A unit that was without power translates nothing: DMA would go to physical
 * addresses. Sleep in which units keep their power does not come here.
 *
 * Context: interrupts are off, and there is one CPU.
 * Return: 0 if there are no units, else -EOPNOTSUPP
 */
static inline int units_check_suspend(const struct list_head *units)
{
	if (list_empty(units))
		return 0;
	pr_err("units in use lose their state in this kind of sleep: refused\n");
	return -EOPNOTSUPP;
}

#endif /* __IOMMU_NESTED_SUSPEND_H */
