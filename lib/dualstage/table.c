// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/* A tree of stage-1 tables */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>

#include "table.h"

/**
 * struct ds_node - a table
 * @page: what the hardware sees of it
 * @next: in the list of empty, dead or spare tables
 * @parent: the table that refers to it, NULL for the root
 * @first: the first address that it is for
 * @level: it is of this level
 * @used: so many of its entries are not zero
 * @listed: it is in the list of empty tables
 * @child: by entry, the table that it refers to; NULL in level 1
 * @leaf: by entry, a bit: it maps a page
 *
 * An entry has a child, or a bit, or it is zero.
 */
struct ds_node {
	struct ds_page page;
	struct ds_node *next;
	struct ds_node *parent;
	uint64_t first;
	unsigned int level;
	unsigned int used;
	bool listed;
	struct ds_node **child;
	uint64_t leaf[];
};

/**
 * struct span - what a call is about, or the part of it in one table
 * @iova: from here
 * @last: up to and with here
 * @ipa: what @iova is mapped to
 * @prot: likewise
 */
struct span {
	uint64_t iova;
	uint64_t last;
	uint64_t ipa;
	unsigned int prot;
};

static unsigned int entries(const struct ds_table *t)
{
	return 1u << (t->format.granule - 3);
}

/* log2 of what an entry of @level stands for */
static unsigned int shift_of(const struct ds_table *t, unsigned int level)
{
	return t->format.granule + (t->format.granule - 3) * (level - 1);
}

static unsigned int index_of(const struct ds_table *t, uint64_t iova, unsigned int level)
{
	return (iova >> shift_of(t, level)) & (entries(t) - 1);
}

/* The last address that the entry for @iova stands for */
static uint64_t end_of(const struct ds_table *t, uint64_t iova, unsigned int level)
{
	return iova | ((1ull << shift_of(t, level)) - 1);
}

static bool is_leaf(const struct ds_node *node, unsigned int i)
{
	return node->leaf[i / 64] >> (i % 64) & 1;
}

static struct ds_node *child_of(const struct ds_node *node, unsigned int i)
{
	return node && node->child ? node->child[i] : NULL;
}

/* What the hardware sees is one store, after everything that it refers to */
static void store(struct ds_node *node, unsigned int i, uint64_t entry)
{
	__atomic_store_n(&node->page.va[i], htole64(entry), __ATOMIC_RELEASE);
}

static int node_new(struct ds_table *t, struct ds_node **out)
{
	size_t words = (entries(t) + 63) / 64;
	struct ds_node *node;
	int rc;

	node = calloc(1, sizeof(*node) + words * sizeof(node->leaf[0]));
	if (!node)
		return -ENOMEM;
	rc = t->source->get(t->source, &node->page);
	if (rc) {
		free(node);
		return rc;
	}
	*out = node;
	return 0;
}

static void node_free(struct ds_table *t, struct ds_node *node)
{
	t->source->put(t->source, &node->page);
	free(node->child);
	free(node);
}

static void list_free(struct ds_table *t, struct ds_node **list)
{
	struct ds_node *node;

	while (*list) {
		node = *list;
		*list = node->next;
		node_free(t, node);
	}
}

/* A table of @level is to be ready */
static int spare_add(struct ds_table *t, unsigned int level)
{
	struct ds_node *node;
	int rc;

	rc = node_new(t, &node);
	if (rc)
		return rc;
	node->level = level;
	if (level > 1) {
		node->child = calloc(entries(t), sizeof(*node->child));
		if (!node->child) {
			node_free(t, node);
			return -ENOMEM;
		}
	}
	node->next = t->spare;
	t->spare = node;
	return 0;
}

/* Spares are taken in the reverse order of the one they were added in */
static struct ds_node *spare_take(struct ds_table *t)
{
	struct ds_node *node = t->spare;

	t->spare = node->next;
	node->next = NULL;
	return node;
}

int ds_table_init(struct ds_table *t, const struct ds_format *format,
		  struct ds_page_source *source)
{
	int rc;

