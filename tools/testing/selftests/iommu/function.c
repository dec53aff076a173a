// SPDX-License-Identifier: GPL-2.0-only
/*
 * Endpoints that are PCI functions, in the hands of the kernel's own vfio-pci: what a
 * VMM finds of them, and that they do what software has enabled and nothing else
 */
#include <pthread.h>
#include <sys/mman.h>

#include "harness.h"

#define IOVA		0x0000066660000000ull
#define BAR_SIZE	0x800u
#define TI		0x104cu
#define EP_TEST		0xb500u
#define PCI_EXT_CAP_ACS	0x0d
#define ATS_CTRL	6
#define ATS_ENABLE	0x8000u
#define PASID_CAP	4
#define PASID_CTRL	6
#define DEVCTL		8

FIXTURE(function)
{
	struct rig rig;
	struct vdev *dev;
	char name[PCI_NAME_LEN];
	uint64_t gpa;
};

FIXTURE_VARIANT(function)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(function, vtd)
{
	.cfg.ats = true,
	.cfg.pasid_bits = 8,
};

FIXTURE_VARIANT_ADD(function, smmu)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.ats = true,
	.cfg.pasid_bits = 8,
};

FIXTURE_SETUP(function)
{
	struct rig *r = &self->rig;

	RIG_FUNCTIONS(r, &variant->cfg);
	ASSERT_EQ(0, rig_devices(r));
	ASSERT_EQ(0, rig_guest(r));
	ASSERT_EQ(0, rig_parent(r));
	ASSERT_EQ(0, rig_nested(r));
	self->dev = &r->dev[0];
	ASSERT_EQ(0, pci_name(&r->mock, 0, self->name));
	self->gpa = guest_alloc(&r->guest, SZ_1M, PAGE_4K);
	ASSERT_NE(0, self->gpa);
	ASSERT_EQ(0, s1_map_range(&r->s1, IOVA, self->gpa, SZ_1M, S1_4K, S1_RW));
}

FIXTURE_TEARDOWN(function)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

static uint8_t *ram(FIXTURE_DATA(function) *self)
{
	return guest_ptr(&self->rig.guest, self->gpa);
}

/* It moves bytes, the right ones and no others */
static int works(FIXTURE_DATA(function) *self)
{
	uint8_t *mem = ram(self);
	int rc;

	util_fill(mem, 0x1800, 4711);
	memset(mem + 0x4000, 0, 0x2000);
	rc = ep_copy(self->dev, IOVA, IOVA + 0x4321, 0x1800, NULL);
	if (!rc && (!util_is_fill(mem + 0x4321, 0x1800, 4711) ||
		    !util_is_byte(mem + 0x4000, 0x321, 0)))
		rc = -EBADMSG;
	return rc;
}

/* What sysfs, configuration space and vfio-pci say of it is the same */
TEST_F(function, identity)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };
	const char *name = self->name;
	char text[32];

	EXPECT_EQ(0, works(self));
	EXPECT_EQ(TI, pci_config(name, PCI_CFG_VENDOR, 2));
	EXPECT_EQ(EP_TEST, pci_config(name, PCI_CFG_DEVICE, 2));
	EXPECT_EQ(TI, vdev_config(self->dev, PCI_CFG_VENDOR, 2));
	EXPECT_EQ(EP_TEST, vdev_config(self->dev, PCI_CFG_DEVICE, 2));
	ASSERT_EQ(0, pci_get_text(name, "vendor", text, sizeof(text)));
	EXPECT_STREQ("0x104c", text);
	ASSERT_EQ(0, pci_get_text(name, "class", text, sizeof(text)));
	EXPECT_STREQ("0xff0000", text);
	ASSERT_EQ(0, pci_driver(name, text, sizeof(text)));
	EXPECT_STREQ("vfio-pci", text);
	/* Root complex integrated, of version 2 */
	EXPECT_EQ(0x92, pci_config(name, pci_capability(name, PCI_CAP_EXP) + 2, 2));

	ASSERT_EQ(0, dsi_ioctl(self->dev->fd, VFIO_DEVICE_GET_INFO, &info));
	EXPECT_EQ(VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET,
		  info.flags & (VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET));
}

