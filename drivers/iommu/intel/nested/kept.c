// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices whose driver was there before us
 *
 * Such a driver has given physical addresses to its device, which cannot be
 * taken back: the device is passed through, and the core does not know of it, so
 * that no user can be given it. It is as if there was no unit for it,
 * until it is removed from its bus and found again. Bridges do no DMA of their
 * own, except for interrupts, which are not translated.
 */
#include <linux/pci.h>

#include "domain.h"
#include "firmware.h"
#include "intel_nested.h"

/**
 * struct vtd_kept - a device that is passed through
 * @node: in the list of all
 * @edev: the device
 */
struct vtd_kept {
	struct list_head node;
	struct vtd_device *edev;
};

static LIST_HEAD(vtd_kept);
static DEFINE_MUTEX(vtd_kept_lock);

static bool vtd_pci_may_do_dma(struct pci_dev *pdev)
{
	const struct device_driver *drv = pdev->dev.driver;
	u16 command;

	if (!drv || pdev->hdr_type != PCI_HEADER_TYPE_NORMAL)
		return false;
	pci_read_config_word(pdev, PCI_COMMAND, &command);
	return vtd_may_do_dma(drv, command & PCI_COMMAND_MASTER,
			      to_pci_driver(drv)->driver_managed_dma);
}

static int vtd_keep(struct pci_dev *pdev, struct vtd_unit *unit)
{
	struct vtd_kept *kept = kzalloc_obj(*kept);
	struct vtd_device *edev;
	int ret;

	if (!kept)
		return -ENOMEM;
	edev = vtd_device_new(&pdev->dev, unit, pci_dev_id(pdev));
	if (IS_ERR(edev)) {
		kfree(kept);
		return PTR_ERR(edev);
	}
	ret = vtd_attach(edev, IOMMU_NO_PASID, &vtd_identity_domain);
	if (ret) {
		vtd_device_delete(edev);
		kfree(kept);
		return ret;
	}
	kept->edev = edev;
	get_device(&pdev->dev);
	list_add_tail(&kept->node, &vtd_kept);
	return 0;
}

/**
 * vtd_keep_devices - pass through the devices whose driver is there already
 * @unit: their unit, which does not translate yet
 *
 * And that are not known to the unit: it may be called again.
 *
 * Context: process context.
 */
void vtd_keep_devices(struct vtd_unit *unit)
{
	struct pci_dev *pdev = NULL;

	for_each_pci_dev(pdev) {
		if (vtd_pci_unit(pdev) != unit)
			continue;
		/* Its driver stays, and so it is not removed before it is listed */
		guard(device)(&pdev->dev);
		if (!vtd_pci_may_do_dma(pdev) ||
		    xa_load(&unit->devices, pci_dev_id(pdev)))
			continue;
		guard(mutex)(&vtd_kept_lock);
		if (vtd_keep(pdev, unit))
			pci_err(pdev, "cannot be passed through, its DMA is blocked\n");
		else
			pci_info(pdev, "its driver was here before its unit's: its DMA is not translated\n");
	}
}

static void vtd_forget(struct vtd_kept *kept)
{
	struct device *dev = kept->edev->dev;

	list_del(&kept->node);
	vtd_detach(kept->edev, IOMMU_NO_PASID);
	vtd_device_delete(kept->edev);
	put_device(dev);
	kfree(kept);
}

/**
 * vtd_kept_release - forget the devices that are passed through
 * @unit: their unit
 *
 * Context: process context.
 */
void vtd_kept_release(struct vtd_unit *unit)
{
	struct vtd_kept *kept, *tmp;

	guard(mutex)(&vtd_kept_lock);

	list_for_each_entry_safe(kept, tmp, &vtd_kept, node)
		if (kept->edev->unit == unit)
			vtd_forget(kept);
}

/* The core tells us of devices that it knows, and of no others */
static int vtd_bus_event(struct notifier_block *nb, unsigned long action,
			 void *data)
{
	struct vtd_kept *kept, *tmp;

	if (action != BUS_NOTIFY_REMOVED_DEVICE)
		return NOTIFY_DONE;

	guard(mutex)(&vtd_kept_lock);

	list_for_each_entry_safe(kept, tmp, &vtd_kept, node)
		if (kept->edev->dev == data)
			vtd_forget(kept);
	return NOTIFY_OK;
}

static struct notifier_block vtd_bus_notifier = {
	.notifier_call = vtd_bus_event,
};

/**
 * vtd_kept_init - begin to look for devices that are removed
 *
 * Return: 0, or the error of the bus
 */
int vtd_kept_init(void)
{
	return bus_register_notifier(&pci_bus_type, &vtd_bus_notifier);
}

/**
 * vtd_kept_exit - undo vtd_kept_init()
 */
void vtd_kept_exit(void)
{
	bus_unregister_notifier(&pci_bus_type, &vtd_bus_notifier);
}
