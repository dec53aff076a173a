// SPDX-License-Identifier: GPL-2.0-only
/* Mock IOMMU: instances come to life and go */
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/idr.h>
#include <linux/lockdep.h>
#include <linux/of.h>
#include <linux/of_irq.h>
#include <linux/property.h>
#include <linux/slab.h>

#include "core.h"
#include "reorder.h"
#include "walk.h"

#define DEFAULT_IOTLB_ENTRIES	4096
#define DEFAULT_PWC_ENTRIES	1024
#define DEFAULT_CONFIG_ENTRIES	256
#define DEFAULT_ATC_ENTRIES	512

/* The Makefile has made MOCK_MODELS of the folders, with commas between them */
#define MOCK_MODEL(_name)	mock_##_name##_model
extern const struct mock_model MOCK_MODELS;
#undef MOCK_MODEL

#define MOCK_MODEL(_name)	(&mock_##_name##_model)
const struct mock_model * const mock_models[] = { MOCK_MODELS, NULL };
#undef MOCK_MODEL

static_assert(ARRAY_SIZE(mock_models) - 1 <= MOCK_MAX_MODELS);

/* Numbers of units' platform devices */
static DEFINE_IDA(mock_unit_ids);

/**
 * mock_iommu_is_live() - is the instance live?
 * @mi: the instance
 *
 * Return: it is
 */
bool mock_iommu_is_live(struct mock_iommu *mi)
{
	return READ_ONCE(mock_to_instance(mi)->live);
}

/**
 * mock_iommu_config_lock() - begin to change an instance's configuration
 * @mi: the instance
 *
 * Return: 0, then to be ended by mock_iommu_config_unlock(); -EBUSY while it is
 * live
 */
int mock_iommu_config_lock(struct mock_iommu *mi)
{
	struct mock_instance *inst = mock_to_instance(mi);
	int ret;

	mutex_lock(&inst->lock);
	ret = inst->live ? -EBUSY : 0;
	if (ret)
		mutex_unlock(&inst->lock);
	return ret;
}

/**
 * mock_iommu_config_unlock() - end a change of an instance's configuration
 * @mi: the instance
 */
void mock_iommu_config_unlock(struct mock_iommu *mi)
{
	mutex_unlock(&mock_to_instance(mi)->lock);
}

/**
 * mock_misbehave_take() - is it time to misbehave?
 * @mi: the instance
 * @what: in which way
 *
 * Context: &mock_iommu.lock is held
 * Return: yes, and the count is one less
 */
bool mock_misbehave_take(struct mock_iommu *mi, enum mock_misbehave what)
{
	lockdep_assert_held(&mi->lock);
	/* Counts are for accesses that somebody has asked for */
	if (!mi->misbehave[what] || mock_speculating(mi) || mock_walking(mi))
		return false;
	if (mi->misbehave[what] != U32_MAX)
		mi->misbehave[what]--;
	return true;
}

/* The first @nr of them */
static void models_destroy(struct mock_instance *inst, int nr)
{
	while (nr--) {
		mock_instance_set_model(inst, nr);
		inst->mi.model->destroy(&inst->mi);
	}
}

static int models_create(struct mock_instance *inst)
{
	int i, ret;

	for (i = 0; mock_models[i]; i++) {
		ret = mock_models[i]->create(&inst->mi);
		if (ret) {
			models_destroy(inst, i);
			return ret;
		}
		inst->privs[i] = inst->mi.priv;
	}
	return 0;
}

/**
 * mock_instance_set_model() - make an instance one of another kind
 * @inst: the instance, which is not live
 * @nr: index of the kind in mock_models
 *
 * What was configured of another kind is kept.
 */
void mock_instance_set_model(struct mock_instance *inst, int nr)
{
	WRITE_ONCE(inst->mi.model, mock_models[nr]);
	if (!inst->pci_chosen)
		WRITE_ONCE(inst->pci, mock_endpoints_pci &&
			   mock_instance_has_pci() && mock_models[nr]->pci);
	inst->mi.priv = inst->privs[nr];
}

/**
 * mock_instance_create() - make an instance that is not live
 *
 * Return: the instance or an error pointer
 */
struct mock_instance *mock_instance_create(void)
{
	struct mock_instance *inst;
	int ret;

