// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests: what a guest has written is read once, into a copy, and checked, done and
 * answered. Answers are given when the caches have been told of all that was unmapped.
 *
 * A request that has no room for a status, or a type that nobody knows, is given back
 * as it is. One that is shorter than its type asks for, but has that room, is an error
 * of communication.
 */
#include <endian.h>

#include "device.h"
#include "iov.h"

/* Of which the device-readable part is the whole, as they are without a tail */
union request {
	struct virtio_iommu_req_head head;
	struct virtio_iommu_req_attach attach;
	struct virtio_iommu_req_detach detach;
	struct virtio_iommu_req_map map;
	struct virtio_iommu_req_unmap unmap;
	struct virtio_iommu_req_probe probe;
	struct virtio_iommu_req_attach_table attach_table;
	struct virtio_iommu_req_invalidate invalidate;
};

/**
 * struct answer - what a request is to be answered
 * @written: bytes of the device-writable part, with the tail at their end; 0 for no answer
 * @type: of a request that is good only if the caches are told: MAP or UNMAP, or 0
 * @domain: of that
 * @iova: likewise
 * @status: VIRTIO_IOMMU_S_*
 */
struct answer {
	uint32_t written;
	uint8_t type;
	uint32_t domain;
	struct viommu_range iova;
	uint8_t status;
};

#define TAIL	sizeof(struct virtio_iommu_req_tail)

/* How much of it a driver writes; 0 for a type that is not known */
static size_t readable_size(uint8_t type)
{
	switch (type) {
	case VIRTIO_IOMMU_T_ATTACH:
		return offsetof(struct virtio_iommu_req_attach, tail);
	case VIRTIO_IOMMU_T_DETACH:
		return offsetof(struct virtio_iommu_req_detach, tail);
	case VIRTIO_IOMMU_T_MAP:
		return offsetof(struct virtio_iommu_req_map, tail);
	case VIRTIO_IOMMU_T_UNMAP:
		return offsetof(struct virtio_iommu_req_unmap, tail);
	case VIRTIO_IOMMU_T_PROBE:
		return offsetof(struct virtio_iommu_req_probe, properties);
	case VIRTIO_IOMMU_T_ATTACH_TABLE:
		return offsetof(struct virtio_iommu_req_attach_table, tail);
	case VIRTIO_IOMMU_T_INVALIDATE:
		return offsetof(struct virtio_iommu_req_invalidate, tail);
	default:
		return 0;
	}
}

static uint8_t do_attach(struct viommu *dev, const struct virtio_iommu_req_attach *r)
{
	if (!is_zero(r->reserved, sizeof(r->reserved)))
		return VIRTIO_IOMMU_S_INVAL;
	return viommu_attach(dev, le32toh(r->domain), le32toh(r->endpoint), le32toh(r->flags));
}

static uint8_t do_map(struct viommu *dev, const struct virtio_iommu_req_map *r,
		      struct answer *a)
{
	if (!negotiated(dev, VIRTIO_IOMMU_F_MAP_UNMAP))
		return VIRTIO_IOMMU_S_UNSUPP;
	a->type = VIRTIO_IOMMU_T_MAP;
	a->domain = le32toh(r->domain);
	a->iova.first = le64toh(r->virt_start);
	a->iova.last = le64toh(r->virt_end);
	return viommu_map(dev, a->domain, a->iova, le64toh(r->phys_start), le32toh(r->flags));
}

static uint8_t do_unmap(struct viommu *dev, const struct virtio_iommu_req_unmap *r,
			struct answer *a)
{
	if (!negotiated(dev, VIRTIO_IOMMU_F_MAP_UNMAP))
		return VIRTIO_IOMMU_S_UNSUPP;
	if (!is_zero(r->reserved, sizeof(r->reserved)))
		return VIRTIO_IOMMU_S_INVAL;
	a->type = VIRTIO_IOMMU_T_UNMAP;
	a->domain = le32toh(r->domain);
	a->iova.first = le64toh(r->virt_start);
	a->iova.last = le64toh(r->virt_end);
	return viommu_unmap(dev, a->domain, a->iova);
}

/* Properties are written here, the status when it is due */
static uint8_t do_probe(struct viommu *dev, const struct virtio_iommu_req_probe *r,
			const struct viommu_req *req)
{
	uint8_t *buf = g_malloc(dev->opt.probe_size);
	uint8_t status = viommu_probe(dev, le32toh(r->endpoint), buf);

	iov_write(req->out, req->n_out, 0, buf, dev->opt.probe_size);
	g_free(buf);
	return status;
}

