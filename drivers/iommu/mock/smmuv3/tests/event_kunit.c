// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mock SMMUv3: KUnit tests of the event queue (7.2 to 7.4)
 *
 * Records are compared with numbers of the specification (7.3).
 */
#include <linux/io.h>

#include "unit.h"

#define EVTQ	IOMMU_UNIT_SMMUV3_IRQ_EVTQ

static void record_event(struct mock_smmu_dut *dut,
			 const struct mock_smmu_event *ev)
{
	struct mock_smmu_event copy = *ev;

	guard(spinlock_irq)(&dut->mi->lock);
	mock_smmu_event_record(dut->m, &copy);
}

/* A fault whose records differ in the address */
static void record_at(struct mock_smmu_dut *dut, u64 addr)
{
	record_event(dut, &(struct mock_smmu_event){
		.id = 0x10, .sid = DUT_SID, .class = 2, .input_addr = addr,
	});
}

static u32 evt_prod(struct mock_smmu_dut *dut)
{
	return dut_read32(dut, SMMU_REG_EVTQ_PROD);
}

/* Every event, with everything set that an event could have */
static void mock_smmu_event_records_test(struct kunit *test)
{
	static const struct {
		u8 id;
		u64 w[4];
	} records[] = {
		/* C_BAD_STREAMID */
		{ 0x02, { 0xabcde00900009802 } },
		/* F_STE_FETCH: FetchAddr[55:3] */
		{ 0x03, { 0xabcde00900009803, 0, 0, 0x00f23456789abcd8 } },
		/* C_BAD_STE */
		{ 0x04, { 0xabcde00900009804 } },
		/* F_BAD_ATS_TREQ: InputAddr[63:12] */
		{ 0x05, { 0xabcde00900009805, 0, 0xfedcba9876543000 } },
		/* F_STREAM_DISABLED */
		{ 0x06, { 0xabcde00900009806 } },
		/* F_TRANSL_FORBIDDEN: RnW, InputAddr */
		{ 0x07, { 0xabcde00900009807, 0x800000000,
			  0xfedcba9876543210 } },
		/* C_BAD_SUBSTREAMID: no SSV */
		{ 0x08, { 0xabcde00900009008 } },
		/* F_CD_FETCH */
		{ 0x09, { 0xabcde00900009809, 0, 0, 0x00f23456789abcd8 } },
		/* C_BAD_CD */
		{ 0x0a, { 0xabcde0090000980a } },
		/* F_WALK_EABT: no Stall, FetchAddr */
		{ 0x0b, { 0xabcde0090000980b, 0x28e00000000,
			  0xfedcba9876543210, 0x00f23456789abcd8 } },
		/* F_TRANSLATION: Stall, STAG, IPA[55:12] */
		{ 0x10, { 0xabcde00900009810, 0x28e80001234,
			  0xfedcba9876543210, 0x00f23456789ab000 } },
		{ 0x11, { 0xabcde00900009811, 0x28e80001234,
			  0xfedcba9876543210, 0x00f23456789ab000 } },
		{ 0x12, { 0xabcde00900009812, 0x28e80001234,
			  0xfedcba9876543210, 0x00f23456789ab000 } },
		{ 0x13, { 0xabcde00900009813, 0x28e80001234,
			  0xfedcba9876543210, 0x00f23456789ab000 } },
	};
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);
	struct mock_smmu_event ev = {
		.sid = 0xabcde009, .ssid = 9, .ssv = true, .stall = true,
		.pnu = true, .ind = true, .rnw = true, .s2 = true,
		.ttrnw = true, .class = 2, .stag = 0x1234,
		.input_addr = 0xfedcba9876543210, .addr2 = 0xfff23456789abcdf,
	};
	unsigned int i, n;

	mock_smmu_dut_evtq(dut, 4);
	for (i = 0; i < ARRAY_SIZE(records); i++) {
		ev.id = records[i].id;
		record_event(dut, &ev);
		for (n = 0; n < 4; n++)
			KUNIT_EXPECT_EQ_MSG(test, dut_event(dut, i, n),
					    records[i].w[n], "event %#x word %u",
					    ev.id, n);
	}
	KUNIT_EXPECT_EQ(test, evt_prod(dut), ARRAY_SIZE(records));
	KUNIT_EXPECT_EQ(test, dut->m->stats.faults, ARRAY_SIZE(records));
}

