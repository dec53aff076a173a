// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock MMIO: who has which slot, and what an access finds there
 *
 * A slot whose device has gone is not given to the next one while software has it
 * mapped: a driver that forgot to unmap it reads all-ones for ever, and does not
 * reach into hardware that it never heard of.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/export.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "slots.h"

/**
 * mock_mmio_locate - which slot is a range of the window in?
 * @offset: where it starts in the window
 * @size: bytes of it
 * @nr: is set to the number of the slot
 * @off: is set to where it starts in the slot
 *
 * Return: 0; -EINVAL for a range that is empty, not in the window, or not in one slot
 */
int mock_mmio_locate(u64 offset, u64 size, unsigned int *nr, u32 *off)
{
	u64 in_slot = offset & (MOCK_MMIO_SLOT_SIZE - 1);

	if (!size || offset >= MOCK_MMIO_SIZE ||
	    size > MOCK_MMIO_SLOT_SIZE - in_slot)
		return -EINVAL;
	*nr = offset / MOCK_MMIO_SLOT_SIZE;
	*off = in_slot;
	return 0;
}

/**
 * mock_mmio_window_init - a window in which nothing is yet
 * @window: the window, zeroed
 */
void mock_mmio_window_init(struct mock_mmio_window *window)
{
	unsigned int i;

	mutex_init(&window->lock);
	for (i = 0; i < MOCK_MMIO_NR_SLOTS; i++)
		window->slots[i].window = window;
	for (i = 0; i < MOCK_MMIO_NR_MEMORY; i++)
		window->memory[i].window = window;
}

/**
 * mock_mmio_slot_offset - where is a slot?
 * @slot: the slot
 *
 * Return: bytes from the beginning of its window
 */
u64 mock_mmio_slot_offset(const struct mock_mmio_slot *slot)
{
	return (slot - slot->window->slots) * (u64)MOCK_MMIO_SLOT_SIZE;
}

static unsigned int mock_mmio_slot_room(const struct mock_mmio_slot *slot)
{
	return max(slot->maps, slot->taken ? slot->room : 0);
}

/* Mappings that there are or may be */
static unsigned int mock_mmio_room_taken(const struct mock_mmio_window *window)
{
	unsigned int i, room = 0;

	for (i = 0; i < MOCK_MMIO_NR_SLOTS; i++)
		room += mock_mmio_slot_room(&window->slots[i]);
	for (i = 0; i < MOCK_MMIO_NR_MEMORY; i++)
		room += mock_mmio_slot_room(&window->memory[i]);
	return room;
}

/**
 * mock_mmio_has_room - can a slot be mapped as often?
 * @window: the window, locked
 * @name: who wants it
 * @room: mappings that software is going to have of it at most
 *
 * Return: it can; else the log tells
 */
bool mock_mmio_has_room(const struct mock_mmio_window *window, const char *name,
			unsigned int room)
{
	unsigned int taken = mock_mmio_room_taken(window);

	if (room <= MOCK_MMIO_NR_MAPS && taken <= MOCK_MMIO_NR_MAPS - room)
		return true;
	pr_info("no room is left in the window for %s: it may be mapped %u times, of which %u are for what is there\n",
		name, MOCK_MMIO_NR_MAPS, taken);
	return false;
}

/**
 * mock_mmio_slot_take - have a slot for oneself
 * @window: of this window
 * @name: who one is
 * @room: mappings that software is going to have of it at most
 *
 * Context: process context, sleeps
 * Return: the first slot that nobody has taken or mapped; -ENOSPC if there is none, or
 * no room for as many mappings
 */
struct mock_mmio_slot *mock_mmio_slot_take(struct mock_mmio_window *window,
					   const char *name, unsigned int room)
{
	unsigned int i, forgotten = 0;

	guard(mutex)(&window->lock);
	if (!mock_mmio_has_room(window, name, room))
		return ERR_PTR(-ENOSPC);
	for (i = 0; i < MOCK_MMIO_NR_SLOTS; i++) {
		struct mock_mmio_slot *slot = &window->slots[i];

		if (!slot->taken && !slot->maps) {
			slot->taken = true;
			slot->room = room;
			strscpy(slot->name, name);
			return slot;
		}
		forgotten += !slot->taken;
	}
	pr_info("no slot of the window is left for %s: %u are in use, and %u are still mapped though what was there has gone\n",
		name, MOCK_MMIO_NR_SLOTS - forgotten, forgotten);
	return ERR_PTR(-ENOSPC);
}

