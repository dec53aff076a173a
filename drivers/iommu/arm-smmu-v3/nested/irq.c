// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts of a unit: messages or wires, one for each queue or one for all
 */
#include <linux/device.h>
#include <linux/interrupt.h>
#include <linux/msi.h>

#include "arm_smmu_v3_nested.h"
#include "event.h"
#include "queue.h"

static const struct {
	u32 cfg0;
	u32 cfg1;
	u32 cfg2;
	u32 enable;
	const char *name;
} irq_regs[] = {
	[IOMMU_UNIT_SMMUV3_IRQ_EVTQ] = {
		SMMU_REG_EVTQ_IRQ_CFG0, SMMU_REG_EVTQ_IRQ_CFG1,
		SMMU_REG_EVTQ_IRQ_CFG2, SMMU_IRQ_CTRL_EVENTQ, "evtq",
	},
	[IOMMU_UNIT_SMMUV3_IRQ_GERROR] = {
		SMMU_REG_GERROR_IRQ_CFG0, SMMU_REG_GERROR_IRQ_CFG1,
		SMMU_REG_GERROR_IRQ_CFG2, SMMU_IRQ_CTRL_GERROR, "gerror",
	},
	[IOMMU_UNIT_SMMUV3_IRQ_PRIQ] = {
		SMMU_REG_PRIQ_IRQ_CFG0, SMMU_REG_PRIQ_IRQ_CFG1,
		SMMU_REG_PRIQ_IRQ_CFG2, SMMU_IRQ_CTRL_PRIQ, "priq",
	},
};

static bool smmu3_irq_exists(const struct smmu3_unit *unit, unsigned int i)
{
	return i != IOMMU_UNIT_SMMUV3_IRQ_PRIQ || unit->priq.ring;
}

static void smmu3_irq_program(struct smmu3_unit *unit, unsigned int i, u64 addr,
			      u32 data)
{
	smmu3_write64(unit, irq_regs[i].cfg0, addr & SMMU_IRQ_CFG0_ADDR);
	smmu3_write32(unit, irq_regs[i].cfg1, data);
	smmu3_write32(unit, irq_regs[i].cfg2,
		      FIELD_PREP(SMMU_IRQ_CFG2_MEMATTR,
				 SMMU_MEMATTR_DEVICE_NGNRE));
}

#ifdef CONFIG_GENERIC_MSI_IRQ
/* Called when a message is made, and when its interrupt moves to another CPU */
static void smmu3_write_msi_msg(struct msi_desc *desc, struct msi_msg *msg)
{
	struct smmu3_unit *unit = dev_get_drvdata(msi_desc_to_dev(desc));
	struct iommu_unit_irq *irq = &unit->irqs[desc->msi_index];

	irq->msi_addr = (u64)msg->address_hi << 32 | msg->address_lo;
	irq->msi_data = msg->data;
	smmu3_irq_program(unit, desc->msi_index, irq->msi_addr, irq->msi_data);
}

/**
 * smmu3_irq_alloc_msis - get messages from the platform, if it has any
 * @unit: the unit, its device's driver data
 *
 * Without them the wired interrupts of the firmware are used.
 */
void smmu3_irq_alloc_msis(struct smmu3_unit *unit)
{
	unsigned int i, nr = unit->priq.ring ? 3 : 2;
	int ret;

	if (!(unit->idr[0] & SMMU_IDR0_MSI) || !dev_get_msi_domain(unit->dev))
		return;
	ret = platform_device_msi_init_and_alloc_irqs(unit->dev, nr,
						      smmu3_write_msi_msg);
	if (ret) {
		dev_warn(unit->dev, "no messages for interrupts: %d\n", ret);
		return;
	}
	unit->msis = true;
	unit->combined_irq = 0;
	for (i = 0; i < nr; i++)
		unit->irqs[i].irq = msi_get_virq(unit->dev, i);
}

static void smmu3_irq_free_msis(struct smmu3_unit *unit)
{
	if (unit->msis)
		platform_device_msi_free_irqs_all(unit->dev);
	unit->msis = false;
}
#else
void smmu3_irq_alloc_msis(struct smmu3_unit *unit)
{
}

static void smmu3_irq_free_msis(struct smmu3_unit *unit)
{
}
#endif

/*
 * All are edges: one that comes while the thread runs has it run again. Masking
 * the interrupt for that long would lose it.
 */
