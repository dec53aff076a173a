// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: page requests on their way to a handler and back
 */
#include <kunit/static_stub.h>
#include <kunit/test.h>

#include "../domain.h"
#include "../event.h"
#include "../recover.h"
#include "fake_fault.h"

#define SID	5
#define OTHER	9
#define IOVA	0x123456000ULL

/* A record is in the PRI queue */
static void queued(struct waiting *w, u64 w0, u16 prgi, u64 addr)
{
	struct smmu3_outq *q = &w->fake->unit.priq;
	u32 *prod = &w->fake->regs1[(SMMU_REG_PRIQ_PROD - SMMU_PAGE1) / 4];
	u32 slot = *prod & ((1U << q->shift) - 1);

	q->ring[2 * slot] = cpu_to_le64(w0 | FIELD_PREP(SMMU_PRI0_SID,
							w->sdev->sids[0]));
	q->ring[2 * slot + 1] = cpu_to_le64(addr | prgi);
	*prod = (*prod & SMMU_Q_OVFLG) | ((*prod + 1) & ((2U << q->shift) - 1));
}

/* And is read */
static void requested(struct waiting *w, u64 w0, u16 prgi, u64 addr)
{
	queued(w, w0, prgi, addr);
	smmu3_priq_drain(&w->fake->unit);
}

static struct waiting *requesting(struct kunit *test)
{
	return sham_waiting_new(test, sham_fault_unit(test, 0), SID, true);
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
	KUNIT_EXPECT_EQ(test, sham_told.nr, 0);
	requested(w, R | L | SMMU_PRI0_PRIV | ssid, 1, IOVA + SZ_16K);
	KUNIT_ASSERT_EQ(test, sham_told.nr, 3);
	KUNIT_EXPECT_EQ(test, sham_told.evt[0].fault.prm.addr, IOVA);
	KUNIT_EXPECT_EQ(test, sham_told.evt[0].fault.prm.flags,
			IOMMU_FAULT_PAGE_REQUEST_PASID_VALID);
	KUNIT_EXPECT_EQ(test, sham_told.evt[1].fault.prm.perm,
			IOMMU_FAULT_PERM_READ | IOMMU_FAULT_PERM_WRITE);
	KUNIT_EXPECT_EQ(test, sham_told.evt[2].fault.prm.addr, IOVA + SZ_16K);
	KUNIT_EXPECT_EQ(test, sham_told.evt[2].fault.prm.perm,
			IOMMU_FAULT_PERM_READ | IOMMU_FAULT_PERM_PRIV);
	KUNIT_EXPECT_EQ(test, sham_told.evt[2].fault.prm.flags,
			IOMMU_FAULT_PAGE_REQUEST_PASID_VALID |
			IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE);
	KUNIT_EXPECT_EQ(test, sham_told.evt[2].fault.prm.pasid, 3);
	KUNIT_EXPECT_EQ(test, sham_told.evt[2].fault.prm.grpid, 1);
	KUNIT_EXPECT_EQ(test, sham_told_id(0), 0);
	smmu3_faults_answered(w->sdev->faults, sham_told_id(2), IOMMU_PAGE_RESP_SUCCESS);
	KUNIT_EXPECT_TRUE(test, responded(w, ssid, 1, SMMU_PRI_RESP_SUCCESS));
	requested(w, W | L, 2, IOVA);
	KUNIT_ASSERT_EQ(test, sham_told.nr, 5);
	/* The interface is not given up for want of memory */
	smmu3_faults_answered(w->sdev->faults, sham_told_id(4), IOMMU_PAGE_RESP_FAILURE);
	KUNIT_EXPECT_TRUE(test, responded(w, 0, 2, SMMU_PRI_RESP_INVALID));
	KUNIT_EXPECT_EQ(test, w->sdev->faults->requests, 0);
}

