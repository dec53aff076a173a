// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: configuration space of an endpoint */
#include <kunit/test.h>
#include <linux/pci_ids.h>
#include <linux/pci_regs.h>

#include "../pci_config.h"

static const struct mock_pci_caps all_caps = {
	.vendor = 0x104c,
	.device = 0xb500,
	.pasid_bits = 20,
	.ats = true,
	.ats_queue_depth = 32,
	.pri = true,
	.prg_response_pasid = true,
};

static u32 cfg_read(const struct mock_pci_config *cfg, u32 off, int len)
{
	u32 val = 0;

	while (len--)
		val = val << 8 | mock_pci_config_read(cfg, off + len);
	return val;
}

static bool cfg_write(struct mock_pci_config *cfg, u32 off, u32 val, int len)
{
	bool reset = false;

	for (; len--; off++, val >>= 8)
		reset |= mock_pci_config_write(cfg, off, val);
	return reset;
}

static struct mock_pci_config *cfg_make(struct kunit *test,
					const struct mock_pci_caps *caps)
{
	struct mock_pci_config *cfg = kunit_kzalloc(test, sizeof(*cfg), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, cfg);
	mock_pci_config_init(cfg, caps);
	return cfg;
}

static u8 find_cap(const struct mock_pci_config *cfg, u8 id)
{
	u8 pos = cfg_read(cfg, PCI_CAPABILITY_LIST, 1);
	int i;

	for (i = 0; pos && i < 48; i++) {
		if (cfg_read(cfg, pos, 1) == id)
			return pos;
		pos = cfg_read(cfg, pos + PCI_CAP_LIST_NEXT, 1);
	}
	return 0;
}

static u16 find_ext_cap(const struct mock_pci_config *cfg, u16 id)
{
	u16 pos = PCI_CFG_SPACE_SIZE;
	int i;

	for (i = 0; pos && i < 48; i++) {
		u32 header = cfg_read(cfg, pos, 4);

		if (header && PCI_EXT_CAP_ID(header) == id)
			return pos;
		pos = PCI_EXT_CAP_NEXT(header);
	}
	return 0;
}

static void config_identity(struct kunit *test)
{
	struct mock_pci_config *cfg = cfg_make(test, &all_caps);

	KUNIT_EXPECT_EQ(test, cfg_read(cfg, PCI_VENDOR_ID, 2), 0x104c);
	KUNIT_EXPECT_EQ(test, cfg_read(cfg, PCI_DEVICE_ID, 2), 0xb500);
	KUNIT_EXPECT_EQ(test, cfg_read(cfg, PCI_CLASS_REVISION, 4), 0xff000000);
	KUNIT_EXPECT_EQ(test, cfg_read(cfg, PCI_HEADER_TYPE, 1), 0);
	KUNIT_EXPECT_EQ(test, cfg_read(cfg, PCI_INTERRUPT_PIN, 1), 1);

	cfg_write(cfg, PCI_VENDOR_ID, 0xffffffff, 4);
	KUNIT_EXPECT_EQ(test, cfg_read(cfg, PCI_VENDOR_ID, 4), 0xb500104c);
}

static void config_capabilities(struct kunit *test)
{
	struct mock_pci_config *cfg = cfg_make(test, &all_caps);
	u16 pos;

	KUNIT_EXPECT_TRUE(test, cfg_read(cfg, PCI_STATUS, 2) & PCI_STATUS_CAP_LIST);
	pos = find_cap(cfg, PCI_CAP_ID_EXP);
	KUNIT_ASSERT_EQ(test, pos, MOCK_PCI_CAP_EXP);
	KUNIT_EXPECT_TRUE(test, cfg_read(cfg, pos + PCI_EXP_DEVCAP, 4) &
			  PCI_EXP_DEVCAP_FLR);
	KUNIT_EXPECT_TRUE(test, cfg_read(cfg, pos + PCI_EXP_DEVCAP2, 4) &
			  PCI_EXP_DEVCAP2_EE_PREFIX);
	pos = find_cap(cfg, PCI_CAP_ID_MSI);
	KUNIT_ASSERT_EQ(test, pos, MOCK_PCI_CAP_MSI);
	/* 32 messages, 64-bit address, no masking */
	KUNIT_EXPECT_EQ(test, cfg_read(cfg, pos + PCI_MSI_FLAGS, 2), 0x008a);
	pos = find_cap(cfg, PCI_CAP_ID_MSIX);
	KUNIT_ASSERT_EQ(test, pos, MOCK_PCI_CAP_MSIX);
	KUNIT_EXPECT_EQ(test, cfg_read(cfg, pos + PCI_MSIX_FLAGS, 2), 31);
	KUNIT_EXPECT_EQ(test, cfg_read(cfg, pos + PCI_MSIX_TABLE, 4), 0x002);
	KUNIT_EXPECT_EQ(test, cfg_read(cfg, pos + PCI_MSIX_PBA, 4), 0x802);
}

