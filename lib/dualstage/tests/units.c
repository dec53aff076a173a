// SPDX-License-Identifier: GPL-2.0-only
/* The guest's IOMMU, its devices, and what these are attached to */
#include <endian.h>
#include <unistd.h>

#include "inject.h"
#include "internal.h"
#include "test.h"
#include "world.h"

#define IOVA	0x0000123456789000ull
#define PASID	9

static const struct rig_config vtd = { .type = MOCK_VTD };
static const struct rig_config vtd_two = { .type = MOCK_VTD, .nr_eps = 2 };
static const struct rig_config vtd_pasids = { .type = MOCK_VTD, .pasid_bits = 8 };
static const struct rig_config smmu = { .type = MOCK_SMMUV3 };
static const struct rig_config smmu_two = { .type = MOCK_SMMUV3, .nr_eps = 2 };
static const struct rig_config smmu_pasids = { .type = MOCK_SMMUV3, .pasid_bits = 8 };

static void capabilities(void)
{
	struct ds_caps c;
	struct world w;

	if (!world_mock(&w, &vtd_pasids) && !world_ram(&w, 0) && !world_dev(&w, 0)) {
		IS(0, ds_dev_caps(w.dev[0], &c));
		CHECK(c.vendor == DS_VTD && c.pasid_bits == 8 && c.vtd.cap_reg);
		CHECK(c.features & DS_CAN_NEST && c.features & DS_CAN_RAW);
		CHECK(c.features & DS_CAN_EVENTS && c.features & DS_NO_READ_ONLY);
		CHECK(!(c.features & DS_MSI_TRANSLATED));
		CHECK(c.s1_bits == 56 && c.s2_bits >= 48);
		IS(0, ds_caps_check(&c, &c, NULL, 0));
	}
	world_down(&w);
	if (!world_mock(&w, &smmu) && !world_ram(&w, 0) && !world_dev(&w, 0)) {
		IS(0, ds_dev_caps(w.dev[0], &c));
		CHECK(c.vendor == DS_SMMUV3 && !c.pasid_bits && c.smmu.idr[0]);
		CHECK(c.features & DS_CAN_NEST && c.features & DS_CAN_RAW);
		CHECK(c.features & DS_MSI_TRANSLATED && c.features & DS_CAN_RIL);
		CHECK(c.s1_bits == 48 && c.s2_bits == 48);
	}
	world_down(&w);
}

/* The window of an SMMUv3's doorbells, and VT-d's range of interrupts */
static void reserved(void)
{
	struct ds_resv r[4];
	struct world w;
	size_t n = 4;

	if (!world_mock(&w, &smmu) && !world_ram(&w, 0) && !world_dev(&w, 0)) {
		IS(0, ds_dev_resv(w.dev[0], r, &n));
		CHECK(n == 1 && r[0].kind == DS_RESV_MSI_WINDOW);
		CHECK(r[0].range.first == SW_MSI && r[0].range.last == SW_MSI + SZ_1M - 1);
	}
	world_down(&w);
	n = 4;
	if (!world_mock(&w, &vtd) && !world_ram(&w, 0) && !world_dev(&w, 0)) {
		IS(0, ds_dev_resv(w.dev[0], r, &n));
		CHECK(n == 1 && r[0].kind == DS_RESV_MSI);
		CHECK(r[0].range.first == 0xfee00000 && r[0].range.last == 0xfeefffff);
	}
	world_down(&w);
}

static void no_type(void *arg)
{
	struct iommu_hw_info *info = arg;

	info->out_data_type = IOMMU_HW_INFO_TYPE_NONE;
}

