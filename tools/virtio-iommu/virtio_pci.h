/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtio-iommu as a PCI function (virtio 1.3, section 4.1), not transitional
 *
 * It is served by vfio-user. Requests are done when the driver kicks: when the write is
 * answered, all that was in the queue has been done.
 */
#ifndef VIOMMU_VIRTIO_PCI_H
#define VIOMMU_VIRTIO_PCI_H

#include <stddef.h>

struct gmem;
struct vfu_dma;
struct vfu_ops;
struct viommu;
struct vpci;

/**
 * struct vpci_host - what the function asks of who has it
 * @map: the client has shared memory, in which the queues may be
 * @unmap: it is taken away
 * @again: there is more than is done at once: vpci_again() is to be called soon
 * @opaque: for these
 */
struct vpci_host {
	int (*map)(void *opaque, const struct vfu_dma *dma);
	void (*unmap)(void *opaque, const struct vfu_dma *dma);
	void (*again)(void *opaque);
	void *opaque;
};

struct vpci *vpci_new(struct viommu *dev, struct gmem *mem, const struct vpci_host *host);
void vpci_free(struct vpci *vpci);
/* To be served, with the function as opaque */
extern const struct vfu_ops vpci_ops;
/* The hardware has something to say: events for the driver */
void vpci_events(struct vpci *vpci);
void vpci_again(struct vpci *vpci);
/* Something was done that no driver has asked for by a request, and the host may have failed */
void vpci_check(struct vpci *vpci);

#endif
