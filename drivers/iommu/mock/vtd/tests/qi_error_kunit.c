// SPDX-License-Identifier: GPL-2.0-only
/* Mock VT-d: tests of what the invalidation queue does, and what goes wrong */
#include <linux/delay.h>
#include <linux/io.h>

#include "unit.h"

/* In scalable mode, with an enabled queue of one page */
static int qi_init_scalable(struct kunit *test)
{
	struct mock_vtd_hw *hw = mock_vtd_hw_create(test);

	mock_vtd_hw_start(hw);
	mock_vtd_hw_unmask(hw);
	mock_vtd_hw_scalable(hw);
	mock_vtd_hw_iq_enable(hw, 0, true);
	test->priv = hw;
	return 0;
}

/* A wait's status write and interrupt; a write to what is not RAM is lost */
static void qi_wait(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;

	mock_vtd_hw_put(hw, VTD_QI_WAIT | VTD_WAIT0_IF |
			FIELD_PREP(VTD_WAIT0_DATA, 7),
			virt_to_phys(hw->status));
	mock_vtd_hw_bell(hw);
	KUNIT_EXPECT_EQ(test, hw_status(hw), 0);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_ICS), VTD_ICS_IWC);
	KUNIT_EXPECT_EQ(test, hw->nr_msi[MOCK_VTD_EVENT_INV], 1);

	/* No new interrupt before IWC is cleared */
	mock_vtd_hw_put_wait(hw, 8, VTD_WAIT0_IF);
	mock_vtd_hw_bell(hw);
	mock_vtd_hw_expect_done(hw, 8);
	KUNIT_EXPECT_EQ(test, hw->nr_msi[MOCK_VTD_EVENT_INV], 1);
	hw_write32(hw, VTD_REG_ICS, VTD_ICS_IWC);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_ICS), 0);
	mock_vtd_hw_put_wait(hw, 9, VTD_WAIT0_IF);
	mock_vtd_hw_bell(hw);
	KUNIT_EXPECT_EQ(test, hw->nr_msi[MOCK_VTD_EVENT_INV], 2);

	/* Without the flag no interrupt */
	hw_write32(hw, VTD_REG_ICS, VTD_ICS_IWC);
	mock_vtd_hw_put_wait(hw, 10, VTD_WAIT0_FN | VTD_WAIT0_PD);
	mock_vtd_hw_bell(hw);
	KUNIT_EXPECT_EQ(test, hw->nr_msi[MOCK_VTD_EVENT_INV], 2);

	mock_vtd_hw_put(hw, VTD_QI_WAIT | VTD_WAIT0_SW,
			mock_test_no_ram(test));
	mock_vtd_hw_bell(hw);
	mock_vtd_hw_expect_done(hw, 10);
	KUNIT_EXPECT_EQ(test, hw->m->stats.invalidations, 0);
}

static void qi_wait_masked(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;

	hw_write32(hw, VTD_REG_IECTL, VTD_ECTL_IM);
	mock_vtd_hw_put_wait(hw, 1, VTD_WAIT0_IF);
	mock_vtd_hw_bell(hw);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_IECTL),
			VTD_ECTL_IM | VTD_ECTL_IP);
	KUNIT_EXPECT_EQ(test, hw->nr_msi[MOCK_VTD_EVENT_INV], 0);
	hw_write32(hw, VTD_REG_IECTL, 0);
	KUNIT_EXPECT_EQ(test, hw->nr_msi[MOCK_VTD_EVENT_INV], 1);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_IECTL), 0);
	hw_write32(hw, VTD_REG_ICS, VTD_ICS_IWC);

	/* Serviced while it was masked: gone */
	hw_write32(hw, VTD_REG_IECTL, VTD_ECTL_IM);
	mock_vtd_hw_put_wait(hw, 2, VTD_WAIT0_IF);
	mock_vtd_hw_bell(hw);
	hw_write32(hw, VTD_REG_ICS, VTD_ICS_IWC);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_IECTL), VTD_ECTL_IM);
	hw_write32(hw, VTD_REG_IECTL, 0);
	KUNIT_EXPECT_EQ(test, hw->nr_msi[MOCK_VTD_EVENT_INV], 1);
}