	if (!mock_models[0])
		return ERR_PTR(-ENODEV);
	inst = kzalloc_obj(*inst);
	if (!inst)
		return ERR_PTR(-ENOMEM);
	inst->mi.cache_params = (struct mock_cache_params){
		.iotlb_entries = DEFAULT_IOTLB_ENTRIES,
		.pwc_entries = DEFAULT_PWC_ENTRIES,
		.config_entries = DEFAULT_CONFIG_ENTRIES,
		.atc_entries = DEFAULT_ATC_ENTRIES,
	};
	inst->mi.reorder_seed = mock_reorder_seed;
	mock_driver_init(inst);
	spin_lock_init(&inst->mi.lock);
	mock_slow_init(&inst->mi);
	mutex_init(&inst->lock);
	INIT_LIST_HEAD(&inst->endpoints);

	inst->id = ida_alloc(&mock_unit_ids, GFP_KERNEL);
	if (inst->id < 0) {
		ret = inst->id;
		goto err_free;
	}
	/* Segment 0 is the machine's own */
	inst->segment = inst->id + 1;
	inst->port_acs = true;
	ret = models_create(inst);
	if (ret)
		goto err_id;
	/* As VMMs know all units that there are */
	mock_instance_set_model(inst, 0);
	return inst;

err_id:
	ida_free(&mock_unit_ids, inst->id);
err_free:
	kfree(inst);
	return ERR_PTR(ret);
}

/**
 * mock_instance_destroy() - undo mock_instance_create()
 * @inst: the instance, which is not live
 */
void mock_instance_destroy(struct mock_instance *inst)
{
	models_destroy(inst, ARRAY_SIZE(mock_models) - 1);
	ida_free(&mock_unit_ids, inst->id);
	mutex_destroy(&inst->lock);
	kfree(inst);
}

/**
 * mock_instance_endpoint() - find the endpoint with a source-id
 * @mi: the instance, which is live: its endpoints do not change
 * @sid: source-id or StreamID
 *
 * Context: while the instance is live, &mock_iommu.lock is held
 * Return: the endpoint, or NULL if there is none, or it is unplugged
 */
struct mock_endpoint *mock_instance_endpoint(struct mock_iommu *mi, u32 sid)
{
	struct mock_ep_item *item;

	list_for_each_entry(item, &mock_to_instance(mi)->endpoints, list)
		if (item->ep.config.sid == sid && !item->ep.unplugged)
			return &item->ep;
	return NULL;
}

/**
 * mock_instance_ep_name() - what is the endpoint with a source-id called?
 * @mi: the instance, which is live
 * @sid: source-id or StreamID
 *
 * Return: its name, even if it is unplugged, or NULL if there is none
 */
const char *mock_instance_ep_name(const struct mock_iommu *mi, u32 sid)
{
	const struct mock_instance *inst =
		container_of_const(mi, struct mock_instance, mi);
	const struct mock_ep_item *item;

	list_for_each_entry(item, &inst->endpoints, list)
		if (item->ep.config.sid == sid)
			return item->ep.name;
	return NULL;
}

/* The width, because the type may have been changed since they were set */
static bool source_ids_valid(struct mock_instance *inst)
{
	struct mock_ep_item *item;

	list_for_each_entry(item, &inst->endpoints, list) {
		u32 sid = item->ep.config.sid;

		if ((u64)sid >> inst->mi.model->sid_bits ||
		    mock_instance_endpoint(&inst->mi, sid) != &item->ep)
			return false;
	}
	return true;
}

/* Firmware may say less than there is */
static u32 unit_regs_said(struct mock_instance *inst)
{
	struct mock_firmware fw = { .regs_size = inst->mmio.regs.size };

	if (inst->mi.model->firmware)
		inst->mi.model->firmware(&inst->mi, &fw);
	return fw.regs_size;
}

/*
 * The instance's software node is no part of the device, which some kernels think of
 * any that they find in a platform device, and put it
 */
static void unit_put(struct platform_device *pdev)
{
	if (is_software_node(pdev->dev.fwnode))
		pdev->dev.fwnode = NULL;
	platform_device_put(pdev);
}

static void instance_del_unit(struct mock_instance *inst)
{
	platform_device_del(inst->pdev);
	unit_put(inst->pdev);
}

