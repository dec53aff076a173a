// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: interrupts of an endpoint, delivered by eventfd
 *
 * As with a real PCI device behind VFIO: VFIO_DEVICE_SET_IRQS sets up one of
 * INTx, MSI and MSI-X at a time, and configuration space can switch it off. An
 * INTx is masked when it is delivered and comes again after it was unmasked.
 * Messages that the IOMMU translates come in through interrupts of the host
 * (ep_msi.c), the others are delivered at once.
 */
#include <linux/array_size.h>
#include <linux/err.h>
#include <linux/eventfd.h>
#include <linux/lockdep.h>
#include <linux/vfio.h>

#include "endpoint.h"

static bool irq_allowed(struct mock_endpoint *ep, enum mock_pci_irq type)
{
	guard(spinlock_irqsave)(&ep->mi->lock);
	return mock_pci_config_irq_on(&ep->pci, type);
}

/* Vectors of this mechanism have interrupts of the host */
static bool irq_is_host(struct mock_endpoint *ep, enum mock_pci_irq type)
{
	return mock_ep_its(ep) && (type == MOCK_PCI_IRQ_MSI ||
				   type == MOCK_PCI_IRQ_MSIX);
}

static void intx_set_pending(struct mock_endpoint *ep, bool pending)
{
	ep->irqs.intx_pending = pending;
	guard(spinlock_irqsave)(&ep->mi->lock);
	mock_pci_config_set_intx(&ep->pci, pending);
}

/* Deliver a pending INTx if nothing is in its way any more */
static void intx_deliver(struct mock_endpoint *ep)
{
	struct mock_ep_irqs *irqs = &ep->irqs;

	if (!irqs->intx_pending || irqs->intx_masked ||
	    irqs->type != MOCK_PCI_IRQ_INTX || !irqs->trigger[0] ||
	    !irq_allowed(ep, MOCK_PCI_IRQ_INTX))
		return;
	intx_set_pending(ep, false);
	irqs->intx_masked = true;
	eventfd_signal(irqs->trigger[0]);
}

/**
 * mock_ep_irq_raise() - the endpoint raises an interrupt
 * @ep: the endpoint
 * @type: mechanism
 * @nr: number of the vector, from 1
 *
 * Context: process context, sleeps
 */
void mock_ep_irq_raise(struct mock_endpoint *ep, enum mock_pci_irq type, u32 nr)
{
	struct mock_ep_irqs *irqs = &ep->irqs;

	if (ep->config.caps.function) {
		mock_fn_irq_raise(ep, type, nr);
		return;
	}
	/* Without the lock: a message can stall, for as long as it takes */
	if (irq_is_host(ep, type)) {
		if (nr)
			mock_ep_msi_send(ep, type, nr - 1);
		return;
	}
	guard(mutex)(&irqs->lock);
	if (type == MOCK_PCI_IRQ_INTX) {
		intx_set_pending(ep, true);
		intx_deliver(ep);
		return;
	}
	if (irqs->type == type && nr && nr <= irqs->nr &&
	    irqs->trigger[nr - 1] && irq_allowed(ep, type))
		eventfd_signal(irqs->trigger[nr - 1]);
}

/**
 * mock_ep_irq_update() - configuration space may have switched INTx on
 * @ep: the endpoint
 */
void mock_ep_irq_update(struct mock_endpoint *ep)
{
	guard(mutex)(&ep->irqs.lock);
	intx_deliver(ep);
}

/**
 * mock_ep_irq_reset() - a reset of the endpoint takes back what it had raised
 * @ep: the endpoint
 */
void mock_ep_irq_reset(struct mock_endpoint *ep)
{
	guard(mutex)(&ep->irqs.lock);
	intx_set_pending(ep, false);
}

/**
 * mock_ep_irq_request() - ask userspace to let go of the device
 * @ep: the endpoint
 */
void mock_ep_irq_request(struct mock_endpoint *ep)
{
	guard(mutex)(&ep->irqs.lock);
	if (ep->irqs.req)
		eventfd_signal(ep->irqs.req);
}

static void irq_set_eventfd(struct eventfd_ctx **slot, struct eventfd_ctx *ctx)
{
	if (*slot)
		eventfd_ctx_put(*slot);
	*slot = ctx;
}

