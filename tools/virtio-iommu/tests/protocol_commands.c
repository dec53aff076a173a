// SPDX-License-Identifier: GPL-2.0-only
/* Commands: what they say of the function, and what they refuse */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "client.h"

static void info(struct server_rig *r)
{
	struct {
		uint32_t argsz, flags, regions, irqs;
	} in = { .argsz = 16 }, out;

	client_hello(r);
	g_assert_cmpint(client_call(r, VFU_DEVICE_GET_INFO, &in, 16, NULL, 0, &out, 16), ==, 0);
	g_assert_cmpuint(out.argsz, ==, 16);
	g_assert_cmphex(out.flags, ==, VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET);
	g_assert_cmpuint(out.regions, ==, VFIO_PCI_NUM_REGIONS);
	g_assert_cmpuint(out.irqs, ==, VFIO_PCI_MSIX_IRQ_INDEX + 1);
	in.argsz = 15;
	g_assert_cmpint(client_call(r, VFU_DEVICE_GET_INFO, &in, 16, NULL, 0, &out, 16), ==,
			-EINVAL);
	in.argsz = 16;
	g_assert_cmpint(client_call(r, VFU_DEVICE_GET_INFO, &in, 12, NULL, 0, &out, 16), ==,
			-EINVAL);
}

static void regions(struct server_rig *r)
{
	static const uint64_t sizes[] = { 0x4000, 0x1000, 0, 0, 0, 0, 0, 256, 0 };
	struct vfio_region_info in = { .argsz = sizeof(in) }, out;
	uint32_t i;

	client_hello(r);
	for (i = 0; i < G_N_ELEMENTS(sizes); i++) {
		in.index = i;
		g_assert_cmpint(client_call(r, VFU_DEVICE_GET_REGION_INFO, &in, sizeof(in),
					    NULL, 0, &out, sizeof(out)), ==, 0);
		g_assert_cmpuint(out.size, ==, sizes[i]);
		g_assert_cmphex(out.flags, ==, sizes[i] ? 3 : 0);
		g_assert_cmpuint(out.index, ==, i);
	}
	in.index = i;
	g_assert_cmpint(client_call(r, VFU_DEVICE_GET_REGION_INFO, &in, sizeof(in), NULL, 0,
				    NULL, 0), ==, -EINVAL);
	in.index = 0;
	in.argsz = 31;
	g_assert_cmpint(client_call(r, VFU_DEVICE_GET_REGION_INFO, &in, sizeof(in), NULL, 0,
				    NULL, 0), ==, -EINVAL);
}

static void irq_info(struct server_rig *r)
{
	static const uint32_t counts[] = { 1, 0, PCI_IRQ_VECTORS };
	struct vfio_irq_info in = { .argsz = sizeof(in) }, out;
	uint32_t i;

	client_hello(r);
	for (i = 0; i < G_N_ELEMENTS(counts); i++) {
		in.index = i;
		g_assert_cmpint(client_call(r, VFU_DEVICE_GET_IRQ_INFO, &in, sizeof(in), NULL,
					    0, &out, sizeof(out)), ==, 0);
		g_assert_cmpuint(out.count, ==, counts[i]);
	}
	in.index = i;
	g_assert_cmpint(client_call(r, VFU_DEVICE_GET_IRQ_INFO, &in, sizeof(in), NULL, 0,
				    NULL, 0), ==, -EINVAL);
}

static int rw(struct server_rig *r, uint16_t command, uint32_t region, uint64_t offset,
	      uint32_t count, uint32_t data)
{
	struct vfu_msg_region_rw *msg = g_malloc0(sizeof(*msg) + data);
	void *reply = g_malloc(sizeof(*msg) + count);
	int rc;

	*msg = (struct vfu_msg_region_rw) { offset, region, count };
	rc = client_call(r, command, msg, sizeof(*msg) + data, NULL, 0, reply,
			 sizeof(*msg) + (command == VFU_REGION_READ ? count : 0));
	g_free(msg);
	g_free(reply);
	return rc;
}

