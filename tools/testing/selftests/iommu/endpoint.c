// SPDX-License-Identifier: GPL-2.0-only
/*
 * The endpoint: a VFIO device of PCI shape whose DMA engine does what it is
 * told, says how it went, and stands whatever is written to it. Its interrupts
 * are in endpoint_irq.c
 */
#include "harness.h"

#define IOVA		0x0000088880000000ull
#define GAP		(32 * PAGE_4K)	/* pages of a window, then nothing */

FIXTURE(ep)
{
	struct rig rig;
	struct vdev *dev;
	uint64_t gpa;
};

FIXTURE_VARIANT(ep)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(ep, usual)
{
};

FIXTURE_VARIANT_ADD(ep, all_capabilities)
{
	.cfg.ats = true,
	.cfg.pasid_bits = 16,
};

FIXTURE_VARIANT_ADD(ep, smmu)
{
	.cfg.type = MOCK_SMMUV3,
};

FIXTURE_VARIANT_ADD(ep, smmu_all_capabilities)
{
	.cfg.type = MOCK_SMMUV3,
	.cfg.ats = true,
	.cfg.pasid_bits = 16,
};

FIXTURE_SETUP(ep)
{
	struct rig_config cfg = variant->cfg;
	struct rig *r = &self->rig;

	cfg.platform = true;
	RIG_UP(r, &cfg);
	self->dev = &r->dev[0];
	self->gpa = guest_alloc(&r->guest, GAP, PAGE_4K);
	ASSERT_NE(0, self->gpa);
	ASSERT_EQ(0, s1_map_range(&r->s1, IOVA, self->gpa, GAP, S1_4K, S1_RW));
}

FIXTURE_TEARDOWN(ep)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

static uint8_t *window(FIXTURE_DATA(ep) *self)
{
	return guest_ptr(&self->rig.guest, self->gpa);
}

/* It works: what everything that is done to it has to leave as it is */
static int works(FIXTURE_DATA(ep) *self)
{
	uint8_t *ram = window(self);
	int rc;

	util_fill(ram, 0x1800, 4711);
	memset(ram + 0x4000, 0, 0x2000);
	rc = ep_copy(self->dev, IOVA, IOVA + 0x4321, 0x1800, NULL);
	if (!rc && !util_is_fill(ram + 0x4321, 0x1800, 4711))
		rc = -EBADMSG;
	return rc;
}

TEST_F(ep, device_info)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };
	struct vfio_region_info reg;
	struct vfio_irq_info irq;
	unsigned int i;

	ASSERT_EQ(0, dsi_ioctl(self->dev->fd, VFIO_DEVICE_GET_INFO, &info));
	EXPECT_EQ(VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET,
		  info.flags & (VFIO_DEVICE_FLAGS_PCI |
				VFIO_DEVICE_FLAGS_RESET));
	EXPECT_EQ(VFIO_PCI_NUM_REGIONS, info.num_regions);
	EXPECT_EQ(VFIO_PCI_NUM_IRQS, info.num_irqs);

	for (i = 0; i < VFIO_PCI_NUM_REGIONS; i++) {
		reg = (struct vfio_region_info){
			.argsz = sizeof(reg),
			.index = i,
		};
		ASSERT_EQ(0, dsi_ioctl(self->dev->fd,
				       VFIO_DEVICE_GET_REGION_INFO, &reg));
		EXPECT_EQ((uint64_t)i << 40, reg.offset);
		EXPECT_EQ(i == VFIO_PCI_BAR0_REGION_INDEX ||
			  i == VFIO_PCI_BAR2_REGION_INDEX ||
			  i == VFIO_PCI_CONFIG_REGION_INDEX ? 4096 : 0,
			  reg.size);
	}
	reg.index = VFIO_PCI_NUM_REGIONS;
	EXPECT_EQ(-EINVAL, dsi_ioctl(self->dev->fd, VFIO_DEVICE_GET_REGION_INFO,
				     &reg));
	for (i = 0; i < VFIO_PCI_NUM_IRQS; i++) {
		irq = (struct vfio_irq_info){
			.argsz = sizeof(irq),
			.index = i,
		};
		ASSERT_EQ(0, dsi_ioctl(self->dev->fd, VFIO_DEVICE_GET_IRQ_INFO,
				       &irq));
		EXPECT_EQ(i == VFIO_PCI_MSI_IRQ_INDEX ||
			  i == VFIO_PCI_MSIX_IRQ_INDEX ? 32 : 1, irq.count);
	}
	irq.index = VFIO_PCI_NUM_IRQS;
	EXPECT_EQ(-EINVAL, dsi_ioctl(self->dev->fd, VFIO_DEVICE_GET_IRQ_INFO,
				     &irq));
	info.argsz = 4;
	EXPECT_EQ(-EINVAL, dsi_ioctl(self->dev->fd, VFIO_DEVICE_GET_INFO,
				     &info));
	EXPECT_EQ(-EFAULT, dsi_ioctl(self->dev->fd, VFIO_DEVICE_GET_INFO,
				     NULL));
	EXPECT_EQ(-ENOTTY, dsi_ioctl(self->dev->fd, _IO(';', 255), NULL));
}

