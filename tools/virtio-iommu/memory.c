// SPDX-License-Identifier: GPL-2.0-only
/* The guest's memory: what a guest-physical address is to stage-2 */
#include "device.h"

static bool reachable(const struct vmem *mem)
{
	return !(mem->flags & VIOMMU_MEM_DOORBELL);
}

static struct vmem *memory_at(struct viommu *dev, uint64_t gpa)
{
	struct viommu_range r = { gpa, gpa };
	GTreeNode *node = range_tree_first(dev->mem, &r);

	return node ? g_tree_node_value(node) : NULL;
}

bool memory_is_mmio(struct viommu *dev, uint64_t first, uint64_t last)
{
	struct viommu_range range = { first, last };
	GTreeNode *node = range_tree_first(dev->mem, &range);

	for (; node; node = range_tree_next(node, &range)) {
		const struct vmem *mem = g_tree_node_value(node);

		if (!(mem->flags & (VIOMMU_MEM_MMIO | VIOMMU_MEM_DOORBELL)))
			return false;
	}
	return true;
}

GArray *memory_segs(struct viommu *dev, struct viommu_range iova, uint64_t gpa,
		    unsigned int prot)
{
	GArray *segs = g_array_new(FALSE, FALSE, sizeof(struct vseg));
	uint64_t left = iova.last - iova.first;

	for (;;) {
		struct vmem *mem = memory_at(dev, gpa);
		uint64_t more;
		struct vseg seg;

		if (!mem || (prot & VIOMMU_WRITE && mem->flags & VIOMMU_MEM_READ_ONLY)) {
			g_array_unref(segs);
			return NULL;
		}
		/* One less than how many bytes, which fits 64 bits whatever they are */
		more = MIN(left, mem->gpa.last - gpa);
		seg = (struct vseg) {
			.iova = iova.first,
			.len = more + 1,
			.ipa = mem->ipa + (gpa - mem->gpa.first),
			.prot = prot,
		};
		if (reachable(mem))
			g_array_append_val(segs, seg);
		if (more == left)
			return segs;
		left -= more + 1;
		gpa += more + 1;
		iova.first += more + 1;
	}
}

void memory_identity(struct viommu *dev, const struct viommu_range *range, GArray *segs)
{
	GTreeNode *node = range_tree_first(dev->mem, range);

	for (; node; node = range_tree_next(node, range)) {
		const struct vmem *mem = g_tree_node_value(node);
		struct viommu_range r = ranges_common(&mem->gpa, range);
		struct vseg seg = {
			.iova = r.first,
			.len = r.last - r.first + 1,
			.ipa = mem->ipa + (r.first - mem->gpa.first),
			.prot = VIOMMU_READ,
		};

		if (!(mem->flags & VIOMMU_MEM_READ_ONLY))
			seg.prot |= VIOMMU_WRITE;
		if (reachable(mem))
			g_array_append_val(segs, seg);
	}
}

/* For all tables, of which none goes meanwhile */
static int update_all(struct viommu *dev)
{
	GHashTableIter iter;
	gpointer t;
	int result = 0;

	g_hash_table_iter_init(&iter, dev->tables);
	while (g_hash_table_iter_next(&iter, &t, NULL)) {
		int rc = fixed_update(t);

		result = result ?: rc;
	}
	return result;
}

static bool good_flags(struct viommu *dev, uint64_t gpa, uint64_t ipa, unsigned int flags)
{
	if (flags & ~(VIOMMU_MEM_READ_ONLY | VIOMMU_MEM_MMIO | VIOMMU_MEM_DOORBELL))
		return false;
	return flags & VIOMMU_MEM_DOORBELL || !dev->opt.flat || gpa == ipa;
}

int viommu_mem_add(struct viommu *dev, uint64_t gpa, uint64_t len, uint64_t ipa,
		   unsigned int flags)
{
	struct viommu_range range = { gpa, gpa + (len - 1) };
	struct vmem *mem;
	int rc;

	if (flags & VIOMMU_MEM_DOORBELL)
		ipa = 0;
	if (!len || range.last < gpa || ipa + (len - 1) < ipa)
		return -EINVAL;
	if (!range_paged(dev, &range) || !paged(dev, ipa) || !good_flags(dev, gpa, ipa, flags))
		return -EINVAL;
	if (range_tree_first(dev->mem, &range))
		return -EEXIST;
	mem = g_new0(struct vmem, 1);
	*mem = (struct vmem) { .gpa = range, .ipa = ipa, .flags = flags };
	range_tree_add(dev->mem, mem);
	rc = update_all(dev);
	if (rc) {
		g_tree_remove(dev->mem, &range);
		update_all(dev);
	}
	viommu_finish(dev);
	return rc;
}

/* --- memory goes away */

/* The mapping's segments of this memory are taken away, and are none any more */
static void forget_in_mapping(struct vtable *t, struct vmapping *m,
			      const struct viommu_range *gpa)
{
	guint i = m->segs->len;

	while (i--) {
		struct vseg seg = g_array_index(m->segs, struct vseg, i);
		uint64_t first = m->gpa + (seg.iova - m->iova.first);
		struct viommu_range r = { first, first + (seg.len - 1) };

		if (!ranges_meet(&r, gpa))
			continue;
		g_array_remove_index(m->segs, i);
		table_drop(t, &seg);
	}
}

static void forget_in_table(struct vtable *t, const struct viommu_range *gpa)
{
	GTreeNode *node;

	fixed_update(t);
	for (node = g_tree_node_first(t->mappings); node; node = g_tree_node_next(node))
		forget_in_mapping(t, g_tree_node_value(node), gpa);
}

/* Who may still have it in a cache is as lost as who has it in a table */
static int forget(struct viommu *dev, const struct viommu_range *gpa)
{
	GHashTableIter iter;
	gpointer t;

	g_hash_table_iter_init(&iter, dev->tables);
	while (g_hash_table_iter_next(&iter, &t, NULL))
		forget_in_table(t, gpa);
	if (viommu_sync(dev)) {
		g_hash_table_iter_init(&iter, dev->tables);
		while (g_hash_table_iter_next(&iter, &t, NULL))
			if (((struct vtable *)t)->unsynced)
				((struct vtable *)t)->lost = true;
	}
	return viommu_finish(dev);
}

int viommu_mem_remove(struct viommu *dev, uint64_t gpa, uint64_t len)
{
	struct viommu_range range = { gpa, gpa + (len - 1) };
	struct vmem *mem = memory_at(dev, gpa);

	if (!mem || !len || mem->gpa.first != range.first || mem->gpa.last != range.last)
		return -ENOENT;
	g_tree_remove(dev->mem, &range);
	return forget(dev, &range);
}
