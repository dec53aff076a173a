/* SPDX-License-Identifier: GPL-2.0-only */
/* Mock IOMMU: an interrupt of the host's, as mock hardware has it raised */
#ifndef __IOMMU_MOCK_EDGE_H
#define __IOMMU_MOCK_EDGE_H

#include <linux/hrtimer.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct irq_data;

/**
 * struct mock_edge - an interrupt, which is an edge: a masked one is kept
 * @soon: has it handled outside the instance's lock
 * @send: has mock_edge_handle() called in another way than by @soon, %NULL for that.
 *	Called with @lock held
 * @handled: called after the host's handler, in hard interrupt context; %NULL for
 *	nothing
 * @lock: protects the rest. A raw one: the interrupt core calls with one held
 * @irq: Linux interrupt number, 0 for none
 * @masked: it is not to be raised now
 * @pending: it came while it was masked
 */
struct mock_edge {
	struct hrtimer soon;
	void (*send)(struct mock_edge *edge);
	void (*handled)(struct mock_edge *edge);
	raw_spinlock_t lock; /* irq, masked, pending */
	unsigned int irq;
	bool masked;
	bool pending;
};

void mock_edge_init(struct mock_edge *edge);
void mock_edge_connect(struct mock_edge *edge, unsigned int irq, bool masked);
void mock_edge_disconnect(struct mock_edge *edge);
void mock_edge_handle_soon(struct mock_edge *edge);
void mock_edge_raise(struct mock_edge *edge);
void mock_edge_handle(struct mock_edge *edge);
void mock_edge_irq_mask(struct irq_data *d);
void mock_edge_irq_unmask(struct irq_data *d);

#endif /* __IOMMU_MOCK_EDGE_H */
