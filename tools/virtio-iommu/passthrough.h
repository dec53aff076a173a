/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A device of the host's, which a client has by vfio-user and this process by VFIO
 *
 * Its regions, interrupts and resets are the host's. What it reaches in memory is not the
 * client's to say: it is behind the virtio-iommu.
 */
#ifndef VIOMMU_PASSTHROUGH_H
#define VIOMMU_PASSTHROUGH_H

#include <stdbool.h>

struct ds_ctx;
struct ds_dev;
struct pass;
struct vfu_ops;

/**
 * struct pass_host - what the device asks of who has it
 * @connected: a client is there; the device may be attached from now on
 * @disconnected: it is gone, and the device was reset
 * @opaque: for these
 */
struct pass_host {
	void (*connected)(void *opaque);
	void (*disconnected)(void *opaque);
	void *opaque;
};

/**
 * pass_open() - a device
 * @ctx: its DMA is translated here
 * @name: /dev/vfio/devices/vfioN, or the name of a device on the PCI or platform bus
 * @mmap: clients may map what the host lets be mapped. They have the device's descriptor
 *	then, and with it all that VFIO does
 * @host: who has it
 * @pass: the device
 * @why: what went wrong, if something did
 */
int pass_open(struct ds_ctx *ctx, const char *name, bool mmap, const struct pass_host *host,
	      struct pass **pass, const char **why);
/* It must be in no unit any more */
void pass_close(struct pass *pass);
struct ds_dev *pass_dev(struct pass *pass);
/* As the host has it, with the device as opaque */
const struct vfu_ops *pass_ops(const struct pass *pass);

#endif
