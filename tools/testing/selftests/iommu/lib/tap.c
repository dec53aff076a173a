// SPDX-License-Identifier: GPL-2.0-only
/* Results as TAP has them */
#include <stdarg.h>
#include <stdio.h>

#include "tap.h"

static int nr, failed;

void tap_result(bool ok, const char *fmt, ...)
{
	va_list args;

	printf("%sok %d ", ok ? "" : "not ", ++nr);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
	failed += !ok;
}

bool tap_failed(void)
{
	return failed;
}
