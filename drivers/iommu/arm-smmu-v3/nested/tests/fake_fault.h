/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For KUnit: devices that wait for an answer, and what their handler was told
 */
#ifndef __ARM_SMMU_V3_NESTED_FAKE_FAULT_H
#define __ARM_SMMU_V3_NESTED_FAKE_FAULT_H

#include "../fault.h"
#include "fake_unit.h"

/* Requests that are written down */
#define FAKE_TOLD	16

/* The SubstreamID of sham_attach_ssid() */
#define FAKE_SSID	3

/**
 * struct sham_told - what the handler was told
 * @evt: the first requests
 * @nr: how many there were
 */
extern struct sham_told {
	struct iopf_fault evt[FAKE_TOLD];
	unsigned int nr;
} sham_told;

/**
 * struct waiting - a device with an attachment that has a handler
 * @fake: its unit
 * @sdev: the device
 * @att: the attachment
 */
struct waiting {
	struct fake_unit *fake;
	struct smmu3_device *sdev;
	struct smmu3_attach att;
};

struct fake_unit *sham_fault_unit(struct kunit *test, unsigned int max);
struct waiting *sham_waiting_new(struct kunit *test, struct fake_unit *fake, u32 sid,
				 bool pri);
void sham_hand_up(struct kunit *test, bool now);
u32 sham_told_id(unsigned int i);
void sham_attach_ssid(struct kunit *test, struct waiting *w, struct smmu3_attach *att);
void sham_faults_end(struct waiting *w);
void sham_iopf_disable(struct waiting *w, struct smmu3_attach *att);

#endif /* __ARM_SMMU_V3_NESTED_FAKE_FAULT_H */
