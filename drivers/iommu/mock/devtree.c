// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: nodes of a unit and its endpoints in the device tree
 *
 *   /iommu-mock-<n>/iommu@<m>      the unit: compatible, phandle, #iommu-cells, reg;
 *                                  without "@<m>" and reg where there is no MMIO
 *   /iommu-mock-<n>/companion@<m>  another device of the unit's, which refers to it
 *   /iommu-mock-<n>/interrupt-controller   of the unit's wires and messages
 *   /iommu-mock-<n>/endpoint-<m>   an endpoint: iommus = <&unit StreamID>
 *   /iommu-mock-<n>/pcie-<bus>     a host bridge, where endpoints are PCI functions:
 *                                  iommu-map = <RID &unit StreamID 1>, ...
 *
 * The unit is one changeset and each endpoint another, because an endpoint may be
 * unplugged. They are reverted when the instance stops.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/of.h>
#include <linux/printk.h>
#include <linux/slab.h>

#include "core.h"

/* Far from those that a compiler of device trees gives, from 1 upwards */
#define PHANDLE_BASE	0x10000000
#define PHANDLE_STEP	0x10000
#define PHANDLE_IRQS	0x8000
#define PHANDLE_COMPANION	0x4000

/**
 * struct mock_devtree - the nodes of an instance, without its endpoints
 * @changes: what was added to the tree
 * @top: the directory
 * @phandle: of the unit
 * @irq_phandle: of its interrupt controller
 * @companion_phandle: of its companion, if it has one
 */
struct mock_devtree {
	struct of_changeset changes;
	struct device_node *top;
	u32 phandle;
	u32 irq_phandle;
	u32 companion_phandle;
};

static u32 unused_phandle(u32 phandle)
{
	struct device_node *np;

	while ((np = of_find_node_by_phandle(phandle))) {
		of_node_put(np);
		phandle += PHANDLE_STEP;
	}
	return phandle;
}

static int node_add_u32(struct of_changeset *changes, struct device_node *np,
			const char *name, u32 val)
{
	return of_changeset_add_prop_u32_array(changes, np, name, &val, 1);
}

static int node_add_bool(struct of_changeset *changes, struct device_node *np,
			 const char *name, bool val)
{
	return val ? of_changeset_add_prop_bool(changes, np, name) : 0;
}

/* Addresses and sizes of two cells, as in the root: "ranges" says that they are the same */
static int node_add_bus(struct of_changeset *changes, struct device_node *np)
{
	int ret;

	ret = node_add_u32(changes, np, "#address-cells", 2);
	if (!ret)
		ret = node_add_u32(changes, np, "#size-cells", 2);
	if (!ret)
		ret = node_add_bool(changes, np, "ranges", true);
	return ret;
}

static int node_add_reg(struct of_changeset *changes, struct device_node *np,
			u64 addr, u64 size)
{
	const u32 reg[] = {
		upper_32_bits(addr), lower_32_bits(addr),
		upper_32_bits(size), lower_32_bits(size),
	};

	return addr ? of_changeset_add_prop_u32_array(changes, np, "reg", reg,
						      ARRAY_SIZE(reg)) : 0;
}

/* What it means if there is neither differs from architecture to architecture */
static int node_add_coherence(struct of_changeset *changes,
			      struct device_node *np, bool coherent)
{
	return node_add_bool(changes, np, coherent ? "dma-coherent" :
						     "dma-noncoherent", true);
}

/* The most particular name comes first */
static int node_add_compatible(struct of_changeset *changes,
			       struct device_node *np, const char *variant,
			       const char *generic)
{
	const char * const names[] = { variant, generic };
	unsigned int first = !variant;

	return of_changeset_add_prop_string_array(changes, np, "compatible",
						  names + first, 2 - first);
}

/* The processor does an endpoint's DMA: coherent it is in any case */
static int node_add_endpoint_props(struct of_changeset *changes, u32 phandle,
				   struct device_node *np,
				   const struct mock_ep_config *config)
{
	const struct mock_pci_caps *caps = &config->caps;
	const u32 iommus[] = { phandle, config->sid };
	int ret;

	ret = of_changeset_add_prop_u32_array(changes, np, "iommus",
					      iommus, ARRAY_SIZE(iommus));
	if (!ret)
		ret = node_add_u32(changes, np, "vendor-id", caps->vendor);
	if (!ret)
		ret = node_add_u32(changes, np, "device-id", caps->device);
	if (!ret)
		ret = node_add_bool(changes, np, "dma-coherent", true);
	if (!ret && caps->pasid_bits)
		ret = node_add_u32(changes, np, "pasid-num-bits",
				   caps->pasid_bits);
	if (!ret)
		ret = node_add_bool(changes, np, "ats-supported", caps->ats);
	if (!ret && caps->ats)
		ret = node_add_u32(changes, np, "ats-queue-depth",
				   caps->ats_queue_depth);
	if (!ret)
		ret = node_add_bool(changes, np, "pri-supported", caps->pri);
	if (!ret)
		ret = node_add_bool(changes, np, "dma-can-stall",
				    config->can_stall);
	return ret;
}

