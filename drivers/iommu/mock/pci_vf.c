// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: virtual functions of endpoints, as the host has them
 *
 * An instance has all that there can be as endpoints when it goes live: each has its
 * source-id, which nobody else may have, and its engine. The PCI core makes devices of
 * those that the driver of the physical function wants.
 */
#include <linux/device.h>
#include <linux/lockdep.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "core.h"
#include "pci_host.h"

static void vf_destroy(struct mock_ep_item *item)
{
	list_del(&item->list);
	kfree(item->ep.name);
	mock_ep_item_destroy(item);
}

static void vf_configure(struct mock_ep_item *item, struct mock_ep_item *pf,
			 unsigned int nr)
{
	struct mock_ep_config *config = &item->ep.config;

	*config = pf->ep.config;
	config->sid += config->caps.vf_offset + nr * config->caps.vf_stride;
	config->caps.total_vfs = 0;
	config->caps.virtual = true;
	item->behind = pf->behind;
	item->port = pf->port;
	item->ep.fn.pf = &pf->ep;
	item->ep.fn.nr = nr;
	pf->ep.fn.vfs[nr] = &item->ep;
}

static int vf_create(struct mock_ep_item *pf, unsigned int nr)
{
	struct mock_ep_item *item = mock_ep_item_create(pf->inst);

	if (IS_ERR(item))
		return PTR_ERR(item);
	item->ep.name = kasprintf(GFP_KERNEL, "%s-vf%u", pf->ep.name, nr);
	if (!item->ep.name) {
		mock_ep_item_destroy(item);
		return -ENOMEM;
	}
	vf_configure(item, pf, nr);
	list_add_tail(&item->list, &pf->inst->endpoints);
	return 0;
}

static int vfs_of(struct mock_ep_item *pf)
{
	const unsigned int nr = pf->ep.config.caps.total_vfs;
	unsigned int i;
	int ret = 0;

	if (!nr)
		return 0;
	pf->ep.fn.vfs = kcalloc(nr, sizeof(*pf->ep.fn.vfs), GFP_KERNEL);
	if (!pf->ep.fn.vfs)
		return -ENOMEM;
	for (i = 0; i < nr && !ret; i++)
		ret = vf_create(pf, i);
	return ret;
}

/**
 * mock_vfs_create() - make the endpoints that are virtual functions
 * @inst: the instance, which is not live; its endpoints are PCI functions
 *
 * Return: 0; -ENOMEM, -ENOSPC
 */
int mock_vfs_create(struct mock_instance *inst)
{
	struct mock_ep_item *item;
	int ret = 0;

	lockdep_assert_held(&inst->lock);
	/* Those that are added on the way have none themselves */
	list_for_each_entry(item, &inst->endpoints, list) {
		ret = vfs_of(item);
		if (ret) {
			mock_vfs_destroy(inst);
			break;
		}
	}
	return ret;
}

/**
 * mock_vfs_destroy() - undo mock_vfs_create()
 * @inst: the instance; its devices are gone
 */
void mock_vfs_destroy(struct mock_instance *inst)
{
	struct mock_ep_item *item, *next;

	lockdep_assert_held(&inst->lock);
	list_for_each_entry_safe(item, next, &inst->endpoints, list) {
		kfree(item->ep.fn.vfs);
		item->ep.fn.vfs = NULL;
		if (item->ep.fn.pf)
			vf_destroy(item);
	}
}

static struct mock_ep_item *vf_item(const struct mock_ep_item *pf, unsigned int nr)
{
	return container_of(pf->ep.fn.vfs[nr], struct mock_ep_item, ep);
}

static unsigned int vf_count(const struct mock_ep_item *pf)
{
	return pf->ep.fn.vfs ? pf->ep.config.caps.total_vfs : 0;
}

/*
 * A BAR of a virtual function is a page, and begins with one: whoever has it would be
 * offered memory that there is not. The second half, which has all of the registers, is
 * not.
 */
static void vf_halve_bars(struct pci_dev *pdev)
{
	unsigned int i;

	for (i = 0; i < PCI_STD_NUM_BARS; i++) {
		struct resource *res = &pdev->resource[i];

		if (res->parent && resource_size(res) == MOCK_PCI_VF_BAR_SIZE &&
		    adjust_resource(res, res->start + MOCK_PCI_FN_BAR_SIZE,
				    MOCK_PCI_FN_BAR_SIZE))
			pci_info(pdev, "BAR %u begins with a page\n", i);
	}
}

