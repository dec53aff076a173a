// SPDX-License-Identifier: GPL-2.0-only
/* QEMU's `edu` device by VFIO */
#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "edu.h"
#include "pci.h"
#include "util.h"

#define EDU_VENDOR		0x1234
#define EDU_DEVICE		0x11e8

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
/* Where its own memory is, for the engine only; of FUNC_MAX bytes */
#define EDU_MEMORY		0x40000

#define POLL_NS			2000000
#define POLLS			2500

/* These registers are of 64 bits, and are written at once */
static int set_reg64(struct func *f, uint32_t reg, uint64_t val)
{
	return vdev_write(&f->v, VFIO_PCI_BAR0_REGION_INDEX, reg, &val,
			  sizeof(val));
}

static int wait_idle(struct func *f)
{
	struct timespec pause = { .tv_nsec = POLL_NS };
	unsigned int i;
	uint32_t cmd;

	for (i = 0; i < POLLS; i++) {
		cmd = vdev_reg(&f->v, EDU_DMA_CMD);
		if (cmd == UINT32_MAX)
			return -EIO;
		if (!(cmd & EDU_DMA_START))
			return 0;
		nanosleep(&pause, NULL);
	}
	return -ETIMEDOUT;
}

static int transfer(struct func *f, uint64_t src, uint64_t dst, uint32_t len,
		    uint64_t cmd)
{
	int rc;

	rc = set_reg64(f, EDU_DMA_SRC, src);
	if (!rc)
		rc = set_reg64(f, EDU_DMA_DST, dst);
	if (!rc)
		rc = set_reg64(f, EDU_DMA_COUNT, len);
	if (!rc)
		rc = set_reg64(f, EDU_DMA_CMD, cmd);
	return rc ? rc : wait_idle(f);
}

static int edu_touch(struct func *f, uint64_t iova, uint32_t len, bool write)
{
	if (write)
		return transfer(f, EDU_MEMORY, iova, len,
				EDU_DMA_START | EDU_DMA_FROM_DEVICE);
	return transfer(f, iova, EDU_MEMORY, len, EDU_DMA_START);
}

static int edu_copy(struct func *f, uint64_t src, uint64_t dst, uint32_t len)
{
	int rc = edu_touch(f, src, len, false);

	return rc ? rc : edu_touch(f, dst, len, true);
}

/* The status, which is for a line to stay up, is taken back at once */
static int edu_raise(struct func *f)
{
	int rc = vdev_set_reg(&f->v, EDU_IRQ_RAISE, 1);

	if (!rc && vdev_reg(&f->v, EDU_IRQ_STATUS) != 1)
		rc = -EIO;
	return rc ? rc : vdev_set_reg(&f->v, EDU_IRQ_ACK, 1);
}

static const struct func_ops edu_ops = {
	.copy = edu_copy,
	.touch = edu_touch,
	.raise = edu_raise,
};

int edu_open(struct func *f, unsigned int nth, int iommufd)
{
	struct pci pci;
	int rc;

	f->ops = &edu_ops;
	f->v.fd = -1;
	rc = pci_find(&pci, EDU_VENDOR, EDU_DEVICE, nth);
	if (!rc)
		rc = pci_to_vfio(&pci);
	if (!rc)
		rc = vdev_open(&f->v, pci.vfio, iommufd);
	if (rc)
		return rc;
	snprintf(f->sysfs, sizeof(f->sysfs), PCI_SYSFS "/devices/%s", pci.name);
	rc = vdev_enable(&f->v, PCI_CMD_MEMORY | PCI_CMD_MASTER);
	if (!rc && (vdev_reg(&f->v, EDU_ID) & 0xff) != EDU_ID_MAGIC)
		rc = -ENXIO;
	if (rc)
		func_close(f);
	return rc;
}
