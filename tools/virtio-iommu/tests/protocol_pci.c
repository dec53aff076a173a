// SPDX-License-Identifier: GPL-2.0-only
/* The virtio-pci function: configuration space, features, status, queues' registers */
#include <string.h>
#include <linux/pci_regs.h>

#include "client.h"

#define CONFIG	VFIO_PCI_CONFIG_REGION_INDEX
#define STATUS_(r) COMMON(r, VIRTIO_PCI_COMMON_STATUS)

/* As a driver finds the structures: by the capabilities */
static void capabilities(struct server_rig *r)
{
	static const uint32_t where[] = { [1] = VPCI_COMMON, VPCI_NOTIFY, VPCI_ISR,
					  VPCI_DEVICE, 0 };
	unsigned int pos, found = 0, n = 0;

	client_hello(r);
	g_assert_cmphex(peek(r, CONFIG, PCI_VENDOR_ID, 4), ==, 0x10571af4);
	g_assert_cmpuint(peek(r, CONFIG, PCI_REVISION_ID, 1), >=, 1);
	g_assert_cmphex(peek(r, CONFIG, PCI_STATUS, 2) & PCI_STATUS_CAP_LIST, !=, 0);
	for (pos = peek(r, CONFIG, PCI_CAPABILITY_LIST, 1); pos;
	     pos = peek(r, CONFIG, pos + 1, 1)) {
		unsigned int type = peek(r, CONFIG, pos + 3, 1);

		g_assert_cmpuint(n++, <, 10);
		g_assert_cmpuint(pos % 4, ==, 0);
		if (peek(r, CONFIG, pos, 1) == PCI_CAP_ID_MSIX) {
			g_assert_cmpuint(peek(r, CONFIG, pos + 2, 2) + 1, ==, PCI_IRQ_VECTORS);
			continue;
		}
		g_assert_cmpuint(peek(r, CONFIG, pos, 1), ==, PCI_CAP_ID_VNDR);
		g_assert_cmpuint(type, <=, VIRTIO_PCI_CAP_PCI_CFG);
		g_assert_cmpuint(peek(r, CONFIG, pos + 2, 1), >=, 16);
		g_assert_cmphex(peek(r, CONFIG, pos + 8, 4), ==, where[type]);
		found |= 1u << type;
	}
	g_assert_cmphex(found, ==, 0x3e);
}

/* BARs are sized by writing ones; what is read-only stays */
static void config_writes(struct server_rig *r)
{
	client_hello(r);
	poke(r, CONFIG, PCI_BASE_ADDRESS_0, 0xffffffff, 4);
	poke(r, CONFIG, PCI_BASE_ADDRESS_1, 0xffffffff, 4);
	poke(r, CONFIG, PCI_BASE_ADDRESS_2, 0xffffffff, 4);
	g_assert_cmphex(peek(r, CONFIG, PCI_BASE_ADDRESS_0, 4), ==, 0xffffc000);
	g_assert_cmphex(peek(r, CONFIG, PCI_BASE_ADDRESS_1, 4), ==, 0xfffff000);
	g_assert_cmphex(peek(r, CONFIG, PCI_BASE_ADDRESS_2, 4), ==, 0);
	poke(r, CONFIG, PCI_VENDOR_ID, 0, 4);
	g_assert_cmphex(peek(r, CONFIG, PCI_VENDOR_ID, 4), ==, 0x10571af4);
	poke(r, CONFIG, PCI_COMMAND, 0xffff, 2);
	g_assert_cmphex(peek(r, CONFIG, PCI_COMMAND, 2), ==, 0x406);
	poke(r, CONFIG, PCI_INTERRUPT_LINE, 0xff0b, 2);
	g_assert_cmphex(peek(r, CONFIG, PCI_INTERRUPT_LINE, 2), ==, 0x10b);
	poke(r, CONFIG, 254, 0xffff, 2);
	g_assert_cmphex(peek(r, CONFIG, 254, 2), ==, 0);
}

