/* SPDX-License-Identifier: GPL-2.0-only */
/* Functions of a PCI bus, as sysfs has them: found, and given to vfio-pci */
#ifndef HW_PCI_H
#define HW_PCI_H

#include <stddef.h>
#include <stdint.h>

#define PCI_NAME_SIZE	16
#define VFIO_NAME_SIZE	32
#define PCI_SYSFS	"/sys/bus/pci"

/**
 * struct pci - a function
 * @name: as in 0000:00:04.0
 * @rid: its requester ID
 * @vfio: name of its VFIO device, once it has one
 */
struct pci {
	char name[PCI_NAME_SIZE];
	uint16_t rid;
	char vfio[VFIO_NAME_SIZE];
};

/* All return 0 or a negative errno. */

/* The @nth function of that identity, in the order of their names */
int pci_find(struct pci *pci, uint16_t vendor, uint16_t device,
	     unsigned int nth);
/* Take it from its driver, if it has one, and give it to vfio-pci */
int pci_to_vfio(struct pci *pci);
/* Take it from its driver, and let no other have it */
int pci_unbind(struct pci *pci);
/* What its IOMMU group is attached to: DMA, DMA-FQ, identity, blocked */
int pci_domain_type(const struct pci *pci, char *buf, size_t size);

#endif /* HW_PCI_H */
