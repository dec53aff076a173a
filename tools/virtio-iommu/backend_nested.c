// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two-stage translation: each space is stage-1 tables of the library's, on stage-2 that
 * has the guest's memory. Mapping a page stores an entry; unmapping one stores another,
 * and the caches are told of all at once.
 *
 * Where an MSI is a write that is translated, stage-2 has the host's doorbell at a window
 * of IPAs, and every table has that window at the same IOVAs.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <dualstage.h>

#include "backend.h"
#include "handover.h"
#include "leftovers.h"

struct nested {
	struct viommu_backend base;
	struct ds_ram *ram;
	GPtrArray *units;
	GPtrArray *ports;
	GQueue leftovers;
};

/* The guest's IOMMU on one of the host's, as long as it has endpoints */
struct unit {
	struct nested *b;
	struct ds_unit *ds;
	unsigned int ports;
};

/**
 * struct viommu_port - a device in a unit
 * @b: the backend
 * @dev: the device
 * @unit: where it is
 * @id: what the unit knows it by, which no guest sees
 * @caps: of the device
 * @resv: struct ds_resv, as the host has them
 */
struct viommu_port {
	struct nested *b;
	struct ds_dev *dev;
	struct unit *unit;
	uint64_t id;
	struct ds_caps caps;
	GArray *resv;
};

struct viommu_space {
	struct nested *b;
	struct unit *unit;
	struct ds_pt *pt;
	struct ds_s1 *handed;
	GArray *windows;
};

/* --- units */

static int watch(struct nested *b, struct ds_unit *ds)
{
	struct epoll_event ev = { .events = EPOLLIN };
	int fd = ds_unit_fd(ds);

	/* Not every kernel gives faults to anybody */
	if (fd == -EOPNOTSUPP)
		return 0;
	if (fd < 0)
		return fd;
	return epoll_ctl(b->base.fd, EPOLL_CTL_ADD, fd, &ev) ? -errno : 0;
}

static int unit_end(void *object)
{
	struct unit *u = object;
	int rc = u->ports ? 0 : ds_unit_free(u->ds);

	if (rc || u->ports)
		return rc;
	g_ptr_array_remove_fast(u->b->units, u);
	g_free(u);
	return 0;
}

static int unit_new(struct nested *b, struct ds_dev *dev, struct unit **out)
{
	struct ds_unit *ds;
	int rc = ds_unit_new(b->ram, dev, 0, &ds);

	if (rc)
		return rc;
	*out = g_new0(struct unit, 1);
	(*out)->b = b;
	(*out)->ds = ds;
	g_ptr_array_add(b->units, *out);
	rc = watch(b, ds);
	if (rc)
		leftovers_drop(&b->leftovers, unit_end, *out);
	return rc;
}

/* The lowest that no other device has: hardware has 16 bits for it, or few more */
static uint64_t free_id(const struct nested *b)
{
	uint64_t id = 1;
	guint i = 0;

	while (i < b->ports->len) {
		const struct viommu_port *p = b->ports->pdata[i++];

		if (p->id == id) {
			id++;
			i = 0;
		}
	}
	return id;
}

/* The first unit that takes it, or a new one */
static int find_unit(struct viommu_port *port)
{
	struct nested *b = port->b;
	guint i;
	int rc;

	for (i = 0; i < b->units->len; i++) {
		port->unit = b->units->pdata[i];
		rc = ds_unit_add(port->unit->ds, port->dev, port->id);
		if (rc != -EXDEV)
			return rc;
	}
	rc = unit_new(b, port->dev, &port->unit);
	if (rc)
		return rc;
	rc = ds_unit_add(port->unit->ds, port->dev, port->id);
	if (rc)
		leftovers_drop(&b->leftovers, unit_end, port->unit);
	return rc;
}

/* --- ports */

