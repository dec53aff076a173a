// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: where functions and root ports of an instance are
 *
 * A function is where its source-id says. An endpoint with the attribute "port" is
 * behind that port: its bus is the one behind the port, which all on this bus have to
 * say. Every other bus, and that of a port, is a root bus.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/list.h>
#include <linux/pci.h>
#include <linux/printk.h>

#include "core.h"
#include "pci_host.h"

/* Routing ids have 16 bits, wider StreamIDs are mapped to what is left of them */
#define RID_LIMIT		0x10000

/**
 * mock_host_bus_find() - the root bus with a number
 * @host: the host bridges of an instance
 * @nr: bus number
 *
 * Return: the bus, or %NULL
 */
struct mock_host_bus *mock_host_bus_find(struct mock_host *host, u8 nr)
{
	unsigned int i;

	for (i = 0; i < host->nr_buses; i++)
		if (host->buses[i].nr == nr)
			return &host->buses[i];
	return NULL;
}

/**
 * mock_host_port_find() - the root port with a routing id
 * @host: the host bridges of an instance
 * @rid: bus, device and function
 *
 * Return: the port, or %NULL
 */
struct mock_port *mock_host_port_find(struct mock_host *host, u16 rid)
{
	unsigned int i;

	for (i = 0; i < host->nr_ports; i++)
		if (host->ports[i].rid == rid)
			return &host->ports[i];
	return NULL;
}

static struct mock_port *port_to(struct mock_host *host, u8 bus)
{
	unsigned int i;

	for (i = 0; i < host->nr_ports; i++)
		if (host->ports[i].secondary == bus)
			return &host->ports[i];
	return NULL;
}

static int refuse_full(void)
{
	pr_info("an instance has no more than %u PCI buses with endpoints\n",
		MOCK_HOST_MAX_BUSES);
	return -ENOSPC;
}

static int refuse_port(u16 rid, const char *why)
{
	pr_info("port %02x:%02x.%x: %s\n", PCI_BUS_NUM(rid), PCI_SLOT(rid),
		PCI_FUNC(rid), why);
	return -EINVAL;
}

/* The endpoint is behind a port: this one, of which others may have been as well */
static int port_note(struct mock_host *host, struct mock_ep_item *item)
{
	const u32 sid = item->ep.config.sid;
	struct mock_port *port = mock_host_port_find(host, item->port);

	if (sid >= RID_LIMIT)
		return refuse_port(item->port,
				   "a StreamID of more than 16 bits names no bus behind it");
	if (PCI_BUS_NUM(sid) <= PCI_BUS_NUM(item->port))
		return refuse_port(item->port,
				   "the bus behind it has to have a greater number than its own");
	if (!port) {
		if (host->nr_ports == MOCK_HOST_MAX_BUSES)
			return refuse_full();
		port = &host->ports[host->nr_ports++];
		port->rid = item->port;
		port->secondary = PCI_BUS_NUM(sid);
		port->acs = host->inst->port_acs;
	}
	if (port->secondary != PCI_BUS_NUM(sid))
		return refuse_port(port->rid, "there is one bus behind it");
	if (port_to(host, port->secondary) != port)
		return refuse_port(port->rid, "the bus behind it is behind another port");
	item->ep.fn.port = port;
	return 0;
}

static int ports_note(struct mock_host *host)
{
	struct mock_ep_item *item;
	int ret;

	list_for_each_entry(item, &host->inst->endpoints, list) {
		ret = item->behind ? port_note(host, item) : 0;
		if (ret)
			return ret;
	}
	return 0;
}

static bool rid_is_free(struct mock_host *host, u32 rid)
{
	const struct mock_ep_item *item;

	list_for_each_entry(item, &host->inst->endpoints, list)
		if (item->ep.config.sid == rid ||
		    (item->ep.config.caps.function && item->ep.fn.rid == rid))
			return false;
	return !port_to(host, PCI_BUS_NUM(rid)) && !mock_host_port_find(host, rid);
}