/* A group moves as it grows */
static void groups_grow(struct kunit *test)
{
	struct waiting *w = requesting(test);
	struct smmu3_faults *f = w->sdev->faults;
	const struct smmu3_fault *group;
	unsigned int i;
	unsigned long key;

	f->most_requests = 64;
	for (i = 1; i < 40; i++) {
		requested(w, R, 1, IOVA + i * SZ_4K);
		xa_for_each(&f->groups, key, group)
			KUNIT_ASSERT_LE(test, group->nr, group->room);
	}
	requested(w, R | L, 1, IOVA + i * SZ_4K);
	KUNIT_EXPECT_EQ(test, sham_told.nr, 40);
	for (i = 0; i < ARRAY_SIZE(sham_told.evt); i++) {
		KUNIT_EXPECT_EQ(test, sham_told.evt[i].fault.prm.addr, IOVA + (i + 1) * SZ_4K);
		KUNIT_EXPECT_EQ(test, sham_told.evt[i].fault.prm.flags, 0);
	}
	sham_faults_end(w);
	KUNIT_EXPECT_EQ(test, f->requests, 0);
}

/* Each StreamID of a device has indices of its own */
static void groups_of_streams(struct kunit *test)
{
	struct waiting *w = requesting(test);
	struct smmu3_unit *unit = &w->fake->unit;

	KUNIT_ASSERT_EQ(test, xa_insert(&unit->streams, OTHER, w->sdev, GFP_KERNEL), 0);
	requested(w, R, 1, IOVA);
	w->sdev->sids[0] = OTHER;
	requested(w, R | L, 1, IOVA);
	w->sdev->sids[0] = SID;
	KUNIT_EXPECT_EQ(test, sham_told.nr, 1);
	requested(w, R | L, 1, IOVA);
	KUNIT_EXPECT_EQ(test, sham_told.nr, 3);
	sham_faults_end(w);
	xa_erase(&unit->streams, OTHER);
}

/* The end of an attachment finds what is in the queue; what is another one's stays */
static void requests_end(struct kunit *test)
{
	struct waiting *w = requesting(test);
	struct smmu3_faults *f = w->sdev->faults;
	struct smmu3_attach other;

	sham_attach_ssid(test, w, &other);
	w->sdev->nr_pri = 2;
	w->sdev->pri_on = true;
	requested(w, R, 1, IOVA);
	requested(w, R | SSID(FAKE_SSID), 2, IOVA);
	KUNIT_EXPECT_EQ(test, f->requests, 2);
	queued(w, R | L, 3, IOVA);
	sham_iopf_disable(w, &w->att);
	KUNIT_EXPECT_EQ(test, sham_told.nr, 1);
	KUNIT_EXPECT_TRUE(test, responded(w, 0, 3, SMMU_PRI_RESP_INVALID));
	KUNIT_EXPECT_EQ(test, f->requests, 1);
	KUNIT_EXPECT_TRUE(test, w->sdev->pri_on);
	/* Nobody is asked any more */
	requested(w, R | L, 4, IOVA);
	KUNIT_EXPECT_EQ(test, sham_told.nr, 1);
	KUNIT_EXPECT_TRUE(test, responded(w, 0, 4, SMMU_PRI_RESP_INVALID));
	sham_iopf_disable(w, &other);
	KUNIT_EXPECT_EQ(test, f->requests, 0);
	KUNIT_EXPECT_TRUE(test, xa_empty(&f->groups));
	KUNIT_EXPECT_FALSE(test, w->sdev->pri_on);
	xa_erase(&w->sdev->pasids, FAKE_SSID);
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
	KUNIT_EXPECT_EQ(test, atomic64_read(&f->unit->faults_excess), 1);
	KUNIT_EXPECT_EQ(test, sham_count(w->fake, SMMU_OP_PRI_RESP), 0);
	requested(w, R | L, 1, IOVA);
	KUNIT_EXPECT_TRUE(test, responded(w, 0, 1, SMMU_PRI_RESP_INVALID));
	requested(w, R | L, 1, IOVA);
	KUNIT_ASSERT_EQ(test, sham_told.nr, 1);

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
	requested(w, R, 203, IOVA);
	requested(w, R | L | two, 203, IOVA);
	KUNIT_EXPECT_TRUE(test, responded(w, two, 203, SMMU_PRI_RESP_INVALID));
	KUNIT_EXPECT_EQ(test, f->requests, 1);
	KUNIT_EXPECT_EQ(test, sham_told.nr, 1);
	sham_faults_end(w);
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
	KUNIT_ASSERT_EQ(test, sham_told.nr, 2);
	KUNIT_EXPECT_EQ(test, f->requests, 2);
	smmu3_faults_answered(f, sham_told_id(0), IOMMU_PAGE_RESP_INVALID);
	KUNIT_EXPECT_EQ(test, sham_count(w->fake, SMMU_OP_PRI_RESP), 0);
	KUNIT_EXPECT_EQ(test, atomic64_read(&w->fake->unit.answers_late), 1);
	KUNIT_EXPECT_EQ(test, f->requests, 1);
	smmu3_faults_answered(f, sham_told_id(1), IOMMU_PAGE_RESP_SUCCESS);
	KUNIT_EXPECT_TRUE(test, responded(w, 0, 1, SMMU_PRI_RESP_SUCCESS));
	KUNIT_EXPECT_TRUE(test, xa_empty(&f->asked));

	/* The second one is refused at once: the device waits for nothing more */
	requested(w, R | L, 1, IOVA);
	requested(w, L, 1, IOVA);
	KUNIT_ASSERT_EQ(test, sham_told.nr, 3);
	KUNIT_EXPECT_TRUE(test, responded(w, 0, 1, SMMU_PRI_RESP_INVALID));
	KUNIT_EXPECT_EQ(test, sham_count(w->fake, SMMU_OP_PRI_RESP), 2);
	smmu3_faults_answered(f, sham_told_id(2), IOMMU_PAGE_RESP_SUCCESS);
	KUNIT_EXPECT_EQ(test, sham_count(w->fake, SMMU_OP_PRI_RESP), 2);
	KUNIT_EXPECT_EQ(test, f->requests, 0);
}

