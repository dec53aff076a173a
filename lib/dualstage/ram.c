// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/* A guest's memory: what is mapped into the IOAS, and what is left out */
#include <stdlib.h>
#include <unistd.h>

#include "internal.h"

int ds_ram_new(struct ds_ctx *ctx, unsigned int flags, struct ds_ram **ram)
{
	struct ds_ram *r;
	int rc;

	if (flags & ~DS_RAM_DIRTY)
		return ds_fail(EOPNOTSUPP, "flags %#x of a memory are not known", flags);
	r = ds_alloc(sizeof(*r));
	if (!r)
		return -ENOMEM;
	rc = dsi_ioas_alloc(ctx->fd, &r->ioas);
	if (rc) {
		free(r);
		return ds_fail_sys(rc, "an IOAS for the guest's memory");
	}
	r->ctx = ctx;
	r->flags = flags;
	r->page = sysconf(_SC_PAGESIZE);
	pthread_rwlock_init(&r->gate, NULL);
	pthread_mutex_init(&r->lock, NULL);
	ds_object_up(ctx);
	*ram = r;
	return 0;
}

int ds_ram_free(struct ds_ram *ram)
{
	struct ds_region *r;
	int rc;

	if (atomic_load(&ram->users))
		return ds_fail(EBUSY, "the memory is in use by %u units or devices",
			       atomic_load(&ram->users));
	rc = ds_stage2_sweep(ram, true);
	if (!rc)
		rc = ds_destroy(ram->ctx, ram->ioas, "IOAS");
	if (rc)
		return rc;
	while ((r = ds_region_find(ram, 0, UINT64_MAX)))
		ds_region_del(ram, r);
	pthread_mutex_destroy(&ram->lock);
	pthread_rwlock_destroy(&ram->gate);
	ds_object_down(ram->ctx);
	free(ram);
	return 0;
}

uint32_t ds_ram_ioas(const struct ds_ram *ram)
{
	return ram->ioas;
}

uint64_t ds_ram_left_out(struct ds_ram *ram)
{
	uint64_t bytes;

	pthread_mutex_lock(&ram->lock);
	bytes = ram->left_out;
	pthread_mutex_unlock(&ram->lock);
	return bytes;
}

static int check_range(const struct ds_ram *ram, uint64_t ipa, uint64_t len)
{
	if (!len || (ipa | len) & (ram->page - 1))
		return ds_fail(EINVAL, "IPA %#llx, length %#llx: not multiples of the page",
			       (unsigned long long)ipa, (unsigned long long)len);
	if (ipa + len - 1 < ipa)
		return ds_fail(EINVAL, "IPA %#llx, length %#llx: beyond the end",
			       (unsigned long long)ipa, (unsigned long long)len);
	return 0;
}

static bool is_own(const struct ds_ram *ram, uint64_t first, uint64_t last)
{
	return ram->own_known && first <= ram->own.last && last >= ram->own.first;
}

/* Where a region comes from: an ioctl that maps it */
struct source {
	int (*map)(const struct ds_ram *ram, const struct ds_region *r,
		   const struct source *from);
	void *va;
	int file;
	uint64_t start;
	uint32_t ioas;
};

static uint64_t len_of(const struct ds_region *r)
{
	return r->range.last - r->range.first + 1;
}

static uint32_t perm_of(const struct ds_region *r)
{
	return r->writable ? DSI_RW : DSI_RO;
}

static int map_va(const struct ds_ram *ram, const struct ds_region *r,
		  const struct source *from)
{
	return dsi_ioas_map(ram->ctx->fd, ram->ioas, from->va, len_of(r), r->range.first,
			    perm_of(r));
}

static int map_file(const struct ds_ram *ram, const struct ds_region *r,
		    const struct source *from)
{
	return dsi_ioas_map_file(ram->ctx->fd, ram->ioas, from->file, from->start,
				 len_of(r), r->range.first, perm_of(r));
}

static int map_copy(const struct ds_ram *ram, const struct ds_region *r,
		    const struct source *from)
{
	return dsi_ioas_copy(ram->ctx->fd, ram->ioas, r->range.first, len_of(r),
			     from->ioas, from->start, perm_of(r));
}

/* With the gate held */
static int map_region(struct ds_ram *ram, const struct ds_region *what,
		      const struct source *from)
{
	struct ds_region *r = ds_alloc(sizeof(*r));
	int rc;

	if (!r)
		return -ENOMEM;
	*r = *what;
	r->busy = true;
	pthread_mutex_lock(&ram->lock);
	rc = ds_region_add(ram, r);
	pthread_mutex_unlock(&ram->lock);
	if (rc) {
		free(r);
		return rc;
	}
	if (!r->out) {
		rc = from->map(ram, r, from);
		if (rc)
			ds_fail_sys(rc, "IPA %#llx to %#llx is not mapped%s",
				    (unsigned long long)r->range.first,
				    (unsigned long long)r->range.last, rc == -EINVAL ?
				    " (reserved, beyond what an IOMMU reaches, or no such memory)" :
				    "");
	}
	pthread_mutex_lock(&ram->lock);
	r->busy = false;
	if (rc)
		ds_region_del(ram, r);
	pthread_mutex_unlock(&ram->lock);
	return rc;
}

