// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: configuration space of an endpoint
 *
 * A byte array, a mask of what may be written, and the few bits that do
 * something. By default the identity is that of a chip whose endpoint test function
 * the kernel's pci_endpoint_test driver knows, with its registers in BAR 0.
 */
#include <linux/build_bug.h>
#include <linux/pci_ids.h>
#include <linux/pci_regs.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "pci_config.h"

#define MSI_VECTORS_LOG2	5

static_assert(MOCK_PCI_NR_VECTORS == 1 << MSI_VECTORS_LOG2);
static_assert(MOCK_PCI_MSIX_TABLE + MOCK_PCI_NR_VECTORS * PCI_MSIX_ENTRY_SIZE <=
	      MOCK_PCI_MSIX_PBA);
static_assert(MOCK_PCI_CAP_EXP + PCI_CAP_EXP_ENDPOINT_SIZEOF_V2 <=
	      MOCK_PCI_CAP_MSI);

static void cfg_set16(struct mock_pci_config *cfg, u32 off, u16 val, u16 wmask)
{
	put_unaligned_le16(val, &cfg->data[off]);
	put_unaligned_le16(wmask, &cfg->wmask[off]);
}

static void cfg_set32(struct mock_pci_config *cfg, u32 off, u32 val, u32 wmask)
{
	put_unaligned_le32(val, &cfg->data[off]);
	put_unaligned_le32(wmask, &cfg->wmask[off]);
}

static u16 cfg_get16(const struct mock_pci_config *cfg, u32 off)
{
	return get_unaligned_le16(&cfg->data[off]);
}

static void cfg_change16(struct mock_pci_config *cfg, u32 off, u16 bits, bool on)
{
	u16 val = cfg_get16(cfg, off);

	put_unaligned_le16(on ? val | bits : val & ~bits, &cfg->data[off]);
}

static void cfg_init_header(struct mock_pci_config *cfg,
			    const struct mock_pci_caps *caps)
{
	cfg_set16(cfg, PCI_VENDOR_ID, caps->vendor, 0);
	cfg_set16(cfg, PCI_DEVICE_ID, caps->device, 0);
	/* Memory decoding is on as VFIO's user of a PCI device finds it */
	cfg_set16(cfg, PCI_COMMAND, PCI_COMMAND_MEMORY,
		  PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_PARITY |
		  PCI_COMMAND_SERR | PCI_COMMAND_INTX_DISABLE);
	cfg_set16(cfg, PCI_STATUS, PCI_STATUS_CAP_LIST, 0);
	cfg_set16(cfg, PCI_CLASS_DEVICE, PCI_CLASS_OTHERS << 8, 0);
	cfg->wmask[PCI_CACHE_LINE_SIZE] = 0xff;
	cfg_set32(cfg, PCI_BASE_ADDRESS_0, 0, ~(u32)(MOCK_PCI_BAR_SIZE - 1));
	cfg_set32(cfg, PCI_BASE_ADDRESS_2, 0, ~(u32)(MOCK_PCI_BAR_SIZE - 1));
	cfg_set16(cfg, PCI_SUBSYSTEM_VENDOR_ID, PCI_VENDOR_ID_TI, 0);
	cfg->data[PCI_CAPABILITY_LIST] = MOCK_PCI_CAP_EXP;
	cfg->wmask[PCI_INTERRUPT_LINE] = 0xff;
	cfg->data[PCI_INTERRUPT_PIN] = 1;	/* INTA */
}