/* A source-id is a routing id; a StreamID is one as long as it has no more bits */
static int rid_choose(struct mock_host *host, struct mock_endpoint *ep)
{
	u32 rid = ep->config.sid;

	if (rid >= RID_LIMIT)
		for (rid = 0; rid < RID_LIMIT; rid++)
			if (rid_is_free(host, rid))
				break;
	if (rid >= RID_LIMIT)
		return -ENOSPC;
	ep->fn.rid = rid;
	ep->config.caps.function = true;
	ep->config.caps.behind = ep->fn.port;
	return 0;
}

static int bus_note(struct mock_host *host, u8 nr)
{
	struct mock_host_bus *bus;

	if (mock_host_bus_find(host, nr))
		return 0;
	if (host->nr_buses + host->nr_ports >= MOCK_HOST_MAX_BUSES)
		return refuse_full();
	bus = &host->buses[host->nr_buses++];
	bus->host = host;
	bus->nr = nr;
	return 0;
}

/* Root buses are those of the ports, and of endpoints behind none */
static int buses_note(struct mock_host *host)
{
	struct mock_ep_item *item;
	unsigned int i;
	int ret;

	for (i = 0; i < host->nr_ports; i++) {
		ret = bus_note(host, PCI_BUS_NUM(host->ports[i].rid));
		if (ret)
			return ret;
	}
	list_for_each_entry(item, &host->inst->endpoints, list) {
		if (item->ep.fn.port)
			continue;
		ret = bus_note(host, PCI_BUS_NUM(item->ep.fn.rid));
		if (ret)
			return ret;
	}
	return 0;
}

static int refuse_vfs(const struct mock_endpoint *pf, const char *why)
{
	pr_info("endpoint %s: %s\n", pf->name, why);
	return -EINVAL;
}

/* Source-ids that follow a StreamID of more bits would have no address to go with it */
static int vf_check(const struct mock_endpoint *vf)
{
	const struct mock_endpoint *pf = vf->fn.pf;

	if (pf->config.sid >= RID_LIMIT)
		return refuse_vfs(pf, "a StreamID of more than 16 bits has no virtual functions");
	if (PCI_BUS_NUM(pf->config.sid) != vf->config.sid >> 8)
		return refuse_vfs(pf, "not all of its virtual functions are on its bus");
	return 0;
}

static int vfs_check(struct mock_host *host)
{
	const struct mock_ep_item *item;
	int ret = 0;

	list_for_each_entry(item, &host->inst->endpoints, list) {
		ret = item->ep.fn.pf ? vf_check(&item->ep) : 0;
		if (ret)
			break;
	}
	return ret;
}

/* Without its function 0, what is behind a port cannot be told to have more than 8 */
static bool ari_is_reachable(struct mock_host *host, const struct mock_port *port)
{
	const struct mock_ep_item *item;
	bool first = false, wide = false;

	list_for_each_entry(item, &host->inst->endpoints, list) {
		if (item->ep.fn.port != port)
			continue;
		first |= !(item->ep.fn.rid & 0xff);
		wide |= (item->ep.fn.rid & 0xff) > 7;
	}
	return first || !wide;
}

static bool function_is_at(struct mock_host *host, u16 rid)
{
	const struct mock_ep_item *item;

	list_for_each_entry(item, &host->inst->endpoints, list)
		if (item->ep.fn.rid == rid)
			return true;
	return false;
}

static bool between(struct mock_host *host, u8 root, u8 secondary)
{
	unsigned int i;

	for (i = 0; i < host->nr_buses; i++)
		if (host->buses[i].nr > root && host->buses[i].nr <= secondary)
			return true;
	return false;
}

static int port_check(struct mock_host *host, const struct mock_port *port)
{
	const char *why = NULL;

	if (function_is_at(host, port->rid))
		why = "an endpoint has the same address";
	else if (mock_host_bus_find(host, port->secondary))
		why = "not all on the bus behind it say that they are";
	else if (between(host, PCI_BUS_NUM(port->rid), port->secondary))
		why = "a root bus is between its bus and the one behind it";
	else if (!ari_is_reachable(host, port))
		why = "device 0 is behind it, and others only if function 0 of that is";
	return why ? refuse_port(port->rid, why) : 0;
}

static int ports_check(struct mock_host *host)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < host->nr_ports && !ret; i++)
		ret = port_check(host, &host->ports[i]);
	return ret;
}

