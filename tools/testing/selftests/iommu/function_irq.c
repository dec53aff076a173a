// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts of endpoints that are PCI functions, by the kernel's own MSI domains and
 * vfio-pci: every vector, masked ones that wait, and INTx
 */
#include <limits.h>

#include "harness.h"

#define WAIT_MS		20000
#define QUIET		20
#define ALL		0xffffffffu
#define MSI_FLAGS	2
#define MSI_MASK	16
#define MSI_PENDING	20
#define MSIX_FLAGS	2
#define   MSIX_MASKALL	0x4000u
#define MSIX_PBA	0x400
#define PCI_STS_INTX	0x0008u

FIXTURE(irq)
{
	struct rig rig;
	struct vdev *dev;
	struct vectors v;
	char name[PCI_NAME_LEN];
};

FIXTURE_VARIANT(irq)
{
	struct rig_config cfg;
};

FIXTURE_VARIANT_ADD(irq, vtd)
{
	.cfg.type = MOCK_VTD,
};

FIXTURE_VARIANT_ADD(irq, smmu)
{
	.cfg.type = MOCK_SMMUV3,
};

FIXTURE_SETUP(irq)
{
	struct rig *r = &self->rig;

	RIG_FUNCTIONS(r, &variant->cfg);
	ASSERT_EQ(0, vectors_open(&self->v));
	ASSERT_EQ(0, rig_devices(r));
	ASSERT_EQ(0, rig_guest(r));
	ASSERT_EQ(0, rig_parent(r));
	self->dev = &r->dev[0];
	ASSERT_EQ(0, vdev_attach_id(self->dev, r->nest.parent));
	ASSERT_EQ(0, pci_name(&r->mock, 0, self->name));
}

FIXTURE_TEARDOWN(irq)
{
	vectors_close(&self->v);
	EXPECT_EQ(0, rig_down(&self->rig));
}

static int raise_all(FIXTURE_DATA(irq) *self, uint32_t command)
{
	unsigned int nr;
	int rc = 0;

	for (nr = 1; nr <= FUNCTIONS_VECTORS && !rc; nr++) {
		rc = vectors_raise(self->dev, command, nr);
		vectors_settle(self->dev);
	}
	return rc;
}

static int set_vectors(FIXTURE_DATA(irq) *self, uint32_t index, uint32_t nr)
{
	return vdev_set_irqs(self->dev, index, 0, nr, self->v.fd);
}

static const struct {
	uint32_t index;
	uint32_t command;
} kinds[] = {
	{ VFIO_PCI_MSI_IRQ_INDEX, MOCK_EP_CMD_RAISE_MSI },
	{ VFIO_PCI_MSIX_IRQ_INDEX, MOCK_EP_CMD_RAISE_MSIX },
};

/* All 32, of either kind, each where it was asked for and once */
TEST_F(irq, every_vector)
{
	const unsigned int others[] = { 0, 33, 64, UINT_MAX };
	unsigned int k, nr;

	for (k = 0; k < ARRAY_SIZE(kinds); k++) {
		ASSERT_EQ(0, set_vectors(self, kinds[k].index, FUNCTIONS_VECTORS));
		for (nr = 0; nr < FUNCTIONS_VECTORS; nr++) {
			ASSERT_EQ(0, vectors_raise(self->dev, kinds[k].command,
						   nr + 1));
			ASSERT_EQ(1, vectors_heard(&self->v, nr, WAIT_MS));
		}
		EXPECT_EQ(0, vectors_all(&self->v, 0));
		/* There are no others; and none of the other kind */
		for (nr = 0; nr < ARRAY_SIZE(others); nr++) {
			ASSERT_EQ(0, vectors_raise(self->dev, kinds[k].command,
						   others[nr]));
			vectors_settle(self->dev);
			ASSERT_EQ(0, vectors_raise(self->dev, kinds[!k].command,
						   nr + 1));
			vectors_settle(self->dev);
		}
		ASSERT_EQ(0, vectors_raise(self->dev, MOCK_EP_CMD_RAISE_INTX, 1));
		vectors_settle(self->dev);
		EXPECT_EQ(0, vectors_all(&self->v, 0));
		ASSERT_EQ(0, vdev_irqs_off(self->dev, kinds[k].index));
		ASSERT_EQ(0, raise_all(self, kinds[k].command));
		EXPECT_EQ(0, vectors_all(&self->v, 0));
	}
}

