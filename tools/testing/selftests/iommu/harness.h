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

/* In a FIXTURE_SETUP: a rig of @cfg_, or a reason why there can be none */
#define RIG_TRY(r, cfg_, nested_) do { \
	const char *why_ = NULL; \
	if (!mock_present()) \
		SKIP(return, NO_MOCK); \
	ASSERT_EQ(0, rig_try(r, cfg_, nested_, &why_)); \
	if (why_) \
		SKIP(return, "%s", why_); \
	} while (0)
#define RIG_UP(r, cfg_)		RIG_TRY(r, cfg_, true)
/* Up to the nesting parent */
#define RIG_PARENT(r, cfg_)	RIG_TRY(r, cfg_, false)

/* Why a test cannot run where mock_present() is false */
#define NO_MOCK	"no " MOCK_CONFIGFS ": is iommu_mock loaded?"

#endif /* IOMMU_HARNESS_H */
