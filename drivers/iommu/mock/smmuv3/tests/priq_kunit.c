// SPDX-License-Identifier: GPL-2.0-only
/* Mock SMMUv3: KUnit tests of the PRI queue (chapter 8) */
#include <linux/io.h>

#include "unit.h"

#define PRIQ	IOMMU_UNIT_SMMUV3_IRQ_PRIQ
#define LO	BIT(31)

static int send_request(struct mock_smmu_dut *dut,
			const struct mock_page_request *preq)
{
	guard(spinlock_irq)(&dut->mi->lock);
	return mock_model_page_request(dut->mi, preq);
}

static const struct mock_page_request plain = {
	.addr = 0x123456789000, .sid = DUT_SID, .read = true, .last = true,
	.prgi = 0x1a5,
};

static const struct mock_page_request with_pasid = {
	.addr = 0x123456789000, .sid = DUT_SID, .pasid = DUT_SSID,
	.pasid_valid = true, .read = true, .write = true, .last = true,
	.prgi = 0x1a5,
};

static const struct mock_page_request stop_marker = {
	.sid = DUT_SID, .pasid = DUT_SSID, .pasid_valid = true, .last = true,
};

static u32 pri_prod(struct mock_smmu_dut *dut)
{
	return dut_read32(dut, SMMU_REG_PRIQ_PROD);
}

static void priq_start(struct mock_smmu_dut *dut, u32 lg2)
{
	mock_smmu_dut_start(dut);
	mock_smmu_dut_irqs(dut, DUT_MSI_ADDR);
	mock_smmu_dut_priq(dut, lg2);
	mock_smmu_dut_cr0(dut, SMMU_CR0_SMMUEN, 0);
}

static struct mock_smmu_dut *priq_dut(struct kunit *test, u32 lg2)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_create(test);

	priq_start(dut, lg2);
	return dut;
}

/* A linear stream table of 64 entries, the one of DUT_SID with @w0 and @w1 */
static void priq_strtab(struct mock_smmu_dut *dut, u64 w0, u64 w1)
{
	__le64 *tab = mock_test_pages(dut->test, 0);

	tab[DUT_SID * 8] = cpu_to_le64(w0);
	tab[DUT_SID * 8 + 1] = cpu_to_le64(w1);
	mock_smmu_dut_cr0(dut, 0, SMMU_CR0_SMMUEN);
	dut_write64(dut, SMMU_REG_STRTAB_BASE, virt_to_phys(tab));
	dut_write32(dut, SMMU_REG_STRTAB_BASE_CFG, 6);
	dut_write32(dut, SMMU_REG_CR2, U32_MAX);
	mock_smmu_dut_cr0(dut, SMMU_CR0_SMMUEN, 0);
}

static void mock_smmu_priq_entry_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = priq_dut(test, 3);
	struct mock_page_request preq = with_pasid;

	preq.sid = 0xfedcba98;
	preq.pasid = 0xabcde;
	preq.exec = true;
	preq.priv = true;
	preq.addr = 0xfedcba9876543210;
	KUNIT_EXPECT_EQ(test, send_request(dut, &preq), 0);
	KUNIT_EXPECT_EQ(test, dut_pri(dut, 0, 0), 0xfc0abcdefedcba98);
	KUNIT_EXPECT_EQ(test, dut_pri(dut, 0, 1), 0xfedcba98765431a5);

	/* X and Priv are of a PASID */
	preq.pasid_valid = false;
	preq.write = false;
	preq.prgi = 0;
	preq.last = false;
	KUNIT_EXPECT_EQ(test, send_request(dut, &preq), 0);
	KUNIT_EXPECT_EQ(test, dut_pri(dut, 1, 0), 0x10000000fedcba98);
	KUNIT_EXPECT_EQ(test, dut_pri(dut, 1, 1), 0xfedcba9876543000);
	KUNIT_EXPECT_EQ(test, send_request(dut, &stop_marker), 0);
	KUNIT_EXPECT_EQ(test, dut_pri(dut, 2, 0), 0xc000000900000031);
	KUNIT_EXPECT_EQ(test, pri_prod(dut), 3);
	KUNIT_EXPECT_EQ(test, dut->nr_resp, 0);
	mock_smmu_dut_stop(dut);

	/* Without substreams there is no SSV */
	dut->m->idr[1] &= ~SMMU_IDR1_SSIDSIZE;
	priq_start(dut, 3);
	KUNIT_EXPECT_EQ(test, send_request(dut, &with_pasid), 0);
	KUNIT_EXPECT_EQ(test, dut_pri(dut, 0, 0), 0x7000000000000031);
}