static size_t kept(const struct waiting *w)
{
	return list_count_nodes(&w->fake->unit.answers.list);
}

/* Index 1 is asked for, and answered while the queue is stuck */
static void keep_answer(struct kunit *test, struct waiting *w)
{
	requested(w, R | L, 1, IOVA);
	sham_forget(w->fake);
	w->fake->dead = true;
	smmu3_faults_answered(w->sdev->faults, sham_told_id(sham_told.nr - 1),
			      IOMMU_PAGE_RESP_SUCCESS);
	KUNIT_ASSERT_EQ(test, kept(w), 1);
}

static void works_again(struct waiting *w)
{
	w->fake->dead = false;
	smmu3_recover_soon(&w->fake->unit);
	sham_recover(w->fake);
}

/* The index is asked for again before the queue works: the kept answer is not that one's */
static void kept_index_again(struct kunit *test)
{
	struct waiting *w = requesting(test);
	struct smmu3_unit *unit = &w->fake->unit;

	/* Another index is another group's, and a STAG is no index */
	keep_answer(test, w);
	requested(w, R | L, 2, IOVA);
	requested(w, R, 1, IOVA);
	scoped_guard(srcu, &unit->srcu)
		smmu3_answer(unit, smmu3_cmd_resume(SID, 1, true, false),
			     unit->fault_epoch);
	KUNIT_EXPECT_EQ(test, kept(w), 2);
	requested(w, R | L, 1, IOVA);
	KUNIT_ASSERT_EQ(test, sham_told.nr, 4);
	KUNIT_EXPECT_EQ(test, kept(w), 1);
	works_again(w);
	KUNIT_EXPECT_EQ(test, sham_count(w->fake, SMMU_OP_PRI_RESP), 0);
	smmu3_faults_answered(w->sdev->faults, sham_told_id(3), IOMMU_PAGE_RESP_INVALID);
	KUNIT_EXPECT_TRUE(test, responded(w, 0, 1, SMMU_PRI_RESP_INVALID));
	KUNIT_EXPECT_EQ(test, sham_count(w->fake, SMMU_OP_PRI_RESP), 1);

	/* It is refused, twice: one answer is kept */
	keep_answer(test, w);
	requested(w, L, 1, IOVA);
	KUNIT_EXPECT_EQ(test, kept(w), 1);
	w->att.pri = false;
	requested(w, R | L, 1, IOVA);
	KUNIT_EXPECT_EQ(test, kept(w), 1);
	works_again(w);
	KUNIT_EXPECT_TRUE(test, responded(w, 0, 1, SMMU_PRI_RESP_INVALID));
	KUNIT_EXPECT_EQ(test, sham_count(w->fake, SMMU_OP_PRI_RESP), 1);
	sham_faults_end(w);
}

