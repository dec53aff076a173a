// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: ATC and page requests of an endpoint */
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/ktime.h>

#include "ep_bench.h"

static u32 bench_reg(struct ep_bench *b, u32 off)
{
	guard(spinlock_irqsave)(&b->mi.lock);
	return mock_ep_bar0_read(&b->ep, off);
}

static int send_invalidation(struct ep_bench *b, bool pasid_valid, u32 pasid,
			     bool all_pasids, u64 addr, u8 lg2)
{
	guard(spinlock_irqsave)(&b->mi.lock);
	return mock_ep_atc_invalidate(&b->ep, pasid_valid, pasid, all_pasids,
				      addr, lg2);
}

static struct ep_bench *create_bench(struct kunit *test, u32 ats)
{
	struct ep_bench *b = ep_bench_create(test);

	ep_bench_write(b, MOCK_EP_ATS, ats);
	return b;
}

static void use_pasid(struct ep_bench *b, u32 pasid)
{
	ep_bench_write(b, MOCK_EP_PASID, MOCK_EP_PASID_VALID | pasid);
}

/* Write one byte to each of the pages */
static void touch_pages(struct ep_bench *b)
{
	int i;

	for (i = 0; i < BENCH_PAGES; i++)
		ep_bench_run(b, MOCK_EP_CMD_WRITE, 0, i * SZ_4K, 1);
}

static void atc_hit(struct kunit *test)
{
	struct ep_bench *b = create_bench(test, MOCK_EP_ATS_ENABLE);

	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_WRITE, 0, 0x1800, 8),
			MOCK_EP_STS_WRITE_SUCCESS);
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_WRITE, 0, 0x1123, 8),
			MOCK_EP_STS_WRITE_SUCCESS);
	KUNIT_EXPECT_EQ(test, b->requests[MOCK_AT_UNTRANSLATED], 0);
	KUNIT_EXPECT_EQ(test, b->requests[MOCK_AT_TRANSLATION], 1);
	KUNIT_EXPECT_EQ(test, b->requests[MOCK_AT_TRANSLATED], 2);
	KUNIT_EXPECT_EQ(test, b->last.addr, virt_to_phys(b->memory) + 0x1123);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_ATC_HITS), 1);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_ATC_MISSES), 1);
}

/* Permission taken away is not seen before the entry is invalidated */
static void atc_stale(struct kunit *test)
{
	struct ep_bench *b = create_bench(test, MOCK_EP_ATS_ENABLE);

	touch_pages(b);
	b->write[3] = false;
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_WRITE, 0, 0x3000, 1),
			MOCK_EP_STS_WRITE_SUCCESS);
	KUNIT_EXPECT_EQ(test, send_invalidation(b, false, 0, false, 0x4000, 12),
			0);
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_WRITE, 0, 0x3000, 1),
			MOCK_EP_STS_WRITE_SUCCESS);
	KUNIT_EXPECT_EQ(test, send_invalidation(b, false, 0, false, 0x3000, 12),
			0);
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_WRITE, 0, 0x3000, 1),
			MOCK_EP_STS_WRITE_FAIL | MOCK_EP_STS_DST_ADDR_INVALID);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_FAULT),
			MOCK_EP_FAULT_BLOCKED | MOCK_EP_FAULT_WRITE);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_ATC_INVS), 2);
}