/* How many references a request takes after up to three invalidations */
static u64 refs_after(struct mock_vtd_hw *hw, u64 a, u64 b, u64 c)
{
	u64 before;

	KUNIT_EXPECT_EQ(hw->test, mock_vtd_hw_translate(hw, 0x8000), 0);
	mock_vtd_hw_put(hw, a, 0);
	if (b)
		mock_vtd_hw_put(hw, b, 0);
	if (c)
		mock_vtd_hw_put(hw, c, 0);
	mock_vtd_hw_bell(hw);
	before = hw->m->stats.walk_refs;
	KUNIT_EXPECT_EQ(hw->test, mock_vtd_hw_translate(hw, 0x8000), 0);
	return hw->m->stats.walk_refs - before;
}

/* Descriptors reach the caches, with their operands at the right places */
static void qi_caches(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;
	u64 hits, cc, pc, iotlb, piotlb;

	mock_vtd_hw_tables(hw, VTD_CTX0_PASIDE);
	cc = VTD_QI_CC | FIELD_PREP(VTD_CC0_G, VTD_CC_DEVICE) |
	     FIELD_PREP(VTD_CC0_SID, HW_SID);
	pc = VTD_QI_PC | FIELD_PREP(VTD_PC0_G, VTD_PC_PASID) |
	     FIELD_PREP(VTD_PC0_DID, HW_DID) | FIELD_PREP(VTD_PC0_PASID, HW_PASID);
	iotlb = VTD_QI_IOTLB | FIELD_PREP(VTD_IOTLB0_G, VTD_IOTLB_DOMAIN) |
		FIELD_PREP(VTD_IOTLB0_DID, HW_DID);
	piotlb = VTD_QI_PIOTLB | FIELD_PREP(VTD_PIOTLB0_G, VTD_PIOTLB_PASID) |
		 FIELD_PREP(VTD_PIOTLB0_DID, HW_DID) |
		 FIELD_PREP(VTD_PIOTLB0_PASID, HW_PASID);

	KUNIT_EXPECT_EQ(test, refs_after(hw, VTD_QI_WAIT, 0, 0), 0);
	/* The IOTLB still has it */
	KUNIT_EXPECT_EQ(test, refs_after(hw, cc, pc, 0), 0);
	/* A PASID directory and a PASID table entry, then root and context too */
	KUNIT_EXPECT_GT(test, refs_after(hw, pc, iotlb, 0), 0);
	KUNIT_EXPECT_GT(test, refs_after(hw, cc, pc, piotlb), 0);

	/* Without PASID table walk: seen by what the IOTLB answers */
	hits = hw->m->stats.iotlb_hits;
	refs_after(hw, iotlb, 0, 0);
	KUNIT_EXPECT_EQ(test, hw->m->stats.iotlb_hits, hits + 1);
	refs_after(hw, piotlb, 0, 0);
	KUNIT_EXPECT_EQ(test, hw->m->stats.iotlb_hits, hits + 2);
	/* Of another domain, of another PASID: both requests hit */
	refs_after(hw, iotlb ^ FIELD_PREP(VTD_IOTLB0_DID, 1), 0, 0);
	KUNIT_EXPECT_EQ(test, hw->m->stats.iotlb_hits, hits + 4);
	refs_after(hw, piotlb ^ FIELD_PREP(VTD_PIOTLB0_PASID, 1), 0, 0);
	KUNIT_EXPECT_EQ(test, hw->m->stats.iotlb_hits, hits + 6);
	refs_after(hw, piotlb ^ FIELD_PREP(VTD_PIOTLB0_DID, 1), 0, 0);
	KUNIT_EXPECT_EQ(test, hw->m->stats.iotlb_hits, hits + 8);
	KUNIT_EXPECT_EQ(test, hw->m->stats.invalidations, 2 + 2 + 3 + 5);
}

static void qi_devtlb(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;

	mock_vtd_hw_put(hw, VTD_QI_DTLB | FIELD_PREP(VTD_DTLB0_SID, 0x1234),
			0x5000);
	mock_vtd_hw_put_wait(hw, 1, 0);
	mock_vtd_hw_bell(hw);
	mock_vtd_hw_expect_done(hw, 1);
	KUNIT_EXPECT_EQ(test, hw->nr_atc, 1);
	KUNIT_EXPECT_EQ(test, hw->atc.sid, 0x1234);
	KUNIT_EXPECT_FALSE(test, hw->atc.pasid_valid);
	KUNIT_EXPECT_EQ(test, hw->m->stats.invalidations, 1);
}

