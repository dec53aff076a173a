// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: the companion of a unit
 *
 * A device of its own, with a node, registers and a wire, that the unit's node refers to
 * and the unit's driver drives as a part of the unit. Its registers are where there is
 * memory, too, because the driver may have userspace map them (mock-mmio/memory.c).
 */
#include <linux/of.h>
#include <linux/slab.h>

#include "core.h"

/* The unit's driver maps it as a whole */
#define COMPANION_MAPS	1

/**
 * struct mock_companion_item - the companion of an instance's unit
 * @what: what the model says
 * @slot: where its registers are
 * @mmio: its registers, which answer there
 * @node: its node in the device tree
 * @pdev: its platform device
 */
struct mock_companion_item {
	struct mock_companion what;
	struct mock_mmio_slot *slot;
	struct mock_regs_mmio mmio;
	struct fwnode_handle *node;
	struct platform_device *pdev;
};

/**
 * mock_companion_create() - have an address for the companion's registers
 * @inst: the instance, whose unit may have no companion
 *
 * Return: 0; -ENOSPC if there is no address left, of which the log tells; -ENOMEM
 */
int mock_companion_create(struct mock_instance *inst)
{
	struct mock_companion_item *item;
	struct mock_firmware fw = {};
	struct mock_mmio_slot *slot;
	char name[32];

	if (!inst->mi.model->firmware)
		return 0;
	inst->mi.model->firmware(&inst->mi, &fw);
	if (!fw.companion.name)
		return 0;
	item = kzalloc_obj(*item);
	if (!item)
		return -ENOMEM;
	snprintf(name, sizeof(name), "%s.%d", fw.companion.name, inst->id);
	slot = mock_mmio_take_memory(name, COMPANION_MAPS, fw.companion.regs.size);
	if (IS_ERR(slot)) {
		kfree(item);
		return PTR_ERR(slot);
	}
	item->what = fw.companion;
	item->slot = slot;
	inst->companion = item;
	inst->mi.companion_memory = mock_mmio_memory(slot);
	return 0;
}

/**
 * mock_companion_destroy() - undo mock_companion_create()
 * @inst: the instance
 */
void mock_companion_destroy(struct mock_instance *inst)
{
	if (!inst->companion)
		return;
	mock_mmio_give(inst->companion->slot);
	kfree(inst->companion);
	inst->companion = NULL;
	inst->mi.companion_memory = NULL;
}

/**
 * mock_companion_describe() - where are the registers?
 * @inst: the instance, whose unit has a companion
 * @regs: is filled
 */
void mock_companion_describe(const struct mock_instance *inst, struct resource *regs)
{
	*regs = DEFINE_RES_MEM(mock_mmio_address(inst->companion->slot),
			       inst->companion->what.regs.size);
}

/**
 * mock_companion_set_node() - the companion gets its node, or loses it
 * @inst: the instance
 * @node: the node, a reference that becomes the companion's, or %NULL
 */
void mock_companion_set_node(struct mock_instance *inst, struct fwnode_handle *node)
{
	if (!inst->companion)
		return;
	of_node_put(to_of_node(inst->companion->node));
	inst->companion->node = node;
}

/**
 * mock_companion_set_phandle() - the companion's node is in the tree
 * @inst: the instance
 * @phandle: what it is referred to by
 */
void mock_companion_set_phandle(struct mock_instance *inst, u32 phandle)
{
	if (inst->companion)
		to_of_node(inst->companion->node)->phandle = phandle;
}

/**
 * mock_companion_connect() - the registers answer at their address
 * @inst: the instance, whose model runs
 *
 * Return: 0, or -EINVAL if there are too many registers
 */
int mock_companion_connect(struct mock_instance *inst)
{
	struct mock_companion_item *item = inst->companion;

	if (!item)
		return 0;
	return mock_regs_connect(&item->mmio, item->slot, &item->what.regs);
}

/**
 * mock_companion_disconnect() - undo mock_companion_connect()
 * @inst: the instance
 */
void mock_companion_disconnect(struct mock_instance *inst)
{
	if (inst->companion)
		mock_mmio_disconnect(inst->companion->slot);
}

/**
 * mock_companion_add() - add the companion's platform device
 * @inst: the instance
 *
 * Return: 0 or an errno
 */
int mock_companion_add(struct mock_instance *inst)
{
	struct mock_companion_item *item = inst->companion;
	struct platform_device *pdev;
	struct resource regs;
	int ret;

	if (!item)
		return 0;
	pdev = platform_device_alloc(item->what.name, inst->id);
	if (!pdev)
		return -ENOMEM;
	pdev->dev.fwnode = item->node;
	pdev->dev.of_node = of_node_get(to_of_node(item->node));
	mock_companion_describe(inst, &regs);
	ret = platform_device_add_resources(pdev, &regs, 1);
	if (!ret)
		ret = platform_device_add(pdev);
	if (ret) {
		platform_device_put(pdev);
		return ret;
	}
	item->pdev = pdev;
	return 0;
}

/**
 * mock_companion_del() - undo mock_companion_add()
 * @inst: the instance; the unit's device is gone
 */
void mock_companion_del(struct mock_instance *inst)
{
	if (inst->companion)
		platform_device_unregister(inst->companion->pdev);
}
