// SPDX-License-Identifier: GPL-2.0-only
/*
 * Regions of endpoints, and how those of several endpoints in one domain combine.
 *
 * What an endpoint has at an address is nothing in particular (N), or reserved (R), its
 * doorbell (M), or identity (I). For two endpoints in a domain:
 *
 *	    N  R  M  I
 *	N   N  R  M  I*		*: with the option share_identity, else refused
 *	R   R  R  -  -		-: refused
 *	M   M  -  M  -
 *	I   I* -  -  I
 */
#include "device.h"

/* Of one endpoint, by kind */
struct sets {
	GArray *kind[VIOMMU_RESV_IDENTITY + 1];
};

static void sets_init(struct sets *s)
{
	guint i;

	for (i = 0; i < G_N_ELEMENTS(s->kind); i++)
		s->kind[i] = range_set_new();
}

static void sets_free(struct sets *s)
{
	guint i;

	for (i = 0; i < G_N_ELEMENTS(s->kind); i++)
		g_array_unref(s->kind[i]);
}

static bool sets_meet(const GArray *a, GArray *b)
{
	guint i;

	for (i = 0; i < a->len; i++)
		if (range_set_meets(b, &g_array_index(a, struct viommu_range, i)))
			return true;
	return false;
}

static int add_guests(struct viommu *dev, struct sets *s, const struct viommu_resv *resv,
		      size_t n)
{
	unsigned int doorbells = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (resv[i].kind > VIOMMU_RESV_IDENTITY ||
		    resv[i].range.last < resv[i].range.first)
			return -EINVAL;
		if (resv[i].kind == VIOMMU_RESV_IDENTITY && !range_paged(dev, &resv[i].range))
			return -EINVAL;
		doorbells += resv[i].kind == VIOMMU_RESV_MSI;
		range_set_add(s->kind[resv[i].kind], resv[i].range);
	}
	return doorbells > 1 ||
	       sets_meet(s->kind[VIOMMU_RESV_RESERVED], s->kind[VIOMMU_RESV_MSI]) ? -EINVAL : 0;
}

static gint by_address(gconstpointer a, gconstpointer b)
{
	const struct viommu_resv *x = a, *y = b;

	return x->range.first < y->range.first ? -1 : x->range.first > y->range.first;
}

static void emit(GArray *out, const GArray *set, enum viommu_resv_kind kind)
{
	guint i;

	for (i = 0; i < set->len; i++) {
		struct viommu_resv r = {
			.range = g_array_index(set, struct viommu_range, i),
			.kind = kind,
		};

		g_array_append_val(out, r);
	}
}

/* The doorbell is taken out of what else is reserved */
static GArray *emit_all(const struct sets *s)
{
	const GArray *reserved = s->kind[VIOMMU_RESV_RESERVED];
	GArray *out = g_array_new(FALSE, FALSE, sizeof(struct viommu_resv));
	guint i;

	for (i = 0; i < reserved->len; i++) {
		GArray *rest = range_set_rest(s->kind[VIOMMU_RESV_MSI],
					      &g_array_index(reserved, struct viommu_range, i));

		emit(out, rest, VIOMMU_RESV_RESERVED);
		g_array_unref(rest);
	}
	emit(out, s->kind[VIOMMU_RESV_MSI], VIOMMU_RESV_MSI);
	emit(out, s->kind[VIOMMU_RESV_IDENTITY], VIOMMU_RESV_IDENTITY);
	g_array_sort(out, by_address);
	return out;
}

int resv_collect(struct viommu *dev, const struct viommu_resv *guest, size_t n,
		 const struct viommu_range *host, size_t n_host, GArray **out)
{
	struct sets s;
	size_t i;
	int rc;

	sets_init(&s);
	rc = add_guests(dev, &s, guest, n);
	for (i = 0; i < n_host; i++)
		range_set_add(s.kind[VIOMMU_RESV_RESERVED], host[i]);
	if (sets_meet(s.kind[VIOMMU_RESV_IDENTITY], s.kind[VIOMMU_RESV_RESERVED]) ||
	    sets_meet(s.kind[VIOMMU_RESV_IDENTITY], s.kind[VIOMMU_RESV_MSI]))
		rc = -EINVAL;
	if (!rc)
		*out = emit_all(&s);
	sets_free(&s);
	return rc;
}

/* Is the other's identity region also this one's, all of it? Both are ascending */
static bool has_identity(const struct vep *ep, struct viommu_range range)
{
	guint i;

	for (i = 0; i < ep->resv->len; i++) {
		const struct viommu_resv *r = &g_array_index(ep->resv, struct viommu_resv, i);

		if (r->kind != VIOMMU_RESV_IDENTITY || !ranges_meet(&r->range, &range))
			continue;
		return range_within(&range, &r->range);
	}
	return false;
}

static bool region_agrees(const struct viommu_resv *r, const struct vep *other)
{
	guint i;

	for (i = 0; i < other->resv->len; i++) {
		const struct viommu_resv *o =
			&g_array_index(other->resv, struct viommu_resv, i);

		if (o->kind != r->kind && ranges_meet(&o->range, &r->range))
			return false;
	}
	return r->kind != VIOMMU_RESV_IDENTITY || other->dev->opt.share_identity ||
	       has_identity(other, r->range);
}

static bool agrees_with(const struct vep *ep, const struct vep *other)
{
	guint i;

	for (i = 0; i < ep->resv->len; i++)
		if (!region_agrees(&g_array_index(ep->resv, struct viommu_resv, i), other))
			return false;
	return true;
}

bool resv_agree(const struct vep *a, const struct vep *b)
{
	return agrees_with(a, b) && agrees_with(b, a);
}

void resv_taken(struct vtable *t)
{
	guint i, j;

	g_array_set_size(t->taken, 0);
	for (i = 0; i < t->eps->len; i++) {
		const struct vep *ep = t->eps->pdata[i];

		for (j = 0; j < ep->resv->len; j++)
			range_set_add(t->taken,
				      g_array_index(ep->resv, struct viommu_resv, j).range);
	}
}
