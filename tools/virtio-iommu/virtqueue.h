/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Split virtqueues (virtio 1.3, section 2.7), the device's side
 *
 * Everything that the driver has in memory is read once, and then checked: an index that
 * says more than there is, a chain that loops, a descriptor outside of memory, a table of
 * descriptors in another one. A queue with something of this is broken: nothing more is
 * taken from it until it is reset.
 */
#ifndef VIOMMU_VIRTQUEUE_H
#define VIOMMU_VIRTQUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gmem;

#define VQ_MAX_SIZE	256

struct vq_part {
	uint64_t gpa;
	uint32_t len;
};

/* A chain: first what the device may read, then what it may write */
struct vq_chain {
	uint16_t head;
	unsigned int nr_in, nr_out;
	struct vq_part parts[VQ_MAX_SIZE];
};

struct vq {
	struct gmem *mem;
	/* Set while it is not enabled */
	uint16_t size;
	uint64_t desc, avail, used;
	bool indirect, event_idx;	/* negotiated */

	bool enabled;
	bool broken;
	uint16_t next;		/* of the available ring */
	uint16_t used_idx;
	uint16_t told;		/* of the used ring: up to here the driver was interrupted */
};

/* -EINVAL for a size that is none, or areas that are not aligned */
int vq_enable(struct vq *vq);
/* Nothing is left of it but @mem */
void vq_reset(struct vq *vq);

/* 1: @chain is the next one; 0: there is none, and a kick is asked for; -EPROTO: broken */
int vq_pop(struct vq *vq, struct vq_chain *chain);
/* What was taken last is there again, for the next vq_pop() */
void vq_unpop(struct vq *vq);
/* @len bytes of the chain were written. Order is that of the calls; broken if it fails */
void vq_push(struct vq *vq, uint16_t head, uint32_t len);
/* Since the last time something was pushed that the driver wants an interrupt for */
bool vq_interrupt(struct vq *vq);

/* From the part that is read: how many bytes there were, @len at most; -EPROTO: broken */
int vq_read(struct vq *vq, const struct vq_chain *chain, void *buf, size_t len);
/* To the part that is written, which has room for it; -EPROTO: broken */
int vq_write(struct vq *vq, const struct vq_chain *chain, const void *buf, size_t len);
/* Bytes that can be written */
uint64_t vq_room(const struct vq_chain *chain);

#endif
