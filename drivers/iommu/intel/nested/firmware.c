// SPDX-License-Identifier: GPL-2.0-only
/*
 * What firmware says of a unit: which table it is in
 *
 * A machine has one table, of all its units, and the devices that acpi.c makes are in
 * that. Any other unit may have a table of its own: a property of its firmware node.
 */
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/slab.h>

#include "dmar.h"
#include "firmware.h"
#include "intel_nested.h"

#define VTD_TABLE_PROPERTY	"acpi-dmar"

static struct vtd_dmar *vtd_firmware_parse(struct device *dev, const u8 *table,
					   size_t len)
{
	struct vtd_dmar *dmar = kzalloc_obj(*dmar);
	int ret;

	if (!dmar)
		return ERR_PTR(-ENOMEM);
	ret = vtd_dmar_parse(table, len, dmar);
	if (!ret)
		return dmar;
	if (ret == -EINVAL)
		dev_err(dev, "its DMAR table has %s at %#zx: it is not used\n",
			dmar->why, dmar->where);
	kfree(dmar);
	return ERR_PTR(ret);
}

static struct vtd_dmar *vtd_firmware_read(struct device *dev)
{
	u8 *table __free(kfree) = NULL;
	int len, ret;

	len = device_property_count_u8(dev, VTD_TABLE_PROPERTY);
	if (len <= 0)
		return NULL;
	table = kmalloc(len, GFP_KERNEL);
	if (!table)
		return ERR_PTR(-ENOMEM);
	ret = device_property_read_u8_array(dev, VTD_TABLE_PROPERTY, table, len);
	return ret ? ERR_PTR(ret) : vtd_firmware_parse(dev, table, len);
}

/**
 * vtd_firmware_find - find the table that a unit is in
 * @unit: the unit, whose registers are found
 * @pdev: its device
 *
 * Without one it has no PCI devices.
 *
 * Return: 0, -EINVAL if it is in a wrong one, or -ENOMEM
 */
int vtd_firmware_find(struct vtd_unit *unit, struct platform_device *pdev)
{
	struct vtd_dmar *own = vtd_firmware_read(&pdev->dev);

	if (IS_ERR(own))
		return PTR_ERR(own);
	unit->own_dmar = own;
	if (own)
		unit->dmar = own;
	else if (!dev_get_platdata(&pdev->dev))
		unit->dmar = vtd_acpi_table();
	return 0;
}

/**
 * vtd_firmware_free - undo vtd_firmware_find()
 * @unit: the unit
 */
void vtd_firmware_free(struct vtd_unit *unit)
{
	unit->dmar = NULL;
	if (!unit->own_dmar)
		return;
	vtd_dmar_free(unit->own_dmar);
	kfree(unit->own_dmar);
	unit->own_dmar = NULL;
}
