// SPDX-License-Identifier: GPL-2.0-only
/*
 * Units: finding them, registering them, letting go of them
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/slab.h>
#include <linux/syscore_ops.h>

#include <linux/iommu-nested/version.h>

#include "../../nested/debugfs.h"
#include "../../nested/suspend.h"
#include "dmar.h"
#include "firmware.h"
#include "intel_nested.h"
#include "queue.h"
#include "recover.h"
#include "tables.h"
#include "users.h"

static unsigned int timeout_ms = 1000;
module_param(timeout_ms, uint, 0644);
MODULE_PARM_DESC(timeout_ms, "How long to wait for the hardware (units found later)");

/* PCIe gives a function a minute to complete an invalidation, and half as much more */
static unsigned int devtlb_timeout_ms = 90000;
module_param(devtlb_timeout_ms, uint, 0644);
MODULE_PARM_DESC(devtlb_timeout_ms, "How long for a queue with device-TLB invalidations in it (units found later)");

static LIST_HEAD(vtd_units);
static DEFINE_MUTEX(vtd_units_lock);

/* The machine goes down; with the lock of the list */
static bool vtd_over;

/**
 * vtd_unit_find - find a unit by its firmware node
 * @fwnode: the node
 *
 * Return: the unit, or NULL if it is not one of ours
 */
struct vtd_unit *vtd_unit_find(const struct fwnode_handle *fwnode)
{
	struct vtd_unit *unit;

	guard(mutex)(&vtd_units_lock);

	list_for_each_entry(unit, &vtd_units, node) {
		const struct fwnode_handle *own = dev_fwnode(unit->dev);

		if (own && (own == fwnode || own->secondary == fwnode))
			return unit;
	}
	return NULL;
}

/**
 * vtd_unit_find_pci - find a unit by where a PCI device is
 * @path: that
 *
 * Return: the unit, or NULL if the device is behind none of ours
 */
struct vtd_unit *vtd_unit_find_pci(const struct vtd_dmar_path *path)
{
	const struct vtd_dmar_entry *entry;
	struct vtd_unit *unit;

	guard(mutex)(&vtd_units_lock);

	list_for_each_entry(unit, &vtd_units, node) {
		/* Its table may be that of other units, too */
		entry = unit->dmar ? vtd_dmar_unit(unit->dmar, path) : NULL;
		if (entry && entry->first == unit->mmio)
			return unit;
	}
	return NULL;
}

/**
 * vtd_unit_release - free a unit that nobody knows any more
 * @ref: in the unit, whose hardware was stopped or is gone
 *
 * vIOMMUs find nothing there any more but its registers of capabilities, and what of
 * theirs is freed after a grace period of it.
 *
 * Context: process context.
 */
void vtd_unit_release(struct kref *ref)
{
	struct vtd_unit *unit = container_of(ref, struct vtd_unit, ref);

	vtd_readers_exit(unit);
	mutex_destroy(&unit->gcmd_lock);
	mutex_destroy(&unit->lock);
	put_device(unit->dev);
	kfree(unit);
}

static struct vtd_unit *vtd_unit_alloc(struct device *dev)
{
	struct vtd_unit *unit = kzalloc_obj(*unit);

