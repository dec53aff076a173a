// SPDX-License-Identifier: GPL-2.0-only
/*
 * For KUnit: devices that wait for an answer, and what their handler was told
 */
#include <kunit/static_stub.h>

#include "fake_fault.h"

struct sham_told sham_told;

static void tell(struct device *dev, struct iopf_fault *evt)
{
	if (sham_told.nr < ARRAY_SIZE(sham_told.evt))
		sham_told.evt[sham_told.nr] = *evt;
	sham_told.nr++;
}

/* At once, and not by a work, which is no part of the test */
static void run_now(struct smmu3_faults *f)
{
	smmu3_faults_run(f);
}

/* Somebody has the group's mutex */
static void run_later(struct smmu3_faults *f)
{
}

/**
 * sham_hand_up - do faults go to the handler at once?
 * @test: the test
 * @now: they do; else when smmu3_faults_run() is called
 */
void sham_hand_up(struct kunit *test, bool now)
{
	kunit_deactivate_static_stub(test, smmu3_faults_queue);
	if (now)
		kunit_activate_static_stub(test, smmu3_faults_queue, run_now);
	else
		kunit_activate_static_stub(test, smmu3_faults_queue, run_later);
}

/**
 * sham_told_id - by what the driver knows a request that the handler was told of
 * @i: which one
 *
 * Return: that
 */
u32 sham_told_id(unsigned int i)
{
	return sham_told.evt[i].fault.prm.private_data[0];
}

static void waiting_leave(void *data)
{
	struct waiting *w = data;

	scoped_guard(mutex, &w->fake->unit.event_lock)
		w->sdev->rid = NULL;
}

/**
 * sham_waiting_new - a device that waits for answers
 * @test: the test
 * @fake: a unit of sham_fault_unit()
 * @sid: StreamID of the device
 * @pri: it makes page requests, 4 at once; else its transactions stall
 *
 * Return: the device, which goes with the test
 */
struct waiting *sham_waiting_new(struct kunit *test, struct fake_unit *fake, u32 sid,
				 bool pri)
{
	struct waiting *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, w);
	w->fake = fake;
	w->sdev = sham_device_new(test, fake, sid, 0, pri);
	w->sdev->faults = smmu3_faults_new(w->sdev);
	KUNIT_ASSERT_NOT_NULL(test, w->sdev->faults);
	w->att = (struct smmu3_attach) {
		.sdev = w->sdev, .tag = SMMU3_TAG_GUEST,
		.iopf = true, .stall = !pri, .pri = pri,
	};
	w->sdev->nr_pri = pri;
	w->sdev->faults->most_requests = 4;
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, waiting_leave, w), 0);
	scoped_guard(mutex, &fake->unit.event_lock)
		w->sdev->rid = &w->att;
	if (pri)
		return w;
	scoped_guard(mutex, &fake->unit.lock)
		smmu3_stall_begin(w->sdev);
	return w;
}

/**
 * sham_fault_unit - a unit whose devices wait, with a handler that writes down what it
 *	is told
 * @test: the test
 * @max: how many stalled transactions it can have
 *
 * Return: the unit, which goes with the test
 */
struct fake_unit *sham_fault_unit(struct kunit *test, unsigned int max)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);

	fake->unit.idr[5] |= FIELD_PREP(SMMU_IDR5_STALL_MAX, max);
	sham_told.nr = 0;
	kunit_activate_static_stub(test, smmu3_fault_report, tell);
	kunit_activate_static_stub(test, smmu3_faults_queue, run_now);
	return fake;
}

/**
 * sham_faults_end - answer what there is of the first attachment
 * @w: the device
 */
void sham_faults_end(struct waiting *w)
{
	guard(mutex)(&w->fake->unit.lock);
	smmu3_faults_end(w->sdev->faults, &w->att);
}

/**
 * sham_attach_ssid - attach something to a SubstreamID, %FAKE_SSID, too
 * @test: the test
 * @w: the device, whose first attachment is for all else from now on
 * @att: filled in. The caller takes it out of @pasids of the device at the end
 */
void sham_attach_ssid(struct kunit *test, struct waiting *w, struct smmu3_attach *att)
{
	*att = w->att;
	w->att.tag = SMMU3_TAG_ASID;
	att->tag = SMMU3_TAG_ASID;
	KUNIT_ASSERT_EQ(test, xa_insert(&w->sdev->pasids, FAKE_SSID, att, GFP_KERNEL), 0);
}

/**
 * sham_iopf_disable - end an attachment of a device that stays in the core's queue
 * @w: the device
 * @att: the attachment
 */
void sham_iopf_disable(struct waiting *w, struct smmu3_attach *att)
{
	guard(mutex)(&w->fake->unit.lock);
	w->sdev->nr_iopf = 2;
	smmu3_iopf_disable(att);
}
