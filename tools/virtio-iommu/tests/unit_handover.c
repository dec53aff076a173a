// SPDX-License-Identifier: GPL-2.0-only
/* Tables that a guest has made itself */
#include <endian.h>
#include <string.h>

#include "rig.h"

#define SMMU	VIRTIO_IOMMU_TABLE_ARM_SMMU3
#define VTD	VIRTIO_IOMMU_TABLE_INTEL
#define CDS	0x123440ull

static int send_table(struct rig *r, const struct virtio_iommu_req_attach_table *req)
{
	uint8_t tail[4];

	return send_raw(r->dev, req, 124, tail, 4, NULL);
}

static struct virtio_iommu_req_attach_table table(uint32_t domain, uint32_t ep, uint8_t format,
						  uint64_t word)
{
	return (struct virtio_iommu_req_attach_table) {
		.head.type = VIRTIO_IOMMU_T_ATTACH_TABLE,
		.domain = htole32(domain),
		.endpoint = htole32(ep),
		.format = format,
		.ste0 = htole64(word),
	};
}

static int attach_table(struct rig *r, uint32_t domain, uint32_t ep, uint8_t format,
			uint64_t word)
{
	struct virtio_iommu_req_attach_table req = table(domain, ep, format, word);

	return send_table(r, &req);
}

static int send_invalidate(struct rig *r, const struct virtio_iommu_req_invalidate *req)
{
	uint8_t tail[4];

	return send_raw(r->dev, req, 60, tail, 4, NULL);
}

static struct virtio_iommu_req_invalidate invalidate(uint32_t domain)
{
	return (struct virtio_iommu_req_invalidate) {
		.head.type = VIRTIO_IOMMU_T_INVALIDATE,
		.scope = VIRTIO_IOMMU_INVAL_S_ADDRESS,
		.caches = VIRTIO_IOMMU_INVAL_C_TLB,
		.domain = htole32(domain),
		.address = htole64(0x400000),
		.nr_pages = htole64(3),
		.page_size = 21,
	};
}

static void only_who_asks_for_it_has_it(struct rig *r)
{
	uint8_t buf[1028];

	IS(viommu_features(r->dev) & BIT(7), BIT(7));
	IS(viommu_negotiated(r->dev, ALL_FEATURES & viommu_features(r->dev)), 0);
	IS(attach_table(r, 1, 1, SMMU, CDS), NO_ANSWER);
	IS(viommu_negotiated(r->dev, viommu_features(r->dev)), 0);
	STATUS(attach_table(r, 1, 1, SMMU, CDS), OK);
	/* What the hardware is follows the regions */
	STATUS(send_probe(r->dev, 1, buf, 1024), OK);
	IS(buf[0], 0x77);
	IS(buf[8], 0);
}

static void not_offered(struct rig *r)
{
	struct virtio_iommu_req_invalidate inv = invalidate(1);

	IS(viommu_features(r->dev) & BIT(7), 0);
	IS(viommu_negotiated(r->dev, BIT(7)), -EINVAL);
	IS(attach_table(r, 1, 1, SMMU, CDS), NO_ANSWER);
	IS(send_invalidate(r, &inv), NO_ANSWER);
}