static int instance_add_unit(struct mock_instance *inst,
			     const struct iommu_unit *unit)
{
	const struct resource regs =
		DEFINE_RES_MEM(mock_instance_address(inst), unit_regs_said(inst));
	struct platform_device *pdev;
	int ret;

	pdev = platform_device_alloc(inst->mi.model->unit_name, inst->id);
	if (!pdev)
		return -ENOMEM;
	pdev->dev.fwnode = inst->node;
	pdev->dev.of_node = of_node_get(to_of_node(inst->node));
	if (inst->irq_node)
		of_msi_configure(&pdev->dev, pdev->dev.of_node);
	pdev->platform_dma_mask = DMA_BIT_MASK(64);
	pdev->dev.dma_mask = &pdev->platform_dma_mask;
	pdev->dev.coherent_dma_mask = DMA_BIT_MASK(64);

	ret = platform_device_add_data(pdev, unit, sizeof(*unit));
	if (!ret)
		ret = platform_device_add_resources(pdev, &regs, regs.start ? 1 : 0);
	if (!ret)
		ret = mock_driver_choose(inst, &pdev->dev);
	if (!ret)
		ret = platform_device_add(pdev);
	if (ret) {
		unit_put(pdev);
		return ret;
	}
	inst->pdev = pdev;
	return 0;
}

static struct mock_ep_item *endpoints_head(struct mock_instance *inst)
{
	return list_entry(&inst->endpoints, struct mock_ep_item, list);
}

static void platform_endpoints_del(struct mock_instance *inst,
				   struct mock_ep_item *from)
{
	list_for_each_entry_continue_reverse(from, &inst->endpoints, list)
		if (from->pdev)
			mock_ep_item_del(from);
}

static int platform_endpoints_add(struct mock_instance *inst)
{
	struct mock_ep_item *item;
	int ret;

	list_for_each_entry(item, &inst->endpoints, list) {
		ret = mock_ep_item_add(item);
		if (ret) {
			platform_endpoints_del(inst, item);
			return ret;
		}
	}
	return 0;
}

static int endpoints_add(struct mock_instance *inst)
{
	return inst->host ? mock_host_start(inst) : platform_endpoints_add(inst);
}

static void endpoints_del(struct mock_instance *inst)
{
	if (inst->host)
		mock_host_stop(inst);
	else
		platform_endpoints_del(inst, endpoints_head(inst));
}

static void endpoints_stop(struct mock_instance *inst, struct mock_ep_item *from)
{
	list_for_each_entry_continue_reverse(from, &inst->endpoints, list)
		/* A virtual function has its engine whether software wants it or not */
		if (!from->ep.unplugged || from->ep.fn.pf)
			mock_endpoint_stop(&from->ep);
}

static int endpoints_start(struct mock_instance *inst)
{
	struct mock_ep_item *item;
	int ret;

	list_for_each_entry(item, &inst->endpoints, list) {
		ret = mock_endpoint_start(&item->ep);
		if (ret) {
			endpoints_stop(inst, item);
			return ret;
		}
	}
	return 0;
}

/* What the platform says about the unit */
static void unit_describe(struct mock_instance *inst, struct iommu_unit *unit)
{
	int i;

	*unit = (struct iommu_unit){};
	/* Else the nodes say it */
	if (inst->irq_node)
		return;
	for (i = 0; i < ARRAY_SIZE(unit->irqs); i++)
		unit->irqs[i] = (struct iommu_unit_irq){
			.irq = inst->irqs[i].edge.irq,
			.msi_addr = inst->irqs[i].addr,
			.msi_data = inst->irqs[i].data,
		};
}

static int its_create(struct mock_instance *inst)
{
	struct mock_its *its;

	if (!IS_ENABLED(CONFIG_IRQ_MSI_IOMMU) ||
	    (!inst->mi.model->msi_translated && !inst->host))
		return 0;
	its = mock_its_create(inst->id, inst->mi.model->msi_translated);
	if (IS_ERR(its))
		return PTR_ERR(its);
	inst->mi.its = its;
	return 0;
}

static void its_destroy(struct mock_instance *inst)
{
	if (!IS_ENABLED(CONFIG_IRQ_MSI_IOMMU) || !inst->mi.its)
		return;
	mock_its_destroy(inst->mi.its);
	inst->mi.its = NULL;
}

/**
 * mock_instance_start() - the instance goes live
 * @inst: the instance, which is not
 *
 * Interrupts and the model first, so that the unit works when its device
 * appears, then the endpoints: the IOMMU core asks the unit's driver about each
 * of them when it is added.
 *
 * Return: 0; -EINVAL for a configuration that cannot be; -EOPNOTSUPP or -ENODEV
 * for one that this kernel or machine cannot have; -ENOSPC if no physical address is
 * left for its registers; -ENOMEM
 */
