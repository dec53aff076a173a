/* SPDX-License-Identifier: GPL-2.0-only */
/* kselftest harness, and what the tests of this directory start from */
#ifndef HW_HARNESS_H
#define HW_HARNESS_H

#include <errno.h>

#include <kselftest_harness.h>

#include "hw.h"

/* Everything is emulated, and a transfer of edu takes 0.1 s */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT 600

/*
 * As SKIP(), for a test that has found exactly what is known of somebody else's
 * hardware and is not what its specification says. It still fails if it has
 * found anything else
 */
#define XFAIL(statement, fmt, ...) do { \
	if (__test_passed(_metadata)) { \
		snprintf(_metadata->results->reason, \
			 sizeof(_metadata->results->reason), fmt, \
			 ##__VA_ARGS__); \
		_metadata->exit_code = KSFT_XFAIL; \
		_metadata->trigger = 0; \
	} \
	statement; \
} while (0)

#endif /* HW_HARNESS_H */
