// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock MMIO: the window as the kernel's emulation of MMIO knows it
 *
 * That has no way to forget a region: so the module has no exit and stays, with one
 * region that is large enough for all hardware that comes and goes.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/export.h>
#include <linux/ioport.h>
#include <linux/logic_iomem.h>
#include <linux/module.h>
#include <linux/printk.h>

#include <linux/iommu-nested/version.h>

#include "slots.h"

struct mock_mmio_window mock_mmio_window;

static struct resource mock_mmio_resource = {
	.name = "mock MMIO window",
	.start = MOCK_MMIO_START,
	.end = MOCK_MMIO_START + MOCK_MMIO_SIZE - 1,
	.flags = IORESOURCE_MEM,
};

static unsigned long mmio_area_read(void *priv, unsigned int offset, int size)
{
	return mock_mmio_slot_read(priv, offset, size);
}

static void mmio_area_write(void *priv, unsigned int offset, int size,
			    unsigned long val)
{
	mock_mmio_slot_write(priv, offset, size, val);
}

static void mmio_area_unmap(void *priv)
{
	mock_mmio_slot_unmap(priv);
}

/* An area is a slot that software has mapped */
const struct logic_iomem_ops mock_mmio_area_ops = {
	.read = mmio_area_read,
	.write = mmio_area_write,
	.unmap = mmio_area_unmap,
};

static long mmio_region_map(unsigned long offset, size_t size,
			    const struct logic_iomem_ops **ops, void **priv)
{
	struct mock_mmio_slot *slot;
	u32 off;
	int ret;

	ret = mock_mmio_slot_map(&mock_mmio_window, offset, size, &slot, &off);
	if (ret)
		return ret;
	*ops = &mock_mmio_area_ops;
	*priv = slot;
	return off;
}

static const struct logic_iomem_region_ops mmio_region_ops = {
	.map = mmio_region_map,
};

/**
 * mock_mmio_take - have a slot of the window
 * @name: who wants it
 * @room: mappings that software is going to have of it at most
 *
 * Nothing answers in it until mock_mmio_connect().
 *
 * Context: process context, sleeps
 * Return: the slot; -ENOSPC if the window is full, or cannot be mapped as often, of which the
 * log tells
 */
struct mock_mmio_slot *mock_mmio_take(const char *name, unsigned int room)
{
	return mock_mmio_slot_take(&mock_mmio_window, name, room);
}
EXPORT_SYMBOL_FOR_MODULES(mock_mmio_take, "iommu_mock");

/**
 * mock_mmio_address - where is a slot?
 * @slot: the slot
 *
 * Return: its first physical address
 */
phys_addr_t mock_mmio_address(const struct mock_mmio_slot *slot)
{
	return slot->memory ? slot->resource.start :
			      MOCK_MMIO_START + mock_mmio_slot_offset(slot);
}
EXPORT_SYMBOL_FOR_MODULES(mock_mmio_address, "iommu_mock");

static int __init mock_mmio_init(void)
{
	int ret;

	mock_mmio_window_init(&mock_mmio_window);
	ret = logic_iomem_add_region(&mock_mmio_resource, &mmio_region_ops);
	if (ret) {
		pr_err("the physical addresses %pR are not free\n",
		       &mock_mmio_resource);
		return ret;
	}
	mock_mmio_debugfs_add();
	return 0;
}
module_init(mock_mmio_init);

MODULE_DESCRIPTION("Physical addresses for mock hardware");
MODULE_LICENSE("GPL");
MODULE_VERSION(IOMMU_NESTED_VERSION);
