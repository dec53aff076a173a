/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the host has the hardware forget
 */
#ifndef __INTEL_NESTED_FLUSH_H
#define __INTEL_NESTED_FLUSH_H

#include "intel_nested.h"

struct vtd_qi_batch;
struct vtd_unit_users;

/* flush.c */
void vtd_add_devtlb(struct vtd_qi_batch *batch, const struct vtd_attach *att,
		    u64 addr, u8 am);
void vtd_add_devtlb_all(struct vtd_qi_batch *batch,
			const struct vtd_device *edev);
void vtd_add_context_flush(struct vtd_qi_batch *batch,
			   const struct vtd_device *edev);
int vtd_entry_flush(const struct vtd_attach *att);
bool vtd_is_atomic(const struct vtd_paging *paging);
int vtd_finish_for(struct vtd_qi_batch *batch, const struct vtd_unit_users *at,
		   const struct vtd_viommu *viommu);
int vtd_paging_flush(struct vtd_paging *paging, u64 first, u64 last, bool leaf);
int vtd_paging_flush_new(struct vtd_paging *paging, u64 first, u64 last);

/* The same, of all devices in the lists */
static inline int vtd_finish(struct vtd_qi_batch *batch,
			     const struct vtd_unit_users *at)
{
	return vtd_finish_for(batch, at, NULL);
}

#endif /* __INTEL_NESTED_FLUSH_H */
