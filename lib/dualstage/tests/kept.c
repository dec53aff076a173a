// SPDX-License-Identifier: GPL-2.0-only
/* What a call has to leave alone: others' mappings, and what was there if it fails */
#include <linux/vfio.h>

#include "inject.h"
#include "internal.h"
#include "test.h"
#include "world.h"

#define FREE	(RIG_GPA + SZ_1G)
#define HOLE	(FREE + PAGE_4K)
#define COPY	(FREE + SZ_1G)
/* Above the library's own, which are below 2^39 */
#define ABOVE	(1ull << 40)

static const struct rig_config vtd = { .type = MOCK_VTD };
static const struct rig_config smmu = { .type = MOCK_SMMUV3 };

/* Pages of this process, to be mapped */
static uint8_t pages[4 * PAGE_4K] __attribute__((aligned(4096)));

static void map_hole(void *arg)
{
	IS(0, ds_ram_map(arg, HOLE, PAGE_4K, pages + PAGE_4K, DS_RW));
}

/*
 * Between two mappings that are taken away another thread maps something, when they have
 * been looked up and are not gone yet: it stays.
 */
static void hole(void)
{
	struct world w;

	if (world_mock(&w, &vtd) || world_ram(&w, 0))
		goto out;
	IS(0, ds_ram_map(w.ram, FREE, PAGE_4K, pages, DS_RW));
	IS(0, ds_ram_map(w.ram, FREE + 2 * PAGE_4K, PAGE_4K, pages, DS_RW));
	inject_before(IOMMU_IOAS_UNMAP, map_hole, w.ram);
	IS(0, ds_ram_unmap(w.ram, FREE, 3 * PAGE_4K));
	IS(0, ds_ram_copy(w.ram, COPY, PAGE_4K, w.ram, HOLE, DS_RW));
out:
	world_down(&w);
}

/* What is refused above the library's own is told, also if all below has gone */
static void above(void)
{
	uint64_t ipa = 0;
	struct world w;

	if (world_mock(&w, &vtd) || world_ram(&w, 0))
		goto out;
	IS(0, ds_ram_arena_map(w.ram, pages, PAGE_4K, &ipa));
	CHECK(ipa < ABOVE);
	IS(0, ds_ram_map(w.ram, ABOVE, PAGE_4K, pages + PAGE_4K, DS_RW));
	inject_arm_ioctl(IOMMU_IOAS_UNMAP, 2, EBUSY);
	inject_all();
	REFUSED(-EBUSY, INJECTED(ds_ram_unmap_all(w.ram)), "not unmapped");
	inject_disarm();
	REFUSED(-EEXIST, ds_ram_map(w.ram, ABOVE, PAGE_4K, pages, DS_RW), "mapped");
	IS(0, ds_ram_unmap_all(w.ram));
	IS(0, ds_ram_unmap_all(w.ram));
	IS(0, ds_ram_arena_unmap(w.ram, ipa, PAGE_4K));
out:
	world_down(&w);
}

/* An IOAS of another iommufd has an id that something else has here */
static void other_iommufd(void)
{
	struct ds_ram *ram;
	struct ds_ctx *ctx;
	struct world w;

	if (world_mock(&w, &vtd) || world_ram(&w, 0))
		goto out;
	IS(0, ds_open(-1, &ctx));
	IS(0, ds_ram_new(ctx, 0, &ram));
	IS(0, ds_ram_map(ram, FREE, PAGE_4K, pages, DS_RW));
	CHECK(ram->ioas == w.ram->ioas);
	REFUSED(-EINVAL, ds_ram_copy(ram, COPY, PAGE_4K, w.ram, RIG_GPA, DS_RW),
		"another iommufd");
	REFUSED(-EINVAL, ds_ram_copy(ram, COPY, PAGE_4K, w.ram, FREE, DS_RW),
		"another iommufd");
	IS(0, ds_ram_free(ram));
	IS(0, ds_close(ctx));
out:
	world_down(&w);
}

/* A device that does not come into a unit goes on with what it was attached to */
static void not_added(const struct rig_config *cfg)
{
	const unsigned long fails[] = { IOMMU_VDEVICE_ALLOC, VFIO_DEVICE_DETACH_IOMMUFD_PT };
	struct world w;
	unsigned int i;

	if (world_mock(&w, cfg) || world_ram(&w, 0) || world_dev(&w, 0))
		goto out;
	util_fill(pages, PAGE_4K, 7);
	IS(0, ds_ram_map(w.ram, FREE, PAGE_4K, pages, DS_RW));
	IS(0, ds_attach_ram(w.dev[0], DS_RID, w.ram));
	IS(0, ds_unit_new(w.ram, w.dev[0], 0, &w.unit));
	for (i = 0; i < ARRAY_SIZE(fails); i++) {
		inject_arm_ioctl(fails[i], 1, EIO);
		IS(-EIO, INJECTED(ds_unit_add(w.unit, w.dev[0], WORLD_ID(0))));
		CHECK(inject_disarm() == 1);
		IS(0, world_sees(&w, 0, FREE, 7));
		CHECK(!w.dev[0]->unit && !w.dev[0]->vdevice);
	}
	IS(0, ds_unit_add(w.unit, w.dev[0], WORLD_ID(0)));
	IS(-EFAULT, world_sees(&w, 0, FREE, 7));
out:
	world_down(&w);
}

static void not_added_vtd(void)
{
	not_added(&vtd);
}

static void not_added_smmu(void)
{
	not_added(&smmu);
}

/* A unit that was made with a device of unknown place learns where it is by another */
static void known_later(void)
{
	char first = 0;
	struct world w;

	if (world_mock(&w, &vtd) || world_ram(&w, 0) || world_dev(&w, 0))
		goto out;
	first = w.dev[0]->sysfs[0];
	w.dev[0]->sysfs[0] = '\0';
	IS(0, ds_unit_new(w.ram, w.dev[0], 0, &w.unit));
	CHECK(!w.unit->iommu);
	w.dev[0]->sysfs[0] = first;
	IS(0, ds_unit_add(w.unit, w.dev[0], WORLD_ID(0)));
	CHECK(w.unit->iommu);
out:
	world_down(&w);
}

static const struct test tests[] = {
	{ "hole", hole }, { "above", above }, { "other_iommufd", other_iommufd },
	{ "not_added_vtd", not_added_vtd }, { "not_added_smmu", not_added_smmu },
	{ "known_later", known_later },
};

int main(void)
{
	return test_main(tests, ARRAY_SIZE(tests));
}