	*t = (struct ds_table){ .format = *format, .source = source };
	rc = spare_add(t, format->levels);
	if (!rc)
		t->root = spare_take(t);
	return rc;
}

static void tree_free(struct ds_table *t, struct ds_node *node)
{
	unsigned int i;

	for (i = 0; node->child && i < entries(t); i++)
		if (node->child[i])
			tree_free(t, node->child[i]);
	node_free(t, node);
}

void ds_table_fini(struct ds_table *t)
{
	ds_table_bury(t);
	if (t->root)
		tree_free(t, t->root);
	t->root = NULL;
	t->empty = NULL;
}

void ds_table_bury(struct ds_table *t)
{
	list_free(t, &t->dead);
}

uint64_t ds_table_root(const struct ds_table *t)
{
	return t->root->page.ipa;
}

static bool aligned(const struct ds_table *t, uint64_t addr, uint64_t len)
{
	uint64_t mask = (1ull << t->format.granule) - 1;

	return len && !((addr | len) & mask) && len - 1 <= UINT64_MAX - addr;
}

/* The part of @s that is in the entry for its beginning */
static struct span part_of(const struct ds_table *t, const struct span *s,
			   unsigned int level)
{
	uint64_t end = end_of(t, s->iova, level);
	struct span part = *s;

	if (end < part.last)
		part.last = end;
	return part;
}

/* Go on behind @part; false if that was all */
static bool next_part(struct span *s, const struct span *part)
{
	if (part->last == s->last)
		return false;
	s->ipa += part->last + 1 - s->iova;
	s->iova = part->last + 1;
	return true;
}

/* Can an entry of @level map @part? It begins and ends where the entry does */
static bool fits(const struct ds_table *t, const struct span *part, unsigned int level)
{
	uint64_t mask = (1ull << shift_of(t, level)) - 1;

	return t->format.leaves >> level & 1 && !((part->iova | part->ipa) & mask) &&
	       part->last == (part->iova | mask);
}

/*
 * Before anything is stored: is all of @s free, and are there as many tables ready as
 * it takes? @node is NULL where there is no table yet. Tables are met in the order in
 * which fill() takes them, but spares are taken in the reverse order: so they are turned
 * round in between.
 */
static int prepare(struct ds_table *t, const struct ds_node *node, struct span s,
		   unsigned int level)
{
	struct ds_node *child;
	struct span part;
	int rc;

	if (!node && level == 1)
		return 0;
	do {
		part = part_of(t, &s, level);
		if (node && is_leaf(node, index_of(t, s.iova, level)))
			return -EEXIST;
		if (level == 1)
			continue;
		child = child_of(node, index_of(t, s.iova, level));
		if (!child) {
			if (fits(t, &part, level))
				continue;
			rc = spare_add(t, level - 1);
			if (rc)
				return rc;
		}
		rc = prepare(t, child, part, level - 1);
		if (rc)
			return rc;
	} while (next_part(&s, &part));
	return 0;
}

static void spares_turn(struct ds_table *t)
{
	struct ds_node *node, *turned = NULL;

	while (t->spare) {
		node = t->spare;
		t->spare = node->next;
		node->next = turned;
		turned = node;
	}
	t->spare = turned;
}

/* It cannot fail after prepare() */
static void fill(struct ds_table *t, struct ds_node *node, struct span s)
{
	unsigned int level = node->level, i;
	struct ds_node *child;
	struct span part;

	do {
		part = part_of(t, &s, level);
		i = index_of(t, s.iova, level);
		child = child_of(node, i);
		if (!child && fits(t, &part, level)) {
			node->leaf[i / 64] |= 1ull << (i % 64);
			node->used++;
			store(node, i, t->format.leaf(s.ipa, level, s.prot));
			continue;
		}
		if (child) {
			fill(t, child, part);
			continue;
		}
		child = spare_take(t);
		child->parent = node;
		child->first = part.iova >> shift_of(t, level) << shift_of(t, level);
		fill(t, child, part);
		node->child[i] = child;
		node->used++;
		store(node, i, t->format.table(child->page.ipa));
	} while (next_part(&s, &part));
}

