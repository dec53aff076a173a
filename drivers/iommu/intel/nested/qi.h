/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the queue and the handling of its errors share
 */
#ifndef __INTEL_NESTED_QI_H
#define __INTEL_NESTED_QI_H

#include <linux/io.h>

#include "queue.h"

/* Conditions of the fault status register that are the queue's */
#define QI_ERRORS	(VTD_FSTS_IQE | VTD_FSTS_ICE | VTD_FSTS_ITE)

static inline struct vtd_unit *vtd_qi_unit(struct cmd_ring *ring)
{
	return container_of(ring, struct vtd_unit, qi.ring);
}

/* Where the hardware fetches next. Whatever it says, it is in the ring. */
static inline u32 vtd_qi_hw_position(struct vtd_unit *unit)
{
	u32 slot = (vtd_read64(unit, VTD_REG_IQH) & VTD_IQ_PTR) /
		   VTD_QI_DESC_SIZE;
	struct cmd_ring *ring = &unit->qi.ring;

	return ring->oldest + cmd_ring_slot(ring, slot - ring->oldest);
}

void vtd_qi_append(struct vtd_qi *qi, struct cmd_words desc);
void vtd_qi_append_wait(struct vtd_qi *qi, struct cmd_wait *wait);
void vtd_qi_doorbell(struct cmd_ring *ring);
bool vtd_qi_handle_errors(struct cmd_ring *ring);
void vtd_qi_blame(struct vtd_unit *unit);

#endif /* __INTEL_NESTED_QI_H */
