/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Page requests for KUnit: a unit with two devices that make them, and what the core would
 * be given
 */
#ifndef __INTEL_NESTED_FAKE_PAGES_H
#define __INTEL_NESTED_FAKE_PAGES_H

#include "fake_unit.h"

/* Words of a record: a device, and a page with the index of its group */
#define SID(sid)	((u64)(sid) << 16 | 1)
#define PASID(pasid)	((u64)(pasid) << 32 | 0x100)
#define PART(prgi, n)	((u64)(n) << 12 | (prgi) << 3 | 1)
#define LAST(prgi, n)	(PART(prgi, n) | 4)
#define STOP(prgi)	((prgi) << 3 | 4)

/* Requests that are written down */
#define NOTED	32

/**
 * struct pages_core - what the core would have seen
 * @devices: devices in its queue
 * @nr: how many requests there were
 * @prm: the requests
 * @handle: the handle by which it knows what is attached
 */
struct pages_core {
	int devices;
	unsigned int nr;
	struct iommu_fault_page_request prm[NOTED];
	struct iommu_attach_handle *handle;
};

/**
 * struct pages_test - a unit with two devices that make page requests
 * @core: the core
 * @fake: the unit
 * @edev: the devices, 0x10 and 0x20
 * @p: domains with a handler
 * @handle: how the core knows that they are attached
 */
struct pages_test {
	struct pages_core core;
	struct fake_unit *fake;
	struct vtd_device *edev[2];
	struct vtd_paging *p[2];
	struct iommu_attach_handle handle[2];
};

struct pages_test *pages_new(struct kunit *test);
void pages_free(struct kunit *test, struct pages_test *t);
void pages_process(struct pages_test *t);
struct cmd_words pages_response(u16 sid, u16 prgi, u8 code);
void pages_answer(struct pages_test *t, struct vtd_device *edev,
		  const struct iommu_fault_page_request *prm, u32 code);

#endif /* __INTEL_NESTED_FAKE_PAGES_H */