/* Capabilities are there as they were configured, and enabled by who has the unit */
TEST_F(function, capabilities)
{
	const char *name = self->name;
	uint32_t ats = pci_ext_capability(name, PCI_EXT_CAP_ATS);
	uint32_t pasid = pci_ext_capability(name, PCI_EXT_CAP_PASID);

	EXPECT_NE(0, pci_capability(name, PCI_CAP_MSI));
	EXPECT_NE(0, pci_capability(name, PCI_CAP_MSIX));
	EXPECT_NE(0, pci_ext_capability(name, PCI_EXT_CAP_ACS));
	EXPECT_EQ(0, pci_ext_capability(name, PCI_EXT_CAP_PRI));
	ASSERT_NE(0, ats);
	EXPECT_TRUE(pci_config(name, ats + ATS_CTRL, 2) & ATS_ENABLE);
	ASSERT_NE(0, pasid);
	EXPECT_EQ(8, pci_config(name, pasid + PASID_CAP + 1, 1) & 0x1f);
	EXPECT_EQ(1, pci_config(name, pasid + PASID_CTRL, 2) & 1);
	/* Which a VMM is not shown: it is its host's */
	EXPECT_EQ(0, vdev_ext_capability(self->dev, PCI_EXT_CAP_PASID));

	/* Configuration space ends, and what is not backed is zero */
	EXPECT_EQ(0, pci_config(name, 0xffc, 4));
	EXPECT_EQ(UINT32_MAX, pci_config(name, 0x1000, 4));
}

/* A function without any of them has none of them */
TEST_F(function, no_capabilities)
{
	const struct rig_config cfg = { .type = variant->cfg.type };
	struct rig *r = &self->rig;
	const char *name = self->name, *why;

	ASSERT_EQ(0, rig_down(r));
	ASSERT_EQ(0, functions_try(r, &cfg, &why));
	ASSERT_EQ(NULL, why);
	ASSERT_EQ(0, mock_ep_set(&r->mock, "ep0", "acs", 0));
	ASSERT_EQ(0, mock_ep_set(&r->mock, "ep0", "vendor_id", 0x1234));
	ASSERT_EQ(0, mock_ep_set(&r->mock, "ep0", "device_id", 0x5678));
	ASSERT_EQ(0, mock_set_live(&r->mock, true));
	EXPECT_EQ(0x56781234, pci_config(name, PCI_CFG_VENDOR, 4));
	EXPECT_EQ(0, pci_config(name, PCI_EXT_CAP_FIRST, 4));
	EXPECT_NE(0, pci_capability(name, PCI_CAP_MSIX));
}

/* Nobody is offered memory that there is not, by mmap or for peers */
TEST_F(function, no_mmap)
{
	struct vfio_device_feature feature = {
		.argsz = sizeof(feature),
		.flags = VFIO_DEVICE_FEATURE_PROBE | VFIO_DEVICE_FEATURE_GET |
			 VFIO_DEVICE_FEATURE_DMA_BUF,
	};
	struct vfio_region_info info;
	unsigned int i;
	void *mem;

	for (i = 0; i <= VFIO_PCI_CONFIG_REGION_INDEX; i++) {
		info = (struct vfio_region_info){ .argsz = sizeof(info), .index = i };
		ASSERT_EQ(0, dsi_ioctl(self->dev->fd, VFIO_DEVICE_GET_REGION_INFO,
				       &info));
		EXPECT_FALSE(info.flags & VFIO_REGION_INFO_FLAG_MMAP);
		if (i <= VFIO_PCI_BAR5_REGION_INDEX)
			EXPECT_EQ(i == 0 || i == 2 ? BAR_SIZE : 0, info.size);
		mem = mmap(NULL, PAGE_4K, PROT_READ, MAP_SHARED, self->dev->fd,
			   info.offset);
		EXPECT_EQ(MAP_FAILED, mem);
	}
	EXPECT_EQ(-ENOTTY, dsi_ioctl(self->dev->fd, VFIO_DEVICE_FEATURE, &feature));
}

/* Every size at every alignment: what a byte is does not depend on how it is read */
TEST_F(function, bar_accesses)
{
	struct vdev *dev = self->dev;
	uint8_t whole[BAR_SIZE], part[16];
	unsigned int off, len;

	ASSERT_EQ(0, vdev_set_reg(dev, MOCK_EP_LOWER_SRC_ADDR, 0x03020100));
	ASSERT_EQ(0, vdev_set_reg(dev, MOCK_EP_UPPER_SRC_ADDR, 0x07060504));
	ASSERT_EQ(0, vdev_read(dev, 0, 0, whole, sizeof(whole)));
	for (off = 0; off < 0x130; off++)
		for (len = 1; len <= sizeof(part); len++) {
			ASSERT_EQ(0, vdev_read(dev, 0, off, part, len));
			ASSERT_EQ(0, memcmp(whole + off, part, len));
		}
	/* Writes too, and none of them touches what is beside it */
	for (off = 0; off < 8; off++)
		for (len = 1; len <= 8 - off; len++) {
			uint64_t want = 0x0706050403020100, got;

			ASSERT_EQ(0, vdev_write(dev, 0, MOCK_EP_LOWER_SRC_ADDR,
						&want, 8));
			memset(part, 0xa0 + off, sizeof(part));
			memcpy((uint8_t *)&want + off, part, len);
			ASSERT_EQ(0, vdev_write(dev, 0, MOCK_EP_LOWER_SRC_ADDR + off,
						part, len));
			ASSERT_EQ(0, vdev_read(dev, 0, MOCK_EP_LOWER_SRC_ADDR, &got,
					       8));
			ASSERT_EQ(want, got);
		}
	EXPECT_EQ(0, vdev_reg(dev, MOCK_EP_LOWER_DST_ADDR));
	/* Behind the registers are zeros, behind the BAR is nothing */
	EXPECT_EQ(0, vdev_reg(dev, BAR_SIZE - 4));
	EXPECT_EQ(-EINVAL, vdev_read(dev, 0, BAR_SIZE, part, 4));
	EXPECT_EQ(-EIO, vdev_read(dev, 0, BAR_SIZE - 4, part, 8));
	EXPECT_EQ(-EINVAL, vdev_read(dev, 2, BAR_SIZE, part, 4));
	/* The MSI-X table is the host's: its user reads ones */
	EXPECT_EQ(0, vdev_read(dev, 2, 0, part, sizeof(part)));
	EXPECT_TRUE(util_is_byte(part, sizeof(part), 0xff));
	EXPECT_EQ(0, works(self));
}

