/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * QEMU's `edu` device by VFIO: a PCI function with 4 KiB of its own memory and
 * an engine that copies between that and the bus. Its registers are described
 * in QEMU's docs/specs/edu.rst.
 */
#ifndef HW_EDU_H
#define HW_EDU_H

#include <stdbool.h>
#include <stdint.h>

#include "pci.h"
#include "vdev.h"

#define EDU_VENDOR	0x1234
#define EDU_DEVICE	0x11e8
/* Its own memory: one transfer is no longer than this */
#define EDU_SIZE	4096u

/**
 * struct edu - an open device
 * @pci: the function
 * @v: by VFIO, in some iommufd
 */
struct edu {
	struct pci pci;
	struct vdev v;
};

/* All return 0 or a negative errno. */

/* The @nth of the bus, given to vfio-pci and bound to @iommufd, ready for DMA */
int edu_open(struct edu *e, unsigned int nth, int iommufd);
void edu_close(struct edu *e);

/*
 * DMA. That it was blocked is not known to the device: -ETIMEDOUT is only that
 * it did not come to an end. @at is a position in the device's own memory.
 */
int edu_load(struct edu *e, uint32_t at, uint64_t iova, uint32_t len);
int edu_store(struct edu *e, uint32_t at, uint64_t iova, uint32_t len);

/* Interrupts: by MSI, or INTx if @msi is not set. @efd -1: off */
int edu_irq(struct edu *e, bool msi, int efd);
int edu_raise(struct edu *e);
/* What the device still signals, and take it back */
uint32_t edu_irq_status(struct edu *e);
int edu_irq_ack(struct edu *e);

#endif /* HW_EDU_H */
