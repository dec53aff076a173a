// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: what a root port has in its configuration space, and lets through
 *
 * A slot is behind it, without a controller for hot-plug: whoever plugs a function in
 * tells the PCI core. The number of the bus is wired (Enhanced Allocation): source-ids
 * of what is there are configured, and software may not choose others.
 */
#include <linux/bits.h>
#include <linux/pci_ids.h>
#include <linux/pci_regs.h>
#include <linux/string.h>

#include "config_bytes.h"
#include "port.h"

/* A number that TI has given to nothing */
#define PORT_DEVICE_ID		0xb5ff

#define PORT_ACS		(PCI_ACS_SV | PCI_ACS_TB | PCI_ACS_RR | PCI_ACS_CR | \
				 PCI_ACS_UF)
/* What keeps functions from each other, as firmware leaves it where there is an IOMMU */
#define PORT_ACS_FIRMWARE	(PCI_ACS_SV | PCI_ACS_RR | PCI_ACS_CR | PCI_ACS_UF)

/* A memory window: 1 MB of granularity, the lower half of the register is its type */
#define PORT_WINDOW_BITS	0xfff0

static void port_init_header(struct mock_port *port)
{
	struct mock_pci_config *cfg = &port->config;

	cfg_set16(cfg, PCI_VENDOR_ID, PCI_VENDOR_ID_TI, 0);
	cfg_set16(cfg, PCI_DEVICE_ID, PORT_DEVICE_ID, 0);
	cfg_set16(cfg, PCI_COMMAND, 0, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER |
				       PCI_COMMAND_PARITY | PCI_COMMAND_SERR |
				       PCI_COMMAND_INTX_DISABLE);
	cfg_set16(cfg, PCI_STATUS, PCI_STATUS_CAP_LIST, 0);
	cfg_set16(cfg, PCI_CLASS_DEVICE, PCI_CLASS_BRIDGE_PCI, 0);
	cfg->wmask[PCI_CACHE_LINE_SIZE] = 0xff;
	cfg->data[PCI_HEADER_TYPE] = PCI_HEADER_TYPE_BRIDGE |
				     (port->multifunction ? PCI_HEADER_TYPE_MFD : 0);
	cfg->data[PCI_CAPABILITY_LIST] = MOCK_PCI_CAP_EXP;
	cfg->wmask[PCI_INTERRUPT_LINE] = 0xff;
	cfg_set16(cfg, PCI_BRIDGE_CONTROL, 0, PCI_BRIDGE_CTL_PARITY |
					      PCI_BRIDGE_CTL_SERR |
					      PCI_BRIDGE_CTL_BUS_RESET);
}

static void port_init_buses(struct mock_port *port)
{
	cfg_set32(&port->config, PCI_PRIMARY_BUS,
		  port->secondary << 16 | port->secondary << 8 | port->rid >> 8, 0xffffff);
}

/**
 * mock_port_place_windows() - firmware programs the windows
 * @port: the port
 *
 * What is behind it has memory for what may be prefetched, which alone can be anywhere,
 * and no other. There is no I/O behind it.
 */
void mock_port_place_windows(struct mock_port *port)
{
	struct mock_pci_config *cfg = &port->config;
	const u64 last = port->window + MOCK_PORT_WINDOW - 1;

	cfg_set16(cfg, PCI_MEMORY_BASE, PORT_WINDOW_BITS, PORT_WINDOW_BITS);
	cfg_set16(cfg, PCI_MEMORY_LIMIT, 0, PORT_WINDOW_BITS);
	cfg_set16(cfg, PCI_PREF_MEMORY_BASE, (port->window >> 16 & PORT_WINDOW_BITS) |
					     PCI_PREF_RANGE_TYPE_64, PORT_WINDOW_BITS);
	cfg_set16(cfg, PCI_PREF_MEMORY_LIMIT, (last >> 16 & PORT_WINDOW_BITS) |
					      PCI_PREF_RANGE_TYPE_64, PORT_WINDOW_BITS);
	cfg_set32(cfg, PCI_PREF_BASE_UPPER32, port->window >> 32, ~0U);
	cfg_set32(cfg, PCI_PREF_LIMIT_UPPER32, last >> 32, ~0U);
}

