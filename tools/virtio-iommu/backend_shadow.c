// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shadowing: each space is an IOAS, and what is mapped in it is a copy of what the guest's
 * memory has. The kernel pins the pages once, and writes its own tables for every MAP.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <dualstage.h>

#include "backend.h"
#include "leftovers.h"

/*
 * The kernel's tables for a mapping are as large as it is, and a guest may map its memory as
 * often as there are numbers of mappings. With pages of 4 KiB so much takes 2 GiB of tables.
 */
#define MOST_MAPPED	(1ull << 40)

/**
 * struct shadow - the backend
 * @base: what the device knows
 * @ctx: where spaces are made
 * @ram: what they have copies of
 * @leftovers: spaces that the kernel did not let go of
 * @ports: how many there are
 * @most: bytes that can be mapped for each of them
 * @mapped: bytes that are, in all spaces
 */
struct shadow {
	struct viommu_backend base;
	struct ds_ctx *ctx;
	struct ds_ram *ram;
	GQueue leftovers;
	unsigned int ports;
	uint64_t most;
	uint64_t mapped;
};

struct viommu_port {
	struct shadow *b;
	struct ds_dev *dev;
};

/* @mapped is its part of the backend's */
struct viommu_space {
	struct shadow *b;
	struct ds_ram *ram;
	uint64_t mapped;
};

static int ram_free(void *ram)
{
	return ds_ram_free(ram);
}

static int port_new(struct viommu_backend *base, struct ds_dev *ds, uint32_t id,
		    struct viommu_port **port)
{
	int rc = ds_attach_ram(ds, DS_RID, NULL);

	(void)id;
	if (rc)
		return rc;
	*port = g_new0(struct viommu_port, 1);
	(*port)->b = (struct shadow *)base;
	(*port)->dev = ds;
	(*port)->b->ports++;
	return 0;
}

static void port_free(struct viommu_port *port)
{
	/* Blocked before, or what it had has gone. It is the caller's, who frees it now */
	ds_attach_ram(port->dev, DS_RID, NULL);
	port->b->ports--;
	g_free(port);
}

/* What lies between the ranges cannot be mapped */
static int holes(struct ds_ram *ram, struct viommu_range *aperture,
		 struct viommu_range **resv, size_t *n)
{
	struct ds_range *ranges;
	size_t i, count = 0;
	int rc = ds_ram_ranges(ram, NULL, &count);

	if (rc && rc != -EMSGSIZE)
		return rc;
	if (!count)
		return -ERANGE;
	ranges = g_new(struct ds_range, count);
	rc = ds_ram_ranges(ram, ranges, &count);
	*resv = rc ? NULL : calloc(count, sizeof(**resv));
	if (*resv) {
		aperture->first = ranges[0].first;
		aperture->last = ranges[count - 1].last;
		for (i = 1; i < count; i++)
			(*resv)[i - 1] = (struct viommu_range) {
				ranges[i - 1].last + 1, ranges[i].first - 1,
			};
		*n = count - 1;
	}
	g_free(ranges);
	return rc ?: *resv ? 0 : -ENOMEM;
}

/* The kernel knows that of an IOAS which the device is attached to */
static int port_limits(struct viommu_port *port, struct viommu_range *aperture,
		       struct viommu_range **resv, size_t *n)
{
	struct ds_ram *ram;
	int rc = ds_ram_new(port->b->ctx, 0, &ram);

	if (rc)
		return rc;
	rc = ds_attach_ram(port->dev, DS_RID, ram);
	if (!rc) {
		rc = holes(ram, aperture, resv, n);
		if (ds_attach_ram(port->dev, DS_RID, NULL) && !rc) {
			free(*resv);
			rc = -EIO;
		}
	}
	leftovers_drop(&port->b->leftovers, ram_free, ram);
	return rc;
}

static int attach(struct viommu_port *port, enum viommu_mode mode,
		  struct viommu_space *space)
{
	struct ds_ram *ram = NULL;

	if (mode == VIOMMU_BYPASS)
		ram = port->b->ram;
	else if (mode == VIOMMU_SPACE)
		ram = space->ram;
	return ds_attach_ram(port->dev, DS_RID, ram);
}

static int space_new(struct viommu_port *port, struct viommu_space **space)
{
	struct ds_ram *ram;
	int rc = ds_ram_new(port->b->ctx, 0, &ram);

	if (rc)
		return rc;
	*space = g_new0(struct viommu_space, 1);
	(*space)->b = port->b;
	(*space)->ram = ram;
	return 0;
}

static void space_free(struct viommu_space *space)
{
	space->b->mapped -= space->mapped;
	leftovers_drop(&space->b->leftovers, ram_free, space->ram);
	g_free(space);
}

/* An IOAS is for devices behind any IOMMU */
static bool space_fits(struct viommu_space *space, struct viommu_port *port)
{
	return space->b == port->b;
}

/* There may be fewer ports than there were when it was mapped */
static bool has_room(const struct shadow *b, uint64_t len)
{
	const uint64_t most = b->most * b->ports;

	return b->mapped <= most && len <= most - b->mapped;
}

static void count(struct viommu_space *space, uint64_t len)
{
	space->mapped += len;
	space->b->mapped += len;
}

/* What can be written can be read: no IOMMU here has it otherwise, and a device may */
static int map(struct viommu_space *space, uint64_t iova, uint64_t ipa, uint64_t len,
	       unsigned int prot)
{
	int rc;

	if (!has_room(space->b, len))
		return -ENOSPC;
	rc = ds_ram_copy(space->ram, iova, len, space->b->ram, ipa,
			 prot & VIOMMU_WRITE ? DS_RW : DS_READ);
	if (!rc)
		count(space, len);
	return rc;
}

static int unmap(struct viommu_space *space, uint64_t iova, uint64_t len)
{
	int rc = ds_ram_unmap(space->ram, iova, len);

	if (!rc)
		count(space, -len);
	return rc == -ENOENT ? 0 : rc;
}

/* The kernel has told all caches when it has unmapped */
static int sync_space(struct viommu_space *space)
{
	(void)space;
	return 0;
}

static int no_fault(struct viommu_backend *base, struct viommu_hw_fault *fault)
{
	(void)base;
	(void)fault;
	return -EAGAIN;
}

static void shadow_free(struct viommu_backend *base)
{
	struct shadow *b = (struct shadow *)base;

	leftovers_end(&b->leftovers);
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
	.fault = no_fault,
	.free = shadow_free,
};

int viommu_shadow_new(struct ds_ctx *ctx, struct ds_ram *ram, struct viommu_backend **out)
{
	struct shadow *b = g_new0(struct shadow, 1);

	b->base.ops = &ops;
	b->base.fd = -1;
	b->ctx = ctx;
	b->ram = ram;
	b->most = MOST_MAPPED;
	leftovers_init(&b->leftovers);
	*out = &b->base;
	return 0;
}

void viommu_shadow_limit(struct viommu_backend *base, uint64_t bytes)
{
	((struct shadow *)base)->most = bytes;
}