int ds_table_map(struct ds_table *t, uint64_t iova, uint64_t ipa, uint64_t len,
		 unsigned int prot)
{
	struct span s = { .iova = iova, .ipa = ipa, .last = iova + len - 1, .prot = prot };
	int rc;

	if (!aligned(t, iova, len) || !aligned(t, ipa, len))
		return -EINVAL;
	if (s.last >> t->format.width || (ipa + len - 1) >> t->format.out_width)
		return -ERANGE;
	rc = prepare(t, t->root, s, t->format.levels);
	if (rc) {
		list_free(t, &t->spare);
		return rc;
	}
	spares_turn(t);
	fill(t, t->root, s);
	return 0;
}

/* Before anything is taken away: is there a part of a large page in @s? */
static bool splits(const struct ds_table *t, const struct ds_node *node, struct span s)
{
	unsigned int level = node->level, i;
	struct span part;

	if (level == 1)
		return false;
	do {
		part = part_of(t, &s, level);
		i = index_of(t, s.iova, level);
		if (is_leaf(node, i) &&
		    part.last - part.iova != (1ull << shift_of(t, level)) - 1)
			return true;
		if (node->child[i] && splits(t, node->child[i], part))
			return true;
	} while (next_part(&s, &part));
	return false;
}

static void take_leaf(struct ds_node *node, unsigned int i, const struct span *part,
		      struct ds_taken *taken)
{
	if (!taken->bytes)
		taken->first = part->iova;
	taken->last = part->last;
	taken->bytes += part->last - part->iova + 1;
	node->leaf[i / 64] &= ~(1ull << (i % 64));
	node->used--;
	store(node, i, 0);
}

/* It may have become empty */
static void list_empty(struct ds_table *t, struct ds_node *node)
{
	if (node->used || node->listed || node == t->root)
		return;
	node->listed = true;
	node->next = t->empty;
	t->empty = node;
}

static void take(struct ds_table *t, struct ds_node *node, struct span s,
		 struct ds_taken *taken)
{
	unsigned int level = node->level, i;
	struct ds_node *child;
	struct span part;

	do {
		part = part_of(t, &s, level);
		i = index_of(t, s.iova, level);
		child = child_of(node, i);
		if (is_leaf(node, i))
			take_leaf(node, i, &part, taken);
		else if (child)
			take(t, child, part, taken);
	} while (next_part(&s, &part));
	list_empty(t, node);
}

int ds_table_unmap(struct ds_table *t, uint64_t iova, uint64_t len, struct ds_taken *taken)
{
	const uint64_t end = (1ull << t->format.width) - 1;
	struct span s = { .iova = iova, .last = iova + len - 1 };

	*taken = (struct ds_taken){ 0 };
	if (!aligned(t, iova, len))
		return -EINVAL;
	/* Nothing can be mapped beyond the end */
	if (iova > end)
		return 0;
	if (s.last > end)
		s.last = end;
	if (splits(t, t->root, s))
		return -EINVAL;
	take(t, t->root, s, taken);
	return 0;
}

/* What refers to it does so no more */
static void unlink_node(struct ds_table *t, struct ds_node *node)
{
	struct ds_node *parent = node->parent;
	unsigned int i = index_of(t, node->first, parent->level);

	parent->child[i] = NULL;
	parent->used--;
	store(parent, i, 0);
	list_empty(t, parent);
}

void ds_table_reap(struct ds_table *t, void (*dies)(void *arg, uint64_t first, uint64_t last),
		   void *arg)
{
	struct ds_node *node;

	while (t->empty) {
		node = t->empty;
		t->empty = node->next;
		node->listed = false;
		if (node->used)
			continue;
		unlink_node(t, node);
		node->next = t->dead;
		t->dead = node;
		dies(arg, node->first, end_of(t, node->first, node->level + 1));
	}
}
