// SPDX-License-Identifier: GPL-2.0-only
/* What the device should do, page by page */
#include <string.h>

#include <linux/virtio_iommu.h>

#include "../backend.h"
#include "model.h"

static const struct model_mem *mem_at(const struct model *m, int gpa)
{
	int i;

	for (i = 0; i < MODEL_MEMS; i++)
		if (m->mems[i].there && gpa >= m->mems[i].first && gpa <= m->mems[i].last)
			return &m->mems[i];
	return NULL;
}

static bool in_domain(const struct model *m, int ep, int domain)
{
	return m->eps[ep].there && m->eps[ep].domain == domain;
}

static void end_if_empty(struct model *m, int domain)
{
	int ep;

	if (domain < 0)
		return;
	for (ep = 0; ep < MODEL_EPS; ep++)
		if (in_domain(m, ep, domain))
			return;
	memset(&m->domains[domain], 0, sizeof(m->domains[domain]));
}

static bool may_share(const struct model *m, const struct model_ep *a,
		      const struct model_ep *b)
{
	int page;

	for (page = 0; page < MODEL_PAGES; page++) {
		enum model_kind x = a->kind[page], y = b->kind[page];

		if (x == y)
			continue;
		if (x && y)
			return false;
		if ((x == I || y == I) && !m->share)
			return false;
	}
	return true;
}

static void cut(struct model_domain *d, const struct model_ep *ep)
{
	int i, page;

	for (i = 0; i < MODEL_MAPS; i++)
		for (page = 0; page < MODEL_PAGES; page++)
			if (ep->kind[page])
				d->maps[i].live[page] = false;
}

int model_attach(struct model *m, int domain, int ep, bool bypass)
{
	struct model_domain *d = &m->domains[domain];
	int other, old;

	if (!m->eps[ep].there)
		return VIRTIO_IOMMU_S_NOENT;
	if (d->there && d->bypass != bypass)
		return VIRTIO_IOMMU_S_INVAL;
	for (other = 0; !bypass && other < MODEL_EPS; other++)
		if (other != ep && in_domain(m, other, domain) &&
		    !may_share(m, &m->eps[ep], &m->eps[other]))
			return VIRTIO_IOMMU_S_UNSUPP;
	d->there = true;
	d->bypass = bypass;
	old = m->eps[ep].domain;
	m->eps[ep].domain = domain;
	cut(d, &m->eps[ep]);
	if (old != domain)
		end_if_empty(m, old);
	return VIRTIO_IOMMU_S_OK;
}

int model_detach(struct model *m, int domain, int ep)
{
	if (!m->eps[ep].there)
		return VIRTIO_IOMMU_S_NOENT;
	if (m->eps[ep].domain != domain)
		return VIRTIO_IOMMU_S_INVAL;
	m->eps[ep].domain = -1;
	end_if_empty(m, domain);
	return VIRTIO_IOMMU_S_OK;
}

static bool taken(const struct model *m, int domain, int page)
{
	const struct model_domain *d = &m->domains[domain];
	int i;

	for (i = 0; i < MODEL_MAPS; i++)
		if (d->maps[i].there && page >= d->maps[i].first && page <= d->maps[i].last)
			return true;
	for (i = 0; i < MODEL_EPS; i++)
		if (in_domain(m, i, domain) && m->eps[i].kind[page])
			return true;
	return false;
}