/* The registers through configuration space, as firmware reaches them */
static void window(struct server_rig *r)
{
	const unsigned int cap = 0x84;

	client_hello(r);
	poke(r, CONFIG, cap + 4, 0, 1);
	poke(r, CONFIG, cap + 8, VPCI_COMMON + VIRTIO_PCI_COMMON_STATUS, 4);
	poke(r, CONFIG, cap + 12, 1, 4);
	poke(r, CONFIG, cap + 16, 3, 1);
	g_assert_cmphex(STATUS_(r), ==, 3);
	g_assert_cmphex(peek(r, CONFIG, cap + 16, 1), ==, 3);
	/* Not what the window says, or outside of the BAR: nothing happens */
	poke(r, CONFIG, cap + 16, 0, 2);
	g_assert_cmphex(STATUS_(r), ==, 3);
	poke(r, CONFIG, cap + 8, VPCI_COMMON + VIRTIO_PCI_COMMON_GFSELECT, 4);
	poke(r, CONFIG, cap + 12, 2, 4);
	poke(r, CONFIG, cap + 16, 7, 4);
	g_assert_cmphex(peek(r, 0, VIRTIO_PCI_COMMON_GFSELECT, 4), ==, 0);
	poke(r, CONFIG, cap + 12, 4, 4);
	poke(r, CONFIG, cap + 16, 7, 4);
	g_assert_cmphex(peek(r, 0, VIRTIO_PCI_COMMON_GFSELECT, 4), ==, 7);
	poke(r, CONFIG, cap + 12, 3, 4);
	poke(r, CONFIG, cap + 8, VPCI_BAR0_SIZE, 4);
	peek(r, CONFIG, cap + 16, 4);
	poke(r, CONFIG, cap + 12, 4, 4);
	peek(r, CONFIG, cap + 16, 4);
	poke(r, CONFIG, cap + 4, 6, 1);
	peek(r, CONFIG, cap + 16, 4);
}

static void write_features(struct server_rig *r, uint64_t features)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		poke(r, 0, VIRTIO_PCI_COMMON_GFSELECT, i, 4);
		poke(r, 0, VIRTIO_PCI_COMMON_GF, features >> (32 * i) & 0xffffffff, 4);
	}
}

static uint64_t read_features(struct server_rig *r)
{
	uint64_t features;

	poke(r, 0, VIRTIO_PCI_COMMON_DFSELECT, 1, 4);
	features = peek(r, 0, VIRTIO_PCI_COMMON_DF, 4) << 32;
	poke(r, 0, VIRTIO_PCI_COMMON_DFSELECT, 0, 4);
	return features | peek(r, 0, VIRTIO_PCI_COMMON_DF, 4);
}

static bool accepted(struct server_rig *r, uint64_t features)
{
	poke(r, 0, VIRTIO_PCI_COMMON_STATUS, 0, 1);
	poke(r, 0, VIRTIO_PCI_COMMON_STATUS, 3, 1);
	write_features(r, features);
	poke(r, 0, VIRTIO_PCI_COMMON_STATUS, 0xb, 1);
	return STATUS_(r) & VIRTIO_CONFIG_S_FEATURES_OK;
}