/* An endpoint that has to be told twice, of each translation anew */
static void atc_twice(struct kunit *test)
{
	struct ep_bench *b = create_bench(test, MOCK_EP_ATS_ENABLE);
	int round;

	b->ep.config.inv_twice = true;
	for (round = 1; round <= 3; round++) {
		touch_pages(b);
		send_invalidation(b, false, 0, false, 0x3000, 12);
		/* Is for others */
		send_invalidation(b, true, 0, false, 0x3000, 12);
		send_invalidation(b, true, 0, true, 0x3000, 12);
		KUNIT_EXPECT_EQ(test, mock_cache_count(b->ep.atc), 8);
		send_invalidation(b, false, 0, false, 0x3fff, 12);
		KUNIT_EXPECT_EQ(test, mock_cache_count(b->ep.atc), 7);
		/* The second need not be like the first */
		send_invalidation(b, false, 0, false, 0, 14);
		send_invalidation(b, false, 0, false, 0x2000, 12);
		KUNIT_EXPECT_EQ(test, mock_cache_count(b->ep.atc), 6);
		/* What has come since does not know of the first */
		touch_pages(b);
		send_invalidation(b, false, 0, false, 0, 14);
		KUNIT_EXPECT_EQ(test, mock_cache_count(b->ep.atc), 6);
		send_invalidation(b, false, 0, false, 0, 64);
		KUNIT_EXPECT_EQ(test, mock_cache_count(b->ep.atc), 4);
		send_invalidation(b, false, 0, false, 0, 64);
		KUNIT_EXPECT_EQ(test, mock_cache_count(b->ep.atc), 0);
		KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_ATC_INVS), 9 * round);
	}
}

/* The endpoint remembers the latest messages only */
static void atc_forgets(struct kunit *test)
{
	struct ep_bench *b = create_bench(test, MOCK_EP_ATS_ENABLE);
	int i, others;

	b->ep.config.inv_twice = true;
	for (others = MOCK_EP_NR_TOLD - 2; others < MOCK_EP_NR_TOLD; others++) {
		touch_pages(b);
		send_invalidation(b, false, 0, false, 0, 64);
		for (i = 0; i < others; i++)
			send_invalidation(b, true, 7, false, 0, 64);
		KUNIT_EXPECT_EQ(test, mock_cache_count(b->ep.atc), 8);
		send_invalidation(b, false, 0, false, 0, 64);
		KUNIT_EXPECT_EQ(test, mock_cache_count(b->ep.atc),
				others == MOCK_EP_NR_TOLD - 2 ? 0 : 8);
	}
}

static void atc_ranges(struct kunit *test)
{
	struct ep_bench *b = create_bench(test, MOCK_EP_ATS_ENABLE);

	touch_pages(b);
	KUNIT_EXPECT_EQ(test, mock_cache_count(b->ep.atc), 8);
	/* An address within the region will do */
	send_invalidation(b, false, 0, false, 0x3fff, 13);
	KUNIT_EXPECT_EQ(test, mock_cache_count(b->ep.atc), 6);
	send_invalidation(b, false, 0, false, BIT_ULL(40), 14);
	KUNIT_EXPECT_EQ(test, mock_cache_count(b->ep.atc), 6);
	send_invalidation(b, false, 0, false, 0, 63);
	KUNIT_EXPECT_EQ(test, mock_cache_count(b->ep.atc), 0);
	touch_pages(b);
	send_invalidation(b, false, 0, false, U64_MAX, 64);
	KUNIT_EXPECT_EQ(test, mock_cache_count(b->ep.atc), 0);
}

static void atc_pasids(struct kunit *test)
{
	struct ep_bench *b = create_bench(test, MOCK_EP_ATS_ENABLE);
	u32 p;

	ep_bench_run(b, MOCK_EP_CMD_WRITE, 0, 0, 1);
	for (p = 0; p < 3; p++) {
		use_pasid(b, p);
		ep_bench_run(b, MOCK_EP_CMD_WRITE, 0, 0, 1);
	}
	use_pasid(b, MOCK_EP_PASID_PRIV | 1);
	ep_bench_run(b, MOCK_EP_CMD_WRITE, 0, 0, 1);
	/* None, 0, 1, 1 in privileged mode, 2 */
	KUNIT_EXPECT_EQ(test, mock_cache_count(b->ep.atc), 5);

	send_invalidation(b, true, 1, false, 0, 12);
	KUNIT_EXPECT_EQ(test, mock_cache_count(b->ep.atc), 3);
	send_invalidation(b, false, 0, false, 0, 12);
	KUNIT_EXPECT_EQ(test, mock_cache_count(b->ep.atc), 2);
	send_invalidation(b, true, 7, true, 0x1000, 12);
	KUNIT_EXPECT_EQ(test, mock_cache_count(b->ep.atc), 2);
	send_invalidation(b, true, 7, true, 0, 12);
	KUNIT_EXPECT_EQ(test, mock_cache_count(b->ep.atc), 0);
}

