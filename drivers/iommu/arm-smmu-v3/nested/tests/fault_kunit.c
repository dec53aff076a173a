// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: stalled transactions and page requests on their way to a handler and back
 */
#include <kunit/static_stub.h>
#include <kunit/test.h>

#include "../event.h"
#include "../fault.h"
#include "../recover.h"
#include "fake_unit.h"

#define SID	5
#define OTHER	9
#define IOVA	0x123456000ULL

/* What the handler was told */
static struct told {
	struct iopf_fault evt[16];
	unsigned int nr;
} told;

static void tell(struct device *dev, struct iopf_fault *evt)
{
	if (told.nr < ARRAY_SIZE(told.evt))
		told.evt[told.nr] = *evt;
	told.nr++;
}

/* At once, and not by a work, which is no part of the test */
static void run_now(struct smmu3_faults *f)
{
	smmu3_faults_run(f);
}

static u32 told_id(unsigned int i)
{
	return told.evt[i].fault.prm.private_data[0];
}

/**
 * struct waiting - a device with an attachment that has a handler
 * @fake: its unit
 * @sdev: the device
 * @att: the attachment
 */
struct waiting {
	struct fake_unit *fake;
	struct smmu3_device *sdev;
	struct smmu3_attach att;
};

static void waiting_leave(void *data)
{
	struct waiting *w = data;

	scoped_guard(mutex, &w->fake->unit.event_lock)
		w->sdev->rid = NULL;
}

static struct waiting *waiting_new(struct kunit *test, struct fake_unit *fake,
				   u32 sid, bool pri)
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

static struct fake_unit *stall_unit(struct kunit *test, unsigned int max)
{
	struct fake_unit *fake = sham_unit_new(test, 0, 0);

	fake->unit.idr[5] |= FIELD_PREP(SMMU_IDR5_STALL_MAX, max);
	told.nr = 0;
	kunit_activate_static_stub(test, smmu3_fault_report, tell);
	kunit_activate_static_stub(test, smmu3_faults_queue, run_now);
	return fake;
}

static bool stalled(struct waiting *w, u32 sid, u16 stag, u64 bits)
{
	const u64 evt[SMMU_EVT_WORDS] = {
		SMMU_EVT_F_TRANSLATION | FIELD_PREP(SMMU_EVT0_SID, sid),
		SMMU_EVT1_STALL | FIELD_PREP(SMMU_EVT1_STAG, stag) | bits,
		IOVA,
	};

	guard(mutex)(&w->fake->unit.event_lock);
	return smmu3_stall_take(w->sdev, evt);
}

static bool resumed(struct waiting *w, u32 sid, u16 stag, bool retry)
{
	return sham_executed(w->fake, smmu3_cmd_resume(sid, stag, retry, !retry));
}

static void end_attachment(struct waiting *w)
{
	guard(mutex)(&w->fake->unit.lock);
	smmu3_faults_end(w->sdev->faults, &w->att);
}

static void stalls_are_answered(struct kunit *test)
{
	struct waiting *w = waiting_new(test, stall_unit(test, 16), SID, false);
	struct smmu3_faults *f = w->sdev->faults;
	struct iommu_fault_page_request *prm = &told.evt[0].fault.prm;

	KUNIT_EXPECT_TRUE(test, stalled(w, SID, 7, SMMU_EVT1_RNW | SMMU_EVT1_IND));
	KUNIT_ASSERT_EQ(test, told.nr, 1);
	KUNIT_EXPECT_EQ(test, prm->grpid, 7);
	KUNIT_EXPECT_EQ(test, prm->addr, IOVA);
	KUNIT_EXPECT_EQ(test, prm->perm,
			IOMMU_FAULT_PERM_READ | IOMMU_FAULT_PERM_EXEC);
	KUNIT_EXPECT_EQ(test, prm->flags, IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE);
	smmu3_faults_answered(f, told_id(0), IOMMU_PAGE_RESP_SUCCESS);
	KUNIT_EXPECT_TRUE(test, resumed(w, SID, 7, true));
	KUNIT_EXPECT_EQ(test, f->stalls, 0);

	/* Once is enough: the STAG is another one's now */
	KUNIT_EXPECT_TRUE(test, stalled(w, SID, 7, 0));
	KUNIT_ASSERT_EQ(test, told.nr, 2);
	smmu3_faults_answered(f, told_id(0), IOMMU_PAGE_RESP_INVALID);
	KUNIT_EXPECT_FALSE(test, resumed(w, SID, 7, false));
	KUNIT_EXPECT_EQ(test, atomic64_read(&w->fake->unit.answers_late), 1);
	smmu3_faults_answered(f, told_id(1), IOMMU_PAGE_RESP_INVALID);
	KUNIT_EXPECT_TRUE(test, resumed(w, SID, 7, false));
	KUNIT_EXPECT_EQ(test, sham_count(w->fake, SMMU_OP_RESUME), 2);
}

