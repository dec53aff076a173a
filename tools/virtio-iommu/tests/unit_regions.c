// SPDX-License-Identifier: GPL-2.0-only
/* Regions of endpoints: what PROBE says, what cannot be mapped, how they combine */
#include <endian.h>
#include <string.h>

#include "rig.h"

#define R	VIOMMU_RESV_RESERVED
#define M	VIOMMU_RESV_MSI
#define I	VIOMMU_RESV_IDENTITY

struct region {
	unsigned int subtype;
	uint64_t start;
	uint64_t end;
};

/* Properties as a driver parses them */
static void probed(struct rig *r, uint32_t ep, const struct region *want, unsigned int n)
{
	uint8_t buf[1028], *at = buf, *end = buf + 1024;
	struct virtio_iommu_probe_resv_mem mem;
	unsigned int i;

	STATUS(send_probe(r->dev, ep, buf, 1024), OK);
	for (i = 0; i < n; i++) {
		memcpy(&mem, at, sizeof(mem));
		IS(le16toh(mem.head.type), VIRTIO_IOMMU_PROBE_T_RESV_MEM);
		IS(le16toh(mem.head.length), 20);
		IS(mem.reserved[0] | mem.reserved[1] | mem.reserved[2], 0);
		IS(mem.subtype, want[i].subtype);
		IS(le64toh(mem.start), want[i].start);
		IS(le64toh(mem.end), want[i].end);
		at += 4 + le16toh(mem.head.length);
	}
	while (at < end)
		IS(*at++, 0);
}

static int add(struct rig *r, uint32_t id, struct fake_dev *dev,
	       const struct viommu_resv *resv, size_t n)
{
	return viommu_ep_add(r->dev, id, &r->fake->base, fake_ds(dev), resv, n);
}

/* An endpoint with one region */
static void add_one(struct rig *r, uint32_t id, enum viommu_resv_kind kind, uint64_t first,
		    uint64_t last)
{
	struct viommu_resv resv = { { first, last }, kind };

	IS(add(r, id, &r->units[0], &resv, 1), 0);
}

static void each_has_its_own(struct rig *r)
{
	static const struct viommu_resv resv[] = {
		{ { 0xfee00000, 0xfeefffff }, M },
		{ { 0x5000, 0x8fff }, R },
		{ { RAM, RAM + PAGE - 1 }, I },
		{ { 0x9000, 0x9fff }, R },
		{ { RAM + PAGE, RAM + 2 * PAGE - 1 }, I },
	};
	static const struct region want[] = {
		{ 0, 0x5000, 0x9fff },
		{ 0, RAM, RAM + 2 * PAGE - 1 },
		{ 1, 0xfee00000, 0xfeefffff },
	};

	probed(r, 1, NULL, 0);
	IS(add(r, 9, &r->units[0], resv, 5), 0);
	probed(r, 9, want, 3);
	probed(r, 2, NULL, 0);
}

/* The host's are reserved, but for the guest's doorbell in them */
static void of_the_host(struct rig *r)
{
	struct fake_dev dev = {
		.aperture = { 0x1000, BIT(39) - 1 },
		.resv = { { 0xfee00000, 0xfeefffff }, { 0x8000000, 0x80fffff } },
		.n = 2,
	};
	static const struct viommu_resv doorbell = { { 0xfee00000, 0xfee00fff }, M };
	static const struct region want[] = {
		{ 0, 0, 0xfff },
		{ 0, 0x8000000, 0x80fffff },
		{ 1, 0xfee00000, 0xfee00fff },
		{ 0, 0xfee01000, 0xfeefffff },
		/* The input range is as the first endpoints have it, 48 bits */
		{ 0, BIT(39), BIT(48) - 1 },
	};

	IS(add(r, 9, &dev, &doorbell, 1), 0);
	probed(r, 9, want, 5);
	STATUS(send_attach(r->dev, 1, 9), OK);
	STATUS(send_map(r->dev, 1, 0, PAGE - 1, RAM, RW), INVAL);
	STATUS(send_map(r->dev, 1, BIT(39), BIT(39) + PAGE - 1, RAM, RW), INVAL);
	STATUS(send_map(r->dev, 1, BIT(39) - PAGE, BIT(39) - 1, RAM, RW), OK);
	/* The others have that address for themselves */
	STATUS(send_attach(r->dev, 2, 1), OK);
	STATUS(send_map(r->dev, 2, BIT(39), BIT(39) + PAGE - 1, RAM, RW), OK);
	IS(viommu_ep_remove(r->dev, 9), 0);
}

