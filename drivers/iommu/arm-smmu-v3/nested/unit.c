// SPDX-License-Identifier: GPL-2.0-only
/*
 * Units: finding them, registering them, letting go of them
 *
 * Interrupts are those of the firmware, and so are registers unless the platform data
 * has an accessor.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/crash_dump.h>
#include <linux/io.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/slab.h>
#include <linux/syscore_ops.h>

#include <linux/iommu-nested/version.h>

#include "../../nested/debugfs.h"
#include "../../nested/suspend.h"
#include "arm_smmu_v3_nested.h"
#include "domain.h"
#include "event.h"
#include "fault.h"
#include "queue.h"
#include "recover.h"
#include "tables.h"

static unsigned int timeout_ms = 1000;
module_param(timeout_ms, uint, 0644);
MODULE_PARM_DESC(timeout_ms, "How long to wait for the hardware (units found later)");

static unsigned int devtlb_timeout_ms = 90000;
module_param(devtlb_timeout_ms, uint, 0644);
MODULE_PARM_DESC(devtlb_timeout_ms, "How long if it may be waiting for a device's answer (units found later)");

static LIST_HEAD(smmu3_units);
static DEFINE_MUTEX(smmu3_units_lock);

/* The machine goes down; with the lock of the list */
static bool smmu3_over;

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

	/* Attachments are freed by our code */
	srcu_barrier(&unit->srcu);
	cleanup_srcu_struct(&unit->srcu);
	smmu3_iopf_exit(unit);
	smmu3_answers_exit(unit);
	smmu3_pages_exit(unit);
	smmu3_outq_exit(&unit->priq);
	smmu3_outq_exit(&unit->evtq);
	smmu3_strtab_exit(unit);
	smmu3_cmdq_exit(unit);
	/* Its caches went with it */
	scoped_guard(mutex, &unit->lock)
		smmu3_tags_forgotten(unit);
	xa_destroy(&unit->lost_tags);
	tag_pool_exit(&unit->vmids);
	tag_pool_exit(&unit->asids);
	xa_destroy(&unit->streams);
	mutex_destroy(&unit->cr0_lock);
	mutex_destroy(&unit->event_lock);
	mutex_destroy(&unit->lock);
	put_device(unit->dev);
	kfree(unit);
}

static struct smmu3_unit *smmu3_unit_alloc(struct device *dev)
{
	struct smmu3_unit *unit = kzalloc_obj(*unit);

	if (!unit)
		return NULL;
	if (init_srcu_struct(&unit->srcu)) {
		kfree(unit);
		return NULL;
	}
	kref_init(&unit->ref);
	unit->dev = get_device(dev);
	unit->timeout_us = clamp(timeout_ms, 1, 60 * MSEC_PER_SEC) *
			   USEC_PER_MSEC;
	unit->devtlb_timeout_us = clamp(devtlb_timeout_ms, 1,
					600 * MSEC_PER_SEC) * USEC_PER_MSEC;
	mutex_init(&unit->lock);
	mutex_init(&unit->event_lock);
	mutex_init(&unit->cr0_lock);
	unit->quiet = is_kdump_kernel();
	xa_init(&unit->streams);
	INIT_LIST_HEAD(&unit->devices);
	tag_pool_init(&unit->asids);
	tag_pool_init(&unit->vmids);
	xa_init(&unit->lost_tags);
	smmu3_answers_init(unit);
	smmu3_pages_init(unit);
	INIT_DELAYED_WORK(&unit->recover_work, smmu3_recover_work);
	return unit;
}

/**
 * smmu3_claim_regs - have the registers of a unit for ourselves
 * @dev: the unit's device, with which they are given back
 * @res: where they are
 * @page0_only: there is no page 1
 *
 * What lies behind those of the architecture in each page can be another
 * driver's.
 *
 * Return: 0; -EINVAL if there are too few, -EBUSY if another driver has them
 */
