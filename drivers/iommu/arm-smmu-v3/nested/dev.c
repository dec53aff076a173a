// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices behind a unit, and the operations that the core knows of
 */
#include <linux/device.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/pci.h>
#include <linux/pci-ats.h>
#include <linux/property.h>
#include <linux/slab.h>

#include "arm_smmu_v3_nested.h"
#include "domain.h"
#include "fault.h"
#include "tables.h"
#include "viommu.h"

/**
 * smmu3_device_canwbs - DMA of a device that says it does not snoop does
 * @sdev: the device
 *
 * Return: true if the firmware says so
 */
bool smmu3_device_canwbs(const struct smmu3_device *sdev)
{
	struct iommu_fwspec *fwspec = dev_iommu_fwspec_get(sdev->dev);

	return fwspec && fwspec->flags & IOMMU_FWSPEC_PCI_RC_CANWBS;
}

/* Behind some bridges a device has the same StreamID more than once */
static int smmu3_device_sids(struct smmu3_device *sdev,
			     const struct iommu_fwspec *fwspec)
{
	unsigned int i, j;

	sdev->sids = kcalloc(fwspec->num_ids, sizeof(*sdev->sids), GFP_KERNEL);
	if (!sdev->sids)
		return -ENOMEM;
	for (i = 0; i < fwspec->num_ids; i++) {
		for (j = 0; j < sdev->nr_sids; j++)
			if (sdev->sids[j] == fwspec->ids[i])
				break;
		if (j == sdev->nr_sids)
			sdev->sids[sdev->nr_sids++] = fwspec->ids[i];
	}
	return 0;
}

static unsigned int smmu3_pci_pasid_bits(struct pci_dev *pdev)
{
	int features = pci_pasid_features(pdev);
	int max = pci_max_pasids(pdev);

	if (features < 0 || max <= 0 || pci_enable_pasid(pdev, features))
		return 0;
	return ilog2(max);
}

/* What both the device and its unit can do */
static void smmu3_device_features(struct smmu3_device *sdev)
{
	struct smmu3_unit *unit = sdev->unit;
	unsigned int max = min(unit->ssid_bits, smmu3_cdtab_max_bits(unit));
	struct device *dev = sdev->dev;
	u32 bits = 0;

	/* ATS must not be on when PASID is switched on (PCIe 10.5.1.3) */
	if (max && unit->idr[0] & SMMU_IDR0_S1P) {
		if (dev_is_pci(dev))
			bits = smmu3_pci_pasid_bits(to_pci_dev(dev));
		else
			device_property_read_u32(dev, "pasid-num-bits", &bits);
	}
	sdev->pasid_bits = min(bits, max);
	sdev->stall = smmu3_can_stall(sdev);
	sdev->ats_able = smmu3_ats_able(sdev);
	sdev->pri_able = smmu3_pri_able(sdev);
}

static void smmu3_device_del_sids(struct smmu3_device *sdev, unsigned int nr)
{
	struct smmu3_unit *unit = sdev->unit;

	lockdep_assert_held(&unit->lock);

	guard(mutex)(&unit->event_lock);
	while (nr--)
		xa_erase(&unit->streams, sdev->sids[nr]);
}

static int smmu3_device_add_sid(struct smmu3_device *sdev, u32 sid)
{
	struct smmu3_unit *unit = sdev->unit;
	struct smmu3_device *other;
	int ret;

	ret = smmu3_strtab_prepare(unit, sid);
	if (ret == -ERANGE)
		dev_err(sdev->dev, "StreamID %#x is beyond those of the unit\n",
			sid);
	if (ret)
		return ret;

	guard(mutex)(&unit->event_lock);

	other = xa_load(&unit->streams, sid);
	if (other) {
		dev_err(sdev->dev, "StreamID %#x is that of %s already\n", sid,
			dev_name(other->dev));
		return -EBUSY;
	}
	return xa_insert(&unit->streams, sid, sdev, GFP_KERNEL);
}

/* Makes the device known; all its DMA is blocked until a domain is attached */
static int smmu3_device_add(struct smmu3_device *sdev)
{
	struct smmu3_unit *unit = sdev->unit;
	unsigned int i;
	int ret;

	guard(mutex)(&unit->lock);

	for (i = 0; i < sdev->nr_sids; i++) {
		ret = smmu3_device_add_sid(sdev, sdev->sids[i]);
		if (ret) {
			smmu3_device_del_sids(sdev, i);
			return ret;
		}
	}
	list_add_tail(&sdev->node, &unit->devices);
	return 0;
}

static void smmu3_device_free(struct smmu3_device *sdev)
{
	smmu3_faults_put(sdev->faults);
	smmu3_cdtab_free(sdev);
	tag_share_del(&sdev->unit->asids, sdev->asids);
	tag_share_del(&sdev->unit->vmids, sdev->vmids);
	xa_destroy(&sdev->pasids);
	xa_destroy(&sdev->was);
	kfree(sdev->sids);
	kfree(sdev);
}

