// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guests and clients that mean it badly. Each case must leave the server serving, and a
 * device that lost its queue says so and works again after a reset.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/pci_regs.h>

#include "client.h"

#define CONFIG	VFIO_PCI_CONFIG_REGION_INDEX
#define NEXT	VRING_DESC_F_NEXT
#define WRITE	VRING_DESC_F_WRITE
#define INDIRECT VRING_DESC_F_INDIRECT
#define NOWHERE_GPA	0x40000000ull
#define TABLE	(BUFFERS + 0x2000)

/* A queue that is broken is not looked at any more, and the driver is told */
static void expect_broken(struct server_rig *r)
{
	uint16_t before;

	g_assert_cmphex(COMMON(r, VIRTIO_PCI_COMMON_STATUS) & VIRTIO_CONFIG_S_NEEDS_RESET, !=,
			0);
	g_assert_cmpuint(signalled(r->irq[0]), ==, 1);
	before = used_idx(r, 0);
	kick(r, 0);
	g_assert_cmpuint(used_idx(r, 0), ==, before);
	driver_up(r, ~0ull);
	g_assert_cmpint(attach(r, 1), ==, VIRTIO_IOMMU_S_OK);
}

/* Chains: what is in the queue's table, and what is in the other one */
static const struct {
	const char *what;
	struct vring_desc queue[3], table[3];
	uint16_t head;
} chains[] = {
	{ "loops", { { BUFFERS, 8, NEXT, 1 }, { BUFFERS, 8, NEXT, 0 } } },
	{ "is its own next", { { BUFFERS, 8, NEXT, 0 } } },
	{ "goes out of the table", { { BUFFERS, 8, NEXT, Q_SIZE } } },
	{ "begins outside of the table", { { 0 } }, { { 0 } }, Q_SIZE },
	{ "begins far outside", { { 0 } }, { { 0 } }, 0xffff },
	{ "writes, then reads", { { BUFFERS, 8, NEXT | WRITE, 1 }, { BUFFERS, 8, 0, 0 } } },
	{ "is in no memory", { { NOWHERE_GPA, 8, 0, 0 } } },
	{ "leaves memory", { { MEM_GPA + MEM_SIZE - 4, 8, 0, 0 } } },
	{ "wraps", { { UINT64_MAX - 3, 8, 0, 0 } } },
	{ "has a table in no memory", { { NOWHERE_GPA, 16, INDIRECT, 0 } } },
	{ "has a table of no size", { { TABLE, 0, INDIRECT, 0 } } },
	{ "has a table with a part of a descriptor", { { TABLE, 24, INDIRECT, 0 } } },
	{ "has a table that is too large", { { TABLE, 16 * (Q_SIZE + 1), INDIRECT, 0 } } },
	{ "goes on after a table", { { TABLE, 16, INDIRECT | NEXT, 1 } } },
	{ "has a table in a table", { { TABLE, 32, INDIRECT, 0 } },
	  { { TABLE, 16, INDIRECT, 0 } } },
	{ "loops in a table", { { TABLE, 32, INDIRECT, 0 } },
	  { { BUFFERS, 8, NEXT, 1 }, { BUFFERS, 8, NEXT, 0 } } },
	{ "goes out of that table", { { TABLE, 32, INDIRECT, 0 } }, { { BUFFERS, 8, NEXT, 2 } } },
};

static void bad_chains(struct server_rig *r)
{
	unsigned int i;

	driver_up(r, ~0ull);
	for (i = 0; i < G_N_ELEMENTS(chains); i++) {
		g_test_message("a chain that %s", chains[i].what);
		memcpy(desc(r, 0, 0), chains[i].queue, sizeof(chains[i].queue));
		memcpy(at(r, TABLE), chains[i].table, sizeof(chains[i].table));
		offer(r, 0, chains[i].head);
		kick(r, 0);
		expect_broken(r);
	}
}

