// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: a PCI function and the accesses that software makes to it
 *
 * What an access finds is the endpoint's; here is what a function of its own has
 * besides: it answers to nothing while it is not there, it decodes the addresses that
 * its BARs were given, and a function level reset takes its time.
 */
#include <linux/bits.h>
#include <linux/lockdep.h>
#include <linux/pci.h>

#include "endpoint.h"

/* Configuration space too: software that has asked for the reset has saved it */
static void fn_reset_work(struct work_struct *work)
{
	struct mock_endpoint *ep = container_of(work, struct mock_endpoint,
						fn.reset);

	mock_endpoint_reset(ep);
	mock_endpoint_power_on(ep);
	guard(spinlock_irqsave)(&ep->mi->lock);
	ep->fn.resetting = false;
}

/**
 * mock_fn_init() - an endpoint that may become a function
 * @ep: the endpoint
 */
void mock_fn_init(struct mock_endpoint *ep)
{
	INIT_WORK(&ep->fn.reset, fn_reset_work);
	mock_fn_irq_init(&ep->fn);
}

static void fn_set_there(struct mock_function *fn, bool there)
{
	if (fn->port && fn->there != there)
		mock_port_count(fn->port, there ? 1 : -1);
	fn->there = there;
}

/**
 * mock_fn_start() - from now on the function answers
 * @ep: the endpoint, as after power-on; no virtual function, which answers when its
 *	physical one is told so
 * @bars: where firmware has put its BARs: &MOCK_FN_WINDOW bytes, aligned
 * @vf_bars: where it has put those of its virtual functions, if it can have any: one
 *	after another's, first their BAR 0
 *
 * Context: process context
 */
void mock_fn_start(struct mock_endpoint *ep, u64 bars, u64 vf_bars)
{
	guard(spinlock_irqsave)(&ep->mi->lock);
	mock_pci_config_set_bars(&ep->pci, bars + MOCK_FN_BAR0, bars + MOCK_FN_BAR2);
	if (ep->pci.sriov)
		mock_pci_config_set_vf_bars(&ep->pci, vf_bars,
					    vf_bars + ep->config.caps.total_vfs *
						      MOCK_PCI_VF_BAR_SIZE);
	ep->fn.resetting = false;
	fn_set_there(&ep->fn, true);
}

/**
 * mock_fn_stop() - undo mock_fn_start()
 * @ep: the endpoint
 *
 * Context: process context, sleeps
 */
void mock_fn_stop(struct mock_endpoint *ep)
{
	scoped_guard(spinlock_irqsave, &ep->mi->lock) {
		fn_set_there(&ep->fn, false);
		mock_fn_vfs_update(ep, false);
	}
	cancel_work_sync(&ep->fn.reset);
}

/**
 * mock_fn_quiesce() - a reset: wait until no message is under way
 * @ep: the endpoint; one that is stalled has been told to end
 *
 * Context: process context, sleeps
 */
void mock_fn_quiesce(struct mock_endpoint *ep)
{
	cancel_work_sync(&ep->fn.send);
}

/**
 * mock_fn_forget() - a reset: messages that waited are not sent any more
 * @ep: the endpoint
 *
 * Context: &mock_iommu.lock is held
 */
void mock_fn_forget(struct mock_endpoint *ep)
{
	lockdep_assert_held(&ep->mi->lock);
	ep->fn.pending = 0;
}

/**
 * mock_fn_reset() - a reset begins; while it lasts, nobody answers
 * @ep: the endpoint
 *
 * Context: &mock_iommu.lock is held
 */
void mock_fn_reset(struct mock_endpoint *ep)
{
	struct mock_function *fn = &ep->fn;

	lockdep_assert_held(&ep->mi->lock);
	if (!fn->there || fn->resetting)
		return;
	fn->resetting = true;
	queue_work(system_dfl_wq, &fn->reset);
	mock_fn_vfs_update(ep, false);
}

static bool fn_answers(const struct mock_function *fn)
{
	return fn->there && !fn->resetting &&
	       (!fn->port || mock_port_has_function(fn->port, fn->rid >> 8, fn->rid));
}

/**
 * mock_fn_config_read() - software reads configuration space
 * @ep: the endpoint
 * @off: offset
 * @bytes: 1, 2 or 4, which @off is a multiple of
 * @val: is set to what is there, all-ones where no function answers
 *
 * Context: any in which PCI's configuration space is accessed
 * Return: PCIBIOS_SUCCESSFUL or PCIBIOS_DEVICE_NOT_FOUND
 */
