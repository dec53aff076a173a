// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: stalled transactions on their way to a handler and back
 */
#include <kunit/test.h>

#include "../event.h"
#include "../recover.h"
#include "../trace.h"
#include "fake_fault.h"

#define SID	5
#define OTHER	9
#define IOVA	0x123456000ULL

static bool stalled_with(struct waiting *w, u32 sid, u64 ssid, u16 stag, u64 bits)
{
	const u64 evt[SMMU_EVT_WORDS] = {
		SMMU_EVT_F_TRANSLATION | FIELD_PREP(SMMU_EVT0_SID, sid) | ssid,
		SMMU_EVT1_STALL | FIELD_PREP(SMMU_EVT1_STAG, stag) | bits,
		IOVA,
	};

	guard(mutex)(&w->fake->unit.event_lock);
	return smmu3_stall_take(w->sdev, evt);
}

static bool stalled(struct waiting *w, u32 sid, u16 stag, u64 bits)
{
	return stalled_with(w, sid, 0, stag, bits);
}

/* Its event is in the queue, which nobody has read */
static void recorded(struct waiting *w, u16 stag)
{
	struct smmu3_outq *q = &w->fake->unit.evtq;
	u32 *prod = &w->fake->regs1[(SMMU_REG_EVTQ_PROD - SMMU_PAGE1) / 4];
	__le64 *evt = q->ring + (*prod & ((1U << q->shift) - 1)) * SMMU_EVT_WORDS;

	evt[0] = cpu_to_le64(SMMU_EVT_F_TRANSLATION |
			     FIELD_PREP(SMMU_EVT0_SID, w->sdev->sids[0]));
	evt[1] = cpu_to_le64(SMMU_EVT1_STALL | FIELD_PREP(SMMU_EVT1_STAG, stag));
	evt[2] = cpu_to_le64(IOVA);
	*prod = (*prod + 1) & ((2U << q->shift) - 1);
}

static bool resumed(struct waiting *w, u32 sid, u16 stag, bool retry)
{
	return sham_executed(w->fake, smmu3_cmd_resume(sid, stag, retry, !retry));
}

static void stalls_are_answered(struct kunit *test)
{
	struct waiting *w = sham_waiting_new(test, sham_fault_unit(test, 16), SID, false);
	struct smmu3_faults *f = w->sdev->faults;
	struct iommu_fault_page_request *prm = &sham_told.evt[0].fault.prm;

	KUNIT_EXPECT_TRUE(test, stalled(w, SID, 7, SMMU_EVT1_RNW | SMMU_EVT1_IND));
	KUNIT_ASSERT_EQ(test, sham_told.nr, 1);
	KUNIT_EXPECT_EQ(test, prm->grpid, 7);
	KUNIT_EXPECT_EQ(test, prm->addr, IOVA);
	KUNIT_EXPECT_EQ(test, prm->perm,
			IOMMU_FAULT_PERM_READ | IOMMU_FAULT_PERM_EXEC);
	KUNIT_EXPECT_EQ(test, prm->flags, IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE);
	smmu3_faults_answered(f, sham_told_id(0), IOMMU_PAGE_RESP_SUCCESS);
	KUNIT_EXPECT_TRUE(test, resumed(w, SID, 7, true));
	KUNIT_EXPECT_EQ(test, f->stalls, 0);

	/* Once is enough: the STAG is another one's now */
	KUNIT_EXPECT_TRUE(test, stalled(w, SID, 7, SMMU_EVT1_PNU));
	KUNIT_ASSERT_EQ(test, sham_told.nr, 2);
	KUNIT_EXPECT_EQ(test, sham_told.evt[1].fault.prm.perm,
			IOMMU_FAULT_PERM_WRITE | IOMMU_FAULT_PERM_PRIV);
	smmu3_faults_answered(f, sham_told_id(0), IOMMU_PAGE_RESP_INVALID);
	KUNIT_EXPECT_FALSE(test, resumed(w, SID, 7, false));
	KUNIT_EXPECT_EQ(test, atomic64_read(&w->fake->unit.answers_late), 1);
	smmu3_faults_answered(f, sham_told_id(1), IOMMU_PAGE_RESP_INVALID);
	KUNIT_EXPECT_TRUE(test, resumed(w, SID, 7, false));
	KUNIT_EXPECT_EQ(test, sham_count(w->fake, SMMU_OP_RESUME), 2);
}