static struct mock_ep_item *vf_of_host(const struct mock_host *host, struct pci_dev *pdev)
{
	struct mock_endpoint *ep = mock_host_endpoint(pdev);
	struct mock_ep_item *item;

	if (!ep || !ep->fn.pf)
		return NULL;
	item = container_of(ep, struct mock_ep_item, ep);
	return item->inst->host == host ? item : NULL;
}

static int host_vf_added(struct notifier_block *nb, unsigned long action, void *data)
{
	const struct mock_host *host = container_of(nb, struct mock_host, virtual);
	struct pci_dev *pdev = to_pci_dev(data);
	struct mock_ep_item *item;

	if (action != BUS_NOTIFY_ADD_DEVICE || !pdev->is_virtfn)
		return NOTIFY_DONE;
	item = vf_of_host(host, pdev);
	if (!item)
		return NOTIFY_DONE;
	vf_halve_bars(pdev);
	if (device_set_driver_override(&pdev->dev, mock_host_driver(item, pdev)))
		pci_info(pdev, "whichever driver knows it may have it\n");
	return NOTIFY_OK;
}

/**
 * mock_host_watch_vfs() - from now on, virtual functions that come are looked after
 * @host: their host bridges
 */
void mock_host_watch_vfs(struct mock_host *host)
{
	host->virtual.notifier_call = host_vf_added;
	bus_register_notifier(&pci_bus_type, &host->virtual);
}

/**
 * mock_host_unwatch_vfs() - undo mock_host_watch_vfs()
 * @host: the host bridges
 */
void mock_host_unwatch_vfs(struct mock_host *host)
{
	bus_unregister_notifier(&pci_bus_type, &host->virtual);
}

static bool vfs_are_vfios(struct pci_dev *pdev)
{
	guard(device)(&pdev->dev);
	return mock_host_is_vfio(pdev);
}

/**
 * mock_host_end_vfs() - a function that is to be removed has no virtual ones any more
 * @pdev: the function
 *
 * Most drivers leave them when they go, and the PCI core does not look. VFIO keeps count
 * of them, and ends them when it goes.
 *
 * Context: pci_lock_rescan_remove()
 */
void mock_host_end_vfs(struct pci_dev *pdev)
{
	if (!pci_num_vf(pdev))
		return;
	if (vfs_are_vfios(pdev))
		device_release_driver(&pdev->dev);
	else
		pci_disable_sriov(pdev);
}

/**
 * mock_host_vfs_in_use() - does userspace have a virtual function?
 * @item: the physical one
 *
 * Context: process context, sleeps
 * Return: yes
 */
bool mock_host_vfs_in_use(struct mock_ep_item *item)
{
	unsigned int i;

	for (i = 0; i < vf_count(item); i++)
		if (mock_host_in_use(vf_item(item, i)))
			return true;
	return false;
}

/**
 * mock_host_tear_out_vfs() - virtual functions are gone with their physical one
 * @item: the physical one, which is
 *
 * Context: process context, sleeps
 */
void mock_host_tear_out_vfs(struct mock_ep_item *item)
{
	unsigned int i;

	for (i = 0; i < vf_count(item); i++)
		mock_host_gone(vf_item(item, i));
}

/**
 * mock_host_release_vfs() - drivers of virtual functions let go of them, and they end
 * @item: the physical one
 * @pf: its function, %NULL for none
 *
 * Context: process context, waits for whoever uses a driver's device
 */
void mock_host_release_vfs(struct mock_ep_item *item, struct pci_dev *pf)
{
	unsigned int i;

	for (i = 0; i < vf_count(item); i++) {
		struct pci_dev *pdev = mock_host_function(vf_item(item, i));

		if (pdev)
			device_release_driver(&pdev->dev);
		pci_dev_put(pdev);
	}
	/* With nobody to wait for, except where VFIO does it */
	if (!pf || !vf_count(item) || vfs_are_vfios(pf))
		return;
	pci_lock_rescan_remove();
	mock_host_end_vfs(pf);
	pci_unlock_rescan_remove();
}
