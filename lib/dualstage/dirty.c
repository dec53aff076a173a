// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * What devices have written
 *
 * The kernel is asked for each mapping by itself, and for all of it: of a range with a
 * gap some kernels answer for what is before the gap only, and of a part of a large page
 * some forget what was written to the rest.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/**
 * struct query - a call of ds_ram_dirty_read()
 * @ram: the guest's memory
 * @s2: whose state is read
 * @ipa: of the first bit
 * @page: bytes that a bit stands for
 * @bitmap: the caller's
 * @own: room for the bits of a mapping that does not begin with a word of @bitmap
 * @own_words: how much
 */
struct query {
	struct ds_ram *ram;
	struct ds_stage2 *s2;
	uint64_t ipa;
	uint64_t page;
	uint64_t *bitmap;
	uint64_t *own;
	size_t own_words;
};

static int ask(const struct query *q, const struct ds_region *r, uint64_t *bitmap)
{
	struct iommu_hwpt_get_dirty_bitmap cmd = {
		.size = sizeof(cmd),
		.hwpt_id = q->s2->id,
		.iova = r->range.first,
		.length = r->range.last - r->range.first + 1,
		.page_size = q->page,
		.data = (uintptr_t)bitmap,
	};
	int rc = dsi_ioctl(q->ram->ctx->fd, IOMMU_HWPT_GET_DIRTY_BITMAP, &cmd);

	return rc ? ds_fail_sys(rc, "what was written at IPA %#llx",
				(unsigned long long)r->range.first) : 0;
}

static int room(struct query *q, size_t words)
{
	uint64_t *bigger;

	if (words > q->own_words) {
		bigger = ds_alloc(words * sizeof(*bigger));
		if (!bigger)
			return -ENOMEM;
		free(q->own);
		q->own = bigger;
		q->own_words = words;
	}
	memset(q->own, 0, words * sizeof(*q->own));
	return 0;
}

static int read_region(struct ds_region *r, void *arg)
{
	struct query *q = arg;
	const uint64_t bit = (r->range.first - q->ipa) / q->page;
	const uint64_t bits = (r->range.last - r->range.first) / q->page + 1;
	const size_t words = (bits + 63) / 64;
	const unsigned int shift = bit % 64;
	uint64_t *to = q->bitmap + bit / 64;
	size_t i;
	int rc;

	if (r->out || r->busy || r->own)
		return 0;
	if (!shift)
		return ask(q, r, to);
	rc = room(q, words);
	if (rc)
		return rc;
	rc = ask(q, r, q->own);
	if (rc)
		return rc;
	for (i = 0; i < words; i++) {
		to[i] |= q->own[i] << shift;
		/* Not a word beyond the caller's last */
		if (q->own[i] >> (64 - shift))
			to[i + 1] |= q->own[i] >> (64 - shift);
	}
	return 0;
}

struct grain {
	uint64_t page;
	struct ds_region *odd;
};

static int check_grain(struct ds_region *r, void *arg)
{
	struct grain *g = arg;

	if ((r->range.first | (r->range.last + 1)) & (g->page - 1))
		g->odd = r;
	return !!g->odd;
}

static int check(struct ds_ram *ram, uint64_t ipa, uint64_t len, uint64_t page)
{
	struct grain g = { .page = page };

	if (!(ram->flags & DS_RAM_DIRTY))
		return ds_fail(EOPNOTSUPP, "the memory was made without DS_RAM_DIRTY");
	if (page < ram->page || page & (page - 1))
		return ds_fail(EINVAL, "%llu is no size of a page",
			       (unsigned long long)page);
	if (!len || (ipa | len) & (page - 1) || ipa + len - 1 < ipa)
		return ds_fail(EINVAL, "IPA %#llx, length %#llx: not a range of pages",
			       (unsigned long long)ipa, (unsigned long long)len);
	if (ds_region_cut(ram, ipa, ipa + len - 1))
		return ds_fail(EINVAL, "IPA %#llx, length %#llx has only a part of a mapping",
			       (unsigned long long)ipa, (unsigned long long)len);
	if (ds_region_each(ram, ipa, ipa + len - 1, check_grain, &g))
		return ds_fail(EINVAL, "the mapping at IPA %#llx is not of such pages",
			       (unsigned long long)g.odd->range.first);
	return 0;
}

int ds_ram_dirty_read(struct ds_ram *ram, uint64_t ipa, uint64_t len, uint64_t page,
		      uint64_t *bitmap)
{
	struct query q = {
		.ram = ram,
		.ipa = ipa,
		.page = page,
		.bitmap = bitmap,
	};
	int rc;

	pthread_mutex_lock(&ram->lock);
	rc = check(ram, ipa, len, page);
	for (q.s2 = ram->stage2; q.s2 && !rc; q.s2 = q.s2->next)
		rc = ds_region_each(ram, ipa, ipa + len - 1, read_region, &q);
	pthread_mutex_unlock(&ram->lock);
	free(q.own);
	return rc;
}
