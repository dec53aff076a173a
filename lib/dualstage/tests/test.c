// SPDX-License-Identifier: GPL-2.0-only
/* A list of functions, run in one process */
#include <stdarg.h>
#include <stdio.h>

#include "test.h"

static bool failed;
static const char *skipped;
static const char *in_context;

void test_fail(const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	failed = true;
	printf("# %s:%d: %s%s", file, line, in_context ? in_context : "",
	       in_context ? ": " : "");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

void test_skip(const char *why)
{
	skipped = why;
}

void test_context(const char *context)
{
	in_context = context;
}

int test_main(const struct test *tests, size_t n)
{
	unsigned int bad = 0;
	size_t i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n1..%zu\n", n);
	for (i = 0; i < n; i++) {
		failed = false;
		skipped = NULL;
		in_context = NULL;
		tests[i].fn();
		printf("%s %zu %s%s%s\n", failed ? "not ok" : "ok", i + 1, tests[i].name,
		       skipped && !failed ? " # SKIP " : "",
		       skipped && !failed ? skipped : "");
		bad += failed;
	}
	return bad ? 1 : 0;
}