/* 6.3.36: when there is an interrupt */
static void mock_smmu_priq_irq_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = priq_dut(test, 2);
	struct mock_page_request more = plain;

	more.last = false;
	send_request(dut, &more);
	KUNIT_EXPECT_EQ(test, dut->nr_msi[PRIQ], 1);
	send_request(dut, &plain);
	KUNIT_EXPECT_EQ(test, dut->nr_msi[PRIQ], 1);
	dut_write32(dut, SMMU_REG_PRIQ_CONS, 2);
	send_request(dut, &plain);
	KUNIT_EXPECT_EQ(test, dut->nr_msi[PRIQ], 2);
	dut_write32(dut, SMMU_REG_PRIQ_CONS, 3);

	dut_write32(dut, SMMU_REG_IRQ_CTRL, 5);
	dut_write32(dut, SMMU_REG_PRIQ_IRQ_CFG2, LO);
	dut_write32(dut, SMMU_REG_IRQ_CTRL, 7);
	send_request(dut, &more);
	KUNIT_EXPECT_EQ(test, dut->nr_msi[PRIQ], 2);
	send_request(dut, &plain);
	KUNIT_EXPECT_EQ(test, dut->nr_msi[PRIQ], 3);
	send_request(dut, &plain);
	send_request(dut, &plain);
	KUNIT_EXPECT_EQ(test, dut->nr_msi[PRIQ], 5);
	/* Discarded because of an overflow: if it was the last one */
	send_request(dut, &more);
	KUNIT_EXPECT_EQ(test, dut->nr_msi[PRIQ], 5);
	send_request(dut, &plain);
	KUNIT_EXPECT_EQ(test, dut->nr_msi[PRIQ], 6);
	/* For any other reason: not */
	mock_smmu_dut_cr0(dut, 0, SMMU_CR0_PRIQEN);
	send_request(dut, &plain);
	KUNIT_EXPECT_EQ(test, dut->nr_msi[PRIQ], 6);
}

/* 8.1: nothing gets in until the overflow is acknowledged */
static void mock_smmu_priq_overflow_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = priq_dut(test, 1);
	struct mock_page_request more = plain;

	more.last = false;
	KUNIT_EXPECT_EQ(test, send_request(dut, &plain), 0);
	KUNIT_EXPECT_EQ(test, send_request(dut, &plain), 0);
	KUNIT_EXPECT_EQ(test, pri_prod(dut), 2);
	KUNIT_EXPECT_EQ(test, send_request(dut, &more), -ENOSPC);
	KUNIT_EXPECT_EQ(test, pri_prod(dut), SMMU_Q_OVFLG | 2);
	KUNIT_EXPECT_EQ(test, dut->nr_resp, 0);
	KUNIT_EXPECT_EQ(test, send_request(dut, &stop_marker), -ENOSPC);
	KUNIT_EXPECT_EQ(test, dut->nr_resp, 0);
	KUNIT_EXPECT_EQ(test, send_request(dut, &plain), -ENOSPC);
	KUNIT_EXPECT_EQ(test, dut->nr_resp, 1);
	KUNIT_EXPECT_EQ(test, dut->resp.sid, DUT_SID);
	KUNIT_EXPECT_EQ(test, dut->resp.prgi, 0x1a5);
	KUNIT_EXPECT_EQ(test, dut->resp.code, MOCK_PAGE_SUCCESS);
	KUNIT_EXPECT_FALSE(test, dut->resp.pasid_valid);
	KUNIT_EXPECT_EQ(test, pri_prod(dut), SMMU_Q_OVFLG | 2);

	/* Room alone is not enough */
	dut_write32(dut, SMMU_REG_PRIQ_CONS, 2);
	KUNIT_EXPECT_EQ(test, send_request(dut, &plain), -ENOSPC);
	KUNIT_EXPECT_EQ(test, pri_prod(dut), SMMU_Q_OVFLG | 2);
	dut_write32(dut, SMMU_REG_PRIQ_CONS, SMMU_Q_OVFLG | 2);
	KUNIT_EXPECT_EQ(test, send_request(dut, &plain), 0);
	KUNIT_EXPECT_EQ(test, pri_prod(dut), SMMU_Q_OVFLG | 3);
	/* The next overflow toggles the flag back */
	send_request(dut, &plain);
	send_request(dut, &plain);
	KUNIT_EXPECT_EQ(test, pri_prod(dut), 0);
	KUNIT_EXPECT_EQ(test, dut_gerror(dut), 0);
}

/* One that overflows with a PASID, and the response that it gets */
static void priq_expect_overflow(struct mock_smmu_dut *dut, bool pasid, u8 code)
{
	unsigned int before = dut->nr_resp;

	KUNIT_EXPECT_EQ(dut->test, send_request(dut, &with_pasid), -ENOSPC);
	KUNIT_EXPECT_EQ(dut->test, dut->nr_resp, before + 1);
	KUNIT_EXPECT_EQ(dut->test, dut->resp.pasid_valid, pasid);
	KUNIT_EXPECT_EQ(dut->test, dut->resp.code, code);
	if (pasid)
		KUNIT_EXPECT_EQ(dut->test, dut->resp.pasid, DUT_SSID);
}

