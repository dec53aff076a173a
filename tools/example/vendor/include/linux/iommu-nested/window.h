/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The window IOMMU, an architecture made up for Documentation/write-a-model.rst
 *
 *  1  A device sees 2M of memory, its window, at addresses 0 to 0x1fffff.
 *  2  The table is a page with an entry of 64 bits for each source-id, which has
 *     nine bits. An entry says where the window of its device is.
 *  3  While CTRL.E is clear no request is translated. While it is set a request
 *     is blocked unless its entry is valid; unless the entry says pass-through its
 *     address has to be in the window; and a write needs W.
 *  4  Entries that are valid are cached. A write to INV has the unit forget the
 *     one of a source-id; so has the change of CTRL.E from 0 to 1 all of them.
 *  5  A request that is blocked is recorded in FAULT and FAULT_ADDR and interrupts,
 *     unless FAULT.F is set, which software clears by writing 1 to it.
 */
#ifndef __LINUX_IOMMU_NESTED_WINDOW_H
#define __LINUX_IOMMU_NESTED_WINDOW_H

#include <linux/bits.h>

#define IOMMU_UNIT_WINDOW_NAME	"window-unit"

/* Registers, 64 bits each */
#define WINDOW_REG_ID		0x00
#define WINDOW_ID		0x57494e31ULL
#define WINDOW_REG_CTRL		0x08
#define WINDOW_CTRL_E		BIT_ULL(0)
#define WINDOW_REG_TABLE	0x10
#define WINDOW_TABLE_ADDR	GENMASK_ULL(51, 12)
#define WINDOW_REG_INV		0x18
#define WINDOW_INV_SID		GENMASK_ULL(8, 0)
#define WINDOW_REG_FAULT	0x20
#define WINDOW_FAULT_F		BIT_ULL(0)
#define WINDOW_FAULT_W		BIT_ULL(1)
#define WINDOW_FAULT_SID	GENMASK_ULL(24, 16)
#define WINDOW_REG_FAULT_ADDR	0x28
#define WINDOW_REGS_SIZE	0x1000

/* 2: entries of the table */
#define WINDOW_SID_BITS		9
#define WINDOW_ENTRY_V		BIT_ULL(0)	/* valid */
#define WINDOW_ENTRY_W		BIT_ULL(1)	/* writes are permitted */
#define WINDOW_ENTRY_P		BIT_ULL(2)	/* pass-through */
#define WINDOW_ENTRY_ADDR	GENMASK_ULL(51, 21)
#define WINDOW_LG2		21

#define WINDOW_IRQ_FAULT	0

#endif /* __LINUX_IOMMU_NESTED_WINDOW_H */