/* More than are handed up before others have their turn */
static void many_wait(struct kunit *test)
{
	struct waiting *w = sham_waiting_new(test, sham_fault_unit(test, 200), SID, false);
	unsigned int i;

	sham_hand_up(test, false);
	for (i = 0; i < 200; i++)
		KUNIT_ASSERT_TRUE(test, stalled(w, SID, i, 0));
	KUNIT_EXPECT_EQ(test, sham_told.nr, 0);
	sham_hand_up(test, true);
	smmu3_faults_run(w->sdev->faults);
	KUNIT_EXPECT_EQ(test, sham_told.nr, 200);
	sham_faults_end(w);
	KUNIT_EXPECT_EQ(test, w->sdev->faults->stalls, 0);
}

/* The answer goes to the StreamID that has asked, of several that a device has */
static void streams_are_told_apart(struct kunit *test)
{
	struct waiting *w = sham_waiting_new(test, sham_fault_unit(test, 16), SID, false);

	KUNIT_EXPECT_TRUE(test, stalled(w, SID + 1, 3, 0));
	KUNIT_EXPECT_TRUE(test, stalled(w, SID, 4, 0));
	KUNIT_ASSERT_EQ(test, sham_told.nr, 2);
	smmu3_faults_answered(w->sdev->faults, sham_told_id(0), IOMMU_PAGE_RESP_SUCCESS);
	smmu3_faults_answered(w->sdev->faults, sham_told_id(1), IOMMU_PAGE_RESP_SUCCESS);
	KUNIT_EXPECT_TRUE(test, resumed(w, SID + 1, 3, true));
	KUNIT_EXPECT_TRUE(test, resumed(w, SID, 4, true));
}

/* The handler of a guest's stage-1 hears of that alone */
static void stage2_has_nobody_handles(struct kunit *test)
{
	struct waiting *w = sham_waiting_new(test, sham_fault_unit(test, 16), SID, false);

	KUNIT_EXPECT_FALSE(test, stalled(w, SID, 1, SMMU_EVT1_S2));
	w->att.tag = SMMU3_TAG_VMID;
	KUNIT_EXPECT_TRUE(test, stalled(w, SID, 1, SMMU_EVT1_S2));
	KUNIT_ASSERT_EQ(test, sham_told.nr, 1);
	sham_faults_end(w);
	w->att.stall = false;
	KUNIT_EXPECT_FALSE(test, stalled(w, SID, 1, SMMU_EVT1_S2));
}

static void ended_with_attachment(struct kunit *test)
{
	struct waiting *w = sham_waiting_new(test, sham_fault_unit(test, 16), SID, false);
	struct smmu3_faults *f = w->sdev->faults;
	struct smmu3_fault *fault;

	KUNIT_EXPECT_TRUE(test, stalled(w, SID, 1, 0));
	KUNIT_ASSERT_EQ(test, sham_told.nr, 1);
	/* One that nobody was told of: it is tried with what is attached now */
	fault = smmu3_fault_new(f->unit, 1);
	KUNIT_ASSERT_NOT_NULL(test, fault);
	fault->att = &w->att;
	fault->sid = SID;
	fault->tag = 2;
	fault->nr = 1;
	scoped_guard(spinlock, &f->lock) {
		list_add_tail(&fault->node, &f->waiting);
		f->stalls++;
	}
	sham_faults_end(w);
	KUNIT_EXPECT_TRUE(test, resumed(w, SID, 1, false));
	KUNIT_EXPECT_TRUE(test, resumed(w, SID, 2, true));
	KUNIT_EXPECT_EQ(test, f->stalls, 0);
	/* The core answers too */
	smmu3_faults_answered(f, sham_told_id(0), IOMMU_PAGE_RESP_INVALID);
	KUNIT_EXPECT_EQ(test, sham_count(w->fake, SMMU_OP_RESUME), 2);
}