static void fields(struct rig *r)
{
	struct virtio_iommu_req_attach_table t;
	unsigned int i;

	for (i = 0; i < 64; i++) {
		bool guests = i == 4 || i == 5 || (i >= 6 && i <= 51) || i >= 59;

		IS(attach_table(r, 1, 1, SMMU, BIT(i)),
		   guests ? VIRTIO_IOMMU_S_OK : VIRTIO_IOMMU_S_INVAL);
		if (guests)
			STATUS(send_detach(r->dev, 1, 1), OK);
		t = table(1, 1, SMMU, CDS);
		t.ste1 = htole64(BIT(i));
		IS(send_table(r, &t), i < 2 ? VIRTIO_IOMMU_S_OK : VIRTIO_IOMMU_S_INVAL);
		if (i < 2)
			STATUS(send_detach(r->dev, 1, 1), OK);
	}
	for (i = 0; i < sizeof(t.pad); i++) {
		t = table(1, 1, SMMU, CDS);
		t.pad[i] = 1;
		STATUS(send_table(r, &t), INVAL);
	}
	for (i = 0; i < 3; i++) {
		t = table(1, 1, SMMU, CDS);
		t.reserved[i] = 1;
		STATUS(send_table(r, &t), INVAL);
	}
	t = table(1, 1, VTD, CDS);
	t.reserved2 = 1;
	STATUS(send_table(r, &t), INVAL);
	for (i = 0; i < 256; i++)
		if (i != SMMU && i != VTD)
			STATUS(attach_table(r, 1, 1, i, CDS), UNSUPP);
	STATUS(attach_table(r, 1, 77, SMMU, CDS), NOENT);
	t = table(1, 1, VTD, 0x55000);
	t.width = htole32(48);
	STATUS(send_table(r, &t), OK);
	IS(r->fake->handed.format, VTD);
	IS(r->fake->handed.root, 0x55000);
	IS(r->fake->handed.width, 48);
}

static void domain_of_tables(struct rig *r)
{
	STATUS(attach_table(r, 1, 1, SMMU, CDS), OK);
	IS(REACH_R(r, 1, 0x77000), 0x77000);
	IS(r->fake->handed.ste[0], CDS);
	/* All of a domain have the same */
	STATUS(attach_table(r, 1, 2, SMMU, CDS + 64), INVAL);
	STATUS(attach_table(r, 1, 2, VTD, CDS), INVAL);
	STATUS(send_attach(r->dev, 1, 2), INVAL);
	STATUS(send_attach_flags(r->dev, 1, 2, VIRTIO_IOMMU_ATTACH_F_BYPASS), INVAL);
	STATUS(attach_table(r, 1, 2, SMMU, CDS), OK);
	STATUS(attach_table(r, 1, 3, SMMU, CDS), OK);
	STATUS(attach_table(r, 1, 1, SMMU, CDS), OK);
	IS(r->fake->spaces, 2);
	/* The device has nothing to do there */
	STATUS(send_map(r->dev, 1, 0, PAGE - 1, RAM, RW), INVAL);
	STATUS(send_unmap(r->dev, 1, 0, PAGE - 1), INVAL);
	STATUS(send_attach(r->dev, 2, 1), OK);
	STATUS(attach_table(r, 2, 2, SMMU, CDS), INVAL);
	STATUS(send_map(r->dev, 2, 0, PAGE - 1, RAM, RW), OK);
	STATUS(attach_table(r, 1, 1, SMMU, CDS), OK);
	STATUS(send_detach(r->dev, 1, 1), OK);
	IS(REACH_R(r, 1, 0x77000), NOWHERE);
	STATUS(send_detach(r->dev, 1, 2), OK);
	viommu_reset(r->dev, VIOMMU_RESET_DEVICE);
	IS(r->fake->spaces, 0);
}

static void what_the_backend_says(struct rig *r)
{
	static const struct {
		int error;
		int status;
	} cases[] = {
		{ -EINVAL, VIRTIO_IOMMU_S_INVAL }, { -EIO, VIRTIO_IOMMU_S_INVAL },
		{ -ENOMEM, VIRTIO_IOMMU_S_NOMEM }, { -EOPNOTSUPP, VIRTIO_IOMMU_S_UNSUPP },
		{ -ENODEV, VIRTIO_IOMMU_S_DEVERR },
	};
	struct virtio_iommu_req_invalidate inv = invalidate(1);
	unsigned int i, nth;

	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		for (nth = 1; nth <= 2; nth++) {
			r->fake->error = cases[i].error;
			r->fake->fail_in = nth;
			IS(attach_table(r, 1, 1, SMMU, CDS), cases[i].status);
			IS(g_hash_table_size(r->dev->domains), 0);
			IS(r->fake->spaces, 0);
		}
	}
	STATUS(attach_table(r, 1, 1, SMMU, CDS), OK);
	r->fake->fail_in = 1;
	STATUS(send_invalidate(r, &inv), DEVERR);
}

