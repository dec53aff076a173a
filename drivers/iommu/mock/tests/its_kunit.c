// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: interrupt messages of an endpoint on their way to the doorbell */
#include <linux/pci_regs.h>
#include <linux/string.h>

#include "ep_bench.h"

#define DOORBELL_PAGE	2
#define TRANSLATER	(DOORBELL_PAGE * SZ_4K + 0x40)
#define VECTOR		3

static void its_destroy(void *its)
{
	mock_its_destroy(its);
}

/* A bench with a doorbell behind one page, and one message programmed */
static struct ep_bench *its_bench(struct kunit *test)
{
	struct ep_bench *b = ep_bench_create(test);
	struct mock_its *its = mock_its_create(S16_MAX, true);

	KUNIT_ASSERT_FALSE(test, IS_ERR(its));
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, its_destroy, its),
			0);
	b->mi.its = its;
	b->doorbell[DOORBELL_PAGE] = true;
	b->ep.msi.msg[VECTOR] = (struct msi_msg){
		.address_lo = TRANSLATER,
		.data = VECTOR,
	};
	mock_pci_config_set_irq(&b->ep.pci, MOCK_PCI_IRQ_MSIX);
	return b;
}

/* Events that are masked keep what reaches them, one bit each */
static u32 take_events(struct ep_bench *b)
{
	u32 pending = 0;
	int i;

	for (i = 0; i < MOCK_PCI_NR_VECTORS; i++) {
		if (b->ep.msi.events[i].pending)
			pending |= BIT(i);
		b->ep.msi.events[i].pending = false;
	}
	return pending;
}

static u32 bench_send(struct ep_bench *b, u32 nr)
{
	mock_ep_msi_send(&b->ep, MOCK_PCI_IRQ_MSIX, nr);
	return take_events(b);
}

static u32 bench_fault(struct ep_bench *b)
{
	guard(spinlock_irqsave)(&b->mi.lock);
	return mock_ep_bar0_read(&b->ep, MOCK_EP_FAULT);
}

static void its_message(struct kunit *test)
{
	struct ep_bench *b = its_bench(test);

	KUNIT_EXPECT_EQ(test, bench_send(b, VECTOR), BIT(VECTOR));
	KUNIT_EXPECT_EQ(test, b->last.at, MOCK_AT_UNTRANSLATED);
	KUNIT_EXPECT_TRUE(test, b->last.write);
	KUNIT_EXPECT_FALSE(test, b->last.pasid_valid);
	KUNIT_EXPECT_EQ(test, b->last.sid, b->ep.config.sid);

	/* Neither ATS nor a PASID of transfers is for messages */
	ep_bench_write(b, MOCK_EP_ATS, MOCK_EP_ATS_ENABLE | MOCK_EP_ATS_PRI);
	ep_bench_write(b, MOCK_EP_PASID, MOCK_EP_PASID_VALID | 5);
	KUNIT_EXPECT_EQ(test, bench_send(b, VECTOR), BIT(VECTOR));
	KUNIT_EXPECT_EQ(test, b->last.at, MOCK_AT_UNTRANSLATED);
	KUNIT_EXPECT_FALSE(test, b->last.pasid_valid);
	KUNIT_EXPECT_EQ(test, b->requests[MOCK_AT_TRANSLATION], 0);
}

