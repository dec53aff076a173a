// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's VT-d driver in UML: the DMAR table, registers, the invalidation queue */
#include <linux/init.h>

#include "shim.h"

/* What it does late while a kernel boots is for kernels that do not use units */
#undef late_initcall
#define late_initcall(fn)	static initcall_t not_called __maybe_unused = fn

#undef pr_fmt
#include "dmar.c"