	if (!unit)
		return NULL;
	if (vtd_readers_init(unit)) {
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
	mutex_init(&unit->gcmd_lock);
	xa_init(&unit->devices);
	xa_init(&unit->aliases);
	tag_pool_init(&unit->dids);
	vtd_unit_recover_init(unit);
	vtd_prq_prepare(unit);

	unit->root = iommu_alloc_pages_node_sz(dev_to_node(dev), GFP_KERNEL,
					       VTD_PAGE_SIZE);
	if (!unit->root || vtd_qi_init(unit)) {
		iommu_free_pages(unit->root);
		vtd_unit_put(unit);
		return NULL;
	}
	return unit;
}

static void vtd_unit_free(struct vtd_unit *unit)
{
	vtd_owed_exit(unit);
	vtd_readers_barrier(unit);
	vtd_context_free_all(unit);
	iommu_free_pages(unit->root);
	vtd_qi_exit(unit);
	tag_pool_exit(&unit->dids);
	xa_destroy(&unit->devices);
	xa_destroy(&unit->aliases);
	vtd_unit_put(unit);
}

static void vtd_units_add(struct vtd_unit *unit)
{
	guard(mutex)(&vtd_units_lock);
	list_add(&unit->node, &vtd_units);
	if (vtd_over)
		unit->ended = true;
}

static void vtd_units_del(struct vtd_unit *unit)
{
	guard(mutex)(&vtd_units_lock);
	list_del(&unit->node);
}

static int vtd_register(struct vtd_unit *unit)
{
	int ret;

	ret = iommu_device_sysfs_add(&unit->iommu, unit->dev, NULL, "%s",
				     dev_name(unit->dev));
	if (ret)
		return ret;

	if (unit->ecap & VTD_ECAP_PASID)
		unit->iommu.max_pasids = 1U << vtd_unit_pasid_bits(unit);
	unit->debugfs = nested_debugfs_add(&vtd_debugfs, unit->dev, unit,
					   &unit->timing);
	vtd_units_add(unit);
	vtd_keep_devices(unit);
	/* Without a firmware node: the core asks about every device */
	ret = iommu_device_register(&unit->iommu, &vtd_iommu_ops, NULL);
	if (ret) {
		vtd_kept_release(unit);
		vtd_units_del(unit);
		debugfs_remove_recursive(unit->debugfs);
		iommu_device_sysfs_remove(&unit->iommu);
		return ret;
	}
	/* Whose driver has come before the core knew of the unit */
	vtd_keep_devices(unit);
	return 0;
}

static void vtd_unregister(struct vtd_unit *unit)
{
	/* Releases the devices that are left */
	iommu_device_unregister(&unit->iommu);
	/* What is left of users waits for nothing any more */
	vtd_qi_end(unit);
	disable_delayed_work_sync(&unit->recover_work);
	/* From here on DMA is blocked no more: that of others goes on */
	vtd_hw_pass(unit);
	vtd_kept_release(unit);
	vtd_units_del(unit);
	iommu_device_sysfs_remove(&unit->iommu);
	debugfs_remove_recursive(unit->debugfs);

	/* A walk that has found the unit before may use it still */
	vtd_readers_wait(unit);
}

static int vtd_probe(struct platform_device *pdev)
{
	struct vtd_unit *unit;
	int ret;

	unit = vtd_unit_alloc(&pdev->dev);
	if (!unit)
		return -ENOMEM;
	ret = vtd_regs_find(unit, pdev);
	if (ret)
		goto err_free;
	ret = vtd_hw_check(unit);
	if (ret)
		goto err_unmap;

	ret = vtd_firmware_find(unit, pdev);
	if (ret)
		goto err_unmap;

	vtd_clean_cache(unit, unit->root, VTD_PAGE_SIZE);
	ret = vtd_fault_init(unit);
	if (ret)
		goto err_firmware;
	ret = vtd_prq_init(unit);
	if (ret)
		goto err_fault;
	ret = vtd_hw_prepare(unit);
	if (ret)
		goto err_stop;

	platform_set_drvdata(pdev, unit);
	ret = vtd_register(unit);
	if (ret)
		goto err_stop;
	ret = vtd_hw_start(unit);
	if (ret)
		goto err_unregister;
	dev_info(unit->dev, "%llu-bit addresses%s%s%s\n",
		 FIELD_GET(VTD_CAP_MGAW, unit->cap) + 1,
		 unit->ecap & VTD_ECAP_FSTS ? ", stage-1" : "",
		 unit->ecap & VTD_ECAP_SSTS ? ", stage-2" : "",
		 unit->ecap & VTD_ECAP_NEST ? ", nested translation" : "");
	return 0;

err_unregister:
	vtd_unregister(unit);
err_stop:
	vtd_hw_stop(unit);
	vtd_prq_exit(unit);
err_fault:
	vtd_fault_exit(unit);
err_firmware:
	vtd_firmware_free(unit);
err_unmap:
	vtd_regs_unmap(unit);
err_free:
	vtd_unit_free(unit);
	return ret;
}

static void vtd_remove(struct platform_device *pdev)
{
	struct vtd_unit *unit = platform_get_drvdata(pdev);

	vtd_unregister(unit);
	vtd_hw_stop(unit);
	vtd_prq_exit(unit);
	vtd_fault_exit(unit);
	vtd_firmware_free(unit);
	vtd_regs_unmap(unit);
	vtd_unit_free(unit);
}

/*
 * Not the shutdown of the unit's own device: that can come before the shutdown
 * of devices behind the unit, which do DMA until then.
 */
static void vtd_shutdown(void *unused)
{
	struct vtd_unit *unit;

	guard(mutex)(&vtd_units_lock);

	vtd_over = true;
	list_for_each_entry(unit, &vtd_units, node)
		vtd_hw_end(unit);
}

static int vtd_suspend(void *unused)
{
	return units_check_suspend(&vtd_units);
}

static const struct syscore_ops vtd_syscore_ops = {
	.suspend = vtd_suspend,
	.shutdown = vtd_shutdown,
};

static struct syscore vtd_syscore = {
	.ops = &vtd_syscore_ops,
};

static const struct platform_device_id vtd_ids[] = {
	{ .name = IOMMU_UNIT_VTD_NAME },
	{}
};
MODULE_DEVICE_TABLE(platform, vtd_ids);

static struct platform_driver vtd_driver = {
	.probe = vtd_probe,
	.remove = vtd_remove,
	.id_table = vtd_ids,
	.driver = {
		.name = IOMMU_UNIT_VTD_NAME,
		/* Endpoints need their unit: it goes when its device goes */
		.suppress_bind_attrs = true,
	},
};

static int __init vtd_init(void)
{
	int ret;

	nested_debugfs_init(&vtd_debugfs);
	register_syscore(&vtd_syscore);
	ret = vtd_kept_init();
	if (ret)
		goto err_debugfs;
	ret = platform_driver_register(&vtd_driver);
	if (ret)
		goto err_kept;
	ret = vtd_acpi_init();
	if (ret)
		goto err_driver;
	return 0;

err_driver:
	platform_driver_unregister(&vtd_driver);
	/* It can have had units, from others than firmware */
	vtd_irq_exit();
err_kept:
	vtd_kept_exit();
err_debugfs:
	unregister_syscore(&vtd_syscore);
	nested_debugfs_exit(&vtd_debugfs);
	return ret;
}
module_init(vtd_init);

static void __exit vtd_exit(void)
{
	vtd_acpi_exit();
	platform_driver_unregister(&vtd_driver);
	vtd_kept_exit();
	vtd_irq_exit();
	unregister_syscore(&vtd_syscore);
	nested_debugfs_exit(&vtd_debugfs);
}
module_exit(vtd_exit);

MODULE_DESCRIPTION("Intel VT-d scalable mode with nested translation");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS("IOMMUFD_INTERNAL");
MODULE_VERSION(IOMMU_NESTED_VERSION);
