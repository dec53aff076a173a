/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the bench share
 *
 * A part measures its variants in turn, round by round, so that whatever else
 * the machine does falls on all of them alike. In a round each of them has some
 * tries, of which the shortest counts: what disturbs a try only makes it longer.
 * What is printed is the median over the rounds, and the quartiles around it.
 * Nothing passes or fails by a time.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stddef.h>
#include <stdint.h>

#include "rig.h"
#include "stats.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

struct series;

/* A part that cannot go on ends the bench: prints why, and exits */
void must(int rc, const char *what, ...)
	__attribute__((format(printf, 2, 3)));

/* series.c: a series lives until the bench ends */
struct series *series_new(const char *part, const char *unit,
			  const char *name, ...)
	__attribute__((format(printf, 3, 4)));
void series_add(struct series *s, double value);
/* The latest value: that of this round */
double series_last(const struct series *s);
struct stats series_stats(const struct series *s);
double series_median(const struct series *s);
/* All series to a file of tab-separated values; 0 or a negative errno */
int series_write(const char *path);

/* main.c: the vendor whose turn it is, and its name */
extern enum mock_type vendor;
const char *vendor_name(enum mock_type type);

/* summary.c: a row of the table that has both vendors; names live for ever */
void summary_add(const char *name, double value);
void summary_print(void);

/* text.c */
void heading(const char *title);
/* Prose under a heading, broken into lines */
void note(const char *text, ...) __attribute__((format(printf, 1, 2)));
/* Right-aligned in @width columns; a spread takes 17 more */
void put_text(unsigned int width, const char *text, ...)
	__attribute__((format(printf, 2, 3)));
void put_number(unsigned int width, double value);
void put_spread(unsigned int width, const struct series *s);
/* In another unit than the series has */
void put_spread_of(unsigned int width, const struct series *s, double unit);
void put_label(unsigned int width, const char *text, ...)
	__attribute__((format(printf, 2, 3)));
void put_gap(unsigned int width);
void put_end(void);

/* clock.c */
uint64_t now_ns(void);
/* Calls @fn so often in each try; ns for one call, in the shortest try */
double shortest(unsigned int tries, unsigned int times, void (*fn)(void *arg),
		void *arg);

/**
 * struct overhead - what measuring costs by itself, in ns
 * @syscall: a system call that does nothing
 * @clock: reading the clock
 */
struct overhead {
	double syscall;
	double clock;
};

/* Once a round */
struct overhead overhead_sample(void);
struct overhead overhead_median(void);
void overhead_print(void);

/* counters.c: what the kernel counts; each ends the bench if it is not there */

/**
 * struct inval_time - the driver's account of invalidations, in ns
 * @calls: calls
 * @entries: entries done
 * @copy: copying them from userspace
 * @convert: validating them, and making descriptors
 * @queue: putting descriptors into the ring
 * @hw: ringing the doorbell and waiting
 */
struct inval_time {
	uint64_t calls;
	uint64_t entries;
	uint64_t copy;
	uint64_t convert;
	uint64_t queue;
	uint64_t hw;
};

void inval_time_start(const struct mock *m);
struct inval_time inval_time_stop(const struct mock *m);

/* Descriptors or commands queued by a unit's driver so far, waits included */
uint64_t commands_queued(const struct mock *m);

/**
 * struct memory - memory that the kernel has, in bytes
 * @slab: in slabs and large allocations
 * @tables: in tables and queues of IOMMU drivers
 * @other: in stacks, virtually contiguous and per-processor allocations
 */
struct memory {
	int64_t slab;
	int64_t tables;
	int64_t other;
};

struct memory memory_now(void);

/* setup.c */

/**
 * struct setup - an instance for the bench
 * @name: of the instance
 * @nr_eps: endpoints
 * @pasid_bits: PASID bits of every endpoint
 * @no_iotlb: the IOTLB holds nothing
 * @no_pwc: the paging-structure caches hold nothing
 */
struct setup {
	const char *name;
	unsigned int nr_eps;
	unsigned int pasid_bits;
	bool no_iotlb;
	bool no_pwc;
};

/* As rig_mock() does; the steps of a rig that follow are those of rig.h */
void setup_mock(struct rig *r, const struct setup *s);
void setup_up(struct rig *r, const struct setup *s);

/* An array of what IOMMU_HWPT_INVALIDATE takes, each entry a page of its own */
struct inval_array {
	const struct rig *rig;
	void *entries;
	unsigned int nr;
};

/* @nr pages from @iova on, with a page between each and the next */
void inval_make(struct inval_array *a, const struct rig *r, uint64_t iova,
		unsigned int nr);
/* The first @nr of them, in one call; all have to be done */
void inval_send(const struct inval_array *a, unsigned int nr);

/* The parts */
void bench_invalidate(unsigned int rounds);
void bench_shadow(unsigned int rounds);
void bench_dma(unsigned int rounds);
void bench_attach(unsigned int rounds);
void bench_memory(unsigned int rounds);
void bench_drivers(unsigned int rounds);
void bench_faults(unsigned int rounds);
void bench_events(unsigned int rounds);

#endif /* BENCH_H */
