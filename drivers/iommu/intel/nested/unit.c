// SPDX-License-Identifier: GPL-2.0-only
/*
 * Units: finding them, bringing them up, shutting them down
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <kunit/static_stub.h>
#include <linux/cacheflush.h>
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/slab.h>
#include <linux/syscore_ops.h>

#include <linux/iommu-nested/version.h>

#include "../../nested/debugfs.h"
#include "../../nested/suspend.h"
#include "domain.h"
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

/* Owned by a driver that translates, or remaps interrupts, or has the queue */
#define VTD_GSTS_OWNED	(VTD_GSTS_TES | VTD_GSTS_QIES | VTD_GSTS_IRES)

/*
 * What a write to GCMD repeats of what is on: the rest of GSTS are commands
 * that happen once (11.4.4.1).
 */
#define VTD_GSTS_KEEP \
	(VTD_GSTS_TES | VTD_GSTS_AFLS | VTD_GSTS_QIES | VTD_GSTS_IRES | \
	 VTD_GSTS_CFIS)

/**
 * vtd_clean_cache - let a unit that does not snoop see memory
 * @unit: the unit
 * @addr: the memory
 * @size: its size
 *
 * It is for root, context and PASID tables; ECAP.C says whether their reads
 * snoop. Only x86 has such units.
 */
void vtd_clean_cache(const struct vtd_unit *unit, void *addr, size_t size)
{
	KUNIT_STATIC_STUB_REDIRECT(vtd_clean_cache, unit, addr, size);
#ifdef CONFIG_X86
	if (!(unit->ecap & VTD_ECAP_C))
		clflush_cache_range(addr, size);
#endif
}

/**
 * vtd_gcmd - give a global command, and wait until it took effect
 * @unit: the unit
 * @set: bits of VTD_GCMD_* to set
 * @clear: bits of VTD_GCMD_* to clear
 * @status: bits of VTD_GSTS_* that tell
 * @want: what they are to be
 *
 * Context: process context.
 * Return: 0; -ETIMEDOUT, also from a unit that is gone, and for everything that
 * switches on when the machine goes down
 */
int vtd_gcmd(struct vtd_unit *unit, u32 set, u32 clear, u32 status, u32 want)
{
	u32 val;
	int ret;

	guard(mutex)(&unit->gcmd_lock);

	if (unit->ended && set)
		return -ETIMEDOUT;
	val = vtd_read32(unit, VTD_REG_GSTS);
	if (val == VTD_NO_ANSWER)
		return -ETIMEDOUT;
	vtd_write32(unit, VTD_REG_GCMD,
		    ((val & VTD_GSTS_KEEP) & ~clear) | set);
	ret = read_poll_timeout(vtd_read32, val, (val & status) == want, 10,
				unit->timeout_us, false, unit, VTD_REG_GSTS);
	return val == VTD_NO_ANSWER ? -ETIMEDOUT : ret;
}

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
 * vtd_unit_find_mmio - find a unit by its registers
 * @mmio: physical address of these, not 0
 *
 * Return: the unit, or NULL if it is not one of ours
 */
struct vtd_unit *vtd_unit_find_mmio(phys_addr_t mmio)
{
	struct vtd_unit *unit;

	guard(mutex)(&vtd_units_lock);

	list_for_each_entry(unit, &vtd_units, node)
		if (unit->mmio == mmio)
			return unit;
	return NULL;
}