/* What is another attachment's of the same device waits on */
static void attachments_end_apart(struct kunit *test)
{
	struct waiting *w = sham_waiting_new(test, sham_fault_unit(test, 16), SID, false);
	const u64 ssid = SMMU_EVT0_SSV | FIELD_PREP(SMMU_EVT0_SSID, FAKE_SSID);
	struct smmu3_attach other;

	sham_attach_ssid(test, w, &other);
	KUNIT_EXPECT_TRUE(test, stalled(w, SID, 1, 0));
	KUNIT_EXPECT_TRUE(test, stalled_with(w, SID, ssid, 2, 0));
	KUNIT_EXPECT_EQ(test, sham_told.nr, 2);
	sham_hand_up(test, false);
	KUNIT_EXPECT_TRUE(test, stalled(w, SID, 3, 0));
	KUNIT_EXPECT_TRUE(test, stalled_with(w, SID, ssid, 4, 0));
	sham_faults_end(w);
	KUNIT_EXPECT_TRUE(test, resumed(w, SID, 1, false));
	KUNIT_EXPECT_TRUE(test, resumed(w, SID, 3, true));
	KUNIT_EXPECT_EQ(test, sham_count(w->fake, SMMU_OP_RESUME), 2);
	scoped_guard(mutex, &w->fake->unit.lock)
		smmu3_faults_end(w->sdev->faults, &other);
	KUNIT_EXPECT_TRUE(test, resumed(w, SID, 2, false));
	KUNIT_EXPECT_TRUE(test, resumed(w, SID, 4, true));
	xa_erase(&w->sdev->pasids, FAKE_SSID);
}

/* Its end finds what nobody has read yet, and nothing comes after it */
static void stalls_end(struct kunit *test)
{
	struct waiting *w = sham_waiting_new(test, sham_fault_unit(test, 16), SID, false);

	recorded(w, 1);
	sham_iopf_disable(w, &w->att);
	KUNIT_EXPECT_EQ(test, sham_told.nr, 1);
	KUNIT_EXPECT_TRUE(test, resumed(w, SID, 1, false));
	KUNIT_EXPECT_FALSE(test, stalled(w, SID, 2, 0));
	KUNIT_EXPECT_EQ(test, w->fake->unit.nr_stall_devs, 0);
	KUNIT_EXPECT_EQ(test, w->sdev->nr_iopf, 1);
}

static bool terminated(struct waiting *w, u32 sid)
{
	return sham_executed(w->fake, (struct cmd_words) {
		.w0 = 0x45 | (u64)sid << 32,
	});
}

/* With the last attachment all ends that has no event yet, of every StreamID */
static void rest_is_terminated(struct kunit *test)
{
	struct waiting *w = sham_waiting_new(test, sham_fault_unit(test, 16), SID, false);
	struct smmu3_attach other;

	sham_attach_ssid(test, w, &other);
	scoped_guard(mutex, &w->fake->unit.lock)
		smmu3_stall_begin(w->sdev);
	recorded(w, 1);
	sham_iopf_disable(w, &w->att);
	KUNIT_EXPECT_TRUE(test, resumed(w, SID, 1, false));
	KUNIT_EXPECT_EQ(test, sham_count(w->fake, SMMU_OP_STALL_TERM), 0);
	xa_erase(&w->sdev->pasids, FAKE_SSID);
	sham_iopf_disable(w, &other);
	KUNIT_EXPECT_EQ(test, sham_count(w->fake, SMMU_OP_STALL_TERM), w->sdev->nr_sids);
	KUNIT_EXPECT_TRUE(test, terminated(w, SID));
}

/* An entry of stage-2 cannot have both, and what stalls is what is wanted */
static void stage2_has_no_ats(struct kunit *test)
{
	struct waiting *w = sham_waiting_new(test, sham_fault_unit(test, 16), SID, false);
	struct smmu3_attach att;
	unsigned int i;

	w->sdev->stall = true;
	for (i = 0; i < 2; i++) {
		att = (struct smmu3_attach) {
			.sdev = w->sdev, .ats = true,
			.tag = i ? SMMU3_TAG_ASID : SMMU3_TAG_VMID,
		};
		w->sdev->nr_iopf = 1;
		scoped_guard(mutex, &w->fake->unit.lock)
			KUNIT_EXPECT_EQ(test, smmu3_iopf_enable(&att), 0);
		KUNIT_EXPECT_TRUE(test, att.stall);
		KUNIT_EXPECT_EQ(test, att.ats, i);
		sham_iopf_disable(w, &att);
	}
}

