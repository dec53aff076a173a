// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: host bridges of an instance
 *
 * Each bus that endpoints are on is a root bus with a host bridge of its own, or is
 * behind a root port on such a bus (pci_place.c). The instance is a PCI segment.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/async.h>
#include <linux/err.h>
#include <linux/irq.h>
#include <linux/irqdomain.h>
#include <linux/platform_device.h>
#include <linux/printk.h>
#include <linux/slab.h>

#include "core.h"
#include "pci_host.h"

#define HOST_BRIDGE_NAME	"iommu-mock-pci"

static struct irq_chip intx_chip = {
	.name = "mock-INTx",
	.irq_mask = mock_edge_irq_mask,
	.irq_unmask = mock_edge_irq_unmask,
};

static struct mock_edge *intx_find(const struct mock_host *host,
				   irq_hw_number_t nr)
{
	struct mock_ep_item *item;

	list_for_each_entry(item, &host->inst->endpoints, list)
		if (!nr--)
			return &item->ep.fn.intx;
	return NULL;
}

static int intx_map(struct irq_domain *domain, unsigned int virq,
		    irq_hw_number_t nr)
{
	struct mock_edge *event = intx_find(domain->host_data, nr);

	if (!event)
		return -EINVAL;
	irq_set_chip_and_handler(virq, &intx_chip, handle_level_irq);
	/* Masked at once, or one that comes meanwhile would find no handler */
	irq_set_status_flags(virq, IRQ_DISABLE_UNLAZY);
	irq_set_chip_data(virq, event);
	mock_edge_connect(event, virq, true);
	return 0;
}

static const struct irq_domain_ops intx_ops = {
	.map = intx_map,
};

/* INTA of a function is no other function's: there are as many as endpoints */
static int host_map_irq(const struct pci_dev *pdev, u8 slot, u8 pin)
{
	struct mock_endpoint *ep = mock_host_endpoint((struct pci_dev *)pdev);

	return ep ? ep->fn.intx.irq : 0;
}

static void intx_destroy(struct mock_host *host)
{
	struct mock_ep_item *item;

	list_for_each_entry(item, &host->inst->endpoints, list) {
		struct mock_edge *event = &item->ep.fn.intx;
		unsigned int irq = event->irq;

		mock_edge_disconnect(event);
		if (irq)
			irq_dispose_mapping(irq);
	}
	irq_domain_remove(host->intx);
}

static int intx_create(struct mock_host *host)
{
	unsigned int i, nr = list_count_nodes(&host->inst->endpoints);

	host->intx = irq_domain_create_linear(NULL, nr, &intx_ops, host);
	if (!host->intx)
		return -ENOMEM;
	for (i = 0; i < nr; i++) {
		if (!irq_create_mapping(host->intx, i)) {
			intx_destroy(host);
			return -ENOMEM;
		}
	}
	return 0;
}

/**
 * mock_host_create() - where endpoints of an instance are as PCI functions
 * @inst: the instance, which is not live
 *
 * Return: 0; -ENOSPC if there are too many buses or no place for BARs, -EINVAL for ports
 * that cannot be, of which the log tells; -ENOMEM
 */
int mock_host_create(struct mock_instance *inst)
{
	struct mock_host *host = kzalloc_obj(*host);
	int ret;

	if (!host)
		return -ENOMEM;
	host->inst = inst;
	ret = mock_host_window_take(host);
	if (ret)
		goto err_host;
	ret = mock_host_place(host);
	if (ret)
		goto err_window;
	ret = intx_create(host);
	if (ret)
		goto err_place;
	inst->host = host;
	return 0;

err_place:
	mock_host_unplace(host);
err_window:
	mock_host_window_give(host);
err_host:
	kfree(host);
	return ret;
}

/**
 * mock_host_destroy() - undo mock_host_create()
 * @inst: the instance
 */
