// SPDX-License-Identifier: GPL-2.0-only
/* QEMU's `edu` device by VFIO */
#include <errno.h>
#include <time.h>

#include "edu.h"
#include "util.h"

/* Registers in BAR 0 */
#define EDU_ID			0x00
#define   EDU_ID_MAGIC		0xed
#define EDU_IRQ_STATUS		0x24
#define EDU_IRQ_RAISE		0x60
#define EDU_IRQ_ACK		0x64
#define EDU_DMA_SRC		0x80
#define EDU_DMA_DST		0x88
#define EDU_DMA_COUNT		0x90
#define EDU_DMA_CMD		0x98
#define   EDU_DMA_START		0x1
#define   EDU_DMA_FROM_DEVICE	0x2
/* Where its own memory is, for the engine only */
#define EDU_MEMORY		0x40000

#define POLL_NS			2000000
#define POLLS			2500

int edu_open(struct edu *e, unsigned int nth, int iommufd)
{
	int rc;

	e->v.fd = -1;
	rc = pci_find(&e->pci, EDU_VENDOR, EDU_DEVICE, nth);
	if (!rc)
		rc = pci_to_vfio(&e->pci);
	if (!rc)
		rc = vdev_open(&e->v, e->pci.vfio, iommufd);
	if (rc)
		return rc;
	rc = vdev_enable(&e->v, PCI_CMD_MEMORY | PCI_CMD_MASTER);
	if (!rc && (vdev_reg(&e->v, EDU_ID) & 0xff) != EDU_ID_MAGIC)
		rc = -ENXIO;
	if (rc)
		edu_close(e);
	return rc;
}

void edu_close(struct edu *e)
{
	vdev_close(&e->v);
}

/* These registers are of 64 bits, and are written at once */
static int set_reg64(struct edu *e, uint32_t reg, uint64_t val)
{
	return vdev_write(&e->v, VFIO_PCI_BAR0_REGION_INDEX, reg, &val,
			  sizeof(val));
}

static int wait_idle(struct edu *e)
{
	struct timespec pause = { .tv_nsec = POLL_NS };
	unsigned int i;
	uint32_t cmd;

	for (i = 0; i < POLLS; i++) {
		cmd = vdev_reg(&e->v, EDU_DMA_CMD);
		if (cmd == UINT32_MAX)
			return -EIO;
		if (!(cmd & EDU_DMA_START))
			return 0;
		nanosleep(&pause, NULL);
	}
	return -ETIMEDOUT;
}

static int transfer(struct edu *e, uint64_t src, uint64_t dst, uint32_t len,
		    uint64_t cmd)
{
	int rc;

	rc = set_reg64(e, EDU_DMA_SRC, src);
	if (!rc)
		rc = set_reg64(e, EDU_DMA_DST, dst);
	if (!rc)
		rc = set_reg64(e, EDU_DMA_COUNT, len);
	if (!rc)
		rc = set_reg64(e, EDU_DMA_CMD, cmd);
	return rc ? rc : wait_idle(e);
}

int edu_load(struct edu *e, uint32_t at, uint64_t iova, uint32_t len)
{
	return transfer(e, iova, EDU_MEMORY + at, len, EDU_DMA_START);
}

int edu_store(struct edu *e, uint32_t at, uint64_t iova, uint32_t len)
{
	return transfer(e, EDU_MEMORY + at, iova, len,
			EDU_DMA_START | EDU_DMA_FROM_DEVICE);
}

int edu_irq(struct edu *e, bool msi, int efd)
{
	uint32_t index = msi ? VFIO_PCI_MSI_IRQ_INDEX : VFIO_PCI_INTX_IRQ_INDEX;

	if (efd < 0)
		return vdev_irqs_off(&e->v, index);
	return vdev_set_irqs(&e->v, index, 0, 1, &efd);
}

int edu_raise(struct edu *e)
{
	return vdev_set_reg(&e->v, EDU_IRQ_RAISE, 1);
}

uint32_t edu_irq_status(struct edu *e)
{
	return vdev_reg(&e->v, EDU_IRQ_STATUS);
}

int edu_irq_ack(struct edu *e)
{
	return vdev_set_reg(&e->v, EDU_IRQ_ACK, 1);
}
