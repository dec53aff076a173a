// SPDX-License-Identifier: GPL-2.0-only
/*
 * The virtio-iommu as a PCI function: configuration space
 *
 * The capabilities of virtio are in front, for drivers take the first of a kind. Through
 * the last of them the BARs can be reached without being mapped.
 */
#include <endian.h>
#include <string.h>
#include <linux/pci_regs.h>
#include <linux/virtio_pci.h>

#include "virtio_pci_priv.h"

#define VENDOR		0x1af4
#define DEVICE		(0x1040 + VIOMMU_DEVICE_ID)
#define CLASS		0x080600	/* an IOMMU, of the base systems' class */

/* Where the capabilities are */
#define CAP_COMMON	0x40
#define CAP_ISR		0x50
#define CAP_DEVICE	0x60
#define CAP_NOTIFY	0x70
#define CAP_WINDOW	0x84
#define CAP_MSIX	0x98

static void put16(struct vpci *vpci, unsigned int at, uint16_t value)
{
	value = htole16(value);
	memcpy(vpci->config + at, &value, sizeof(value));
}

static void put32(struct vpci *vpci, unsigned int at, uint32_t value)
{
	value = htole32(value);
	memcpy(vpci->config + at, &value, sizeof(value));
}

static uint16_t get16(const struct vpci *vpci, unsigned int at)
{
	uint16_t value;

	memcpy(&value, vpci->config + at, sizeof(value));
	return le16toh(value);
}

static uint32_t get32(const struct vpci *vpci, unsigned int at)
{
	uint32_t value;

	memcpy(&value, vpci->config + at, sizeof(value));
	return le32toh(value);
}

static void put_cap(struct vpci *vpci, unsigned int at, unsigned int next, uint8_t type,
		    uint32_t offset, uint32_t size)
{
	struct virtio_pci_cap cap = {
		.cap_vndr = PCI_CAP_ID_VNDR,
		.cap_next = next,
		.cap_len = next - at,
		.cfg_type = type,
		.bar = 0,
		.offset = htole32(offset),
		.length = htole32(size),
	};

	memcpy(vpci->config + at, &cap, sizeof(cap));
}

void vpci_config_init(struct vpci *vpci)
{
	memset(vpci->config, 0, sizeof(vpci->config));
	put16(vpci, PCI_VENDOR_ID, VENDOR);
	put16(vpci, PCI_DEVICE_ID, DEVICE);
	put16(vpci, PCI_STATUS, PCI_STATUS_CAP_LIST);
	put32(vpci, PCI_CLASS_REVISION, CLASS << 8 | 1);
	put16(vpci, PCI_SUBSYSTEM_VENDOR_ID, VENDOR);
	put16(vpci, PCI_SUBSYSTEM_ID, 0x1100);
	vpci->config[PCI_CAPABILITY_LIST] = CAP_COMMON;
	vpci->config[PCI_INTERRUPT_PIN] = 1;

	put_cap(vpci, CAP_COMMON, CAP_ISR, VIRTIO_PCI_CAP_COMMON_CFG, VPCI_COMMON,
		VPCI_PAGE);
	put_cap(vpci, CAP_ISR, CAP_DEVICE, VIRTIO_PCI_CAP_ISR_CFG, VPCI_ISR, VPCI_PAGE);
	put_cap(vpci, CAP_DEVICE, CAP_NOTIFY, VIRTIO_PCI_CAP_DEVICE_CFG, VPCI_DEVICE,
		VPCI_PAGE);
	put_cap(vpci, CAP_NOTIFY, CAP_WINDOW, VIRTIO_PCI_CAP_NOTIFY_CFG, VPCI_NOTIFY,
		VPCI_PAGE);
	put32(vpci, CAP_NOTIFY + sizeof(struct virtio_pci_cap), VPCI_NOTIFY_STEP);
	put_cap(vpci, CAP_WINDOW, CAP_MSIX, VIRTIO_PCI_CAP_PCI_CFG, 0, 0);

	vpci->config[CAP_MSIX] = PCI_CAP_ID_MSIX;
	put16(vpci, CAP_MSIX + PCI_MSIX_FLAGS, PCI_IRQ_VECTORS - 1);
	put32(vpci, CAP_MSIX + PCI_MSIX_TABLE, VPCI_TABLE | 1);
	put32(vpci, CAP_MSIX + PCI_MSIX_PBA, VPCI_PBA | 1);
}

