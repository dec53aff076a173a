// SPDX-License-Identifier: GPL-2.0-only
/*
 * A small driver that makes tables of its own, in the guest's memory and the host's format, as
 * the kselftests' guests do, and hands them over.
 */
#include <endian.h>
#include <errno.h>
#include <string.h>

#include <nest.h>
#include <s1.h>

#include "../handover.h"
#include "host.h"

#define IOVA	0x0000023456789000ull
/* What of a stream table entry the device makes itself */
#define STE0_HOST	0xfull

/* The tables of @t, for the endpoint */
static int attach(struct host *h, const struct s1 *t, uint32_t domain, unsigned int i)
{
	struct nest n = { .type = host_is_vtd(h, i) ? MOCK_VTD : MOCK_SMMUV3 };
	struct virtio_iommu_req_attach_table r = {
		.head.type = VIRTIO_IOMMU_T_ATTACH_TABLE,
		.domain = htole32(domain),
		.endpoint = htole32(HOST_ID(i)),
	};
	uint8_t tail[4];

	if (n.type == MOCK_VTD) {
		r.format = VIRTIO_IOMMU_TABLE_INTEL;
		r.root = htole64(t->root);
		r.width = htole32(48);
	} else {
		r.format = VIRTIO_IOMMU_TABLE_ARM_SMMU3;
		r.ste0 = nest_vste(&n, t).ste[0] & ~htole64(STE0_HOST);
	}
	return send_raw(h->viommu, &r, 124, tail, 4, NULL);
}

static int invalidate(struct host *h, uint8_t scope, uint8_t caches, uint64_t iova)
{
	struct virtio_iommu_req_invalidate r = {
		.head.type = VIRTIO_IOMMU_T_INVALIDATE,
		.scope = scope,
		.caches = caches,
		.domain = htole32(1),
		.address = htole64(iova),
		.nr_pages = htole64(1),
		.page_size = 12,
	};
	uint8_t tail[4];

	return send_raw(h->viommu, &r, 60, tail, 4, NULL);
}

static bool is_described(struct host *h, unsigned int i)
{
	uint16_t want = host_is_vtd(h, i) ? VIRTIO_IOMMU_PROBE_HW_VTD : VIRTIO_IOMMU_PROBE_HW_SMMU3;
	struct virtio_iommu_probe_property p;
	uint8_t buf[1028];
	size_t at = 0;

	g_assert_cmpint(send_probe(h->viommu, HOST_ID(i), buf, 1024), ==, 0);
	for (;;) {
		memcpy(&p, buf + at, sizeof(p));
		if (!p.type || le16toh(p.type) == want)
			return p.type;
		at += sizeof(p) + le16toh(p.length);
	}
}

/* A guest gives each of its tables an ASID of its own, and begins with the low ones */
static void make_tables(struct host *h, struct s1 *t, unsigned int n)
{
	struct nest nest = { .type = host_is_vtd(h, 0) ? MOCK_VTD : MOCK_SMMUV3 };
	unsigned int i;

	for (i = 0; i < n; i++)
		g_assert_cmpint(nest_s1(&nest, &t[i], &h->guest, 48), ==, 0);
}

void host_handover(struct host *h)
{
	uint64_t one = host_page(h, 1), two = host_page(h, 2);
	struct s1 tables[2], *t = &tables[0], *other = &tables[1];
	unsigned int i;

	make_tables(h, tables, 2);
	g_assert_true(is_described(h, 0));
	for (i = 0; i < 2; i++) {
		g_assert_cmpint(attach(h, t, 1, i), ==, VIRTIO_IOMMU_S_OK);
		BLOCKED(h, i, IOVA);
	}
	g_assert_cmpint(invalidate(h, VIRTIO_IOMMU_INVAL_S_DOMAIN, VIRTIO_IOMMU_INVAL_C_TLB, 0),
			==, 0);
	/* What is there is seen; changed, it is in caches until they are told; gone likewise */
	g_assert_cmpint(s1_map(t, IOVA, one, S1_4K, S1_RW), ==, 0);
	SEES(h, 0, IOVA, 1);
	SEES(h, 1, IOVA, 1);
	host_writes(h, 0, IOVA, one);
	util_fill(guest_ptr(&h->guest, one), PAGE_4K, 1);
	g_assert_cmpint(s1_map(t, IOVA, two, S1_4K, S1_RW), ==, 0);
	SEES(h, 0, IOVA, 1);
	g_assert_cmpint(invalidate(h, VIRTIO_IOMMU_INVAL_S_ADDRESS, VIRTIO_IOMMU_INVAL_C_TLB, IOVA),
			==, 0);
	SEES(h, 0, IOVA, 2);
	SEES(h, 1, IOVA, 2);
	s1_unmap(t, IOVA, S1_4K);
	SEES(h, 1, IOVA, 2);
	g_assert_cmpint(invalidate(h, VIRTIO_IOMMU_INVAL_S_PASID, VIRTIO_IOMMU_INVAL_C_TLB |
				   VIRTIO_IOMMU_INVAL_C_PASID, 0), ==, 0);
	BLOCKED(h, 0, IOVA);
	BLOCKED(h, 1, IOVA);
	/* Other tables are another domain, which an endpoint goes to in one step */
	g_assert_cmpint(s1_map(other, IOVA, one, S1_4K, S1_RW), ==, 0);
	g_assert_cmpint(attach(h, other, 1, 0), ==, VIRTIO_IOMMU_S_INVAL);
	g_assert_cmpint(attach(h, other, 2, 0), ==, VIRTIO_IOMMU_S_OK);
	SEES(h, 0, IOVA, 1);
	BLOCKED(h, 1, IOVA);
	/* And to mappings of the device's, and back */
	g_assert_cmpint(send_attach(h->viommu, 3, HOST_ID(0)), ==, 0);
	BLOCKED(h, 0, IOVA);
	g_assert_cmpint(attach(h, other, 2, 0), ==, VIRTIO_IOMMU_S_OK);
	SEES(h, 0, IOVA, 1);
	viommu_reset(h->viommu, VIOMMU_RESET_DEVICE);
	BLOCKED(h, 0, IOVA);
}

/* Tables that are none, or where there is no memory: the endpoint faults, and that is all */
void host_handover_bad(struct host *h)
{
	uint64_t noise = host_page(h, 99);
	struct s1 t;

	make_tables(h, &t, 1);
	t.root = noise;
	t.context = noise;
	if (!attach(h, &t, 1, 0))
		BLOCKED(h, 0, IOVA);
	t.root = 0x123000;
	t.context = 0x123000;
	if (!attach(h, &t, 2, 1))
		BLOCKED(h, 1, IOVA);
	/* Beyond what can be an IPA it is refused, or faults */
	t.root = 0xffffffffff000ull;
	t.context = 0xffffffffff000ull;
	if (!attach(h, &t, 3, 1))
		BLOCKED(h, 1, IOVA);
}
