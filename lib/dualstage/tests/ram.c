// SPDX-License-Identifier: GPL-2.0-only
/* A guest's memory: what is mapped, what may be, what is left out, what was written */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "inject.h"
#include "internal.h"
#include "test.h"
#include "world.h"

#define IOVA	0x0000123456789000ull
#define FREE	(RIG_GPA + SZ_1G)
#define GIB	SZ_1G

static const struct rig_config vtd = { .type = MOCK_VTD };
static const struct rig_config vtd_no_spr17 = { .type = MOCK_VTD, .no_spr17 = true };
static const struct rig_config vtd_dirty = { .type = MOCK_VTD, .ecap_set = VTD_ECAP_SSADS };
static const struct rig_config smmu = { .type = MOCK_SMMUV3 };
static const struct rig_config smmu_dirty = {
	.type = MOCK_SMMUV3, .idr[0] = { SMMU_IDR0_HTTU, SMMU_IDR0_HTTU_AD },
};

/* A page of this process, to be mapped */
static uint8_t page[4 * PAGE_4K] __attribute__((aligned(4096)));

static void ranges_cut(struct world *w)
{
	struct ds_ram *ram = w->ram;
	uint64_t p = PAGE_4K;

	REFUSED(-EINVAL, ds_ram_map(ram, FREE + 1, p, page, DS_RW), "multiples");
	REFUSED(-EINVAL, ds_ram_map(ram, FREE, p + 1, page, DS_RW), "multiples");
	REFUSED(-EINVAL, ds_ram_map(ram, FREE, 0, page, DS_RW), "multiples");
	REFUSED(-EINVAL, ds_ram_map(ram, -p, 2 * p, page, DS_RW), "beyond the end");
	REFUSED(-EINVAL, ds_ram_map(ram, FREE, p, page, 0), "protection");
	REFUSED(-EINVAL, ds_ram_map(ram, FREE, p, page, DS_WRITE), "protection");
	IS(0, ds_ram_map(ram, FREE, 2 * p, page, DS_RW));
	REFUSED(-EEXIST, ds_ram_map(ram, FREE + p, 2 * p, page, DS_RW), "mapped");
	REFUSED(-EINVAL, ds_ram_unmap(ram, FREE, p), "part");
	REFUSED(-EINVAL, ds_ram_unmap(ram, FREE + p, 4 * p), "part");
	REFUSED(-EINVAL, ds_ram_unmap(ram, FREE - p, 2 * p), "part");
	REFUSED(-EINVAL, ds_ram_unmap(ram, FREE, 0), "multiples");
	REFUSED(-ENOENT, ds_ram_unmap(ram, FREE + 2 * p, p), "nothing");
	IS(0, ds_ram_map(ram, FREE + 3 * p, p, page, DS_RW));
	/* Several mappings and the gap between them */
	IS(0, ds_ram_unmap(ram, FREE - p, 8 * p));
	REFUSED(-ENOENT, ds_ram_unmap(ram, FREE, 4 * p), "nothing");
}

static void mapping(void)
{
	struct world w;
	struct ds_ram *none;

	if (!world_mock(&w, &vtd) && !world_ram(&w, 0)) {
		ranges_cut(&w);
		REFUSED(-EOPNOTSUPP, ds_ram_new(w.ctx, 0x80, &none), "0x80");
		CHECK(ds_ram_ioas(w.ram) == w.ram->ioas);
		CHECK(ds_version() == DS_VERSION);
		REFUSED(-EBUSY, ds_close(w.ctx), "1 objects");
	}
	world_down(&w);
}

/* A context on a descriptor of the VMM's own, which stays open */
static void adopted(void)
{
	struct ds_ctx *ctx;
	int fd = dsi_open();

	CHECK(fd >= 0);
	IS(0, ds_open(fd, &ctx));
	CHECK(ds_fd(ctx) == fd);
	IS(0, ds_close(ctx));
	CHECK(fcntl(fd, F_GETFD) >= 0);
	close(fd);
}