/* Tables that were not negotiated */
static void no_tables(struct server_rig *r)
{
	driver_up(r, ~BIT(VIRTIO_RING_F_INDIRECT_DESC));
	set_desc(r, 0, 0, TABLE, 16, INDIRECT, 0);
	offer(r, 0, 0);
	kick(r, 0);
	expect_broken(r);
}

/* More than there can be in the ring */
static void index_lies(struct server_rig *r)
{
	driver_up(r, ~0ull);
	((uint16_t *)at(r, Q_AVAIL(0)))[1] = Q_SIZE + 1;
	kick(r, 0);
	expect_broken(r);
	((uint16_t *)at(r, Q_AVAIL(0)))[1] = 0;
	kick(r, 0);
	expect_broken(r);
}

/* Answers into memory that is read-only for devices, or that is not there */
static void no_place_for_answers(struct server_rig *r)
{
	struct virtio_iommu_req_attach req = {
		.head.type = VIRTIO_IOMMU_T_ATTACH, .domain = 1, .endpoint = ENDPOINT,
	};

	driver_up(r, ~0ull);
	memcpy(at(r, BUFFERS), &req, sizeof(req));
	set_desc(r, 0, 0, BUFFERS, sizeof(req) - 4, NEXT, 1);
	set_desc(r, 0, 1, NOWHERE_GPA, 4, WRITE, 0);
	offer(r, 0, 0);
	kick(r, 0);
	expect_broken(r);
}

/* Rings outside of memory, the used one and the available one */
static void no_rings(struct server_rig *r)
{
	static const uint32_t reg[] = { VIRTIO_PCI_COMMON_Q_DESCLO, VIRTIO_PCI_COMMON_Q_AVAILLO,
					VIRTIO_PCI_COMMON_Q_USEDLO };
	unsigned int i;

	driver_up(r, ~0ull);
	g_assert(!r->vpci->complained);
	for (i = 0; i < G_N_ELEMENTS(reg); i++) {
		poke(r, 0, VIRTIO_PCI_COMMON_Q_SELECT, 0, 2);
		poke(r, 0, VIRTIO_PCI_COMMON_Q_RESET, 1, 2);
		driver_queue(r, 0);
		poke(r, 0, VIRTIO_PCI_COMMON_Q_RESET, 1, 2);
		poke(r, 0, VIRTIO_PCI_COMMON_Q_SIZE, Q_SIZE, 2);
		poke(r, 0, VIRTIO_PCI_COMMON_Q_DESCLO, Q_DESC(0), 8);
		poke(r, 0, VIRTIO_PCI_COMMON_Q_AVAILLO, Q_AVAIL(0), 8);
		poke(r, 0, VIRTIO_PCI_COMMON_Q_USEDLO, Q_USED(0), 8);
		poke(r, 0, reg[i], NOWHERE_GPA, 8);
		poke(r, 0, VIRTIO_PCI_COMMON_Q_ENABLE, 1, 2);
		offer(r, 0, 0);
		kick(r, 0);
		expect_broken(r);
	}
	/* It may be that the client has not shared it, which its user should be told */
	g_assert(r->vpci->complained);
}

/* The client makes its file shorter: what is not there any more cannot be read */
static void shorter_file(struct server_rig *r)
{
	driver_up(r, ~0ull);
	g_assert_cmpint(ftruncate(r->memfd, 0x8000), ==, 0);
	set_desc(r, 0, 0, BUFFERS, 16, 0, 0);
	offer(r, 0, 0);
	kick(r, 0);
	g_assert_cmphex(COMMON(r, VIRTIO_PCI_COMMON_STATUS) & VIRTIO_CONFIG_S_NEEDS_RESET, !=,
			0);
	g_assert_cmpint(ftruncate(r->memfd, 0), ==, 0);
	poke(r, 0, VIRTIO_PCI_COMMON_STATUS, 0, 1);
	g_assert_cmpint(ftruncate(r->memfd, MEM_SIZE), ==, 0);
	driver_up(r, ~0ull);
	g_assert_cmpint(attach(r, 1), ==, VIRTIO_IOMMU_S_OK);
}