TEST_F(function, memory_off)
{
	struct vdev *dev = self->dev;
	uint32_t val;

	ASSERT_EQ(0, vdev_set_reg(dev, MOCK_EP_PATTERN, 42));
	ASSERT_EQ(0, vdev_enable(dev, PCI_CMD_MASTER));
	EXPECT_EQ(-EIO, vdev_read(dev, 0, MOCK_EP_PATTERN, &val, 4));
	EXPECT_EQ(-EIO, vdev_set_reg(dev, MOCK_EP_PATTERN, 43));
	/* The function's own bit, without vfio-pci's knowledge: nobody answers */
	ASSERT_EQ(0, vdev_enable(dev, PCI_CMD_MASTER | PCI_CMD_MEMORY));
	ASSERT_EQ(0, pci_set_config(self->name, PCI_CFG_COMMAND, PCI_CMD_MASTER, 2));
	EXPECT_EQ(0, vdev_read(dev, 0, MOCK_EP_PATTERN, &val, 4));
	EXPECT_EQ(UINT32_MAX, val);
	EXPECT_EQ(0, vdev_set_reg(dev, MOCK_EP_PATTERN, 44));
	ASSERT_EQ(0, pci_set_config(self->name, PCI_CFG_COMMAND,
				    PCI_CMD_MASTER | PCI_CMD_MEMORY, 2));
	EXPECT_EQ(42, vdev_reg(dev, MOCK_EP_PATTERN));
	EXPECT_EQ(0, works(self));
}

TEST_F(function, master_off)
{
	ASSERT_EQ(0, vdev_enable(self->dev, PCI_CMD_MEMORY));
	memset(ram(self), 0x5a, SZ_4K);
	EXPECT_NE(0, ep_write(self->dev, IOVA, SZ_4K, 1, NULL));
	EXPECT_TRUE(util_is_byte(ram(self), SZ_4K, 0x5a));
	ASSERT_EQ(0, vdev_enable(self->dev, PCI_CMD_MEMORY | PCI_CMD_MASTER));
	EXPECT_EQ(0, works(self));
}

/* BARs that somebody moves answer where they are now, and nowhere else */
TEST_F(function, moved_bar)
{
	const uint32_t base = pci_config(self->name, PCI_CFG_BAR0, 4);
	uint32_t val;

	ASSERT_EQ(0, vdev_set_reg(self->dev, MOCK_EP_PATTERN, 42));
	/* All ones is how its size is asked for */
	ASSERT_EQ(0, pci_set_config(self->name, PCI_CFG_BAR0, UINT32_MAX, 4));
	EXPECT_EQ(~(BAR_SIZE - 1) | 4, pci_config(self->name, PCI_CFG_BAR0, 4));
	EXPECT_EQ(0, vdev_read(self->dev, 0, MOCK_EP_PATTERN, &val, 4));
	EXPECT_EQ(UINT32_MAX, val);
	/* Onto the other one: there can be only one answer */
	ASSERT_EQ(0, pci_set_config(self->name, PCI_CFG_BAR0,
				    pci_config(self->name, PCI_CFG_BAR0 + 8, 4), 4));
	EXPECT_EQ(UINT32_MAX, vdev_reg(self->dev, MOCK_EP_PATTERN));
	ASSERT_EQ(0, vdev_read(self->dev, 2, 0x400 + MOCK_EP_PATTERN, &val, 4));
	ASSERT_EQ(0, pci_set_config(self->name, PCI_CFG_BAR0, base, 4));
	EXPECT_EQ(42, vdev_reg(self->dev, MOCK_EP_PATTERN));
	EXPECT_EQ(0, works(self));
}

