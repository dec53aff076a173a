// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: configfs
 *
 *   iommu-mock/<instance>/            configuration and "live"
 *   iommu-mock/<instance>/caches/     see configfs_caches.c
 *   iommu-mock/<instance>/<endpoint>/ see configfs_ep.c
 *
 * A write changes the configuration of an instance that is not live, and gives
 * EBUSY otherwise. The directories of a live instance are pinned.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/device.h>
#include <linux/err.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/slab.h>

#include "core.h"

static struct mock_instance *to_instance(struct config_item *item)
{
	return container_of(to_config_group(item), struct mock_instance, group);
}

/**
 * mock_iommu_from_item() - the instance whose directory a configfs item is
 * @item: the item
 *
 * Return: the instance
 */
struct mock_iommu *mock_iommu_from_item(struct config_item *item)
{
	return &to_instance(item)->mi;
}

/**
 * mock_any_priv_from_item() - a model's private data of an instance of any type
 * @item: the instance's directory
 * @model: the model
 *
 * For attributes that can be written before the type is, and mean nothing to
 * other types. What it returns stays for as long as the directory does.
 *
 * Return: the data
 */
void *mock_any_priv_from_item(struct config_item *item,
			      const struct mock_model *model)
{
	struct mock_instance *inst = to_instance(item);
	int i = 0;

	while (mock_models[i] != model)
		i++;
	return inst->privs[i];
}

/**
 * mock_priv_from_item() - a model's private data of an instance of its type
 * @item: the instance's directory
 * @model: the model
 *
 * What it returns stays for as long as the directory does.
 *
 * Return: the data, or %NULL if the instance is of another type
 */
void *mock_priv_from_item(struct config_item *item,
			  const struct mock_model *model)
{
	if (READ_ONCE(to_instance(item)->mi.model) != model)
		return NULL;
	return mock_any_priv_from_item(item, model);
}

/**
 * mock_complain() - say why a configuration is refused
 * @why: why, %NULL if it is not
 *
 * An errno alone would leave one guessing among many rules.
 *
 * Return: 0, or -EINVAL if it is
 */
int mock_complain(const char *why)
{
	if (!why)
		return 0;
	pr_info("%s\n", why);
	return -EINVAL;
}

/**
 * mock_need_missing() - does a feature lack what it needs?
 * @needs: features
 * @nr: how many there are
 * @val: the register
 *
 * Return: what is wrong with the first one, or %NULL
 */
const char *mock_need_missing(const struct mock_need *needs, size_t nr, u64 val)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if ((val & needs[i].feature) &&
		    (val & needs[i].needs) != needs[i].needs)
			return needs[i].why;
	return NULL;
}

/**
 * mock_show_bool() - show a boolean attribute
 * @value: where its value is, %NULL if the instance has none
 * @page: is filled
 *
 * Return: how much there is, or -EOPNOTSUPP
 */
ssize_t mock_show_bool(const bool *value, char *page)
{
	return value ? sysfs_emit(page, "%d\n", *value) : -EOPNOTSUPP;
}

/**
 * mock_store_bool() - store a boolean attribute
 * @mi: the instance that it configures
 * @value: where its value is, %NULL if the instance has none
 * @page: what was written
 * @count: how much
 *
 * Return: @count, -EOPNOTSUPP, -EINVAL, or -EBUSY while the instance is live
 */
ssize_t mock_store_bool(struct mock_iommu *mi, bool *value, const char *page,
			size_t count)
{
	bool val;
	int ret;

	if (!value)
		return -EOPNOTSUPP;
	ret = kstrtobool(page, &val);
	if (ret)
		return ret;
	ret = mock_iommu_config_lock(mi);
	if (ret)
		return ret;
	*value = val;
	mock_iommu_config_unlock(mi);
	return count;
}

/**
 * mock_store_u32() - store a numeric attribute
 * @mi: the instance that it configures
 * @value: where its value is
 * @min: smallest value
 * @max: greatest value
 * @page: what was written
 * @count: how much
 *
 * Return: @count, -EINVAL or -ERANGE, or -EBUSY while the instance is live
 */
ssize_t mock_store_u32(struct mock_iommu *mi, u32 *value, u32 min, u32 max,
		       const char *page, size_t count)
{
	u32 val;
	int ret;

	ret = kstrtou32(page, 0, &val);
	if (ret)
		return ret;
	if (val < min || val > max)
		return -EINVAL;
	ret = mock_iommu_config_lock(mi);
	if (ret)
		return ret;
	*value = val;
	mock_iommu_config_unlock(mi);
	return count;
}

static ssize_t mock_instance_type_show(struct config_item *item, char *page)
{
	const struct mock_model *model;

	model = READ_ONCE(to_instance(item)->mi.model);
	return sysfs_emit(page, "%s\n", model->name);
}

static ssize_t mock_instance_type_store(struct config_item *item,
					const char *page, size_t count)
{
	struct mock_instance *inst = to_instance(item);
	int i, ret;

	for (i = 0; mock_models[i]; i++)
		if (sysfs_streq(page, mock_models[i]->name))
			break;
	ret = mock_iommu_config_lock(&inst->mi);
	if (ret)
		return ret;
	if (mock_models[i])
		mock_instance_set_model(inst, i);
	mock_iommu_config_unlock(&inst->mi);
	return mock_models[i] ? count : -EINVAL;
}