int mock_fn_config_read(struct mock_endpoint *ep, u32 off, u32 bytes, u32 *val)
{
	guard(spinlock_irqsave)(&ep->mi->lock);
	if (!fn_answers(&ep->fn)) {
		PCI_SET_ERROR_RESPONSE(val);
		return PCIBIOS_DEVICE_NOT_FOUND;
	}
	*val = mock_pci_config_load(&ep->pci, off, bytes);
	return PCIBIOS_SUCCESSFUL;
}

static bool fn_write_bytes(struct mock_endpoint *ep, u32 off, u32 bytes, u32 val)
{
	bool reset = false;

	for (; bytes--; val >>= 8)
		reset |= mock_pci_config_write(&ep->pci, off++, val);
	return reset;
}

/**
 * mock_fn_config_write() - software writes configuration space
 * @ep: the endpoint
 * @off: offset
 * @bytes: 1, 2 or 4, which @off is a multiple of
 * @val: what
 *
 * Context: any in which PCI's configuration space is accessed
 * Return: PCIBIOS_SUCCESSFUL or PCIBIOS_DEVICE_NOT_FOUND
 */
int mock_fn_config_write(struct mock_endpoint *ep, u32 off, u32 bytes, u32 val)
{
	guard(spinlock_irqsave)(&ep->mi->lock);
	if (!fn_answers(&ep->fn))
		return PCIBIOS_DEVICE_NOT_FOUND;
	if (fn_write_bytes(ep, off, bytes, val))
		mock_fn_reset(ep);
	else
		mock_fn_vfs_update(ep, true);
	mock_fn_irq_update(ep);
	return PCIBIOS_SUCCESSFUL;
}

/* Offset of @addr in one of the BARs, which is that of @base */
static bool fn_decodes(const struct mock_endpoint *ep, u32 bar, u64 addr, u32 *off)
{
	u64 base;

	if (ep->fn.pf)
		return mock_fn_vf_decodes(ep, bar, addr, off);
	base = mock_pci_config_bar(&ep->pci, bar);
	*off = addr - base;
	return base && addr >= base && addr - base < MOCK_PCI_FN_BAR_SIZE;
}

static bool fn_has_memory(const struct mock_endpoint *ep, u64 addr)
{
	const struct mock_function *fn = &ep->fn;

	return fn->there && !fn->resetting &&
	       (fn->pf ? mock_fn_vf_memory(ep) : mock_pci_config_memory(&ep->pci)) &&
	       (!fn->port || mock_port_has_address(fn->port, addr));
}

/**
 * mock_fn_bar_read() - software reads memory space
 * @ep: the endpoint
 * @addr: bus address, a multiple of 4
 * @val: is set to what is there
 *
 * Context: &mock_iommu.lock is held
 * Return: it is an address of this function
 */
bool mock_fn_bar_read(struct mock_endpoint *ep, u64 addr, u32 *val)
{
	u32 off;

	lockdep_assert_held(&ep->mi->lock);
	if (!fn_has_memory(ep, addr))
		return false;
	if (fn_decodes(ep, 0, addr, &off))
		*val = mock_ep_bar0_read(ep, off);
	else if (fn_decodes(ep, 2, addr, &off))
		*val = mock_ep_bar2_read(ep, off);
	else
		return false;
	return true;
}

/**
 * mock_fn_bar_write() - software writes memory space
 * @ep: the endpoint
 * @addr: bus address, a multiple of 4
 * @val: what
 * @mask: the bytes of it that are written
 *
 * Context: &mock_iommu.lock is held
 * Return: it is an address of this function
 */
bool mock_fn_bar_write(struct mock_endpoint *ep, u64 addr, u32 val, u32 mask)
{
	u32 off;

	lockdep_assert_held(&ep->mi->lock);
	if (!fn_has_memory(ep, addr))
		return false;
	if (fn_decodes(ep, 0, addr, &off)) {
		if (mock_ep_bar0_write(ep, off, val, mask))
			queue_work(ep->wq, &ep->work);
		else if (off == MOCK_EP_STATUS && !ep->config.caps.ioat)
			mock_fn_irq_acknowledge(ep);
	} else if (fn_decodes(ep, 2, addr, &off)) {
		mock_ep_bar2_write(ep, off, val, mask);
		mock_fn_irq_update(ep);
	} else {
		return false;
	}
	return true;
}
