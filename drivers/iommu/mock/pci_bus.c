// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: a root bus, its ports, and the functions on it and behind them
 *
 * Functions are where their routing ids say, whatever else of their device there is:
 * the PCI core would look for the others only where it finds function 0. A function
 * is had by vfio-pci, or by the driver that the endpoint's attribute says, as soon as
 * its unit has a driver: without that it would be had by nobody whom VFIO serves.
 */
#include <linux/cleanup.h>
#include <linux/lockdep.h>
#include <linux/pci.h>
#include <linux/string.h>
#include <linux/vfio_pci_core.h>

#include "core.h"
#include "pci_host.h"

#define VFIO_PCI_DRIVER		"vfio-pci"

/* No driver is called so; it is what a function waits for an IOMMU with */
static const struct device_driver no_driver = { .name = "(none yet)" };

static struct mock_ep_item *host_item(const struct mock_host *host, u16 rid)
{
	struct mock_ep_item *item;

	list_for_each_entry(item, &host->inst->endpoints, list)
		if (item->ep.fn.rid == rid)
			return item;
	return NULL;
}

/* Buses behind ports have it of the root bus */
static struct mock_host *bus_host(const struct pci_bus *bus)
{
	const struct mock_host_bus *hbus = bus->sysdata;

	return hbus->host;
}

static struct mock_ep_item *host_find(struct pci_bus *bus, unsigned int devfn)
{
	return host_item(bus_host(bus), PCI_DEVID(bus->number, devfn));
}

static struct mock_port *port_find(struct pci_bus *bus, unsigned int devfn)
{
	return mock_host_port_find(bus_host(bus), PCI_DEVID(bus->number, devfn));
}

/**
 * mock_host_endpoint() - the endpoint that is a PCI function
 * @pdev: the function
 *
 * Return: the endpoint, %NULL for another function
 */
struct mock_endpoint *mock_host_endpoint(struct pci_dev *pdev)
{
	struct mock_ep_item *item;

	if (pdev->bus->ops != &mock_host_ops)
		return NULL;
	item = host_find(pdev->bus, pdev->devfn);
	return item ? &item->ep : NULL;
}

/* Functions take it from their bus, which has it before the first one is found */
static int host_add_bus(struct pci_bus *bus)
{
	dev_set_msi_domain(&bus->dev, bus_host(bus)->inst->mi.its->domain);
	return 0;
}

static void port_write(struct mock_host *host, struct mock_port *port, u32 off,
		       u32 bytes, u32 val)
{
	struct mock_ep_item *item;

	guard(spinlock_irqsave)(&host->inst->mi.lock);
	if (!mock_port_config_write(port, off, bytes, val))
		return;
	list_for_each_entry(item, &host->inst->endpoints, list)
		if (item->ep.fn.port == port)
			mock_fn_reset(&item->ep);
}

static u32 port_read(struct mock_host *host, struct mock_port *port, u32 off, u32 bytes)
{
	guard(spinlock_irqsave)(&host->inst->mi.lock);
	return mock_pci_config_load(&port->config, off, bytes);
}

static int host_config_read(struct pci_bus *bus, unsigned int devfn, int where,
			    int size, u32 *val)
{
	struct mock_ep_item *item = host_find(bus, devfn);
	struct mock_port *port = port_find(bus, devfn);

	if (item)
		return mock_fn_config_read(&item->ep, where, size, val);
	if (!port) {
		PCI_SET_ERROR_RESPONSE(val);
		return PCIBIOS_DEVICE_NOT_FOUND;
	}
	*val = port_read(bus_host(bus), port, where, size);
	return PCIBIOS_SUCCESSFUL;
}

static int host_config_write(struct pci_bus *bus, unsigned int devfn, int where,
			     int size, u32 val)
{
	struct mock_ep_item *item = host_find(bus, devfn);
	struct mock_port *port = port_find(bus, devfn);

	if (item)
		return mock_fn_config_write(&item->ep, where, size, val);
	if (!port)
		return PCIBIOS_DEVICE_NOT_FOUND;
	port_write(bus_host(bus), port, where, size, val);
	return PCIBIOS_SUCCESSFUL;
}

struct pci_ops mock_host_ops = {
	.add_bus = host_add_bus,
	.read = host_config_read,
	.write = host_config_write,
};