static void contradictions(struct rig *r)
{
	static const struct viommu_resv bad[][2] = {
		{ { { 0x5000, 0x5fff }, R }, { { 0x5800, 0x58ff }, M } },
		{ { { 0x5000, 0x5fff }, R }, { { 0x5000, 0x5fff }, I } },
		{ { { 0x5000, 0x5fff }, M }, { { 0x5000, 0x5fff }, I } },
		/* A second doorbell, backwards, a kind that there is not, no whole page */
		{ { { 0x5000, 0x5fff }, M }, { { 0x7000, 0x7fff }, M } },
		{ { { 0x5000, 0x4fff }, R }, { { 0x7000, 0x7fff }, M } },
		{ { { 0x5000, 0x5fff }, 3 }, { { 0x7000, 0x7fff }, M } },
		{ { { 0x5000, 0x5ffe }, I }, { { 0x7000, 0x7fff }, M } },
		{ { { 0x5001, 0x5fff }, I }, { { 0x7000, 0x7fff }, M } },
	};
	struct fake_dev host = { .resv = { { 0x5000, 0x5000 } }, .n = 1 };
	struct viommu_resv many[60];
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(bad); i++)
		IS(add(r, 9, &r->units[0], bad[i], 2), -EINVAL);
	IS(add(r, 9, &host, &bad[1][1], 1), -EINVAL);
	for (i = 0; i < 60; i++)
		many[i] = (struct viommu_resv) { { i * 0x2000, i * 0x2000 + 0xfff }, R };
	IS(add(r, 9, &r->units[0], many, 60), -ENOSPC);
	STATUS(send_attach(r->dev, 1, 9), NOENT);
	/* 24 bytes each, and one is beyond the aperture, which PROBE could have to say */
	IS(add(r, 9, &r->units[0], many, 41), 0);
	IS(viommu_ep_remove(r->dev, 9), 0);
	IS(add(r, 9, &r->units[0], many, 42), -ENOSPC);
}

/* The table of resv.c, both ways round */
static void two_in_a_domain(struct rig *r, bool share)
{
	static const enum viommu_resv_kind kinds[] = { R, M, I };
	const uint64_t at = RAM;
	unsigned int a, b;

	for (a = 0; a < 3; a++)
		add_one(r, 10 + a, kinds[a], at, at + PAGE - 1);
	for (a = 0; a < 3; a++)
		add_one(r, 20 + a, kinds[a], at, at + PAGE - 1);
	for (a = 0; a < 4; a++) {
		for (b = 0; b < 4; b++) {
			uint32_t x = a < 3 ? 10 + a : 1, y = b < 3 ? 20 + b : 2;
			bool fine = a == b || (a == 3 && (b < 2 || share)) ||
				    (b == 3 && (a < 2 || share));
			bool free = a == 3 && (b == 3 || !fine);
			int want = fine ? VIRTIO_IOMMU_S_OK : VIRTIO_IOMMU_S_UNSUPP;

			STATUS(send_attach(r->dev, 1, x), OK);
			g_assert_cmpint(send_attach(r->dev, 1, y), ==, want);
			/* Whoever of those in the domain has it, it is nothing to be mapped */
			want = free ? VIRTIO_IOMMU_S_OK : VIRTIO_IOMMU_S_INVAL;
			g_assert_cmpint(send_map(r->dev, 1, at, at + PAGE - 1, RAM2, RW), ==,
					want);
			if (fine && (a == 2 || b == 2)) {
				IS(REACH_W(r, x, at), IPA_OF(at));
				IS(REACH_W(r, y, at), IPA_OF(at));
			}
			STATUS(send_detach(r->dev, 1, x), OK);
			g_assert_cmpint(send_detach(r->dev, 1, y), ==,
					fine ? VIRTIO_IOMMU_S_OK : VIRTIO_IOMMU_S_INVAL);
		}
	}
}

static void combine(struct rig *r)
{
	two_in_a_domain(r, false);
}

static const struct viommu_options sharing = { .share_identity = true };

static void combine_sharing(struct rig *r)
{
	two_in_a_domain(r, true);
}

/* Identity regions that are not the same pages are not the same */
static void identity_of_unequal_size(struct rig *r)
{
	add_one(r, 10, I, RAM, RAM + 2 * PAGE - 1);
	add_one(r, 11, I, RAM, RAM + PAGE - 1);
	add_one(r, 12, I, RAM + 2 * PAGE, RAM + 3 * PAGE - 1);
	STATUS(send_attach(r->dev, 1, 10), OK);
	STATUS(send_attach(r->dev, 1, 11), UNSUPP);
	STATUS(send_attach(r->dev, 1, 12), UNSUPP);
	IS(REACH_R(r, 10, RAM + PAGE), IPA_OF(RAM) + PAGE);
}