int smmu3_claim_regs(struct device *dev, const struct resource *res,
		     bool page0_only)
{
	const size_t size = page0_only ? SMMU_PAGE1 : SMMU_REGS_SIZE;
	size_t off;

	if (resource_size(res) < size) {
		dev_err(dev, "%pR is too small for the registers\n", res);
		return -EINVAL;
	}
	for (off = 0; off < size; off += SMMU_PAGE1) {
		if (!devm_request_mem_region(dev, res->start + off,
					     SMMU_REGS_ARCH, dev_name(dev))) {
			dev_err(dev, "another driver has the registers\n");
			return -EBUSY;
		}
	}
	return 0;
}

static int smmu3_firmware_regs(struct smmu3_unit *unit,
			       struct platform_device *pdev)
{
	const struct resource *res;
	bool page0_only;
	int ret;

	res = platform_get_resource(pdev, IORESOURCE_MEM, 0);
	if (!res) {
		dev_err(unit->dev, "no registers\n");
		return -EINVAL;
	}
	page0_only = smmu3_errata_page0_only(unit->dev);
	ret = smmu3_claim_regs(unit->dev, res, page0_only);
	if (ret)
		return ret;
	unit->regs.size = page0_only ? SMMU_PAGE1 : SMMU_REGS_SIZE;
	unit->regs.base = devm_ioremap(unit->dev, res->start, unit->regs.size);
	return unit->regs.base ? 0 : -ENOMEM;
}

static int smmu3_firmware_irq(struct platform_device *pdev, const char *name)
{
	int irq = platform_get_irq_byname_optional(pdev, name);

	return irq == -ENXIO ? 0 : irq;
}

static int smmu3_firmware_irqs(struct smmu3_unit *unit,
			       struct platform_device *pdev)
{
	static const char * const names[] = {
		[IOMMU_UNIT_SMMUV3_IRQ_EVTQ] = "eventq",
		[IOMMU_UNIT_SMMUV3_IRQ_GERROR] = "gerror",
		[IOMMU_UNIT_SMMUV3_IRQ_PRIQ] = "priq",
	};
	unsigned int i;
	int irq;

	irq = smmu3_firmware_irq(pdev, "combined");
	if (irq < 0)
		return irq;
	unit->combined_irq = irq;
	for (i = 0; i < ARRAY_SIZE(names) && !unit->combined_irq; i++) {
		irq = smmu3_firmware_irq(pdev, names[i]);
		if (irq < 0)
			return irq;
		unit->irqs[i].irq = irq;
	}
	return 0;
}

static int smmu3_find_resources(struct smmu3_unit *unit,
				struct platform_device *pdev)
{
	const struct iommu_unit *platform = dev_get_platdata(unit->dev);

	/* It knows of what is between the unit and memory; the unit does not */
	unit->incoherent = device_get_dma_attr(unit->dev) != DEV_DMA_COHERENT;
	/* A machine whose kernel has no MMIO for hardware like this */
	if (platform && platform->regs.ops) {
		unit->regs = platform->regs;
		return smmu3_firmware_irqs(unit, pdev);
	}
	return smmu3_firmware_regs(unit, pdev) ?:
	       smmu3_firmware_irqs(unit, pdev);
}

static int smmu3_alloc_structures(struct smmu3_unit *unit)
{
	return smmu3_cmdq_init(unit) ?: smmu3_strtab_init(unit) ?:
	       smmu3_evtq_init(unit) ?: smmu3_priq_init(unit) ?:
	       smmu3_iopf_init(unit);
}

static int smmu3_register(struct smmu3_unit *unit)
{
	int ret;

	ret = iommu_device_sysfs_add(&unit->iommu, unit->dev, NULL, "smmu3.%s",
				     dev_name(unit->dev));
	if (ret)
		return ret;

	unit->iommu.max_pasids = 1U << unit->ssid_bits;
	unit->debugfs = nested_debugfs_add(&smmu3_debugfs, unit->dev, unit,
					   &unit->timing);
	scoped_guard(mutex, &smmu3_units_lock) {
		list_add(&unit->node, &smmu3_units);
		if (smmu3_over)
			smmu3_hw_end(unit);
	}
	ret = iommu_device_register(&unit->iommu, &smmu3_iommu_ops, unit->dev);
	if (ret) {
		scoped_guard(mutex, &smmu3_units_lock)
			list_del(&unit->node);
		debugfs_remove_recursive(unit->debugfs);
		iommu_device_sysfs_remove(&unit->iommu);
	}
	return ret;
}

