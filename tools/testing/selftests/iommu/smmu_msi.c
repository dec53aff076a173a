// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts of a device behind an SMMUv3: a message is a write to a doorbell,
 * and goes through the same stages as all other writes. iommufd puts the
 * doorbell into stage-2, in a window that it keeps; the guest's stage-1 has to
 * map that window to itself.
 */
#include <poll.h>
#include <sys/eventfd.h>

#include "harness.h"

#define IOVA	0x0000088880000000ull
#define WAIT_MS	20000
#define QUIET	20

FIXTURE(msi)
{
	struct rig rig;
	int fd[2];
	uint32_t queue_id;
	int queue;
};

FIXTURE_VARIANT(msi)
{
	uint32_t index;
	uint32_t command;
};

FIXTURE_VARIANT_ADD(msi, msi)
{
	.index = VFIO_PCI_MSI_IRQ_INDEX,
	.command = MOCK_EP_CMD_RAISE_MSI,
};

FIXTURE_VARIANT_ADD(msi, msix)
{
	.index = VFIO_PCI_MSIX_IRQ_INDEX,
	.command = MOCK_EP_CMD_RAISE_MSIX,
};

FIXTURE_SETUP(msi)
{
	const struct rig_config cfg = { .type = MOCK_SMMUV3 };
	struct rig *r = &self->rig;
	unsigned int i;

	self->queue = -1;
	RIG_UP(r, &cfg);
	for (i = 0; i < 2; i++) {
		self->fd[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		ASSERT_GE(self->fd[i], 0);
	}
	ASSERT_EQ(0, dsi_veventq(r->iommufd, r->nest.viommu, 16,
				 &self->queue_id, &self->queue));
	ASSERT_NE(0, rig_page(r, &r->s1, IOVA, 1));
}

FIXTURE_TEARDOWN(msi)
{
	close(self->fd[0]);
	close(self->fd[1]);
	close(self->queue);
	EXPECT_EQ(0, rig_down(&self->rig));
}

static int set_irqs(FIXTURE_DATA(msi) *self, uint32_t index)
{
	return vdev_set_irqs(&self->rig.dev[0], index, 0, 2, self->fd);
}

static int identity(FIXTURE_DATA(msi) *self, uint64_t bits)
{
	return s1_map_range(&self->rig.s1, SW_MSI, SW_MSI, SZ_1M, S1_4K, bits);
}

/* How often interrupt @nr is heard of, after the device has raised it once */
static int raised(FIXTURE_DATA(msi) *self, uint32_t command, unsigned int nr,
		  int ms)
{
	struct pollfd pfd = { .fd = self->fd[nr], .events = POLLIN };
	struct vdev *dev = &self->rig.dev[0];
	uint64_t count;
	int rc;

	rc = vdev_set_reg(dev, MOCK_EP_IRQ_NUMBER, nr + 1);
	if (!rc)
		rc = vdev_set_reg(dev, MOCK_EP_COMMAND, command);
	if (rc)
		return rc;
	if (poll(&pfd, 1, ms) != 1)
		return 0;
	return read(self->fd[nr], &count, sizeof(count)) == sizeof(count) ?
	       (int)count : -EIO;
}

/* Through both stages; each vector is heard where it was asked for */
TEST_F(msi, both_stages)
{
	ASSERT_EQ(0, identity(self, S1_RW));
	ASSERT_EQ(0, set_irqs(self, variant->index));
	EXPECT_EQ(1, raised(self, variant->command, 0, WAIT_MS));
	EXPECT_EQ(1, raised(self, variant->command, 1, WAIT_MS));
	EXPECT_EQ(0, raised(self, variant->command, 5, QUIET) > 0);
	EXPECT_EQ(1, raised(self, variant->command, 0, WAIT_MS));
}

/* Without the guest's mapping it is a fault of stage-1 like any other */
TEST_F(msi, not_mapped)
{
	struct rig *r = &self->rig;
	struct dsi_vevent ev;

	ASSERT_EQ(0, set_irqs(self, variant->index));
	EXPECT_EQ(0, raised(self, variant->command, 0, QUIET));
	ASSERT_EQ(0, dsi_vevent(self->queue, WAIT_MS, &ev));
	EXPECT_EQ(EVT_F_TRANSLATION, ev.evt[0] & EVT0_ID);
	EXPECT_EQ(r->nest.devs[0].vsid, EVT0_SID(ev.evt[0]));
	EXPECT_EQ(0, ev.evt[1] & EVT1_RNW);
	EXPECT_LE(SW_MSI, ev.evt[2]);
	EXPECT_GT(SW_MSI + SZ_1M, ev.evt[2]);

	ASSERT_EQ(0, identity(self, S1_RO));
	EXPECT_EQ(0, raised(self, variant->command, 0, QUIET));
	ASSERT_EQ(0, dsi_vevent(self->queue, WAIT_MS, &ev));
	EXPECT_EQ(EVT_F_PERMISSION, ev.evt[0] & EVT0_ID);

	ASSERT_EQ(0, identity(self, S1_RW));
	ASSERT_EQ(0, rig_inv_all(r));
	EXPECT_EQ(1, raised(self, variant->command, 0, WAIT_MS));
}

/* A guest that maps the window elsewhere gets its own memory written */
TEST_F(msi, mapped_elsewhere)
{
	struct rig *r = &self->rig;
	uint64_t gpa = guest_alloc(&r->guest, PAGE_4K, PAGE_4K);
	uint64_t off;

	ASSERT_NE(0, gpa);
	for (off = 0; off < SZ_1M; off += PAGE_4K)
		ASSERT_EQ(0, s1_map(&r->s1, SW_MSI + off, gpa, S1_4K, S1_RW));
	memset(guest_ptr(&r->guest, gpa), 0x5a, PAGE_4K);
	ASSERT_EQ(0, set_irqs(self, variant->index));
	EXPECT_EQ(0, raised(self, variant->command, 0, QUIET));
	EXPECT_FALSE(util_is_byte(guest_ptr(&r->guest, gpa), PAGE_4K, 0x5a));
}

/* Stage-2 alone, and whatever the device is moved to */
TEST_F(msi, moved)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, identity(self, S1_RW));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], r->nest.parent));
	ASSERT_EQ(0, set_irqs(self, variant->index));
	EXPECT_EQ(1, raised(self, variant->command, 0, WAIT_MS));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], r->nested));
	EXPECT_EQ(1, raised(self, variant->command, 0, WAIT_MS));
	ASSERT_EQ(0, vdev_detach(&r->dev[0]));
	EXPECT_EQ(0, raised(self, variant->command, 0, QUIET));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], r->nested));
	EXPECT_EQ(1, raised(self, variant->command, 0, WAIT_MS));
}