static void accesses(struct server_rig *r)
{
	client_hello(r);
	g_assert_cmpint(rw(r, VFU_REGION_READ, 0, 0x3ffc, 4, 0), ==, 0);
	g_assert_cmpint(rw(r, VFU_REGION_READ, 0, 0, 0x4000, 0), ==, 0);
	g_assert_cmpint(rw(r, VFU_REGION_READ, 0, 0x3ffd, 4, 0), ==, -EINVAL);
	g_assert_cmpint(rw(r, VFU_REGION_READ, 0, UINT64_MAX - 1, 4, 0), ==, -EINVAL);
	g_assert_cmpint(rw(r, VFU_REGION_READ, 0, 0, 0, 0), ==, -EINVAL);
	g_assert_cmpint(rw(r, VFU_REGION_READ, 0, 0, 4, 1), ==, -EINVAL);
	g_assert_cmpint(rw(r, VFU_REGION_READ, 2, 0, 4, 0), ==, -EINVAL);
	g_assert_cmpint(rw(r, VFU_REGION_READ, 99, 0, 4, 0), ==, -EINVAL);
	g_assert_cmpint(rw(r, VFU_REGION_READ, 0, 0, VFU_MAX_XFER + 1, 0), ==, -EINVAL);
	g_assert_cmpint(rw(r, VFU_REGION_WRITE, 1, 0, 4, 4), ==, 0);
	g_assert_cmpint(rw(r, VFU_REGION_WRITE, 1, 0, 4, 3), ==, -EINVAL);
	g_assert_cmpint(rw(r, VFU_REGION_WRITE, 1, 0, 4, 5), ==, -EINVAL);
	g_assert_cmpint(rw(r, VFU_REGION_WRITE, 1, 0, 0, 0), ==, -EINVAL);
	g_assert_cmpint(rw(r, VFU_REGION_WRITE, 1, 0xffd, 4, 4), ==, -EINVAL);
	g_assert_cmpint(rw(r, VFU_REGION_WRITE, 9, 0, 4, 4), ==, -EINVAL);
	g_assert_cmpint(client_call(r, VFU_REGION_READ, "x", 1, NULL, 0, NULL, 0), ==, -EINVAL);
	g_assert_cmpint(client_call(r, VFU_REGION_WRITE, "x", 1, NULL, 0, NULL, 0), ==,
			-EINVAL);
}

struct multi {
	uint64_t n;
	struct vfu_msg_write writes[3];
};

static void many_writes(struct server_rig *r)
{
	struct multi msg = { 3, {
		{ 0x10, 1, 4, { 1, 2, 3, 4 } }, { 0x14, 1, 2, { 5, 6 } },
		{ 0x18, 1, 8, { 1, 1, 1, 1, 1, 1, 1, 1 } },
	} };
	uint64_t done;

	client_hello(r);
	g_assert_cmpint(client_call(r, VFU_REGION_WRITE_MULTI, &msg, sizeof(msg), NULL, 0,
				    &done, 8), ==, 0);
	g_assert_cmpuint(done, ==, 3);
	g_assert_cmphex(peek(r, 1, 0x10, 8), ==, 0x060504030201ull);
	g_assert_cmphex(peek(r, 1, 0x18, 8), ==, 0x0101010101010101ull);
	/* Up to the one that fails */
	msg.writes[1].offset = 0x1000;
	g_assert_cmpint(client_call(r, VFU_REGION_WRITE_MULTI, &msg, sizeof(msg), NULL, 0,
				    &done, 8), ==, 0);
	g_assert_cmpuint(done, ==, 1);
	msg.writes[0].count = 9;
	g_assert_cmpint(client_call(r, VFU_REGION_WRITE_MULTI, &msg, sizeof(msg), NULL, 0,
				    &done, 8), ==, -EINVAL);
	msg.writes[0].count = 0;
	g_assert_cmpint(client_call(r, VFU_REGION_WRITE_MULTI, &msg, sizeof(msg), NULL, 0,
				    &done, 8), ==, -EINVAL);
	for (msg.n = 0; msg.n < 6; msg.n++)
		if (msg.n != 3)
			g_assert_cmpint(client_call(r, VFU_REGION_WRITE_MULTI, &msg,
						    sizeof(msg), NULL, 0, &done, 8), ==,
					-EINVAL);
	msg.n = 1ull << 61;
	g_assert_cmpint(client_call(r, VFU_REGION_WRITE_MULTI, &msg, 8, NULL, 0, &done, 8), ==,
			-EINVAL);
}

