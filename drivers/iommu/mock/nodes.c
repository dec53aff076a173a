// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: firmware nodes of a unit and its endpoints
 *
 * They are there before the devices are and go after them. What a model does
 * not want in the device tree (devtree.c) gets software nodes.
 */
#include <linux/err.h>
#include <linux/property.h>

#include "core.h"

static int swnode_create_endpoint(struct mock_ep_item *item)
{
	const struct software_node *unit = to_software_node(item->inst->node);
	const struct mock_ep_config *config = &item->ep.config;
	struct property_entry props[8] = {
		PROPERTY_ENTRY_REF("iommus", unit, config->sid),
		PROPERTY_ENTRY_U32("vendor-id", config->caps.vendor),
		PROPERTY_ENTRY_U32("device-id", config->caps.device),
	};
	struct fwnode_handle *node;
	int n = 3;

	if (config->caps.pasid_bits)
		props[n++] = PROPERTY_ENTRY_U32("pasid-num-bits",
						config->caps.pasid_bits);
	if (config->caps.ats) {
		props[n++] = PROPERTY_ENTRY_BOOL("ats-supported");
		props[n++] = PROPERTY_ENTRY_U32("ats-queue-depth",
						config->caps.ats_queue_depth);
	}
	if (config->caps.pri)
		props[n++] = PROPERTY_ENTRY_BOOL("pri-supported");

	node = fwnode_create_software_node(props, NULL);
	if (IS_ERR(node))
		return PTR_ERR(node);
	item->node = node;
	return 0;
}

static void swnode_destroy_endpoint(struct mock_ep_item *item)
{
	fwnode_remove_software_node(item->node);
	item->node = NULL;
}

static void swnodes_destroy(struct mock_instance *inst)
{
	struct mock_ep_item *item;

	list_for_each_entry(item, &inst->endpoints, list)
		swnode_destroy_endpoint(item);
	fwnode_remove_software_node(inst->node);
	inst->node = NULL;
}

static int swnodes_create(struct mock_instance *inst)
{
	struct fwnode_handle *node = fwnode_create_software_node(NULL, NULL);
	struct mock_ep_item *item;
	int ret;

	if (IS_ERR(node))
		return PTR_ERR(node);
	inst->node = node;
	list_for_each_entry(item, &inst->endpoints, list) {
		ret = swnode_create_endpoint(item);
		if (ret) {
			swnodes_destroy(inst);
			return ret;
		}
	}
	return 0;
}

/**
 * mock_nodes_create() - make the firmware nodes of an instance
 * @inst: the instance, with its endpoints
 *
 * Return: 0; -ENOMEM; -EOPNOTSUPP or -ENODEV where there is no device tree that
 * nodes could be added to
 */
int mock_nodes_create(struct mock_instance *inst)
{
	return inst->mi.model->compatible ? mock_devtree_create(inst) :
					    swnodes_create(inst);
}

/**
 * mock_nodes_destroy() - undo mock_nodes_create()
 * @inst: the instance; its devices are gone
 */
void mock_nodes_destroy(struct mock_instance *inst)
{
	if (inst->mi.model->compatible)
		mock_devtree_destroy(inst);
	else
		swnodes_destroy(inst);
}

/**
 * mock_node_create_endpoint() - make the firmware node of an endpoint that is
 * plugged in
 * @item: the endpoint, its instance is live
 *
 * Return: 0 or -ENOMEM
 */
int mock_node_create_endpoint(struct mock_ep_item *item)
{
	return item->inst->mi.model->compatible ?
	       mock_devtree_add_endpoint(item) : swnode_create_endpoint(item);
}

/**
 * mock_node_destroy_endpoint() - undo mock_node_create_endpoint()
 * @item: the endpoint; its device is gone
 */
void mock_node_destroy_endpoint(struct mock_ep_item *item)
{
	if (item->inst->mi.model->compatible)
		mock_devtree_del_endpoint(item);
	else
		swnode_destroy_endpoint(item);
}
