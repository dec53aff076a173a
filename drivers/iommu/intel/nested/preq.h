/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Page requests as values
 */
#ifndef __INTEL_NESTED_PREQ_H
#define __INTEL_NESTED_PREQ_H

#include <linux/types.h>

#include "desc.h"

/* Bytes and words of a record in the queue (7.4.1) */
#define VTD_PREQ_SIZE	32
#define VTD_PREQ_WORDS	4

/* Page request group indexes of a device */
#define VTD_PREQ_GROUPS	512

/**
 * struct vtd_preq - a page request
 * @addr: the page
 * @pasid: the PASID, IOMMU_NO_PASID without
 * @sid: source-id of the device
 * @prgi: index of its group
 * @perm: what it is for, IOMMU_FAULT_PERM_*
 * @pasid_valid: it has a PASID
 * @last: no other one of its group follows
 * @known: it is of a type that there is
 */
struct vtd_preq {
	u64 addr;
	u32 pasid;
	u16 sid;
	u16 prgi;
	u8 perm;
	bool pasid_valid;
	bool last;
	bool known;
};

/**
 * enum vtd_preq_fate - what is to become of a page request
 * @VTD_PREQ_TAKE: whoever the domain is of is asked
 * @VTD_PREQ_DROP: nothing: no response belongs to it
 * @VTD_PREQ_REFUSE: it is invalid, which the device is told if it waits for that
 * @VTD_PREQ_AGAIN: the device is to ask again
 */
enum vtd_preq_fate {
	VTD_PREQ_TAKE,
	VTD_PREQ_DROP,
	VTD_PREQ_REFUSE,
	VTD_PREQ_AGAIN,
};

struct vtd_preq vtd_preq_decode(const __le64 *record);
enum vtd_preq_fate vtd_preq_judge(const struct vtd_preq *req, u64 cap, u64 ecap,
				  u8 pasid_bits);
struct cmd_words vtd_preq_answer(const struct vtd_preq *req, u8 code);

/*
 * Are two requests of one group? The index alone tells a group from the others of its
 * function that are under way, but a PASID has its own handler: a device that uses one
 * index in two PASIDs at once is broken, and one's handler gets no page of the other.
 */
static inline bool vtd_preq_same_group(const struct vtd_preq *a,
				       const struct vtd_preq *b)
{
	return a->prgi == b->prgi && a->pasid_valid == b->pasid_valid &&
	       a->pasid == b->pasid;
}

#endif /* __INTEL_NESTED_PREQ_H */