static int map_guest(struct ds_ram *ram, uint64_t ipa, uint64_t len, unsigned int prot,
		     const struct source *from)
{
	struct ds_region what = {
		.range = { ipa, ipa + len - 1 },
		.writable = prot == DS_RW,
	};
	int rc;

	rc = check_range(ram, ipa, len);
	if (rc)
		return rc;
	if (prot != DS_READ && prot != DS_RW)
		return ds_fail(EINVAL, "protection %#x is neither DS_READ nor DS_RW", prot);
	pthread_rwlock_rdlock(&ram->gate);
	if (is_own(ram, what.range.first, what.range.last)) {
		rc = ds_fail(EADDRINUSE, "IPA %#llx: from %#llx on is the library's own",
			     (unsigned long long)ipa, (unsigned long long)ram->own.first);
	} else {
		what.out = !what.writable && atomic_load(&ram->no_ro);
		rc = map_region(ram, &what, from);
	}
	pthread_rwlock_unlock(&ram->gate);
	return rc;
}

int ds_ram_map(struct ds_ram *ram, uint64_t ipa, uint64_t len, void *va,
	       unsigned int prot)
{
	const struct source from = { .map = map_va, .va = va };

	return map_guest(ram, ipa, len, prot, &from);
}

int ds_ram_map_file(struct ds_ram *ram, uint64_t ipa, uint64_t len, int fd,
		    uint64_t offset, unsigned int prot)
{
	const struct source from = { .map = map_file, .file = fd, .start = offset };

	return map_guest(ram, ipa, len, prot, &from);
}

int ds_ram_copy(struct ds_ram *ram, uint64_t ipa, uint64_t len,
		struct ds_ram *from, uint64_t from_ipa, unsigned int prot)
{
	const struct source copy = {
		.map = map_copy,
		.ioas = from->ioas,
		.start = from_ipa,
	};

	/* Its IOAS has an id there, which is another object's here */
	if (from->ctx != ram->ctx)
		return ds_fail(EINVAL, "the memory to be copied is in another iommufd");
	return map_guest(ram, ipa, len, prot, &copy);
}

static int count_one(struct ds_region *r, void *arg)
{
	size_t *n = arg;

	++*n;
	return r->busy ? -EBUSY : 0;
}

struct found {
	struct ds_region **regions;
	size_t n;
};

static int take_one(struct ds_region *r, void *arg)
{
	struct found *f = arg;

	r->busy = true;
	f->regions[f->n++] = r;
	return 0;
}

/* All regions from @first to @last become busy; f->regions is to be freed. No words of -ENOENT */
static int take(struct ds_ram *ram, uint64_t first, uint64_t last, struct found *f)
{
	size_t n = 0;
	int rc = 0;

	*f = (struct found){ 0 };
	pthread_mutex_lock(&ram->lock);
	if (ds_region_cut(ram, first, last))
		rc = ds_fail(EINVAL, "IPA %#llx to %#llx has only a part of a mapping",
			     (unsigned long long)first, (unsigned long long)last);
	else if (ds_region_each(ram, first, last, count_one, &n))
		rc = ds_fail(EBUSY, "IPA %#llx to %#llx is being mapped or unmapped",
			     (unsigned long long)first, (unsigned long long)last);
	else if (!n)
		rc = -ENOENT;
	if (!rc) {
		f->regions = ds_alloc(n * sizeof(struct ds_region *));
		rc = f->regions ? ds_region_each(ram, first, last, take_one, f) : -ENOMEM;
	}
	pthread_mutex_unlock(&ram->lock);
	return rc;
}

/* 0 also if the kernel has nothing there; 0 and UINT64_MAX is all that it has */
static int unmap_ioctl(struct ds_ram *ram, uint64_t first, uint64_t last)
{
	struct iommu_ioas_unmap cmd = {
		.size = sizeof(cmd),
		.ioas_id = ram->ioas,
		.iova = first,
		.length = last - first == UINT64_MAX ? UINT64_MAX : last - first + 1,
	};
	int rc = dsi_ioctl(ram->ctx->fd, IOMMU_IOAS_UNMAP, &cmd);

	return rc == -ENOENT ? 0 : rc;
}