/* Takes over @ctx, in case of a failure too: then the vector has no eventfd */
static int irq_connect(struct mock_endpoint *ep, u32 nr, struct eventfd_ctx *ctx)
{
	struct eventfd_ctx **slot = &ep->irqs.trigger[nr];
	int ret = 0;

	if (irq_is_host(ep, ep->irqs.type)) {
		if (*slot)
			mock_ep_msi_free(ep, nr, *slot);
		if (ctx)
			ret = mock_ep_msi_request(ep, nr, ctx);
	}
	if (ret)
		irq_set_eventfd(&ctx, NULL);
	irq_set_eventfd(slot, ctx);
	return ret;
}

static void irq_set_config(struct mock_endpoint *ep, enum mock_pci_irq type)
{
	guard(spinlock_irqsave)(&ep->mi->lock);
	mock_pci_config_set_irq(&ep->pci, type);
}

/* Another mechanism, none of whose vectors has an eventfd yet */
static int irq_set_type(struct mock_endpoint *ep, enum mock_pci_irq type)
{
	struct mock_ep_irqs *irqs = &ep->irqs;
	int i, ret;

	for (i = 0; i < ARRAY_SIZE(irqs->trigger); i++)
		irq_connect(ep, i, NULL);
	irq_set_config(ep, MOCK_PCI_IRQ_NONE);
	if (irq_is_host(ep, irqs->type))
		mock_ep_msi_disable(ep);
	irqs->type = MOCK_PCI_IRQ_NONE;
	irqs->nr = 0;
	irqs->intx_masked = false;

	if (irq_is_host(ep, type)) {
		ret = mock_ep_msi_enable(ep);
		if (ret)
			return ret;
	}
	irqs->type = type;
	irq_set_config(ep, type);
	return 0;
}

/**
 * mock_ep_irq_release() - the VFIO device is closed
 * @ep: the endpoint
 */
void mock_ep_irq_release(struct mock_endpoint *ep)
{
	guard(mutex)(&ep->irqs.lock);
	irq_set_type(ep, MOCK_PCI_IRQ_NONE);
	irq_set_eventfd(&ep->irqs.err, NULL);
	irq_set_eventfd(&ep->irqs.req, NULL);
}

/* The eventfds of an array of file descriptors, where -1 is none: all or none */
static int irq_get_eventfds(struct eventfd_ctx **ctx, const s32 *fds, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++) {
		ctx[i] = fds[i] == -1 ? NULL : eventfd_ctx_fdget(fds[i]);
		if (IS_ERR(ctx[i])) {
			int ret = PTR_ERR(ctx[i]);

			while (i--)
				irq_set_eventfd(&ctx[i], NULL);
			return ret;
		}
	}
	return 0;
}

static int irq_set_eventfds(struct mock_endpoint *ep, enum mock_pci_irq type,
			    u32 start, u32 count, const s32 *fds)
{
	struct eventfd_ctx *ctx[MOCK_PCI_NR_VECTORS];
	struct mock_ep_irqs *irqs = &ep->irqs;
	u32 i = 0;
	int ret;

	ret = irq_get_eventfds(ctx, fds, count);
	if (ret)
		return ret;
	if (irqs->type != type)
		ret = irq_set_type(ep, type);
	if (!ret)
		irqs->nr = max(irqs->nr, start + count);
	for (; i < count && !ret; i++)
		ret = irq_connect(ep, start + i, ctx[i]);
	for (; i < count; i++)
		irq_set_eventfd(&ctx[i], NULL);
	intx_deliver(ep);
	return ret;
}

/* Loop-back: userspace triggers what it would be told by the device */
static void irq_loop_back(struct eventfd_ctx **trigger, u32 count, const u8 *bools)
{
	u32 i;

	for (i = 0; i < count; i++)
		if (trigger[i] && (!bools || bools[i]))
			eventfd_signal(trigger[i]);
}

static int irq_set_trigger(struct mock_endpoint *ep, u32 flags,
			   enum mock_pci_irq type, u32 start, u32 count,
			   const void *data)
{
	struct mock_ep_irqs *irqs = &ep->irqs;

	if (!count) {
		if (!(flags & VFIO_IRQ_SET_DATA_NONE))
			return -EINVAL;
		if (irqs->type == type)
			irq_set_type(ep, MOCK_PCI_IRQ_NONE);
		return 0;
	}
	if (flags & VFIO_IRQ_SET_DATA_EVENTFD) {
		if (irqs->type != type && irqs->type != MOCK_PCI_IRQ_NONE)
			return -EINVAL;
		return irq_set_eventfds(ep, type, start, count, data);
	}
	if (irqs->type != type || start + count > irqs->nr)
		return -EINVAL;
	irq_loop_back(&irqs->trigger[start], count,
		      flags & VFIO_IRQ_SET_DATA_BOOL ? data : NULL);
	return 0;
}