TEST_F(ep, config_space)
{
	struct vdev *v = self->dev;
	uint32_t id = vdev_config(v, PCI_CFG_VENDOR, 4);
	uint32_t pasid, msi, msix;
	unsigned int bar;

	EXPECT_NE(0, id);
	EXPECT_NE(UINT32_MAX, id);
	EXPECT_EQ(0, vdev_set_config(v, PCI_CFG_VENDOR, 0x12345678, 4));
	EXPECT_EQ(id, vdev_config(v, PCI_CFG_VENDOR, 4));

	/* BARs say their size to who writes ones, and keep an address */
	for (bar = 0; bar < 6; bar++) {
		uint32_t off = PCI_CFG_BAR0 + 4 * bar;
		bool there = bar == 0 || bar == 2;

		EXPECT_EQ(0, vdev_set_config(v, off, UINT32_MAX, 4));
		EXPECT_EQ(there ? 0xfffff000 : 0, vdev_config(v, off, 4));
		EXPECT_EQ(0, vdev_set_config(v, off, 0xe0001234, 4));
		EXPECT_EQ(there ? 0xe0001000 : 0, vdev_config(v, off, 4));
	}

	EXPECT_NE(0, vdev_capability(v, PCI_CAP_EXP));
	msi = vdev_capability(v, PCI_CAP_MSI);
	ASSERT_NE(0, msi);
	/* 32 vectors, 64-bit address, off */
	EXPECT_EQ(0x8a, vdev_config(v, msi + 2, 2));
	msix = vdev_capability(v, PCI_CAP_MSIX);
	ASSERT_NE(0, msix);
	EXPECT_EQ(31, vdev_config(v, msix + 2, 2));
	EXPECT_EQ(2, vdev_config(v, msix + 4, 4) & 7);

	EXPECT_EQ(variant->cfg.ats, !!vdev_ext_capability(v, PCI_EXT_CAP_ATS));
	EXPECT_EQ(0, vdev_ext_capability(v, PCI_EXT_CAP_PRI));
	pasid = vdev_ext_capability(v, PCI_EXT_CAP_PASID);
	EXPECT_EQ(!!variant->cfg.pasid_bits, !!pasid);
	if (pasid) {
		EXPECT_EQ(variant->cfg.pasid_bits,
			  vdev_config(v, pasid + 4, 2) >> 8 & 0x1f);
	}
	EXPECT_EQ(0, works(self));
}

