// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock IOMMU: configfs, the capacities of an instance's caches
 */
#include <linux/module.h>
#include <linux/sizes.h>

#include "core.h"

/* More entries than this help nobody, and their memory is allocated at once */
#define MAX_CACHE_ENTRIES	SZ_1M

static struct mock_instance *caches_to_instance(struct config_item *item)
{
	return container_of(to_config_group(item), struct mock_instance, caches);
}

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

const struct config_item_type mock_caches_type = {
	.ct_attrs = mock_caches_attrs,
	.ct_owner = THIS_MODULE,
};
