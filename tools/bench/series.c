// SPDX-License-Identifier: GPL-2.0-only
/* Series of values, and what they come to */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

struct series {
	struct series *next;
	const char *vendor;
	const char *part;
	const char *unit;
	char name[80];
	double *values;
	unsigned int n;
	unsigned int room;
};

static struct series *first, **last = &first;

struct series *series_new(const char *part, const char *unit,
			  const char *name, ...)
{
	struct series *s = calloc(1, sizeof(*s));
	va_list args;

	must(s ? 0 : -ENOMEM, "a series");
	s->vendor = vendor_name(vendor);
	s->part = part;
	s->unit = unit;
	va_start(args, name);
	vsnprintf(s->name, sizeof(s->name), name, args);
	va_end(args);
	*last = s;
	last = &s->next;
	return s;
}

void series_add(struct series *s, double value)
{
	if (s->n == s->room) {
		s->room = s->room ? 2 * s->room : 16;
		s->values = realloc(s->values, s->room * sizeof(*s->values));
		must(s->values ? 0 : -ENOMEM, "a series");
	}
	s->values[s->n++] = value;
}

double series_last(const struct series *s)
{
	return s->n ? s->values[s->n - 1] : 0;
}

struct stats series_stats(const struct series *s)
{
	struct stats st;
	double *copy;

	if (!s->n)
		return stats_of(NULL, 0);
	copy = malloc(s->n * sizeof(*copy));
	must(copy ? 0 : -ENOMEM, "a series");
	memcpy(copy, s->values, s->n * sizeof(*copy));
	st = stats_of(copy, s->n);
	free(copy);
	return st;
}

double series_median(const struct series *s)
{
	return series_stats(s).median;
}

int series_write(const char *path)
{
	FILE *f = fopen(path, "w");
	const struct series *s;
	struct stats st;

	if (!f)
		return -errno;
	fprintf(f, "vendor\tpart\tname\tunit\tn\tmin\tq1\tmedian\tq3\tmax\n");
	for (s = first; s; s = s->next) {
		st = series_stats(s);
		fprintf(f, "%s\t%s\t%s\t%s\t%u\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g\n",
			s->vendor, s->part, s->name, s->unit, st.n, st.min, st.q1,
			st.median, st.q3, st.max);
	}
	return fclose(f) ? -errno : 0;
}
