/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mock IOMMU: where the interrupt messages of endpoints go
 *
 * As with ARM's interrupt translation service: a message is a write to the
 * doorbell, and on its way there it is translated like any other write of the
 * endpoint. Which interrupt it means is told by who wrote it, a DeviceID that
 * nobody can forge, and what was written, an EventID.
 */
#ifndef __IOMMU_MOCK_ITS_H
#define __IOMMU_MOCK_ITS_H

#include <linux/irq_work.h>
#include <linux/msi.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "pci_config.h"

struct device;
struct eventfd_ctx;
struct mock_endpoint;

/**
 * struct mock_its - a doorbell
 * @domain: parent domain of its devices' MSI domains
 * @page: the doorbell's page, which is memory to nobody
 * @doorbell: physical address that messages are written to
 */
struct mock_its {
	struct irq_domain *domain;
	void *page;
	phys_addr_t doorbell;
};

/**
 * struct mock_its_event - an interrupt of an endpoint
 * @work: raises it outside the instance's lock
 * @lock: protects the rest. A raw one: the interrupt core calls with one held
 * @irq: Linux interrupt number, 0 for none
 * @masked: it is not to be raised now
 * @pending: a message came while it was masked
 */
struct mock_its_event {
	struct irq_work work;
	raw_spinlock_t lock; /* irq, masked, pending */
	unsigned int irq;
	bool masked;
	bool pending;
};

/**
 * struct mock_ep_msi - an endpoint's message signalled interrupts
 * @events: what its messages mean to the ITS, by EventID
 * @dev: the endpoint's device while its driver is bound
 * @lock: protects @msg. A raw one: the interrupt core calls with one held
 * @msg: the messages, as they were programmed. All zeros: not at all
 */
struct mock_ep_msi {
	struct mock_its_event events[MOCK_PCI_NR_VECTORS];
	struct device *dev;
	raw_spinlock_t lock; /* msg */
	struct msi_msg msg[MOCK_PCI_NR_VECTORS];
};

/* its.c, which is there with CONFIG_IRQ_MSI_IOMMU */
struct mock_its *mock_its_create(int id);
void mock_its_destroy(struct mock_its *its);
void mock_its_init(struct mock_ep_msi *msi);
bool mock_its_is_doorbell(const struct mock_its *its, u64 pa);
int mock_its_write(struct mock_ep_msi *msi, const struct mock_its *its, u64 pa,
		   const void *buf, u32 len);

/* ep_msi.c, likewise */
int mock_ep_msi_enable(struct mock_endpoint *ep);
void mock_ep_msi_disable(struct mock_endpoint *ep);
int mock_ep_msi_request(struct mock_endpoint *ep, u32 nr,
			struct eventfd_ctx *ctx);
void mock_ep_msi_free(struct mock_endpoint *ep, u32 nr, struct eventfd_ctx *ctx);
void mock_ep_msi_send(struct mock_endpoint *ep, enum mock_pci_irq type, u32 nr);

#endif /* __IOMMU_MOCK_ITS_H */
