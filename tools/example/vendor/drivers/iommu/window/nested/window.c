// SPDX-License-Identifier: GPL-2.0-only
/*
 * Window IOMMU: a driver to begin with
 *
 * Devices are passed through or blocked. A domain whose addresses are translated
 * is left to the reader.
 */
#include <linux/bitfield.h>
#include <linux/iommu.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/slab.h>

#include <linux/iommu-nested/unit.h>
#include <linux/iommu-nested/version.h>
#include <linux/iommu-nested/window.h>

/**
 * struct window_unit - a unit
 * @iommu: the unit as the core knows it
 * @regs: its registers
 * @fwnode: its firmware node, to which devices refer
 * @lock: protects the table
 * @table: the table, a page
 */
struct window_unit {
	struct iommu_device iommu;
	struct iommu_regs regs;
	struct fwnode_handle *fwnode;
	struct mutex lock;	/* the table */
	__le64 *table;
};

/**
 * struct window_device - a device behind a unit
 * @unit: the unit
 * @sid: its source-id
 */
struct window_device {
	struct window_unit *unit;
	u16 sid;
};

/* There is one unit at most, which the core must not ask about while it goes */
static struct window_unit *window_unit;
static DEFINE_MUTEX(window_unit_lock);

static int window_set_entry(struct device *dev, u64 entry)
{
	struct window_device *wdev = dev_iommu_priv_get(dev);
	struct window_unit *unit = wdev->unit;

	guard(mutex)(&unit->lock);
	WRITE_ONCE(unit->table[wdev->sid], cpu_to_le64(entry));
	/* The unit sees the entry before it is told to forget the old one */
	dma_wmb();
	iommu_regs_write64(&unit->regs, WINDOW_REG_INV,
			   FIELD_PREP(WINDOW_INV_SID, wdev->sid));
	return 0;
}

static int window_identity_attach_dev(struct iommu_domain *domain,
				      struct device *dev,
				      struct iommu_domain *old)
{
	return window_set_entry(dev, WINDOW_ENTRY_V | WINDOW_ENTRY_W |
				     WINDOW_ENTRY_P);
}

static struct iommu_domain window_identity_domain = {
	.type = IOMMU_DOMAIN_IDENTITY,
	.ops = &(const struct iommu_domain_ops) {
		.attach_dev = window_identity_attach_dev,
	},
};

static int window_blocked_attach_dev(struct iommu_domain *domain,
				     struct device *dev,
				     struct iommu_domain *old)
{
	return window_set_entry(dev, 0);
}

static struct iommu_domain window_blocked_domain = {
	.type = IOMMU_DOMAIN_BLOCKED,
	.ops = &(const struct iommu_domain_ops) {
		.attach_dev = window_blocked_attach_dev,
	},
};

/* Is the device behind the unit, and under which source-id? */
static bool window_find(struct device *dev, const struct window_unit *unit,
			u16 *sid)
{
	struct fwnode_reference_args args;

	if (!unit || !dev_fwnode(dev) ||
	    fwnode_property_get_reference_args(dev_fwnode(dev), "iommus", NULL,
					       1, 0, &args))
		return false;
	fwnode_handle_put(args.fwnode);
	*sid = args.args[0];
	return args.fwnode == unit->fwnode && !(args.args[0] >> WINDOW_SID_BITS);
}

static struct iommu_device *window_probe_device(struct device *dev)
{
	struct window_device *wdev;
	u16 sid;

	guard(mutex)(&window_unit_lock);
	if (!window_find(dev, window_unit, &sid))
		return ERR_PTR(-ENODEV);
	wdev = kzalloc_obj(*wdev);
	if (!wdev)
		return ERR_PTR(-ENOMEM);
	wdev->unit = window_unit;
	wdev->sid = sid;
	dev_iommu_priv_set(dev, wdev);
	return &window_unit->iommu;
}

static void window_release_device(struct device *dev)
{
	kfree(dev_iommu_priv_get(dev));
}

