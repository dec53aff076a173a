// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: what does not answer, or refuses, is asked again, and not believed before
 */
#include <kunit/test-bug.h>
#include <linux/sizes.h>
#include <uapi/linux/iommufd.h>

#include "../domain.h"
#include "../recover.h"
#include "fake_unit.h"

#define NEST	IOMMU_HWPT_ALLOC_NEST_PARENT
#define SID	5

/* A device with ATS that has a page mapped */
struct asked {
	struct fake_unit *fake;
	struct smmu3_device *sdev;
	struct smmu3_paging *paging;
};

static void asked_up(struct kunit *test, struct asked *a)
{
	a->fake = sham_unit_new(test, 0, 0);
	a->sdev = sham_device_new(test, a->fake, SID, 0, true);
	a->paging = sham_paging_new(test, a->sdev, NEST);
	KUNIT_ASSERT_EQ(test, smmu3_attach(a->sdev, 0, &a->paging->domain), 0);
	sham_map(test, a->paging, SZ_1G, 4 * SZ_4K);
	a->fake->silent_sid = SID;
}

static void asked_down(struct kunit *test, struct asked *a)
{
	smmu3_detach(a->sdev, 0);
	sham_recover(a->fake);
	sham_paging_free(test, a->paging);
}

/* Does the recovery go on by itself? */
static bool goes_on(struct fake_unit *fake)
{
	return work_busy(&fake->unit.recover_work.work);
}

/* Returns when it has asked so often, or does not go on */
static void await_asked(struct fake_unit *fake, u8 opcode, unsigned int times)
{
	while (sham_count(fake, opcode) < times && goes_on(fake))
		schedule_timeout_uninterruptible(1);
}

static void await_end(struct fake_unit *fake)
{
	while (goes_on(fake))
		schedule_timeout_uninterruptible(1);
}

/* Nobody does anything but wait */
static void device_asked_again(struct kunit *test)
{
	struct asked a;

	asked_up(test, &a);
	a.fake->silent = true;
	sham_forget(a.fake);
	sham_unmap(test, a.paging, SZ_1G, SZ_4K);
	await_asked(a.fake, SMMU_OP_ATC_INV, 3);
	KUNIT_EXPECT_GE(test, sham_count(a.fake, SMMU_OP_ATC_INV), 3);
	KUNIT_EXPECT_TRUE(test, goes_on(a.fake));
	KUNIT_EXPECT_EQ(test, sham_config(a.sdev), SMMU_STE_CONFIG_ABORT);

	a.fake->silent = false;
	await_end(a.fake);
	KUNIT_EXPECT_EQ(test, a.sdev->state, 0);
	KUNIT_EXPECT_EQ(test, sham_config(a.sdev), SMMU_STE_CONFIG_S2);
	asked_down(test, &a);
}

static void unit_asked_again(struct kunit *test)
{
	struct cmd_ring *ring;
	struct asked a;
	u64 resets;

	asked_up(test, &a);
	ring = &a.fake->unit.cmdq.ring;
	resets = ring->resets;
	a.fake->dead = true;
	sham_unmap(test, a.paging, SZ_1G, SZ_4K);
	while (READ_ONCE(ring->resets) < resets + 3 && goes_on(a.fake))
		schedule_timeout_uninterruptible(1);
	KUNIT_EXPECT_GE(test, ring->resets, resets + 3);
	KUNIT_EXPECT_TRUE(test, goes_on(a.fake));

	a.fake->dead = false;
	await_end(a.fake);
	KUNIT_EXPECT_FALSE(test, a.fake->unit.dead);
	KUNIT_EXPECT_EQ(test, a.sdev->state, 0);
	KUNIT_EXPECT_EQ(test, sham_config(a.sdev), SMMU_STE_CONFIG_S2);
	asked_down(test, &a);
}

/* First what was unmapped, then whatever is to make up for it */
static void owe_spy(struct fake_unit *fake, struct cmd_words cmd)
{
	u8 op = FIELD_GET(SMMU_CMD0_OPCODE, cmd.w0);

	if (op == SMMU_OP_TLBI_S2_IPA || op == SMMU_OP_TLBI_NSNH_ALL)
		fake->refuse_op = op;
}

