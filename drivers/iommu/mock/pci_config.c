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

#include "config_bytes.h"
#include "pci_config.h"

#define MSI_VECTORS_LOG2	5

static_assert(MOCK_PCI_NR_VECTORS == 1 << MSI_VECTORS_LOG2);
static_assert(MOCK_PCI_MSIX_TABLE + MOCK_PCI_NR_VECTORS * PCI_MSIX_ENTRY_SIZE <=
	      MOCK_PCI_MSIX_PBA);
static_assert(MOCK_PCI_CAP_EXP + PCI_CAP_EXP_ENDPOINT_SIZEOF_V2 <=
	      MOCK_PCI_CAP_MSI);

/*
 * A function's are of 64 bits: the window is where memory ends. Behind a port that is
 * a window for what may be prefetched, as a read of these registers may: it changes none
 */
static void cfg_init_bar(struct mock_pci_config *cfg, u32 off,
			 const struct mock_pci_caps *caps)
{
	const u32 size = caps->function ? MOCK_PCI_FN_BAR_SIZE : MOCK_PCI_BAR_SIZE;
	u32 flags = caps->function ? PCI_BASE_ADDRESS_MEM_TYPE_64 : 0;

	if (caps->behind)
		flags |= PCI_BASE_ADDRESS_MEM_PREFETCH;
	cfg_set32(cfg, off, flags, ~(size - 1));
	if (caps->function)
		cfg_set32(cfg, off + 4, 0, ~0U);
}

static void cfg_init_header(struct mock_pci_config *cfg,
			    const struct mock_pci_caps *caps)
{
	cfg_set16(cfg, PCI_VENDOR_ID, caps->vendor, 0);
	cfg_set16(cfg, PCI_DEVICE_ID, caps->device, 0);
	/* Memory decoding is on as VFIO's user of a PCI device finds it */
	cfg_set16(cfg, PCI_COMMAND, caps->function ? 0 : PCI_COMMAND_MEMORY,
		  PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_PARITY |
		  PCI_COMMAND_SERR | PCI_COMMAND_INTX_DISABLE);
	cfg_set16(cfg, PCI_STATUS, PCI_STATUS_CAP_LIST, 0);
	cfg_set16(cfg, PCI_CLASS_DEVICE,
		  caps->ioat ? PCI_CLASS_SYSTEM_OTHER : PCI_CLASS_OTHERS << 8, 0);
	cfg->wmask[PCI_CACHE_LINE_SIZE] = 0xff;
	cfg->data[PCI_HEADER_TYPE] = caps->multifunction ? PCI_HEADER_TYPE_MFD : 0;
	cfg_init_bar(cfg, PCI_BASE_ADDRESS_0, caps);
	cfg_init_bar(cfg, PCI_BASE_ADDRESS_2, caps);
	cfg_set16(cfg, PCI_SUBSYSTEM_VENDOR_ID, PCI_VENDOR_ID_TI, 0);
	cfg->data[PCI_CAPABILITY_LIST] = MOCK_PCI_CAP_EXP;
	cfg->wmask[PCI_INTERRUPT_LINE] = 0xff;
	cfg->data[PCI_INTERRUPT_PIN] = 1;	/* INTA */
}

/* 9.3.4.1: ids, memory decoding and BARs are told by the physical function; no INTx */
static void cfg_make_virtual(struct mock_pci_config *cfg)
{
	cfg_set32(cfg, PCI_VENDOR_ID, U32_MAX, 0);
	cfg_set16(cfg, PCI_COMMAND, 0, PCI_COMMAND_MASTER);
	cfg->data[PCI_HEADER_TYPE] = 0;
	memset(&cfg->data[PCI_BASE_ADDRESS_0], 0, 6 * 4);
	memset(&cfg->wmask[PCI_BASE_ADDRESS_0], 0, 6 * 4);
	cfg->data[PCI_INTERRUPT_PIN] = 0;
}

static void cfg_init_link(struct mock_pci_config *cfg, u32 pos)
{
	cfg_set32(cfg, pos + PCI_EXP_LNKCAP,
		  PCI_EXP_LNKCAP_SLS_2_5GB | 1 << 4, 0);
	cfg_set16(cfg, pos + PCI_EXP_LNKCTL, 0,
		  PCI_EXP_LNKCTL_ASPMC | PCI_EXP_LNKCTL_CCC | PCI_EXP_LNKCTL_ES);
	cfg_set16(cfg, pos + PCI_EXP_LNKSTA,
		  PCI_EXP_LNKSTA_CLS_2_5GB | PCI_EXP_LNKSTA_NLW_X1, 0);
	cfg_set32(cfg, pos + PCI_EXP_LNKCAP2, PCI_EXP_LNKCAP2_SLS_2_5GB, 0);
	cfg_set16(cfg, pos + PCI_EXP_LNKCTL2, PCI_EXP_LNKCTL2_TLS_2_5GT, 0);
}

