// SPDX-License-Identifier: GPL-2.0-only
/* Tables that a guest makes itself: attached, invalidated */
#include <endian.h>
#include <string.h>

#include "device.h"
#include "iov.h"

/* What of a stream table entry is the guest's (SMMUv3 5.2) */
#define STE0_GUEST	(0x3ull << 4 | 0xfffffffffffc0ull | 0x1full << 59)
#define STE1_GUEST	0x3ull

/* The two formats have fields in the same places: those of one are what the other has as 0 */
static uint8_t parse(const struct virtio_iommu_req_attach_table *r, struct viommu_handed *t)
{
	memset(t, 0, sizeof(*t));
	if (!is_zero(r->reserved, sizeof(r->reserved)) || !is_zero(r->pad, sizeof(r->pad)))
		return VIRTIO_IOMMU_S_INVAL;
	t->format = r->format;
	switch (r->format) {
	case VIRTIO_IOMMU_TABLE_ARM_SMMU3:
		t->ste[0] = le64toh(r->ste0);
		t->ste[1] = le64toh(r->ste1);
		return t->ste[0] & ~STE0_GUEST || t->ste[1] & ~STE1_GUEST ?
		       VIRTIO_IOMMU_S_INVAL : VIRTIO_IOMMU_S_OK;
	case VIRTIO_IOMMU_TABLE_INTEL:
		t->root = le64toh(r->root);
		t->width = le32toh(r->width);
		return r->reserved2 ? VIRTIO_IOMMU_S_INVAL : VIRTIO_IOMMU_S_OK;
	default:
		return VIRTIO_IOMMU_S_UNSUPP;
	}
}

static bool has_tables(const struct vdomain *d, const struct viommu_handed *t)
{
	return d->table && d->table->handed && !memcmp(d->table->handed, t, sizeof(*t));
}

uint8_t viommu_attach_table(struct viommu *dev, const struct virtio_iommu_req_attach_table *r)
{
	uint32_t domain = le32toh(r->domain);
	struct vep *ep = ep_find(dev, le32toh(r->endpoint));
	struct vdomain *d = domain_find(dev, domain);
	struct viommu_handed tables;
	uint8_t status = parse(r, &tables);

	if (status)
		return status;
	if (!ep)
		return VIRTIO_IOMMU_S_NOENT;
	if (domain < dev->opt.domains.first || domain > dev->opt.domains.last)
		return VIRTIO_IOMMU_S_RANGE;
	if (d && !has_tables(d, &tables))
		return VIRTIO_IOMMU_S_INVAL;
	return domain_attach(dev, domain, ep, d, false, &tables);
}

/* --- invalidation */

static uint8_t check_invalidate(const struct virtio_iommu_req_invalidate *r)
{
	const uint16_t flags = VIRTIO_IOMMU_INVAL_F_LEAF | VIRTIO_IOMMU_INVAL_F_PASID |
			       VIRTIO_IOMMU_INVAL_F_ID | VIRTIO_IOMMU_INVAL_F_GLOBAL;
	const uint8_t caches = VIRTIO_IOMMU_INVAL_C_PASID | VIRTIO_IOMMU_INVAL_C_TLB;

	if (!is_zero(r->reserved, sizeof(r->reserved)) || le16toh(r->flags) & ~flags ||
	    r->caches & ~caches || !r->caches)
		return VIRTIO_IOMMU_S_INVAL;
	if (r->scope < VIRTIO_IOMMU_INVAL_S_DOMAIN || r->scope > VIRTIO_IOMMU_INVAL_S_ADDRESS)
		return VIRTIO_IOMMU_S_INVAL;
	return VIRTIO_IOMMU_S_OK;
}

static bool range_of(const struct virtio_iommu_req_invalidate *r, struct viommu_range *range)
{
	uint64_t pages = le64toh(r->nr_pages), page;

	if (r->page_size < 12 || r->page_size > 63)
		return false;
	page = 1ull << r->page_size;
	range->first = le64toh(r->address);
	if (!pages || pages > UINT64_MAX >> r->page_size || range->first & (page - 1))
		return false;
	range->last = range->first + (pages * page - 1);
	return range->last >= range->first;
}

static int forget(struct vtable *t, const struct viommu_range *range, bool leaf, bool config)
{
	int result = 0;
	guint i;

	for (i = 0; i < t->spaces->len; i++) {
		struct vspace *s = t->spaces->pdata[i];
		int rc = s->backend->ops->forget(s->hw, range, leaf, config);

		result = result ?: rc;
	}
	return result;
}

/* PASIDs and ASIDs are not told apart: what a guest has changed is in no cache then, either */
uint8_t viommu_invalidate(struct viommu *dev, const struct virtio_iommu_req_invalidate *r)
{
	struct vdomain *d = domain_find(dev, le32toh(r->domain));
	bool config = r->caches & VIRTIO_IOMMU_INVAL_C_PASID;
	bool leaf = le16toh(r->flags) & VIRTIO_IOMMU_INVAL_F_LEAF;
	uint8_t status = check_invalidate(r);
	struct viommu_range range;
	bool part = r->scope == VIRTIO_IOMMU_INVAL_S_ADDRESS;

	if (status)
		return status;
	if (!d)
		return VIRTIO_IOMMU_S_NOENT;
	if (!d->table || !d->table->handed)
		return VIRTIO_IOMMU_S_INVAL;
	if (part && !range_of(r, &range))
		return VIRTIO_IOMMU_S_RANGE;
	return forget(d->table, part && !config ? &range : NULL, leaf, config) ?
	       VIRTIO_IOMMU_S_DEVERR : VIRTIO_IOMMU_S_OK;
}
