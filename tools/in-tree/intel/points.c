// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's VT-d driver in UML: tracepoints */
#include "shim.h"

#include "trace.c"
