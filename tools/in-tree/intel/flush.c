// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's VT-d driver in UML: invalidations */
#include "shim.h"

#undef pr_fmt
#include "cache.c"