static void cfg_init_exp(struct mock_pci_config *cfg,
			 const struct mock_pci_caps *caps)
{
	const bool integrated = caps->function && !caps->behind;
	const u32 pos = MOCK_PCI_CAP_EXP;
	u32 devcap2 = 0;

	/* A PASID travels in an end-end TLP prefix: one of them */
	if (caps->pasid_bits)
		devcap2 = PCI_EXP_DEVCAP2_EE_PREFIX | (1 << 22);

	cfg->data[pos] = PCI_CAP_ID_EXP;
	cfg->data[pos + PCI_CAP_LIST_NEXT] = MOCK_PCI_CAP_MSI;
	cfg_set16(cfg, pos + PCI_EXP_FLAGS,
		  (integrated ? PCI_EXP_TYPE_RC_END : PCI_EXP_TYPE_ENDPOINT) << 4 | 2,
		  0);
	cfg_set32(cfg, pos + PCI_EXP_DEVCAP,
		  PCI_EXP_DEVCAP_RBER | PCI_EXP_DEVCAP_FLR, 0);
	cfg_set16(cfg, pos + PCI_EXP_DEVCTL,
		  PCI_EXP_DEVCTL_RELAX_EN | PCI_EXP_DEVCTL_NOSNOOP_EN |
		  PCI_EXP_DEVCTL_READRQ_512B,
		  PCI_EXP_DEVCTL_CERE | PCI_EXP_DEVCTL_NFERE |
		  PCI_EXP_DEVCTL_FERE | PCI_EXP_DEVCTL_URRE |
		  PCI_EXP_DEVCTL_RELAX_EN | PCI_EXP_DEVCTL_PAYLOAD |
		  PCI_EXP_DEVCTL_NOSNOOP_EN | PCI_EXP_DEVCTL_READRQ);
	cfg_set32(cfg, pos + PCI_EXP_DEVCAP2, devcap2, 0);
	/* What is in the root complex has no link to it */
	if (!integrated)
		cfg_init_link(cfg, pos);
}

/* VFIO has the enable bit of what it shows, see mock_pci_config_set_irq() */
static void cfg_init_msi(struct mock_pci_config *cfg, bool function)
{
	const u32 pos = MOCK_PCI_CAP_MSI;

	cfg->data[pos] = PCI_CAP_ID_MSI;
	cfg->data[pos + PCI_CAP_LIST_NEXT] = MOCK_PCI_CAP_MSIX;
	cfg_set16(cfg, pos + PCI_MSI_FLAGS,
		  PCI_MSI_FLAGS_64BIT | MSI_VECTORS_LOG2 << 1 |
		  (function ? PCI_MSI_FLAGS_MASKBIT : 0),
		  PCI_MSI_FLAGS_QSIZE | (function ? PCI_MSI_FLAGS_ENABLE : 0));
	cfg_set32(cfg, pos + PCI_MSI_ADDRESS_LO, 0, ~3U);
	cfg_set32(cfg, pos + PCI_MSI_ADDRESS_HI, 0, ~0U);
	cfg_set16(cfg, pos + PCI_MSI_DATA_64, 0, 0xffff);
	if (function)
		cfg_set32(cfg, pos + PCI_MSI_MASK_64, 0, ~0U);
}

static void cfg_init_msix(struct mock_pci_config *cfg, bool function)
{
	const u32 pos = MOCK_PCI_CAP_MSIX;

	cfg->data[pos] = PCI_CAP_ID_MSIX;
	cfg_set16(cfg, pos + PCI_MSIX_FLAGS, MOCK_PCI_NR_VECTORS - 1,
		  PCI_MSIX_FLAGS_MASKALL | (function ? PCI_MSIX_FLAGS_ENABLE : 0));
	cfg_set32(cfg, pos + PCI_MSIX_TABLE,
		  MOCK_PCI_MSIX_TABLE | MOCK_PCI_MSIX_BAR, 0);
	cfg_set32(cfg, pos + PCI_MSIX_PBA,
		  (function ? MOCK_PCI_FN_MSIX_PBA : MOCK_PCI_MSIX_PBA) |
		  MOCK_PCI_MSIX_BAR, 0);
}

static void cfg_init_ats(struct mock_pci_config *cfg, u32 pos, u8 depth)
{
	/* A depth of 32 is written as 0 */
	cfg_set16(cfg, pos + PCI_ATS_CAP,
		  PCI_ATS_CAP_QDEP(depth) | PCI_ATS_CAP_PAGE_ALIGNED, 0);
	cfg_set16(cfg, pos + PCI_ATS_CTRL, 0,
		  PCI_ATS_CTRL_ENABLE | PCI_ATS_CTRL_STU(0x1f));
	cfg->ats = pos;
}

/* Page requests that a function says it can have outstanding */
#define CFG_PRI_MOST	32