static void config_extended(struct kunit *test)
{
	struct mock_pci_config *cfg = cfg_make(test, &all_caps);
	u16 pos;

	pos = find_ext_cap(cfg, PCI_EXT_CAP_ID_ATS);
	KUNIT_ASSERT_NE(test, pos, 0);
	/* A depth of 32 is 0; page-aligned requests */
	KUNIT_EXPECT_EQ(test, cfg_read(cfg, pos + PCI_ATS_CAP, 2), 0x20);
	pos = find_ext_cap(cfg, PCI_EXT_CAP_ID_PRI);
	KUNIT_ASSERT_NE(test, pos, 0);
	KUNIT_EXPECT_EQ(test, cfg_read(cfg, pos + PCI_PRI_STATUS, 2),
			PCI_PRI_STATUS_STOPPED | PCI_PRI_STATUS_PASID);
	cfg_write(cfg, pos + PCI_PRI_CTRL, PCI_PRI_CTRL_ENABLE, 2);
	KUNIT_EXPECT_EQ(test, cfg_read(cfg, pos + PCI_PRI_STATUS, 2),
			PCI_PRI_STATUS_PASID);
	pos = find_ext_cap(cfg, PCI_EXT_CAP_ID_PASID);
	KUNIT_ASSERT_NE(test, pos, 0);
	KUNIT_EXPECT_EQ(test, cfg_read(cfg, pos + PCI_PASID_CAP, 2), 0x1406);
}

/* A function can want none in responses */
static void config_prg_response(struct kunit *test)
{
	struct mock_pci_caps caps = all_caps;
	struct mock_pci_config *cfg;
	u16 pos;

	caps.prg_response_pasid = false;
	cfg = cfg_make(test, &caps);
	pos = find_ext_cap(cfg, PCI_EXT_CAP_ID_PRI);
	KUNIT_ASSERT_NE(test, pos, 0);
	KUNIT_EXPECT_EQ(test, cfg_read(cfg, pos + PCI_PRI_STATUS, 2),
			PCI_PRI_STATUS_STOPPED);
}

/* Whatever is left out, the rest is still found */
static void config_extended_some(struct kunit *test)
{
	int i;

	for (i = 0; i < 8; i++) {
		struct mock_pci_caps caps = {
			.ats = i & 1,
			.ats_queue_depth = 7,
			.pri = i & 2,
			.pasid_bits = i & 4 ? 16 : 0,
		};
		struct mock_pci_config *cfg = cfg_make(test, &caps);

		KUNIT_EXPECT_EQ(test, !!find_ext_cap(cfg, PCI_EXT_CAP_ID_ATS),
				!!(i & 1));
		KUNIT_EXPECT_EQ(test, !!find_ext_cap(cfg, PCI_EXT_CAP_ID_PRI),
				!!(i & 2));
		KUNIT_EXPECT_EQ(test, !!find_ext_cap(cfg, PCI_EXT_CAP_ID_PASID),
				!!(i & 4));
	}
}

static void config_bars(struct kunit *test)
{
	static const struct {
		u32 off;
		u32 sized;
	} bars[] = {
		{ PCI_BASE_ADDRESS_0, 0xfffff000 }, { PCI_BASE_ADDRESS_1, 0 },
		{ PCI_BASE_ADDRESS_2, 0xfffff000 }, { PCI_BASE_ADDRESS_3, 0 },
		{ PCI_BASE_ADDRESS_4, 0 }, { PCI_BASE_ADDRESS_5, 0 },
		{ PCI_ROM_ADDRESS, 0 },
	};
	struct mock_pci_config *cfg = cfg_make(test, &all_caps);
	int i;

	for (i = 0; i < ARRAY_SIZE(bars); i++) {
		cfg_write(cfg, bars[i].off, 0xffffffff, 4);
		KUNIT_EXPECT_EQ(test, cfg_read(cfg, bars[i].off, 4),
				bars[i].sized);
	}
	/* One byte of it, the others stay */
	cfg_write(cfg, PCI_BASE_ADDRESS_0, 0x12345678, 4);
	cfg_write(cfg, PCI_BASE_ADDRESS_0 + 2, 0xab, 1);
	KUNIT_EXPECT_EQ(test, cfg_read(cfg, PCI_BASE_ADDRESS_0, 4), 0x12ab5000);
}

static void config_command(struct kunit *test)
{
	struct mock_pci_config *cfg = cfg_make(test, &all_caps);

	KUNIT_EXPECT_TRUE(test, mock_pci_config_memory(cfg));
	KUNIT_EXPECT_FALSE(test, mock_pci_config_master(cfg));
	cfg_write(cfg, PCI_COMMAND, 0xffff, 2);
	KUNIT_EXPECT_EQ(test, cfg_read(cfg, PCI_COMMAND, 2),
			PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER |
			PCI_COMMAND_PARITY | PCI_COMMAND_SERR |
			PCI_COMMAND_INTX_DISABLE);
	KUNIT_EXPECT_TRUE(test, mock_pci_config_master(cfg));
	KUNIT_EXPECT_FALSE(test, mock_pci_config_irq_on(cfg, MOCK_PCI_IRQ_INTX));
	cfg_write(cfg, PCI_COMMAND, 0, 2);
	KUNIT_EXPECT_FALSE(test, mock_pci_config_memory(cfg));
	KUNIT_EXPECT_TRUE(test, mock_pci_config_irq_on(cfg, MOCK_PCI_IRQ_INTX));
}

