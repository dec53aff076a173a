// SPDX-License-Identifier: GPL-2.0-only
/* A client of vfio-user */
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "client.h"

/* ---- The server ---- */

static int host_map(void *opaque, const struct vfu_dma *dma)
{
	struct server_rig *r = opaque;

	r->maps++;
	return viommu_mem_add(r->dev, dma->iova, dma->size, dma->iova + MEM_IPA,
			      dma->write ? 0 : VIOMMU_MEM_READ_ONLY);
}

static void host_unmap(void *opaque, const struct vfu_dma *dma)
{
	struct server_rig *r = opaque;

	r->maps--;
	g_assert_cmpint(viommu_mem_remove(r->dev, dma->iova, dma->size), ==, 0);
}

static void again(void *opaque)
{
	struct server_rig *r = opaque;

	vpci_again(r->vpci);
}

static void host_again(void *opaque)
{
	struct server_rig *r = opaque;

	loop_later(r->loop, again, r);
}

void server_up(struct server_rig *r)
{
	struct vpci_host host = { host_map, host_unmap, host_again, r };
	unsigned int i;

	*r = (struct server_rig) { .fd = -1 };
	r->loop = loop_new();
	g_assert_cmpint(viommu_new(NULL, &r->dev), ==, 0);
	r->fake = fake_new();
	g_assert_cmpint(viommu_ep_add(r->dev, ENDPOINT, &r->fake->base, fake_ds(&r->unit),
				      NULL, 0), ==, 0);
	r->mem = gmem_new();
	r->vpci = vpci_new(r->dev, r->mem, &host);
	r->path = g_strdup_printf("/tmp/viommu-test-%d.sock", getpid());
	g_assert_cmpint(vfu_new(r->loop, r->path, &vpci_ops, r->vpci, &r->vfu), ==, 0);
	r->memfd = memfd_create("guest", MFD_CLOEXEC);
	g_assert_cmpint(ftruncate(r->memfd, MEM_SIZE), ==, 0);
	r->memory = mmap(NULL, MEM_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, r->memfd, 0);
	g_assert(r->memory != MAP_FAILED);
	for (i = 0; i < PCI_IRQ_VECTORS; i++)
		r->irq[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	r->intx = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
}

void server_down(struct server_rig *r)
{
	unsigned int i;

	if (r->fd >= 0)
		close(r->fd);
	vfu_free(r->vfu);
	g_assert_cmpint(r->maps, ==, 0);
	g_assert_cmpint(access(r->path, F_OK), ==, -1);
	vpci_free(r->vpci);
	viommu_free(r->dev);
	viommu_backend_free(&r->fake->base);
	gmem_free(r->mem);
	loop_free(r->loop);
	munmap(r->memory, MEM_SIZE);
	close(r->memfd);
	for (i = 0; i < PCI_IRQ_VECTORS; i++)
		close(r->irq[i]);
	close(r->intx);
	g_free(r->path);
}

static void run(gconstpointer fn)
{
	struct server_rig r;

	server_up(&r);
	((void (*)(struct server_rig *))fn)(&r);
	server_down(&r);
}

void server_test(const char *name, void (*fn)(struct server_rig *r))
{
	g_test_add_data_func(name, fn, run);
}

void server_run(struct server_rig *r)
{
	while (loop_once(r->loop, 0) > 0)
		;
}

/* ---- The client ---- */

int client_connect(struct server_rig *r)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	strcpy(addr.sun_path, r->path);
	g_assert_cmpint(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), ==, 0);
	server_run(r);
	return fd;
}

void client_close(struct server_rig *r)
{
	close(r->fd);
	r->fd = -1;
	server_run(r);
}

