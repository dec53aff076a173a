// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: a PCI function: its configuration space, its BARs, and when its messages go */
#include <linux/pci.h>
#include <linux/string.h>
#include <linux/wordpart.h>

#include "ep_bench.h"

#define BARS		0x4001000000ULL
#define MSI_ADDR	0x2040
#define MSI_DATA	0xabc0
#define MSIX_ADDR(nr)	(0x3000 + 8 * (nr))
#define MSIX_DATA(nr)	(0x51525300 + (nr))
/* No message: pages of the bench are random where nobody has written */
#define NOTHING		0x11111111

static struct mock_its fn_no_doorbell;

static struct mock_endpoint *fn_create(struct kunit *test, struct ep_bench **bench)
{
	struct ep_bench *b = ep_bench_create(test);

	b->mi.its = &fn_no_doorbell;
	b->ep.config.caps.function = true;
	b->ep.config.caps.acs = true;
	b->ep.config.caps.multifunction = true;
	mock_endpoint_power_on(&b->ep);
	mock_fn_start(&b->ep, BARS, 0);
	memset32((u32 *)b->memory, NOTHING, BENCH_PAGES * SZ_4K / 4);
	*bench = b;
	return &b->ep;
}

static u32 fn_cfg(struct mock_endpoint *ep, u32 off, u32 bytes)
{
	u32 val;

	mock_fn_config_read(ep, off, bytes, &val);
	return val;
}

static void fn_enable(struct kunit *test, struct mock_endpoint *ep)
{
	KUNIT_ASSERT_EQ(test, PCIBIOS_SUCCESSFUL,
			mock_fn_config_write(ep, PCI_COMMAND, 2,
					     PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER));
}

/* What is in memory space: all-ones where this function has nothing */
static u32 fn_load(struct mock_endpoint *ep, u64 addr)
{
	u32 val;

	guard(spinlock_irqsave)(&ep->mi->lock);
	return mock_fn_bar_read(ep, addr, &val) ? val : U32_MAX;
}

static bool fn_store(struct mock_endpoint *ep, u64 addr, u32 val)
{
	guard(spinlock_irqsave)(&ep->mi->lock);
	return mock_fn_bar_write(ep, addr, val, U32_MAX);
}

/* The message that has arrived at an address since the last look, or NOTHING */
static u32 fn_message(struct ep_bench *b, u64 addr)
{
	u32 *word = (u32 *)(b->memory + addr), val;

	flush_workqueue(b->ep.wq);
	val = *word;
	*word = NOTHING;
	return val;
}

static void function_power_on(struct kunit *test)
{
	struct ep_bench *b;
	struct mock_endpoint *ep = fn_create(test, &b);
	const u32 exp = MOCK_PCI_CAP_EXP;

	KUNIT_EXPECT_EQ(test, fn_cfg(ep, PCI_COMMAND, 2), 0);
	KUNIT_EXPECT_EQ(test, fn_cfg(ep, PCI_HEADER_TYPE, 1), PCI_HEADER_TYPE_MFD);
	KUNIT_EXPECT_EQ(test, fn_cfg(ep, PCI_BASE_ADDRESS_0, 4),
			lower_32_bits(BARS) + MOCK_FN_BAR0 + PCI_BASE_ADDRESS_MEM_TYPE_64);
	KUNIT_EXPECT_EQ(test, fn_cfg(ep, PCI_BASE_ADDRESS_1, 4), BARS >> 32);
	KUNIT_EXPECT_EQ(test, fn_cfg(ep, PCI_BASE_ADDRESS_2, 4),
			lower_32_bits(BARS) + MOCK_FN_BAR2 + PCI_BASE_ADDRESS_MEM_TYPE_64);
	KUNIT_EXPECT_EQ(test, (fn_cfg(ep, exp + PCI_EXP_FLAGS, 2) &
			       PCI_EXP_FLAGS_TYPE) >> 4, PCI_EXP_TYPE_RC_END);
	/* No link to what it is in */
	KUNIT_EXPECT_EQ(test, fn_cfg(ep, exp + PCI_EXP_LNKCAP, 4), 0);
	KUNIT_EXPECT_FALSE(test, mock_pci_config_irq_on(&ep->pci, MOCK_PCI_IRQ_MSI));
	KUNIT_EXPECT_FALSE(test, mock_pci_config_irq_on(&ep->pci, MOCK_PCI_IRQ_MSIX));
}

