// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: interrupts of a unit
 *
 * irq_sim has the interrupts. They are raised by an irq_work of ours, not by
 * irq_sim's pending bits: its loop over these never ends when an interrupt is
 * raised while one with a higher number is handled, and what it has pending
 * cannot be waited for before a mapping is disposed of.
 */
#include <linux/err.h>
#include <linux/irq.h>
#include <linux/irq_sim.h>
#include <linux/irqdesc.h>
#include <linux/irqdomain.h>
#include <linux/lockdep.h>

#include "core.h"

/*
 * Where there is no doorbell, interrupt messages go here: a processor's number in
 * bits 19 to 12
 */
#define MSI_ADDR_BASE	0xfee00000ULL
#define MSI_ADDR(cpu)	(MSI_ADDR_BASE | (u64)((cpu) & 0xff) << 12)
#define MSI_FIRST_DATA	0x30

static void mock_irq_work(struct irq_work *work)
{
	struct mock_irq *mirq = container_of(work, struct mock_irq, work);

	generic_handle_irq(mirq->irq);
}

/**
 * mock_irqs_create() - make an instance's interrupts
 * @inst: the instance, with its firmware node and doorbell
 *
 * Return: 0 or -ENOMEM
 */
int mock_irqs_create(struct mock_instance *inst)
{
	const struct mock_its *its = inst->mi.its;
	const u64 addr = its ? its->doorbell : MSI_ADDR(inst->id);
	struct irq_domain *domain;
	int i;

	domain = irq_domain_create_sim(inst->node, ARRAY_SIZE(inst->irqs));
	if (IS_ERR(domain))
		return PTR_ERR(domain);
	inst->domain = domain;

	for (i = 0; i < ARRAY_SIZE(inst->irqs); i++) {
		struct mock_irq *mirq = &inst->irqs[i];

		mirq->work = IRQ_WORK_INIT_HARD(mock_irq_work);
		mirq->addr = addr;
		mirq->data = MSI_FIRST_DATA + i;
		mirq->irq = irq_create_mapping(domain, i);
		if (!mirq->irq) {
			mock_irqs_destroy(inst);
			return -ENOMEM;
		}
	}
	return 0;
}

/**
 * mock_irqs_destroy() - undo mock_irqs_create()
 * @inst: the instance; nobody raises or has requested its interrupts any more
 */
void mock_irqs_destroy(struct mock_instance *inst)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(inst->irqs); i++) {
		struct mock_irq *mirq = &inst->irqs[i];

		if (!mirq->irq)
			continue;
		irq_work_sync(&mirq->work);
		irq_dispose_mapping(mirq->irq);
		mirq->irq = 0;
	}
	irq_domain_remove_sim(inst->domain);
	inst->domain = NULL;
}

static void irq_raise(struct mock_iommu *mi, struct mock_irq *mirq)
{
	if (!mock_misbehave_take(mi, MOCK_MISBEHAVE_IRQ_LOST) && mirq->irq)
		irq_work_queue(&mirq->work);
}

/**
 * mock_iommu_msi() - a unit sends a message signalled interrupt
 * @mi: the instance
 * @addr: message address as it was programmed
 * @data: message data as it was programmed
 *
 * Context: &mock_iommu.lock is held
 * Return: the message is one of the unit's interrupts. Another one is for
 * whatever is at its address
 */
bool mock_iommu_msi(struct mock_iommu *mi, u64 addr, u32 data)
{
	struct mock_instance *inst = mock_to_instance(mi);
	int i;

	lockdep_assert_held(&mi->lock);
	for (i = 0; i < ARRAY_SIZE(inst->irqs); i++) {
		struct mock_irq *mirq = &inst->irqs[i];

		if (mirq->addr == addr && mirq->data == data) {
			irq_raise(mi, mirq);
			return true;
		}
	}
	return false;
}

/**
 * mock_iommu_line() - a unit pulses a wired interrupt
 * @mi: the instance
 * @index: which of its interrupts
 *
 * Context: &mock_iommu.lock is held
 */
void mock_iommu_line(struct mock_iommu *mi, unsigned int index)
{
	struct mock_instance *inst = mock_to_instance(mi);

	lockdep_assert_held(&mi->lock);
	if (index < ARRAY_SIZE(inst->irqs))
		irq_raise(mi, &inst->irqs[index]);
}
