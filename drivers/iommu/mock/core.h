/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mock IOMMU: instances
 *
 * configfs*.c configure one, core.c brings it to life: a physical
 * address (mmio.c), firmware nodes (nodes.c, devtree.c), interrupts (irq.c), the
 * model, the unit's platform device, then the endpoints' ones; debugfs.c looks into
 * it.
 */
#ifndef __IOMMU_MOCK_CORE_H
#define __IOMMU_MOCK_CORE_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/smp.h>

#include "../mock-mmio/window.h"
#include "edge.h"
#include "endpoint.h"
#include "mock.h"
#include "pci_host.h"

#define MOCK_ENDPOINT_NAME	"iommu-mock-ep"

struct mock_companion_item;
struct mock_devtree;
struct mock_instance;

#define MOCK_MAX_MODELS	8

#define MOCK_EP_DRIVER_LEN	32
#define MOCK_EP_DRIVER		"vfio-pci"

/* Kinds of IOMMU hardware, %NULL-terminated; a new instance is of the first one */
extern const struct mock_model * const mock_models[];

/**
 * struct mock_irq - an interrupt of a unit
 * @edge: what it is to the host
 * @csd: has it handled on another processor
 * @addr: message address that means it, 0 for a wire
 * @data: message data that means it
 */
struct mock_irq {
	struct mock_edge edge;
	call_single_data_t csd;
	u64 addr;
	u32 data;
};

/**
 * struct mock_misbehave_file - a file of debugfs' misbehave directory
 * @inst: the instance
 * @what: what it is for
 */
struct mock_misbehave_file {
	struct mock_instance *inst;
	enum mock_misbehave what;
};

/**
 * struct mock_regs_mmio - registers that answer in a slot
 * @dev: what answers
 * @regs: the registers
 */
struct mock_regs_mmio {
	struct mock_mmio_device dev;
	struct iommu_regs regs;
};

/**
 * struct mock_instance - an instance as configfs knows it
 * @mi: what models know of it
 * @group: its directory
 * @caches: its "caches" directory
 * @lock: protects configuration, @live and @endpoints
 * @live: it is live. Changed only by a write to the "live" attribute
 * @id: number of the unit's platform device
 * @pci: its endpoints are PCI functions, not platform devices
 * @pci_chosen: so or so, by whoever has made it
 * @segment: PCI segment that they are in then
 * @port_acs: root ports of it have an ACS capability
 * @driver: which driver its unit is for
 * @privs: private data of every model; &mock_iommu.priv is one of them
 * @endpoints: its endpoints, constant while it is live, even if one of them is
 *	unplugged meanwhile. While it is live, virtual functions come last
 * @node: firmware node of the unit while it is live
 * @irq_node: firmware node of the unit's interrupt controller, if it has one
 * @devtree: nodes in the device tree, while it is live and if it has any
 * @host: host bridges while it is live, if it has any
 * @pdev: platform device of the unit while it is live
 * @domain: interrupt domain while it is live
 * @msi_domain: the one of the unit's messages, if it is described to have any
 * @irqs: interrupts while it is live: wires, or messages that the platform data names,
 *	and last the wire of a companion
 * @msis: messages of @msi_domain
 * @slot: where its registers are while it is live, %NULL where there is no MMIO
 * @mmio: the model's registers, which answer there
 * @companion: the unit's companion while it is live, if it has one
 * @debugfs: its directory in debugfs while it is live
 * @debugfs_endpoints: the one there for endpoints
 * @misbehave_files: private data of files there
 */
struct mock_instance {
	struct mock_iommu mi;
	struct config_group group;
	struct config_group caches;
	struct mutex lock;	/* configuration, live, endpoints */
	bool live;
	int id;
	bool pci;
	bool pci_chosen;
	u32 segment;
	bool port_acs;
	enum mock_driver_kind driver;
	void *privs[MOCK_MAX_MODELS];
	struct list_head endpoints;
	struct fwnode_handle *node;
	struct fwnode_handle *irq_node;
	struct mock_devtree *devtree;
	struct mock_host *host;
	struct platform_device *pdev;
	struct irq_domain *domain;
	struct irq_domain *msi_domain;
	struct mock_irq irqs[IOMMU_UNIT_MAX_IRQS + 1];
	struct mock_irq msis[IOMMU_UNIT_MAX_IRQS];
	struct mock_mmio_slot *slot;
	struct mock_regs_mmio mmio;
	struct mock_companion_item *companion;
	struct dentry *debugfs;
	struct dentry *debugfs_endpoints;
	struct mock_misbehave_file misbehave_files[MOCK_MISBEHAVE_NR];
};

