// SPDX-License-Identifier: GPL-2.0-only
/* MAP and UNMAP */
#include <endian.h>

#include "rig.h"

#define MMIO	VIRTIO_IOMMU_MAP_F_MMIO

static void map_flags(struct rig *r)
{
	unsigned int i;

	STATUS(send_attach(r->dev, 1, 1), OK);
	for (i = 3; i < 32; i++)
		STATUS(send_map(r->dev, 1, 0, PAGE - 1, RAM, RW | BIT(i)), INVAL);
	STATUS(send_map(r->dev, 1, 0, PAGE - 1, RAM, 0), INVAL);
	STATUS(send_map(r->dev, 1, 0, PAGE - 1, REGISTERS, MMIO), INVAL);
	STATUS(send_map(r->dev, 1, 0, PAGE - 1, RAM, VIRTIO_IOMMU_MAP_F_READ), OK);
	IS(REACH_R(r, 1, 0), IPA_OF(RAM));
	IS(REACH_W(r, 1, 0), NOWHERE);
	STATUS(send_map(r->dev, 1, PAGE, 2 * PAGE - 1, RAM, VIRTIO_IOMMU_MAP_F_WRITE), OK);
	IS(REACH_W(r, 1, PAGE), IPA_OF(RAM));
	IS(REACH_R(r, 1, PAGE), NOWHERE);
	/* Flags that are not known are looked at first */
	STATUS(send_map(r->dev, 77, 1, 0, RAM, 8), INVAL);
}

static void map_range(struct rig *r)
{
	STATUS(send_map(r->dev, 1, 0, PAGE - 1, RAM, RW), NOENT);
	STATUS(send_attach(r->dev, 1, 1), OK);
	STATUS(send_map(r->dev, 1, 1, PAGE - 1, RAM, RW), RANGE);
	STATUS(send_map(r->dev, 1, 0, PAGE, RAM, RW), RANGE);
	STATUS(send_map(r->dev, 1, 0, PAGE - 2, RAM, RW), RANGE);
	STATUS(send_map(r->dev, 1, 0, PAGE - 1, RAM + 1, RW), RANGE);
	STATUS(send_map(r->dev, 1, 0, 0, RAM, RW), RANGE);
	/* Backwards */
	STATUS(send_map(r->dev, 1, 2 * PAGE, PAGE - 1, RAM, RW), INVAL);
	STATUS(send_map(r->dev, 1, PAGE, PAGE - 1, RAM, RW), INVAL);
	/* 48 bits is what endpoints have */
	STATUS(send_map(r->dev, 1, BIT(48) - PAGE, BIT(48) - 1, RAM, RW), OK);
	STATUS(send_map(r->dev, 1, BIT(48), BIT(48) + PAGE - 1, RAM, RW), RANGE);
	STATUS(send_map(r->dev, 1, 0, UINT64_MAX, 0, RW), RANGE);
	STATUS(send_map(r->dev, 1, 0, 2 * PAGE - 1, -PAGE, RW), RANGE);
	/* Not the guest's memory, or only a part of it */
	STATUS(send_map(r->dev, 1, 0, PAGE - 1, 0, RW), FAULT);
	STATUS(send_map(r->dev, 1, 0, PAGE - 1, -PAGE, RW), FAULT);
	STATUS(send_map(r->dev, 1, 0, 2 * PAGE - 1, RAM - PAGE, RW), FAULT);
	STATUS(send_map(r->dev, 1, 0, 2 * PAGE - 1, RAM2 + RAM2_SIZE - PAGE, RW), FAULT);
	IS(fake_segments(r->fake, 1), 1);
}

static void map_over_a_mapping(struct rig *r)
{
	STATUS(send_attach(r->dev, 1, 1), OK);
	STATUS(send_map(r->dev, 1, 4 * PAGE, 8 * PAGE - 1, RAM, RW), OK);
	STATUS(send_map(r->dev, 1, 4 * PAGE, 8 * PAGE - 1, RAM, RW), INVAL);
	STATUS(send_map(r->dev, 1, 5 * PAGE, 6 * PAGE - 1, RAM, RW), INVAL);
	STATUS(send_map(r->dev, 1, 3 * PAGE, 5 * PAGE - 1, RAM, RW), INVAL);
	STATUS(send_map(r->dev, 1, 7 * PAGE, 9 * PAGE - 1, RAM, RW), INVAL);
	STATUS(send_map(r->dev, 1, 3 * PAGE, 9 * PAGE - 1, RAM, RW), INVAL);
	STATUS(send_map(r->dev, 1, 3 * PAGE, 4 * PAGE - 1, RAM, RW), OK);
	STATUS(send_map(r->dev, 1, 8 * PAGE, 9 * PAGE - 1, RAM, RW), OK);
}

