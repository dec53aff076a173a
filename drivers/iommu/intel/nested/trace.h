/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM intel_nested

#if !defined(__INTEL_NESTED_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define __INTEL_NESTED_TRACE_H

#include <linux/device.h>
#include <linux/tracepoint.h>

#include "../../nested/trace.h"

CMD_SUBMIT_EVENT(vtd_qi_submit);

ATTACH_EVENT(vtd_attach, "domain-id");

#endif /* __INTEL_NESTED_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