static int host_regions(struct viommu_port *port)
{
	size_t n = 0;
	int rc = ds_dev_resv(port->dev, NULL, &n);

	port->resv = g_array_new(FALSE, TRUE, sizeof(struct ds_resv));
	/* Of a device that is not in sysfs nobody knows any */
	if (rc == -ENOENT)
		return 0;
	if (rc != -EMSGSIZE)
		return rc;
	g_array_set_size(port->resv, n);
	return ds_dev_resv(port->dev, (struct ds_resv *)port->resv->data, &n);
}

static int port_new(struct viommu_backend *base, struct ds_dev *ds, uint32_t id,
		    struct viommu_port **out)
{
	struct viommu_port *port = g_new0(struct viommu_port, 1);
	int rc;

	(void)id;
	port->b = (struct nested *)base;
	/* It may be this device that is still in a unit */
	leftovers_try(&port->b->leftovers);
	port->dev = ds;
	port->id = free_id(port->b);
	rc = ds_dev_caps(ds, &port->caps);
	if (!rc)
		rc = host_regions(port);
	if (!rc)
		rc = find_unit(port);
	if (rc) {
		if (port->resv)
			g_array_unref(port->resv);
		g_free(port);
		return rc;
	}
	port->unit->ports++;
	g_ptr_array_add(port->b->ports, port);
	*out = port;
	return 0;
}

static int port_end(void *object)
{
	struct viommu_port *port = object;
	int rc = ds_unit_remove(port->unit->ds, port->dev);

	if (rc)
		return rc;
	port->unit->ports--;
	g_ptr_array_remove_fast(port->b->ports, port);
	g_array_unref(port->resv);
	g_free(port);
	return 0;
}

static void port_free(struct viommu_port *port)
{
	struct unit *unit = port->unit;
	struct nested *b = port->b;

	leftovers_drop(&b->leftovers, port_end, port);
	/* The unit waits in the same row, so it is tried when the port has gone */
	leftovers_drop(&b->leftovers, unit_end, unit);
}

static bool takes_addresses(const struct ds_resv *r)
{
	return r->kind != DS_RESV_IDENTITY_SOFT;
}

static int port_limits(struct viommu_port *port, struct viommu_range *aperture,
		       struct viommu_range **resv, size_t *n)
{
	guint i;

	aperture->first = 0;
	aperture->last = port->caps.s1_bits < 64 ? (1ull << port->caps.s1_bits) - 1 :
						   UINT64_MAX;
	*resv = calloc(port->resv->len + 1, sizeof(**resv));
	if (!*resv)
		return -ENOMEM;
	*n = 0;
	for (i = 0; i < port->resv->len; i++) {
		const struct ds_resv *r = &g_array_index(port->resv, struct ds_resv, i);

		if (takes_addresses(r))
			(*resv)[(*n)++] = (struct viommu_range) {
				r->range.first, r->range.last,
			};
	}
	return 0;
}

static int attach(struct viommu_port *port, enum viommu_mode mode,
		  struct viommu_space *space)
{
	switch (mode) {
	case VIOMMU_BYPASS:
		return ds_attach(port->dev, DS_RID, DS_BYPASS, NULL);
	case VIOMMU_SPACE:
		return ds_attach(port->dev, DS_RID, DS_STAGE1,
				 space->handed ?: ds_pt_s1(space->pt));
	default:
		return ds_attach(port->dev, DS_RID, DS_BLOCKED, NULL);
	}
}

/* --- spaces */

static bool has_window(const struct viommu_space *space, const struct ds_range *window)
{
	guint i;

	for (i = 0; i < space->windows->len; i++) {
		const struct ds_range *w = &g_array_index(space->windows, struct ds_range, i);

		if (w->first == window->first && w->last == window->last)
			return true;
	}
	return false;
}

static bool space_fits(struct viommu_space *space, struct viommu_port *port)
{
	guint i;

	if (space->unit != port->unit || space->handed)
		return space->unit == port->unit;
	for (i = 0; i < port->resv->len; i++) {
		const struct ds_resv *r = &g_array_index(port->resv, struct ds_resv, i);

		if (r->kind == DS_RESV_MSI_WINDOW && !has_window(space, &r->range))
			return false;
	}
	return true;
}