/* Wires by their names, and the messages of a unit that can send them */
static int node_add_irqs(struct mock_devtree *tree, struct device_node *np,
			 const struct mock_firmware *fw)
{
	u32 numbers[IOMMU_UNIT_MAX_IRQS];
	u32 nr = 0;
	int ret;

	while (fw->irqs && nr < ARRAY_SIZE(numbers) && fw->irqs[nr]) {
		numbers[nr] = nr;
		nr++;
	}
	if (!nr)
		return 0;
	ret = node_add_u32(&tree->changes, np, "interrupt-parent", tree->irq_phandle);
	if (!ret)
		ret = of_changeset_add_prop_u32_array(&tree->changes, np, "interrupts",
						      numbers, nr);
	if (!ret)
		ret = of_changeset_add_prop_string_array(&tree->changes, np,
							 "interrupt-names", fw->irqs,
							 nr);
	if (!ret && fw->msi)
		ret = node_add_u32(&tree->changes, np, "msi-parent", tree->irq_phandle);
	return ret;
}

static int node_add_irq_controller_props(struct mock_devtree *tree,
					 struct device_node *np)
{
	struct of_changeset *changes = &tree->changes;
	int ret;

	ret = node_add_bool(changes, np, "interrupt-controller", true);
	if (!ret)
		ret = node_add_u32(changes, np, "#interrupt-cells", 1);
	if (!ret)
		ret = node_add_bool(changes, np, "msi-controller", true);
	if (!ret)
		ret = node_add_u32(changes, np, "#msi-cells", 0);
	if (!ret)
		ret = node_add_u32(changes, np, "phandle", tree->irq_phandle);
	return ret;
}

static int node_add_unit_props(struct mock_devtree *tree,
			       struct device_node *np, struct mock_iommu *mi)
{
	struct of_changeset *changes = &tree->changes;
	const struct mock_instance *inst = mock_to_instance(mi);
	const struct mock_model *model = mi->model;
	struct mock_firmware fw = { .coherent = true };
	int ret;

	model->firmware(mi, &fw);
	ret = node_add_compatible(changes, np, fw.variant, model->compatible);
	if (!ret)
		ret = node_add_u32(changes, np, "phandle", tree->phandle);
	if (!ret)
		ret = node_add_u32(changes, np, "#iommu-cells", 1);
	if (!ret)
		ret = node_add_reg(changes, np,
				   mock_instance_address(mock_to_instance(mi)),
				   fw.regs_size);
	if (!ret)
		ret = node_add_irqs(tree, np, &fw);
	if (!ret)
		ret = node_add_coherence(changes, np, fw.coherent);
	if (!ret && fw.flag)
		ret = node_add_bool(changes, np, fw.flag, true);
	if (!ret && inst->companion)
		ret = node_add_u32(changes, np, fw.companion.property,
				   tree->companion_phandle);
	return ret;
}

static struct device_node *node_add(struct of_changeset *changes,
				    struct device_node *parent, const char *fmt,
				    int id)
{
	char name[32];

	snprintf(name, sizeof(name), fmt, id);
	return of_changeset_create_node(changes, parent, name);
}

static void node_put(struct fwnode_handle **node)
{
	of_node_put(to_of_node(*node));
	*node = NULL;
}

static int endpoint_fill(struct mock_ep_item *item)
{
	const struct mock_devtree *tree = item->inst->devtree;
	struct device_node *np;

	np = node_add(item->changes, tree->top, "endpoint-%d", item->id);
	if (!np)
		return -ENOMEM;
	item->node = of_fwnode_handle(np);
	return node_add_endpoint_props(item->changes, tree->phandle, np,
				       &item->ep.config);
}

/* The node is not in the tree, or not any more */
static void endpoint_free(struct mock_ep_item *item)
{
	of_changeset_destroy(item->changes);
	node_put(&item->node);
	kfree(item->changes);
	item->changes = NULL;
}

/**
 * mock_devtree_add_endpoint() - add the node of an endpoint to the device tree
 * @item: the endpoint; its unit's node is there
 *
 * Return: 0 or an errno
 */
