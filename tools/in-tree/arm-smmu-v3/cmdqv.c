// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's SMMUv3 driver in UML: virtualisation of the command queue */
#include "shim.h"

#include "tegra241-cmdqv.c"
