/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's VT-d driver in UML: names that the rest of an x86 kernel has for it.
 * Headers of x86 are found, for UML runs on its processors; what they declare is not
 * there.
 */
#ifndef IN_TREE_INTEL_SHIM_H
#define IN_TREE_INTEL_SHIM_H

#include <linux/acpi.h>
#include <linux/io.h>
#include <linux/iommu.h>
#include <linux/ktime.h>
#include <linux/mmu_notifier.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/timex.h>

/* Cycles are nanoseconds: UML's own do not count */
#undef get_cycles
#define get_cycles()	((cycles_t)ktime_get_ns())
extern unsigned int tsc_khz;

/* The model looks into the processors' caches, whatever its capabilities say */
static inline void clflush_cache_range(void *addr, unsigned int size)
{
	mb(); /* As strong as what is not needed */
}

/* Addresses of processes, that page requests may be for */
#define __VIRTUAL_MASK_SHIFT	47

/* There is no early mapping when a module is loaded, and no need for one */
static inline void __iomem *early_ioremap(phys_addr_t addr, size_t size)
{
	return ioremap(addr, size);
}

static inline void early_iounmap(void __iomem *base, size_t size)
{
	iounmap(base);
}

/* No kernel without IOMMU_DMA has addresses for devices, so none above 32 bits */
#define iommu_dma_forcedac	in_tree_forcedac
extern bool in_tree_forcedac;

/* The PCI core's own is for what is built in */
#define pci_for_each_dma_alias	in_tree_dma_aliases
typedef int in_tree_alias_fn(struct pci_dev *pdev, u16 alias, void *data);
int in_tree_dma_aliases(struct pci_dev *pdev, in_tree_alias_fn *fn, void *data);

/* A module says that it is one */
#define iommu_device_register	in_tree_register
int in_tree_register(struct iommu_device *iommu, const struct iommu_ops *ops,
		     struct device *hwdev);

/*
 * ACPI, as far as the driver is a client of it: the namespace has no devices that
 * do DMA, and one kind of device that has a _DSM, a unit (acpi.c)
 */
struct acpi_device_physical_node {
	struct list_head node;
	struct device *dev;
};

struct acpi_device {
	struct device dev;
	struct list_head physical_node_list;
	struct mutex physical_node_lock;	/* physical_node_list */
};

static inline struct acpi_device *in_tree_companion(const struct device *dev)
{
	return NULL;
}

static inline struct acpi_device *acpi_fetch_acpi_dev(acpi_handle handle)
{
	return NULL;
}

#undef ACPI_COMPANION
#define ACPI_COMPANION(dev)	in_tree_companion(dev)
#define to_acpi_device(d)	container_of(d, struct acpi_device, dev)
#define acpi_bus_type		in_tree_no_bus
extern const struct bus_type in_tree_no_bus;

#define acpi_check_dsm		in_tree_check_dsm
#define acpi_evaluate_dsm_typed	in_tree_evaluate_dsm
bool in_tree_check_dsm(acpi_handle handle, const guid_t *guid, u64 rev, u64 funcs);
union acpi_object *in_tree_evaluate_dsm(acpi_handle handle, const guid_t *guid, u64 rev,
					u64 func, union acpi_object *args,
					acpi_object_type type);

#undef ACPI_FREE
#define ACPI_FREE(object)	kfree(object)

#endif /* IN_TREE_INTEL_SHIM_H */