void mock_host_destroy(struct mock_instance *inst)
{
	struct mock_host *host = inst->host;

	inst->host = NULL;
	intx_destroy(host);
	mock_host_unplace(host);
	mock_host_window_give(host);
	kfree(host);
}

static int bus_add_device(struct mock_host_bus *bus)
{
	const struct mock_instance *inst = bus->host->inst;
	struct platform_device_info info = {
		.name = HOST_BRIDGE_NAME,
		.id = inst->id << 8 | bus->nr,
		.fwnode = bus->node,
	};

	bus->pdev = platform_device_register_full(&info);
	return PTR_ERR_OR_ZERO(bus->pdev);
}

static void bridge_fill(struct mock_host_bus *bus, struct pci_host_bridge *bridge)
{
	pci_add_resource(&bridge->windows, &bus->memory);
	pci_add_resource(&bridge->windows, &bus->numbers);
	bridge->dev.parent = &bus->pdev->dev;
	bridge->sysdata = bus;
	bridge->ops = &mock_host_ops;
	bridge->busnr = bus->nr;
	bridge->domain_nr = bus->host->inst->segment;
	bridge->map_irq = host_map_irq;
	/* Ports have no interrupt that would tell of one */
	bridge->native_pme = 0;
}

/*
 * The PCI core would give the segment back, as one that it had handed out for the
 * bridge alone
 */
static void bridge_free(struct pci_host_bridge *bridge)
{
	bridge->domain_nr = PCI_DOMAIN_NR_NOT_SET;
	pci_free_host_bridge(bridge);
}

/*
 * When memory is short, the PCI core puts a bridge once more than it got it, and when
 * anything else is wrong it does not: a reference of our own tells.
 */
static int bridge_scan(struct pci_host_bridge *bridge)
{
	int ret;

	get_device(&bridge->dev);
	ret = pci_scan_root_bus_bridge(bridge);
	if (!ret || kref_read(&bridge->dev.kobj.kref) > 1)
		put_device(&bridge->dev);
	if (ret)
		bridge_free(bridge);
	return ret;
}

/* The functions that were found before an error are to be removed with their bus */
static int bridge_register(struct mock_host_bus *bus, struct pci_host_bridge *bridge)
{
	int ret;

	pci_lock_rescan_remove();
	ret = bridge_scan(bridge);
	if (!ret) {
		bus->bridge = bridge;
		ret = mock_host_scan(bus);
	}
	pci_unlock_rescan_remove();
	return ret;
}

/* Whoever has let virtual functions come may go without them */
static void bus_end_vfs(struct mock_host_bus *bus)
{
	struct mock_ep_item *item;

	list_for_each_entry(item, &bus->host->inst->endpoints, list) {
		struct pci_dev *pdev = item->ep.fn.vfs ? mock_host_function(item) : NULL;

		if (pdev)
			mock_host_end_vfs(pdev);
		pci_dev_put(pdev);
	}
}

static void bus_remove(struct mock_host_bus *bus)
{
	if (bus->bridge) {
		pci_lock_rescan_remove();
		bus_end_vfs(bus);
		pci_stop_root_bus(bus->bridge->bus);
		pci_remove_root_bus(bus->bridge->bus);
		pci_unlock_rescan_remove();
		bridge_free(bus->bridge);
		bus->bridge = NULL;
	}
	remove_resource(&bus->memory);
	platform_device_unregister(bus->pdev);
}

static int bus_add(struct mock_host_bus *bus)
{
	struct pci_host_bridge *bridge;
	int ret;

	ret = insert_resource(&iomem_resource, &bus->memory);
	if (ret)
		return ret;
	ret = bus_add_device(bus);
	if (ret) {
		remove_resource(&bus->memory);
		return ret;
	}
	bridge = pci_alloc_host_bridge(0);
	if (!bridge) {
		bus_remove(bus);
		return -ENOMEM;
	}
	bridge_fill(bus, bridge);
	ret = bridge_register(bus, bridge);
	if (!ret)
		return 0;
	if (!bus->bridge)
		pr_info("PCI bus %04x:%02x cannot be had\n",
			bus->host->inst->segment, bus->nr);
	bus_remove(bus);
	return ret;
}

