/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mock IOMMU: a cache of translations or table entries
 *
 * An entry is found by a tag, which must match exactly (who: a domain-id, a
 * PASID, a source-id, packed as the user likes), and by an address that lies in
 * the entry's aligned region of 2^lg2 bytes. What it holds is the user's. It
 * stays until it is invalidated, or replaced as the least recently used one
 * because the cache is full, or evicted by chance when that was asked for.
 *
 * Entries are hashed by their region, not by their tag: an invalidation of a
 * small range is cheap whatever else it selects by. A user without addresses
 * (a cache of table entries by number) gives what varies most as the address.
 *
 * All memory is allocated when the cache is made. The caller serialises: nothing
 * here sleeps, locks or allocates afterwards.
 */
#ifndef __IOMMU_MOCK_CACHE_H
#define __IOMMU_MOCK_CACHE_H

#include <linux/types.h>

struct mock_cache;

/**
 * struct mock_cache_key - what an entry is found by
 * @tag: compared as a whole
 * @addr: first address of the entry's region, aligned to its size
 * @lg2: log2 of the region's size, 0 to 63
 */
struct mock_cache_key {
	u64 tag;
	u64 addr;
	u8 lg2;
};

/**
 * struct mock_cache_stats - counted since the cache was made
 * @hits: look-ups that found an entry
 * @misses: look-ups that found none
 * @inserts: entries inserted, overwritten ones included
 * @replaced: entries that had to go as the least recently used one
 * @evicted: entries evicted by chance
 * @invalidated: entries invalidated
 */
struct mock_cache_stats {
	u64 hits;
	u64 misses;
	u64 inserts;
	u64 replaced;
	u64 evicted;
	u64 invalidated;
};

/**
 * typedef mock_cache_match_fn - is this entry meant?
 * @key: the entry's key
 * @data: what the entry holds
 * @arg: the caller's
 */
typedef bool (*mock_cache_match_fn)(const struct mock_cache_key *key,
				    const void *data, const void *arg);

/**
 * typedef mock_cache_visit_fn - look at an entry
 * @key: the entry's key
 * @data: what the entry holds
 * @arg: the caller's
 */
typedef void (*mock_cache_visit_fn)(const struct mock_cache_key *key,
				    const void *data, void *arg);

struct mock_cache *mock_cache_create(u32 capacity, size_t data_size,
				     u32 evict_period, u32 evict_seed);
void mock_cache_destroy(struct mock_cache *c);

void *mock_cache_lookup(struct mock_cache *c, u64 tag, u64 addr,
			struct mock_cache_key *key);
const void *mock_cache_peek(const struct mock_cache *c, u64 tag, u64 addr,
			    struct mock_cache_key *key);
const void *mock_cache_peek_larger(const struct mock_cache *c, u64 tag,
				   u64 addr, u8 lg2);
void *mock_cache_insert(struct mock_cache *c, u64 tag, u64 addr, u8 lg2);

u32 mock_cache_invalidate(struct mock_cache *c, mock_cache_match_fn match,
			  const void *arg);
u32 mock_cache_invalidate_range(struct mock_cache *c, u64 first, u64 last,
				mock_cache_match_fn match, const void *arg);
u32 mock_cache_invalidate_all(struct mock_cache *c);

void mock_cache_for_each(const struct mock_cache *c, mock_cache_visit_fn visit,
			 void *arg);
u32 mock_cache_count(const struct mock_cache *c);
u32 mock_cache_capacity(const struct mock_cache *c);
const struct mock_cache_stats *mock_cache_stats(const struct mock_cache *c);

/* The last address of an entry's region */
static inline u64 mock_cache_key_last(const struct mock_cache_key *key)
{
	return key->addr + ((1ULL << key->lg2) - 1);
}

/* Does an entry's region have an address in common with @first to @last? */
static inline bool mock_cache_key_overlaps(const struct mock_cache_key *key,
					   u64 first, u64 last)
{
	return key->addr <= last && mock_cache_key_last(key) >= first;
}

#endif /* __IOMMU_MOCK_CACHE_H */
