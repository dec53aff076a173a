// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: virtual functions: when they are there, where their BARs are, what they lack */
#include <linux/pci.h>

#include "../config_bytes.h"
#include "ep_bench.h"

#define BARS		0x4001000000ULL
#define VF_BARS		0x4001008000ULL
#define NR_VFS		3
#define VF_BAR(nr, bar)	(VF_BARS + ((bar) / 2 * NR_VFS + (nr)) * MOCK_PCI_VF_BAR_SIZE)

/**
 * struct vf_bench - a physical function, and a virtual one of it that has an engine
 * @pf: the physical one
 * @vf: the virtual one
 */
struct vf_bench {
	struct mock_endpoint *pf;
	struct mock_endpoint *vf;
};

/* Where an extended capability is, 0 for nowhere */
static u32 vf_ext_cap(const struct mock_pci_config *cfg, u16 id)
{
	u32 pos = PCI_CFG_SPACE_SIZE;

	while (pos && mock_pci_config_load(cfg, pos, 2) != id)
		pos = mock_pci_config_load(cfg, pos + 2, 2) >> 4;
	return pos;
}

static void vf_caps(struct mock_pci_caps *caps)
{
	*caps = (struct mock_pci_caps){
		.vendor = 0x1234, .device = 0x5678, .pasid_bits = 8, .ats = true,
		.ats_queue_depth = 32, .pri = true, .function = true, .acs = true,
		.total_vfs = NR_VFS, .vf_offset = 4, .vf_stride = 2, .link = 5,
	};
}

static void vf_capability(struct kunit *test)
{
	struct mock_pci_config *cfg = kunit_kzalloc(test, sizeof(*cfg), GFP_KERNEL);
	struct mock_pci_caps caps;
	u32 pos, bar;

	KUNIT_ASSERT_NOT_NULL(test, cfg);
	vf_caps(&caps);
	mock_pci_config_init(cfg, &caps);
	pos = cfg->sriov;
	KUNIT_ASSERT_NE(test, pos, 0);
	KUNIT_EXPECT_EQ(test, vf_ext_cap(cfg, PCI_EXT_CAP_ID_SRIOV), pos);
	KUNIT_EXPECT_LE(test, pos + PCI_EXT_CAP_SRIOV_SIZEOF, MOCK_PCI_CONFIG_BACKED);
	KUNIT_EXPECT_EQ(test, cfg_get16(cfg, pos + PCI_SRIOV_INITIAL_VF), NR_VFS);
	KUNIT_EXPECT_EQ(test, cfg_get16(cfg, pos + PCI_SRIOV_TOTAL_VF), NR_VFS);
	KUNIT_EXPECT_EQ(test, cfg_get16(cfg, pos + PCI_SRIOV_VF_OFFSET), 4);
	KUNIT_EXPECT_EQ(test, cfg_get16(cfg, pos + PCI_SRIOV_VF_STRIDE), 2);
	KUNIT_EXPECT_EQ(test, cfg_get16(cfg, pos + PCI_SRIOV_VF_DID), 0x5678);
	KUNIT_EXPECT_EQ(test, cfg->data[pos + PCI_SRIOV_FUNC_LINK], 5);
	KUNIT_EXPECT_EQ(test, cfg_get32(cfg, pos + PCI_SRIOV_SUP_PGSIZE), 1);
	for (bar = 0; bar < PCI_SRIOV_NUM_BARS; bar++) {
		const u32 off = pos + PCI_SRIOV_BAR + bar * 4;
		unsigned int i;

		for (i = 0; i < 4; i++)
			mock_pci_config_write(cfg, off + i, 0xff);
		KUNIT_EXPECT_EQ(test, cfg_get32(cfg, off),
				bar == 0 || bar == 2 ? 0xfffff004 :
				bar == 1 || bar == 3 ? U32_MAX : 0);
	}

	/* Who has none has no such capability */
	caps.total_vfs = 0;
	mock_pci_config_init(cfg, &caps);
	KUNIT_EXPECT_EQ(test, cfg->sriov, 0);
	KUNIT_EXPECT_EQ(test, vf_ext_cap(cfg, PCI_EXT_CAP_ID_SRIOV), 0);
	KUNIT_EXPECT_EQ(test, mock_pci_config_num_vfs(cfg), 0);
	KUNIT_EXPECT_FALSE(test, mock_pci_config_vf_memory(cfg));
}