/* An IOMMU that is not known can be shadowed and not nested; a kernel without vIOMMUs, too */
static void less_hardware(void)
{
	struct ds_caps c;
	struct world w;

	if (world_mock(&w, &vtd) || world_ram(&w, 0))
		goto out;
	inject_answer(IOMMU_GET_HW_INFO, no_type);
	if (world_dev(&w, 0))
		goto out;
	inject_answer(0, NULL);
	IS(0, ds_dev_caps(w.dev[0], &c));
	CHECK(c.vendor == DS_NONE && !(c.features & DS_CAN_NEST));
	REFUSED(-EOPNOTSUPP, ds_unit_new(w.ram, w.dev[0], 0, &w.unit), "does not nest");
	w.unit = NULL;
	IS(0, ds_attach_ram(w.dev[0], DS_RID, w.ram));
	CHECK(world_page(&w, NULL, 0, 4) == RIG_GPA);
	IS(0, world_sees(&w, 0, RIG_GPA, 4));
out:
	inject_answer(0, NULL);
	world_down(&w);
}

static int no_viommu(struct world *w, const struct rig_config *cfg)
{
	int rc;

	if (world_mock(w, cfg) || world_ram(w, 0))
		return -1;
	inject_arm_ioctl(IOMMU_VIOMMU_ALLOC, 1, EOPNOTSUPP);
	inject_on();
	rc = world_dev(w, 0);
	inject_disarm();
	return rc;
}

static void no_viommus(void)
{
	struct world w;

	if (!no_viommu(&w, &vtd) && !world_unit(&w, 0)) {
		CHECK(!w.unit->viommu && !(w.dev[0]->caps.features & DS_CAN_EVENTS));
		if (!world_s1(&w, 0))
			CHECK(w.s1->kind == DS_S1_VTD);
	}
	world_down(&w);
	if (!no_viommu(&w, &smmu))
		REFUSED(-EOPNOTSUPP, ds_unit_new(w.ram, w.dev[0], 0, &w.unit), "not nest");
	w.unit = NULL;
	world_down(&w);
}

static void unit_refused(void)
{
	struct ds_ctx *ctx;
	struct ds_ram *ram;
	struct ds_unit *u;
	struct world w;

	if (world_unit_up(&w, &vtd, 0, 0))
		goto out;
	REFUSED(-EOPNOTSUPP, ds_unit_new(w.ram, w.dev[0], 0x10, &u), "0x10");
	REFUSED(-EBUSY, ds_unit_new(w.ram, w.dev[0], 0, &u), "in a unit");
	REFUSED(-EBUSY, ds_unit_free(w.unit), "has device");
	REFUSED(-EBUSY, ds_dev_free(w.dev[0]), "in a unit");
	REFUSED(-EBUSY, ds_attach_ram(w.dev[0], DS_RID, w.ram), "in a unit");
	REFUSED(-EBUSY, ds_unit_add(w.unit, w.dev[0], 1), "in a unit");
	REFUSED(-EBUSY, ds_ram_free(w.ram), "in use");
	IS(0, ds_open(-1, &ctx));
	IS(0, ds_ram_new(ctx, 0, &ram));
	IS(0, ds_unit_remove(w.unit, w.dev[0]));
	REFUSED(-EINVAL, ds_unit_new(ram, w.dev[0], 0, &u), "another iommufd");
	REFUSED(-EINVAL, ds_attach_ram(w.dev[0], DS_RID, ram), "another iommufd");
	IS(0, ds_ram_free(ram));
	/* The unit is in one and the device in another */
	w.dev[0]->ctx = ctx;
	REFUSED(-EINVAL, ds_unit_add(w.unit, w.dev[0], 1), "another iommufd");
	w.dev[0]->ctx = w.ctx;
	IS(0, ds_close(ctx));
	REFUSED(-ENOENT, ds_unit_remove(w.unit, w.dev[0]), "not in the unit");
	REFUSED(-ENOENT, ds_unit_move(w.unit, w.dev[0], 5), "not in the unit");
	IS(0, ds_ram_new(w.ctx, DS_RAM_DIRTY, &ram));
	w.dev[0]->caps.features &= ~DS_CAN_DIRTY_NESTED;
	REFUSED(-EOPNOTSUPP, ds_unit_new(ram, w.dev[0], 0, &u), "stage-1's writes");
	IS(0, ds_ram_free(ram));
out:
	world_down(&w);
}