static int vtd_check_caps(struct vtd_unit *unit)
{
	static const struct {
		u64 ecap;
		const char *name;
	} needed[] = {
		{ VTD_ECAP_SMTS, "scalable mode" },
		{ VTD_ECAP_QI, "queued invalidation" },
		{ VTD_ECAP_PT, "pass-through" },
	};
	u32 ver = vtd_read32(unit, VTD_REG_VER);
	unsigned int level;
	int i;

	unit->cap = vtd_read64(unit, VTD_REG_CAP);
	unit->ecap = vtd_read64(unit, VTD_REG_ECAP);
	vtd_dids_init(unit);

	/* All ones is what a bus returns where nothing answers */
	if (!FIELD_GET(VTD_VER_MAX, ver) || ver == U32_MAX) {
		dev_err(unit->dev, "no remapping hardware: version %#x\n", ver);
		return -ENODEV;
	}
	for (i = 0; i < ARRAY_SIZE(needed); i++) {
		if (!(unit->ecap & needed[i].ecap)) {
			dev_err(unit->dev, "the unit has no %s (ECAP %#llx)\n",
				needed[i].name, unit->ecap);
			return -ENODEV;
		}
	}
	if (!(unit->ecap & (VTD_ECAP_SSTS | VTD_ECAP_FSTS)) ||
	    (unit->ecap & VTD_ECAP_SSTS &&
	     !vtd_stage2_width(unit->cap, &level))) {
		dev_err(unit->dev, "the unit walks no table that we can make (CAP %#llx, ECAP %#llx)\n",
			unit->cap, unit->ecap);
		return -ENODEV;
	}
	return 0;
}

/**
 * vtd_set_root - give the root table to a unit
 * @unit: the unit
 * @ttm: VTD_TTM_SCALABLE, or VTD_TTM_ABORT_DMA if the unit has that
 *
 * Context: process context.
 * Return: 0 or -ETIMEDOUT
 */
int vtd_set_root(struct vtd_unit *unit, u64 ttm)
{
	vtd_write64(unit, VTD_REG_RTADDR,
		    (virt_to_phys(unit->root) & VTD_RTADDR_RTA) |
		    FIELD_PREP(VTD_RTADDR_TTM, ttm));
	return vtd_gcmd(unit, VTD_GCMD_SRTP, 0, VTD_GSTS_RTPS, VTD_GSTS_RTPS);
}

static int vtd_no_answer(struct vtd_unit *unit, int ret)
{
	if (ret)
		dev_err(unit->dev, "the unit does not answer (GSTS %#x)\n",
			vtd_read32(unit, VTD_REG_GSTS));
	return ret;
}

/* The queue, and empty tables, with no cache that has what was there before */
static int vtd_hw_prepare(struct vtd_unit *unit)
{
	int ret;

	/* Scalable mode wants the queue to have 256-bit descriptors (6.5.2) */
	ret = vtd_qi_enable(unit);
	if (!ret)
		ret = vtd_set_root(unit, VTD_TTM_SCALABLE);
	if (!ret)
		ret = vtd_unit_flush_all(unit);
	return vtd_no_answer(unit, ret);
}

/* Firmware may have kept DMA from memory until there is translation (11.4.8) */
static void vtd_open_memory(struct vtd_unit *unit)
{
	u32 val;

	if (!(unit->cap & (VTD_CAP_PLMR | VTD_CAP_PHMR)) ||
	    !(vtd_read32(unit, VTD_REG_PMEN) & VTD_PMEN_PRS))
		return;
	vtd_write32(unit, VTD_REG_PMEN, 0);
	if (read_poll_timeout(vtd_read32, val, !(val & VTD_PMEN_PRS), 10,
			      unit->timeout_us, false, unit, VTD_REG_PMEN))
		dev_err(unit->dev, "memory stays protected from DMA\n");
}

/*
 * Translation is enabled last (6.6). The core has attached the devices by then:
 * DMA that firmware has left on goes on, if its memory is a reserved region.
 */
static int vtd_hw_start(struct vtd_unit *unit)
{
	int ret;

	ret = vtd_gcmd(unit, VTD_GCMD_TE, 0, VTD_GSTS_TES, VTD_GSTS_TES);
	if (ret)
		return vtd_no_answer(unit, ret);
	vtd_open_memory(unit);
	WRITE_ONCE(unit->translating, true);
	return 0;
}

static void vtd_does_not_stop(struct vtd_unit *unit, int ret)
{
	if (ret)
		dev_err(unit->dev, "the unit does not stop (GSTS %#x)\n",
			vtd_read32(unit, VTD_REG_GSTS));
}

static void vtd_hw_pass(struct vtd_unit *unit)
{
	WRITE_ONCE(unit->translating, false);
	vtd_does_not_stop(unit, vtd_gcmd(unit, 0, VTD_GCMD_TE, VTD_GSTS_TES, 0));
}

