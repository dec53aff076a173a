// SPDX-License-Identifier: GPL-2.0-only
/* The clock, and what measuring costs by itself */
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define TRIES	32
#define TIMES	8

static struct series *syscall_series, *clock_series;

uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

double shortest(unsigned int tries, unsigned int times, void (*fn)(void *arg),
		void *arg)
{
	uint64_t start, time, best = UINT64_MAX;
	unsigned int i;

	while (tries--) {
		start = now_ns();
		for (i = 0; i < times; i++)
			fn(arg);
		time = now_ns() - start;
		if (time < best)
			best = time;
	}
	return (double)best / times;
}

static void empty_call(void *arg)
{
	(void)arg;
	syscall(SYS_getppid);
}

static void read_clock(void *arg)
{
	(void)arg;
	now_ns();
}

struct overhead overhead_sample(void)
{
	struct overhead o = {
		.syscall = shortest(TRIES, TIMES, empty_call, NULL),
		.clock = shortest(TRIES, TIMES, read_clock, NULL),
	};

	if (!syscall_series) {
		syscall_series = series_new("overhead", "ns",
					    "empty system call");
		clock_series = series_new("overhead", "ns", "clock reading");
	}
	series_add(syscall_series, o.syscall);
	series_add(clock_series, o.clock);
	return o;
}

struct overhead overhead_median(void)
{
	return (struct overhead){
		.syscall = series_median(syscall_series),
		.clock = series_median(clock_series),
	};
}

void overhead_print(void)
{
	if (!syscall_series)
		return;
	printf("\nFor comparison, us\n");
	put_label(44, "a system call that does nothing (getppid)");
	put_number(8, overhead_median().syscall / 1000);
	put_end();
	put_label(44, "reading the clock in userspace");
	put_number(8, overhead_median().clock / 1000);
	put_end();
}
