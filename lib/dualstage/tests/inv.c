// SPDX-License-Identifier: GPL-2.0-only
/* Invalidations: what was in caches is not, and what was not asked for is */
#include <endian.h>

#include "inject.h"
#include "internal.h"
#include "test.h"
#include "world.h"

#define IOVA	0x0000123456789000ull

#define VTD(...)	{ .type = MOCK_VTD, __VA_ARGS__ }
#define SMMU(...)	{ .type = MOCK_SMMUV3, __VA_ARGS__ }

static const struct rig_config vtd = VTD(.ats = true);
static const struct rig_config vtd_plain = VTD(.ats = false);
static const struct rig_config vtd_no_psi = VTD(.cap_clear = VTD_CAP_PSI);
static const struct rig_config vtd_no_dt = VTD(.ecap_clear = VTD_ECAP_DT | VTD_ECAP_PRS |
							    VTD_ECAP_PDS | VTD_ECAP_NWFS);
static const struct rig_config smmu = SMMU(.ats = true);
static const struct rig_config smmu_plain = SMMU(.ats = false);
static const struct rig_config smmu_no_ril = SMMU(.v3_1 = true, .idr[3] = { SMMU_IDR3_RIL, 0 });

/* Pages that the guest maps at first, and others later; its tables are below */
#define OLD	(RIG_GPA + 2 * SZ_1M)
#define NEW	(RIG_GPA + 3 * SZ_1M)

static void put(struct world *w, uint64_t iova, unsigned int i, uint64_t ipa, uint64_t seed)
{
	util_fill(guest_ptr(&w->guest, ipa + i * PAGE_4K), PAGE_4K, seed + i);
	IS(0, s1_map(&w->tables, iova + i * PAGE_4K, ipa + i * PAGE_4K, S1_4K, S1_RW));
}

/* @n pages from @iova on, with patterns from @seed on; the device has them in its caches */
static void fill(struct world *w, uint64_t iova, unsigned int n, uint64_t seed)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		put(w, iova, i, OLD, seed);
		IS(0, world_sees(w, 0, iova + i * PAGE_4K, seed + i));
	}
}

/* The guest maps others there, and the device does not know that yet */
static void turn(struct world *w, uint64_t iova, unsigned int n, uint64_t seed,
		 uint64_t old)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		put(w, iova, i, NEW, seed);
		IS(0, world_sees(w, 0, iova + i * PAGE_4K, old + i));
	}
}

/* Of @n pages those from @first to @last are the new ones, and the others the old ones */
static void new_ones(struct world *w, uint64_t iova, unsigned int n, unsigned int first,
		     unsigned int last, uint64_t seed, uint64_t old)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		IS(0, world_sees(w, 0, iova + i * PAGE_4K,
				 (i >= first && i <= last ? seed : old) + i));
}