static void buses_remove(struct mock_host *host, unsigned int nr)
{
	while (nr--)
		bus_remove(&host->buses[nr]);
}

static void host_attach(void *data, async_cookie_t cookie)
{
	mock_host_attach(data);
}

/*
 * Functions are attached outside of the notifier: those of the PCI bus are called then.
 * Whoever loads a module waits for what is scheduled meanwhile.
 */
static int host_unit_bound(struct notifier_block *nb, unsigned long action,
			   void *data)
{
	struct mock_host *host = container_of(nb, struct mock_host, unit_bound);

	if (action == BUS_NOTIFY_BOUND_DRIVER && data == &host->inst->pdev->dev)
		host->attaching = async_schedule(host_attach, host);
	return NOTIFY_DONE;
}

static void functions_stop(struct mock_instance *inst)
{
	struct mock_ep_item *item;

	list_for_each_entry(item, &inst->endpoints, list)
		mock_fn_stop(&item->ep);
}

static void functions_start(struct mock_instance *inst)
{
	struct mock_host *host = inst->host;
	struct mock_ep_item *item;
	unsigned int i;

	for (i = 0; i < host->nr_ports; i++)
		mock_port_power_on(&host->ports[i]);
	list_for_each_entry(item, &inst->endpoints, list)
		mock_host_power_on(item);
}

/* vfio-pci shuts no function down, as the device of a platform's VFIO is not */
static void host_power_off(void *data)
{
	struct mock_host *host = data;
	struct mock_ep_item *item;
	u32 done;

	list_for_each_entry(item, &host->inst->endpoints, list) {
		const u16 rid = item->ep.fn.rid;

		if (!item->ep.unplugged && mock_endpoint_power_off(&item->ep, &done))
			pr_info("%04x:%02x:%02x.%x: %u transfers after the last shutdown\n",
				host->inst->segment, PCI_BUS_NUM(rid), PCI_SLOT(rid),
				PCI_FUNC(rid), done);
	}
}

static const struct syscore_ops host_power_ops = {
	.shutdown = host_power_off,
};

/**
 * mock_host_start() - the PCI core finds the functions of an instance
 * @inst: the instance, whose unit and endpoints run
 *
 * Context: process context, sleeps
 * Return: 0 or an errno
 */
int mock_host_start(struct mock_instance *inst)
{
	struct mock_host *host = inst->host;
	unsigned int i;
	int ret;

	functions_start(inst);
	mock_host_watch_vfs(host);
	for (i = 0; i < host->nr_buses; i++) {
		ret = bus_add(&host->buses[i]);
		if (ret)
			goto err_buses;
	}
	host->unit_bound.notifier_call = host_unit_bound;
	ret = bus_register_notifier(&platform_bus_type, &host->unit_bound);
	if (ret)
		goto err_buses;
	host->power.ops = &host_power_ops;
	host->power.data = host;
	register_syscore(&host->power);
	/* It may have been bound before anybody was told */
	if (inst->pdev->dev.driver)
		mock_host_attach(host);
	return 0;

err_buses:
	buses_remove(host, i);
	mock_host_unwatch_vfs(host);
	functions_stop(inst);
	return ret;
}

/**
 * mock_host_stop() - undo mock_host_start()
 * @inst: the instance; nobody uses its functions
 *
 * Context: process context, sleeps
 */
void mock_host_stop(struct mock_instance *inst)
{
	struct mock_host *host = inst->host;

	unregister_syscore(&host->power);
	bus_unregister_notifier(&platform_bus_type, &host->unit_bound);
	async_synchronize_cookie(host->attaching + 1);
	buses_remove(host, host->nr_buses);
	mock_host_unwatch_vfs(host);
	functions_stop(inst);
}
