/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A virtio-iommu device (virtio 1.3, section 5.13), whatever the transport
 *
 * A transport finds the descriptors, and gives this device what it found. The device
 * parses requests, keeps domains and mappings, and makes a backend do what they say:
 * nested translation, or shadowing, see backend.h.
 *
 * Functions that return int return 0 or a negative errno unless their comment says
 * something else; a call that fails changes nothing, unless its comment says what it
 * leaves. One thread at a time uses a device.
 *
 * Addresses: an endpoint's is an IOVA, which the guest maps to a guest-physical address
 * (GPA). Where the guest's memory is for stage-2, and for who fills that, is its IPA.
 */
#ifndef VIOMMU_H
#define VIOMMU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

struct ds_dev;
struct viommu;
struct viommu_backend;

/* Device type, queues, and how many bytes the configuration has */
#define VIOMMU_DEVICE_ID	23
#define VIOMMU_REQUEST_QUEUE	0
#define VIOMMU_EVENT_QUEUE	1
#define VIOMMU_CONFIG_SIZE	40

/**
 * struct viommu_range - addresses, both of them in it
 * @first: the lowest
 * @last: the highest
 */
struct viommu_range {
	uint64_t first;
	uint64_t last;
};

/* ---- The device ---- */

/**
 * struct viommu_options - what a guest is offered; all of it may be 0
 * @page_size_mask: sizes of pages; 0 for everything from 4096 on, which lets a guest ask
 *	for a range with a single request. The lowest bit must be 4096 or more
 * @input: IOVAs that can be mapped; with @input.last 0, those that all endpoints can
 *	translate which are there when the guest negotiates features
 * @domains: numbers that domains can have; with @domains.last 0, any of 32 bits
 * @probe_size: bytes that PROBE has for properties, a multiple of 8; 0 for 1024, and
 *	for more than 65536 -EINVAL
 * @without: VIRTIO_IOMMU_F_* that are not offered, as (1 << bit) each
 * @old_bypass: VIRTIO_IOMMU_F_BYPASS is offered in place of BYPASS_CONFIG
 * @bypass: initial value of the field of the configuration that has this name
 * @flat: the IPA of all memory is its GPA: what bypasses needs no tables
 * @tables: a guest may hand over tables of its own, see handover.h: only with @flat, and
 *	no driver of others asks for it
 * @share_identity: an endpoint with an identity region may share a domain with one that
 *	has no such region: both then have it
 * @max_domains: 0 for 1024; more are S_NOMEM
 * @max_mappings: of all domains; 0 for 65536. A mapping of a page may take three pages
 *	of tables, on each IOMMU of its domain. A mapping across several regions of memory
 *	counts as several
 * @max_events: faults that wait for a buffer of the guest's; 0 for 64
 */
struct viommu_options {
	uint64_t page_size_mask;
	struct viommu_range input;
	struct {
		uint32_t first;
		uint32_t last;
	} domains;
	uint32_t probe_size;
	uint64_t without;
	bool old_bypass;
	bool bypass;
	bool flat;
	bool tables;
	bool share_identity;
	unsigned int max_domains;
	unsigned int max_mappings;
	unsigned int max_events;
};

/* @opt may be NULL. -EINVAL for options that contradict themselves or the specification */
int viommu_new(const struct viommu_options *opt, struct viommu **dev);
/* All endpoints are blocked, and gone. Memory of the guest's and backends are the caller's */
void viommu_free(struct viommu *dev);

/* What is offered, VIRTIO_IOMMU_F_* as (1 << bit) each; the transport adds its own */
uint64_t viommu_features(const struct viommu *dev);
/**
 * viommu_negotiated() - the driver has written its features, and set FEATURES_OK
 * @dev: the device
 * @features: what it takes; bits of the transport's own are of no interest here
 *
 * Until then requests are answered as if nothing was negotiated.
 *
 * Return: 0; -EINVAL if it takes what was not offered: then FEATURES_OK is not to be set
 */
int viommu_negotiated(struct viommu *dev, uint64_t features);

enum viommu_reset {
	VIOMMU_RESET_DEVICE,	/* the driver wrote 0 to the status */
	VIOMMU_RESET_SYSTEM,	/* the machine began anew */
};

/*
 * At any moment: no endpoint is attached, no domain is there, no event waits, and nothing is
 * negotiated. The field bypass is as it was, after that of the system as it was first.
 */
void viommu_reset(struct viommu *dev, enum viommu_reset reset);
/*
 * The backend has failed at something that the guest cannot be told of otherwise. The
 * transport sets DEVICE_NEEDS_RESET. What failed is tried again by a reset.
 */
bool viommu_needs_reset(const struct viommu *dev);

/* ---- Configuration ---- */

/* What is beyond the end reads as 0 */
void viommu_config_read(struct viommu *dev, size_t offset, void *buf, size_t len);
/* All but the field bypass is read-only, and that too if BYPASS_CONFIG is not negotiated */
void viommu_config_write(struct viommu *dev, size_t offset, const void *buf, size_t len);
/* It is another one if anything has changed since the last time */
uint8_t viommu_config_generation(const struct viommu *dev);

/* ---- Endpoints, at any time ---- */

enum viommu_resv_kind {
	VIOMMU_RESV_RESERVED,	/* nothing can be mapped here */
	VIOMMU_RESV_MSI,	/* the guest's doorbell */
	VIOMMU_RESV_IDENTITY,	/* the endpoint always has it: IOVA is GPA. PROBE: reserved */
};