static void port_init_exp(struct mock_pci_config *cfg)
{
	const u32 pos = MOCK_PCI_CAP_EXP;

	cfg->data[pos] = PCI_CAP_ID_EXP;
	cfg->data[pos + PCI_CAP_LIST_NEXT] = MOCK_PORT_CAP_EA;
	cfg_set16(cfg, pos + PCI_EXP_FLAGS,
		  PCI_EXP_FLAGS_SLOT | PCI_EXP_TYPE_ROOT_PORT << 4 | 2, 0);
	cfg_set32(cfg, pos + PCI_EXP_DEVCAP, PCI_EXP_DEVCAP_RBER, 0);
	cfg_set16(cfg, pos + PCI_EXP_DEVCTL, 0,
		  PCI_EXP_DEVCTL_CERE | PCI_EXP_DEVCTL_NFERE | PCI_EXP_DEVCTL_FERE |
		  PCI_EXP_DEVCTL_URRE | PCI_EXP_DEVCTL_PAYLOAD);
	cfg_set32(cfg, pos + PCI_EXP_LNKCAP, PCI_EXP_LNKCAP_SLS_2_5GB | 1 << 4 |
					     PCI_EXP_LNKCAP_DLLLARC, 0);
	cfg_set16(cfg, pos + PCI_EXP_LNKCTL, 0, PCI_EXP_LNKCTL_ASPMC |
						PCI_EXP_LNKCTL_CCC |
						PCI_EXP_LNKCTL_ES);
	cfg_set16(cfg, pos + PCI_EXP_RTCTL, 0, PCI_EXP_RTCTL_SECEE |
					       PCI_EXP_RTCTL_SENFEE |
					       PCI_EXP_RTCTL_SEFEE);
	/* ARI forwarding, and prefixes of PASIDs: one of them */
	cfg_set32(cfg, pos + PCI_EXP_DEVCAP2,
		  PCI_EXP_DEVCAP2_ARI | PCI_EXP_DEVCAP2_EE_PREFIX | 1 << 22, 0);
	cfg_set16(cfg, pos + PCI_EXP_DEVCTL2, 0, PCI_EXP_DEVCTL2_ARI);
	cfg_set32(cfg, pos + PCI_EXP_LNKCAP2, PCI_EXP_LNKCAP2_SLS_2_5GB, 0);
	cfg_set16(cfg, pos + PCI_EXP_LNKCTL2, PCI_EXP_LNKCTL2_TLS_2_5GT, 0);
}

/* No entries: nothing but the number of the bus is wired */
static void port_init_ea(struct mock_port *port)
{
	struct mock_pci_config *cfg = &port->config;

	cfg->data[MOCK_PORT_CAP_EA] = PCI_CAP_ID_EA;
	cfg_set16(cfg, MOCK_PORT_CAP_EA + PCI_EA_FIRST_ENT,
		  port->secondary << 8 | port->secondary, 0);
}

static void port_init_acs(struct mock_pci_config *cfg)
{
	cfg_set32(cfg, MOCK_PORT_CAP_ACS, 1 << 16 | PCI_EXT_CAP_ID_ACS, 0);
	cfg_set16(cfg, MOCK_PORT_CAP_ACS + PCI_ACS_CAP, PORT_ACS, 0);
	cfg_set16(cfg, MOCK_PORT_CAP_ACS + PCI_ACS_CTRL, PORT_ACS_FIRMWARE, PORT_ACS);
}

/* The link is up as long as something is plugged in */
static void port_update_slot(struct mock_port *port)
{
	struct mock_pci_config *cfg = &port->config;
	const u32 pos = MOCK_PCI_CAP_EXP;
	const bool there = port->functions;

	cfg_set16(cfg, pos + PCI_EXP_LNKSTA, there ? PCI_EXP_LNKSTA_CLS_2_5GB |
						     PCI_EXP_LNKSTA_NLW_X1 |
						     PCI_EXP_LNKSTA_DLLLA : 0, 0);
	cfg_set16(cfg, pos + PCI_EXP_SLTSTA, there ? PCI_EXP_SLTSTA_PDS : 0, 0);
}

/**
 * mock_port_power_on() - a port as software finds it, with nothing behind it yet
 * @port: the port; what is constant of it is filled in
 */
