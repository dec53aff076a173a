// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: which driver a unit is for
 *
 * Two drivers can be there for one kind of hardware, and either would take any unit.
 * Which of them an instance is for is its attribute "driver": its platform device is
 * for the driver of that name alone.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/device.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "core.h"

static const char * const mock_driver_values[] = {
	[MOCK_DRIVER_NESTED] = "nested",
	[MOCK_DRIVER_IN_TREE] = "in-tree",
};

static unsigned int mock_driver_default;

static int mock_driver_param_set(const char *val, const struct kernel_param *kp)
{
	int which = __sysfs_match_string(mock_driver_values, MOCK_DRIVER_NR, val);

	if (which < 0)
		return which;
	WRITE_ONCE(mock_driver_default, which);
	return 0;
}

static int mock_driver_param_get(char *page, const struct kernel_param *kp)
{
	return sysfs_emit(page, "%s\n",
			  mock_driver_values[READ_ONCE(mock_driver_default)]);
}

static const struct kernel_param_ops mock_driver_param_ops = {
	.set = mock_driver_param_set,
	.get = mock_driver_param_get,
};
module_param_cb(driver, &mock_driver_param_ops, NULL, 0644);
MODULE_PARM_DESC(driver,
		 "driver of instances that are made from now on (nested or in-tree)");

/**
 * mock_driver_init() - a new instance is for the driver that the parameter names
 * @inst: the instance
 */
void mock_driver_init(struct mock_instance *inst)
{
	inst->driver = READ_ONCE(mock_driver_default);
}

/**
 * mock_driver_show() - which driver is an instance for?
 * @inst: the instance
 * @page: is filled
 *
 * Return: how much there is
 */
ssize_t mock_driver_show(struct mock_instance *inst, char *page)
{
	return sysfs_emit(page, "%s\n", mock_driver_values[READ_ONCE(inst->driver)]);
}

/**
 * mock_driver_store() - an instance is for another driver
 * @inst: the instance
 * @page: what was written
 * @count: how much
 *
 * Return: @count, -EINVAL, or -EBUSY while the instance is live
 */
ssize_t mock_driver_store(struct mock_instance *inst, const char *page, size_t count)
{
	int which = __sysfs_match_string(mock_driver_values, MOCK_DRIVER_NR, page);
	int ret;

	if (which < 0)
		return which;
	ret = mock_iommu_config_lock(&inst->mi);
	if (ret)
		return ret;
	WRITE_ONCE(inst->driver, which);
	mock_iommu_config_unlock(&inst->mi);
	return count;
}

/**
 * mock_driver_choose() - only the driver of an instance takes its unit
 * @inst: the instance
 * @dev: the unit's device, which is not added yet
 *
 * Return: 0; -EOPNOTSUPP if the kernel has no driver for such hardware; -ENOMEM
 */
int mock_driver_choose(struct mock_instance *inst, struct device *dev)
{
	const struct mock_driver *driver = &inst->mi.model->drivers[inst->driver];

	if (driver->name)
		return device_set_driver_override(dev, driver->name);
	if (inst->driver == MOCK_DRIVER_NESTED)
		return 0;
	pr_info("the kernel has no driver for hardware of type %s: driver=nested is for it\n",
		inst->mi.model->name);
	return -EOPNOTSUPP;
}

/**
 * mock_driver_missed() - say so if no driver has taken a unit
 * @inst: the instance, whose unit's device is there
 */
void mock_driver_missed(struct mock_instance *inst)
{
	const struct mock_driver *drivers = inst->mi.model->drivers;
	struct device *dev = &inst->pdev->dev;
	enum mock_driver_kind which = inst->driver;

	guard(device)(dev);
	if (dev->driver || !drivers[which].module)
		return;
	pr_info("no driver has taken %s: with driver=%s the module %s does\n",
		dev_name(dev), mock_driver_values[which], drivers[which].module);
}
