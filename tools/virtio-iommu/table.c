// SPDX-License-Identifier: GPL-2.0-only
/* A table is the same translations in the spaces of as many backends as it needs */
#include "device.h"

struct vtable *table_new(struct viommu *dev, bool whole)
{
	struct vtable *t = g_new0(struct vtable, 1);

	t->dev = dev;
	t->whole = whole;
	t->eps = g_ptr_array_new();
	t->spaces = g_ptr_array_new();
	t->mappings = range_tree_new(mapping_free);
	t->fixed = g_array_new(FALSE, FALSE, sizeof(struct vseg));
	t->taken = range_set_new();
	g_hash_table_add(dev->tables, t);
	return t;
}

static void space_free(struct vspace *s)
{
	g_ptr_array_remove_fast(s->table->dev->dirty, s);
	g_ptr_array_remove_fast(s->table->spaces, s);
	s->table->unsynced = false;
	s->backend->ops->space_free(s->hw);
	g_free(s);
}

static gboolean give_back(gpointer key, gpointer value, gpointer data)
{
	struct viommu *dev = data;
	struct vmapping *m = value;

	(void)key;
	dev->mappings -= m->cost;
	return FALSE;
}

void table_put(struct vtable *t)
{
	if (t->owned || t->eps->len)
		return;
	g_tree_foreach(t->mappings, give_back, t->dev);
	g_hash_table_remove(t->dev->tables, t);
	g_ptr_array_unref(t->eps);
	g_ptr_array_unref(t->spaces);
	g_tree_unref(t->mappings);
	g_array_unref(t->fixed);
	g_array_unref(t->taken);
	g_free(t->handed);
	g_free(t);
}

/* --- mapping, in all spaces */

static void soiled(struct vspace *s)
{
	if (!g_ptr_array_find(s->table->dev->dirty, s, NULL))
		g_ptr_array_add(s->table->dev->dirty, s);
}

static int space_map(struct vspace *s, const struct vseg *seg)
{
	return s->backend->ops->map(s->hw, seg->iova, seg->ipa, seg->len, seg->prot);
}

static int space_unmap(struct vspace *s, const struct vseg *seg)
{
	soiled(s);
	return s->backend->ops->unmap(s->hw, seg->iova, seg->len);
}

int table_map(struct vtable *t, const struct vseg *seg)
{
	guint i;

	for (i = 0; i < t->spaces->len; i++) {
		int rc = space_map(t->spaces->pdata[i], seg);

		if (!rc)
			continue;
		while (i--)
			if (space_unmap(t->spaces->pdata[i], seg))
				t->lost = true;
		return rc;
	}
	return 0;
}

int table_unmap(struct vtable *t, const struct vseg *seg)
{
	int result = 0;
	guint i;

	for (i = 0; i < t->spaces->len; i++) {
		int rc = space_unmap(t->spaces->pdata[i], seg);

		result = result ?: rc;
	}
	return result;
}

int table_drop(struct vtable *t, const struct vseg *seg)
{
	int rc = table_unmap(t, seg);

	if (rc)
		t->lost = true;
	return rc;
}

int viommu_sync(struct viommu *dev)
{
	int result = 0;
	guint i;

	for (i = 0; i < dev->dirty->len; i++)
		((struct vspace *)dev->dirty->pdata[i])->table->unsynced = false;
	for (i = 0; i < dev->dirty->len;) {
		struct vspace *s = dev->dirty->pdata[i];
		int rc = s->backend->ops->sync(s->hw);

		if (rc) {
			s->table->unsynced = true;
			result = result ?: rc;
			i++;
			continue;
		}
		g_ptr_array_remove_index(dev->dirty, i);
	}
	return result;
}

static void drop_segs(struct vtable *t, const GArray *segs)
{
	guint i;

	for (i = 0; i < segs->len; i++)
		table_drop(t, &g_array_index(segs, struct vseg, i));
}

void table_clear(struct vtable *t)
{
	GTreeNode *node;

	drop_segs(t, t->fixed);
	for (node = g_tree_node_first(t->mappings); node; node = g_tree_node_next(node)) {
		struct vmapping *m = g_tree_node_value(node);

		drop_segs(t, m->segs);
		t->dev->mappings -= m->cost;
	}
	g_array_set_size(t->fixed, 0);
	g_tree_remove_all(t->mappings);
	viommu_sync(t->dev);
}

/* --- a space for each IOMMU that an endpoint is behind */

static int fill(struct vspace *s, const GArray *segs)
{
	guint i;
	int rc = 0;

	for (i = 0; i < segs->len && !rc; i++)
		rc = space_map(s, &g_array_index(segs, struct vseg, i));
	return rc;
}

static int fill_all(struct vspace *s)
{
	GTreeNode *node;
	int rc = fill(s, s->table->fixed);

	for (node = g_tree_node_first(s->table->mappings); node && !rc;
	     node = g_tree_node_next(node)) {
		const struct vmapping *m = g_tree_node_value(node);

		rc = fill(s, m->segs);
	}
	return rc;
}

