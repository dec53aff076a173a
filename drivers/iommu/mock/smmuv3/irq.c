// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock SMMUv3: interrupts (3.18) and global errors (7.5)
 *
 * Every source is an edge: it has no pending state, and what happens while it
 * is disabled is never made up for. With messages (IDR0.MSI) a source sends
 * the one that is configured; a source whose message has address 0, and every
 * one of an SMMU without messages, pulses its wire.
 */
#include "regs.h"

static const struct {
	u32 enable;	/* in IRQ_CTRL */
	u32 cfg0;
	u32 cfg1;
	u32 abort;	/* in GERROR, when the message is not accepted */
	u8 line;
} mock_smmu_irqs[MOCK_SMMU_IRQ_NR] = {
	[MOCK_SMMU_IRQ_EVTQ] = {
		SMMU_IRQ_CTRL_EVENTQ, SMMU_REG_EVTQ_IRQ_CFG0,
		SMMU_REG_EVTQ_IRQ_CFG1, SMMU_GERROR_MSI_EVENTQ_ABT_ERR,
		IOMMU_UNIT_SMMUV3_IRQ_EVTQ,
	},
	[MOCK_SMMU_IRQ_PRIQ] = {
		SMMU_IRQ_CTRL_PRIQ, SMMU_REG_PRIQ_IRQ_CFG0,
		SMMU_REG_PRIQ_IRQ_CFG1, SMMU_GERROR_MSI_PRIQ_ABT_ERR,
		IOMMU_UNIT_SMMUV3_IRQ_PRIQ,
	},
	[MOCK_SMMU_IRQ_GERROR] = {
		SMMU_IRQ_CTRL_GERROR, SMMU_REG_GERROR_IRQ_CFG0,
		SMMU_REG_GERROR_IRQ_CFG1, SMMU_GERROR_MSI_GERROR_ABT_ERR,
		IOMMU_UNIT_SMMUV3_IRQ_GERROR,
	},
};

/* A message to @addr, or a pulse. False if the message was aborted */
static bool mock_smmu_irq_send(struct mock_smmu *m, u64 addr, u32 data, u8 line)
{
	if ((m->idr[0] & SMMU_IDR0_MSI) && addr)
		return mock_smmu_send_msi(m, mock_smmu_pa(m, addr), data);
	mock_smmu_send_line(m, line);
	return true;
}

/**
 * mock_smmu_irq_raise - raise an interrupt if its source is enabled
 * @m: the SMMU
 * @irq: the source
 */
void mock_smmu_irq_raise(struct mock_smmu *m, enum mock_smmu_irq irq)
{
	if (!(mock_smmu_reg32(m, SMMU_REG_IRQ_CTRLACK) &
	      mock_smmu_irqs[irq].enable))
		return;
	if (!mock_smmu_irq_send(m, mock_smmu_reg64(m, mock_smmu_irqs[irq].cfg0),
				mock_smmu_reg32(m, mock_smmu_irqs[irq].cfg1),
				mock_smmu_irqs[irq].line))
		mock_smmu_gerror_set(m, mock_smmu_irqs[irq].abort);
}

/**
 * mock_smmu_sync_signal - CMD_SYNC with CS = SIG_IRQ has completed (4.7.3)
 * @m: the SMMU
 * @addr: MSIAddress
 * @data: MSIData
 */
void mock_smmu_sync_signal(struct mock_smmu *m, u64 addr, u32 data)
{
	if (!mock_smmu_irq_send(m, addr, data, IOMMU_UNIT_SMMUV3_IRQ_SYNC))
		mock_smmu_gerror_set(m, SMMU_GERROR_MSI_CMDQ_ABT_ERR);
}

/**
 * mock_smmu_gerror_active - is a global error active?
 * @m: the SMMU
 * @bit: SMMU_GERROR_*
 *
 * Return: it is
 */
bool mock_smmu_gerror_active(const struct mock_smmu *m, u32 bit)
{
	return (mock_smmu_reg32(m, SMMU_REG_GERROR) ^
		mock_smmu_reg32(m, SMMU_REG_GERRORN)) & bit;
}

/**
 * mock_smmu_gerror_set - a global error has occurred
 * @m: the SMMU
 * @bit: SMMU_GERROR_*
 */
void mock_smmu_gerror_set(struct mock_smmu *m, u32 bit)
{
	if (mock_smmu_gerror_active(m, bit))
		return;
	mock_smmu_reg_set32(m, SMMU_REG_GERROR, mock_smmu_reg32(m, SMMU_REG_GERROR) ^ bit);
	/* 7.5.1: another message to the same address would abort again */
	if (bit != SMMU_GERROR_MSI_GERROR_ABT_ERR)
		mock_smmu_irq_raise(m, MOCK_SMMU_IRQ_GERROR);
}

/**
 * mock_smmu_gerror_acked - software has acknowledged global errors
 * @m: the SMMU
 * @bits: SMMU_GERROR_* that are not active any more
 */
void mock_smmu_gerror_acked(struct mock_smmu *m, u32 bits)
{
	if (bits & SMMU_GERROR_EVENTQ_ABT_ERR)
		mock_smmu_evtq_changed(m);
	if (bits & SMMU_GERROR_CMDQ_ERR)
		mock_smmu_cmdq_kick(m);
}