/* Bits of the four bytes at @at, a multiple of 4, that can be written */
static uint32_t writable(unsigned int at)
{
	switch (at) {
	case PCI_COMMAND:
		return PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_INTX_DISABLE;
	case PCI_BASE_ADDRESS_0:
		return ~(VPCI_BAR0_SIZE - 1);
	case PCI_BASE_ADDRESS_1:
		return ~(VPCI_BAR1_SIZE - 1);
	case PCI_INTERRUPT_LINE:
		return 0xff;
	case CAP_WINDOW + 4:	/* the BAR */
		return 0xff;
	case CAP_WINDOW + 8:	/* offset */
	case CAP_WINDOW + 12:	/* length */
		return ~0u;
	case CAP_MSIX:
		return (uint32_t)(PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL) << 16;
	}
	return 0;
}

#define WINDOW_DATA	(CAP_WINDOW + sizeof(struct virtio_pci_cap))

/*
 * An access to the window's data, at its beginning and as long as the window says, is one
 * to a BAR. false: it is none, or leads nowhere.
 */
static bool window(struct vpci *vpci, uint64_t offset, uint32_t count, unsigned int *bar,
		   uint64_t *at)
{
	uint32_t size;

	*bar = vpci->config[CAP_WINDOW + 4];
	*at = get32(vpci, CAP_WINDOW + 8);
	size = *bar == 0 ? VPCI_BAR0_SIZE : *bar == 1 ? VPCI_BAR1_SIZE : 0;
	return offset == WINDOW_DATA && count == get32(vpci, CAP_WINDOW + 12) &&
		(count == 1 || count == 2 || count == 4) && !(*at % count) &&
		*at < size;
}

void vpci_config_read(struct vpci *vpci, uint64_t offset, void *data, uint32_t count)
{
	unsigned int bar;
	uint64_t at;

	if (window(vpci, offset, count, &bar, &at))
		vpci_bar_read(vpci, bar, at, vpci->config + WINDOW_DATA, count);
	memcpy(data, vpci->config + offset, count);
}

void vpci_config_write(struct vpci *vpci, uint64_t offset, const void *data, uint32_t count)
{
	const uint8_t *bytes = data;
	bool was_master = vpci_bus_master(vpci);
	unsigned int bar, i;
	uint64_t at;

	for (i = 0; i < count; i++) {
		unsigned int byte = offset + i;
		uint8_t mask = writable(byte & ~3u) >> (8 * (byte & 3));

		vpci->config[byte] = (vpci->config[byte] & ~mask) | (bytes[i] & mask);
	}
	if (window(vpci, offset, count, &bar, &at))
		vpci_bar_write(vpci, bar, at, data, count);
	vpci_update_intx(vpci);
	/* What was kicked for in the meantime */
	if (!was_master && vpci_bus_master(vpci))
		for (i = 0; i < VPCI_QUEUES; i++)
			vpci_kick(vpci, i);
}

bool vpci_bus_master(const struct vpci *vpci)
{
	return get16(vpci, PCI_COMMAND) & PCI_COMMAND_MASTER;
}

bool vpci_intx_disabled(const struct vpci *vpci)
{
	return get16(vpci, PCI_COMMAND) & PCI_COMMAND_INTX_DISABLE;
}

bool vpci_msix_enabled(const struct vpci *vpci)
{
	return get16(vpci, CAP_MSIX + PCI_MSIX_FLAGS) & PCI_MSIX_FLAGS_ENABLE;
}
