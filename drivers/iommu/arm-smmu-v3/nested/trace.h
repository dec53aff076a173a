/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM arm_smmu_v3_nested

#if !defined(__ARM_SMMU_V3_NESTED_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define __ARM_SMMU_V3_NESTED_TRACE_H

#include <linux/device.h>
#include <linux/tracepoint.h>

#include <linux/iommu-nested/smmuv3.h>

#include "../../nested/trace.h"

CMD_SUBMIT_EVENT(smmu3_cmdq_submit);

ATTACH_EVENT(smmu3_attach, "ASID or VMID");

TRACE_EVENT(smmu3_event,
	TP_PROTO(const struct device *unit, const u64 *evt, bool taken),
	TP_ARGS(unit, evt, taken),
	TP_STRUCT__entry(
		__string(unit, dev_name(unit))
		__array(u64, evt, SMMU_EVT_WORDS)
		__field(bool, taken)
	),
	TP_fast_assign(
		__assign_str(unit);
		memcpy(__entry->evt, evt, sizeof(__entry->evt));
		__entry->taken = taken;
	),
	TP_printk("%s: %s%s", __get_str(unit),
		  __print_array(__entry->evt, SMMU_EVT_WORDS, sizeof(u64)),
		  __entry->taken ? " taken" : "")
);

#endif /* __ARM_SMMU_V3_NESTED_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
