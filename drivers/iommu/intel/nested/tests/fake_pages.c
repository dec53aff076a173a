// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page requests for KUnit: a unit with two devices that make them, and no core
 */
#include <kunit/static_stub.h>

#include "../domain.h"
#include "fake_pages.h"

static struct pages_core *pages_core_now(void)
{
	return kunit_get_current_test()->priv;
}

static int pages_core_join(struct vtd_device *edev)
{
	pages_core_now()->devices++;
	return 0;
}

static void pages_core_leave(struct vtd_device *edev)
{
	pages_core_now()->devices--;
}

static void pages_core_report(struct vtd_device *edev, struct iopf_fault *event)
{
	struct pages_core *core = pages_core_now();

	if (core->nr < NOTED)
		core->prm[core->nr] = event->fault.prm;
	core->nr++;
}

static struct iommu_attach_handle *pages_core_handle(struct vtd_device *edev, u32 pasid)
{
	return pages_core_now()->handle;
}

static int pages_handler(struct iopf_group *group)
{
	return 0;
}

static struct vtd_device *pages_device(struct kunit *test,
				       struct fake_unit *fake, u16 sid)
{
	struct vtd_device *edev = fake_device_new(test, fake, sid, 20, 1);

	edev->pri = true;
	edev->iopf.most = 8;
	return edev;
}

/**
 * pages_new - a unit with two devices that make page requests
 * @test: the test
 *
 * Return: both, with two domains that have a handler
 */
struct pages_test *pages_new(struct kunit *test)
{
	struct pages_test *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, t);
	test->priv = &t->core;
	kunit_activate_static_stub(test, vtd_iopf_join, pages_core_join);
	kunit_activate_static_stub(test, vtd_iopf_leave, pages_core_leave);
	kunit_activate_static_stub(test, vtd_iopf_report, pages_core_report);
	kunit_activate_static_stub(test, vtd_iopf_handle, pages_core_handle);
	t->fake = fake_unit_new(test, FAKE_CAP, FAKE_ECAP | VTD_ECAP_PRS |
						VTD_ECAP_PDS);
	fake_prq_new(test, t->fake);
	fake_no_recovery(t->fake);
	for (i = 0; i < 2; i++) {
		t->edev[i] = pages_device(test, t->fake, 0x10 + 0x10 * i);
		t->p[i] = fake_paging_new(test, t->edev[0],
					  IOMMU_HWPT_ALLOC_NEST_PARENT);
		t->p[i]->domain.iopf_handler = pages_handler;
		t->handle[i].domain = &t->p[i]->domain;
	}
	t->core.handle = &t->handle[0];
	return t;
}

/**
 * pages_free - undo pages_new()
 * @test: the test
 * @t: the unit, with nothing attached any more
 */
void pages_free(struct kunit *test, struct pages_test *t)
{
	unsigned int i;

	for (i = 0; i < 2; i++)
		fake_paging_free(test, t->p[i]);
	KUNIT_EXPECT_EQ(test, t->core.devices, 0);
}

/**
 * pages_process - the queue is read, and what was done before is forgotten
 * @t: the unit
 */
void pages_process(struct pages_test *t)
{
	fake_forget(t->fake);
	t->core.nr = 0;
	vtd_prq_process(&t->fake->unit);
}

/**
 * pages_response - an answer as it is in the queue
 * @sid: the device
 * @prgi: index of the group
 * @code: the answer
 *
 * Return: the descriptor
 */
struct cmd_words pages_response(u16 sid, u16 prgi, u8 code)
{
	return (struct cmd_words) {
		.w0 = (u64)sid << 16 | code << 12 | VTD_QI_PGRP_RESP,
		.w1 = prgi << 3,
	};
}

/**
 * pages_answer - somebody answers what the core was given
 * @t: the unit
 * @edev: the device
 * @prm: the last request of a group
 * @code: IOMMU_PAGE_RESP_*
 */
void pages_answer(struct pages_test *t, struct vtd_device *edev,
		  const struct iommu_fault_page_request *prm, u32 code)
{
	struct vtd_unit *unit = edev->unit;

	guard(srcu)(&unit->srcu);
	vtd_iopf_answer(edev, prm, code);
}
