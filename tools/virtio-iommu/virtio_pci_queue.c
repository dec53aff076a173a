// SPDX-License-Identifier: GPL-2.0-only
/*
 * The virtio-iommu as a PCI function: requests and events
 *
 * What a driver has sent with one kick is given to the device at once. Requests are copied
 * first, and answers are copied back, since the memory is the guest's.
 */
#include <errno.h>
#include <stdlib.h>
#include <linux/virtio_config.h>

#include "virtio_pci_priv.h"

/* No request has more to read than this, and none more to write: PROBE, which is limited */
#define REQUEST_IN	256u
#define REQUEST_OUT	(65536u + 64u)
/* Of a kick's requests, so many at once, if they have room */
#define BATCH		64
#define BATCH_ROOM	(2 * REQUEST_OUT)

#define ISR_QUEUE	1
#define ISR_CONFIG	2

void vpci_update_intx(struct vpci *vpci)
{
	pci_irqs_intx(&vpci->irqs, vpci->isr && !vpci_msix_enabled(vpci) &&
		      !vpci_intx_disabled(vpci));
}

static void interrupt(struct vpci *vpci, uint16_t vector, uint8_t isr)
{
	if (vpci_msix_enabled(vpci)) {
		pci_irqs_msix(&vpci->irqs, vector);
		return;
	}
	vpci->isr |= isr;
	vpci_update_intx(vpci);
}

void vpci_fail(struct vpci *vpci)
{
	if (vpci->failed)
		return;
	vpci->failed = true;
	vpci->status |= VIRTIO_CONFIG_S_NEEDS_RESET;
	if (vpci->status & VIRTIO_CONFIG_S_DRIVER_OK)
		interrupt(vpci, vpci->config_vector, ISR_CONFIG);
}

/* A driver that waits for the end of a reset is told when it goes on */
void vpci_check(struct vpci *vpci)
{
	if (vpci->status && viommu_needs_reset(vpci->dev))
		vpci_fail(vpci);
}

static void tell_driver(struct vpci *vpci, unsigned int queue)
{
	if (vq_interrupt(&vpci->queues[queue]))
		interrupt(vpci, vpci->vectors[queue], ISR_QUEUE);
	if (vpci->queues[queue].broken || viommu_needs_reset(vpci->dev))
		vpci_fail(vpci);
}

struct batch {
	struct vq_chain chains[BATCH];
	struct viommu_req reqs[BATCH];
	struct iovec in[BATCH], out[BATCH];
	uint8_t request[BATCH][REQUEST_IN];
	uint8_t answer[BATCH_ROOM];
	size_t used;
	unsigned int n;
};

enum taken { TAKEN, NONE_LEFT, FULL };

/* Of a queue that is broken nothing is taken any more: it is empty */
static enum taken take(struct vq *vq, struct batch *batch)
{
	unsigned int i = batch->n;
	uint64_t room;
	int len;

	if (i == BATCH)
		return FULL;
	if (vq_pop(vq, &batch->chains[i]) <= 0)
		return NONE_LEFT;
	room = vq_room(&batch->chains[i]);
	if (room > REQUEST_OUT)
		room = REQUEST_OUT;
	if (room > BATCH_ROOM - batch->used) {
		vq_unpop(vq);
		return FULL;
	}
	len = vq_read(vq, &batch->chains[i], batch->request[i], REQUEST_IN);
	if (len < 0)
		return NONE_LEFT;
	batch->in[i] = (struct iovec) { batch->request[i], len };
	batch->out[i] = (struct iovec) { batch->answer + batch->used, room };
	batch->reqs[i] = (struct viommu_req) {
		.in = &batch->in[i], .n_in = 1, .out = &batch->out[i], .n_out = 1,
	};
	batch->used += room;
	batch->n++;
	return TAKEN;
}

static void give_back(struct vq *vq, struct batch *batch)
{
	unsigned int i;

	for (i = 0; i < batch->n; i++) {
		uint32_t written = batch->reqs[i].written;

		if (written && vq_write(vq, &batch->chains[i], batch->out[i].iov_base, written))
			return;
		vq_push(vq, batch->chains[i].head, written);
	}
}

/*
 * As many as a queue can have, and then it is the others' turn: a guest that adds requests
 * as fast as they are done does not keep this process from all else.
 */
static void requests(struct vpci *vpci)
{
	struct vq *vq = &vpci->queues[VIOMMU_REQUEST_QUEUE];
	struct batch *batch = malloc(sizeof(*batch));
	enum taken taken = FULL;
	unsigned int done = 0;

	if (!batch) {
		vpci_fail(vpci);
		return;
	}
	while (taken == FULL && done < VQ_MAX_SIZE) {
		batch->n = 0;
		batch->used = 0;
		do {
			taken = take(vq, batch);
		} while (taken == TAKEN);
		viommu_requests(vpci->dev, batch->reqs, batch->n);
		give_back(vq, batch);
		done += batch->n;
	}
	free(batch);
	tell_driver(vpci, VIOMMU_REQUEST_QUEUE);
	if (taken == FULL && !vq->broken)
		vpci->host.again(vpci->host.opaque);
}

/*
 * Those that are there now: an endpoint that has faults as fast as they are told, to a
 * guest that adds buffers as fast, and too small ones, would keep this process here.
 */
static void events(struct vpci *vpci)
{
	struct vq *vq = &vpci->queues[VIOMMU_EVENT_QUEUE];
	unsigned int done = 0;
	struct vq_chain chain;
	uint8_t event[64];

	viommu_event_pending(vpci->dev);
	while (done < VQ_MAX_SIZE && viommu_event_waiting(vpci->dev) &&
	       vq_pop(vq, &chain) > 0) {
		struct iovec out = { event, vq_room(&chain) };
		int n;

		done++;

		if (out.iov_len > sizeof(event))
			out.iov_len = sizeof(event);
		n = viommu_event(vpci->dev, &out, 1);
		if (n > 0 && vq_write(vq, &chain, event, n))
			break;
		vq_push(vq, chain.head, n > 0 ? n : 0);
	}
	tell_driver(vpci, VIOMMU_EVENT_QUEUE);
	if (done == VQ_MAX_SIZE && !vq->broken)
		vpci->host.again(vpci->host.opaque);
}

static bool running(const struct vpci *vpci)
{
	return vpci->status & VIRTIO_CONFIG_S_DRIVER_OK && !vpci->failed && !vpci->away &&
		vpci_bus_master(vpci);
}

void vpci_events(struct vpci *vpci)
{
	if (running(vpci) && vpci->queues[VIOMMU_EVENT_QUEUE].enabled)
		events(vpci);
	else
		viommu_event_pending(vpci->dev);
}

void vpci_again(struct vpci *vpci)
{
	unsigned int i;

	for (i = 0; i < VPCI_QUEUES; i++)
		vpci_kick(vpci, i);
}

void vpci_kick(struct vpci *vpci, unsigned int queue)
{
	if (!running(vpci) || queue >= VPCI_QUEUES || !vpci->queues[queue].enabled)
		return;
	if (queue == VIOMMU_REQUEST_QUEUE)
		requests(vpci);
	else
		events(vpci);
}
