// SPDX-License-Identifier: GPL-2.0-only
/* What almost every test starts from */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "rig.h"

static int change_bits(struct mock *m, const char *attr, uint64_t clear,
		       uint64_t set)
{
	uint64_t val;
	int rc;

	if (!clear && !set)
		return 0;
	rc = mock_get(m, attr, &val);
	return rc ?: mock_set(m, attr, (val & ~clear) | set);
}

/* Requests of device-TLBs pass a port if firmware says so, where it has to */
static int put_behind(struct rig *r)
{
	unsigned int i;
	char attr[32];
	int rc = 0;

	if (!r->cfg.port)
		return 0;
	if (r->cfg.type == MOCK_VTD)
		rc = mock_set(&r->mock, "atsr", r->cfg.ats);
	for (i = 0; i < r->cfg.nr_eps && !rc; i++) {
		snprintf(attr, sizeof(attr), "ep%u/port", i);
		rc = mock_set_text(&r->mock, attr, r->cfg.port);
	}
	return rc;
}

static int add_endpoints(struct rig *r)
{
	const struct rig_config *cfg = &r->cfg;
	unsigned int i;
	char name[16];
	int rc;

	for (i = 0; i < cfg->nr_eps; i++) {
		snprintf(name, sizeof(name), "ep%u", i);
		rc = mock_add_endpoint(&r->mock, name,
				       !i && cfg->sid ? cfg->sid : RIG_SID(i));
		if (rc)
			return rc;
		if (cfg->pasid_bits) {
			rc = mock_ep_set(&r->mock, name, "pasid_bits",
					 cfg->pasid_bits);
			if (rc)
				return rc;
		}
		if (cfg->ats) {
			rc = mock_ep_set(&r->mock, name, "ats", 1);
			if (rc)
				return rc;
		}
	}
	return 0;
}

int rig_mock(struct rig *r, const struct rig_config *cfg)
{
	unsigned int i;
	int rc;

	memset(r, 0, sizeof(*r));
	r->iommufd = -1;
	for (i = 0; i < RIG_MAX_EPS; i++)
		r->dev[i].fd = -1;
	if (cfg)
		r->cfg = *cfg;
	if (!r->cfg.nr_eps)
		r->cfg.nr_eps = 1;
	if (!r->cfg.guest_size)
		r->cfg.guest_size = RIG_GUEST_SIZE;
	if (!r->cfg.perm)
		r->cfg.perm = DSI_RW;
	if (!r->cfg.width)
		r->cfg.width = RIG_WIDTH;

	r->nest.type = r->cfg.type;
	r->nest.ats = r->cfg.ats;
	r->nest.cmdqv = r->cfg.cmdqv;
	r->nest.s1_flags = r->cfg.s1_flags;
	r->nest.raw = r->cfg.raw;
	r->nest.granule = r->cfg.granule;

	mock_sweep();
	rc = mock_create(&r->mock, r->cfg.type, "kst");
	if (rc)
		return rc;
	if (r->cfg.platform) {
		rc = mock_set_text(&r->mock, "bus", "platform");
		if (rc)
			return rc;
	}
	rc = change_bits(&r->mock, "cap", r->cfg.cap_clear, r->cfg.cap_set);
	if (!rc)
		rc = change_bits(&r->mock, "ecap", r->cfg.ecap_clear,
				 r->cfg.ecap_set);
	for (i = 0; !rc && i < ARRAY_SIZE(r->cfg.idr); i++) {
		char name[8];

		snprintf(name, sizeof(name), "idr%u", i);
		rc = change_bits(&r->mock, name, r->cfg.idr[i].clear,
				 r->cfg.idr[i].set);
	}
	if (!rc && r->cfg.unsafe_memory_types)
		rc = rig_unsafe_memory_types(true);
	if (!rc && r->cfg.v3_1)
		rc = mock_set(&r->mock, "aidr", 1);
	if (!rc && r->cfg.reorder_seed)
		rc = mock_set(&r->mock, "reorder_seed", r->cfg.reorder_seed);
	if (!rc && r->cfg.no_spr17)
		rc = mock_set(&r->mock, "errata_spr17", 0);
	if (!rc && r->cfg.async)
		rc = mock_set(&r->mock, "async_commands", 1);
	if (!rc && r->cfg.cmdqv && !rig_no_cmdqv(r))
		rc = mock_set(&r->mock, "cmdqv", 1);
	if (!rc && r->cfg.iotlb_entries)
		rc = mock_set(&r->mock, "caches/iotlb_entries",
			      r->cfg.iotlb_entries);
	return rc ?: add_endpoints(r) ?: put_behind(r);
}

int rig_vfio_name(const struct mock *m, unsigned int i, char *buf, size_t size)
{
	int rc = mock_ep_get_text(m, m->endpoints[i], "vfio_name", buf, size);

	if (rc)
		return rc;
	return buf[0] ? 0 : -ENODEV;
}

int rig_open_dev(const struct mock *m, unsigned int i, int iommufd,
		 struct vdev *dev)
{
	char name[32];
	int rc;

	rc = rig_vfio_name(m, i, name, sizeof(name));
	if (rc)
		return rc;
	rc = vdev_open(dev, name, iommufd);
	return rc ?: vdev_enable(dev, PCI_CMD_MEMORY | PCI_CMD_MASTER);
}

int rig_devices(struct rig *r)
{
	unsigned int i;
	int rc;

	rc = mock_set_live(&r->mock, true);
	/* It may be so for another VMM */
	if (rc && rc != -EEXIST)
		return rc;
	r->iommufd = dsi_open();
	if (r->iommufd < 0)
		return r->iommufd;
	r->nest.iommufd = r->iommufd;
	for (i = 0; i < r->cfg.nr_eps; i++) {
		rc = rig_open_dev(&r->mock, i, r->iommufd, &r->dev[i]);
		if (rc)
			return rc;
	}
	return 0;
}