static int space_make(struct vtable *t, struct vep *ep, struct viommu_space **hw)
{
	const struct viommu_backend_ops *ops = ep->backend->ops;

	if (!t->handed)
		return ops->space_new(ep->port, hw);
	return ops->hand ? ops->hand(ep->port, t->handed, hw) : -EOPNOTSUPP;
}

static int space_for(struct vtable *t, struct vep *ep, struct vspace **out)
{
	const struct viommu_backend_ops *ops = ep->backend->ops;
	struct vspace *s;
	guint i;
	int rc;

	for (i = 0; i < t->spaces->len; i++) {
		*out = t->spaces->pdata[i];
		if ((*out)->backend == ep->backend && ops->space_fits((*out)->hw, ep->port))
			return 0;
	}
	s = g_new0(struct vspace, 1);
	s->table = t;
	s->backend = ep->backend;
	rc = space_make(t, ep, &s->hw);
	if (rc) {
		g_free(s);
		return rc;
	}
	g_ptr_array_add(t->spaces, s);
	rc = fill_all(s);
	if (rc) {
		space_free(s);
		return rc;
	}
	*out = s;
	return 0;
}

static void space_put(struct vspace *s)
{
	if (!s->users)
		space_free(s);
}

/* --- endpoints come and go */

/* What follows from which endpoints there are */
static int endpoints_changed(struct vtable *t)
{
	resv_taken(t);
	return fixed_update(t);
}

static void leave(struct vep *ep)
{
	struct vtable *t = ep->table;
	struct vspace *s = ep->space;

	ep->table = NULL;
	ep->space = NULL;
	if (!t)
		return;
	g_ptr_array_remove_fast(t->eps, ep);
	s->users--;
	space_put(s);
	/* Identity regions are taken away from the others; if that fails the table is lost */
	endpoints_changed(t);
	table_put(t);
}

static int attach(struct vep *ep, enum viommu_mode mode, struct vspace *s)
{
	int rc = ep->backend->ops->attach(ep->port, mode, s ? s->hw : NULL);

	if (rc)
		return rc;
	leave(ep);
	if (s) {
		s->users++;
		ep->table = s->table;
		ep->space = s;
	}
	return 0;
}

/* The table has what it has for this endpoint's sake, before it is attached */
static int prepare(struct vtable *t, struct vep *ep, struct cut **cut)
{
	int rc = cut_for(t, ep, cut);

	if (rc)
		return rc;
	g_ptr_array_add(t->eps, ep);
	rc = endpoints_changed(t);
	if (!rc)
		rc = viommu_sync(t->dev);
	if (!rc)
		return 0;
	g_ptr_array_remove_fast(t->eps, ep);
	endpoints_changed(t);
	cut_undo(*cut);
	return rc;
}

static int enter(struct vtable *t, struct vep *ep)
{
	struct vspace *s;
	struct cut *cut;
	int rc = space_for(t, ep, &s);

	if (rc)
		return rc;
	rc = prepare(t, ep, &cut);
	if (rc)
		goto no_space;
	rc = attach(ep, VIOMMU_SPACE, s);
	if (rc)
		goto no_endpoint;
	cut_keep(cut);
	return 0;

no_endpoint:
	g_ptr_array_remove_fast(t->eps, ep);
	endpoints_changed(t);
	cut_undo(cut);
no_space:
	space_put(s);
	return rc;
}

int ep_go(struct vep *ep, enum viommu_mode mode, struct vtable *t)
{
	int rc;

	if (t) {
		rc = t == ep->table ? 0 : enter(t, ep);
		table_put(t);
		return rc;
	}
	return attach(ep, mode, NULL);
}

void ep_end(struct vep *ep)
{
	bool blocked = !attach(ep, VIOMMU_BLOCKED, NULL);

	if (!blocked && ep->table)
		table_clear(ep->table);
	ep->backend->ops->port_free(ep->port);
	ep->port = NULL;
	leave(ep);
}

/* All endpoints leave it, and so its spaces end. It may be gone then */
static int block(struct vtable *t)
{
	int result = 0;
	guint i = 0;

	t->dev->needs_reset = true;
	while (i < t->eps->len) {
		/* The last one takes the table with it, unless a domain has it */
		bool ends = t->eps->len == 1 && !t->owned;
		int rc = attach(t->eps->pdata[i], VIOMMU_BLOCKED, NULL);

		if (!rc && ends)
			return 0;
		if (rc)
			i++;
		result = result ?: rc;
	}
	t->lost = t->eps->len > 0;
	return result;
}

int viommu_finish(struct viommu *dev)
{
	GList *tables, *i;
	int result = 0;

	viommu_sync(dev);
	tables = g_hash_table_get_keys(dev->tables);
	for (i = tables; i; i = i->next) {
		struct vtable *t = i->data;
		int rc = t->lost ? block(t) : 0;

		result = result ?: rc;
	}
	g_list_free(tables);
	return result;
}
