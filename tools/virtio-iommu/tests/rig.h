/* SPDX-License-Identifier: GPL-2.0-only */
/* A device with endpoints and memory, for tests of one thing each */
#ifndef VIOMMU_RIG_H
#define VIOMMU_RIG_H

#include "../device.h"
#include "fake.h"
#include "guest.h"

/* What the guest has, of pages of 64K. Stage-2 has a hole between the two of RAM */
#define RAM		0x100000ull
#define RAM_SIZE	(64 * PAGE)
#define RAM2		(RAM + RAM_SIZE)
#define RAM2_SIZE	SMALL
#define ROM		0x800000ull
#define REGISTERS	0x900000ull
#define DOORBELL	0x8080000ull
#define IPA_OF(gpa)	((gpa) + (1ull << 39))
#define RAM2_IPA	(IPA_OF(RAM2) + SMALL)
#define SMALL		0x10000ull
#define NOWHERE		UINT64_MAX

/* Those that virtio has */
#define ALL_FEATURES	0x7full

/**
 * struct rig - what most tests begin with
 * @dev: the device
 * @fake: its backend
 * @units: two kinds of endpoints, on two IOMMUs
 */
struct rig {
	struct viommu *dev;
	struct fake *fake;
	struct fake_dev units[2];
};

/* Endpoints 1 and 2 are on the first unit, 3 is on the second. Features are negotiated */
void rig_up(struct rig *r, const struct viommu_options *opt);
void rig_down(struct rig *r);

/* A test with such a rig: fn(struct rig *) */
#define TEST(name_, opt_, fn_)	rig_test(name_, opt_, fn_)
void rig_test(const char *name, const struct viommu_options *opt,
	      void (*fn)(struct rig *r));

/* Can the endpoint read, or write, this? UINT64_MAX, or the IPA */
#define REACH_R(r, ep, iova)	fake_access((r)->fake, ep, iova, VIOMMU_READ)
#define REACH_W(r, ep, iova)	fake_access((r)->fake, ep, iova, VIOMMU_WRITE)
#define IS(a, b)		g_assert_cmphex(a, ==, b)
#define OK			VIRTIO_IOMMU_S_OK
#define STATUS(call_, want_)	g_assert_cmpint(call_, ==, VIRTIO_IOMMU_S_##want_)

void requests_tests(void);
void domains_tests(void);
void regions_tests(void);
void mappings_tests(void);
void memory_tests(void);
void bypass_tests(void);
void config_tests(void);
void events_tests(void);
void failures_tests(void);
void handover_tests(void);
void model_tests(void);

#endif /* VIOMMU_RIG_H */
