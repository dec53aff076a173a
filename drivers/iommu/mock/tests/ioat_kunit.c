// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: an endpoint that is an I/OAT DMA engine */
#include <linux/bitfield.h>
#include <linux/pci_regs.h>
#include <linux/string.h>

#include "../ioat.h"
#include "ep_bench.h"

/* Where things are: pages of the bench */
#define CHAIN	0x0000
#define SRC	0x1000
#define DST	0x3000
#define CMP	0x7000
#define UNMAPPED (BENCH_PAGES * SZ_4K)

static struct ep_bench *ioat_create(struct kunit *test)
{
	struct ep_bench *b = ep_bench_create(test);

	b->ep.config.caps.ioat = true;
	return b;
}

static u32 ioat_load(struct ep_bench *b, u32 off)
{
	guard(spinlock_irqsave)(&b->mi.lock);
	return mock_ep_bar0_read(&b->ep, off);
}

static void ioat_store(struct ep_bench *b, u32 off, u32 val, u32 mask)
{
	bool work;

	scoped_guard(spinlock_irqsave, &b->mi.lock)
		work = mock_ep_bar0_write(&b->ep, off, val, mask);
	if (work)
		mock_ioat_work(&b->ep);
}

static u32 ioat_status(struct ep_bench *b)
{
	return ioat_load(b, MOCK_IOAT_CHANSTS) & 7;
}

static struct mock_ioat_desc *ioat_desc(struct ep_bench *b, u32 nr)
{
	struct mock_ioat_desc *desc = (struct mock_ioat_desc *)ep_bench_page(b, 0) + nr;

	*desc = (struct mock_ioat_desc){
		.size = cpu_to_le32(0x100),
		.src = cpu_to_le64(SRC),
		.dst = cpu_to_le64(DST + nr * 0x100),
		.next = cpu_to_le64(CHAIN + (nr + 1) * MOCK_IOAT_DESC_SIZE),
	};
	return desc;
}

static void ioat_chain(struct ep_bench *b, u64 addr)
{
	ioat_store(b, MOCK_IOAT_CHAINADDR, lower_32_bits(addr), ~0U);
	ioat_store(b, MOCK_IOAT_CHAINADDR + 4, upper_32_bits(addr), ~0U);
}

static void ioat_count(struct ep_bench *b, u16 count)
{
	ioat_store(b, MOCK_IOAT_CHANCMD, count << 16, GENMASK(31, 16));
}

static void ioat_command(struct ep_bench *b, u8 cmd)
{
	ioat_store(b, MOCK_IOAT_CHANCMD, cmd, GENMASK(7, 0));
}

static void ioat_identity(struct kunit *test)
{
	struct ep_bench *b = ioat_create(test);

	KUNIT_EXPECT_EQ(test, ioat_load(b, MOCK_IOAT_CONTROL), 1 | MOCK_IOAT_XFERCAP << 8);
	KUNIT_EXPECT_EQ(test, ioat_load(b, MOCK_IOAT_VERSION), 0x32);
	KUNIT_EXPECT_EQ(test, ioat_status(b), MOCK_IOAT_HALTED);
	ioat_store(b, MOCK_IOAT_VERSION, ~0U, ~0U);
	ioat_store(b, MOCK_IOAT_CONTROL, 0xffff, 0xffff);
	KUNIT_EXPECT_EQ(test, ioat_load(b, MOCK_IOAT_VERSION), 0x32);
	KUNIT_EXPECT_EQ(test, ioat_load(b, MOCK_IOAT_CONTROL), 1 | MOCK_IOAT_XFERCAP << 8);
	KUNIT_EXPECT_EQ(test, ioat_load(b, 0xb4), 0);
	KUNIT_EXPECT_EQ(test, ioat_load(b, SZ_4K - 4), 0);
	ioat_store(b, SZ_4K - 4, ~0U, ~0U);
}

