/* SPDX-License-Identifier: GPL-2.0-only */
/* Mock IOMMU: host bridges, behind which endpoints are PCI functions */
#ifndef __IOMMU_MOCK_PCI_HOST_H
#define __IOMMU_MOCK_PCI_HOST_H

#include <linux/async.h>
#include <linux/build_bug.h>
#include <linux/device.h>
#include <linux/ioport.h>
#include <linux/notifier.h>
#include <linux/pci.h>
#include <linux/syscore_ops.h>

#include "../mock-mmio/window.h"
#include "port.h"

struct mock_ep_item;
struct mock_host;
struct mock_instance;
struct pci_host_bridge;

/*
 * Buses of an instance, those behind ports included; each has one part of the window for
 * its functions' BARs
 */
#define MOCK_HOST_MAX_BUSES	8
#define MOCK_HOST_BUS_WINDOW	0x200000

static_assert(MOCK_HOST_BUS_WINDOW == MOCK_PORT_WINDOW);

/**
 * struct mock_host_bus - a root bus
 * @host: whose it is
 * @nr: bus number
 * @node: node in the device tree, if the unit is described there
 * @pdev: platform device of the host bridge
 * @bridge: the host bridge, as the PCI core knows it
 * @numbers: its bus numbers, and those of buses behind its ports
 * @memory: its memory space, likewise: its own comes first
 */
struct mock_host_bus {
	struct mock_host *host;
	u8 nr;
	struct fwnode_handle *node;
	struct platform_device *pdev;
	struct pci_host_bridge *bridge;
	struct resource numbers;
	struct resource memory;
};

/**
 * struct mock_host - host bridges of an instance: one for each bus that has endpoints
 * or ports
 * @inst: the instance
 * @slot: the part of the window for MMIO that BARs are in
 * @mmio: what answers there
 * @intx: interrupt domain of INTx: one of each endpoint
 * @power: tells what functions have done until the power goes
 * @virtual: sees virtual functions come
 * @unit_bound: waits for the unit to have a driver, and functions with it
 * @attaching: of the latest attempt to attach functions, then
 * @nr_buses: how many there are
 * @buses: they
 * @nr_ports: how many root ports there are
 * @ports: they
 */
struct mock_host {
	struct mock_instance *inst;
	struct mock_mmio_slot *slot;
	struct mock_mmio_device mmio;
	struct irq_domain *intx;
	struct syscore power;
	struct notifier_block virtual;
	struct notifier_block unit_bound;
	async_cookie_t attaching;
	unsigned int nr_buses;
	struct mock_host_bus buses[MOCK_HOST_MAX_BUSES];
	unsigned int nr_ports;
	struct mock_port ports[MOCK_HOST_MAX_BUSES];
};

#ifdef CONFIG_IOMMU_MOCK_PCI
/* pci_host.c */
int mock_host_create(struct mock_instance *inst);
void mock_host_destroy(struct mock_instance *inst);
int mock_host_start(struct mock_instance *inst);
void mock_host_stop(struct mock_instance *inst);

/* pci_place.c */
int mock_host_place(struct mock_host *host);
void mock_host_unplace(struct mock_host *host);
struct mock_host_bus *mock_host_bus_find(struct mock_host *host, u8 nr);
struct mock_port *mock_host_port_find(struct mock_host *host, u16 rid);

/* pci_bus.c */
extern struct pci_ops mock_host_ops;
struct mock_endpoint *mock_host_endpoint(struct pci_dev *pdev);
void mock_host_power_on(struct mock_ep_item *item);
int mock_host_scan(struct mock_host_bus *bus);
int mock_host_plug(struct mock_ep_item *item);
void mock_host_unplug(struct mock_ep_item *item);
void mock_host_gone(struct mock_ep_item *item);
void mock_host_tear_out(struct mock_ep_item *item);
void mock_host_release(struct mock_ep_item *item);
struct pci_dev *mock_host_function(struct mock_ep_item *item);
void mock_host_attach(struct mock_host *host);
bool mock_host_is_vfio(const struct pci_dev *pdev);
bool mock_host_in_use(struct mock_ep_item *item);
const char *mock_host_driver(const struct mock_ep_item *item, const struct pci_dev *pdev);
ssize_t mock_host_vfio_name(struct mock_ep_item *item, char *page);

/* pci_vf.c */
int mock_vfs_create(struct mock_instance *inst);
void mock_vfs_destroy(struct mock_instance *inst);
void mock_host_watch_vfs(struct mock_host *host);
void mock_host_unwatch_vfs(struct mock_host *host);
void mock_host_end_vfs(struct pci_dev *pdev);
bool mock_host_vfs_in_use(struct mock_ep_item *item);
void mock_host_tear_out_vfs(struct mock_ep_item *item);
void mock_host_release_vfs(struct mock_ep_item *item, struct pci_dev *pdev);

/* pci_window.c */
int mock_host_window_take(struct mock_host *host);
void mock_host_window_give(struct mock_host *host);
u64 mock_host_window_load(struct mock_host *host, u64 addr, unsigned int bytes);
void mock_host_window_store(struct mock_host *host, u64 addr, unsigned int bytes, u64 val);

static inline bool mock_instance_has_pci(void)
{
	return true;
}
#else
static inline bool mock_instance_has_pci(void)
{
	return false;
}

static inline struct mock_endpoint *mock_host_endpoint(struct pci_dev *pdev)
{
	return NULL;
}

static inline int mock_vfs_create(struct mock_instance *inst)
{
	return 0;
}

static inline void mock_vfs_destroy(struct mock_instance *inst)
{
}

static inline int mock_host_create(struct mock_instance *inst)
{
	return -EOPNOTSUPP;
}

static inline void mock_host_destroy(struct mock_instance *inst)
{
}

static inline int mock_host_start(struct mock_instance *inst)
{
	return -EOPNOTSUPP;
}

static inline void mock_host_stop(struct mock_instance *inst)
{
}

static inline int mock_host_plug(struct mock_ep_item *item)
{
	return -EOPNOTSUPP;
}

static inline void mock_host_unplug(struct mock_ep_item *item)
{
}

static inline void mock_host_tear_out(struct mock_ep_item *item)
{
}

static inline void mock_host_release(struct mock_ep_item *item)
{
}

static inline struct pci_dev *mock_host_function(struct mock_ep_item *item)
{
	return NULL;
}

static inline bool mock_host_in_use(struct mock_ep_item *item)
{
	return false;
}

static inline ssize_t mock_host_vfio_name(struct mock_ep_item *item, char *page)
{
	return -EOPNOTSUPP;
}
#endif

/* vfio_map.c */
#define MOCK_VFIO_MAP_DRIVER	"iommu-mock-vfio-pci"

#ifdef CONFIG_IOMMU_MOCK_VFIO_MAP
int mock_vfio_map_register(void);
void mock_vfio_map_unregister(void);
#else
static inline int mock_vfio_map_register(void)
{
	return 0;
}

static inline void mock_vfio_map_unregister(void)
{
}
#endif

#endif /* __IOMMU_MOCK_PCI_HOST_H */
