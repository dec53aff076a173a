// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: firmware nodes of a unit and its endpoints
 *
 * They are there before the devices are and go after them. What a model does
 * not want in the device tree (devtree.c) gets software nodes; an ACPI table that
 * describes a unit is a property of its node.
 */
#include <linux/err.h>
#include <linux/property.h>
#include <linux/slab.h>

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
		if (item->node)
			swnode_destroy_endpoint(item);
	fwnode_remove_software_node(inst->node);
	inst->node = NULL;
}

/*
 * One array: the source-ids, and then the ports that they are behind. A virtual function
 * is where its physical one is, and is not named (VT-d 8.3)
 */
static u32 *devices_behind(struct mock_instance *inst, struct mock_place *where)
{
	unsigned int n = 0, nr = list_count_nodes(&inst->endpoints);
	const struct mock_ep_item *item;
	u32 *sids;

	sids = kcalloc(2 * nr, sizeof(*sids), GFP_KERNEL);
	if (!sids)
		return NULL;
	list_for_each_entry(item, &inst->endpoints, list) {
		const struct mock_port *port = item->ep.fn.port;

		if (item->ep.fn.pf)
			continue;
		sids[n] = item->ep.config.sid;
		sids[nr + n] = port ? port->rid : MOCK_NO_PORT;
		n++;
	}
	where->sids = sids;
	where->ports = sids + nr;
	where->nr_sids = n;
	return sids;
}

/* The ACPI table of a unit, %NULL if it has none: one says where registers are */
static void *unit_table(struct mock_instance *inst, size_t *len)
{
	const struct mock_model *model = inst->mi.model;
	struct mock_place where = {
		.segment = inst->segment,
		.regs = mock_instance_address(inst),
	};
	void *table;
	u32 *sids;

	if (!model->acpi_name || !where.regs)
		return NULL;
	sids = devices_behind(inst, &where);
	if (!sids)
		return ERR_PTR(-ENOMEM);
	table = model->acpi(&inst->mi, &where, len);
	kfree(sids);
	return table;
}

static int swnode_create_unit(struct mock_instance *inst)
{
	struct property_entry props[2] = {};
	struct fwnode_handle *node;
	size_t len = 0;
	void *table;

	table = unit_table(inst, &len);
	if (IS_ERR(table))
		return PTR_ERR(table);
	if (table)
		props[0] = PROPERTY_ENTRY_U8_ARRAY_LEN(inst->mi.model->acpi_name,
						       (u8 *)table, len);
	node = fwnode_create_software_node(props, NULL);
	kfree(table);
	if (IS_ERR(node))
		return PTR_ERR(node);
	inst->node = node;
	return 0;
}

static int swnodes_create(struct mock_instance *inst)
{
	struct mock_ep_item *item;
	int ret;

	ret = swnode_create_unit(inst);
	if (ret)
		return ret;
	list_for_each_entry(item, &inst->endpoints, list) {
		ret = mock_node_create_endpoint(item);
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
 * Return: 0; -ENOMEM; -EINVAL for what an ACPI table cannot say; -EOPNOTSUPP or
 * -ENODEV where there is no device tree that nodes could be added to
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
	if (item->inst->host)
		return 0;
	return item->inst->mi.model->compatible ?
	       mock_devtree_add_endpoint(item) : swnode_create_endpoint(item);
}

/**
 * mock_node_destroy_endpoint() - undo mock_node_create_endpoint()
 * @item: the endpoint; its device is gone
 */
void mock_node_destroy_endpoint(struct mock_ep_item *item)
{
	if (item->inst->host)
		return;
	if (item->inst->mi.model->compatible)
		mock_devtree_del_endpoint(item);
	else
		swnode_destroy_endpoint(item);
}