static void qi_response(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;

	mock_vtd_hw_put(hw, VTD_QI_PGRP_RESP | VTD_PGRP0_PASID_P |
			FIELD_PREP(VTD_PGRP0_RID, 0x1234) |
			FIELD_PREP(VTD_PGRP0_PASID, 0x55555) |
			FIELD_PREP(VTD_PGRP0_CODE, VTD_PGRP_FAILURE),
			FIELD_PREP(VTD_PGRP1_PRGI, 0x1ff));
	mock_vtd_hw_bell(hw);
	KUNIT_EXPECT_EQ(test, hw->nr_resp, 1);
	KUNIT_EXPECT_EQ(test, hw->resp.sid, 0x1234);
	KUNIT_EXPECT_TRUE(test, hw->resp.pasid_valid);
	KUNIT_EXPECT_EQ(test, hw->resp.pasid, 0x55555);
	KUNIT_EXPECT_EQ(test, hw->resp.prgi, 0x1ff);
	KUNIT_EXPECT_EQ(test, hw->resp.code, MOCK_PAGE_FAILURE);
	KUNIT_EXPECT_EQ(test, hw->m->stats.invalidations, 0);
}

/* What is before the bad descriptor is done, what is behind it waits */
static void qi_iqe(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;
	u32 bad;

	mock_vtd_hw_put_wait(hw, 1, 0);
	bad = hw->tail;
	mock_vtd_hw_put(hw, VTD_QI_CC, 0);
	mock_vtd_hw_put_wait(hw, 2, 0);
	mock_vtd_hw_bell(hw);
	KUNIT_EXPECT_EQ(test, hw_status(hw), 1);
	KUNIT_EXPECT_EQ(test, hw_read64(hw, VTD_REG_IQH), bad);
	KUNIT_EXPECT_EQ(test, hw->nr_msi[MOCK_VTD_EVENT_FAULT], 1);

	/* A doorbell does not make it go on, nor clearing anything else */
	mock_vtd_hw_put_wait(hw, 3, 0);
	mock_vtd_hw_bell(hw);
	hw_write32(hw, VTD_REG_FSTS, (u32)~VTD_FSTS_IQE);
	KUNIT_EXPECT_EQ(test, hw_read64(hw, VTD_REG_IQH), bad);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), VTD_FSTS_IQE);

	/* Cleared with the bad descriptor still there: the same again */
	hw_write32(hw, VTD_REG_FSTS, VTD_FSTS_IQE);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), VTD_FSTS_IQE);
	KUNIT_EXPECT_EQ(test, hw_iqei(hw), VTD_IQEI_RSVD);
	KUNIT_EXPECT_EQ(test, hw->nr_msi[MOCK_VTD_EVENT_FAULT], 2);

	hw->iq[bad / 8] = cpu_to_le64(VTD_QI_WAIT);
	hw_write32(hw, VTD_REG_FSTS, VTD_FSTS_IQE);
	mock_vtd_hw_expect_done(hw, 3);
}

/* The error interrupt shares its condition with faults */
static void qi_iqe_event(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;
	const struct mock_req req = { .sid = 1 };

	mock_vtd_hw_fault(hw, &req, VTD_FR_READ, false);
	KUNIT_EXPECT_EQ(test, hw->nr_msi[MOCK_VTD_EVENT_FAULT], 1);
	hw_write32(hw, VTD_REG_FECTL, VTD_ECTL_IM);
	mock_vtd_hw_put(hw, VTD_QI_CC, 0);
	mock_vtd_hw_bell(hw);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS),
			VTD_FSTS_IQE | VTD_FSTS_PPF);
	/* PPF was set: no new condition */
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FECTL), VTD_ECTL_IM);
}

static void put_devtlb(struct mock_vtd_hw *hw, u16 sid)
{
	mock_vtd_hw_put(hw, VTD_QI_DTLB | FIELD_PREP(VTD_DTLB0_SID, sid), 0);
}

