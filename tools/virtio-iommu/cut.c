// SPDX-License-Identifier: GPL-2.0-only
/*
 * An endpoint that joins a domain may have regions where the domain has mappings. Then the
 * region is what is there, and the mapping is cut: its other pages are as they were.
 *
 * A backend unmaps only what it has mapped, so what is cut is taken away as a whole
 * and the rest mapped again. Endpoints that use these mappings meanwhile fault. A driver
 * that looks at what PROBE says never gets here.
 */
#include "device.h"

/* One mapping, with the segments it had */
struct slice {
	struct vmapping *mapping;
	GArray *old;
};

struct cut {
	struct vtable *table;
	GArray *slices;
};

/* If it fails there is neither: what cannot be taken away makes the table a lost one */
static int swap_segs(struct vtable *t, const GArray *old, const GArray *new)
{
	guint i;
	int result = 0, rc;

	for (i = 0; i < old->len; i++) {
		rc = table_drop(t, &g_array_index(old, struct vseg, i));
		result = result ?: rc;
	}
	if (result)
		return result;
	for (i = 0; i < new->len && !result; i++)
		result = table_map(t, &g_array_index(new, struct vseg, i));
	if (!result)
		return 0;
	/* The last one that was tried is not there */
	while (i-- > 1)
		table_drop(t, &g_array_index(new, struct vseg, i - 1));
	return result;
}

/* Of each segment what the region leaves, in whole pages */
static GArray *without(struct viommu *dev, const GArray *segs, const struct viommu_range *r)
{
	GArray *out = g_array_new(FALSE, FALSE, sizeof(struct vseg));
	uint64_t first = r->first & ~(dev->page - 1);
	uint64_t last = r->last | (dev->page - 1);
	guint i;

	for (i = 0; i < segs->len; i++) {
		struct vseg s = g_array_index(segs, struct vseg, i), piece = s;
		uint64_t end = s.iova + (s.len - 1);

		if (end < first || s.iova > last) {
			g_array_append_val(out, s);
			continue;
		}
		if (s.iova < first) {
			piece.len = first - s.iova;
			g_array_append_val(out, piece);
		}
		if (end > last) {
			piece.iova = last + 1;
			piece.ipa = s.ipa + (piece.iova - s.iova);
			piece.len = end - last;
			g_array_append_val(out, piece);
		}
	}
	return out;
}

static int slice_mapping(struct cut *cut, struct vmapping *m, const struct viommu_range *r)
{
	GArray *new = without(cut->table->dev, m->segs, r);
	struct slice slice = { .mapping = m, .old = m->segs };
	int rc = swap_segs(cut->table, m->segs, new);

	if (rc)
		g_array_set_size(new, 0);
	m->segs = new;
	g_array_append_val(cut->slices, slice);
	return rc;
}

static int cut_region(struct cut *cut, const struct viommu_range *r)
{
	GTreeNode *node = range_tree_first(cut->table->mappings, r);
	int rc = 0;

	for (; node && !rc; node = range_tree_next(node, r))
		rc = slice_mapping(cut, g_tree_node_value(node), r);
	return rc;
}

int cut_for(struct vtable *t, const struct vep *ep, struct cut **out)
{
	struct cut *cut = g_new0(struct cut, 1);
	guint i;
	int rc = 0;

	cut->table = t;
	cut->slices = g_array_new(FALSE, FALSE, sizeof(struct slice));
	for (i = 0; i < ep->resv->len && !rc; i++)
		rc = cut_region(cut, &g_array_index(ep->resv, struct viommu_resv, i).range);
	if (rc)
		cut_undo(cut);
	else
		*out = cut;
	return rc;
}

void cut_keep(struct cut *cut)
{
	guint i;

	for (i = 0; i < cut->slices->len; i++)
		g_array_unref(g_array_index(cut->slices, struct slice, i).old);
	g_array_unref(cut->slices);
	g_free(cut);
}

void cut_undo(struct cut *cut)
{
	guint i = cut->slices->len;

	/* The latest first: a mapping may have been cut at several places */
	while (i--) {
		struct slice *s = &g_array_index(cut->slices, struct slice, i);
		GArray *new = s->mapping->segs;

		s->mapping->segs = s->old;
		if (swap_segs(cut->table, new, s->old))
			g_array_set_size(s->old, 0);
		g_array_unref(new);
	}
	g_array_unref(cut->slices);
	g_free(cut);
}