/* The answer goes to the StreamID that has asked, of several that a device has */
static void streams_are_told_apart(struct kunit *test)
{
	struct waiting *w = waiting_new(test, stall_unit(test, 16), SID, false);

	KUNIT_EXPECT_TRUE(test, stalled(w, SID + 1, 3, 0));
	KUNIT_EXPECT_TRUE(test, stalled(w, SID, 4, 0));
	KUNIT_ASSERT_EQ(test, told.nr, 2);
	smmu3_faults_answered(w->sdev->faults, told_id(0), IOMMU_PAGE_RESP_SUCCESS);
	smmu3_faults_answered(w->sdev->faults, told_id(1), IOMMU_PAGE_RESP_SUCCESS);
	KUNIT_EXPECT_TRUE(test, resumed(w, SID + 1, 3, true));
	KUNIT_EXPECT_TRUE(test, resumed(w, SID, 4, true));
}

/* The handler of a guest's stage-1 hears of that alone */
static void stage2_has_nobody_handles(struct kunit *test)
{
	struct waiting *w = waiting_new(test, stall_unit(test, 16), SID, false);

	KUNIT_EXPECT_FALSE(test, stalled(w, SID, 1, SMMU_EVT1_S2));
	w->att.tag = SMMU3_TAG_VMID;
	KUNIT_EXPECT_TRUE(test, stalled(w, SID, 1, SMMU_EVT1_S2));
	KUNIT_ASSERT_EQ(test, told.nr, 1);
	end_attachment(w);
	w->att.stall = false;
	KUNIT_EXPECT_FALSE(test, stalled(w, SID, 1, SMMU_EVT1_S2));
}

static void ended_with_attachment(struct kunit *test)
{
	struct waiting *w = waiting_new(test, stall_unit(test, 16), SID, false);
	struct smmu3_faults *f = w->sdev->faults;
	struct smmu3_fault *fault;

	KUNIT_EXPECT_TRUE(test, stalled(w, SID, 1, 0));
	KUNIT_ASSERT_EQ(test, told.nr, 1);
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
	end_attachment(w);
	KUNIT_EXPECT_TRUE(test, resumed(w, SID, 1, false));
	KUNIT_EXPECT_TRUE(test, resumed(w, SID, 2, true));
	KUNIT_EXPECT_EQ(test, f->stalls, 0);
	/* The core answers too */
	smmu3_faults_answered(f, told_id(0), IOMMU_PAGE_RESP_INVALID);
	KUNIT_EXPECT_EQ(test, sham_count(w->fake, SMMU_OP_RESUME), 2);
}

static void stags_are_shared(struct kunit *test)
{
	struct fake_unit *fake = stall_unit(test, 4);
	struct waiting *one = waiting_new(test, fake, SID, false), *two;
	unsigned int i;

	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_TRUE(test, stalled(one, SID, i, 0));
	KUNIT_EXPECT_FALSE(test, stalled(one, SID, 4, 0));
	KUNIT_EXPECT_EQ(test, atomic64_read(&fake->unit.faults_excess), 1);
	KUNIT_ASSERT_EQ(test, told.nr, 4);
	KUNIT_EXPECT_EQ(test, sham_count(fake, SMMU_OP_RESUME), 0);

	/* Another one begins, and finds its half */
	two = waiting_new(test, fake, OTHER, false);
	KUNIT_EXPECT_EQ(test, smmu3_stall_share(&fake->unit), 2);
	KUNIT_EXPECT_EQ(test, sham_count(fake, SMMU_OP_RESUME), 2);
	KUNIT_EXPECT_TRUE(test, resumed(one, SID, 0, false));
	KUNIT_EXPECT_TRUE(test, resumed(one, SID, 1, false));
	KUNIT_EXPECT_FALSE(test, stalled(one, SID, 0, 0));
	KUNIT_EXPECT_TRUE(test, stalled(two, OTHER, 0, 0));
	KUNIT_EXPECT_TRUE(test, stalled(two, OTHER, 1, 0));
	KUNIT_ASSERT_EQ(test, told.nr, 6);
	end_attachment(one);
	end_attachment(two);

	/* More devices than STAGs: one each, which they may have to wait for */
	WRITE_ONCE(fake->unit.nr_stall_devs, 100);
	KUNIT_EXPECT_EQ(test, smmu3_stall_share(&fake->unit), 1);
	WRITE_ONCE(fake->unit.nr_stall_devs, 2);
}