/* 6.5.2.11: pending waits are aborted, the head is behind what was fetched */
static void qi_ite(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;

	hw->atc_timeout = 2;
	mock_vtd_hw_put_wait(hw, 1, 0);
	put_devtlb(hw, 0x111);
	mock_vtd_hw_put_wait(hw, 2, VTD_WAIT0_IF);
	put_devtlb(hw, 0x222);
	mock_vtd_hw_put_wait(hw, 3, 0);
	mock_vtd_hw_bell(hw);

	KUNIT_EXPECT_EQ(test, hw_status(hw), 1);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_ICS), 0);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), VTD_FSTS_ITE);
	KUNIT_EXPECT_EQ(test, hw_read64(hw, VTD_REG_IQH), hw->tail);
	KUNIT_EXPECT_EQ(test, hw_itesid(hw), 0x111);
	KUNIT_EXPECT_EQ(test, hw_iqei(hw), 0);
	KUNIT_EXPECT_EQ(test, hw->nr_msi[MOCK_VTD_EVENT_FAULT], 1);

	/* Nothing is fetched until it is cleared */
	mock_vtd_hw_put_wait(hw, 4, 0);
	mock_vtd_hw_bell(hw);
	KUNIT_EXPECT_EQ(test, hw_status(hw), 1);
	hw_write32(hw, VTD_REG_FSTS, VTD_FSTS_ITE);
	mock_vtd_hw_expect_done(hw, 4);
	KUNIT_EXPECT_EQ(test, hw_read64(hw, VTD_REG_IQERCD), 0);

	/* What is sent again is answered now */
	put_devtlb(hw, 0x111);
	mock_vtd_hw_put_wait(hw, 5, 0);
	mock_vtd_hw_bell(hw);
	mock_vtd_hw_expect_done(hw, 5);
	KUNIT_EXPECT_EQ(test, hw->nr_atc, 3);
}

/* A fence is not passed while something is pending */
static void qi_ite_fence(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;
	u32 behind;

	hw->atc_timeout = 1;
	put_devtlb(hw, 0x111);
	mock_vtd_hw_put_wait(hw, 1, VTD_WAIT0_FN);
	behind = hw->tail;
	mock_vtd_hw_put_wait(hw, 2, 0);
	mock_vtd_hw_bell(hw);
	KUNIT_EXPECT_EQ(test, hw_status(hw), 0);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), VTD_FSTS_ITE);
	KUNIT_EXPECT_EQ(test, hw_read64(hw, VTD_REG_IQH), behind);
	/* The fence was aborted, what is behind it is not */
	hw_write32(hw, VTD_REG_FSTS, VTD_FSTS_ITE);
	mock_vtd_hw_expect_done(hw, 2);
}

/* Other invalidations go on although a device does not answer */
static void qi_ite_others(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;

	hw->atc_timeout = 1;
	put_devtlb(hw, 0);
	mock_vtd_hw_put(hw, VTD_QI_IOTLB |
			FIELD_PREP(VTD_IOTLB0_G, VTD_IOTLB_GLOBAL), 0);
	mock_vtd_hw_bell(hw);
	KUNIT_EXPECT_EQ(test, hw->m->stats.invalidations, 2);
	/* There was no wait to abort, it is reported all the same */
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), VTD_FSTS_ITE);
}

/* Processing that stops before the time-out is over */
static void qi_ite_stall(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;

	hw->atc_timeout = 2;
	hw->atc_stall = true;
	put_devtlb(hw, 0x111);
	mock_vtd_hw_put_wait(hw, 1, 0);
	mock_vtd_hw_bell(hw);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), 0);
	KUNIT_EXPECT_EQ(test, hw_head(hw), 1);
	mock_vtd_hw_misbehave(hw, MOCK_MISBEHAVE_CMD_STALL, 0);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), VTD_FSTS_ITE);
	KUNIT_EXPECT_EQ(test, hw_status(hw), 0);
	hw_write32(hw, VTD_REG_FSTS, VTD_FSTS_ITE);

	/* A queue that is disabled meanwhile forgets it */
	put_devtlb(hw, 0x111);
	mock_vtd_hw_put_wait(hw, 1, 0);
	mock_vtd_hw_bell(hw);
	mock_vtd_hw_gcmd(hw, VTD_GCMD_QIE, false);
	mock_vtd_hw_misbehave(hw, MOCK_MISBEHAVE_CMD_STALL, 0);
	mock_vtd_hw_iq_enable(hw, 0, true);
	mock_vtd_hw_put_wait(hw, 2, 0);
	mock_vtd_hw_bell(hw);
	mock_vtd_hw_expect_done(hw, 2);
}

/* Both errors at once */
static void qi_ite_iqe(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;
	u32 bad;

	hw->atc_timeout = 1;
	put_devtlb(hw, 0x111);
	bad = hw->tail;
	mock_vtd_hw_put(hw, VTD_QI_CC, 0);
	mock_vtd_hw_bell(hw);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS),
			VTD_FSTS_ITE | VTD_FSTS_IQE);
	KUNIT_EXPECT_EQ(test, hw_read64(hw, VTD_REG_IQH), bad);
	KUNIT_EXPECT_EQ(test, hw->nr_msi[MOCK_VTD_EVENT_FAULT], 1);
	/* Both must be cleared */
	hw->tail = bad;
	mock_vtd_hw_put_wait(hw, 5, 0);
	hw_write32(hw, VTD_REG_FSTS, VTD_FSTS_IQE);
	KUNIT_EXPECT_EQ(test, hw_status(hw), 0);
	hw_write32(hw, VTD_REG_FSTS, VTD_FSTS_ITE);
	mock_vtd_hw_expect_done(hw, 5);
}