static ssize_t mock_instance_dev_name_show(struct config_item *item, char *page)
{
	struct mock_instance *inst = to_instance(item);

	guard(mutex)(&inst->lock);
	return sysfs_emit(page, "%s\n",
			  inst->live ? dev_name(&inst->pdev->dev) : "");
}

static bool *mock_instance_async_commands(struct config_item *item)
{
	return &to_instance(item)->mi.async_commands;
}

MOCK_BOOL_ATTR(mock_instance_, async_commands);

static void unpin_endpoints(struct mock_instance *inst, struct mock_ep_item *from)
{
	list_for_each_entry_continue_reverse(from, &inst->endpoints, list)
		configfs_undepend_item_unlocked(&from->group.cg_item);
}

static void unpin_instance(struct mock_instance *inst)
{
	unpin_endpoints(inst, list_entry(&inst->endpoints, struct mock_ep_item,
					 list));
	configfs_undepend_item_unlocked(&inst->group.cg_item);
}

/* Fails for a directory that is just being made or removed */
static int pin_instance(struct mock_instance *inst)
{
	struct configfs_subsystem *subsys = inst->group.cg_subsys;
	struct mock_ep_item *item;

	if (configfs_depend_item_unlocked(subsys, &inst->group.cg_item))
		return -EBUSY;
	list_for_each_entry(item, &inst->endpoints, list) {
		if (configfs_depend_item_unlocked(subsys, &item->group.cg_item)) {
			unpin_endpoints(inst, item);
			configfs_undepend_item_unlocked(&inst->group.cg_item);
			return -EBUSY;
		}
	}
	return 0;
}

static int go_live(struct mock_instance *inst)
{
	int ret;

	if (inst->live)
		return -EEXIST;
	ret = pin_instance(inst);
	if (ret)
		return ret;
	ret = mock_instance_start(inst);
	if (ret) {
		unpin_instance(inst);
		return ret;
	}
	/* Drivers that are there have bound when the write returns */
	wait_for_device_probe();
	mock_driver_missed(inst);
	return 0;
}

static int go_dead(struct mock_instance *inst)
{
	int ret;

	if (!inst->live)
		return 0;
	ret = mock_instance_stop(inst);
	if (!ret)
		unpin_instance(inst);
	return ret;
}

static ssize_t mock_instance_live_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%d\n",
			  mock_iommu_is_live(mock_iommu_from_item(item)));
}

static ssize_t mock_instance_live_store(struct config_item *item,
					const char *page, size_t count)
{
	struct mock_instance *inst = to_instance(item);
	bool live;
	int ret;

	ret = kstrtobool(page, &live);
	if (ret)
		return ret;
	guard(mutex)(&inst->lock);
	ret = live ? go_live(inst) : go_dead(inst);
	return ret ?: count;
}

static ssize_t mock_instance_reorder_seed_show(struct config_item *item,
					       char *page)
{
	return sysfs_emit(page, "%u\n", to_instance(item)->mi.reorder_seed);
}

static ssize_t mock_instance_reorder_seed_store(struct config_item *item,
						const char *page, size_t count)
{
	struct mock_iommu *mi = mock_iommu_from_item(item);

	return mock_store_u32(mi, &mi->reorder_seed, 0, U32_MAX, page, count);
}

static const char * const mock_instance_buses[] = { "platform", "pci" };

static ssize_t mock_instance_bus_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%s\n",
			  mock_instance_buses[READ_ONCE(to_instance(item)->pci)]);
}

static ssize_t mock_instance_bus_store(struct config_item *item, const char *page,
				       size_t count)
{
	struct mock_instance *inst = to_instance(item);
	int ret, pci = sysfs_match_string(mock_instance_buses, page);

	if (pci < 0)
		return pci;
	if (pci && !mock_instance_has_pci()) {
		pr_info("endpoints can be no PCI functions: this kernel has no MMIO to be emulated (INDIRECT_IOMEM), or no PCI_DOMAINS_GENERIC, PCI_MSI or IRQ_MSI_IOMMU\n");
		return -EOPNOTSUPP;
	}
	ret = mock_iommu_config_lock(&inst->mi);
	if (ret)
		return ret;
	WRITE_ONCE(inst->pci, pci);
	inst->pci_chosen = true;
	mock_iommu_config_unlock(&inst->mi);
	return count;
}

static ssize_t mock_instance_segment_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", to_instance(item)->segment);
}

static ssize_t mock_instance_segment_store(struct config_item *item,
					   const char *page, size_t count)
{
	struct mock_instance *inst = to_instance(item);

	return mock_store_u32(&inst->mi, &inst->segment, 0, U16_MAX, page, count);
}

static ssize_t mock_instance_port_acs_show(struct config_item *item, char *page)
{
	return mock_show_bool(&to_instance(item)->port_acs, page);
}

