/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * PCI functions that were torn out
 *
 * A function that is gone has no device-TLB any more, and sends nothing: there is
 * nothing of it to be forgotten, and it answers nothing. As long as somebody uses it, its
 * struct device is there, with all that is attached. So before a driver asks a
 * device, and before it takes the silence of one for a failure, it asks here. It may be
 * torn out at any time after that: what has been asked of it until then gets no
 * answer, and is found out when that is judged.
 *
 * The PCI core has the last word. That a function does not answer to configuration
 * accesses says nothing: neither does one that is being reset.
 */
#ifndef __IOMMU_NESTED_UNPLUGGED_H
#define __IOMMU_NESTED_UNPLUGGED_H

#include <linux/pci.h>

/**
 * iommu_unplugged - was a device torn out?
 * @dev: the device, of any bus; others than PCI tell nobody
 *
 * It takes no lock, and makes no access to the device. A function that was torn out
 * stays so for as long as its struct device lives.
 *
 * Context: any.
 * Return: true if the PCI core knows that it is gone
 */
static inline bool iommu_unplugged(const struct device *dev)
{
	return dev_is_pci(dev) && pci_dev_is_disconnected(to_pci_dev(dev));
}

#endif /* __IOMMU_NESTED_UNPLUGGED_H */
