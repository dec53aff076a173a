// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: memory space of PCI functions
 *
 * Software may move a BAR within its bridge's window: so an access goes to the
 * function whose BAR has its address, wherever firmware had put that.
 */
#include <linux/bits.h>
#include <linux/container_of.h>
#include <linux/lockdep.h>

#include "core.h"
#include "pci_host.h"

/* Its driver maps both BARs, the PCI core the MSI-X table */
#define FUNCTION_MAPS	3

/* Nobody answers: all-ones */
static u32 window_read_dword(struct mock_host *host, u64 addr)
{
	struct mock_ep_item *item;
	u32 val;

	lockdep_assert_held(&host->inst->mi.lock);
	list_for_each_entry(item, &host->inst->endpoints, list)
		if (mock_fn_bar_read(&item->ep, addr, &val))
			return val;
	return ~0U;
}

static void window_write_dword(struct mock_host *host, u64 addr, u32 val, u32 mask)
{
	struct mock_ep_item *item;

	lockdep_assert_held(&host->inst->mi.lock);
	list_for_each_entry(item, &host->inst->endpoints, list)
		if (mock_fn_bar_write(&item->ep, addr, val, mask))
			return;
}

/* Bytes of an access that are in the dword that it begins in */
static unsigned int window_bytes(u64 addr, unsigned int left)
{
	return min(left, 4 - (unsigned int)(addr % 4));
}

/**
 * mock_host_window_load() - software reads memory space
 * @host: the host bridges
 * @addr: bus address, of any alignment
 * @bytes: how many, up to 8
 *
 * Context: any
 * Return: what is there, the first byte in the lowest bits; all-ones where nobody answers
 */
u64 mock_host_window_load(struct mock_host *host, u64 addr, unsigned int bytes)
{
	unsigned int done, now;
	u64 val = 0;

	guard(spinlock_irqsave)(&host->inst->mi.lock);
	for (done = 0; done < bytes; done += now, addr += now) {
		u64 part = window_read_dword(host, addr & ~3ULL);

		now = window_bytes(addr, bytes - done);
		part = part >> addr % 4 * 8 & GENMASK_ULL(now * 8 - 1, 0);
		val |= part << done * 8;
	}
	return val;
}

/**
 * mock_host_window_store() - software writes memory space
 * @host: the host bridges
 * @addr: bus address, of any alignment
 * @bytes: how many, up to 8
 * @val: they, the first one in the lowest bits
 *
 * Context: any
 */
void mock_host_window_store(struct mock_host *host, u64 addr, unsigned int bytes, u64 val)
{
	unsigned int left, now;

	guard(spinlock_irqsave)(&host->inst->mi.lock);
	for (left = bytes; left; left -= now, addr += now, val >>= now * 8) {
		const u32 shift = addr % 4 * 8;

		now = window_bytes(addr, left);
		window_write_dword(host, addr & ~3ULL, (u32)val << shift,
				   GENMASK(now * 8 - 1, 0) << shift);
	}
}

static u64 window_read(struct mock_mmio_device *dev, u32 off, unsigned int bytes)
{
	struct mock_host *host = container_of(dev, struct mock_host, mmio);

	return mock_host_window_load(host, mock_mmio_address(host->slot) + off, bytes);
}

static void window_write(struct mock_mmio_device *dev, u32 off, unsigned int bytes,
			 u64 val)
{
	struct mock_host *host = container_of(dev, struct mock_host, mmio);

	mock_host_window_store(host, mock_mmio_address(host->slot) + off, bytes, val);
}

/**
 * mock_host_window_take() - have memory space for an instance's functions
 * @host: its host bridges
 *
 * Return: 0, or -ENOSPC if there is none left, of which the log tells
 */
int mock_host_window_take(struct mock_host *host)
{
	struct mock_mmio_slot *slot;
	char name[32];

	snprintf(name, sizeof(name), "BARs of %s.%d",
		 host->inst->mi.model->unit_name, host->inst->id);
	slot = mock_mmio_take(name, FUNCTION_MAPS *
				    list_count_nodes(&host->inst->endpoints));
	if (IS_ERR(slot))
		return PTR_ERR(slot);
	host->slot = slot;
	host->mmio = (struct mock_mmio_device){
		.size = MOCK_HOST_BUS_WINDOW * MOCK_HOST_MAX_BUSES,
		.read = window_read,
		.write = window_write,
	};
	return mock_mmio_connect(slot, &host->mmio);
}

/**
 * mock_host_window_give() - undo mock_host_window_take()
 * @host: the host bridges
 */
void mock_host_window_give(struct mock_host *host)
{
	mock_mmio_disconnect(host->slot);
	mock_mmio_give(host->slot);
	host->slot = NULL;
}
