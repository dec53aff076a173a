// SPDX-License-Identifier: GPL-2.0-only
/* ATTACH and DETACH: which endpoints are in which domain, and where the others are */
#include "device.h"

struct vdomain *domain_find(struct viommu *dev, uint32_t id)
{
	return g_hash_table_lookup(dev->domains, GUINT_TO_POINTER(id));
}

/* --- endpoints that bypass, or are in no domain */

/* What is not flat needs a table for that, each endpoint its own: their regions differ */
static int ep_bypass(struct vep *ep)
{
	if (ep->dev->opt.flat)
		return ep_go(ep, VIOMMU_BYPASS, NULL);
	if (ep->table && ep->table->whole)
		return 0;
	return ep_go(ep, VIOMMU_SPACE, table_new(ep->dev, true));
}

static bool idle_bypasses(const struct viommu *dev)
{
	if (offered(dev, VIRTIO_IOMMU_F_BYPASS_CONFIG))
		return dev->bypass;
	return negotiated(dev, VIRTIO_IOMMU_F_BYPASS);
}

int ep_idle(struct vep *ep)
{
	return idle_bypasses(ep->dev) ? ep_bypass(ep) : ep_go(ep, VIOMMU_BLOCKED, NULL);
}

/*
 * Nobody waits for an answer here: an endpoint that cannot be where it should is
 * blocked, and if it cannot even be that, its table is empty.
 */
static void ep_idle_or_blocked(struct vep *ep)
{
	if (!ep_idle(ep))
		return;
	ep->dev->needs_reset = true;
	if (ep_go(ep, VIOMMU_BLOCKED, NULL) && ep->table)
		table_clear(ep->table);
}

void viommu_idle(struct viommu *dev)
{
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, dev->eps);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct vep *ep = value;

		if (!ep->domain)
			ep_idle_or_blocked(ep);
	}
	viommu_finish(dev);
}

/* --- domains */

static struct vdomain *domain_new(struct viommu *dev, uint32_t id, bool bypass,
				  const struct viommu_handed *handed)
{
	struct vdomain *d = g_new0(struct vdomain, 1);

	d->id = id;
	if (!bypass) {
		d->table = table_new(dev, false);
		d->table->owned = true;
		if (handed)
			d->table->handed = g_memdup2(handed, sizeof(*handed));
	}
	g_hash_table_insert(dev->domains, GUINT_TO_POINTER(id), d);
	return d;
}

/* The last endpoint takes it with it */
static void domain_put(struct viommu *dev, struct vdomain *d)
{
	if (d->eps)
		return;
	if (d->table) {
		d->table->owned = false;
		table_put(d->table);
	}
	g_hash_table_remove(dev->domains, GUINT_TO_POINTER(d->id));
	g_free(d);
}

void ep_leave(struct vep *ep)
{
	struct vdomain *d = ep->domain;

	if (!d)
		return;
	ep->domain = NULL;
	d->eps--;
	domain_put(ep->dev, d);
}

static bool agrees(const struct vdomain *d, const struct vep *ep)
{
	guint i;

	for (i = 0; d->table && i < d->table->eps->len; i++) {
		const struct vep *other = d->table->eps->pdata[i];

		if (other != ep && !resv_agree(ep, other))
			return false;
	}
	return true;
}

static uint8_t attach_status(int rc)
{
	switch (-rc) {
	case 0:
		return VIRTIO_IOMMU_S_OK;
	case ENOMEM:
	case ENOSPC:
		return VIRTIO_IOMMU_S_NOMEM;
	case EINVAL:
	case EADDRINUSE:
	case EOPNOTSUPP:
	case ERANGE:
	case EXDEV:
		return VIRTIO_IOMMU_S_UNSUPP;
	default:
		return VIRTIO_IOMMU_S_DEVERR;
	}
}

static uint8_t join(struct vdomain *d, struct vep *ep)
{
	int rc = d->table ? ep_go(ep, VIOMMU_SPACE, d->table) : ep_bypass(ep);

	/* Of tables that the guest has made the kernel says what is not right with them */
	if (d->table && d->table->handed && (rc == -EINVAL || rc == -EIO))
		return VIRTIO_IOMMU_S_INVAL;
	if (rc)
		return attach_status(rc);
	if (ep->domain != d) {
		d->eps++;
		ep_leave(ep);
		ep->domain = d;
	}
	return VIRTIO_IOMMU_S_OK;
}

/* A domain that the endpoint leaves, and which so ends, makes room for one */
static bool room_for_domain(const struct vep *ep)
{
	unsigned int n = g_hash_table_size(ep->dev->domains);

	if (ep->domain && ep->domain->eps == 1)
		n--;
	return n < ep->dev->opt.max_domains;
}

uint8_t domain_attach(struct viommu *dev, uint32_t id, struct vep *ep, struct vdomain *d,
		      bool bypass, const struct viommu_handed *handed)
{
	uint8_t status;

	if (!d && !room_for_domain(ep))
		return VIRTIO_IOMMU_S_NOMEM;
	d = d ?: domain_new(dev, id, bypass, handed);
	status = join(d, ep);
	domain_put(dev, d);
	return status;
}

uint8_t viommu_attach(struct viommu *dev, uint32_t domain, uint32_t endpoint,
		      uint32_t flags)
{
	bool bypass = flags & VIRTIO_IOMMU_ATTACH_F_BYPASS;
	struct vep *ep = ep_find(dev, endpoint);
	struct vdomain *d = domain_find(dev, domain);

	if (flags & ~VIRTIO_IOMMU_ATTACH_F_BYPASS)
		return VIRTIO_IOMMU_S_INVAL;
	if (bypass && !negotiated(dev, VIRTIO_IOMMU_F_BYPASS_CONFIG))
		return VIRTIO_IOMMU_S_INVAL;
	if (!ep)
		return VIRTIO_IOMMU_S_NOENT;
	if (domain < dev->opt.domains.first || domain > dev->opt.domains.last)
		return VIRTIO_IOMMU_S_RANGE;
	if (d && (bypass != !d->table || (d->table && d->table->handed)))
		return VIRTIO_IOMMU_S_INVAL;
	if (d && !agrees(d, ep))
		return VIRTIO_IOMMU_S_UNSUPP;
	return domain_attach(dev, domain, ep, d, bypass, NULL);
}

uint8_t viommu_detach(struct viommu *dev, uint32_t domain, uint32_t endpoint)
{
	struct vep *ep = ep_find(dev, endpoint);

	if (!ep)
		return VIRTIO_IOMMU_S_NOENT;
	if (!ep->domain || ep->domain->id != domain)
		return VIRTIO_IOMMU_S_INVAL;
	if (ep_idle(ep))
		return VIRTIO_IOMMU_S_DEVERR;
	ep_leave(ep);
	return VIRTIO_IOMMU_S_OK;
}