/**
 * struct mock_ep_item - an endpoint as configfs knows it
 * @ep: the hardware
 * @group: its directory
 * @inst: the instance
 * @list: in &mock_instance.endpoints
 * @id: number of its platform device
 * @node: its firmware node while it is live
 * @changes: its part of the device tree while it is live, if it has one
 * @pdev: its platform device while it is live and is none of PCI
 * @behind: as a PCI function it is behind a root port
 * @port: routing id of that
 * @driver: name of the driver that is to have it as a PCI function, empty for
 *	whichever knows its ids
 * @removing: it was torn out, and its device is still there; under &mock_instance.lock
 * @removal: removes that
 * @debugfs: its directory in debugfs while it is live
 */
struct mock_ep_item {
	struct mock_endpoint ep;
	struct config_group group;
	struct mock_instance *inst;
	struct list_head list;
	int id;
	struct fwnode_handle *node;
	struct of_changeset *changes;
	struct platform_device *pdev;
	bool behind;
	u16 port;
	char driver[MOCK_EP_DRIVER_LEN];
	bool removing;
	struct work_struct removal;
	struct dentry *debugfs;
};

static inline struct mock_instance *mock_to_instance(struct mock_iommu *mi)
{
	return container_of(mi, struct mock_instance, mi);
}

/* core.c */
struct mock_instance *mock_instance_create(void);
void mock_instance_destroy(struct mock_instance *inst);
void mock_instance_set_model(struct mock_instance *inst, int nr);
int mock_instance_start(struct mock_instance *inst);
int mock_instance_stop(struct mock_instance *inst);
struct mock_endpoint *mock_instance_endpoint(struct mock_iommu *mi, u32 sid);
const char *mock_instance_ep_name(const struct mock_iommu *mi, u32 sid);
struct mock_ep_item *mock_ep_item_create(struct mock_instance *inst);
void mock_ep_item_destroy(struct mock_ep_item *item);
int mock_ep_item_add(struct mock_ep_item *item);
void mock_ep_item_del(struct mock_ep_item *item);
int mock_ep_item_close(struct mock_ep_item *item);
ssize_t mock_ep_item_name(struct mock_ep_item *item, char *page);
void mock_ep_item_allow(struct mock_ep_item *item);

/* Is it there? Changed under &mock_instance.lock only */
static inline bool mock_ep_item_live(const struct mock_ep_item *item)
{
	return READ_ONCE(item->inst->live) && !READ_ONCE(item->ep.unplugged);
}

/* driver.c */
void mock_driver_init(struct mock_instance *inst);
ssize_t mock_driver_show(struct mock_instance *inst, char *page);
ssize_t mock_driver_store(struct mock_instance *inst, const char *page, size_t count);
int mock_driver_choose(struct mock_instance *inst, struct device *dev);
void mock_driver_missed(struct mock_instance *inst);

/* plug.c */
void mock_ep_item_plug_init(struct mock_ep_item *item);
int mock_ep_item_plug(struct mock_ep_item *item, bool live);
int mock_ep_item_tear_out(struct mock_ep_item *item);
int mock_ep_item_settle(struct mock_ep_item *item);

/* nodes.c */
int mock_nodes_create(struct mock_instance *inst);
void mock_nodes_destroy(struct mock_instance *inst);
int mock_node_create_endpoint(struct mock_ep_item *item);
void mock_node_destroy_endpoint(struct mock_ep_item *item);

/* devtree.c */
#ifdef CONFIG_OF_DYNAMIC
int mock_devtree_create(struct mock_instance *inst);
void mock_devtree_destroy(struct mock_instance *inst);
int mock_devtree_add_endpoint(struct mock_ep_item *item);
void mock_devtree_del_endpoint(struct mock_ep_item *item);
#else
static inline int mock_devtree_create(struct mock_instance *inst)
{
	pr_info("iommu_mock: type %s needs a kernel with CONFIG_OF_DYNAMIC\n",
		inst->mi.model->name);
	return -EOPNOTSUPP;
}

static inline void mock_devtree_destroy(struct mock_instance *inst)
{
}

static inline int mock_devtree_add_endpoint(struct mock_ep_item *item)
{
	return -EOPNOTSUPP;
}

static inline void mock_devtree_del_endpoint(struct mock_ep_item *item)
{
}
#endif

/* mmio.c */
#if IS_ENABLED(CONFIG_IOMMU_MOCK_MMIO)
int mock_regs_connect(struct mock_regs_mmio *mmio, struct mock_mmio_slot *slot,
		      const struct iommu_regs *regs);
