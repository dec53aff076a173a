/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the command queue and the handling of its errors share
 */
#ifndef __ARM_SMMU_V3_NESTED_CMDQ_H
#define __ARM_SMMU_V3_NESTED_CMDQ_H

#include <linux/io.h>

#include "nested.h"

static inline struct smmu3_unit *cmdq_unit(struct cmd_ring *ring)
{
	return container_of(ring, struct smmu3_unit, cmdq.ring);
}

static inline u32 cmdq_slots(const struct smmu3_cmdq *q)
{
	return 1U << q->shift;
}

static inline u32 cmdq_slot(const struct smmu3_cmdq *q, u32 pos)
{
	return pos & (cmdq_slots(q) - 1);
}

static inline void cmdq_write(struct smmu3_cmdq *q, u32 pos,
			      struct cmd_words cmd)
{
	cmd_words_store(q->cmds + cmdq_slot(q, pos) * SMMU_CMD_WORDS, cmd);
}

static inline struct cmd_words cmdq_read(const struct smmu3_cmdq *q, u32 pos)
{
	return cmd_words_load(q->cmds + cmdq_slot(q, pos) * SMMU_CMD_WORDS);
}

/*
 * The register has the index and a wrap bit above it. Whatever it says, the
 * result is less than two rings behind the oldest command.
 */
static inline u32 cmdq_position(const struct smmu3_cmdq *q, u32 cons)
{
	u32 oldest = q->ring.oldest;

	return oldest + ((cons - oldest) & (2 * cmdq_slots(q) - 1));
}

struct smmu3_device *smmu3_atc_device(struct smmu3_unit *unit,
				      struct cmd_words cmd);
bool smmu3_gerror_handle(struct smmu3_unit *unit);
bool smmu3_gerror_stuck(struct smmu3_unit *unit);

#endif /* __ARM_SMMU_V3_NESTED_CMDQ_H */