static void cfg_init_exp(struct mock_pci_config *cfg,
			 const struct mock_pci_caps *caps)
{
	const u32 pos = MOCK_PCI_CAP_EXP;
	u32 devcap2 = 0;

	/* A PASID travels in an end-end TLP prefix: one of them */
	if (caps->pasid_bits)
		devcap2 = PCI_EXP_DEVCAP2_EE_PREFIX | (1 << 22);

	cfg->data[pos] = PCI_CAP_ID_EXP;
	cfg->data[pos + PCI_CAP_LIST_NEXT] = MOCK_PCI_CAP_MSI;
	cfg_set16(cfg, pos + PCI_EXP_FLAGS, PCI_EXP_TYPE_ENDPOINT << 4 | 2, 0);
	cfg_set32(cfg, pos + PCI_EXP_DEVCAP,
		  PCI_EXP_DEVCAP_RBER | PCI_EXP_DEVCAP_FLR, 0);
	cfg_set16(cfg, pos + PCI_EXP_DEVCTL,
		  PCI_EXP_DEVCTL_RELAX_EN | PCI_EXP_DEVCTL_NOSNOOP_EN |
		  PCI_EXP_DEVCTL_READRQ_512B,
		  PCI_EXP_DEVCTL_CERE | PCI_EXP_DEVCTL_NFERE |
		  PCI_EXP_DEVCTL_FERE | PCI_EXP_DEVCTL_URRE |
		  PCI_EXP_DEVCTL_RELAX_EN | PCI_EXP_DEVCTL_PAYLOAD |
		  PCI_EXP_DEVCTL_NOSNOOP_EN | PCI_EXP_DEVCTL_READRQ);
	cfg_set32(cfg, pos + PCI_EXP_LNKCAP,
		  PCI_EXP_LNKCAP_SLS_2_5GB | 1 << 4, 0);
	cfg_set16(cfg, pos + PCI_EXP_LNKCTL, 0,
		  PCI_EXP_LNKCTL_ASPMC | PCI_EXP_LNKCTL_CCC | PCI_EXP_LNKCTL_ES);
	cfg_set16(cfg, pos + PCI_EXP_LNKSTA,
		  PCI_EXP_LNKSTA_CLS_2_5GB | PCI_EXP_LNKSTA_NLW_X1, 0);
	cfg_set32(cfg, pos + PCI_EXP_DEVCAP2, devcap2, 0);
	cfg_set32(cfg, pos + PCI_EXP_LNKCAP2, PCI_EXP_LNKCAP2_SLS_2_5GB, 0);
	cfg_set16(cfg, pos + PCI_EXP_LNKCTL2, PCI_EXP_LNKCTL2_TLS_2_5GT, 0);
}

static void cfg_init_msi(struct mock_pci_config *cfg)
{
	const u32 pos = MOCK_PCI_CAP_MSI;

	cfg->data[pos] = PCI_CAP_ID_MSI;
	cfg->data[pos + PCI_CAP_LIST_NEXT] = MOCK_PCI_CAP_MSIX;
	cfg_set16(cfg, pos + PCI_MSI_FLAGS,
		  PCI_MSI_FLAGS_64BIT | MSI_VECTORS_LOG2 << 1,
		  PCI_MSI_FLAGS_QSIZE);
	cfg_set32(cfg, pos + PCI_MSI_ADDRESS_LO, 0, ~3U);
	cfg_set32(cfg, pos + PCI_MSI_ADDRESS_HI, 0, ~0U);
	cfg_set16(cfg, pos + PCI_MSI_DATA_64, 0, 0xffff);
}

static void cfg_init_msix(struct mock_pci_config *cfg)
{
	const u32 pos = MOCK_PCI_CAP_MSIX;

	cfg->data[pos] = PCI_CAP_ID_MSIX;
	cfg_set16(cfg, pos + PCI_MSIX_FLAGS, MOCK_PCI_NR_VECTORS - 1,
		  PCI_MSIX_FLAGS_MASKALL);
	cfg_set32(cfg, pos + PCI_MSIX_TABLE,
		  MOCK_PCI_MSIX_TABLE | MOCK_PCI_MSIX_BAR, 0);
	cfg_set32(cfg, pos + PCI_MSIX_PBA,
		  MOCK_PCI_MSIX_PBA | MOCK_PCI_MSIX_BAR, 0);
}

static void cfg_init_ats(struct mock_pci_config *cfg, u32 pos, u8 depth)
{
	/* A depth of 32 is written as 0 */
	cfg_set16(cfg, pos + PCI_ATS_CAP,
		  PCI_ATS_CAP_QDEP(depth) | PCI_ATS_CAP_PAGE_ALIGNED, 0);
	cfg_set16(cfg, pos + PCI_ATS_CTRL, 0,
		  PCI_ATS_CTRL_ENABLE | PCI_ATS_CTRL_STU(0x1f));
}

