/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KUnit: an endpoint on a bench
 *
 * Behind a model that is a table: each of the first pages of the address space
 * is translated to a page of its own as the test says.
 */
#ifndef __IOMMU_MOCK_EP_BENCH_H
#define __IOMMU_MOCK_EP_BENCH_H

#include <kunit/test.h>
#include <linux/sizes.h>

#include "../endpoint.h"

#define BENCH_PAGES	8

/**
 * struct ep_bench - the bench
 * @mi: the instance
 * @ep: the endpoint
 * @memory: memory that the pages are translated to
 * @doorbell: page is translated to the doorbell's
 * @read: page is readable
 * @write: page is writable
 * @abort: page is translated to what is not RAM
 * @untranslated_only: ATS answers that the page is for untranslated requests
 * @untrusted: requests with translated addresses are blocked
 * @requests: how many there were, by &enum mock_at
 * @last: the last one
 * @asked: the last translation request
 * @page_requests: how many page requests there were
 * @last_page_request: the last one
 * @pri_lost: page requests are lost
 * @pri_silent: page requests get no answer
 * @pri_code: answer to page requests
 * @pri_maps: an answered page request makes its page readable and writable
 * @ignored: untranslated requests to the page are terminated silently
 * @stall: the page's next untranslated requests stall, so many
 * @stall_how: what becomes of them
 * @stall_silent: nobody decides that
 * @stalls: how many requests stalled
 * @stalls_gone: how many the endpoint gave up
 * @resume: decides what becomes of a stalled request
 */
struct ep_bench {
	struct mock_iommu mi;
	struct mock_endpoint ep;
	u8 *memory;
	bool doorbell[BENCH_PAGES];
	bool read[BENCH_PAGES];
	bool write[BENCH_PAGES];
	bool abort[BENCH_PAGES];
	bool untranslated_only[BENCH_PAGES];
	bool untrusted;
	u32 requests[3];
	struct mock_req last;
	struct mock_req asked;
	u32 page_requests;
	struct mock_page_request last_page_request;
	bool pri_lost;
	bool pri_silent;
	enum mock_page_response pri_code;
	bool pri_maps;
	bool ignored[BENCH_PAGES];
	u32 stall[BENCH_PAGES];
	enum mock_stall stall_how;
	bool stall_silent;
	u32 stalls;
	u32 stalls_gone;
	struct work_struct resume;
};

struct ep_bench *ep_bench_create(struct kunit *test);
void ep_bench_write(struct ep_bench *b, u32 off, u32 val);
u32 ep_bench_run(struct ep_bench *b, u32 cmd, u64 src, u64 dst, u32 size);

static inline u8 *ep_bench_page(struct ep_bench *b, int page)
{
	return b->memory + page * SZ_4K;
}

#endif /* __IOMMU_MOCK_EP_BENCH_H */