static void identity_comes_and_goes(struct rig *r)
{
	add_one(r, 10, I, RAM, RAM + 2 * PAGE - 1);
	add_one(r, 11, I, RAM + PAGE, RAM + 3 * PAGE - 1);
	STATUS(send_attach(r->dev, 1, 1), OK);
	STATUS(send_attach(r->dev, 1, 3), OK);
	STATUS(send_attach(r->dev, 1, 10), OK);
	IS(REACH_R(r, 3, RAM), IPA_OF(RAM));
	IS(REACH_R(r, 3, RAM + 2 * PAGE), NOWHERE);
	STATUS(send_attach(r->dev, 1, 11), OK);
	IS(REACH_R(r, 3, RAM + 2 * PAGE), IPA_OF(RAM + 2 * PAGE));
	STATUS(send_detach(r->dev, 1, 10), OK);
	IS(REACH_R(r, 1, RAM), NOWHERE);
	IS(REACH_R(r, 1, RAM + PAGE), IPA_OF(RAM + PAGE));
	/* The guest's unmapping everything does not concern it */
	STATUS(send_unmap(r->dev, 1, 0, UINT64_MAX), OK);
	IS(REACH_R(r, 1, RAM + PAGE), IPA_OF(RAM + PAGE));
	STATUS(send_detach(r->dev, 1, 11), OK);
	IS(REACH_R(r, 1, RAM + PAGE), NOWHERE);
	STATUS(send_map(r->dev, 1, RAM, RAM + PAGE - 1, RAM2, RW), OK);
}

/* A region that joins takes what is mapped there from the mapping, and no more */
static void region_wins_over_a_mapping(struct rig *r)
{
	uint64_t page;

	add_one(r, 10, R, 0x5800, 0x5fff);
	add_one(r, 11, R, 0x3000, 0x3fff);
	add_one(r, 12, M, 0x0, 0xfff);
	STATUS(send_attach(r->dev, 1, 1), OK);
	STATUS(send_attach(r->dev, 1, 3), OK);
	STATUS(send_map(r->dev, 1, 0, 8 * PAGE - 1, RAM, RW), OK);
	STATUS(send_attach(r->dev, 1, 10), OK);
	STATUS(send_attach(r->dev, 1, 11), OK);
	STATUS(send_attach(r->dev, 1, 12), OK);
	for (page = 0; page < 8; page++) {
		bool cut = page == 0 || page == 3 || page == 5;

		IS(REACH_R(r, 1, page * PAGE), cut ? NOWHERE : IPA_OF(RAM) + page * PAGE);
		IS(REACH_R(r, 3, page * PAGE), cut ? NOWHERE : IPA_OF(RAM) + page * PAGE);
		IS(REACH_R(r, 11, page * PAGE), cut ? NOWHERE : IPA_OF(RAM) + page * PAGE);
	}
	/* To the guest it is one mapping still */
	STATUS(send_unmap(r->dev, 1, 0, PAGE - 1), RANGE);
	STATUS(send_unmap(r->dev, 1, 0, 8 * PAGE - 1), OK);
	IS(fake_segments(r->fake, 1), 0);
}

static void identity_over_a_mapping(struct rig *r)
{
	add_one(r, 10, I, RAM, RAM + PAGE - 1);
	STATUS(send_attach(r->dev, 1, 1), OK);
	STATUS(send_map(r->dev, 1, RAM - PAGE, RAM + 2 * PAGE - 1, RAM2, RW), OK);
	STATUS(send_attach(r->dev, 1, 10), OK);
	IS(REACH_R(r, 1, RAM - PAGE), RAM2_IPA);
	IS(REACH_R(r, 1, RAM), IPA_OF(RAM));
	IS(REACH_R(r, 10, RAM + PAGE), RAM2_IPA + 2 * PAGE);
}

void regions_tests(void)
{
	TEST("/regions/each_has_its_own", NULL, each_has_its_own);
	TEST("/regions/of_the_host", NULL, of_the_host);
	TEST("/regions/contradictions", NULL, contradictions);
	TEST("/regions/combine", NULL, combine);
	TEST("/regions/combine_sharing", &sharing, combine_sharing);
	TEST("/regions/identity_of_unequal_size", NULL, identity_of_unequal_size);
	TEST("/regions/identity_comes_and_goes", &sharing, identity_comes_and_goes);
	TEST("/regions/region_wins_over_a_mapping", NULL, region_wins_over_a_mapping);
	TEST("/regions/identity_over_a_mapping", &sharing, identity_over_a_mapping);
}