/* Fewer than there are: what is beyond them does not alias to what is not */
TEST_F(irq, some_vectors)
{
	unsigned int k;

	for (k = 0; k < ARRAY_SIZE(kinds); k++) {
		ASSERT_EQ(0, set_vectors(self, kinds[k].index, 4));
		ASSERT_EQ(0, raise_all(self, kinds[k].command));
		EXPECT_EQ(0xf, vectors_all(&self->v, 0xf));
		ASSERT_EQ(0, vdev_irqs_off(self->dev, kinds[k].index));
	}
}

/* MSI: per vector, by a VMM, in configuration space */
TEST_F(irq, msi_masked)
{
	const uint32_t msi = vdev_capability(self->dev, PCI_CAP_MSI);
	const uint32_t some = 0x80000105;

	ASSERT_EQ(0, set_vectors(self, VFIO_PCI_MSI_IRQ_INDEX, FUNCTIONS_VECTORS));
	EXPECT_EQ(0x100, vdev_config(self->dev, msi + MSI_FLAGS, 2) & 0x100);
	ASSERT_EQ(0, vdev_set_config(self->dev, msi + MSI_MASK, some, 4));
	EXPECT_EQ(some, pci_config(self->name, msi + MSI_MASK, 4));
	ASSERT_EQ(0, raise_all(self, MOCK_EP_CMD_RAISE_MSI));
	ASSERT_EQ(0, raise_all(self, MOCK_EP_CMD_RAISE_MSI));
	EXPECT_EQ(ALL & ~some, vectors_all(&self->v, ALL & ~some));
	EXPECT_EQ(some, vdev_config(self->dev, msi + MSI_PENDING, 4));
	/* One, then all the others; what was raised twice comes once */
	ASSERT_EQ(0, vdev_set_config(self->dev, msi + MSI_MASK, some & ~4u, 4));
	EXPECT_EQ(1, vectors_heard(&self->v, 2, WAIT_MS));
	EXPECT_EQ(some & ~4u, vdev_config(self->dev, msi + MSI_PENDING, 4));
	EXPECT_EQ(0, vectors_all(&self->v, 0));
	ASSERT_EQ(0, vdev_set_config(self->dev, msi + MSI_MASK, 0, 4));
	EXPECT_EQ(1, vectors_heard(&self->v, 31, WAIT_MS));
	vectors_settle(self->dev);
	EXPECT_EQ(some & ~(4u | 1u << 31), vectors_all(&self->v, some & ~(4u | 1u << 31)));
	EXPECT_EQ(0, vdev_config(self->dev, msi + MSI_PENDING, 4));
	/* Pending bits are the function's to write */
	ASSERT_EQ(0, vdev_set_config(self->dev, msi + MSI_MASK, ALL, 4));
	ASSERT_EQ(0, pci_set_config(self->name, msi + MSI_PENDING, ALL, 4));
	EXPECT_EQ(0, pci_config(self->name, msi + MSI_PENDING, 4));
}

/* MSI-X: the function mask; pending bits are in the BAR */
TEST_F(irq, msix_masked)
{
	const uint32_t flags = pci_capability(self->name, PCI_CAP_MSIX) + MSIX_FLAGS;
	uint32_t ctrl, pba;

	ASSERT_EQ(0, set_vectors(self, VFIO_PCI_MSIX_IRQ_INDEX, FUNCTIONS_VECTORS));
	ctrl = pci_config(self->name, flags, 2);
	ASSERT_EQ(0, pci_set_config(self->name, flags, ctrl | MSIX_MASKALL, 2));
	ASSERT_EQ(0, raise_all(self, MOCK_EP_CMD_RAISE_MSIX));
	EXPECT_EQ(0, vectors_all(&self->v, 0));
	ASSERT_EQ(0, vdev_read(self->dev, 2, MSIX_PBA, &pba, 4));
	EXPECT_EQ(ALL, pba);
	pba = 0;
	ASSERT_EQ(0, vdev_write(self->dev, 2, MSIX_PBA, &pba, 4));
	ASSERT_EQ(0, vdev_read(self->dev, 2, MSIX_PBA, &pba, 4));
	EXPECT_EQ(ALL, pba);

	ASSERT_EQ(0, pci_set_config(self->name, flags, ctrl, 2));
	EXPECT_EQ(1, vectors_heard(&self->v, 31, WAIT_MS));
	vectors_settle(self->dev);
	EXPECT_EQ(ALL >> 1, vectors_all(&self->v, ALL >> 1));
	ASSERT_EQ(0, vdev_read(self->dev, 2, MSIX_PBA, &pba, 4));
	EXPECT_EQ(0, pba);
}