/* Where firmware puts its BARs: each function of a bus has its place there */
static u64 item_memory(const struct mock_ep_item *item)
{
	const struct mock_function *fn = &item->ep.fn;
	const u64 start = fn->port ? fn->port->window :
		mock_host_bus_find(item->inst->host, PCI_BUS_NUM(fn->rid))->memory.start;

	return start + (fn->rid & 0xff) * MOCK_FN_WINDOW;
}

/* The PCI core's, %NULL once root has removed the port that leads there */
static struct pci_bus *item_bus(const struct mock_ep_item *item)
{
	return pci_find_bus(item->inst->segment, PCI_BUS_NUM(item->ep.fn.rid));
}

/* Which root bus it is on, or behind */
static u8 item_root(const struct mock_ep_item *item)
{
	const struct mock_function *fn = &item->ep.fn;

	return PCI_BUS_NUM(fn->port ? fn->port->rid : fn->rid);
}

/**
 * mock_host_power_on() - from now on a function answers, and firmware has been at it
 * @item: the endpoint, started. A virtual function waits for software
 *
 * Context: process context
 */
void mock_host_power_on(struct mock_ep_item *item)
{
	struct mock_endpoint *ep = &item->ep;
	const u64 start = item_memory(item);

	/* One that software has to want first */
	if (ep->fn.pf) {
		guard(spinlock_irqsave)(&ep->mi->lock);
		ep->unplugged = true;
		return;
	}
	mock_fn_start(ep, start, start + ep->config.caps.vf_offset * MOCK_FN_WINDOW);
}

/**
 * mock_host_function() - the PCI function that an endpoint is
 * @item: the endpoint, its instance is live
 *
 * Return: the function with a reference, which is the caller's, or %NULL
 */
struct pci_dev *mock_host_function(struct mock_ep_item *item)
{
	const u16 rid = item->ep.fn.rid;
	struct pci_dev *pdev;

	pdev = pci_get_domain_bus_and_slot(item->inst->segment, PCI_BUS_NUM(rid),
					   rid & 0xff);
	/* Another instance may have its bus while this one has none */
	if (pdev && mock_host_endpoint(pdev) != &item->ep) {
		pci_dev_put(pdev);
		return NULL;
	}
	return pdev;
}

/**
 * mock_host_driver() - which driver is to have a function?
 * @item: the endpoint
 * @pdev: the function
 *
 * Return: its name; one that no driver has, as long as there is no IOMMU to translate for
 * the function
 */
const char *mock_host_driver(const struct mock_ep_item *item, const struct pci_dev *pdev)
{
	if (!device_iommu_mapped((struct device *)&pdev->dev))
		return no_driver.name;
	return item->driver;
}

/* Where firmware has put a BAR may be another one's, once a rescan has moved that */
static int function_place(struct pci_dev *pdev, unsigned int bar)
{
	const struct resource *res = &pdev->resource[bar];

	if (!res->flags || res->parent || !pci_claim_resource(pdev, bar))
		return 0;
	return pci_assign_resource(pdev, bar);
}

static int function_prepare(struct mock_ep_item *item, struct pci_dev *pdev)
{
	unsigned int i;

	/* Those of virtual functions are after its own */
	for (i = 0; i < PCI_BRIDGE_RESOURCES; i++) {
		int ret = function_place(pdev, i);

		if (ret)
			return ret;
	}
	return device_set_driver_override(&pdev->dev, mock_host_driver(item, pdev));
}

/* A bus that leads nowhere yet is behind a port that the PCI core has not found */
static int port_scan(const struct mock_port *port, struct pci_bus *bus)
{
	struct pci_dev *pdev;
	int pass;

	pdev = pci_scan_single_device(bus, port->rid & 0xff);
	if (!pdev)
		return -ENODEV;
	for (pass = 0; pass < 2 && !pdev->subordinate; pass++)
		pci_scan_bridge(bus, pdev, bus->number, pass);
	return pdev->subordinate ? 0 : -ENODEV;
}

static int ports_scan(struct mock_host_bus *bus)
{
	struct mock_host *host = bus->host;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < host->nr_ports && !ret; i++)
		if (PCI_BUS_NUM(host->ports[i].rid) == bus->nr)
			ret = port_scan(&host->ports[i], bus->bridge->bus);
	return ret;
}

