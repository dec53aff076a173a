// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the registers of a unit are
 *
 * They are a resource of its device, in a machine and in a model alike. Only where a
 * kernel cannot show a model's registers at an address is there an accessor.
 */
#include <linux/bitfield.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/platform_device.h>

#include "firmware.h"
#include "intel_nested.h"

static int vtd_regs_map(struct vtd_unit *unit, phys_addr_t start, size_t size)
{
	if (!request_mem_region(start, size, dev_name(unit->dev))) {
		dev_err(unit->dev, "the registers are in use by another driver\n");
		return -EBUSY;
	}
	unit->platform.regs.base = ioremap(start, size);
	if (!unit->platform.regs.base) {
		release_mem_region(start, size);
		return -ENOMEM;
	}
	unit->platform.regs.size = size;
	unit->mmio = start;
	return 0;
}

/* The capabilities say where two groups of registers are */
static size_t vtd_regs_size(struct vtd_unit *unit)
{
	u64 cap = vtd_read64(unit, VTD_REG_CAP);
	u64 ecap = vtd_read64(unit, VTD_REG_ECAP);
	u32 faults = 16 * (FIELD_GET(VTD_CAP_FRO, cap) +
			   FIELD_GET(VTD_CAP_NFR, cap) + 1);
	u32 iotlb = 16 * (FIELD_GET(VTD_ECAP_IRO, ecap) + 1);

	return round_up(max(faults, iotlb), VTD_PAGE_SIZE);
}

/**
 * vtd_regs_find - find the registers of a unit, and what else the platform says of it
 * @unit: the unit
 * @pdev: its device; tables of old firmware do not say how many registers there are
 *
 * Return: 0, -ENODEV if it has none, -EBUSY if another driver has them, or -ENOMEM
 */
int vtd_regs_find(struct vtd_unit *unit, struct platform_device *pdev)
{
	const struct iommu_unit *platform = dev_get_platdata(&pdev->dev);
	const struct resource *res;
	size_t size;
	int ret;

	if (platform)
		unit->platform = *platform;
	else
		unit->platform.errata = vtd_acpi_errata();
	if (unit->platform.regs.ops)
		return 0;
	res = platform_get_resource(pdev, IORESOURCE_MEM, 0);
	if (!res)
		return -ENODEV;
	ret = vtd_regs_map(unit, res->start, resource_size(res));
	if (ret)
		return ret;
	size = vtd_regs_size(unit);
	if (size <= unit->platform.regs.size)
		return 0;
	vtd_regs_unmap(unit);
	return vtd_regs_map(unit, res->start, size);
}

/**
 * vtd_regs_unmap - undo vtd_regs_find()
 * @unit: the unit
 */
void vtd_regs_unmap(struct vtd_unit *unit)
{
	if (!unit->platform.regs.base)
		return;
	iounmap(unit->platform.regs.base);
	release_mem_region(unit->mmio, unit->platform.regs.size);
	unit->platform.regs.base = NULL;
}
