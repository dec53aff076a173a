// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices behind a unit, and the operations that the core knows of
 */
#include <linux/device.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/property.h>
#include <linux/slab.h>

#include "domain.h"
#include "firmware.h"
#include "flush.h"
#include "guest.h"
#include "intel_nested.h"
#include "queue.h"
#include "recover.h"
#include "tables.h"
#include "viommu.h"

/* Finds the unit and the source-id of a device: property "iommus" of its node */
static struct vtd_unit *vtd_find(struct device *dev, u16 *sid)
{
	struct fwnode_reference_args args;
	struct vtd_unit *unit;

	if (!dev_fwnode(dev) ||
	    fwnode_property_get_reference_args(dev_fwnode(dev), "iommus", NULL,
					       1, 0, &args))
		return NULL;

	unit = vtd_unit_find(args.fwnode);
	fwnode_handle_put(args.fwnode);
	if (unit && args.args[0] > U16_MAX) {
		dev_err(dev, "%#llx is no source-id\n", (u64)args.args[0]);
		return NULL;
	}
	*sid = args.args[0];
	return unit;
}

/* The unit and the source-id of any device; NULL if we have none for it */
static struct vtd_unit *vtd_find_any(struct device *dev, u16 *sid)
{
	struct vtd_unit *unit;

	if (!dev_is_pci(dev))
		return vtd_find(dev, sid);
	unit = vtd_pci_unit(to_pci_dev(dev));
	/*
	 * Its driver has begun without us, and has given it physical addresses:
	 * see kept.c
	 */
	if (unit && dev->driver)
		return NULL;
	*sid = pci_dev_id(to_pci_dev(dev));
	return unit;
}

static u32 vtd_platform_u32(struct device *dev, const char *name, u32 otherwise)
{
	u32 val;

	return device_property_read_u32(dev, name, &val) ? otherwise : val;
}

/* What both a platform device and its unit can do */
static void vtd_platform_enable(struct vtd_device *edev)
{
	struct vtd_unit *unit = edev->unit;
	struct device *dev = edev->dev;
	u32 val;

	edev->devtlb_twice =
		vtd_errata_devtlb_twice(vtd_platform_u32(dev, "vendor-id", 0),
					vtd_platform_u32(dev, "device-id", 0));
	if (unit->ecap & VTD_ECAP_PASID &&
	    !device_property_read_u32(dev, "pasid-num-bits", &val)) {
		u32 max = vtd_unit_pasid_bits(unit);

		edev->pasid_bits = min3(val, max, VTD_PASID_BITS);
	}
	if (unit->ecap & VTD_ECAP_DT &&
	    device_property_read_bool(dev, "ats-supported"))
		edev->ats_depth = clamp(vtd_platform_u32(dev, "ats-queue-depth", 1),
					1, 32);
	if (unit->prq.mem && edev->ats_depth &&
	    device_property_read_bool(dev, "pri-supported")) {
		edev->iopf.most = VTD_PRI_MOST;
		edev->pri = true;
	}
}

/* Caches may have its context entry still, which is not present any more */
static void vtd_device_out(struct vtd_device *edev)
{
	/* With the queue translation is over, and with that nothing is used */
	if (!edev->unit->qi.ring.ended)
		vtd_device_block_now(edev);
}

/* Makes the device known; all its DMA is blocked until a domain is attached */
static int vtd_device_add(struct vtd_device *edev)
{
	struct vtd_unit *unit = edev->unit;
	const struct vtd_device *other;
	struct vtd_qi_batch batch;
	int ret;

	guard(mutex)(&unit->lock);

	other = xa_load(&unit->devices, edev->sid);
	if (other) {
		dev_err(edev->dev, "source-id %#06x is that of %s already\n",
			edev->sid, other->name);
		return -EBUSY;
	}
	ret = vtd_context_alloc(unit, edev->sid) ?: vtd_alias_add(edev);
	if (ret)
		return ret;
	ret = xa_insert(&unit->devices, edev->sid, edev, GFP_KERNEL);
	if (ret) {
		vtd_alias_del(edev);
		return ret;
	}

	vtd_context_set(edev);
	if (!vtd_must_flush_new(unit))
		return 0;
	vtd_qi_begin(&batch, unit, false);
	vtd_add_context_flush(&batch, edev);
	ret = vtd_qi_flush(&batch);
	if (ret) {
		vtd_device_out(edev);
		xa_erase(&unit->devices, edev->sid);
		vtd_alias_del(edev);
	}
	return ret;
}