/* An address for the message there is when the device is attached */
TEST_F(msi, not_attached)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, vdev_detach(&r->dev[0]));
	EXPECT_GT(0, set_irqs(self, variant->index));
	ASSERT_EQ(0, vdev_attach_id(&r->dev[0], r->nest.parent));
	ASSERT_EQ(0, set_irqs(self, variant->index));
	EXPECT_EQ(1, raised(self, variant->command, 0, WAIT_MS));
}

/* The doorbell can be rung by DMA, as hardware has it; read it cannot be */
TEST_F(msi, doorbell)
{
	struct rig *r = &self->rig;

	ASSERT_EQ(0, identity(self, S1_RW));
	ASSERT_EQ(0, set_irqs(self, variant->index));
	EXPECT_EQ(1, raised(self, variant->command, 0, WAIT_MS));
	/* Stage-2 has the doorbell's page, and nothing beside it */
	EXPECT_NE(0, ep_read(&r->dev[0], SW_MSI + SZ_1M - PAGE_4K, 8, 0, NULL));
	EXPECT_NE(0, ep_write(&r->dev[0], SW_MSI + SZ_64K, 8, 1, NULL));
	EXPECT_EQ(0, rig_sees(r, 0, IOVA, 1));
	EXPECT_EQ(1, raised(self, variant->command, 0, WAIT_MS));
}

TEST_HARNESS_MAIN
