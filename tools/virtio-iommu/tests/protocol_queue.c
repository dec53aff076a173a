// SPDX-License-Identifier: GPL-2.0-only
/* Requests and events through the queues, and the interrupts for them */
#include <string.h>
#include <linux/pci_regs.h>

#include "client.h"

#define CONFIG	VFIO_PCI_CONFIG_REGION_INDEX
#define TAIL	sizeof(struct virtio_iommu_req_tail)

static void requests(struct server_rig *r)
{
	driver_up(r, ~0ull);
	g_assert_cmpint(attach(r, 1), ==, VIRTIO_IOMMU_S_OK);
	g_assert_cmphex(fake_access(r->fake, ENDPOINT, 0x5000, VIOMMU_READ), ==, UINT64_MAX);
	g_assert_cmpint(map_page(r, 1, 0x5000, MEM_GPA + 0x3000), ==, VIRTIO_IOMMU_S_OK);
	g_assert_cmphex(fake_access(r->fake, ENDPOINT, 0x5123, VIOMMU_READ), ==,
			MEM_GPA + 0x3123 + MEM_IPA);
	g_assert_cmpint(unmap_page(r, 1, 0x5000), ==, VIRTIO_IOMMU_S_OK);
	g_assert_cmphex(fake_access(r->fake, ENDPOINT, 0x5000, VIOMMU_READ), ==, UINT64_MAX);
	g_assert_cmpint(map_page(r, 9, 0x5000, MEM_GPA), ==, VIRTIO_IOMMU_S_NOENT);
	g_assert_cmpuint(signalled(r->irq[1]), >, 0);
	g_assert_cmpuint(signalled(r->irq[0]), ==, 0);
	g_assert_cmpuint(signalled(r->irq[2]), ==, 0);
}

static void probe(struct server_rig *r)
{
	struct virtio_iommu_req_probe req = {
		.head.type = VIRTIO_IOMMU_T_PROBE, .endpoint = ENDPOINT,
	};
	uint32_t size;

	driver_up(r, ~0ull);
	size = peek(r, 0, VPCI_DEVICE + offsetof(struct virtio_iommu_config, probe_size), 4);
	g_assert_cmpuint(size, >, 0);
	g_assert_cmpint(request(r, &req, sizeof(req), size + TAIL), ==, VIRTIO_IOMMU_S_OK);
	g_assert_cmpint(request(r, &req, sizeof(req), size + TAIL - 1), !=, VIRTIO_IOMMU_S_OK);
}

/* Several with one kick are several calls' worth of one invalidation */
static void several(struct server_rig *r)
{
	struct virtio_iommu_req_map map;
	unsigned int i, syncs;

	driver_up(r, ~0ull);
	g_assert_cmpint(attach(r, 1), ==, VIRTIO_IOMMU_S_OK);
	for (i = 0; i < Q_SIZE / 2; i++) {
		map = make_map(1, i * PAGE, i * PAGE + PAGE - 1, MEM_GPA, RW);
		memcpy(at(r, BUFFERS + i * 256), &map, sizeof(map));
		set_desc(r, 0, 2 * i, BUFFERS + i * 256, sizeof(map) - TAIL,
			 VRING_DESC_F_NEXT, 2 * i + 1);
		set_desc(r, 0, 2 * i + 1, BUFFERS + i * 256 + 128, TAIL, VRING_DESC_F_WRITE, 0);
		offer(r, 0, 2 * i);
	}
	syncs = r->fake->syncs;
	kick(r, 0);
	g_assert_cmpuint(used_idx(r, 0), ==, 1 + Q_SIZE / 2);
	g_assert_cmpuint(fake_segments(r->fake, ENDPOINT), ==, Q_SIZE / 2);
	g_assert_cmpuint(r->fake->syncs, <=, syncs + 1);
}

