/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mock IOMMU: where the interrupt messages of endpoints go
 *
 * As with ARM's interrupt translation service: a message is a write to the
 * doorbell, and on its way there it is translated like any other write of the
 * endpoint. Which interrupt it means is told by who wrote it, a DeviceID that
 * nobody can forge, and what was written, an EventID.
 *
 * Where messages are not translated they go to the processors, and who wrote them
 * tells just as much: as with interrupt remapping, no endpoint can send another's.
 */
#ifndef __IOMMU_MOCK_ITS_H
#define __IOMMU_MOCK_ITS_H

#include <linux/msi.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "edge.h"
#include "pci_config.h"

/* Where there is no doorbell, messages go to the processors: 1M of addresses */
#define MOCK_MSI_PROCESSORS	0xfee00000ULL

struct device;
struct eventfd_ctx;
struct mock_endpoint;

/**
 * struct mock_its - a doorbell
 * @domain: parent domain of its devices' MSI domains
 * @page: the doorbell's page, which is memory to nobody; %NULL where messages are not
 *	translated
 * @doorbell: physical address that messages are written to
 */
struct mock_its {
	struct irq_domain *domain;
	void *page;
	phys_addr_t doorbell;
};

/**
 * struct mock_ep_msi - an endpoint's message signalled interrupts
 * @events: what its messages mean to the ITS, by EventID
 * @dev: the endpoint's device while its driver is bound
 * @lock: protects @msg. A raw one: the interrupt core calls with one held
 * @msg: the messages, as they were programmed. All zeros: not at all
 */
struct mock_ep_msi {
	struct mock_edge events[MOCK_PCI_NR_VECTORS];
	struct device *dev;
	raw_spinlock_t lock; /* msg */
	struct msi_msg msg[MOCK_PCI_NR_VECTORS];
};

/* its.c, which is there with CONFIG_IRQ_MSI_IOMMU */
struct mock_its *mock_its_create(int id, bool translated);
void mock_its_destroy(struct mock_its *its);
void mock_its_event(struct mock_ep_msi *msi, u32 nr);
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
