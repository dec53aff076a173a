// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: an I/OAT DMA engine at work
 *
 * Descriptors, data and completions go through the IOMMU like all that an endpoint
 * reads and writes. An error halts the channel, with the reason in CHANERR, until
 * software has cleared that or reset the channel.
 */
#include <linux/align.h>
#include <linux/bits.h>
#include <linux/sched.h>

#include "endpoint.h"
#include "ioat.h"

/**
 * struct ioat_step - a descriptor that is being done
 * @addr: where it is
 * @first: CHAINADDR said so
 * @chain: of which chain it is, see &mock_ioat.chain
 * @desc: the descriptor
 */
struct ioat_step {
	u64 addr;
	bool first;
	u32 chain;
	struct mock_ioat_desc desc;
};

static void ioat_commands(struct mock_ioat *ioat)
{
	u32 *reg = &ioat->regs[MOCK_IOAT_CHANCMD / 4];

	if (*reg & MOCK_IOAT_CMD_RESET)
		mock_ioat_reset_channel(ioat);
	else if (*reg & MOCK_IOAT_CMD_SUSPEND && ioat->status != MOCK_IOAT_HALTED)
		ioat->status = MOCK_IOAT_SUSPENDED;
	*reg &= ~MOCK_IOAT_CMD_SUSPEND;
}

/* Between two descriptors: what software wants, and which is the next one */
static bool ioat_next(struct mock_endpoint *ep, struct ioat_step *step)
{
	struct mock_ioat *ioat = &ep->ioat;

	guard(spinlock_irqsave)(&ep->mi->lock);
	if (ep->stop)
		return false;
	ioat_commands(ioat);
	if (ioat->status == MOCK_IOAT_ACTIVE && mock_ioat_count(ioat) == ioat->done)
		ioat->status = MOCK_IOAT_DONE;
	mock_pci_config_set_busy(&ep->pci, ioat->status == MOCK_IOAT_ACTIVE);
	*step = (struct ioat_step){
		.addr = ioat->next,
		.first = ioat->first,
		.chain = ioat->chain,
	};
	return ioat->status == MOCK_IOAT_ACTIVE;
}

static u32 ioat_fetch(struct mock_endpoint *ep, struct ioat_step *step)
{
	if (!IS_ALIGNED(step->addr, MOCK_IOAT_DESC_SIZE))
		return step->first ? MOCK_IOAT_ERR_CHAIN : MOCK_IOAT_ERR_ALIGN;
	if (mock_dma_read(ep, step->addr, &step->desc, sizeof(step->desc)))
		return step->first ? MOCK_IOAT_ERR_CHAIN : MOCK_IOAT_ERR_NEXT;
	return mock_ioat_check(&step->desc);
}

static u32 ioat_copy(struct mock_endpoint *ep, const struct mock_ioat_desc *desc)
{
	if (le32_to_cpu(desc->control) & MOCK_IOAT_DESC_NULL ||
	    !mock_dma_copy(ep, le64_to_cpu(desc->src), le64_to_cpu(desc->dst),
			   le32_to_cpu(desc->size)))
		return 0;
	return READ_ONCE(*mock_ep_reg(ep, MOCK_EP_FAULT)) & MOCK_EP_FAULT_WRITE ?
	       MOCK_IOAT_ERR_WRITE : MOCK_IOAT_ERR_READ;
}

/* CHANSTS is written to where CHANCMP says */
static u32 ioat_complete(struct mock_endpoint *ep, u64 status)
{
	const __le64 val = cpu_to_le64(status);
	u64 addr;

	scoped_guard(spinlock_irqsave, &ep->mi->lock)
		addr = mock_ioat_reg64(&ep->ioat, MOCK_IOAT_CHANCMP);
	return mock_dma_write(ep, addr, &val, sizeof(val)) ? MOCK_IOAT_ERR_CMP : 0;
}

/* One interrupt, until software allows another one */
static enum mock_pci_irq ioat_irq(struct mock_endpoint *ep)
{
	u32 *regs = ep->ioat.regs;
	u32 *ctrl = &regs[MOCK_IOAT_CHANCTRL / 4];

