/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Units that firmware describes, and PCI devices behind them
 */
#ifndef __INTEL_NESTED_FIRMWARE_H
#define __INTEL_NESTED_FIRMWARE_H

#include "intel_nested.h"

struct platform_device;
struct vtd_dmar;

/**
 * vtd_may_do_dma - may the driver of a PCI device have given it physical addresses?
 * @bound: it has a driver
 * @master: the device can be a bus master now
 * @leaves_dma: it is of the kind that leaves DMA to userspace
 *
 * A driver may make it one later, with addresses that it has got already.
 *
 * Return: true if it may
 */
static inline bool vtd_may_do_dma(bool bound, bool master, bool leaves_dma)
{
	return bound && (master || !leaves_dma);
}

/* regs.c */
int vtd_regs_find(struct vtd_unit *unit, struct platform_device *pdev);
void vtd_regs_unmap(struct vtd_unit *unit);

/* alias.c */
int vtd_device_aliases(struct vtd_device *edev, int (*fn)(u16 sid, void *data),
		       void *data);
int vtd_alias_add(struct vtd_device *edev);
void vtd_alias_del(struct vtd_device *edev);

struct pci_dev;

/* firmware.c */
int vtd_firmware_find(struct vtd_unit *unit, struct platform_device *pdev);
void vtd_firmware_free(struct vtd_unit *unit);

#if IS_ENABLED(CONFIG_ACPI) && IS_ENABLED(CONFIG_PCI)
/* acpi.c */
const struct vtd_dmar *vtd_acpi_table(void);
int vtd_acpi_init(void);
void vtd_acpi_exit(void);
u32 vtd_acpi_errata(void);
#else
static inline const struct vtd_dmar *vtd_acpi_table(void)
{
	return NULL;
}

static inline int vtd_acpi_init(void)
{
	return 0;
}

static inline void vtd_acpi_exit(void)
{
}

static inline u32 vtd_acpi_errata(void)
{
	return 0;
}
#endif

#if IS_ENABLED(CONFIG_PCI)
/* pci.c */
struct vtd_unit *vtd_pci_unit(struct pci_dev *pdev);
int vtd_pci_aliases(struct pci_dev *pdev, int (*fn)(u16 sid, void *data),
		    void *data);
void vtd_pci_enable(struct vtd_device *edev);
void vtd_pci_disable(struct vtd_device *edev);
void vtd_pci_resv_regions(const struct vtd_device *edev, struct list_head *head);

/* kept.c */
int vtd_kept_init(void);
void vtd_kept_exit(void);
void vtd_keep_devices(struct vtd_unit *unit);
void vtd_kept_release(struct vtd_unit *unit);
#else
static inline struct vtd_unit *vtd_pci_unit(struct pci_dev *pdev)
{
	return NULL;
}

static inline int vtd_pci_aliases(struct pci_dev *pdev,
				  int (*fn)(u16 sid, void *data), void *data)
{
	return 0;
}

static inline void vtd_pci_enable(struct vtd_device *edev)
{
}

static inline void vtd_pci_disable(struct vtd_device *edev)
{
}

static inline void vtd_pci_resv_regions(const struct vtd_device *edev,
					struct list_head *head)
{
}

static inline int vtd_kept_init(void)
{
	return 0;
}

static inline void vtd_kept_exit(void)
{
}

static inline void vtd_keep_devices(struct vtd_unit *unit)
{
}

static inline void vtd_kept_release(struct vtd_unit *unit)
{
}
#endif

/* irq_x86.c */
#ifdef CONFIG_X86_LOCAL_APIC
void vtd_irq_alloc(struct vtd_unit *unit, unsigned int index);
void vtd_irq_free(struct vtd_unit *unit, unsigned int index);
void vtd_irq_exit(void);
#else
static inline void vtd_irq_alloc(struct vtd_unit *unit, unsigned int index)
{
}

static inline void vtd_irq_free(struct vtd_unit *unit, unsigned int index)
{
}

static inline void vtd_irq_exit(void)
{
}
#endif

#endif /* __INTEL_NESTED_FIRMWARE_H */