/* The queue is for what is left in caches: it goes after translation */
static void vtd_hw_stop(struct vtd_unit *unit)
{
	/* The work may be waiting for the queue, as long as a device-TLB may take */
	vtd_qi_end(unit);
	disable_delayed_work_sync(&unit->recover_work);
	vtd_does_not_stop(unit, vtd_qi_disable(unit));
	vtd_write64(unit, VTD_REG_IQA, 0);
	vtd_write64(unit, VTD_REG_RTADDR, 0);
}

/**
 * vtd_hw_end - take a unit out of service for the rest of the machine's life
 * @unit: the unit
 *
 * Whatever is unmapped or recovered later finds the queue dead and leaves it so:
 * the next kernel must find the unit as after a reset.
 *
 * Context: process context.
 */
void vtd_hw_end(struct vtd_unit *unit)
{
	scoped_guard(mutex, &unit->gcmd_lock)
		unit->ended = true;
	vtd_hw_pass(unit);
	vtd_hw_stop(unit);
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

	unit->dev = dev;
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

	unit->root = iommu_alloc_pages_node_sz(dev_to_node(dev), GFP_KERNEL,
					       VTD_PAGE_SIZE);
	if (!unit->root || vtd_qi_init(unit)) {
		iommu_free_pages(unit->root);
		vtd_readers_exit(unit);
		kfree(unit);
		return NULL;
	}
	return unit;
}

static void vtd_unit_free(struct vtd_unit *unit)
{
	vtd_owed_exit(unit);
	vtd_readers_exit(unit);
	vtd_context_free_all(unit);
	iommu_free_pages(unit->root);
	vtd_qi_exit(unit);
	tag_pool_exit(&unit->dids);
	xa_destroy(&unit->devices);
	xa_destroy(&unit->aliases);
	mutex_destroy(&unit->gcmd_lock);
	mutex_destroy(&unit->lock);
	kfree(unit);
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

/* This is all that differs between a unit of a model and one in a machine */
static int vtd_find_regs(struct vtd_unit *unit, struct platform_device *pdev)
{
	struct resource *res;

	unit->platform = dev_get_platdata(&pdev->dev);
	if (unit->platform)
		return 0;
	res = platform_get_resource(pdev, IORESOURCE_MEM, 0);
	if (!res)
		return -ENODEV;
	unit->platform = &unit->own;
	return vtd_acpi_map(unit, res);
}

static int vtd_check(struct vtd_unit *unit)
{
	u32 gsts;
	int ret;

	ret = vtd_check_caps(unit);
	if (ret)
		return ret;
	gsts = vtd_read32(unit, VTD_REG_GSTS);
	if (!(gsts & VTD_GSTS_OWNED))
		return 0;
	dev_err(unit->dev, "the unit is in use by another driver or by firmware (GSTS %#x)\n",
		gsts);
	return -EBUSY;
}

static int vtd_probe(struct platform_device *pdev)
{
	struct vtd_unit *unit;
	int ret;

	unit = vtd_unit_alloc(&pdev->dev);
	if (!unit)
		return -ENOMEM;
	ret = vtd_find_regs(unit, pdev);
	if (ret)
		goto err_free;
	ret = vtd_check(unit);
	if (ret)
		goto err_unmap;

	vtd_clean_cache(unit, unit->root, VTD_PAGE_SIZE);
	ret = vtd_fault_init(unit);
	if (ret)
		goto err_unmap;
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
	return 0;

err_unregister:
	vtd_unregister(unit);
err_stop:
	vtd_hw_stop(unit);
	vtd_fault_exit(unit);
err_unmap:
	vtd_acpi_unmap(unit);
err_free:
	vtd_unit_free(unit);
	return ret;
}

static void vtd_remove(struct platform_device *pdev)
{
	struct vtd_unit *unit = platform_get_drvdata(pdev);

	vtd_unregister(unit);
	vtd_hw_stop(unit);
	vtd_fault_exit(unit);
	vtd_acpi_unmap(unit);
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
MODULE_VERSION(IOMMU_NESTED_VERSION);