static void features(struct server_rig *r)
{
	uint64_t all;

	client_hello(r);
	all = read_features(r);
	g_assert_cmphex(all & BIT(VIRTIO_F_VERSION_1), !=, 0);
	g_assert_cmphex(all & BIT(VIRTIO_F_ACCESS_PLATFORM), !=, 0);
	g_assert_cmphex(all & BIT(VIRTIO_F_RING_PACKED), ==, 0);
	g_assert_cmphex(all & viommu_features(r->dev), ==, viommu_features(r->dev));
	poke(r, 0, VIRTIO_PCI_COMMON_DFSELECT, 2, 4);
	g_assert_cmphex(peek(r, 0, VIRTIO_PCI_COMMON_DF, 4), ==, 0);
	g_assert(accepted(r, all));
	g_assert(accepted(r, BIT(VIRTIO_F_VERSION_1)));
	g_assert(!accepted(r, all & ~BIT(VIRTIO_F_VERSION_1)));
	g_assert(!accepted(r, all | BIT(VIRTIO_F_RING_PACKED)));
	g_assert(!accepted(r, all | BIT(20)));
	/* After that they are what they are */
	g_assert(accepted(r, all));
	write_features(r, 0);
	poke(r, 0, VIRTIO_PCI_COMMON_GFSELECT, 0, 4);
	g_assert_cmphex(peek(r, 0, VIRTIO_PCI_COMMON_GF, 4), ==, all & 0xffffffff);
	poke(r, 0, VIRTIO_PCI_COMMON_GFSELECT, 7, 4);
	poke(r, 0, VIRTIO_PCI_COMMON_GF, 1, 4);
	g_assert_cmphex(peek(r, 0, VIRTIO_PCI_COMMON_GF, 4), ==, 0);
}

static void status(struct server_rig *r)
{
	client_hello(r);
	poke(r, 0, VIRTIO_PCI_COMMON_STATUS, 3, 1);
	/* Bits are not taken back but by a reset, and one is the device's */
	poke(r, 0, VIRTIO_PCI_COMMON_STATUS, 1, 1);
	g_assert_cmphex(STATUS_(r), ==, 3);
	poke(r, 0, VIRTIO_PCI_COMMON_STATUS, 0x40, 1);
	g_assert_cmphex(STATUS_(r), ==, 3);
	poke(r, 0, VIRTIO_PCI_COMMON_STATUS, 0x80, 1);
	g_assert_cmphex(STATUS_(r), ==, 0x83);
	poke(r, 0, VIRTIO_PCI_COMMON_STATUS, 0, 2);
	g_assert_cmphex(STATUS_(r), ==, 0x83);
	poke(r, 0, VIRTIO_PCI_COMMON_STATUS, 0, 1);
	g_assert_cmphex(STATUS_(r), ==, 0);
}

static void queue_registers(struct server_rig *r)
{
	client_hello(r);
	g_assert_cmpuint(peek(r, 0, VIRTIO_PCI_COMMON_NUMQ, 2), ==, 2);
	/* Not before the features */
	poke(r, 0, VIRTIO_PCI_COMMON_Q_ENABLE, 1, 2);
	g_assert_cmpuint(peek(r, 0, VIRTIO_PCI_COMMON_Q_ENABLE, 2), ==, 0);
	g_assert(accepted(r, read_features(r)));
	poke(r, 0, VIRTIO_PCI_COMMON_Q_SELECT, 2, 2);
	g_assert_cmpuint(peek(r, 0, VIRTIO_PCI_COMMON_Q_SIZE, 2), ==, 0);
	poke(r, 0, VIRTIO_PCI_COMMON_Q_ENABLE, 1, 2);
	poke(r, 0, VIRTIO_PCI_COMMON_Q_SELECT, 1, 2);
	poke(r, 0, VIRTIO_PCI_COMMON_Q_MSIX, 3, 2);
	g_assert_cmphex(peek(r, 0, VIRTIO_PCI_COMMON_Q_MSIX, 2), ==, VPCI_NO_VECTOR);
	driver_up(r, ~0ull);
	/* What is enabled is not changed, but for its vector */
	poke(r, 0, VIRTIO_PCI_COMMON_Q_SIZE, 64, 2);
	poke(r, 0, VIRTIO_PCI_COMMON_Q_USEDLO, 0, 4);
	poke(r, 0, VIRTIO_PCI_COMMON_Q_ENABLE, 0, 2);
	g_assert_cmpuint(peek(r, 0, VIRTIO_PCI_COMMON_Q_SIZE, 2), ==, Q_SIZE);
	g_assert_cmphex(peek(r, 0, VIRTIO_PCI_COMMON_Q_USEDLO, 8), ==, Q_USED(1));
	g_assert_cmpuint(peek(r, 0, VIRTIO_PCI_COMMON_Q_ENABLE, 2), ==, 1);
	poke(r, 0, VIRTIO_PCI_COMMON_Q_MSIX, 1, 2);
	g_assert_cmphex(peek(r, 0, VIRTIO_PCI_COMMON_Q_MSIX, 2), ==, 1);
}

