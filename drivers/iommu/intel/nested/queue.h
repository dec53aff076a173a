/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The invalidation queue of a unit, as the rest of the driver uses it
 */
#ifndef __INTEL_NESTED_QUEUE_H
#define __INTEL_NESTED_QUEUE_H

#include "intel_nested.h"

/**
 * struct vtd_qi_batch - descriptors on their way to a unit's queue
 * @unit: the unit
 * @tables: of which domain the hardware may go on to use tables if something is
 *	not done, or NULL
 * @undone: something was not done
 * @cmds: the descriptors
 */
struct vtd_qi_batch {
	struct vtd_unit *unit;
	struct vtd_paging *tables;
	bool undone;
	struct cmd_batch cmds;
};

/* qi.c */
int vtd_qi_init(struct vtd_unit *unit);
void vtd_qi_exit(struct vtd_unit *unit);
int vtd_qi_enable(struct vtd_unit *unit);
void vtd_qi_end(struct vtd_unit *unit);
int vtd_qi_disable(struct vtd_unit *unit);
int vtd_qi_reset(struct vtd_unit *unit);
struct cmd_words vtd_desc_fence(struct vtd_unit *unit);
struct cmd_words vtd_desc_drain(struct vtd_unit *unit);
void vtd_qi_push(struct vtd_qi_batch *batch);
int vtd_qi_flush(struct vtd_qi_batch *batch);

/* qi_error.c */
void vtd_device_silent(struct vtd_device *edev);

static inline void vtd_qi_begin(struct vtd_qi_batch *batch,
				struct vtd_unit *unit, bool atomic)
{
	batch->unit = unit;
	batch->tables = NULL;
	batch->undone = false;
	cmd_batch_begin(&batch->cmds, atomic);
}

static __always_inline void vtd_qi_add(struct vtd_qi_batch *batch,
				       struct cmd_words desc)
{
	if (unlikely(batch->cmds.nr == CMD_BATCH))
		vtd_qi_push(batch);
	batch->cmds.cmds[batch->cmds.nr++] = desc;
}

/**
 * vtd_qi_add_devtlb - have a device forget translations
 * @batch: gets the descriptor
 * @edev: the device
 * @desc: the descriptor, made for it
 */
static inline void vtd_qi_add_devtlb(struct vtd_qi_batch *batch,
				     const struct vtd_device *edev,
				     struct cmd_words desc)
{
	batch->cmds.devtlb = true;
	vtd_qi_add(batch, desc);
	if (unlikely(edev->devtlb_twice))
		vtd_qi_add(batch, desc);
}

#endif /* __INTEL_NESTED_QUEUE_H */