/* Pages of a file, and of another memory, are read and written by the device */
static void sources(void)
{
	struct ds_ram *other;
	struct world w;
	uint8_t *va;
	int fd = -1;

	if (world_mock(&w, &smmu) || world_ram(&w, 0) || world_dev(&w, 0))
		goto out;
	fd = memfd_create("guest", MFD_CLOEXEC);
	CHECK(fd >= 0 && !ftruncate(fd, 2 * PAGE_4K));
	va = mmap(NULL, 2 * PAGE_4K, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(va != MAP_FAILED);
	util_fill(va + PAGE_4K, PAGE_4K, 5);
	IS(0, ds_ram_map_file(w.ram, FREE, PAGE_4K, fd, PAGE_4K, DS_RW));
	IS(0, ds_attach_ram(w.dev[0], DS_RID, w.ram));
	IS(0, world_sees(&w, 0, FREE, 5));
	IS(0, ds_ram_new(w.ctx, 0, &other));
	IS(0, ds_ram_copy(other, GIB, PAGE_4K, w.ram, FREE, DS_RW));
	IS(0, ds_attach_ram(w.dev[0], DS_RID, other));
	IS(0, world_sees(&w, 0, GIB, 5));
	IS(-EFAULT, world_sees(&w, 0, FREE, 5));
	REFUSED(-EBUSY, ds_ram_free(other), "in use");
	IS(0, ds_attach_ram(w.dev[0], DS_RID, NULL));
	IS(-EFAULT, world_sees(&w, 0, GIB, 5));
	IS(0, ds_ram_free(other));
	munmap(va, 2 * PAGE_4K);
out:
	close(fd);
	world_down(&w);
}

/* What is read-only can be read and not written, in shadow as in a unit without SPR17 */
static void read_only(void)
{
	struct world w;

	if (!world_unit_up(&w, &vtd_no_spr17, 0, 0) && !world_s1(&w, 0)) {
		util_fill(page, PAGE_4K, 3);
		IS(0, ds_ram_map(w.ram, FREE, PAGE_4K, page, DS_READ));
		CHECK(!ds_ram_left_out(w.ram));
		IS(0, s1_map(&w.tables, IOVA, FREE, S1_4K, S1_RW));
		IS(0, ds_attach(w.dev[0], DS_RID, DS_STAGE1, w.s1));
		IS(0, world_sees(&w, 0, IOVA, 3));
		IS(-EFAULT, ep_write(&w.vdev[0], IOVA, 16, 1, NULL));
	}
	world_down(&w);
}

/* On a unit with SPR17 it is left out, from when the unit comes and as long as it is there */
static void spr17(void)
{
	struct world w;
	struct ds_ram *ram;

	if (world_mock(&w, &vtd) || world_ram(&w, 0) || world_dev(&w, 0))
		goto out;
	ram = w.ram;
	IS(0, ds_ram_map(ram, FREE, PAGE_4K, page, DS_READ));
	IS(0, ds_ram_map(ram, FREE + PAGE_4K, PAGE_4K, page, DS_RW));
	CHECK(!ds_ram_left_out(ram));
	if (world_unit(&w, 0))
		goto out;
	CHECK(ds_ram_left_out(ram) == PAGE_4K);
	IS(0, ds_ram_map(ram, FREE + 2 * PAGE_4K, 2 * PAGE_4K, page, DS_READ));
	CHECK(ds_ram_left_out(ram) == 3 * PAGE_4K);
	REFUSED(-EEXIST, ds_ram_map(ram, FREE, PAGE_4K, page, DS_RW), "left out");
	REFUSED(-EINVAL, ds_ram_unmap(ram, FREE + 2 * PAGE_4K, PAGE_4K), "part");
	REFUSED(-EFAULT, ds_ram_map(ram, 2 * FREE, PAGE_4K, (void *)PAGE_4K, DS_RW),
		"not mapped");
	/* The device finds a hole there, and nothing wrong beside it */
	if (world_s1(&w, 0))
		goto out;
	util_fill(page, PAGE_4K, 8);
	IS(0, s1_map_range(&w.tables, IOVA, FREE, 4 * PAGE_4K, S1_4K, S1_RW));
	IS(0, ds_attach(w.dev[0], DS_RID, DS_STAGE1, w.s1));
	IS(-EFAULT, world_sees(&w, 0, IOVA, 8));
	IS(0, world_sees(&w, 0, IOVA + PAGE_4K, 8));
	IS(-EFAULT, world_sees(&w, 0, IOVA + 2 * PAGE_4K, 8));
	/* What is left out goes like the rest */
	IS(0, ds_ram_unmap(ram, FREE, PAGE_4K));
	CHECK(ds_ram_left_out(ram) == 2 * PAGE_4K);
	IS(0, ds_ram_unmap_all(ram));
	CHECK(!ds_ram_left_out(ram));
	IS(0, ds_ram_unmap_all(ram));
out:
	world_down(&w);
}

static bool has(const struct ds_range *r, size_t n, uint64_t first, uint64_t last)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (r[i].first <= first && r[i].last >= last)
			return true;
	return false;
}