/* Of ranges of all alignments exactly the pages are forgotten that are asked for */
static void exact_ranges(struct world *w)
{
	static const struct {
		unsigned int first;
		unsigned int last;
	} cases[] = {
		{ 0, 0 }, { 1, 1 }, { 0, 7 }, { 3, 12 }, { 1, 14 }, { 8, 15 }, { 15, 15 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		IS(0, ds_inv_all(w->s1));
		fill(w, IOVA, 16, 100);
		turn(w, IOVA, 16, 200, 100);
		IS(0, ds_inv(w->s1, IOVA + cases[i].first * PAGE_4K,
			     (cases[i].last - cases[i].first + 1) * PAGE_4K, DS_INV_LEAF));
		new_ones(w, IOVA, 16, cases[i].first, cases[i].last, 200, 100);
	}
	/* A byte of a page, and one of the next, are the pages */
	IS(0, ds_inv_all(w->s1));
	fill(w, IOVA, 4, 100);
	turn(w, IOVA, 4, 200, 100);
	IS(0, ds_inv(w->s1, IOVA + 2 * PAGE_4K - 1, 2, 0));
	new_ones(w, IOVA, 4, 1, 2, 200, 100);
}

static void exact(const struct rig_config *cfg, unsigned int flags, bool ats)
{
	struct world w;

	if (!world_up(&w, cfg, flags)) {
		if (ats)
			IS(0, ep_ats(&w.vdev[0], MOCK_EP_ATS_ENABLE));
		exact_ranges(&w);
	}
	world_down(&w);
}

#define EXACT(name, cfg, flags, ats) \
	static void name(void) { exact(&(cfg), flags, ats); }

EXACT(exact_vtd, vtd_plain, DS_UNIT_NO_RAW, false)
EXACT(exact_vtd_ats, vtd, DS_UNIT_NO_RAW, true)
EXACT(exact_raw, vtd_plain, 0, false)
EXACT(exact_raw_ats, vtd, 0, true)
EXACT(exact_smmu, smmu_plain, 0, false)
EXACT(exact_smmu_ats, smmu, 0, true)

/* Tables whose ASID and granule are known: ranges by one command where the unit has that */
static void known(const struct rig_config *cfg)
{
	struct world w;

	if (!world_up(&w, cfg, 0)) {
		ds_s1_known(w.s1, w.tables.asid, 12);
		exact_ranges(&w);
		IS(0, ds_inv_all(w.s1));
		fill(&w, IOVA, 2, 1);
		turn(&w, IOVA, 2, 5, 1);
		IS(0, ds_inv_all(w.s1));
		new_ones(&w, IOVA, 2, 0, 1, 5, 1);
		/* Very many pages, by few commands or by one for all */
		IS(0, ds_inv_all(w.s1));
		fill(&w, IOVA, 2, 1);
		turn(&w, IOVA, 2, 5, 1);
		inject_arm_ioctl(IOMMU_HWPT_INVALIDATE, 0, 0);
		IS(0, INJECTED(ds_inv(w.s1, IOVA & ~(SZ_2M - 1), 123 * SZ_2M + PAGE_4K * 77, 0)));
		CHECK(inject_disarm() == 1);
		new_ones(&w, IOVA, 2, 0, 1, 5, 1);
	}
	world_down(&w);
}

static void known_smmu(void)
{
	known(&smmu_plain);
}

static void known_no_ril(void)
{
	known(&smmu_no_ril);
}

/* Granules of 64K: a page in one is all of it */
static void granule_64k(void)
{
	struct world w;
	uint64_t one, two;

	if (world_unit_up(&w, &smmu_plain, 0, 0))
		goto out;
	w.nest.granule = 16;
	if (world_s1(&w, 0))
		goto out;
	ds_s1_known(w.s1, w.tables.asid, 16);
	IS(0, ds_attach(w.dev[0], DS_RID, DS_STAGE1, w.s1));
	one = guest_alloc(&w.guest, 2 * SZ_64K, SZ_64K);
	two = guest_alloc(&w.guest, 2 * SZ_64K, SZ_64K);
	util_fill(guest_ptr(&w.guest, one + SZ_64K), PAGE_4K, 1);
	util_fill(guest_ptr(&w.guest, two + SZ_64K), PAGE_4K, 2);
	IS(0, s1_map_range(&w.tables, SZ_1G, one, 2 * SZ_64K, 16, S1_RW));
	IS(0, world_sees(&w, 0, SZ_1G + SZ_64K, 1));
	IS(0, s1_map_range(&w.tables, SZ_1G, two, 2 * SZ_64K, 16, S1_RW));
	IS(0, world_sees(&w, 0, SZ_1G + SZ_64K, 1));
	IS(0, ds_inv(w.s1, SZ_1G + SZ_64K - PAGE_4K, 2 * PAGE_4K, DS_INV_LEAF));
	IS(0, world_sees(&w, 0, SZ_1G + SZ_64K, 2));
out:
	world_down(&w);
}

/* Ranges that are everything: too many pieces, all pages, beyond the end */
static void wide(const struct rig_config *cfg, unsigned int flags, bool ats)
{
	static const struct {
		uint64_t iova;
		uint64_t len;
	} cases[] = {
		{ IOVA - 0x1234567000, 0x222222222000 }, { 0, UINT64_MAX }, { IOVA, -IOVA },
		{ IOVA, UINT64_MAX }, { IOVA & ~(SZ_2M - 1), SZ_2M },
		{ (IOVA & ~(SZ_2M - 1)) + PAGE_4K, SZ_2M + 41 * PAGE_4K },
	};
	struct world w;
	unsigned int i;

	if (world_up(&w, cfg, flags))
		goto out;
	if (ats)
		IS(0, ep_ats(&w.vdev[0], MOCK_EP_ATS_ENABLE));
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		fill(&w, IOVA, 2, 30);
		turn(&w, IOVA, 2, 40, 30);
		IS(0, ds_inv(w.s1, cases[i].iova, cases[i].len, 0));
		new_ones(&w, IOVA, 2, 0, 1, 40, 30);
		IS(0, ds_inv_all(w.s1));
	}
	REFUSED(-EOPNOTSUPP, ds_inv(w.s1, IOVA, PAGE_4K, 0x20), "0x20");
	/* No bytes are no pages */
	fill(&w, IOVA, 1, 30);
	turn(&w, IOVA, 1, 40, 30);
	IS(0, ds_inv(w.s1, IOVA, 0, 0));
	IS(0, world_sees(&w, 0, IOVA, 30));
out:
	world_down(&w);
}