/* A reset ends what is under way; and configuration space is what it was before */
TEST_F(function, reset_under_load)
{
	const uint32_t bar = pci_config(self->name, PCI_CFG_BAR0, 4);
	const uint32_t ats = pci_ext_capability(self->name, PCI_EXT_CAP_ATS);
	struct storm storm = { .dev = self->dev, .iova = IOVA };
	pthread_t thread;
	unsigned int i;

	ASSERT_EQ(0, pthread_create(&thread, NULL, storm_run, &storm));
	for (i = 0; i < 5; i++) {
		usleep(2000);
		EXPECT_EQ(0, vdev_reset(self->dev));
	}
	storm.end = true;
	ASSERT_EQ(0, pthread_join(thread, NULL));

	ASSERT_EQ(0, vdev_reset(self->dev));
	EXPECT_EQ(0, vdev_reg(self->dev, MOCK_EP_DONE));
	EXPECT_EQ(0, vdev_reg(self->dev, MOCK_EP_LOWER_DST_ADDR));
	memset(ram(self), 0x5a, SZ_1M);
	usleep(20000);
	EXPECT_TRUE(util_is_byte(ram(self), SZ_1M, 0x5a));
	EXPECT_EQ(bar, pci_config(self->name, PCI_CFG_BAR0, 4));
	EXPECT_TRUE(pci_config(self->name, ats + ATS_CTRL, 2) & ATS_ENABLE);
	EXPECT_EQ(0, works(self));
}

/* A reset that root asks for by a write: for its time, nobody answers */
TEST_F(function, reset_by_write)
{
	const uint32_t exp = pci_capability(self->name, PCI_CAP_EXP);
	unsigned int i;

	ASSERT_EQ(0, vdev_set_reg(self->dev, MOCK_EP_PATTERN, 42));
	ASSERT_EQ(0, pci_set_config(self->name, exp + DEVCTL, 0x8000, 2));
	for (i = 0; i < 1000; i++) {
		if (pci_config(self->name, PCI_CFG_VENDOR, 2) == TI)
			break;
		usleep(1000);
	}
	ASSERT_GT(1000, i);
	EXPECT_EQ(0, pci_config(self->name, PCI_CFG_COMMAND, 2));
	EXPECT_EQ(4, pci_config(self->name, PCI_CFG_BAR0, 4));
	/* Who did that has to put it back; vfio-pci's reset does */
	EXPECT_EQ(UINT32_MAX, vdev_reg(self->dev, MOCK_EP_PATTERN));
}

/* What the PCI core has not enabled, a function does not do */
TEST_F(function, not_enabled)
{
	const char *name = self->name;
	const uint32_t ats = pci_ext_capability(name, PCI_EXT_CAP_ATS);
	const uint32_t pasid = pci_ext_capability(name, PCI_EXT_CAP_PASID);
	const uint32_t ctrl = pci_config(name, ats + ATS_CTRL, 2);
	struct rig *r = &self->rig;
	uint32_t misses;

	ASSERT_EQ(0, ep_ats(self->dev, MOCK_EP_ATS_ENABLE));
	EXPECT_EQ(0, works(self));
	misses = vdev_reg(self->dev, MOCK_EP_ATC_MISSES);
	EXPECT_LT(0, misses);
	ASSERT_EQ(0, rig_inv_all(r));

	/* Untranslated then, which works: and nothing is asked for or kept */
	ASSERT_EQ(0, pci_set_config(name, ats + ATS_CTRL, ctrl & ~ATS_ENABLE, 2));
	EXPECT_EQ(0, works(self));
	EXPECT_EQ(misses, vdev_reg(self->dev, MOCK_EP_ATC_MISSES));
	ASSERT_EQ(0, pci_set_config(name, ats + ATS_CTRL, ctrl, 2));
	EXPECT_EQ(0, works(self));
	EXPECT_LT(misses, vdev_reg(self->dev, MOCK_EP_ATC_MISSES));
	ASSERT_EQ(0, ep_ats(self->dev, 0));

	/* With a PASID that nothing is attached to the unit is asked, or not even that */
	ASSERT_EQ(0, ep_pasid(self->dev, 5 | MOCK_EP_PASID_VALID));
	EXPECT_EQ(-EFAULT, ep_write(self->dev, IOVA, 8, 1, NULL));
	ASSERT_EQ(0, pci_set_config(name, pasid + PASID_CTRL, 0, 2));
	EXPECT_EQ(-EIO, ep_write(self->dev, IOVA, 8, 1, NULL));
	ASSERT_EQ(0, pci_set_config(name, pasid + PASID_CTRL, 1, 2));
	EXPECT_EQ(-EFAULT, ep_write(self->dev, IOVA, 8, 1, NULL));
	ASSERT_EQ(0, ep_pasid(self->dev, 0));
	EXPECT_EQ(0, works(self));
}

TEST_HARNESS_MAIN
