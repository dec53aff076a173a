/* SPDX-License-Identifier: GPL-2.0-only */
/* kselftest harness, and what the tests of this directory add to it */
#ifndef IOMMU_HARNESS_H
#define IOMMU_HARNESS_H

#include <errno.h>

#include <kselftest_harness.h>

#include "rig.h"

/*
 * A kernel with all its sanitizers on is slow, and how slow is not what these
 * tests are about: only a test that hangs is to be ended.
 */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT 1800

/* At the start of a FIXTURE_SETUP or TEST */
#define REQUIRE_MOCK() do { \
	if (!mock_present()) \
		SKIP(return, "no %s: is iommu_mock loaded?", MOCK_CONFIGFS); \
	} while (0)

#endif /* IOMMU_HARNESS_H */