#define WINDOW_FIRST	0x8000000ull
#define WINDOW_LAST	0x80fffffull

/* The window of an SMMUv3's doorbells, and the library's own range, are not to be mapped */
static void ranges(void)
{
	struct ds_range r[8], own;
	struct world w;
	size_t n = 1, i;
	uint64_t ipa;

	if (world_mock(&w, &smmu) || world_ram(&w, 0) || world_dev(&w, 0))
		goto out;
	IS(0, ds_ram_ranges(w.ram, r, &n));
	CHECK(n == 1 && !r[0].first);
	if (world_unit(&w, 0) || world_s1(&w, 0))
		goto out;
	IS(0, ds_attach(w.dev[0], DS_RID, DS_STAGE1, w.s1));
	n = 0;
	REFUSED(-EMSGSIZE, ds_ram_ranges(w.ram, NULL, &n), "2 ranges");
	n = 8;
	IS(0, ds_ram_ranges(w.ram, r, &n));
	CHECK(n == 2);
	CHECK(!has(r, n, WINDOW_FIRST, WINDOW_FIRST) && !has(r, n, WINDOW_LAST, WINDOW_LAST));
	CHECK(has(r, n, 0, WINDOW_FIRST - 1) && has(r, n, WINDOW_LAST + 1, r[1].last));
	REFUSED(-EINVAL, ds_ram_map(w.ram, WINDOW_FIRST, PAGE_4K, page, DS_RW), "reserved");
	REFUSED(-ENOENT, ds_ram_private(w.ram, &own), "yet");
	IS(0, ds_ram_arena_map(w.ram, page, PAGE_4K, &ipa));
	IS(0, ds_ram_private(w.ram, &own));
	CHECK(own.last == (1ull << 39) - 1 && own.last - own.first == GIB - 1);
	CHECK(ipa == own.first);
	n = 8;
	IS(0, ds_ram_ranges(w.ram, r, &n));
	CHECK(n == 3 && r[1].last == own.first - 1 && r[2].first == own.last + 1);
	for (i = 0; i < 2; i++)
		REFUSED(-EADDRINUSE, ds_ram_map(w.ram, own.first - i * PAGE_4K, 2 * PAGE_4K,
						page, DS_RW), "own");
	REFUSED(-EADDRINUSE, ds_ram_unmap(w.ram, ipa, PAGE_4K), "own");
	/* All of the guest's goes, and what is the library's stays */
	IS(0, ds_ram_unmap_all(w.ram));
	IS(0, ds_ram_map(w.ram, RIG_GPA, RIG_GUEST_SIZE, w.guest.va, DS_RW));
	IS(0, ds_ram_arena_unmap(w.ram, ipa, PAGE_4K));
out:
	world_down(&w);
}

