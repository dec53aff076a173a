/* SPDX-License-Identifier: GPL-2.0-only */
/* vfio-user: what is on the wire, in the byte order of the machine */
#ifndef VIOMMU_VFIO_USER_PROTO_H
#define VIOMMU_VFIO_USER_PROTO_H

#include <assert.h>
#include <stdint.h>

enum vfu_command {
	VFU_VERSION = 1,
	VFU_DMA_MAP,
	VFU_DMA_UNMAP,
	VFU_DEVICE_GET_INFO,
	VFU_DEVICE_GET_REGION_INFO,
	VFU_DEVICE_GET_REGION_IO_FDS,
	VFU_DEVICE_GET_IRQ_INFO,
	VFU_DEVICE_SET_IRQS,
	VFU_REGION_READ,
	VFU_REGION_WRITE,
	VFU_DMA_READ,
	VFU_DMA_WRITE,
	VFU_DEVICE_RESET,
	VFU_REGION_WRITE_MULTI = 15,
	VFU_DEVICE_FEATURE,
	VFU_MIG_DATA_READ,
	VFU_MIG_DATA_WRITE,
};

#define VFU_FLAG_TYPE		0xfu
#define VFU_TYPE_COMMAND	0x0u
#define VFU_TYPE_REPLY		0x1u
#define VFU_FLAG_NO_REPLY	0x10u
#define VFU_FLAG_ERROR		0x20u

struct vfu_header {
	uint16_t id;
	uint16_t command;
	uint32_t size;		/* with the header */
	uint32_t flags;
	uint32_t error;
};

static_assert(sizeof(struct vfu_header) == 16, "vfio-user header");

struct vfu_msg_version {
	uint16_t major;
	uint16_t minor;
	/* JSON, ended by a NUL */
};

#define VFU_MAJOR	0
#define VFU_MINOR	1

struct vfu_msg_dma_map {
	uint32_t argsz;
	uint32_t flags;
	uint64_t offset;
	uint64_t address;
	uint64_t size;
};

static_assert(sizeof(struct vfu_msg_dma_map) == 32, "vfio-user DMA_MAP");

#define VFU_DMA_FLAG_READ	(1u << 0)
#define VFU_DMA_FLAG_WRITE	(1u << 1)

struct vfu_msg_dma_unmap {
	uint32_t argsz;
	uint32_t flags;
	uint64_t address;
	uint64_t size;
};

static_assert(sizeof(struct vfu_msg_dma_unmap) == 24, "vfio-user DMA_UNMAP");

/* As in VFIO: the dirty bitmap (which is for migration), and all there is */
#define VFU_UNMAP_FLAG_DIRTY	(1u << 0)
#define VFU_UNMAP_FLAG_ALL	(1u << 1)

struct vfu_msg_region_rw {
	uint64_t offset;
	uint32_t region;
	uint32_t count;
	/* the data */
};

static_assert(sizeof(struct vfu_msg_region_rw) == 16, "vfio-user REGION_READ, _WRITE");

struct vfu_msg_write {
	uint64_t offset;
	uint32_t region;
	uint32_t count;
	uint8_t data[8];
};

static_assert(sizeof(struct vfu_msg_write) == 24, "vfio-user REGION_WRITE_MULTI");

/*
 * What a message may have at most, which is told to the client. QEMU takes it for
 * malformed if a server can have more than 16 descriptors.
 */
#define VFU_MAX_XFER	(1u << 20)
#define VFU_MAX_FDS	16
#define VFU_MAX_MAPS	65535
#define VFU_PAGE	4096u

/* The longest: a header, offset and count, and as much data as may be */
#define VFU_MAX_MSG \
	(sizeof(struct vfu_header) + sizeof(struct vfu_msg_region_rw) + VFU_MAX_XFER)

#endif
