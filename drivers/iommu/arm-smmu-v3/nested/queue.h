/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The command queue of a unit, as the rest of the driver uses it
 */
#ifndef __ARM_SMMU_V3_NESTED_QUEUE_H
#define __ARM_SMMU_V3_NESTED_QUEUE_H

#include "arm_smmu_v3_nested.h"

/**
 * struct smmu3_batch - commands on their way to a unit's queue
 * @unit: the unit
 * @reserve: commands that are kept free, for errata of the unit
 * @atc: its latest commands are ATC invalidations of this device, or NULL
 * @cmds: the commands
 */
struct smmu3_batch {
	struct smmu3_unit *unit;
	unsigned int reserve;
	struct smmu3_device *atc;
	struct cmd_batch cmds;
};

/* errata.c */
void smmu3_batch_add_slow(struct smmu3_batch *batch, struct cmd_words cmd);

/* cmdq.c */
int smmu3_cmdq_init(struct smmu3_unit *unit);
void smmu3_cmdq_exit(struct smmu3_unit *unit);
int smmu3_cmdq_enable(struct smmu3_unit *unit);
int smmu3_cmdq_ready(struct smmu3_unit *unit);
int smmu3_cmdq_disable(struct smmu3_unit *unit);
int smmu3_cmdq_reset(struct smmu3_unit *unit);
void smmu3_batch_push(struct smmu3_batch *batch);
int smmu3_batch_flush(struct smmu3_batch *batch);

/**
 * smmu3_batch_begin - start a batch of commands
 * @batch: the batch
 * @unit: whose queue it is for
 * @atomic: its owner cannot sleep
 */
static inline void smmu3_batch_begin(struct smmu3_batch *batch,
				     struct smmu3_unit *unit, bool atomic)
{
	batch->unit = unit;
	batch->reserve = unit->reserve;
	batch->atc = NULL;
	cmd_batch_begin(&batch->cmds, atomic);
}

/**
 * smmu3_batch_add - add a command, which reaches the queue at the latest with
 *	smmu3_batch_flush()
 * @batch: the batch
 * @cmd: the command, any but CMD_ATC_INV
 */
static __always_inline void smmu3_batch_add(struct smmu3_batch *batch,
					    struct cmd_words cmd)
{
	if (unlikely(batch->cmds.nr + batch->reserve >= CMD_BATCH))
		return smmu3_batch_add_slow(batch, cmd);
	batch->cmds.cmds[batch->cmds.nr++] = cmd;
}

void smmu3_batch_add_atc(struct smmu3_batch *batch, struct smmu3_device *sdev,
			 struct cmd_words cmd);
void smmu3_batch_other(struct smmu3_batch *batch);

/* gerror.c */
bool smmu3_gerror_irq(struct smmu3_unit *unit);

#endif /* __ARM_SMMU_V3_NESTED_QUEUE_H */
