// SPDX-License-Identifier: GPL-2.0-only
/* MAP and UNMAP: what a guest has mapped, request by request, and in the backends */
#include "device.h"

void mapping_free(void *mapping)
{
	struct vmapping *m = mapping;

	g_array_unref(m->segs);
	g_free(m);
}

static int map_segs(struct vtable *t, const GArray *segs)
{
	guint i;

	for (i = 0; i < segs->len; i++) {
		int rc = table_map(t, &g_array_index(segs, struct vseg, i));

		if (!rc)
			continue;
		while (i--)
			table_drop(t, &g_array_index(segs, struct vseg, i));
		return rc;
	}
	return 0;
}

static uint8_t check_range(struct viommu *dev, const struct viommu_range *iova, uint64_t gpa)
{
	if (!range_paged(dev, iova) || !paged(dev, gpa))
		return VIRTIO_IOMMU_S_RANGE;
	if (iova->last <= iova->first)
		return VIRTIO_IOMMU_S_INVAL;
	if (!range_within(iova, &dev->input))
		return VIRTIO_IOMMU_S_RANGE;
	if (gpa + (iova->last - iova->first) < gpa)
		return VIRTIO_IOMMU_S_RANGE;
	return VIRTIO_IOMMU_S_OK;
}

static uint8_t check_flags(struct viommu *dev, uint32_t flags)
{
	uint32_t known = VIRTIO_IOMMU_MAP_F_READ | VIRTIO_IOMMU_MAP_F_WRITE;

	if (negotiated(dev, VIRTIO_IOMMU_F_MMIO))
		known |= VIRTIO_IOMMU_MAP_F_MMIO;
	if (flags & ~known)
		return VIRTIO_IOMMU_S_INVAL;
	/* A mapping that allows nothing is no mapping */
	if (!(flags & (VIRTIO_IOMMU_MAP_F_READ | VIRTIO_IOMMU_MAP_F_WRITE)))
		return VIRTIO_IOMMU_S_INVAL;
	return VIRTIO_IOMMU_S_OK;
}

static unsigned int prot_of(uint32_t flags)
{
	return (flags & VIRTIO_IOMMU_MAP_F_READ ? VIOMMU_READ : 0) |
	       (flags & VIRTIO_IOMMU_MAP_F_WRITE ? VIOMMU_WRITE : 0);
}

/* A backend has its reasons, of which a guest is told whether less would be possible */
static uint8_t map_status(int rc)
{
	switch (-rc) {
	case 0:
		return VIRTIO_IOMMU_S_OK;
	case ENOMEM:
	case ENOSPC:
		return VIRTIO_IOMMU_S_NOMEM;
	case ERANGE:
		return VIRTIO_IOMMU_S_RANGE;
	default:
		return VIRTIO_IOMMU_S_DEVERR;
	}
}

static uint8_t map_new(struct vtable *t, const struct viommu_range *iova, uint64_t gpa,
		       GArray *segs)
{
	struct viommu *dev = t->dev;
	unsigned int cost = MAX(segs->len, 1);
	struct vmapping *m;
	int rc;

	if (cost > dev->opt.max_mappings - dev->mappings)
		return VIRTIO_IOMMU_S_NOMEM;
	rc = map_segs(t, segs);
	if (rc)
		return map_status(rc);
	m = g_new0(struct vmapping, 1);
	m->iova = *iova;
	m->gpa = gpa;
	m->cost = cost;
	m->segs = g_array_ref(segs);
	dev->mappings += cost;
	range_tree_add(t->mappings, m);
	return VIRTIO_IOMMU_S_OK;
}

uint8_t viommu_map(struct viommu *dev, uint32_t domain, struct viommu_range iova,
		   uint64_t gpa, uint32_t flags)
{
	uint8_t status = check_flags(dev, flags);
	struct vdomain *d = domain_find(dev, domain);
	GArray *segs;

	if (status)
		return status;
	if (!d)
		return VIRTIO_IOMMU_S_NOENT;
	if (!d->table || d->table->handed)
		return VIRTIO_IOMMU_S_INVAL;
	status = check_range(dev, &iova, gpa);
	if (status)
		return status;
	if (range_tree_first(d->table->mappings, &iova) ||
	    range_set_meets(d->table->taken, &iova))
		return VIRTIO_IOMMU_S_INVAL;
	/* A table has no memory types, and memory is none that is to be treated as registers */
	if (flags & VIRTIO_IOMMU_MAP_F_MMIO &&
	    !memory_is_mmio(dev, gpa, gpa + (iova.last - iova.first)))
		return VIRTIO_IOMMU_S_INVAL;
	segs = memory_segs(dev, iova, gpa, prot_of(flags));
	if (!segs)
		return VIRTIO_IOMMU_S_FAULT;
	status = map_new(d->table, &iova, gpa, segs);
	g_array_unref(segs);
	return status;
}

/* --- UNMAP */

/* Does the range have a part of a mapping that it has not the whole of? */
static bool splits(struct vtable *t, const struct viommu_range *iova)
{
	GTreeNode *node = range_tree_first(t->mappings, iova);

	for (; node; node = range_tree_next(node, iova))
		if (!range_within(g_tree_node_key(node), iova))
			return true;
	return false;
}

static int unmap_one(struct vtable *t, struct vmapping *m)
{
	int result = 0;
	guint i;

	for (i = 0; i < m->segs->len; i++) {
		int rc = table_unmap(t, &g_array_index(m->segs, struct vseg, i));

		result = result ?: rc;
	}
	if (result)
		return result;
	t->dev->mappings -= m->cost;
	g_tree_remove(t->mappings, m);
	return 0;
}

/*
 * A mapping that a backend could not take away stays the guest's, which can try again,
 * and so do those behind it.
 */
uint8_t viommu_unmap(struct viommu *dev, uint32_t domain, struct viommu_range iova)
{
	struct vdomain *d = domain_find(dev, domain);
	GTreeNode *node;

	if (!d)
		return VIRTIO_IOMMU_S_NOENT;
	if (!d->table || d->table->handed || iova.last < iova.first)
		return VIRTIO_IOMMU_S_INVAL;
	if (splits(d->table, &iova))
		return VIRTIO_IOMMU_S_RANGE;
	while ((node = range_tree_first(d->table->mappings, &iova)))
		if (unmap_one(d->table, g_tree_node_value(node)))
			return VIRTIO_IOMMU_S_DEVERR;
	return VIRTIO_IOMMU_S_OK;
}
