// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: configfs
 *
 *   iommu-mock/<instance>/            configuration and "live"
 *   iommu-mock/<instance>/caches/     capacities
 *   iommu-mock/<instance>/<endpoint>/ see configfs_ep.c
 *
 * A write changes the configuration of an instance that is not live, and gives
 * EBUSY otherwise. The directories of a live instance are pinned.
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "core.h"

/* More entries than this help nobody, and their memory is allocated at once */
#define MAX_CACHE_ENTRIES	SZ_1M

static const struct mock_model * const mock_models[] = {
#ifdef CONFIG_IOMMU_MOCK_VTD
	&mock_vtd_model,
#endif
};

/* One more than there are: without any model the array is still one */
static struct config_item_type mock_instance_types[ARRAY_SIZE(mock_models) + 1];

static struct mock_instance *to_instance(struct config_item *item)
{
	return container_of(to_config_group(item), struct mock_instance, group);
}

static struct mock_instance *caches_to_instance(struct config_item *item)
{
	return container_of(to_config_group(item), struct mock_instance, caches);
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
 * mock_store_bool() - store a boolean attribute
 * @mi: the instance that it configures
 * @value: where its value is
 * @page: what was written
 * @count: how much
 *
 * Return: @count, -EINVAL, or -EBUSY while the instance is live
 */
ssize_t mock_store_bool(struct mock_iommu *mi, bool *value, const char *page,
			size_t count)
{
	bool val;
	int ret;

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
	return sysfs_emit(page, "%s\n", to_instance(item)->mi.model->name);
}

/* A directory has the attributes of its type from the beginning */
static ssize_t mock_instance_type_store(struct config_item *item,
					const char *page, size_t count)
{
	struct mock_iommu *mi = mock_iommu_from_item(item);
	bool same = sysfs_streq(page, mi->model->name);
	int ret;

	ret = mock_iommu_config_lock(mi);
	if (ret)
		return ret;
	mock_iommu_config_unlock(mi);
	return same ? count : -EINVAL;
}

static ssize_t mock_instance_dev_name_show(struct config_item *item, char *page)
{
	struct mock_instance *inst = to_instance(item);

	guard(mutex)(&inst->lock);
	return sysfs_emit(page, "%s\n",
			  inst->live ? dev_name(&inst->pdev->dev) : "");
}

static bool *mock_instance_errata_spr17(struct config_item *item)
{
	return &to_instance(item)->spr17;
}

static bool *mock_instance_errata_spr17_hidden(struct config_item *item)
{
	return &to_instance(item)->spr17_hidden;
}

static bool *mock_instance_async_commands(struct config_item *item)
{
	return &to_instance(item)->mi.async_commands;
}

/* Attribute of the value that mock_instance_@_name() points to */
#define MOCK_INSTANCE_BOOL(_name)					\
static ssize_t mock_instance_##_name##_show(struct config_item *item,	\
					    char *page)			\
{									\
	return sysfs_emit(page, "%d\n", *mock_instance_##_name(item));	\
}									\
									\
static ssize_t mock_instance_##_name##_store(struct config_item *item,	\
					     const char *page,		\
					     size_t count)		\
{									\
	return mock_store_bool(mock_iommu_from_item(item),		\
			       mock_instance_##_name(item), page, count); \
}									\
									\
CONFIGFS_ATTR(mock_instance_, _name)

MOCK_INSTANCE_BOOL(errata_spr17);
MOCK_INSTANCE_BOOL(errata_spr17_hidden);
MOCK_INSTANCE_BOOL(async_commands);

static void unpin_endpoints(struct mock_instance *inst, struct mock_ep_item *from)
{
	list_for_each_entry_continue_reverse(from, &inst->endpoints, list)
		configfs_undepend_item_unlocked(&from->group.cg_item);
}

static void unpin(struct mock_instance *inst)
{
	unpin_endpoints(inst, list_entry(&inst->endpoints, struct mock_ep_item,
					 list));
	configfs_undepend_item_unlocked(&inst->group.cg_item);
}

/* Fails for a directory that is just being made or removed */
static int pin(struct mock_instance *inst)
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
	ret = pin(inst);
	if (ret)
		return ret;
	ret = mock_instance_start(inst);
	if (ret) {
		unpin(inst);
		return ret;
	}
	/* Drivers that are there have bound when the write returns */
	wait_for_device_probe();
	return 0;
}

