/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vfio-user, the server's side: a function of a device on a socket
 *
 * A client, as QEMU's vfio-user-pci is one, connects to the socket of a function, agrees
 * on a version, tells where the memory of its guest is, and reads and writes regions.
 * What a message says is checked here, before the function sees it: sizes, flags, ranges
 * against the function's regions and interrupts, the number of descriptors.
 *
 * A function has one client at a time. A client that goes takes its memory and its
 * eventfds with it, but the function stays as it was, for the next one.
 */
#ifndef VIOMMU_VFIO_USER_H
#define VIOMMU_VFIO_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/vfio.h>

struct loop;
struct vfu;

#define VFU_MAX_AREAS	4

/* What a client has of its guest's memory for us */
struct vfu_dma {
	uint64_t iova;		/* address that the device has for it */
	uint64_t size;
	uint64_t offset;	/* in the file */
	bool read, write;
	int fd;			/* -1: it is not shared. It is the caller's own */
};

struct vfu_area {
	uint64_t offset;
	uint64_t size;
};

/* A region. Without areas, VFIO_REGION_INFO_FLAG_MMAP means the whole of it */
struct vfu_region {
	uint64_t size;
	uint32_t flags;		/* VFIO_REGION_INFO_FLAG_*, but for CAPS */
	unsigned int nr_areas;
	struct vfu_area areas[VFU_MAX_AREAS];
	int fd;			/* with FLAG_MMAP; it stays the function's own */
	uint64_t fd_offset;
};

struct vfu_irq {
	uint32_t count;
	uint32_t flags;		/* VFIO_IRQ_INFO_* */
};

/* A change of interrupts. Of @bools and @fds there are @count, or none (NULL) */
struct vfu_irq_set {
	uint32_t flags;		/* VFIO_IRQ_SET_*: one of DATA and one of ACTION */
	uint32_t index;
	uint32_t start;
	uint32_t count;
	const uint8_t *bools;
	const int *fds;		/* closed afterwards: what is to be kept is duplicated */
};

/**
 * struct vfu_ops - a function as the protocol sees it
 * @region: describes region @index, which is below @num_regions
 * @irq: describes interrupts @index, which is below @num_irqs
 * @set_irqs: changes interrupts that are within what @irq said
 * @read: reads within a region that may be read
 * @write: writes within a region that may be written
 * @reset: of the function; NULL where there is none
 * @dma_map: the client has memory, which overlaps no other
 * @dma_unmap: it has it no more. Nothing may use it when this returns
 * @connected: there is a client; the version is agreed on
 * @disconnected: it is gone. All its memory was taken away before
 * @num_regions: how many there are
 * @num_irqs: how many kinds of interrupts there are
 *
 * Those that return int return 0 or a negative errno.
 */
struct vfu_ops {
	void (*region)(void *opaque, uint32_t index, struct vfu_region *region);
	void (*irq)(void *opaque, uint32_t index, struct vfu_irq *irq);
	int (*set_irqs)(void *opaque, const struct vfu_irq_set *set);
	int (*read)(void *opaque, uint32_t index, uint64_t offset, void *data, uint32_t count);
	int (*write)(void *opaque, uint32_t index, uint64_t offset, const void *data,
		     uint32_t count);
	int (*reset)(void *opaque);
	int (*dma_map)(void *opaque, const struct vfu_dma *dma);
	void (*dma_unmap)(void *opaque, const struct vfu_dma *dma);
	void (*connected)(void *opaque);
	void (*disconnected)(void *opaque);
	uint32_t num_regions;
	uint32_t num_irqs;
};

/**
 * vfu_new() - a function on a socket
 * @loop: which serves it
 * @path: of the socket. One that is there and that nobody listens on is replaced
 * @ops: the function
 * @opaque: for @ops
 * @vfu: the server
 *
 * Return: 0; -EADDRINUSE if somebody listens there; -ENAMETOOLONG; as the kernel says
 */
int vfu_new(struct loop *loop, const char *path, const struct vfu_ops *ops, void *opaque,
	    struct vfu **vfu);
/* The client is disconnected, the socket removed */
void vfu_free(struct vfu *vfu);
/* Is there a client that has agreed on a version? */
bool vfu_connected(const struct vfu *vfu);
/* The client is sent away, which is how it learns that the function is not usable */
void vfu_disconnect(struct vfu *vfu);

#endif
