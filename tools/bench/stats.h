/* SPDX-License-Identifier: GPL-2.0-only */
/* What many values come to */
#ifndef BENCH_STATS_H
#define BENCH_STATS_H

/**
 * struct stats - what a number of values comes to
 * @n: number of values; without any, all else is 0
 * @mean: their mean
 * @min: the smallest
 * @q1: the quartile below the median
 * @median: the median
 * @q3: the quartile above it
 * @p99: the value above which there is one of a hundred
 * @max: the largest
 */
struct stats {
	unsigned int n;
	double mean;
	double min;
	double q1;
	double median;
	double q3;
	double p99;
	double max;
};

/* Sorts the values */
struct stats stats_of(double *values, unsigned int n);

#endif /* BENCH_STATS_H */