/* The client takes memory away that the queues and mappings are in */
static void memory_goes(struct server_rig *r)
{
	driver_up(r, ~0ull);
	g_assert_cmpint(attach(r, 1), ==, VIRTIO_IOMMU_S_OK);
	g_assert_cmpint(map_page(r, 1, 0x5000, MEM_GPA), ==, VIRTIO_IOMMU_S_OK);
	g_assert_cmpint(client_unmap(r, MEM_GPA, MEM_SIZE), ==, 0);
	g_assert_cmphex(fake_access(r->fake, ENDPOINT, 0x5000, VIOMMU_READ), ==, UINT64_MAX);
	kick(r, 0);
	g_assert_cmphex(COMMON(r, VIRTIO_PCI_COMMON_STATUS) & VIRTIO_CONFIG_S_NEEDS_RESET, !=,
			0);
}

/* Memory that devices may only read is not written, neither a ring nor an answer */
static void read_only(struct server_rig *r)
{
	struct vfu_msg_dma_map map = {
		sizeof(map), VFU_DMA_FLAG_READ, 0, MEM_GPA, MEM_SIZE,
	};

	driver_up(r, ~0ull);
	g_assert_cmpint(client_unmap(r, MEM_GPA, MEM_SIZE), ==, 0);
	g_assert_cmpint(client_call(r, VFU_DMA_MAP, &map, sizeof(map), &r->memfd, 1, NULL, 0),
			==, 0);
	set_desc(r, 0, 0, BUFFERS, 16, 0, 0);
	offer(r, 0, 0);
	kick(r, 0);
	g_assert_cmpuint(used_idx(r, 0), ==, 0);
	expect_broken(r);
}

/* The host fails, and goes on failing: the driver is told, also after a reset */
static void host_fails(struct server_rig *r)
{
	driver_up(r, ~0ull);
	g_assert_cmpint(attach(r, 1), ==, VIRTIO_IOMMU_S_OK);
	g_assert_cmpint(map_page(r, 1, 0x5000, MEM_GPA), ==, VIRTIO_IOMMU_S_OK);
	r->fake->error = -EIO;
	r->fake->fail_in = 1;
	r->fake->fail_len = 1000;
	poke(r, 0, VIRTIO_PCI_COMMON_STATUS, 0, 1);
	g_assert_cmphex(COMMON(r, VIRTIO_PCI_COMMON_STATUS), ==, 0);
	poke(r, 0, VIRTIO_PCI_COMMON_STATUS, 3, 1);
	g_assert_cmphex(COMMON(r, VIRTIO_PCI_COMMON_STATUS), ==,
			3 | VIRTIO_CONFIG_S_NEEDS_RESET);
	r->fake->fail_in = 0;
	r->fake->fail_len = 0;
	driver_up(r, ~0ull);
	g_assert_cmpint(attach(r, 1), ==, VIRTIO_IOMMU_S_OK);
}

struct endless {
	struct server_rig *r;
	unsigned int asked;
};

/* Another fault, and a buffer for it where there is room for one */
static void one_more(void *watcher)
{
	struct endless *e = watcher;
	uint16_t *avail = at(e->r, Q_AVAIL(1));

	g_assert_cmpuint(++e->asked, <, 100000);
	fake_fault(e->r->fake, ENDPOINT, VIOMMU_FAULT_MAPPING, VIOMMU_WRITE, 0x7000);
	if ((uint16_t)(avail[1] - used_idx(e->r, 1)) < Q_SIZE)
		offer(e->r, 1, 0);
}

/*
 * An endpoint has faults as fast as they are taken in, and a processor of the guest's adds
 * buffers as fast as they are used: it is the others' turn all the same.
 */
