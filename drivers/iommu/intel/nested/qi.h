/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the queue and the handling of its errors share
 */
#ifndef __INTEL_NESTED_QI_H
#define __INTEL_NESTED_QI_H

#include <linux/io.h>

#include "nested.h"

/* Conditions of the fault status register that are the queue's */
#define QI_ERRORS	(VTD_FSTS_IQE | VTD_FSTS_ICE | VTD_FSTS_ITE)

/**
 * struct qi_wait - somebody waits for all up to a slot
 * @node: in the queue's list
 * @seq: what the hardware writes
 * @first: first slot whose failure is his
 * @slot: slot of the wait descriptor, and index of its status word
 * @err: what to tell him
 * @done: set last; the waiter may be gone after that
 */
struct qi_wait {
	struct list_head node;
	u32 seq;
	unsigned int first;
	unsigned int slot;
	int err;
	bool done;
};

static inline unsigned int qi_next(unsigned int slot, unsigned int n)
{
	return (slot + n) % VTD_QI_SLOTS;
}

static inline unsigned int qi_distance(unsigned int from, unsigned int to)
{
	return (to - from) % VTD_QI_SLOTS;
}

static inline unsigned int qi_room(const struct vtd_qi *qi)
{
	return VTD_QI_SLOTS - 1 - qi_distance(qi->oldest, qi->head);
}

static inline void qi_write(struct vtd_qi *qi, unsigned int slot,
			    struct vtd_desc desc)
{
	__le64 *p = qi->ring + slot * (VTD_QI_DESC_SIZE / sizeof(*p));

	p[0] = cpu_to_le64(desc.w0);
	p[1] = cpu_to_le64(desc.w1);
}

static inline struct vtd_desc qi_read(const struct vtd_qi *qi,
				      unsigned int slot)
{
	const __le64 *p = qi->ring + slot * (VTD_QI_DESC_SIZE / sizeof(*p));

	return (struct vtd_desc) {
		.w0 = le64_to_cpu(p[0]),
		.w1 = le64_to_cpu(p[1]),
	};
}

/* The slot that the hardware fetches next */
static inline unsigned int qi_hw_head(struct vtd_unit *unit)
{
	u64 iqh = vtd_read64(unit, VTD_REG_IQH);

	/* Whatever it says, it is a slot */
	return (iqh & VTD_IQ_PTR) / VTD_QI_DESC_SIZE % VTD_QI_SLOTS;
}

static inline struct vtd_desc qi_wait_desc(struct vtd_qi *qi,
					   unsigned int slot, u32 seq)
{
	return vtd_desc_wait(virt_to_phys(&qi->status[slot]), seq);
}

static inline bool qi_written(const struct vtd_qi *qi, const struct qi_wait *wait)
{
	unsigned int slot = READ_ONCE(wait->slot);

	return le32_to_cpu(READ_ONCE(qi->status[slot])) == wait->seq;
}

void vtd_qi_doorbell(struct vtd_unit *unit);
void vtd_qi_reap(struct vtd_qi *qi);
void vtd_qi_give_up(struct vtd_qi *qi);
void vtd_qi_append(struct vtd_qi *qi, struct vtd_desc desc);
void vtd_qi_append_wait(struct vtd_qi *qi, struct qi_wait *wait);
bool vtd_qi_handle_errors(struct vtd_unit *unit);

#endif /* __INTEL_NESTED_QI_H */
