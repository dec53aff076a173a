// SPDX-License-Identifier: GPL-2.0-only
/* Endpoints come and go */
#include <stdlib.h>
#include <string.h>

#include "device.h"

struct vep *ep_find(struct viommu *dev, uint32_t id)
{
	return g_hash_table_lookup(dev->eps, GUINT_TO_POINTER(id));
}

/* What the port cannot translate is reserved as well */
static struct viommu_range *host_regions(const struct vep *ep, struct viommu_range *resv,
					 size_t *n)
{
	struct viommu_range *all = g_new(struct viommu_range, *n + 2);

	memcpy(all, resv, *n * sizeof(*all));
	if (ep->aperture.first)
		all[(*n)++] = (struct viommu_range) { 0, ep->aperture.first - 1 };
	if (ep->aperture.last < UINT64_MAX)
		all[(*n)++] = (struct viommu_range) { ep->aperture.last + 1, UINT64_MAX };
	return all;
}

static int find_regions(struct vep *ep, const struct viommu_resv *guest, size_t n)
{
	struct viommu_range *resv = NULL, *host;
	size_t n_host = 0;
	int rc;

	rc = ep->backend->ops->port_limits(ep->port, &ep->aperture, &resv, &n_host);
	if (rc)
		return rc;
	host = host_regions(ep, resv, &n_host);
	rc = resv_collect(ep->dev, guest, n, host, n_host, &ep->resv);
	g_free(host);
	free(resv);
	if (!rc && !probe_has_room(ep->dev, ep->resv))
		rc = -ENOSPC;
	return rc;
}

void ep_free(struct vep *ep)
{
	if (ep->port)
		ep->backend->ops->port_free(ep->port);
	if (ep->resv)
		g_array_unref(ep->resv);
	g_free(ep);
}

int viommu_ep_add(struct viommu *dev, uint32_t id, struct viommu_backend *backend,
		  struct ds_dev *ds, const struct viommu_resv *resv, size_t n)
{
	struct vep *ep;
	int rc;

	if (ep_find(dev, id))
		return -EEXIST;
	ep = g_new0(struct vep, 1);
	ep->dev = dev;
	ep->id = id;
	ep->backend = backend;
	rc = backend->ops->port_new(backend, ds, id, &ep->port);
	if (!rc)
		rc = find_regions(ep, resv, n);
	if (!rc)
		rc = ep_idle(ep);
	viommu_finish(dev);
	if (rc) {
		ep_free(ep);
		return rc;
	}
	g_hash_table_insert(dev->eps, GUINT_TO_POINTER(id), ep);
	config_input(dev);
	return 0;
}

int viommu_ep_remove(struct viommu *dev, uint32_t id)
{
	struct vep *ep = ep_find(dev, id);
	int rc;

	if (!ep)
		return -ENOENT;
	rc = ep_go(ep, VIOMMU_BLOCKED, NULL);
	if (rc)
		return rc;
	ep_leave(ep);
	g_hash_table_remove(dev->eps, GUINT_TO_POINTER(id));
	events_forget(dev, id);
	ep_free(ep);
	config_input(dev);
	viommu_finish(dev);
	return 0;
}