static void endless_events(struct server_rig *r)
{
	struct endless e = { .r = r };

	driver_up(r, ~0ull);
	g_assert_cmpint(attach(r, 1), ==, VIRTIO_IOMMU_S_OK);
	set_desc(r, 1, 0, BUFFERS, sizeof(struct virtio_iommu_fault), VRING_DESC_F_WRITE, 0);
	r->fake->watched = one_more;
	r->fake->watcher = &e;
	vpci_events(r->vpci);
	g_assert_cmpuint(used_idx(r, 1), >, 0);
	kick(r, 1);
	r->fake->watched = NULL;
	g_assert_cmpuint(COMMON(r, VIRTIO_PCI_COMMON_STATUS), ==, 0xf);
}

/* What the driver asks for by the configuration fails in the host: it is told at once */
static void bypass_fails(struct server_rig *r)
{
	const uint32_t bypass = VPCI_DEVICE + offsetof(struct virtio_iommu_config, bypass);

	driver_up(r, ~0ull);
	r->fake->fail_in = 1;
	r->fake->fail_len = 0;
	poke(r, 0, bypass, 1, 1);
	g_assert_cmpuint(r->fake->failed, ==, 1);
	g_assert_cmphex(COMMON(r, VIRTIO_PCI_COMMON_STATUS) & VIRTIO_CONFIG_S_NEEDS_RESET, !=,
			0);
	g_assert_cmpuint(signalled(r->irq[0]), ==, 1);
}

/* Likewise when the client takes memory away that cannot be kept from endpoints */
static void unmap_fails(struct server_rig *r)
{
	driver_up(r, ~0ull);
	g_assert_cmpint(attach(r, 1), ==, VIRTIO_IOMMU_S_OK);
	g_assert_cmpint(map_page(r, 1, 0x5000, MEM_GPA), ==, VIRTIO_IOMMU_S_OK);
	r->fake->fail_in = 1;
	r->fake->fail_len = 0;
	g_assert_cmpint(client_unmap(r, MEM_GPA, MEM_SIZE), ==, 0);
	g_assert_cmpuint(r->fake->failed, ==, 1);
	g_assert_cmphex(COMMON(r, VIRTIO_PCI_COMMON_STATUS) & VIRTIO_CONFIG_S_NEEDS_RESET, !=,
			0);
	g_assert_cmpuint(signalled(r->irq[0]), ==, 1);
}

/* ---- By chance ---- */

static uint32_t chance(uint32_t n)
{
	return g_test_rand_int_range(0, n);
}

/* Descriptors, rings and requests of which most are nearly right */
static void scribble(struct server_rig *r)
{
	struct virtio_iommu_req_map map;
	unsigned int i;

	for (i = 0; i < Q_SIZE; i++)
		set_desc(r, 0, i, chance(20) ? BUFFERS + chance(0x3000) : chance(INT32_MAX),
			 chance(20) ? chance(80) : (uint32_t)g_test_rand_int(),
			 chance(30) ? chance(4) : chance(8), chance(Q_SIZE + (chance(40) == 0)));
	for (i = 0; i < 16; i++) {
		map = make_map(chance(3), chance(8) * PAGE, chance(16) * PAGE - 1,
			       MEM_GPA + chance(300) * PAGE, chance(8));
		map.head.type = chance(7);
		if (map.head.type == VIRTIO_IOMMU_T_ATTACH)
			map.virt_start = chance(4) ? ENDPOINT : chance(10);
		memcpy(at(r, BUFFERS + chance(0x3000)), &map, sizeof(map));
	}
	for (i = chance(6); i; i--)
		offer(r, 0, chance(30) ? chance(Q_SIZE) : chance(70000));
}

