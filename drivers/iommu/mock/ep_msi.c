// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: message signalled interrupts of an endpoint that are translated
 *
 * The host has an interrupt for each vector and programs its message into the
 * endpoint, as it does with a real device's; the interrupt's handler signals the
 * eventfd. What the endpoint sends is a write, which is lost where the
 * translation says so.
 */
#include <linux/device.h>
#include <linux/eventfd.h>
#include <linux/interrupt.h>
#include <linux/lockdep.h>
#include <linux/msi.h>

#include "endpoint.h"

static irqreturn_t ep_msi_handler(int irq, void *ctx)
{
	eventfd_signal(ctx);
	return IRQ_HANDLED;
}

static void ep_msi_write_msg(struct msi_desc *desc, struct msi_msg *msg)
{
	struct device *dev = msi_desc_to_dev(desc);
	struct mock_endpoint *ep = *(struct mock_endpoint **)dev_get_platdata(dev);

	guard(raw_spinlock_irqsave)(&ep->msi.lock);
	ep->msi.msg[desc->msi_index] = *msg;
}

/**
 * mock_ep_msi_enable() - allocate the host's interrupts for all vectors
 * @ep: the endpoint, with a driver bound
 *
 * The doorbell is mapped in the domain that the endpoint is attached to, which
 * is why it has to be attached to one.
 *
 * Context: process context, sleeps; mock_ep_irqs.lock is held
 * Return: 0; -ENOSPC; -ENODEV where memory was short
 */
int mock_ep_msi_enable(struct mock_endpoint *ep)
{
	struct device *dev = ep->msi.dev;
	int ret;

	lockdep_assert_held(&ep->irqs.lock);
	ret = platform_device_msi_init_and_alloc_irqs(dev, MOCK_PCI_NR_VECTORS,
						      ep_msi_write_msg);
	/* Then the device has not even a domain for them */
	if (!ret || ret == -ENODEV)
		return ret;
	platform_device_msi_free_irqs_all(dev);
	return ret < 0 ? ret : -ENOSPC;
}

/**
 * mock_ep_msi_disable() - undo mock_ep_msi_enable()
 * @ep: the endpoint; none of the interrupts is requested
 *
 * Context: process context, sleeps; mock_ep_irqs.lock is held
 */
void mock_ep_msi_disable(struct mock_endpoint *ep)
{
	lockdep_assert_held(&ep->irqs.lock);
	platform_device_msi_free_irqs_all(ep->msi.dev);
}

/**
 * mock_ep_msi_request() - connect a vector to an eventfd
 * @ep: the endpoint
 * @nr: number of the vector, from 0
 * @ctx: the eventfd
 *
 * Context: process context, sleeps; mock_ep_irqs.lock is held
 * Return: 0 or -ENOMEM
 */
int mock_ep_msi_request(struct mock_endpoint *ep, u32 nr,
			struct eventfd_ctx *ctx)
{
	lockdep_assert_held(&ep->irqs.lock);
	return request_irq(msi_get_virq(ep->msi.dev, nr), ep_msi_handler, 0,
			   dev_name(ep->msi.dev), ctx);
}

/**
 * mock_ep_msi_free() - undo mock_ep_msi_request()
 * @ep: the endpoint
 * @nr: number of the vector, from 0
 * @ctx: the eventfd, which is not signalled any more
 *
 * Context: process context, sleeps; mock_ep_irqs.lock is held
 */
void mock_ep_msi_free(struct mock_endpoint *ep, u32 nr, struct eventfd_ctx *ctx)
{
	lockdep_assert_held(&ep->irqs.lock);
	free_irq(msi_get_virq(ep->msi.dev, nr), ctx);
}

static int ep_msi_send_locked(struct mock_endpoint *ep, enum mock_pci_irq type,
			      u32 nr)
{
	struct msi_msg msg;

	if (ep->stop || !mock_pci_config_irq_on(&ep->pci, type) ||
	    !mock_pci_config_master(&ep->pci))
		return 0;
	scoped_guard(raw_spinlock_irqsave, &ep->msi.lock)
		msg = ep->msi.msg[nr];
	/* A vector whose message was not programmed is masked */
	if (!msg.address_hi && !msg.address_lo)
		return 0;
	return mock_access_message(ep, (u64)msg.address_hi << 32 | msg.address_lo,
				   msg.data);
}

/**
 * mock_ep_msi_send() - the endpoint sends an interrupt message
 * @ep: the endpoint
 * @type: MOCK_PCI_IRQ_MSI or MOCK_PCI_IRQ_MSIX
 * @nr: number of the vector, from 0
 *
 * Context: process context, sleeps
 */
void mock_ep_msi_send(struct mock_endpoint *ep, enum mock_pci_irq type, u32 nr)
{
	int ret;

	if (nr >= MOCK_PCI_NR_VECTORS)
		return;
	do {
		scoped_guard(spinlock_irqsave, &ep->mi->lock)
			ret = ep_msi_send_locked(ep, type, nr);
	} while (ret == -EINPROGRESS && !mock_stall_wait(ep));
}
