// SPDX-License-Identifier: GPL-2.0-only
/*
 * vfio-user: messages on a socket
 *
 * Messages are read header first, so that no read goes past the end of one: descriptors
 * that come with a read then belong to the message that is being read.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vfio_user_priv.h"

/* The kernel has no more in one message */
#define SCM_FDS	253

void vfu_io_init(struct vfu_io *io, int fd)
{
	memset(io, 0, sizeof(*io));
	io->fd = fd;
	io->out_fd = -1;
}

static void drop_fds(struct vfu_msg *msg)
{
	while (msg->nr_fds)
		close(msg->fds[--msg->nr_fds]);
}

static void drop_out(struct vfu_io *io)
{
	free(io->out);
	io->out = NULL;
	if (io->out_fd >= 0)
		close(io->out_fd);
	io->out_fd = -1;
}

void vfu_io_close(struct vfu_io *io)
{
	drop_fds(&io->msg);
	drop_out(io);
	free(io->msg.data);
	close(io->fd);
	memset(io, 0, sizeof(*io));
	io->fd = -1;
	io->out_fd = -1;
}

void vfu_io_next(struct vfu_io *io)
{
	drop_fds(&io->msg);
	io->got = 0;
	io->lost_fds = false;
}

static void take_fds(struct vfu_io *io, struct msghdr *hdr)
{
	struct cmsghdr *cmsg;

	if (hdr->msg_flags & MSG_CTRUNC)
		io->lost_fds = true;
	for (cmsg = CMSG_FIRSTHDR(hdr); cmsg; cmsg = CMSG_NXTHDR(hdr, cmsg)) {
		size_t i, n = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (cmsg->cmsg_level != SOL_SOCKET || cmsg->cmsg_type != SCM_RIGHTS)
			continue;
		for (i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(cmsg) + i * sizeof(fd), sizeof(fd));
			if (io->msg.nr_fds < VFU_MAX_FDS) {
				io->msg.fds[io->msg.nr_fds++] = fd;
			} else {
				close(fd);
				io->lost_fds = true;
			}
		}
	}
}

/* How many bytes have come; 0 for none now */
static ssize_t receive(struct vfu_io *io, void *buf, size_t len)
{
	union {
		char buf[CMSG_SPACE(SCM_FDS * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = { .iov_base = buf, .iov_len = len };
	struct msghdr hdr = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.buf, .msg_controllen = sizeof(control.buf),
	};
	ssize_t n = recvmsg(io->fd, &hdr, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -EPIPE;
	take_fds(io, &hdr);
	return n ? n : -EPIPE;
}

static int read_header(struct vfu_io *io)
{
	struct vfu_header *header = &io->msg.header;
	ssize_t n = receive(io, (char *)header + io->got, sizeof(*header) - io->got);
	uint8_t *data;

	if (n <= 0)
		return n;
	io->got += n;
	if (io->got < sizeof(*header))
		return 0;
	if (header->size < sizeof(*header) || header->size > VFU_MAX_MSG)
		return -EPROTO;
	io->msg.size = header->size - sizeof(*header);
	if (io->msg.size <= io->room)
		return 1;
	data = realloc(io->msg.data, io->msg.size);
	if (!data)
		return -EPIPE;
	io->msg.data = data;
	io->room = io->msg.size;
	return 1;
}

int vfu_io_read(struct vfu_io *io)
{
	ssize_t n;

	if (io->got < sizeof(struct vfu_header)) {
		n = read_header(io);
		if (n <= 0)
			return n;
	}
	if (io->got < io->msg.header.size) {
		n = receive(io, io->msg.data + (io->got - sizeof(struct vfu_header)),
			    io->msg.header.size - io->got);
		if (n <= 0)
			return n;
		io->got += n;
	}
	return io->got == io->msg.header.size;
}

/* How many bytes have gone; 0 for none now */
static ssize_t transmit(struct vfu_io *io, struct iovec *iov, size_t nr, int fd)
{
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct msghdr hdr = { .msg_iov = iov, .msg_iovlen = nr };
	ssize_t n;

	if (fd >= 0) {
		memset(&control, 0, sizeof(control));
		hdr.msg_control = control.buf;
		hdr.msg_controllen = sizeof(control.buf);
		control.align.cmsg_level = SOL_SOCKET;
		control.align.cmsg_type = SCM_RIGHTS;
		control.align.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&hdr)), &fd, sizeof(fd));
	}
	n = sendmsg(io->fd, &hdr, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -EPIPE;
	return n;
}

/* What has not gone is kept. The descriptor goes with the first byte */
static int keep(struct vfu_io *io, const struct iovec *iov, size_t nr, size_t gone, int fd)
{
	size_t i, size = 0;

	for (i = 0; i < nr; i++)
		size += iov[i].iov_len;
	if (gone == size)
		return 0;
	if (!gone && fd >= 0) {
		io->out_fd = dup(fd);
		if (io->out_fd < 0)
			return -EPIPE;
	}
	io->out = malloc(size);
	if (!io->out)
		return -EPIPE;
	io->out_done = gone;
	io->out_size = 0;
	for (i = 0; i < nr; i++) {
		if (iov[i].iov_len)
			memcpy(io->out + io->out_size, iov[i].iov_base, iov[i].iov_len);
		io->out_size += iov[i].iov_len;
	}
	return 0;
}

int vfu_io_reply(struct vfu_io *io, const struct vfu_header *to, int error,
		 const struct vfu_reply *reply)
{
	struct vfu_header header = {
		.id = to->id, .command = to->command, .flags = VFU_TYPE_REPLY,
		.size = sizeof(header),
	};
	struct iovec iov[3] = { { .iov_base = &header, .iov_len = sizeof(header) } };
	size_t i, nr = 1;
	int fd = -1;
	ssize_t n;

	if (error) {
		header.flags |= VFU_FLAG_ERROR;
		header.error = -error;
	} else if (reply) {
		fd = reply->fd;
		for (i = 0; i < 2; i++) {
			if (!reply->size[i])
				continue;
			iov[nr].iov_base = (void *)reply->data[i];
			iov[nr++].iov_len = reply->size[i];
			header.size += reply->size[i];
		}
	}
	n = transmit(io, iov, nr, fd);
	return n < 0 ? n : keep(io, iov, nr, n, fd);
}

int vfu_io_flush(struct vfu_io *io)
{
	struct iovec iov;
	ssize_t n;

	if (!io->out)
		return 0;
	iov.iov_base = io->out + io->out_done;
	iov.iov_len = io->out_size - io->out_done;
	n = transmit(io, &iov, 1, io->out_done ? -1 : io->out_fd);
	if (n < 0)
		return n;
	io->out_done += n;
	if (io->out_done < io->out_size)
		return 1;
	drop_out(io);
	return 0;
}
