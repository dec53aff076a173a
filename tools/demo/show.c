// SPDX-License-Identifier: GPL-2.0-only
/* How the demo speaks: steps, results, and a table at the end */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "show.h"

#define WIDTH		86
#define MAX_ROWS	16

struct row {
	const char *name;
	struct mock_stats total;
};

static struct row rows[MAX_ROWS];
static unsigned int nr_rows;
static unsigned int step;

/* Colours are for people at a terminal that has them */
static const char *colour(const char *code)
{
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") ? code :
								       "";
}

void show_title(const char *fmt, ...)
{
	va_list args;

	setvbuf(stdout, NULL, _IOLBF, 0);
	step = 0;
	nr_rows = 0;
	printf("\n%s", colour("\033[1m"));
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("%s\n", colour("\033[0m"));
}

void show_step(const char *fmt, ...)
{
	va_list args;

	printf("\n%s%2u  ", colour("\033[1m"), ++step);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("%s\n", colour("\033[0m"));
}

static void result(const char *mark, const char *code, const char *fmt,
		   va_list args)
{
	char text[256];

	vsnprintf(text, sizeof(text), fmt, args);
	printf("      %-*s %s%s%s\n", WIDTH - 12, text, colour(code), mark,
	       colour("\033[0m"));
}

void show_ok(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	result("ok", "\033[32m", fmt, args);
	va_end(args);
}

void show_wrong(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	result("WRONG", "\033[1;31m", fmt, args);
	va_end(args);
}

void show_count(const char *name, const struct mock *m)
{
	if (nr_rows == MAX_ROWS || mock_stats(m, &rows[nr_rows].total))
		return;
	rows[nr_rows++].name = name;
}

static void table_row(const char *name, const struct mock_stats *now,
		      const struct mock_stats *before)
{
	printf("    %-28s %12llu %10llu %10llu %13llu %7llu\n", name,
	       (unsigned long long)(now->translations - before->translations),
	       (unsigned long long)(now->iotlb_hits - before->iotlb_hits),
	       (unsigned long long)(now->walk_refs - before->walk_refs),
	       (unsigned long long)(now->invalidations -
				    before->invalidations),
	       (unsigned long long)(now->faults - before->faults));
}

void show_table(void)
{
	const struct mock_stats zero = {};
	char rule[WIDTH] = "    ";
	unsigned int i;

	memset(rule + 4, '-', WIDTH - 5);
	rule[WIDTH - 1] = 0;
	printf("\n    %-28s %12s %10s %10s %13s %7s\n", "", "translations",
	       "cache hits", "walk refs", "invalidations", "faults");
	puts(rule);
	for (i = 0; i < nr_rows; i++)
		table_row(rows[i].name, &rows[i].total,
			  i ? &rows[i - 1].total : &zero);
	puts(rule);
	if (nr_rows)
		table_row("all", &rows[nr_rows - 1].total, &zero);
	putchar('\n');
}
