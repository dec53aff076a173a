// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: an interrupt of the host's, as mock hardware has it raised
 *
 * Hardware raises it with the instance's lock held, and the host handles it without:
 * so it is on its way in between. A timer that is due at once brings it, since where
 * a processor cannot interrupt itself, as in UML, an irq_work waits for the next tick.
 */
#include <linux/container_of.h>
#include <linux/hrtimer.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>

#include "edge.h"

static enum hrtimer_restart edge_due(struct hrtimer *soon)
{
	mock_edge_handle(container_of(soon, struct mock_edge, soon));
	return HRTIMER_NORESTART;
}

/**
 * mock_edge_init() - an interrupt that means nothing yet
 * @edge: the interrupt
 */
void mock_edge_init(struct mock_edge *edge)
{
	*edge = (struct mock_edge){ .masked = true };
	raw_spin_lock_init(&edge->lock);
	hrtimer_setup(&edge->soon, edge_due, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
}

static void edge_set(struct mock_edge *edge, unsigned int irq, bool masked)
{
	guard(raw_spinlock_irqsave)(&edge->lock);
	edge->irq = irq;
	edge->masked = masked;
	edge->pending = false;
}

/**
 * mock_edge_connect() - an interrupt gets its number
 * @edge: the interrupt
 * @irq: Linux interrupt number
 * @masked: it is not to be raised until mock_edge_irq_unmask()
 */
void mock_edge_connect(struct mock_edge *edge, unsigned int irq, bool masked)
{
	edge_set(edge, irq, masked);
}

/**
 * mock_edge_disconnect() - undo mock_edge_connect()
 * @edge: the interrupt
 *
 * When it returns &mock_edge.soon does not have it any more.
 *
 * Context: process context, sleeps
 */
void mock_edge_disconnect(struct mock_edge *edge)
{
	edge_set(edge, 0, true);
	hrtimer_cancel(&edge->soon);
}

/**
 * mock_edge_handle() - have the host handle an interrupt that was raised
 * @edge: the interrupt
 *
 * Context: hard interrupt
 */
void mock_edge_handle(struct mock_edge *edge)
{
	unsigned int irq;

	scoped_guard(raw_spinlock_irqsave, &edge->lock)
		irq = edge->irq;
	if (irq)
		generic_handle_irq(irq);
	if (edge->handled)
		edge->handled(edge);
}

/**
 * mock_edge_handle_soon() - have an interrupt handled when interrupts are on again
 * @edge: the interrupt
 *
 * Context: any
 */
void mock_edge_handle_soon(struct mock_edge *edge)
{
	hrtimer_start(&edge->soon, 0, HRTIMER_MODE_REL_HARD);
}

static void edge_send(struct mock_edge *edge)
{
	if (edge->send)
		edge->send(edge);
	else
		mock_edge_handle_soon(edge);
}

/**
 * mock_edge_raise() - raise an interrupt
 * @edge: the interrupt
 *
 * Context: any
 */
void mock_edge_raise(struct mock_edge *edge)
{
	guard(raw_spinlock_irqsave)(&edge->lock);
	if (edge->masked)
		edge->pending = true;
	else if (edge->irq)
		edge_send(edge);
}

/**
 * mock_edge_irq_mask() - the host wants an interrupt no more
 * @d: with the interrupt as its chip's data
 *
 * None is lost that is raised meanwhile.
 */
void mock_edge_irq_mask(struct irq_data *d)
{
	struct mock_edge *edge = irq_data_get_irq_chip_data(d);

	guard(raw_spinlock_irqsave)(&edge->lock);
	edge->masked = true;
}

/**
 * mock_edge_irq_unmask() - undo mock_edge_irq_mask()
 * @d: as there
 */
void mock_edge_irq_unmask(struct irq_data *d)
{
	struct mock_edge *edge = irq_data_get_irq_chip_data(d);

	guard(raw_spinlock_irqsave)(&edge->lock);
	edge->masked = false;
	if (!edge->pending)
		return;
	edge->pending = false;
	edge_send(edge);
}