static void cfg_init_pri(struct mock_pci_config *cfg, u32 pos, bool pasid)
{
	cfg_set16(cfg, pos + PCI_PRI_CTRL, 0, PCI_PRI_CTRL_ENABLE);
	cfg_set16(cfg, pos + PCI_PRI_STATUS,
		  PCI_PRI_STATUS_STOPPED | (pasid ? PCI_PRI_STATUS_PASID : 0), 0);
	/* Its DMA engine has one, what pri_debugfs.c sends is counted by nobody */
	cfg_set32(cfg, pos + PCI_PRI_MAX_REQ, CFG_PRI_MOST, 0);
	cfg_set32(cfg, pos + PCI_PRI_ALLOC_REQ, 0, ~0U);
	cfg->pri = pos;
}

static void cfg_init_pasid(struct mock_pci_config *cfg, u32 pos, u8 bits)
{
	const u16 modes = PCI_PASID_CAP_EXEC | PCI_PASID_CAP_PRIV;

	cfg_set16(cfg, pos + PCI_PASID_CAP, modes | bits << 8, 0);
	cfg_set16(cfg, pos + PCI_PASID_CTRL, 0, PCI_PASID_CTRL_ENABLE | modes);
	cfg->pasid = pos;
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
		/* Virtual functions have these of the physical one */
		{ caps->pri && !caps->virtual, PCI_EXT_CAP_ID_PRI,
		  PCI_EXT_CAP_PRI_SIZEOF },
		{ caps->pasid_bits && !caps->virtual, PCI_EXT_CAP_ID_PASID,
		  PCI_EXT_CAP_PASID_SIZEOF },
		/* No control that it would need: it reaches no other function */
		{ caps->function && caps->acs, PCI_EXT_CAP_ID_ACS, 8 },
		{ caps->behind, PCI_EXT_CAP_ID_ARI, PCI_EXT_CAP_ARI_SIZEOF },
		{ caps->function && caps->total_vfs, PCI_EXT_CAP_ID_SRIOV,
		  PCI_EXT_CAP_SRIOV_SIZEOF },
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
			cfg_init_pri(cfg, pos, caps->pasid_bits &&
				     caps->prg_response_pasid);
		else if (list[i].id == PCI_EXT_CAP_ID_PASID)
			cfg_init_pasid(cfg, pos, caps->pasid_bits);
		else if (list[i].id == PCI_EXT_CAP_ID_ARI)
			cfg_set16(cfg, pos + PCI_ARI_CAP, caps->next_fn << 8, 0);
		else if (list[i].id == PCI_EXT_CAP_ID_SRIOV)
			mock_pci_config_init_sriov(cfg, pos, caps);
		last = pos;
		pos += list[i].size;
	}
}

/**
 * mock_pci_config_init() - a configuration space as software finds it
 * @cfg: the configuration space
 * @caps: what it offers
 */
void mock_pci_config_init(struct mock_pci_config *cfg,
			  const struct mock_pci_caps *caps)
{
	memset(cfg, 0, sizeof(*cfg));
	cfg_init_header(cfg, caps);
	cfg_init_exp(cfg, caps);
	cfg_init_msi(cfg, caps->function);
	cfg_init_msix(cfg, caps->function);
	cfg_init_extended(cfg, caps);
	if (caps->virtual)
		cfg_make_virtual(cfg);
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
 * mock_pci_config_load() - read some bytes
 * @cfg: the configuration space
 * @off: offset of the first
 * @bytes: how many, up to 4
 *
 * Return: the bytes, the first in the lowest bits
 */
u32 mock_pci_config_load(const struct mock_pci_config *cfg, u32 off, u32 bytes)
{
	u32 val = 0;

	while (bytes--)
		val = val << 8 | mock_pci_config_read(cfg, off + bytes);
	return val;
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
	if (off >= sizeof(cfg->data) || mock_pci_config_sriov_fixed(cfg, off))
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

/**
 * mock_pci_config_ats_on() - may the function send translation requests?
 * @cfg: the configuration space
 *
 * Return: it may
 */
bool mock_pci_config_ats_on(const struct mock_pci_config *cfg)
{
	return cfg->ats &&
	       cfg_get16(cfg, cfg->ats + PCI_ATS_CTRL) & PCI_ATS_CTRL_ENABLE;
}

/**
 * mock_pci_config_pri_on() - may the function send page requests?
 * @cfg: the configuration space
 *
 * Return: it may
 */
bool mock_pci_config_pri_on(const struct mock_pci_config *cfg)
{
	return cfg->pri &&
	       cfg_get16(cfg, cfg->pri + PCI_PRI_CTRL) & PCI_PRI_CTRL_ENABLE;
}

/**
 * mock_pci_config_pasid_on() - may the function send requests with a PASID?
 * @cfg: the configuration space
 *
 * Return: it may
 */
bool mock_pci_config_pasid_on(const struct mock_pci_config *cfg)
{
	return cfg->pasid &&
	       cfg_get16(cfg, cfg->pasid + PCI_PASID_CTRL) & PCI_PASID_CTRL_ENABLE;
}