/* The library's own is a guest's of nobody, aligned, reused, and used up at some time */
static void arena(void)
{
	struct world w;
	struct ds_range own;
	uint64_t a, b, c;
	void *two;

	if (posix_memalign(&two, SZ_2M, SZ_2M) || world_unit_up(&w, &vtd, 0, 0))
		return;
	REFUSED(-EINVAL, ds_ram_arena_map(w.ram, page, 0, &a), "0 bytes");
	REFUSED(-EINVAL, ds_ram_arena_map(w.ram, page, 100, &a), "100 bytes");
	REFUSED(-EINVAL, ds_ram_arena_map(w.ram, page, 2 * GIB, &a), "bytes");
	/* Somebody has the highest one: the next below is taken */
	IS(0, ds_ram_map(w.ram, (1ull << 52) - PAGE_4K, PAGE_4K, page, DS_RW));
	IS(0, ds_ram_arena_map(w.ram, page, PAGE_4K, &a));
	IS(0, ds_ram_private(w.ram, &own));
	CHECK(own.last == (1ull << 52) - GIB - 1);
	IS(0, ds_ram_arena_map(w.ram, two, SZ_2M, &b));
	CHECK(!(b & (SZ_2M - 1)) && b != a);
	IS(0, ds_ram_arena_map(w.ram, page, 3 * PAGE_4K, &c));
	CHECK(c == a + PAGE_4K);
	IS(0, ds_ram_arena_unmap(w.ram, a, PAGE_4K));
	IS(0, ds_ram_arena_map(w.ram, page, PAGE_4K, &a));
	CHECK(a == own.first);
	/* It is not one any more that is free, though most of it is */
	REFUSED(-ENOSPC, ds_ram_arena_map(w.ram, two, GIB, &b), "used up");
	IS(0, ds_ram_arena_unmap(w.ram, a, PAGE_4K));
	IS(0, ds_ram_arena_unmap(w.ram, b, SZ_2M));
	IS(0, ds_ram_arena_unmap(w.ram, c, 3 * PAGE_4K));
	world_down(&w);
	free(two);
}

/* As if the IOMMU reached 2 GiB only, or half a one */
static void two_gib(void *arg)
{
	struct iommu_ioas_iova_ranges *cmd = arg;
	struct iommu_iova_range *r = (void *)(uintptr_t)cmd->allowed_iovas;

	if (cmd->num_iovas)
		r[0] = (struct iommu_iova_range){ 0, 2 * GIB - 1 };
	cmd->num_iovas = 1;
}

static void no_arena(void)
{
	struct ds_range r[4];
	struct world w;
	size_t n = 4;
	uint64_t a;

	if (world_mock(&w, &vtd) || world_ram(&w, 0))
		goto out;
	inject_answer(IOMMU_IOAS_IOVA_RANGES, two_gib);
	/* The guest's memory is in the upper one, and the lower one begins at 0 */
	REFUSED(-ENOSPC, ds_ram_arena_map(w.ram, page, PAGE_4K, &a), "1 GiB");
	IS(0, ds_ram_unmap_all(w.ram));
	IS(0, ds_ram_arena_map(w.ram, page, PAGE_4K, &a));
	CHECK(a == GIB);
	inject_answer(0, NULL);
	/* What is above it is to be had as well as what is below */
	IS(0, ds_ram_ranges(w.ram, r, &n));
	CHECK(n == 2 && r[0].last == GIB - 1 && r[1].first == 2 * GIB);
	IS(0, ds_ram_map(w.ram, 2 * GIB, PAGE_4K, page, DS_RW));
	IS(0, ds_ram_map(w.ram, 0, PAGE_4K, page, DS_RW));
	IS(0, ds_ram_unmap_all(w.ram));
	IS(0, ds_ram_arena_unmap(w.ram, a, PAGE_4K));
out:
	inject_answer(0, NULL);
	world_down(&w);
}

