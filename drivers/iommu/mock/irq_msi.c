// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: interrupt messages of a unit
 *
 * The unit's node has the interrupt controller as its "msi-parent". What the controller
 * composes is what a driver programs into the unit, and what irq.c recognises when the
 * unit sends it. A message's number is its index among those of the driver, whatever
 * that uses it for.
 */
#include <linux/irq.h>
#include <linux/irqdomain.h>
#include <linux/msi.h>

#include "core.h"
#include "irq.h"

static int unit_msi_alloc(struct irq_domain *domain, unsigned int virq,
			  unsigned int nr_irqs, void *arg)
{
	struct msi_desc *desc = ((msi_alloc_info_t *)arg)->desc;
	struct mock_instance *inst = domain->host_data;
	struct mock_edge *edge;

	if (nr_irqs != 1)
		return -EINVAL;
	if (desc->msi_index >= ARRAY_SIZE(inst->msis))
		return -ENOSPC;
	edge = &inst->msis[desc->msi_index].edge;
	irq_domain_set_info(domain, virq, desc->msi_index, &mock_irq_chip, edge,
			    handle_edge_irq, NULL, NULL);
	mock_edge_connect(edge, virq, true);
	return 0;
}

static void unit_msi_free(struct irq_domain *domain, unsigned int virq,
			  unsigned int nr_irqs)
{
	struct irq_data *d = irq_domain_get_irq_data(domain, virq);

	mock_irq_disconnect(d);
	irq_domain_reset_irq_data(d);
}

static const struct irq_domain_ops unit_msi_ops = {
	.alloc = unit_msi_alloc,
	.free = unit_msi_free,
};

static bool unit_msi_init_dev(struct device *dev, struct irq_domain *domain,
			      struct irq_domain *parent, struct msi_domain_info *info)
{
	if (info->bus_token != DOMAIN_BUS_DEVICE_MSI)
		return false;
	info->flags = MSI_FLAG_USE_DEF_DOM_OPS | MSI_FLAG_FREE_MSI_DESCS |
		      MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS;
	info->chip->irq_ack = irq_chip_ack_parent;
	return true;
}

static const struct msi_parent_ops unit_msi_parent_ops = {
	.bus_select_token = DOMAIN_BUS_PLATFORM_MSI,
	.prefix = "mock-unit-",
	.init_dev_msi_info = unit_msi_init_dev,
};

/**
 * mock_irq_msi_create() - make the domain of a unit's messages
 * @inst: the instance, with the node of its interrupt controller
 *
 * Return: 0 or -ENOMEM
 */
int mock_irq_msi_create(struct mock_instance *inst)
{
	struct irq_domain_info info = {
		.fwnode = inst->irq_node,
		.ops = &unit_msi_ops,
		.host_data = inst,
	};

	inst->msi_domain = msi_create_parent_irq_domain(&info, &unit_msi_parent_ops);
	return inst->msi_domain ? 0 : -ENOMEM;
}

/**
 * mock_irq_msi_destroy() - undo mock_irq_msi_create()
 * @inst: the instance, whose unit's device is gone
 */
void mock_irq_msi_destroy(struct mock_instance *inst)
{
	if (inst->msi_domain)
		irq_domain_remove(inst->msi_domain);
	inst->msi_domain = NULL;
}