static ssize_t mock_instance_port_acs_store(struct config_item *item,
					    const char *page, size_t count)
{
	struct mock_instance *inst = to_instance(item);

	return mock_store_bool(&inst->mi, &inst->port_acs, page, count);
}

CONFIGFS_ATTR(mock_instance_, bus);
CONFIGFS_ATTR(mock_instance_, port_acs);
CONFIGFS_ATTR(mock_instance_, segment);

static ssize_t mock_instance_driver_show(struct config_item *item, char *page)
{
	return mock_driver_show(to_instance(item), page);
}

static ssize_t mock_instance_driver_store(struct config_item *item,
					  const char *page, size_t count)
{
	return mock_driver_store(to_instance(item), page, count);
}

CONFIGFS_ATTR(mock_instance_, type);
CONFIGFS_ATTR(mock_instance_, live);
CONFIGFS_ATTR(mock_instance_, driver);
CONFIGFS_ATTR(mock_instance_, reorder_seed);
CONFIGFS_ATTR_RO(mock_instance_, dev_name);

static struct configfs_attribute *mock_instance_attrs[] = {
	&mock_instance_attr_type,
	&mock_instance_attr_live,
	&mock_instance_attr_dev_name,
	&mock_instance_attr_bus,
	&mock_instance_attr_segment,
	&mock_instance_attr_port_acs,
	&mock_instance_attr_driver,
	&mock_instance_attr_async_commands,
	&mock_instance_attr_reorder_seed,
	NULL
};

static void mock_instance_release(struct config_item *item)
{
	mock_instance_destroy(to_instance(item));
}

static const struct configfs_item_operations mock_instance_item_ops = {
	.release = mock_instance_release,
};

static const struct configfs_group_operations mock_instance_group_ops = {
	.make_group = mock_ep_make_group,
	.drop_item = mock_ep_drop_item,
};

/* Its attributes are those of every instance and of every type */
static struct config_item_type mock_instance_type = {
	.ct_item_ops = &mock_instance_item_ops,
	.ct_group_ops = &mock_instance_group_ops,
	.ct_owner = THIS_MODULE,
};

static struct config_group *mock_make_instance(struct config_group *group,
					       const char *name)
{
	struct mock_instance *inst;

	inst = mock_instance_create();
	if (IS_ERR(inst))
		return ERR_CAST(inst);
	config_group_init_type_name(&inst->group, name, &mock_instance_type);
	inst->mi.name = config_item_name(&inst->group.cg_item);
	config_group_init_type_name(&inst->caches, "caches", &mock_caches_type);
	configfs_add_default_group(&inst->caches, &inst->group);
	return &inst->group;
}

static const struct configfs_group_operations mock_subsys_group_ops = {
	.make_group = mock_make_instance,
};

static const struct config_item_type mock_subsys_type = {
	.ct_group_ops = &mock_subsys_group_ops,
	.ct_owner = THIS_MODULE,
};

static struct configfs_subsystem mock_subsys = {
	.su_group = {
		.cg_item = {
			.ci_namebuf = "iommu-mock",
			.ci_type = &mock_subsys_type,
		},
	},
};

static size_t attrs_count(struct configfs_attribute **attrs)
{
	size_t n = 0;

	while (attrs && attrs[n])
		n++;
	return n;
}

/* A directory's attributes are fixed when it is made, before its type is set */
static struct configfs_attribute **attrs_join(void)
{
	size_t n = attrs_count(mock_instance_attrs);
	struct configfs_attribute **attrs;
	int i;

	for (i = 0; mock_models[i]; i++)
		n += attrs_count(mock_models[i]->attrs);
	attrs = kcalloc(n + 1, sizeof(*attrs), GFP_KERNEL);
	if (!attrs)
		return NULL;

	n = attrs_count(mock_instance_attrs);
	memcpy(attrs, mock_instance_attrs, n * sizeof(*attrs));
	for (i = 0; mock_models[i]; i++) {
		size_t more = attrs_count(mock_models[i]->attrs);

		memcpy(attrs + n, mock_models[i]->attrs, more * sizeof(*attrs));
		n += more;
	}
	return attrs;
}

/**
 * mock_configfs_register() - make the directory iommu-mock
 *
 * Return: 0 or an errno
 */
int __init mock_configfs_register(void)
{
	int ret;

	mock_instance_type.ct_attrs = attrs_join();
	if (!mock_instance_type.ct_attrs)
		return -ENOMEM;
	config_group_init(&mock_subsys.su_group);
	mutex_init(&mock_subsys.su_mutex);
	ret = configfs_register_subsystem(&mock_subsys);
	if (ret) {
		mutex_destroy(&mock_subsys.su_mutex);
		kfree(mock_instance_type.ct_attrs);
	}
	return ret;
}

/**
 * mock_configfs_unregister() - undo mock_configfs_register()
 *
 * There are no instances: each of them holds the module.
 */
void mock_configfs_unregister(void)
{
	configfs_unregister_subsystem(&mock_subsys);
	mutex_destroy(&mock_subsys.su_mutex);
	kfree(mock_instance_type.ct_attrs);
}
