/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interrupts, and the queues that the hardware fills
 */
#ifndef __ARM_SMMU_V3_NESTED_EVENT_H
#define __ARM_SMMU_V3_NESTED_EVENT_H

#include "arm_smmu_v3_nested.h"

/* outq.c */
int smmu3_outq_init(struct smmu3_unit *unit, struct smmu3_outq *q,
		    unsigned int shift, unsigned int size, u32 prod,
		    u32 cons_reg);
void smmu3_outq_exit(struct smmu3_outq *q);
int smmu3_outq_start(struct smmu3_unit *unit, struct smmu3_outq *q, u32 base,
		     u32 enable);
unsigned int smmu3_outq_drain(struct smmu3_unit *unit, struct smmu3_outq *q,
			      void (*handle)(struct smmu3_unit *unit,
					     const u64 *record));
unsigned int smmu3_outq_pass(struct smmu3_unit *unit, struct smmu3_outq *q,
			     void (*handle)(struct smmu3_unit *unit,
					    const u64 *record));

/* event.c */
int smmu3_evtq_init(struct smmu3_unit *unit);
unsigned int smmu3_evtq_drain(struct smmu3_unit *unit);
void smmu3_evtq_pass(struct smmu3_unit *unit);
void smmu3_event_done(struct smmu3_unit *unit, const u64 *evt, bool taken);

/* pri.c */
bool smmu3_pri_is_stop(const u64 *rec);
u32 smmu3_pri_perm(const u64 *rec);
void smmu3_pri_settle(const struct smmu3_attach *att);
int smmu3_priq_init(struct smmu3_unit *unit);
unsigned int smmu3_priq_drain(struct smmu3_unit *unit);

/* irq.c */
void smmu3_irq_alloc_msis(struct smmu3_unit *unit);
int smmu3_irq_init(struct smmu3_unit *unit);
void smmu3_irq_exit(struct smmu3_unit *unit);
int smmu3_irq_enable(struct smmu3_unit *unit);

#endif /* __ARM_SMMU_V3_NESTED_EVENT_H */