/* 8.1: whether the PASID is in the response is up to STE.PPAR or IDR3.PPS */
static void mock_smmu_priq_ppar_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_create(test);
	const u64 bypass = 1 | 4 << 1;

	dut->m->idr[0] |= SMMU_IDR0_ATSRECERR;
	priq_start(dut, 0);
	mock_smmu_dut_evtq(dut, 3);
	send_request(dut, &plain);
	priq_strtab(dut, bypass, BIT_ULL(18));
	priq_expect_overflow(dut, true, MOCK_PAGE_SUCCESS);
	mock_smmu_dut_stop(dut);

	priq_start(dut, 0);
	mock_smmu_dut_evtq(dut, 3);
	send_request(dut, &plain);
	priq_strtab(dut, bypass, 0);
	priq_expect_overflow(dut, false, MOCK_PAGE_SUCCESS);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, SMMU_REG_EVTQ_PROD), 0);
	mock_smmu_dut_stop(dut);

	/* An STE that is not valid, and an event if that is wanted */
	priq_start(dut, 0);
	mock_smmu_dut_evtq(dut, 3);
	send_request(dut, &plain);
	priq_strtab(dut, 0, BIT_ULL(18));
	priq_expect_overflow(dut, false, MOCK_PAGE_FAILURE);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, SMMU_REG_EVTQ_PROD), 1);
	KUNIT_EXPECT_EQ(test, dut_event(dut, 0, 0) & 0xff, 0x04);
	mock_smmu_dut_cr0(dut, 0, SMMU_CR0_SMMUEN);
	dut_write32(dut, SMMU_REG_CR2, SMMU_CR2_RECINVSID);
	mock_smmu_dut_cr0(dut, SMMU_CR0_SMMUEN, 0);
	priq_expect_overflow(dut, false, MOCK_PAGE_FAILURE);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, SMMU_REG_EVTQ_PROD), 1);
	mock_smmu_dut_stop(dut);

	/* PPS: the STE does not matter */
	dut->m->idr[3] |= SMMU_IDR3_PPS;
	priq_start(dut, 0);
	mock_smmu_dut_evtq(dut, 3);
	send_request(dut, &plain);
	priq_strtab(dut, 0, 0);
	priq_expect_overflow(dut, true, MOCK_PAGE_SUCCESS);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, SMMU_REG_EVTQ_PROD), 0);
}

static void mock_smmu_priq_bad_streamid_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_create(test);
	struct mock_page_request preq = with_pasid;

	dut->m->idr[0] |= SMMU_IDR0_ATSRECERR;
	priq_start(dut, 0);
	mock_smmu_dut_evtq(dut, 3);
	send_request(dut, &plain);
	priq_strtab(dut, 0, 0);
	preq.sid = 64;
	send_request(dut, &preq);
	KUNIT_EXPECT_EQ(test, dut->resp.code, MOCK_PAGE_FAILURE);
	KUNIT_EXPECT_EQ(test, dut_event(dut, 0, 0), 0x0000004000009802);

	/* RECINVSID is asked as well */
	mock_smmu_dut_cr0(dut, 0, SMMU_CR0_SMMUEN);
	dut_write32(dut, SMMU_REG_CR2, SMMU_CR2_REC_CFG_ATS);
	mock_smmu_dut_cr0(dut, SMMU_CR0_SMMUEN, 0);
	dut_write32(dut, SMMU_REG_EVTQ_CONS, 1);
	send_request(dut, &preq);
	KUNIT_EXPECT_EQ(test, dut->nr_resp, 2);
	KUNIT_EXPECT_EQ(test, dut_read32(dut, SMMU_REG_EVTQ_PROD), 1);
}