int model_map(struct model *m, int domain, int first, int last, int gpa, unsigned int access)
{
	struct model_domain *d = &m->domains[domain];
	struct model_map *map = d->maps;
	int page;

	if (!access)
		return VIRTIO_IOMMU_S_INVAL;
	if (!d->there)
		return VIRTIO_IOMMU_S_NOENT;
	if (d->bypass || last < first)
		return VIRTIO_IOMMU_S_INVAL;
	for (page = first; page <= last; page++)
		if (taken(m, domain, page))
			return VIRTIO_IOMMU_S_INVAL;
	for (page = first; page <= last; page++) {
		const struct model_mem *mem = mem_at(m, gpa + page - first);

		if (!mem || (mem->read_only && access & VIOMMU_WRITE))
			return VIRTIO_IOMMU_S_FAULT;
	}
	while (map->there)
		map++;
	*map = (struct model_map) {
		.there = true, .first = first, .last = last, .gpa = gpa, .access = access,
	};
	for (page = first; page <= last; page++)
		map->live[page] = true;
	return VIRTIO_IOMMU_S_OK;
}

int model_unmap(struct model *m, int domain, int first, int last)
{
	struct model_domain *d = &m->domains[domain];
	int i;

	if (!d->there)
		return VIRTIO_IOMMU_S_NOENT;
	if (d->bypass || last < first)
		return VIRTIO_IOMMU_S_INVAL;
	for (i = 0; i < MODEL_MAPS; i++) {
		struct model_map *map = &d->maps[i];
		bool meets = map->there && map->first <= last && first <= map->last;

		if (meets && (map->first < first || map->last > last))
			return VIRTIO_IOMMU_S_RANGE;
	}
	for (i = 0; i < MODEL_MAPS; i++)
		if (d->maps[i].there && d->maps[i].first >= first && d->maps[i].last <= last)
			memset(&d->maps[i], 0, sizeof(d->maps[i]));
	return VIRTIO_IOMMU_S_OK;
}

void model_remove_ep(struct model *m, int ep)
{
	m->eps[ep].there = false;
	end_if_empty(m, m->eps[ep].domain);
	m->eps[ep].domain = -1;
}

static void forget(struct model_map *map, const struct model_mem *mem)
{
	int page;

	for (page = map->first; map->there && page <= map->last; page++) {
		int gpa = map->gpa + page - map->first;

		if (gpa >= mem->first && gpa <= mem->last)
			map->live[page] = false;
	}
}

void model_remove_mem(struct model *m, int mem)
{
	int d, i;

	m->mems[mem].there = false;
	for (d = 0; d < MODEL_DOMAINS; d++)
		for (i = 0; i < MODEL_MAPS; i++)
			forget(&m->domains[d].maps[i], &m->mems[mem]);
}

void model_reset(struct model *m)
{
	int ep;

	memset(m->domains, 0, sizeof(m->domains));
	for (ep = 0; ep < MODEL_EPS; ep++)
		m->eps[ep].domain = -1;
}

static uint64_t through(const struct model *m, int gpa, unsigned int access)
{
	const struct model_mem *mem = mem_at(m, gpa);

	if (!mem || mem->doorbell || (mem->read_only && access & VIOMMU_WRITE))
		return UINT64_MAX;
	return mem->ipa + 4096ull * (gpa - mem->first);
}

static bool has_identity(const struct model *m, int domain, int page)
{
	int ep;

	for (ep = 0; ep < MODEL_EPS; ep++)
		if (in_domain(m, ep, domain) && m->eps[ep].kind[page] == I)
			return true;
	return false;
}

uint64_t model_reach(const struct model *m, int ep, int page, unsigned int access)
{
	const struct model_ep *e = &m->eps[ep];
	int i;

	if (e->domain < 0 ? m->bypass : m->domains[e->domain].bypass) {
		bool reserved = e->kind[page] == R || e->kind[page] == M;

		return reserved ? UINT64_MAX : through(m, page, access);
	}
	if (e->domain < 0)
		return UINT64_MAX;
	if (has_identity(m, e->domain, page))
		return through(m, page, access);
	for (i = 0; i < MODEL_MAPS; i++) {
		const struct model_map *map = &m->domains[e->domain].maps[i];

		if (map->there && map->live[page] && !(access & ~map->access))
			return through(m, map->gpa + page - map->first, access);
	}
	return UINT64_MAX;
}