static void its_not_sent(struct kunit *test)
{
	struct ep_bench *b = its_bench(test);

	/* Not programmed, or no such vector */
	KUNIT_EXPECT_EQ(test, bench_send(b, VECTOR + 1), 0);
	KUNIT_EXPECT_EQ(test, bench_send(b, MOCK_PCI_NR_VECTORS), 0);
	KUNIT_EXPECT_EQ(test, bench_send(b, U32_MAX), 0);
	/* Switched off */
	mock_pci_config_set_irq(&b->ep.pci, MOCK_PCI_IRQ_NONE);
	KUNIT_EXPECT_EQ(test, bench_send(b, VECTOR), 0);
	mock_pci_config_set_irq(&b->ep.pci, MOCK_PCI_IRQ_MSIX);
	/* A message is a request of a bus master */
	mock_pci_config_write(&b->ep.pci, PCI_COMMAND, PCI_COMMAND_MEMORY);
	KUNIT_EXPECT_EQ(test, bench_send(b, VECTOR), 0);
	KUNIT_EXPECT_EQ(test, b->requests[MOCK_AT_UNTRANSLATED], 0);

	mock_pci_config_write(&b->ep.pci, PCI_COMMAND,
			      PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	KUNIT_EXPECT_EQ(test, bench_send(b, VECTOR), BIT(VECTOR));
}

/* What the translation does not let through is lost */
static void its_blocked(struct kunit *test)
{
	struct ep_bench *b = its_bench(test);

	b->write[DOORBELL_PAGE] = false;
	KUNIT_EXPECT_EQ(test, bench_send(b, VECTOR), 0);
	KUNIT_EXPECT_EQ(test, b->requests[MOCK_AT_UNTRANSLATED], 1);
	/* Which says nothing about the last transfer */
	KUNIT_EXPECT_EQ(test, bench_fault(b), 0);
}

/* An address that is not the doorbell's is memory */
static void its_elsewhere(struct kunit *test)
{
	struct ep_bench *b = its_bench(test);
	static const u8 le[] = { VECTOR, 0, 0, 0 };

	b->doorbell[DOORBELL_PAGE] = false;
	KUNIT_EXPECT_EQ(test, bench_send(b, VECTOR), 0);
	KUNIT_EXPECT_MEMEQ(test, b->memory + TRANSLATER, le, sizeof(le));
}

/* Data is a message if it looks like one, and memory never */
static void its_data(struct kunit *test)
{
	struct ep_bench *b = its_bench(test);
	u8 *src = b->memory;

	memset(src, 0, 16);
	src[0] = 7;
	src[4] = MOCK_PCI_NR_VECTORS;
	src[11] = 1;
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_COPY, 0, TRANSLATER, 4),
			MOCK_EP_STS_COPY_SUCCESS);
	KUNIT_EXPECT_EQ(test, take_events(b), BIT(7));
	/* EventIDs that mean nothing */
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_COPY, 4, TRANSLATER, 4),
			MOCK_EP_STS_COPY_SUCCESS);
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_COPY, 8, TRANSLATER, 4),
			MOCK_EP_STS_COPY_SUCCESS);
	KUNIT_EXPECT_EQ(test, take_events(b), 0);
}

static void its_no_memory(struct kunit *test)
{
	static const struct { u32 off, len; } writes[] = {
		{ 0x40, 1 }, { 0x40, 2 }, { 0x40, 8 }, { 0x3c, 8 }, { 0x44, 4 },
		{ 0, 4 }, { 0, SZ_4K }, { 0xffc, 4 },
	};
	struct ep_bench *b = its_bench(test);
	int i;

	for (i = 0; i < ARRAY_SIZE(writes); i++) {
		u32 addr = DOORBELL_PAGE * SZ_4K + writes[i].off;

		ep_bench_run(b, MOCK_EP_CMD_WRITE, 0, addr, writes[i].len);
		KUNIT_EXPECT_EQ(test, bench_fault(b), MOCK_EP_FAULT_ABORT |
				MOCK_EP_FAULT_WRITE);
		ep_bench_run(b, MOCK_EP_CMD_READ, addr, 0, writes[i].len);
		KUNIT_EXPECT_EQ(test, bench_fault(b), MOCK_EP_FAULT_ABORT);
	}
	KUNIT_EXPECT_EQ(test, take_events(b), 0);
	KUNIT_EXPECT_NULL(test, memchr_inv(b->mi.its->page, 0, SZ_4K));
}

static void its_stalled(struct kunit *test)
{
	static const enum mock_stall how[] = {
		MOCK_STALL_RETRY, MOCK_STALL_ABORT, MOCK_STALL_IGNORE,
	};
	struct ep_bench *b = its_bench(test);
	int i;

	for (i = 0; i < ARRAY_SIZE(how); i++) {
		b->stall[DOORBELL_PAGE] = 2;
		b->stall_how = how[i];
		KUNIT_EXPECT_EQ(test, bench_send(b, VECTOR),
				how[i] == MOCK_STALL_RETRY ? BIT(VECTOR) : 0);
		KUNIT_EXPECT_EQ(test, bench_fault(b), 0);
	}
	KUNIT_EXPECT_EQ(test, b->stalls, 4);
}

static struct kunit_case its_cases[] = {
	KUNIT_CASE(its_message),
	KUNIT_CASE(its_not_sent),
	KUNIT_CASE(its_blocked),
	KUNIT_CASE(its_elsewhere),
	KUNIT_CASE(its_data),
	KUNIT_CASE(its_no_memory),
	KUNIT_CASE(its_stalled),
	{}
};

static struct kunit_suite its_suite = {
	.name = "iommu_mock_its",
	.test_cases = its_cases,
};

kunit_test_suite(its_suite);
