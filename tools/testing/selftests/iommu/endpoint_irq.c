// SPDX-License-Identifier: GPL-2.0-only
/* The endpoint's interrupts: MSI, MSI-X and INTx, as VFIO has them */
#include <poll.h>
#include <sys/eventfd.h>

#include "harness.h"

#define IOVA		0x0000088880000000ull
#define SIZE		(2 * PAGE_4K)
#define SETTLE_MS	20000
#define QUIET_MS	10

FIXTURE(irq)
{
	struct rig rig;
	struct vdev *dev;
	int fd[32];
};

FIXTURE_VARIANT(irq)
{
	enum mock_type unit;
	uint32_t index;
	uint32_t type;
};

FIXTURE_VARIANT_ADD(irq, msi)
{
	.index = VFIO_PCI_MSI_IRQ_INDEX,
	.type = 1,
};

FIXTURE_VARIANT_ADD(irq, msix)
{
	.index = VFIO_PCI_MSIX_IRQ_INDEX,
	.type = 2,
};

FIXTURE_VARIANT_ADD(irq, smmu_msi)
{
	.unit = MOCK_SMMUV3,
	.index = VFIO_PCI_MSI_IRQ_INDEX,
	.type = 1,
};

FIXTURE_VARIANT_ADD(irq, smmu_msix)
{
	.unit = MOCK_SMMUV3,
	.index = VFIO_PCI_MSIX_IRQ_INDEX,
	.type = 2,
};

FIXTURE_SETUP(irq)
{
	const struct rig_config cfg = { .type = variant->unit, .platform = true };
	struct rig *r = &self->rig;
	uint64_t gpa;
	unsigned int i;

	RIG_UP(r, &cfg);
	/* A message is a write to memory there, and goes through stage-1 */
	if (variant->unit == MOCK_SMMUV3) {
		ASSERT_EQ(0, s1_map_range(&r->s1, SW_MSI, SW_MSI, SZ_1M, S1_4K,
					  S1_RW));
	}
	self->dev = &r->dev[0];
	gpa = guest_alloc(&r->guest, SIZE, PAGE_4K);
	ASSERT_NE(0, gpa);
	ASSERT_EQ(0, s1_map_range(&r->s1, IOVA, gpa, SIZE, S1_4K, S1_RW));
	for (i = 0; i < 32; i++) {
		self->fd[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		ASSERT_GE(self->fd[i], 0);
	}
}

FIXTURE_TEARDOWN(irq)
{
	EXPECT_EQ(0, rig_down(&self->rig));
}

static int eventfd_count(int fd, int timeout_ms)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	uint64_t val = 0;

	if (poll(&pfd, 1, timeout_ms) <= 0)
		return 0;
	if (read(fd, &val, sizeof(val)) != sizeof(val))
		return -errno;
	return val;
}

/*
 * Have the endpoint raise @type number @nr, and work on. Where a message is a
 * write to a doorbell it is delivered soon, if not by then
 */
static int raise_irq(FIXTURE_DATA(irq) *self, uint32_t type, uint32_t nr)
{
	static const uint32_t command[] = {
		MOCK_EP_CMD_RAISE_INTX, MOCK_EP_CMD_RAISE_MSI,
		MOCK_EP_CMD_RAISE_MSIX,
	};
	struct vdev *v = self->dev;
	int rc;

	rc = vdev_set_reg(v, MOCK_EP_IRQ_NUMBER, nr);
	if (!rc)
		rc = vdev_set_reg(v, MOCK_EP_COMMAND, command[type]);
	while (!rc && !(vdev_reg(v, MOCK_EP_STATUS) & MOCK_EP_STS_IRQ_RAISED))
		rc = vdev_reg(v, MOCK_EP_MAGIC) == UINT32_MAX ? -EIO : 0;
	/* Type 3 is none, so that the transfer raises nothing by itself */
	if (!rc)
		rc = vdev_set_reg(v, MOCK_EP_IRQ_TYPE, 3);
	return rc ?: ep_write(v, IOVA, 0x1800, 1, NULL);
}