	guard(spinlock_irqsave)(&ep->mi->lock);
	if (*ctrl & MOCK_IOAT_CTRL_NO_IRQ ||
	    !(regs[MOCK_IOAT_CONTROL / 4] & (MOCK_IOAT_INTRCTRL_MASTER |
					     MOCK_IOAT_INTRCTRL_MSIX)))
		return MOCK_PCI_IRQ_NONE;
	*ctrl |= MOCK_IOAT_CTRL_NO_IRQ;
	regs[MOCK_IOAT_ATTN / 4] |= BIT(0);
	if (mock_pci_config_irq_on(&ep->pci, MOCK_PCI_IRQ_MSIX))
		return MOCK_PCI_IRQ_MSIX;
	if (mock_pci_config_irq_on(&ep->pci, MOCK_PCI_IRQ_MSI))
		return MOCK_PCI_IRQ_MSI;
	return MOCK_PCI_IRQ_INTX;
}

static void ioat_raise(struct mock_endpoint *ep)
{
	mock_ep_irq_raise(ep, ioat_irq(ep), 1);
}

/* A chain that software has ended meanwhile is not what its status is about */
static bool ioat_advance(struct mock_endpoint *ep, const struct ioat_step *step)
{
	struct mock_ioat *ioat = &ep->ioat;

	guard(spinlock_irqsave)(&ep->mi->lock);
	if (ep->stop || ioat->chain != step->chain)
		return false;
	ioat->last = step->addr;
	ioat->next = le64_to_cpu(step->desc.next);
	ioat->first = false;
	ioat->done++;
	if (mock_ioat_count(ioat) == ioat->done && ioat->status == MOCK_IOAT_ACTIVE)
		ioat->status = MOCK_IOAT_DONE;
	return true;
}

static void ioat_fail(struct mock_endpoint *ep, const struct ioat_step *step, u32 error)
{
	struct mock_ioat *ioat = &ep->ioat;
	u64 status;
	u32 ctrl;

	scoped_guard(spinlock_irqsave, &ep->mi->lock) {
		if (ep->stop || ioat->chain != step->chain)
			return;
		ioat->regs[MOCK_IOAT_CHANERR / 4] |= error;
		ioat->status = MOCK_IOAT_HALTED;
		status = ioat->last | ioat->status;
		ctrl = ioat->regs[MOCK_IOAT_CHANCTRL / 4];
	}
	if (ctrl & MOCK_IOAT_CTRL_ERR_COMPLETION && error != MOCK_IOAT_ERR_CMP)
		ioat_complete(ep, status);
	if (ctrl & MOCK_IOAT_CTRL_ERR_IRQ)
		ioat_raise(ep);
}

static enum mock_ioat_status ioat_status_after(struct mock_endpoint *ep)
{
	const struct mock_ioat *ioat = &ep->ioat;

	guard(spinlock_irqsave)(&ep->mi->lock);
	return mock_ioat_count(ioat) == (u16)(ioat->done + 1) ? MOCK_IOAT_DONE :
								MOCK_IOAT_ACTIVE;
}

static void ioat_step(struct mock_endpoint *ep, struct ioat_step *step)
{
	u32 control, error;

	error = ioat_fetch(ep, step) ?: ioat_copy(ep, &step->desc);
	control = le32_to_cpu(step->desc.control);
	if (!error && control & MOCK_IOAT_DESC_COMPLETE)
		error = ioat_complete(ep, step->addr | ioat_status_after(ep));
	if (error)
		ioat_fail(ep, step, error);
	else if (ioat_advance(ep, step) && control & MOCK_IOAT_DESC_IRQ)
		ioat_raise(ep);
}

/**
 * mock_ioat_work() - do what software has asked for, until there is nothing to do
 * @ep: the endpoint
 *
 * Context: process context, sleeps
 */
void mock_ioat_work(struct mock_endpoint *ep)
{
	struct ioat_step step;

	while (ioat_next(ep, &step)) {
		ioat_step(ep, &step);
		cond_resched();
	}
}
