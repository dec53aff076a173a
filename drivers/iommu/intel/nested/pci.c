// SPDX-License-Identifier: GPL-2.0-only
/*
 * PCI devices: their unit, their source-ids, their reserved memory, their
 * capabilities
 */
#include <linux/acpi.h>
#include <linux/pci.h>
#include <linux/pci-ats.h>

#include "../../nested/pri.h"
#include "dmar.h"
#include "firmware.h"
#include "intel_nested.h"

/* Devices and functions of a bus */
#define DEVFNS	256

/* Where a device is; false if that is nowhere that the table can name */
static bool vtd_pci_path(struct pci_dev *pdev, struct vtd_dmar_path *path)
{
	struct pci_dev *dev;
	unsigned int i;

	/* The table names no virtual functions, they are with their PF (8.3.1) */
	pdev = pci_physfn(pdev);
	if (pci_domain_nr(pdev->bus) > U16_MAX)
		return false;
	path->segment = pci_domain_nr(pdev->bus);
	path->depth = 0;
	for (dev = pdev; dev; dev = pci_upstream_bridge(dev))
		if (++path->depth > VTD_DMAR_DEPTH)
			return false;
	for (dev = pdev, i = path->depth; i--; dev = pci_upstream_bridge(dev)) {
		path->hops[i].bus = dev->bus->number;
		path->hops[i].devfn = dev->devfn;
	}
	return true;
}

/**
 * vtd_pci_unit - the unit of a PCI device
 * @pdev: the device
 *
 * Return: the unit, or NULL if it is behind none of ours
 */
struct vtd_unit *vtd_pci_unit(struct pci_dev *pdev)
{
	struct vtd_dmar_path path;

	return vtd_pci_path(pdev, &path) ? vtd_unit_find_pci(&path) : NULL;
}

static int vtd_bus_aliases(struct pci_dev *pdev, struct pci_bus *bus,
			   int (*fn)(u16 sid, void *data), void *data)
{
	struct pci_dev *bridge = bus->self;

	/* The bus of virtual functions of a PF has no bridge */
	if (!bridge)
		return 0;
	/*
	 * A bridge from PCI Express takes the requests of all behind it for its
	 * own: devfn 0 of its secondary bus (3.12.1)
	 */
	if (pci_is_pcie(bridge)) {
		if (pci_pcie_type(bridge) == PCI_EXP_TYPE_PCI_BRIDGE)
			return fn(PCI_DEVID(bus->number, 0), data);
		if (pci_pcie_type(bridge) == PCI_EXP_TYPE_PCIE_BRIDGE)
			return fn(pci_dev_id(bridge), data);
		return 0;
	}
	/* Some do not say that they are one; the others use their own (3.12.2) */
	if (bridge->dev_flags & PCI_DEV_FLAG_PCIE_BRIDGE_ALIAS)
		return fn(PCI_DEVID(bus->number, 0), data);
	return fn(pci_dev_id(bridge), data);
}

/**
 * vtd_pci_aliases - the further source-ids that requests of a device may have
 * @pdev: the device
 * @fn: called for each; stops if it returns other than 0
 * @data: for @fn
 *
 * The core's function for it is not for modules. A source-id may come twice.
 *
 * Return: 0, or what @fn returned
 */
int vtd_pci_aliases(struct pci_dev *pdev, int (*fn)(u16 sid, void *data),
		    void *data)
{
	struct pci_bus *bus;
	unsigned int devfn;
	int ret = 0;

	/* Functions that send with the number of another, known from quirks */
	if (pdev->dma_alias_mask) {
		for_each_set_bit(devfn, pdev->dma_alias_mask, DEVFNS) {
			ret = fn(PCI_DEVID(pdev->bus->number, devfn), data);
			if (ret)
				return ret;
		}
	}
	for (bus = pdev->bus; !ret && !pci_is_root_bus(bus); bus = bus->parent) {
		if (bus->self &&
		    bus->self->dev_flags & PCI_DEV_FLAGS_BRIDGE_XLATE_ROOT)
			break;
		ret = vtd_bus_aliases(pdev, bus, fn, data);
	}
	return ret;
}

static u8 vtd_ats_queue_depth(struct pci_dev *pdev)
{
	u16 cap, pos = pci_find_ext_capability(pdev, PCI_EXT_CAP_ID_ATS);

	/* A VF shares the queue of its PF: one at a time */
	if (pdev->is_virtfn)
		return 1;
	if (!pos || pci_read_config_word(pdev, pos + PCI_ATS_CAP, &cap))
		return 1;
	return PCI_ATS_CAP_QDEP(cap) ?: PCI_ATS_MAX_QDEP;
}