/* A function that was reset, or torn out, waits for nothing; another device does */
static void kept_reset(struct kunit *test)
{
	struct pci_dev *pdev = fake_function_new(test);
	struct waiting *w = requesting(test);
	struct smmu3_unit *unit = &w->fake->unit;

	sham_device_new(test, w->fake, OTHER, 0, true);
	keep_answer(test, w);
	scoped_guard(srcu, &unit->srcu)
		smmu3_answer(unit, smmu3_cmd_pri_resp(OTHER, false, 0, 1,
						      SMMU_PRI_RESP_INVALID), 0);
	KUNIT_EXPECT_EQ(test, kept(w), 2);
	w->sdev->dev = &pdev->dev;
	fake_function_tear_out(pdev);
	w->att.iopf = false;
	scoped_guard(mutex, &unit->event_lock)
		w->sdev->rid = NULL;
	smmu3_detach(w->sdev, 0);
	KUNIT_EXPECT_EQ(test, kept(w), 1);
	works_again(w);
	KUNIT_EXPECT_EQ(test, sham_count(w->fake, SMMU_OP_PRI_RESP), 1);
	KUNIT_EXPECT_FALSE(test, responded(w, 0, 1, SMMU_PRI_RESP_SUCCESS));
}

static struct waiting *asks_now;

static int lost_as_it_asks(struct smmu3_unit *unit, struct cmd_words cmd)
{
	struct waiting *w = asks_now;

	asks_now = NULL;
	if (w)
		requested(w, R | L, 1, IOVA);
	else
		smmu3_answers_forget(unit, SID, SMMU3_INDEX_ALL);
	return -ETIMEDOUT;
}

/* While an answer is sent, for the first time or again, it can become one to nobody */
static void asked_meanwhile(struct kunit *test)
{
	struct waiting *w = requesting(test);
	struct smmu3_unit *unit = &w->fake->unit;

	requested(w, R | L, 1, IOVA);
	asks_now = w;
	kunit_activate_static_stub(test, smmu3_answer_send, lost_as_it_asks);
	smmu3_faults_answered(w->sdev->faults, sham_told_id(0), IOMMU_PAGE_RESP_SUCCESS);
	kunit_deactivate_static_stub(test, smmu3_answer_send);
	KUNIT_EXPECT_PTR_EQ(test, asks_now, NULL);
	KUNIT_EXPECT_EQ(test, sham_told.nr, 2);
	KUNIT_EXPECT_EQ(test, kept(w), 0);
	KUNIT_EXPECT_TRUE(test, list_empty(&unit->answers.flights));

	keep_answer(test, w);
	kunit_activate_static_stub(test, smmu3_answer_send, lost_as_it_asks);
	scoped_guard(mutex, &unit->lock)
		smmu3_answers_resend(unit);
	kunit_deactivate_static_stub(test, smmu3_answer_send);
	KUNIT_EXPECT_EQ(test, kept(w), 0);
	KUNIT_EXPECT_TRUE(test, list_empty(&unit->answers.flights));
	works_again(w);
	KUNIT_EXPECT_EQ(test, sham_count(w->fake, SMMU_OP_PRI_RESP), 0);
	sham_faults_end(w);
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
	KUNIT_ASSERT_EQ(test, sham_told.nr, 1);
	sham_faults_end(w);
}

