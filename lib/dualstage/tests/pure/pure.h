/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Tests of functions that need no hardware: what they say is KTAP */
#ifndef DS_PURE_H
#define DS_PURE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* A check that fails ends the test that it is in */
#define CHECK(cond) do { \
	if (!(cond)) { \
		printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond); \
		return -1; \
	} \
} while (0)

/* Passes on what a part of the test has found */
#define TRY(call) do { \
	if (call) { \
		printf("# from %s:%d\n", __FILE__, __LINE__); \
		return -1; \
	} \
} while (0)

struct pure_test {
	const char *name;
	int (*run)(void);
};

static inline int pure_main(const struct pure_test *tests, unsigned int n)
{
	unsigned int i, failed = 0;

	printf("TAP version 13\n1..%u\n", n);
	for (i = 0; i < n; i++) {
		int bad = tests[i].run();

		failed += !!bad;
		printf("%sok %u %s\n", bad ? "not " : "", i + 1, tests[i].name);
		fflush(stdout);
	}
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* xorshift64*: the same numbers in every run */
struct pure_random {
	uint64_t state;
};

static inline uint64_t pure_random(struct pure_random *r)
{
	r->state ^= r->state >> 12;
	r->state ^= r->state << 25;
	r->state ^= r->state >> 27;
	return r->state * 0x2545f4914f6cdd1dull;
}

/* Less than @n */
static inline uint64_t pure_below(struct pure_random *r, uint64_t n)
{
	return pure_random(r) % n;
}

#endif /* DS_PURE_H */
