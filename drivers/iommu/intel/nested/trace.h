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

#include "../../nested/cmd_ring.h"

TRACE_EVENT(vtd_qi_submit,
	TP_PROTO(const struct device *unit, const struct cmd_words *descs,
		 unsigned int nr, unsigned int slot),
	TP_ARGS(unit, descs, nr, slot),
	TP_STRUCT__entry(
		__string(unit, dev_name(unit))
		__field(unsigned int, nr)
		__field(unsigned int, slot)
		__dynamic_array(u64, words, nr * 2)
	),
	TP_fast_assign(
		__assign_str(unit);
		__entry->nr = nr;
		__entry->slot = slot;
		memcpy(__get_dynamic_array(words), descs, nr * sizeof(*descs));
	),
	TP_printk("%s: %u up to slot %u: %s", __get_str(unit), __entry->nr,
		  __entry->slot,
		  __print_array(__get_dynamic_array(words), __entry->nr * 2,
				sizeof(u64)))
);

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
