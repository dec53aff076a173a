/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing a table entry that the hardware may read at any time
 */
#ifndef __ARM_SMMU_V3_NESTED_ENTRY_H
#define __ARM_SMMU_V3_NESTED_ENTRY_H

#include <linux/string.h>
#include <linux/types.h>

#include "desc.h"

/* Both kinds of entries have as many */
#define ENTRY_WORDS	8
static_assert(ENTRY_WORDS == SMMU_STE_WORDS && ENTRY_WORDS == SMMU_CD_WORDS);

/**
 * struct smmu3_entry_ops - what one kind of entry is like
 * @used: sets the bits of an entry that the hardware looks at
 * @harmless: sets the bits that may change from one entry to another at any
 *	time, though both use them; NULL if there are none
 * @pause: a first word with which the hardware looks at no other one, and lets
 *	no transaction through
 * @sync: has the hardware forget what it has cached of the entry, and returns
 *	when it has; 0, -EIO or -ETIMEDOUT
 */
struct smmu3_entry_ops {
	void (*used)(const u64 *w, u64 *used);
	void (*harmless)(const u64 *cur, const u64 *target, u64 *safe);
	u64 pause;
	int (*sync)(void *ctx);
};

int smmu3_entry_write(const struct smmu3_entry_ops *ops, void *ctx,
		      __le64 *entry, const u64 *target);

void smmu3_ste_used(const u64 *w, u64 *used);
void smmu3_ste_harmless(const u64 *cur, const u64 *target, u64 *safe);
void smmu3_cd_used(const u64 *w, u64 *used);

#endif /* __ARM_SMMU_V3_NESTED_ENTRY_H */
