// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: endpoints of a live instance are unplugged, torn out, and plugged in
 *
 * Unplugged in order, as a slot does it: its device goes first, while the endpoint still
 * answers, then the endpoint. Torn out, the endpoint goes first: its device is removed
 * when whoever uses it has let go, for which nobody waits here.
 */
#include <linux/device.h>
#include <linux/lockdep.h>
#include <linux/workqueue.h>

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

static void endpoint_remove(struct mock_ep_item *item)
{
	mock_debugfs_remove_endpoint(item);
	mock_ep_item_del(item);
	endpoint_set_there(item, false);
	mock_endpoint_stop(&item->ep);
	mock_node_destroy_endpoint(item);
}

static int endpoint_unplug(struct mock_ep_item *item)
{
	int ret;

	ret = mock_ep_item_close(item);
	if (ret) {
		mock_ep_item_allow(item);
		return ret;
	}
	endpoint_remove(item);
	return 0;
}

/* Its driver lets go first, with no lock held that others need meanwhile */
static void endpoint_remove_work(struct work_struct *work)
{
	struct mock_ep_item *item = container_of(work, struct mock_ep_item, removal);

	mock_host_release(item);
	guard(mutex)(&item->inst->lock);
	endpoint_remove(item);
	item->removing = false;
}

/**
 * mock_ep_item_plug_init() - an endpoint that can be plugged in and unplugged
 * @item: the endpoint
 */
void mock_ep_item_plug_init(struct mock_ep_item *item)
{
	INIT_WORK(&item->removal, endpoint_remove_work);
}

/**
 * mock_ep_item_settle() - is an endpoint that was torn out gone to its last?
 * @item: the endpoint
 *
 * Return: 0, or -EBUSY while its device waits for whoever uses it
 */
int mock_ep_item_settle(struct mock_ep_item *item)
{
	lockdep_assert_held(&item->inst->lock);
	return item->removing ? -EBUSY : 0;
}

/**
 * mock_ep_item_tear_out() - a function of a live instance is gone, without notice
 * @item: the endpoint
 *
 * When it returns, no access finds the function, no message reaches it, and none of its
 * requests is under way. The PCI core is told then, and the device removed some time
 * later.
 *
 * Context: process context, sleeps
 * Return: 0; -ENODEV while the instance is not live, or if it is not plugged in;
 * -EOPNOTSUPP for an endpoint that is no PCI function
 */
int mock_ep_item_tear_out(struct mock_ep_item *item)
{
	lockdep_assert_held(&item->inst->lock);
	if (!mock_ep_item_live(item))
		return -ENODEV;
	if (!item->inst->host)
		return -EOPNOTSUPP;
	endpoint_set_there(item, false);
	mock_host_tear_out(item);
	item->removing = true;
	queue_work(system_dfl_wq, &item->removal);
	return 0;
}

/**
 * mock_ep_item_plug() - plug an endpoint of a live instance in, or unplug it
 * @item: the endpoint
 * @live: whether it is to be there
 *
 * Return: 0; -EEXIST when it is there already; -ENODEV while the instance is not
 * live; -EBUSY while the VFIO device of the endpoint is open, or was when the endpoint
 * was torn out; -ENOMEM
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
	ret = mock_ep_item_settle(item) ?: endpoint_plug(item);
	/* Drivers that are there have bound when the write returns */
	if (!ret)
		wait_for_device_probe();
	return ret;
}