static void memory(struct server_rig *r)
{
	int both[2] = { r->memfd, r->memfd };
	struct vfu_msg_dma_map map = { sizeof(map), 3, 0, MEM_GPA, PAGE };
	int pipes[2];

	client_hello(r);
	g_assert_cmpint(client_map(r, MEM_GPA, 2 * PAGE, r->memfd, 0), ==, 0);
	g_assert_cmpint(client_map(r, MEM_GPA + 2 * PAGE, PAGE, r->memfd, 8 * PAGE), ==, 0);
	/* Over one that is there: its begin, its end, all of it */
	g_assert_cmpint(client_map(r, MEM_GPA + PAGE, PAGE, r->memfd, 0), ==, -EEXIST);
	g_assert_cmpint(client_map(r, MEM_GPA - PAGE, 2 * PAGE, r->memfd, 0), ==, -EEXIST);
	g_assert_cmpint(client_map(r, MEM_GPA - PAGE, 9 * PAGE, r->memfd, 0), ==, -EEXIST);
	g_assert_cmpint(client_map(r, MEM_GPA + PAGE, PAGE, -1, 0), ==, -EEXIST);
	/* Not pages, nothing, around the end of all addresses, more than the file has */
	g_assert_cmpint(client_map(r, 0x800, PAGE, r->memfd, 0), ==, -EINVAL);
	g_assert_cmpint(client_map(r, 0, 0x800, r->memfd, 0), ==, -EINVAL);
	g_assert_cmpint(client_map(r, 0, PAGE, r->memfd, 0x800), ==, -EINVAL);
	g_assert_cmpint(client_map(r, 0, 0, r->memfd, 0), ==, -EINVAL);
	g_assert_cmpint(client_map(r, -PAGE, 2 * PAGE, r->memfd, 0), ==, -EINVAL);
	g_assert_cmpint(client_map(r, 0, PAGE, r->memfd, -PAGE), ==, -EINVAL);
	g_assert_cmpint(client_map(r, 0, PAGE, r->memfd, MEM_SIZE), ==, -EINVAL);
	g_assert_cmpint(client_map(r, 1ull << 32, MEM_SIZE + PAGE, r->memfd, 0), ==, -EINVAL);
	g_assert_cmpint(client_map(r, 1ull << 32, 1ull << 60, r->memfd, 0), ==, -EINVAL);
	g_assert_cmpint(pipe(pipes), ==, 0);
	g_assert_cmpint(client_map(r, 0, PAGE, pipes[1], 0), ==, -EINVAL);
	close(pipes[0]);
	close(pipes[1]);
	map.address = 0;
	g_assert_cmpint(client_call(r, VFU_DMA_MAP, &map, sizeof(map), both, 2, NULL, 0), ==,
			-EINVAL);
	map.flags = 4;
	g_assert_cmpint(client_call(r, VFU_DMA_MAP, &map, sizeof(map), both, 1, NULL, 0), ==,
			-EINVAL);
	map.flags = 3;
	g_assert_cmpint(client_call(r, VFU_DMA_MAP, &map, sizeof(map) - 1, both, 1, NULL, 0),
			==, -EINVAL);
	map.argsz = 31;
	g_assert_cmpint(client_call(r, VFU_DMA_MAP, &map, sizeof(map), both, 1, NULL, 0), ==,
			-EINVAL);
	g_assert_cmpint(r->maps, ==, 2);
	/* The last page that there is, and what is not shared */
	g_assert_cmpint(client_map(r, -PAGE, PAGE, -1, 0), ==, 0);
	g_assert_cmpint(r->maps, ==, 2);
	g_assert_cmpint(client_unmap(r, -PAGE, PAGE), ==, 0);
}

