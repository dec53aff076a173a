/* SPDX-License-Identifier: GPL-2.0-only */
/* kselftest harness, and what the tests of this directory add to it */
#ifndef IOMMU_HARNESS_H
#define IOMMU_HARNESS_H

#include <errno.h>

#include <kselftest_harness.h>

#include "functions.h"
#include "rig.h"

/*
 * A kernel with all its sanitizers on is slow, and how slow is not what these
 * tests are about: only a test that hangs is to be ended.
 */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT 1800

/* In a FIXTURE_SETUP: what @try_ does, or what it has set why_ to is why it cannot be */
#define TRY_OR_SKIP(try_) do { \
	const char *why_ = NULL; \
	if (!mock_present()) \
		SKIP(return, NO_MOCK); \
	ASSERT_EQ(0, try_); \
	if (why_) \
		SKIP(return, "%s", why_); \
	} while (0)
/* A rig of @cfg_ */
#define RIG_TRY(r, cfg_, nested_) \
	TRY_OR_SKIP(rig_try(r, cfg_, nested_, &why_))
#define RIG_UP(r, cfg_)		RIG_TRY(r, cfg_, true)
/* Up to the nesting parent */
#define RIG_PARENT(r, cfg_)	RIG_TRY(r, cfg_, false)
/* Not live, with endpoints that are PCI functions */
#define RIG_FUNCTIONS(r, cfg_) \
	TRY_OR_SKIP(functions_try(r, cfg_, &why_))

/* Why a test cannot run where mock_present() is false */
#define NO_MOCK	"no " MOCK_CONFIGFS ": is iommu_mock loaded?"

#endif /* IOMMU_HARNESS_H */
