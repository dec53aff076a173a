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
} smmu_irqs[SMMU_IRQ_NR] = {
	[SMMU_IRQ_EVTQ] = {
		SMMU_IRQ_CTRL_EVENTQ, SMMU_REG_EVTQ_IRQ_CFG0,
		SMMU_REG_EVTQ_IRQ_CFG1, SMMU_GERROR_MSI_EVENTQ_ABT_ERR,
		IOMMU_UNIT_SMMUV3_IRQ_EVTQ,
	},
	[SMMU_IRQ_PRIQ] = {
		SMMU_IRQ_CTRL_PRIQ, SMMU_REG_PRIQ_IRQ_CFG0,
		SMMU_REG_PRIQ_IRQ_CFG1, SMMU_GERROR_MSI_PRIQ_ABT_ERR,
		IOMMU_UNIT_SMMUV3_IRQ_PRIQ,
	},
	[SMMU_IRQ_GERROR] = {
		SMMU_IRQ_CTRL_GERROR, SMMU_REG_GERROR_IRQ_CFG0,
		SMMU_REG_GERROR_IRQ_CFG1, SMMU_GERROR_MSI_GERROR_ABT_ERR,
		IOMMU_UNIT_SMMUV3_IRQ_GERROR,
	},
};

/* A message to @addr, or a pulse. False if the message was aborted */
static bool smmu_irq_send(struct smmu_model *m, u64 addr, u32 data, u8 line)
{
	if ((m->idr[0] & SMMU_IDR0_MSI) && addr)
		return smmu_send_msi(m, smmu_pa(m, addr), data);
	smmu_send_line(m, line);
	return true;
}

/**
 * smmu_irq_raise - raise an interrupt if its source is enabled
 * @m: the SMMU
 * @irq: the source
 */
void smmu_irq_raise(struct smmu_model *m, enum smmu_irq irq)
{
	if (!(smmu_reg32(m, SMMU_REG_IRQ_CTRLACK) & smmu_irqs[irq].enable))
		return;
	if (!smmu_irq_send(m, smmu_reg64(m, smmu_irqs[irq].cfg0),
			   smmu_reg32(m, smmu_irqs[irq].cfg1),
			   smmu_irqs[irq].line))
		smmu_gerror_set(m, smmu_irqs[irq].abort);
}

/**
 * smmu_sync_signal - CMD_SYNC with CS = SIG_IRQ has completed (4.7.3)
 * @m: the SMMU
 * @addr: MSIAddress
 * @data: MSIData
 */
void smmu_sync_signal(struct smmu_model *m, u64 addr, u32 data)
{
	if (!smmu_irq_send(m, addr, data, IOMMU_UNIT_SMMUV3_IRQ_SYNC))
		smmu_gerror_set(m, SMMU_GERROR_MSI_CMDQ_ABT_ERR);
}

/**
 * smmu_gerror_active - is a global error active?
 * @m: the SMMU
 * @bit: SMMU_GERROR_*
 *
 * Return: it is
 */
bool smmu_gerror_active(const struct smmu_model *m, u32 bit)
{
	return (smmu_reg32(m, SMMU_REG_GERROR) ^
		smmu_reg32(m, SMMU_REG_GERRORN)) & bit;
}

/**
 * smmu_gerror_set - a global error has occurred
 * @m: the SMMU
 * @bit: SMMU_GERROR_*
 */
void smmu_gerror_set(struct smmu_model *m, u32 bit)
{
	if (smmu_gerror_active(m, bit))
		return;
	smmu_reg_set32(m, SMMU_REG_GERROR, smmu_reg32(m, SMMU_REG_GERROR) ^ bit);
	/* 7.5.1: another message to the same address would abort again */
	if (bit != SMMU_GERROR_MSI_GERROR_ABT_ERR)
		smmu_irq_raise(m, SMMU_IRQ_GERROR);
}

/**
 * smmu_gerror_acked - software has acknowledged global errors
 * @m: the SMMU
 * @bits: SMMU_GERROR_* that are not active any more
 */
void smmu_gerror_acked(struct smmu_model *m, u32 bits)
{
	if (bits & SMMU_GERROR_EVENTQ_ABT_ERR)
		smmu_evtq_changed(m);
	if (bits & SMMU_GERROR_CMDQ_ERR)
		smmu_cmdq_kick(m);
}