static int map_windows(struct viommu_space *space, const struct viommu_port *port)
{
	guint i;
	int rc = 0;

	for (i = 0; i < port->resv->len && !rc; i++) {
		const struct ds_resv *r = &g_array_index(port->resv, struct ds_resv, i);

		if (r->kind != DS_RESV_MSI_WINDOW)
			continue;
		rc = ds_pt_map(space->pt, r->range.first, r->range.first,
			       r->range.last - r->range.first + 1, DS_RW);
		if (!rc)
			g_array_append_val(space->windows, r->range);
	}
	return rc;
}

static int pt_free(void *pt)
{
	return ds_pt_free(pt);
}

static int s1_free(void *s1)
{
	return ds_s1_free(s1);
}

static void space_free(struct viommu_space *space)
{
	if (space->handed)
		leftovers_drop(&space->b->leftovers, s1_free, space->handed);
	else
		leftovers_drop(&space->b->leftovers, pt_free, space->pt);
	g_array_unref(space->windows);
	g_free(space);
}

static struct viommu_space *make_space(struct viommu_port *port)
{
	struct viommu_space *space = g_new0(struct viommu_space, 1);

	space->b = port->b;
	space->unit = port->unit;
	space->windows = g_array_new(FALSE, FALSE, sizeof(struct ds_range));
	return space;
}

static int space_new(struct viommu_port *port, struct viommu_space **out)
{
	struct viommu_space *space;
	struct ds_pt *pt;
	int rc = ds_pt_new(port->unit->ds, port->dev, 0, &pt);

	if (rc)
		return rc;
	space = make_space(port);
	space->pt = pt;
	rc = map_windows(space, port);
	if (rc) {
		space_free(space);
		return rc;
	}
	*out = space;
	return 0;
}

static int map(struct viommu_space *space, uint64_t iova, uint64_t ipa, uint64_t len,
	       unsigned int prot)
{
	return ds_pt_map(space->pt, iova, ipa, len,
			 (prot & VIOMMU_READ ? DS_READ : 0) |
			 (prot & VIOMMU_WRITE ? DS_WRITE : 0));
}

static int unmap(struct viommu_space *space, uint64_t iova, uint64_t len)
{
	return ds_pt_unmap(space->pt, iova, len, DS_LATER, NULL);
}

/* What is handed over the guest has invalidated itself */
static int sync_space(struct viommu_space *space)
{
	return space->handed ? 0 : ds_pt_sync(space->pt);
}

/* --- tables that the guest has made */

static size_t describe(struct viommu_port *port, uint8_t *property)
{
	if (port->caps.vendor == DS_VTD)
		return handover_describe_vtd(&port->caps.vtd, property);
	return handover_describe_smmu(&port->caps.smmu, property);
}

static int hand(struct viommu_port *port, const struct viommu_handed *tables,
		struct viommu_space **out)
{
	struct viommu_space *space;
	struct ds_s1 *s1;
	int rc;

	if (tables->format == VIRTIO_IOMMU_TABLE_INTEL) {
		struct iommu_hwpt_vtd_s1 vtd = {
			.pgtbl_addr = tables->root, .addr_width = tables->width,
		};

		rc = ds_s1_vtd(port->unit->ds, port->dev, 0, &vtd, &s1);
	} else {
		uint64_t ste[2];

		handover_ste(tables, ste);
		rc = ds_s1_ste(port->unit->ds, port->dev, 0, ste, &s1);
	}
	if (rc)
		return rc;
	space = make_space(port);
	space->handed = s1;
	*out = space;
	return 0;
}

/* Context descriptors are cached by StreamID */
static int forget_config(struct viommu_space *space)
{
	struct iommu_viommu_arm_smmuv3_invalidate cmd;
	guint i;
	int rc = 0;

	for (i = 0; i < space->b->ports->len && !rc; i++) {
		const struct viommu_port *port = space->b->ports->pdata[i];
		uint64_t words[2];
		uint32_t n = 1;

		if (port->unit != space->unit || port->caps.vendor != DS_SMMUV3)
			continue;
		handover_forget_cds(port->id, words);
		memcpy(cmd.cmd, words, sizeof(cmd.cmd));
		rc = ds_inv_smmu(space->unit->ds, &cmd, &n);
	}
	return rc;
}

