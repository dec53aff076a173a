/* SPDX-License-Identifier: GPL-2.0-only */
/* Mock IOMMU: configuration space of an endpoint */
#ifndef __IOMMU_MOCK_PCI_CONFIG_H
#define __IOMMU_MOCK_PCI_CONFIG_H

#include <linux/types.h>

/* What there is of it; the rest of the 4096 bytes reads as zero */
#define MOCK_PCI_CONFIG_BACKED	0x120

/* Where the capabilities are */
#define MOCK_PCI_CAP_EXP	0x40
#define MOCK_PCI_CAP_MSI	0x80
#define MOCK_PCI_CAP_MSIX	0xa0

#define MOCK_PCI_NR_VECTORS	32	/* MSI and MSI-X have as many */
#define MOCK_PCI_MSIX_BAR	2
#define MOCK_PCI_MSIX_TABLE	0x000
#define MOCK_PCI_MSIX_PBA	0x800
#define MOCK_PCI_BAR_SIZE	0x1000	/* of both BARs */

/* Interrupt mechanism that is in use */
enum mock_pci_irq {
	MOCK_PCI_IRQ_NONE,
	MOCK_PCI_IRQ_INTX,
	MOCK_PCI_IRQ_MSI,
	MOCK_PCI_IRQ_MSIX,
};

/**
 * struct mock_pci_caps - what an endpoint's configuration space offers
 * @vendor: Vendor ID
 * @device: Device ID
 * @pasid_bits: width of its PASIDs, 0: no PASID capability
 * @ats: it has an ATS capability
 * @ats_queue_depth: invalidations that it can queue, 1 to 32
 * @pri: it has a page request interface
 */
struct mock_pci_caps {
	u32 vendor;
	u32 device;
	u32 pasid_bits;
	bool ats;
	u32 ats_queue_depth;
	bool pri;
};

/**
 * struct mock_pci_config - a configuration space
 * @data: its bytes
 * @wmask: the bits of them that a write changes
 * @pri: offset of the page request capability, or 0
 */
struct mock_pci_config {
	u8 data[MOCK_PCI_CONFIG_BACKED];
	u8 wmask[MOCK_PCI_CONFIG_BACKED];
	u16 pri;
};

void mock_pci_config_init(struct mock_pci_config *cfg,
			  const struct mock_pci_caps *caps);
u8 mock_pci_config_read(const struct mock_pci_config *cfg, u32 off);
bool mock_pci_config_write(struct mock_pci_config *cfg, u32 off, u8 val);
void mock_pci_config_set_irq(struct mock_pci_config *cfg, enum mock_pci_irq irq);
void mock_pci_config_set_busy(struct mock_pci_config *cfg, bool busy);
void mock_pci_config_set_intx(struct mock_pci_config *cfg, bool pending);
bool mock_pci_config_memory(const struct mock_pci_config *cfg);
bool mock_pci_config_master(const struct mock_pci_config *cfg);
bool mock_pci_config_no_snoop(const struct mock_pci_config *cfg);
bool mock_pci_config_irq_on(const struct mock_pci_config *cfg,
			    enum mock_pci_irq irq);

#endif /* __IOMMU_MOCK_PCI_CONFIG_H */