static void cfg_init_pri(struct mock_pci_config *cfg, u32 pos, bool pasid)
{
	cfg_set16(cfg, pos + PCI_PRI_CTRL, 0, PCI_PRI_CTRL_ENABLE);
	cfg_set16(cfg, pos + PCI_PRI_STATUS,
		  PCI_PRI_STATUS_STOPPED | (pasid ? PCI_PRI_STATUS_PASID : 0), 0);
	/* One DMA engine: one page request at a time */
	cfg_set32(cfg, pos + PCI_PRI_MAX_REQ, 1, 0);
	cfg_set32(cfg, pos + PCI_PRI_ALLOC_REQ, 0, ~0U);
	cfg->pri = pos;
}

static void cfg_init_pasid(struct mock_pci_config *cfg, u32 pos, u8 bits)
{
	const u16 modes = PCI_PASID_CAP_EXEC | PCI_PASID_CAP_PRIV;

	cfg_set16(cfg, pos + PCI_PASID_CAP, modes | bits << 8, 0);
	cfg_set16(cfg, pos + PCI_PASID_CTRL, 0, PCI_PASID_CTRL_ENABLE | modes);
}

/* The extended capabilities are packed, each header refers to the next */
static void cfg_init_extended(struct mock_pci_config *cfg,
			      const struct mock_pci_caps *caps)
{
	u32 pos = PCI_CFG_SPACE_SIZE, last = 0;
	const struct {
		bool present;
		u16 id;
		u16 size;
	} list[] = {
		{ caps->ats, PCI_EXT_CAP_ID_ATS, PCI_EXT_CAP_ATS_SIZEOF },
		{ caps->pri, PCI_EXT_CAP_ID_PRI, PCI_EXT_CAP_PRI_SIZEOF },
		{ caps->pasid_bits, PCI_EXT_CAP_ID_PASID,
		  PCI_EXT_CAP_PASID_SIZEOF },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(list); i++) {
		if (!list[i].present)
			continue;
		if (last)
			cfg_set16(cfg, last + 2, pos << 4 | 1, 0);
		cfg_set32(cfg, pos, 1 << 16 | list[i].id, 0);
		if (list[i].id == PCI_EXT_CAP_ID_ATS)
			cfg_init_ats(cfg, pos, caps->ats_queue_depth);
		else if (list[i].id == PCI_EXT_CAP_ID_PRI)
			cfg_init_pri(cfg, pos, caps->pasid_bits);
		else
			cfg_init_pasid(cfg, pos, caps->pasid_bits);
		last = pos;
		pos += list[i].size;
	}
}

/**
 * mock_pci_config_init() - a configuration space as VFIO's user finds it
 * @cfg: the configuration space
 * @caps: what it offers
 */
void mock_pci_config_init(struct mock_pci_config *cfg,
			  const struct mock_pci_caps *caps)
{
	memset(cfg, 0, sizeof(*cfg));
	cfg_init_header(cfg, caps);
	cfg_init_exp(cfg, caps);
	cfg_init_msi(cfg);
	cfg_init_msix(cfg);
	cfg_init_extended(cfg, caps);
}

/**
 * mock_pci_config_read() - read a byte
 * @cfg: the configuration space
 * @off: its offset
 *
 * Return: the byte; zero for one that there is not
 */
u8 mock_pci_config_read(const struct mock_pci_config *cfg, u32 off)
{
	return off < sizeof(cfg->data) ? cfg->data[off] : 0;
}

/**
 * mock_pci_config_write() - write a byte
 * @cfg: the configuration space
 * @off: its offset
 * @val: what to write
 *
 * Return: the write asked for a function level reset
 */
bool mock_pci_config_write(struct mock_pci_config *cfg, u32 off, u8 val)
{
	if (off >= sizeof(cfg->data))
		return false;
	cfg->data[off] = (cfg->data[off] & ~cfg->wmask[off]) |
			 (val & cfg->wmask[off]);
	if (cfg->pri && off == cfg->pri + PCI_PRI_CTRL)
		cfg_change16(cfg, cfg->pri + PCI_PRI_STATUS,
			     PCI_PRI_STATUS_STOPPED,
			     !(val & PCI_PRI_CTRL_ENABLE));

	return off == MOCK_PCI_CAP_EXP + PCI_EXP_DEVCTL + 1 &&
	       (val << 8) & PCI_EXP_DEVCTL_BCR_FLR;
}