void client_send(struct server_rig *r, const void *data, size_t size, const int *fds,
		 unsigned int nr_fds)
{
	union {
		char buf[CMSG_SPACE(253 * sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	struct iovec iov = { (void *)data, size };
	struct msghdr hdr = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (nr_fds) {
		hdr.msg_control = control.buf;
		hdr.msg_controllen = CMSG_SPACE(nr_fds * sizeof(int));
		control.align.cmsg_level = SOL_SOCKET;
		control.align.cmsg_type = SCM_RIGHTS;
		control.align.cmsg_len = CMSG_LEN(nr_fds * sizeof(int));
		memcpy(CMSG_DATA(&control.align), fds, nr_fds * sizeof(int));
	}
	while (iov.iov_len) {
		ssize_t n = sendmsg(r->fd, &hdr, MSG_NOSIGNAL);

		server_run(r);
		if (n < 0 && errno == EAGAIN)
			continue;
		/* Who was sent away has nothing more to say */
		if (n < 0)
			return;
		iov.iov_base = (char *)iov.iov_base + n;
		iov.iov_len -= n;
		hdr.msg_control = NULL;
		hdr.msg_controllen = 0;
	}
}

size_t client_read(struct server_rig *r, void *data, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = recv(r->fd, (char *)data + done, size - done, 0);

		if (n <= 0)
			break;
		done += n;
		server_run(r);
	}
	return done;
}

bool client_gone(struct server_rig *r)
{
	char byte;

	return recv(r->fd, &byte, 1, 0) == 0;
}

int client_call(struct server_rig *r, uint16_t command, const void *in, uint32_t in_size,
		const int *fds, unsigned int nr_fds, void *out, uint32_t out_size)
{
	struct vfu_header *msg = g_malloc0(sizeof(*msg) + in_size);
	struct vfu_header reply;

	msg->id = ++r->next_id;
	msg->command = command;
	msg->size = sizeof(*msg) + in_size;
	if (in_size)
		memcpy(msg + 1, in, in_size);
	client_send(r, msg, msg->size, fds, nr_fds);
	g_free(msg);
	g_assert_cmpuint(client_read(r, &reply, sizeof(reply)), ==, sizeof(reply));
	g_assert_cmpuint(reply.id, ==, r->next_id);
	g_assert_cmpuint(reply.command, ==, command);
	if (reply.flags & VFU_FLAG_ERROR) {
		g_assert_cmphex(reply.flags, ==, VFU_TYPE_REPLY | VFU_FLAG_ERROR);
		g_assert_cmpuint(reply.size, ==, sizeof(reply));
		g_assert_cmpuint(reply.error, !=, 0);
		return -reply.error;
	}
	g_assert_cmphex(reply.flags, ==, VFU_TYPE_REPLY);
	g_assert_cmpuint(reply.size, ==, sizeof(reply) + out_size);
	g_assert_cmpuint(client_read(r, out, out_size), ==, out_size);
	return 0;
}

void client_hello(struct server_rig *r)
{
	static const char json[] =
		"{\"capabilities\":{\"max_msg_fds\":8,\"write_multiple\":true,\"pgsizes\":4096}}";
	uint8_t msg[4 + sizeof(json)] = { 0 };
	uint8_t reply[256];
	struct vfu_header header = {
		.command = VFU_VERSION, .size = sizeof(header) + sizeof(msg),
	};

	if (r->fd >= 0)
		client_close(r);
	r->fd = client_connect(r);
	memcpy(msg + 4, json, sizeof(json));
	client_send(r, &header, sizeof(header), NULL, 0);
	client_send(r, msg, sizeof(msg), NULL, 0);
	g_assert_cmpuint(client_read(r, &header, sizeof(header)), ==, sizeof(header));
	g_assert_cmphex(header.flags, ==, VFU_TYPE_REPLY);
	client_read(r, reply, header.size - sizeof(header));
	g_assert(vfu_connected(r->vfu));
}

int client_map(struct server_rig *r, uint64_t gpa, uint64_t size, int fd, uint64_t offset)
{
	struct vfu_msg_dma_map map = {
		.argsz = sizeof(map), .flags = VFU_DMA_FLAG_READ | VFU_DMA_FLAG_WRITE,
		.offset = offset, .address = gpa, .size = size,
	};

	return client_call(r, VFU_DMA_MAP, &map, sizeof(map), &fd, fd >= 0, NULL, 0);
}

int client_unmap(struct server_rig *r, uint64_t gpa, uint64_t size)
{
	struct vfu_msg_dma_unmap unmap = {
		.argsz = sizeof(unmap), .address = gpa, .size = size,
	};
	struct vfu_msg_dma_unmap reply;
	int rc = client_call(r, VFU_DMA_UNMAP, &unmap, sizeof(unmap), NULL, 0, &reply,
			     sizeof(reply));

	if (!rc)
		g_assert_cmpmem(&reply, sizeof(reply), &unmap, sizeof(unmap));
	return rc;
}

int client_set_irqs(struct server_rig *r, uint32_t index, uint32_t flags, uint32_t start,
		    uint32_t count, const void *data, uint32_t size, const int *fds,
		    unsigned int nr_fds)
{
	struct vfio_irq_set *set = g_malloc0(sizeof(*set) + size);
	int rc;

	*set = (struct vfio_irq_set) {
		.argsz = sizeof(*set) + size, .flags = flags, .index = index,
		.start = start, .count = count,
	};
	if (size)
		memcpy(set->data, data, size);
	rc = client_call(r, VFU_DEVICE_SET_IRQS, set, sizeof(*set) + size, fds, nr_fds,
			 NULL, 0);
	g_free(set);
	return rc;
}

uint64_t peek(struct server_rig *r, uint32_t region, uint64_t offset, uint32_t count)
{
	struct vfu_msg_region_rw rw = { .offset = offset, .region = region, .count = count };
	uint8_t reply[sizeof(rw) + 8];
	uint64_t value = 0;

	g_assert_cmpint(client_call(r, VFU_REGION_READ, &rw, sizeof(rw), NULL, 0, reply,
				    sizeof(rw) + count), ==, 0);
	memcpy(&value, reply + sizeof(rw), count);
	return value;
}

void poke(struct server_rig *r, uint32_t region, uint64_t offset, uint64_t value,
	  uint32_t count)
{
	struct vfu_msg_region_rw rw = { .offset = offset, .region = region, .count = count };
	uint8_t msg[sizeof(rw) + 8];

	memcpy(msg, &rw, sizeof(rw));
	memcpy(msg + sizeof(rw), &value, count);
	g_assert_cmpint(client_call(r, VFU_REGION_WRITE, msg, sizeof(rw) + count, NULL, 0,
				    &rw, sizeof(rw)), ==, 0);
}

unsigned int signalled(int fd)
{
	uint64_t n;

	return read(fd, &n, sizeof(n)) == sizeof(n) ? n : 0;
}