/* The unit has ended them itself: what is answered later is for nobody */
static void over_with_translation(struct kunit *test)
{
	struct waiting *w = waiting_new(test, stall_unit(test, 16), SID, false);

	KUNIT_EXPECT_TRUE(test, stalled(w, SID, 1, 0));
	KUNIT_EXPECT_TRUE(test, stalled(w, SID, 2, 0));
	KUNIT_ASSERT_EQ(test, told.nr, 2);
	/* The answer to one was lost before */
	w->fake->dead = true;
	smmu3_faults_answered(w->sdev->faults, told_id(0), IOMMU_PAGE_RESP_SUCCESS);
	smmu3_recover_soon(&w->fake->unit);
	sham_recover(w->fake);
	KUNIT_ASSERT_TRUE(test, w->fake->unit.aborts);
	smmu3_faults_answered(w->sdev->faults, told_id(1), IOMMU_PAGE_RESP_SUCCESS);
	w->fake->dead = false;
	smmu3_recover_soon(&w->fake->unit);
	sham_recover(w->fake);
	KUNIT_ASSERT_FALSE(test, w->fake->unit.aborts);
	KUNIT_EXPECT_EQ(test, sham_count(w->fake, SMMU_OP_RESUME), 0);
	KUNIT_EXPECT_TRUE(test, list_empty(&w->fake->unit.answers.list));
	/* And what is stalled now is answered */
	KUNIT_EXPECT_TRUE(test, stalled(w, SID, 1, 0));
	KUNIT_ASSERT_EQ(test, told.nr, 3);
	smmu3_faults_answered(w->sdev->faults, told_id(2), IOMMU_PAGE_RESP_SUCCESS);
	KUNIT_EXPECT_TRUE(test, resumed(w, SID, 1, true));
}

/* A record is in the PRI queue */
static void requested(struct waiting *w, u64 w0, u16 prgi, u64 addr)
{
	struct smmu3_outq *q = &w->fake->unit.priq;
	u32 *prod = &w->fake->regs1[(SMMU_REG_PRIQ_PROD - SMMU_PAGE1) / 4];
	u32 slot = *prod & ((1U << q->shift) - 1);

	q->ring[2 * slot] = cpu_to_le64(w0 | FIELD_PREP(SMMU_PRI0_SID,
							w->sdev->sids[0]));
	q->ring[2 * slot + 1] = cpu_to_le64(addr | prgi);
	*prod = (*prod & SMMU_Q_OVFLG) | ((*prod + 1) & ((2U << q->shift) - 1));
	smmu3_priq_drain(&w->fake->unit);
}

static struct waiting *requesting(struct kunit *test)
{
	return waiting_new(test, stall_unit(test, 0), SID, true);
}

static bool responded(struct waiting *w, u64 w0, u16 prgi, u8 resp)
{
	return sham_executed(w->fake,
			     smmu3_cmd_pri_resp(SID, w0 & SMMU_PRI0_SSV,
						FIELD_GET(SMMU_PRI0_SSID, w0),
						prgi, resp));
}

#define R	SMMU_PRI0_READ
#define W	SMMU_PRI0_WRITE
#define L	SMMU_PRI0_LAST
#define SSID(x)	(SMMU_PRI0_SSV | FIELD_PREP(SMMU_PRI0_SSID, x))

