/* SPDX-License-Identifier: GPL-2.0-only */
/* Mock MMIO: the slots of a window */
#ifndef __IOMMU_MOCK_MMIO_SLOTS_H
#define __IOMMU_MOCK_MMIO_SLOTS_H

#include <linux/ioport.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sizes.h>

#include "window.h"

/* What the kernel's emulation of MMIO allows one mapping to have */
#define MOCK_MMIO_SLOT_SIZE	SZ_16M

#define MOCK_MMIO_NR_SLOTS	32

/* Slots besides, each with memory behind */
#define MOCK_MMIO_NR_MEMORY	8

/*
 * It keeps 128 mappings at a time, and warns when there is none left: so hardware says
 * how often it may be mapped, and there is no more of it than that. Some are for who
 * looks into the window, and for other hardware of the kernel's.
 */
#define MOCK_MMIO_NR_MAPS	120

#define MOCK_MMIO_SIZE		((u64)MOCK_MMIO_SLOT_SIZE * MOCK_MMIO_NR_SLOTS)

/* Behind all memory of any machine that the kernel can emulate MMIO on */
#define MOCK_MMIO_START		(256ULL * SZ_1G)

#define MOCK_MMIO_NAME		32

struct logic_iomem_ops;
struct mock_mmio_window;

/**
 * struct mock_mmio_slot - a part of the window, or pages of memory besides it
 * @window: which it is a part of
 * @dev: what answers there, %NULL for nothing. Changed by who has taken the slot
 * @taken: somebody has, under &mock_mmio_window.lock
 * @room: mappings that software may have of it as long as it is taken, under that
 * @maps: mappings that it has, under that, too
 * @name: who has taken it, or had
 * @memory: memory where it is; %NULL for a part of the window, or while none is allocated
 * @resource: where that is
 */
struct mock_mmio_slot {
	struct mock_mmio_window *window;
	struct mock_mmio_device __rcu *dev;
	bool taken;
	unsigned int room;
	unsigned int maps;
	char name[MOCK_MMIO_NAME];
	void *memory;
	struct resource resource;
};

/**
 * struct mock_mmio_window - the window
 * @lock: taken for a moment in process context, and nothing is taken under it
 * @slots: its slots
 * @memory: slots that are elsewhere, where there is memory
 */
struct mock_mmio_window {
	struct mutex lock; /* who has taken or mapped which slot */
	struct mock_mmio_slot slots[MOCK_MMIO_NR_SLOTS];
	struct mock_mmio_slot memory[MOCK_MMIO_NR_MEMORY];
};

/* slots.c */
int mock_mmio_locate(u64 offset, u64 size, unsigned int *nr, u32 *off);
void mock_mmio_window_init(struct mock_mmio_window *window);
struct mock_mmio_slot *mock_mmio_slot_take(struct mock_mmio_window *window,
					   const char *name, unsigned int room);
int mock_mmio_slot_map(struct mock_mmio_window *window, u64 offset, u64 size,
		       struct mock_mmio_slot **slot, u32 *off);
bool mock_mmio_has_room(const struct mock_mmio_window *window, const char *name,
			unsigned int room);
void mock_mmio_slot_unmap(struct mock_mmio_slot *slot);
u64 mock_mmio_slot_read(struct mock_mmio_slot *slot, u32 off, unsigned int bytes);
void mock_mmio_slot_write(struct mock_mmio_slot *slot, u32 off, unsigned int bytes,
			  u64 val);
u64 mock_mmio_slot_offset(const struct mock_mmio_slot *slot);

/* memory.c */
struct mock_mmio_slot *mock_mmio_memory_find(struct mock_mmio_window *window, u64 addr,
					     u64 size);

/* main.c */
extern struct mock_mmio_window mock_mmio_window;
extern const struct logic_iomem_ops mock_mmio_area_ops;

/* debugfs.c */
void mock_mmio_debugfs_add(void);

#endif /* __IOMMU_MOCK_MMIO_SLOTS_H */