/* Ranges that become more while they are asked for: the kernel says so, and is asked again */
static void more_ranges(void)
{
	struct ds_range r[64];
	struct world w;
	size_t n = 64;

	if (world_mock(&w, &vtd) || world_ram(&w, 0))
		goto out;
	inject_arm_ioctl(IOMMU_IOAS_IOVA_RANGES, 1, EMSGSIZE);
	IS(0, INJECTED(ds_ram_ranges(w.ram, r, &n)));
	CHECK(inject_disarm() == 2 && n == 1);
out:
	world_down(&w);
}

/* An unmap that the kernel refuses leaves what it refuses; a part that it did is known */
static void unmap_refused(void)
{
	struct world w;

	if (world_mock(&w, &vtd) || world_ram(&w, 0))
		goto out;
	IS(0, ds_ram_map(w.ram, FREE, PAGE_4K, page, DS_RW));
	IS(0, ds_ram_map(w.ram, FREE + PAGE_4K, PAGE_4K, page, DS_RW));
	inject_arm_ioctl(IOMMU_IOAS_UNMAP, 1, EBUSY);
	inject_all();
	REFUSED(-EBUSY, INJECTED(ds_ram_unmap(w.ram, FREE, 2 * PAGE_4K)), "not unmapped");
	inject_disarm();
	REFUSED(-EEXIST, ds_ram_map(w.ram, FREE, PAGE_4K, page, DS_RW), "mapped");
	/* Only the first call fails: each is asked for by itself */
	inject_arm_ioctl(IOMMU_IOAS_UNMAP, 1, EBUSY);
	IS(0, INJECTED(ds_ram_unmap(w.ram, FREE, 2 * PAGE_4K)));
	CHECK(inject_disarm() == 3);
	IS(0, ds_ram_map(w.ram, FREE, 2 * PAGE_4K, page, DS_RW));
out:
	world_down(&w);
}

static void busy(void)
{
	struct ds_region *r;
	struct world w;

	if (world_mock(&w, &vtd) || world_ram(&w, 0))
		goto out;
	/* As another thread has it that is in the middle of it */
	r = ds_region_find(w.ram, RIG_GPA, RIG_GPA);
	CHECK(r);
	r->busy = true;
	REFUSED(-EBUSY, ds_ram_unmap(w.ram, RIG_GPA, RIG_GUEST_SIZE), "being");
	r->busy = false;
	IS(0, ds_ram_unmap(w.ram, RIG_GPA, RIG_GUEST_SIZE));
out:
	world_down(&w);
}

#define BITS	(RIG_GUEST_SIZE / PAGE_4K)

static bool only(const uint64_t *bitmap, size_t bits, size_t bit)
{
	size_t i;

	for (i = 0; i < bits; i++)
		if (!!(bitmap[i / 64] >> i % 64 & 1) ^ !(i != bit))
			return false;
	return true;
}

