/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Faults: a record in words
 */
#ifndef __INTEL_NESTED_FAULT_TEXT_H
#define __INTEL_NESTED_FAULT_TEXT_H

#include <linux/bitfield.h>
#include <linux/kernel.h>

#include <linux/iommu-nested/vtd.h>

/* As long as the longest text, with a device's name as long as we keep it */
#define VTD_FAULT_TEXT	256

void vtd_fault_text(char *buf, size_t size, const char *device, u64 lo, u64 hi);

#endif /* __INTEL_NESTED_FAULT_TEXT_H */
