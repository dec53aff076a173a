// SPDX-License-Identifier: GPL-2.0-only
/* The event queue */
#include <endian.h>
#include <string.h>

#include "rig.h"

/* The next event, which must be one */
static struct virtio_iommu_fault event(struct rig *r)
{
	uint8_t buf[32];
	struct iovec iov[2] = { { buf, 3 }, { buf + 3, 29 } };
	struct virtio_iommu_fault f;

	memset(buf, 0xee, sizeof(buf));
	g_assert_true(viommu_event_pending(r->dev));
	IS(viommu_event(r->dev, iov, 2), 24);
	IS(buf[24], 0xee);
	memcpy(&f, buf, sizeof(f));
	return f;
}

static void reports(struct rig *r)
{
	static const struct {
		enum viommu_fault_kind kind;
		unsigned int access;
		uint32_t endpoint;
		uint8_t reason;
		uint32_t flags;
	} cases[] = {
		{ VIOMMU_FAULT_MAPPING, VIOMMU_READ, 1, VIRTIO_IOMMU_FAULT_R_MAPPING, 0x101 },
		{ VIOMMU_FAULT_MAPPING, VIOMMU_WRITE, 1, VIRTIO_IOMMU_FAULT_R_MAPPING, 0x102 },
		{ VIOMMU_FAULT_MAPPING, 0, 1, VIRTIO_IOMMU_FAULT_R_MAPPING, 0x100 },
		{ VIOMMU_FAULT_MAPPING, VIOMMU_READ, 2, VIRTIO_IOMMU_FAULT_R_DOMAIN, 0x101 },
		{ VIOMMU_FAULT_OTHER, VIOMMU_READ, 1, VIRTIO_IOMMU_FAULT_R_UNKNOWN, 0x101 },
		{ VIOMMU_FAULT_OTHER, VIOMMU_READ, 3, VIRTIO_IOMMU_FAULT_R_UNKNOWN, 0x101 },
	};
	size_t i;

	g_assert_false(viommu_event_pending(r->dev));
	IS(viommu_event(r->dev, NULL, 0), 0);
	STATUS(send_attach(r->dev, 1, 1), OK);
	for (i = 0; i < G_N_ELEMENTS(cases); i++)
		fake_fault(r->fake, cases[i].endpoint, cases[i].kind, cases[i].access,
			   0x123456789abcull + i);
	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct virtio_iommu_fault f = event(r);

		IS(f.reason, cases[i].reason);
		IS(f.reserved[0] | f.reserved[1] | f.reserved[2], 0);
		IS(le32toh(f.flags), cases[i].flags);
		IS(le32toh(f.endpoint), cases[i].endpoint);
		IS(f.reserved2[0] | f.reserved2[1] | f.reserved2[2] | f.reserved2[3], 0);
		IS(le64toh(f.address), 0x123456789abcull + i);
	}
	g_assert_false(viommu_event_pending(r->dev));
	IS(viommu_events_lost(r->dev), 0);
}

static void without_an_address(struct rig *r)
{
	struct virtio_iommu_fault f;

	fake_fault(r->fake, 1, VIOMMU_FAULT_MAPPING, VIOMMU_WRITE, 0x1000);
	((struct viommu_hw_fault *)r->fake->faults.head->data)->has_addr = false;
	f = event(r);
	IS(le32toh(f.flags), VIRTIO_IOMMU_FAULT_F_WRITE);
	IS(f.address, 0);
}

static void buffer_too_small(struct rig *r)
{
	uint8_t buf[24];
	struct iovec iov = { buf, 23 };

	memset(buf, 0xee, sizeof(buf));
	fake_fault(r->fake, 1, VIOMMU_FAULT_MAPPING, VIOMMU_WRITE, 0x1000);
	g_assert_true(viommu_event_pending(r->dev));
	IS(viommu_event(r->dev, &iov, 1), -EMSGSIZE);
	IS(viommu_event(r->dev, NULL, 0), -EMSGSIZE);
	IS(buf[0], 0xee);
	IS(le64toh(event(r).address), 0x1000);
}

static const struct viommu_options four = { .max_events = 4 };

/* The first are kept: what came later came of them, more often than not */
static void too_many(struct rig *r)
{
	unsigned int i;

	for (i = 0; i < 10; i++)
		fake_fault(r->fake, 1, VIOMMU_FAULT_MAPPING, VIOMMU_WRITE, i * PAGE);
	fake_fault(r->fake, 1, VIOMMU_FAULT_LOST, 0, 0);
	for (i = 0; i < 4; i++)
		IS(le64toh(event(r).address), i * PAGE);
	IS(viommu_event(r->dev, NULL, 0), 0);
	IS(viommu_events_lost(r->dev), 7);
	fake_fault(r->fake, 1, VIOMMU_FAULT_MAPPING, VIOMMU_WRITE, 77 * PAGE);
	IS(le64toh(event(r).address), 77 * PAGE);
	/* Of whom nobody knows nobody is told */
	fake_fault(r->fake, 1, VIOMMU_FAULT_MAPPING, VIOMMU_WRITE, 0);
	((struct viommu_hw_fault *)r->fake->faults.head->data)->port = NULL;
	g_assert_false(viommu_event_pending(r->dev));
	IS(viommu_events_lost(r->dev), 8);
}

static void of_what_is_gone(struct rig *r)
{
	fake_fault(r->fake, 1, VIOMMU_FAULT_MAPPING, VIOMMU_WRITE, PAGE);
	fake_fault(r->fake, 2, VIOMMU_FAULT_MAPPING, VIOMMU_WRITE, 2 * PAGE);
	fake_fault(r->fake, 1, VIOMMU_FAULT_MAPPING, VIOMMU_WRITE, 3 * PAGE);
	g_assert_true(viommu_event_pending(r->dev));
	IS(viommu_ep_remove(r->dev, 1), 0);
	IS(le32toh(event(r).endpoint), 2);
	IS(viommu_event(r->dev, NULL, 0), 0);
	fake_fault(r->fake, 2, VIOMMU_FAULT_MAPPING, VIOMMU_WRITE, 2 * PAGE);
	g_assert_true(viommu_event_pending(r->dev));
	viommu_reset(r->dev, VIOMMU_RESET_DEVICE);
	g_assert_false(viommu_event_pending(r->dev));
}

/* A guest that makes faults faster than they are taken in does not hold up the device */
static void a_flood(struct rig *r)
{
	unsigned int i;

	for (i = 0; i < 3000; i++)
		fake_fault(r->fake, 1, VIOMMU_FAULT_MAPPING, VIOMMU_WRITE, 0);
	g_assert_true(viommu_event_pending(r->dev));
	g_assert_cmpuint(r->fake->faults.length, >, 1000);
	while (viommu_event_pending(r->dev))
		event(r);
	g_assert_cmpuint(viommu_events_lost(r->dev), <, 3000);
}

void events_tests(void)
{
	TEST("/events/reports", NULL, reports);
	TEST("/events/without_an_address", NULL, without_an_address);
	TEST("/events/buffer_too_small", NULL, buffer_too_small);
	TEST("/events/too_many", &four, too_many);
	TEST("/events/of_what_is_gone", NULL, of_what_is_gone);
	TEST("/events/a_flood", NULL, a_flood);
}