static void ids(void)
{
	struct world w;

	if (!world_unit_up(&w, &vtd_two, 0, 0)) {
		IS(0, ds_unit_remove(w.unit, w.dev[1]));
		REFUSED(-EEXIST, ds_unit_add(w.unit, w.dev[1], WORLD_ID(0)), "0x20");
		REFUSED(-EINVAL, ds_unit_add(w.unit, w.dev[1], 0x10000), "16 bits");
		IS(0, ds_unit_add(w.unit, w.dev[1], 0xffff));
		REFUSED(-EEXIST, ds_unit_move(w.unit, w.dev[1], WORLD_ID(0)), "0x20");
		REFUSED(-EINVAL, ds_unit_move(w.unit, w.dev[1], 0x10000), "16 bits");
		IS(0, ds_unit_move(w.unit, w.dev[1], 0xffff));
		IS(0, ds_unit_move(w.unit, w.dev[1], 1));
		IS(0, ds_unit_remove(w.unit, w.dev[0]));
		IS(0, ds_unit_remove(w.unit, w.dev[1]));
		IS(0, ds_unit_add(w.unit, w.dev[0], 1));
	}
	world_down(&w);
	if (!world_unit_up(&w, &smmu, 0, 0)) {
		IS(0, ds_unit_remove(w.unit, w.dev[0]));
		REFUSED(-EINVAL, ds_unit_add(w.unit, w.dev[0], 1ull << 32), "32 bits");
		IS(0, ds_unit_add(w.unit, w.dev[0], UINT32_MAX));
	}
	world_down(&w);
}

/* A device of another instance of mock hardware cannot be in the unit */
static void another_iommu(const struct rig_config *cfg, unsigned int flags)
{
	struct mock other;
	struct vdev v;
	struct ds_dev *dev = NULL;
	char name[32];
	struct world w;

	if (world_unit_up(&w, cfg, 0, flags))
		goto out;
	IS(0, mock_create(&other, cfg->type, "other"));
	IS(0, mock_add_endpoint(&other, "ep0", 0x300));
	IS(0, mock_set_live(&other, true));
	IS(0, rig_vfio_name(&other, 0, name, sizeof(name)));
	IS(0, vdev_open(&v, name, ds_fd(w.ctx)));
	IS(0, ds_dev_vfio_bound(w.ctx, v.fd, v.id, &dev));
	CHECK(ds_dev_id(dev) == v.id);
	REFUSED(-EXDEV, ds_unit_add(w.unit, dev, 0x99), "another physical IOMMU");
	IS(0, ds_unit_remove(w.unit, w.dev[0]));
	REFUSED(-EXDEV, ds_unit_add(w.unit, dev, 0x99), "another physical IOMMU");
	if (!(flags & DS_UNIT_NO_RAW)) {
		/* Where sysfs does not say so, the kernel does */
		dev->sysfs[0] = '\0';
		REFUSED(-EXDEV, ds_unit_add(w.unit, dev, 0x99), "another physical IOMMU");
	}
	dev->caps.vendor = DS_NONE;
	REFUSED(-EXDEV, ds_unit_add(w.unit, dev, 0x99), "another physical IOMMU");
	IS(0, ds_dev_free(dev));
	vdev_close(&v);
	IS(0, mock_destroy(&other));
out:
	world_down(&w);
}

static void another(void)
{
	another_iommu(&vtd, DS_UNIT_NO_RAW);
	another_iommu(&vtd, 0);
	another_iommu(&smmu, 0);
}

