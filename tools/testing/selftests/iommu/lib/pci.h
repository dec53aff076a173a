/* SPDX-License-Identifier: GPL-2.0-only */
/* PCI functions as sysfs has them */
#ifndef IOMMU_PCI_H
#define IOMMU_PCI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mock.h"

#define PCI_NAME_LEN	24

/* All return 0 or a negative errno unless they say something else. */

/* Endpoint @i as a function: dddd:bb:dd.f, empty while there is none */
int pci_name(const struct mock *m, unsigned int i, char name[PCI_NAME_LEN]);
bool pci_there(const char *name);

/* An attribute of a function, without the end of its line */
int pci_get_text(const char *name, const char *attr, char *buf, size_t size);
int pci_set_text(const char *name, const char *attr, const char *text);
/* What its driver is called, empty if there is none */
int pci_driver(const char *name, char *buf, size_t size);
/* Write a function's name to "bind" or "unbind" of a driver */
int pci_driver_do(const char *driver, const char *what, const char *name);
/* Its virtual function @nr, from 0, once there are any */
int pci_virtual(const char *name, unsigned int nr, char vf[PCI_NAME_LEN]);
/* What VFIO calls it: -ENOENT while VFIO does not have it */
int pci_vfio_name(const char *name, char *buf, size_t size);
/* Number of its IOMMU group */
int pci_group(const char *name);
/* Have the PCI core look for functions on all buses */
int pci_rescan(void);

/* Configuration space, as root sees it; ~0 when it cannot be read */
uint32_t pci_config(const char *name, uint32_t off, size_t len);
int pci_set_config(const char *name, uint32_t off, uint32_t val, size_t len);
/* Offset of a capability or an extended one, 0 if there is none */
uint32_t pci_capability(const char *name, uint8_t id);
uint32_t pci_ext_capability(const char *name, uint16_t id);

#endif /* IOMMU_PCI_H */