static int go_dead(struct mock_instance *inst)
{
	int ret;

	if (!inst->live)
		return 0;
	ret = mock_instance_stop(inst);
	if (!ret)
		unpin(inst);
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

CONFIGFS_ATTR(mock_instance_, type);
CONFIGFS_ATTR(mock_instance_, live);
CONFIGFS_ATTR_RO(mock_instance_, dev_name);

static struct configfs_attribute *mock_instance_attrs[] = {
	&mock_instance_attr_type,
	&mock_instance_attr_live,
	&mock_instance_attr_dev_name,
	&mock_instance_attr_errata_spr17,
	&mock_instance_attr_errata_spr17_hidden,
	&mock_instance_attr_async_commands,
	NULL
};

static u32 *mock_caches_iotlb_entries(struct config_item *item)
{
	return &caches_to_instance(item)->mi.cache_params.iotlb_entries;
}

static u32 *mock_caches_pwc_entries(struct config_item *item)
{
	return &caches_to_instance(item)->mi.cache_params.pwc_entries;
}

static u32 *mock_caches_config_entries(struct config_item *item)
{
	return &caches_to_instance(item)->mi.cache_params.config_entries;
}

static u32 *mock_caches_atc_entries(struct config_item *item)
{
	return &caches_to_instance(item)->mi.cache_params.atc_entries;
}

static u32 *mock_caches_evict_period(struct config_item *item)
{
	return &caches_to_instance(item)->mi.cache_params.evict_period;
}

static u32 *mock_caches_evict_seed(struct config_item *item)
{
	return &caches_to_instance(item)->mi.cache_params.evict_seed;
}

/* Attribute of the value, up to @_max, that mock_caches_@_name() points to */
#define MOCK_CACHES_U32(_name, _max)					\
static ssize_t mock_caches_##_name##_show(struct config_item *item,	\
					  char *page)			\
{									\
	return sysfs_emit(page, "%u\n", *mock_caches_##_name(item));	\
}									\
									\
static ssize_t mock_caches_##_name##_store(struct config_item *item,	\
					   const char *page, size_t count) \
{									\
	return mock_store_u32(&caches_to_instance(item)->mi,		\
			      mock_caches_##_name(item), 0, _max, page,	\
			      count);					\
}									\
									\
CONFIGFS_ATTR(mock_caches_, _name)

MOCK_CACHES_U32(iotlb_entries, MAX_CACHE_ENTRIES);
MOCK_CACHES_U32(pwc_entries, MAX_CACHE_ENTRIES);
MOCK_CACHES_U32(config_entries, MAX_CACHE_ENTRIES);
MOCK_CACHES_U32(atc_entries, MAX_CACHE_ENTRIES);
MOCK_CACHES_U32(evict_period, U32_MAX);
MOCK_CACHES_U32(evict_seed, U32_MAX);

static struct configfs_attribute *mock_caches_attrs[] = {
	&mock_caches_attr_iotlb_entries,
	&mock_caches_attr_pwc_entries,
	&mock_caches_attr_config_entries,
	&mock_caches_attr_atc_entries,
	&mock_caches_attr_evict_period,
	&mock_caches_attr_evict_seed,
	NULL
};

static const struct config_item_type mock_caches_type = {
	.ct_attrs = mock_caches_attrs,
	.ct_owner = THIS_MODULE,
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

static struct config_group *mock_make_instance(struct config_group *group,
					       const char *name)
{
	struct mock_instance *inst;

	if (!ARRAY_SIZE(mock_models))
		return ERR_PTR(-ENODEV);
	inst = mock_instance_create(mock_models[0]);
	if (IS_ERR(inst))
		return ERR_CAST(inst);
	config_group_init_type_name(&inst->group, name, &mock_instance_types[0]);
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

/* The attributes of every instance and those of its model, in one list */
static struct configfs_attribute **attrs_join(struct configfs_attribute **a,
					      struct configfs_attribute **b)
{
	size_t na = attrs_count(a), nb = attrs_count(b);
	struct configfs_attribute **attrs;

	attrs = kcalloc(na + nb + 1, sizeof(*attrs), GFP_KERNEL);
	if (!attrs)
		return NULL;
	memcpy(attrs, a, na * sizeof(*attrs));
	if (nb)
		memcpy(attrs + na, b, nb * sizeof(*attrs));
	return attrs;
}

static void types_destroy(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(mock_models); i++)
		kfree(mock_instance_types[i].ct_attrs);
}

static int types_create(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(mock_models); i++) {
		struct config_item_type *type = &mock_instance_types[i];

		type->ct_owner = THIS_MODULE;
		type->ct_item_ops = &mock_instance_item_ops;
		type->ct_group_ops = &mock_instance_group_ops;
		type->ct_attrs = attrs_join(mock_instance_attrs,
					    mock_models[i]->attrs);
		if (!type->ct_attrs) {
			types_destroy();
			return -ENOMEM;
		}
	}
	return 0;
}

/**
 * mock_configfs_register() - make the directory iommu-mock
 *
 * Return: 0 or an errno
 */
int __init mock_configfs_register(void)
{
	int ret;

	ret = types_create();
	if (ret)
		return ret;
	config_group_init(&mock_subsys.su_group);
	mutex_init(&mock_subsys.su_mutex);
	ret = configfs_register_subsystem(&mock_subsys);
	if (ret) {
		mutex_destroy(&mock_subsys.su_mutex);
		types_destroy();
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
	types_destroy();
}
