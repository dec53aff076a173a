// SPDX-License-Identifier: GPL-2.0-only
/* What a driver does */
#include <endian.h>
#include <stddef.h>
#include <string.h>

#include "guest.h"

int send_raw(struct viommu *dev, const void *in, size_t in_len, void *out, size_t out_len,
	     uint32_t *written)
{
	struct iovec readable = { .iov_base = (void *)in, .iov_len = in_len };
	struct iovec writable = { .iov_base = out, .iov_len = out_len };
	struct viommu_req req = {
		.in = &readable, .n_in = 1, .out = &writable, .n_out = 1, .written = 77,
	};

	viommu_requests(dev, &req, 1);
	if (written)
		*written = req.written;
	if (!req.written)
		return NO_ANSWER;
	return ((uint8_t *)out)[req.written - sizeof(struct virtio_iommu_req_tail)];
}

static int send(struct viommu *dev, const void *in, size_t in_len)
{
	struct virtio_iommu_req_tail tail;

	memset(&tail, 0xee, sizeof(tail));
	return send_raw(dev, in, in_len, &tail, sizeof(tail), NULL);
}

int send_attach_flags(struct viommu *dev, uint32_t domain, uint32_t endpoint,
		      uint32_t flags)
{
	struct virtio_iommu_req_attach r = {
		.head.type = VIRTIO_IOMMU_T_ATTACH,
		.domain = htole32(domain),
		.endpoint = htole32(endpoint),
		.flags = htole32(flags),
	};

	return send(dev, &r, offsetof(typeof(r), tail));
}

int send_attach(struct viommu *dev, uint32_t domain, uint32_t endpoint)
{
	return send_attach_flags(dev, domain, endpoint, 0);
}

int send_detach(struct viommu *dev, uint32_t domain, uint32_t endpoint)
{
	struct virtio_iommu_req_detach r = {
		.head.type = VIRTIO_IOMMU_T_DETACH,
		.domain = htole32(domain),
		.endpoint = htole32(endpoint),
	};

	return send(dev, &r, offsetof(typeof(r), tail));
}

struct virtio_iommu_req_map make_map(uint32_t domain, uint64_t first, uint64_t last,
				     uint64_t gpa, uint32_t flags)
{
	return (struct virtio_iommu_req_map) {
		.head.type = VIRTIO_IOMMU_T_MAP,
		.domain = htole32(domain),
		.virt_start = htole64(first),
		.virt_end = htole64(last),
		.phys_start = htole64(gpa),
		.flags = htole32(flags),
	};
}

int send_map(struct viommu *dev, uint32_t domain, uint64_t first, uint64_t last,
	     uint64_t gpa, uint32_t flags)
{
	struct virtio_iommu_req_map r = make_map(domain, first, last, gpa, flags);

	return send(dev, &r, offsetof(typeof(r), tail));
}

struct virtio_iommu_req_unmap make_unmap(uint32_t domain, uint64_t first, uint64_t last)
{
	return (struct virtio_iommu_req_unmap) {
		.head.type = VIRTIO_IOMMU_T_UNMAP,
		.domain = htole32(domain),
		.virt_start = htole64(first),
		.virt_end = htole64(last),
	};
}

int send_unmap(struct viommu *dev, uint32_t domain, uint64_t first, uint64_t last)
{
	struct virtio_iommu_req_unmap r = make_unmap(domain, first, last);

	return send(dev, &r, offsetof(typeof(r), tail));
}

int send_probe(struct viommu *dev, uint32_t endpoint, void *buf, size_t size)
{
	struct virtio_iommu_req_probe r = {
		.head.type = VIRTIO_IOMMU_T_PROBE,
		.endpoint = htole32(endpoint),
	};

	memset(buf, 0xee, size + sizeof(struct virtio_iommu_req_tail));
	return send_raw(dev, &r, offsetof(typeof(r), properties), buf,
			size + sizeof(struct virtio_iommu_req_tail), NULL);
}