/* How many there are is what was written before they were switched on, within bounds */
static void vf_number(struct kunit *test)
{
	struct mock_pci_config *cfg = kunit_kzalloc(test, sizeof(*cfg), GFP_KERNEL);
	struct mock_pci_caps caps;
	u32 num, ctrl;

	KUNIT_ASSERT_NOT_NULL(test, cfg);
	vf_caps(&caps);
	mock_pci_config_init(cfg, &caps);
	num = cfg->sriov + PCI_SRIOV_NUM_VF;
	ctrl = cfg->sriov + PCI_SRIOV_CTRL;
	mock_pci_config_write(cfg, num, 2);
	KUNIT_EXPECT_EQ(test, mock_pci_config_num_vfs(cfg), 0);
	mock_pci_config_write(cfg, ctrl, PCI_SRIOV_CTRL_MSE);
	KUNIT_EXPECT_FALSE(test, mock_pci_config_vf_memory(cfg));
	mock_pci_config_write(cfg, ctrl, PCI_SRIOV_CTRL_VFE);
	KUNIT_EXPECT_EQ(test, mock_pci_config_num_vfs(cfg), 2);
	KUNIT_EXPECT_FALSE(test, mock_pci_config_vf_memory(cfg));
	mock_pci_config_write(cfg, num, 1);
	mock_pci_config_write(cfg, num + 1, 1);
	KUNIT_EXPECT_EQ(test, cfg_get16(cfg, num), 2);
	mock_pci_config_write(cfg, ctrl, PCI_SRIOV_CTRL_VFE | PCI_SRIOV_CTRL_MSE);
	KUNIT_EXPECT_TRUE(test, mock_pci_config_vf_memory(cfg));
	mock_pci_config_write(cfg, ctrl, 0);
	mock_pci_config_write(cfg, num + 1, 0xff);
	KUNIT_EXPECT_EQ(test, cfg_get16(cfg, num), 0xff02);
	mock_pci_config_write(cfg, ctrl, PCI_SRIOV_CTRL_VFE);
	KUNIT_EXPECT_EQ(test, mock_pci_config_num_vfs(cfg), NR_VFS);
}

/* 9.3.4: what a virtual function leaves to its physical one */
static void vf_header(struct kunit *test)
{
	struct mock_pci_config *cfg = kunit_kzalloc(test, sizeof(*cfg), GFP_KERNEL);
	struct mock_pci_caps caps;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, cfg);
	vf_caps(&caps);
	caps.total_vfs = 0;
	caps.multifunction = true;
	caps.virtual = true;
	mock_pci_config_init(cfg, &caps);
	KUNIT_EXPECT_EQ(test, cfg_get32(cfg, PCI_VENDOR_ID), U32_MAX);
	KUNIT_EXPECT_EQ(test, cfg->data[PCI_HEADER_TYPE], 0);
	KUNIT_EXPECT_EQ(test, cfg->data[PCI_INTERRUPT_PIN], 0);
	for (i = PCI_BASE_ADDRESS_0; i < PCI_BASE_ADDRESS_0 + 6 * 4; i++) {
		mock_pci_config_write(cfg, i, 0xff);
		KUNIT_EXPECT_EQ(test, cfg->data[i], 0);
	}
	for (i = 0; i < 2; i++)
		mock_pci_config_write(cfg, PCI_COMMAND + i, 0xff);
	KUNIT_EXPECT_EQ(test, cfg_get16(cfg, PCI_COMMAND), PCI_COMMAND_MASTER);
	KUNIT_EXPECT_NE(test, vf_ext_cap(cfg, PCI_EXT_CAP_ID_ATS), 0);
	KUNIT_EXPECT_EQ(test, vf_ext_cap(cfg, PCI_EXT_CAP_ID_PASID), 0);
	KUNIT_EXPECT_EQ(test, vf_ext_cap(cfg, PCI_EXT_CAP_ID_PRI), 0);
	KUNIT_EXPECT_NE(test, vf_ext_cap(cfg, PCI_EXT_CAP_ID_ACS), 0);
}

