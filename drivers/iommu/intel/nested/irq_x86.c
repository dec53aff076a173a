// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts of units that firmware describes
 *
 * A unit sends messages by itself, from address and data in its registers: a
 * small interrupt domain on top of the CPUs' vectors fills these in. There is no
 * interrupt remapping: a kernel that remaps interrupts has the units already, and
 * this driver keeps away.
 */
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdomain.h>
#include <linux/msi.h>
#include <linux/mutex.h>
#include <asm/irqdomain.h>

#include "firmware.h"
#include "intel_nested.h"

static struct irq_domain *vtd_irq_domain;
static DEFINE_MUTEX(vtd_irq_lock);

/* The message of the vector that the CPU has chosen, to where it is sent from */
static void vtd_irq_write_message(struct irq_data *data)
{
	struct vtd_irq *irq = data->chip_data;
	struct irq_data *vector = data->parent_data;
	struct iommu_unit_irq *own = &irq->unit->platform.irqs[irq->index];
	struct msi_msg msg = {};

	vector->chip->irq_compose_msi_msg(vector, &msg);
	own->msi_addr = (u64)msg.address_hi << 32 | msg.address_lo;
	own->msi_data = msg.data;
	vtd_irq_program(irq->unit, irq->index);
}

static int vtd_irq_set_affinity(struct irq_data *data,
				const struct cpumask *dest, bool force)
{
	int ret = irq_chip_set_affinity_parent(data, dest, force);

	if (ret >= 0 && ret != IRQ_SET_MASK_OK_DONE)
		vtd_irq_write_message(data);
	return ret;
}

static struct irq_chip vtd_irq_chip = {
	.name = "VTD-MSI",
	.irq_ack = irq_chip_ack_parent,
	.irq_retrigger = irq_chip_retrigger_hierarchy,
	.irq_set_affinity = vtd_irq_set_affinity,
	.flags = IRQCHIP_SKIP_SET_WAKE | IRQCHIP_MOVE_DEFERRED |
		 IRQCHIP_AFFINITY_PRE_STARTUP,
};

static int vtd_irq_domain_alloc(struct irq_domain *domain, unsigned int virq,
				unsigned int nr, void *arg)
{
	struct irq_alloc_info *info = arg;
	int ret;

	ret = irq_domain_alloc_irqs_parent(domain, virq, nr, arg);
	if (ret < 0)
		return ret;
	irq_domain_set_info(domain, virq, virq, &vtd_irq_chip, info->data,
			    handle_edge_irq, NULL, "edge");
	return 0;
}

static int vtd_irq_domain_activate(struct irq_domain *domain,
				   struct irq_data *data, bool reserve)
{
	vtd_irq_write_message(data);
	return 0;
}

static const struct irq_domain_ops vtd_irq_domain_ops = {
	.alloc = vtd_irq_domain_alloc,
	.free = irq_domain_free_irqs_top,
	.activate = vtd_irq_domain_activate,
};

static struct irq_domain *vtd_irq_domain_get(void)
{
	struct fwnode_handle *fwnode;

	guard(mutex)(&vtd_irq_lock);

	if (vtd_irq_domain || !x86_vector_domain)
		return vtd_irq_domain;
	fwnode = irq_domain_alloc_named_fwnode("VTD-MSI");
	if (!fwnode)
		return NULL;
	vtd_irq_domain = irq_domain_create_hierarchy(x86_vector_domain, 0, 0,
						     fwnode,
						     &vtd_irq_domain_ops, NULL);
	if (!vtd_irq_domain)
		irq_domain_free_fwnode(fwnode);
	return vtd_irq_domain;
}

/**
 * vtd_irq_alloc - get an interrupt for a unit that firmware describes
 * @unit: the unit
 * @index: IOMMU_UNIT_VTD_IRQ_*
 *
 * Without one the unit's platform.irqs[].irq stays zero, and the driver
 * polls instead.
 */
void vtd_irq_alloc(struct vtd_unit *unit, unsigned int index)
{
	struct irq_alloc_info info = { .type = X86_IRQ_ALLOC_TYPE_DMAR };
	struct vtd_irq *irq = &unit->irqs[index];
	struct irq_domain *domain = vtd_irq_domain_get();
	int ret;

	if (!domain)
		return;
	irq->unit = unit;
	irq->index = index;
	info.data = irq;
	ret = irq_domain_alloc_irqs(domain, 1, dev_to_node(unit->dev), &info);
	if (ret > 0)
		unit->platform.irqs[index].irq = ret;
}

/**
 * vtd_irq_free - give back what vtd_irq_alloc() got
 * @unit: the unit
 * @index: IOMMU_UNIT_VTD_IRQ_*
 */
void vtd_irq_free(struct vtd_unit *unit, unsigned int index)
{
	struct iommu_unit_irq *own = &unit->platform.irqs[index];

	/* It may be the platform's */
	if (!unit->irqs[index].unit)
		return;
	if (own->irq)
		irq_domain_free_irqs(own->irq, 1);
	own->irq = 0;
}

/**
 * vtd_irq_exit - no unit has an interrupt any more
 */
void vtd_irq_exit(void)
{
	struct fwnode_handle *fwnode;

	if (!vtd_irq_domain)
		return;
	fwnode = vtd_irq_domain->fwnode;
	irq_domain_remove(vtd_irq_domain);
	irq_domain_free_fwnode(fwnode);
	vtd_irq_domain = NULL;
}