/* Function 0 tells whether software has to look for others; not for virtual ones */
static bool has_siblings(struct mock_host *host, u16 rid)
{
	const struct mock_ep_item *item;
	unsigned int i;

	list_for_each_entry(item, &host->inst->endpoints, list)
		if (!item->ep.fn.pf && item->ep.fn.rid != rid && !((item->ep.fn.rid ^ rid) & ~7))
			return true;
	for (i = 0; i < host->nr_ports; i++)
		if (host->ports[i].rid != rid && !((host->ports[i].rid ^ rid) & ~7))
			return true;
	return false;
}

/* And where there is ARI, each function names the next one */
static u8 next_function(struct mock_host *host, u16 rid)
{
	const struct mock_ep_item *item;
	unsigned int next = U16_MAX + 1;

	list_for_each_entry(item, &host->inst->endpoints, list)
		if (!item->ep.fn.pf && item->ep.fn.rid > rid &&
		    PCI_BUS_NUM(item->ep.fn.rid) == PCI_BUS_NUM(rid))
			next = min(next, item->ep.fn.rid);
	return next;
}

static void siblings_note(struct mock_host *host)
{
	struct mock_ep_item *item;
	unsigned int i;

	list_for_each_entry(item, &host->inst->endpoints, list) {
		struct mock_pci_caps *caps = &item->ep.config.caps;

		caps->link = item->ep.fn.rid & (caps->behind ? 0xff : 7);
		if (caps->virtual)
			continue;
		caps->multifunction = has_siblings(host, item->ep.fn.rid);
		caps->next_fn = next_function(host, item->ep.fn.rid);
	}
	for (i = 0; i < host->nr_ports; i++)
		host->ports[i].multifunction = has_siblings(host, host->ports[i].rid);
}

/* A root bus has its own memory first, then that of what is behind its ports */
static u64 bus_give_memory(struct mock_host_bus *bus, u64 start)
{
	struct mock_host *host = bus->host;
	u64 next = start + MOCK_HOST_BUS_WINDOW;
	unsigned int i;
	u8 last = bus->nr;

	for (i = 0; i < host->nr_ports; i++) {
		struct mock_port *port = &host->ports[i];

		if (PCI_BUS_NUM(port->rid) != bus->nr)
			continue;
		port->window = next;
		next += MOCK_HOST_BUS_WINDOW;
		last = max(last, port->secondary);
	}
	bus->numbers = DEFINE_RES_NAMED(bus->nr, last - bus->nr + 1, "mock PCI bus",
					IORESOURCE_BUS);
	bus->memory = DEFINE_RES_MEM_NAMED(start, next - start, "mock PCI memory space");
	return next;
}

static void buses_give_memory(struct mock_host *host)
{
	u64 start = mock_mmio_address(host->slot);
	unsigned int i;

	for (i = 0; i < host->nr_buses; i++)
		start = bus_give_memory(&host->buses[i], start);
}

static int host_place(struct mock_host *host)
{
	struct mock_ep_item *item;
	int ret;

	ret = vfs_check(host) ?: ports_note(host);
	if (ret)
		return ret;
	list_for_each_entry(item, &host->inst->endpoints, list) {
		ret = rid_choose(host, &item->ep);
		if (ret)
			return ret;
	}
	ret = buses_note(host) ?: ports_check(host);
	if (ret)
		return ret;
	siblings_note(host);
	buses_give_memory(host);
	return 0;
}

/**
 * mock_host_place() - find a place for every function and port
 * @host: the host bridges, with a part of the window
 *
 * Return: 0; -ENOSPC if there are too many buses or functions, -EINVAL for ports that
 * cannot be, of which the log tells
 */
int mock_host_place(struct mock_host *host)
{
	int ret = host_place(host);

	if (ret)
		mock_host_unplace(host);
	return ret;
}

/**
 * mock_host_unplace() - undo mock_host_place()
 * @host: the host bridges
 */
void mock_host_unplace(struct mock_host *host)
{
	struct mock_ep_item *item;

	list_for_each_entry(item, &host->inst->endpoints, list) {
		item->ep.config.caps.function = false;
		item->ep.config.caps.behind = false;
		item->ep.fn.port = NULL;
	}
}
