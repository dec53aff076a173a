// SPDX-License-Identifier: GPL-2.0-only
/* Mock IOMMU: the device that software has of an endpoint: a platform device or a PCI function */
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/idr.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "core.h"

/* Numbers of platform devices, which must differ between instances */
static DEFINE_IDA(mock_endpoint_ids);

/**
 * mock_ep_item_create() - make an endpoint of an instance that is not live
 * @inst: the instance
 *
 * Return: the endpoint or an error pointer
 */
struct mock_ep_item *mock_ep_item_create(struct mock_instance *inst)
{
	struct mock_ep_item *item;

	item = kzalloc_obj(*item);
	if (!item)
		return ERR_PTR(-ENOMEM);
	item->id = ida_alloc(&mock_endpoint_ids, GFP_KERNEL);
	if (item->id < 0) {
		int ret = item->id;

		kfree(item);
		return ERR_PTR(ret);
	}
	item->inst = inst;
	strscpy(item->driver, MOCK_EP_DRIVER);
	item->ep.config.caps.acs = true;
	mock_ep_item_plug_init(item);
	mock_endpoint_init(&item->ep, &inst->mi);
	return item;
}

/**
 * mock_ep_item_destroy() - undo mock_ep_item_create()
 * @item: the endpoint
 */
void mock_ep_item_destroy(struct mock_ep_item *item)
{
	/* Its last removal may have to return still */
	flush_work(&item->removal);
	ida_free(&mock_endpoint_ids, item->id);
	kfree(item);
}

static int ep_item_add_platform(struct mock_ep_item *item)
{
	struct mock_endpoint *ep = &item->ep;
	struct platform_device *pdev;
	struct platform_device_info info = {
		.name = MOCK_ENDPOINT_NAME,
		.id = item->id,
		.fwnode = item->node,
		.data = &ep,
		.size_data = sizeof(ep),
		.dma_mask = DMA_BIT_MASK(64),
	};

	mock_vfio_allow(ep);
	pdev = platform_device_register_full(&info);
	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
	item->pdev = pdev;
	return 0;
}

/**
 * mock_ep_item_add() - add an endpoint's device
 * @item: the endpoint, which is live
 *
 * Return: 0 or an errno
 */
int mock_ep_item_add(struct mock_ep_item *item)
{
	return item->inst->host ? mock_host_plug(item) : ep_item_add_platform(item);
}

/**
 * mock_ep_item_del() - undo mock_ep_item_add()
 * @item: the endpoint
 */
void mock_ep_item_del(struct mock_ep_item *item)
{
	if (item->inst->host) {
		mock_host_unplug(item);
		return;
	}
	platform_device_unregister(item->pdev);
	item->pdev = NULL;
}

/**
 * mock_ep_item_close() - may an endpoint's device go away?
 * @item: the endpoint
 *
 * Return: 0, or -EBUSY if userspace has it, see mock_ep_item_allow()
 */
int mock_ep_item_close(struct mock_ep_item *item)
{
	int ret = mock_ep_item_settle(item);

	if (ret)
		return ret;
	if (item->inst->host)
		return mock_host_in_use(item) ? -EBUSY : 0;
	return mock_vfio_close_all(&item->ep);
}

/**
 * mock_ep_item_allow() - undo mock_ep_item_close(), the device stays
 * @item: the endpoint
 */
void mock_ep_item_allow(struct mock_ep_item *item)
{
	mock_vfio_allow(&item->ep);
}

/**
 * mock_ep_item_name() - what is an endpoint's device called?
 * @item: the endpoint
 * @page: where to write it and a newline to
 *
 * Context: &mock_instance.lock is held
 * Return: its length; there is only the newline while it has none
 */
ssize_t mock_ep_item_name(struct mock_ep_item *item, char *page)
{
	struct pci_dev *pdev;
	ssize_t len;

	lockdep_assert_held(&item->inst->lock);
	if (!item->inst->host)
		return sysfs_emit(page, "%s\n",
				  item->pdev ? dev_name(&item->pdev->dev) : "");
	pdev = mock_host_function(item);
	len = sysfs_emit(page, "%s\n", pdev ? pci_name(pdev) : "");
	pci_dev_put(pdev);
	return len;
}
