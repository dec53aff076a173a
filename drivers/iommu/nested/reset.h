/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Domains that the core takes from a PCI function for the time of a reset
 *
 * Before a function with ATS is reset the core blocks it and all its PASIDs, and puts
 * back afterwards what it still believes to be attached. It takes no failure for an
 * answer then, and does not tell a driver that this is why a domain is attached. So
 * the driver keeps in mind what was attached when a PASID of a function that is
 * switched off was blocked, for whoever resets a function has switched it off before:
 * attaching that again cannot fail because of hardware, the device is blocked until
 * that answers.
 */
#ifndef __IOMMU_NESTED_RESET_H
#define __IOMMU_NESTED_RESET_H

#include <linux/pci-ats.h>
#include <linux/pci.h>
#include <linux/xarray.h>

struct iommu_domain;

/* It answers to nothing but configuration accesses, and sends nothing */
static inline bool iommu_reset_switched_off(struct pci_dev *pdev)
{
	u16 cmd;

	pci_read_config_word(pdev, PCI_COMMAND, &cmd);
	return PCI_POSSIBLE_ERROR(cmd) ||
	       !(cmd & (PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER));
}

/**
 * iommu_reset_note - a PASID is blocked, it may be for a reset
 * @was: domains by PASID, the device's own; 0 is requests without
 * @dev: the device
 * @pasid: the PASID
 * @domain: what is attached to it, %NULL for nothing; only its address is of interest
 *
 * Without memory nothing is kept in mind, and a failure will be one.
 *
 * Context: process context, the group's mutex is held.
 */
static inline void iommu_reset_note(struct xarray *was, struct device *dev, u32 pasid,
				    const struct iommu_domain *domain)
{
	if (domain && dev_is_pci(dev) && pci_ats_supported(to_pci_dev(dev)) &&
	    iommu_reset_switched_off(to_pci_dev(dev)))
		xa_store(was, pasid, (void *)domain, GFP_KERNEL);
}

/**
 * iommu_reset_puts_back - may the core be putting back what a reset took away?
 * @was: as of iommu_reset_note()
 * @pasid: the PASID
 * @domain: what is to be attached to it
 *
 * Context: process context, the group's mutex is held.
 * Return: true if it was the last domain before the PASID was blocked, and nothing was
 * attached since
 */
static inline bool iommu_reset_puts_back(struct xarray *was, u32 pasid,
					 const struct iommu_domain *domain)
{
	return xa_erase(was, pasid) == domain;
}

#endif /* __IOMMU_NESTED_RESET_H */
