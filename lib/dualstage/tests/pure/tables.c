// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/* Tables in memory that a test looks after */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "tables.h"

#define MEMORY	(TABLES_SLOT * TABLES_SLOTS)

const char *const tables_kinds[TABLES_KINDS] = {
	"vtd_4", "vtd_5", "vmsa_4k", "vmsa_16k", "vmsa_64k",
};

void tables_caps(enum walker_kind kind, struct ds_caps *caps)
{
	*caps = (struct ds_caps){ .s2_bits = 48, .s1_bits = 48 };
	switch (kind) {
	case WALK_VTD_5:
	case WALK_VTD_4:
		caps->vendor = DS_VTD;
		caps->s1_levels = 1u << 4;
		if (kind == WALK_VTD_5) {
			caps->s1_levels |= 1u << 5;
			caps->s1_bits = 56;
		}
		/* FS1GP; SMPWCS */
		caps->vtd.cap_reg = 1ull << 56;
		caps->vtd.ecap_reg = 1ull << 48;
		return;
	default:
		caps->vendor = DS_SMMUV3;
		/* COHACC, ASID16; OAS of 48 bits and one granule */
		caps->smmu.idr[0] = 1u << 4 | 1u << 12;
		caps->smmu.idr[5] = 5 | 1u << (4 + kind - WALK_VMSA_4K);
	}
}

static unsigned int page_index(const struct tables *t, uint64_t ipa)
{
	return (ipa - TABLES_IPA) >> t->format.granule;
}

static bool slots_free(const struct tables *t, unsigned int at, unsigned int n)
{
	while (n--)
		if (t->slot[at + n])
			return false;
	return true;
}

/* The first place with room */
static int backing_get(void *opaque, size_t len, void **va, uint64_t *ipa)
{
	unsigned int n = (len + TABLES_SLOT - 1) / TABLES_SLOT, at;
	struct tables *t = opaque;

	if (!t->fail)
		return -ENOMEM;
	if (t->fail > 0)
		t->fail--;
	for (at = 0; at + n <= TABLES_SLOTS; at += n) {
		if (!slots_free(t, at, n))
			continue;
		memset(&t->slot[at], true, n);
		*va = t->memory + at * TABLES_SLOT;
		*ipa = TABLES_IPA + at * TABLES_SLOT;
		t->mapped += len;
		return 0;
	}
	return -ENOMEM;
}

static int backing_put(void *opaque, void *va, uint64_t ipa, size_t len)
{
	unsigned int n = (len + TABLES_SLOT - 1) / TABLES_SLOT;
	unsigned int at = (ipa - TABLES_IPA) / TABLES_SLOT;
	struct tables *t = opaque;

	if (va != t->memory + at * TABLES_SLOT)
		abort();
	if (t->stuck)
		return -EBUSY;
	memset(&t->slot[at], false, n);
	memset(va, 0xff, len);
	t->mapped -= len;
	return 0;
}

static const struct ds_backing backing = {
	.get = backing_get,
	.put = backing_put,
};

static int source_get(struct ds_page_source *source, struct ds_page *page)
{
	struct tables *t = (struct tables *)source;
	int rc = t->pool.source.get(&t->pool.source, page);
	unsigned int i;

	if (rc)
		return rc;
	if (t->live[page_index(t, page->ipa)] || page->ipa & ((1ull << t->format.granule) - 1))
		abort();
	for (i = 0; i < 1u << (t->format.granule - 3); i++)
		if (page->va[i])
			abort();
	t->live[page_index(t, page->ipa)] = true;
	t->nr_live++;
	return 0;
}

/* What comes back is such that a walk of it would be seen */
static void source_put(struct ds_page_source *source, const struct ds_page *page)
{
	struct tables *t = (struct tables *)source;

	if (!t->live[page_index(t, page->ipa)])
		abort();
	t->live[page_index(t, page->ipa)] = false;
	t->nr_live--;
	memset(page->va, 0xff, (size_t)1 << t->format.granule);
	t->pool.source.put(&t->pool.source, page);
}

int tables_memory(struct tables *t, enum walker_kind kind)
{
	struct ds_caps caps;
	const char *why;
	int rc;

	memset(t, 0, sizeof(*t));
	t->kind = kind;
	t->fail = -1;
	t->source = (struct ds_page_source){ source_get, source_put };
	tables_caps(kind, &caps);
	rc = caps.vendor == DS_VTD ? ds_format_vtd(&caps, &t->format, &why) :
				     ds_format_smmu(&caps, &t->format, &why);
	if (rc)
		return rc;
	t->memory = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	t->live = calloc(MEMORY >> t->format.granule, sizeof(*t->live));
	if (t->memory == MAP_FAILED || !t->live)
		abort();
	ds_pool_init(&t->pool, &backing, t, t->format.granule);
	return 0;
}

int tables_init(struct tables *t, enum walker_kind kind)
{
	int rc = tables_memory(t, kind);

	return rc ? rc : ds_table_init(&t->table, &t->format, &t->source);
}

int tables_fini(struct tables *t)
{
	int rc;

	ds_table_fini(&t->table);
	rc = ds_pool_fini(&t->pool);
	munmap(t->memory, MEMORY);
	free(t->live);
	if (!rc && !t->nr_live && !t->mapped && !t->pool.chunks)
		return 0;
	printf("# %zu tables, %zu bytes are left\n", t->nr_live, t->mapped);
	return -1;
}

static const uint64_t *at(void *opaque, uint64_t ipa)
{
	struct tables *t = opaque;

	if (ipa < TABLES_IPA || ipa - TABLES_IPA >= MEMORY || !t->live[page_index(t, ipa)])
		return NULL;
	return (const uint64_t *)(t->memory + (ipa - TABLES_IPA));
}

void tables_walker(struct tables *t, struct walker *w)
{
	*w = (struct walker){
		.kind = t->kind,
		.root = ds_table_root(&t->table),
		.width = t->format.width,
		.at = at,
		.opaque = t,
	};
}
