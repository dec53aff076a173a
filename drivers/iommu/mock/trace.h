/* SPDX-License-Identifier: GPL-2.0-only */
/* Mock IOMMU: trace points of the hardware models */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM iommu_mock

#if !defined(__IOMMU_MOCK_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define __IOMMU_MOCK_TRACE_H

#include <linux/tracepoint.h>

#include "mock.h"

TRACE_EVENT(mock_translate,
	    TP_PROTO(const struct mock_iommu *mi, const struct mock_req *req,
		     const struct mock_xlate *res, int ret),
	    TP_ARGS(mi, req, res, ret),
	    TP_STRUCT__entry(__field(const void *, mi)
			     __field(u64, addr)
			     __field(u64, pa)
			     __field(u32, sid)
			     __field(u32, pasid)
			     __field(int, ret)
			     __field(u8, at)
			     __field(u8, lg2)
			     __field(bool, pasid_valid)
			     __field(bool, write)
			     __field(bool, exec)
			     __field(bool, priv)
			     __field(bool, can_read)
			     __field(bool, can_write)
			     __field(bool, can_exec)),
	    TP_fast_assign(__entry->mi = mi;
			   __entry->addr = req->addr;
			   __entry->pa = ret ? 0 : res->pa;
			   __entry->sid = req->sid;
			   __entry->pasid = req->pasid;
			   __entry->ret = ret;
			   __entry->at = req->at;
			   __entry->lg2 = ret ? 0 : res->lg2;
			   __entry->pasid_valid = req->pasid_valid;
			   __entry->write = req->write;
			   __entry->exec = req->exec;
			   __entry->priv = req->priv;
			   __entry->can_read = !ret && res->read;
			   __entry->can_write = !ret && res->write;
			   __entry->can_exec = !ret && res->exec;),
	    TP_printk("iommu=%p sid=%#x pasid=%d at=%u %s%s%s addr=%#llx -> pa=%#llx lg2=%u %s%s%s ret=%d",
		      __entry->mi, __entry->sid,
		      __entry->pasid_valid ? (int)__entry->pasid : -1,
		      __entry->at, __entry->write ? "W" : "R",
		      __entry->exec ? "X" : "", __entry->priv ? "P" : "",
		      __entry->addr, __entry->pa, __entry->lg2,
		      __entry->can_read ? "r" : "-", __entry->can_write ? "w" : "-",
		      __entry->can_exec ? "x" : "-", __entry->ret));

TRACE_EVENT(mock_fault,
	    TP_PROTO(const struct mock_iommu *mi, u32 sid, bool pasid_valid,
		     u32 pasid, u64 addr, u32 reason, bool hidden),
	    TP_ARGS(mi, sid, pasid_valid, pasid, addr, reason, hidden),
	    TP_STRUCT__entry(__field(const void *, mi)
			     __field(u64, addr)
			     __field(u32, sid)
			     __field(u32, pasid)
			     __field(u32, reason)
			     __field(bool, pasid_valid)
			     __field(bool, hidden)),
	    TP_fast_assign(__entry->mi = mi;
			   __entry->addr = addr;
			   __entry->sid = sid;
			   __entry->pasid = pasid;
			   __entry->reason = reason;
			   __entry->pasid_valid = pasid_valid;
			   __entry->hidden = hidden;),
	    TP_printk("iommu=%p sid=%#x pasid=%d addr=%#llx reason=%#x%s",
		      __entry->mi, __entry->sid,
		      __entry->pasid_valid ? (int)__entry->pasid : -1,
		      __entry->addr, __entry->reason,
		      __entry->hidden ? " (not to be recorded)" : ""));

TRACE_EVENT(mock_invalidate,
	    TP_PROTO(const struct mock_iommu *mi, u32 type, u32 gran, u32 did,
		     u32 sid, u32 pasid, u64 addr, u32 am, bool ih),
	    TP_ARGS(mi, type, gran, did, sid, pasid, addr, am, ih),
	    TP_STRUCT__entry(__field(const void *, mi)
			     __field(u64, addr)
			     __field(u32, type)
			     __field(u32, gran)
			     __field(u32, did)
			     __field(u32, sid)
			     __field(u32, pasid)
			     __field(u32, am)
			     __field(bool, ih)),
	    TP_fast_assign(__entry->mi = mi;
			   __entry->addr = addr;
			   __entry->type = type;
			   __entry->gran = gran;
			   __entry->did = did;
			   __entry->sid = sid;
			   __entry->pasid = pasid;
			   __entry->am = am;
			   __entry->ih = ih;),
	    TP_printk("iommu=%p type=%u gran=%u did=%u sid=%#x pasid=%u addr=%#llx am=%u ih=%d",
		      __entry->mi, __entry->type, __entry->gran, __entry->did,
		      __entry->sid, __entry->pasid, __entry->addr, __entry->am,
		      __entry->ih));

#endif /* __IOMMU_MOCK_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
