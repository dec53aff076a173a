// SPDX-License-Identifier: GPL-2.0-only
/* The device as a whole: made, negotiated with, reset, freed */
#include "device.h"

#define BIT_OF(feature)	(1ull << (feature))
#define OF_THE_TYPE	(BIT_OF(VIRTIO_IOMMU_F_ATTACH_TABLE + 1) - 1)

static const struct viommu_options defaults = {
	.page_size_mask = ~0xfffull,
	.probe_size = 1024,
	.max_domains = 1024,
	.max_mappings = 65536,
	.max_events = 64,
};

static void fill_in(struct viommu_options *o)
{
	o->page_size_mask = o->page_size_mask ?: defaults.page_size_mask;
	o->probe_size = o->probe_size ?: defaults.probe_size;
	o->max_domains = o->max_domains ?: defaults.max_domains;
	o->max_mappings = o->max_mappings ?: defaults.max_mappings;
	o->max_events = o->max_events ?: defaults.max_events;
	if (!o->domains.last)
		o->domains.last = UINT32_MAX;
}

static bool good_options(const struct viommu_options *o)
{
	return !(o->page_size_mask & 0xfff) && o->input.first <= o->input.last &&
	       o->domains.first <= o->domains.last && !(o->probe_size % 8) &&
	       o->probe_size <= 65536 && !(o->without & ~OF_THE_TYPE) &&
	       !(o->tables && !o->flat) &&
	       !(o->bypass && (o->old_bypass ||
			       o->without & BIT_OF(VIRTIO_IOMMU_F_BYPASS_CONFIG)));
}

int viommu_new(const struct viommu_options *opt, struct viommu **out)
{
	struct viommu_options o = opt ? *opt : defaults;
	struct viommu *dev;

	if (!good_options(&o))
		return -EINVAL;
	fill_in(&o);
	dev = g_new0(struct viommu, 1);
	dev->opt = o;
	dev->page = o.page_size_mask & -o.page_size_mask;
	dev->input = o.input.last ? o.input : (struct viommu_range) { 0, UINT64_MAX };
	dev->bypass = o.bypass;
	dev->eps = g_hash_table_new(NULL, NULL);
	dev->domains = g_hash_table_new(NULL, NULL);
	dev->tables = g_hash_table_new(NULL, NULL);
	dev->mem = range_tree_new(g_free);
	dev->dirty = g_ptr_array_new();
	g_queue_init(&dev->events);
	*out = dev;
	return 0;
}

uint64_t viommu_features(const struct viommu *dev)
{
	uint64_t features = BIT_OF(VIRTIO_IOMMU_F_INPUT_RANGE) |
			    BIT_OF(VIRTIO_IOMMU_F_DOMAIN_RANGE) |
			    BIT_OF(VIRTIO_IOMMU_F_MAP_UNMAP) | BIT_OF(VIRTIO_IOMMU_F_PROBE) |
			    BIT_OF(VIRTIO_IOMMU_F_MMIO);

	features |= BIT_OF(dev->opt.old_bypass ? VIRTIO_IOMMU_F_BYPASS :
						 VIRTIO_IOMMU_F_BYPASS_CONFIG);
	if (dev->opt.tables)
		features |= BIT_OF(VIRTIO_IOMMU_F_ATTACH_TABLE);
	return features & ~dev->opt.without;
}

int viommu_negotiated(struct viommu *dev, uint64_t features)
{
	features &= OF_THE_TYPE;
	if (features & ~viommu_features(dev))
		return -EINVAL;
	dev->features = features;
	dev->settled = true;
	viommu_idle(dev);
	return 0;
}

bool viommu_needs_reset(const struct viommu *dev)
{
	return dev->needs_reset;
}

static void leave_all(struct viommu *dev)
{
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, dev->eps);
	while (g_hash_table_iter_next(&iter, NULL, &value))
		ep_leave(value);
}

void viommu_reset(struct viommu *dev, enum viommu_reset reset)
{
	dev->features = 0;
	dev->settled = false;
	dev->needs_reset = false;
	if (reset == VIOMMU_RESET_SYSTEM && dev->bypass != dev->opt.bypass) {
		dev->bypass = dev->opt.bypass;
		dev->generation++;
	}
	leave_all(dev);
	viommu_idle(dev);
	events_clear(dev);
	config_input(dev);
}

static gboolean end_ep(gpointer key, gpointer value, gpointer data)
{
	struct vep *ep = value;

	(void)key;
	(void)data;
	ep_leave(ep);
	ep_end(ep);
	ep_free(ep);
	return TRUE;
}

void viommu_free(struct viommu *dev)
{
	g_hash_table_foreach_remove(dev->eps, end_ep, NULL);
	events_clear(dev);
	g_hash_table_unref(dev->eps);
	g_hash_table_unref(dev->domains);
	g_hash_table_unref(dev->tables);
	g_tree_unref(dev->mem);
	g_ptr_array_unref(dev->dirty);
	g_free(dev);
}
