/* SPDX-License-Identifier: GPL-2.0-only */
/* Mock MMIO: the slots of a window */
#ifndef __IOMMU_MOCK_MMIO_SLOTS_H
#define __IOMMU_MOCK_MMIO_SLOTS_H

#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sizes.h>

#include "window.h"

/* What the kernel's emulation of MMIO allows one mapping to have */
#define MOCK_MMIO_SLOT_SIZE	SZ_16M

/*
 * It keeps 128 mappings at a time, and warns when there is none left. So each slot
 * has room for four.
 */
#define MOCK_MMIO_NR_SLOTS	32

#define MOCK_MMIO_SIZE		((u64)MOCK_MMIO_SLOT_SIZE * MOCK_MMIO_NR_SLOTS)

/* Behind all memory of any machine that the kernel can emulate MMIO on */
#define MOCK_MMIO_START		(256ULL * SZ_1G)

#define MOCK_MMIO_NAME		32

struct mock_mmio_window;

/**
 * struct mock_mmio_slot - a part of the window
 * @window: which it is a part of
 * @dev: what answers there, %NULL for nothing. Changed by who has taken the slot
 * @taken: somebody has, under &mock_mmio_window.lock
 * @maps: mappings of it that software has, under that, too
 * @name: who has taken it, or had
 */
struct mock_mmio_slot {
	struct mock_mmio_window *window;
	struct mock_mmio_device __rcu *dev;
	bool taken;
	unsigned int maps;
	char name[MOCK_MMIO_NAME];
};

/**
 * struct mock_mmio_window - the window
 * @lock: taken for a moment in process context, and nothing is taken under it
 * @slots: its slots
 */
struct mock_mmio_window {
	struct mutex lock; /* who has taken or mapped which slot */
	struct mock_mmio_slot slots[MOCK_MMIO_NR_SLOTS];
};

/* slots.c */
int mock_mmio_locate(u64 offset, u64 size, unsigned int *nr, u32 *off);
void mock_mmio_window_init(struct mock_mmio_window *window);
struct mock_mmio_slot *mock_mmio_slot_take(struct mock_mmio_window *window,
					   const char *name);
int mock_mmio_slot_map(struct mock_mmio_window *window, u64 offset, u64 size,
		       struct mock_mmio_slot **slot, u32 *off);
void mock_mmio_slot_unmap(struct mock_mmio_slot *slot);
u64 mock_mmio_slot_read(struct mock_mmio_slot *slot, u32 off, unsigned int bytes);
void mock_mmio_slot_write(struct mock_mmio_slot *slot, u32 off, unsigned int bytes,
			  u64 val);
u64 mock_mmio_slot_offset(const struct mock_mmio_slot *slot);

/* main.c */
extern struct mock_mmio_window mock_mmio_window;

/* debugfs.c */
void mock_mmio_debugfs_add(void);

#endif /* __IOMMU_MOCK_MMIO_SLOTS_H */
