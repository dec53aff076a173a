// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's VT-d driver in UML: entries of the PASID table */
#include "shim.h"

#undef pr_fmt
#include "pasid.c"
