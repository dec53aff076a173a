// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: interrupts of a unit
 *
 * A unit has wires to an interrupt controller of the instance, or sends messages that
 * the controller knows (irq_msi.c). Each is an edge, which a masked interrupt keeps
 * until it is unmasked. They are raised outside the instance's lock.
 */
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/irqdomain.h>
#include <linux/lockdep.h>

#include "core.h"
#include "irq.h"

/* A processor's number is in bits 19 to 12 */
#define MSI_ADDR(cpu)	(MOCK_MSI_PROCESSORS | (u64)((cpu) & 0xff) << 12)

static void unit_irq_call(void *info)
{
	mock_edge_handle(info);
}

/*
 * On another processor, if there is one: this one may wait for the unit with
 * interrupts off, and for what the handler does.
 */
static void unit_irq_send(struct mock_edge *edge)
{
	struct mock_irq *mirq = container_of(edge, struct mock_irq, edge);
	unsigned int cpu = cpumask_any_but(cpu_online_mask, smp_processor_id());
	int ret = -ENXIO;

	lockdep_assert_held(&edge->lock);
	if (cpu < nr_cpu_ids)
		ret = smp_call_function_single_async(cpu, &mirq->csd);
	/* One that is on its way comes later than this */
	if (ret && ret != -EBUSY)
		mock_edge_handle_soon(edge);
}

/* An edge is over when it is seen */
static void unit_irq_ack(struct irq_data *d)
{
}

static void unit_irq_compose(struct irq_data *d, struct msi_msg *msg)
{
	const struct mock_edge *edge = irq_data_get_irq_chip_data(d);
	const struct mock_irq *mirq = container_of(edge, struct mock_irq, edge);

	msg->address_hi = upper_32_bits(mirq->addr);
	msg->address_lo = lower_32_bits(mirq->addr);
	msg->data = mirq->data;
}

/* What its interrupts are to the kernel, wired ones and messages */
struct irq_chip mock_irq_chip = {
	.name = "mock-unit",
	.irq_mask = mock_edge_irq_mask,
	.irq_unmask = mock_edge_irq_unmask,
	.irq_ack = unit_irq_ack,
	.irq_compose_msi_msg = unit_irq_compose,
};

/**
 * mock_irq_disconnect() - a unit's interrupt has no number any more
 * @d: with the interrupt as its chip's data
 *
 * When it returns it is not on its way any more, on whichever processor.
 *
 * Context: process context, sleeps
 */
void mock_irq_disconnect(struct irq_data *d)
{
	mock_edge_disconnect(irq_data_get_irq_chip_data(d));
	kick_all_cpus_sync();
}

static int unit_irq_map(struct irq_domain *domain, unsigned int virq,
			irq_hw_number_t nr)
{
	struct mock_instance *inst = domain->host_data;

	irq_set_chip_and_handler(virq, &mock_irq_chip, handle_edge_irq);
	irq_set_chip_data(virq, &inst->irqs[nr].edge);
	mock_edge_connect(&inst->irqs[nr].edge, virq, true);
	return 0;
}

static void unit_irq_unmap(struct irq_domain *domain, unsigned int virq)
{
	mock_irq_disconnect(irq_get_irq_data(virq));
	irq_set_chip_and_handler(virq, NULL, NULL);
	irq_set_chip_data(virq, NULL);
}

static const struct irq_domain_ops unit_irq_ops = {
	.map = unit_irq_map,
	.unmap = unit_irq_unmap,
	.xlate = irq_domain_xlate_onecell,
};

static void unit_irq_init(struct mock_irq *mirq, u64 addr, u32 data)
{
	mock_edge_init(&mirq->edge);
	mirq->edge.send = unit_irq_send;
	INIT_CSD(&mirq->csd, unit_irq_call, &mirq->edge);
	mirq->addr = addr;
	mirq->data = data;
}

static int irqs_create_domain(struct mock_instance *inst)
{
	const struct irq_domain_info info = {
		.fwnode = inst->irq_node ?: inst->node,
		.size = ARRAY_SIZE(inst->irqs),
		.hwirq_max = ARRAY_SIZE(inst->irqs),
		/* The node has a domain of messages too */
		.bus_token = DOMAIN_BUS_WIRED,
		.ops = &unit_irq_ops,
		.host_data = inst,
	};
	struct irq_domain *domain;
	int i;

	domain = irq_domain_instantiate(&info);
	if (IS_ERR(domain))
		return PTR_ERR(domain);
	inst->domain = domain;
	for (i = 0; i < ARRAY_SIZE(inst->irqs); i++)
		if (!irq_create_mapping(domain, i))
			return -ENOMEM;
	return 0;
}

/**
 * mock_irqs_create() - make an instance's interrupts
 * @inst: the instance, with its firmware nodes and doorbell
 *
 * Return: 0 or -ENOMEM
 */
int mock_irqs_create(struct mock_instance *inst)
{
	const struct mock_its *its = inst->mi.its;
	const u64 addr = its && its->page ? its->doorbell : MSI_ADDR(inst->id);
	int i, ret;

	/* A unit that the device tree describes is told of its messages by their domain */
	for (i = 0; i < ARRAY_SIZE(inst->irqs); i++)
		unit_irq_init(&inst->irqs[i], inst->irq_node ? 0 : addr,
			      MOCK_IRQ_FIRST_DATA + i);
	for (i = 0; i < ARRAY_SIZE(inst->msis); i++)
		unit_irq_init(&inst->msis[i], addr, MOCK_IRQ_FIRST_DATA + i);
	ret = irqs_create_domain(inst);
	if (!ret && inst->irq_node)
		ret = mock_irq_msi_create(inst);
	if (ret)
		mock_irqs_destroy(inst);
	return ret;
}

/**
 * mock_irqs_destroy() - undo mock_irqs_create()
 * @inst: the instance; nobody raises or has requested its interrupts any more
 */
void mock_irqs_destroy(struct mock_instance *inst)
{
	int i;

	mock_irq_msi_destroy(inst);
	if (!inst->domain)
		return;
	for (i = 0; i < ARRAY_SIZE(inst->irqs); i++)
		irq_dispose_mapping(irq_find_mapping(inst->domain, i));
	irq_domain_remove(inst->domain);
	inst->domain = NULL;
}

static void irq_raise(struct mock_iommu *mi, struct mock_irq *mirq)
{
	if (!mock_misbehave_take(mi, MOCK_MISBEHAVE_IRQ_LOST) &&
	    READ_ONCE(mirq->edge.irq))
		mock_edge_raise(&mirq->edge);
}

static bool irqs_send(struct mock_iommu *mi, struct mock_irq *irqs, u64 addr, u32 data)
{
	int i;

	for (i = 0; i < IOMMU_UNIT_MAX_IRQS; i++) {
		if (!irqs[i].edge.irq || irqs[i].addr != addr || irqs[i].data != data)
			continue;
		irq_raise(mi, &irqs[i]);
		return true;
	}
	return false;
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

	lockdep_assert_held(&mi->lock);
	return irqs_send(mi, inst->msis, addr, data) ||
	       irqs_send(mi, inst->irqs, addr, data);
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