int mock_instance_take_address(struct mock_instance *inst);
void mock_instance_give_address(struct mock_instance *inst);
u64 mock_instance_address(const struct mock_instance *inst);
int mock_instance_connect_regs(struct mock_instance *inst, struct iommu_unit *unit);
void mock_instance_disconnect_regs(struct mock_instance *inst);
#else
/* Drivers reach the registers by the accessor that the model fills in */
static inline int mock_instance_take_address(struct mock_instance *inst)
{
	return 0;
}

static inline void mock_instance_give_address(struct mock_instance *inst)
{
}

static inline u64 mock_instance_address(const struct mock_instance *inst)
{
	return 0;
}

static inline int mock_instance_connect_regs(struct mock_instance *inst,
					     struct iommu_unit *unit)
{
	return 0;
}

static inline void mock_instance_disconnect_regs(struct mock_instance *inst)
{
}
#endif

/* companion.c */
#if IS_ENABLED(CONFIG_IOMMU_MOCK_MMIO)
int mock_companion_create(struct mock_instance *inst);
void mock_companion_destroy(struct mock_instance *inst);
void mock_companion_describe(const struct mock_instance *inst, struct resource *regs);
void mock_companion_set_node(struct mock_instance *inst, struct fwnode_handle *node);
void mock_companion_set_phandle(struct mock_instance *inst, u32 phandle);
int mock_companion_connect(struct mock_instance *inst);
void mock_companion_disconnect(struct mock_instance *inst);
int mock_companion_add(struct mock_instance *inst);
void mock_companion_del(struct mock_instance *inst);
#else
/* Models do not have any there */
static inline int mock_companion_create(struct mock_instance *inst)
{
	return 0;
}

static inline void mock_companion_destroy(struct mock_instance *inst)
{
}

static inline void mock_companion_describe(const struct mock_instance *inst,
					   struct resource *regs)
{
}

static inline void mock_companion_set_node(struct mock_instance *inst,
					   struct fwnode_handle *node)
{
}

static inline void mock_companion_set_phandle(struct mock_instance *inst, u32 phandle)
{
}

static inline int mock_companion_connect(struct mock_instance *inst)
{
	return 0;
}

static inline void mock_companion_disconnect(struct mock_instance *inst)
{
}

static inline int mock_companion_add(struct mock_instance *inst)
{
	return 0;
}

static inline void mock_companion_del(struct mock_instance *inst)
{
}
#endif

/* irq.c */
int mock_irqs_create(struct mock_instance *inst);
void mock_irqs_destroy(struct mock_instance *inst);

/* configfs.c, configfs_caches.c, configfs_ep.c */
extern const struct config_item_type mock_caches_type;
int mock_configfs_register(void);
void mock_configfs_unregister(void);
struct config_group *mock_ep_make_group(struct config_group *group,
					const char *name);
void mock_ep_drop_item(struct config_group *group, struct config_item *item);

/* main.c */
extern unsigned int mock_reorder_seed;
extern bool mock_endpoints_pci;

/* debugfs.c */
void mock_debugfs_register(void);
void mock_debugfs_unregister(void);
void mock_debugfs_add(struct mock_instance *inst);
void mock_debugfs_remove(struct mock_instance *inst);
void mock_debugfs_add_endpoint(struct mock_ep_item *item);
void mock_debugfs_remove_endpoint(struct mock_ep_item *item);

/* vfio.c */
extern struct platform_driver mock_vfio_driver;
int mock_vfio_close_all(struct mock_endpoint *ep);
void mock_vfio_allow(struct mock_endpoint *ep);
ssize_t mock_vfio_name(struct mock_endpoint *ep, char *buf);

/* model.c */
int mock_model_start(struct mock_iommu *mi, struct iommu_unit *unit);
void mock_model_settle(struct mock_iommu *mi);
void mock_model_stop(struct mock_iommu *mi);
int mock_model_translate(struct mock_iommu *mi, const struct mock_req *req,
			 struct mock_xlate *res);
int mock_model_speculate(struct mock_iommu *mi, const struct mock_req *req,
			 struct mock_xlate *res);
void mock_model_stall_gone(struct mock_iommu *mi, u32 sid, u16 tag);
int mock_model_page_request(struct mock_iommu *mi,
			    const struct mock_page_request *preq);
void mock_model_misbehave(struct mock_iommu *mi, enum mock_misbehave what,
			  u32 count);
void mock_model_resume(struct mock_iommu *mi);
void mock_model_devtlb_lost(struct mock_iommu *mi, u32 sid);

#endif /* __IOMMU_MOCK_CORE_H */