/* What is not valid is zero */
static void mock_smmu_event_fields_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);
	struct mock_smmu_event ev = {
		.id = 0x10, .sid = 1, .ssid = 0xfffff, .class = 2,
		.input_addr = 0x1000, .addr2 = 0x5000, .stag = 7,
	};
	u32 idx = 0;

	mock_smmu_dut_evtq(dut, 4);
	/* A write of stage 1 without a SubstreamID, terminated */
	record_event(dut, &ev);
	KUNIT_EXPECT_EQ(test, dut_event(dut, idx, 0), 0x100000010);
	KUNIT_EXPECT_EQ(test, dut_event(dut, idx, 1), 0x20000000000);
	KUNIT_EXPECT_EQ(test, dut_event(dut, idx, 2), 0x1000);
	KUNIT_EXPECT_EQ(test, dut_event(dut, idx, 3), 0);
	/* InD == 0 when RnW == 0 */
	ev.ind = true;
	record_event(dut, &ev);
	KUNIT_EXPECT_EQ(test, dut_event(dut, ++idx, 1), 0x20000000000);
	ev.rnw = true;
	record_event(dut, &ev);
	KUNIT_EXPECT_EQ(test, dut_event(dut, ++idx, 1), 0x20c00000000);
	/* Classes */
	ev = (struct mock_smmu_event){ .id = 0x10, .s2 = true,
				       .addr2 = 0x5000 };
	record_event(dut, &ev);
	KUNIT_EXPECT_EQ(test, dut_event(dut, ++idx, 1), 0x08000000000);
	KUNIT_EXPECT_EQ(test, dut_event(dut, idx, 3), 0x5000);
	ev.class = 1;
	record_event(dut, &ev);
	KUNIT_EXPECT_EQ(test, dut_event(dut, ++idx, 1), 0x18000000000);
	/* TTRnW is of F_PERMISSION of a descriptor */
	ev.ttrnw = true;
	record_event(dut, &ev);
	KUNIT_EXPECT_EQ(test, dut_event(dut, ++idx, 1), 0x18000000000);
	ev.id = 0x13;
	record_event(dut, &ev);
	KUNIT_EXPECT_EQ(test, dut_event(dut, ++idx, 1), 0x118000000000);
}

/* 3.18.2: an interrupt when the queue becomes non-empty, not for more */
static void mock_smmu_event_irq_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);

	mock_smmu_dut_evtq(dut, 2);
	/* What happens while it is disabled is not made up for */
	record_at(dut, 0x1000);
	mock_smmu_dut_irqs(dut, DUT_MSI_ADDR);
	KUNIT_EXPECT_EQ(test, dut->nr_msi[EVTQ], 0);
	record_at(dut, 0x2000);
	KUNIT_EXPECT_EQ(test, dut->nr_msi[EVTQ], 0);
	dut_write32(dut, SMMU_REG_EVTQ_CONS, 2);
	record_at(dut, 0x3000);
	KUNIT_EXPECT_EQ(test, dut->nr_msi[EVTQ], 1);
	record_at(dut, 0x4000);
	KUNIT_EXPECT_EQ(test, dut->nr_msi[EVTQ], 1);
	/* One is still there */
	dut_write32(dut, SMMU_REG_EVTQ_CONS, 3);
	record_at(dut, 0x5000);
	KUNIT_EXPECT_EQ(test, dut->nr_msi[EVTQ], 1);
	dut_write32(dut, SMMU_REG_EVTQ_CONS, 5);
	record_at(dut, 0x6000);
	KUNIT_EXPECT_EQ(test, dut->nr_msi[EVTQ], 2);
}

/* The ring: every place, both wrap flags */
static void mock_smmu_event_wrap_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);
	unsigned int i;

	mock_smmu_dut_evtq(dut, 2);
	for (i = 0; i < 20; i++) {
		record_at(dut, (u64)i << 12);
		KUNIT_EXPECT_EQ(test, evt_prod(dut), (i + 1) % 8);
		KUNIT_EXPECT_EQ(test, dut_event(dut, i % 4, 2), (u64)i << 12);
		dut_write32(dut, SMMU_REG_EVTQ_CONS, (i + 1) % 8);
	}
	KUNIT_EXPECT_EQ(test, evt_prod(dut) & SMMU_Q_OVFLG, 0);
}

