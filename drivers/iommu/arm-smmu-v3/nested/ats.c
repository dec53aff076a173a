// SPDX-License-Identifier: GPL-2.0-only
/*
 * ATS of devices, and page requests, which need it
 *
 * The entry of a PCI device allows ATS before the device is told to use it, and as
 * long as it does. Devices that are not PCI devices have nothing to be told.
 */
#include <kunit/static_stub.h>
#include <linux/device.h>
#include <linux/pci.h>
#include <linux/pci-ats.h>
#include <linux/property.h>

#include "../../nested/pri.h"
#include "arm_smmu_v3_nested.h"
#include "fault.h"

/**
 * smmu3_ats_able - can a device and its unit do ATS?
 * @sdev: the device
 *
 * Return: true if they can
 */
bool smmu3_ats_able(struct smmu3_device *sdev)
{
	struct iommu_fwspec *fwspec = dev_iommu_fwspec_get(sdev->dev);
	u32 idr0 = sdev->unit->idr[0];

	if (!(idr0 & SMMU_IDR0_ATS))
		return false;
	/* An entry with S2S and EATS is illegal (5.2) */
	if (FIELD_GET(SMMU_IDR0_STALL_MODEL, idr0) == SMMU_STALL_MODEL_FORCE)
		return false;
	if (!dev_is_pci(sdev->dev))
		return device_property_read_bool(sdev->dev, "ats-supported");
	/* The root complex must know of it too */
	if (!fwspec || !(fwspec->flags & IOMMU_FWSPEC_PCI_RC_ATS) ||
	    !pci_ats_supported(to_pci_dev(sdev->dev)))
		return false;
	return !pci_prepare_ats(to_pci_dev(sdev->dev),
				__ffs(sdev->unit->pgsizes));
}

/**
 * smmu3_ats_start - have a device do ATS
 * @sdev: the device, whose entries allow it
 *
 * Its ATC is empty: it was invalidated when ATS was stopped.
 *
 * Context: process context; the unit's mutex is held.
 */
void smmu3_ats_start(struct smmu3_device *sdev)
{
	KUNIT_STATIC_STUB_REDIRECT(smmu3_ats_start, sdev);
	if (!dev_is_pci(sdev->dev))
		return;
	/* It does its DMA without, then */
	if (pci_enable_ats(to_pci_dev(sdev->dev), __ffs(sdev->unit->pgsizes)))
		dev_warn(sdev->dev, "ATS cannot be enabled\n");
}

/**
 * smmu3_ats_stop - have a device do no ATS any more
 * @sdev: the device, whose entries still allow it
 *
 * Context: process context; the unit's mutex is held.
 */
void smmu3_ats_stop(struct smmu3_device *sdev)
{
	struct pci_dev *pdev;

	/* Without it there are no page requests (PCIe 10.4.1) */
	smmu3_pri_stop(sdev);
	KUNIT_STATIC_STUB_REDIRECT(smmu3_ats_stop, sdev);
	if (!dev_is_pci(sdev->dev))
		return;
	pdev = to_pci_dev(sdev->dev);
	if (!pdev->ats_enabled)
		return;
	pci_disable_ats(pdev);
	/* It must be there before the entry refuses its requests */
	wmb();
}

/**
 * smmu3_pri_able - can a device and its unit do page requests?
 * @sdev: the device
 *
 * A virtual function makes them by the interface of its physical one, which is not its
 * user's to switch.
 *
 * Return: true if they can
 */
bool smmu3_pri_able(struct smmu3_device *sdev)
{
	struct device *dev = sdev->dev;

	if (!sdev->ats_able || !sdev->unit->priq.ring || sdev->unit->quiet)
		return false;
	if (!dev_is_pci(dev))
		return device_property_read_bool(dev, "pri-supported");
	return !to_pci_dev(dev)->is_virtfn && pci_pri_supported(to_pci_dev(dev));
}

/**
 * smmu3_pri_start - have a device make page requests, if it does not yet
 * @sdev: the device, with ATS on and an attachment that has a handler
 *
 * Context: process context; the unit's mutex is held.
 */
void smmu3_pri_start(struct smmu3_device *sdev)
{
	u32 most = SMMU3_FAULTS_MOST;

	if (sdev->pri_on)
		return;
	if (dev_is_pci(sdev->dev))
		most = iommu_pri_enable(to_pci_dev(sdev->dev), most);
	/* What it has no translation for is aborted, then */
	if (!most) {
		dev_warn(sdev->dev, "page requests cannot be enabled\n");
		return;
	}
	scoped_guard(spinlock, &sdev->faults->lock)
		sdev->faults->most_requests = most;
	sdev->pri_on = true;
}

/**
 * smmu3_pri_stop - have a device make no page requests any more
 * @sdev: the device
 *
 * Context: process context; the unit's mutex is held.
 */
void smmu3_pri_stop(struct smmu3_device *sdev)
{
	if (!sdev->pri_on)
		return;
	if (dev_is_pci(sdev->dev))
		iommu_pri_disable(to_pci_dev(sdev->dev));
	sdev->pri_on = false;
}
