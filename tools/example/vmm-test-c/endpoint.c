// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the guest's driver of the device does: it programs a DMA by the registers
 * in BAR0, and looks at how it ended
 */
#include <unistd.h>
#include <linux/iommu_mock.h>

#include "vmm.h"

/* Regions of a VFIO PCI device follow each other in its file */
#define REGION(index)	((off_t)(index) << 40)

static void reg_write(struct device *d, uint32_t reg, uint32_t val)
{
	if (pwrite(d->fd, &val, 4, REGION(VFIO_PCI_BAR0_REGION_INDEX) + reg) != 4)
		err(1, "write of register %#x", reg);
}

static uint32_t reg_read(struct device *d, uint32_t reg)
{
	uint32_t val;

	if (pread(d->fd, &val, 4, REGION(VFIO_PCI_BAR0_REGION_INDEX) + reg) != 4)
		err(1, "read of register %#x", reg);
	return val;
}

/* A page; false if that did not succeed */
bool endpoint_copies(struct device *d, uint64_t from, uint64_t to)
{
	const uint16_t command = 6;		/* memory, bus master */
	uint32_t done = reg_read(d, MOCK_EP_DONE);

	if (pwrite(d->fd, &command, 2,
		   REGION(VFIO_PCI_CONFIG_REGION_INDEX) + 4) != 2)
		err(1, "PCI command register");
	reg_write(d, MOCK_EP_LOWER_SRC_ADDR, from);
	reg_write(d, MOCK_EP_UPPER_SRC_ADDR, from >> 32);
	reg_write(d, MOCK_EP_LOWER_DST_ADDR, to);
	reg_write(d, MOCK_EP_UPPER_DST_ADDR, to >> 32);
	reg_write(d, MOCK_EP_SIZE, PAGE);
	reg_write(d, MOCK_EP_COMMAND, MOCK_EP_CMD_COPY);
	while (reg_read(d, MOCK_EP_DONE) == done)
		usleep(100);
	return reg_read(d, MOCK_EP_STATUS) & MOCK_EP_STS_COPY_SUCCESS;
}

/* Did the IOMMU block a write to @iova? */
bool endpoint_was_stopped_at(struct device *d, uint64_t iova)
{
	const uint32_t why = MOCK_EP_FAULT_BLOCKED | MOCK_EP_FAULT_WRITE;

	return reg_read(d, MOCK_EP_FAULT) == why &&
	       reg_read(d, MOCK_EP_FAULT_LO) == (uint32_t)iova &&
	       reg_read(d, MOCK_EP_FAULT_HI) == iova >> 32;
}