/* Descriptors in a table of their own, alone and behind one of the queue's */
static void indirect(struct server_rig *r)
{
	struct virtio_iommu_req_attach req = {
		.head.type = VIRTIO_IOMMU_T_ATTACH, .domain = 1, .endpoint = ENDPOINT,
	};
	struct vring_desc *table = at(r, BUFFERS + 0x2000);
	uint8_t *out = at(r, BUFFERS + 0x1000);

	driver_up(r, ~0ull);
	memcpy(at(r, BUFFERS), &req, sizeof(req));
	table[0] = (struct vring_desc) { BUFFERS, 8, VRING_DESC_F_NEXT, 2 };
	table[2] = (struct vring_desc) { BUFFERS + 8, sizeof(req) - TAIL - 8,
					 VRING_DESC_F_NEXT, 1 };
	table[1] = (struct vring_desc) { BUFFERS + 0x1000, TAIL, VRING_DESC_F_WRITE, 0 };
	set_desc(r, 0, 3, BUFFERS + 0x2000, 48, VRING_DESC_F_INDIRECT, 0);
	out[0] = 0xff;
	offer(r, 0, 3);
	kick(r, 0);
	g_assert_cmpuint(used_idx(r, 0), ==, 1);
	g_assert_cmpuint(out[0], ==, VIRTIO_IOMMU_S_OK);
	set_desc(r, 0, 3, BUFFERS, 8, VRING_DESC_F_NEXT, 4);
	set_desc(r, 0, 4, BUFFERS + 0x2000, 32, VRING_DESC_F_INDIRECT, 0);
	table[0] = (struct vring_desc) { BUFFERS + 8, sizeof(req) - TAIL - 8,
					 VRING_DESC_F_NEXT, 1 };
	out[0] = 0xff;
	offer(r, 0, 3);
	kick(r, 0);
	g_assert_cmpuint(used_idx(r, 0), ==, 2);
	g_assert_cmpuint(out[0], ==, VIRTIO_IOMMU_S_OK);
}

/* Without bus mastering nothing is read, and with it what waited is done */
static void bus_master(struct server_rig *r)
{
	driver_up(r, ~0ull);
	poke(r, CONFIG, PCI_COMMAND, PCI_COMMAND_MEMORY, 2);
	offer(r, 0, 0);
	kick(r, 0);
	g_assert_cmpuint(used_idx(r, 0), ==, 0);
	poke(r, CONFIG, PCI_COMMAND, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER, 2);
	g_assert_cmpuint(used_idx(r, 0), ==, 1);
}

/* A kick counts where it belongs only */
static void kicks(struct server_rig *r)
{
	driver_up(r, ~0ull);
	offer(r, 0, 0);
	poke(r, 0, VPCI_NOTIFY, 1, 2);
	poke(r, 0, VPCI_NOTIFY + 4, 0, 2);
	poke(r, 0, VPCI_NOTIFY, 0, 1);
	poke(r, 0, VPCI_NOTIFY, 0, 8);
	poke(r, 0, VPCI_NOTIFY + 0x3fc, 0xff, 2);
	g_assert_cmpuint(used_idx(r, 0), ==, 0);
	poke(r, 0, VPCI_NOTIFY, 0, 4);
	g_assert_cmpuint(used_idx(r, 0), ==, 1);
}

static void no_interrupt_flag(struct server_rig *r)
{
	uint16_t *avail = at(r, Q_AVAIL(0));

	driver_up(r, ~BIT(VIRTIO_RING_F_EVENT_IDX));
	avail[0] = VRING_AVAIL_F_NO_INTERRUPT;
	attach(r, 1);
	g_assert_cmpuint(signalled(r->irq[1]), ==, 0);
	avail[0] = 0;
	attach(r, 1);
	g_assert_cmpuint(signalled(r->irq[1]), ==, 1);
}

static void event_index(struct server_rig *r)
{
	uint16_t *used_event = at(r, Q_AVAIL(0) + 4 + 2 * Q_SIZE);
	uint16_t *avail_event = at(r, Q_USED(0) + 4 + 8 * Q_SIZE);
	unsigned int i;

	driver_up(r, ~0ull);
	*used_event = 2;
	for (i = 0; i < 5; i++) {
		attach(r, 1);
		g_assert_cmpuint(signalled(r->irq[1]), ==, i == 2);
		g_assert_cmpuint(*avail_event, ==, i + 1);
	}
	/* Through the end of 16 bits */
	for (; i < 70000; i++) {
		*used_event = i;
		attach(r, 1);
		g_assert_cmpuint(signalled(r->irq[1]), ==, 1);
	}
	/* What was taken together is one interrupt, if the one that is waited for is in it */
	*used_event = i + 1;
	for (i = 0; i < 3; i++)
		offer(r, 0, 0);
	kick(r, 0);
	g_assert_cmpuint(signalled(r->irq[1]), ==, 1);
}