/* Every width at every place, and behind the end */
TEST_F(ep, config_accesses)
{
	static const size_t widths[] = { 1, 2, 3, 4, 5, 8, 16 };
	struct vdev *v = self->dev;
	uint8_t all[4096], part[16];
	unsigned int off, i;
	ssize_t n, expect;
	uint64_t at;

	ASSERT_EQ(0, vdev_read(v, VFIO_PCI_CONFIG_REGION_INDEX, 0, all,
			       sizeof(all)));
	at = v->offset[VFIO_PCI_CONFIG_REGION_INDEX];
	for (off = 0; off < 4096 + 8; off += off < 0x140 || off > 4000 ? 1 : 61) {
		for (i = 0; i < ARRAY_SIZE(widths); i++) {
			n = pread(v->fd, part, widths[i], at + off);
			expect = widths[i];
			if (off >= 4096)
				expect = -1;
			else if (off + widths[i] > 4096)
				expect = 4096 - off;
			ASSERT_EQ(expect, n)
				TH_LOG("%zu at %#x", widths[i], off);
			EXPECT_EQ(0, memcmp(part, all + off, n > 0 ? n : 0));
		}
	}
}

/* Nonsense everywhere: nothing gets out of the device's own space */
TEST_F(ep, hostile_accesses)
{
	static const unsigned int regions[] = {
		VFIO_PCI_BAR0_REGION_INDEX, VFIO_PCI_BAR1_REGION_INDEX,
		VFIO_PCI_BAR2_REGION_INDEX, VFIO_PCI_ROM_REGION_INDEX,
		VFIO_PCI_CONFIG_REGION_INDEX, VFIO_PCI_VGA_REGION_INDEX, 60,
	};
	struct rig *r = &self->rig;
	struct vdev *v = self->dev;
	uint64_t seed = 1, word;
	uint8_t *before;
	unsigned int i;
	off_t at;
	size_t len;

	/* Nothing is mapped: whatever it is told to do, it reaches no memory */
	ASSERT_EQ(0, vdev_detach(v));
	before = malloc(r->guest.size);
	ASSERT_NE(NULL, before);
	util_fill(window(self), GAP, 3);
	memcpy(before, r->guest.va, r->guest.size);
	for (i = 0; i < 6000; i++) {
		word = util_random(&seed);
		len = 1 + word % 8;
		at = (off_t)regions[word / 8 % ARRAY_SIZE(regions)] << 40;
		at += word / 256 % (i & 1 ? 0x130 : 0x1010);
		word = util_random(&seed);
		if (word & 1)
			len = pwrite(v->fd, &word, len, at);
		else
			len = pread(v->fd, &word, len, at);
	}
	EXPECT_EQ(-1, pread(v->fd, &word, 8, INT64_MAX - 8));
	EXPECT_EQ(-1, pwrite(v->fd, &word, 8, INT64_MAX - 8));

	EXPECT_EQ(0, vdev_reset(v));
	EXPECT_EQ(0, memcmp(before, r->guest.va, r->guest.size));
	free(before);
	EXPECT_EQ(0, vdev_irqs_off(v, VFIO_PCI_MSI_IRQ_INDEX));
	EXPECT_EQ(0, vdev_enable(v, PCI_CMD_MEMORY | PCI_CMD_MASTER));
	ASSERT_EQ(0, vdev_attach_id(v, r->nested));
	EXPECT_EQ(0, works(self));
}

TEST_F(ep, bus_master_off)
{
	struct vdev *v = self->dev;
	struct mock_stats before, after;
	uint8_t *ram = window(self);
	struct ep_result res;

	memset(ram, 0x11, GAP);
	ASSERT_EQ(0, vdev_enable(v, PCI_CMD_MEMORY));
	ASSERT_EQ(0, mock_stats(&self->rig.mock, &before));
	EXPECT_EQ(-EIO, ep_write(v, IOVA, 64, 1, &res));
	EXPECT_EQ(0, res.fault);
	EXPECT_EQ(0, res.moved);
	EXPECT_TRUE(util_is_byte(ram, GAP, 0x11));
	ASSERT_EQ(0, mock_stats(&self->rig.mock, &after));
	EXPECT_EQ(before.translations, after.translations);
	ASSERT_EQ(0, vdev_enable(v, PCI_CMD_MEMORY | PCI_CMD_MASTER));
	EXPECT_EQ(0, works(self));
}