/**
 * mock_mmio_slot_map - software maps a range of the window
 * @window: the window
 * @offset: where the range starts in it
 * @size: bytes of it
 * @slot: is set to the slot that it is in
 * @off: is set to where it starts in the slot
 *
 * Context: process context, sleeps
 * Return: 0 or -EINVAL as of mock_mmio_locate()
 */
int mock_mmio_slot_map(struct mock_mmio_window *window, u64 offset, u64 size,
		       struct mock_mmio_slot **slot, u32 *off)
{
	unsigned int nr;
	int ret;

	ret = mock_mmio_locate(offset, size, &nr, off);
	if (ret)
		return ret;
	guard(mutex)(&window->lock);
	*slot = &window->slots[nr];
	(*slot)->maps++;
	return 0;
}

/**
 * mock_mmio_slot_unmap - undo mock_mmio_slot_map()
 * @slot: the slot
 *
 * Context: process context, sleeps
 */
void mock_mmio_slot_unmap(struct mock_mmio_slot *slot)
{
	guard(mutex)(&slot->window->lock);
	slot->maps--;
}

static bool mock_mmio_answers(const struct mock_mmio_device *dev, u32 off,
			      unsigned int bytes)
{
	return dev && bytes <= dev->size && off <= dev->size - bytes;
}

/**
 * mock_mmio_slot_read - software reads in a slot
 * @slot: the slot
 * @off: offset in it
 * @bytes: how many
 *
 * Context: any in which MMIO is accessed
 * Return: what is there, all-ones where nothing answers
 */
u64 mock_mmio_slot_read(struct mock_mmio_slot *slot, u32 off, unsigned int bytes)
{
	struct mock_mmio_device *dev;

	guard(rcu)();
	dev = rcu_dereference(slot->dev);
	return mock_mmio_answers(dev, off, bytes) ? dev->read(dev, off, bytes) :
						    U64_MAX;
}

/**
 * mock_mmio_slot_write - software writes in a slot
 * @slot: the slot
 * @off: offset in it
 * @bytes: how many
 * @val: what; is dropped where nothing answers
 *
 * Context: any in which MMIO is accessed
 */
void mock_mmio_slot_write(struct mock_mmio_slot *slot, u32 off, unsigned int bytes,
			  u64 val)
{
	struct mock_mmio_device *dev;

	guard(rcu)();
	dev = rcu_dereference(slot->dev);
	if (mock_mmio_answers(dev, off, bytes))
		dev->write(dev, off, bytes, val);
}

/**
 * mock_mmio_give - undo mock_mmio_take()
 * @slot: the slot, in which nothing is connected
 *
 * Context: process context, sleeps
 */
void mock_mmio_give(struct mock_mmio_slot *slot)
{
	guard(mutex)(&slot->window->lock);
	slot->taken = false;
}
EXPORT_SYMBOL_FOR_MODULES(mock_mmio_give, "iommu_mock");

/**
 * mock_mmio_connect - from now on a device answers in a slot
 * @slot: the slot, taken
 * @dev: the device, until it is disconnected
 *
 * Return: 0; -EINVAL if a slot has not so many bytes
 */
int mock_mmio_connect(struct mock_mmio_slot *slot, struct mock_mmio_device *dev)
{
	if (dev->size > MOCK_MMIO_SLOT_SIZE)
		return -EINVAL;
	rcu_assign_pointer(slot->dev, dev);
	return 0;
}
EXPORT_SYMBOL_FOR_MODULES(mock_mmio_connect, "iommu_mock");

/**
 * mock_mmio_disconnect - undo mock_mmio_connect()
 * @slot: the slot
 *
 * When it returns, no access is under way at the device, and none begins: a driver
 * that is late reads all-ones.
 *
 * Context: process context, sleeps; without a lock that the device takes
 */
void mock_mmio_disconnect(struct mock_mmio_slot *slot)
{
	RCU_INIT_POINTER(slot->dev, NULL);
	/* Accesses are short, and a test that makes much hardware waits for each */
	synchronize_rcu_expedited();
}
EXPORT_SYMBOL_FOR_MODULES(mock_mmio_disconnect, "iommu_mock");
