/* SPDX-License-Identifier: GPL-2.0-only */
/* The mock endpoint: its DMA engine, by the registers in BAR0 */
#ifndef IOMMU_EP_H
#define IOMMU_EP_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/iommu_mock.h>

#include "vdev.h"

/**
 * struct ep_result - how a transfer ended
 * @status: MOCK_EP_STS_* bits
 * @checksum: CRC32 that the endpoint found
 * @fault: MOCK_EP_FAULT_* bits, 0 if no request was blocked
 * @fault_addr: address of the blocked request
 * @moved: bytes moved
 */
struct ep_result {
	uint32_t status;
	uint32_t checksum;
	uint32_t fault;
	uint64_t fault_addr;
	uint32_t moved;
};

/*
 * The transfers return 0 when the endpoint reports success, -EFAULT when a
 * request of it was blocked or aborted, -EBADMSG when it read data of another
 * CRC32, -EIO when it did not even begin, -ETIMEDOUT when it never ended.
 * @res may be NULL.
 */
int ep_copy(struct vdev *v, uint64_t src, uint64_t dst, uint32_t size,
	    struct ep_result *res);
int ep_read(struct vdev *v, uint64_t src, uint32_t size, uint32_t crc,
	    struct ep_result *res);
int ep_write(struct vdev *v, uint64_t dst, uint32_t size, uint32_t seed,
	     struct ep_result *res);

/*
 * The endpoint reads the page at @iova: 0 when it finds the pattern of @seed there, else
 * as ep_read()
 */
int ep_sees(struct vdev *v, uint64_t iova, uint64_t seed);

/* Start a transfer without waiting; wait for it, given MOCK_EP_DONE before */
int ep_start(struct vdev *v, uint32_t command, uint64_t src, uint64_t dst,
	     uint32_t size);
int ep_wait(struct vdev *v, uint32_t done, struct ep_result *res);

/* PASID of the transfers that follow, with MOCK_EP_PASID_* bits; 0 for none */
int ep_pasid(struct vdev *v, uint32_t val);
int ep_ats(struct vdev *v, uint32_t bits);

#endif /* IOMMU_EP_H */
