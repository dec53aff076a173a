/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The page request interface of PCI functions
 *
 * The PCI core can switch it on, but has no modules do so: only switching it off, and
 * finding out whether there is one, are exported. What is written here are the registers
 * of PCIe 10.5.2, and what the core keeps in mind of them: it switches the interface on
 * again after a reset.
 */
#ifndef __IOMMU_NESTED_PRI_H
#define __IOMMU_NESTED_PRI_H

#include <linux/minmax.h>
#include <linux/pci-ats.h>
#include <linux/pci.h>

#ifdef CONFIG_PCI_PRI
/**
 * iommu_pri_enable - let a function make page requests
 * @pdev: the function, with ATS on, and with PASIDs on if it will use them
 * @most: how many it may have outstanding at once
 *
 * A virtual function asks through the interface of its physical one, which is not
 * its user's: it makes none. A function that uses PASIDs and wants none in responses
 * makes none either, for VT-d and SMMUv3 repeat the PASID of a request.
 *
 * Context: process context; nobody else switches it.
 * Return: how many it may have outstanding, 0 if it makes none
 */
static inline u32 iommu_pri_enable(struct pci_dev *pdev, u32 most)
{
	u16 pos = pdev->pri_cap, status;
	u32 reqs;

	if (pdev->is_virtfn || !pos || pdev->pri_enabled || !pdev->ats_enabled ||
	    (pdev->pasid_enabled && !pdev->pasid_required))
		return 0;
	/* It forgets what somebody else has left outstanding */
	pci_write_config_word(pdev, pos + PCI_PRI_CTRL, PCI_PRI_CTRL_RESET);
	if (pci_read_config_word(pdev, pos + PCI_PRI_STATUS, &status) ||
	    !(status & PCI_PRI_STATUS_STOPPED) ||
	    pci_read_config_dword(pdev, pos + PCI_PRI_MAX_REQ, &reqs))
		return 0;
	reqs = min(reqs, most);
	if (!reqs)
		return 0;
	pdev->pri_reqs_alloc = reqs;
	pci_write_config_dword(pdev, pos + PCI_PRI_ALLOC_REQ, reqs);
	pci_write_config_word(pdev, pos + PCI_PRI_CTRL, PCI_PRI_CTRL_ENABLE);
	pdev->pri_enabled = 1;
	return reqs;
}

/**
 * iommu_pri_disable - undo iommu_pri_enable(), if it has enabled anything
 * @pdev: the function
 *
 * Context: process context; nobody else switches it.
 */
static inline void iommu_pri_disable(struct pci_dev *pdev)
{
	if (!pdev->is_virtfn && pdev->pri_enabled)
		pci_disable_pri(pdev);
}
#else
static inline u32 iommu_pri_enable(struct pci_dev *pdev, u32 most)
{
	return 0;
}

static inline void iommu_pri_disable(struct pci_dev *pdev)
{
}
#endif

#endif /* __IOMMU_NESTED_PRI_H */
