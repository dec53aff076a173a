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

TRACE_EVENT(vtd_fault,
	TP_PROTO(const struct device *unit, u64 lo, u64 hi, bool taken),
	TP_ARGS(unit, lo, hi, taken),
	TP_STRUCT__entry(
		__string(unit, dev_name(unit))
		__field(u64, lo)
		__field(u64, hi)
		__field(bool, taken)
	),
	TP_fast_assign(
		__assign_str(unit);
		__entry->lo = lo;
		__entry->hi = hi;
		__entry->taken = taken;
	),
	TP_printk("%s: %#llx %#llx%s", __get_str(unit), __entry->lo, __entry->hi,
		  __entry->taken ? " taken" : "")
);

#endif /* __INTEL_NESTED_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