/* The device goes where it is told, and where it was if that fails */
static void modes(const struct rig_config *cfg, unsigned int flags)
{
	struct world w;
	struct ds_dev *dev;

	if (world_up(&w, cfg, flags))
		goto out;
	dev = w.dev[0];
	CHECK(world_page(&w, &w.tables, IOVA, 6));
	IS(0, world_sees(&w, 0, IOVA, 6));
	REFUSED(-EINVAL, ds_attach(dev, DS_RID, DS_STAGE1, NULL), "no stage-1");
	REFUSED(-EINVAL, ds_attach(dev, DS_RID, DS_BYPASS, w.s1), "not wanted");
	REFUSED(-EINVAL, ds_attach(dev, DS_RID, DS_BLOCKED, w.s1), "not wanted");
	REFUSED(-EINVAL, ds_attach(dev, DS_RID, (enum ds_mode)7, NULL), "mode 7");
	REFUSED(-EBUSY, ds_s1_free(w.s1), "attached");
	IS(0, world_sees(&w, 0, IOVA, 6));
	inject_arm_ioctl(VFIO_DEVICE_ATTACH_IOMMUFD_PT, 1, EINVAL);
	REFUSED(-EINVAL, INJECTED(ds_attach(dev, DS_RID, DS_BYPASS, NULL)), "another");
	inject_disarm();
	IS(0, world_sees(&w, 0, IOVA, 6));
	IS(0, ds_attach(dev, DS_RID, DS_BYPASS, NULL));
	IS(-EFAULT, world_sees(&w, 0, IOVA, 6));
	IS(0, world_sees(&w, 0, s1_gpa(&w.tables, IOVA, 1), 6));
	IS(0, ds_attach(dev, DS_RID, DS_BLOCKED, NULL));
	IS(0, ds_attach(dev, DS_RID, DS_BLOCKED, NULL));
	IS(-EFAULT, world_sees(&w, 0, s1_gpa(&w.tables, IOVA, 1), 6));
	IS(0, ds_attach(dev, DS_RID, DS_STAGE1, w.s1));
	IS(0, world_sees(&w, 0, IOVA, 6));
	REFUSED(-EBUSY, ds_unit_free(w.unit), "has device");
	IS(0, ds_unit_remove(w.unit, dev));
	IS(-EFAULT, world_sees(&w, 0, IOVA, 6));
	REFUSED(-EBUSY, ds_unit_free(w.unit), "1 stage-1");
	REFUSED(-EINVAL, ds_attach(dev, DS_RID, DS_BYPASS, NULL), "in no unit");
out:
	world_down(&w);
}

static void modes_vtd(void)
{
	modes(&vtd, DS_UNIT_NO_RAW);
}

static void modes_raw(void)
{
	modes(&vtd, 0);
}

static void modes_smmu(void)
{
	modes(&smmu, 0);
}

/* Two units on one IOMMU: each has its own parent, and stage-1 of one is not the other's */
static void two_units(const struct rig_config *cfg)
{
	struct ds_unit *other;
	struct world w;

	if (world_up(&w, cfg, 0))
		goto out;
	IS(0, ds_unit_remove(w.unit, w.dev[1]));
	IS(0, ds_unit_new(w.ram, w.dev[1], 0, &other));
	CHECK(other->parent != w.unit->parent);
	IS(0, ds_unit_add(other, w.dev[1], WORLD_ID(0)));
	REFUSED(-EINVAL, ds_attach(w.dev[1], DS_RID, DS_STAGE1, w.s1), "another unit's");
	IS(0, ds_attach(w.dev[1], DS_RID, DS_BYPASS, NULL));
	CHECK(world_page(&w, &w.tables, IOVA, 2));
	IS(0, world_sees(&w, 0, IOVA, 2));
	IS(0, world_sees(&w, 1, s1_gpa(&w.tables, IOVA, 1), 2));
	IS(0, ds_unit_remove(other, w.dev[1]));
	IS(0, ds_unit_free(other));
	IS(0, world_sees(&w, 0, IOVA, 2));
out:
	world_down(&w);
}

