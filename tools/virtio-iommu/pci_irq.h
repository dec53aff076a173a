/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interrupts of a PCI function of ours, by eventfds of the client's
 *
 * What cannot be delivered, for want of an eventfd or because it is masked, is pending
 * and delivered as soon as it can be.
 */
#ifndef VIOMMU_PCI_IRQ_H
#define VIOMMU_PCI_IRQ_H

#include "vfio_user.h"

#define PCI_IRQ_VECTORS	3

struct pci_irq {
	int fd;
	bool masked;
	bool pending;
};

struct pci_irqs {
	struct pci_irq intx;
	bool level;		/* of INTx, which is high until the driver has read why */
	struct pci_irq msix[PCI_IRQ_VECTORS];
};

void pci_irqs_init(struct pci_irqs *irqs);
/* The eventfds go; what is pending stays */
void pci_irqs_drop(struct pci_irqs *irqs);
/* Nothing is pending or masked any more */
void pci_irqs_reset(struct pci_irqs *irqs);
void pci_irqs_describe(uint32_t index, struct vfu_irq *irq);
int pci_irqs_set(struct pci_irqs *irqs, const struct vfu_irq_set *set);
void pci_irqs_msix(struct pci_irqs *irqs, unsigned int vector);
void pci_irqs_intx(struct pci_irqs *irqs, bool level);
/* The pending bits of MSI-X */
uint64_t pci_irqs_pba(const struct pci_irqs *irqs);

#endif