/* Behind a port it is an endpoint on a link, and memory that may be prefetched */
static void function_behind_port(struct kunit *test)
{
	struct mock_port *port = kunit_kzalloc(test, sizeof(*port), GFP_KERNEL);
	struct ep_bench *b;
	struct mock_endpoint *ep = fn_create(test, &b);
	u32 val, ari = PCI_CFG_SPACE_SIZE;

	KUNIT_ASSERT_NOT_NULL(test, port);
	*port = (struct mock_port){ .secondary = 7, .window = BARS };
	mock_port_power_on(port);
	mock_fn_stop(ep);
	ep->config.caps.behind = true;
	ep->config.caps.next_fn = 5;
	ep->fn.port = port;
	ep->fn.rid = 0x0704;
	mock_endpoint_power_on(ep);
	mock_fn_start(ep, BARS, 0);
	KUNIT_EXPECT_EQ(test, port->functions, 1);
	KUNIT_EXPECT_EQ(test, fn_cfg(ep, MOCK_PCI_CAP_EXP + PCI_EXP_FLAGS, 2), 2);
	KUNIT_EXPECT_NE(test, fn_cfg(ep, MOCK_PCI_CAP_EXP + PCI_EXP_LNKCAP, 4), 0);
	KUNIT_EXPECT_EQ(test, fn_cfg(ep, PCI_BASE_ADDRESS_2, 4) & 0xf,
			PCI_BASE_ADDRESS_MEM_TYPE_64 | PCI_BASE_ADDRESS_MEM_PREFETCH);
	while (ari && fn_cfg(ep, ari, 2) != PCI_EXT_CAP_ID_ARI)
		ari = fn_cfg(ep, ari + 2, 2) >> 4;
	KUNIT_EXPECT_NE(test, ari, 0);
	KUNIT_EXPECT_EQ(test, fn_cfg(ep, ari + PCI_ARI_CAP, 2), 5 << 8);

	/* What the port does not let through does not get there */
	fn_enable(test, ep);
	KUNIT_EXPECT_EQ(test, fn_load(ep, BARS + MOCK_FN_BAR0 + MOCK_EP_EXT_MAGIC),
			U32_MAX);
	mock_port_config_write(port, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	KUNIT_EXPECT_EQ(test, fn_load(ep, BARS + MOCK_FN_BAR0 + MOCK_EP_EXT_MAGIC),
			MOCK_EP_EXT_MAGIC_VAL);
	mock_port_config_write(port, PCI_SECONDARY_BUS, 1, 8);
	KUNIT_EXPECT_EQ(test, mock_fn_config_read(ep, PCI_VENDOR_ID, 4, &val),
			PCIBIOS_DEVICE_NOT_FOUND);
	KUNIT_EXPECT_EQ(test, val, U32_MAX);
	mock_fn_stop(ep);
	KUNIT_EXPECT_EQ(test, port->functions, 0);
	mock_fn_stop(ep);
	KUNIT_EXPECT_EQ(test, port->functions, 0);
	ep->fn.port = NULL;
}

static void function_bar_size(struct kunit *test)
{
	struct ep_bench *b;
	struct mock_endpoint *ep = fn_create(test, &b);
	const u32 bars[] = { PCI_BASE_ADDRESS_0, PCI_BASE_ADDRESS_2 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bars); i++) {
		mock_fn_config_write(ep, bars[i], 4, U32_MAX);
		mock_fn_config_write(ep, bars[i] + 4, 4, U32_MAX);
		KUNIT_EXPECT_EQ(test, fn_cfg(ep, bars[i], 4),
				(u32)-MOCK_PCI_FN_BAR_SIZE |
				PCI_BASE_ADDRESS_MEM_TYPE_64);
		KUNIT_EXPECT_EQ(test, fn_cfg(ep, bars[i] + 4, 4), U32_MAX);
	}
	KUNIT_EXPECT_EQ(test, fn_cfg(ep, PCI_BASE_ADDRESS_4, 4), 0);
	KUNIT_EXPECT_EQ(test, fn_cfg(ep, PCI_ROM_ADDRESS, 4), 0);
}

