/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A client of vfio-user, and a driver of the virtio-iommu through it
 *
 * Client and server are one thread: whatever the client sends is dealt with until nothing
 * is left to be done, and then the reply is read.
 */
#ifndef VIOMMU_TESTS_CLIENT_H
#define VIOMMU_TESTS_CLIENT_H

#include <linux/virtio_config.h>
#include <linux/virtio_pci.h>
#include <linux/virtio_ring.h>

#include "../guestmem.h"
#include "../vfio_user_priv.h"
#include "../virtio_pci_priv.h"
#include "fake.h"
#include "guest.h"

#define MEM_GPA		0x100000ull
#define MEM_SIZE	0x100000ull
#define MEM_IPA		(1ull << 39)
#define ENDPOINT	8

/**
 * struct server_rig - a server with one function, and its client
 * @fd: the client's socket, -1 if it is not connected
 * @memory: of the guest, which the client has as @memfd
 * @maps: how often the host was told of memory, less how often of its end
 */
struct server_rig {
	struct loop *loop;
	struct viommu *dev;
	struct fake *fake;
	struct fake_dev unit;
	struct gmem *mem;
	struct vpci *vpci;
	struct vfu *vfu;
	char *path;
	int fd;
	int memfd;
	uint8_t *memory;
	int maps;
	uint16_t next_id;
	int irq[PCI_IRQ_VECTORS];
	int intx;
};

void server_up(struct server_rig *r);
void server_down(struct server_rig *r);
void server_test(const char *name, void (*fn)(struct server_rig *r));
/* Until there is nothing to be done */
void server_run(struct server_rig *r);

int client_connect(struct server_rig *r);
void client_close(struct server_rig *r);
void client_send(struct server_rig *r, const void *data, size_t size, const int *fds,
		 unsigned int nr_fds);
/* Has the server sent the client away? */
bool client_gone(struct server_rig *r);
/* No more than there is; bytes that were read */
size_t client_read(struct server_rig *r, void *data, size_t size);

/* A command and its reply: 0, or the error. The reply has exactly @out_size bytes of data */
int client_call(struct server_rig *r, uint16_t command, const void *in, uint32_t in_size,
		const int *fds, unsigned int nr_fds, void *out, uint32_t out_size);
/* Connects anew, and agrees on the version as QEMU does it */
void client_hello(struct server_rig *r);
int client_map(struct server_rig *r, uint64_t gpa, uint64_t size, int fd, uint64_t offset);
int client_unmap(struct server_rig *r, uint64_t gpa, uint64_t size);
int client_set_irqs(struct server_rig *r, uint32_t index, uint32_t flags, uint32_t start,
		    uint32_t count, const void *data, uint32_t size, const int *fds,
		    unsigned int nr_fds);

/* Accesses to regions, which must succeed */
uint64_t peek(struct server_rig *r, uint32_t region, uint64_t offset, uint32_t count);
void poke(struct server_rig *r, uint32_t region, uint64_t offset, uint64_t value,
	  uint32_t count);
#define COMMON(r, field) peek(r, 0, VPCI_COMMON + (field), 1)

/* How often the eventfd was signalled since the last time */
unsigned int signalled(int fd);

/* ---- The driver ---- */

#define Q_DESC(q)	(MEM_GPA + 0x4000ull * (q))
#define Q_AVAIL(q)	(Q_DESC(q) + 0x1000)
#define Q_USED(q)	(Q_DESC(q) + 0x2000)
#define Q_SIZE		16
#define BUFFERS		(MEM_GPA + 0x10000)

void *at(struct server_rig *r, uint64_t gpa);
/* Memory, interrupts, features, queues: everything up to DRIVER_OK */
void driver_up(struct server_rig *r, uint64_t features);
void driver_queue(struct server_rig *r, unsigned int q);
struct vring_desc *desc(struct server_rig *r, unsigned int q, unsigned int i);
void set_desc(struct server_rig *r, unsigned int q, unsigned int i, uint64_t gpa,
	      uint32_t len, uint16_t flags, uint16_t next);
/* Offers a chain, and kicks if @kick */
void offer(struct server_rig *r, unsigned int q, uint16_t head);
void kick(struct server_rig *r, unsigned int q);
uint16_t used_idx(struct server_rig *r, unsigned int q);
/* A request of two descriptors from @first on; its tail's status */
int request(struct server_rig *r, const void *in, uint32_t in_len, uint32_t out_len);
int attach(struct server_rig *r, uint32_t domain);
int map_page(struct server_rig *r, uint32_t domain, uint64_t iova, uint64_t gpa);
int unmap_page(struct server_rig *r, uint32_t domain, uint64_t iova);

void message_tests(void);
void command_tests(void);
void queue_tests(void);
void pci_tests(void);
void hostile_tests(void);
void option_tests(void);

#endif
