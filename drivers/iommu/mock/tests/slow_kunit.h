/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KUnit: an instance that takes its time, by a clock that the test sets
 */
#ifndef __IOMMU_MOCK_SLOW_KUNIT_H
#define __IOMMU_MOCK_SLOW_KUNIT_H

#include <kunit/test.h>

#include "../endpoint.h"

/* An address that the endpoint's ATC has, and its StreamID or source-id */
#define SLOW_ADDR	0x7000
#define SLOW_SID	0x31

/**
 * struct slow_bench - the instance's clock, and an endpoint
 * @mi: the instance
 * @now: what time it is
 * @timer: when the timer is to expire, 0: it is not started
 * @silent: nothing answers in the place of the endpoint
 * @ep: the endpoint, which has an ATC
 */
struct slow_bench {
	struct mock_iommu *mi;
	ktime_t now;
	ktime_t timer;
	bool silent;
	struct mock_endpoint ep;
};

struct slow_bench *slow_bench_create(struct kunit *test, struct mock_iommu *mi);
void slow_bench_fill(struct slow_bench *b);
bool slow_bench_hit(struct slow_bench *b);
int slow_bench_send(struct slow_bench *b);
void slow_bench_wait(struct slow_bench *b, u32 ms);
void slow_bench_hold(struct slow_bench *b, enum mock_cmd_kind kind, u32 nth);
void slow_bench_set(struct slow_bench *b, u32 *ms, u32 val);

#endif /* __IOMMU_MOCK_SLOW_KUNIT_H */
