// SPDX-License-Identifier: GPL-2.0-only
/* The RAM of a guest, as its VMM has it */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest.h"
#include "util.h"

#define PAGEMAP_PRESENT	(1ull << 63)
#define PAGEMAP_PFN	((1ull << 55) - 1)
#define PAGES_2M	(SZ_2M / PAGE_4K)

static void *map_anon(void *at, uint64_t size, int flags)
{
	return mmap(at, size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
}

int guest_create(struct guest *g, uint64_t gpa, uint64_t size)
{
	memset(g, 0, sizeof(*g));
	g->va = map_anon(NULL, size, MAP_POPULATE);
	if (g->va == MAP_FAILED) {
		g->va = NULL;
		return -errno;
	}
	g->gpa = gpa;
	g->size = size;
	return 0;
}

static int read_pfns(const void *va, uint64_t *pfn, size_t pages)
{
	off_t off = (uintptr_t)va / PAGE_4K * sizeof(*pfn);
	size_t i;
	int fd;

	fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (pread(fd, pfn, pages * sizeof(*pfn), off) !=
	    (ssize_t)(pages * sizeof(*pfn))) {
		close(fd);
		return -EIO;
	}
	close(fd);
	for (i = 0; i < pages; i++)
		pfn[i] = pfn[i] & PAGEMAP_PRESENT ? pfn[i] & PAGEMAP_PFN : 0;
	return 0;
}

uint64_t guest_phys(const void *va)
{
	uint64_t pfn;

	if (read_pfns(va, &pfn, 1) || !pfn)
		return 0;
	return pfn * PAGE_4K + (uintptr_t)va % PAGE_4K;
}

struct page_of {
	uint64_t pfn;
	uint8_t *va;
};

static int by_pfn(const void *a, const void *b)
{
	const struct page_of *x = a, *y = b;

	return x->pfn < y->pfn ? -1 : x->pfn > y->pfn;
}

/* The pages of @pool, sorted by where they are; those without memory are 0 */
static struct page_of *sort_pages(uint8_t *pool, size_t pages)
{
	struct page_of *page = calloc(pages, sizeof(*page));
	uint64_t *pfn = calloc(pages, sizeof(*pfn));
	size_t i;

	if (!page || !pfn || read_pfns(pool, pfn, pages)) {
		free(page);
		free(pfn);
		return NULL;
	}
	for (i = 0; i < pages; i++)
		page[i] = (struct page_of){ pfn[i], pool + i * PAGE_4K };
	free(pfn);
	qsort(page, pages, sizeof(*page), by_pfn);
	return page;
}

static int move(uint8_t *from, size_t len, uint8_t *to)
{
	return mremap(from, len, len, MREMAP_MAYMOVE | MREMAP_FIXED, to) ==
	       MAP_FAILED ? -errno : 0;
}

/* Those that are neighbours already move together: each call is a mapping more */
static int move_pages(const struct page_of *page, size_t pages, uint8_t *to)
{
	size_t i, first = 0;
	int rc = 0;

	for (i = 1; !rc && i <= pages; i++) {
		if (i < pages && page[i].va == page[i - 1].va + PAGE_4K)
			continue;
		rc = move(page[first].va, (i - first) * PAGE_4K,
			  to + first * PAGE_4K);
		first = i;
	}
	return rc;
}

/*
 * Anonymous memory comes page by page, but out of large free blocks: among many
 * pages there are 512 of one physical 2M block. Sort the pages of a pool by
 * where they are, and move those of complete blocks together.
 */
static int collect_blocks(struct guest *g, uint8_t *pool, size_t pages)
{
	struct page_of *page = sort_pages(pool, pages);
	uint64_t done = 0;
	int rc = 0;
	size_t i;

	if (!page)
		return -ENOMEM;
	for (i = 0; i + PAGES_2M <= pages && done < g->size;) {
		if (!page[i].pfn || page[i].pfn % PAGES_2M ||
		    page[i + PAGES_2M - 1].pfn != page[i].pfn + PAGES_2M - 1) {
			i++;
			continue;
		}
		rc = move_pages(&page[i], PAGES_2M, g->va + done);
		if (rc)
			break;
		i += PAGES_2M;
		done += SZ_2M;
	}
	free(page);
	return rc ?: done < g->size ? -ENOMEM : 0;
}

/* The highest page first */
static int scatter(struct guest *g, uint8_t *pool, size_t pages)
{
	struct page_of *page = sort_pages(pool, pages);
	size_t i;
	int rc;

	if (!page)
		return -ENOMEM;
	rc = page[0].pfn ? 0 : -ENOMEM;
	for (i = 0; !rc && i < pages; i++)
		rc = move(page[pages - 1 - i].va, PAGE_4K, g->va + i * PAGE_4K);
	free(page);
	return rc;
}

/* A guest, out of some pages of a pool that is as large or larger */
static int create_from_pool(struct guest *g, uint64_t gpa, uint64_t size,
			    uint64_t pool_size,
			    int (*take)(struct guest *g, uint8_t *pool,
					size_t pages))
{
	uint8_t *pool;
	int rc;

	memset(g, 0, sizeof(*g));
	g->va = map_anon(NULL, size, MAP_NORESERVE);
	if (g->va == MAP_FAILED) {
		g->va = NULL;
		return -errno;
	}
	g->gpa = gpa;
	g->size = size;

	pool = map_anon(NULL, pool_size, MAP_POPULATE);
	if (pool == MAP_FAILED)
		rc = -errno;
	else
		rc = take(g, pool, pool_size / PAGE_4K);
	if (pool != MAP_FAILED)
		munmap(pool, pool_size);
	if (rc)
		guest_destroy(g);
	return rc;
}

int guest_create_2m(struct guest *g, uint64_t gpa, uint64_t size)
{
	uint64_t pool;
	int rc;

	if (size % SZ_2M || gpa % SZ_2M)
		return -EINVAL;
	/* Where memory is in pieces it takes more to find whole blocks */
	for (pool = size + 2 * SZ_2M; pool <= size + 256 * SZ_2M; pool *= 4) {
		rc = create_from_pool(g, gpa, size, pool, collect_blocks);
		if (rc != -ENOMEM)
			break;
	}
	return rc;
}

int guest_create_scattered(struct guest *g, uint64_t gpa, uint64_t size)
{
	return create_from_pool(g, gpa, size, size, scatter);
}

void guest_destroy(struct guest *g)
{
	if (g->va)
		munmap(g->va, g->size);
	memset(g, 0, sizeof(*g));
}

uint64_t guest_alloc(struct guest *g, uint64_t size, uint64_t align)
{
	uint64_t free = g->gpa + g->used;
	uint64_t start = ((free + align - 1) & ~(align - 1)) - g->gpa;

	if (start + size > g->size)
		return 0;
	g->used = start + size;
	memset(g->va + start, 0, size);
	return g->gpa + start;
}

uint64_t guest_page(struct guest *g, uint64_t seed)
{
	uint64_t gpa = guest_alloc(g, PAGE_4K, PAGE_4K);

	if (gpa)
		util_fill(guest_ptr(g, gpa), PAGE_4K, seed);
	return gpa;
}

void *guest_ptr(const struct guest *g, uint64_t gpa)
{
	if (gpa < g->gpa || gpa - g->gpa >= g->size)
		return NULL;
	return g->va + (gpa - g->gpa);
}
