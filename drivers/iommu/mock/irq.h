/* SPDX-License-Identifier: GPL-2.0-only */
/* Mock IOMMU: what the files about a unit's interrupts share */
#ifndef __IOMMU_MOCK_IRQ_H
#define __IOMMU_MOCK_IRQ_H

#include <linux/irq.h>

struct mock_instance;

/* What the message of the first interrupt says */
#define MOCK_IRQ_FIRST_DATA	0x30

/* irq.c */
extern struct irq_chip mock_irq_chip;
void mock_irq_disconnect(struct irq_data *d);

/* irq_msi.c */
#ifdef CONFIG_IRQ_MSI_IOMMU
int mock_irq_msi_create(struct mock_instance *inst);
void mock_irq_msi_destroy(struct mock_instance *inst);
#else
/* The unit has wires only */
static inline int mock_irq_msi_create(struct mock_instance *inst)
{
	return 0;
}

static inline void mock_irq_msi_destroy(struct mock_instance *inst)
{
}
#endif

#endif /* __IOMMU_MOCK_IRQ_H */