/* Without memory decoding the BARs are not there */
TEST_F(ep, memory_off)
{
	struct vdev *v = self->dev;
	uint32_t val = 0;

	ASSERT_EQ(0, vdev_enable(v, PCI_CMD_MASTER));
	EXPECT_EQ(-EIO, vdev_read(v, VFIO_PCI_BAR0_REGION_INDEX, 0, &val, 4));
	EXPECT_EQ(-EIO, vdev_write(v, VFIO_PCI_BAR0_REGION_INDEX, 0, &val, 4));
	EXPECT_EQ(-EIO, vdev_read(v, VFIO_PCI_BAR2_REGION_INDEX, 0, &val, 4));
	ASSERT_EQ(0, vdev_enable(v, PCI_CMD_MEMORY | PCI_CMD_MASTER));
	EXPECT_EQ(MOCK_EP_EXT_MAGIC_VAL, vdev_reg(v, MOCK_EP_EXT_MAGIC));
	EXPECT_EQ(0, works(self));
}

TEST_F(ep, registers)
{
	struct vdev *v = self->dev;
	uint32_t off, val;

	EXPECT_EQ(MOCK_EP_EXT_MAGIC_VAL, vdev_reg(v, MOCK_EP_EXT_MAGIC));
	EXPECT_EQ(0, vdev_set_reg(v, MOCK_EP_EXT_MAGIC, 0));
	EXPECT_EQ(MOCK_EP_EXT_MAGIC_VAL, vdev_reg(v, MOCK_EP_EXT_MAGIC));
	/* Results are the device's to write */
	for (off = MOCK_EP_FAULT; off <= MOCK_EP_ATC_INVS; off += 4) {
		val = vdev_reg(v, off);
		EXPECT_EQ(0, vdev_set_reg(v, off, ~val));
		EXPECT_EQ(val, vdev_reg(v, off));
	}
	for (off = MOCK_EP_LOWER_SRC_ADDR; off <= MOCK_EP_SIZE; off += 4) {
		EXPECT_EQ(0, vdev_set_reg(v, off, 0xa5a50000 + off));
		EXPECT_EQ(0xa5a50000 + off, vdev_reg(v, off));
	}
	for (off = 0x200; off < MOCK_EP_BAR0_SIZE; off += 0x1fc)
		EXPECT_EQ(0, vdev_reg(v, off));
}

TEST_F(ep, bad_sizes)
{
	static const uint32_t bad[] = { 0, MOCK_EP_MAX_SIZE + 1, 0x80000000,
					UINT32_MAX };
	struct vdev *v = self->dev;
	uint8_t *ram = window(self);
	struct ep_result res;
	unsigned int i;

	memset(ram, 0x22, GAP);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EIO, ep_write(v, IOVA, bad[i], 1, &res));
		EXPECT_EQ(0, res.moved);
		EXPECT_EQ(-EIO, ep_copy(v, IOVA, IOVA + 0x4000, bad[i], &res));
		EXPECT_EQ(0, res.moved);
	}
	/* Around the end of the address space is no way */
	EXPECT_EQ(-EIO, ep_write(v, UINT64_MAX - 3, 8, 1, &res));
	EXPECT_TRUE(res.status & MOCK_EP_STS_DST_ADDR_INVALID);
	EXPECT_EQ(-EIO, ep_copy(v, UINT64_MAX, IOVA, 2, &res));
	EXPECT_TRUE(res.status & MOCK_EP_STS_SRC_ADDR_INVALID);
	EXPECT_TRUE(util_is_byte(ram, GAP, 0x22));
	EXPECT_EQ(0, works(self));
}