static void no_memory(struct server_rig *r)
{
	struct vfu_msg_dma_unmap all = { sizeof(all), VFU_UNMAP_FLAG_ALL, 0, 0 }, reply;

	client_hello(r);
	g_assert_cmpint(client_map(r, MEM_GPA, 2 * PAGE, r->memfd, 0), ==, 0);
	g_assert_cmpint(client_unmap(r, MEM_GPA, PAGE), ==, -EINVAL);
	g_assert_cmpint(client_unmap(r, MEM_GPA + PAGE, PAGE), ==, -EINVAL);
	g_assert_cmpint(client_unmap(r, MEM_GPA, 3 * PAGE), ==, -EINVAL);
	g_assert_cmpint(client_unmap(r, MEM_GPA + 2 * PAGE, PAGE), ==, -ENOENT);
	g_assert_cmpint(client_unmap(r, MEM_GPA, 0), ==, -ENOENT);
	g_assert_cmpint(client_unmap(r, MEM_GPA, 2 * PAGE), ==, 0);
	g_assert_cmpint(client_unmap(r, MEM_GPA, 2 * PAGE), ==, -ENOENT);
	g_assert_cmpint(r->maps, ==, 0);
	g_assert_cmpint(client_map(r, MEM_GPA, PAGE, r->memfd, 0), ==, 0);
	g_assert_cmpint(client_map(r, 0, PAGE, r->memfd, 0), ==, 0);
	all.address = PAGE;
	g_assert_cmpint(client_call(r, VFU_DMA_UNMAP, &all, sizeof(all), NULL, 0, &reply,
				    sizeof(reply)), ==, -EINVAL);
	all.address = 0;
	all.flags = VFU_UNMAP_FLAG_DIRTY;
	g_assert_cmpint(client_call(r, VFU_DMA_UNMAP, &all, sizeof(all), NULL, 0, &reply,
				    sizeof(reply)), ==, -EOPNOTSUPP);
	all.flags = 4;
	g_assert_cmpint(client_call(r, VFU_DMA_UNMAP, &all, sizeof(all), NULL, 0, &reply,
				    sizeof(reply)), ==, -EINVAL);
	g_assert_cmpint(r->maps, ==, 2);
	all.flags = VFU_UNMAP_FLAG_ALL;
	g_assert_cmpint(client_call(r, VFU_DMA_UNMAP, &all, sizeof(all), NULL, 0, &reply,
				    sizeof(reply)), ==, 0);
	g_assert_cmpint(r->maps, ==, 0);
}

#define EVENTFD	(VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER)
#define NONE(action) (VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_##action)
#define BOOL(action) (VFIO_IRQ_SET_DATA_BOOL | VFIO_IRQ_SET_ACTION_##action)
#define MSIX	VFIO_PCI_MSIX_IRQ_INDEX