static struct iommu_device *smmu3_probe_device(struct device *dev)
{
	struct iommu_fwspec *fwspec = dev_iommu_fwspec_get(dev);
	struct smmu3_device *sdev;
	struct smmu3_unit *unit;
	int ret;

	unit = fwspec ? smmu3_unit_find(fwspec->iommu_fwnode) : NULL;
	if (!unit)
		return ERR_PTR(-ENODEV);
	if (!fwspec->num_ids)
		return ERR_PTR(-ENODEV);

	sdev = kzalloc_obj(*sdev);
	if (!sdev)
		return ERR_PTR(-ENOMEM);
	sdev->dev = dev;
	sdev->unit = unit;
	xa_init(&sdev->pasids);
	xa_init(&sdev->was);
	sdev->asids = tag_share_new(&unit->asids);
	sdev->vmids = tag_share_new(&unit->vmids);
	ret = sdev->asids && sdev->vmids ? smmu3_device_sids(sdev, fwspec) :
					   -ENOMEM;
	if (!ret)
		ret = smmu3_device_add(sdev);
	if (ret) {
		/* Some of its StreamIDs may have been known */
		synchronize_srcu(&unit->srcu);
		smmu3_device_free(sdev);
		/* It must not keep others from being probed */
		dev_err(dev, "cannot be used: %d\n", ret);
		return ERR_PTR(ret == -ENOMEM ? ret : -ENODEV);
	}

	smmu3_device_features(sdev);
	dev_iommu_priv_set(dev, sdev);
	return &unit->iommu;
}

/*
 * The core has blocked the device and its PASIDs: its entries abort, and no
 * cache has anything else.
 */
static void smmu3_release_device(struct device *dev)
{
	struct smmu3_device *sdev = dev_iommu_priv_get(dev);
	struct smmu3_unit *unit = sdev->unit;

	scoped_guard(mutex, &unit->lock)
		list_del(&sdev->node);
	if (dev_is_pci(dev) && to_pci_dev(dev)->pasid_enabled)
		pci_disable_pasid(to_pci_dev(dev));
	/*
	 * A reader that still walks a list of attachments may use the device, and
	 * ask it to forget something. Until no reader is left, the device is known
	 * by its StreamIDs: if the queue stands still for it, no other is blamed.
	 */
	synchronize_srcu(&unit->srcu);
	scoped_guard(mutex, &unit->lock)
		smmu3_device_del_sids(sdev, sdev->nr_sids);
	/* A handler of the queue's errors may have found it by these */
	synchronize_srcu(&unit->srcu);
	smmu3_device_free(sdev);
}

static struct iommu_group *smmu3_device_group(struct device *dev)
{
	if (dev_is_pci(dev))
		return pci_device_group(dev);
	return generic_device_group(dev);
}

static int smmu3_of_xlate(struct device *dev, const struct of_phandle_args *args)
{
	return iommu_fwspec_add_ids(dev, args->args, 1);
}

static void smmu3_get_resv_regions(struct device *dev, struct list_head *head)
{
	struct iommu_resv_region *region;

	/* Messages are translated like all other DMA: they need an address */
	region = iommu_alloc_resv_region(SMMU3_MSI_BASE, SMMU3_MSI_SIZE,
					 IOMMU_WRITE | IOMMU_NOEXEC | IOMMU_MMIO,
					 IOMMU_RESV_SW_MSI, GFP_KERNEL);
	if (!region)
		return;
	list_add_tail(&region->list, head);
	iommu_dma_get_resv_regions(dev, head);
}

static bool smmu3_capable(struct device *dev, enum iommu_cap cap)
{
	struct smmu3_device *sdev = dev_iommu_priv_get(dev);

	switch (cap) {
	case IOMMU_CAP_CACHE_COHERENCY:
	case IOMMU_CAP_NOEXEC:
	case IOMMU_CAP_DEFERRED_FLUSH:
		return true;
	case IOMMU_CAP_ENFORCE_CACHE_COHERENCY:
		return smmu3_device_canwbs(sdev);
	case IOMMU_CAP_DIRTY_TRACKING:
		return smmu3_can_dirty(sdev->unit);
	case IOMMU_CAP_PCI_ATS_SUPPORTED:
		return sdev->ats_able;
	default:
		return false;
	}
}

const struct iommu_ops smmu3_iommu_ops = {
	.owner = THIS_MODULE,
	.identity_domain = &smmu3_identity_domain,
	.blocked_domain = &smmu3_blocked_domain,
	.release_domain = &smmu3_blocked_domain,
	.capable = smmu3_capable,
	.hw_info = smmu3_hw_info,
	.domain_alloc_paging_flags = smmu3_domain_alloc_paging_flags,
	.probe_device = smmu3_probe_device,
	.release_device = smmu3_release_device,
	.device_group = smmu3_device_group,
	.of_xlate = smmu3_of_xlate,
	.get_resv_regions = smmu3_get_resv_regions,
	.page_response = smmu3_page_response,
	/* A guest's SubstreamIDs have no attachments: their faults go to its device's */
	.user_pasid_table = 1,
	.get_viommu_size = smmu3_get_viommu_size,
	.viommu_init = smmu3_viommu_init,
};
