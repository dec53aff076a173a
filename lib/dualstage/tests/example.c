// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * A VMM in small: what Documentation/libdualstage.rst shows, layer by layer, between the
 * lines that say what it is
 */
#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "test.h"
#include "world.h"

#define IOVA	0x123456789000ull
#define CHECKED(call) do { \
	if (call) \
		errx(1, "%s: %s", #call, ds_why()); \
	} while (0)

/* begin: memory */
static void guest_memory(struct ds_ctx **ctx, struct ds_ram **ram, void *va, uint64_t size)
{
	struct ds_range ranges[16];
	size_t n = 16;

	CHECKED(ds_open(-1, ctx));
	CHECKED(ds_ram_new(*ctx, 0, ram));
	CHECKED(ds_ram_map(*ram, RIG_GPA, size, va, DS_RW));
	CHECKED(ds_ram_ranges(*ram, ranges, &n));
}

/* end: memory */
/* begin: device */
static void guest_device(struct ds_ctx *ctx, int cdev, const struct ds_caps *wanted,
			 struct ds_dev **dev)
{
	struct ds_caps host;
	char why[256];

	CHECKED(ds_dev_vfio(ctx, cdev, dev));
	CHECKED(ds_dev_caps(*dev, &host));
	if (wanted && ds_caps_check(&host, wanted, why, sizeof(why)))
		errx(1, "this host has not what the guest is to have: %s", why);
}

/* end: device */
/* begin: shadow */
static void translation_is_off(struct ds_dev *dev, struct ds_ram *ram)
{
	CHECKED(ds_attach_ram(dev, DS_RID, ram));
}

/* end: shadow */
/* begin: unit */
static void guest_iommu(struct ds_ram *ram, struct ds_dev *dev, struct ds_unit **unit)
{
	CHECKED(ds_unit_new(ram, dev, 0, unit));
	CHECKED(ds_unit_add(*unit, dev, WORLD_ID(0)));
	/* As when its power comes on: translation is off */
	CHECKED(ds_attach(dev, DS_RID, DS_BYPASS, NULL));
}

/* end: unit */
/* begin: stage1 */
static void guest_sets_its_table(struct ds_unit *unit, struct ds_dev *dev,
				 const struct iommu_hwpt_vtd_s1 *vtd,
				 const uint64_t *ste, struct ds_s1 **s1)
{
	/* The guest has written an entry, and invalidated what its unit had of it */
	if (vtd)
		CHECKED(ds_s1_vtd(unit, dev, 0, vtd, s1));
	else
		CHECKED(ds_s1_ste(unit, dev, 0, ste, s1));
	CHECKED(ds_attach(dev, DS_RID, DS_STAGE1, *s1));
}

/* end: stage1 */
/* begin: invalidation */
static void guest_unmaps(struct ds_s1 *s1, uint64_t iova, uint64_t len)
{
	/* When this returns no cache has it, neither the unit's nor the device's */
	CHECKED(ds_inv(s1, iova, len, DS_INV_LEAF));
}

/* end: invalidation */
/* begin: faults */
static unsigned int guest_hears(struct ds_unit *unit, uint64_t *last)
{
	struct pollfd pfd = { .fd = ds_unit_fd(unit), .events = POLLIN };
	struct ds_fault f;
	unsigned int n = 0;

	while (poll(&pfd, 1, 0) == 1 && !ds_unit_read(unit, &f)) {
		if (f.kind == DS_FAULT_PAGE && f.access & DS_ACCESS_LAST)
			CHECKED(ds_respond(unit, f.cookie, false));
		*last = f.addr;
		n++;
	}
	return n;
}

/* end: faults */
/* begin: tables */
static struct ds_pt *device_model_maps(struct ds_unit *unit, struct ds_dev *dev, uint64_t ipa)
{
	struct ds_pt *pt;