static irqreturn_t smmu3_irq_wake(int irq, void *data)
{
	return IRQ_WAKE_THREAD;
}

static irqreturn_t smmu3_evtq_thread(int irq, void *data)
{
	smmu3_evtq_drain(data);
	return IRQ_HANDLED;
}

static irqreturn_t smmu3_priq_thread(int irq, void *data)
{
	smmu3_priq_drain(data);
	return IRQ_HANDLED;
}

static irqreturn_t smmu3_gerror_hardirq(int irq, void *data)
{
	smmu3_gerror_irq(data);
	return IRQ_HANDLED;
}

static irqreturn_t smmu3_combined_irq(int irq, void *data)
{
	smmu3_gerror_irq(data);
	return IRQ_WAKE_THREAD;
}

static irqreturn_t smmu3_combined_thread(int irq, void *data)
{
	struct smmu3_unit *unit = data;

	smmu3_evtq_drain(unit);
	if (unit->priq.ring)
		smmu3_priq_drain(unit);
	return IRQ_HANDLED;
}

static int smmu3_irq_request(struct smmu3_unit *unit, unsigned int i)
{
	const char *name = dev_name(unit->dev);
	unsigned int irq = unit->irqs[i].irq;

	switch (i) {
	case IOMMU_UNIT_SMMUV3_IRQ_EVTQ:
		return request_threaded_irq(irq, smmu3_irq_wake,
					    smmu3_evtq_thread, 0, name, unit);
	case IOMMU_UNIT_SMMUV3_IRQ_PRIQ:
		return request_threaded_irq(irq, smmu3_irq_wake,
					    smmu3_priq_thread, 0, name, unit);
	default:
		return request_irq(irq, smmu3_gerror_hardirq, 0, name, unit);
	}
}

/**
 * smmu3_irq_init - request the interrupts of a unit
 * @unit: the unit, which raises none yet
 *
 * Return: 0, or the error of requesting one
 */
int smmu3_irq_init(struct smmu3_unit *unit)
{
	unsigned int i;
	int ret;

	if (unit->combined_irq) {
		ret = request_threaded_irq(unit->combined_irq, smmu3_combined_irq,
					   smmu3_combined_thread, 0,
					   dev_name(unit->dev), unit);
		if (ret)
			unit->combined_irq = 0;
		return ret;
	}

	for (i = 0; i < ARRAY_SIZE(irq_regs); i++) {
		if (!smmu3_irq_exists(unit, i))
			continue;
		if (!unit->irqs[i].irq) {
			dev_warn(unit->dev, "no %s interrupt\n",
				 irq_regs[i].name);
			continue;
		}
		ret = smmu3_irq_request(unit, i);
		if (ret)
			goto err;
		unit->irqs_on |= BIT(i);
	}
	return 0;

err:
	smmu3_irq_exit(unit);
	return ret;
}

/**
 * smmu3_irq_exit - undo smmu3_irq_init() and smmu3_irq_alloc_msis()
 * @unit: the unit, which raises none any more
 */
void smmu3_irq_exit(struct smmu3_unit *unit)
{
	unsigned int i;

	if (unit->combined_irq)
		free_irq(unit->combined_irq, unit);
	unit->combined_irq = 0;
	for (i = 0; i < ARRAY_SIZE(irq_regs); i++)
		if (unit->irqs_on & BIT(i))
			free_irq(unit->irqs[i].irq, unit);
	unit->irqs_on = 0;
	smmu3_irq_free_msis(unit);
}

/**
 * smmu3_irq_enable - have a unit raise its interrupts
 * @unit: the unit, which raises none yet
 *
 * Without IDR0.MSI the registers of messages do not exist. An address of zero
 * is no message but the wire (3.18).
 *
 * Context: process context.
 * Return: 0 or -ETIMEDOUT
 */
int smmu3_irq_enable(struct smmu3_unit *unit)
{
	u32 enable = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(irq_regs); i++) {
		const struct iommu_unit_irq *irq = &unit->irqs[i];

		if (!smmu3_irq_exists(unit, i))
			continue;
		if (unit->combined_irq || unit->irqs_on & BIT(i))
			enable |= irq_regs[i].enable;
		if (unit->idr[0] & SMMU_IDR0_MSI)
			smmu3_irq_program(unit, i, irq->msi_addr,
					  irq->msi_data);
	}
	return smmu3_irq_ctrl(unit, enable);
}
