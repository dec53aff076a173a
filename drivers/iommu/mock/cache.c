// SPDX-License-Identifier: GPL-2.0-only
/* Mock IOMMU: a cache of translations or table entries */
#include <linux/bitops.h>
#include <linux/hash.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/prandom.h>
#include <linux/slab.h>

#include "cache.h"

struct mock_cache_entry {
	struct hlist_node bucket;
	struct list_head lru;
	struct mock_cache_key key;
	u32 pos;
	u64 data[];
};

/*
 * @entries is a permutation of all entries: the first @used ones are valid, the
 * others free. So there is no free list, a scan touches valid entries only, and
 * a random valid entry is one array access.
 */
struct mock_cache {
	struct mock_cache_entry **entries;
	void *memory;
	struct hlist_head *buckets;
	struct list_head lru;		/* most recently used first */
	size_t data_size;
	u32 hash_bits;
	u32 capacity;
	u32 used;
	u64 sizes;			/* bit n: there are entries with lg2 n */
	u32 nr_of_size[64];
	u32 evict_period;
	struct rnd_state rnd;
	struct mock_cache_stats stats;
};

static struct hlist_head *cache_bucket(const struct mock_cache *c, u64 addr,
				       u8 lg2)
{
	u64 region = (addr >> lg2) ^ ((u64)lg2 << 58);

	return &c->buckets[hash_64(region, c->hash_bits)];
}

static u64 cache_align(u64 addr, u8 lg2)
{
	return addr >> lg2 << lg2;
}

static struct mock_cache_entry *cache_find_size(const struct mock_cache *c,
						u64 tag, u64 addr, u8 lg2)
{
	struct mock_cache_entry *e;

	addr = cache_align(addr, lg2);
	hlist_for_each_entry(e, cache_bucket(c, addr, lg2), bucket) {
		if (e->key.tag == tag && e->key.addr == addr &&
		    e->key.lg2 == lg2)
			return e;
	}
	return NULL;
}

/* Where regions of several sizes overlap, the smallest one of @sizes is found */
static struct mock_cache_entry *cache_find_sizes(const struct mock_cache *c,
						 u64 tag, u64 addr, u64 sizes)
{
	struct mock_cache_entry *e;

	while (sizes) {
		u8 lg2 = __ffs64(sizes);

		e = cache_find_size(c, tag, addr, lg2);
		if (e)
			return e;
		sizes &= sizes - 1;
	}
	return NULL;
}

static struct mock_cache_entry *cache_find(const struct mock_cache *c, u64 tag,
					   u64 addr)
{
	return cache_find_sizes(c, tag, addr, c->sizes);
}

static void cache_swap(struct mock_cache *c, u32 a, u32 b)
{
	swap(c->entries[a], c->entries[b]);
	c->entries[a]->pos = a;
	c->entries[b]->pos = b;
}

static void cache_remove(struct mock_cache *c, struct mock_cache_entry *e)
{
	hlist_del(&e->bucket);
	list_del(&e->lru);
	if (!--c->nr_of_size[e->key.lg2])
		c->sizes &= ~BIT_ULL(e->key.lg2);
	cache_swap(c, e->pos, --c->used);
}

static struct mock_cache_entry *cache_add(struct mock_cache *c, u64 tag,
					  u64 addr, u8 lg2)
{
	struct mock_cache_entry *e = c->entries[c->used++];

	e->key = (struct mock_cache_key){
		.tag = tag,
		.addr = cache_align(addr, lg2),
		.lg2 = lg2,
	};
	hlist_add_head(&e->bucket, cache_bucket(c, e->key.addr, lg2));
	list_add(&e->lru, &c->lru);
	c->nr_of_size[lg2]++;
	c->sizes |= BIT_ULL(lg2);
	return e;
}

static void cache_evict_by_chance(struct mock_cache *c)
{
	u32 victim;

	if (!c->evict_period || prandom_u32_state(&c->rnd) % c->evict_period)
		return;
	/* Drawn even if there is nothing to evict: a run stays repeatable */
	victim = prandom_u32_state(&c->rnd);
	if (!c->used)
		return;
	cache_remove(c, c->entries[victim % c->used]);
	c->stats.evicted++;
}

static int cache_alloc(struct mock_cache *c)
{
	size_t stride = struct_size_t(struct mock_cache_entry, data,
				      DIV_ROUND_UP(c->data_size, sizeof(u64)));
	u32 i;

	/* One more than needed: an array of length 0 is no special case */
	c->entries = kvcalloc((size_t)c->capacity + 1, sizeof(*c->entries),
			      GFP_KERNEL);
	c->memory = kvcalloc((size_t)c->capacity + 1, stride, GFP_KERNEL);
	c->buckets = kvcalloc(BIT(c->hash_bits), sizeof(*c->buckets),
			      GFP_KERNEL);
	if (!c->entries || !c->memory || !c->buckets)
		return -ENOMEM;
	for (i = 0; i < c->capacity; i++) {
		c->entries[i] = c->memory + i * stride;
		c->entries[i]->pos = i;
	}
	return 0;
}

