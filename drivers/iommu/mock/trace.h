/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mock IOMMU: trace points of the hardware models
 *
 * Each says in words what happened, and has numbers besides for filters. Whoever
 * calls one makes the words, after having asked if anybody listens.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM iommu_mock

#if !defined(__IOMMU_MOCK_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define __IOMMU_MOCK_TRACE_H

#include <linux/tracepoint.h>

#include "mock.h"

TRACE_EVENT(mock_translate,
	    TP_PROTO(const struct mock_iommu *mi, const struct mock_req *req,
		     int ret, const char *words),
	    TP_ARGS(mi, req, ret, words),
	    TP_STRUCT__entry(__string(iommu, mi->name)
			     __string(words, words)
			     __field(u64, addr)
			     __field(u32, sid)
			     __field(u32, pasid)
			     __field(int, ret)
			     __field(bool, pasid_valid)
			     __field(bool, write)),
	    TP_fast_assign(__assign_str(iommu);
			   __assign_str(words);
			   __entry->addr = req->addr;
			   __entry->sid = req->sid;
			   __entry->pasid = req->pasid;
			   __entry->ret = ret;
			   __entry->pasid_valid = req->pasid_valid;
			   __entry->write = req->write;),
	    TP_printk("%s: %s", __get_str(iommu), __get_str(words)));

TRACE_EVENT(mock_fault,
	    TP_PROTO(const struct mock_iommu *mi, const struct mock_fault *fault,
		     const char *words),
	    TP_ARGS(mi, fault, words),
	    TP_STRUCT__entry(__string(iommu, mi->name)
			     __string(words, words)
			     __field(u64, addr)
			     __field(u32, sid)
			     __field(u32, pasid)
			     __field(u8, reason)
			     __field(u8, stage)
			     __field(bool, pasid_valid)
			     __field(bool, write)),
	    TP_fast_assign(__assign_str(iommu);
			   __assign_str(words);
			   __entry->addr = fault->addr;
			   __entry->sid = fault->sid;
			   __entry->pasid = fault->pasid;
			   __entry->reason = fault->number;
			   __entry->stage = fault->stage;
			   __entry->pasid_valid = fault->pasid_valid;
			   __entry->write = fault->write;),
	    TP_printk("%s: %s", __get_str(iommu), __get_str(words)));

TRACE_EVENT(mock_recoverable,
	    TP_PROTO(const struct mock_iommu *mi, const struct mock_recoverable *rec,
		     const char *words),
	    TP_ARGS(mi, rec, words),
	    TP_STRUCT__entry(__string(iommu, mi->name)
			     __string(words, words)
			     __field(u64, addr)
			     __field(u32, sid)
			     __field(u32, pasid)
			     __field(u16, group)
			     __field(bool, pasid_valid)
			     __field(bool, write)
			     __field(bool, stall)),
	    TP_fast_assign(__assign_str(iommu);
			   __assign_str(words);
			   __entry->addr = rec->addr;
			   __entry->sid = rec->sid;
			   __entry->pasid = rec->pasid;
			   __entry->group = rec->group;
			   __entry->pasid_valid = rec->pasid_valid;
			   __entry->write = rec->write;
			   __entry->stall = rec->stall;),
	    TP_printk("%s: %s", __get_str(iommu), __get_str(words)));

TRACE_EVENT(mock_vtd_desc,
	    TP_PROTO(const struct mock_iommu *mi, u8 type, const char *words),
	    TP_ARGS(mi, type, words),
	    TP_STRUCT__entry(__string(iommu, mi->name)
			     __string(words, words)
			     __field(u8, type)),
	    TP_fast_assign(__assign_str(iommu);
			   __assign_str(words);
			   __entry->type = type;),
	    TP_printk("%s: %s", __get_str(iommu), __get_str(words)));

TRACE_EVENT(mock_smmuv3_cmd,
	    TP_PROTO(const struct mock_iommu *mi, u8 opcode, const char *words),
	    TP_ARGS(mi, opcode, words),
	    TP_STRUCT__entry(__string(iommu, mi->name)
			     __string(words, words)
			     __field(u8, opcode)),
	    TP_fast_assign(__assign_str(iommu);
			   __assign_str(words);
			   __entry->opcode = opcode;),
	    TP_printk("%s: %s", __get_str(iommu), __get_str(words)));

#endif /* __IOMMU_MOCK_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