#define WIDE(name, cfg, flags, ats) \
	static void name(void) { wide(&(cfg), flags, ats); }

WIDE(wide_vtd, vtd, DS_UNIT_NO_RAW, true)
WIDE(wide_raw, vtd, 0, true)
WIDE(wide_raw_no_psi, vtd_no_psi, 0, false)
WIDE(wide_raw_no_dt, vtd_no_dt, 0, false)
WIDE(wide_smmu, smmu, 0, true)

/* Stage-1 that nothing is attached to has nothing in caches, or may have; neither fails */
static void unattached(const struct rig_config *cfg, unsigned int flags)
{
	struct world w;

	if (!world_unit_up(&w, cfg, 0, flags) && !world_s1(&w, 0)) {
		IS(0, ds_inv(w.s1, IOVA, PAGE_4K, 0));
		IS(0, ds_inv_all(w.s1));
	}
	world_down(&w);
}

static void unattached_all(void)
{
	unattached(&vtd, DS_UNIT_NO_RAW);
	unattached(&vtd, 0);
	unattached(&smmu, 0);
}

/* A device with many PASIDs on one stage-1: more descriptors than go into one call */
static void many_pasids(void)
{
	static const struct rig_config cfg = VTD(.ats = true, .pasid_bits = 8);
	struct world w;
	unsigned int i;

	if (world_up(&w, &cfg, 0))
		goto out;
	for (i = 1; i <= 40; i++)
		IS(0, ds_attach(w.dev[0], i, DS_STAGE1, w.s1));
	IS(0, ep_ats(&w.vdev[0], MOCK_EP_ATS_ENABLE));
	IS(0, ep_pasid(&w.vdev[0], 20 | MOCK_EP_PASID_VALID));
	fill(&w, IOVA, 14, 50);
	turn(&w, IOVA, 14, 70, 50);
	inject_arm_ioctl(IOMMU_HWPT_INVALIDATE, 0, 0);
	IS(0, INJECTED(ds_inv(w.s1, IOVA + PAGE_4K * 1, 13 * PAGE_4K, DS_INV_LEAF)));
	CHECK(inject_disarm() >= 2);
	new_ones(&w, IOVA, 14, 1, 13, 70, 50);
out:
	world_down(&w);
}

/* Requests with SubstreamIDs have entries of their own in a device's cache */
static void substreams(void)
{
	static const struct rig_config cfg = SMMU(.ats = true, .pasid_bits = 8);
	struct iommu_hwpt_arm_smmuv3 vste;
	uint64_t cd[CD_WORDS], ste[2];
	struct smmu_cds cds;
	struct world w;

	if (world_unit_up(&w, &cfg, 0, 0))
		goto out;
	IS(0, nest_s1(&w.nest, &w.tables, &w.guest, 48));
	IS(0, smmu_cds_create(&cds, &w.guest, STE_FMT_LINEAR, 3));
	smmu_cd_make(cd, &w.tables, NULL, w.tables.asid);
	smmu_cd_set(smmu_cd(&cds, 0), cd);
	smmu_cd_set(smmu_cd(&cds, 5), cd);
	vste = smmu_vste_s1(&cds, STE1_DSS(STE_DSS_SSID0) | STE1_EATS(1));
	ste[0] = vste.ste[0];
	ste[1] = vste.ste[1];
	IS(0, ds_s1_ste(w.unit, w.dev[0], 0, ste, &w.s1));
	CHECK(w.s1->ssids && w.s1->ats);
	IS(0, ds_attach(w.dev[0], DS_RID, DS_STAGE1, w.s1));
	IS(0, ep_ats(&w.vdev[0], MOCK_EP_ATS_ENABLE));
	IS(0, ep_pasid(&w.vdev[0], 5 | MOCK_EP_PASID_VALID));
	fill(&w, IOVA, 2, 10);
	turn(&w, IOVA, 2, 20, 10);
	IS(0, ds_inv(w.s1, IOVA, PAGE_4K, DS_INV_LEAF));
	new_ones(&w, IOVA, 2, 0, 0, 20, 10);
	IS(0, ds_inv_all(w.s1));
	new_ones(&w, IOVA, 2, 0, 1, 20, 10);
out:
	world_down(&w);
}