/**
 * mock_cache_create() - make a cache
 * @capacity: how many entries it holds at most; one of 0 holds nothing
 * @data_size: size in bytes of what an entry holds
 * @evict_period: see &struct mock_cache_params
 * @evict_seed: see &struct mock_cache_params
 *
 * Context: process context, sleeps
 * Return: the cache, or NULL without memory for it
 */
struct mock_cache *mock_cache_create(u32 capacity, size_t data_size,
				     u32 evict_period, u32 evict_seed)
{
	struct mock_cache *c = kzalloc(sizeof(*c), GFP_KERNEL);
	int bits = order_base_2(max(capacity, 1U));

	if (!c)
		return NULL;
	c->capacity = capacity;
	c->data_size = data_size;
	c->hash_bits = clamp(bits, 4, 20);
	c->evict_period = evict_period;
	prandom_seed_state(&c->rnd, evict_seed);
	INIT_LIST_HEAD(&c->lru);
	if (cache_alloc(c)) {
		mock_cache_destroy(c);
		return NULL;
	}
	return c;
}

/**
 * mock_cache_destroy() - free a cache and what it holds
 * @c: the cache, or NULL
 */
void mock_cache_destroy(struct mock_cache *c)
{
	if (!c)
		return;
	kvfree(c->buckets);
	kvfree(c->memory);
	kvfree(c->entries);
	kfree(c);
}

/**
 * mock_cache_lookup() - find an entry as the hardware does
 * @c: the cache
 * @tag: tag that the entry must have
 * @addr: address that must be in the entry's region
 * @key: filled with the found entry's key, may be NULL
 *
 * Counts, makes the found entry the most recently used one, and may evict
 * an entry by chance first.
 *
 * Return: what the entry holds, valid until the cache is changed, or NULL
 */
void *mock_cache_lookup(struct mock_cache *c, u64 tag, u64 addr,
			struct mock_cache_key *key)
{
	struct mock_cache_entry *e;

	cache_evict_by_chance(c);
	e = cache_find(c, tag, addr);
	if (!e) {
		c->stats.misses++;
		return NULL;
	}
	c->stats.hits++;
	list_move(&e->lru, &c->lru);
	if (key)
		*key = e->key;
	return e->data;
}

/**
 * mock_cache_peek() - find an entry without a trace
 * @c: the cache
 * @tag: tag that the entry must have
 * @addr: address that must be in the entry's region
 * @key: filled with the found entry's key, may be NULL
 *
 * Return: what the entry holds, valid until the cache is changed, or NULL
 */
const void *mock_cache_peek(const struct mock_cache *c, u64 tag, u64 addr,
			    struct mock_cache_key *key)
{
	const struct mock_cache_entry *e = cache_find(c, tag, addr);

	if (!e)
		return NULL;
	if (key)
		*key = e->key;
	return e->data;
}

/**
 * mock_cache_peek_larger() - find another entry for the same address
 * @c: the cache
 * @tag: tag that the entry must have
 * @addr: address that must be in the entry's region
 * @lg2: log2 of the size that the entry's region must exceed, less than 63
 *
 * Return: what the entry holds, valid until the cache is changed, or NULL
 */
const void *mock_cache_peek_larger(const struct mock_cache *c, u64 tag,
				   u64 addr, u8 lg2)
{
	u64 sizes = c->sizes & GENMASK_ULL(63, lg2 + 1);
	const struct mock_cache_entry *e = cache_find_sizes(c, tag, addr, sizes);

	return e ? e->data : NULL;
}

/**
 * mock_cache_insert() - make an entry
 * @c: the cache
 * @tag: its tag
 * @addr: an address of its region
 * @lg2: log2 of the region's size, 0 to 63
 *
 * An entry with the same key is overwritten. Without a free entry the least
 * recently used one is replaced.
 *
 * Return: where to write what the entry holds, zeroed; NULL if the capacity is 0
 */
void *mock_cache_insert(struct mock_cache *c, u64 tag, u64 addr, u8 lg2)
{
	struct mock_cache_entry *e;

	if (!c->capacity)
		return NULL;
	e = cache_find_size(c, tag, addr, lg2);
	if (e) {
		cache_remove(c, e);
	} else if (c->used == c->capacity) {
		cache_remove(c, list_last_entry(&c->lru,
						struct mock_cache_entry, lru));
		c->stats.replaced++;
	}
	e = cache_add(c, tag, addr, lg2);
	memset(e->data, 0, c->data_size);
	c->stats.inserts++;
	return e->data;
}

