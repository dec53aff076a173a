// SPDX-License-Identifier: GPL-2.0-only
/* vfio-user: sockets, and clients that come and go */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "vfio_user_priv.h"

void vfu_disconnect(struct vfu *vfu)
{
	bool agreed = vfu->agreed;

	if (vfu->client.fd < 0)
		return;
	loop_remove(vfu->loop, &vfu->client);
	vfu_io_close(&vfu->io);
	vfu->client.fd = -1;
	vfu->agreed = false;
	vfu_forget_maps(vfu);
	vfu_maps_free(&vfu->maps);
	if (agreed)
		vfu->ops->disconnected(vfu->opaque);
	/* The next one may come */
	loop_change(vfu->loop, &vfu->listener, EPOLLIN);
}

/*
 * A client that does not take its replies is not listened to. So there is never more than
 * one reply to keep.
 */
static void client_ready(void *opaque, uint32_t events)
{
	struct vfu *vfu = opaque;
	int rc;

	if (vfu_io_pending(&vfu->io)) {
		rc = events & EPOLLERR ? -EPIPE : vfu_io_flush(&vfu->io);
		rc = rc > 0 ? 0 : rc;
	} else {
		rc = vfu_io_read(&vfu->io);
		if (rc > 0) {
			rc = vfu_command(vfu);
			vfu_io_next(&vfu->io);
		}
	}
	if (rc == -EPROTO)
		fprintf(stderr, "%s: the client does not speak vfio-user, and is sent away\n",
			vfu->path);
	if (rc)
		vfu_disconnect(vfu);
	else
		loop_change(vfu->loop, &vfu->client,
			    vfu_io_pending(&vfu->io) ? EPOLLOUT : EPOLLIN);
}

/* While there is a client, others wait in the kernel's queue until it has gone */
static void listener_ready(void *opaque, uint32_t events)
{
	struct vfu *vfu = opaque;
	int fd = accept4(vfu->listener.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	if (fd < 0)
		return;
	vfu->client.fd = fd;
	vfu->client.events = EPOLLIN;
	if (loop_add(vfu->loop, &vfu->client)) {
		vfu->client.fd = -1;
		close(fd);
		return;
	}
	vfu_io_init(&vfu->io, fd);
	loop_change(vfu->loop, &vfu->listener, 0);
}

/* Is it a socket that is left of a server that is gone? */
static bool is_left_over(const struct sockaddr_un *addr)
{
	struct stat st;
	int fd, rc;

	if (lstat(addr->sun_path, &st) || !S_ISSOCK(st.st_mode))
		return false;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	rc = connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) ? errno : 0;
	close(fd);
	return rc == ECONNREFUSED;
}

static int listen_on(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd, rc = 0;

	if (strlen(path) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	strcpy(addr.sun_path, path);
	if (is_left_over(&addr))
		unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		rc = -errno;
	} else if (listen(fd, 4)) {
		rc = -errno;
		unlink(path);
	}
	if (!rc)
		return fd;
	close(fd);
	return rc;
}

int vfu_new(struct loop *loop, const char *path, const struct vfu_ops *ops, void *opaque,
	    struct vfu **out)
{
	struct vfu *vfu = calloc(1, sizeof(*vfu));
	int rc = -ENOMEM;

	if (!vfu)
		return rc;
	vfu->loop = loop;
	vfu->ops = ops;
	vfu->opaque = opaque;
	vfu->client = (struct loop_watch) {
		.fd = -1, .ready = client_ready, .opaque = vfu,
	};
	vfu->listener = (struct loop_watch) {
		.fd = -1, .events = EPOLLIN, .ready = listener_ready, .opaque = vfu,
	};
	vfu_io_init(&vfu->io, -1);
	vfu->path = strdup(path);
	if (!vfu->path)
		goto free;
	rc = listen_on(path);
	if (rc < 0)
		goto free;
	vfu->listener.fd = rc;
	rc = loop_add(loop, &vfu->listener);
	if (rc)
		goto close;
	*out = vfu;
	return 0;

close:
	close(vfu->listener.fd);
	unlink(path);
free:
	free(vfu->path);
	free(vfu);
	return rc;
}

void vfu_free(struct vfu *vfu)
{
	if (!vfu)
		return;
	vfu_disconnect(vfu);
	loop_remove(vfu->loop, &vfu->listener);
	close(vfu->listener.fd);
	unlink(vfu->path);
	free(vfu->path);
	free(vfu);
}

bool vfu_connected(const struct vfu *vfu)
{
	return vfu->agreed;
}