/**
 * mock_pci_config_set_irq() - another interrupt mechanism is in use
 * @cfg: the configuration space
 * @irq: the mechanism
 *
 * As with a real device behind VFIO, the enable bit of MSI and MSI-X can only
 * be set while VFIO_DEVICE_SET_IRQS has set up that mechanism, which sets it.
 */
void mock_pci_config_set_irq(struct mock_pci_config *cfg, enum mock_pci_irq irq)
{
	const u32 msi = MOCK_PCI_CAP_MSI + PCI_MSI_FLAGS;
	const u32 msix = MOCK_PCI_CAP_MSIX + PCI_MSIX_FLAGS;
	bool is_msi = irq == MOCK_PCI_IRQ_MSI;
	bool is_msix = irq == MOCK_PCI_IRQ_MSIX;

	cfg_change16(cfg, msi, PCI_MSI_FLAGS_ENABLE, is_msi);
	cfg_change16(cfg, msix, PCI_MSIX_FLAGS_ENABLE, is_msix);
	put_unaligned_le16(PCI_MSI_FLAGS_QSIZE |
			   (is_msi ? PCI_MSI_FLAGS_ENABLE : 0),
			   &cfg->wmask[msi]);
	put_unaligned_le16(PCI_MSIX_FLAGS_MASKALL |
			   (is_msix ? PCI_MSIX_FLAGS_ENABLE : 0),
			   &cfg->wmask[msix]);
}

/**
 * mock_pci_config_set_busy() - requests are, or are no longer, under way
 * @cfg: the configuration space
 * @busy: they are
 */
void mock_pci_config_set_busy(struct mock_pci_config *cfg, bool busy)
{
	cfg_change16(cfg, MOCK_PCI_CAP_EXP + PCI_EXP_DEVSTA,
		     PCI_EXP_DEVSTA_TRPND, busy);
}

/**
 * mock_pci_config_set_intx() - INTx is, or is no longer, to be delivered
 * @cfg: the configuration space
 * @pending: it is
 */
void mock_pci_config_set_intx(struct mock_pci_config *cfg, bool pending)
{
	cfg_change16(cfg, PCI_STATUS, PCI_STATUS_INTERRUPT, pending);
}

/**
 * mock_pci_config_memory() - does the endpoint decode its BARs?
 * @cfg: the configuration space
 *
 * Return: it does
 */
bool mock_pci_config_memory(const struct mock_pci_config *cfg)
{
	return cfg_get16(cfg, PCI_COMMAND) & PCI_COMMAND_MEMORY;
}

/**
 * mock_pci_config_master() - may the endpoint send requests?
 * @cfg: the configuration space
 *
 * Return: it may
 */
bool mock_pci_config_master(const struct mock_pci_config *cfg)
{
	return cfg_get16(cfg, PCI_COMMAND) & PCI_COMMAND_MASTER;
}

/**
 * mock_pci_config_no_snoop() - may the endpoint set the No Snoop attribute?
 * @cfg: the configuration space
 *
 * Return: it may (Enable No Snoop of Device Control)
 */
bool mock_pci_config_no_snoop(const struct mock_pci_config *cfg)
{
	return cfg_get16(cfg, MOCK_PCI_CAP_EXP + PCI_EXP_DEVCTL) &
	       PCI_EXP_DEVCTL_NOSNOOP_EN;
}

/**
 * mock_pci_config_irq_on() - may the endpoint use an interrupt mechanism?
 * @cfg: the configuration space
 * @irq: the mechanism
 *
 * Return: it may
 */
bool mock_pci_config_irq_on(const struct mock_pci_config *cfg,
			    enum mock_pci_irq irq)
{
	switch (irq) {
	case MOCK_PCI_IRQ_INTX:
		return !(cfg_get16(cfg, PCI_COMMAND) & PCI_COMMAND_INTX_DISABLE);
	case MOCK_PCI_IRQ_MSI:
		return mock_pci_config_master(cfg) &&
		       cfg_get16(cfg, MOCK_PCI_CAP_MSI + PCI_MSI_FLAGS) &
			       PCI_MSI_FLAGS_ENABLE;
	case MOCK_PCI_IRQ_MSIX:
		return mock_pci_config_master(cfg) &&
		       cfg_get16(cfg, MOCK_PCI_CAP_MSIX + PCI_MSIX_FLAGS) &
			       PCI_MSIX_FLAGS_ENABLE;
	default:
		return false;
	}
}