static const struct {
	uint32_t index, flags, start, count, size, fds;
	int rc;
} sets[] = {
	{ MSIX, NONE(TRIGGER), 0, 3, 0, 0, 0 },
	{ MSIX, NONE(TRIGGER), 0, 4, 0, 0, -EINVAL },
	{ MSIX, NONE(TRIGGER), 3, 1, 0, 0, -EINVAL },
	{ MSIX, NONE(TRIGGER), 4, 0, 0, 0, -EINVAL },
	{ MSIX, NONE(TRIGGER), 2, UINT32_MAX, 0, 0, -EINVAL },
	{ MSIX, NONE(TRIGGER), 1, 0, 0, 0, -EINVAL },
	{ MSIX, NONE(MASK), 0, 0, 0, 0, -EINVAL },
	{ MSIX, NONE(TRIGGER), 0, 1, 1, 0, -EINVAL },
	{ MSIX, NONE(TRIGGER), 0, 1, 0, 1, -EINVAL },
	{ MSIX, NONE(TRIGGER) | NONE(MASK), 0, 1, 0, 0, -EINVAL },
	{ MSIX, NONE(TRIGGER) | BOOL(TRIGGER), 0, 1, 1, 0, -EINVAL },
	{ MSIX, VFIO_IRQ_SET_DATA_NONE, 0, 1, 0, 0, -EINVAL },
	{ MSIX, VFIO_IRQ_SET_ACTION_TRIGGER, 0, 1, 0, 0, -EINVAL },
	{ MSIX, NONE(TRIGGER) | 64, 0, 1, 0, 0, -EINVAL },
	{ MSIX, BOOL(TRIGGER), 0, 3, 3, 0, 0 },
	{ MSIX, BOOL(TRIGGER), 0, 3, 2, 0, -EINVAL },
	{ MSIX, BOOL(TRIGGER), 0, 3, 4, 0, -EINVAL },
	{ MSIX, BOOL(TRIGGER), 0, 0, 0, 0, -EINVAL },
	{ MSIX, EVENTFD, 0, 3, 0, 3, 0 },
	{ MSIX, EVENTFD, 0, 3, 0, 0, 0 },
	{ MSIX, EVENTFD, 1, 2, 0, 2, 0 },
	{ MSIX, EVENTFD, 0, 3, 0, 2, -EINVAL },
	{ MSIX, EVENTFD, 0, 2, 0, 3, -EINVAL },
	{ MSIX, EVENTFD, 0, 0, 0, 0, -EINVAL },
	{ MSIX, EVENTFD, 0, 1, 4, 1, -EINVAL },
	{ MSIX, VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_MASK, 0, 1, 0, 1, -EOPNOTSUPP },
	{ VFIO_PCI_MSI_IRQ_INDEX, NONE(TRIGGER), 0, 1, 0, 0, -EINVAL },
	{ VFIO_PCI_MSI_IRQ_INDEX, NONE(TRIGGER), 0, 0, 0, 0, 0 },
	{ VFIO_PCI_INTX_IRQ_INDEX, EVENTFD, 0, 1, 0, 1, 0 },
	{ VFIO_PCI_INTX_IRQ_INDEX, NONE(TRIGGER), 0, 0, 0, 0, 0 },
	{ VFIO_PCI_ERR_IRQ_INDEX, NONE(TRIGGER), 0, 0, 0, 0, -EINVAL },
	{ UINT32_MAX, NONE(TRIGGER), 0, 0, 0, 0, -EINVAL },
};

static void irq_sets(struct server_rig *r)
{
	uint8_t bools[8] = { 1, 0, 1, 1 };
	unsigned int i;
	int pipes[2];

	client_hello(r);
	for (i = 0; i < G_N_ELEMENTS(sets); i++)
		g_assert_cmpint(client_set_irqs(r, sets[i].index, sets[i].flags, sets[i].start,
						sets[i].count, bools, sets[i].size, r->irq,
						sets[i].fds), ==, sets[i].rc);
	g_assert_cmpint(client_call(r, VFU_DEVICE_SET_IRQS, sets, 19, NULL, 0, NULL, 0), ==,
			-EINVAL);
	/* What is not an eventfd */
	g_assert_cmpint(pipe(pipes), ==, 0);
	g_assert_cmpint(client_set_irqs(r, MSIX, EVENTFD, 0, 1, NULL, 0, &pipes[1], 1), ==,
			-EINVAL);
	close(pipes[0]);
	close(pipes[1]);
}