/* Software that only adds to DMACOUNT, and software that starts anew each time */
static void ioat_copies(struct kunit *test)
{
	struct ep_bench *b = ioat_create(test);

	ioat_desc(b, 0);
	ioat_desc(b, 1);
	ioat_chain(b, CHAIN);
	ioat_count(b, 1);
	KUNIT_EXPECT_EQ(test, ioat_status(b), MOCK_IOAT_DONE);
	KUNIT_EXPECT_MEMEQ(test, ep_bench_page(b, 3), ep_bench_page(b, 1), 0x100);
	KUNIT_EXPECT_MEMNEQ(test, ep_bench_page(b, 3) + 0x100, ep_bench_page(b, 1), 0x100);
	ioat_count(b, 2);
	KUNIT_EXPECT_MEMEQ(test, ep_bench_page(b, 3) + 0x100, ep_bench_page(b, 1), 0x100);
	KUNIT_EXPECT_EQ(test, ioat_load(b, MOCK_IOAT_CHANSTS),
			MOCK_IOAT_DESC_SIZE | MOCK_IOAT_DONE);

	memset(ep_bench_page(b, 3), 0, 0x200);
	ioat_count(b, 2);
	KUNIT_EXPECT_EQ(test, *ep_bench_page(b, 3), 0);
	ioat_chain(b, CHAIN);
	KUNIT_EXPECT_EQ(test, ioat_load(b, MOCK_IOAT_CHANCMD), 0);
	ioat_count(b, 1);
	KUNIT_EXPECT_MEMEQ(test, ep_bench_page(b, 3), ep_bench_page(b, 1), 0x100);
	KUNIT_EXPECT_EQ(test, *(ep_bench_page(b, 3) + 0x100), 0);
}

static void ioat_large(struct kunit *test)
{
	struct ep_bench *b = ioat_create(test);
	struct mock_ioat_desc *desc = ioat_desc(b, 0);

	/* Neither end at the beginning of a page */
	desc->size = cpu_to_le32(SZ_4K + 0x10);
	desc->src = cpu_to_le64(SRC + 0x123);
	desc->dst = cpu_to_le64(DST + 0xffc);
	ioat_chain(b, CHAIN);
	ioat_count(b, 1);
	KUNIT_EXPECT_EQ(test, ioat_status(b), MOCK_IOAT_DONE);
	KUNIT_EXPECT_MEMEQ(test, ep_bench_page(b, 3) + 0xffc, ep_bench_page(b, 1) + 0x123,
			   SZ_4K + 0x10);
}

static void ioat_suspend_and_reset(struct kunit *test)
{
	struct ep_bench *b = ioat_create(test);

	ioat_desc(b, 0);
	ioat_command(b, MOCK_IOAT_CMD_SUSPEND);
	KUNIT_EXPECT_EQ(test, ioat_status(b), MOCK_IOAT_HALTED);
	ioat_chain(b, CHAIN);
	ioat_count(b, 1);
	ioat_command(b, MOCK_IOAT_CMD_SUSPEND);
	KUNIT_EXPECT_EQ(test, ioat_status(b), MOCK_IOAT_SUSPENDED);
	KUNIT_EXPECT_EQ(test, ioat_load(b, MOCK_IOAT_CHANCMD), 1 << 16);
	ioat_chain(b, CHAIN);
	KUNIT_EXPECT_EQ(test, ioat_status(b), MOCK_IOAT_SUSPENDED);
	ioat_count(b, 1);
	KUNIT_EXPECT_EQ(test, ioat_status(b), MOCK_IOAT_DONE);
	ioat_store(b, MOCK_IOAT_CONTROL, MOCK_IOAT_INTRCTRL_MSIX, ~0U);
	ioat_command(b, MOCK_IOAT_CMD_RESET);
	KUNIT_EXPECT_EQ(test, ioat_status(b), MOCK_IOAT_HALTED);
	/* What is not the channel's stays */
	KUNIT_EXPECT_TRUE(test, ioat_load(b, MOCK_IOAT_CONTROL) & MOCK_IOAT_INTRCTRL_MSIX);
	KUNIT_EXPECT_EQ(test, ioat_load(b, MOCK_IOAT_CHANCMD), 0);
	KUNIT_EXPECT_EQ(test, ioat_load(b, MOCK_IOAT_CHAINADDR), 0);
}

