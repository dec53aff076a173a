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

#include "../../nested/cmd_ring.h"

TRACE_EVENT(smmu3_cmdq_submit,
	TP_PROTO(const struct device *unit, const struct cmd_words *cmds,
		 unsigned int nr, unsigned int slot),
	TP_ARGS(unit, cmds, nr, slot),
	TP_STRUCT__entry(
		__string(unit, dev_name(unit))
		__field(unsigned int, nr)
		__field(unsigned int, slot)
		__dynamic_array(u64, words, nr * SMMU_CMD_WORDS)
	),
	TP_fast_assign(
		__assign_str(unit);
		__entry->nr = nr;
		__entry->slot = slot;
		memcpy(__get_dynamic_array(words), cmds, nr * sizeof(*cmds));
	),
	TP_printk("%s: %u up to slot %u: %s", __get_str(unit), __entry->nr,
		  __entry->slot,
		  __print_array(__get_dynamic_array(words),
				__entry->nr * SMMU_CMD_WORDS, sizeof(u64)))
);

TRACE_EVENT(smmu3_attach,
	TP_PROTO(const struct device *dev, u32 pasid, u16 id, int ret),
	TP_ARGS(dev, pasid, id, ret),
	TP_STRUCT__entry(
		__string(dev, dev_name(dev))
		__field(u32, pasid)
		__field(u16, id)
		__field(int, ret)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->pasid = pasid;
		__entry->id = id;
		__entry->ret = ret;
	),
	TP_printk("%s: pasid %u ASID or VMID %u: %d", __get_str(dev),
		  __entry->pasid, __entry->id, __entry->ret)
);

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
