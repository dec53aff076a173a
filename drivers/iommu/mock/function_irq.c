// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: interrupts of a PCI function
 *
 * MSI and MSI-X are writes of what software has programmed, to the doorbell or to the
 * processors, which is what the instance's interrupt controller (its.c) knows of
 * them. A masked vector's message is kept until it is unmasked (PCIe 6.1.4). INTx is
 * asserted until a handler has run, or for as long as the function may not assert it.
 *
 * What is sent is sent by the endpoint's own worker, as its DMA is: it has one request
 * under way at a time.
 */
#include <linux/bitops.h>
#include <linux/irq.h>
#include <linux/lockdep.h>
#include <linux/pci_regs.h>

#include "endpoint.h"

static bool fn_intx_asserted(const struct mock_endpoint *ep)
{
	return mock_pci_config_intx(&ep->pci) &&
	       mock_pci_config_irq_on(&ep->pci, MOCK_PCI_IRQ_INTX);
}

/* No handler would take one that software has forbidden meanwhile */
static void fn_intx_handled(struct mock_edge *edge)
{
	struct mock_endpoint *ep = container_of(edge, struct mock_endpoint, fn.intx);

	guard(spinlock_irqsave)(&ep->mi->lock);
	mock_pci_config_set_intx(&ep->pci, false);
}

static bool fn_vector_masked(const struct mock_endpoint *ep,
			     enum mock_pci_irq type, u32 nr)
{
	if (type == MOCK_PCI_IRQ_MSI)
		return mock_pci_config_msi_mask(&ep->pci) & BIT(nr);
	return mock_pci_config_msix_masked(&ep->pci) ||
	       ep->msix[nr * 4 + 3] & PCI_MSIX_ENTRY_CTRL_MASKBIT;
}

static void fn_vector_message(const struct mock_endpoint *ep,
			      enum mock_pci_irq type, u32 nr, u64 *addr, u32 *data)
{
	const u32 *entry = &ep->msix[nr * 4];

	if (type == MOCK_PCI_IRQ_MSI) {
		*addr = mock_pci_config_msi_address(&ep->pci);
		*data = mock_pci_config_msi_data(&ep->pci, nr);
		return;
	}
	*addr = (u64)entry[1] << 32 | entry[0];
	*data = entry[2];
}

static void fn_set_pending(struct mock_endpoint *ep, enum mock_pci_irq type,
			   u32 nr, bool pending)
{
	if (type == MOCK_PCI_IRQ_MSI)
		mock_pci_config_set_msi_pending(&ep->pci, nr, pending);
	else if (pending)
		ep->fn.pending |= BIT(nr);
	else
		ep->fn.pending &= ~BIT(nr);
}

static u32 fn_pending(const struct mock_endpoint *ep, enum mock_pci_irq type)
{
	return type == MOCK_PCI_IRQ_MSI ? mock_pci_config_msi_pending(&ep->pci) :
					  ep->fn.pending;
}

/* The message is a write of the function's, which may stall */
static int fn_send_locked(struct mock_endpoint *ep, enum mock_pci_irq type, u32 nr)
{
	const struct mock_its *its = ep->mi->its;
	u64 addr;
	u32 data;

	lockdep_assert_held(&ep->mi->lock);
	if (ep->stop || !mock_port_may_send(ep->fn.port) ||
	    !mock_pci_config_irq_on(&ep->pci, type) ||
	    nr >= mock_pci_config_vectors(&ep->pci, type))
		return 0;
	if (fn_vector_masked(ep, type, nr)) {
		fn_set_pending(ep, type, nr, true);
		return 0;
	}
	fn_set_pending(ep, type, nr, false);
	fn_vector_message(ep, type, nr, &addr, &data);
	if (!its->page && ALIGN_DOWN(addr, SZ_1M) == MOCK_MSI_PROCESSORS) {
		mock_its_event(&ep->msi, data);
		return 0;
	}
	return mock_access_message(ep, addr, data);
}

static void fn_send(struct mock_endpoint *ep, enum mock_pci_irq type, u32 nr)
{
	int ret;

	do {
		scoped_guard(spinlock_irqsave, &ep->mi->lock)
			ret = fn_send_locked(ep, type, nr);
	} while (ret == -EINPROGRESS && !mock_stall_wait(ep));
}

