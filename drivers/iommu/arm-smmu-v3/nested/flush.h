/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the host has the hardware forget
 */
#ifndef __ARM_SMMU_V3_NESTED_FLUSH_H
#define __ARM_SMMU_V3_NESTED_FLUSH_H

#include "arm_smmu_v3_nested.h"

struct smmu3_batch;

/* flush.c */
bool smmu3_is_atomic(const struct smmu3_paging *paging);
void smmu3_paging_flush(struct smmu3_paging *paging, u64 first, u64 last,
			size_t granule, bool leaf);
void smmu3_paging_flush_all(struct smmu3_paging *paging);
void smmu3_add_tag(struct smmu3_batch *batch, const struct smmu3_attach *att);
void smmu3_add_atc_pasid(struct smmu3_batch *batch,
			 const struct smmu3_attach *att, u64 first, u64 last);
void smmu3_add_atc_all(struct smmu3_batch *batch, struct smmu3_device *sdev);
int smmu3_finish(struct smmu3_paging *paging, const struct smmu3_viommu *viommu,
		 int err);

#endif /* __ARM_SMMU_V3_NESTED_FLUSH_H */