/* What means something with a SubstreamID only is not believed without one */
static void permissions(struct kunit *test)
{
	const u64 all = R | W | SMMU_PRI0_EXEC | SMMU_PRI0_PRIV;
	u64 rec[] = { all, 0 };

	KUNIT_EXPECT_EQ(test, smmu3_pri_perm(rec),
			IOMMU_FAULT_PERM_READ | IOMMU_FAULT_PERM_WRITE);
	rec[0] = all | SSID(3);
	KUNIT_EXPECT_EQ(test, smmu3_pri_perm(rec),
			IOMMU_FAULT_PERM_READ | IOMMU_FAULT_PERM_WRITE |
			IOMMU_FAULT_PERM_EXEC | IOMMU_FAULT_PERM_PRIV);
	rec[0] = SMMU_PRI0_EXEC | SMMU_PRI0_PRIV | SSID(3);
	KUNIT_EXPECT_EQ(test, smmu3_pri_perm(rec), 0);
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
	KUNIT_EXPECT_EQ(test, sham_told.nr, 0);
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
	KUNIT_EXPECT_EQ(test, sham_told.nr, 0);
}

/* A device that has both gives back stalls only: a share is one of STAGs */
static void stalls_are_trimmed(struct kunit *test)
{
	struct waiting *w = sham_waiting_new(test, sham_fault_unit(test, 4), SID, false);
	unsigned int i;
	u64 evt[SMMU_EVT_WORDS] = {
		SMMU_EVT_F_TRANSLATION | FIELD_PREP(SMMU_EVT0_SID, SID), 0, IOVA,
	};

	w->att.pri = true;
	w->sdev->nr_pri = 1;
	requested(w, R | L, 1, IOVA);
	for (i = 0; i < 2; i++) {
		evt[1] = SMMU_EVT1_STALL | FIELD_PREP(SMMU_EVT1_STAG, i);
		scoped_guard(mutex, &w->fake->unit.event_lock)
			KUNIT_EXPECT_TRUE(test, smmu3_stall_take(w->sdev, evt));
	}
	KUNIT_ASSERT_EQ(test, sham_told.nr, 3);
	scoped_guard(mutex, &w->fake->unit.lock)
		smmu3_faults_trim(w->sdev->faults, 1);
	KUNIT_EXPECT_EQ(test, sham_count(w->fake, SMMU_OP_RESUME), 1);
	KUNIT_EXPECT_EQ(test, sham_count(w->fake, SMMU_OP_PRI_RESP), 0);
	smmu3_faults_answered(w->sdev->faults, sham_told_id(0), IOMMU_PAGE_RESP_SUCCESS);
	KUNIT_EXPECT_TRUE(test, responded(w, 0, 1, SMMU_PRI_RESP_SUCCESS));
	sham_faults_end(w);
	KUNIT_EXPECT_EQ(test, sham_count(w->fake, SMMU_OP_RESUME), 2);
}

static struct kunit_case request_cases[] = {
	KUNIT_CASE(groups_are_whole),
	KUNIT_CASE(groups_grow),
	KUNIT_CASE(groups_of_streams),
	KUNIT_CASE(requests_end),
	KUNIT_CASE(groups_are_bounded),
	KUNIT_CASE(index_is_in_use),
	KUNIT_CASE(kept_index_again),
	KUNIT_CASE(kept_reset),
	KUNIT_CASE(asked_meanwhile),
	KUNIT_CASE(groups_are_lost),
	KUNIT_CASE(permissions),
	KUNIT_CASE(stop_markers),
	KUNIT_CASE(nobody_handles),
	KUNIT_CASE(stalls_are_trimmed),
	{}
};

static struct kunit_suite request_suite = {
	.name = "arm_smmu_v3_nested_request",
	.test_cases = request_cases,
};

kunit_test_suite(request_suite);
