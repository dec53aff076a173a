/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mock MMIO: a window of physical addresses in which mock hardware comes and goes
 *
 * What is offered here is for the hardware's side alone. Software finds what is in
 * the window by ioremap(), as it finds everything.
 */
#ifndef __IOMMU_MOCK_MMIO_WINDOW_H
#define __IOMMU_MOCK_MMIO_WINDOW_H

#include <linux/err.h>
#include <linux/sizes.h>
#include <linux/types.h>

/* What there is behind a slot with memory: enough for the largest hardware that wants it */
#define MOCK_MMIO_MEMORY_SIZE	(SZ_2M + 3 * SZ_64K)

struct mock_mmio_slot;

/**
 * struct mock_mmio_device - what answers in a slot
 * @size: bytes that it answers for, from the slot's first address on
 * @read: software reads @bytes (1, 2, 4 or 8) at the offset @off
 * @write: software writes them; bits of @val above them are zero
 *
 * An access is of any alignment, and within @size. The functions are called from
 * whatever context software makes its access in, hard interrupt context included;
 * they do not sleep.
 */
struct mock_mmio_device {
	u32 size;
	u64 (*read)(struct mock_mmio_device *dev, u32 off, unsigned int bytes);
	void (*write)(struct mock_mmio_device *dev, u32 off, unsigned int bytes,
		      u64 val);
};

#if IS_ENABLED(CONFIG_IOMMU_MOCK_MMIO)
struct mock_mmio_slot *mock_mmio_take(const char *name, unsigned int room);
struct mock_mmio_slot *mock_mmio_take_memory(const char *name, unsigned int room, u32 size);
void *mock_mmio_memory(const struct mock_mmio_slot *slot);
void mock_mmio_give(struct mock_mmio_slot *slot);
phys_addr_t mock_mmio_address(const struct mock_mmio_slot *slot);
int mock_mmio_connect(struct mock_mmio_slot *slot, struct mock_mmio_device *dev);
void mock_mmio_disconnect(struct mock_mmio_slot *slot);
#endif

#endif /* __IOMMU_MOCK_MMIO_WINDOW_H */
