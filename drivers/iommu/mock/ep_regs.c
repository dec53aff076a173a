// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: registers of an endpoint
 *
 * BAR 0 has the registers of include/uapi/linux/iommu_mock.h, or those of the DMA
 * engine that the endpoint is instead (ioat.c); BAR 2 the MSI-X table, which is memory
 * only where delivery is VFIO's. All of it runs under &mock_iommu.lock.
 */
#include <linux/array_size.h>
#include <linux/lockdep.h>
#include <linux/pci_regs.h>
#include <linux/string.h>

#include "endpoint.h"

/* MOCK_EP_CAPS: bits of the PCI endpoint test function */
#define CAPS_UNALIGNED_ACCESS	BIT(0)
#define CAPS_MSI		BIT(1)
#define CAPS_MSIX		BIT(2)
#define CAPS_INTX		BIT(3)
#define CAPS_BAR2_RESERVED	BIT(8)

/* What a write changes; registers that are not here are read-only */
static const u32 ep_wmask[MOCK_EP_NR_REGS] = {
	[MOCK_EP_MAGIC / 4] = ~0U,
	[MOCK_EP_COMMAND / 4] = ~0U,
	[MOCK_EP_STATUS / 4] = ~0U,
	[MOCK_EP_LOWER_SRC_ADDR / 4] = ~0U,
	[MOCK_EP_UPPER_SRC_ADDR / 4] = ~0U,
	[MOCK_EP_LOWER_DST_ADDR / 4] = ~0U,
	[MOCK_EP_UPPER_DST_ADDR / 4] = ~0U,
	[MOCK_EP_SIZE / 4] = ~0U,
	[MOCK_EP_CHECKSUM / 4] = ~0U,
	[MOCK_EP_IRQ_TYPE / 4] = ~0U,
	[MOCK_EP_IRQ_NUMBER / 4] = ~0U,
	[MOCK_EP_FLAGS / 4] = ~0U,
	[MOCK_EP_PASID / 4] = MOCK_EP_PASID_VALUE | MOCK_EP_PASID_EXEC |
			      MOCK_EP_PASID_PRIV | MOCK_EP_PASID_VALID,
	[MOCK_EP_ATS / 4] = MOCK_EP_ATS_ENABLE | MOCK_EP_ATS_RAW |
			    MOCK_EP_ATS_PRI,
	[MOCK_EP_PATTERN / 4] = ~0U,
};

/**
 * mock_ep_regs_reset() - give the registers their values after a reset
 * @ep: the endpoint
 */
void mock_ep_regs_reset(struct mock_endpoint *ep)
{
	int i;

	memset(ep->regs, 0, sizeof(ep->regs));
	*mock_ep_reg(ep, MOCK_EP_CAPS) =
		CAPS_UNALIGNED_ACCESS | CAPS_MSI | CAPS_MSIX | CAPS_INTX |
		CAPS_BAR2_RESERVED;
	*mock_ep_reg(ep, MOCK_EP_EXT_MAGIC) = MOCK_EP_EXT_MAGIC_VAL;
	mock_ioat_reset(&ep->ioat);

	memset(ep->msix, 0, sizeof(ep->msix));
	for (i = 3; i < ARRAY_SIZE(ep->msix); i += 4)
		ep->msix[i] = PCI_MSIX_ENTRY_CTRL_MASKBIT;
}

/**
 * mock_ep_bar0_read() - read a register
 * @ep: the endpoint
 * @off: its offset, a multiple of 4
 *
 * Return: its value; zero for one that there is not
 */
u32 mock_ep_bar0_read(struct mock_endpoint *ep, u32 off)
{
	lockdep_assert_held(&ep->mi->lock);
	if (ep->config.caps.ioat)
		return mock_ioat_read(&ep->ioat, off);
	return off / 4 < MOCK_EP_NR_REGS ? ep->regs[off / 4] : 0;
}

/**
 * mock_ep_bar0_write() - write a register
 * @ep: the endpoint
 * @off: its offset, a multiple of 4
 * @val: what to write
 * @mask: the bytes of it that are written, those of an access of less than 32
 *	bits
 *
 * Return: there is a command to run
 */
bool mock_ep_bar0_write(struct mock_endpoint *ep, u32 off, u32 val, u32 mask)
{
	lockdep_assert_held(&ep->mi->lock);
	if (ep->config.caps.ioat)
		return !ep->stop && mock_ioat_write(&ep->ioat, off, val, mask);
	if (off / 4 >= MOCK_EP_NR_REGS || ep->stop)
		return false;
	mask &= ep_wmask[off / 4];
	ep->regs[off / 4] = (ep->regs[off / 4] & ~mask) | (val & mask);
	return off == MOCK_EP_COMMAND && ep->regs[off / 4];
}

/**
 * mock_ep_bar2_read() - read the MSI-X table or pending bits
 * @ep: the endpoint
 * @off: offset, a multiple of 4
 *
 * Return: what is there, or zero
 */
u32 mock_ep_bar2_read(struct mock_endpoint *ep, u32 off)
{
	lockdep_assert_held(&ep->mi->lock);
	return off / 4 < ARRAY_SIZE(ep->msix) ? ep->msix[off / 4] :
						mock_fn_msix_pending(ep, off);
}

/**
 * mock_ep_bar2_write() - write the MSI-X table
 * @ep: the endpoint
 * @off: offset, a multiple of 4
 * @val: what to write
 * @mask: the bytes of it that are written
 */
void mock_ep_bar2_write(struct mock_endpoint *ep, u32 off, u32 val, u32 mask)
{
	lockdep_assert_held(&ep->mi->lock);
	if (off / 4 >= ARRAY_SIZE(ep->msix))
		return;
	if (off % 16 == PCI_MSIX_ENTRY_LOWER_ADDR)
		mask &= ~3U;
	else if (off % 16 == PCI_MSIX_ENTRY_VECTOR_CTRL)
		mask &= PCI_MSIX_ENTRY_CTRL_MASKBIT;
	ep->msix[off / 4] = (ep->msix[off / 4] & ~mask) | (val & mask);
}
