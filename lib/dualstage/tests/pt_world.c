// SPDX-License-Identifier: GPL-2.0-only
/* Devices whose stage-1 the library makes */
#include "../internal.h"
#include "pt_world.h"

#define SMMU(name_, ...) { \
	.name = name_, \
	.cfg = { .type = MOCK_SMMUV3, .nr_eps = PT_DEVS, .pasid_bits = 20, __VA_ARGS__ }, \
	.lg2 = { 12, 21, 30 }, \
}

static const struct pt_kind kinds[] = {
	{
		.name = "vtd",
		.cfg = { .type = MOCK_VTD, .nr_eps = PT_DEVS, .pasid_bits = 20 },
		.unit_flags = DS_UNIT_NO_RAW,
		.lg2 = { 12, 21, 30 },
	}, {
		.name = "vtd_4_levels",
		.cfg = {
			.type = MOCK_VTD, .nr_eps = PT_DEVS, .pasid_bits = 20,
			.cap_clear = VTD_CAP_FS5LP | VTD_CAP_FS1GP,
		},
		.unit_flags = DS_UNIT_NO_RAW,
		.lg2 = { 12, 21 },
	}, {
		.name = "vtd_cm",
		.cfg = {
			.type = MOCK_VTD, .nr_eps = PT_DEVS, .pasid_bits = 20,
			.cap_set = VTD_CAP_CM,
		},
		.unit_flags = DS_UNIT_NO_RAW,
		.lg2 = { 12, 21, 30 },
	}, {
		.name = "vtd_raw",
		.cfg = { .type = MOCK_VTD, .nr_eps = PT_DEVS, .pasid_bits = 20 },
		.lg2 = { 12, 21, 30 },
	},
	SMMU("smmu"),
	SMMU("smmu_no_ril", .idr[3] = { SMMU_IDR3_RIL, 0 }, .v3_1 = true),
	{
		.name = "smmu_16k",
		.cfg = { .type = MOCK_SMMUV3, .nr_eps = PT_DEVS },
		.less = SMMU_IDR5_GRAN4K,
		.lg2 = { 14, 25 },
	}, {
		.name = "smmu_64k",
		.cfg = { .type = MOCK_SMMUV3, .nr_eps = PT_DEVS },
		.less = SMMU_IDR5_GRAN4K | SMMU_IDR5_GRAN16K,
		.lg2 = { 16, 29 },
	},
};

const struct pt_kind *pt_kind(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	test_fail(__FILE__, __LINE__, "there is no hardware %s", name);
	return &kinds[0];
}

void pt_each(void (*fn)(const struct pt_kind *kind))
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		test_context(kinds[i].name);
		fn(&kinds[i]);
	}
}

int pt_unit(struct pt_world *p, const struct pt_kind *kind)
{
	unsigned int i;
	int rc;

	p->kind = kind;
	p->pt = NULL;
	rc = world_mock(&p->w, &kind->cfg);
	if (!rc)
		rc = world_ram(&p->w, 0);
	for (i = 0; i < PT_DEVS && !rc; i++)
		rc = world_dev(&p->w, i);
	if (!rc)
		rc = world_unit(&p->w, kind->unit_flags);
	/* This kernel's own pages want a granule of 4K in stage-2 */
	if (!rc && kind->less)
		p->w.unit->caps.smmu.idr[5] &= ~kind->less;
	return rc;
}

int pt_up(struct pt_world *p, const struct pt_kind *kind, unsigned int flags)
{
	unsigned int i;
	int rc;

	rc = pt_unit(p, kind);
	if (rc)
		return rc;
	rc = ds_pt_new(p->w.unit, p->w.dev[0], flags, &p->pt);
	for (i = 0; i < PT_DEVS && !rc; i++)
		rc = ds_attach(p->w.dev[i], DS_RID, DS_STAGE1, ds_pt_s1(p->pt));
	IS(0, rc);
	return rc;
}

void pt_down(struct pt_world *p)
{
	unsigned int i;

	for (i = 0; i < PT_DEVS && p->w.dev[i] && p->w.unit; i++)
		IS(0, ds_attach(p->w.dev[i], DS_RID, DS_BLOCKED, NULL));
	if (p->pt)
		IS(0, ds_pt_free(p->pt));
	world_down(&p->w);
}

uint64_t pt_page(const struct pt_world *p)
{
	return 1ull << p->kind->lg2[0];
}

uint64_t pt_fill(struct pt_world *p, uint64_t seed)
{
	uint64_t ipa = guest_alloc(&p->w.guest, pt_page(p), pt_page(p)), off;

	for (off = 0; ipa && off < pt_page(p); off += PAGE_4K)
		util_fill(guest_ptr(&p->w.guest, ipa + off), PAGE_4K, seed + off / PAGE_4K);
	return ipa;
}

uint64_t pt_map(struct pt_world *p, uint64_t iova, uint64_t seed)
{
	uint64_t ipa = pt_fill(p, seed);

	CHECK(ipa);
	IS(0, ds_pt_map(p->pt, iova, ipa, pt_page(p), DS_RW));
	return ipa;
}

/* All of the smallest page is looked at, by pieces of 4K */
int pt_sees(struct pt_world *p, unsigned int i, uint64_t iova, uint64_t seed)
{
	uint64_t off;
	int rc = 0;

	for (off = 0; off < pt_page(p) && !rc; off += PAGE_4K)
		rc = world_sees(&p->w, i, iova + off, seed + off / PAGE_4K);
	return rc;
}

void pt_all_see(struct pt_world *p, int want, uint64_t iova, uint64_t seed)
{
	unsigned int i;

	for (i = 0; i < PT_DEVS; i++)
		IS(want, pt_sees(p, i, iova, seed));
}
