// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's VT-d driver in UML: devices and domains */
#include "shim.h"

#undef pr_fmt
#undef dev_fmt
#include "iommu.c"