static bool vtd_ats_possible(const struct vtd_unit *unit, struct pci_dev *pdev)
{
	struct vtd_dmar_path path;

	return unit->ecap & VTD_ECAP_DT && pci_ats_supported(pdev) &&
	       vtd_pci_path(pdev, &path) &&
	       vtd_dmar_ats(unit->dmar, &path);
}

/*
 * All that the device has, as in-tree: userspace is told what is on. Which requests
 * for execution or of privileged mode get through the PASID's own entry says.
 */
static bool vtd_pasid_enable(struct pci_dev *pdev)
{
	int features = pci_pasid_features(pdev);

	return features >= 0 && !pci_enable_pasid(pdev, features);
}

/**
 * vtd_pci_enable - switch on what both a PCI device and its unit can do
 * @edev: the device, which nobody drives; filled in
 *
 * PASIDs come before ATS, for they must not be switched on after it. The device
 * sends no requests yet: that it is blocked until a domain is attached makes no
 * difference.
 */
void vtd_pci_enable(struct vtd_device *edev)
{
	struct pci_dev *pdev = to_pci_dev(edev->dev);
	struct vtd_unit *unit = edev->unit;
	int pasids = pci_max_pasids(pdev);
	u8 bits;

	edev->pfsid = pci_dev_id(pci_physfn(pdev));
	edev->devtlb_twice = vtd_errata_devtlb_twice(pdev->vendor,
						     pdev->device);
	edev->identity = vtd_errata_vmd(pdev->vendor, pdev->device);
	if (unit->ecap & VTD_ECAP_PASID && pasids > 0 &&
	    vtd_pasid_enable(pdev)) {
		bits = min_t(u8, ilog2(pasids), VTD_PASID_BITS);
		edev->pasid_bits = min_t(u8, bits, vtd_unit_pasid_bits(unit));
		edev->pasid_on = true;
	}
	if (!vtd_ats_possible(unit, pdev))
		return;
	/* It does its DMA without, then */
	if (pci_prepare_ats(pdev, VTD_PAGE_SHIFT) ||
	    pci_enable_ats(pdev, VTD_PAGE_SHIFT))
		dev_warn(edev->dev, "ATS cannot be enabled\n");
	else
		edev->ats_depth = vtd_ats_queue_depth(pdev);
	if (unit->prq.mem && edev->ats_depth)
		edev->iopf.most = iommu_pri_enable(pdev, VTD_PRI_MOST);
	edev->pri = edev->iopf.most;
}

/**
 * vtd_pci_disable - undo vtd_pci_enable()
 * @edev: the device
 */
void vtd_pci_disable(struct vtd_device *edev)
{
	struct pci_dev *pdev = to_pci_dev(edev->dev);

	if (edev->pri)
		iommu_pri_disable(pdev);
	if (edev->ats_depth)
		pci_disable_ats(pdev);
	if (edev->pasid_on)
		pci_disable_pasid(pdev);
}

/*
 * Firmware lets go of graphics and USB when their drivers start: what it has
 * reserved for them may be used for other things then.
 */
static bool vtd_reserved_is_relaxable(struct pci_dev *pdev)
{
	return pdev->class >> 16 == PCI_BASE_CLASS_DISPLAY ||
	       pdev->class >> 8 == PCI_CLASS_SERIAL_USB;
}

/**
 * vtd_pci_resv_regions - memory that firmware has a PCI device use
 * @edev: the device
 * @head: gets the regions
 */
void vtd_pci_resv_regions(const struct vtd_device *edev, struct list_head *head)
{
	struct pci_dev *pdev = to_pci_dev(edev->dev);
	enum iommu_resv_type type = vtd_reserved_is_relaxable(pdev) ?
		IOMMU_RESV_DIRECT_RELAXABLE : IOMMU_RESV_DIRECT;
	const struct vtd_dmar_entry *entry;
	struct iommu_resv_region *region;
	struct vtd_dmar_path path;

	if (!vtd_pci_path(pdev, &path))
		return;
	list_for_each_entry(entry, &edev->unit->dmar->entries, node) {
		if (entry->type != ACPI_DMAR_TYPE_RESERVED_MEMORY ||
		    !vtd_dmar_match(entry, &path))
			continue;
		region = iommu_alloc_resv_region(entry->first,
						 entry->last - entry->first + 1,
						 IOMMU_READ | IOMMU_WRITE, type,
						 GFP_KERNEL);
		if (region)
			list_add_tail(&region->list, head);
	}
}