/* Odd places and lengths up to what one transfer can be */
TEST_F(ep, sizes)
{
	static const uint32_t lens[] = { 1, 2, 3, 7, 8, 4095, 4096, 4097, 8191,
					 12289, 40000, 65535 };
	struct vdev *v = self->dev;
	uint8_t *ram = window(self);
	struct ep_result res;
	uint64_t seed = 5;
	uint32_t src, dst;
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		for (j = 0; j < 3; j++) {
			src = util_random(&seed) % (GAP / 2 - lens[i]);
			dst = GAP / 2 + util_random(&seed) %
				       (GAP / 2 - lens[i]);
			memset(ram, 0xee, GAP);
			util_fill(ram + src, lens[i], i);
			ASSERT_EQ(0, ep_copy(v, IOVA + src, IOVA + dst, lens[i],
					     &res));
			EXPECT_TRUE(util_is_fill(ram + dst, lens[i], i));
			EXPECT_TRUE(util_is_byte(ram + GAP / 2,
						 dst - GAP / 2, 0xee));
			EXPECT_TRUE(util_is_byte(ram + dst + lens[i],
						 GAP - dst - lens[i], 0xee));
			EXPECT_EQ(util_crc32(ram + src, lens[i]),
				  res.checksum);
			EXPECT_EQ(lens[i], res.moved);
		}
	}
}

/* A fault in the middle: so far and not a byte further */
TEST_F(ep, fault_stops)
{
	struct vdev *v = self->dev;
	uint8_t *ram = window(self);
	struct ep_result res;

	/* The destination ends 0x1800 bytes on */
	memset(ram, 0, GAP);
	util_fill(ram, 0x8000, 8);
	memset(ram + GAP - 0x1800, 0x33, 0x1800);
	EXPECT_EQ(-EFAULT, ep_copy(v, IOVA, IOVA + GAP - 0x1800, 0x8000, &res));
	EXPECT_EQ(MOCK_EP_FAULT_BLOCKED | MOCK_EP_FAULT_WRITE, res.fault);
	EXPECT_EQ(IOVA + GAP, res.fault_addr);
	EXPECT_EQ(0x1800, res.moved);
	EXPECT_TRUE(res.status & MOCK_EP_STS_COPY_FAIL);
	EXPECT_TRUE(res.status & MOCK_EP_STS_DST_ADDR_INVALID);
	EXPECT_FALSE(res.status & MOCK_EP_STS_SRC_ADDR_INVALID);
	EXPECT_TRUE(util_is_fill(ram, 0x8000, 8));
	EXPECT_TRUE(util_is_fill(ram + GAP - 0x1800, 0x1800, 8));

	/* The source ends at once: nothing is written */
	memset(ram, 0x44, GAP);
	EXPECT_EQ(-EFAULT, ep_copy(v, IOVA - 0x10, IOVA, 0x20, &res));
	EXPECT_EQ(MOCK_EP_FAULT_BLOCKED, res.fault);
	EXPECT_EQ(IOVA - 0x10, res.fault_addr);
	EXPECT_EQ(0, res.moved);
	EXPECT_TRUE(res.status & MOCK_EP_STS_SRC_ADDR_INVALID);
	EXPECT_TRUE(util_is_byte(ram, GAP, 0x44));

	/* What comes after it has a clean slate */
	ASSERT_EQ(0, ep_copy(v, IOVA, IOVA + 0x4000, 0x20, &res));
	EXPECT_EQ(0, res.fault);
	EXPECT_EQ(0, res.fault_addr);
}

