// SPDX-License-Identifier: GPL-2.0-only
/* Ranges of addresses, both ends in them, and ordered sets of what has one */
#include "range.h"

/* Ranges that meet are the same to a tree, which so finds what meets another */
static gint compare(gconstpointer a, gconstpointer b, gpointer unused)
{
	const struct viommu_range *x = a, *y = b;

	(void)unused;
	if (x->last < y->first)
		return -1;
	return x->first > y->last;
}

GTree *range_tree_new(GDestroyNotify free_value)
{
	return g_tree_new_full(compare, NULL, NULL, free_value);
}

void range_tree_add(GTree *tree, void *item)
{
	g_tree_insert(tree, item, item);
}

static GTreeNode *if_meets(GTreeNode *node, const struct viommu_range *range)
{
	return node && ranges_meet(g_tree_node_key(node), range) ? node : NULL;
}

GTreeNode *range_tree_first(GTree *tree, const struct viommu_range *range)
{
	return if_meets(g_tree_lower_bound(tree, range), range);
}

GTreeNode *range_tree_next(GTreeNode *node, const struct viommu_range *range)
{
	return if_meets(g_tree_node_next(node), range);
}

GArray *range_set_new(void)
{
	return g_array_new(FALSE, FALSE, sizeof(struct viommu_range));
}

/* Does @b begin in @a, or next to it? @a begins first */
static bool joins(const struct viommu_range *a, const struct viommu_range *b)
{
	return a->last == UINT64_MAX || b->first <= a->last + 1;
}

void range_set_add(GArray *set, struct viommu_range range)
{
	struct viommu_range *old = (void *)set->data;
	guint from, to;

	for (from = 0; from < set->len && !joins(&old[from], &range); from++)
		if (old[from].first > range.first)
			break;
	for (to = from; to < set->len && joins(&range, &old[to]); to++) {
		range.first = MIN(range.first, old[to].first);
		range.last = MAX(range.last, old[to].last);
	}
	if (to > from)
		g_array_remove_range(set, from, to - from);
	g_array_insert_val(set, from, range);
}

static gint meets(gconstpointer a, gconstpointer b)
{
	return compare(a, b, NULL);
}

bool range_set_meets(GArray *set, const struct viommu_range *range)
{
	return g_array_binary_search(set, range, meets, NULL);
}

GArray *range_set_rest(const GArray *set, const struct viommu_range *of)
{
	const struct viommu_range *r = (const void *)set->data;
	struct viommu_range rest = *of;
	GArray *out = range_set_new();
	guint i;

	for (i = 0; i < set->len; i++) {
		struct viommu_range piece = { rest.first, r[i].first - 1 };

		if (!ranges_meet(&r[i], &rest))
			continue;
		if (r[i].first > rest.first)
			g_array_append_val(out, piece);
		if (r[i].last >= rest.last)
			return out;
		rest.first = r[i].last + 1;
	}
	g_array_append_val(out, rest);
	return out;
}
