// SPDX-License-Identifier: GPL-2.0-only
/*
 * The virtio-iommu as a PCI function: the common configuration (virtio 1.3, 4.1.4.3)
 *
 * A driver writes a field in one access, or one of 64 bits in two halves. Other writes are
 * ignored. It reads what it likes.
 */
#include <endian.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <linux/virtio_config.h>
#include <linux/virtio_pci.h>
#include <linux/virtio_ring.h>

#include "guestmem.h"
#include "virtio_pci_priv.h"

#define FEATURE(bit)	(1ull << (bit))

/*
 * Memory is reached by addresses that the client has for this function, which need not be
 * those of the processors: a driver has to ask its platform for them.
 */
#define TRANSPORT_FEATURES (FEATURE(VIRTIO_RING_F_INDIRECT_DESC) | \
			    FEATURE(VIRTIO_RING_F_EVENT_IDX) | \
			    FEATURE(VIRTIO_F_VERSION_1) | \
			    FEATURE(VIRTIO_F_ACCESS_PLATFORM) | \
			    FEATURE(VIRTIO_F_RING_RESET))

static uint64_t offered(const struct vpci *vpci)
{
	return viommu_features(vpci->dev) | TRANSPORT_FEATURES;
}

static bool negotiated(const struct vpci *vpci, unsigned int bit)
{
	return vpci->status & VIRTIO_CONFIG_S_FEATURES_OK &&
		vpci->driver_features & FEATURE(bit);
}

static uint32_t half(uint64_t value, uint32_t select)
{
	return select > 1 ? 0 : value >> (32 * select);
}

static struct vq *selected(struct vpci *vpci)
{
	return vpci->queue_select < VPCI_QUEUES ? &vpci->queues[vpci->queue_select] : NULL;
}

void vpci_device_reset(struct vpci *vpci, enum viommu_reset reset)
{
	unsigned int i;

	viommu_reset(vpci->dev, reset);
	for (i = 0; i < VPCI_QUEUES; i++) {
		vq_reset(&vpci->queues[i]);
		vpci->vectors[i] = VPCI_NO_VECTOR;
	}
	vpci->config_vector = VPCI_NO_VECTOR;
	vpci->device_feature_select = 0;
	vpci->driver_feature_select = 0;
	vpci->driver_features = 0;
	vpci->queue_select = 0;
	vpci->status = 0;
	vpci->isr = 0;
	vpci->failed = false;
	pci_irqs_reset(&vpci->irqs);
}

/* ---- Reading ---- */

static void describe_queue(struct vpci *vpci, struct virtio_pci_modern_common_cfg *cfg)
{
	struct virtio_pci_common_cfg *c = &cfg->cfg;
	struct vq *vq = selected(vpci);

	if (!vq)
		return;
	c->queue_size = htole16(vq->size);
	c->queue_msix_vector = htole16(vpci->vectors[vpci->queue_select]);
	c->queue_enable = htole16(vq->enabled);
	c->queue_notify_off = htole16(vpci->queue_select);
	c->queue_desc_lo = htole32(vq->desc);
	c->queue_desc_hi = htole32(vq->desc >> 32);
	c->queue_avail_lo = htole32(vq->avail);
	c->queue_avail_hi = htole32(vq->avail >> 32);
	c->queue_used_lo = htole32(vq->used);
	c->queue_used_hi = htole32(vq->used >> 32);
}

void vpci_common_read(struct vpci *vpci, uint64_t offset, void *data, uint32_t count)
{
	struct virtio_pci_modern_common_cfg cfg = { 0 };
	struct virtio_pci_common_cfg *c = &cfg.cfg;

	c->device_feature_select = htole32(vpci->device_feature_select);
	c->device_feature = htole32(half(offered(vpci), vpci->device_feature_select));
	c->guest_feature_select = htole32(vpci->driver_feature_select);
	c->guest_feature = htole32(half(vpci->driver_features, vpci->driver_feature_select));
	c->msix_config = htole16(vpci->config_vector);
	c->num_queues = htole16(VPCI_QUEUES);
	c->device_status = vpci->status;
	c->config_generation = viommu_config_generation(vpci->dev);
	c->queue_select = htole16(vpci->queue_select);
	describe_queue(vpci, &cfg);
	memset(data, 0, count);
	if (offset < sizeof(cfg))
		memcpy(data, (uint8_t *)&cfg + offset,
		       count < sizeof(cfg) - offset ? count : sizeof(cfg) - offset);
}

