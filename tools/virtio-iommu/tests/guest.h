/* SPDX-License-Identifier: GPL-2.0-only */
/* What a driver does: requests, one at a time or several with one kick */
#ifndef VIOMMU_GUEST_H
#define VIOMMU_GUEST_H

#include <linux/virtio_iommu.h>

#include "../viommu.h"

#define PAGE	4096ull
#define RW	(VIRTIO_IOMMU_MAP_F_READ | VIRTIO_IOMMU_MAP_F_WRITE)
#define BIT(n)	(1ull << (n))
/* Of a request that was given back without an answer */
#define NO_ANSWER	(-1)

/* A request is sent as it is, and its status returned; @out gets what was written */
int send_raw(struct viommu *dev, const void *in, size_t in_len, void *out, size_t out_len,
	     uint32_t *written);

int send_attach(struct viommu *dev, uint32_t domain, uint32_t endpoint);
int send_attach_flags(struct viommu *dev, uint32_t domain, uint32_t endpoint,
		      uint32_t flags);
int send_detach(struct viommu *dev, uint32_t domain, uint32_t endpoint);
int send_map(struct viommu *dev, uint32_t domain, uint64_t first, uint64_t last,
	     uint64_t gpa, uint32_t flags);
int send_unmap(struct viommu *dev, uint32_t domain, uint64_t first, uint64_t last);
/* @buf has room for @size bytes of properties and a tail */
int send_probe(struct viommu *dev, uint32_t endpoint, void *buf, size_t size);

struct virtio_iommu_req_map make_map(uint32_t domain, uint64_t first, uint64_t last,
				     uint64_t gpa, uint32_t flags);
struct virtio_iommu_req_unmap make_unmap(uint32_t domain, uint64_t first, uint64_t last);

#endif /* VIOMMU_GUEST_H */