static int forget(struct viommu_space *space, const struct viommu_range *range, bool leaf,
		  bool config)
{
	int rc = config ? forget_config(space) : 0;

	if (rc)
		return rc;
	if (!range)
		return ds_inv_all(space->handed);
	return ds_inv(space->handed, range->first, range->last - range->first + 1,
		      leaf ? DS_INV_LEAF : 0);
}

/* --- faults */

static struct viommu_port *port_of(const struct nested *b, const struct ds_dev *dev)
{
	guint i;

	for (i = 0; dev && i < b->ports->len; i++) {
		struct viommu_port *port = b->ports->pdata[i];

		if (port->dev == dev)
			return port;
	}
	return NULL;
}

static enum viommu_fault_kind kind_of(const struct ds_fault *f)
{
	switch (f->kind) {
	case DS_FAULT_UNMAPPED:
	case DS_FAULT_PERMISSION:
	case DS_FAULT_PAGE:
		return VIOMMU_FAULT_MAPPING;
	case DS_FAULT_LOST:
		return VIOMMU_FAULT_LOST;
	default:
		return VIOMMU_FAULT_OTHER;
	}
}

/* A fetch of instructions is a read, as far as this device's faults can say it */
static unsigned int access_of(const struct ds_fault *f)
{
	return (f->access & (DS_ACCESS_READ | DS_ACCESS_EXEC) ? VIOMMU_READ : 0) |
	       (f->access & DS_ACCESS_WRITE ? VIOMMU_WRITE : 0);
}

static int next_fault(struct viommu_backend *base, struct viommu_hw_fault *fault)
{
	struct nested *b = (struct nested *)base;
	struct ds_fault f;
	guint i;

	for (i = 0; i < b->units->len; i++) {
		struct unit *u = b->units->pdata[i];

		if (ds_unit_read(u->ds, &f))
			continue;
		/* A guest that has no page requests never has the page */
		if (f.kind == DS_FAULT_PAGE && f.access & DS_ACCESS_LAST)
			ds_respond(u->ds, f.cookie, false);
		*fault = (struct viommu_hw_fault) {
			.kind = kind_of(&f),
			.port = port_of(b, f.dev),
			.access = access_of(&f),
			.addr = f.addr,
		};
		fault->has_addr = fault->kind == VIOMMU_FAULT_MAPPING;
		return 0;
	}
	return -EAGAIN;
}

static void nested_free(struct viommu_backend *base)
{
	struct nested *b = (struct nested *)base;

	leftovers_end(&b->leftovers);
	close(b->base.fd);
	g_ptr_array_unref(b->units);
	g_ptr_array_unref(b->ports);
	g_free(b);
}

static const struct viommu_backend_ops ops = {
	.port_new = port_new,
	.port_free = port_free,
	.port_limits = port_limits,
	.attach = attach,
	.space_new = space_new,
	.space_free = space_free,
	.space_fits = space_fits,
	.map = map,
	.unmap = unmap,
	.sync = sync_space,
	.describe = describe,
	.hand = hand,
	.forget = forget,
	.fault = next_fault,
	.free = nested_free,
};

int viommu_nested_new(struct ds_ram *ram, struct viommu_backend **out)
{
	int fd = epoll_create1(EPOLL_CLOEXEC);
	struct nested *b;

	if (fd < 0)
		return -errno;
	b = g_new0(struct nested, 1);
	b->base.ops = &ops;
	b->base.fd = fd;
	b->ram = ram;
	b->units = g_ptr_array_new();
	b->ports = g_ptr_array_new();
	leftovers_init(&b->leftovers);
	*out = &b->base;
	return 0;
}