/**
 * struct viommu_resv - IOVAs of an endpoint that are no ordinary ones
 * @range: these
 * @kind: what they are
 */
struct viommu_resv {
	struct viommu_range range;
	enum viommu_resv_kind kind;
};

/**
 * viommu_ep_add() - an endpoint is there. It is attached to no domain
 * @dev: the device
 * @id: endpoint ID, as VIOT, iommu-map or the transport give it to the guest
 * @backend: what translates for it, which must stay as long as the endpoint does
 * @ds: the device in the host, which must stay likewise and be in no unit
 * @resv: regions that are the guest's business: its doorbell (one at most: the device says
 *	nothing of it where the host's own doorbell is), identity regions, whole pages
 * @n: how many
 *
 * The host's own regions are added: they are reserved, and so is what the host's IOMMU
 * cannot translate of the input range. A doorbell of the guest's may be within them.
 *
 * Return: 0; -EEXIST for an ID that is there; -EINVAL for regions that contradict each
 * other; -ENOSPC if PROBE has not room enough for them; as the backend says
 */
int viommu_ep_add(struct viommu *dev, uint32_t id, struct viommu_backend *backend,
		  struct ds_dev *ds, const struct viommu_resv *resv, size_t n);
/*
 * Blocked, out of its domain, and gone. -ENOENT; as the backend says: then it is there still.
 * What the kernel does not let go of then is tried again when an endpoint is added, and when
 * the backend is freed; until then freeing the device in the host fails with -EBUSY
 */
int viommu_ep_remove(struct viommu *dev, uint32_t id);

/* ---- The guest's memory, at any time ---- */

#define VIOMMU_MEM_READ_ONLY	(1u << 0)
/* Registers of a device that another can reach (a BAR that is mapped in stage-2) */
#define VIOMMU_MEM_MMIO		(1u << 1)
/*
 * A doorbell: writes are interrupts, which reach the guest by another way. It can be
 * mapped, so that a driver that has no MSI region can do what it does, but is not: no
 * endpoint gets there. @ipa is of no interest
 */
#define VIOMMU_MEM_DOORBELL	(1u << 2)

/**
 * viommu_mem_add() - guest-physical memory that endpoints can reach
 * @dev: the device
 * @gpa: where the guest has it, a multiple of the smallest page
 * @len: so much, likewise
 * @ipa: where stage-2 has it, likewise: it is in the backends' struct ds_ram, from @ipa on
 * @flags: VIOMMU_MEM_*
 *
 * What no region has cannot be mapped (S_FAULT): a BAR of another device that is not
 * mapped in stage-2 is out of reach, and the guest is told when it tries.
 *
 * Return: 0; -EEXIST where a region is; -EINVAL; as the backend says
 */
int viommu_mem_add(struct viommu *dev, uint64_t gpa, uint64_t len, uint64_t ipa,
		   unsigned int flags);
/**
 * viommu_mem_remove() - memory goes away; it is to stay in stage-2 until this returns
 * @dev: the device
 * @gpa: as it was added
 * @len: likewise
 *
 * Mappings that the guest has of it stay its own until it unmaps them, but lead nowhere:
 * endpoints fault. Other parts of these mappings are as they were. What bypasses flat memory,
 * or has tables of the guest's own, reaches it until it is taken out of stage-2.
 *
 * Return: 0, and endpoints cannot reach it any more; -ENOENT if no region is exactly this;
 * as the backend says if endpoints could not be kept away from it, which may then reach
 * it still, although the device says it is gone
 */
int viommu_mem_remove(struct viommu *dev, uint64_t gpa, uint64_t len);

/* ---- Requests ---- */

/**
 * struct viommu_req - what a chain of descriptors of the request queue has
 * @in: the device-readable part, in memory that the guest may change at any time
 * @out: the device-writable part
 * @n_in: pieces of @in, in its order
 * @n_out: pieces of @out
 * @written: for the used ring: so many bytes of @out were written, 0 for a request that
 *	cannot be answered
 */
struct viommu_req {
	const struct iovec *in;
	const struct iovec *out;
	unsigned int n_in;
	unsigned int n_out;
	uint32_t written;
};

/*
 * Do them in this order, and answer. When this returns none of what they unmapped is in
 * any cache; they share the invalidations, so what a driver sent with one kick belongs
 * into one call.
 */
void viommu_requests(struct viommu *dev, struct viommu_req *reqs, size_t n);

/* ---- Events ---- */

/*
 * Take in what the hardware has to say, as much as there is room for; of the rest it is
 * counted only how much it was. Does an event wait for a buffer?
 */
bool viommu_event_pending(struct viommu *dev);
/* The same of those that were taken in before, which are as many as the option says at most */
bool viommu_event_waiting(const struct viommu *dev);
/**
 * viommu_event() - the oldest event, into a buffer of the guest's event queue
 * @dev: the device
 * @out: the device-writable part of it
 * @n: pieces of that
 *
 * Return: bytes written, for the used ring; 0 if no event waits; -EMSGSIZE if the buffer
 * is too small: it is to be returned with 0 bytes, and the event waits on
 */
int viommu_event(struct viommu *dev, const struct iovec *out, unsigned int n);
/* Faults that no guest has heard of, for want of buffers */
uint64_t viommu_events_lost(const struct viommu *dev);

#endif /* VIOMMU_H */