void mock_port_power_on(struct mock_port *port)
{
	memset(&port->config, 0, sizeof(port->config));
	port->functions = 0;
	port_init_header(port);
	port_init_buses(port);
	mock_port_place_windows(port);
	port_init_exp(&port->config);
	port_init_ea(port);
	if (port->acs)
		port_init_acs(&port->config);
	port_update_slot(port);
}

/**
 * mock_port_count() - a function behind the port comes, or goes
 * @port: the port
 * @more: 1 or -1
 */
void mock_port_count(struct mock_port *port, int more)
{
	port->functions += more;
	port_update_slot(port);
}

static bool port_resets_bus(const struct mock_port *port)
{
	return cfg_get16(&port->config, PCI_BRIDGE_CONTROL) & PCI_BRIDGE_CTL_BUS_RESET;
}

/**
 * mock_port_config_write() - software writes configuration space
 * @port: the port
 * @off: offset
 * @bytes: 1, 2 or 4, which @off is a multiple of
 * @val: what
 *
 * Return: a reset of the bus behind it begins
 */
bool mock_port_config_write(struct mock_port *port, u32 off, u32 bytes, u32 val)
{
	const bool before = port_resets_bus(port);

	/* Function level reset is no bit of a port's */
	for (; bytes--; val >>= 8)
		mock_pci_config_write(&port->config, off++, val);
	return !before && port_resets_bus(port);
}

/**
 * mock_port_has_function() - is a configuration access for what is behind the port?
 * @port: the port
 * @bus: bus that is accessed
 * @devfn: device and function there
 *
 * On the link there is device 0 only, whatever its functions are, unless they have all
 * of the eight bits (ARI).
 *
 * Return: it is let through
 */
bool mock_port_has_function(const struct mock_port *port, u8 bus, u8 devfn)
{
	const struct mock_pci_config *cfg = &port->config;
	const bool ari = cfg_get16(cfg, MOCK_PCI_CAP_EXP + PCI_EXP_DEVCTL2) &
			 PCI_EXP_DEVCTL2_ARI;

	return cfg->data[PCI_SECONDARY_BUS] == bus && (ari || devfn < 8) &&
	       !port_resets_bus(port);
}

/* @base: its register, with that of the limit behind it */
static bool port_in_window(const struct mock_port *port, u64 addr, u32 base,
			   u64 upper_base, u64 upper_limit)
{
	const struct mock_pci_config *cfg = &port->config;
	u32 first = (u32)(cfg_get16(cfg, base) & PORT_WINDOW_BITS) << 16;
	u32 last = (u32)(cfg_get16(cfg, base + 2) & PORT_WINDOW_BITS) << 16 | 0xfffff;

	return addr >= (upper_base << 32 | first) && addr <= (upper_limit << 32 | last);
}

/**
 * mock_port_has_address() - is a memory access for what is behind the port?
 * @port: the port
 * @addr: bus address
 *
 * Return: it is let through
 */
bool mock_port_has_address(const struct mock_port *port, u64 addr)
{
	const struct mock_pci_config *cfg = &port->config;

	if (!mock_pci_config_memory(cfg) || port_resets_bus(port))
		return false;
	return port_in_window(port, addr, PCI_MEMORY_BASE, 0, 0) ||
	       port_in_window(port, addr, PCI_PREF_MEMORY_BASE,
			      cfg_get32(cfg, PCI_PREF_BASE_UPPER32),
			      cfg_get32(cfg, PCI_PREF_LIMIT_UPPER32));
}

/**
 * mock_port_may_send() - are requests of what is behind the port let through?
 * @port: the port, %NULL for none
 *
 * Return: they are
 */
bool mock_port_may_send(const struct mock_port *port)
{
	return !port || (mock_pci_config_master(&port->config) && !port_resets_bus(port));
}

/**
 * mock_port_blocks_ats() - are requests for translations, and those with translated
 * addresses, stopped (ACS Translation Blocking)?
 * @port: the port, %NULL for none
 *
 * Return: they are
 */
bool mock_port_blocks_ats(const struct mock_port *port)
{
	return port && port->acs &&
	       cfg_get16(&port->config, MOCK_PORT_CAP_ACS + PCI_ACS_CTRL) & PCI_ACS_TB;
}
