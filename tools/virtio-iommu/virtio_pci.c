// SPDX-License-Identifier: GPL-2.0-only
/* The virtio-iommu as a PCI function: what vfio-user sees of it, and the BARs */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guestmem.h"
#include "virtio_pci_priv.h"

/* ---- The BARs. Accesses are within them ---- */

static void read_isr(struct vpci *vpci, uint64_t offset, void *data, uint32_t count)
{
	memset(data, 0, count);
	if (offset)
		return;
	*(uint8_t *)data = vpci->isr;
	vpci->isr = 0;
	vpci_update_intx(vpci);
}

static void read_msix(struct vpci *vpci, uint64_t offset, void *data, uint32_t count)
{
	uint8_t image[VPCI_PBA + sizeof(uint64_t)] = { 0 };
	uint64_t pba = htole64(pci_irqs_pba(&vpci->irqs));

	memcpy(image + VPCI_TABLE, vpci->table, sizeof(vpci->table));
	memcpy(image + VPCI_PBA, &pba, sizeof(pba));
	memset(data, 0, count);
	if (offset < sizeof(image))
		memcpy(data, image + offset,
		       count < sizeof(image) - offset ? count : sizeof(image) - offset);
}

/*
 * A client that has come back has told of memory, piece by piece, before its guest gets
 * here: now what the queues refer to is there again.
 */
static void back(struct vpci *vpci)
{
	if (!vpci->away)
		return;
	vpci->away = false;
	vpci_again(vpci);
}

void vpci_bar_read(struct vpci *vpci, unsigned int bar, uint64_t offset, void *data,
		   uint32_t count)
{
	uint64_t in_page = offset % VPCI_PAGE;

	back(vpci);
	if (bar) {
		read_msix(vpci, offset, data, count);
		return;
	}
	memset(data, 0, count);
	if (count > VPCI_PAGE - in_page)
		return;
	switch (offset - in_page) {
	case VPCI_COMMON:
		vpci_common_read(vpci, in_page, data, count);
		break;
	case VPCI_ISR:
		read_isr(vpci, in_page, data, count);
		break;
	case VPCI_DEVICE:
		viommu_config_read(vpci->dev, in_page, data, count);
		break;
	}
}

static void notify(struct vpci *vpci, uint64_t offset, const void *data, uint32_t count)
{
	uint16_t queue;

	if (count != sizeof(queue) && count != 4)
		return;
	memcpy(&queue, data, sizeof(queue));
	queue = le16toh(queue);
	if (offset == queue * VPCI_NOTIFY_STEP)
		vpci_kick(vpci, queue);
}

void vpci_bar_write(struct vpci *vpci, unsigned int bar, uint64_t offset, const void *data,
		    uint32_t count)
{
	uint64_t in_page = offset % VPCI_PAGE;

	back(vpci);
	if (bar) {
		if (offset < sizeof(vpci->table) && count <= sizeof(vpci->table) - offset)
			memcpy(vpci->table + offset, data, count);
		return;
	}
	if (count > VPCI_PAGE - in_page)
		return;
	switch (offset - in_page) {
	case VPCI_COMMON:
		vpci_common_write(vpci, in_page, data, count);
		break;
	case VPCI_DEVICE:
		viommu_config_write(vpci->dev, in_page, data, count);
		vpci_check(vpci);
		break;
	case VPCI_NOTIFY:
		notify(vpci, in_page, data, count);
		break;
	}
}

/* ---- What vfio-user sees ---- */

static void op_region(void *opaque, uint32_t index, struct vfu_region *region)
{
	(void)opaque;
	if (index == VFIO_PCI_BAR0_REGION_INDEX)
		region->size = VPCI_BAR0_SIZE;
	else if (index == VFIO_PCI_BAR1_REGION_INDEX)
		region->size = VPCI_BAR1_SIZE;
	else if (index == VFIO_PCI_CONFIG_REGION_INDEX)
		region->size = VPCI_CONFIG;
	if (region->size)
		region->flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
}