static void invalidation(struct rig *r)
{
	struct virtio_iommu_req_invalidate inv = invalidate(1);
	unsigned int i;

	STATUS(send_invalidate(r, &inv), NOENT);
	STATUS(attach_table(r, 1, 1, SMMU, CDS), OK);
	STATUS(attach_table(r, 1, 3, SMMU, CDS), OK);
	STATUS(send_invalidate(r, &inv), OK);
	IS(r->fake->forgot, 2);
	IS(r->fake->forgot_range.first, 0x400000);
	IS(r->fake->forgot_range.last, 0x9fffff);
	IS(r->fake->forgot_all | r->fake->forgot_leaf | r->fake->forgot_config, 0);
	inv.flags = htole16(VIRTIO_IOMMU_INVAL_F_LEAF);
	STATUS(send_invalidate(r, &inv), OK);
	IS(r->fake->forgot_leaf, 1);
	/* Context descriptors have no addresses */
	inv.caches = VIRTIO_IOMMU_INVAL_C_TLB | VIRTIO_IOMMU_INVAL_C_PASID;
	STATUS(send_invalidate(r, &inv), OK);
	IS(r->fake->forgot_all & r->fake->forgot_config, 1);
	inv = invalidate(1);
	inv.scope = VIRTIO_IOMMU_INVAL_S_DOMAIN;
	inv.page_size = 0;
	STATUS(send_invalidate(r, &inv), OK);
	IS(r->fake->forgot_all, 1);
	for (i = 0; i < sizeof(inv.reserved); i++) {
		inv = invalidate(1);
		inv.reserved[i] = 1;
		STATUS(send_invalidate(r, &inv), INVAL);
	}
	STATUS(send_attach(r->dev, 2, 2), OK);
	inv = invalidate(2);
	STATUS(send_invalidate(r, &inv), INVAL);
}

static void invalidation_that_is_wrong(struct rig *r)
{
	struct virtio_iommu_req_invalidate inv;
	unsigned int i, forgot;

	STATUS(attach_table(r, 1, 1, SMMU, CDS), OK);
	forgot = r->fake->forgot;
#define WRONG(field_, value_, status_) do { \
		inv = invalidate(1); \
		inv.field_ = value_; \
		STATUS(send_invalidate(r, &inv), status_); \
	} while (0)
	WRONG(scope, 0, INVAL);
	WRONG(scope, 4, INVAL);
	WRONG(caches, 0, INVAL);
	WRONG(caches, 4, INVAL);
	for (i = 4; i < 16; i++)
		WRONG(flags, htole16(1u << i), INVAL);
	WRONG(page_size, 11, RANGE);
	WRONG(page_size, 64, RANGE);
	WRONG(page_size, 255, RANGE);
	WRONG(address, htole64(0x1000), RANGE);
	WRONG(nr_pages, 0, RANGE);
	WRONG(nr_pages, htole64(BIT(43)), RANGE);
	WRONG(nr_pages, htole64(UINT64_MAX), RANGE);
	WRONG(address, htole64(-BIT(21)), RANGE);
#undef WRONG
	IS(r->fake->forgot, forgot);
}

static const struct viommu_options tables = { .flat = true, .tables = true };
static const struct viommu_options flat = { .flat = true };

void handover_tests(void)
{
	TEST("/handover/only_who_asks_for_it_has_it", &tables, only_who_asks_for_it_has_it);
	TEST("/handover/not_offered", &flat, not_offered);
	TEST("/handover/fields", &tables, fields);
	TEST("/handover/domain_of_tables", &tables, domain_of_tables);
	TEST("/handover/what_the_backend_says", &tables, what_the_backend_says);
	TEST("/handover/invalidation", &tables, invalidation);
	TEST("/handover/invalidation_that_is_wrong", &tables, invalidation_that_is_wrong);
}