/* An entry that lacks the permission is asked for again */
static void atc_upgrade(struct kunit *test)
{
	struct ep_bench *b = create_bench(test, MOCK_EP_ATS_ENABLE);

	b->write[0] = false;
	ep_bench_run(b, MOCK_EP_CMD_READ, 0, 0, 1);
	KUNIT_EXPECT_EQ(test, b->requests[MOCK_AT_TRANSLATED], 1);
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_WRITE, 0, 0, 1),
			MOCK_EP_STS_WRITE_FAIL | MOCK_EP_STS_DST_ADDR_INVALID);
	b->write[0] = true;
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_WRITE, 0, 0, 1),
			MOCK_EP_STS_WRITE_SUCCESS);
	KUNIT_EXPECT_EQ(test, mock_cache_count(b->ep.atc), 1);
}

/* The PASID is in the translation request, not in the translated one */
static void ats_pasid(struct kunit *test)
{
	struct ep_bench *b = create_bench(test, MOCK_EP_ATS_ENABLE);

	use_pasid(b, MOCK_EP_PASID_PRIV | 7);
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_WRITE, 0, 0x10, 1),
			MOCK_EP_STS_WRITE_SUCCESS);
	KUNIT_EXPECT_EQ(test, b->asked.pasid, 7);
	KUNIT_EXPECT_TRUE(test, b->asked.pasid_valid);
	KUNIT_EXPECT_TRUE(test, b->asked.priv);
	KUNIT_EXPECT_EQ(test, b->last.at, MOCK_AT_TRANSLATED);
	KUNIT_EXPECT_FALSE(test, b->last.pasid_valid);
	KUNIT_EXPECT_FALSE(test, b->last.priv);
	KUNIT_EXPECT_TRUE(test, b->last.write);
}

static void ats_untranslated_only(struct kunit *test)
{
	struct ep_bench *b = create_bench(test, MOCK_EP_ATS_ENABLE);

	b->untranslated_only[0] = true;
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_WRITE, 0, 4, 1),
			MOCK_EP_STS_WRITE_SUCCESS);
	KUNIT_EXPECT_EQ(test, b->last.at, MOCK_AT_UNTRANSLATED);
	KUNIT_EXPECT_EQ(test, b->last.addr, 4);
	KUNIT_EXPECT_EQ(test, mock_cache_count(b->ep.atc), 0);
}

/* A translated address does not go past an IOMMU that does not trust it */
static void ats_untrusted(struct kunit *test)
{
	struct ep_bench *b = create_bench(test, MOCK_EP_ATS_RAW);
	u64 pa = virt_to_phys(b->memory);

	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_WRITE, 0, pa, 1),
			MOCK_EP_STS_WRITE_SUCCESS);
	KUNIT_EXPECT_EQ(test, b->requests[MOCK_AT_TRANSLATED], 1);
	b->untrusted = true;
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_WRITE, 0, pa, 1),
			MOCK_EP_STS_WRITE_FAIL | MOCK_EP_STS_DST_ADDR_INVALID);
	KUNIT_EXPECT_EQ(test, b->requests[MOCK_AT_TRANSLATION], 0);
}

/* An endpoint has to be made so that it can do this */
static void ats_raw_off(struct kunit *test)
{
	struct ep_bench *b = create_bench(test, MOCK_EP_ATS_RAW);

	b->ep.config.ats_raw = false;
	ep_bench_run(b, MOCK_EP_CMD_WRITE, 0, virt_to_phys(b->memory), 1);
	KUNIT_EXPECT_EQ(test, b->requests[MOCK_AT_TRANSLATED], 0);
	KUNIT_EXPECT_EQ(test, b->requests[MOCK_AT_UNTRANSLATED], 1);
}

