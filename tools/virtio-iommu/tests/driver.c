// SPDX-License-Identifier: GPL-2.0-only
/* A driver of the virtio-iommu, through a client of vfio-user */
#include <string.h>
#include <linux/pci_regs.h>

#include "client.h"

#define CONFIG	VFIO_PCI_CONFIG_REGION_INDEX

void *at(struct server_rig *r, uint64_t gpa)
{
	g_assert_cmphex(gpa, >=, MEM_GPA);
	g_assert_cmphex(gpa, <, MEM_GPA + MEM_SIZE);
	return r->memory + (gpa - MEM_GPA);
}

void driver_queue(struct server_rig *r, unsigned int q)
{
	poke(r, 0, VIRTIO_PCI_COMMON_Q_SELECT, q, 2);
	g_assert_cmpuint(peek(r, 0, VIRTIO_PCI_COMMON_Q_SIZE, 2), ==, VQ_MAX_SIZE);
	poke(r, 0, VIRTIO_PCI_COMMON_Q_SIZE, Q_SIZE, 2);
	poke(r, 0, VIRTIO_PCI_COMMON_Q_MSIX, q + 1, 2);
	poke(r, 0, VIRTIO_PCI_COMMON_Q_DESCLO, Q_DESC(q), 8);
	poke(r, 0, VIRTIO_PCI_COMMON_Q_AVAILLO, Q_AVAIL(q), 8);
	poke(r, 0, VIRTIO_PCI_COMMON_Q_USEDLO, Q_USED(q), 4);
	poke(r, 0, VIRTIO_PCI_COMMON_Q_USEDHI, Q_USED(q) >> 32, 4);
	memset(at(r, Q_DESC(q)), 0, 0x4000);
	poke(r, 0, VIRTIO_PCI_COMMON_Q_ENABLE, 1, 2);
	g_assert_cmpuint(peek(r, 0, VIRTIO_PCI_COMMON_Q_ENABLE, 2), ==, 1);
}

/* MSI-X on, as a client does it: in configuration space, and by eventfds */
static void driver_irqs(struct server_rig *r)
{
	poke(r, CONFIG, 0x98 + PCI_MSIX_FLAGS, PCI_MSIX_FLAGS_ENABLE, 2);
	g_assert_cmpint(client_set_irqs(r, VFIO_PCI_MSIX_IRQ_INDEX,
					VFIO_IRQ_SET_DATA_EVENTFD |
					VFIO_IRQ_SET_ACTION_TRIGGER, 0, PCI_IRQ_VECTORS,
					NULL, 0, r->irq, PCI_IRQ_VECTORS), ==, 0);
}

void driver_up(struct server_rig *r, uint64_t features)
{
	unsigned int i;

	client_hello(r);
	g_assert_cmpint(client_map(r, MEM_GPA, MEM_SIZE, r->memfd, 0), ==, 0);
	poke(r, CONFIG, PCI_COMMAND, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER, 2);
	driver_irqs(r);
	poke(r, 0, VIRTIO_PCI_COMMON_STATUS, 0, 1);
	poke(r, 0, VIRTIO_PCI_COMMON_STATUS, 1, 1);
	poke(r, 0, VIRTIO_PCI_COMMON_STATUS, 3, 1);
	for (i = 0; i < 2; i++) {
		poke(r, 0, VIRTIO_PCI_COMMON_DFSELECT, i, 4);
		poke(r, 0, VIRTIO_PCI_COMMON_GFSELECT, i, 4);
		poke(r, 0, VIRTIO_PCI_COMMON_GF,
		     peek(r, 0, VIRTIO_PCI_COMMON_DF, 4) & (features >> (32 * i)), 4);
	}
	poke(r, 0, VIRTIO_PCI_COMMON_STATUS, 3 | VIRTIO_CONFIG_S_FEATURES_OK, 1);
	g_assert_cmphex(COMMON(r, VIRTIO_PCI_COMMON_STATUS), ==,
			3 | VIRTIO_CONFIG_S_FEATURES_OK);
	poke(r, 0, VIRTIO_PCI_COMMON_MSIX, 0, 2);
	for (i = 0; i < VPCI_QUEUES; i++)
		driver_queue(r, i);
	poke(r, 0, VIRTIO_PCI_COMMON_STATUS, 0xf, 1);
}

struct vring_desc *desc(struct server_rig *r, unsigned int q, unsigned int i)
{
	return (struct vring_desc *)at(r, Q_DESC(q)) + i;
}

void set_desc(struct server_rig *r, unsigned int q, unsigned int i, uint64_t gpa,
	      uint32_t len, uint16_t flags, uint16_t next)
{
	*desc(r, q, i) = (struct vring_desc) { gpa, len, flags, next };
}

void offer(struct server_rig *r, unsigned int q, uint16_t head)
{
	uint16_t *avail = at(r, Q_AVAIL(q));

	avail[2 + avail[1] % Q_SIZE] = head;
	avail[1]++;
}

void kick(struct server_rig *r, unsigned int q)
{
	poke(r, 0, VPCI_NOTIFY + q * VPCI_NOTIFY_STEP, q, 2);
}

uint16_t used_idx(struct server_rig *r, unsigned int q)
{
	return ((uint16_t *)at(r, Q_USED(q)))[1];
}

int request(struct server_rig *r, const void *in, uint32_t in_len, uint32_t out_len)
{
	uint16_t before = used_idx(r, 0);
	uint8_t *out = at(r, BUFFERS + 0x1000);
	struct vring_used *used = at(r, Q_USED(0));

	memcpy(at(r, BUFFERS), in, in_len);
	memset(out, 0xff, out_len);
	set_desc(r, 0, 0, BUFFERS, in_len, VRING_DESC_F_NEXT, 1);
	set_desc(r, 0, 1, BUFFERS + 0x1000, out_len, VRING_DESC_F_WRITE, 0);
	offer(r, 0, 0);
	kick(r, 0);
	g_assert_cmpuint(used_idx(r, 0), ==, (uint16_t)(before + 1));
	g_assert_cmpuint(used->ring[before % Q_SIZE].id, ==, 0);
	return out[used->ring[before % Q_SIZE].len - sizeof(struct virtio_iommu_req_tail)];
}

#define TAIL	sizeof(struct virtio_iommu_req_tail)

int attach(struct server_rig *r, uint32_t domain)
{
	struct virtio_iommu_req_attach req = {
		.head.type = VIRTIO_IOMMU_T_ATTACH, .domain = domain, .endpoint = ENDPOINT,
	};

	return request(r, &req, sizeof(req) - TAIL, TAIL);
}

int map_page(struct server_rig *r, uint32_t domain, uint64_t iova, uint64_t gpa)
{
	struct virtio_iommu_req_map req = make_map(domain, iova, iova + PAGE - 1, gpa, RW);

	return request(r, &req, sizeof(req) - TAIL, TAIL);
}

int unmap_page(struct server_rig *r, uint32_t domain, uint64_t iova)
{
	struct virtio_iommu_req_unmap req = make_unmap(domain, iova, iova + PAGE - 1);

	return request(r, &req, sizeof(req) - TAIL, TAIL);
}
