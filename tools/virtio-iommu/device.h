/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the device share */
#ifndef VIOMMU_DEVICE_H
#define VIOMMU_DEVICE_H

#include <errno.h>
#include <glib.h>
#include <linux/virtio_iommu.h>

#include "backend.h"
#include "handover.h"
#include "range.h"

/**
 * struct viommu - the device
 * @opt: what it was made with, and no field is 0 that stands for another value
 * @page: the smallest page
 * @input: IOVAs that can be mapped
 * @features: what is negotiated
 * @settled: something is negotiated, so the configuration stays as it is
 * @bypass: the field of the configuration
 * @needs_reset: see viommu_needs_reset()
 * @generation: of the configuration
 * @eps: struct vep by their ID
 * @domains: struct vdomain by their number
 * @tables: struct vtable, a set
 * @mem: a range tree of struct vmem
 * @dirty: struct vspace whose caches are to be told
 * @mappings: how many there are, as @opt.max_mappings counts
 * @events: struct viommu_event of which the guest has not heard
 * @lost: how many it will not hear of
 */
struct viommu {
	struct viommu_options opt;
	uint64_t page;
	struct viommu_range input;
	uint64_t features;
	bool settled;
	bool bypass;
	bool needs_reset;
	uint8_t generation;
	GHashTable *eps;
	GHashTable *domains;
	GHashTable *tables;
	GTree *mem;
	GPtrArray *dirty;
	unsigned int mappings;
	GQueue events;
	uint64_t lost;
};

static inline bool negotiated(const struct viommu *dev, unsigned int feature)
{
	return dev->features & 1ull << feature;
}

static inline bool offered(const struct viommu *dev, unsigned int feature)
{
	return viommu_features(dev) & 1ull << feature;
}

/* Is it made of whole pages? */
static inline bool paged(const struct viommu *dev, uint64_t x)
{
	return !(x & (dev->page - 1));
}

static inline bool range_paged(const struct viommu *dev, const struct viommu_range *r)
{
	return paged(dev, r->first) && paged(dev, r->last + 1);
}

/**
 * struct vmem - a region of the guest's memory
 * @gpa: where the guest has it
 * @ipa: where stage-2 has its beginning
 * @flags: VIOMMU_MEM_*
 */
struct vmem {
	struct viommu_range gpa;
	uint64_t ipa;
	unsigned int flags;
};

/**
 * struct vep - an endpoint
 * @dev: the device
 * @id: its ID
 * @backend: what translates for it
 * @port: what that knows it by
 * @aperture: what it can translate
 * @resv: struct viommu_resv, ascending, none of which meet
 * @domain: that it is attached to, or NULL
 * @table: that its DMA goes through, or NULL
 * @space: of that table
 */
struct vep {
	struct viommu *dev;
	uint32_t id;
	struct viommu_backend *backend;
	struct viommu_port *port;
	struct viommu_range aperture;
	GArray *resv;
	struct vdomain *domain;
	struct vtable *table;
	struct vspace *space;
};

/**
 * struct vdomain - a domain of the guest's
 * @id: its number
 * @eps: how many endpoints are attached to it
 * @table: its translations; NULL: its endpoints bypass
 */
struct vdomain {
	uint32_t id;
	unsigned int eps;
	struct vtable *table;
};

/**
 * struct vtable - translations: a domain's, or those of an endpoint that bypasses
 * @dev: the device
 * @whole: all memory is at its GPA: this is what bypasses
 * @handed: the guest has made it, and there is nothing in @mappings and @fixed; else NULL
 * @owned: a domain has it
 * @lost: a space may have more than is known here, so none of them can be used
 * @unsynced: the last viommu_sync() could not tell its caches
 * @eps: struct vep that go through it
 * @spaces: struct vspace
 * @mappings: a range tree of struct vmapping
 * @fixed: struct vseg that are no mapping of the guest's, ascending
 * @taken: a range set of what the guest cannot map
 */
struct vtable {
	struct viommu *dev;
	bool whole;
	struct viommu_handed *handed;
	bool owned;
	bool lost;
	bool unsynced;
	GPtrArray *eps;
	GPtrArray *spaces;
	GTree *mappings;
	GArray *fixed;
	GArray *taken;
};

/**
 * struct vspace - a table as one backend and one IOMMU have it
 * @table: which
 * @backend: whose
 * @hw: the backend's
 * @users: endpoints that are attached to it
 */
struct vspace {
	struct vtable *table;
	struct viommu_backend *backend;
	struct viommu_space *hw;
	unsigned int users;
};

/**
 * struct vseg - what a backend maps by one call
 * @iova: from here
 * @len: so much
 * @ipa: to here
 * @prot: VIOMMU_READ, VIOMMU_WRITE
 */
struct vseg {
	uint64_t iova;
	uint64_t len;
	uint64_t ipa;
	unsigned int prot;
};