/* 8.2: disabled, or aborted: a failure, without a PASID */
static void mock_smmu_priq_failure_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = priq_dut(test, 2);
	struct mock_page_request more = with_pasid;

	more.last = false;
	mock_smmu_dut_cr0(dut, 0, SMMU_CR0_PRIQEN);
	KUNIT_EXPECT_EQ(test, send_request(dut, &with_pasid), -EFAULT);
	KUNIT_EXPECT_EQ(test, dut->nr_resp, 1);
	KUNIT_EXPECT_EQ(test, dut->resp.code, MOCK_PAGE_FAILURE);
	KUNIT_EXPECT_FALSE(test, dut->resp.pasid_valid);
	KUNIT_EXPECT_EQ(test, send_request(dut, &more), -EFAULT);
	KUNIT_EXPECT_EQ(test, dut->nr_resp, 2);
	KUNIT_EXPECT_EQ(test, send_request(dut, &stop_marker), -EFAULT);
	KUNIT_EXPECT_EQ(test, dut->nr_resp, 2);

	/* SMMUEN is needed for the effective PRIQEN, not for CR0ACK */
	mock_smmu_dut_cr0(dut, SMMU_CR0_PRIQEN, SMMU_CR0_SMMUEN);
	KUNIT_EXPECT_EQ(test, send_request(dut, &plain), -EFAULT);
	KUNIT_EXPECT_EQ(test, dut->nr_resp, 3);

	mock_smmu_dut_cr0(dut, 0, SMMU_CR0_PRIQEN);
	dut_write64(dut, SMMU_REG_PRIQ_BASE, mock_test_no_ram(test) | 2);
	mock_smmu_dut_cr0(dut, SMMU_CR0_PRIQEN | SMMU_CR0_SMMUEN, 0);
	KUNIT_EXPECT_EQ(test, send_request(dut, &plain), -EFAULT);
	KUNIT_EXPECT_EQ(test, dut->nr_resp, 4);
	KUNIT_EXPECT_EQ(test, dut->resp.code, MOCK_PAGE_FAILURE);
	KUNIT_EXPECT_EQ(test, dut_gerror(dut), BIT(3));
	KUNIT_EXPECT_EQ(test, pri_prod(dut), 0);
	KUNIT_EXPECT_EQ(test, dut->nr_msi[PRIQ], 0);
	KUNIT_EXPECT_EQ(test, dut->nr_msi[IOMMU_UNIT_SMMUV3_IRQ_GERROR], 1);

	mock_smmu_dut_cr0(dut, 0, SMMU_CR0_PRIQEN);
	dut_write64(dut, SMMU_REG_PRIQ_BASE, virt_to_phys(dut->priq) | 2);
	mock_smmu_dut_cr0(dut, SMMU_CR0_PRIQEN, 0);
	KUNIT_EXPECT_EQ(test, send_request(dut, &plain), -EFAULT);
	KUNIT_EXPECT_EQ(test, pri_prod(dut), 0);
	mock_smmu_dut_ack(dut);
	KUNIT_EXPECT_EQ(test, send_request(dut, &plain), 0);
	KUNIT_EXPECT_EQ(test, pri_prod(dut), 1);
}

/* Software has taken what is in front of its index, but not what it sets up anew */
static void mock_smmu_priq_taken_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = priq_dut(test, 2);
	const struct mock_recoverables *r = &dut->mi->recoverable;
	u32 i;

	for (i = 0; i < 9; i++) {
		send_request(dut, &plain);
		KUNIT_EXPECT_EQ(test, r->in_queue, 1);
		dut_write32(dut, SMMU_REG_PRIQ_CONS, (i + 1) & 7);
		KUNIT_EXPECT_EQ(test, r->in_queue, 0);
	}
	/* From index 1 on with the wrap flag it has had once, until it is full */
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, send_request(dut, &plain), 0);
	KUNIT_EXPECT_EQ(test, r->in_queue, 4);
	dut_write32(dut, SMMU_REG_PRIQ_CONS, 2);
	KUNIT_EXPECT_EQ(test, r->in_queue, 3);
	KUNIT_EXPECT_EQ(test, r->entry[9].nr_steps, 1);
	KUNIT_EXPECT_EQ(test, r->entry[9].step[0].kind, MOCK_STEP_TAKEN);
	KUNIT_EXPECT_EQ(test, r->entry[10].nr_steps, 0);
	/* Events are elsewhere */
	dut_write32(dut, SMMU_REG_EVTQ_CONS, 5);
	KUNIT_EXPECT_EQ(test, r->in_queue, 3);

	mock_smmu_dut_cr0(dut, 0, SMMU_CR0_PRIQEN);
	dut_write32(dut, SMMU_REG_PRIQ_PROD, 2);
	KUNIT_EXPECT_EQ(test, r->in_queue, 0);
	KUNIT_EXPECT_EQ(test, r->entry[10].nr_steps, 0);
}

static struct kunit_case mock_smmu_priq_cases[] = {
	KUNIT_CASE(mock_smmu_priq_entry_test),
	KUNIT_CASE(mock_smmu_priq_irq_test),
	KUNIT_CASE(mock_smmu_priq_overflow_test),
	KUNIT_CASE(mock_smmu_priq_ppar_test),
	KUNIT_CASE(mock_smmu_priq_bad_streamid_test),
	KUNIT_CASE(mock_smmu_priq_failure_test),
	KUNIT_CASE(mock_smmu_priq_taken_test),
	{}
};

static struct kunit_suite mock_smmu_priq_suite = {
	.name = "iommu_mock_smmuv3_priq",
	.test_cases = mock_smmu_priq_cases,
};

kunit_test_suite(mock_smmu_priq_suite);