TEST_F(irq, every_vector)
{
	struct vdev *v = self->dev;
	unsigned int i, j;

	/* Nobody has asked for any yet */
	ASSERT_EQ(0, raise_irq(self, variant->type, 1));
	ASSERT_EQ(0, vdev_set_irqs(v, variant->index, 0, 32, self->fd));
	EXPECT_EQ(0, eventfd_count(self->fd[0], QUIET_MS));
	for (i = 0; i < 32; i++) {
		ASSERT_EQ(0, raise_irq(self, variant->type, i + 1));
		EXPECT_EQ(1, eventfd_count(self->fd[i], SETTLE_MS));
		for (j = 0; j < 32; j++)
			EXPECT_EQ(0, eventfd_count(self->fd[j], 0));
	}
	/* Those that there are not, and those of the other kind */
	ASSERT_EQ(0, raise_irq(self, variant->type, 0));
	ASSERT_EQ(0, raise_irq(self, variant->type, 33));
	ASSERT_EQ(0, raise_irq(self, variant->type, UINT32_MAX));
	ASSERT_EQ(0, raise_irq(self, 3 - variant->type, 1));
	ASSERT_EQ(0, raise_irq(self, 0, 1));
	EXPECT_EQ(0, eventfd_count(self->fd[0], QUIET_MS));
	for (j = 0; j < 32; j++)
		EXPECT_EQ(0, eventfd_count(self->fd[j], 0));
}

/* The end of a transfer, good or bad, raises what it was told to */
TEST_F(irq, completion)
{
	struct vdev *v = self->dev;
	struct ep_result res;

	ASSERT_EQ(0, vdev_set_irqs(v, variant->index, 0, 2, self->fd));
	ASSERT_EQ(0, vdev_set_reg(v, MOCK_EP_IRQ_TYPE, variant->type));
	ASSERT_EQ(0, vdev_set_reg(v, MOCK_EP_IRQ_NUMBER, 2));
	ASSERT_EQ(0, ep_write(v, IOVA, 100, 1, &res));
	EXPECT_TRUE(res.status & MOCK_EP_STS_IRQ_RAISED);
	EXPECT_EQ(1, eventfd_count(self->fd[1], SETTLE_MS));
	ASSERT_EQ(-EFAULT, ep_write(v, 0, 100, 1, &res));
	EXPECT_EQ(1, eventfd_count(self->fd[1], SETTLE_MS));
	EXPECT_EQ(0, eventfd_count(self->fd[0], 0));
}

/* Taken away one by one, all at once, by configuration space, by a reset */
TEST_F(irq, switched_off)
{
	struct vdev *v = self->dev;
	const int none = -1;
	uint32_t cap, ctl;

	ASSERT_EQ(0, vdev_set_irqs(v, variant->index, 0, 4, self->fd));
	ASSERT_EQ(0, vdev_set_irqs(v, variant->index, 1, 1, &none));
	ASSERT_EQ(0, raise_irq(self, variant->type, 2));
	EXPECT_EQ(0, eventfd_count(self->fd[1], QUIET_MS));
	ASSERT_EQ(0, raise_irq(self, variant->type, 3));
	EXPECT_EQ(1, eventfd_count(self->fd[2], SETTLE_MS));

	cap = vdev_capability(v, variant->type == 1 ? PCI_CAP_MSI :
						      PCI_CAP_MSIX);
	ctl = vdev_config(v, cap + 2, 2);
	EXPECT_NE(0, ctl & (variant->type == 1 ? 1 : 0x8000));
	ASSERT_EQ(0, vdev_set_config(v, cap + 2, ctl & ~0x8001u, 2));
	ASSERT_EQ(0, raise_irq(self, variant->type, 3));
	EXPECT_EQ(0, eventfd_count(self->fd[2], QUIET_MS));
	ASSERT_EQ(0, vdev_set_config(v, cap + 2, ctl, 2));
	ASSERT_EQ(0, raise_irq(self, variant->type, 3));
	EXPECT_EQ(1, eventfd_count(self->fd[2], SETTLE_MS));

	ASSERT_EQ(0, vdev_irqs_off(v, variant->index));
	EXPECT_EQ(0, vdev_config(v, cap + 2, 2) & 0x8001 &
		     (variant->type == 1 ? 1 : 0x8000));
	ASSERT_EQ(0, raise_irq(self, variant->type, 3));
	EXPECT_EQ(0, eventfd_count(self->fd[2], QUIET_MS));

	/* And set up once more, after the other kind was */
	ASSERT_EQ(0, vdev_set_irqs(v, 3 - variant->index, 0, 1, self->fd));
	ASSERT_EQ(0, vdev_irqs_off(v, 3 - variant->index));
	ASSERT_EQ(0, vdev_set_irqs(v, variant->index, 0, 1, self->fd));
	ASSERT_EQ(0, raise_irq(self, variant->type, 1));
	EXPECT_EQ(1, eventfd_count(self->fd[0], SETTLE_MS));
}