static int smmu3_probe(struct platform_device *pdev)
{
	struct smmu3_unit *unit;
	int ret;

	unit = smmu3_unit_alloc(&pdev->dev);
	if (!unit)
		return -ENOMEM;
	platform_set_drvdata(pdev, unit);

	ret = smmu3_find_resources(unit, pdev) ?: smmu3_hw_probe(unit);
	if (ret)
		goto err_put;
	/* Another driver or kernel may have had it: its queues are not ours */
	ret = smmu3_hw_quiesce(unit) ?: smmu3_alloc_structures(unit);
	if (ret)
		goto err_leave;

	smmu3_irq_alloc_msis(unit);
	ret = smmu3_irq_init(unit) ?: smmu3_hw_start(unit);
	if (!ret)
		ret = smmu3_register(unit);
	if (ret)
		goto err_stop;
	dev_info(unit->dev, "StreamIDs of %u bits, %u-bit addresses%s\n",
		 unit->strtab.sid_bits, unit->oas,
		 smmu3_can_nest(unit) ? ", nested translation" : "");
	return 0;

err_stop:
	smmu3_recover_end(unit);
	smmu3_hw_stop(unit);
	smmu3_irq_exit(unit);
err_leave:
	smmu3_hw_leave(unit);
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
	debugfs_remove_recursive(unit->debugfs);

	smmu3_recover_end(unit);
	smmu3_hw_stop(unit);
	WRITE_ONCE(unit->gone, true);
	scoped_guard(mutex, &unit->lock)
		smmu3_pages_off(unit);
	smmu3_irq_exit(unit);
	/* A reader may still wait for the queue, or have found a failed device */
	synchronize_srcu(&unit->srcu);
	smmu3_unit_put(unit);
}

/*
 * Not the shutdown of the unit's own device: that can come before the shutdown
 * of devices behind the unit, which do DMA until then.
 */
static void smmu3_shutdown(void *unused)
{
	struct smmu3_unit *unit;

	guard(mutex)(&smmu3_units_lock);

	smmu3_over = true;
	list_for_each_entry(unit, &smmu3_units, node)
		smmu3_hw_end(unit);
}

static int smmu3_suspend(void *unused)
{
	return units_check_suspend(&smmu3_units);
}

static const struct syscore_ops smmu3_syscore_ops = {
	.suspend = smmu3_suspend,
	.shutdown = smmu3_shutdown,
};

static struct syscore smmu3_syscore = {
	.ops = &smmu3_syscore_ops,
};

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

	ret = smmu3_faults_init();
	if (ret)
		return ret;
	nested_debugfs_init(&smmu3_debugfs);
	register_syscore(&smmu3_syscore);
	ret = platform_driver_register(&smmu3_driver);
	if (ret) {
		unregister_syscore(&smmu3_syscore);
		nested_debugfs_exit(&smmu3_debugfs);
		smmu3_faults_exit();
		return ret;
	}
	bus_for_each_dev(&platform_bus_type, NULL, NULL, smmu3_say_owner);
	return 0;
}
module_init(smmu3_init);

static void __exit smmu3_exit(void)
{
	platform_driver_unregister(&smmu3_driver);
	unregister_syscore(&smmu3_syscore);
	nested_debugfs_exit(&smmu3_debugfs);
	/* What was left to do for devices that are gone is done */
	smmu3_faults_exit();
}
module_exit(smmu3_exit);

MODULE_DESCRIPTION("ARM SMMUv3 with nested translation");
MODULE_LICENSE("GPL");
MODULE_VERSION(IOMMU_NESTED_VERSION);
MODULE_IMPORT_NS("IOMMUFD");
