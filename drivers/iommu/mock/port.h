/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mock IOMMU: a root port of PCI Express, behind which functions are
 *
 * It lets through what software has programmed it for: configuration accesses to the
 * bus behind it, accesses to memory in its windows, and what the functions there send.
 */
#ifndef __IOMMU_MOCK_PORT_H
#define __IOMMU_MOCK_PORT_H

#include <linux/types.h>

#include "pci_config.h"

/* Where its Enhanced Allocation and ACS capabilities are */
#define MOCK_PORT_CAP_EA	0x80
#define MOCK_PORT_CAP_ACS	0x100

/**
 * struct mock_port - a root port
 * @rid: its routing id, constant while its instance is live
 * @secondary: number of the bus behind it, likewise
 * @window: where firmware puts the memory of that bus, likewise
 * @multifunction: its device has other functions, likewise
 * @acs: it has an ACS capability, and firmware has switched it on, likewise
 * @functions: how many functions are there, behind it
 * @config: its configuration space
 *
 * What is not constant is under &mock_iommu.lock.
 */
struct mock_port {
	u16 rid;
	u8 secondary;
	u64 window;
	bool multifunction;
	bool acs;
	unsigned int functions;
	struct mock_pci_config config;
};

/* How much memory there is behind one: a function for each routing id of a bus */
#define MOCK_PORT_WINDOW	0x200000

#ifdef CONFIG_IOMMU_MOCK_PCI
void mock_port_power_on(struct mock_port *port);
void mock_port_place_windows(struct mock_port *port);
bool mock_port_config_write(struct mock_port *port, u32 off, u32 bytes, u32 val);
void mock_port_count(struct mock_port *port, int more);
bool mock_port_has_function(const struct mock_port *port, u8 bus, u8 devfn);
bool mock_port_has_address(const struct mock_port *port, u64 addr);
bool mock_port_may_send(const struct mock_port *port);
bool mock_port_blocks_ats(const struct mock_port *port);
#else
static inline bool mock_port_may_send(const struct mock_port *port)
{
	return true;
}

static inline bool mock_port_blocks_ats(const struct mock_port *port)
{
	return false;
}
#endif

#endif /* __IOMMU_MOCK_PORT_H */
