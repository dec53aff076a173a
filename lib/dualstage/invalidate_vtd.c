// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * VT-d: a HWPT is invalidated by itself, device-TLBs with it; what is on a vIOMMU by
 * descriptors as its guest has them (6.5.2 of the specification)
 */
#include "internal.h"

#define QI_IOTLB	0x2
#define QI_DTLB		0x3
#define QI_PIOTLB	0x6
#define QI_PDTLB	0x8
#define QI0_G(x)	((uint64_t)(x) << 4)
#define   G_DOMAIN	2u
#define   G_PAGES	3u
#define QI0_DID(x)	((uint64_t)(x) << 16)
#define QI0_PASID(x)	((uint64_t)(x) << 32)
#define QI1_IH		(1ull << 6)
#define DTLB0_SID(x)	((uint64_t)(x) << 32)
#define DTLB1_S		(1ull << 0)
#define PDTLB0_SID(x)	((uint64_t)(x) << 16)
#define PDTLB1_S	(1ull << 11)

#define CAP_PSI		(1ull << 39)
#define CAP_MAMV(c)	((unsigned int)((c) >> 48) & 0x3f)
#define ECAP_DT		(1ull << 2)

/* A range of more pieces than these is everything */
#define MAX_PIECES	16u
/* log2 of pages of all addresses */
#define ALL_PAGES	52u

int ds_inv_s1_vtd(struct ds_s1 *s1, const struct ds_inv_range *ranges, unsigned int n)
{
	struct iommu_hwpt_vtd_s1_invalidate entries[DS_INV_MOST];
	const struct ds_inv_range *r;
	uint32_t done = n;
	int rc;

	for (r = ranges; r < ranges + n; r++)
		entries[r - ranges] = (struct iommu_hwpt_vtd_s1_invalidate){
			.addr = r->all ? 0 : r->page * DS_PAGE,
			.npages = r->all ? UINT64_MAX : r->n,
			.flags = r->leaf ? IOMMU_VTD_INV_FLAGS_LEAF : 0,
		};
	rc = dsi_invalidate(s1->unit->ctx->fd, s1->hwpt, entries, &done);
	return !rc && done != n ? -EPROTO : rc;
}

struct piece {
	uint64_t page;
	unsigned int lg2;
};

/* 0 if there are too many, or the hardware has no pages, so that all of it has to go */
static unsigned int cut(const struct ds_unit *unit, const struct ds_inv_range *range,
			struct piece *pieces)
{
	const uint64_t cap = unit->caps.vtd.cap_reg;
	uint64_t page = range->page, n = range->n;
	unsigned int nr;

	if (range->all || !(cap & CAP_PSI))
		return 0;
	for (nr = 0; n; nr++) {
		if (nr == MAX_PIECES)
			return 0;
		pieces[nr].page = page;
		pieces[nr].lg2 = ds_chunk(page, n, CAP_MAMV(cap));
		page += 1ull << pieces[nr].lg2;
		n -= 1ull << pieces[nr].lg2;
	}
	return nr;
}

/* The lowest bit of the address that is clear tells the size, and S that this is so */
static uint64_t dtlb_range(const struct piece *p, uint64_t s)
{
	if (p->lg2 >= ALL_PAGES)
		return (~0ull >> 1 & ~(DS_PAGE - 1)) | s;
	if (!p->lg2)
		return p->page * DS_PAGE;
	return (p->page * DS_PAGE) | ((1ull << (p->lg2 - 1)) - 1) * DS_PAGE | s;
}

static void add_dtlb(struct ds_batch *b, const struct ds_dev *dev, uint32_t pasid,
		     const struct piece *p)
{
	if (pasid == DS_RID)
		ds_batch_add(b, QI_DTLB | DTLB0_SID(dev->guest_id), dtlb_range(p, DTLB1_S));
	else
		ds_batch_add(b, QI_PDTLB | PDTLB0_SID(dev->guest_id) | QI0_PASID(pasid),
			     dtlb_range(p, PDTLB1_S));
}

/* Requests without PASID are those of PASID 0 */
static uint32_t pasid_of(uint32_t pasid)
{
	return pasid == DS_RID ? 0 : pasid;
}

static void tell_unit(struct ds_batch *b, const struct ds_s1 *s1,
		      const struct ds_inv_range *range)
{
	struct piece pieces[MAX_PIECES];
	const unsigned int nr = cut(s1->unit, range, pieces);
	const uint64_t hint = range->leaf ? QI1_IH : 0;
	const struct ds_att *att;
	const struct ds_dev *dev;
	unsigned int i;

	if (!nr)
		ds_batch_add(b, QI_IOTLB | QI0_G(G_DOMAIN) | QI0_DID(s1->asid), 0);
	for (dev = s1->unit->devs; dev; dev = dev->next)
		for (att = dev->atts; att; att = att->next)
			for (i = 0; att->s1 == s1 && i < nr; i++)
				ds_batch_add(b, QI_PIOTLB | QI0_G(G_PAGES) | QI0_DID(s1->asid) |
					     QI0_PASID(pasid_of(att->pasid)),
					     pieces[i].page * DS_PAGE | pieces[i].lg2 | hint);
}

/* Of a device-TLB that is not in use the driver takes the descriptor and sends nothing */
static void tell_devices(struct ds_batch *b, const struct ds_s1 *s1,
			 const struct ds_inv_range *range)
{
	struct piece pieces[MAX_PIECES];
	unsigned int nr = cut(s1->unit, range, pieces), i;
	const struct ds_att *att;
	const struct ds_dev *dev;

	if (!nr)
		pieces[nr++] = (struct piece){ .lg2 = ALL_PAGES };
	for (dev = s1->unit->devs; dev; dev = dev->next) {
		if (!(dev->caps.features & DS_CAN_ATS))
			continue;
		for (att = dev->atts; att; att = att->next)
			for (i = 0; att->s1 == s1 && i < nr; i++)
				add_dtlb(b, dev, att->pasid, &pieces[i]);
	}
}

/*
 * Devices come after the unit has forgotten: one can ask it again for what it has just
 * forgotten itself.
 */
int ds_inv_s1_entry(struct ds_s1 *s1, const struct ds_inv_range *ranges, unsigned int n)
{
	struct ds_batch b = { .unit = s1->unit };
	unsigned int i;

	for (i = 0; i < n; i++)
		tell_unit(&b, s1, &ranges[i]);
	ds_batch_flush(&b);
	for (i = 0; i < n && s1->unit->caps.vtd.ecap_reg & ECAP_DT; i++)
		tell_devices(&b, s1, &ranges[i]);
	ds_batch_flush(&b);
	return b.rc;
}