static void irqs(struct server_rig *r)
{
	uint8_t bools[] = { 0, 1, 1 };

	client_hello(r);
	g_assert_cmpint(client_set_irqs(r, MSIX, EVENTFD, 0, 3, NULL, 0, r->irq, 3), ==, 0);
	g_assert_cmpint(client_set_irqs(r, MSIX, NONE(TRIGGER), 0, 3, NULL, 0, NULL, 0), ==, 0);
	g_assert_cmpint(client_set_irqs(r, MSIX, BOOL(TRIGGER), 0, 3, bools, 3, NULL, 0), ==,
			0);
	g_assert_cmpuint(signalled(r->irq[0]), ==, 1);
	g_assert_cmpuint(signalled(r->irq[1]), ==, 2);
	g_assert_cmpuint(signalled(r->irq[2]), ==, 2);
	/* One that is masked is pending, and comes when it is not any more */
	g_assert_cmpint(client_set_irqs(r, MSIX, NONE(MASK), 1, 1, NULL, 0, NULL, 0), ==, 0);
	pci_irqs_msix(&r->vpci->irqs, 1);
	g_assert_cmpuint(signalled(r->irq[1]), ==, 0);
	g_assert_cmphex(peek(r, 1, VPCI_PBA, 8), ==, 2);
	g_assert_cmpint(client_set_irqs(r, MSIX, NONE(UNMASK), 1, 1, NULL, 0, NULL, 0), ==, 0);
	g_assert_cmpuint(signalled(r->irq[1]), ==, 1);
	g_assert_cmphex(peek(r, 1, VPCI_PBA, 8), ==, 0);
	/* Likewise one without eventfd */
	g_assert_cmpint(client_set_irqs(r, MSIX, NONE(TRIGGER), 0, 0, NULL, 0, NULL, 0), ==, 0);
	pci_irqs_msix(&r->vpci->irqs, 2);
	pci_irqs_msix(&r->vpci->irqs, VPCI_NO_VECTOR);
	g_assert_cmphex(peek(r, 1, VPCI_PBA, 8), ==, 4);
	g_assert_cmpint(client_set_irqs(r, MSIX, EVENTFD, 2, 1, NULL, 0, r->irq, 1), ==, 0);
	g_assert_cmpuint(signalled(r->irq[0]), ==, 1);
}

static void reset(struct server_rig *r)
{
	client_hello(r);
	poke(r, VFIO_PCI_CONFIG_REGION_INDEX, 4, 6, 2);
	poke(r, 0, VIRTIO_PCI_COMMON_STATUS, 1, 1);
	g_assert_cmpint(client_call(r, VFU_DEVICE_RESET, "x", 1, NULL, 0, NULL, 0), ==,
			-EINVAL);
	g_assert_cmphex(COMMON(r, VIRTIO_PCI_COMMON_STATUS), ==, 1);
	g_assert_cmpint(client_call(r, VFU_DEVICE_RESET, NULL, 0, NULL, 0, NULL, 0), ==, 0);
	g_assert_cmphex(COMMON(r, VIRTIO_PCI_COMMON_STATUS), ==, 0);
	g_assert_cmphex(peek(r, VFIO_PCI_CONFIG_REGION_INDEX, 4, 2), ==, 0);
}

/* As many as the client was told, and not one more */
static void most_maps(struct server_rig *r)
{
	struct vfu_dma dma = { .size = PAGE, .fd = -1 };
	struct vfu_maps maps = { 0 };
	unsigned int i;

	(void)r;
	for (i = 0; i < VFU_MAX_MAPS; i++, dma.iova += PAGE)
		g_assert_cmpint(vfu_maps_add(&maps, &dma), ==, 0);
	g_assert_cmpint(vfu_maps_add(&maps, &dma), ==, -ENOSPC);
	g_assert_true(vfu_maps_take_any(&maps, &dma));
	g_assert_cmpint(vfu_maps_add(&maps, &dma), ==, 0);
	vfu_maps_free(&maps);
}

void command_tests(void)
{
	server_test("/command/most_maps", most_maps);
	server_test("/command/info", info);
	server_test("/command/regions", regions);
	server_test("/command/irq_info", irq_info);
	server_test("/command/accesses", accesses);
	server_test("/command/many_writes", many_writes);
	server_test("/command/memory", memory);
	server_test("/command/no_memory", no_memory);
	server_test("/command/irq_sets", irq_sets);
	server_test("/command/irqs", irqs);
	server_test("/command/reset", reset);
}
