// SPDX-License-Identifier: GPL-2.0-only
/* ATTACH and DETACH */
#include <endian.h>

#include "rig.h"

static void attach_fields(struct rig *r)
{
	struct virtio_iommu_req_attach a = { .head.type = VIRTIO_IOMMU_T_ATTACH };
	uint8_t tail[4];
	unsigned int i;

	a.domain = htole32(1);
	a.endpoint = htole32(1);
	for (i = 0; i < 4; i++) {
		a.reserved[i] = 1;
		STATUS(send_raw(r->dev, &a, 20, tail, 4, NULL), INVAL);
		a.reserved[i] = 0;
	}
	for (i = 1; i < 32; i++)
		STATUS(send_attach_flags(r->dev, 1, 1, BIT(i)), INVAL);
	STATUS(send_attach(r->dev, 1, 4), NOENT);
	STATUS(send_detach(r->dev, 1, 1), INVAL);
	STATUS(send_raw(r->dev, &a, 20, tail, 4, NULL), OK);
	/* A domain of any number */
	STATUS(send_attach(r->dev, UINT32_MAX, 2), OK);
	STATUS(send_attach(r->dev, 0, 3), OK);
}

static void detach_fields(struct rig *r)
{
	struct virtio_iommu_req_detach d = { .head.type = VIRTIO_IOMMU_T_DETACH };
	uint8_t tail[4];

	STATUS(send_attach(r->dev, 1, 1), OK);
	STATUS(send_detach(r->dev, 1, 4), NOENT);
	STATUS(send_detach(r->dev, 1, 2), INVAL);
	STATUS(send_detach(r->dev, 2, 1), INVAL);
	/* The field reserved is ignored */
	d.domain = htole32(1);
	d.endpoint = htole32(1);
	memset(d.reserved, 0xff, sizeof(d.reserved));
	STATUS(send_raw(r->dev, &d, 20, tail, 4, NULL), OK);
	STATUS(send_detach(r->dev, 1, 1), INVAL);
}

static const struct viommu_options some_domains = {
	.domains = { 10, 13 }, .max_domains = 3,
};

static void domain_range(struct rig *r)
{
	STATUS(send_attach(r->dev, 9, 1), RANGE);
	STATUS(send_attach(r->dev, 14, 1), RANGE);
	STATUS(send_attach(r->dev, 10, 1), OK);
	STATUS(send_attach(r->dev, 13, 1), OK);
	STATUS(send_map(r->dev, 9, 0, PAGE - 1, RAM, RW), NOENT);
	STATUS(send_unmap(r->dev, 9, 0, PAGE - 1), NOENT);
	STATUS(send_detach(r->dev, 9, 1), INVAL);
}

static void domain_limit(struct rig *r)
{
	IS(viommu_ep_add(r->dev, 4, &r->fake->base, fake_ds(&r->units[0]), NULL, 0), 0);
	STATUS(send_attach(r->dev, 10, 1), OK);
	STATUS(send_attach(r->dev, 11, 2), OK);
	STATUS(send_attach(r->dev, 12, 3), OK);
	STATUS(send_attach(r->dev, 13, 4), NOMEM);
	/* One that has a domain for itself gives that for the other */
	STATUS(send_attach(r->dev, 13, 3), OK);
	STATUS(send_attach(r->dev, 11, 4), OK);
	STATUS(send_attach(r->dev, 12, 4), NOMEM);
}

static void apart(struct rig *r)
{
	STATUS(send_attach(r->dev, 1, 1), OK);
	STATUS(send_attach(r->dev, 2, 2), OK);
	STATUS(send_map(r->dev, 1, 0, PAGE - 1, RAM, RW), OK);
	STATUS(send_map(r->dev, 2, 0, PAGE - 1, RAM + PAGE, RW), OK);
	IS(REACH_W(r, 1, 0x10), IPA_OF(RAM) + 0x10);
	IS(REACH_W(r, 2, 0x10), IPA_OF(RAM) + PAGE + 0x10);
	STATUS(send_unmap(r->dev, 1, 0, PAGE - 1), OK);
	IS(REACH_R(r, 1, 0), NOWHERE);
	IS(REACH_R(r, 2, 0), IPA_OF(RAM) + PAGE);
}

/* Who joins has what is mapped, behind another IOMMU too */
static void together(struct rig *r)
{
	STATUS(send_attach(r->dev, 1, 1), OK);
	STATUS(send_map(r->dev, 1, 0, PAGE - 1, RAM, RW), OK);
	STATUS(send_attach(r->dev, 1, 2), OK);
	STATUS(send_attach(r->dev, 1, 3), OK);
	IS(r->fake->spaces, 2);
	IS(REACH_R(r, 2, 0), IPA_OF(RAM));
	IS(REACH_R(r, 3, 0), IPA_OF(RAM));
	STATUS(send_map(r->dev, 1, PAGE, 2 * PAGE - 1, RAM2, RW), OK);
	IS(REACH_R(r, 1, PAGE), REACH_R(r, 3, PAGE));
	STATUS(send_detach(r->dev, 1, 1), OK);
	STATUS(send_detach(r->dev, 1, 2), OK);
	IS(r->fake->spaces, 1);
	IS(REACH_R(r, 1, 0), NOWHERE);
	IS(REACH_R(r, 3, 0), IPA_OF(RAM));
	/* It comes back to what has changed meanwhile */
	STATUS(send_unmap(r->dev, 1, 0, PAGE - 1), OK);
	STATUS(send_attach(r->dev, 1, 2), OK);
	IS(REACH_R(r, 2, 0), NOWHERE);
	IS(REACH_R(r, 2, PAGE), REACH_R(r, 3, PAGE));
}