/* Registers for what the endpoint cannot do, do nothing */
static void ats_absent(struct kunit *test)
{
	struct ep_bench *b = create_bench(test, MOCK_EP_ATS_ENABLE |
					  MOCK_EP_ATS_RAW | MOCK_EP_ATS_PRI);

	mock_endpoint_stop(&b->ep);
	b->ep.config.caps = (struct mock_pci_caps){};
	KUNIT_ASSERT_EQ(test, mock_endpoint_start(&b->ep), 0);
	mock_pci_config_write(&b->ep.pci, 4, 6);
	ep_bench_write(b, MOCK_EP_ATS, MOCK_EP_ATS_ENABLE | MOCK_EP_ATS_RAW |
		       MOCK_EP_ATS_PRI);
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_WRITE, 0, 0, 1),
			MOCK_EP_STS_WRITE_SUCCESS);
	KUNIT_EXPECT_EQ(test, b->requests[MOCK_AT_UNTRANSLATED], 1);
	KUNIT_EXPECT_EQ(test, send_invalidation(b, false, 0, false, 0, 64),
			-ETIMEDOUT);
}

static void pri_success(struct kunit *test)
{
	struct ep_bench *b =
		create_bench(test, MOCK_EP_ATS_ENABLE | MOCK_EP_ATS_PRI);

	b->read[2] = false;
	b->write[2] = false;
	b->pri_maps = true;
	use_pasid(b, 5);
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_COPY, 0x10, 0x2345, 16),
			MOCK_EP_STS_COPY_SUCCESS);
	KUNIT_EXPECT_MEMEQ(test, b->memory + 0x10, b->memory + 0x2345, 16);
	KUNIT_EXPECT_EQ(test, b->page_requests, 1);
	KUNIT_EXPECT_EQ(test, b->last_page_request.addr, 0x2000);
	KUNIT_EXPECT_EQ(test, b->last_page_request.pasid, 5);
	KUNIT_EXPECT_TRUE(test, b->last_page_request.pasid_valid);
	KUNIT_EXPECT_TRUE(test, b->last_page_request.write);
	KUNIT_EXPECT_FALSE(test, b->last_page_request.read);
	KUNIT_EXPECT_TRUE(test, b->last_page_request.last);
	KUNIT_EXPECT_EQ(test, b->last_page_request.sid, 0x10);
}

static void pri_refused(struct kunit *test)
{
	struct ep_bench *b =
		create_bench(test, MOCK_EP_ATS_ENABLE | MOCK_EP_ATS_PRI);

	b->write[1] = false;
	b->pri_code = MOCK_PAGE_INVALID;
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_WRITE, 0, 0x1080, 16),
			MOCK_EP_STS_WRITE_FAIL | MOCK_EP_STS_DST_ADDR_INVALID);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_FAULT),
			MOCK_EP_FAULT_PRI | MOCK_EP_FAULT_WRITE);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_FAULT_LO), 0x1080);
	KUNIT_EXPECT_EQ(test, b->page_requests, 1);

	b->pri_lost = true;
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_WRITE, 0, 0x1080, 16),
			MOCK_EP_STS_WRITE_FAIL | MOCK_EP_STS_DST_ADDR_INVALID);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_FAULT),
			MOCK_EP_FAULT_PRI | MOCK_EP_FAULT_WRITE);
}

/* Success that never helps comes to an end; group indexes differ */
static void pri_no_help(struct kunit *test)
{
	struct ep_bench *b =
		create_bench(test, MOCK_EP_ATS_ENABLE | MOCK_EP_ATS_PRI);

	b->write[1] = false;
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_WRITE, 0, 0x1000, 16),
			MOCK_EP_STS_WRITE_FAIL | MOCK_EP_STS_DST_ADDR_INVALID);
	KUNIT_EXPECT_GT(test, b->page_requests, 1);
	KUNIT_EXPECT_LE(test, b->page_requests, 64);
	KUNIT_EXPECT_EQ(test, b->last_page_request.prgi, b->page_requests - 1);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_FAULT),
			MOCK_EP_FAULT_PRI | MOCK_EP_FAULT_WRITE);
}