/**
 * struct vmapping - what the guest has mapped by one request
 * @iova: from here, to there
 * @gpa: what is at its beginning
 * @segs: struct vseg, ascending: what of it endpoints can reach
 * @cost: as @max_mappings counts
 */
struct vmapping {
	struct viommu_range iova;
	uint64_t gpa;
	GArray *segs;
	unsigned int cost;
};

/* table.c */
struct vtable *table_new(struct viommu *dev, bool whole);
/* Nothing refers to it any more? Then it is freed */
void table_put(struct vtable *t);
/* The endpoint's DMA goes through it, or through nothing: blocked, or bypass where all is flat */
int ep_go(struct vep *ep, enum viommu_mode mode, struct vtable *t);
/* It is in no table, and its port is gone: what it could reach is taken away if need be */
void ep_end(struct vep *ep);
/* In all spaces, or in none */
int table_map(struct vtable *t, const struct vseg *seg);
/* It is gone from all, or the first error; caches are told by viommu_finish() */
int table_unmap(struct vtable *t, const struct vseg *seg);
/* The same where nobody remembers it: if that fails the table is lost */
int table_drop(struct vtable *t, const struct vseg *seg);
/* Caches have nothing any more of what was unmapped. If they have, the table is unsynced */
int viommu_sync(struct viommu *dev);
/*
 * The end of everything that changes anything: caches are told, and what could not be taken
 * away from endpoints is kept from them by blocking them. An error: not even that
 */
int viommu_finish(struct viommu *dev);
/* Nothing is mapped in it any more */
void table_clear(struct vtable *t);

/* fixed.c: what a table has besides the guest's mappings */
int fixed_update(struct vtable *t);

/* mapping.c: these return VIRTIO_IOMMU_S_* */
void mapping_free(void *mapping);
uint8_t viommu_map(struct viommu *dev, uint32_t domain, struct viommu_range iova,
		   uint64_t gpa, uint32_t flags);
uint8_t viommu_unmap(struct viommu *dev, uint32_t domain, struct viommu_range iova);

/* cut.c: mappings where another endpoint's regions are */
struct cut;
int cut_for(struct vtable *t, const struct vep *ep, struct cut **cut);
/* It stays cut, or is as it was */
void cut_keep(struct cut *cut);
void cut_undo(struct cut *cut);

/* memory.c: segments of what the guest has at these addresses; NULL: a part is not there */
GArray *memory_segs(struct viommu *dev, struct viommu_range iova, uint64_t gpa,
		    unsigned int prot);
/* Is there no ordinary memory in it? */
bool memory_is_mmio(struct viommu *dev, uint64_t first, uint64_t last);
/* Of all memory within the range, at its GPA, is appended */
void memory_identity(struct viommu *dev, const struct viommu_range *range, GArray *segs);

/* domain.c: these return VIRTIO_IOMMU_S_* */
uint8_t viommu_attach(struct viommu *dev, uint32_t domain, uint32_t endpoint,
		      uint32_t flags);
uint8_t viommu_detach(struct viommu *dev, uint32_t domain, uint32_t endpoint);
/* The endpoint is in this domain, which is a new one if @d is NULL: @bypass, or @handed */
uint8_t domain_attach(struct viommu *dev, uint32_t id, struct vep *ep, struct vdomain *d,
		      bool bypass, const struct viommu_handed *handed);
struct vdomain *domain_find(struct viommu *dev, uint32_t id);
/* The endpoint is in no domain any more, wherever its DMA goes */
void ep_leave(struct vep *ep);
/* Its DMA goes where that of endpoints goes that are in no domain */
int ep_idle(struct vep *ep);
/* So for all that are in none */
void viommu_idle(struct viommu *dev);

/* endpoint.c */
struct vep *ep_find(struct viommu *dev, uint32_t id);
void ep_free(struct vep *ep);

/* resv.c: regions of endpoints */
int resv_collect(struct viommu *dev, const struct viommu_resv *guest, size_t n,
		 const struct viommu_range *host, size_t n_host, GArray **out);
/* Could these two be in one domain? */
bool resv_agree(const struct vep *a, const struct vep *b);
/* @t->taken is what its endpoints have reserved */
void resv_taken(struct vtable *t);

/* probe.c */
bool probe_has_room(const struct viommu *dev, const GArray *resv);
/* @buf has room for the option probe_size. A status is returned */
uint8_t viommu_probe(struct viommu *dev, uint32_t endpoint, uint8_t *buf);

/* handover.c: these return VIRTIO_IOMMU_S_* */
uint8_t viommu_attach_table(struct viommu *dev, const struct virtio_iommu_req_attach_table *r);
uint8_t viommu_invalidate(struct viommu *dev, const struct virtio_iommu_req_invalidate *r);

/* config.c */
void config_input(struct viommu *dev);

/* events.c */
void events_clear(struct viommu *dev);
void events_forget(struct viommu *dev, uint32_t endpoint);

#endif /* VIOMMU_DEVICE_H */