/* A message is a request of the function's: not without bus mastering */
TEST_F(irq, master_off)
{
	unsigned int k;

	for (k = 0; k < ARRAY_SIZE(kinds); k++) {
		ASSERT_EQ(0, set_vectors(self, kinds[k].index, 2));
		ASSERT_EQ(0, vdev_enable(self->dev, PCI_CMD_MEMORY));
		ASSERT_EQ(0, vectors_raise(self->dev, kinds[k].command, 1));
		EXPECT_EQ(0, vectors_heard(&self->v, 0, QUIET));
		ASSERT_EQ(0, vdev_enable(self->dev,
					 PCI_CMD_MEMORY | PCI_CMD_MASTER));
		ASSERT_EQ(0, vectors_raise(self->dev, kinds[k].command, 1));
		EXPECT_EQ(1, vectors_heard(&self->v, 0, WAIT_MS));
		ASSERT_EQ(0, vdev_irqs_off(self->dev, kinds[k].index));
	}
}

/* A reset takes back what waited */
TEST_F(irq, reset)
{
	const uint32_t msi = vdev_capability(self->dev, PCI_CAP_MSI);

	ASSERT_EQ(0, set_vectors(self, VFIO_PCI_MSI_IRQ_INDEX, FUNCTIONS_VECTORS));
	ASSERT_EQ(0, vdev_set_config(self->dev, msi + MSI_MASK, ALL, 4));
	ASSERT_EQ(0, raise_all(self, MOCK_EP_CMD_RAISE_MSI));
	EXPECT_EQ(ALL, vdev_config(self->dev, msi + MSI_PENDING, 4));
	ASSERT_EQ(0, vdev_reset(self->dev));
	EXPECT_EQ(0, vdev_config(self->dev, msi + MSI_PENDING, 4));
	ASSERT_EQ(0, vdev_set_config(self->dev, msi + MSI_MASK, 0, 4));
	vectors_settle(self->dev);
	EXPECT_EQ(0, vectors_all(&self->v, 0));
	/* The kernel has put back what a vector says */
	ASSERT_EQ(0, vectors_raise(self->dev, MOCK_EP_CMD_RAISE_MSI, 7));
	EXPECT_EQ(1, vectors_heard(&self->v, 6, WAIT_MS));
}

static int intx_do(FIXTURE_DATA(irq) *self, uint32_t action)
{
	struct vfio_irq_set set = {
		.argsz = sizeof(set),
		.flags = VFIO_IRQ_SET_DATA_NONE | action,
		.index = VFIO_PCI_INTX_IRQ_INDEX,
		.count = 1,
	};

	return dsi_ioctl(self->dev->fd, VFIO_DEVICE_SET_IRQS, &set);
}

static int intx_raise(FIXTURE_DATA(irq) *self)
{
	return vectors_raise(self->dev, MOCK_EP_CMD_RAISE_INTX, 1);
}

/* As a handler in a guest does it: the function is told, then its host */
static int intx_handled(FIXTURE_DATA(irq) *self)
{
	int rc = vdev_set_reg(self->dev, MOCK_EP_STATUS, 0);

	return rc ?: intx_do(self, VFIO_IRQ_SET_ACTION_UNMASK);
}

static bool intx_asserted(FIXTURE_DATA(irq) *self)
{
	return pci_config(self->name, PCI_CFG_STATUS, 2) & PCI_STS_INTX;
}