/* Without MSI-X: the line, and the byte that says why and lowers it */
static void line(struct server_rig *r)
{
	driver_up(r, ~BIT(VIRTIO_RING_F_EVENT_IDX));
	poke(r, CONFIG, 0x98 + PCI_MSIX_FLAGS, 0, 2);
	g_assert_cmpint(client_set_irqs(r, VFIO_PCI_INTX_IRQ_INDEX,
					VFIO_IRQ_SET_DATA_EVENTFD |
					VFIO_IRQ_SET_ACTION_TRIGGER, 0, 1, NULL, 0, &r->intx,
					1), ==, 0);
	attach(r, 1);
	attach(r, 1);
	g_assert_cmpuint(signalled(r->intx), ==, 1);
	/* The client says that it has dealt with it, but the line is still high */
	g_assert_cmpint(client_set_irqs(r, VFIO_PCI_INTX_IRQ_INDEX,
					VFIO_IRQ_SET_DATA_NONE |
					VFIO_IRQ_SET_ACTION_UNMASK, 0, 1, NULL, 0, NULL, 0),
			==, 0);
	g_assert_cmpuint(signalled(r->intx), ==, 1);
	g_assert_cmphex(peek(r, 0, VPCI_ISR, 1), ==, 1);
	g_assert_cmphex(peek(r, 0, VPCI_ISR, 1), ==, 0);
	/* It is high again, but the client has not yet dealt with the one before */
	attach(r, 1);
	g_assert_cmpuint(signalled(r->intx), ==, 0);
	g_assert_cmphex(peek(r, 0, VPCI_ISR, 1), ==, 1);
	g_assert_cmpint(client_set_irqs(r, VFIO_PCI_INTX_IRQ_INDEX,
					VFIO_IRQ_SET_DATA_NONE |
					VFIO_IRQ_SET_ACTION_UNMASK, 0, 1, NULL, 0, NULL, 0),
			==, 0);
	g_assert_cmpuint(signalled(r->intx), ==, 0);
	poke(r, CONFIG, PCI_COMMAND, 0x406, 2);
	attach(r, 1);
	g_assert_cmpuint(signalled(r->intx), ==, 0);
	poke(r, CONFIG, PCI_COMMAND, 6, 2);
	g_assert_cmpuint(signalled(r->intx), ==, 1);
}

/* A fault is told in a buffer of the driver's, or waits for one */
static void events(struct server_rig *r)
{
	struct virtio_iommu_fault *fault = at(r, BUFFERS);

	driver_up(r, ~0ull);
	g_assert_cmpint(attach(r, 1), ==, VIRTIO_IOMMU_S_OK);
	fake_fault(r->fake, ENDPOINT, VIOMMU_FAULT_MAPPING, VIOMMU_WRITE, 0x7000);
	vpci_events(r->vpci);
	g_assert_cmpuint(used_idx(r, 1), ==, 0);
	set_desc(r, 1, 0, BUFFERS, sizeof(*fault), VRING_DESC_F_WRITE, 0);
	offer(r, 1, 0);
	kick(r, 1);
	g_assert_cmpuint(used_idx(r, 1), ==, 1);
	g_assert_cmphex(fault->endpoint, ==, ENDPOINT);
	g_assert_cmphex(fault->address, ==, 0x7000);
	g_assert_cmphex(fault->reason, ==, VIRTIO_IOMMU_FAULT_R_MAPPING);
	g_assert_cmpuint(signalled(r->irq[2]), ==, 1);
	offer(r, 1, 0);
	kick(r, 1);
	g_assert_cmpuint(used_idx(r, 1), ==, 1);
	fake_fault(r->fake, ENDPOINT, VIOMMU_FAULT_MAPPING, VIOMMU_READ, 0x8000);
	vpci_events(r->vpci);
	g_assert_cmpuint(used_idx(r, 1), ==, 2);
	g_assert_cmphex(fault->address, ==, 0x8000);
}

