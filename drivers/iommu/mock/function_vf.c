// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: virtual functions of a PCI function
 *
 * Each is an endpoint of its own, with its own source-id, ATC, DMA engine and messages.
 * Its physical function says whether it is there, where its BARs are, and whether PASIDs
 * and page requests are on (PCIe 9.3.3, 10.5.2, 7.8.9).
 */
#include <linux/lockdep.h>

#include "endpoint.h"
#include "slow.h"

static bool vf_wanted(const struct mock_endpoint *vf)
{
	const struct mock_endpoint *pf = vf->fn.pf;

	return pf->fn.there && !pf->fn.resetting &&
	       vf->fn.nr < mock_pci_config_num_vfs(&pf->pci);
}

/* As after power-on when it comes again, for which it has until then */
static void vf_go(struct mock_endpoint *vf)
{
	vf->fn.there = false;
	vf->unplugged = true;
	mock_slow_endpoint_gone(vf);
	vf->stop = true;
	wake_up_all(&vf->wait);
	vf->fn.resetting = true;
	queue_work(system_dfl_wq, &vf->fn.reset);
}

static void vf_come(struct mock_endpoint *vf)
{
	vf->unplugged = false;
	vf->fn.there = true;
}

/**
 * mock_fn_vfs_update() - virtual functions may be there now, or be there no more
 * @ep: the physical one
 * @there: it has what software has written; otherwise it has lost that
 *
 * Context: &mock_iommu.lock is held
 */
void mock_fn_vfs_update(struct mock_endpoint *ep, bool there)
{
	unsigned int i;

	lockdep_assert_held(&ep->mi->lock);
	for (i = 0; ep->fn.vfs && i < ep->config.caps.total_vfs; i++) {
		struct mock_endpoint *vf = ep->fn.vfs[i];
		const bool wanted = there && vf_wanted(vf);

		if (wanted && !vf->fn.there)
			vf_come(vf);
		else if (!wanted && vf->fn.there)
			vf_go(vf);
	}
}

/**
 * mock_fn_shared_config() - where is it told whether PASIDs and page requests are on?
 * @ep: the endpoint
 *
 * Return: its own configuration space, or that of its physical function
 */
const struct mock_pci_config *mock_fn_shared_config(const struct mock_endpoint *ep)
{
	return ep->fn.pf ? &ep->fn.pf->pci : &ep->pci;
}

/**
 * mock_fn_vf_memory() - does a virtual function decode its BARs?
 * @ep: the endpoint
 *
 * Return: it does
 */
bool mock_fn_vf_memory(const struct mock_endpoint *ep)
{
	return mock_pci_config_vf_memory(&ep->fn.pf->pci);
}

/**
 * mock_fn_vf_decodes() - is an address one of a BAR of a virtual function?
 * @ep: the endpoint
 * @bar: 0 or 2
 * @addr: the address
 * @off: is set to the offset in the BAR
 *
 * A BAR is a page, which has the registers of half a page twice.
 *
 * Return: it is
 */
bool mock_fn_vf_decodes(const struct mock_endpoint *ep, u32 bar, u64 addr, u32 *off)
{
	const u64 first = mock_pci_config_vf_bar(&ep->fn.pf->pci, bar);
	const u64 base = first + ep->fn.nr * MOCK_PCI_VF_BAR_SIZE;

	*off = (addr - base) % MOCK_PCI_FN_BAR_SIZE;
	return first && addr >= base && addr - base < MOCK_PCI_VF_BAR_SIZE;
}