static int irq_set_mask(struct mock_endpoint *ep, u32 flags, u32 count,
			const u8 *data)
{
	struct mock_ep_irqs *irqs = &ep->irqs;

	if (irqs->type != MOCK_PCI_IRQ_INTX || count != 1)
		return -EINVAL;
	/* Unmasking by eventfd is for an interrupt controller in the kernel */
	if (flags & VFIO_IRQ_SET_DATA_EVENTFD)
		return -ENOTTY;
	if (flags & VFIO_IRQ_SET_DATA_BOOL && !*data)
		return 0;
	irqs->intx_masked = flags & VFIO_IRQ_SET_ACTION_MASK;
	intx_deliver(ep);
	return 0;
}

/* An "interrupt" that is only an eventfd: error, request */
static int irq_set_single(struct eventfd_ctx **slot, u32 flags, u32 count,
			  const void *data)
{
	struct eventfd_ctx *ctx;
	int ret;

	if (flags & VFIO_IRQ_SET_DATA_EVENTFD) {
		if (count != 1)
			return -EINVAL;
		ret = irq_get_eventfds(&ctx, data, 1);
		if (!ret)
			irq_set_eventfd(slot, ctx);
		return ret;
	}
	if (count)
		irq_loop_back(slot, 1,
			      flags & VFIO_IRQ_SET_DATA_BOOL ? data : NULL);
	else if (flags & VFIO_IRQ_SET_DATA_NONE)
		irq_set_eventfd(slot, NULL);
	else
		return -EINVAL;
	return 0;
}

/**
 * mock_ep_irq_set() - VFIO_DEVICE_SET_IRQS
 * @ep: the endpoint
 * @flags: flags of &struct vfio_irq_set, validated
 * @index: which kind of interrupt
 * @start: first vector, validated
 * @count: number of vectors, validated
 * @data: as @flags says
 *
 * Return: 0, -EINVAL, -ENOTTY for an action that an index does not have, or an
 * errno for a file descriptor that is no eventfd: nothing has changed then.
 * -ENOSPC when the host has no interrupts for messages that are translated, as
 * it has none while the endpoint is attached to nothing that the doorbell could
 * be mapped in; -ENOMEM: the vectors without an interrupt have no eventfd then
 */
int mock_ep_irq_set(struct mock_endpoint *ep, u32 flags, u32 index, u32 start,
		    u32 count, const void *data)
{
	const u32 action = flags & VFIO_IRQ_SET_ACTION_TYPE_MASK;
	struct mock_ep_irqs *irqs = &ep->irqs;

	guard(mutex)(&irqs->lock);
	if (index == VFIO_PCI_INTX_IRQ_INDEX &&
	    (action == VFIO_IRQ_SET_ACTION_MASK ||
	     action == VFIO_IRQ_SET_ACTION_UNMASK))
		return irq_set_mask(ep, flags, count, data);
	if (action != VFIO_IRQ_SET_ACTION_TRIGGER)
		return -ENOTTY;

	switch (index) {
	case VFIO_PCI_INTX_IRQ_INDEX:
		return irq_set_trigger(ep, flags, MOCK_PCI_IRQ_INTX, start,
				       count, data);
	case VFIO_PCI_MSI_IRQ_INDEX:
		return irq_set_trigger(ep, flags, MOCK_PCI_IRQ_MSI, start, count,
				       data);
	case VFIO_PCI_MSIX_IRQ_INDEX:
		return irq_set_trigger(ep, flags, MOCK_PCI_IRQ_MSIX, start,
				       count, data);
	case VFIO_PCI_ERR_IRQ_INDEX:
		return irq_set_single(&irqs->err, flags, count, data);
	case VFIO_PCI_REQ_IRQ_INDEX:
		return irq_set_single(&irqs->req, flags, count, data);
	default:
		return -ENOTTY;
	}
}
