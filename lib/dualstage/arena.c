// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * Which IPAs can be mapped, and those that the library keeps for itself
 *
 * Stage-1 tables that the VMM makes are read by the hardware at IPAs, so they need some
 * that no guest has: 1 GiB, as high as what all IOMMUs of the memory reach.
 */
#include <stdlib.h>

#include "internal.h"

#define OWN_SIZE	(1ull << 30)
#define LARGE_PAGE	(1ull << 21)
/*
 * Entries of stage-1 tables, and what refers to their roots, have so many bits. Hardware
 * may have less, and does not tell (the DMAR table's host address width): so as few are
 * used as the guest's memory does with, and those of the smallest hardware in any case.
 */
#define TABLE_BITS	52u
#define LEAST_BITS	39u

/* What the kernel allows, to be freed */
static int allowed(struct ds_ram *ram, struct iommu_iova_range **ranges, uint32_t *n)
{
	struct iommu_iova_range *r;
	uint32_t room = 8;
	int rc;

	for (;;) {
		r = ds_alloc(room * sizeof(*r));
		if (!r)
			return -ENOMEM;
		*n = room;
		rc = dsi_ioas_ranges(ram->ctx->fd, ram->ioas, r, n);
		if (!rc)
			break;
		free(r);
		/* Devices may come while this is asked */
		if (rc != -EMSGSIZE)
			return ds_fail_sys(rc, "the ranges of IOAS %u", ram->ioas);
		room = *n;
	}
	*ranges = r;
	return 0;
}

struct out {
	struct ds_range *ranges;
	size_t room;
	size_t n;
};

static void put(struct out *out, uint64_t first, uint64_t last)
{
	if (out->n < out->room)
		out->ranges[out->n] = (struct ds_range){ first, last };
	out->n++;
}

/* Without the library's own */
static void put_rest(struct out *out, const struct ds_ram *ram, uint64_t first,
		     uint64_t last)
{
	const struct ds_range *own = &ram->own;

	if (!ram->own_known || own->first > last || own->last < first) {
		put(out, first, last);
		return;
	}
	if (first < own->first)
		put(out, first, own->first - 1);
	if (last > own->last)
		put(out, own->last + 1, last);
}

int ds_ram_ranges(struct ds_ram *ram, struct ds_range *out, size_t *n)
{
	struct out o = { .ranges = out, .room = *n };
	struct iommu_iova_range *ranges;
	uint32_t i, num;
	int rc;

	rc = allowed(ram, &ranges, &num);
	if (rc)
		return rc;
	pthread_rwlock_rdlock(&ram->gate);
	for (i = 0; i < num; i++)
		put_rest(&o, ram, ranges[i].start, ranges[i].last);
	pthread_rwlock_unlock(&ram->gate);
	free(ranges);
	*n = o.n;
	return o.n > o.room ? ds_fail(EMSGSIZE, "there are %zu ranges", o.n) : 0;
}

int ds_ram_private(struct ds_ram *ram, struct ds_range *out)
{
	int rc = 0;

	pthread_rwlock_rdlock(&ram->gate);
	if (ram->own_known)
		*out = ram->own;
	else
		rc = ds_fail(ENOENT, "nothing needs IPAs of its own yet");
	pthread_rwlock_unlock(&ram->gate);
	return rc;
}

/*
 * The highest 1 GiB in @range and below 2^@bits that nothing is mapped in, not at 0; the
 * lock is held
 */
static bool highest(struct ds_ram *ram, const struct iommu_iova_range *range,
		    unsigned int bits, uint64_t *first)
{
	const uint64_t last = range->last >> bits ? (1ull << bits) - 1 : range->last;
	const struct ds_region *r;
	uint64_t end = (last + 1) & ~(OWN_SIZE - 1);

	while (end > OWN_SIZE && end - OWN_SIZE >= range->start) {
		r = ds_region_find(ram, end - OWN_SIZE, end - 1);
		if (!r) {
			*first = end - OWN_SIZE;
			return true;
		}
		end = r->range.first & ~(OWN_SIZE - 1);
	}
	return false;
}

/* The same in any of the @n @ranges */
static bool find_place(struct ds_ram *ram, const struct iommu_iova_range *ranges, uint32_t n,
		       uint64_t *first)
{
	unsigned int bits;
	bool found = false;
	uint32_t i;

	pthread_mutex_lock(&ram->lock);
	for (bits = LEAST_BITS; bits <= TABLE_BITS && !found; bits++) {
		if (ds_region_find(ram, 1ull << bits, UINT64_MAX))
			continue;
		for (i = n; i && !found; i--)
			found = highest(ram, &ranges[i - 1], bits, first);
	}
	pthread_mutex_unlock(&ram->lock);
	return found;
}

/* With the gate held exclusively */
static int settle(struct ds_ram *ram)
{
	struct iommu_iova_range *ranges;
	uint64_t first;
	bool found;
	uint32_t n;
	int rc;

	if (ram->own_known)
		return 0;
	rc = allowed(ram, &ranges, &n);
	if (rc)
		return rc;
	found = find_place(ram, ranges, n, &first);
	free(ranges);
	if (!found)
		return ds_fail(ENOSPC, "there is no free 1 GiB of IPAs for tables");
	ram->own = (struct ds_range){ first, first + OWN_SIZE - 1 };
	ram->own_known = true;
	return 0;
}

static uint64_t alignment(const struct ds_ram *ram, uint64_t len)
{
	if (len & (len - 1))
		return ram->page;
	return len < LARGE_PAGE ? len : LARGE_PAGE;
}

/* With the gate held exclusively, so that nobody else takes what is found */
static int find_own(struct ds_ram *ram, uint64_t len, uint64_t *ipa)
{
	const uint64_t align = alignment(ram, len);
	const struct ds_region *r;
	uint64_t at = ram->own.first;

	pthread_mutex_lock(&ram->lock);
	while (at + len - 1 <= ram->own.last) {
		r = ds_region_find(ram, at, at + len - 1);
		if (!r)
			break;
		at = (r->range.last + align) & ~(align - 1);
	}
	pthread_mutex_unlock(&ram->lock);
	if (at + len - 1 > ram->own.last)
		return ds_fail(ENOSPC, "the IPAs for tables are used up");
	*ipa = at;
	return 0;
}

int ds_ram_arena_map(struct ds_ram *ram, void *va, uint64_t len, uint64_t *ipa)
{
	uint64_t at = 0;
	int rc;

	if (!len || len > OWN_SIZE || len & (ram->page - 1))
		return ds_fail(EINVAL, "%llu bytes for tables", (unsigned long long)len);
	pthread_rwlock_wrlock(&ram->gate);
	rc = settle(ram);
	if (!rc)
		rc = find_own(ram, len, &at);
	if (!rc)
		rc = ds_ram_map_own(ram, at, len, va);
	pthread_rwlock_unlock(&ram->gate);
	if (!rc)
		*ipa = at;
	return rc;
}

int ds_ram_arena_unmap(struct ds_ram *ram, uint64_t ipa, uint64_t len)
{
	int rc;

	pthread_rwlock_rdlock(&ram->gate);
	rc = ds_ram_unmap_own(ram, ipa, len);
	pthread_rwlock_unlock(&ram->gate);
	return rc;
}