/* 7.4 */
static void mock_smmu_event_overflow_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);
	unsigned int i;

	mock_smmu_dut_evtq(dut, 2);
	for (i = 0; i < 4; i++)
		record_at(dut, (u64)i << 12);
	KUNIT_EXPECT_EQ(test, evt_prod(dut), 4);
	/* The fifth is lost, and the sixth says nothing new */
	record_at(dut, 0x4000);
	KUNIT_EXPECT_EQ(test, evt_prod(dut), SMMU_Q_OVFLG | 4);
	record_at(dut, 0x5000);
	KUNIT_EXPECT_EQ(test, evt_prod(dut), SMMU_Q_OVFLG | 4);
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, dut_event(dut, i, 2), (u64)i << 12);

	/* Room without an acknowledgment: recorded, no second overflow */
	dut_write32(dut, SMMU_REG_EVTQ_CONS, 1);
	record_at(dut, 0x6000);
	KUNIT_EXPECT_EQ(test, evt_prod(dut), SMMU_Q_OVFLG | 5);
	record_at(dut, 0x7000);
	KUNIT_EXPECT_EQ(test, evt_prod(dut), SMMU_Q_OVFLG | 5);

	/* Acknowledged: the flag toggles back with the next one */
	dut_write32(dut, SMMU_REG_EVTQ_CONS, SMMU_Q_OVFLG | 1);
	record_at(dut, 0x8000);
	KUNIT_EXPECT_EQ(test, evt_prod(dut), 5);
	KUNIT_EXPECT_EQ(test, dut_gerror(dut), 0);
	KUNIT_EXPECT_EQ(test, dut->m->stats.faults, 9);

	/* 3.5.1: with inconsistent indexes the queue counts as full */
	dut_write32(dut, SMMU_REG_EVTQ_CONS, 7);
	record_at(dut, 0x9000);
	KUNIT_EXPECT_EQ(test, evt_prod(dut) & 7, 5);
}

static void mock_smmu_event_disabled_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);

	mock_smmu_dut_evtq(dut, 0);
	mock_smmu_dut_cr0(dut, 0, SMMU_CR0_EVENTQEN);
	record_at(dut, 0x1000);
	record_at(dut, 0x2000);
	KUNIT_EXPECT_EQ(test, evt_prod(dut), 0);
	mock_smmu_dut_cr0(dut, SMMU_CR0_EVENTQEN, 0);
	/* Lost for ever, and no overflow */
	KUNIT_EXPECT_EQ(test, evt_prod(dut), 0);
	record_at(dut, 0x3000);
	KUNIT_EXPECT_EQ(test, evt_prod(dut), 1);
	KUNIT_EXPECT_EQ(test, dut_event(dut, 0, 2), 0x3000);
}

/* 7.2.2: a synchronous abort */
static void mock_smmu_event_abort_test(struct kunit *test)
{
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);

	mock_smmu_dut_irqs(dut, DUT_MSI_ADDR);
	mock_smmu_dut_evtq(dut, 2);
	mock_smmu_dut_cr0(dut, 0, SMMU_CR0_EVENTQEN);
	dut_write64(dut, SMMU_REG_EVTQ_BASE, mock_test_no_ram(test) | 2);
	mock_smmu_dut_cr0(dut, SMMU_CR0_EVENTQEN, 0);
	record_at(dut, 0x1000);
	KUNIT_EXPECT_EQ(test, evt_prod(dut), 0);
	KUNIT_EXPECT_EQ(test, dut_gerror(dut), BIT(2));
	KUNIT_EXPECT_EQ(test, dut->nr_msi[EVTQ], 0);
	KUNIT_EXPECT_EQ(test, dut->nr_msi[IOMMU_UNIT_SMMUV3_IRQ_GERROR], 1);

	/* Nothing is written until it is acknowledged */
	mock_smmu_dut_cr0(dut, 0, SMMU_CR0_EVENTQEN);
	dut_write64(dut, SMMU_REG_EVTQ_BASE, virt_to_phys(dut->evtq) | 2);
	mock_smmu_dut_cr0(dut, SMMU_CR0_EVENTQEN, 0);
	record_at(dut, 0x2000);
	KUNIT_EXPECT_EQ(test, evt_prod(dut), 0);
	mock_smmu_dut_ack(dut);
	record_at(dut, 0x3000);
	KUNIT_EXPECT_EQ(test, evt_prod(dut), 1);
	KUNIT_EXPECT_EQ(test, dut_event(dut, 0, 2), 0x3000);
}