/* ---- Writing ---- */

static void write_features(struct vpci *vpci, uint32_t value)
{
	unsigned int shift = 32 * vpci->driver_feature_select;

	if (vpci->driver_feature_select > 1 || vpci->status & VIRTIO_CONFIG_S_FEATURES_OK)
		return;
	vpci->driver_features &= ~(0xffffffffull << shift);
	vpci->driver_features |= (uint64_t)value << shift;
}

/* Drivers of the time before 1.0 are not served, and none takes what was not offered */
static bool features_ok(struct vpci *vpci)
{
	return vpci->driver_features & FEATURE(VIRTIO_F_VERSION_1) &&
		!(vpci->driver_features & ~offered(vpci)) &&
		!viommu_negotiated(vpci->dev, vpci->driver_features);
}

static void write_status(struct vpci *vpci, uint8_t value)
{
	uint8_t more = value & ~vpci->status;

	if (!value) {
		vpci_device_reset(vpci, VIOMMU_RESET_DEVICE);
		return;
	}
	/* A driver sets bits, and leaves alone what is the device's */
	more &= ~VIRTIO_CONFIG_S_NEEDS_RESET;
	if (more & VIRTIO_CONFIG_S_FEATURES_OK && !features_ok(vpci))
		more &= ~(VIRTIO_CONFIG_S_FEATURES_OK | VIRTIO_CONFIG_S_DRIVER_OK);
	vpci->status |= more;
	/* A reset reads as 0 in any case. One that has not helped is told now */
	vpci_check(vpci);
}

/* Vectors that there are not, the driver does not get; it reads back what it got */
static uint16_t vector(uint16_t value)
{
	return value < PCI_IRQ_VECTORS ? value : VPCI_NO_VECTOR;
}

/* What a user sees first who has forgotten it */
static void complain(struct vpci *vpci, struct vq *vq)
{
	uint16_t flags;

	if (vpci->complained || !gmem_load16(vpci->mem, vq->avail, &flags))
		return;
	vpci->complained = true;
	fputs("virtio-iommu: the memory of the queues is not shared; QEMU wants share=on\n",
	      stderr);
}

static void enable(struct vpci *vpci, struct vq *vq)
{
	if (vq->enabled || !(vpci->status & VIRTIO_CONFIG_S_FEATURES_OK))
		return;
	vq->indirect = negotiated(vpci, VIRTIO_RING_F_INDIRECT_DESC);
	vq->event_idx = negotiated(vpci, VIRTIO_RING_F_EVENT_IDX);
	if (vq_enable(vq))
		vpci_fail(vpci);
	else
		complain(vpci, vq);
}

static void reset_queue(struct vpci *vpci, struct vq *vq)
{
	if (!negotiated(vpci, VIRTIO_F_RING_RESET))
		return;
	vq_reset(vq);
	vpci->vectors[vpci->queue_select] = VPCI_NO_VECTOR;
}

static void set_half(uint64_t *field, unsigned int high, uint32_t value)
{
	*field &= high ? 0xffffffffull : ~0xffffffffull;
	*field |= (uint64_t)value << (32 * high);
}

