// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: a root port: its configuration space, and what it lets through */
#include <kunit/test.h>
#include <linux/pci.h>

#include "../config_bytes.h"
#include "../port.h"

#define WINDOW		0x40012000000ULL
#define LAST		(WINDOW + MOCK_PORT_WINDOW - 1)
#define EXP		MOCK_PCI_CAP_EXP

static struct mock_port *port_create(struct kunit *test, bool acs)
{
	struct mock_port *port = kunit_kzalloc(test, sizeof(*port), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, port);
	port->rid = 0x02e3;
	port->secondary = 7;
	port->window = WINDOW;
	port->acs = acs;
	mock_port_power_on(port);
	return port;
}

static u32 port_cfg(const struct mock_port *port, u32 off, u32 bytes)
{
	return mock_pci_config_load(&port->config, off, bytes);
}

static void port_header(struct kunit *test)
{
	struct mock_port *port = port_create(test, true);

	KUNIT_EXPECT_EQ(test, port_cfg(port, PCI_CLASS_DEVICE, 2), PCI_CLASS_BRIDGE_PCI);
	KUNIT_EXPECT_EQ(test, port_cfg(port, PCI_HEADER_TYPE, 1), PCI_HEADER_TYPE_BRIDGE);
	KUNIT_EXPECT_EQ(test, port_cfg(port, PCI_COMMAND, 2), 0);
	KUNIT_EXPECT_EQ(test, port_cfg(port, PCI_PRIMARY_BUS, 4), 0x070702);
	KUNIT_EXPECT_EQ(test, port_cfg(port, EXP + PCI_EXP_FLAGS, 2),
			PCI_EXP_FLAGS_SLOT | PCI_EXP_TYPE_ROOT_PORT << 4 | 2);
	KUNIT_EXPECT_EQ(test, port_cfg(port, EXP + PCI_CAP_LIST_NEXT, 1),
			MOCK_PORT_CAP_EA);
	/* Numbers that are wired, and nothing else that is */
	KUNIT_EXPECT_EQ(test, port_cfg(port, MOCK_PORT_CAP_EA, 4), PCI_CAP_ID_EA);
	KUNIT_EXPECT_EQ(test, port_cfg(port, MOCK_PORT_CAP_EA + PCI_EA_FIRST_ENT, 4),
			0x0707);
	/* No I/O: a write leaves no trace */
	mock_port_config_write(port, PCI_IO_BASE, 2, 0xe0f0);
	KUNIT_EXPECT_EQ(test, port_cfg(port, PCI_IO_BASE, 2), 0);
	mock_port_config_write(port, PCI_PRIMARY_BUS, 4, U32_MAX);
	KUNIT_EXPECT_EQ(test, port_cfg(port, PCI_PRIMARY_BUS, 4), 0xffffff);
	port->multifunction = true;
	mock_port_power_on(port);
	KUNIT_EXPECT_EQ(test, port_cfg(port, PCI_HEADER_TYPE, 1),
			PCI_HEADER_TYPE_BRIDGE | PCI_HEADER_TYPE_MFD);
	KUNIT_EXPECT_EQ(test, port_cfg(port, PCI_PRIMARY_BUS, 4), 0x070702);
}