int mock_devtree_add_endpoint(struct mock_ep_item *item)
{
	int ret;

	item->changes = kzalloc_obj(*item->changes);
	if (!item->changes)
		return -ENOMEM;
	of_changeset_init(item->changes);
	ret = endpoint_fill(item);
	if (!ret)
		ret = of_changeset_apply(item->changes);
	if (ret)
		endpoint_free(item);
	return ret;
}

/**
 * mock_devtree_del_endpoint() - undo mock_devtree_add_endpoint()
 * @item: the endpoint; its device is gone
 */
void mock_devtree_del_endpoint(struct mock_ep_item *item)
{
	of_changeset_revert(item->changes);
	endpoint_free(item);
}

static void map_add(const struct mock_devtree *tree, u32 *map, size_t *cells, u16 rid,
		    u32 sid)
{
	map[(*cells)++] = rid;
	map[(*cells)++] = tree->phandle;
	map[(*cells)++] = sid;
	map[(*cells)++] = 1;
}

/* Of each function on a root bus or behind it, and of its ports */
static u32 *bus_iommu_map(const struct mock_devtree *tree,
			  const struct mock_host_bus *bus, size_t *cells)
{
	const struct mock_host *host = bus->host;
	struct list_head *endpoints = &host->inst->endpoints;
	const struct mock_ep_item *item;
	unsigned int i;
	u32 *map;

	map = kmalloc_array(list_count_nodes(endpoints) + host->nr_ports,
			    4 * sizeof(*map), GFP_KERNEL);
	*cells = 0;
	if (!map)
		return NULL;
	for (i = 0; i < host->nr_ports; i++)
		if (PCI_BUS_NUM(host->ports[i].rid) == bus->nr)
			map_add(tree, map, cells, host->ports[i].rid,
				host->ports[i].rid);
	list_for_each_entry(item, endpoints, list) {
		const struct mock_function *fn = &item->ep.fn;

		if (PCI_BUS_NUM(fn->port ? fn->port->rid : fn->rid) == bus->nr)
			map_add(tree, map, cells, fn->rid, item->ep.config.sid);
	}
	return map;
}

static int node_add_iommu_map(struct mock_devtree *tree, struct device_node *np,
			      const struct mock_host_bus *bus)
{
	size_t cells;
	u32 *map = bus_iommu_map(tree, bus, &cells);
	int ret;

	if (!map)
		return -ENOMEM;
	ret = of_changeset_add_prop_u32_array(&tree->changes, np, "iommu-map", map,
					      cells);
	kfree(map);
	return ret;
}

/*
 * Without a device_type: to some architectures the first node of type "pci" with the
 * right bus number is that of a host bridge, whichever its segment is
 */
static int tree_add_bus(struct mock_devtree *tree, struct mock_host_bus *bus)
{
	const u32 range[] = { bus->numbers.start, bus->numbers.end };
	struct device_node *np;
	int ret;

	np = node_add(&tree->changes, tree->top, "pcie-%d", bus->nr);
	if (!np)
		return -ENOMEM;
	bus->node = of_fwnode_handle(np);
	ret = of_changeset_add_prop_u32_array(&tree->changes, np, "bus-range",
					      range, ARRAY_SIZE(range));
	if (!ret)
		ret = node_add_u32(&tree->changes, np, "linux,pci-domain",
				   bus->host->inst->segment);
	if (!ret)
		ret = node_add_bool(&tree->changes, np, "dma-coherent", true);
	if (!ret)
		ret = node_add_bool(&tree->changes, np, "ats-supported", true);
	return ret ?: node_add_iommu_map(tree, np, bus);
}

static int tree_add_buses(struct mock_devtree *tree, struct mock_host *host)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; host && i < host->nr_buses && !ret; i++)
		ret = tree_add_bus(tree, &host->buses[i]);
	return ret;
}

static int tree_add_irq_controller(struct mock_devtree *tree, struct mock_instance *inst)
{
	struct device_node *np;

	np = of_changeset_create_node(&tree->changes, tree->top, "interrupt-controller");
	if (!np)
		return -ENOMEM;
	inst->irq_node = of_fwnode_handle(np);
	return node_add_irq_controller_props(tree, np);
}