static void random_guest(struct server_rig *r)
{
	unsigned int i, resets = 0;

	driver_up(r, ~0ull);
	for (i = 0; i < 20000; i++) {
		scribble(r);
		kick(r, chance(20) ? 0 : chance(3));
		if (!(COMMON(r, VIRTIO_PCI_COMMON_STATUS) & VIRTIO_CONFIG_S_NEEDS_RESET))
			continue;
		driver_up(r, ~0ull);
		resets++;
	}
	g_assert_cmpuint(resets, >, 10);
	driver_up(r, ~0ull);
	g_assert_cmpint(attach(r, 1), ==, VIRTIO_IOMMU_S_OK);
}

/* Registers of all kinds, anywhere */
static void random_registers(struct server_rig *r)
{
	unsigned int i;

	driver_up(r, ~0ull);
	for (i = 0; i < 20000; i++) {
		uint32_t count = 1u << chance(4);
		uint32_t page = chance(4) * VPCI_PAGE;
		uint64_t value = chance(2) ? chance(16) : (uint32_t)g_test_rand_int() |
			(uint64_t)g_test_rand_int() << 32;

		if (chance(8))
			poke(r, 0, page + chance(72), value, count);
		else
			poke(r, CONFIG, chance(249), value, count);
		peek(r, chance(2), chance(0xff0), count);
		if (!chance(200))
			driver_up(r, ~0ull);
	}
}

/* Messages: headers that are right, and data that is anything */
static void random_messages(struct server_rig *r)
{
	uint32_t data[32];
	unsigned int i, j;
	uint8_t sink[4096];

	client_hello(r);
	for (i = 0; i < 30000; i++) {
		struct vfu_header header = {
			.command = chance(20),
			.size = sizeof(header) + 4 * chance(G_N_ELEMENTS(data)),
			.flags = chance(50) ? 0 : chance(64),
		};
		int fds[3] = { r->memfd, r->irq[0], r->intx };

		for (j = 0; j < G_N_ELEMENTS(data); j++)
			data[j] = chance(3) ? chance(40) : chance(2) ? 4096 * chance(600) :
				(uint32_t)g_test_rand_int();
		client_send(r, &header, sizeof(header), fds, chance(4));
		if (header.size > sizeof(header))
			client_send(r, data, header.size - sizeof(header), NULL, 0);
		while (client_read(r, sink, sizeof(sink)) == sizeof(sink))
			;
		if (!vfu_connected(r->vfu)) {
			client_close(r);
			client_hello(r);
		}
	}
	driver_up(r, ~0ull);
	g_assert_cmpint(attach(r, 1), ==, VIRTIO_IOMMU_S_OK);
}

/* Not even messages */
static void random_bytes(struct server_rig *r)
{
	uint8_t bytes[64];
	unsigned int i, j;

	for (i = 0; i < 3000; i++) {
		r->fd = client_connect(r);
		for (j = 0; j < sizeof(bytes); j++)
			bytes[j] = chance(3) ? 0 : g_test_rand_int();
		client_send(r, bytes, chance(sizeof(bytes)) + 1, NULL, 0);
		client_close(r);
	}
	client_hello(r);
}

void hostile_tests(void)
{
	server_test("/hostile/bad_chains", bad_chains);
	server_test("/hostile/no_tables", no_tables);
	server_test("/hostile/index_lies", index_lies);
	server_test("/hostile/no_place_for_answers", no_place_for_answers);
	server_test("/hostile/no_rings", no_rings);
	server_test("/hostile/shorter_file", shorter_file);
	server_test("/hostile/memory_goes", memory_goes);
	server_test("/hostile/read_only", read_only);
	server_test("/hostile/host_fails", host_fails);
	server_test("/hostile/endless_events", endless_events);
	server_test("/hostile/bypass_fails", bypass_fails);
	server_test("/hostile/unmap_fails", unmap_fails);
	server_test("/hostile/random_guest", random_guest);
	server_test("/hostile/random_registers", random_registers);
	server_test("/hostile/random_messages", random_messages);
	server_test("/hostile/random_bytes", random_bytes);
}