static void two_units_vtd(void)
{
	two_units(&vtd_two);
}

static void two_units_smmu(void)
{
	two_units(&smmu_two);
}

/* A new number: what was attached is, and invalidations still find the device */
static void renumber(const struct rig_config *cfg, unsigned int flags)
{
	struct rig_config ats = *cfg;
	struct world w;

	ats.ats = true;
	if (world_up(&w, &ats, flags))
		goto out;
	IS(0, ep_ats(&w.vdev[0], MOCK_EP_ATS_ENABLE));
	CHECK(world_page(&w, &w.tables, IOVA, 1));
	IS(0, world_sees(&w, 0, IOVA, 1));
	IS(0, ds_unit_move(w.unit, w.dev[0], 0x88));
	IS(0, world_sees(&w, 0, IOVA, 1));
	CHECK(world_page(&w, &w.tables, IOVA, 2));
	IS(0, ds_inv(w.s1, IOVA, PAGE_4K, DS_INV_LEAF));
	IS(0, world_sees(&w, 0, IOVA, 2));
	/* Whatever fails, it is blocked, and can be told again */
	inject_arm_ioctl(VFIO_DEVICE_DETACH_IOMMUFD_PT, 1, EIO);
	inject_all();
	REFUSED(-EIO, INJECTED(ds_unit_move(w.unit, w.dev[0], 0x90)), "detached");
	IS(0, world_sees(&w, 0, IOVA, 2));
	inject_arm_ioctl(VFIO_DEVICE_ATTACH_IOMMUFD_PT, 1, EIO);
	REFUSED(-EIO, INJECTED(ds_unit_move(w.unit, w.dev[0], 0x90)), "again");
	inject_disarm();
	IS(-EFAULT, world_sees(&w, 0, IOVA, 2));
	IS(0, ds_attach(w.dev[0], DS_RID, DS_STAGE1, w.s1));
	IS(0, world_sees(&w, 0, IOVA, 2));
	if (!w.unit->viommu)
		goto out;
	inject_arm_ioctl(IOMMU_VDEVICE_ALLOC, 1, ENOMEM);
	REFUSED(-ENOMEM, INJECTED(ds_unit_move(w.unit, w.dev[0], 0x98)), "vDEVICE");
	inject_disarm();
	IS(-EFAULT, world_sees(&w, 0, IOVA, 2));
	REFUSED(-ENOENT, ds_attach(w.dev[0], DS_RID, DS_STAGE1, w.s1), "not attached");
	/* To the number that it had, which it has lost */
	IS(0, ds_unit_move(w.unit, w.dev[0], 0x90));
	IS(0, ds_attach(w.dev[0], DS_RID, DS_STAGE1, w.s1));
	IS(0, world_sees(&w, 0, IOVA, 2));
out:
	world_down(&w);
}

static void renumber_vtd(void)
{
	renumber(&vtd, DS_UNIT_NO_RAW);
}

static void renumber_raw(void)
{
	renumber(&vtd, 0);
}

static void renumber_smmu(void)
{
	renumber(&smmu, 0);
}