/* What is written through stage-1 is found, once, in mappings that begin anywhere */
static void dirty_nested(void)
{
	const uint64_t at = RIG_GPA + RIG_GUEST_SIZE;
	uint64_t bitmap[BITS / 64 + 1] = { 0 };
	struct world w;
	uint64_t ipa;

	if (world_unit_up(&w, &vtd_dirty, DS_RAM_DIRTY, 0) || world_s1(&w, 0))
		goto out;
	IS(0, ds_attach(w.dev[0], DS_RID, DS_STAGE1, w.s1));
	ipa = world_page(&w, &w.tables, IOVA, 1);
	IS(0, ds_ram_dirty(w.ram, true));
	/* The hardware writes into the tables, too: walk them before, and forget that */
	IS(0, ep_write(&w.vdev[0], IOVA, 16, 1, NULL));
	IS(0, ds_ram_dirty_read(w.ram, RIG_GPA, RIG_GUEST_SIZE, PAGE_4K, bitmap));
	CHECK(bitmap[(ipa - RIG_GPA) / PAGE_4K / 64] >> (ipa - RIG_GPA) / PAGE_4K % 64 & 1);
	memset(bitmap, 0, sizeof(bitmap));
	IS(0, ep_write(&w.vdev[0], IOVA, 16, 1, NULL));
	IS(0, ds_ram_dirty_read(w.ram, RIG_GPA, RIG_GUEST_SIZE, PAGE_4K, bitmap));
	CHECK(only(bitmap, BITS, (ipa - RIG_GPA) / PAGE_4K));
	/* A mapping that begins with no word of the bitmap; and one of two that does */
	IS(0, ds_ram_map(w.ram, at + PAGE_4K, PAGE_4K, page, DS_RW));
	IS(0, ds_ram_map(w.ram, at + 63 * PAGE_4K, 4 * PAGE_4K, page, DS_RW));
	/* And one that is left out, since the unit has SPR17 */
	IS(0, ds_ram_map(w.ram, at + 80 * PAGE_4K, PAGE_4K, page, DS_READ));
	CHECK(ds_ram_left_out(w.ram) == PAGE_4K);
	IS(0, s1_map(&w.tables, IOVA + SZ_2M, at + PAGE_4K, S1_4K, S1_RW));
	IS(0, s1_map(&w.tables, IOVA + 2 * SZ_2M, at + 65 * PAGE_4K, S1_4K, S1_RW));
	IS(0, ep_write(&w.vdev[0], IOVA + SZ_2M, 16, 1, NULL));
	memset(bitmap, 0, sizeof(bitmap));
	IS(0, ds_ram_dirty_read(w.ram, at, 128 * PAGE_4K, PAGE_4K, bitmap));
	CHECK(only(bitmap, 128, 1));
	IS(0, ep_write(&w.vdev[0], IOVA + 2 * SZ_2M, 16, 1, NULL));
	memset(bitmap, 0, sizeof(bitmap));
	IS(0, ds_ram_dirty_read(w.ram, at, 128 * PAGE_4K, PAGE_4K, bitmap));
	CHECK(only(bitmap, 128, 65));
	inject_arm(INJECT_MEMORY, 1, ENOMEM);
	IS(-ENOMEM, INJECTED(ds_ram_dirty_read(w.ram, at, 128 * PAGE_4K, PAGE_4K, bitmap)));
	inject_arm_ioctl(IOMMU_HWPT_GET_DIRTY_BITMAP, 1, EIO);
	IS(-EIO, INJECTED(ds_ram_dirty_read(w.ram, at, 128 * PAGE_4K, PAGE_4K, bitmap)));
	inject_disarm();
	IS(0, ds_ram_dirty(w.ram, false));
out:
	world_down(&w);
}

static void dirty_refused(void)
{
	uint64_t bitmap[BITS / 64] = { 0 };
	struct world w;
	struct ds_ram *ram;

	if (world_mock(&w, &vtd_dirty) || world_ram(&w, DS_RAM_DIRTY))
		goto out;
	ram = w.ram;
	REFUSED(-EINVAL, ds_ram_dirty_read(ram, RIG_GPA, SZ_2M, PAGE_4K, bitmap), "part");
	REFUSED(-EINVAL, ds_ram_dirty_read(ram, RIG_GPA, 0, PAGE_4K, bitmap), "range");
	REFUSED(-EINVAL, ds_ram_dirty_read(ram, RIG_GPA, SZ_2M, 3000, bitmap), "3000");
	REFUSED(-EINVAL, ds_ram_dirty_read(ram, RIG_GPA, SZ_2M, 512, bitmap), "512");
	REFUSED(-EINVAL, ds_ram_dirty_read(ram, RIG_GPA + 1, SZ_2M, PAGE_4K, bitmap), "range");
	IS(0, ds_ram_map(ram, FREE + PAGE_4K, PAGE_4K, page, DS_RW));
	REFUSED(-EINVAL, ds_ram_dirty_read(ram, FREE, 64 * SZ_1M, SZ_2M, bitmap), "such pages");
	/* Read-only memory is never written; larger pages have a bit each */
	IS(0, ds_ram_dirty_read(ram, RIG_GPA, RIG_GUEST_SIZE, SZ_2M, bitmap));
out:
	world_down(&w);
	if (!world_mock(&w, &vtd_dirty) && !world_ram(&w, 0)) {
		REFUSED(-EOPNOTSUPP, ds_ram_dirty(w.ram, true), "DS_RAM_DIRTY");
		REFUSED(-EOPNOTSUPP, ds_ram_dirty_read(w.ram, RIG_GPA, RIG_GUEST_SIZE,
						       PAGE_4K, bitmap), "DS_RAM_DIRTY");
	}
	world_down(&w);
}

