// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's VT-d driver in UML: interrupts of a unit
 *
 * On x86 a unit's message is a processor's vector. Here the platform has interrupts
 * for each unit, and says which message raises which: an interrupt of the driver's is
 * that message, in the unit's registers, and is handled when the platform's is.
 */
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdomain.h>
#include <linux/msi.h>

#include "shim.h"
#include "iommu.h"
#include "platform.h"

static struct irq_domain *in_tree_irqs;

/* The unit remembers a message while it is masked there */
static void in_tree_irq_ack(struct irq_data *data)
{
}

static struct irq_chip in_tree_irq_chip = {
	.name = "DMAR-MSI",
	.irq_ack = in_tree_irq_ack,
	.irq_mask = dmar_msi_mask,
	.irq_unmask = dmar_msi_unmask,
	.flags = IRQCHIP_SKIP_SET_WAKE,
};

static int in_tree_irq_map(struct irq_domain *domain, unsigned int irq,
			   irq_hw_number_t hwirq)
{
	irq_set_chip_and_handler_name(irq, &in_tree_irq_chip, handle_edge_irq, "edge");
	return 0;
}

/* The driver knows the number by now: it tells which registers are meant */
static int in_tree_irq_activate(struct irq_domain *domain, struct irq_data *data,
				bool reserve)
{
	const struct iommu_unit_irq *from = irq_data_get_irq_chip_data(data);
	struct msi_msg msg = {
		.address_hi = upper_32_bits(from->msi_addr),
		.address_lo = lower_32_bits(from->msi_addr),
		.data = from->msi_data,
	};

	dmar_msi_write(data->irq, &msg);
	return 0;
}

static const struct irq_domain_ops in_tree_irq_ops = {
	.map = in_tree_irq_map,
	.activate = in_tree_irq_activate,
};

static irqreturn_t in_tree_irq_came(int irq, void *arg)
{
	generic_handle_irq((unsigned long)arg);
	return IRQ_HANDLED;
}

/* The numbers that the driver asks with say what for */
static int in_tree_irq_index(int id)
{
	return id < IOMMU_IRQ_ID_OFFSET_PRQ ? IOMMU_UNIT_VTD_IRQ_FAULT :
					      IOMMU_UNIT_VTD_IRQ_PRQ;
}

/* Get an interrupt for a unit: 0 if there is none */
int dmar_alloc_hwirq(int id, int node, void *arg)
{
	struct intel_iommu *iommu = arg;
	struct in_tree_unit *unit = in_tree_unit_find(iommu->reg_phys);
	int index = in_tree_irq_index(id);
	const struct iommu_unit_irq *from;
	unsigned int irq;

	if (!unit)
		return 0;
	from = &unit->platform->irqs[index];
	irq = irq_create_mapping(in_tree_irqs,
				 unit->pdev->id * IOMMU_UNIT_MAX_IRQS + index);
	if (!irq)
		return 0;
	irq_set_handler_data(irq, iommu);
	irq_set_chip_data(irq, (void *)from);
	if (request_irq(from->irq, in_tree_irq_came, IRQF_NO_THREAD, iommu->name,
			(void *)(unsigned long)irq)) {
		irq_dispose_mapping(irq);
		return 0;
	}
	return irq;
}

/* Undo dmar_alloc_hwirq(); nobody handles it any more */
void dmar_free_hwirq(int irq)
{
	const struct iommu_unit_irq *from = irq_get_chip_data(irq);

	free_irq(from->irq, (void *)(unsigned long)irq);
	irq_dispose_mapping(irq);
}

/**
 * in_tree_irq_init - get ready for units with interrupts
 *
 * Return: 0 or -ENOMEM
 */
int in_tree_irq_init(void)
{
	struct fwnode_handle *fwnode = irq_domain_alloc_named_fwnode("DMAR-MSI");

	if (!fwnode)
		return -ENOMEM;
	in_tree_irqs = irq_domain_create_tree(fwnode, &in_tree_irq_ops, NULL);
	if (in_tree_irqs)
		return 0;
	irq_domain_free_fwnode(fwnode);
	return -ENOMEM;
}