TEST_F(irq, errors)
{
	struct vdev *v = self->dev;
	int bad[2] = { self->fd[0], 0x7fff };
	int not_eventfd[1] = { v->fd };

	EXPECT_EQ(-EINVAL, vdev_set_irqs(v, variant->index, 0, 33, self->fd));
	EXPECT_EQ(-EINVAL, vdev_set_irqs(v, variant->index, 32, 1, self->fd));
	EXPECT_EQ(-EINVAL, vdev_set_irqs(v, variant->index, UINT32_MAX, 2,
					 self->fd));
	EXPECT_EQ(-EINVAL, vdev_set_irqs(v, 9, 0, 1, self->fd));
	EXPECT_EQ(-EBADF, vdev_set_irqs(v, variant->index, 0, 2, bad));
	EXPECT_EQ(-EINVAL, vdev_set_irqs(v, variant->index, 0, 1, not_eventfd));
	/* Only one kind at a time */
	ASSERT_EQ(0, vdev_set_irqs(v, variant->index, 0, 1, self->fd));
	EXPECT_EQ(-EINVAL, vdev_set_irqs(v, 3 - variant->index, 0, 1,
					 self->fd));
	EXPECT_EQ(-EINVAL, vdev_set_irqs(v, VFIO_PCI_INTX_IRQ_INDEX, 0, 1,
					 self->fd));
	ASSERT_EQ(0, raise_irq(self, variant->type, 1));
	EXPECT_EQ(1, eventfd_count(self->fd[0], SETTLE_MS));
}

/* INTx masks itself when it is delivered */
TEST_F(irq, intx)
{
	struct vdev *v = self->dev;
	struct vfio_irq_set unmask = {
		.argsz = sizeof(unmask),
		.flags = VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_UNMASK,
		.index = VFIO_PCI_INTX_IRQ_INDEX,
		.count = 1,
	};
	int fd = self->fd[0];

	ASSERT_EQ(0, vdev_set_irqs(v, VFIO_PCI_INTX_IRQ_INDEX, 0, 1, &fd));
	ASSERT_EQ(0, raise_irq(self, 0, 1));
	EXPECT_EQ(1, eventfd_count(fd, 0));
	ASSERT_EQ(0, raise_irq(self, 0, 1));
	ASSERT_EQ(0, raise_irq(self, 0, 1));
	EXPECT_EQ(0, eventfd_count(fd, 0));
	ASSERT_EQ(0, dsi_ioctl(v->fd, VFIO_DEVICE_SET_IRQS, &unmask));
	EXPECT_EQ(1, eventfd_count(fd, 0));
	ASSERT_EQ(0, dsi_ioctl(v->fd, VFIO_DEVICE_SET_IRQS, &unmask));
	EXPECT_EQ(0, eventfd_count(fd, 0));
	/* The command register's own switch */
	ASSERT_EQ(0, vdev_enable(v, PCI_CMD_MEMORY | PCI_CMD_MASTER |
				    PCI_CMD_INTX_DISABLE));
	ASSERT_EQ(0, raise_irq(self, 0, 1));
	EXPECT_EQ(0, eventfd_count(fd, 0));
	ASSERT_EQ(0, vdev_enable(v, PCI_CMD_MEMORY | PCI_CMD_MASTER));
	EXPECT_EQ(1, eventfd_count(fd, 0));
}

/* Closed and opened again it is as new */
TEST_F(irq, reopened)
{
	struct vdev *v = self->dev;
	uint32_t cap;

	ASSERT_EQ(0, vdev_set_irqs(v, variant->index, 0, 1, self->fd));
	ASSERT_EQ(0, raise_irq(self, variant->type, 1));
	EXPECT_EQ(1, eventfd_count(self->fd[0], SETTLE_MS));
	vdev_close(v);
	ASSERT_EQ(0, rig_reopen(&self->rig, 0));
	cap = vdev_capability(v, variant->type == 1 ? PCI_CAP_MSI :
						      PCI_CAP_MSIX);
	EXPECT_EQ(0, vdev_config(v, cap + 2, 2) & (variant->type == 1 ? 1 : 0x8000));
	ASSERT_EQ(0, vdev_attach_id(v, self->rig.nested));
	ASSERT_EQ(0, raise_irq(self, variant->type, 1));
	EXPECT_EQ(0, eventfd_count(self->fd[0], QUIET_MS));
}

TEST_HARNESS_MAIN