	CHECKED(ds_pt_new(unit, dev, 0, &pt));
	CHECKED(ds_pt_map(pt, IOVA, ipa, 4096, DS_READ | DS_WRITE));
	CHECKED(ds_attach(dev, DS_RID, DS_STAGE1, ds_pt_s1(pt)));
	return pt;
}

/* end: tables */
/* begin: end */
static void guest_is_gone(struct ds_ctx *ctx, struct ds_ram *ram, struct ds_unit *unit,
			  struct ds_dev *dev, struct ds_s1 *s1, struct ds_pt *pt)
{
	CHECKED(ds_unit_remove(unit, dev));
	CHECKED(ds_pt_free(pt));
	CHECKED(ds_s1_free(s1));
	CHECKED(ds_unit_free(unit));
	CHECKED(ds_dev_free(dev));
	CHECKED(ds_ram_free(ram));
	CHECKED(ds_objects(ctx));
	CHECKED(ds_close(ctx));
}

/* end: end */

static int open_cdev(struct world *w)
{
	char name[32], path[64];

	CHECK(!rig_vfio_name(&w->rig.mock, 0, name, sizeof(name)));
	snprintf(path, sizeof(path), "/dev/vfio/devices/%s", name);
	return open(path, O_RDWR | O_CLOEXEC);
}

static void vmm(enum mock_type type)
{
	const struct rig_config cfg = { .type = type };
	struct iommu_hwpt_arm_smmuv3 vste;
	struct iommu_hwpt_vtd_s1 vtd;
	struct world w;
	struct ds_pt *pt;
	uint64_t ste[2], ipa, last = 0;

	if (world_mock(&w, &cfg) || guest_create(&w.guest, RIG_GPA, RIG_GUEST_SIZE))
		return;
	guest_memory(&w.ctx, &w.ram, w.guest.va, RIG_GUEST_SIZE);
	w.vdev[0].fd = open_cdev(&w);
	guest_device(w.ctx, w.vdev[0].fd, NULL, &w.dev[0]);
	IS(0, vdev_regions(&w.vdev[0]));
	IS(0, vdev_enable(&w.vdev[0], PCI_CMD_MEMORY | PCI_CMD_MASTER));
	ipa = world_page(&w, NULL, 0, 1);
	translation_is_off(w.dev[0], w.ram);
	IS(0, world_sees(&w, 0, ipa, 1));
	guest_iommu(w.ram, w.dev[0], &w.unit);
	IS(0, world_sees(&w, 0, ipa, 1));
	IS(0, nest_s1(&w.nest, &w.tables, &w.guest, 48));
	vtd = nest_vtd_data(&w.nest, &w.tables);
	vste = nest_vste(&w.nest, &w.tables);
	ste[0] = vste.ste[0];
	ste[1] = vste.ste[1];
	guest_sets_its_table(w.unit, w.dev[0], type == MOCK_VTD ? &vtd : NULL, ste, &w.s1);
	CHECK(world_page(&w, &w.tables, IOVA, 2));
	IS(0, world_sees(&w, 0, IOVA, 2));
	s1_unmap(&w.tables, IOVA, S1_4K);
	guest_unmaps(w.s1, IOVA, PAGE_4K);
	IS(-EFAULT, world_sees(&w, 0, IOVA, 2));
	CHECK(guest_hears(w.unit, &last) == 1 && last == IOVA);
	pt = device_model_maps(w.unit, w.dev[0], ipa);
	IS(0, world_sees(&w, 0, IOVA, 1));
	guest_is_gone(w.ctx, w.ram, w.unit, w.dev[0], w.s1, pt);
	vdev_close(&w.vdev[0]);
	guest_destroy(&w.guest);
	IS(0, mock_destroy(&w.rig.mock));
}

static void vmm_vtd(void)
{
	vmm(MOCK_VTD);
}

static void vmm_smmu(void)
{
	vmm(MOCK_SMMUV3);
}

static const struct test tests[] = { { "vtd", vmm_vtd }, { "smmu", vmm_smmu } };

int main(void)
{
	return test_main(tests, ARRAY_SIZE(tests));
}