static void groups_are_whole(struct kunit *test)
{
	struct waiting *w = requesting(test);
	u64 ssid = SSID(3);

	/* Two groups at once */
	requested(w, R | ssid, 1, IOVA);
	requested(w, W, 2, IOVA + SZ_4K);
	requested(w, R | W | ssid, 1, IOVA + SZ_8K);
	KUNIT_EXPECT_EQ(test, told.nr, 0);
	requested(w, R | L | SMMU_PRI0_PRIV | ssid, 1, IOVA + SZ_16K);
	KUNIT_ASSERT_EQ(test, told.nr, 3);
	KUNIT_EXPECT_EQ(test, told.evt[0].fault.prm.addr, IOVA);
	KUNIT_EXPECT_EQ(test, told.evt[0].fault.prm.flags,
			IOMMU_FAULT_PAGE_REQUEST_PASID_VALID);
	KUNIT_EXPECT_EQ(test, told.evt[1].fault.prm.perm,
			IOMMU_FAULT_PERM_READ | IOMMU_FAULT_PERM_WRITE);
	KUNIT_EXPECT_EQ(test, told.evt[2].fault.prm.addr, IOVA + SZ_16K);
	KUNIT_EXPECT_EQ(test, told.evt[2].fault.prm.perm,
			IOMMU_FAULT_PERM_READ | IOMMU_FAULT_PERM_PRIV);
	KUNIT_EXPECT_EQ(test, told.evt[2].fault.prm.flags,
			IOMMU_FAULT_PAGE_REQUEST_PASID_VALID |
			IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE);
	KUNIT_EXPECT_EQ(test, told.evt[2].fault.prm.pasid, 3);
	KUNIT_EXPECT_EQ(test, told.evt[2].fault.prm.grpid, 1);
	KUNIT_EXPECT_EQ(test, told_id(0), 0);
	smmu3_faults_answered(w->sdev->faults, told_id(2), IOMMU_PAGE_RESP_SUCCESS);
	KUNIT_EXPECT_TRUE(test, responded(w, ssid, 1, SMMU_PRI_RESP_SUCCESS));
	requested(w, W | L, 2, IOVA);
	KUNIT_ASSERT_EQ(test, told.nr, 5);
	/* The interface is not given up for want of memory */
	smmu3_faults_answered(w->sdev->faults, told_id(4), IOMMU_PAGE_RESP_FAILURE);
	KUNIT_EXPECT_TRUE(test, responded(w, 0, 2, SMMU_PRI_RESP_INVALID));
	KUNIT_EXPECT_EQ(test, w->sdev->faults->requests, 0);
}

/* More than it was allowed, or what makes no sense: its own group suffers for that */
static void groups_are_bounded(struct kunit *test)
{
	struct waiting *w = requesting(test);
	struct smmu3_faults *f = w->sdev->faults;
	u64 two = SSID(2);
	unsigned int i;

	for (i = 0; i < 100; i++)
		requested(w, R, 1, IOVA + i * SZ_4K);
	KUNIT_EXPECT_EQ(test, f->requests, 0);
	KUNIT_EXPECT_EQ(test, sham_count(w->fake, SMMU_OP_PRI_RESP), 0);
	requested(w, R | L, 1, IOVA);
	KUNIT_EXPECT_TRUE(test, responded(w, 0, 1, SMMU_PRI_RESP_INVALID));
	requested(w, R | L, 1, IOVA);
	KUNIT_ASSERT_EQ(test, told.nr, 1);

	/* Three are left of four; groups that never end have them */
	for (i = 0; i < 100; i++)
		requested(w, R, 10 + i, IOVA);
	KUNIT_EXPECT_EQ(test, f->requests, 4);
	requested(w, R | L, 200, IOVA);
	KUNIT_EXPECT_TRUE(test, responded(w, 0, 200, SMMU_PRI_RESP_INVALID));
	smmu3_pri_settle(&w->att);
	KUNIT_EXPECT_EQ(test, f->requests, 1);
	KUNIT_EXPECT_TRUE(test, xa_empty(&f->groups));

	/* For no access; for two SubstreamIDs */
	requested(w, L, 201, IOVA);
	KUNIT_EXPECT_TRUE(test, responded(w, 0, 201, SMMU_PRI_RESP_INVALID));
	requested(w, R | SSID(1), 202, IOVA);
	requested(w, R | L | two, 202, IOVA);
	KUNIT_EXPECT_TRUE(test, responded(w, two, 202, SMMU_PRI_RESP_INVALID));
	KUNIT_EXPECT_EQ(test, f->requests, 1);
	KUNIT_EXPECT_EQ(test, told.nr, 1);
	end_attachment(w);
	KUNIT_EXPECT_EQ(test, f->requests, 0);
	KUNIT_EXPECT_TRUE(test, responded(w, 0, 1, SMMU_PRI_RESP_INVALID));
}