/* An invalid completion does not stop anything */
static void qi_ice(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;

	mock_vtd_hw_misbehave(hw, MOCK_MISBEHAVE_CMD_ERROR, 1);
	put_devtlb(hw, 0x333);
	mock_vtd_hw_put_wait(hw, 1, 0);
	mock_vtd_hw_bell(hw);
	KUNIT_EXPECT_EQ(test, hw_status(hw), 1);
	KUNIT_EXPECT_EQ(test, hw->nr_atc, 0);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), VTD_FSTS_ICE);
	KUNIT_EXPECT_EQ(test, hw_icesid(hw), 0x333);
	KUNIT_EXPECT_EQ(test, hw->nr_msi[MOCK_VTD_EVENT_FAULT], 1);
	hw_write32(hw, VTD_REG_FSTS, VTD_FSTS_ICE);
	mock_vtd_hw_expect_done(hw, 1);
	KUNIT_EXPECT_EQ(test, hw_read64(hw, VTD_REG_IQERCD), 0);
}

/* Hardware that does not say why; the descriptor is good when tried again */
static void qi_cmd_error(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;

	mock_vtd_hw_misbehave(hw, MOCK_MISBEHAVE_CMD_ERROR, 2);
	mock_vtd_hw_put_wait(hw, 1, 0);
	mock_vtd_hw_bell(hw);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), VTD_FSTS_IQE);
	KUNIT_EXPECT_EQ(test, hw_iqei(hw), VTD_IQEI_NONE);
	KUNIT_EXPECT_EQ(test, hw_head(hw), 0);
	hw_write32(hw, VTD_REG_FSTS, VTD_FSTS_IQE);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), VTD_FSTS_IQE);
	hw_write32(hw, VTD_REG_FSTS, VTD_FSTS_IQE);
	mock_vtd_hw_expect_done(hw, 1);
}

static void qi_cmd_stall(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;

	mock_vtd_hw_misbehave(hw, MOCK_MISBEHAVE_CMD_STALL, U32_MAX);
	mock_vtd_hw_put_wait(hw, 1, 0);
	mock_vtd_hw_bell(hw);
	KUNIT_EXPECT_EQ(test, hw_head(hw), 0);
	KUNIT_EXPECT_EQ(test, hw_status(hw), 0);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), 0);
	mock_vtd_hw_misbehave(hw, MOCK_MISBEHAVE_CMD_STALL, 0);
	mock_vtd_hw_expect_done(hw, 1);
}

/* The error state survives neither disabling nor enabling by itself */
static void qi_disable_pending(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;

	mock_vtd_hw_misbehave(hw, MOCK_MISBEHAVE_CMD_STALL, 1);
	mock_vtd_hw_put_wait(hw, 1, 0);
	mock_vtd_hw_bell(hw);
	mock_vtd_hw_gcmd(hw, VTD_GCMD_QIE, false);
	mock_vtd_hw_misbehave(hw, MOCK_MISBEHAVE_CMD_STALL, 0);
	KUNIT_EXPECT_EQ(test, hw_status(hw), 0);
	mock_vtd_hw_iq_enable(hw, 0, true);
	mock_vtd_hw_put_wait(hw, 2, 0);
	mock_vtd_hw_bell(hw);
	mock_vtd_hw_expect_done(hw, 2);
}

static bool wait_status(struct mock_vtd_hw *hw, u32 val)
{
	unsigned int i;

	for (i = 0; i < 1000 && hw_status(hw) != val; i++)
		usleep_range(1000, 2000);
	return hw_status(hw) == val;
}

/* The unit begins anew, with a worker */
static void start_async(struct mock_vtd_hw *hw)
{
	mock_vtd_hw_stop(hw);
	hw->mi->async_commands = true;
	mock_vtd_hw_start(hw);
}