static int function_scan(struct mock_ep_item *item)
{
	struct pci_bus *bus = item_bus(item);

	return bus && pci_scan_single_device(bus, item->ep.fn.rid & 0xff) ? 0 : -ENODEV;
}

static int functions_scan(struct mock_host_bus *bus)
{
	struct mock_ep_item *item;
	int ret;

	list_for_each_entry(item, &bus->host->inst->endpoints, list) {
		if (item_root(item) != bus->nr || item->ep.fn.pf)
			continue;
		ret = function_scan(item);
		if (ret)
			return ret;
	}
	return 0;
}

static int function_settle(struct mock_ep_item *item)
{
	struct pci_dev *pdev = mock_host_function(item);
	int ret;

	if (!pdev)
		return -ENODEV;
	ret = function_prepare(item, pdev);
	pci_dev_put(pdev);
	return ret;
}

static int functions_settle(struct mock_host_bus *bus)
{
	struct mock_ep_item *item;
	int ret;

	list_for_each_entry(item, &bus->host->inst->endpoints, list) {
		if (item_root(item) != bus->nr || item->ep.fn.pf)
			continue;
		ret = function_settle(item);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * mock_host_scan() - have the PCI core find the ports and functions of a root bus
 * @bus: the bus, its bridge is registered
 *
 * Context: pci_lock_rescan_remove()
 * Return: 0 or an errno; what was found then is still there
 */
int mock_host_scan(struct mock_host_bus *bus)
{
	int ret;

	ret = ports_scan(bus) ?: functions_scan(bus);
	if (ret)
		return ret;
	/* As firmware has left them; windows of ports come before what is in them */
	pci_bus_claim_resources(bus->bridge->bus);
	ret = functions_settle(bus);
	if (ret)
		return ret;
	pci_bus_add_devices(bus->bridge->bus);
	return 0;
}

/* A rescan that has found nothing behind a port has taken its window from it */
static void port_claim(struct mock_ep_item *item)
{
	struct mock_port *port = item->ep.fn.port;
	struct pci_bus *bus = item_bus(item);

	if (!port || bus->self->resource[PCI_BRIDGE_PREF_MEM_WINDOW].parent)
		return;
	scoped_guard(spinlock_irqsave, &item->ep.mi->lock)
		mock_port_place_windows(port);
	pci_bus_claim_resources(bus);
}

/**
 * mock_host_plug() - the PCI core finds a function that is there now
 * @item: the endpoint, started
 *
 * Context: process context, sleeps
 * Return: 0 or an errno
 */
int mock_host_plug(struct mock_ep_item *item)
{
	int ret;

	pci_lock_rescan_remove();
	mock_host_power_on(item);
	ret = function_scan(item);
	if (!ret) {
		port_claim(item);
		ret = function_settle(item);
	}
	if (!ret)
		pci_bus_add_devices(item_bus(item));
	pci_unlock_rescan_remove();
	if (ret)
		mock_host_unplug(item);
	return ret;
}

/**
 * mock_host_unplug() - undo mock_host_plug()
 * @item: the endpoint
 *
 * A function that still answered when it is removed would be found again by whoever
 * looks for functions just then, and be there when it is not.
 *
 * Context: process context, sleeps
 */
void mock_host_unplug(struct mock_ep_item *item)
{
	struct pci_dev *pdev;

	pci_lock_rescan_remove();
	pdev = mock_host_function(item);
	if (pdev) {
		mock_host_end_vfs(pdev);
		pci_stop_and_remove_bus_device(pdev);
	}
	mock_fn_stop(&item->ep);
	pci_unlock_rescan_remove();
	pci_dev_put(pdev);
}

/**
 * mock_host_gone() - the PCI core is told that a function is gone, which does nothing more
 * @item: the endpoint, which answers no more
 *
 * Context: process context, sleeps
 */
void mock_host_gone(struct mock_ep_item *item)
{
	struct pci_dev *pdev = mock_host_function(item);

	mock_endpoint_reset(&item->ep);
	if (pdev)
		xchg(&pdev->error_state, pci_channel_io_perm_failure);
	pci_dev_put(pdev);
}

/**
 * mock_host_tear_out() - a function answers no more, and the PCI core is told so
 * @item: the endpoint, unplugged
 *
 * What its driver does then takes no time: nobody waits for a function that the PCI core
 * knows to be gone. It may be that a driver has done something in between, which found
 * all-ones.
 *
 * Context: process context, sleeps
 */
void mock_host_tear_out(struct mock_ep_item *item)
{
	mock_fn_stop(&item->ep);
	mock_host_gone(item);
	mock_host_tear_out_vfs(item);
}

/**
 * mock_host_is_vfio() - does VFIO have a function?
 * @pdev: the function, whose device is locked
 *
 * Return: yes
 */
bool mock_host_is_vfio(const struct pci_dev *pdev)
{
	const char *name = pdev->dev.driver ? pdev->dev.driver->name : "";

	return !strcmp(name, VFIO_PCI_DRIVER) || !strcmp(name, MOCK_VFIO_MAP_DRIVER);
}

/**
 * mock_host_release() - the driver of a function lets go of it
 * @item: the endpoint
 *
 * Context: process context, waits for whoever uses the driver's device
 */
void mock_host_release(struct mock_ep_item *item)
{
	struct pci_dev *pdev = mock_host_function(item);

	mock_host_release_vfs(item, pdev);
	if (pdev)
		device_release_driver(&pdev->dev);
	pci_dev_put(pdev);
}

static void function_attach(struct mock_ep_item *item)
{
	struct pci_dev *pdev = mock_host_function(item);

	if (!pdev)
		return;
	/* Who has chosen another driver meanwhile has chosen it */
	if (device_iommu_mapped(&pdev->dev) && !pdev->dev.driver &&
	    device_match_driver_override(&pdev->dev, &no_driver) > 0 &&
	    !device_set_driver_override(&pdev->dev, mock_host_driver(item, pdev)) &&
	    device_attach(&pdev->dev) < 0)
		pci_info(pdev, "no driver could be attached\n");
	pci_dev_put(pdev);
}

/**
 * mock_host_attach() - the unit has a driver: functions may have one, too
 * @host: the unit's host bridges
 *
 * Context: process context, sleeps
 */
void mock_host_attach(struct mock_host *host)
{
	struct mock_ep_item *item;

	list_for_each_entry(item, &host->inst->endpoints, list)
		function_attach(item);
}

/**
 * mock_host_in_use() - does userspace have a function, or a virtual one of it?
 * @item: the endpoint, its instance is live
 *
 * A removal would wait for it, in a way that cannot be interrupted: so VFIO's count
 * of users is looked at, 1 being vfio-pci's own. Another driver is asked to let go.
 * Somebody else who removes the function waits for its user with the lock held; whoever
 * has no patience for that has it in use.
 *
 * Context: process context, sleeps
 * Return: yes
 */
bool mock_host_in_use(struct mock_ep_item *item)
{
	struct pci_dev *pdev = mock_host_function(item);
	bool used = false;

	if (mock_host_vfs_in_use(item))
		used = true;
	if (!pdev)
		return used;
	scoped_cond_guard(device_intr, used = true, &pdev->dev) {
		const struct vfio_pci_core_device *core = pci_get_drvdata(pdev);

		if (mock_host_is_vfio(pdev))
			used |= refcount_read(&core->vdev.refcount) > 1;
	}
	pci_dev_put(pdev);
	return used;
}

static int function_show_vfio(struct device *dev, void *page)
{
	if (!dev->class || strcmp(dev->class->name, "vfio-dev"))
		return 0;
	return sysfs_emit(page, "%s\n", dev_name(dev));
}

/**
 * mock_host_vfio_name() - what is the VFIO device of a function called?
 * @item: the endpoint
 * @page: where to write it and a newline to
 *
 * Return: its length; there is only the newline while vfio-pci does not have it
 */
ssize_t mock_host_vfio_name(struct mock_ep_item *item, char *page)
{
	struct pci_dev *pdev = mock_host_function(item);
	int ret = 0;

	if (pdev)
		ret = device_for_each_child(&pdev->dev, page, function_show_vfio);
	pci_dev_put(pdev);
	return ret ?: sysfs_emit(page, "\n");
}
