/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the command queue and the handling of its errors share
 */
#ifndef __ARM_SMMU_V3_NESTED_CMDQ_H
#define __ARM_SMMU_V3_NESTED_CMDQ_H

#include <linux/io.h>

#include "nested.h"

/**
 * struct cmdq_wait - somebody waits for all up to a position
 * @node: in the queue's list
 * @seq: what the hardware writes, if it writes
 * @first: first position whose failure is his
 * @pos: position of the CMD_SYNC
 * @err: what to tell him
 * @done: set last; the waiter may be gone after that
 */
struct cmdq_wait {
	struct list_head node;
	u32 seq;
	u32 first;
	u32 pos;
	int err;
	bool done;
};

static inline u32 cmdq_slots(const struct smmu3_cmdq *q)
{
	return 1U << q->shift;
}

static inline u32 cmdq_slot(const struct smmu3_cmdq *q, u32 pos)
{
	return pos & (cmdq_slots(q) - 1);
}

static inline u32 cmdq_room(const struct smmu3_cmdq *q)
{
	return cmdq_slots(q) - (q->head - q->oldest);
}

static inline void cmdq_write(struct smmu3_cmdq *q, u32 pos,
			      struct smmu3_cmd cmd)
{
	__le64 *p = q->ring + cmdq_slot(q, pos) * SMMU_CMD_WORDS;

	p[0] = cpu_to_le64(cmd.w0);
	p[1] = cpu_to_le64(cmd.w1);
}

static inline struct smmu3_cmd cmdq_read(const struct smmu3_cmdq *q, u32 pos)
{
	const __le64 *p = q->ring + cmdq_slot(q, pos) * SMMU_CMD_WORDS;

	return (struct smmu3_cmd) {
		.w0 = le64_to_cpu(p[0]),
		.w1 = le64_to_cpu(p[1]),
	};
}

/*
 * The register has the index and a wrap bit above it. Whatever it says, the
 * result is less than two rings behind @oldest.
 */
static inline u32 cmdq_position(const struct smmu3_cmdq *q, u32 cons)
{
	return q->oldest + ((cons - q->oldest) & (2 * cmdq_slots(q) - 1));
}

/* A place where the hardware can be, with the commands that it was given */
static inline bool cmdq_plausible(const struct smmu3_cmdq *q, u32 pos)
{
	return pos - q->oldest <= q->head - q->oldest;
}

static inline struct smmu3_cmd cmdq_sync(struct smmu3_cmdq *q, u32 pos, u32 seq)
{
	if (!q->status)
		return smmu3_cmd_sync();
	return smmu3_cmd_sync_msi(virt_to_phys(&q->status[cmdq_slot(q, pos)]),
				  seq);
}

void smmu3_cmdq_give_up(struct smmu3_cmdq *q);
bool smmu3_gerror_handle(struct smmu3_unit *unit);

#endif /* __ARM_SMMU_V3_NESTED_CMDQ_H */