/* The second of them has an engine, and is the only one that anybody looks for */
static struct vf_bench *vf_bench_create(struct kunit *test)
{
	struct vf_bench *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, b);
	b->pf = &ep_bench_create(test)->ep;
	b->vf = &ep_bench_create(test)->ep;
	vf_caps(&b->pf->config.caps);
	mock_endpoint_power_on(b->pf);
	mock_fn_start(b->pf, BARS, VF_BARS);

	/* Under one lock, as endpoints of an instance are */
	b->vf->mi = b->pf->mi;
	b->vf->config.caps = b->pf->config.caps;
	b->vf->config.caps.total_vfs = 0;
	b->vf->config.caps.virtual = true;
	b->vf->fn.pf = b->pf;
	b->vf->fn.nr = 1;
	b->vf->unplugged = true;
	mock_endpoint_power_on(b->vf);
	return b;
}

/* The physical one knows it for as long as that is asked for */
static void vf_bench_write(struct vf_bench *b, u32 off, u32 bytes, u32 val)
{
	b->pf->fn.vfs = &b->vf;
	b->pf->config.caps.total_vfs = 1;
	mock_fn_config_write(b->pf, b->pf->pci.sriov + off, bytes, val);
	b->pf->config.caps.total_vfs = NR_VFS;
	b->pf->fn.vfs = NULL;
	flush_work(&b->vf->fn.reset);
}

static u32 vf_load(struct mock_endpoint *ep, u64 addr)
{
	u32 val;

	guard(spinlock_irqsave)(&ep->mi->lock);
	return mock_fn_bar_read(ep, addr, &val) ? val : U32_MAX;
}

static void vf_comes(struct kunit *test)
{
	struct vf_bench *b = vf_bench_create(test);
	u32 val;

	KUNIT_EXPECT_EQ(test, mock_fn_config_read(b->vf, PCI_COMMAND, 2, &val),
			PCIBIOS_DEVICE_NOT_FOUND);
	/* One is not enough for the second */
	vf_bench_write(b, PCI_SRIOV_NUM_VF, 2, 1);
	vf_bench_write(b, PCI_SRIOV_CTRL, 2, PCI_SRIOV_CTRL_VFE | PCI_SRIOV_CTRL_MSE);
	KUNIT_EXPECT_FALSE(test, b->vf->fn.there);
	vf_bench_write(b, PCI_SRIOV_CTRL, 2, 0);
	vf_bench_write(b, PCI_SRIOV_NUM_VF, 2, 2);
	vf_bench_write(b, PCI_SRIOV_CTRL, 2, PCI_SRIOV_CTRL_VFE | PCI_SRIOV_CTRL_MSE);
	KUNIT_EXPECT_TRUE(test, b->vf->fn.there);
	KUNIT_EXPECT_FALSE(test, b->vf->unplugged);
	KUNIT_EXPECT_EQ(test, mock_fn_config_read(b->vf, PCI_COMMAND, 2, &val),
			PCIBIOS_SUCCESSFUL);
	KUNIT_EXPECT_EQ(test, val, 0);

	/* Twice in its page of each BAR, and in nobody else's */
	KUNIT_EXPECT_EQ(test, vf_load(b->vf, VF_BAR(1, 0) + MOCK_EP_EXT_MAGIC),
			MOCK_EP_EXT_MAGIC_VAL);
	KUNIT_EXPECT_EQ(test, vf_load(b->vf, VF_BAR(1, 0) + MOCK_PCI_FN_BAR_SIZE +
				      MOCK_EP_EXT_MAGIC), MOCK_EP_EXT_MAGIC_VAL);
	KUNIT_EXPECT_EQ(test, vf_load(b->vf, VF_BAR(1, 2) + 12),
			PCI_MSIX_ENTRY_CTRL_MASKBIT);
	KUNIT_EXPECT_EQ(test, vf_load(b->vf, VF_BAR(0, 0) + MOCK_EP_EXT_MAGIC), U32_MAX);
	KUNIT_EXPECT_EQ(test, vf_load(b->vf, VF_BAR(2, 0)), U32_MAX);
	KUNIT_EXPECT_EQ(test, vf_load(b->pf, VF_BAR(1, 0)), U32_MAX);
	vf_bench_write(b, PCI_SRIOV_CTRL, 2, PCI_SRIOV_CTRL_VFE);
	KUNIT_EXPECT_EQ(test, vf_load(b->vf, VF_BAR(1, 0) + MOCK_EP_EXT_MAGIC), U32_MAX);

	mock_fn_config_write(b->vf, PCI_COMMAND, 2, PCI_COMMAND_MASTER);
	vf_bench_write(b, PCI_SRIOV_CTRL, 2, 0);
	KUNIT_EXPECT_TRUE(test, b->vf->unplugged);
	KUNIT_EXPECT_EQ(test, mock_fn_config_read(b->vf, PCI_COMMAND, 2, &val),
			PCIBIOS_DEVICE_NOT_FOUND);
	/* And comes as after power-on */
	vf_bench_write(b, PCI_SRIOV_CTRL, 2, PCI_SRIOV_CTRL_VFE);
	KUNIT_EXPECT_EQ(test, mock_fn_config_read(b->vf, PCI_COMMAND, 2, &val),
			PCIBIOS_SUCCESSFUL);
	KUNIT_EXPECT_EQ(test, val, 0);
	vf_bench_write(b, PCI_SRIOV_CTRL, 2, 0);
	mock_fn_stop(b->vf);
	mock_fn_stop(b->pf);
}

