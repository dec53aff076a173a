/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Devices and units that do not answer, and how they come back
 */
#ifndef __ARM_SMMU_V3_NESTED_RECOVER_H
#define __ARM_SMMU_V3_NESTED_RECOVER_H

#include <linux/minmax.h>
#include <linux/workqueue.h>

#include "../../nested/backoff.h"

struct smmu3_unit;
struct smmu3_device;
struct smmu3_paging;

/**
 * smmu3_backoff - how long to wait after a try that has failed
 * @last: how long the wait before that try was, in ms; 0 for the first one
 * @took: how long the try took, in ms
 *
 * Return: in ms
 */
static inline unsigned int smmu3_backoff(unsigned int last, unsigned int took)
{
	return max(backoff_next_ms(last), backoff_share(took, BACKOFF_LAST_MS));
}

/* recover.c */
int smmu3_unit_flush_all(struct smmu3_unit *unit);
int smmu3_device_recover(struct smmu3_device *sdev);
void smmu3_recover_soon(struct smmu3_unit *unit);
void smmu3_recover_all(struct smmu3_unit *unit);
void smmu3_recover_doubt(struct smmu3_paging *paging);
void smmu3_recover_work(struct work_struct *work);
void smmu3_recover_end(struct smmu3_unit *unit);

/* block.c */
void smmu3_unit_block_failed(struct smmu3_unit *unit);
int smmu3_block_marked(struct smmu3_unit *unit);
int smmu3_device_unblock(struct smmu3_device *sdev);
bool smmu3_device_own(struct smmu3_device *sdev);
unsigned long smmu3_device_due(struct smmu3_device *sdev, unsigned long retry);
struct smmu3_device *smmu3_next_due(struct smmu3_unit *unit);

#endif /* __ARM_SMMU_V3_NESTED_RECOVER_H */