/* Bytes, words and dwords are of the same bytes */
static void function_config_sizes(struct kunit *test)
{
	struct ep_bench *b;
	struct mock_endpoint *ep = fn_create(test, &b);
	const u32 addr = MOCK_PCI_CAP_MSI + PCI_MSI_ADDRESS_LO;

	mock_fn_config_write(ep, addr, 4, 0x44332210);
	KUNIT_EXPECT_EQ(test, fn_cfg(ep, addr, 4), 0x44332210);
	KUNIT_EXPECT_EQ(test, fn_cfg(ep, addr, 2), 0x2210);
	KUNIT_EXPECT_EQ(test, fn_cfg(ep, addr + 2, 2), 0x4433);
	KUNIT_EXPECT_EQ(test, fn_cfg(ep, addr + 3, 1), 0x44);
	mock_fn_config_write(ep, addr + 2, 1, 0x55);
	KUNIT_EXPECT_EQ(test, fn_cfg(ep, addr, 4), 0x44552210);
	mock_fn_config_write(ep, addr, 2, 0x6677);
	KUNIT_EXPECT_EQ(test, fn_cfg(ep, addr, 4), 0x44556674);
	KUNIT_EXPECT_EQ(test, fn_cfg(ep, 4092, 4), 0);
}

static void function_gone(struct kunit *test)
{
	struct ep_bench *b;
	struct mock_endpoint *ep = fn_create(test, &b);
	u32 val = 0;

	fn_enable(test, ep);
	KUNIT_EXPECT_TRUE(test, fn_store(ep, BARS + MOCK_FN_BAR0 + MOCK_EP_PATTERN, 7));
	mock_fn_stop(ep);
	KUNIT_EXPECT_EQ(test, mock_fn_config_read(ep, PCI_VENDOR_ID, 4, &val),
			PCIBIOS_DEVICE_NOT_FOUND);
	KUNIT_EXPECT_EQ(test, val, U32_MAX);
	KUNIT_EXPECT_EQ(test, mock_fn_config_write(ep, PCI_COMMAND, 2, 0),
			PCIBIOS_DEVICE_NOT_FOUND);
	KUNIT_EXPECT_FALSE(test, fn_store(ep, BARS + MOCK_FN_BAR0 + MOCK_EP_PATTERN, 8));
	KUNIT_EXPECT_EQ(test, fn_load(ep, BARS + MOCK_FN_BAR0), U32_MAX);
}

/* Where they are now, all of them and no byte more, and only while they are decoded */
static void function_bars(struct kunit *test)
{
	struct ep_bench *b;
	struct mock_endpoint *ep = fn_create(test, &b);
	const u64 bar0 = BARS + MOCK_FN_BAR0, moved = BARS + 0x10000;

	KUNIT_EXPECT_EQ(test, fn_load(ep, bar0 + MOCK_EP_EXT_MAGIC), U32_MAX);
	fn_enable(test, ep);
	KUNIT_EXPECT_EQ(test, fn_load(ep, bar0 + MOCK_EP_EXT_MAGIC),
			MOCK_EP_EXT_MAGIC_VAL);
	KUNIT_EXPECT_EQ(test, fn_load(ep, bar0 + MOCK_PCI_FN_BAR_SIZE - 4), 0);
	KUNIT_EXPECT_EQ(test, fn_load(ep, bar0 + MOCK_PCI_FN_BAR_SIZE), U32_MAX);
	KUNIT_EXPECT_EQ(test, fn_load(ep, bar0 - 4), U32_MAX);
	KUNIT_EXPECT_EQ(test, fn_load(ep, BARS + MOCK_FN_BAR2 + 12),
			PCI_MSIX_ENTRY_CTRL_MASKBIT);

	mock_fn_config_write(ep, PCI_BASE_ADDRESS_0, 4, lower_32_bits(moved));
	KUNIT_EXPECT_EQ(test, fn_load(ep, bar0 + MOCK_EP_EXT_MAGIC), U32_MAX);
	KUNIT_EXPECT_EQ(test, fn_load(ep, moved + MOCK_EP_EXT_MAGIC),
			MOCK_EP_EXT_MAGIC_VAL);
	/* One that was not given an address has none */
	mock_fn_config_write(ep, PCI_BASE_ADDRESS_0, 4, 0);
	mock_fn_config_write(ep, PCI_BASE_ADDRESS_1, 4, 0);
	KUNIT_EXPECT_EQ(test, fn_load(ep, MOCK_EP_EXT_MAGIC), U32_MAX);
}

