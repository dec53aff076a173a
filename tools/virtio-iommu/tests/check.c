// SPDX-License-Identifier: GPL-2.0-only
/* What holds whatever has failed */
#include "check.h"
#include "guest.h"

static bool seg_explains(const GArray *segs, uint64_t iova, uint64_t ipa, unsigned int access)
{
	guint i;

	for (i = 0; i < segs->len; i++) {
		const struct vseg *s = &g_array_index(segs, struct vseg, i);

		if (iova - s->iova < s->len && s->ipa + (iova - s->iova) == ipa &&
		    !(access & ~s->prot))
			return true;
	}
	return false;
}

static bool may_bypass(const struct vep *ep, uint64_t iova, uint64_t ipa)
{
	const struct viommu *dev = ep->dev;

	if (!dev->opt.flat || iova != ipa)
		return false;
	/* One that bypassed and could not be blocked does so still */
	if (viommu_needs_reset(dev))
		return true;
	if (ep->domain)
		return !ep->domain->table;
	return dev->bypass || negotiated(dev, VIRTIO_IOMMU_F_BYPASS);
}

static bool explained(const struct vep *ep, uint64_t iova, uint64_t ipa, unsigned int access)
{
	struct viommu_range r = { iova, iova };
	const struct vmapping *m;
	GTreeNode *node;

	if (!ep->table)
		return may_bypass(ep, iova, ipa);
	if (ep->table->handed)
		return true;
	if (seg_explains(ep->table->fixed, iova, ipa, access))
		return true;
	node = range_tree_first(ep->table->mappings, &r);
	m = node ? g_tree_node_value(node) : NULL;
	return m && seg_explains(m->segs, iova, ipa, access);
}

static bool is_memory(struct viommu *dev, uint64_t ipa)
{
	GTreeNode *node;

	for (node = g_tree_node_first(dev->mem); node; node = g_tree_node_next(node)) {
		const struct vmem *m = g_tree_node_value(node);

		if (!(m->flags & VIOMMU_MEM_DOORBELL) && ipa >= m->ipa &&
		    ipa - m->ipa <= m->gpa.last - m->gpa.first)
			return true;
	}
	return false;
}

static void check_ep(const struct vep *ep, struct fake *f, uint64_t iova, unsigned int access)
{
	uint64_t ipa = fake_access_told(f, ep->id, iova, access);

	if (ipa == UINT64_MAX)
		return;
	if (!explained(ep, iova, ipa, access))
		g_error("endpoint %u reaches %#lx at %#lx, for no reason", ep->id, ipa, iova);
	if (!ep->dev->opt.flat && !is_memory(ep->dev, ipa))
		g_error("endpoint %u reaches %#lx at %#lx, which is gone", ep->id, ipa, iova);
}

void check_reach(struct viommu *dev, struct fake *f, const struct viommu_range *iovas)
{
	GHashTableIter iter;
	gpointer ep;
	uint64_t iova;

	g_hash_table_iter_init(&iter, dev->eps);
	while (g_hash_table_iter_next(&iter, NULL, &ep)) {
		const struct vep *e = ep;

		/* Not even blocking it was possible, which the guest has been told */
		if (e->table && e->table->lost) {
			g_assert_true(viommu_needs_reset(dev));
			continue;
		}
		for (iova = iovas->first; iova < iovas->last; iova += PAGE) {
			check_ep(ep, f, iova, VIOMMU_READ);
			check_ep(ep, f, iova + 7, VIOMMU_WRITE);
		}
	}
}

void check_out_of_reach(struct viommu *dev, struct fake *f,
			const struct viommu_range *iovas, const struct viommu_range *ipas)
{
	GHashTableIter iter;
	gpointer key;
	uint64_t iova, ipa;

	g_hash_table_iter_init(&iter, dev->eps);
	while (g_hash_table_iter_next(&iter, &key, NULL)) {
		for (iova = iovas->first; iova < iovas->last; iova += PAGE) {
			ipa = fake_access(f, GPOINTER_TO_UINT(key), iova, 0);
			if (ipa != UINT64_MAX && ipa >= ipas->first && ipa <= ipas->last)
				g_error("endpoint %u reaches %#lx at %#lx, which went away",
					GPOINTER_TO_UINT(key), ipa, iova);
		}
	}
}

void check_told(struct viommu *dev, struct fake *f, uint32_t domain,
		const struct viommu_range *iovas)
{
	GHashTableIter iter;
	gpointer value;
	uint64_t iova, ipa;

	g_hash_table_iter_init(&iter, dev->eps);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct vep *ep = value;

		if (!ep->domain || ep->domain->id != domain || (ep->table && ep->table->lost))
			continue;
		for (iova = iovas->first; iova < iovas->last; iova += PAGE) {
			ipa = fake_access(f, ep->id, iova, 0);
			if (ipa != UINT64_MAX && !explained(ep, iova, ipa, 0))
				g_error("endpoint %u has %#lx at %#lx in a cache", ep->id, ipa,
					iova);
		}
	}
}

static unsigned int cost_of(struct vtable *t)
{
	unsigned int cost = 0;
	GTreeNode *node;

	for (node = g_tree_node_first(t->mappings); node; node = g_tree_node_next(node))
		cost += ((const struct vmapping *)g_tree_node_value(node))->cost;
	return cost;
}

void check_books(struct viommu *dev)
{
	unsigned int cost = 0, in_tables = 0, with_table = 0, members = 0, of_domains = 0;
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, dev->tables);
	while (g_hash_table_iter_next(&iter, &value, NULL)) {
		const struct vtable *t = value;
		guint i, users = 0;

		cost += cost_of(value);
		in_tables += t->eps->len;
		for (i = 0; i < t->spaces->len; i++)
			users += ((const struct vspace *)t->spaces->pdata[i])->users;
		g_assert_cmpuint(users, ==, t->eps->len);
		g_assert_true(t->owned || t->eps->len);
	}
	g_assert_cmpuint(cost, ==, dev->mappings);
	g_hash_table_iter_init(&iter, dev->eps);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct vep *ep = value;

		with_table += !!ep->table;
		members += !!ep->domain;
		g_assert_true(!ep->table == !ep->space);
	}
	g_assert_cmpuint(in_tables, ==, with_table);
	g_hash_table_iter_init(&iter, dev->domains);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct vdomain *d = value;

		g_assert_cmpuint(d->eps, >, 0);
		of_domains += d->eps;
	}
	g_assert_cmpuint(members, ==, of_domains);
}