/* Only devices that are attached to the stage-1 are told, each by its own number */
static void two_devices(void)
{
	static const struct rig_config cfg = SMMU(.ats = true, .nr_eps = 2);
	struct s1 tables;
	struct ds_s1 *s1 = NULL;
	struct world w;
	uint64_t ipa;

	if (world_up(&w, &cfg, 0))
		goto out;
	IS(0, world_s1_of(&w, 0, &tables, &s1));
	IS(0, ds_attach(w.dev[1], DS_RID, DS_STAGE1, s1));
	IS(0, ep_ats(&w.vdev[1], MOCK_EP_ATS_ENABLE));
	CHECK(world_page(&w, &tables, IOVA, 1));
	IS(0, world_sees(&w, 1, IOVA, 1));
	ipa = world_page(&w, &tables, IOVA, 2);
	CHECK(ipa);
	IS(0, ds_inv_all(w.s1));
	IS(0, world_sees(&w, 1, IOVA, 1));
	IS(0, ds_inv_all(s1));
	IS(0, world_sees(&w, 1, IOVA, 2));
	IS(0, ds_attach(w.dev[1], DS_RID, DS_BLOCKED, NULL));
	IS(0, ds_s1_free(s1));
out:
	world_down(&w);
}

/* The guest's own: what was done is counted, and the next one is what is wrong */
static void own_vtd(unsigned int flags)
{
	struct iommu_hwpt_vtd_s1_invalidate e[4] = {
		{ .addr = IOVA, .npages = 1, .flags = IOMMU_VTD_INV_FLAGS_LEAF },
		{ .addr = 0, .npages = UINT64_MAX },
		{ .addr = IOVA, .npages = 1 },
		{ .addr = IOVA + PAGE_4K, .npages = 0 },
	};
	struct world w;
	uint32_t n;

	if (world_up(&w, &vtd, flags))
		goto out;
	fill(&w, IOVA, 2, 1);
	turn(&w, IOVA, 2, 5, 1);
	n = 1;
	IS(0, ds_inv_vtd(w.s1, e, &n));
	CHECK(n == 1);
	new_ones(&w, IOVA, 2, 0, 0, 5, 1);
	n = 4;
	IS(0, ds_inv_vtd(w.s1, e, &n));
	CHECK(n == 4);
	new_ones(&w, IOVA, 2, 0, 1, 5, 1);
	e[2].flags = 0x80;
	n = 4;
	IS(-EOPNOTSUPP, ds_inv_vtd(w.s1, e, &n));
	CHECK(n == 2);
	e[2].flags = 0;
	e[2].__reserved = 1;
	n = 4;
	IS(-EOPNOTSUPP, ds_inv_vtd(w.s1, e, &n));
	CHECK(n == 2);
	e[2].__reserved = 0;
	e[3].addr++;
	n = 4;
	IS(-EINVAL, ds_inv_vtd(w.s1, e, &n));
	CHECK(n == 3);
	e[1].addr = IOVA;
	n = 4;
	IS(-EINVAL, ds_inv_vtd(w.s1, e, &n));
	CHECK(n == 1);
	n = 1;
	REFUSED(-EOPNOTSUPP, ds_inv_smmu(w.unit, NULL, &n), "no SMMUv3");
	CHECK(n == 0);
out:
	world_down(&w);
}

static void own_vtd_hwpt(void)
{
	own_vtd(DS_UNIT_NO_RAW);
}

static void own_vtd_entry(void)
{
	own_vtd(0);
}

