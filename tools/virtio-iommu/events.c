// SPDX-License-Identifier: GPL-2.0-only
/* The event queue: faults of endpoints, of which some are lost where a guest is slow */
#include <endian.h>
#include <string.h>

#include "device.h"
#include "iov.h"

/* So many of a backend's are taken in at a time: it may have them faster than they are read */
#define AT_ONCE	1024

static struct vep *ep_of_port(struct viommu *dev, const struct viommu_port *port)
{
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, dev->eps);
	while (port && g_hash_table_iter_next(&iter, NULL, &value))
		if (((struct vep *)value)->port == port)
			return value;
	return NULL;
}

static uint8_t reason_of(const struct vep *ep, const struct viommu_hw_fault *hw)
{
	if (hw->kind != VIOMMU_FAULT_MAPPING)
		return VIRTIO_IOMMU_FAULT_R_UNKNOWN;
	return ep->domain ? VIRTIO_IOMMU_FAULT_R_MAPPING : VIRTIO_IOMMU_FAULT_R_DOMAIN;
}

static struct virtio_iommu_fault report(const struct vep *ep, const struct viommu_hw_fault *hw)
{
	struct virtio_iommu_fault f = {
		.reason = reason_of(ep, hw),
		.endpoint = htole32(ep->id),
	};
	uint32_t flags = 0;

	if (hw->access & VIOMMU_READ)
		flags |= VIRTIO_IOMMU_FAULT_F_READ;
	if (hw->access & VIOMMU_WRITE)
		flags |= VIRTIO_IOMMU_FAULT_F_WRITE;
	if (hw->has_addr) {
		flags |= VIRTIO_IOMMU_FAULT_F_ADDRESS;
		f.address = htole64(hw->addr);
	}
	f.flags = htole32(flags);
	return f;
}

/* A report must name an endpoint, so a fault of nobody's is one that nobody hears of */
static void take_in(struct viommu *dev, const struct viommu_hw_fault *hw)
{
	struct vep *ep = ep_of_port(dev, hw->port);
	struct virtio_iommu_fault *f;

	if (!ep || hw->kind == VIOMMU_FAULT_LOST ||
	    g_queue_get_length(&dev->events) >= dev->opt.max_events) {
		dev->lost++;
		return;
	}
	f = g_new(struct virtio_iommu_fault, 1);
	*f = report(ep, hw);
	g_queue_push_tail(&dev->events, f);
}

static void take_in_all(struct viommu *dev, struct viommu_backend *b)
{
	struct viommu_hw_fault hw;
	unsigned int i;

	for (i = 0; i < AT_ONCE && !b->ops->fault(b, &hw); i++)
		take_in(dev, &hw);
}

static GHashTable *backends(struct viommu *dev)
{
	GHashTable *set = g_hash_table_new(NULL, NULL);
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, dev->eps);
	while (g_hash_table_iter_next(&iter, NULL, &value))
		g_hash_table_add(set, ((struct vep *)value)->backend);
	return set;
}

bool viommu_event_pending(struct viommu *dev)
{
	GHashTable *set = backends(dev);
	GHashTableIter iter;
	gpointer key;

	g_hash_table_iter_init(&iter, set);
	while (g_hash_table_iter_next(&iter, &key, NULL))
		take_in_all(dev, key);
	g_hash_table_unref(set);
	return viommu_event_waiting(dev);
}

bool viommu_event_waiting(const struct viommu *dev)
{
	return dev->events.length > 0;
}

int viommu_event(struct viommu *dev, const struct iovec *out, unsigned int n)
{
	struct virtio_iommu_fault *f = g_queue_peek_head(&dev->events);

	if (!f)
		return 0;
	if (iov_size(out, n) < sizeof(*f))
		return -EMSGSIZE;
	iov_write(out, n, 0, f, sizeof(*f));
	g_free(g_queue_pop_head(&dev->events));
	return sizeof(*f);
}

uint64_t viommu_events_lost(const struct viommu *dev)
{
	return dev->lost;
}

void events_clear(struct viommu *dev)
{
	g_queue_clear_full(&dev->events, g_free);
}

/* Another endpoint may have its ID */
void events_forget(struct viommu *dev, uint32_t endpoint)
{
	GList *i = dev->events.head, *next;

	for (; i; i = next) {
		struct virtio_iommu_fault *f = i->data;

		next = i->next;
		if (le32toh(f->endpoint) != endpoint)
			continue;
		g_free(f);
		g_queue_delete_link(&dev->events, i);
	}
}