/* A unit that has refused to forget has what was unmapped until it does not */
static void owed_until_done(struct kunit *test)
{
	struct asked a;

	asked_up(test, &a);
	/* The kernel's own: no device is blocked for it */
	a.paging->domain.cookie_type = IOMMU_COOKIE_NONE;
	sham_forget(a.fake);
	a.fake->spy = owe_spy;
	sham_unmap(test, a.paging, SZ_1G, SZ_4K);
	await_asked(a.fake, SMMU_OP_CFGI_STE_RANGE, 3);
	KUNIT_EXPECT_GE(test, sham_count(a.fake, SMMU_OP_CFGI_STE_RANGE), 3);
	KUNIT_EXPECT_EQ(test, sham_count(a.fake, SMMU_OP_TLBI_NSNH_ALL), 0);
	KUNIT_EXPECT_TRUE(test, goes_on(a.fake));
	a.fake->spy = NULL;
	await_end(a.fake);
	KUNIT_EXPECT_TRUE(test, sham_completed(a.fake,
					       smmu3_cmd_tlbi_nsnh_all()));
	KUNIT_EXPECT_TRUE(test, sham_completed(a.fake,
					       smmu3_cmd_atc_inv_all(SID)));
	KUNIT_EXPECT_EQ(test, a.sdev->state, 0);

	/* And then there is nothing to be done */
	sham_forget(a.fake);
	smmu3_recover_soon(&a.fake->unit);
	await_end(a.fake);
	FAKE_EXPECT_NONE(test, a.fake);
	a.paging->domain.cookie_type = IOMMU_COOKIE_IOMMUFD;
	asked_down(test, &a);
}

static void block(struct kunit *test, struct smmu3_device *sdev)
{
	struct smmu3_unit *unit = sdev->unit;

	disable_delayed_work_sync(&unit->recover_work);
	set_bit(SMMU3_DEV_FAILED, &sdev->state);
	scoped_guard(mutex, &unit->lock)
		smmu3_unit_block_failed(unit);
	KUNIT_ASSERT_EQ(test, sdev->state, FAKE_OUT);
}

/* As if it was time for it */
static int try_now(struct smmu3_device *sdev)
{
	guard(mutex)(&sdev->unit->lock);
	sdev->retry = jiffies;
	return smmu3_device_recover(sdev);
}

static void expect_out(struct kunit *test, struct smmu3_device *sdev)
{
	KUNIT_EXPECT_EQ(test, sdev->state, FAKE_OUT);
	KUNIT_EXPECT_EQ(test, sham_config(sdev), SMMU_STE_CONFIG_ABORT);
	KUNIT_EXPECT_FALSE(test, sdev->ats_on);
	KUNIT_EXPECT_GE(test, sdev->backoff, BACKOFF_FIRST_MS);
	KUNIT_EXPECT_TRUE(test, time_after(sdev->retry, jiffies));
}

/* The unit has refused to forget something of a device, or to ask it */
static void refused_on_the_way_back(struct kunit *test)
{
	static const struct {
		u8 op;
		/* It is asked when there is nothing left to fill its ATC from */
		unsigned int asked;
	} cases[] = {
		{ SMMU_OP_CFGI_STE, 0 },
		{ SMMU_OP_TLBI_S12_VMALL, 0 },
		{ SMMU_OP_ATC_INV, 0 },
	};
	struct asked a;
	unsigned int i;

	asked_up(test, &a);
	block(test, a.sdev);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		a.fake->refuse_op = cases[i].op;
		sham_forget(a.fake);
		KUNIT_EXPECT_EQ_MSG(test, try_now(a.sdev), -EIO, "case %u", i);
		KUNIT_EXPECT_EQ_MSG(test, a.fake->refuse_op, 0, "case %u", i);
		KUNIT_EXPECT_EQ_MSG(test, sham_count(a.fake, SMMU_OP_ATC_INV),
				    cases[i].asked, "case %u", i);
		expect_out(test, a.sdev);
	}
	KUNIT_EXPECT_EQ(test, try_now(a.sdev), 0);
	KUNIT_EXPECT_EQ(test, a.sdev->state, 0);
	asked_down(test, &a);
}

