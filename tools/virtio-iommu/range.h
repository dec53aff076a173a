/* SPDX-License-Identifier: GPL-2.0-only */
/* Ranges of addresses, both ends in them, and ordered sets of what has one */
#ifndef VIOMMU_RANGE_H
#define VIOMMU_RANGE_H

#include <glib.h>

#include "viommu.h"

static inline bool ranges_meet(const struct viommu_range *a, const struct viommu_range *b)
{
	return a->first <= b->last && b->first <= a->last;
}

static inline bool range_within(const struct viommu_range *in, const struct viommu_range *out)
{
	return out->first <= in->first && in->last <= out->last;
}

/* What both have; they must meet */
static inline struct viommu_range ranges_common(const struct viommu_range *a,
						const struct viommu_range *b)
{
	return (struct viommu_range) {
		.first = MAX(a->first, b->first),
		.last = MIN(a->last, b->last),
	};
}

/*
 * A tree of structures that begin with a struct viommu_range; no two of them meet. The
 * tree frees what is taken out of it by @free_value.
 */
GTree *range_tree_new(GDestroyNotify free_value);
/* @item is a structure of the tree's kind */
void range_tree_add(GTree *tree, void *item);
/* The first in the tree that meets the range, or NULL; and those after it */
GTreeNode *range_tree_first(GTree *tree, const struct viommu_range *range);
GTreeNode *range_tree_next(GTreeNode *node, const struct viommu_range *range);

/* An array of struct viommu_range, ascending, none of which meet or touch */
GArray *range_set_new(void);
void range_set_add(GArray *set, struct viommu_range range);
bool range_set_meets(GArray *set, const struct viommu_range *range);
/* A new set: what @of has and @set has not */
GArray *range_set_rest(const GArray *set, const struct viommu_range *of);

#endif /* VIOMMU_RANGE_H */
