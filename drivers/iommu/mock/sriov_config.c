// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: configuration space of a PCI function that has virtual functions
 *
 * The SR-IOV capability (PCIe 9.3.3): software says how many virtual functions there
 * are, and where the BARs of all of them are, one function's after another's.
 */
#include <linux/bits.h>
#include <linux/minmax.h>
#include <linux/pci_regs.h>

#include "config_bytes.h"

/* System Page Size and what is supported of it: 4K, and so a BAR of that size */
#define SRIOV_PAGE_4K		BIT(0)

static void sriov_init_bar(struct mock_pci_config *cfg, u32 pos, u32 bar, bool behind)
{
	const u32 off = pos + PCI_SRIOV_BAR + bar * 4;

	cfg_set32(cfg, off, PCI_BASE_ADDRESS_MEM_TYPE_64 |
			    (behind ? PCI_BASE_ADDRESS_MEM_PREFETCH : 0),
		  ~(MOCK_PCI_VF_BAR_SIZE - 1));
	cfg_set32(cfg, off + 4, 0, ~0U);
}

/**
 * mock_pci_config_init_sriov() - the capability as software finds it
 * @cfg: the configuration space
 * @pos: offset of the capability, whose header is there
 * @caps: what the function offers
 */
void mock_pci_config_init_sriov(struct mock_pci_config *cfg, u32 pos,
				const struct mock_pci_caps *caps)
{
	cfg->sriov = pos;
	cfg_set16(cfg, pos + PCI_SRIOV_CTRL, 0, PCI_SRIOV_CTRL_VFE | PCI_SRIOV_CTRL_MSE |
						PCI_SRIOV_CTRL_ARI);
	cfg_set16(cfg, pos + PCI_SRIOV_INITIAL_VF, caps->total_vfs, 0);
	cfg_set16(cfg, pos + PCI_SRIOV_TOTAL_VF, caps->total_vfs, 0);
	cfg_set16(cfg, pos + PCI_SRIOV_NUM_VF, 0, 0xffff);
	cfg->data[pos + PCI_SRIOV_FUNC_LINK] = caps->link;
	cfg_set16(cfg, pos + PCI_SRIOV_VF_OFFSET, caps->vf_offset, 0);
	cfg_set16(cfg, pos + PCI_SRIOV_VF_STRIDE, caps->vf_stride, 0);
	cfg_set16(cfg, pos + PCI_SRIOV_VF_DID, caps->device, 0);
	cfg_set32(cfg, pos + PCI_SRIOV_SUP_PGSIZE, SRIOV_PAGE_4K, 0);
	cfg_set32(cfg, pos + PCI_SRIOV_SYS_PGSIZE, SRIOV_PAGE_4K, SRIOV_PAGE_4K);
	sriov_init_bar(cfg, pos, 0, caps->behind);
	sriov_init_bar(cfg, pos, 2, caps->behind);
}

static bool sriov_on(const struct mock_pci_config *cfg)
{
	return cfg->sriov &&
	       cfg_get16(cfg, cfg->sriov + PCI_SRIOV_CTRL) & PCI_SRIOV_CTRL_VFE;
}

/**
 * mock_pci_config_sriov_fixed() - is a register not to be written now?
 * @cfg: the configuration space
 * @off: offset of the byte
 *
 * Return: it is the number of virtual functions, while there are any
 */
bool mock_pci_config_sriov_fixed(const struct mock_pci_config *cfg, u32 off)
{
	return sriov_on(cfg) && (off & ~1U) == cfg->sriov + PCI_SRIOV_NUM_VF;
}

/**
 * mock_pci_config_num_vfs() - how many virtual functions are there?
 * @cfg: the configuration space
 *
 * Return: as many as software wants, if it wants any, and no more than there can be
 */
u32 mock_pci_config_num_vfs(const struct mock_pci_config *cfg)
{
	if (!sriov_on(cfg))
		return 0;
	return min(cfg_get16(cfg, cfg->sriov + PCI_SRIOV_NUM_VF),
		   cfg_get16(cfg, cfg->sriov + PCI_SRIOV_TOTAL_VF));
}

/**
 * mock_pci_config_vf_memory() - do virtual functions decode their BARs?
 * @cfg: the configuration space of the physical one
 *
 * Return: they do
 */
bool mock_pci_config_vf_memory(const struct mock_pci_config *cfg)
{
	return sriov_on(cfg) &&
	       cfg_get16(cfg, cfg->sriov + PCI_SRIOV_CTRL) & PCI_SRIOV_CTRL_MSE;
}

static void sriov_set_bar(struct mock_pci_config *cfg, u32 bar, u64 addr)
{
	const u32 off = cfg->sriov + PCI_SRIOV_BAR + bar * 4;
	u32 flags = cfg_get32(cfg, off) & ~PCI_BASE_ADDRESS_MEM_MASK;

	put_unaligned_le64(addr | flags, &cfg->data[off]);
}

/**
 * mock_pci_config_set_vf_bars() - firmware programs the BARs of virtual functions
 * @cfg: the configuration space, which has the capability
 * @bar0: bus address of the first one's, aligned to the size of a BAR
 * @bar2: likewise
 */
void mock_pci_config_set_vf_bars(struct mock_pci_config *cfg, u64 bar0, u64 bar2)
{
	sriov_set_bar(cfg, 0, bar0);
	sriov_set_bar(cfg, 2, bar2);
}

/**
 * mock_pci_config_vf_bar() - where is a BAR of the first virtual function?
 * @cfg: the configuration space of the physical one
 * @bar: 0 or 2
 *
 * Return: bus address, 0 while it was not programmed
 */
u64 mock_pci_config_vf_bar(const struct mock_pci_config *cfg, u32 bar)
{
	return get_unaligned_le64(&cfg->data[cfg->sriov + PCI_SRIOV_BAR + bar * 4]) &
	       PCI_BASE_ADDRESS_MEM_MASK;
}