static void out_spy(struct fake_unit *fake, struct cmd_words cmd)
{
	struct kunit *test = kunit_get_current_test();

	KUNIT_EXPECT_EQ(test, sham_config(fake->spied), SMMU_STE_CONFIG_ABORT);
}

/* It has not answered: its entries are not made for a moment either */
static void silent_on_the_way_back(struct kunit *test)
{
	struct asked a;

	asked_up(test, &a);
	block(test, a.sdev);
	a.fake->silent = true;
	a.fake->spied = a.sdev;
	a.fake->spy = out_spy;
	sham_forget(a.fake);
	KUNIT_EXPECT_EQ(test, try_now(a.sdev), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, sham_count(a.fake, SMMU_OP_ATC_INV), 1);
	expect_out(test, a.sdev);
	a.fake->spy = NULL;
	a.fake->silent = false;
	KUNIT_EXPECT_EQ(test, try_now(a.sdev), 0);
	asked_down(test, &a);
}

/* Its ATC is empty; what follows is its entries */
static void entry_spy(struct fake_unit *fake, struct cmd_words cmd)
{
	if (FIELD_GET(SMMU_CMD0_OPCODE, cmd.w0) != SMMU_OP_ATC_INV)
		return;
	fake->refuse_op = SMMU_OP_CFGI_STE;
	fake->spy = NULL;
}

static void entries_refused(struct kunit *test)
{
	struct asked a;

	asked_up(test, &a);
	block(test, a.sdev);
	a.fake->spy = entry_spy;
	sham_forget(a.fake);
	KUNIT_EXPECT_EQ(test, try_now(a.sdev), -EIO);
	KUNIT_EXPECT_EQ(test, a.fake->refuse_op, 0);
	KUNIT_EXPECT_EQ(test, sham_count(a.fake, SMMU_OP_ATC_INV), 1);
	expect_out(test, a.sdev);
	KUNIT_EXPECT_EQ(test, try_now(a.sdev), 0);
	KUNIT_EXPECT_EQ(test, sham_config(a.sdev), SMMU_STE_CONFIG_S2);
	asked_down(test, &a);
}

/* While it was out nobody has asked the TLB to forget for its sake, any ASID */
static void all_tags_forgotten(struct kunit *test)
{
	static const u32 pasids[] = { 0, 3, 7 };
	struct fake_unit *fake = sham_unit_new(test, 0, 0);
	struct smmu3_device *sdev = sham_device_new(test, fake, SID, 4, true);
	struct smmu3_paging *paging[ARRAY_SIZE(pasids)];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pasids); i++) {
		paging[i] = sham_paging_new(test, sdev, 0);
		KUNIT_ASSERT_EQ(test, smmu3_attach(sdev, pasids[i],
						   &paging[i]->domain), 0);
	}
	block(test, sdev);
	sham_forget(fake);
	KUNIT_EXPECT_EQ(test, try_now(sdev), 0);
	for (i = 0; i < ARRAY_SIZE(pasids); i++) {
		u16 asid = paging[i]->id;

		KUNIT_EXPECT_TRUE_MSG(test,
				      sham_synced(fake,
						  smmu3_cmd_tlbi_nh_asid(0, asid),
						  smmu3_cmd_atc_inv_all(SID)),
				      "PASID %u", pasids[i]);
		KUNIT_EXPECT_TRUE(test, sham_cd(sdev, pasids[i], 0) &
				  SMMU_CD0_V);
	}
	for (i = 0; i < ARRAY_SIZE(pasids); i++) {
		smmu3_detach(sdev, pasids[i]);
		sham_paging_free(test, paging[i]);
	}
}

static struct kunit_case ask_again_cases[] = {
	KUNIT_CASE(device_asked_again),
	KUNIT_CASE(unit_asked_again),
	KUNIT_CASE(owed_until_done),
	KUNIT_CASE(refused_on_the_way_back),
	KUNIT_CASE(silent_on_the_way_back),
	KUNIT_CASE(entries_refused),
	KUNIT_CASE(all_tags_forgotten),
	{}
};

static struct kunit_suite ask_again_suite = {
	.name = "arm_smmu_v3_nested_ask_again",
	.test_cases = ask_again_cases,
};

kunit_test_suite(ask_again_suite);