static uint8_t perform(struct viommu *dev, const union request *r,
		       const struct viommu_req *req, struct answer *a)
{
	switch (r->head.type) {
	case VIRTIO_IOMMU_T_ATTACH:
		return do_attach(dev, &r->attach);
	case VIRTIO_IOMMU_T_DETACH:
		return viommu_detach(dev, le32toh(r->detach.domain),
				     le32toh(r->detach.endpoint));
	case VIRTIO_IOMMU_T_MAP:
		return do_map(dev, &r->map, a);
	case VIRTIO_IOMMU_T_UNMAP:
		return do_unmap(dev, &r->unmap, a);
	case VIRTIO_IOMMU_T_ATTACH_TABLE:
		return viommu_attach_table(dev, &r->attach_table);
	case VIRTIO_IOMMU_T_INVALIDATE:
		return viommu_invalidate(dev, &r->invalidate);
	default:
		return do_probe(dev, &r->probe, req);
	}
}

/* A PROBE that has less room than for all properties has its status at the end of that */
static uint32_t writable_size(const struct viommu *dev, uint8_t type, size_t room)
{
	size_t want = TAIL;

	if (type == VIRTIO_IOMMU_T_PROBE)
		want += dev->opt.probe_size;
	return room < TAIL ? 0 : MIN(want, room);
}

static bool available(const struct viommu *dev, uint8_t type)
{
	switch (type) {
	case VIRTIO_IOMMU_T_PROBE:
		return negotiated(dev, VIRTIO_IOMMU_F_PROBE);
	case VIRTIO_IOMMU_T_ATTACH_TABLE:
	case VIRTIO_IOMMU_T_INVALIDATE:
		return negotiated(dev, VIRTIO_IOMMU_F_ATTACH_TABLE);
	default:
		return true;
	}
}

static void begin(struct viommu *dev, const struct viommu_req *req, struct answer *a)
{
	union request r = { 0 };
	size_t have = iov_read(req->in, req->n_in, &r, sizeof(r));
	size_t room = iov_size(req->out, req->n_out);
	size_t want;

	if (have < sizeof(r.head) || !available(dev, r.head.type))
		return;
	want = readable_size(r.head.type);
	a->written = want ? writable_size(dev, r.head.type, room) : 0;
	if (!a->written)
		return;
	/* What is not filled in is nobody's old data, and no property either */
	iov_write(req->out, req->n_out, 0, NULL, a->written - TAIL);
	if (have < want)
		a->status = VIRTIO_IOMMU_S_IOERR;
	else if (r.head.type == VIRTIO_IOMMU_T_PROBE &&
		 a->written < dev->opt.probe_size + TAIL)
		a->status = VIRTIO_IOMMU_S_INVAL;
	else
		a->status = perform(dev, &r, req, a);
}

/*
 * Caches that could not be told may have what was unmapped. And where a table went with
 * that, they may have the old one in front of what was mapped since: so neither is as the
 * answer would say. The guest has no mapping that it does not know of.
 */
static uint8_t final_status(struct viommu *dev, const struct answer *a)
{
	struct vdomain *d = a->type ? domain_find(dev, a->domain) : NULL;

	if (a->status || !d || !d->table || !d->table->unsynced)
		return a->status;
	if (a->type == VIRTIO_IOMMU_T_MAP)
		viommu_unmap(dev, a->domain, a->iova);
	return VIRTIO_IOMMU_S_DEVERR;
}

static void end(struct viommu *dev, struct viommu_req *req, const struct answer *a)
{
	struct virtio_iommu_req_tail tail = { 0 };

	req->written = a->written;
	if (!a->written)
		return;
	tail.status = final_status(dev, a);
	iov_write(req->out, req->n_out, a->written - TAIL, &tail, TAIL);
}

void viommu_requests(struct viommu *dev, struct viommu_req *reqs, size_t n)
{
	struct answer *answers = g_new0(struct answer, n);
	size_t i;

	for (i = 0; i < n; i++)
		begin(dev, &reqs[i], &answers[i]);
	viommu_finish(dev);
	for (i = 0; i < n; i++)
		end(dev, &reqs[i], &answers[i]);
	g_free(answers);
}