/* Tracking is on for what comes later, too; a HWPT is shared by devices of one IOMMU */
static void dirty_shadow(const struct rig_config *one)
{
	uint64_t bitmap[BITS / 64] = { 0 };
	struct rig_config cfg = *one;
	struct world w;
	uint64_t ipa;

	cfg.nr_eps = 2;
	if (world_mock(&w, &cfg) || world_ram(&w, DS_RAM_DIRTY) || world_dev(&w, 0) ||
	    world_dev(&w, 1))
		goto out;
	IS(0, ds_ram_dirty(w.ram, true));
	IS(0, ds_attach_ram(w.dev[0], DS_RID, w.ram));
	IS(0, ds_attach_ram(w.dev[1], DS_RID, w.ram));
	CHECK(w.ram->stage2 && !w.ram->stage2->next && w.ram->stage2->users == 2);
	ipa = world_page(&w, NULL, 0, 1);
	IS(0, ep_write(&w.vdev[1], ipa, 16, 1, NULL));
	IS(0, ds_ram_dirty_read(w.ram, RIG_GPA, RIG_GUEST_SIZE, PAGE_4K, bitmap));
	CHECK(only(bitmap, BITS, (ipa - RIG_GPA) / PAGE_4K));
	/* What a device has written is still to be read when it has gone */
	memset(bitmap, 0, sizeof(bitmap));
	IS(0, ep_write(&w.vdev[1], ipa, 16, 1, NULL));
	IS(0, ds_attach_ram(w.dev[0], DS_RID, NULL));
	IS(0, ds_attach_ram(w.dev[1], DS_RID, NULL));
	IS(0, ds_ram_dirty_read(w.ram, RIG_GPA, RIG_GUEST_SIZE, PAGE_4K, bitmap));
	CHECK(only(bitmap, BITS, (ipa - RIG_GPA) / PAGE_4K));
	IS(0, ds_ram_dirty(w.ram, false));
	CHECK(!w.ram->stage2);
	IS(0, ds_ram_dirty(w.ram, true));
	/* It cannot be switched on for a new one: that is not made */
	inject_arm_ioctl(IOMMU_HWPT_SET_DIRTY_TRACKING, 1, EIO);
	REFUSED(-EIO, INJECTED(ds_attach_ram(w.dev[0], DS_RID, w.ram)), "stage-2");
	inject_disarm();
	CHECK(!w.ram->stage2);
out:
	world_down(&w);
}

static void dirty_shadow_vtd(void)
{
	dirty_shadow(&vtd_dirty);
}

static void dirty_shadow_smmu(void)
{
	dirty_shadow(&smmu_dirty);
}