/* PASIDs of VT-d have stage-1, bypass and blocked each, beside the RID */
static void pasids(unsigned int flags)
{
	struct s1 tables;
	struct ds_s1 *s1 = NULL;
	struct world w;
	struct ds_dev *dev;

	if (world_up(&w, &vtd_pasids, flags))
		goto out;
	dev = w.dev[0];
	IS(0, world_s1_of(&w, 0, &tables, &s1));
	CHECK(world_page(&w, &w.tables, IOVA, 1) && world_page(&w, &tables, IOVA, 2));
	REFUSED(-ERANGE, ds_attach(dev, 256, DS_STAGE1, s1), "1 to 255");
	REFUSED(-ERANGE, ds_attach(dev, 0, DS_STAGE1, s1), "PASID 0");
	IS(0, ds_dev_pasid_check(dev, PASID));
	IS(0, ds_attach(dev, PASID, DS_STAGE1, s1));
	IS(0, world_sees(&w, 0, IOVA, 1));
	IS(0, ep_pasid(&w.vdev[0], PASID | MOCK_EP_PASID_VALID));
	IS(0, world_sees(&w, 0, IOVA, 2));
	CHECK(world_page(&w, &tables, IOVA, 3));
	IS(0, ds_inv(s1, IOVA, PAGE_4K, 0));
	IS(0, world_sees(&w, 0, IOVA, 3));
	IS(0, ds_unit_move(w.unit, dev, 0x70));
	IS(0, world_sees(&w, 0, IOVA, 3));
	IS(0, ds_attach(dev, PASID, DS_BYPASS, NULL));
	IS(0, world_sees(&w, 0, s1_gpa(&tables, IOVA, 1), 3));
	IS(0, ds_attach(dev, PASID, DS_BLOCKED, NULL));
	IS(-EFAULT, world_sees(&w, 0, IOVA, 3));
	IS(0, ds_attach(dev, PASID, DS_STAGE1, s1));
	IS(0, ds_attach(dev, PASID + 1, DS_STAGE1, s1));
	REFUSED(-EBUSY, ds_s1_free(s1), "2 devices or PASIDs");
	IS(0, ds_unit_remove(w.unit, dev));
	IS(0, ds_s1_free(s1));
	/* Without a unit they have the addresses of a memory */
	IS(0, ds_attach_ram(dev, DS_RID, w.ram));
	IS(0, ds_attach_ram(dev, PASID, w.ram));
	REFUSED(-ERANGE, ds_attach_ram(dev, 1000, w.ram), "1 to 255");
	IS(0, world_sees(&w, 0, s1_gpa(&tables, IOVA, 1), 3));
	IS(0, ds_attach_ram(dev, PASID, NULL));
	IS(-EFAULT, world_sees(&w, 0, s1_gpa(&tables, IOVA, 1), 3));
out:
	world_down(&w);
}

static void pasids_vtd(void)
{
	pasids(DS_UNIT_NO_RAW);
}

static void pasids_raw(void)
{
	pasids(0);
}

static void pasids_refused(void)
{
	struct world w;

	if (!world_up(&w, &smmu_pasids, 0)) {
		REFUSED(-EOPNOTSUPP, ds_attach(w.dev[0], PASID, DS_STAGE1, w.s1), "guest's");
		IS(0, ds_unit_remove(w.unit, w.dev[0]));
		IS(0, ds_dev_pasid_check(w.dev[0], PASID));
	}
	world_down(&w);
	if (!world_up(&w, &vtd, 0))
		REFUSED(-EOPNOTSUPP, ds_attach(w.dev[0], PASID, DS_STAGE1, w.s1), "no PASIDs");
	world_down(&w);
}

/* A device that somebody else attaches: by VFIO here, as it happens */
static int port_attach(void *opaque, uint32_t pasid, uint32_t pt)
{
	struct vdev *v = opaque;

	return pasid == DS_RID ? vdev_attach_id(v, pt) : vdev_attach_pasid(v, pasid, pt);
}

static int port_detach(void *opaque, uint32_t pasid)
{
	struct vdev *v = opaque;

	return pasid == DS_RID ? vdev_detach(v) : vdev_detach_pasid(v, pasid);
}

static const struct ds_port port = { .attach = port_attach, .detach = port_detach };