/* Of the selected queue, which must not be in use for most of it */
static void write_queue(struct vpci *vpci, uint64_t offset, uint32_t value)
{
	struct vq *vq = selected(vpci);

	if (!vq)
		return;
	if (offset == VIRTIO_PCI_COMMON_Q_MSIX)
		vpci->vectors[vpci->queue_select] = vector(value);
	else if (offset == VIRTIO_PCI_COMMON_Q_RESET && value == 1)
		reset_queue(vpci, vq);
	if (vq->enabled)
		return;
	switch (offset) {
	case VIRTIO_PCI_COMMON_Q_SIZE:
		vq->size = value;
		break;
	case VIRTIO_PCI_COMMON_Q_ENABLE:
		if (value == 1)
			enable(vpci, vq);
		break;
	case VIRTIO_PCI_COMMON_Q_DESCLO:
	case VIRTIO_PCI_COMMON_Q_DESCHI:
		set_half(&vq->desc, offset == VIRTIO_PCI_COMMON_Q_DESCHI, value);
		break;
	case VIRTIO_PCI_COMMON_Q_AVAILLO:
	case VIRTIO_PCI_COMMON_Q_AVAILHI:
		set_half(&vq->avail, offset == VIRTIO_PCI_COMMON_Q_AVAILHI, value);
		break;
	case VIRTIO_PCI_COMMON_Q_USEDLO:
	case VIRTIO_PCI_COMMON_Q_USEDHI:
		set_half(&vq->used, offset == VIRTIO_PCI_COMMON_Q_USEDHI, value);
		break;
	}
}

/* Bytes of the field at @offset that can be written, 0 for none */
static uint32_t width(uint64_t offset)
{
	switch (offset) {
	case VIRTIO_PCI_COMMON_STATUS:
		return 1;
	case VIRTIO_PCI_COMMON_MSIX:
	case VIRTIO_PCI_COMMON_Q_SELECT:
	case VIRTIO_PCI_COMMON_Q_SIZE:
	case VIRTIO_PCI_COMMON_Q_MSIX:
	case VIRTIO_PCI_COMMON_Q_ENABLE:
	case VIRTIO_PCI_COMMON_Q_RESET:
		return 2;
	case VIRTIO_PCI_COMMON_DFSELECT:
	case VIRTIO_PCI_COMMON_GFSELECT:
	case VIRTIO_PCI_COMMON_GF:
	case VIRTIO_PCI_COMMON_Q_DESCLO:
	case VIRTIO_PCI_COMMON_Q_DESCHI:
	case VIRTIO_PCI_COMMON_Q_AVAILLO:
	case VIRTIO_PCI_COMMON_Q_AVAILHI:
	case VIRTIO_PCI_COMMON_Q_USEDLO:
	case VIRTIO_PCI_COMMON_Q_USEDHI:
		return 4;
	}
	return 0;
}

static void write_field(struct vpci *vpci, uint64_t offset, uint32_t value)
{
	switch (offset) {
	case VIRTIO_PCI_COMMON_DFSELECT:
		vpci->device_feature_select = value;
		break;
	case VIRTIO_PCI_COMMON_GFSELECT:
		vpci->driver_feature_select = value;
		break;
	case VIRTIO_PCI_COMMON_GF:
		write_features(vpci, value);
		break;
	case VIRTIO_PCI_COMMON_MSIX:
		vpci->config_vector = vector(value);
		break;
	case VIRTIO_PCI_COMMON_STATUS:
		write_status(vpci, value);
		break;
	case VIRTIO_PCI_COMMON_Q_SELECT:
		vpci->queue_select = value;
		break;
	default:
		write_queue(vpci, offset, value);
	}
}

void vpci_common_write(struct vpci *vpci, uint64_t offset, const void *data, uint32_t count)
{
	uint32_t value = 0;

	if (count == 8 && offset >= VIRTIO_PCI_COMMON_Q_DESCLO &&
	    offset <= VIRTIO_PCI_COMMON_Q_USEDLO && !(offset % 8)) {
		vpci_common_write(vpci, offset, data, 4);
		vpci_common_write(vpci, offset + 4, (const uint8_t *)data + 4, 4);
		return;
	}
	if (!count || count != width(offset))
		return;
	memcpy(&value, data, count);
	write_field(vpci, offset, le32toh(value));
}
