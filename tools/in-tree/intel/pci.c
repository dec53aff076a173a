// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's VT-d driver in UML: what the PCI core has for drivers that are part of
 * the kernel only. These are the capabilities of the PCI Express specification, and
 * what the core's documentation says of its functions, in other words.
 */
#include <linux/pci.h>
#include <linux/pci-ats.h>

#include "shim.h"

static u16 in_tree_ats_cap(struct pci_dev *pdev)
{
	u16 cap = 0;

	if (pdev->ats_cap)
		pci_read_config_word(pdev, pdev->ats_cap + PCI_ATS_CAP, &cap);
	return cap;
}

/* 10.5.1.2: how many invalidations a function takes; 0 in the register is all of 32 */
int pci_ats_queue_depth(struct pci_dev *pdev)
{
	u16 depth = PCI_ATS_CAP_QDEP(in_tree_ats_cap(pdev));

	if (!pdev->ats_cap)
		return -EINVAL;
	/* The queue is its physical function's */
	if (pdev->is_virtfn)
		return 0;
	return depth ?: PCI_ATS_MAX_QDEP;
}

/* 10.5.1.2: addresses that are to be translated are those of pages */
int pci_ats_page_aligned(struct pci_dev *pdev)
{
	return !!(in_tree_ats_cap(pdev) & PCI_ATS_CAP_PAGE_ALIGNED);
}

/* 10.5.2.3: whether responses have the PASID that requests had */
int pci_prg_resp_pasid_required(struct pci_dev *pdev)
{
	u16 status = 0;

	pdev = pci_physfn(pdev);
	if (pdev->pri_cap)
		pci_read_config_word(pdev, pdev->pri_cap + PCI_PRI_STATUS, &status);
	return !!(status & PCI_PRI_STATUS_PASID);
}

/* 10.5.2.2: forget what is outstanding, of a function that asks for no pages */
int pci_reset_pri(struct pci_dev *pdev)
{
	if (pdev->is_virtfn)
		return 0;
	if (!pdev->pri_cap)
		return -EINVAL;
	if (pdev->pri_enabled)
		return -EBUSY;
	return pci_write_config_word(pdev, pdev->pri_cap + PCI_PRI_CTRL,
				     PCI_PRI_CTRL_RESET);
}

/* 10.5.2.2: let a function ask for pages, for up to @reqs at a time */
int pci_enable_pri(struct pci_dev *pdev, u32 reqs)
{
	u16 status;
	u32 most;

	/* A virtual function asks by its physical one's interface */
	if (pdev->is_virtfn)
		return pci_physfn(pdev)->pri_enabled ? 0 : -EINVAL;
	if (!pdev->pri_cap)
		return -EINVAL;
	pci_read_config_word(pdev, pdev->pri_cap + PCI_PRI_STATUS, &status);
	if (pdev->pri_enabled || !(status & PCI_PRI_STATUS_STOPPED))
		return -EBUSY;
	pci_read_config_dword(pdev, pdev->pri_cap + PCI_PRI_MAX_REQ, &most);
	/* The core writes it again after a reset */
	pdev->pri_reqs_alloc = min(reqs, most);
	pci_write_config_dword(pdev, pdev->pri_cap + PCI_PRI_ALLOC_REQ,
			       pdev->pri_reqs_alloc);
	pci_write_config_word(pdev, pdev->pri_cap + PCI_PRI_CTRL, PCI_PRI_CTRL_ENABLE);
	pdev->pri_enabled = 1;
	return 0;
}

/* No host bridge of a mock takes the requests of other buses for its own */
struct pci_dev *pci_real_dma_dev(struct pci_dev *pdev)
{
	return pdev;
}

/* What a bridge makes of the source-ids of what is behind it, if it changes them */
static int in_tree_bridge_alias(struct pci_bus *bus, u16 *alias)
{
	struct pci_dev *bridge = bus->self;

	/* The bus of virtual functions has none */
	if (!bridge)
		return -ENOENT;
	switch (pci_is_pcie(bridge) ? pci_pcie_type(bridge) : PCI_EXP_TYPE_PCIE_BRIDGE) {
	case PCI_EXP_TYPE_PCI_BRIDGE:
		*alias = PCI_DEVID(bus->number, 0);
		return 0;
	case PCI_EXP_TYPE_PCIE_BRIDGE:
		*alias = pci_dev_id(bridge);
		return 0;
	default:
		return -ENOENT;
	}
}

/*
 * Each source-id that a function's requests may have when they come to the unit, its
 * own first; until @fn returns other than 0
 */
int in_tree_dma_aliases(struct pci_dev *pdev, in_tree_alias_fn *fn, void *data)
{
	struct pci_bus *bus;
	unsigned int devfn;
	u16 alias;
	int ret;

	ret = fn(pdev, pci_dev_id(pdev), data);
	for (devfn = 0; !ret && devfn < 256; devfn++) {
		alias = PCI_DEVID(pdev->bus->number, devfn);
		if (pdev->dma_alias_mask && test_bit(devfn, pdev->dma_alias_mask))
			ret = fn(pdev, alias, data);
	}
	for (bus = pdev->bus; !ret && !pci_is_root_bus(bus); bus = bus->parent)
		if (!in_tree_bridge_alias(bus, &alias))
			ret = fn(bus->self, alias, data);
	return ret;
}
