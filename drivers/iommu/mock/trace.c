// SPDX-License-Identifier: GPL-2.0-only
/* Mock IOMMU: the trace points' one definition */
#define CREATE_TRACE_POINTS
#include "trace.h"
