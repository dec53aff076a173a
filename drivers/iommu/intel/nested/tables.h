/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Root, context and PASID tables
 */
#ifndef __INTEL_NESTED_TABLES_H
#define __INTEL_NESTED_TABLES_H

#include "intel_nested.h"

/* context.c */
struct vtd_ctx vtd_ctx_encode(u64 dir, u8 pasid_bits, bool ats, bool pri);
int vtd_context_alloc(struct vtd_unit *unit, u16 sid);
void vtd_context_set(struct vtd_device *edev);
void vtd_context_clear(struct vtd_device *edev);
void vtd_context_free_all(struct vtd_unit *unit);

/* pasid.c */
struct vtd_pasid_entry vtd_pasid_identity(u16 did, u8 aw);
struct vtd_pasid_entry vtd_pasid_stage2(u16 did, const struct vtd_stage2 *s2);
struct vtd_pasid_entry vtd_pasid_stage1(u16 did, const struct vtd_stage1 *s1);
struct vtd_pasid_entry vtd_pasid_nested(u16 did, const struct vtd_stage2 *s2,
					const struct vtd_stage1 *s1);
int vtd_pasid_dir_alloc(struct vtd_device *edev);
void vtd_pasid_dir_free(struct vtd_device *edev);
__le64 *vtd_pasid_slot(struct vtd_device *edev, u32 pasid, bool alloc);
struct vtd_pasid_entry vtd_pasid_read(const __le64 *entry);
void vtd_pasid_write(struct vtd_device *edev, __le64 *entry,
		     const struct vtd_pasid_entry *pe);
bool vtd_pasid_clear_present(struct vtd_device *edev, __le64 *entry);
void vtd_pasid_set_ssade(struct vtd_device *edev, __le64 *entry, bool on);
void vtd_pasid_set_pgsnp(struct vtd_device *edev, __le64 *entry, bool on);

#endif /* __INTEL_NESTED_TABLES_H */
