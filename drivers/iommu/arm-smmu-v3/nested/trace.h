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
#include "arm_smmu_v3_nested.h"
#include "fault.h"

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

/*
 * A stalled transaction or a group of page requests, on its way to a handler and back.
 * The time is what has passed since it was received.
 */
DECLARE_EVENT_CLASS(smmu3_fault_class,
	TP_PROTO(const struct smmu3_faults *f, const struct smmu3_fault *fault),
	TP_ARGS(f, fault),
	TP_STRUCT__entry(
		__string(unit, dev_name(f->unit->dev))
		__string(dev, dev_name(f->dev))
		__field(u32, sid)
		__field(u32, ssid)
		__field(bool, ssv)
		__field(bool, pri)
		__field(u16, tag)
		__field(unsigned int, nr)
		__field(u64, addr)
		__field(s64, us)
	),
	TP_fast_assign(
		__assign_str(unit);
		__assign_str(dev);
		__entry->sid = fault->sid;
		__entry->ssid = fault->ssid;
		__entry->ssv = fault->ssv;
		__entry->pri = fault->pri;
		__entry->tag = fault->tag;
		__entry->nr = fault->nr;
		__entry->addr = fault->nr ? fault->pages[fault->nr - 1].addr : 0;
		__entry->us = ktime_us_delta(ktime_get(), fault->since);
	),
	TP_printk("%s: %s StreamID %#x SubstreamID %#x%s %s %#x: %u pages, last %#llx, after %lld us",
		  __get_str(unit), __get_str(dev), __entry->sid, __entry->ssid,
		  __entry->ssv ? "" : " (none)",
		  __entry->pri ? "group" : "STAG", __entry->tag, __entry->nr,
		  __entry->addr, __entry->us)
);

/* It was read from the unit's queue, and is complete */
DEFINE_EVENT(smmu3_fault_class, smmu3_fault_received,
	TP_PROTO(const struct smmu3_faults *f, const struct smmu3_fault *fault),
	TP_ARGS(f, fault)
);

/* The handler gets it */
DEFINE_EVENT(smmu3_fault_class, smmu3_fault_handed,
	TP_PROTO(const struct smmu3_faults *f, const struct smmu3_fault *fault),
	TP_ARGS(f, fault)
);

/* It is known what the device is to do: the handler has said so, or could not be asked */
DEFINE_EVENT(smmu3_fault_class, smmu3_fault_answered,
	TP_PROTO(const struct smmu3_faults *f, const struct smmu3_fault *fault),
	TP_ARGS(f, fault)
);

/* The unit has the command that tells the device, or gets it when its queue works again */
TRACE_EVENT(smmu3_fault_responded,
	TP_PROTO(const struct smmu3_faults *f, const struct smmu3_fault *fault,
		 int code, int ret),
	TP_ARGS(f, fault, code, ret),
	TP_STRUCT__entry(
		__string(unit, dev_name(f->unit->dev))
		__string(dev, dev_name(f->dev))
		__field(u32, sid)
		__field(u16, tag)
		__field(bool, pri)
		__field(int, code)
		__field(int, ret)
		__field(s64, us)
	),
	TP_fast_assign(
		__assign_str(unit);
		__assign_str(dev);
		__entry->sid = fault->sid;
		__entry->tag = fault->tag;
		__entry->pri = fault->pri;
		__entry->code = code;
		__entry->ret = ret;
		__entry->us = ktime_us_delta(ktime_get(), fault->since);
	),
	TP_printk("%s: %s StreamID %#x %s %#x: %s: %d, after %lld us",
		  __get_str(unit), __get_str(dev), __entry->sid,
		  __entry->pri ? "group" : "STAG", __entry->tag,
		  __entry->code == IOMMU_PAGE_RESP_SUCCESS ? "retry" : "abort",
		  __entry->ret, __entry->us)
);

#endif /* __ARM_SMMU_V3_NESTED_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