/* The core does not take the device: nothing of the attachment is left */
static void core_refuses(struct kunit *test)
{
	static const struct iommu_ops answers_nothing;
	struct iommu_device core = { .ops = &answers_nothing };
	struct dev_iommu param = { .iommu_dev = &core };
	struct waiting *w = sham_waiting_new(test, sham_fault_unit(test, 16), SID, false);
	struct smmu3_attach att = { .sdev = w->sdev, .tag = SMMU3_TAG_ASID };
	unsigned int i;

	w->sdev->stall = true;
	w->sdev->dev->iommu = &param;
	for (i = 0; i < 2; i++) {
		scoped_guard(mutex, &w->fake->unit.lock)
			KUNIT_EXPECT_EQ(test, smmu3_iopf_enable(&att), -ENODEV);
		KUNIT_EXPECT_EQ(test, w->sdev->nr_iopf, 0);
		KUNIT_EXPECT_EQ(test, w->sdev->nr_stall, 1);
		KUNIT_EXPECT_FALSE(test, att.iopf || att.stall);
	}
	w->sdev->dev->iommu = NULL;
}

static void stags_are_shared(struct kunit *test)
{
	struct fake_unit *fake = sham_fault_unit(test, 4);
	struct waiting *one = sham_waiting_new(test, fake, SID, false), *two;
	unsigned int i;

	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_TRUE(test, stalled(one, SID, i, 0));
	KUNIT_EXPECT_FALSE(test, stalled(one, SID, 4, 0));
	KUNIT_EXPECT_EQ(test, atomic64_read(&fake->unit.faults_excess), 1);
	KUNIT_ASSERT_EQ(test, sham_told.nr, 4);
	KUNIT_EXPECT_EQ(test, sham_count(fake, SMMU_OP_RESUME), 0);

	/* Another one begins, and finds its half */
	two = sham_waiting_new(test, fake, OTHER, false);
	KUNIT_EXPECT_EQ(test, smmu3_stall_share(&fake->unit), 2);
	KUNIT_EXPECT_EQ(test, sham_count(fake, SMMU_OP_RESUME), 2);
	KUNIT_EXPECT_EQ(test, atomic64_read(&fake->unit.faults_excess), 3);
	KUNIT_EXPECT_TRUE(test, resumed(one, SID, 0, false));
	KUNIT_EXPECT_TRUE(test, resumed(one, SID, 1, false));
	KUNIT_EXPECT_FALSE(test, stalled(one, SID, 0, 0));
	KUNIT_EXPECT_TRUE(test, stalled(two, OTHER, 0, 0));
	KUNIT_EXPECT_TRUE(test, stalled(two, OTHER, 1, 0));
	KUNIT_ASSERT_EQ(test, sham_told.nr, 6);
	sham_faults_end(one);
	sham_faults_end(two);

	/* A share is a device's, of however many attachments; and is given back */
	scoped_guard(mutex, &fake->unit.lock) {
		smmu3_stall_begin(two->sdev);
		KUNIT_EXPECT_EQ(test, smmu3_stall_share(&fake->unit), 2);
		smmu3_stall_end(two->sdev);
		KUNIT_EXPECT_EQ(test, smmu3_stall_share(&fake->unit), 2);
		smmu3_stall_end(two->sdev);
		KUNIT_EXPECT_EQ(test, smmu3_stall_share(&fake->unit), 4);
	}
	/* More devices than STAGs: one each, which they may have to wait for */
	WRITE_ONCE(fake->unit.nr_stall_devs, 100);
	KUNIT_EXPECT_EQ(test, smmu3_stall_share(&fake->unit), 1);
	/* And no more than answers are kept for */
	fake->unit.idr[5] |= SMMU_IDR5_STALL_MAX;
	WRITE_ONCE(fake->unit.nr_stall_devs, 1);
	KUNIT_EXPECT_EQ(test, smmu3_stall_share(&fake->unit), SMMU3_FAULTS_MOST);
}

