/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stream table entries and context descriptors in memory
 */
#ifndef __ARM_SMMU_V3_NESTED_TABLES_H
#define __ARM_SMMU_V3_NESTED_TABLES_H

#include "arm_smmu_v3_nested.h"
#include "desc.h"

struct smmu3_batch;

/* strtab.c */
int smmu3_strtab_init(struct smmu3_unit *unit);
void smmu3_strtab_exit(struct smmu3_unit *unit);
void smmu3_strtab_program(struct smmu3_unit *unit);
int smmu3_strtab_prepare(struct smmu3_unit *unit, u32 sid);
__le64 *smmu3_strtab_entry(struct smmu3_unit *unit, u32 sid);
int smmu3_device_write_ste(struct smmu3_device *sdev,
			   const struct smmu3_ste *ste);
void smmu3_device_abort(struct smmu3_device *sdev);
void smmu3_add_cfgi(struct smmu3_batch *batch, const struct smmu3_device *sdev);

/* cdtab.c */
unsigned int smmu3_cdtab_max_bits(const struct smmu3_unit *unit);
int smmu3_cdtab_alloc(struct smmu3_device *sdev);
void smmu3_cdtab_free(struct smmu3_device *sdev);
int smmu3_cdtab_prepare(struct smmu3_device *sdev, u32 pasid);
__le64 *smmu3_cdtab_entry(struct smmu3_device *sdev, u32 pasid);
int smmu3_device_write_cd(struct smmu3_device *sdev, u32 pasid,
			  const struct smmu3_cd *cd);
void smmu3_device_put_cd(struct smmu3_device *sdev, u32 pasid,
			 const struct smmu3_cd *cd);

#endif /* __ARM_SMMU_V3_NESTED_TABLES_H */
