// SPDX-License-Identifier: GPL-2.0-only
/* Quantiles, for all that measures */
#include <stdlib.h>

#include "stats.h"

static int by_value(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* Between two values where it does not fall on one */
static double quantile(const double *sorted, unsigned int n, double q)
{
	double at = q * (n - 1);
	unsigned int i = at;

	if (i + 1 == n)
		return sorted[i];
	return sorted[i] + (at - i) * (sorted[i + 1] - sorted[i]);
}

struct stats stats_of(double *values, unsigned int n)
{
	struct stats st = { .n = n };
	unsigned int i;

	if (!n)
		return st;
	for (i = 0; i < n; i++)
		st.mean += values[i] / n;
	qsort(values, n, sizeof(*values), by_value);
	st.min = values[0];
	st.q1 = quantile(values, n, 0.25);
	st.median = quantile(values, n, 0.5);
	st.q3 = quantile(values, n, 0.75);
	st.p99 = quantile(values, n, 0.99);
	st.max = values[n - 1];
	return st;
}