/* One queue is set up anew, the other goes on */
static void queue_reset(struct server_rig *r)
{
	driver_up(r, ~0ull);
	g_assert_cmpint(attach(r, 1), ==, VIRTIO_IOMMU_S_OK);
	poke(r, 0, VIRTIO_PCI_COMMON_Q_SELECT, 0, 2);
	poke(r, 0, VIRTIO_PCI_COMMON_Q_RESET, 1, 2);
	g_assert_cmpuint(peek(r, 0, VIRTIO_PCI_COMMON_Q_RESET, 2), ==, 0);
	g_assert_cmpuint(peek(r, 0, VIRTIO_PCI_COMMON_Q_ENABLE, 2), ==, 0);
	offer(r, 0, 0);
	kick(r, 0);
	driver_queue(r, 0);
	g_assert_cmpint(map_page(r, 1, 0, MEM_GPA), ==, VIRTIO_IOMMU_S_OK);
}

static void bad_queues(struct server_rig *r)
{
	static const struct {
		uint32_t reg, value, count;
	} bad[] = {
		{ VIRTIO_PCI_COMMON_Q_SIZE, 0, 2 }, { VIRTIO_PCI_COMMON_Q_SIZE, 3, 2 },
		{ VIRTIO_PCI_COMMON_Q_SIZE, 512, 2 }, { VIRTIO_PCI_COMMON_Q_DESCLO, 8, 4 },
		{ VIRTIO_PCI_COMMON_Q_AVAILLO, 1, 4 }, { VIRTIO_PCI_COMMON_Q_USEDLO, 2, 4 },
	};
	unsigned int i;

	client_hello(r);
	for (i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_assert(accepted(r, read_features(r)));
		poke(r, 0, bad[i].reg, bad[i].value, bad[i].count);
		poke(r, 0, VIRTIO_PCI_COMMON_Q_ENABLE, 1, 2);
		g_assert_cmpuint(peek(r, 0, VIRTIO_PCI_COMMON_Q_ENABLE, 2), ==, 0);
		g_assert_cmphex(STATUS_(r) & VIRTIO_CONFIG_S_NEEDS_RESET, !=, 0);
	}
}

static void device_config(struct server_rig *r)
{
	uint64_t whole;

	client_hello(r);
	whole = peek(r, 0, VPCI_DEVICE, 8);
	g_assert_cmphex(whole, !=, 0);
	g_assert_cmphex(peek(r, 0, VPCI_DEVICE, 4), ==, whole & 0xffffffff);
	g_assert_cmphex(peek(r, 0, VPCI_DEVICE + VIOMMU_CONFIG_SIZE, 8), ==, 0);
	g_assert_cmphex(peek(r, 0, VPCI_NOTIFY, 4), ==, 0);
	poke(r, 0, VPCI_DEVICE, 0, 8);
	g_assert_cmphex(peek(r, 0, VPCI_DEVICE, 8), ==, whole);
	/* From one page to the next */
	peek(r, 0, VPCI_DEVICE - 4, 8);
	poke(r, 0, VPCI_DEVICE - 4, 0, 8);
}

void pci_tests(void)
{
	server_test("/pci/capabilities", capabilities);
	server_test("/pci/config_writes", config_writes);
	server_test("/pci/window", window);
	server_test("/pci/features", features);
	server_test("/pci/status", status);
	server_test("/pci/queue_registers", queue_registers);
	server_test("/pci/queue_reset", queue_reset);
	server_test("/pci/bad_queues", bad_queues);
	server_test("/pci/device_config", device_config);
}