/* PASIDs and page requests, which the physical function has for all */
static void vf_limits(struct kunit *test)
{
	struct vf_bench *b = vf_bench_create(test);
	const u32 regs = MOCK_EP_ATS_ENABLE | MOCK_EP_ATS_PRI;
	struct mock_access acc;

	mock_pci_config_write(&b->vf->pci, b->vf->pci.ats + PCI_ATS_CTRL + 1,
			      PCI_ATS_CTRL_ENABLE >> 8);
	mock_access_init(&acc, &b->vf->config, 5 | MOCK_EP_PASID_VALID, regs);
	scoped_guard(spinlock_irqsave, &b->vf->mi->lock)
		KUNIT_EXPECT_EQ(test, mock_access_limit(b->vf, &acc), -EINVAL);
	KUNIT_EXPECT_TRUE(test, acc.ats);
	KUNIT_EXPECT_FALSE(test, acc.pri);

	mock_pci_config_write(&b->pf->pci, b->pf->pci.pasid + PCI_PASID_CTRL,
			      PCI_PASID_CTRL_ENABLE);
	mock_pci_config_write(&b->pf->pci, b->pf->pci.pri + PCI_PRI_CTRL,
			      PCI_PRI_CTRL_ENABLE);
	mock_access_init(&acc, &b->vf->config, 5 | MOCK_EP_PASID_VALID, regs);
	scoped_guard(spinlock_irqsave, &b->vf->mi->lock)
		KUNIT_EXPECT_EQ(test, mock_access_limit(b->vf, &acc), 0);
	KUNIT_EXPECT_TRUE(test, acc.pri);
	mock_fn_stop(b->pf);
}

static struct kunit_case vf_cases[] = {
	KUNIT_CASE(vf_capability),
	KUNIT_CASE(vf_number),
	KUNIT_CASE(vf_header),
	KUNIT_CASE(vf_comes),
	KUNIT_CASE(vf_limits),
	{}
};

static struct kunit_suite vf_suite = {
	.name = "iommu_mock_vf",
	.test_cases = vf_cases,
};

kunit_test_suite(vf_suite);
