/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What translates for the endpoints of a virtio-iommu
 *
 * A port is an endpoint as the backend sees it. A space is a set of translations that
 * ports can be attached to. A domain of the guest's has one space, or several if its
 * endpoints are behind several IOMMUs; all of them have the same mappings, which is the
 * device's business.
 */
#ifndef VIOMMU_BACKEND_H
#define VIOMMU_BACKEND_H

#include "viommu.h"

struct ds_ctx;
struct ds_ram;
struct viommu_port;
struct viommu_space;

#define VIOMMU_READ	(1u << 0)
#define VIOMMU_WRITE	(1u << 1)

enum viommu_mode {
	VIOMMU_BLOCKED,
	VIOMMU_BYPASS,	/* IOVA is IPA */
	VIOMMU_SPACE,
};

enum viommu_fault_kind {
	VIOMMU_FAULT_MAPPING,	/* not mapped, or not for this access */
	VIOMMU_FAULT_OTHER,
	VIOMMU_FAULT_LOST,	/* some were, here */
};

/**
 * struct viommu_hw_fault - what an endpoint did and could not
 * @kind: what it is
 * @port: the endpoint; NULL where it is not known
 * @access: VIOMMU_READ or VIOMMU_WRITE, 0 where it is not known
 * @has_addr: is @addr known?
 * @addr: IOVA
 */
struct viommu_hw_fault {
	enum viommu_fault_kind kind;
	struct viommu_port *port;
	unsigned int access;
	bool has_addr;
	uint64_t addr;
};

/**
 * struct viommu_handed - tables that a guest has made itself
 * @format: VIRTIO_IOMMU_TABLE_*, see handover.h
 * @ste: of an SMMUv3: the fields of a stream table entry that are the guest's
 * @root: of VT-d: GPA of the root table
 * @width: of VT-d: of addresses
 */
struct viommu_handed {
	uint8_t format;
	uint64_t ste[2];
	uint64_t root;
	uint32_t width;
};

/* Bytes of a property of PROBE, at most */
#define VIOMMU_PROPERTY_MAX	56

/**
 * struct viommu_backend_ops - what a backend can do
 *
 * Functions that return int return 0 or a negative errno, and have changed nothing if
 * they fail. Addresses and lengths are multiples of 4096.
 *
 * @port_new: an endpoint, whose DMA is blocked
 * @port_free: and it is gone. The port was attached to VIOMMU_BLOCKED, or that has failed
 * @port_limits: what it can translate, and what in that is not to be mapped: as many as
 *	*@n regions, in no order, in memory that the caller frees by free()
 * @attach: in one step; what was attached before is not reachable when it returns
 * @space_new: an empty one, which the port can be attached to
 * @space_free: no port is attached
 * @space_fits: could this port be attached to it?
 * @map: nothing is mapped there. Caches may still have what was, if there was no @sync; where
 *	they must not have both (break before make) the backend tells them first
 * @unmap: exactly what @map has mapped by one call. Caches may have it until @sync
 * @sync: they have nothing any more of what was unmapped. If it fails they may, and it
 *	is called again some time
 * @describe: the property of PROBE that a driver needs to make tables of its own, into a
 *	buffer of VIOMMU_PROPERTY_MAX bytes; how many there are is returned. With @hand and
 *	@forget it may be NULL: tables cannot be handed over then
 * @hand: a space of such tables, which @map and @unmap are not used on. GPAs are IPAs.
 *	-EINVAL or -EIO for what is not right in them
 * @forget: caches have nothing any more of this range of such a space, or of all of it;
 *	@leaf: but for what they have of tables; @config: nor of context descriptors
 * @fault: the next one, or -EAGAIN
 * @free: all of it; there is no port and no space
 */
struct viommu_backend_ops {
	int (*port_new)(struct viommu_backend *b, struct ds_dev *ds, uint32_t id,
			struct viommu_port **port);
	void (*port_free)(struct viommu_port *port);
	int (*port_limits)(struct viommu_port *port, struct viommu_range *aperture,
			   struct viommu_range **resv, size_t *n);
	int (*attach)(struct viommu_port *port, enum viommu_mode mode,
		      struct viommu_space *space);
	int (*space_new)(struct viommu_port *port, struct viommu_space **space);
	void (*space_free)(struct viommu_space *space);
	bool (*space_fits)(struct viommu_space *space, struct viommu_port *port);
	int (*map)(struct viommu_space *space, uint64_t iova, uint64_t ipa, uint64_t len,
		   unsigned int prot);
	int (*unmap)(struct viommu_space *space, uint64_t iova, uint64_t len);
	int (*sync)(struct viommu_space *space);
	size_t (*describe)(struct viommu_port *port, uint8_t *property);
	int (*hand)(struct viommu_port *port, const struct viommu_handed *tables,
		    struct viommu_space **space);
	int (*forget)(struct viommu_space *space, const struct viommu_range *range, bool leaf,
		      bool config);
	int (*fault)(struct viommu_backend *b, struct viommu_hw_fault *fault);
	void (*free)(struct viommu_backend *b);
};

/**
 * struct viommu_backend - of which a backend's own structure begins
 * @ops: what it can do
 * @fd: to be polled for POLLIN: a fault may be there; -1 if it has none
 */
struct viommu_backend {
	const struct viommu_backend_ops *ops;
	int fd;
};

/*
 * Two-stage translation: the device makes stage-1 tables, and nothing is pinned for a
 * mapping. @ram has the guest's memory, and stays as long as the backend
 */
int viommu_nested_new(struct ds_ram *ram, struct viommu_backend **b);
/* An IOAS for each domain, in which mappings are copies of what @ram has */
int viommu_shadow_new(struct ds_ctx *ctx, struct ds_ram *ram, struct viommu_backend **b);
/*
 * So much can be mapped for each of its endpoints, in all domains together; 2^40 bytes where
 * this is not called. More is -ENOSPC: the kernel's tables are as large as what is mapped
 */
void viommu_shadow_limit(struct viommu_backend *b, uint64_t bytes);

static inline void viommu_backend_free(struct viommu_backend *b)
{
	b->ops->free(b);
}

#endif /* VIOMMU_BACKEND_H */