static void vtd_device_free_rcu(struct rcu_head *rcu)
{
	struct vtd_device *edev = container_of(rcu, struct vtd_device, rcu);

	vtd_iopf_free(edev);
	kfree(edev);
}

/*
 * A walk that visits the unit, or has found the device by its source-id, may use it
 * still: but neither its tables nor its struct device. The walk may wait for another
 * device of the unit, for as long as a device-TLB may take.
 */
static void vtd_device_free(struct vtd_device *edev)
{
	if (edev->dir)
		vtd_pasid_dir_free(edev);
	tag_share_del(&edev->unit->dids, edev->share);
	xa_destroy(&edev->pasids);
	xa_destroy(&edev->was);
	call_srcu(&edev->unit->srcu, &edev->rcu, vtd_device_free_rcu);
}

static void vtd_device_release(struct vtd_held *held)
{
	vtd_device_free(container_of(held, struct vtd_device, held));
}

/* Not before its unit has forgotten where its tables are */
static void vtd_device_drop(struct vtd_device *edev)
{
	if (READ_ONCE(edev->unit->stale))
		vtd_hold(edev->unit, &edev->held, vtd_device_release);
	else
		vtd_device_free(edev);
}

static void vtd_device_enable(struct vtd_device *edev)
{
	/* Its driver may not want what it has not switched on itself */
	if (edev->dev->driver && dev_is_pci(edev->dev))
		return;
	if (dev_is_pci(edev->dev))
		vtd_pci_enable(edev);
	else
		vtd_platform_enable(edev);
}

static void vtd_device_disable(struct vtd_device *edev)
{
	if (dev_is_pci(edev->dev))
		vtd_pci_disable(edev);
}

/**
 * vtd_device_new - make a device known to its unit
 * @dev: the device
 * @unit: the unit
 * @sid: its source-id
 *
 * Context: process context.
 * Return: the device, all of whose DMA is blocked until a domain is attached;
 * or an error
 */
struct vtd_device *vtd_device_new(struct device *dev, struct vtd_unit *unit,
				  u16 sid)
{
	struct vtd_device *edev = kzalloc_obj(*edev);
	int ret;

	if (!edev)
		return ERR_PTR(-ENOMEM);
	edev->dev = dev;
	RCU_INIT_POINTER(edev->here, dev);
	strscpy(edev->name, dev_name(dev));
	edev->unit = unit;
	edev->sid = sid;
	edev->pfsid = sid;
	xa_init(&edev->pasids);
	xa_init(&edev->was);
	vtd_iopf_init(edev);
	vtd_device_enable(edev);

	edev->share = tag_share_new(&unit->dids);
	ret = edev->share ? vtd_pasid_dir_alloc(edev) : -ENOMEM;
	if (!ret)
		ret = vtd_device_add(edev);
	if (ret) {
		vtd_device_disable(edev);
		vtd_device_drop(edev);
		dev_err(dev, "source-id %#06x: cannot be used: %d\n", sid, ret);
		return ERR_PTR(ret);
	}
	return edev;
}

static struct iommu_device *vtd_probe_device(struct device *dev)
{
	struct vtd_device *edev;
	struct vtd_unit *unit;
	u16 sid;

	unit = vtd_find_any(dev, &sid);
	if (!unit)
		return ERR_PTR(-ENODEV);

	edev = vtd_device_new(dev, unit, sid);
	/* It must not keep others from being probed */
	if (IS_ERR(edev))
		return ERR_PTR(PTR_ERR(edev) == -ENOMEM ? -ENOMEM : -ENODEV);

	dev_iommu_priv_set(dev, edev);
	return &unit->iommu;
}

/**
 * vtd_device_delete - have a unit forget a device
 * @edev: the device
 *
 * It and its PASIDs are blocked: no entry is present, and no cache has one. What
 * is left is the context entry.
 *
 * Context: process context.
 */