static u32 fn_unmasked(struct mock_endpoint *ep, enum mock_pci_irq type)
{
	u32 vectors = 0;
	unsigned int nr;
	unsigned long pending;

	if (!mock_pci_config_irq_on(&ep->pci, type))
		return 0;
	pending = fn_pending(ep, type);
	for_each_set_bit(nr, &pending, MOCK_PCI_NR_VECTORS)
		if (!fn_vector_masked(ep, type, nr))
			vectors |= BIT(nr);
	return vectors;
}

static void fn_send_unmasked(struct mock_endpoint *ep, enum mock_pci_irq type)
{
	unsigned long vectors;
	unsigned int nr;

	scoped_guard(spinlock_irqsave, &ep->mi->lock)
		vectors = fn_unmasked(ep, type);
	for_each_set_bit(nr, &vectors, MOCK_PCI_NR_VECTORS)
		fn_send(ep, type, nr);
}

static void fn_send_work(struct work_struct *work)
{
	struct mock_endpoint *ep = container_of(work, struct mock_endpoint,
						fn.send);

	fn_send_unmasked(ep, MOCK_PCI_IRQ_MSI);
	fn_send_unmasked(ep, MOCK_PCI_IRQ_MSIX);
}

/**
 * mock_fn_irq_init() - a function without interrupts yet
 * @fn: the function
 */
void mock_fn_irq_init(struct mock_function *fn)
{
	INIT_WORK(&fn->send, fn_send_work);
	mock_edge_init(&fn->intx);
	fn->intx.handled = fn_intx_handled;
}

/**
 * mock_fn_irq_raise() - the function raises an interrupt
 * @ep: the endpoint
 * @type: mechanism
 * @nr: number of the vector, from 1
 *
 * Context: process context, sleeps
 */
void mock_fn_irq_raise(struct mock_endpoint *ep, enum mock_pci_irq type, u32 nr)
{
	if (type == MOCK_PCI_IRQ_INTX) {
		guard(spinlock_irqsave)(&ep->mi->lock);
		mock_pci_config_set_intx(&ep->pci, true);
		mock_fn_irq_update(ep);
	} else if (nr && nr <= MOCK_PCI_NR_VECTORS) {
		fn_send(ep, type, nr - 1);
	}
}

/**
 * mock_fn_irq_update() - what was in the way of an interrupt may be so no more
 * @ep: the endpoint
 *
 * Context: &mock_iommu.lock is held
 */
void mock_fn_irq_update(struct mock_endpoint *ep)
{
	lockdep_assert_held(&ep->mi->lock);
	if (fn_intx_asserted(ep))
		mock_edge_raise(&ep->fn.intx);
	if (fn_unmasked(ep, MOCK_PCI_IRQ_MSI) ||
	    fn_unmasked(ep, MOCK_PCI_IRQ_MSIX))
		queue_work(ep->wq, &ep->fn.send);
}

/**
 * mock_fn_irq_acknowledge() - software has written the status register
 * @ep: the endpoint
 *
 * As long as that says that an interrupt was raised, an INTx which no handler has
 * seen yet stays asserted.
 *
 * Context: &mock_iommu.lock is held
 */
void mock_fn_irq_acknowledge(struct mock_endpoint *ep)
{
	lockdep_assert_held(&ep->mi->lock);
	if (!(*mock_ep_reg(ep, MOCK_EP_STATUS) & MOCK_EP_STS_IRQ_RAISED))
		mock_pci_config_set_intx(&ep->pci, false);
}

/**
 * mock_fn_msix_pending() - read the pending bits of MSI-X
 * @ep: the endpoint
 * @off: offset in BAR 2, a multiple of 4
 *
 * Context: &mock_iommu.lock is held
 * Return: the bits, zero for another offset
 */
u32 mock_fn_msix_pending(const struct mock_endpoint *ep, u32 off)
{
	return off == MOCK_PCI_FN_MSIX_PBA ? ep->fn.pending : 0;
}
