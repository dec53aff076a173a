// SPDX-License-Identifier: GPL-2.0-only
/*
 * Units that firmware describes: from the ACPI DMAR table to platform devices
 *
 * The devices are bound by the same driver as those of the mock; their registers
 * are a resource. The table says which PCI devices are behind which unit.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/acpi.h>
#include <linux/ioport.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "dmar.h"
#include "firmware.h"
#include "intel_nested.h"

/**
 * struct acpi_unit - a unit's platform device
 * @node: in the list of these
 * @pdev: the device
 */
struct acpi_unit {
	struct list_head node;
	struct platform_device *pdev;
};

static LIST_HEAD(acpi_units);

static struct vtd_dmar vtd_dmar = {
	.entries = LIST_HEAD_INIT(vtd_dmar.entries),
};

/**
 * vtd_acpi_table - what firmware says of units and devices
 *
 * Return: the table, which is empty if there is none
 */
const struct vtd_dmar *vtd_acpi_table(void)
{
	return &vtd_dmar;
}

static int vtd_table_read(void)
{
	struct acpi_table_header *table;
	acpi_status status;
	int ret;

	status = acpi_get_table(ACPI_SIG_DMAR, 0, &table);
	/* A machine without units is not a mistake */
	if (ACPI_FAILURE(status))
		return -ENODEV;

	ret = vtd_dmar_parse(table, table->length, &vtd_dmar);
	if (ret == -EINVAL)
		pr_err("the DMAR table of the firmware has %s at %#zx: no unit of it is used\n",
		       vtd_dmar.why, vtd_dmar.where);
	acpi_put_table(table);
	return ret;
}

static int vtd_acpi_unit_add(const struct vtd_dmar_entry *entry)
{
	const struct resource res = {
		.start = entry->first,
		.end = entry->last,
		.flags = IORESOURCE_MEM,
		.name = IOMMU_UNIT_VTD_NAME,
	};
	struct acpi_unit *unit;

	/* Before there is a device, which would be told of in vain */
	if (!request_mem_region(entry->first, resource_size(&res),
				IOMMU_UNIT_VTD_NAME)) {
		pr_warn("the unit at %#llx is in use by another driver, it is left alone\n",
			entry->first);
		return 0;
	}
	release_mem_region(entry->first, resource_size(&res));

	unit = kzalloc_obj(*unit);
	if (!unit)
		return -ENOMEM;
	unit->pdev = platform_device_register_resndata(NULL, IOMMU_UNIT_VTD_NAME,
						       PLATFORM_DEVID_AUTO,
						       &res, 1, NULL, 0);
	if (IS_ERR(unit->pdev)) {
		int ret = PTR_ERR(unit->pdev);

		kfree(unit);
		return ret;
	}
	list_add_tail(&unit->node, &acpi_units);
	return 0;
}

static void vtd_acpi_units_del(void)
{
	struct acpi_unit *unit, *tmp;

	list_for_each_entry_safe(unit, tmp, &acpi_units, node) {
		platform_device_unregister(unit->pdev);
		list_del(&unit->node);
		kfree(unit);
	}
}

/**
 * vtd_acpi_errata - what is wrong with units that firmware describes
 *
 * No register and no table says which units have SPR17. The in-tree driver
 * takes all of them for such, and VMMs know none that are not.
 *
 * Return: bits of IOMMU_UNIT_ERRATUM_*
 */
u32 vtd_acpi_errata(void)
{
	return vtd_dmar.errata | IOMMU_UNIT_ERRATUM_SPR17;
}

/**
 * vtd_acpi_init - make a platform device for each unit of the firmware's table
 *
 * Context: process context; the driver is registered.
 * Return: 0 if there are no units, or not for us; -ENOMEM
 */
int vtd_acpi_init(void)
{
	const struct vtd_dmar_entry *entry;
	int ret = vtd_table_read();

	if (ret)
		return ret == -ENOMEM ? ret : 0;
	list_for_each_entry(entry, &vtd_dmar.entries, node) {
		if (entry->type != ACPI_DMAR_TYPE_HARDWARE_UNIT)
			continue;
		ret = vtd_acpi_unit_add(entry);
		if (ret) {
			vtd_acpi_units_del();
			vtd_dmar_free(&vtd_dmar);
			return ret;
		}
	}
	return 0;
}

/**
 * vtd_acpi_exit - undo vtd_acpi_init()
 */
void vtd_acpi_exit(void)
{
	vtd_acpi_units_del();
	vtd_dmar_free(&vtd_dmar);
}
