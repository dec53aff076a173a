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

#endif /* HW_HARNESS_H */