/* An index that is in use: the answer to the first group is not for the second one */
static void index_is_in_use(struct kunit *test)
{
	struct waiting *w = requesting(test);
	struct smmu3_faults *f = w->sdev->faults;

	requested(w, R | L, 1, IOVA);
	requested(w, R | L, 1, IOVA + SZ_4K);
	KUNIT_ASSERT_EQ(test, told.nr, 2);
	KUNIT_EXPECT_EQ(test, f->requests, 2);
	smmu3_faults_answered(f, told_id(0), IOMMU_PAGE_RESP_INVALID);
	KUNIT_EXPECT_EQ(test, sham_count(w->fake, SMMU_OP_PRI_RESP), 0);
	KUNIT_EXPECT_EQ(test, atomic64_read(&w->fake->unit.answers_late), 1);
	KUNIT_EXPECT_EQ(test, f->requests, 1);
	smmu3_faults_answered(f, told_id(1), IOMMU_PAGE_RESP_SUCCESS);
	KUNIT_EXPECT_TRUE(test, responded(w, 0, 1, SMMU_PRI_RESP_SUCCESS));
	KUNIT_EXPECT_TRUE(test, xa_empty(&f->asked));

	/* The second one is refused at once: the device waits for nothing more */
	requested(w, R | L, 1, IOVA);
	requested(w, L, 1, IOVA);
	KUNIT_ASSERT_EQ(test, told.nr, 3);
	KUNIT_EXPECT_TRUE(test, responded(w, 0, 1, SMMU_PRI_RESP_INVALID));
	KUNIT_EXPECT_EQ(test, sham_count(w->fake, SMMU_OP_PRI_RESP), 2);
	smmu3_faults_answered(f, told_id(2), IOMMU_PAGE_RESP_SUCCESS);
	KUNIT_EXPECT_EQ(test, sham_count(w->fake, SMMU_OP_PRI_RESP), 2);
	KUNIT_EXPECT_EQ(test, f->requests, 0);
}

/* The end of a group may be among what was lost: the unit has answered it */
static void groups_are_lost(struct kunit *test)
{
	struct waiting *w = requesting(test);
	struct fake_unit *fake = w->fake;

	requested(w, R, 1, IOVA);
	KUNIT_EXPECT_EQ(test, w->sdev->faults->requests, 1);
	fake->regs1[(SMMU_REG_PRIQ_PROD - SMMU_PAGE1) / 4] ^= SMMU_Q_OVFLG;
	requested(w, R, 2, IOVA);
	KUNIT_EXPECT_EQ(test, fake->unit.priq.overflows, 1);
	KUNIT_EXPECT_EQ(test, w->sdev->faults->requests, 0);
	KUNIT_EXPECT_TRUE(test, xa_empty(&w->sdev->faults->groups));
	/* It comes again */
	requested(w, R | L, 1, IOVA);
	KUNIT_ASSERT_EQ(test, told.nr, 1);
	end_attachment(w);
}

static void stop_markers(struct kunit *test)
{
	struct waiting *w = requesting(test);
	const u64 stop[] = { L | SSID(3), 0 }, last[] = { L, 0 };
	const u64 request[] = { L | R | SSID(3), 0 }, more[] = { SSID(3), 0 };

	KUNIT_EXPECT_TRUE(test, smmu3_pri_is_stop(stop));
	KUNIT_EXPECT_FALSE(test, smmu3_pri_is_stop(last));
	KUNIT_EXPECT_FALSE(test, smmu3_pri_is_stop(request));
	KUNIT_EXPECT_FALSE(test, smmu3_pri_is_stop(more));
	requested(w, L | SSID(3), 1, 0);
	KUNIT_EXPECT_EQ(test, told.nr, 0);
	KUNIT_EXPECT_EQ(test, sham_count(w->fake, SMMU_OP_PRI_RESP), 0);
}

/* Without a handler at all it is told to make no more */
static void nobody_handles(struct kunit *test)
{
	struct waiting *w = requesting(test);

	w->att.pri = false;
	requested(w, R | L, 1, IOVA);
	KUNIT_EXPECT_TRUE(test, responded(w, 0, 1, SMMU_PRI_RESP_INVALID));
	w->sdev->nr_pri = 0;
	requested(w, R, 2, IOVA);
	requested(w, R | L, 2, IOVA);
	KUNIT_EXPECT_TRUE(test, responded(w, 0, 2, SMMU_PRI_RESP_FAILURE));
	KUNIT_EXPECT_EQ(test, sham_count(w->fake, SMMU_OP_PRI_RESP), 2);
	KUNIT_EXPECT_EQ(test, told.nr, 0);
}

static struct kunit_case fault_cases[] = {
	KUNIT_CASE(stalls_are_answered),
	KUNIT_CASE(streams_are_told_apart),
	KUNIT_CASE(stage2_has_nobody_handles),
	KUNIT_CASE(ended_with_attachment),
	KUNIT_CASE(stags_are_shared),
	KUNIT_CASE(over_with_translation),
	KUNIT_CASE(groups_are_whole),
	KUNIT_CASE(groups_are_bounded),
	KUNIT_CASE(index_is_in_use),
	KUNIT_CASE(groups_are_lost),
	KUNIT_CASE(stop_markers),
	KUNIT_CASE(nobody_handles),
	{}
};

static struct kunit_suite fault_suite = {
	.name = "arm_smmu_v3_nested_fault",
	.test_cases = fault_cases,
};

kunit_test_suite(fault_suite);