/* A response that nobody waits for, or with another index, changes nothing */
static void pri_stray(struct kunit *test)
{
	struct ep_bench *b = create_bench(test, 0);
	struct mock_req req = { .addr = 0x1000, .sid = 0x10, .write = true };

	b->pri_lost = true;
	guard(spinlock_irqsave)(&b->mi.lock);
	mock_ep_page_response(&b->ep, false, 0, 0, MOCK_PAGE_SUCCESS);
	KUNIT_EXPECT_FALSE(test, b->ep.pri.answered);
	KUNIT_EXPECT_EQ(test, mock_pri_request(&b->ep, &req), -EREMOTEIO);
	mock_ep_page_response(&b->ep, false, 0, 0, MOCK_PAGE_SUCCESS);
	KUNIT_EXPECT_FALSE(test, b->ep.pri.answered);

	b->ep.pri.waiting = true;
	b->ep.pri.prgi = 3;
	mock_ep_page_response(&b->ep, false, 0, 4, MOCK_PAGE_SUCCESS);
	mock_ep_page_response(&b->ep, true, 9, 3, MOCK_PAGE_SUCCESS);
	KUNIT_EXPECT_FALSE(test, b->ep.pri.answered);
	/* With a PASID, which the endpoint does not want */
	b->ep.config.caps.prg_response_pasid = false;
	b->ep.pri.pasid = 9;
	mock_ep_page_response(&b->ep, true, 9, 3, MOCK_PAGE_SUCCESS);
	KUNIT_EXPECT_FALSE(test, b->ep.pri.answered);
	mock_ep_page_response(&b->ep, false, 0, 3, MOCK_PAGE_FAILURE);
	KUNIT_EXPECT_TRUE(test, b->ep.pri.answered);
	mock_ep_page_response(&b->ep, false, 0, 3, MOCK_PAGE_SUCCESS);
	KUNIT_EXPECT_EQ(test, b->ep.pri.code, MOCK_PAGE_FAILURE);
	b->ep.pri.waiting = false;
}

/* A reset does not wait for an answer that does not come */
static void pri_reset(struct kunit *test)
{
	struct ep_bench *b =
		create_bench(test, MOCK_EP_ATS_ENABLE | MOCK_EP_ATS_PRI);
	ktime_t start;
	int i;

	b->write[1] = false;
	b->pri_silent = true;
	ep_bench_write(b, MOCK_EP_LOWER_DST_ADDR, 0x1000);
	ep_bench_write(b, MOCK_EP_SIZE, 1);
	ep_bench_write(b, MOCK_EP_COMMAND, MOCK_EP_CMD_WRITE);
	queue_work(b->ep.wq, &b->ep.work);
	for (i = 0; i < 1000 && !READ_ONCE(b->page_requests); i++)
		msleep(20);
	KUNIT_ASSERT_EQ(test, READ_ONCE(b->page_requests), 1);

	start = ktime_get();
	mock_endpoint_reset(&b->ep);
	KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get(), start), 2000);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_STATUS), 0);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_DONE), 0);
	KUNIT_EXPECT_EQ(test, bench_reg(b, MOCK_EP_FAULT), 0);

	/* And the endpoint works as before */
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_WRITE, 0, 0x1000, 1),
			MOCK_EP_STS_WRITE_FAIL | MOCK_EP_STS_DST_ADDR_INVALID);
	KUNIT_EXPECT_EQ(test, ep_bench_run(b, MOCK_EP_CMD_WRITE, 0, 0x2000, 1),
			MOCK_EP_STS_WRITE_SUCCESS);
}

static struct kunit_case atc_cases[] = {
	KUNIT_CASE(atc_hit),
	KUNIT_CASE(atc_stale),
	KUNIT_CASE(atc_twice),
	KUNIT_CASE(atc_forgets),
	KUNIT_CASE(atc_ranges),
	KUNIT_CASE(atc_pasids),
	KUNIT_CASE(atc_upgrade),
	KUNIT_CASE(ats_pasid),
	KUNIT_CASE(ats_untranslated_only),
	KUNIT_CASE(ats_untrusted),
	KUNIT_CASE(ats_raw_off),
	KUNIT_CASE(ats_absent),
	KUNIT_CASE(pri_success),
	KUNIT_CASE(pri_refused),
	KUNIT_CASE(pri_no_help),
	KUNIT_CASE(pri_stray),
	KUNIT_CASE(pri_reset),
	{}
};

static struct kunit_suite atc_suite = {
	.name = "iommu_mock_atc",
	.test_cases = atc_cases,
};

kunit_test_suite(atc_suite);