/* By a worker: the doorbell write returns before, the order is the same */
static void qi_async(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;
	unsigned int round, i;
	u32 val = 0;

	start_async(hw);
	mock_vtd_hw_iq_enable(hw, 0, true);

	for (round = 0; round < 20; round++) {
		for (i = 0; i < 100; i++)
			mock_vtd_hw_put_wait(hw, ++val, 0);
		mock_vtd_hw_bell(hw);
		KUNIT_ASSERT_TRUE(test, wait_status(hw, val));
	}
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), 0);

	/* A stop with a queue that is full of work */
	for (i = 0; i < 100; i++)
		mock_vtd_hw_put_wait(hw, ++val, 0);
	mock_vtd_hw_bell(hw);
	mock_vtd_hw_stop(hw);
	val = hw_status(hw);
	usleep_range(5000, 6000);
	KUNIT_EXPECT_EQ(test, hw_status(hw), val);
}

/* Nobody looks at the queue any more: all that is in it is done nevertheless */
static void qi_async_settles(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;
	unsigned int i;

	start_async(hw);
	mock_vtd_hw_iq_enable(hw, 0, true);
	for (i = 1; i <= 100; i++)
		mock_vtd_hw_put_wait(hw, i, 0);
	mock_vtd_hw_bell(hw);
	mock_model_settle(hw->mi);
	KUNIT_EXPECT_EQ(test, hw_status(hw), 100);
}

/* Nor does a worker keep whoever polls the queue with interrupts off */
static void qi_async_polled(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;
	unsigned long flags;
	unsigned int i;

	start_async(hw);
	mock_vtd_hw_iq_enable(hw, 0, true);

	local_irq_save(flags);
	for (i = 1; i <= 50; i++)
		mock_vtd_hw_put_wait(hw, i, 0);
	mock_vtd_hw_bell(hw);
	for (i = 0; i < 50; i++)
		hw_read32(hw, VTD_REG_FSTS);
	i = hw_status(hw);
	local_irq_restore(flags);
	KUNIT_EXPECT_EQ(test, i, 50);
}

static void qi_async_error(struct kunit *test)
{
	struct mock_vtd_hw *hw = test->priv;
	unsigned int i;

	start_async(hw);
	mock_vtd_hw_unmask(hw);
	mock_vtd_hw_iq_enable(hw, 0, true);
	/*
	 * There are no such devices, so nobody answers. More than the worker
	 * takes at once: the wait is aborted all the same.
	 */
	put_devtlb(hw, 0x111);
	for (i = 0; i < 80; i++)
		put_devtlb(hw, 0x222);
	mock_vtd_hw_put_wait(hw, 1, 0);
	mock_vtd_hw_bell(hw);
	for (i = 0; i < 1000 && !hw_read32(hw, VTD_REG_FSTS); i++)
		usleep_range(1000, 2000);
	KUNIT_EXPECT_EQ(test, hw_read32(hw, VTD_REG_FSTS), VTD_FSTS_ITE);
	KUNIT_EXPECT_EQ(test, hw_itesid(hw), 0x111);
	KUNIT_EXPECT_EQ(test, hw_status(hw), 0);
	mock_vtd_hw_put_wait(hw, 2, 0);
	mock_vtd_hw_bell(hw);
	hw_write32(hw, VTD_REG_FSTS, VTD_FSTS_ITE);
	KUNIT_EXPECT_TRUE(test, wait_status(hw, 2));
}

static struct kunit_case qi_test_cases[] = {
	KUNIT_CASE(qi_wait),
	KUNIT_CASE(qi_wait_masked),
	KUNIT_CASE(qi_caches),
	KUNIT_CASE(qi_devtlb),
	KUNIT_CASE(qi_response),
	KUNIT_CASE(qi_iqe),
	KUNIT_CASE(qi_iqe_event),
	KUNIT_CASE(qi_ite),
	KUNIT_CASE(qi_ite_fence),
	KUNIT_CASE(qi_ite_others),
	KUNIT_CASE(qi_ite_stall),
	KUNIT_CASE(qi_ite_iqe),
	KUNIT_CASE(qi_ice),
	KUNIT_CASE(qi_cmd_error),
	KUNIT_CASE(qi_cmd_stall),
	KUNIT_CASE(qi_disable_pending),
	KUNIT_CASE(qi_async),
	KUNIT_CASE(qi_async_polled),
	KUNIT_CASE(qi_async_settles),
	KUNIT_CASE(qi_async_error),
	{}
};

static struct kunit_suite qi_test_suite = {
	.name = "iommu_mock_vtd_qi_error",
	.init = qi_init_scalable,
	.test_cases = qi_test_cases,
};

kunit_test_suite(qi_test_suite);
