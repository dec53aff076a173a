/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events: a record in words
 */
#ifndef __ARM_SMMU_V3_NESTED_EVENT_TEXT_H
#define __ARM_SMMU_V3_NESTED_EVENT_TEXT_H

#include <linux/bitfield.h>
#include <linux/kernel.h>

#include <linux/iommu-nested/smmuv3.h>

/* As long as the longest text, with a device's name of some length */
#define SMMU3_EVENT_TEXT	320

void smmu3_event_text(char *buf, size_t size, const char *device,
		      const u64 evt[SMMU_EVT_WORDS]);

#endif /* __ARM_SMMU_V3_NESTED_EVENT_TEXT_H */
