/* SPDX-License-Identifier: GPL-2.0-only */
/* Mock IOMMU: configuration space of an endpoint */
#ifndef __IOMMU_MOCK_PCI_CONFIG_H
#define __IOMMU_MOCK_PCI_CONFIG_H

#include <linux/types.h>

/* What there is of it; the rest of the 4096 bytes reads as zero */
#define MOCK_PCI_CONFIG_BACKED	0x170

/* Where the capabilities are */
#define MOCK_PCI_CAP_EXP	0x40
#define MOCK_PCI_CAP_MSI	0x80
#define MOCK_PCI_CAP_MSIX	0xa0

#define MOCK_PCI_NR_VECTORS	32	/* MSI and MSI-X have as many */
#define MOCK_PCI_MSIX_BAR	2
#define MOCK_PCI_MSIX_TABLE	0x000
#define MOCK_PCI_MSIX_PBA	0x800
#define MOCK_PCI_BAR_SIZE	0x1000	/* of both BARs */

/* Of a function that the PCI core enumerates: less than a page, see function.h */
#define MOCK_PCI_FN_BAR_SIZE	0x800
#define MOCK_PCI_FN_MSIX_PBA	0x400

/* Of a virtual function: a page, as SR-IOV wants it */
#define MOCK_PCI_VF_BAR_SIZE	0x1000

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
 * @prg_response_pasid: with a PASID in the responses to requests that had one
 * @function: it is a function that the PCI core enumerates, as it is after power-on.
 *	Otherwise it is as VFIO shows one to userspace
 * @behind: of such a function: it is behind a root port, not root complex integrated
 * @next_fn: the function that comes after it where there is ARI, 0 for none
 * @multifunction: its device has other functions
 * @total_vfs: virtual functions that software can have of it (SR-IOV)
 * @vf_offset: distance from its routing id to that of the first one
 * @vf_stride: distance from one to the next
 * @link: itself, as it is called where its device's functions are
 * @virtual: it is such a function itself
 * @ioat: it is an I/OAT DMA engine
 * @acs: it tells that it has no way to reach other functions of its device
 */
struct mock_pci_caps {
	u32 vendor;
	u32 device;
	u32 pasid_bits;
	bool ats;
	u32 ats_queue_depth;
	bool pri;
	bool prg_response_pasid;
	bool function;
	bool behind;
	u8 next_fn;
	bool multifunction;
	u32 total_vfs;
	u32 vf_offset;
	u32 vf_stride;
	u8 link;
	bool virtual;
	bool ioat;
	bool acs;
};

/**
 * struct mock_pci_config - a configuration space
 * @data: its bytes
 * @wmask: the bits of them that a write changes
 * @ats: offset of the ATS capability, or 0
 * @pri: offset of the page request capability, or 0
 * @pasid: offset of the PASID capability, or 0
 * @sriov: offset of the SR-IOV capability, or 0
 */
struct mock_pci_config {
	u8 data[MOCK_PCI_CONFIG_BACKED];
	u8 wmask[MOCK_PCI_CONFIG_BACKED];
	u16 ats;
	u16 pri;
	u16 pasid;
	u16 sriov;
};

void mock_pci_config_init(struct mock_pci_config *cfg,
			  const struct mock_pci_caps *caps);
u32 mock_pci_config_load(const struct mock_pci_config *cfg, u32 off, u32 bytes);
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
bool mock_pci_config_ats_on(const struct mock_pci_config *cfg);
bool mock_pci_config_pri_on(const struct mock_pci_config *cfg);
bool mock_pci_config_pasid_on(const struct mock_pci_config *cfg);

/* sriov_config.c: of a function with virtual ones */
void mock_pci_config_init_sriov(struct mock_pci_config *cfg, u32 pos,
				const struct mock_pci_caps *caps);
bool mock_pci_config_sriov_fixed(const struct mock_pci_config *cfg, u32 off);
u32 mock_pci_config_num_vfs(const struct mock_pci_config *cfg);
bool mock_pci_config_vf_memory(const struct mock_pci_config *cfg);
void mock_pci_config_set_vf_bars(struct mock_pci_config *cfg, u64 bar0, u64 bar2);
u64 mock_pci_config_vf_bar(const struct mock_pci_config *cfg, u32 bar);

/* pci_function.c: of a function */
void mock_pci_config_set_bars(struct mock_pci_config *cfg, u64 bar0, u64 bar2);
u64 mock_pci_config_bar(const struct mock_pci_config *cfg, u32 bar);
bool mock_pci_config_intx(const struct mock_pci_config *cfg);
u32 mock_pci_config_vectors(const struct mock_pci_config *cfg,
			    enum mock_pci_irq irq);
bool mock_pci_config_msix_masked(const struct mock_pci_config *cfg);
u64 mock_pci_config_msi_address(const struct mock_pci_config *cfg);
u32 mock_pci_config_msi_data(const struct mock_pci_config *cfg, u32 nr);
u32 mock_pci_config_msi_mask(const struct mock_pci_config *cfg);
u32 mock_pci_config_msi_pending(const struct mock_pci_config *cfg);
void mock_pci_config_set_msi_pending(struct mock_pci_config *cfg, u32 nr,
				     bool pending);

#endif /* __IOMMU_MOCK_PCI_CONFIG_H */