static void own_raw(void)
{
	uint64_t entry[8] = { 0 };
	vtd_desc d[2];
	struct world w;
	uint32_t n;

	if (world_unit_up(&w, &vtd, 0, 0))
		goto out;
	IS(0, nest_s1(&w.nest, &w.tables, &w.guest, 48));
	entry[0] = htole64(PE0_P | PE0_PGTT(1));
	entry[1] = htole64(7);
	entry[2] = htole64(w.tables.root);
	IS(0, ds_s1_vtd_entry(w.unit, w.dev[0], 0, entry, &w.s1));
	IS(0, ds_attach(w.dev[0], DS_RID, DS_STAGE1, w.s1));
	fill(&w, IOVA, 2, 1);
	turn(&w, IOVA, 2, 5, 1);
	d[0] = vtd_desc_pages(7, 0, IOVA + PAGE_4K, 0, true);
	d[1] = vtd_desc_pages(8, 0, IOVA, 0, true);
	n = 2;
	REFUSED(-EIO, ds_inv_vtd_raw(w.unit, d, sizeof(d[0]), &n), "of 2 commands");
	CHECK(n == 1);
	new_ones(&w, IOVA, 2, 1, 1, 5, 1);
	IS(0, ds_inv(w.s1, IOVA, PAGE_4K, 0));
	new_ones(&w, IOVA, 2, 0, 1, 5, 1);
out:
	world_down(&w);
	if (!world_unit_up(&w, &vtd, 0, DS_UNIT_NO_RAW)) {
		n = 2;
		REFUSED(-EOPNOTSUPP, ds_inv_vtd_raw(w.unit, d, sizeof(d[0]), &n), "vIOMMU");
		CHECK(n == 0);
	}
	world_down(&w);
}

static void own_smmu(void)
{
	struct iommu_hwpt_vtd_s1_invalidate e = { 0 };
	smmu_cmd c[2];
	struct world w;
	uint32_t n;

	if (world_up(&w, &smmu_plain, 0))
		goto out;
	fill(&w, IOVA, 2, 1);
	turn(&w, IOVA, 2, 5, 1);
	c[0] = smmu_cmd_va(w.tables.asid, IOVA, true);
	c[1] = smmu_cmd_cd(0x1234567, 0, true);
	n = 2;
	REFUSED(-EIO, ds_inv_smmu(w.unit, c, &n), "of 2 commands");
	CHECK(n == 1);
	new_ones(&w, IOVA, 2, 0, 0, 5, 1);
	n = 1;
	REFUSED(-EOPNOTSUPP, ds_inv_vtd(w.s1, &e, &n), "none of VT-d's");
	CHECK(n == 0);
	n = 1;
	REFUSED(-EOPNOTSUPP, ds_inv_vtd_raw(w.unit, c, 16, &n), "VT-d's");
out:
	world_down(&w);
}

static void one_less(void *arg)
{
	struct iommu_hwpt_invalidate *cmd = arg;

	cmd->entry_num--;
}

/* A kernel that does less than it says is not believed */
static void short_answer(const struct rig_config *cfg, unsigned int flags)
{
	struct iommu_hwpt_vtd_s1_invalidate e = { .addr = IOVA, .npages = 1 };
	struct world w;
	uint32_t n = 1;

	if (world_up(&w, cfg, flags))
		goto out;
	inject_answer(IOMMU_HWPT_INVALIDATE, one_less);
	REFUSED(-EPROTO, ds_inv(w.s1, IOVA, PAGE_4K, 0), "not told");
	REFUSED(-EPROTO, ds_inv_all(w.s1), "not told");
	if (cfg->type == MOCK_VTD && flags)
		REFUSED(-EPROTO, ds_inv_vtd(w.s1, &e, &n), "of 1 commands");
out:
	inject_answer(0, NULL);
	world_down(&w);
}

static void short_answers(void)
{
	short_answer(&vtd, DS_UNIT_NO_RAW);
	short_answer(&vtd, 0);
	short_answer(&smmu, 0);
}

static const struct test tests[] = {
	{ "exact_vtd", exact_vtd }, { "exact_vtd_ats", exact_vtd_ats },
	{ "exact_raw", exact_raw }, { "exact_raw_ats", exact_raw_ats },
	{ "exact_smmu", exact_smmu }, { "exact_smmu_ats", exact_smmu_ats },
	{ "known_smmu", known_smmu }, { "known_no_ril", known_no_ril },
	{ "granule_64k", granule_64k }, { "wide_vtd", wide_vtd }, { "wide_raw", wide_raw },
	{ "wide_raw_no_psi", wide_raw_no_psi }, { "wide_raw_no_dt", wide_raw_no_dt },
	{ "wide_smmu", wide_smmu }, { "unattached_all", unattached_all },
	{ "many_pasids", many_pasids }, { "substreams", substreams },
	{ "two_devices", two_devices }, { "own_vtd_hwpt", own_vtd_hwpt },
	{ "own_vtd_entry", own_vtd_entry }, { "own_raw", own_raw }, { "own_smmu", own_smmu },
	{ "short_answers", short_answers },
};

int main(void)
{
	return test_main(tests, ARRAY_SIZE(tests));
}