/* Of the specification's table, with pages in place of bytes */
static void unmap_examples(struct rig *r)
{
#define M(a, b)	STATUS(send_map(r->dev, 1, (a) * PAGE, ((b) + 1) * PAGE - 1, RAM, RW), OK)
#define U(a, b)	send_unmap(r->dev, 1, (a) * PAGE, ((b) + 1) * PAGE - 1)
#define LEFT(n)	IS(fake_segments(r->fake, 1), n)
	STATUS(send_attach(r->dev, 1, 1), OK);
	STATUS(U(0, 4), OK);
	M(0, 9);
	STATUS(U(0, 9), OK);
	LEFT(0);
	M(0, 4);
	M(5, 9);
	STATUS(U(0, 9), OK);
	LEFT(0);
	M(0, 9);
	STATUS(U(0, 4), RANGE);
	STATUS(U(5, 9), RANGE);
	STATUS(U(3, 5), RANGE);
	STATUS(U(9, 12), RANGE);
	LEFT(1);
	M(10, 14);
	STATUS(U(0, 12), RANGE);
	STATUS(U(5, 14), RANGE);
	LEFT(2);
	STATUS(U(0, 14), OK);
	M(0, 4);
	M(5, 9);
	STATUS(U(0, 4), OK);
	LEFT(1);
	IS(REACH_R(r, 1, 0), NOWHERE);
	IS(REACH_R(r, 1, 5 * PAGE), IPA_OF(RAM));
	STATUS(U(5, 9), OK);
	M(0, 4);
	STATUS(U(0, 9), OK);
	M(0, 4);
	M(10, 14);
	STATUS(U(0, 14), OK);
	LEFT(0);
#undef M
#undef U
#undef LEFT
}

static void unmap_range(struct rig *r)
{
	struct virtio_iommu_req_unmap u = make_unmap(1, 0, UINT64_MAX);
	uint8_t tail[4];
	unsigned int i;

	STATUS(send_unmap(r->dev, 1, 0, PAGE - 1), NOENT);
	STATUS(send_attach(r->dev, 1, 1), OK);
	STATUS(send_map(r->dev, 1, PAGE, 2 * PAGE - 1, RAM, RW), OK);
	for (i = 0; i < 4; i++) {
		u.reserved[i] = 1;
		STATUS(send_raw(r->dev, &u, 28, tail, 4, NULL), INVAL);
		u.reserved[i] = 0;
	}
	IS(REACH_R(r, 1, PAGE), IPA_OF(RAM));
	STATUS(send_unmap(r->dev, 1, 2 * PAGE, PAGE), INVAL);
	/* Of what is no page: it counts whether a mapping would be split */
	STATUS(send_unmap(r->dev, 1, PAGE + 1, 2 * PAGE - 1), RANGE);
	STATUS(send_unmap(r->dev, 1, PAGE, 2 * PAGE - 2), RANGE);
	STATUS(send_unmap(r->dev, 1, 0, 0), OK);
	STATUS(send_unmap(r->dev, 1, PAGE - 1, 2 * PAGE), OK);
	IS(REACH_R(r, 1, PAGE), NOWHERE);
	STATUS(send_map(r->dev, 1, PAGE, 2 * PAGE - 1, RAM, RW), OK);
	/* Everything there is, also what cannot be mapped */
	STATUS(send_raw(r->dev, &u, 28, tail, 4, NULL), OK);
	IS(REACH_R(r, 1, PAGE), NOWHERE);
}

static void across_regions_of_memory(struct rig *r)
{
	uint64_t at = RAM2 - 2 * PAGE;

	STATUS(send_attach(r->dev, 1, 1), OK);
	STATUS(send_map(r->dev, 1, 0, 4 * PAGE - 1, at, RW), OK);
	IS(fake_segments(r->fake, 1), 2);
	IS(r->dev->mappings, 2);
	IS(REACH_W(r, 1, 2 * PAGE - 1), IPA_OF(RAM2 - 1));
	/* Stage-2 has a hole between these two */
	IS(REACH_W(r, 1, 2 * PAGE), RAM2_IPA);
	STATUS(send_unmap(r->dev, 1, 0, 2 * PAGE - 1), RANGE);
	STATUS(send_unmap(r->dev, 1, 0, 4 * PAGE - 1), OK);
	IS(fake_segments(r->fake, 1), 0);
	IS(r->dev->mappings, 0);
}