static void domain_ends_with_its_last_endpoint(struct rig *r)
{
	STATUS(send_attach(r->dev, 1, 1), OK);
	STATUS(send_attach(r->dev, 1, 2), OK);
	STATUS(send_map(r->dev, 1, 0, PAGE - 1, RAM, RW), OK);
	STATUS(send_detach(r->dev, 1, 1), OK);
	STATUS(send_map(r->dev, 1, 0, PAGE - 1, RAM, RW), INVAL);
	STATUS(send_detach(r->dev, 1, 2), OK);
	STATUS(send_map(r->dev, 1, 0, PAGE - 1, RAM, RW), NOENT);
	STATUS(send_unmap(r->dev, 1, 0, PAGE - 1), NOENT);
	IS(r->fake->spaces, 0);
	IS(r->dev->mappings, 0);
	STATUS(send_attach(r->dev, 1, 1), OK);
	IS(REACH_R(r, 1, 0), NOWHERE);
}

static void attach_replaces(struct rig *r)
{
	unsigned int attaches;

	STATUS(send_attach(r->dev, 1, 1), OK);
	STATUS(send_map(r->dev, 1, 0, PAGE - 1, RAM, RW), OK);
	STATUS(send_attach(r->dev, 2, 2), OK);
	STATUS(send_map(r->dev, 2, 0, PAGE - 1, RAM + PAGE, RW), OK);
	attaches = r->fake->attaches;
	STATUS(send_attach(r->dev, 2, 1), OK);
	/* In one step: it is never blocked between */
	IS(r->fake->attaches - attaches, 1);
	IS(REACH_R(r, 1, 0), IPA_OF(RAM) + PAGE);
	STATUS(send_map(r->dev, 1, PAGE, 2 * PAGE - 1, RAM, RW), NOENT);
	STATUS(send_detach(r->dev, 1, 1), INVAL);
	/* To where it is already nothing is done */
	attaches = r->fake->attaches;
	STATUS(send_attach(r->dev, 2, 1), OK);
	IS(r->fake->attaches, attaches);
	STATUS(send_detach(r->dev, 2, 1), OK);
	STATUS(send_detach(r->dev, 2, 1), INVAL);
}

static void endpoints_come_and_go(struct rig *r)
{
	struct viommu_backend *b = &r->fake->base;

	IS(viommu_ep_add(r->dev, 1, b, fake_ds(&r->units[0]), NULL, 0), -EEXIST);
	IS(viommu_ep_remove(r->dev, 9), -ENOENT);
	STATUS(send_attach(r->dev, 1, 1), OK);
	STATUS(send_attach(r->dev, 1, 2), OK);
	STATUS(send_map(r->dev, 1, 0, PAGE - 1, RAM, RW), OK);
	IS(viommu_ep_remove(r->dev, 1), 0);
	STATUS(send_attach(r->dev, 1, 1), NOENT);
	IS(REACH_R(r, 2, 0), IPA_OF(RAM));
	IS(viommu_ep_remove(r->dev, 2), 0);
	STATUS(send_unmap(r->dev, 1, 0, PAGE - 1), NOENT);
	IS(viommu_ep_add(r->dev, 1, b, fake_ds(&r->units[1]), NULL, 0), 0);
	IS(REACH_R(r, 1, 0), NOWHERE);
	STATUS(send_attach(r->dev, 1, 1), OK);
	IS(REACH_R(r, 1, 0), NOWHERE);
}

static void reset(struct rig *r)
{
	int i;

	for (i = 0; i < 2; i++) {
		STATUS(send_attach(r->dev, 1, 1), OK);
		STATUS(send_attach(r->dev, 1, 3), OK);
		STATUS(send_attach_flags(r->dev, 2, 2, VIRTIO_IOMMU_ATTACH_F_BYPASS), OK);
		STATUS(send_map(r->dev, 1, 0, PAGE - 1, RAM, RW), OK);
		viommu_reset(r->dev, i ? VIOMMU_RESET_SYSTEM : VIOMMU_RESET_DEVICE);
		IS(r->fake->spaces, 0);
		IS(r->dev->mappings, 0);
		IS(REACH_R(r, 1, 0), NOWHERE);
		IS(REACH_R(r, 2, RAM), NOWHERE);
		IS(REACH_R(r, 3, 0), NOWHERE);
		/* Nothing is negotiated now */
		STATUS(send_attach(r->dev, 1, 1), OK);
		STATUS(send_map(r->dev, 1, 0, PAGE - 1, RAM, RW), UNSUPP);
		IS(viommu_negotiated(r->dev, viommu_features(r->dev)), 0);
	}
}

void domains_tests(void)
{
	TEST("/domains/attach_fields", NULL, attach_fields);
	TEST("/domains/detach_fields", NULL, detach_fields);
	TEST("/domains/domain_range", &some_domains, domain_range);
	TEST("/domains/domain_limit", &some_domains, domain_limit);
	TEST("/domains/apart", NULL, apart);
	TEST("/domains/together", NULL, together);
	TEST("/domains/end_with_last_endpoint", NULL, domain_ends_with_its_last_endpoint);
	TEST("/domains/attach_replaces", NULL, attach_replaces);
	TEST("/domains/endpoints_come_and_go", NULL, endpoints_come_and_go);
	TEST("/domains/reset", NULL, reset);
}