/* 7.3.1 */
static void mock_smmu_event_merge_test(struct kunit *test)
{
	struct mock_smmu_event ev = {
		.id = 0x10, .sid = 1, .class = 2, .input_addr = 0x1000,
	};
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);
	u32 nr = 0;

	mock_smmu_dut_evtq(dut, 4);
	/* STE.MEV == 0 */
	record_event(dut, &ev);
	record_event(dut, &ev);
	nr += 2;
	KUNIT_EXPECT_EQ(test, evt_prod(dut), nr);
	ev.mev = true;
	record_event(dut, &ev);
	KUNIT_EXPECT_EQ(test, evt_prod(dut), nr);
	/* Of the address the page counts */
	ev.input_addr = 0x1ffc;
	record_event(dut, &ev);
	KUNIT_EXPECT_EQ(test, evt_prod(dut), nr);
	ev.input_addr = 0x2000;
	record_event(dut, &ev);
	KUNIT_EXPECT_EQ(test, evt_prod(dut), ++nr);
	/* Another field differs */
	ev.rnw = true;
	record_event(dut, &ev);
	KUNIT_EXPECT_EQ(test, evt_prod(dut), ++nr);
	ev.sid = 2;
	record_event(dut, &ev);
	KUNIT_EXPECT_EQ(test, evt_prod(dut), ++nr);
	record_event(dut, &ev);
	KUNIT_EXPECT_EQ(test, evt_prod(dut), nr);
	/* Stalls are never merged, neither with each other nor with others */
	ev.stall = true;
	record_event(dut, &ev);
	record_event(dut, &ev);
	nr += 2;
	KUNIT_EXPECT_EQ(test, evt_prod(dut), nr);
	/* Software has consumed it */
	ev.stall = false;
	record_event(dut, &ev);
	KUNIT_EXPECT_EQ(test, evt_prod(dut), ++nr);
	dut_write32(dut, SMMU_REG_EVTQ_CONS, nr);
	record_event(dut, &ev);
	KUNIT_EXPECT_EQ(test, evt_prod(dut), ++nr);
	record_event(dut, &ev);
	KUNIT_EXPECT_EQ(test, evt_prod(dut), nr);
}

/* These may be found before there is an STE that could forbid it */
static void mock_smmu_event_merge_always_test(struct kunit *test)
{
	static const struct {
		u8 id;
		bool merged;
	} events[] = {
		{ 0x02, true }, { 0x03, true }, { 0x04, true }, { 0x05 },
		{ 0x06 }, { 0x07 }, { 0x08 }, { 0x09 }, { 0x0a }, { 0x0b },
		{ 0x10 }, { 0x11 }, { 0x12 }, { 0x13 },
	};
	struct mock_smmu_dut *dut = mock_smmu_dut_live(test);
	struct mock_smmu_event ev = { .sid = 1 };
	unsigned int i;
	u32 nr = 0;

	mock_smmu_dut_evtq(dut, 6);
	for (i = 0; i < ARRAY_SIZE(events); i++) {
		ev.id = events[i].id;
		record_event(dut, &ev);
		record_event(dut, &ev);
		nr += events[i].merged ? 1 : 2;
		KUNIT_EXPECT_EQ_MSG(test, evt_prod(dut), nr, "event %#x",
				    ev.id);
	}
}

static struct kunit_case mock_smmu_event_cases[] = {
	KUNIT_CASE(mock_smmu_event_records_test),
	KUNIT_CASE(mock_smmu_event_fields_test),
	KUNIT_CASE(mock_smmu_event_irq_test),
	KUNIT_CASE(mock_smmu_event_wrap_test),
	KUNIT_CASE(mock_smmu_event_overflow_test),
	KUNIT_CASE(mock_smmu_event_disabled_test),
	KUNIT_CASE(mock_smmu_event_abort_test),
	KUNIT_CASE(mock_smmu_event_merge_test),
	KUNIT_CASE(mock_smmu_event_merge_always_test),
	{}
};

static struct kunit_suite mock_smmu_event_suite = {
	.name = "iommu_mock_smmuv3_event",
	.test_cases = mock_smmu_event_cases,
};

kunit_test_suite(mock_smmu_event_suite);
