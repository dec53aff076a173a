// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: configuration space of a PCI function, what software has programmed
 *
 * What VFIO virtualises (pci_config.c) is the function's own here: BARs, messages,
 * enable bits.
 */
#include <linux/bits.h>
#include <linux/minmax.h>
#include <linux/pci_regs.h>
#include <linux/unaligned.h>

#include "config_bytes.h"
#include "pci_config.h"

static void fn_set_bar(struct mock_pci_config *cfg, u32 off, u64 addr)
{
	u32 flags = cfg_get32(cfg, off) & ~PCI_BASE_ADDRESS_MEM_MASK;

	put_unaligned_le64(addr | flags, &cfg->data[off]);
}

/**
 * mock_pci_config_set_bars() - firmware programs the BARs
 * @cfg: the configuration space
 * @bar0: bus address, aligned to the size of a BAR
 * @bar2: likewise
 */
void mock_pci_config_set_bars(struct mock_pci_config *cfg, u64 bar0, u64 bar2)
{
	fn_set_bar(cfg, PCI_BASE_ADDRESS_0, bar0);
	fn_set_bar(cfg, PCI_BASE_ADDRESS_2, bar2);
}

/**
 * mock_pci_config_bar() - where is a BAR?
 * @cfg: the configuration space
 * @bar: 0 or 2
 *
 * Return: bus address, 0 while it was not programmed
 */
u64 mock_pci_config_bar(const struct mock_pci_config *cfg, u32 bar)
{
	return get_unaligned_le64(&cfg->data[PCI_BASE_ADDRESS_0 + bar * 4]) &
	       PCI_BASE_ADDRESS_MEM_MASK;
}

/**
 * mock_pci_config_intx() - is INTx to be delivered?
 * @cfg: the configuration space
 *
 * Return: it is
 */
bool mock_pci_config_intx(const struct mock_pci_config *cfg)
{
	return cfg_get16(cfg, PCI_STATUS) & PCI_STATUS_INTERRUPT;
}

/**
 * mock_pci_config_vectors() - how many vectors may the function use?
 * @cfg: the configuration space
 * @irq: MOCK_PCI_IRQ_MSI or MOCK_PCI_IRQ_MSIX
 *
 * Return: their number
 */
u32 mock_pci_config_vectors(const struct mock_pci_config *cfg,
			    enum mock_pci_irq irq)
{
	u16 flags = cfg_get16(cfg, MOCK_PCI_CAP_MSI + PCI_MSI_FLAGS);

	if (irq != MOCK_PCI_IRQ_MSI)
		return MOCK_PCI_NR_VECTORS;
	/* 6 and 7 are reserved */
	return 1U << min(5, (flags & PCI_MSI_FLAGS_QSIZE) >> 4);
}

/**
 * mock_pci_config_msix_masked() - are all vectors of MSI-X masked?
 * @cfg: the configuration space
 *
 * Return: they are
 */
bool mock_pci_config_msix_masked(const struct mock_pci_config *cfg)
{
	return cfg_get16(cfg, MOCK_PCI_CAP_MSIX + PCI_MSIX_FLAGS) &
	       PCI_MSIX_FLAGS_MASKALL;
}

/**
 * mock_pci_config_msi_address() - where does software want messages of MSI?
 * @cfg: the configuration space
 *
 * Return: the address
 */
u64 mock_pci_config_msi_address(const struct mock_pci_config *cfg)
{
	return get_unaligned_le64(&cfg->data[MOCK_PCI_CAP_MSI +
					     PCI_MSI_ADDRESS_LO]);
}

/**
 * mock_pci_config_msi_data() - what is the message of an MSI vector?
 * @cfg: the configuration space
 * @nr: the vector, from 0
 *
 * Return: the data, of whose lowest bits the function has as many as say the vector
 */
u32 mock_pci_config_msi_data(const struct mock_pci_config *cfg, u32 nr)
{
	u32 data = cfg_get16(cfg, MOCK_PCI_CAP_MSI + PCI_MSI_DATA_64);

	return (data & ~(mock_pci_config_vectors(cfg, MOCK_PCI_IRQ_MSI) - 1)) | nr;
}

/**
 * mock_pci_config_msi_mask() - which vectors of MSI are masked?
 * @cfg: the configuration space
 *
 * Return: a bit for each
 */
u32 mock_pci_config_msi_mask(const struct mock_pci_config *cfg)
{
	return cfg_get32(cfg, MOCK_PCI_CAP_MSI + PCI_MSI_MASK_64);
}

/**
 * mock_pci_config_msi_pending() - which vectors of MSI wait for the end of a mask?
 * @cfg: the configuration space
 *
 * Return: a bit for each
 */
u32 mock_pci_config_msi_pending(const struct mock_pci_config *cfg)
{
	return cfg_get32(cfg, MOCK_PCI_CAP_MSI + PCI_MSI_PENDING_64);
}

/**
 * mock_pci_config_set_msi_pending() - a vector of MSI waits, or does no longer
 * @cfg: the configuration space
 * @nr: the vector, from 0
 * @pending: it waits
 */
void mock_pci_config_set_msi_pending(struct mock_pci_config *cfg, u32 nr,
				     bool pending)
{
	u32 bits = mock_pci_config_msi_pending(cfg);

	put_unaligned_le32(pending ? bits | BIT(nr) : bits & ~BIT(nr),
			   &cfg->data[MOCK_PCI_CAP_MSI + PCI_MSI_PENDING_64]);
}