void vtd_device_delete(struct vtd_device *edev)
{
	struct vtd_unit *unit = edev->unit;
	struct vtd_qi_batch batch;

	vtd_iopf_exit(edev);
	scoped_guard(mutex, &unit->lock) {
		vtd_context_clear(edev);
		vtd_qi_begin(&batch, unit, false);
		vtd_add_context_flush(&batch, edev);
		if (vtd_devtlb_live(edev))
			vtd_qi_add_devtlb(&batch, edev,
					  vtd_desc_devtlb(edev->sid,
							  vtd_pfsid(edev),
							  edev->ats_depth, 0,
							  VTD_AM_ALL));
		if (vtd_qi_flush(&batch)) {
			if (!vtd_device_unplugged(edev))
				dev_err(edev->dev, "the unit does not answer\n");
			vtd_device_out(edev);
		}
		/* Until here it could be named as the one that does not answer */
		xa_erase(&unit->devices, edev->sid);
		vtd_alias_del(edev);
	}
	vtd_device_disable(edev);
	/* No walk may look at its struct device any more */
	RCU_INIT_POINTER(edev->here, NULL);
	synchronize_rcu();
	vtd_device_drop(edev);
}

static void vtd_release_device(struct device *dev)
{
	struct vtd_device *edev = dev_iommu_priv_get(dev);

	/*
	 * With memory of firmware's the core has left it with the identity
	 * domain, for it may go on to use that. It goes away itself.
	 */
	if (dev->iommu->require_direct)
		vtd_detach(edev, IOMMU_NO_PASID);
	vtd_device_delete(edev);
}

static struct iommu_group *vtd_device_group(struct device *dev)
{
	if (dev_is_pci(dev))
		return pci_device_group(dev);
	return generic_device_group(dev);
}

static void vtd_get_resv_regions(struct device *dev, struct list_head *head)
{
	struct iommu_resv_region *region;

	/* Writes to it are interrupts, whatever the tables say (3.14) */
	region = iommu_alloc_resv_region(VTD_INTR_ADDR_FIRST,
					 VTD_INTR_ADDR_LAST -
						 VTD_INTR_ADDR_FIRST + 1,
					 0, IOMMU_RESV_MSI, GFP_KERNEL);
	if (region)
		list_add_tail(&region->list, head);
	if (dev_is_pci(dev))
		vtd_pci_resv_regions(dev_iommu_priv_get(dev), head);
}

static bool vtd_capable(struct device *dev, enum iommu_cap cap)
{
	struct vtd_device *edev = dev_iommu_priv_get(dev);

	switch (cap) {
	case IOMMU_CAP_CACHE_COHERENCY:
		return true;
	case IOMMU_CAP_ENFORCE_CACHE_COHERENCY:
		return edev->unit->ecap & VTD_ECAP_SC;
	case IOMMU_CAP_DIRTY_TRACKING:
		return edev->unit->ecap & VTD_ECAP_SSTS &&
		       edev->unit->ecap & VTD_ECAP_SSADS;
	case IOMMU_CAP_PCI_ATS_SUPPORTED:
		return edev->ats_depth;
	default:
		return false;
	}
}

static int vtd_def_domain_type(struct device *dev)
{
	struct vtd_device *edev = dev_iommu_priv_get(dev);

	return edev->identity ? IOMMU_DOMAIN_IDENTITY : 0;
}

const struct iommu_ops vtd_iommu_ops = {
	.owner = THIS_MODULE,
	.identity_domain = &vtd_identity_domain,
	.blocked_domain = &vtd_blocked_domain,
	.release_domain = &vtd_blocked_domain,
	.capable = vtd_capable,
	.hw_info = vtd_hw_info,
	.domain_alloc_paging_flags = vtd_domain_alloc_paging_flags,
	.domain_alloc_nested = vtd_domain_alloc_nested,
	.get_viommu_size = vtd_get_viommu_size,
	.viommu_init = vtd_viommu_init,
	.probe_device = vtd_probe_device,
	.release_device = vtd_release_device,
	.device_group = vtd_device_group,
	.def_domain_type = vtd_def_domain_type,
	.get_resv_regions = vtd_get_resv_regions,
	.page_response = vtd_page_response,
};