/* A client that comes back finds what its guest's driver has set up */
static void reconnection(struct server_rig *r)
{
	int irqs;

	driver_up(r, ~0ull);
	g_assert_cmpint(attach(r, 1), ==, VIRTIO_IOMMU_S_OK);
	client_close(r);
	g_assert_cmpint(r->vpci->irqs.msix[0].fd, ==, -1);
	/* In between nothing of the guest's memory is used */
	vpci_kick(r->vpci, 1);
	client_hello(r);
	g_assert_cmpint(client_map(r, MEM_GPA, MEM_SIZE, r->memfd, 0), ==, 0);
	irqs = client_set_irqs(r, VFIO_PCI_MSIX_IRQ_INDEX, VFIO_IRQ_SET_DATA_EVENTFD |
			       VFIO_IRQ_SET_ACTION_TRIGGER, 0, 3, NULL, 0, r->irq, 3);
	g_assert_cmpint(irqs, ==, 0);
	g_assert_cmpint(map_page(r, 1, 0x5000, MEM_GPA), ==, VIRTIO_IOMMU_S_OK);
	g_assert_cmphex(fake_access(r->fake, ENDPOINT, 0x5000, VIOMMU_READ), ==,
			MEM_GPA + MEM_IPA);
}

/* Faults while there is no client, and so no memory, wait for it and break no queue */
static void away(struct server_rig *r)
{
	struct virtio_iommu_fault *fault = at(r, BUFFERS);

	driver_up(r, ~0ull);
	g_assert_cmpint(attach(r, 1), ==, VIRTIO_IOMMU_S_OK);
	set_desc(r, 1, 0, BUFFERS, sizeof(*fault), VRING_DESC_F_WRITE, 0);
	offer(r, 1, 0);
	client_close(r);
	fake_fault(r->fake, ENDPOINT, VIOMMU_FAULT_MAPPING, VIOMMU_WRITE, 0x7000);
	vpci_events(r->vpci);
	vpci_again(r->vpci);
	client_hello(r);
	/* The next one has told of no memory yet */
	vpci_events(r->vpci);
	vpci_again(r->vpci);
	g_assert_cmpint(client_map(r, MEM_GPA, MEM_SIZE, r->memfd, 0), ==, 0);
	g_assert_cmphex(COMMON(r, VIRTIO_PCI_COMMON_STATUS), ==, 0xf);
	g_assert_cmpuint(used_idx(r, 1), ==, 1);
	g_assert_cmphex(fault->address, ==, 0x7000);
	g_assert_cmphex(r->vpci->irqs.msix[2].pending, ==, true);
}

/* After a reset nothing is left of queues, domains and interrupts */
static void reset(struct server_rig *r)
{
	driver_up(r, ~0ull);
	g_assert_cmpint(attach(r, 1), ==, VIRTIO_IOMMU_S_OK);
	poke(r, 0, VIRTIO_PCI_COMMON_STATUS, 0, 1);
	offer(r, 0, 0);
	kick(r, 0);
	g_assert_cmpuint(used_idx(r, 0), ==, 1);
	g_assert_cmpuint(r->fake->spaces, ==, 0);
}

void queue_tests(void)
{
	server_test("/queue/requests", requests);
	server_test("/queue/probe", probe);
	server_test("/queue/several", several);
	server_test("/queue/indirect", indirect);
	server_test("/queue/bus_master", bus_master);
	server_test("/queue/kicks", kicks);
	server_test("/queue/no_interrupt_flag", no_interrupt_flag);
	server_test("/queue/event_index", event_index);
	server_test("/queue/line", line);
	server_test("/queue/events", events);
	server_test("/queue/reconnection", reconnection);
	server_test("/queue/away", away);
	server_test("/queue/reset", reset);
}