static void ports(void)
{
	struct ds_resv r[4];
	struct world w;
	char name[32], path[128];
	size_t n = 4;

	if (world_mock(&w, &vtd) || world_ram(&w, 0))
		goto out;
	IS(0, rig_vfio_name(&w.rig.mock, 0, name, sizeof(name)));
	IS(0, vdev_open(&w.vdev[0], name, ds_fd(w.ctx)));
	IS(0, vdev_enable(&w.vdev[0], PCI_CMD_MEMORY | PCI_CMD_MASTER));
	IS(0, ds_dev_port(w.ctx, w.vdev[0].id, &port, &w.vdev[0], &w.dev[0]));
	REFUSED(-ENOENT, ds_dev_resv(w.dev[0], r, &n), "not known");
	IS(0, mock_ep_sysfs(&w.rig.mock, "ep0", path, sizeof(path)));
	IS(0, ds_dev_sysfs(w.dev[0], path));
	IS(0, ds_dev_resv(w.dev[0], r, &n));
	CHECK(n == 1);
	if (world_unit(&w, 0) || world_s1(&w, 0))
		goto out;
	IS(0, ds_attach(w.dev[0], DS_RID, DS_STAGE1, w.s1));
	CHECK(world_page(&w, &w.tables, IOVA, 1));
	IS(0, world_sees(&w, 0, IOVA, 1));
	IS(0, ds_attach(w.dev[0], DS_RID, DS_BLOCKED, NULL));
	IS(-EFAULT, world_sees(&w, 0, IOVA, 1));
	IS(0, ds_unit_remove(w.unit, w.dev[0]));
	/* It was attached and goes: then it is not */
	IS(0, ds_attach_ram(w.dev[0], DS_RID, w.ram));
	IS(0, world_sees(&w, 0, s1_gpa(&w.tables, IOVA, 1), 1));
	inject_arm_ioctl(VFIO_DEVICE_DETACH_IOMMUFD_PT, 1, EIO);
	REFUSED(-EIO, INJECTED(ds_dev_free(w.dev[0])), "not detached");
	inject_disarm();
	IS(0, ds_dev_free(w.dev[0]));
	w.dev[0] = NULL;
	IS(-EFAULT, world_sees(&w, 0, s1_gpa(&w.tables, IOVA, 1), 1));
out:
	world_down(&w);
}

/* Into a unit out of a memory: its DMA is blocked */
static void from_ram(void)
{
	struct world w;

	if (world_mock(&w, &vtd) || world_ram(&w, 0) || world_dev(&w, 0))
		goto out;
	IS(0, ds_attach_ram(w.dev[0], DS_RID, w.ram));
	CHECK(world_page(&w, NULL, 0, 1) == RIG_GPA);
	IS(0, world_sees(&w, 0, RIG_GPA, 1));
	if (world_unit(&w, 0))
		goto out;
	IS(-EFAULT, world_sees(&w, 0, RIG_GPA, 1));
	IS(0, ds_attach(w.dev[0], DS_RID, DS_BYPASS, NULL));
	IS(0, world_sees(&w, 0, RIG_GPA, 1));
out:
	world_down(&w);
}