/* The pattern of WRITE: the same for the same seed, however it is cut */
TEST_F(ep, write_pattern)
{
	struct vdev *v = self->dev;
	uint8_t *ram = window(self);
	struct ep_result one, two;

	ASSERT_EQ(0, ep_write(v, IOVA, 0x3001, 77, &one));
	ASSERT_EQ(0, ep_write(v, IOVA + 0x8ffd, 0x3001, 77, &two));
	EXPECT_EQ(one.checksum, two.checksum);
	EXPECT_EQ(0, memcmp(ram, ram + 0x8ffd, 0x3001));
	ASSERT_EQ(0, ep_write(v, IOVA, 0x3001, 78, &two));
	EXPECT_NE(one.checksum, two.checksum);
	ASSERT_EQ(0, ep_write(v, IOVA, 0x1000, 0, &one));
	ASSERT_EQ(0, ep_write(v, IOVA, 0x1000, 0, &two));
	EXPECT_NE(one.checksum, two.checksum);
}

/* Commands that are none, and transfers counted as they end */
TEST_F(ep, commands)
{
	struct vdev *v = self->dev;
	uint32_t done = vdev_reg(v, MOCK_EP_DONE);

	EXPECT_EQ(0, vdev_set_reg(v, MOCK_EP_COMMAND, 0));
	EXPECT_EQ(0, vdev_set_reg(v, MOCK_EP_COMMAND, 0x80000000));
	EXPECT_EQ(0, works(self));
	EXPECT_EQ(0, vdev_set_reg(v, MOCK_EP_COMMAND,
				  MOCK_EP_CMD_READ | MOCK_EP_CMD_WRITE));
	EXPECT_EQ(0, works(self));
	EXPECT_EQ(done + 2, vdev_reg(v, MOCK_EP_DONE));
	EXPECT_EQ(0, vdev_reg(v, MOCK_EP_COMMAND));
}

TEST_F(ep, reset)
{
	struct vdev *v = self->dev;
	unsigned int i;

	ASSERT_EQ(0, ep_pasid(v, MOCK_EP_PASID_VALID | 5));
	ASSERT_EQ(0, ep_ats(v, MOCK_EP_ATS_ENABLE));
	ASSERT_EQ(0, vdev_reset(v));
	EXPECT_EQ(0, vdev_reg(v, MOCK_EP_PASID));
	EXPECT_EQ(0, vdev_reg(v, MOCK_EP_ATS));
	EXPECT_EQ(0, vdev_reg(v, MOCK_EP_DONE));
	EXPECT_EQ(0, vdev_reg(v, MOCK_EP_STATUS));
	/* The attachment is the IOMMU's and stays */
	EXPECT_EQ(0, works(self));

	/* In the middle of transfers: what it returns from is over */
	for (i = 0; i < 20; i++) {
		memset(window(self), 0x55, GAP);
		ASSERT_EQ(0, vdev_set_reg(v, MOCK_EP_PATTERN, 9));
		ASSERT_EQ(0, ep_start(v, MOCK_EP_CMD_WRITE, 0, IOVA, GAP));
		ASSERT_EQ(0, vdev_reset(v));
		memset(window(self), 0x66, GAP);
		EXPECT_EQ(0, vdev_reg(v, MOCK_EP_COMMAND));
		EXPECT_TRUE(util_is_byte(window(self), GAP, 0x66));
	}
	EXPECT_EQ(0, works(self));
}

/* Closed and opened again it is as new: no registers, no PASID */
TEST_F(ep, reopened)
{
	struct rig *r = &self->rig;

	EXPECT_EQ(0, works(self));
	ASSERT_EQ(0, ep_pasid(self->dev, MOCK_EP_PASID_VALID | 5));
	vdev_close(self->dev);
	ASSERT_EQ(0, rig_reopen(r, 0));
	EXPECT_EQ(0, vdev_reg(self->dev, MOCK_EP_DONE));
	EXPECT_EQ(0, vdev_reg(self->dev, MOCK_EP_LOWER_SRC_ADDR));
	EXPECT_EQ(0, vdev_reg(self->dev, MOCK_EP_PASID));
	EXPECT_EQ(-EFAULT, ep_write(self->dev, IOVA, 4, 1, NULL));
	ASSERT_EQ(0, vdev_attach_id(self->dev, r->nested));
	EXPECT_EQ(0, works(self));
}

TEST_HARNESS_MAIN