/**
 * mock_cache_invalidate() - remove the entries that are meant
 * @c: the cache
 * @match: says which
 * @arg: passed to @match
 *
 * Return: how many there were
 */
u32 mock_cache_invalidate(struct mock_cache *c, mock_cache_match_fn match,
			  const void *arg)
{
	u32 i, before = c->used;

	/* Downwards: removal fills the gap with an entry already seen */
	for (i = c->used; i-- > 0;) {
		struct mock_cache_entry *e = c->entries[i];

		if (match(&e->key, e->data, arg))
			cache_remove(c, e);
	}
	c->stats.invalidated += before - c->used;
	return before - c->used;
}

/* Remove what is meant among the entries of one region */
static void cache_invalidate_region(struct mock_cache *c, u64 addr, u8 lg2,
				    mock_cache_match_fn match, const void *arg)
{
	struct mock_cache_entry *e;
	struct hlist_node *next;

	hlist_for_each_entry_safe(e, next, cache_bucket(c, addr, lg2), bucket) {
		if (e->key.addr == addr && e->key.lg2 == lg2 &&
		    (!match || match(&e->key, e->data, arg)))
			cache_remove(c, e);
	}
}

struct cache_range {
	u64 first;
	u64 last;
	mock_cache_match_fn match;
	const void *arg;
};

static bool cache_match_range(const struct mock_cache_key *key,
			      const void *data, const void *arg)
{
	const struct cache_range *r = arg;

	return mock_cache_key_overlaps(key, r->first, r->last) &&
	       (!r->match || r->match(key, data, r->arg));
}

/* Is it cheaper to look up every region of the range than to scan? */
static bool cache_range_is_small(const struct mock_cache *c, u64 first,
				 u64 last)
{
	u64 sizes, regions = 0;

	for (sizes = c->sizes; sizes; sizes &= sizes - 1) {
		u8 lg2 = __ffs64(sizes);
		u64 steps = (last >> lg2) - (first >> lg2);

		if (steps >= c->used)
			return false;
		regions += steps + 1;
	}
	return regions <= c->used;
}

/**
 * mock_cache_invalidate_range() - remove entries that touch a range
 * @c: the cache
 * @first: first address of the range
 * @last: last address of the range
 * @match: a further condition, or NULL
 * @arg: passed to @match
 *
 * The same as mock_cache_invalidate() with such a condition, but the cost is
 * that of the range's look-ups where that is less than a scan's.
 *
 * Return: how many there were
 */
u32 mock_cache_invalidate_range(struct mock_cache *c, u64 first, u64 last,
				mock_cache_match_fn match, const void *arg)
{
	const struct cache_range range = { first, last, match, arg };
	u32 before = c->used;
	u64 sizes;

	if (first > last)
		return 0;
	if (!cache_range_is_small(c, first, last))
		return mock_cache_invalidate(c, cache_match_range, &range);

	for (sizes = c->sizes; sizes; sizes &= sizes - 1) {
		u8 lg2 = __ffs64(sizes);
		u64 i = first >> lg2;

		do {
			cache_invalidate_region(c, i << lg2, lg2, match, arg);
		} while (i++ != last >> lg2);
	}
	c->stats.invalidated += before - c->used;
	return before - c->used;
}

/**
 * mock_cache_invalidate_all() - remove every entry
 * @c: the cache
 *
 * Return: how many there were
 */
u32 mock_cache_invalidate_all(struct mock_cache *c)
{
	u32 before = c->used;

	while (c->used)
		cache_remove(c, c->entries[c->used - 1]);
	c->stats.invalidated += before;
	return before;
}

/**
 * mock_cache_for_each() - look at every entry, most recently used first
 * @c: the cache
 * @visit: called for each, must not change the cache
 * @arg: passed to @visit
 */
void mock_cache_for_each(const struct mock_cache *c, mock_cache_visit_fn visit,
			 void *arg)
{
	const struct mock_cache_entry *e;

	list_for_each_entry(e, &c->lru, lru)
		visit(&e->key, e->data, arg);
}

/**
 * mock_cache_count() - how many entries are there?
 * @c: the cache
 *
 * Return: their number
 */
u32 mock_cache_count(const struct mock_cache *c)
{
	return c->used;
}

/**
 * mock_cache_capacity() - how many entries can there be?
 * @c: the cache
 *
 * Return: their number
 */
u32 mock_cache_capacity(const struct mock_cache *c)
{
	return c->capacity;
}

/**
 * mock_cache_stats() - what happened since the cache was made?
 * @c: the cache
 *
 * Return: counters, valid as long as the cache
 */
const struct mock_cache_stats *mock_cache_stats(const struct mock_cache *c)
{
	return &c->stats;
}
