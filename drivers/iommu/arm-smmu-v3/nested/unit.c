// SPDX-License-Identifier: GPL-2.0-only
/*
 * Units: finding them, registering them, letting go of them
 *
 * Registers and interrupts are those that the platform data has, if there is any,
 * or else those of the firmware.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/io.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/slab.h>

#include "nested.h"

static unsigned int timeout_ms = 1000;
module_param(timeout_ms, uint, 0644);
MODULE_PARM_DESC(timeout_ms, "How long to wait for the hardware (units found later)");

static LIST_HEAD(smmu3_units);
static DEFINE_MUTEX(smmu3_units_lock);

/**
 * smmu3_unit_find - find a unit by its firmware node
 * @fwnode: the node
 *
 * Return: the unit, or NULL if it is not one of ours
 */
struct smmu3_unit *smmu3_unit_find(const struct fwnode_handle *fwnode)
{
	struct smmu3_unit *unit;

	guard(mutex)(&smmu3_units_lock);

	list_for_each_entry(unit, &smmu3_units, node)
		if (dev_fwnode(unit->dev) == fwnode)
			return unit;
	return NULL;
}

/**
 * smmu3_unit_release - free a unit that nobody knows any more
 * @ref: in the unit, whose hardware was stopped or is gone
 */
void smmu3_unit_release(struct kref *ref)
{
	struct smmu3_unit *unit = container_of(ref, struct smmu3_unit, ref);

	smmu3_iopf_exit(unit);
	smmu3_outq_exit(&unit->priq);
	smmu3_outq_exit(&unit->evtq);
	smmu3_strtab_exit(unit);
	smmu3_cmdq_exit(unit);
	tag_pool_exit(&unit->vmids);
	tag_pool_exit(&unit->asids);
	xa_destroy(&unit->streams);
	mutex_destroy(&unit->event_lock);
	mutex_destroy(&unit->lock);
	put_device(unit->dev);
	kfree(unit);
}

static struct smmu3_unit *unit_alloc(struct device *dev)
{
	struct smmu3_unit *unit = kzalloc_obj(*unit);

	if (!unit)
		return NULL;
	kref_init(&unit->ref);
	unit->dev = get_device(dev);
	unit->timeout_us = clamp(timeout_ms, 1, 60 * MSEC_PER_SEC) *
			   USEC_PER_MSEC;
	mutex_init(&unit->lock);
	mutex_init(&unit->event_lock);
	xa_init(&unit->streams);
	INIT_LIST_HEAD(&unit->devices);
	tag_pool_init(&unit->asids);
	tag_pool_init(&unit->vmids);
	INIT_WORK(&unit->fail_work, smmu3_fail_work);
	return unit;
}

static int firmware_regs(struct smmu3_unit *unit, struct platform_device *pdev)
{
	struct resource *res;
	void __iomem *base;

	base = devm_platform_get_and_ioremap_resource(pdev, 0, &res);
	if (IS_ERR(base))
		return dev_err_probe(unit->dev, PTR_ERR(base),
				     "no registers, or another driver has them\n");
	if (resource_size(res) < SMMU_REGS_SIZE) {
		dev_err(unit->dev, "%pR is too small for the registers\n", res);
		return -EINVAL;
	}
	unit->regs.base = base;
	unit->regs.size = SMMU_REGS_SIZE;
	return 0;
}

static int firmware_irq(struct platform_device *pdev, const char *name)
{
	int irq = platform_get_irq_byname_optional(pdev, name);

	return irq == -ENXIO ? 0 : irq;
}

static int firmware_irqs(struct smmu3_unit *unit, struct platform_device *pdev)
{
	static const char * const names[] = {
		[IOMMU_UNIT_SMMUV3_IRQ_EVTQ] = "eventq",
		[IOMMU_UNIT_SMMUV3_IRQ_GERROR] = "gerror",
		[IOMMU_UNIT_SMMUV3_IRQ_PRIQ] = "priq",
	};
	unsigned int i;
	int irq;

	irq = firmware_irq(pdev, "combined");
	if (irq < 0)
		return irq;
	unit->combined_irq = irq;
	for (i = 0; i < ARRAY_SIZE(names) && !unit->combined_irq; i++) {
		irq = firmware_irq(pdev, names[i]);
		if (irq < 0)
			return irq;
		unit->irqs[i].irq = irq;
	}
	return 0;
}

static int find_resources(struct smmu3_unit *unit, struct platform_device *pdev)
{
	const struct iommu_unit *platform = dev_get_platdata(unit->dev);

	if (platform) {
		unit->regs = platform->regs;
		memcpy(unit->irqs, platform->irqs, sizeof(unit->irqs));
		return 0;
	}
	return firmware_regs(unit, pdev) ?: firmware_irqs(unit, pdev);
}

static int alloc_structures(struct smmu3_unit *unit)
{
	return smmu3_cmdq_init(unit) ?: smmu3_strtab_init(unit) ?:
	       smmu3_evtq_init(unit) ?: smmu3_priq_init(unit) ?:
	       smmu3_iopf_init(unit);
}

