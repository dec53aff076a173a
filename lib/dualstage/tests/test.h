/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests of the library: a list of functions, run in one process, so that what leaks and
 * which lines ran is known at its end
 */
#ifndef DUALSTAGE_TEST_H
#define DUALSTAGE_TEST_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <dualstage.h>

/**
 * struct test - a test
 * @name: of it
 * @fn: what it does; it uses the macros below
 */
struct test {
	const char *name;
	void (*fn)(void);
};

/* Prints KTAP. The exit status of a program that has these tests */
int test_main(const struct test *tests, size_t n);

/* The test has failed, or has to be passed over; says so and goes on */
void test_fail(const char *file, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void test_skip(const char *why);
/* More to say in front of what failed, until it is set to NULL */
void test_context(const char *context);

#define CHECK(cond) do { \
	if (!(cond)) \
		test_fail(__FILE__, __LINE__, "%s", #cond); \
	} while (0)

/* An int function of the library has to return @want; if not, its words are printed */
#define IS(want, call) do { \
	int want_ = (want), got_ = (call); \
	if (got_ != want_) \
		test_fail(__FILE__, __LINE__, "%s: %d, not %d (%s)", #call, got_, want_, \
			  ds_why()); \
	} while (0)

/* It has to fail with @want, and to say something that has @text in it */
#define REFUSED(want, call, text) do { \
	IS(want, call); \
	if (!strstr(ds_why(), text)) \
		test_fail(__FILE__, __LINE__, "%s: \"%s\" has no \"%s\"", #call, ds_why(), \
			  text); \
	} while (0)

#endif /* DUALSTAGE_TEST_H */