/* A page request is sent only where software has enabled that, too */
static void function_pri_enabled(struct kunit *test)
{
	struct ep_bench *b;
	struct mock_endpoint *ep = fn_create(test, &b);
	const u32 page = 3, ctrl = ep->pci.pri + PCI_PRI_CTRL;

	fn_enable(test, ep);
	mock_fn_config_write(ep, ep->pci.ats + PCI_ATS_CTRL, 2, PCI_ATS_CTRL_ENABLE);
	KUNIT_EXPECT_EQ(test, fn_cfg(ep, ep->pci.pri + PCI_PRI_STATUS, 2) &
			PCI_PRI_STATUS_STOPPED, PCI_PRI_STATUS_STOPPED);
	b->write[page] = false;
	b->pri_maps = true;
	ep_bench_write(b, MOCK_EP_ATS, MOCK_EP_ATS_ENABLE | MOCK_EP_ATS_PRI);
	KUNIT_EXPECT_TRUE(test, ep_bench_run(b, MOCK_EP_CMD_WRITE, 0, page * SZ_4K, 8) &
			  MOCK_EP_STS_WRITE_FAIL);
	KUNIT_EXPECT_EQ(test, b->page_requests, 0);
	KUNIT_EXPECT_EQ(test, ep->regs[MOCK_EP_FAULT / 4],
			MOCK_EP_FAULT_BLOCKED | MOCK_EP_FAULT_WRITE);

	mock_fn_config_write(ep, ctrl, 2, PCI_PRI_CTRL_ENABLE);
	KUNIT_EXPECT_FALSE(test, fn_cfg(ep, ep->pci.pri + PCI_PRI_STATUS, 2) &
			   PCI_PRI_STATUS_STOPPED);
	KUNIT_EXPECT_TRUE(test, ep_bench_run(b, MOCK_EP_CMD_WRITE, 0, page * SZ_4K, 8) &
			  MOCK_EP_STS_WRITE_SUCCESS);
	KUNIT_EXPECT_EQ(test, b->page_requests, 1);

	/* Nor without ATS, whatever it says */
	b->write[page + 1] = false;
	mock_fn_config_write(ep, ep->pci.ats + PCI_ATS_CTRL, 2, 0);
	KUNIT_EXPECT_TRUE(test, ep_bench_run(b, MOCK_EP_CMD_WRITE, 0,
					     (page + 1) * SZ_4K, 8) &
			  MOCK_EP_STS_WRITE_FAIL);
	KUNIT_EXPECT_EQ(test, b->page_requests, 1);
}

static void fn_msi_on(struct mock_endpoint *ep, u32 lg2)
{
	mock_fn_config_write(ep, MOCK_PCI_CAP_MSI + PCI_MSI_ADDRESS_LO, 4, MSI_ADDR);
	mock_fn_config_write(ep, MOCK_PCI_CAP_MSI + PCI_MSI_DATA_64, 2, MSI_DATA);
	mock_fn_config_write(ep, MOCK_PCI_CAP_MSI + PCI_MSI_FLAGS, 2,
			     PCI_MSI_FLAGS_ENABLE | lg2 << 4);
}