static int unit_register(struct smmu3_unit *unit)
{
	int ret;

	ret = iommu_device_sysfs_add(&unit->iommu, unit->dev, NULL, "smmu3.%s",
				     dev_name(unit->dev));
	if (ret)
		return ret;

	unit->iommu.max_pasids = 1U << unit->ssid_bits;
	smmu3_debugfs_add(unit);
	scoped_guard(mutex, &smmu3_units_lock)
		list_add(&unit->node, &smmu3_units);
	ret = iommu_device_register(&unit->iommu, &smmu3_iommu_ops, unit->dev);
	if (ret) {
		scoped_guard(mutex, &smmu3_units_lock)
			list_del(&unit->node);
		smmu3_debugfs_del(unit);
		iommu_device_sysfs_remove(&unit->iommu);
	}
	return ret;
}

static int smmu3_probe(struct platform_device *pdev)
{
	struct smmu3_unit *unit;
	int ret;

	unit = unit_alloc(&pdev->dev);
	if (!unit)
		return -ENOMEM;
	platform_set_drvdata(pdev, unit);

	ret = find_resources(unit, pdev) ?: smmu3_hw_probe(unit);
	if (ret)
		goto err_put;
	/* Whoever had it before: its queues are not ours */
	ret = smmu3_hw_quiesce(unit) ?: alloc_structures(unit);
	if (ret)
		goto err_put;

	if (!dev_get_platdata(unit->dev))
		smmu3_irq_alloc_msis(unit);
	ret = smmu3_irq_init(unit) ?: smmu3_hw_start(unit);
	if (!ret)
		ret = unit_register(unit);
	if (ret)
		goto err_stop;
	dev_info(unit->dev, "StreamIDs of %u bits, %u-bit addresses%s\n",
		 unit->strtab.sid_bits, unit->oas,
		 smmu3_can_nest(unit) ? ", nested translation" : "");
	return 0;

err_stop:
	smmu3_hw_stop(unit);
	smmu3_irq_exit(unit);
err_put:
	smmu3_unit_put(unit);
	return ret;
}

static void smmu3_remove(struct platform_device *pdev)
{
	struct smmu3_unit *unit = platform_get_drvdata(pdev);

	/* Releases the devices that are left */
	iommu_device_unregister(&unit->iommu);
	scoped_guard(mutex, &smmu3_units_lock)
		list_del(&unit->node);
	iommu_device_sysfs_remove(&unit->iommu);
	smmu3_debugfs_del(unit);

	smmu3_hw_stop(unit);
	unit->gone = true;
	smmu3_irq_exit(unit);
	/* Who still waits for the queue, or has found a failed device */
	synchronize_srcu(&smmu3_srcu);
	cancel_work_sync(&unit->fail_work);
	smmu3_unit_put(unit);
}

static void smmu3_shutdown(struct platform_device *pdev)
{
	smmu3_hw_stop(platform_get_drvdata(pdev));
}

static const struct of_device_id smmu3_of_match[] = {
	{ .compatible = "arm,smmu-v3" },
	{}
};
MODULE_DEVICE_TABLE(of, smmu3_of_match);

static const struct platform_device_id smmu3_ids[] = {
	{ .name = IOMMU_UNIT_SMMUV3_NAME },
	{}
};
MODULE_DEVICE_TABLE(platform, smmu3_ids);

static struct platform_driver smmu3_driver = {
	.probe = smmu3_probe,
	.remove = smmu3_remove,
	.shutdown = smmu3_shutdown,
	.id_table = smmu3_ids,
	.driver = {
		.name = IOMMU_UNIT_SMMUV3_NAME,
		.of_match_table = smmu3_of_match,
		/* Endpoints need their unit: it goes when its device goes */
		.suppress_bind_attrs = true,
	},
};

/* A device that has a driver is never offered to another one */
static int smmu3_say_owner(struct device *dev, void *unused)
{
	guard(device)(dev);

	if (dev->of_node && of_match_node(smmu3_of_match, dev->of_node) &&
	    dev->driver && dev->driver != &smmu3_driver.driver)
		pr_info("%s is in use by driver %s, it is left alone\n",
			dev_name(dev), dev->driver->name);
	return 0;
}

static int __init smmu3_init(void)
{
	int ret;

	smmu3_debugfs_init();
	ret = platform_driver_register(&smmu3_driver);
	if (ret)
		smmu3_debugfs_exit();
	else
		bus_for_each_dev(&platform_bus_type, NULL, NULL, smmu3_say_owner);
	return ret;
}
module_init(smmu3_init);

static void __exit smmu3_exit(void)
{
	platform_driver_unregister(&smmu3_driver);
	/* Attachments are freed by our code */
	srcu_barrier(&smmu3_srcu);
	smmu3_debugfs_exit();
}
module_exit(smmu3_exit);

MODULE_DESCRIPTION("ARM SMMUv3 with nested translation");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS("IOMMUFD");
