// SPDX-License-Identifier: GPL-2.0-only
/* Mock IOMMU: the caches that a model has, and a look into them */
#include <linux/debugfs.h>
#include <linux/errno.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "walk.h"

static u32 cache_capacity(const struct mock_cache_params *p,
			  enum mock_cache_kind kind)
{
	switch (kind) {
	case MOCK_CACHE_CONFIG:
		return p->config_entries;
	case MOCK_CACHE_PWC:
		return p->pwc_entries;
	default:
		return p->iotlb_entries;
	}
}

/**
 * mock_caches_create() - make the caches of a model
 * @set: set to them; destroyed ones, or zeroed
 * @desc: what they are
 * @nr: how many there are
 * @size: of what the model knows of them, which begins with their pointers and is
 *	zeroed behind them
 * @p: capacities and retention
 *
 * Each has a seed of its own, or chance would strike all at the same time.
 *
 * Context: process context, sleeps
 * Return: 0, or -ENOMEM with none of them made
 */
int mock_caches_create(struct mock_cache_set *set,
		       const struct mock_cache_desc *desc, u32 nr, size_t size,
		       const struct mock_cache_params *p)
{
	struct mock_cache **cache = kzalloc(size, GFP_KERNEL);
	u32 i;

	*set = (struct mock_cache_set){ .desc = desc, .cache = cache };
	if (!cache)
		return -ENOMEM;
	for (i = 0; i < nr; i++) {
		cache[i] = mock_cache_create(cache_capacity(p, desc[i].kind),
					     desc[i].data_size, p->evict_period,
					     p->evict_seed + i);
		if (!cache[i]) {
			mock_caches_destroy(set);
			return -ENOMEM;
		}
		set->nr++;
	}
	return 0;
}

/**
 * mock_caches_destroy() - undo mock_caches_create()
 * @set: the caches
 */
void mock_caches_destroy(struct mock_cache_set *set)
{
	while (set->nr) {
		set->nr--;
		mock_cache_destroy(set->cache[set->nr]);
	}
	kfree(set->cache);
	set->cache = NULL;
}

/**
 * mock_caches_invalidate_all() - empty all caches
 * @set: the caches
 */
void mock_caches_invalidate_all(struct mock_cache_set *set)
{
	u32 i;

	for (i = 0; i < set->nr; i++)
		mock_cache_invalidate_all(set->cache[i]);
}

/**
 * mock_caches_lookup() - look something up in one of the caches
 * @mi: the instance
 * @c: the cache
 * @tag: as for mock_cache_lookup()
 * @addr: likewise
 * @key: likewise
 *
 * Return: as mock_cache_lookup(); nothing is found by who only looks at the tables
 */
void *mock_caches_lookup(struct mock_iommu *mi, struct mock_cache *c, u64 tag,
			 u64 addr, struct mock_cache_key *key)
{
	if (!mock_walking(mi))
		return mock_cache_lookup(c, tag, addr, key);
	mock_walk_cached(mi, c, tag, addr);
	return NULL;
}

/**
 * mock_caches_insert() - make an entry in one of the caches
 * @mi: the instance
 * @c: the cache
 * @tag: as for mock_cache_insert()
 * @addr: likewise
 * @lg2: likewise
 *
 * Return: as mock_cache_insert(), which makes no entry for who only looks at the
 * tables
 */
void *mock_caches_insert(struct mock_iommu *mi, struct mock_cache *c, u64 tag,
			 u64 addr, u8 lg2)
{
	return mock_walking(mi) ? NULL : mock_cache_insert(c, tag, addr, lg2);
}

/* Every valid entry, one a line */
static int caches_show(struct seq_file *s, void *unused)
{
	struct mock_iommu *mi = s->private;
	const struct mock_cache_set *set = &mi->caches;
	u32 i;

	guard(spinlock_irqsave)(&mi->lock);
	for (i = 0; i < set->nr; i++)
		mock_cache_for_each(set->cache[i], set->desc[i].show, s);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(caches);

static int cache_stats_show(struct seq_file *s, void *unused)
{
	struct mock_iommu *mi = s->private;
	const struct mock_cache_set *set = &mi->caches;
	u32 i;

	guard(spinlock_irqsave)(&mi->lock);
	for (i = 0; i < set->nr; i++) {
		const struct mock_cache *cache = set->cache[i];
		const struct mock_cache_stats *st = mock_cache_stats(cache);

		seq_printf(s, "%s entries=%u capacity=%u hits=%llu misses=%llu inserts=%llu replaced=%llu evicted=%llu invalidated=%llu\n",
			   set->desc[i].name, mock_cache_count(cache),
			   mock_cache_capacity(cache), st->hits, st->misses,
			   st->inserts, st->replaced, st->evicted,
			   st->invalidated);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(cache_stats);

/**
 * mock_caches_debugfs() - make the files "caches" and "cache_stats"
 * @mi: the instance, whose caches exist as long as the files
 * @dir: where
 */
void mock_caches_debugfs(struct mock_iommu *mi, struct dentry *dir)
{
	debugfs_create_file("caches", 0444, dir, mi, &caches_fops);
	debugfs_create_file("cache_stats", 0444, dir, mi, &cache_stats_fops);
}
