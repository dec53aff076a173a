/* SPDX-License-Identifier: GPL-2.0-only */
/* Mock IOMMU: the caches that a model has */
#ifndef __IOMMU_MOCK_CACHE_SET_H
#define __IOMMU_MOCK_CACHE_SET_H

#include "cache.h"

struct dentry;
struct mock_iommu;

/**
 * struct mock_cache_params - how the translation caches of an instance behave
 * @iotlb_entries: capacity of the TLB
 * @pwc_entries: capacity of each paging-structure cache
 * @config_entries: capacity of each cache of configuration structures
 * @atc_entries: capacity of an endpoint's ATC
 * @evict_period: 0: an entry stays until it is invalidated or the cache is full;
 *	N: before a look-up, with a chance of 1 in N, one random entry is evicted
 * @evict_seed: seed of that chance, so that a run can be repeated
 */
struct mock_cache_params {
	u32 iotlb_entries;
	u32 pwc_entries;
	u32 config_entries;
	u32 atc_entries;
	u32 evict_period;
	u32 evict_seed;
};

/* What a cache holds, which tells how many entries it has */
enum mock_cache_kind {
	MOCK_CACHE_CONFIG,	/* configuration structures */
	MOCK_CACHE_PWC,		/* paging structures */
	MOCK_CACHE_TLB,		/* translations */
};

/**
 * struct mock_cache_desc - a cache
 * @name: its name in debugfs
 * @kind: what it holds
 * @data_size: size of an entry
 * @show: print an entry and a newline to the seq_file that is its argument
 */
struct mock_cache_desc {
	const char *name;
	enum mock_cache_kind kind;
	size_t data_size;
	mock_cache_visit_fn show;
};

/**
 * struct mock_cache_set - the caches of an instance
 * @desc: what they are
 * @cache: the caches, in the same order; the beginning of what the model knows
 *	of them
 * @nr: how many there are
 */
struct mock_cache_set {
	const struct mock_cache_desc *desc;
	struct mock_cache **cache;
	u32 nr;
};

int mock_caches_create(struct mock_cache_set *set,
		       const struct mock_cache_desc *desc, u32 nr, size_t size,
		       const struct mock_cache_params *p);
void mock_caches_destroy(struct mock_cache_set *set);
void mock_caches_invalidate_all(struct mock_cache_set *set);
void *mock_caches_lookup(struct mock_iommu *mi, struct mock_cache *c, u64 tag,
			 u64 addr, struct mock_cache_key *key);
void *mock_caches_insert(struct mock_iommu *mi, struct mock_cache *c, u64 tag,
			 u64 addr, u8 lg2);
void mock_caches_debugfs(struct mock_iommu *mi, struct dentry *dir);

#endif /* __IOMMU_MOCK_CACHE_SET_H */