static int tree_add_companion(struct mock_devtree *tree, struct mock_instance *inst)
{
	struct of_changeset *changes = &tree->changes;
	struct mock_firmware fw = {};
	struct resource regs = {};
	struct device_node *np;
	char name[32];
	int ret;

	if (!inst->companion)
		return 0;
	inst->mi.model->firmware(&inst->mi, &fw);
	mock_companion_describe(inst, &regs);
	snprintf(name, sizeof(name), "companion@%llx", (u64)regs.start);
	np = of_changeset_create_node(changes, tree->top, name);
	if (!np)
		return -ENOMEM;
	mock_companion_set_node(inst, of_fwnode_handle(np));
	ret = node_add_compatible(changes, np, NULL, fw.companion.compatible);
	if (!ret)
		ret = node_add_u32(changes, np, "phandle", tree->companion_phandle);
	if (!ret)
		ret = node_add_reg(changes, np, regs.start, resource_size(&regs));
	if (!ret)
		ret = node_add_u32(changes, np, "interrupt-parent", tree->irq_phandle);
	if (!ret)
		ret = node_add_u32(changes, np, "interrupts", MOCK_COMPANION_IRQ);
	return ret;
}

static int tree_fill(struct mock_devtree *tree, struct mock_instance *inst)
{
	struct device_node *root = of_find_node_by_path("/");
	const u64 addr = mock_instance_address(inst);
	struct device_node *unit;
	char name[32];
	int ret;

	if (!root) {
		pr_info("this machine has no device tree to describe the unit in\n");
		return -ENODEV;
	}
	tree->top = node_add(&tree->changes, root, "iommu-mock-%d", inst->id);
	of_node_put(root);
	if (!tree->top)
		return -ENOMEM;
	/* Devices of what is in the root directory would be made by the core */
	of_node_set_flag(tree->top, OF_POPULATED);
	ret = node_add_bus(&tree->changes, tree->top) ?:
	      tree_add_irq_controller(tree, inst) ?:
	      tree_add_companion(tree, inst);
	if (ret)
		return ret;

	snprintf(name, sizeof(name), addr ? "iommu@%llx" : "iommu", addr);
	unit = of_changeset_create_node(&tree->changes, tree->top, name);
	if (!unit)
		return -ENOMEM;
	inst->node = of_fwnode_handle(unit);
	return node_add_unit_props(tree, unit, &inst->mi) ?:
	       tree_add_buses(tree, inst->host);
}

/* The nodes are not in the tree, or not any more */
static void tree_free(struct mock_instance *inst)
{
	struct mock_devtree *tree = inst->devtree;
	unsigned int i;

	for (i = 0; inst->host && i < inst->host->nr_buses; i++)
		node_put(&inst->host->buses[i].node);
	of_changeset_destroy(&tree->changes);
	mock_companion_set_node(inst, NULL);
	node_put(&inst->node);
	node_put(&inst->irq_node);
	of_node_put(tree->top);
	kfree(tree);
	inst->devtree = NULL;
}

/**
 * mock_devtree_create() - add the nodes of an instance to the device tree
 * @inst: the instance, with its endpoints
 *
 * Return: 0 or an errno
 */
int mock_devtree_create(struct mock_instance *inst)
{
	struct mock_devtree *tree;
	struct mock_ep_item *item;
	int ret;

	tree = kzalloc_obj(*tree);
	if (!tree)
		return -ENOMEM;
	inst->devtree = tree;
	tree->phandle = unused_phandle(PHANDLE_BASE + inst->id);
	tree->irq_phandle = unused_phandle(PHANDLE_BASE + PHANDLE_IRQS + inst->id);
	tree->companion_phandle = unused_phandle(PHANDLE_BASE + PHANDLE_COMPANION + inst->id);
	of_changeset_init(&tree->changes);

	ret = tree_fill(tree, inst);
	if (!ret)
		ret = of_changeset_apply(&tree->changes);
	if (ret) {
		tree_free(inst);
		return ret;
	}
	/* A node takes it from its properties when it is added, without any yet */
	to_of_node(inst->node)->phandle = tree->phandle;
	to_of_node(inst->irq_node)->phandle = tree->irq_phandle;
	mock_companion_set_phandle(inst, tree->companion_phandle);

	list_for_each_entry(item, &inst->endpoints, list) {
		ret = mock_node_create_endpoint(item);
		if (ret) {
			mock_devtree_destroy(inst);
			return ret;
		}
	}
	return 0;
}

/**
 * mock_devtree_destroy() - undo mock_devtree_create()
 * @inst: the instance; its devices are gone
 */
void mock_devtree_destroy(struct mock_instance *inst)
{
	struct mock_ep_item *item;

	list_for_each_entry_reverse(item, &inst->endpoints, list)
		if (item->node)
			mock_devtree_del_endpoint(item);
	of_changeset_revert(&inst->devtree->changes);
	tree_free(inst);
}
