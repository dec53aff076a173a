/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * QEMU's `edu` device by VFIO: a PCI function with 4 KiB of its own memory and
 * an engine that copies between that and the bus. Its registers are described
 * in QEMU's docs/specs/edu.rst.
 */
#ifndef HW_EDU_H
#define HW_EDU_H

#include "func.h"

/*
 * The @nth of the bus, given to vfio-pci and bound to @iommufd, ready for DMA.
 * That a transfer was blocked is not known to the device
 */
int edu_open(struct func *f, unsigned int nth, int iommufd);

#endif /* HW_EDU_H */
