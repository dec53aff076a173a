// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a table has besides the guest's mappings: identity regions of its endpoints, or
 * of what bypasses all memory. It is found anew when endpoints or memory come or go, and
 * what has changed is mapped and unmapped.
 */
#include "device.h"

/* Reserved pages are those of which any byte is */
static GArray *reserved_pages(struct vtable *t)
{
	GArray *set = range_set_new();
	guint i, j;

	for (i = 0; i < t->eps->len; i++) {
		const struct vep *ep = t->eps->pdata[i];

		for (j = 0; j < ep->resv->len; j++) {
			struct viommu_resv r = g_array_index(ep->resv, struct viommu_resv, j);

			if (r.kind == VIOMMU_RESV_IDENTITY)
				continue;
			r.range.first &= ~(t->dev->page - 1);
			r.range.last |= t->dev->page - 1;
			range_set_add(set, r.range);
		}
	}
	return set;
}

static GArray *identity_ranges(struct vtable *t)
{
	GArray *set = range_set_new();
	guint i, j;

	for (i = 0; i < t->eps->len; i++) {
		const struct vep *ep = t->eps->pdata[i];

		for (j = 0; j < ep->resv->len; j++) {
			const struct viommu_resv *r =
				&g_array_index(ep->resv, struct viommu_resv, j);

			if (r->kind == VIOMMU_RESV_IDENTITY)
				range_set_add(set, r->range);
		}
	}
	return set;
}

/* A table of what bypasses has one endpoint */
static GArray *wanted_ranges(struct vtable *t)
{
	static const struct viommu_range all = { 0, UINT64_MAX };
	GArray *reserved, *set;

	if (!t->whole || !t->eps->len)
		return identity_ranges(t);
	reserved = reserved_pages(t);
	set = range_set_rest(reserved, &all);
	g_array_unref(reserved);
	return set;
}

static GArray *wanted_segs(struct vtable *t)
{
	GArray *segs = g_array_new(FALSE, FALSE, sizeof(struct vseg));
	GArray *ranges = wanted_ranges(t);
	guint i;

	for (i = 0; i < ranges->len; i++)
		memory_identity(t->dev, &g_array_index(ranges, struct viommu_range, i), segs);
	g_array_unref(ranges);
	return segs;
}

static gint by_iova(gconstpointer a, gconstpointer b)
{
	const struct vseg *x = a, *y = b;

	return x->iova < y->iova ? -1 : x->iova > y->iova;
}

/* They are ascending, and may be as many as a client has regions of memory */
static bool has(GArray *segs, const struct vseg *seg)
{
	const struct vseg *s;
	guint i;

	if (!g_array_binary_search(segs, seg, by_iova, &i))
		return false;
	s = &g_array_index(segs, struct vseg, i);
	return s->len == seg->len && s->ipa == seg->ipa && s->prot == seg->prot;
}

static int unmap_but(struct vtable *t, const GArray *segs, GArray *but)
{
	int result = 0;
	guint i;

	for (i = 0; i < segs->len; i++) {
		const struct vseg *seg = &g_array_index(segs, struct vseg, i);
		int rc = has(but, seg) ? 0 : table_drop(t, seg);

		result = result ?: rc;
	}
	return result;
}

/* All of it or nothing */
static int map_but(struct vtable *t, const GArray *segs, GArray *but)
{
	guint i;

	for (i = 0; i < segs->len; i++) {
		const struct vseg *seg = &g_array_index(segs, struct vseg, i);
		int rc = has(but, seg) ? 0 : table_map(t, seg);

		if (!rc)
			continue;
		while (i--) {
			seg = &g_array_index(segs, struct vseg, i);
			if (!has(but, seg))
				table_drop(t, seg);
		}
		return rc;
	}
	return 0;
}

static void become(struct vtable *t, GArray *segs)
{
	g_array_unref(t->fixed);
	t->fixed = segs;
}

/*
 * If that fails it is tried to have again what there was, and if that fails too the
 * table has less: an endpoint faults where it should not, and not the other way round.
 */
int fixed_update(struct vtable *t)
{
	GArray *want, *old = t->fixed;
	int rc;

	if (t->handed)
		return 0;
	want = wanted_segs(t);
	rc = unmap_but(t, old, want);
	if (!rc)
		rc = map_but(t, want, old);
	if (!rc) {
		become(t, want);
		return 0;
	}
	if (map_but(t, old, want)) {
		guint i = old->len;

		while (i--)
			if (!has(want, &g_array_index(old, struct vseg, i)))
				g_array_remove_index(old, i);
	}
	g_array_unref(want);
	return rc;
}