int mock_instance_start(struct mock_instance *inst)
{
	struct iommu_unit unit;
	int ret;

	lockdep_assert_held(&inst->lock);
	ret = inst->pci ? mock_vfs_create(inst) : 0;
	if (ret)
		return ret;
	if (!source_ids_valid(inst)) {
		ret = -EINVAL;
		goto err_vfs;
	}
	memset(inst->mi.misbehave, 0, sizeof(inst->mi.misbehave));
	ret = mock_instance_take_address(inst);
	if (ret)
		goto err_vfs;
	ret = mock_companion_create(inst);
	if (ret)
		goto err_address;
	ret = inst->pci ? mock_host_create(inst) : 0;
	if (ret)
		goto err_companion;
	ret = mock_nodes_create(inst);
	if (ret)
		goto err_host;
	ret = its_create(inst);
	if (ret)
		goto err_nodes;
	ret = mock_irqs_create(inst);
	if (ret)
		goto err_its;
	unit_describe(inst, &unit);
	ret = mock_reorder_create(&inst->mi);
	if (ret)
		goto err_irqs;
	ret = mock_model_start(&inst->mi, &unit);
	if (ret)
		goto err_reorder;
	ret = mock_instance_connect_regs(inst, &unit);
	if (ret)
		goto err_model;
	ret = mock_companion_connect(inst);
	if (ret)
		goto err_regs;
	ret = endpoints_start(inst);
	if (ret)
		goto err_companion_regs;
	mock_slow_start(&inst->mi);
	ret = mock_companion_add(inst);
	if (ret)
		goto err_endpoints;
	ret = instance_add_unit(inst, &unit);
	if (ret)
		goto err_companion_device;
	ret = endpoints_add(inst);
	if (ret)
		goto err_unit;
	mock_debugfs_add(inst);
	WRITE_ONCE(inst->live, true);
	return 0;

err_unit:
	instance_del_unit(inst);
err_companion_device:
	mock_companion_del(inst);
err_endpoints:
	mock_slow_stop(&inst->mi);
	endpoints_stop(inst, endpoints_head(inst));
err_companion_regs:
	mock_companion_disconnect(inst);
err_regs:
	mock_instance_disconnect_regs(inst);
err_model:
	mock_model_stop(&inst->mi);
err_reorder:
	mock_reorder_destroy(&inst->mi);
err_irqs:
	mock_irqs_destroy(inst);
err_its:
	its_destroy(inst);
err_nodes:
	mock_nodes_destroy(inst);
err_host:
	if (inst->host)
		mock_host_destroy(inst);
err_companion:
	mock_companion_destroy(inst);
err_address:
	mock_instance_give_address(inst);
err_vfs:
	mock_vfs_destroy(inst);
	return ret;
}

/* Nobody may have an endpoint open, or begin to */
static int endpoints_close(struct mock_instance *inst)
{
	struct mock_ep_item *item;
	int ret = 0;

	list_for_each_entry(item, &inst->endpoints, list)
		ret = mock_ep_item_close(item) ?: ret;
	if (!ret)
		return 0;
	list_for_each_entry(item, &inst->endpoints, list)
		mock_ep_item_allow(item);
	return ret;
}

/* Nobody could let the queue go on any more */
static void release_queue(struct mock_instance *inst)
{
	guard(spinlock_irqsave)(&inst->mi.lock);
	mock_slow_hold(&inst->mi, MOCK_CMD_OTHER, 0);
}

/**
 * mock_instance_stop() - undo mock_instance_start()
 * @inst: the instance, which is live
 *
 * Return: 0, or -EBUSY while one of its endpoints is in use
 */
int mock_instance_stop(struct mock_instance *inst)
{
	struct mock_ep_item *item;
	int ret;

	lockdep_assert_held(&inst->lock);
	ret = endpoints_close(inst);
	if (ret)
		return ret;

	mock_debugfs_remove(inst);
	release_queue(inst);
	endpoints_del(inst);
	mock_model_settle(&inst->mi);
	instance_del_unit(inst);
	mock_companion_del(inst);
	mock_slow_stop(&inst->mi);
	mock_companion_disconnect(inst);
	mock_instance_disconnect_regs(inst);
	mock_model_stop(&inst->mi);
	endpoints_stop(inst, endpoints_head(inst));
	list_for_each_entry(item, &inst->endpoints, list)
		item->ep.unplugged = false;
	mock_reorder_destroy(&inst->mi);
	mock_irqs_destroy(inst);
	its_destroy(inst);
	mock_nodes_destroy(inst);
	if (inst->host)
		mock_host_destroy(inst);
	mock_companion_destroy(inst);
	mock_instance_give_address(inst);
	mock_vfs_destroy(inst);
	WRITE_ONCE(inst->live, false);
	return 0;
}