static void op_irq(void *opaque, uint32_t index, struct vfu_irq *irq)
{
	(void)opaque;
	pci_irqs_describe(index, irq);
}

static int op_set_irqs(void *opaque, const struct vfu_irq_set *set)
{
	struct vpci *vpci = opaque;

	return pci_irqs_set(&vpci->irqs, set);
}

static int op_read(void *opaque, uint32_t index, uint64_t offset, void *data, uint32_t count)
{
	if (index == VFIO_PCI_CONFIG_REGION_INDEX)
		vpci_config_read(opaque, offset, data, count);
	else
		vpci_bar_read(opaque, index, offset, data, count);
	return 0;
}

static int op_write(void *opaque, uint32_t index, uint64_t offset, const void *data,
		    uint32_t count)
{
	if (index == VFIO_PCI_CONFIG_REGION_INDEX)
		vpci_config_write(opaque, offset, data, count);
	else
		vpci_bar_write(opaque, index, offset, data, count);
	return 0;
}

static int op_reset(void *opaque)
{
	struct vpci *vpci = opaque;

	vpci_config_init(vpci);
	memset(vpci->table, 0, sizeof(vpci->table));
	vpci_device_reset(vpci, VIOMMU_RESET_SYSTEM);
	return 0;
}

/* Memory that the client does not share is out of reach, for the queues and for endpoints */
static int op_dma_map(void *opaque, const struct vfu_dma *dma)
{
	struct vpci *vpci = opaque;
	int rc;

	if (dma->fd < 0 || !dma->read)
		return 0;
	rc = gmem_add(vpci->mem, dma->iova, dma->size, dma->fd, dma->offset, dma->write);
	if (rc)
		return rc;
	rc = vpci->host.map(vpci->host.opaque, dma);
	if (rc)
		gmem_remove(vpci->mem, dma->iova);
	vpci_check(vpci);
	return rc;
}

static void op_dma_unmap(void *opaque, const struct vfu_dma *dma)
{
	struct vpci *vpci = opaque;

	if (!gmem_remove(vpci->mem, dma->iova))
		vpci->host.unmap(vpci->host.opaque, dma);
	vpci_check(vpci);
}

static void op_connected(void *opaque)
{
	(void)opaque;
}

/* What the driver has set up stays, for a client that comes back with the same guest */
static void op_disconnected(void *opaque)
{
	struct vpci *vpci = opaque;

	pci_irqs_drop(&vpci->irqs);
	vpci->away = true;
}

/* Interrupts of errors and of the host's requests there are none of */
const struct vfu_ops vpci_ops = {
	.region = op_region,
	.irq = op_irq,
	.set_irqs = op_set_irqs,
	.read = op_read,
	.write = op_write,
	.reset = op_reset,
	.dma_map = op_dma_map,
	.dma_unmap = op_dma_unmap,
	.connected = op_connected,
	.disconnected = op_disconnected,
	.num_regions = VFIO_PCI_NUM_REGIONS,
	.num_irqs = VFIO_PCI_MSIX_IRQ_INDEX + 1,
};

struct vpci *vpci_new(struct viommu *dev, struct gmem *mem, const struct vpci_host *host)
{
	struct vpci *vpci = calloc(1, sizeof(*vpci));
	unsigned int i;

	if (!vpci)
		return NULL;
	vpci->dev = dev;
	vpci->mem = mem;
	vpci->host = *host;
	for (i = 0; i < VPCI_QUEUES; i++)
		vpci->queues[i].mem = mem;
	pci_irqs_init(&vpci->irqs);
	vpci_config_init(vpci);
	vpci_device_reset(vpci, VIOMMU_RESET_SYSTEM);
	return vpci;
}

void vpci_free(struct vpci *vpci)
{
	if (!vpci)
		return;
	pci_irqs_drop(&vpci->irqs);
	free(vpci);
}
