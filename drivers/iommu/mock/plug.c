// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: endpoints of a live instance are unplugged, and plugged in
 *
 * In order, as a slot does it: its device goes first, while the endpoint still
 * answers, then the endpoint.
 */
#include <linux/device.h>
#include <linux/lockdep.h>

#include "core.h"

static void endpoint_set_there(struct mock_ep_item *item, bool there)
{
	guard(spinlock_irqsave)(&item->ep.mi->lock);
	item->ep.unplugged = !there;
	if (!there)
		mock_slow_endpoint_gone(&item->ep);
}

static int endpoint_plug(struct mock_ep_item *item)
{
	int ret;

	ret = mock_node_create_endpoint(item);
	if (ret)
		return ret;
	ret = mock_endpoint_start(&item->ep);
	if (ret)
		goto err_node;
	endpoint_set_there(item, true);
	ret = mock_ep_item_add(item);
	if (ret)
		goto err_endpoint;
	mock_debugfs_add_endpoint(item);
	return 0;

err_endpoint:
	endpoint_set_there(item, false);
	mock_endpoint_stop(&item->ep);
err_node:
	mock_node_destroy_endpoint(item);
	return ret;
}

static int endpoint_unplug(struct mock_ep_item *item)
{
	int ret;

	ret = mock_vfio_close_all(&item->ep);
	if (ret) {
		mock_vfio_allow(&item->ep);
		return ret;
	}
	mock_debugfs_remove_endpoint(item);
	mock_ep_item_del(item);
	endpoint_set_there(item, false);
	mock_endpoint_stop(&item->ep);
	mock_node_destroy_endpoint(item);
	return 0;
}

/**
 * mock_ep_item_plug() - plug an endpoint of a live instance in, or unplug it
 * @item: the endpoint
 * @live: whether it is to be there
 *
 * Return: 0; -EEXIST when it is there already; -ENODEV while the instance is not
 * live; -EBUSY while the VFIO device of the endpoint is open; -ENOMEM
 */
int mock_ep_item_plug(struct mock_ep_item *item, bool live)
{
	struct mock_instance *inst = item->inst;
	int ret;

	lockdep_assert_held(&inst->lock);
	if (!inst->live)
		return -ENODEV;
	if (mock_ep_item_live(item) == live)
		return live ? -EEXIST : 0;
	if (!live)
		return endpoint_unplug(item);
	ret = endpoint_plug(item);
	/* Drivers that are there have bound when the write returns */
	if (!ret)
		wait_for_device_probe();
	return ret;
}
