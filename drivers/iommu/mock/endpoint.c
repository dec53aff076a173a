// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: an endpoint as a piece of hardware
 *
 * It exists while its instance is live, whether or not a driver is bound to it:
 * invalidation messages reach it in any case.
 */
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/pci_ids.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "endpoint.h"
#include "reorder.h"

/* How long an endpoint goes on when all devices have been shut down */
#define POWER_OFF_MS		100

/**
 * mock_endpoint_set_function() - what kind of device an endpoint is
 * @ep: the endpoint, which is not live
 * @ioat: an I/OAT DMA engine, not the test function
 */
void mock_endpoint_set_function(struct mock_endpoint *ep, bool ioat)
{
	struct mock_pci_caps *caps = &ep->config.caps;

	caps->ioat = ioat;
	caps->vendor = ioat ? PCI_VENDOR_ID_INTEL : PCI_VENDOR_ID_TI;
	caps->device = ioat ? MOCK_IOAT_DEVICE_ID : PCI_DEVICE_ID_TI_DRA74x;
}

static void endpoint_work(struct work_struct *work)
{
	struct mock_endpoint *ep = container_of(work, struct mock_endpoint, work);

	if (ep->config.caps.ioat)
		mock_ioat_work(ep);
	else
		mock_dma_work(ep);
}

/**
 * mock_endpoint_init() - an endpoint that is not live yet
 * @ep: the endpoint, zeroed
 * @mi: the instance that it is behind
 */
void mock_endpoint_init(struct mock_endpoint *ep, struct mock_iommu *mi)
{
	ep->mi = mi;
	mock_endpoint_set_function(ep, false);
	ep->config.caps.ats_queue_depth = MOCK_EP_MAX_DEPTH;
	ep->config.caps.prg_response_pasid = true;
	ep->config.caps.vf_offset = 1;
	ep->config.caps.vf_stride = 1;
	INIT_WORK(&ep->work, endpoint_work);
	init_waitqueue_head(&ep->wait);
	mutex_init(&ep->irqs.lock);
	if (IS_ENABLED(CONFIG_IRQ_MSI_IOMMU))
		mock_its_init(&ep->msi);
	mock_fn_init(ep);
	mutex_init(&ep->reset_lock);
	mutex_init(&ep->vfio_lock);
}

/**
 * mock_endpoint_start() - the instance goes live
 * @ep: the endpoint
 *
 * Return: 0 or -ENOMEM, in which case there is nothing to undo
 */
int mock_endpoint_start(struct mock_endpoint *ep)
{
	ep->bounce = kmalloc(SZ_4K, GFP_KERNEL);
	if (!ep->bounce)
		return -ENOMEM;
	ep->wq = alloc_ordered_workqueue("iommu-mock/%s", 0, ep->name);
	if (!ep->wq || mock_atc_create(ep)) {
		mock_endpoint_stop(ep);
		return -ENOMEM;
	}
	ep->stop = false;
	ep->inv_delay_ms = 0;
	ep->pri = (struct mock_ep_pri){};
	ep->stall = (struct mock_ep_stall){};
	memset(ep->again, 0, sizeof(ep->again));
	ep->non_snooped = (struct mock_ep_non_snooped){};
	mock_ep_regs_reset(ep);
	mock_endpoint_power_on(ep);
	return 0;
}

/**
 * mock_endpoint_stop() - undo mock_endpoint_start()
 * @ep: the endpoint; nobody can reach its registers any more
 */
void mock_endpoint_stop(struct mock_endpoint *ep)
{
	if (ep->wq) {
		mock_endpoint_reset(ep);
		destroy_workqueue(ep->wq);
	}
	mock_atc_destroy(ep);
	kfree(ep->bounce);
	ep->wq = NULL;
	ep->bounce = NULL;
}

/**
 * mock_endpoint_reset() - function level reset
 * @ep: the endpoint
 *
 * When it returns no DMA is under way, registers and ATC are as after power-on.
 * Configuration space is left alone: the PCI core saves and restores it around
 * the reset of a real device.
 *
 * Context: process context, sleeps
 */
void mock_endpoint_reset(struct mock_endpoint *ep)
{
	guard(mutex)(&ep->reset_lock);

	scoped_guard(spinlock_irqsave, &ep->mi->lock)
		WRITE_ONCE(ep->stop, true);
	wake_up_all(&ep->wait);
	cancel_work_sync(&ep->work);
	mock_fn_quiesce(ep);
	mock_ep_irq_reset(ep);

	guard(spinlock_irqsave)(&ep->mi->lock);
	mock_ep_regs_reset(ep);
	mock_atc_reset(ep);
	if (mock_reordering(ep->mi))
		mock_reorder_forget(ep->mi, ep->config.sid);
	mock_again_end(ep);
	mock_fn_forget(ep);
	mock_pci_config_set_busy(&ep->pci, false);
	WRITE_ONCE(ep->stop, false);
}

/**
 * mock_endpoint_power_on() - give configuration space its first values
 * @ep: the endpoint
 */
void mock_endpoint_power_on(struct mock_endpoint *ep)
{
	guard(spinlock_irqsave)(&ep->mi->lock);
	mock_pci_config_init(&ep->pci, &ep->config.caps);
}

/**
 * mock_endpoint_power_off() - all devices have been shut down
 * @ep: the endpoint
 * @done: is set to the transfers that it ended since
 *
 * A device that nobody shuts down is at work until the machine's power goes, or until
 * its bus is reset: after the shutdown of all devices, and before that of what was there
 * before it, the drivers of units among these. Without memory space and bus mastering it
 * does nothing any more.
 *
 * Context: process context, sleeps
 * Return: it may have been at work
 */
bool mock_endpoint_power_off(struct mock_endpoint *ep, u32 *done)
{
	u32 before = READ_ONCE(*mock_ep_reg(ep, MOCK_EP_DONE));

	if (!mock_pci_config_master(&ep->pci))
		return false;
	msleep(POWER_OFF_MS);
	*done = READ_ONCE(*mock_ep_reg(ep, MOCK_EP_DONE)) - before;
	mock_endpoint_power_on(ep);
	mock_endpoint_reset(ep);
	return true;
}
