/* SPDX-License-Identifier: GPL-2.0-only */
/* The virtio-iommu as a PCI function: what its files share */
#ifndef VIOMMU_VIRTIO_PCI_PRIV_H
#define VIOMMU_VIRTIO_PCI_PRIV_H

#include "pci_irq.h"
#include "viommu.h"
#include "virtio_pci.h"
#include "virtqueue.h"

#define VPCI_QUEUES	2
#define VPCI_CONFIG	256

/* BAR 0 has the structures of virtio, each in a page, BAR 1 has those of MSI-X */
#define VPCI_BAR0_SIZE	0x4000u
#define VPCI_BAR1_SIZE	0x1000u
#define VPCI_COMMON	0x0000u
#define VPCI_ISR	0x1000u
#define VPCI_DEVICE	0x2000u
#define VPCI_NOTIFY	0x3000u
#define VPCI_PAGE	0x1000u
#define VPCI_NOTIFY_STEP	4u
#define VPCI_TABLE	0x0000u
#define VPCI_PBA	0x0800u

#define VPCI_NO_VECTOR	0xffffu

struct vpci {
	struct viommu *dev;
	struct gmem *mem;
	struct vpci_host host;
	struct pci_irqs irqs;
	uint8_t config[VPCI_CONFIG];
	uint8_t table[PCI_IRQ_VECTORS * 16];	/* of MSI-X: the client has its own */

	struct vq queues[VPCI_QUEUES];
	uint16_t vectors[VPCI_QUEUES];
	uint16_t config_vector;
	uint32_t device_feature_select;
	uint32_t driver_feature_select;
	uint64_t driver_features;
	uint16_t queue_select;
	uint8_t status;
	uint8_t isr;
	bool failed;		/* the status has DEVICE_NEEDS_RESET */
	bool away;		/* the client; its guest has not been here since */
	bool complained;	/* of memory that is not shared; once is enough */
};

/* ---- virtio_pci_config.c: configuration space ---- */

void vpci_config_init(struct vpci *vpci);
void vpci_config_read(struct vpci *vpci, uint64_t offset, void *data, uint32_t count);
void vpci_config_write(struct vpci *vpci, uint64_t offset, const void *data, uint32_t count);
bool vpci_bus_master(const struct vpci *vpci);
bool vpci_msix_enabled(const struct vpci *vpci);
bool vpci_intx_disabled(const struct vpci *vpci);

/* ---- virtio_pci_common.c: the common configuration ---- */

void vpci_common_read(struct vpci *vpci, uint64_t offset, void *data, uint32_t count);
void vpci_common_write(struct vpci *vpci, uint64_t offset, const void *data, uint32_t count);
void vpci_device_reset(struct vpci *vpci, enum viommu_reset reset);

/* ---- virtio_pci_queue.c: requests and events ---- */

void vpci_kick(struct vpci *vpci, unsigned int queue);
/* The driver is told that the device is of no use until it is reset */
void vpci_fail(struct vpci *vpci);
/* Of the line, from what the driver has not yet read */
void vpci_update_intx(struct vpci *vpci);

/* ---- virtio_pci.c: the BARs ---- */

void vpci_bar_read(struct vpci *vpci, unsigned int bar, uint64_t offset, void *data,
		   uint32_t count);
void vpci_bar_write(struct vpci *vpci, unsigned int bar, uint64_t offset, const void *data,
		    uint32_t count);

#endif