/* The unit has ended them itself: what is answered later is for nobody */
static void over_with_translation(struct kunit *test)
{
	struct waiting *w = sham_waiting_new(test, sham_fault_unit(test, 16), SID, false);

	KUNIT_EXPECT_TRUE(test, stalled(w, SID, 1, 0));
	KUNIT_EXPECT_TRUE(test, stalled(w, SID, 2, 0));
	KUNIT_ASSERT_EQ(test, sham_told.nr, 2);
	/* The answer to one was lost before */
	w->fake->dead = true;
	smmu3_faults_answered(w->sdev->faults, sham_told_id(0), IOMMU_PAGE_RESP_SUCCESS);
	smmu3_recover_soon(&w->fake->unit);
	sham_recover(w->fake);
	KUNIT_ASSERT_TRUE(test, w->fake->unit.aborts);
	smmu3_faults_answered(w->sdev->faults, sham_told_id(1), IOMMU_PAGE_RESP_SUCCESS);
	w->fake->dead = false;
	smmu3_recover_soon(&w->fake->unit);
	sham_recover(w->fake);
	KUNIT_ASSERT_FALSE(test, w->fake->unit.aborts);
	KUNIT_EXPECT_EQ(test, sham_count(w->fake, SMMU_OP_RESUME), 0);
	KUNIT_EXPECT_TRUE(test, list_empty(&w->fake->unit.answers.list));
	/* And what is stalled now is answered */
	KUNIT_EXPECT_TRUE(test, stalled(w, SID, 1, 0));
	KUNIT_ASSERT_EQ(test, sham_told.nr, 3);
	smmu3_faults_answered(w->sdev->faults, sham_told_id(2), IOMMU_PAGE_RESP_SUCCESS);
	KUNIT_EXPECT_TRUE(test, resumed(w, SID, 1, true));
}

/* Its event is read when the unit has ended it, and is of before nevertheless */
static void over_unread(struct kunit *test)
{
	struct waiting *w = sham_waiting_new(test, sham_fault_unit(test, 16), SID, false);

	recorded(w, 1);
	scoped_guard(mutex, &w->fake->unit.lock)
		smmu3_stalls_over(&w->fake->unit);
	KUNIT_ASSERT_EQ(test, sham_told.nr, 1);
	smmu3_faults_answered(w->sdev->faults, sham_told_id(0), IOMMU_PAGE_RESP_SUCCESS);
	KUNIT_EXPECT_EQ(test, sham_count(w->fake, SMMU_OP_RESUME), 0);
}

static void note_response(void *data, const struct smmu3_faults *f,
			  const struct smmu3_fault *fault, int code, int ret)
{
	unsigned int *nr = data;

	++*nr;
}

/* An answer that the unit does not get is no response to the device, but one too late */
static void late_is_no_response(struct kunit *test)
{
	struct waiting *w = sham_waiting_new(test, sham_fault_unit(test, 16), SID, false);
	struct smmu3_unit *unit = &w->fake->unit;
	unsigned int nr = 0;

	if (register_trace_smmu3_fault_responded(note_response, &nr))
		kunit_skip(test, "this kernel has no tracepoints");
	KUNIT_EXPECT_TRUE(test, stalled(w, SID, 1, 0));
	KUNIT_EXPECT_TRUE(test, stalled(w, SID, 2, 0));
	smmu3_faults_answered(w->sdev->faults, sham_told_id(0), IOMMU_PAGE_RESP_SUCCESS);
	KUNIT_EXPECT_EQ(test, nr, 1);
	KUNIT_EXPECT_EQ(test, atomic64_read(&unit->answers_late), 0);
	scoped_guard(mutex, &unit->lock)
		smmu3_stalls_over(unit);
	smmu3_faults_answered(w->sdev->faults, sham_told_id(1), IOMMU_PAGE_RESP_SUCCESS);
	KUNIT_EXPECT_EQ(test, nr, 1);
	KUNIT_EXPECT_EQ(test, atomic64_read(&unit->answers_late), 1);
	KUNIT_EXPECT_EQ(test, sham_count(w->fake, SMMU_OP_RESUME), 1);
	unregister_trace_smmu3_fault_responded(note_response, &nr);
	tracepoint_synchronize_unregister();
}

static struct kunit_case fault_cases[] = {
	KUNIT_CASE(stalls_are_answered),
	KUNIT_CASE(many_wait),
	KUNIT_CASE(streams_are_told_apart),
	KUNIT_CASE(stage2_has_nobody_handles),
	KUNIT_CASE(ended_with_attachment),
	KUNIT_CASE(attachments_end_apart),
	KUNIT_CASE(stalls_end),
	KUNIT_CASE(rest_is_terminated),
	KUNIT_CASE(stage2_has_no_ats),
	KUNIT_CASE(core_refuses),
	KUNIT_CASE(stags_are_shared),
	KUNIT_CASE(over_with_translation),
	KUNIT_CASE(over_unread),
	KUNIT_CASE(late_is_no_response),
	{}
};

static struct kunit_suite fault_suite = {
	.name = "arm_smmu_v3_nested_fault",
	.test_cases = fault_cases,
};

kunit_test_suite(fault_suite);
