/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM intel_nested

#if !defined(__INTEL_NESTED_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define __INTEL_NESTED_TRACE_H

#include <linux/bitfield.h>
#include <linux/device.h>
#include <linux/iommu.h>
#include <linux/tracepoint.h>

#include "../../nested/trace.h"
#include "preq.h"

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

TRACE_EVENT(vtd_page_request,
	TP_PROTO(const struct device *dev, const struct vtd_preq *req, int fate),
	TP_ARGS(dev, req, fate),
	TP_STRUCT__entry(
		__string(unit, dev_name(dev))
		__field(u64, addr)
		__field(u32, pasid)
		__field(u16, sid)
		__field(u16, prgi)
		__field(u8, perm)
		__field(bool, pasid_valid)
		__field(bool, last)
		__field(u8, fate)
	),
	TP_fast_assign(
		__assign_str(unit);
		__entry->addr = req->addr;
		__entry->pasid = req->pasid;
		__entry->sid = req->sid;
		__entry->prgi = req->prgi;
		__entry->perm = req->perm;
		__entry->pasid_valid = req->pasid_valid;
		__entry->last = req->last;
		__entry->fate = fate;
	),
	TP_printk("%s: sid %#06x pasid %d group %u addr %#llx %s%s: %s",
		  __get_str(unit), __entry->sid,
		  __entry->pasid_valid ? (int)__entry->pasid : -1, __entry->prgi,
		  __entry->addr,
		  __print_flags(__entry->perm, "",
				{ IOMMU_FAULT_PERM_READ, "r" },
				{ IOMMU_FAULT_PERM_WRITE, "w" },
				{ IOMMU_FAULT_PERM_EXEC, "x" },
				{ IOMMU_FAULT_PERM_PRIV, "p" }),
		  __entry->last ? " last" : "",
		  __print_symbolic(__entry->fate,
				   { VTD_PREQ_TAKE, "taken" },
				   { VTD_PREQ_DROP, "dropped" },
				   { VTD_PREQ_REFUSE, "invalid" },
				   { VTD_PREQ_AGAIN, "to be repeated" }))
);

TRACE_EVENT(vtd_page_group,
	TP_PROTO(const struct device *dev, const struct vtd_preq *last,
		 unsigned int nr),
	TP_ARGS(dev, last, nr),
	TP_STRUCT__entry(
		__string(unit, dev_name(dev))
		__field(u32, pasid)
		__field(u16, sid)
		__field(u16, prgi)
		__field(bool, pasid_valid)
		__field(unsigned int, nr)
	),
	TP_fast_assign(
		__assign_str(unit);
		__entry->pasid = last->pasid;
		__entry->sid = last->sid;
		__entry->prgi = last->prgi;
		__entry->pasid_valid = last->pasid_valid;
		__entry->nr = nr;
	),
	TP_printk("%s: sid %#06x pasid %d group %u: %u requests",
		  __get_str(unit), __entry->sid,
		  __entry->pasid_valid ? (int)__entry->pasid : -1, __entry->prgi,
		  __entry->nr)
);

TRACE_EVENT(vtd_page_answer,
	TP_PROTO(const struct device *dev, const struct vtd_preq *req, u8 code,
		 s64 us),
	TP_ARGS(dev, req, code, us),
	TP_STRUCT__entry(
		__string(unit, dev_name(dev))
		__field(u64, addr)
		__field(u32, pasid)
		__field(u16, sid)
		__field(u16, prgi)
		__field(bool, pasid_valid)
		__field(u8, code)
		__field(s64, us)
	),
	TP_fast_assign(
		__assign_str(unit);
		__entry->addr = req->addr;
		__entry->pasid = req->pasid;
		__entry->sid = req->sid;
		__entry->prgi = req->prgi;
		__entry->pasid_valid = req->pasid_valid;
		__entry->code = code;
		__entry->us = us;
	),
	TP_printk("%s: sid %#06x pasid %d group %u addr %#llx: %s after %lld us",
		  __get_str(unit), __entry->sid,
		  __entry->pasid_valid ? (int)__entry->pasid : -1, __entry->prgi,
		  __entry->addr,
		  __print_symbolic(__entry->code,
				   { VTD_PGRP_SUCCESS, "success" },
				   { VTD_PGRP_INVALID, "invalid" },
				   { VTD_PGRP_FAILURE, "failure" }),
		  __entry->us)
);

TRACE_EVENT(vtd_page_response,
	TP_PROTO(const struct device *dev, const struct vtd_preq *req, u8 code,
		 int ret),
	TP_ARGS(dev, req, code, ret),
	TP_STRUCT__entry(
		__string(unit, dev_name(dev))
		__field(u32, pasid)
		__field(u16, sid)
		__field(u16, prgi)
		__field(bool, pasid_valid)
		__field(u8, code)
		__field(int, ret)
	),
	TP_fast_assign(
		__assign_str(unit);
		__entry->pasid = req->pasid;
		__entry->sid = req->sid;
		__entry->prgi = req->prgi;
		__entry->pasid_valid = req->pasid_valid;
		__entry->code = code;
		__entry->ret = ret;
	),
	TP_printk("%s: sid %#06x pasid %d group %u: code %u, %d",
		  __get_str(unit), __entry->sid,
		  __entry->pasid_valid ? (int)__entry->pasid : -1, __entry->prgi,
		  __entry->code, __entry->ret)
);

#endif /* __INTEL_NESTED_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