/* Of two, the second cannot be switched: the first is switched back */
static void dirty_half(void)
{
	struct rig_config cfg = vtd_dirty;
	struct world w;

	cfg.nr_eps = 2;
	if (world_mock(&w, &cfg) || world_ram(&w, DS_RAM_DIRTY) || world_dev(&w, 0) ||
	    world_dev(&w, 1))
		goto out;
	IS(0, ds_attach_ram(w.dev[0], DS_RID, w.ram));
	/* As if it was behind another IOMMU, so that it gets one of its own */
	inject_arm_ioctl(VFIO_DEVICE_ATTACH_IOMMUFD_PT, 1, EINVAL);
	IS(0, INJECTED(ds_attach_ram(w.dev[1], DS_RID, w.ram)));
	inject_disarm();
	CHECK(w.ram->stage2 && w.ram->stage2->next);
	inject_arm_ioctl(IOMMU_HWPT_SET_DIRTY_TRACKING, 2, EIO);
	REFUSED(-EIO, INJECTED(ds_ram_dirty(w.ram, true)), "switched on");
	CHECK(inject_disarm() == 3 && !w.ram->dirty_on);
	IS(0, ds_ram_dirty(w.ram, true));
	inject_arm_ioctl(IOMMU_HWPT_SET_DIRTY_TRACKING, 1, EIO);
	REFUSED(-EIO, INJECTED(ds_ram_dirty(w.ram, false)), "switched off");
	CHECK(inject_disarm() == 1 && w.ram->dirty_on);
	/* A device that cannot be attached for another reason does not get its own */
	inject_arm_ioctl(VFIO_DEVICE_ATTACH_IOMMUFD_PT, 1, EIO);
	REFUSED(-EIO, INJECTED(ds_attach_ram(w.dev[0], DS_RID, w.ram)), "stage-2");
	inject_disarm();
out:
	world_down(&w);
}

/* What cannot be destroyed in passing is when the memory goes */
static void left_behind(void)
{
	struct world w;

	if (world_mock(&w, &vtd_dirty) || world_ram(&w, DS_RAM_DIRTY) || world_dev(&w, 0))
		goto out;
	IS(0, ds_attach_ram(w.dev[0], DS_RID, w.ram));
	inject_arm_ioctl(IOMMU_DESTROY, 1, EBUSY);
	IS(0, INJECTED(ds_attach_ram(w.dev[0], DS_RID, NULL)));
	inject_disarm();
	CHECK(w.ram->stage2 && !w.ram->stage2->users);
	inject_arm_ioctl(IOMMU_DESTROY, 1, EBUSY);
	REFUSED(-EBUSY, INJECTED(ds_ram_free(w.ram)), "stage-2");
	inject_disarm();
out:
	world_down(&w);
}

/* A device with PASIDs shares no stage-2 with one without, which no PASID can be attached to */
static void dirty_pasids(void)
{
	struct rig_config cfg = vtd_dirty;
	struct world w;

	cfg.nr_eps = 2;
	cfg.pasid_bits = 8;
	if (world_mock(&w, &cfg) || world_ram(&w, DS_RAM_DIRTY) || world_dev(&w, 0) ||
	    world_dev(&w, 1))
		goto out;
	CHECK(w.dev[1]->caps.pasid_bits == 8);
	w.dev[0]->caps.pasid_bits = 0;
	IS(0, ds_attach_ram(w.dev[0], DS_RID, w.ram));
	IS(0, ds_attach_ram(w.dev[1], DS_RID, w.ram));
	IS(0, ds_attach_ram(w.dev[1], 5, w.ram));
	CHECK(w.ram->stage2 && w.ram->stage2->users == 2);
out:
	world_down(&w);
}

static const struct test tests[] = {
	{ "mapping", mapping }, { "adopted", adopted }, { "sources", sources },
	{ "read_only", read_only }, { "spr17", spr17 }, { "ranges", ranges },
	{ "arena", arena }, { "no_arena", no_arena }, { "more_ranges", more_ranges },
	{ "unmap_refused", unmap_refused }, { "busy", busy },
	{ "dirty_nested", dirty_nested }, { "dirty_refused", dirty_refused },
	{ "dirty_shadow_vtd", dirty_shadow_vtd }, { "dirty_shadow_smmu", dirty_shadow_smmu },
	{ "dirty_pasids", dirty_pasids }, { "dirty_half", dirty_half },
	{ "left_behind", left_behind },
};

int main(void)
{
	return test_main(tests, ARRAY_SIZE(tests));
}