int rig_guest(struct rig *r)
{
	struct guest *g = &r->guest;
	int rc;

	if (r->cfg.guest_2m)
		rc = guest_create_2m(g, RIG_GPA, r->cfg.guest_size);
	else
		rc = guest_create(g, RIG_GPA, r->cfg.guest_size);
	if (rc)
		return rc;
	rc = dsi_ioas_alloc(r->iommufd, &r->ioas);
	if (rc)
		return rc;
	return rig_map_guest(r);
}

int rig_map_guest(struct rig *r)
{
	struct guest *g = &r->guest;

	return dsi_ioas_map(r->iommufd, r->ioas, g->va, g->size, g->gpa,
			    r->cfg.perm);
}

int rig_unmap_guest(struct rig *r)
{
	return dsi_ioas_unmap(r->iommufd, r->ioas, r->guest.gpa, r->guest.size);
}

int rig_parent(struct rig *r)
{
	unsigned int i;
	int rc;

	rc = nest_create(&r->nest, r->dev[0].id, r->ioas, r->cfg.parent_flags);
	for (i = 0; !rc && i < r->cfg.nr_eps; i++)
		rc = nest_add_dev(&r->nest, r->dev[i].id);
	return rc;
}

int rig_reopen(struct rig *r, unsigned int i)
{
	int rc;

	nest_forget_dev(&r->nest, r->dev[i].id);
	rc = rig_open_dev(&r->mock, i, r->iommufd, &r->dev[i]);
	return rc ?: nest_add_dev(&r->nest, r->dev[i].id);
}

int rig_s1(struct rig *r, struct s1 *s1)
{
	return nest_s1(&r->nest, s1, &r->guest, r->cfg.width);
}

int rig_hwpt(struct rig *r, const struct s1 *s1, uint32_t *hwpt)
{
	return nest_hwpt(&r->nest, r->dev[0].id, r->cfg.nested_flags, s1, hwpt);
}

int rig_inv(struct rig *r, uint64_t iova, uint64_t npages, bool leaf)
{
	return nest_inv(&r->nest, &r->s1, r->nested, iova, npages, leaf);
}

int rig_inv_all(struct rig *r)
{
	return nest_inv_all(&r->nest, &r->s1, r->nested);
}

int rig_nested(struct rig *r)
{
	unsigned int i;
	int rc;

	rc = rig_s1(r, &r->s1);
	if (rc)
		return rc;
	rc = rig_hwpt(r, &r->s1, &r->nested);
	for (i = 0; !rc && i < r->cfg.nr_eps; i++)
		rc = vdev_attach_id(&r->dev[i], r->nested);
	return rc;
}

static bool is_in_tree(const struct rig *r)
{
	char driver[16];

	return !mock_get_text(&r->mock, "driver", driver, sizeof(driver)) &&
	       !strcmp(driver, "in-tree");
}

const char *rig_no_cmdqv(const struct rig *r)
{
	return is_in_tree(r) ? NULL :
	       "this project's driver has no queues of guests";
}

const char *rig_no_raw(const struct rig *r)
{
	return is_in_tree(r) ? "the kernel's own driver has no vIOMMU" : NULL;
}

int rig_try(struct rig *r, const struct rig_config *cfg, bool nested,
	    const char **why)
{
	int rc;

	*why = NULL;
	rc = rig_mock(r, cfg);
	if (!rc && r->cfg.cmdqv) {
		*why = rig_no_cmdqv(r);
		if (*why)
			return rig_down(r);
	}
	if (!rc && r->cfg.raw) {
		*why = rig_no_raw(r);
		if (*why)
			return rig_down(r);
	}
	if (!rc)
		rc = rig_devices(r);
	if (!rc)
		rc = rig_guest(r);
	if (rc == -ENOMEM && r->cfg.guest_2m && !r->guest.va) {
		*why = "no physical memory in blocks of 2M";
		return rig_down(r);
	}
	if (!rc)
		rc = rig_parent(r);
	if (!rc && nested)
		rc = rig_nested(r);
	return rc;
}

int rig_up(struct rig *r, const struct rig_config *cfg)
{
	const char *why;
	int rc;

	rc = rig_try(r, cfg, true, &why);
	return why ? -ENOMEM : rc;
}

int rig_unsafe_memory_types(bool on)
{
	return mock_driver_param(MOCK_SMMUV3, "unsafe_guest_memory_types", on);
}

void rig_leave(struct rig *r)
{
	unsigned int i;

	for (i = 0; i < RIG_MAX_EPS; i++)
		vdev_close(&r->dev[i]);
	if (r->iommufd >= 0)
		close(r->iommufd);
	r->iommufd = -1;
	guest_destroy(&r->guest);
}

int rig_down(struct rig *r)
{
	if (r->cfg.unsafe_memory_types)
		rig_unsafe_memory_types(false);
	rig_leave(r);
	return mock_destroy(&r->mock);
}

uint64_t rig_page(struct rig *r, struct s1 *s1, uint64_t iova, uint64_t seed)
{
	uint64_t gpa = guest_page(&r->guest, seed);

	if (gpa && iova && s1_map(s1, iova, gpa, S1_4K, S1_RW))
		return 0;
	return gpa;
}

int rig_sees(struct rig *r, unsigned int dev, uint64_t iova, uint64_t seed)
{
	return ep_sees(&r->dev[dev], iova, seed);
}
