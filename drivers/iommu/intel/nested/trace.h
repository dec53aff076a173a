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

TRACE_EVENT(vtd_attach,
	TP_PROTO(const struct device *dev, u32 pasid, u16 did, int ret),
	TP_ARGS(dev, pasid, did, ret),
	TP_STRUCT__entry(
		__string(dev, dev_name(dev))
		__field(u32, pasid)
		__field(u16, did)
		__field(int, ret)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->pasid = pasid;
		__entry->did = did;
		__entry->ret = ret;
	),
	TP_printk("%s: pasid %u domain-id %u: %d", __get_str(dev),
		  __entry->pasid, __entry->did, __entry->ret)
);

#endif /* __INTEL_NESTED_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
