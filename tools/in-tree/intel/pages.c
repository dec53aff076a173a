// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's VT-d driver in UML: page requests */
#include "shim.h"

#include "prq.c"