/* Masked when it is delivered; what comes meanwhile comes when it is unmasked */
TEST_F(irq, intx)
{
	struct vectors *v = &self->v;

	ASSERT_EQ(0, set_vectors(self, VFIO_PCI_INTX_IRQ_INDEX, 1));
	ASSERT_EQ(0, intx_raise(self));
	EXPECT_EQ(1, vectors_heard(v, 0, WAIT_MS));
	EXPECT_TRUE(pci_config(self->name, PCI_CFG_COMMAND, 2) &
		    PCI_CMD_INTX_DISABLE);
	ASSERT_EQ(0, intx_raise(self));
	EXPECT_EQ(0, vectors_heard(v, 0, QUIET));
	EXPECT_TRUE(intx_asserted(self));
	ASSERT_EQ(0, intx_do(self, VFIO_IRQ_SET_ACTION_UNMASK));
	EXPECT_EQ(1, vectors_heard(v, 0, WAIT_MS));
	ASSERT_EQ(0, intx_handled(self));
	EXPECT_FALSE(intx_asserted(self));
	EXPECT_EQ(0, vectors_heard(v, 0, QUIET));

	/* What was acknowledged while it was masked does not come */
	ASSERT_EQ(0, intx_do(self, VFIO_IRQ_SET_ACTION_MASK));
	ASSERT_EQ(0, intx_raise(self));
	EXPECT_EQ(0, vectors_heard(v, 0, QUIET));
	EXPECT_TRUE(intx_asserted(self));
	ASSERT_EQ(0, intx_handled(self));
	EXPECT_EQ(0, vectors_heard(v, 0, QUIET));
	ASSERT_EQ(0, intx_raise(self));
	EXPECT_EQ(1, vectors_heard(v, 0, WAIT_MS));
	ASSERT_EQ(0, intx_handled(self));
}

/* A guest has a mask of its own, in the command register */
TEST_F(irq, intx_disabled)
{
	struct vectors *v = &self->v;

	ASSERT_EQ(0, set_vectors(self, VFIO_PCI_INTX_IRQ_INDEX, 1));
	ASSERT_EQ(0, vdev_enable(self->dev, PCI_CMD_MEMORY | PCI_CMD_MASTER |
				 PCI_CMD_INTX_DISABLE));
	ASSERT_EQ(0, intx_raise(self));
	EXPECT_EQ(0, vectors_heard(v, 0, QUIET));
	EXPECT_TRUE(intx_asserted(self));
	ASSERT_EQ(0, vdev_enable(self->dev, PCI_CMD_MEMORY | PCI_CMD_MASTER));
	EXPECT_EQ(1, vectors_heard(v, 0, WAIT_MS));
	ASSERT_EQ(0, intx_handled(self));
	EXPECT_EQ(0, vectors_heard(v, 0, QUIET));
}

/* Kinds follow each other, and whoever opens it next finds none of them */
TEST_F(irq, reopened)
{
	struct rig *r = &self->rig;
	unsigned int i;

	for (i = 0; i < 6; i++) {
		const unsigned int k = i % 3;

		if (k < 2) {
			ASSERT_EQ(0, set_vectors(self, kinds[k].index,
						 FUNCTIONS_VECTORS));
			ASSERT_EQ(0, vectors_raise(self->dev, kinds[k].command, 32));
			EXPECT_EQ(1, vectors_heard(&self->v, 31, WAIT_MS));
		} else {
			ASSERT_EQ(0, set_vectors(self, VFIO_PCI_INTX_IRQ_INDEX, 1));
			ASSERT_EQ(0, intx_raise(self));
			EXPECT_EQ(1, vectors_heard(&self->v, 0, WAIT_MS));
		}
		if (i == 2) {
			vdev_close(self->dev);
			ASSERT_EQ(0, rig_reopen(r, 0));
			ASSERT_EQ(0, vdev_attach_id(self->dev, r->nest.parent));
		} else {
			ASSERT_EQ(0, vdev_irqs_off(self->dev, k < 2 ?
						   kinds[k].index :
						   VFIO_PCI_INTX_IRQ_INDEX));
		}
	}
}

TEST_HARNESS_MAIN