static void ioat_completes(struct kunit *test)
{
	struct ep_bench *b = ioat_create(test);
	__le64 *cmp = (__le64 *)ep_bench_page(b, 7);

	ioat_store(b, MOCK_IOAT_CHANCMP, CMP, ~0U);
	ioat_desc(b, 0)->control = cpu_to_le32(MOCK_IOAT_DESC_COMPLETE | MOCK_IOAT_DESC_NULL);
	ioat_desc(b, 1);
	*cmp = cpu_to_le64(U64_MAX);
	ioat_chain(b, CHAIN);
	ioat_count(b, 2);
	/* The first of two: the channel was still at work */
	KUNIT_EXPECT_EQ(test, le64_to_cpu(*cmp), CHAIN | MOCK_IOAT_ACTIVE);
	ioat_chain(b, CHAIN);
	ioat_count(b, 1);
	KUNIT_EXPECT_EQ(test, le64_to_cpu(*cmp), CHAIN | MOCK_IOAT_DONE);
}

struct ioat_error {
	const char *name;
	u32 error;
	u64 chain;
	u32 size;
	u32 control;
	u64 src;
	u64 dst;
	u64 cmp;
};

static const struct ioat_error ioat_errors[] = {
	{ "source", MOCK_IOAT_ERR_READ, CHAIN, 64, 0, UNMAPPED, DST },
	{ "destination", MOCK_IOAT_ERR_WRITE, CHAIN, 64, 0, SRC, UNMAPPED },
	{ "chain", MOCK_IOAT_ERR_CHAIN, UNMAPPED, 64, 0, SRC, DST },
	{ "chain_alignment", MOCK_IOAT_ERR_CHAIN, CHAIN + 8, 64, 0, SRC, DST },
	{ "no_length", MOCK_IOAT_ERR_LENGTH, CHAIN, 0, 0, SRC, DST },
	{ "length", MOCK_IOAT_ERR_LENGTH, CHAIN, BIT(MOCK_IOAT_XFERCAP) + 1, 0, SRC, DST },
	{ "operation", MOCK_IOAT_ERR_CONTROL, CHAIN, 64, BIT(24), SRC, DST },
	{ "completion", MOCK_IOAT_ERR_CMP, CHAIN, 64, MOCK_IOAT_DESC_COMPLETE, SRC, DST,
	  UNMAPPED },
};

