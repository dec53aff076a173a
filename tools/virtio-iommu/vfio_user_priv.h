/* SPDX-License-Identifier: GPL-2.0-only */
/* vfio-user: what its files share */
#ifndef VIOMMU_VFIO_USER_PRIV_H
#define VIOMMU_VFIO_USER_PRIV_H

#include "loop.h"
#include "vfio_user.h"
#include "vfio_user_proto.h"

/* A message, complete. Descriptors that are left in it are closed when it was handled */
struct vfu_msg {
	struct vfu_header header;
	uint8_t *data;
	uint32_t size;		/* of @data */
	int fds[VFU_MAX_FDS];
	unsigned int nr_fds;
};

/* What is to be said to it: @data is the caller's, @fd is not closed */
struct vfu_reply {
	const void *data[2];
	uint32_t size[2];
	int fd;
};

/* ---- vfio_user_io.c: messages on a socket ---- */

struct vfu_io {
	int fd;
	struct vfu_msg msg;
	uint32_t got;		/* bytes of the message, with its header */
	uint32_t room;		/* at msg.data */
	bool lost_fds;		/* there were more than a message may have */
	uint8_t *out;		/* what the socket had no room for */
	uint32_t out_size;
	uint32_t out_done;
	int out_fd;
};

void vfu_io_init(struct vfu_io *io, int fd);
/* Everything that is left is closed and freed */
void vfu_io_close(struct vfu_io *io);
/*
 * Reads on. 1: a message is complete, to be ended by vfu_io_next(). 0: not yet. -EPIPE:
 * the other side is gone; -EPROTO: what comes is no message
 */
int vfu_io_read(struct vfu_io *io);
void vfu_io_next(struct vfu_io *io);
/* 0, or -EPIPE. Nothing must be left of the reply before */
int vfu_io_reply(struct vfu_io *io, const struct vfu_header *to, int error,
		 const struct vfu_reply *reply);
/* Sends on. Whether something is left, or -EPIPE */
int vfu_io_flush(struct vfu_io *io);
static inline bool vfu_io_pending(const struct vfu_io *io)
{
	return io->out;
}

/* ---- vfio_user_version.c: what the two sides can do ---- */

struct vfu_caps {
	uint32_t max_xfer;	/* what may be sent to the client */
	uint16_t minor;
	char *json;		/* our answer, to be freed */
};

/* 0; -EINVAL for what is no proposal, -EPROTONOSUPPORT for one that cannot be accepted */
int vfu_negotiate(const void *data, uint32_t size, struct vfu_caps *caps);

/* ---- vfio_user_dma.c: the client's memory ---- */

struct vfu_maps {
	struct vfu_dma *maps;	/* ascending; fd is -1 in all of them */
	uint32_t nr, room;
};

/* 0; -EINVAL, -EEXIST, -ENOSPC, -ENOMEM */
int vfu_maps_add(struct vfu_maps *maps, const struct vfu_dma *dma);
/* The one that is just this; -ENOENT if there is nothing, -EINVAL if it is another */
int vfu_maps_take(struct vfu_maps *maps, uint64_t iova, uint64_t size, struct vfu_dma *dma);
/* Any. false: there is none */
bool vfu_maps_take_any(struct vfu_maps *maps, struct vfu_dma *dma);
void vfu_maps_free(struct vfu_maps *maps);

/* ---- vfio_user_cmd.c: the commands ---- */

struct vfu {
	struct loop *loop;
	const struct vfu_ops *ops;
	void *opaque;
	char *path;
	struct loop_watch listener;
	struct loop_watch client;	/* fd is -1 if there is none */
	struct vfu_io io;
	bool agreed;
	uint32_t max_xfer;		/* that the client can take */
	struct vfu_maps maps;
};

/* 0, or -EPIPE, -EPROTO: the client is to be sent away */
int vfu_command(struct vfu *vfu);
void vfu_forget_maps(struct vfu *vfu);

#endif
