// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock MMIO: registers where there is memory, too
 *
 * Emulated MMIO is what the kernel's accessors make of it: userspace that has such an
 * address mapped would touch nothing. So hardware whose registers drivers let userspace
 * map has its slot at the address of pages: the kernel's accesses reach the hardware, as
 * in each slot, and userspace's reach the pages, which the hardware looks at and writes.
 *
 * The kernel has no way to withdraw emulated MMIO, so the pages are kept when hardware
 * goes, for the next. All slots are of one size, or small hardware would leave none for
 * large.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/logic_iomem.h>
#include <linux/mm.h>
#include <linux/page-flags.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "slots.h"

static long mmio_memory_map(unsigned int nr, unsigned long offset,
			    const struct logic_iomem_ops **ops, void **priv)
{
	struct mock_mmio_slot *slot = &mock_mmio_window.memory[nr];

	scoped_guard(mutex, &slot->window->lock)
		slot->maps++;
	*ops = &mock_mmio_area_ops;
	*priv = slot;
	return offset;
}

/* A region is told where in itself a mapping is, and not which it is itself */
#define MMIO_MEMORY_REGION(_nr)						\
static long mmio_memory_map_##_nr(unsigned long offset, size_t size,		\
				  const struct logic_iomem_ops **ops, void **priv)	\
{										\
	return mmio_memory_map(_nr, offset, ops, priv);				\
}

MMIO_MEMORY_REGION(0);
MMIO_MEMORY_REGION(1);
MMIO_MEMORY_REGION(2);
MMIO_MEMORY_REGION(3);
MMIO_MEMORY_REGION(4);
MMIO_MEMORY_REGION(5);
MMIO_MEMORY_REGION(6);
MMIO_MEMORY_REGION(7);

static const struct logic_iomem_region_ops mmio_memory_ops[MOCK_MMIO_NR_MEMORY] = {
	{ .map = mmio_memory_map_0 }, { .map = mmio_memory_map_1 },
	{ .map = mmio_memory_map_2 }, { .map = mmio_memory_map_3 },
	{ .map = mmio_memory_map_4 }, { .map = mmio_memory_map_5 },
	{ .map = mmio_memory_map_6 }, { .map = mmio_memory_map_7 },
};

/* To hardware that does DMA it is no memory */
static void mmio_pages_reserve(void *memory, u32 size)
{
	u32 off;

	for (off = 0; off < size; off += PAGE_SIZE)
		SetPageReserved(virt_to_page(memory + off));
}

static void mmio_pages_free(void *memory, u32 size)
{
	u32 off;

	for (off = 0; off < size; off += PAGE_SIZE)
		ClearPageReserved(virt_to_page(memory + off));
	free_pages_exact(memory, size);
}

/*
 * Where is it, once and for all. Without the window's lock, which is taken when software
 * maps a region, under the lock that adding one takes.
 */
static int mmio_memory_place(struct mock_mmio_slot *slot)
{
	const u32 size = MOCK_MMIO_MEMORY_SIZE;
	void *memory = alloc_pages_exact(size, GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN);
	struct resource *res = &slot->resource;
	int ret;

	if (!memory)
		return -ENOMEM;
	mmio_pages_reserve(memory, size);
	*res = DEFINE_RES_MEM_NAMED(__pa(memory), size, "mock MMIO at memory");
	ret = logic_iomem_add_region(res, &mmio_memory_ops[slot - mock_mmio_window.memory]);
	if (ret) {
		pr_info("the physical addresses %pR are not free\n", res);
		*res = (struct resource){};
		mmio_pages_free(memory, size);
		return ret;
	}
	scoped_guard(mutex, &slot->window->lock)
		slot->memory = memory;
	return 0;
}

/* One that has memory rather than one that has none yet */
static struct mock_mmio_slot *mmio_memory_choose(struct mock_mmio_window *window)
{
	struct mock_mmio_slot *slot, *found = NULL;
	unsigned int i;

	for (i = 0; i < MOCK_MMIO_NR_MEMORY; i++) {
		slot = &window->memory[i];
		if (slot->taken || slot->maps)
			continue;
		if (slot->memory)
			return slot;
		found = found ?: slot;
	}
	return found;
}

static struct mock_mmio_slot *mmio_memory_take(struct mock_mmio_window *window,
					       const char *name, unsigned int room)
{
	struct mock_mmio_slot *slot;

	guard(mutex)(&window->lock);
	if (!mock_mmio_has_room(window, name, room))
		return ERR_PTR(-ENOSPC);
	slot = mmio_memory_choose(window);
	if (!slot) {
		pr_info("no addresses with memory are left for %s\n", name);
		return ERR_PTR(-ENOSPC);
	}
	slot->taken = true;
	slot->room = room;
	strscpy(slot->name, name);
	return slot;
}

/**
 * mock_mmio_take_memory - have a slot with memory behind
 * @name: who wants it
 * @room: mappings that the kernel is going to have of it at most
 * @size: bytes, MOCK_MMIO_MEMORY_SIZE at most
 *
 * The memory is zeroed. Nothing answers in the slot until mock_mmio_connect(). It is
 * given back by mock_mmio_give(), when userspace does not have it mapped any more.
 *
 * Context: process context, sleeps
 * Return: the slot; -ENOSPC if there is none left, or it cannot be mapped as often, of
 * which the log tells; -EINVAL if none is so large; -ENOMEM
 */
struct mock_mmio_slot *mock_mmio_take_memory(const char *name, unsigned int room, u32 size)
{
	struct mock_mmio_slot *slot;
	int ret;

	if (size > MOCK_MMIO_MEMORY_SIZE)
		return ERR_PTR(-EINVAL);
	slot = mmio_memory_take(&mock_mmio_window, name, room);
	if (IS_ERR(slot))
		return slot;
	ret = slot->memory ? 0 : mmio_memory_place(slot);
	if (ret) {
		mock_mmio_give(slot);
		return ERR_PTR(ret);
	}
	memset(slot->memory, 0, resource_size(&slot->resource));
	return slot;
}
EXPORT_SYMBOL_FOR_MODULES(mock_mmio_take_memory, "iommu_mock");

/**
 * mock_mmio_memory - the memory of a slot
 * @slot: the slot, of mock_mmio_take_memory()
 *
 * Return: what userspace finds there
 */
void *mock_mmio_memory(const struct mock_mmio_slot *slot)
{
	return slot->memory;
}
EXPORT_SYMBOL_FOR_MODULES(mock_mmio_memory, "iommu_mock");

/**
 * mock_mmio_memory_find - is there such a slot at an address?
 * @window: the window
 * @addr: physical address
 * @size: bytes from there
 *
 * Return: the slot that has all of them, or %NULL
 */
struct mock_mmio_slot *mock_mmio_memory_find(struct mock_mmio_window *window, u64 addr,
					     u64 size)
{
	unsigned int i;

	for (i = 0; i < MOCK_MMIO_NR_MEMORY; i++) {
		struct mock_mmio_slot *slot = &window->memory[i];

		if (slot->memory && addr >= slot->resource.start && size &&
		    addr <= slot->resource.end && size - 1 <= slot->resource.end - addr)
			return slot;
	}
	return NULL;
}
