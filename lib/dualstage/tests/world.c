// SPDX-License-Identifier: GPL-2.0-only
/* What most tests start from */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "test.h"
#include "world.h"

static int said(int rc, const char *what)
{
	if (rc)
		test_fail(__FILE__, __LINE__, "%s: %d (%s)", what, rc, ds_why());
	return rc;
}

int world_mock(struct world *w, const struct rig_config *cfg)
{
	return world_mock_of(w, cfg, NULL);
}

int world_mock_of(struct world *w, const struct rig_config *cfg, const char *attr)
{
	unsigned int i;
	int rc;

	memset(w, 0, sizeof(*w));
	for (i = 0; i < WORLD_DEVS; i++)
		w->vdev[i].fd = -1;
	rc = rig_mock(&w->rig, cfg);
	for (i = 0; !rc && attr && i < w->rig.mock.nr_endpoints; i++)
		rc = mock_ep_set(&w->rig.mock, w->rig.mock.endpoints[i], attr, 1);
	if (!rc)
		rc = mock_set_live(&w->rig.mock, true);
	w->nest = w->rig.nest;
	return said(rc, "mock hardware");
}

int world_ram(struct world *w, unsigned int flags)
{
	int rc;

	rc = ds_open(-1, &w->ctx);
	if (!rc)
		rc = ds_ram_new(w->ctx, flags, &w->ram);
	if (!rc && !w->guest.va)
		rc = guest_create(&w->guest, RIG_GPA, RIG_GUEST_SIZE);
	if (!rc)
		rc = ds_ram_map(w->ram, RIG_GPA, RIG_GUEST_SIZE, w->guest.va, DS_RW);
	return said(rc, "memory");
}

static int open_cdev(struct world *w, unsigned int i)
{
	char name[32], path[64];
	int rc;

	rc = rig_vfio_name(&w->rig.mock, i, name, sizeof(name));
	if (rc)
		return rc;
	snprintf(path, sizeof(path), "/dev/vfio/devices/%s", name);
	w->vdev[i].fd = open(path, O_RDWR | O_CLOEXEC);
	return w->vdev[i].fd < 0 ? -errno : 0;
}

int world_dev(struct world *w, unsigned int i)
{
	int rc;

	rc = open_cdev(w, i);
	if (!rc)
		rc = ds_dev_vfio(w->ctx, w->vdev[i].fd, &w->dev[i]);
	if (!rc)
		rc = vdev_regions(&w->vdev[i]);
	if (!rc)
		rc = vdev_enable(&w->vdev[i], PCI_CMD_MEMORY | PCI_CMD_MASTER);
	return said(rc, "a device");
}

int world_unit(struct world *w, unsigned int flags)
{
	unsigned int i;
	int rc;

	rc = ds_unit_new(w->ram, w->dev[0], flags, &w->unit);
	for (i = 0; !rc && i < WORLD_DEVS && w->dev[i]; i++)
		rc = ds_unit_add(w->unit, w->dev[i], WORLD_ID(i));
	return said(rc, "a unit");
}

int world_s1_of(struct world *w, unsigned int flags, struct s1 *tables,
		struct ds_s1 **s1)
{
	struct iommu_hwpt_arm_smmuv3 vste;
	struct iommu_hwpt_vtd_s1 vtd;
	uint64_t ste[2];
	int rc;

	rc = nest_s1(&w->nest, tables, &w->guest, 48);
	if (rc)
		return rc;
	if (w->nest.type == MOCK_VTD) {
		vtd = nest_vtd_data(&w->nest, tables);
		return ds_s1_vtd(w->unit, w->dev[0], flags, &vtd, s1);
	}
	vste = nest_vste(&w->nest, tables);
	ste[0] = vste.ste[0];
	ste[1] = vste.ste[1];
	return ds_s1_ste(w->unit, w->dev[0], flags, ste, s1);
}

int world_s1(struct world *w, unsigned int flags)
{
	return said(world_s1_of(w, flags, &w->tables, &w->s1), "stage-1");
}

int world_unit_up(struct world *w, const struct rig_config *cfg, unsigned int ram_flags,
		  unsigned int unit_flags)
{
	unsigned int i;
	int rc;

	rc = world_mock(w, cfg);
	if (!rc)
		rc = world_ram(w, ram_flags);
	for (i = 0; !rc && i < w->rig.cfg.nr_eps; i++)
		rc = world_dev(w, i);
	return rc ? rc : world_unit(w, unit_flags);
}

int world_up(struct world *w, const struct rig_config *cfg, unsigned int unit_flags)
{
	unsigned int i;
	int rc;

	rc = world_unit_up(w, cfg, 0, unit_flags);
	if (!rc)
		rc = world_s1(w, 0);
	for (i = 0; !rc && i < w->rig.cfg.nr_eps; i++)
		rc = said(ds_attach(w->dev[i], DS_RID, DS_STAGE1, w->s1), "attaching");
	return rc;
}

void world_leave(struct world *w)
{
	unsigned int i;

	for (i = 0; i < WORLD_DEVS; i++) {
		if (w->dev[i] && w->unit)
			ds_unit_remove(w->unit, w->dev[i]);
		if (w->dev[i])
			IS(0, ds_dev_free(w->dev[i]));
		w->dev[i] = NULL;
	}
	if (w->s1)
		IS(0, ds_s1_free(w->s1));
	if (w->unit)
		IS(0, ds_unit_free(w->unit));
	if (w->ram)
		IS(0, ds_ram_free(w->ram));
	if (w->ctx) {
		CHECK(ds_objects(w->ctx) == 0);
		IS(0, ds_close(w->ctx));
	}
	for (i = 0; i < WORLD_DEVS; i++)
		vdev_close(&w->vdev[i]);
	w->s1 = NULL;
	w->unit = NULL;
	w->ram = NULL;
	w->ctx = NULL;
}

void world_down(struct world *w)
{
	world_leave(w);
	guest_destroy(&w->guest);
	IS(0, mock_destroy(&w->rig.mock));
}

uint64_t world_page(struct world *w, struct s1 *tables, uint64_t iova, uint64_t seed)
{
	uint64_t ipa = guest_page(&w->guest, seed);

	if (ipa && tables && s1_map(tables, iova, ipa, S1_4K, S1_RW))
		return 0;
	return ipa;
}

int world_sees(struct world *w, unsigned int i, uint64_t iova, uint64_t seed)
{
	return ep_sees(&w->vdev[i], iova, seed);
}
