// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's VT-d driver in UML: units that come and go
 *
 * The driver was made to begin when a kernel boots, with the units of that time. Here
 * there are none then, and all of them are added later, as if by a hot-plugged host
 * bridge: a unit is there before the devices behind it, and gone after them.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/property.h>
#include <linux/slab.h>

#include "shim.h"
#include <asm/x86_init.h>
#include "iommu.h"
#include "platform.h"

/* Of x86, where the driver looks for it */
struct x86_init_ops x86_init;
struct x86_platform_ops x86_platform;
int no_iommu;
int iommu_detected;
unsigned int tsc_khz = USEC_PER_SEC;
bool in_tree_forcedac;
const struct bus_type in_tree_no_bus = { .name = "acpi" };

static LIST_HEAD(in_tree_units);
static DEFINE_MUTEX(in_tree_lock);	/* in_tree_units */

/**
 * in_tree_unit_find - find a unit by its registers
 * @regs: physical address of these
 *
 * Return: the unit, which stays while the driver has it, or NULL
 */
struct in_tree_unit *in_tree_unit_find(phys_addr_t regs)
{
	struct in_tree_unit *unit;

	guard(mutex)(&in_tree_lock);
	list_for_each_entry(unit, &in_tree_units, node)
		if (unit->regs == regs)
			return unit;
	return NULL;
}

#undef iommu_device_register

/* The driver's operations, of which a module has one more than what is in the kernel */
int in_tree_register(struct iommu_device *iommu, const struct iommu_ops *ops,
		     struct device *hwdev)
{
	static struct iommu_ops owned;

	owned = *ops;
	owned.owner = THIS_MODULE;
	return iommu_device_register(iommu, &owned, hwdev);
}

/* Firmware would say that reserved memory is none of the kernel's */
int e820__get_entry_type(u64 start, u64 end)
{
	return E820_TYPE_RESERVED;
}

/* No device is in the ACPI namespace only, so that nobody else would have it probed */
int iommu_probe_device(struct device *dev)
{
	return 0;
}

/* There is no DMA API on units without IOMMU_DMA, which these are choices for */
void iommu_set_dma_strict(void)
{
}

void iommu_set_default_passthrough(bool cmd_line)
{
}

static int in_tree_table_read(struct in_tree_unit *unit)
{
	struct device *dev = &unit->pdev->dev;
	int len = device_property_count_u8(dev, "acpi-dmar");

	if (len < (int)sizeof(struct acpi_table_dmar))
		return -ENODEV;
	unit->table = devm_kmalloc(dev, len, GFP_KERNEL);
	if (!unit->table)
		return -ENOMEM;
	unit->len = len;
	return device_property_read_u8_array(dev, "acpi-dmar", unit->table, len);
}

static int in_tree_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct in_tree_unit *unit;
	struct resource *res;
	int ret;

	unit = devm_kzalloc(dev, sizeof(*unit), GFP_KERNEL);
	if (!unit)
		return -ENOMEM;
	unit->pdev = pdev;
	unit->platform = dev_get_platdata(dev);
	res = platform_get_resource(pdev, IORESOURCE_MEM, 0);
	if (!res || !unit->platform)
		return -ENODEV;
	unit->regs = res->start;
	ret = in_tree_table_read(unit);
	if (ret)
		return ret;

	platform_set_drvdata(pdev, unit);
	scoped_guard(mutex, &in_tree_lock)
		list_add_tail(&unit->node, &in_tree_units);
	ret = dmar_device_add(unit);
	if (!ret)
		return 0;
	scoped_guard(mutex, &in_tree_lock)
		list_del(&unit->node);
	return ret;
}

static void in_tree_remove(struct platform_device *pdev)
{
	struct in_tree_unit *unit = platform_get_drvdata(pdev);
	int ret = dmar_device_remove(unit);

	if (ret)
		dev_err(&pdev->dev, "the driver does not let it go: %d\n", ret);
	scoped_guard(mutex, &in_tree_lock)
		list_del(&unit->node);
}

static const struct platform_device_id in_tree_ids[] = {
	{ .name = IOMMU_UNIT_VTD_NAME },
	{}
};
MODULE_DEVICE_TABLE(platform, in_tree_ids);

static struct platform_driver in_tree_driver = {
	.probe = in_tree_probe,
	.remove = in_tree_remove,
	.id_table = in_tree_ids,
	.driver = {
		.name = "in-tree-dmar",
		/* Its devices go before it: see above */
		.suppress_bind_attrs = true,
	},
};

/*
 * What the driver's own start would do if it could do without units. It has no end:
 * neither has the driver.
 */
static int __init in_tree_init(void)
{
	int ret = in_tree_irq_init();

	if (ret)
		return ret;
	dmar_register_bus_notifier();
	intel_iommu_enabled = 1;
	ret = platform_driver_register(&in_tree_driver);
	if (ret)
		pr_err("no unit can be bound: %d\n", ret);
	return 0;
}
module_init(in_tree_init);

MODULE_DESCRIPTION("The kernel's VT-d driver, for mock units");
MODULE_LICENSE("GPL");