/* The bits that a write changes are those of a window of 1 MB */
static void port_memory(struct kunit *test)
{
	struct mock_port *port = port_create(test, true);

	KUNIT_EXPECT_FALSE(test, mock_port_has_address(port, WINDOW));
	mock_port_config_write(port, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	KUNIT_EXPECT_TRUE(test, mock_port_has_address(port, WINDOW));
	KUNIT_EXPECT_TRUE(test, mock_port_has_address(port, LAST));
	KUNIT_EXPECT_FALSE(test, mock_port_has_address(port, WINDOW - 1));
	KUNIT_EXPECT_FALSE(test, mock_port_has_address(port, LAST + 1));
	KUNIT_EXPECT_FALSE(test, mock_port_has_address(port, 0));

	/* The other window, which has 32 bits: up to where it ends, of no sign */
	mock_port_config_write(port, PCI_MEMORY_BASE, 4, 0x8fff8fff);
	KUNIT_EXPECT_EQ(test, port_cfg(port, PCI_MEMORY_BASE, 4), 0x8ff08ff0);
	KUNIT_EXPECT_TRUE(test, mock_port_has_address(port, 0x8ff00000));
	KUNIT_EXPECT_TRUE(test, mock_port_has_address(port, 0x8fffffff));
	KUNIT_EXPECT_FALSE(test, mock_port_has_address(port, 0x8fefffff));
	KUNIT_EXPECT_FALSE(test, mock_port_has_address(port, 0x90000000));
	KUNIT_EXPECT_FALSE(test, mock_port_has_address(port, 0xffffffff8ff00000ULL));

	/* Moved, by each of its four registers */
	mock_port_config_write(port, PCI_PREF_MEMORY_BASE, 4, 0xf000f000);
	KUNIT_EXPECT_EQ(test, port_cfg(port, PCI_PREF_MEMORY_BASE, 4), 0xf001f001);
	mock_port_config_write(port, PCI_PREF_BASE_UPPER32, 4, 1);
	mock_port_config_write(port, PCI_PREF_LIMIT_UPPER32, 4, 2);
	KUNIT_EXPECT_FALSE(test, mock_port_has_address(port, WINDOW));
	KUNIT_EXPECT_TRUE(test, mock_port_has_address(port, 0x1f0000000ULL));
	KUNIT_EXPECT_TRUE(test, mock_port_has_address(port, 0x2f00fffffULL));
	KUNIT_EXPECT_FALSE(test, mock_port_has_address(port, 0x1efffffffULL));
	KUNIT_EXPECT_FALSE(test, mock_port_has_address(port, 0x2f0100000ULL));
	/* A base behind its limit */
	mock_port_config_write(port, PCI_PREF_BASE_UPPER32, 4, 3);
	KUNIT_EXPECT_FALSE(test, mock_port_has_address(port, 0x2f0000000ULL));

	mock_port_place_windows(port);
	KUNIT_EXPECT_TRUE(test, mock_port_has_address(port, LAST));
	KUNIT_EXPECT_FALSE(test, mock_port_has_address(port, 0x8ff00000));
	mock_port_config_write(port, PCI_COMMAND, 2, PCI_COMMAND_MASTER);
	KUNIT_EXPECT_FALSE(test, mock_port_has_address(port, LAST));
}

static void port_functions(struct kunit *test)
{
	struct mock_port *port = port_create(test, true);

	KUNIT_EXPECT_TRUE(test, mock_port_has_function(port, 7, 0));
	KUNIT_EXPECT_TRUE(test, mock_port_has_function(port, 7, 7));
	KUNIT_EXPECT_FALSE(test, mock_port_has_function(port, 7, 8));
	KUNIT_EXPECT_FALSE(test, mock_port_has_function(port, 2, 0));
	mock_port_config_write(port, EXP + PCI_EXP_DEVCTL2, 2, PCI_EXP_DEVCTL2_ARI);
	KUNIT_EXPECT_TRUE(test, mock_port_has_function(port, 7, 8));
	KUNIT_EXPECT_TRUE(test, mock_port_has_function(port, 7, 255));
	mock_port_config_write(port, PCI_SECONDARY_BUS, 1, 9);
	KUNIT_EXPECT_FALSE(test, mock_port_has_function(port, 7, 0));
	KUNIT_EXPECT_TRUE(test, mock_port_has_function(port, 9, 0));
}

/* It begins once, and lasts until software ends it */
static void port_bus_reset(struct kunit *test)
{
	struct mock_port *port = port_create(test, true);

	mock_port_config_write(port, PCI_COMMAND, 2,
			       PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	KUNIT_EXPECT_FALSE(test, mock_port_config_write(port, PCI_BRIDGE_CONTROL, 2,
							PCI_BRIDGE_CTL_SERR));
	KUNIT_EXPECT_TRUE(test, mock_port_config_write(port, PCI_BRIDGE_CONTROL, 2,
						       PCI_BRIDGE_CTL_BUS_RESET));
	KUNIT_EXPECT_FALSE(test, mock_port_config_write(port, PCI_BRIDGE_CONTROL, 2,
							PCI_BRIDGE_CTL_BUS_RESET));
	KUNIT_EXPECT_FALSE(test, mock_port_has_function(port, 7, 0));
	KUNIT_EXPECT_FALSE(test, mock_port_has_address(port, WINDOW));
	KUNIT_EXPECT_FALSE(test, mock_port_may_send(port));
	KUNIT_EXPECT_FALSE(test, mock_port_config_write(port, PCI_BRIDGE_CONTROL, 2, 0));
	KUNIT_EXPECT_TRUE(test, mock_port_has_function(port, 7, 0));
	KUNIT_EXPECT_TRUE(test, mock_port_has_address(port, WINDOW));
	KUNIT_EXPECT_TRUE(test, mock_port_may_send(port));
}

static void port_requests(struct kunit *test)
{
	struct mock_port *port = port_create(test, true), *plain;
	const u32 ctrl = MOCK_PORT_CAP_ACS + PCI_ACS_CTRL;

	KUNIT_EXPECT_TRUE(test, mock_port_may_send(NULL));
	KUNIT_EXPECT_FALSE(test, mock_port_blocks_ats(NULL));
	KUNIT_EXPECT_FALSE(test, mock_port_may_send(port));
	mock_port_config_write(port, PCI_COMMAND, 2, PCI_COMMAND_MASTER);
	KUNIT_EXPECT_TRUE(test, mock_port_may_send(port));

	KUNIT_EXPECT_EQ(test, port_cfg(port, MOCK_PORT_CAP_ACS, 2), PCI_EXT_CAP_ID_ACS);
	KUNIT_EXPECT_EQ(test, port_cfg(port, ctrl, 2),
			PCI_ACS_SV | PCI_ACS_RR | PCI_ACS_CR | PCI_ACS_UF);
	KUNIT_EXPECT_FALSE(test, mock_port_blocks_ats(port));
	mock_port_config_write(port, ctrl, 2, PCI_ACS_TB);
	KUNIT_EXPECT_TRUE(test, mock_port_blocks_ats(port));

	plain = port_create(test, false);
	KUNIT_EXPECT_EQ(test, port_cfg(plain, MOCK_PORT_CAP_ACS, 4), 0);
	mock_port_config_write(plain, ctrl, 2, PCI_ACS_TB);
	KUNIT_EXPECT_FALSE(test, mock_port_blocks_ats(plain));
}

static void port_slot(struct kunit *test)
{
	struct mock_port *port = port_create(test, true);
	const u32 present = EXP + PCI_EXP_SLTSTA, link = EXP + PCI_EXP_LNKSTA;

	KUNIT_EXPECT_EQ(test, port_cfg(port, present, 2), 0);
	KUNIT_EXPECT_EQ(test, port_cfg(port, link, 2), 0);
	mock_port_count(port, 1);
	mock_port_count(port, 1);
	mock_port_count(port, -1);
	KUNIT_EXPECT_EQ(test, port_cfg(port, present, 2), PCI_EXP_SLTSTA_PDS);
	KUNIT_EXPECT_TRUE(test, port_cfg(port, link, 2) & PCI_EXP_LNKSTA_DLLLA);
	mock_port_count(port, -1);
	KUNIT_EXPECT_EQ(test, port_cfg(port, present, 2), 0);
	KUNIT_EXPECT_EQ(test, port_cfg(port, link, 2), 0);
}

static struct kunit_case port_cases[] = {
	KUNIT_CASE(port_header),
	KUNIT_CASE(port_memory),
	KUNIT_CASE(port_functions),
	KUNIT_CASE(port_bus_reset),
	KUNIT_CASE(port_requests),
	KUNIT_CASE(port_slot),
	{}
};

static struct kunit_suite port_suite = {
	.name = "iommu_mock_port",
	.test_cases = port_cases,
};

kunit_test_suite(port_suite);