static void what_is_no_memory(struct rig *r)
{
	STATUS(send_attach(r->dev, 1, 1), OK);
	/* Memory cannot be treated as if it were registers */
	STATUS(send_map(r->dev, 1, 0, PAGE - 1, RAM, RW | MMIO), INVAL);
	STATUS(send_map(r->dev, 1, 0, PAGE - 1, REGISTERS, RW | MMIO), OK);
	IS(REACH_W(r, 1, 4), IPA_OF(REGISTERS) + 4);
	STATUS(send_map(r->dev, 1, PAGE, 2 * PAGE - 1, REGISTERS, RW), OK);
	/* Registers that nobody can reach */
	STATUS(send_map(r->dev, 1, 2 * PAGE, 3 * PAGE - 1, REGISTERS + SMALL, RW | MMIO), FAULT);
	/* A doorbell is mapped, and leads nowhere */
	STATUS(send_map(r->dev, 1, 3 * PAGE, 4 * PAGE - 1, DOORBELL,
			VIRTIO_IOMMU_MAP_F_WRITE | MMIO), OK);
	IS(REACH_W(r, 1, 3 * PAGE), NOWHERE);
	STATUS(send_map(r->dev, 1, 3 * PAGE, 4 * PAGE - 1, RAM, RW), INVAL);
	STATUS(send_unmap(r->dev, 1, 3 * PAGE, 4 * PAGE - 1), OK);
	/* Read-only memory */
	STATUS(send_map(r->dev, 1, 3 * PAGE, 4 * PAGE - 1, ROM, RW), FAULT);
	STATUS(send_map(r->dev, 1, 3 * PAGE, 4 * PAGE - 1, ROM, VIRTIO_IOMMU_MAP_F_READ), OK);
	IS(REACH_R(r, 1, 3 * PAGE), IPA_OF(ROM));
	IS(REACH_W(r, 1, 3 * PAGE), NOWHERE);
}

static const struct viommu_options few_mappings = { .max_mappings = 4 };

static void mapping_limit(struct rig *r)
{
	unsigned int i;

	STATUS(send_attach(r->dev, 1, 1), OK);
	STATUS(send_attach(r->dev, 2, 2), OK);
	for (i = 0; i < 3; i++)
		STATUS(send_map(r->dev, 1, i * PAGE, (i + 1) * PAGE - 1, RAM, RW), OK);
	/* One more in all, and this would be two */
	STATUS(send_map(r->dev, 2, 0, 2 * PAGE - 1, RAM2 - PAGE, RW), NOMEM);
	STATUS(send_map(r->dev, 2, 0, PAGE - 1, DOORBELL, RW), OK);
	STATUS(send_map(r->dev, 1, 3 * PAGE, 4 * PAGE - 1, RAM, RW), NOMEM);
	STATUS(send_detach(r->dev, 2, 2), OK);
	STATUS(send_map(r->dev, 1, 3 * PAGE, 4 * PAGE - 1, RAM, RW), OK);
	STATUS(send_unmap(r->dev, 1, 0, PAGE - 1), OK);
	STATUS(send_map(r->dev, 1, 9 * PAGE, 10 * PAGE - 1, RAM, RW), OK);
	STATUS(send_map(r->dev, 1, 0, PAGE - 1, RAM, RW), NOMEM);
}

static const struct viommu_options big_pages = {
	.page_size_mask = ~0xffffull, .input = { 0x10000, 0xffffffff },
};

static void granule_and_input_range(struct rig *r)
{
	STATUS(send_attach(r->dev, 1, 1), OK);
	STATUS(send_map(r->dev, 1, 0x11000, 0x1ffff, RAM, RW), RANGE);
	STATUS(send_map(r->dev, 1, 0x20000, 0x20fff, RAM, RW), RANGE);
	STATUS(send_map(r->dev, 1, 0x20000, 0x2ffff, RAM + PAGE, RW), RANGE);
	STATUS(send_map(r->dev, 1, 0, 0xffff, RAM, RW), RANGE);
	STATUS(send_map(r->dev, 1, 0, 0x1ffff, RAM, RW), RANGE);
	STATUS(send_map(r->dev, 1, 0x10000, 0x1ffff, RAM, RW), OK);
	STATUS(send_map(r->dev, 1, 0xffff0000, 0xffffffff, RAM, RW), OK);
	STATUS(send_map(r->dev, 1, 0x100000000, 0x10000ffff, RAM, RW), RANGE);
	STATUS(send_map(r->dev, 1, 0xfffe0000, 0x10000ffff, RAM, RW), RANGE);
}

void mappings_tests(void)
{
	TEST("/mappings/map_flags", NULL, map_flags);
	TEST("/mappings/map_range", NULL, map_range);
	TEST("/mappings/map_over_a_mapping", NULL, map_over_a_mapping);
	TEST("/mappings/unmap_examples", NULL, unmap_examples);
	TEST("/mappings/unmap_range", NULL, unmap_range);
	TEST("/mappings/across_regions_of_memory", NULL, across_regions_of_memory);
	TEST("/mappings/what_is_no_memory", NULL, what_is_no_memory);
	TEST("/mappings/mapping_limit", &few_mappings, mapping_limit);
	TEST("/mappings/granule_and_input_range", &big_pages, granule_and_input_range);
}