/* How many of these @n follow each other without a gap, from the first one on */
static size_t run_of(struct ds_region *const *regions, size_t n)
{
	size_t i = 1;

	while (i < n && regions[i - 1]->range.last + 1 == regions[i]->range.first)
		i++;
	return i;
}

static bool any_mapped(struct ds_region *const *regions, size_t n)
{
	while (n && regions[n - 1]->out)
		n--;
	return n;
}

/*
 * These @n go, with one call. If the kernel cannot do that it may have done a part: what
 * went is found out by asking for each.
 */
static int unmap_run(struct ds_ram *ram, struct ds_region **regions, size_t n)
{
	struct ds_region *r;
	int rc = 0, one, all = 0;
	size_t i;

	if (any_mapped(regions, n))
		all = unmap_ioctl(ram, regions[0]->range.first, regions[n - 1]->range.last);
	for (i = 0; i < n; i++) {
		r = regions[i];
		one = all && !r->out ? unmap_ioctl(ram, r->range.first, r->range.last) : 0;
		if (one)
			rc = ds_fail_sys(one, "IPA %#llx to %#llx is not unmapped",
					 (unsigned long long)r->range.first,
					 (unsigned long long)r->range.last);
		pthread_mutex_lock(&ram->lock);
		r->busy = false;
		if (!one)
			ds_region_del(ram, r);
		pthread_mutex_unlock(&ram->lock);
	}
	return rc;
}

/*
 * What is there goes. A call of the kernel's never goes over a gap: another thread may be
 * mapping something there.
 */
static int unmap_span(struct ds_ram *ram, uint64_t first, uint64_t last)
{
	struct found f;
	size_t i, n;
	int rc, one;

	rc = take(ram, first, last, &f);
	if (rc)
		return rc;
	for (i = 0; i < f.n; i += n) {
		n = run_of(f.regions + i, f.n - i);
		one = unmap_run(ram, f.regions + i, n);
		if (one)
			rc = one;
	}
	free(f.regions);
	return rc;
}

/* The same, and it is a failure if nothing is there */
static int unmap_some(struct ds_ram *ram, uint64_t first, uint64_t last)
{
	int rc = unmap_span(ram, first, last);

	return rc != -ENOENT ? rc : ds_fail(ENOENT, "IPA %#llx to %#llx: nothing is there",
					    (unsigned long long)first,
					    (unsigned long long)last);
}

int ds_ram_unmap(struct ds_ram *ram, uint64_t ipa, uint64_t len)
{
	int rc = check_range(ram, ipa, len);

	if (rc)
		return rc;
	pthread_rwlock_rdlock(&ram->gate);
	if (is_own(ram, ipa, ipa + len - 1))
		rc = ds_fail(EADDRINUSE, "IPA %#llx, length %#llx: some of it is the library's own",
			     (unsigned long long)ipa, (unsigned long long)len);
	else
		rc = unmap_some(ram, ipa, ipa + len - 1);
	pthread_rwlock_unlock(&ram->gate);
	return rc;
}

int ds_ram_unmap_all(struct ds_ram *ram)
{
	int rc, above = -ENOENT;

	pthread_rwlock_rdlock(&ram->gate);
	if (ram->own_known) {
		rc = unmap_span(ram, 0, ram->own.first - 1);
		above = unmap_span(ram, ram->own.last + 1, UINT64_MAX);
	} else {
		rc = unmap_span(ram, 0, UINT64_MAX);
	}
	pthread_rwlock_unlock(&ram->gate);
	if (above != -ENOENT && above)
		rc = above;
	return rc == -ENOENT ? 0 : rc;
}

static int leave_out_one(struct ds_region *r, void *arg)
{
	struct ds_ram *ram = arg;
	int rc;

	if (r->writable || r->out)
		return 0;
	rc = unmap_ioctl(ram, r->range.first, r->range.last);
	if (rc)
		return ds_fail_sys(rc, "IPA %#llx, read-only: it is not left out",
				   (unsigned long long)r->range.first);
	r->out = true;
	ram->left_out += len_of(r);
	return 0;
}

int ds_ram_leave_out(struct ds_ram *ram)
{
	int rc;

	pthread_mutex_lock(&ram->lock);
	rc = ds_region_each(ram, 0, UINT64_MAX, leave_out_one, ram);
	pthread_mutex_unlock(&ram->lock);
	return rc;
}

int ds_ram_map_own(struct ds_ram *ram, uint64_t ipa, uint64_t len, void *va)
{
	const struct source from = { .map = map_va, .va = va };
	const struct ds_region what = {
		.range = { ipa, ipa + len - 1 },
		.writable = true,
		.own = true,
	};

	return map_region(ram, &what, &from);
}

int ds_ram_unmap_own(struct ds_ram *ram, uint64_t ipa, uint64_t len)
{
	return unmap_some(ram, ipa, ipa + len - 1);
}