static bool window_capable(struct device *dev, enum iommu_cap cap)
{
	return cap == IOMMU_CAP_CACHE_COHERENCY;
}

static const struct iommu_ops window_ops = {
	.owner = THIS_MODULE,
	.capable = window_capable,
	.identity_domain = &window_identity_domain,
	.blocked_domain = &window_blocked_domain,
	.release_domain = &window_blocked_domain,
	.probe_device = window_probe_device,
	.release_device = window_release_device,
	.device_group = generic_device_group,
};

static int window_hw_start(struct window_unit *unit)
{
	if (iommu_regs_read64(&unit->regs, WINDOW_REG_ID) != WINDOW_ID)
		return -ENODEV;
	unit->table = (__le64 *)get_zeroed_page(GFP_KERNEL);
	if (!unit->table)
		return -ENOMEM;
	iommu_regs_write64(&unit->regs, WINDOW_REG_TABLE,
			   virt_to_phys(unit->table));
	iommu_regs_write64(&unit->regs, WINDOW_REG_CTRL, WINDOW_CTRL_E);
	return 0;
}

static void window_hw_stop(struct window_unit *unit)
{
	iommu_regs_write64(&unit->regs, WINDOW_REG_CTRL, 0);
	free_page((unsigned long)unit->table);
}

static int window_publish(struct window_unit *unit)
{
	guard(mutex)(&window_unit_lock);
	if (window_unit)
		return -EBUSY;
	window_unit = unit;
	return 0;
}

static void window_withdraw(void)
{
	guard(mutex)(&window_unit_lock);
	window_unit = NULL;
}

/* They are at an address, unless the kernel cannot show a model's there */
static int window_find_regs(struct window_unit *unit,
			    struct platform_device *pdev,
			    const struct iommu_unit *platform)
{
	unit->regs = platform->regs;
	if (unit->regs.ops)
		return 0;
	unit->regs.base = devm_platform_ioremap_resource(pdev, 0);
	return PTR_ERR_OR_ZERO(unit->regs.base);
}

static int window_probe(struct platform_device *pdev)
{
	const struct iommu_unit *platform = dev_get_platdata(&pdev->dev);
	struct window_unit *unit;
	int ret;

	if (!platform)
		return -ENODEV;
	unit = devm_kzalloc(&pdev->dev, sizeof(*unit), GFP_KERNEL);
	if (!unit)
		return -ENOMEM;
	ret = window_find_regs(unit, pdev, platform);
	if (ret)
		return ret;
	unit->fwnode = dev_fwnode(&pdev->dev);
	mutex_init(&unit->lock);
	platform_set_drvdata(pdev, unit);
	ret = window_hw_start(unit);
	if (ret)
		return ret;
	ret = iommu_device_sysfs_add(&unit->iommu, &pdev->dev, NULL, "%s",
				     dev_name(&pdev->dev));
	if (ret)
		goto err_stop;
	ret = window_publish(unit);
	if (ret)
		goto err_sysfs;
	/* Without a firmware node: the core asks about every device */
	ret = iommu_device_register(&unit->iommu, &window_ops, NULL);
	if (ret)
		goto err_withdraw;
	return 0;

err_withdraw:
	window_withdraw();
err_sysfs:
	iommu_device_sysfs_remove(&unit->iommu);
err_stop:
	window_hw_stop(unit);
	return ret;
}

static void window_remove(struct platform_device *pdev)
{
	struct window_unit *unit = platform_get_drvdata(pdev);

	iommu_device_unregister(&unit->iommu);
	window_withdraw();
	iommu_device_sysfs_remove(&unit->iommu);
	window_hw_stop(unit);
}

static struct platform_driver window_driver = {
	.probe = window_probe,
	.remove = window_remove,
	.driver = {
		.name = IOMMU_UNIT_WINDOW_NAME,
		.suppress_bind_attrs = true,
	},
};
module_platform_driver(window_driver);

MODULE_DESCRIPTION("Window IOMMU");
MODULE_LICENSE("GPL");
MODULE_VERSION(IOMMU_NESTED_VERSION);