static void ioat_error_name(const struct ioat_error *e, char *desc)
{
	strscpy(desc, e->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(ioat_error, ioat_errors, ioat_error_name);

/* It halts, and goes on when the error has been cleared and there is another chain */
static void ioat_halts(struct kunit *test)
{
	const struct ioat_error *e = test->param_value;
	struct ep_bench *b = ioat_create(test);
	struct mock_ioat_desc *desc = ioat_desc(b, 0);

	desc->size = cpu_to_le32(e->size);
	desc->control = cpu_to_le32(e->control);
	desc->src = cpu_to_le64(e->src);
	desc->dst = cpu_to_le64(e->dst);
	ioat_store(b, MOCK_IOAT_CHANCMP, e->cmp, ~0U);
	ioat_chain(b, e->chain);
	ioat_count(b, 1);
	KUNIT_EXPECT_EQ(test, ioat_status(b), MOCK_IOAT_HALTED);
	KUNIT_EXPECT_EQ(test, ioat_load(b, MOCK_IOAT_CHANERR), e->error);

	ioat_desc(b, 0);
	ioat_chain(b, CHAIN);
	ioat_count(b, 1);
	KUNIT_EXPECT_EQ(test, ioat_status(b), MOCK_IOAT_HALTED);
	ioat_store(b, MOCK_IOAT_CHANERR, e->error, ~0U);
	KUNIT_EXPECT_EQ(test, ioat_load(b, MOCK_IOAT_CHANERR), 0);
	ioat_count(b, 1);
	KUNIT_EXPECT_EQ(test, ioat_status(b), MOCK_IOAT_DONE);
}

static void ioat_next_descriptor(struct kunit *test)
{
	struct ep_bench *b = ioat_create(test);

	ioat_desc(b, 0)->next = cpu_to_le64(UNMAPPED);
	ioat_chain(b, CHAIN);
	ioat_count(b, 2);
	KUNIT_EXPECT_EQ(test, ioat_load(b, MOCK_IOAT_CHANERR), MOCK_IOAT_ERR_NEXT);
	/* The one before it is complete */
	KUNIT_EXPECT_MEMEQ(test, ep_bench_page(b, 3), ep_bench_page(b, 1), 0x100);

	ioat_command(b, MOCK_IOAT_CMD_RESET);
	ioat_desc(b, 0)->next = cpu_to_le64(CHAIN + 0x48);
	ioat_chain(b, CHAIN);
	ioat_count(b, 2);
	KUNIT_EXPECT_EQ(test, ioat_load(b, MOCK_IOAT_CHANERR), MOCK_IOAT_ERR_ALIGN);
}

/* One interrupt, until software allows the next one */
static void ioat_interrupts(struct kunit *test)
{
	struct ep_bench *b = ioat_create(test);

	ioat_desc(b, 0)->control = cpu_to_le32(MOCK_IOAT_DESC_IRQ);
	ioat_chain(b, CHAIN);
	ioat_count(b, 1);
	KUNIT_EXPECT_EQ(test, ioat_load(b, MOCK_IOAT_ATTN), 0);

	ioat_store(b, MOCK_IOAT_CONTROL, MOCK_IOAT_INTRCTRL_MSIX, ~0U);
	ioat_chain(b, CHAIN);
	ioat_count(b, 1);
	KUNIT_EXPECT_TRUE(test, ioat_load(b, MOCK_IOAT_CHANCTRL) & MOCK_IOAT_CTRL_NO_IRQ);
	KUNIT_EXPECT_EQ(test, ioat_load(b, MOCK_IOAT_ATTN), 1);
	KUNIT_EXPECT_EQ(test, ioat_load(b, MOCK_IOAT_ATTN), 0);

	ioat_chain(b, CHAIN);
	ioat_count(b, 1);
	KUNIT_EXPECT_EQ(test, ioat_load(b, MOCK_IOAT_ATTN), 0);
	ioat_store(b, MOCK_IOAT_CHANCTRL, MOCK_IOAT_CTRL_NO_IRQ, 0xffff);
	KUNIT_EXPECT_FALSE(test, ioat_load(b, MOCK_IOAT_CHANCTRL) & MOCK_IOAT_CTRL_NO_IRQ);
	ioat_chain(b, CHAIN);
	ioat_count(b, 1);
	KUNIT_EXPECT_EQ(test, ioat_load(b, MOCK_IOAT_ATTN), 1);
}

/* The number of descriptors has 16 bits, and goes on from the last of them to zero */
static void ioat_count_wraps(struct kunit *test)
{
	struct ep_bench *b = ioat_create(test);
	struct mock_ioat_desc *desc = ioat_desc(b, 0);

	desc->control = cpu_to_le32(MOCK_IOAT_DESC_NULL);
	desc->next = cpu_to_le64(CHAIN);
	ioat_chain(b, CHAIN);
	ioat_count(b, U16_MAX);
	desc->control = 0;
	ioat_count(b, 0);
	KUNIT_EXPECT_EQ(test, ioat_status(b), MOCK_IOAT_DONE);
	KUNIT_EXPECT_MEMEQ(test, ep_bench_page(b, 3), ep_bench_page(b, 1), 0x100);
}

static struct kunit_case ioat_cases[] = {
	KUNIT_CASE(ioat_identity),
	KUNIT_CASE(ioat_copies),
	KUNIT_CASE(ioat_large),
	KUNIT_CASE(ioat_suspend_and_reset),
	KUNIT_CASE(ioat_completes),
	KUNIT_CASE_PARAM(ioat_halts, ioat_error_gen_params),
	KUNIT_CASE(ioat_next_descriptor),
	KUNIT_CASE(ioat_interrupts),
	KUNIT_CASE(ioat_count_wraps),
	{}
};

static struct kunit_suite ioat_suite = {
	.name = "iommu_mock_ioat",
	.test_cases = ioat_cases,
};

kunit_test_suite(ioat_suite);
