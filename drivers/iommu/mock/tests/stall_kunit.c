// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: stalled requests of an endpoint */
#include <linux/crc32.h>
#include <linux/delay.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "ep_bench.h"

static u32 bench_reg(struct ep_bench *b, u32 off)
{
	guard(spinlock_irqsave)(&b->mi.lock);
	return mock_ep_bar0_read(&b->ep, off);
}

/* As often as it takes, at either end of a copy */
static void stall_retry(struct kunit *test)
{
	struct ep_bench *b = ep_bench_create(test);

	b->stall_how = MOCK_STALL_RETRY;
	b->stall[1] = 20;
	b->stall[4] = 3;
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_COPY, 0x800, 0x4000,
					   0x1000), MOCK_EP_STS_COPY_SUCCESS);
	KUNIT_EXPECT_EQ(test, b->stalls, 23);
	KUNIT_EXPECT_MEMEQ(test, b->memory + 0x800, b->memory + 0x4000, 0x1000);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_FAULT), 0);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_MOVED), 0x1000);
}

static void stall_abort(struct kunit *test)
{
	struct ep_bench *b = ep_bench_create(test);

	b->stall_how = MOCK_STALL_ABORT;
	b->stall[5] = 1;
	memset(ep_bench_page(b, 4), 0xa5, 2 * SZ_4K);
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_COPY, 0, 0x4800,
					   0x1000),
			MOCK_EP_STS_COPY_FAIL | MOCK_EP_STS_DST_ADDR_INVALID);
	KUNIT_EXPECT_EQ(test, b->stalls, 1);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_FAULT),
			MOCK_EP_FAULT_BLOCKED | MOCK_EP_FAULT_WRITE);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_FAULT_LO), 0x5000);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_MOVED), 0x800);
	KUNIT_EXPECT_NULL(test, memchr_inv(ep_bench_page(b, 5), 0xa5, SZ_4K));
}

/* The endpoint goes on as if it had worked */
static void stall_ignore_read(struct kunit *test)
{
	struct ep_bench *b = ep_bench_create(test);

	b->stall_how = MOCK_STALL_IGNORE;
	b->stall[1] = 1;
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_COPY, 0x800, 0x4800,
					   0x1800), MOCK_EP_STS_COPY_SUCCESS);
	KUNIT_EXPECT_EQ(test, b->stalls, 1);
	KUNIT_EXPECT_MEMEQ(test, b->memory + 0x800, b->memory + 0x4800, 0x800);
	KUNIT_EXPECT_NULL(test, memchr_inv(ep_bench_page(b, 5), 0, SZ_4K));
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_MOVED), 0x1800);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_FAULT), 0);

	/* The next transfer reads what is there */
	ep_bench_write(b, MOCK_EP_CHECKSUM, crc32_le(~0U, ep_bench_page(b, 1),
						     SZ_4K));
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_READ, 0x1000, 0,
					   0x1000), MOCK_EP_STS_READ_SUCCESS);
}

static void stall_ignore_write(struct kunit *test)
{
	struct ep_bench *b = ep_bench_create(test);

	b->stall_how = MOCK_STALL_IGNORE;
	b->stall[5] = 1;
	memset(ep_bench_page(b, 4), 0xa5, 3 * SZ_4K);
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_COPY, 0, 0x4000,
					   0x3000), MOCK_EP_STS_COPY_SUCCESS);
	KUNIT_EXPECT_MEMEQ(test, b->memory, ep_bench_page(b, 4), SZ_4K);
	KUNIT_EXPECT_NULL(test, memchr_inv(ep_bench_page(b, 5), 0xa5, SZ_4K));
	KUNIT_EXPECT_MEMEQ(test, b->memory + 0x2000, ep_bench_page(b, 6), SZ_4K);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_MOVED), 0x3000);
}

/* The same without a stall before it */
static void terminated_silently(struct kunit *test)
{
	struct ep_bench *b = ep_bench_create(test);

	b->ignored[1] = true;
	b->ignored[6] = true;
	memset(ep_bench_page(b, 4), 0xa5, 3 * SZ_4K);
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_COPY, 0, 0x4000,
					   0x3000), MOCK_EP_STS_COPY_SUCCESS);
	KUNIT_EXPECT_MEMEQ(test, b->memory, ep_bench_page(b, 4), SZ_4K);
	KUNIT_EXPECT_NULL(test, memchr_inv(ep_bench_page(b, 5), 0, SZ_4K));
	KUNIT_EXPECT_NULL(test, memchr_inv(ep_bench_page(b, 6), 0xa5, SZ_4K));
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_MOVED), 0x3000);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_FAULT), 0);
}

/* A stall ends with a reset, which leaves nothing to resume */
static void stall_reset(struct kunit *test)
{
	struct ep_bench *b = ep_bench_create(test);
	int ms = 0;

	b->stall_silent = true;
	b->stall[0] = 1;
	ep_bench_write(b, MOCK_EP_SIZE, 0x10);
	ep_bench_write(b, MOCK_EP_LOWER_DST_ADDR, 0x4000);
	ep_bench_write(b, MOCK_EP_COMMAND, MOCK_EP_CMD_COPY);
	queue_work(b->ep.wq, &b->ep.work);
	while (!READ_ONCE(b->stalls) && ms++ < 1000)
		usleep_range(1000, 2000);
	KUNIT_ASSERT_EQ(test, b->stalls, 1);
	KUNIT_EXPECT_EQ(test, b->stalls_gone, 0);

	mock_endpoint_reset(&b->ep);
	KUNIT_EXPECT_EQ(test, b->stalls_gone, 1);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_STATUS), 0);
	scoped_guard(spinlock_irqsave, &b->mi.lock)
		KUNIT_EXPECT_FALSE(test, mock_ep_stall_resume(&b->ep,
							      MOCK_STALL_ABORT));
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_COPY, 0, 0x4000, 0x10),
			MOCK_EP_STS_COPY_SUCCESS);
}

static struct kunit_case stall_cases[] = {
	KUNIT_CASE(stall_retry),
	KUNIT_CASE(stall_abort),
	KUNIT_CASE(stall_ignore_read),
	KUNIT_CASE(stall_ignore_write),
	KUNIT_CASE(terminated_silently),
	KUNIT_CASE(stall_reset),
	{}
};

static struct kunit_suite stall_suite = {
	.name = "iommu_mock_stall",
	.test_cases = stall_cases,
};

kunit_test_suite(stall_suite);
