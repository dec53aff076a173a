/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trace events that each driver has, under a name of its own
 *
 * To be included by the header of a driver's trace events, which says once for
 * each event that it has it.
 */
#ifndef __IOMMU_NESTED_TRACE_H
#define __IOMMU_NESTED_TRACE_H

#include <linux/device.h>

#include "cmd_words.h"

/* Commands are in the queue, up to a slot; the doorbell is rung later */
#define CMD_SUBMIT_EVENT(event)						\
TRACE_EVENT(event,							\
	TP_PROTO(const struct device *unit, const struct cmd_words *cmds, \
		 unsigned int nr, unsigned int slot),			\
	TP_ARGS(unit, cmds, nr, slot),					\
	TP_STRUCT__entry(						\
		__string(unit, dev_name(unit))				\
		__field(unsigned int, nr)				\
		__field(unsigned int, slot)				\
		__dynamic_array(u64, words, nr * 2)			\
	),								\
	TP_fast_assign(							\
		__assign_str(unit);					\
		__entry->nr = nr;					\
		__entry->slot = slot;					\
		memcpy(__get_dynamic_array(words), cmds,		\
		       nr * sizeof(*cmds));				\
	),								\
	TP_printk("%s: %u up to slot %u: %s", __get_str(unit),		\
		  __entry->nr, __entry->slot,				\
		  __print_array(__get_dynamic_array(words),		\
				__entry->nr * 2, sizeof(u64)))		\
)

/*
 * A domain was attached to a PASID, or was not. The caches tag its translations with
 * a number, for which @what is the architecture's name.
 */
#define ATTACH_EVENT(event, what)					\
TRACE_EVENT(event,							\
	TP_PROTO(const struct device *dev, u32 pasid, u16 tag, int ret), \
	TP_ARGS(dev, pasid, tag, ret),					\
	TP_STRUCT__entry(						\
		__string(dev, dev_name(dev))				\
		__field(u32, pasid)					\
		__field(u16, tag)					\
		__field(int, ret)					\
	),								\
	TP_fast_assign(							\
		__assign_str(dev);					\
		__entry->pasid = pasid;					\
		__entry->tag = tag;					\
		__entry->ret = ret;					\
	),								\
	TP_printk("%s: pasid %u " what " %u: %d", __get_str(dev),	\
		  __entry->pasid, __entry->tag, __entry->ret)		\
)

#endif /* __IOMMU_NESTED_TRACE_H */