static void config_flr(struct kunit *test)
{
	const u32 devctl = MOCK_PCI_CAP_EXP + PCI_EXP_DEVCTL;
	struct mock_pci_config *cfg = cfg_make(test, &all_caps);
	u16 val = cfg_read(cfg, devctl, 2);

	KUNIT_EXPECT_FALSE(test, cfg_write(cfg, devctl, val, 2));
	KUNIT_EXPECT_FALSE(test, cfg_write(cfg, devctl, 0xff, 1));
	KUNIT_EXPECT_TRUE(test, cfg_write(cfg, devctl,
					  val | PCI_EXP_DEVCTL_BCR_FLR, 2));
	KUNIT_EXPECT_TRUE(test, cfg_write(cfg, devctl + 1, 0x80, 1));
	KUNIT_EXPECT_FALSE(test, cfg_read(cfg, devctl, 2) &
			   PCI_EXP_DEVCTL_BCR_FLR);
}

/* The enable bit of MSI is writable only while MSI is set up */
static void config_msi(struct kunit *test)
{
	const u32 flags = MOCK_PCI_CAP_MSI + PCI_MSI_FLAGS;
	struct mock_pci_config *cfg = cfg_make(test, &all_caps);

	cfg_write(cfg, PCI_COMMAND, PCI_COMMAND_MASTER, 2);
	cfg_write(cfg, flags, 0x0031, 2);
	KUNIT_EXPECT_EQ(test, cfg_read(cfg, flags, 2), 0x00ba);
	KUNIT_EXPECT_FALSE(test, mock_pci_config_irq_on(cfg, MOCK_PCI_IRQ_MSI));

	mock_pci_config_set_irq(cfg, MOCK_PCI_IRQ_MSI);
	KUNIT_EXPECT_EQ(test, cfg_read(cfg, flags, 2), 0x00bb);
	KUNIT_EXPECT_TRUE(test, mock_pci_config_irq_on(cfg, MOCK_PCI_IRQ_MSI));
	KUNIT_EXPECT_FALSE(test, mock_pci_config_irq_on(cfg, MOCK_PCI_IRQ_MSIX));
	cfg_write(cfg, flags, 0x0030, 2);
	KUNIT_EXPECT_FALSE(test, mock_pci_config_irq_on(cfg, MOCK_PCI_IRQ_MSI));
	cfg_write(cfg, flags, 0x0031, 2);
	KUNIT_EXPECT_TRUE(test, mock_pci_config_irq_on(cfg, MOCK_PCI_IRQ_MSI));

	/* A message is a memory write */
	cfg_write(cfg, PCI_COMMAND, 0, 2);
	KUNIT_EXPECT_FALSE(test, mock_pci_config_irq_on(cfg, MOCK_PCI_IRQ_MSI));

	cfg_write(cfg, PCI_COMMAND, PCI_COMMAND_MASTER, 2);
	mock_pci_config_set_irq(cfg, MOCK_PCI_IRQ_MSIX);
	KUNIT_EXPECT_FALSE(test, mock_pci_config_irq_on(cfg, MOCK_PCI_IRQ_MSI));
	KUNIT_EXPECT_TRUE(test, mock_pci_config_irq_on(cfg, MOCK_PCI_IRQ_MSIX));
	mock_pci_config_set_irq(cfg, MOCK_PCI_IRQ_NONE);
	KUNIT_EXPECT_FALSE(test, mock_pci_config_irq_on(cfg, MOCK_PCI_IRQ_MSIX));
}

static void config_beyond(struct kunit *test)
{
	struct mock_pci_config *cfg = cfg_make(test, &all_caps);

	KUNIT_EXPECT_FALSE(test, mock_pci_config_write(cfg, 4095, 0xff));
	KUNIT_EXPECT_EQ(test, mock_pci_config_read(cfg, 4095), 0);
	KUNIT_EXPECT_FALSE(test, mock_pci_config_write(cfg, U32_MAX, 0xff));
	KUNIT_EXPECT_EQ(test, mock_pci_config_read(cfg, U32_MAX), 0);
}

static struct kunit_case pci_config_cases[] = {
	KUNIT_CASE(config_identity),
	KUNIT_CASE(config_capabilities),
	KUNIT_CASE(config_extended),
	KUNIT_CASE(config_prg_response),
	KUNIT_CASE(config_extended_some),
	KUNIT_CASE(config_bars),
	KUNIT_CASE(config_command),
	KUNIT_CASE(config_flr),
	KUNIT_CASE(config_msi),
	KUNIT_CASE(config_beyond),
	{}
};

static struct kunit_suite pci_config_suite = {
	.name = "iommu_mock_pci_config",
	.test_cases = pci_config_cases,
};

kunit_test_suite(pci_config_suite);
