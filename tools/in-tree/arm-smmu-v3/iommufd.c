// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's SMMUv3 driver in UML: nested translation */
#include "shim.h"

#include "arm-smmu-v3-iommufd.c"