/* The vector is in as many bits of the data as there are vectors for */
static void function_msi(struct kunit *test)
{
	struct ep_bench *b;
	struct mock_endpoint *ep = fn_create(test, &b);
	u32 lg2, nr;

	fn_enable(test, ep);
	for (lg2 = 0; lg2 <= 7; lg2++) {
		const u32 vectors = 1 << min(lg2, 5);

		fn_msi_on(ep, lg2);
		for (nr = 0; nr <= MOCK_PCI_NR_VECTORS + 1; nr++) {
			mock_fn_irq_raise(ep, MOCK_PCI_IRQ_MSI, nr);
			KUNIT_EXPECT_EQ(test, fn_message(b, MSI_ADDR),
					nr && nr <= vectors ?
					(MSI_DATA & -vectors) + nr - 1 : NOTHING);
		}
	}
	mock_fn_irq_raise(ep, MOCK_PCI_IRQ_MSIX, 1);
	KUNIT_EXPECT_EQ(test, fn_message(b, MSI_ADDR), NOTHING);
	mock_fn_config_write(ep, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	mock_fn_irq_raise(ep, MOCK_PCI_IRQ_MSI, 1);
	KUNIT_EXPECT_EQ(test, fn_message(b, MSI_ADDR), NOTHING);
}

static void function_msi_pending(struct kunit *test)
{
	struct ep_bench *b;
	struct mock_endpoint *ep = fn_create(test, &b);
	const u32 mask = MOCK_PCI_CAP_MSI + PCI_MSI_MASK_64;
	const u32 pending = MOCK_PCI_CAP_MSI + PCI_MSI_PENDING_64;

	fn_enable(test, ep);
	fn_msi_on(ep, 5);
	mock_fn_config_write(ep, mask, 4, BIT(3) | BIT(31));
	mock_fn_irq_raise(ep, MOCK_PCI_IRQ_MSI, 4);
	mock_fn_irq_raise(ep, MOCK_PCI_IRQ_MSI, 32);
	KUNIT_EXPECT_EQ(test, fn_message(b, MSI_ADDR), NOTHING);
	KUNIT_EXPECT_EQ(test, fn_cfg(ep, pending, 4), BIT(3) | BIT(31));
	mock_fn_config_write(ep, pending, 4, 0);
	KUNIT_EXPECT_EQ(test, fn_cfg(ep, pending, 4), BIT(3) | BIT(31));
	/* The byte with one of them */
	mock_fn_config_write(ep, mask + 3, 1, 0);
	KUNIT_EXPECT_EQ(test, fn_message(b, MSI_ADDR), MSI_DATA + 31);
	KUNIT_EXPECT_EQ(test, fn_cfg(ep, pending, 4), BIT(3));
	/* A reset forgets the other */
	mock_endpoint_reset(ep);
	mock_endpoint_power_on(ep);
	mock_fn_start(ep, BARS, 0);
	fn_enable(test, ep);
	fn_msi_on(ep, 5);
	KUNIT_EXPECT_EQ(test, fn_message(b, MSI_ADDR), NOTHING);
	KUNIT_EXPECT_EQ(test, fn_cfg(ep, pending, 4), 0);
}

static void fn_msix_entry(struct mock_endpoint *ep, u32 nr, bool masked)
{
	const u64 entry = BARS + MOCK_FN_BAR2 + nr * PCI_MSIX_ENTRY_SIZE;

	fn_store(ep, entry + PCI_MSIX_ENTRY_LOWER_ADDR, MSIX_ADDR(nr));
	fn_store(ep, entry + PCI_MSIX_ENTRY_UPPER_ADDR, 0);
	fn_store(ep, entry + PCI_MSIX_ENTRY_DATA, MSIX_DATA(nr));
	fn_store(ep, entry + PCI_MSIX_ENTRY_VECTOR_CTRL, masked);
}

/* By vector and by function; what waits is told in the BAR */
static void function_msix_pending(struct kunit *test)
{
	const u32 flags = MOCK_PCI_CAP_MSIX + PCI_MSIX_FLAGS;
	const u64 pba = BARS + MOCK_FN_BAR2 + MOCK_PCI_FN_MSIX_PBA;
	struct ep_bench *b;
	struct mock_endpoint *ep = fn_create(test, &b);
	u32 nr;

	fn_enable(test, ep);
	mock_fn_config_write(ep, flags, 2, PCI_MSIX_FLAGS_ENABLE |
					   PCI_MSIX_FLAGS_MASKALL);
	for (nr = 0; nr < MOCK_PCI_NR_VECTORS; nr++) {
		fn_msix_entry(ep, nr, nr == 5);
		mock_fn_irq_raise(ep, MOCK_PCI_IRQ_MSIX, nr + 1);
		KUNIT_EXPECT_EQ(test, fn_message(b, MSIX_ADDR(nr)), NOTHING);
	}
	KUNIT_EXPECT_EQ(test, fn_load(ep, pba), U32_MAX);
	fn_store(ep, pba, 0);
	KUNIT_EXPECT_EQ(test, fn_load(ep, pba), U32_MAX);
	mock_fn_config_write(ep, flags, 2, PCI_MSIX_FLAGS_ENABLE);
	for (nr = 0; nr < MOCK_PCI_NR_VECTORS; nr++)
		KUNIT_EXPECT_EQ(test, fn_message(b, MSIX_ADDR(nr)),
				nr == 5 ? NOTHING : MSIX_DATA(nr));
	KUNIT_EXPECT_EQ(test, fn_load(ep, pba), BIT(5));
	fn_msix_entry(ep, 5, false);
	KUNIT_EXPECT_EQ(test, fn_message(b, MSIX_ADDR(5)), MSIX_DATA(5));
	KUNIT_EXPECT_EQ(test, fn_load(ep, pba), 0);
}

/* A message that waited may stall, and a reset ends that */
static void function_message_stalls(struct kunit *test)
{
	const u32 mask = MOCK_PCI_CAP_MSI + PCI_MSI_MASK_64;
	struct ep_bench *b;
	struct mock_endpoint *ep = fn_create(test, &b);

	fn_enable(test, ep);
	fn_msi_on(ep, 5);
	mock_fn_config_write(ep, mask, 4, 1);
	mock_fn_irq_raise(ep, MOCK_PCI_IRQ_MSI, 1);
	b->stall[MSI_ADDR / SZ_4K] = 2;
	b->stall_how = MOCK_STALL_RETRY;
	mock_fn_config_write(ep, mask, 4, 0);
	KUNIT_EXPECT_EQ(test, fn_message(b, MSI_ADDR), MSI_DATA);
	KUNIT_EXPECT_EQ(test, b->stalls, 2);

	b->stall[MSI_ADDR / SZ_4K] = 1;
	b->stall_silent = true;
	mock_fn_config_write(ep, mask, 4, 1);
	mock_fn_irq_raise(ep, MOCK_PCI_IRQ_MSI, 1);
	mock_fn_config_write(ep, mask, 4, 0);
	while (READ_ONCE(b->stalls) == 2)
		cond_resched();
	mock_endpoint_reset(ep);
	KUNIT_EXPECT_EQ(test, b->stalls_gone, 1);
	KUNIT_EXPECT_EQ(test, fn_message(b, MSI_ADDR), NOTHING);
}

static struct kunit_case pci_function_cases[] = {
	KUNIT_CASE(function_power_on),
	KUNIT_CASE(function_behind_port),
	KUNIT_CASE(function_bar_size),
	KUNIT_CASE(function_config_sizes),
	KUNIT_CASE(function_gone),
	KUNIT_CASE(function_bars),
	KUNIT_CASE(function_pri_enabled),
	KUNIT_CASE(function_msi),
	KUNIT_CASE(function_msi_pending),
	KUNIT_CASE(function_msix_pending),
	KUNIT_CASE(function_message_stalls),
	{}
};

static struct kunit_suite pci_function_suite = {
	.name = "iommu_mock_pci_function",
	.test_cases = pci_function_cases,
};

kunit_test_suite(pci_function_suite);