/* What the VMM hands over as stage-1 is looked at before it is used */
static void s1_refused(void)
{
	struct iommu_hwpt_vtd_s1 v = { .pgtbl_addr = RIG_GPA, .addr_width = 48 };
	uint64_t entry[8] = { htole64(1 | 1 << 6), htole64(5), htole64(RIG_GPA) };
	uint64_t ste[2] = { htole64(1 | 4 << 1), 0 };
	struct ds_s1 *s1;
	struct world w;

	if (world_unit_up(&w, &vtd_two, 0, 0))
		goto out;
	REFUSED(-EOPNOTSUPP, ds_s1_vtd(w.unit, w.dev[0], 0x40, &v, &s1), "0x40");
	REFUSED(-EOPNOTSUPP, ds_s1_ste(w.unit, w.dev[0], 0, ste, &s1), "another vendor");
	v.flags = 1 << 7;
	REFUSED(-EOPNOTSUPP, ds_s1_vtd(w.unit, w.dev[0], 0, &v, &s1), "not known");
	v.flags = 0;
	v.__reserved = 1;
	REFUSED(-EOPNOTSUPP, ds_s1_vtd(w.unit, w.dev[0], 0, &v, &s1), "not known");
	v.__reserved = 0;
	v.pgtbl_addr++;
	REFUSED(-EINVAL, ds_s1_vtd(w.unit, w.dev[0], 0, &v, &s1), "aligned");
	v.pgtbl_addr = 1ull << 60;
	REFUSED(-EINVAL, ds_s1_vtd(w.unit, w.dev[0], 0, &v, &s1), "stage-1 for device");
	v.pgtbl_addr = RIG_GPA;
	v.addr_width = 39;
	REFUSED(-EINVAL, ds_s1_vtd(w.unit, w.dev[0], 0, &v, &s1), "39 bits");
	v.addr_width = 57;
	v.flags = IOMMU_VTD_S1_SRE | IOMMU_VTD_S1_EAFE | IOMMU_VTD_S1_WPE;
	IS(0, ds_s1_vtd(w.unit, w.dev[0], 0, &v, &s1));
	IS(0, ds_s1_free(s1));
	IS(0, ds_s1_vtd_entry(w.unit, w.dev[0], 0, entry, &s1));
	CHECK(s1->asid == 5);
	IS(0, ds_s1_free(s1));
	REFUSED(-EOPNOTSUPP, ds_s1_vtd_entry(w.unit, w.dev[0], 0x40, entry, &s1), "0x40");
	entry[3] = htole64(1);
	REFUSED(-EOPNOTSUPP, ds_s1_vtd_entry(w.unit, w.dev[0], 0, entry, &s1), "stage-1");
	IS(0, ds_unit_remove(w.unit, w.dev[1]));
	REFUSED(-EINVAL, ds_s1_vtd(w.unit, w.dev[1], 0, &v, &s1), "not in the unit");
out:
	world_down(&w);
	if (!world_unit_up(&w, &vtd, 0, DS_UNIT_NO_RAW))
		REFUSED(-EOPNOTSUPP, ds_s1_vtd_entry(w.unit, w.dev[0], 0, entry, &s1),
			"no vIOMMU");
	world_down(&w);
	if (!world_unit_up(&w, &smmu, 0, 0)) {
		REFUSED(-EOPNOTSUPP, ds_s1_vtd(w.unit, w.dev[0], 0, &v, &s1), "vendor");
		IS(0, ds_s1_ste(w.unit, w.dev[0], 0, ste, &s1));
		IS(0, ds_attach(w.dev[0], DS_RID, DS_STAGE1, s1));
		/* It says bypass */
		CHECK(world_page(&w, NULL, 0, 9) == RIG_GPA);
		IS(0, world_sees(&w, 0, RIG_GPA, 9));
		IS(0, ds_attach(w.dev[0], DS_RID, DS_BLOCKED, NULL));
		IS(0, ds_s1_free(s1));
		ste[1] = htole64(1ull << 60);
		REFUSED(-EIO, ds_s1_ste(w.unit, w.dev[0], 0, ste, &s1), "stage-1");
	}
	world_down(&w);
}

static const struct test tests[] = {
	{ "capabilities", capabilities }, { "reserved", reserved },
	{ "less_hardware", less_hardware }, { "no_viommus", no_viommus },
	{ "unit_refused", unit_refused }, { "ids", ids }, { "another", another },
	{ "modes_vtd", modes_vtd }, { "modes_raw", modes_raw }, { "modes_smmu", modes_smmu },
	{ "two_units_vtd", two_units_vtd }, { "two_units_smmu", two_units_smmu },
	{ "renumber_vtd", renumber_vtd }, { "renumber_raw", renumber_raw },
	{ "renumber_smmu", renumber_smmu }, { "pasids_vtd", pasids_vtd },
	{ "pasids_raw", pasids_raw }, { "pasids_refused", pasids_refused },
	{ "ports", ports }, { "from_ram", from_ram }, { "s1_refused", s1_refused },
};

int main(void)
{
	return test_main(tests, ARRAY_SIZE(tests));
}
