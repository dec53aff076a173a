/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the command queue and the handling of its errors share
 */
#ifndef __ARM_SMMU_V3_NESTED_CMDQ_H
#define __ARM_SMMU_V3_NESTED_CMDQ_H

#include <linux/io.h>

#include "queue.h"

static inline struct smmu3_unit *smmu3_cmdq_unit(struct cmd_ring *ring)
{
	return container_of(ring, struct smmu3_unit, cmdq.ring);
}

/*
 * The register has the index and a wrap bit above it. Whatever it says, the
 * result is less than two rings behind the oldest command.
 */
static inline u32 smmu3_cmdq_position(const struct cmd_ring *ring, u32 cons)
{
	return ring->oldest + ((cons - ring->oldest) & (2 * ring->slots - 1));
}

struct smmu3_device *smmu3_atc_device(struct smmu3_unit *unit,
				      struct cmd_words cmd);
bool smmu3_gerror_handle(struct smmu3_unit *unit);
bool smmu3_gerror_stuck(struct smmu3_unit *unit);

#endif /* __ARM_SMMU_V3_NESTED_CMDQ_H */
